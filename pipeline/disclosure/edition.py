"""The public edition of a wave's results: what is hidden, why, and what of it a reader can still tell.

A count is hidden with everything that gives it back: shares, bases, bounds, and all that is computed from a table in
which something is hidden. What cannot be led back to printed counts (values of confidential variables, models) is
hidden for its own sake. A hidden row keeps its place and has no number at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.codes import is_net, name_parts
from pipeline.disclosure.attacker import Reach, reach, too_tight
from pipeline.disclosure.cells import COUNTS, VALID, Cells, Key, Keys, answers
from pipeline.disclosure.repair import repair
from pipeline.disclosure.rules import too_few
from pipeline.results import CODEBOOK_TABLE, ResultRow, Results
from pipeline.spec.model import Codebook, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.disclosure.linked import Flags

Frozen = Collection[tuple[tuple[str, str], ...]]

_SHARES = frozenset({
    "count", "n", "share", "valid_share", "row_share", "column_share", "table_share", "share_of_cases",
    "missing_n", "missing_count", "missing_share", "cases_n", "class_n", "bound_low", "bound_high",
})  # fmt: skip
"""Statistics of one count, or of one count and its base."""

_OF_ALL = frozenset({"mean", "sd"})
"""What may be told of the values of a confidential variable: nothing that is a single unit's, nothing by group."""

LEAST_FOR_VALUES = 10
"""Fewer values have no mean in print."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the public edition says of itself: counts hidden as too small and hidden with them, the numbers that there
    are and those shown, and how wide the narrowest interval of a hidden count is that a reader can find."""

    least: int
    primary: int
    complementary: int
    numbers: int
    shown: int
    narrowest: int


@dataclass(frozen=True, slots=True)
class Public:
    """A wave's results fit to be published, the pattern of hidden counts, and the cells that are not safe."""

    table: pa.Table
    told: Told
    pattern: tuple[tuple[tuple[str, str], ...], ...]
    unsafe: tuple[tuple[Key, Reach], ...]


def public(
    table: pa.Table,
    codebook: Codebook,
    specs: Mapping[str, TableSpec],
    threshold: int = 3,
    dominance: float = 0.75,
    frozen: Frozen = (),
    withheld: Callable[[str], bool] = lambda table: False,
) -> Public:
    """Hide what must be hidden in a wave's results. ``frozen``: counts that an earlier edition has hidden;
    ``withheld``: the tables of which nothing at all is published."""
    table = _apart_from(table, withheld)
    rows = [*_ordered(table)]
    keys = Keys(codebook, specs)
    cells = Cells.of(rows, keys)
    linked = cells.linked()
    keys_of = cells.order
    secret = np.array([keys.confidential(key) and answers(key) > 0 for key in keys_of], dtype=np.bool_)
    place = {tuple(sorted(key)): i for i, key in enumerate(keys_of)}
    primary = too_few(linked.values, threshold) & linked.printed & secret
    first = np.zeros_like(primary)
    first[[place[key] for key in frozen if key in place]] = True
    hidden = repair(linked, primary, threshold, first=first & linked.printed & ~linked.fixed)
    found = reach(linked, hidden, threshold)
    hide = _Hide(keys, frozenset(keys_of[i] for i in np.flatnonzero(hidden)), cells, _totals(rows), dominance)
    flags = np.array([hide.row(row) for row in rows], dtype=bool)
    kept = np.array([not hide.gone(row) for row in rows], dtype=bool)
    return Public(
        without(table, flags, kept),
        Told(
            least=threshold,
            primary=int(primary.sum()),
            complementary=int((hidden & ~primary).sum()),
            numbers=len(rows),
            shown=int((kept & ~flags).sum()),
            narrowest=min((one.high - one.low for one in found), default=0),
        ),
        tuple(sorted(tuple(sorted(keys_of[i])) for i in np.flatnonzero(hidden))),
        tuple((keys_of[one.cell], one) for one in too_tight([r for r in found if primary[r.cell]], threshold)),
    )


def _ordered(table: pa.Table) -> Sequence[ResultRow]:
    """The rows in the order of the table."""
    return Results(table)._make(np.arange(table.num_rows))


def _apart_from(table: pa.Table, withheld: Callable[[str], bool]) -> pa.Table:
    """The rows of all tables but some."""
    import pyarrow as pa

    gone = {name: withheld(name) for name in table.column("table_id").unique().to_pylist()}
    if not any(gone.values()):
        return table
    return table.filter(pa.array([not gone[name] for name in table.column("table_id").to_pylist()]))


