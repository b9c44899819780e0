"""From cases to columns: numbers as they are handed over, and texts, which wait for their character set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.spss.ahead import ahead
from pipeline.spss.blocks import Block, CodedBlock, Elements, Words
from pipeline.spss.channel import TEXTS, Files
from pipeline.spss.handover import Numbers
from pipeline.spss.limits import Limits
from pipeline.spss.portable import Column
from pipeline.spss.raw import RawDictionary, RawVariable
from pipeline.spss.sav_data import cases
from pipeline.spss.text import CONTROL, Decoder, Sample

# Decoding and collecting run side by side from this file size on; below it a thread costs more than it gives.
_THREAD_FROM = 4 << 20


def _joined(parts: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The segments of very long strings put together: arrays (cases, bytes of the segment).

    A character that does not fit into a segment begins the next, and NUL bytes fill the first up: they are no text.
    """
    whole = np.concatenate(parts, axis=1)
    ends = np.cumsum([part.shape[1] for part in parts[:-1]])
    filled = (whole[:, ends - 1] == 0) & (whole[:, np.minimum(ends, whole.shape[1] - 1)] != 0)
    for row in np.flatnonzero(filled.any(axis=1)).tolist():
        pieces = [part[row].tobytes() for part in parts]
        text = b"".join([*(piece.rstrip(b"\0") for piece in pieces[:-1]), pieces[-1]])
        whole[row] = np.frombuffer(text.ljust(whole.shape[1], b" "), dtype=np.uint8)
    return whole


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
        return parts[0] if len(parts) == 1 else _joined(parts)

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

    def write(self, files: Files, decoder: Decoder) -> None:
        """Decode the texts and leave them in ``texts.arrow``."""
        if not self.variables:
            return
        fields = [(str(i), pa.string()) for i in range(len(self.variables))]
        columns = []
        for chunks in self.chunks:
            columns.append(pa.chunked_array([_decoded(chunk, decoder) for chunk in chunks], pa.string()))
            chunks.clear()
        table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        with files.open(TEXTS, "wb") as sink, pa.ipc.new_file(pa.PythonFile(sink), table.schema) as writer:
            writer.write_table(table)


def _ascii(chunk: pa.Array) -> bool:
    content = np.frombuffer(chunk.buffers()[2], dtype=np.uint8)
    return not len(content) or int(content.max()) < 128


def _decoded(chunk: pa.Array, decoder: Decoder) -> pa.Array:
    if _ascii(chunk) and not CONTROL.search(chunk.buffers()[2] or b""):
        return pa.Array.from_buffers(pa.string(), len(chunk), chunk.buffers())
    return pa.array([decoder.text(text) for text in chunk.to_pylist()], pa.string())


def write_cases(file: BinaryIO, raw: RawDictionary, size: int, limits: Limits, texts: TextColumns, files: Files) -> int:
    """Read all cases of a system file: numbers to ``files``, texts to ``texts``. The number of cases."""
    rows = 0
    with Numbers(files, raw) as numbers:
        blocks = cases(file, raw, size, limits)
        for block in ahead(blocks) if size > _THREAD_FROM else blocks:
            rows += len(block)
            numbers.add(block)
            texts.add(block)
    return rows


def write_portable(raw: RawDictionary, columns: list[Column], texts: TextColumns, files: Files) -> None:
    """The columns of a portable file: numbers to ``files``, texts to ``texts``."""
    numeric, strings = (
        [c for v, c in zip(raw.variables, columns, strict=True) if bool(v.width) is string] for string in (False, True)
    )
    for chunks, column in zip(texts.chunks, strings, strict=True):
        chunks.append(pa.array(column, pa.binary()))
    with Numbers(files, raw) as numbers:
        numbers.add_columns([np.array(column, dtype=np.float64) for column in numeric])


def trimmed(cells: NDArray[np.uint8]) -> pa.Array:
    """A binary Arrow array of fixed-width texts without the blanks and zero bytes at their ends."""
    rows, width = cells.shape
    kept = (cells != 0x20) & (cells != 0)
    lengths = np.where(kept.any(axis=1), width - kept[:, ::-1].argmax(axis=1), 0)
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    content = cells[np.arange(width) < lengths[:, np.newaxis]]
    return pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(content)])
