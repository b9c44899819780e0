"""Cases that are alike in some variables, counted together; such counts of portions of the rows add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline import arrow
from pipeline.codes import is_numeral
from pipeline.counting.columns import Column, Columns
from pipeline.counting.engine import BLOCK, Index
from pipeline.counting.sums import Exact, Measure
from pipeline.statistics.core import Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.counting.plan import Missing

MOST_VALUES = 1_000_000
"""Distinct values of a number up to which each is kept; of more, fewer digits are kept (:attr:`Alike.digits`)."""
MOST_COMBINATIONS = 4_000_000
"""Combinations of values that one answer may have."""

ALL_DIGITS = 52
_DENSE = 1 << 18  # combinations counted without sorting
_PRESENT = "\x01"  # stands for any text of which only the presence is asked


class TooManyCombinations(Exception):
    """The variables of a question have more combinations than one answer may have."""

    def __init__(self, variables: Sequence[str], count: int) -> None:
        super().__init__(variables, count)
        self.variables, self.count = tuple(variables), count


@dataclass(frozen=True, slots=True)
class Alike:
    """Every combination of values that occurs, ascending, with its cases.

    ``values``: per variable its distinct values, numbers ascending or texts in order. ``places`` (v, m): per
    combination the place of each variable's value, 1 … k, 0 for none. ``weighted`` (m,): whether these cases have a
    weight. ``n`` (m,): cases; ``sums``: of each measure, (m,). ``digits``: per variable the binary digits kept of its
    numbers, 52 where all are; a number cut off stands for itself to within one part in 2^digits.
    """

    variables: tuple[str, ...]
    values: tuple[Floats | list[str], ...]
    places: Ints
    weighted: Ints
    n: Ints
    sums: dict[Measure, Exact]
    digits: tuple[int, ...]

    def columns(self) -> Columns:
        """These combinations as the rows of a table, each standing for its cases."""
        import pyarrow as pa

        arrays = [_array(values, place, digits) for values, place, digits in
                  zip(self.values, self.places, self.digits, strict=True)]  # fmt: skip
        return Columns(pa.table(dict(zip(self.variables, arrays, strict=True))), alike=self.n, measures=self.sums)


def _array(values: Floats | list[str], place: Ints, digits: int) -> pa.Array:
    if isinstance(values, list):
        return arrow.text_array([values[p - 1] if p else None for p in place.tolist()])
    centred = values if digits == ALL_DIGITS else values + _half(values, digits)
    return arrow.float_array(np.concatenate([[np.nan], centred])[place])


# ---------------------------------------------------------------- in one portion


def alike(
    columns: Columns, variables: tuple[str, ...], measures: Mapping[Measure, Exact], weighted: Index | None,
    missing: Missing | None = None, cases: Ints | None = None,
) -> Alike:  # fmt: skip
    """The combinations of some variables in one portion of the rows.

    ``weighted``: per row 1 where it has a weight, else 0; ``None`` without weights. ``missing``: only the presence of
    the one variable is asked. ``cases``: how many each row stands for, where it is not one.
    """
    coded = [columns[name] for name in variables]
    if missing is not None:
        coded = [_presence(column, missing) for column in coded]
    indices = [*(column.place for column in coded), *(() if weighted is None else (weighted,))]
    sizes = [*(column.k + 1 for column in coded), *(() if weighted is None else (2,))]
    total = int(np.prod(sizes, dtype=np.float64)) if sizes else 1
    if total <= _DENSE:
        n, sums = _tallied(_cells(indices, sizes, columns.rows), total, measures, cases)
        used = np.flatnonzero(n)
        places = np.array(np.unravel_index(used, sizes) if sizes else np.zeros((0, len(used))), dtype=np.int64)
        n, sums = n[used], {name: one.take(used) for name, one in sums.items()}
    else:
        places, cell = _distinct(np.array([index.astype(np.int64) for index in indices]), sizes)
        n, sums = _tallied(cell, places.shape[1], measures, cases)
    values = tuple(column.values if column.numbers else column.texts for column in coded)
    heavy = np.ones(len(n), dtype=np.int64) if weighted is None else places[-1]
    own = places if weighted is None else places[:-1]
    found = Alike(variables, values, own, heavy, n, sums, (ALL_DIGITS,) * len(variables))
    return together([found], missing)


def _cells(indices: Sequence[Index], sizes: Sequence[int], rows: int) -> Index:
    cell: Any = np.zeros(rows, dtype=np.int32)
    for index, size in zip(indices, sizes, strict=True):
        cell *= np.int32(size)
        cell += index.astype(np.int32, copy=False)
    found: Index = cell
    return found


def _tallied(
    cell: Index, total: int, measures: Mapping[Measure, Exact], cases: Ints | None
) -> tuple[Ints, dict[Measure, Exact]]:
    """Cases and sums by cell, some rows at a time, so that what is made for them stays in the processor's cache."""
    n = np.zeros(total, dtype=np.int64)
    sums: dict[Measure, Exact] = {}
    step = BLOCK if total < BLOCK else max(len(cell), 1)
    for start in range(0, max(len(cell), 1), step):
        part = cell[start : start + step].astype(np.intp, copy=False)
        if cases is None:
            n += np.bincount(part, minlength=total)
        else:
            n += np.bincount(part, cases[start : start + step], total).astype(np.int64)
        for name, one in measures.items():
            here = one.tally(part, total, start)
            sums[name] = sums[name] + here if name in sums else here
    return n, sums


