"""Very many cases, very large values and groups nobody is in: numbers keep their digits and nothing runs for ever."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from pipeline.statistics import effects, exact, posthoc
from pipeline.statistics.core import (
    Crosstab,
    Distribution,
    Floats,
    GroupedDistribution,
    MultipleCrosstab,
    Options,
    Patterns,
)
from pipeline.statistics.multiple import _ratio_covariance
from pipeline.statistics.registry import compute


@pytest.mark.parametrize(
    ("f", "df1", "df2", "noncentrality", "expected"),
    # scipy.stats.ncf.cdf(f, df1, df2, noncentrality) of scipy 1.17 (Boost)
    [
        (3, 2, 97, 5, 0.49430688835863035),
        (21, 8, 180, 100, 0.985159042039771),
        (5, 3, 1e6, 12, 0.5527569067200859),
        (2000, 4, 995, 9000, 0.007634285496049774),
        (1e6, 2, 1e6, 2.01e6, 0.006259545986002861),
        (1e9, 2, 4e10, 2.0001e9, 0.13472874137483412),
    ],
)
def test_noncentral_f_of_few_and_of_billions_of_cases(f, df1, df2, noncentrality, expected):
    assert effects.noncentral_f_cdf(f, df1, df2, noncentrality) == pytest.approx(expected, rel=1e-9)


def test_limits_of_eta_squared_exist_for_billions_of_cases_and_are_refused_beyond_doubles():
    low, high = effects.noncentral_f_limits(1e9, 2, 4e10, 0.95)
    # scipy.stats.ncf.cdf(1e9, 2, 4e10, limit) is 0.975 and 0.025
    assert (low, high) == pytest.approx((1999822520.6257, 2000177485.2004), rel=1e-12)
    assert all(map(math.isnan, effects.noncentral_f_limits(1e300, 2, 4e10, 0.95)))


@pytest.mark.parametrize(
    ("df", "expected"),
    # Γ(df/2)/(√(df/2)·Γ((df−1)/2)) for odd df: √π·(2z)!/(4^z·z!·(z−1)!)/√(df/2), z = (df−1)/2, in 50 decimal digits
    [
        (3, 0.72360125455826765936),
        (51, 0.98520948974942969207),
        (399, 0.99811892559695026811),
        (403, 0.99813760983508043115),
        (20001, 0.99996250132807715052),
    ],
)
def test_bias_factor_of_hedges_keeps_its_digits(df, expected):
    assert effects.bias_factor(df) == pytest.approx(expected, rel=1e-12)


def test_bias_factor_of_billions_of_cases_is_nearly_one():
    assert effects.bias_factor(4e10) == pytest.approx(1 - 3 / (4 * 4e10 - 1), abs=1e-15)  # Hedges's approximation


@pytest.mark.parametrize(
    ("counts", "expected"),
    # R 4.2.2: options(digits=17); fisher.test(matrix(c(…), 2, byrow=TRUE))$p.value
    [
        (((500100, 499000), (249800, 250900)), 0.057050609791841164),
        (((1200, 1100), (900, 1000)), 0.0021428178977255202),
        (((10, 100000), (40, 150000)), 0.0035688829942573047),
    ],
)
def test_fisher_of_many_cases(counts, expected):
    assert exact.fisher_two_by_two(counts)[0] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("q", "groups", "df", "expected"),
    # R 4.2.2: ptukey(q, groups, df, lower.tail=FALSE); the last two with df=Inf
    [
        (3.5, 3, 10, 0.0771033108387),
        (3.3, 4, 1e3, 0.0912214737688),
        (5.5, 7, 2, 0.223135487756),
        (3.3, 4, 4e10, 0.0905374972519),
        (3.3, 4, 4e15, 0.0905374972519),
    ],
)
def test_studentized_range(q, groups, df, expected):
    assert posthoc.studentized_range_tail(q, groups, df) == pytest.approx(expected, rel=1e-9)


def grouped(values: Floats, n: list[list[int]]) -> GroupedDistribution:
    counts = np.array(n, dtype=np.int64)
    return GroupedDistribution(values, counts, counts.astype(float), counts.astype(float))


SCORES = np.array([1.0, 2.0, 4.0, 7.0])
COUNTS = [[3, 1, 0], [2, 4, 1], [1, 3, 5], [1, 0, 2]]


@pytest.mark.parametrize("factor", [1e150, 1e-150])
def test_tests_of_means_do_not_depend_on_the_unit(factor):
    # Fisher, Welch, Brown–Forsythe and Games–Howell are made of ratios: the unit of the values cancels.
    ids = ("welch_anova_df2", "welch_anova_p", "brown_forsythe_df2", "brown_forsythe_p", "anova_p", "eta_squared")
    plain = dict(compute(grouped(SCORES, COUNTS), Options(), ids))
    scaled = dict(compute(grouped(SCORES * factor, COUNTS), Options(), ids))
    for name in ids:
        assert scaled[name].value == pytest.approx(plain[name].value, rel=1e-9), name
    by_pairs = [posthoc.games_howell(grouped(values, COUNTS), Options()).p for values in (SCORES, SCORES * factor)]
    np.testing.assert_allclose(by_pairs[0], by_pairs[1], rtol=1e-9)


def test_difference_of_means_stands_beside_its_design_based_interval():
    one = grouped(SCORES, [row[:2] for row in COUNTS])
    weighted = GroupedDistribution(one.values, one.n, one.w * 2, one.w2 * 4, "probability")
    found = dict(compute(weighted, Options()))
    # Means by hand: (3 + 4 + 4 + 7)/7 and (1 + 8 + 12)/8.
    assert found["mean_difference"].value == pytest.approx(18 / 7 - 21 / 8, rel=1e-12)
    assert found["design_t_low"].value < found["mean_difference"].value < found["design_t_high"].value
    assert "t" not in found


class Nobody:
    """A sample without cases in the aggregate."""

    df, replicated = 3.0, False

    def covariance(self, scores, estimate, corrected=False):
        raise AssertionError("nothing to estimate")

    def kept(self, keep):
        return self


def test_shares_of_nobody_have_a_reason_under_a_design():
    covariance, error = _ratio_covariance(Nobody(), np.zeros(2), np.zeros((2, 3)), np.zeros((2, 3)))
    assert error == "no_cases" and np.isnan(covariance).all()
    zeros = np.zeros((2, 1))
    empty = MultipleCrosstab(
        zeros.astype(np.int64), zeros, zeros, np.zeros((2, 2, 1), np.int64), np.zeros((2, 2, 1)), np.zeros((2, 2, 1)),
        np.zeros(1, np.int64), np.zeros(1), np.zeros(1), np.zeros((0, 2), np.int64), np.zeros((0, 1), np.int64),
        np.zeros((0, 1)), sampling=Nobody(),
    )  # fmt: skip
    found = dict(compute(empty, Options(), ("interval_low", "share_of_cases_se")))
    assert {r.error for r in found.values()} == {"no_cases"} and all(np.isnan(r.values).all() for r in found.values())


def test_a_description_has_no_test_of_a_multiple_response_set():
    items = np.array([[3, 5], [6, 2]])
    answers = MultipleCrosstab(
        items, items.astype(float), items.astype(float), np.zeros((2, 2, 2), np.int64), np.zeros((2, 2, 2)),
        np.zeros((2, 2, 2)), np.array([8, 8]), np.array([8.0, 8.0]), np.array([8.0, 8.0]), np.eye(2, dtype=np.int64),
        np.array([[3, 5], [6, 2]]), np.array([[3.0, 5.0], [6.0, 2.0]]),
    )  # fmt: skip
    assert not [name for name, _ in compute(answers, Options(), inference=False) if name.startswith("mrcv")]


def test_limits_of_v_say_why_they_are_missing():
    w = np.array([[3e15, 1e15], [1e15, 3e15]])
    found = dict(compute(Crosstab(w.astype(np.int64), w, w), Options(), ("cramers_v", "cramers_v_low")))
    assert found["cramers_v"].value == pytest.approx(0.5)
    assert found["cramers_v_low"].value is not None or found["cramers_v_low"].error == "weights_out_of_range"


@pytest.mark.parametrize("power", [-1060, -600, -200, 200, 500, 1000])
def test_extreme_values_are_computed_after_scaling_and_put_back(power: int) -> None:
    # Exact: 2^power times the values has 2^power times the mean and sd, in whole powers of two.
    base = np.array([1.0, 2.0, 3.0, 5.0, 8.0])
    n = np.array([3, 1, 2, 4, 1])

    def found(values: Floats) -> dict:
        return dict(compute(Distribution(values, n, n.astype(float), n.astype(float)), Options()))

    plain, scaled = found(base), found(np.ldexp(base, power))
    mean = sum(Fraction(x) * int(k) for x, k in zip(base.tolist(), n.tolist(), strict=True)) / int(n.sum())
    for name, times in (("mean", 1), ("sd", 1), ("se", 1), ("mean_low", 1), ("variance", 2), ("skewness", 0)):
        expected = math.ldexp(plain[name].value, power * times) if abs(power * times) < 1070 else None
        if expected is None or expected == 0 or math.isinf(expected):
            assert scaled[name].value is None
            assert scaled[name].error == ("values_too_large" if power > 0 else "values_too_small")
        else:
            assert scaled[name].value == pytest.approx(expected, rel=1e-12 if power > -1000 else 1e-3), name
    assert Fraction(plain["mean"].value) == pytest.approx(mean, rel=1e-15)
    if scaled["mean_low"].value is not None:
        assert scaled["mean_low"].value < scaled["mean_high"].value


def test_correlation_of_columns_of_very_different_size() -> None:
    x = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 3.0]])
    ones = np.ones(4)

    def r(values: Floats) -> float | None:
        return dict(compute(Patterns(values, ones.astype(np.int64), ones, ones), Options(), ("pearson_r",)))[
            "pearson_r"
        ].value

    assert r(x) == pytest.approx(r(x * np.array([1e200, 1e-200])), rel=1e-12)
