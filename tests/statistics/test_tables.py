"""What every cross-tab family needs: against its definition case by case, and at its limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics import tables
from pipeline.statistics.core import Number
from tests.statistics.crosstab_aggregates import crosstab, of_cases

ROW, COL, WEIGHT = [0, 0, 1, 1, 0, 1, 1, 0], [0, 1, 2, 0, 2, 1, 1, 0], [1, 2, 0.5, 3, 1, 1.5, 2, 1]


def survey(**more):
    return of_cases(ROW, COL, WEIGHT, **more)


def deviations():
    """z = w(1(cell) − p)/Σw of each case, shape (cases, cells)."""
    w = np.array(WEIGHT)
    inside = np.eye(6)[np.array(ROW) * 3 + np.array(COL)]
    return w[:, None] * (inside - w @ inside / w.sum()) / w.sum()


def with_covariance(table):
    """The same table with the covariance of its totals written out: n/(n − 1) (Σww' − tt'/n), case by case."""
    inside = np.eye(6)[np.array(ROW) * 3 + np.array(COL)] * np.array(WEIGHT)[:, None]
    return replace(table, covariance=np.cov(inside.T) * len(inside), design_df=7.0)


def test_covariance_and_variance_of_shares_case_by_case():
    z = deviations()
    want = 8 / 7 * z.T @ z
    for table in (survey(), with_covariance(survey())):
        np.testing.assert_allclose(tables.share_covariance(table), want, rtol=1e-12, atol=1e-16)
        np.testing.assert_allclose(tables.share_variances(table), np.diag(want).reshape(2, 3), rtol=1e-12, atol=1e-16)


def test_variance_of_a_measure_case_by_case():
    gradient = np.array([[1.0, -2, 0.5], [3, 0.25, -1]])
    z = deviations()
    want = float(8 / 7 * ((z @ gradient.ravel()) ** 2).sum())
    for table in (survey(), with_covariance(survey())):
        assert tables.variance(table, gradient) == pytest.approx(want, rel=1e-12)
        error = tables.standard_error(table, gradient)
        assert error == Number(pytest.approx(math.sqrt(want), rel=1e-12), "design_based")
    # Independent draws, by hand: p = ½, ¼, ¼, 0 of 4 cases; g − ḡ = 1 − 1, −1, 1; (¼ + ¼)/4.
    table = crosstab([[2, 1], [1, 0]])
    assert tables.variance(table, np.array([[1.0, 0], [2, 7]])) == pytest.approx(0.5 / 4, rel=1e-14)
    assert tables.standard_error(table, np.array([[1.0, 0], [2, 7]])) == Number(pytest.approx(math.sqrt(0.125)))


def test_one_case_has_no_design_based_variance_and_two_have():
    one, two = of_cases([1], [1], [2.0]), of_cases([0, 1], [0, 1], [1.0, 1.0])
    assert math.isnan(tables.variance(one, np.ones((2, 2))))
    assert tables.standard_error(one, np.ones((2, 2))).value is None
    assert np.isnan(tables.share_variances(one)).all()
    assert np.isnan(tables.share_covariance(one)).all()
    # z = ±¼ for each case: 2/1 · 2/16.
    assert tables.share_variances(two)[0, 0] == pytest.approx(0.25, rel=1e-14)
    assert tables.share_covariance(two)[0, 3] == pytest.approx(-0.25, rel=1e-14)
    assert tables.variance(two, np.array([[1.0, 0], [0, 0]])) == pytest.approx(0.25, rel=1e-14)


def test_rounding_is_no_standard_error():
    """g − ḡ = ±½ of a size that cancellation leaves: a standard error of half the size over √20."""
    for size, kept in ((2e-13, False), (8e-13, False), (1e-12, True), (2e-12, True)):
        found = tables.standard_error(crosstab([[5, 5], [5, 5]]), np.array([[size, 0], [size, 0]]))
        assert found.value == (pytest.approx(size / 2 / math.sqrt(20), rel=1e-12) if kept else 0)


def test_nonempty_keeps_what_belongs_to_the_cells_that_stay():
    x = np.array([[1.0, 0, 2], [0, 0, 0], [3, 0, 0.25]])
    covariance = np.arange(81.0).reshape(9, 9)
    table = replace(
        crosstab(x.tolist(), rows=[1, 2, 5], columns=[7, 8, 9]), w2=x * 10, covariance=covariance, design_df=3.0
    )
    found = tables.nonempty(table)
    np.testing.assert_array_equal(found.w, [[1, 2], [3, 0.25]])
    np.testing.assert_array_equal(found.n, [[1, 2], [3, 0]])
    np.testing.assert_array_equal(found.w2, [[10, 20], [30, 2.5]])
    np.testing.assert_array_equal(found.row_scores, [1, 5])
    np.testing.assert_array_equal(found.col_scores, [7, 9])
    stay = [0, 2, 6, 8]
    np.testing.assert_array_equal(found.covariance, [[covariance[i, j] for j in stay] for i in stay])
    assert (found.design_df, found.weighting) == (3.0, "frequency")
    plain = tables.nonempty(replace(table, row_scores=None, col_scores=None, covariance=None))
    assert plain.row_scores is plain.col_scores is plain.covariance is None
    assert plain.w.shape == (2, 2)
    for full in (crosstab([[1, 2], [3, 4]]), crosstab([[0.2, 0.1], [0, 0.3]])):
        assert tables.nonempty(full) is full
    only_row = tables.nonempty(crosstab([[1, 2], [0, 0]]))
    only_column = tables.nonempty(crosstab([[1, 0], [2, 0]]))
    assert (only_row.w.tolist(), only_column.w.tolist()) == ([[1, 2]], [[1], [2]])


@pytest.mark.parametrize(
    ("counts", "two"),
    [
        ([[1, 2], [3, 4]], True),
        ([[0.1, 0.2], [0.3, 0.4]], True),
        ([[1, 2], [0, 0], [3, 4]], True),
        ([[1, 0, 2], [3, 0, 4]], True),
        ([[1, 2, 1], [3, 4, 1]], False),
        ([[1, 2], [3, 4], [1, 1]], False),
        ([[1, 2]], False),
        ([[1], [2]], False),
        ([[0, 0], [3, 4]], True),  # declared so: its tests say why there is none
        ([[0, 0], [3, 4], [0, 0]], False),
    ],
)
def test_two_by_two(counts, two):
    assert tables.is_two_by_two(crosstab(counts)) is two


def test_paired():
    assert tables.is_paired(crosstab([[1, 2], [3, 4]], same=True))
    assert not tables.is_paired(crosstab([[1, 2], [3, 4]]))
    assert not tables.is_paired(crosstab([[1]], same=True))
    assert not tables.is_paired(crosstab([[1, 2, 3], [3, 4, 5]], same=True))


def test_designed():
    plain = crosstab([[1, 2], [3, 4]])
    assert [tables.designed(x) for x in (plain, survey(), replace(plain, covariance=np.eye(4)))] == [False, True, True]
    assert tables.naive_test_reason(survey()) == "weights_need_rao_scott"
    assert tables.naive_test_reason(plain) == ""
    assert tables.naive_test_reason(crosstab([[1, 2]])) == "fewer_than_two_categories"


@pytest.mark.parametrize(
    ("total", "why"),
    [
        (0.0, "no_cases"),
        (1e-50, "weights_out_of_range"),
        (1e-49, ""),
        (0.5, ""),
        (9e49, ""),
        (1e50, "weights_out_of_range"),
        (math.inf, "weights_out_of_range"),
    ],
)
def test_totals_that_doubles_can_hold(total, why):
    assert tables.total_reason(total) == why


def test_size_reason():
    x = np.array([[1.0, 2], [3, 4]])
    for counts, why in (
        (x, ""),
        (x[:1], "fewer_than_two_categories"),
        (x[:, :1], "fewer_than_two_categories"),
        (0 * x, "no_cases"),
        (x * 1e60, "weights_out_of_range"),
        (x * [[1e-16], [1]], "weights_out_of_range"),
        (x * [1, 1e-16], "weights_out_of_range"),
        (x * [[1e-14], [1]], ""),
        (x * [1, 1e-14], ""),
    ):
        assert tables.size_reason(replace(crosstab(x.tolist()), w=counts)) == why


def test_counts():
    table = survey()
    np.testing.assert_allclose(tables.counts(table), table.w * 8 / 12, rtol=1e-15)
    for weighting in ("none", "frequency"):
        assert tables.counts(replace(table, weighting=weighting)) is table.w
    nobody = replace(table, w=table.w * 0)
    assert tables.counts(nobody).tolist() == nobody.w.tolist()
    small = replace(table, w=table.w / 100)
    np.testing.assert_allclose(tables.counts(small), tables.counts(table), rtol=1e-14)
    assert tables.measure_method(table) == "shares_scaled_to_n"
    assert tables.measure_method(crosstab([[1.5, 2]])) == ""


def test_whole_counts():
    sums = np.array([[sum([0.1] * 10), 0.0], [2.0, 3.0]])
    table = replace(crosstab([[1, 0], [2, 3]]), w=sums)

    def found(second: float, third: float) -> str:
        return tables.whole_counts(replace(table, w=sums + np.array([[0, second], [third, 0]])), 10)[0]

    assert tables.whole_counts(table, 6) == ("", ((1, 0), (2, 3)))
    assert tables.whole_counts(table, 5) == ("too_many_cases", ())
    assert tables.whole_counts(replace(table, w=sums * math.nan), 6) == ("too_many_cases", ())
    assert [found(0, off) for off in (0.5e-9, -0.5e-9)] == ["", ""]
    assert {found(0, off) for off in (2e-9, -2e-9, 0.5)} == {"counts_not_whole"}
    # A cell with a little weight is not an empty one.
    assert {found(little, 0) for little in (1e-10, 0.5, 0.6)} == {"counts_not_whole"}


def test_degrees_of_freedom():
    assert tables.design_df(survey()) == 7
    assert tables.design_df(survey(design_df=3.0)) == 3


def test_distributions():
    """R 4.2.2: 2*pnorm(-1.5), 2*pt(-1.5, 7), qnorm(.975), qt(.975, 7), pchisq(7.5, 3, lower.tail = FALSE)."""
    assert (
        tables.two_sided_normal(1.5) == tables.two_sided_normal(-1.5) == pytest.approx(0.13361440253771614, rel=1e-12)
    )
    assert tables.two_sided_t(1.5, 7) == tables.two_sided_t(-1.5, 7) == pytest.approx(0.17729848698997003, rel=1e-12)
    assert tables.interval_factor(crosstab([[1, 2], [3, 4]]), 0.95) == pytest.approx(1.959963984540054, rel=1e-12)
    assert tables.interval_factor(survey(), 0.95) == pytest.approx(2.364624251592785, rel=1e-12)
    assert tables.upper_chi2(7.5, 3) == pytest.approx(0.057558451972636406, rel=1e-12)
    assert tables.exponential(-1.0) == math.exp(-1)
    assert (tables.exponential(708.9) == math.exp(708.9), tables.exponential(709), tables.exponential(1e9)) == (
        True,
        math.inf,
        math.inf,
    )


def test_p_of_a_ratio():
    assert tables.probability_of_ratio(-0.3, 0.2) == Number(pytest.approx(0.13361440253771614, rel=1e-12))
    for null_error in (0.0, -1.0, math.nan, math.inf):
        assert tables.probability_of_ratio(0.3, null_error) == Number(None, error="zero_standard_error")
    assert tables.wald_probability(survey(), -0.3, Number(0.2)) == Number(
        pytest.approx(0.17729848698997003, rel=1e-12), "design_based"
    )
    for error in (Number(None, error="undefined"), Number(0.0), Number(-0.1)):
        assert tables.wald_probability(survey(), 0.3, error) == Number(None, "design_based", "", "zero_standard_error")
    # Half a thousandth is small and no rounding error.
    assert tables.probability_of_ratio(0.0003, 0.0002).value == pytest.approx(0.13361440253771614, rel=1e-12)
    assert tables.wald_probability(survey(), 0.0003, Number(0.0002)).value == pytest.approx(0.17729848698997003)
