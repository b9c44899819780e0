"""Correlation matrices, nets, layers, sets and samples of a known population, through the stages.

Values of R from ``oracles/tables.R``; the cases are those of ``oracles/designs_cases.csv``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline.cli import main
from tests.tables.test_designs_everywhere import CASES, CODEBOOK, ORACLES, REPLICATES, SETS, Found, close, results

R: dict[str, Any] = json.loads((ORACLES / "tables.json").read_text())

STUDY = """
title: T
languages: [en]
population: {name: People, unit: {en: {one: person, many: persons}}, size: 300}
inference: %s
comparisons: {least_expected: 0}
"""
REPORT = """
sections:
  - section: a
    title: A
    contents:
      - {table: pairs, title: P, rows: [x, y, o], kind: correlation, statistics: [pearson_r, spearman_rho, tau_b]}
      - {table: all, title: A, rows: [x, y, o], kind: correlation, missing: listwise}
      - {table: x, title: X, rows: x}
      - {table: q, title: Q, rows: q}
      - {table: o, title: O, rows: o}
      - {table: m, title: M, rows: m}
      - {table: nets, title: N, rows: o, columns: q, statistics: [n, column_share, adjusted_residual, uncertainty_rows]}
      - {table: layer, title: L, rows: y, columns: q, layer: b, letters: true}
      - {table: by_items, title: I, rows: grp, columns: m, letters: true}
      - {table: mixed, title: M, rows: [q, y], columns: [grp, b], letters: true}
      - {table: sets, title: S, rows: m, columns: k}
      - {table: weighted, title: W, rows: q, columns: grp, weighted: true}
      - {table: asked, title: A, rows: q, columns: grp, statistics: [n, chi2], layer: b}
