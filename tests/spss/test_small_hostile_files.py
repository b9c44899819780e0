"""Small files that say much of themselves: time and memory grow with the file, no faster."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.spss import child
from pipeline.spss.model import Dictionary


def header(elements: int, cases: int = 0) -> bytes:
    return (
        b"$FL2" + b"@(#) SPSS DATA FILE test".ljust(60)
        + struct.pack("<iiiiid", 2, elements, 0, 0, cases, 100.0)
        + b"01 Jan 26" + b"00:00:00" + b" " * 64 + b"\0" * 3
    )  # fmt: skip


def variable(name: bytes, width: int = 0, label: bytes = b"") -> bytes:
    form = (1 if width else 5) << 16 | 8 << 8
    text = struct.pack("<i", len(label)) + label + b"\0" * (-len(label) % 4) if label else b""
    return (
        struct.pack("<iiiiii8s", 2, width, int(bool(label)), 0, form, form, name.ljust(8))
        + text
        + b"".join(struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b"") for _ in range(max(0, (width + 7) // 8 - 1)))
    )


def labels(count: int, elements: list[int]) -> bytes:
    pairs = b"".join(struct.pack("<d", i) + bytes([7]) + f"label{i % 10}".encode().ljust(7) for i in range(count))
    return struct.pack("<ii", 3, count) + pairs + struct.pack(f"<ii{len(elements)}i", 4, len(elements), *elements)


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack("<iiii", 7, kind, 1, len(data)) + data


def file(*records: bytes, elements: int) -> bytes:
    return header(elements) + b"".join(records) + struct.pack("<ii", 999, 0)


def names(count: int) -> list[bytes]:
    return [f"V{i}".encode() for i in range(count)]


def one_table_for_many(n: int) -> bytes:
    count = n // 4
    return file(*map(variable, names(count)), labels(n, [*range(1, count + 1)]), elements=count)


def one_variable_many_times(n: int) -> bytes:
    return file(variable(b"A"), labels(n, [1] * (4 * n)), elements=1)


def equal_names(n: int) -> bytes:
    return file(*(variable(b"SAME") for _ in range(n)), elements=n)


def sets_without_equals(n: int) -> bytes:
    return file(variable(b"A"), extension(7, b"no sign here\n" * (4 * n)), elements=1)


def sets_without_length(n: int) -> bytes:
    return file(variable(b"A"), extension(7, b"$a=D" + b"\n$b=D".join([b"9" * 20] * (2 * n))), elements=1)


def attributes_unended(n: int) -> bytes:
    return file(variable(b"A"), extension(18, b"A:" + b"x('" * (4 * n)), elements=1)


def long_names_again(n: int) -> bytes:
    pairs = b"\t".join(b"A=name%d" % i for i in range(4 * n))
    return file(variable(b"A"), extension(13, pairs), elements=1)


def very_long_unknown(n: int) -> bytes:
    pairs = b"\t".join(b"X%d=00300\0" % i for i in range(4 * n))
    return file(variable(b"A"), extension(14, pairs), elements=1)


def members_of_a_set(n: int) -> bytes:
    known = b" ".join(names(n))
    return file(*map(variable, names(n)), extension(7, b"$s=C 0  " + known + b"\n"), elements=n)


def members_unknown(n: int) -> bytes:
    return file(variable(b"A"), extension(7, b"$s=C 0  A " + b"nobody " * (4 * n) + b"\n"), elements=1)


def variable_sets(n: int) -> bytes:
    return file(variable(b"A"), extension(5, b"set= A A A A\n" * (2 * n)), elements=1)


def segments_without_record(n: int) -> bytes:
    return file(*(variable(f"S{i}".encode(), 255) for i in range(n // 16)), elements=32 * (n // 16))


HOSTILE = [
    one_table_for_many, one_variable_many_times, equal_names, sets_without_equals, sets_without_length,
    attributes_unended, long_names_again, very_long_unknown, members_of_a_set, members_unknown, variable_sets,
    segments_without_record,
]  # fmt: skip


def seconds(content: bytes, path: Path) -> float:
    path.write_bytes(content)
    start = time.process_time()
    child.parse(path, None)
    return time.process_time() - start


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_time_grows_no_faster_than_the_file(make: Callable[[int], bytes], tmp_path: Path) -> None:
    path = tmp_path / "hostile.sav"
    seconds(make(50), path)  # imports
    small, large = (min(seconds(make(n), path) for _ in range(2)) for n in (1000, 4000))
    assert large <= 10 * small + 0.05, (small, large)  # four times the file; a quadratic loop takes 16 times


def test_a_label_table_is_one_for_all_its_variables_and_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "shared.sav"
    path.write_bytes(one_table_for_many(2000))
    found = child.parse(path, None)
    assert len(found.variables) == 500 and len(found.variables[0].value_labels) == 2000
    assert len({id(v.value_labels) for v in found.variables}) == 1
    again = Dictionary.from_json(found.to_json())
    assert again == found
    assert len({id(v.value_labels) for v in again.variables}) == 1


def test_notices_of_one_kind_are_counted_beyond_twenty(tmp_path: Path) -> None:
    path = tmp_path / "equal.sav"
    path.write_bytes(equal_names(300))
    notices = child.parse(path, None).notices
    kinds = [n.text_id for n in notices]
    assert kinds.count("spss.notice_name_changed") == 20
    assert [n.params["n"] for n in notices if n.text_id == "spss.notice_more"] == [279]
