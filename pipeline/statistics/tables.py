"""What every cross-tab family needs before its formula: counts, empty categories, standard errors by gradient.

A measure of association is a function of the cell shares p. Its large-sample variance follows from its gradient
g = ∂measure/∂p (the delta method): for cases drawn independently Σp(g−ḡ)²/n with ḡ = Σpg, which for each measure
here is the ASE₁ that SPSS, SAS and PSPP print (Agresti, Categorical Data Analysis, 2013, §16.1); for a survey design
g'Vg with V the design-based covariance of the shares (Taylor linearisation; Lohr, Sampling, 2022, ch. 9).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pipeline.statistics.core import Crosstab, Floats, Number, not_computable, number

FEWER = "fewer_than_two_categories"
DESIGN = "weights_need_rao_scott"
NOT_WHOLE = "counts_not_whole"
NO_SCORES = "scores_needed"
NO_CASES = "no_cases"
TOO_MANY_CELLS = "too_many_cells"
OUT_OF_RANGE = "weights_out_of_range"
SCALED = "shares_scaled_to_n"
DESIGN_BASED = "design_based"

# A test that needs a covariance for each pair of cells would take gigabytes beyond this many cells.
MOST_CELLS = 2_500

# A variance of a measure between −1 and 1 below this is rounding error.
_ROUNDING = 1e-26


def designed(table: Crosstab) -> bool:
    """Whether the cases are not independent draws of one weight, so that naive tests do not hold."""
    return table.weighting == "probability" or table.covariance is not None


def nonempty(table: Crosstab) -> Crosstab:
    """The table without rows and columns that nobody chose (weighted count 0), as SPSS drops them."""
    rows = table.w.sum(axis=1) > 0
    cols = table.w.sum(axis=0) > 0
    if rows.all() and cols.all():
        return table
    keep = np.ix_(rows, cols)
    covariance = table.covariance
    if covariance is not None:
        cells = np.flatnonzero(np.outer(rows, cols).ravel())
        covariance = covariance[np.ix_(cells, cells)]
    return replace(
        table,
        n=table.n[keep],
        w=table.w[keep],
        w2=table.w2[keep],
        row_scores=None if table.row_scores is None else table.row_scores[rows],
        col_scores=None if table.col_scores is None else table.col_scores[cols],
        covariance=covariance,
    )


def is_two_by_two(table: Crosstab) -> bool:
    """Whether exactly two rows and two columns have cases, or were declared: a test then says why there is none."""
    rows, columns = int((table.w.sum(axis=1) > 0).sum()), int((table.w.sum(axis=0) > 0).sum())
    return (rows, columns) == (2, 2) or (table.w.shape == (2, 2) and min(rows, columns) < 2)


def is_paired(table: Crosstab) -> bool:
    """Whether rows and columns are the same categories, two or more."""
    return bool(table.same_categories and table.w.shape[0] == table.w.shape[1] > 1)


def is_asked_twice(table: Crosstab) -> bool:
    """Whether agreement and change are of interest without being asked for: one question, twice."""
    return is_paired(table) and table.measured_twice


def total_reason(total: float) -> str:
    """Why nothing can be said about a table with this weighted total; empty when something can.

    No cases, or weights so large or small that products of totals have no value in doubles.
    """
    if total <= 0:
        return NO_CASES
    return "" if 1e-50 < total < 1e50 else OUT_OF_RANGE


def size_reason(table: Crosstab) -> str:
    """Why nothing can be said about a table (after :func:`nonempty`); empty when something can.

    Fewer than two rows or columns, or weights beyond what doubles can hold (:func:`total_reason`); a row or column of
    less than 1e-15 of the total vanishes beside the others.
    """
    if min(table.w.shape) < 2:
        return FEWER
    rows = table.w.sum(axis=1)
    total = float(rows.sum())
    least = min(float(rows.min()), float(table.w.sum(axis=0).min()))
    return total_reason(total) or ("" if least > 1e-15 * total else OUT_OF_RANGE)


def counts(table: Crosstab) -> Floats:
    """The counts a measure is computed on, shape (r, c).

    Weighted counts for no weight and for a frequency weight; for a probability weight the weighted shares scaled
    to the number of cases, so that the total is Σn and not the size of the population.
    """
    if table.weighting != "probability":
        return table.w
    total = float(table.w.sum())
    return table.w * (float(table.n.sum()) / total) if total > 0 else table.w


def measure_method(table: Crosstab) -> str:
    """The method word of a descriptive measure: says when shares were weighted and scaled to n."""
    return SCALED if table.weighting == "probability" else ""


def whole_counts(table: Crosstab, most_cases: int) -> tuple[str, tuple[tuple[int, ...], ...]]:
    """The counts as integers; else the reason: a weight makes a count that is not whole, or there are too many cases.

    Exact tests go through all counts that the margins allow, so each names the most cases it takes.
    """
    if not float(table.w.sum()) <= most_cases:
        return "too_many_cases", ()
    whole = np.rint(table.w)
    # A sum of weights such as 0.1 that is whole in the reader's eyes misses the integer by rounding error only.
    if (np.abs(table.w - whole) > 1e-9).any() or ((whole == 0) & (table.w > 0)).any():
        return NOT_WHOLE, ()
    return "", tuple(tuple(int(x) for x in row) for row in whole)


def naive_test_reason(table: Crosstab) -> str:
    """Why a test for independent cases cannot be made of a table (after :func:`nonempty`); empty when it can."""
    if designed(table):
        return DESIGN
    return size_reason(table)


def design_df(table: Crosstab) -> float:
    """Degrees of freedom of a variance estimate: the design's own, else cases − 1."""
    return float(table.n.sum()) - 1 if table.design_df is None else table.design_df


