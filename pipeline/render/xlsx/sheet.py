"""One worksheet written safely: strings stay strings, formats are made once, long texts get the height they need."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline import language
from pipeline.render.measure import text_width
from pipeline.render.table_layout import DIGIT
from pipeline.render.text import printable

FONT = "Calibri"
GREY = "#595959"  # 7:1 on white: secondary text that still reads in print
RULE = "#1F3A5F"
LIGHT = "#BFC7D1"
LINE_HEIGHT = 14.4  # points a line of 11-point Calibri takes
CELL_LIMIT = 32_767  # UTF-16 units an Excel cell holds
HEADER_LIMIT = 255  # UTF-16 units of a whole header or footer

NUMBER_FORMATS = {
    "count": "#,##0",
    "weighted": "#,##0.0",
    "percent0": "0%",
    "percent1": "0.0%",
    "decimal1": "#,##0.0",
    "decimal2": "#,##0.00",
    "decimal3": "#,##0.000",
    "decimal4": "#,##0.0000",
    "p": "0.000",
    "text": "General",
}

_SHORT, _LONG, _SIDE = 8.27, 11.69, 0.6  # inches: the sides of A4, and the margins left and right
_CHARACTER = 7.4 / 96  # inches that a character of a column's width takes in print, with its share of the cell's white
_SAFE_LETTERS = re.compile(r"[A-Za-z0-9 ,.*†‡§↑↓▲▼+−-]{1,30}")
_LIMIT = re.compile(r"[<>]\s?[0-9][.,][0-9]+")


@dataclass(frozen=True, slots=True)
class Page:
    """What stands at the head and foot of printed pages. ``number``: "page n of N" with Excel's codes for both."""

    head: str
    foot: str
    number: str


class Styles:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> Format:
        """The format with these XlsxWriter properties."""
        key = tuple(sorted(properties.items()))
        found = self._made.get(key)
        if found is None:
            found = self._book.add_format({"font_name": FONT, "font_size": 11, "valign": "top", **properties})
            self._made[key] = found
        return found


def letters_are_safe(letters: str) -> bool:
    """Whether significance letters can stand in a number format as literal text."""
    return _SAFE_LETTERS.fullmatch(letters) is not None


def number_format(kind: str, text: str, letters: str, free: str, room: str) -> str:
    """The Excel number format of a ``Cell.format``; letters follow the number as literal text.

    ``free``: the characters whose width stays free after the number, so that decimal marks stand in line. ``room``:
    the longest run of letters in the column; shorter ones leave its width free. A p-value shown as a limit ("<0,001")
    keeps its value in the cell and its limit on the screen.
    """
    shown = f'"{text}"' if _LIMIT.fullmatch(text) else NUMBER_FORMATS[kind] + free_width(free)
    rest = f" {room}"[len(letters) + 1 if letters else 0 :] if room else ""
    return (f'{shown}" {letters}"' if letters else shown) + free_width(rest)


