"""Two-by-two tables, paired tables and strata against R, SAS's migraine example and exact arithmetic."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from pipeline.statistics import twobytwo
from pipeline.statistics.core import LayeredCrosstab, Options
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle, reason, value

R = oracle("crosstabs_r.json")
ENDS = ("", "_low", "_high")


@pytest.mark.parametrize("one", R["odds"])
@pytest.mark.parametrize("name", ["odds_ratio", "risk_ratio_column1", "risk_ratio_column2"])
def test_ratios_are_r(one, name):
    for end, true in zip(ENDS, one[name], strict=True):
        assert log_relative_error(value(crosstab(one["counts"]), name + end), true) > 9


def test_odds_ratio_is_pspp():
    # GNU PSPP 1.6.2, CROSSTABS /STATISTICS=RISK (its intervals are wrong and not quoted).
    assert log_relative_error(value(crosstab([[23, 15], [19, 31]]), "odds_ratio"), 2.501754385964912) > 14


def test_risk_difference_is_newcombes():
    table = crosstab([[56, 14], [48, 32]])
    assert value(table, "risk_difference") == pytest.approx(56 / 70 - 48 / 80)
    assert log_relative_error(value(table, "risk_difference_low"), 0.05243147240236498) > 11
    assert log_relative_error(value(table, "risk_difference_high"), 0.33387265403690614) > 11


def exact_mean_and_tails(counts, ratio):
    """E(a), P(K ≥ a) and P(K ≤ a) of the noncentral hypergeometric distribution in fractions."""
    (a, b), (c, d) = counts
    r1, r2, s1 = a + b, c + d, a + c
    weight = {k: comb(r1, k) * comb(r2, s1 - k) * ratio**k for k in range(max(0, s1 - r2), min(r1, s1) + 1)}
    total = sum(weight.values())
    return (
        sum(k * w for k, w in weight.items()) / total,
        sum(w for k, w in weight.items() if k >= a) / total,
        sum(w for k, w in weight.items() if k <= a) / total,
    )


@pytest.mark.parametrize("counts", [((2, 7), (8, 2)), ((23, 15), (19, 31)), ((1, 9), (30, 4)), ((40, 2), (3, 50))])
def test_conditional_odds_ratio_solves_its_equations_exactly(counts):
    """In fractions: the mean crosses a, and each tail 2.5%, within a relative 1e-10 of our three numbers."""
    near = Fraction(1, 10**10)
    table = crosstab(counts)
    estimate, low, high = (Fraction(value(table, f"conditional_odds_ratio{end}")) for end in ENDS)
    tail = Fraction(25, 1000)
    a = counts[0][0]
    assert (
        exact_mean_and_tails(counts, estimate * (1 - near))[0]
        < a
        < exact_mean_and_tails(counts, estimate * (1 + near))[0]
    )
    assert exact_mean_and_tails(counts, low * (1 - near))[1] < tail < exact_mean_and_tails(counts, low * (1 + near))[1]
    assert (
        exact_mean_and_tails(counts, high * (1 + near))[2] < tail < exact_mean_and_tails(counts, high * (1 - near))[2]
    )


@pytest.mark.parametrize("one", R["odds"][:2])
def test_conditional_odds_ratio_is_rs_equations(one):
    for end, true in zip(ENDS, one["conditional"], strict=True):
        assert log_relative_error(value(crosstab(one["counts"]), f"conditional_odds_ratio{end}"), true) > 9


def test_conditional_odds_ratio_of_the_reference_list():
    """R's fisher.test stops its root finding at a tolerance of 1.2e-4: its digits end there, and so does this test."""
    table = crosstab([[2, 7], [8, 2]])
    for end, true in zip(ENDS, (0.0858623513573622, 0.004668988338943325, 0.895792956493601), strict=True):
        assert value(table, f"conditional_odds_ratio{end}") == pytest.approx(true, rel=1.2e-3)


def test_conditional_odds_ratio_at_the_ends():
    none = crosstab([[0, 5], [4, 3]])
    assert value(none, "conditional_odds_ratio") == 0
    assert value(none, "conditional_odds_ratio_low") == 0
    assert 0 < value(none, "conditional_odds_ratio_high") < 10
    turned = crosstab([[5, 0], [3, 4]])
    assert reason(turned, "conditional_odds_ratio") == "infinite"
    assert reason(turned, "conditional_odds_ratio_high") == "infinite"
    assert value(turned, "conditional_odds_ratio_low") == pytest.approx(
        1 / value(none, "conditional_odds_ratio_high"), rel=1e-12
    )
    assert reason(crosstab([[2.5, 1], [1, 1]]), "conditional_odds_ratio") == "counts_not_whole"


