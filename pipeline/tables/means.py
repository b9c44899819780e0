"""Means of a numeric variable by groups, with the tests that compare them; and pairs of numeric variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pipeline.codes import pair
from pipeline.counting.cases import Mask
from pipeline.counting.engine import Counts, patterns
from pipeline.results import About, ResultsWriter
from pipeline.statistics.core import Distribution, Floats, GroupedDistribution, Number, Patterns, Result, by_design
from pipeline.statistics.correlation import COEFFICIENTS
from pipeline.statistics.posthoc import METHODS
from pipeline.statistics.registry import declared, known, usual
from pipeline.tables.axes import axis
from pipeline.tables.context import Context, chosen, corrected, within_layers
from pipeline.tables.designs import sampled, sampled_values


def means(
    context: Context,
    table_id: str,
    name: str,
    group: str,
    layer: str | None = None,
    statistics: Sequence[str] = (),
    beside_counts: bool = False,
) -> None:
    """The variable's mean, spread and cases in each group and overall; tests of equal means.

    ``beside_counts``: a cross-table of the same pair stands in the same table and has the cases already.
    """
    cases, writer = context.cases, context.writer
    if layer is not None:
        for code, inside in within_layers(context, layer):
            before = len(writer)
            means(inside, table_id, name, group, None, statistics, beside_counts)
            writer.put_layer(before, layer, code)
        return
    groups = axis(cases, group)
    about = About(table_id, row_var=name, col_var=group)
    if groups.coded is None:
        _means_of_mentions(context, about, name, group)
        return
    index = groups.coded.index
    distinct, counts = cases.distribution(name, index, len(groups.codes))
    sampling = sampled_values(context.sample, cases, name, distinct, index, len(groups.codes))
    grouped = GroupedDistribution(distinct, counts.n, counts.w, counts.w2, cases.weighting, sampling, cases.sample_n)
    n, w = counts.n.sum(axis=0), counts.w.sum(axis=0)
    skipped = tuple(declared()) if beside_counts else ()
    found = chosen(grouped, context, (*_measures(), *statistics) if statistics else ())
    for statistic, result in corrected(found, context, context.population, float(n.sum())):
        if statistic not in skipped:
            writer.add_result(about, statistic, result, [""], groups.codes, n, w)
    _pairwise(context, about, grouped, groups.codes, statistics)
    sums = counts.n.sum(axis=1), counts.w.sum(axis=1), counts.w2.sum(axis=1)
    whole = sampled_values(context.sample, cases, name, distinct, (index > 0).view(np.uint8))
    _overall(context, about, Distribution(distinct, *sums, cases.weighting, whole, cases.sample_n), skipped)


def _measures() -> tuple[str, ...]:
    """What stands beside each group whatever else is asked for."""
    return usual("group", takes=GroupedDistribution)


def _pairwise(
    context: Context, about: About, grouped: GroupedDistribution, codes: Sequence[str], statistics: Sequence[str]
) -> None:
    """Which groups differ: difference, limits and adjusted p of every pair, under the column code ``a vs b``.

    Given for three groups or more, where the mode has tests; ``statistics`` names the methods, none named means all.
    """
    wanted = [m for name, m in METHODS.items() if not statistics or name in statistics or m.difference.p in statistics]
    several = int((grouped.n.sum(axis=0) > 0).sum()) > 2
    if context.mode == "description" or not several or not wanted:
        return
    if by_design(grouped):
        for method in wanted if statistics else ():
            context.writer.add(about, method.difference.p, Number(None, error="weights_need_design_based"))
        return
    n, base = float(grouped.n.sum()), float(grouped.w.sum())
    for method in wanted:
        found, own = method.compare(grouped, context.options), method.difference
        pairs = [pair(codes[a], codes[b]) for a, b in zip(found.first, found.second, strict=True)]
        numbers = ((own.id, found.difference), (own.p, found.p), (own.low, found.low), (own.high, found.high))
        for name, values in numbers:
            if np.isfinite(values).any() or name == own.p:
                context.writer.add_grid(about, name, values, [""], pairs, n, base, found.method,
                                        error=found.error or "undefined")  # fmt: skip


def _overall(context: Context, about: About, everyone: Distribution, skipped: Sequence[str] = ()) -> None:
    """The same measures over all groups, under the empty group code."""
    n, base = int(everyone.n.sum()), float(everyone.w.sum())
    found = chosen(everyone, context, [s for s in _measures() if s not in skipped])
    for statistic, result in corrected(found, context, context.population, n):
        context.writer.add_result(about, statistic, result, [""], [""], n, base)


def _means_of_mentions(context: Context, about: About, name: str, group: str) -> None:
    """Groups that overlap: the mean among the cases that mention each item; no test across items."""
    cases, writer = context.cases, context.writer
    mentions = cases.mentions(group)
    for item, mentioned in zip(mentions.items, mentions.mentioned, strict=True):
        distinct, counts = cases.distribution(name, mentioned.view(np.uint8))
        one = _alone(context, name, distinct, counts, mentioned)
        for statistic, result in chosen(one, context, _measures()):
            _add_at(writer, about, statistic, result, "", item, one)
    distinct, counts = cases.distribution(name, mentions.base.view(np.uint8))
    _overall(context, about, _alone(context, name, distinct, counts, mentions.base))


def _alone(context: Context, name: str, distinct: Floats, counts: Counts, inside: Mask) -> Distribution:
    """The distribution of a variable over the cases of one group."""
    sampling = sampled_values(context.sample, context.cases, name, distinct, inside.view(np.uint8))
    sums = counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0]
    return Distribution(distinct, *sums, context.cases.weighting, sampling, context.cases.sample_n)


def _add_at(
    writer: ResultsWriter, about: About, statistic: str, result: Result, row: str, column: str, one: Distribution
) -> None:
    """Add a single number about one row or column of a table."""
    if not isinstance(result, Number):
        raise TypeError(f"{statistic} gives one number")
    writer.add(about, statistic, result, row, column, n=float(one.n.sum()), base=float(one.w.sum()))


def correlation(
    context: Context, table_id: str, first: str, second: str, statistics: Sequence[str] = (), layer: str | None = None
) -> None:
    """Two numeric variables over the cases valid on both: correlations, and paired comparison where asked for."""
    writer = context.writer
    if layer is not None:
        for code, inside in within_layers(context, layer):
            before = len(writer)
            correlation(inside, table_id, first, second, statistics)
            writer.put_layer(before, layer, code)
        return
    about = About(table_id, row_var=first, col_var=second)
    table, _ = complete_patterns(context, (first, second))
    n, base = int(table.n.sum()), float(table.w.sum())
    asked = statistics or usual("line", takes=Patterns)
    if not any(s in COEFFICIENTS for s in asked):  # a comparison of pairs stands beside their correlation, as in SPSS
        asked = ("pearson_r", *asked)
    for statistic, result in chosen(table, context, asked):
        if isinstance(result, Number):  # what is about the items of a scale has no place in a pair
            writer.add_result(about, statistic, result, [""], [""], n, base)


def correlation_matrix(
    context: Context,
    table_id: str,
    names: Sequence[str],
    statistics: Sequence[str],
    missing: Literal["pairwise", "listwise"],
) -> None:
    """Every pair of several numeric variables once, the later one in the rows: coefficients, their p, the cases.

    ``statistics``: which of the coefficients, Pearson's where none is named.
    """
    from pipeline.statistics import correlation as family

    x = np.column_stack([context.cases.numeric(name) for name in names])
    table = patterns_of(context, x, np.asarray(~np.isnan(x).all(axis=1)))
    wanted = [s for s in COEFFICIENTS if s in statistics] or ["pearson_r"]
    p_of = {name: known(Patterns)[name].values[name].p for name in wanted}
    matrices = [family.correlation_matrix(table, context.options, coefficient, missing) for coefficient in wanted]
    for i, name in enumerate(names):
        for j, other in enumerate(names[:i]):
            about = About(table_id, row_var=name, col_var=other)
            for k, (coefficient, found) in enumerate(zip(wanted, matrices, strict=True)):
                n, base = float(found.n[i, j]), float(found.base[i, j])
                if k == 0:
                    context.writer.add(about, "n", n, n=n, base=base, method=missing)
                for statistic, values in ((coefficient, found.values), (p_of[coefficient], found.p)):
                    if statistic == coefficient or context.mode != "description":
                        one = float(values[i, j])
                        number = Number(one) if np.isfinite(one) else Number(None, error=found.errors[i][j])
                        context.writer.add(about, statistic, number, n=n, base=base)


def complete_patterns(context: Context, names: Sequence[str]) -> tuple[Patterns, Mask]:
    """The distinct rows over several numeric variables of the cases valid on all of them; and who they are."""
    x = np.column_stack([context.cases.numeric(name) for name in names])
    complete: Mask = np.asarray(~np.isnan(x).any(axis=1))
    return patterns_of(context, x, complete), complete


def patterns_of(context: Context, x: Floats, inside: Mask) -> Patterns:
    """The distinct rows of a matrix over the cases (n, p) among those that are ``inside``, with their sample."""
    cases = context.cases
    distinct, counts, place = patterns(x[inside], cases.weights.of_some(inside))
    cell = np.full(cases.rows, -1, dtype=np.int64)
    cell[inside] = place
    sampling = sampled(context.sample, cases, cell, len(distinct))
    return Patterns(
        distinct, counts.n, counts.w, counts.w2, cases.weighting, sampling=sampling, sample_n=cases.sample_n
    )


def reliability(context: Context, table_id: str, name: str, statistics: Sequence[str] = ()) -> None:
    """A battery as a scale: Cronbach's alpha and its items, over the cases valid on all items.

    Krippendorff's alpha is over all cases with two valid items or more: what it is made for.
    """
    cases, writer = context.cases, context.writer
    members = cases.codebook.batteries[name].members
    table, complete = complete_patterns(context, members)
    about = About(table_id, row_var=name)
    n, base = int(table.n.sum()), float(table.w.sum())
    wanted = statistics or (*usual("scale", "item"), "cronbach_alpha_standardised")  # SPSS prints both alphas
    by_pairs = [s for s in wanted if s.startswith(_KRIPPENDORFF)]
    listwise = [s for s in wanted if s not in by_pairs]
    for statistic, result in chosen(table, context, listwise) if listwise else ():
        writer.add_items(about, statistic, result, members, n, base)
    if by_pairs:
        x = np.column_stack([cases.numeric(member) for member in members])
        several: Mask = np.asarray((~np.isnan(x)).sum(axis=1) > 1)
        pairable = patterns_of(context, x, several)
        sizes = int(pairable.n.sum()), float(pairable.w.sum())
        for statistic, result in chosen(pairable, context, by_pairs):
            writer.add_items(about, statistic, result, members, *sizes)
    for member in members:
        values, c = cases.distribution(member, complete.view(np.uint8))
        one = _alone(context, member, values, c, complete)
        for statistic, result in chosen(one, context, ("mean", "sd", "n")):
            _add_at(writer, about, statistic, result, member, "", one)


_KRIPPENDORFF = "krippendorff_alpha"
