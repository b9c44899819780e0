"""Cross-tables: categories by categories, sets by categories, sets by sets; margins, shares, and the statistics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline import labels
from pipeline.counting.engine import Counts, Index, count
from pipeline.results import About
from pipeline.spec.model import Codebook, Variable
from pipeline.statistics.core import Cells, Crosstab, LayeredCrosstab
from pipeline.tables.axes import Axis, axis
from pipeline.tables.context import Context, chosen, layered, within_layers
from pipeline.tables.designs import crosstab_covariance
from pipeline.tables.multiple import joint_patterns, mention_counts, multiple_counts
from pipeline.tables.one_way import nets_of


def crosstab(
    context: Context, table_id: str, row: str, column: str, layer: str | None = None, statistics: Sequence[str] = ()
) -> None:
    """One cross-table of two names, of any two kinds of axis; with a layer, one within each of its categories."""
    rows, columns = axis(context.cases, row), axis(context.cases, column)
    about = About(table_id, row_var=row, col_var=column)
    if layer is None:
        if rows.mentions is not None and columns.mentions is not None:
            _two_sets(context, about, rows, columns, statistics)
        elif rows.mentions is not None:
            _set_by_categories(context, about, rows, columns, statistics)
        elif columns.mentions is not None:
            _categories_by_set(context, about, rows, columns, statistics)
        else:
            _categories(context, about, rows, columns, statistics)
        return
    layers = axis(context.cases, layer)
    if rows.coded is None or columns.coded is None or layers.coded is None:
        for code, inside in within_layers(context, layer):
            before = len(context.writer)
            crosstab(inside, table_id, row, column, None, statistics)
            context.writer.put_layer(before, layer, code)
        return
    sizes = [len(rows.codes), len(columns.codes), len(layers.codes)]
    counts = count([rows.coded.index, columns.coded.index, layers.coded.index], sizes, context.cases.weights).inner()
    tables = []
    for i, code in enumerate(layers.codes):
        one = Counts(counts.n[:, :, i], counts.w[:, :, i], counts.w2[:, :, i])
        within: Index = (layers.coded.index == i + 1).view(np.uint8)
        table = _crosstab(context, rows, columns, one, context.cases.how_many(within > 0))
        tables.append(_with_design(context, rows, columns, table, within))
        _cells(context, layered(about, layer, code), rows, columns, tables[-1], statistics)
    together = Counts(*(one.sum(axis=2) for one in (counts.n, counts.w, counts.w2)))
    anywhere: Index = (layers.coded.index > 0).view(np.uint8)
    whole = _crosstab(context, rows, columns, together, context.cases.how_many(anywhere > 0))
    _cells(context, layered(about, layer, ""), rows, columns, _with_design(context, rows, columns, whole, anywhere),
           statistics)  # fmt: skip
    everything = LayeredCrosstab(tuple(tables))
    n, base = int(counts.n.sum()), float(counts.w.sum())
    for name, result in chosen(everything, context, statistics):
        context.writer.add_result(About(table_id, row, column, layer, ""), name, result, rows.codes, columns.codes,
                                  n, base)  # fmt: skip


def _categories(context: Context, about: About, rows: Axis, columns: Axis, statistics: Sequence[str]) -> None:
    _cells(context, about, rows, columns, crosstab_of(context, rows, columns), statistics)


def crosstab_of(context: Context, rows: Axis, columns: Axis) -> Crosstab:
    """The aggregate of two axes of categories."""
    if rows.coded is None or columns.coded is None:
        raise ValueError("two axes of categories expected")
    counts = context.cases.pair(rows.coded, columns.coded).inner()
    return _with_design(context, rows, columns, _crosstab(context, rows, columns, counts))


def _crosstab(context: Context, rows: Axis, columns: Axis, counts: Counts, cases: int | None = None) -> Crosstab:
    """The aggregate of a cross-table; ``cases``: those it is asked of, with an answer or not, where not all are."""
    w = counts.w
    if context.rounded:
        w = np.floor(w + 0.5)
    return Crosstab(
        counts.n,
        w,
        counts.w2,
        context.cases.weighting,
        row_scores=rows.coded.scores if rows.coded else None,
        col_scores=columns.coded.scores if columns.coded else None,
        row_ordered=rows.coded.ordered if rows.coded else False,
        col_ordered=columns.coded.ordered if columns.coded else False,
        same_categories=rows.codes == columns.codes and rows.name != columns.name,
        measured_twice=measured_twice(context.cases.codebook, rows.name, columns.name),
        sample_n=context.cases.sample_n,
        unsampled=_unsampled(context, int(counts.n.sum())),
        design_df=None if context.cases.sample_n is None else (context.cases.n if cases is None else cases) - 1.0,
    )


def measured_twice(codebook: Codebook, one: str, other: str) -> bool:
    """Whether two variables measure the same thing twice, and are not only answered in the same words: items of a
    battery that a person declared or whose labels hold one question, or labels that differ by nothing but a number or a
    time (names, where there are none)."""
    variables = codebook.all_variables()
    if one not in variables or other not in variables:
        return False
    if not _same_answers(variables[one], variables[other]):
        return False
    wordings = [[set(variables[name].label.values()) for name in (one, other)]]
    if variables[one].question and variables[other].question:
        wordings.append([set((variables[name].question or {}).values()) for name in (one, other)])
    for battery in codebook.batteries.values():
        if one in battery.members and other in battery.members:
            first, second = ({labels.question(text) for text in some} - {""} for some in wordings[0])
            if battery.guess is None or first & second:
                return True
    for texts in wordings:
        first, second = ({stem for text in some if (stem := _stem(text))} for some in texts)
        if first & second:
            return True
    unlabelled = all(set(variables[name].label.values()) <= {name} for name in (one, other))
    return unlabelled and _stem(one) == _stem(other) != ""


def _same_answers(one: Variable, other: Variable) -> bool:
    """Whether the categories have the same labels as well: 1 and 2 are "Yes" and "No" here, "Man" and "Woman" there."""
    shared = one.categories.keys() & other.categories.keys()
    return all(one.categories[code] == other.categories[code] for code in shared)


_ONLY_COUNTED = re.compile(r"var|item|question|domanda|frage|pregunta|pergunta|col|column")


def _stem(text: str) -> str:
    """A label without its numbers and what counts or orders, in small letters; empty where it only counts questions."""
    stem = " ".join(re.findall(r"[^\W\d_]{2,}", text.casefold()))
    return "" if _ONLY_COUNTED.fullmatch(stem) else stem


def _unsampled(context: Context, n: int) -> float:
    """The part of the population that is not among n cases of a simple sample (as :func:`corrected` takes it)."""
    N = context.population
    return 1 - n / N if context.mode == "sample" and context.sample is None and N and n <= N else 1.0


def _with_design(context: Context, rows: Axis, columns: Axis, table: Crosstab, within: Index | None = None) -> Crosstab:
    """The table with the covariance that strata and clusters call for, where the study declares them.

    ``within``: only the cases where it is above 0.
    """
    if context.sample is None or rows.coded is None or columns.coded is None:
        return table
    shape = (len(rows.codes), len(columns.codes))
    covariance, df, finite = crosstab_covariance(
        context.sample, context.cases, rows.coded.index, columns.coded.index, shape, within
    )
    return replace(table, covariance=covariance, design_df=df, finite_covariance=finite)


def _cells(
    context: Context, about: About, rows: Axis, columns: Axis, table: Crosstab, statistics: Sequence[str]
) -> None:
    """Counts and shares of every cell with their margins and nets, then the statistics of the table."""
    writer = context.writer
    r, c = list(rows.codes), list(columns.codes)
    n, w = table.n, table.w
    n_total, w_total = int(n.sum()), float(w.sum())
    net_rows = {
        name: [i for i, code in enumerate(r) if code in codes]
        for name, codes in nets_of(context.cases, rows.name).items()
    }
    full_rows = [*r, *net_rows, ""]
    full_n, full_w = _with_margins(n, list(net_rows.values())), _with_margins(w, list(net_rows.values()))
    full_columns = [*c, ""]
    row_n, row_w = full_n[:, -1:], full_w[:, -1:]
    col_n, col_w = full_n[-1:, :], full_w[-1:, :]
    writer.add_grid(about, "count", full_w, full_rows, full_columns, n_total, w_total)
    writer.add_grid(about, "n", full_n, full_rows, full_columns, n_total, w_total)
    with np.errstate(invalid="ignore", divide="ignore"):
        writer.add_grid(about, "row_share", full_w / row_w, full_rows, full_columns, row_n, row_w, error="empty_row")
        writer.add_grid(about, "column_share", full_w / col_w, full_rows, full_columns, col_n, col_w,
                        error="empty_column")  # fmt: skip
        writer.add_grid(about, "table_share", full_w / w_total, full_rows, full_columns, n_total, w_total,
                        error="no_valid_cases")  # fmt: skip
    if table.weighting == "probability":
        w2 = _with_margins(table.w2, [])[-1:, :]
        effective = np.divide(col_w**2, w2, out=np.full_like(col_w, np.nan), where=w2 > 0)
        writer.add_grid(about, "effective_n", effective, [""], full_columns, col_n, col_w, "kish", error="empty_column")
    answers = _answers(context, rows, columns, table)
    for name, result in chosen(table, context, statistics, None if answers is table else False):
        writer.add_result(about, name, result, r, c, n_total, w_total)
    if answers is not table:
        n_answers, w_answers = int(answers.n.sum()), float(answers.w.sum())
        for name, result in chosen(answers, context, statistics, of_order=True):
            writer.add_result(about, name, result, r, c, n_answers, w_answers)
    wanted = [s for s in _OF_NETS if not statistics or s in statistics]
    for net, places in net_rows.items():
        found = chosen(_net_and_rest(table, places), context, wanted) if wanted else ()
        for name, result in found:
            if isinstance(result, Cells):
                texts = None if result.letters is None else result.letters[:1]
                writer.add_result(
                    about, name, replace(result, values=result.values[:1], letters=texts), [net], c, n_total, w_total
                )


def _answers(context: Context, rows: Axis, columns: Axis, table: Crosstab) -> Crosstab:
    """The table without the categories of ordered variables that say that there is no answer; the table itself where
    there are none."""

    def kept(one: Axis) -> np.ndarray:
        variable = context.cases.variables.get(one.name)
        gone = () if variable is None or one.coded is None or not one.coded.ordered else variable.no_answer or ()
        return np.array([code not in gone for code in one.codes], dtype=bool)

    r, c = kept(rows), kept(columns)
    if r.all() and c.all():
        return table
    inside = np.ix_(r, c)
    cells = np.outer(r, c).ravel()
    covariance, finite = (
        None if one is None else one[np.ix_(cells, cells)] for one in (table.covariance, table.finite_covariance)
    )
    return replace(
        table,
        n=table.n[inside],
        w=table.w[inside],
        w2=table.w2[inside],
        row_scores=None if table.row_scores is None else table.row_scores[r],
        col_scores=None if table.col_scores is None else table.col_scores[c],
        same_categories=table.same_categories and bool(np.array_equal(r, c)),
        covariance=covariance,
        finite_covariance=finite,
    )


_OF_NETS = (
    "expected", "residual", "pearson_residual", "adjusted_residual", "letters", "interval_low", "interval_high",
)  # fmt: skip


def _net_and_rest(table: Crosstab, places: Sequence[int]) -> Crosstab:
    """The table with two rows, a net's cases and all others: what does not add up over categories is computed anew."""
    r, c = table.w.shape
    sums = np.zeros((2, r))
    sums[0, list(places)] = 1.0
    sums[1] = 1.0 - sums[0]
    over = np.kron(sums, np.eye(c))
    covariance, finite = (
        None if one is None else over @ one @ over.T for one in (table.covariance, table.finite_covariance)
    )
    return Crosstab(
        (sums @ table.n).astype(np.int64), sums @ table.w, sums @ table.w2, table.weighting, covariance=covariance,
        design_df=table.design_df, sample_n=table.sample_n, unsampled=table.unsampled, finite_covariance=finite,
    )  # fmt: skip


