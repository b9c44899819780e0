"""Which variables are screened, and what the first page says by rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from lxml import html

from pipeline.start import overview
from pipeline.start.guess import Guess, Guesses
from tests.conftest import Ran


class _File:
    """As much of a dictionary as the choice looks at."""

    def __init__(self, names: list[str], cases: int, labels: dict[str, str]) -> None:
        self.variables = [type("V", (), {"name": n, "label": labels.get(n, "")}) for n in names]
        self.cases = cases

    def variable(self, name: str):  # type: ignore[no-untyped-def]
        return next(v for v in self.variables if v.name == name)


def chosen(kinds: dict[str, Guess], cases: int = 500, labels: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    return overview.screened(_File(list(kinds), cases, labels or {}), Guesses(kinds))  # type: ignore[arg-type]


def asked(name: str, answers: int = 3, **more: object) -> Guess:
    return Guess(name, "nominal", "labels", tuple((str(i), f"a{i}") for i in range(answers)), **more)  # type: ignore[arg-type]


def test_questions_and_numbers_are_compared_and_nothing_else() -> None:
    kinds = {
        "id": Guess("id", "identifier", "x"), "q1": asked("q1"), "town": asked("town", 40), "one": asked("one", 1),
        "age": Guess("age", "numeric", "x"), "status": asked("status", metadata=True), "w": Guess("w", "weight", "x"),
        "q2": asked("q2", 3, no_answer=(("1", "Don't know"), ("2", "Refused"))), "name": Guess("name", "text", "x"),
    }  # fmt: skip
    assert chosen(kinds) == (["q1", "age"], [], 0)
    assert chosen(kinds, cases=20) == ([], [], 0)


def test_many_questions_are_compared_with_the_usual_breaks() -> None:
    kinds = {f"q{i}": asked(f"q{i}") for i in range(200)} | {"sex": asked("sex"), "v9": asked("v9")}
    rows, columns, left_out = chosen(kinds, labels={"v9": "Region of residence"})
    assert columns == ["sex", "v9"] and len(rows) * 2 <= overview.MOST_PAIRS
    assert left_out == 202 - len(set(rows) | set(columns))
    without = {f"q{i}": asked(f"q{i}") for i in range(200)}
    rows, columns, left_out = chosen(without)
    assert not columns and len(rows) * (len(rows) - 1) // 2 <= overview.MOST_PAIRS and left_out == 200 - len(rows)


def test_large_files_are_compared_as_far_as_a_second_goes() -> None:
    kinds = {f"q{i}": asked(f"q{i}") for i in range(90)} | {"sex": asked("sex")}
    rows, columns, _ = chosen(kinds, cases=1_000_000)
    assert len(rows) * max(len(columns), 1) * 1_000_000 <= overview.MOST_READ


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    n = 300
    data = pd.DataFrame({"sex": rng.integers(1, 3, n).astype(float), "car": [1.0] * 290 + [2.0] * 10})
    data["votes"] = np.where(rng.random(n) < 0.2 + 0.6 * (data["sex"] == 1), 1.0, 2.0)
    data["income"] = np.where(np.arange(n) % 3 == 0, np.nan, np.round(rng.normal(20, 3, n), 2))
    labels = {"sex": {1: "Man", 2: "Woman"}, "car": {1: "Owns one", 2: "Owns none"}, "votes": {1: "Left", 2: "Right"}}
    names = ["Sex", "Car", "Vote", "Income"]
    path = tmp_path / "people.sav"
    pyreadstat.write_sav(data, str(path), column_labels=names, variable_value_labels=labels)
    return path


@pytest.mark.parametrize("lang", ["en", "it"])
def test_the_first_page_says_what_stands_out(file: Path, tmp_path: Path, lang: str, run) -> None:  # type: ignore[no-untyped-def]
    made: Ran = run("quick", file, "--out", tmp_path / "out", "--lang", lang, "--formats", "html")
    assert made.code == 0, made.err
    page = html.fromstring((tmp_path / "out" / f"report.{lang}.html").read_bytes())
    said = [" ".join(li.text_content().split()) for li in page.xpath("//section[@class='findings']//li")]
    expected = {
        "en": ["The file has 4 variables: 3 with categories, 1 number.",
               "91.7% of all answers are there; 1 question lacks 20% or more, most of all Income (33.3%).",
               "Nearly all say the same to: Car (96.7% “Owns one”)."],
        "it": ["Il file ha 4 variabili: 3 con categorie, 1 numerica.",
               "È presente il 91,7% di tutte le risposte; a 1 domanda ne manca il 20% o più, "
               "soprattutto a Income (33,3%).",
               "Quasi tutti rispondono allo stesso modo a: Car (96,7% «Owns one»)."],
    }  # fmt: skip
    assert said[:3] == expected[lang]
    assert any(("go together strongly" in s or "relazione forte" in s) and "Sex" in s and "Vote" in s for s in said)


def test_every_sentence_can_be_dropped_or_written_anew(file: Path, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    assert run("init", file, "--study", tmp_path / "own").code == 0
    report = tmp_path / "own" / "study" / "report.yml"
    report = report if report.exists() else next((tmp_path / "own").rglob("report.yml"))
    content = yaml.safe_load(report.read_text(encoding="utf-8"))
    assert [finding["auto"] for finding in content["findings"]] == [
        "file",
        "complete",
        "lopsided",
        "look",
        "associations",
    ]
    content["findings"] = [{"text": {"it": "La mia frase.", "en": "My own sentence."}}, {"auto": "file"}]
    report.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    made = run("report", "--study", tmp_path / "own", "--lang", "en", "--formats", "html")
    assert made.code == 0, made.err
    page = html.fromstring(next((tmp_path / "own" / "reports").glob("*/report.en.html")).read_bytes())
    said = [" ".join(li.text_content().split()) for li in page.xpath("//section[@class='findings']//li")]
    assert len(said) == 2 and said[0].startswith("My own sentence.") and said[1].startswith("The file has 4")


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ({"text": {"it": "a", "en": "a"}, "auto": "file"}, "keep one"),
        ({}, "keep one"),
        ({"auto": "associations"}, "kind: associations"),
    ],
)
def test_a_finding_that_cannot_be_is_named(file: Path, tmp_path: Path, run, finding, words: str) -> None:  # type: ignore[no-untyped-def]
    assert run("init", file, "--study", tmp_path / "own").code == 0
    report = next((tmp_path / "own").rglob("report.yml"))
    content = yaml.safe_load(report.read_text(encoding="utf-8"))
    content["sections"] = [s for s in content["sections"] if s["section"] != "overview"]
    content["findings"] = [finding]
    report.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    made = run("report", "--study", tmp_path / "own", "--lang", "en", "--formats", "html")
    assert made.code == 2 and "report.yml" in made.err and words in made.err
