"""Where the cells of a table's head stand, for formats that place cells by row and column (XLSX, DOCX)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from pipeline.present.document import HeadCell, Row, Table


@dataclass(frozen=True, slots=True)
class Placed:
    """A head cell with its place: ``row`` and ``column`` from 0, column 0 being the stub; spans as they fit."""

    row: int
    column: int
    rows: int
    columns: int
    cell: HeadCell


def place_head(table: Table) -> tuple[Placed, ...]:
    """The head's cells in reading order, each at the first free place of its row, as HTML does it.

    Spans are clipped to the head's rows and to the table's columns. Raises ``ValueError`` for a cell that finds no
    free place: the head then has more cells than columns, which is a defect of whoever made the table.
    """
    height, width = len(table.head), table.columns + 1
    taken: set[tuple[int, int]] = set()
    placed: list[Placed] = []
    for r, row in enumerate(table.head):
        c = 0
        for cell in row:
            while (r, c) in taken:
                c += 1
            if c >= width:
                raise ValueError(f"table {table.id}: head row {r + 1} has more cells than the table has columns")
            rows = max(1, min(cell.rows, height - r))
            columns = 1
            while columns < cell.columns and c + columns < width and (r, c + columns) not in taken:
                columns += 1
            taken.update((r + i, c + j) for i in range(rows) for j in range(columns))
            placed.append(Placed(r, c, rows, columns, cell))
            c += columns
    return tuple(placed)


def take_columns(table: Table, start: int, stop: int) -> Table:
    """The table with its stub and only the columns ``start`` to ``stop`` (from 1, ``stop`` excluded).

    A head cell that spans over the cut stands over what is left of its columns.
    """
    head: list[list[HeadCell]] = [[] for _ in table.head]
    for p in place_head(table):
        if p.column == 0:
            head[p.row].append(p.cell)
            continue
        columns = min(p.column + p.columns, stop) - max(p.column, start)
        if columns > 0:
            head[p.row].append(dataclasses.replace(p.cell, columns=columns, rows=p.rows))
    rows = tuple(
        row if not row.cells else Row(row.label, row.cells[start - 1 : stop - 1], row.kind, row.level)
        for row in table.rows
    )
    return dataclasses.replace(table, head=tuple(tuple(row) for row in head), rows=rows, columns=stop - start)
