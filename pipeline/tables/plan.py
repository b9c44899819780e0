"""Which kind of table a description asks for, and making its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.codes import name_parts
from pipeline.results import About
from pipeline.spec.model import Codebook, TableSpec
from pipeline.statistics.core import Number
from pipeline.statistics.posthoc import METHODS
from pipeline.statistics.registry import declared, known
from pipeline.tables.associations import associations
from pipeline.tables.axes import kind_of
from pipeline.tables.context import Context
from pipeline.tables.means import correlation, correlation_matrix, means, reliability
from pipeline.tables.one_way import frequency, multiple, presence, summary
from pipeline.tables.two_way import crosstab

Way = Literal[
    "frequency", "summary", "presence", "multiple", "crosstab", "means", "scores", "correlation", "matrix",
    "reliability", "associations", "model",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of a table: how a row and, where there is one, a column are brought together."""

    way: Way
    row: str
    column: str = ""
    layer: str | None = None


def pieces(spec: TableSpec, codebook: Codebook) -> list[Piece]:
    """The blocks of a table, row by row, each row's columns side by side.

    A battery in the rows stands for its members. A categorical row by a categorical column is a cross-table; a
    numeric row is averaged by group; a scale whose codes are scores gets both where ``kind: means`` or a numeric
    neighbour does not say otherwise (``scores``: the numbers that its counts do not have already).
    """
    if spec.model is not None:
        return [Piece("model", spec.model.outcome)]
    if spec.kind == "reliability":
        return [Piece("reliability", name) for name in spec.rows]
    if spec.kind == "associations":
        return [Piece("associations", spec.rows[0])]
    if spec.kind == "correlation" and not spec.columns:
        return [Piece("matrix", spec.rows[0])]
    found: list[Piece] = []
    for row in members_of(spec.rows, codebook):
        for column in spec.columns or ("",):
            found.extend(_ways(row, column, spec, codebook))
    return found


def members_of(names: Sequence[str], codebook: Codebook) -> list[str]:
    """The names with each battery's members in its place."""
    return [m for n in names for m in (codebook.batteries[n].members if n in codebook.batteries else (n,))]


def _ways(row: str, column: str, spec: TableSpec, codebook: Codebook) -> list[Piece]:
    kind = kind_of(row, codebook)
    scored = row in codebook.all_variables() and codebook.all_variables()[row].scores
    if not column:
        if kind == "mentions":
            return [Piece("multiple", row)]
        if kind == "date":
            return [Piece("presence", row)]
        if spec.kind == "summary" or kind in ("numeric",):
            return [Piece("summary", row)]
        return [Piece("frequency", row), *([Piece("scores", row)] if scored else [])]
    other = kind_of(column, codebook)
    if (kind == "numeric" and other == "numeric") or spec.kind == "correlation":
        return [Piece("correlation", row, column, spec.layer)]
    if kind == "numeric" or spec.kind == "means":
        ordered = column in codebook.all_variables() and codebook.all_variables()[column].scores
        both = [Piece("correlation", row, column, spec.layer)] if ordered and spec.all_statistics else []
        return [Piece("means", row, column, spec.layer), *both]
    both = [Piece("scores", row, column, spec.layer)] if scored and spec.kind != "crosstab" else []
    return [Piece("crosstab", row, column, spec.layer), *both]


def make(spec: TableSpec, context: Context, codebook: Codebook) -> None:
    """Make all rows of a table."""
    inside = context if not spec.where else replace(context, cases=context.cases.where(spec.where))
    wanted = (*spec.statistics, "letters") if spec.letters and spec.statistics else spec.statistics
    made = pieces(spec, codebook)
    before = len(inside.writer)
    for piece in made:
        at = len(inside.writer)
        told = inside
        if piece.way != "associations":
            told = inside.among(*names_of(piece, spec), presence=asks_presence(piece, spec))
        _make_piece(piece, spec, told, wanted)
        told.say_cut(at)
    _say_missing(spec, inside, made, inside.writer.statistics_since(before))


def asks_presence(piece: Piece, spec: TableSpec) -> bool:
    """Whether of the one variable only its presence among all cases is asked."""
    return piece.way == "presence" and not spec.where


def names_of(piece: Piece, spec: TableSpec) -> tuple[str, ...]:
    """The variables, sets and batteries that a piece is made from, but for the pairs of a screening."""
    if piece.way == "matrix":
        return spec.rows
    if spec.model is not None:
        return (spec.model.outcome, *spec.model.predictors)
    return tuple(name for name in (piece.row, piece.column, piece.layer) if name)


def _say_missing(spec: TableSpec, context: Context, made: Sequence[Piece], there: Collection[str]) -> None:
    """A reason for each statistic that was asked for and that none of the table's pairs of variables has.

    What a description leaves out is no gap: the whole report says that it has no tests.
    """
    for name in spec.statistics:
        asked = METHODS[name].difference.p if name in METHODS else name
        if asked in there or name in declared() or (context.mode == "description" and _inferential(name)):
            continue
        for row, column in dict.fromkeys((piece.row, piece.column) for piece in made if piece.way != "model"):
            context.writer.add(About(spec.table, row, column), name, Number(None, error="not_for_these_variables"))


def _inferential(name: str) -> bool:
    return name in METHODS or (name in known() and known()[name].values[name].inferential)


def _make_piece(piece: Piece, spec: TableSpec, context: Context, wanted: Sequence[str]) -> None:
    if piece.way == "frequency":
        frequency(context, spec.table, piece.row, wanted)
    elif piece.way == "summary":
        summary(context, spec.table, piece.row, wanted)
    elif piece.way == "presence":
        presence(context, spec.table, piece.row)
    elif piece.way == "scores" and piece.column:
        means(context, spec.table, piece.row, piece.column, piece.layer, wanted, beside_counts=True)
    elif piece.way == "scores":
        summary(context, spec.table, piece.row, wanted, beside_counts=True)
    elif piece.way == "multiple":
        multiple(context, spec.table, piece.row, wanted)
    elif piece.way == "crosstab":
        crosstab(context, spec.table, piece.row, piece.column, piece.layer, wanted)
    elif piece.way == "means":
        means(context, spec.table, piece.row, piece.column, piece.layer, wanted)
    elif piece.way == "correlation":
        correlation(context, spec.table, piece.row, piece.column, wanted, piece.layer)
    elif piece.way == "matrix":
        members = members_of(spec.rows, context.cases.codebook)
        correlation_matrix(context, spec.table, members, wanted, spec.missing)
    elif piece.way == "associations":
        associations(context, spec.table, members_of(spec.rows, context.cases.codebook), spec.columns)
    elif piece.way == "model" and spec.model is not None:
        from pipeline.tables.models import model

        model(context, spec.table, spec.model)
    elif piece.way == "reliability":
        reliability(context, spec.table, piece.row, wanted)


def variables_of(spec: TableSpec, codebook: Codebook) -> list[str]:
    """The variables, sets and batteries a table shows, in order and without repeats (for origin marks)."""
    names = [p for name in (*spec.rows, *spec.columns) for p in name_parts(name)]
    names += [*([spec.layer] if spec.layer else []), *spec.where]
    if spec.model is not None:
        names += [spec.model.outcome, *spec.model.predictors]
    return list(dict.fromkeys(names))
