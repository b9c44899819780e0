"""One numeric variable against NIST StRD, R and PSPP."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import stdtrit

from pipeline.statistics.core import Distribution
from pipeline.statistics.univariate import weighted_quantile
from tests.statistics.numeric_aggregates import (
    CASES,
    ORACLES,
    R,
    case_distribution,
    distribution,
    found,
    lre,
    reason,
    table,
    value,
)

PSPP = table("numeric_pspp.csv")
NIST = json.loads((ORACLES / "nist.json").read_text())["univariate"]


def pi_digits(count):
    """The first digits of pi, 3 included: Machin's formula 16·atan(1/5) − 4·atan(1/239), in whole numbers."""
    one = 10 ** (count + 10)

    def atan_of_inverse(x):
        power = total = one // x
        for k in range(3, 10 * count, 2):
            power //= -x * x
            if power in (0, -1):
                break
            total += power // k
        return total

    pi = 16 * atan_of_inverse(5) - 4 * atan_of_inverse(239)
    # in two halves: Python converts no more than 4,300 digits at once
    front, back = divmod(pi, 10 ** (count // 2 + 10))
    return [int(digit) for digit in (str(front) + str(back).zfill(count // 2 + 10))[:count]]


def nist_pi_digits():
    """NIST's PiDigits, as far as its certified values can tell.

    They are not quite those of the first 5,000 digits of pi: sum, sum of squares and sum of lagged products are exactly
    those with one 8 given as 3. Which 8 makes no difference to the three (any between neighbours that add up to 7).
    """
    digits = pi_digits(5000)
    assert (digits[17], digits[18], digits[19]) == (3, 8, 4)
    digits[18] = 3
    return digits


def around(centre, pairs):
    """NIST's NumAcc2–4: the centre, then a tenth below and a tenth above it in turn."""
    low, high = round(centre - 0.1, 1), round(centre + 0.1, 1)
    return [centre, *[low, high] * pairs]


# Certified by NIST: mean, sd, lag-1 autocorrelation, and the digits of the sd that doubles allow.
CERTIFIED = {
    "PiDigits": (4.53480000000000, 2.86733906028871, -0.00355099287237972, 9),
    "Lottery": (518.958715596330, 291.699727470969, -0.120948622967393, 9),
    "Lew": (-177.435000000000, 277.332168044316, -0.307304800605679, 9),
    "Mavro": (2.00185600000000, 0.000429123454003053, 0.937989183438248, 9),
    "Michelso": (299.852400000000, 0.0790105478190518, 0.535199668621283, 9),
    "NumAcc1": (10000002, 1, -0.5, 9),
    "NumAcc2": (1.2, 0.1, -0.999, 9),
    "NumAcc3": (1000000.2, 0.1, -0.999, 9),
    "NumAcc4": (10000000.2, 0.1, -0.999, 8),
}


def nist_data(name):
    return {
        "PiDigits": nist_pi_digits,
        "NumAcc1": lambda: [10000001, 10000003, 10000002],
        "NumAcc2": lambda: around(1.2, 500),
        "NumAcc3": lambda: around(1000000.2, 500),
        "NumAcc4": lambda: around(10000000.2, 500),
    }.get(name, lambda: NIST[name])()


@pytest.mark.parametrize("name", CERTIFIED)
def test_nist_univariate(name):
    mean, sd, _, digits = CERTIFIED[name]
    data = np.array(nist_data(name), dtype=float)
    aggregate = distribution(data)
    assert lre(value(aggregate, "mean"), mean) >= 9
    assert lre(value(aggregate, "sd"), sd) >= digits


@pytest.mark.parametrize("key", [k for k in R if k.count(".") == 2 and k.split(".")[1] in ("x", "y")])
def test_value_of_r(key):
    weighting, name, statistic = key.split(".")
    assert value(case_distribution(name, weighting), statistic) == pytest.approx(R[key], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("key", [k for k in PSPP if k.count(".") == 2 and k.split(".")[1] in ("x", "y")])
def test_value_of_pspp(key):
    # pw as a replication weight, sums of weights that are not whole: what SPSS does with any weight
    weight, name, statistic = key.split(".")
    w = {"none": None, "pw": CASES["pw"], "f": CASES["f"]}[weight]
    aggregate = distribution(CASES[name], w, "none" if w is None else "frequency")
    assert value(aggregate, statistic) == pytest.approx(PSPP[key], rel=1e-9, abs=1e-12)


def test_many_values_from_outside():
    assert sum(k.count(".") == 2 for k in R) + sum(k.count(".") == 2 for k in PSPP) > 150


def test_every_id_has_a_value_from_outside():
    tested = {k.split(".")[2] for k in [*R, *PSPP] if k.count(".") == 2}
    names = set(found(distribution([1, 2, 3, 4]), *found(distribution([1, 2, 3, 4]))))
    # n is the number of rows given
    assert names - tested == {"n"}


def test_kish_needs_no_unequal_weights():
    assert value(distribution([1, 2, 3]), "effective_n") == 3
    assert value(distribution([1, 2, 3]), "design_effect_weights") == 1
    assert value(distribution([1, 2, 3], [2, 2, 4], "frequency"), "effective_n") == 8
    assert value(distribution([1, 2, 3], [2, 2, 4], "frequency"), "design_effect_weights") == 1


@pytest.mark.parametrize(
    ("data", "mode", "warning"),
    [
        ([1, 2, 2, 3], 2, ""),
        ([3, 3, 1, 1, 2], 1, "several_modes"),
        ([4, 5, 6], 4, "all_values_equally_frequent"),
        ([7, 7], 7, ""),
    ],
)
def test_mode(data, mode, warning):
    result = found(distribution(data), "mode")["mode"]
    assert (result.value, result.warning) == (mode, warning)


def test_modes_of_weights_equal_but_for_rounding():
    result = found(distribution([1, 1, 1, 2], [0.1, 0.1, 0.1, 0.3], "frequency"), "mode")["mode"]
    assert (result.value, result.warning) == (1, "all_values_equally_frequent")


def test_methods_are_named():
    plain, survey = case_distribution("x", "none"), case_distribution("x", "probability")
    assert found(plain, "median")["median"].method == "haverage"
    assert found(survey, "median")["median"].method == "weighted_quantile"
    assert found(plain, "se")["se"].method == "sd_over_root_n"
    assert found(survey, "se")["se"].method == "design_based"
    assert found(plain, "mean_low")["mean_low"].method == "t_interval confidence=95"


EMPTY = Distribution(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))


@pytest.mark.parametrize("name", ["mean", "sd", "sum", "minimum", "mode", "median", "q1", "hinge_low", "effective_n"])
def test_no_cases(name):
    assert reason(EMPTY, name) == "no_cases"


def test_one_case():
    one = distribution([5])
    assert value(one, "mean") == 5
    assert value(one, "median") == 5
    for name in ("sd", "variance", "se", "mean_low", "mean_high", "coefficient_of_variation"):
        assert reason(one, name) == "fewer_than_two_cases"
        assert reason(distribution([5], [2.5], "probability"), name) == "fewer_than_two_cases"
    for name in ("skewness", "kurtosis", "skewness_se", "kurtosis_se"):
        assert reason(one, name) == "too_few_cases"


def test_shape_of_few_and_of_constants():
    assert reason(distribution([1, 2]), "skewness") == "too_few_cases"
    assert value(distribution([1, 2, 4]), "skewness") > 0
    assert reason(distribution([1, 2, 4]), "kurtosis") == "too_few_cases"
    assert reason(distribution([3, 3, 3, 3, 3]), "skewness") == "zero_variance"
    assert value(distribution([0.1] * 7), "sd") == 0
    assert reason(case_distribution("x", "probability"), "skewness_se") == "weights_need_design_based"
    assert reason(case_distribution("x", "probability"), "hinge_low") == "weights_are_not_frequencies"


def test_coefficient_of_variation_of_a_mean_of_zero():
    assert reason(distribution([-1, 1]), "coefficient_of_variation") == "zero_mean"


def test_values_with_weight_zero_are_not_there():
    aggregate = distribution([1, 2, 3, 900], [1, 1, 1, 0], "frequency")
    assert value(aggregate, "maximum") == 3
    assert value(aggregate, "median") == 2


def test_equal_weights_change_no_description():
    plain, survey = case_distribution("x", "none"), distribution(CASES["x"], np.full(60, 2.5), "probability")
    for name in ("mean", "sd", "se", "median", "skewness", "kurtosis", "mean_low"):
        assert value(survey, name) == pytest.approx(value(plain, name), rel=1e-12), name


def test_scale_of_a_probability_weight_changes_no_description():
    one = case_distribution("x", "probability")
    ten = distribution(CASES["x"], CASES["pw"] * 10, "probability")
    for name in ("mean", "sd", "se", "median", "p05", "skewness", "kurtosis", "effective_n"):
        assert value(ten, name) == pytest.approx(value(one, name), rel=1e-12), name


def test_a_frequency_weight_of_two_is_every_case_twice():
    weighted = distribution(CASES["y"], np.full(60, 2.0), "frequency")
    doubled = distribution(np.repeat(CASES["y"], 2))
    for name in found(doubled):
        if name != "n":
            assert value(weighted, name) == pytest.approx(value(doubled, name), rel=1e-12), name


# ---------------------------------------------------------------- by hand, at the limits


def test_few_cases_of_a_frequency_weight():
    """Values 1 and 4 of weight w each: variance 4.5w/(2w − 1), standard error its root over 2w, 2w − 1 df."""
    for w in (0.6, 0.75, 1.0):
        d = distribution([1, 4], [w, w], "frequency")
        assert value(d, "variance") == pytest.approx(4.5 * w / (2 * w - 1), rel=1e-12)
        assert value(d, "se") == pytest.approx((4.5 * w / (2 * w - 1) / (2 * w)) ** 0.5, rel=1e-12)
        half = value(d, "se") * float(stdtrit(2 * w - 1, 0.975))
        assert value(d, "mean_low") == pytest.approx(2.5 - half, rel=1e-9)
        assert value(d, "mean_high") == pytest.approx(2.5 + half, rel=1e-9)
    for w in (0.5, 0.3):
        d = distribution([1, 4], [w, w], "frequency")
        for name in ("sd", "variance", "se", "mean_low", "mean_high", "coefficient_of_variation"):
            assert reason(d, name) == "fewer_than_two_cases"
        assert value(d, "mean") == 2.5


def test_a_probability_weight_by_hand():
    """Weights 1, 1, 2 of 1, 2, 4: mean 11/4; Σw(x − m)² = 27/4; Σ(w(x − m))² = 158/16; three cases, factor 3/2."""
    for size in (1e-3, 1.0, 50.0):
        d = distribution([1, 2, 4], [size, size, 2 * size], "probability")
        assert value(d, "mean") == pytest.approx(11 / 4, rel=1e-12)
        assert value(d, "variance") == pytest.approx(27 / 16 * 3 / 2, rel=1e-12)
        se = (158 / 16 * 3 / 2) ** 0.5 / 4
        assert value(d, "se") == pytest.approx(se, rel=1e-12)
        assert value(d, "mean_high") == pytest.approx(11 / 4 + se * 4.302652729911275, rel=1e-9)  # R: qt(.975, 2)
        assert value(d, "effective_n") == pytest.approx(16 / 6, rel=1e-12)
        assert value(d, "design_effect_weights") == pytest.approx(18 / 16, rel=1e-12)
        # Scaled to three cases: weights ¾, ¾, 3/2; sd² = Σw(x − m)²·¾/2.
        z = (np.array([1, 2, 4]) - 11 / 4) / (27 / 4 * 0.75 / 2) ** 0.5
        third = float(np.array([0.75, 0.75, 1.5]) @ z**3)
        assert value(d, "skewness") == pytest.approx(3 * third / 2, rel=1e-12)
        assert reason(d, "kurtosis") == "too_few_cases"


@pytest.mark.parametrize("weight", [0.4, 0.5, 0.55, 0.75, 0.8, 1.25])
def test_shape_of_few_cases(weight):
    """G1 and G2 and their errors from their definitions on W = 4·weight cases; below 3 and 4 there are none."""
    x, total = np.array([1.0, 2, 4, 9]), 4 * weight
    d = distribution(x, [weight] * 4, "frequency")
    z = (x - x.mean()) / (weight * ((x - x.mean()) ** 2).sum() / (total - 1)) ** 0.5
    third, fourth = weight * (z**3).sum(), weight * (z**4).sum()
    want = {}
    if total > 2:
        want["skewness"] = total * third / (total - 1) / (total - 2)
        want["skewness_se"] = (6 * total * (total - 1) / (total - 2) / (total + 1) / (total + 3)) ** 0.5
    if total > 3:
        below = (total - 1) * (total - 2) * (total - 3)
        want["kurtosis"] = total * (total + 1) * fourth / below - 3 * (total - 1) ** 2 / (total - 2) / (total - 3)
        want["kurtosis_se"] = (4 * (total**2 - 1) * want["skewness_se"] ** 2 / ((total - 3) * (total + 5))) ** 0.5
    for name in ("skewness", "skewness_se", "kurtosis", "kurtosis_se"):
        if name in want:
            assert value(d, name) == pytest.approx(want[name], rel=1e-11)
        else:
            assert reason(d, name) == "too_few_cases"


def test_shape_reasons():
    assert reason(distribution([3, 3, 3, 3]), "skewness") == "zero_variance"
    assert reason(distribution([1, 2], [0.5, 0.5], "frequency"), "skewness") == "too_few_cases"
    assert reason(distribution([1, 2], [0.5, 0.6], "frequency"), "kurtosis") == "too_few_cases"
    assert value(distribution([3, 3, 3, 3]), "skewness_se") > 1


def test_modes_by_weight():
    data = distribution([1, 2, 3, 4], [1, 2, 2, 0.5], "frequency")
    one = found(data, "mode")["mode"]
    assert (one.value, one.method, one.warning) == (2, "smallest_mode", "several_modes")
    alone = found(distribution([1, 2, 3], [1, 2, 2 - 1e-9], "frequency"), "mode")["mode"]
    assert (alone.value, alone.method, alone.warning) == (2, "", "")
    every = found(distribution([5, 7]), "mode")["mode"]
    assert (every.value, every.warning) == (5, "all_values_equally_frequent")
    single = found(distribution([5, 5]), "mode")["mode"]
    assert (single.value, single.warning) == (5, "")


@pytest.mark.parametrize(
    ("weights", "p", "true"),
    [
        # Cumulative shares .25, .5, 1: exactly ½ and ¼ are halfway to the next; else the first that reaches p.
        ([1, 1, 2], 0.5, 3.0),
        ([1, 1, 2], 0.25, 1.5),
        ([1, 1, 2], 0.75, 4.0),
        ([1, 1, 2], 0.1, 1.0),
        ([1, 1, 2], 0.95, 4.0),
        ([0.1, 0.2, 0.3], 0.5, 3.0),
        ([1, 1, 2 + 1e-9], 0.5, 4.0),
        ([1, 1, 2 - 1e-9], 0.5, 2.0),
        ([1, 1, 2], 1.0, 4.0),
    ],
)
def test_weighted_quantiles_by_hand(weights, p, true):
    assert weighted_quantile(np.array([1.0, 2, 4]), np.array(weights, dtype=float), p) == true
    scaled = np.array(weights, dtype=float) * 1e6
    assert weighted_quantile(np.array([1.0, 2, 4]), scaled, p) == true


@pytest.mark.parametrize(
    ("weights", "name", "true"),
    [
        # HAVERAGE: rank (W + 1)p. Of 3 cases .75, 1.5 (halfway to rank 2), 2, 2.25 and 3.
        ([1, 1, 1], "q1", 1.0),
        ([1, 1, 1], "median", 2.0),
        ([1, 1, 1], "q3", 4.0),
        ([1, 1, 2], "q1", 1.25),
        ([1, 1, 2], "median", 3.0),
        ([1, 1, 2], "q3", 4.0),
        # W = 1.5, the median at 1.25: a quarter beyond 1, of a weight of a half.
        ([0.5, 0.5, 0.5], "median", 3.0),
        # q1 at rank .625: an eighth beyond the first half, a quarter of the weight of a half.
        ([0.5, 0.5, 0.5], "q1", 1.25),
    ],
)
def test_haverage_by_hand(weights, name, true):
    d = distribution([1, 2, 4], weights, "none" if weights == [1, 1, 1] else "frequency")
    assert value(d, name) == pytest.approx(true, rel=1e-12)


def test_hinges_by_hand():
    """Depth ⌊(W + 3)/2⌋/2: 5 values, depth 2; 6 values, 2; 7 values, 2½. Weights of a half: in units of a half."""
    for size, low, high in ((5, 2, 4), (6, 2, 5), (7, 2.5, 5.5), (8, 2.5, 6.5)):
        d = distribution(np.arange(1, size + 1))
        assert (value(d, "hinge_low"), value(d, "hinge_high")) == (low, high)
        halves = distribution(np.arange(1, size + 1), [0.5] * size, "frequency")
        assert (value(halves, "hinge_low"), value(halves, "hinge_high")) == (low, high)
