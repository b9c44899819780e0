"""Which changes are told first: what is firm by the reading of the data, then the larger.

A change is firm where every unit is known in both waves, where its direction is the same whatever the others answered,
or where its p, adjusted by Holm over all changes that were looked at, is below the level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.codes import is_net
from pipeline.comparison import trend
from pipeline.comparison.book import Book
from pipeline.results import ResultRow
from pipeline.statistics.multiple_tests import adjust

FIRM, IF_UNRELATED, OPEN = 2, 1, 0
"""How firm a change is; ``IF_UNRELATED``: only as far as not to answer has nothing to do with the answer."""

Place = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a share up to the latest wave, and how firm it is."""

    wave: str
    row: ResultRow
    firmness: int


@dataclass(frozen=True, slots=True)
class Moves:
    """The changes of the latest wave's shares, the firmest and largest first, one per question."""

    all: tuple[Move, ...]
    looked_at: int

    @property
    def told(self) -> list[Move]:
        """Those that are firm."""
        return [move for move in self.all if move.firmness > OPEN]


def moves(book: Book, since: str = "") -> Moves:
    """The latest wave's changes of shares: since the wave before, the first and the chosen one; or ``since`` one."""
    found = [row for row in _candidates(book) if since in ("", row.col_code)]
    adjusted = _adjusted(book, found)
    best: dict[str, Move] = {}
    for row in found:
        move = Move(book.waves.names[-1], row, _firmness(book, row, adjusted))
        known = best.get(row.row_var)
        if known is None or _rank(move) > _rank(known):
            best[row.row_var] = move
    ordered = sorted(best.values(), key=lambda m: (-m.firmness, -abs(m.row.value or 0.0), m.row.table_id))
    return Moves(tuple(ordered), len(found))


def _candidates(book: Book) -> Iterator[ResultRow]:
    """Changes of shares with enough cases in both waves.

    A table that alone is weighted shows a question a second time and takes no part.
    """
    study, last = book.waves.files.study, book.waves.names[-1]
    by_default = study.weights is not None and study.weights.use
    tables = {t.table for t in book.waves.files.report.tables() if not (t.weighted and not by_default)}
    for row in book.rows[last]:
        if row.statistic != "change" or row.col_var != trend.WAVE or row.value is None or row.layer_var:
            continue
        if row.table_id not in tables or not row.row_code or is_net(row.row_code):
            continue
        bases = [book.get(wave, row.table_id, "n", row.row_var) for wave in (row.col_code, last)]
        if all(base is not None and (base.value or 0) >= book.least for base in bases):
            yield row


def _place(row: ResultRow) -> Place:
    return row.table_id, row.row_var, row.row_code, row.col_code


def _adjusted(book: Book, rows: list[ResultRow]) -> Mapping[Place, float]:
    """p of each change that has one, adjusted over all of them."""
    found = {_place(row): p.value for row in rows if (p := _beside(book, row, "change_p")) and p.value is not None}
    return dict(zip(found, adjust(np.array(list(found.values())), "holm").tolist(), strict=True)) if found else {}


def _beside(book: Book, row: ResultRow, statistic: str) -> ResultRow | None:
    return book.get(book.waves.names[-1], row.table_id, statistic, row.row_var, row.row_code, row.col_code)


def _firmness(book: Book, row: ResultRow, adjusted: Mapping[Place, float]) -> int:
    if not round(abs(row.value or 0.0), 3):  # shown as 0.0 points
        return OPEN
    p = adjusted.get(_place(row))
    if p is not None:
        return FIRM if p < 1 - book.waves.files.study.confidence else OPEN
    spec = next(t for t in book.waves.files.report.tables() if t.table == row.table_id)
    if book.mode(spec) != "description":
        return OPEN
    bounds = _side(book, row, "change_bound_low", "change_bound_high")
    if bounds is None:
        sizes = {w.name: w.population for w in book.waves.waves}
        return FIRM if all(sizes[name] is not None for name in (row.col_code, book.waves.names[-1])) else IF_UNRELATED
    return FIRM if bounds else IF_UNRELATED if _side(book, row, "change_low", "change_high") else OPEN


def _side(book: Book, row: ResultRow, low: str, high: str) -> bool | None:
    """Whether two limits are on the same side of 0; ``None`` without them."""
    ends = [None if found is None else found.value for found in (_beside(book, row, s) for s in (low, high))]
    return None if ends[0] is None or ends[1] is None else ends[0] * ends[1] > 0


def _rank(move: Move) -> tuple[int, float, bool, bool]:
    """By firmness and size; of two categories that moved alike rather the "yes" (not code 0), then what rose."""
    value = move.row.value or 0.0
    return move.firmness, round(abs(value), 12), move.row.row_code != "0", value > 0
