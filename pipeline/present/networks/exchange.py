"""A network as text for other programs: GraphML, Pajek (.net) and UCINET (DL), made from its result rows.

Nodes are called by their codes, with the label beside it; units of a survey have their categories as attributes. Names
are in the study's first language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pipeline.codes import code_of, text_of
from pipeline.present.charts.model import clean
from pipeline.present.networks.parts import Shown
from pipeline.present.numbering import Numbering
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.networks import NetworkSpec


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Nodes (``names``, ``labels``, ``modes`` 1 or 2, ``attributes`` by node) and ties (from, to, value)."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    modes: tuple[int, ...]
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    ties: tuple[tuple[int, int, float], ...]
    directed: bool
    two_mode: bool

    @property
    def first(self) -> int:
        """How many nodes are of the first kind."""
        return self.modes.count(1)


def exchanged(view: View, spec: NetworkSpec) -> Exchanged | None:
    """The network that the results hold; ``None`` where they have none."""
    network = view.codebook.networks[spec.network]
    shown = Shown(view, spec, network, Numbering({}, {}))
    rows = view.results.rows(shown.table("ties"))
    if not rows:
        return None
    return _of_survey(shown, rows) if network.of_survey else _of_edges(shown, rows)


def _of_survey(shown: Shown, rows: list[ResultRow]) -> Exchanged:
    units = [r.row_code for r in rows if r.statistic == "network_degree"]
    items = [r.row_code for r in shown.view.results.rows(shown.table("nodes"))
             if r.statistic == "network_degree" and r.row_var == shown.about]  # fmt: skip
    place = {code: i for i, code in enumerate([*units, *items])}
    values = {(r.row_code, r.col_code): r.value for r in rows if r.statistic == "network_tie"}
    for r in rows:
        if r.statistic == "network_tie_strength" and r.value is not None:
            values[r.row_code, r.col_code] = r.value
    strong = any(r.statistic == "network_tie_strength" for r in rows)
    known = {(r.row_code, r.col_code) for r in rows if r.statistic == "network_tie_strength" and r.value is not None}
    ties = [(place[a], place[b], (v or 0.0) if not strong or (a, b) in known else 0.0) for (a, b), v in values.items()]
    groups = {
        (r.col_var, r.row_code): shown.group(r.col_var, r.col_code) for r in rows if r.statistic == "network_group"
    }
    attributes = tuple(
        (a, (*(groups.get((a, unit), "") for unit in units), *("" for _ in items))) for a in shown.network.attributes
    )
    names = tuple(text_of(code) for code in (*units, *items))
    return Exchanged(
        names, (*names[: len(units)], *(shown.node(code) for code in items)), (1,) * len(units) + (2,) * len(items),
        attributes, tuple(sorted(ties)), directed=False, two_mode=True,
    )  # fmt: skip


def _of_edges(shown: Shown, rows: list[ResultRow]) -> Exchanged:
    edges = shown.view.files.edges[shown.spec.network]
    place = {code_of(name): i for i, name in enumerate(edges.names)}
    ties = sorted((place[r.row_code], place[r.col_code], r.value or 0.0) for r in rows
                  if r.statistic == "network_tie_strength")  # fmt: skip
    groups = tuple(shown.group("group", g) if g else "" for g in edges.groups)
    return Exchanged(
        edges.names, tuple(edges.label(i, shown.view.lang) for i in range(len(edges.names))),
        tuple(1 if i < edges.first else 2 for i in range(len(edges.names))), (("group", groups),) if groups else (),
        tuple(ties), shown.network.directed, shown.network.two_mode,
    )  # fmt: skip


# ---------------------------------------------------------------- formats


def graphml(network: Exchanged) -> str:
    """GraphML: label, mode and attributes of nodes, ``weight`` of ties; a tie of unknown strength has none."""
    keys = [("label", "string"), ("mode", "int"), *((name, "string") for name, _ in network.attributes)]

    def lines() -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        for name, kind in keys:
            yield f'  <key id={quoteattr(name)} for="node" attr.name={quoteattr(name)} attr.type="{kind}"/>'
        yield '  <key id="weight" for="edge" attr.name="weight" attr.type="double"/>'
        yield f'  <graph edgedefault="{"directed" if network.directed else "undirected"}">'
        for i, name in enumerate(network.names):
            told = [network.labels[i], str(network.modes[i]), *(values[i] for _, values in network.attributes)]
            data = "".join(
                f"<data key={quoteattr(key)}>{escape(clean(text))}</data>"
                for (key, _), text in zip(keys, told, strict=True) if text
            )  # fmt: skip
            yield f"    <node id={quoteattr(clean(name))}>{data}</node>"
        for i, j, value in network.ties:
            ends = f"source={quoteattr(clean(network.names[i]))} target={quoteattr(clean(network.names[j]))}"
            weight = f'<data key="weight">{value!r}</data>' if value else ""
            yield f"    <edge {ends}>{weight}</edge>"
        yield "  </graph>"
        yield "</graphml>"

    return "\n".join(lines()) + "\n"


def pajek(network: Exchanged) -> str:
    """Pajek: vertices by number and label; of two modes how many are of the first kind. Unknown strength: 1."""

    def quoted(text: str) -> str:
        return '"' + clean(text).replace('"', "'") + '"'

    n = len(network.names)
    head = f"*Vertices {n} {network.first}" if network.two_mode else f"*Vertices {n}"
    lines = [head, *(f"{i} {quoted(label)}" for i, label in enumerate(network.labels, start=1))]
    lines.append("*Arcs" if network.directed else "*Edges")
    lines += [f"{i + 1} {j + 1} {value or 1.0:g}" for i, j, value in network.ties]
    return "\n".join(lines) + "\n"


def ucinet(network: Exchanged) -> str:
    """UCINET DL, edge lists with embedded labels; labels are told apart as UCINET does, without regard to case."""
    names = _labels(network.labels)
    kind = "edgelist2" if network.two_mode else "edgelist1"
    if network.two_mode:
        first, second = names[: network.first], names[network.first :]
        head = [f"dl nr={len(first)} nc={len(second)} format={kind}", "row labels:", *first, "column labels:", *second]
    else:
        head = [f"dl n={len(names)} format={kind}", "labels:", *names]
    lines = [*head, "data:"]
    for i, j, value in network.ties:
        other = j - network.first if network.two_mode else j
        lines.append(f"{i + 1} {other + 1} {value or 1.0:g}")
        if not (network.two_mode or network.directed):
            lines.append(f"{j + 1} {i + 1} {value or 1.0:g}")
    return "\n".join(lines) + "\n"


def _labels(labels: tuple[str, ...]) -> list[str]:
    """Labels without what DL parts them by, each different from the others."""
    found: list[str] = []
    seen: set[str] = set()
    for number, label in enumerate(labels, start=1):
        name = re.sub(r'[\s,;:"]+', "_", clean(label)).strip("_")[:60] or str(number)
        name = name if name.lower() not in seen else f"{name}_{number}"
        seen.add(name.lower())
        found.append(name)
    return found


FORMATS = {"graphml": graphml, "net": pajek, "dl": ucinet}
