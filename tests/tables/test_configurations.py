"""From the answers of cases to axes and types: against FactoMineR on the same cases, and what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.codes import SYSTEM_MISSING
from pipeline.counting.cases import Cases
from pipeline.counting.profiles import of_answers
from pipeline.results import Results, ResultsWriter
from pipeline.spec.configurations import Clusters, Configuration, with_inputs
from pipeline.spec.model import Codebook
from pipeline.stages.process import with_types
from pipeline.statistics.core import Weighting
from pipeline.tables.configuration_rows import _profile, _supplementary, _types
from pipeline.tables.configurations import again, analysed, type_of_cases, types
from pipeline.tables.context import Context
from tests.statistics.test_clusters import same
from tests.statistics.test_correspondence import FOOD, ORACLES, POISON, R, coded

QUESTIONS = [*FOOD, "Icecream"]


def answers(categories: str = "12", **more: Any) -> dict[str, Any]:
    return {"label": "x", "categories": {c: c for c in categories}, **more}


def survey(**changes: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The cases of the food poisoning with their answers, and a codebook; ``changes`` to records of the codebook."""
    columns: dict[str, np.ndarray] = {name: POISON[:, i].astype(float) for i, name in enumerate(QUESTIONS)}
    rest = coded("poison", ["Sick", "Sex", "Age"])
    columns |= {name: rest[:, i].astype(float) for i, name in enumerate(("Sick", "Sex", "Age"))}
    variables = {name: answers() for name in (*QUESTIONS, "Sick", "Sex")}
    variables["Age"] = {"label": "x", "kind": "numeric"}
    variables["w"] = {"label": "x", "kind": "weight"}
    columns["w"] = np.array(R["poison_weighted"]["w"])
    for name, record in changes.items():
        variables[name] = {**variables[name], **record}
    return columns, {
        "variables": {name: {"name": name, **record} for name, record in variables.items()},
        "configurations": {
            "food": {"name": "food", "label": "x", "method": "correspondence", "active": QUESTIONS,
                     "supplementary": ["Sick", "Sex", "Age"], "axes": 5},
        },
        "derived": {"kind": {"name": "kind", "label": "x", "clusters": {"of": "food"}}},
    }  # fmt: skip


def cases_of(
    columns: dict[str, np.ndarray], book: dict[str, Any], weight: str | None = None, how: Weighting = "none"
) -> Cases:
    table = pa.table({name: pa.array(values, pa.float64(), from_pandas=True) for name, values in columns.items()})
    return Cases(table, with_inputs(Codebook.model_validate(book)), weight, how)


def configuration(cases: Cases, **changes: Any) -> Configuration:
    return cases.codebook.configurations["food"].model_copy(update=changes)


def test_the_same_axes_and_types_as_from_the_cases_themselves() -> None:
    cases = cases_of(*survey())
    made = analysed(cases, configuration(cases))
    assert len(made.n) < made.cases == 55  # patterns
    assert made.eigenvalues == pytest.approx(R["poison"]["eigenvalue"], abs=1e-9)
    found = types(made, Clusters(of="food"))
    assert found is not None
    assert found.by_rule["inertia"] == R["poison_types"]["number"] == found.k
    assert same(type_of_cases(made, found), np.array(R["poison_types"]["type"]))
    assert type_of_cases(made, found).min() == 1


def test_weights_that_are_on() -> None:
    cases = cases_of(*survey(), "w", "frequency")
    made = analysed(cases, configuration(cases))
    assert made.eigenvalues[:5] == pytest.approx(R["poison_weighted"]["eigenvalue"][:5], abs=1e-9)
    assert made.answers is not None and made.answers.burt.n == 82
    assert analysed(cases_of(*survey(), "w", "probability"), configuration(cases)).answers.burt.n == 55  # type: ignore[union-attr]


