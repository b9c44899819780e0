"""Names of files and folders."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.paths import layout, natural


@pytest.mark.parametrize(
    "names",
    [
        ["9", "10", "11"], ["2009", "2010", "2026"], ["w1", "w2", "w10"], ["2009-1", "2009-2", "2009-10", "2010-1"],
        ["01", "2", "03"], ["A", "a", "b10"], ["1.9", "1.10"],
    ],
)  # fmt: skip
def test_waves_stand_in_the_order_of_time(names: list[str], tmp_path: Path) -> None:
    assert sorted({*names}, key=natural) == names
    for name in reversed(names):
        (tmp_path / "data" / "raw" / name).mkdir(parents=True, exist_ok=True)
    (tmp_path / "study.yml").touch()
    assert layout(tmp_path).waves() == names


def test_three_waves_named_by_numbers_are_compared_one_after_the_other_and_with_the_first(tmp_path: Path) -> None:
    from tests.conftest import COLUMNS, FILES, write_sav

    study = tmp_path / "study"
    shutil.copytree(FILES, study)
    shutil.rmtree(study / "data", ignore_errors=True)
    for name, first in (("9", 3), ("10", 6), ("11", 9)):
        forms = [1.0] * first + [2.0] * (12 - first)
        write_sav(study / "data" / "raw" / name / "survey.sav", {**COLUMNS, "forma": forms, "tipo": COLUMNS["tipo"]})
        (study / "data" / "raw" / name / "source.yml").write_text(f"kind: survey\ntitle: Wave {name}\n")
    assert cli.main(["report", "--study", str(study), "--lang", "en", "--formats", "html"]) == 0
    with (study / "reports" / "comparison" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["statistic"] == "change" and r["row_var"] == "forma"]
    changes = {(r["col_code"], r["wave"]): float(r["value"]) for r in rows if r["row_code"] == "1" and r["value"]}
    assert changes == pytest.approx({("9", "10"): 0.25, ("10", "11"): 0.25, ("9", "11"): 0.5})
