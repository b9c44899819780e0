"""Display tables of one variable at a time: frequencies, multiple response sets, summaries, grids, reliability."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.codes import is_net
from pipeline.present import formats
from pipeline.present.amounts import amount_cell
from pipeline.present.document import Cell, HeadCell, Row
from pipeline.present.layout.parts import (
    Body,
    problem_notes,
    small_base_note,
    stub,
    table_statistics,
    valid_base,
)
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec
from pipeline.statistics import registry
from pipeline.statistics.core import Distribution

EMPTY = Cell(kind="empty")


def frequency(view: View, spec: TableSpec) -> Body:
    """Counts, shares of all and of valid cases, cumulative shares of ordered variables; missing by kind below."""
    names = list(spec.rows)
    ordered = all(view.ordered(n) for n in names)
    weighted = view.weighted(spec)
    bounds = any(r.statistic == "bound_low" for r in view.results.rows(spec.table))
    exact = any(r.statistic == "interval_low" and r.value is not None for r in view.results.rows(spec.table))
    has_missing = any(_missing_total(view, spec, n) for n in names)
    columns = ["n", *(["weighted"] if weighted else []), *(["share"] if has_missing else []), "valid_share"]
    if ordered and any(len(view.codes(spec.table, n)) > 2 for n in names):
        columns.append("cumulative_share")
    if bounds:
        columns.append("bounds")
    if exact:
        columns.append("interval")
    rows: list[Row] = []
    bases: list[float | None] = []
    used: list[ResultRow | None] = []
    for name in names:
        if len(names) > 1:
            rows.append(Row(view.label(name), kind="group"))
        level = 1 if len(names) > 1 else 0
        rows += _categories(view, spec, name, columns, level, used)
        rows += _valid_and_missing(view, spec, name, columns, level)
        bases.append(view.value(spec.table, "n", name))
    heads = {
        "n": view.t("n"),
        "weighted": view.t("weighted_n"),
        "share": view.t("percent_total"),
        "valid_share": view.t("percent_valid" if has_missing else "percent"),
        "cumulative_share": view.t("percent_cumulative"),
        "bounds": view.t("bounds"),
        "interval": _range_head(view, spec, "interval"),
    }
    notes = [small_base_note(view, bases), *problem_notes(view, used)]
    notes = [*_bounds_note(view, ["bound"] if bounds else []), *notes]
    return Body(
        head=((stub(view, view.label(names[0]) if len(names) == 1 else ""), *(HeadCell(heads[c]) for c in columns)),),
        rows=tuple(rows),
        columns=len(columns),
        unit=view.t("unit_counts_and_percent"),
        base=valid_base(view, bases[0]) if len(names) == 1 else view.t("base_each"),
        statistics=tuple(_effective(view, spec, names)),
        notes=tuple(notes),
    )


def _effective(view: View, spec: TableSpec, names: list[str]) -> list[str]:
    """The effective number of cases of a weighted table."""
    lines = []
    for name in names:
        row = view.get(spec.table, "effective_n", name)
        if row is not None and row.value is not None:
            lines.append(f"{view.t('effective_n')} = {formats.decimal_text(row.value, 1, view.lang)}")
    return list(dict.fromkeys(lines))  # several variables that all cases answered have one number


def _missing_total(view: View, spec: TableSpec, name: str) -> float:
    return view.value(spec.table, "missing_n", name) or 0.0


def _categories(
    view: View, spec: TableSpec, name: str, columns: list[str], level: int, used: list[ResultRow | None]
) -> list[Row]:
    rows = []
    for code in view.sorted_codes(spec, name, view.codes(spec.table, name)):
        rows.append(Row(view.code_label(name, code), _cells(view, spec, name, code, columns, used), "body", level))
    for code in view.nets(spec.table, name):
        cells = _cells(view, spec, name, code, columns, used)
        rows.append(Row(view.code_label(name, code), cells, "subtotal", level))
    return rows


def _cells(
    view: View, spec: TableSpec, name: str, code: str, columns: list[str], used: list[ResultRow | None]
) -> tuple[Cell, ...]:
    def get(statistic: str) -> ResultRow | None:
        row = view.get(spec.table, statistic, name, code)
        used.append(row)
        return row

    def one(column: str) -> Cell:
        if column == "n":
            return view.cell(get("n"), "count")
        if column == "weighted":
            return view.cell(get("count"), "decimal", 1)
        if column in ("bounds", "interval"):
            kind = "bound" if column == "bounds" else "interval"
            low, high = get(f"{kind}_low"), get(f"{kind}_high")
            if low is None or high is None:
                return EMPTY
            return formats.range_cell(low.value, high.value, view.lang, view.remark("error", low.error))
        return view.cell(get(column), "share")

    return tuple(one(column) for column in columns)


def _valid_and_missing(view: View, spec: TableSpec, name: str, columns: list[str], level: int) -> list[Row]:
    n_valid, w_valid = view.get(spec.table, "n", name), view.get(spec.table, "count", name)
    missing = view.missing_rows(spec.table, name)
    total_n = view.value(spec.table, "cases_n", name)
    total_missing = _missing_total(view, spec, name)
    valid_label = view.t("valid_cases" if total_missing else "total")

    def line(label: str, kind: str, n: Cell, share: Cell, valid: Cell, weighted: Cell = EMPTY) -> Row:
        by = {"n": n, "share": share, "valid_share": valid, "weighted": weighted}
        return Row(label, tuple(by.get(c, EMPTY) for c in columns), kind, level)  # type: ignore[arg-type]

    share, hundred = view.get(spec.table, "share", name), view.get(spec.table, "valid_share", name)
    w_cell = view.cell(w_valid, "decimal", 1)
    rows = [
        line(
            valid_label, "total", view.cell(n_valid, "count"), view.cell(share, "share"), view.cell(hundred, "share"),
            w_cell,
        )
    ]  # fmt: skip
    for row in missing:
        share_row = view.get(spec.table, "missing_share", name, row.row_code)
        weight_row = view.get(spec.table, "missing_count", name, row.row_code)
        rows.append(
            line(
                view.code_label(name, row.row_code), "missing", view.cell(row, "count"), view.cell(share_row, "share"),
                EMPTY, view.cell(weight_row, "decimal", 1),
            )
        )  # fmt: skip
    if missing and total_n is not None:
        everything = formats.share_cell(1.0, view.lang)  # by definition: all of all
        rows.append(line(view.t("total"), "total", formats.count_cell(total_n, view.lang), everything, EMPTY))
    return rows


def multiple(view: View, spec: TableSpec) -> Body:
    """A multiple response set: cases, share of cases, share of responses; mentions and base of cases below.

    Of a weighted set the cases and the sums of their weights stand side by side, as in every weighted table.
    """
    weighted = view.weighted(spec)
    rows: list[Row] = []
    have = {r.statistic for r in view.results.rows(spec.table) if r.value is not None}
    ranges = [kind for kind in ("bound", "interval") if f"{kind}_low" in have]

    def cells(n: Cell, weight: Cell, *shares: Cell) -> tuple[Cell, ...]:
        shown = shares or (EMPTY, EMPTY)
        return (n, *([weight] if weighted else []), *shown, *([EMPTY] * (2 + len(ranges) - len(shown))))

    bases: list[float | None] = []
    used: list[ResultRow | None] = []
    statistics = ("share_of_cases", "share_of_responses")
    for name in spec.rows:
        if len(spec.rows) > 1:
            rows.append(Row(view.label(name), kind="group"))
        level = 1 if len(spec.rows) > 1 else 0
        for code in view.sorted_codes(spec, name, view.codes(spec.table, name)):
            found = [view.get(spec.table, s, name, code) for s in statistics]
            used += found
            n, weight = view.get(spec.table, "n", name, code), view.get(spec.table, "count", name, code)
            shares = [view.cell(f, "share") for f in found]
            for end in ranges:
                low, high = (view.get(spec.table, f"{end}_{side}", name, code) for side in ("low", "high"))
                shares.append(formats.range_cell(low.value, high.value, view.lang) if low and high else EMPTY)
            line = cells(view.cell(n, "count"), view.cell(weight, "decimal", 1), *shares)
            rows.append(Row(view.code_label(name, code), line, "body", level))
        none = view.get(spec.table, "none_n", name)
        if none is not None and none.value:
            weight, share = (view.get(spec.table, f"none_{s}", name) for s in ("count", "share"))
            line = cells(view.cell(none, "count"), view.cell(weight, "decimal", 1), view.cell(share, "share"), EMPTY)
            rows.append(Row(view.t("none_mentioned"), line, "body", level))
        mentions = view.get(spec.table, "count", name)
        per_case = view.get(spec.table, "share_of_cases", name)
        hundred = view.get(spec.table, "share_of_responses", name)
        n_mentions = math.fsum(view.value(spec.table, "n", name, code) or 0 for code in view.codes(spec.table, name))
        of_mentions = cells(
            formats.count_cell(n_mentions, view.lang) if weighted else view.cell(mentions, "count"),
            view.cell(mentions, "decimal", 1), view.cell(per_case, "share"), view.cell(hundred, "share"),
        )  # fmt: skip
        rows.append(Row(view.t("mentions"), of_mentions, "total", level))
        base = view.get(spec.table, "n", name)
        bases.append(base.value if base else None)
        rows.append(Row(view.t("cases"), cells(view.cell(base, "count"), EMPTY), "base", level))
        without = view.get(spec.table, "missing_n", name)
        if without is not None and without.value:
            rows.append(Row(view.t("cases_without"), cells(view.cell(without, "count"), EMPTY), "missing", level))
    heads = (
        view.t("n"), *([view.t("weighted_n")] if weighted else []),
        view.t("percent_cases"), view.t("percent_responses"), *(_range_head(view, spec, kind) for kind in ranges),
    )  # fmt: skip
    kinds = {view.codebook.sets[n].base for n in spec.rows if n in view.codebook.sets}
    base_id = f"base_{kinds.pop()}" if len(kinds) == 1 else "base_asked"
    base_words = view.t(base_id, n=formats.count_text(bases[0] or 0, view.lang),
                        units=view.units(bases[0] or 0), count=int(bases[0] or 0))  # fmt: skip
    return Body(
        head=((stub(view, view.label(spec.rows[0]) if len(spec.rows) == 1 else ""), *(HeadCell(h) for h in heads)),),
        rows=tuple(rows),
        columns=len(heads),
        unit=view.t("unit_counts_and_percent"),
        base=base_words if len(spec.rows) == 1 else view.t("base_each"),
        notes=(*_bounds_note(view, ranges), view.t("multiple_note"), small_base_note(view, bases),
               *problem_notes(view, used)),
    )  # fmt: skip


def _range_head(view: View, spec: TableSpec, kind: str) -> str:
    """The head over a pair of limits: bounds, the exact interval of a census, or the interval of a sample."""
    if kind == "bound":
        return view.t("bounds")
    if view.mode(spec) == "description":
        return view.t("exact_interval")
    level = formats.percent_text(view.study.confidence, view.lang, 0)
    return f"{view.t('interval', level=level)}, %"


def _bounds_note(view: View, ranges: Sequence[str]) -> list[str]:
    size = formats.count_text(view.study.population.size or 0, view.lang)
    return [view.t("bounds_note", size=size)] if "bound" in ranges else []


def summary(view: View, spec: TableSpec) -> Body:
    """Numeric variables and dates, one per row: cases, mean, spread, percentiles, missing; the ends of dates."""
    wanted = [s for s in spec.statistics if s != "n"]
    statistics = ["n", *wanted] if wanted else list(registry.usual("group", takes=Distribution))
    statistics = [s for s in statistics if any(view.get(spec.table, s, n) is not None for n in spec.rows)]
    rows, used = [], []
    for name in spec.rows:
        found = [view.get(spec.table, s, name) for s in statistics]
        used += found
        cells = [
            view.cell(r, "count") if s == "n" else amount_cell(view, r, name, s, view_decimals(view, name, s))
            for s, r in zip(statistics, found, strict=True)
        ]
        missing = view.get(spec.table, "missing_n", name)
        rows.append(Row(_with_unit(view, name), (*cells, view.cell(missing, "count"))))
    only_dates = all(name in view.variables and view.variables[name].kind == "date" for name in spec.rows)
    ends = {"minimum": view.t("head_first_date"), "maximum": view.t("head_last_date")} if only_dates else {}
    heads = [ends.get(s) or view.head(s) for s in statistics]
    return Body(
        head=((stub(view), *(HeadCell(h) for h in heads), HeadCell(view.t("missing"))),),
        rows=tuple(rows),
        columns=len(statistics) + 1,
        unit=view.t("unit_dates" if only_dates else "unit_summary"),
        base=valid_base(view, view.value(spec.table, "n", spec.rows[0]))
        if len(spec.rows) == 1
        else view.t("base_each"),
        notes=tuple(problem_notes(view, used)),
    )


def view_decimals(view: View, name: str, statistic: str) -> int:
    """Decimals of a number about a variable: the codebook's for means, none more than the data for extremes."""
    variable = view.variables.get(name)
    usual = registry.decimals(statistic)
    if variable is None or variable.decimals is None:
        return usual if usual == 0 or (usual and variable is not None and variable.scores) else 1
    return usual if usual and variable.scores else variable.decimals


