"""Means and standard deviations of whole-number answers: which can come from n answers at all.

GRIM (Brown & Heathers 2017): the sum of n whole numbers is a whole number. GRIMMER (Anaya 2016; Allard 2018): so is
the sum of their squares, which is odd when the sum is odd. DEBIT (Heathers & Brown 2019): of zeros and ones the mean
fixes the standard deviation. Where the ends of the scale are known, and few enough, every pair of sum and sum of
squares that n answers can have is listed, and nothing is left to a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isqrt

from pipeline.audit.printed import Bounds, Printed, Rounding, bounds

_MOST_BITS = 3_000_000  # sums times sums of squares that are listed
_MOST_STEPS = 4_000  # answers times points of the scale


@dataclass(frozen=True, slots=True)
class Average:
    """A printed mean and, where there is one, its standard deviation (n − 1 in the denominator).

    ``items``: how many whole-number answers each case's value is the mean of. ``low``, ``high``: the ends of the scale.
    """

    id: str
    mean: Printed
    sd: Printed | None = None
    items: int = 1
    low: int | None = None
    high: int | None = None
    rounding: Rounding = "half up"

    def possible(self, n: int) -> bool:
        """Whether n cases can have this mean and standard deviation."""
        return failed(self, n) == ""


def sums(average: Average, n: int) -> range:
    """The sums of all answers that the printed mean allows (GRIM); empty: none."""
    found = bounds(average.mean, average.rounding).wholes(n * average.items)
    first, end = found.start, found.stop
    if average.low is not None:
        first = max(first, average.low * n * average.items)
    if average.high is not None:
        end = min(end, average.high * n * average.items + 1)
    return range(first, max(first, end))


def squares(average: Average, n: int, total: int) -> range:
    """The sums of squares of the n cases' totals that the printed SD allows with this sum; by steps of parity."""
    limits = _squared(bounds(average.sd, average.rounding)) if average.sd is not None else None
    if limits is None:
        return range(0)
    scale = (n - 1) * average.items**2
    exact = Fraction(total * total, n)
    found = Bounds(limits.low * scale + exact, limits.high * scale + exact, limits.with_low, limits.with_high).wholes()
    quotient, rest = divmod(total, n)
    least = (n - rest) * quotient**2 + rest * (quotient + 1) ** 2  # all cases as alike as they can be
    first = max(found.start, least)
    first += (first - total) % 2  # a square is odd when its number is odd
    return range(first, max(first, found.stop), 2)


def failed(average: Average, n: int) -> str:
    """The first test that n cases fail: ``grim``, ``grimmer``, ``scale``; empty where all are passed."""
    if n < 1:
        return "grim"
    possible = sums(average, n)
    if not possible:
        return "grim"
    if average.sd is None:
        return ""
    if n == 1:
        return "" if average.sd.digits == 0 else "grimmer"
    pairs = [(total, squares(average, n, total)) for total in possible]
    if not any(found for _, found in pairs):
        return "grimmer"
    if average.low is None or average.high is None:
        return ""
    points = (average.high - average.low) * average.items
    if n * points * n * points * points > _MOST_BITS or n * points > _MOST_STEPS:
        return "" if any(_within(average, n, total, found) for total, found in pairs) else "scale"
    return "" if any(_reached(average, n, total, q) for total, found in pairs for q in found) else "scale"


def _within(average: Average, n: int, total: int, found: range) -> bool:
    """Whether some of the sums of squares are not above what the ends of the scale allow."""
    low, high = (average.low or 0) * average.items, (average.high or 0) * average.items
    if not found or high == low:
        return bool(found)
    far, rest = divmod(total - low * n, high - low)
    if rest:
        most = far * high**2 + (n - far - 1) * low**2 + (low + rest) ** 2
    else:
        most = far * high**2 + (n - far) * low**2
    return found[0] <= most


def _reached(average: Average, n: int, total: int, square: int) -> bool:
    """Whether n totals on the scale have this sum and this sum of squares: looked up among all that there are."""
    low, high = (average.low or 0) * average.items, (average.high or 0) * average.items
    points = high - low
    shifted = total - n * low
    about_low = square - 2 * low * total + n * low * low
    width = n * points * points + 1
    if not (0 <= shifted <= n * points and 0 <= about_low < width):
        return False
    return bool(_reachable(n, points) >> (shifted * width + about_low) & 1)


@cache
def _reachable(n: int, points: int) -> int:
    """A bit for each pair of sum and sum of squares of n whole numbers from 0 to ``points``."""
    width = n * points * points + 1
    found = 1
    for _ in range(n):
        following = 0
        for value in range(points + 1):
            following |= found << (value * width + value * value)
        found = following
    return found


def _squared(limits: Bounds) -> Bounds | None:
    """The bounds of the square of a number that is not negative; none where there is no such number."""
    if limits.high < 0:
        return None
    low = max(limits.low, Fraction(0))
    return Bounds(low * low, limits.high * limits.high, limits.with_low or limits.low < 0, limits.with_high)


def debit(mean: Printed, sd: Printed, n: int, rounding: Rounding = "half up") -> bool:
    """Whether n zeros and ones can have this mean and standard deviation (DEBIT), one count after the other."""
    limits = _squared(bounds(sd, rounding))
    if limits is None or n < 2:
        return False
    counts = bounds(mean, rounding).wholes(n)
    return any(Fraction(k * (n - k), n * (n - 1)) in limits for k in counts if 0 <= k <= n)


def sd_limits(mean: Printed, n: int, low: int, high: int, items: int = 1) -> tuple[Fraction, Fraction] | None:
    """The squares of the least and of the greatest standard deviation that n answers on a scale can have."""
    average = Average("", mean, None, items, low, high)
    found: list[Fraction] = []
    for total in sums(average, n):
        exact, scale = Fraction(total * total, n), (n - 1) * items**2
        quotient, rest = divmod(total, n)
        least = (n - rest) * quotient**2 + rest * (quotient + 1) ** 2
        bottom, top = low * items, high * items
        far, over = divmod(total - bottom * n, top - bottom)
        most = far * top**2 + (n - far) * bottom**2 + ((bottom + over) ** 2 - bottom**2 if over else 0)
        found += [(least - exact) / scale, (most - exact) / scale]
    return (min(found), max(found)) if found else None


def root(value: Fraction, decimals: int = 4) -> Printed:
    """The square root of a fraction, printed with some decimals, cut off."""
    return Printed(isqrt(value.numerator * 10 ** (2 * decimals) // value.denominator), decimals)
