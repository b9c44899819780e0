"""The cases of a wave, variable by variable: category indices, numeric values, mentions, and the missing by code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline import arrow
from pipeline.codes import BLANK, SYSTEM_MISSING, code_of, is_numeral, text_of
from pipeline.counting.columns import Column, Columns, smallest
from pipeline.counting.engine import BLOCK, Counts, Index, Sums, count, sums
from pipeline.spec.model import Codebook, Variable
from pipeline.spss.model import code_text
from pipeline.statistics.core import Floats, Weighting

if TYPE_CHECKING:
    import pyarrow as pa

Mask = npt.NDArray[np.bool_]

_COMBINATIONS = 4096  # cells of three eight-byte sums each
_PAIRED = 8192  # the same where cross-tables are counted together, which saves more passes


class Coded:
    """A variable as categories: ``index`` per case (0 not valid, 1 … k), ``codes`` the k codes as text.

    ``scores`` are the codes as numbers (``None`` for strings), ``ordered`` whether their order means something. The
    index is made when it is first used: a frequency table needs only the codes.
    """

    def __init__(
        self,
        name: str,
        index: Index | Callable[[], Index],
        codes: tuple[str, ...],
        scores: Floats | None,
        ordered: bool,
    ) -> None:
        self.name = name
        self.codes = codes
        self.scores = scores
        self.ordered = ordered
        self._index = index

    @cached_property
    def index(self) -> Index:
        """Per case: 0 not valid, 1 … k the category."""
        return self._index() if callable(self._index) else self._index


@dataclass(frozen=True, slots=True)
class Mentions:
    """A multiple response set: per item who mentions it (items, cases), and who is in the base."""

    name: str
    items: tuple[str, ...]
    mentioned: Mask
    asked: Mask
    base: Mask


class Cases:
    """All cases of a wave, or those that a condition keeps; columns are coded when they are first used."""

    def __init__(
        self,
        table: pa.Table | Columns,
        codebook: Codebook,
        weight: str | None = None,
        weighting: Weighting = "none",
        keep: Mask | None = None,
    ) -> None:
        self.codebook = codebook
        self.variables = codebook.all_variables()
        self.columns = table if isinstance(table, Columns) else Columns(table)
        self.table = self.columns.table
        self.weight_name = weight
        self.weighting: Weighting = weighting if weight else "none"
        self._coded: dict[str, Coded] = {}
        self._counts: dict[str, Sums] = {}
        self._expected: dict[str, None] = {}
        self._expected_pairs: dict[tuple[str, str], None] = {}
        self._pairs: dict[tuple[str, str], Counts] = {}
        everyone = self.columns.weights(weight)
        weights = everyone.w
        positive = None if weights is None else weights > 0
        self.without_weight = 0 if positive is None else self._cases(~positive)
        if positive is not None and positive.all():
            positive = None
        self._keep = positive if keep is None else keep if positive is None else keep & positive
        self.rows = self.columns.rows if self._keep is None else int(np.count_nonzero(self._keep))
        self.n = self.columns.cases if self._keep is None else self._cases(self._keep)
        self.weights = everyone if self._keep is None else everyone.of_some(self._keep)
        self.total = float(self.n) if self.weights.sum is None else float(self.weights.sum.over((0,)).values)

    @property
    def sample_n(self) -> float | None:
        """Cases of the whole sample, also those that a condition leaves out, where a weight says it is one."""
        return float(self.columns.cases - self.without_weight) if self.weighting == "probability" else None

    @property
    def weighted(self) -> bool:
        """Whether the cases have weights."""
        return self.weights.sum is not None

    def _cases(self, rows: Mask) -> int:
        """How many cases some rows of the file stand for."""
        return int(np.count_nonzero(rows) if self.columns.alike is None else self.columns.alike[rows].sum())

    def how_many(self, inside: Mask) -> int:
        """How many of these cases are inside."""
        return int(np.count_nonzero(inside) if self.weights.n is None else self.weights.n[inside].sum())

    @classmethod
    def read(cls, path: Path, codebook: Codebook, weight: str | None = None, weighting: Weighting = "none") -> Cases:
        """Read ``responses.parquet``."""
        return cls(arrow.read_parquet(path), codebook, weight, weighting)

    @property
    def positions(self) -> npt.NDArray[np.intp]:
        """The rows of the file that these cases are."""
        return np.arange(self.columns.rows, dtype=np.intp) if self._keep is None else np.flatnonzero(self._keep)

    @property
    def cut(self) -> Mapping[str, int]:
        """Of which variables the numbers have only so many binary digits."""
        return self.columns.cut

    def among(self, names: Iterable[str], presence: bool = False) -> Cases:
        """The cases as far as some variables tell (of one: whether it has a value): all of them, where all are here."""
        return self

    def unweighted(self) -> Cases:
        """The same cases (those without a weight included) without the weight."""
        return Cases(self.columns, self.codebook)

    def where(self, conditions: Mapping[str, Sequence[str]]) -> Cases:
        """Only the cases that hold one of the codes of every variable named."""
        if not conditions:
            return self
        keep = np.ones(self.columns.rows, dtype=bool) if self._keep is None else self._keep.copy()
        for name, codes in conditions.items():
            column = self.columns[name]
            wanted = np.zeros(column.k + 1, dtype=bool)
            wanted[0] = SYSTEM_MISSING in codes
            wanted[[p for code in codes for p in _places(column, code)]] = True
            keep &= wanted[column.place]
        return Cases(self.columns, self.codebook, self.weight_name, self.weighting, keep)

    # ------------------------------------------------------------ variables

    def coded(self, name: str) -> Coded:
        """A variable as categories: those of the codebook in its order, then codes that only the data have."""
        found = self._coded.get(name)
        if found is None:
            lookup, codes, scores = self._categories(name)
            column, kind = self.columns[name], self.variables[name].kind
            ordered = kind == "ordinal" or (column.numbers and kind == "numeric")
            found = Coded(name, partial(self._indexed, column, lookup), codes, scores, ordered)
            if not self.columns.few:
                self._coded[name] = found
        return found

    def numeric(self, name: str) -> Floats:
        """A variable's valid values; NaN where it is missing. Text gives NaN throughout."""
        column = self.columns[name]
        if not column.numbers:
            return np.full(self.rows, np.nan)
        values = np.full(column.k + 1, np.nan)
        values[1:] = np.where(_no_number(self.variables[name], column), np.nan, column.values)
        numeric: Floats = values[self._kept(column.place)]
        return numeric

    def missing(self, name: str) -> dict[str, Mask]:
        """Who is missing, by code: the declared user-missing codes in their order, then system-missing."""
        place = self._kept(self.columns[name].place)
        return {code: np.isin(place, places) for code, places in self._missing_places(name).items()}

    def missing_counts(self, name: str) -> dict[str, tuple[int, float]]:
        """How many are missing, unweighted and weighted, by code: as :meth:`missing`, counted."""
        if self._told_by_absence(name):
            absent = {SYSTEM_MISSING: self.columns.absent(name), BLANK: self.columns.blank(name)}
            return {code: (n, float(n)) for code, n in absent.items() if n}
        return {code: self._at(name, places) for code, places in self._missing_places(name).items()}

    def valid_counts(self, name: str) -> tuple[int, float]:
        """How many cases have a valid value, unweighted and weighted."""
        if self._told_by_absence(name):
            n = self.n - self.columns.absent(name) - self.columns.blank(name)
            return n, float(n)
        return self._at(name, 1 + np.flatnonzero(~_user_missing(self.variables[name], self.columns[name])))

    def _at(self, name: str, places: Sequence[int] | Index) -> tuple[int, float]:
        """How many cases are at some places of a column, unweighted and weighted."""
        found = self._sums(name).at(np.asarray(places, dtype=np.intp)).over((0,)).counts
        return int(found.n), float(found.w)

    def _told_by_absence(self, name: str) -> bool:
        """Whether the null values of a column say who is missing: text, dates and identifiers need not be coded."""
        variable = self.variables[name]
        alike = self.columns.alike is not None or self.weighted or self._keep is not None
        return not (variable.missing or variable.missing_range or alike)

    def valid(self, name: str) -> Mask:
        """Who has a valid value."""
        column = self.columns[name]
        valid = np.zeros(column.k + 1, dtype=bool)
        valid[1:] = ~_user_missing(self.variables[name], column)
        mask: Mask = valid[self._kept(column.place)]
        return mask

    def mentions(self, name: str) -> Mentions:
        """A multiple response set. Asked are those with a valid answer to any member."""
        mr = self.codebook.sets[name]
        asked = np.zeros(self.rows, dtype=bool)
        for member in mr.members:
            asked |= self.valid(member)
        if mr.kind == "dichotomies":
            items = mr.members
            mentioned = np.zeros((len(items), self.rows), dtype=bool)
            for i, member in enumerate(mr.members):
                mentioned[i] = self._holds(member, mr.counted_code)
        elif mr.kind == "delimited":
            items = tuple(mr.categories)
            column = self.columns[mr.members[0]]
            held = np.zeros((len(items), column.k + 1), dtype=bool)
            place = {code: i for i, code in enumerate(items)}
            for k, text in enumerate(column.texts, start=1):
                for token in text.split(mr.separator if mr.separator.strip() else None):
                    if (at := place.get(code_of(token.strip()))) is not None:
                        held[at, k] = True
            mentioned = held[:, self._kept(column.place)]
        else:
            codes = list(mr.categories)
            for member in mr.members:
                codes.extend(c for c in self.coded(member).codes if c not in codes)
            items = tuple(codes)
            mentioned = np.zeros((len(items), self.rows), dtype=bool)
            for i, code in enumerate(codes):
                for member in mr.members:
                    mentioned[i] |= self._holds(member, code)
        base: Mask = asked
        if mr.base != "asked":
            base = np.asarray(mentioned.any(axis=0)) if mr.base == "any" else np.ones(self.rows, dtype=bool)
        return Mentions(name, tuple(items), mentioned, asked, base)

    # ------------------------------------------------------------ counts of one variable

    def counts(self, name: str) -> Counts:
        """The cases at each place of a column's distinct values: shape (k + 1,), slot 0 for system-missing."""
        return self._sums(name).counts

    def _sums(self, name: str) -> Sums:
        found = self._counts.get(name)
        if found is None:
            column = self.columns[name]
            if self._keep is None and not self.weighted:
                found = Sums(column.n, None, None)
            else:
                self._count_together(name)
                found = self._counts[name]
            if column.k > BLOCK:  # of the columns with very many values only the last is remembered
                for other in [other for other, sums in self._counts.items() if len(sums.n) > BLOCK + 1]:
                    del self._counts[other]
            self._counts[name] = found
        return found

    def expect(self, names: Sequence[str]) -> None:
        """Say which variables will be counted one by one: those of few values are then counted several at a time."""
        self._expected = dict.fromkeys(names)

    def _count_together(self, name: str) -> None:
        """Count a variable, and with it others that are expected, over all combinations of their values.

        One pass over the cases and their weights gives the margins of several variables; while the combinations fit
        into the processor's nearest cache it takes no longer than for one.
        """
        together, size = [name], self.columns[name].k + 1
        for other in list(self._expected):
            if other == name or other in self._counts:
                del self._expected[other]
            elif size * 2 > _COMBINATIONS:
                break
            elif size * (self.columns[other].k + 1) <= _COMBINATIONS:
                together.append(other)
                size *= self.columns[other].k + 1
                del self._expected[other]
        columns = [self.columns[one] for one in together]
        found = sums([self._kept(c.place) for c in columns], [c.k for c in columns], self.weights)
        for axis, one in enumerate(together):
            self._counts[one] = found.over(tuple(i for i in range(len(together)) if i != axis))

    def expect_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Say which cross-tables will be counted: those that share variables are then counted several at a time."""
        if self.n >= BLOCK:  # below that a pass costs less than its bookkeeping
            self._expected_pairs = dict.fromkeys(pairs)

    def pair(self, row: Coded, column: Coded) -> Counts:
        """The cases of each combination of two variables' categories: shape (k1 + 1, k2 + 1), slot 0 for not valid."""
        wanted = (row.name, column.name)
        found = self._pairs.pop(wanted, None)
        if found is not None:
            return found
        if wanted not in self._expected_pairs:
            return count([row.index, column.index], [len(row.codes), len(column.codes)], self.weights)
        rows, columns = self._together(wanted)
        coded = [self.coded(name) for name in (*rows, *columns)]
        together = sums([one.index for one in coded], [len(one.codes) for one in coded], self.weights)
        for i, r in enumerate(rows):
            for j, c in enumerate(columns, start=len(rows)):
                if (r, c) in self._expected_pairs:
                    del self._expected_pairs[r, c]
                    self._pairs[r, c] = together.over(
                        tuple(axis for axis in range(len(coded)) if axis not in (i, j))
                    ).counts
        return self._pairs.pop(wanted)

    def _together(self, wanted: tuple[str, str]) -> tuple[list[str], list[str]]:
        """Rows and columns whose expected cross-tables are counted in one pass over the cases with one of them.

        The cases are counted over all combinations of these variables, while they fit into the processor's cache;
        what a further variable brings is the cross-tables it has with those on the other side.
        """
        rows, columns = [wanted[0]], [wanted[1]]
        size = (len(self.coded(wanted[0]).codes) + 1) * (len(self.coded(wanted[1]).codes) + 1)
        while True:
            gains: dict[tuple[int, str], int] = {}
            for r, c in self._expected_pairs:
                if r in rows and c not in columns and c not in rows:
                    gains[1, c] = gains.get((1, c), 0) + 1
                elif c in columns and r not in rows and r not in columns:
                    gains[0, r] = gains.get((0, r), 0) + 1
            fitting = {
                key: gain for key, gain in gains.items() if size * (len(self.coded(key[1]).codes) + 1) <= _PAIRED
            }
            if not fitting:
                return rows, columns
            side, name = max(fitting, key=lambda key: fitting[key])
            (columns if side else rows).append(name)
            size *= len(self.coded(name).codes) + 1

    def frequencies(self, coded: Coded) -> Counts:
        """The cases of each category: shape (k + 1,), slot 0 for those without a valid value."""
        if coded.name not in self.variables:
            return count([coded.index], [len(coded.codes)], self.weights)
        lookup, codes, _ = self._categories(coded.name)
        return self._sums(coded.name).gathered(lookup, len(codes) + 1).counts

    def distribution(self, name: str, group: Index | None = None, groups: int = 1) -> tuple[Floats, Counts]:
        """The distinct valid values of a numeric variable, ascending, with their counts by group: (k,) and (k, groups).

        ``group``: per case 0 for none, or 1 … ``groups``; without it all cases are one group.
        """
        column = self.columns[name]
        if not column.numbers:
            nothing = np.zeros((0, groups))
            return np.zeros(0), Counts(nothing.astype(np.int64), nothing, nothing)
        if group is None:
            found = self.counts(name)
            found = Counts(found.n[1:, None], found.w[1:, None], found.w2[1:, None])
        else:
            found = count([self._kept(column.place), group], [column.k, groups], self.weights).inner()
        shown = ~_no_number(self.variables[name], column) & (found.n.sum(axis=1) > 0)
        if shown.all():
            return column.values, found
        return column.values[shown], Counts(found.n[shown], found.w[shown], found.w2[shown])

    # ------------------------------------------------------------ places

    def _indexed(self, column: Column, lookup: Index) -> Index:
        """The category of each case, from the category of each place."""
        same = np.array_equal(lookup, np.arange(column.k + 1))
        return self._kept(column.place if same else lookup[column.place])

    def _kept(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values if self._keep is None else values[self._keep]

    def _holds(self, name: str, code: str) -> Mask:
        """Who has a code as a valid value."""
        column = self.columns[name]
        gone = _user_missing(self.variables[name], column)
        places = [p for p in _places(column, code) if not gone[p - 1]]
        place = self._kept(column.place)
        return np.isin(place, places) if len(places) > 1 else place == (places[0] if places else column.k + 1)

    def _missing_places(self, name: str) -> dict[str, list[int]]:
        """The places of each missing code that is declared or found, system-missing last where there is any."""
        variable, column = self.variables[name], self.columns[name]
        found = {code: _places(column, code) for code in variable.missing}
        inside = _in_range(variable, column)
        if inside is not None and inside.any():
            n = self.counts(name).n
            for i in np.flatnonzero(inside).tolist():
                if n[i + 1]:
                    found.setdefault(code_text(float(column.values[i])), [i + 1])
        if not column.numbers and BLANK not in variable.categories:
            blank = [i for i, text in enumerate(column.texts, start=1) if not text.strip()]
            if blank and self.counts(name).n[blank].any():
                found[BLANK] = blank
        if self.counts(name).n[0]:
            found[SYSTEM_MISSING] = [0]
        return found

    def _categories(self, name: str) -> tuple[Index, tuple[str, ...], Floats | None]:
        """Of a variable: the category of each place, the codes, and the codes as numbers."""
        variable, column = self.variables[name], self.columns[name]
        gone = _user_missing(variable, column)
        category = np.zeros(column.k + 1, dtype=np.int64)
        if column.numbers:
            declared = [float(c) for c in variable.categories if is_numeral(c)]
            for i, score in enumerate(declared, start=1):
                category[_place_of(column, score)] = i
        else:
            declared = []
            for i, code in enumerate(variable.categories, start=1):
                category[_places(column, code)] = i
        category[0] = 0
        category[1:][gone] = 0
        unknown = np.flatnonzero(~gone & (category[1:] == 0))
        if len(unknown):
            unknown = unknown[self.counts(name).n[unknown + 1] > 0]
        if column.numbers:
            extra = column.values[unknown]
            category[unknown + 1] = np.arange(len(declared) + 1, len(declared) + 1 + len(extra))
            scores = np.concatenate([declared, extra])
            codes = tuple(code_text(s) for s in scores.tolist())
        else:
            found = [(code_of(text), i) for text, i in sorted((column.texts[i] or BLANK, i) for i in unknown.tolist())]
            codes, scores = (*variable.categories, *dict.fromkeys(code for code, _ in found)), None
            at = {code: i for i, code in enumerate(codes, start=1)}
            for code, i in found:
                category[i + 1] = at[code]
        return category.astype(smallest(len(codes))), codes, scores


def _places(column: Column, code: str) -> list[int]:
    """The places (1 … k) of a code; a text of nothing but blanks goes by :data:`BLANK`."""
    if column.numbers:
        return _place_of(column, float(code)) if is_numeral(code) else []
    if code == BLANK:
        return [i for i, text in enumerate(column.texts, start=1) if not text.strip()]
    if code == SYSTEM_MISSING:
        return []
    wanted = text_of(code)
    return [i for i, text in enumerate(column.texts, start=1) if text == wanted]


def _place_of(column: Column, value: float) -> list[int]:
    at = int(np.searchsorted(column.values, value))
    return [at + 1] if at < column.k and column.values[at] == value else []


def _in_range(variable: Variable, column: Column) -> Mask | None:
    """Which distinct values lie in the range of user-missing values."""
    span = variable.missing_range
    if span is None or not column.numbers:
        return None
    low = -np.inf if span.low is None else span.low
    high = np.inf if span.high is None else span.high
    inside: Mask = (column.values >= low) & (column.values <= high)
    return inside


def _no_number(variable: Variable, column: Column) -> Mask:
    """Which distinct values enter no number: user-missing, or a category that says that there is no answer."""
    gone = _user_missing(variable, column)
    for code in variable.no_answer or ():
        gone[[place - 1 for place in _places(column, code)]] = True
    return gone


def _user_missing(variable: Variable, column: Column) -> Mask:
    """Which distinct values are user-missing: shape (k,)."""
    gone = np.zeros(column.k, dtype=bool)
    if not column.numbers and BLANK not in variable.categories:
        gone[[i for i, text in enumerate(column.texts) if not text.strip()]] = True
    for code in variable.missing:
        gone[[place - 1 for place in _places(column, code)]] = True
    inside = _in_range(variable, column)
    return gone if inside is None else gone | inside
