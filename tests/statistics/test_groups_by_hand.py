"""Groups of a sample with strata, clusters or replicate weights: from the definition of their variances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import fdtrc, stdtr, stdtrit

from pipeline.statistics.core import Distribution
from pipeline.statistics.design import Sampled, design, replicates
from pipeline.statistics.groups import (
    anova_of,
    group_variances,
    linearised_variances,
    mean_covariance,
    present,
    two_meant,
    wald_f,
)
from pipeline.statistics.moments import group_moments
from tests.statistics.numeric_aggregates import distribution, found, grouped, patterns, reason, value
from tests.statistics.test_design_by_hand import REPLICATE, H, K, N, W, Y, by_definition

G = np.array([0, 1, 0, 1, 0, 1, 1, 0])
THREE = np.array([0, 1, 0, 1, 0, 1, 2, 2])


def sampled(groups, sample, y=Y, count=None):
    """The grouped distribution of all cases with the sample behind it."""
    plain = grouped(y, groups, W, "probability", count)
    cell = np.searchsorted(plain.values, y) * plain.w.shape[1] + groups
    return replace(plain, sampling=Sampled(sample, cell, plain.w.size))


def scores_of_means(groups, y=Y, count=None):
    """Each case's w(y − mean)/Σw in the column of its group, and the means."""
    inside = np.eye(count or groups.max() + 1)[groups] * W[:, None]
    means = inside.T @ y / inside.sum(axis=0)
    return inside * (y[:, None] - means) / inside.sum(axis=0), means


@pytest.mark.parametrize("groups", [G, THREE])
@pytest.mark.parametrize("population", [None, N])
def test_means_of_groups_by_definition(groups, population):
    a = sampled(groups, design(W, H, K, population))
    scores, means = scores_of_means(groups)
    own = np.diagonal(by_definition(scores, H, K, population))
    results = found(a, "mean", "se", "mean_low", "mean_high", "n", "count", "effective_n")
    np.testing.assert_allclose(results["mean"].values, [means], rtol=1e-12)
    # The third group of three lies in one cluster, whose deviations add up to 0 but for rounding.
    np.testing.assert_allclose(results["se"].values, [np.sqrt(own)], rtol=1e-12, atol=1e-15)
    half = np.sqrt(own) * stdtrit(3, 0.975)
    np.testing.assert_allclose(results["mean_low"].values, [means - half], rtol=1e-11)
    np.testing.assert_allclose(results["mean_high"].values, [means + half], rtol=1e-11)
    assert results["se"].method == "design_based"
    # Tests ask what made the population: without its correction.
    covariance, df, error = mean_covariance(a, group_moments(a.values, a.n, a.w))
    np.testing.assert_allclose(covariance, by_definition(scores, H, K), rtol=1e-11, atol=1e-14)
    assert (df, error) == (3, "")


def test_two_means_and_ranks_by_definition():
    a = sampled(G, design(W, H, K, N))
    scores, means = scores_of_means(G)
    v = by_definition(scores, H, K)
    se = (v[0, 0] + v[1, 1] - 2 * v[0, 1]) ** 0.5
    t = (means[0] - means[1]) / se
    assert value(a, "design_t") == pytest.approx(t, rel=1e-11)
    assert value(a, "design_t_df") == 2
    assert value(a, "design_t_p") == pytest.approx(2 * stdtr(2, -abs(t)), rel=1e-10)
    assert value(a, "design_t_low") == pytest.approx(means[0] - means[1] - se * stdtrit(2, 0.975), rel=1e-10)
    assert value(a, "design_wald_f") == pytest.approx(t * t, rel=1e-10)
    assert (value(a, "design_wald_df1"), value(a, "design_wald_df2")) == (1, 2)
    assert value(a, "design_wald_p") == pytest.approx(fdtrc(1, 2, t * t), rel=1e-10)
    # Ranks: the weight below and half the weight tied, over all the weight.
    ranks = np.array([W[y > Y].sum() + W[y == Y].sum() / 2 for y in Y]) / W.sum()
    scores, means = scores_of_means(G, ranks)
    v = by_definition(scores, H, K)
    f = (means[0] - means[1]) ** 2 / (v[0, 0] + v[1, 1] - 2 * v[0, 1])
    assert value(a, "design_rank_f") == pytest.approx(f, rel=1e-10)


