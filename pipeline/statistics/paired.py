"""Two measurements of the same cases: paired t, Wilcoxon's signed ranks, the sign test.

The aggregate is a :class:`Patterns` of two variables; differences are first minus second, cases without both values
take no part. Asked for by name only: two numeric variables are rarely two measurements of one thing. Definitions as in
IBM SPSS Statistics Algorithms (T-TEST PAIRS, NPAR TESTS WILCOXON and SIGN), sums of weights in the place of cases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Floats, Ints, Number, Options, Patterns, Result, by_design, not_computable, number
from pipeline.statistics.correlation import complete, design_variance
from pipeline.statistics.moments import midranks, moments
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.univariate import t_quantile, t_two_sided

NEEDS_DESIGN = "weights_need_design_based"
NOT_A_PAIR = "not_two_variables"
FEW_CASES = "fewer_than_two_cases"

_T = (
    "paired_difference", "paired_se", "paired_t", "paired_t_df", "paired_t_p", "paired_low", "paired_high", "cohens_dz",
)  # fmt: skip
_WILCOXON = ("wilcoxon_w", "wilcoxon_z", "wilcoxon_p")
_SIGN = ("sign_positive", "sign_negative", "sign_p", "sign_z")


def _by_name_only(aggregate: Patterns) -> bool:
    return False


def _none(names: tuple[str, ...], reason: str) -> dict[str, Result]:
    return {name: not_computable(reason) for name in names}


@statistic(
    Value("paired_difference", se="paired_se", low="paired_low", high="paired_high", in_unit=1),
    Value("paired_t", df=("paired_t_df",), p="paired_t_p", low="paired_low", high="paired_high", inferential=True),
    Value("cohens_dz"),
    takes=Patterns,
    applies=_by_name_only,
)
def paired_t(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Mean difference with standard error, paired t, degrees of freedom, two-sided p, interval, and Cohen's d_z.

    t = mean/(sd/√W), W−1 degrees of freedom; d_z = mean/sd of the differences. With a probability weight or a design
    the standard error and degrees of freedom are the design's (R ``confint(svymean(~I(x − y)), df = degf)``). Not
    computable: ``not_two_variables``; ``no_cases``; ``fewer_than_two_cases``; ``zero_variance`` of the differences;
    ``no_degrees_of_freedom``; ``lonely_psu``.
    """
    if aggregate.x.shape[1] != 2:
        return _none(_T, NOT_A_PAIR)
    p = complete(aggregate)
    if p.w.size == 0:
        return _none(_T, "no_cases")
    survey = p.weighting == "probability"
    m = moments(p.x[:, 0] - p.x[:, 1], p.n, p.w)
    found: dict[str, Result] = {"paired_difference": number(m.mean, "first_minus_second")}
    cases = m.cases if survey else m.total
    if cases <= 1:
        return found | _none(_T[1:], FEW_CASES)
    spread = m.squares / m.total * (m.cases / (m.cases - 1)) if survey else m.squares / (m.total - 1)
    if spread == 0:
        return found | _none(_T[1:], "zero_variance")
    designed = by_design(p)
    if designed:
        differences = p.x[:, 0] - p.x[:, 1]
        variance, df, error = design_variance(
            p, m.deviations / m.total, lambda w: float(w @ differences) / float(w.sum())
        )
        if not (variance > 0 and df > 0):
            return found | _none(_T[1:], error or ("zero_variance" if df > 0 else "no_degrees_of_freedom"))
        se, method = math.sqrt(variance), "design_based"
    else:
        se, df, method = math.sqrt(spread / m.total), m.total - 1, ""
    half = se * t_quantile(df, options.confidence)
    interval = f"{'design_based_interval' if designed else 't_interval'} confidence={100 * options.confidence:g}"
    return found | {
        "paired_se": number(se, method),
        "paired_t": number(m.mean / se, method),
        "paired_t_df": number(df, method),
        "paired_t_p": number(t_two_sided(m.mean / se, df), method),
        "paired_low": number(m.mean - half, interval),
        "paired_high": number(m.mean + half, interval),
        "cohens_dz": number(m.mean / math.sqrt(spread), "sd_of_differences"),
    }


def _differences(p: Patterns) -> tuple[Floats, Floats, Floats]:
    """Distinct sizes of the differences that are not zero, with the weights of the positive and the negative ones."""
    d = p.x[:, 0] - p.x[:, 1]
    # 0.3 − 0.1 and 0.2 − 0 are one size to a reader; twelve digits keep them together.
    scale = 10.0 ** (12 - np.ceil(np.log10(np.abs(p.x).max(initial=1.0))))
    d = np.rint(d * scale) / scale
    sizes, where = np.unique(np.abs(d), return_inverse=True)
    up: Floats = np.bincount(where, p.w * (d > 0)).astype(np.float64)
    down: Floats = np.bincount(where, p.w * (d < 0)).astype(np.float64)
    shown = sizes > 0
    return sizes[shown], up[shown], down[shown]


