"""Display tables of two or more variables: cross-tables with banners, means by group, correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.codes import is_nested, name_parts, nest_parts, pair_parts
from pipeline.present import formats
from pipeline.present.amounts import amount_cell
from pipeline.present.document import Cell, HeadCell, Row, RowKind
from pipeline.present.layout.one_way import view_decimals
from pipeline.present.layout.parts import Body, Pair, asked_lines, problem_notes, said_of, small_base_note, stub
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec
from pipeline.statistics import registry
from pipeline.statistics.core import GroupedDistribution, Patterns
from pipeline.statistics.correlation import COEFFICIENTS
from pipeline.statistics.posthoc import METHODS
from pipeline.statistics.registry import known

EMPTY = Cell(kind="empty")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a banner: the total of the table, or a category of a banner variable."""

    var: str
    code: str
    letter: str = ""


def crosstab(view: View, spec: TableSpec) -> Body:
    """Rows by a banner of one or several variables; the share within each column, counts beside it when few."""
    names = [m for n in spec.rows for m in _members(view, n)]
    banner = _banner(view, spec, names[0])
    asked = [s for s in spec.statistics if registry.stands_in(s, "cell")]
    few = len(banner) <= 5
    shown = asked or (["n", "column_share"] if few else ["column_share"])
    layers = _layers(view, spec)
    rows: list[Row] = []
    used: list[ResultRow | None] = []
    bases: list[float | None] = []
    for layer in layers:
        if layer:
            rows.append(
                Row(f"{view.label(spec.layer or '')}: {view.code_label(spec.layer or '', layer)}", kind="group")
            )
        for name in names:
            grouped = len(names) > 1
            if grouped:
                rows.append(Row(view.label(name), kind="group", level=1 if layer else 0))
            level = int(bool(layer)) + int(grouped)
            rows += _body(view, spec, name, banner, shown, layer, level, used)
            rows += _base(view, spec, name, banner, shown, layer, level, bases)
    pairs = []
    for layer in dict.fromkeys((*layers, "")):
        within = [view.code_label(spec.layer, layer) if layer else view.t("total")] if spec.layer else []
        for name in names:
            for column in spec.columns:
                head = [] if len(spec.columns) == 1 and len(names) == 1 else [view.label(column)]
                if len(names) > 1:
                    head.insert(0, view.label(name))
                pairs.append(Pair(name, column, layer, (*within, *head)))
    answered, lines = said_of(view, spec, pairs)
    notes = [small_base_note(view, bases), *problem_notes(view, used)]
    if any(name in view.codebook.sets for name in names):
        notes.insert(0, view.t("multiple_columns_note"))
    if spec.letters and any(cell.letters for row in rows for cell in row.cells):
        key = view.study.comparisons
        notes.insert(0, view.t("letters_note", adjustment=view.t(f"adjustment_{key.adjustment}"),
                               level=formats.percent_text(1 - view.study.confidence, view.lang, 0)))  # fmt: skip
    unit = "unit_counts_and_percent" if "n" in shown or "count" in shown else "unit_percent_columns"
    if asked:
        unit = "unit_as_headed"
    return Body(
        head=_head(view, spec, names, banner, shown),
        rows=tuple(rows),
        columns=len(banner) * len(shown),
        unit=view.t(unit),
        base=view.t("base_pairs"),
        answer=answered,
        statistics=lines,
        notes=tuple(notes),
    )


def _members(view: View, name: str) -> tuple[str, ...]:
    return view.codebook.batteries[name].members if name in view.codebook.batteries else (name,)


def _layers(view: View, spec: TableSpec) -> list[str]:
    if spec.layer is None:
        return [""]
    return list(dict.fromkeys(r.layer_code for r in view.results.rows(spec.table) if r.layer_code))


def _banner(view: View, spec: TableSpec, row: str) -> list[Column]:
    """The total, then each banner variable's categories that anybody chose, lettered from A."""
    columns = [Column("", "")]
    for var in spec.columns:
        codes = view.col_codes(spec.table, row, var)
        for place, code in enumerate(codes):
            base = max((r.value or 0.0 for r in _column_totals(view, spec, var, code)), default=0.0)
            if base > 0:
                columns.append(Column(var, code, _letter(place) if spec.letters else ""))
    return columns


