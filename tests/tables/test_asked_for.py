"""What a table asks for stands in its results and in the report, or the reason why not.

Intervals of column shares: R's values from ``oracles/column_share_intervals.R``, of ``oracles/designs_cases.csv``.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline.cli import main
from pipeline.statistics import core
from pipeline.statistics.registry import declared, known
from tests.tables import test_designs_everywhere as designs

R: dict[str, list[float]] = json.loads((designs.ORACLES / "column_share_intervals.json").read_text())
INTERVALS = """
sections:
  - section: a
    title: A
    contents:
      - {table: qg, title: T, rows: q, columns: grp, statistics: [interval_low, interval_high]}
"""


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("weighted", "weights: {variable: w, kind: probability}\n"),
        ("designed", "weights: {variable: w}\ndesign: {strata: st, cluster: psu}\n"),
        ("corrected", "weights: {variable: w}\ndesign: {strata: st, cluster: psu, population: N}\n"),
        ("simple", ""),
    ],
)
def test_intervals_of_column_shares_are_those_of_r(tmp_path: Path, name: str, more: str) -> None:
    designs.write(tmp_path, more, INTERVALS)
    if name == "simple":
        (tmp_path / "data" / "raw" / "1" / "source.yml").write_text("title: t\npopulation: 400\n")
    assert main(["tabulate", "--study", str(tmp_path)]) == 0
    found = designs.results(tmp_path)
    method = "wilson_column_share" if name == "simple" else "logit_column_share"
    if name in ("simple", "corrected"):
        method += " finite_population_corrected"
    expected = iter(np.array(R[name]).reshape(-1, 3)[:, :2].ravel())
    for row in "123":
        for column in "12":
            for end in ("low", "high"):
                one = found["qg", f"interval_{end}", row, column, ""]
                assert one.value == pytest.approx(next(expected), rel=1e-9)
                assert one.method == method


STUDY = """
title: T
languages: [en, it]
population: {name: People, unit: {en: {one: person, many: persons}, it: {one: persona, many: persone}}, size: 20}
inference: %s
"""
CODEBOOK = """
variables:
  a: {label: First, kind: numeric}
  b: {label: Second, kind: numeric}
  g: {label: Group, kind: nominal, categories: {1: one, 2: two, 3: three}}
  h: {label: Half, kind: nominal, categories: {1: left, 2: right}}
  r1: {label: Coder 1, kind: nominal, categories: {1: A, 2: B, 3: C, 4: D, 5: E}}
  r2: {label: Coder 2, kind: nominal, categories: {1: A, 2: B, 3: C, 4: D, 5: E}}
  r3: {label: Coder 3, kind: nominal, categories: {1: A, 2: B, 3: C, 4: D, 5: E}}
  r4: {label: Coder 4, kind: nominal, categories: {1: A, 2: B, 3: C, 4: D, 5: E}}
batteries:
  coders: {label: Coders, members: [r1, r2, r3, r4]}
"""
REPORT = """
sections:
  - section: s
    title: S
    contents:
      - {table: pairs, title: P, rows: a, columns: b, kind: correlation, statistics: [paired_t, wilcoxon_p]}
      - {table: items, title: I, rows: a, columns: b, kind: correlation, statistics: [alpha_if_deleted]}
      - {table: coders, title: C, rows: coders, kind: reliability, statistics: [krippendorff_alpha, item_mean]}
      - {table: groups, title: G, rows: a, columns: g, kind: means, statistics: [anova_f, tukey]}
      - {table: shares, title: S, rows: h, columns: g, statistics: [n, interval_low, anova_f]}
