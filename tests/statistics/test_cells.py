"""Cells of a cross-tab against R's chisq.test and its design-based counterpart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics import cells
from pipeline.statistics.core import Cells
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle

R = oracle("crosstabs_r.json")
RESIDUALS = ["expected", "residual", "pearson_residual", "adjusted_residual"]


@pytest.mark.parametrize("name", R["cells"])
@pytest.mark.parametrize("statistic", ["expected", "pearson_residual", "adjusted_residual"])
def test_residuals_are_r(name, statistic):
    one = R["cells"][name]
    found = numbers(crosstab(one["counts"]), ids=[statistic])[statistic]
    assert isinstance(found, Cells)
    assert [log_relative_error(*pair) for pair in zip(found.values.ravel(), one[statistic], strict=True)] > [9.0]
    np.testing.assert_allclose(found.values.ravel(), one[statistic], rtol=1e-10)


def test_adjusted_residuals_of_the_reference_list():
    # STATISTICS reference: [[762,327,468],[484,239,477]]
    x = np.array([[762.0, 327, 468], [484, 239, 477]])
    found = cells.adjusted_residuals(x, cells.expected_counts(x))
    np.testing.assert_allclose(found[0], [4.5020535211, 0.6994517330, -5.3159455427], rtol=1e-10)
    np.testing.assert_allclose(found[1], -found[0], rtol=1e-12)


def test_an_empty_column_has_no_residual_and_changes_no_other():
    x = [[5, 7, 0], [6, 2, 0]]
    found = numbers(crosstab(x), ids=["expected", "residual", "pearson_residual", "adjusted_residual"])
    without = numbers(crosstab([row[:2] for row in x]), ids=["pearson_residual", "adjusted_residual"])
    for name in ("pearson_residual", "adjusted_residual"):
        assert np.isnan(found[name].values[:, 2]).all()
        assert found[name].error == "empty_row_or_column"
        np.testing.assert_allclose(found[name].values[:, :2], without[name].values, rtol=1e-13)
    assert (found["expected"].values[:, 2] == 0).all()
    np.testing.assert_allclose(found["residual"].values, np.array(x) - found["expected"].values)


def test_residuals_of_a_probability_weight():
    data = R["weighted_cases"]
    table = of_cases(data["row"], data["col"], data["weight"])
    found = numbers(table, ids=["expected", "residual", "pearson_residual", "adjusted_residual"])
    w = table.w
    np.testing.assert_allclose(found["expected"].values, np.outer(w.sum(1), w.sum(0)) / w.sum())
    scaled = w * (table.n.sum() / w.sum())
    fitted = np.outer(scaled.sum(1), scaled.sum(0)) / scaled.sum()
    np.testing.assert_allclose(found["pearson_residual"].values, (scaled - fitted) / np.sqrt(fitted))
    assert found["pearson_residual"].method == "shares_scaled_to_n"
    assert found["adjusted_residual"].method == "design_based"


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_design_based_residual_is_r_surveys(design):
    one, data = R[design], R["weighted_cases"]
    weight = [1.0] * len(data["row"]) if design == "unweighted" else data["weight"]
    row = [int(i > 0) for i in data["row"]]
    col = [int(j > 1) for j in data["col"]]
    table = of_cases(row, col, weight)
    if design == "clusters":
        table = replace(table, covariance=np.array(one["two_covariance"]), design_df=one["df"])
    found = numbers(table, ids=["adjusted_residual"])["adjusted_residual"]
    assert log_relative_error(found.values[0, 0], one["adjusted"]) > 9
    np.testing.assert_allclose(found.values, found.values[0, 0] * np.array([[1, -1], [-1, 1]]), rtol=1e-10)


def test_a_table_without_cases_has_no_expected_count():
    found = numbers(crosstab([[0, 0, 0], [0, 0, 0]]), ids=RESIDUALS)
    assert list(found) == RESIDUALS
    for one in found.values():
        assert one.values.shape == (2, 3)
        assert np.isnan(one.values).all()
        assert one.error == "no_cases"


@pytest.mark.parametrize("turned", [False, True])
def test_where_one_column_holds_all_cases_nothing_is_adjusted(turned):
    """0.1 + 0.2 + … in two orders differ by rounding, which is no variance."""
    x = np.zeros((39, 2))
    x[:, 0] = np.arange(1, 40) / 10
    x = x.T if turned else x
    found = numbers(crosstab(x.tolist()), ids=RESIDUALS)
    assert np.isnan(found["adjusted_residual"].values).all()
    assert (found["adjusted_residual"].error, found["expected"].error) == ("empty_row_or_column",) * 2
    np.testing.assert_allclose(found["expected"].values, x, rtol=1e-14)
    np.testing.assert_allclose(found["residual"].values, 0 * x, atol=1e-14)


def test_a_column_beside_which_the_other_vanishes_has_no_residual_and_no_warning():
    """Its total exceeds the table's by rounding: 1 − column share would be negative."""
    x = np.array([[i, 1e-30] for i in (5.1, 9.4, 1.5, 9.4, 3.2, 4.2, 8.2, 4.1, 5.5, 0.4, 7.5, 5.4)])
    assert x.sum(axis=0)[0] > x.sum(axis=1).sum()
    found = numbers(crosstab(x.tolist()), ids=["adjusted_residual"])["adjusted_residual"]
    assert np.isnan(found.values[:, 0]).all()


