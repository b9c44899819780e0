"""Sets of answers as survey tools export them: crosses without a zero, several codes in one text, rows told apart."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pipeline import cli

NOTHING = float("nan")


def quick(columns: dict[str, list[object]], folder: Path, *options: str, labels: dict[str, str] | None = None,
          values: dict[str, dict[float, str]] | None = None) -> tuple[list[dict[str, str]], str]:  # fmt: skip
    """The results of a file and its page."""
    path, out = folder / "export.sav", folder / "out"
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), column_labels=labels or {},
                         variable_value_labels=values or {})  # fmt: skip
    assert cli.main(["quick", str(path), "--out", str(out), "--lang", "en", "--formats", "html", *options]) == 0
    with (out / "results.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows)), (out / "report.en.html").read_text(encoding="utf-8")


def counts(rows: list[dict[str, str]], name: str) -> dict[str, float]:
    return {r["row_code"]: float(r["value"]) for r in rows
            if r["row_var"] == name and r["table_id"] == f"set_{name}" and r["statistic"] == "count"}  # fmt: skip


def test_crosses_without_a_zero_are_a_set_of_all_cases(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {
        "ResponseId": [f"R_{i}" for i in range(12)],
        "Q3_1": [1.0] * 5 + [NOTHING] * 7,
        "Q3_2": [NOTHING] * 4 + [1.0] * 6 + [NOTHING] * 2,
        "Q3_3": [NOTHING, 1.0] * 5 + [NOTHING] * 2,
        "Q3_3_TEXT": ["", "the baker"] + [""] * 10,
    }
    media = {"Q3_1": "Radio", "Q3_2": "Papers", "Q3_3": "Other"}
    labels = {name: f"Where do you hear news? - {text}" for name, text in media.items()}
    rows, page = quick(columns, tmp_path, labels=labels, values={n: {1.0: t} for n, t in media.items()})
    assert counts(rows, "set_Q3_1") == {"Q3_1": 5, "Q3_2": 6, "Q3_3": 5, "": 16}
    assert {
        float(r["base"]) for r in rows if r["table_id"] == "set_set_Q3_1" and r["statistic"] == "share_of_cases"
    } == {12}
    assert "The same value in every case" not in page
    assert "Written by the survey tool" in page and "ResponseId" in page
    assert "Q3_3_TEXT" in page


def test_several_codes_in_one_text_are_a_set(tmp_path: Path) -> None:
    needs: list[object] = ["water food", "food", "water", "cash water", "food cash", "", "water food cash", "cash"]
    rows, _ = quick({"needs": needs * 3}, tmp_path)
    assert counts(rows, "set_needs") == {"water": 12, "food": 12, "cash": 12, "": 36}
    assert {
        r["n"] for r in rows if r["table_id"] == "set_set_needs" and r["statistic"] == "n" and not r["row_code"]
    } == {"21"}


def test_a_text_beside_its_own_columns_is_shown_once(tmp_path: Path) -> None:
    needs = ["water food", "food", "water", "water", "food", "water food"] * 4
    columns: dict[str, list[object]] = {"needs": list(needs)}
    for item in ("water", "food"):
        columns[f"needs.{item}"] = [1.0 if item in text.split() else 0.0 for text in needs]
    rows, _ = quick(columns, tmp_path)
    assert counts(rows, "set_needs") == {"needs.water": 16, "needs.food": 16, "": 32}
    assert {r["table_id"] for r in rows if r["row_var"] == "needs"} == {"codebook"}


def test_sentences_are_no_lists_of_codes(tmp_path: Path) -> None:
    texts: list[object] = [f"we came to town in the year {1950 + i} and stayed" for i in range(20)]
    rows, _ = quick({"story": texts, "x": [1.0, 2.0] * 10}, tmp_path)
    assert not [r for r in rows if r["row_var"].startswith("set_")]


def test_items_with_the_same_label_are_told_apart(tmp_path: Path) -> None:
    answers: list[object] = [1.0, 2.0, 2.0, 1.0, 2.0, 1.0, 2.0, 2.0]
    labels = {"q1": "The market is fair", "q2": "The market is fair", "q3": "Taxes are fair"}
    values = {name: {1.0: "Agree", 2.0: "Disagree"} for name in labels}
    _, page = quick({"q1": answers, "q2": answers[::-1], "q3": answers}, tmp_path, labels=labels, values=values)
    page = re.sub(r"<option.*?</option>", "", page, flags=re.DOTALL)  # where any variable is chosen, each has its name
    assert "The market is fair [q1]" in page
    assert "The market is fair [q2]" in page
    assert "Taxes are fair [q3]" not in page


def test_names_that_only_count_are_no_question_asked_twice(tmp_path: Path) -> None:
    a: list[object] = [1.0, 1.0, 2.0, 2.0] * 8
    columns = {"VAR001": a, "VAR002": [1.0, 2.0] * 16, "VAR003": [2.0, 1.0] * 16}
    answers = ({1.0: "Yes", 2.0: "No"}, {1.0: "Man", 2.0: "Woman"}, {1.0: "Yes", 2.0: "No"})
    rows, _ = quick(columns, tmp_path, "--rows", "VAR001", "--by", "VAR002", "VAR003",
                    labels=dict(zip(columns, ("Smokes", "Sex", "Drinks"), strict=True)),
                    values=dict(zip(columns, answers, strict=True)))  # fmt: skip
    assert not {"kappa", "mcnemar_p"} & {r["statistic"] for r in rows}


@pytest.mark.parametrize(
    ("labels", "twice"), [(("Smokes", "Drinks"), False), (("Trust in 2019", "Trust in 2024"), True)]
)
def test_agreement_is_of_a_question_asked_twice(tmp_path: Path, labels: tuple[str, str], twice: bool) -> None:
    a: list[object] = [1.0, 1.0, 2.0, 2.0, 1.0, 2.0, 1.0, 1.0] * 4
    b: list[object] = [1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 2.0] * 4
    values = {name: {1.0: "Yes", 2.0: "No"} for name in ("alpha", "omega")}
    rows, _ = quick({"alpha": a, "omega": b}, tmp_path, "--rows", "alpha", "--by", "omega",
                    labels=dict(zip(values, labels, strict=True)), values=values)  # fmt: skip
    found = {r["statistic"] for r in rows if r["row_var"] == "alpha" and r["col_var"] == "omega"}
    assert ("kappa" in found) is twice
    assert ("mcnemar_p" in found) is twice
