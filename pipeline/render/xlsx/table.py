"""A table's sheet: title, question and base above, the numbers as numbers, notes and source below."""

from __future__ import annotations

import math
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from pipeline import language
from pipeline.present.document import Cell, Row, Table
from pipeline.render.grid import place_head
from pipeline.render.xlsx.sheet import (
    GREY,
    LIGHT,
    LINE_HEIGHT,
    RULE,
    Sheet,
    free_room,
    letters_are_safe,
    lines,
    number_format,
)

TEXT_WIDTH = 96.0  # characters over which titles and notes run, also above a narrow table
STUB_WIDTH = (24.0, 52.0)
COLUMN_WIDTH = (10.0, 20.0)

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


def write_table(sheet: Sheet, table: Table, words: dict[str, str], back: tuple[str, int]) -> tuple[int, int]:
    """Fill the sheet of one table; returns the first and last row of its head.

    ``back`` is the contents sheet and the row there that names this table.
    """
    lang = sheet.lang
    sheet.set_widths(_widths(table))
    sheet.link(0, 0, back[0], (back[1], 0), f"← {words['back_to_contents']}", font_size=10)
    sheet.row = 1
    sheet.line(title_of(table, lang), size=13, bold=True, font_color=RULE)
    for word, text in (("question", table.question), ("base", table.base)):
        if text:
            sheet.line(_with_word(lang, words[word], text), font_color=GREY)
    sheet.row += 1
    head = _write_head(sheet, table)
    notes: dict[str, list[str]] = {}
    rooms = _letter_rooms(table)
    for i, row in enumerate(table.rows):
        _write_row(sheet, row, rooms, i == len(table.rows) - 1, notes)
    sheet.row += 1
    for text in table.statistics:
        sheet.line(text)
    for text in table.notes:
        sheet.line(text, font_color=GREY, size=10)
    for text, cells in notes.items():
        said = language.text(lang, "office.cell_note", cells=", ".join(cells), text=text)
        sheet.line(said, font_color=GREY, size=10)
    if table.source:
        sheet.line(_with_word(lang, words["source"], table.source), font_color=GREY, size=10)
    if table.mark:
        sheet.line(table.mark.text, font_color=GREY, size=10)
    # The document's ids name their kind first; the results' table_id is what the study calls the table.
    sheet.line(language.text(lang, "office.table_id", id=table.id.removeprefix("table-")), font_color=GREY, size=9)
    sheet.ws.freeze_panes(head[1] + 1, 1)
    return head


def _with_word(lang: str, word: str, text: str) -> str:
    return language.text(lang, "office.colon", word=word, text=text)


def _widths(table: Table) -> list[float]:
    """Widths in characters: the stub as its labels need, columns as their words and numbers need, then what is
    missing to the width of the text lines, in columns of common width."""
    labels = [len(row.label) + 2 * row.level for row in table.rows if row.kind != "group"]
    stub = min(max([*labels, STUB_WIDTH[0]]) + 1, STUB_WIDTH[1])
    need = [COLUMN_WIDTH[0]] * table.columns
    for placed in place_head(table):
        if placed.column > 0 and placed.columns == 1:
            words = (placed.cell.text + " " + placed.cell.sub).split()
            longest = max((len(word) for word in words), default=0)
            need[placed.column - 1] = max(need[placed.column - 1], longest * 1.15 + 1)
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            need[i] = max(need[i], len(cell.text) + len(cell.letters) + 3.0)
    widths = [stub, *(min(width, COLUMN_WIDTH[1]) for width in need)]
    while sum(widths) < TEXT_WIDTH:
        widths.append(min(COLUMN_WIDTH[0], TEXT_WIDTH - sum(widths)))
    return widths


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
        need = lines(sheet.clean(text), sum(sheet.widths[p.column : p.column + p.columns]) * 0.93) * LINE_HEIGHT + 3
        span = slice(p.row, p.row + p.rows)
        heights[p.row + p.rows - 1] += max(0.0, need - sum(heights[span]))
    for i, points in enumerate(heights):
        sheet.ws.set_row(first + i, min(points, 409.0))
    sheet.row = last + 1
    return first, last


def _letter_rooms(table: Table) -> list[str]:
    """The longest letters of each column, for which its other cells leave room."""
    rooms = [""] * table.columns
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            if len(cell.letters) > len(rooms[i]) and letters_are_safe(cell.letters):
                rooms[i] = cell.letters
    return rooms


def _write_row(sheet: Sheet, row: Row, rooms: list[str], is_last: bool, notes: dict[str, list[str]]) -> None:
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
        need = lines(sheet.clean(row.label), sheet.widths[0] - 2 * row.level - 1)
        if need > 1:
            sheet.ws.set_row(sheet.row, min(409.0, need * LINE_HEIGHT + 1))
        for column, (cell, room) in enumerate(zip(row.cells, rooms, strict=False), start=1):
            _write_cell(sheet, column, cell, room, style, notes)
        for column in range(len(row.cells) + 1, len(rooms) + 1):
            sheet.string(sheet.row, column, "", **style)
    sheet.row += 1


def _write_cell(
    sheet: Sheet, column: int, cell: Cell, room: str, style: dict[str, Any], notes: dict[str, list[str]]
) -> None:
    """A number as a number; every other kind as its symbol, whatever value the cell may still carry."""
    row, said = sheet.row, [cell.note]
    letters = cell.letters if letters_are_safe(cell.letters) else ""
    if letters != cell.letters:
        said.insert(0, cell.letters)
    if cell.kind == "number" and cell.value is not None and math.isfinite(cell.value):
        look = sheet.styles.get(num_format=number_format(cell.format, cell.text, letters, room), **style)
        sheet.ws.write_number(row, column, cell.value, look)
    else:
        text = f"{cell.text} {letters}" if letters else cell.text
        if room:
            style = {**style, "num_format": "@" + free_room(letters, room)}
        sheet.string(row, column, text, align="right", text_wrap=cell.kind == "text", **style)
    for text in said:
        if text:
            notes.setdefault(text, []).append(xl_rowcol_to_cell(row, column))
