"""Paired tests against R and PSPP."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest

from pipeline.statistics.paired import exact_signed_rank_p
from pipeline.statistics.registry import known
from tests.statistics.numeric_aggregates import CASES, R, found, patterns, reason, table, value, weights_of

PSPP = table("numeric_pspp.csv")
NAMES = {
    "paired_difference", "paired_se", "paired_t", "paired_t_df", "paired_t_p", "paired_low", "paired_high", "cohens_dz",
    "wilcoxon_w", "wilcoxon_p", "sign_p",
}  # fmt: skip


def items(weighting="none"):
    return patterns([CASES["i1"], CASES["i2"]], weights_of(weighting), weighting)


@pytest.mark.parametrize("key", [k for k in R if k.count(".") == 1 and k.split(".")[1] in NAMES])
def test_value_of_r(key):
    weighting, name = key.split(".")
    assert value(items(weighting), name) == pytest.approx(R[key], rel=1e-9)


@pytest.mark.parametrize("key", [k for k in PSPP if ".i1.i2." in k])
def test_value_of_pspp(key):
    weight, *_, name = key.split(".")
    assert value(items("none" if weight == "none" else "frequency"), name) == pytest.approx(PSPP[key], rel=1e-9)


def test_exact_signed_ranks_of_r():
    no_ties = patterns([[1.2, -0.4, 2.3, 0.9, -1.7, 3.1, 0.5, 2.8], [0] * 8])
    assert value(no_ties, "wilcoxon_exact_p") == pytest.approx(R["exact.wilcoxon.no_ties"], rel=1e-12)
    ties = patterns([[1, -1, 2, 2, 3, -2, 1, 4, 1, 0], [0] * 10])
    assert value(ties, "wilcoxon_exact_p") == pytest.approx(R["exact.wilcoxon.ties"], rel=1e-12)


def test_exact_signed_ranks_count_every_sign():
    random = np.random.default_rng(8)
    for _ in range(25):
        tied = random.integers(1, 4, random.integers(1, 4))
        ranks = np.repeat(np.cumsum(tied) - tied / 2 + 0.5, tied)
        observed = float(ranks[random.random(ranks.size) < 0.5].sum())
        centre = ranks.sum() / 2
        sums = [ranks[np.array(signs, dtype=bool)].sum() for signs in product((0, 1), repeat=ranks.size)]
        extreme = np.mean(np.abs(np.array(sums) - centre) >= abs(observed - centre))
        assert exact_signed_rank_p(tied, observed) == pytest.approx(extreme, rel=1e-12)


def test_decimal_differences_tie_as_a_reader_sees_them():
    # 0.3 − 0.1, 0.2 − 0 and 0.4 − 0.2 differ in the last bit
    tied = patterns([[0.3, 0.2, 0.4, 0.1, 5], [0.1, 0.0, 0.2, 0.5, 1]])
    whole = patterns([[3, 2, 4, 1, 50], [1, 0, 2, 5, 10]])
    for name in ("wilcoxon_z", "wilcoxon_p", "wilcoxon_exact_p", "sign_p"):
        assert value(tied, name) == value(whole, name)


def test_order_of_the_two():
    there, back = items(), patterns([CASES["i2"], CASES["i1"]])
    for name in ("paired_t", "paired_difference", "cohens_dz"):
        assert value(there, name) == -value(back, name)
    for name in ("wilcoxon_w", "wilcoxon_z", "wilcoxon_p", "sign_p", "sign_z", "paired_t_p"):
        assert value(there, name) == value(back, name)
    assert value(there, "sign_positive") == value(back, "sign_negative") == 14


def test_sign_test_z():
    # SPSS: (max(n₊, n₋) − n/2 − ½)/(√n/2), printed with a negative sign: 23 and 14
    assert value(items(), "sign_z") == pytest.approx(-(23 - 37 / 2 - 0.5) / (37**0.5 / 2), rel=1e-12)
    assert value(patterns([[1, -1], [0, 0]]), "sign_z") == 0
    assert value(patterns([[1, -1], [0, 0]]), "sign_p") == 1


def test_reasons():
    assert reason(patterns([CASES["i1"]]), "paired_t") == "not_two_variables"
    assert reason(patterns([[np.nan], [1]]), "paired_t") == "no_cases"
    assert reason(patterns([[2], [1]]), "paired_t") == "fewer_than_two_cases"
    assert value(patterns([[2], [1]]), "paired_difference") == 1
    assert reason(patterns([[2, 3], [1, 2]]), "paired_t") == "zero_variance"
    same = patterns([[1, 2, 3], [1, 2, 3]])
    survey = items("probability")
    for name in ("wilcoxon_p", "wilcoxon_exact_p", "sign_p"):
        assert reason(same, name) == "no_differences"
        assert reason(survey, name) == "weights_need_design_based"
        assert reason(patterns([CASES["i1"]]), name) == "not_two_variables"
    halves = patterns([[1, 2, 3], [3, 1, 1]], [0.5, 1, 1], "frequency")
    assert reason(halves, "wilcoxon_exact_p") == "counts_not_whole"
    assert reason(halves, "sign_p") == "counts_not_whole"
    assert value(halves, "sign_positive") == 2
    assert reason(patterns([np.arange(200) + 1.0, np.zeros(200)]), "wilcoxon_exact_p") == "too_many_for_exact"
    lonely = patterns([CASES["i1"], CASES["i2"]], CASES["pw"], "probability", stratum=[7, *[1] * 59])
    assert reason(lonely, "paired_t") == "lonely_psu"
    # Differences 1, 3 in each of two clusters: their totals are equal, so the design's variance is 0.
    alike = patterns([[1, 3, 1, 3], [0, 0, 0, 0]], [1, 1, 1, 1], "probability", cluster=[1, 1, 2, 2])
    assert value(alike, "paired_difference") == 2
    assert reason(alike, "paired_t") == "zero_variance"


def test_only_by_name():
    assert "paired_t" not in found(items())
    assert "paired_t" in known()


def test_differences_are_seen_to_twelve_digits_of_the_largest_value():
    whole = patterns([[1, -2, 3, 2], [0, 0, 0, 0]])
    for unit, far in ((1e-12, 0.0), (1e-11, 1.0), (1e-11, 9.0), (1e-7, 12_345.0)):
        fine = patterns([[far + unit, far - 2 * unit, far + 3 * unit, far + 2 * unit], [far] * 4])
        for name in ("wilcoxon_w", "wilcoxon_z", "wilcoxon_exact_p", "sign_positive"):
            assert value(fine, name) == value(whole, name), unit
    assert reason(patterns([[1 + 4e-13, 5], [1, 5]]), "wilcoxon_z") == "no_differences"
    assert reason(patterns([[12_345 + 4e-8, 5], [12_345, 5]]), "wilcoxon_z") == "no_differences"


def test_frequency_weights_need_more_than_one_case_in_all():
    """By hand: differences 1 and 3 of weight ¾ each: mean 2, sd √(1.5/0.5), se √(3/1.5), df ½."""
    for weight, enough in ((0.5, False), (0.75, True)):
        pair = patterns([[1, 3], [0, 0]], [weight, weight], "frequency")
        if not enough:
            assert reason(pair, "paired_se") == "fewer_than_two_cases"
            continue
        assert value(pair, "cohens_dz") == pytest.approx(2 / 3**0.5, rel=1e-12)
        assert value(pair, "paired_se") == pytest.approx(2**0.5, rel=1e-12)
        assert value(pair, "paired_t_df") == pytest.approx(0.5, rel=1e-12)


def test_the_size_of_probability_weights_does_not_matter():
    """By hand: differences 1, 2, 4 of weight 1, 1, 2: mean 11/4, Σw(d − mean)²/Σw = 27/16, sd² = 27/16 · 3/2."""
    for size in (1e-3, 1.0, 1e3):
        pair = patterns([[1, 2, 4], [0, 0, 0]], [size, size, 2 * size], "probability")
        assert value(pair, "paired_difference") == pytest.approx(11 / 4, rel=1e-12)
        assert value(pair, "cohens_dz") == pytest.approx(11 / 4 / (27 / 16 * 3 / 2) ** 0.5, rel=1e-12)
        assert value(pair, "paired_t_df") == 2
        # Σ(w(d − mean))² = (49 + 9 + 4·25)/16 over Σw = 4, times 3/2.
        assert value(pair, "paired_se") == pytest.approx((158 / 16 * 3 / 2) ** 0.5 / 4, rel=1e-12)
        for name in ("paired_se", "paired_t", "paired_t_df", "paired_t_p"):
            assert found(pair, name)[name].method == "design_based"
        interval = found(pair, "paired_low", "paired_high")
        assert {one.method for one in interval.values()} == {"design_based_interval confidence=95"}
    assert reason(patterns([[1, 2], [0, 0]], [1, 0], "probability"), "paired_se") == "fewer_than_two_cases"
    one = patterns([[1], [0]], [7.0], "probability")
    assert reason(one, "paired_se") == "fewer_than_two_cases"
    assert value(one, "paired_difference") == 1


def test_methods():
    ids = ("paired_difference", "paired_t", "paired_low", "cohens_dz", "wilcoxon_w", "wilcoxon_z", "wilcoxon_p",
           "wilcoxon_exact_p", "sign_p", "sign_z")  # fmt: skip
    said = {name: one.method for name, one in found(items(), *ids).items()}
    assert said == {
        "paired_difference": "first_minus_second",
        "paired_t": "",
        "paired_low": "t_interval confidence=95",
        "cohens_dz": "sd_of_differences",
        "wilcoxon_w": "smaller_rank_sum",
        "wilcoxon_z": "asymptotic_tie_corrected",
        "wilcoxon_p": "asymptotic_tie_corrected",
        "wilcoxon_exact_p": "exact_given_ties",
        "sign_p": "exact_binomial",
        "sign_z": "continuity_corrected",
    }


def test_the_limit_of_the_exact_p():
    """Two differences take 2·2·3 steps."""
    two = patterns([[1, -2], [0, 0]])
    assert value(two, "wilcoxon_exact_p", enumeration_limit=12) == 1
    assert reason(two, "wilcoxon_exact_p", enumeration_limit=11) == "too_many_for_exact"


def test_weights_that_are_whole_but_for_rounding():
    tenths = patterns([[1, -2, 3], [0, 0, 0]], [sum([0.1] * 10), sum([0.1] * 20), 1], "frequency")
    copies = patterns([[1, -2, 3], [0, 0, 0]], [1, 2, 1], "frequency")
    for name in ("wilcoxon_exact_p", "sign_p"):
        assert value(tenths, name) == pytest.approx(value(copies, name), rel=1e-12)
    for weights in ([1, 2.5, 1], [1.5, 2, 1], [1, 2, 1 + 1e-8], [1, 2 - 1e-8, 1]):
        off = patterns([[1, -2, 3], [0, 0, 0]], weights, "frequency")
        assert reason(off, "wilcoxon_exact_p") == reason(off, "sign_p") == "counts_not_whole"


@pytest.mark.parametrize(("positive", "negative"), [(5, 2), (2, 5), (3, 3), (0, 4), (1, 0), (1, 1)])
def test_sign_test_by_hand(positive, negative):
    """Two-sided binomial p from its definition, at most 1; z of the larger count."""
    n = positive + negative
    pair = patterns([[1] * positive + [-1] * negative + [0], [0] * (n + 1)])
    p = min(1.0, 2 * sum(comb(n, k) for k in range(min(positive, negative) + 1)) / 2**n)
    assert value(pair, "sign_p") == pytest.approx(p, rel=1e-12)
    assert (value(pair, "sign_positive"), value(pair, "sign_negative")) == (positive, negative)
    z = -max(0.0, (max(positive, negative) - n / 2 - 0.5) / (n**0.5 / 2))
    assert value(pair, "sign_z") == pytest.approx(z, rel=1e-12)
