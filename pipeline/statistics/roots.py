"""Where a monotone function of one number crosses zero: for quantiles and for limits of intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise


def crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """The crossing of a monotone ``function`` between two ends where its signs differ, to the last bits of their size.

    Ridders's method (Ridders 1979, IEEE Transactions on Circuits and Systems 26, 979–980): the bracket at least halves
    at every step and near the crossing the digits double. ``ValueError`` when the signs at the ends are the same.
    """
    at_low, at_high = function(low), function(high)
    if min(at_low, at_high) > 0 or max(at_low, at_high) < 0:
        raise ValueError(f"no change of sign between {low} and {high}")
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    fall = math.copysign(1.0, at_low - at_high)
    guess = math.nan
    while True:
        middle = (low + high) / 2
        at_middle = function(middle)
        if at_middle == 0 or not low < middle < high:
            return middle
        step = (middle - low) * at_middle / math.sqrt(at_middle * at_middle - at_low * at_high)
        previous, guess = guess, middle + fall * step
        at_guess = function(guess)
        if at_guess == 0 or abs(guess - previous) <= 4e-16 * abs(guess):
            return guess
        points = sorted([(low, at_low), (middle, at_middle), (guess, at_guess), (high, at_high)])
        (low, at_low), (high, at_high) = next((a, b) for a, b in pairwise(points) if (a[1] > 0) != (b[1] > 0))