def test_wald_of_three_groups_by_definition():
    """d'V⁻¹d/2 of the two differences from the last group; 7 cases less… 3 clusters + 1 − 3 in the denominator."""
    a = sampled(THREE, design(W, H))
    scores, means = scores_of_means(THREE)
    c = np.array([[1.0, 0, -1], [0, 1, -1]])
    v = c @ by_definition(scores, H, np.arange(8)) @ c.T
    f = c @ means @ np.linalg.inv(v) @ (c @ means) / 2
    assert value(a, "design_wald_f") == pytest.approx(f, rel=1e-10)
    assert (value(a, "design_wald_df1"), value(a, "design_wald_df2")) == (2, 4)
    assert wald_f(means, by_definition(scores, H, np.arange(8)), 6.0) == pytest.approx((f, 2, 4), rel=1e-10)
    assert np.isnan(wald_f(means, np.zeros((3, 3)), 6.0)[0])
    assert np.isnan(wald_f(means, np.ones((3, 3)) + np.diag([1.0, 0, 0]), 6.0)[0])
    assert np.isnan(wald_f(means, np.full((3, 3), np.nan), 6.0)[0])
    assert np.isnan(wald_f(means, np.eye(3), 2.0)[0])
    assert wald_f(means, np.eye(3), 2.5)[0] > 0
    # The unit of measurement does not matter.
    assert wald_f(means * 1e-9, v_of(scores) * 1e-18, 6.0)[0] == pytest.approx(f, rel=1e-9)


def v_of(scores):
    return by_definition(scores, H, np.arange(8))


def test_replicates_of_group_means():
    a = sampled(G, replicates(W, REPLICATE, "jk1"))
    inside = np.eye(2)[G]
    theta = np.array([(inside * v[:, None]).T @ Y / (v @ inside) for v in REPLICATE.T])
    away = theta - theta.mean(axis=0)
    v = 4 / 5 * away.T @ away
    np.testing.assert_allclose(value(a, "se"), [np.sqrt(np.diagonal(v))], rtol=1e-11)
    means = (inside * W[:, None]).T @ Y / (W @ inside)
    t = (means[0] - means[1]) / (v[0, 0] + v[1, 1] - 2 * v[0, 1]) ** 0.5
    assert value(a, "design_t") == pytest.approx(t, rel=1e-10)


def test_an_empty_group_changes_nothing_for_the_others():
    a, wider = (sampled(groups, design(W, H, K), count=count) for groups, count in ((G, 2), (2 * G, 3)))
    for name in ("mean", "se", "mean_low", "effective_n"):
        full, holes = value(a, name), value(wider, name)
        np.testing.assert_allclose(holes[0, [0, 2]], full[0], rtol=1e-12)
        assert np.isnan(holes[0, 1])
    for name in ("design_t", "design_t_p", "design_wald_f", "design_rank_p"):
        assert value(wider, name) == pytest.approx(value(a, name), rel=1e-11)
    kept = present(wider)
    assert kept.sampling.cell.tolist() == a.sampling.cell.tolist()
    assert (two_meant(a), two_meant(wider), two_meant(grouped([1, 2, 3], [0, 1, 2]))) == (True, True, False)
    nobody = sampled(G, design(W, H, K))
    nobody = replace(nobody, n=nobody.n * 0, w=nobody.w * 0, w2=nobody.w2 * 0)
    assert np.isnan(found(nobody, "se")["se"].values).all()


def test_designs_without_a_variance():
    lonely = sampled(G, design(W, np.array([1, 1, 1, 1, 2, 2, 2, 9])))
    assert found(lonely, "se")["se"].error == "lonely_psu"
    for name in ("design_t", "design_wald_f", "design_rank_p"):
        assert reason(lonely, name) == "lonely_psu"
    two = sampled(G, design(W, cluster=np.array([1, 1, 1, 1, 2, 2, 2, 2])))
    assert reason(two, "design_t") == "no_degrees_of_freedom"
    assert reason(two, "design_wald_f") == "no_degrees_of_freedom"
    constant = sampled(G, design(W, H, K), np.full(8, 3.0))
    assert reason(constant, "design_t") == "zero_variance"
    assert reason(constant, "design_wald_f") == "zero_variance_in_a_group"


