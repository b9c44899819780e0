"""Every test of a table under strata, clusters, replicate weights and raking, through the stages, against R's survey.

The values and the cases are made by ``oracles/designs.R``; log relative errors are at least 9.
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

ORACLES = Path(__file__).parent / "oracles"
R: dict[str, Any] = json.loads((ORACLES / "designs.json").read_text())
CASES = pd.read_csv(ORACLES / "designs_cases.csv")
REPLICATES = [name for name in CASES if "_" in name]

STUDY = """
title: T
languages: [en]
population: {name: People, unit: {en: {one: person, many: persons}}}
inference: sample
comparisons: {least_expected: 0}
"""
CODEBOOK = """
variables:
  st: {label: S, kind: nominal, categories: {1: A, 2: B, 3: C}}
  psu: {label: P, kind: numeric}
  N: {label: N, kind: numeric}
  w: {label: W, kind: weight}
  q: {label: Q, kind: nominal, categories: {1: a, 2: b, 3: c}}
  grp: {label: G, kind: nominal, categories: {1: x, 2: y}}
  b: {label: B, kind: nominal, categories: {1: x, 2: y}}
  o: {label: O, kind: ordinal, categories: {1: low, 2: middle, 3: high}}
  e: {label: E, kind: nominal, categories: {0: 'no', 1: 'yes'}}
  x: {label: X, kind: numeric}
  y: {label: Y, kind: numeric}
  z: {label: Z, kind: numeric}
  v: {label: V, kind: numeric}
"""
SETS = """
sets:
  m: {label: M, kind: dichotomies, members: [m1, m2, m3], counted: 1}
  k: {label: K, kind: dichotomies, members: [k1, k2], counted: 1}
  one: {label: One, kind: dichotomies, members: [m1], counted: 1}
"""
REPORT = """
sections:
  - section: a
    title: A
    contents:
      - {table: q, title: Q, rows: q}
      - {table: y, title: Y, rows: y}
      - {table: qg, title: QG, rows: q, columns: grp, all_statistics: true}
      - {table: layered, title: L, rows: q, columns: grp, layer: b, all_statistics: true}
      - {table: two, title: Two, rows: y, columns: grp, all_statistics: true}
      - {table: three, title: Three, rows: y, columns: q, all_statistics: true}
      - {table: ranks, title: R, rows: v, columns: q, all_statistics: true}
      - {table: by_mention, title: BM, rows: y, columns: m, all_statistics: true}
      - {table: xy, title: XY, rows: x, columns: y, statistics: [pearson_r, pearson_r_se, spearman_rho_p, tau_b_p]}
      - {table: paired, title: P, rows: x, columns: y, statistics: [paired_t, paired_se, wilcoxon_p]}
      - {table: m, title: M, rows: m, columns: grp, all_statistics: true}
      - {table: one, title: One, rows: one, columns: grp, all_statistics: true}
      - {table: mk, title: MK, rows: m, columns: k, all_statistics: true}
      - {table: linear, title: M, model: {kind: linear, outcome: y, predictors: [x, q]}}
      - {table: logistic, title: M, model: {kind: logistic, outcome: e, event: 1, predictors: [x, q]}}
      - {table: poisson, title: M, model: {kind: poisson, outcome: z, predictors: [x, grp]}}
      - {table: ordinal, title: M, model: {kind: ordinal, outcome: o, predictors: [x, grp]}}
