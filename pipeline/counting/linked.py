"""Rows of two waves matched by unit: answers before and after as aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.engine import CaseWeights, Index, count, patterns
from pipeline.statistics.core import Crosstab, Floats, Patterns, Weighting


@dataclass(frozen=True, slots=True)
class LinkedRows:
    """The rows of one linked group in each wave; several where units merged or split."""

    before: tuple[int, ...]
    after: tuple[int, ...]


def unit_rows(cases: Cases, identifier: str) -> dict[str, int]:
    """The row of each unit, by its code."""
    coded = cases.coded(identifier)
    return {coded.codes[i - 1]: row for row, i in enumerate(coded.index.tolist()) if i}


def linked_categories(
    before: Cases,
    after: Cases,
    name: str,
    groups: Sequence[LinkedRows],
    rule: str,
    size: str | None = None,
    weights: Floats | None = None,
) -> tuple[tuple[str, ...], Crosstab]:
    """Answers before (rows) by answers after (columns) over the groups valid in both waves.

    ``rule`` says what a group of several units answered: ``largest`` the answer of the unit with the greatest value of
    ``size`` (none when two share it or one has no size), ``all-agree`` the answer all gave, ``drop`` none. Returns the
    codes of both dimensions and a :class:`Crosstab` with ``same_categories``. ``weights``: of the
    groups, a panel weight.
    """
    first, second = before.coded(name), after.coded(name)
    codes = tuple(dict.fromkeys([*first.codes, *second.codes]))
    place = {code: i + 1 for i, code in enumerate(codes)}
    to_all = [np.array([0, *(place[c] for c in coded.codes)], dtype=np.intp) for coded in (first, second)]
    sizes = [cases.numeric(size) if size is not None else None for cases in (before, after)]
    answers = [to_all[0][first.index], to_all[1][second.index]]
    index = [
        np.array([_together(answers[side], rows, rule, sizes[side]) for rows in side_rows], dtype=np.intp)
        for side, side_rows in enumerate(([g.before for g in groups], [g.after for g in groups]))
    ]
    n = count(index, [len(codes)] * 2, CaseWeights.of(weights)).inner()
    scores = np.array([float(c) for c in codes]) if first.scores is not None and second.scores is not None else None
    return codes, Crosstab(
        n.n, n.w, n.w2, row_scores=scores, col_scores=scores, row_ordered=first.ordered, col_ordered=first.ordered,
        same_categories=True, weighting="none" if weights is None else "probability",
    )  # fmt: skip


def _together(answers: Index, rows: tuple[int, ...], rule: str, sizes: Floats | None) -> int:
    """The category of a group of rows; 0 where it has none."""
    if len(rows) == 1:
        return int(answers[rows[0]])
    given = [int(answers[row]) for row in rows]
    if rule == "all-agree":
        return given[0] if len(set(given)) == 1 else 0
    if rule == "largest" and sizes is not None:
        size = [float(sizes[row]) for row in rows]
        if any(np.isnan(size)) or size.count(max(size)) > 1:
            return 0
        return given[size.index(max(size))]
    return 0


def linked_numbers(
    before: Cases, after: Cases, name: str, groups: Sequence[LinkedRows], rule: str, weights: Floats | None = None
) -> Patterns:
    """Pairs (after, before) of a numeric variable over the groups with a value in both waves.

    ``rule``: the ``sum`` or ``mean`` over the units of a group, all of which must have a value; ``drop``: none.
    ``weights``: of the groups, a panel weight.
    """
    earlier, later = before.numeric(name), after.numeric(name)
    x = np.array(
        [(_joined(later, g.after, rule), _joined(earlier, g.before, rule)) for g in groups], dtype=np.float64
    ).reshape(len(groups), 2)
    whole = ~np.isnan(x).any(axis=1)
    distinct, counts, _ = patterns(x[whole], CaseWeights.of(None if weights is None else weights[whole]))
    weighting: Weighting = "none" if weights is None else "probability"
    return Patterns(distinct, counts.n, counts.w, counts.w2, weighting)


def _joined(values: Floats, rows: tuple[int, ...], rule: str) -> float:
    if len(rows) == 1:
        return float(values[rows[0]])
    if rule == "drop":
        return float("nan")
    parts = values[list(rows)]
    return float(parts.sum() if rule == "sum" else parts.mean())
