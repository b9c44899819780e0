"""Core and periphery: perfect patterns are found, and no division by degree fits better than the one given."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.networks.core import one_mode_core, two_mode_core
from pipeline.networks.layout import circles, spread
from tests.networks.oracles import davis, florence


def test_a_full_core_is_found_whole() -> None:
    ties = np.zeros((6, 5), dtype=bool)
    ties[:3, :2] = True
    found = two_mode_core(ties)
    assert found.rows.tolist() == [True] * 3 + [False] * 3
    assert found.columns.tolist() == [True] * 2 + [False] * 3
    assert found.fit.value == pytest.approx(1)
    star = np.zeros((5, 5), dtype=bool)
    star[2, :] = star[:, 2] = True
    found = one_mode_core(star)
    assert found.rows.tolist() == [False, False, True, False, False]
    assert found.fit.value == pytest.approx(1)


def test_no_division_by_degree_fits_better() -> None:
    ties = davis()
    rows, columns = ties.sum(axis=1), ties.sum(axis=0)
    best = max(
        np.corrcoef(ties.ravel(), np.outer(rows >= r, columns >= c).ravel())[0, 1]
        for r in set(rows) for c in set(columns) if not (r == rows.min() and c == columns.min())
    )  # fmt: skip
    assert two_mode_core(ties).fit.value == pytest.approx(best)
    ties, off = florence(), ~np.eye(16, dtype=bool)
    degree = ties.sum(axis=1)
    best = max(
        np.corrcoef(ties[off], ((degree >= d)[:, None] | (degree >= d)[None, :])[off])[0, 1]
        for d in set(degree) if (degree < d).sum() - 1 > 0  # with one node left out all pairs have a core node
    )  # fmt: skip
    assert one_mode_core(ties).fit.value == pytest.approx(best)


def test_the_order_of_nodes_does_not_matter() -> None:
    ties, order = davis(), np.random.default_rng(2).permutation(18)
    assert two_mode_core(ties[order]).rows.tolist() == two_mode_core(ties).rows[order].tolist()


def test_a_layout_is_the_same_again_and_keeps_steps_apart() -> None:
    ties = florence()
    places = spread(ties)
    assert (places == spread(ties)).all() and np.abs(places).max() == 1
    path = np.zeros((5, 5), dtype=bool)
    path[range(4), range(1, 5)] = True
    line = spread(path)
    far = np.linalg.norm(line[0] - line[4])
    assert far == max(np.linalg.norm(a - b) for a in line for b in line)
    rings = circles([[0], [1, 2, 3], [4, 5]], 6)
    assert np.hypot(*rings.T) == pytest.approx([0, 0.5, 0.5, 0.5, 1, 1], abs=1e-3)
