"""Clusters of cases against FactoMineR and cluster in R (oracles/configurations.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.statistics import clusters
from tests.statistics.test_correspondence import FOOD, POISON, coded

R: dict[str, Any] = json.loads((Path(__file__).parent / "oracles" / "configurations.json").read_text("utf-8"))
X = np.array(R["poison"]["cases"])
ONES = np.ones(len(X))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two partitions are the same whatever their clusters are called."""
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def test_the_tree_loses_as_much_inertia_at_each_step() -> None:
    known = R["poison_types"]
    tree = clusters.grow(X, ONES)
    assert tree.heights[::-1] == pytest.approx(known["gain"], abs=1e-8)
    assert tree.heights.sum() == pytest.approx((X**2).sum() / len(X))
    made = clusters.clusters(X, ONES, range(2, 9), 1)
    assert (made.within * tree.heights.sum())[:8] == pytest.approx(known["within"], abs=1e-8)
    ratios = clusters.ratios(made.within)
    assert ratios[2:8] == pytest.approx(known["ratio"], abs=1e-8)
    assert int(np.argmin(ratios[2:8])) + 3 == known["number"]


def test_consolidated_clusters() -> None:
    made = clusters.clusters(X, ONES, range(2, 9), 1)
    for column, k in enumerate(range(3, 7)):
        assert same(made.types[k], np.array(R["poison_types"]["by_number"])[:, column]), k
    sizes = np.bincount(made.types[4])
    assert (np.diff(sizes) <= 0).all()


def test_a_tree_of_weighted_cases() -> None:
    w, known = np.array(R["poison_weighted"]["w"]), R["poison_weighted_types"]
    tree = clusters.grow(np.array(R["poison_weighted"]["cases"]), w)
    assert tree.heights[::-1] == pytest.approx(known["gain"], abs=1e-8)
    assert same(tree.cut(3), np.array(known["type"]))


def test_a_case_that_counts_twice_is_two_cases() -> None:
    times = 1 + np.arange(len(X)) % 3
    alone = clusters.clusters(X, times.astype(float), range(2, 6), 1)
    repeated = clusters.clusters(np.repeat(X, times, axis=0), np.ones(int(times.sum())), range(2, 6), 1)
    for k in range(2, 6):
        assert same(np.repeat(alone.types[k], times), repeated.types[k])
    assert alone.within[:6] == pytest.approx(repeated.within[:6])


def test_silhouettes() -> None:
    known = R["poison_types"]
    found, weight = clusters.silhouettes(X, ONES, ONES, np.array(known["type"]) - 1, 1)
    assert found == pytest.approx(known["silhouette"], abs=1e-7)
    assert (weight == 1).all()
    known = R["repeated"]
    times = np.array(known["times"])
    found, weight = clusters.silhouettes(np.array(known["x"]), times * 1.0, times, np.array(known["type"]) - 1, 1)
    assert found == pytest.approx(known["silhouette"], abs=1e-7)
    assert np.average(found, weights=weight) == pytest.approx(known["mean"])


def test_values_of_answers_and_of_numbers() -> None:
    known = R["poison_types"]
    names = [*FOOD, "Icecream"]
    heads = (Path(__file__).parent / "oracles" / "configurations_poison.csv").read_text("utf-8").split()[0].split(",")
    everything = coded("poison", heads)
    kind = np.array(known["type"])
    checked = 0
    for k, answers in known["answers"].items():
        for key, value in answers.items():
            variable, _, label = key.partition("=")
            if variable not in names or label.split("_")[-1] not in ("n", "y"):
                continue
            column = POISON[:, names.index(variable)]
            has = column == (2 if label.endswith("_y") else 1)
            inside = kind == int(k)
            found = clusters.answer_test_values((has & inside).sum(), inside.sum(), has.sum(), len(kind))
            assert float(found) == pytest.approx(value, abs=1e-7), key
            checked += 1
    assert checked > 50
    for k, numbers in known["numbers"].items():
        for variable, value in numbers.items():
            x = everything[:, heads.index(variable)].astype(float)
            inside = kind == int(k)
            found = clusters.mean_test_values(x[inside].mean(), inside.sum(), x.mean(), x.var(), len(x))
            assert float(found) == pytest.approx(value, abs=1e-7)


def test_values_of_very_many_cases_are_those_of_the_normal_approximation() -> None:
    few = float(clusters.answer_test_values(np.array(520), np.array(1000), np.array(9000), 19_000))
    many = float(clusters.answer_test_values(np.array(5200), np.array(10000), np.array(90000), 190_000))
    assert many / few == pytest.approx(10**0.5, abs=0.02)
    assert float(clusters.answer_test_values(np.array(10), np.array(10), np.array(55), 55)) == 0.0
    assert np.isfinite(clusters.answer_test_values(np.array(9000), np.array(9000), np.array(9000), 19_000))


def test_the_adjusted_rand_index() -> None:
    """mclust 6.0.0: adjustedRandIndex(c(1,1,2,2,2,2,3,3,3,3,1,2), c(1,2,1,2,2,3,3,3,3,3,1,2))."""
    assert clusters.adjusted_rand(np.array([[2, 1, 0], [1, 3, 1], [0, 0, 4]])) == pytest.approx(0.3348264, abs=1e-7)
    assert clusters.adjusted_rand(np.diag([4, 5, 6])) == 1.0


