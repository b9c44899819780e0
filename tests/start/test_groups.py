"""What quick and init take for batteries and multiple response sets, and what they ask instead of assuming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from pipeline.labels import shared as shared_of
from pipeline.spss.model import Dictionary, LabelTable, MissingValues, MultipleResponseSet, Variable
from pipeline.start.guess import Guesses, guess

AGREE = ((1.0, "Per niente"), (2.0, "Poco"), (3.0, "Abbastanza"), (4.0, "Molto"))
YES_NO = ((0.0, "No"), (1.0, "Sì"))
PLACES = ((1.0, "Casa"), (2.0, "Scuola"), (3.0, "Lavoro"), (4.0, "Strada"))


def variable(name: str, label: str = "", labels: object = AGREE, **more: object) -> Variable:
    return Variable(name, label, value_labels=LabelTable(labels), **more)  # type: ignore[arg-type]


def guessed(data: Mapping[Variable, Sequence[float | None]], *sets: MultipleResponseSet) -> Guesses:
    dictionary = Dictionary(variables=tuple(data), sets=sets)
    table = pa.table({v.name: pa.array(list(values), pa.float64()) for v, values in data.items()})
    return guess(dictionary, table)


def many(names: Sequence[str], labels: Sequence[str], values: Sequence[float], scale: object = AGREE) -> Guesses:
    """Variables with one scale, each case's answers turned round from one variable to the next."""
    data = {
        variable(name, label, scale): [values[(i + k) % len(values)] for i in range(24)]
        for k, (name, label) in enumerate(zip(names, labels, strict=True))
    }
    return guessed(data)


def batteries(found: Guesses) -> dict[str, tuple[str, ...]]:
    return {b.label: b.members for b in found.batteries}


def test_questions_that_follow_each_other_with_one_scale_are_parted_by_their_text() -> None:
    names = [f"v{i}" for i in range(101, 107)]
    labels = [f"D1. Quanto conta? - {x}" for x in "abc"] + [f"D2. Quanto vale? - {x}" for x in "abc"]
    found = many(names, labels, [1.0, 2.0, 3.0, 4.0])
    assert batteries(found) == {
        "D1. Quanto conta?": ("v101", "v102", "v103"),
        "D2. Quanto vale?": ("v104", "v105", "v106"),
    }
    assert not found.sets


@pytest.mark.parametrize(
    "names", [["d1_1", "d1_2", "d1_3", "d2_1", "d2_2", "d2_3"], ["q1a", "q1b", "q1c", "q2a", "q2b", "q2c"]]
)
def test_and_by_the_stem_of_their_names_where_the_text_says_nothing(names: list[str]) -> None:
    found = many(names, list("uvwxyz"), [1.0, 2.0, 3.0, 4.0])
    assert list(batteries(found).values()) == [tuple(names[:3]), tuple(names[3:])]


def test_items_named_before_the_question_stay_one_battery() -> None:
    names = ["q5_1", "q5_2", "q5_3"]
    found = many(names, ["Il sindaco: fiducia", "La giunta: fiducia", "Il consiglio: fiducia"], [1.0, 2.0, 3.0, 4.0])
    assert list(batteries(found).values()) == [tuple(names)]


def test_what_shows_no_question_stays_together() -> None:
    names = ["prima", "mensa", "altro"]
    assert list(batteries(many(names, ["x", "y", "z"], [1.0, 2.0, 3.0, 4.0])).values()) == [tuple(names)]


def test_yes_and_no_with_one_question_are_likely_multiple_responses() -> None:
    names = [f"m{q}_{i}" for q in (1, 2) for i in (1, 2, 3)]
    labels = [f"M{q}. Quali servizi ha usato: {x}" for q in (1, 2) for x in ("treno", "bus", "tram")]
    found = many(names, labels, [0.0, 1.0, 1.0], YES_NO)
    assert [(s.label, s.members, s.kind, s.counted) for s in found.sets] == [
        ("M1. Quali servizi ha usato", ("m1_1", "m1_2", "m1_3"), "dichotomies", "1"),
        ("M2. Quali servizi ha usato", ("m2_1", "m2_2", "m2_3"), "dichotomies", "1"),
    ]
    assert not found.batteries


@pytest.mark.parametrize("names", [["voto", "casa", "auto"], ["q1", "q2", "q3"], ["var0001", "var0002", "var0003"]])
@pytest.mark.parametrize("answers", [YES_NO, (*YES_NO, (9.0, "Non sa"))])
def test_yes_and_no_without_one_question_are_questions_of_their_own(names: list[str], answers: object) -> None:
    found = many(names, ["Ha votato", "Casa di proprietà", "Possiede un'auto"], [0.0, 1.0, 1.0], answers)
    assert not found.sets
    assert not found.batteries


