"""What looks like a question with several answers or a grid and is none; and hard ones that are."""

from __future__ import annotations

from random import Random

import pytest

from pipeline.start.crosses import list_of_codes
from tests.start.bank import BANKS
from tests.start.test_tools import in_memory
from tests.start.tools import NOTHING, Export

TEXTS = [
    ("Strongly agree", "Agree", "Disagree", "Strongly disagree", "Neither agree nor disagree"),
    ("agree", "disagree", "strongly agree", "strongly disagree"),
    ("molto spesso", "spesso", "poco spesso", "molto", "poco"),
    ("New York", "San Francisco", "San Diego", "Los Angeles", "York", "Boston", "New Orleans"),
    ("Anna Rossi", "Mario Rossi", "Anna Bianchi", "Mario Bianchi", "Luca Rossi"),
    ("01/02/2024", "02/02/2024", "01/03/2024", "03/03/2024"),
    ("Yes, definitely", "Yes, probably", "No, probably not", "No, definitely not"),
    ("High school, no degree", "High school", "College, no degree", "College", "Graduate school"),
    ("1000-2000", "2000-3000", "less than 1000"),
    ("Single", "Married", "Single/Divorced", "Married/Separated", "Divorced", "Separated"),
    ("Green Party", "Labour Party", "Labour", "Green", "Liberal Party", "Liberal"),
    ("Torino, TO", "Milano, MI", "Ivrea, TO", "Lodi, MI"),
]


@pytest.mark.parametrize("texts", TEXTS, ids=lambda texts: texts[0])
def test_texts_that_are_no_lists_of_codes(texts: tuple[str, ...]) -> None:
    assert list_of_codes(texts) == ("", ())


@pytest.mark.parametrize("sign", [" ", ";", ",", ", ", "; ", "|", ";  "])
@pytest.mark.parametrize("codes", [("1", "2", "3", "4"), ("water", "food", "cash_aid", "98")])
def test_lists_of_codes(sign: str, codes: tuple[str, ...]) -> None:
    random = Random(f"{sign} {codes}")  # noqa: S311 - no secret
    texts = {sign.join(c for c in codes if random.random() < 0.5) for _ in range(60)} - {""}
    separator, items = list_of_codes(sorted(texts))
    assert (separator, set(items)) == (sign.strip() or " ", set(codes))


def export(seed: str) -> Export:
    return Export(Random(seed))  # noqa: S311 - no secret


def test_a_grid_of_crosses_is_a_question_a_row() -> None:
    e = export("rows")
    for row, place in enumerate(("At home", "At work"), start=1):
        for i, (item, crossed) in enumerate(zip(("Radio", "TV", "Press", "Web"), e.crossed(4), strict=True), start=1):
            e.add(f"Q8_{row}_{i}", [1.0 if x else NOTHING for x in crossed], f"Where? - {place} - {item}", {1.0: item})
    assert [(s.label, len(s.members)) for s in in_memory(e).sets] == [("Where? - At home", 4), ("Where? - At work", 4)]


def test_signs_within_items_part_no_question() -> None:
    e = export("signs")
    items = ("Radio - national", "Radio - local", "TV: cable", "Press (daily)")
    for i, (item, crossed) in enumerate(zip(items, e.crossed(4), strict=True), start=1):
        e.add(f"Q9_{i}", [float(x) for x in crossed], f"Which do you use? - {item}", {0.0: "No", 1.0: "Yes"})
    assert [(s.label, len(s.members)) for s in in_memory(e).sets] == [("Which do you use?", 4)]


def test_labels_cut_short_leave_the_items_to_the_values() -> None:
    e = export("short")
    cut = "Thinking about all that happened in the last twelve months, which of these sources of news did you"
    for i, (item, crossed) in enumerate(zip(("Radio", "TV", "Press"), e.crossed(3), strict=True), start=1):
        e.add(f"Q11_{i}", [1.0 if x else NOTHING for x in crossed], cut, {1.0: item})
    (found,) = in_memory(e).sets
    assert (found.label, found.items_from_values) == (cut, True)