def test_the_reason_of_holes_is_named_for_every_residual():
    for table in (crosstab([[5, 7], [6, 2]]), of_cases([0, 1, 0, 1], [0, 0, 1, 1], [1, 2, 3, 4])):
        assert {one.error for one in numbers(table, ids=RESIDUALS).values()} == {"empty_row_or_column"}


def test_design_based_residual_from_a_covariance_is_that_of_single_cases():
    """The totals of cases drawn one by one have covariance n/(n − 1) (diag Σw² − tt'/n)."""
    table = of_cases([0, 0, 1, 1, 0, 1, 1, 0], [0, 1, 2, 0, 2, 1, 1, 3], [1, 2, 0.5, 3, 1, 1.5, 2, 1])
    t, n = table.w.ravel(), table.n.sum()
    covariance = n / (n - 1) * (np.diag(table.w2.ravel()) - np.outer(t, t) / n)
    direct, other = (
        numbers(one, ids=["adjusted_residual"])["adjusted_residual"].values
        for one in (table, replace(table, covariance=covariance, design_df=n - 1.0))
    )
    assert np.isfinite(direct).all()
    np.testing.assert_allclose(direct, other, rtol=1e-10)


def test_design_based_residuals_of_few_cases_and_empty_rows():
    one = of_cases([1], [1], [2.5])
    assert np.isnan(numbers(one, ids=["adjusted_residual"])["adjusted_residual"].values).all()
    # Two cases, each alone in its row and column: p_ij − p_i. p_.j = 1/4, no variance of it, linearised.
    two = numbers(of_cases([0, 1], [0, 1], [1, 1]), ids=["adjusted_residual"])["adjusted_residual"].values
    assert np.isnan(two).all()
    hole = of_cases([0, 2, 2, 0], [0, 1, 0, 1], [1, 2, 3, 4])
    found = numbers(hole, ids=["adjusted_residual"])["adjusted_residual"].values
    assert np.isnan(found[1]).all()
    without = numbers(of_cases([0, 1, 1, 0], [0, 1, 0, 1], [1, 2, 3, 4]), ids=["adjusted_residual"])
    np.testing.assert_allclose(found[[0, 2]], without["adjusted_residual"].values, rtol=1e-12)


def test_residuals_of_small_frequency_weights():
    """A weight of a hundredth divides counts by 100 and so residuals by 10; a row of less than one case is a row."""
    x = [[5, 7, 2], [6, 2, 4]]
    small = numbers(crosstab((np.array(x) / 100).tolist()), ids=["pearson_residual", "adjusted_residual"])
    for name, whole in numbers(crosstab(x), ids=["pearson_residual", "adjusted_residual"]).items():
        np.testing.assert_allclose(small[name].values * 10, whole.values, rtol=1e-12)
