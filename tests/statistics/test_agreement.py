"""Kappa against R (vcd) and PSPP (value and T, in test_association)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics import agreement
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle, reason, value

R = oracle("crosstabs_r.json")


@pytest.mark.parametrize(("one", "name"), [(one, name) for one in R["kappa"] for name in one if name != "counts"])
def test_kappa_is_vcd(one, name):
    table = crosstab(one["counts"], same=True)
    for ours, true in zip((value(table, name), value(table, f"{name}_ase")), one[name], strict=True):
        assert log_relative_error(ours, true) > 9


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_design_based_error_is_r_surveys(design):
    one, data = R[design], R["weighted_cases"]
    weight = [1.0] * len(data["row"]) if design == "unweighted" else data["weight"]
    table = of_cases([int(i > 0) for i in data["row"]], [int(j > 1) for j in data["col"]], weight, same_categories=True)
    if design == "clusters":
        table = replace(table, covariance=np.array(one["two_covariance"]), design_df=one["df"])
    for ours, true in zip((value(table, "kappa"), value(table, "kappa_ase")), one["kappa"], strict=True):
        assert log_relative_error(ours, true) > 9


def test_weighted_kappa_of_two_categories_is_kappa():
    table = crosstab([[23, 15], [19, 31]], same=True)
    for name in ("kappa_linear", "kappa_quadratic"):
        for end in ("", "_ase", "_p"):
            assert value(table, name + end) == pytest.approx(value(table, f"kappa{end}"), rel=1e-12)


def test_categories_that_nobody_chose_change_nothing():
    x = R["kappa"][1]["counts"]
    wider = np.zeros((6, 6))
    wider[:4, :4] = x
    for name in ("kappa", "kappa_ase", "kappa_p", "kappa_linear", "kappa_linear_ase", "kappa_quadratic_p"):
        assert value(crosstab(wider.tolist(), same=True), name) == pytest.approx(
            value(crosstab(x, same=True), name), rel=1e-12
        )


def test_perfect_and_absent_agreement():
    assert value(crosstab([[5, 0], [0, 7]], same=True), "kappa") == pytest.approx(1)
    assert value(crosstab([[0, 5], [5, 0]], same=True), "kappa") == pytest.approx(-1)
    assert value(crosstab([[6, 4], [9, 6]], same=True), "kappa") == pytest.approx(0, abs=1e-15)


def test_reasons():
    assert reason(crosstab([[5, 0], [0, 0]], same=True), "kappa") == "zero_variance"
    assert reason(crosstab([[0, 0], [0, 0]], same=True), "kappa") == "no_cases"
    for name in ("kappa", "kappa_linear_ase", "kappa_quadratic_p"):
        assert reason(crosstab([[5, 1], [2, 3]]), name) == "categories_differ"


def test_applies_to_the_same_categories_only():
    x = R["kappa"][1]["counts"]
    assert {"kappa", "kappa_linear"} <= set(numbers(crosstab(x, same=True)))
    assert not {"kappa", "kappa_linear"} & set(numbers(crosstab(x)))
    assert "kappa_linear" not in numbers(crosstab(x, same=True, ordered=False))


def test_credit():
    np.testing.assert_allclose(agreement.agreement_credit(3, 1), [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]])
    np.testing.assert_allclose(agreement.agreement_credit(3, 2), [[1, 0.75, 0], [0.75, 1, 0.75], [0, 0.75, 1]])


@pytest.mark.parametrize(
    ("name", "true"), list(zip(["kappa_linear_p", "kappa_quadratic_p"], R["kappa_p"], strict=True))
)
def test_p_of_weighted_kappa_is_fleiss_formula(name, true):
    assert log_relative_error(value(crosstab(R["kappa"][1]["counts"], same=True), name), true) > 9
