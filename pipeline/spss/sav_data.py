"""The cases of a system file (.sav, .zsav): uncompressed, bytecode-compressed, or that in zlib blocks.

A case is a row of eight-byte elements: a number is one, a string as many as it fills. Decoding works on whole
slabs of the file with NumPy and never value by value. The layout is that of the PSPP developers' guide,
"System File Format", sections "Data Record" and "ZLIB".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataRejected
from pipeline.spss.blocks import BLANK, END, LITERAL, PADDING, Block, CodedBlock, Elements, Words
from pipeline.spss.limits import Limits
from pipeline.spss.model import Notice
from pipeline.spss.raw import RawDictionary

SLAB = 4 << 20
# Below this many words a plain walk is faster than walking many segments at once.
_WALK = 2048
_SEGMENT = 256
_WARM_UP = 32
_FILLER = b"\0 \r\n\x1a"


def cases(file: BinaryIO, raw: RawDictionary, size: int, limits: Limits) -> Iterator[Block | CodedBlock]:
    """Blocks of whole cases in file order.

    Raises ``DataRejected`` where the data end too early, go on too long, cannot be what the dictionary says,
    or exceed a limit. With a declared number of cases exactly that many come.
    """
    width = raw.case_elements
    if raw.cases is not None and raw.cases * width * 8 > limits.decoded:
        raise DataRejected("spss.too_large", limit=limits.decoded >> 20)
    done = 0
    for block in _bytecode(file, raw, size, limits) if raw.compression != "none" else _plain(file, raw, size):
        done += len(block)
        if done * width * 8 > limits.decoded:
            raise DataRejected("spss.too_large", limit=limits.decoded >> 20)
        yield block
    if raw.cases is not None and done != raw.cases:
        raise DataRejected("spss.cut_in_data", rows=done, cases=raw.cases)


def _plain(file: BinaryIO, raw: RawDictionary, size: int) -> Iterator[Block]:
    width = raw.case_elements * 8
    elements = Elements.of(raw)
    file.seek(raw.data_at)
    available = size - raw.data_at
    rows = available // width
    if raw.cases is not None:
        if rows < raw.cases:
            raise DataRejected("spss.cut_in_data", rows=rows, cases=raw.cases)
        rows = raw.cases
    at_once = max(1, SLAB // width)
    for start in range(0, rows, at_once):
        count = min(at_once, rows - start)
        data = _exactly(file, count * width)
        yield Block(np.frombuffer(data, dtype=np.uint64).reshape(count, -1), elements)
    rest = available - rows * width
    _no_more(file.read(min(rest, SLAB)), rows, raw)


def _no_more(rest: bytes, rows: int, raw: RawDictionary) -> None:
    """Refuse a file that goes on after its last case; blanks, zeros and line ends appended to it are noted."""
    if not rest.strip(_FILLER):
        if rest:
            raw.notices.append(Notice("spss.notice_trailing", {"n": len(rest)}))
        return
    if raw.cases is None:
        raise DataRejected("spss.cut_in_case", case=rows + 1)
    raise DataRejected("spss.more_data", cases=raw.cases)


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise DataRejected("spss.changing")
    return data


def _bytecode(file: BinaryIO, raw: RawDictionary, size: int, limits: Limits) -> Iterator[CodedBlock]:
    width = raw.case_elements
    elements = Elements.of(raw)
    table = elements.table()
    allowed = _allowed_in_strings(table)
    codes_left: NDArray[np.uint8] = np.empty(0, np.uint8)
    literals_left: Words = np.empty(0, np.uint64)
    done = 0
    packed = raw.compression == "zlib"
    stream = _Stream(_gathered(_zlib(file, raw, size, limits)) if packed else _slabs(file, raw, size))
    for codes, literals in stream.slabs():
        if len(codes_left):
            codes, literals = np.concatenate((codes_left, codes)), np.concatenate((literals_left, literals))
        rows = len(codes) // width
        if raw.cases is not None and done + rows > raw.cases:
            raise DataRejected("spss.more_data", cases=raw.cases)
        whole = rows * width
        codes, codes_left = codes[:whole], codes[whole:]
        used = len(literals) - int(np.count_nonzero(codes_left == LITERAL))
        literals, literals_left = literals[:used], literals[used:]
        if rows:
            block = CodedBlock(codes.reshape(rows, width), literals, elements, table)
            _check(block, allowed, done)
            yield block
        done += rows
    if raw.cases is not None and done != raw.cases:
        raise DataRejected("spss.cut_in_data", rows=done, cases=raw.cases)
    if len(codes_left) or stream.cut:
        _no_more(b"?", done, raw)
    _no_more(stream.rest, done, raw)


def _allowed_in_strings(table: Words) -> NDArray[np.bool_]:
    """Which codes can stand in a string.

    Zero as a compressed number has been seen in strings, where its zero bytes end the text.
    """
    allowed: NDArray[np.bool_] = table == 0
    allowed[[LITERAL, BLANK]] = True
    return allowed


def _check(block: CodedBlock, allowed: NDArray[np.bool_], done: int) -> None:
    """Refuse blanks where a number stands and small numbers where a text stands: such data are out of step."""
    bad = np.zeros(0, dtype=np.intp)
    blank = block.codes == BLANK
    strings = block.elements.strings
    if blank.any():
        bad = np.flatnonzero(blank[:, block.elements.numbers].any(axis=1))
    if not len(bad) and len(strings):
        bad = np.flatnonzero(~allowed[block.codes[:, strings]].all(axis=1))
    if len(bad):
        raise DataRejected("spss.damaged_data", case=done + int(bad[0]) + 1)


def _slabs(file: BinaryIO, raw: RawDictionary, size: int) -> Iterator[bytes]:
    file.seek(raw.data_at)
    left = size - raw.data_at
    while left:
        data = _exactly(file, min(SLAB, left))
        left -= len(data)
        yield data


class _Stream:
    """Splits a bytecode stream into its codes and its literal elements, slab by slab.

    The stream is eight-byte words: a word of eight codes, then one word for each code 253 among them.
    """

    def __init__(self, source: Iterator[bytes]) -> None:
        self.source = source
        self.rest = b""  # what follows the end-of-data code, or an incomplete last word
        self.cut = False  # whether the last word of codes lacks literals

    def slabs(self) -> Iterator[tuple[NDArray[np.uint8], Words]]:
        carry = b""
        for data in self.source:
            data = carry + data if carry else data
            count = len(data) // 8
            words: Words = np.frombuffer(data, dtype=np.uint64, count=count)
            steps = _literals(words) + np.uint8(1)
            control = control_words(steps)
            last = count
            if count:
                final = count - 1 - int(control[::-1].argmax())
                if final + int(steps[final]) > count:
                    last = final
            carry = data[last * 8 :]
            words, control = words[:last], control[:last]
            codes = words[control].view(np.uint8)
            literals = words[~control]
            end = int(np.argmax(codes == END)) if len(codes) else 0
            if len(codes) and codes[end] == END:
                used = int(np.count_nonzero(codes[:end] == LITERAL))
                unread = literals[used:].tobytes() + codes[end + 1 :].tobytes().strip(b"\0")
                self.rest = unread + carry + next(self.source, b"")
                codes, literals, carry = codes[:end], literals[:used], b""
                yield codes[codes != PADDING], literals
                return
            if len(codes) and not codes.all():
                codes = codes[codes != PADDING]
            yield codes, literals
        if len(carry) >= 8:
            yield from self._last(carry)
        else:
            self.rest = carry

    def _last(self, carry: bytes) -> Iterator[tuple[NDArray[np.uint8], Words]]:
        """A last word of codes without all its literals: what it has still counts for how far the data go."""
        count = len(carry) // 8
        words: Words = np.frombuffer(carry, dtype=np.uint64, count=count)
        codes = words[:1].view(np.uint8)
        end = np.flatnonzero(codes == END)
        if len(end):
            codes = codes[: end[0]]
        places = np.flatnonzero(codes == LITERAL)
        if len(places) > count - 1:
            self.cut = True
            codes = codes[: places[count - 1]]
        else:
            self.rest = carry[(1 + len(places)) * 8 :]
        codes = codes[codes != PADDING]
        yield codes, words[1 : 1 + int(np.count_nonzero(codes == LITERAL))]


def _literals(words: Words) -> NDArray[np.uint8]:
    """How many of the eight bytes of each word are 253 (counted as zero bytes after an exclusive or)."""
    low = np.uint64(0x7F7F7F7F7F7F7F7F)
    bits = words ^ np.uint64(0xFDFDFDFDFDFDFDFD)
    bits = ((bits & low) + low) | bits | low
    counts: NDArray[np.uint8] = np.bitwise_count(~bits)
    return counts


def control_words(steps: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which words hold codes, when the first does and each leads ``steps`` words on.

    The chain is followed in many segments at once. Where a segment is entered is guessed by starting a little
    before it: paths soon meet. Every guess is checked against where the segment before really ends.
    """
    count = len(steps)
    control = np.zeros(count, dtype=bool)
    if count < _WALK:
        _walk(steps.tobytes(), 0, count, control)
        return control
    if not (steps != 1).any():
        control[:] = True
        return control
    starts = np.arange(0, count, _SEGMENT)
    ends = np.append(starts[1:], count)
    entries = np.maximum(starts - _WARM_UP, 0)
    entries[0] = 0
    for behind in _behind(entries, starts):
        entries[behind] += steps[entries[behind]]
    at = entries.copy()
    for behind in _behind(at, ends):
        here = at[behind]
        control[here] = True
        at[behind] = here + steps[here]
    if not np.array_equal(at[:-1], entries[1:]):
        _mend(steps, control, starts, ends, entries, at)
    return control


