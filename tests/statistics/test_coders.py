"""Alpha against the examples that Krippendorff printed (values recomputed with the package krippendorff 0.9.0)."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics.coders import Ratings
from pipeline.statistics.core import Options
from pipeline.statistics.registry import compute

QUICK = Options(monte_carlo=500)
A = ["0100000010", "1110010000"]
B = ["aabbdcccedda", "babbbccceddd"]
C = ["123321412***", "1233224125*3", "*3332342251*", "12332441251*"]
WIKIPEDIA = ["*****34121133*3", "1*213343*******", "**21344*21133*4"]


def ratings(rows: list[str], level: str = "nominal", clusters: list[int] | None = None) -> Ratings:
    values = np.array([[np.nan if c == "*" else float(ord(c) - 48) for c in row] for row in rows])
    own = np.arange(values.shape[1]) if clusters is None else np.array(clusters)
    return Ratings(values, own, level)  # type: ignore[arg-type]


def numbers(data: Ratings, options: Options = QUICK) -> dict:
    return dict(compute(data, options))


@pytest.mark.parametrize(("rows", "level", "true"), [
    (A, "nominal", 0.0952), (B, "nominal", 0.692),
    (WIKIPEDIA, "nominal", 0.6914), (WIKIPEDIA, "interval", 0.8108),
    (C, "nominal", 0.7434), (C, "ordinal", 0.8154), (C, "interval", 0.8491), (C, "ratio", 0.7974),
])  # fmt: skip
def test_alpha_is_krippendorffs(rows, level, true):
    found = numbers(ratings(rows, level))["krippendorff_alpha"].value
    assert found == pytest.approx(true, abs=5e-4 if true == 0.692 else 5e-5)


def test_interval_holds_the_value_repeats_by_seed_and_widens_with_clusters():
    rows = ["0100110010" * 4, "0110110000" * 4]
    alone = numbers(ratings(rows))
    again = numbers(ratings(rows))
    low, high = (alone[f"krippendorff_alpha_{end}"].value for end in ("low", "high"))
    assert low < alone["krippendorff_alpha"].value < high
    assert (low, high) == tuple(again[f"krippendorff_alpha_{end}"].value for end in ("low", "high"))
    assert numbers(ratings(rows), Options(monte_carlo=500, seed=2))["krippendorff_alpha_low"].value != low
    halves = numbers(ratings(rows, clusters=[0] * 20 + [1] * 20))  # two equal halves: every sample is the whole
    assert halves["krippendorff_alpha_low"].value == pytest.approx(alone["krippendorff_alpha"].value, abs=1e-9)


def test_kappa_is_cohens():
    # Cohen (1960) as quoted everywhere: 20 both yes, 15 both no, 5 and 10 apart: κ = 0.4
    rows = ["1" * 25 + "0" * 25, "1" * 20 + "0" * 5 + "1" * 10 + "0" * 15]
    found = numbers(ratings(rows))
    assert found["coders_kappa"].value == pytest.approx(0.4, abs=1e-12)
    assert found["coders_agreement"].value == pytest.approx(0.7, abs=1e-12)
    assert found["coders_units"].value == 50
    assert found["coders_kappa_low"].value < 0.4 < found["coders_kappa_high"].value


def test_what_cannot_be_computed_has_its_reason():
    assert numbers(ratings(["111", "111"]))["krippendorff_alpha"].error == "coders_nothing_varies"
    assert numbers(ratings(["1*2", "*1*"]))["krippendorff_alpha"].error == "coders_no_pairs"
    one = numbers(ratings(["112", "122"], clusters=[0, 0, 0]))
    assert one["krippendorff_alpha"].value is not None and one["krippendorff_alpha_low"].error == "coders_one_cluster"
    assert "coders_kappa" not in numbers(ratings(["11", "12", "12"]))
    rare = numbers(ratings(["0000000001", "0000000001"]))  # a third of all samples holds no 1 at all
    assert rare["krippendorff_alpha"].value == pytest.approx(1.0)
    assert rare["krippendorff_alpha_low"].error == "replicates_undefined"
