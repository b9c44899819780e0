"""A configuration in the report: its tables and figures in reading order, each beside what it shows."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.present import configuration_figures as drawn
from pipeline.present.document import Block, Figure, Paragraph, Table
from pipeline.present.layout import configurations as layout
from pipeline.present.layout.parts import Body, frame
from pipeline.present.numbering import Numbering
from pipeline.present.view import View
from pipeline.spec.configurations import Configuration, ConfigurationSpec, type_table
from pipeline.spec.model import TableSpec, say

_ORDER = (
    "axes",
    "scree",
    "answers",
    "loadings",
    "loadings_figure",
    "map",
    "number",
    "tree",
    "types",
    "profile",
    "profile_figure",
)


def blocks(view: View, spec: ConfigurationSpec, numbering: Numbering) -> list[Block]:
    """All blocks: an analysis that could not be computed has its first table, which says why."""
    configuration = view.codebook.configurations[spec.configuration]
    found: list[Block] = []
    tables: dict[str, Table] = {}
    owners = [spec.configuration, *spec.types(view.codebook)]
    for owner in owners:
        for part in _ORDER:
            name = _name(spec, owner, part)
            if name in numbering.tables:
                tables[name] = _table(view, spec, configuration, owner, part, numbering.tables[name])
                found.append(tables[name])
            if name in numbering.figures:
                made = _figure(view, spec, configuration, owner, part, tables, numbering.figures[name])
                found.append(made)
    return found


def _name(spec: ConfigurationSpec, owner: str, part: str) -> str:
    """The name of a table or figure: ``owner`` is the configuration, or a variable that holds its types."""
    return f"{owner}-{part}" if owner == spec.configuration else type_table(spec.configuration, owner, part)


def _shim(view: View, spec: ConfigurationSpec, configuration: Configuration, owner: str, part: str) -> TableSpec:
    """The table as others are described: its name, its title, what it is about."""
    about = view.label(owner) if owner in view.variables else say(configuration.label, view.lang)
    title = layout.words(view, f"title_{part}", label=about)
    rows = (*configuration.active, *configuration.supplementary)
    return TableSpec.model_construct(
        table=_name(spec, owner, part), title={view.lang: title}, rows=rows,
        note=spec.note if part == "axes" else None,
    )  # fmt: skip


def _table(
    view: View, spec: ConfigurationSpec, configuration: Configuration, owner: str, part: str, number: int
) -> Table:  # fmt: skip
    shim = _shim(view, spec, configuration, owner, part)
    name = shim.table
    of_axes: dict[str, Callable[..., Body]] = {
        "axes": layout.axes, "answers": layout.answers, "loadings": layout.loadings
    }  # fmt: skip
    of_types: dict[str, Callable[..., Body]] = {
        "number": layout.number, "types": layout.types, "profile": layout.profile
    }  # fmt: skip
    if part in of_axes:
        body = of_axes[part](view, spec, name, configuration)
    else:
        body = of_types[part](view, spec, name, configuration, owner)
    return frame(view, shim, number, body)


def _figure(
    view: View, spec: ConfigurationSpec, configuration: Configuration, owner: str, part: str, tables: dict[str, Table],
    number: int,
) -> Figure | Paragraph:  # fmt: skip
    about = view.label(owner) if owner in view.variables else say(configuration.label, view.lang)
    title = layout.words(view, f"title_figure_{part}", label=about)
    source = {"scree": "axes", "map": "answers", "loadings_figure": "loadings", "tree": "number"}.get(part, "profile")
    table = tables.get(_name(spec, owner, source))
    return drawn.figure(view, configuration, owner, part, _name(spec, owner, part), title, table, number)
