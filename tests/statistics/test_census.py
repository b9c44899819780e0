"""Census arithmetic against worked values, R's hypergeometric distribution and exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from pipeline.statistics.census import (
    exact_share_interval,
    exact_total_interval,
    worst_case_bounds,
    worst_case_mean_bounds,
)


@pytest.mark.parametrize(
    ("k", "n", "exact", "worst"),
    [
        # worked values for N = 98
        (22, 83, (23, 30), (22.4, 37.8)),
        (0, 83, (0, 1), (0.0, 15.3)),
        (40, 80, (44, 54), (40.8, 59.2)),
        (26, 98, (26, 26), (26.5, 26.5)),
    ],
)
def test_worked_values(k, n, exact, worst):
    assert exact_total_interval(k, n, 98) == exact
    assert tuple(round(100 * share, 1) for share in worst_case_bounds(k, n, 98)) == worst


def test_shares_of_the_interval():
    assert [round(100 * share, 1) for share in exact_share_interval(22, 83, 98)] == [23.5, 30.6]


@pytest.mark.parametrize(
    ("k", "n", "N", "confidence", "low", "high"),
    [
        # R 4.2.2: K <- k:(k+N-n); a <- (1-confidence)/2
        # range(K[phyper(k, K, N-K, n) > a & phyper(k-1, K, N-K, n, lower.tail = FALSE) > a])
        (5, 40, 98, 0.95, 6, 23),
        (5, 40, 98, 0.99, 5, 26),
        (5, 40, 98, 0.80, 8, 19),
        (17, 30, 60, 0.95, 26, 41),
        (1, 2, 98, 0.95, 2, 96),
        (300, 900, 1500, 0.95, 471, 530),
        (10, 10, 98, 0.95, 70, 98),
    ],
)
def test_value_of_r(k, n, N, confidence, low, high):
    assert exact_total_interval(k, n, N, confidence) == (low, high)


def interval_by_definition(k, n, N, tail):
    """All K whose two hypergeometric tails exceed ``tail``, in fractions."""
    total = math.comb(N, n)
    kept = []
    for K in range(N + 1):
        mass = [Fraction(math.comb(K, x) * math.comb(N - K, n - x), total) for x in range(n + 1)]
        if sum(mass[: k + 1]) > tail and sum(mass[k:]) > tail:
            kept.append(K)
    assert kept == list(range(kept[0], kept[-1] + 1))
    return kept[0], kept[-1]


@pytest.mark.parametrize("N", [1, 2, 5, 12])
def test_every_interval_of_small_populations(N):
    for n in range(N + 1):
        for k in range(n + 1):
            assert exact_total_interval(k, n, N) == interval_by_definition(k, n, N, Fraction(1, 40))


def test_a_sample_of_intervals_for_98():
    random = np.random.default_rng(98)
    for _ in range(25):
        n = int(random.integers(0, 99))
        k = int(random.integers(0, n + 1))
        assert exact_total_interval(k, n, 98) == interval_by_definition(k, n, 98, Fraction(1, 40)), (k, n)


@pytest.mark.exhaustive
def test_every_interval_for_98():
    # The tails of all K at once, by whole numbers, then every k and n against them.
    for n in range(99):
        total = math.comb(98, n)
        upto = [[0] for _ in range(99)]
        for K in range(99):
            for x in range(n + 1):
                upto[K].append(upto[K][-1] + math.comb(K, x) * math.comb(98 - K, n - x))
        for k in range(n + 1):
            kept = [K for K in range(99) if 40 * upto[K][k + 1] > total and 40 * (total - upto[K][k]) > total]
            assert exact_total_interval(k, n, 98) == (kept[0], kept[-1])


@pytest.mark.exhaustive
def test_the_interval_covers_the_truth_as_often_as_it_says():
    for n in (20, 50, 83, 97):
        for K in range(99):
            covered = sum(
                math.comb(K, x) * math.comb(98 - K, n - x)
                for x in range(max(0, n - 98 + K), min(K, n) + 1)
                if exact_total_interval(x, n, 98)[0] <= K <= exact_total_interval(x, n, 98)[1]
            )
            assert covered * 20 >= 19 * math.comb(98, n)


def test_limits_mirror():
    for k, n in ((22, 83), (3, 50), (0, 10)):
        low, high = exact_total_interval(k, n, 98)
        assert exact_total_interval(n - k, n, 98) == (98 - high, 98 - low)


def test_nobody_answered():
    assert exact_total_interval(0, 0, 98) == (0, 98)
    assert worst_case_bounds(0, 0, 98) == (0, 1)


def test_worst_case_of_a_mean():
    # 80 offices with a mean of 3.5 on a scale 1–5, 18 silent: (280 + 18)/98 and (280 + 90)/98
    low, high = worst_case_mean_bounds(280, 80, 98, 1, 5)
    assert low == pytest.approx(298 / 98, rel=1e-15)
    assert high == pytest.approx(370 / 98, rel=1e-15)
    assert worst_case_mean_bounds(343, 98, 98, 1, 5) == (3.5, 3.5)
    # 0.1 + 0.2 three times over is still on a scale that ends at 0.3
    assert worst_case_mean_bounds((0.1 + 0.2) * 3, 3, 4, 0, 0.3)[0] == pytest.approx(0.225)


def test_a_share_is_the_mean_of_zeros_and_ones():
    assert worst_case_mean_bounds(22, 83, 98, 0, 1) == worst_case_bounds(22, 83, 98)


@pytest.mark.parametrize("bad", [(-1, 5, 9), (6, 5, 9), (5, 10, 9), (0, 0, 0)])
def test_impossible_counts(bad):
    for function in (worst_case_bounds, exact_total_interval):
        with pytest.raises(ValueError, match="not a census count"):
            function(*bad)


def test_impossible_means_confidences_and_samples():
    for bad in ((10, 11, 10, 1, 5), (10, 5, 10, 5, 1), (10, -1, 10, 1, 5), (0, 0, 0, 1, 5)):
        with pytest.raises(ValueError, match="not a census mean"):
            worst_case_mean_bounds(*bad)
    for total in (4, 26):
        with pytest.raises(ValueError, match="outside the scale"):
            worst_case_mean_bounds(total, 5, 10, 1, 5)
    for confidence in (0.0, 1.0, 1.5):
        with pytest.raises(ValueError, match="confidence"):
            exact_total_interval(1, 2, 3, confidence)


def test_ends_of_a_scale_belong_to_it():
    assert worst_case_mean_bounds(2, 1, 1, 2, 2) == (2, 2)
    assert worst_case_mean_bounds(0, 0, 1, -1, 3) == (-1, 3)
    assert worst_case_mean_bounds(0, 5, 10, 0, 0) == (0, 0)
    assert worst_case_mean_bounds(0.5, 0.5, 1, 1, 1.5) == (1, 1.25)


@pytest.mark.parametrize(("lowest", "highest"), [(-1000, 0.5), (0.5, 1000), (0, 0.001)])
def test_a_sum_may_miss_its_scale_by_rounding_only(lowest, highest):
    """Rounding is taken for a billionth of the largest sum that the scale allows."""
    largest = 1e-9 * 50 * max(abs(lowest), abs(highest))
    for end, sign in ((lowest, -1), (highest, 1)):
        worst_case_mean_bounds(50 * end + sign * 0.9 * largest, 50, 98, lowest, highest)
        with pytest.raises(ValueError, match="outside the scale"):
            worst_case_mean_bounds(50 * end + sign * 1.1 * largest, 50, 98, lowest, highest)


@pytest.mark.parametrize(
    ("confidence", "tail"), [(0.5, Fraction(1, 4)), (0.2, Fraction(2, 5)), (0.99, Fraction(1, 200))]
)
def test_intervals_of_other_confidences(confidence, tail):
    """With tails of a quarter some K of four units reach the tail exactly: they are not kept."""
    for n in range(5):
        for k in range(n + 1):
            low, high = interval_by_definition(k, n, 4, tail)
            assert exact_total_interval(k, n, 4, confidence) == (low, high)
            assert exact_share_interval(k, n, 4, confidence) == (low / 4, high / 4)
