"""Correlations of two numeric variables, and matrices of them.

Without a weight and with a frequency weight as SPSS CORRELATIONS and NONPAR CORR give them, with the sum of weights W
in the place of n. With a probability weight or a design Pearson's r is that of the weighted covariances and its
standard error is design-based: linearised over strata and clusters, or from replicate weights; the rank correlations
are then described only.

Sources: Fisher (1921) for the interval of r; Spearman (1904); Kendall (1948), Rank Correlation Methods, with the
variance of S under ties; Binder (1983), International Statistical Review 51, for the linearisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from pipeline.statistics.core import (
    Floats,
    Ints,
    Number,
    Options,
    Patterns,
    Result,
    by_design,
    not_computable,
    number,
    to_unit,
)
from pipeline.statistics.moments import midranks
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.univariate import t_two_sided

NEEDS_DESIGN = "weights_need_design_based"
NOT_A_PAIR = "not_two_variables"
Coefficient = Literal["pearson_r", "spearman_rho", "tau_b"]
COEFFICIENTS: tuple[Coefficient, ...] = get_args(Coefficient)


def complete(patterns: Patterns) -> Patterns:
    """The patterns with a value on every variable (listwise) and a positive weight."""
    keep = ~np.isnan(patterns.x).any(axis=1) & (patterns.w > 0)
    if keep.all():
        return patterns
    return Patterns(
        patterns.x[keep],
        patterns.n[keep],
        patterns.w[keep],
        patterns.w2[keep],
        patterns.weighting,
        None if patterns.sampling is None else patterns.sampling.kept(keep),
        patterns.sample_n,
    )


def columns(patterns: Patterns, *which: int) -> Patterns:
    """The same patterns over some of their variables."""
    return replace(patterns, x=patterns.x[:, which])


def centred(x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted means and deviations from them of the columns of x (k, p), in two passes."""
    offset = x[int(w.argmax())]
    d = x - offset
    total = w.sum()
    first = (w @ d) / total
    e = d - first
    missed = (w @ e) / total
    # A constant column has no deviations; what the passes leave is rounding.
    deviations = np.where((d == 0).all(axis=0), 0.0, e - missed)
    return offset + (first + missed), deviations


def linearised_variance(p: Patterns, influence: Floats) -> tuple[float, float]:
    """Variance of Σw·influence in a one-stage sample, and its degrees of freedom: the cases less one.

    Taylor linearisation, cases drawn with replacement: n/(n−1) (Σ(w·influence)² − (Σw·influence)²/n), where n is
    ``sample_n`` if that is given. NaN for a single case.
    """
    cases = float(p.n.sum())
    if cases < 2:
        return math.nan, cases - 1
    drawn = cases if p.sample_n is None else float(p.sample_n)
    total = float((p.w * influence).sum())
    squares = float((p.w2 * influence * influence).sum())
    return drawn / (drawn - 1) * (squares - total * total / drawn), cases - 1


def design_variance(p: Patterns, influence: Floats, estimate: Callable[[Floats], float]) -> tuple[float, float, str]:
    """Design variance of an estimate, its degrees of freedom, and the reason where it is NaN.

    ``influence`` (k,): the derivative of the estimate by a pattern's weight; ``estimate``: the same from other weights
    (k,), for replicate weights.
    """
    if p.sampling is None:
        variance, df = linearised_variance(p, influence)
        return variance, df, "fewer_than_two_cases" if math.isnan(variance) else ""
    covariance, error = p.sampling.covariance(influence[:, None], lambda w: np.array([estimate(w)]))
    return float(covariance[0, 0]), p.sampling.df, error


# ---------------------------------------------------------------- Pearson


@dataclass(frozen=True, slots=True)
class _Pearson:
    r: float
    total: float
    zx: Floats
    zy: Floats


def _pearson(p: Patterns) -> _Pearson | str:
    if p.w.size == 0 or p.n.sum() < 2:
        return "fewer_than_two_cases"
    _, e = centred(p.x, p.w)
    total = float(p.w.sum())
    spread = (p.w @ (e * e)) / total
    if spread.min() <= 0:
        return "zero_variance"
    z = e / np.sqrt(spread)
    r = float(p.w @ (z[:, 0] * z[:, 1])) / total
    return _Pearson(max(-1.0, min(1.0, r)), total, z[:, 0], z[:, 1])


