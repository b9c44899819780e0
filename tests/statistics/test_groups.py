"""A numeric variable by groups against NIST StRD, R and PSPP."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from pipeline.statistics.core import GroupedDistribution, Options
from pipeline.statistics.groups import exact_rank_sum_p
from tests.statistics.numeric_aggregates import (
    CASES,
    ORACLES,
    R,
    case_distribution,
    case_groups,
    found,
    grouped,
    lre,
    reason,
    table,
    value,
)

PSPP = table("numeric_pspp.csv")
NIST = json.loads((ORACLES / "nist.json").read_text())["anova"]
POSTHOC = ("tukey", "tukey_hsd", "games_howell", "dunn", "pooled")
EFFECTS = ("cohens_d", "hedges_g", "eta_squared", "omega_squared")


def of_groups(keys):
    return [k for k in keys if k.count(".") >= 3 and k.split(".")[2] in ("g2", "g3") and k.split(".")[3] not in POSTHOC]


def simon_lesage(base, replicates):
    """NIST's SmLs01–09: nine treatments, in each a centre, then a tenth below and above it in turn."""
    values, groups = [], []
    for treatment in range(9):
        tenths = 4 if treatment == 0 else 3 if treatment % 2 else 5
        for replicate in range(replicates):
            tenth = tenths if replicate == 0 else tenths - 1 if replicate % 2 else tenths + 1
            values.append(float(f"{base}.{tenth}"))
            groups.append(treatment)
    return values, groups


# Certified F, and the digits that doubles allow: at 1e12 they hold tenths to four digits only.
SIMON_LESAGE = {
    "SmLs01": (1, 21, 21.0, 9),
    "SmLs02": (1, 201, 201.0, 9),
    "SmLs03": (1, 2001, 2001.0, 9),
    "SmLs04": (1_000_000, 21, 21.0, 9),
    "SmLs05": (1_000_000, 201, 201.0, 9),
    "SmLs06": (1_000_000, 2001, 2001.0, 9),
    "SmLs07": (1_000_000_000_000, 21, 21.0, 4),
    "SmLs08": (1_000_000_000_000, 201, 201.0, 4),
    "SmLs09": (1_000_000_000_000, 2001, 2001.0, 4),
}


@pytest.mark.parametrize("name", SIMON_LESAGE)
def test_nist_anova_simon_lesage(name):
    base, replicates, certified, digits = SIMON_LESAGE[name]
    aggregate = grouped(*simon_lesage(base, replicates))
    assert lre(value(aggregate, "anova_f"), certified) >= digits
    assert value(aggregate, "anova_df1") == 8
    assert value(aggregate, "anova_df2") == 9 * replicates - 9


@pytest.mark.parametrize(("name", "certified"), [("AtmWtAg", 15.9467335677930), ("SiRstv", 1.18046237440255)])
def test_nist_anova_observed(name, certified):
    # AtmWtAg as in NIST's file; elsewhere printed as 15.9467335627930, which agrees to 9.5 digits
    groups = np.repeat(range(len(NIST[name])), [len(one) for one in NIST[name]])
    assert lre(value(grouped(np.concatenate(NIST[name]), groups), "anova_f"), certified) >= 9


