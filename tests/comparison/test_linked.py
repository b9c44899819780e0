"""Linked rows: what merged and split units answered by each rule, by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pipeline.counting.cases import Cases
from pipeline.counting.linked import LinkedRows, linked_categories, linked_numbers, unit_rows
from pipeline.spec.model import Codebook, Variable
from tests.conftest import NAN

BOOK = Codebook(
    variables={
        "id": Variable(name="id", label={"*": "Unit"}, kind="identifier"),
        "form": Variable(name="form", label={"*": "Form"}, categories={"1": {"*": "a"}, "2": {"*": "b"}},
                         missing={"9": {"*": "none"}}),
        "size": Variable(name="size", label={"*": "Size"}, kind="numeric"),
    }
)  # fmt: skip


def cases(ids: list[str], form: list[float], size: list[float]) -> Cases:
    return Cases(
        pa.table({"id": ids, "form": pa.array(form, pa.float64()), "size": pa.array(size, pa.float64())}), BOOK
    )


BEFORE = cases(["A", "B", "C", "D", "E", "F"], [1, 2, 2, 2, 9, 1], [10, 30, 5, 5, 7, NAN])
AFTER = cases(["M", "N", "E", "S", "T"], [2, 1, 1, 1, 1], [50, 12, 8, 3, 4])

# A and B merge into M, C and D into N, E continues, F splits into S and T
GROUPS = [
    LinkedRows((0, 1), (0,)), LinkedRows((2, 3), (1,)), LinkedRows((4,), (2,)), LinkedRows((5,), (3, 4)),
]  # fmt: skip


def test_units_are_found_by_their_code() -> None:
    assert unit_rows(AFTER, "id") == {"M": 0, "N": 1, "E": 2, "S": 3, "T": 4}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # A=1 and B=2 disagree; C=D=2 agree → N=1; E is missing before; F=1, S=T=1
        ("all-agree", [[1, 0], [1, 0]]),
        # B is larger than A: 2 → 2; C and D are of one size: none; T is larger than S: 1 → 1
        ("largest", [[1, 0], [0, 1]]),
        ("drop", [[0, 0], [0, 0]]),
    ],
)
def test_categories_by_each_rule(rule: str, expected: list[list[int]]) -> None:
    codes, table = linked_categories(BEFORE, AFTER, "form", GROUPS, rule, "size")
    assert codes == ("1", "2") and table.same_categories
    assert table.n.tolist() == expected


@pytest.mark.parametrize(
    ("rule", "pairs"),
    [
        ("sum", {(50, 40): 1, (12, 10): 1, (8, 7): 1}),
        ("mean", {(50, 20): 1, (12, 5): 1, (8, 7): 1}),
        ("drop", {(8, 7): 1}),
    ],
)
def test_numbers_by_each_rule(rule: str, pairs: dict[tuple[float, float], int]) -> None:
    found = linked_numbers(BEFORE, AFTER, "size", GROUPS, rule)  # F has no size before
    assert {(a, b): n for (a, b), n in zip(found.x.tolist(), found.n.tolist(), strict=True)} == pairs


def test_no_group_at_all() -> None:
    codes, table = linked_categories(BEFORE, AFTER, "form", [], "all-agree")
    assert codes == ("1", "2") and not table.n.any()
    assert linked_numbers(BEFORE, AFTER, "size", [], "mean").x.shape == (0, 2)


def test_a_code_of_one_wave_only_has_its_own_row_and_column() -> None:
    other = cases(["A"], [3], [1])
    codes, table = linked_categories(BEFORE, other, "form", [LinkedRows((0,), (0,))], "drop")
    assert codes == ("1", "2", "3")
    assert np.argwhere(table.n).tolist() == [[0, 2]]
