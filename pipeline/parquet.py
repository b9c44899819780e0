"""Respondents' rows as a Parquet file, without folding what is folded already.

The bytecode of an SPSS file holds a small whole number as one byte. Parquet can hold it so, too: a short list of the
numbers and, per case, the place in it. No library writes such columns as they are: each unfolds them to eight bytes a
case and looks every number up again, which takes several times as long as reading the SPSS file. So the pages are
written here, in a small part of the format that every reader knows: optional columns, DOUBLE (plain numbers with their
bytes in eight streams, or places in a list) and UTF-8 texts, definition levels and places as one bit-packed run.

Format: Apache Parquet, "File Format", "Encodings" and ``parquet.thrift``; Apache Thrift, "Compact protocol".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from pipeline import arrow

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"
_ROWS = 1 << 20  # per row group
_TEXTS = 16 << 20  # bytes of texts per page
_DOUBLE, _BYTE_ARRAY = 5, 6
_PLAIN, _RLE, _PLACES, _STREAMS = 0, 3, 8, 9
_NONE, _LZ4 = 0, 7
_DATA_PAGE, _LIST_PAGE = 0, 2
_OPTIONAL, _UTF8 = 1, 0

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def write(path: Path, table: pa.Table) -> None:
    """Write a table whose columns are numbers (see :func:`pipeline.arrow.is_number`) and texts.

    All columns are float64 or string to whoever reads the file. ``TypeError`` for a column of another kind.
    """
    groups = []
    with path.open("wb") as file:
        file.write(_MAGIC)
        for start in range(0, table.num_rows, _ROWS):
            part = table.slice(start, _ROWS)
            at = file.tell()
            chunks = [_chunk(file, name, column) for name, column in zip(part.column_names, part.columns, strict=True)]
            groups.append(_struct({1: _list(chunks), 2: _i64(file.tell() - at), 3: _i64(part.num_rows)}))
        footer = _footer(table, groups)
        file.write(footer + len(footer).to_bytes(4, "little") + _MAGIC)


# ---------------------------------------------------------------- columns


@dataclass(frozen=True, slots=True)
class _Page:
    """A page before it is compressed: its kind, how its values are encoded, how many, and the bytes of all parts."""

    kind: int
    encoding: int
    values: int
    parts: Sequence[bytes | Bytes]

    def header(self, full: int, stored: int) -> bytes:
        """What stands before the page, given its bytes as they are and as they are stored."""
        about = {1: _i32(self.values), 2: _i32(self.encoding)}
        if self.kind == _LIST_PAGE:
            place = {7: _struct(about)}
        else:
            place = {5: _struct({**about, 3: _i32(_RLE), 4: _i32(_RLE)})}
        return _struct({1: _i32(self.kind), 2: _i32(full), 3: _i32(stored), **place})[1]


def _chunk(file: BinaryIO, name: str, column: Any) -> _Value:
    """Write the pages of a column of a row group; what the footer says of them."""
    start = file.tell()
    kind, codec, list_at, data_at, full = _DOUBLE, _LZ4, 0, 0, 0
    if arrow.is_coded(column):
        # places in a short list are a few bits already: to compress them takes longer than it saves
        pages, codec = _coded_pages(column), _NONE
    elif arrow.is_number(column):
        pages = iter([_number_page(column)])
    else:
        pages, kind = _text_pages(column), _BYTE_ARRAY
    encodings = {_RLE}
    for page in pages:
        if page.kind == _LIST_PAGE:
            list_at = file.tell()
        elif not data_at:
            data_at = file.tell()
        encodings.add(page.encoding)
        full += _put(file, page, codec)
    about = {
        1: _i32(kind),
        2: _list([_i32(encoding) for encoding in sorted(encodings)]),
        3: _list([_binary(name)]),
        4: _i32(codec),
        5: _i64(len(column)),
        6: _i64(full),
        7: _i64(file.tell() - start),
        9: _i64(data_at),
    }
    if list_at:
        about[11] = _i64(list_at)
    return _struct({2: _i64(0), 3: _struct(about)})


def _put(file: BinaryIO, page: _Page, codec: int) -> int:
    """Write a page; its size as it would be uncompressed."""
    body: Any = b"".join(part if isinstance(part, bytes) else part.tobytes() for part in page.parts)
    full = len(body)
    if codec == _LZ4:
        import pyarrow as pa

        body = pa.compress(body, codec="lz4_raw", asbytes=True)
    header = page.header(full, len(body))
    file.write(header)
    file.write(body)
    return full + len(header)


def _coded_pages(column: Any) -> Iterator[_Page]:
    """The list of the numbers between the least and the greatest, then the places in it."""
    codes, numbers = arrow.codes(column)
    valid = codes != arrow.NO_CODE
    levels = _levels(valid)
    codes = codes[valid] if column.null_count else codes
    least, most = (int(codes.min()), int(codes.max())) if len(codes) else (0, 0)
    listed = numbers[least : most + 1]
    yield _Page(_LIST_PAGE, _PLAIN, len(listed), [listed.astype("<f8").tobytes()])
    width = next(w for w in (1, 2, 4, 8) if most - least < 1 << w)
    places = codes - np.uint8(least)
    yield _Page(_DATA_PAGE, _PLACES, len(valid), [levels, bytes([width]), _run(len(places)), _packed(places, width)])


def _number_page(column: Any) -> _Page:
    values = arrow.float_values(column)
    valid = ~np.isnan(values)
    kept = values[valid].astype("<f8")
    streams = kept.view(np.uint8).reshape(len(kept), 8).T
    return _Page(_DATA_PAGE, _STREAMS, len(values), [_levels(valid), np.ascontiguousarray(streams)])


def _text_pages(column: Any) -> Iterator[_Page]:
    """Each text as its length and its bytes, in pages of bearable size."""
    import pyarrow as pa

    if not pa.types.is_string(column.type):
        raise TypeError(f"a column of {column.type} is neither numbers nor texts")
    pages = 0
    for chunk in arrow.chunks(column):
        offsets = np.frombuffer(chunk.buffers()[1], dtype=np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        content = np.frombuffer(chunk.buffers()[2] or b"", dtype=np.uint8)
        there = arrow.there(chunk)
        start = 0
        while start < len(chunk):
            stop = int(np.searchsorted(offsets, int(offsets[start]) + _TEXTS, side="right")) - 1
            stop = min(max(stop, start + 1), len(chunk))
            valid = np.ones(stop - start, dtype=bool) if there is None else there[start:stop]
            cells = _texts(offsets[start : stop + 1], content, valid)
            yield _Page(_DATA_PAGE, _PLAIN, stop - start, [_levels(valid), cells])
            start, pages = stop, pages + 1
    if not pages:
        yield _Page(_DATA_PAGE, _PLAIN, 0, [_levels(np.zeros(0, dtype=bool))])


def _texts(offsets: npt.NDArray[np.int32], content: Bytes, valid: Mask) -> Bytes:
    """The valid texts one after the other, four bytes of length before each."""
    lengths = np.diff(offsets)[valid].astype("<i4")
    ends = np.cumsum(lengths.astype(np.int64) + 4)
    is_text = np.ones(int(ends[-1]) if len(ends) else 0, dtype=bool)
    is_text[((ends - lengths - 4)[:, np.newaxis] + np.arange(4)).ravel()] = False
    cells = np.empty(len(is_text), dtype=np.uint8)
    cells[~is_text] = lengths.view(np.uint8)
    used = content[int(offsets[0]) : int(offsets[-1])]
    # what stands under a null is no text
    cells[is_text] = used if valid.all() else used[np.repeat(valid, np.diff(offsets))]
    return cells


def _levels(valid: Mask) -> bytes:
    """Which values are there, as definition levels with their size."""
    bits = np.packbits(valid, bitorder="little").tobytes()
    run = _run(len(valid)) + bits
    return len(run).to_bytes(4, "little") + run


def _run(count: int) -> bytes:
    """The head of a bit-packed run of so many values, filled up to groups of eight."""
    return _varint(-(-count // 8) << 1 | 1)


def _packed(places: Bytes, width: int) -> Bytes:
    """Numbers below 2^width in ``width`` bits each, the first in the lowest bits, filled up to groups of eight."""
    filled = np.zeros(-(-len(places) // 8) * 8, dtype=np.uint8)
    filled[: len(places)] = places
    packed = filled
    bits = width
    while bits < 8:
        packed = packed[0::2] | packed[1::2] << np.uint8(bits)
        bits *= 2
    return packed


# ---------------------------------------------------------------- Thrift's compact protocol

_Value = tuple[int, bytes]
"""A value as it is written, and the number of its type."""


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def _i32(number: int) -> _Value:
    return 5, _varint(number << 1)  # zigzag; none here is negative


def _i64(number: int) -> _Value:
    return 6, _varint(number << 1)


def _binary(text: str) -> _Value:
    data = text.encode()
    return 8, _varint(len(data)) + data


def _list(values: Sequence[_Value]) -> _Value:
    """A list of values of one type, of which there is at least one."""
    kind, count = values[0][0] if values else 12, len(values)
    head = bytes([count << 4 | kind]) if count < 15 else bytes([0xF0 | kind]) + _varint(count)
    return 9, head + b"".join(content for _, content in values)


def _struct(fields: Mapping[int, _Value]) -> _Value:
    """A record by the numbers of its fields, which follow one another by no more than fifteen."""
    found, before = bytearray(), 0
    for number, (kind, content) in fields.items():
        found.append(number - before << 4 | kind)
        found += content
        before = number
    return 12, bytes([*found, 0])


def _footer(table: pa.Table, groups: Sequence[_Value]) -> bytes:
    """The schema, and where the pages are."""
    columns = [
        _struct({1: _i32(_DOUBLE), 3: _i32(_OPTIONAL), 4: _binary(name)})
        if arrow.is_number(column)
        else _struct(
            {
                1: _i32(_BYTE_ARRAY), 3: _i32(_OPTIONAL), 4: _binary(name), 6: _i32(_UTF8),
                10: _struct({1: _struct({})}),
            }
        )
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]  # fmt: skip
    root = _struct({4: _binary("schema"), 5: _i32(len(columns))})
    return _struct({1: _i32(1), 2: _list([root, *columns]), 3: _i64(table.num_rows), 4: _list(groups)})[1]
