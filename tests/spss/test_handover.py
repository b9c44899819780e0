"""Numbers as codes and as they are: what is handed over is what the file says, whichever way it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline import arrow
from pipeline.spss import read
from pipeline.spss.blocks import Block, CodedBlock, Elements
from pipeline.spss.channel import Files
from pipeline.spss.handover import Numbers, numbers
from pipeline.spss.raw import RawDictionary, RawVariable

from .build import SYSMIS, Column, sav

RNG = np.random.default_rng(8)


def survey(rows: int) -> tuple[list[Column], list[list[object]], list[list[float | None]]]:
    """Codes, codes of which the last is none, decimals, all missing, a text; and the numbers alone by variable."""
    codes = [None if i % 9 == 0 else float(c) for i, c in enumerate(RNG.integers(-2, 8, size=rows).tolist())]
    late = [1.0] * (rows - 1) + [2.5]
    more = RNG.integers(0, 3, size=(rows, 3)).astype(float).tolist()
    money = [None if i % 11 == 0 else float(v) for i, v in enumerate(RNG.normal(1000, 300, size=rows).tolist())]
    never: list[float | None] = [None] * rows
    columns = [
        Column("CODES"),
        Column("LATE"),
        Column("TEXT", 12),
        Column("MONEY"),
        Column("NEVER"),
        Column("X"),
        Column("Y"),
        Column("Z"),
    ]
    cells = [[*row[:-1], *row[-1]] for row in zip(codes, late, ["sì"] * rows, money, never, more, strict=True)]
    return columns, cells, [codes, list(late), money, never]


@pytest.mark.parametrize("compression", [0, 1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_way_gives_the_same(write: Callable[..., Path], compression: int, order: str) -> None:
    columns, rows, wanted = survey(700)
    found = read(write(sav(columns, rows, compression=compression, order=order, block=512))).table
    for name, values in zip(["CODES", "LATE", "MONEY", "NEVER"], wanted, strict=True):
        assert found[name].to_pylist() == values, name
        assert found[name].null_count == values.count(None)
        assert arrow.is_number(found[name])
        np.testing.assert_array_equal(arrow.float_values(found[name]), np.array(values, dtype=float))
        np.testing.assert_array_equal(found[name].to_numpy(), np.array(values, dtype=float))
    assert arrow.is_coded(found["CODES"]) == (compression > 0)
    assert not arrow.is_coded(found["MONEY"])


def coded(codes: list[list[int]], literals: list[float], elements: Elements) -> CodedBlock:
    words = np.array(literals, dtype="<f8").view(np.uint64)
    return CodedBlock(np.array(codes, dtype=np.uint8), words, elements, elements.table())


def handed(folder: Path, raw: RawDictionary, blocks: list[Block | CodedBlock]) -> list[list[float | None]]:
    with Numbers(Files(folder), raw) as writer:
        for block in blocks:
            writer.add(block)
    return [column.to_pylist() for column in numbers(Files(folder))]


def dictionary(count: int, bias: float = 100.0, sysmis: float = SYSMIS) -> RawDictionary:
    raw = RawDictionary("sav", "bytecode", "little", case_elements=count, bias=bias, sysmis=sysmis)
    raw.variables += [RawVariable(b"V%d" % i, 0, 5, 8, 2, element=i) for i in range(count)]
    return raw


def test_a_column_that_is_coded_in_some_batches_only(tmp_path: Path) -> None:
    raw = dictionary(2)
    kinds = Elements.of(raw)
    blocks: list[Block | CodedBlock] = [
        coded([[101, 102], [255, 103], [103, 101]], [], kinds),
        Block(np.array([[7.0, SYSMIS], [0.25, 8.0]]).view(np.uint64), kinds),
        coded([[104, 253], [105, 101], [255, 101]], [1e9], kinds),
        coded([[101, 101]], [], kinds),
    ]
    assert handed(tmp_path, raw, blocks) == [
        [1, None, 3, 7, 0.25, 4, 5, None, 1],
        [2, 3, 1, None, 8, 1e9, 1, 1, 1],
    ]


@pytest.mark.parametrize(
    ("bias", "sysmis", "expected"),
    [
        (100.0, SYSMIS, [1.0, 2.0, None]),
        (99.5, SYSMIS, [1.5, 2.5, None]),
        (100.0, 2.0, [1.0, None, None]),  # a file may call any number system-missing
        (1e300, SYSMIS, [-1e300, -1e300, None]),  # codes that are no different numbers
        (float("inf"), SYSMIS, [None, None, None]),
        (float("nan"), SYSMIS, [None, None, None]),
    ],
)
def test_any_bias_and_any_system_missing(
    tmp_path: Path, bias: float, sysmis: float, expected: list[float | None]
) -> None:
    raw = dictionary(1, bias, sysmis)
    assert handed(tmp_path, raw, [coded([[101], [102], [255]], [], Elements.of(raw))]) == [expected]


def test_no_cases_and_no_numbers(tmp_path: Path) -> None:
    assert handed(tmp_path, dictionary(2), []) == [[], []]
    (tmp_path / "none").mkdir()
    assert handed(tmp_path / "none", dictionary(0), []) == []


def test_small_zlib_blocks_make_few_batches(write: Callable[..., Path]) -> None:
    columns, rows = [Column("A"), Column("B")], [[float(i % 5), float(i % 3)] for i in range(3000)]
    found = read(write(sav(columns, rows, compression=2, block=64))).table
    assert found["A"].to_pylist() == [row[0] for row in rows]
    assert found["A"].num_chunks == 1


def test_the_numbers_outlive_their_folder(tmp_path: Path) -> None:
    raw = dictionary(1)
    with Numbers(Files(tmp_path), raw) as writer:
        writer.add(coded([[101], [255]], [], Elements.of(raw)))
    found = numbers(Files(tmp_path))
    for file in tmp_path.iterdir():
        file.unlink()
    assert found[0].to_pylist() == [1.0, None]
