"""The columns of a table, each coded once: the distinct values, and per case the place of its value among them.

What is asked about the cases of a variable (who is missing, which category, what is the mean) is then asked about its
distinct values, which are few, and a case costs a byte or two of memory instead of eight.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline import arrow
from pipeline.counting.engine import BLOCK, CaseWeights, Index, tally
from pipeline.counting.sums import Exact, Measure, Reach
from pipeline.statistics.core import Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.spss.model import Dictionary

_FEW = 3  # columns remembered where all would not fit into memory
_SCALES = (1.0, 10.0, 100.0, 1000.0, 10_000.0)
_SPAN = 1 << 21  # whole numbers (or such with some decimals) within such a span are coded without sorting


class Column:
    """A column as its distinct values.

    ``place``: per case 0 for system-missing, else 1 … k. ``n``: shape (k + 1,), the cases at each place.
    ``numbers``: whether the values are numbers.
    """

    def __init__(self, place: Index, n: Ints, values: Floats | pa.Array) -> None:
        self.place = place
        self.n = n
        self.numbers = isinstance(values, np.ndarray)
        self._values = values

    @property
    def k(self) -> int:
        """The number of distinct values."""
        return len(self.n) - 1

    @property
    def values(self) -> Floats:
        """The distinct values of a column of numbers, ascending, shape (k,)."""
        if not isinstance(self._values, np.ndarray):
            raise TypeError("a column of texts has no numbers")
        return self._values

    @cached_property
    def texts(self) -> list[str]:
        """The distinct values of a column of texts, in the order in which they first appear."""
        if isinstance(self._values, np.ndarray):
            raise TypeError("a column of numbers has no texts")
        found: list[str] = self._values.to_pylist()
        return found

    @property
    def longest(self) -> int:
        """The characters of the longest text; 0 where there is none."""
        import pyarrow.compute as pc

        return int(pc.max(pc.utf8_length(self._values)).as_py() or 0)


class Columns:
    """The columns of a table, coded when they are first used.

    ``alike``: the cases that each row stands for, where cases that are alike were counted together, and ``measures``
    the sums over them of what is added up; ``few``: only few columns are remembered, as all would not fit; ``cut``: of
    which variables the numbers have only so many binary digits.
    ``earlier``: columns coded before. Those whose bytes are the same in memory are taken over: a stage that passes a
    column on to the next makes no work.
    """

    def __init__(
        self,
        table: pa.Table,
        earlier: Columns | None = None,
        alike: Ints | None = None,
        measures: Mapping[Measure, Exact] | None = None,
    ) -> None:
        self.table = table
        self.alike = alike
        self.cut: Mapping[str, int] = {}
        self.few = False
        self._measures: dict[Measure, Exact] = dict(measures or {})
        self.earlier = earlier._by_address if earlier is not None else {}
        self._by_address: dict[Any, tuple[Any, Column]] = {}  # the Arrow column is kept so that its address stays its
        self._by_name: dict[str, Column] = {}
        self._names = frozenset(table.column_names)

    @property
    def rows(self) -> int:
        """The number of cases."""
        return int(self.table.num_rows)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Column:
        found = self._by_name.get(name)
        if found is None:
            column = self.table.column(name)
            key = (column.type, arrow.address(column))  # without cases texts and numbers lie at one address
            known = self._by_address.get(key) or self.earlier.get(key)
            if known is None:
                coded = _code(column)
                if self.alike is not None:
                    coded.n = tally(coded.place, (coded.k + 1,), CaseWeights(self.alike)).n
                known = (column, coded)
            if self.few and len(self._by_name) >= _FEW:
                self._by_name.clear()
                self._by_address.clear()
            self._by_address[key] = known
            found = self._by_name[name] = known[1]
        return found

    def floats(self, name: str) -> Floats:
        """A column of numbers as it is, NaN for system-missing."""
        return arrow.float_values(self.table.column(name))

    @property
    def cases(self) -> int:
        """The number of cases that the rows stand for."""
        return self.rows if self.alike is None else int(self.alike.sum())

    def weights(self, name: str | None) -> CaseWeights:
        """What the rows weigh by a weight, or each case one; a weight that is not above zero is none."""
        if name is None:
            return CaseWeights(self.alike)
        return CaseWeights(self.alike, self.exact(Measure(name)), self.exact(Measure(name, squared=True)))

    def exact(self, measure: Measure) -> Exact:
        """The sums of a measure over the cases of each row."""
        if measure not in self._measures:
            values = self.measured(measure)
            self._measures[measure] = Exact.of(values, Reach.of(values).units)
        return self._measures[measure]

    def measured(self, measure: Measure) -> Floats:
        """A measure of each case: 0 for what is missing or not above zero."""
        values = _positive(self.floats(measure.variable))
        if measure.over:
            full = _positive(self.floats(measure.over))
            with np.errstate(divide="ignore"):
                return np.asarray(np.where(full > 0, values * np.where(full > 0, 1.0 / full, 1.0), values))
        return np.asarray(values * values) if measure.squared else values

    def span(self, name: str) -> tuple[int, float, float]:
        """Of a weight: how many rows have none above zero, and the least and the greatest of the others."""
        above, least, most = 0, np.inf, 0.0
        for values, valid in arrow.float_parts(self.table.column(name)):
            with np.errstate(invalid="ignore"):
                inside = values > 0
            if valid is not None:
                inside &= valid
            above += int(np.count_nonzero(inside))
            least = min(least, float(values.min(where=inside, initial=np.inf)))
            most = max(most, float(values.max(where=inside, initial=0.0)))
        return self.rows - above, least, most

    def absent(self, name: str) -> int:
        """How many cases are system-missing; the column is not coded for it."""
        return int(self.table.column(name).null_count)

    def blank(self, name: str) -> int:
        """How many cases have a text of nothing but blanks; the column is not coded for it."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.table.column(name)
        if not pa.types.is_string(column.type):
            return 0
        return int(pc.sum(pc.equal(pc.utf8_trim_whitespace(column), "")).as_py() or 0)

    def code_all(self, dictionary: Dictionary) -> None:
        """Code the columns that are likely to be counted: not dates, of which only the presence is asked."""
        for variable in dictionary.variables:
            if not variable.is_date:
                self[variable.name]


