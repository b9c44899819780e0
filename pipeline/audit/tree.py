"""Which counts and bases can have produced a tree of printed figures, taken together.

A branch is a question put to those whom a part of another branch counts: its base is that count, or smaller where
answers may be missing. Everything is decided by one dynamic programme from the leaves up: the least number of
missing answers for each base and each count, none where there is no way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal

from pipeline.audit.moments import Average
from pipeline.audit.printed import Printed, Rounding, bounds

Cover = Literal["all", "some", "overlapping"]
Costs = list[int | None]  # by base or count: the least number of missing answers below it; None: impossible


@dataclass(frozen=True, slots=True)
class Part:
    """One category of a branch: what is printed of it, as a share of the base, as a count, as both or not at all."""

    id: str
    share: Printed | None = None
    count: Printed | None = None
    rounding: Rounding = "half up"

    def counts(self, most: int) -> tuple[list[int], list[int]]:
        """For each base up to ``most``: the first count that it allows, and the one past the last."""
        first, end = [0] * (most + 1), list(range(1, most + 2))
        if self.share is not None:
            low, high = bounds(self.share, self.rounding).ends(most)
            first, end = [max(0, k) for k in low], list(map(min, end, high))
        if self.count is not None:
            only = self.count.digits
            first, end = [max(only, k) for k in first], [min(only + 1, k) for k in end]
        return first, end


@dataclass(frozen=True, slots=True)
class Branch:
    """Parts on one base.

    ``of``: the part (or the total) whose cases were asked; none for a branch of its own. ``cover``: the parts are
    ``all`` there are, ``some`` of them, or ``overlapping`` (several answers a case). ``missing``: answers may be
    missing. ``base``: the base where it is printed. ``averages``: means that must be possible on the base.
    """

    id: str
    parts: tuple[Part, ...]
    of: str = ""
    cover: Cover = "some"
    missing: bool = True
    base: int | None = None
    averages: tuple[Average, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Branches that hang together, parents before children; ``total``: the printed total that they start from."""

    branches: tuple[Branch, ...]
    maximum: int
    total: Part | None = None

    @property
    def top(self) -> int:
        """The largest base there can be."""
        return self.total.count.digits if self.total is not None and self.total.count is not None else self.maximum

    def below(self, part: str) -> tuple[Branch, ...]:
        """The branches asked of a part's cases."""
        return tuple(b for b in self.branches if b.of == part)

    def branch(self, name: str) -> Branch:
        """The branch of that id."""
        return next(b for b in self.branches if b.id == name)

    def roots(self) -> tuple[Branch, ...]:
        """The branches asked of everybody."""
        parts = {p.id for b in self.branches for p in b.parts}
        return tuple(b for b in self.branches if b.of not in parts)


@dataclass(frozen=True, slots=True)
class Solution:
    """One way in which all figures hold: the bases of branches, the counts of parts, what is missing in each branch."""

    bases: Mapping[str, int]
    counts: Mapping[str, int]
    missing: Mapping[str, int] = field(default_factory=dict)


def bases(branch: Branch, most: int) -> list[int]:
    """The bases up to ``most`` on which a branch's figures can stand, whatever the other branches say."""
    alone = replace(branch, of="")
    return Solved(Tree((alone,), most)).bases(alone)


def feasible(tree: Tree) -> bool:
    """Whether all figures can hold together."""
    solved = Solved(tree)
    return all(solved.bases(root) for root in tree.roots())


