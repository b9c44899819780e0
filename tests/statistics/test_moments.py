"""Means and sums of squares against exact fractions, of values whose differences are in the last digits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from pipeline.statistics.core import Distribution, GroupedDistribution
from pipeline.statistics.design import Sampled, design
from pipeline.statistics.moments import group_moments, midranks, moments, used

RANDOM = np.random.default_rng(11)
DATA = {
    "small": np.array([1.0, 2, 4]),
    "decimals": np.arange(1, 40) / 10,
    "far from zero": 1e9 + np.arange(50) / 8,
    "farther": 1e12 + np.array([0.25, 0.5, 2]),
    "below zero": -1e7 - np.arange(30)[::-1] / 4,
    "wide": np.cumsum(10.0 ** RANDOM.uniform(-3, 3, 60)),
}


def exactly(values, w):
    """Total, mean and centred sum of squares as fractions."""
    x, w = [Fraction(float(v)) for v in values], [Fraction(float(v)) for v in w]
    total = sum(w)
    mean = sum(a * b for a, b in zip(x, w, strict=True)) / total
    return total, mean, sum(b * (a - mean) ** 2 for a, b in zip(x, w, strict=True))


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("heavy", [1, 1_000_000])
def test_moments_are_exact_but_for_rounding(name, heavy):
    values = DATA[name]
    w = RANDOM.integers(1, 9, values.size) * float(heavy) + 0.5
    total, mean, squares = exactly(values, w)
    m = moments(values, np.full(values.size, 3), w)
    assert m.cases == 3 * values.size
    assert m.total == pytest.approx(float(total), rel=1e-15)
    assert m.mean == pytest.approx(float(mean), rel=1e-15)
    assert m.squares == pytest.approx(float(squares), rel=1e-13)
    spread = float(squares / total) ** 0.5
    want = [float(Fraction(float(v)) - mean) for v in values]
    np.testing.assert_allclose(m.deviations, want, rtol=0, atol=1e-14 * spread)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("heavy", [1, 1_000_000])
def test_moments_of_groups_are_exact_but_for_rounding(name, heavy):
    """Three groups, an empty one, and one that shows a single value."""
    values = DATA[name]
    w = RANDOM.integers(1, 9, (values.size, 5)) * float(heavy) + 0.5
    w[:, 3] = 0
    w[:, 4] = np.arange(values.size) == values.size // 2
    w[0, 4] = 0
    n = np.rint(w).astype(np.int64)
    m = group_moments(values, n, w)
    assert np.isnan([m.mean[3], m.shifted[3]]).all()
    np.testing.assert_array_equal(m.cases, n.sum(axis=0))
    np.testing.assert_array_equal(m.total, w.sum(axis=0))
    assert m.offset in values
    for g in (0, 1, 2, 4):
        _, mean, squares = exactly(values, w[:, g])
        assert m.mean[g] == pytest.approx(float(mean), rel=1e-15)
        assert m.shifted[g] == pytest.approx(float(mean - Fraction(m.offset)), rel=1e-13, abs=1e-15 * np.ptp(values))
        assert m.squares[g] == (pytest.approx(float(squares), rel=1e-13) if g != 4 else 0)


def test_a_constant_has_no_spread():
    """0.1 of weight 1/3 leaves rounding where nothing is, whatever other groups have."""
    values = np.array([0.1, 0.7, 5.3])
    for w in RANDOM.uniform(0.01, 9, 300):
        found = group_moments(values, np.ones((3, 3), dtype=np.int64), np.diag([w, w / 3, w * 7]))
        assert found.squares.tolist() == [0, 0, 0]
        assert moments(values[:1], np.array([1]), np.array([w])).squares == 0
        same = moments(np.array([0.7 - 0.1] * 4), np.ones(4), np.array([w, 1, w / 3, 2]))
        assert (same.squares, same.deviations.tolist()) == (0, [0] * 4)


def test_nobody():
    m = moments(np.array([]), np.array([]), np.array([]))
    assert (m.cases, m.total) == (0, 0)
    assert np.isnan([m.mean, m.squares]).all()
    empty = moments(np.array([1.0, 2]), np.array([1, 1]), np.array([0.0, 0]))
    assert (empty.cases, empty.total, empty.deviations.shape) == (2, 0, (2,))
    assert np.isnan([empty.mean, empty.squares, *empty.deviations]).all()
    groups = group_moments(np.array([]), np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2)))
    assert np.isnan(groups.mean).all()
    assert groups.total.tolist() == groups.cases.tolist() == [0, 0]
    light = moments(np.array([1.0, 3]), np.array([1, 1]), np.array([0.25, 0.25]))
    assert (light.mean, light.squares) == (2, 0.5)


def test_used_drops_values_that_nobody_shows():
    values, n = np.array([1.0, 2, 3]), np.array([1, 2, 3])
    one = Distribution(values, n, np.array([0.5, 0, 2]), np.array([0.25, 0, 4]), "frequency")
    assert [getattr(used(one), name).tolist() for name in ("values", "n", "w", "w2")] == [
        [1, 3], [1, 3], [0.5, 2], [0.25, 4]
    ]  # fmt: skip
    assert used(one).weighting == "frequency"
    cells = np.array([[0.5, 0], [0, 0], [0, 0.25]])
    groups = GroupedDistribution(values, n[:, None] * [1, 2], cells, cells**2, "probability")
    kept = used(groups)
    assert (kept.values.tolist(), kept.n.tolist(), kept.w.tolist()) == ([1, 3], [[1, 2], [3, 6]], [[0.5, 0], [0, 0.25]])
    assert kept.w2.tolist() == [[0.25, 0], [0, 0.0625]]
    # The sample behind it: cells of values that are left out hold no case any more.
    sample = Sampled(design(np.ones(4)), np.array([0, 5, 4, -1]), 6)
    behind = used(replace(groups, sampling=sample, sample_n=9.0))
    assert (behind.sampling.cell.tolist(), behind.sampling.size, behind.sample_n) == ([0, 3, 2, -1], 4, 9)
    assert used(replace(one, sample_n=9.0)).sample_n == 9
    assert used(one).sampling is used(one).sample_n is None
    whole = Distribution(values, n, np.array([0.5, 1e-9, 2]), n * 1.0)
    assert used(whole) is whole
    nobody = Distribution(values[:0], n[:0], n[:0] * 1.0, n[:0] * 1.0)
    assert used(nobody) is nobody


def test_midranks():
    """Cases 1 and 2 tie at 1½, 3 is alone, 4 to 6 share 5."""
    assert midranks(np.array([2.0, 1, 3])).tolist() == [1.5, 3, 5]