@pytest.mark.parametrize("key", of_groups(R))
def test_value_of_r(key):
    weighting, name, by, statistic, *place = key.split(".")
    got = value(case_groups(name, by, weighting), statistic)
    got = got[0, int(place[0]) - 1] if place else got
    assert got == pytest.approx(R[key], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("key", of_groups(PSPP))
def test_value_of_pspp(key):
    weight, name, by, statistic, *place = key.split(".")
    w = {"none": None, "pw": CASES["pw"]}[weight]
    aggregate = grouped(CASES[name], CASES[by].astype(int) - 1, w, "none" if w is None else "frequency")
    got = value(aggregate, statistic)
    got = got[0, int(place[0]) - 1] if place else got
    assert got == pytest.approx(PSPP[key], rel=1e-9, abs=1e-12)


def test_every_test_has_a_value_from_outside():
    tested = {k.split(".")[3] for k in [*of_groups(R), *of_groups(PSPP)]}
    two, three = case_groups("y", "g2", "none"), case_groups("y", "g3", "probability")
    names = set(found(two)) | set(found(three)) | set(found(case_groups("y", "g2", "probability")))
    without = {
        # one column of the table above, the exact p and the letters have tests of their own
        "n", "sum", "variance", "effective_n", "median", "q1", "q3", "mann_whitney_exact_p", "letters",
        # the limits of g are d's times g/d; the other degrees of freedom follow from the groups
        "hedges_g_low", "hedges_g_high", "levene_f_df1", "levene_f_df2", "levene_median_f_df1", "levene_median_f_df2",
        "welch_anova_df1", "brown_forsythe_df1", "brown_forsythe_p", "design_rank_df1",
    }  # fmt: skip
    assert names - tested <= without


@pytest.mark.parametrize("weighting", ["none", "frequency", "probability"])
def test_a_group_is_one_variable(weighting):
    # each group described alone, by the functions tested against R one by one
    aggregate = case_groups("x", "g3", weighting)
    weights = {"none": np.ones(60), "frequency": CASES["f"], "probability": CASES["pw"]}[weighting]
    for group in range(3):
        where = CASES["g3"] == group + 1
        alone = case_distribution("x", weighting)
        keep = np.isin(alone.values, CASES["x"][where])
        alone = type(alone)(alone.values[keep], alone.n[keep], alone.w[keep], alone.w2[keep], weighting)
        assert alone.w.sum() == pytest.approx(weights[where].sum())
        names = ["n", "count", "sum", "mean", "sd", "variance", "effective_n"]
        names += ["median", "q1", "q3", "minimum", "maximum"]
        for name in names + ([] if weighting == "probability" else ["se", "mean_low", "mean_high"]):
            assert value(aggregate, name)[0, group] == pytest.approx(value(alone, name), rel=1e-12), name


def test_empty_groups_stay_but_take_no_part():
    with_empty = grouped(CASES["x"], CASES["g2"].astype(int) * 2 - 1, count=5)
    without = case_groups("x", "g2", "none")
    results = found(with_empty)
    assert results["n"].values.tolist() == [[0, 28, 0, 32, 0]]
    assert np.isnan(results["mean"].values[0, [0, 2, 4]]).all()
    assert results["mean"].error == "no_cases"
    assert results["sd"].error == "fewer_than_two_cases"
    for name in ("t", "welch_p", "anova_f", "welch_anova_p", "levene_f", "kruskal_h", "mann_whitney_u", "cohens_d"):
        assert value(with_empty, name) == pytest.approx(value(without, name), rel=1e-14), name


def test_exact_mann_whitney_of_r():
    ties = grouped([1, 2, 2, 3, 4, 5, 3, 4, 5, 5, 5, 4, 2, 3], [0] * 6 + [1] * 8)
    assert value(ties, "mann_whitney_exact_p") == pytest.approx(R["exact.ties"], rel=1e-12)
    none = grouped([1.1, 2.2, 3.3, 0.4, 5.5, 2.5, 6.1, 7.2, 8.4, 4.9, 9.1], [0] * 5 + [1] * 6)
    assert value(none, "mann_whitney_exact_p") == pytest.approx(R["exact.no_ties"], rel=1e-12)
    twenty = grouped([*range(1, 19), 40, 41, *range(19, 39)], [0] * 20 + [1] * 20)
    assert value(twenty, "mann_whitney_exact_p") == pytest.approx(R["exact.twenty"], rel=1e-12)


def test_exact_mann_whitney_counts_every_division():
    random = np.random.default_rng(5)
    for _ in range(60):
        counts = random.integers(0, 3, (random.integers(2, 5), 2))
        counts[0, 0] += 1
        counts[-1, 1] += 1
        tied = counts.sum(axis=1)
        kept = counts[tied > 0]
        tied = tied[tied > 0]
        doubled = np.repeat(2 * np.cumsum(tied) - tied, tied).tolist()
        n, m = len(doubled), int(kept[:, 0].sum())
        observed = int(kept[:, 0] @ (2 * np.cumsum(tied) - tied))
        sums = [n * sum(one) - m * sum(doubled) for one in combinations(doubled, m)]
        extreme = sum(abs(one) >= abs(n * observed - m * sum(doubled)) for one in sums)
        assert exact_rank_sum_p(kept) == pytest.approx(extreme / len(sums), rel=1e-12)


def test_exact_mann_whitney_has_limits():
    big = grouped(np.arange(80), np.arange(80) % 2)
    assert reason(big, "mann_whitney_exact_p") == "too_many_for_exact"
    assert "mann_whitney_exact_p" not in found(big)
    assert "mann_whitney_exact_p" in found(grouped(np.arange(40), np.arange(40) % 2))
    assert value(big, "mann_whitney_exact_p", enumeration_limit=10**9) == pytest.approx(
        value(big, "mann_whitney_u_p"), abs=0.01
    )
    halves = grouped([1, 2, 3, 4], [0, 0, 1, 1], [0.5, 1, 1, 1], "frequency")
    assert reason(halves, "mann_whitney_exact_p") == "counts_not_whole"


def test_reasons_of_two_groups():
    three = case_groups("x", "g3", "none")
    for name in ("t", "welch_t", "mann_whitney_u", "mann_whitney_exact_p", "mean_difference", "cohens_d"):
        assert reason(three, name) == "not_two_groups"
        assert name not in found(three)
    constant = grouped([3, 3, 3, 3], [0, 0, 1, 1])
    assert value(constant, "mean_difference") == 0
    for name in ("t", "welch_t", "mann_whitney_u_p", "mann_whitney_exact_p", "cohens_d"):
        assert reason(constant, name) == "zero_variance"
    apart = grouped([0.1, 0.1, 0.1, 0.7, 0.7, 0.7], [0, 0, 0, 1, 1, 1])
    for name in ("t", "welch_t", "cohens_d", "anova_f", "levene_f", "levene_median_f", "brown_forsythe_f"):
        assert reason(apart, name) == "zero_variance"
    one_each = grouped([1, 2], [0, 1])
    for name in ("t", "welch_t", "cohens_d", "anova_f"):
        assert reason(one_each, name) == "fewer_than_two_cases"
    assert reason(grouped([1, 2, 3], [0, 0, 1]), "welch_t") == "fewer_than_two_cases"
    assert value(grouped([1, 2, 3], [0, 0, 1]), "t_df") == 1


def test_reasons_of_several_groups():
    one = grouped([1, 2, 3], [0, 0, 0])
    for name in ("anova_f", "welch_anova_p", "levene_f", "kruskal_h", "eta_squared"):
        assert reason(one, name) == "fewer_than_two_groups"
        assert found(one)[name].error == "fewer_than_two_groups"  # a test that fails is a row with its reason
    lonely = grouped([1, 2, 3, 5], [0, 0, 1, 1], None)
    assert "anova_f" in found(lonely)
    alone = grouped([1, 2, 3], [0, 0, 1])
    assert reason(alone, "welch_anova_f") == "group_of_one_case"
    assert reason(alone, "brown_forsythe_p") == "group_of_one_case"
    flat = grouped([1, 2, 4, 4, 1, 5], [0, 0, 1, 1, 2, 2])
    assert reason(flat, "welch_anova_f") == "zero_variance_in_a_group"
    assert value(flat, "anova_f") > 0
    assert reason(grouped([2, 2, 2, 2], [0, 0, 1, 1]), "kruskal_h") == "zero_variance"


def test_levene_of_equal_distances_is_not_infinite():
    # all deviations are ½ but for rounding
    assert reason(grouped([0.1, 1.1, 0.3, 1.3], [0, 0, 1, 1]), "levene_f") == "zero_variance"


def test_naive_tests_refuse_probability_weights_and_the_other_way_round():
    survey, plain = case_groups("x", "g2", "probability"), case_groups("x", "g2", "none")
    for name in ("t", "welch_p", "anova_f", "welch_anova_f", "brown_forsythe_f", "levene_f", "levene_median_f",
                 "kruskal_h_p", "mann_whitney_u", "mann_whitney_exact_p", "cohens_d_low",
                 "eta_squared_low"):  # fmt: skip
        assert reason(survey, name) == "weights_need_design_based"
    for name in ("design_t", "design_wald_f", "design_rank_f"):
        assert reason(plain, name) == "weights_not_probability"
        assert name not in found(plain)
    assert "t" not in found(survey)
    assert "mann_whitney_exact_p" not in found(survey)


def test_reasons_of_design_based_tests():
    def survey(x, groups):
        return grouped(x, groups, np.linspace(1, 2, len(x)), "probability")

    assert reason(survey([1, 2, 3], [0, 1, 2]), "design_t") == "not_two_groups"
    assert reason(survey([1, 2], [0, 1]), "design_t") == "fewer_than_two_cases"
    assert reason(survey([1, 1, 1], [0, 1, 1]), "design_t") == "zero_variance"
    assert reason(survey([1, 1, 1], [0, 0, 0]), "design_wald_f") == "fewer_than_two_groups"
    assert reason(survey([1, 2], [0, 1]), "design_wald_f") == "fewer_than_two_cases"
    assert reason(survey([1, 1, 2, 3], [0, 0, 1, 1]), "design_wald_f") == "zero_variance_in_a_group"


def test_two_groups_agree():
    two = case_groups("y", "g2", "none")
    assert value(two, "anova_f") == pytest.approx(value(two, "t") ** 2, rel=1e-12)
    assert value(two, "kruskal_h") == pytest.approx(value(two, "mann_whitney_z") ** 2, rel=1e-12)
    assert value(two, "kruskal_h_p") == pytest.approx(value(two, "mann_whitney_u_p"), rel=1e-12)
    assert value(two, "brown_forsythe_p") == pytest.approx(value(two, "welch_p"), rel=1e-12)
    survey = case_groups("y", "g2", "probability")
    assert value(survey, "design_wald_f") == pytest.approx(value(survey, "design_t") ** 2, rel=1e-12)


def test_a_frequency_weight_of_two_is_every_case_twice():
    weighted = grouped(CASES["y"], CASES["g2"].astype(int) - 1, np.full(60, 2.0), "frequency")
    doubled = grouped(np.repeat(CASES["y"], 2), np.repeat(CASES["g2"].astype(int) - 1, 2))
    for name in found(doubled):
        if name not in ("n", "letters"):
            np.testing.assert_allclose(value(weighted, name), value(doubled, name), rtol=1e-11, err_msg=name)


def test_units_of_the_weight_do_not_matter_to_a_survey():
    one = case_groups("x", "g3", "probability")
    ten = GroupedDistribution(one.values, one.n, one.w * 10, one.w2 * 100, "probability")
    for name, result in found(one, options=Options()).items():
        if name not in ("count", "sum", "letters", "eta_squared_low", "eta_squared_high"):
            np.testing.assert_allclose(value(ten, name), value(one, name), rtol=1e-10, err_msg=name)
            assert result.error == ""


def test_yes_and_no_are_values_like_any_other():
    # three of four against one of four; Fisher's exact p of this table is 34/70 (R: fisher.test(matrix(c(3,1,1,3),2)))
    tea = grouped([1, 1, 1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    assert value(tea, "mann_whitney_exact_p") == pytest.approx(34 / 70, rel=1e-12)
    # R: kruskal.test(c(1,1,1,0,1,0,0,0), rep(1:2, each = 4))$statistic, wilcox.test(..., correct = FALSE)$p.value
    assert value(tea, "kruskal_h") == pytest.approx(1.75, rel=1e-12)
    assert value(tea, "mann_whitney_u_p") == pytest.approx(0.1858767325, rel=1e-9)


def test_exact_p_reasons_come_in_order():
    survey = grouped([1, 2, 3, 4], [0, 0, 1, 1], [1, 1, 2, 1], "probability")
    assert "mann_whitney_exact_p" not in found(survey)
    assert "mann_whitney_exact_p" not in found(grouped([1, 2, 3, 4, 5], [0, 0, 1, 1, 2]))