class Solved:
    """A tree with the least number of missing answers for each base of each branch, from the leaves up."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.costs: dict[str, Costs] = {}
        self.part_costs: dict[str, Costs | None] = {}  # None: nothing hangs on the part
        self._ends: dict[str, tuple[list[int], list[int]]] = {}
        for branch in reversed(tree.branches):
            for part in branch.parts:
                self.part_costs[part.id] = self._below(part.id)
                self._ends[part.id] = part.counts(tree.top)
            self.costs[branch.id] = [self._least(branch, n) for n in range(tree.top + 1)]

    def bases(self, root: Branch) -> list[int]:
        """The bases of a root branch with which it, and all that hangs on it, can hold."""
        fitting = [n for n, cost in enumerate(self.costs[root.id]) if cost is not None]
        asked_all = self.tree.total is not None and root.of == self.tree.total.id and not root.missing
        return [n for n in fitting if n == self.tree.top] if asked_all else fitting

    def best(self, root: Branch, base: int) -> Solution:
        """The way with the fewest missing answers below this base of a root branch."""
        return next(self._ways(root, base, best=True))

    def solutions(self, root: Branch, most: int = 1000) -> list[Solution]:
        """All ways in which the figures of a root branch and of what hangs on it can hold, up to ``most``."""
        return list(islice((way for n in self.bases(root) for way in self._ways(root, n)), most))

    def _below(self, part: str) -> Costs | None:
        """What a count of this part costs in the branches asked of it: the base nearest to it, or one further down."""
        found: Costs | None = None
        for branch in self.tree.below(part):
            costs = self.costs[branch.id]
            if branch.missing:
                reached: Costs = []
                for cost in costs:
                    one_more = reached[-1] + 1 if reached and reached[-1] is not None else None
                    reached.append(min((c for c in (cost, one_more) if c is not None), default=None))
                costs = reached
            found = costs if found is None else [_sum(a, b) for a, b in zip(found, costs, strict=True)]
        return found

    def _ranges(self, branch: Branch, base: int) -> list[range] | None:
        """The counts of each part on a base; none where one has no count, or the base itself does not fit."""
        if branch.base is not None and base != branch.base:
            return None
        if base == 0 and (branch.averages or any(p.share is not None for p in branch.parts)):
            return None
        found = [range(self._ends[p.id][0][base], self._ends[p.id][1][base]) for p in branch.parts]
        return found if all(found) and all(a.possible(base) for a in branch.averages) else None

    def _least(self, branch: Branch, base: int) -> int | None:
        """The least missing answers below a branch with this base; none where its figures do not fit it."""
        ranges = self._ranges(branch, base)
        if ranges is None:
            return None
        low = sum(r[0] for r, p in zip(ranges, branch.parts, strict=True) if self.part_costs[p.id] is None)
        high = sum(r[-1] for r, p in zip(ranges, branch.parts, strict=True) if self.part_costs[p.id] is None)
        sums: dict[int, int] = {0: 0}  # of the parts on which something hangs: what they sum to, at the least cost
        for part, counts in zip(branch.parts, ranges, strict=True):
            costs = self.part_costs[part.id]
            if costs is None:
                continue
            priced = [
                (k, cost) for k, cost in zip(counts, costs[counts.start : counts.stop], strict=True) if cost is not None
            ]
            following: dict[int, int] = {}
            for total, so_far in sums.items():
                for k, more in priced:
                    at = 0 if branch.cover == "overlapping" else total + k
                    if at <= base and following.get(at, so_far + more) >= so_far + more:
                        following[at] = so_far + more
            sums = following
        fitting = (cost for total, cost in sums.items() if _fits(branch, base, total + low, total + high))
        return min(fitting, default=None)

    def _ways(self, branch: Branch, base: int, best: bool = False) -> Iterator[Solution]:
        """The ways in which a branch with this base, and all below it, hold; ``best``: only with the fewest missing."""
        wanted = self.costs[branch.id][base]
        ranges = self._ranges(branch, base)
        if ranges is None or wanted is None:
            return
        cheap = [p.id for p in branch.parts if self.part_costs[p.id] is not None]
        for counts in _choices(branch, base, ranges):
            chosen = {p.id: k for p, k in zip(branch.parts, counts, strict=True)}
            prices = [costs[chosen[name]] for name in cheap if (costs := self.part_costs[name]) is not None]
            if any(price is None for price in prices) or (best and sum(p or 0 for p in prices) != wanted):
                continue
            below = [(child, chosen[part]) for part in chosen for child in self.tree.below(part)]
            for rest in self._children(below, best):
                yield Solution({branch.id: base, **rest.bases}, {**chosen, **rest.counts}, rest.missing)

    def _children(self, below: Sequence[tuple[Branch, int]], best: bool) -> Iterator[Solution]:
        if not below:
            yield Solution({}, {})
            return
        (child, count), *others = below
        priced = [(count - n + cost, n) for n in range(count, -1, -1)
                  if (cost := self.costs[child.id][n]) is not None and (child.missing or n == count)]  # fmt: skip
        priced.sort(key=lambda pair: pair[0])  # the fewest missing answers first
        for price, n in priced:
            if best and price != priced[0][0]:
                break
            for one in self._ways(child, n, best):
                for rest in self._children(others, best):
                    yield Solution(
                        {**one.bases, **rest.bases},
                        {**one.counts, **rest.counts},
                        {child.id: count - n, **one.missing, **rest.missing},
                    )


def _sum(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _fits(branch: Branch, base: int, low: int, high: int) -> bool:
    """Whether parts that sum to something from ``low`` to ``high`` fit a base."""
    if branch.cover == "overlapping" or not branch.parts:
        return True
    return low <= base and (branch.cover == "some" or base <= high)


def _choices(branch: Branch, base: int, ranges: Sequence[range]) -> Iterator[tuple[int, ...]]:
    """All counts of a branch's parts that fit its base."""
    lows = [sum(r[0] for r in ranges[i:]) for i in range(len(ranges) + 1)]
    highs = [sum(r[-1] for r in ranges[i:]) for i in range(len(ranges) + 1)]

    def walk(i: int, so_far: int) -> Iterator[tuple[int, ...]]:
        if not _fits(branch, base, so_far + lows[i], so_far + highs[i]):
            return
        if i == len(ranges):
            yield ()
            return
        for k in ranges[i]:
            for rest in walk(i + 1, so_far + k):
                yield (k, *rest)

    return walk(0, 0)
