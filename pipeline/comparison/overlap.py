"""The test of a change where some units answered in both waves: partially overlapping samples.

The variance of a difference loses twice the covariance that the common units give to both sides. With no unit in common
these are Welch's test and the z test of two independent shares; with all of them the paired t test and McNemar's.

Shares: z8 of Derrick, Dobson-McKittrick, Toher and White, "Test statistics for comparing two proportions with partially
overlapping samples", Journal of Applied Quantitative Methods 10 (2015). Means: T_new2 of Derrick, Russ, Toher and
White, "Test statistics for the comparison of means for two samples which include both paired observations and
independent observations", Journal of Modern Applied Statistical Methods 16 (2017). With survey weights: linearised,
the unit as a cluster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Floats, Number, Options, not_computable, number
from pipeline.statistics.univariate import t_quantile, t_two_sided

LEAST = 2
"""Common units from which a correlation can be had."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A wave's valid answers to one question: a number, or 1 for those in a category; ``weights`` of a survey."""

    values: Floats
    weights: Floats | None = None


@dataclass(frozen=True, slots=True)
class Common:
    """Where the units that answered in both waves stand in the answers before and after."""

    before: npt.NDArray[np.intp]
    after: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.before)


def overlapping(
    before: Answers, after: Answers, common: Common, share: bool, options: Options, method: str
) -> dict[str, Number]:
    """``change_low``, ``change_high``, ``change_p`` and ``change_linked_n``; nothing with fewer than two common units.

    Not computable: ``zero_variance``, where nothing varies.
    """
    if len(common) < LEAST or min(len(before.values), len(after.values)) < LEAST:
        return {}
    units = {"change_linked_n": number(float(len(common)), f"{method} linked")}
    if before.weights is not None and after.weights is not None:
        return units | _weighted(before, after, common, options, method)
    return units | (_share if share else _mean)(before.values, after.values, common, options, method)


def _correlation(x: Floats, y: Floats) -> float:
    """Pearson's of the common units; 0 where one side does not vary, as both papers have it."""
    a, b = x - x.mean(), y - y.mean()
    spread = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / spread if spread > 0 else 0.0


def _share(x: Floats, y: Floats, common: Common, options: Options, method: str) -> dict[str, Number]:
    """z = (p₂ − p₁)/√(p(1 − p)·(1/n₁ + 1/n₂ − 2·r·n_c/(n₁·n₂))), p pooled; all units common: McNemar's exact p.

    The interval stands on the variances of both shares as they are.
    """
    n1, n2, both = len(x), len(y), len(common)
    p1, p2 = float(x.mean()), float(y.mean())
    r = _correlation(x[common.before], y[common.after])
    v1, v2 = p1 * (1 - p1), p2 * (1 - p2)
    own = v1 / n1 + v2 / n2 - 2 * r * math.sqrt(v1 * v2) * both / (n1 * n2)
    reach = NormalDist().inv_cdf(0.5 + options.confidence / 2) * math.sqrt(max(own, 0.0))
    how = f"{method} partially_overlapping confidence={100 * options.confidence:g}"
    found = {
        "change_low": number(max(p2 - p1 - reach, -1.0), how),
        "change_high": number(min(p2 - p1 + reach, 1.0), how),
    }
    if both == n1 == n2:
        return found | {"change_p": _mcnemar(x[common.before], y[common.after], method)}
    pooled = (n1 * p1 + n2 * p2) / (n1 + n2)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2 - 2 * r * both / (n1 * n2))
    if variance <= 1e-15:
        return found | {"change_p": not_computable("zero_variance", method)}
    z = (p2 - p1) / math.sqrt(variance)
    return found | {"change_p": number(math.erfc(abs(z) / math.sqrt(2)), f"{method} partially_overlapping_z")}


def _mcnemar(x: Floats, y: Floats, method: str) -> Number:
    """The exact p of those that changed: binomial with one half, two-sided."""
    from scipy.special import bdtr

    up, down = int(((x < 0.5) & (y > 0.5)).sum()), int(((x > 0.5) & (y < 0.5)).sum())
    if up + down == 0:
        return not_computable("zero_variance", method)
    return number(min(1.0, 2 * float(bdtr(min(up, down), up + down, 0.5))), f"{method} mcnemar_exact")


def _mean(x: Floats, y: Floats, common: Common, options: Options, method: str) -> dict[str, Number]:
    """T_new2, with degrees of freedom between those of the paired test and Welch's."""
    n1, n2, both = len(x), len(y), len(common)
    v1, v2 = float(x.var(ddof=1)), float(y.var(ddof=1))
    r = _correlation(x[common.before], y[common.after])
    a, b = v1 / n1, v2 / n2
    variance = a + b - 2 * r * math.sqrt(v1 * v2) * both / (n1 * n2)
    if a + b <= 0 or variance <= 1e-12 * (a + b):
        return dict.fromkeys(("change_low", "change_high", "change_p"), not_computable("zero_variance", method))
    welch = (a + b) ** 2 / (a * a / (n1 - 1) + b * b / (n2 - 1))
    apart = n1 + n2 - 2 * both
    df = both - 1 + (welch - both + 1) / (n1 + n2) * apart
    return _t(float(y.mean() - x.mean()), math.sqrt(variance), df, options, f"{method} partially_overlapping_t")


def _weighted(before: Answers, after: Answers, common: Common, options: Options, method: str) -> dict[str, Number]:
    """Of a weighted share or mean, linearised; the units are the clusters, as R ``svydesign(ids = ~unit)`` has it."""
    means, scores = [], []
    for one in (before, after):
        w = one.weights if one.weights is not None else np.ones(len(one.values))
        means.append(float(w @ one.values) / float(w.sum()))
        scores.append(w * (one.values - means[-1]) / float(w.sum()))
    units = len(before.values) + len(after.values) - len(common)
    shared = float(scores[0][common.before] @ scores[1][common.after])
    variance = (float(scores[0] @ scores[0]) + float(scores[1] @ scores[1]) - 2 * shared) * units / (units - 1)
    if variance <= 0:
        return dict.fromkeys(("change_low", "change_high", "change_p"), not_computable("zero_variance", method))
    how = f"{method} partially_overlapping_design_t"
    return _t(means[1] - means[0], math.sqrt(variance), units - 1, options, how)


def _t(difference: float, se: float, df: float, options: Options, how: str) -> dict[str, Number]:
    reach = se * t_quantile(df, options.confidence)
    how = f"{how} df={df:g} confidence={100 * options.confidence:g}"
    return {
        "change_low": number(difference - reach, how), "change_high": number(difference + reach, how),
        "change_p": number(t_two_sided(difference / se, df), how),
    }  # fmt: skip
