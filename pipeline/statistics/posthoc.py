"""Which groups differ: pairwise comparisons of means and of mean ranks, and the letters of CTABLES.

Comparisons are functions that return one frozen :class:`Pairwise` record for all pairs; ``letters`` is a statistic.
Sources: Tukey (1953) and Kramer (1956) for unequal groups; Games and Howell (1976), Journal of Educational Statistics
1, 113–125; Dunn (1964), Technometrics 6, 241–252.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.core import Cells, Floats, GroupedDistribution, Ints, Options, Result, by_design
from pipeline.statistics.groups import group_count, group_variances, mean_covariance, present, rank_sums
from pipeline.statistics.moments import group_moments
from pipeline.statistics.multiple_tests import adjust
from pipeline.statistics.proportions import letter
from pipeline.statistics.registry import Value, declare, statistic
from pipeline.statistics.roots import crossing


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Comparisons of all m pairs of groups, arrays of shape (m,).

    ``first``, ``second``: positions of the groups in the aggregate. ``difference``: first less second, of means or,
    for ranks, of mean ranks; ``se`` its standard error; ``statistic`` their ratio (t or z), or √2 times it for the
    studentized range; ``df`` its degrees of freedom (infinite for z); ``p`` adjusted as ``method`` says; ``low`` and
    ``high`` bound the difference, NaN where the method gives no interval. NaN where a pair cannot be compared, because
    of ``error``.
    """

    first: Ints
    second: Ints
    difference: Floats
    se: Floats
    statistic: Floats
    df: Floats
    p: Floats
    low: Floats
    high: Floats
    method: str
    error: str = ""


# ---------------------------------------------------------------- the studentized range


# Where the largest of several standard normals is looked for, in pieces with so many Gauss–Legendre nodes each: beyond
# z = 14 the normal density is below 1e-43, and so is what it could add.
_EDGES, _NODES = np.linspace(-9.0, 14.0, 14), 16


def _range_tail(q: Floats, groups: int) -> Floats:
    """P(range of ``groups`` standard normals > q), elementwise; accurate in the tail too."""
    from scipy.special import ndtr

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = (_EDGES[1] - _EDGES[0]) / 2
    z = (_EDGES[:-1, None] + half * (nodes + 1)).ravel()
    mass = np.tile(half * weights, _EDGES.size - 1) * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    whole = ndtr(z)
    # The largest is at z and not all others lie within q below it: Φ^(g−1) − (Φ(z) − Φ(z−q))^(g−1).
    with np.errstate(divide="ignore"):
        lost = -np.expm1((groups - 1) * np.log1p(-np.minimum(ndtr(z - q[:, None]) / whole, 1.0)))
    return np.asarray((lost * whole ** (groups - 1)) @ mass * groups)


def studentized_range_tail(q: float, groups: int, df: float) -> float:
    """P(Q > q) for the studentized range of ``groups`` means with df degrees of freedom (R ``ptukey``).

    The tail of the range of normals, averaged over the distribution of s = √(χ²/df). On log s the trapezoidal rule
    converges faster than any power of its step (the integrand and its derivatives vanish at both ends).
    """
    if q <= 0:
        return 1.0
    root = math.sqrt(df)
    # With many degrees of freedom s lies within 10/√(df) of 1.
    log_s = np.arange(-40 / df - min(2.0, 10 / root), min(2 + 4 / root, 10 / root), min(0.1, 0.25 / root))
    log_density = -df / 2 * (np.expm1(2 * log_s) - 2 * log_s)
    keep = log_density > -45.0
    density = np.exp(log_density[keep])
    return min(1.0, float(density @ _range_tail(q * np.exp(log_s[keep]), groups)) / float(density.sum()))


def studentized_range_quantile(confidence: float, groups: int, df: float) -> float:
    """The q with P(Q ≤ q) = confidence (R ``qtukey``), solved on the log of the tail."""
    target = math.log(1 - confidence)

    def excess(q: float) -> float:
        return math.log(max(studentized_range_tail(q, groups, df), 1e-300)) - target

    high = 4.0
    while excess(high) > 0:
        high *= 2
    return crossing(excess, 0.0, high)


# ---------------------------------------------------------------- pairs of means


_LEAST_DF = 1.0  # weights that stand for less than a case leave fewer, for which the studentized range has no table


def _pairs(a: GroupedDistribution) -> tuple[GroupedDistribution, Ints, Ints, Ints]:
    kept = np.flatnonzero(a.w.sum(axis=0) > 0)
    i, j = np.triu_indices(kept.size, 1)
    return present(a), kept, i, j


