"""Printed figures beside those that the data give: the same, the same on another base, another, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.audit.claims import Claim, Published
from pipeline.audit.printed import Bounds, Printed, bounds, read
from pipeline.codes import is_net
from pipeline.results import ResultRow, Results

Agreement = Literal["reproduced", "other_base", "differs", "hidden", "absent", "no_cell", "in_data", "not_in_data"]
"""``in_data``: all that a statement without a figure names was answered by somebody."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim beside the data: what was computed, on which base, and whether it is printed so.

    ``base``: the n that the agreement stands on; ``which``: how that base is called (``valid``, ``all``,
    ``population``); ``off``: computed less printed, of shares as a share. ``counts``: of what a statement names, each
    with its place among all of its table by frequency, of ``among``; no places where some of these are hidden.
    """

    id: str
    agreement: Agreement
    computed: float | None = None
    base: int | None = None
    which: str = ""
    off: float | None = None
    counts: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    among: int = 0


def against(published: Published, results: Results, wave: str, population: int | None) -> tuple[Compared, ...]:
    """Each claim of a file beside the results of a wave."""
    return tuple(
        Compared(name, "no_cell")
        if claim.wave not in ("", wave)
        else _claim(name, claim, published, results, population)
        for name, claim in published.claims.items()
    )


def _claim(name: str, claim: Claim, published: Published, results: Results, population: int | None) -> Compared:
    if claim.kind == "statement":
        return _statement(name, claim, results)
    printed = read(claim.printed, claim.kind == "count")
    if not claim.cell or printed is None:
        return Compared(name, "no_cell")
    rows = {row.statistic: row for row in _cell(claim.cell, results)}
    rounding = claim.rounding or published.rounding

    within = bounds(printed, rounding)

    if claim.kind != "share":
        row = rows.get(claim.statistic or {"mean": "mean"}.get(claim.kind, "n"))
        if row is None or row.value is None:
            return Compared(name, "hidden" if row is not None and row.suppressed else "absent")
        same = Fraction(row.value) in within
        off = None if same else row.value - float(printed.value)
        return Compared(name, "reproduced" if same else "differs", row.value, row.n, "valid", off)
    count = rows.get("n")
    if count is None or count.value is None:
        return Compared(name, "hidden" if count is not None and count.suppressed else "absent")
    return _share(name, round(count.value), [*_bases(count, results, population)], printed, within)


def _share(name: str, count: int, bases: list[tuple[str, int]], printed: Printed, within: Bounds) -> Compared:
    """A share of the valid cases if it is printed so, else of the first other base on which it is."""
    fitting = [(which, n) for which, n in bases if n and Fraction(count, n) in within]
    which, n = (fitting or bases or [("valid", 0)])[0]
    if not n:
        return Compared(name, "absent")
    share = count / n
    if not fitting:
        return Compared(name, "differs", share, n, which, share - float(printed.value))
    return Compared(name, "reproduced" if which == "valid" else "other_base", share, n, which)


def _statement(name: str, claim: Claim, results: Results) -> Compared:
    """Whether there is what a statement names, and how often beside all else in its table."""
    found = [next((row for row in _cell(cell, results) if row.statistic == "n"), None) for cell in claim.cells]
    rows = [row for row in found if row is not None]
    if not rows or len(rows) < len(found):
        return Compared(name, "absent")
    if any(row.suppressed for row in rows):
        return Compared(name, "hidden")
    counts = [round(row.value or 0) for row in rows]
    beside = [
        row for row in results.rows(rows[0].table_id)
        if row.statistic == "n" and row.row_var == rows[0].row_var and row.row_code and not is_net(row.row_code)
        and not (row.col_code or row.layer_code)
    ]  # fmt: skip
    places: list[int] = []
    if not any(row.suppressed for row in beside):
        places = [1 + sum((row.value or 0) > count for row in beside) for count in counts]
    return Compared(name, "in_data" if all(counts) else "not_in_data", base=rows[0].n, which="valid",
                    counts=tuple(counts), places=tuple(places), among=len(beside))  # fmt: skip


def _cell(cell: str, results: Results) -> Iterator[ResultRow]:
    """The rows of a cell: ``table``, ``table:code`` or ``table:variable=code``."""
    table, _, part = cell.partition(":")
    variable, mark, code = part.partition("=")
    variable, code = (variable, code) if mark else ("", part)
    for row in results.rows(table):
        if row.row_code == code and not row.col_code and not row.layer_code and variable in ("", row.row_var):
            yield row


def _bases(count: ResultRow, results: Results, population: int | None) -> Iterator[tuple[str, int]]:
    """The bases that a share of the cell may stand on: valid cases, all cases of the file, all units that there are."""
    if count.n is not None:
        yield "valid", count.n
    whole = results.get(count.table_id, "cases_n", count.row_var)
    if whole is not None and whole.value is not None:
        yield "all", round(whole.value)
    if population is not None:
        yield "population", population
