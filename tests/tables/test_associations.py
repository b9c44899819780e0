"""Pairs that are screened: the comparable strength by its published formula, p by statsmodels, what is left out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from pipeline.statistics.association import cramers_v_corrected
from pipeline.statistics.core import Crosstab, Options
from tests.conftest import Ran


def corrected(counts: list[list[int]]) -> float:
    """Bergsma's formula, step by step in fractions."""
    n = sum(map(sum, counts))
    rows, columns = [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]
    chi2 = sum(
        (Fraction(x) - Fraction(rows[i] * columns[j], n)) ** 2 / Fraction(rows[i] * columns[j], n)
        for i, row in enumerate(counts) for j, x in enumerate(row)
    )  # fmt: skip
    r, c = len(rows), len(columns)
    phi2 = max(Fraction(0), chi2 / n - Fraction((r - 1) * (c - 1), n - 1))
    smaller = min(r - Fraction((r - 1) ** 2, n - 1), c - Fraction((c - 1) ** 2, n - 1))
    return float(phi2 / (smaller - 1)) ** 0.5


@pytest.mark.parametrize(
    "counts",
    [[[12, 5], [7, 26]], [[30, 10, 5], [4, 18, 9]], [[8, 9, 10], [9, 10, 8], [10, 8, 9]], [[2, 1], [1, 3]]],
)
def test_the_corrected_v_is_bergsmas(counts: list[list[int]]) -> None:
    table = Crosstab(np.array(counts), np.array(counts, dtype=float), np.array(counts, dtype=float))
    found = cramers_v_corrected(table, Options())["cramers_v_corrected"]
    assert found.value == pytest.approx(corrected(counts), abs=1e-12)


def test_chance_alone_gives_no_strength() -> None:
    """Of independent variables the plain V is well above 0 on average, the corrected one hardly."""
    rng = np.random.default_rng(3)
    plain, better = [], []
    for _ in range(300):
        x = np.histogram2d(rng.integers(0, 6, 60), rng.integers(0, 6, 60), bins=(range(7), range(7)))[0]
        x = x[x.any(axis=1)][:, x.any(axis=0)]
        plain.append((stats.chi2_contingency(x, correction=False).statistic / x.sum() / (min(x.shape) - 1)) ** 0.5)
        value = cramers_v_corrected(Crosstab(x.astype(int), x, x), Options())["cramers_v_corrected"].value
        better.append(value or 0.0)
    assert np.mean(plain) > 0.25 and np.mean(better) < 0.12


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(20261127)
    n = 400
    frame = pd.DataFrame(
        {
            "sex": rng.integers(1, 3, n).astype(float),
            "region": rng.integers(1, 5, n).astype(float),
            "income": np.round(np.exp(rng.normal(3, 0.5, n)), 1),
        }
    )
    frame["buys"] = np.where(rng.random(n) < 0.25 + 0.5 * (frame["sex"] == 2), 1.0, 2.0)
    frame["spent"] = np.round(frame["income"] * 0.4 + rng.normal(0, 4, n), 1)
    frame["log_income"] = np.log(frame["income"])
    frame["band"] = np.digitize(frame["income"], (15, 25)) + 1.0
    frame["half"] = np.where(frame["region"] <= 2, 1.0, 2.0)
    return frame


LABELS = {
    "sex": {1: "Man", 2: "Woman"}, "region": {1: "N", 2: "S", 3: "E", 4: "W"}, "buys": {1: "Yes", 2: "No"},
    "band": {1: "Low", 2: "Middle", 3: "High"}, "half": {1: "One", 2: "Other"},
}  # fmt: skip


def screened(tmp_path: Path, data: pd.DataFrame, run) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    path = tmp_path / "data.sav"
    pyreadstat.write_sav(data, str(path), variable_value_labels={k: v for k, v in LABELS.items() if k in data})
    made: Ran = run("quick", path, "--out", tmp_path / "out", "--lang", "en", "--formats", "html")
    assert made.code == 0, made.err
    results = pd.read_parquet(tmp_path / "out" / "results.parquet")
    return results[results["table_id"] == "associations"]


def test_strength_and_p_of_every_pair(tmp_path: Path, data: pd.DataFrame, run) -> None:  # type: ignore[no-untyped-def]
    rows = screened(tmp_path, data, run)
    strength = rows[rows["statistic"] == "association"].set_index(["row_var", "col_var"])
    assert len(strength) == 8 * 7 // 2
    counts = pd.crosstab(data["sex"], data["buys"]).to_numpy().tolist()
    assert strength.loc[("sex", "buys"), "value"] == pytest.approx(corrected(counts))
    r = stats.pearsonr(data["income"], data["spent"]).statistic
    assert strength.loc[("income", "spent"), "value"] == pytest.approx(r)
    groups = [g["income"] for _, g in data.groupby("region")]
    f = stats.f_oneway(*groups)
    k, n = len(groups), len(data)
    omega2 = (k - 1) * (f.statistic - 1) / ((k - 1) * (f.statistic - 1) + n)
    assert strength.loc[("income", "region"), "value"] == pytest.approx(max(omega2, 0) ** 0.5, abs=1e-9)
    adjusted = rows[rows["statistic"] == "association_p"].set_index(["row_var", "col_var"])["value"]
    tests = ["chi2_p", "welch_anova_p", "welch_p", "pearson_r_p"]
    plain = {}
    for pair in adjusted.index:
        own = rows[(rows["row_var"] == pair[0]) & (rows["col_var"] == pair[1]) & rows["statistic"].isin(tests)].dropna(
            subset="value"
        )
        plain[pair] = own.sort_values("statistic", key=lambda s: s.map(["welch_p", *tests].index))["value"].iloc[0]
    expected = multipletests([plain[pair] for pair in adjusted.index], method="fdr_bh")[1]
    assert adjusted.to_numpy() == pytest.approx(expected, abs=1e-12)


def test_what_is_made_from_another_is_no_finding(tmp_path: Path, data: pd.DataFrame, run) -> None:  # type: ignore[no-untyped-def]
    rows = screened(tmp_path, data, run)
    made = rows[(rows["statistic"] == "association") & rows["method"].str.contains("made_from_the_other")]
    assert {frozenset(p) for p in zip(made["row_var"], made["col_var"], strict=True)} == {
        frozenset(p) for p in (("income", "log_income"), ("income", "band"), ("log_income", "band"), ("half", "region"))
    }
    page = (tmp_path / "out" / "report.en.html").read_text(encoding="utf-8")
    first = page[: page.index("section-overview", page.index("</nav>"))]
    assert "buys and sex go together" in first or "sex and buys go together" in first
    assert "income rises strongly with log_income" not in page


def test_items_of_one_battery_are_not_compared() -> None:
    from pipeline.tables.associations import pairs

    battery = SimpleNamespace(members=("x", "y"))
    codebook = SimpleNamespace(sets={}, batteries={"b": battery})
    context: Any = SimpleNamespace(cases=SimpleNamespace(codebook=codebook))
    assert list(pairs(context.cases.codebook, ["x", "y", "z"], [])) == [("x", "z"), ("y", "z")]
    assert list(pairs(context.cases.codebook, ["x", "z"], ["z", "x"])) == [("x", "z")]