@statistic(
    Value("wilcoxon_w", p="wilcoxon_p", inferential=True),
    Value("wilcoxon_z", p="wilcoxon_p", inferential=True),
    takes=Patterns,
    applies=_by_name_only,
)
def wilcoxon(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Wilcoxon's signed ranks: the smaller sum of ranks, z and two-sided asymptotic p, as SPSS prints them.

    Zero differences are left out; z = (W − n(n+1)/4)/√(n(n+1)(2n+1)/24 − Σ(t³−t)/48), no continuity correction
    (Wilcoxon 1945). Not computable: ``not_two_variables``; ``no_differences`` when every pair is equal;
    ``weights_need_design_based``.
    """
    if aggregate.x.shape[1] != 2:
        return _none(_WILCOXON, NOT_A_PAIR)
    if by_design(aggregate):
        return _none(_WILCOXON, NEEDS_DESIGN)
    from scipy.special import ndtr

    sizes, up, down = _differences(complete(aggregate))
    if sizes.size == 0:
        return _none(_WILCOXON, "no_differences")
    tied = up + down
    n = float(tied.sum())
    ranks = midranks(tied)
    smaller = min(float(up @ ranks), float(down @ ranks))
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((tied**3 - tied).sum()) / 48
    z = (smaller - n * (n + 1) / 4) / math.sqrt(variance)
    return {
        "wilcoxon_w": number(smaller, "smaller_rank_sum"),
        "wilcoxon_z": number(z, "asymptotic_tie_corrected"),
        "wilcoxon_p": number(float(2 * ndtr(-abs(z))), "asymptotic_tie_corrected"),
    }


def exact_signed_rank_p(tied: Ints, positive_rank_sum: float) -> float:
    """Exact two-sided p of a sum of positive ranks, given the ties: counts of ascending distinct sizes (k,).

    The share of all 2ⁿ signs whose sum is at least as far from its mean as the observed one (Streitberg and Röhmel
    1986), counted on doubled ranks, which are whole.
    """
    doubled = 2 * np.cumsum(tied) - tied + 1
    total = int(tied @ doubled)
    ways = np.zeros(total + 1)
    ways[0] = 1.0
    for rank in np.repeat(doubled, tied).tolist():
        moved = np.zeros_like(ways)
        moved[rank:] = ways[: total + 1 - rank]
        # Halving as we go keeps shares, where 2ⁿ would overflow.
        ways = (ways + moved) / 2
    distances = np.abs(2 * np.arange(total + 1) - total)
    observed = abs(2 * round(2 * positive_rank_sum) - total)
    return float(ways[distances >= observed].sum())


@statistic(
    Value("wilcoxon_exact_p", "p", inferential=True),
    takes=Patterns,
    applies=_by_name_only,
)
def wilcoxon_exact(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Exact two-sided p of Wilcoxon's signed ranks given the ties (see :func:`exact_signed_rank_p`).

    Not computable: ``not_two_variables``; ``no_differences``; ``counts_not_whole``; ``too_many_for_exact`` beyond
    ``options.enumeration_limit`` steps; ``weights_need_design_based``.
    """
    name = ("wilcoxon_exact_p",)
    if aggregate.x.shape[1] != 2:
        return _none(name, NOT_A_PAIR)
    if by_design(aggregate):
        return _none(name, NEEDS_DESIGN)
    sizes, up, down = _differences(complete(aggregate))
    if sizes.size == 0:
        return _none(name, "no_differences")
    tied = np.rint(up + down).astype(np.int64)
    if not np.allclose(np.concatenate([up, down]), np.rint(np.concatenate([up, down])), rtol=0, atol=1e-9):
        return _none(name, "counts_not_whole")
    n = int(tied.sum())
    if n * n * (n + 1) > options.enumeration_limit:
        return _none(name, "too_many_for_exact")
    positive = float(up @ midranks(tied.astype(np.float64)))
    return {name[0]: number(exact_signed_rank_p(tied, positive), "exact_given_ties")}


@statistic(
    Value("sign_positive", "count"),
    Value("sign_negative", "count"),
    Value("sign_z", p="sign_p", inferential=True),
    takes=Patterns,
    applies=_by_name_only,
)
def sign_test(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Sign test: positive and negative differences, exact two-sided binomial p, and SPSS's z.

    z = (max(n₊, n₋) − n/2 − ½)/(√n/2), SPSS's with continuity correction, of negative sign as SPSS prints it; p is
    exact at every n. Not computable: ``not_two_variables``; ``no_differences``; p ``counts_not_whole``;
    ``weights_need_design_based``.
    """
    if aggregate.x.shape[1] != 2:
        return _none(_SIGN, NOT_A_PAIR)
    if by_design(aggregate):
        return _none(_SIGN, NEEDS_DESIGN)
    from scipy.special import bdtr

    sizes, up, down = _differences(complete(aggregate))
    if sizes.size == 0:
        return _none(_SIGN, "no_differences")
    positive, negative = float(up.sum()), float(down.sum())
    n, fewer = positive + negative, min(positive, negative)
    found: dict[str, Result] = {"sign_positive": Number(positive), "sign_negative": Number(negative)}
    whole = abs(positive - round(positive)) < 1e-9 and abs(negative - round(negative)) < 1e-9
    found["sign_p"] = (
        number(min(1.0, 2 * float(bdtr(round(fewer), round(n), 0.5))), "exact_binomial")
        if whole
        else not_computable("counts_not_whole")
    )
    found["sign_z"] = number(min(0.0, (fewer - n / 2 + 0.5) / (math.sqrt(n) / 2)), "continuity_corrected")
    return found
