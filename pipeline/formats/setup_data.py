"""The text of data that an SPSS setup describes: where each variable stands in it, and its values."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pipeline.errors import DataRejected
from pipeline.formats.columns import DAY, SPSS_ZERO, Floats
from pipeline.formats.syntax import Token
from pipeline.spss.model import DATE_FORMATS, TIME_FORMATS, Variable

_FORMAT = re.compile(r"([A-Za-z]+)(\d*)(?:\.(\d+))?")
_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_MANY = 100_000  # variables that one list may name


@dataclass(frozen=True, slots=True)
class Field:
    """A variable in the data: its format as written (``F8.2``, ``A20``), and for fixed columns where it stands.

    ``record`` and the columns count from 0; ``implied``: decimals that a number without a point has.
    """

    name: str
    form: str
    line: int
    record: int = 0
    start: int = 0
    end: int = 0
    implied: int = 0

    def variable(self) -> Variable:
        """The variable, nothing said of it yet. Raises ``DataRejected`` for a format that is none."""
        match = _FORMAT.fullmatch(self.form)
        if match is None:
            raise DataRejected("formats.setup_format", line=self.line, text=self.form)
        kind, width, decimals = match[1].upper(), int(match[2] or 8), int(match[3] or 0)
        if kind in ("A", "AHEX"):
            return Variable(self.name, kind="string", width=width, format=f"A{width}", format_type="A")
        shown = f"{kind}{width}" + (f".{decimals}" if decimals or kind == "F" else "")
        return Variable(self.name, width=width, format=shown, format_type=kind, decimals=decimals)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the data lie in their text: in fixed columns, or parted. ``file``: the name that the syntax gives them.

    ``delimiters`` empty: blanks and commas part values (FREE, LIST). ``by_line``: a case is a line.
    """

    fields: tuple[Field, ...]
    file: str = ""
    fixed: bool = False
    records: int = 1
    delimiters: str = ""
    qualifier: str = ""
    skip: int = 0
    by_line: bool = True


def fields_of_data_list(tokens: Sequence[Token]) -> Layout:
    """What DATA LIST says."""
    slash = next((i for i, t in enumerate(tokens) if t.says("/")), len(tokens))
    head, body = tokens[:slash], tokens[slash:]
    fixed = not any(t.says("FREE", "LIST") for t in head)
    records, skip, file, delimiters = 1, 0, "", ""
    for i, token in enumerate(head):
        value = head[i + 2] if i + 2 < len(head) and head[i + 1].says("=") else None
        if token.says("FILE") and value is not None:
            file = value.text
        elif token.says("RECORDS") and value is not None:
            records = int(value.text)
        elif token.says("SKIP") and value is not None:
            skip = int(value.text)
        elif token.says("(") and not fixed:
            end = next(j for j in range(i, len(head)) if head[j].says(")"))
            delimiters = "".join("\t" if t.says("TAB") else t.text for t in head[i + 1 : end] if t.kind != "sign")
            break
    fields = tuple(_fixed(body) if fixed else _free(body))
    records = max(records, *(f.record + 1 for f in fields)) if fields else records
    by_line = any(t.says("LIST") for t in head) or bool(delimiters)
    return Layout(fields, file, fixed, records, delimiters, "\"'" if not fixed else "", skip, by_line)


def _free(body: Sequence[Token]) -> Iterator[Field]:
    waiting: list[Token] = []
    i = 0
    while i < len(body):
        if body[i].says("("):
            for token in waiting:
                yield Field(token.text, body[i + 1].text, token.line)
            waiting, i = [], i + 3
            continue
        if not body[i].says("/", "*", ","):
            waiting += _named(body, i)
            i += 2 if i + 1 < len(body) and body[i + 1].says("TO") else 0
        elif body[i].says("*"):
            yield from (Field(token.text, "F8.2", token.line) for token in waiting)
            waiting = []
        i += 1
    yield from (Field(token.text, "F8.2", token.line) for token in waiting)


