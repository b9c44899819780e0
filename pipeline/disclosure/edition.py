"""The public edition of a wave's results: what is hidden, why, and what of it a reader can still tell.

A count is hidden with everything that gives it back: shares, bases, bounds, and all that is computed from a table in
which something is hidden. A number about an answer to a confidential variable is shown only where the rules know what
it is computed from, and all of that is shown; any other is hidden for its own sake. A hidden row keeps its place and
has no number at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.codes import is_net, name_parts
from pipeline.counting.cases import Cases
from pipeline.counting.joint import Joint, mention_parts
from pipeline.disclosure.attacker import Reach, reach, too_tight
from pipeline.disclosure.cells import Cells
from pipeline.disclosure.known import Reason, understood
from pipeline.disclosure.magnitudes import LEAST_FOR_VALUES, Magnitudes
from pipeline.disclosure.regions import COUNTS, SHARES, Region, Regions, Unknown, dims
from pipeline.disclosure.repair import repair
from pipeline.disclosure.rules import Rule, too_few
from pipeline.results import CODEBOOK_TABLE, ResultRow, Results
from pipeline.spec.model import Codebook, DisclosureRules, TableSpec, Weights
from pipeline.tables.plan import members_of, variables_of

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.disclosure.linked import Flags

Frozen = Collection[tuple[tuple[str, str], ...]]

_OF_ALL = frozenset({"mean", "sd"})
"""What may be told of all values of a confidential variable: nothing that is a single unit's."""

_BY_GROUP = frozenset({"mean", "sum"})
"""What may be told of them by group."""

_OF_SETS = frozenset({"share_of_responses", "count", "share_of_cases", "letters", "letters_items", "mrcv_chi2"})
"""What is computed from the counts of single items: all else of a set is of who mentions several."""

_OF_SEVERAL = frozenset({"reliability", "correlation", "associations", "model"})
"""Kinds of tables whose numbers are computed from more than the counts in them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the public edition says of itself: counts hidden as too small and hidden with them, the numbers that there
    are, those shown and those hidden for each :data:`Reason`, and how wide the narrowest interval of a hidden count is
    that a reader can find."""

    least: int
    primary: int
    complementary: int
    numbers: int
    shown: int
    narrowest: int
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Public:
    """A wave's results fit to be published, the pattern of hidden counts, and the cells that are not safe."""

    table: pa.Table
    told: Told
    pattern: tuple[tuple[tuple[str, str], ...], ...]
    unsafe: tuple[tuple[Region, Reach], ...]


def public(
    table: pa.Table,
    cases: Cases,
    codebook: Codebook,
    specs: Mapping[str, TableSpec],
    rules: DisclosureRules,
    frozen: Frozen = (),
    weights: Weights | None = None,
    is_open: Callable[[str], bool] = lambda table: False,
) -> Public:
    """Hide what must be hidden in a wave's results. ``cases``: all of them, unweighted; only how many hold what is
    asked of them. ``frozen``: counts that an earlier edition has hidden. ``is_open``: whether a table is of an
    analysis that says of itself that it is of what is public."""
    rows = [*_ordered(table)]
    kept_specs = {name: spec for name, spec in specs.items() if understood(spec)}
    there = [
        row for row in rows
        if (row.table_id == CODEBOOK_TABLE or row.table_id in kept_specs) and not _has_coarser(row, rules)
    ]  # fmt: skip
    regions = Regions(codebook, kept_specs, Joint(cases), there, weights)
    cells = Cells.of(there, regions)
    linked = cells.linked()
    secret = np.array([regions.secret(_region(key)) for key in linked.keys], dtype=np.bool_)
    place = {named_apart(_region(key)): i for i, key in enumerate(linked.keys) if key in cells.printed}
    primary = too_few(linked.values, rules.threshold) & linked.printed & secret
    first = np.zeros_like(primary)
    first[[place[key] for key in frozen if key in place]] = True
    hidden = repair(linked, primary, rules.threshold, first=first & linked.printed & ~linked.fixed)
    found = reach(linked, hidden, rules.threshold)
    gone = frozenset(_region(linked.keys[i]) for i in np.flatnonzero(hidden))
    hide = _Hide(regions, cells, gone, _magnitudes(regions, gone, rules, there), rules, is_open)
    reasons = [hide.row(row) for row in rows]
    kept = np.array([not hide.gone(row) for row in rows], dtype=bool)
    flags = np.array([reason is not None for reason in reasons], dtype=bool)
    return Public(
        without(table, flags, kept),
        Told(
            least=rules.threshold,
            primary=int(primary.sum()),
            complementary=int((hidden & ~primary).sum()),
            numbers=len(rows),
            shown=int((kept & ~flags).sum()),
            narrowest=min((one.high - one.low for one in found), default=0),
            reasons=dict(sorted(Counter(r for r, keep in zip(reasons, kept, strict=True) if r and keep).items())),
        ),
        tuple(sorted(named_apart(key) for key in gone)),
        tuple((_region(linked.keys[one.cell]), one) for one in too_tight([r for r in found if primary[r.cell]],
                                                                rules.threshold)),
    )  # fmt: skip