def _refused(a: GroupedDistribution, method: str, error: str) -> Pairwise:
    i, j = np.triu_indices(a.w.shape[1], 1)
    nothing = np.full(i.size, np.nan)
    return Pairwise(i, j, nothing, nothing, nothing, nothing, nothing, nothing, nothing, method, error)


def _refusal(a: GroupedDistribution) -> str:
    if by_design(a):
        return "weights_need_design_based"
    return "fewer_than_two_groups" if group_count(a) < 2 else ""


def tukey_hsd(aggregate: GroupedDistribution, options: Options) -> Pairwise:
    """Tukey's honestly significant differences (Tukey–Kramer), as R ``TukeyHSD`` and SPSS ONEWAY give them.

    Pooled variance, N−g degrees of freedom, studentized range of g means. Errors: ``fewer_than_two_groups``;
    ``zero_variance``; ``fewer_than_two_cases``; ``weights_need_design_based``.
    """
    method = f"tukey_hsd confidence={100 * options.confidence:g}"
    error = _refusal(aggregate)
    if error:
        return _refused(aggregate, method, error)
    a, kept, i, j = _pairs(aggregate)
    m = group_moments(a.values, a.n, a.w)
    df = float(m.total.sum()) - kept.size
    if df < _LEAST_DF or m.squares.sum() == 0:
        return _refused(aggregate, method, "fewer_than_two_cases" if df < _LEAST_DF else "zero_variance")
    se = np.sqrt(float(m.squares.sum()) / df * (1 / m.total[i] + 1 / m.total[j]))
    difference = m.shifted[i] - m.shifted[j]
    q = np.abs(difference) / se * math.sqrt(2)
    p = np.array([studentized_range_tail(one, kept.size, df) for one in q.tolist()])
    half = studentized_range_quantile(options.confidence, kept.size, df) / math.sqrt(2) * se
    return Pairwise(
        kept[i], kept[j], difference, se, difference / se * math.sqrt(2), np.full(i.size, df), p,
        difference - half, difference + half, method,
    )  # fmt: skip


def games_howell(aggregate: GroupedDistribution, options: Options) -> Pairwise:
    """Games–Howell comparisons: as Tukey's, but each pair with its own variances and Welch's degrees of freedom.

    A pair with a group of one case or without any variance is NaN (``group_of_one_case``). Other errors:
    ``fewer_than_two_groups``; ``weights_need_design_based``.
    """
    method = f"games_howell confidence={100 * options.confidence:g}"
    error = _refusal(aggregate)
    if error:
        return _refused(aggregate, method, error)
    a, kept, i, j = _pairs(aggregate)
    m = group_moments(a.values, a.n, a.w)
    part = group_variances(m, a.weighting) / m.total
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(part[i] + part[j])
        own_share = part[i] / (part[i] + part[j])
        df = 1 / (own_share**2 / (m.total[i] - 1) + (1 - own_share) ** 2 / (m.total[j] - 1))
        difference = m.shifted[i] - m.shifted[j]
        statistic_ = np.where(se > 0, difference / se * math.sqrt(2), np.nan)
    able = np.isfinite(statistic_) & (df >= _LEAST_DF)
    p, half = np.full(i.size, np.nan), np.full(i.size, np.nan)
    for pair in np.flatnonzero(able).tolist():
        own = float(df[pair])
        p[pair] = studentized_range_tail(abs(float(statistic_[pair])), kept.size, own)
        half[pair] = studentized_range_quantile(options.confidence, kept.size, own) / math.sqrt(2) * se[pair]
    return Pairwise(
        kept[i], kept[j], difference, se, statistic_, df, p, difference - half, difference + half, method,
        "" if able.all() else "group_of_one_case",
    )  # fmt: skip


def dunn(aggregate: GroupedDistribution, options: Options) -> Pairwise:
    """Dunn's comparisons of mean ranks after Kruskal–Wallis, corrected for ties; p adjusted by ``options.adjustment``.

    z = (R̄ᵢ − R̄ⱼ)/√(Σ(rank − mean)²/(N−1)·(1/nᵢ + 1/nⱼ)), asymptotic and two-sided. Errors:
    ``fewer_than_two_groups``; ``zero_variance``; ``weights_need_design_based``.
    """
    method = f"dunn adjustment={options.adjustment}"
    error = _refusal(aggregate)
    if error:
        return _refused(aggregate, method, error)
    from scipy.special import ndtr

    a, kept, i, j = _pairs(aggregate)
    if a.values.size < 2:
        return _refused(aggregate, method, "zero_variance")
    total, means, squares = rank_sums(a)
    if total.sum() <= 1:
        return _refused(aggregate, method, "fewer_than_two_cases")
    difference = means[i] - means[j]
    se = np.sqrt(squares / (float(total.sum()) - 1) * (1 / total[i] + 1 / total[j]))
    z = difference / se
    nothing = np.full(i.size, np.nan)
    p = adjust(2 * ndtr(-np.abs(z)), options.adjustment)
    return Pairwise(kept[i], kept[j], difference, se, z, np.full(i.size, np.inf), p, nothing, nothing, method)


