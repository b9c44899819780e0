"""Which counts to hide with those that are too small, so that no sum gives these away: complementary suppression.

For every small count a second set of tables is sought that agrees with all that is printed, where that count is at the
threshold or above, and, against readers who know their own answer, where no cell is empty that is not empty. Such
tables exist when enough others are hidden, and the cheapest others are found by a mixed integer programme over all
tables at once (HiGHS). Cells hidden for one count are free for the next. Fischetti and Salazar (2001), in the form of
one programme per primary cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from pipeline.disclosure.linked import Counts, Flags, Linked

_OPTIONS = {"mip_rel_gap": 0.05, "time_limit": 10.0}
"""A twentieth above the optimum is near enough; no programme takes longer than ten seconds."""


def repair(linked: Linked, primary: Flags, threshold: int, insiders: bool = True, first: Flags | None = None) -> Flags:
    """The cells to hide, of shape (cells,): the ``primary`` ones, those hidden ``first`` and what has to go with them.

    ``insiders``: also from those who know their own answer. A primary cell that nothing can protect, as its neighbours
    are fixed, stays in the attacker's reach and is found there.
    """
    hidden = primary.copy() if first is None else primary | first
    for cells in linked.parts(~linked.fixed | hidden):
        if primary[cells].any():
            search = _Search(linked.within(cells), threshold, insiders)
            hidden[cells] = search.all_of(primary[cells], hidden[cells])
    return hidden


@dataclass(frozen=True, slots=True)
class _Search:
    part: Linked
    threshold: int
    insiders: bool

    def all_of(self, primary: Flags, hidden: Flags) -> Flags:
        """The cells to hide for each primary cell in turn, the largest first."""
        hidden = hidden.copy()
        nothing = np.zeros_like(hidden)
        may = self.part.printed & ~self.part.fixed
        largest = float(self.part.values.max() + self.threshold)
        for cell in sorted(np.flatnonzero(primary), key=lambda one: (-self.part.values[one], one)):
            tries = ((nothing, True, largest), (may, False, 2.0 * self.threshold), (may, True, 2.0 * self.threshold),
                     (may, True, largest))  # fmt: skip
            for choice, whole, most in tries:
                moved = self._other_tables(int(cell), hidden, choice & ~hidden, whole, most)
                if moved is None:
                    continue
                hidden |= moved
                if whole or self._other_tables(int(cell), hidden, nothing, True, largest) is not None:
                    break
        return hidden

    def _other_tables(self, cell: int, hidden: Flags, choice: Flags, whole: bool, most: float) -> Flags | None:
        """The cells of ``choice`` that differ in the tables that hide one cell best; ``None`` where there are none.

        ``whole``: the other tables hold whole numbers. ``most``: what a cell may differ by.
        """
        values = self.part.values
        moving = np.flatnonzero(hidden | ~self.part.printed | choice)
        chosen = np.flatnonzero(choice[moving])
        least = np.minimum(values, 1) if self.insiders else np.zeros_like(values)
        low = -np.minimum(values - least, most).astype(float)
        high = np.full(len(values), most)
        low[cell] = self.threshold - values[cell]
        sums = csr_array(self.part.equations[:, moving])
        count, size = len(chosen), len(moving)
        pick = csr_array((np.ones(count), (np.arange(count), chosen)), shape=(count, size))
        span = most * eye_array(count, format="csr")
        matrix = vstack([
            hstack([sums, csr_array((sums.shape[0], count))]), hstack([pick, -span]), hstack([pick, span]),
        ])  # fmt: skip
        nought = np.zeros(sums.shape[0])
        solved = milp(
            np.concatenate([np.zeros(size), _cost(values[moving][chosen])]),
            constraints=[
                LinearConstraint(
                    csr_array(matrix),
                    np.concatenate([nought, np.full(count, -np.inf), np.zeros(count)]),
                    np.concatenate([nought, np.zeros(count), np.full(count, np.inf)]),
                )
            ],
            bounds=Bounds(np.r_[low[moving], np.zeros(count)], np.r_[high[moving], np.ones(count)]),
            integrality=np.r_[np.full(size, int(whole)), np.ones(count)],
            options=_OPTIONS,
        )
        if solved.x is None:
            return None
        moved = np.zeros(len(values), dtype=bool)
        moved[moving[chosen]] = solved.x[size:] > 0.5
        return moved


def _cost(values: Counts) -> npt.NDArray[np.float64]:
    """What hiding a cell costs: a cell, then the cases in it. The place in the order breaks ties, so that it is the
    same everywhere."""
    scale = max(1.0, float(values.max(initial=0)))
    order = np.arange(len(values)) / max(1, len(values))
    return np.asarray(1.0 + 2.0 * values / scale + 1e-4 * order, dtype=np.float64)