def _column_totals(view: View, spec: TableSpec, var: str, code: str) -> list[ResultRow]:
    return [
        r for r in view.results.rows(spec.table)
        if r.statistic == "n" and r.col_var == var and r.col_code == code and not r.row_code
    ]  # fmt: skip


def _letter(position: int) -> str:
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell_row(
    view: View, spec: TableSpec, statistic: str, name: str, code: str, column: Column, layer: str
) -> ResultRow | None:
    """The result of a cell; the table's total column is the total over the first banner variable."""
    var = column.var or spec.columns[0]
    return view.get(spec.table, statistic, name, code, var, column.code, layer)


def _body(
    view: View, spec: TableSpec, name: str, banner: list[Column], shown: list[str], layer: str, level: int,
    used: list[ResultRow | None],
) -> list[Row]:  # fmt: skip
    codes = view.sorted_codes(spec, name, view.codes(spec.table, name, spec.columns[0]), spec.columns[0])
    nets = view.nets(spec.table, name, spec.columns[0])
    rows = []
    outer = ""
    for code in (*codes, *nets):
        cells = []
        names = name_parts(name)
        if len(names) > 1:  # the categories of a nested stub stand under those of its first variable
            first, *rest = nest_parts(code)
            if first != outer:
                outer = first
                rows.append(Row(view.code_label(names[0], first), kind="group", level=level))
            label = " › ".join(view.code_label(n, c) for n, c in zip(names[1:], rest, strict=True))
        else:
            label = view.code_label(name, code)
        for column in banner:
            for statistic in shown:
                row = _cell_row(view, spec, statistic, name, code, column, layer)
                used.append(row)
                letters = ""
                if spec.letters and column.var and statistic in ("column_share", "share_of_cases"):
                    found = view.get(spec.table, "letters", name, code, column.var, column.code, layer)
                    letters = found.letters if found is not None else ""
                cells.append(_formatted(view, statistic, row, letters))
        kind: RowKind = "subtotal" if code in nets else "body"
        rows.append(Row(label, tuple(cells), kind, level + int(len(names) > 1)))
    return [*rows, *_mean_line(view, spec, name, banner, shown, layer, level, used)]


def _mean_line(
    view: View, spec: TableSpec, name: str, banner: list[Column], shown: list[str], layer: str, level: int,
    used: list[ResultRow | None],
) -> list[Row]:  # fmt: skip
    """The means of a number, or of a scale whose codes are scores, among a cross-table's shares."""
    found = [_cell_row(view, spec, "mean", name, "", column, layer) for column in banner]
    if not any(found):
        return []
    used += found
    cells: list[Cell] = []
    for column, row in zip(banner, found, strict=True):
        letters = ""
        if spec.letters and column.var:
            one = view.get(spec.table, "letters", name, "", column.var, column.code, layer)
            letters = one.letters if one is not None else ""
        mean = amount_cell(view, row, name, "mean", view_decimals(view, name, "mean"), letters)
        cells += [*([EMPTY] * (len(shown) - 1)), mean]
    return [Row(view.head("mean"), tuple(cells), "body", level)]


def _formatted(view: View, statistic: str, row: ResultRow | None, letters: str = "") -> Cell:
    form = registry.form(statistic)
    if form == "count":
        return view.cell(row, "count")
    if form == "share":
        return view.cell(row, "share", letters=letters)
    return view.cell(row, "decimal", 1)