def _with_unit(view: View, name: str) -> str:
    from pipeline.spec.model import say

    variable = view.variables.get(name)
    unit = say(variable.unit, view.lang) if variable is not None else ""
    return f"{view.label(name)} ({unit})" if unit else view.label(name)


def grid(view: View, spec: TableSpec) -> Body:
    """A battery: its items in the rows, the scale's categories in the columns, cases and mean at the end."""
    members = [
        (m, view.codebook.batteries[n].members)
        for n in spec.rows
        for m in (view.codebook.batteries[n].members if n in view.codebook.batteries else (n,))
    ]
    codes: list[str] = list(dict.fromkeys(c for m, _ in members for c in view.codes(spec.table, m)))
    first = members[0][0]
    scored = all(view.variables[m].scores for m, _ in members)
    nets = list(dict.fromkeys(
        r.row_code for r in view.results.rows(spec.table)
        if is_net(r.row_code) and r.statistic == "valid_share"
    ))  # fmt: skip
    rows, used, bases = [], [], []
    for member, all_members in members:
        found = [view.get(spec.table, "valid_share", member, code) for code in (*codes, *nets)]
        used += found
        base = view.get(spec.table, "n", member)
        bases.append(base.value if base else None)
        cells = [*(view.cell(f, "share") for f in found), view.cell(base, "count")]
        if scored:
            cells.append(view.cell(view.get(spec.table, "mean", member), "decimal", 2))
        rows.append(Row(view.item_label(member, all_members), tuple(cells)))
    if spec.sort == "size" and scored:
        order = sorted(range(len(rows)), key=lambda i: -(view.value(spec.table, "mean", members[i][0]) or 0.0))
        rows = [rows[i] for i in order]
    heads = [HeadCell(view.code_label(first, c)) for c in (*codes, *nets)]
    heads.append(HeadCell(view.t("n_valid")))
    if scored:
        heads.append(HeadCell(view.head("mean")))
    return Body(
        head=((stub(view, view.label(spec.rows[0])), *heads),),
        rows=tuple(rows),
        columns=len(heads),
        unit=view.t("unit_percent"),
        base=view.t("base_each"),
        notes=(small_base_note(view, bases), *problem_notes(view, used)),
    )