def test_who_has_no_answer_is_left_out_or_has_an_answer_of_its_own() -> None:
    columns, book = survey(Fish={"missing": {"9": "9"}}, Mayo={"categories": {"1": "1", "2": "2", "8": "Don't know"}})
    book["variables"]["Mayo"]["no_answer"] = ["8"]
    columns["Fish"][:3] = [9, np.nan, 1]
    columns["Mayo"][3] = 8
    cases = cases_of(columns, book)
    made = analysed(cases, configuration(cases))
    assert (made.cases, made.left_out) == (52, 3)
    assert (
        np.isnan(type_of_cases(made, types(made, Clusters(of="food")))).tolist()
        == [True, True, False, True] + [False] * 51
    )
    kept = analysed(cases, configuration(cases, missing="category"))
    assert (kept.cases, kept.left_out) == (55, 0)
    assert kept.answers is not None
    own = [(kept.answers.questions[q].name, c) for q, c in zip(kept.answers.question, kept.answers.codes, strict=True)]
    assert [one for one in own if one[1] == SYSTEM_MISSING] == [("Fish", "."), ("Mayo", ".")]


def test_the_items_of_a_set_where_a_cross_that_is_lacking_is_an_answer() -> None:
    columns, book = survey(Fish={"categories": {"2": "Yes"}}, Mayo={"categories": {"2": "Yes"}})
    for name in ("Fish", "Mayo"):
        columns[name] = np.where(columns[name] == 2, 2.0, np.nan)
    book["sets"] = {
        "ate": {"name": "ate", "label": "x", "kind": "dichotomies", "members": ["Fish", "Mayo"], "counted": 2,
                "base": "all"},
    }  # fmt: skip
    cases = cases_of(columns, book)
    found = of_answers(cases, ["ate"])
    assert [(q.name, q.codes) for q in found.questions] == [("Fish", ("2", "0")), ("Mayo", ("2", "0"))]
    assert (found.x > 0).all()
    others = [name for name in QUESTIONS if name not in ("Fish", "Mayo")]
    made = analysed(cases, configuration(cases, active=("ate", *others)))
    assert made.eigenvalues == pytest.approx(R["poison"]["eigenvalue"], abs=1e-9)


def test_what_cannot_be_analysed_has_a_reason() -> None:
    columns, book = survey()
    columns |= {name: np.ones(55) for name in QUESTIONS[1:]}
    cases = cases_of(columns, book)
    made = analysed(cases, configuration(cases))
    assert made.error == "fewer_than_two_questions_that_vary"
    assert types(made, Clusters(of="food")) is None
    assert np.isnan(type_of_cases(made, None)).all()


def test_cases_drawn_as_they_are_give_the_same_types() -> None:
    cases = cases_of(*survey())
    made = analysed(cases, configuration(cases))
    found = types(made, Clusters(of="food"))
    assert found is not None
    assert same(np.array(again(made, found.k, made.w, 1)), found.kind)
    assert again(made, 3, np.where(np.arange(len(made.w)) < 2, 1.0, 0.0), 1) is None


class _Study:
    weights = None


def responses_with_types() -> Cases:
    """The responses as the process stage leaves them: with the type of each case."""
    columns, book = survey()
    before = cases_of(columns, book)
    table = with_types(before.table, before.codebook, _Study())  # type: ignore[arg-type]
    return Cases(table, before.codebook)


def test_the_type_is_a_variable_of_the_responses() -> None:
    cases = responses_with_types()
    assert same(cases.numeric("kind"), np.array(R["poison_types"]["type"]))
    assert cases.variables["kind"].kind == "nominal"
    assert cases.codebook.derived["kind"].parts == tuple(QUESTIONS)


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, ...], Any]:
    cases = responses_with_types()
    made = analysed(cases, cases.codebook.configurations["food"])
    found = types(made, Clusters(of="food"))
    assert found is not None
    context = Context(cases, ResultsWriter("1"), None)  # type: ignore[arg-type]
    _types(context, "kind", made, found, 20, 1)
    _profile(context, "kind", made, found.k, cases.codebook)
    _supplementary(context, "food-answers", made)
    results = Results(context.writer.table())
    return {
        (r.table_id, r.statistic, r.row_var, r.row_code, r.col_code): r
        for table in ("food-kind-types", "food-kind-profile", "food-answers") for r in results.rows(table)
    }  # fmt: skip