def _named(body: Sequence[Token], at: int) -> list[Token]:
    """The variable at a place; ``V1 TO V5`` makes five."""
    if at + 2 >= len(body) or not body[at + 1].says("TO"):
        return [body[at]]
    first, last = (re.fullmatch(r"(.*?)(\d+)", body[i].text) for i in (at, at + 2))
    if first is None or last is None or first[1].upper() != last[1].upper() or int(last[2]) - int(first[2]) > _MANY:
        raise DataRejected("formats.setup_syntax", line=body[at].line, text=f"{body[at].text} TO {body[at + 2].text}")
    width = len(first[2]) if first[2].startswith("0") else 1
    numbers = range(int(first[2]), int(last[2]) + 1)
    return [Token("word", f"{first[1]}{number:0{width}d}", body[at].line) for number in numbers]


def _fixed(body: Sequence[Token]) -> Iterator[Field]:
    record, at, column = -1, 0, 0
    waiting: list[Token] = []
    while at < len(body):
        token = body[at]
        if token.says("/"):
            record, column = record + 1, 0
            if at + 1 < len(body) and body[at + 1].kind == "number":
                record, at = int(body[at + 1].text) - 1, at + 1
        elif token.kind == "number":
            start, end, at = _span(body, at)
            form, implied, at = _after(body, at)
            each = (end - start) // max(1, len(waiting))
            if not waiting or each * len(waiting) != end - start:
                raise DataRejected("formats.setup_syntax", line=token.line, text=token.text)
            for i, name in enumerate(waiting):
                decimals = f".{implied}" if implied else ".0"
                shown = f"A{each}" if form == "A" else f"{form}{each}{decimals if form == 'F' else ''}"
                yield Field(name.text, shown, name.line, record, start + i * each, start + (i + 1) * each, implied)
            waiting, column = [], end
            continue
        elif token.says("("):
            end = next((i for i in range(at, len(body)) if body[i].says(")")), len(body))
            made = list(_listed(waiting, body[at + 1 : end], record, column))
            yield from made
            column = made[-1].end if made else column
            waiting, at = [], end
        elif not token.says(","):
            waiting += _named(body, at)
            at += 2 if at + 1 < len(body) and body[at + 1].says("TO") else 0
        at += 1
    if waiting:
        raise DataRejected("formats.setup_syntax", line=waiting[0].line, text=waiting[0].text)


def _span(body: Sequence[Token], at: int) -> tuple[int, int, int]:
    """The columns ``1-5`` or ``7`` as a half-open span from 0, and the place after them."""
    start = int(body[at].text) - 1
    following = body[at + 1] if at + 1 < len(body) else None
    if following is not None and following.kind == "number" and following.text.startswith("-"):
        return start, int(following.text[1:]), at + 2
    if following is not None and following.says("-"):
        return start, int(body[at + 2].text), at + 3
    return start, start + 1, at + 1


def _after(body: Sequence[Token], at: int) -> tuple[str, int, int]:
    """What stands in brackets after columns: the format's letters, implied decimals, and the place after."""
    if at >= len(body) or not body[at].says("("):
        return "F", 0, at
    end = next((i for i in range(at, len(body)) if body[i].says(")")), len(body))
    inside = [t for t in body[at + 1 : end] if not t.says(",")]
    words = [t.text.upper() for t in inside if t.kind == "word"]
    numbers = [int(t.text) for t in inside if t.kind == "number"]
    return (words[0] if words else "F"), (numbers[0] if numbers else 0), end + 1


def _listed(names: list[Token], formats: Sequence[Token], record: int, column: int) -> Iterator[Field]:
    """Variables by a list of formats, as (F2.0, A8, 2X); one format serves all of them."""
    wanted: list[str] = []
    repeat = 1
    for token in formats:
        if token.kind == "number":
            repeat = int(token.text)
        elif token.kind == "word":
            again = re.fullmatch(r"(\d+)?(\D.*)", token.text)
            count, form = (int(again[1] or repeat), again[2]) if again else (repeat, token.text)
            wanted += [form] * (count if count <= _MANY and form.upper() != "X" else 1)
            if form.upper() == "X":
                wanted[-1] = f"X{count}"
            repeat = 1
    if len(wanted) == 1 and len(names) > 1:
        wanted *= len(names)
    waiting = iter(names)
    for form in wanted:
        match = _FORMAT.fullmatch(form)
        if match is None:
            raise DataRejected("formats.setup_format", line=formats[0].line, text=form)
        width = int(match[2] or 1)
        if match[1].upper() in ("X", "T"):
            column = column + width if match[1].upper() == "X" else width - 1
            continue
        name = next(waiting, None)
        if name is None:
            raise DataRejected("formats.setup_format", line=formats[0].line, text=form)
        yield Field(name.text, form, name.line, record, column, column + width, int(match[3] or 0))
        column += width


