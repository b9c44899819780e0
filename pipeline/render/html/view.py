"""What the page's template needs beyond the document: anchors, classes, where numbers line up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.present.document import Cell, Document, Facts, Figure, Row, Section, Table, Trace
from pipeline.render.grid import Placed, place_head
from pipeline.render.table_layout import (
    Column,
    beside_letters,
    cell_notes,
    column_widths,
    columns,
    has_overlong_words,
    padding,
)
from pipeline.render.text import flowing

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_ROOM = 58.0  # em of a table's type: what the text column of a wide screen holds
_GAP = 1.3  # em; white on both sides of a cell
_SORTABLE = 15  # rows: a reader wants to sort a longer list


def slug(id_: str) -> str:
    """An id as HTML and a link can hold it; different ids stay different."""
    return _UNSAFE.sub(lambda m: f"_{ord(m[0]):x}_", id_)


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell as shown: its text, what stands raised after it, its classes, and the number of its trace."""

    text: str
    raised: str
    classes: str
    sort: str
    trace: int | None


@dataclass(frozen=True, slots=True)
class RowView:
    """A row: its label, indent level, classes and cells."""

    label: str
    level: int
    kind: str
    classes: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table: head by rows, bodies (each begins with a group row when there are groups), numbered notes."""

    head: tuple[tuple[Placed, ...], ...]
    numeric: tuple[bool, ...]  # by column, the stub first
    bodies: tuple[tuple[RowView, ...], ...]
    notes: tuple[tuple[str, int], ...]
    scrolls: bool
    sortable: bool


@dataclass(slots=True)
class View:
    """Collects, while the page is laid out, what its style sheet must define besides."""

    document: Document
    paddings: dict[float, str] = field(default_factory=dict)
    counts: set[int] = field(default_factory=set)  # numbers of columns
    traces: dict[Trace, int] = field(default_factory=dict)
    _targets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._collect(self.document.sections)
        main = self.document.cover.figure
        if main is not None:
            self._targets.setdefault(main.id, "cover-figure")

    def _collect(self, sections: tuple[Section, ...]) -> None:
        for section in sections:
            self._targets.setdefault(section.id, slug(section.id))
            for block in section.blocks:
                if isinstance(block, Table | Figure | Facts) and block.id:
                    self._targets.setdefault(block.id, slug(block.id))
                for behind in block.details if isinstance(block, Table) else ():
                    self._targets.setdefault(behind.id, slug(behind.id))
            self._collect(section.sections)

    def target(self, id_: str) -> str:
        """The anchor of a section, table, figure or entry; empty when the document has no such thing."""
        return self._targets.get(id_, "")

    def _padding(self, width: float) -> str:
        width = round(width, 3)
        return self.paddings.setdefault(width, f"p{len(self.paddings) + 1}") if width else ""

    def _cell(self, cell: Cell, column: Column, notes: dict[str, int], sortable: bool) -> CellView:
        text, raised = beside_letters(cell)
        if cell.note:
            raised += f"({notes[cell.note]})"
        classes = self._padding(padding(cell, column) + column.after) if column.numeric else "x"
        sort = f"{cell.value:.12g}" if sortable and cell.value is not None else ""
        trace = None
        if cell.trace is not None and self.document.explained is not None:
            trace = self.traces.setdefault(cell.trace, len(self.traces))
        return CellView(text, raised, classes, sort, trace)

    def _row(self, row: Row, shape: tuple[Column, ...], notes: dict[str, int], sortable: bool, rule: bool) -> RowView:
        classes: list[str] = [] if row.kind == "body" else [row.kind]
        if rule:
            classes.append("rule")
        cells = tuple(
            self._cell(cell, column, notes, sortable) for cell, column in zip(row.cells, shape, strict=bool(row.cells))
        )
        return RowView(row.label, min(row.level, 4), row.kind, " ".join(classes), cells)

    @staticmethod
    def flowing(notes: tuple[str, ...]) -> str:
        """Notes as one paragraph."""
        return flowing(notes)

    def table(self, table: Table) -> TableView:
        """The table as the template writes it."""
        shape, notes = columns(table), cell_notes(table)
        self.counts.add(table.columns)
        placed = place_head(table)
        head = tuple(tuple(p for p in placed if p.row == r) for r in range(len(table.head)))
        sortable = (
            len(table.head) == 1
            and sum(row.kind == "body" for row in table.rows) >= _SORTABLE
            and all(row.kind != "group" for row in table.rows)
        )
        bodies: list[list[RowView]] = [[]]
        previous = ""
        for row in table.rows:
            # Totals, missing and bases keep their place below the rows that a reader may sort.
            apart = sortable and bodies[-1] and (row.kind == "body") != (previous == "body")
            if (row.kind == "group" and bodies[-1]) or apart:
                bodies.append([])
            rule = row.kind in ("total", "subtotal", "base") and row.kind != previous and previous != ""
            bodies[-1].append(self._row(row, shape, notes, sortable, rule))
            previous = row.kind
        scrolls = table.wide or has_overlong_words(table) or column_widths(table, shape, _ROOM, _GAP) is None
        numeric = (False, *(column.numeric for column in shape))
        return TableView(head, numeric, tuple(map(tuple, bodies)), tuple(notes.items()), scrolls, sortable)

    def css(self) -> str:
        """The rules for the paddings and the numbers of columns met: names of ours and numbers only."""
        paddings = [f"td.{name}{{padding-right:{width + 0.6:.3f}em}}" for width, name in self.paddings.items()]
        widths = [f".c{n} thead th.n{{width:{58 / n:.2f}%}}" for n in sorted(self.counts) if n]
        return "".join(paddings + widths)
