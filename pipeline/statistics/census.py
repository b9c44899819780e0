"""Arithmetic of a census with nonresponse: what n answers say about all N units of a small population.

Nothing here is random but, in the exact interval, who answered. Plain functions of whole numbers: the census modes
of the report call them cell by cell.

Source of the interval: Wright (1991), Exact Confidence Bounds when Sampling from Small Finite Universes (Springer);
the two hypergeometric tails are inverted, each at (1 − confidence)/2, in integer arithmetic.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache


def _check(k: int, n: int, N: int) -> None:
    if not 0 <= k <= n <= N or N < 1:
        raise ValueError(f"not a census count: {k} of {n} of {N}")


def worst_case_bounds(k: int, n: int, N: int) -> tuple[float, float]:
    """Smallest and largest share of all N units, when k of the n that answered have the property.

    The N − n others could all lack it, k/N, or all have it, (k + N − n)/N (Manski 1989). Shares are 0–1.
    ``ValueError`` unless 0 ≤ k ≤ n ≤ N.
    """
    _check(k, n, N)
    return k / N, (k + N - n) / N


def worst_case_mean_bounds(total: float, n: float, N: float, lowest: float, highest: float) -> tuple[float, float]:
    """Smallest and largest mean of all N units on a scale from ``lowest`` to ``highest``.

    ``total`` is the sum over the n that answered; the N − n others could all be at either end of the scale.
    ``ValueError`` when n > N, N < 1, the ends are in the wrong order, or the observed mean lies outside the scale.
    """
    if not 0 <= n <= N or N < 1 or lowest > highest:
        raise ValueError(f"not a census mean: {n} of {N} on a scale {lowest}–{highest}")
    slack = 1e-9 * max(-lowest, highest) * n
    if not n * lowest - slack <= total <= n * highest + slack:
        raise ValueError(f"a sum of {total} over {n} units lies outside the scale {lowest}–{highest}")
    return (total + (N - n) * lowest) / N, (total + (N - n) * highest) / N


@cache
def _tail(confidence: float) -> Fraction:
    # The decimal that was written (0.95), not the binary number next to it.
    tail = (1 - Fraction(repr(float(confidence)))) / 2
    if not 0 < tail < Fraction(1, 2):
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1")
    return tail


def _ways_at_most(k: int, n: int, N: int, K: int) -> int:
    """Samples of n of N units that contain at most k of the K units with the property."""
    fewest = max(0, n - (N - K))
    if k < fewest:
        return 0
    term = ways = math.comb(K, fewest) * math.comb(N - K, n - fewest)
    for x in range(fewest, min(k, K)):
        # The next product of binomial coefficients from the last one; the division is exact.
        term = term * ((K - x) * (n - x)) // ((x + 1) * (N - K - n + x + 1))
        ways += term
    return ways


@cache
def exact_total_interval(k: int, n: int, N: int, confidence: float = 0.95) -> tuple[int, int]:
    """The numbers K of all N units with the property that k of n answers do not contradict: smallest and largest.

    K is kept when both hypergeometric tails exceed (1 − confidence)/2: P(X ≤ k | K) and P(X ≥ k | K), where X counts
    the property among n of N units drawn without replacement. Holds if nonresponse is unrelated to the answer.
    Exact: whole numbers only, no rounding. With n = N the answer is k itself. ``ValueError`` unless 0 ≤ k ≤ n ≤ N.
    """
    _check(k, n, N)
    tail = _tail(confidence)
    # P > tail, in whole numbers: ways · denominator > all ways · numerator.
    all_ways = math.comb(N, n)
    threshold = all_ways * tail.numerator

    def high_enough(K: int) -> bool:
        return (all_ways - _ways_at_most(k - 1, n, N, K)) * tail.denominator > threshold

    def low_enough(K: int) -> bool:
        return _ways_at_most(k, n, N, K) * tail.denominator > threshold

    # P(X ≥ k) grows with K from 0 or more to 1 and P(X ≤ k) falls from 1, so each limit is found by halving.
    below, above = -1, N
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if high_enough(middle) else (middle, above)
    low = above
    below, above = 0, N + 1
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if low_enough(middle) else (below, middle)
    return low, below


def exact_share_interval(k: int, n: int, N: int, confidence: float = 0.95) -> tuple[float, float]:
    """:func:`exact_total_interval` as shares of N, 0–1."""
    low, high = exact_total_interval(k, n, N, confidence)
    return low / N, high / N
