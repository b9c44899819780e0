"""Measures of association between two ordered variables, with asymptotic standard errors (SPSS CROSSTABS).

P and Q are twice the numbers of concordant and discordant pairs. Formulas: Goodman and Kruskal, J. Am. Stat. Assoc.
58, 1963, and 67, 1972; Brown and Benedetti, J. Am. Stat. Assoc. 72, 1977; SPSS Statistics Algorithms, CROSSTABS.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.core import Crosstab, Floats, Number, Options, not_computable, number
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    counts,
    designed,
    measure_method,
    nonempty,
    probability_of_ratio,
    size_reason,
    standard_error,
    wald_probability,
)

MEASURES = ("gamma", "tau_b", "tau_c", "somers_d_rows", "somers_d_columns", "somers_d_symmetric")


def concordance(counts: Floats) -> tuple[Floats, Floats]:
    """For each cell the cases concordant and those discordant with a case of that cell; two arrays (r, c)."""
    r, c = counts.shape
    below = np.zeros((r + 1, c + 1))
    below[1:, 1:] = counts.cumsum(axis=0).cumsum(axis=1)
    up_left = below[:-1, :-1]
    up_right = below[:-1, -1:] - below[:-1, 1:]
    down_left = below[-1:, :-1] - below[1:, :-1]
    down_right = below[-1, -1] - below[1:, -1:] - below[-1:, 1:] + below[1:, 1:]
    return up_left + down_right, up_right + down_left


@dataclass(frozen=True, slots=True)
class OrdinalMeasure:
    """One measure: its value, its gradient by the cell shares, and its standard error if there were no association."""

    value: float
    gradient: Floats
    null_error: float


def ordinal_measures(counts: Floats) -> dict[str, OrdinalMeasure]:
    """All measures of a table without empty rows and columns; ``_rows`` means that the row variable is predicted.

    No denominator is zero: with two categories that somebody chose on each side some pair is tied on neither.
    """
    total = float(counts.sum())
    concordant, discordant = concordance(counts)
    p = counts / total
    difference = (concordant - discordant) / total
    either = (concordant + discordant) / total
    s = float((counts * (concordant - discordant)).sum()) / total**2
    untied = float((counts * (concordant + discordant)).sum()) / total**2
    rows, cols = p.sum(axis=1), p.sum(axis=0)
    # 1 − Σp² of whole numbers loses nothing when taken as (N² − Σn²)/N².
    x = (total**2 - float((counts.sum(axis=1) ** 2).sum())) / total**2
    y = (total**2 - float((counts.sum(axis=0) ** 2).sum())) / total**2
    dx = -2 * np.broadcast_to(rows[:, None], p.shape)
    dy = -2 * np.broadcast_to(cols, p.shape)
    ds = 2 * difference
    # Variance of P − Q when it is zero in the population (Brown and Benedetti's ASE₀).
    null = 2 * math.sqrt(max(float((p * difference**2).sum()) - s**2, 0.0) / total)
    q = min(p.shape)
    geometric = math.sqrt(x * y)
    mean = (x + y) / 2
    denominators = {
        "gamma": (untied, 2 * either),
        "tau_b": (geometric, (dx * y + x * dy) / (2 * geometric)),
        "tau_c": ((q - 1) / q, np.zeros_like(p)),
        # The independent variable's ties are left out: rows when the columns are predicted.
        "somers_d_rows": (y, dy),
        "somers_d_columns": (x, dx),
        "somers_d_symmetric": (mean, (dx + dy) / 2),
    }
    return {name: OrdinalMeasure(s / d, ds / d - s * dd / d**2, null / d) for name, (d, dd) in denominators.items()}


def ordered(table: Crosstab) -> bool:
    """Whether both variables have a meaningful order: declared ordered, or two categories with numeric codes."""
    rows = int((table.w.sum(axis=1) > 0).sum())
    cols = int((table.w.sum(axis=0) > 0).sum())
    row_order = table.row_ordered or (rows == 2 and table.row_scores is not None)
    col_order = table.col_ordered or (cols == 2 and table.col_scores is not None)
    return row_order and col_order


_IDS = tuple(name + end for name in MEASURES for end in ("", "_ase", "_p"))


@statistic(
    Value("gamma", order=220, usual="tested", p="gamma_p", ase="gamma_ase"),
    Value("tau_b", order=230, usual="tested", p="tau_b_p", ase="tau_b_ase"),
    Value("tau_c", order=240, p="tau_c_p", ase="tau_c_ase"),
    Value("somers_d_rows", order=250, p="somers_d_rows_p", ase="somers_d_rows_ase"),
    Value("somers_d_columns", order=260, usual="tested", p="somers_d_columns_p", ase="somers_d_columns_ase"),
    Value("somers_d_symmetric", order=270, p="somers_d_symmetric_p", ase="somers_d_symmetric_ase"),
    takes=Crosstab,
    of_order=True,
    applies=ordered,
)
def ordinal(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Gamma, Kendall's tau-b and tau-c, Somers' d: each with its standard error (ASE₁) and p.

    p is two-sided normal from value/ASE₀, as SPSS prints it; with a probability weight or a design it is the
    value over its design-based standard error against Student's t.
    """
    table = nonempty(table)
    reason = size_reason(table)
    if reason:
        return dict.fromkeys(_IDS, not_computable(reason))
    found = ordinal_measures(counts(table))
    result: dict[str, Number] = {}
    for name in MEASURES:
        one = found[name]
        error = standard_error(table, one.gradient)
        result[name] = number(one.value, measure_method(table))
        result[f"{name}_ase"] = error
        result[f"{name}_p"] = (
            wald_probability(table, one.value, error)
            if designed(table)
            else probability_of_ratio(one.value, one.null_error)
        )
    return result
