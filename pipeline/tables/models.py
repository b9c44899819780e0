"""Regression tables: from variables of the codebook to the patterns a model is fitted to, and its results as rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.codes import INTERCEPT, THRESHOLD
from pipeline.counting.cases import Cases
from pipeline.results import About
from pipeline.spec.model import ModelTable
from pipeline.statistics.core import Cells, Floats, Number
from pipeline.statistics.models import ModelData, ModelResult, ModelSpec, fit_model, results_of
from pipeline.tables.context import Context
from pipeline.tables.means import patterns_of


@dataclass(frozen=True, slots=True)
class Term:
    """One predictor column: the variable, the category it is a dummy of (empty for a number), its values."""

    var: str
    code: str
    values: Floats
    factor: int


def model(context: Context, table_id: str, spec: ModelTable) -> None:
    """Fit the model to the cases valid on outcome and predictors; a row per number.

    A coefficient's row is its predictor and category, an intercept's the outcome under ``intercept`` (``threshold``
    for an ordinal model); the column is the outcome's category where there is an equation per category.
    """
    cases, writer = context.cases, context.writer
    outcome, categories = _outcome(cases, spec)
    terms, references = _terms(cases, spec)
    x = np.column_stack([outcome, *(t.values for t in terms)])
    data = ModelData(
        patterns_of(context, x, np.asarray(~np.isnan(x).any(axis=1))),
        ModelSpec(spec.kind, tuple(t.factor for t in terms)),
    )
    found = fit_model(data, context.options)
    for var, code in references:
        writer.add(About(table_id, row_var=var), "reference_category", 1.0, code, n=found.n, base=found.base)
    for name, result in results_of(found).items():
        if isinstance(result, Number):
            writer.add(About(table_id, row_var=spec.outcome), name, result, n=found.n, base=found.base)
            continue
        for i in range(result.values.size):
            about, row_code, col_code = _place(table_id, name, i, spec, terms, categories, found)
            one = _number(result, i)
            writer.add(about, name, one, row_code, col_code, n=found.n, base=found.base)


def _number(cells: Cells, i: int) -> Number:
    value = float(cells.values.ravel()[i])
    if np.isfinite(value):
        return Number(value, cells.method, cells.warning)
    return Number(None, cells.method, cells.warning, cells.error or "undefined")


def _place(
    table_id: str,
    name: str,
    i: int,
    spec: ModelTable,
    terms: list[Term],
    categories: tuple[str, ...],
    found: ModelResult,
) -> tuple[About, str, str]:
    """What the i-th value of a statistic is about: variable and category of the predictor, category of the outcome."""
    p = len(terms)
    if name.startswith("average_marginal_effect"):
        equation, column = divmod(i, p)
        several = spec.kind in ("ordinal", "multinomial")
        col_code = categories[equation] if several and equation < len(categories) else ""
    elif name == "vif":
        column, col_code = i, ""
    else:
        column = int(found.column[i])
        equation = int(found.equation[i])
        several = spec.kind == "multinomial" or (spec.kind == "ordinal" and column < 0)
        col_code = categories[equation] if several and equation < len(categories) else ""
    col_var = spec.outcome if col_code else ""
    if column < 0:
        code = THRESHOLD if spec.kind == "ordinal" else INTERCEPT
        return About(table_id, row_var=spec.outcome, col_var=col_var), code, col_code
    term = terms[column]
    return About(table_id, row_var=term.var, col_var=col_var), term.code, col_code


def _outcome(cases: Cases, spec: ModelTable) -> tuple[Floats, tuple[str, ...]]:
    """The outcome as numbers: as it is, 1 for the event (logistic), or the place of its category."""
    if spec.kind in ("linear", "poisson"):
        return cases.numeric(spec.outcome), ()
    coded = cases.coded(spec.outcome)
    if spec.kind == "logistic":
        event = spec.event if spec.event is not None else coded.codes[-1]
        place = coded.codes.index(event) + 1 if event in coded.codes else -1
        values = np.where(coded.index == place, 1.0, 0.0)
        return np.where(coded.index == 0, np.nan, values), coded.codes
    used = [i + 1 for i in range(len(coded.codes)) if np.any(coded.index == i + 1)]
    values = np.full(cases.rows, np.nan)
    for rank, i in enumerate(used):
        values[coded.index == i] = float(rank)
    return values, tuple(coded.codes[i - 1] for i in used)


def _terms(cases: Cases, spec: ModelTable) -> tuple[list[Term], list[tuple[str, str]]]:
    """The predictors' columns; categorical ones as dummies against a reference (the first category, or as said)."""
    terms: list[Term] = []
    references: list[tuple[str, str]] = []
    for number, name in enumerate(spec.predictors):
        variable = cases.variables[name]
        if variable.averageable or not variable.categorical:
            terms.append(Term(name, "", cases.numeric(name), -1))
            continue
        coded = cases.coded(name)
        used = [i for i in range(len(coded.codes)) if np.any(coded.index == i + 1)]
        asked = spec.reference.get(name)
        first = asked if asked is not None else (coded.codes[used[0]] if used else "")
        references.append((name, first))
        for i in used:
            if coded.codes[i] != first:
                values = np.where(coded.index == 0, np.nan, (coded.index == i + 1).astype(np.float64))
                terms.append(Term(name, coded.codes[i], values, number))
    return terms, references
