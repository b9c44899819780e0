"""From a table's results to a figure: the chart's numbers, its words, and what a reader without eyes is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from pipeline.codes import INTERCEPT, THRESHOLD, interval_ends
from pipeline.errors import StudyError
from pipeline.language.marks import marks
from pipeline.present import formats
from pipeline.present.amounts import amount_text
from pipeline.present.charts.model import Chart, ChartKind, Drawing, Series
from pipeline.present.document import Figure, Paragraph, Run, Table
from pipeline.present.holes import fill_or_none
from pipeline.present.layout.one_way import view_decimals
from pipeline.present.layout.parts import anchor
from pipeline.present.layout.parts import title as dated
from pipeline.present.own_chart import OwnPlot, own_plot
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import CHART_KINDS, FigureSpec, TableSpec, say
from pipeline.statistics.core import GroupedDistribution
from pipeline.statistics.correlation import COEFFICIENTS
from pipeline.statistics.models import ModelData
from pipeline.statistics.registry import known
from pipeline.tables.axes import kind_of
from pipeline.tables.plan import members_of, pieces


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart with what is said about it: base in words, notes, and per item what the text alternative reads out."""

    chart: Chart
    unit: str
    base: str
    told: tuple[str, ...]
    notes: tuple[str, ...] = ()


def figure(view: View, spec: FigureSpec, of: TableSpec, table: Table, number: int, where: str) -> Figure | Paragraph:
    """The finished figure, drawn; where there is nothing to draw, a sentence that says so."""
    from pipeline.present.charts import draw

    label = view.t("figure_label", number=number)
    if spec.kind is not None and spec.kind not in CHART_KINDS:
        return framed(view, spec, table, number, where, *own_plot(view, spec, of, label))
    plot = _plot(view, spec, of)
    if not any(v is not None for s in plot.chart.series for v in s.values):
        return Paragraph((Run(view.t("figure_empty", figure=label, table=table.label)),), "note")
    return framed(view, spec, table, number, where, plot, draw(plot.chart))


def framed(
    view: View, spec: FigureSpec, table: Table, number: int, where: str, plot: Plot | OwnPlot, drawing: Drawing
) -> Figure:
    """The drawing with what stands around it."""
    name = dated(view, say(spec.title, view.lang))
    base = view.t("figure_base", base=plot.base) if plot.base else ""
    about = "; ".join(p for p in (plot.unit, base) if p)
    subtitle = f"{name} ({about})" if about else name
    headline = (fill_or_none(view, spec.headline, f"{where}/headline") if spec.headline else "") or ""
    told = "; ".join(plot.told)
    return Figure(
        id=anchor("figure", spec.figure),
        number=number,
        label=view.t("figure_label", number=number),
        headline=headline,
        title=subtitle,
        svg=drawing.svg,
        alt=view.t("alt", headline=f"{headline} " if headline else "", title=subtitle, told=told).strip(),
        width=drawing.width,
        height=drawing.height,
        notes=tuple(n for n in (*plot.notes, say(spec.note, view.lang)) if n),
        source=view.source_line(),
        mark=table.mark,
        table=table.id,
        table_label=view.t("data_in", table=table.label),
        chart=plot.chart if isinstance(plot, Plot) else None,
    )


