"""Paired tests against R and PSPP."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pipeline.statistics.core import known
from pipeline.statistics.paired import exact_signed_rank_p
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
    assert reason(lonely, "paired_t") == "stratum_of_one_unit"


def test_only_by_name():
    assert "paired_t" not in found(items())
    assert "paired_t" in known()
