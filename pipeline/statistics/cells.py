"""Statistics of each cell of a cross-tab: expected counts and residuals (SPSS CROSSTABS /CELLS)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Cells, Crosstab, Floats, Options
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    DESIGN_BASED,
    counts,
    designed,
    measure_method,
    replacement_factor,
    share_covariance,
    total_reason,
)

EMPTY = "empty_row_or_column"


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def expected_counts(counts: Floats) -> Floats:
    """Counts under independence, row total × column total / total; of a table (r, c) with cases."""
    rows = counts.sum(axis=1, keepdims=True)
    return np.asarray(rows * counts.sum(axis=0) / rows.sum())


def pearson_residuals(counts: Floats, expected: Floats) -> Floats:
    """(observed − expected)/√expected, what SPSS calls "standardized"; NaN in an empty row or column."""
    return _ratio(counts - expected, np.sqrt(expected))


def adjusted_residuals(counts: Floats, expected: Floats) -> Floats:
    """(observed − expected)/√(expected(1 − row share)(1 − column share)); Haberman, Biometrics 29, 1973.

    Standard normal in large samples under independence. NaN in an empty row or column and where one row or
    column holds all cases.
    """
    rows, cols = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    # Where one row or column holds all cases the denominator is zero, but for rounding.
    if min(np.count_nonzero(rows), np.count_nonzero(cols)) < 2:
        return np.full(counts.shape, math.nan)
    total = float(rows.sum())
    with np.errstate(invalid="ignore"):  # a column beside which the others vanish may exceed the total by rounding
        return _ratio((counts - expected) * total, np.sqrt(expected * (total - rows) * (total - cols)))


def design_residuals(table: Crosstab) -> Floats:
    """(p_ij − p_i. p_.j) over its design-based standard error, by linearisation; shape (r, c).

    The gradient of p_ij − p_i. p_.j by the share of cell (a, b) is, up to a constant, (1(a=i) − p_i.)(1(b=j) − p_.j).
    NaN where that standard error is zero.
    """
    r, c = table.w.shape
    total = float(table.w.sum())
    if table.n.sum() < 2:
        return np.full((r, c), np.nan)
    p = table.w / total
    rows, cols = p.sum(axis=1), p.sum(axis=0)
    by_row, by_col = np.eye(r) - rows[:, None], np.eye(c) - cols[:, None]
    away = p - rows[:, None] * cols
    if table.covariance is None:
        # Σw²(g − ḡ)² with g = by_row × by_col and ḡ = away, without a matrix of all pairs of cells.
        squares = by_row**2 @ table.w2 @ (by_col**2).T
        means = by_row @ table.w2 @ by_col.T
        found = (squares - 2 * away * means + away**2 * float(table.w2.sum())) / total**2 * replacement_factor(table)
    else:
        gradient = np.kron(by_row, by_col)
        found = ((gradient @ share_covariance(table)) * gradient).sum(axis=1).reshape(r, c)
    # Below this a variance is rounding error: the cell's row or column is empty or holds every case.
    return _ratio(away, np.sqrt(np.where(found > 1e-24, found, 0.0)))


@statistic(
    Value("expected", place="cell"),
    Value("residual", place="cell"),
    Value("pearson_residual", place="cell"),
    Value("adjusted_residual", place="cell"),
    takes=Crosstab,
)
def residuals(table: Crosstab, options: Options) -> Mapping[str, Cells]:
    """Expected counts and residuals of every cell.

    ``expected`` and ``residual`` are in weighted cases. With a probability weight the Pearson residual is computed
    on weighted shares scaled to n, and the adjusted residual is the deviation from independence over its
    design-based standard error.
    """
    reason = total_reason(float(table.w.sum()))
    if reason:
        nothing = Cells(np.full(table.w.shape, math.nan), error=reason)
        return dict.fromkeys(("expected", "residual", "pearson_residual", "adjusted_residual"), nothing)
    expected = expected_counts(table.w)
    if designed(table):
        adjusted = Cells(design_residuals(table), DESIGN_BASED, error=EMPTY)
    else:
        adjusted = Cells(adjusted_residuals(table.w, expected), error=EMPTY)
    scaled = counts(table)
    pearson = pearson_residuals(scaled, expected_counts(scaled))
    return {
        "expected": Cells(expected, error=EMPTY),
        "residual": Cells(table.w - expected, error=EMPTY),
        "pearson_residual": Cells(pearson, measure_method(table), error=EMPTY),
        "adjusted_residual": adjusted,
    }
