"""Strata, clusters and raking through the stages, against R's survey package.

R 4.2.2, survey 4.1-1, on the cases that :func:`cases` makes, written to cases.csv:

    d <- read.csv("cases.csv")
    des <- svydesign(ids = ~psu, strata = ~st, weights = ~w, data = d, nest = TRUE)
    svymean(~y, des); SE(svymean(~factor(q), des))
    x <- svychisq(~q + g, des, statistic = "F"); x$statistic; x$parameter; x$p.value
    confint(svyciprop(~I(q == 1), des, method = "logit"))
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline.cli import main

STUDY = """
title: T
languages: [en]
population: {name: People, unit: {en: {one: person, many: persons}}}
inference: sample
"""
CODEBOOK = """
variables:
  st: {label: S, kind: nominal, categories: {1: A, 2: B, 3: C}}
  psu: {label: P, kind: numeric}
  w: {label: W, kind: weight}
  q: {label: Q, kind: nominal, categories: {1: a, 2: b, 3: c}}
  g: {label: G, kind: nominal, categories: {1: x, 2: y}}
  y: {label: Y, kind: numeric}
"""
REPORT = """
sections:
  - section: a
    title: A
    contents:
      - {table: q, title: Q, rows: q}
      - {table: y, title: Y, rows: y}
      - {table: qg, title: QG, rows: q, columns: g, all_statistics: true}
      - {table: gs, title: GS, rows: [st, g]}
"""


def cases() -> pd.DataFrame:
    """240 cases in 3 strata of 8 clusters of 10."""
    r = np.random.RandomState(5)
    n = 240
    d = pd.DataFrame(
        {
            "st": np.repeat([1, 2, 3], 80),
            "psu": np.tile(np.repeat(np.arange(1, 9), 10), 3),
            "w": np.round(r.uniform(0.5, 3, n), 2),
        }
    )
    d["q"] = r.randint(1, 4, n)
    d["g"] = r.randint(1, 3, n)
    d["y"] = np.round(r.normal(10, 2, n) + d.psu * 0.3, 2)
    return d.astype(float)


def study(folder: Path, more: str) -> dict[tuple[str, str, str, str], float]:
    """A study of these cases with some lines more; its results by table, statistic, variable and code."""
    raw = folder / "data" / "raw" / "1"
    raw.mkdir(parents=True)
    pyreadstat.write_sav(cases(), str(raw / "survey.sav"))
    (raw / "source.yml").write_text("title: t\n")
    for name, text in (("study", STUDY + more), ("codebook", CODEBOOK), ("report", REPORT)):
        (folder / f"{name}.yml").write_text(text)
    assert main(["tabulate", "--study", str(folder)]) == 0
    rows = pd.read_parquet(folder / "data" / "processed" / "1" / "results.parquet")
    return {(r.table_id, r.statistic, r.row_var, r.row_code): r.value for r in rows.itertuples()}


def test_strata_and_clusters_give_the_numbers_of_r(tmp_path: Path) -> None:
    found = study(tmp_path, "weights: {variable: w}\ndesign: {strata: st, cluster: psu}\n")
    expected = {
        ("q", "valid_share", "q", "1"): 0.249711091720,
        ("q", "valid_share_se", "q", "1"): 0.0311169923839,
        ("q", "valid_share_se", "q", "2"): 0.0251514135339,
        ("q", "valid_share_se", "q", "3"): 0.0362743037685,
        ("q", "interval_low", "q", "1"): 0.190687823541,
        ("q", "interval_high", "q", "1"): 0.31978492142,
        ("qg", "rao_scott_f", "q", ""): 0.0868633246866,
        ("qg", "rao_scott_f_df1", "q", ""): 1.89741945219,
        ("qg", "rao_scott_f_df2", "q", ""): 39.84580849607,
        ("qg", "rao_scott_f_p", "q", ""): 0.908378631636,
    }
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, rel=1e-9), key
    # svymean prints four digits
    assert found[("y", "mean", "y", "")] == pytest.approx(11.157, abs=5e-4)
    assert found[("y", "se", "y", "")] == pytest.approx(0.2132, abs=5e-5)


def test_without_a_design_the_standard_error_is_another(tmp_path: Path) -> None:
    found = study(tmp_path, "weights: {variable: w}\n")
    assert abs(found[("y", "se", "y", "")] - 0.2132) > 0.01


def test_raked_weights_meet_their_margins(tmp_path: Path) -> None:
    margins = "{st: {1: 100, 2: 100, 3: 40}, g: {1: 90, 2: 150}}"
    found = study(tmp_path, f"weights: {{variable: raked, rake: {margins}}}\n")
    for code, total in (("1", 100), ("2", 100), ("3", 40)):
        assert found[("gs", "count", "st", code)] == pytest.approx(total, rel=1e-9)
    for code, total in (("1", 90), ("2", 150)):
        assert found[("gs", "count", "g", code)] == pytest.approx(total, rel=1e-9)


def test_margins_that_no_weights_can_meet_stop_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError):
        study(tmp_path, "weights: {variable: raked, rake: {st: {1: 100, 2: 100, 3: 40}, g: {1: 90, 2: 90}}}\n")
    assert "240" in capsys.readouterr().err
