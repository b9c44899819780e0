"""A table's sheet: title, question and base above, the numbers as numbers, notes and source below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from pipeline import language
from pipeline.present.document import Cell, Row, Table
from pipeline.render.grid import place_head
from pipeline.render.table_layout import DIGIT, Layout, beside_letters, decimals_of, lay_out
from pipeline.render.xlsx.sheet import (
    GREY,
    LIGHT,
    LINE_HEIGHT,
    RULE,
    Page,
    Sheet,
    free_width,
    letters_are_safe,
    lines,
    number_format,
)

_ROW_STYLES: dict[str, dict[str, Any]] = {
    "body": {},
    "group": {"bold": True, "font_color": RULE},
    "subtotal": {"bold": True, "top": 1, "top_color": LIGHT},
    "total": {"bold": True, "top": 1, "top_color": RULE},
    "missing": {"italic": True, "font_color": GREY},
    "base": {"font_color": GREY},
    "statistic": {"italic": True},
}


def title_of(table: Table, lang: str) -> str:
    """ "Tavola 3 – Title (unit) †" in one line."""
    title = language.text(lang, "office.caption", label=table.label, title=table.title)
    unit = f" ({table.unit})" if table.unit else ""
    return title + unit + (f" {table.mark.symbol}" if table.mark else "")


def write_table(sheet: Sheet, table: Table, words: dict[str, str], back: tuple[str, int], page: Page) -> None:
    """Fill the sheet of one table, and set its pages for print.

    ``back`` is the contents sheet and the row there that names this table.
    """
    lang, layout = sheet.lang, lay_out(table)
    sheet.set_widths(_widths(layout))
    sheet.link(0, 0, back[0], (back[1], 0), f"← {words['back_to_contents']}", font_size=10)
    sheet.row = 1
    sheet.line(title_of(table, lang), size=13, bold=True, font_color=RULE)
    for word, text in (("question", table.question), ("base", table.base)):
        if text:
            sheet.line(_with_word(lang, words[word], text), font_color=GREY)
    if table.answer:
        sheet.line(table.answer, bold=True)
    sheet.row += 1
    head = _write_head(sheet, table)
    cells: dict[str, list[str]] = {note: [] for note in layout.notes}
    rooms = _rooms(table)
    for i, row in enumerate(table.rows):
        _write_row(sheet, row, rooms, i == len(table.rows) - 1, cells)
    sheet.row += 1
    for text in table.statistics:
        sheet.line(text)
    for text in table.notes:
        sheet.line(text, font_color=GREY, size=10)
    for text, where in cells.items():
        said = _with_word(lang, ", ".join(where), text)
        numbered = f"({layout.notes[text]}) {said}" if text in layout.notes else said
        sheet.line(numbered, font_color=GREY, size=10)
    if table.source:
        sheet.line(_with_word(lang, words["source"], table.source), font_color=GREY, size=10)
    if table.mark:
        sheet.line(table.mark.text, font_color=GREY, size=10)
    # The document's ids name their kind first; the results' table_id is what the study calls the table.
    sheet.line(language.text(lang, "office.table_id", id=table.id.removeprefix("table-")), font_color=GREY, size=9)
    sheet.ws.freeze_panes(head[1] + 1, 1)
    sheet.print_setup(layout.turned, head, page, [part.table.columns for part in layout.parts])


def _with_word(lang: str, word: str, text: str) -> str:
    return language.text(lang, "office.colon", word=word, text=text)


def _widths(layout: Layout) -> list[float]:
    """Widths in characters, as Excel counts them: as many digits as they hold in the layout."""
    stub = max(part.widths[0] for part in layout.parts)
    return [width / DIGIT for width in (stub, *(width for part in layout.parts for width in part.widths[1:]))]


def _write_head(sheet: Sheet, table: Table) -> tuple[int, int]:
    first, height = sheet.row, len(table.head)
    last = first + height - 1
    heights = [LINE_HEIGHT + 2] * height
    # Cells of one row first: what they make high helps those that span rows.
    for p in sorted(place_head(table), key=lambda p: p.rows):
        text = p.cell.text + (f"\n{p.cell.sub}" if p.cell.sub else "")
        style: dict[str, Any] = {"bold": True, "text_wrap": True, "valign": "bottom", "font_color": RULE}
        if p.row == 0:
            style |= {"top": 2, "top_color": RULE}
        if p.row + p.rows == height:
            style |= {"bottom": 1, "bottom_color": RULE}
        elif p.columns > 1:
            style |= {"bottom": 1, "bottom_color": LIGHT}
        style["align"] = "left" if p.column == 0 else "center" if p.columns > 1 else "right"
        top, bottom = first + p.row, first + p.row + p.rows - 1
        sheet.merged((top, bottom), (p.column, p.column + p.columns - 1), text, **style)
        need = (
            lines(sheet.clean(text), math.fsum(sheet.widths[p.column : p.column + p.columns]), True) * LINE_HEIGHT + 3
        )
        span = slice(p.row, p.row + p.rows)
        heights[p.row + p.rows - 1] += max(0.0, need - math.fsum(heights[span]))
    for i, points in enumerate(heights):
        sheet.ws.set_row(first + i, min(points, 409.0))
    sheet.row = last + 1
    return first, last


@dataclass(frozen=True, slots=True)
class _Room:
    """What stands after the whole digits of a column's numbers at most: decimals, a per cent sign, letters."""

    decimals: int
    percent: bool
    letters: str

    def free(self, cell: Cell) -> str:
        """The characters whose width a number leaves free before its letters, so that decimal marks stand in line."""
        own = decimals_of(cell)
        mark = "." if self.decimals and not own else ""
        sign = "%" if self.percent and not cell.format.startswith("percent") else ""
        return mark + "0" * (self.decimals - own) + sign