def _with_margins(values: np.ndarray, nets: list[list[int]]) -> np.ndarray:
    """The body, then a row per net, then the total row; a total column at the right."""
    parts = [values, *(values[rows].sum(axis=0, keepdims=True) for rows in nets), values.sum(axis=0, keepdims=True)]
    body = np.concatenate(parts, axis=0)
    return np.concatenate([body, body.sum(axis=1, keepdims=True)], axis=1)


def _set_by_categories(context: Context, about: About, rows: Axis, columns: Axis, statistics: Sequence[str]) -> None:
    """A set in the rows: shares of the cases of each column; tests that allow for several mentions."""
    writer, cases = context.writer, context.cases
    table = multiple_counts(cases, rows, columns, context.sample)
    r, c = list(rows.codes), [*columns.codes, ""]
    n, w = _total_column(table.n), _total_column(table.w)
    cases_n, cases_w = _total_column(table.cases_n[None, :]), _total_column(table.cases_w[None, :])
    mentions = w.sum(axis=0, keepdims=True)
    writer.add_grid(about, "count", w, r, c, cases_n, cases_w)
    writer.add_grid(about, "n", n, r, c, cases_n, cases_w)
    writer.add_grid(about, "count", mentions, [""], c, cases_n, cases_w, method="mentions")
    writer.add_grid(about, "n", cases_n, [""], c, cases_n, cases_w, method="cases")
    with np.errstate(invalid="ignore", divide="ignore"):
        writer.add_grid(about, "share_of_cases", w / cases_w, r, c, cases_n, cases_w, error="empty_column")
        writer.add_grid(about, "column_share", w / cases_w, r, c, cases_n, cases_w, method="share_of_cases",
                        error="empty_column")  # fmt: skip
        writer.add_grid(about, "share_of_responses", w / mentions, r, c, cases_n, mentions, error="empty_column")
        writer.add_grid(about, "row_share", w / w[:, -1:], r, c, n[:, -1:], w[:, -1:], error="empty_row")
    n_total, w_total = int(cases_n[0, -1]), float(cases_w[0, -1])
    for name, result in chosen(table, context, statistics):
        if name not in ("count", "n", "share_of_cases", "share_of_responses"):
            writer.add_result(about, name, result, r, columns.codes, n_total, w_total)


