"""A numeric variable by groups: means, t, analysis of variance, rank tests, homogeneity of variances.

Without a weight and with a frequency weight the values are SPSS's (IBM SPSS Statistics Algorithms: T-TEST, ONEWAY,
MEANS, NPAR TESTS), with sums of weights in the place of numbers of cases. With a probability weight, strata, clusters
or replicate weights the tests that take cases as independent and equal are refused (``weights_need_design_based``);
``design_t``, ``design_wald_f`` and ``design_rank_f`` take their place, with the values of R survey's ``svyttest``,
``svyglm`` with ``regTermTest`` and ``svyranktest``: for cases drawn one by one with replacement, or for the design that
the aggregate carries. A test leaves the finite population correction out; a mean's own interval keeps it.

Groups are the columns of the aggregate, in its order; empty ones take no part in a test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.core import (
    Cells,
    Floats,
    GroupedDistribution,
    Ints,
    Options,
    Result,
    by_design,
    not_computable,
    number,
)
from pipeline.statistics.moments import GroupMoments, group_moments, midranks, used
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.univariate import haverage_at, t_quantile, t_two_sided, weighted_quantile

NEEDS_DESIGN = "weights_need_design_based"
FEW_GROUPS = "fewer_than_two_groups"
NOT_TWO = "not_two_groups"
ZERO_VARIANCE = "zero_variance"
FEW_CASES = "fewer_than_two_cases"

# An F or t whose denominator is below this share of what it was computed from is rounding, not variation.
ROUNDING = 1e-24


def present(aggregate: GroupedDistribution) -> GroupedDistribution:
    """The aggregate without empty groups and without values nobody shows."""
    keep = aggregate.w.sum(axis=0) > 0
    if not keep.all():
        aggregate = GroupedDistribution(
            aggregate.values,
            aggregate.n[:, keep],
            aggregate.w[:, keep],
            aggregate.w2[:, keep],
            aggregate.weighting,
            None if aggregate.sampling is None else aggregate.sampling.kept(np.tile(keep, len(aggregate.values))),
            aggregate.sample_n,
        )
    return used(aggregate)


def group_count(aggregate: GroupedDistribution) -> int:
    """How many groups have a case."""
    return int((aggregate.w.sum(axis=0) > 0).sum())


def _two(aggregate: GroupedDistribution) -> bool:
    return group_count(aggregate) == 2


def _several(aggregate: GroupedDistribution) -> bool:
    return group_count(aggregate) >= 2


def two_meant(aggregate: GroupedDistribution) -> bool:
    """Whether two groups are compared: two have cases, or two were declared and the test says why there is none."""
    return _two(aggregate) or (aggregate.w.shape[1] == 2 and group_count(aggregate) < 2)


def _naive(aggregate: GroupedDistribution) -> bool:
    return not by_design(aggregate)


def _none(names: tuple[str, ...], reason: str) -> dict[str, Result]:
    return {name: not_computable(reason) for name in names}


def group_variances(m: GroupMoments, weighting: str) -> Floats:
    """Variance of each group, shape (g,): Σw(x−mean)²/(W−1), or ``svyvar``'s for a probability weight; NaN below 2."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if weighting == "probability":
            return np.where(m.cases > 1, m.squares / m.total * m.cases / (m.cases - 1), np.nan)
        return np.where(m.total > 1, m.squares / (m.total - 1), np.nan)


