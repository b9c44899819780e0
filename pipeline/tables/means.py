"""Means of a numeric variable by groups, with the tests that compare them; and pairs of numeric variables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.counting.engine import distribution, patterns
from pipeline.results import About
from pipeline.statistics.core import Distribution, Floats, GroupedDistribution, Patterns
from pipeline.tables.axes import axis
from pipeline.tables.context import Context, chosen

_OVERALL = ("mean", "sd", "n", "count", "se", "median", "minimum", "maximum")


def means(
    context: Context, table_id: str, name: str, group: str, layer: str | None = None, statistics: Sequence[str] = ()
) -> None:
    """The variable's mean, spread and cases in each group and overall; tests of equal means."""
    cases, writer = context.cases, context.writer
    if layer is not None:
        from dataclasses import replace

        for code in axis(cases, layer).codes:
            inside = replace(context, cases=cases.where({layer: (code,)}))
            before = len(writer)
            means(inside, table_id, name, group, None, statistics)
            writer.put_layer(before, layer, code)
        return
    groups = axis(cases, group)
    about = About(table_id, row_var=name, col_var=group)
    values = cases.numeric(name)
    if groups.coded is None:
        _means_of_mentions(context, about, values, group, statistics)
        return
    index = groups.coded.index
    distinct, counts = distribution(values, index, len(groups.codes), cases.weights)
    grouped = GroupedDistribution(distinct, counts.n, counts.w, counts.w2, cases.weighting)
    n, w = counts.n.sum(axis=0), counts.w.sum(axis=0)
    for statistic, result in chosen(grouped, context, statistics):
        writer.add_result(about, statistic, result, [""], groups.codes, n, w)
    _overall(context, about, distinct, counts.n.sum(axis=1), counts.w.sum(axis=1), counts.w2.sum(axis=1))
    _eta_rows(context, about, grouped)


def _overall(context: Context, about: About, values: Floats, n: Floats, w: Floats, w2: Floats) -> None:
    """The same measures over all groups, under the empty group code; only where no table-wide number has the id."""
    everyone = Distribution(values, n.astype(np.int64), w, w2, context.cases.weighting)
    for statistic, result in chosen(everyone, context, _OVERALL):
        context.writer.add_result(about, statistic, result, [""], [""], int(n.sum()), float(w.sum()))


def _eta_rows(context: Context, about: About, grouped: GroupedDistribution) -> None:
    """Eta with the row variable dependent, for readers who look for it beside a table of means."""
    for statistic, result in chosen(grouped, context, ("eta_squared",)):
        value = getattr(result, "value", None)
        if statistic == "eta_squared" and value is not None:
            context.writer.add(
                about, "eta", float(np.sqrt(value)), n=float(grouped.n.sum()), base=float(grouped.w.sum())
            )


def _means_of_mentions(context: Context, about: About, values: Floats, group: str, statistics: Sequence[str]) -> None:
    """Groups that overlap: the mean among the cases that mention each item; no test across items."""
    cases, writer = context.cases, context.writer
    mentions = cases.mentions(group)
    for item, mentioned in zip(mentions.items, mentions.mentioned, strict=True):
        distinct, counts = distribution(values, mentioned.astype(np.intp), 1, cases.weights)
        one = Distribution(distinct, counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0], cases.weighting)
        for statistic, result in chosen(one, context, _OVERALL):
            writer.add_result(about, statistic, result, [""], [item], int(counts.n.sum()), float(counts.w.sum()))
    inside = mentions.base.astype(np.intp)
    distinct, counts = distribution(values, inside, 1, cases.weights)
    _overall(context, about, distinct, counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0])


def correlation(context: Context, table_id: str, first: str, second: str, statistics: Sequence[str] = ()) -> None:
    """Two numeric variables over the cases valid on both: correlations, and paired comparison where asked for."""
    cases, writer = context.cases, context.writer
    x = np.column_stack([cases.numeric(first), cases.numeric(second)])
    about = About(table_id, row_var=first, col_var=second)
    complete = ~np.isnan(x).any(axis=1)
    weights = type(cases.weights)(
        None if cases.weights.w is None else cases.weights.w[complete],
        None if cases.weights.w2 is None else cases.weights.w2[complete],
    )
    distinct, counts = patterns(x[complete], weights)
    table = Patterns(distinct, counts.n, counts.w, counts.w2, cases.weighting)
    n, base = int(counts.n.sum()), float(counts.w.sum())
    for statistic, result in chosen(table, context, statistics or CORRELATIONS):
        writer.add_result(about, statistic, result, [""], [""], n, base)


CORRELATIONS = (
    "pearson_r", "pearson_r_p", "pearson_r_low", "pearson_r_high", "spearman_rho", "spearman_rho_p", "tau_b", "tau_b_p",
)  # fmt: skip


def reliability(context: Context, table_id: str, name: str, statistics: Sequence[str] = ()) -> None:
    """A battery as a scale: Cronbach's alpha and its items, over the cases valid on all items."""
    cases, writer = context.cases, context.writer
    members = cases.codebook.batteries[name].members
    x = np.column_stack([cases.numeric(m) for m in members])
    complete = ~np.isnan(x).any(axis=1)
    weights = type(cases.weights)(
        None if cases.weights.w is None else cases.weights.w[complete],
        None if cases.weights.w2 is None else cases.weights.w2[complete],
    )
    distinct, counts = patterns(x[complete], weights)
    table = Patterns(distinct, counts.n, counts.w, counts.w2, cases.weighting)
    about = About(table_id, row_var=name)
    n, base = int(counts.n.sum()), float(counts.w.sum())
    wanted = statistics or RELIABILITY
    for statistic, result in chosen(table, context, wanted):
        writer.add_items(about, statistic, result, members, n, base)
    for member in members:
        values, c = distribution(cases.numeric(member), complete.astype(np.intp), 1, cases.weights)
        one = Distribution(values, c.n[:, 0], c.w[:, 0], c.w2[:, 0], cases.weighting)
        for statistic, result in chosen(one, context, ("mean", "sd", "n")):
            writer.add_result(about, statistic, result, [member], [""], n, base)


RELIABILITY = ("cronbach_alpha", "cronbach_alpha_standardized", "alpha_if_deleted", "item_total_correlation")