def _total_column(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values, values.sum(axis=1, keepdims=True)], axis=1)


def _categories_by_set(context: Context, about: About, rows: Axis, columns: Axis, statistics: Sequence[str]) -> None:
    """A set in the columns: each item's column is the cases that mention it, so columns overlap."""
    if rows.coded is None or columns.mentions is None:
        raise ValueError("categories by a set expected")
    writer, cases = context.writer, context.cases
    base = columns.mentions.base & (rows.coded.index > 0)
    index = np.where(base, rows.coded.index, 0)
    k = len(rows.codes)
    n_items, w_items, _ = mention_counts(cases.weights, columns.mentions.mentioned, index, k)
    every = count([base.astype(np.intp), index], [1, k], cases.weights).inner()
    n, w = np.column_stack([n_items.T, every.n[0]]), np.column_stack([w_items.T, every.w[0]])
    n, w = np.vstack([n, n.sum(axis=0)]), np.vstack([w, w.sum(axis=0)])
    r, c = [*rows.codes, ""], [*columns.codes, ""]
    n_total, w_total = int(n[-1, -1]), float(w[-1, -1])
    writer.add_grid(about, "count", w, r, c, n_total, w_total)
    writer.add_grid(about, "n", n, r, c, n_total, w_total)
    with np.errstate(invalid="ignore", divide="ignore"):
        writer.add_grid(about, "column_share", w / w[-1:, :], r, c, n[-1:, :], w[-1:, :], error="empty_column")
        writer.add_grid(about, "row_share", w / w[:, -1:], r, c, n[:, -1:], w[:, -1:], error="empty_row")
        writer.add_grid(about, "table_share", w / w_total, r, c, n_total, w_total, error="no_valid_cases")
    table = multiple_counts(cases, columns, rows, context.sample)
    asked = [*statistics, "letters_items"] if "letters" in statistics else statistics
    for name, result in chosen(table, context, asked):
        if name.startswith("mrcv"):
            writer.add_result(about, name, result, rows.codes, columns.codes, n_total, w_total)
        elif name == "letters_items" and isinstance(result, Cells):
            texts = None if result.letters is None else result.letters.T
            turned = Cells(result.values.T, result.method, result.warning, result.error, texts)
            writer.add_result(about, "letters", turned, rows.codes, columns.codes, n_total, w_total)