def compare_means(aggregate: GroupedDistribution, options: Options) -> Pairwise:
    """Pairwise t tests of column means, p adjusted by ``options.adjustment``, as SPSS CTABLES compares them.

    The variance is pooled over all groups (MEANSVARIANCE=ALLCATS; R ``pairwise.t.test``); with a probability weight or
    a design the difference stands over its design-based standard error, with the design's degrees of freedom + 1 − g
    (n−g without strata and clusters). Groups of fewer than two cases take no part (NaN, ``column_not_compared``).
    Errors: ``fewer_than_two_groups``; ``zero_variance``; ``no_degrees_of_freedom``; the design's own.
    """
    survey = by_design(aggregate)
    kind = "design_based_t" if survey else "pooled_t"
    method = f"{kind} adjustment={options.adjustment} level={1 - options.confidence:.6g}"
    if group_count(aggregate) < 2:
        return _refused(aggregate, method, "fewer_than_two_groups")
    from scipy.special import stdtr

    a, kept, i, j = _pairs(aggregate)
    m = group_moments(a.values, a.n, a.w)
    size = m.cases if survey else m.total
    covariance, df, error = mean_covariance(a, m) if survey else (np.empty(0), float(size.sum()) - 1, "")
    df += 1 - kept.size
    if error or df <= 0 or m.squares.sum() == 0:
        few = "fewer_than_two_cases" if a.sampling is None else "no_degrees_of_freedom"
        return _refused(aggregate, method, error or (few if df <= 0 else "zero_variance"))
    if not survey:
        covariance = np.diag(float(m.squares.sum()) / df / m.total)
    own = np.diagonal(covariance)
    se = np.sqrt(np.maximum(own[i] + own[j] - 2 * covariance[i, j], 0.0))
    difference = m.shifted[i] - m.shifted[j]
    able = (size[i] >= 2) & (size[j] >= 2) & (se > 0)
    t = np.where(able, difference / np.where(able, se, 1.0), np.nan)
    p = adjust(2 * stdtr(df, -np.abs(t)), options.adjustment)
    nothing = np.full(i.size, np.nan)
    return Pairwise(
        kept[i], kept[j], difference, se, t, np.full(i.size, df), p, nothing, nothing, method,
        "" if able.all() else "column_not_compared",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Method:
    """A comparison of all pairs of groups that a table asks for by its name, and the numbers it gives for each pair."""

    difference: Value
    compare: Callable[[GroupedDistribution, Options], Pairwise]


METHODS: Mapping[str, Method] = {
    name: Method(
        Value(f"{name}_difference", place="pair", p=f"{name}_p", low=f"{name}_low", high=f"{name}_high"), compare
    )
    for name, compare in (("tukey", tukey_hsd), ("games_howell", games_howell), ("dunn", dunn))
}
declare(*(method.difference for method in METHODS.values()))


@statistic(
    Value("letters", "letters", "mark", inferential=True),
    takes=GroupedDistribution,
    applies=lambda a: group_count(a) > 1,
)
def letters(aggregate: GroupedDistribution, options: Options) -> Mapping[str, Result]:
    """Under each column mean the letters of the columns whose mean is significantly smaller (SPSS CTABLES).

    ``texts``, shape (1, g), holds the letters, separated by spaces; ``values`` how many they are, NaN where the column
    takes no part (see :func:`compare_means`). Columns are lettered by position, empty ones included. The level is
    1 − ``options.confidence``.
    """
    compared = compare_means(aggregate, options)
    g = aggregate.w.shape[1]
    values = np.full((1, g), np.nan)
    texts = np.full((1, g), "", dtype=object)
    made = ~np.isnan(compared.p)
    values[0, np.union1d(compared.first[made], compared.second[made])] = 0
    for pair in np.flatnonzero(compared.p < 1 - options.confidence).tolist():
        larger, smaller = int(compared.first[pair]), int(compared.second[pair])
        if compared.difference[pair] < 0:
            larger, smaller = smaller, larger
        texts[0, larger] = " ".join(sorted([*texts[0, larger].split(), letter(smaller)], key=lambda x: (len(x), x)))
        values[0, larger] += 1
    error = compared.error or ("column_not_compared" if np.isnan(values).any() else "")
    return {"letters": Cells(values, compared.method, error=error, letters=texts)}
