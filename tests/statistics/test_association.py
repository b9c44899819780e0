"""Chi-square tests and measures of association against PSPP, R and the reference list."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from pipeline.statistics import association
from pipeline.statistics.core import Options
from tests.statistics.crosstab_aggregates import (
    crosstab,
    log_relative_error,
    numbers,
    of_cases,
    oracle,
    reason,
    value,
)

PSPP = oracle("crosstabs_pspp.json")["tables"]
R = oracle("crosstabs_r.json")
PAIN = [[26, 26, 23, 18, 9], [6, 7, 9, 14, 23]]
HAIR = [[1768, 807, 189, 47], [946, 1387, 746, 53], [115, 438, 288, 16]]


def of_pspp(name):
    one = PSPP[name]
    return crosstab(one["counts"], one["rows"], one["columns"], same=one["rows"] == one["columns"])


def pspp_value(table, name):
    """A statistic as PSPP prints it; ``_t`` (Approx. T) is found back from our two-sided p."""
    if not name.endswith("_t"):
        return value(table, name)
    p = value(table, name[:-2] + "_p")
    if name in ("pearson_r_t", "spearman_rho_t"):
        return -stdtrit(table.w.sum() - 2, p / 2)
    return -ndtri(p / 2)


@pytest.mark.parametrize(("table", "name"), [(t, name) for t in PSPP for name in PSPP[t]["values"]])
def test_pspp(table, name):
    true = PSPP[table]["values"][name]
    # PSPP prints T; a T beyond 30 has a p of which doubles keep too few digits to find T back.
    if name.endswith("_t") and true > 30:
        assert value(of_pspp(table), name[:-2] + "_p") < 1e-190
        return
    assert log_relative_error(pspp_value(of_pspp(table), name), true) > 9


@pytest.mark.parametrize("name", R["cells"])
def test_chi2_is_r(name):
    one = R["cells"][name]
    table = crosstab(one["counts"])
    for statistic in ("chi2", "chi2_df", "chi2_p"):
        assert log_relative_error(value(table, statistic), one[statistic]) > 9


def test_yates_is_r():
    table = crosstab(R["yates"]["counts"])
    for statistic in ("chi2_yates", "chi2_yates_p"):
        assert log_relative_error(value(table, statistic), R["yates"][statistic]) > 9


def test_yates_is_zero_where_the_correction_exceeds_the_difference():
    assert value(crosstab([[3, 2], [2, 2]]), "chi2_yates") == 0
    assert value(crosstab([[3, 2], [2, 2]]), "chi2_yates_p") == 1
    assert reason(crosstab(PAIN), "chi2_yates") == "not_two_by_two"


@pytest.mark.parametrize("name", [k for k in R["correlations"] if k != "counts"])
def test_correlations_are_r(name):
    assert log_relative_error(value(crosstab(R["correlations"]["counts"]), name), R["correlations"][name]) > 9


REFERENCE = [
    ([[762, 327, 468], [484, 239, 477]], "chi2", 30.070149095754672, 9),
    ([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]], "chi2", 5.965514588770, 9),
    ([[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]], "likelihood_ratio", 6.764053201304, 9),
    ([[12, 13, 14, 15, 16], [17, 16, 18, 19, 11], [9, 15, 14, 12, 11]], "cramers_v", 0.09222412010290792, 9),
    (
        [[12, 13, 14, 15, 16], [17, 16, 18, 19, 11], [9, 15, 14, 12, 11]],
        "contingency_coefficient",
        0.12932925727138758,
        9,
    ),
    # The values below are quoted with ten decimals.
    (PAIN, "lambda_columns", 0.1250000000, 9),
    (PAIN, "lambda_columns_ase", 0.0661760717, 8.5),
    (PAIN, "lambda_rows", 0.2372881356, 9),
    (PAIN, "lambda_rows_ase", 0.0837342681, 8.5),
    (PAIN, "lambda_symmetric", 0.1604278075, 9),
    (PAIN, "uncertainty_columns", 0.0514630320, 8.5),
    (PAIN, "uncertainty_rows", 0.1260532684, 9),
    (PAIN, "uncertainty_symmetric", 0.0730871855, 8.5),
    (HAIR, "lambda_rows", 0.2241003272, 9),
    (HAIR, "lambda_columns", 0.1923948628, 9),
    (HAIR, "lambda_symmetric", 0.2076187983, 9),
]


@pytest.mark.parametrize(("counts", "name", "true", "digits"), REFERENCE)
def test_reference_list(counts, name, true, digits):
    assert log_relative_error(value(crosstab(counts), name), true) > digits


@pytest.mark.parametrize("one", R["v_interval"])
def test_interval_of_cramers_v_is_r(one):
    found = association.cramers_v_interval(one["chi2"], one["n"], tuple(map(int, one["shape"])), 0.95)
    for ours, true in zip(found, one["limits"], strict=True):
        assert log_relative_error(ours, true) > 9


def test_interval_of_cramers_v_of_the_reference_list():
    low, high = association.cramers_v_interval(19.21, 200, (2, 3), 0.95)
    assert log_relative_error(low, 0.1601308210) > 9
    assert log_relative_error(high, 0.4417449128) > 9


def test_interval_follows_the_confidence_and_holds_v():
    table = crosstab(PAIN)
    wide, narrow = (numbers(table, Options(confidence=c)) for c in (0.99, 0.8))
    assert wide["cramers_v_low"].value < narrow["cramers_v_low"].value < narrow["cramers_v"].value
    assert narrow["cramers_v"].value < narrow["cramers_v_high"].value < wide["cramers_v_high"].value
    assert value(crosstab([[5, 5], [5, 5]]), "cramers_v_low") == 0


def test_phi_has_the_sign_of_a_two_by_two_table():
    assert value(crosstab([[1, 9], [8, 2]]), "phi") == pytest.approx(-0.7035264706814485)  # R: cor of the two codes
    assert value(crosstab([[9, 1], [2, 8]]), "phi") > 0
    table = crosstab([[5, 0, 0], [0, 5, 0], [0, 0, 5]])
    assert value(table, "phi") == pytest.approx(math.sqrt(2))
    assert value(table, "cramers_v") == pytest.approx(1)


# ---------------------------------------------------------------- what cannot be computed


def test_fewer_than_two_categories_is_a_reason():
    for counts in ([[3, 4, 5]], [[3, 4], [0, 0]], [[0, 5], [0, 6]], [[0, 0], [0, 0]]):
        found = numbers(crosstab(counts), ids=ALL)
        assert {r.error for r in found.values()} == {"fewer_than_two_categories"}
        assert all(r.value is None for r in found.values())


ALL = (
    "chi2",
    "chi2_df",
    "chi2_p",
    "chi2_yates",
    "likelihood_ratio",
    "linear_by_linear",
    "phi",
    "cramers_v",
    "cramers_v_low",
    "contingency_coefficient",
    "lambda_rows",
    "lambda_rows_ase",
    "lambda_rows_p",
    "gk_tau_columns",
    "gk_tau_columns_ase",
    "uncertainty_symmetric",
    "pearson_r",
    "spearman_rho_p",
    "eta_rows",
    "eta_columns",
)


def test_string_codes_have_no_scores():
    table = replace(crosstab(PAIN), row_scores=None)
    for name in ("linear_by_linear", "pearson_r", "pearson_r_p", "eta_rows"):
        assert reason(table, name) == "scores_needed"
    assert value(table, "eta_columns") == pytest.approx(R["correlations"]["eta_columns"])
    assert value(table, "spearman_rho") == pytest.approx(R["correlations"]["spearman_rho"])
    assert "pearson_r" not in numbers(table)


def test_equal_scores_have_no_correlation():
    table = crosstab([[3, 4], [5, 1]], rows=[7, 7])
    assert reason(table, "pearson_r") == "zero_variance"
    assert reason(table, "eta_rows") == "zero_variance"
    assert reason(table, "linear_by_linear") == "undefined"


def test_lambda_of_one_modal_row_is_zero_without_p():
    table = crosstab([[9, 8], [2, 1]])
    assert value(table, "lambda_rows") == 0
    assert reason(table, "lambda_rows_p") == "zero_standard_error"


def test_a_perfect_correlation():
    table = crosstab([[4, 0], [0, 6]])
    assert value(table, "pearson_r") == pytest.approx(1)
    assert value(table, "pearson_r_p") < 1e-15
    assert reason(crosstab([[1, 0], [0, 1]]), "pearson_r_p") == "too_few_cases"


def test_small_expected_counts_are_a_warning():
    found = numbers(crosstab([[8, 2, 10], [9, 1, 10]]))
    # Expected counts of the middle column: 1.5 and 1.5.
    assert found["chi2"].warning == "expected_below_5 cells=2 share=0.3333 minimum=1.5"
    assert found["chi2_p"].warning == found["chi2"].warning
    assert numbers(crosstab(PAIN))["chi2"].warning == ""
    assert numbers(crosstab([[5, 5], [5, 5]]))["chi2"].warning == ""


# ---------------------------------------------------------------- weights


def weighted():
    data = R["weighted_cases"]
    return of_cases(data["row"], data["col"], data["weight"])


def test_a_probability_weight_forbids_naive_tests():
    table = weighted()
    for name in ("chi2", "chi2_p", "likelihood_ratio", "linear_by_linear", "cramers_v_low", "gk_tau_rows_p"):
        assert reason(table, name) == "weights_need_rao_scott"
    clustered = replace(crosstab(PAIN), covariance=np.eye(10), design_df=9.0)
    assert reason(clustered, "chi2") == "weights_need_rao_scott"


def test_effect_sizes_of_a_probability_weight_are_those_of_the_weighted_shares():
    table = weighted()
    scaled = crosstab((table.w / table.w.sum() * table.n.sum()).tolist())
    for name in (
        "phi",
        "cramers_v",
        "contingency_coefficient",
        "lambda_rows",
        "gk_tau_columns",
        "pearson_r",
        "eta_rows",
    ):
        found = numbers(table, ids=[name])[name]
        assert found.value == pytest.approx(value(scaled, name), rel=1e-12)
        assert found.method == "shares_scaled_to_n"


def test_scaling_a_probability_weight_changes_nothing():
    table = weighted()
    thousand = replace(table, w=table.w * 1000, w2=table.w2 * 1e6)
    first, second = numbers(table), numbers(thousand)
    for name in ("cramers_v", "lambda_rows_ase", "pearson_r_p", "uncertainty_rows_ase", "gamma_ase", "rao_scott_f_p"):
        assert first[name].value == pytest.approx(second[name].value, rel=1e-9)


def test_doubling_a_frequency_weight_is_doubling_the_cases():
    single, double = crosstab(PAIN), crosstab((np.array(PAIN) * 2).tolist())
    weight = replace(single, w=single.w * 2, w2=single.w * 4, weighting="frequency")
    for name, result in numbers(double, ids=ALL).items():
        other = numbers(weight, ids=ALL)[name]
        assert (result.value, result.error) == (other.value, other.error)


# ---------------------------------------------------------------- what must change nothing

UNORDERED = (
    "chi2",
    "chi2_p",
    "likelihood_ratio",
    "cramers_v",
    "cramers_v_low",
    "phi",
    "lambda_rows",
    "lambda_rows_ase",
    "lambda_columns_p",
    "gk_tau_rows",
    "gk_tau_rows_ase",
    "uncertainty_symmetric_ase",
)


@pytest.mark.parametrize("name", UNORDERED)
def test_the_order_of_categories_changes_nothing(name):
    x = np.array(HAIR)
    moved = x[[2, 0, 1]][:, [3, 1, 0, 2]]
    assert value(crosstab(moved.tolist()), name) == pytest.approx(value(crosstab(HAIR), name), rel=1e-12)


@pytest.mark.parametrize("name", ALL[:3] + ALL[4:])
def test_an_empty_category_changes_nothing(name):
    wider = [[*row[:2], 0, *row[2:]] for row in HAIR] + [[0] * 5]
    table = crosstab(wider, rows=[1, 2, 3, 9], columns=[1, 2, 7, 3, 4])
    assert value(table, name) == value(crosstab(HAIR), name)


@pytest.mark.parametrize("name", ["pearson_r", "pearson_r_ase", "linear_by_linear", "eta_rows"])
def test_a_linear_recode_changes_nothing(name):
    table = crosstab(HAIR, rows=[10, 20, 30], columns=[-1, 1, 3, 5])
    assert value(table, name) == pytest.approx(value(crosstab(HAIR), name), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("lambda_rows", "lambda_columns"),
        ("lambda_rows_p", "lambda_columns_p"),
        ("gk_tau_rows", "gk_tau_columns"),
        ("gk_tau_rows_ase", "gk_tau_columns_ase"),
        ("uncertainty_rows_ase", "uncertainty_columns_ase"),
        ("eta_rows", "eta_columns"),
    ],
)
def test_turning_the_table_exchanges_rows_and_columns(name, turned):
    assert value(crosstab(np.array(HAIR).T.tolist()), name) == pytest.approx(value(crosstab(HAIR), turned), rel=1e-12)


# ---------------------------------------------------------------- standard errors by numerical derivatives

DELTA = [(table, name) for table in R["delta"] for name in R["delta"][table].get("ase", {})]


@pytest.mark.parametrize(("table", "name"), DELTA)
def test_standard_errors_are_those_of_numerical_derivatives(table, name):
    one = R["delta"][table]
    found = crosstab(one["counts"])
    assert log_relative_error(value(found, name), one["value"][name]) > 9
    assert log_relative_error(value(found, f"{name}_ase"), one["ase"][name]) > 8


def test_p_of_goodman_and_kruskals_tau():
    one = R["delta"]["pain"]
    assert log_relative_error(value(crosstab(one["counts"]), "gk_tau_rows_p"), one["gk_tau_rows_p"]) > 9


@pytest.mark.parametrize("design", ["one_stage", "clusters"])
@pytest.mark.parametrize("name", R["delta_design"]["value"])
def test_design_based_standard_errors_are_those_of_numerical_derivatives(design, name):
    one, data = R["delta_design"], R["weighted_cases"]
    table = of_cases(data["row"], one["col"], data["weight"])
    df = len(data["row"]) - 1
    if design == "clusters":
        df = one["df"]
        table = replace(table, covariance=np.array(one["covariance"]), design_df=df)
    estimate, error = value(table, name), value(table, f"{name}_ase")
    assert log_relative_error(estimate, one["value"][name]) > 9
    assert log_relative_error(error, one[design][name]) > 8
    if name.startswith("gk_tau"):
        assert reason(table, f"{name}_p") == "weights_need_rao_scott"
    elif error == 0:
        assert reason(table, f"{name}_p") == "zero_standard_error"
    elif not name.startswith("uncertainty"):
        assert -stdtrit(df, value(table, f"{name}_p") / 2) == pytest.approx(abs(estimate / error), rel=1e-9)
