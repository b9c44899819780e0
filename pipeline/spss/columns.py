"""From cases to columns: Arrow arrays of numbers and of raw texts, in batches that fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.spss.ahead import ahead
from pipeline.spss.blocks import Block, CodedBlock, Elements, Words
from pipeline.spss.limits import Limits
from pipeline.spss.portable import Column
from pipeline.spss.raw import RawDictionary, RawVariable
from pipeline.spss.sav_data import cases
from pipeline.spss.text import CONTROL, Decoder, Sample

NUMBERS = "numbers.arrow"
TEXTS = "texts.arrow"
_BATCH_BYTES = 32 << 20
# Decoding and collecting run side by side from this file size on; below it a thread costs more than it gives.
_THREAD_FROM = 4 << 20


class NumberColumns:
    """Collects the numbers of blocks of cases and hands them on in batches.

    ``write`` receives one list of float64 arrays per batch, one array per numeric variable in file order,
    null for system-missing and for what is no finite number.
    """

    def __init__(self, raw: RawDictionary, write: Callable[[list[pa.Array]], None]) -> None:
        self.count = sum(not v.width for v in raw.variables)
        self.sysmis = raw.sysmis
        self.write = write
        self.capacity = max(64, _BATCH_BYTES // (8 * max(1, self.count)))
        if raw.cases is not None:
            self.capacity = min(self.capacity, max(1, raw.cases))
        self.batch = self._new()
        self.filled = 0

    def _new(self) -> NDArray[np.float64]:
        return np.empty((self.count, self.capacity))

    def add(self, block: Block | CodedBlock) -> None:
        """Take in whole cases."""
        if not self.count:
            return
        numbers = block.numbers()
        at, cases = 0, len(block)
        if not self.filled and 2 * cases >= self.capacity and numbers.flags.c_contiguous and numbers.dtype.isnative:
            self.write([self._numbers(column) for column in numbers])
            return
        while at < cases:
            count = min(cases - at, self.capacity - self.filled)
            self.batch[:, self.filled : self.filled + count] = numbers[:, at : at + count]
            self.filled += count
            at += count
            if self.filled == self.capacity:
                self.flush()
                self.batch = self._new()

    def flush(self) -> None:
        """Hand on what has been collected."""
        if self.filled:
            self.write([self._numbers(column[: self.filled]) for column in self.batch])
        self.filled = 0

    def _numbers(self, values: NDArray[np.float64]) -> pa.Array:
        valid = np.isfinite(values)
        valid &= values != self.sysmis
        return float_array(values, valid)


class TextColumns:
    """Keeps the raw texts of the string variables until the character set is decided."""

    def __init__(self, raw: RawDictionary) -> None:
        self.variables = [v for v in raw.variables if v.width]
        self.chunks: list[list[pa.Array]] = [[] for _ in self.variables]
        self.place = {element: i for i, element in enumerate(Elements.of(raw).strings.tolist())}

    def add(self, block: Block | CodedBlock) -> None:
        """Take in whole cases."""
        if not self.variables:
            return
        words = block.strings()
        for variable, chunks in zip(self.variables, self.chunks, strict=True):
            chunks.append(trimmed(self._content(words, variable)))

    def _content(self, words: Words, variable: RawVariable) -> NDArray[np.uint8]:
        """The bytes of a string variable: an array (cases, width)."""
        cells = words.view(np.uint8)
        parts = []
        for at, count in variable.pieces:
            start = self.place[at // 8] * 8 + at % 8
            parts.append(cells[:, start : start + count])
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def samples(self) -> Iterator[Sample]:
        """Each different text of each variable that is not plain ASCII."""
        for variable, chunks in zip(self.variables, self.chunks, strict=True):
            where = variable.name.decode("utf-8", "replace")
            seen: set[bytes] = set()
            for chunk in chunks:
                if not _ascii(chunk):
                    seen.update(text for text in chunk.to_pylist() if not text.isascii())
            for text in sorted(seen):
                yield Sample(text, variable.width, where)

    def write(self, folder: Path, decoder: Decoder) -> None:
        """Decode the texts and leave them in ``texts.arrow``."""
        if not self.variables:
            return
        fields = [(str(i), pa.string()) for i in range(len(self.variables))]
        columns = []
        for chunks in self.chunks:
            columns.append(pa.chunked_array([_decoded(chunk, decoder) for chunk in chunks], pa.string()))
            chunks.clear()
        table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        with pa.OSFile(str(folder / TEXTS), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)


def _ascii(chunk: pa.Array) -> bool:
    content = np.frombuffer(chunk.buffers()[2], dtype=np.uint8)
    return not len(content) or int(content.max()) < 128


def _decoded(chunk: pa.Array, decoder: Decoder) -> pa.Array:
    if _ascii(chunk) and not CONTROL.search(chunk.buffers()[2] or b""):
        return pa.Array.from_buffers(pa.string(), len(chunk), chunk.buffers())
    return pa.array([decoder.text(text) for text in chunk.to_pylist()], pa.string())


def write_cases(file: BinaryIO, raw: RawDictionary, size: int, limits: Limits, texts: TextColumns, folder: Path) -> int:
    """Read all cases of a system file: numbers to ``numbers.arrow``, texts to ``texts``. The number of cases."""
    rows = 0
    count = sum(not v.width for v in raw.variables)
    schema = pa.schema([(str(i), pa.float64()) for i in range(count)])
    with pa.OSFile(str(folder / NUMBERS), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        numbers = NumberColumns(
            raw, lambda arrays: writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
        )
        blocks = cases(file, raw, size, limits)
        for block in ahead(blocks) if size > _THREAD_FROM else blocks:
            rows += len(block)
            numbers.add(block)
            texts.add(block)
        numbers.flush()
    return rows


def write_portable(raw: RawDictionary, columns: list[Column], texts: TextColumns, folder: Path) -> None:
    """The columns of a portable file: numbers to ``numbers.arrow``, texts to ``texts``."""
    numeric = [c for v, c in zip(raw.variables, columns, strict=True) if not v.width]
    for chunks, column in zip(
        texts.chunks, [c for v, c in zip(raw.variables, columns, strict=True) if v.width], strict=True
    ):
        chunks.append(pa.array(column, pa.binary()))
    table = pa.Table.from_arrays(
        [pa.array(column, pa.float64()) for column in numeric], names=[str(i) for i in range(len(numeric))]
    )
    with pa.OSFile(str(folder / NUMBERS), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def float_array(values: NDArray[np.float64], valid: NDArray[np.bool_]) -> pa.Array:
    """A float64 Arrow array over the values, null where not valid; the values are not copied."""
    nulls = len(valid) - int(np.count_nonzero(valid))
    bitmap = pa.py_buffer(np.packbits(valid, bitorder="little")) if nulls else None
    return pa.Array.from_buffers(pa.float64(), len(values), [bitmap, pa.py_buffer(values)], nulls)


def trimmed(cells: NDArray[np.uint8]) -> pa.Array:
    """A binary Arrow array of fixed-width texts without the blanks and zero bytes at their ends."""
    rows, width = cells.shape
    kept = (cells != 0x20) & (cells != 0)
    lengths = np.where(kept.any(axis=1), width - kept[:, ::-1].argmax(axis=1), 0)
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    content = cells[np.arange(width) < lengths[:, np.newaxis]]
    return pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(content)])
