"""Tables in WordprocessingML: horizontal rules only, repeated heads, rows that do not break, aligned decimals.

Widths are worked out here, because a table of fixed layout looks the same in every word processor, and because what
does not fit has to be split: a table is never set smaller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from pipeline.present.document import Cell, Facts, HeadCell, Row, Table
from pipeline.render import measure
from pipeline.render.docx.styles import GREY, INK, LIGHT, TABLE_SIZE
from pipeline.render.docx.xml import Element, group, paragraph, run, run_properties, w
from pipeline.render.grid import place_head, take_columns
from pipeline.render.text import printable

EM = TABLE_SIZE * 10  # twentieths of a point in an em of table text
PADDING = 145  # left and right of a cell's text, and what another font may need more
BOLD = 1.1  # how much wider the bold face may run: here a word that does not fit is broken
LEVEL = 170  # indent of a label by one level
SIGN = 130  # a raised note sign
WIDEST_CELL = 2_400  # no column is made wider than this by one word or number
WORDY = 1_900  # a column whose texts wish for more than this is one of running text
SHORT_TEXT = 16  # characters: no text is longer that stands among numbers (an interval, a mode)
HEAD_WORD = 2_000
STUB_LEAST, STUB_MOST = 1_300, 3_400
STUB_SHARE = 0.44  # of the table's width at most, while columns still need room
KEPT_TOGETHER = 26  # rows up to which a table is not broken over pages

_Look: TypeAlias = tuple[bool, bool, str]  # bold, italic, colour
_Rules: TypeAlias = tuple[tuple[str, int, str], ...]  # side, width in eighths of a point, colour
_BREAKS = re.compile(r"(?<=[-–/])|\s+")
_DECIMALS = re.compile(r"[.,]\d+$")
_SHOWN = "\x00"  # stands for a cell's runs in its mould; no printable text has it
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


def _word_width(text: str, bold: bool = False) -> int:
    """The width of the widest word; lines break after hyphens and strokes too."""
    return max(text_width(word, bold) for word in _BREAKS.split(text))


@dataclass(frozen=True, slots=True)
class Measures:
    """What a table's columns need, in twentieths of a point; columns count from 0, without the stub.

    ``needs``: the least width of each column; ``tails``: its longest tail (:func:`_tail`), by which its numbers are
    brought under each other; ``wordy``: the columns of running text, with the width each wishes for, which are set
    like text and not like numbers; ``least``, ``wished``: of the stub.
    """

    needs: tuple[int, ...]
    tails: tuple[int, ...]
    wordy: dict[int, int]
    least: int
    wished: int

    def fits(self, width: int) -> bool:
        """Whether the columns stand side by side in ``width``."""
        return self.least + sum(self.needs) <= width


def measures(table: Table) -> Measures:
    """The measures of a table."""
    placed = place_head(table)
    need = [440] * table.columns
    for p in placed:
        if p.column > 0 and p.columns == 1:
            need[p.column - 1] = max(need[p.column - 1], _head_word(p.cell))
    whole, tails, signs = [0] * table.columns, [0] * table.columns, [0] * table.columns
    wishes: dict[int, int] = {}
    for row in table.rows:
        bold = row.kind in _BOLD_ROWS
        for i, cell in enumerate(row.cells[: table.columns]):
            if cell.kind == "text":
                need[i] = max(need[i], min(_word_width(cell.text, bold) + PADDING, WIDEST_CELL))
                if len(cell.text) > SHORT_TEXT:
                    wishes[i] = max(wishes.get(i, 0), text_width(cell.text) + PADDING)
                continue
            # Numbers stand on their decimal mark: the widest whole part and the widest tail may be in two rows.
            tail = _tail(cell)
            whole[i] = max(whole[i], min(text_width(cell.text, bold) + _letters_width(cell) - tail, WIDEST_CELL))
            tails[i] = max(tails[i], tail)
            signs[i] = SIGN if cell.note else signs[i]
    need = [max(n, w + t + s + PADDING) for n, w, t, s in zip(need, whole, tails, signs, strict=True)]
    for p in placed:
        if p.column > 0 and p.columns > 1:
            span = range(p.column - 1, p.column - 1 + p.columns)
            missing = _head_word(p.cell) - sum(need[i] for i in span)
            if missing > 0:
                for i in span:
                    need[i] += missing // p.columns + 1
    labels = [(row.label, row.level * LEVEL, row.kind in _BOLD_ROWS) for row in table.rows if row.kind != "group"]
    labels += [(p.cell.text, 0, True) for p in placed if p.column == 0]
    word = max((_word_width(label, bold) + indent for label, indent, bold in labels), default=0)
    line = max((text_width(label, bold) + indent for label, indent, bold in labels), default=0)
    least = min(max(word + PADDING, STUB_LEAST), STUB_MOST)
    wordy = {i: wish for i, wish in wishes.items() if wish > WORDY}
    return Measures(tuple(need), tuple(tails), wordy, least, max(least, line + PADDING + 60))


def _head_word(cell: HeadCell) -> int:
    """The width that a head cell's longest word needs; a word longer than that is broken by the word processor."""
    word = max(_word_width(text, True) for text in (cell.text, cell.sub))
    return min(word + PADDING, HEAD_WORD)


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


