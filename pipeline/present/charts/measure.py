"""How wide a chart's text is, by the font as matplotlib loads it, and how it wraps: nothing overlaps.

Widths are advances in the font's own whole units, so a sum is the same on every machine. Kerning is left out: it can
only make text narrower in almost every pair of letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from matplotlib.font_manager import get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from pipeline.paths import FONTS

CAP = 0.714  # height of capitals and figures in Noto Sans, in type sizes
ASCENT = 0.76  # of "b", "d", "l"
DESCENT = 0.24  # of "g", "p"

# A line may end at a space, and after a hyphen or slash between letters ("socio-sanitario", not "2009-12").
_PIECES = re.compile(r" +|[^ ]*?[^\W\d_][/-](?=[^\W\d_])|[^ ]+")
ELLIPSIS = "…"
LABEL_LINES = 3  # of a category's label
HEAD_LINES = 6  # of what stands alone: names of panels and waves, keys, axis titles


@cache
def _face(bold: bool) -> FT2Font:
    return get_font(str(FONTS / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"))


@cache
def _advance(character: str, bold: bool) -> int:
    """Advance width in thousandths of the type size; a likely one where the viewer takes another font's character."""
    face = _face(bold)
    if face.get_char_index(ord(character)):
        return int(face.load_char(ord(character), LoadFlags.NO_SCALE).horiAdvance * 1000 // face.units_per_EM)
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    # Emoji and other pictures are drawn wider than an em by most viewers' fonts.
    if ord(character) >= 0x1F000:
        return 1400
    return 1000 if unicodedata.east_asian_width(character) in {"W", "F"} else 700


@lru_cache(maxsize=16384)
def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of ``text`` in points."""
    return sum(_advance(character, bold) for character in text) / 1000 * size


def longest_word(text: str, size: float, bold: bool = False) -> float:
    """Width in points of the widest piece of ``text`` that does not break."""
    return max((width(piece.strip(), size, bold) for piece in _PIECES.findall(text)), default=0.0)


def _fill(text: str, room: float, size: float, bold: bool, most: int) -> list[str]:
    """Break ``text`` greedily into at most ``most`` lines of at most ``room`` points; a longer word breaks inside."""
    lines: list[str] = []
    line = ""
    for piece in _PIECES.findall(text):
        if width((line + piece).rstrip(), size, bold) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        if len(lines) >= most:
            return lines
        line = piece.lstrip()
        while len(line) > 1 and len(lines) < most and width(line.rstrip(), size, bold) > room:
            cut = next((k for k in range(2, len(line)) if width(line[:k], size, bold) > room), len(line))
            lines.append(line[: cut - 1])
            line = line[cut - 1 :]
    return [*lines, line.strip()] if line.strip() else lines


def wrap(
    text: str, room: float, size: float, bold: bool = False, most: int = LABEL_LINES
) -> tuple[tuple[str, ...], bool]:
    """Break ``text`` into at most ``most`` lines of at most ``room`` points each, of like lengths.

    Returns:
        The lines, and whether all of the text is in them. What does not fit ends in an ellipsis.
    """
    if not text:
        return (), True
    if width(text, size, bold) <= room:
        return (text,), True
    lines = _fill(text, room, size, bold, most + 1)
    if len(lines) > most:
        last = lines[most - 1]
        while last and width(last + ELLIPSIS, size, bold) > room:
            last = last[:-1].rstrip()
        return (*lines[: most - 1], last + ELLIPSIS), False
    narrow, wide = max(longest_word(text, size, bold), room / 2), room
    for _ in range(5):  # the narrowest measure that keeps the number of lines leaves no lone word at the end
        middle = (narrow + wide) / 2
        if narrow < room and len(_fill(text, middle, size, bold, most + 1)) <= len(lines):
            wide = middle
        else:
            narrow = middle
    return tuple(_fill(text, wide, size, bold, most + 1)), True