def _region(key: Any) -> Region:
    """What a cell counts; nobody in particular where it is a sum that stands in no table."""
    return key if isinstance(key, frozenset) else frozenset()


def _ordered(table: pa.Table) -> Sequence[ResultRow]:
    """The rows in the order of the table."""
    return Results(table)._make(np.arange(table.num_rows))


class _Hide:
    """Which rows a set of hidden counts takes with it."""

    def __init__(
        self,
        regions: Regions,
        cells: Cells,
        hidden: frozenset[Region],
        magnitudes: Magnitudes,
        rules: DisclosureRules,
        is_open: Callable[[str], bool],
    ) -> None:
        self.is_open = is_open
        self.regions, self.cells, self.hidden = regions, cells, hidden
        self.magnitudes, self.rules, self.codebook = magnitudes, rules, regions.codebook
        self.touched = {names for region in hidden for names in (dims(region),)}
        self._whole: dict[Region, bool] = {}

    def _open(self, row: ResultRow) -> bool:
        return row.table_id not in self.regions.specs and self.is_open(row.table_id)

    def gone(self, row: ResultRow) -> bool:
        """Whether a row must not even keep its code: an answer in words, a date, an identifier, or of a table that
        the rules do not know."""
        if self._open(row):
            return False
        if row.table_id != CODEBOOK_TABLE and row.table_id not in self.regions.specs:
            return True
        variable = self.codebook.all_variables().get(row.row_var)
        return bool(
            variable is not None
            and variable.kind in ("text", "identifier", "date", "weight", "numeric")
            and row.row_code
            and row.statistic not in ("missing_n", "missing_count", "missing_share", "class_n")
        )

    def row(self, row: ResultRow) -> Reason | None:
        """Why a row's number is hidden; ``None``: it is shown."""
        if self._open(row) or not self._confidential(row):
            return None
        if _has_coarser(row, self.rules):
            return "instead"
        try:
            if self._of_several(row):
                return "values"
            if self._numeric(row):
                return self._of_values(row)
            if row.statistic in COUNTS or (row.statistic in SHARES and not self._of_mentions(row)):
                return self._count(row)
            return self._computed(row)
        except Unknown:
            return "unlinked"

    def _confidential(self, row: ResultRow) -> bool:
        """Whether a row is about a confidential variable, by whatever way."""
        spec = self.regions.specs.get(row.table_id)
        names = {part for name in (row.row_var, row.col_var, row.layer_var) if name for part in name_parts(name)}
        if spec is not None:
            names |= {*spec.where} | ({*variables_of(spec, self.codebook)} if self._of_several(row) else set())
        names |= {member for name in names if name in self.codebook.sets for member in self.codebook.sets[name].members}
        names |= {n for name in names if (known := self.codebook.derived.get(name)) is not None for n in known.parts}
        variables = self.codebook.variables
        names |= {other for name in names if name in variables for other in variables[name].asked_if}
        return not names or any(self.regions.confidential(name) for name in members_of([*names], self.codebook))

    def _of_several(self, row: ResultRow) -> bool:
        """Whether a row's table is of what no counts in it tell."""
        spec = self.regions.specs.get(row.table_id)
        return spec is not None and (spec.kind in _OF_SEVERAL or spec.model is not None)

    def _of_mentions(self, row: ResultRow) -> bool:
        """All mentions of a set together."""
        return row.row_var in self.codebook.sets and not row.row_code and row.statistic in ("count", "share_of_cases")

    def _count(self, row: ResultRow) -> Reason | None:
        """A number of cases, or a share of them: hidden with its count, its base, or who is known not to be asked."""
        region = self.regions.of(row)
        about = [region, *([self.regions.base(row)] if row.statistic in SHARES else [])]
        if "population=" in row.method and (outside := self.regions.outside(row)) is not None:
            about.append(outside)
        secret = [one for one in about if self.regions.secret(one)]
        if any(one not in self.cells.printed for one in secret):
            return "unlinked"
        if any(one in self.hidden for one in secret):
            return "count"
        return self._weighted(row) if secret else None

    def _weighted(self, row: ResultRow) -> Reason | None:
        """A weighted number: who knows the weights of all knows more from it than its count."""
        if row.n is None or row.base is None or row.n == row.base or row.statistic in COUNTS:
            return None
        few = self.cells.printed.get(self.regions.of(row), 0) < LEAST_FOR_VALUES
        return "weight" if self.rules.weights == "known" or few or not self._all_shown(row) else None

    def _computed(self, row: ResultRow) -> Reason | None:
        """A number that is computed from all counts of a table: shown where these are, and all of them are shown."""
        sets = {name for name in (row.row_var, row.col_var) if name in self.codebook.sets}
        if sets and row.statistic not in _OF_SETS:
            return "values"
        if not self._all_shown(row):
            return "table"
        weighted = row.n is not None and row.base is not None and row.n != row.base
        return "weight" if weighted and self.rules.weights == "known" else None

    def _all_shown(self, row: ResultRow) -> bool:
        """Whether every count of a row's table is printed and none is hidden."""
        within = dict(self.regions.region(self.regions.universe(row)))
        choices = _all([self._items(name) for name in (row.row_var, row.col_var) if name])
        if not choices:  # of a variable whose categories the codebook does not name, as types, no count is known
            return False
        for choice in choices:
            region = self.regions.region([*within.items(), *choice])
            if region not in self._whole:
                self._whole[region] = self._shown(region)
            if not self._whole[region]:
                return False
        return True

    def _items(self, name: str) -> list[list[tuple[str, frozenset[str]]]]:
        """What may stand in a table's row or column: each code or item once."""
        regions = self.regions
        if name in self.codebook.sets:
            return [regions.said(name, code) for code in regions.items(name)]
        return _all([self._codes(part) for part in name_parts(name)])

    def _codes(self, name: str) -> list[list[tuple[str, frozenset[str]]]]:
        regions = self.regions
        regions.not_made(name)
        derived = regions.banded(name)
        if derived is not None:
            return [regions.said(name, code) for code in regions.bands(name, derived)]
        known = self.codebook.all_variables().get(name)
        if known is None or not known.categorical:
            raise Unknown(name)
        return [[(name, frozenset({code}))] for code in sorted(regions.domain(name).valid)]

    def _shown(self, region: Region) -> bool:
        if any(not labels for _, labels in region):
            return True
        if region in self.cells.printed:
            return region not in self.hidden
        grid = self.cells.grids.get(dims(region))
        return grid is not None and region not in grid  # ruled out by the questionnaire

    def _numeric(self, row: ResultRow) -> bool:
        """Whether a number is about values."""
        variable = self.codebook.all_variables().get(row.row_var)
        return variable is not None and not variable.categorical and row.statistic not in (*COUNTS, *SHARES)

    def _of_values(self, row: ResultRow) -> Reason | None:
        """A number about values may be a unit's own, or give one away."""
        if row.n is None or not self.magnitudes.all_of(row.row_var):
            return "values"
        if row.n != row.base:
            return "weight"
        if row.col_var:
            return None if row.statistic in _BY_GROUP and self.magnitudes.by_group(row) else "values"
        return None if row.statistic in _OF_ALL and not self.regions.universe(row) else "values"


