"""Cells of a cross-tab against R's chisq.test and its design-based counterpart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics import cells
from pipeline.statistics.core import Cells
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle

R = oracle("crosstabs_r.json")


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
    found = cells.adjusted_residuals(np.array([[762.0, 327, 468], [484, 239, 477]]))
    np.testing.assert_allclose(found[0], [4.5020535211, 0.6994517330, -5.3159455427], rtol=1e-10)
    np.testing.assert_allclose(found[1], -found[0], rtol=1e-12)


def test_shares():
    x = np.array([[1.0, 3, 0], [4, 2, 0]])
    np.testing.assert_array_equal(cells.row_share(x), [[1 / 4, 3 / 4, 0], [4 / 6, 2 / 6, 0]])
    np.testing.assert_array_equal(cells.column_share(x)[:, :2], [[1 / 5, 3 / 5], [4 / 5, 2 / 5]])
    assert np.isnan(cells.column_share(x)[:, 2]).all()
    np.testing.assert_array_equal(cells.table_share(x), x / 10)
    assert np.isnan(cells.table_share(np.zeros((2, 2)))).all()


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
    np.testing.assert_allclose(found["pearson_residual"].values, cells.pearson_residuals(scaled))
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
    found = numbers(crosstab([[0, 0], [0, 0]]), ids=["expected"])["expected"]
    assert np.isnan(found.values).all()


def test_residuals_of_small_frequency_weights():
    """A weight of a hundredth divides counts by 100 and so residuals by 10; a row of less than one case is a row."""
    x = [[5, 7, 2], [6, 2, 4]]
    small = numbers(crosstab((np.array(x) / 100).tolist()), ids=["pearson_residual", "adjusted_residual"])
    for name, whole in numbers(crosstab(x), ids=["pearson_residual", "adjusted_residual"]).items():
        np.testing.assert_allclose(small[name].values * 10, whole.values, rtol=1e-12)
