"""Sizes of differences between means, with intervals from noncentral distributions.

Sources: Cohen (1988), Statistical Power Analysis; Hedges (1981), Journal of Educational Statistics 6, 107–128, with
the exact correction; Hays (1963) for omega squared; intervals by inverting the noncentral t and F (Steiger and Fouladi
1997; Smithson 2003, Confidence Intervals).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Floats, GroupedDistribution, Options, Result, by_design, not_computable, number
from pipeline.statistics.groups import (
    FEW_CASES,
    FEW_GROUPS,
    NEEDS_DESIGN,
    NOT_TWO,
    ZERO_VARIANCE,
    anova_of,
    group_count,
    present,
    two_meant,
)
from pipeline.statistics.moments import GroupMoments, group_moments
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.roots import crossing

_D = ("cohens_d", "cohens_d_low", "cohens_d_high", "hedges_g", "hedges_g_low", "hedges_g_high")
_ETA = ("eta_squared", "eta_squared_low", "eta_squared_high", "omega_squared")

# Noncentralities beyond this differ by more than the whole spread of the distribution from one double to the next.
_LARGEST = 1e30
# How far from its mean a Poisson distribution is added up, in standard deviations and at least, and in what steps.
_REACH, _LEAST_REACH, _STEPS = 12.0, 40.0, 16.0
# From this mean on its probabilities are computed by Stirling's formula.
_STIRLING_FROM = 1e4


def noncentral_t_limits(t: float, df: float, confidence: float) -> tuple[float, float]:
    """The noncentralities for which t is the upper and the lower (1−confidence)/2 point of the noncentral t.

    NaN where the noncentral t has no value in doubles (t of many thousands).
    """
    from scipy.special import nctdtr

    tail = (1 - confidence) / 2
    step = math.sqrt(1 + t * t / (2 * df))

    def limit(p: float) -> float:
        def excess(nc: float) -> float:
            return float(nctdtr(df, nc, t)) - p

        # Step by step outwards: far from t the distribution function of scipy is no number any more.
        low = high = t
        while excess(low) <= 0:
            low -= step
        while excess(high) >= 0:
            high += step
        if math.isnan(excess(low)) or math.isnan(excess(high)):
            return math.nan
        return crossing(excess, low, high)

    return limit(1 - tail), limit(tail)


def noncentral_f_cdf(f: float, df1: float, df2: float, noncentrality: float) -> float:
    """P(F ≤ f) for the noncentral F: beta distribution functions mixed with Poisson weights (Johnson and Kotz).

    Both vary over no less than the Poisson's standard deviation, so of many terms it is enough to add every k-th, some
    to a standard deviation (the trapezoidal rule, whose error is then far below the rounding).
    """
    from scipy.special import betainc

    mean = noncentrality / 2
    y = df1 * f / (df1 * f + df2)
    if mean <= 0:
        return float(betainc(df1 / 2, df2 / 2, y))
    deviation = math.sqrt(mean)
    spread = _REACH * deviation + _LEAST_REACH
    start, step = max(0, math.floor(mean - spread)), max(1, math.floor(deviation / _STEPS))
    terms = np.arange(start, mean + spread, step, dtype=np.float64)
    weights = _poisson_weights(terms, mean)
    return float(weights @ betainc(df1 / 2 + terms, df2 / 2, y))


def _poisson_weights(terms: Floats, mean: float) -> Floats:
    """Poisson probabilities, made to add up to 1."""
    from scipy.special import gammaln

    if mean < _STIRLING_FROM:
        logs = terms * math.log(mean) - mean - gammaln(terms + 1)
    else:  # the same by Stirling's formula: of these three numbers nearly equal in size no digits would be left
        away = (terms - mean) / mean
        logs = -mean * ((1 + away) * np.log1p(away) - away) - np.log(terms) / 2 - 1 / (12 * terms)
        logs -= logs.max()
    weights = np.exp(logs)
    return np.asarray(weights / weights.sum())


def noncentral_f_limits(f: float, df1: float, df2: float, confidence: float) -> tuple[float, float]:
    """The noncentralities for which f is the upper and the lower (1−confidence)/2 point; 0 where none is that small.

    NaN where the noncentral F has no value in doubles (all the variance between groups, but for rounding).
    """
    tail = (1 - confidence) / 2
    reach = 1.0
    while noncentral_f_cdf(f, df1, df2, reach) > tail:
        reach *= 2
        if reach > _LARGEST:
            return math.nan, math.nan

    def limit(p: float) -> float:
        if noncentral_f_cdf(f, df1, df2, 0.0) <= p:
            return 0.0
        return crossing(lambda nc: noncentral_f_cdf(f, df1, df2, nc) - p, 0.0, reach)

    return limit(1 - tail), limit(tail)


def bias_factor(df: float) -> float:
    """Γ(df/2)/(√(df/2)·Γ((df−1)/2)), what makes d the unbiased g of Hedges (1981); df above 1."""
    from scipy.special import gammaln

    z = (df - 1) / 2
    if z < 200:
        return math.exp(float(gammaln(df / 2) - gammaln(z))) / math.sqrt(df / 2)
    # Γ(z + ½)/Γ(z) by its series (Tricomi and Erdélyi 1951): of two large logarithms few digits would be left.
    series = 1 - 1 / (8 * z) + 1 / (128 * z**2) + 5 / (1024 * z**3) - 21 / (32768 * z**4) - 399 / (262144 * z**5)
    return math.sqrt((df - 1) / df) * series


def scaled_totals(m: GroupMoments, weighting: str) -> tuple[Floats, Floats]:
    """Σw and Σw(x−mean)² of each group; for a probability weight scaled so that Σw is the number of cases."""
    if weighting != "probability":
        return m.total, m.squares
    scale = float(m.cases.sum()) / float(m.total.sum())
    return m.total * scale, m.squares * scale


@statistic(
    Value("cohens_d", order=650, usual="tested", low="cohens_d_low", high="cohens_d_high"),
    Value("hedges_g", order=660, low="hedges_g_low", high="hedges_g_high"),
    takes=GroupedDistribution,
    applies=two_meant,
)
def standardised_difference(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Cohen's d, first mean minus second over the pooled standard deviation, and Hedges's g, free of its bias.

    g = d·Γ(df/2)/(√(df/2)·Γ((df−1)/2)). Intervals: noncentral t (those of g are d's times the same factor). With a
    probability weight both are computed on weighted means and variances with weights scaled to n, and the intervals are
    refused (``weights_need_design_based``). Not computable: ``not_two_groups``; ``zero_variance``;
    ``fewer_than_two_cases``.
    """
    if group_count(aggregate) != 2:
        return {name: not_computable(NOT_TWO) for name in _D}
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    survey = a.weighting == "probability"
    total, squares = scaled_totals(m, a.weighting)
    df = float(total.sum()) - 2
    if df <= 0 or squares.sum() == 0:
        return {name: not_computable(FEW_CASES if df <= 0 else ZERO_VARIANCE) for name in _D}
    d = float(m.shifted[0] - m.shifted[1]) / math.sqrt(float(squares.sum()) / df)
    factor = bias_factor(df) if df > 1 else math.nan
    method = "pooled_sd_weights_scaled_to_n" if survey else "pooled_sd"
    found: dict[str, Result] = {
        "cohens_d": number(d, method),
        "hedges_g": number(d * factor, method, error=FEW_CASES),
    }
    if by_design(a):
        return found | {name: not_computable(NEEDS_DESIGN) for name in _D if name not in found}
    root = math.sqrt(float((1 / total).sum()))
    interval = f"noncentral_t confidence={100 * options.confidence:g}"
    low, high = noncentral_t_limits(d / root, df, options.confidence)
    for prefix, scale in (("cohens_d", root), ("hedges_g", root * factor)):
        reason = FEW_CASES if math.isnan(scale) else "no_convergence"
        found[f"{prefix}_low"] = number(low * scale, interval, error=reason)
        found[f"{prefix}_high"] = number(high * scale, interval, error=reason)
    return found


