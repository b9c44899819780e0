"""Units through all waves: a unit and what it became is one lineage, also across waves in which it did not answer.

Linked waves (``units.yml``, else equal codes) hand a lineage on. A code that is lost in one wave and found again in a
later one is the same unit, unless it was declared to end or to begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipeline.comparison.units import Links

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Lineages:
    """``rows``: per lineage and wave the rows of its units in the wave's file; empty where none answered."""

    rows: tuple[tuple[tuple[int, ...], ...], ...]

    @cached_property
    def present(self) -> npt.NDArray[np.bool_]:
        """Who answered in which wave: shape (lineages, waves)."""
        return np.array([[bool(rows) for rows in one] for one in self.rows], dtype=bool)

    def pairs(self, before: int, after: int) -> tuple[Rows, Rows]:
        """The rows in two waves of the units that answered in both and neither merged nor split."""
        found = [(one[before][0], one[after][0]) for one in self.rows if len(one[before]) == len(one[after]) == 1]
        return np.array([a for a, _ in found], dtype=np.intp), np.array([b for _, b in found], dtype=np.intp)

    def in_all(self) -> list[Rows]:
        """The balanced panel: per wave the rows of the units that answered in all of them, one row each."""
        kept = [one for one in self.rows if all(len(rows) == 1 for rows in one)]
        waves = len(self.rows[0]) if self.rows else 0
        return [np.array([one[i][0] for one in kept], dtype=np.intp) for i in range(waves)]

    def cohorts(self) -> npt.NDArray[np.int64]:
        """How many of the units that first answered in a wave (rows) answered in each (columns)."""
        waves = self.present.shape[1] if self.rows else 0
        found = np.zeros((waves, waves), dtype=np.int64)
        for i, first in enumerate(self.present.argmax(axis=1).tolist() if self.rows else ()):
            found[first] += self.present[i]
        return found

    def skipped(self) -> npt.NDArray[np.int64]:
        """Per wave how many units answered before it and after it, and not in it."""
        if not self.rows:
            return np.zeros(0, dtype=np.int64)
        seen = np.logical_or.accumulate(self.present, axis=1)
        to_come = np.logical_or.accumulate(self.present[:, ::-1], axis=1)[:, ::-1]
        gone: npt.NDArray[np.int64] = (seen & to_come & ~self.present).sum(axis=0)
        return gone


def lineages(waves: Sequence[str], rows: Mapping[str, Mapping[str, int]], links: Sequence[Links]) -> Lineages:
    """The lineages of all units. ``rows``: per wave that names its units the row of each unit's code."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    begun, ended = set(), set()
    for link in links:
        for group in link.groups:
            nodes = [*((link.earlier, c) for c in group.before), *((link.later, c) for c in group.after)]
            for node in nodes[1:] if group.before and group.after else ():
                parent[root(node)] = root(nodes[0])
            begun |= set(nodes) if group.kind == "begin" else set()
            ended |= {(link.earlier, c) for c in group.before} if group.kind == "end" else set()
    last: dict[str, tuple[str, str]] = {}
    for wave in waves:
        for code in rows.get(wave, ()):
            node, earlier = (wave, code), last.get(code)
            if earlier is not None and node not in begun and earlier not in ended and not _linked(node, parent):
                parent[root(node)] = root(earlier)
            last[code] = node
    place = {wave: i for i, wave in enumerate(waves)}
    found: dict[tuple[str, str], list[list[int]]] = {}
    for wave in waves:
        for code, row in rows.get(wave, {}).items():
            found.setdefault(root((wave, code)), [[] for _ in waves])[place[wave]].append(row)
    return Lineages(tuple(tuple(tuple(r) for r in one) for one in found.values()))


def _linked(node: tuple[str, str], parent: Mapping[tuple[str, str], tuple[str, str]]) -> bool:
    """Whether a link has led to this unit from another already."""
    return parent.get(node, node) != node
