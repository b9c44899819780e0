"""Tables of cells, through pandas: delimited text and Excel workbooks. A codebook beside them labels them.

A column is numbers if all its cells are; a cell that is empty, or says NA as R and others write it, is no value.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import DataRejected
from pipeline.formats.codebook import Entry, entries, is_codebook, number_of
from pipeline.formats.columns import DAY, SPSS_ZERO, Column, Contents, number_format
from pipeline.formats.decode import decoded
from pipeline.spss.model import Encoding, LabelTable, MissingValues, Notice, Variable

_DELIMITERS = (",", ";", "\t", "|")
_NO_VALUE = frozenset(
    {"", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", ".", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!"}
)
_CODEBOOK_SHEETS = frozenset({"codebook", "tracciato", "tracciato record"})
_LONGEST_CELL = 1 << 24
_SNIFFED = 200  # rows looked at to find out what parts the cells

Cell = str | float | datetime | time | None


def read_delimited(path: Path, beside: tuple[Path, ...], encoding: str | None) -> Contents:
    """A delimited text: headings first, cells parted by commas, semicolons, tabs or bars."""
    text, used, notices = decoded(path.read_bytes(), encoding)
    header, columns, delimiter = _cells(text)
    contents = _contents(header, columns, _beside(beside), comma=delimiter != ",")
    contents.product, contents.encoding = "CSV", used
    contents.notices[:0] = [*notices, Notice("formats.notice_no_count", {"n": len(columns[0])})]
    return contents


def _cells(text: str) -> tuple[list[str], list[list[str]], str]:
    """Headings, columns of texts, and what parts them. Raises ``DataRejected`` where rows are not alike."""
    import pandas as pd

    delimiter = _delimiter(text)
    if not text.strip():
        raise DataRejected("spss.blank")
    if _rows(text, delimiter) < 2:
        raise DataRejected("formats.headings_only")
    try:
        frame = pd.read_csv(
            io.StringIO(text), sep=delimiter, header=None, dtype=object, keep_default_na=False, index_col=False,
            engine="c", low_memory=False,
        )  # fmt: skip
    except (pd.errors.ParserError, ValueError) as error:
        raise DataRejected("formats.damaged", reason=str(error)[:160]) from None
    columns = [frame[i].tolist() for i in range(frame.shape[1])]
    return [str(c[0]) for c in columns], [c[1:] for c in columns], delimiter


def _rows(text: str, delimiter: str) -> int:
    """How many rows there are, all of as many cells as the headings: pandas fills a short row up and says nothing."""
    width = rows = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        for row in reader:
            if not row:
                continue
            rows += 1
            width = width or len(row)
            if len(row) != width:
                raise DataRejected("formats.row_unlike", row=reader.line_num, found=len(row), n=width)
    except csv.Error as error:
        raise DataRejected("formats.rows_unlike", row=reader.line_num, reason=str(error)[:160]) from None
    return rows


def _delimiter(text: str) -> str:
    """What parts the cells: the sign that gives the first rows the same number of cells, and most of them."""
    best, most = ",", 1
    for sign in _DELIMITERS:
        widths = set()
        try:
            for i, row in enumerate(csv.reader(io.StringIO(text[: 1 << 20]), delimiter=sign)):
                if i >= _SNIFFED:
                    break
                if row:
                    widths.add(len(row))
        except csv.Error:
            continue
        if len(widths) == 1 and max(widths) > most:
            best, most = sign, max(widths)
    if most > 1:
        return best
    first = text.split("\n", 1)[0]  # rows differ: the sign that the headings have most of, for an error that says where
    return max(_DELIMITERS, key=first.count) if any(sign in first for sign in _DELIMITERS) else ","


def read_workbook(path: Path, beside: tuple[Path, ...], encoding: str | None) -> Contents:
    """An Excel workbook: the first sheet that is no codebook; a sheet named ``codebook`` labels it."""
    sheets = _sheets(path)
    codebook, data = _beside(beside), None
    for name, rows in sheets.items():
        if name.strip().casefold() in _CODEBOOK_SHEETS:
            codebook = entries([[_text(cell) for cell in row] for row in rows], f"{path.name}, {name}")
        elif data is None and rows:
            data = rows
    if data is None or len(data) < 2:
        raise DataRejected("formats.headings_only")
    header = [_text(cell) for cell in data[0]]
    while header and not header[-1] and all(row[len(header) - 1] is None for row in data[1:]):
        header.pop()
    columns = [[row[i] for row in data[1:]] for i in range(len(header))]
    contents = _contents(header, columns, codebook, comma=False)
    contents.product, contents.encoding = "Excel", Encoding("utf-8", "utf-8", "declared")
    unread = [name for name in sheets if name.strip().casefold() not in _CODEBOOK_SHEETS][1:]
    if unread:
        contents.notices.append(Notice("formats.notice_sheets", {"sheets": ", ".join(unread)}))
    return contents


def _sheets(path: Path) -> dict[str, list[list[Cell]]]:
    """The sheets of a workbook, their rows up to the last that has anything; ``None`` for an empty cell."""
    import pandas as pd

    try:
        frames = pd.read_excel(
            path, sheet_name=None, header=None, dtype=object, keep_default_na=False, na_values=[], engine="openpyxl"
        )
    except (MemoryError, OSError):
        raise
    except Exception as error:  # openpyxl raises whatever its parts do: KeyError, BadZipFile, ValueError …
        raise DataRejected("formats.damaged", reason=f"{type(error).__name__}: {error}"[:160]) from None
    found = {}
    for name, frame in frames.items():
        rows = [[None if cell is None or cell == "" or cell != cell else cell for cell in row] for row in frame.values]
        while rows and all(cell is None for cell in rows[-1]):
            rows.pop()
        found[str(name)] = rows
    return found


def _beside(beside: tuple[Path, ...]) -> dict[str, Entry]:
    """The codebook that lies beside a data file, if one does."""
    if not beside:
        return {}
    path = beside[0]
    if path.suffix.lower() == ".csv":
        header, columns, _ = _cells(decoded(path.read_bytes(), None)[0])
        return entries([header, *zip(*columns, strict=True)], path.name)
    rows = next((r for r in _sheets(path).values() if r and is_codebook([_text(c) for c in r[0]])), [])
    return entries([[_text(cell) for cell in row] for row in rows], path.name)


def _text(cell: Any) -> str:
    """What a cell shows: a whole number without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool | np.bool_):
        return "1" if cell else "0"
    if isinstance(cell, int | float) and float(cell).is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _contents(header: Sequence[str], columns: list[list[Any]], codebook: dict[str, Entry], comma: bool) -> Contents:
    names = [name.strip() for name in header]
    unknown = [name for name in codebook if name not in names]
    if unknown:
        raise DataRejected("formats.codebook_unknown", name=unknown[0], known=", ".join(names[:12]))
    notices: list[Notice] = []
    made = [
        _column(name, cells, codebook.get(name, Entry(name)), comma, notices)
        for name, cells in zip(names, columns, strict=True)
    ]
    weight = next((e.name for e in codebook.values() if e.kind == "weight"), None)
    return Contents(made, weight=weight, notices=notices)