def test_zero_cells_are_a_reason():
    for name in ("odds_ratio", "odds_ratio_low", "risk_ratio_column1_high"):
        assert reason(crosstab([[0, 5], [4, 3]]), name) == "zero_cell"
    # Column 2 has no zero: its ratio is there.
    assert value(crosstab([[0, 5], [4, 3]]), "risk_ratio_column2") == pytest.approx(7 / 3)
    assert reason(crosstab([[1, 2, 3], [4, 5, 6]]), "odds_ratio") == "not_two_by_two"
    assert reason(crosstab([[1, 2, 3], [4, 5, 6]]), "risk_difference_low") == "not_two_by_two"
    assert reason(crosstab([[1, 2, 3], [4, 5, 6]]), "conditional_odds_ratio") == "not_two_by_two"


def test_empty_categories_are_dropped_and_others_are_not_two_by_two():
    wider = crosstab([[2, 0, 7], [0, 0, 0], [8, 0, 2]])
    for name in ("odds_ratio_low", "risk_ratio_column1", "risk_difference_high", "conditional_odds_ratio"):
        assert value(wider, name) == value(crosstab([[2, 7], [8, 2]]), name)
        assert name in numbers(wider)
    assert "odds_ratio" not in numbers(crosstab([[1, 2, 3], [4, 5, 6]]))


def test_doubling_a_frequency_weight():
    double = crosstab([[4, 14], [16, 4]])
    weighted = replace(crosstab([[2, 7], [8, 2]]), w=double.w, w2=double.w * 2, weighting="frequency")
    for name in ("odds_ratio_low", "risk_ratio_column2_high", "risk_difference_low", "conditional_odds_ratio_high"):
        assert value(weighted, name) == value(double, name)


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
@pytest.mark.parametrize(
    ("key", "name"), [("odds", "odds_ratio"), ("risk", "risk_ratio_column1"), ("difference", "risk_difference")]
)
def test_design_based_intervals_are_r_surveys(design, key, name):
    one, data = R[design], R["weighted_cases"]
    weight = [1.0] * len(data["row"]) if design == "unweighted" else data["weight"]
    table = of_cases([int(i > 0) for i in data["row"]], [int(j > 1) for j in data["col"]], weight)
    if design == "clusters":
        table = replace(table, covariance=np.array(one["two_covariance"]), design_df=one["df"])
    estimate, error = one[key]
    # scipy.special.stdtrit is not the oracle here: R, qt(.975, c(149, 29)).
    t = {149: 1.97601317705976, 29: 2.0452296421327}[one["df"]]
    found = [value(table, name + end) for end in ENDS]
    assert log_relative_error(found[0], estimate) > 9
    for ours, sign in zip(found[1:], (-1, 1), strict=True):
        true = estimate + sign * t * error if name == "risk_difference" else estimate * np.exp(sign * t * error)
        assert log_relative_error(ours, true) > 9


# ---------------------------------------------------------------- paired


@pytest.mark.parametrize("name", [k for k in R["mcnemar"] if k != "counts"])
def test_mcnemar_is_r(name):
    assert log_relative_error(value(crosstab(R["mcnemar"]["counts"], same=True), name), R["mcnemar"][name]) > 9


def test_mcnemar_of_the_reference_list():
    table = crosstab([[23, 15], [19, 31]], same=True)
    assert log_relative_error(value(table, "mcnemar_chi2"), 0.470588235294118) > 14
    assert log_relative_error(value(table, "mcnemar_p"), 0.60759136127308) > 13
    assert log_relative_error(value(table, "mcnemar_corrected_p"), 0.606905427217951) > 13


def test_mcnemar_reasons():
    assert reason(crosstab([[3, 0], [0, 4]], same=True), "mcnemar_p") == "no_discordant_pairs"
    assert reason(crosstab([[3, 1], [2, 4]]), "mcnemar_p") == "categories_differ"
    assert reason(crosstab([[3, 1, 1], [2, 4, 1], [1, 1, 1]], same=True), "mcnemar_p") == "not_two_by_two"
    fractional = crosstab([[3, 1.5], [2, 4]], same=True)
    assert reason(fractional, "mcnemar_p") == "counts_not_whole"
    assert value(fractional, "mcnemar_chi2") == pytest.approx(0.25 / 3.5)
    assert value(fractional, "mcnemar_corrected") == 0
    weighted = replace(crosstab([[3, 1], [2, 4]], same=True), weighting="probability")
    assert reason(weighted, "mcnemar_p") == "weights_need_rao_scott"
    assert reason(weighted, "bowker_chi2") == "weights_need_rao_scott"


