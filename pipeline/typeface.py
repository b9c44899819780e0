"""How wide text is in the report's typeface: advance widths read from the project's own font files.

The one measure of charts and of tables, in every format. Kerning is left out: it can only make text a little narrower
than computed here in almost every pair of letters.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent
FONTS = next(
    (folder for folder in (_HERE.parent / "fonts", _HERE / "fonts") if folder.is_dir()), _HERE.parent / "fonts"
)
"""The fonts: beside the package, or within it where it was installed."""
UNITS = 1000  # to the em, in both faces
_FACES = {False: "NotoSans-Regular.ttf", True: "NotoSans-Bold.ttf"}


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


@cache
def _advances(bold: bool) -> dict[str, int]:
    """The advance width of every character that the face has, in thousandths of an em."""
    data = (FONTS / _FACES[bold]).read_bytes()
    tables = _tables(data)
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    if units != UNITS:
        raise ValueError(f"{_FACES[bold]} has {units} units to the em; widths are whole only with {UNITS}")
    (metrics,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    widths = struct.unpack_from(">" + "Hh" * metrics, data, tables[b"hmtx"])[::2]
    glyphs = _glyphs(data, tables[b"cmap"])
    return {chr(code): widths[min(glyph, metrics - 1)] for code, glyph in glyphs.items()}


def _borrowed(character: str) -> int:
    """The likely width of a character that the face lacks and the viewer takes from another one."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return UNITS if unicodedata.east_asian_width(character) in {"W", "F"} else 700


@lru_cache(maxsize=16384)
def width(text: str, bold: bool = False) -> float:
    """The width of ``text`` on one line, in em (multiples of the type size).

    Whole thousandths are added, so that the sum is the same on every machine.
    """
    advances = _advances(bold)
    try:
        return sum(map(advances.__getitem__, text)) / UNITS
    except KeyError:
        return sum(advances[c] if c in advances else _borrowed(c) for c in text) / UNITS
