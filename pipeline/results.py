"""The schema of results: one row per number, and the only door between counting and reporting.

Columns (fixed): ``wave``, ``table_id``; ``statistic``; ``row_var``, ``row_code``, ``col_var``, ``col_code``,
``layer_var``, ``layer_code`` (codes as text; an empty code is the total over that variable); ``value`` (null when it
could not be computed); ``n``, ``base`` (unweighted and weighted cases in the denominator); ``method``, ``warning``,
``error``, ``suppressed``; ``letters``, of a column that is compared with others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline import arrow
from pipeline.codes import is_numeral
from pipeline.statistics.core import Cells, Floats, Number, Result

if TYPE_CHECKING:
    import pyarrow as pa

_BY_CELL = ("row_code", "col_code", "error", "letters")  # a chunk has one text for all its cells, or one for each

KEYS = (
    "wave", "table_id", "statistic", "row_var", "row_code", "col_var", "col_code", "layer_var", "layer_code",
)  # fmt: skip
NUMBERS = ("value", "n", "base")
REMARKS = ("method", "warning", "error")
LETTERS = "letters"
"""The columns that a cell is significantly larger than, by their letters."""
COLUMNS = (*KEYS, *NUMBERS, *REMARKS, "suppressed", LETTERS)

CODEBOOK_TABLE = "codebook"
"""The table that holds every variable once, for the codebook and the page on data quality."""


def schema() -> pa.Schema:
    """The Arrow schema of ``results.parquet``."""
    import pyarrow as pa

    return pa.schema(
        [(name, pa.string()) for name in KEYS]
        + [("value", pa.float64()), ("n", pa.int64()), ("base", pa.float64())]
        + [(name, pa.string()) for name in REMARKS]
        + [("suppressed", pa.bool_()), (LETTERS, pa.string())]
    )


@dataclass(frozen=True, slots=True)
class About:
    """What numbers are about: variables of row, column and layer, and the layer's code."""

    table_id: str
    row_var: str = ""
    col_var: str = ""
    layer_var: str = ""
    layer_code: str = ""