def reliability(view: View, spec: TableSpec) -> Body:
    """The items of a scale: mean, spread, item-total correlation, alpha without the item; the whole scale's below."""
    made = {r.statistic for r in view.results.rows(spec.table)}
    of_items = {r.statistic for r in view.results.rows(spec.table) if r.row_code}
    usual = ("mean", "sd", *registry.usual("item"))
    asked = dict.fromkeys((*(s for s in usual if s in made), *(s for s in spec.statistics if s in of_items)))
    statistics = [(s, registry.decimals(s) or 2) for s in asked]
    whole = tuple(
        s for s in spec.statistics if s not in of_items and not registry.stands_in(s, "cell")
    ) or registry.usual("scale")
    rows, lines, used = [], [], []
    n = None
    for name in spec.rows:
        members = view.codebook.batteries[name].members
        if len(spec.rows) > 1:
            rows.append(Row(view.label(name), kind="group"))
        for member in members:
            found = []
            for statistic, _ in statistics:
                found.append(view.get(spec.table, statistic, name, member) or view.get(spec.table, statistic, member))
            used += found
            cells = tuple(view.cell(f, "decimal", d) for f, (_, d) in zip(found, statistics, strict=True))
            rows.append(Row(view.item_label(member, members), cells, level=1 if len(spec.rows) > 1 else 0))
        found_below = table_statistics(view, spec.model_copy(update={"statistics": whole}), name, "")
        lines += (
            [f"{view.label(name)}: {' · '.join(found_below)}"] if found_below and len(spec.rows) > 1 else found_below
        )
        scale = next((r for s in whole if (r := view.get(spec.table, s, name)) is not None), None)
        n = scale.n if scale is not None else n
    return Body(
        head=((stub(view), *(HeadCell(view.head(s)) for s, _ in statistics)),),
        rows=tuple(rows),
        columns=len(statistics),
        unit=view.t("unit_reliability"),
        base=view.t("base_all_items", n=formats.count_text(n, view.lang), units=view.units(n)) if n else "",
        statistics=tuple(lines),
        notes=tuple(problem_notes(view, used)),
    )
