"""Post hoc comparisons and letters against R, PSPP, and multiple-precision values of the studentized range."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics.core import Options
from pipeline.statistics.design import design
from pipeline.statistics.posthoc import (
    compare_means,
    dunn,
    games_howell,
    studentized_range_quantile,
    studentized_range_tail,
    tukey_hsd,
)
from tests.statistics.numeric_aggregates import CASES, R, case_groups, found, grouped, table
from tests.statistics.test_design_by_hand import H, K, W, by_definition
from tests.statistics.test_groups_by_hand import THREE, sampled, scores_of_means

PSPP = table("numeric_pspp.csv")
OPTIONS = Options()


# P(Q ≤ q) in multiple precision (mpmath), from SciPy's tests: scipy/stats/tests/data/studentized_range_mpmath_ref.json
MPMATH = [
    (0.1, 3, 3, 0.0027502772229359594),
    (0.1, 3, 120, 0.002752755744313648),
    (1, 3, 3, 0.22331624289542043),
    (1, 10, 3, 0.003971273224673166),
    (4, 3, 3, 0.8711786295203324),
    (4, 10, 3, 0.6164875232404174),
    (4, 20, 3, 0.46523135355387657),
    (10, 3, 3, 0.9881335633712994),
    (10, 10, 3, 0.9570401457077894),
    (10, 20, 3, 0.9312318042339768),
]


@pytest.mark.parametrize(("q", "groups", "df", "cdf"), MPMATH)
def test_studentized_range_of_mpmath(q, groups, df, cdf):
    assert 1 - studentized_range_tail(q, groups, df) == pytest.approx(cdf, abs=1e-13)


@pytest.mark.parametrize("key", [k for k in R if k.startswith("ptukey.")])
def test_studentized_range_of_r(key):
    q, groups, df = (float(x) for x in key.removeprefix("ptukey.").split(","))
    # R's own integration stops at a relative error of some 1e-9, and at 1e-4 below three degrees of freedom
    assert studentized_range_tail(q, int(groups), df) == pytest.approx(R[key], rel=1e-8 if df > 3 else 1e-4)


@pytest.mark.parametrize("key", [k for k in R if k.startswith("qtukey.")])
def test_studentized_range_quantile_of_r(key):
    confidence, groups, df = (float(x) for x in key.removeprefix("qtukey.").split(","))
    found = studentized_range_quantile(confidence, int(groups), df)
    assert found == pytest.approx(R[key], rel=1e-8)
    assert studentized_range_tail(found, int(groups), df) == pytest.approx(1 - confidence, rel=1e-12)


def test_no_range_exceeds_nothing():
    assert studentized_range_tail(0, 4, 10) == 1


@pytest.mark.parametrize("weighting", ["none", "frequency"])
def test_tukey_of_r(weighting):
    got = tukey_hsd(case_groups("x", "g3", weighting), OPTIONS)
    assert list(zip(got.first.tolist(), got.second.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    # R subtracts the first from the second
    for name, values in (("difference", -got.difference), ("low", -got.high), ("high", -got.low), ("p", got.p)):
        want = [R[f"{weighting}.x.g3.tukey.{name}.{i}"] for i in (1, 2, 3)]
        np.testing.assert_allclose(values, want, rtol=1e-8, err_msg=name)


@pytest.mark.parametrize("weighting", ["none", "frequency"])
def test_games_howell_of_r(weighting):
    got = games_howell(case_groups("x", "g3", weighting), OPTIONS)
    for name, values, digits in (("df", got.df, 1e-12), ("p", got.p, 2e-6), ("high", -got.low, 1e-7)):
        want = [R[f"{weighting}.x.g3.games_howell.{name}.{i}"] for i in (1, 2, 3)]
        np.testing.assert_allclose(values, want, rtol=digits, err_msg=name)


@pytest.mark.parametrize("weight", ["none", "pw"])
@pytest.mark.parametrize("function", [tukey_hsd, games_howell])
def test_post_hoc_of_pspp(function, weight):
    w = CASES["pw"] if weight == "pw" else None
    aggregate = grouped(CASES["x"], CASES["g3"].astype(int) - 1, w, "none" if w is None else "frequency")
    got = function(aggregate, OPTIONS)
    for name in ("difference", "se", "low", "high") if function is tukey_hsd else ("difference", "low", "high"):
        want = [PSPP[f"{weight}.x.g3.{function.__name__}.{name}.{i}"] for i in (1, 2, 3)]
        np.testing.assert_allclose(getattr(got, name), want, rtol=2e-6 if name in ("low", "high") else 1e-9)


@pytest.mark.parametrize("weighting", ["none", "frequency"])
@pytest.mark.parametrize("adjustment", ["bonferroni", "holm", "bh"])
def test_dunn_of_r(weighting, adjustment):
    got = dunn(case_groups("y", "g3", weighting), Options(adjustment=adjustment))
    z = [R[f"{weighting}.y.g3.dunn.z.{i}"] for i in (1, 2, 3)]
    p = [R[f"{weighting}.y.g3.dunn.{adjustment}.{i}"] for i in (1, 2, 3)]
    np.testing.assert_allclose(got.statistic, z, rtol=1e-11)
    np.testing.assert_allclose(got.p, p, rtol=1e-9)
    assert got.method == f"dunn adjustment={adjustment}"


@pytest.mark.parametrize("weighting", ["none", "frequency"])
def test_pooled_comparison_of_r(weighting):
    got = compare_means(case_groups("x", "g3", weighting), OPTIONS)
    want = [R[f"{weighting}.x.g3.pooled.bonferroni.{i}"] for i in (1, 2, 3)]
    np.testing.assert_allclose(got.p, want, rtol=1e-9)


def test_design_based_comparison_of_two_columns_is_the_design_based_t():
    got = compare_means(case_groups("x", "g2", "probability"), OPTIONS)
    # svyttest, with the sign of first minus second
    np.testing.assert_allclose(np.abs(got.statistic), abs(R["probability.x.g2.design_t"]), rtol=1e-9)
    np.testing.assert_allclose(got.p, R["probability.x.g2.design_t_p"], rtol=1e-9)


def test_letters_say_which_columns_are_smaller():
    # pairwise.t.test above: of three columns only the first and the third differ at 5% (unweighted)
    plain = found(case_groups("x", "g3", "none"), "letters")["letters"]
    assert plain.letters.tolist() == [["", "", "A"]]
    assert plain.values.tolist() == [[0, 0, 1]]
    assert plain.method == "pooled_t adjustment=bonferroni level=0.05"
    weighted = found(case_groups("x", "g3", "frequency"), "letters")["letters"]
    assert weighted.letters.tolist() == [["", "A", "A"]]


def test_letters_follow_position_level_and_adjustment():
    values = np.concatenate([np.arange(10) + shift for shift in (30.0, 20.0, 0.0)])
    aggregate = grouped(values, np.repeat([0, 1, 3], 10), count=5)
    result = found(aggregate, "letters")["letters"]
    assert result.letters.tolist() == [["B D", "D", "", "", ""]]
    assert np.isnan(result.values[0, [2, 4]]).all()
    assert result.error == "column_not_compared"
    close = grouped(np.concatenate([np.arange(10), np.arange(10) + 3.0, np.arange(10) + 3.0]), np.repeat([0, 1, 2], 10))
    assert found(close, "letters")["letters"].letters.tolist() == [["", "", ""]]
    assert found(close, "letters", options=Options(adjustment="none"))["letters"].letters.tolist() == [["", "A", "A"]]
    assert found(close, "letters", options=Options(confidence=0.8))["letters"].letters.tolist() == [["", "A", "A"]]


def test_columns_of_one_case_take_no_part():
    aggregate = grouped([1, 2, 3, 11, 12, 13, 99], [0, 0, 0, 1, 1, 1, 2])
    result = found(aggregate, "letters")["letters"]
    assert result.letters.tolist() == [["", "A", ""]]
    assert np.isnan(result.values[0]).tolist() == [False, False, True]


@pytest.mark.parametrize("function", [tukey_hsd, games_howell, dunn, compare_means])
def test_reasons(function):
    assert function(grouped([1, 2], [0, 0]), OPTIONS).error == "fewer_than_two_groups"
    if function is not compare_means:
        refused = function(case_groups("x", "g3", "probability"), OPTIONS)
        assert refused.error == "weights_need_design_based"
        assert list(zip(refused.first.tolist(), refused.second.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
        assert np.isnan(refused.difference).all() and np.isnan(refused.p).all()
    if function is not games_howell:
        assert function(grouped([1, 1, 1, 1], [0, 0, 1, 1]), OPTIONS).error == "zero_variance"
    if function in (tukey_hsd, compare_means):
        assert function(grouped([1, 2], [0, 1]), OPTIONS).error == "fewer_than_two_cases"


def test_games_howell_leaves_out_a_group_of_one_case():
    got = games_howell(grouped([1, 2, 4, 11, 12, 15, 99], [0, 0, 0, 1, 1, 1, 2]), OPTIONS)
    assert got.error == "group_of_one_case"
    assert np.isnan(got.p).tolist() == [False, True, True]


def test_empty_groups_are_skipped_and_places_kept():
    got = tukey_hsd(grouped([1, 2, 5, 6, 9, 11], [0, 0, 2, 2, 3, 3], count=4), OPTIONS)
    assert list(zip(got.first.tolist(), got.second.tolist(), strict=True)) == [(0, 2), (0, 3), (2, 3)]


def test_two_constant_columns_of_a_survey_are_not_compared():
    values, groups = [1, 1, 2, 2, 5, 9], [0, 0, 1, 1, 2, 2]
    got = compare_means(grouped(values, groups, [1, 2, 1, 2, 1, 2], "probability"), OPTIONS)
    assert np.isnan(got.p).tolist() == [True, False, False]
    assert got.error == "column_not_compared"


def test_tukey_and_pooled_t_by_hand():
    """1 3, 4 6 and 9 11: mean square 2 with 3 degrees of freedom; q is the difference over √(2/2), t that over √2."""
    a = grouped([1, 3, 4, 6, 9, 11], np.repeat([0, 1, 2], 2))
    got = tukey_hsd(a, OPTIONS)
    np.testing.assert_allclose(got.statistic, [-3, -8, -5], rtol=1e-12)
    np.testing.assert_allclose(got.se, 2**0.5, rtol=1e-12)
    assert got.method == "tukey_hsd confidence=95"
    assert games_howell(a, Options(confidence=0.9)).method == "games_howell confidence=90"
    # 0 1 and 2 3: squares 1 in all, t = −2/√½; P(|t| > x) = 1 − x/√(2 + x²) of two degrees of freedom.
    pair = compare_means(grouped([0, 1, 2, 3], [0, 0, 1, 1]), OPTIONS)
    assert pair.statistic[0] == pytest.approx(-(8**0.5), rel=1e-12)
    assert pair.p[0] == pytest.approx(1 - (8 / 10) ** 0.5, rel=1e-11)
    # One degree of freedom is enough, but a column of one case is not.
    assert compare_means(grouped([1, 3, 4], [0, 0, 1]), OPTIONS).error == "column_not_compared"


def test_columns_of_a_sample_are_compared_with_their_covariance():
    """The variance of a difference is that of the difference of the scores: their clusters are the same."""
    scores, means = scores_of_means(THREE)
    got = compare_means(sampled(THREE, design(W, H, K)), Options(adjustment="none"))
    for pair, (i, j) in enumerate(((0, 1), (0, 2), (1, 2))):
        v = by_definition((scores[:, i] - scores[:, j])[:, None], H, K)[0, 0]
        assert (got.first[pair], got.second[pair]) == (i, j)
        assert got.se[pair] == pytest.approx(v**0.5, rel=1e-10)
        assert got.difference[pair] == pytest.approx(means[i] - means[j], rel=1e-12)


def test_games_howell_of_constant_groups_says_nothing_on_the_console():
    """A pair without any variance has neither degrees of freedom nor a p; the others have."""
    got = games_howell(grouped([1, 1, 2, 2, 5, 9], np.repeat([0, 1, 2], 2)), OPTIONS)
    assert np.isnan(got.p).tolist() == [True, False, False]
    # Of the third alone: 8/2 over 2, and its one degree of freedom.
    np.testing.assert_allclose(got.df[1:], 1, rtol=1e-12)
    np.testing.assert_allclose(got.se[1:], 2, rtol=1e-12)
    assert got.error == "group_of_one_case"


def test_one_degree_of_freedom_and_squares_of_one_are_enough():
    for values, groups in (([0, 1, 2, 3], [0, 0, 1, 1]), ([1, 3, 4], [0, 0, 1])):
        assert tukey_hsd(grouped(values, groups), OPTIONS).error == ""
    assert tukey_hsd(grouped([1, 1, 1], [0, 0, 1]), OPTIONS).error == "zero_variance"


def test_two_columns_with_cases_have_letters_unasked():
    assert "letters" in found(grouped([1, 3, 4, 6], [0, 0, 1, 1]))
    assert "letters" not in found(grouped([1, 3, 4, 6], [0, 0, 0, 0], count=2))


@pytest.mark.parametrize("groups", [2, 3, 10])
@pytest.mark.parametrize("df", [1, 3, 30, 1000])
def test_no_chance_is_above_one(groups, df):
    for q in (1e-15, 1e-12, 1e-9):
        assert 1 - 1e-8 < studentized_range_tail(q, groups, df) <= 1
