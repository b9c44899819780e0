"""How the numbers of a file pass from the process that parses it to the one that asked.

``numbers.bin`` holds the columns batch by batch, ``numbers.index`` where each stands. Most numbers of a survey are
codes, and a compressed file holds a small whole number as one byte: a column of a batch without any other number
stays so, which is an eighth of the work of unfolding it and of everything done with it afterwards.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import arrow
from pipeline.spss.blocks import Block, CodedBlock, Elements
from pipeline.spss.channel import INDEX, NUMBERS, Files
from pipeline.spss.raw import RawDictionary

_BATCH_BYTES = 32 << 20
# What the index says of a column in a batch: whether it is coded, where its values and its bitmap stand, its nulls.
_CODED, _VALUES, _BITMAP, _NULLS = range(4)
_NOWHERE = -1


class Numbers:
    """Writes the numeric variables of blocks of cases, in file order. A context manager; done when it ends well."""

    def __init__(self, files: Files, raw: RawDictionary) -> None:
        elements = Elements.of(raw)
        self.files = files
        self.count = len(elements.numbers)
        self.sysmis = raw.sysmis
        self.listed = arrow.code_list(raw.bias)
        known = self.listed[: arrow.NO_CODE]
        # a bias of nobody's making may leave codes without a number of their own
        self.codes_tell = bool((known[1:] > known[:-1]).all() and np.isfinite(known).all() and raw.sysmis not in known)
        self.rows: list[int] = []
        self.index: list[NDArray[np.int64]] = []
        self.capacity = max(64, _BATCH_BYTES // (8 * max(1, self.count)))
        if raw.cases is not None:
            self.capacity = min(self.capacity, max(1, raw.cases))
        self.batch: NDArray[np.float64] | None = None
        self.filled = 0
        self.file: BinaryIO = files.open(NUMBERS, "wb")

    def __enter__(self) -> Numbers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self.file:
            if kind is not None:
                return
            self._flush()
        with self.files.open(INDEX, "wb") as file:
            np.save(file, np.array(self.rows, dtype=np.int64))
            np.save(file, np.array(self.index, dtype=np.int64).reshape(len(self.rows), self.count, 4))
            np.save(file, self.listed)

    def add(self, block: Block | CodedBlock) -> None:
        """Take in whole cases."""
        if not self.count:
            return
        if isinstance(block, CodedBlock) and self.codes_tell and not block.mostly_literals:
            self._flush()
            self._coded(block)
        else:
            self._collect(block.numbers())

    def add_columns(self, columns: Sequence[NDArray[np.float64]]) -> None:
        """Take in whole columns at once; NaN for system-missing."""
        if columns:
            self._batch(columns)

    def _collect(self, numbers: NDArray[np.float64]) -> None:
        """Gather cases to batches: numbers of shape (variables, cases)."""
        at, cases = 0, numbers.shape[1]
        while at < cases:
            if self.batch is None:
                self.batch = np.empty((self.count, self.capacity))
            count = min(cases - at, self.capacity - self.filled)
            self.batch[:, self.filled : self.filled + count] = numbers[:, at : at + count]
            self.filled += count
            at += count
            if self.filled == self.capacity:
                self._flush()

    def _flush(self) -> None:
        if self.batch is not None and self.filled:
            self._batch([column[: self.filled] for column in self.batch])
        self.filled = 0

    def _batch(self, columns: Sequence[NDArray[np.float64]]) -> None:
        self.index.append(np.array([self._floats(column) for column in columns], dtype=np.int64))
        self.rows.append(len(columns[0]))

    def _coded(self, block: CodedBlock) -> None:
        codes, others = block.columns()
        index = np.empty((self.count, 4), dtype=np.int64)
        place = np.arange(self.count)
        gone = codes == arrow.NO_CODE
        nulls = np.count_nonzero(gone, axis=1)
        index[:, _CODED] = 1
        index[:, _VALUES] = self._put(codes) + place * codes.shape[1]
        index[:, _BITMAP] = _NOWHERE
        index[:, _NULLS] = nulls
        if nulls.any():
            bits = np.packbits(~gone, axis=1, bitorder="little")
            index[:, _BITMAP] = np.where(nulls, self._put(bits) + place * bits.shape[1], _NOWHERE)
        for j, values in others.items():
            index[j] = self._floats(values)
        self.index.append(index)
        self.rows.append(len(block))

    def _floats(self, values: NDArray[np.float64]) -> tuple[int, int, int, int]:
        """Null is system-missing and what is no finite number."""
        valid = np.isfinite(values)
        valid &= values != self.sysmis
        nulls = len(valid) - int(np.count_nonzero(valid))
        at = self._put(values)
        return 0, at, self._put(np.packbits(valid, bitorder="little")) if nulls else _NOWHERE, nulls

    def _put(self, values: NDArray[Any]) -> int:
        """Write an array; where it begins."""
        at = self.file.tell()
        aligned = -(-at // 64) * 64
        self.file.write(b"\0" * (aligned - at))
        self.file.write(np.ascontiguousarray(values).data)
        return aligned


def numbers(files: Files) -> list[pa.ChunkedArray]:
    """The numeric variables in file order, mapped from the files, which may be gone afterwards.

    A variable that is coded in every batch stays so (see :func:`pipeline.arrow.is_coded`); every other is float64.
    """
    with files.open(INDEX, "rb") as file:
        rows, index, listed = (np.load(file, allow_pickle=False) for _ in range(3))
    if not len(rows):
        return [pa.chunked_array([], pa.float64()) for _ in range(index.shape[1])]
    with files.open(NUMBERS, "rb") as file:
        content = pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    list_array = arrow.float_list(listed)
    counts = rows.tolist()
    found = []
    for column in range(index.shape[1]):
        coded = bool(index[:, column, _CODED].all())
        chunks = []
        for count, (is_coded, at, bitmap_at, nulls) in zip(counts, index[:, column].tolist(), strict=True):
            bitmap = None if bitmap_at == _NOWHERE else content.slice(bitmap_at, -(-count // 8))
            values = content.slice(at, count if is_coded else 8 * count)
            if coded:
                chunks.append(arrow.coded_array(values, count, bitmap, nulls, list_array))
                continue
            if is_coded:
                values = pa.py_buffer(listed[np.frombuffer(values, dtype=np.uint8)])
            chunks.append(pa.Array.from_buffers(pa.float64(), count, [bitmap, values], nulls))
        found.append(pa.chunked_array(chunks))
    return found
