"""Tables as result rows: what each kind writes, on twelve cases counted by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.counting.cases import Cases
from pipeline.results import About, Results, ResultsWriter, csv_text
from pipeline.spec.load import load
from pipeline.spec.model import Codebook, TableSpec
from pipeline.statistics.core import Number, Options
from pipeline.tables.context import Context
from pipeline.tables.plan import make, pieces
from tests.conftest import COLUMNS, SmallStudy


@pytest.fixture
def codebook(small_study: SmallStudy) -> Codebook:
    return load(small_study.layout).codebook


def tabulated(codebook: Codebook, weighted: bool = False, mode: str = "description", **spec: object) -> Results:
    columns = {
        name: pa.array(values, pa.string() if isinstance(values[0], str) else pa.float64())
        for name, values in COLUMNS.items()
    }
    weight = ("peso", "probability") if weighted else (None, "none")
    writer = ResultsWriter("w")
    cases = Cases(pa.table(columns), codebook.model_copy(update={"derived": {}}), *weight)  # type: ignore[arg-type]
    context = Context(cases, writer, Options(), mode, 14, total_cases=12)  # type: ignore[arg-type]
    make(TableSpec.model_validate({"table": "t", "title": "t", **spec}), context, codebook)
    return Results(writer.table())


def value(results: Results, statistic: str, *about: str, **more: str) -> float | None:
    row = results.get("t", statistic, *about, **more)
    assert row is not None, (statistic, about)
    return row.value


def no_row_twice(results: Results) -> bool:
    keys = [
        (r.statistic, r.row_var, r.row_code, r.col_var, r.col_code, r.layer_var, r.layer_code)
        for r in results.rows("t")
    ]  # fmt: skip
    return len(keys) == len(set(keys))


def test_a_frequency_table(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="forma")
    assert value(found, "n", "forma", "1") == 4
    assert value(found, "n", "forma", "2") == 5
    assert value(found, "valid_share", "forma", "1") == 4 / 9
    assert value(found, "share", "forma", "1") == 4 / 12
    assert value(found, "share", "forma") == 9 / 12
    assert value(found, "cumulative_share", "forma", "2") == 1
    assert value(found, "missing_n", "forma", "9") == 2
    assert value(found, "missing_n", "forma", ".") == 1
    assert value(found, "missing_n", "forma") == 3
    assert value(found, "cases_n", "forma") == 12
    assert value(found, "bound_low", "forma", "1") == 4 / 14
    assert value(found, "bound_high", "forma", "1") == (4 + 14 - 9) / 14
    assert no_row_twice(found)


def test_a_filtered_question_concerns_only_those_who_may_have_been_asked(codebook: Codebook) -> None:
    """Five offices have a contract and were not asked; the three without a known form may have been."""
    found = tabulated(codebook, rows="tipo")
    row = found.get("t", "bound_high", "tipo", "1")
    assert row is not None
    assert "population=9" in row.method
    assert row.value == (3 + 9 - 4) / 9


def test_weighted_counts_stand_beside_cases(codebook: Codebook) -> None:
    found = tabulated(codebook, weighted=True, rows="forma")
    assert value(found, "n", "forma", "1") == 4
    assert value(found, "count", "forma", "1") == pytest.approx(1.0 + 1.2 + 0.8 + 1.0)
    assert value(found, "valid_share", "forma", "1") == pytest.approx(4.0 / 9.0)
    weights = [1.0, 1.2, 0.8, 1.0, 1.1, 0.9, 1.0, 1.0, 1.0]
    assert value(found, "effective_n", "forma") == pytest.approx(sum(weights) ** 2 / sum(w * w for w in weights))


def test_nets_of_a_scale(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="fiducia_in")
    assert value(found, "n", "fid_a", "net:alta") == 6  # 5 4 4 4 5 4
    assert value(found, "valid_share", "fid_a", "net:alta") == 6 / 10
    assert value(found, "mean", "fid_a") == pytest.approx((5 + 4 + 4 + 3 + 2 + 3 + 4 + 5 + 1 + 4) / 10)


def test_sets(codebook: Codebook) -> None:
    """Asked are those with a valid answer to any member: ten, since one answered 9 twice and one nothing."""
    found = tabulated(codebook, rows="aree")
    assert value(found, "n", "aree", "area_a") == 7
    assert value(found, "n", "aree", "area_b") == 5
    assert value(found, "n", "aree") == 10
    assert value(found, "count", "aree") == 12
    assert value(found, "share_of_cases", "aree", "area_a") == 7 / 10
    assert value(found, "share_of_responses", "aree", "area_a") == 7 / 12
    assert value(found, "missing_n", "aree") == 2


def test_a_cross_table_with_margins(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="forma", columns="provincia")
    cells = {("1", "MI"): 3, ("1", "BG"): 1, ("2", "MI"): 2, ("2", "BG"): 3, ("1", ""): 4, ("", "MI"): 5, ("", ""): 9}
    for (row, column), n in cells.items():
        assert value(found, "n", "forma", row, "provincia", column) == n
    assert value(found, "column_share", "forma", "1", "provincia", "MI") == 3 / 5
    assert value(found, "row_share", "forma", "1", "provincia", "MI") == 3 / 4
    assert value(found, "table_share", "forma", "1", "provincia", "MI") == 3 / 9
    assert found.get("t", "chi2_p", "forma", "", "provincia", "") is None, "a description has no test"
    assert found.get("t", "cramers_v", "forma", "", "provincia", "") is not None
    tested = tabulated(codebook, rows="forma", columns="provincia", mode="process")
    # R: chisq.test(matrix(c(3,2,1,3),2), correct=FALSE)$statistic
    assert value(tested, "chi2", "forma", "", "provincia", "") == pytest.approx(1.1025, abs=1e-10)


def test_nested_columns(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="area_a", columns="forma > provincia")
    assert value(found, "n", "area_a", "1", "forma > provincia", "1 > MI") == 2
    assert value(found, "n", "area_a", "", "forma > provincia", "2 > BG") == 2
    assert no_row_twice(found)


def test_layers(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="area_a", columns="forma", layer="provincia")
    assert value(found, "n", "area_a", "1", "forma", "1", layer_code="MI") == 2
    assert value(found, "n", "area_a", "1", "forma", "1", layer_code="BG") == 1
    assert no_row_twice(found)


@pytest.mark.parametrize(("rows", "columns"), [("aree", "forma"), ("forma", "aree"), ("aree", "servizi")])
def test_layers_of_sets_stand_apart(codebook: Codebook, rows: str, columns: str) -> None:
    found = tabulated(codebook, rows=rows, columns=columns, layer="provincia")
    assert no_row_twice(found)
    assert {r.layer_code for r in found.rows("t")} == {"MI", "BG", ""}  # the empty code: all layers together
    whole = value(tabulated(codebook, rows=rows, columns=columns), "n", rows, "", columns, "")
    parts = [value(found, "n", rows, "", columns, "", layer_code=code) for code in ("MI", "BG")]
    assert whole == sum(p for p in parts if p is not None) == value(found, "n", rows, "", columns, "")


def test_means_by_group(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="comuni", columns="forma")
    assert value(found, "mean", "comuni", "", "forma", "1") == (5 + 7 + 12 + 16) / 4
    assert value(found, "mean", "comuni", "", "forma", "2") == pytest.approx((9 + 21 + 14 + 30 + 8) / 5)
    assert value(found, "mean", "comuni", "", "forma", "") == pytest.approx(
        (5 + 7 + 12 + 16 + 9 + 21 + 14 + 30 + 8) / 9
    )


def test_only_some_cases(codebook: Codebook) -> None:
    found = tabulated(codebook, rows="area_a", where={"provincia": ["MI"]})
    assert value(found, "n", "area_a") == 5
    assert value(found, "cases_n", "area_a") == 5


def test_the_pieces_of_a_table(codebook: Codebook) -> None:
    def ways(**spec: object) -> list[tuple[str, str, str]]:
        table = TableSpec.model_validate({"table": "t", "title": "t", **spec})
        return [(p.way, p.row, p.column) for p in pieces(table, codebook)]

    assert ways(rows="forma") == [("frequency", "forma", "")]
    assert ways(rows="comuni") == [("summary", "comuni", "")]
    assert ways(rows="aree") == [("multiple", "aree", "")]
    assert ways(rows="fiducia_in")[0] == ("frequency", "fid_a", "")
    assert ways(rows=["forma", "tipo"], columns=["provincia", "area_a"]) == [
        ("crosstab", "forma", "provincia"), ("crosstab", "forma", "area_a"),
        ("crosstab", "tipo", "provincia"), ("crosstab", "tipo", "area_a"),
    ]  # fmt: skip
    assert ways(rows="comuni", columns="forma") == [("means", "comuni", "forma")]
    assert ("scores", "fid_a", "forma") in ways(rows="fid_a", columns="forma")
    assert ways(rows="comuni", columns="peso") == [("correlation", "comuni", "peso")]


# ---------------------------------------------------------------- rows


def test_a_number_that_could_not_be_computed_is_null_with_its_reason() -> None:
    writer = ResultsWriter("w")
    writer.add(About("t", "a"), "mean", Number(None, error="no_valid_cases"), n=0, base=0.0)
    writer.add_grid(About("t", "a", "b"), "row_share", [[0.5, float("nan")]], ["1"], ["1", "2"], 2, 2.0, error="empty")
    table = writer.table()
    assert table.column("value").to_pylist() == [None, 0.5, None]
    assert table.column("error").to_pylist() == ["no_valid_cases", "", "empty"]
    assert table.column("n").to_pylist() == [0, 2, 2]
    assert table.column("suppressed").to_pylist() == [False] * 3


def test_results_without_a_column_are_refused() -> None:
    with pytest.raises(ValueError, match="suppressed"):
        Results(ResultsWriter("w").table().drop_columns(["suppressed"]))


def test_csv_runs_no_formula_and_keeps_every_digit() -> None:
    writer = ResultsWriter("w")
    writer.add(About("t", "a"), "valid_share", 22 / 83, "=1+1", n=83, base=83.0)
    writer.add(About("t", "a"), "valid_share", -0.1, "-1", n=83, base=83.0)
    writer.add(About("t", "a"), "mean", None, "@x")
    lines = csv_text(writer.table()).splitlines()
    assert "'=1+1" in lines[1]
    assert repr(22 / 83) in lines[1]
    assert ",-1," in lines[2]
    assert "'@x" in lines[3]
