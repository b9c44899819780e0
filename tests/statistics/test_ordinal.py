"""Measures for two ordered variables against SAS, PSPP (in test_association) and R survey."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from pipeline.statistics import ordinal
from pipeline.statistics.core import Options
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle, reason, value

R = oracle("crosstabs_r.json")
PAIN = [[26, 26, 23, 18, 9], [6, 7, 9, 14, 23]]

# Reference list (SAS, PROC FREQ, Pain table; ten decimals).
SAS = {
    "gamma": 0.5313123255,
    "gamma_ase": 0.0935325848,
    "tau_b": 0.3372567375,
    "tau_b_ase": 0.0642122594,
    "tau_c": 0.4110952510,
    "tau_c_ase": 0.0798075230,
    "somers_d_columns": 0.4426719840,
    "somers_d_columns_ase": 0.0837336217,
    "somers_d_rows": 0.2569444444,
    "somers_d_rows_ase": 0.0498712409,
}


@pytest.mark.parametrize("name", SAS)
def test_sas(name):
    assert log_relative_error(value(crosstab(PAIN), name), SAS[name]) > (8.5 if name.endswith("_ase") else 9)


def test_gamma_of_the_four_by_four_table():
    table = crosstab([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]])
    assert log_relative_error(value(table, "gamma"), 0.2211009174) > 9
    assert log_relative_error(value(table, "gamma_ase"), 0.1171628294) > 9


def test_kendalls_tau_is_r():
    assert log_relative_error(value(crosstab(PAIN), "tau_b"), R["correlations"]["tau_b"]) > 9


def test_concordance_counts_every_pair():
    x = np.array([[3.0, 1, 4], [1, 5, 9], [2, 6, 5], [3, 5, 8]])
    concordant, discordant = ordinal.concordance(x)
    for i, j in product(range(4), range(3)):
        pairs = [(a - i) * (b - j) for a in range(4) for b in range(3)]
        assert concordant[i, j] == sum(n for n, s in zip(x.ravel(), pairs, strict=True) if s > 0)
        assert discordant[i, j] == sum(n for n, s in zip(x.ravel(), pairs, strict=True) if s < 0)


@pytest.mark.parametrize("name", ordinal.MEASURES)
def test_the_gradient_is_the_derivative(name):
    """Symmetric differences of the value along directions that keep the total."""
    x = np.array([[12.0, 3, 7], [4, 9, 2], [5, 6, 11]])
    gradient = ordinal.ordinal_measures(x)[name].gradient
    for i, j in product(range(3), repeat=2):
        step = np.zeros((3, 3))
        step[i, j] += 1
        step -= x / x.sum()
        h = 1e-5 * x.sum()
        up, down = (ordinal.ordinal_measures(x + s * h * step)[name].value for s in (1, -1))
        assert (up - down) / 2e-5 == pytest.approx(float((gradient * step).sum()), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
@pytest.mark.parametrize("name", ["gamma", "tau_b", "somers_d_columns"])
def test_design_based_error_is_r_surveys(design, name):
    one, data = R[design], R["weighted_cases"]
    weight = [1.0] * len(data["row"]) if design == "unweighted" else data["weight"]
    table = of_cases([int(i > 0) for i in data["row"]], [int(j > 1) for j in data["col"]], weight)
    if design == "clusters":
        table = replace(table, covariance=np.array(one["two_covariance"]), design_df=one["df"])
    for ours, true in zip((value(table, name), value(table, f"{name}_ase")), one[name], strict=True):
        assert log_relative_error(ours, true) > 9
    assert numbers(table)[f"{name}_ase"].method == "design_based"


def test_reversing_one_variable_changes_the_sign():
    turned = crosstab([row[::-1] for row in PAIN])
    for name in ordinal.MEASURES:
        assert value(turned, name) == pytest.approx(-value(crosstab(PAIN), name), rel=1e-12)
        assert value(turned, f"{name}_ase") == pytest.approx(value(crosstab(PAIN), f"{name}_ase"), rel=1e-12)


def test_a_monotone_recode_and_an_empty_category_change_nothing():
    wider = crosstab([[*row[:3], 0, *row[3:]] for row in PAIN], rows=[3, 80], columns=[1, 4, 9, 10, 16, 25])
    for name in ordinal.MEASURES:
        for end in ("", "_ase", "_p"):
            assert value(wider, name + end) == value(crosstab(PAIN), name + end)


def test_perfect_order_and_no_pairs():
    table = crosstab([[5, 0], [0, 7]])
    assert value(table, "gamma") == 1
    assert value(table, "gamma_ase") == 0
    for name in ("gamma", "tau_b", "somers_d_rows_ase"):
        assert reason(crosstab([[3, 4]]), name) == "fewer_than_two_categories"


def test_zero_cells():
    table = crosstab([[0, 4, 0], [5, 0, 0], [0, 6, 0]])
    assert value(table, "gamma") == pytest.approx((5 * 6 - 4 * 5) / (5 * 6 + 4 * 5))
    assert value(crosstab([[0, 1], [1, 1]]), "gamma") == -1


def test_applies_only_to_ordered_variables():
    names = numbers(crosstab(PAIN, ordered=False))
    assert "gamma" not in names
    assert "gamma" in numbers(crosstab([[1, 2], [3, 4]], ordered=False))
    assert "gamma" not in numbers(replace(crosstab([[1, 2], [3, 4]], ordered=False), row_scores=None))
    assert "gamma" in numbers(crosstab(PAIN))
    assert "tau_b_ase" in numbers(crosstab(PAIN, ordered=False), Options(), ["tau_b_ase"])
