"""Correlations against R."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.special import ndtr, stdtr

from pipeline.statistics.core import Options, Patterns
from pipeline.statistics.correlation import centred, complete, correlation_matrix
from tests.statistics.numeric_aggregates import CASES, R, found, patterns, reason, value, weights_of

NAMES = ("pearson_r", "spearman_rho", "tau_b")


def pair(one, other, weighting="none"):
    return patterns([CASES[one], CASES[other]], weights_of(weighting), weighting)


def is_pair(key):
    parts = key.split(".")
    return len(parts) == 4 and parts[0] in ("none", "frequency", "probability") and parts[2] in ("x2", "y")


@pytest.mark.parametrize("key", [k for k in R if is_pair(k) and not k.endswith("contrast")])
def test_value_of_r(key):
    weighting, one, other, name = key.split(".")
    assert value(pair(one, other, weighting), name) == pytest.approx(R[key], rel=1e-9, abs=1e-14)


def test_linearised_standard_error_of_r():
    # the influence function and svycontrast's gradient are two ways to the same number
    got = value(pair("x", "x2", "probability"), "pearson_r_se")
    assert got == pytest.approx(R["probability.x.x2.pearson_r_se_by_contrast"], rel=1e-9)
    design = patterns(
        [CASES["x"], CASES["x2"]], CASES["pw"], "probability", stratum=CASES["stratum"], cluster=CASES["cluster"]
    )
    assert value(design, "pearson_r_se") == pytest.approx(R["design.x.x2.pearson_r_se"], rel=1e-9)
    assert design.sampling.df == R["design.df"]


def test_design_based_p_and_interval_follow_from_the_standard_error():
    from scipy.special import stdtr, stdtrit

    survey = pair("x", "y", "probability")
    r, se = value(survey, "pearson_r"), value(survey, "pearson_r_se")
    assert value(survey, "pearson_r_p") == pytest.approx(2 * stdtr(59, -abs(r / se)), rel=1e-9)
    half = stdtrit(59, 0.975) * se / (1 - r * r)
    assert np.arctanh(value(survey, "pearson_r_low")) == pytest.approx(np.arctanh(r) - half, rel=1e-9)
    assert np.arctanh(value(survey, "pearson_r_high")) == pytest.approx(np.arctanh(r) + half, rel=1e-9)
    for name in ("spearman_rho_p", "tau_b_p"):
        assert reason(survey, name) == "weights_need_design_based"


def test_a_stratum_of_one_unit_has_no_variance():
    lonely = patterns([CASES["x"], CASES["y"]], CASES["pw"], "probability", stratum=[7, *[1] * 59])
    assert reason(lonely, "pearson_r_se") == "lonely_psu"
    assert reason(lonely, "pearson_r_p") == "lonely_psu"


def test_equal_probability_weights_change_no_coefficient():
    survey = patterns([CASES["x"], CASES["y"]], np.full(60, 3.0), "probability")
    for name in NAMES:
        assert value(survey, name) == pytest.approx(value(pair("x", "y"), name), rel=1e-12)


def tau_by_counting(x, y, w):
    """S and its parts over all pairs of cases, each weight as so many cases."""
    s = sum(w[i] * w[j] * np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in product(range(len(x)), repeat=2)) / 2
    n = sum(w)

    def untied(v):
        return n * (n - 1) / 2 - sum(w[v == one].sum() * (w[v == one].sum() - 1) / 2 for one in set(v))

    return s / np.sqrt(untied(x) * untied(y))


def test_tau_counts_every_pair():
    random = np.random.default_rng(3)
    for size in (2, 3, 5, 9, 33):
        x, y = random.integers(0, 4, size).astype(float), random.integers(0, 5, size).astype(float)
        x[:2], y[:2] = (0, 1), (1, 0)
        w = random.integers(1, 4, size).astype(float)
        got = value(patterns([x, y], w, "frequency"), "tau_b")
        assert got == pytest.approx(tau_by_counting(x, y, w), rel=1e-12, abs=1e-14)


def test_equal_patterns_may_be_given_together_or_apart():
    x = np.column_stack([CASES["i1"], CASES["y"]])
    rows, where, n = np.unique(x, axis=0, return_inverse=True, return_counts=True)
    w = np.bincount(where.ravel(), CASES["pw"])
    w2 = np.bincount(where.ravel(), CASES["pw"] ** 2)
    together = Patterns(rows, n, w, w2, "probability")
    plain = Patterns(rows, n, n.astype(float), n.astype(float))
    for name in ("pearson_r", "pearson_r_se", "pearson_r_p", "spearman_rho", "tau_b"):
        assert value(together, name) == pytest.approx(value(pair("i1", "y", "probability"), name), rel=1e-11), name
    for name in ("pearson_r_p", "spearman_rho_p", "tau_b", "tau_b_p", "pearson_r_high"):
        assert value(plain, name) == pytest.approx(value(pair("i1", "y"), name), rel=1e-11), name


def test_reasons():
    for name in ("pearson_r", "spearman_rho", "tau_b", "pearson_r_low"):
        assert reason(patterns([CASES["x"]]), name) == "not_two_variables"
        assert reason(patterns([[1], [2]]), name) == "fewer_than_two_cases"
        assert reason(patterns([[np.nan, np.nan], [2, 3]]), name) == "fewer_than_two_cases"
        assert reason(patterns([[0.1, 0.1, 0.1], [1, 2, 3]]), name) == "zero_variance"
    two = patterns([[1, 2], [3, 5]])
    for name in ("pearson_r_p", "spearman_rho_p", "tau_b_p"):
        assert reason(two, name) == "too_few_cases"
    assert value(two, "pearson_r") == 1


def test_perfect_correlation():
    line = patterns([np.arange(9) * 0.1, 3 - np.arange(9) * 0.7])
    results = found(line)
    assert results["pearson_r"].value == pytest.approx(-1, abs=1e-15)
    assert (results["pearson_r_p"].value, results["pearson_r_p"].warning) == (0, "perfect_correlation")
    assert results["pearson_r_low"].error == "perfect_correlation"
    assert results["tau_b"].value == -1


def test_far_from_zero_no_digits_are_lost():
    x, y = CASES["x"], CASES["x2"]
    far = patterns([x + 2**33, y + 2**33])
    assert value(far, "pearson_r") == pytest.approx(R["none.x.x2.pearson_r"], rel=1e-6)


def test_matrix():
    x = np.column_stack([CASES["x"], CASES["x2"], CASES["y"], np.ones(60)])
    x[:5, 1] = np.nan
    x[5:8, 2] = np.nan
    aggregate = patterns(x.T)
    matrix = correlation_matrix(aggregate, Options())
    assert matrix.n.tolist() == [[60, 55, 57, 60], [55, 55, 52, 55], [57, 52, 57, 57], [60, 55, 57, 60]]
    assert matrix.values[0, 1] == matrix.values[1, 0] == value(patterns(x[:, :2].T), "pearson_r")
    assert matrix.p[2, 0] == value(patterns(x[:, [0, 2]].T), "pearson_r_p")
    assert np.diag(matrix.values)[:3].tolist() == [1, 1, 1]
    assert np.isnan(np.diag(matrix.p)).all()
    assert np.isnan(matrix.values[3]).all()
    assert matrix.errors[3][0] == matrix.errors[0][3] == "zero_variance"
    listwise = correlation_matrix(aggregate, Options(), "tau_b", "listwise")
    assert (listwise.n == 52).all()
    assert listwise.values[0, 1] == value(patterns(x[8:, :2].T), "tau_b")


def test_complete_keeps_strata_and_clusters_in_step():
    one = patterns([[1, np.nan, 3], [4, 5, 6]], [1, 1, 0.5], "probability", [1, 2, 3], [7, 8, 9])
    kept = complete(one)
    assert kept.sampling.cell.tolist() == [0, -1, 1]
    assert kept.sampling.df == 0
    assert kept.w.tolist() == [1, 0.5]


# ---------------------------------------------------------------- by hand, at the limits


def test_centred_columns_case_by_case():
    x = np.array([[1e9 + 1, 3, 5], [1e9 + 2, 3, 7], [1e9 + 4, 3, 5.5]])
    w = np.array([1.0, 2, 1])
    means, deviations = centred(x, w)
    np.testing.assert_array_equal(means, [1e9 + 9 / 4, 3, 24.5 / 4])
    np.testing.assert_allclose(deviations[:, 0], [-5 / 4, -1 / 4, 7 / 4], rtol=1e-12)
    np.testing.assert_array_equal(deviations[:, 1], 0)
    np.testing.assert_allclose(deviations[:, 2], [-1.125, 0.875, -0.625], rtol=1e-12)


@pytest.mark.parametrize("w", [0.4, 0.5, 0.6, 0.75, 0.8, 1.0])
def test_few_cases_of_a_frequency_weight(w):
    """r = 0.6 of four cases of weight w: p and error from W − 2, the interval from W − 3, where they are positive."""
    a = patterns([[1, 2, 3, 4], [2, 1, 4, 3]], [w] * 4, "frequency")
    total, r = 4 * w, 0.6
    assert value(a, "pearson_r") == pytest.approx(r, rel=1e-12)
    if total > 2:
        assert value(a, "pearson_r_se") == pytest.approx((0.64 / (total - 2)) ** 0.5, rel=1e-12)
        t = r * ((total - 2) / 0.64) ** 0.5
        assert value(a, "pearson_r_p") == pytest.approx(2 * float(stdtr(total - 2, -t)), rel=1e-12)
    else:
        for name in ("pearson_r_se", "pearson_r_p", "tau_b_p", "spearman_rho_p"):
            assert reason(a, name) == "too_few_cases"
    if total > 3:
        half = 1.959963984540054 / (total - 3) ** 0.5
        assert value(a, "pearson_r_low") == pytest.approx(np.tanh(np.arctanh(r) - half), rel=1e-10)
        assert value(a, "pearson_r_high") == pytest.approx(np.tanh(np.arctanh(r) + half), rel=1e-10)
    else:
        assert reason(a, "pearson_r_low") == reason(a, "pearson_r_high") == "too_few_cases"


def test_a_perfect_correlation_has_p_0_and_no_interval():
    for y in ([2, 4, 6, 8.0], [-1, -2, -3, -4]):
        a = patterns([[1, 2, 3, 4], y])
        p = found(a, "pearson_r_p")["pearson_r_p"]
        assert (p.value, p.method, p.warning) == (0, "t_of_r", "perfect_correlation")
        assert reason(a, "pearson_r_low") == "perfect_correlation"
        assert value(a, "pearson_r_se") == pytest.approx(0, abs=1e-7)
    near = patterns([[1, 2, 3, 4], [1, 2, 3, 4.001]])
    assert 0 < value(near, "pearson_r_p") < 1e-5
    assert value(near, "pearson_r_low") < value(near, "pearson_r") < value(near, "pearson_r_high") < 1


def test_tau_b_pair_by_pair():
    """Concordant less discordant over √ of the pairs untied on each; z with Kendall's variance under ties."""
    x, y = [1, 2, 2, 3, 5, 1, 4, 4], [2, 1, 2, 3, 3, 2, 5, 1]
    w = [1, 2, 1, 1, 3, 1, 1, 2]
    a = patterns([x, y], w, "frequency")
    cx, cy = np.repeat(x, w), np.repeat(y, w)
    i, j = np.triu_indices(len(cx), 1)
    dx, dy = np.sign(cx[i] - cx[j]), np.sign(cy[i] - cy[j])
    s = (dx * dy).sum()
    assert value(a, "tau_b") == pytest.approx(s / (np.abs(dx).sum() * np.abs(dy).sum()) ** 0.5, rel=1e-12)
    n = len(cx)
    t, u = (np.unique(c, return_counts=True)[1] for c in (cx, cy))
    v0, vt, vu = (n * (n - 1) * (2 * n + 5), (t * (t - 1) * (2 * t + 5)).sum(), (u * (u - 1) * (2 * u + 5)).sum())
    v1 = (t * (t - 1)).sum() * (u * (u - 1)).sum() / (2 * n * (n - 1))
    v2 = (t * (t - 1) * (t - 2)).sum() * (u * (u - 1) * (u - 2)).sum() / (9 * n * (n - 1) * (n - 2))
    z = s / ((v0 - vt - vu) / 18 + v1 + v2) ** 0.5
    assert value(a, "tau_b_p") == pytest.approx(2 * float(ndtr(-abs(z))), rel=1e-11)
    survey = patterns([cx, cy], [0.01] * n, "probability")
    assert value(survey, "tau_b") == pytest.approx(value(a, "tau_b"), rel=1e-12)
    assert value(survey, "spearman_rho") == pytest.approx(value(a, "spearman_rho"), rel=1e-12)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("coefficient", ["pearson_r", "spearman_rho", "tau_b"])
