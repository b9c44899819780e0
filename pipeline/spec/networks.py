"""Networks of relations: how the codebook declares them, and how the report asks for one.

A network of the survey has two kinds of nodes, the units and the items of a question about relations: a unit and an
item are tied where the unit said so. Any other network stands in a file of ties (``edges``), a row per tie.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pipeline.codes import text_of
from pipeline.errors import StudyError, nearest
from pipeline.spec.record import Analysis, Codes, Disclosure, Labels, Names, Origin, Record, Text

if TYPE_CHECKING:
    from pipeline.spec.model import Codebook
    from pipeline.spec.source import Place, SourceFile

Part = Literal["structure", "nodes", "answers", "shared", "groups", "similarity", "matrix", "profile", "drawing"]
_TABLES_OF_SURVEY = ("structure", "nodes", "answers", "shared", "groups", "similarity")
_TABLES_OF_EDGES = ("structure", "nodes")


class Network(Record):
    """A network. ``ties`` (of the survey) or ``edges`` (a CSV file in the folder ``networks``) says where its ties are.

    Of the survey: ``ties`` is a multiple response set, each item of which is a node, or a battery, with the ``codes``
    that make a tie. ``strength``: a battery whose members, in the order of the items, say how strong each tie is;
    ``more``: others that describe the ties. ``attributes``: variables in whose categories units are compared; the first
    one orders the figures. ``items``: what the items are called together ("types of partner").

    Of a file: columns ``from``, ``to`` and, where ties have one, ``value``. ``nodes``: a file with the columns
    ``node``, ``label`` (or ``label.it``, ``label.en``) and ``group``, whose codes ``groups`` names. ``directed``: a tie
    runs one way. ``two_mode``: what stands under ``from`` and what under ``to`` are two kinds of nodes. ``ego``: the
    node whose network it is; with groups it stands in the middle of a drawing. ``origin``: where the ties come from.
    """

    name: str = ""
    label: Text
    ties: str | None = None
    codes: Codes = ()
    strength: str | None = None
    more: Names = ()
    attributes: Names = ()
    items: Text | None = None
    edges: str | None = None
    nodes: str | None = None
    groups: Labels = {}
    directed: bool = False
    two_mode: bool = False
    ego: str | None = None
    origin: Origin | None = None
    disclosure: Disclosure = "confidential"
    note: Text | None = None

    @property
    def of_survey(self) -> bool:
        """Whether its ties are answers."""
        return self.ties is not None

    @property
    def questions(self) -> tuple[str, ...]:
        """The sets, batteries and variables that it is made from."""
        return tuple(n for n in (self.ties, self.strength, *self.more, *self.attributes) if n is not None)


class NetworkSpec(Analysis):
    """A network in the report: measures of the whole and of its nodes, groups of units compared, and figures.

    ``parts``: which of its tables and figures are shown, where not all are. ``permutations``: how often groups are
    shuffled for the tests; the study's number of replicates where nothing is said.
    """

    network: str
    title: Text
    parts: tuple[Part, ...] = ()
    permutations: int | None = Field(default=None, ge=100)
    note: Text | None = None

    @property
    def name(self) -> str:
        """The network's name in the codebook."""
        return self.network

    def _shown(self, codebook: Codebook, parts: Sequence[str]) -> tuple[str, ...]:
        """Those of some parts that this network has and the report wants."""
        network = codebook.networks[self.network]
        wanted = [p for p in parts if not self.parts or p in self.parts]
        if not network.of_survey:
            there = (*_TABLES_OF_EDGES, "drawing")
            return tuple(p for p in wanted if p in there)
        lacking = {"drawing"} if network.attributes else {"groups", "similarity", "profile", "drawing"}
        lacking |= set() if network.strength or network.more else {"answers"}
        return tuple(p for p in wanted if p not in lacking)

    def tables(self, codebook: Codebook) -> tuple[str, ...]:
        """``<network>-structure`` and the others."""
        return tuple(f"{self.network}-{p}" for p in self._shown(codebook, _TABLES_OF_SURVEY))

    def figures(self, codebook: Codebook) -> tuple[str, ...]:
        """``<network>-matrix`` and the others."""
        return tuple(f"{self.network}-{p}" for p in self._shown(codebook, ("matrix", "profile", "drawing")))

    def uses(self, codebook: Codebook) -> tuple[str, ...]:
        """The questions of its network."""
        return codebook.networks[self.network].questions

    def withheld(self, codebook: Codebook) -> bool:
        """Ties of single units are answers: only a network that the codebook calls public is in print."""
        network = codebook.networks[self.network]
        return network.of_survey or network.disclosure == "confidential"

    def mistakes(self, codebook: Codebook, source: SourceFile, place: Place) -> Iterator[StudyError]:
        """A network that the codebook does not have."""
        if self.network not in codebook.networks:
            known = list(codebook.networks)
            yield StudyError(
                "study.no_such_name", file=source.name, line=source.line((*place, "network")),
                where=".".join(map(str, (*place, "network"))), name=self.network,
                nearest=nearest(self.network, known) or ", ".join(known) or "–",
            )  # fmt: skip


