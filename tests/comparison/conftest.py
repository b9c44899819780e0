"""Two small waves: twelve offices in 2009, of 2026's eleven ten that answered; two merged, one began, one ended."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from tests.conftest import COLUMNS, NAN, SmallStudy, write_sav

LATER = "2026"
KEPT = [f"LO{i:02d}" for i in range(4, 12)]

SOURCE = "title: {it: Seconda prova, en: Second test}\nkind: demonstration\npopulation: 11\n"
UNITS = """\
previous: 2009
sums: [comuni]
units:
  - {unit: M1, from: [LO01, LO02], kind: merge}
  - {unit: N1, kind: begin}
  - {unit: LO03, kind: end}
  - {unit: LO12, kind: continue}
"""


def _later() -> dict[str, list[Any]]:
    """The second wave's columns: the kept offices' answers of 2009 but for form and municipalities."""
    columns = {name: [values[0], *values[3:11], values[1]] for name, values in COLUMNS.items()}
    columns["codice"] = ["M1", *KEPT, "N1"]
    columns["forma"] = [2, 1, 2, 2, 1, 1, 2, 2, 1, 2]
    columns["comuni"] = [15, 9, 20, 19, 33, NAN, NAN, NAN, NAN, 4]
    return columns


LATER_COLUMNS = _later()


def add_wave(
    folder: Path, columns: Mapping[str, Sequence[Any]], units: str | None = UNITS, name: str = LATER, **files: str
) -> Path:
    """Put a wave into a study: its file, ``source.yml``, ``units.yml`` and other files by their stem."""
    raw = folder / "data" / "raw" / name
    write_sav(raw / "survey.sav", {k: v for k, v in columns.items() if len(v)})
    (raw / "source.yml").write_text(SOURCE if units is not None else SOURCE.replace("population: 11\n", ""), "utf-8")
    if units is not None:
        (raw / "units.yml").write_text(units, "utf-8")
    for stem, text in files.items():
        (raw / f"{stem}.yml").write_text(text, "utf-8")
    return raw


@pytest.fixture(scope="session")
def two_waves_template(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "study"
    shutil.copytree(small_template, folder)
    add_wave(folder, LATER_COLUMNS)
    assert cli.main(["tabulate", "--study", str(folder)]) == 0
    return folder


@pytest.fixture
def two_waves(two_waves_template: Path, tmp_path: Path) -> SmallStudy:
    """A study of two waves, tabulated."""
    folder = tmp_path / "study"
    shutil.copytree(two_waves_template, folder, symlinks=True)
    return SmallStudy(folder)