def _behind(at: NDArray[np.intp], goals: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """The places in ``at`` that have not reached their goal, again and again until there are none."""
    while True:
        behind = np.flatnonzero(at < goals)
        if not len(behind):
            return
        yield behind


def _mend(
    steps: NDArray[np.uint8],
    control: NDArray[np.bool_],
    starts: NDArray[np.intp],
    ends: NDArray[np.intp],
    entries: NDArray[np.intp],
    exits: NDArray[np.intp],
) -> None:
    """Walk again, in order, each segment that was entered at a wrong place."""
    plain = steps.tobytes()
    leaves = 0
    for start, end, entry, leave in zip(starts.tolist(), ends.tolist(), entries.tolist(), exits.tolist(), strict=True):
        if entry == leaves:
            leaves = leave
        else:
            control[start:end] = False
            leaves = _walk(plain, leaves, end, control)


def _walk(steps: bytes, at: int, end: int, control: NDArray[np.bool_]) -> int:
    found = []
    while at < end:
        found.append(at)
        at += steps[at]
    control[found] = True
    return at


def _zlib(file: BinaryIO, raw: RawDictionary, size: int, limits: Limits) -> Iterator[bytes]:
    """The bytecode stream of a .zsav, block by block; each block must unfold to exactly its stated size."""
    blocks = _zlib_blocks(file, raw, size)
    unfolded = sum(block[2] for block in blocks)
    packed = sum(block[3] for block in blocks)
    if unfolded > limits.expansion_from and unfolded > limits.expansion * packed:
        raise DataRejected("spss.bomb", times=unfolded // max(1, packed))
    if unfolded > limits.decoded:
        raise DataRejected("spss.too_large", limit=limits.decoded >> 20)
    for number, (_, at, full, stored) in enumerate(blocks, start=1):
        file.seek(at)
        data = _exactly(file, stored)
        unpacker = zlib.decompressobj()
        try:
            block = unpacker.decompress(data, full + 1)
            if len(block) == full and not unpacker.eof:
                block += unpacker.decompress(unpacker.unconsumed_tail, 1)
        except zlib.error:
            raise DataRejected("spss.damaged_block", block=number, blocks=len(blocks)) from None
        if len(block) != full or not unpacker.eof or unpacker.unused_data:
            raise DataRejected("spss.damaged_block", block=number, blocks=len(blocks))
        yield block


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces, where blocks are small."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size >= SLAB // 2:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


def _zlib_blocks(file: BinaryIO, raw: RawDictionary, size: int) -> list[tuple[int, int, int, int]]:
    """The block table: (offset unfolded, offset in the file, bytes unfolded, bytes stored), all consistent."""
    order = "<" if raw.byte_order == "little" else ">"
    if size - raw.data_at < 24:
        raise DataRejected("spss.cut_in_data_zsav")
    file.seek(raw.data_at)
    header_at, trailer_at, trailer_size = struct.unpack(order + "3q", file.read(24))
    if header_at != raw.data_at or trailer_size < 24 or trailer_at < header_at + 24:
        raise DataRejected("spss.damaged_block_table")
    if trailer_at + trailer_size > size:
        raise DataRejected("spss.cut_in_data_zsav")
    file.seek(trailer_at)
    trailer = _exactly(file, trailer_size)
    _bias, zero, block_size, count = struct.unpack(order + "qqii", trailer[:24])
    if zero or block_size < 1 or count < 0 or trailer_size != 24 * (count + 1):
        raise DataRejected("spss.damaged_block_table")
    blocks = [struct.unpack(order + "qqii", trailer[24 * i : 24 * i + 24]) for i in range(1, count + 1)]
    unfolded_at, stored_at = header_at, header_at + 24
    for found in blocks:
        if found[0] != unfolded_at or found[1] != stored_at or found[2] < 0 or found[3] < 0:
            raise DataRejected("spss.damaged_block_table")
        if found[2] > block_size:
            raise DataRejected("spss.damaged_block_table")
        unfolded_at += found[2]
        stored_at += found[3]
    if stored_at != trailer_at:
        raise DataRejected("spss.damaged_block_table")
    if trailer_at + trailer_size != size:
        file.seek(trailer_at + trailer_size)
        _no_more(file.read(SLAB), raw.cases or 0, raw)
    return blocks
