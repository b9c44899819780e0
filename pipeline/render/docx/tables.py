"""Tables in WordprocessingML: horizontal rules only, repeated heads, rows that do not break, aligned decimals.

Columns have fixed widths (:mod:`pipeline.render.table_layout`), so that a table looks the same in every word processor.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeAlias

from pipeline.present.document import Cell, Facts, Row
from pipeline.render.docx.template import Rules
from pipeline.render.docx.xml import Element, group, paragraph, run, run_properties, w
from pipeline.render.grid import place_head
from pipeline.render.measure import text_width
from pipeline.render.table_layout import INDENT, LETTER, NOTE, SIZES, Column, Layout, Part, beside_letters, padding
from pipeline.render.text import printable

TWIPS = 20  # to the point
_PADDING = 7.5  # points: what a cell's margins and a safe distance take

_Lines: TypeAlias = tuple[tuple[str, int, str], ...]  # side, width in eighths of a point, colour
_SHOWN = "\x00"  # stands for a cell's runs in its mould; no printable text has it
_STYLES = {
    "body": "",
    "group": "RowGroup",
    "subtotal": "RowSubtotal",
    "total": "RowTotal",
    "missing": "RowMissing",
    "base": "RowBase",
    "statistic": "RowStatistic",
}
_STRONG, _MEDIUM, _LIGHT = 12, 6, 4  # rules, in eighths of a point


def _ruled_above(kind: str, rules: Rules) -> _Lines:
    """The rule above the first row of a kind."""
    if kind == "total":
        return (("top", _MEDIUM, rules.strong),)
    return (("top", _LIGHT, rules.light),) if kind in ("subtotal", "base", "group") else ()


def _cell(
    width: int,
    content: Element,
    *,
    span: int = 1,
    merge: str = "",
    rules: _Lines = (),
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


def _head_rows(part: Part, widths: tuple[int, ...], rules: Rules) -> list[Element]:
    height, size = len(part.table.head), _half_points(part)
    placed = {(p.row, p.column): p for p in place_head(part.table)}
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
            lines: list[tuple[str, int, str]] = []
            if last:
                lines.append(("bottom", _MEDIUM, rules.strong))
            elif p is not None and p.columns > 1 and p.rows == 1:
                lines.append(("bottom", _LIGHT, rules.light))
            left = c == 0 or (columns == 1 and not part.columns[c - 1].numeric)
            style = "TableHead" if left else "TableHeadSpan" if columns > 1 else "TableHeadNumber"
            runs: list[Element] = []
            if p is not None:
                runs.append(run(p.cell.text, run_properties(size=size)))
                if p.cell.sub:
                    runs.append(w("r", w("br")))
                    runs.append(run(p.cell.sub, run_properties(style="TableSubhead", size=size)))
            merge = "" if here is None or here.rows == 1 else "restart" if p is not None else "continue"
            width = sum(widths[c : c + columns])
            cells.append(
                _cell(width, paragraph(runs, style), span=columns, merge=merge, rules=tuple(lines), bottom=True)
            )
            c += columns
        rows.append(_row(cells, head=True))
    return rows


@lru_cache(maxsize=4096)
def _mould(width: int, style: str, rules: _Lines, keep: bool, left: int, right: int) -> tuple[str, str]:
    """What stands before and after the runs of a cell with one paragraph: of thousands of cells, few differ in it."""
    content = paragraph([Element(_SHOWN)], style, keep_next=keep, left_indent=left, right_indent=right)
    before, _, after = _cell(width, content, rules=rules).partition(_SHOWN)
    return before, after


@lru_cache(maxsize=64)
def _look(style: str, size: int) -> Element | None:
    return run_properties(style=style, size=size)


def _simple_cell(
    width: int,
    text: str,
    style: str,
    look: Element | None = None,
    rules: _Lines = (),
    *,
    keep: bool = False,
    left: int = 0,
    right: int = 0,
    more: str = "",
) -> Element:
    """A cell with one paragraph of a run and, after it, the runs ``more``; ``left`` or ``right`` indents it."""
    before, after = _mould(width, style, rules, keep, left, right)
    return Element(f"{before}{run(text, look)}{more}{after}")


def _half_points(part: Part) -> int:
    """The type size where it is smaller than the styles', in half-points."""
    return 0 if part.size == SIZES[0] else round(2 * part.size)