def _magnitudes(
    regions: Regions, hidden: frozenset[Region], rules: DisclosureRules, rows: Sequence[ResultRow]
) -> Magnitudes:
    """What may be told of values, by the study's rule."""
    said = rules.dominance
    rule = Rule(said.n, said.k and said.k / 100, said.p and said.p / 100, said.q / 100)
    found = Magnitudes(regions, rule, rules.threshold, hidden)
    found.choose(rows)
    return found


def _has_coarser(row: ResultRow, rules: DisclosureRules) -> bool:
    """Whether the codebook's row is of a category in whose place a coarser one is shown."""
    named = row.row_var in rules.instead and bool(row.row_code) and not row.statistic.startswith("missing_")
    return named and row.table_id == CODEBOOK_TABLE


def _all(choices: Sequence[Sequence[Sequence[Any]]]) -> list[list[Any]]:
    """One of each, together."""
    found: list[list[Any]] = [[]]
    for options in choices:
        found = [[*before, *option] for before in found for option in options]
    return found


def without(table: pa.Table, hidden: Flags, kept: Flags) -> pa.Table:
    """The rows that are ``kept``; the ``hidden`` ones have their keys and no number, letter or remark."""
    import pyarrow as pa

    from pipeline.results import LETTERS, NUMBERS, REMARKS

    columns: dict[str, Any] = {}
    flags = hidden.tolist()
    for name in table.column_names:
        values = table.column(name).to_pylist()
        if name == "suppressed":
            values = flags
        elif name in NUMBERS:
            values = [None if hide else value for value, hide in zip(values, flags, strict=True)]
        elif name in (*REMARKS, LETTERS):
            values = ["" if hide else value for value, hide in zip(values, flags, strict=True)]
        columns[name] = pa.array([v for v, keep in zip(values, kept.tolist(), strict=True) if keep],
                                 type=table.schema.field(name).type)  # fmt: skip
    return pa.table(columns, schema=table.schema)


def named_apart(region: Region) -> tuple[tuple[str, str], ...]:
    """A count as the pattern that is kept names it."""
    return tuple(sorted((name, "|".join(sorted(labels))) for name, labels in region))


def named(key: Region) -> str:
    """A count as a person writes it: ``forma=1, territorio=2``."""
    found = []
    for name, labels in sorted(key, key=lambda part: part[0]):
        variable, item = mention_parts(name)
        codes = [label for label in sorted(labels) if not label.startswith("\0") and not is_net(label)]
        found += [f"{variable}={'|'.join([item] if item else codes)}"] if codes or item else []
    return ", ".join(found)
