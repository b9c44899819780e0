"""Counting where the responses lie: each question as one SQL query, which Ibis writes for the database.

Weights are cut into whole numbers of their units there too (``sums.py``), so the sums are those of every other engine,
as long as the database divides and rounds down doubles as IEEE 754 says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.counting.alike import Alike, alike, together
from pipeline.counting.columns import Columns
from pipeline.counting.plan import Missing, Plan, Question
from pipeline.counting.sums import Exact, Measure, Reach
from pipeline.errors import DataRejected, UsageError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Database:
    """The table ``table`` of the database at ``url``, with a column per variable of the codebook."""

    url: str
    table: str

    def count(self, plan: Plan) -> dict[Question, Alike]:
        """The answer to each question."""
        try:
            import ibis
        except ImportError:
            raise UsageError("engine.no_ibis") from None
        try:  # every database has exceptions of its own
            connection = ibis.connect(self.url)
            rows = connection.table(self.table)
        except Exception as error:
            raise self._refused(error) from None
        try:
            if lacking := sorted(set(plan.columns) - set(rows.columns)):
                raise DataRejected("engine.columns_lacking", place=self.table, variables=", ".join(lacking))
            units = {one: reach.units for one, reach in _reaches(rows, plan).items()}
            return {one: _answer(rows, one, plan, units) for one in plan.questions}
        except ibis.common.exceptions.IbisError as error:
            raise self._refused(error) from None
        finally:
            connection.disconnect()

    def _refused(self, error: Exception) -> DataRejected:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return DataRejected("engine.no_database", table=self.table, url=self.url, reason=reason)


def _positive(rows: Any, name: str) -> Any:
    column = rows[name].cast("float64")
    return (column > 0).ifelse(column, 0.0).fill_null(0.0)


def _measured(rows: Any, measure: Measure) -> Any:
    values = _positive(rows, measure.variable)
    if measure.over:
        full = _positive(rows, measure.over)
        return (full > 0).ifelse(values * (1.0 / (full > 0).ifelse(full, 1.0)), values)
    return values * values if measure.squared else values


def _reaches(rows: Any, plan: Plan) -> Mapping[Measure, Reach]:
    """How far each measure reaches; the finest digit from the least value, as a database shows no digits."""
    if not plan.measures:
        return {}
    asked = {"rows": rows.count()}
    for i, one in enumerate(plan.measures):
        values = _measured(rows, one)
        asked[f"most{i}"], asked[f"least{i}"] = values.max(), values.min(where=values > 0)
    told = rows.aggregate(**asked).to_pyarrow().to_pylist()[0]
    found = {}
    for i, one in enumerate(plan.measures):
        most, least = told[f"most{i}"] or 0.0, told[f"least{i}"] or 0.0
        if most <= 0:
            found[one] = Reach(told["rows"])
        else:
            top = int(np.frexp(most)[1])
            bottom = int(np.frexp(least)[1]) - 53
            found[one] = Reach(told["rows"], top, bottom, bool(np.isfinite(most)))
    return found


def _answer(rows: Any, question: Question, plan: Plan, units: Mapping[Measure, tuple[int, ...]]) -> Alike:
    keys = {f"v{i}": rows[name] for i, name in enumerate(question.variables)}
    missing = plan.missing[question.variables[0]] if question.presence else None
    if missing is not None:
        keys = {"v0": _presence(rows, question.variables[0], missing)}
    if plan.weight is not None:
        keys["weighted"] = (_positive(rows, plan.weight) > 0).cast("int64")
    sums = {"n": rows.count()}
    for i, (measure, exponents) in enumerate(units.items()):
        rest = _measured(rows, measure)
        for j, exponent in enumerate(exponents):
            part = (rest / 2.0**exponent).floor().cast("float64")
            sums[f"s{i}_{j}"] = part.sum()
            rest = rest - part * 2.0**exponent
    grouped = rows.aggregate(by=[value.name(name) for name, value in keys.items()], **sums).to_pyarrow()
    return _alike(grouped, question, missing, units, plan.weight is not None)


def _presence(rows: Any, name: str, missing: Missing) -> Any:
    """The missing codes as they are, texts that are there as one, numbers that are there by the least and greatest."""
    column = rows[name]
    if column.type().is_string():
        return column.isin(list(missing.codes)).ifelse(
            column, (column.strip() == "").ifelse(" ", column.notnull().ifelse("\x01", column))
        )
    column = column.cast("float64")
    codes = [float(code) for code in missing.codes]
    gone = column.isin(codes) if codes else column.isnull()
    if missing.span:
        low = -np.inf if missing.low is None else missing.low
        gone = gone | ((column >= low) & (column <= (np.inf if missing.high is None else missing.high)))
    there = gone.fill_null(True).ifelse(None, column)
    least, most = there.min().as_scalar(), there.max().as_scalar()
    return (there.notnull() & (column != most)).ifelse(least, column)


def _alike(
    grouped: pa.Table, question: Question, missing: Missing | None, units: Mapping[Measure, tuple[int, ...]],
    weighted: bool,
) -> Alike:  # fmt: skip
    """The rows of a query as combinations with their sums."""
    import pyarrow as pa

    numbers = {}
    for i, name in enumerate(question.variables):
        column = grouped.column(f"v{i}")
        kind = column.type
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        numbers[name] = column.cast(pa.string() if text else pa.float64())
    columns = Columns(pa.table(numbers))
    sums = {
        one: Exact(tuple(_floats(grouped.column(f"s{i}_{j}")) for j in range(len(exponents))), exponents)
        for i, (one, exponents) in enumerate(units.items())
    }
    heavy = _floats(grouped.column("weighted")).astype(np.uint8) if weighted else None
    found = alike(columns, question.variables, sums, heavy, missing, _floats(grouped.column("n")).astype(np.int64))
    return together([found], missing)


def _floats(column: Any) -> np.ndarray:
    return np.array(column.to_pylist(), dtype=np.float64)
