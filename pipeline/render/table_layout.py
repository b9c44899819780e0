"""How a table is laid out, decided once for every format that sets pages.

Whether it stands upright or on a turned page, where it is split, how wide its columns are, how its numbers line up and
which number each note has is the same in PDF, Word and Excel; HTML takes the columns and the notes.

Numbers stand right-aligned on the decimal mark: a cell with fewer decimals than its column's most gets the missing
width as padding. Widths are in em (multiples of the type size) where nothing else is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.present.document import Cell, Table
from pipeline.render.grid import place_head, take_columns
from pipeline.render.measure import longest_word, text_width

UPRIGHT, TURNED = 470.0, 716.0  # width of a page's text block in points: A4, upright and turned
HALF = 227.0  # the width of one of two tables side by side
SIZES = (8.5, 8.0)  # type sizes of a table in points; never smaller
GAP = 7.0  # white on both sides of a cell, in points
KEPT, KEPT_TURNED = 12, 12  # lines: a shorter table is not broken over pages
DECIMALS = {
    "percent1": 1,
    "weighted": 1,
    "decimal1": 1,
    "decimal2": 2,
    "decimal3": 3,
    "decimal4": 4,
    "p": 3,
}
DIGIT, DECIMAL_MARK = 0.572, 0.268  # em; digits of Noto Sans all have one width
INDENT = 1.1  # em; a row's label moves in by this much per level
HEAD_WORD = 9.0  # em; the widest word of a head that a column makes room for; a wider one is hyphenated
LETTER = 0.45  # em; a raised capital with its space, at two thirds of the size
BOLD_ROWS = ("total", "subtotal")  # kinds of rows that stand in bold type
TEXT_GAP = 0.8  # em; more white before a column of text, which follows numbers set to the right
MOST_LETTERS = 12  # a longer text than this is no set of letters: it stands after the number, on the line
_STUB_WORD = 13.0  # em; the same for labels
_NUMBER = 16.0  # em; no number is wider
_AIRY = 9.0  # em; a column of numbers takes this much where there is room
NOTE = 0.9  # em; a raised note number in brackets


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: numbers or text, its most decimals, and its most letters and notes after a number."""

    numeric: bool
    decimals: int
    letters: int
    notes: bool

    @property
    def after(self) -> float:
        """The room kept at the right of every number for letters and note numbers, in em."""
        return self.letters * LETTER + self.notes * NOTE


def decimals_of(cell: Cell) -> int:
    """How many decimals the cell's text shows."""
    return DECIMALS.get(cell.format, 0) if cell.kind == "number" else 0


def columns(table: Table) -> tuple[Column, ...]:
    """The shape of each column right of the stub."""
    numeric, decimals, letters, notes = (
        [True] * table.columns,
        [0] * table.columns,
        [0] * table.columns,
        [False] * table.columns,
    )
    texts, numbers = [0] * table.columns, [0] * table.columns
    for row in table.rows:
        for i, cell in enumerate(row.cells[: table.columns]):
            if cell.kind == "text":
                texts[i] += bool(cell.text)
                continue
            numbers[i] += cell.kind == "number"
            places = DECIMALS.get(cell.format, 0) if cell.kind == "number" else 0
            if places > decimals[i]:
                decimals[i] = places
            if letters[i] < len(cell.letters) <= MOST_LETTERS:
                letters[i] = len(cell.letters)
            if cell.note:
                notes[i] = True
    for i in range(table.columns):
        numeric[i] = numbers[i] > 0 or texts[i] == 0
    return tuple(Column(*shape) for shape in zip(numeric, decimals, letters, notes, strict=True))


def beside_letters(cell: Cell) -> tuple[str, str]:
    """The cell's text and its raised letters; a text too long for letters follows the number on the line."""
    if len(cell.letters) > MOST_LETTERS:
        return f"{cell.text} {cell.letters}", ""
    return cell.text, cell.letters


def padding(cell: Cell, column: Column) -> float:
    """The width, in em, that a number lacks on the right so that decimal marks stand in line."""
    if not column.numeric or cell.kind == "text":
        return 0.0
    own = decimals_of(cell)
    missing = column.decimals - own
    return missing * DIGIT + (DECIMAL_MARK if own == 0 else 0.0) if missing else 0.0


def cell_notes(table: Table) -> dict[str, int]:
    """The notes on cells, numbered from 1 in reading order; the same words share a number."""
    numbers: dict[str, int] = {}
    for row in table.rows:
        for cell in row.cells:
            if cell.note:
                numbers.setdefault(cell.note, len(numbers) + 1)
    return numbers


def has_overlong_words(table: Table) -> bool:
    """Whether a label, a head or a number is so wide that :func:`column_widths` does not count all of it."""
    texts = [row.label for row in table.rows] + [text for row in table.head for c in row for text in (c.text, c.sub)]
    numbers = [cell.text for row in table.rows for cell in row.cells]
    return any(longest_word(text, True) > _STUB_WORD for text in texts if len(text) > _STUB_WORD) or any(
        text_width(text, True) > _NUMBER for text in numbers if len(text) > _NUMBER
    )