@statistic(
    Value("eta_squared", order=670, usual="always", low="eta_squared_low", high="eta_squared_high"),
    Value("omega_squared", order=680),
    takes=GroupedDistribution,
)
def explained_variance(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Eta squared, the share of the sum of squares between groups, with interval, and omega squared.

    ω² = (SS_between − df₁·MS_within)/(SS_total + MS_within), set to 0 where negative (``negative_set_to_zero``).
    The interval of eta squared is λ/(λ+N) for the limits λ of the noncentral F; its lower end is 0 where no λ is that
    small. With a probability weight, weights are scaled to n and the interval is refused
    (``weights_need_design_based``). Not computable: ``fewer_than_two_groups``; ``zero_variance``;
    ``fewer_than_two_cases``.
    """
    if group_count(aggregate) < 2:
        return {name: not_computable(FEW_GROUPS) for name in _ETA}
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    survey = a.weighting == "probability"
    total, squares = scaled_totals(m, a.weighting)
    one = anova_of(total, m.shifted, squares)
    whole = one.between + one.within
    if one.df2 <= 0 or whole == 0:
        return {name: not_computable(FEW_CASES if one.df2 <= 0 else ZERO_VARIANCE) for name in _ETA}
    method = "weights_scaled_to_n" if survey else ""
    within = one.within / one.df2
    omega = (one.between - one.df1 * within) / (whole + within)
    found: dict[str, Result] = {
        "eta_squared": number(one.between / whole, method),
        "omega_squared": number(max(omega, 0.0), method, "negative_set_to_zero" if omega < 0 else ""),
    }
    names = ("eta_squared_low", "eta_squared_high")
    if not options.inference:
        return found
    if by_design(a):
        return found | {name: not_computable(NEEDS_DESIGN) for name in names}
    if not math.isfinite(one.f):
        return found | {name: not_computable(ZERO_VARIANCE) for name in names}
    n = float(total.sum())
    limits = noncentral_f_limits(one.f, one.df1, one.df2, options.confidence)
    interval = f"noncentral_f confidence={100 * options.confidence:g}"
    return found | {
        name: number(nc / (nc + n), interval, error="no_convergence") for name, nc in zip(names, limits, strict=True)
    }
