"""The arithmetic of a change between two waves: its value, and by the reading of the data its bounds or its test."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.spec.model import Inference
from pipeline.statistics.census import exact_share_interval, worst_case_bounds, worst_case_mean_bounds
from pipeline.statistics.core import GroupedDistribution, Number, Options, not_computable, number
from pipeline.statistics.groups import design_two_means, two_means
from pipeline.statistics.proportions import newcombe


@dataclass(frozen=True, slots=True)
class Estimated:
    """A share or mean of one wave as its declared design gives it, with standard error and degrees of freedom.

    ``error``: the reason why there is no standard error.
    """

    value: float
    se: float
    df: float
    error: str = ""


def design_change(before: Estimated, after: Estimated, options: Options, method: str) -> dict[str, Number]:
    """``change`` with its interval and two-sided p, the waves taken as independent samples of their designs.

    t = (after − before) / √(se₁² + se₂²) with the degrees of freedom of both waves together: the linear contrast of a
    design in which the wave is a stratum above the others (R ``svyglm`` or ``svycontrast`` on the stacked waves).
    Not computable without a standard error in both waves, where both are 0
    (``zero_variance``), or where the designs leave no degrees of freedom (``no_degrees_of_freedom``).
    """
    from scipy.special import stdtr, stdtrit

    difference = after.value - before.value
    found = {"change": number(difference, method)}
    df, se = before.df + after.df, math.hypot(before.se, after.se)
    error = before.error or after.error or ("zero_variance" if se <= 0 else "" if df > 0 else "no_degrees_of_freedom")
    if error:
        return found | dict.fromkeys(("change_low", "change_high", "change_p"), not_computable(error, method))
    reach = float(stdtrit(df, 0.5 + options.confidence / 2)) * se
    how = f"{method} design confidence={100 * options.confidence:g} df={df:g}"
    found["change_low"], found["change_high"] = number(difference - reach, how), number(difference + reach, how)
    found["change_p"] = number(2 * float(stdtr(df, -abs(difference / se))), f"{method} design_t df={df:g}")
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """A share of one wave: ``k`` of ``n`` unweighted cases, ``value`` as shown (weighted or not).

    ``effective``: n by which its precision counts (Kish's with survey weights). ``population``: how many units the
    question may concern, or ``None``; ``subpopulation`` when that is not the whole population.
    """

    k: float
    n: float
    value: float
    effective: float
    population: int | None = None
    subpopulation: bool = False
    weighted: bool = False


def share_change(before: Share, after: Share, mode: Inference, options: Options, method: str) -> dict[str, Number]:
    """``change`` = after − before (shares 0–1), and what the mode says about it.

    ``description``: with every unit known in both waves the change is a fact. Else ``change_bound_low`` and ``_high``
    hold whatever the others answered (after's lower less before's upper worst-case bound, and the reverse), and
    ``change_low``, ``change_high`` come in the same way from two exact intervals, each at 1 − (1 − c)/2 so that both
    hold together with confidence c (Bonferroni). ``process`` and ``sample``: Newcombe's interval and the two-sided p of
    the pooled z test, the waves taken as independent. ``method`` names the share.
    """
    if before.n <= 0 or after.n <= 0:
        return {"change": not_computable("no_valid_cases", method)}
    difference = after.value - before.value
    if mode == "description":
        return {"change": number(difference, method)} | _census(before, after, options, method)
    found = {"change": number(difference, method)}
    e1, e2 = before.effective, after.effective
    p1, p2 = before.value, after.value
    how = f"{method} newcombe confidence={100 * options.confidence:g}" + (" effective_n" if before.weighted else "")
    low, high = newcombe(p2 * e2, e2, p1 * e1, e1, options.confidence)
    found["change_low"], found["change_high"] = number(float(low), how), number(float(high), how)
    found["change_p"] = two_proportion_p(p1 * e1, e1, p2 * e2, e2, method)
    return found


def two_proportion_p(k1: float, n1: float, k2: float, n2: float, method: str = "") -> Number:
    """Two-sided p of the z test with the pooled share, without continuity correction (R ``prop.test``).

    Not computable, ``zero_variance``, when both shares are 0 or both are 1.
    """
    pooled = (k1 + k2) / (n1 + n2)
    spread = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    if spread <= 1e-15:
        return not_computable("zero_variance", method)
    z = (k2 / n2 - k1 / n1) / math.sqrt(spread)
    return number(math.erfc(abs(z) / math.sqrt(2)), f"{method} two_proportions_z".strip())


def _census(before: Share, after: Share, options: Options, method: str) -> dict[str, Number]:
    if before.weighted or before.population is None or after.population is None:
        return {}
    N1, N2 = before.population, after.population
    if before.n >= N1 and after.n >= N2:
        return {}
    (a, b), (c, d) = _worst(before, N1), _worst(after, N2)
    how = f"{method} worst_case_change"
    found = {"change_bound_low": number(c - b, how), "change_bound_high": number(d - a, how)}
    if before.subpopulation or after.subpopulation:
        missing = not_computable("subpopulation_size_unknown", method)
        return found | {"change_low": missing, "change_high": missing}
    level = 1 - (1 - options.confidence) / 2
    (a, b), (c, d) = _exact(before, N1, level), _exact(after, N2, level)
    how = f"{method} exact_change"
    return found | {"change_low": number(c - b, how), "change_high": number(d - a, how)}


def _worst(share: Share, N: int) -> tuple[float, float]:
    n = int(share.n)
    return (share.value, share.value) if n >= N else worst_case_bounds(int(share.k), n, N)


def _exact(share: Share, N: int, level: float) -> tuple[float, float]:
    n = int(share.n)
    return (share.value, share.value) if n >= N else exact_share_interval(int(share.k), n, N, round(level, 12))


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of an answer scale, and per wave how many units the question may concern."""

    lowest: float
    highest: float
    populations: tuple[int | None, int | None]


def mean_change(
    waves: GroupedDistribution, mode: Inference, options: Options, scale: Scale | None = None
) -> dict[str, Number]:
    """``change`` = mean after − mean before; ``waves`` has two groups, before and after.

    ``description``: worst-case bounds where the scale has ends and not every unit is known. ``process`` and
    ``sample``: Welch's interval and p (design-based with a probability weight), the waves taken as independent.
    """
    n, w = waves.n.sum(axis=0), waves.w.sum(axis=0)
    if (w <= 0).any():
        return {"change": not_computable("no_valid_cases", "mean")}
    sums = waves.values @ waves.w
    means = sums / w
    found: dict[str, Number] = {"change": number(float(means[1] - means[0]), "mean")}
    if mode == "description":
        if scale is not None and waves.weighting == "none":
            found |= _mean_bounds(n, sums, means, scale)
        return found
    flipped = GroupedDistribution(
        waves.values, waves.n[:, ::-1], waves.w[:, ::-1], waves.w2[:, ::-1], waves.weighting
    )  # after first: the statistics give first minus second
    by_design = waves.weighting == "probability"
    tests = (design_two_means if by_design else two_means)(flipped, options)
    return found | _named(tests, "design_t" if by_design else "welch")


def _named(tests: Mapping[str, object], prefix: str) -> dict[str, Number]:
    found = {}
    for ours, tail in (("change_low", "low"), ("change_high", "high"), ("change_p", "p")):
        value = tests.get(f"{prefix}_{tail}")
        if isinstance(value, Number):
            found[ours] = value
    return found


def _mean_bounds(n: np.ndarray, sums: np.ndarray, means: np.ndarray, scale: Scale) -> dict[str, Number]:
    N1, N2 = scale.populations
    if N1 is None or N2 is None or (n[0] >= N1 and n[1] >= N2):
        return {}
    ends = []
    for i, N in enumerate((N1, N2)):
        full = n[i] >= N
        ends.append(
            (float(means[i]), float(means[i]))
            if full
            else worst_case_mean_bounds(float(sums[i]), float(n[i]), N, scale.lowest, scale.highest)
        )
    (a, b), (c, d) = ends
    how = "mean worst_case_change"
    return {"change_bound_low": number(c - b, how), "change_bound_high": number(d - a, how)}
