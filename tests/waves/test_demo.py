"""The demonstration: the same bytes every time, the study untouched, and the drift it was made with found again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyreadstat
import pytest
import yaml

from pipeline.paths import ROOT, layout
from pipeline.spec.load import load
from pipeline.waves import comparability, load_mapping
from pipeline.waves.demo import prepare
from tests.conftest import Ran

Run = Callable[..., Ran]
SCRIPT = ROOT / "data" / "reconstruction" / "second_wave.py"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("demo") / "d")


@pytest.fixture(scope="module")
def wave(demo: Path) -> Path:
    return demo / "data" / "raw" / "2026"


def test_the_same_bytes_in_another_folder_time_zone_and_hash_seed(demo: Path, wave: Path, tmp_path: Path) -> None:
    again = prepare(tmp_path / "elsewhere")
    assert tree(again) == tree(demo)
    environment = {**os.environ, "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "4711", "LC_ALL": "C"}
    subprocess.run([sys.executable, SCRIPT, tmp_path / "aside"], check=True, env=environment, capture_output=True)
    assert tree(tmp_path / "aside") == {k: v for k, v in tree(wave).items() if k != "mapping.yml"}


def test_preparing_again_touches_nothing(demo: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in demo.rglob("*") if p.is_file()}
    prepare(demo)
    assert {p: p.stat().st_mtime_ns for p in demo.rglob("*") if p.is_file()} == before


def test_a_folder_with_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    ran = run("demo", "--out", tmp_path)
    assert ran.code == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["thesis.txt"]


def test_it_says_that_it_is_a_demonstration(wave: Path) -> None:
    source = yaml.safe_load((wave / "source.yml").read_text("utf-8"))
    _, meta = pyreadstat.read_sav(str(wave / "survey.sav"), metadataonly=True)
    assert source["kind"] == "demonstration"
    assert source["population"] == 66
    assert "dati simulati" in meta.file_label
    assert meta.number_rows == source["rows"] == 60


def test_every_office_of_the_first_wave_is_accounted_for(wave: Path) -> None:
    units = yaml.safe_load((wave / "units.yml").read_text("utf-8"))["units"]
    kinds = Counter(u["kind"] for u in units)
    assert kinds == {"continue": 36, "merge": 27, "split": 2, "begin": 1, "end": 1}
    origins = [code for u in units for code in u.get("from", [u["unit"]] if u["kind"] in ("continue", "end") else [])]
    assert set(origins) == {f"LO{i:02d}" for i in range(1, 99)}
    assert Counter(Counter(origins).values()) == {1: 97, 2: 1}
    frame, _ = pyreadstat.read_sav(str(wave / "survey.sav"), usecols=["codice"])
    assert set(frame["codice"]) < {u["unit"] for u in units if u["kind"] != "end"}
    old, _ = pyreadstat.read_sav(str(ROOT / "data" / "raw" / "2009" / "survey.sav"), usecols=["codice", "provincia"])
    province = dict(zip(old["codice"], old["provincia"], strict=True))
    assert all(len({province[code] for code in u["from"]}) == 1 for u in units if u["kind"] == "merge")


def test_the_drift_is_found_and_proposed_as_it_was_made(demo: Path) -> None:
    place = layout(demo)
    mapping = load_mapping(place, place.wave("2026"), load(place).codebook, ("it", "en"))
    assert mapping is not None
    changed = {name: record for name, record in mapping.variables.items() if not record.identical}
    assert {name: record.status for name, record in changed.items()} == {
        "modo_int": ("relabelled", "added"),
        "forma": ("renamed",),
        "tipo_contr": ("split",),
        "capofila": ("gone",),
        "gov_modo": ("missing",),
        "tav_giud": ("reworded",),
    }
    assert changed["forma"].in_file == "d05_forma"
    assert changed["tipo_contr"].codes == {"5": "2"}
    assert changed["gov_modo"].codes == {"98": "8", "99": "9"}
    assert list(mapping.new) == ["coprog"]
    assert all(record.confirmed for record in changed.values())
    files = load(place)
    found = comparability(
        files, {n: load_mapping(place, place.wave(n), files.codebook, files.study.languages) for n in ("2009", "2026")}
    )
    types = {name for name, one in files.codebook.derived.items() if one.clusters is not None}
    assert {found.pop(name)["2026"].kind for name in types} <= {"not"}  # each wave has types of its own
    assert {by["2009"].kind for by in found.values()} == {"same"}
    assert {name for name, by in found.items() if by["2026"].kind == "not"} == {"modo_int", "capofila"}
    assert {name for name, by in found.items() if by["2026"].kind == "mapped"} == {"tipo_contr"}


def test_harmonised_cell_by_cell(run: Run, demo: Path, wave: Path) -> None:
    """Against the file as pyreadstat reads it, with the changes written out here."""
    assert run("harmonise", "--study", demo, "--wave", "2026").code == 0
    harmonised = pq.read_table(demo / "data/processed/2026/harmonised.parquet").to_pydict()
    frame, _ = pyreadstat.read_sav(str(wave / "survey.sav"), user_missing=True)
    correction = yaml.safe_load((wave / "corrections.yml").read_text("utf-8"))["corrections"][0]
    replaced: dict[str, dict[float, float]] = {"tipo_contr": {5: 2}, "gov_modo": {98: 8, 99: 9}}
    assert set(harmonised) == {"forma" if n == "d05_forma" else n for n in frame} - {"modo_int", "coprog"}
    for name, values in harmonised.items():
        delivered: list[Any] = frame["d05_forma" if name == "forma" else name].tolist()
        for unit, got, was in zip(harmonised["codice"], values, delivered, strict=True):
            expected = None if was != was else replaced.get(name, {}).get(was, was)
            if (unit, name) == (correction["unit"], correction["variable"]):
                assert was == correction["expected"]
                expected = correction["new"]
            if name != "data_int":
                assert got == expected, (unit, name)
