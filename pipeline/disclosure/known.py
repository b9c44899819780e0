"""What the public edition's rules understand: every other thing is left out of it, with the reason, until they do.

A new kind of table or of section is named here once it has been thought through what of it gives a hidden count back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import BaseModel

from pipeline.codes import name_parts, nested_name
from pipeline.spec.model import FigureSpec, Report, SectionSpec, TableSpec, TextSpec

Reason = Literal["count", "instead", "table", "weight", "values", "unlinked"]
"""Why a number is hidden: a count of few, one hidden with it, or a share of these (which of them is told to nobody, as
that would say how large it is); wider categories stand in its place; something else is hidden in its table; weights
would tell; it is about values; the rules do not know what it is computed from."""

REASONS: tuple[Reason, ...] = get_args(Reason)

KINDS = frozenset({
    None, "frequency", "summary", "multiple", "crosstab", "means", "grid", "reliability", "correlation", "model",
    "associations",
})  # fmt: skip
"""Kinds of tables."""

FIELDS = {
    TableSpec: {
        "table", "title", "kind", "rows", "columns", "missing", "layer", "statistics", "where", "weighted", "letters",
        "inference", "all_statistics", "sort", "model", "trend_by", "base", "note",
    },
    FigureSpec: {"figure", "of", "title", "headline", "kind", "show", "column", "note", "highlight"},
    TextSpec: {"text"},
    SectionSpec: {"section", "title", "text", "contents"},
    Report: {"main_figure", "findings", "sections"},
}  # fmt: skip
"""What each record of ``report.yml`` may say; one that says more does something that the rules do not know."""

SECTIONS = frozenset({
    "section-published", "section-quality", "section-methods", "section-provenance", "section-codebook",
})  # fmt: skip
"""The sections of a report that are not written in ``report.yml``."""


def coarsened(spec: TableSpec, instead: Mapping[str, str]) -> TableSpec:
    """A table with coarser variables in the place of some, whose categories it can no longer name."""

    def named(name: str) -> str:
        return nested_name(*(instead.get(part, part) for part in name_parts(name)))

    if spec.kind in ("associations", "correlation", "reliability", "means") or spec.model is not None:
        return spec
    rows, columns = tuple(map(named, spec.rows)), tuple(map(named, spec.columns))
    layer = instead.get(spec.layer, spec.layer) if spec.layer else None
    if (rows, columns, layer) == (spec.rows, spec.columns, spec.layer):
        return spec
    return spec.model_copy(update={"rows": rows, "columns": columns, "layer": layer})


def understood(record: BaseModel) -> bool:
    """Whether the rules know all that a record of ``report.yml`` says."""
    fields = FIELDS.get(type(record))
    if fields is None or (isinstance(record, TableSpec) and record.kind not in KINDS):
        return False
    said = {name for name, field in type(record).model_fields.items() if getattr(record, name) != field.get_default()}
    return said <= fields
