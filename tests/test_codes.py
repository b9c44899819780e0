"""Codes of several parts give back their parts, whatever a file's texts hold."""

from itertools import product

import pytest

from pipeline.codes import interval, interval_ends, nest_parts, nested, pair, pair_parts

TEXTS = (
    "1", "", " ", ".", ">", " > ", "a > b", "a >", "> b", "> >", "\\>", "a \\> b", "\\\\>", "\\", "a\\", ">>", "a>b",
    "vs", "a vs b", "a vs", "vs b", "vs vs", "\\vs", "canvas", "net:b", "0..5", " a", "a ", "a\n> b", "*", "{x}",
)  # fmt: skip


@pytest.mark.parametrize("first", TEXTS)
def test_parts_come_back(first: str) -> None:
    for second in TEXTS:
        assert nest_parts(nested(first, second)) == (first, second)
        assert pair_parts(pair(first, second)) == (first, second)
        assert pair_parts(pair(nested(first, second), second)) == (nested(first, second), second)


def test_no_two_nested_codes_are_written_alike() -> None:
    written = [nested(*parts) for parts in product(TEXTS, repeat=3)]
    assert len(set(written)) == len(TEXTS) ** 3


def test_ordinary_codes_are_written_as_before() -> None:
    assert nested("1", "a>b", "x") == "1 > a>b > x"
    assert pair("1", "canvas") == "1 vs canvas"
    assert interval_ends(interval(-2.5, 1e20)) == (-2.5, 1e20)
