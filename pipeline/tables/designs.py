"""A sample's design in tables: what strata, clusters, replicate weights and raking make of an aggregate's variance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.engine import Index
from pipeline.errors import DataRejected
from pipeline.spec.model import Inference, ReplicateWeights, Study, Weights
from pipeline.statistics import design
from pipeline.statistics.core import Floats, Ints
from pipeline.statistics.proportions import logit_interval


def design_of(study: Study, cases: Cases) -> design.Sample | None:
    """The design that the study declares, over all cases of the file; ``None`` where it declares none.

    A case without a positive weight weighs nothing. Where the weights were raked, the variance takes it into account.
    Raises :class:`DataRejected` when the data contradict the design.
    """
    weights = np.zeros(cases.columns.rows)
    weights[cases.positions] = 1.0 if cases.weights.w is None else cases.weights.w
    everyone = cases.unweighted()
    try:
        if study.weights is not None and study.weights.replicates is not None:
            full = everyone.numeric(study.weights.variable)
            return _replicates(study.weights.replicates, everyone, weights, full)
        raked = study.weights is not None and bool(study.weights.rake) and cases.weighted
        declared = study.design
        if declared is None and not raked:
            return None
        margins, start = _margins(study, everyone) if raked else ((), None)
        if declared is None:
            return design.design(weights, margins=margins, start=start)
        return design.design(
            weights,
            _codes(everyone, declared.strata),
            _codes(everyone, declared.cluster),
            None if declared.population is None else everyone.numeric(declared.population),
            lonely=declared.lonely,
            margins=margins,
            start=start,
            tests_corrected=study.finite_population == "tests too",
        )
    except design.UnusableDesign as error:
        raise DataRejected(f"validate.design_{error.reason}") from None


def as_read(sample: design.Sample | None, mode: Inference) -> design.Sample | None:
    """The design for a way of reading: a description tests nothing, a process has no finite population."""
    if mode == "description":
        return None
    return design.uncorrected(sample) if mode == "process" and isinstance(sample, design.Design) else sample


def _codes(cases: Cases, name: str | None) -> Ints | None:
    """A variable as integer codes, the missing as one code of their own."""
    return None if name is None else cases.coded(name).index.astype(np.int64)


def _replicates(declared: ReplicateWeights, everyone: Cases, weights: Floats, full: Floats) -> design.Replicates:
    """The replicate weights of all cases. A table without the weight takes them over the full one, as factors."""
    columns = np.column_stack([everyone.numeric(name) for name in declared.variables])
    inside = weights > 0
    replicate = np.zeros_like(columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(full > 0, weights / full, 1.0)
    replicate[inside] = columns[inside] * factor[inside, None]
    scales = declared.rscales
    factors = None if scales is None else np.broadcast_to(np.array(scales, dtype=np.float64), len(declared.variables))
    return design.replicates(
        weights, replicate, declared.type, fay=declared.rho or 0.0, scale=declared.scale, factors=factors,
        about_estimate=declared.mse, df=declared.df,
    )  # fmt: skip


def _margins(study: Study, everyone: Cases) -> tuple[tuple[Ints, ...], Floats]:
    """The variables that the weights were raked to, as codes over all cases, and the weights before."""
    if study.weights is None:
        raise ValueError("only weights can have been raked")
    codes, start = margins_of(everyone, study.weights)
    return tuple(np.maximum(one, 0) for one in codes.values()), start


def margins_of(cases: Cases, weights: Weights) -> tuple[dict[str, Ints], Floats]:
    """Of each case its place on every margin, −1 for none, and the weight it starts from: 0 where it takes no part."""
    start = np.ones(cases.n) if weights.start is None else np.nan_to_num(cases.numeric(weights.start), nan=0.0)
    codes = {name: _margin_codes(cases, name, targets) for name, targets in weights.rake.items()}
    for one in codes.values():
        start = np.where(one >= 0, start, 0.0)
    return codes, np.maximum(start, 0.0)


def _margin_codes(cases: Cases, name: str, targets: Mapping[str, float]) -> Ints:
    """Of each case its place among the categories of a margin, −1 for none."""
    coded = cases.coded(name)
    place = {code: i for i, code in enumerate(targets)}
    lookup = np.array([-1, *(place.get(code, -1) for code in coded.codes)], dtype=np.int64)
    return np.asarray(lookup[coded.index])


def sampled(sample: design.Sample | None, cases: Cases, cell: Ints, size: int) -> design.Sampled | None:
    """The sample behind an aggregate of some cases: ``cell`` their place 0 … ``size``−1 in it, −1 for none."""
    if sample is None:
        return None
    everywhere = np.full(sample.weights.size, -1, dtype=np.int64)
    everywhere[cases.positions] = cell
    return design.Sampled(sample, everywhere, size)


def sampled_values(
    sample: design.Sample | None, cases: Cases, name: str, distinct: Floats, group: Index | None = None, groups: int = 1
) -> design.Sampled | None:
    """The sample behind a distribution: cells are its distinct values (k,), each by ``groups``.

    ``group``: per case 0 for none, or 1 … ``groups``.
    """
    if sample is None:
        return None
    values = cases.numeric(name)
    valid = ~np.isnan(values) if group is None else ~np.isnan(values) & (group > 0)
    cell = np.full(cases.n, -1, dtype=np.int64)
    cell[valid] = np.searchsorted(distinct, values[valid]) * groups
    if group is not None:
        cell[valid] += group[valid].astype(np.int64) - 1
    return sampled(sample, cases, cell, len(distinct) * groups)


def crosstab_covariance(
    sample: design.Sample, cases: Cases, row: Index, column: Index, shape: tuple[int, int], keep: Index | None = None
) -> tuple[Floats, float, Floats | None]:
    """The covariance of a cross-table's weighted cell totals, the design's degrees of freedom, and the covariance with
    the finite population correction where the design has one, which tests of association have only when asked to.

    ``keep``: only cases where it is above 0.
    """
    cells = np.full(sample.weights.size, -1, dtype=np.int64)
    inside = (row > 0) & (column > 0)
    if keep is not None:
        inside &= keep > 0
    cells[cases.positions[inside]] = (row[inside].astype(np.int64) - 1) * shape[1] + column[inside].astype(np.int64) - 1
    found = design.cell_shares(cells, shape[0] * shape[1], sample)
    finite = isinstance(sample, design.Design) and bool((sample.unsampled < 1).any())
    corrected = design.cell_shares(cells, shape[0] * shape[1], sample, True).covariance if finite else None
    return found.covariance, float(found.df), corrected


def share_intervals(
    sample: design.Sample, cases: Cases, index: Index, k: int, confidence: float
) -> tuple[Floats, Floats, Floats, float]:
    """Standard error and logit interval of each category's share among the valid: se, low, high (k,), and df."""
    domain = np.zeros(sample.weights.size)
    valid = cases.positions[index > 0]
    domain[valid] = 1.0
    indicators = np.zeros((sample.weights.size, k))
    indicators[valid, index[index > 0].astype(np.int64) - 1] = 1.0
    found = design.mean(indicators, sample, domain)
    df = design.Sampled(sample, np.where(domain > 0, 0, -1), 1).df
    low, high = logit_interval(found.values, found.se, df, confidence)
    return found.se, low, high, df
