"""What neighbours of one question say about each other: ranks, amounts that add up, one scale each used in part.

Each variable alone shows only the values that somebody gave. A grid of 0–10 items of which one never got a 1, and a
ranking, have the same points in every row; what is divided among items ("100 points") is a number, however round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline import labels
from pipeline.counting.columns import Columns
from pipeline.spss.model import Dictionary, Variable, code_text
from pipeline.start.group import same_labels

if TYPE_CHECKING:
    from pipeline.start.guess import Guess

MOST_POINTS = 12  # points of a scale without labels
_SAME_SUM = 0.95  # the share of cases with one sum from which amounts are parts of a whole


def one_question(dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns) -> dict[str, Guess]:
    """The guesses with what neighbours of one question say of each other."""
    changed = dict(found)
    for run in questions(dictionary, found):
        unlabelled = [v for v in run if v.kind == "numeric" and not v.value_labels and not v.is_date and not v.is_time]
        texts = [v for v in run if v.kind == "string" and found[v.name].why == "few_strings"]
        if len(unlabelled) >= 2:
            changed |= _numbers(unlabelled, changed, columns)
        if len(texts) >= 2:
            changed |= _texts(texts, changed)
        changed |= _labelled([v for v in run if same_labels(v, run[0])], changed)
    return changed


def questions(dictionary: Dictionary, found: Mapping[str, Guess]) -> Iterator[list[Variable]]:
    """Neighbours whose labels begin or end with one question, without a tool's own columns and texts between them."""
    run: list[Variable] = []
    for v in dictionary.variables:
        if found[v.name].metadata or found[v.name].kind == "text":
            continue
        if run and not labels.same_question(run[-1].label, v.label):
            if len(run) > 1:
                yield run
            run = []
        run.append(v)
    if len(run) > 1:
        yield run


def _numbers(run: Sequence[Variable], found: Mapping[str, Guess], columns: Columns) -> dict[str, Guess]:
    run = [v for v in run if found[v.name].why in ("few_values", "numbers") and not found[v.name].empty]
    values = [columns[v.name].values for v in run]
    valid = [some[~v.missing.mask(some)] for v, some in zip(run, values, strict=True)]
    if len(run) < 2 or not all(len(some) for some in valid):
        return {}
    low, high = min(float(some[0]) for some in valid), max(float(some[-1]) for some in valid)
    whole = all(bool(np.all(some == np.floor(some))) for some in valid)
    if not whole or high - low >= MOST_POINTS or _adds_up(run, columns):
        return {v.name: replace(found[v.name], kind="numeric", why="numbers", categories=(), scores=False,
                                doubtful=False) for v in run}  # fmt: skip
    if high - low <= 1:
        return {}
    points = tuple((code_text(low + i), code_text(low + i)) for i in range(int(high - low) + 1))
    return {v.name: replace(found[v.name], kind="ordinal", why="one_scale", categories=points, scores=True,
                            doubtful=False) for v in run}  # fmt: skip


def _adds_up(run: Sequence[Variable], columns: Columns) -> bool:
    """Whether nearly all cases divide one sum among the items, and not by giving each its rank."""
    if len(run) < 3:
        return False
    rows = np.array([_of_cases(v, columns) for v in run])
    complete = rows[:, ~np.isnan(rows).any(axis=0)]
    if complete.shape[1] < 5:
        return False
    sums = complete.sum(axis=0)
    same = float((sums == np.median(sums)).mean())
    ranks = np.sort(complete, axis=0) == np.arange(1, len(run) + 1)[:, None]
    return same >= _SAME_SUM and not ranks.all(axis=0).mean() >= _SAME_SUM and len(np.unique(complete)) > 2


def _of_cases(v: Variable, columns: Columns) -> np.ndarray:
    """Each case's value, NaN where it is missing."""
    column = columns[v.name]
    known = np.where(v.missing.mask(column.values), np.nan, column.values)
    found: np.ndarray = np.array([np.nan, *known])[column.place]
    return found


def _texts(run: Sequence[Variable], found: Mapping[str, Guess]) -> dict[str, Guess]:
    """Texts of one grid have all answers that any of its rows has, if their answers overlap."""
    answers = [{code for code, _ in found[v.name].categories} for v in run]
    together = set().union(*answers)
    if len(together) > MOST_POINTS or any(len(a) < 2 for a in answers) or not set.intersection(*answers):
        return {}
    order = dict(pair for v in run for pair in found[v.name].categories)
    categories = tuple(sorted(order.items()))
    return {v.name: replace(found[v.name], categories=categories) for v in run}


def _labelled(run: Sequence[Variable], found: Mapping[str, Guess]) -> dict[str, Guess]:
    """Rows of a grid with one table of labels have the codes without a label that any of them has."""
    run = [v for v in run if v.value_labels and found[v.name].categories and v.kind == "numeric"]
    if len(run) < 2 or len(run[0].value_labels) > MOST_POINTS:
        return {}
    whys, missing = {found[v.name].why for v in run}, {v.missing for v in run}
    codes = dict(pair for v in run for pair in found[v.name].categories)
    if len(whys) > 1 or len(missing) > 1 or len(codes) > MOST_POINTS:
        return {}
    categories = tuple(sorted(codes.items(), key=lambda pair: float(pair[0])))
    return {v.name: replace(found[v.name], categories=categories) for v in run}
