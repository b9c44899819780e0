"""Intervals of shares and of their differences, and the comparison of column shares by letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Cells, Crosstab, Floats, Options
from pipeline.statistics.multiple_tests import adjust_rows
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    TOO_MANY_CELLS,
    design_df,
    designed,
    replacement_factor,
    share_covariance,
    total_reason,
)

Bools = npt.NDArray[np.bool_]
ArrayLike = npt.ArrayLike

# Comparisons of one table; a table of more is no table that anybody reads letters in.
_MOST_PAIRS = 5_000_000

# ---------------------------------------------------------------- intervals of one share


def _floats(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values)))


def _z(confidence: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri((1 - confidence) / 2))


def _t(confidence: float, df: float) -> float:
    from scipy.special import stdtrit

    return -float(stdtrit(df, (1 - confidence) / 2))


def wilson(k: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval of k/n (Wilson, J. Am. Stat. Assoc. 22, 1927); no continuity correction.

    ``k``, ``n``: counts or arrays of one shape; they need not be whole, so an effective n serves. NaN where n is 0.
    """
    k, n = _floats(k, n)
    z = _z(confidence)
    with np.errstate(invalid="ignore"):  # 0/0 where n is 0
        centre = (k + z**2 / 2) / (n + z**2)
        half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    # At 0 and n one limit is exact, and the subtraction would leave rounding error in its place.
    low = np.where(k <= 0, 0.0, centre - half)
    high = np.where(k >= n, 1.0, centre + half)
    none = n <= 0
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def clopper_pearson(k: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The "exact" interval of k/n from binomial tails (Clopper and Pearson, Biometrika 26, 1934).

    ``k``, ``n``: as in :func:`wilson`. NaN where n is 0.
    """
    from scipy.special import betaincinv

    k, n = _floats(k, n)
    tail = (1 - confidence) / 2
    inside = np.maximum(k, 1e-300), np.maximum(n - k, 1e-300)
    low = np.where(k <= 0, 0.0, betaincinv(inside[0], n - k + 1, tail))
    # The upper limit as 1 − the lower limit of the complement keeps the digits of a limit near 1.
    high = np.where(k >= n, 1.0, 1 - betaincinv(inside[1], k + 1, tail))
    none = n <= 0
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def newcombe(
    k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of k1/n1 − k2/n2 from two Wilson intervals (Newcombe, Stat. Med. 17, 1998, method 10)."""
    k1, n1, k2, n2 = _floats(k1, n1, k2, n2)
    low1, high1 = wilson(k1, n1, confidence)
    low2, high2 = wilson(k2, n2, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = k1 / n1, k2 / n2
    d = p1 - p2
    return d - np.hypot(p1 - low1, high2 - p2), d + np.hypot(high1 - p1, p2 - low2)


# ---------------------------------------------------------------- weighted shares


def kish_n(w: ArrayLike, w2: ArrayLike) -> Floats:
    """Kish's effective n, (Σw)²/Σw² (Survey Sampling, 1965, §11.7; SPSS CTABLES: effective base). NaN without cases."""
    w, w2 = _floats(w, w2)
    with np.errstate(over="ignore"):  # weights beyond the doubles: not finite, so not computable
        return np.asarray(w * np.divide(w, w2, out=np.full(w.shape, np.nan), where=w2 > 0))


def share_se(w: ArrayLike, w2: ArrayLike, base_w: ArrayLike, base_w2: ArrayLike, cases: ArrayLike) -> Floats:
    """Standard error of the weighted share Σw/Σw(base), one-stage sample with replacement, by linearisation.

    ``w``, ``w2``: Σw and Σw² of the cases that have the property; ``base_w``, ``base_w2``: of the base;
    ``cases``: unweighted number of cases in the sample (the base may be a part of it). √(n/(n−1) Σ(w(y − p))²)/Σw.
    """
    w, w2, base_w, base_w2, cases = _floats(w, w2, base_w, base_w2, cases)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = w / base_w
        squares = w2 * (1 - p) ** 2 + (base_w2 - w2) * p**2
        return np.asarray(np.sqrt(cases / (cases - 1) * np.maximum(squares, 0.0)) / base_w)


def effective_n(p: ArrayLike, se: ArrayLike) -> Floats:
    """p(1 − p)/se²: the size of a simple random sample as precise as this one. NaN where that is 0/0."""
    p, se = _floats(p, se)
    return np.asarray(np.divide(p * (1 - p), se**2, out=np.full(p.shape, np.nan), where=se > 0))


def logit_interval(p: ArrayLike, se: ArrayLike, df: float, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a weighted share, symmetric on the logit scale, with Student's t (R svyciprop, "xlogit").

    NaN where p is 0 or 1: there the standard error says nothing.
    """
    p, se = _floats(p, se)
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    logit = np.log(safe / (1 - safe))
    half = _t(confidence, df) * se / (safe * (1 - safe))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


# ---------------------------------------------------------------- intervals of column shares


def _column_share_variances(table: Crosstab, totals: Floats) -> Floats:
    """Design-based variances of the column shares, shape (r, c), by linearisation; ``totals`` (c,) all above 0.

    Without finite population correction, which the covariance may bring.
    """
    shares = table.w / totals
    if table.covariance is None:
        # Σw²(1(row) − p)² over the column's cases, of a one-stage sample with replacement.
        squares = table.w2 * (1 - shares) ** 2 + (table.w2.sum(axis=0) - table.w2) * shares**2
        return np.asarray(np.maximum(squares, 0.0) / totals**2 * replacement_factor(table))
    r, c = table.w.shape
    within = np.einsum("icjc->ijc", table.covariance.reshape(r, c, r, c))
    own = np.einsum("iic->ic", within)
    found = own - 2 * shares * within.sum(axis=1) + shares**2 * within.sum(axis=(0, 1))
    return np.asarray(np.maximum(found, 0.0) / totals**2)


_ENDS = ("interval_low", "interval_high")


@statistic(
    Value("interval_low", "share", "cell", inferential=True),
    Value("interval_high", "share", "cell", inferential=True),
    takes=Crosstab,
)
def column_share_intervals(table: Crosstab, options: Options) -> Mapping[str, Cells]:
    """Interval of each cell's column share, (r, c).

    Without weights or with frequency weights Wilson's interval on the column's (weighted) cases; in a sample of n from
    a finite population on its cases over 1 − n/N. With a probability
    weight or a design the logit interval of the linearised standard error (R ``svyciprop``, "xlogit"), with replicate
    weights linearised from the replicates' covariance of the counts; where the share is 0 or 1, which leaves no error
    to estimate, Clopper and Pearson's on the unweighted cases (Korn and Graubard 1998). A column
    without cases has none: ``empty_row_or_column``.
    """
    reason = total_reason(float(table.w.sum()))
    if reason:
        return dict.fromkeys(_ENDS, Cells(np.full(table.w.shape, np.nan), error=reason))
    bases = table.w.sum(axis=0)
    if designed(table):
        totals = np.where(bases > 0, bases, 1.0)
        p = np.where(table.w < totals, table.w / totals, 1.0)
        finite = table if table.finite_covariance is None else replace(table, covariance=table.finite_covariance)
        variances = _column_share_variances(finite, totals) * table.unsampled
        low, high = logit_interval(p, np.sqrt(variances), design_df(table), options.confidence)
        edge = (p <= 0) | (p >= 1)
        if edge.any():
            cases = np.broadcast_to(table.n.sum(axis=0).astype(np.float64), p.shape)[edge]
            low[edge], high[edge] = clopper_pearson(p[edge] * cases, cases, options.confidence)
        method = "logit_column_share"
    elif table.unsampled > 0:
        effective = np.broadcast_to(bases, table.w.shape) / table.unsampled
        low, high = wilson(table.w / table.unsampled, effective, options.confidence)
        method = "wilson_column_share"
    else:  # all are in the sample: nothing is left to estimate
        low = high = table.w / np.where(bases > 0, bases, 1.0)
        method = "wilson_column_share"
    if table.unsampled < 1 or table.finite_covariance is not None:
        method += " finite_population_corrected"
    empty = np.broadcast_to(bases <= 0, table.w.shape)
    return {
        name: Cells(np.where(empty, np.nan, values), method, error="empty_row_or_column")
        for name, values in zip(_ENDS, (low, high), strict=True)
    }


# ---------------------------------------------------------------- comparison of columns


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """Each pair of columns compared in each row of a table; arrays of shape (r, c, c), NaN where not compared.

    ``z[i, a, b]``: (share of b − share of a) over its standard error; ``p``: two-sided; ``adjusted``: p adjusted
    within the row. ``takes_part``: shape (r, c).
    """

    z: Floats
    p: Floats
    adjusted: Floats
    takes_part: Bools


@cache
def _pairs(columns: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Each pair of columns once: those on the left, those on the right."""
    left, right = np.triu_indices(columns, 1)
    return left, right


def _pooled_z(x: Floats, totals: Floats) -> Floats:
    shares = x / totals
    pooled = (x[:, :, None] + x[:, None, :]) / (totals[:, None] + totals)
    spread = pooled * (1 - pooled) * (1 / totals[:, None] + 1 / totals)
    return np.asarray((shares[:, None, :] - shares[:, :, None]) / np.sqrt(spread))


def _design_z(table: Crosstab, totals: Floats) -> Floats:
    """z of each pair from the design-based covariance of the column shares, by linearisation."""
    r, c = table.w.shape
    shares = table.w / totals
    if table.covariance is None:
        # One stage with replacement: columns are disjoint groups of cases, so their shares do not covary.
        own = _column_share_variances(table, totals)
        return _over_error(shares, own[:, :, None] + own[:, None, :])
    # ∂(share of row i in column j)/∂(share of cell (k, j) in the table), shape (row i, column j, row k).
    factor = (np.eye(r)[:, None, :] - shares[:, :, None]) / (totals / table.w.sum())[:, None]
    covariance = share_covariance(table).reshape(r, c, r, c)
    found = np.einsum("iak,kalb,ibl->iab", factor, covariance, factor, optimize=True)
    own = np.einsum("iaa->ia", found)
    return _over_error(shares, own[:, :, None] + own[:, None, :] - found - found.transpose(0, 2, 1))


def _over_error(shares: Floats, spread: Floats) -> Floats:
    # A variance this small is rounding error; dividing by it would make a letter of nothing.
    spread = np.where(spread > 1e-24, spread, np.nan)
    return np.asarray((shares[:, None, :] - shares[:, :, None]) / np.sqrt(spread))


def compare_columns(table: Crosstab, options: Options) -> ColumnComparison:
    """Pairwise tests of column shares within each row, as SPSS CTABLES and CROSSTABS BPROP make them.

    z with the pooled share of the two columns; p from the normal distribution, adjusted by ``options.adjustment``
    over the pairs compared in that row. A column takes no part in a row where its share is 0 or 1, where its
    weighted base is below 2, or where the expected count of the cell or of the rest of its column is below
    ``options.least_expected``. With a probability weight or a design: the difference over its design-based standard
    error against Student's t with the design's degrees of freedom.
    """
    from scipy.special import ndtr, stdtr

    x = table.w
    bases = x.sum(axis=0)
    total = float(bases.sum())
    by_design = designed(table)
    safe = np.where(bases > 0, bases, 1.0)
    takes_part = (x > 0) & (x < bases) & (by_design | (bases >= 2))  # a case alone has a share of 0 or 1
    if options.least_expected > 0 and total > 0:
        scale = float(table.n.sum()) / total if table.weighting == "probability" else 1.0
        expected = x.sum(axis=1, keepdims=True) * bases * (scale / total)
        takes_part &= np.minimum(expected, bases * scale - expected) >= options.least_expected
    with np.errstate(divide="ignore", invalid="ignore"):
        z = _design_z(table, safe) if by_design else _pooled_z(x, safe)
    c = x.shape[1]
    pair = takes_part[:, :, None] & takes_part[:, None, :] & ~np.eye(c, dtype=bool)
    z = np.where(pair, z, np.nan)
    upper = _pairs(c)
    tail = -np.abs(z[:, upper[0], upper[1]])
    p = 2 * (stdtr(design_df(table), tail) if by_design else ndtr(tail))
    both = np.full((2, *z.shape), np.nan)
    for full, half in zip(both, (p, adjust_rows(p, options.adjustment)), strict=True):
        full[:, upper[0], upper[1]] = half
        full[:, upper[1], upper[0]] = half
    return ColumnComparison(z, both[0], both[1], takes_part)


def letter(position: int) -> str:
    """The letter of a column by its position from 0: A … Z, AA, AB …"""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@statistic(
    Value("letters", "letters", "mark", inferential=True),
    takes=Crosstab,
    applies=lambda table: table.w.shape[1] > 1,
)
def letters(table: Crosstab, options: Options) -> Mapping[str, Cells]:
    """In each cell the letters of the columns whose share in that row is significantly smaller (SPSS CTABLES).

    ``texts`` holds the letters, separated by spaces; ``values`` how many they are, NaN where the column takes no
    part in that row (see :func:`compare_columns`). Columns are lettered by position, empty ones included. The level
    is 1 − ``options.confidence``.
    """
    r, c = table.w.shape
    reason = total_reason(float(table.w.sum())) or (TOO_MANY_CELLS if r * c**2 > _MOST_PAIRS else "")
    if reason:
        return {"letters": Cells(np.full((r, c), np.nan), error=reason)}
    compared = compare_columns(table, options)
    found = (compared.adjusted < 1 - options.confidence) & (compared.z < 0)
    texts = np.full((r, c), "", dtype=object)
    names = [letter(j) for j in range(c)]
    for i, a, b in zip(*(axis.tolist() for axis in found.nonzero()), strict=True):
        texts[i, a] = f"{texts[i, a]} {names[b]}" if texts[i, a] else names[b]
    values = np.where(compared.takes_part, found.sum(axis=2), np.nan)
    kind = "design_based_z" if designed(table) else "pooled_z"
    method = f"{kind} adjustment={options.adjustment} level={1 - options.confidence:.6g}"
    return {"letters": Cells(values, method, error="column_not_compared", letters=texts)}
