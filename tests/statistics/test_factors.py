"""Components and factors against psych in R (oracles/configurations.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from pipeline.statistics import factors
from pipeline.statistics.core import Patterns
from pipeline.statistics.factors import Correlations, Extraction, Rotation

ORACLES = Path(__file__).parent / "oracles"
R: dict[str, Any] = json.loads((ORACLES / "configurations.json").read_text("utf-8"))
SCALE = np.loadtxt(ORACLES / "configurations_scale.csv", delimiter=",", skiprows=1)

CASES = [
    ("components", "none", "components"), ("components", "varimax", "components_varimax"),
    ("principal_axis", "none", "pa"), ("principal_axis", "varimax", "pa_varimax"),
    ("principal_axis", "oblimin", "pa_oblimin"),
    ("maximum_likelihood", "none", "ml"), ("maximum_likelihood", "varimax", "ml_varimax"),
]  # fmt: skip


def scale(weights: str = "none") -> Patterns:
    w = SCALE[:, 10] if weights != "none" else np.ones(len(SCALE))
    ones = np.ones(len(SCALE), dtype=np.int64)
    return Patterns(SCALE[:, :10], ones, w, w**2, cast("Any", weights))


@pytest.mark.parametrize(("extraction", "rotation", "name"), CASES)
@pytest.mark.parametrize("data", ["harman", "scale"])
def test_loadings_and_what_they_explain(data: str, extraction: str, rotation: str, name: str) -> None:
    known = R[data][name]
    found = factors.solution(np.array(R[data]["r"]), 2, cast(Extraction, extraction), cast(Rotation, rotation))
    theirs = np.array(known["loadings"])
    match = np.abs(found.loadings.T @ theirs).argmax(axis=1)
    assert sorted(match) == [0, 1]
    theirs = theirs[:, match]
    turn = np.sign((found.loadings * theirs).sum(axis=0))
    near = 2e-4 if extraction == "maximum_likelihood" else 2e-5
    assert found.loadings == pytest.approx(theirs * turn, abs=near)
    assert found.h2 == pytest.approx(np.array(known["h2"]), abs=near)
    assert found.variance == pytest.approx(np.array(known["variance"])[match], abs=2e-3)
    assert found.complexity == pytest.approx(np.array(known["complexity"]), abs=2e-3)
    if known.get("phi"):
        theirs_phi = np.array(known["phi"])[np.ix_(match, match)] * np.outer(turn, turn)
        assert found.correlation == pytest.approx(theirs_phi, abs=near)
    assert (np.diff(found.variance) <= 1e-9).all()
    assert (found.loadings.sum(axis=0) >= 0).all()


@pytest.mark.parametrize("data", ["harman", "scale"])
def test_eigenvalues_adequacy_and_sphericity(data: str) -> None:
    r, known = np.array(R[data]["r"]), R[data]
    assert factors.eigenvalues(r) == pytest.approx(known["eigenvalue"], abs=1e-8)
    found, items = factors.adequacy(Correlations(r, r[0], r[0], known["n"]))
    assert found["kmo"].value == pytest.approx(known["kmo"], abs=1e-7)
    assert items == pytest.approx(known["kmo_items"], abs=1e-7)
    chi2, df, p = known["bartlett"]
    assert found["bartlett_chi2"].value == pytest.approx(chi2, rel=1e-7)
    assert found["bartlett_df"].value == df
    assert found["bartlett_p"].value == pytest.approx(p, abs=1e-12)


def test_correlations_without_and_with_weights() -> None:
    assert factors.correlations(scale()).r == pytest.approx(np.array(R["scale"]["r"]), abs=1e-8)
    weighted = factors.correlations(scale("probability"))
    assert weighted.r == pytest.approx(np.array(R["scale_weighted"]["r"]), abs=1e-8)
    w = SCALE[:, 10]
    assert weighted.cases == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert factors.correlations(scale("frequency")).cases == pytest.approx(w.sum())


def test_random_eigenvalues_are_those_of_simulated_cases() -> None:
    """20,000 matrices of random normal cases in R; ours are drawn as matrices."""
    known = R["parallel"]
    mean, high = factors.parallel(known["n"], known["p"], 4000, 7)
    assert mean == pytest.approx(known["mean"], abs=0.004)
    assert high == pytest.approx(known["high"], abs=0.008)
    again = factors.parallel(known["n"], known["p"], 50, 7)
    assert np.array_equal(again, factors.parallel(known["n"], known["p"], 50, 7))
    assert not np.array_equal(again, factors.parallel(known["n"], known["p"], 50, 8))


def test_how_many_lie_above_chance() -> None:
    high = np.array([1.4, 1.2, 1.1, 1.0])
    assert factors.above_chance(np.array([2.0, 1.5, 1.0, 1.2]), high) == 2
    assert factors.above_chance(np.array([1.0, 1.0, 1.0, 1.0]), high) == 1
    assert factors.above_chance(high + 1, high) == 4


def test_scores_have_the_variances_of_their_components() -> None:
    found = factors.correlations(scale())
    made = factors.solution(found.r, 3, "components", "none")
    y = factors.scores(SCALE[:, :10], found, made, "components")
    assert (y**2).mean(axis=0) == pytest.approx(factors.eigenvalues(found.r)[:3])
    assert np.corrcoef(y.T) == pytest.approx(np.eye(3), abs=1e-9)


def test_what_cannot_be_computed_has_its_reason() -> None:
    x = SCALE[:, :10].copy()
    ones = np.ones(len(x))

    def of(columns: np.ndarray) -> Correlations:
        return factors.correlations(Patterns(columns, ones.astype(np.int64), ones, ones))

    assert of(x[:, :2]).error == "fewer_than_three_variables"
    assert of(np.column_stack([x[:, :3], ones])).error == "zero_variance"
    twice = of(np.column_stack([x[:, :4], x[:, 0]]))
    assert factors.solution(twice.r, 2, "principal_axis", "none").error == "singular_correlations"
    assert factors.adequacy(twice)[0]["kmo"].error == "singular_correlations"
    assert factors.solution(twice.r, 2, "components", "none").error == ""


def test_where_correlations_begin() -> None:
    x = SCALE[:, :3]

    def of(rows: np.ndarray) -> Correlations:
        ones = np.ones(len(rows))
        return factors.correlations(Patterns(rows, ones.astype(np.int64), ones, ones))

    assert of(x[:4]).error != "fewer_than_three_variables"
    assert of(x[:3]).error == "cases_not_above_variables"
    assert of(x[:20]).error == "" and of(x[:20, :2]).error == "fewer_than_three_variables"
    assert of(x[:20]).r == pytest.approx(np.corrcoef(x[:20].T))
    assert of(x[:20]).means == pytest.approx(x[:20].mean(axis=0))
    assert of(x[:20]).sds == pytest.approx(x[:20].std(axis=0))


def test_one_factor_is_not_turned_and_two_that_are_alike_are_told() -> None:
    r = np.array(R["harman"]["r"])
    one = factors.solution(r, 1, "components", "varimax")
    assert one.loadings == pytest.approx(factors.solution(r, 1, "components", "none").loadings)
    assert one.complexity == pytest.approx(np.ones(8))
    improper = np.array([[1, 0.99, 0.5, 0.1], [0.99, 1, 0.5, 0.2], [0.5, 0.5, 1, 0.6], [0.1, 0.2, 0.6, 1.0]])
    found = factors.solution(improper, 2, "principal_axis", "none")
    assert found.warning == "heywood" or found.error == "extraction_failed"
    assert factors.solution(r, 2, "principal_axis", "none").warning == ""


def test_random_data_of_hardly_more_cases_than_variables() -> None:
    mean, high = factors.parallel(5, 8, 30, 1)
    assert np.isfinite(mean).all() and mean.sum() == pytest.approx(8) and (high >= mean - 1e-9)[0]


def test_what_belongs_to_singular_or_impossible_correlations_has_a_reason() -> None:
    singular = np.array([[1.0, 1.0, 0.2], [1.0, 1.0, 0.2], [0.2, 0.2, 1.0]])
    impossible = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])  # no data have these
    for r in (singular, impossible):
        found, items = factors.adequacy(Correlations(r, r[0], r[0], 50))
        assert {name: one.error for name, one in found.items()} == dict.fromkeys(
            ("kmo", "bartlett_chi2", "bartlett_df", "bartlett_p"), "singular_correlations"
        )
        assert np.isnan(items).all() and items.shape == (3,)
    lost = factors.solution(singular, 2, "maximum_likelihood", "varimax")
    assert lost.error == "singular_correlations"
    assert lost.loadings.shape == (3, 2) and lost.correlation.shape == (2, 2)
    assert lost.h2.shape == lost.complexity.shape == (3,) and lost.variance.shape == (2,)
    few = factors.solution(np.eye(3), 2, "principal_axis", "none")
    assert few.error == "extraction_failed" and np.isnan(few.loadings).all() and few.loadings.shape == (3, 2)


def test_bartlett_of_correlations_that_are_nothing() -> None:
    found, _ = factors.adequacy(Correlations(np.eye(4), np.zeros(4), np.ones(4), 40))
    assert found["bartlett_chi2"].value == pytest.approx(0.0)
    assert found["bartlett_p"].value == pytest.approx(1.0) and found["bartlett_df"].value == 6
    assert found["kmo"].value is None


def test_a_variable_that_loads_on_nothing_stays_there_when_turned() -> None:
    r = np.eye(5)
    r[0, 1] = r[1, 0] = 0.6
    r[2, 3] = r[3, 2] = 0.5
    made = factors.solution(r, 2, "components", "varimax")
    assert made.h2[4] == pytest.approx(0.0, abs=1e-12)
    assert made.loadings[:4] == pytest.approx(np.array([[0.8**0.5, 0], [0.8**0.5, 0], [0, 0.75**0.5], [0, 0.75**0.5]]))


def test_scores_on_factors_are_those_of_regression() -> None:
    """psych's factor.scores(method="Thurstone"), whose standard deviations divide by n − 1."""
    found = factors.correlations(scale())
    made = factors.solution(found.r, 2, "principal_axis", "none")
    mine = factors.scores(SCALE[:10, :10], found, made, "principal_axis") * np.sqrt(299 / 300)
    theirs = np.array(R["scale_scores"])
    assert mine == pytest.approx(theirs * np.sign((mine * theirs).sum(axis=0)), abs=1e-4)
