"""quick, from a file to rows, against R and PSPP: domains of a weighted sample, layers, tests that fail.

``oracles/domains.json`` is what R gives for ``oracles/domains.csv``, by ``oracles/domains.R``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from tests.conftest import Ran

Run = Callable[..., Ran]
ORACLES = Path(__file__).parent / "oracles"
R = json.loads((ORACLES / "domains.json").read_text("utf-8"))
FIVE = {float(k): f"step {k}" for k in range(1, 6)}
TWO = {1.0: "yes", 2.0: "no"}


@dataclass(frozen=True)
class Found:
    """Result rows by statistic, row, row code, column, column code, layer code; ``error`` beside ``value``."""

    rows: list[dict[str, object]]

    def all(self, statistic: str, row: str, column: str = "", **codes: str) -> list[dict[str, object]]:
        wanted = {"statistic": statistic, "row_var": row, "col_var": column,
                  "row_code": "", "col_code": "", "layer_code": "", **codes}  # fmt: skip
        return [r for r in self.rows if all(r[k] == v for k, v in wanted.items())]

    def value(self, statistic: str, row: str, column: str = "", **codes: str) -> float:
        found = {r["value"] for r in self.all(statistic, row, column, **codes)}
        assert len(found) == 1, f"{statistic} {row} {column} {codes}: {found}"
        value = found.pop()
        assert isinstance(value, float)
        return value

    def error(self, statistic: str, row: str, column: str) -> object:
        (one,) = self.all(statistic, row, column)
        assert one["value"] is None
        return one["error"]


def asked(run: Run, folder: Path, *words: object) -> Found:
    out = folder / "out"
    ran = run("quick", folder / "cases.sav", "--out", out, "--formats", "html", "--lang", "en", *words)
    assert ran.code == 0, ran.err
    return Found(pq.read_table(out / "results.parquet").to_pylist())


@pytest.fixture
def domains(tmp_path: Path) -> Path:
    """The cases of ``domains.csv`` as a system file."""
    with (ORACLES / "domains.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: [float(r[name]) if r[name] else None for r in rows] for name in rows[0]}
    write(tmp_path, columns, {"a": FIVE, "b": TWO, "layer": TWO}, {"a": "ordinal", "x": "scale", "w": "scale"})
    return tmp_path


def write(
    folder: Path, columns: dict[str, list[float | None]], labels: dict[str, object], measure: dict[str, str]
) -> None:
    measures = {name: measure.get(name, "nominal") for name in columns}
    pyreadstat.write_sav(pd.DataFrame(columns), str(folder / "cases.sav"), variable_value_labels=labels,
                         variable_measure=measures)  # fmt: skip


_F = ("rao_scott_f", "rao_scott_f_df1", "rao_scott_f_df2", "rao_scott_f_p")


def test_who_did_not_answer_still_belongs_to_the_sample(run: Run, domains: Path) -> None:
    found = asked(run, domains, "--rows", "a", "x", "--by", "b", "--weight", "w")
    assert [found.value(s, "a", "b") for s in _F] == pytest.approx(R["rao_scott"], rel=1e-9)
    assert found.value("se", "x") == pytest.approx(R["se_of_x"][0], rel=1e-9)
    for k in (1, 2):
        assert found.value("mean", "x", "b", col_code=str(k)) == pytest.approx(R["mean_by_b"][k - 1], rel=1e-12)
        assert found.value("se", "x", "b", col_code=str(k)) == pytest.approx(R["se_by_b"][k - 1], rel=1e-9)
    assert found.value("design_t_p", "x", "b") == pytest.approx(R["design_t_p"][0], rel=1e-9)


def test_a_layer_is_a_domain_and_all_layers_together_are_the_total(run: Run, domains: Path) -> None:
    found = asked(run, domains, "--rows", "a", "--by", "b", "--layer", "layer", "--weight", "w")
    for code, name in (("1", "rao_scott_layer_1"), ("2", "rao_scott_layer_2"), ("", "rao_scott_layers")):
        values = [found.value(s, "a", "b", layer_code=code) for s in _F]
        assert values == pytest.approx(R[name], rel=1e-9)


def test_the_total_over_layers_without_a_weight(run: Run, domains: Path) -> None:
    found = asked(run, domains, "--rows", "a", "x", "--by", "b", "--layer", "layer")
    assert found.value("chi2", "a", "b") == pytest.approx(R["chi2_over_layers"][0], rel=1e-9)
    assert found.value("fisher_p", "a", "b") == pytest.approx(R["fisher_over_layers"][0], rel=1e-9)
    parts = [found.value("n", "a", "b", layer_code=code) for code in ("1", "2")]
    assert found.value("n", "a", "b") == sum(parts)
    assert found.value("n", "x", "b") == sum(found.value("n", "x", "b", layer_code=code) for code in ("1", "2"))


def test_an_ordered_scale_by_a_number_gets_means_and_correlations(run: Run, domains: Path) -> None:
    found = asked(run, domains, "--rows", "a", "--by", "x")
    r, p = R["pearson_a_x"]
    assert found.value("pearson_r", "x", "a") == pytest.approx(r, rel=1e-9)
    assert found.value("pearson_r_p", "x", "a") == pytest.approx(p, rel=1e-9)
    assert found.value("spearman_rho", "x", "a") == pytest.approx(R["spearman_a_x"][0], rel=1e-9)
    assert found.all("anova_p", "x", "a")


def test_a_weighted_count_has_one_value(run: Run, domains: Path) -> None:
    # the codebook's unweighted counts do not stand under the same names
    with (ORACLES / "domains.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = asked(run, domains, "--rows", "a", "--by", "b", "--weight", "w")
    for code in ("1", "2"):
        weights = [float(r["w"]) for r in rows if r["b"] == code]
        assert found.value("count", "b", row_code=code) == pytest.approx(sum(weights))
        assert found.value("n", "b", row_code=code) == len(weights)
    x = [(float(r["x"]), float(r["w"])) for r in rows if r["x"]]
    assert found.value("mean", "x") == pytest.approx(sum(v * w for v, w in x) / sum(w for _, w in x))
    assert len(found.all("effective_n", "a")) == 1


def test_a_test_that_fails_is_a_row_with_its_reason(run: Run, tmp_path: Path) -> None:
    columns: dict[str, list[float | None]] = {
        "same": [1, 1, 1, 1, 1], "half": [1, 2, 1, 2, 2], "x": [1.5, 2.5, 3.75, 4.0, 4.5]
    }  # fmt: skip
    write(tmp_path, columns, {"same": TWO, "half": TWO}, {"x": "scale"})
    found = asked(run, tmp_path, "--rows", "half", "x", "--by", "same")
    for name in ("chi2_p", "chi2_yates", "fisher_p", "likelihood_ratio", "odds_ratio", "phi", "cramers_v"):
        assert found.error(name, "half", "same") == "fewer_than_two_categories"
    for name in ("t_p", "welch_t", "mann_whitney_u", "cohens_d"):
        assert found.error(name, "x", "same") == "not_two_groups"
    for name in ("anova_f", "levene_f", "kruskal_h_p", "eta_squared"):
        assert found.error(name, "x", "same") == "fewer_than_two_groups"


def test_names_typed_twice_and_a_variable_by_itself(run: Run, domains: Path) -> None:
    found = asked(run, domains, "--rows", "a", "A", "b", "--by", "b", "B")
    assert found.value("n", "a", "b") > 0
    assert not found.all("n", "b", "b")
    asked(run, domains, "--rows", "a", "--by", "A")
    assert "not crossed with itself" in (domains / "out" / "report.en.html").read_text("utf-8")


def test_a_weight_without_numbers_or_without_weight(run: Run, tmp_path: Path) -> None:
    columns = {"a": [1.0, 2.0, 2.0], "w": [0.0, -1.0, None], "text": ["x", "y", "x"]}
    write(tmp_path, columns, {"a": TWO}, {"w": "scale"})  # type: ignore[arg-type]
    ran = run("quick", tmp_path / "cases.sav", "--out", tmp_path / "out", "--weight", "text")
    assert (ran.code, "holds no numbers" in ran.err) == (2, True)
    ran = run("quick", tmp_path / "cases.sav", "--out", tmp_path / "out", "--weight", "w")
    assert (ran.code, "no case has a positive weight" in ran.err) == (3, True)


def test_a_layer_is_one_variable(run: Run, domains: Path) -> None:
    ran = run("quick", domains / "cases.sav", "--out", domains / "out", "--rows", "a", "--by", "b", "--layer", "a > b")
    assert (ran.code, "--layer takes one variable" in ran.err) == (2, True)
