"""Crossings of functions whose roots are known, and how few looks at the function they take."""

from __future__ import annotations

import math

import pytest

from pipeline.statistics.roots import crossing


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("function", "low", "high", "root", "most_looks"),
    [
        # Ridders's method is exact for a straight line times an exponential: ends, middle, guess, and once more.
        (lambda x: (x - 0.3) * math.exp(2 * x), -1.0, 3.0, 0.3, 6),
        (lambda x: (x - 0.3) * math.exp(-2 * x), -1.0, 3.0, 0.3, 6),
        # Halving alone would take 52 and more; at most two looks for every halving of the bracket.
        (lambda x: x * x - 2, 0.0, 2.0, math.sqrt(2), 16),
        (lambda x: x * x - 2, 1.0, 1e6, math.sqrt(2), 54),
        (lambda x: math.exp(x) - 1e-9, -700.0, 5.0, -9 * math.log(10), 26),
        (lambda x: math.atan(x - 1e-3), -1e3, 1e4, 1e-3, 28),
        (lambda x: math.tanh(x - 0.7), -3.0, 5.0, 0.7, 18),
        (lambda x: (x > 1 / 3) - 0.5, 0.0, 1.0, 1 / 3, 58),
    ],
)
def test_known_roots(function, low, high, root, most_looks, sign):
    looked = []

    def watched(x):
        looked.append(x)
        return sign * function(x)

    assert crossing(watched, low, high) == pytest.approx(root, rel=4e-15)
    assert len(looked) <= most_looks
    assert all(low <= x <= high for x in looked)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_root_at_an_end_or_in_the_middle(sign):
    assert crossing(lambda x: sign * (x - 2.0), 2.0, 5.0) == 2
    assert crossing(lambda x: sign * (x - 5.0), 2.0, 5.0) == 5
    assert crossing(lambda x: sign * x**3, -1.0, 1.0) == 0
    assert crossing(lambda x: sign * (x**3 - 8), -10.0, 2.0) == 2


@pytest.mark.parametrize("level", [-0.5, 0.5])
def test_no_change_of_sign_is_an_error(level):
    with pytest.raises(ValueError, match="no change of sign between 1 and 2"):
        crossing(lambda x: level * x, 1, 2)


def test_a_function_without_value_ends_the_search():
    assert math.isnan(crossing(lambda x: x if abs(x) > 1 else math.nan, -2.0, 4.0))


@pytest.mark.parametrize("low", [1.0, math.nextafter(1, 2)])
def test_between_neighbours_there_is_nothing_left_to_look_at(low):
    """Their middle is rounded to one of them, once to the lower and once to the higher: both ends and it, no more."""
    high = math.nextafter(low, 2)
    looked = []

    def step(x):
        looked.append(x)
        return 1.0 if x > low else -1.0

    assert crossing(step, low, high) in (low, high)
    assert looked[:2] == [low, high]
    assert len(looked) == 3


def test_a_root_at_an_end_of_a_long_way():
    """The step back from the middle to 0.1 is rounded to a ten-billionth."""
    assert 500000.05 - (500000.05 - 0.1) != 0.1
    assert crossing(lambda x: x - 0.1, 0.1, 1e6) == pytest.approx(0.1, rel=1e-9)


def test_a_crossing_at_an_end_and_one_next_to_it():
    assert crossing(lambda x: x - 0.1, -1e6, 0.1) == 0.1
    assert crossing(lambda x: x - 0.1, 0.1, 7.0) == 0.1
    assert crossing(lambda x: min(x, 1.0) - 1e-30, 0.0, 4.0) == pytest.approx(1e-30, rel=1e-9)