def test_what_is_typical_of_a_type_is_what_catdes_finds(rows: dict[tuple[str, ...], Any]) -> None:
    cases = responses_with_types()
    mine = cases.numeric("kind")
    theirs = np.array(R["poison_types"]["type"])
    called = {int(theirs[mine == k][0]): str(k) for k in range(1, int(mine.max()) + 1)}
    checked = 0
    for k, found in R["poison_types"]["answers"].items():
        for key, value in found.items():
            name, _, label = key.partition("=")
            code = "2" if label.endswith("_y") else "1" if label.endswith("_n") else ""
            if name in QUESTIONS and code:
                row = rows["food-kind-profile", "test_value", name, code, called[int(k)]]
                assert row.value == pytest.approx(value, abs=1e-7), key
                checked += 1
    assert checked > 50
    for k, numbers in R["poison_types"]["numbers"].items():
        row = rows["food-kind-profile", "test_value", "Age", "", called[int(k)]]
        assert row.value == pytest.approx(numbers["Age"], abs=1e-7)


def test_supplementary_answers_lie_where_factominer_has_them(rows: dict[tuple[str, ...], Any]) -> None:
    known = np.array(R["poison"]["sup"])
    for i, (name, code) in enumerate((("Sick", "1"), ("Sick", "2"), ("Sex", "1"), ("Sex", "2"))):
        mine = [rows["food-answers", "coordinate", name, code, str(axis)].value for axis in range(1, 6)]
        assert np.abs(mine) == pytest.approx(np.abs(known[i]), abs=1e-7)
        assert ("food-answers", "contribution", name, code, "1") not in rows


def test_sizes_and_stability_of_types(rows: dict[tuple[str, ...], Any]) -> None:
    codes = [str(k + 1) for k in range(R["poison_types"]["number"])]
    sizes = [rows["food-kind-types", "n", "kind", k, ""].value for k in codes]
    assert sizes == sorted(sizes, reverse=True) and sum(sizes) == 55
    known = np.array(R["poison_types"]["silhouette"])
    assert rows["food-kind-types", "silhouette", "kind", "", ""].value == pytest.approx(known.mean(), abs=1e-7)
    jaccard = [rows["food-kind-types", "jaccard", "kind", k, ""] for k in codes]
    assert all(0 < row.value <= 1 for row in jaccard)
    assert jaccard[0].method == "drawn_anew replicates=20 drawn=55 seed=1"


def test_components_and_their_types_are_those_of_factominer() -> None:
    names = [f"q{i}" for i in range(10)]
    data = np.loadtxt(ORACLES / "configurations_scale.csv", delimiter=",", skiprows=1)
    book = {
        "variables": {name: {"name": name, "label": "x", "kind": "numeric"} for name in names},
        "configurations": {
            "food": {"name": "food", "label": "x", "method": "components", "active": names, "axes": 2,
                     "replicates": 50},
        },
    }  # fmt: skip
    cases = cases_of({name: data[:, i] for i, name in enumerate(names)}, book)
    made = analysed(cases, cases.codebook.configurations["food"])
    known = R["scale_types"]
    mine = made.x[made.profiles.shown]
    theirs = np.array(known["coordinates"])
    assert mine == pytest.approx(theirs * np.sign((mine * theirs).sum(axis=0)), abs=1e-6)
    found = types(made, Clusters(of="food", number=3))
    assert found is not None and found.k == 3
    ours = found.found.tree.heights[::-1][:8]
    assert ours == pytest.approx(known["gain"], abs=1e-6)
    assert same(type_of_cases(made, found), np.array(known["type"]))
