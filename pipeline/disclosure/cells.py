"""The counts that stand in result rows, each under one key wherever it stands, and the sums that hold among them.

A key is what the counted cases have in common: a set of pairs of a variable and a code. Beside codes there are
``valid`` (has an answer), ``missing`` (has none) and what is no answer to anything. Two tables that count the same
cases thereby hold one cell; where tables differ in who has no answer, the difference is a cell that is printed nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.codes import is_nested, is_net, name_parts, nest_parts, net_name
from pipeline.disclosure.linked import Collector, Linked
from pipeline.results import ResultRow
from pipeline.spec.model import Codebook, TableSpec

VALID, MISSING, OTHERS = "\0valid", "\0missing", "\0others"
"""Codes that no file has: an answer, none, and an answer that no table shows."""

Key = frozenset[tuple[str, str]]

COUNTS = frozenset({"n", "class_n", "missing_n", "cases_n"})
"""The statistics that are numbers of cases."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the rows of a study's tables are about."""

    codebook: Codebook
    specs: Mapping[str, TableSpec]

    def of(self, row: ResultRow) -> Key | None:
        """The cases that a row counts, or is a share of; ``None`` where it is about nothing that is counted."""
        found: set[tuple[str, str]] = set(self.universe(row))
        if row.statistic == "cases_n":
            return frozenset(found)
        if row.statistic.startswith("missing_"):
            return frozenset(found | {(row.row_var, f"{MISSING}{row.row_code}")})
        if row.statistic == "class_n":
            return frozenset(found | {(row.row_var, f"\0class {row.row_code}")})
        for name, code in ((row.row_var, row.row_code), (row.col_var, row.col_code)):
            if name:
                found |= self._codes(name, code)
        return frozenset(found)

    def universe(self, row: ResultRow) -> Key:
        """Whom the row's table is about."""
        spec = self.specs.get(row.table_id)
        found = {(name, "|".join(sorted(codes))) for name, codes in spec.where.items()} if spec is not None else set()
        if row.layer_code:
            found |= self._codes(row.layer_var, row.layer_code)
        return frozenset(found)

    def _codes(self, name: str, code: str) -> set[tuple[str, str]]:
        if is_nested(name):
            names = name_parts(name)
            parts = nest_parts(code) if code else (VALID,) * len(names)
            return set(zip(names, parts, strict=False))
        many = self.codebook.sets.get(name)
        if many is not None and many.kind == "dichotomies" and code in many.members and many.items_from == "variables":
            return {(code, many.counted_code)}
        return {(name, code or VALID)}

    def confidential(self, key: Iterable[tuple[str, str]]) -> bool:
        """Whether a count is about a variable that is not public."""
        return any(self.secret(name) for name, _ in key)

    def secret(self, name: str) -> bool:
        """Whether a variable or set is confidential; one that is not known counts as that."""
        names = name_parts(name)
        variables, sets = self.codebook.all_variables(), self.codebook.sets
        known = (variables.get(one) or sets.get(one) for one in names)
        return any(one is None or one.disclosure == "confidential" for one in known)


def answers(key: Key) -> int:
    """How many answers a key names."""
    return sum(not code.startswith("\0") for _, code in key)


