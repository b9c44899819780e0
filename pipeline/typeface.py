"""How wide text is in the report's typeface: advance widths of the project's own font files, read by fontTools.

The measure of tables in every format; charts have matplotlib's (``present/charts/measure.py``).
Kerning is left out: it can only make text a little narrower
than computed here in almost every pair of letters.
"""

from __future__ import annotations

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


@cache
def _advances(bold: bool) -> dict[str, int]:
    """The advance width of every character that the face has, in thousandths of an em."""
    from fontTools.ttLib import TTFont  # read at the first text, not at the first import

    with TTFont(FONTS / _FACES[bold], lazy=True) as font:
        units, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        if units != UNITS:
            raise ValueError(f"{_FACES[bold]} has {units} units to the em; widths are whole only with {UNITS}")
        return {chr(code): metrics[glyph][0] for code, glyph in font.getBestCmap().items()}


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
