"""A sample's design in tables: covariances, standard errors and intervals that strata and clusters call for."""

from __future__ import annotations

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.engine import Index
from pipeline.errors import DataRejected
from pipeline.spec.model import Study
from pipeline.statistics import design
from pipeline.statistics.core import Floats, Ints, Number, number
from pipeline.statistics.proportions import logit_interval
from pipeline.statistics.univariate import t_quantile


def design_of(study: Study, cases: Cases) -> design.Design | None:
    """The design that the study declares, over all cases of the file; ``None`` where it declares none.

    A case without a positive weight weighs nothing. Raises :class:`DataRejected` when the numbers of the population
    contradict the sample.
    """
    declared = study.design
    if declared is None:
        return None
    weights = np.zeros(cases.columns.rows)
    weights[cases.positions] = 1.0 if cases.weights.w is None else cases.weights.w
    everyone = cases.unweighted()
    strata = _codes(everyone, declared.strata)
    clusters = _codes(everyone, declared.cluster)
    population = None if declared.population is None else everyone.numeric(declared.population)
    try:
        return design.design(weights, strata, clusters, population, lonely=declared.lonely)
    except ValueError as error:
        raise DataRejected("validate.bad_design", reason=str(error)) from None


def _codes(cases: Cases, name: str | None) -> Ints | None:
    """A variable as integer codes, the missing as one code of their own."""
    return None if name is None else cases.coded(name).index.astype(np.int64)


def crosstab_covariance(
    sample: design.Design, cases: Cases, row: Index, column: Index, shape: tuple[int, int]
) -> tuple[Floats, float]:
    """The covariance of a cross-table's weighted cell totals, and the design's degrees of freedom."""
    cells = np.full(sample.weights.size, -1, dtype=np.int64)
    inside = (row > 0) & (column > 0)
    cells[cases.positions[inside]] = (row[inside].astype(np.int64) - 1) * shape[1] + column[inside].astype(np.int64) - 1
    found = design.cell_totals(cells, shape[0] * shape[1], sample)
    return found.covariance, float(found.df)


def share_intervals(
    sample: design.Design, cases: Cases, index: Index, k: int, confidence: float
) -> tuple[Floats, Floats, Floats, float]:
    """Standard error and logit interval of each category's share among the valid: se, low, high (k,), and df."""
    domain = np.zeros(sample.weights.size)
    domain[cases.positions[index > 0]] = 1.0
    indicators = np.zeros((sample.weights.size, k))
    valid = cases.positions[index > 0]
    indicators[valid, index[index > 0].astype(np.int64) - 1] = 1.0
    found = design.mean(indicators, sample, domain)
    low, high = logit_interval(found.values, found.se, float(found.df), confidence)
    return found.se, low, high, float(found.df)


def mean_numbers(sample: design.Design, cases: Cases, values: Floats, confidence: float) -> dict[str, Number]:
    """Standard error and interval of a mean over the cases with a value, as the design calls for."""
    domain = np.zeros(sample.weights.size)
    y = np.zeros(sample.weights.size)
    valid = ~np.isnan(values)
    domain[cases.positions[valid]] = 1.0
    y[cases.positions[valid]] = values[valid]
    found = design.mean(y, sample, domain)
    mean, se = float(found.values[0]), float(found.se[0])
    half = t_quantile(float(found.df), confidence) * se
    reason = found.error or "undefined"
    return {
        "se": number(se, "design", error=reason),
        "mean_low": number(mean - half, "design", error=reason),
        "mean_high": number(mean + half, "design", error=reason),
    }
