"""Tables in WordprocessingML: horizontal rules only, repeated heads, rows that do not break, aligned decimals.

Widths are worked out here, because a table of fixed layout looks the same in every word processor, and because what
does not fit has to be split: a table is never set smaller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from pipeline import language
from pipeline.present.document import Cell, Facts, Row, Table
from pipeline.render import measure
from pipeline.render.docx.styles import GREY, INK, LIGHT, TABLE_SIZE
from pipeline.render.docx.xml import SPACE, Element, W, paragraph, run, run_properties, w
from pipeline.render.grid import place_head, take_columns
from pipeline.render.text import printable

_W = f"{{{W}}}"
EM = TABLE_SIZE * 10  # twentieths of a point in an em of table text
PADDING = 150  # left and right of a cell's text, and what another font may need more
LEVEL = 170  # indent of a label by one level
STUB_LEAST = 1_700
STUB_SHARE = 0.44  # of the table's width at most, while columns still need room
KEPT_TOGETHER = 26  # rows up to which a table is not broken over pages

_BOLD_ROWS = frozenset({"total", "subtotal", "group"})
_RULED_ABOVE = {"total": (6, INK), "subtotal": (4, LIGHT), "base": (4, LIGHT), "group": (4, LIGHT)}


@lru_cache(maxsize=4096)  # the same labels and numbers are measured for width, split and alignment
def text_width(text: str, bold: bool = False) -> int:
    """How wide a text is in the table's type, in twentieths of a point."""
    return round(measure.text_width(text, bold) * EM)


def _longest_word(text: str) -> str:
    return max(text.split(), key=len, default="")


@dataclass(frozen=True, slots=True)
class Layout:
    """The widths of a table's columns, the stub first, in twentieths of a point."""

    widths: tuple[int, ...]


def _column_needs(table: Table) -> list[int]:
    """The least width of each column right of the stub: its longest head word and its longest cell."""
    need = [0] * table.columns
    spans: list[tuple[int, int, int]] = []
    for p in place_head(table):
        if p.column == 0:
            continue
        word = max((text_width(_longest_word(t), True) for t in (p.cell.text, p.cell.sub)), default=0) + PADDING
        # A word longer than any table column could be is broken by the word processor.
        word = min(word, 2_000)
        if p.columns == 1:
            need[p.column - 1] = max(need[p.column - 1], word)
        else:
            spans.append((p.column - 1, p.columns, word))
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            shown = text_width(cell.text if cell.kind != "text" else _longest_word(cell.text), row.kind in _BOLD_ROWS)
            extra = text_width(f" {cell.letters}") * 7 // 10 if cell.letters else 0
            need[i] = max(need[i], min(shown + extra + PADDING + (120 if cell.note else 0), 2_400))
    for start, columns, word in spans:
        missing = word - sum(need[start : start + columns])
        if missing > 0:
            for i in range(start, start + columns):
                need[i] += missing // columns + 1
    return [max(n, 480) for n in need]


def _stub_need(table: Table) -> tuple[int, int]:
    """Least and wished width of the stub."""
    labels = [(row.label, row.level * LEVEL, row.kind in _BOLD_ROWS) for row in table.rows if row.kind != "group"]
    labels += [(p.cell.text, 0, True) for p in place_head(table) if p.column == 0]
    least = max((text_width(_longest_word(label), bold) + indent for label, indent, bold in labels), default=0)
    wished = max((text_width(label, bold) + indent for label, indent, bold in labels), default=0) + PADDING + 60
    least += PADDING
    least = min(max(least, STUB_LEAST), 3_400)
    return least, max(least, wished)


def fits(table: Table, width: int) -> bool:
    """Whether the table's columns fit side by side in ``width``."""
    return _stub_need(table)[0] + sum(_column_needs(table)) <= width


