"""Cases as codes give the numbers and texts that cases as words give."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.spss import read
from pipeline.spss.blocks import LITERAL, SYSMIS, Block, CodedBlock, Elements

from .build import Column, sav

RNG = np.random.default_rng(4)


def blocks(order: str, share: float, bias: float) -> tuple[CodedBlock, Block]:
    """The same 300 cases of five numbers and two string elements in both forms; ``share`` of the numbers are whole."""
    number_type = np.dtype(order + "f8")
    elements = Elements(np.array([0, 2, 3, 5, 6]), np.array([1, 4]), number_type, bias, -1.7976931348623157e308)
    codes = np.full((300, 7), LITERAL, dtype=np.uint8)
    whole = RNG.random((300, 7)) < share
    codes[whole] = RNG.integers(1, 252, size=int(whole.sum()))
    codes[RNG.random((300, 7)) < 0.05] = SYSMIS
    codes[:, [1, 4]] = np.where(RNG.random((300, 2)) < 0.5, 254, LITERAL)
    words = np.empty((300, 7), dtype=np.uint64)
    literals = []
    for case, element in np.ndindex(codes.shape):
        code = int(codes[case, element])
        if code == LITERAL:
            packed = RNG.bytes(8) if element in (1, 4) else struct.pack(order + "d", RNG.normal())
            literals.append(np.frombuffer(packed, dtype=np.uint64)[0])
        elif code == 254:
            packed = b" " * 8
        else:
            packed = struct.pack(order + "d", elements.sysmis if code == SYSMIS else code - bias)
        words[case, element] = np.frombuffer(packed, dtype=np.uint64)[0]
    coded = CodedBlock(codes, np.array(literals, dtype=np.uint64), elements, elements.table())
    return coded, Block(words, elements)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("bias", [100.0, 0.0, 99.5])
def test_codes_and_words_say_the_same(order: str, share: float, bias: float) -> None:
    coded, plain = blocks(order, share, bias)
    sysmis = plain.elements.sysmis
    wanted = np.array(plain.numbers(), dtype=np.float64)
    wanted[wanted == sysmis] = np.nan
    found = np.array(coded.numbers(), dtype=np.float64)
    found[found == sysmis] = np.nan
    np.testing.assert_array_equal(found, wanted)
    codes, literals = coded.columns()
    assert set(literals) == {j for j in range(5) if LITERAL in coded.codes[:, coded.elements.numbers[j]]}
    for j in range(5):
        numbers = literals[j] if j in literals else np.where(codes[j] == SYSMIS, np.nan, codes[j] - bias)
        np.testing.assert_array_equal(np.where(numbers == sysmis, np.nan, numbers), wanted[j])
    np.testing.assert_array_equal(coded.strings(), plain.strings())


@pytest.mark.parametrize("compression", [0, 1, 2])
def test_the_weight_behind_long_strings_is_found_by_its_element(compression: int, write: Callable[..., Path]) -> None:
    columns = [Column("S1", 20), Column("S2", 40), Column("A"), Column("PESO")]
    rows = [["a", "b" * 40, 1, 0.5], ["c", "d", 2, 1.5]]
    found = read(write(sav(columns, rows, compression=compression, weight=3 + 5 + 1 + 1)))
    assert found.dictionary.weight == "PESO"
    assert found.table.column("PESO").to_pylist() == [0.5, 1.5]
    assert found.table.column("S2").to_pylist() == ["b" * 40, "d"]
