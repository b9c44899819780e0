"""How wide text is, and how it wraps: advance widths read from the project's own font files.

Charts are laid out before anything is drawn, so that nothing overlaps and nothing is drawn twice. Kerning is left out:
it can only make text a little narrower than computed here in almost every pair of letters.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).parents[3] / "fonts"
_FACES = {False: "NotoSans-Regular.ttf", True: "NotoSans-Bold.ttf"}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A line may end at a space, and after a hyphen or slash between letters ("socio-sanitario", not "2009-12").
_PIECES = re.compile(r" +|[^ ]*?[^\W\d_][/-](?=[^\W\d_])|[^ ]+")
_SPACE = re.compile("[ \t\n\r\u2028\u2029]+")  # a no-break space stays one
ELLIPSIS = "…"
LABEL_LINES = 3  # of a category's label
HEAD_LINES = 6  # of what stands alone: names of panels and waves, keys, axis titles


def clean(text: str) -> str:
    """One line of text that XML can carry: runs of white space become one space, illegal characters U+FFFD."""
    return _SPACE.sub(" ", _ILLEGAL.sub("\ufffd", text)).strip(" ")


def _tables(data: bytes) -> dict[bytes, int]:
    """Offsets of the tables of a TrueType file. Source: OpenType 1.9, "Organization of an OpenType Font"."""
    (count,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * index) for index in range(count))
    return {tag: offset for tag, _, offset, _ in records}


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Code point to glyph number, from the font's ``cmap`` of format 4 (the basic multilingual plane)."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for index in range(count):
        _, _, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * index)
        at = cmap + offset
        if struct.unpack_from(">H", data, at)[0] == 4:
            break
    else:
        raise ValueError("the font has no character map of format 4")
    (double,) = struct.unpack_from(">H", data, at + 6)
    segments = double // 2
    ends = struct.unpack_from(f">{segments}H", data, at + 14)
    starts = struct.unpack_from(f">{segments}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{segments}H", data, at + 16 + 2 * double)
    ranges_at = at + 16 + 3 * double
    ranges = struct.unpack_from(f">{segments}H", data, ranges_at)
    found: dict[int, int] = {}
    for segment, (start, end, delta, skip) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, end + 1):
            glyph = code
            if skip:
                (glyph,) = struct.unpack_from(">H", data, ranges_at + 2 * segment + skip + 2 * (code - start))
            if glyph or not skip:
                found[code] = (glyph + delta) & 0xFFFF
    found.pop(0xFFFF, None)
    return {code: glyph for code, glyph in found.items() if glyph}


@lru_cache(maxsize=2)
def _advances(bold: bool) -> dict[int, float]:
    """Advance width per code point, in type sizes."""
    data = (FONTS / _FACES[bold]).read_bytes()
    tables = _tables(data)
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (metrics,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    pairs = struct.unpack_from(">" + "Hh" * metrics, data, tables[b"hmtx"])
    widths = pairs[::2]
    glyphs = _glyphs(data, tables[b"cmap"])
    return {code: widths[min(glyph, metrics - 1)] / units for code, glyph in glyphs.items()}


def _guess(character: str) -> float:
    """Width of a character that the font lacks and the viewer takes from another one, in type sizes."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in {"W", "F"} else 0.7


@lru_cache(maxsize=16384)
def _ems(text: str, bold: bool) -> float:
    advances = _advances(bold)
    return sum(advances[ord(c)] if ord(c) in advances else _guess(c) for c in text)


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of ``text`` in points."""
    return _ems(text, bold) * size


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
    text = clean(text)
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
