"""Variances of designs from their definitions, case by case, and what designs, replicates and raking refuse."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from pipeline.statistics.design import (
    Margin,
    Replicates,
    Sampled,
    UnusableDesign,
    cell_shares,
    cell_totals,
    design,
    design_effect,
    kish_effective_n,
    mean,
    rake,
    ratio,
    replicates,
    simple_random_variance,
    total,
    trim,
    uncorrected,
)
from tests.statistics.jackknife import jackknife

W = np.array([1.0, 2, 1.5, 1, 3, 2, 0.5, 1])
H = np.array([5, 5, 5, 7, 7, 7, 7, 7])
K = np.array([1, 1, 2, 1, 2, 2, 3, 3])
N = np.array([4.0, 4, 4, 9, 9, 9, 9, 9])
Y = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
CELL = np.array([0, 1, 2, 0, 1, 2, -1, 0])
RANDOM = np.random.default_rng(4)
REPLICATE = W[:, None] * RANDOM.uniform(0, 2, (8, 5))


def by_definition(scores, h, clusters, population=None):
    """Σ_h (1 − n_h/N_h) n_h/(n_h − 1) Σ (t − t̄_h)(t − t̄_h)' over the totals of the clusters, one after another."""
    k = scores.shape[1]
    covariance = np.zeros((k, k))
    for stratum in set(h.tolist()):
        mine = h == stratum
        totals = [scores[mine & (clusters == c)].sum(axis=0) for c in sorted(set(clusters[mine].tolist()))]
        n = len(totals)
        left = 1 - n / population[mine][0] if population is not None else 1
        for t in totals:
            away = t - np.mean(totals, axis=0)
            covariance += left * n / (n - 1) * np.outer(away, away)
    return covariance