def _column(name: str, cells: list[Any], entry: Entry, comma: bool, notices: list[Notice]) -> Column:
    if any(isinstance(cell, date | time) for cell in cells):
        moments = _moments(cells)
        if moments is not None:
            return _dated(name, entry, *moments)
        cells = [_text(cell) for cell in cells]
    texts = [cell if isinstance(cell, str) else _text(cell) for cell in cells]
    measure: Any = entry.kind if entry.kind in ("nominal", "ordinal", "scale") else ""
    if entry.kind == "weight":
        measure = "scale"
    different = {text for text in texts if text.strip() not in _NO_VALUE}
    if entry.kind != "text" and different:
        dates = _iso(different) if entry.kind in ("date", "") else None
        if dates is not None:
            form = "DATETIME" if any(v % DAY for v in dates.values()) else "DATE"
            return _dated(name, entry, np.array([dates.get(text, np.nan) for text in texts]), form)
    numbers = _numbers(different, comma) if entry.kind != "text" else None
    wanted = entry.kind in ("scale", "weight") or (entry.kind in ("nominal", "ordinal") and numbers is not None)
    if numbers is None and wanted:
        bad = next(t for t in texts if t in different and number_of(t, comma) is None)
        raise DataRejected(
            "formats.cell_no_number", name=name, row=texts.index(bad) + 2, text=bad[:60], kind=entry.kind
        )
    coded = all(number_of(code) is not None for code in (*(c for c, _ in entry.values), *entry.missing))
    if numbers is None or not coded or (not different and not wanted):
        table = LabelTable(entry.values)
        missing = MissingValues(tuple(entry.missing))
        return Column(
            Variable(name, entry.label, "string", measure=measure, value_labels=table, missing=missing), texts
        )
    emptied = sum(1 for text in texts if text.strip() in _NO_VALUE and text.strip())
    if emptied:
        notices.append(Notice("formats.notice_no_value_words", {"variable": name, "n": emptied}))
    values = np.array([numbers.get(text, np.nan) for text in texts], dtype=np.float64)
    form, width, decimals = number_format(values)
    table = LabelTable((float(code), label) for code, label in entry.values)
    missing = MissingValues(tuple(float(code) for code in entry.missing), entry.low, entry.high)
    return Column(Variable(name, entry.label, "numeric", width, form, "F", decimals, measure, table, missing), values)


def _numbers(different: set[str], comma: bool) -> dict[str, float] | None:
    """The number of each text; ``None`` where one is none. A comma parts decimals where it does not part cells."""
    commas = comma and any("," in text for text in different) and not any("." in text for text in different)
    found = {text: number_of(text, commas) for text in different}
    return None if None in found.values() else {text: number for text, number in found.items() if number is not None}


def _iso(different: set[str]) -> dict[str, float] | None:
    """Dates written 2024-05-31, with or without a time, as SPSS's seconds; ``None`` where one is written otherwise."""
    found = {}
    for text in different:
        if not text[:4].isdigit() or text[4:5] != "-":
            return None
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            return None
        found[text] = (moment.replace(tzinfo=None) - SPSS_ZERO).total_seconds()
    return found


def _moments(cells: list[Any]) -> tuple[Any, str] | None:
    """A column of a workbook whose cells are all dates, or all times; ``None`` where they are mixed with others."""
    there = [cell for cell in cells if cell is not None]
    if all(isinstance(cell, time) for cell in there):
        seconds = [c.hour * 3600 + c.minute * 60 + c.second + c.microsecond / 1e6 if c else np.nan for c in cells]
        return np.array(seconds), "TIME"
    if not all(isinstance(cell, datetime) for cell in there):
        return None
    values = np.array([(c - SPSS_ZERO).total_seconds() if c is not None else np.nan for c in cells])
    return values, "DATETIME" if np.any(np.nan_to_num(values) % DAY) else "DATE"


def _dated(name: str, entry: Entry, values: Any, form: str) -> Column:
    shown = {"DATE": "DATE11", "DATETIME": "DATETIME20", "TIME": "TIME8"}[form]
    return Column(Variable(name, entry.label, "numeric", int(shown.lstrip(form)), shown, form), values)