"""

Found = dict[tuple[str, str, str, str, str], Any]


def write(folder: Path, more: str, report: str = REPORT) -> None:
    raw = folder / "data" / "raw" / "1"
    raw.mkdir(parents=True)
    pyreadstat.write_sav(CASES.astype(float), str(raw / "survey.sav"))
    (raw / "source.yml").write_text("title: t\n")
    items = "".join(
        f"  {name}: {{label: {name}, kind: nominal, categories: {{0: 'no', 1: 'yes'}}}}\n"
        for name in ("m1", "m2", "m3", "k1", "k2", "g1")
    )
    weights = "".join(f"  {name}: {{label: r, kind: weight}}\n" for name in REPLICATES)
    (folder / "study.yml").write_text(STUDY + more)
    (folder / "codebook.yml").write_text(CODEBOOK + items + weights + SETS)
    (folder / "report.yml").write_text(report)


def results(folder: Path) -> Found:
    """The result rows by table, statistic, row code, column code and layer code."""
    rows = pd.read_parquet(folder / "data" / "processed" / "1" / "results.parquet")
    return {(r.table_id, r.statistic, r.row_code, r.col_code, r.layer_code): r for r in rows.itertuples()}


def computed(folder: Path, more: str) -> Found:
    write(folder, more)
    assert main(["tabulate", "--study", str(folder)]) == 0
    return results(folder)


@pytest.fixture(scope="module")
def designed(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return computed(tmp_path_factory.mktemp("design"), "weights: {variable: w}\ndesign: {strata: st, cluster: psu}\n")


def value(found: Found, table: str, statistic: str, row: str = "", column: str = "", layer: str = "") -> float:
    row_ = found[(table, statistic, row, column, layer)]
    assert row_.error == "", row_
    return float(row_.value)


def close(found: float, expected: float) -> bool:
    return bool(abs(found - expected) <= 1e-9 * max(abs(expected), 1e-12))


def compare(found: Found, table: str, expected: dict[tuple[str, ...], float]) -> None:
    for key, number in expected.items():
        got = value(found, table, *key)
        assert close(got, number), (table, key, got, number)


def check_tests(found: Found, r: dict[str, Any], ranks: bool) -> None:
    names = ("design_t", "design_t_df", "design_t_p")
    t = dict(zip(((n,) for n in names), r["t"], strict=False))
    compare(found, "two", t | {("design_t_low",): r["t"][3], ("design_t_high",): r["t"][4]})
    names = ("design_wald_f", "design_wald_df1", "design_wald_df2", "design_wald_p")
    compare(found, "three", dict(zip(((n,) for n in names), r["wald"], strict=True)))
    if ranks:
        names = ("design_rank_f", "design_rank_df1", "design_rank_df2", "design_rank_p")
        compare(found, "ranks", dict(zip(((n,) for n in names), r["rank"], strict=True)))
    names = ("rao_scott_f", "rao_scott_f_df1", "rao_scott_f_df2", "rao_scott_f_p")
    compare(found, "qg", dict(zip(((n,) for n in names), r["chisq"], strict=True)))
    compare(found, "layered", dict(zip(((n, "", "", "1") for n in names), r["layered"], strict=True)))
    compare(found, "xy", {("pearson_r",): r["correlation"]["r"], ("pearson_r_se",): r["correlation"]["se"]})
    chi2 = r["multiple"]
    compare(found, "m", {("mrcv_chi2",): chi2["chi2"], ("mrcv_rs_chi2",): chi2["rs"], ("mrcv_rs_df",): chi2["df"],
                         ("mrcv_rs_p",): chi2["p"]})  # fmt: skip
    ses = np.array(chi2["se"])  # by svyby: a row per item, a column per group
    compare(found, "m", {("share_of_cases_se", f"m{i + 1}", str(g + 1)): ses[i, g] for i in range(3) for g in (0, 1)})
    for table, terms in (("linear", ("", "2", "3")), ("logistic", ("", "2", "3")), ("poisson", ("", "2"))):
        codes = ("intercept", *terms)
        for statistic, key in (("coefficient", "coef"), ("coefficient_se", "se"), ("coefficient_p", "p")):
            compare(found, table, dict(zip(((statistic, c) for c in codes), r[table][key], strict=True)))
    names = ("model_f", "model_f_df1", "model_f_df2", "model_f_p")
    compare(found, "linear", dict(zip(((n,) for n in names), r["f"], strict=True)))


def check_means(found: Found, r: dict[str, Any]) -> None:
    compare(found, "y", {("mean",): r["mean"], ("se",): r["se"]})
    compare(found, "three", {("se", "", str(g + 1)): se for g, se in enumerate(r["by"])})
    compare(found, "q", {("valid_share_se", str(i + 1)): se for i, se in enumerate(r["share_se"])})


def test_tests_of_groups_tables_sets_and_models(designed: Found) -> None:
    check_tests(designed, R["design"], ranks=True)


def test_standard_errors_of_means_and_shares(designed: Found) -> None:
    check_means(designed, R["design"])
    low, high = R["design"]["interval"]
    compare(designed, "q", {("interval_low", "1"): low, ("interval_high", "1"): high})


def test_ordinal_model(designed: Found) -> None:
    """svyolr finds its maximum by a general search, to some six digits."""
    r = R["design"]["ordinal"]
    found = [r_ for key, r_ in designed.items() if key[:2] == ("ordinal", "coefficient")]
    assert sorted(x.value for x in found) == pytest.approx(sorted(r["coef"]), rel=1e-4)
    found = [r_ for key, r_ in designed.items() if key[:2] == ("ordinal", "coefficient_se")]
    assert sorted(x.value for x in found) == pytest.approx(sorted(r["se"]), rel=1e-4)


def test_one_item_in_two_groups_is_tested_as_two_shares(designed: Found) -> None:
    r = R["design"]["single"]
    assert close(value(designed, "one", "mrcv_rs_p"), r["p"])
    ratio = value(designed, "one", "mrcv_rs_chi2") / value(designed, "one", "mrcv_rs_df")
    assert close(ratio, r["F"])


NAIVE = (
    ("qg", "chi2_p"), ("qg", "fisher_p"), ("qg", "likelihood_ratio_p"), ("two", "t_p"), ("two", "welch_p"),
    ("two", "mann_whitney_u_p"), ("two", "cohens_d_low"), ("three", "anova_p"), ("three", "kruskal_h_p"),
    ("three", "levene_f_p"), ("three", "eta_squared_low"), ("xy", "spearman_rho_p"), ("xy", "tau_b_p"),
    ("paired", "wilcoxon_p"), ("m", "mrcv_permutation_p"),
)  # fmt: skip


def test_no_test_for_independent_cases_is_made(designed: Found) -> None:
    for table, statistic in NAIVE:
        row = designed.get((table, statistic, "", "", ""))
        assert row is None or (np.isnan(row.value) and row.error), (table, statistic)


def test_nor_is_one_made_of_unweighted_cases_in_clusters(tmp_path: Path) -> None:
    found = computed(tmp_path, "design: {strata: st, cluster: psu}\n")
    for table, statistic in NAIVE:
        row = found.get((table, statistic, "", "", ""))
        assert row is None or (np.isnan(row.value) and row.error), (table, statistic)
    assert value(found, "two", "design_t_df") == 20
    assert value(found, "three", "design_wald_df2") == 19


def test_the_finite_population_correction_goes_into_errors_and_not_into_tests(tmp_path: Path) -> None:
    found = computed(tmp_path, "weights: {variable: w}\ndesign: {strata: st, cluster: psu, population: N}\n")
    check_means(found, R["corrected"])
    check = {k: v for k, v in R["design"].items() if k != "multiple"} | {
        "multiple": R["design"]["multiple"] | {"se": np.array(R["corrected"]["item_se"])}
    }
    compare(found, "two", {("design_t",): check["t"][0]})
    compare(found, "qg", {("rao_scott_f",): check["chisq"][0]})
    compare(found, "m", {("mrcv_rs_p",): check["multiple"]["p"]})
    compare(found, "linear", {("coefficient_se", "2"): check["linear"]["se"][2]})


def test_a_process_has_no_population_to_correct_for(tmp_path: Path) -> None:
    more = "weights: {variable: w}\ndesign: {strata: st, cluster: psu, population: N}\n"
    write(tmp_path, more)
    text = (tmp_path / "study.yml").read_text().replace("inference: sample", "inference: process")
    (tmp_path / "study.yml").write_text(text)
    assert main(["tabulate", "--study", str(tmp_path)]) == 0
    check_means(results(tmp_path), R["design"])


def test_a_stratum_of_one_cluster_gives_the_reason(tmp_path: Path) -> None:
    found = computed(tmp_path, "weights: {variable: w}\ndesign: {strata: psu, cluster: st}\n")  # 8 strata of 3
    assert value(found, "y", "se") > 0
    lonely = computed(tmp_path / "lonely", "weights: {variable: w}\ndesign: {strata: st, cluster: st}\n")
    for table, statistic in (("y", "se"), ("two", "design_t"), ("three", "design_wald_f"), ("m", "mrcv_rs_p")):
        assert lonely[(table, statistic, "", "", "")].error == "lonely_psu", (table, statistic)
    assert lonely[("linear", "coefficient_se", "2", "", "")].error == "lonely_psu"
    assert np.isnan(lonely[("qg", "rao_scott_f", "", "", "")].value)


KINDS = {
    "jkn": "{variables: jkn_1-jkn_24, type: jkn, rscales: 0.875, df: 21}",
    "jk1": "{variables: jka_*, type: jk1}",
    "brr": "{variables: 'brr_*', type: brr}",
    "fay": "{variables: fay_*, type: fay, rho: 0.3}",
    "bootstrap": "{variables: boot_1 - boot_20, type: bootstrap}",
    "mse": f"{{variables: jkn_*, type: jkn, rscales: [{', '.join(['0.875'] * 24)}], mse: true}}",
}


@pytest.mark.parametrize("kind", KINDS)
def test_replicate_weights(kind: str, tmp_path: Path) -> None:
    found = computed(tmp_path, f"weights: {{variable: w, replicates: {KINDS[kind]}}}\n")
    r = R["replicates"][kind]
    check_means(found, r)
    check_tests(found, r, ranks=False)


def test_raked_weights_and_their_standard_errors(tmp_path: Path) -> None:
    margins = "{q: {1: 100, 2: 90, 3: 110}, b: {1: 120, 2: 180}}"
    more = f"weights: {{variable: raked, start: w, rake: {margins}}}\ndesign: {{strata: st, cluster: psu}}\n"
    report = REPORT + "      - {table: x, title: X, rows: x}\n"
    write(tmp_path, more, report)
    assert main(["tabulate", "--study", str(tmp_path)]) == 0
    found = results(tmp_path)
    weights = pd.read_parquet(tmp_path / "data" / "processed" / "1" / "responses.parquet")["raked"]
    np.testing.assert_allclose(weights, R["raked"]["weights"], rtol=1e-8)
    np.testing.assert_allclose(weights, R["ipf"]["weights"], rtol=1e-8)
    compare(found, "x", {("mean",): R["raked"]["x"]})
    assert value(found, "x", "se") == pytest.approx(R["raked"]["x_se"], rel=1e-8)
    assert value(found, "qg", "rao_scott_f_p") == pytest.approx(R["raked"]["chisq"][1], rel=1e-7)
    assert value(found, "codebook", "raking_iterations") >= 2
    assert value(found, "codebook", "raking_deviation") < 1e-9
    for code, total in (("1", 100), ("2", 90), ("3", 110)):
        assert close(value(found, "codebook", "raking_target", code), total) or code in "12"
        assert value(found, "codebook", "raking_reached", code) > 0


def test_post_stratification_is_raking_to_one_margin(tmp_path: Path) -> None:
    rake = "{q: {1: 100, 2: 90, 3: 110}}"
    more = f"weights: {{variable: post, start: w, rake: {rake}}}\ndesign: {{strata: st, cluster: psu}}\n"
    write(tmp_path, more, REPORT + "      - {table: x, title: X, rows: x}\n")
    assert main(["tabulate", "--study", str(tmp_path)]) == 0
    found = results(tmp_path)
    weights = pd.read_parquet(tmp_path / "data" / "processed" / "1" / "responses.parquet")["post"]
    np.testing.assert_allclose(weights, R["post"]["weights"], rtol=1e-12)
    compare(found, "x", {("mean",): R["post"]["x"], ("se",): R["post"]["x_se"]})
    compare(found, "qg", {("rao_scott_f_p",): R["post"]["chisq"][1]})
    assert value(found, "codebook", "raking_iterations") == 1