@dataclass(slots=True)
class Cells:
    """The counts of a wave's rows: those printed, those that follow, and who is whose part."""

    keys: Keys
    printed: dict[Key, int] = field(default_factory=dict)
    extra: dict[Key, int] = field(default_factory=dict)
    sums: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[ResultRow], keys: Keys) -> Cells:
        """Gather the counts of all rows."""
        cells = cls(keys)
        mentions: dict[tuple[Key, str, Key], list[Key]] = defaultdict(list)
        for row in rows:
            if row.statistic not in COUNTS or row.value is None:
                continue
            key = keys.of(row)
            if key is None:
                continue
            cells.printed[key] = round(row.value)
            if row.row_var in keys.codebook.sets and row.row_code:
                base = frozenset(keys.universe(row) | {(row.row_var, VALID)} | _column(keys, row))
                mentions[base, row.row_var, key].append(key)
        for base, _, key in mentions:
            cells._not_mentioned(base, key)
        cells._mentions()
        cells._nets()
        cells._parts()
        return cells

    def value(self, key: Key) -> int | None:
        """A count that is known."""
        return self.printed.get(key, self.extra.get(key))

    def _not_mentioned(self, base: Key, key: Key) -> None:
        """Of those who answered a set of items, who did not mention one."""
        whole, part = self.value(base), self.value(key)
        if whole is not None and part is not None and whole >= part:
            rest = frozenset(key | {("\0not", "")} | base)
            self.extra[rest] = whole - part
            self.sums.append((base, (key, rest)))

    def _mentions(self) -> None:
        """Who mentions a thing in any place, first, second or third; who does so twice is counted once."""
        for name, many in self.keys.codebook.sets.items():
            if many.kind != "categories":
                continue
            for key in [*self.printed]:
                code = next((c for n, c in key if n == name and not c.startswith("\0")), "")
                others = sorted(key - {(name, code)})
                if not code or any(c != VALID for _, c in others):
                    continue
                places = [frozenset({(member, code)}) for member in many.members]
                places = [place for place in places if self.value(place) is not None]
                together = sum(self.value(place) or 0 for place in places)
                if places and together >= self.printed[key]:
                    all_places = frozenset({(name, code), ("\0places", "")})
                    self.extra[all_places] = together
                    self.sums.append((all_places, tuple(places)))
                    self._sum(all_places, [key], ("\0twice", repr(others)))

    def _nets(self) -> None:
        variables = self.keys.codebook.all_variables()
        for key in [*self.printed]:
            for name, code in key:
                if is_net(code) and name in variables and net_name(code) in variables[name].nets:
                    parts = [key - {(name, code)} | {(name, c)} for c in variables[name].nets[net_name(code)].codes]
                    self._sum(key, [frozenset(part) for part in parts])

    def _parts(self) -> None:
        """Answers add up to those who answered, and these with the others to all."""
        self._answers([*self.printed])
        self._answers([*self.extra])  # of categories within categories: the sums of sums
        kinds: dict[tuple[Key, str], list[Key]] = defaultdict(list)
        for key in self.printed:
            for name, code in key:
                if code.startswith(MISSING) and code != MISSING:
                    kinds[frozenset(key - {(name, code)}), name].append(key)
        for key in [*self.printed, *self.extra]:
            for name, code in key:
                whole = frozenset(key - {(name, code)})
                if code == VALID:
                    self._sum(whole, [key, *kinds[whole, name]], (name, MISSING + "rest"))
                elif code == MISSING:
                    self._sum(key, kinds[whole, name])

    def _answers(self, counted: list[Key]) -> None:
        groups: dict[tuple[Key, str], list[Key]] = defaultdict(list)
        for key in counted:
            for name, code in key:
                if (
                    not code.startswith("\0")
                    and not is_net(code)
                    and "|" not in code
                    and name not in self.keys.codebook.sets
                ):
                    groups[frozenset(key - {(name, code)}), name].append(key)
        for (rest, name), parts in groups.items():
            valid = frozenset(rest | {(name, VALID)})
            total = sum(self.value(part) or 0 for part in parts)
            if self.value(valid) is None:
                if len(parts) == 1:
                    continue
                self.extra[valid] = total
            self._sum(valid, parts, (name, OTHERS))

    def _sum(self, total: Key, parts: list[Key], rest: tuple[str, str] | None = None) -> None:
        """The parts add up to the total, with a rest that is printed nowhere where there may be one."""
        whole = self.value(total)
        values = [self.value(part) for part in parts]
        if not parts or whole is None or any(value is None for value in values):
            return
        left = whole - sum(value for value in values if value is not None)
        if left > 0 and rest is not None:
            key = frozenset(total | {rest})
            self.extra[key] = left
            parts = [*parts, key]
            left = 0
        if left == 0:
            self.sums.append((total, tuple(parts)))

    @property
    def order(self) -> list[Key]:
        """The keys of the cells as they stand in :meth:`linked`."""
        return [*self.printed, *(key for key in self.extra if key not in self.printed)]

    def linked(self) -> Linked:
        """All of it as one system; what no confidential variable concerns, and bases, are printed anyhow."""
        tables = Collector()
        at: dict[Key, int] = {}
        for key, value in self.printed.items():
            fixed = not self.keys.confidential(key) or answers(key) == 0
            at[key] = tables.cell(key, value, fixed=fixed)
        for key, value in self.extra.items():
            if key not in at:
                at[key] = tables.cell(key, value, printed=False)
        for total, parts in self.sums:
            tables.sum(at[total], [at[part] for part in parts])
        return tables.linked()


def _column(keys: Keys, row: ResultRow) -> Key:
    return frozenset(keys._codes(row.col_var, row.col_code)) if row.col_var else frozenset()
