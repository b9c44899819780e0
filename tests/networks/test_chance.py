"""Permutation tests against every permutation there is, and quadratic assignment against sna in R."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from pipeline.networks import chance, two_mode
from tests.networks.oracles import R, davis, florence

SIX = np.array([0, 0, 1, 1, 1, 2])


def every(labels: np.ndarray) -> np.ndarray:
    return np.array([labels[list(order)] for order in permutations(range(len(labels)))])


def test_the_p_of_a_difference_is_that_of_all_permutations() -> None:
    values = np.array([3.0, 5.0, 1.0, 2.0, 0.0, 4.0])
    drawn = every(SIX)

    def between(labels: np.ndarray) -> float:
        return sum(sum(values[labels == g]) ** 2 / np.sum(labels == g) for g in (0, 1, 2))

    own = between(SIX)
    share = np.mean([between(labels) >= own - 1e-9 for labels in drawn])
    (found,) = chance.difference(values[:, None], SIX, drawn)
    assert found.value == pytest.approx((1 + share * 720) / 721)
    assert found.method == "network_permutation replicates=720"


def test_for_two_groups_it_is_the_difference_of_means_and_near_the_exact_test() -> None:
    # R: fisher.test(matrix(c(7, 1, 2, 6), 2))$p.value: 0.0405594
    labels, values = np.repeat([0, 1], 8), np.array([1.0] * 7 + [0] + [1] * 2 + [0] * 6)
    (found,) = chance.difference(values[:, None], labels, chance.shuffled(labels, 40_000, 3))
    assert found.value == pytest.approx(0.0405594, abs=0.004)


def test_quadratic_assignment_is_that_of_sna() -> None:
    labels = np.repeat([0, 1], 9)
    r, p = chance.qap(two_mode.similarity(davis()), labels, chance.shuffled(labels, 20_000, 1))
    assert r.value == pytest.approx(R["davis"]["gcor"])
    assert p.value == pytest.approx(R["davis"]["qap_p"], abs=5e-4)
    labels = np.tile([0, 1], 8)
    r, p = chance.qap(florence().astype(float), labels, chance.shuffled(labels, 2000, 1))
    assert r.value == pytest.approx(R["flo"]["gcor"])
    assert p.value is not None and p.value > 0.05


def test_the_p_of_quadratic_assignment_is_that_of_all_permutations() -> None:
    rng = np.random.default_rng(5)
    matrix = rng.integers(0, 4, (6, 6)).astype(float)
    off = ~np.eye(6, dtype=bool)

    def r(labels: np.ndarray) -> float:
        return float(np.corrcoef(matrix[off], (labels[:, None] == labels[None, :])[off])[0, 1])

    drawn = every(SIX)
    extreme = sum(abs(r(labels)) >= abs(r(SIX)) - 1e-9 for labels in drawn)
    found, p = chance.qap(matrix, SIX, drawn)
    assert found.value == pytest.approx(r(SIX))
    assert p.value == pytest.approx((1 + extreme) / 721)


def test_what_cannot_be_tested_has_a_reason() -> None:
    one = np.zeros(4, dtype=np.intp)
    assert chance.difference(np.ones((4, 1)), one, one[None, :])[0].error == "network_one_group"
    two = np.array([0, 0, 1, 1])
    assert chance.difference(np.ones((4, 1)), two, two[None, :])[0].error == "network_all_equal"
    assert chance.qap(np.ones((4, 4)), one, one[None, :])[0].error == "network_one_group"
    assert chance.qap(np.ones((4, 4)), two, two[None, :])[1].error == "network_all_equal"
    assert chance.within_and_between(np.ones((4, 4)), one)[1].error == "network_one_group"


def test_shuffles_keep_the_sizes_of_groups_and_are_the_same_from_one_seed() -> None:
    drawn = chance.shuffled(SIX, 50, 7)
    assert (np.sort(drawn, axis=1) == np.sort(SIX)).all()
    assert (drawn == chance.shuffled(SIX, 50, 7)).all() and (drawn != chance.shuffled(SIX, 50, 8)).any()
