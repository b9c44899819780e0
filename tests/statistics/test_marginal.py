"""Stuart and Maxwell's test against Stuart's own table and R (``tests/comparison/oracles/comparison.R``)."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics.core import Crosstab, Number, Options
from pipeline.statistics.marginal import stuart_maxwell
from pipeline.statistics.registry import compute
from tests.comparison.test_change import R

VISION = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]


def table(counts: list[list[int]], same: bool = True) -> Crosstab:
    n = np.array(counts)
    return Crosstab(n, n.astype(float), n.astype(float), same_categories=same)


def test_stuarts_table_of_vision() -> None:
    found = stuart_maxwell(table(VISION), Options())
    # Stuart (1955) gives 11.96 with 3 degrees of freedom
    assert found["stuart_maxwell"].value == pytest.approx(R["vision_stuart_maxwell"], rel=1e-9)
    assert found["stuart_maxwell_df"].value == R["vision_df"]
    assert found["stuart_maxwell_p"].value == pytest.approx(R["vision_p"], rel=1e-9)
    bowker = dict(compute(table(VISION), Options(), ["bowker_chi2", "bowker_chi2_p"]))
    assert isinstance(bowker["bowker_chi2"], Number)
    assert bowker["bowker_chi2"].value == pytest.approx(R["vision_bowker"], rel=1e-9)


def test_two_categories_are_mcnemar_without_correction() -> None:
    found = stuart_maxwell(table([[23, 15], [19, 31]]), Options())
    assert found["stuart_maxwell"].value == pytest.approx(R["two_mcnemar"], rel=1e-9)
    assert found["stuart_maxwell_p"].value == pytest.approx(R["two_mcnemar_p"], rel=1e-9)


def test_a_category_that_nobody_left_or_entered_takes_no_part() -> None:
    found = stuart_maxwell(table([[23, 15, 0], [19, 31, 0], [0, 0, 8]]), Options())
    assert found["stuart_maxwell"].value == pytest.approx(R["two_mcnemar"], rel=1e-9)
    assert found["stuart_maxwell_df"].value == 1


@pytest.mark.parametrize(
    ("counts", "same", "reason"),
    [
        ([[3, 0], [0, 4]], True, "no_discordant_pairs"),
        ([[0, 0], [0, 0]], True, "no_cases"),
        ([[3, 1], [2, 4]], False, "categories_differ"),
        ([[1, 1, 0, 0], [2, 1, 0, 0], [0, 0, 1, 3], [0, 0, 1, 1]], True, "groups_of_categories"),
    ],
)
def test_what_cannot_be_tested_has_a_reason(counts: list[list[int]], same: bool, reason: str) -> None:
    found = stuart_maxwell(table(counts, same), Options())
    assert {(n.value, n.error) for n in found.values()} == {(None, reason)}


def test_it_is_asked_for_by_name_only() -> None:
    assert "stuart_maxwell" not in dict(compute(table(VISION), Options()))
    assert not dict(compute(table(VISION), Options(), ["stuart_maxwell"], inference=False))
