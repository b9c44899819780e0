"""What the tables and figures of a network share: names of nodes, the frame, numbers with their normalisation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.codes import code_of, text_of
from pipeline.present import formats
from pipeline.present.charts.model import Chart, Drawing
from pipeline.present.document import Cell, Figure, Mark, Table
from pipeline.present.layout.parts import Body, anchor
from pipeline.present.layout.parts import title as dated
from pipeline.present.numbering import Numbering
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import say
from pipeline.spec.networks import Network, NetworkSpec
from pipeline.statistics import registry


@dataclass(frozen=True, slots=True)
class Shown:
    """A network being shown: the view, what the report asks, the codebook's record."""

    view: View
    spec: NetworkSpec
    network: Network
    numbering: Numbering

    @property
    def about(self) -> str:
        """What its rows are about: the question of the ties, or the network itself."""
        return self.network.ties or self.spec.network

    def table(self, part: str) -> str:
        """The name of a part in the results."""
        return f"{self.spec.network}-{part}"

    @property
    def _first(self) -> str:
        """The part that stands first and says what the ties are."""
        return self.spec.tables(self.view.codebook)[0].removeprefix(f"{self.spec.network}-")

    def node(self, code: str) -> str:
        """What a reader calls an item, or a node of a file of ties."""
        view, name = self.view, self.about
        if name in view.codebook.sets:
            return view.code_label(name, code)
        if name in view.codebook.batteries:
            return view.item_label(code, view.codebook.batteries[name].members)
        edges = view.files.edges[self.spec.network]
        at = {code_of(one): i for i, one in enumerate(edges.names)}.get(code)
        return text_of(code) if at is None else edges.label(at, view.lang)

    def group(self, attribute: str, code: str) -> str:
        """The label of a category of units, or of a group of a file's nodes."""
        if self.network.of_survey:
            return self.view.code_label(attribute, code)
        return say(self.network.groups.get(code), self.view.lang) or text_of(code)

    def get(self, part: str, statistic: str, *cell: str) -> ResultRow | None:
        """A number of a part about its subject: row code, column variable, column code."""
        return self.view.get(self.table(part), statistic, self.about, *cell)

    def items(self) -> list[str]:
        """The items, or the nodes of a file, those with most ties first."""
        rows = [r for r in self.view.results.rows(self.table("nodes"))
                if r.statistic == "network_degree" and r.row_var == self.about and not r.col_var]  # fmt: skip
        return [r.row_code for r in sorted(rows, key=lambda r: -(r.value or 0.0))]

    def categories(self, attribute: str) -> list[str]:
        """The categories of an attribute that occur, in the order of the codebook."""
        found = [r.col_code for r in self.view.results.rows(self.table("structure"))
                 if r.statistic == "network_units" and r.col_var == attribute]  # fmt: skip
        return list(dict.fromkeys(found))

    @property
    def attributes(self) -> list[str]:
        """The attributes of which some unit has a category."""
        return [one for one in self.network.attributes if self.categories(one)]

    def mark(self) -> Mark | None:
        """Where the ties come from: of a file of ties whatever the wave's own data are."""
        if self.network.of_survey:
            return self.view.mark_of(self.view.origin(list(self.network.questions)))
        return self.view.mark_of(self.network.origin or "")

    def title(self, part: str) -> str:
        """The title of a table or figure: what the report calls the network, and which part of it this is."""
        text = f"{say(self.spec.title, self.view.lang).rstrip('.')}: {self.view.t(f'network_part_{part}')}"
        return dated(self.view, text) if self.network.of_survey else text

    def notes(self) -> list[str]:
        """The study's own words about the network and about this use of it."""
        found = [say(self.network.note, self.view.lang), say(self.spec.note, self.view.lang)]
        return [note for note in found if note]

    def source(self) -> str:
        """Where the ties come from."""
        if self.network.of_survey:
            return self.view.source_line()
        return self.view.t("network_source", files=", ".join(self.view.files.edges[self.spec.network].files))

    def framed(self, part: str, body: Body) -> Table:
        """A table with what stands around it."""
        name = self.table(part)
        number = self.numbering.tables[name]
        at_cells = {f"{formats.NOT_COMPUTABLE} {c.note}" for row in body.rows for c in row.cells if c.note}
        return Table(
            id=anchor("table", name),
            number=number,
            label=self.view.t("table_label", number=number),
            title=self.title(part),
            head=body.head,
            rows=body.rows,
            columns=body.columns,
            unit=body.unit,
            question=self.view.question(self.about) if self.network.of_survey and part == self._first else "",
            base=body.base,
            answer=body.answer,
            statistics=body.statistics,
            notes=tuple(dict.fromkeys(n for n in (*body.notes, *self.notes()) if n and n not in at_cells)),
            source=self.source(),
            mark=self.mark(),
            wide=body.columns > 10,
        )

    def drawn(
        self,
        part: str,
        drawing: Drawing,
        about: str,
        told: Sequence[str],
        data: str,
        notes: Sequence[str] = (),
        chart: Chart | None = None,
    ) -> Figure:
        """A figure with what stands around it; ``data``: the part whose table has its numbers."""
        name = self.table(part)
        number, view = self.numbering.figures[name], self.view
        title = f"{self.title(part)} ({about})" if about else self.title(part)
        table = self.numbering.tables.get(self.table(data))
        label = view.t("table_label", number=table) if table is not None else ""
        return Figure(
            id=anchor("figure", name),
            number=number,
            label=view.t("figure_label", number=number),
            headline="",
            title=title,
            svg=drawing.svg,
            alt=view.t("alt", headline="", title=title, told="; ".join(told)).strip(),
            width=drawing.width,
            height=drawing.height,
            notes=(*notes, *self.notes()),
            source=self.source(),
            mark=self.mark(),
            table=anchor("table", self.table(data)) if table is not None else "",
            table_label=view.t("data_in", table=label) if label else "",
            chart=chart,
        )


