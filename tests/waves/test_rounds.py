"""Two rounds of one programme: renumbered questions, moved missing codes, reversed scales, a list that grew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.spec.model import Codebook, Variable
from pipeline.waves.draft import record
from pipeline.waves.model import Together, WaveMapping
from pipeline.waves.questionnaire import Comparison, compare
from tests.waves.surveys import Question, survey

SCALE = {1: "Disagree strongly", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Agree strongly"}
ITEMS = {"Q10A": ("Q14A", "Trust: the mayor"), "Q10B": ("Q14B", "Trust: the council"),
         "Q14A": ("Q18A", "Women should: lead"), "Q12A": ("Q16A", "Prices worry me: food")}  # fmt: skip
FIRST = {8: "Don't know", 9: "Refused"}
SECOND = {98: "Don't know", 99: "Refused to answer", -1: "Missing"}


def _book() -> Codebook:
    """The codebook of the first round."""

    def coded(name: str, label: str, answers: dict[int, str], kind: Any = "nominal") -> Variable:
        texts = {str(c): {"en": text} for c, text in answers.items()}
        return Variable(name=name, label={"en": label}, kind=kind, categories=texts)

    first = {n: coded(n, f"{n.capitalize()}. {text}", SCALE | FIRST, "ordinal") for n, (_, text) in ITEMS.items()}
    first["REGION"] = coded("REGION", "Region of the household", {1: "North", 2: "Centre", 3: "South"})
    first["PLACE"] = coded("PLACE", "Type of place", {1: "Town", 2: "Country"})
    first["PARTY"] = coded("PARTY", "Q40. Party", {1: "Blue list", 2: "Red list", 3: "Other party"})
    first["WRITER"] = Variable(
        name="WRITER", label={"en": "Interviewer"}, categories={f"I{i}": {"en": f"I{i}"} for i in range(9)}
    )
    return Codebook(variables=first)


def rounds(path: Path) -> Comparison:
    """The second round against the codebook of the first."""
    second = {}
    for new, text in ITEMS.values():
        answers = {6 - c: label for c, label in SCALE.items()} if new == "Q16A" else SCALE
        second[new] = Question(new, f"{new.capitalize()}. {text}", {**answers, **SECOND})
    second["REGION"] = Question("REGION", "Region (household)", {1: "South", 2: "Centre", 3: "North"})
    second["PLACE"] = Question("PLACE", "Type of place", {1: "Town", 2: "Country", 3: "Edge of town"})
    second["PARTY"] = Question(
        "PARTY", "Q44. Party", {11: "Red list", 12: "Blue list", 13: "New list", 14: "Other party"}
    )
    second["WRITER"] = Question("WRITER", "Interviewer", values=tuple(f"J{i}" for i in range(12)))
    found = survey(path / "s.sav", second)
    return compare(found.dictionary, found.table, _book())


def test_questions_are_found_by_their_wording_after_the_number(tmp_path: Path) -> None:
    found = rounds(tmp_path)
    assert {p.name: p.in_file for p in found.questions if p.name in ITEMS} == {n: new for n, (new, _) in ITEMS.items()}
    assert all("renumbered" in p.routine for p in found.questions if p.name in ITEMS)
    assert all("reworded" not in p.status for p in found.questions if p.name in ITEMS)


def test_missing_answers_match_missing_answers_and_need_no_look_of_their_own(tmp_path: Path) -> None:
    one = rounds(tmp_path).of("Q10A")
    assert dict(one.codes) == {"98": "8", "99": "9", "-1": "."}
    assert one.routine == ("renumbered", "missing_moved")
    assert not one.doubtful


def test_reversed_codes_are_told_apart(tmp_path: Path) -> None:
    found = rounds(tmp_path)
    assert [p.name for p in found.questions if p.reversed] == ["Q12A", "REGION"]
    assert found.of("Q12A").doubtful
    assert dict(found.of("REGION").codes) == {"1": "3", "3": "1"}


def test_one_word_covers_every_new_number_and_the_reversed_wait_apart(tmp_path: Path) -> None:
    draft = WaveMapping(variables={p.name: record(p, _book()) for p in rounds(tmp_path).questions})
    told = [n for n, r in draft.variables.items() if "renumbered" in r.together]
    assert told == list(ITEMS)
    word = Together(confirmed=True)
    settled = draft.model_copy(update={"together": {"renumbered": word, "missing_moved": word}}).resolved()
    assert {"Q12A", "REGION"} <= set(settled.waiting()) and not {"Q10A", "Q10B", "Q14A"} & set(settled.waiting())
    assert min(settled.variables.values(), key=lambda r: r.doubt).reversed, "the reversed are looked at first"


def test_what_is_new_stays_new(tmp_path: Path) -> None:
    found = rounds(tmp_path)
    assert (found.of("PLACE").status, found.of("PLACE").comparable) == (("added",), "not")
    assert dict(found.of("PARTY").codes) == {"11": "2", "12": "1", "14": "3"}
    assert found.of("PARTY").comparable == "not"


def test_numbers_of_persons_are_no_answers(tmp_path: Path) -> None:
    one = rounds(tmp_path).of("WRITER")
    assert (one.status, one.comparable, len(one.evidence)) == (("type",), "not", 1)
