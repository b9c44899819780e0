"""A printed figure as what it is: not a number but all the numbers that are printed so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Rounding = Literal["half up", "half down", "half even", "truncation", "any"]

_GROUPED = re.compile(r"[0-9]{1,3}([ .,'’\u00a0\u2009\u202f])[0-9]{3}(?:\1[0-9]{3})*")
_NUMBER = re.compile(r"(?P<sign>[-−+]?)(?P<whole>[0-9]*)(?:[.,](?P<rest>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as printed: its digits as one whole number, of which the last ``decimals`` stand behind the mark.

    Trailing zeros are digits: 5.0 is 50 with one decimal. A percentage is kept as printed (``percent``); its
    ``value`` is the share.
    """

    digits: int
    decimals: int = 0
    percent: bool = False

    @property
    def unit(self) -> Fraction:
        """One step of the last digit."""
        return Fraction(1, 10**self.decimals * (100 if self.percent else 1))

    @property
    def value(self) -> Fraction:
        """The number that stands there."""
        return self.digits * self.unit

    def shifted(self, steps: int) -> Printed:
        """The figure printed some steps of its last digit higher."""
        return replace(self, digits=self.digits + steps)


def read(text: str, whole: bool = False) -> Printed | None:
    """A figure from its text: ``26.5%``, ``26,5 %``, ``.53``, ``−0.20``; ``None`` where it is no number.

    ``whole``: a count, where 1,234 and 1.234 are thousands.
    """
    text = text.strip()
    percent = text.endswith("%")
    text = text.removesuffix("%").strip()
    if whole and _GROUPED.fullmatch(text):
        text = re.sub(r"[^0-9]", "", text)
    found = _NUMBER.fullmatch(text)
    if found is None or not (found["whole"] or found["rest"]):
        return None
    rest = found["rest"] or ""
    digits = int(found["whole"] + rest)
    return Printed(-digits if found["sign"] in ("-", "−") else digits, len(rest), percent)


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval of numbers; each end belongs to it or not."""

    low: Fraction
    high: Fraction
    with_low: bool = True
    with_high: bool = True

    def __contains__(self, value: Fraction) -> bool:
        above = value >= self.low if self.with_low else value > self.low
        return above and (value <= self.high if self.with_high else value < self.high)

    def ends(self, most: int) -> tuple[list[int], list[int]]:
        """For each n up to ``most``: the first whole number k with k/n in the interval, and the one past the last."""
        low, over = self.low.numerator, self.low.denominator
        high, under = self.high.numerator, self.high.denominator
        if self.with_low:
            first = [-(-low * n // over) for n in range(most + 1)]
        else:
            first = [low * n // over + 1 for n in range(most + 1)]
        if self.with_high:
            return first, [high * n // under + 1 for n in range(most + 1)]
        return first, [-(-high * n // under) for n in range(most + 1)]

    def wholes(self, times: int = 1) -> range:
        """The whole numbers k with k/times in the interval."""
        return Bounds(self.low * times, self.high * times, self.with_low, self.with_high)._wholes()

    def _wholes(self) -> range:
        first, end = self.ends(1)
        return range(first[1], max(first[1], end[1]))


def bounds(printed: Printed, rounding: Rounding) -> Bounds:
    """All numbers that a rule prints so. Half up turns from zero; ``any``: one of the rules does."""
    value, unit = printed.value, printed.unit
    half = unit / 2
    if rounding == "half even":
        even = printed.digits % 2 == 0
        return Bounds(value - half, value + half, even, even)
    if value == 0:
        reach = half if rounding in ("half up", "half down") else unit
        closed = rounding == "half down"
        return Bounds(-reach, reach, closed, closed)
    inner, outer, with_inner, with_outer = {
        "half up": (half, half, True, False),
        "half down": (half, half, False, True),
        "truncation": (0 * unit, unit, True, False),
        "any": (half, unit, True, False),
    }[rounding]
    if value > 0:
        return Bounds(value - inner, value + outer, with_inner, with_outer)
    return Bounds(value - outer, value + inner, with_outer, with_inner)
