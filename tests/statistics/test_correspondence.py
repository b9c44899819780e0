"""Multiple correspondence analysis against ca and FactoMineR in R (oracles/configurations.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.statistics import correspondence
from pipeline.statistics.correspondence import Burt

ORACLES = Path(__file__).parent / "oracles"
R: dict[str, Any] = json.loads((ORACLES / "configurations.json").read_text("utf-8"))


def coded(name: str, columns: list[str]) -> np.ndarray:
    """The answers 1, 2, … of a data file of the oracles: shape (cases, questions)."""
    heads, *lines = (ORACLES / f"configurations_{name}.csv").read_text("utf-8").split()
    at = [heads.split(",").index(c) for c in columns]
    return np.array([[int(line.split(",")[i]) for i in at] for line in lines])


WG93 = coded("wg93", ["A", "B", "C", "D"])
FOOD = ["Nausea", "Vomiting", "Abdominals", "Fever", "Diarrhae", "Potato", "Fish", "Mayo", "Courgette", "Cheese"]
POISON = coded("poison", [*FOOD, "Icecream"])


def indicators(answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """0 and 1 by category, and the question of each category."""
    columns, question = [], []
    for q, column in enumerate(answers.T):
        for code in np.unique(column):
            columns.append((column == code).astype(float))
            question.append(q)
    return np.array(columns).T, np.array(question)


def burt_of(answers: np.ndarray, w: np.ndarray | None = None) -> Burt:
    z, question = indicators(answers)
    weights = np.ones(len(z)) if w is None else w
    return Burt((z.T * weights) @ z, question, float(weights.sum()))  # FactoMineR takes weights for repetitions


def places_of(answers: np.ndarray) -> np.ndarray:
    return np.array(np.cumsum([0, *(len(np.unique(c)) for c in answers.T[:-1])]) + answers - 1)


def test_inertias_of_a_published_example() -> None:
    """Attitudes to science (Greenacre 2007; ca prints 44.9%, 34.2%, 5.4%, 3.3% of an adjusted total of 0.170246)."""
    axes = correspondence.axes_of(burt_of(WG93))
    assert axes.eigenvalues == pytest.approx(R["wg93"]["inertia"], abs=1e-9)
    adjusted = correspondence.benzecri(axes.eigenvalues, 4)
    assert adjusted[:6] == pytest.approx(R["wg93"]["adjusted"], abs=1e-9)
    assert (adjusted[6:] == 0).all()
    total = correspondence.greenacre_total(axes.eigenvalues, 4, 20)
    assert total == pytest.approx(R["wg93"]["total"], abs=1e-9)
    assert adjusted[:6] / total == pytest.approx(R["wg93"]["greenacre"], abs=1e-8)
    assert np.round(100 * adjusted[:4] / total, 1).tolist() == [44.9, 34.2, 5.4, 3.3]


@pytest.mark.parametrize("name", ["poison", "poison_weighted"])
def test_places_of_categories_and_cases(name: str) -> None:
    known = R[name]
    w = np.array(known["w"]) if "w" in known else np.ones(len(POISON))
    burt = burt_of(POISON, w)
    axes = correspondence.axes_of(burt).first(5)
    assert axes.eigenvalues == pytest.approx(known["eigenvalue"][:5], abs=1e-9)
    theirs = np.array(known["coordinate"])
    turn = np.sign((axes.places.coordinates * theirs).sum(axis=0))
    assert axes.places.coordinates == pytest.approx(theirs * turn, abs=1e-7)
    assert axes.places.contribution == pytest.approx(np.array(known["contribution"]), abs=1e-7)
    assert axes.places.cos2 == pytest.approx(np.array(known["cos2"]), abs=1e-7)
    assert axes.places.eta_squared == pytest.approx(np.array(known["eta2"]), abs=1e-7)
    assert axes.places.test == pytest.approx(np.array(known["test"]) * turn, abs=1e-5)
    cases = correspondence.case_coordinates(axes, places_of(POISON), 11)
    assert cases == pytest.approx(np.array(known["cases"]) * turn, abs=1e-7)
    assert (cases**2 * w[:, None]).sum(axis=0) / w.sum() == pytest.approx(axes.eigenvalues)


@pytest.mark.parametrize("name", ["poison", "poison_weighted"])
def test_supplementary_categories(name: str) -> None:
    known = R[name]
    w = np.array(known["w"]) if "w" in known else np.ones(len(POISON))
    burt = burt_of(POISON, w)
    axes = correspondence.axes_of(burt).first(5)
    turn = np.sign((axes.places.coordinates * np.array(known["coordinate"])).sum(axis=0))
    z, _ = indicators(POISON)
    other, question = indicators(coded("poison", ["Sick", "Sex"]))
    found = correspondence.supplementary(axes, (other.T * w) @ z, w @ other, question, burt)
    assert found.coordinates == pytest.approx(np.array(known["sup"]) * turn, abs=1e-7)
    assert found.cos2 == pytest.approx(np.array(known["sup_cos2"]), abs=1e-7)
    assert found.test == pytest.approx(np.array(known["sup_test"]) * turn, abs=1e-5)
    assert found.eta_squared == pytest.approx(np.array(known["sup_eta2"]), abs=1e-7)


def test_the_category_that_contributes_most_is_on_the_positive_side() -> None:
    axes = correspondence.axes_of(burt_of(WG93))
    leading = axes.places.contribution.argmax(axis=0)
    assert (axes.places.coordinates[leading, np.arange(len(leading))] > 0).all()


def test_the_axes_kept_by_rule() -> None:
    values = np.array([0.6, 0.45, 0.3, 0.2])
    adjusted = correspondence.benzecri(values, 4)  # shares 0.69, 0.23, 0.01… of their sum
    assert adjusted / adjusted.sum() == pytest.approx([0.7424, 0.2424, 0.0152, 0.0], abs=1e-4)
    assert correspondence.axes_by_rule(values, 4) == 2
    assert correspondence.axes_by_rule(values, 4, 0.99) == 3
    assert correspondence.axes_by_rule(np.array([0.2, 0.2, 0.2]), 4) == 2
    assert correspondence.axes_by_rule(np.array([0.5]), 2) == 1


def test_one_question_alone_has_no_adjusted_inertia() -> None:
    assert correspondence.benzecri(np.array([1.0, 1.0]), 1).tolist() == [0.0, 0.0]
    assert np.isnan(correspondence.greenacre_total(np.array([1.0, 1.0]), 1, 3))
    assert correspondence.benzecri(np.array([0.75, 0.5]), 2).tolist() == [0.25, 0.0]  # (2/1)²·(1/4)²


def test_a_category_that_all_have_is_at_no_distance() -> None:
    answers = np.column_stack([np.tile([1, 2], 10), np.repeat([1, 2], 10), np.ones(20, dtype=int)])
    burt = burt_of(answers)
    axes = correspondence.axes_of(burt)
    assert burt.questions == 3 and burt.total == 20
    assert axes.eigenvalues == pytest.approx([1 / 3, 1 / 3])  # two questions that have nothing to do with each other
    assert axes.places.coordinates[4] == pytest.approx([0, 0], abs=1e-9)
