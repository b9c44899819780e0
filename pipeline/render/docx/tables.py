"""Tables in WordprocessingML: horizontal rules only, repeated heads, rows that do not break, aligned decimals.

Widths are worked out here, because a table of fixed layout looks the same in every word processor, and because what
does not fit has to be split: a table is never set smaller.
"""

from __future__ import annotations

import re
from copy import copy
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

from pipeline.present.document import Cell, Facts, Row, Table
from pipeline.render import measure
from pipeline.render.docx.styles import GREY, INK, LIGHT, TABLE_SIZE
from pipeline.render.docx.xml import Element, W, paragraph, run, run_properties, w
from pipeline.render.grid import place_head, take_columns
from pipeline.render.text import printable

_W = f"{{{W}}}"
EM = TABLE_SIZE * 10  # twentieths of a point in an em of table text
PADDING = 145  # left and right of a cell's text, and what another font may need more
BOLD = 1.1  # how much wider the bold face may run: here a word that does not fit is broken
LEVEL = 170  # indent of a label by one level
SIGN = 130  # a raised note sign
WIDEST_CELL = 2_400  # no column is made wider than this by one word or number
WORDY = 1_900  # a column whose texts wish for more than this is one of running text
STUB_LEAST = 1_400
STUB_SHARE = 0.44  # of the table's width at most, while columns still need room
KEPT_TOGETHER = 26  # rows up to which a table is not broken over pages

_Look: TypeAlias = tuple[bool, bool, str]  # bold, italic, colour
_Rules: TypeAlias = tuple[tuple[str, int, str], ...]  # side, width in eighths of a point, colour
_DECIMALS = re.compile(r"[.,]\d+$")
_PLAIN: _Look = (False, False, "")
_TERM: _Look = (False, False, GREY)
_LOOKS: dict[str, _Look] = {
    "body": (False, False, ""),
    "group": (True, False, INK),
    "subtotal": (True, False, ""),
    "total": (True, False, ""),
    "missing": (False, True, GREY),
    "base": (False, False, GREY),
    "statistic": (False, True, ""),
}
_BOLD_ROWS = frozenset({"total", "subtotal", "group"})
_RULED_ABOVE = {"total": (6, INK), "subtotal": (4, LIGHT), "base": (4, LIGHT), "group": (4, LIGHT)}


@lru_cache(maxsize=4096)  # the same labels and numbers are measured for width, split and alignment
def text_width(text: str, bold: bool = False) -> int:
    """How wide a text is in the table's type, in twentieths of a point."""
    return round(measure.text_width(text) * (BOLD if bold else 1.0) * EM)


def _longest_word(text: str) -> str:
    return max(re.split(r"(?<=[-–/])|\s+", text), key=len, default="")  # lines break after these marks too


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
    whole, tails = [0] * table.columns, [0] * table.columns
    for row in table.rows:
        bold = row.kind in _BOLD_ROWS
        for i, cell in enumerate(row.cells[: table.columns]):
            if cell.kind == "text":
                need[i] = max(need[i], min(text_width(_longest_word(cell.text), bold) + PADDING, WIDEST_CELL))
                continue
            # Numbers stand on their decimal mark: the widest whole part and the widest tail may be in two rows.
            tail = _tail(cell)
            whole[i] = max(whole[i], min(text_width(cell.text, bold) + _letters_width(cell) - tail, WIDEST_CELL))
            tails[i] = max(tails[i], tail + (SIGN if cell.note else 0))
    need = [max(least, w + t + PADDING if w + t else 0) for least, w, t in zip(need, whole, tails, strict=True)]
    for start, columns, word in spans:
        missing = word - sum(need[start : start + columns])
        if missing > 0:
            for i in range(start, start + columns):
                need[i] += missing // columns + 1
    return [max(n, 440) for n in need]


def _stub_need(table: Table) -> tuple[int, int]:
    """Least and wished width of the stub."""
    labels = [(row.label, row.level * LEVEL, row.kind in _BOLD_ROWS) for row in table.rows if row.kind != "group"]
    labels += [(p.cell.text, 0, True) for p in place_head(table) if p.column == 0]
    least = max((text_width(_longest_word(label), bold) + indent for label, indent, bold in labels), default=0)
    wished = max((text_width(label, bold) + indent for label, indent, bold in labels), default=0) + PADDING + 60
    least += PADDING
    least = min(max(least, STUB_LEAST), 3_400)
    return least, max(least, wished)


def wordy_columns(table: Table) -> dict[int, int]:
    """The columns of running text, from 0, with the width that each wishes for: set like text, not like numbers."""
    wishes: dict[int, int] = {}
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            if cell.kind == "text" and len(cell.text) > 16:
                wishes[i] = max(wishes.get(i, 0), text_width(cell.text) + PADDING)
    return {i: wish for i, wish in wishes.items() if wish > WORDY}


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


