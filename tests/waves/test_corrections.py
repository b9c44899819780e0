"""corrections.yml: each record changes one cell, or stops the run and says why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow.parquet as pq
import pytest

from tests.conftest import COLUMNS, Ran, SmallStudy

Run = Callable[..., Ran]

REASON = "{it: ricontrollato, en: checked}"


def record(unit: str = "LO01", variable: str = "comuni", expected: str = "5", new: str = "6") -> str:
    fields = f"unit: {unit}, variable: {variable}, expected: {expected}, new: {new}"
    return f"  - {{{fields}, reason: {REASON}, date: 2026-05-02}}\n"


RIGHT = record("LO11", expected=".", new="13")


def corrections(study: SmallStudy, *records: str) -> None:
    (study.raw / "corrections.yml").write_text("corrections:\n" + "".join(records), "utf-8")


def test_corrections_change_their_cells_and_no_other(run: Run, small_study: SmallStudy) -> None:
    corrections(
        small_study,
        RIGHT,
        record(),
        record(variable="forma", unit="LO09", expected="9", new="2"),
        record(variable="nota", expected="bene", new="male"),
        record(variable="peso", expected="1", new="."),
    )
    assert run("harmonise", "--study", small_study.folder).code == 0
    before = pq.read_table(small_study.processed / "ingested.parquet").to_pydict()
    after = pq.read_table(small_study.processed / "harmonised.parquet").to_pydict()
    changed = {
        (name, before["codice"][i]): after[name][i]
        for name in before
        for i in range(len(before[name]))
        if before[name][i] != after[name][i]
    }
    assert changed == {
        ("comuni", "LO11"): 13.0,
        ("comuni", "LO01"): 6.0,
        ("forma", "LO09"): 2.0,
        ("nota", "LO01"): "male",
        ("peso", "LO01"): None,
    }
    assert before["comuni"][0] == COLUMNS["comuni"][0]


def test_corrections_are_listed_in_both_languages(run: Run, small_study: SmallStudy) -> None:
    corrections(small_study, RIGHT)
    assert run("report", "--study", small_study.folder, "--formats", "html").code == 0
    findings = json.loads((small_study.processed / "findings.json").read_text("utf-8"))
    assert [f["params"]["unit"] for f in findings if f["id"] == "waves.corrected"] == ["LO11"]
    for lang, words in (("it", "ricontrollato"), ("en", "checked")):
        assert words in (small_study.reports / f"report.{lang}.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (record(expected="4"), ["LO01", "should hold 4", "holds 5", "line 2"]),
        (record(expected="."), ["holds 5"]),
        (record(unit="LO99"), ["no unit LO99", "codice"]),
        (record(variable="comni"), ["no variable comni", "Nearest in the file: comuni"]),
        (record(new="molti"), ["molti", "numbers"]),
    ],
)
def test_a_correction_that_does_not_fit_stops_the_run(
    run: Run, small_study: SmallStudy, one: str, said: list[str]
) -> None:
    corrections(small_study, one)
    ran = run("report", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 3
    for words in ["corrections.yml", *said]:
        assert words in ran.err
    assert "Traceback" not in ran.err
    assert not small_study.reports.exists()


def test_all_that_do_not_fit_are_named_at_once(run: Run, small_study: SmallStudy) -> None:
    corrections(small_study, record(expected="4"), record(unit="LO99"), record(variable="x"))
    assert len(run("harmonise", "--study", small_study.folder).err.strip().splitlines()) >= 3


def test_a_unit_that_stands_twice(run: Run, small_study: SmallStudy) -> None:
    small_study.data(codice=["LO01", "LO01", *COLUMNS["codice"][2:]])
    corrections(small_study, record())
    ran = run("harmonise", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 3
    assert "several rows" in ran.err
    assert "1, 2" in ran.err


def test_a_study_without_an_identifier_cannot_be_corrected(run: Run, small_study: SmallStudy) -> None:
    small_study.edit("study.yml", "identifier: codice\n", "")
    corrections(small_study, record())
    ran = run("harmonise", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 2
    assert "identifier" in ran.err


@pytest.mark.parametrize(
    "text",
    [
        "corrections: [{unit: LO01}]",
        "corrections: [{unit: LO01, variable: forma, expected: 1, new: 2, reason: x, date: yesterday}]",
        "correction: []",
    ],
)
def test_a_mistake_in_the_file_is_a_mistake_of_the_study(run: Run, small_study: SmallStudy, text: str) -> None:
    (small_study.raw / "corrections.yml").write_text(text, "utf-8")
    ran = run("harmonise", "--study", small_study.folder)
    assert ran.code == 2
    assert "corrections.yml" in ran.err


def test_a_correction_expires_when_the_file_is_mended(run: Run, small_study: SmallStudy) -> None:
    corrections(small_study, record())
    assert run("harmonise", "--study", small_study.folder).code == 0
    small_study.data(comuni=[6, *COLUMNS["comuni"][1:]])
    ran = run("harmonise", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 3
    assert "remove this correction" in ran.err


def test_an_empty_file_corrects_nothing(run: Run, small_study: SmallStudy) -> None:
    (small_study.raw / "corrections.yml").write_text("corrections:\n", "utf-8")
    assert run("harmonise", "--study", small_study.folder).code == 0
