"""All pairs of categorical variables counted at once: the product of the cases' categories with themselves."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.linked import unit_rows
from pipeline.crossings import Crossings
from pipeline.statistics.core import Floats

MOST_CATEGORIES = 1200  # of all variables together: a megabyte in the page
MOST_WORK = 4e9  # cases times categories squared: about a second
_AT_ONCE = 20_000  # cases
MOST_UNITS = 1000  # whose answers are kept one by one


def crossings(cases: Cases, identifier: str | None = None) -> Crossings | None:
    """The counts of every pair of categorical variables among their valid answers; ``None`` where there are too many.

    Weighted counts are rounded to two decimals. With an ``identifier`` also what each unit answered, where the units
    are no more than a reader looks through.
    """
    coded = [cases.coded(name) for name, variable in cases.variables.items() if variable.categorical]
    coded = [one for one in coded if one.codes]
    sizes = [len(one.codes) for one in coded]
    total = sum(sizes)
    if len(coded) < 2 or total > MOST_CATEGORIES or cases.rows * total**2 > MOST_WORK:
        return None
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(int)
    weights = cases.weights.w
    n, w = np.zeros((total, total)), np.zeros((total, total))
    for first in range(0, cases.rows, _AT_ONCE):
        some = slice(first, min(first + _AT_ONCE, cases.rows))
        chosen = np.zeros((some.stop - first, total))
        for one, start in zip(coded, starts, strict=False):
            index = one.index[some]
            who = np.flatnonzero(index)
            chosen[who, start + index[who].astype(int) - 1] = 1.0
        n += chosen.T @ chosen
        if weights is not None:
            w += chosen.T @ (chosen * weights[some, None])

    def flat(matrix: Floats) -> Floats:
        blocks = [
            matrix[starts[i] : starts[i + 1], starts[j] : starts[j + 1]].ravel()
            for i, j in combinations(range(len(coded)), 2)
        ]
        return np.concatenate(blocks)

    weighted = None if weights is None else tuple(np.round(flat(w), 2).tolist())
    names, codes = tuple(one.name for one in coded), tuple(one.codes for one in coded)
    found = Crossings(names, codes, tuple(flat(n).astype(int).tolist()), weighted)
    rows = unit_rows(cases, identifier) if identifier is not None and cases.rows <= MOST_UNITS else {}
    if not rows:
        return found
    answers = tuple(tuple(one.index[[*rows.values()]].tolist()) for one in coded)
    return replace(found, units=tuple(rows), answers=answers)
