"""Post hoc comparisons and letters against R, PSPP, and multiple-precision values of the studentized range."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics.core import Options
from pipeline.statistics.posthoc import (
    compare_means,
    dunn,
    games_howell,
    studentized_range_quantile,
    studentized_range_tail,
    tukey_hsd,
)
from tests.statistics.numeric_aggregates import CASES, R, case_groups, found, grouped, table

PSPP = table("numeric_pspp.csv")
OPTIONS = Options()


@pytest.mark.parametrize(
    ("q", "groups", "df", "cdf"),
    [
        # SciPy's reference table, made with mpmath: scipy/stats/tests/data/studentized_range_mpmath_ref.json
        # (P(Q ≤ q); the generator is scipy/stats/_generate_studentized_range... in its repository)
    ],
)
def test_studentized_range_of_mpmath(q, groups, df, cdf):
    assert 1 - studentized_range_tail(q, groups, df) == pytest.approx(cdf, abs=1e-13)
