"""The fonts inside the HTML report: subsets of the project's, made once and kept in ``fonts/``.

``python -m pipeline.render.html.webfonts`` makes them again from the full fonts (the same bytes). They hold Latin,
Greek letters for statistics, punctuation and some mathematics; for other scripts a browser uses the reader's fonts.
WOFF, not WOFF2: it needs no compressor beyond the standard library's, and the report stays under its size.
"""

from __future__ import annotations

import base64
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
_TOP = Path(__file__).parents[3]
# file, source, family, weight, style
FACES = (
    ("serif.woff", "fonts/NotoSerif-Regular.ttf", "Noto Serif", 400, "normal"),
    ("serif-bold.woff", "fonts/NotoSerif-Bold.ttf", "Noto Serif", 700, "normal"),
    ("serif-italic.woff", "fonts/NotoSerif-Italic.ttf", "Noto Serif", 400, "italic"),
    ("sans.woff", "fonts/NotoSans-Regular.ttf", "Noto Sans", 400, "normal"),
    ("sans-bold.woff", "fonts/NotoSans-Bold.ttf", "Noto Sans", 700, "normal"),
    ("sans-italic.woff", "fonts/NotoSans-Italic.ttf", "Noto Sans", 400, "italic"),
    ("math.woff", "pipeline/render/pdf/fonts/NotoSansMath-Symbols.ttf", "Noto Sans Math", 400, "normal"),
)
_TEXT = (
    "U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6,U+02DC,U+0300-0304,U+0391-03A1,U+03A3-03C9,U+1E9E,"
    "U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032,U+2033,U+2039,U+203A,U+2044,U+2070,"
    "U+2074-208E,U+20AC,U+2116,U+2122"
)
_MATH = "U+2190-2195,U+2202,U+2211,U+2212,U+221A,U+221E,U+2248,U+2260,U+2261,U+2264,U+2265"
_OPTIONS = (
    "--flavor=woff",
    "--layout-features=ccmp,kern,liga,locl,mark,mkmk,tnum",
    "--no-hinting",
    "--drop-tables+=DSIG,MATH",
)


def make(folder: Path) -> None:
    """Make the subsets into ``folder``."""
    from fontTools.subset import main  # only here: the report itself needs no font tools

    for file, source, family, _, _ in FACES:
        wanted = _MATH if family == "Noto Sans Math" else _TEXT
        main([str(_TOP / source), f"--unicodes={wanted}", *_OPTIONS, f"--output-file={folder / file}"])


def css() -> str:
    """The ``@font-face`` rules, the fonts in them as data."""
    rules = []
    for file, _, family, weight, style in FACES:
        data = base64.b64encode((FOLDER / file).read_bytes()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
            f'src:url(data:font/woff;base64,{data})format("woff")}}'
        )
    return "\n".join(rules)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    make(FOLDER)