def layout_of_get_data(tokens: Sequence[Token]) -> Layout:
    """What GET DATA /TYPE=TXT says."""
    said: dict[str, list[Token]] = {}
    current: list[Token] = []
    for i, token in enumerate(tokens):
        opens = token.says("/") and i + 2 < len(tokens) and tokens[i + 1].kind == "word" and tokens[i + 2].says("=")
        if opens:
            said[tokens[i + 1].text.upper()] = current = []
        else:
            current.append(token)
    parts = {key: value[2:] if len(value) > 1 and value[1].says("=") else value for key, value in said.items()}

    def word(key: str, default: str) -> str:
        return parts[key][0].text if parts.get(key) else default

    if word("TYPE", "TXT").upper() != "TXT":
        raise DataRejected("formats.setup_get_data", line=tokens[0].line, kind=word("TYPE", ""))
    fixed = word("ARRANGEMENT", "DELIMITED").upper() == "FIXED"
    variables = parts.get("VARIABLES", [])
    fields = tuple(_get_fixed(variables) if fixed else _get_delimited(variables))
    delimiters = word("DELIMITERS", ",").replace("\\t", "\t").replace("\\\\", "\\")
    return Layout(
        fields, word("FILE", ""), fixed, int(word("FIXCASE", "1")), delimiters, word("QUALIFIER", ""),
        int(word("FIRSTCASE", "1")) - 1,
    )  # fmt: skip


def _get_delimited(tokens: Sequence[Token]) -> Iterator[Field]:
    words = [t for t in tokens if t.kind != "sign"]
    for name, form in zip(words[::2], words[1::2], strict=False):
        yield Field(name.text, form.text, name.line)
    if len(words) % 2:
        raise DataRejected("formats.setup_syntax", line=words[-1].line, text=words[-1].text)


def _get_fixed(tokens: Sequence[Token]) -> Iterator[Field]:
    """``/1 name 0-4 F5.0 …``; columns count from 0 and their end is included."""
    record, at = 0, 0
    while at < len(tokens):
        if tokens[at].says("/"):
            record, at = int(tokens[at + 1].text) - 1, at + 2
            continue
        name = tokens[at]
        start, end, at = _span(tokens, at + 1)
        yield Field(name.text, tokens[at].text, name.line, record, start + 1, end + 1)
        at += 1


# ---------------------------------------------------------------- values


def values(data: str, layout: Layout) -> tuple[dict[str, Floats | list[str]], dict[str, int]]:
    """The values of each variable, and how many cells of each are no number or date though they should be one."""
    rows = list(_fixed_rows(data, layout) if layout.fixed else _parted_rows(data, layout))
    found: dict[str, Floats | list[str]] = {}
    unread: dict[str, int] = {}
    for i, place in enumerate(layout.fields):
        texts = [row[i] for row in rows]
        variable = place.variable()
        if variable.kind == "string":
            found[place.name] = [text.rstrip() for text in texts]
            continue
        known = {text: _value(text.strip(), variable, place.implied) for text in set(texts)}
        unread[place.name] = sum(1 for text in texts if known[text] is None and text.strip() not in ("", "."))
        numbers = [known[text] for text in texts]
        found[place.name] = np.array([math.nan if n is None else n for n in numbers], dtype=np.float64)
    return found, {name: n for name, n in unread.items() if n}


def _fixed_rows(data: str, layout: Layout) -> Iterator[list[str]]:
    lines = data.splitlines()[layout.skip * layout.records :]
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) % layout.records:
        raise DataRejected("formats.setup_records", lines=len(lines), records=layout.records)
    for at in range(0, len(lines), layout.records):
        yield [lines[at + f.record][f.start : f.end] for f in layout.fields]


