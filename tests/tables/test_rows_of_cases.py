"""A design needs no case: the sums by stratum, cluster and cell give what R's survey has from the cases."""

import numpy as np
import pytest

from pipeline.counting.engine import CaseWeights
from pipeline.statistics.design import Sampled, cell_shares, design
from pipeline.tables.designs import _by_cluster

R = np.random.default_rng(19)
N = 600
STRATUM = R.integers(0, 5, N)
CLUSTER = R.integers(0, 12, N)
WEIGHTS = R.lognormal(0, 0.7, N)
WEIGHTS[::50] = 0.0
CELL = R.integers(-1, 6, N)
SCORES = R.normal(size=(6, 3)) + 4


@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("lonely", ["fail", "adjust", "average", "certainty"])
@pytest.mark.parametrize("raked", [True, False])
def test_sums_stand_for_their_cases(clustered: bool, lonely: str, raked: bool) -> None:
    stratum = np.where(np.arange(N) == 7, 9, STRATUM) if lonely != "fail" else STRATUM
    population = np.full(N, 900.0)
    margins = (R.integers(0, 3, N), R.integers(0, 2, N)) if raked else ()
    sample = design(WEIGHTS, stratum, CLUSTER if clustered else None, population, lonely, margins, np.sqrt(WEIGHTS))
    one = Sampled(sample, CELL, 6)
    few = _by_cluster(sample, CaseWeights.of(WEIGHTS), CELL, 6)
    if not raked:
        assert few.cell.size <= 6 * 6 * (12 if clustered else 1)
    assert few.df == one.df
    for corrected in (False, True):
        expected, error = one.covariance(SCORES, lambda w: w, corrected)
        found, same = few.covariance(SCORES, lambda w: w, corrected)
        assert error == same == ""
        np.testing.assert_allclose(found, expected, rtol=1e-10)
    a, b = cell_shares(few.cell, 6, few.sample, True), cell_shares(CELL, 6, sample, True)
    np.testing.assert_allclose(a.covariance, b.covariance, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(a.values, b.values, rtol=1e-12)


def test_equal_weights_have_no_spread_within_a_cell() -> None:
    """Where all cases of a stratum say the same, the variance is nothing, not nearly nothing."""
    stratum = np.repeat([0, 1], 50)
    weights = np.where(stratum == 0, 0.1, 0.3)
    sample = design(weights, stratum)
    few = _by_cluster(sample, CaseWeights.of(weights), stratum, 2)
    assert few.covariance(np.eye(2), lambda w: w)[0].max() < 1e-25