def test_one_stage_groups_by_hand():
    """Domains of one sample: n/(n − 1) Σ w²(x − mean)²/W² with n all its cases, or those of ``sample_n``."""
    a = grouped(Y, G, W, "probability")
    scores, _ = scores_of_means(G)
    own = (scores**2).sum(axis=0)
    m = group_moments(a.values, a.n, a.w)
    np.testing.assert_allclose(linearised_variances(a, m), own * 8 / 7, rtol=1e-12)
    wide = replace(a, sample_n=20)
    np.testing.assert_allclose(linearised_variances(wide, m), own * 20 / 19, rtol=1e-12)
    np.testing.assert_allclose(value(wide, "se"), [np.sqrt(own * 20 / 19)], rtol=1e-12)
    t = value(a, "mean_difference") / (own.sum() * 8 / 7) ** 0.5
    assert value(a, "design_t") == pytest.approx(t, rel=1e-11)
    assert value(a, "design_t_df") == 6
    # One case in a group has a mean and no error of it.
    one = grouped([1, 2, 4], [0, 0, 1], [1, 2, 3], "probability")
    assert np.isnan(value(one, "se")).tolist() == [[False, True]]
    assert found(one, "se")["se"].error == "fewer_than_two_cases"
    assert np.isnan(value(one, "sd")).tolist() == [[False, True]]


def test_variances_of_groups_by_hand():
    """Weights of ¾ and of ½ for two cases: 2·¾ − 1 = ½ is left to divide by, and nothing."""
    a = grouped([1, 3, 1, 3], [0, 0, 1, 1], [0.75, 0.75, 0.5, 0.5], "frequency")
    m = group_moments(a.values, a.n, a.w)
    np.testing.assert_allclose(group_variances(m, "frequency"), [3, np.nan])
    np.testing.assert_allclose(value(a, "se"), [[2**0.5, np.nan]])
    half = 2**0.5 * stdtrit(0.5, 0.975)
    np.testing.assert_allclose(value(a, "mean_high"), [[2 + half, np.nan]], rtol=1e-12)
    np.testing.assert_array_equal(value(a, "effective_n"), [[1.5, 1]])
    survey = grouped([1, 3, 1, 3], [0, 0, 1, 1], [0.1, 0.1, 0.2, 0.6], "probability")
    np.testing.assert_allclose(value(survey, "variance"), [[2, 2 * 0.75]], rtol=1e-12)
    np.testing.assert_allclose(value(survey, "effective_n"), [[2, 0.64 / 0.4]], rtol=1e-12)
    np.testing.assert_allclose(value(survey, "sum"), [[0.4, 2]], rtol=1e-12)


# ---------------------------------------------------------------- one variable


def of_sample(sample):
    plain = distribution(Y, W, "probability")
    return replace(plain, sampling=Sampled(sample, np.searchsorted(plain.values, Y), plain.values.size))


@pytest.mark.parametrize("population", [None, N])
def test_the_mean_of_one_variable_by_definition(population):
    a = of_sample(design(W, H, K, population))
    centre = W @ Y / W.sum()
    se = by_definition((W * (Y - centre) / W.sum())[:, None], H, K, population)[0, 0] ** 0.5
    assert value(a, "se") == pytest.approx(se, rel=1e-12)
    assert value(a, "mean_low") == pytest.approx(centre - se * stdtrit(3, 0.975), rel=1e-11)
    assert found(a, "mean_high")["mean_high"].method == "design_based_interval confidence=95"
    for name in ("skewness_se", "kurtosis_se"):
        assert reason(a, name) == "weights_need_design_based"


def test_one_variable_of_replicates_and_of_domains():
    a = of_sample(replicates(W, REPLICATE, "bootstrap"))
    theta = REPLICATE.T @ Y / REPLICATE.sum(axis=0)
    assert value(a, "se") == pytest.approx(theta.std(ddof=1), rel=1e-11)
    lonely = of_sample(design(W, np.array([1, 1, 1, 1, 2, 2, 2, 9])))
    assert reason(lonely, "se") == reason(lonely, "mean_low") == "lonely_psu"
    plain = distribution(Y, W, "probability")
    wide = Distribution(plain.values, plain.n, plain.w, plain.w2, "probability", None, 20)
    assert value(wide, "se") == pytest.approx(value(plain, "se") * (20 / 19 * 7 / 8) ** 0.5, rel=1e-12)


# ---------------------------------------------------------------- two variables

X = np.array([1.0, 2, 2, 4, 3, 7, 1, 5])


def of_pairs(sample=None, weighting="probability", **more):
    plain = patterns([X, Y], W, weighting)
    return replace(plain, sampling=None if sample is None else Sampled(sample, np.arange(8), 8), **more)


