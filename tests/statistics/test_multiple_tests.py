"""Adjusted p-values against R's p.adjust."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics.multiple_tests import METHODS, adjust, adjust_rows
from tests.statistics.numeric_aggregates import R

P = np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.0004, 0.6])


@pytest.mark.parametrize("method", ["bonferroni", "holm", "bh"])
def test_value_of_r(method):
    want = [R[f"adjust.{method}.{i}"] for i in range(1, 8)]
    np.testing.assert_allclose(adjust(P, method), want, rtol=1e-14)


@pytest.mark.parametrize(("method", "theirs"), [("bonferroni", "bonferroni"), ("holm", "holm"), ("bh", "fdr_bh")])
def test_statsmodels_adjusts_alike(method, theirs):
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(15)
    for size in (1, 2, 5, 40):
        p = rng.random(size) ** 3
        np.testing.assert_allclose(adjust(p, method), multipletests(p, method=theirs)[1], rtol=1e-13)


def test_none_changes_nothing():
    assert adjust(P, "none").tolist() == P.tolist()


@pytest.mark.parametrize("method", METHODS)
def test_comparisons_not_made_do_not_count(method):
    holes = np.insert(P, [0, 3, 7], np.nan).reshape(2, 5)
    got = adjust(holes, method)
    assert got.shape == (2, 5)
    assert np.isnan(got).tolist() == np.isnan(holes).tolist()
    np.testing.assert_array_equal(got[~np.isnan(got)], adjust(P, method))


@pytest.mark.parametrize("method", METHODS)
def test_one_comparison_needs_no_adjustment_and_none_is_no_error(method):
    assert adjust(np.array([0.03]), method).tolist() == [0.03]
    assert adjust(np.array([]), method).size == 0


@pytest.mark.parametrize("method", METHODS)
def test_the_input_is_left_alone_and_order_does_not_matter(method):
    before = P.copy()
    turned = adjust(P[::-1], method)[::-1]
    np.testing.assert_array_equal(turned, adjust(P, method))
    np.testing.assert_array_equal(P, before)


@pytest.mark.parametrize("method", ["bonferroni", "holm", "bh"])
def test_never_above_one_nor_below_the_unadjusted(method):
    p = np.array([0.9, 0.5, 0.7, 0.2])
    got = adjust(p, method)
    assert (got <= 1).all()
    assert (got >= p).all()


def test_unknown_method():
    with pytest.raises(ValueError, match="no adjustment 'sidak'"):
        adjust(P, "sidak")


@pytest.mark.parametrize("method", METHODS)
def test_each_row_is_a_family_of_its_own(method):
    rows = np.array([[P, P[::-1]], [P / 2, np.where(P > 0.04, np.nan, P)], [np.full(7, np.nan), np.ones(7)]])
    got = adjust_rows(rows, method)
    for i, j in np.ndindex(3, 2):
        np.testing.assert_array_equal(got[i, j], adjust(rows[i, j], method))
    whole = adjust_rows(np.array([[1, 0, 0]]), method)
    assert (whole.dtype, whole.tolist()) == (np.float64, [[1, 0, 0]])


def test_the_input_of_none_is_copied():
    given = P.copy()
    adjust(given, "none")[0] = 7
    assert given[0] == P[0]