def test_a_matrix_is_its_pairs(missing, coefficient):
    n = np.nan
    a = patterns([[1, 2, 3, 4, 6, n], [2, 1, 4, 3, 5, 7], [3, n, 1, 2, 6, 4], [5] * 6], [1, 2, 1, 1, 1, 2], "frequency")
    m = correlation_matrix(a, Options(), coefficient, missing)
    rows = ~np.isnan(a.x).any(axis=1)
    for i in range(4):
        for j in range(4):
            keep = rows if missing == "listwise" else ~np.isnan(a.x[:, [i, j]]).any(axis=1)
            assert (m.n[i, j], m.base[i, j]) == (keep.sum(), a.w[keep].sum())
            if i == j:
                assert np.isnan(m.p[i, i])
                continue
            pair = patterns([a.x[keep, i], a.x[keep, j]], a.w[keep], "frequency")
            one, p = (found(pair, name)[name] for name in (coefficient, f"{coefficient}_p"))
            assert m.errors[i][j] == (one.error or p.error)
            np.testing.assert_equal(m.values[i, j], np.nan if one.value is None else one.value)
            np.testing.assert_equal(m.p[i, j], np.nan if p.value is None else p.value)


def test_centred_with_large_weights():
    """The mean of 1, 2 and 4 is 7/3, of any size of the weights."""
    for size in (1e-9, 1.0, 1e9):
        means, deviations = centred(np.array([[1.0], [2], [4]]), np.full(3, size))
        assert means[0] == pytest.approx(7 / 3, rel=1e-15)
        np.testing.assert_allclose(deviations[:, 0], [-4 / 3, -1 / 3, 5 / 3], rtol=1e-14)


def test_a_variable_with_itself_has_no_error():
    a = patterns([CASES["x"], CASES["y"]])
    assert correlation_matrix(a, Options()).errors == (("", ""), ("", ""))
