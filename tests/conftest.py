"""What the tests of the stages share: a small study of twelve offices, and the command line in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from pipeline.paths import ROOT, Layout, layout

FILES = Path(__file__).parent / "small_study"
WAVE = "2009"
NAN = float("nan")

# Twelve offices; every kind of missing value is there: system-missing, user-missing codes, a range, a blank string.
COLUMNS: dict[str, list[Any]] = {
    "codice": [f"LO{i:02d}" for i in range(1, 13)],
    "provincia": ["MI", "MI", "MI", "MI", "MI", "BG", "BG", "BG", "BG", "BG", "BG", "BG"],
    "forma": [1, 1, 1, 2, 2, 2, 2, 2, 9, 9, NAN, 1],
    "tipo": [1, 1, 2, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 1],
    "area_a": [1, 1, 0, 1, 0, 1, 1, 9, 0, 1, NAN, 1],
    "area_b": [0, 1, 0, 1, 0, 0, 1, 9, 1, 1, NAN, 0],
    "serv1": [1, 1, 2, 3, 1, 2, 1, 99, 3, 1, 2, 1],
    "serv2": [2, 3, NAN, 1, NAN, 3, 2, NAN, 1, NAN, NAN, 3],
    "fid_a": [5, 4, 4, 3, 2, 3, 4, 8, 5, 1, 9, 4],
    "fid_b": [3, 3, 4, 2, 2, 1, 5, 4, 3, 8, 2, 5],
    "comuni": [5, 7, 12, 9, 21, 14, 30, 8, 999, 11, NAN, 16],
    "nota": ["bene", "", "così così", "", "", "=1+1", "", "", "", "", "", "fine"],
    "peso": [1.0, 1.2, 0.8, 1.0, 1.1, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
}  # fmt: skip


def write_sav(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Write a system file with pyreadstat, which shares nothing with the pipeline's reader."""
    import pandas as pd
    import pyreadstat

    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(pd.DataFrame(dict(columns)), str(path))


@dataclass(frozen=True)
class SmallStudy:
    """A study of its own in a folder: ``study.yml``, ``codebook.yml``, ``report.yml``, one wave."""

    folder: Path

    @property
    def layout(self) -> Layout:
        return layout(self.folder)

    @property
    def raw(self) -> Path:
        return self.folder / "data" / "raw" / WAVE

    @property
    def processed(self) -> Path:
        return self.folder / "data" / "processed" / WAVE

    @property
    def reports(self) -> Path:
        return self.folder / "reports" / WAVE

    def text(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace one piece of a file; returns the line where the new text begins."""
        text = self.text(name)
        assert text.count(old) >= 1, f"{name} has no {old!r}"
        (self.folder / name).write_text(text.replace(old, new, 1), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def data(self, **columns: Sequence[Any]) -> None:
        """Write the wave's file anew with some columns changed; an empty list takes the column out."""
        changed = {**COLUMNS, **columns}
        write_sav(self.raw / "survey.sav", {name: values for name, values in changed.items() if len(values)})

    def left_behind(self) -> list[str]:
        """Files that no finished step makes: parts, builds that nothing points to, reports."""
        found = [p for p in self.folder.rglob("*") if ".part" in p.name]
        reports = self.folder / "reports"
        found += [p for p in reports.rglob("*") if p.name.startswith("report.") or p.parent.name == ".builds"]
        return sorted(p.name for p in found)


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "study"
    shutil.copytree(FILES, folder)
    raw = folder / "data" / "raw" / WAVE
    write_sav(raw / "survey.sav", COLUMNS)
    (raw / "source.yml").write_text("title: {it: Dati di prova, en: Test data}\nkind: reconstruction\n", "utf-8")
    return folder


@pytest.fixture
def small_study(small_template: Path, tmp_path: Path) -> SmallStudy:
    """A small study to work on and to spoil."""
    folder = tmp_path / "study"
    shutil.copytree(small_template, folder)
    return SmallStudy(folder)


@pytest.fixture(scope="session")
def made_template(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "study"
    shutil.copytree(small_template, folder)
    assert cli.main(["report", "--study", str(folder), "--lang", "en", "--formats", "html"]) == 0
    return folder


@pytest.fixture
def made_study(made_template: Path, tmp_path: Path) -> SmallStudy:
    """A small study whose English HTML report is made already."""
    folder = tmp_path / "study"
    shutil.copytree(made_template, folder, symlinks=True)
    return SmallStudy(folder)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The command line, as ``python -m pipeline`` runs it, in this process."""

    def command(*words: object) -> Ran:
        capsys.readouterr()
        code = cli.main([str(w) for w in words])
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return command


@pytest.fixture(scope="session")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """The project's own study in a folder of its own, tabulated."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "study", folder / "study")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    assert cli.main(["tabulate", "--study", str(folder)]) == 0
    return layout(folder)
