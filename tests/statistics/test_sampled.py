"""Tests of means, models and cross-tables under a design, on the api schools of R's survey (oracles/sampled.R)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.counting.engine import CaseWeights, distribution, patterns
from pipeline.statistics.core import Cells, Crosstab, Floats, GroupedDistribution, Ints, Number, Options, Patterns
from pipeline.statistics.design import Sampled, cell_shares, design, replicates
from pipeline.statistics.groups import wald_f
from pipeline.statistics.models import ModelData, ModelSpec, fit_model
from pipeline.statistics.registry import compute
from tests.statistics.jackknife import jackknife

ORACLES = Path(__file__).parent / "oracles"
R: dict[str, Any] = json.loads((ORACLES / "sampled.json").read_text())
OPTIONS = Options()


def schools(name: str) -> dict[str, Floats]:
    with (ORACLES / "design_api.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["sample"] == name]
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "sample"}


def drawn(name: str, d: dict[str, Floats]) -> Any:
    group = d["group"].astype(np.int64)
    return design(d["w"], stratum=group) if name == "strat" else design(d["w"], cluster=group)


def grouped(name: str, values: str, group: str) -> GroupedDistribution:
    d = schools(name)
    of: Ints = d[group].astype(np.int64)
    k = int(of.max()) + 1
    distinct, counts = distribution(d[values], of + 1, k, CaseWeights.of(d["w"]))
    cell = np.searchsorted(distinct, d[values]) * k + of
    sampling = Sampled(drawn(name, d), cell, len(distinct) * k)
    return GroupedDistribution(distinct, counts.n, counts.w, counts.w2, "probability", sampling)


def numbers(aggregate: Any, *ids: str) -> list[float]:
    found = dict(compute(aggregate, OPTIONS, ids))
    return [
        float(one.value) for one in (found[name] for name in ids) if isinstance(one, Number) and one.value is not None
    ]


@pytest.mark.parametrize("name", ["strat", "clus1"])
def test_two_means_and_several(name: str) -> None:
    # svyttest takes the second group's mean less the first's
    t, df, p = numbers(grouped(name, "enroll", "wide"), "design_t", "design_t_df", "design_t_p")
    assert [-t, df, p] == pytest.approx(R[name]["t"], rel=1e-9)
    ids = ("design_wald_f", "design_wald_df1", "design_wald_df2", "design_wald_p")
    assert numbers(grouped(name, "api00", "type"), *ids) == pytest.approx(R[name]["wald"], rel=1e-9)


@pytest.mark.parametrize("name", ["strat", "clus1"])
@pytest.mark.parametrize(
    ("kind", "columns"), [("linear", ("api00", "enroll", "wide")), ("logistic", ("wide", "enroll", "api00"))]
)
def test_models(name: str, kind: Any, columns: tuple[str, ...]) -> None:
    d = schools(name)
    x, counts, place = patterns(np.column_stack([d[c] for c in columns]), CaseWeights.of(d["w"]))
    sampling = Sampled(drawn(name, d), place, len(x))
    data = Patterns(x, counts.n, counts.w, counts.w2, "probability", sampling=sampling)
    found = fit_model(ModelData(data, ModelSpec(kind)), OPTIONS)
    assert found.coefficient == pytest.approx(R[name][kind]["coef"], rel=1e-9)
    assert found.se == pytest.approx(R[name][kind]["se"], rel=1e-8)
    assert found.df == R[name][kind]["df"]


@pytest.mark.parametrize("name", ["strat", "clus1"])
def test_a_cross_table(name: str) -> None:
    d = schools(name)
    row, column = d["wide"].astype(np.int64), d["type"].astype(np.int64)
    found = cell_shares(row * 3 + column, 6, drawn(name, d))
    n, w, w2 = (np.bincount(row * 3 + column, sums, 6).reshape(2, 3) for sums in (None, d["w"], d["w"] ** 2))
    table = Crosstab(n.astype(np.int64), w, w2, "probability", covariance=found.covariance, design_df=found.df)
    ids = ("rao_scott_f", "rao_scott_f_df1", "rao_scott_f_df2", "rao_scott_f_p")
    assert numbers(table, *ids) == pytest.approx(R[name]["chisq"], rel=1e-9)


def test_the_jackknife_of_a_mean_is_its_linearisation_when_clusters_are_equal() -> None:
    """Ten clusters of three cases of weight 1: replicate and linearised variance of a total are the same number."""
    random = np.random.default_rng(1)
    cluster = np.repeat(np.arange(10), 3)
    y = random.normal(size=30)
    plain = design(np.ones(30), cluster=cluster)
    scores = y[:, None]
    cells = np.arange(30)

    def total(w: Floats) -> Floats:
        return np.array([float(w @ y)])

    first, _ = Sampled(plain, cells, 30).covariance(scores, total)
    second, _ = Sampled(jackknife(plain), cells, 30).covariance(scores, total)
    assert first == pytest.approx(second, rel=1e-12)


def test_cells_left_out_leave_their_clusters_out_of_the_degrees_of_freedom() -> None:
    plain = design(np.ones(6), stratum=np.array([0, 0, 0, 1, 1, 1]), cluster=np.array([0, 0, 1, 0, 1, 2]))
    whole = Sampled(plain, np.array([0, 1, 2, 3, 3, -1]), 4)
    assert whole.df == 2 + 2 - 2
    kept = whole.kept(np.array([True, False, False, True]))
    assert kept.cell.tolist() == [0, -1, -1, 1, 1, -1]
    assert kept.df == 1 + 2 - 2


def test_a_replicate_without_cases_says_so() -> None:
    weights = np.ones(4)
    sample = replicates(weights, np.array([[2.0, 0], [2, 0], [0, 2], [0, 2]]), "jk1")
    halves = Sampled(sample, np.array([0, 0, 1, 1]), 2)
    covariance, error = halves.covariance(np.zeros((2, 1)), lambda w: np.array([w[0] / w[1]]))
    assert error == "replicate_not_computable"
    assert not np.isfinite(covariance).all()


def test_equal_estimates_without_variance_have_no_wald_test() -> None:
    assert np.isnan(wald_f(np.array([1.0, 2.0]), np.zeros((2, 2)), 10)[0])
    assert np.isnan(wald_f(np.array([1.0, 2.0, 3.0]), np.ones((3, 3)), 10)[0])
    assert np.isnan(wald_f(np.array([1.0, 2.0, 3.0]), np.eye(3), 2)[0])
    assert wald_f(np.array([1.0, 3.0]), np.diag([1.0, 3.0]), 10) == pytest.approx((1.0, 1.0, 9.0))


def test_errors_of_a_mean_keep_the_correction_that_its_test_leaves_out() -> None:
    d = schools("strat")
    group = d["group"].astype(np.int64)
    of = d["wide"].astype(np.int64)
    distinct, counts = distribution(d["enroll"], of + 1, 2, CaseWeights.of(d["w"]))
    cell = np.searchsorted(distinct, d["enroll"]) * 2 + of
    found: dict[bool, dict[str, Any]] = {}
    for corrected in (False, True):
        sample = design(d["w"], stratum=group, population=d["N"] if corrected else None)
        table = GroupedDistribution(
            distinct, counts.n, counts.w, counts.w2, "probability", Sampled(sample, cell, len(distinct) * 2)
        )
        found[corrected] = dict(compute(table, OPTIONS, ("se", "design_t")))
    assert found[True]["design_t"] == found[False]["design_t"]
    se = [one["se"] for one in (found[True], found[False])]
    assert all(isinstance(one, Cells) for one in se)
    assert (se[0].values < se[1].values).all()
