"""Respondents' rows as Parquet: PyArrow's reader finds every value of what was written, and the right types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import arrow, parquet

RNG = np.random.default_rng(11)


def coded(codes: npt.ArrayLike, bias: float = 100.0, cuts: tuple[int, ...] = ()) -> pa.ChunkedArray:
    """A coded column of these codes, in arrays that begin at the cuts."""
    listed = arrow.float_list(arrow.code_list(bias))
    chunks = []
    for part in np.split(np.array(codes, dtype=np.uint8), cuts):
        valid = part != arrow.NO_CODE
        nulls = int(np.count_nonzero(~valid))
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little")) if nulls else None
        chunks.append(arrow.coded_array(pa.py_buffer(part.tobytes()), len(part), bitmap, nulls, listed))
    return pa.chunked_array(chunks)


def read_back(path: Path, table: pa.Table) -> pa.Table:
    """The table as a reader of the file sees it, checked for being well formed."""
    parquet.write(path, table)
    found = pq.read_table(path)
    found.validate(full=True)
    assert found.column_names == table.column_names
    assert found.num_rows == table.num_rows
    return found


def same(table: pa.Table, found: pa.Table) -> None:
    for name in table.column_names:
        assert found[name].to_pylist() == table[name].to_pylist(), name
        assert found[name].type == (pa.float64() if arrow.is_number(table[name]) else pa.string())


@pytest.mark.parametrize("span", [1, 2, 3, 4, 5, 16, 17, 100, 252])
@pytest.mark.parametrize("missing", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 1000])
def test_codes_of_every_width(tmp_path: Path, span: int, missing: float, rows: int) -> None:
    codes = RNG.integers(252 - span, 252, size=rows)
    codes[RNG.random(rows) < missing] = arrow.NO_CODE
    table = pa.table({"x": coded(codes, cuts=(rows // 3, rows // 2)), "y": coded(codes, bias=99.5)})
    found = read_back(tmp_path / "x.parquet", table)
    same(table, found)
    expected = [None if c == arrow.NO_CODE else c - 100.0 for c in codes.tolist()]
    assert found["x"].to_pylist() == expected


numbers = st.one_of(st.none(), st.floats(allow_nan=False), st.sampled_from([0.0, -0.0, 1e308, 5e-324, 2.0**53 + 2]))
words = st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["", " ", "è" * 40, "\U0001f600", "a\0b"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, words, st.integers(0, 255).map(lambda c: c if c < 252 else 255)), max_size=40))
def test_any_numbers_and_texts(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, object, int]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "x.parquet"
    a, b, c = ([row[i] for row in rows] for i in range(3))
    table = pa.table({"è un numero": pa.array(a, pa.float64()), "testo": pa.array(b, pa.string()), "codici": coded(c)})
    found = read_back(path, table)
    same(table, found)
    signs = [np.signbit(v) for v in found["è un numero"].to_pylist() if v is not None]
    assert signs == [np.signbit(v) for v in a if v is not None]


def test_row_groups_pages_and_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of rows that cut arrays, and pages that cut texts, lose nothing."""
    monkeypatch.setattr(parquet, "_ROWS", 64)
    monkeypatch.setattr(parquet, "_TEXTS", 50)
    texts = [None if i % 7 == 0 else "x" * int(n) for i, n in enumerate(RNG.integers(0, 120, size=500))]
    values = np.where(RNG.random(500) < 0.1, np.nan, RNG.normal(size=500))
    table = pa.table(
        {
            "t": pa.chunked_array([texts[:100], texts[100:103], [], texts[103:]], pa.string()),
            "x": pa.chunked_array([arrow.float_array(values[:333]), arrow.float_array(values[333:])]),
            "c": coded(RNG.integers(98, 103, size=500), cuts=(10, 64, 130)),
        }
    )
    found = read_back(tmp_path / "x.parquet", table)
    same(table, found)
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups == 8
    part = table.slice(37, 301)
    same(part, read_back(tmp_path / "part.parquet", part))


def test_a_null_text_with_bytes_under_it(tmp_path: Path) -> None:
    """Arrow may keep bytes under a null; they are no text."""
    whole = pa.array(["ab", "cdef", "g"])
    bitmap = pa.py_buffer(np.packbits([True, False, True], bitorder="little"))
    hidden = pa.Array.from_buffers(pa.string(), 3, [bitmap, *whole.buffers()[1:]], 1)
    assert read_back(tmp_path / "x.parquet", pa.table({"t": hidden}))["t"].to_pylist() == ["ab", None, "g"]


@pytest.mark.parametrize("columns", [0, 1, 3, 14, 15, 16, 300])
def test_tables_without_rows_and_of_any_width(tmp_path: Path, columns: int) -> None:
    empty = pa.table({f"v{i}": pa.array([], pa.float64() if i % 2 else pa.string()) for i in range(columns)})
    assert read_back(tmp_path / "empty.parquet", empty).num_rows == 0
    table = pa.table({f"v{i}": pa.array([1.5, None, 3.0]) for i in range(columns)})
    if columns:
        same(table, read_back(tmp_path / "x.parquet", table))


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    table = pa.table({"t": ["a", None], "x": [1.5, 2.5], "c": coded([101, 255])})
    for name in ("one", "two"):
        parquet.write(tmp_path / name, table)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_another_kind_of_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="int64"):
        parquet.write(tmp_path / "x.parquet", pa.table({"n": pa.array([1, 2])}))


def test_a_page_is_not_much_larger_than_its_codes(tmp_path: Path) -> None:
    """Five codes take four bits a case and one bit says whether they are there."""
    parquet.write(tmp_path / "x.parquet", pa.table({"c": coded(RNG.integers(101, 106, size=80_000))}))
    assert (tmp_path / "x.parquet").stat().st_size < 80_000 * 5 / 8 + 1000