def split(table: Table, measured: Measures, width: int) -> tuple[Table, ...]:
    """The table itself, or its parts when it is too wide, each with the stub: cut between groups of the head
    where there are any. A column too wide by itself gets a part of its own."""
    if measured.fits(width):
        return (table,)
    room = width - measured.least
    needs = measured.needs
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


def layout(measured: Measures, width: int) -> tuple[int, ...]:
    """Column widths, the stub first, that fill ``width``.

    Columns get what they need, the stub what it wishes within its share; then the narrow columns are brought nearer
    to the wide ones, and what is left is shared.
    """
    columns, least, wished = list(measured.needs), measured.least, measured.wished
    room = width - sum(columns)
    share = round(width * STUB_SHARE)
    if not measured.wordy:
        share = max(share, room - len(columns) * 400)
    stub = max(least, min(wished, share, room))
    for i, wish in measured.wordy.items():
        columns[i] += max(0, min(wish - columns[i], width - stub - sum(columns)))
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


def _cell(
    width: int,
    content: Element,
    *,
    span: int = 1,
    merge: str = "",
    rules: _Rules = (),
    bottom: bool = False,
) -> Element:
    borders = [w(side, val="single", sz=size, space=0, color=colour) for side, size, colour in rules]
    return w(
        "tc",
        w(
            "tcPr",
            w("tcW", w=width, type="dxa"),
            w("gridSpan", val=span) if span > 1 else None,
            (w("vMerge", val="restart") if merge == "restart" else w("vMerge")) if merge else None,
            group("tcBorders", *borders),
            w("vAlign", val="bottom") if bottom else None,
        ),
        content,
    )


def _row(cells: list[Element], head: bool = False) -> Element:
    return w("tr", _HEAD_ROW if head else _BODY_ROW, *cells)


_BODY_ROW = w("trPr", w("cantSplit"))
_HEAD_ROW = w("trPr", w("cantSplit"), w("tblHeader"))


def _head_rows(table: Table, widths: tuple[int, ...], wordy: Mapping[int, int]) -> list[Element]:
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


@lru_cache(maxsize=4096)
def _mould(width: int, style: str, rules: _Rules, keep: bool, left: int, right: int) -> tuple[str, str]:
    """What stands before and after the runs of a cell with one paragraph: of thousands of cells, few differ in it."""
    content = paragraph([Element(_SHOWN)], style, keep_next=keep, left_indent=left, right_indent=right)
    before, _, after = _cell(width, content, rules=rules).partition(_SHOWN)
    return before, after


@lru_cache(maxsize=64)
def _look_properties(look: _Look) -> Element | None:
    bold, italic, colour = look
    return run_properties(strong=bold, emphasis=italic, colour=colour)


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
    more: str = "",
) -> Element:
    """A cell with one paragraph of a run and, after it, the runs ``more``; ``left`` or ``right`` indents it."""
    before, after = _mould(width, style, rules, keep, left, right)
    return Element(f"{before}{run(text, _look_properties(look))}{more}{after}")


