"""Arrow arrays to and from NumPy by their buffers.

``pyarrow.array``, ``to_numpy`` of chunked columns and ``pyarrow.parquet.read_table`` look for pandas and so import it,
which costs a run more than counting a small survey. What is here does without.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def read_parquet(path: Path, dictionaries: Sequence[str] = ()) -> pa.Table:
    """A Parquet file; the columns named in ``dictionaries`` stay as they are stored, each text once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # As bytes: Arrow takes no name as text that is not UTF-8.
    with pa.OSFile(os.fsencode(path), "rb") as source:
        return pq.ParquetFile(source, read_dictionary=list(dictionaries)).read()


def float_array(values: Floats) -> pa.Array:
    """A float64 array; NaN becomes null. The values are not copied where they are contiguous."""
    import pyarrow as pa

    values = np.ascontiguousarray(values, dtype=np.float64)
    bitmap, nulls = _bitmap(~np.isnan(values))
    return pa.Array.from_buffers(pa.float64(), len(values), [bitmap, pa.py_buffer(values)], nulls)


def int_array(values: Floats) -> pa.Array:
    """An int64 array of whole numbers; NaN becomes null."""
    import pyarrow as pa

    there = ~np.isnan(values)
    whole = np.where(there, values, 0.0).astype(np.int64)
    bitmap, nulls = _bitmap(there)
    return pa.Array.from_buffers(pa.int64(), len(whole), [bitmap, pa.py_buffer(whole)], nulls)


def bool_array(values: Mask) -> pa.Array:
    """A bool array without nulls."""
    import pyarrow as pa

    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, bits], 0)


def text_array(texts: Sequence[str | None]) -> pa.Array:
    """A string array; ``None`` becomes null."""
    import pyarrow as pa

    encoded = [b"" if text is None else text.encode() for text in texts]
    offsets = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int32, count=len(encoded) + 1)
    bitmap, nulls = _bitmap(np.fromiter((text is not None for text in texts), dtype=bool, count=len(encoded)))
    content = [bitmap, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), content, nulls)


def repeated_texts(texts: Sequence[str], place: npt.NDArray[np.int32]) -> pa.Array:
    """A string array of ``texts[p]`` for each ``p`` in ``place``."""
    import pyarrow as pa

    indices = pa.Array.from_buffers(pa.int32(), len(place), [None, pa.py_buffer(np.ascontiguousarray(place))], 0)
    return pa.DictionaryArray.from_arrays(indices, text_array(texts)).dictionary_decode()


def _bitmap(there: Mask) -> tuple[pa.Buffer | None, int]:
    """Arrow's bitmap of what is not null (none where nothing is), and the number of nulls."""
    import pyarrow as pa

    nulls = len(there) - int(np.count_nonzero(there))
    return (pa.py_buffer(np.packbits(there, bitorder="little")) if nulls else None), nulls


def chunks(column: Any) -> list[Any]:
    """The arrays of a column, chunked or not."""
    return list(column.chunks) if hasattr(column, "chunks") else [column]


def there(chunk: pa.Array) -> Mask | None:
    """Which values of an array are not null; ``None`` when all are."""
    if chunk.null_count == 0:
        return None
    bits = np.frombuffer(chunk.buffers()[0], dtype=np.uint8)
    found = np.unpackbits(bits, count=chunk.offset + len(chunk), bitorder="little")[chunk.offset :]
    return found.view(np.bool_)


NO_CODE = 255
"""The code of a coded column where there is no value."""


def is_number(column: Any) -> bool:
    """Whether a column holds float64 values, as they are or coded."""
    import pyarrow as pa

    return is_coded(column) or bool(pa.types.is_float64(column.type))


def is_coded(column: Any) -> bool:
    """Whether a column holds one byte per case, the place of its value in a list of 256 numbers that ascend.

    To Arrow it is ``dictionary<values=double, indices=uint8>``. The last place, :data:`NO_CODE`, stands for null.
    """
    import pyarrow as pa

    return bool(pa.types.is_dictionary(column.type) and pa.types.is_float64(column.type.value_type))