def replacement_factor(table: Crosstab) -> float:
    """n/(n − 1) of a one-stage sample with replacement, n the cases of the whole sample; NaN for one case."""
    n = float(table.n.sum()) if table.sample_n is None else table.sample_n
    return n / (n - 1) if n > 1 and table.n.sum() > 1 else math.nan


def share_covariance(table: Crosstab) -> Floats:
    """Design-based covariance of the rc cell shares in row-major order, shape (rc, rc).

    From ``covariance`` by linearising p = t/Σt; without it the cases are a one-stage sample with replacement:
    n/(n−1) Σ z z' with z = w(1(cell) − p)/Σw and n the cases of the whole sample (Särndal, Swensson and Wretman 1992,
    §5.7; R's ``svychisq`` likewise takes the cases with both answers as a domain).
    """
    t = table.w.ravel()
    total = t.sum()
    p = t / total
    jacobian = (np.eye(p.size) - p[:, None]) / total
    if table.covariance is not None:
        return np.asarray(jacobian @ table.covariance @ jacobian.T)
    return np.asarray((jacobian * table.w2.ravel()) @ jacobian.T * replacement_factor(table))


def share_variances(table: Crosstab) -> Floats:
    """The diagonal of :func:`share_covariance` as a table, shape (r, c), without the covariances."""
    total = float(table.w.sum())
    p = table.w / total
    if table.covariance is None:
        # Σw²(1(cell) − p)²
        squares = table.w2 * (1 - 2 * p) + p**2 * float(table.w2.sum())
        return np.asarray(squares / total**2 * replacement_factor(table))
    # Var(t − pT): the variance of the cell, twice its covariance with the total, the variance of the total.
    with_total = table.covariance.sum(axis=1).reshape(p.shape)
    own = np.diag(table.covariance).reshape(p.shape)
    return np.asarray((own - 2 * p * with_total + p**2 * float(with_total.sum())) / total**2)


def variance(table: Crosstab, gradient: Floats) -> float:
    """Large-sample variance of a measure with this gradient by the cell shares, shape (r, c)."""
    total = float(table.w.sum())
    p = table.w / total
    centred = gradient - float((p * gradient).sum())
    if not designed(table):
        return float((p * centred**2).sum()) / total
    if table.covariance is not None:
        u = centred.ravel() / total
        return float(u @ table.covariance @ u)
    return float((table.w2 * centred**2).sum()) / total**2 * replacement_factor(table)


def standard_error(table: Crosstab, gradient: Floats) -> Number:
    """The standard error of a measure from its gradient, with the method word that says how."""
    method = DESIGN_BASED if designed(table) else ""
    found = variance(table, gradient)
    # A perfect association has no variance, but rounding leaves some 1e-32, and a ratio to it would be "significant".
    return number(0.0 if found <= _ROUNDING else math.sqrt(found), method)


def exponential(x: float) -> float:
    """eˣ, infinite where it exceeds the doubles (:func:`math.exp` raises)."""
    return math.exp(x) if x < 709 else math.inf


def two_sided_normal(z: float) -> float:
    """P(|Z| ≥ |z|) for a standard normal Z."""
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def two_sided_t(t: float, df: float) -> float:
    """P(|T| ≥ |t|) for Student's t with ``df`` degrees of freedom."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))


def interval_factor(table: Crosstab, confidence: float) -> float:
    """The quantile that an interval multiplies a standard error by: normal, or Student's t with a design."""
    from scipy.special import ndtri, stdtrit

    tail = (1 - confidence) / 2
    return -float(stdtrit(design_df(table), tail) if designed(table) else ndtri(tail))


def upper_chi2(x: float, df: float) -> float:
    """P(X ≥ x) for a chi-square with ``df`` degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, x))


def probability_of_ratio(value: float, null_error: float) -> Number:
    """Two-sided normal p of value/null_error; not computable where the error is zero."""
    if not math.isfinite(null_error) or null_error <= 0:
        return not_computable("zero_standard_error")
    return number(two_sided_normal(value / null_error))


def wald_probability(table: Crosstab, value: float, error: Number) -> Number:
    """Design-based p: value over its standard error against Student's t with the design's degrees of freedom."""
    if error.value is None or error.value <= 0:
        return not_computable("zero_standard_error", DESIGN_BASED)
    return number(two_sided_t(value / error.value, design_df(table)), DESIGN_BASED)