def split(table: Table, width: int) -> tuple[Table, ...]:
    """The table itself, or its parts when it is too wide, each with the stub: cut between groups of the head
    where there are any. A column too wide by itself gets a part of its own."""
    if fits(table, width):
        return (table,)
    room = width - _stub_need(table)[0]
    needs = _column_needs(table)
    inside = {
        column
        for p in place_head(table)
        if p.column > 0 and p.columns < table.columns
        for column in range(p.column + 1, p.column + p.columns)
    }
    parts: list[Table] = []
    start = 1
    while start <= table.columns:
        stop, used = start, 0
        while stop <= table.columns and (stop == start or used + needs[stop - 1] <= room):
            used += needs[stop - 1]
            stop += 1
        cut = stop
        while cut <= table.columns and cut in inside and cut > start + 1:
            cut -= 1
        if cut <= table.columns and cut in inside:
            cut = stop  # a group wider than the page is cut where the page ends
        parts.append(take_columns(table, start, cut))
        start = cut
    return tuple(parts)


def layout(table: Table, width: int) -> Layout:
    """Widths that fill ``width``: columns get what they need, the stub what it wishes within its share; then the
    narrow columns are brought nearer to the wide ones, and what is left is shared."""
    columns = _column_needs(table)
    least, wished = _stub_need(table)
    stub = max(least, min(wished, max(round(width * STUB_SHARE), width - sum(columns) - len(columns) * 400)))
    stub = max(least, min(stub, width - sum(columns)))
    columns = _levelled(columns, width - stub - sum(columns))
    # Few narrow columns look lost when stretched over the page: beyond a point the stub takes the room.
    share = max(0, min((width - stub - sum(columns)) // max(1, len(columns)), 600))
    columns = [column + share for column in columns]
    return Layout((max(least, width - sum(columns)), *columns))


def _levelled(columns: list[int], room: int) -> list[int]:
    """The narrowest columns raised to a common width, as far as ``room`` goes."""
    ordered = sorted(columns)
    level = ordered[0] if ordered else 0
    for i, column in enumerate(ordered):
        cost = (column - level) * i
        if cost > room:
            level += room // i
            break
        room -= cost
        level = column
    return [max(column, level) for column in columns]


def _tail(cell: Cell, decimals: re.Pattern[str]) -> int:
    """How far a number's text runs on after its last whole digit: decimal mark, decimals and letters."""
    found = decimals.search(cell.text)
    tail = text_width(found[0]) if found else 0
    if cell.letters:
        tail += text_width(f" {cell.letters}") * 7 // 10  # raised letters are set smaller
    return tail


def _tails(table: Table, decimal: str) -> tuple[list[int], re.Pattern[str]]:
    """The longest tail of each column, with which all its numbers are brought under each other."""
    decimals = re.compile(re.escape(decimal) + r"\d+$")
    longest = [0] * table.columns
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            if cell.kind == "number":
                longest[i] = max(longest[i], _tail(cell, decimals))
    return longest, decimals


def _cell(
    width: int,
    content: Element,
    *,
    span: int = 1,
    merge: str = "",
    rules: tuple[tuple[str, int, str], ...] = (),
    bottom: bool = False,
) -> Element:
    made = etree.Element(_W + "tc")
    properties = etree.SubElement(made, _W + "tcPr")
    etree.SubElement(properties, _W + "tcW", {_W + "w": str(width), _W + "type": "dxa"})
    if span > 1:
        etree.SubElement(properties, _W + "gridSpan").set(_W + "val", str(span))
    if merge:
        merged = etree.SubElement(properties, _W + "vMerge")
        if merge == "restart":
            merged.set(_W + "val", "restart")
    if rules:
        borders = etree.SubElement(properties, _W + "tcBorders")
        for side, size, colour in rules:
            attributes = {"val": "single", "sz": str(size), "space": "0", "color": colour}
            etree.SubElement(borders, _W + side, {_W + key: value for key, value in attributes.items()})
    if bottom:
        etree.SubElement(properties, _W + "vAlign").set(_W + "val", "bottom")
    made.append(content)
    return made


def _row(cells: list[Element], head: bool = False) -> Element:
    made = etree.Element(_W + "tr")
    properties = etree.SubElement(made, _W + "trPr")
    etree.SubElement(properties, _W + "cantSplit")
    if head:
        etree.SubElement(properties, _W + "tblHeader")
    made.extend(cells)
    return made


def _head_rows(table: Table, widths: tuple[int, ...]) -> list[Element]:
    height = len(table.head)
    placed = {(p.row, p.column): p for p in place_head(table)}
    covered = {(p.row + i, p.column): p for p in placed.values() for i in range(1, p.rows)}
    rows: list[Element] = []
    for r in range(height):
        cells: list[Element] = []
        c = 0
        while c < len(widths):
            p = placed.get((r, c))
            above = covered.get((r, c))
            here = p or above
            columns = here.columns if here else 1
            last = r == height - 1 if here is None else here.row + here.rows == height and r == height - 1
            rules: list[tuple[str, int, str]] = []
            if last:
                rules.append(("bottom", 6, INK))
            elif p is not None and p.columns > 1 and p.rows == 1:
                rules.append(("bottom", 4, LIGHT))
            style = "TableHead" if c == 0 else "TableHeadSpan" if columns > 1 else "TableHeadNumber"
            runs: list[Element] = []
            if p is not None:
                runs.append(run(p.cell.text))
                if p.cell.sub:
                    runs.append(w("r", w("br")))
                    runs.append(run(p.cell.sub, run_properties(colour=GREY)))
            merge = "" if here is None or here.rows == 1 else "restart" if p is not None else "continue"
            width = sum(widths[c : c + columns])
            cells.append(
                _cell(width, paragraph(runs, style), span=columns, merge=merge, rules=tuple(rules), bottom=True)
            )
            c += columns
        rows.append(_row(cells, head=True))
    return rows


_NUMBER_LOOKS = {
    "body": (False, False, ""),
    "group": (True, False, INK),
    "subtotal": (True, False, ""),
    "total": (True, False, ""),
    "missing": (False, True, GREY),
    "base": (False, False, GREY),
    "statistic": (False, True, ""),
}


def _number_paragraph(text: str, look: tuple[bool, bool, str], letters: str, sign: str, indent: int) -> Element:
    """A cell's paragraph. Built by hand and not by :func:`paragraph`, because there are thousands of them."""
    made = etree.Element(_W + "p")
    properties = etree.SubElement(made, _W + "pPr")
    etree.SubElement(properties, _W + "pStyle").set(_W + "val", "TableNumber")
    if indent:
        etree.SubElement(properties, _W + "ind").set(_W + "right", str(indent))
    bold, italic, colour = look
    if bold or italic or colour or "\n" in text or "\t" in text:
        made.append(run(text, run_properties(strong=bold, emphasis=italic, colour=colour)))
    else:
        t = etree.SubElement(etree.SubElement(made, _W + "r"), _W + "t")
        t.text = printable(text)
        t.set(SPACE, "preserve")
    if letters:
        made.append(run(f" {letters}", run_properties(raised=True)))
    if sign:
        made.append(run(f" {sign}", run_properties(raised=True, colour=GREY)))
    return made


def _body_row(
    row: Row,
    columns: int,
    widths: tuple[int, ...],
    tails: list[int],
    decimals: re.Pattern[str],
    signs: dict[str, str],
    keep: bool,
    ruled: bool,
) -> Element:
    look = _NUMBER_LOOKS[row.kind]
    size, colour = _RULED_ABOVE.get(row.kind, (0, ""))
    rules = (("top", size, colour),) if size and ruled else ()
    label = paragraph(
        [run(row.label, run_properties(strong=look[0], emphasis=look[1], colour=look[2]))],
        "TableText",
        keep_next=keep,
        left_indent=row.level * LEVEL,
    )
    if row.kind == "group" and not row.cells:
        return _row([_cell(sum(widths), label, span=columns + 1, rules=rules)])
    cells = [_cell(widths[0], label, rules=rules)]
    for i in range(columns):
        cell = row.cells[i] if i < len(row.cells) else Cell(kind="empty")
        indent = max(0, tails[i] - _tail(cell, decimals)) if cell.kind != "text" else 0
        sign = signs[cell.note] if cell.note else ""
        cells.append(_cell(widths[i + 1], _number_paragraph(cell.text, look, cell.letters, sign, indent), rules=rules))
    return _row(cells)


def cell_notes(table: Table) -> dict[str, str]:
    """The sign of each distinct note of the table's cells: ``{"No cases in the column.": "a)"}``."""
    notes = dict.fromkeys(cell.note for row in table.rows for cell in row.cells if cell.note)
    return {note: f"{_letter(i)})" for i, note in enumerate(notes)}


def _letter(i: int) -> str:
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)


def table_element(table: Table, width: int, decimal: str, signs: dict[str, str]) -> Element:
    """The table as ``w:tbl``, ``width`` wide. ``signs``: :func:`cell_notes` of the whole table."""
    widths = layout(table, width).widths
    made = w(
        "tbl",
        w(
            "tblPr",
            w("tblStyle", val="StatisticalTable"),
            w("tblW", w=sum(widths), type="dxa"),
            # The rules are written at the table too, so that they survive being pasted into another document.
            w(
                "tblBorders",
                w("top", val="single", sz=12, space=0, color=INK),
                w("bottom", val="single", sz=12, space=0, color=INK),
            ),
            w("tblLayout", type="fixed"),
            w("tblLook", val="0420", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=0, noVBand=1),
            w("tblCaption", val=_one_line(f"{table.label}. {table.title}")),
            w("tblDescription", val=_one_line(table.base or table.title)),
        ),
        w("tblGrid", *(w("gridCol", w=x) for x in widths)),
    )
    made.extend(_head_rows(table, widths))
    tails, decimals = _tails(table, decimal)
    together = len(table.rows) <= KEPT_TOGETHER
    previous = ""
    for i, row in enumerate(table.rows):
        keep = together or i < 2 or i >= len(table.rows) - 3 or row.kind == "group"
        ruled = i > 0 and row.kind != previous
        made.append(_body_row(row, table.columns, widths, tails, decimals, signs, keep, ruled))
        previous = row.kind
    return made


def facts_element(facts: Facts, width: int) -> Element:
    """Pairs of a term and what holds for it, as a two-column table."""
    first = max((text_width(term) for term, _ in facts.pairs), default=0) + PADDING + 80
    first = min(max(first, 1_500), round(width * 0.36))
    made = w(
        "tbl",
        w(
            "tblPr",
            w("tblStyle", val="FactsTable"),
            w("tblW", w=width, type="dxa"),
            w("tblLayout", type="fixed"),
            w("tblLook", val="0480", firstRow=0, lastRow=0, firstColumn=1, lastColumn=0, noHBand=0, noVBand=1),
            w("tblCaption", val=_one_line(facts.title)) if facts.title else None,
        ),
        w("tblGrid", w("gridCol", w=first), w("gridCol", w=width - first)),
    )
    for i, (term, text) in enumerate(facts.pairs):
        keep = i < len(facts.pairs) - 1 or facts.mark is not None
        left = paragraph([run(term, run_properties(colour=GREY))], "TableText", keep_next=keep)
        right = paragraph([run(text)], "TableText")
        made.append(_row([_cell(first, left), _cell(width - first, right)]))
    return made


def continued(table: Table, lang: str) -> str:
    """The label over the further parts of a split table: "Tavola 3 (segue)"."""
    return language.text(lang, "office.continued", label=table.label)


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