def _rooms(table: Table) -> list[_Room]:
    """The room of each column."""
    rooms = []
    for i in range(table.columns):
        cells = [row.cells[i] for row in table.rows if i < len(row.cells)]
        numbers = [cell for cell in cells if cell.kind == "number"]
        letters = [letters for cell in cells if (letters := beside_letters(cell)[1]) and letters_are_safe(letters)]
        rooms.append(
            _Room(
                max(map(decimals_of, numbers), default=0),
                any(cell.format.startswith("percent") for cell in numbers),
                max(letters, key=len, default=""),
            )
        )
    return rooms


def _write_row(sheet: Sheet, row: Row, rooms: list[_Room], is_last: bool, notes: dict[str, list[str]]) -> None:
    style = dict(_ROW_STYLES[row.kind])
    if is_last:
        style |= {"bottom": 2, "bottom_color": RULE}
    label: dict[str, Any] = {"text_wrap": True, "indent": row.level, **style}
    sheet.string(sheet.row, 0, row.label, **label)
    if row.kind == "group" and not row.cells:
        for column in range(1, len(rooms) + 1):
            sheet.string(sheet.row, column, "", **style)
    else:
        # A label that wraps gets its height from here: LibreOffice does not fit rows to wrapped text by itself.
        need = lines(sheet.clean(row.label), sheet.widths[0] - 2 * row.level, bool(style.get("bold")))
        if need > 1:
            sheet.ws.set_row(sheet.row, min(409.0, need * LINE_HEIGHT + 1))
        for column, (cell, room) in enumerate(zip(row.cells, rooms, strict=False), start=1):
            _write_cell(sheet, column, cell, room, style, notes)
        for column in range(len(row.cells) + 1, len(rooms) + 1):
            sheet.string(sheet.row, column, "", **style)
    sheet.row += 1


def _write_cell(
    sheet: Sheet, column: int, cell: Cell, room: _Room, style: dict[str, Any], notes: dict[str, list[str]]
) -> None:
    """A number as a number; every other kind as its symbol, whatever value the cell may still carry."""
    row = sheet.row
    letters = beside_letters(cell)[1]
    letters = letters if letters_are_safe(letters) else ""
    if letters != cell.letters:
        notes.setdefault(cell.letters, []).append(xl_rowcol_to_cell(row, column))
    if cell.kind == "number" and cell.value is not None and math.isfinite(cell.value):
        look = number_format(cell.format, cell.text, letters, room.free(cell), room.letters)
        sheet.ws.write_number(row, column, cell.value, sheet.styles.get(num_format=look, **style))
    else:
        shown = f"{cell.text} {letters}" if letters else cell.text
        if room.letters:
            style = {**style, "num_format": "@" + free_width(f" {room.letters}"[len(letters) + 1 if letters else 0 :])}
        sheet.string(row, column, shown, align="right", text_wrap=cell.kind == "text", **style)
    if cell.note:
        notes[cell.note].append(xl_rowcol_to_cell(row, column))