def _base(
    view: View, spec: TableSpec, name: str, banner: list[Column], shown: list[str], layer: str, level: int,
    bases: list[float | None],
) -> list[Row]:  # fmt: skip
    """The base row: unweighted cases of each column; the weighted number below it where weights are on."""
    kinds = [("n", "base_n")] + (
        [("count", "base_weighted"), ("effective_n", "base_effective")] if view.weighted(spec) else []
    )
    rows = []
    for statistic, label in kinds:
        cells: list[Cell] = []
        for column in banner:
            row = _cell_row(view, spec, statistic, name, "", column, layer)
            if statistic == "n":
                bases.append(row.value if row else None)
            # with counts and percentages in a pair of columns the base stands under the counts
            cell = view.cell(row, "count" if statistic == "n" else "decimal", 1)
            cells += [cell] + [EMPTY] * (len(shown) - 1)
        if statistic != "effective_n" or any(cell.value is not None for cell in cells):
            rows.append(Row(view.t(label), tuple(cells), "base", level))
    return rows


def _head(
    view: View, spec: TableSpec, names: list[str], banner: list[Column], shown: list[str]
) -> tuple[tuple[HeadCell, ...], ...]:
    """Banner variables over their categories (and outer over inner when nested), statistics below when several."""
    nested = any(is_nested(c.var) for c in banner)
    several = len(shown) > 1
    depth = 2 + int(nested) + int(several)
    k = len(shown)
    stub_text = view.label(names[0]) if len(names) == 1 else ""
    lines: list[list[HeadCell]] = [[stub(view, stub_text, depth)]] + [[] for _ in range(depth - 1)]
    lines[0].append(HeadCell(view.t("total"), k, depth - int(several)))
    for var in spec.columns:
        columns = [c for c in banner if c.var == var]
        if not columns:
            continue
        lines[0].append(HeadCell(view.label(var), k * len(columns)))
        names_of = name_parts(var)
        if nested and len(names_of) > 1:
            outer: dict[str, int] = {}
            for c in columns:
                key = nest_parts(c.code)[0]
                outer[key] = outer.get(key, 0) + 1
            lines[1] += [HeadCell(view.code_label(names_of[0], code), k * many) for code, many in outer.items()]
            lines[2] += [
                HeadCell(
                    " › ".join(
                        view.code_label(n, p) for n, p in zip(names_of[1:], nest_parts(c.code)[1:], strict=True)
                    ),
                    k, 1, c.letter,
                )
                for c in columns
            ]  # fmt: skip
        else:
            span = 2 if nested else 1
            lines[1] += [HeadCell(view.code_label(var, c.code), k, span, c.letter) for c in columns]
    if several:
        both = "n" in shown and "count" in shown
        heads = [view.t("weighted_n") if s == "count" and both else view.head(s) for s in shown]
        lines[-1] = [HeadCell(head) for _ in banner for head in heads]
    return tuple(tuple(line) for line in lines)


# ---------------------------------------------------------------- means


def _of_groups(statistic: str) -> bool:
    """Whether a statistic stands in a column of a table of means; every other one asked for is a line below it."""
    return registry.stands_in(statistic, "group", GroupedDistribution)