def three_heaps(cases: int, apart: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    kind = rng.integers(0, 3, cases)
    return np.array([[0, 0], [apart, 0], [0, apart]])[kind] + rng.standard_normal((cases, 2)), kind


def stable(x: np.ndarray, kind: np.ndarray) -> clusters.Stability:
    def again(w: np.ndarray) -> np.ndarray:
        found = np.zeros(len(x), dtype=np.int64)
        there = w > 0
        found[there] = clusters.clusters(x[there], w[there], range(3, 4), 1).types[3]
        return found

    return clusters.stability(np.ones(len(x), dtype=np.int64), np.ones(len(x)), kind, again, 20, 5)


def test_heaps_that_are_there_come_back_and_a_cloud_does_not() -> None:
    x, kind = three_heaps(120, 12.0)
    found = stable(x, kind)
    assert found.jaccard == pytest.approx([1, 1, 1], abs=0.01)
    assert found.rand == pytest.approx(1.0, abs=0.01)
    x, kind = three_heaps(120, 0.0)
    cloud = clusters.clusters(x, np.ones(120), range(3, 4), 1).types[3]
    found = stable(x, cloud)
    assert found.jaccard.mean() < 0.75
    assert found.rand < 0.6


def test_very_many_places_are_gathered_first() -> None:
    x, kind = three_heaps(5_000, 12.0)
    made = clusters.clusters(x, np.ones(len(x)), range(2, 6), 1)
    assert made.tree.leaves <= clusters.LEAVES
    assert same(made.types[3], kind) or clusters.adjusted_rand(crossed(made.types[3], kind)) > 0.999
    assert int(np.argmin(clusters.ratios(made.within)[2:6])) + 3 == 3
    values, weight = clusters.silhouettes(x, np.ones(len(x)), np.ones(len(x)), made.types[3], 1)
    assert np.isfinite(values).sum() == clusters.LOOKED_AT == (weight > 0).sum()
    assert np.nanmean(values) == pytest.approx(0.85, abs=0.05)


def crossed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    both = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(both, (one, other), 1)
    return both


def test_the_index_of_calinski_and_harabasz_by_hand() -> None:
    """0, 1 and 10, 11: between 4·5² = 100 with 1 degree of freedom, within 4·0.5² = 1 with 2: 200."""
    x, kind = np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([0, 0, 1, 1])
    assert clusters.between_over_within(x, np.ones(4), 4.0, kind) == pytest.approx(200)
    assert clusters.between_over_within(x, np.full(4, 7.0), 4.0, kind) == pytest.approx(200)
    weighted = clusters.between_over_within(x[[0, 1, 3]], np.array([1.0, 1.0, 2.0]), 4.0, kind[[0, 1, 3]])
    assert weighted == pytest.approx((2 * 5.25**2 + 2 * 5.25**2) / (0.5 / 2))
    assert np.isnan(clusters.between_over_within(x, np.ones(4), 4.0, np.zeros(4, dtype=int)))
    assert np.isnan(clusters.between_over_within(x[:2], np.ones(2), 2.0, np.array([0, 1])))


def test_the_inertia_inside_gathered_leaves_counts() -> None:
    x, kind = three_heaps(3_000, 12.0)
    w = 1.0 + np.arange(len(x)) % 3
    made = clusters.clusters(x, w, range(2, 5), 1)
    mean = np.average(x, axis=0, weights=w)
    total = (w[:, None] * (x - mean) ** 2).sum()
    inside = sum(
        (w[kind == k][:, None] * (x[kind == k] - np.average(x[kind == k], axis=0, weights=w[kind == k])) ** 2).sum()
        for k in range(3)
    )
    assert made.within[0] == pytest.approx(1.0)
    assert made.within[2] == pytest.approx(inside / total, rel=0.01)
    assert len(made.within) == made.tree.leaves
    again = clusters.clusters(x, w, range(2, 5), 1)
    assert np.array_equal(made.leaf, again.leaf) and not np.array_equal(made.leaf, clusters.gathered(x, w, 500, 2))


def test_a_case_alone_in_its_cluster_has_no_silhouette() -> None:
    """b − a over the larger: (10.5 − 1)/10.5 for the first of 0, 1 beside 10, 11; 0 for one alone."""
    x, one = np.array([[0.0], [1.0], [10.0], [11.0]]), np.ones(4)
    values, _ = clusters.silhouettes(x, one, one.astype(int), np.array([0, 0, 1, 1]), 1)
    assert values == pytest.approx([1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5])
    values, _ = clusters.silhouettes(x, one, one.astype(int), np.array([0, 0, 0, 1]), 1)
    assert values[3] == 0.0


def test_fewer_places_than_clusters_give_no_such_clusters() -> None:
    x = np.array([[0.0], [0.0], [1.0], [1.0], [5.0]])
    made = clusters.clusters(x, np.ones(5), range(2, 6), 1)
    assert sorted(made.types) == [2, 3]
    assert made.types[3].tolist() == [0, 0, 1, 1, 2]  # as large ones by their place
    assert made.within[:3] == pytest.approx([1.0, 1.0 / 17.2, 0.0])