"""


def write(folder: Path, mode: str) -> None:
    raw = folder / "data" / "raw" / "1"
    raw.mkdir(parents=True)
    pyreadstat.write_sav(CASES.drop(columns=REPLICATES).astype(float), str(raw / "survey.sav"))
    (raw / "source.yml").write_text("title: t\n")
    items = "".join(
        f"  {name}: {{label: {name}, kind: nominal, categories: {{0: 'no', 1: 'yes'}}}}\n"
        for name in ("m1", "m2", "m3", "k1", "k2", "g1")
    )
    ordered = "categories: {1: low, 2: middle, 3: high}}"
    codebook = CODEBOOK.replace(ordered, ordered[:-1] + ", nets: {up: {label: Up, codes: [2, 3]}}}")
    (folder / "study.yml").write_text(STUDY % mode + "weights: {variable: w, use: false}\n")
    (folder / "codebook.yml").write_text(codebook + items + SETS)
    (folder / "report.yml").write_text(REPORT)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("sample")
    write(folder, "sample")
    assert main(["tabulate", "--study", str(folder)]) == 0
    return results(folder)


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("matrix")
    write(folder, "process")
    assert main(["report", "--study", str(folder)]) == 0
    return folder


def of_pair(folder: Path, table: str, row: str, column: str) -> dict[str, float]:
    rows = pd.read_parquet(folder / "data" / "processed" / "1" / "results.parquet")
    rows = rows[(rows.table_id == table) & (rows.row_var == row) & (rows.col_var == column)]
    return dict(zip(rows.statistic, rows.value, strict=True))


@pytest.mark.parametrize(("row", "column", "key"), [("y", "x", "yx"), ("o", "x", "ox"), ("o", "y", "oy")])
def test_correlation_matrix_pairwise(matrix: Path, row: str, column: str, key: str) -> None:
    found = of_pair(matrix, "pairs", row, column)
    assert found.keys() == R["pairwise"][key].keys()
    for statistic, value in R["pairwise"][key].items():
        assert close(found[statistic], value), (statistic, found[statistic], value)


def test_correlation_matrix_listwise(matrix: Path) -> None:
    found = of_pair(matrix, "all", "y", "x")
    assert set(found) == {"n", "pearson_r", "pearson_r_p"}
    assert all(close(found[s], R["listwise"]["yx"][s]) for s in found)
    assert of_pair(matrix, "all", "o", "x")["n"] == found["n"]


def test_the_matrix_is_shown_below_the_diagonal(matrix: Path) -> None:
    page = (matrix / "reports" / "1" / "report.en.html").read_text("utf-8")
    start = page.index('id="table-pairs"')
    body = page[start : page.index('id="table-all"')]
    for label in ("1 X", "2 Y", "3 O", "Pearson’s correlation", "Kendall’s tau-b"):
        assert label in body
    shown = f"{R['pairwise']['oy']['tau_b']:.2f}"
    assert shown in body


def value(found: Found, table: str, statistic: str, row: str = "", column: str = "", layer: str = "") -> float:
    one = found[(table, statistic, row, column, layer)]
    assert one.error == "", one
    return float(one.value)


def test_a_sample_from_a_known_population_is_corrected_for_its_size(sample: Found) -> None:
    r = R["sample"]
    low, high = r["interval"]
    for statistic, expected in (("se", r["se"]), ("mean_low", low), ("mean_high", high)):
        assert close(value(sample, "x", statistic), expected), statistic
    for table, code, key in (("q", "1", "share"), ("m", "m1", "item"), ("o", "net:up", "net")):
        for end, expected in zip(("low", "high"), r[key], strict=True):
            assert close(value(sample, table, f"interval_{end}", code), expected), (table, end)


def test_a_process_is_not(matrix: Path) -> None:
    found = results(matrix)
    for end, expected in zip(("low", "high"), R["sample"]["plain"], strict=True):
        assert close(value(found, "o", f"interval_{end}", "net:up"), expected)


def test_a_net_in_a_cross_table_adds_up_or_is_computed_anew(sample: Found) -> None:
    for j, (count, residual) in enumerate(zip(R["net"]["count"], R["net"]["residual"], strict=True), start=1):
        assert value(sample, "nets", "n", "net:up", str(j)) == count
        assert close(value(sample, "nets", "adjusted_residual", "net:up", str(j)), residual)


def test_what_belongs_to_a_statistic_comes_with_it(sample: Found) -> None:
    assert close(value(sample, "nets", "uncertainty_rows_p"), R["uncertainty_p"])
    assert value(sample, "nets", "uncertainty_rows_ase") > 0
    assert value(sample, "asked", "chi2_df", layer="1") == 2
    assert 0 < value(sample, "asked", "chi2_p", layer="2") < 1


def test_every_kind_of_table_has_its_numbers_in_the_report(matrix: Path) -> None:
    """Means within layers and beside shares, column shares of sets, the effective base of a weighted table."""
    found = results(matrix)
    page = (matrix / "reports" / "1" / "report.en.html").read_text("utf-8")

    def body(table: str, following: str) -> str:
        return page[page.index(f'id="table-{table}"') : page.index(f'id="table-{following}"')]

    for layer in "12":
        shown = value(found, "layer", "mean", "", "1", layer)
        assert f">{shown:.1f}" in body("layer", "by_items")
    mean = value(found, "mixed", "mean", "", "1")
    assert f"{mean:.1f}" in body("mixed", "sets")
    for item in ("k1", "k2"):
        share = value(found, "sets", "column_share", "m1", item)
        assert f"{100 * share:.1f}" in body("sets", "weighted")
    effective = value(found, "weighted", "effective_n", "", "1")
    both = CASES[CASES.grp == 1].w
    assert close(effective, both.sum() ** 2 / (both**2).sum())
    assert f"{effective:.1f}" in body("weighted", "asked")


def test_letters_between_items_stand_in_their_columns(sample: Found) -> None:
    """Who mentions an item is compared over the items; a table of sets in the columns has those letters."""
    found = [sample[("by_items", "letters", g, f"m{i}", "")] for g in "12" for i in (1, 2, 3)]
    assert all(np.isfinite(one.value) for one in found)