def means(view: View, spec: TableSpec) -> Body:
    """Groups in the rows, one block per banner variable; for each numeric variable its cases, mean and spread.

    With a layer the blocks stand within each of its categories; letters compare the means of a block's groups.
    """
    names = list(spec.rows)
    asked = [s for s in spec.statistics if _of_groups(s)]
    shown = asked or (["n", "mean", "sd"] if len(names) <= 3 else ["mean"])
    rows: list[Row] = []
    used: list[ResultRow | None] = []
    bases: list[float | None] = []
    layers = _layers(view, spec)
    for layer in layers:
        deep = int(bool(layer))
        if layer:
            rows.append(
                Row(f"{view.label(spec.layer or '')}: {view.code_label(spec.layer or '', layer)}", kind="group")
            )
        for column in spec.columns:
            rows.append(Row(view.label(column), kind="group", level=deep))
            codes = list(dict.fromkeys(
                r.col_code for r in view.results.rows(spec.table)
                if r.col_var == column and r.col_code and r.statistic == "mean"
            ))  # fmt: skip
            for place, code in enumerate(codes):
                base = view.value(spec.table, "n", names[0], "", column, code, layer)
                bases.append(base)
                if base:
                    cells = _mean_cells(view, spec, names, Column(column, code), shown, used, layer)
                    letter = f" {_letter(place)}" if spec.letters else ""
                    rows.append(Row(view.code_label(column, code) + letter, cells, "body", 1 + deep))
        total = _mean_cells(view, spec, names, Column(spec.columns[0], ""), shown, used, layer)
        rows.append(Row(view.t("total"), total, "total", deep))
    pairs = []
    for layer in layers:
        for name in names:
            for column in spec.columns:
                head = [view.code_label(spec.layer, layer)] if spec.layer and layer else []
                head += [view.label(name)] if len(names) > 1 else []
                head += [view.label(column)] if len(spec.columns) > 1 else []
                more = tuple(_pairs_of_groups(view, spec, name, column, layer))
                pairs.append(Pair(name, column, layer, tuple(head), more))
    below = spec.model_copy(update={"statistics": tuple(s for s in spec.statistics if not _of_groups(s))})
    answered, lines = said_of(view, below, pairs)
    notes = problem_notes(view, used)
    if spec.letters and any(cell.letters for row in rows for cell in row.cells):
        adjustment = view.t(f"adjustment_{view.study.comparisons.adjustment}")
        notes.insert(0, view.t("letters_means_note", adjustment=adjustment,
                               level=formats.percent_text(1 - view.study.confidence, view.lang, 0)))  # fmt: skip
    head1 = [stub(view, "", 2), *(HeadCell(_named(view, n), len(shown)) for n in names)]
    head2 = [HeadCell(view.t("n") if s == "n" else view.head(s)) for _ in names for s in shown]
    return Body(
        head=(tuple(head1), tuple(head2)),
        rows=tuple(rows),
        columns=len(names) * len(shown),
        unit=view.t("unit_means"),
        base=view.t("base_pairs"),
        answer=answered,
        statistics=lines,
        notes=tuple(notes),
    )


def _named(view: View, name: str) -> str:
    from pipeline.spec.model import say

    unit = say(view.variables[name].unit, view.lang) if name in view.variables else ""
    return f"{view.label(name)} ({unit})" if unit else view.label(name)


def _mean_cells(
    view: View, spec: TableSpec, names: list[str], group: Column, shown: list[str], used: list[ResultRow | None],
    layer: str,
) -> tuple[Cell, ...]:  # fmt: skip
    cells = []
    for name in names:
        for statistic in shown:
            row = view.get(spec.table, statistic, name, "", group.var, group.code, layer)
            used.append(row)
            letters = ""
            if spec.letters and statistic == "mean" and group.code:
                one = view.get(spec.table, "letters", name, "", group.var, group.code, layer)
                letters = one.letters if one is not None else ""
            if registry.form(statistic) == "count":
                cells.append(view.cell(row, "count"))
            else:
                cells.append(amount_cell(view, row, name, statistic, view_decimals(view, name, statistic), letters))
    return tuple(cells)


def _pairs_of_groups(view: View, spec: TableSpec, name: str, column: str, layer: str) -> list[str]:
    """The post hoc comparisons asked for: of each pair of groups the difference and its adjusted p."""
    lines = []
    for method, numbers in METHODS.items():
        own = numbers.difference
        if method not in spec.statistics and own.p not in spec.statistics:
            continue
        found = [
            r for r in view.results.rows(spec.table)
            if r.statistic == own.p and (r.row_var, r.col_var, r.layer_code) == (name, column, layer)
        ]  # fmt: skip
        pairs = []
        for p in found:
            groups = " – ".join(view.code_label(column, code) for code in pair_parts(p.col_code)) if p.col_code else ""
            text = f"{formats.NOT_COMPUTABLE} ({view.remark('error', p.error)})"
            if p.value is not None:
                away = view.get(spec.table, own.id, name, "", column, p.col_code, layer)
                number = (
                    formats.decimal_text(away.value, 2, view.lang)
                    if away is not None and away.value is not None
                    else ""
                )
                text = f"{number}, {formats.p_words(p.value, view.lang)}"
            pairs.append(f"{groups} {text}".strip())
        if pairs:
            lines.append(f"{view.statistic_name(method)}: {'; '.join(pairs)}")
    return lines


