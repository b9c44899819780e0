"""Codes in sources and words in texts, by hand; keyness against SciPy's likelihood ratio."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from pipeline.statistics.codings import Codings, InOrder, Together
from pipeline.statistics.core import Options
from pipeline.statistics.registry import compute
from pipeline.statistics.words import WordCounts


def numbers(data: object) -> dict:
    return dict(compute(data, Options()))


def test_presence_counts_sources_and_passages_by_group():
    found = numbers(Codings(np.array([[2, 0, 1, 3], [0, 0, 0, 1]]), np.array([0, 0, 1, -1]), 3))
    assert found["passages"].values.tolist() == [[2, 1, 0], [0, 0, 0]]  # who is in no group is in none
    assert found["sources_with"].values.tolist() == [[1, 1, 0], [0, 0, 0]]
    share = found["sources_share"]
    assert share.values[:, :2].tolist() == [[0.5, 1], [0, 0]]
    assert np.isnan(share.values[:, 2]).all() and share.error == "no_sources"


def test_together_and_jaccard():
    found = numbers(Together(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])))
    assert found["together"].values.tolist() == [[2, 1, 0], [1, 2, 0], [0, 0, 0]]
    assert found["jaccard"].values[0, 1] == pytest.approx(1 / 3)
    assert np.isnan(found["jaccard"].values[2, 2])


def test_saturation_counts_what_no_source_before_has():
    present = np.zeros((5, 8), dtype=int)
    for code, first in enumerate((0, 0, 1, 3, 3)):
        present[code, first] = 1
    found = numbers(InOrder(present))
    assert found["new_codes"].values[:, 0].tolist() == [2, 1, 0, 2, 0, 0, 0, 0]
    assert found["codes_so_far"].values[:, 0].tolist() == [2, 3, 3, 5, 5, 5, 5, 5]
    assert found["codes_so_far_share"].values[1, 0] == pytest.approx(0.6)
    assert found["saturated_after"].value == 4  # the fifth and the sixth bring none
    present[4, 3], present[4, 5] = 0, 1
    assert numbers(InOrder(present))["saturated_after"].value == 6
    assert numbers(InOrder(present[:, :5]))["saturated_after"].error == "few_sources"
    present[:, 4:] = 0
    present[4, 7] = present[3, 5] = 1
    present[3, 3] = 0
    assert numbers(InOrder(present))["saturated_after"].error == "not_saturated"


def test_keyness_is_the_likelihood_ratio_of_the_two_by_two_table():
    counts, totals = np.array([[30, 5, 0], [2, 40, 1], [7, 7, 7]]), np.array([1000, 1500, 800])
    found = numbers(WordCounts(counts, totals, counts))
    for word in range(3):
        for group in range(3):
            a, c = counts[word, group], totals[group]
            b, d = counts[word].sum() - a, totals.sum() - c
            true = chi2_contingency([[a, b], [c - a, d - b]], correction=False, lambda_="log-likelihood").statistic
            sign = 1 if a / c >= b / d else -1
            assert found["keyness"].values[word, group] == pytest.approx(sign * true, rel=1e-9)
    assert found["log_ratio"].values[0, 1] == pytest.approx(np.log2((5 / 1500) / (30 / 1800)))
    assert found["log_ratio"].values[0, 2] == pytest.approx(np.log2((0.5 / 800) / (35 / 2500)))
    assert found["per_thousand"].values[0, 0] == 30
