"""What a reader can work out of all that is printed: the least and the greatest that each hidden count can be.

The reader knows every printed count, every sum among them, that counts are whole and not negative, and the rule. One
who is in a cell knows also that the cell is not empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from pipeline.disclosure.linked import Counts, Flags, Linked
from pipeline.disclosure.rules import too_few


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be told of a hidden count: to an outsider from ``low`` to ``high``; ``known_high`` to whom it is least
    hidden among those who know their own answer."""

    cell: int
    value: int
    low: int
    high: int
    known_high: int


def reach(linked: Linked, hidden: Flags, threshold: int) -> list[Reach]:
    """The interval of every printed cell that is hidden; ``hidden`` has shape (cells,)."""
    found: list[Reach] = []
    unknown = hidden | ~linked.printed
    right = -(linked.equations @ np.where(unknown, 0, linked.values))
    small = too_few(linked.values, threshold)
    for cells in linked.parts(unknown):
        if hidden[cells].any():
            columns = csr_array(linked.equations[:, cells])
            rows = np.flatnonzero(np.diff(columns.indptr))
            sums = LinearConstraint(csr_array(columns[rows]), right[rows], right[rows])
            found += _of_part(linked, cells, sums, hidden, small, threshold)
    return sorted(found, key=lambda one: one.cell)


def too_tight(found: list[Reach], threshold: int) -> list[Reach]:
    """The cells of which somebody can tell that they are below the threshold."""
    return [one for one in found if 0 < one.value < threshold and one.known_high < threshold]


def _of_part(
    linked: Linked, cells: npt.NDArray[np.intp], sums: LinearConstraint, hidden: Flags, small: Flags, threshold: int
) -> list[Reach]:
    values = linked.values[cells]
    found = []
    for place, cell in enumerate(cells.tolist()):
        if not hidden[cell]:
            continue
        lowest = np.zeros(len(cells))
        low, high = _extreme(place, sums, lowest, 1), _extreme(place, sums, lowest, -1)
        known = _to_insiders(place, values, sums, high, threshold) if small[cell] else high
        found.append(Reach(cell, int(values[place]), low, high, known))
    return found


def _to_insiders(place: int, values: Counts, sums: LinearConstraint, high: int, threshold: int) -> int:
    """The greatest value that the cell can have to the one, of all in other hidden cells, who can tell most."""
    others = np.flatnonzero(values > 0)
    others = others[others != place]
    lowest = np.zeros(len(values))
    lowest[others] = 1
    together = _extreme(place, sums, lowest, -1)  # as if all of them told each other
    if together >= threshold:
        return min(high, together)
    least = high
    for other in others:
        lowest[:] = 0
        lowest[other] = 1
        least = min(least, _extreme(place, sums, lowest, -1))
    return least


def _extreme(place: int, sums: LinearConstraint, lowest: npt.NDArray[np.float64], sign: int) -> int:
    """The least (``sign`` 1) or greatest (−1) whole number that a cell can be. What is not bounded is large."""
    size = len(lowest)
    aim = np.zeros(size)
    aim[place] = sign
    solved = milp(aim, constraints=[sums], bounds=Bounds(lowest, np.inf), integrality=np.ones(size))
    if solved.status == 3 or solved.status == 4:  # nothing bounds it
        return 2**31
    if solved.x is None:
        raise ArithmeticError(f"the tables do not add up: {solved.message}")
    return round(float(solved.x[place]))
