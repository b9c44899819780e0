"""Changes between two waves of a stratified cluster sample, against R's survey package.

R 4.2.2, survey 4.1-1, on the cases that :func:`cases` makes, written to cases.csv (``cases("1")`` and ``("2")``
stacked, with their wave):

    d <- read.csv("cases.csv")
    d$s <- interaction(d$wave, d$st); d$a <- as.numeric(d$q == 1); d$bc <- as.numeric(d$q != 1)
    des <- svydesign(ids = ~interaction(wave, st, psu), strata = ~s, weights = ~w, data = d)
    one <- function(name) {
      with <- des[!is.na(d[[name]]), ]; df <- degf(with)
      est <- svyby(as.formula(paste0("~", name)), ~wave, with, svymean, covmat = TRUE)
      x <- svycontrast(est, c(-1, 1))
      v <- coef(x); e <- as.numeric(SE(x))
      sprintf("%.15g", c(v, v - qt(.975, df) * e, v + qt(.975, df) * e, 2 * pt(-abs(v / e), df), df))
    }
    for (name in c("a", "bc", "y", "m1")) print(one(name))
"""

from __future__ import annotations

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
weights: {variable: w}
design: {strata: st, cluster: psu}
"""
CODEBOOK = """
variables:
  st: {label: S, kind: nominal, categories: {1: A, 2: B, 3: C}}
  psu: {label: P, kind: numeric}
  w: {label: W, kind: weight}
  q: {label: Q, kind: nominal, categories: {1: a, 2: b, 3: c}, nets: {bc: {label: B or C, codes: [2, 3]}}}
  m1: {label: M1, kind: nominal, categories: {0: no, 1: yes}}
  m2: {label: M2, kind: nominal, categories: {0: no, 1: yes}}
  y: {label: Y, kind: numeric}
sets:
  m: {label: M, kind: dichotomies, members: [m1, m2], counted: 1}
"""
REPORT = """
sections:
  - section: a
    title: A
    contents:
      - {table: q, title: Q, rows: q}
      - {table: m, title: M, rows: m}
      - {table: y, title: Y, rows: y}
"""
# change, low, high, p, degrees of freedom: clusters minus strata over both waves
EXPECTED = {
    ("q", "1"): (-0.0801398142129221, -0.233239120732229, 0.0729594923063847, 0.292314309324065, 27),
    ("q", "net:bc"): (0.0801398142129222, -0.0729594923063847, 0.233239120732229, 0.292314309324065, 27),
    ("y", ""): (0.87735010536381, 0.125231122079131, 1.62946908864849, 0.0240353723164633, 25),
    ("m", "m1"): (0.0648131897614617, -0.113606186311023, 0.243232565833946, 0.462497128454485, 27),
}


def cases(wave: str) -> pd.DataFrame:
    """Three strata of six clusters of five cases (wave 1), of five clusters of six (wave 2); some without ``y``."""
    clusters, size = {"1": (6, 5), "2": (5, 6)}[wave]
    r = np.random.RandomState(int(wave))
    n = 3 * clusters * size
    d = pd.DataFrame(
        {
            "st": np.repeat([1, 2, 3], clusters * size),
            "psu": np.tile(np.repeat(np.arange(1, clusters + 1), size), 3),
            "w": np.round(r.uniform(0.5, 3, n), 2),
        }
    ).astype(float)
    d["q"] = r.randint(1, 4, n).astype(float)
    d["m1"] = (r.uniform(size=n) < 0.3 + 0.1 * int(wave)).astype(float)
    d["m2"] = (r.uniform(size=n) < 0.6).astype(float)
    y = np.round(r.normal(10 + int(wave), 2, n) + d.psu * 0.3, 2)
    d["y"] = np.where((d.st == 2) & (d.psu == 1), np.nan, y)
    return d


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("design") / "study"
    for wave in ("1", "2"):
        raw = folder / "data" / "raw" / wave
        raw.mkdir(parents=True)
        pyreadstat.write_sav(cases(wave), str(raw / "survey.sav"))
    for name, text in (("study", STUDY), ("codebook", CODEBOOK), ("report", REPORT)):
        (folder / f"{name}.yml").write_text(text)
    assert main(["report", "--study", str(folder), "--formats", "html"]) == 0
    return pd.read_parquet(folder / "reports" / "comparison" / "results.parquet")


@pytest.mark.parametrize(("variable", "code"), sorted(EXPECTED))
def test_a_change_stands_on_the_design(changes: pd.DataFrame, variable: str, code: str) -> None:
    rows = changes[(changes.wave == "2") & (changes.row_var == variable) & (changes.row_code == code)]
    found = rows.set_index("statistic")
    *values, df = EXPECTED[variable, code]
    for statistic, value in zip(("change", "change_low", "change_high", "change_p"), values, strict=True):
        assert found.loc[statistic, "value"] == pytest.approx(value, rel=1e-9), statistic
    assert found.loc["change_p", "method"].endswith(f"design_t df={df:g}")
