"""How wide text is and how a table's columns line up, for formats that set type themselves (PDF, HTML).

Numbers stand right-aligned on the decimal mark: a cell with fewer decimals than its column's most gets the missing
width as padding. Widths are in em (multiples of the type size) of Noto Sans.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.present.document import Cell, Table
from pipeline.render.grid import place_head

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
_NOTE = 0.9  # em; a raised note number in brackets

# Advance widths of U+0020–007E in thousandths of an em, from the fonts' table hmtx:
# TTFont("fonts/NotoSans-Regular.ttf")["hmtx"] and "…-Bold.ttf", by TTFont.getBestCmap().
_ADVANCES = (
    260, 269, 408, 646, 572, 831, 732, 225, 300, 300, 551, 572, 268, 322, 268, 372, 572, 572, 572, 572, 572, 572, 572,
    572, 572, 572, 268, 268, 572, 572, 572, 434, 899, 639, 650, 632, 730, 556, 519, 728, 741, 339, 273, 619, 524, 907,
    760, 781, 605, 781, 622, 549, 556, 731, 600, 930, 586, 566, 572, 329, 372, 329, 572, 444, 281, 561, 615, 480, 615,
    564, 344, 615, 618, 258, 258, 534, 258, 935, 618, 605, 615, 615, 413, 479, 361, 618, 508, 786, 529, 510, 470, 380,
    551, 380, 572,
)  # fmt: skip
_BOLD_ADVANCES = (
    260, 286, 472, 646, 572, 901, 750, 266, 339, 339, 545, 572, 285, 322, 285, 413, 572, 572, 572, 572, 572, 572, 572,
    572, 572, 572, 285, 285, 572, 572, 572, 477, 897, 690, 672, 637, 740, 560, 549, 724, 765, 389, 331, 664, 565, 943,
    813, 796, 628, 796, 660, 551, 579, 756, 650, 967, 667, 624, 579, 331, 413, 331, 572, 411, 362, 604, 633, 514, 633,
    591, 387, 633, 657, 305, 305, 620, 305, 982, 657, 619, 633, 633, 454, 497, 434, 657, 569, 856, 578, 569, 488, 394,
    551, 394, 572,
)  # fmt: skip
_ASCII = (*(0,) * 32, *_ADVANCES, 0)
_ASCII_BOLD = (*(0,) * 32, *_BOLD_ADVANCES, 0)
_OTHER_LATIN, _OTHER = 580, 1000  # what lies outside ASCII: letters with accents, then scripts with wide letters
_OTHER_BOLD = 660
_WIDEST = 1200  # thousandths of an em; no letter of Latin-1 or Latin Extended-A nor a dash or quotation mark is wider
_BOLDEST, _SLANTED = 1.3, 1.02  # how much wider any one ASCII sign is at most in the bold and in the italic face


def text_width(text: str, bold: bool = False) -> float:
    """The width of ``text`` on one line, in em; exact for ASCII, else a near upper estimate."""
    widths, latin = (_ASCII_BOLD, _OTHER_BOLD) if bold else (_ASCII, _OTHER_LATIN)
    if text.isascii():
        return sum(map(widths.__getitem__, text.encode("ascii"))) / 1000
    return sum(widths[c] if (c := ord(char)) < 127 else latin if c < 0x250 else _OTHER for char in text) / 1000


def most_width(text: str, bold: bool = False) -> float:
    """A width in em within which ``text`` surely keeps on one line; infinite for what may be drawn with other fonts
    than ours, and for text with places to break inside its words."""
    widest = _BOLDEST if bold else _SLANTED
    if text.isascii():
        return text_width(text) * widest
    total = 0
    for char in text:
        code = ord(char)
        if code < 127:
            total += _ASCII[code]
        elif 0xA0 <= code < 0x180 or 0x2010 <= code <= 0x2026:
            total += _WIDEST
        else:
            return math.inf
    return total / 1000 * widest


def shortened(text: str, width: float) -> str:
    """``text`` cut to ``width`` em with an ellipsis, when it is longer: for running heads only."""
    if text_width(text) <= width:
        return text
    kept = text
    while kept and text_width(kept) + 0.8 > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def breakable(text: str, width: float, bold: bool = False) -> str:
    """``text`` with invisible places to break (U+200B) in words wider than ``width`` em: paths, sums, hostile text."""
    width += 1e-9  # a column may be exactly as wide as its widest word
    if len(text) <= width or longest_word(text, bold) <= width:
        return text
    words = []
    for word in text.split(" "):
        if len(word) > width and text_width(word, bold) > width:
            word = "\u200b".join(word[i : i + 8] for i in range(0, len(word), 8))
        words.append(word)
    return " ".join(words)


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
        return self.letters * LETTER + self.notes * _NOTE


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


def longest_word(text: str, bold: bool = False) -> float:
    """The width of the widest word, in em: of what stands between spaces at which a line may break."""
    return max(text_width(word, bold) for word in text.replace("\n", " ").replace("\t", " ").split(" "))


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
            lack = min(words, 12.0) - sum(least[i] for i in span)
            for i in span:
                least[i] += max(0.0, lack / len(span))
                wished[i] = max(wished[i], least[i])
    gaps = gap * len(least)
    room = available - gaps
    if sum(least) > room:
        return None
    if numbers := [i + 1 for i, column in enumerate(shape) if column.numeric]:
        even = max(wished[i] for i in numbers)  # columns of numbers look best alike
        if even <= 8.5:
            for i in numbers:
                wished[i] = even
    if sum(wished) <= room:
        spare = room - sum(wished)
        if numbers:  # the numbers of a narrow table move toward their labels
            for i in numbers:
                more = min(max(0.0, _AIRY - wished[i]), 0.6 * spare / len(numbers))
                wished[i] += more
            spare = room - sum(wished)
        takers = [0] + [i + 1 for i, column in enumerate(shape) if not column.numeric]
        widths = [w + (spare / len(takers) if i in takers else 0.0) for i, w in enumerate(wished)]
    else:
        spare = room - sum(least)
        wish = sum(w - m for w, m in zip(wished, least, strict=True))
        widths = [m + spare * (w - m) / wish for w, m in zip(wished, least, strict=True)]
    return tuple(w + gap for w in widths)