DESIGNS = {
    "clusters": (design(W, H, K), H, K, None),
    "corrected": (design(W, H, K, N), H, K, N),
    "single": (design(W, H), H, np.arange(8), None),
    "single corrected": (design(W, H, population=N), H, np.arange(8), N),
    "one stratum": (design(W, cluster=H * 10 + K), 0 * H, H * 10 + K, None),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_totals_means_and_cells_by_definition(name):
    sample, h, k, population = DESIGNS[name]
    y = np.column_stack([Y, Y**2])
    np.testing.assert_allclose(total(y, sample).covariance, by_definition(W[:, None] * y, h, k, population), rtol=1e-12)
    found = mean(y, sample)
    np.testing.assert_allclose(found.values, W @ y / W.sum(), rtol=1e-14)
    scores = W[:, None] * (y - found.values) / W.sum()
    np.testing.assert_allclose(found.covariance, by_definition(scores, h, k, population), rtol=1e-12)
    inside = np.eye(4)[CELL][:, :3] * W[:, None]
    cells = cell_totals(CELL, 3, sample)
    np.testing.assert_allclose(cells.values, inside.sum(axis=0), rtol=1e-14)
    np.testing.assert_allclose(cells.covariance, by_definition(inside, h, k, population), rtol=1e-11, atol=1e-13)
    assert (cells.error, cells.df) == ("", len(set(zip(h, k, strict=True))) - len(set(h)))
    # What association is asked of knows no finite population.
    shares = cell_shares(CELL, 3, sample)
    np.testing.assert_allclose(shares.covariance, by_definition(inside, h, k), rtol=1e-11, atol=1e-13)
    of = Sampled(sample, CELL, 3)
    assert not of.replicated
    gradient = np.array([[1.0, 0], [2, 1], [-1, 3]])
    cases = np.where((CELL >= 0)[:, None], gradient[CELL], 0) * W[:, None]
    for corrected in (False, True):
        covariance, error = of.covariance(gradient, lambda w: w, corrected)
        want = by_definition(cases, h, k, population if corrected else None)
        np.testing.assert_allclose(covariance, want, rtol=1e-12)
        assert error == ""


def test_degrees_of_freedom_are_those_of_the_cases_in_a_cell():
    """Clusters less strata among the cases that are in a cell and weigh something."""
    clusters, single = DESIGNS["clusters"][0], DESIGNS["single"][0]
    assert (clusters.df, single.df) == (3, 6)
    assert (Sampled(clusters, CELL, 3).df, Sampled(single, CELL, 3).df) == (3, 5)
    few = np.array([0, -1, -1, 1, 1, 1, -1, -1])
    assert (Sampled(clusters, few, 2).df, Sampled(single, few, 2).df) == (1, 2)
    light = replace(single, weights=np.array([1.0, 1, 1, 0, 0, 0, 0, 0]))
    assert Sampled(light, np.zeros(8, dtype=int), 1).df == 2
    made = replicates(W, REPLICATE, "bootstrap")
    assert made.df == np.linalg.matrix_rank(REPLICATE) - 1 == 4
    assert Sampled(made, few, 2).df == np.linalg.matrix_rank(REPLICATE[few >= 0]) - 1 == 3
    assert Sampled(made, np.zeros(8, dtype=int), 1).df == 4
    told = replicates(W, REPLICATE, "bootstrap", df=17.0)
    assert (told.df, told.known_df, Sampled(told, few, 2).df, made.known_df) == (17, True, 17, False)
    assert cell_shares(few, 2, made).df == 3
    assert cell_shares(few, 2, clusters).df == 1


@pytest.mark.parametrize(
    ("kind", "more", "factor"),
    [
        ("brr", {}, Fraction(1, 5)),
        ("fay", {"fay": 0.25}, Fraction(16, 45)),
        ("jk1", {}, Fraction(4, 5)),
        ("bootstrap", {}, Fraction(1, 4)),
        ("bootstrap", {"scale": 0.125}, Fraction(1, 8)),
        ("jkn", {"factors": np.array([0.5, 0.5, 0, 0.25, 0.75])}, None),
    ],
)
@pytest.mark.parametrize("about", [False, True])
def test_replicates_by_definition(kind, more, factor, about):
    """scale · Σ factor (θ_r − centre)²; the centre leaves replicates with a factor of 0 out, or is the estimate."""
    made = replicates(W, REPLICATE, kind, about_estimate=about, **more)
    factors = more.get("factors", np.ones(5)) * float(factor or 1)
    estimates = np.array([[(v @ Y), (v @ Y) / v.sum()] for v in REPLICATE.T])
    full = np.array([W @ Y, W @ Y / W.sum()])
    away = estimates - (full if about else estimates[factors > 0].mean(axis=0))
    want = (away * factors[:, None]).T @ away
    np.testing.assert_allclose(total(Y, made).covariance, [[want[0, 0]]], rtol=1e-12)
    np.testing.assert_allclose(mean(Y, made).covariance, [[want[1, 1]]], rtol=1e-12)
    assert (total(Y, made).values[0], mean(Y, made).values[0]) == pytest.approx(tuple(full), rel=1e-14)
    of = Sampled(made, np.arange(8), 8)
    assert of.replicated
    covariance, error = of.covariance(np.zeros((8, 2)), lambda v: np.array([v @ Y, v @ Y / v.sum()]))
    np.testing.assert_allclose(covariance, want, rtol=1e-11)
    assert error == ""
    assert of.covariance(np.zeros((8, 1)), lambda v: np.array([math.nan]))[1] == "replicate_not_computable"


def test_cells_of_replicates():
    """Totals as they are; of shares each replicate's are brought to the sum of the full ones."""
    made = replicates(W, REPLICATE, "jk1")
    inside = np.eye(4)[CELL][:, :3]
    theta = REPLICATE.T @ inside
    for function, totals in (
        (cell_totals, theta),
        (cell_shares, theta / theta.sum(axis=1, keepdims=True) * (W @ inside).sum()),
    ):
        away = totals - totals.mean(axis=0)
        found = function(CELL, 3, made)
        np.testing.assert_allclose(found.values, W @ inside, rtol=1e-14)
        np.testing.assert_allclose(found.covariance, 4 / 5 * away.T @ away, rtol=1e-11)
    nobody = replicates(W, np.column_stack([REPLICATE[:, 0], 0 * W]), "jk1")
    assert np.isfinite(cell_shares(CELL, 3, nobody).covariance).all()
    one = replicates(W, REPLICATE[:, :1], "jk1")
    assert total(Y, one).error == "too_few_replicates"
    assert np.isnan(total(Y, one).covariance).all()
    assert total(Y, replicates(W, REPLICATE[:, :2], "jk1")).error == ""


def test_kept_cells_are_renumbered():
    kept = Sampled(design(W), CELL, 3).kept(np.array([True, False, True]))
    assert kept.size == 2
    assert kept.cell.tolist() == [0, -1, 1, 0, -1, 1, -1, 0]


def test_the_jackknife_leaves_out_one_cluster_after_another():
    made = jackknife(design(W, H, K, N))
    assert isinstance(made, Replicates)
    assert made.replicate.shape == (8, 5)
    # Of the first stratum (two clusters of four): without cluster 1 the other counts twice; (1 − 2/4)·1/2.
    assert made.replicate[:, 0].tolist() == [0, 0, 3, 1, 3, 2, 0.5, 1]
    assert made.replicate[:, 3].tolist() == pytest.approx([1, 2, 1.5, 1.5, 0, 0, 0.75, 1.5])
    assert made.factors.tolist() == pytest.approx([1 / 4, 1 / 4, 4 / 9, 4 / 9, 4 / 9])
    assert (made.scale, made.df, made.known_df, made.about_estimate) == (1, 3, True, False)
    single = jackknife(design(W))
    assert single.replicate[:, 2].tolist() == pytest.approx([0 if i == 2 else w * 8 / 7 for i, w in enumerate(W)])
    # A stratum in the sample whole makes no replicate, nor does one that is taken as certain.
    whole = jackknife(design(W, H, K, np.where(H == 5, 2.0, 9.0)))
    assert whole.replicate.shape == (8, 3)
    lonely = np.array([1, 1, 1, 2, 2, 2, 2, 3])
    assert jackknife(design(W, lonely, lonely="certainty")).replicate.shape == (8, 7)
    with pytest.raises(ValueError, match="a stratum has one cluster"):
        jackknife(design(W, lonely))


def test_lonely_clusters():
    """A stratum of one case: refused, left out, averaged, or taken about the mean of all (R: survey.lonely.psu)."""
    h = np.array([1, 1, 1, 1, 2, 2, 2, 9])
    scores = (W * Y)[:, None]
    others = by_definition(scores[:7], h[:7], np.arange(7))
    found = {how: total(Y, design(W, h, lonely=how)) for how in ("fail", "certainty", "average", "adjust")}
    assert (found["fail"].error, np.isnan(found["fail"].covariance).all()) == ("lonely_psu", True)
    np.testing.assert_allclose(found["certainty"].covariance, others, rtol=1e-12)
    np.testing.assert_allclose(found["average"].covariance, others * 3 / 2, rtol=1e-12)
    about = (scores[7] - scores.mean()) ** 2
    np.testing.assert_allclose(found["adjust"].covariance, others + about, rtol=1e-12)
    for how in ("fail", "certainty", "average", "adjust"):
        cells = cell_totals(np.zeros(8, dtype=int), 1, design(W, h, lonely=how))
        assert cells.error == ("lonely_psu" if how == "fail" else "")
    assert total(Y[:1], design(W[:1])).error == "one_psu"
    assert total(Y[:2], design(W[:2], H[:2], np.array([1, 1]))).error == "one_psu"
    assert total(Y[:2], design(W[:2], np.array([1, 2]), lonely="average")).error == "lonely_psu"


def test_domains_and_bases():
    sample = DESIGNS["clusters"][0]
    domain = np.array([1, 0, 1, 1, 0, 1, 1, 0])
    inside = domain == 1
    found = ratio(Y, Y + 1, sample, domain)
    r = (W[inside] @ Y[inside]) / (W[inside] @ (Y[inside] + 1))
    assert found.values[0] == pytest.approx(r, rel=1e-14)
    scores = (W * domain * (Y - r * (Y + 1)) / (W[inside] @ (Y[inside] + 1)))[:, None]
    np.testing.assert_allclose(found.covariance, by_definition(scores, H, K), rtol=1e-12)
    nobody = mean(np.column_stack([Y, Y]), sample, 0 * domain)
    assert (nobody.error, nobody.values.shape, nobody.covariance.shape) == ("no_cases", (2,), (2, 2))
    assert np.isnan([*nobody.values, *nobody.covariance.ravel()]).all()
    with pytest.raises(ValueError, match="one row per case"):
        total(Y[:7], sample)


def test_precision_by_hand():
    """Weights 1, 1, 2 of 1, 2, 4: s² = 3/2·27/16; a sample of 3 of a population of 4: 1 − 3/4 is left."""
    w, y = np.array([1.0, 1, 2, 0]), np.array([1.0, 2, 4, 100])
    plain = 27 / 16 * 3 / 2 / 3
    assert simple_random_variance(y, w) == pytest.approx([plain], rel=1e-12)
    assert simple_random_variance(y, w, without_replacement=True) == pytest.approx([plain / 4], rel=1e-12)
    assert simple_random_variance(y, w / 4 * 3, without_replacement=True) == pytest.approx([0])
    assert np.isnan(simple_random_variance(y, w / 2, without_replacement=True)).all()
    assert np.isnan(simple_random_variance(y, np.array([1.0, 0, 0, 0]))).all()
    assert simple_random_variance(y[:2], np.array([1.0, 1])) == pytest.approx([0.25])
    sample = design(w[:3])
    variance = float(mean(y[:3], sample).covariance[0, 0])
    assert design_effect(y[:3], sample) == pytest.approx([variance / plain], rel=1e-12)
    assert design_effect(y[:3], sample, without_replacement=True) == pytest.approx([variance / plain * 4], rel=1e-12)
    assert kish_effective_n(w) == pytest.approx(16 / 6)
    assert kish_effective_n(w / 100) == pytest.approx(16 / 6)
    assert math.isnan(kish_effective_n(0 * w))


def test_uncorrected():
    sample = design(W, H, K, N)
    assert sample.unsampled.tolist() == pytest.approx([0.5, 2 / 3])
    assert uncorrected(sample).unsampled.tolist() == [1, 1]


def test_what_is_no_design():
    for bad in ([1.0, -1], [1.0, math.nan], [1.0, math.inf]):
        with pytest.raises(UnusableDesign, match="finite and not negative"):
            design(np.array(bad))
        with pytest.raises(UnusableDesign, match="finite and not negative"):
            replicates(np.ones(2), np.array([bad, [1.0, 1]]), "jk1")
    assert design(np.array([0.0, 1])).weights.tolist() == [0, 1]
    assert replicates(np.ones(2), np.array([[0.0, 1], [1, 2]]), "jk1").df == 1
    with pytest.raises(ValueError, match="one entry per case"):
        design(W, H[:7])
    with pytest.raises(ValueError, match="before calibration"):
        design(W, margins=(H,))
    with pytest.raises(UnusableDesign, match="one number within a stratum"):
        design(W, H, population=np.arange(8) + 10.0)
    with pytest.raises(UnusableDesign, match="more clusters in the sample"):
        design(W, H, population=np.where(H == 5, 3.0, 4.0))
    assert design(W, H, population=np.where(H == 5, 3.0, 5.0)).unsampled.tolist() == [0, 0]
    with pytest.raises(ValueError, match="no kind of replicate weights 'jk2'"):
        replicates(W, REPLICATE, "jk2")
    with pytest.raises(ValueError, match="need their factors"):
        replicates(W, REPLICATE, "jkn")
    with pytest.raises(ValueError, match="one factor per replicate"):
        replicates(W, REPLICATE, "jk1", factors=np.ones(4))
    with pytest.raises(ValueError, match="one row per case"):
        replicates(W, REPLICATE[:7], "jk1")
    for kind, more in (("fay", {"fay": 1.0}), ("jk1", {"scale": math.inf})):
        with pytest.raises(ValueError, match="no finite scale"):
            replicates(W, REPLICATE, kind, **more)
    with pytest.raises(ValueError, match="no finite scale"):
        replicates(W, REPLICATE[:, :1], "bootstrap")


# ---------------------------------------------------------------- raking


def test_raking_by_hand():
    """A 2×2 table of weights 1, 2, 3, 4 to margins 5, 5 and 5, 5: the odds ratio 2/3 stays, p/(5 − p) = √(2/3)."""
    codes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    margins = [Margin(one, np.array([5.0, 5.0])) for one in codes]
    found = rake(np.array([1.0, 2, 3, 4]), margins)
    root = (2 / 3) ** 0.5
    p = 5 * root / (1 + root)
    assert found.converged
    assert found.reason == ""
    assert found.max_deviation <= 1e-10
    np.testing.assert_allclose(found.weights, [p, 5 - p, 5 - p, p], rtol=1e-9)
    once = rake(np.array([1.0, 2, 3, 4]), margins, max_iterations=1)
    assert (once.converged, once.reason, once.iterations) == (False, "iteration_limit", 1)
    assert once.max_deviation == pytest.approx(np.abs(
        [once.weights[:2].sum() / 5 - 1, once.weights[2:].sum() / 5 - 1]).max(), rel=1e-9)  # fmt: skip
    simple = rake(np.array([1.0, 2, 3, 4]), margins[:1], tolerance=1e-9, max_iterations=1)
    np.testing.assert_allclose(simple.weights, [5 / 3, 10 / 3, 15 / 7, 20 / 7], rtol=1e-14)
    assert (simple.converged, simple.iterations) == (True, 1)


@pytest.mark.parametrize(
    ("weights", "codes", "targets", "reason"),
    [
        ([1, 0, 1], [0, 1, 1], [5, 5], "weights_not_positive"),
        ([1, math.inf, 1], [0, 1, 1], [5, 5], "weights_not_positive"),
        ([1, 1, 1], [0, 1, 2], [5, 5], "code_outside_margin margin=0"),
        ([1, 1, 1], [0, 1, -1], [5, 5], "code_outside_margin margin=0"),
        ([1, 1, 1], [0, 1, 1], [5, 0], "margin_target_not_positive margin=0 category=1"),
        ([1, 1, 1], [0, 1, 1], [5, 5, 2], "margin_without_cases margin=0 category=2"),
    ],
)
def test_margins_that_cannot_be_met(weights, codes, targets, reason):
    found = rake(np.array(weights, dtype=float), [Margin(np.array(codes), np.array(targets, dtype=float))])
    assert (found.reason, found.iterations, found.converged) == (reason, 0, False)
    assert math.isnan(found.max_deviation)
    assert found.weights.tolist() == weights


def test_margins_of_different_totals():
    codes = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    for off, reason in ((5e-9, ""), (2e-8, "margin_totals_differ")):
        margins = [Margin(codes[0], np.array([5.0, 5.0])), Margin(codes[1], np.array([5.0, 5.0 + off]))]
        assert rake(np.ones(4), margins, tolerance=1e-7).reason == reason
    contradict = [Margin(np.array([0, 0, 1]), np.array([4.0, 6])), Margin(np.array([0, 0, 1]), np.array([5.0, 5]))]
    found = rake(np.ones(3), contradict)
    assert (found.reason, found.converged) == ("margins_contradict", False)
    assert found.iterations == 11
    with pytest.raises(ValueError, match="needs a margin"):
        rake(np.ones(3), [])
    with pytest.raises(ValueError, match="at least one pass"):
        rake(np.ones(3), contradict, max_iterations=0)


def test_trimming_by_hand():
    """1, 1, 2, 8 cut at 4: the 4 too many go to the others, a third each of 4; the sum stays."""
    np.testing.assert_allclose(trim(np.array([1.0, 1, 2, 8]), 0.5, 4), [7 / 3, 7 / 3, 10 / 3, 4], rtol=1e-14)
    np.testing.assert_allclose(trim(np.array([0.5, 3, 3.5]), 1, 4), [1, 2.75, 3.25], rtol=1e-14)
    assert trim(np.array([1.0, 4]), 1, 4).tolist() == [1, 4]
    assert trim(np.array([9.0, 8]), 1, 4).tolist() == [4, 4]
    given = np.array([1.0, 5])
    assert (trim(given, 1, 4).tolist(), given.tolist()) == ([2, 4], [1, 5])
    assert trim(np.array([0.0, 5]), 1, 4).tolist() == [1, 4]


@pytest.mark.parametrize(
    ("weights", "trimmed"),
    [
        # R 4.2.2, survey 4.1: d <- svydesign(~1, weights = x, data = data.frame(a = x))
        # print(weights(trimWeights(d, upper = 4, lower = 1, strict = TRUE)), digits = 15)
        ([1, 3.5, 6.5], [3, 4, 4]),
        ([0.5, 3, 3.5, 3.9], [1, 2.83333333333333, 3.33333333333333, 3.73333333333333]),
        ([0.2, 0.5, 1, 3.7, 9, 4], [1.72222222222222, 1.72222222222222, 2.95555555555555, 4, 4, 4]),
    ],
)
def test_trimming_again_what_sharing_out_brought_outside(weights, trimmed):
    found = trim(np.array(weights, dtype=float), 1, 4)
    np.testing.assert_allclose(found, trimmed, rtol=1e-13)
    assert found.sum() == pytest.approx(sum(weights), rel=1e-14)


def test_weights_within_limits():
    codes = np.array([0, 0, 0, 1, 1, 1])
    found = rake(np.array([1.0, 1, 10, 1, 1, 1]), [Margin(codes, np.array([3.0, 3]))], limits=(0.3, 1.5))
    assert found.converged
    assert found.weights.max() <= 1.5 * found.weights.mean() * (1 + 1e-9)
    assert found.weights.min() >= 0.3 * found.weights.mean() * (1 - 1e-9)
    tight = rake(np.ones(6), [Margin(codes, np.array([5.0, 1]))], limits=(0.9, 1.1))
    assert (tight.converged, tight.reason) == (False, "limits_too_tight")
