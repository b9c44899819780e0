"""A sample's design in tables: what strata, clusters, replicate weights and raking make of an aggregate's variance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.engine import CaseWeights, Index, count, tally
from pipeline.counting.sums import Exact, Measure, Reach
from pipeline.errors import DataRejected
from pipeline.spec.model import Inference, ReplicateWeights, Study, Weights
from pipeline.statistics import design
from pipeline.statistics.core import Floats, Ints
from pipeline.statistics.proportions import logit_interval

_DENSE = 1 << 22  # cells up to which no sorting is needed to find those that occur


@dataclass(frozen=True, slots=True)
class Drawn:
    """How the cases of a wave were drawn: the sample over all rows, and where it has them the replicate weights."""

    sample: design.Sample
    replicates: tuple[Measure, ...] = ()


def design_of(study: Study, cases: Cases) -> Drawn | None:
    """The design that the study declares, over all rows of the file; ``None`` where it declares none.

    A case without a positive weight weighs nothing. Where the weights were raked, the variance takes it into account.
    Raises :class:`DataRejected` when the data contradict the design.
    """
    columns = cases.columns
    given = columns.weights(cases.weight_name).w
    weights = np.ones(columns.rows) if given is None else given
    if given is None and columns.alike is not None:
        weights = columns.alike.astype(np.float64)
    everyone = cases.unweighted()
    try:
        if study.weights is not None and study.weights.replicates is not None:
            measures = replicate_measures(study.weights, cases.weighted)
            columns_of = np.column_stack([_valid(everyone, one) for one in measures])
            return Drawn(_replicates(study.weights.replicates, columns_of, weights), measures)
        raked = study.weights is not None and bool(study.weights.rake) and cases.weighted
        declared = study.design
        if declared is None and not raked:
            return None
        margins, start = _margins(study, everyone) if raked else ((), None)
        if declared is None:
            return Drawn(design.design(weights, margins=margins, start=start, cases=columns.alike))
        found = design.design(
            weights,
            _codes(everyone, declared.strata),
            _codes(everyone, declared.cluster),
            None if declared.population is None else everyone.numeric(declared.population),
            lonely=declared.lonely,
            margins=margins,
            start=start,
            tests_corrected=study.finite_population == "tests too",
            cases=columns.alike,
        )
        return Drawn(found)
    except design.UnusableDesign as error:
        raise DataRejected(f"validate.design_{error.reason}") from None


def replicate_measures(weights: Weights, weighted: bool) -> tuple[Measure, ...]:
    """The replicate weights as they are added up. A table without the weight takes them over the full one."""
    names = () if weights.replicates is None else weights.replicates.variables
    return tuple(Measure(name, over="" if weighted else weights.variable) for name in names)


def _valid(everyone: Cases, measure: Measure) -> Floats:
    """A replicate weight of each row; its mistakes (missing, negative) are kept, for them to be told."""
    if everyone.columns.alike is not None:
        return everyone.columns.exact(measure).values
    values = everyone.numeric(measure.variable)
    wrong = ~(values >= 0)
    return np.asarray(np.where(wrong, values, everyone.columns.measured(measure)))


def as_read(drawn: Drawn | None, mode: Inference) -> Drawn | None:
    """The design for a way of reading: a description tests nothing, a process has no finite population."""
    if mode == "description" or drawn is None:
        return None
    sample = drawn.sample
    return Drawn(design.uncorrected(sample)) if mode == "process" and isinstance(sample, design.Design) else drawn


def _codes(cases: Cases, name: str | None) -> Ints | None:
    """A variable as integer codes, the missing as one code of their own."""
    return None if name is None else cases.coded(name).index.astype(np.int64)


def _replicates(declared: ReplicateWeights, columns: Floats, weights: Floats) -> design.Replicates:
    """The replicate weights of all rows, those of who weighs nothing left out."""
    replicate = np.where((weights > 0)[:, None], columns, 0.0)
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
    start = np.ones(cases.rows) if weights.start is None else np.nan_to_num(cases.numeric(weights.start), nan=0.0)
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


def sampled(drawn: Drawn | None, cases: Cases, cell: Ints, size: int) -> design.Sampled | None:
    """The sample behind an aggregate of some cases: ``cell`` their place 0 … ``size``−1 in it, −1 for none.

    What it holds are sums: of the weights by stratum, cluster and cell, of replicate weights by cell. Only where the
    degrees of freedom of replicate weights among some cases are not given (R: ``degf`` of a subset) it holds cases.
    """
    if drawn is None:
        return None
    everywhere = np.full(cases.columns.rows, -1, dtype=np.int64)
    everywhere[cases.positions] = cell
    sample = drawn.sample
    if isinstance(sample, design.Design):
        return _by_cluster(sample, cases.columns.weights(cases.weight_name), everywhere, size)
    inside = everywhere >= 0
    if not sample.known_df and not inside.all():
        return design.Sampled(sample, everywhere, size)
    at = everywhere[inside]
    weights = cases.columns.weights(cases.weight_name).of_some(inside)
    sums = [cases.columns.exact(one).take(inside).tally(at, size).values for one in drawn.replicates]
    known = replace(
        sample, weights=tally(at, (size,), weights).counts.w, replicate=np.column_stack(sums), known_df=True
    )
    return design.Sampled(known, np.arange(size), size)


def _by_cluster(sample: design.Design, weights: CaseWeights, cell: Ints, size: int) -> design.Sampled:
    """The rows of a sample added up by cluster (stratum, where cases are drawn) and cell.

    What calibration margins explain of a case they also explain of one that is in no cell, so these are added up too.
    """
    unit = sample.stratum if sample.cluster is None else sample.cluster
    keys = [unit, *sample.margins, cell + 1]
    spans = [int(one.max(initial=0)) + 1 for one in keys[:-1]] + [size + 1]
    some = (sample.weights > 0) & ((cell >= 0) | bool(sample.margins))
    at = np.ravel_multi_index([one[some] for one in keys], spans) if all(spans) else np.zeros(0, dtype=np.intp)
    total = int(np.prod([float(span) for span in spans]))
    if total <= _DENSE:
        found = tally(at, (total,), weights.of_some(some))
        used = np.flatnonzero(found.n)
        found = found.at(used)
    else:
        used, at = np.unique(at, return_inverse=True)
        found = tally(at, (len(used),), weights.of_some(some))
    unit, *margins, place = (np.asarray(one) for one in np.unravel_index(used, spans))
    start = None
    if sample.start is not None:
        where = np.searchsorted(used, at) if total <= _DENSE else at
        parts = Exact.of(sample.start[some], Reach.of(sample.start).units)
        start = parts.tally(where, len(used)).values
    sums = found.counts
    gathered = replace(
        sample,
        weights=sums.w,
        cases=sums.n,
        squares=sums.w2,
        margins=tuple(margins),
        start=start,
        stratum=unit if sample.cluster is None else sample.stratum,
        cluster=None if sample.cluster is None else unit,
    )
    return design.Sampled(gathered, place - 1, size)


def sampled_values(
    sample: Drawn | None, cases: Cases, name: str, distinct: Floats, group: Index | None = None, groups: int = 1
) -> design.Sampled | None:
    """The sample behind a distribution: cells are its distinct values (k,), each by ``groups``.

    ``group``: per case 0 for none, or 1 … ``groups``.
    """
    if sample is None:
        return None
    values = cases.numeric(name)
    valid = ~np.isnan(values) if group is None else ~np.isnan(values) & (group > 0)
    cell = np.full(cases.rows, -1, dtype=np.int64)
    cell[valid] = np.searchsorted(distinct, values[valid]) * groups
    if group is not None:
        cell[valid] += group[valid].astype(np.int64) - 1
    return sampled(sample, cases, cell, len(distinct) * groups)


def crosstab_covariance(
    drawn: Drawn, cases: Cases, row: Index, column: Index, shape: tuple[int, int], keep: Index | None = None
) -> tuple[Floats, float, Floats | None]:
    """The covariance of a cross-table's weighted cell totals, the design's degrees of freedom, and the covariance with
    the finite population correction where the design has one, which tests of association have only when asked to.

    ``keep``: only cases where it is above 0.
    """
    inside = (row > 0) & (column > 0)
    if keep is not None:
        inside &= keep > 0
    cell = np.where(inside, (row.astype(np.int64) - 1) * shape[1] + column.astype(np.int64) - 1, -1)
    size = shape[0] * shape[1]
    of = _sampled(drawn, cases, cell, size)
    found = design.cell_shares(of.cell, size, of.sample)
    finite = isinstance(of.sample, design.Design) and bool((of.sample.unsampled < 1).any())
    corrected = design.cell_shares(of.cell, size, of.sample, True).covariance if finite else None
    return found.covariance, float(found.df), corrected


def share_intervals(
    drawn: Drawn, cases: Cases, index: Index, k: int, confidence: float
) -> tuple[Floats, Floats, Floats, float]:
    """Standard error and logit interval of each category's share among the valid: se, low, high (k,), and df."""
    of = _sampled(drawn, cases, index.astype(np.int64) - 1, k)
    w = count([index], [k], cases.weights).inner().w
    shares = w / w.sum()
    covariance, _ = of.covariance((np.eye(k) - shares) / w.sum(), lambda w: w / w.sum(), corrected=True)
    se = np.asarray(np.sqrt(np.diagonal(covariance)))
    low, high = logit_interval(shares, se, of.df, confidence)
    return se, low, high, of.df


def _sampled(drawn: Drawn, cases: Cases, cell: Ints, size: int) -> design.Sampled:
    found = sampled(drawn, cases, cell, size)
    if found is None:
        raise ValueError("a sample has a design")
    return found
