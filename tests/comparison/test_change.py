"""The arithmetic of changes, against R (``oracles/comparison.R``), Newcombe (1998) and sums done by hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.comparison.change import (
    Estimated,
    Scale,
    Share,
    design_change,
    mean_change,
    share_change,
    two_proportion_p,
)
from pipeline.language import statistic_text
from pipeline.statistics.core import GroupedDistribution, Options

OPTIONS = Options()
FILE = Path(__file__).parent / "oracles" / "comparison_r.csv"


def oracle() -> dict[str, float]:
    with FILE.open(encoding="utf-8") as f:
        return {row["name"]: float(row["value"]) for row in csv.DictReader(f)}


R = oracle()


def share(k: int, n: int, population: int | None = None) -> Share:
    return Share(k, n, k / n if n else 0.0, n, population)


def test_newcombe_and_the_pooled_z_test() -> None:
    found = share_change(share(48, 80), share(56, 70), "sample", OPTIONS, "valid_share")
    assert found["change"].value == pytest.approx(0.2, abs=1e-15)
    assert found["change_low"].value == pytest.approx(0.05243147240236498, rel=1e-9)  # Newcombe 1998, 56/70 − 48/80
    assert found["change_high"].value == pytest.approx(0.33387265403690614, rel=1e-9)
    assert found["change_p"].value == pytest.approx(R["prop_p"], rel=1e-9)
    assert "change_bound_low" not in found


def test_a_census_without_nonresponse_is_a_fact() -> None:
    found = share_change(share(26, 98, 98), share(33, 66, 66), "description", OPTIONS, "valid_share")
    assert list(found) == ["change"]
    assert found["change"].value == pytest.approx(0.5 - 26 / 98, abs=1e-15)


def test_a_census_with_nonresponse_has_bounds_then_the_exact_interval() -> None:
    found = share_change(share(22, 83, 98), share(21, 52, 66), "description", OPTIONS, "valid_share")
    assert "change_p" not in found
    # by hand: 2009 [22/98, 37/98], 2026 [21/66, 35/66]
    assert found["change_bound_low"].value == pytest.approx(21 / 66 - 37 / 98, abs=1e-15)
    assert found["change_bound_high"].value == pytest.approx(35 / 66 - 22 / 98, abs=1e-15)
    assert found["change_low"].value == pytest.approx(R["exact_low"], rel=1e-12)
    assert found["change_high"].value == pytest.approx(R["exact_high"], rel=1e-12)


def test_one_full_wave_gives_its_one_value() -> None:
    found = share_change(share(26, 98, 98), share(40, 60, 66), "description", OPTIONS, "valid_share")
    assert found["change_bound_low"].value == pytest.approx(40 / 66 - 26 / 98, abs=1e-15)
    assert found["change_bound_high"].value == pytest.approx(46 / 66 - 26 / 98, abs=1e-15)


def test_a_subpopulation_of_unknown_size_has_bounds_but_no_exact_interval() -> None:
    part = replace(share(11, 22, 37), subpopulation=True)
    found = share_change(part, share(10, 20, 66), "description", OPTIONS, "valid_share")
    assert found["change_bound_low"].value is not None
    assert (found["change_low"].value, found["change_low"].error) == (None, "subpopulation_size_unknown")


def test_nothing_is_made_up_where_nobody_answered() -> None:
    found = share_change(share(0, 0, 98), share(1, 2, 66), "description", OPTIONS, "valid_share")
    assert {k: (v.value, v.error) for k, v in found.items()} == {"change": (None, "no_valid_cases")}


@pytest.mark.parametrize(("k", "n"), [(0, 20), (20, 20)])
def test_equal_certainties_have_no_test(k: int, n: int) -> None:
    assert two_proportion_p(k, n, k, n).error == "zero_variance"
    found = share_change(share(k, n), share(k, n), "process", OPTIONS, "valid_share")
    low, high = found["change_low"].value, found["change_high"].value
    assert low is not None and high is not None and low < 0 < high


def grouped(before: list[float], after: list[float]) -> GroupedDistribution:
    values = np.unique([*before, *after])
    n = np.array([[before.count(v), after.count(v)] for v in values.tolist()])
    return GroupedDistribution(values, n, n.astype(float), n.astype(float))


BEFORE, AFTER = [1.0, 2, 2, 3, 5, 4, 4, 3], [3.0, 4, 5, 5, 2, 4]


def test_means_by_welch() -> None:
    found = mean_change(grouped(BEFORE, AFTER), "sample", OPTIONS)
    for ours, theirs in (("change", "welch_difference"), ("change_low", "welch_low"), ("change_high", "welch_high"),
                         ("change_p", "welch_p")):  # fmt: skip
        assert found[ours].value == pytest.approx(R[theirs], rel=1e-9), ours


def test_means_of_a_scale_in_a_census() -> None:
    scale = Scale(1, 5, (10, 6))
    found = mean_change(grouped(BEFORE, AFTER), "description", OPTIONS, scale)
    # by hand: 24 over 8 of 10 units, so between 26/10 and 34/10; 23/6 is known
    assert found["change_bound_low"].value == pytest.approx(23 / 6 - 3.4, abs=1e-12)
    assert found["change_bound_high"].value == pytest.approx(23 / 6 - 2.6, abs=1e-12)
    assert set(found) == {"change", "change_bound_low", "change_bound_high"}
    assert set(mean_change(grouped(BEFORE, AFTER), "description", OPTIONS)) == {"change"}


def test_a_wave_without_values_has_no_change_of_the_mean() -> None:
    assert mean_change(grouped(BEFORE, []), "sample", OPTIONS)["change"].error == "no_valid_cases"


def test_one_case_each_has_a_change_and_reasons() -> None:
    found = mean_change(grouped([1.0], [2.0]), "sample", OPTIONS)
    assert found["change"].value == 1.0
    assert found["change_p"].value is None and found["change_p"].error == "fewer_than_two_cases"


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (Estimated(0.5, 0.1, 0), "no_degrees_of_freedom"),
        (Estimated(0.5, 0.0, 3), "zero_variance"),
        (Estimated(0.5, 0.0, 3, "lonely_psu"), "lonely_psu"),
    ],
)
def test_a_change_under_a_design_without_a_variance_has_a_reason_that_a_reader_knows(
    after: Estimated, reason: str
) -> None:
    found = design_change(Estimated(0.25, 0.0, 0), after, OPTIONS, "valid_share")
    assert found["change"].value == 0.25
    for name in ("change_low", "change_high", "change_p"):
        assert (found[name].value, found[name].error) == (None, reason)
    for lang in ("it", "en"):
        assert statistic_text(lang, f"error_{reason}")
