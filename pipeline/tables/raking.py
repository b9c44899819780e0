"""Weights fitted to the known margins of the population: made for the cases of a wave, and how well they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.errors import DataRejected
from pipeline.results import CODEBOOK_TABLE, About
from pipeline.spec.model import Weights
from pipeline.statistics.core import Floats, Number
from pipeline.statistics.design import Margin, Raked, kish_effective_n, rake
from pipeline.tables.context import Context
from pipeline.tables.designs import margins_of


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights over all cases (n,), NaN for a case without a place on the margins or a weight to start from.

    ``start`` (n,): the weights before, 0 for such a case. ``margins``: of those that have a weight.
    """

    values: Floats
    start: Floats
    margins: tuple[Margin, ...]
    raked: Raked


def fitted_weights(cases: Cases, weights: Weights, study: str) -> Fitted:
    """Rake the weights of all cases to the margins under ``weights: rake:``; ``study``: the file's name for messages.

    Raises :class:`DataRejected` when no weights can meet the margins.
    """
    codes, start = margins_of(cases, weights)
    inside = start > 0
    margins = tuple(
        Margin(codes[name][inside], np.array(list(targets.values()))) for name, targets in weights.rake.items()
    )
    for (name, targets), margin in zip(weights.rake.items(), margins, strict=True):
        empty = np.flatnonzero(np.bincount(margin.codes, minlength=margin.targets.size) == 0)
        if empty.size:
            code, total = list(targets.items())[int(empty[0])]
            raise DataRejected("validate.rake_without_cases", file=study, variable=name, code=code, total=f"{total:g}")
    found = rake(start[inside], margins)
    if not found.converged:
        raise DataRejected(
            "validate.not_raked", file=study, iterations=found.iterations, deviation=f"{found.max_deviation:.2g}"
        )
    values = np.full(cases.rows, np.nan)
    values[inside] = found.weights
    return Fitted(values, start, margins, found)


def raking_rows(context: Context, weights: Weights, study: str) -> None:
    """How the raked weights came about, under the codebook's table.

    Of the weight: passes, largest relative deviation, cases with and without, smallest and largest, effective n, and
    the design effect of unequal weights. Of each category of a margin: the weighted count before and after, and the
    known one.
    """
    cases, writer = context.cases, context.writer
    fitted = fitted_weights(cases, weights, study)
    found, n = fitted.raked.weights, int(fitted.raked.weights.size)
    about, base = About(CODEBOOK_TABLE, row_var=weights.variable), float(found.sum())
    method = "post_stratified" if len(weights.rake) == 1 else "raked"
    effective = kish_effective_n(found)
    for statistic, value in {
        "raking_iterations": float(fitted.raked.iterations),
        "raking_deviation": fitted.raked.max_deviation,
        "n": float(n),
        "missing_n": float(cases.n - n),
        "minimum": float(found.min()),
        "maximum": float(found.max()),
        "mean": base / n,
        "effective_n": effective,
        "design_effect_weights": n / effective,
    }.items():
        writer.add(about, statistic, Number(value, method if statistic.startswith("raking") else ""), n=n, base=base)
    for (name, targets), margin in zip(weights.rake.items(), fitted.margins, strict=True):
        about = About(CODEBOOK_TABLE, row_var=name, col_var=weights.variable)
        before = np.bincount(margin.codes, fitted.start[fitted.start > 0], margin.targets.size)
        after = np.bincount(margin.codes, found, margin.targets.size)
        codes = list(targets)
        for statistic, values in (
            ("raking_start", before), ("raking_target", margin.targets), ("raking_reached", after)
        ):  # fmt: skip
            writer.add_grid(about, statistic, values, codes, [""], n, base)