def _free(cell: Cell, column: Column, letters: str) -> float:
    """The room, in em, that a number leaves at its right so that decimal marks stand in line."""
    taken = LETTER * len(letters) + (NOTE if cell.note else 0.0)
    return max(0.0, padding(cell, column) + column.after - taken)


def _body_row(
    row: Row, part: Part, widths: tuple[int, ...], notes: dict[str, int], keep: bool, lines: _Lines
) -> Element:
    size, em = _half_points(part), part.size * TWIPS
    look = _look(_STYLES[row.kind], size)
    if row.kind == "group" and not row.cells:
        label = paragraph([run(row.label, look)], "TableText", keep_next=keep)
        return _row([_cell(sum(widths), label, span=len(widths), rules=lines)])
    indent = round(row.level * INDENT * em)
    cells = [_simple_cell(widths[0], row.label, "TableText", look, lines, keep=keep, left=indent)]
    for i, (width, column) in enumerate(zip(widths[1:], part.columns, strict=True)):
        cell = row.cells[i] if i < len(row.cells) else Cell(kind="empty")
        text, letters = beside_letters(cell)
        free = round(_free(cell, column, letters) * em) if column.numeric and cell.kind != "text" else 0
        more = run(f" {letters}", _look("TableLetters", size)) if letters else ""
        if cell.note:
            more += run(f"({notes[cell.note]})", _look("TableSign", size))
        style = "TableNumber" if column.numeric else "TableText"
        cells.append(_simple_cell(width, text, style, look, lines, right=free, more=more))
    return _row(cells)


def table_element(part: Part, layout: Layout, rules: Rules) -> Element:
    """A table, or a part of one, as ``w:tbl``."""
    table = part.table
    columns = [round(width * part.size * TWIPS) for width in part.widths[1:]]
    widths = (round(math.fsum(part.widths) * part.size * TWIPS) - sum(columns), *columns)
    together = layout.kept_together(part)
    rows = _head_rows(part, widths, rules)
    previous = ""
    for i, row in enumerate(table.rows):
        keep = together or i < 2 or i >= len(table.rows) - 3 or row.kind == "group"
        lines = _ruled_above(row.kind, rules) if i > 0 and row.kind != previous else ()
        rows.append(_body_row(row, part, widths, layout.notes, keep, lines))
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
                w("top", val="single", sz=_STRONG, space=0, color=rules.strong),
                w("bottom", val="single", sz=_STRONG, space=0, color=rules.strong),
            ),
            w("tblLayout", type="fixed"),
            w("tblLook", val="0420", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=0, noVBand=1),
            w("tblCaption", val=_one_line(f"{table.label}. {table.title}")),
            w("tblDescription", val=_one_line(table.base or table.title)),
        ),
        w("tblGrid", *(w("gridCol", w=x) for x in widths)),
        *rows,
    )


def facts_element(facts: Facts, width: float, beside: int = 1) -> Element:
    """Pairs of a term and what holds for it, as a table ``width`` points wide; ``beside`` pairs in each row."""
    share = round(width * TWIPS) // beside
    longest = max((text_width(term) for term, _ in facts.pairs), default=0.0) * SIZES[0] + _PADDING
    term_width = min(max(round(longest * TWIPS), 1_300), round(share * 0.36))
    rows: list[Element] = []
    pairs = [*facts.pairs, *[("", "")] * (-len(facts.pairs) % beside)]
    for i in range(0, len(pairs), beside):
        keep = i + beside < len(pairs) or facts.mark is not None
        cells: list[Element] = []
        for term, text in pairs[i : i + beside]:
            cells.append(_simple_cell(term_width, term, "TableText", _look("TableTerm", 0), keep=keep))
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
