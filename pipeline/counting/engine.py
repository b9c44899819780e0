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

from pipeline.statistics.core import Floats, Ints

Index = npt.NDArray[np.integer[Any]]
"""Per case: 0 not valid, 1 … k the category; of any integer type that holds k."""

BLOCK = 1 << 16
"""Cases counted at a time: few enough that what is made for them stays in the processor's cache."""

_COMPARED = 24  # cells up to which it is faster to compare the cases, a byte each, with every cell in turn


@dataclass(frozen=True, slots=True)
class CaseWeights:
    """The weights of the cases and their squares, or ``None`` for no weight; cases without positive weight are gone."""

    w: Floats | None = None
    w2: Floats | None = None

    @classmethod
    def of(cls, w: Floats | None) -> CaseWeights:
        """Weights with their squares."""
        return cls() if w is None else cls(w, w * w)

    def of_some(self, keep: npt.NDArray[np.bool_]) -> CaseWeights:
        """The weights of some of the cases."""
        return self if self.w is None or self.w2 is None else CaseWeights(self.w[keep], self.w2[keep])


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


def count(indices: Sequence[Index], sizes: Sequence[int], weights: CaseWeights) -> Counts:
    """Count the cases over the combinations of several variables.

    ``indices``: per variable the category index of each case; ``sizes``: the number of categories k of each. The
    result has the shape (k1 + 1, k2 + 1, …), slot 0 for invalid.
    """
    shape = tuple(k + 1 for k in sizes)
    if len(indices) == 1:
        return tally(indices[0], shape, weights)
    total = int(np.prod(shape))
    kind = np.dtype(np.uint8 if total < 1 << 8 else np.uint16 if total < 1 << 16 else np.int64)
    cell: Index = indices[0].astype(kind)
    for index, k in zip(indices[1:], shape[1:], strict=True):
        cell = cell * kind.type(k) + index.astype(kind, copy=False)
    return tally(cell, shape, weights)


def tally(cell: Index, shape: tuple[int, ...], weights: CaseWeights) -> Counts:
    """Counts and sums of weights by cell number, in row-major order of ``shape``."""
    total = int(np.prod(shape))
    if weights.w is None and cell.dtype == np.uint8 and total <= _COMPARED and len(cell) >= BLOCK:
        n = np.array([np.count_nonzero(cell == np.uint8(i)) for i in range(total)], dtype=np.int64)
        return Counts(n.reshape(shape), *(n.reshape(shape).astype(np.float64) for _ in range(2)))
    n = np.zeros(total, dtype=np.int64)
    w, w2 = np.zeros(total), np.zeros(total)
    step = BLOCK if total < BLOCK else max(len(cell), 1)
    for start in range(0, len(cell), step):
        stop = start + step
        part = cell[start:stop].astype(np.intp, copy=False)
        n += np.bincount(part, minlength=total)
        if weights.w is not None and weights.w2 is not None:
            w += np.bincount(part, weights=weights.w[start:stop], minlength=total)
            w2 += np.bincount(part, weights=weights.w2[start:stop], minlength=total)
    if weights.w is None:
        w = w2 = n.astype(np.float64)
    return Counts(n.reshape(shape), w.reshape(shape), w2.reshape(shape))


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
    return distinct, tally(cell, (len(distinct), groups), weights.of_some(keep))


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
    return x[first], tally(cell, (len(first),), weights), cell
