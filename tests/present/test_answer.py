"""One answer per table: the effect size and the test that fit, in words; the numbers are SciPy's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from lxml import html
from scipy import stats

from pipeline.present.answer import size_word
from tests.conftest import Ran

Run = Callable[..., Ran]
LABELS = {
    "sex": {1: "Man", 2: "Woman"},
    "town": {1: "North", 2: "South", 3: "East"},
    "health": {1: "Excellent", 2: "Good", 3: "Fair", 4: "Poor"},
    "sport": {1: "Never", 2: "Sometimes", 3: "Often"},
}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(20261127)
    n = 240
    health = rng.integers(1, 5, n)
    return pd.DataFrame(
        {
            "sex": rng.integers(1, 3, n).astype(float),
            "town": rng.choice([1, 2, 3], n, p=[0.5, 0.3, 0.2]).astype(float),
            "health": health.astype(float),
            "sport": np.clip(np.round(4 - health * 0.7 + rng.normal(0, 0.8, n)), 1, 3),
            "income": np.round(rng.normal(20, 4, n) + 2 * (health < 3), 2),
            "age": np.round(rng.uniform(18, 80, n)),
        }
    )


def answers(run: Run, folder: Path, data: pd.DataFrame, row: str, column: str, lang: str = "en") -> list[str]:
    path = folder / "people.sav"
    labels = {name: codes for name, codes in LABELS.items() if name in data}
    names = [name.capitalize() for name in data]
    pyreadstat.write_sav(data, str(path), column_labels=names, variable_value_labels=labels)
    out = folder / "out"
    made = run("quick", path, "--out", out, "--rows", row, "--by", column, "--lang", lang, "--formats", "html")
    assert made.code == 0, made.err
    page = html.fromstring((out / f"report.{lang}.html").read_bytes())
    return [p.text_content() for p in page.find_class("answer")]


def shown(p: float) -> str:
    return "p <0.001" if p < 0.001 else f"p = {p:.3f}"


def test_categories_are_answered_by_v_and_chi_square(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    counts = pd.crosstab(people["town"], people["sex"])
    result = stats.chi2_contingency(counts, correction=False)
    v = (result.statistic / len(people)) ** 0.5
    (said,) = answers(run, tmp_path, people, "town", "sex")
    assert said.endswith(f"(Cramér’s V = {v:.2f}; χ²: {shown(result.pvalue)}).")
    assert said.startswith("No sign that Town and Sex go together") == (v < 0.1 and result.pvalue >= 0.05)


def test_small_expected_counts_are_answered_by_an_exact_test(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    few = people.iloc[:16].assign(sex=[1.0] * 8 + [2.0] * 8, town=[1.0] * 7 + [2.0] * 3 + [1.0] * 2 + [2.0] * 4)
    exact = stats.fisher_exact(pd.crosstab(few["town"], few["sex"])).pvalue
    (said,) = answers(run, tmp_path, few, "town", "sex")
    assert f"exact test: {shown(exact)}" in said
    assert ("which may be chance" in said) == (exact >= 0.05)


def test_two_orders_are_answered_by_tau_with_its_direction(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    tau = stats.kendalltau(people["sport"], people["health"], variant="b").statistic
    assert tau < -0.3
    (said,) = answers(run, tmp_path, people, "sport", "health")
    word = {"weak": "weakly", "moderate": "moderately", "strong": "strongly"}[size_word("tau_b", tau)]
    assert said.startswith(f"From “Excellent” to “Poor” of Health, Sport moves {word} toward “Never”")
    assert f"= {tau:.2f}".replace("-", "−") in said


def test_two_groups_are_answered_by_g_and_welch(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    one, two = (people.loc[people["sex"] == code, "income"] for code in (1, 2))
    df = len(one) + len(two) - 2
    pooled = (((len(one) - 1) * one.var() + (len(two) - 1) * two.var()) / df) ** 0.5
    g = (one.mean() - two.mean()) / pooled * (1 - 3 / (4 * df - 1))
    p = stats.ttest_ind(one, two, equal_var=False).pvalue
    (said,) = answers(run, tmp_path, people, "income", "sex")
    assert re.search(r"= −?(\d\.\d\d); Welch’s t test", said)[1] == f"{abs(g):.2f}"  # type: ignore[index]
    assert shown(p) in said


def test_more_groups_are_answered_by_eta_squared_with_the_ends(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    groups = [people.loc[people["health"] == code, "income"] for code in (1, 2, 3, 4)]
    grand = people["income"].mean()
    between = sum(len(g) * (g.mean() - grand) ** 2 for g in groups)
    eta = between / ((people["income"] - grand) ** 2).sum()
    means = people.groupby("health")["income"].mean()
    (said,) = answers(run, tmp_path, people, "income", "health")
    low, high = (LABELS["health"][int(code)] for code in (means.idxmin(), means.idxmax()))
    assert f"= {eta:.2f}; Welch’s analysis of variance" in said and f"({low})" in said and f"({high})" in said


def test_in_italian_two_numbers(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    data = people.assign(spent=people["income"] * 0.5 + np.linspace(0, 1, len(people)))
    r = stats.pearsonr(data["spent"], data["income"]).statistic
    assert r > 0.9
    (said,) = answers(run, tmp_path, data, "spent", "income", "it")
    assert said.startswith("Spent cresce fortemente al crescere di Income (Correlazione di Pearson = ")
    assert f"{r:.2f}".replace(".", ",") in said


@pytest.mark.parametrize(("effect", "steps"), [("cramers_v", (0.1, 0.3, 0.5)), ("hedges_g", (0.2, 0.5, 0.8))])
def test_the_words_follow_the_printed_rule(effect: str, steps: tuple[float, float, float]) -> None:
    weak, moderate, strong = steps
    said = [size_word(effect, v) for v in (weak - 1e-9, weak, moderate - 1e-9, moderate, strong, strong + 1e-9)]
    assert said == ["negligible", "weak", "weak", "moderate", "moderate", "strong"]
    assert size_word(effect, -1.0) == "strong"


def test_all_statistics_are_folded_and_printed_only_when_asked(run: Run, tmp_path: Path, people: pd.DataFrame) -> None:
    answers(run, tmp_path, people, "town", "sex")
    page = html.fromstring((tmp_path / "out" / "report.en.html").read_bytes())
    (folded,) = page.xpath("//details[@class='more']")
    assert "open" not in folded.attrib and "Likelihood-ratio" in folded.text_content()
    words = ("--rows", "town", "--by", "sex", "--lang", "en", "--formats", "html")
    assert run("quick", tmp_path / "people.sav", "--out", tmp_path / "out", *words, "--all-statistics").code == 0
    page = html.fromstring((tmp_path / "out" / "report.en.html").read_bytes())
    assert not page.xpath("//details[@class='more']")
    (table,) = (f for f in page.find_class("table") if "Likelihood-ratio" in f.text_content())
    assert "Table 2" in table.text_content()
