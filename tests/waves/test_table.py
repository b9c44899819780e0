"""The harmonisation table goes out and comes back; the waves' data are stacked and read again by others."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from pipeline.paths import Layout, layout
from pipeline.stages.mappings import covers, declared
from pipeline.waves.demo import prepare
from tests.conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    place = layout(prepare(tmp_path_factory.mktemp("table") / "study"))
    text = place.wave("2026").mapping.read_text("utf-8")
    place.wave("2026").mapping.write_text(text.replace("confirmed: yes", "confirmed: no"), "utf-8")
    return place


def typed(run: Run, study: Layout, *words: object) -> Ran:
    return run(*map(str, words), "--study", study.base, "--lang", "en")


def test_out_and_in_again(run: Run, demo: Layout, tmp_path: Path) -> None:
    sheet = tmp_path / "table.csv"
    assert typed(run, demo, "mappings-out", sheet).code == 0
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    waiting = [r for r in rows if r["confirmed"] == "no"]
    assert {r["wave"] for r in rows} == {"2009", "2026"} and len(waiting) > 5
    assert typed(run, demo, "mappings-in", sheet).out == "", "as it went out it changes nothing"
    book = tmp_path / "table.xlsx"
    assert typed(run, demo, "mappings-out", book).code == 0
    opened = openpyxl.load_workbook(book)
    page = opened.active
    head = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        if row[head.index("confirmed")].value == "no":
            row[head.index("confirmed")].value = "yes"
    opened.save(book)
    ran = typed(run, demo, "mappings-in", book, "--by", "A. Rossi")
    assert (ran.code, ran.out.strip()) == (0, "data/raw/2026/mapping.yml"), ran.err
    text = demo.wave("2026").mapping.read_text("utf-8")
    assert "confirmed: no" not in text and text.count('by: "A. Rossi"') == len(waiting)
    assert typed(run, demo, "mappings-in", book).out == ""


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("status", "changed", "renamed"), ("comparable", "maybe", "mapped"), ("confirmed", "perhaps", "yes, no"),
        ("codes", "1 > 2", "98 → 8"), ("question", "formo", "forma"), ("wave", "2030", "2026"), ("on", "27/11", "202"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_row(run: Run, demo: Layout, tmp_path: Path, column: str, value: str, says: str) -> None:
    sheet = tmp_path / "table.csv"
    assert typed(run, demo, "mappings-out", sheet).code == 0
    frame = pd.read_csv(sheet, dtype=str, keep_default_na=False)
    frame.loc[4, column] = value
    frame.to_csv(sheet, index=False, sep=";")
    before = demo.wave("2026").mapping.read_bytes()
    ran = typed(run, demo, "mappings-in", sheet)
    assert ran.code == 2 and f"row 6, column {column}" in ran.err and says in ran.err
    assert demo.wave("2026").mapping.read_bytes() == before


def test_two_questions_on_one_variable_are_refused(run: Run, demo: Layout, tmp_path: Path) -> None:
    sheet = tmp_path / "table.csv"
    assert typed(run, demo, "mappings-out", sheet).code == 0
    frame = pd.read_csv(sheet, dtype=str, keep_default_na=False)
    rows = frame[(frame.wave == "2026") & (frame.comparable != "not") & (frame.variable != "")].index[:2]
    frame.loc[rows[1], "variable"] = frame.loc[rows[0], "variable"]
    if frame.loc[rows[1], "status"] == "same":
        frame.loc[rows[1], "status"] = "renamed"
    frame.to_csv(sheet, index=False)
    before = demo.wave("2026").mapping.read_bytes()
    ran = typed(run, demo, "mappings-in", sheet)
    assert ran.code == 2 and f"row {rows[1] + 2}: " in ran.err and f"(row {rows[0] + 2})" in ran.err
    assert demo.wave("2026").mapping.read_bytes() == before


@pytest.mark.parametrize(
    ("codes", "answers", "kept", "whole"),
    [
        ([7, 8, 9], [1, 2], [7, 8, 9], True),
        ([-1, 97, 98, 99], [1, 2, 5], [{"lo": 97, "hi": 99}, -1], True),
        ([96, 97, 98, 99], [1, 2], [{"lo": 96, "hi": 99}], True),
        ([-2, -1, 8, 9], [0, 1, 5], [-2, -1, 8], False),
        ([-9, -8, 0, 98, 99], [1, 5], [{"lo": -9, "hi": 0}, 98], False),
        (["a", "b", "c", "d"], ["x"], ["a", "b", "c"], False),
    ],
)  # fmt: skip
def test_a_range_of_missing_codes_holds_no_valid_answer(
    codes: list[object], answers: list[object], kept: list[object], whole: bool
) -> None:
    assert declared(codes, answers) == kept
    assert covers(kept, codes) is whole


def test_a_stage_after_a_removed_mapping_says_what_to_do(run: Run, tmp_path: Path) -> None:
    study = layout(prepare(tmp_path / "study"))
    study.wave("2026").mapping.unlink()
    ran = typed(run, study, "tabulate")
    assert "make report WAVE=2026" in ran.err and "mapping.proposed.yml" in ran.err
    proposed = study.wave("2026").processed / "mapping.proposed.yml"
    study.wave("2026").mapping.write_text(
        proposed.read_text("utf-8").replace("confirmed: no", "confirmed: yes"), "utf-8"
    )
    ran = typed(run, study, "tabulate")
    assert ran.code == 0 and "make report WAVE=2026" not in ran.err


def test_all_waves_stacked(run: Run, tmp_path: Path) -> None:
    study = layout(prepare(tmp_path / "study"))
    sav, parquet = tmp_path / "all.sav", tmp_path / "all.parquet"
    assert typed(run, study, "stack", sav).code == 0
    assert typed(run, study, "stack", parquet).code == 0
    frame, meta = pyreadstat.read_sav(str(sav), user_missing=True)
    same = pd.read_parquet(parquet)
    raw = {w: pyreadstat.read_sav(str(study.wave(w).raw / "survey.sav"), user_missing=True) for w in ("2009", "2026")}
    assert frame["wave"].value_counts().to_dict() == {w: len(one) for w, (one, _) in raw.items()}
    assert list(frame.columns) == list(same.columns) and len(frame) == len(same)
    assert frame.loc[frame.wave == "2009", "forma"].tolist() == raw["2009"][0]["forma"].tolist()
    labels = {w: raw[w][1].variable_value_labels[n] for w, n in (("2009", "forma"), ("2026", "d05_forma"))}
    theirs = raw["2026"][0]["d05_forma"].map(labels["2026"]).tolist()
    mine = frame.loc[frame.wave == "2026", "forma"].map(labels["2009"]).tolist()
    assert [a for a, b in zip(mine, theirs, strict=True) if a != b and a == a] == []
    assert meta.variable_value_labels["forma"][1.0] and meta.missing_ranges["forma"]