def _distinct(places: Ints, sizes: Sequence[int]) -> tuple[Ints, Ints]:
    """The distinct columns of (v, rows), ascending, and which of them each is."""
    cell, width = np.zeros(places.shape[1], dtype=np.int64), 1
    for place, size in zip(places, sizes, strict=True):
        if width * size >= 1 << 62:
            used, cell = np.unique(cell, return_inverse=True)
            width = len(used)
        cell, width = cell * size + place, width * size
    _, first, cell = np.unique(cell, return_index=True, return_inverse=True)
    return places[:, first], cell


def _presence(column: Column, missing: Missing) -> Column:
    """A column whose values that are not missing are one: of texts any, of numbers the least and the greatest."""
    if not column.numbers:
        kept = [t if t in missing.codes else (" " if not t.strip() else _PRESENT) for t in column.texts]
        names = sorted(set(kept))
        lookup = np.array([0, *(names.index(t) + 1 for t in kept)], dtype=np.int64)
        return Column(lookup[column.place], column.n, arrow.text_array(names))
    values, gone = column.values, _gone(column.values, missing)
    there = np.flatnonzero(~gone)
    if len(there) <= 2:
        return column
    lookup = np.arange(column.k + 1)
    lookup[there[1:-1] + 1] = there[0] + 1
    return Column(lookup[column.place], column.n, values)


def _gone(values: Floats, missing: Missing) -> np.ndarray:
    gone = np.isin(values, [float(code) for code in missing.codes if is_numeral(code)])
    if missing.span:
        low = -np.inf if missing.low is None else missing.low
        gone |= (values >= low) & (values <= (np.inf if missing.high is None else missing.high))
    return gone


# ---------------------------------------------------------------- portions together


def together(parts: Sequence[Alike], missing: Missing | None = None) -> Alike:
    """The answer over several portions. Associative and commutative: how the rows were divided does not show.

    Raises :class:`TooManyCombinations`.
    """
    first = parts[0]
    values, places, digits = [], [], []
    for v in range(len(first.variables)):
        own, place, kept = _one_list([part.values[v] for part in parts], [part.places[v] for part in parts],
                                     min(part.digits[v] for part in parts), missing)  # fmt: skip
        values.append(own)
        places.append(place)
        digits.append(kept)
    weighted = np.concatenate([part.weighted for part in parts])
    keys = np.array([*places, weighted], dtype=np.int64)
    found, cell = _distinct(keys, [*(len(own) + 1 for own in values), 2])
    if found.shape[1] > MOST_COMBINATIONS:
        raise TooManyCombinations(first.variables, found.shape[1])
    size = found.shape[1]
    n = np.zeros(size, dtype=np.int64)
    np.add.at(n, cell, np.concatenate([part.n for part in parts]))
    sums = {}
    for name, one in first.sums.items():
        several = [part.sums[name].parts for part in parts]
        joined = Exact(tuple(np.concatenate(column) for column in zip(*several, strict=True)), one.units)
        sums[name] = joined.tally(cell, size)
    return _used(replace(
        first, values=tuple(values), places=found[:-1], weighted=found[-1], n=n, sums=sums, digits=tuple(digits)
    ))  # fmt: skip


def _used(found: Alike) -> Alike:
    """Without values that no combination has."""
    values, places = [], []
    for own, place in zip(found.values, found.places, strict=True):
        used = np.unique(place[place > 0])
        if len(used) == len(own):
            values.append(own)
            places.append(place)
            continue
        lookup = np.zeros(len(own) + 1, dtype=np.int64)
        lookup[used] = np.arange(1, len(used) + 1)
        places.append(lookup[place])
        values.append([own[i - 1] for i in used.tolist()] if isinstance(own, list) else own[used - 1])
    return replace(found, values=tuple(values), places=np.array(places, dtype=np.int64).reshape(found.places.shape))


def _one_list(
    lists: Sequence[Floats | list[str]], places: Sequence[Ints], digits: int, missing: Missing | None
) -> tuple[Floats | list[str], Ints, int]:
    """The distinct values of several lists, the place of each among them, and how many digits of numbers are kept."""
    texts = [one for one in lists if isinstance(one, list)]
    if texts:
        names = sorted({text for one in texts for text in one})
        at = {text: i for i, text in enumerate(names, start=1)}
        lookups = [np.array([0, *(at[text] for text in (one if isinstance(one, list) else ()))]) for one in lists]
        return names, np.concatenate([look[p] for look, p in zip(lookups, places, strict=True)]), digits
    numbers = [one for one in lists if not isinstance(one, list)]
    whole = np.unique(np.concatenate([cut(one, digits) for one in numbers]))
    while len(whole) > MOST_VALUES and missing is None:
        digits -= 1
        whole = np.unique(cut(whole, digits))
    found = [np.concatenate([[0], np.searchsorted(whole, cut(one, digits)) + 1]) for one in numbers]
    place = np.concatenate([look[p] for look, p in zip(found, places, strict=True)])
    if missing is not None:
        there = np.flatnonzero(~_gone(whole, missing)) + 1
        if len(there) > 2:
            lookup = np.arange(len(whole) + 1)
            lookup[there[1:-1]] = there[0]
            place = lookup[place]
    return whole, place, digits


def cut(values: Floats, digits: int) -> Floats:
    """Numbers cut off after so many binary digits, toward zero; whatever was cut off before, the result is the same."""
    if digits == ALL_DIGITS:
        return values
    mask = np.int64(-1) << np.int64(ALL_DIGITS - digits)
    return (values.view(np.int64) & mask).view(np.float64) + 0.0


def _half(values: Floats, digits: int) -> Floats:
    """Half of what may have been cut off; nothing of zero, which is itself."""
    step = np.ldexp(1.0, np.frexp(values)[1] - 1 - digits)
    return np.where(values == 0, 0.0, np.copysign(step / 2, values))
