"""Which sums and means of a confidential variable's values may be printed.

Of all units: where there are enough, and none of them stands out by the rule. By group: in one table of the report, in
the groups of a public variable into which all units fall, where each of them is safe. Of two groupings that nearly
coincide, or of one that leaves units out, differences would be left that are a unit's own; so all others are hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from pipeline.codes import is_nested
from pipeline.counting.joint import NO_VALUE
from pipeline.disclosure.regions import Region, Regions, Unknown
from pipeline.disclosure.rules import Rule
from pipeline.results import ResultRow

LEAST_FOR_VALUES = 10
"""Fewer values have no mean of all of them in print, and fewer cases no weighted share."""

Table = tuple[str, str, str]


@dataclass
class Magnitudes:
    """The values of variables, and the one table by groups that each is shown in."""

    regions: Regions
    rule: Rule
    threshold: int
    hidden: Collection[Region] = ()
    _by_group: dict[str, Table] = field(default_factory=dict)

    def choose(self, rows: Sequence[ResultRow]) -> None:
        """Find for each variable the first table by groups that is safe."""
        groups: dict[Table, list[Region]] = {}
        for row in rows:
            if row.statistic == "mean" and row.col_var and row.col_code and self._plain(row):
                groups.setdefault((row.table_id, row.row_var, row.col_var), []).append(self.regions.of(row))
        for table, parts in groups.items():
            if table[1] not in self._by_group and self._all_safe(table[1], parts):
                self._by_group[table[1]] = table

    def all_of(self, name: str) -> bool:
        """Whether the mean of all values of a variable gives nobody away."""
        values = self._values(name, frozenset())
        return len(values) >= LEAST_FOR_VALUES and min(values) >= 0 and not self.rule.broken(values)

    def by_group(self, row: ResultRow) -> bool:
        """Whether a row is of the one table by groups of its variable."""
        return self._by_group.get(row.row_var) == (row.table_id, row.row_var, row.col_var)

    def _plain(self, row: ResultRow) -> bool:
        """Whether a table's groups are the categories of one public variable, of all units, without weights."""
        variable = self.regions.codebook.variables.get(row.row_var)
        if variable is None or variable.categorical or row.layer_var or row.n != row.base or is_nested(row.col_var):
            return False
        if row.col_var in self.regions.codebook.sets or self.regions.confidential(row.col_var):
            return False
        try:
            return not self.regions.universe(row)
        except Unknown:
            return False

    def _all_safe(self, name: str, parts: Sequence[Region]) -> bool:
        """Whether each group is safe, none is hidden, and together they are all who have a value."""
        values = [self._values(name, part) for part in parts]
        if any(part in self.hidden for part in parts) or sum(map(len, values)) != len(self._values(name, frozenset())):
            return False
        return all(
            not group or (len(group) >= self.threshold and min(group) >= 0 and not self.rule.broken(group))
            for group in values
        )

    def _values(self, name: str, region: Region) -> list[float]:
        """The values of the units in a region, whatever it says of the variable itself."""
        held = {other: labels for other, labels in region if other != name}
        names = [name, *sorted(held)]
        found: list[float] = []
        for said, n in self.regions.joint.counts(names).items():
            inside = all(
                self.regions.label(other, label) in held[other]
                for other, label in zip(names[1:], said[1:], strict=True)
            )
            if inside and not said[0].startswith(NO_VALUE):
                found += [float(said[0])] * n
        return found
