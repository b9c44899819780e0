"""Statistics of each cell of a cross-tab: expected counts and residuals (SPSS CROSSTABS /CELLS)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Cells, Crosstab, Floats, Options, statistic
from pipeline.statistics.tables import DESIGN_BASED, counts, designed, measure_method, share_covariance

EMPTY = "empty_row_or_column"


def _ratio(counts: Floats, bases: Floats) -> Floats:
    blank = np.full(np.broadcast(counts, bases).shape, np.nan)
    return np.asarray(np.divide(counts, bases, out=blank, where=bases > 0))


def row_share(counts: Floats) -> Floats:
    """Shares of each row's total, shape (r, c), 0–1; NaN in a row nobody chose."""
    return _ratio(counts, counts.sum(axis=1, keepdims=True))


def column_share(counts: Floats) -> Floats:
    """Shares of each column's total, shape (r, c), 0–1; NaN in a column nobody chose."""
    return _ratio(counts, counts.sum(axis=0, keepdims=True))


def table_share(counts: Floats) -> Floats:
    """Shares of the table's total, shape (r, c), 0–1; NaN in a table without cases."""
    return _ratio(counts, counts.sum(keepdims=True))


def expected_counts(counts: Floats) -> Floats:
    """Counts under independence, row total × column total / total; NaN in a table without cases."""
    return _ratio(counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True), counts.sum(keepdims=True))


def pearson_residuals(counts: Floats) -> Floats:
    """(observed − expected)/√expected, what SPSS calls "standardized"; NaN in an empty row or column."""
    expected = expected_counts(counts)
    return _ratio(counts - expected, np.sqrt(expected))


def adjusted_residuals(counts: Floats) -> Floats:
    """(observed − expected)/√(expected(1 − row share)(1 − column share)); Haberman, Biometrics 29, 1973.

    Standard normal in large samples under independence. NaN in an empty row or column and where one row or
    column holds all cases.
    """
    expected = expected_counts(counts)
    total = counts.sum()
    rest = (total - counts.sum(axis=1, keepdims=True)) * (total - counts.sum(axis=0, keepdims=True))
    return _ratio((counts - expected) * total, np.sqrt(expected * rest))


def design_residuals(table: Crosstab) -> Floats:
    """(p_ij − p_i. p_.j) over its design-based standard error, by linearisation; shape (r, c).

    The gradient of p_ij − p_i. p_.j by the share of cell (a, b) is, up to a constant, (1(a=i) − p_i.)(1(b=j) − p_.j).
    NaN where that standard error is zero.
    """
    r, c = table.w.shape
    total = float(table.w.sum())
    if total <= 0 or table.n.sum() < 2:
        return np.full((r, c), np.nan)
    p = table.w / total
    rows, cols = p.sum(axis=1), p.sum(axis=0)
    gradient = np.kron(np.eye(r) - rows[:, None], np.eye(c) - cols[:, None])
    found = np.einsum("ij,jk,ik->i", gradient, share_covariance(table), gradient).reshape(r, c)
    # Below this a variance is rounding error: the cell's row or column is empty or holds every case.
    sd = np.sqrt(np.where(found > 1e-24, found, 0.0))
    return _ratio(p - rows[:, None] * cols, sd)


@statistic("expected", "residual", "pearson_residual", "adjusted_residual", takes=Crosstab)
def residuals(table: Crosstab, options: Options) -> Mapping[str, Cells]:
    """Expected counts and residuals of every cell.

    ``expected`` and ``residual`` are in weighted cases. With a probability weight the Pearson residual is computed
    on weighted shares scaled to n, and the adjusted residual is the deviation from independence over its
    design-based standard error.
    """
    expected = expected_counts(table.w)
    if designed(table):
        adjusted = Cells(design_residuals(table), DESIGN_BASED, error=EMPTY)
    else:
        adjusted = Cells(adjusted_residuals(table.w), error=EMPTY)
    return {
        "expected": Cells(expected, error=EMPTY),
        "residual": Cells(table.w - expected, error=EMPTY),
        "pearson_residual": Cells(pearson_residuals(counts(table)), measure_method(table), error=EMPTY),
        "adjusted_residual": adjusted,
    }