def _r(x: Floats, w: Floats) -> float:
    """r of two columns (k, 2) under other weights; NaN where one does not vary."""
    _, e = centred(x, w)
    products = (e * w[:, None]).T @ e
    spread = float(products[0, 0] * products[1, 1])
    return float(products[0, 1]) / math.sqrt(spread) if spread > 0 else math.nan


def _r_p(r: float, cases: float) -> Number:
    """Two-sided p of r by t = r√((n−2)/(1−r²))."""
    if cases <= 2:
        return not_computable("too_few_cases")
    # A perfect correlation that rounding left a hair below 1 is perfect.
    if 1 - r * r < 1e-14:
        return Number(0.0, "t_of_r", "perfect_correlation")
    return number(t_two_sided(r * math.sqrt((cases - 2) / (1 - r * r)), cases - 2), "t_of_r")


_R = ("pearson_r", "pearson_r_p", "pearson_r_low", "pearson_r_high", "pearson_r_se")
_RHO = ("spearman_rho", "spearman_rho_p")
_TAU = ("tau_b", "tau_b_p")


def _pair(p: Patterns) -> bool:
    return bool(p.x.shape[1] == 2)


@statistic(
    Value(
        "pearson_r",
        order=280,
        usual="tested",
        p="pearson_r_p",
        se="pearson_r_se",
        low="pearson_r_low",
        high="pearson_r_high",
    ),
    takes=Patterns,
    applies=_pair,
    any_size=True,
)
def pearson(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Pearson's r with two-sided p, interval and standard error.

    p from t with W−2 degrees of freedom; interval from Fisher's z, atanh r ± z/√(W−3); standard error
    √((1−r²)/(W−2)). With a probability weight or a design: design-based standard error, p from r/se with the design's
    degrees of freedom, interval on the scale of atanh. Not computable: ``not_two_variables``; ``fewer_than_two_cases``;
    ``zero_variance``; p or interval ``too_few_cases``; the interval of a ``perfect_correlation``; what the design has
    against a variance (``lonely_psu``).
    """
    if not _pair(aggregate):
        return {name: not_computable(NOT_A_PAIR) for name in _R}
    p = complete(aggregate)
    p = replace(p, x=np.column_stack([to_unit(column) for column in p.x.T]))
    one = _pearson(p)
    if isinstance(one, str):
        return {name: not_computable(one) for name in _R}
    from scipy.special import ndtri, stdtrit

    found: dict[str, Result] = {}
    rest = 1 - one.r * one.r
    perfect = rest < 1e-14
    upper = (1 + options.confidence) / 2
    if by_design(p):
        influence = (one.zx * one.zy - one.r * (one.zx**2 + one.zy**2) / 2) / one.total
        variance, df, error = design_variance(p, influence, lambda w: _r(p.x, w))
        se = math.sqrt(variance) if variance > 0 else math.nan
        method = "design_based"
        found["pearson_r"] = number(one.r, "weighted" if p.weighting == "probability" else "")
        reason = error or ("perfect_correlation" if perfect else "too_few_cases")
        good = math.isfinite(se) and df > 0 and not perfect
        found["pearson_r_se"] = number(se, method, error=reason)
        found["pearson_r_p"] = number(t_two_sided(one.r / se, df) if good else math.nan, method, error=reason)
        half = float(stdtrit(df, upper)) * se / rest if good else math.nan
    else:
        found["pearson_r"] = number(one.r)
        found["pearson_r_p"] = _r_p(one.r, one.total)
        se = math.sqrt(max(rest, 0.0) / (one.total - 2)) if one.total > 2 else math.nan
        found["pearson_r_se"] = number(se, error="too_few_cases")
        method = "fisher_z"
        reason = "perfect_correlation" if perfect else "too_few_cases"
        half = float(ndtri(upper)) / math.sqrt(one.total - 3) if one.total > 3 and not perfect else math.nan
    centre = math.nan if perfect else math.atanh(one.r)
    interval = f"{method}_interval confidence={100 * options.confidence:g}"
    found["pearson_r_low"] = number(math.tanh(centre - half), interval, error=reason)
    found["pearson_r_high"] = number(math.tanh(centre + half), interval, error=reason)
    return found


# ---------------------------------------------------------------- ranks


def _ranks(x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weighted midranks of x (k,), and the weights tied at each distinct value."""
    _, where = np.unique(x, return_inverse=True)
    tied: Floats = np.bincount(where, w).astype(np.float64)
    return midranks(tied)[where], tied


@statistic(
    Value("spearman_rho", order=290, usual="tested", p="spearman_rho_p"),
    takes=Patterns,
    applies=_pair,
)
def spearman(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Spearman's rho, Pearson's r of mean ranks, and its two-sided p from t with W−2 degrees of freedom (as SPSS).

    With a probability weight, ranks are weighted; with one or a design p is refused (``weights_need_design_based``).
    Not computable as for Pearson's r.
    """
    if not _pair(aggregate):
        return {name: not_computable(NOT_A_PAIR) for name in _RHO}
    p = complete(aggregate)
    if p.w.size == 0:
        return {name: not_computable("fewer_than_two_cases") for name in _RHO}
    ranked = np.column_stack([_ranks(p.x[:, i], p.w)[0] for i in (0, 1)])
    one = _pearson(Patterns(ranked, p.n, p.w, p.w2, p.weighting))
    if isinstance(one, str):
        return {name: not_computable(one) for name in _RHO}
    survey = p.weighting == "probability"
    return {
        "spearman_rho": number(one.r, "weighted_ranks" if survey else "tie_corrected"),
        "spearman_rho_p": not_computable(NEEDS_DESIGN) if by_design(p) else _r_p(one.r, one.total),
    }


def _inversions(x: Ints, y: Ints, w: Floats) -> float:
    """Σ w_i w_j over the pairs with x_i < x_j and y_i > y_j, in O(k log² k), each level of a merge sort at once."""
    order = np.lexsort((y, x))
    y, w = y[order], w[order]
    # Ascending y within equal x: a later case of the same x is never below an earlier one.
    position = np.arange(y.size)
    total = 0.0
    block = 1
    while block < y.size:
        half = position // block
        right = half % 2 == 1
        inside = np.lexsort((right, y, half // 2))
        pair = (half // 2)[inside]
        left_weight = np.where(right[inside], 0.0, w[inside])
        running = np.cumsum(left_weight)
        starts = np.searchsorted(pair, np.arange(pair[-1] + 1))
        ends = np.append(starts[1:], pair.size) - 1
        # Of equal y the left-hand cases come first: beyond a right-hand case lie only those with a greater y.
        total += float((w[inside] * right[inside]) @ (running[ends][pair] - running))
        block *= 2
    return total


@statistic(
    Value("tau_b", order=230, usual="tested", p="tau_b_p"),
    takes=Patterns,
    applies=_pair,
)
def kendall(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Kendall's tau-b and its two-sided asymptotic p with the tie-corrected variance of S.

    tau-b = S/√((T − T_x)(T − T_y)) where S is concordant minus discordant pairs, T = W(W−1)/2 and T_x, T_y the pairs
    tied. Pairs within a weight count as replicated cases. With a probability weight weights are scaled to n; with one
    or a design p is refused (``weights_need_design_based``). Not computable: ``not_two_variables``;
    ``fewer_than_two_cases``; ``zero_variance``; p also ``too_few_cases``.
    """
    if not _pair(aggregate):
        return {name: not_computable(NOT_A_PAIR) for name in _TAU}
    p = complete(aggregate)
    if p.w.size == 0 or p.n.sum() < 2:
        return {name: not_computable("fewer_than_two_cases") for name in _TAU}
    w = p.w
    kx, x = np.unique(p.x[:, 0], return_inverse=True)
    ky, y = np.unique(p.x[:, 1], return_inverse=True)
    if min(kx.size, ky.size) < 2:
        return {name: not_computable("zero_variance") for name in _TAU}
    tx, ty = np.bincount(x, w), np.bincount(y, w)
    both = np.bincount(np.unique(x * ky.size + y, return_inverse=True)[1], w)
    n = float(w.sum())
    # Σ w_i w_j over unordered pairs of different cells; the pairs within a cell are tied on both and cancel.
    everything = (n * n - float(both @ both)) / 2
    tied_x = (float(tx @ tx) - float(both @ both)) / 2
    tied_y = (float(ty @ ty) - float(both @ both)) / 2
    s = everything - tied_x - tied_y - 2 * _inversions(x, y, w)
    pairs = n * (n - 1) / 2
    untied = [pairs - float(t @ (t - 1)) / 2 for t in (tx, ty)]
    if min(untied) <= 0:
        return {name: not_computable("zero_variance") for name in _TAU}
    tau = s / math.sqrt(untied[0]) / math.sqrt(untied[1])
    found: dict[str, Result] = {"tau_b": number(tau, "weights_scaled_to_n" if p.weighting == "probability" else "")}
    if by_design(p):
        return found | {"tau_b_p": not_computable(NEEDS_DESIGN)}
    if n <= 2:
        return found | {"tau_b_p": not_computable("too_few_cases")}
    from scipy.special import ndtr

    cubic = n * (n - 1) * (2 * n + 5) - math.fsum(float((t * (t - 1)) @ (2 * t + 5)) for t in (tx, ty))
    third = math.prod(float((t * (t - 1)) @ (t - 2)) for t in (tx, ty)) / (9 * n * (n - 1) * (n - 2))
    second = math.prod(float(t @ (t - 1)) for t in (tx, ty)) / (2 * n * (n - 1))
    variance = cubic / 18 + third + second
    z = s / math.sqrt(variance) if variance > 0 else math.nan
    return found | {"tau_b_p": number(float(2 * ndtr(-abs(z))), "asymptotic_tie_corrected", error="zero_variance")}


# ---------------------------------------------------------------- matrices


@dataclass(frozen=True, slots=True)
class CorrelationMatrix:
    """Correlations of p variables, arrays of shape (p, p); NaN where not computable.

    ``values`` with a diagonal of 1, ``p`` two-sided with a diagonal of NaN, ``n`` unweighted and ``base`` weighted
    cases of each pair. ``errors``: the reason of each NaN in ``values`` or ``p``, empty where there is none.
    """

    coefficient: Coefficient
    values: Floats
    p: Floats
    n: Floats
    base: Floats
    errors: tuple[tuple[str, ...], ...]


def correlation_matrix(
    patterns: Patterns,
    options: Options,
    coefficient: Coefficient = "pearson_r",
    missing: Literal["pairwise", "listwise"] = "pairwise",
) -> CorrelationMatrix:
    """Correlations of all pairs of the variables of ``patterns``.

    ``missing``: ``pairwise`` uses the cases valid on both variables of a pair (SPSS's default), ``listwise`` those
    valid on all. Each cell is what the statistic of that name gives for the pair alone.
    """
    function = {"pearson_r": pearson, "spearman_rho": spearman, "tau_b": kendall}[coefficient]
    if missing == "listwise":
        patterns = complete(patterns)
    size = patterns.x.shape[1]
    values, p_values = np.full((size, size), np.nan), np.full((size, size), np.nan)
    n, base = np.zeros((size, size)), np.zeros((size, size))
    errors = [[""] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            pair = complete(columns(patterns, i, j))
            n[i, j] = n[j, i] = pair.n.sum()
            base[i, j] = base[j, i] = pair.w.sum()
            found = function(pair, options)
            one, test = found[coefficient], found[f"{coefficient}_p"]
            if not isinstance(one, Number) or not isinstance(test, Number):
                raise TypeError(f"{coefficient} of two variables is one number")
            if one.value is not None:
                values[i, j] = values[j, i] = 1.0 if i == j else one.value
            if i != j and test.value is not None:
                p_values[i, j] = p_values[j, i] = test.value
            errors[i][j] = errors[j][i] = one.error or (test.error if i != j else "")
    return CorrelationMatrix(coefficient, values, p_values, n, base, tuple(tuple(row) for row in errors))
