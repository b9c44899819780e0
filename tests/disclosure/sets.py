"""Linked tables for tests: cross-tables of the same units, with all their margins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pipeline.disclosure.linked import Collector, Linked


def cross_tables(units: np.ndarray, sizes: Sequence[int]) -> list[Collector]:
    """The cross-table of each pair of columns of ``units`` (shape (units, variables)), each for itself."""
    found = []
    for pair in combinations(range(len(sizes)), 2):
        one = Collector()
        add_table(one, units, pair, sizes)
        found.append(one)
    return found


def joined(units: np.ndarray, sizes: Sequence[int]) -> Linked:
    """All of them as one system."""
    one = Collector()
    for pair in combinations(range(len(sizes)), 2):
        add_table(one, units, pair, sizes)
    return one.linked()


def add_table(to: Collector, units: np.ndarray, pair: tuple[int, int], sizes: Sequence[int]) -> None:
    a, b = pair
    seen = Counter((int(u[a]), int(u[b])) for u in units)
    rows, columns = range(sizes[a]), range(sizes[b])

    def cell(i: int | None, j: int | None) -> int:
        key = frozenset((v, c) for v, c in ((a, i), (b, j)) if c is not None)
        return to.cell(key, sum(n for (x, y), n in seen.items() if i in (None, x) and j in (None, y)))

    for i in rows:
        to.sum(cell(i, None), [cell(i, j) for j in columns])
    for j in columns:
        to.sum(cell(None, j), [cell(i, j) for i in rows])
    to.sum(cell(None, None), [cell(i, None) for i in rows])
    to.sum(cell(None, None), [cell(None, j) for j in columns])


SIZES = (6, 4, 3)
"""Three linked tables of 98 units: 6 × 4, 6 × 3, 4 × 3."""


def random_units(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.choice(k, 98, p=rng.dirichlet(np.full(k, 1.5))) for k in SIZES])
