"""Files of ties: networks that are no answers of the survey, read from CSV files in the study's
folder ``networks``.

Comma, semicolon or tab between the cells, as the first line shows; UTF-8; a decimal point or comma in values.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.codes import code_of
from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.paths import Layout
from pipeline.spec.model import Codebook
from pipeline.spec.networks import Network
from pipeline.spec.record import ANY_LANGUAGE
from pipeline.spec.source import SourceFile

MOST_NODES = 2000
MOST_TOLD = 10  # mistakes of one file
_SEPARATORS = ";\t,"


@dataclass(frozen=True, slots=True)
class EdgeList:
    """A network as its files have it. Nodes are numbered 0 … n − 1: in the order of the file of nodes, else as they
    first appear (of a two-mode network first those under ``from``).

    ``labels``: what a node is called, by language, where that is not its name. ``groups``: each node's group as a code,
    empty where it has none. ``first``: how many nodes are of the first kind; all of a one-mode network.
    """

    files: tuple[str, ...]
    names: tuple[str, ...]
    ties: tuple[tuple[int, int, float], ...]
    valued: bool
    first: int
    labels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    def label(self, node: int, lang: str) -> str:
        """What a reader calls a node."""
        known = self.labels.get(node, {})
        return known.get(lang) or known.get(ANY_LANGUAGE) or next(iter(known.values()), "") or self.names[node]


def edge_lists(layout: Layout, codebook: Codebook, source: SourceFile) -> dict[str, EdgeList]:
    """The networks of the codebook that come from files, by name. Raises :class:`StudyError` with all mistakes."""
    problems: list[PipelineError] = []
    found = {}
    for name, network in codebook.networks.items():
        if network.edges is None:
            continue
        try:
            found[name] = _Reading(layout, name, network, source).made()
        except StudyError as error:
            problems += error.problems or (error,)
    if problems:
        raise StudyError.several(problems)
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a file: its number from 1, and its cells by column."""

    number: int
    cells: Mapping[str, str]