def check_networks(codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    """What is wrong with the codebook's networks."""
    for name, network in codebook.networks.items():
        place: Place = ("networks", name)
        line = source.line(place)
        if (network.ties is None) == (network.edges is None):
            yield StudyError("study.network_ties_or_edges", file=source.name, line=line, network=name)
        if network.of_survey:
            yield from _check_survey(name, network, codebook, source)
        else:
            used = [key for key in ("codes", "strength", "more", "attributes") if getattr(network, key)]
            if used:
                yield StudyError(
                    "study.network_of_survey_only", file=source.name, line=source.line((*place, used[0])), network=name,
                    key=used[0],
                )  # fmt: skip


def _check_survey(name: str, network: Network, codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    place = ("networks", name)
    of_files = [key for key in ("nodes", "groups", "ego") if getattr(network, key)]
    if of_files:
        yield StudyError(
            "study.network_of_edges_only", file=source.name, line=source.line((*place, of_files[0])), network=name,
            key=of_files[0],
        )  # fmt: skip
    grouping = [n for n, v in codebook.all_variables().items() if v.categorical]
    asked: list[tuple[str, Sequence[str], Sequence[str]]] = [
        ("ties", (network.ties or "",), [*codebook.sets, *codebook.batteries]),
        ("strength", (network.strength,) if network.strength else (), list(codebook.batteries)),
        ("more", network.more, list(codebook.batteries)),
        ("attributes", network.attributes, grouping),
    ]
    unknown = [(key, one, known) for key, names, known in asked for one in names if one not in known]
    for key, one, known in unknown:
        yield StudyError(
            "study.no_such_name", file=source.name, line=source.line((*place, key)), where=".".join((*place, key)),
            name=one, nearest=nearest(one, known) or ", ".join(known[:12]) or "–",
        )  # fmt: skip
    if not unknown and network.ties is not None:
        yield from _check_items(name, network, network.ties, codebook, source)


def _check_items(
    name: str, network: Network, ties: str, codebook: Codebook, source: SourceFile
) -> Iterator[StudyError]:
    """The batteries go item by item with the ties; a battery of ties has codes that make one."""
    place: Place = ("networks", name)
    of_ties = codebook.batteries.get(ties) or codebook.sets[ties]
    dichotomies = ties in codebook.batteries or codebook.sets[ties].kind == "dichotomies"
    for battery in (*((network.strength,) if network.strength else ()), *network.more):
        count = len(codebook.batteries[battery].members)
        if not dichotomies or count != len(of_ties.members):
            yield StudyError(
                "study.network_items", file=source.name, line=source.line(place), network=name, battery=battery,
                count=count, ties=ties, expected=len(of_ties.members) if dichotomies else 0,
            )  # fmt: skip
    if (ties in codebook.batteries) != bool(network.codes):
        yield StudyError("study.network_codes", file=source.name, line=source.line(place), network=name, ties=ties)
    elif ties in codebook.batteries:
        variable = codebook.variables[of_ties.members[0]]
        for code in network.codes:
            if code not in variable.categories:
                yield StudyError(
                    "study.no_such_code", file=source.name, line=source.line((*place, "codes")),
                    variable=of_ties.members[0], code=text_of(code),
                    known=", ".join(text_of(c) for c in list(variable.categories)[:20]),
                )  # fmt: skip