def _positive(values: Floats) -> Floats:
    """Weights, 0 for those that are missing or below."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(values > 0, values, 0.0))


def _code(column: Any) -> Column:
    import pyarrow as pa

    if arrow.is_coded(column):
        return _coded(column)
    return _numbers(column) if pa.types.is_floating(column.type) else _texts(column)


def _coded(column: Any) -> Column:
    codes, numbers = arrow.codes(column)
    if column.null_count == len(codes):
        return _of_places(np.zeros(len(codes), dtype=np.uint8), 0, np.zeros(0))
    gone = np.flatnonzero(codes == arrow.NO_CODE) if column.null_count else None
    least = int(codes.min())
    places = codes - np.uint8(least) + np.uint8(1)
    if gone is not None:
        places[gone] = 0
    span = int(places.max())
    return _of_places(places, span, numbers[least : least + span])


def _texts(column: Any) -> Column:
    texts, place = arrow.coded_texts(column)
    place = place.astype(smallest(len(texts)))
    return Column(place, tally(place, (len(texts) + 1,), CaseWeights()).n, texts)


def _numbers(column: Any) -> Column:
    first = _first_values(column)
    with np.errstate(over="ignore"):
        scale = next((s for s in _SCALES if np.array_equal(np.rint(first * s) / s, first)), None)
    found = None if scale is None else _decimal(column, scale, 16 if _near_zero(first * scale) else 32)
    return _sorted(column) if found is None else found


def _first_values(column: Any) -> Floats:
    """Some values from which to guess what the others are like; the guess is checked against each of them."""
    for values, valid in arrow.float_parts(column):
        some = values[:1000] if valid is None else values[:1000][valid[:1000]]
        if len(some):
            return some
    return np.zeros(0)


def _near_zero(values: Floats) -> bool:
    return not len(values) or float(np.abs(values).max()) < 16_000


def _decimal(column: Any, scale: float, bits: int) -> Column | None:
    """A column whose values times ``scale`` are whole numbers of ``bits`` bits and no wide span; ``None`` of another.

    Such values are counted in the order of their numbers, which takes a tenth of the time of sorting them.
    """
    whole = np.empty(len(column), dtype=f"i{bits // 8}")
    absent: list[npt.NDArray[np.intp]] = []
    low, high, at = 0, -1, 0
    with np.errstate(invalid="ignore", over="ignore"):  # a number too large for its bits differs from what they hold
        for values, valid in arrow.float_parts(column):
            for start in range(0, len(values), BLOCK):
                part = values[start : start + BLOCK]
                at += len(part)
                codes = whole[at - len(part) : at]
                codes[:] = part if scale == 1 else np.rint(part * scale)
                differs = (codes if scale == 1 else codes / scale) != part
                if valid is not None:
                    here = valid[start : start + BLOCK]
                    gone = np.flatnonzero(~here)
                    absent.append(gone + (at - len(part)))
                    if len(gone) == len(part):
                        continue
                    codes[gone] = codes[int(np.argmax(here))]  # what stands where nothing is says nothing
                    differs &= here
                if differs.any():
                    return None
                least, most = int(codes.min()), int(codes.max())
                low, high = (least, most) if high < low else (min(low, least), max(high, most))
                if high - low >= _SPAN:
                    return None
    span = high - low + 1
    if span < 1:
        return Column(np.zeros(len(whole), dtype=np.uint8), np.array([len(whole)]), np.zeros(0))
    unsigned = whole.view(f"u{bits // 8}")  # its arithmetic comes round, so a wide span cannot overflow
    place: Index = (unsigned - unsigned.dtype.type((low - 1) % (1 << bits))).astype(smallest(span))
    for gone in absent:
        place[gone] = 0
    return _of_places(place, span, np.arange(low, high + 1) / scale)


def _of_places(place: Index, span: int, values: Floats) -> Column:
    """A column from the place of each case among ``span`` ascending values, of which some may not occur."""
    n = tally(place, (span + 1,), CaseWeights()).n
    used = np.flatnonzero(n[1:])
    if len(used) < span:
        lookup = np.zeros(span + 1, dtype=smallest(len(used)))
        lookup[used + 1] = np.arange(1, len(used) + 1)
        place = _looked_up(lookup, place)
        n = np.concatenate([n[:1], n[used + 1]])
    return Column(place, n, values[used])


def _looked_up(lookup: Index, place: Index) -> Index:
    """``lookup[place]``; where both are bytes, in a third of the time."""
    if place.dtype != np.uint8:
        return lookup.take(place)
    table = np.zeros(256, dtype=np.uint8)
    table[: len(lookup)] = lookup
    return np.frombuffer(place.tobytes().translate(table.tobytes()), dtype=np.uint8)


def _sorted(column: Any) -> Column:
    """Any column of numbers."""
    values = arrow.float_values(column)
    absent = np.isnan(values)
    nulls = int(np.count_nonzero(absent))
    order = np.argsort(values)[: len(values) - nulls]  # NaN comes last
    ascending = values[order]
    first = np.ones(len(order), dtype=bool)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    place = np.zeros(len(values), dtype=smallest(len(starts)))
    place[order] = np.cumsum(first, dtype=place.dtype)
    n = np.diff(starts, append=len(order))
    return Column(place, np.concatenate([[nulls], n]), ascending[starts])


def smallest(k: int) -> type[np.unsignedinteger[Any]]:
    """The smallest type that holds 0 … k."""
    return np.uint8 if k < 1 << 8 else np.uint16 if k < 1 << 16 else np.uint32
