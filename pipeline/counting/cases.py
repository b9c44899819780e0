"""The cases of a wave, variable by variable: category indices, numeric values, mentions, and the missing by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.counting.engine import CaseWeights, Index
from pipeline.results import BLANK, SYSTEM_MISSING
from pipeline.spec.model import Codebook, Variable
from pipeline.spss.model import code_text
from pipeline.statistics.core import Floats, Weighting

if TYPE_CHECKING:
    import pyarrow as pa

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coded:
    """A variable as categories: ``index`` per case (0 not valid, 1 … k), ``codes`` the k codes as text.

    ``scores`` are the codes as numbers (``None`` for strings), ``ordered`` whether their order means something.
    ``missing``: per missing code the mask of its cases, system-missing under ``"."``.
    """

    name: str
    index: Index
    codes: tuple[str, ...]
    scores: Floats | None
    ordered: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """A multiple response set: per item who mentions it (items, cases), and who is in the base."""

    name: str
    items: tuple[str, ...]
    mentioned: Mask
    asked: Mask
    base: Mask


class Cases:
    """All cases of a wave, or those that a condition keeps; columns are read when they are first used."""

    def __init__(
        self,
        table: pa.Table,
        codebook: Codebook,
        weight: str | None = None,
        weighting: Weighting = "none",
        keep: Mask | None = None,
    ) -> None:
        self.codebook = codebook
        self.variables = codebook.all_variables()
        self.table = table
        self.weight_name = weight
        self.weighting: Weighting = weighting if weight else "none"
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._coded: dict[str, Coded] = {}
        raw_weight = self._column(weight) if weight else None
        positive = None if raw_weight is None else np.nan_to_num(raw_weight, nan=0.0) > 0
        self.without_weight = 0 if positive is None else int(np.count_nonzero(~positive))
        if positive is not None and positive.all():
            positive = None
        self._keep = _both(keep, positive)
        self.n = table.num_rows if self._keep is None else int(np.count_nonzero(self._keep))
        self.weights = CaseWeights.of(None if raw_weight is None else self._kept(raw_weight).astype(np.float64))

    @classmethod
    def read(cls, path: Path, codebook: Codebook, weight: str | None = None, weighting: Weighting = "none") -> Cases:
        """Read ``responses.parquet``."""
        import pyarrow.parquet as pq

        return cls(pq.read_table(path), codebook, weight, weighting)

    def unweighted(self) -> Cases:
        """The same cases (those without a weight included) without the weight."""
        return Cases(self.table, self.codebook)

    def where(self, conditions: Mapping[str, Sequence[str]]) -> Cases:
        """Only the cases that hold one of the codes of every variable named."""
        if not conditions:
            return self
        keep = np.ones(self.table.num_rows, dtype=bool) if self._keep is None else self._keep.copy()
        for name, codes in conditions.items():
            keep &= np.isin(_texts(self._column(name)), list(codes))
        return Cases(self.table, self.codebook, self.weight_name, self.weighting, keep)

    # ------------------------------------------------------------ variables

    def coded(self, name: str) -> Coded:
        """A variable as categories: those of the codebook in its order, then codes that only the data have."""
        found = self._coded.get(name)
        if found is None:
            found = self._coded[name] = self._code(name)
        return found

    def numeric(self, name: str) -> Floats:
        """A variable's valid values; NaN where it is missing. Text gives NaN throughout."""
        values = self._kept(self._column(name))
        if values.dtype == object:
            return np.full(len(values), np.nan)
        gone = _missing_mask(self.variables[name], values)
        return np.where(gone, np.nan, values) if gone.any() else values

    def missing(self, name: str) -> dict[str, Mask]:
        """Who is missing, by code: the declared user-missing codes in their order, then system-missing."""
        variable = self.variables[name]
        values = self._kept(self._column(name))
        found: dict[str, Mask] = {}
        for code in variable.missing:
            found[code] = _equals(values, code)
        in_range = _range_mask(variable, values)
        if in_range is not None:
            for value in np.unique(values[in_range]):
                found.setdefault(code_text(float(value)), values == value)
        absent = _absent(values)
        if absent.any():
            found[SYSTEM_MISSING] = absent
        return found

    def valid(self, name: str) -> Mask:
        """Who has a valid value."""
        values = self._kept(self._column(name))
        return ~(_absent(values) | _missing_mask(self.variables[name], values))

    def mentions(self, name: str) -> Mentions:
        """A multiple response set. Asked are those with a valid answer to any member."""
        mr = self.codebook.sets[name]
        members = [self._kept(self._column(m)) for m in mr.members]
        valid = np.array([self.valid(m) for m in mr.members], dtype=bool).reshape(len(members), self.n)
        asked: Mask = np.asarray(valid.any(axis=0))
        if mr.kind == "dichotomies":
            counted = code_text(mr.counted if mr.counted is not None else 1)
            mentioned = np.array(
                [_equals(values, counted) & ok for values, ok in zip(members, valid, strict=True)], dtype=bool
            ).reshape(len(members), self.n)
            items = mr.members
        else:
            codes = list(mr.categories)
            for member in mr.members:
                codes.extend(c for c in self.coded(member).codes if c not in codes)
            mentioned = np.array(
                [
                    np.any([_equals(v, code) & ok for v, ok in zip(members, valid, strict=True)], axis=0)
                    for code in codes
                ],
                dtype=bool,
            ).reshape(len(codes), self.n)
            items = tuple(codes)
        base: Mask = np.asarray(mentioned.any(axis=0)) if mr.base == "any" else asked
        return Mentions(name, tuple(items), mentioned, asked, base)

    # ------------------------------------------------------------ columns

    def _column(self, name: str | None) -> npt.NDArray[Any]:
        """A column of the whole table: float64 with NaN for system-missing, or objects with None."""
        if name is None:
            raise KeyError("no column")
        found = self._columns.get(name)
        if found is None:
            import pyarrow as pa

            column = self.table.column(name)
            if pa.types.is_floating(column.type):
                found = column.to_numpy(zero_copy_only=False)
            else:
                found = np.array(column.to_pylist(), dtype=object)
            self._columns[name] = found
        return found

    def _kept(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values if self._keep is None else values[self._keep]

    def _code(self, name: str) -> Coded:
        variable = self.variables[name]
        values = self._kept(self._column(name))
        if values.dtype == object:
            return _code_strings(name, variable, values)
        gone = _absent(values) | _missing_mask(variable, values)
        declared = [float(c) for c in variable.categories if _is_number(c)]
        index, extra = _number_index(values, gone, np.array(declared))
        scores = np.array([*declared, *extra])
        codes = tuple(code_text(float(s)) for s in scores)
        return Coded(name, index, codes, scores, variable.kind in ("ordinal", "numeric"))


def _code_strings(name: str, variable: Variable, values: npt.NDArray[Any]) -> Coded:
    texts = _texts(values)
    gone = _absent(values) | np.isin(texts, list(variable.missing))
    codes = list(variable.categories)
    codes.extend(sorted(set(texts[~gone].tolist()) - set(codes)))
    place = {code: i + 1 for i, code in enumerate(codes)}
    index = np.array([0 if g else place[t] for t, g in zip(texts.tolist(), gone.tolist(), strict=True)], dtype=np.intp)
    return Coded(name, index, tuple(codes), None, variable.kind == "ordinal")


def _number_index(values: Floats, gone: Mask, declared: Floats) -> tuple[Index, list[float]]:
    """The category index of each value: 1 … k of the declared codes, then of others found, ascending."""
    small = _small_whole(values, gone, declared)
    if small is not None:
        low, shifted, span = small
        present = np.bincount(shifted, minlength=span + 1)[1:] > 0
        found = np.flatnonzero(present) + low
        extra = [float(v) for v in found if float(v) not in set(declared.tolist())]
        lookup = np.zeros(span + 1, dtype=np.intp)
        for i, code in enumerate([*declared.tolist(), *extra]):
            lookup[int(code) - low + 1] = i + 1
        return lookup[shifted], extra
    known = np.unique(values[~gone])
    extra = [float(v) for v in known if float(v) not in set(declared.tolist())]
    codes = np.array([*declared, *extra])
    if len(codes) == 0:
        return np.zeros(len(values), dtype=np.intp), extra
    order = np.argsort(codes, kind="stable")
    place = np.searchsorted(codes[order], np.where(gone, codes[order[0]], values))
    return np.where(gone, 0, order[np.minimum(place, len(codes) - 1)] + 1).astype(np.intp), extra


def _small_whole(values: Floats, gone: Mask, declared: Floats) -> tuple[int, Index, int] | None:
    """When all values are whole numbers of a small span: its least, the values shifted to 1 … span (0 gone)."""
    kept = np.where(gone, np.nan, values) if gone.any() else values
    with np.errstate(invalid="ignore"):
        bounds = [np.nanmin(kept), np.nanmax(kept)] if len(kept) and not gone.all() else []
    bounds.extend(declared.tolist())
    if not bounds:
        return None
    low, high = min(bounds), max(bounds)
    if (
        not (np.isfinite(low) and np.isfinite(high))
        or high - low > 4096
        or not all(float(d).is_integer() for d in declared)
    ):
        return None
    low = float(np.floor(low))
    shifted = np.where(gone, 0.0, values - low + 1)
    whole = shifted.astype(np.intp)
    if not np.array_equal(whole, shifted):
        return None
    return int(low), whole, int(high - low) + 1


def _both(a: Mask | None, b: Mask | None) -> Mask | None:
    if a is None or b is None:
        return a if b is None else b
    return a & b


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _texts(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Values as codes in text; an empty string as :data:`BLANK`, system-missing as ``"."``."""
    if values.dtype == object:
        return np.array([SYSTEM_MISSING if v is None else (v or BLANK) for v in values], dtype=object)
    distinct, place = np.unique(values, return_inverse=True)
    names = np.array([SYSTEM_MISSING if np.isnan(v) else code_text(float(v)) for v in distinct], dtype=object)
    return names[place] if len(names) else np.zeros(0, dtype=object)


def _equals(values: npt.NDArray[Any], code: str) -> Mask:
    if values.dtype == object:
        return np.array([v is not None and (v or BLANK) == code for v in values], dtype=bool)
    if not _is_number(code):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(values == float(code), dtype=bool)


def _absent(values: npt.NDArray[Any]) -> Mask:
    if values.dtype == object:
        return np.array([v is None for v in values], dtype=bool)
    return np.isnan(values)


def _range_mask(variable: Variable, values: npt.NDArray[Any]) -> Mask | None:
    span = variable.missing_range
    if span is None or values.dtype == object:
        return None
    low = -np.inf if span.low is None else span.low
    high = np.inf if span.high is None else span.high
    inside: Mask = (values >= low) & (values <= high)
    return inside


def _missing_mask(variable: Variable, values: npt.NDArray[Any]) -> Mask:
    """Who holds a user-missing code."""
    if values.dtype == object:
        return np.isin(_texts(values), list(variable.missing)) if variable.missing else np.zeros(len(values), bool)
    gone = np.zeros(len(values), dtype=bool)
    for code in variable.missing:
        if _is_number(code):
            gone |= values == float(code)
    in_range = _range_mask(variable, values)
    return gone if in_range is None else gone | in_range