def test_items_that_hold_only_a_mark_are_a_set_and_no_constants() -> None:
    mark = ((1.0, "Citato"),)
    data = {
        variable(f"x_{i}", f"Motivi: {i}", mark): [1.0, None, None, 1.0][i % 3 :] + [None] * (20 + i % 3)
        for i in range(3)
    }
    found = guessed(data)
    assert [s.members for s in found.sets] == [("x_0", "x_1", "x_2")]


def test_constants_are_no_group() -> None:
    found = guessed({variable(f"k_{i}", f"Costante: {i}", YES_NO[1:]): [1.0] * 20 for i in range(4)})
    assert not found.sets
    assert not found.batteries


def mentions(second: Sequence[float | None], labels: Sequence[str] = ("Luogo, prima", "Luogo, dopo")) -> Guesses:
    first = [1.0, 2.0, 3.0, 4.0] * 6
    return guessed(
        {
            variable("luogo1", labels[0], PLACES, measure="nominal"): first,
            variable("luogo2", labels[1], PLACES, measure="nominal"): second,
        }
    )


def test_ever_fewer_mentions_without_repetition_are_a_list() -> None:
    found = mentions([2.0, 3.0, 4.0, 1.0] * 5 + [None] * 4)
    assert [(s.kind, s.members) for s in found.sets] == [("categories", ("luogo1", "luogo2"))]


@pytest.mark.parametrize(
    "second",
    [[1.0, 2.0, 3.0, 4.0] * 5 + [None] * 4, [2.0, 3.0, 4.0, 1.0] * 6],
    ids=["the same answers again", "as many answers as before"],
)
def test_two_questions_with_one_scale_are_no_list(second: list[float | None]) -> None:
    assert not mentions(second).sets


def test_labels_may_say_that_variables_are_a_list() -> None:
    found = mentions([2.0, 3.0, 4.0, 1.0] * 6, ("Problemi, prima citazione", "Problemi, seconda citazione"))
    assert [s.kind for s in found.sets] == ["categories"]


def test_members_of_declared_sets_are_in_no_other_group() -> None:
    data = {variable(f"s{i}", f"Set: {i}", YES_NO): [0.0, 1.0] * 10 for i in range(4)}
    found = guessed(data, MultipleResponseSet("$s", "Set", "dichotomies", 1.0, ("s0", "s1", "s2", "s3")))
    assert [(s.name, s.declared) for s in found.sets] == [("s", True)]


def test_a_scale_with_two_end_points_has_all_its_points_whoever_used_them() -> None:
    ends = ((1.0, "Per nulla"), (7.0, "Del tutto"), (99.0, "Non so"))
    data = {variable(f"s_{i}", f"Voce {i}", ends): [1.0, 2.0, 4.0, 5.0, 6.0 + i % 2, 99.0] * 4 for i in range(3)}
    found = guessed(data)
    assert [code for code, _ in found.variables["s_0"].categories] == ["1", "2", "3", "4", "5", "6", "7", "99"]
    assert found.variables["s_0"].no_answer == (("99", "Non so"),)
    assert [b.members for b in found.batteries] == [("s_0", "s_1", "s_2")]


def test_dont_know_declared_missing_is_not_asked_about() -> None:
    missing = MissingValues((9.0,))
    found = guessed({variable("a", "A", (*AGREE, (9.0, "Non risponde")), missing=missing): [1.0, 2.0, 9.0, 4.0] * 5})
    assert found.variables["a"].no_answer == ()


@pytest.mark.parametrize(
    ("values", "kind"),
    [(range(1, 31), "identifier"), ([*range(1, 30), 300], "numeric")],
    ids=["in a row", "with a gap"],
)
def test_numbers_in_a_row_are_an_identifier(values: Sequence[int], kind: str) -> None:
    found = guessed({variable("n", "Numero", (), measure="scale"): [float(v) for v in values]})
    assert found.variables["n"].kind == kind


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([0.4, 1.5, 2.25] * 10, 2),
        ([0.5, 1.5, 99.5] * 10, 1),
        ([0.1234, 0.5, 0.25] * 10, 4),
        ([18.0, 20.0, 90.0] * 10, None),
    ],
)
def test_numbers_show_the_decimals_they_have(values: list[float], decimals: int | None) -> None:
    spread = [v + (i if decimals is None else 0) for i, v in enumerate(values)]
    found = guessed(
        {variable("x", "X", ()): [*spread, *(1000.0 + i for i in range(20))][: len(spread) if decimals == 4 else None]}
    )
    assert found.variables["x"].decimals == decimals


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        (["Trust: a", "Trust: b"], "Trust"),
        (["Used car to commute", "Used bus to commute"], "Used … to commute"),
        (["Owns TV", "Owns PC"], "Owns"),
        (["Trust in the courts", "Trust in the press"], "Trust"),
        (["The market is fair", "The state is fair"], ""),
        (["a b", "c d"], ""),
        (["x"], ""),
    ],
)
def test_what_a_group_is_called(labels: list[str], shared: str) -> None:
    assert shared_of(labels) == shared
