"""Import matplotlib without its search for fonts and without a trace in the user's home.

On its first import in a home, matplotlib opens every font file of the system (seconds, on a desktop) and writes a list
of them below ``~/.cache``. Charts write text as text and never ask matplotlib for a font, so that search is spared.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _write_font_list(folder: Path) -> None:
    """Put a font list where matplotlib looks for its cache: its own font, for a figure that somebody else makes.

    The list must carry the version that the font manager declares. Were that line not found in a later matplotlib, it
    would search its own fonts (0.2 s) and draw the same.
    """
    spec = find_spec("matplotlib.font_manager")
    source = Path(spec.origin).read_text(encoding="utf-8") if spec is not None and spec.origin else ""
    version = re.search(r"^    __version__ = ['\"]([^'\"]+)['\"]$", source, re.MULTILINE)
    if version is not None:
        fonts = [_own_font(end, weight) for end, weight in (("", 400), ("-Bold", 700))]
        content = {
            "_version": version[1], "ttflist": fonts, "afmlist": [], "__class__": "FontManager",
            "defaultFamily": {"ttf": "DejaVu Sans", "afm": "Helvetica"},
        }  # fmt: skip
        (folder / f"fontlist-v{version[1]}.json").write_text(json.dumps(content), encoding="utf-8")


def _own_font(end: str, weight: int) -> dict[str, str | int]:
    """The entry of a font that matplotlib brings along."""
    name = {"__class__": "FontEntry", "fname": f"fonts/ttf/DejaVuSans{end}.ttf", "name": "DejaVu Sans"}
    return {**name, "style": "normal", "variant": "normal", "weight": weight, "stretch": "normal", "size": "scalable"}


@contextmanager
def without_font_search() -> Iterator[None]:
    """While this holds, importing matplotlib reads no font, no user settings, and writes nothing that stays.

    ``MPLCONFIGDIR`` and ``MPL_IGNORE_SYSTEM_FONTS`` are matplotlib's documented variables; the environment is put back
    afterwards, so that programs started later do not inherit them.
    """
    with (
        tempfile.TemporaryDirectory(prefix="charts-") as folder,
        _environment(MPLCONFIGDIR=folder, MPL_IGNORE_SYSTEM_FONTS="1"),
    ):
        _write_font_list(Path(folder))
        yield
