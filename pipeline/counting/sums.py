"""Sums of weights that are the same to the last bit in whatever order, and in however many portions, they are added.

A double has 53 binary digits, and adding rounds. So a weight is cut into parts of fewer digits, each a whole number of
its own unit (a power of two), so short that a sum over all rows of the file still is a whole number that a double holds
exactly. Sums of parts may then be added in any order, by any number of processes or machines; only the finished sum is
rounded, once. The units follow from the number of rows and from the largest and the finest weight of the whole file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Floats

_DIGITS = 53
_MOST_PARTS = 12  # weights that span more than a factor of 2^200 are cut off below that


@dataclass(frozen=True, slots=True)
class Measure:
    """What is added up over cases: a weight, its square, or a weight divided by another."""

    variable: str
    squared: bool = False
    over: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What must be known of a column of weights before it is added: ``rows``, zeros among them; all values are below
    2^``top`` and multiples of 2^``bottom``. ``finite``: whether each is a number that can be added exactly.

    The reach of two portions together is ``a + b``.
    """

    rows: int = 0
    top: int = -2000
    bottom: int = 2000
    finite: bool = True

    @classmethod
    def of(cls, values: Floats) -> Reach:
        """The reach of some values, none below zero."""
        positive = values[values > 0]
        if not len(positive):
            return cls(len(values))
        top = int(np.frexp(positive.max())[1])
        if not np.isfinite(positive).all():
            return cls(len(values), top, top, finite=False)
        fraction, exponent = np.frexp(positive)
        digits = np.ldexp(fraction, _DIGITS).astype(np.int64)
        lowest = np.frexp((digits & -digits).astype(np.float64))[1] - 1
        return cls(len(values), top, int((exponent.astype(np.int64) - _DIGITS + lowest).min()))

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            self.rows + other.rows,
            max(self.top, other.top),
            min(self.bottom, other.bottom),
            self.finite and other.finite,
        )

    @property
    def units(self) -> tuple[int, ...]:
        """The exponents of the parts' units, from the coarsest; empty where values are added as they are."""
        if not self.finite:
            return ()
        width = _DIGITS - max(self.rows - 1, 1).bit_length()
        count = min(max(-(-(self.top - self.bottom) // width), 1), _MOST_PARTS) if self.top > self.bottom else 1
        return tuple(self.top - width * (i + 1) for i in range(count)) if self.top > -2000 else (0,)


@dataclass(frozen=True, slots=True)
class Exact:
    """A column of weights, or of their sums, cut into parts: ``parts`` (p, …) whole numbers of 2^``units``."""

    parts: tuple[npt.NDArray[np.float64], ...]
    units: tuple[int, ...]

    @classmethod
    def of(cls, values: Floats, units: tuple[int, ...]) -> Exact:
        """Cut values, none below zero."""
        if not units:
            return cls((values,), units)
        parts, rest = [], values
        for unit in units:
            part = np.floor(np.ldexp(rest, -unit))
            parts.append(part)
            if len(parts) < len(units):
                rest = rest - np.ldexp(part, unit)
        return cls(tuple(parts), units)

    @property
    def values(self) -> Floats:
        """The values as doubles, rounded once."""
        if not self.units:
            return self.parts[0]
        found = np.ldexp(self.parts[-1], self.units[-1])
        for part, unit in zip(self.parts[-2::-1], self.units[-2::-1], strict=True):
            found = np.ldexp(part, unit) + found
        return np.asarray(found, dtype=np.float64)

    def take(self, some: Any) -> Exact:
        """Those that an index or a mask picks."""
        return Exact(tuple(part[some] for part in self.parts), self.units)

    def tally(self, cell: npt.NDArray[np.intp], total: int, start: int = 0) -> Exact:
        """The sums by cell 0 … total−1 of the values from ``start`` on, as many as ``cell`` has."""
        stop = start + len(cell)
        return Exact(tuple(_added(cell, part[start:stop], total) for part in self.parts), self.units)

    def over(self, axes: tuple[int, ...]) -> Exact:
        """The sums over some axes."""
        return Exact(tuple(np.asarray(part.sum(axis=axes)) for part in self.parts), self.units)

    def shaped(self, shape: tuple[int, ...]) -> Exact:
        """The same in another shape."""
        return Exact(tuple(part.reshape(shape) for part in self.parts), self.units)

    def __add__(self, other: Exact) -> Exact:
        return Exact(tuple(a + b for a, b in zip(self.parts, other.parts, strict=True)), self.units)


def _added(cell: npt.NDArray[np.intp], values: Floats, total: int) -> Floats:
    return np.bincount(cell, values, total).astype(np.float64, copy=False)
