"""Multiple correspondence analysis, from the counts of all pairs of categories (the Burt table).

The eigenvalues are those of the table of indicators, as Greenacre (2007), Correspondence Analysis in Practice, and
Le Roux and Rouanet (2010), Multiple Correspondence Analysis, have them. What such an eigenvalue says of an axis is too
little by construction; the adjusted inertias are those of Benzécri (1979), Cahiers de l'analyse des données 4, 377–378,
and of Greenacre (1993), Correspondence Analysis in Practice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Floats, Ints
from pipeline.statistics.registry import Value, declare

_NOTHING = 1e-10  # an eigenvalue that only rounding has left

declare(
    Value("eigenvalue", place="axis", decimals=3),
    Value("inertia_share", "share", "axis"),
    Value("inertia_benzecri", place="axis", decimals=4),
    Value("inertia_benzecri_share", "share", "axis"),
    Value("inertia_greenacre_share", "share", "axis"),
    Value("inertia_cumulated", "share", "axis"),
    Value("coordinate", place="axis", decimals=2),
    Value("contribution", "share", "axis"),
    Value("cos2", place="axis", decimals=2),
    Value("axis_test_value", place="axis", decimals=1),
    Value("axis_eta_squared", place="axis", decimals=2),
    Value("axes_kept", "count", "axis"),
    Value("cases_analysed", "count", "axis"),
    Value("cases_left_out", "count", "axis"),
)


@dataclass(frozen=True, slots=True)
class Burt:
    """The counts of all pairs of the J categories of Q questions, over cases that have one category of each.

    ``table``: shape (J, J), sums of weights; ``question``: shape (J,), the question 0 … Q − 1 of each category. ``n``:
    the cases. Every category is that of some case.
    """

    table: Floats
    question: Ints
    n: float

    @property
    def questions(self) -> int:
        """Q."""
        return int(self.question.max()) + 1

    @property
    def shares(self) -> Floats:
        """The share of the cases in each category: shape (J,)."""
        return np.asarray(self.table.diagonal() / self.total)

    @property
    def total(self) -> float:
        """The sum of the weights of all cases."""
        return float(self.table.diagonal()[self.question == 0].sum())


@dataclass(frozen=True, slots=True)
class Places:
    """Where categories lie on a axes, and what that says: each of shape (categories, a).

    ``contribution``: their part in the axis (empty of supplementary ones). ``cos2``: the part of their distance from
    the centre that the axis shows. ``test``: the distance from the centre in standard errors that a random choice of
    as many cases would have. ``eta_squared``: by question (questions, a), the share of the axis' variance between its
    categories.
    """

    coordinates: Floats
    contribution: Floats
    cos2: Floats
    test: Floats
    eta_squared: Floats


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of an analysis by falling eigenvalue, and where the active categories lie on them."""

    eigenvalues: Floats
    places: Places

    def first(self, count: int) -> Axes:
        """The first axes only."""
        p = self.places
        parts = (one[:, :count] for one in (p.coordinates, p.contribution, p.cos2, p.test, p.eta_squared))
        return Axes(self.eigenvalues[:count], Places(*parts))


def axes_of(burt: Burt) -> Axes:
    """The axes of multiple correspondence analysis: J − Q of them at most.

    An axis has no direction of its own: it is turned so that the category that contributes most lies on the positive
    side.
    """
    q, p = burt.questions, burt.shares
    mass = p / q
    expected = np.outer(mass, mass)
    scaled = (burt.table / (burt.total * q * q) - expected) / np.sqrt(expected)
    values, vectors = np.linalg.eigh((scaled + scaled.T) / 2)
    order = np.argsort(-values, kind="stable")
    order = order[values[order] > _NOTHING][: len(p) - q]
    values, vectors = values[order], vectors[:, order]
    vectors = vectors * _signs(vectors)
    coordinates = vectors / np.sqrt(mass)[:, None] * np.sqrt(values)
    places = _places(coordinates, vectors**2, p, burt.n, burt.question)
    return Axes(values, places)


def supplementary(axes: Axes, crossed: Floats, own: Floats, question: Ints, burt: Burt) -> Places:
    """Where further categories lie, which had no part in making the axes: the mean of their cases.

    ``crossed``: shape (categories, J), sums of weights with each active category; ``own``: shape (categories,), of the
    categories alone; ``question`` as for :class:`Burt`.
    """
    active = axes.places.coordinates
    coordinates = crossed @ active / (own[:, None] * burt.questions) / axes.eigenvalues
    nothing = np.zeros((len(own), 0))
    return _places(coordinates, nothing, own / burt.total, burt.n, question)


def case_coordinates(axes: Axes, categories: Ints, questions: int) -> Floats:
    """Where cases lie: the mean of their categories on each axis, stretched by 1/√eigenvalue; shape (cases, axes).

    ``categories``: shape (cases, Q), the place of each answer among the J active categories.
    """
    out = np.zeros((len(categories), len(axes.eigenvalues)))
    for column in categories.T:
        out += axes.places.coordinates[column]
    return np.asarray(out / (questions * np.sqrt(axes.eigenvalues)))


def benzecri(eigenvalues: Floats, questions: int) -> Floats:
    """(Q/(Q − 1))²·(λ − 1/Q)² of each eigenvalue above 1/Q, the mean of all; 0 of the others."""
    if questions < 2:
        return np.zeros_like(eigenvalues)
    above = np.maximum(eigenvalues - 1 / questions, 0.0)
    return np.asarray((questions / (questions - 1)) ** 2 * above**2)


def greenacre_total(eigenvalues: Floats, questions: int, categories: int) -> float:
    """The mean inertia of the tables of two different questions: Q/(Q − 1)·(Σλ² − (J − Q)/Q²)."""
    if questions < 2:
        return float("nan")
    return float(questions / (questions - 1) * ((eigenvalues**2).sum() - (categories - questions) / questions**2))


def axes_by_rule(eigenvalues: Floats, questions: int, share: float = 0.8) -> int:
    """As many axes as reach ``share`` of the inertia that Benzécri adjusts, and two at least where there are two."""
    adjusted = benzecri(eigenvalues, questions)
    least = min(2, len(eigenvalues))
    if not adjusted.sum() > 0:
        return least
    reached = np.cumsum(adjusted) / adjusted.sum()
    return max(least, int(np.searchsorted(reached, share - 1e-12)) + 1)


def _places(coordinates: Floats, contribution: Floats, p: Floats, n: float, question: Ints) -> Places:
    cases = n * p[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        cos2 = coordinates**2 / (1 / p[:, None] - 1)
        test = coordinates * np.sqrt(cases * (n - 1) / (n - cases))
    eta = np.zeros((int(question.max(initial=-1)) + 1, coordinates.shape[1]))
    np.add.at(eta, question, p[:, None] * coordinates**2)
    return Places(coordinates, contribution, cos2, test, eta)


def _signs(vectors: npt.NDArray[Any]) -> Floats:
    size = np.abs(vectors)
    leading = np.argmax(size > size.max(axis=0, initial=0.0) - 1e-8, axis=0)
    signs = np.sign(vectors[leading, np.arange(vectors.shape[1])])
    return np.where(signs == 0, 1.0, signs)
