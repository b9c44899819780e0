"""What the latest wave calls attention to: large firm changes, and questions that many more did not answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.comparison import sentences
from pipeline.comparison.book import Book
from pipeline.comparison.firm import OPEN
from pipeline.comparison.measured import known
from pipeline.comparison.waves import WaveData, Waves
from pipeline.present import formats


def alerts(waves: Waves, table: Any, langs: Sequence[str]) -> list[Mapping[str, str]]:
    """The alerts by language, as ``study.yml`` asks for them. ``table``: the comparison's result rows."""
    by_lang = [list(_alerts(Book(lang, waves, table))) for lang in langs]
    return [dict(zip(langs, one, strict=True)) for one in zip(*by_lang, strict=True)]


def _alerts(book: Book) -> Iterator[str]:
    wanted = book.waves.files.study.waves.alerts
    before, after = book.waves.waves[-2:]
    if wanted.change is not None:
        for move in book.moves_since(before.name):
            if move.firmness > OPEN and abs(move.row.value or 0.0) * 100 >= wanted.change - 1e-9:
                yield sentences.move(book, move.wave, move.row)
    if wanted.no_answer is not None:
        for name in book.waves.files.codebook.all_variables():
            shares = [_unanswered(wave, name) for wave in (before, after)]
            if shares[0] is None or shares[1] is None:
                continue
            if (shares[1] - shares[0]) * 100 >= wanted.no_answer - 1e-9:
                first, second = (formats.percent_text(share, book.lang) for share in (shares[0], shares[1]))
                yield book.t(
                    "alert_no_answer", question=book.view.label(name), first=first, second=second,
                    before=book.when(before.name), after=book.when(after.name),
                )  # fmt: skip


def _unanswered(wave: WaveData, name: str) -> float | None:
    """The share of a wave's cases, of those that a filter let pass, without a valid answer to a question."""
    cases = wave.cases()
    variable = wave.codebook.all_variables().get(name)
    if variable is None or name not in known(cases) or variable.kind in ("identifier", "weight", "text", "date"):
        return None
    if variable.asked_if and known(cases).issuperset(variable.asked_if):
        cases = cases.where(variable.asked_if)
    valid = cases.valid(name)
    return None if not len(valid) else 1 - float(valid.mean())
