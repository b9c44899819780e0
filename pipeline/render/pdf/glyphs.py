"""Which fonts a text needs, and which of its characters no font at hand can show.

The project's fonts (Noto Serif and Sans, some mathematics) cover Latin, Greek and Cyrillic. A text with other
characters (Korean, Hebrew, Telugu…) is set with the machine's fonts besides; the typesetter itself is asked whether
it can show them, since only it knows what it finds. A character that nothing shows is written out as its code,
``[U+1F600]``, never left as a blank box.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.typeface import FONTS

# Mathematical signs from Noto Sans Math 2.001 (Noto project, OFL as fonts/LICENCE.txt), made by: fonttools subset
# NotoSansMath-Regular.ttf --unicodes=U+2032-2037,U+2070-209C,U+2190-21FF,U+2200-22FF,U+25A0-25FF,U+2713,U+2717,
# U+27E8-27E9 --layout-features= --no-hinting --drop-tables+=MATH --output-file=NotoSansMath-Symbols.ttf
SYMBOL_FONTS = Path(__file__).parent / "fonts"

# What every one of our fonts shows (first line) and the symbols of Noto Sans Math; a test reads them from the fonts.
_RANGES = (
    *(
        (0x20, 0x7E),
        (0xA0, 0x377),
        (0x3A3, 0x3E1),
        (0x3F0, 0x52F),
        (0x2000, 0x2064),
        (0x2074, 0x208E),
        (0x20A0, 0x20BF),
    ),
    *((0x2200, 0x22FF), (0x2190, 0x2199), (0x2032, 0x2037)),
)
BASIC = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1))
_PROBE = b"""#set document(title: "probe", date: none)
#set text(font: ("Noto Serif", "Noto Sans Math"))
= a
#sys.inputs.text"""


@cache
def fonts(with_system: bool) -> Any:
    """The typesetter's fonts: the project's, those inside the typesetter, and on request the machine's."""
    import typst

    return typst.Fonts(
        include_system_fonts=with_system,
        include_embedded_fonts=True,
        font_paths=[str(FONTS), str(SYMBOL_FONTS)],
    )


def _shows(text: str, with_system: bool) -> bool:
    """Whether the typesetter shows every character of ``text``: PDF/UA forbids a missing glyph, so it says."""
    import typst

    try:
        typst.compile(_PROBE, font_paths=fonts(with_system), sys_inputs={"text": text}, pdf_standards=["ua-1"])
    except typst.TypstError:
        return False
    return True


def _not_shown(characters: list[str]) -> list[str]:
    """The characters no font shows, by halving: few probes when few are missing."""
    if not characters or _shows(" ".join(characters), True):
        return []
    if len(characters) == 1:
        return characters
    half = len(characters) // 2
    return _not_shown(characters[:half]) + _not_shown(characters[half:])


def choose(characters: Iterable[str]) -> tuple[bool, list[str]]:
    """Whether a text with these characters needs the machine's fonts, and which of them nothing shows, sorted."""
    odd = sorted(set(characters) - BASIC - {"\n", "\t"})
    # Private and unassigned code points have no meaning to show, whatever a font draws for them.
    missing = [char for char in odd if unicodedata.category(char) in ("Co", "Cn")]
    rest = [char for char in odd if char not in missing]
    if not rest or _shows(" ".join(rest), False):
        return False, missing
    missing += _not_shown(rest)
    rest = [char for char in rest if char not in missing]
    return bool(rest) and not _shows(" ".join(rest), False), sorted(missing)