def r_and_influence(w):
    """r and its derivative by the weight of each case: (z_x z_y − r(z_x² + z_y²)/2)/Σw."""
    zx, zy = ((v - w @ v / w.sum()) / (w @ (v - w @ v / w.sum()) ** 2 / w.sum()) ** 0.5 for v in (X, Y))
    r = w @ (zx * zy) / w.sum()
    return r, (zx * zy - r * (zx**2 + zy**2) / 2) / w.sum()


@pytest.mark.parametrize("weighting", ["probability", "none"])
def test_correlation_of_a_sample_by_definition(weighting):
    r, influence = r_and_influence(W)
    for sample, v, df in (
        (design(W, H, K), by_definition((W * influence)[:, None], H, K)[0, 0], 3),
        (design(W, H), by_definition((W * influence)[:, None], H, np.arange(8))[0, 0], 6),
        (replicates(W, REPLICATE, "jk1"), 4 / 5 * 5 * np.var([r_and_influence(v)[0] for v in REPLICATE.T]), 4),
    ):
        a = of_pairs(sample, weighting)
        assert value(a, "pearson_r") == pytest.approx(r, rel=1e-12)
        assert value(a, "pearson_r_se") == pytest.approx(v**0.5, rel=1e-9)
        assert value(a, "pearson_r_p") == pytest.approx(2 * stdtr(df, -abs(r) / v**0.5), rel=1e-8)
        half = stdtrit(df, 0.975) * v**0.5 / (1 - r * r)
        assert value(a, "pearson_r_low") == pytest.approx(np.tanh(np.arctanh(r) - half), rel=1e-8)
        assert reason(a, "spearman_rho_p") == reason(a, "tau_b_p") == "weights_need_design_based"


def test_one_stage_of_patterns():
    r, influence = r_and_influence(W)
    own = (W * influence) ** 2
    for more, v in (
        ({}, 8 / 7 * own.sum()),
        ({"sample_n": 20}, 20 / 19 * own.sum()),
    ):
        assert value(of_pairs(**more), "pearson_r_se") == pytest.approx(v**0.5, rel=1e-10), more
    lonely = of_pairs(design(W, np.array([1, 1, 1, 1, 2, 2, 2, 9])))
    assert reason(lonely, "pearson_r_se") == reason(lonely, "pearson_r_low") == "lonely_psu"
    assert value(lonely, "pearson_r") == pytest.approx(r, rel=1e-12)


def test_paired_difference_of_a_sample():
    d = X - Y
    centre = W @ d / W.sum()
    v = by_definition((W * (d - centre) / W.sum())[:, None], H, K)[0, 0]
    a = of_pairs(design(W, H, K, N))
    assert value(a, "paired_se") == pytest.approx(v**0.5, rel=1e-11)
    assert (value(a, "paired_t"), value(a, "paired_t_df")) == (pytest.approx(centre / v**0.5, rel=1e-11), 3)
    theta = REPLICATE.T @ d / REPLICATE.sum(axis=0)
    replicated = of_pairs(replicates(W, REPLICATE, "bootstrap"))
    assert value(replicated, "paired_se") == pytest.approx(theta.std(ddof=1), rel=1e-11)


def test_who_compares_two_groups():
    """Two with cases, or two declared of which one has none; three declared are several, whoever answered."""
    assert two_meant(grouped([1, 2], [0, 2], count=3))
    assert two_meant(grouped([1, 2], [0, 0], count=2))
    assert not two_meant(grouped([1, 2], [0, 0], count=3))
    assert not two_meant(grouped([1, 2, 3], [0, 1, 2]))


def test_only_differences_of_means_count():
    """Two and three cases one apart: between 2·(3/5)² + 3·(2/5)² = 6/5, of any size of the means."""
    for far in (0.0, 1e14):
        one = anova_of(np.array([2.0, 3]), np.array([far, far + 1]), np.array([1.0, 1]))
        assert one.between == pytest.approx(6 / 5, rel=1e-12)
        assert (one.within, one.df1, one.df2) == (2, 1, 3)
        assert one.f == pytest.approx(6 / 5 / (2 / 3), rel=1e-12)


@pytest.mark.parametrize(("weighting", "method"), [("probability", "weighted"), ("none", "")])
def test_a_coefficient_of_a_sample_says_whether_it_is_weighted(weighting, method):
    assert found(of_pairs(design(W, H, K), weighting), "pearson_r")["pearson_r"].method == method
