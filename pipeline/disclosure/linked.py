"""Counts and the sums between them, over every table that is printed: one system, however many tables there are."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Linked:
    """Counts of shape (cells,) and equations of shape (sums, cells) that hold among them: ``equations @ values`` is 0.

    ``printed``: whether a cell stands in a table at all; one that does not is unknown to every reader, and its sums are
    not. ``fixed``: printed anyhow, as it concerns nobody's secret.
    """

    keys: tuple[Hashable, ...]
    values: Counts
    equations: csr_array
    printed: Flags
    fixed: Flags

    def parts(self, free: Flags) -> list[npt.NDArray[np.intp]]:
        """The ``free`` cells that hang together by sums, each group for itself; what everybody knows parts them."""
        chosen = np.flatnonzero(free)
        pattern = abs(csr_array(self.equations[:, chosen]))
        count, label = connected_components(pattern.T @ pattern, directed=False)
        order = np.argsort(label, kind="stable")
        return [chosen[one] for one in np.split(order, np.cumsum(np.bincount(label, minlength=count))[:-1])]

    def within(self, cells: npt.NDArray[np.intp]) -> Linked:
        """Only some of the cells, with the sums that they are in: these no longer add up to 0."""
        columns = self.equations[:, cells]
        rows = np.flatnonzero(np.diff(columns.indptr))
        return Linked(
            tuple(self.keys[i] for i in cells),
            self.values[cells],
            csr_array(columns[rows]),
            self.printed[cells],
            self.fixed[cells],
        )


@dataclass(slots=True)
class Collector:
    """Gathers cells and sums. A cell told of twice is one unknown; its values must agree."""

    _at: dict[Hashable, int] = field(default_factory=dict)
    _values: list[int] = field(default_factory=list)
    _printed: list[bool] = field(default_factory=list)
    _fixed: list[bool] = field(default_factory=list)
    _sums: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)

    def cell(self, key: Hashable, value: int, printed: bool = True, fixed: bool = False) -> int:
        """Take a count in and return its place."""
        at = self._at.get(key)
        if at is None:
            at = self._at[key] = len(self._values)
            self._values.append(value)
            self._printed.append(printed)
            self._fixed.append(fixed)
            return at
        if self._values[at] != value:
            raise ValueError(f"{key!r} is {self._values[at]} in one table and {value} in another")
        self._printed[at] |= printed
        self._fixed[at] |= fixed
        return at

    def sum(self, total: int, parts: Iterable[int]) -> None:
        """Say that the parts add up to the total."""
        these = tuple(sorted(parts))
        found = sum(self._values[i] for i in these)
        if found != self._values[total]:
            raise ValueError(f"the parts of {self._values[total]} add up to {found}")
        if these != (total,):
            self._sums[total, these] = None

    def value(self, key: Hashable) -> int | None:
        """The count of a cell that is known already."""
        at = self._at.get(key)
        return None if at is None else self._values[at]

    def linked(self) -> Linked:
        """All that was gathered."""
        rows, columns, signs = [], [], []
        for row, (total, parts) in enumerate(self._sums):
            rows += [row] * (1 + len(parts))
            columns += [total, *parts]
            signs += [-1.0, *[1.0] * len(parts)]
        shape = (len(self._sums), len(self._values))
        return Linked(
            tuple(self._at),
            np.array(self._values, dtype=np.int64),
            csr_array((signs, (rows, columns)), shape=shape),
            np.array(self._printed, dtype=bool),
            np.array(self._fixed, dtype=bool),
        )


def places(linked: Linked, keys: Sequence[Hashable]) -> npt.NDArray[np.intp]:
    """Where some cells are."""
    at = {key: i for i, key in enumerate(linked.keys)}
    return np.array([at[key] for key in keys], dtype=np.intp)
