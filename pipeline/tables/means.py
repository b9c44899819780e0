"""Means of a numeric variable by groups, with the tests that compare them; and pairs of numeric variables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.counting.cases import Cases, Mask
from pipeline.counting.engine import patterns
from pipeline.results import About, ResultsWriter
from pipeline.statistics.core import Distribution, GroupedDistribution, Number, Patterns, Result
from pipeline.tables.axes import axis
from pipeline.tables.context import Context, chosen
from pipeline.tables.one_way import COUNTED

_OVERALL = ("mean", "sd", "n", "count", "se", "median", "minimum", "maximum")


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
        from dataclasses import replace

        for code in axis(cases, layer).codes:
            inside = replace(context, cases=cases.where({layer: (code,)}))
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
    grouped = GroupedDistribution(distinct, counts.n, counts.w, counts.w2, cases.weighting)
    n, w = counts.n.sum(axis=0), counts.w.sum(axis=0)
    skipped = COUNTED if beside_counts else ()
    for statistic, result in chosen(grouped, context, (*_OVERALL, *statistics) if statistics else ()):
        if statistic not in skipped:
            writer.add_result(about, statistic, result, [""], groups.codes, n, w)
    _pairwise(context, about, grouped, groups.codes, statistics)
    sums = counts.n.sum(axis=1), counts.w.sum(axis=1), counts.w2.sum(axis=1)
    _overall(context, about, Distribution(distinct, *sums, cases.weighting), skipped)


PAIRWISE = ("tukey", "games_howell", "dunn")
_NAIVE_TESTS = ("none", "frequency")


def _pairwise(
    context: Context, about: About, grouped: GroupedDistribution, codes: Sequence[str], statistics: Sequence[str]
) -> None:
    """Which groups differ: difference, limits and adjusted p of every pair, under the column code ``a vs b``.

    Given for three groups or more, where the mode has tests; ``statistics`` names the methods, none named means all.
    """
    wanted = [m for m in PAIRWISE if not statistics or m in statistics or f"{m}_p" in statistics]
    several = int((grouped.n.sum(axis=0) > 0).sum()) > 2
    if context.mode == "description" or not several or grouped.weighting not in _NAIVE_TESTS or not wanted:
        return
    from pipeline.statistics import posthoc

    methods = {"tukey": posthoc.tukey_hsd, "games_howell": posthoc.games_howell, "dunn": posthoc.dunn}
    n, base = float(grouped.n.sum()), float(grouped.w.sum())
    for name in wanted:
        found = methods[name](grouped, context.options)
        pairs = [f"{codes[a]} vs {codes[b]}" for a, b in zip(found.first, found.second, strict=True)]
        for end, values in (("difference", found.difference), ("p", found.p), ("low", found.low), ("high", found.high)):
            if np.isfinite(values).any() or end == "p":
                context.writer.add_grid(about, f"{name}_{end}", values, [""], pairs, n, base, found.method,
                                        error=found.error or "undefined")  # fmt: skip


def _overall(context: Context, about: About, everyone: Distribution, skipped: Sequence[str] = ()) -> None:
    """The same measures over all groups, under the empty group code."""
    n, base = int(everyone.n.sum()), float(everyone.w.sum())
    for statistic, result in chosen(everyone, context, [s for s in _OVERALL if s not in skipped]):
        context.writer.add_result(about, statistic, result, [""], [""], n, base)


def _means_of_mentions(context: Context, about: About, name: str, group: str) -> None:
    """Groups that overlap: the mean among the cases that mention each item; no test across items."""
    cases, writer = context.cases, context.writer
    mentions = cases.mentions(group)
    for item, mentioned in zip(mentions.items, mentions.mentioned, strict=True):
        distinct, counts = cases.distribution(name, mentioned.view(np.uint8))
        one = Distribution(distinct, counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0], cases.weighting)
        for statistic, result in chosen(one, context, _OVERALL):
            _add_at(writer, about, statistic, result, "", item, one)
    distinct, counts = cases.distribution(name, mentions.base.view(np.uint8))
    _overall(context, about, Distribution(distinct, counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0], cases.weighting))


def _add_at(
    writer: ResultsWriter, about: About, statistic: str, result: Result, row: str, column: str, one: Distribution
) -> None:
    """Add a single number about one row or column of a table."""
    if not isinstance(result, Number):
        raise TypeError(f"{statistic} gives one number")
    writer.add(about, statistic, result, row, column, n=float(one.n.sum()), base=float(one.w.sum()))


def correlation(context: Context, table_id: str, first: str, second: str, statistics: Sequence[str] = ()) -> None:
    """Two numeric variables over the cases valid on both: correlations, and paired comparison where asked for."""
    cases, writer = context.cases, context.writer
    about = About(table_id, row_var=first, col_var=second)
    table, _ = complete_patterns(cases, (first, second))
    n, base = int(table.n.sum()), float(table.w.sum())
    for statistic, result in chosen(table, context, statistics or CORRELATIONS):
        writer.add_result(about, statistic, result, [""], [""], n, base)


def complete_patterns(cases: Cases, names: Sequence[str]) -> tuple[Patterns, Mask]:
    """The distinct rows over several numeric variables of the cases valid on all of them; and who they are."""
    x = np.column_stack([cases.numeric(name) for name in names])
    complete: Mask = np.asarray(~np.isnan(x).any(axis=1))
    distinct, counts = patterns(x[complete], cases.weights.of_some(complete))
    return Patterns(distinct, counts.n, counts.w, counts.w2, cases.weighting), complete


CORRELATIONS = (
    "pearson_r", "pearson_r_p", "pearson_r_low", "pearson_r_high", "spearman_rho", "spearman_rho_p", "tau_b", "tau_b_p",
)  # fmt: skip


def reliability(context: Context, table_id: str, name: str, statistics: Sequence[str] = ()) -> None:
    """A battery as a scale: Cronbach's alpha and its items, over the cases valid on all items."""
    cases, writer = context.cases, context.writer
    members = cases.codebook.batteries[name].members
    table, complete = complete_patterns(cases, members)
    about = About(table_id, row_var=name)
    n, base = int(table.n.sum()), float(table.w.sum())
    wanted = statistics or RELIABILITY
    for statistic, result in chosen(table, context, wanted):
        writer.add_items(about, statistic, result, members, n, base)
    for member in members:
        values, c = cases.distribution(member, complete.view(np.uint8))
        one = Distribution(values, c.n[:, 0], c.w[:, 0], c.w2[:, 0], cases.weighting)
        for statistic, result in chosen(one, context, ("mean", "sd", "n")):
            _add_at(writer, about, statistic, result, member, "", one)


RELIABILITY = ("cronbach_alpha", "cronbach_alpha_standardised", "alpha_if_deleted", "item_total_correlation")
