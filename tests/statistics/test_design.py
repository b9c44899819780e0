"""Designs, replicate weights and raking against R's survey package (tests/statistics/oracles/design.R)."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.statistics import design as module
from pipeline.statistics.core import Crosstab, Options
from pipeline.statistics.design import (
    Margin,
    cell_totals,
    design,
    design_effect,
    kish_effective_n,
    margin_deviations,
    mean,
    rake,
    ratio,
    replicates,
    simple_random_variance,
    total,
    trim,
)
from pipeline.statistics.registry import compute
from tests.statistics.jackknife import jackknife

ORACLES = Path(__file__).parent / "oracles"
R = json.loads((ORACLES / "design.json").read_text())


def table(name):
    with (ORACLES / name).open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key] or "nan") for row in rows]) for key in rows[0] if key != "sample"}, rows


ALL = table("design_cases.csv")[0]
SOME = {key: column[ALL["h"] < 4] for key, column in ALL.items()}
REPLICATES = table("design_replicates.csv")[0]


def sample(kind, cases=SOME, **more):
    h, k, w = cases["h"].astype(int), cases["k"].astype(int), cases["w"]
    return {
        "stratified": lambda: design(w, h, k, **more),
        "corrected": lambda: design(w, h, k, cases["N"], **more),
        "clustered": lambda: design(w, cluster=h * 10 + k, **more),
        "single": lambda: design(w, h, **more),
        "plain": lambda: design(w, **more),
    }[kind]()


def cells_of(cases):
    return (cases["r"] * 3 + cases["c"]).astype(int)


def close(found, oracle, rel=1e-9):
    assert found.error == ""
    np.testing.assert_allclose(found.values, np.ravel(oracle["value"]), rtol=rel)
    expected = np.array(oracle["covariance"])
    np.testing.assert_allclose(found.covariance, expected, rtol=rel, atol=rel * np.abs(expected).max())


def check_estimates(s, oracle, cases=SOME):
    y, x, d = cases["y"], cases["x"], cases["d"]
    both = np.column_stack([y, x])
    close(total(both, s), oracle["total"])
    close(mean(both, s), oracle["mean"])
    close(ratio(y, x, s), oracle["ratio"])
    close(mean(both, s, d), oracle["domain_mean"])
    close(total(y, s, d), oracle["domain_total"])
    close(ratio(y, x, s, d == 1), oracle["domain_ratio"])
    close(cell_totals(cells_of(cases), 6, s), oracle["cells"])
    np.testing.assert_allclose(mean(both, s).se, np.sqrt(np.diagonal(oracle["mean"]["covariance"])), rtol=1e-9)


@pytest.mark.parametrize("kind", ["stratified", "corrected", "clustered", "single", "plain"])
def test_linearisation_against_r_survey(kind):
    s = sample(kind)
    check_estimates(s, R[kind])
    assert s.df == R[kind]["df"][0]


@pytest.mark.parametrize(("how", "in_r"), [("certainty", "remove"), ("adjust", "adjust"), ("average", "average")])
def test_lonely_clusters_against_r_survey(how, in_r):
    s = sample("stratified", ALL, lonely=how)
    close(mean(np.column_stack([ALL["y"], ALL["x"]]), s), R["lonely"][in_r]["mean"])
    assert s.df == R["lonely"][in_r]["df"][0]


def test_a_lonely_cluster_has_no_variance():
    found = mean(ALL["y"], sample("stratified", ALL))
    assert found.error == "lonely_psu" and np.isnan(found.covariance).all() and np.isfinite(found.values).all()
    assert cell_totals(cells_of(ALL), 6, sample("stratified", ALL)).error == "lonely_psu"
    one = design(np.ones(3), cluster=np.zeros(3, int))
    assert mean(np.arange(3.0), one).error == "one_psu"
    alone = design(np.ones(3), stratum=np.array([0, 0, 1]))
    assert cell_totals(np.array([0, 1, 1]), 2, alone).error == "lonely_psu"
    nobody = design(np.ones(2), stratum=np.array([0, 1]), lonely="average")
    assert mean(np.arange(2.0), nobody).error == "lonely_psu"


def test_a_stratum_taken_whole_adds_nothing():
    """One cluster of one: nothing was left to chance, so it is not lonely."""
    whole = design(np.ones(3), np.array([0, 0, 1]), population=np.array([4.0, 4, 1]))
    np.testing.assert_allclose(total(np.array([1.0, 3, 9]), whole).covariance, [[2 * 0.5 * 2]])
    census = design(np.ones(3), population=np.full(3, 3.0))
    assert mean(np.array([1.0, 3, 9]), census).covariance == 0


@pytest.mark.parametrize("kind", ["jkn", "jk1", "boot", "boot_mse", "brr", "fay"])
def test_replicate_weights_against_r_survey(kind):
    block = kind.removesuffix("_mse")
    columns = np.column_stack([c for name, c in REPLICATES.items() if name.startswith(block + "_")])
    inside = np.isfinite(columns).all(axis=1)
    cases = {key: column[inside] for key, column in SOME.items()}
    oracle = R[kind]
    s = replicates(
        cases["w"],
        columns[inside],
        {"boot": "bootstrap"}.get(block, block),
        fay=0.3 if kind == "fay" else 0.0,
        factors=np.array(oracle["rscales"]) if kind == "jkn" else None,
        about_estimate=kind == "boot_mse",
    )
    if kind != "jk1":  # survey keeps (n−1)/n in another place there
        assert s.scale == pytest.approx(oracle["scale"][0])
    # The replicate weights of the table have 15 digits.
    check_estimates(s, oracle, cases)


def test_rank_gives_degrees_of_freedom():
    columns = np.column_stack([c for name, c in REPLICATES.items() if name.startswith("boot_")])
    assert replicates(SOME["w"], columns, "bootstrap").df == R["boot_mse"]["df"][0]
    assert replicates(SOME["w"], columns, "bootstrap", df=7.0).df == 7


def test_own_jackknife_is_that_of_r_survey():
    s = jackknife(sample("stratified"))
    check_estimates(s, R["jkn"])
    with pytest.raises(ValueError, match="one cluster"):
        jackknife(sample("stratified", ALL))
    certain = jackknife(sample("stratified", ALL, lonely="certainty"))
    assert certain.replicate.shape[1] == 12
    linear = total(SOME["y"], sample("corrected")).covariance  # a total is linear: jackknife and Taylor agree
    np.testing.assert_allclose(total(SOME["y"], jackknife(sample("corrected"))).covariance, linear, rtol=1e-12)
    cases = total(SOME["y"], sample("single")).covariance
    np.testing.assert_allclose(total(SOME["y"], jackknife(sample("single"))).covariance, cases, rtol=1e-12)


def test_two_strata_of_the_reference_list():
    y = np.array([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2])
    h, size = np.repeat([0, 1], [5, 3]), np.repeat([15.0, 12.0], [5, 3])
    w = size / np.repeat([5, 3], [5, 3])
    found = mean(y, design(w, h, population=size))
    assert (round(found.values[0], 4), round(found.se[0], 3)) == (5.4481, 0.616)
    close(found, R["two_strata"])
    without = mean(y, design(w, h))
    assert round(without.se[0], 4) == 0.7413
    close(without, R["two_without"])


def api(which):
    columns, rows = table("design_api.csv")
    inside = np.array([row["sample"] == which for row in rows])
    return {key: column[inside] for key, column in columns.items()}


def test_api_schools_of_the_reference_list():
    a = api("strat")
    s = design(a["w"], a["group"].astype(int), population=a["N"])
    found = mean(a["api00"], s)
    assert (round(found.values[0], 2), round(found.se[0], 4)) == (662.29, 9.4089)
    close(found, R["api_strat"]["mean"])
    found = total(a["enroll"], s)
    assert (round(found.values[0]), round(found.se[0])) == (3687178, 114642)
    b = api("clus1")
    s = design(b["w"], cluster=b["group"].astype(int), population=b["N"])
    found = mean(b["api00"], s)
    assert (round(found.values[0], 2), round(found.se[0], 3)) == (644.17, 23.542)
    close(found, R["api_clus1"]["mean"])


def test_cell_covariance_leads_to_the_rao_scott_test():
    """STATISTICS: sch.wide × stype in apiclus1, F 5.1934 on 1.495 and 20.925 degrees of freedom, p .02175."""
    b = api("clus1")
    s = design(b["w"], cluster=b["group"].astype(int), population=b["N"])
    cells = (b["wide"] * 3 + b["type"]).astype(int)
    found = cell_totals(cells, 6, s)
    n = np.bincount(cells, minlength=6)
    crosstab = Crosstab(
        n.reshape(2, 3),
        found.values.reshape(2, 3),
        (n * b["w"][0] ** 2).reshape(2, 3),
        "probability",
        covariance=found.covariance,
        design_df=found.df,
    )
    ids = {"rao_scott_f": 5.1934, "rao_scott_f_df1": 1.495, "rao_scott_f_df2": 20.925, "rao_scott_f_p": 0.02175}
    results = dict(compute(crosstab, Options(), ids))
    for name, printed in ids.items():
        assert results[name].value == pytest.approx(printed, rel=3e-4), name


def test_design_effects_against_r_survey():
    both = np.column_stack([SOME["y"], SOME["x"]])
    s = sample("corrected")
    np.testing.assert_allclose(design_effect(both, s), R["deff_replace"], rtol=1e-9)
    np.testing.assert_allclose(design_effect(both, s, without_replacement=True), R["deff_without"], rtol=1e-9)
    assert np.isnan(simple_random_variance(SOME["y"], SOME["w"] / 100, without_replacement=True))
    assert np.isnan(simple_random_variance(np.ones(1), np.ones(1)))
    assert kish_effective_n(np.array([1.0, 1, 2])) == pytest.approx(16 / 6)
    assert np.isnan(kish_effective_n(np.zeros(2)))
    # Whole numbers whose squares are beyond 64 bits.
    assert kish_effective_n(np.full(3, 10**10)) == pytest.approx(3)


ROWS = Margin(SOME["r"].astype(int), np.array([70.0, 110]))
COLUMNS = Margin(SOME["c"].astype(int), np.array([50.0, 60, 70]))


def test_raking_against_r_survey():
    found = rake(SOME["w"], [ROWS, COLUMNS])
    assert found.converged and found.reason == "" and found.iterations > 2 and found.max_deviation <= 1e-10
    np.testing.assert_allclose(found.weights, R["raked"], rtol=1e-9)
    np.testing.assert_allclose(found.weights, R["calibrated"]["weights"], rtol=1e-9)
    assert max(abs(d).max() for d in margin_deviations(found.weights, [ROWS, COLUMNS])) <= 1e-10
    first, _ = margin_deviations(SOME["w"], [ROWS, COLUMNS])
    np.testing.assert_allclose(first, [SOME["w"][SOME["r"] == k].sum() / t - 1 for k, t in ((0, 70), (1, 110))])


def test_post_stratification_against_r_survey():
    found = rake(SOME["w"], [COLUMNS], tolerance=1e-9, max_iterations=1)
    assert (found.converged, found.iterations) == (True, 1)
    np.testing.assert_allclose(found.weights, R["post"], rtol=1e-12)


def test_variance_after_calibration_against_r_survey():
    w = np.array(R["calibrated"]["weights"])
    s = design(w, SOME["h"].astype(int), SOME["k"].astype(int), margins=[ROWS.codes, COLUMNS.codes], start=SOME["w"])
    both = np.column_stack([SOME["y"], SOME["x"]])
    close(mean(both, s), R["calibrated"]["mean"], rel=1e-8)
    close(total(both, s), R["calibrated"]["total"], rel=1e-8)
    margin = total(np.eye(2)[ROWS.codes], s)  # what was calibrated has no variance left
    np.testing.assert_allclose(margin.values, [70, 110])
    np.testing.assert_allclose(margin.covariance, 0, atol=1e-8)
    np.testing.assert_allclose(cell_totals(ROWS.codes, 2, s).covariance, 0, atol=1e-8)


def test_trimming_against_r_survey():
    found = trim(SOME["w"], 1.6, 4)
    np.testing.assert_allclose(found, R["trimmed"], rtol=1e-12)
    assert found.sum() == pytest.approx(SOME["w"].sum())
    np.testing.assert_array_equal(trim(np.array([1.0, 9]), 2, 3), [2, 3])


def test_raking_within_limits():
    found = rake(SOME["w"], [ROWS, COLUMNS], limits=(0.5, 1.6))
    assert found.converged
    spread = found.weights / found.weights.mean()
    assert spread.min() >= 0.5 - 1e-9 and spread.max() <= 1.6 + 1e-9
    assert spread.max() < (lambda w: (w / w.mean()).max())(rake(SOME["w"], [ROWS, COLUMNS]).weights)
    tight = rake(SOME["w"], [ROWS, COLUMNS], limits=(0.99, 1.01))
    assert (tight.converged, tight.reason) == (False, "limits_too_tight")


def test_reasons_for_not_converging():
    w = np.ones(4)
    a, b = Margin(np.array([0, 0, 1, 1]), np.array([6.0, 4])), Margin(np.array([0, 0, 1, 1]), np.array([5.0, 5]))
    contradicting = rake(w, [a, b])
    assert (contradicting.converged, contradicting.reason) == (False, "margins_contradict")
    assert contradicting.max_deviation == pytest.approx(0.25) or contradicting.max_deviation == pytest.approx(1 / 6)
    limited = rake(SOME["w"], [ROWS, COLUMNS], max_iterations=1)
    assert (limited.converged, limited.reason, limited.iterations) == (False, "iteration_limit", 1)
    cases = {
        "margin_without_cases margin=0 category=2": [Margin(a.codes, np.array([6.0, 4, 2]))],
        "margin_target_not_positive margin=1 category=0": [a, Margin(a.codes, np.array([0.0, 10]))],
        "code_outside_margin margin=0": [Margin(np.array([0, 0, 1, -1]), a.targets)],
        "margin_totals_differ": [a, Margin(a.codes, np.array([6.0, 5]))],
    }
    for reason, margins in cases.items():
        found = rake(w, margins)
        assert (found.converged, found.reason, found.iterations) == (False, reason, 0)
        np.testing.assert_array_equal(found.weights, w)
    assert rake(np.array([1.0, 1, 1, 0]), [a]).reason == "weights_not_positive"
    for wrong in (lambda: rake(w, []), lambda: rake(w, [a], max_iterations=0)):
        with pytest.raises(ValueError):
            wrong()


def test_order_and_codes_of_cases_do_not_matter():
    order = np.random.default_rng(0).permutation(SOME["w"].size)
    mixed = {key: column[order] for key, column in SOME.items()}
    mixed["h"], mixed["k"] = 90 - 7 * mixed["h"], mixed["k"] * 13
    check_estimates(sample("corrected", mixed), R["corrected"], mixed)


def test_cells_without_a_code_belong_to_no_cell():
    cells = np.where(SOME["d"] == 1, cells_of(SOME), -1)
    by_domain = np.eye(6)[cells_of(SOME)] * SOME["d"][:, None]
    for kind in ("corrected", "single"):
        s = sample(kind)
        found, expected = cell_totals(cells, 6, s), total(by_domain, s)
        np.testing.assert_allclose(found.values, expected.values, rtol=1e-12)
        np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-9, atol=1e-9)
    s = sample("stratified")
    calibrated = design(s.weights, SOME["h"].astype(int), margins=[ROWS.codes], start=s.weights)
    assert cell_totals(np.full(cells.size, -1), 6, calibrated).values.sum() == 0
    many = jackknife(s)
    np.testing.assert_allclose(cell_totals(cells, 6, many).values, cell_totals(cells, 6, s).values)


def test_empty_domain_and_misuse():
    nobody = mean(SOME["y"], sample("plain"), np.zeros(SOME["y"].size))
    assert nobody.error == "no_cases" and np.isnan(nobody.values).all()
    few = replicates(np.ones(3), np.ones((3, 1)), "brr")
    assert mean(np.arange(3.0), few).error == "too_few_replicates"
    n = np.ones(3)
    for wrong in (
        lambda: design(np.array([1.0, -1])),
        lambda: design(np.array([1.0, np.nan])),
        lambda: design(n, np.zeros(2, int)),
        lambda: design(n, np.zeros(3, int), population=np.array([5.0, 5, 6])),
        lambda: design(n, np.zeros(3, int), population=np.full(3, 2.0)),
        lambda: design(n, margins=[np.zeros(3, int)]),
        lambda: replicates(n, np.ones((3, 2)), "jk9"),
        lambda: replicates(n, np.ones((2, 2)), "brr"),
        lambda: replicates(n, np.ones((3, 2)), "jkn"),
        lambda: replicates(n, np.ones((3, 2)), "brr", factors=np.ones(3)),
        lambda: replicates(n, np.ones((3, 2)), "fay", fay=1.0),
        lambda: replicates(n, np.ones((3, 1)), "bootstrap"),
        lambda: mean(np.ones(4), design(n)),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_lonely_case_among_single_cases():
    """Certainty: the stratum of one adds nothing, as if it were not there but for its total."""
    s = design(np.ones(5), np.array([0, 0, 1, 1, 2]), lonely="certainty")
    cells = np.array([0, 1, 0, 0, 1])
    found = cell_totals(cells, 2, s)
    np.testing.assert_allclose(found.values, [3, 2])
    np.testing.assert_allclose(found.covariance, [[1, -1], [-1, 1]])
    assert module.taylor(s, np.zeros((s.weights.size, 1)))[1] == ""