def _plot(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    if of.model is not None:
        return _coefficients(view, spec, of)
    first = pieces(of, view.codebook)[0]
    if spec.kind == "histogram":
        return _histogram(view, of)
    if first.way == "presence":
        raise StudyError(
            "study.bad_table", file=view.files.name("report"), line=1, table=of.table,
            reason=view.t("no_figure_of_dates"),
        )  # fmt: skip
    if first.way == "matrix":
        return _correlations(view, spec, of)
    if of.columns:
        if first.way in ("means", "correlation"):
            return _means(view, spec, of)
        return _crossed(view, spec, of)
    if len(of.rows) == 1 and of.rows[0] in view.codebook.batteries:
        return _grid(view, spec, of)
    if first.way == "summary":
        return _histogram(view, of)
    return _one(view, spec, of)


def _marks(view: View, chart: Chart) -> Chart:
    m = marks(view.lang)
    return replace(chart, decimal=m.decimal, thousands=m.group, percent_sign=m.percent)


def _base(view: View, n: float | None) -> str:
    return "" if n is None else f"{formats.count_text(n, view.lang)} {view.units(n)}"


def _share_label(view: View, row: ResultRow | None, n: ResultRow | None = None) -> str:
    if row is None or row.value is None:
        return formats.NOT_COMPUTABLE
    if row.suppressed:
        return formats.SUPPRESSED
    text = formats.percent_text(row.value, view.lang, view.share_decimals(row))
    return f"{text} ({formats.count_text(n.value, view.lang)})" if n is not None and n.value is not None else text


def _value(row: ResultRow | None) -> float | None:
    return None if row is None or row.suppressed else row.value


def _one(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    """Bars of one variable or set: a bar per category, with bounds and intervals where the mode gives them."""
    name = of.rows[0]
    is_set = kind_of(name, view.codebook) == "mentions"
    statistic = spec.show or ("share_of_cases" if is_set else "valid_share")
    codes = view.sorted_codes(of, name, view.codes(of.table, name))
    rows = [view.get(of.table, statistic, name, code) for code in codes]
    counts = [view.get(of.table, "n", name, code) for code in codes]
    labels = tuple(view.code_label(name, code) for code in codes)

    def ends(statistic_name: str) -> tuple[float | None, ...]:
        found = [view.get(of.table, statistic_name, name, code) for code in codes]
        return tuple(_value(f) for f in found) if any(f is not None and f.value is not None for f in found) else ()

    bounds = ends("bound_low")
    texts = tuple(_share_label(view, r, n) for r, n in zip(rows, counts, strict=True))
    series = Series(
        view.label(name), tuple(_value(r) for r in rows), texts,
        low=ends("interval_low"), high=ends("interval_high"), bound_low=bounds, bound_high=ends("bound_high"),
    )  # fmt: skip
    highlight = tuple(i for i, code in enumerate(codes) if code in spec.highlight)
    chart = Chart(_kind(spec, "columns" if spec.kind == "columns" else "bars"), labels, (series,), highlight=highlight)
    base = view.value(of.table, "n", name)
    notes = (view.t("figure_bounds"),) if bounds else ()
    return Plot(_marks(view, chart), view.t("unit_percent"), _base(view, base), _told(labels, texts), notes)


def _kind(spec: FigureSpec, default: ChartKind) -> ChartKind:
    return cast("ChartKind", spec.kind) if spec.kind else default


def _told(labels: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{label}: {text}" for label, text in zip(labels, texts, strict=True))


def _grid(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    """A battery: an item per row, its answers along a bar of 100%."""
    members = view.codebook.batteries[of.rows[0]].members
    codes, apart = _answers_first(
        view, members[0], [*dict.fromkeys(c for m in members for c in view.codes(of.table, m))]
    )
    if all(view.variables[m].scores for m in members) and of.sort != "order":
        members = tuple(sorted(members, key=lambda m: -(view.value(of.table, "mean", m) or 0.0)))
    labels = tuple(view.item_label(m, view.codebook.batteries[of.rows[0]].members) for m in members)
    series = []
    for code in codes:
        rows = [view.get(of.table, "valid_share", m, code) for m in members]
        texts = tuple("" if r is None or not r.value else _share_label(view, r) for r in rows)
        series.append(Series(view.code_label(members[0], code), tuple(_value(r) or 0.0 for r in rows), texts))
    return _stack(view, spec, labels, series, apart, view.ordered(members[0]), _bases(view, of, members))


def _correlations(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    """A correlation matrix, shaded: each pair once, below the diagonal, from light to dark or by sign."""
    names = members_of(of.rows, view.codebook)
    statistic = spec.show or next((s for s in COEFFICIENTS if s in of.statistics), "pearson_r")
    labels = tuple(f"{i + 1} {view.label(name)}" for i, name in enumerate(names))
    series = []
    for j, column in enumerate(names[:-1]):
        rows = [view.get(of.table, statistic, row, "", column, "") if i > j else None for i, row in enumerate(names)]
        texts = tuple("" if r is None else view.cell(r, "decimal", 2).text for r in rows[1:])
        series.append(Series(str(j + 1), tuple(_value(r) for r in rows[1:]), texts))
    told = tuple(
        f"{label}: " + ", ".join(f"{s.name} {s.texts[i]}" for s in series if s.texts[i])
        for i, label in enumerate(labels[1:])
    )
    chart = Chart(_kind(spec, "heatmap"), labels[1:], tuple(series), percent=False, maximum=1.0)
    first = view.label(names[0])
    return Plot(_marks(view, chart), view.statistic_name(statistic), "", told, (view.t("matrix_first", first=first),))


def _bases(view: View, of: TableSpec, members: Sequence[str]) -> str:
    found = [n for n in (view.value(of.table, "n", m) for m in members) if n is not None]
    if not found:
        return ""
    low, high = min(found), max(found)
    span = formats.count_text(low, view.lang)
    if high > low:
        span += f"–{formats.count_text(high, view.lang)}"
    return f"{span} {view.units(high)}"


def _stack(
    view: View, spec: FigureSpec, labels: tuple[str, ...], series: list[Series], apart: int, ordered: bool, base: str
) -> Plot:  # fmt: skip
    kind = _kind(spec, "stacked")
    answers, others = series[: len(series) - apart], series[len(series) - apart :]
    # What is no answer is on no side of the middle: it is left to the table.
    drawn = answers if kind == "diverging" else series
    middle = len(answers) // 2 if len(answers) % 2 == 1 else None
    chart = Chart(kind, labels, tuple(drawn), ordered=ordered, apart=len(drawn) - len(answers), neutral=middle)
    notes = (
        (view.t("figure_without", names=", ".join(s.name for s in others)),) if others and kind == "diverging" else ()
    )
    told = tuple(
        f"{label}: " + ", ".join(f"{s.name} {s.texts[i]}" for s in series if s.texts[i])
        for i, label in enumerate(labels)
    )
    return Plot(_marks(view, chart), view.t("unit_percent"), base, told, notes)


def _answers_first(view: View, name: str, codes: Sequence[str]) -> tuple[list[str], int]:
    """The codes with those at the end that say that there is no answer, and how many these are; where there is nothing
    else they are answers."""
    gone = [code for code in codes if code in view.no_answer(name)]
    rest = [code for code in codes if code not in gone]
    return ([*rest, *gone], len(gone)) if rest else (list(codes), 0)


def _crossed(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    """A cross-table: a bar of 100% per group, or items side by side for a set; one panel per group."""
    row, column = of.rows[0], spec.column or of.columns[0]
    is_set = kind_of(row, view.codebook) == "mentions"
    statistic = spec.show or ("share_of_cases" if is_set else "column_share")
    groups = [
        c for c in view.col_codes(of.table, row, column) if view.value(of.table, "n", row, "", column, c)
    ]  # fmt: skip
    codes, apart = _answers_first(view, row, view.sorted_codes(of, row, view.codes(of.table, row, column), column))
    group_labels = [
        f"{view.code_label(column, g)} (n = {formats.count_text(view.value(of.table, 'n', row, '', column, g) or 0, view.lang)})"  # noqa: E501
        for g in groups
    ]
    kind = _kind(spec, "panels" if is_set else "stacked")
    total = view.value(of.table, "n", row, "", column, "")
    if kind in ("stacked", "diverging"):
        series = []
        for code in codes:
            rows = [view.get(of.table, statistic, row, code, column, g) for g in groups]
            texts = tuple("" if r is None or not r.value else _share_label(view, r) for r in rows)
            series.append(Series(view.code_label(row, code), tuple(_value(r) or 0.0 for r in rows), texts))
        return _stack(view, spec, tuple(group_labels), series, apart, view.ordered(row), _base(view, total))
    labels = tuple(view.code_label(row, code) for code in codes)
    series = []
    for g, label in zip(groups, group_labels, strict=True):
        rows = [view.get(of.table, statistic, row, code, column, g) for code in codes]
        texts = tuple(_share_label(view, r) for r in rows)
        series.append(Series(label, tuple(_value(r) for r in rows), texts))
    chart = Chart(kind, labels, tuple(series), percent=statistic != "adjusted_residual")
    told = tuple(f"{s.name}: " + ", ".join(_told(labels, s.texts)) for s in series)
    return Plot(_marks(view, chart), view.t("unit_percent"), _base(view, total), told)


def _means(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    """Means by group: a dot per group, with its interval where the mode gives one."""
    row, column = of.rows[0], spec.column or of.columns[0]
    statistic = spec.show or "mean"
    groups = [
        r.col_code for r in view.results.rows(of.table)
        if r.row_var == row and r.col_var == column and r.statistic == statistic and r.col_code and r.value is not None
    ]  # fmt: skip
    labels = tuple(
        f"{view.code_label(column, g)} (n = {formats.count_text(view.value(of.table, 'n', row, '', column, g) or 0, view.lang)})"  # noqa: E501
        for g in groups
    )
    rows = [view.get(of.table, statistic, row, "", column, g) for g in groups]
    decimals = view_decimals(view, row, statistic)
    texts = tuple(
        formats.NOT_COMPUTABLE if r is None or r.value is None else amount_text(view, row, statistic, r.value, decimals)
        for r in rows
    )
    mean = known(GroupedDistribution)["mean"].values["mean"]
    low, high = (tuple(view.value(of.table, end, row, "", column, g) for g in groups) for end in (mean.low, mean.high))
    has_ends = all(v is not None for v in (*low, *high))
    series = Series(view.label(row), tuple(_value(r) for r in rows), texts,
                    low=low if has_ends else (), high=high if has_ends else ())  # fmt: skip
    variable = view.variables[row]
    scores = [float(c) for c in variable.categories] if variable.scores else []
    unit = say(variable.unit, view.lang)
    chart = Chart(
        _kind(spec, "dots"), labels, (series,), percent=False,
        axis_title=f"{view.label(row)} ({unit})" if unit else view.label(row),
        minimum=min(scores) if scores else None, maximum=max(scores) if scores else None,
    )  # fmt: skip
    total = view.value(of.table, "n", row, "", column, "")
    return Plot(_marks(view, chart), view.t("unit_means_only"), _base(view, total), _told(labels, texts))


def _histogram(view: View, of: TableSpec) -> Plot:
    """Classes of a numeric variable, as counted by ``class_n``."""
    name = of.rows[0]
    rows = [r for r in view.results.rows(of.table) if r.statistic == "class_n" and r.row_var == name and r.row_code]
    if not rows:
        raise StudyError(
            "study.bad_table", file=view.files.name("report"), line=1, table=of.table, reason=view.t("no_classes")
        )
    merged: dict[str, float] = {}
    for r in rows:
        merged[r.row_code] = merged.get(r.row_code, 0.0) + (r.value or 0.0)
    bounds = [interval_ends(code) for code in merged]
    edges = [bounds[0][0], *(b[1] for b in bounds)]
    decimals = 0 if all(float(e).is_integer() for e in edges) else 1
    labels = tuple(amount_text(view, name, "minimum", e, decimals) for e in edges)
    texts = tuple(formats.count_text(v, view.lang) for v in merged.values())
    variable = view.variables[name]
    unit = say(variable.unit, view.lang)
    chart = Chart(
        "histogram", labels, (Series(view.label(name), tuple(merged.values()), texts),), percent=False,
        axis_title=f"{view.label(name)} ({unit})" if unit else view.label(name),
    )  # fmt: skip
    told = tuple(f"{labels[i]}–{labels[i + 1]}: {text}" for i, text in enumerate(texts) if text != "0")
    total = math.fsum(merged.values())
    return Plot(_marks(view, chart), view.t("unit_counts"), _base(view, total), told)


def _coefficients(view: View, spec: FigureSpec, of: TableSpec) -> Plot:
    """A model's estimates with their intervals, against the value that means no difference."""
    ratio = spec.show == "odds_ratio"
    statistic = "odds_ratio" if ratio else "coefficient"
    rows = [
        r for r in view.results.rows(of.table)
        if r.statistic == statistic and r.row_code not in (INTERCEPT, THRESHOLD) and r.value is not None
    ]  # fmt: skip
    labels = tuple(term_label(view, r.row_var, r.row_code) for r in rows)

    own = known(ModelData)[statistic].values[statistic]

    def end(limit: str) -> tuple[float | None, ...]:
        found = tuple(view.value(of.table, limit, r.row_var, r.row_code, r.col_var, r.col_code) for r in rows)
        return found if all(f is not None for f in found) else ()

    texts = tuple(formats.decimal_text(r.value, 2, view.lang) for r in rows if r.value is not None)
    series = Series(
        view.statistic_name(statistic), tuple(r.value for r in rows), texts, low=end(own.low), high=end(own.high)
    )
    chart = Chart("coefficients", labels, (series,), percent=False, null=1.0 if ratio else 0.0,
                  axis_title=view.statistic_name(statistic))  # fmt: skip
    n = rows[0].n if rows else None
    return Plot(_marks(view, chart), view.statistic_name(statistic), _base(view, n), _told(labels, texts))


def term_label(view: View, var: str, code: str) -> str:
    """A model term as a reader knows it: the variable, and the category where it is one."""
    if code in (INTERCEPT, THRESHOLD):
        return view.t(code)
    return f"{view.label(var)}: {view.code_label(var, code)}" if code and var in view.variables else view.label(var)
