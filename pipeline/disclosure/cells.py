"""All printed counts as one system: who is part of whom, over every table, however it comes to its cases.

For each set of variables that some table asks about together there is a grid: each variable's labels in as few blocks
as its uses tell apart, and a cell for each combination of blocks, printed or not. A printed count is the sum of its
cells in the grid; a grid's sums over a variable are cells, or sums of cells, of the grid without it. Whoever reads the
tables knows exactly these sums, and that what the questionnaire rules out is empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod

from pipeline.counting.joint import YES, mention, mention_parts
from pipeline.disclosure.linked import Collector, Linked
from pipeline.disclosure.regions import COUNTS, SHARES, Labels, Region, Regions, Unknown, dims
from pipeline.results import ResultRow

Names = frozenset[str]
LARGEST = 4000
"""Cells of a grid. The counts of a larger one are not linked: those that tell an answer are hidden."""


@dataclass
class Cells:
    """The counts that a wave's rows print, and the grids they belong to. ``printed``: the cases of each region.

    ``unlinked``: regions that a row prints and whose number is not what their meaning counts, or that are too large.
    """

    regions: Regions
    printed: dict[Region, int] = field(default_factory=dict)
    unlinked: set[Region] = field(default_factory=set)
    blocks: dict[Names, dict[str, list[Labels]]] = field(default_factory=dict)
    grids: dict[Names, dict[Region, int]] = field(default_factory=dict)
    _uses: dict[Names, dict[str, set[Labels]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ResultRow], regions: Regions) -> Cells:
        """Gather the counts of all rows."""
        cells = cls(regions)
        said: dict[Region, int] = {}
        for row in rows:
            if row.value is None or (row.statistic not in COUNTS and row.statistic not in SHARES):
                continue
            try:
                found = cells._printed_by(row)
            except Unknown:
                continue
            for region in found:
                cells.printed.setdefault(region, -1)
            counted = round(row.value)
            if row.statistic in COUNTS and said.setdefault(found[0], counted) != counted:
                cells.unlinked.add(found[0])
        cells._family()
        cells._count(said)
        return cells

    def _printed_by(self, row: ResultRow) -> list[Region]:
        """The regions whose counts a row gives away, its own first."""
        found = [self.regions.of(row)]
        if row.statistic in SHARES:
            found.append(self.regions.base(row))
        if "population=" in row.method:
            outside = self.regions.outside(row)
            found += [outside] if outside is not None else []
        return found

    # ------------------------------------------------------------ grids

    def _family(self) -> None:
        """The sets of variables with a grid: those printed together, what two of them share, and items with what
        everybody knows of them."""
        family: set[Names] = {frozenset(), *(dims(region) for region in self.printed)}
        implied = self.regions.implied()
        pairs = {(a, b) for a, _, b, _ in implied}
        family |= {one | {b} for one in [*family] for a, b in pairs if a in one and one - {a} | {b} in family}
        family |= {one | {a} for one in [*family] for a, b in pairs if b in one and one - {b} | {a} in family}
        new = [*family]
        while new:
            shared = {one & other for one in new for other in family if one & other not in family}
            family |= shared
            new = [*shared]
        for region in self.printed:
            for name, labels in region:
                self._uses.setdefault(dims(region), defaultdict(set))[name].add(labels)
        for names in family:
            for one, labels, other, those in implied:
                if {one, other} <= names:
                    uses = self._uses.setdefault(names, defaultdict(set))
                    uses[one].add(labels)
                    uses[other].add(those)
        for names in family:
            if not self._blocks(names, family):
                self.unlinked |= {region for region in self.printed if dims(region) == names}

    def _blocks(self, names: Names, family: set[Names]) -> bool:
        """Part each variable's labels by what this grid and those above it tell apart; whether that is few enough."""
        found = {}
        for name in sorted(names):
            uses = {labels for above in family if names <= above for labels in self._uses.get(above, {}).get(name, ())}
            parts: dict[tuple[bool, ...], set[str]] = defaultdict(set)
            ordered = sorted(uses, key=sorted)
            for label in sorted(self.regions.domain(name).labels):
                parts[tuple(label in labels for labels in ordered)].add(label)
            found[name] = [frozenset(part) for part in parts.values()]
        if prod(len(parts) for parts in found.values()) > LARGEST:
            return False
        self.blocks[names] = found
        return True

    def _count(self, said: Mapping[Region, int]) -> None:
        """The cases of each cell of each grid, and of each printed region; what a row says otherwise is not linked."""
        implied = self.regions.implied()
        for names, blocks in self.blocks.items():
            order = sorted(names)
            at = [{label: part for part in blocks[name] for label in part} for name in order]
            counts: dict[Region, int] = defaultdict(int)
            for labels, n in self.regions.joint.counts(order).items():
                here = [self.regions.label(name, one) for name, one in zip(order, labels, strict=True)]
                counts[self._cell(zip(order, (a[b] for a, b in zip(at, here, strict=True)), strict=True))] += n
            out = [(a, la, b, lb) for a, la, b, lb in (*implied, *self._filters(names)) if {a, b} <= names]
            grid = {}
            for parts in product(*(blocks[name] for name in order)):
                cell = self._cell(zip(order, parts, strict=True))
                said_of = dict(zip(order, parts, strict=True))
                ruled_out = any(said_of[a] <= la and not said_of[b] & lb for a, la, b, lb in out)
                if counts[cell] or not ruled_out:
                    grid[cell] = counts[cell]
            self.grids[names] = grid
        for region in [*self.printed]:
            if region in self.unlinked:
                del self.printed[region]
                continue
            self.printed[region] = sum(self.grids[dims(region)][cell] for cell in self.cells_of(region))
            if said.get(region, self.printed[region]) != self.printed[region]:
                self.unlinked.add(region)
                del self.printed[region]

    def _filters(self, names: Names) -> list[tuple[str, Labels, str, Labels]]:
        return [(name, self.regions.domain(name).valid, other, labels)
                for name in names for other, labels in self.regions.asked(name)]  # fmt: skip

    def _cell(self, parts: Iterable[tuple[str, Labels]]) -> Region:
        return frozenset((name, part) for name, part in parts if part != self.regions.domain(name).labels)

    def cells_of(self, region: Region, names: Names | None = None) -> list[Region]:
        """The cells of a region in its own grid, or in that of more variables."""
        names = dims(region) if names is None else names
        held = dict(region)
        blocks = self.blocks[names]
        choices = [[p for p in blocks[n] if n not in held or p <= held[n]] for n in sorted(names)]
        grid = self.grids[names]
        found = (self._cell(zip(sorted(names), parts, strict=True)) for parts in product(*choices))
        return [cell for cell in found if cell in grid]

    # ------------------------------------------------------------ the system

    def linked(self) -> Linked:
        """All of it as one system; what tells no answer to a confidential variable is printed anyhow."""
        tables = Collector()
        for region, value in self.printed.items():
            tables.cell(region, value, fixed=not self.regions.secret(region))
        for names in self.grids:
            for less in self._below(names):
                self._margins(tables, names, less)
        for region, value in self.printed.items():
            parts = self.cells_of(region)
            if parts != [region]:
                tables.sum(tables.cell(region, value), self._places(tables, dims(region), parts))
        self._mentions(tables)
        return tables.linked()

    def _below(self, names: Names) -> list[Names]:
        """The largest sets of variables with a grid within one."""
        inside = [one for one in self.grids if one < names]
        return [one for one in inside if not any(one < other for other in inside)]

    def _margins(self, tables: Collector, names: Names, less: Names) -> None:
        """A grid summed up over the variables that a smaller one has not."""
        for parts in product(*(self.blocks[names][name] for name in sorted(less))):
            margin = self._cell(zip(sorted(less), parts, strict=True))
            inner = self.cells_of(margin, names)
            outer = self.cells_of(margin, less)
            total = sum(self.grids[names][cell] for cell in inner)
            whole = tables.cell(margin, total, margin in self.printed)
            tables.sum(whole, self._places(tables, names, inner))
            if outer != [margin]:
                tables.sum(whole, self._places(tables, less, outer))

    def _places(self, tables: Collector, names: Names, cells: Iterable[Region]) -> list[int]:
        return [tables.cell(cell, self.grids[names][cell], cell in self.printed) for cell in cells]

    def _mentions(self, tables: Collector) -> None:
        """Who mentions something, or an item in any place, is at most all mentions together."""
        yes = frozenset({YES})
        for region in [*self.printed]:
            for name, labels in region:
                variable, item = mention_parts(name)
                if item is None or labels != yes:
                    continue
                rest = region - {(name, labels)}
                ways = self._ways(variable, item)
                for within in (rest, frozenset()) if rest else (rest,):
                    parts = [self.regions.region([*within, one]) for one in ways]
                    if parts and all(part in self.printed for part in parts):
                        self._at_most(tables, region, parts)
                        break

    def _at_most(self, tables: Collector, region: Region, parts: list[Region]) -> None:
        """The parts together are at least as many as a region: some cases are in two of them, or in none of it."""
        together = sum(self.printed[part] for part in parts)
        all_of = tables.cell(("together", region), together, printed=False)
        twice = tables.cell(("twice", region), together - self.printed[region], printed=False)
        tables.sum(all_of, [tables.cell(part, self.printed[part]) for part in parts])
        tables.sum(all_of, [tables.cell(region, self.printed[region]), twice])

    def _ways(self, name: str, item: str) -> list[tuple[str, Labels]]:
        """What adds up to at least who mentions an item, or, for no item, anything."""
        many = self.regions.codebook.sets[name]
        if many.kind == "dichotomies":
            return [(member, frozenset({many.counted_code})) for member in many.members] if not item else []
        if not item:
            return [(mention(name, code), frozenset({YES})) for code in self.regions.items(name)]
        return [(member, frozenset({item})) for member in many.members] if many.kind == "categories" else []
