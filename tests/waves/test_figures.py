"""Numbers by numbers: with one and the same dictionary, what jumps is asked about, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.waves.apply import array, recoded, texts
from pipeline.waves.proposal import Comparison
from pipeline.waves.questionnaire import compare
from tests.comparison import five_waves
from tests.conftest import Ran, write_sav
from tests.waves.surveys import QUESTIONS, Question, codebook, survey

N = 120
Q = {
    "yes": Question("yes", "Uses it", {1: "Yes", 2: "No"}, {9: "No answer"}),
    "scale": Question("scale", "Trust", {c: f"Point {c}" for c in range(1, 6)}, kind="ordinal"),
    "party": Question("party", "Party", {1: "Blue", 2: "Red", 3: "Green", 4: "Other"}),
    "income": Question("income", "Income", missing={9999: "No answer"}, kind="numeric"),
    "children": Question("children", "Children", kind="numeric"),
}


def spread(shares: Sequence[float], codes: Sequence[float] = (1, 2, 3, 4, 5)) -> tuple[float, ...]:
    return tuple(c for share, c in zip(shares, codes, strict=False) for _ in range(round(share * N)))


FIRST: dict[str, Any] = {
    "yes": spread((0.25, 0.75)), "scale": spread((0.1, 0.15, 0.2, 0.2, 0.35)), "party": spread((0.5, 0.1, 0.3, 0.1)),
    "income": tuple(900.0 + 17 * i for i in range(N)), "children": tuple(float(i % 5) for i in range(N)),
}  # fmt: skip


def file(path: Path, **changed: Sequence[Any]) -> Any:
    return survey(path, {n: q.but(values=tuple({**FIRST, **changed}[n])) for n, q in Q.items()})


def compared(path: Path, **changed: Sequence[Any]) -> Comparison:
    """A second file with the same dictionary and other answers, beside the first."""
    book = codebook(Q).model_copy(update={"sets": {}})
    first = file(path / "a.sav")
    before = {
        n: f.model_copy(update={"wave": "2019"})
        for n, f in compare(first.dictionary, first.table, book).figures.items()
    }
    later = file(path / "b.sav", **changed)
    return compare(later.dictionary, later.table, book, before)


JUMPS = {
    "dichotomy turned": ("yes", spread((0.73, 0.27)), "not", "changed places"),
    "scale mirrored": ("scale", spread((0.36, 0.2, 0.2, 0.15, 0.09)), "not", "changed places"),
    "two parties swapped": ("party", spread((0.1, 0.5, 0.3, 0.1)), "not", "changed places"),
    "a share that jumped": ("party", spread((0.075, 0.275, 0.3, 0.35)), "not", "really changed"),
    "thousands": ("income", [x / 1000 for x in FIRST["income"]], "not", "about 1/1000 times"),
    "cents": ("income", [x * 100 for x in FIRST["income"]], "not", "about 100 times"),
    "tens": ("income", [x * 10 * 1.02 for x in FIRST["income"]], "not", "about 10 times"),
    "lire": ("income", [x * 1936.27 for x in FIRST["income"]], "not", "about 1936.27 times"),
    "a missing code in the mean": ("income", [*FIRST["income"][:-3], 99999, 99999, 99999], "same", "a missing code?"),
    "99 children": ("children", [*FIRST["children"][:-1], 99], "same", "a missing code?"),
    "minus one child": ("children", [*FIRST["children"][:-2], -1, -1], "same", "a missing code?"),
    "asked of few": ("yes", [*FIRST["yes"][::4], *[9] * (N - N // 4)], "same", "asked of others"),
}  # fmt: skip


@pytest.mark.parametrize("kind", JUMPS)
def test_a_jump_is_asked_about_though_the_dictionary_is_the_same(tmp_path: Path, kind: str) -> None:
    name, answers, comparable, says = JUMPS[kind]
    found = compared(tmp_path, **{name: answers})
    assert [p.name for p in found.questions if not p.identical] == [name]
    one = found.of(name)
    assert (one.status, one.comparable) == (("figures",), comparable)
    assert any(says in text["en"] for text in one.evidence), one.evidence


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("yes", spread((0.4, 0.6))), ("scale", spread((0.2, 0.2, 0.2, 0.2, 0.2))),
        ("party", spread((0.35, 0.2, 0.35, 0.1))), ("income", [x * 2.4 for x in FIRST["income"]]),
        ("income", [*FIRST["income"][:-1], 8000.0]), ("children", [*FIRST["children"][:-1], 9]),
        ("income", [*FIRST["income"][:-40], *[9999] * 40]),
    ],
)  # fmt: skip
def test_what_moves_as_answers_do_is_not_asked_about(tmp_path: Path, name: str, answers: Sequence[Any]) -> None:
    assert all(p.identical for p in compared(tmp_path, **{name: answers}).questions)


def test_a_code_that_is_taken_out_is_taken_out_of_the_figures(tmp_path: Path) -> None:
    found = compared(tmp_path, income=[*FIRST["income"][:-3], 99999, 99999, 99999])
    assert dict(found.of("income").codes) == {"99999": "."}
    assert found.figures["income"].valid == N - 3 and found.figures["income"].high < 3000


def test_few_cases_say_nothing(tmp_path: Path) -> None:
    """Twelve cases whose halves changed places are no jump."""
    book = codebook()
    one = survey(tmp_path / "a.sav", {**QUESTIONS, "forma": QUESTIONS["forma"].but(values=(1,) * 5 + (2,) * 7)})
    two = survey(tmp_path / "b.sav", {**QUESTIONS, "forma": QUESTIONS["forma"].but(values=(1,) * 7 + (2,) * 5)})
    before = compare(one.dictionary, one.table, book).figures
    assert compare(two.dictionary, two.table, book, before).of("forma").identical


Run = Callable[..., Ran]


def test_in_a_study_it_waits_shows_its_numbers_and_passes_when_confirmed(run: Run, tmp_path: Path) -> None:
    study = five_waves.make(tmp_path / "study", 3)
    columns = five_waves.columns(1)
    turned = [1.0 if x == 0 else 0.0 for x in columns["s2"]]
    write_sav(study.wave("2012").raw / "survey.sav", {**columns, "s2": turned})
    typed = ("--study", study.base, "--lang", "en", "--formats", "html")
    ran = run("report", *typed, "--wave", "2014")
    assert ran.code == 0, ran.err
    assert (study.wave("2012").processed / "figures.json").is_file(), "the wave beside it is looked at first"
    ran = run("report", *typed)
    text = study.wave("2012").mapping.read_text("utf-8")
    assert ran.code == 0 and "changed places" in text
    assert "# 2009: n 300/300; 0 78.0%, 1 22.0%" in text and "# 2012: n 300/300; 0 22.0%, 1 78.0%" in text
    kept = json.loads((study.wave("2014").processed / "figures.json").read_text("utf-8"))
    assert kept["before"]["s2"]["wave"] == "2009", "what waits is nobody's measure"
    assert not study.wave("2014").mapping.read_text("utf-8").count("status: figures")
    sheet = tmp_path / "t.csv"
    assert run("mappings-out", sheet, "--study", study.base, "--lang", "en").code == 0
    line = next(x for x in sheet.read_text("utf-8-sig").splitlines() if x.startswith("2012,s2"))
    assert "2009: n 300/300" in line and "2012: n 300/300" in line
    study.wave("2012").mapping.write_text(text.replace("confirmed: no", "confirmed: yes"), "utf-8")
    assert run("report", *typed).code == 0
    again = json.loads((study.wave("2012").processed / "recognised.json").read_text("utf-8"))
    assert again["mapping"]["variables"]["s2"]["confirmed"] and not again["held"]
    before = {p: p.stat().st_mtime_ns for p in study.base.rglob("*.json")}
    assert run("report", *typed).code == 0
    assert before == {p: p.stat().st_mtime_ns for p in study.base.rglob("*.json")}, "a second run has nothing to do"


IDS = [f"LO{i:03d}" for i in range(1, 41)]


@pytest.mark.parametrize(
    ("first", "then", "one"),
    [
        (IDS, [i.lower() for i in IDS], ("lo001", "LO001")), (IDS, [f"LO-{i[2:]}" for i in IDS], ("LO-001", "LO001")),
        (IDS, [f"LO{i}" for i in range(1, 41)], ("LO1", "LO001")),
        ([float(i) for i in range(1, 41)], [f"{i:04d}" for i in range(1, 41)], ("0001", "1")),
        ([f"{i:04d}" for i in range(1, 41)], [float(i) for i in range(1, 41)], ("1", "0001")),
    ],
)  # fmt: skip
def test_units_written_otherwise_are_led_back(
    tmp_path: Path, first: list[Any], then: list[Any], one: tuple[str, str]
) -> None:
    asked = Question("id", "Code", values=tuple(first), kind="identifier")
    book = codebook({"id": asked}).model_copy(update={"sets": {}})
    before = compare(*_read(survey(tmp_path / "a.sav", {"id": asked})), book).figures
    read = _read(survey(tmp_path / "b.sav", {"id": asked.but(values=tuple(then))}))
    found = compare(*read, book, before).of("id")
    assert (found.status, found.comparable, len(found.codes)) == (("type",), "mapped", 40)
    assert found.codes[one[0]] == one[1]
    led = texts(array(recoded(read[1].column("id"), found.codes, book.variables["id"], other_type=True)))
    assert sorted(led) == sorted(before["id"].units), "after mapping the units are linked"


@pytest.mark.parametrize("then", [IDS, [f"TO{i:03d}" for i in range(40)], [*IDS[:30], *(f"lo{i}" for i in range(10))]])
def test_other_units_are_left_alone(tmp_path: Path, then: list[str]) -> None:
    asked = Question("id", "Code", values=tuple(IDS), kind="identifier")
    book = codebook({"id": asked}).model_copy(update={"sets": {}})
    before = compare(*_read(survey(tmp_path / "a.sav", {"id": asked})), book).figures
    found = compare(*_read(survey(tmp_path / "b.sav", {"id": asked.but(values=tuple(then))})), book, before)
    assert found.of("id").identical


def _read(found: Any) -> tuple[Any, Any]:
    return found.dictionary, found.table