def _parted_rows(data: str, layout: Layout) -> Iterator[list[str]]:
    count = len(layout.fields)
    if layout.delimiters.strip(" ") and len(layout.delimiters) == 1:
        quote = layout.qualifier[:1] or None
        reader = csv.reader(
            io.StringIO(data, newline=""), delimiter=layout.delimiters, quotechar=quote, doublequote=True,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE, strict=True,
        )  # fmt: skip
        csv.field_size_limit(1 << 24)
        try:
            for number, row in enumerate(reader, start=1):
                if number <= layout.skip or not row:
                    continue
                yield _exactly(row, count, number)
        except csv.Error as error:
            raise DataRejected("formats.rows_unlike", row=reader.line_num, reason=str(error)[:160]) from None
        return
    signs = re.escape(layout.delimiters.strip(" ") or ",")
    part = re.compile(rf"\s*(?:'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|([^\s{signs}]+))\s*[{signs}]?|\s*[{signs}]")
    lines = data.splitlines()[layout.skip :]
    if layout.by_line:
        for number, line in enumerate(lines, start=1 + layout.skip):
            if line.strip():
                yield _exactly([_cell(m) for m in part.finditer(line)], count, number)
        return
    cells = [_cell(m) for m in part.finditer("\n".join(lines))]
    if len(cells) % count:
        raise DataRejected("formats.row_unlike", row=len(cells) // count + 1, found=len(cells) % count, n=count)
    for at in range(0, len(cells), count):
        yield cells[at : at + count]


def _cell(match: re.Match[str]) -> str:
    single, double, plain = match.groups()
    if single is not None:
        return single.replace("''", "'")
    return double.replace('""', '"') if double is not None else plain or ""


def _exactly(row: list[str], count: int, number: int) -> list[str]:
    if len(row) == count + 1 and not row[-1].strip():  # a delimiter at the end of each line
        row = row[:-1]
    if len(row) != count:
        raise DataRejected("formats.setup_row", row=number, found=len(row), n=count)
    return row


def _value(text: str, variable: Variable, implied: int) -> float | None:
    if variable.format_type in DATE_FORMATS or variable.format_type in TIME_FORMATS:
        return _moment(text, variable.format_type)
    kind = variable.format_type
    if kind == "COMMA" or kind == "DOLLAR":
        text = text.replace(",", "").lstrip("$")
    elif kind == "DOT":
        text = text.replace(".", "").replace(",", ".")
    elif kind == "PCT":
        text = text.rstrip("%")
    elif kind == "F" and "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or "_" in text:
        return None
    return number / 10**implied if implied and "." not in text and "e" not in text.casefold() else number


def _moment(text: str, kind: str) -> float | None:
    """A date or time as SPSS's seconds, in the order that its format has."""
    decimals = re.search(r":\d+([.,]\d+)$", text)
    if decimals is not None:  # of the seconds
        whole = _moment(text[: decimals.start(1)], kind)
        return None if whole is None else whole + float("0" + decimals[1].replace(",", "."))
    parts = re.split(r"(?:[\s/.,:-]|(?<=\d)T(?=\d))+", text.strip("-"))
    numbers = [_MONTHS.get(p[:3].casefold()) if p[:1].isalpha() else int(p) if p.isdigit() else None for p in parts]
    known = [n for n in numbers if n is not None]
    if not known or len(known) < len(numbers):
        return None
    if kind in TIME_FORMATS:
        return _duration(known, kind)
    if kind in ("MOYR", "QYR", "WKYR", "JDATE") or len(known) < 3:
        return None
    order = {"ADATE": (2, 0, 1), "SDATE": (0, 1, 2), "YMDHMS": (0, 1, 2)}.get(kind, (2, 1, 0))
    year, month, day = (known[i] for i in order)
    if year < 100:
        year += 1900 if year >= 69 else 2000
    hour, minute, second = [*known[3:], 0, 0, 0][:3]
    try:
        return (datetime(year, month, day, hour, minute, second) - SPSS_ZERO).total_seconds()
    except ValueError:
        return None


def _duration(parts: list[int], kind: str) -> float:
    days = parts.pop(0) if kind == "DTIME" and parts else 0
    hours, minutes, seconds = [*parts, 0, 0, 0][:3] if kind != "MTIME" else [0, *parts, 0, 0][:3]
    return days * DAY + hours * 3600 + minutes * 60 + seconds
