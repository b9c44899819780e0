"""``finite_population`` of study.yml: tests with the correction as R has them, and without, on its ``apiclus1``."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pipeline.cli import main

ORACLE = Path(__file__).parent / "oracles" / "finite_population.csv"
SCHOOLS = Path(__file__).parents[1] / "statistics" / "oracles" / "design_api.csv"
STUDY = """
title: T
languages: [en, it]
population: {name: Schools, unit: {en: {one: school, many: schools}, it: {one: scuola, many: scuole}}}
inference: sample
weights: {variable: w}
design: {cluster: group, population: N}
"""
CODEBOOK = """
variables:
  w: {label: W, kind: weight}
  group: {label: D, kind: numeric}
  N: {label: N, kind: numeric}
  wide: {label: Wide, kind: nominal, categories: {0: "No", 1: "Yes"}}
  type: {label: Type, kind: nominal, categories: {0: E, 1: H, 2: M}}
  api00: {label: API, kind: numeric}
"""
REPORT = """
sections:
  - section: a
    title: A
    contents:
      - {table: x, title: X, rows: wide, columns: type, all_statistics: true}
      - {table: t, title: T, rows: api00, columns: wide, all_statistics: true}
"""


def expected(column: str) -> dict[str, float]:
    with ORACLE.open() as file:
        return {row["number"]: float(row[column]) for row in csv.DictReader(file)}


def study(folder: Path, more: str) -> Path:
    raw = folder / "data" / "raw" / "1"
    raw.mkdir(parents=True)
    d = pd.read_csv(SCHOOLS)
    d = d[d["sample"] == "clus1"][["w", "group", "N", "wide", "type", "api00"]].astype(float)
    pyreadstat.write_sav(d, str(raw / "survey.sav"))
    (raw / "source.yml").write_text("title: t\n")
    for name, text in (("study", STUDY + more), ("codebook", CODEBOOK), ("report", REPORT)):
        (folder / f"{name}.yml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("line", "column"),
    [("", "without"), ("finite_population: descriptions\n", "without"), ("finite_population: tests too\n", "with")],
)
def test_tests_are_those_of_r(tmp_path: Path, line: str, column: str) -> None:
    assert main(["tabulate", "--study", str(study(tmp_path, line))]) == 0
    rows = pd.read_parquet(tmp_path / "data" / "processed" / "1" / "results.parquet")
    found = {(r.table_id, r.statistic): r.value for r in rows.itertuples() if not r.row_code and not r.col_code}
    r = expected(column)
    for ours, theirs in (("", "f"), ("_df1", "f_df1"), ("_df2", "f_df2"), ("_p", "f_p")):
        assert found["x", f"rao_scott_f{ours}"] == pytest.approx(r[theirs], rel=1e-9)
    # svyttest takes the second group's mean less the first's
    assert found["t", "design_t"] == pytest.approx(-r["t"], rel=1e-9)
    assert found["t", "design_t_df"] == r["t_df"]
    assert found["t", "design_t_p"] == pytest.approx(r["t_p"], rel=1e-9)


@pytest.mark.parametrize(("lang", "said"), [("en", "as the study asks, into tests"), ("it", "come chiede lo studio")])
def test_the_methods_say_whether_tests_are_corrected(tmp_path: Path, lang: str, said: str) -> None:
    for line, there in (("", False), ("finite_population: tests too\n", True)):
        folder = study(tmp_path / str(there), line)
        assert main(["report", "--study", str(folder), "--formats", "html", "--lang", lang]) == 0
        page = (folder / "reports" / "1" / f"report.{lang}.html").read_text()
        assert (said in page) == there
        assert "svyttest" in page or not there
