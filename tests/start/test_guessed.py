"""What was guessed opens the codebook: typed, the doubtful first, each with what changes it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pipeline import cli
from pipeline.counting.columns import Columns
from pipeline.paths import layout
from pipeline.spec.load import load
from pipeline.spss.model import Dictionary, LabelTable, Variable
from pipeline.start.guess import guess
from pipeline.start.guessed import MOST_ITEMS, Record, records

NOTHING = float("nan")
STEPS = {1.0: "Never", 2.0: "Rarely", 3.0: "Often", 8.0: "Don't know"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "export.sav"
    columns: dict[str, list[object]] = {
        "ResponseId": [f"R_{i}" for i in range(12)],
        "Q1_1": [1.0] * 5 + [NOTHING] * 7,
        "Q1_2": [NOTHING] * 5 + [1.0] * 6 + [NOTHING],
        "q2": [1.0, 2, 3, 8] * 3,
        "weight_final": [0.5, 1.25, 1.5, 0.75] * 3,
        "children": [0.0, 1, 2, 3] * 3,
    }
    labels = {"Q1_1": "Where do you hear news? - Radio", "Q1_2": "Where do you hear news? - Papers", "q2": "How often?"}
    values = {"Q1_1": {1.0: "Radio"}, "Q1_2": {1.0: "Papers"}, "q2": STEPS}
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), column_labels=labels, variable_value_labels=values)
    return path


def front(page: str) -> str:
    """What stands between the codebook's title and its first variable."""
    return page[page.index('id="section-codebook"') : page.index('id="var-ResponseId"')]


@pytest.mark.parametrize(
    ("lang", "check", "reason"), [("en", "Please check: ", "Reason"), ("it", "Da controllare: ", "Motivo")]
)
def test_quick_says_it_before_the_first_variable(file: Path, lang: str, check: str, reason: str) -> None:
    out = file.parent / "out"
    assert cli.main(["quick", str(file), "--out", str(out), "--lang", lang, "--formats", "html"]) == 0
    page = front((out / f"report.{lang}.html").read_text("utf-8"))
    for shown in (
        "--missing none",
        "--weight weight_final",
        "Where do you hear news?",
        "python -m pipeline init",
        reason,
    ):
        assert shown in page
    assert page.index(check) < page.index("Where do you hear news?"), "the doubtful first"
    assert "codebook.yml, " not in page, "quick's scratch codebook is nobody's to edit"


def test_init_names_the_line_of_each(file: Path) -> None:
    study = file.parent / "study"
    assert cli.main(["init", str(file), "--study", str(study)]) == 0
    files = load(layout(study))
    lines = next(study.rglob("codebook.yml")).read_text("utf-8").splitlines()
    guessed = files.codebook.guessed
    assert [g.doubtful for g in guessed] == sorted((g.doubtful for g in guessed), reverse=True)
    assert {g.about for g in guessed} == {"no_answer", "weight", "set", "kind", "metadata"}
    at = {g.about: files.line("codebook", *g.items[0].at) for g in guessed}
    assert lines[at["no_answer"] - 1].strip() == 'no_answer: ["8"]'
    assert "set_Q1_1" in lines[at["set"] - 1]
    assert cli.main(["report", "--study", str(study), "--lang", "en", "--formats", "html"]) == 0
    page = front(next(study.rglob("report.en.html")).read_text("utf-8"))
    assert f"codebook.yml, line {at['no_answer']}" in page


def test_what_is_taken_out_is_not_shown(file: Path) -> None:
    study = file.parent / "study"
    assert cli.main(["init", str(file), "--study", str(study)]) == 0
    codebook = next(study.rglob("codebook.yml"))
    text = codebook.read_text("utf-8")
    codebook.write_text(text[text.index("variables:") :], "utf-8")
    assert cli.main(["report", "--study", str(study), "--lang", "en", "--formats", "html"]) == 0
    assert "Please check" not in next(study.rglob("report.en.html")).read_text("utf-8")


def of(data: dict[Variable, list[float]]) -> list[Record]:
    import pyarrow as pa

    dictionary = Dictionary(variables=tuple(data))
    table = pa.table({v.name: pa.array(values, pa.float64()) for v, values in data.items()})
    guesses = guess(dictionary, Columns(table))
    return records(dictionary, guesses, {g: g.name for g in (*guesses.sets, *guesses.batteries)}, None)


def test_a_battery_without_a_question_in_common_is_doubtful() -> None:
    scale = LabelTable([(1.0, "Bad"), (2.0, "Fair"), (3.0, "Good")])
    titles = {"Trust: press": False, "Parks": True}
    for first, doubtful in titles.items():
        stem = "Trust: " if first.startswith("Trust") else ""
        data = {
            Variable(name, f"{stem}{label}", value_labels=scale): [1.0, 2, 3, 1, 2, 3]
            for name, label in (("aa", "press"), ("bb", "court"), ("cc", "police"))
        }
        (battery,) = [r for r in of(data) if r.about == "battery"]
        assert battery.doubtful is doubtful


def test_many_of_a_kind_are_counted(tmp_path: Path) -> None:
    columns: dict[str, list[object]] = {}
    labels, values = {}, {}
    for q in range(MOST_ITEMS + 3):
        for i in (1, 2):
            columns[f"Q{q}_{i}"] = [1.0, NOTHING, NOTHING, 1.0] if i == 1 else [NOTHING, 1.0, 1.0, NOTHING]
            labels[f"Q{q}_{i}"], values[f"Q{q}_{i}"] = f"Question {q}? - Item {i}", {1.0: f"Item {i}"}
    path, study = tmp_path / "many.sav", tmp_path / "study"
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), column_labels=labels, variable_value_labels=values)
    assert cli.main(["init", str(path), "--study", str(study)]) == 0
    (sets,) = [g for g in load(layout(study)).codebook.guessed if g.about == "set"]
    assert len(sets.items) == MOST_ITEMS + 1
    assert sets.items[-1].names["en"] == "and 3 more"