def _two_sets(context: Context, about: About, rows: Axis, columns: Axis, statistics: Sequence[str]) -> None:
    """Two sets: cases that mention both, as a share of the cases that mention the column's item."""
    if rows.mentions is None or columns.mentions is None:
        raise ValueError("two sets expected")
    writer, cases = context.writer, context.cases
    pair = joint_patterns(cases, rows.mentions, columns.mentions, context.sample)
    first, second = pair.rows.astype(np.float64), pair.columns.astype(np.float64)
    n = np.rint(np.einsum("mi,mj,m->ij", first, second, pair.n.astype(np.float64))).astype(np.int64)
    w = np.einsum("mi,mj,m->ij", first, second, pair.w)
    row_n, row_w = first.T @ pair.n, first.T @ pair.w
    col_n, col_w = second.T @ pair.n, second.T @ pair.w
    n_total, w_total = int(pair.n.sum()), float(pair.w.sum())
    r, c = [*rows.codes, ""], [*columns.codes, ""]
    n = np.block([[n, row_n[:, None]], [col_n[None, :], np.array([[n_total]])]])
    w = np.block([[w, row_w[:, None]], [col_w[None, :], np.array([[w_total]])]])
    writer.add_grid(about, "count", w, r, c, n_total, w_total)
    writer.add_grid(about, "n", n, r, c, n_total, w_total)
    with np.errstate(invalid="ignore", divide="ignore"):
        writer.add_grid(about, "column_share", w / w[-1:, :], r, c, n[-1:, :], w[-1:, :], error="empty_column")
        writer.add_grid(about, "row_share", w / w[:, -1:], r, c, n[:, -1:], w[:, -1:], error="empty_row")
        for name in ("share_of_cases", "table_share"):
            writer.add_grid(about, name, w / w_total, r, c, n_total, w_total, error="no_valid_cases")
    for name, result in chosen(pair, context, statistics):
        if name.startswith("mrcv") or name == "letters":
            writer.add_result(about, name, result, rows.codes, columns.codes, n_total, w_total)
