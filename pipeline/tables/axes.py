"""What can stand in a table's rows or columns, resolved for the cases at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.codes import is_nested, name_parts, nested, nested_name
from pipeline.counting.cases import Cases, Coded, Mask, Mentions
from pipeline.spec.model import Codebook

AxisKind = Literal["categories", "mentions", "numeric", "date", "text"]


def kind_of(name: str, codebook: Codebook) -> AxisKind:
    """How a name can be used: as categories, as a set of mentions, as a number, or only listed."""
    if is_nested(name):
        return "categories"
    if name in codebook.sets:
        return "mentions"
    variable = codebook.all_variables()[name]
    if variable.kind in ("nominal", "ordinal"):
        return "categories"
    if variable.kind in ("numeric", "weight"):
        return "numeric"
    return "date" if variable.kind == "date" else "text"


@dataclass(frozen=True, slots=True)
class Axis:
    """Categories or mentions: ``codes`` with, per case, an index (``coded``) or the mentions of a set."""

    name: str
    codes: tuple[str, ...]
    coded: Coded | None = None
    mentions: Mentions | None = None

    @property
    def valid(self) -> Mask:
        """Who has a place on this axis."""
        if self.coded is not None:
            return self.coded.index > 0
        if self.mentions is None:
            raise ValueError(f"axis {self.name} has neither categories nor mentions")
        return self.mentions.base


def axis(cases: Cases, name: str) -> Axis:
    """Resolve a variable, a nested name (``"a > b"``) or a set."""
    if name in cases.codebook.sets:
        mentions = cases.mentions(name)
        return Axis(name, mentions.items, mentions=mentions)
    names = name_parts(name)
    coded = cases.coded(names[0])
    within: list[tuple[str, ...]] = [(code,) for code in coded.codes]
    for inner in names[1:]:
        coded, within = _nest(coded, within, cases.coded(inner))
    return Axis(name, coded.codes, coded=coded)


def _nest(outer: Coded, within: list[tuple[str, ...]], inner: Coded) -> tuple[Coded, list[tuple[str, ...]]]:
    """The categories of ``inner`` within each category of ``outer``, of which ``within`` has the parts; and theirs."""
    k = len(inner.codes)
    both = (outer.index > 0) & (inner.index > 0)
    index = np.where(both, (outer.index - 1) * k + inner.index, 0)
    found = [(*a, b) for a in within for b in inner.codes]
    codes = tuple(nested(*one) for one in found)
    return Coded(nested_name(outer.name, inner.name), index, codes, None, ordered=False), found