def free_width(characters: str) -> str:
    """Excel's code for the width of these characters, left free ("_A" is as wide as an A)."""
    return "".join(f"_{character}" for character in characters)


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, in which Excel states its limits."""
    return len(text.encode("utf-16-le")) // 2


def lines(text: str, width: float, bold: bool = False) -> int:
    """How many lines a text takes in a column ``width`` digits wide, breaking at spaces as Excel does."""
    space, total = text_width(" ") / DIGIT, 0
    for paragraph in text.split("\n"):
        used, count = 0.0, 1
        for word in paragraph.split(" "):
            length = text_width(word, bold) / DIGIT
            if used and used + space + length > width:
                count, used = count + 1, 0.0
            if length > width:
                count += int(length // width)
                used = length % width
            else:
                used += length + (space if used else 0)
        total += count
    return total


class Sheet:
    """A worksheet with a cursor of its own: rows are written from the top down."""

    def __init__(self, book: Workbook, styles: Styles, name: str, lang: str) -> None:
        self.name = name
        self.styles = styles
        self.lang = lang
        self.row = 0
        self.widths: list[float] = []
        self.ws: Worksheet = book.add_worksheet(name)
        self.ws.hide_gridlines(2)

    def clean(self, text: str) -> str:
        """Printable text no longer than a cell holds; what is cut is said in the cell."""
        text = printable(text)
        if utf16_length(text) <= CELL_LIMIT:
            return text
        note = language.text(self.lang, "office.cut", limit=CELL_LIMIT)
        room = CELL_LIMIT - utf16_length(note)
        kept = text.encode("utf-16-le")[: room * 2].decode("utf-16-le", errors="ignore")
        return kept + note

    def set_widths(self, widths: list[float]) -> None:
        """Column widths in characters, from the first column on."""
        self.widths = widths
        for column, width in enumerate(widths):
            self.ws.set_column(column, column, width)

    def string(self, row: int, column: int, text: str, **style: Any) -> None:
        """A text cell: never a formula, a link or a number."""
        text = self.clean(text)
        if text:
            self.ws.write_string(row, column, text, self.styles.get(**style))
        else:
            self.ws.write_blank(row, column, None, self.styles.get(**style))

    def merged(self, rows: tuple[int, int], columns: tuple[int, int], text: str, **style: Any) -> None:
        """A text over a block of cells; a block of one cell is that cell."""
        if rows[0] != rows[1] or columns[0] != columns[1]:
            # The merged block is made empty and its text written as a string, so that no text is ever guessed at.
            self.ws.merge_range(rows[0], columns[0], rows[1], columns[1], "", self.styles.get(**style))
        self.string(rows[0], columns[0], text, **style)

    def line(self, text: str, first: int = 0, last: int | None = None, size: float = 11, **style: Any) -> None:
        """A text line over the columns ``first`` to ``last`` at the cursor, wrapped, as high as it needs."""
        last = len(self.widths) - 1 if last is None else last
        text = self.clean(text)
        width = math.fsum(self.widths[first : last + 1]) * 11 / size
        need = min(
            409.0, lines(text, width, bool(style.get("bold"))) * LINE_HEIGHT * size / 11 + 1
        )  # Excel's greatest row height
        self.ws.set_row(self.row, max(need, LINE_HEIGHT))
        self.merged((self.row, self.row), (first, last), text, font_size=size, text_wrap=True, **style)
        self.row += 1

    def link(self, row: int, column: int, target: str, cell: tuple[int, int], text: str, **style: Any) -> None:
        """A link to a cell of another sheet of this workbook."""
        place = xl_rowcol_to_cell(*cell)
        look = self.styles.get(font_color="#0563C1", underline=1, **style)
        self.ws.write_url(row, column, f"internal:'{target}'!{place}", look, self.clean(text))

    def print_setup(
        self, landscape: bool, repeat: tuple[int, int] | None, page: Page, parts: Sequence[int] = ()
    ) -> None:
        """A4, as high as it takes, one page wide or as many as ``parts`` says: the columns of each part of a table,
        beside the first column, which is repeated. ``repeat``: the first and last row printed on every page."""
        ws = self.ws
        ws.set_paper(9)
        if landscape:
            ws.set_landscape()
        ws.set_margins(left=_SIDE, right=_SIDE, top=0.8, bottom=0.8)
        if len(parts) > 1:
            ends = list(accumulate(parts, initial=1))
            ws.set_v_pagebreaks(ends[1:-1])
            ws.repeat_columns(0)
            widest = max(math.fsum(self.widths[a:b]) for a, b in pairwise(ends)) + self.widths[0]
            paper = (_LONG if landscape else _SHORT) - 2 * _SIDE
            ws.set_print_scale(max(10, min(100, int(100 * paper / (widest * _CHARACTER)))))
        else:
            ws.fit_to_pages(1, 0)
        if repeat is not None:
            ws.repeat_rows(*repeat)
        ws.set_header(_header_text(page.head, "", self.name))
        ws.set_footer(_header_text(page.foot, page.number, ""))


def _header_text(left: str, raw_right: str, right: str) -> str:
    """A header or footer: ``left`` and ``right`` are text, in which ``&`` is no code; ``raw_right`` holds codes."""
    # The space after the font size keeps a text that starts with a digit from being read as part of the size.
    font = f'&"{FONT},Regular"&9 '
    end = f"&R{font}{raw_right}{_literal(right)}"
    start = f"&L{font}"
    text = " ".join(printable(left).split())
    room = HEADER_LIMIT - utf16_length(start) - utf16_length(end)
    if utf16_length(_literal(text)) > room:
        while utf16_length(_literal(text)) > room - 1:
            text = text[:-1]
        text += "…"
    return start + _literal(text) + end


def _literal(text: str) -> str:
    return text.replace("&", "&&")
