"""Display tables of regression models: a term per row, its estimate, standard error, interval and p-value."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.codes import INTERCEPT, THRESHOLD
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row
from pipeline.present.figures import term_label
from pipeline.present.layout.parts import Body, problem_notes, stub, valid_base
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec
from pipeline.statistics import registry
from pipeline.statistics.models import ModelData
from pipeline.statistics.registry import known

_COLUMNS = (
    "coefficient", "coefficient_se", "odds_ratio", "rate_ratio", "interval", "coefficient_p", "average_marginal_effect",
)  # fmt: skip


def model(view: View, spec: TableSpec) -> Body:
    """Terms by estimates; the fit below. Outcomes of a multinomial model are groups of rows."""
    found = view.results.rows(spec.table)
    have = {r.statistic for r in found if r.value is not None or r.statistic == "coefficient"}
    columns = [s for s in _COLUMNS if s in have or (s == "interval" and "coefficient_low" in have)]
    if spec.model is not None and spec.model.kind == "linear":
        columns = [s for s in columns if s != "average_marginal_effect"]  # the slopes themselves
    terms = list(dict.fromkeys(
        (r.row_var, r.row_code, r.col_var, r.col_code) for r in found if r.statistic == "coefficient"
    ))  # fmt: skip
    rows: list[Row] = []
    used: list[ResultRow | None] = []
    outcome = None
    for var, code, col, col_code in terms:
        if col_code and col_code != outcome:
            outcome = col_code
            rows.append(Row(view.code_label(col, col_code), kind="group"))
        cells = [_cell(view, spec, s, (var, code, col, col_code), used) for s in columns]
        rows.append(Row(term_label(view, var, code), tuple(cells), level=1 if col_code else 0))
    level = formats.percent_text(view.study.confidence, view.lang, 0)
    heads = [view.t("interval", level=level) if s == "interval" else view.head(s) for s in columns]
    whole = {r.statistic: r.value for r in found if not r.row_code and not r.col_code and r.value is not None}
    fit = [_measure(view, s, whole) for s in registry.usual("fit") if s in whole]
    diagnostics = [_measure(view, s, whole) for s in registry.usual("diagnostic") if s in whole]
    inflation = [r.value for r in found if r.statistic == "vif" and r.value is not None]
    if inflation:
        diagnostics.append(view.t("largest_vif", value=formats.decimal_text(max(inflation), 2, view.lang)))
    n = next((r.n for r in found if r.statistic == "coefficient"), None)
    warnings = {view.remark("warning", r.warning) for r in found if r.warning}
    methods = {view.remark("method", r.method) for r in found if r.statistic == "coefficient" and r.method}
    lonely = spec.model
    reference = _references(view, spec) if lonely is not None else ""
    return Body(
        head=((stub(view, view.t("term")), *(HeadCell(h) for h in heads)),),
        rows=tuple(rows),
        columns=len(columns),
        unit=view.t("unit_model"),
        base=valid_base(view, n),
        statistics=tuple(" · ".join(line) for line in (fit, diagnostics) if line),
        notes=(reference, *sorted(methods), *sorted(warnings), *problem_notes(view, used)),
    )


def _measure(view: View, name: str, whole: Mapping[str, float]) -> str:
    """A number about the whole model with its name; of a test its degrees of freedom and p as well."""
    value = formats.decimal_text(whole[name], registry.decimals(name) or 2, view.lang)
    text, own = f"{view.statistic_name(name)} = {value}", registry.beside(name, whole)
    degrees = [whole[part] for part in own.df]
    if degrees:
        text += f"; {view.t('df')} = {formats.degrees_text(degrees, view.lang)}"
    if own.p:
        text += f"; {formats.p_words(whole[own.p], view.lang)}"
    return text


def _references(view: View, spec: TableSpec) -> str:
    """Which category each categorical predictor is compared with."""
    if spec.model is None:
        return ""
    named = [
        f"{view.label(r.row_var)}: {view.code_label(r.row_var, r.row_code)}"
        for r in view.results.rows(spec.table)
        if r.statistic == "reference_category"
    ]
    return view.t("reference_categories", categories="; ".join(named)) if named else ""


def _cell(
    view: View, spec: TableSpec, statistic: str, term: tuple[str, str, str, str],
    used: list[ResultRow | None],
) -> Cell:  # fmt: skip
    var, code, col, col_code = term
    if statistic == "interval":
        kind = spec.model.kind if spec.model is not None else "linear"
        name = {"linear": "coefficient", "poisson": "rate_ratio"}.get(kind, "odds_ratio")
        own = known(ModelData)[name].values[name]
        low, high = (view.value(spec.table, end, var, code, col, col_code) for end in (own.low, own.high))
        if low is None or high is None:
            intercept = code in (INTERCEPT, THRESHOLD)
            return Cell(kind="empty") if intercept else Cell(formats.NOT_COMPUTABLE, kind="not_computable")
        return Cell(
            f"{formats.decimal_text(low, 2, view.lang)};\N{NO-BREAK SPACE}{formats.decimal_text(high, 2, view.lang)}"
        )
    row = view.get(spec.table, statistic, var, code, col, col_code)
    if row is not None and row.error == "not_defined_for_model":  # an intercept has no odds ratio
        return Cell(kind="empty")
    used.append(row)
    form = registry.form(statistic)
    return view.cell(row, "p" if form == "p" else "decimal", registry.decimals(statistic) or 2)