class ResultsWriter:
    """Collects result rows, single or as whole grids, and writes them."""

    def __init__(self, wave: str) -> None:
        self.wave = wave
        self._chunks: list[dict[str, Any]] = []
        self._lengths: list[int] = []
        self._cells: dict[tuple[Any, ...], tuple[Any, Any]] = {}  # the statistics of a table have the same cells

    def add(
        self,
        about: About,
        statistic: str,
        value: float | Number | None,
        row_code: str = "",
        col_code: str = "",
        n: float | None = None,
        base: float | None = None,
        method: str = "",
    ) -> None:
        """Add one number."""
        one = value if isinstance(value, Number) else Number(value, method)
        self._append(
            1,
            about,
            statistic,
            row_code=row_code,
            col_code=col_code,
            value=np.nan if one.value is None else one.value,
            n=np.nan if (n if one.n is None else one.n) is None else (n if one.n is None else one.n),
            base=np.nan
            if (base if one.base is None else one.base) is None
            else (base if one.base is None else one.base),
            method=one.method,
            warning=one.warning,
            error=one.error,
            letters="",
        )

    def add_grid(
        self,
        about: About,
        statistic: str,
        values: npt.NDArray[Any],
        row_codes: Sequence[str],
        col_codes: Sequence[str],
        n: npt.ArrayLike = np.nan,
        base: npt.ArrayLike = np.nan,
        method: str = "",
        warning: str = "",
        error: str = "undefined",
        letters: npt.NDArray[np.object_] | None = None,
    ) -> None:
        """Add one number per cell: ``values`` of shape (rows, columns); NaN means not computable, for ``error``."""
        values = np.asarray(values, dtype=np.float64)
        r, c = len(row_codes), len(col_codes)
        values = values.reshape(r, c)
        finite = np.isfinite(values)
        errors: Any = ""
        if not finite.all():
            errors = np.where(finite, "", error).ravel()
            values = np.where(finite, values, np.nan)
        key = (*row_codes, None, *col_codes)
        codes = self._cells.get(key)
        if codes is None:
            codes = self._cells[key] = (
                row_codes[0] if r == 1 else np.array([code for code in row_codes for _ in col_codes], dtype=object),
                col_codes[0] if c == 1 else np.array([*col_codes] * r, dtype=object),
            )
        self._append(
            r * c,
            about,
            statistic,
            row_code=codes[0],
            col_code=codes[1],
            value=values.ravel(),
            n=_each(n, r, c),
            base=_each(base, r, c),
            method=method,
            warning=warning,
            error=errors,
            letters="" if letters is None else np.asarray(letters, dtype=object).ravel(),
        )

    def add_result(
        self,
        about: About,
        statistic: str,
        result: Result,
        row_codes: Sequence[str],
        col_codes: Sequence[str],
        n: npt.ArrayLike,
        base: npt.ArrayLike,
    ) -> None:
        """Add what a statistic gave: a number about the whole table, or one per cell.

        ``n`` and ``base`` are those of the whole table, or one per group, which a number about all groups adds up.
        """
        if isinstance(result, Cells):
            self.add_grid(
                about, statistic, result.values, row_codes, col_codes, n, base,
                result.method, result.warning, result.error or "undefined", result.letters,
            )  # fmt: skip
        else:
            self.add(about, statistic, result, n=float(np.sum(n)), base=float(np.sum(base)))

    def add_items(
        self, about: About, statistic: str, result: Result, items: Sequence[str], n: float, base: float
    ) -> None:
        """Add what a statistic gave about each of several items (shape (1, items)), an item per row; or one number."""
        if isinstance(result, Cells):
            flipped = Cells(result.values.reshape(-1, 1), result.method, result.warning, result.error)
            self.add_result(about, statistic, flipped, items, [""], n, base)
        else:
            self.add_result(about, statistic, result, items, [""], n, base)

    def statistics_since(self, start: int) -> set[str]:
        """The ids of all statistics added since there were ``start`` rows."""
        at, found = 0, set()
        for chunk, length in zip(self._chunks, self._lengths, strict=True):
            if at >= start:
                found.add(chunk["statistic"])
            at += length
        return found

    def put_layer(self, start: int, layer_var: str, layer_code: str) -> None:
        """Name the layer of all rows added since there were ``start`` of them."""
        at = 0
        for chunk, length in zip(self._chunks, self._lengths, strict=True):
            if at >= start:
                chunk["layer_var"], chunk["layer_code"] = layer_var, layer_code
            at += length

    def remark(self, start: int, variables: Container[str], warning: str) -> None:
        """Warn of all rows about some variables, added since there were ``start`` of them, that have no warning yet."""
        at = 0
        for chunk, length in zip(self._chunks, self._lengths, strict=True):
            if at >= start and (chunk["row_var"] in variables or chunk["col_var"] in variables):
                chunk["warning"] = chunk["warning"] or warning
            at += length

    def extend(self, other: ResultsWriter) -> None:
        """Take over the rows of another writer."""
        self._chunks += other._chunks
        self._lengths += other._lengths

    def rename(self, names: Mapping[str, str]) -> None:
        """Give statistics another id; those whose new id is empty are left out."""
        kept = [(c, n) for c, n in zip(self._chunks, self._lengths, strict=True) if names.get(c["statistic"], "x")]
        self._chunks, self._lengths = [c for c, _ in kept], [n for _, n in kept]
        for chunk in self._chunks:
            chunk["statistic"] = names.get(chunk["statistic"], chunk["statistic"])

    def _append(self, length: int, about: About, statistic: str, **columns: Any) -> None:
        if length == 0:
            return
        self._lengths.append(length)
        self._chunks.append(
            {
                "table_id": about.table_id,
                "statistic": statistic,
                "row_var": about.row_var,
                "col_var": about.col_var,
                "layer_var": about.layer_var,
                "layer_code": about.layer_code,
                **columns,
            }
        )

    def __len__(self) -> int:
        return sum(self._lengths)

    @classmethod
    def joined(cls, wave: str, writers: Sequence[ResultsWriter]) -> pa.Table:
        """The rows of several writers, one after the other."""
        together = cls(wave)
        for one in writers:
            together._chunks += one._chunks
            together._lengths += one._lengths
        return together.table()

    def table(self) -> pa.Table:
        """All rows in the order they were added."""
        import pyarrow as pa

        total = len(self)
        arrays: list[Any] = []
        for field in schema():
            if field.name == "wave":
                arrays.append(arrow.repeated_texts([self.wave], np.zeros(total, dtype=np.int32)))
            elif field.name == "suppressed":
                arrays.append(arrow.bool_array(np.zeros(total, dtype=bool)))
            elif field.name in NUMBERS:
                column = self._numbers(field.name)
                arrays.append(arrow.int_array(column) if field.name == "n" else arrow.float_array(column))
            else:
                arrays.append(arrow.repeated_texts(*self._texts(field.name)))
        return pa.Table.from_arrays(arrays, schema=schema())

    def _numbers(self, name: str) -> Floats:
        """A column of numbers, NaN where there is none."""
        chunks = [chunk[name] for chunk in self._chunks]
        whole = [isinstance(found, np.ndarray) for found in chunks]
        singles = [0.0 if several else found for found, several in zip(chunks, whole, strict=True)]
        column = np.repeat(np.array(singles, dtype=np.float64), self._lengths)
        for at, found in self._parts(chunks, whole):
            column[at : at + len(found)] = found
        return column

    def _texts(self, name: str) -> tuple[list[str], npt.NDArray[np.int32]]:
        """The different texts of a column, and the place of each row's text among them."""
        distinct: dict[str, int] = {}
        chunks = [chunk[name] for chunk in self._chunks]
        if name not in _BY_CELL:
            distinct = {text: at for at, text in enumerate(dict.fromkeys(chunks))}
            one_each = np.fromiter(map(distinct.__getitem__, chunks), dtype=np.int32, count=len(chunks))
            return list(distinct), np.repeat(one_each, self._lengths)
        whole = [isinstance(found, np.ndarray) for found in chunks]
        singles = [
            0 if several else distinct.setdefault(found, len(distinct))
            for found, several in zip(chunks, whole, strict=True)
        ]
        place = np.repeat(np.array(singles, dtype=np.int32), self._lengths)
        places: dict[int, list[int]] = {}  # by the array: many chunks share one
        for at, found in self._parts(chunks, whole):
            there = places.get(id(found))
            if there is None:
                there = places[id(found)] = [distinct.setdefault(text, len(distinct)) for text in found.tolist()]
            place[at : at + len(found)] = there
        return list(distinct), place

    def _parts(self, chunks: Sequence[Any], whole: Sequence[bool]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """The chunks that bring a value for each of their rows, and where their rows begin."""
        for at, found, several in zip(accumulate(self._lengths, initial=0), chunks, whole, strict=False):
            if several:
                yield at, found


def _each(value: npt.ArrayLike, r: int, c: int) -> float | Floats:
    """One number for all cells of a grid as it is, else one for each cell."""
    if isinstance(value, float | int):
        return float(value)
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (r, c)).ravel()