def linearised_variances(a: GroupedDistribution, m: GroupMoments) -> Floats:
    """Design variance of each group's weighted mean, shape (g,), as means of domains of one sample.

    n/(n−1) Σ w²(x−mean)²/W² with n all cases of the sample. Means of different groups are uncorrelated.
    """
    n = m.cases.sum() if a.sample_n is None else a.sample_n
    deviations = (a.values - m.offset)[:, None] - m.shifted
    if n <= 1:
        return np.full(m.total.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(n / (n - 1) * (a.w2 * deviations * deviations).sum(axis=0) / (m.total * m.total))


def mean_covariance(a: GroupedDistribution, m: GroupMoments, *, corrected: bool = False) -> tuple[Floats, float, str]:
    """Design covariance of the groups' weighted means (g, g), its degrees of freedom, and why there is none.

    Of an aggregate without empty groups. Where it carries no sample the cases are one stage with replacement, whose
    means are uncorrelated, with n−1 degrees of freedom.
    """
    if a.sampling is None:
        return np.diag(linearised_variances(a, m)), float(m.cases.sum()) - 1, ""
    k, g = a.w.shape
    shifted = (a.values - m.offset)[:, None]
    scores = np.zeros((k, g, g))
    scores[:, np.arange(g), np.arange(g)] = (shifted - m.shifted) / m.total

    def means(w: Floats) -> Floats:
        by_value = w.reshape(k, g)
        return np.asarray((by_value * shifted).sum(axis=0) / by_value.sum(axis=0))

    covariance, error = a.sampling.covariance(scores.reshape(k * g, g), means, corrected)
    return covariance, a.sampling.df, error


# ---------------------------------------------------------------- one number per group


@statistic(
    Value("n", "count", "group", usual="always"),
    Value("count", "count", "group", usual="always"),
    Value("sum", place="group", in_unit=1),
    Value("mean", "value", "group", usual="always", decimals=2, low="mean_low", high="mean_high", in_unit=1),
    Value("sd", "length", "group", usual="always", decimals=2, in_unit=1),
    Value("variance", place="group", in_unit=2),
    Value("se", "length", "group", usual="always", decimals=2, inferential=True, in_unit=1),
    Value("effective_n", place="group"),
    takes=GroupedDistribution,
)
def by_group(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Cases, sum of weights, sum, mean, spread, standard error and interval of the mean of each group.

    Every value is a :class:`Cells` of shape (1, g). With a probability weight or a design the standard error is that of
    a domain (R ``svyby(…, svymean)``) and the interval uses the design's degrees of freedom, n−1 of the whole sample
    where there are no strata and clusters. NaN where a group is empty (``no_cases``), too small for a spread
    (``fewer_than_two_cases``), or the design gives no variance (its reason).
    """
    a = aggregate
    m = group_moments(a.values, a.n, a.w)
    survey = by_design(a)
    variances = group_variances(m, a.weighting)
    few = FEW_CASES
    if survey:
        variances_of_means, df, error = _own_variances(a, m)
        se = np.sqrt(np.where(m.cases > 1, variances_of_means, np.nan))
        half = se * t_quantile(max(df, 1), options.confidence)
        few = error or FEW_CASES
    else:
        from scipy.special import stdtrit

        with np.errstate(invalid="ignore", divide="ignore"):
            se = np.sqrt(variances / m.total)
            half = se * stdtrit(np.where(m.total > 1, m.total - 1, np.nan), (1 + options.confidence) / 2)
    spread = {"none": "n_minus_1", "frequency": "sum_of_weights_minus_1", "probability": "survey_variance"}
    interval = f"{'design_based_interval' if survey else 't_interval'} confidence={100 * options.confidence:g}"
    sums = np.where(m.total > 0, a.w.T @ a.values, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where(m.total > 0, m.total * m.total / a.w2.sum(axis=0), np.nan)
    replicated = a.weighting == "frequency"
    if replicated:
        effective = np.where(m.total > 0, m.total, np.nan)

    def cells(values: Floats, method: str = "", error: str = "no_cases") -> Cells:
        return Cells(values[None, :], method, error=error if np.isnan(values).any() else "")

    return {
        "n": cells(m.cases),
        "count": cells(m.total),
        "sum": cells(sums),
        "mean": cells(m.mean),
        "sd": cells(np.sqrt(variances), spread[a.weighting], FEW_CASES),
        "variance": cells(variances, spread[a.weighting], FEW_CASES),
        "se": cells(se, "design_based" if survey else "sd_over_root_n", few),
        "mean_low": cells(m.mean - half, interval, few),
        "mean_high": cells(m.mean + half, interval, few),
        "effective_n": cells(effective, "replicated_cases" if replicated else "kish"),
    }


def _own_variances(a: GroupedDistribution, m: GroupMoments) -> tuple[Floats, float, str]:
    """Design variance of each group's mean (g,), empty groups included, with its degrees of freedom and the error."""
    if a.sampling is None:
        return linearised_variances(a, m), float(m.cases.sum()) - 1, ""
    found = np.full(a.w.shape[1], np.nan)
    inside = present(a)
    if inside.values.size == 0:
        return found, 0.0, ""
    covariance, df, error = mean_covariance(inside, group_moments(inside.values, inside.n, inside.w), corrected=True)
    found[a.w.sum(axis=0) > 0] = np.diagonal(covariance)
    return found, df, error


@statistic(
    Value("median", "value", "group", usual="always"),
    Value("q1", "value", "group"),
    Value("q3", "value", "group"),
    Value("minimum", "value", "group", usual="always", decimals=0),
    Value("maximum", "value", "group", usual="always", decimals=0),
    takes=GroupedDistribution,
    any_size=True,
)
def order_by_group(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Median, quartiles and extremes of each group, :class:`Cells` of shape (1, g); definitions as for one variable."""
    a = aggregate
    shares = {"median": 0.5, "q1": 0.25, "q3": 0.75}
    found = {name: np.full((1, a.w.shape[1]), np.nan) for name in ("median", "q1", "q3", "minimum", "maximum")}
    survey = a.weighting == "probability"
    for g in range(a.w.shape[1]):
        shown = a.w[:, g] > 0
        if not shown.any():
            continue
        values, w = a.values[shown], a.w[shown, g]
        cumulative = np.cumsum(w)
        for name, p in shares.items():
            found[name][0, g] = (
                weighted_quantile(values, w, p)
                if survey
                else haverage_at(values, w, cumulative, (cumulative[-1] + 1) * p)
            )
        found["minimum"][0, g], found["maximum"][0, g] = values[0], values[-1]
    method = "weighted_quantile" if survey else "haverage"
    return {
        name: Cells(values, method if name in shares else "", error="no_cases" if np.isnan(values).any() else "")
        for name, values in found.items()
    }


# ---------------------------------------------------------------- two groups


_T = ("t", "t_df", "t_p", "t_low", "t_high")
_WELCH = ("welch_t", "welch_df", "welch_p", "welch_low", "welch_high")


@statistic(
    Value("mean_difference", order=500, in_unit=1),
    takes=GroupedDistribution,
    applies=two_meant,
)
def mean_difference(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """The (weighted) mean of the first of two groups minus that of the second. Not computable: ``not_two_groups``."""
    if not _two(aggregate):
        return {"mean_difference": not_computable(NOT_TWO)}
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    return {"mean_difference": number(float(m.shifted[0] - m.shifted[1]), "first_minus_second")}


@statistic(
    Value("t", order=540, usual="tested", df=("t_df",), p="t_p", low="t_low", high="t_high", inferential=True),
    Value(
        "welch_t",
        order=550,
        usual="tested",
        df=("welch_df",),
        p="welch_p",
        low="welch_low",
        high="welch_high",
        inferential=True,
    ),
    # the limits are those of the difference of means, which has the variable's unit
    Value("t_low", inferential=True, in_unit=1),
    Value("t_high", inferential=True, in_unit=1),
    Value("welch_low", inferential=True, in_unit=1),
    Value("welch_high", inferential=True, in_unit=1),
    takes=GroupedDistribution,
    applies=lambda a: two_meant(a) and not by_design(a),
)
def two_means(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Student's and Welch's t for two independent groups, first minus second, two-sided, with intervals.

    t = (m₁−m₂)/√(s²(1/n₁+1/n₂)) with the pooled variance and n−2 degrees of freedom; Welch's with s₁²/n₁+s₂²/n₂ and
    Satterthwaite's degrees of freedom (Welch 1947, Biometrika 34). ``t_low``, ``t_high``, ``welch_low``,
    ``welch_high`` bound the difference of means. Not computable: ``not_two_groups``; ``zero_variance``;
    ``fewer_than_two_cases`` in a group (Welch) or in all (pooled); ``weights_need_design_based``.
    """
    if not _two(aggregate):
        return _none(_T + _WELCH, NOT_TWO)
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    difference = float(m.shifted[0] - m.shifted[1])
    found: dict[str, Result] = {}
    if by_design(a):
        return found | _none(_T + _WELCH, NEEDS_DESIGN)
    df = float(m.total.sum()) - 2
    within = float(m.squares.sum())
    if df <= 0:
        found |= _none(_T, FEW_CASES)
    elif within == 0:
        found |= _none(_T, ZERO_VARIANCE)
    else:
        se = math.sqrt(within / df * float((1 / m.total).sum()))
        found |= _t_results(("t", "t_df", "t_p", "t_low", "t_high"), difference, se, df, options, "pooled")
    if m.total.min() <= 1:
        return found | _none(_WELCH, FEW_CASES)
    parts = m.squares / (m.total - 1) / m.total
    if parts.sum() == 0:
        return found | _none(_WELCH, ZERO_VARIANCE)
    df = _satterthwaite(parts, m.total)
    return found | _t_results(_WELCH, difference, math.sqrt(parts.sum()), df, options, "welch")


def _satterthwaite(parts: Floats, total: Floats) -> float:
    """Degrees of freedom (Σv)²/Σ(v²/(n − 1)) of a sum of variances v, each from n cases; by shares, so of any size."""
    shares = parts / parts.sum()
    return float(1 / (shares * shares / (total - 1)).sum())


def _t_results(
    names: tuple[str, ...], difference: float, se: float, df: float, options: Options, method: str
) -> dict[str, Result]:
    t = difference / se
    half = se * t_quantile(df, options.confidence)
    interval = f"{method}_interval confidence={100 * options.confidence:g}"
    values = (t, df, t_two_sided(t, df), difference - half, difference + half)
    methods = (method, method, method, interval, interval)
    return {name: number(value, how) for name, value, how in zip(names, values, methods, strict=True)}


# ---------------------------------------------------------------- several groups


@dataclass(frozen=True, slots=True)
class Anova:
    """A one-way analysis of variance: sums of squares between and within, their degrees of freedom, F."""

    between: float
    within: float
    df1: float
    df2: float
    f: float


def anova_of(total: Floats, means: Floats, squares: Floats) -> Anova:
    """One-way analysis of variance from Σw, mean and Σw(x−mean)² of each group; F is NaN where within is 0 or df2 ≤ 0.

    The means may all be less the same value: only differences count.
    """
    n = float(total.sum())
    centred = means - float(total @ means) / n
    centred = centred - float(total @ centred) / n
    between = float(total @ (centred * centred))
    within = float(squares.sum())
    df1, df2 = float(total.size - 1), n - total.size
    f = between / df1 / (within / df2) if df2 > 0 and within > ROUNDING * (between + within) else math.nan
    return Anova(between, within, df1, df2, f)


def f_upper(f: float, df1: float, df2: float) -> float:
    """P(F ≥ f) for the F distribution."""
    from scipy.special import fdtrc

    return float(fdtrc(df1, df2, f))


def _f_results(prefix: str, f: float, df1: float, df2: float, method: str, error: str) -> dict[str, Result]:
    if not math.isfinite(f):
        return _none((f"{prefix}_f", f"{prefix}_df1", f"{prefix}_df2", f"{prefix}_p"), error)
    return {
        f"{prefix}_f": number(f, method),
        f"{prefix}_df1": number(df1, method),
        f"{prefix}_df2": number(df2, method),
        f"{prefix}_p": number(f_upper(f, df1, df2), method),
    }


_F = ("_f", "_df1", "_df2", "_p")
_ANOVA = tuple(f"anova{s}" for s in _F)
_WELCH_ANOVA = tuple(f"welch_anova{s}" for s in _F)
_BROWN_FORSYTHE = tuple(f"brown_forsythe{s}" for s in _F)
_OF_F = ("", "_df1", "_df2", "_p")
_LEVENE = tuple(f"levene_f{s}" for s in _OF_F)
_LEVENE_MEDIAN = tuple(f"levene_median_f{s}" for s in _OF_F)


@statistic(
    Value("anova_f", order=560, usual="tested", df=("anova_df1", "anova_df2"), p="anova_p", inferential=True),
    Value(
        "welch_anova_f",
        order=570,
        usual="tested",
        df=("welch_anova_df1", "welch_anova_df2"),
        p="welch_anova_p",
        inferential=True,
    ),
    Value(
        "brown_forsythe_f",
        order=580,
        df=("brown_forsythe_df1", "brown_forsythe_df2"),
        p="brown_forsythe_p",
        inferential=True,
    ),
    takes=GroupedDistribution,
    applies=_naive,
)
def several_means(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """One-way analysis of variance, and two tests of equal means that do not assume equal variances.

    ``anova``: F of the mean squares between and within. ``welch_anova``: Welch (1951), Biometrika 38, 330–336 (R
    ``oneway.test``). ``brown_forsythe``: F* of Brown and Forsythe (1974), Technometrics 16, 129–132, as SPSS ONEWAY
    prints it. Not computable: ``fewer_than_two_groups``; ``zero_variance`` within; for the last two also
    ``group_of_one_case`` and, for Welch's, ``zero_variance_in_a_group``; ``weights_need_design_based``.
    """
    names = _ANOVA + _WELCH_ANOVA + _BROWN_FORSYTHE
    if by_design(aggregate):
        return _none(names, NEEDS_DESIGN)
    if not _several(aggregate):
        return _none(names, FEW_GROUPS)
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    one = anova_of(m.total, m.shifted, m.squares)
    found = _f_results("anova", one.f, one.df1, one.df2, "", ZERO_VARIANCE if one.df2 > 0 else FEW_CASES)
    if m.total.min() <= 1:
        return found | _none(_WELCH_ANOVA + _BROWN_FORSYTHE, "group_of_one_case")
    variances = m.squares / (m.total - 1)
    if variances.min() > 0:
        found |= _f_results("welch_anova", *_welch_anova(m.total, m.shifted, variances), "welch", ZERO_VARIANCE)
    else:
        found |= _none(_WELCH_ANOVA, "zero_variance_in_a_group")
    parts = (1 - m.total / m.total.sum()) * variances
    if parts.sum() == 0:
        return found | _none(_BROWN_FORSYTHE, ZERO_VARIANCE)
    df2 = _satterthwaite(parts, m.total)
    return found | _f_results(
        "brown_forsythe", one.between / float(parts.sum()), one.df1, df2, "brown_forsythe", ZERO_VARIANCE
    )


def _welch_anova(total: Floats, means: Floats, variances: Floats) -> tuple[float, float, float]:
    g = total.size
    weight = total / variances
    share = weight / weight.sum()
    centre = float(share @ means)
    numerator = float(weight @ (means - centre) ** 2) / (g - 1)
    spread = float(((1 - share) ** 2 / (total - 1)).sum())
    return numerator / (1 + 2 * (g - 2) / (g * g - 1) * spread), float(g - 1), (g * g - 1) / (3 * spread)


@statistic(
    Value("levene_f", order=590, df=("levene_f_df1", "levene_f_df2"), p="levene_f_p", inferential=True),
    Value(
        "levene_median_f",
        order=600,
        df=("levene_median_f_df1", "levene_median_f_df2"),
        p="levene_median_f_p",
        inferential=True,
    ),
    takes=GroupedDistribution,
    applies=_naive,
)
def equal_variances(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Levene's test of equal variances: analysis of variance of |x − centre of the group|.

    ``levene``: deviations from means, as SPSS prints it by default (Levene 1960); ``levene_median``: from medians
    (Brown and Forsythe 1974, Journal of the American Statistical Association 69, 364–367). Not computable:
    ``fewer_than_two_groups``; ``zero_variance`` of the deviations; ``weights_need_design_based``.
    """
    if by_design(aggregate):
        return _none(_LEVENE + _LEVENE_MEDIAN, NEEDS_DESIGN)
    if not _several(aggregate):
        return _none(_LEVENE + _LEVENE_MEDIAN, FEW_GROUPS)
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    medians = np.array([_median(a.values, a.w[:, g]) for g in range(a.w.shape[1])])
    found: dict[str, Result] = {}
    shifted = (a.values - m.offset)[:, None]
    for prefix, centres in (("levene", m.shifted), ("levene_median", medians - m.offset)):
        distance = np.abs(shifted - centres)
        means = (a.w * distance).sum(axis=0) / m.total
        rest = distance - means
        squares = (a.w * rest * rest).sum(axis=0)
        one = anova_of(m.total, means, squares)
        within_scale = float((a.w * distance * distance).sum())
        f = one.f if one.within > ROUNDING * within_scale else math.nan
        method = "from_means" if prefix == "levene" else "from_medians"
        one_test = _f_results(prefix, f, one.df1, one.df2, method, ZERO_VARIANCE if one.df2 > 0 else FEW_CASES)
        found |= dict(zip(_LEVENE if prefix == "levene" else _LEVENE_MEDIAN, one_test.values(), strict=True))
    return found


def _median(values: Floats, w: Floats) -> float:
    shown = w > 0
    cumulative = np.cumsum(w[shown])
    return haverage_at(values[shown], w[shown], cumulative, (cumulative[-1] + 1) / 2)


# ---------------------------------------------------------------- ranks


_KRUSKAL = ("kruskal_h", "kruskal_h_df", "kruskal_h_p")
_MANN_WHITNEY = ("mann_whitney_u", "mann_whitney_z", "mann_whitney_u_p")


def rank_sums(a: GroupedDistribution) -> tuple[Floats, Floats, float]:
    """Sums of w, mean ranks by group, shape (g,), and Σw(rank − mean rank)² over all cases (tie-corrected)."""
    pooled = a.w.sum(axis=1)
    ranks = midranks(pooled)
    total = a.w.sum(axis=0)
    centred = ranks - (pooled.sum() + 1) / 2
    return total, (a.w.T @ ranks) / total, float(pooled @ (centred * centred))


@statistic(
    Value("kruskal_h", order=610, usual="tested", df=("kruskal_h_df",), p="kruskal_h_p", inferential=True),
    takes=GroupedDistribution,
    applies=_naive,
    any_size=True,
)
def kruskal_wallis(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Kruskal–Wallis H corrected for ties, its degrees of freedom and asymptotic p (chi-square with g−1).

    H = (N−1) Σ n_g(R̄_g − (N+1)/2)² / Σ(rank − (N+1)/2)² (Kruskal and Wallis 1952, JASA 47, 583–621). Not computable:
    ``fewer_than_two_groups``; ``zero_variance`` when all values are equal; ``weights_need_design_based``.
    """
    if by_design(aggregate):
        return _none(_KRUSKAL, NEEDS_DESIGN)
    if not _several(aggregate):
        return _none(_KRUSKAL, FEW_GROUPS)
    from scipy.special import chdtrc

    a = present(aggregate)
    total, means, squares = rank_sums(a)
    n = float(total.sum())
    if a.values.size < 2 or n <= 1:
        return _none(_KRUSKAL, ZERO_VARIANCE if a.values.size < 2 else FEW_CASES)
    h = (n - 1) * float(total @ (means - (n + 1) / 2) ** 2) / squares
    df = float(total.size - 1)
    return {
        "kruskal_h": number(h, "tie_corrected"),
        "kruskal_h_df": number(df),
        "kruskal_h_p": number(float(chdtrc(df, h)), "asymptotic_tie_corrected"),
    }


@statistic(
    Value("mann_whitney_u", order=620, usual="tested", p="mann_whitney_u_p", inferential=True),
    Value("mann_whitney_z", order=630, inferential=True),
    takes=GroupedDistribution,
    applies=lambda a: two_meant(a) and not by_design(a),
    any_size=True,
)
def mann_whitney(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Mann–Whitney's U, the smaller of the two, its z and two-sided asymptotic p, as SPSS prints them.

    z = (U − n₁n₂/2)/σ with the tie-corrected σ and no continuity correction (Mann and Whitney 1947). Not computable:
    ``not_two_groups``; ``zero_variance`` when all values are equal; ``weights_need_design_based``.
    """
    if by_design(aggregate):
        return _none(_MANN_WHITNEY, NEEDS_DESIGN)
    if not _two(aggregate):
        return _none(_MANN_WHITNEY, NOT_TWO)
    from scipy.special import ndtr

    a = present(aggregate)
    total, means, squares = rank_sums(a)
    n = float(total.sum())
    pairs = float(total[0] * total[1])
    first = float(total[0] * means[0] - total[0] * (total[0] + 1) / 2)
    u = min(first, pairs - first)
    found: dict[str, Result] = {"mann_whitney_u": number(u, "smaller_u")}
    if a.values.size < 2 or n <= 1:
        return found | _none(_MANN_WHITNEY[1:], ZERO_VARIANCE)
    z = (u - pairs / 2) / math.sqrt(pairs * squares / (n * (n - 1)))
    return found | {
        "mann_whitney_z": number(z, "asymptotic_tie_corrected"),
        "mann_whitney_u_p": number(float(2 * ndtr(-abs(z))), "asymptotic_tie_corrected"),
    }


def _exact_cost(counts: Ints) -> float:
    """Steps of :func:`exact_rank_sum_p`: values times counts times states."""
    m = int(counts.sum(axis=0).min())
    tied = counts.sum(axis=1)
    n = int(tied.sum())
    return float(np.minimum(tied, m).sum()) * (m + 1) * (2 * m * (n - m) + 1)


def _whole(w: Floats) -> Ints | None:
    counts = np.rint(w)
    if not np.allclose(counts, w, rtol=0, atol=1e-9):
        return None
    return counts.astype(np.int64)


def exact_rank_sum_p(counts: Ints) -> float:
    """Exact two-sided p of the rank sum of two groups, given the ties: counts (k, 2) of ascending distinct values.

    The share of all C(n, n₁) divisions of the cases whose rank sum is at least as far from its mean as the observed
    one. Counted by a recursion over the distinct values (Streitberg and Röhmel 1986, Statistical Software Newsletter
    12, 10–17), on doubled ranks, which are whole.
    """
    tied = counts.sum(axis=1)
    smaller = counts[:, int(counts.sum(axis=0).argmin())]
    m, n = int(smaller.sum()), int(tied.sum())
    doubled = 2 * np.cumsum(tied) - tied
    steps = doubled - doubled[0]
    steps //= max(int(np.gcd.reduce(steps)), 1)
    largest = int(np.sort(np.repeat(steps, np.minimum(tied, m)))[-m:].sum())
    ways = np.zeros((m + 1, largest + 1))
    ways[0, 0] = 1.0
    for cases, step in zip(tied.tolist(), steps.tolist(), strict=True):
        before = ways.copy()
        for taken in range(1, min(cases, m) + 1):
            shift = taken * step
            if shift > largest:
                break
            ways[taken:, shift:] += math.comb(cases, taken) * before[: m + 1 - taken, : largest + 1 - shift]
    # Distances from the mean m·Σ/n, times n to stay whole.
    centre = m * int(tied @ steps)
    distances = np.abs(n * np.arange(largest + 1) - centre)
    observed = abs(n * int(smaller @ steps) - centre)
    return float(ways[m, distances >= observed].sum() / ways[m].sum())


def _small_enough(a: GroupedDistribution) -> bool:
    if by_design(a) or not _two(a):
        return False
    shown = present(a)
    counts = _whole(shown.w)
    # SPSS's own limit for printing an exact p beside the asymptotic one.
    return counts is not None and int(counts.sum(axis=0).prod()) <= 400


@statistic(
    Value("mann_whitney_exact_p", "p", order=640, inferential=True),
    takes=GroupedDistribution,
    applies=_small_enough,
    any_size=True,
)
def mann_whitney_exact(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Exact two-sided p of Mann–Whitney's U given the ties (see :func:`exact_rank_sum_p`).

    Not computable: ``not_two_groups``; ``zero_variance``; ``counts_not_whole``; ``too_many_for_exact`` when the count
    would take more than ``options.enumeration_limit`` steps; ``weights_need_design_based``.
    """
    name = ("mann_whitney_exact_p",)
    if by_design(aggregate):
        return _none(name, NEEDS_DESIGN)
    if not _two(aggregate):
        return _none(name, NOT_TWO)
    a = present(aggregate)
    if a.values.size < 2:
        return _none(name, ZERO_VARIANCE)
    counts = _whole(a.w)
    if counts is None:
        return _none(name, "counts_not_whole")
    if _exact_cost(counts) > options.enumeration_limit:
        return _none(name, "too_many_for_exact")
    return {name[0]: number(exact_rank_sum_p(counts), "exact_given_ties")}


# ---------------------------------------------------------------- probability weights


_DESIGN_T = ("design_t", "design_t_df", "design_t_p", "design_t_low", "design_t_high")
_DESIGN_F = tuple(f"design_wald{s}" for s in _F)
_DESIGN_RANK = tuple(f"design_rank{s}" for s in _F)


def wald_f(estimates: Floats, covariance: Floats, df: float) -> tuple[float, float, float]:
    """Wald F that all of k estimates are equal: F, df1 = k−1, df2 = df + 1 − k; NaN where the covariance is singular.

    R survey's ``regTermTest`` of the group in a regression with an intercept.
    """
    df1, df2 = float(estimates.size - 1), df + 1 - estimates.size
    if df2 <= 0 or not np.isfinite(covariance).all():
        return math.nan, df1, df2
    contrasts = np.hstack([np.eye(estimates.size - 1), np.full((estimates.size - 1, 1), -1.0)])
    own = contrasts @ covariance @ contrasts.T
    scale = np.sqrt(np.diagonal(own))
    if not (scale > 0).all():
        return math.nan, df1, df2
    # On the scale of correlations, where what is singular does not depend on the unit of measurement.
    correlation = own / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlation, hermitian=True) < scale.size:
        return math.nan, df1, df2
    d = contrasts @ estimates / scale
    return float(d @ np.linalg.solve(correlation, d)) / df1, df1, df2


@statistic(
    Value(
        "design_wald_f",
        order=520,
        usual="tested",
        df=("design_wald_df1", "design_wald_df2"),
        p="design_wald_p",
        inferential=True,
    ),
    Value("design_rank_f", order=530, df=("design_rank_df1", "design_rank_df2"), p="design_rank_p", inferential=True),
    takes=GroupedDistribution,
    applies=by_design,
)
def design_based(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Design-based tests: equal means, and equal mean rank scores.

    ``design_wald``: Wald F of the group indicators in a linear regression with design-based standard errors (R survey
    ``regTermTest(svyglm(y ~ group))``), the design's degrees of freedom + 1 − g in the denominator. ``design_rank``:
    the same for scores (weight below + half the weight tied)/Σw, the weighted Kruskal–Wallis test of Lumley and Scott
    (2013, Biometrika 100, 831–842; R ``svyranktest``). Without a probability weight or a design:
    ``weights_not_probability``. Not computable: ``fewer_than_two_groups``; ``zero_variance_in_a_group``;
    ``fewer_than_two_cases``; ``no_degrees_of_freedom`` (too few clusters for the groups); what the design has against
    a variance (``lonely_psu``).
    """
    names = _DESIGN_F + _DESIGN_RANK
    if not by_design(aggregate):
        return _none(names, "weights_not_probability")
    if not _several(aggregate):
        return _none(names, FEW_GROUPS)
    a = present(aggregate)
    pooled = a.w.sum(axis=1)
    scores = (np.cumsum(pooled) - pooled / 2) / pooled.sum()
    few = FEW_CASES if a.sampling is None else "no_degrees_of_freedom"
    found: dict[str, Result] = {}
    for prefix, values in (("design_wald", a.values), ("design_rank", scores)):
        scored = GroupedDistribution(values, a.n, a.w, a.w2, a.weighting, a.sampling, a.sample_n)
        m = group_moments(values, a.n, a.w)
        covariance, df, error = mean_covariance(scored, m)
        if a.sampling is None and not (m.squares > 0).all():
            covariance = np.full_like(covariance, np.nan)
        f, df1, df2 = wald_f(m.shifted, covariance, df)
        found |= _f_results(
            prefix, f, df1, df2, "design_based", error or (few if df2 <= 0 else "zero_variance_in_a_group")
        )
    return found


@statistic(
    Value(
        "design_t",
        order=510,
        usual="tested",
        df=("design_t_df",),
        p="design_t_p",
        low="design_t_low",
        high="design_t_high",
        inferential=True,
    ),
    Value("design_t_high", inferential=True, in_unit=1),
    Value("design_t_low", inferential=True, in_unit=1),
    takes=GroupedDistribution,
    applies=lambda a: by_design(a) and two_meant(a),
)
def design_two_means(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Design-based t of two weighted means, first minus second, with the interval of the difference.

    R survey ``svyttest``: design-based standard error, the design's degrees of freedom − 1 (n−2 without strata and
    clusters). Not computable: ``not_two_groups``; ``weights_not_probability``; ``zero_variance``;
    ``fewer_than_two_cases``; ``no_degrees_of_freedom``; what the design has against a variance (``lonely_psu``).
    """
    if not by_design(aggregate):
        return _none(_DESIGN_T, "weights_not_probability")
    if not _two(aggregate):
        return _none(_DESIGN_T, NOT_TWO)
    a = present(aggregate)
    m = group_moments(a.values, a.n, a.w)
    covariance, df, error = mean_covariance(a, m)
    df -= 1
    if error:
        return _none(_DESIGN_T, error)
    if df <= 0:
        return _none(_DESIGN_T, FEW_CASES if a.sampling is None else "no_degrees_of_freedom")
    spread = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    if m.squares.sum() == 0 or spread <= 0:
        return _none(_DESIGN_T, ZERO_VARIANCE)
    difference = float(m.shifted[0] - m.shifted[1])
    return _t_results(_DESIGN_T, difference, math.sqrt(spread), df, options, "design_based")