def _body_row(
    row: Row,
    widths: tuple[int, ...],
    measured: Measures,
    signs: dict[str, str],
    keep: bool,
    ruled: bool,
) -> Element:
    look = _LOOKS[row.kind]
    size, colour = _RULED_ABOVE.get(row.kind, (0, ""))
    rules = (("top", size, colour),) if size and ruled else ()
    if row.kind == "group" and not row.cells:
        label = paragraph([run(row.label, run_properties(strong=look[0], colour=look[2]))], "TableText", keep_next=keep)
        return _row([_cell(sum(widths), label, span=len(widths), rules=rules)])
    cells = [_simple_cell(widths[0], row.label, "TableText", look, rules, keep=keep, left=row.level * LEVEL)]
    for i, width in enumerate(widths[1:]):
        cell = row.cells[i] if i < len(row.cells) else Cell(kind="empty")
        wordy = i in measured.wordy
        indent = 0 if wordy or cell.kind == "text" else max(0, measured.tails[i] - _tail(cell))
        more = run(f" {cell.letters}", run_properties(raised=True)) if cell.letters else ""
        if cell.note:
            more += run(f" {signs[cell.note]}", run_properties(raised=True, colour=GREY))
        style = "TableText" if wordy else "TableNumber"
        cells.append(_simple_cell(width, cell.text, style, look, rules, right=indent, more=more))
    return _row(cells)


def cell_notes(table: Table) -> dict[str, str]:
    """The sign of each distinct note of the table's cells: ``{"No cases in the column.": "a)"}``."""
    notes = dict.fromkeys(cell.note for row in table.rows for cell in row.cells if cell.note)
    return {note: f"{_letter(i)})" for i, note in enumerate(notes)}


def _letter(i: int) -> str:
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)


def table_element(table: Table, width: int, signs: dict[str, str]) -> Element:
    """The table as ``w:tbl``, ``width`` wide. ``signs``: :func:`cell_notes` of the whole table."""
    measured = measures(table)
    widths = layout(measured, width)
    together = len(table.rows) <= KEPT_TOGETHER
    rows = _head_rows(table, widths, measured.wordy)
    previous = ""
    for i, row in enumerate(table.rows):
        keep = together or i < 2 or i >= len(table.rows) - 3 or row.kind == "group"
        ruled = i > 0 and row.kind != previous
        rows.append(_body_row(row, widths, measured, signs, keep, ruled))
        previous = row.kind
    return w(
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
        *rows,
    )


def facts_element(facts: Facts, width: int, beside: int = 1) -> Element:
    """Pairs of a term and what holds for it, as a table; ``beside`` pairs in each row."""
    share = width // beside
    term_width = max((text_width(term) for term, _ in facts.pairs), default=0) + PADDING + 80
    term_width = min(max(term_width, 1_300), round(share * 0.36))
    rows: list[Element] = []
    pairs = [*facts.pairs, *[("", "")] * (-len(facts.pairs) % beside)]
    for i in range(0, len(pairs), beside):
        keep = i + beside < len(pairs) or facts.mark is not None
        cells: list[Element] = []
        for term, text in pairs[i : i + beside]:
            cells.append(_simple_cell(term_width, term, "TableText", _TERM, keep=keep))
            cells.append(_simple_cell(share - term_width, text, "TableText"))
        rows.append(_row(cells))
    return w(
        "tbl",
        w(
            "tblPr",
            w("tblStyle", val="FactsTable"),
            w("tblW", w=share * beside, type="dxa"),
            w("tblLayout", type="fixed"),
            w("tblLook", val="0480", firstRow=0, lastRow=0, firstColumn=1, lastColumn=0, noHBand=0, noVBand=1),
            w("tblCaption", val=_one_line(facts.title)) if facts.title else None,
        ),
        w("tblGrid", *(w("gridCol", w=x) for _ in range(beside) for x in (term_width, share - term_width))),
        *rows,
    )


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())