def correlation(view: View, spec: TableSpec, statistic: Literal["pearson_r", "spearman_rho"] = "pearson_r") -> Body:
    """Numeric variables in rows and columns; the correlation in each cell, its cases beside it; others below."""
    wanted = next((s for s in spec.statistics if s in COEFFICIENTS), statistic)
    below = tuple(s for s in spec.statistics if s not in COEFFICIENTS and not registry.stands_in(s, "cell"))
    rows, used, pairs = [], [], []
    alone = len(spec.rows) == len(spec.columns) == 1
    for name in spec.rows:
        cells = []
        for column in spec.columns:
            row = view.get(spec.table, wanted, name, "", column, "")
            used.append(row)
            cells += [view.cell(row, "decimal", 2), formats.count_cell(row.n if row else None, view.lang)]
            pairs.append(Pair(name, column, "", () if alone else (view.label(name), view.label(column))))
        rows.append(Row(view.label(name), tuple(cells)))
    others = spec.model_copy(update={"statistics": below})
    if alone:
        answered, lines = said_of(view, others, pairs)
    else:  # the coefficients stand in the cells; a sentence for each of many pairs would say them again
        answered, lines = "", asked_lines(view, others, pairs, [False] * len(pairs)) if below else ()
    head1 = [stub(view, "", 2), *(HeadCell(view.label(c), 2) for c in spec.columns)]
    head2 = [HeadCell(h) for _ in spec.columns for h in (view.statistic_name(wanted), view.t("n"))]
    return Body(
        head=(tuple(head1), tuple(head2)),
        rows=tuple(rows),
        columns=2 * len(spec.columns),
        unit=view.statistic_name(wanted),
        base=view.t("base_pairs"),
        answer=answered,
        statistics=lines,
        notes=tuple(problem_notes(view, used)),
    )


def matrix(view: View, spec: TableSpec) -> Body:
    """Each pair of several variables once, below the diagonal; p and, where they differ, the cases under each row."""
    names = [m for n in spec.rows for m in _members(view, n)]
    wanted = [s for s in COEFFICIENTS if s in spec.statistics] or ["pearson_r"]
    cases = {r.value for r in view.results.rows(spec.table) if r.statistic == "n"}
    rows: list[Row] = []
    used: list[ResultRow | None] = []
    for place, statistic in enumerate(wanted):
        if len(wanted) > 1:
            rows.append(Row(view.statistic_name(statistic), kind="group"))
        lines = [(statistic, "decimal", ""), (known(Patterns)[statistic].values[statistic].p, "p", "row_p")]
        lines += [("n", "count", "row_n")] if place == 0 and len(cases) > 1 else []
        for i, name in enumerate(names):
            for line, form, own_head in lines:
                found = [view.get(spec.table, line, name, "", other, "") for other in names[:i]]
                if line != statistic and not any(found):
                    continue
                used += found if line == statistic else []
                cells = [view.cell(row, form, 2) for row in found]
                cells += [Cell("1", 1.0, "count")] if line == statistic else [EMPTY]
                cells += [EMPTY] * (len(names) - i - 1)
                label = f"{i + 1} {view.label(name)}" if line == statistic else view.t(own_head)
                rows.append(Row(label, tuple(cells), "body", int(line != statistic) + int(len(wanted) > 1)))
    n = next(iter(cases), None)
    same = len(cases) == 1 and n is not None
    base = view.t("base_pairwise")
    if same:
        base = view.t("base_listwise", n=formats.count_text(n or 0, view.lang), units=view.units(n or 0))
    head = [stub(view, "" if len(wanted) > 1 else view.statistic_name(wanted[0]))]
    return Body(
        head=((*head, *(HeadCell(str(i + 1)) for i in range(len(names)))),),
        rows=tuple(rows),
        columns=len(names),
        unit=view.t("unit_correlations"),
        base=base,
        notes=(view.t("matrix_note"), *problem_notes(view, used)),
    )
