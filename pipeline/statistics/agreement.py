"""Agreement of two raters over the same categories: Cohen's kappa, plain and weighted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Crosstab, Floats, Number, Options, not_computable, number
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    counts,
    designed,
    is_asked_twice,
    is_paired,
    measure_method,
    probability_of_ratio,
    standard_error,
    total_reason,
    wald_probability,
)


def kappa(counts: Floats, credit: Floats) -> tuple[float, Floats, float]:
    """Weighted kappa of a square table: value, gradient by the cell shares, standard error if it were zero.

    ``credit``: agreement of each pair of categories, 1 on the diagonal. κ = (o − e)/(1 − e), o and e the mean credit
    observed and expected. Fleiss, Cohen and Everitt, Psychol. Bull. 72, 1969. NaN where chance agrees fully.
    """
    total = float(counts.sum())
    p = counts / total
    rows, cols = p.sum(axis=1), p.sum(axis=0)
    observed = float((p * credit).sum())
    expected = float(rows @ credit @ cols)
    room = 1 - expected
    # Both raters put every case into one category: what is left of 1 − e is rounding error.
    if room <= 1e-14:
        return math.nan, np.zeros_like(p), math.nan
    mean_credit = (credit @ cols)[:, None] + (rows @ credit)[None, :]
    gradient = (credit * room - mean_credit * (1 - observed)) / room**2
    null = float((np.outer(rows, cols) * (credit - mean_credit) ** 2).sum()) - expected**2
    return (observed - expected) / room, gradient, math.sqrt(max(null, 0.0) / total) / room


def agreement_credit(k: int, power: int) -> Floats:
    """Credit of k equally spaced categories: 0: identity, 1: 1 − |i − j|/(k − 1), 2: 1 − (i − j)²/(k − 1)²."""
    if power == 0:
        return np.eye(k)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / (k - 1)
    return np.asarray(1 - distance**power)


def _kappa_results(table: Crosstab, name: str, power: int) -> dict[str, Number]:
    ids = (name, f"{name}_ase", f"{name}_p")
    if not is_paired(table):
        return dict.fromkeys(ids, not_computable("categories_differ"))
    reason = total_reason(float(table.w.sum()))
    if reason:
        return dict.fromkeys(ids, not_computable(reason))
    value, gradient, null_error = kappa(counts(table), agreement_credit(len(table.w), power))
    if math.isnan(value):
        return dict.fromkeys(ids, not_computable("zero_variance"))
    error = standard_error(table, gradient)
    p = wald_probability(table, value, error) if designed(table) else probability_of_ratio(value, null_error)
    return dict(zip(ids, (number(value, measure_method(table)), error, p), strict=True))


@statistic(
    Value("kappa", order=320, p="kappa_p", ase="kappa_ase"),
    takes=Crosstab,
    applies=is_asked_twice,
)
def cohens_kappa(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Cohen's kappa with its standard error; p two-sided normal from value/ASE₀ (SPSS)."""
    return _kappa_results(table, "kappa", 0)


def _paired_ordered(table: Crosstab) -> bool:
    return is_asked_twice(table) and table.row_ordered and len(table.w) > 2


@statistic(
    Value("kappa_linear", p="kappa_linear_p", ase="kappa_linear_ase"),
    takes=Crosstab,
    of_order=True,
    applies=_paired_ordered,
)
def kappa_linear(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Kappa with linear weights 1 − |i − j|/(k − 1), categories equally spaced in their order."""
    return _kappa_results(table, "kappa_linear", 1)


@statistic(
    Value("kappa_quadratic", p="kappa_quadratic_p", ase="kappa_quadratic_ase"),
    takes=Crosstab,
    of_order=True,
    applies=_paired_ordered,
)
def kappa_quadratic(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Kappa with quadratic weights 1 − (i − j)²/(k − 1)², categories equally spaced in their order."""
    return _kappa_results(table, "kappa_quadratic", 2)