def test_an_item_that_nobody_or_everybody_crossed_is_one() -> None:
    e = export("nobody")
    for i, item in enumerate(("Radio", "TV", "Fax", "Web"), start=1):
        crossed = {"Fax": NOTHING, "Web": 1.0}.get(item)
        column = e.some(1.0, NOTHING) if crossed is None else [crossed] * 80
        e.add(f"Q3_{i}", column, f"Which do you use? - {item}", {1.0: item})
    assert [s.members for s in in_memory(e).sets] == [("Q3_1", "Q3_2", "Q3_3", "Q3_4")]


@pytest.mark.parametrize("lang", BANKS)
def test_unrelated_questions_are_no_set_and_no_battery(lang: str) -> None:
    b = BANKS[lang]
    e = export(lang)
    for i, text in enumerate(b.owns):
        e.add(f"q{i + 1}", *e.coded(b.yes_no)[:1], text, e.coded(b.yes_no)[1])
    found = in_memory(e)
    assert not found.sets and not found.batteries


@pytest.mark.parametrize("lang", BANKS)
def test_scales_are_ordered_and_lists_are_not(lang: str) -> None:
    b = BANKS[lang]
    e = export(lang)
    for name, answers in (("agree", b.agree), ("happy", b.satisfaction), ("place", b.regions), ("brand", b.brands)):
        column, values = e.coded(answers)
        e.add(name, column, "", values)
    kinds = {name: g.kind for name, g in in_memory(e).variables.items()}
    assert kinds == {"agree": "ordinal", "happy": "ordinal", "place": "nominal", "brand": "nominal"}


def test_a_hole_is_one_however_it_is_declared() -> None:
    import pyarrow as pa

    from pipeline.spss.model import Dictionary, LabelTable, MissingValues, Variable
    from pipeline.start.guess import guess

    answers = LabelTable(((1.0, "Bad"), (2.0, "Poor"), (3.0, "Don't know"), (4.0, "Good"), (5.0, "Very good")))
    for missing in (MissingValues(), MissingValues((3.0,))):
        v = Variable("q", "Quality", value_labels=answers, missing=missing)
        table = pa.table({"q": pa.array([1.0, 2.0, 3.0, 4.0, 5.0] * 8, pa.float64())})
        assert guess(Dictionary(variables=(v,)), table).variables["q"].scores is False


@pytest.mark.parametrize("form", ["S1_q{i:04}", "s0_{name}", "wave2_q{i}"])
def test_a_prefix_of_all_names_is_no_question(form: str) -> None:
    b = BANKS["en"]
    e = export(form)
    e.add(form.format(i=1, name="region"), *e.coded(b.regions)[:1], b.region, e.coded(b.regions)[1])
    for i, (name, text) in enumerate(zip(("vote", "home", "married"), b.owns, strict=True), start=7):
        e.add(form.format(i=i, name=name), *e.coded(b.yes_no)[:1], text, e.coded(b.yes_no)[1])
    assert not in_memory(e).sets


def test_a_scale_to_ten_is_no_doubt() -> None:
    e = export("ten")
    e.add("nps", e.some(*map(float, (0, 2, 5, 7, 8, 9, 10))), "How likely are you to recommend us?")
    found = in_memory(e).variables["nps"]
    assert (found.kind, found.doubtful, len(found.categories)) == ("ordinal", False, 11)


def test_a_word_of_the_question_does_not_undo_the_order_of_its_answers() -> None:
    e = export("en")
    agree, values = e.coded(BANKS["en"].agree)
    e.add("q", agree, "Women should lead a party", values)
    brands, named = e.coded(BANKS["en"].brands)
    e.add("p", brands, "Party voted for", named)
    assert {name: g.kind for name, g in in_memory(e).variables.items()} == {"q": "ordinal", "p": "nominal"}