"""
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: four observers, twelve units.
OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# R 4.2.2, a = FIRST, b = SECOND, g = rep(1:3, each = 4)
PAIRED_T, PEARSON = 2.75741989656659, 0.889964505390124  # t.test(a, b, paired = TRUE)$statistic; cor(a, b)
TUKEY = (("one – two", 1.85, 0.258544), ("one – three", 3.25, 0.037294), ("two – three", 1.40, 0.438276))
FIRST = [3.1, 4.0, 5.2, 6.3, 4.4, 5.5, 7.9, 8.2, 6.1, 9.0, 7.7, 8.8]
SECOND = [2.9, 4.4, 4.1, 5.0, 4.5, 4.2, 6.6, 8.9, 5.0, 7.1, 7.9, 7.0]


def study(folder: Path, mode: str, report: str = REPORT, codebook: str = CODEBOOK, more: str = "") -> Path:
    raw = folder / "data" / "raw" / "1"
    raw.mkdir(parents=True)
    codes = np.array([[np.nan if x == "." else float(x) for x in line.split()] for line in OBSERVERS.split("\n")[1:5]])
    cases = pd.DataFrame({"a": FIRST, "b": SECOND, "g": np.repeat([1.0, 2.0, 3.0], 4), "h": [1.0, 2.0] * 6})
    for i in range(4):
        cases[f"r{i + 1}"] = codes[i]
    pyreadstat.write_sav(cases, str(raw / "survey.sav"))
    (raw / "source.yml").write_text("title: t\n")
    (folder / "study.yml").write_text(STUDY % mode + more)
    (folder / "codebook.yml").write_text(codebook)
    (folder / "report.yml").write_text(report)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = study(tmp_path_factory.mktemp("asked"), "process")
    assert main(["report", "--study", str(folder), "--formats", "html"]) == 0
    return folder


def numbers(folder: Path, table: str) -> dict[str, Any]:
    rows = pd.read_parquet(folder / "data" / "processed" / "1" / "results.parquet")
    return {r.statistic: r for r in rows[(rows.table_id == table) & (rows.row_code == "")].itertuples()}


def shown(folder: Path, table: str, lang: str = "en") -> str:
    page = (folder / "reports" / "1" / f"report.{lang}.html").read_text()
    part = page[page.index(f'id="table-{table}"') :]
    return html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", part[: part.index("</figure>")])))


def test_a_comparison_of_pairs_is_shown(made: Path) -> None:
    assert numbers(made, "pairs")["paired_t"].value == pytest.approx(PAIRED_T, rel=1e-9)
    assert numbers(made, "pairs")["pearson_r"].value == pytest.approx(PEARSON, rel=1e-9)
    text = shown(made, "pairs")
    assert f"Paired t = {PAIRED_T:.2f}; df = 11" in text and "Wilcoxon" in text and f"{PEARSON:.2f}" in text


def test_statistics_of_items_have_no_place_in_a_pair(made: Path) -> None:
    one = numbers(made, "items")["alpha_if_deleted"]
    assert np.isnan(one.value) and one.error == "not_for_these_variables"
    assert "does not exist for variables of these kinds" in shown(made, "items")
    assert "non esiste per variabili di questo tipo" in shown(made, "items", "it")


def test_krippendorff_takes_units_that_not_all_have_coded(made: Path) -> None:
    one = numbers(made, "coders")["krippendorff_alpha"]
    assert one.value == pytest.approx(0.743421052631579, rel=1e-12)
    assert one.n == 11  # the twelfth unit has one code
    text = shown(made, "coders")
    assert "Krippendorff’s alpha = 0.74" in text and "Base: 11 persons" in text


def test_pairs_of_groups_are_shown_with_the_table(made: Path) -> None:
    # R 4.2.2: TukeyHSD(aov(a ~ factor(g)))
    text = shown(made, "groups")
    for pair, away, p in TUKEY:
        assert f"{pair} −{away:.2f}, p = {p:.3f}" in text
    assert "Analysis of variance: F" in text


def test_what_does_not_exist_for_the_variables_is_said(made: Path) -> None:
    found = numbers(made, "shares")
    assert found["anova_f"].error == "not_for_these_variables"
    # Wilson (1927) for 2 of 4: (k + z²/2 − z√(k(n − k)/n + z²/4))/(n + z²) with z = 1.959963984540054
    rows = pd.read_parquet(made / "data" / "processed" / "1" / "results.parquet")
    low = rows[(rows.table_id == "shares") & (rows.statistic == "interval_low")].value
    z2 = 1.959963984540054**2
    assert low.to_numpy() == pytest.approx([(2 + z2 / 2 - (z2 * (1 + z2 / 4)) ** 0.5) / (4 + z2)] * 6, rel=1e-12)


def test_a_description_leaves_tests_out_without_a_word(tmp_path: Path) -> None:
    folder = study(tmp_path, "description")
    assert main(["tabulate", "--study", str(folder)]) == 0
    for table, gone in (("pairs", "paired_t"), ("groups", "tukey_p"), ("groups", "anova_f"), ("shares", "anova_f")):
        assert gone not in numbers(folder, table)
    assert numbers(folder, "coders")["krippendorff_alpha"].value == pytest.approx(0.743421052631579, rel=1e-12)


def test_post_hoc_tests_under_a_weight_have_their_reason(tmp_path: Path) -> None:
    more = "weights: {variable: b, kind: probability}\n"
    folder = study(tmp_path, "process", codebook=CODEBOOK.replace("Second, kind: numeric", "Second, kind: weight"),
                   report=REPORT.replace("rows: a, columns: b", "rows: a, columns: a"), more=more)  # fmt: skip
    assert main(["tabulate", "--study", str(folder)]) == 0
    assert numbers(folder, "groups")["tukey_p"].error == "weights_need_design_based"


def test_methods_define_what_scales_and_post_hoc_tests_show(made: Path) -> None:
    for lang, words in (
        ("en", ("Krippendorff’s alpha", "Studentized range")),
        ("it", ("Krippendorff", "Range studen")),
    ):
        page = html.unescape((made / "reports" / "1" / f"report.{lang}.html").read_text())
        methods = page[page.rindex('id="methods') :] if 'id="methods' in page else page
        for word in words:
            assert word in methods


KINDS = {
    core.Crosstab: "rows: h, columns: g, kind: crosstab",
    core.Distribution: "rows: a, kind: summary",
    core.GroupedDistribution: "rows: a, columns: h, kind: means",
    core.LayeredCrosstab: "rows: h, columns: g, layer: r1, kind: crosstab",
    core.Patterns: "rows: a, columns: b, kind: correlation",
}


def test_every_registered_statistic_can_be_asked_for(tmp_path: Path) -> None:
    asked = [(kind, name) for kind in KINDS for name in known(kind)]
    tables = "".join(
        f"      - {{table: t{i}, title: T, {KINDS[kind]}, statistics: [{name}]}}\n"
        for i, (kind, name) in enumerate(asked)
    )
    folder = study(tmp_path, "process", report="sections:\n  - section: s\n    title: S\n    contents:\n" + tables)
    assert main(["tabulate", "--study", str(folder)]) == 0
    rows = pd.read_parquet(folder / "data" / "processed" / "1" / "results.parquet")
    there = set(zip(rows.table_id, rows.statistic, strict=True))
    assert not [name for i, (_, name) in enumerate(asked) if (f"t{i}", name) not in there and name not in declared()]
    assert not (rows.value.isna() & (rows.error == "")).any()


MODEL = """
sections:
  - section: s
    title: S
    contents:
      - {table: model, title: M, model: {kind: linear, outcome: a, predictors: [b, g]}}
"""


def test_a_model_shows_its_test_with_p_and_its_diagnostics(tmp_path: Path) -> None:
    folder = study(tmp_path, "process", report=MODEL)
    assert main(["report", "--study", str(folder), "--formats", "html"]) == 0
    text = shown(folder, "model")
    # R 4.2.2: m <- lm(a ~ b + factor(g)); summary(m)$fstatistic and its pf; max(cooks.distance(m)); 1/(1 − R²) of each
    # column of model.matrix(m) by the others, the largest
    assert "F test of the model = 13.36; df = 3; 8; p = 0.002" in text
    assert "Largest Cook’s distance = 0.55" in text and "Largest variance inflation factor = 2.22" in text
    page = html.unescape((folder / "reports" / "1" / "report.en.html").read_text())
    assert "Largest over smallest singular value" in page and "1/(1 − R²) of the predictor" in page
