"""The earliest and the latest date as result rows, in SPSS's seconds; expected by arithmetic with ``datetime``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from pipeline.counting.cases import Cases
from pipeline.results import Results, ResultsWriter
from pipeline.spec.model import Codebook, TableSpec, Variable
from pipeline.statistics.core import Options
from pipeline.tables.context import Context
from pipeline.tables.one_way import presence
from pipeline.tables.plan import make, pieces


def seconds(*moment: int) -> float:
    return (datetime(*moment) - datetime(1582, 10, 14)).total_seconds()  # type: ignore[arg-type]


FIRST, LAST = seconds(1931, 2, 28), seconds(2009, 12, 31, 23, 59, 59)
NEVER = seconds(9999, 9, 9)
BETWEEN = seconds(1977, 6, 15)


def found(column: list[Any], weights: list[float] | None = None, **variable: Any) -> dict[tuple[str, str], Any]:
    book = Codebook(variables={"d": Variable.model_validate({"name": "d", "label": "d", "kind": "date", **variable})})
    book = book.model_copy(
        update={"variables": {**book.variables, "w": Variable.model_validate({"label": "w", "kind": "weight"})}}
    )
    table = pa.table({"d": column, "w": pa.array(weights or [1.0] * len(column), pa.float64())})
    cases = Cases(table, book, *(("w", "probability") if weights else ()))  # type: ignore[arg-type]
    writer = ResultsWriter("1")
    presence(Context(cases, writer, Options()), "t", "d")
    return {(r.statistic, r.row_code): r for r in Results(writer.table()).rows("t")}


def ends(rows: dict[tuple[str, str], Any]) -> tuple[Any, Any]:
    return rows["minimum", ""].value, rows["maximum", ""].value


def test_first_and_last_date_among_those_that_have_one() -> None:
    rows = found([BETWEEN, None, LAST, FIRST])
    assert ends(rows) == (FIRST, LAST)
    assert rows["n", ""].value == rows["minimum", ""].n == 3


def test_a_date_declared_missing_is_neither() -> None:
    assert ends(found([BETWEEN, NEVER, FIRST], missing={str(int(NEVER)): "never"})) == (FIRST, BETWEEN)
    span = {"low": NEVER - 1, "label": "never"}
    assert ends(found([BETWEEN, NEVER, FIRST], missing_range=span)) == (FIRST, BETWEEN)


def test_cases_without_a_weight_are_no_cases() -> None:
    assert ends(found([FIRST, BETWEEN, LAST], weights=[0.0, 2.0, 0.5])) == (BETWEEN, LAST)


@pytest.mark.parametrize("column", [pa.array([None, None], pa.float64()), pa.array([], pa.float64())])
def test_without_any_date_there_is_a_reason(column: pa.Array) -> None:
    rows = found(column.to_pylist() if len(column) == 0 else column)
    assert {rows[end, ""].error for end in ("minimum", "maximum")} == {"no_cases"}


def test_a_date_kept_as_text_has_no_first_and_last() -> None:
    assert ends(found(["2009-12-31", "1931-02-28"])) == (None, None)


def test_numbers_that_are_no_dates_are_the_extremes_they_are() -> None:
    assert ends(found([-1e300, FIRST, 1e300])) == (-1e300, 1e300)


@pytest.mark.parametrize("kind", ["text", "identifier"])
def test_only_dates_have_extremes(kind: str) -> None:
    assert ("minimum", "") not in found([1.0, 2.0], kind=kind)


@pytest.mark.parametrize("more", [{}, {"kind": "summary"}, {"kind": "frequency"}])
def test_a_table_of_a_date_never_lists_its_days(more: dict[str, str]) -> None:
    book = Codebook(variables={"d": Variable.model_validate({"name": "d", "label": "d", "kind": "date"})})
    spec = TableSpec.model_validate({"table": "t", "title": "t", "rows": "d", **more})
    assert [piece.way for piece in pieces(spec, book)] == ["presence"]
    cases, writer = Cases(pa.table({"d": [FIRST, LAST]}), book), ResultsWriter("1")
    make(spec, Context(cases, writer, Options()), book)
    rows = Results(writer.table()).rows("t")
    assert {r.row_code for r in rows} == {""}
    assert {r.statistic: r.value for r in rows if r.statistic in ("minimum", "maximum")} == {
        "minimum": FIRST, "maximum": LAST,
    }  # fmt: skip
