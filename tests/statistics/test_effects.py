"""Effect sizes and their intervals against R."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics.core import Options
from pipeline.statistics.effects import (
    bias_factor,
    explained_variance,
    noncentral_f_cdf,
    noncentral_f_limits,
    noncentral_t_limits,
)
from tests.statistics.numeric_aggregates import CASES, case_groups, found, grouped, reason, value

# The values of d, g, eta squared and omega squared with their intervals are in numeric_r.csv (see test_groups).


@pytest.mark.parametrize(
    ("f", "df1", "df2", "noncentrality", "p"),
    [
        # R 4.2.2: sum(dpois(0:2000, l/2) * pbeta(df1*f/(df1*f+df2), df1/2+0:2000, df2/2))
        (4.2, 2, 50, 3.3, 0.78995159028932715),
        (21.0, 4, 95, 60.0, 0.84378841676307259),
        (0.7, 3, 12, 0.0, 0.43009803635477611),
        (150.0, 1, 500, 140.0, 0.64852829329967687),
    ],
)
def test_noncentral_f(f, df1, df2, noncentrality, p):
    assert noncentral_f_cdf(f, df1, df2, noncentrality) == pytest.approx(p, rel=1e-12)


def test_limits_turn_back_into_their_probabilities():
    low, high = noncentral_f_limits(9.3, 3, 40, 0.9)
    assert noncentral_f_cdf(9.3, 3, 40, low) == pytest.approx(0.95, abs=1e-12)
    assert noncentral_f_cdf(9.3, 3, 40, high) == pytest.approx(0.05, abs=1e-12)


def test_noncentral_t_limits_of_r():
    # R 4.2.2: uniroot(function(l) pt(2.5, 20, l) - p, c(-20, 20), tol = 1e-14)$root for p = .975 and .025
    low, high = noncentral_t_limits(2.5, 20, 0.95)
    assert low == pytest.approx(0.367313842975, rel=1e-9)
    assert high == pytest.approx(4.57871355, rel=1e-9)


def test_no_group_difference_has_a_lower_limit_of_zero():
    same = grouped([1, 2, 3, 1, 2, 3, 1, 2, 3], [0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert value(same, "eta_squared") == 0
    assert value(same, "eta_squared_low") == 0
    omega = found(same, "omega_squared")["omega_squared"]
    assert (omega.value, omega.warning) == (0, "negative_set_to_zero")


def test_sign_of_d_follows_the_order_of_groups():
    one, other = case_groups("x", "g2", "none"), grouped(CASES["x"], 2 - CASES["g2"].astype(int))
    assert value(one, "cohens_d") == -value(other, "cohens_d")
    assert value(one, "cohens_d_low") == pytest.approx(-value(other, "cohens_d_high"), rel=1e-10)
    assert value(one, "hedges_g_high") == pytest.approx(-value(other, "hedges_g_low"), rel=1e-10)
    ratio = value(one, "hedges_g") / value(one, "cohens_d")
    assert value(one, "hedges_g_low") == pytest.approx(ratio * value(one, "cohens_d_low"), rel=1e-12)


def test_equal_probability_weights_change_no_effect_size():
    plain = case_groups("x", "g2", "none")
    survey = grouped(CASES["x"], CASES["g2"].astype(int) - 1, np.full(60, 7.0), "probability")
    for name in ("cohens_d", "hedges_g", "eta_squared", "omega_squared"):
        assert value(survey, name) == pytest.approx(value(plain, name), rel=1e-12)
    assert reason(survey, "hedges_g_low") == "weights_need_design_based"
    assert found(survey, "cohens_d")["cohens_d"].method == "pooled_sd_weights_scaled_to_n"


def test_reasons():
    assert reason(grouped([1, 1, 1, 1], [0, 0, 1, 1]), "eta_squared") == "zero_variance"
    apart = grouped([1, 1, 2, 2], [0, 0, 1, 1])
    assert value(apart, "eta_squared") == 1
    assert reason(apart, "eta_squared_low") == "zero_variance"
    assert reason(grouped([1, 2], [0, 1]), "omega_squared") == "fewer_than_two_cases"
    three = grouped([1, 2, 4], [0, 0, 1])
    for name in ("hedges_g", "hedges_g_low", "hedges_g_high"):
        assert reason(three, name) == "fewer_than_two_cases"
    assert value(three, "cohens_d_low") < value(three, "cohens_d") < value(three, "cohens_d_high")
    assert value(three, "cohens_d") < 0


def test_d_and_g_of_few_cases_by_hand():
    """Pooled variance 2/df; g = d·Γ(df/2)/(√(df/2)·Γ((df − 1)/2)): Γ(½) = √π, Γ(1) = 1."""
    three = grouped([1, 3, 4], [0, 0, 1])
    assert value(three, "cohens_d") == pytest.approx(-2 / 2**0.5, rel=1e-12)
    four = grouped([1, 3, 4, 4], [0, 0, 1, 1])
    assert value(four, "cohens_d") == pytest.approx(-2, rel=1e-12)
    assert value(four, "hedges_g") == pytest.approx(-2 / np.pi**0.5, rel=1e-12)
    # A frequency weight of ¾ for four cases and of ½: df 1 and 0. Γ(¾)/(√¾·Γ(¼)) for df 1.5.
    light = grouped([1, 3, 4, 4], [0, 0, 1, 1], [0.875] * 4, "frequency")
    d = -2 / (1.75 / 1.5) ** 0.5
    assert value(light, "cohens_d") == pytest.approx(d, rel=1e-12)
    assert value(light, "hedges_g") == pytest.approx(d * 1.2254167024651776 / 3.6256099082219083 / 0.75**0.5, rel=1e-12)
    for weight in (0.5, 0.4):
        tiny = grouped([1, 3, 4, 4], [0, 0, 1, 1], [weight] * 4, "frequency")
        assert reason(tiny, "cohens_d") == "fewer_than_two_cases"


def test_limits_of_d_are_those_of_the_noncentral_t():
    """d/√(1/n₁ + 1/n₂) is t; R 4.2.2: pt(t, df, limit/root) is .95 and .05 at the limits of 90%."""
    from scipy.special import nctdtr

    two = grouped([1, 3, 2, 5, 4, 6, 9, 7], [0, 0, 0, 1, 1, 1, 1, 1])
    root = (1 / 3 + 1 / 5) ** 0.5
    d = value(two, "cohens_d")
    low, high = value(two, "cohens_d_low", confidence=0.9), value(two, "cohens_d_high", confidence=0.9)
    assert nctdtr(6, low / root, d / root) == pytest.approx(0.95, rel=1e-10)
    assert nctdtr(6, high / root, d / root) == pytest.approx(0.05, rel=1e-10)
    assert found(two, "cohens_d_low")["cohens_d_low"].method == "noncentral_t confidence=95"


def test_explained_variance_by_hand():
    """Groups 1 3, 4 6 8: between 2·(12/5)²… = 19.2, within 2 + 8; f = 19.2/(10/3)."""
    two = grouped([1, 3, 4, 6, 8], [0, 0, 1, 1, 1])
    assert value(two, "eta_squared") == pytest.approx(19.2 / 29.2, rel=1e-12)
    assert value(two, "omega_squared") == pytest.approx((19.2 - 10 / 3) / (29.2 + 10 / 3), rel=1e-12)
    low, high = noncentral_f_limits(19.2 / (10 / 3), 1, 3, 0.8)
    assert value(two, "eta_squared_low", confidence=0.8) == pytest.approx(low / (low + 5), rel=1e-12)
    assert value(two, "eta_squared_high", confidence=0.8) == pytest.approx(high / (high + 5), rel=1e-12)
    assert noncentral_f_cdf(5.76, 1, 3, high) == pytest.approx(0.1, rel=1e-9)
    # Probability weights of any size are scaled to the five cases.
    survey = grouped([1, 3, 4, 6, 8], [0, 0, 1, 1, 1], [0.01] * 5, "probability")
    assert value(survey, "omega_squared") == pytest.approx(value(two, "omega_squared"), rel=1e-12)
    assert value(survey, "cohens_d") == pytest.approx(value(two, "cohens_d"), rel=1e-12)


def test_limits_of_large_noncentralities():
    low, high = noncentral_f_limits(2000.0, 2, 300, 0.95)
    assert noncentral_f_cdf(2000.0, 2, 300, low) == pytest.approx(0.975, abs=1e-9)
    assert noncentral_f_cdf(2000.0, 2, 300, high) == pytest.approx(0.025, abs=1e-9)
    # Far from any effect no noncentrality is that small: both limits 0.
    assert noncentral_f_limits(0.001, 3, 50, 0.5) == (0, 0)


def test_eta_squared_of_two_groups_is_that_of_t():
    two = case_groups("x", "g2", "none")
    t, df = value(two, "t"), value(two, "t_df")
    assert value(two, "eta_squared") == pytest.approx(t * t / (t * t + df), rel=1e-12)
    assert "eta_squared" in found(two)


def test_limits_of_the_noncentral_f_of_r():
    # R 4.2.2: pf1 <- function(f, a, b, l) {m <- l/2; s <- 40*sqrt(m) + 200; k <- seq(max(0, floor(m-s)), ceiling(m+s))
    #   sum(dpois(k, m)*pbeta(a*f/(a*f+b), a/2+k, b/2))}
    # uniroot(function(l) pf1(3.3, 2, 20, l) - p, c(0, 1000), tol = 1e-15)$root for p = .9, .1 and .75, .25
    assert noncentral_f_limits(3.3, 2, 20, 0.8) == pytest.approx((0.563698735353783, 14.1456252813019), rel=1e-10)
    assert noncentral_f_limits(3.3, 2, 20, 0.5) == pytest.approx((2.36019014812921, 9.50621464998124), rel=1e-10)
    # pf1(2e4, 2, 300, 4e4) and pf1(1e5, 3, 1000, 2.9e5)
    assert noncentral_f_cdf(2e4, 2, 300, 4e4) == pytest.approx(0.4891408725672307, rel=1e-11)
    assert noncentral_f_cdf(1e5, 3, 1000, 2.9e5) == pytest.approx(0.7692102000462712, rel=1e-11)


def test_explained_variance_of_three_cases_by_hand():
    """1 2 and 4: in all (16 + 1 + 25)/9 = 14/3, within 1/2; ω² = (25/6 − 1/2)/(14/3 + 1/2)."""
    three = grouped([1, 2, 4], [0, 0, 1])
    assert value(three, "eta_squared") == pytest.approx(25 / 28, rel=1e-12)
    assert value(three, "omega_squared") == pytest.approx(22 / 31, rel=1e-12)
    # Without inference nothing is looked for that would not be shown.
    plain = explained_variance(three, Options(inference=False))
    assert set(plain) == {"eta_squared", "omega_squared"}
    assert reason(grouped([1, 1, 1], [0, 0, 1]), "eta_squared") == "zero_variance"
    assert reason(grouped([1, 1, 2, 2], [0, 0, 1, 1], [0.625] * 4, "frequency"), "cohens_d") == "zero_variance"


def test_omega_of_an_f_of_one_is_zero_without_a_warning():
    """−1 0 1 and 6 around 1: between 2·1², within 2 + 12 with 7 degrees of freedom."""
    even = grouped([-1, 0, 1, 3, -1, 2, 0, 2, 0], [0] * 3 + [1] * 6)
    omega = found(even, "omega_squared")["omega_squared"]
    assert (omega.value, omega.warning) == (0, "")


def test_limits_of_d_beyond_the_noncentral_t():
    """t of a billion: the noncentral t has no value in doubles, and the difference has no limits."""
    apart = grouped([0, 1e-9, 1, 1 + 1e-9], [0, 0, 1, 1])
    assert value(apart, "cohens_d") < -1e8
    for name in ("cohens_d_low", "cohens_d_high", "hedges_g_low", "hedges_g_high"):
        assert reason(apart, name) == "no_convergence"


@pytest.mark.parametrize(
    ("df", "factor"), [(401, 0.998128314344047469), (403, 0.998137609835080431), (801, 0.999063329331257459)]
)
def test_the_factor_of_g_to_the_last_digit(df, factor):
    """z = (df − 1)/2 whole: √π·(2z)!/(4^z·z!·(z − 1)!)/√(df/2) in Python's decimal with 60 digits."""
    assert abs(bias_factor(df) - factor) <= 1e-15
