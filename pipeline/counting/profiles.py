"""The distinct profiles of answers to several questions at once, and which of them each case shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.codes import SYSTEM_MISSING
from pipeline.counting.cases import Cases
from pipeline.counting.engine import Counts, Index, patterns
from pipeline.statistics.core import Floats, Ints


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a profile: a variable, or an item of a set, with the codes of its answers (index 1 … k)."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profiles:
    """Distinct rows over several questions: ``x`` (m, questions), ``counts`` (m,) each, ``shown``: by case its row.

    Of answers ``x`` holds 1 … k, 0 for none; of numbers the values, NaN for none.
    """

    questions: tuple[Question, ...]
    x: Floats
    counts: Counts
    shown: Ints


def of_answers(cases: Cases, names: Sequence[str], none_is_one: bool = False) -> Profiles:
    """Profiles over categorical variables, batteries and sets of dichotomies.

    An answer that says that there is none (``no_answer``) counts as none; ``none_is_one``: to have none is an answer of
    its own, ``.``, where a case has none.
    """
    questions, columns = [], []
    for question, index in _answers(cases, names):
        if none_is_one and bool((index == 0).any()):
            index = np.where(index == 0, len(question.codes) + 1, index)
            question = Question(question.name, (*question.codes, SYSTEM_MISSING))
        questions.append(question)
        columns.append(index.astype(np.float64))
    x, counts, shown = patterns(np.column_stack(columns), cases.weights)
    return Profiles(tuple(questions), x, counts, shown)


def _answers(cases: Cases, names: Sequence[str]) -> list[tuple[Question, Index]]:
    found: list[tuple[Question, Index]] = []
    for name in names:
        many, battery = cases.codebook.sets.get(name), cases.codebook.batteries.get(name)
        if many is None:
            found += [_answer(cases, member) for member in (battery.members if battery is not None else (name,))]
            continue
        mentions = cases.mentions(name)
        for item, mentioned in zip(mentions.items, mentions.mentioned, strict=True):
            categories = cases.variables[item].categories
            other = next((code for code in categories if code != many.counted_code), "0")
            index = np.where(mentioned, 1, np.where(mentions.base, 2, 0))
            found.append((Question(item, (many.counted_code, other)), index))
    return found


def _answer(cases: Cases, name: str) -> tuple[Question, Index]:
    coded = cases.coded(name)
    index, gone = coded.index, cases.variables[name].no_answer or ()
    kept = [code for code in coded.codes if code not in gone]
    if len(kept) < len(coded.codes):
        lookup = np.array([0, *(kept.index(c) + 1 if c in kept else 0 for c in coded.codes)])
        index = lookup[index]
    return Question(name, tuple(kept)), index


def of_numbers(cases: Cases, names: Sequence[str]) -> Profiles:
    """Profiles over the values of numeric variables and scored scales, batteries member by member."""
    batteries = cases.codebook.batteries
    members = [m for name in names for m in (batteries[name].members if name in batteries else (name,))]
    x, counts, shown = patterns(np.column_stack([cases.numeric(name) for name in members]), cases.weights)
    return Profiles(tuple(Question(name, ()) for name in members), x, counts, shown)


def by_type(cases: Cases, kind: Ints, k: int, names: Sequence[str]) -> list[tuple[Question, Counts]]:
    """How many cases of each type give each answer: by question counts of shape (codes, k); ``kind``: 0 for no type."""
    from pipeline.counting.engine import count

    return [
        (question, count([index, kind], [len(question.codes), k], cases.weights).inner())
        for question, index in _answers(cases, names)
    ]