class _Hide:
    """Which rows a set of hidden counts takes with it."""

    def __init__(
        self, keys: Keys, hidden: frozenset[Key], cells: Cells, totals: Mapping[Any, Any], share: float
    ) -> None:
        self.keys, self.hidden, self.cells, self.totals, self.share = keys, hidden, cells, totals, share
        self.known = {*keys.codebook.all_variables(), *keys.codebook.sets}
        self.touched = {name for key in hidden for name, code in key}
        self.together = {frozenset(name for name, _ in key) for key in hidden}
        self.sets = {name for name, one in keys.codebook.sets.items() if self.touched & {name, *one.members}}

    def gone(self, row: ResultRow) -> bool:
        """Whether a row must not even keep its code: an answer in words, a date, an identifier."""
        variable = self.keys.codebook.all_variables().get(row.row_var)
        return bool(
            variable is not None
            and variable.kind in ("text", "identifier", "date", "weight", "numeric")
            and row.row_code
            and row.statistic not in ("missing_n", "missing_count", "missing_share", "class_n")
        )

    def row(self, row: ResultRow) -> bool:
        """Whether a row's number is hidden."""
        names = [name for name in (row.row_var, row.col_var, row.layer_var) if name]
        if not any(self.keys.secret(name) for name in (*names, *(n for n, _ in self.keys.universe(row)))):
            return False
        if row.statistic in COUNTS:
            return self._count(row)
        if row.statistic in _SHARES:
            return self._count(row) or self._weighted(row) or self._base(row)
        if self._numeric(row):
            return True
        return self._touched(row)

    def _count(self, row: ResultRow) -> bool:
        key = self.keys.of(row)
        if row.row_var in self.keys.codebook.sets and not row.row_code and row.statistic in ("count", "share_of_cases"):
            return row.row_var in self.sets  # all mentions together
        return key is not None and (key in self.hidden or (key not in self.cells.printed and self._touched(row)))

    def _base(self, row: ResultRow) -> bool:
        """Whether the base of a share is hidden."""
        key = self.keys.of(row) or frozenset()
        for name in {"row_share": [row.col_var], "column_share": [row.row_var]}.get(row.statistic, []):
            if frozenset((n, VALID if n == name else c) for n, c in key) in self.hidden:
                return True
        return False

    def _weighted(self, row: ResultRow) -> bool:
        """Whether weighted numbers stand where something is hidden: with known weights they give the count back."""
        return row.n is not None and row.base is not None and row.n != row.base and self._touched(row)

    def _numeric(self, row: ResultRow) -> bool:
        """Whether a number is about values and may be a unit's own, or may give one away."""
        variable = self.keys.codebook.all_variables().get(row.row_var)
        if variable is None or variable.categorical:
            return False
        if row.statistic not in _OF_ALL or row.col_var or row.n is None or row.n < LEAST_FOR_VALUES:
            return True
        total = self.totals.get((row.row_var, row.table_id), self.totals.get((row.row_var, CODEBOOK_TABLE)))
        return bool(self.keys.universe(row)) or total is None or total[0] > self.share * total[1]

    def _touched(self, row: ResultRow) -> bool:
        """Whether something is hidden among the counts that a number is computed from."""
        names = {part for name in (row.row_var, row.col_var) if name for part in name_parts(name)}
        if names & self.sets or not names <= self.known:
            return True  # of several variables at once, or a model
        return frozenset(names | {name for name, _ in self.keys.universe(row)}) in self.together


def _totals(rows: Sequence[ResultRow]) -> dict[tuple[str, str], tuple[float, float]]:
    """The largest value and the sum of the values of a variable in a table, where none is negative."""
    found: dict[tuple[str, str], dict[str, ResultRow]] = {}
    for row in rows:
        if row.statistic in ("minimum", "maximum", "mean") and not (row.col_var or row.layer_var or row.row_code):
            found.setdefault((row.row_var, row.table_id), {})[row.statistic] = row
    return {
        at: (one["maximum"].value or 0.0, (one["mean"].value or 0.0) * (one["mean"].n or 0))
        for at, one in found.items()
        if len(one) == 3 and (one["minimum"].value or 0.0) >= 0
    }


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


def named(key: Key) -> str:
    """A count as a person writes it: ``forma=1, territorio=2``."""
    return ", ".join(f"{name}={code}" for name, code in sorted(key) if not code.startswith("\0") and not is_net(code))
