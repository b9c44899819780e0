"""Writes system files for the tests, byte by byte, so that every part can be made as it should or should not be.

Independent of the reader: the layout follows the PSPP developers' guide, "System File Format".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

SYSMIS = -1.7976931348623157e308
LOWEST = -1.7976931348623155e308
HIGHEST = 1.7976931348623157e308


@dataclass
class Column:
    """A variable: ``width`` 0 is a number. Missing: a list of codes, or ("range", low, high[, code])."""

    name: str
    width: int = 0
    label: str = ""
    format: tuple[int, int, int] | None = None
    missing: Sequence[object] = ()
    labels: dict[object, str] = field(default_factory=dict)


def extension(subtype: int, size: int, data: bytes, order: str = "<") -> bytes:
    """A record 7."""
    return struct.pack(order + "iiii", 7, subtype, size, len(data) // size) + data


def sav(
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    order: str = "<",
    compression: int = 1,
    cases: int | None = None,
    weight: int = 0,
    encoding: str = "utf-8",
    declared: str | None = "UTF-8",
    code_page: int | None = 65001,
    extensions: Sequence[tuple[int, int, bytes]] = (),
    documents: Sequence[str] = (),
    file_label: str = "",
    end_mark: bool = True,
    block: int = 0x3FF000,
    bias: float = 100.0,
) -> bytes:
    """A whole file. ``compression`` 0 none, 1 bytecode, 2 zlib (.zsav); ``declared`` None leaves out record 7/20."""

    def pack(letters: str, *values: object) -> bytes:
        return struct.pack(order + letters, *values)

    def raw(text: object) -> bytes:
        return text if isinstance(text, bytes) else str(text).encode(encoding)

    elements = sum(max(1, (c.width + 7) // 8) for c in columns)
    out = b"$FL3" if compression == 2 else b"$FL2"
    out += b"@(#) SPSS DATA FILE - builder".ljust(60)
    out += pack("iiiii", 2, elements, compression, weight, len(rows) if cases is None else cases)
    out += pack("d", bias) + b"31 May 24" + b"12:30:00" + raw(file_label).ljust(64)[:64] + b"\0" * 3
    at = 1
    first: list[int] = []
    for c in columns:
        first.append(at)
        kind, width, decimals = c.format or ((1, min(c.width, 255), 0) if c.width else (5, 8, 2))
        fmt = kind << 16 | width << 8 | decimals
        missing, count = list(c.missing), len(c.missing)
        if missing and missing[0] == "range":
            missing, count = missing[1:], -(len(missing) - 1)
        out += pack("iiiiii", 2, c.width, 1 if c.label else 0, count, fmt, fmt)
        out += raw(c.name).ljust(8)[:8]
        if c.label:
            label = raw(c.label)
            out += pack("i", len(label)) + label + b" " * (-len(label) % 4)
        for value in missing:
            out += raw(value).ljust(8)[:8] if c.width else pack("d", value)
        for _ in range(max(0, (c.width + 7) // 8 - 1)):
            out += pack("iiiiii", 2, -1, 0, 0, 0, 0) + b" " * 8
        at += max(1, (c.width + 7) // 8)
    for c, element in zip(columns, first, strict=True):
        if c.labels:
            out += pack("ii", 3, len(c.labels))
            for value, text in c.labels.items():
                label = raw(text)
                out += raw(value).ljust(8)[:8] if c.width else pack("d", value)
                out += bytes([len(label)]) + label + b" " * (-(len(label) + 1) % 8)
            out += pack("iii", 4, 1, element)
    if documents:
        out += pack("ii", 6, len(documents)) + b"".join(raw(d).ljust(80)[:80] for d in documents)
    if code_page is not None:
        out += extension(3, 4, pack("8i", 1, 2, 3, -1, 1, compression, 1 if order == ">" else 2, code_page), order)
    out += extension(4, 8, pack("ddd", SYSMIS, HIGHEST, LOWEST), order)
    for subtype, size, data in extensions:
        out += extension(subtype, size, data, order)
    if declared is not None:
        out += extension(20, 1, declared.encode("ascii"), order)
    out += pack("ii", 999, 0)
    cells: list[bytes | None] = []
    numeric: list[bool] = []
    for row in rows:
        for c, value in zip(columns, row, strict=True):
            if c.width:
                size = (c.width + 7) // 8 * 8
                text = raw(value).ljust(size)[:size]
                cells += [text[i : i + 8] for i in range(0, size, 8)]
                numeric += [False] * (size // 8)
            else:
                cells.append(pack("d", SYSMIS if value is None else value))
                numeric.append(True)
    if compression == 0:
        return out + b"".join(cells)
    stream = _bytecode(cells, numeric, order, bias, end_mark)
    return out + (stream if compression == 1 else _zlib(stream, len(out), order, block, bias))


def _bytecode(cells: list[bytes], numeric: list[bool], order: str, bias: float, end_mark: bool) -> bytes:
    codes: list[int] = []
    literals: list[bytes] = []
    out = []

    def flush() -> None:
        out.append(bytes(codes) + b"\0" * (8 - len(codes)) + b"".join(literals))
        codes.clear()
        literals.clear()

    for cell, number in zip(cells, numeric, strict=True):
        code = 253
        if number:
            value = struct.unpack(order + "d", cell)[0]
            if value == SYSMIS:
                code = 255
            elif value == int(value) and 1 <= value + bias <= 251:
                code = int(value + bias)
        elif cell == b" " * 8:
            code = 254
        codes.append(code)
        if code == 253:
            literals.append(cell)
        if len(codes) == 8:
            flush()
    if end_mark:
        codes.append(252)
    if codes:
        flush()
    return b"".join(out)


def _zlib(stream: bytes, at: int, order: str, block: int, bias: float) -> bytes:
    blocks = [stream[i : i + block] for i in range(0, len(stream), block)]
    packed = [zlib.compress(b) for b in blocks]
    trailer_at = at + 24 + sum(map(len, packed))
    trailer = struct.pack(order + "qqii", -int(bias), 0, block, len(blocks))
    unfolded_at, stored_at = at, at + 24
    for full, stored in zip(blocks, packed, strict=True):
        trailer += struct.pack(order + "qqii", unfolded_at, stored_at, len(full), len(stored))
        unfolded_at += len(full)
        stored_at += len(stored)
    header = struct.pack(order + "qqq", at, trailer_at, len(trailer))
    return header + b"".join(packed) + trailer
