"""Design-based test of independence and design effects against R's survey package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics.core import Crosstab
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle, reason, value

R = oracle("crosstabs_r.json")
F = ("rao_scott_f", "rao_scott_f_df1", "rao_scott_f_df2", "rao_scott_f_p")


def of_design(design):
    one, data = R[design], R["weighted_cases"]
    weight = [1.0] * len(data["row"]) if design == "unweighted" else data["weight"]
    table = of_cases(data["row"], data["col"], weight)
    if design == "clusters":
        table = replace(table, covariance=np.array(one["covariance"]), design_df=one["df"])
    return table


def second_order(one):
    return (one["statistic"], *one["parameter"], one["p"])


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_second_order_is_svychisq(design):
    table = of_design(design)
    for name, true in zip(F, second_order(R[design]["f"]), strict=True):
        assert log_relative_error(value(table, name), true) > 9


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_first_order_is_svychisq(design):
    table, one = of_design(design), R[design]["chisq"]
    # R prints X² itself, and the p of X² over the mean design effect.
    x2 = value(table, "rao_scott_chi2") * value(table, "rao_scott_design_effect")
    assert log_relative_error(x2, one["statistic"]) > 9
    assert value(table, "rao_scott_chi2_df") == one["parameter"]
    assert log_relative_error(value(table, "rao_scott_chi2_p"), one["p"]) > 9


def api_table(one):
    n, w = np.array(one["n"]), np.array(one["w"], dtype=np.float64)
    return Crosstab(n.astype(np.int64), w, np.array(one.get("w2", one["w"]), dtype=np.float64), "probability")


def test_api_clusters_of_the_reference_list():
    one = R["api"]
    table = replace(api_table(one), covariance=np.array(one["covariance"]), design_df=one["df"])
    for name, true in zip(F, second_order(one["f"]), strict=True):
        assert log_relative_error(value(table, name), true) > 9
    found = [value(table, name) for name in F]
    assert [round(x, d) for x, d in zip(found, (4, 3, 3, 5), strict=True)] == [5.1934, 1.495, 20.925, 0.02175]


@pytest.mark.parametrize("one", R["api_one_stage"])
def test_one_stage_samples_are_svychisq(one):
    for name, true in zip(F, second_order(one["f"]), strict=True):
        assert log_relative_error(value(api_table(one), name), true) > 9


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_design_effects_are_svymeans(design):
    found = numbers(of_design(design), ids=["design_effect"])["design_effect"]
    shares = np.array(R[design]["shares"])
    seen = (shares > 0) & (shares < 1)
    np.testing.assert_allclose(found.values.ravel()[seen], np.array(R[design]["deff"], dtype=float)[seen], rtol=1e-9)
    assert np.isnan(found.values.ravel()[~seen]).all()


def test_a_simple_random_sample_has_no_design_effect():
    table = of_design("unweighted")
    found = numbers(table, ids=["design_effect"])["design_effect"].values
    np.testing.assert_allclose(found[np.isfinite(found)], 1, rtol=1e-12)
    weight = replace(table, weighting="frequency")
    again = numbers(weight, ids=["design_effect"])["design_effect"].values
    np.testing.assert_array_equal(again[np.isfinite(again)], 1)
    for name in F:
        assert value(weight, name) == pytest.approx(value(table, name), rel=1e-9)


def test_doubling_a_frequency_weight_is_doubling_the_cases():
    x = [[5, 8, 2], [9, 3, 6]]
    double = crosstab((2 * np.array(x)).tolist())
    weighted = replace(crosstab(x), w=double.w, w2=double.w * 2, weighting="frequency")
    for name in (*F, "rao_scott_chi2_p"):
        assert value(weighted, name) == pytest.approx(value(double, name), rel=1e-9)


def test_scale_order_and_empty_categories_change_nothing():
    table = of_design("one_stage")
    scaled = replace(table, w=table.w * 7, w2=table.w2 * 49)
    moved = replace(table, n=table.n[::-1], w=table.w[::-1], w2=table.w2[::-1])
    wider = replace(table, **{k: np.insert(getattr(table, k), 2, 0, axis=1) for k in ("n", "w", "w2")})
    wider = replace(wider, col_scores=np.arange(5.0))
    for other in (scaled, moved, wider):
        for name in F:
            assert value(other, name) == pytest.approx(value(table, name), rel=1e-9)


def test_empty_categories_with_a_covariance():
    table = of_design("clusters")
    r, c = table.w.shape
    wide = np.zeros((r, c + 1, r, c + 1))
    wide[:, :c, :, :c] = table.covariance.reshape(r, c, r, c)
    wider = replace(
        table,
        **{k: np.pad(getattr(table, k), ((0, 0), (0, 1))) for k in ("n", "w", "w2")},
        col_scores=np.arange(c + 1.0),
        covariance=wide.reshape(r * (c + 1), -1),
    )
    for name in (*F, "gamma_ase", "odds_ratio", "cramers_v"):
        first, second = (numbers(t, ids=[name])[name] for t in (table, wider))
        assert first.error == second.error
        assert first.value == (second.value if second.value is None else pytest.approx(second.value, rel=1e-9))


def test_kish_effective_n():
    table = of_cases([0, 0, 1, 1], [0, 0, 0, 1], [1, 3, 2, 5])
    found = numbers(table, ids=["effective_n"])["effective_n"]
    np.testing.assert_allclose(found.values, [[16 / 10, np.nan], [1, 1]])
    assert found.method == "kish"


def test_reasons():
    assert reason(of_cases([0, 0, 0], [0, 1, 1], [1, 2, 3]), "rao_scott_f") == "fewer_than_two_categories"
    assert reason(replace(of_design("clusters"), design_df=0.0), "rao_scott_f_p") == "singular_covariance"
    zero = replace(of_design("clusters"), covariance=np.zeros((12, 12)))
    assert reason(zero, "rao_scott_chi2_p") == "singular_covariance"
    # A table of two cells on the diagonal: the empty cells make the reference covariance singular.
    assert reason(of_cases([0, 1, 2], [0, 1, 2], [1, 1, 1]), "rao_scott_f") == "singular_covariance"


def test_a_table_of_too_many_cells_is_a_reason():
    table = replace(crosstab(np.ones((51, 50)).tolist()), weighting="probability")
    assert reason(table, "rao_scott_f") == "too_many_cells"
    assert reason(table, "rao_scott_chi2_p") == "too_many_cells"


def test_applies_with_a_weight_or_a_design_only():
    assert "rao_scott_f" in numbers(of_design("one_stage"))
    assert "chi2" in numbers(of_design("one_stage"))
    assert "rao_scott_f" not in numbers(crosstab([[3, 4], [5, 6]]))


def test_two_weighted_cases_have_a_variance_and_one_has_none():
    # Cases (0,0) of weight 1 and (1,1) of weight 3: residuals ±w·p(other)/Σw = ±3/16, variance 2·2·(3/16)².
    two = of_cases([0, 1], [0, 1], [1, 3])
    found = numbers(two, ids=["design_effect"])["design_effect"].values
    assert found[0, 0] == pytest.approx(2 * 2 * (3 / 16) ** 2 * 1 / (3 / 16))
    assert value(two, "pearson_r_ase") == 0
    assert reason(replace(two, n=np.array([[1, 0], [0, 0]])), "pearson_r_ase") == "undefined"
    assert numbers(of_cases([0], [0], [2]), ids=["design_effect"])["design_effect"].error == "too_few_cases"


def test_a_smaller_variance_makes_a_larger_f():
    """F is X² over the sum of the design effects: a covariance of a millionth makes it a million times as large."""
    table = of_design("clusters")
    small = replace(table, covariance=table.covariance / 1e6, design_df=1.0)
    assert value(small, "rao_scott_f") == pytest.approx(1e6 * value(table, "rao_scott_f"), rel=1e-9)
    assert value(small, "rao_scott_f_df1") == pytest.approx(value(table, "rao_scott_f_df1"), rel=1e-9)
    assert value(small, "rao_scott_f_df2") == value(small, "rao_scott_f_df1")
    assert value(small, "rao_scott_design_effect") == pytest.approx(
        value(table, "rao_scott_design_effect") / 1e6, rel=1e-9
    )
    effects = numbers(small, ids=["design_effect"])["design_effect"].values
    np.testing.assert_allclose(effects, numbers(table, ids=["design_effect"])["design_effect"].values / 1e6, rtol=1e-9)


def test_a_frequency_weight_counts_copies():
    """Cases are the sum of the weights: of 3/2 there is a variance, of one or less there is none."""
    x = np.array([[0.4, 0.2], [0.3, 0.6]])
    table = replace(crosstab(x.tolist()), weighting="frequency")
    # Independent cases: design effects n/(n − 1) and 1 for the shares.
    assert value(table, "rao_scott_design_effect") == pytest.approx(1.5 / 0.5, rel=1e-12)
    assert numbers(table, ids=["design_effect"])["design_effect"].values.tolist() == [[1, 1], [1, 1]]
    for total in (1.0, 0.75):
        one = replace(table, w=np.array([[0.25, 0.25], [0.25, total - 0.75 or 0.25]]))
        one = replace(one, w=one.w * (total / one.w.sum()))
        assert reason(one, "rao_scott_f") == "singular_covariance"
        assert numbers(one, ids=["design_effect"])["design_effect"].error == "too_few_cases"
    # With a design its covariance counts, whatever the weight means.
    designed = replace(table, covariance=np.diag([0.1, 0.2, 0.3, 0.4]), design_df=5.0)
    p = x / 1.5
    jacobian = (np.eye(4) - p.reshape(-1, 1)) / 1.5
    own = np.diag(jacobian @ designed.covariance @ jacobian.T).reshape(2, 2)
    found = numbers(designed, ids=["design_effect"])["design_effect"]
    np.testing.assert_allclose(found.values, own * 0.5 / (p * (1 - p)), rtol=1e-12)
    assert found.error == "share_zero_or_one"


def test_a_share_of_one_has_no_design_effect():
    found = numbers(of_cases([0, 0], [0, 0], [1, 2]), ids=["design_effect"])["design_effect"]
    assert np.isnan(found.values).all()
    assert found.error == "share_zero_or_one"
    nobody = replace(crosstab([[0, 0, 0], [0, 0, 0]]), weighting="probability")
    found = numbers(nobody, ids=["design_effect", "effective_n"])
    assert (found["design_effect"].error, found["design_effect"].values.shape) == ("no_cases", (2, 3))
    assert (found["effective_n"].error, np.isnan(found["effective_n"].values).all()) == ("no_cases", True)


def test_small_expected_counts_are_a_warning_in_cases():
    """Four cases of weight 100 are four cases: each expected count is 1."""
    for weight in (1.0, 100.0):
        table = of_cases([0, 0, 1, 1, 0], [0, 1, 0, 1, 1], [weight] * 5)
        for name in ("rao_scott_f", "rao_scott_f_p", "rao_scott_chi2", "rao_scott_chi2_p"):
            assert numbers(table, ids=[name])[name].warning == "expected_below_5 cells=4 share=1 minimum=0.8"
    large = of_cases([0, 0, 1, 1] * 10, [0, 1, 0, 1] * 10, [0.1, 0.2] * 20)
    assert {numbers(large, ids=[name])[name].warning for name in F} == {""}