def code_list(bias: float) -> Floats:
    """The numbers that the codes of a file stand for, shape (256,): code − bias; NaN for no code."""
    numbers: Floats = np.arange(NO_CODE + 1, dtype=np.float64) - bias
    numbers[NO_CODE] = np.nan
    return numbers


def float_list(numbers: Floats) -> pa.Array:
    """A float64 array without nulls, NaN staying a number: the list of a coded column."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.float64(), len(numbers), [None, pa.py_buffer(numbers)], 0)


def coded_array(codes: pa.Buffer, count: int, bitmap: pa.Buffer | None, nulls: int, numbers: pa.Array) -> pa.Array:
    """One array of a coded column; nothing is copied. ``numbers``: the list, shape (256,)."""
    import pyarrow as pa

    indices = pa.Array.from_buffers(pa.uint8(), count, [bitmap, codes], nulls)
    return pa.DictionaryArray.from_arrays(indices, numbers, safe=False)


def codes(column: Any) -> tuple[npt.NDArray[np.uint8], Floats]:
    """The codes of a coded column as one array, and the list of its numbers; the number of no code is NaN."""
    found = chunks(column)
    if not found:
        return np.zeros(0, dtype=np.uint8), np.full(NO_CODE + 1, np.nan)
    return np.concatenate([_codes_of(chunk) for chunk in found]), _listed(found[0])


def _listed(chunk: pa.Array) -> Floats:
    return np.frombuffer(chunk.dictionary.buffers()[1], dtype=np.float64)


def _codes_of(chunk: pa.Array) -> npt.NDArray[np.uint8]:
    return np.frombuffer(chunk.indices.buffers()[1], dtype=np.uint8, count=len(chunk), offset=chunk.indices.offset)


def float_parts(column: Any) -> Iterator[tuple[Floats, Mask | None]]:
    """The values of each array of a column of numbers, and which are not null (``None``: all).

    Of a column that is not coded nothing is copied.
    """
    coded = is_coded(column)
    for chunk in chunks(column):
        if not len(chunk):
            continue
        if coded:
            yield _listed(chunk)[_codes_of(chunk)], there(chunk.indices)
        else:
            values = np.frombuffer(chunk.buffers()[1], dtype=np.float64)
            yield values[chunk.offset : chunk.offset + len(chunk)], there(chunk)


def float_values(column: Any) -> Floats:
    """A column of numbers as one array, NaN for null."""
    found = np.empty(len(column), dtype=np.float64)
    at = 0
    for values, valid in float_parts(column):
        part = found[at : at + len(values)]
        part[:] = values
        if valid is not None:
            part[~valid] = np.nan
        at += len(values)
    return found


def int_values(column: Any) -> npt.NDArray[Any]:
    """An int32 or int64 column without nulls as one array."""
    kind = {32: np.int32, 64: np.int64}[column.type.bit_width]
    parts = [
        np.frombuffer(chunk.buffers()[1], dtype=kind)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in chunks(column)
        if len(chunk)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


def coded_texts(column: Any) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """The different texts of a chunked string column as they first appear, and per row the place of its text.

    Places are 1 … k, and 0 for null.
    """
    coded = chunks(column.dictionary_encode())
    if not coded:
        return column.combine_chunks(), np.zeros(0, dtype=np.int32)
    parts = []
    for chunk in coded:
        indices = np.frombuffer(chunk.indices.buffers()[1], dtype=np.int32)
        place = indices[chunk.indices.offset : chunk.indices.offset + len(chunk)] + np.int32(1)
        valid = there(chunk.indices)
        parts.append(place if valid is None else np.where(valid, place, np.int32(0)))
    return coded[-1].dictionary, np.concatenate(parts)


def address(column: Any) -> tuple[tuple[int, ...], ...]:
    """Where a column lies in memory: the same for two columns only while both are alive and the same bytes."""
    return tuple(
        (chunk.offset, len(chunk), *(0 if b is None else b.address for b in chunk.buffers()))
        for chunk in chunks(column)
    )
