"""One pass over the cases per table: counts, sums of weights and of squared weights, by integer index.

A category index is 0 for "not valid here" and 1 … k for the k categories; counting keeps the zero slot and cuts it
off at the end, which is cheaper than filtering the cases first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.counting.sums import Exact, Reach
from pipeline.statistics.core import Floats, Ints

Index = npt.NDArray[np.integer[Any]]
"""Per case: 0 not valid, 1 … k the category; of any integer type that holds k."""

BLOCK = 1 << 16
"""Cases counted at a time: few enough that what is made for them stays in the processor's cache."""

_COMPARED = 24  # cells up to which it is faster to compare the cases, a byte each, with every cell in turn


@dataclass(frozen=True, slots=True)
class CaseWeights:
    """What the rows weigh: ``n`` the cases that each row stands for (``None``: one each), ``sum`` the weights of its
    cases and ``squares`` their squares (``None``: no weight)."""

    n: Ints | None = None
    sum: Exact | None = None
    squares: Exact | None = None

    @classmethod
    def of(cls, w: Floats | None) -> CaseWeights:
        """Weights of single cases, none below zero, with their squares."""
        if w is None:
            return cls()
        w2 = w * w
        return cls(None, Exact.of(w, Reach.of(w).units), Exact.of(w2, Reach.of(w2).units))

    @property
    def w(self) -> Floats | None:
        """The weight of each row; ``None`` for no weight."""
        return None if self.sum is None else self.sum.values

    @property
    def w2(self) -> Floats | None:
        """The squared weights of each row; ``None`` for no weight."""
        return None if self.squares is None else self.squares.values

    def of_some(self, keep: npt.NDArray[Any]) -> CaseWeights:
        """The weights of some of the rows."""
        n = None if self.n is None else self.n[keep]
        if self.sum is None or self.squares is None:
            return CaseWeights(n)
        return CaseWeights(n, self.sum.take(keep), self.squares.take(keep))


@dataclass(frozen=True, slots=True)
class Counts:
    """``n``, ``w``, ``w2``, each of one shape: a dimension per variable."""

    n: Ints
    w: Floats
    w2: Floats

    def inner(self) -> Counts:
        """Without the slots of invalid cases."""
        cut = (slice(1, None),) * self.n.ndim
        return Counts(self.n[cut], self.w[cut], self.w2[cut])


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts whose sums of weights are not rounded yet, so that they may still be added: n, Σw, Σw²."""

    n: Ints
    w: Exact | None
    w2: Exact | None

    def over(self, axes: tuple[int, ...]) -> Sums:
        """The sums over some dimensions."""
        n = np.asarray(self.n.sum(axis=axes))
        return Sums(n, None if self.w is None else self.w.over(axes), None if self.w2 is None else self.w2.over(axes))

    def at(self, some: Any) -> Sums:
        """Those at some places of the first dimension."""
        w, w2 = (None if one is None else one.take(some) for one in (self.w, self.w2))
        return Sums(self.n[some], w, w2)

    def gathered(self, place: Index, size: int) -> Sums:
        """Those of one dimension added up at the place, below ``size``, that each has."""
        where = place.astype(np.intp, copy=False)
        n = np.zeros(size, dtype=np.int64)
        np.add.at(n, where, self.n)
        w, w2 = (None if one is None else one.tally(where, size) for one in (self.w, self.w2))
        return Sums(n, w, w2)

    @property
    def counts(self) -> Counts:
        """Rounded, once."""
        if self.w is None or self.w2 is None:
            w = self.n.astype(np.float64)
            return Counts(self.n, w, w)
        return Counts(self.n, self.w.values, self.w2.values)


def count(indices: Sequence[Index], sizes: Sequence[int], weights: CaseWeights) -> Counts:
    """Count the cases over the combinations of several variables.

    ``indices``: per variable the category index of each case; ``sizes``: the number of categories k of each. The
    result has the shape (k1 + 1, k2 + 1, …), slot 0 for invalid.
    """
    return sums(indices, sizes, weights).counts


def sums(indices: Sequence[Index], sizes: Sequence[int], weights: CaseWeights) -> Sums:
    """As :func:`count`, not rounded yet."""
    shape = tuple(k + 1 for k in sizes)
    if len(indices) == 1:
        return tally(indices[0], shape, weights)
    total = int(np.prod(shape))
    kind = np.dtype(np.uint8 if total < 1 << 8 else np.uint16 if total < 1 << 16 else np.int64)
    cell: Index = indices[0].astype(kind)
    for index, k in zip(indices[1:], shape[1:], strict=True):
        cell = cell * kind.type(k) + index.astype(kind, copy=False)
    return tally(cell, shape, weights)


def tally(cell: Index, shape: tuple[int, ...], weights: CaseWeights) -> Sums:
    """Counts and sums of weights by cell number, in row-major order of ``shape``."""
    total = int(np.prod(shape))
    alone = weights.n is None and weights.sum is None
    if alone and cell.dtype == np.uint8 and total <= _COMPARED and len(cell) >= BLOCK:
        n = np.array([np.count_nonzero(cell == np.uint8(i)) for i in range(total)], dtype=np.int64)
        return Sums(n.reshape(shape), None, None)
    n = np.zeros(total, dtype=np.int64)
    w = w2 = None
    step = BLOCK if total < BLOCK else max(len(cell), 1)
    for start in range(0, max(len(cell), 1), step):
        part = cell[start : start + step].astype(np.intp, copy=False)
        if weights.n is None:
            n += np.bincount(part, minlength=total)
        else:
            n += np.bincount(part, weights.n[start : start + step], total).astype(np.int64)
        if weights.sum is not None and weights.squares is not None:
            here, squares = weights.sum.tally(part, total, start), weights.squares.tally(part, total, start)
            w, w2 = (here, squares) if w is None or w2 is None else (w + here, w2 + squares)
    w, w2 = (None if one is None else one.shaped(shape) for one in (w, w2))
    return Sums(n.reshape(shape), w, w2)


def distribution(values: Floats, group: Index | None, groups: int, weights: CaseWeights) -> tuple[Floats, Counts]:
    """The distinct values of a numeric variable, ascending, with their counts by group.

    ``values``: NaN where not valid. Returns the values (k,) and counts of shape (k, groups); without ``group`` the
    shape is (k, 1). Cases of no group (index 0) are left out.
    """
    keep = ~np.isnan(values)
    if group is not None:
        keep &= group > 0
    kept = values[keep]
    distinct, place = np.unique(kept, return_inverse=True)
    if group is None:
        groups = 1
        cell = place
    else:
        cell = place * groups + (group[keep] - 1)
    return distinct, tally(cell, (len(distinct), groups), weights.of_some(keep)).counts


def patterns(x: Floats, weights: CaseWeights) -> tuple[Floats, Counts, Ints]:
    """The distinct rows of a matrix (cases, p), NaN kept as a value of its own, with how many cases show each.

    Last, which of them each case shows.
    """
    if len(x) == 0:
        empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
        return x, Counts(none, empty, empty), none
    # distinct rows by one integer per row: the position of each column's value, combined column by column
    cell = np.zeros(len(x), dtype=np.int64)
    for column in x.T:
        _, place = np.unique(column, return_inverse=True, equal_nan=True)
        _, cell = np.unique(cell * (int(place.max()) + 1) + place, return_inverse=True)
    first = np.full(int(cell.max()) + 1, len(x), dtype=np.int64)
    np.minimum.at(first, cell, np.arange(len(x)))
    return x[first], tally(cell, (len(first),), weights).counts, cell
