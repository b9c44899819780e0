"""Weighted sums over distinct values, centred before they are squared, shared by the families of this package.

Doubles hold some 16 digits: a sum of squares about zero of values near 10**7 that differ in the last digit has none
left for the variance. Every sum here is taken about a value of the data first, whose differences are exact or nearly
so, then about the mean, and corrected by what the mean missed (Chan, Golub and LeVeque 1983, The American
Statistician 37, 242–247: "corrected two-pass").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipeline.statistics.core import Distribution, Floats, GroupedDistribution, Ints


@dataclass(frozen=True, slots=True)
class Moments:
    """Of one variable: ``cases`` unweighted, ``total`` Σw, the mean, and Σw(x−mean)² as ``squares``.

    ``deviations``: shape (k,), x − mean, in the order of the values.
    """

    cases: float
    total: float
    mean: float
    squares: float
    deviations: Floats


@dataclass(frozen=True, slots=True)
class GroupMoments:
    """Of g groups, shape (g,) each: cases, Σw, mean, Σw(x−mean)²; NaN mean where a group is empty.

    ``offset`` is the value the sums were taken about and ``shifted`` the means less that value: differences between
    means are taken from ``shifted``, which keeps the digits that the means themselves have lost.
    """

    cases: Floats
    total: Floats
    mean: Floats
    squares: Floats
    shifted: Floats
    offset: float


Weighted = TypeVar("Weighted", Distribution, GroupedDistribution)


def used(aggregate: Weighted) -> Weighted:
    """The aggregate without values nobody shows (weight 0 everywhere): they must not become a minimum."""
    w = aggregate.w if aggregate.w.ndim == 1 else aggregate.w.sum(axis=1)
    if w.size == 0 or w.min() > 0:
        return aggregate
    keep = w > 0
    sampling = aggregate.sampling
    return type(aggregate)(
        aggregate.values[keep],
        aggregate.n[keep],
        aggregate.w[keep],
        aggregate.w2[keep],
        aggregate.weighting,
        None if sampling is None else sampling.kept(np.repeat(keep, aggregate.w[0].size)),
        aggregate.sample_n,
    )


@np.errstate(over="ignore", invalid="ignore")  # what overflows is not finite, and has a reason instead of a value
def moments(values: Floats, n: Ints, w: Floats) -> Moments:
    """Mean and centred sum of squares of values (k,) with weights (k,); an empty variable has a NaN mean."""
    cases, total = float(n.sum()), float(w.sum())
    if total <= 0:
        return Moments(cases, 0.0, np.nan, np.nan, np.full(values.shape, np.nan))
    offset = values[0]
    d = values - offset
    first = (w @ d) / total
    e = d - first
    missed = (w @ e) / total
    e = e - missed
    return Moments(cases, total, float(offset + (first + missed)), float(w @ (e * e)), e)


@np.errstate(over="ignore", invalid="ignore")  # the mean of a group without cases, 0/0, is NaN
def group_moments(values: Floats, n: Ints, w: Floats) -> GroupMoments:
    """Mean and centred sum of squares by group: values (k,), n and w (k, g)."""
    total = w.sum(axis=0)
    offset = float(values[:1].sum())
    d = (values - offset)[:, None]
    first = (w * d).sum(axis=0) / total
    e = d - first
    # Of a group of one value d − first is a rounding error, and missed the whole of it: a constant has no spread.
    missed = (w * e).sum(axis=0) / total
    e = e - missed
    squares = (w * e * e).sum(axis=0)
    shifted = first + missed
    return GroupMoments(n.sum(axis=0).astype(np.float64), total, offset + shifted, squares, shifted, offset)


def midranks(w: Floats) -> Floats:
    """Mean ranks of ascending distinct values with frequencies w (k,): cases before, half a value's own, and ½."""
    return np.cumsum(w) - w / 2 + 0.5
