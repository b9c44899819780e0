"""Sums of weights in parts: as math.fsum rounds them, whatever the order and the portions."""

import math
from itertools import pairwise

import numpy as np
import pytest

from pipeline.counting.engine import CaseWeights, count
from pipeline.counting.sums import Exact, Reach

KINDS = {
    "decimals": lambda r, n: r.integers(1, 400, n) / 100,
    "any": lambda r, n: r.lognormal(0, 1, n),
    "whole": lambda r, n: r.integers(1, 9, n).astype(float),
    "far apart": lambda r, n: 10.0 ** r.uniform(-12, 12, n),
    "tiny": lambda r, n: r.uniform(1, 2, n) * 1e-318,
    "huge": lambda r, n: r.uniform(1, 2, n) * 1e300,
}


@pytest.mark.parametrize("kind", KINDS)
def test_sums_are_rounded_once(kind: str) -> None:
    w = KINDS[kind](np.random.default_rng(19), 20_000)
    w[::7] = 0.0
    cell = np.arange(20_000) % 3
    found = Exact.of(w, Reach.of(w).units).tally(cell, 3).values
    assert found.tolist() == pytest.approx([math.fsum(w[cell == i]) for i in range(3)], rel=2.3e-16)
    assert Exact.of(w, Reach.of(w).units).values.tolist() == w.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_portions_add_up_to_the_same_bytes(kind: str) -> None:
    r = np.random.default_rng(20)
    w = KINDS[kind](r, 20_000)
    cell = r.integers(0, 5, 20_000)
    cuts = [0, 1, 700, 701, 15_000, 20_000]
    portions = list(pairwise(cuts))
    r.shuffle(portions)
    reach = Reach()
    for a, b in portions:
        reach = reach + Reach.of(w[a:b])
    assert reach == Reach.of(w)
    together = None
    for a, b in portions:
        part = Exact.of(w[a:b], reach.units).tally(cell[a:b], 5)
        together = part if together is None else together + part
    assert together is not None
    whole = Exact.of(w, reach.units).tally(cell, 5)
    assert together.values.tobytes() == whole.values.tobytes()
    order = r.permutation(20_000)
    assert whole.values.tobytes() == Exact.of(w[order], reach.units).tally(cell[order], 5).values.tobytes()


def test_whole_weights_take_one_part_and_decimals_two() -> None:
    assert len(Reach.of(np.array([1.0, 2.0, 1e6])).units) == 1
    assert len(Reach.of(np.full(1_000_000, 0.1)).units) == 2
    assert Reach.of(np.array([1.0, np.inf])).units == ()
    assert Exact.of(np.array([1.0, np.inf]), ()).values.tolist() == [1.0, np.inf]
    assert Exact.of(np.zeros(3), Reach.of(np.zeros(3)).units).values.tolist() == [0, 0, 0]


def test_rows_of_several_cases_count_as_their_cases() -> None:
    w = np.array([0.1, 0.2, 0.3, 0.4])
    single = count([np.array([1, 1, 2, 2])], [2], CaseWeights.of(w))
    of = CaseWeights.of(w)
    assert of.sum is not None and of.squares is not None
    some = np.array([0, 0, 1, 1])
    together = CaseWeights(np.array([2, 2]), of.sum.tally(some, 2), of.squares.tally(some, 2))
    found = count([np.array([1, 2])], [2], together)
    assert [found.n.tolist(), found.w.tolist(), found.w2.tolist()] == [
        single.n.tolist(), single.w.tolist(), single.w2.tolist()
    ]  # fmt: skip