def test_mcnemar_keeps_a_category_that_only_one_side_chose():
    # Nobody said 2 the first time: still a paired table of two categories.
    assert value(crosstab([[5, 3], [0, 0]], same=True), "mcnemar_p") == 0.25
    # A third category of the scale that nobody chose is no category of the test.
    wider = crosstab([[23, 0, 15], [0, 0, 0], [19, 0, 31]], same=True)
    assert value(wider, "mcnemar_p") == value(crosstab([[23, 15], [19, 31]], same=True), "mcnemar_p")
    assert "mcnemar_p" in numbers(wider)
    assert "bowker_chi2" not in numbers(wider)


def test_binomial_of_many_pairs():
    # R: binom.test(980, 2100)$p.value
    assert log_relative_error(twobytwo.binomial_half_p(980, 1120), MANY) > 9
    assert twobytwo.binomial_half_p(4, 4) == 1


MANY = 0.0024116067955429143


def test_bowker_is_r():
    table = crosstab(R["bowker"]["counts"], same=True)
    for name in ("bowker_chi2", "bowker_chi2_df", "bowker_chi2_p"):
        assert log_relative_error(value(table, name), R["bowker"][name]) > 9
    assert reason(crosstab([[3, 1], [2, 4]]), "bowker_chi2") == "categories_differ"
    assert reason(crosstab(np.diag([3, 4, 5]).tolist(), same=True), "bowker_chi2") == "no_discordant_pairs"


def test_bowker_counts_the_pairs_that_somebody_exchanged():
    table = crosstab([[3, 4, 0], [1, 5, 2], [0, 6, 7]], same=True)
    assert value(table, "bowker_chi2_df") == 2
    assert value(table, "bowker_chi2") == pytest.approx(9 / 5 + 16 / 8)


# ---------------------------------------------------------------- strata


def layers(tables, **options):
    return LayeredCrosstab(tuple(crosstab(x, **options) for x in tables))


@pytest.mark.parametrize("one", R["strata"])
@pytest.mark.parametrize(
    "name",
    [
        "cmh",
        "cmh_df",
        "cmh_p",
        "cmh_corrected",
        "cmh_corrected_p",
        "breslow_day",
        "breslow_day_p",
        "tarone",
        "tarone_p",
    ],
)
def test_strata_are_r(one, name):
    assert log_relative_error(value(layers(one["strata"]), name), one[name]) > 9


@pytest.mark.parametrize("one", R["strata"])
def test_common_odds_ratio_is_r(one):
    for end, true in zip(ENDS, one["mh_odds_ratio"], strict=True):
        assert log_relative_error(value(layers(one["strata"]), f"mh_odds_ratio{end}"), true) > 9


def test_sas_migraine():
    # SAS/STAT User's Guide, PROC FREQ, "Cochran-Mantel-Haenszel Statistics": four decimals.
    table = layers([[[16, 11], [5, 20]], [[12, 16], [7, 19]]])
    assert round(value(table, "cmh"), 4) == 8.3052
    assert round(value(table, "cmh_p"), 4) == 0.0040
    assert [round(value(table, f"mh_odds_ratio{end}"), 4) for end in ENDS] == [3.3132, 1.4456, 7.5934]
    assert round(value(table, "breslow_day"), 4) == 1.4929
    assert round(value(table, "breslow_day_p"), 4) == 0.2218
    assert value(table, "breslow_day_df") == 1


@pytest.mark.parametrize("name", ["cmh", "cmh_df", "cmh_p"])
def test_general_association_is_r(name):
    one = R["strata_general"]
    assert log_relative_error(value(layers(one["strata"]), name), one[name]) > 9


def test_strata_order_empty_strata_and_empty_categories_change_nothing():
    one = R["strata"][0]["strata"]
    wider = [[[row[0], 0, row[1]] for row in x] for x in [*one[::-1], [[0, 0], [0, 0]], [[1, 0], [0, 0]]]]
    for name in ("cmh", "cmh_corrected", "mh_odds_ratio_low", "breslow_day", "tarone_p"):
        assert value(layers(wider), name) == pytest.approx(value(layers(one), name), rel=1e-12)


