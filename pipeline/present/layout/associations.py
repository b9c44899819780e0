"""The strongest of many pairs of variables that were screened, one pair per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.present import formats
from pipeline.present.answer import strength
from pipeline.present.document import Cell, HeadCell, Row
from pipeline.present.layout.parts import Body, stub
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec
from pipeline.tables.associations import MADE_FROM

MOST = 10  # pairs shown
LEAST = 0.1  # what is weaker is negligible, by the rule for Cramér's V
ALIKE = 0.95  # what is stronger is one thing told twice, not two that go together


@dataclass(frozen=True, slots=True)
class Ranking:
    """The pairs of a screening: the strongest that are no chance; those of which one is made from the other or says the
    same; and how many there were."""

    strongest: tuple[ResultRow, ...]
    alike: tuple[ResultRow, ...]
    screened: int
    tested: bool


def ranking(view: View, spec: TableSpec) -> Ranking:
    """The pairs of a table, the strongest first; where there are tests, those whose adjusted p is below the level."""
    pairs = [r for r in view.results.rows(spec.table) if r.statistic == "association" and r.value is not None]
    p = {(r.row_var, r.col_var): r.value for r in view.results.rows(spec.table) if r.statistic == "association_p"}
    level = 1 - view.study.confidence

    def firm(row: ResultRow) -> bool:
        own = p.get((row.row_var, row.col_var))
        return (own is not None and own < level) if p else True

    ordered = sorted(pairs, key=lambda r: -(r.value or 0.0))
    alike = tuple(r for r in ordered if (r.value or 0.0) >= ALIKE or MADE_FROM in r.method.split())
    rest = [r for r in ordered if r not in alike and (r.value or 0.0) >= LEAST and firm(r)]
    return Ranking(tuple(rest[:MOST]), alike, len(pairs), bool(p))


def associations(view: View, spec: TableSpec) -> Body:
    """A row per pair: its strength from 0 to 1, in words, its adjusted p and its cases."""
    found = ranking(view, spec)
    heads = ["association_strength", "association_word", *(["association_p"] if found.tested else []), "n"]
    rows = []
    for row in found.strongest:
        p = view.get(spec.table, "association_p", row.row_var, "", row.col_var, "")
        value = row.value or 0.0
        cells = [view.cell(row, "decimal", 2), Cell(view.t(f"association_{strength(value)}"))]
        cells += [view.cell(p, "p")] if found.tested else []
        cells.append(formats.count_cell(row.n, view.lang))
        rows.append(Row(f"{view.label(row.row_var)} × {view.label(row.col_var)}", tuple(cells)))
    count = formats.count_text(found.screened, view.lang)
    notes = [view.t("association_note", count=count, pairs=found.screened)]
    if found.tested:
        level = formats.percent_text(1 - view.study.confidence, view.lang, 0)
        notes.append(view.t("association_tests", level=level))
    if found.alike:
        notes.append(view.t("association_alike", pairs=_listed(view, found.alike)))
    return Body(
        head=((stub(view, view.t("association_pair")), *(HeadCell(view.t(h)) for h in heads)),),
        rows=tuple(rows) or (Row(view.t("association_none"), tuple(Cell(kind="empty") for _ in heads)),),
        columns=len(heads),
        unit=view.t("unit_associations"),
        base=view.t("base_pairs_short"),
        notes=tuple(notes),
    )


def _listed(view: View, rows: Sequence[ResultRow], most: int = 5) -> str:
    shown = "; ".join(f"{view.label(r.row_var)} × {view.label(r.col_var)}" for r in rows[:most])
    return f"{shown}; … (+{len(rows) - most})" if len(rows) > most else shown
