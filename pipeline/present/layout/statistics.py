"""Every number about a whole cross-table, one statistic per row: value, degrees of freedom, p, error, interval."""

from __future__ import annotations

from pipeline.codes import pair_parts
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row
from pipeline.present.layout.parts import Body, problem_notes, stub
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec
from pipeline.statistics import registry
from pipeline.statistics.posthoc import METHODS

_HEADS = ("df", "p", "ase", "low", "high")
EMPTY = Cell(kind="empty")


def all_statistics(view: View, spec: TableSpec) -> Body | None:
    """The statistics of a table, by pair of variables and layer; ``None`` when there is none."""
    rows: list[Row] = []
    used: list[ResultRow | None] = []
    groups: dict[tuple[str, str, str], dict[str, ResultRow]] = {}
    for r in view.results.rows(spec.table):
        if not r.row_code and not r.col_code and r.col_var and registry.stands_in(r.statistic, "line"):
            groups.setdefault((r.row_var, r.col_var, r.layer_code), {})[r.statistic] = r
    for (row, column, layer), found in groups.items():
        if len(groups) > 1:
            words = [view.label(row), view.label(column)]
            if layer and spec.layer:
                words.append(view.code_label(spec.layer, layer))
            rows.append(Row(" × ".join(words), kind="group"))
        names = [name for name in found if not registry.belongs_to_another(name, found)]
        for name in sorted(names, key=registry.order):
            rows.append(_row(view, name, found, used))
    rows += _pairs(view, spec)
    if not rows:
        return None
    heads = [view.t("value"), *(view.t(f"head_{label}") for label in _HEADS), view.t("remark")]
    return Body(
        head=((stub(view, view.t("statistic")), *(HeadCell(h) for h in heads)),),
        rows=tuple(rows),
        columns=len(heads),
        unit=view.t("unit_statistics"),
        base=view.t("base_pairs_short"),
        notes=tuple(problem_notes(view, used)),
    )


def _pairs(view: View, spec: TableSpec) -> list[Row]:
    """Which groups differ: a row per method and pair of groups."""
    rows: list[Row] = []
    by_p = {method.difference.p: name for name, method in METHODS.items()}
    for r in view.results.rows(spec.table):
        method = by_p.get(r.statistic)
        if method is None or len(pair_parts(r.col_code)) < 2:
            continue
        own = METHODS[method].difference
        if not rows:
            rows.append(Row(view.t("pairwise"), kind="group"))
        names = " – ".join(view.code_label(r.col_var, c) for c in pair_parts(r.col_code))
        difference, low, high = (
            view.get(spec.table, name, r.row_var, "", r.col_var, r.col_code, r.layer_code)
            for name in (own.id, own.low, own.high)
        )
        cells = (
            view.cell(difference, "decimal", 3), EMPTY, view.cell(r, "p"), EMPTY,
            view.cell(low, "decimal", 3), view.cell(high, "decimal", 3), EMPTY,
        )  # fmt: skip
        rows.append(Row(f"{view.t('method_' + method)}: {names}", cells))
    return rows


def _row(view: View, name: str, found: dict[str, ResultRow], used: list[ResultRow | None]) -> Row:
    row, own = found[name], registry.beside(name, found)
    used.append(row)
    form = registry.form(name)
    cells = [view.cell(row, form if form in ("p", "count") else "decimal", 3)]
    degrees = [found[d] for d in own.df if d in found]
    if degrees and all(d.value is not None for d in degrees):
        cells.append(Cell("; ".join(_degrees(d.value, view) for d in degrees if d.value is not None)))
    else:
        cells.append(view.cell(degrees[0], "decimal") if degrees else EMPTY)
    for part in (own.p, own.ase or own.se, own.low, own.high):
        cells.append(view.cell(found[part], "p" if part == own.p else "decimal", 3) if part in found else EMPTY)
    remarks = [view.remark("method", row.method)] if row.method else []
    if row.warning:
        remarks.append(view.remark("warning", row.warning))
    return Row(view.statistic_name(name), (*cells, Cell(" ".join(remarks))))


def _degrees(value: float, view: View) -> str:
    return formats.decimal_text(value, 0 if float(value).is_integer() else 2, view.lang)