def test_strata_reasons():
    assert reason(layers([[[3, 4, 5]]]), "cmh") == "fewer_than_two_categories"
    assert reason(layers([[[0, 0], [0, 0]]]), "cmh_p") == "fewer_than_two_categories"
    # Within each stratum one row is empty: nothing can vary.
    alone = layers([[[3, 4], [0, 0]], [[0, 0], [2, 5]]])
    assert reason(alone, "cmh") == "zero_variance"
    assert reason(alone, "cmh_corrected") == "zero_variance"
    assert reason(alone, "mh_odds_ratio") == "zero_cell"
    assert reason(alone, "tarone") == "zero_cell"
    three = layers([[[3, 4, 1], [2, 2, 5]]])
    assert reason(three, "mh_odds_ratio") == "not_two_by_two"
    assert "mh_odds_ratio" not in numbers(three)
    assert "cmh" in numbers(three)
    assert reason(layers([[[3, 4], [2, 5]]]), "breslow_day") == "fewer_than_two_strata"
    assert reason(layers([np.ones((51, 50)).tolist()]), "cmh_p") == "too_many_cells"
    weighted = LayeredCrosstab((replace(crosstab([[3, 4], [2, 5]]), weighting="probability"),))
    assert reason(weighted, "cmh") == "weights_need_rao_scott"
    assert reason(weighted, "mh_odds_ratio_low") == "weights_need_rao_scott"


def test_correction_is_left_out_where_the_difference_is_below_a_half():
    # R: mantelhaen.test(array(c(3, 3, 4, 4, 2, 3, 3, 4), c(2, 2, 2)))$statistic
    table = layers([[[3, 4], [3, 4]], [[2, 3], [3, 4]]])
    assert log_relative_error(value(table, "cmh_corrected"), CLOSE) > 9
    assert value(table, "cmh_corrected") == pytest.approx(value(table, "cmh"), rel=1e-12)


CLOSE = 0.0040935505109781726


def test_intervals_follow_the_confidence():
    table = crosstab([[23, 15], [19, 31]])
    for name in ("odds_ratio", "risk_ratio_column1", "risk_difference", "conditional_odds_ratio"):
        wide = [value(table, name + end, Options(confidence=0.99)) for end in ENDS[1:]]
        narrow = [value(table, name + end, Options(confidence=0.9)) for end in ENDS[1:]]
        assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_methods_name_the_interval_and_its_confidence():
    table = crosstab([[23, 15], [19, 31]])
    found = numbers(table, Options(confidence=0.9))
    assert found["odds_ratio_low"].method == found["risk_ratio_column1_high"].method == "wald_log confidence=90"
    assert found["risk_difference_low"].method == "newcombe confidence=90"
    assert found["conditional_odds_ratio"].method == "conditional_mle"
    assert found["conditional_odds_ratio_low"].method == "exact_interval confidence=90"
    weighted = numbers(replace(table, weighting="probability"), Options(confidence=0.9))
    assert weighted["odds_ratio_low"].method == "design_based_interval confidence=90"
    assert weighted["risk_difference_high"].method == "design_based_interval confidence=90"
    strata = numbers(layers([[[16, 11], [5, 20]], [[12, 16], [7, 19]]]), Options(confidence=0.9))
    assert strata["mh_odds_ratio_low"].method == "wald_log confidence=90"


@pytest.mark.parametrize("counts", [[[0, 3], [4, 5]], [[3, 0], [4, 5]], [[0, 3], [0, 5]]])
def test_strata_without_one_of_the_products_have_no_common_odds_ratio(counts):
    assert np.isnan(twobytwo.mantel_haenszel_odds_ratio(np.array([counts, counts], np.float64))).all()


def test_bowker_with_a_category_of_one_case():
    """(2 − 3)²/(2 + 3) + (1 − 0)²/(1 + 0) of two pairs that somebody exchanged: 6/5; p = e^(−0.6) of two degrees."""
    table = crosstab([[5, 2, 1], [3, 4, 0], [0, 0, 0]], same=True)
    assert value(table, "bowker_chi2") == pytest.approx(6 / 5, rel=1e-12)
    assert value(table, "bowker_chi2_df") == 2
    assert value(table, "bowker_chi2_p") == pytest.approx(np.exp(-0.6), rel=1e-12)