_RISKY = ("=", "+", "-", "@", "\t", "\r")


def csv_text(table: pa.Table) -> str:
    """The rows as CSV: full precision, empty for null.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay as they are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(_cells(column) for column in table.columns), strict=True))
    return out.getvalue()


def _cells(column: pa.ChunkedArray) -> list[str]:
    """The cells of a column as text."""
    kind = str(column.type)
    if kind == "string":
        texts, place = _dictionary(column)
        shown = [f"'{text}" if text.startswith(_RISKY) and not is_numeral(text) else text for text in texts]
        return [shown[p] for p in place.tolist()]
    if kind == "double":
        return ["" if value != value else repr(value) for value in arrow.float_values(column).tolist()]
    written = {None: "", True: "true", False: "false"} if kind == "bool" else {None: ""}
    return [written[value] if value in written else str(value) for value in column.to_pylist()]


def _dictionary(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[Any]]:
    """The different texts of a column in the order in which they first appear (null as none), and each row's place."""
    texts, place = arrow.coded_texts(column)
    return ["", *texts.to_pylist()], place


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row, as the reporting side reads it."""

    table_id: str
    statistic: str
    row_var: str
    row_code: str
    col_var: str
    col_code: str
    layer_var: str
    layer_code: str
    value: float | None
    n: int | None
    base: float | None
    method: str
    warning: str
    error: str
    suppressed: bool
    letters: str = ""


class Results:
    """All results of a wave, found by table, statistic and cell."""

    def __init__(self, table: pa.Table) -> None:
        missing = [name for name in COLUMNS if name not in table.column_names]
        if missing:
            raise ValueError(f"results lack the columns {missing}")
        self._by_table: dict[str, dict[tuple[str, ...], ResultRow]] = {}
        self._made: dict[str, list[ResultRow]] = {}
        self._texts = {name: _dictionary(table.column(name)) for name in (*KEYS[1:], *REMARKS, LETTERS)}
        self._numbers = {name: arrow.float_values(table.column(name)) for name in ("value", "base")}
        self._n = table.column("n").to_pylist()
        self._suppressed = table.column("suppressed").to_pylist()
        ids, place = self._texts["table_id"]
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place, minlength=len(ids)))
        self._rows_of = {ids[i]: order[ends[i - 1] : ends[i]] for i in range(1, len(ids))}

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read ``results.parquet``."""
        return cls(arrow.read_parquet(path))

    def tables(self) -> list[str]:
        """The ids of all tables."""
        return list(self._rows_of)

    def rows(self, table_id: str) -> list[ResultRow]:
        """All rows of a table, in order; they are made when the table is first asked for."""
        found = self._made.get(table_id)
        if found is None:
            found = self._made[table_id] = self._make(self._rows_of.get(table_id, np.zeros(0, dtype=np.intp)))
        return found

    def _make(self, rows: npt.NDArray[np.intp]) -> list[ResultRow]:
        """The rows of those numbers."""
        columns: list[list[Any]] = []
        for name in ResultRow.__dataclass_fields__:
            if name in self._texts:
                texts, place = self._texts[name]
                columns.append([texts[p] for p in place[rows].tolist()])
            elif name in self._numbers:
                columns.append([None if value != value else value for value in self._numbers[name][rows].tolist()])
            else:
                source: list[Any] = self._n if name == "n" else self._suppressed
                columns.append([source[row] for row in rows.tolist()])
        return [ResultRow(*values) for values in zip(*columns, strict=True)]

    def __iter__(self) -> Iterator[ResultRow]:
        for table_id in self._rows_of:
            yield from self.rows(table_id)

    def _index(self, table_id: str) -> dict[tuple[str, ...], ResultRow]:
        index = self._by_table.get(table_id)
        if index is None:
            index = {
                (r.statistic, r.row_var, r.row_code, r.col_var, r.col_code, r.layer_code): r
                for r in self.rows(table_id)
            }
            self._by_table[table_id] = index
        return index

    def get(
        self,
        table_id: str,
        statistic: str,
        row_var: str = "",
        row_code: str = "",
        col_var: str = "",
        col_code: str = "",
        layer_code: str = "",
    ) -> ResultRow | None:
        """The row of one number, or ``None`` when it was not asked for."""
        return self._index(table_id).get((statistic, row_var, row_code, col_var, col_code, layer_code))