def layout(table: Table, width: int) -> tuple[int, ...]:
    """Column widths, the stub first, that fill ``width``.

    Columns get what they need, the stub what it wishes within its share; then the narrow columns are brought nearer
    to the wide ones, and what is left is shared.
    """
    columns = _column_needs(table)
    least, wished = _stub_need(table)
    stub = max(least, min(wished, max(round(width * STUB_SHARE), width - sum(columns) - len(columns) * 400)))
    stub = max(least, min(stub, width - sum(columns)))
    wishes = wordy_columns(table)
    for i, wish in wishes.items():
        room = width - stub - sum(columns)
        columns[i] += max(0, min(wish - columns[i], room))
    columns = _levelled(columns, width - stub - sum(columns))
    # Few narrow columns look lost when stretched over the page: beyond a point the stub takes the room.
    share = max(0, min((width - stub - sum(columns)) // max(1, len(columns)), 600))
    columns = [column + share for column in columns]
    return (max(least, width - sum(columns)), *columns)


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


def _letters_width(cell: Cell) -> int:
    return text_width(f" {cell.letters}") * 7 // 10 if cell.letters else 0  # raised letters are set smaller


def _tail(cell: Cell) -> int:
    """How far a number's text runs on after its last whole digit: decimal mark, decimals and letters.

    Which mark is the decimal one is said by the number of digits that the cell's format puts after it.
    """
    digits = measure.DECIMALS.get(cell.format, 0)
    found = digits > 0 and cell.kind == "number" and _DECIMALS.search(cell.text)
    shown = found[0] if found and len(found[0]) == digits + 1 else ""
    return text_width(shown) + _letters_width(cell)


def _tails(table: Table) -> list[int]:
    """The longest tail of each column, with which all its numbers are brought under each other."""
    longest = [0] * table.columns
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            if cell.kind == "number":
                longest[i] = max(longest[i], _tail(cell))
    return longest


def _cell(
    width: int,
    content: Element,
    *,
    span: int = 1,
    merge: str = "",
    rules: _Rules = (),
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


def _head_rows(table: Table, widths: tuple[int, ...], wordy: frozenset[int]) -> list[Element]:
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
            style = "TableHead" if c == 0 or c - 1 in wordy else "TableHeadSpan" if columns > 1 else "TableHeadNumber"
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


@lru_cache(maxsize=256)
def _prototype(style: str, look: _Look, rules: _Rules, keep: bool, indented: str) -> Element:
    """A cell with one run, to be copied. Copying is six times as fast as building, and there are thousands."""
    bold, italic, colour = look
    properties = run_properties(strong=bold, emphasis=italic, colour=colour)
    left, right = int(indented == "left"), int(indented == "right")
    content = paragraph([run("", properties)], style, keep_next=keep, left_indent=left, right_indent=right)
    return _cell(0, content, rules=rules)


def _simple_cell(
    width: int,
    text: str,
    style: str,
    look: _Look = _PLAIN,
    rules: _Rules = (),
    *,
    keep: bool = False,
    left: int = 0,
    right: int = 0,
) -> Element:
    """A cell with one paragraph of one run; ``left`` or ``right`` indents it."""
    indented = "left" if left else "right" if right else ""
    made: Element = copy(_prototype(style, look, rules, keep, indented))
    properties, shown = made
    properties[0].set(_W + "w", str(width))
    if indented:
        # The indent is the last of the paragraph's properties that are set here.
        shown[0][-1].set(_W + indented, str(left or right))
    text = printable(text)
    if "\n" in text or "\t" in text:
        bold, italic, colour = look
        shown.replace(shown[-1], run(text, run_properties(strong=bold, emphasis=italic, colour=colour)))
    else:
        shown[-1][-1].text = text
    return made


def _body_row(
    row: Row,
    columns: int,
    widths: tuple[int, ...],
    tails: list[int],
    wordy: frozenset[int],
    signs: dict[str, str],
    keep: bool,
    ruled: bool,
) -> Element:
    look = _LOOKS[row.kind]
    size, colour = _RULED_ABOVE.get(row.kind, (0, ""))
    rules = (("top", size, colour),) if size and ruled else ()
    if row.kind == "group" and not row.cells:
        label = paragraph([run(row.label, run_properties(strong=look[0], colour=look[2]))], "TableText", keep_next=keep)
        return _row([_cell(sum(widths), label, span=columns + 1, rules=rules)])
    cells = [_simple_cell(widths[0], row.label, "TableText", look, rules, keep=keep, left=row.level * LEVEL)]
    for i in range(columns):
        cell = row.cells[i] if i < len(row.cells) else Cell(kind="empty")
        indent = max(0, tails[i] - _tail(cell)) if cell.kind != "text" else 0
        style = "TableText" if i in wordy else "TableNumber"
        made = _simple_cell(widths[i + 1], cell.text, style, look, rules, right=0 if i in wordy else indent)
        if cell.letters:
            made[-1].append(run(f" {cell.letters}", run_properties(raised=True)))
        if cell.note:
            made[-1].append(run(f" {signs[cell.note]}", run_properties(raised=True, colour=GREY)))
        cells.append(made)
    return _row(cells)


def cell_notes(table: Table) -> dict[str, str]:
    """The sign of each distinct note of the table's cells: ``{"No cases in the column.": "a)"}``."""
    notes = dict.fromkeys(cell.note for row in table.rows for cell in row.cells if cell.note)
    return {note: f"{_letter(i)})" for i, note in enumerate(notes)}


def _letter(i: int) -> str:
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)


def table_element(table: Table, width: int, signs: dict[str, str]) -> Element:
    """The table as ``w:tbl``, ``width`` wide. ``signs``: :func:`cell_notes` of the whole table."""
    widths = layout(table, width)
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
    wordy = wordy_columns(table)
    made.extend(_head_rows(table, widths, frozenset(wordy)))
    tails = _tails(table)
    together = len(table.rows) <= KEPT_TOGETHER
    previous = ""
    for i, row in enumerate(table.rows):
        keep = together or i < 2 or i >= len(table.rows) - 3 or row.kind == "group"
        ruled = i > 0 and row.kind != previous
        made.append(_body_row(row, table.columns, widths, tails, frozenset(wordy), signs, keep, ruled))
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
        left = _simple_cell(first, term, "TableText", _TERM, keep=keep)
        made.append(_row([left, _simple_cell(width - first, text, "TableText")]))
    return made


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
