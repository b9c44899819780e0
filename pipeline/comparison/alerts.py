"""What the latest wave calls attention to: large firm changes, and answers of another quality than in the wave before.

Quality: questions that many more did not answer, batteries that more filled in without looking, fewer units that
answered, a stratum or a mode that weighs otherwise among the cases. These are shares of cases, unweighted and untested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.comparison import sentences
from pipeline.comparison.book import Book
from pipeline.comparison.firm import OPEN
from pipeline.comparison.measured import known
from pipeline.comparison.waves import WaveData, Waves
from pipeline.present import formats

LEAST_ITEMS = 3
"""Items from which one answer to all of them says something of how a battery was filled in."""

Pair = tuple[WaveData, WaveData]


def alerts(waves: Waves, table: Any, langs: Sequence[str]) -> list[Mapping[str, str]]:
    """The alerts by language, as ``study.yml`` asks for them. ``table``: the comparison's result rows."""
    by_lang = [list(_alerts(Book(lang, waves, table))) for lang in langs]
    return [dict(zip(langs, one, strict=True)) for one in zip(*by_lang, strict=True)]


def _alerts(book: Book) -> Iterator[str]:
    wanted = book.waves.files.study.waves.alerts
    before, after = book.waves.waves[-2:]
    if wanted.change is not None:
        for move in book.moves_since(before.name):
            if move.firmness > OPEN and _reaches(move.row.value, 0.0, wanted.change, both_ways=True):
                yield sentences.move(book, move.wave, move.row)
    if wanted.no_answer is not None:
        for name in book.waves.files.codebook.all_variables():
            yield from _grown(book, (before, after), lambda w, n=name: unanswered(w, n), wanted.no_answer,  # type: ignore[misc]
                              "alert_no_answer", question=book.view.label(name))  # fmt: skip
    if wanted.straight_lining is not None:
        for name, battery in book.waves.files.codebook.batteries.items():
            members = battery.members
            yield from _grown(book, (before, after), lambda w, m=members: straight_lined(w, m, book.least),  # type: ignore[misc]
                              wanted.straight_lining, "alert_straight", battery=book.view.label(name))  # fmt: skip
    if wanted.response is not None:
        yield from _response(book, (before, after), wanted.response)


def _reaches(after: float | None, before: float | None, points: float, both_ways: bool = False) -> bool:
    if after is None or before is None:
        return False
    change = (after - before) * 100
    return (abs(change) if both_ways else change) >= points - 1e-9


def _grown(
    book: Book, waves: Pair, share_of: Callable[[WaveData], float | None], points: float, text_id: str, **params: str
) -> Iterator[str]:
    """An alert where a share has grown by so many points."""
    first, second = (share_of(wave) for wave in waves)
    if _reaches(second, first, points):
        yield _worded(book, waves, first or 0.0, second or 0.0, text_id, **params)


def _worded(book: Book, waves: Pair, first: float, second: float, text_id: str, **params: str) -> str:
    shares = [formats.percent_text(share, book.lang) for share in (first, second)]
    return book.t(
        text_id, first=shares[0], second=shares[1], before=book.when(waves[0].name), after=book.when(waves[1].name),
        **params,
    )  # fmt: skip


def unanswered(wave: WaveData, name: str) -> float | None:
    """The share of a wave's cases, of those that a filter let pass, without a valid answer to a question."""
    cases = wave.cases()
    variable = wave.codebook.all_variables().get(name)
    if variable is None or name not in known(cases) or variable.kind in ("identifier", "weight", "text", "date"):
        return None
    if variable.asked_if and known(cases).issuperset(variable.asked_if):
        cases = cases.where(variable.asked_if)
    valid = cases.valid(name)
    return None if not len(valid) else 1 - float(valid.mean())


def straight_lined(wave: WaveData, members: Sequence[str], least: int) -> float | None:
    """The share that gave one answer to all items of a battery, of the cases that answered them all.

    ``None`` for fewer items than say something, items that a wave lacks, or fewer cases than ``least``.
    """
    cases = wave.cases()
    if len(members) < LEAST_ITEMS or not known(cases).issuperset(members):
        return None
    coded = [cases.coded(name) for name in members]
    codes = {code: i for i, code in enumerate(dict.fromkeys(c for one in coded for c in one.codes))}
    answers = np.array([np.array([-1, *(codes[c] for c in one.codes)])[one.index] for one in coded])
    whole = np.logical_and.reduce([cases.valid(name) for name in members])
    if int(whole.sum()) < least:
        return None
    return float((answers[:, whole] == answers[0, whole]).all(axis=0).mean())


def _response(book: Book, waves: Pair, points: float) -> Iterator[str]:
    """Fewer units that answered; strata and categories of ``response_by`` that weigh otherwise among the cases."""
    rates = [None if w.population is None else w.rows / w.population for w in waves]
    if _reaches(rates[0], rates[1], points):
        yield _worded(book, waves, rates[0] or 0.0, rates[1] or 0.0, "alert_response")
    study = book.waves.files.study
    strata = study.design.strata if study.design is not None else None
    for name in dict.fromkeys([*([strata] if strata else []), *study.waves.alerts.response_by]):
        shares = [composition(w, name) for w in waves]
        for code in dict.fromkeys([*shares[0], *shares[1]]) if all(shares) else ():
            first, second = (one.get(code, 0.0) for one in shares)
            if _reaches(second, first, points, both_ways=True):
                category = book.view.code_label(name, code)
                yield _worded(book, waves, first, second, "alert_response_by", variable=book.view.label(name),
                              category=category)  # fmt: skip


def composition(wave: WaveData, name: str) -> dict[str, float]:
    """The share of each category among a wave's cases, those without one left out."""
    cases = wave.cases()
    if name not in known(cases) or name not in cases.variables:
        return {}
    coded = cases.coded(name)
    counts = np.bincount(coded.index, minlength=len(coded.codes) + 1)[1:]
    total = int(counts.sum())
    return {code: float(n) / total for code, n in zip(coded.codes, counts.tolist(), strict=True)} if total else {}