def cell(view: View, row: ResultRow | None) -> Cell:
    """A number in its form; a mean number of ties with one decimal."""
    if row is None:
        return Cell(kind="empty")
    form = registry.form(row.statistic)
    if row.statistic == "network_strength" and row.value is not None and float(row.value).is_integer():
        return view.cell(row, "count")  # a sum of whole scores
    if form == "decimal":
        return view.cell(row, "decimal", 1 if row.statistic == "network_mean_degree" else 2)
    return view.cell(row, form)


def name_of(view: View, statistic: str) -> str:
    """A measure's name at its row, with the sign of a percentage."""
    name = view.statistic_name(statistic)
    return f"{name}, %" if registry.form(statistic) == "share" else name


def text(view: View, row: ResultRow) -> str:
    """A number in running text."""
    if row.value is None:
        return f"{formats.NOT_COMPUTABLE} ({view.remark('error', row.error)})"
    form = registry.form(row.statistic)
    if form == "count":
        return formats.count_text(row.value, view.lang)
    if form == "share":
        return formats.percent_text(row.value, view.lang)
    if form == "p":
        return formats.p_text(row.value, view.lang)
    return formats.decimal_text(row.value, 2, view.lang)


def line(view: View, rows: Iterable[ResultRow]) -> str:
    """Numbers with their names and the p-values that belong to them: ``Hedges g = 0.21; Welch's t = 1.2, p = 0.34``."""
    there = {row.statistic: row for row in rows}
    pieces = []
    for row in there.values():
        if registry.belongs_to_another(row.statistic, there):
            continue
        shown = text(view, row)
        piece = f"{view.statistic_name(row.statistic)} {'' if shown.startswith('<') else '= '}{shown}"
        p = there.get(registry.beside(row.statistic, there).p)
        pieces.append(piece if p is None or p.value is None else f"{piece}, {formats.p_words(p.value, view.lang)}")
    return "; ".join(pieces)


def methods(view: View, rows: Iterable[ResultRow | None]) -> list[str]:
    """How the numbers were made, once each: what each measure is divided by, what a permutation test draws."""
    return list(dict.fromkeys(view.remark("method", r.method) for r in rows if r is not None and r.method))


def problems(view: View, rows: Iterable[ResultRow | None]) -> list[str]:
    """Why numbers are lacking, once each, behind their symbol."""
    said = dict.fromkeys(view.remark("error", r.error) for r in rows if r is not None and r.error)
    return [f"{formats.NOT_COMPUTABLE} {reason}" for reason in said]


def defined(view: View, spec: NetworkSpec) -> list[str]:
    """The measures in a network's tables that want a definition: all but bare counts of nodes and ties."""
    there = {r.statistic: None for t in spec.tables(view.codebook) for r in view.results.rows(t) if r.value is not None}
    plain = ("network_units", "network_nodes", "network_ties", "network_tie_mean", "network_tie_share")
    return [s for s in there if s.startswith("network_") and s not in plain]
