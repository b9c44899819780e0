"""A run with nothing to do loads nothing heavy: it is what a scheduler starts every few minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.comparison import five_waves
from tests.conftest import SmallStudy

PROJECT = Path(__file__).parents[2]
HEAVY = {"numpy", "pyarrow", "pandas", "scipy", "matplotlib", "pyreadstat", "openpyxl", "statsmodels", "lxml", "docx"}


def _imported(folder: Path) -> set[str]:
    words = ["report", "--study", folder, "--formats", "html", "--lang", "en"]
    command = [sys.executable, "-X", "importtime", "-m", "pipeline", *map(str, words)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}


def test_nothing_heavy_is_imported(small_study: SmallStudy) -> None:
    assert {"numpy", "pyarrow"} <= _imported(small_study.folder)  # the first run has to work
    assert _imported(small_study.folder) & HEAVY == set()


def test_nothing_heavy_is_imported_for_the_comparison_either(tmp_path: Path) -> None:
    folder = five_waves.make(tmp_path / "study", 2, 40).base
    assert {"numpy", "pyarrow"} <= _imported(folder)
    again = _imported(folder)
    assert again & (HEAVY | {"pydantic", "yaml", "importlib.metadata"}) == set()