class _Reading:
    """One network being read."""

    def __init__(self, layout: Layout, name: str, network: Network, source: SourceFile) -> None:
        self.layout, self.name, self.network, self.source = layout, name, network, source
        self.problems: list[PipelineError] = []
        self.index: dict[str, int] = {}
        self.side: dict[int, int] = {}

    def made(self) -> EdgeList:
        """The network, checked."""
        labels, groups = self._nodes() if self.network.nodes else ({}, [])
        closed = bool(self.network.nodes)
        file = self.network.edges or ""
        lines = self._lines(file, "edges", ("from", "to"), ("value",))
        shown = self.layout.shown(self.layout.networks / file)
        if self.network.two_mode and not closed:
            for side in ("from", "to"):
                for line in lines:
                    self.index.setdefault(line.cells[side], len(self.index))
        ties: dict[tuple[int, int], float] = {}
        for line in lines:
            self._tie(line, shown, ties, closed)
        if len(self.index) > MOST_NODES:
            self._problem("study.network_too_many", file=shown, count=len(self.index), most=MOST_NODES)
        if self.network.ego is not None and self.network.ego not in self.index:
            self._problem(
                "study.no_such_name", file=self.source.name, line=self.source.line(("networks", self.name, "ego")),
                where=f"networks.{self.name}.ego", name=self.network.ego, nearest=self._nearest(self.network.ego),
            )  # fmt: skip
        if not ties and not self.problems:
            self._problem("study.network_no_ties", file=shown)
        if self.problems:
            raise StudyError.several(self.problems)
        names, order = self._order()
        place = {node: at for at, node in enumerate(order)}
        return EdgeList(
            files=tuple(f for f in (self.network.edges, self.network.nodes) if f),
            names=tuple(names[node] for node in order),
            ties=tuple(sorted((place[i], place[j], value) for (i, j), value in ties.items())),
            valued=bool(lines) and "value" in lines[0].cells,
            first=sum(1 for node in order if self.side.get(node, 0) == 0),
            labels={place[node]: known for node, known in labels.items()},
            groups=tuple(groups[node] for node in order) if groups else (),
        )

    def _order(self) -> tuple[list[str], list[int]]:
        """The names of the nodes, and their numbers: those of the first kind first."""
        return list(self.index), sorted(self.index.values(), key=lambda node: self.side.get(node, 0))

    def _problem(self, text_id: str, **params: object) -> None:
        if len(self.problems) < MOST_TOLD:
            self.problems.append(StudyError(text_id, **params))

    def _nearest(self, name: str) -> str:
        return nearest(name, list(self.index)) or ", ".join(list(self.index)[:12]) or "–"

    def _nodes(self) -> tuple[dict[int, dict[str, str]], list[str]]:
        """Labels and groups from the file of nodes."""
        file = self.network.nodes or ""
        shown = self.layout.shown(self.layout.networks / file)
        labels: dict[int, dict[str, str]] = {}
        groups = []
        for line in self._lines(file, "nodes", ("node",), ("group", "label")):
            name = line.cells["node"]
            if name in self.index:
                self._problem("study.network_node_twice", file=shown, line=line.number, node=name)
                continue
            node = self.index[name] = len(self.index)
            said = {c.partition(".")[2] or ANY_LANGUAGE: text for c, text in line.cells.items()
                    if c.partition(".")[0] == "label" and text}  # fmt: skip
            if said:
                labels[node] = said
            said_group = line.cells.get("group", "")
            group = code_of(said_group) if said_group else ""
            if group and group not in self.network.groups:
                self._problem(
                    "study.network_group", file=shown, line=line.number, group=line.cells["group"], node=name,
                    codebook=self.source.name, network=self.name, known=", ".join(self.network.groups) or "–",
                )  # fmt: skip
            groups.append(group)
        return labels, groups if any(groups) else []

    def _tie(self, line: _Line, shown: str, ties: dict[tuple[int, int], float], closed: bool) -> None:
        ends = []
        for side, column in enumerate(("from", "to")):
            name = line.cells[column]
            if not name:
                self._problem("study.network_empty", file=shown, line=line.number, column=column)
                return
            if closed and name not in self.index:
                self._problem(
                    "study.network_unknown_node", file=shown, line=line.number, node=name,
                    nodes=self.network.nodes, nearest=self._nearest(name),
                )  # fmt: skip
                return
            node = self.index.setdefault(name, len(self.index))
            if self.network.two_mode and self.side.setdefault(node, side) != side:
                self._problem("study.network_both_kinds", file=shown, line=line.number, node=name)
                return
            ends.append(node)
        i, j = ends
        if i == j:
            self._problem("study.network_self", file=shown, line=line.number, node=line.cells["from"])
            return
        if (i, j) in ties or (not self.network.directed and (j, i) in ties):
            self._problem("study.network_tie_twice", file=shown, line=line.number, one=line.cells["from"],
                          other=line.cells["to"])  # fmt: skip
            return
        ties[i, j] = self._value(line, shown)

    def _value(self, line: _Line, shown: str) -> float:
        text = line.cells.get("value")
        if text is None:
            return 1.0
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value > 0):
            self._problem("study.network_value", file=shown, line=line.number, value=text)
            return 1.0
        return value

    def _lines(self, file: str, key: str, needed: Sequence[str], others: Sequence[str]) -> list[_Line]:
        """The lines of a file that hold something. Raises :class:`StudyError` where it is not such a file."""
        path = self.layout.networks / file
        shown = self.layout.shown(path)
        line = self.source.line(("networks", self.name, key))
        if path.name != file:
            raise StudyError("study.network_file_name", file=self.source.name, line=line, name=file)
        content = self.layout.content(path)
        if content is None:
            raise StudyError(
                "study.network_file_missing", file=shown, codebook=self.source.name, line=line, network=self.name
            )
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise StudyError("study.not_utf8", file=shown) from None
        first = text.partition("\n")[0]
        separator = max(_SEPARATORS, key=first.count)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
        except csv.Error as error:
            raise StudyError("study.network_no_csv", file=shown, reason=str(error)) from None
        head = [cell.strip().lower() for cell in rows[0]] if rows else []
        known = [c for c in head if c in needed or c.partition(".")[0] in others]
        if any(column not in head for column in needed) or len(set(known)) < len(known):
            raise StudyError(
                "study.network_columns", file=shown, needed=", ".join(needed), found=", ".join(head)[:200] or "–"
            )
        return [*_held(rows, head, known)]


def _held(rows: Sequence[Sequence[str]], head: Sequence[str], known: Sequence[str]) -> Iterator[_Line]:
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        if any(cells.values()):
            yield _Line(number, {column: cells.get(column, "") for column in known})