def column_widths(table: Table, shape: tuple[Column, ...], available: float, gap: float) -> tuple[float, ...] | None:
    """Widths of the stub and the columns in em, adding up to ``available``; None when the table does not fit.

    As browsers lay out a table: every column has a least width (its widest number, its longest word) and a wished
    width (its text on one line, within reason); what lies between is shared in proportion. ``gap`` is the white on
    both sides of a cell.
    """
    least, wished = [7.0], [0.0]
    for row in table.rows:
        if row.cells:
            bold = row.kind in BOLD_ROWS
            wished[0] = max(wished[0], text_width(row.label, bold) + INDENT * row.level)
            least[0] = max(least[0], min(longest_word(row.label, bold) + INDENT * row.level, _STUB_WORD))
    wished[0] = max(least[0], min(wished[0], 0.46 * available))
    for i, column in enumerate(shape):
        cells = [row.cells[i] for row in table.rows if i < len(row.cells)]
        if column.numeric:
            need = max((text_width(c.text, True) + padding(c, column) for c in cells), default=0.0)
            need = min(need, _NUMBER) + column.after
            least.append(need)
            wished.append(max(need, 5.0))
        else:
            least.append(min(max((longest_word(c.text) for c in cells), default=0.0), 11.0) + TEXT_GAP)
            wished.append(min(max((text_width(c.text) for c in cells), default=0.0), 0.4 * available) + TEXT_GAP)
    for place in place_head(table):
        words = max(longest_word(place.cell.text, True), longest_word(place.cell.sub))
        if place.columns == 1:
            i = place.column
            after = shape[i - 1].after if i else 0.0
            least[i] = max(least[i], min(words, HEAD_WORD) + after)
            wished[i] = max(wished[i], least[i], min(text_width(place.cell.text, True) / 2, 11.0) + after)
        else:  # a head over several columns asks for its longest word from all of them together
            span = range(place.column, min(place.column + place.columns, len(least)))
            lack = min(words, 12.0) - math.fsum(least[i] for i in span)
            for i in span:
                least[i] += max(0.0, lack / len(span))
                wished[i] = max(wished[i], least[i])
    gaps = gap * len(least)
    room = available - gaps
    if math.fsum(least) > room:
        return None
    if numbers := [i + 1 for i, column in enumerate(shape) if column.numeric]:
        even = max(wished[i] for i in numbers)  # columns of numbers look best alike
        if even <= 8.5:
            for i in numbers:
                wished[i] = even
    if math.fsum(wished) <= room:
        spare = room - math.fsum(wished)
        if numbers:  # the numbers of a narrow table move toward their labels
            for i in numbers:
                more = min(max(0.0, _AIRY - wished[i]), 0.6 * spare / len(numbers))
                wished[i] += more
            spare = room - math.fsum(wished)
        takers = [0] + [i + 1 for i, column in enumerate(shape) if not column.numeric]
        widths = [w + (spare / len(takers) if i in takers else 0.0) for i, w in enumerate(wished)]
    else:
        spare = room - math.fsum(least)
        wish = math.fsum(w - m for w, m in zip(wished, least, strict=True))
        widths = [m + spare * (w - m) / wish for w, m in zip(wished, least, strict=True)]
    return tuple(w + gap for w in widths)


# ---------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class Part:
    """A table, or the stub and some of the columns of one too wide for a page, as it is set.

    ``size``: of its type, in points. ``widths``: of the stub and the columns, in em, their white included.
    """

    table: Table
    columns: tuple[Column, ...]
    size: float
    widths: tuple[float, ...]

    @property
    def inner(self) -> tuple[float, ...]:
        """What is left of each width for text: without the white, and the room for letters and notes; in em."""
        after = (0.0, *(column.after if column.numeric else 0.0 for column in self.columns))
        return tuple(width - GAP / self.size - right for width, right in zip(self.widths, after, strict=True))


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table stands: on a turned page or not, in one part or several, with the numbers of its notes."""

    turned: bool
    parts: tuple[Part, ...]
    notes: dict[str, int]

    def kept_together(self, part: Part) -> bool:
        """Whether the part is short enough not to be broken over pages."""
        room = max(part.widths[0] - 1, 1)
        lines = sum(max(1, math.ceil(text_width(row.label) / room)) for row in part.table.rows)
        return lines <= (KEPT_TURNED if self.turned else KEPT)


def lay_out(table: Table, upright: float = UPRIGHT, turned: float = TURNED) -> Layout:
    """The table upright, turned, or split by columns, as it fits pages whose text is so many points wide."""
    if not table.wide and (part := _fitted(table, upright)) is not None:
        return Layout(False, (part,), cell_notes(table))
    if (part := _fitted(table, turned)) is not None:
        return Layout(True, (part,), cell_notes(table))
    return Layout(True, tuple(_split(table, turned)), cell_notes(table))


def _fitted(table: Table, room: float) -> Part | None:
    """The table in a text block ``room`` points wide, in the largest type that fits; None when none does."""
    shape = columns(table)
    for size in SIZES:
        widths = column_widths(table, shape, room / size, GAP / size)
        if widths is not None:
            return Part(table, shape, size, widths)
    return None


def _split(table: Table, room: float) -> Iterator[Part]:
    """The parts of a table too wide for ``room`` points: as many columns each as fit, cut between groups of the head
    where there are any."""
    inside = {
        column
        for p in place_head(table)
        if p.column > 0 and p.columns < table.columns
        for column in range(p.column + 1, p.column + p.columns)
    }
    start = 1
    while start <= table.columns:
        fits, fails = start, table.columns + 2  # ends of the part: one column and the stub always fit
        while fails - fits > 1:
            middle = (fits + fails) // 2
            if middle > start and _fitted(take_columns(table, start, middle), room) is None:
                fails = middle
            else:
                fits = middle
        stop = min(max(fits, start + 1), table.columns + 1)
        cut = stop
        while cut in inside and cut > start + 1:
            cut -= 1
        if cut in inside:
            cut = stop  # a group wider than the page is cut where the page ends
        part = _fitted(take_columns(table, start, cut), room)
        if part is None:
            raise ValueError(f"table {table.id}: column {start} is wider than a page")
        yield part
        start = cut
