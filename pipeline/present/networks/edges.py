"""A network from a file of ties: its measures, its nodes, and a drawing of nodes joined by lines."""

from __future__ import annotations

from pipeline.codes import code_of
from pipeline.present import formats
from pipeline.present.charts import NodeLink, draw_network
from pipeline.present.document import Cell, Figure, HeadCell, Row, Table
from pipeline.present.layout.parts import Body, stub
from pipeline.present.networks.parts import Shown, cell, methods, name_of, problems
from pipeline.results import ResultRow
from pipeline.spec.model import say

_STRUCTURE = (
    "network_nodes", "network_units", "network_ties", "network_density", "network_reciprocity", "network_mean_degree",
    "network_mean_strength", "network_components", "network_diameter", "network_mean_distance", "network_transitivity",
    "network_clustering", "network_similarity", "network_centralisation_units", "network_centralisation_items",
    "network_centralisation_degree", "network_centralisation_in", "network_centralisation_out",
    "network_centralisation_betweenness", "network_centralisation_closeness", "network_projection_units",
    "network_projection_items", "network_projection_transitivity", "network_core_fit", "network_core_nodes",
    "network_core_units", "network_core_items",
)  # fmt: skip
_EGO = (
    "network_ego_size", "network_ego_ties", "network_ego_density", "network_effective_size", "network_efficiency",
    "network_constraint",
)  # fmt: skip
_GROUPS = ("network_assortativity", "network_qap_r", "network_qap_p")
_NODES = (
    "network_degree", "network_in_degree", "network_out_degree", "network_share", "network_strength",
    "network_betweenness", "network_closeness", "network_k_core",
)  # fmt: skip

_PLAIN = 0.3  # how strong ties are drawn that have no value


def base(shown: Shown) -> str:
    """How many nodes of which groups."""
    view, edges = shown.view, shown.view.files.edges[shown.spec.network]
    text = view.t("network_nodes_base", n=formats.count_text(len(edges.names), view.lang), count=len(edges.names))
    sizes = [(shown.group("group", code), edges.groups.count(code)) for code in shown.network.groups]
    listed = ", ".join(f"{name} {formats.count_text(n, view.lang)}" for name, n in sizes if n)
    return f"{text}: {listed}" if listed else text


def _kinds(shown: Shown) -> tuple[str, str]:
    """What the two kinds of nodes are called: those under ``from`` and those under ``to``."""
    first = shown.view.t("network_first_kind")
    second = say(shown.network.items, shown.view.lang) or shown.view.t("network_second_kind")
    return first[:1].upper() + first[1:], second[:1].upper() + second[1:]


def structure(shown: Shown) -> Table:
    """Measures of the whole, of the network around the ego, and of ties within groups."""
    view = shown.view
    used: list[ResultRow | None] = []

    def rows(names: tuple[str, ...], column: str = "") -> list[Row]:
        found = [(s, shown.get("structure", s, "", column)) for s in names]
        used.extend(f for _, f in found)
        return [Row(name_of(view, s), (cell(view, f),)) for s, f in found if f is not None]

    made = rows(_STRUCTURE)
    for title, own in ((_ego_title(shown), rows(_EGO)), (view.t("network_by_group"), rows(_GROUPS, "group"))):
        made += [Row(title, kind="group"), *own] if own else []
    chance = (
        [view.t("network_chance_census")] if any(u is not None and u.statistic == "network_qap_p" for u in used) else []
    )
    return shown.framed("structure", Body(
        head=((stub(view), HeadCell(view.t("network_value"))),), rows=tuple(made), columns=1, base=base(shown),
        notes=(*methods(view, used), *chance, *problems(view, used)),
    ))  # fmt: skip


def _ego_title(shown: Shown) -> str:
    return shown.view.t("network_around", ego=shown.node(code_of(shown.network.ego or "")))


def nodes(shown: Shown) -> Table:
    """A row per node, those with most ties first: group, ties, centrality, whether it is core."""
    view, order = shown.view, shown.items()
    edges = view.files.edges[shown.spec.network]
    groups = dict(zip(map(code_of, edges.names), edges.groups, strict=False))
    there = [s for s in _NODES if any(shown.get("nodes", s, code) is not None for code in order[:1])]
    heads = [
        *([HeadCell(view.t("network_group"))] if any(groups.values()) else []),
        *(HeadCell(view.head(s)) for s in there),
    ]
    heads.append(HeadCell(view.head("network_core")))
    used: list[ResultRow | None] = []

    def row(code: str) -> Row:
        found = [shown.get("nodes", s, code) for s in there]
        used.extend(found)
        own = [Cell(shown.group("group", groups[code]) if groups.get(code) else "")] if any(groups.values()) else []
        core = shown.get("nodes", "network_core", code)
        word = "network_in_core" if core is not None and core.value else "network_in_periphery"
        return Row(shown.node(code), (*own, *(cell(view, f) for f in found), Cell(view.t(word))))

    rows = [row(code) for code in order]
    if shown.network.two_mode:
        first = set(map(code_of, edges.names[: edges.first]))
        parts = ([r for c, r in zip(order, rows, strict=True) if (c in first) == own] for own in (True, False))
        rows = [r for kind, part in zip(_kinds(shown), parts, strict=True) for r in (Row(kind, kind="group"), *part)]
    return shown.framed("nodes", Body(
        head=((stub(view, view.t("network_node")), *heads),), rows=tuple(rows), columns=len(heads), base=base(shown),
        notes=(*methods(view, used), view.t("network_core_note"), *problems(view, used)),
    ))  # fmt: skip


def drawing(shown: Shown) -> Figure:
    """Nodes larger by their ties, coloured by group, where the results have them."""
    view = shown.view
    edges = view.files.edges[shown.spec.network]
    codes = [code_of(name) for name in edges.names]
    place = {code: i for i, code in enumerate(codes)}

    def value(statistic: str, code: str) -> float:
        row = view.get(shown.table("drawing"), statistic, shown.about, code)
        return 0.0 if row is None or row.value is None else row.value

    degrees = [shown.get("nodes", "network_degree", code) for code in codes]
    degree = [0.0 if d is None or d.value is None else d.value for d in degrees]
    rows = [r for r in view.results.rows(shown.table("ties")) if r.statistic == "network_tie_strength"]
    most = max((r.value or 0.0 for r in rows), default=1.0) or 1.0

    def strong(tie: float | None) -> float:
        return (tie or 0.0) / most if edges.valued else _PLAIN

    key, own = _groups(shown)
    labels = tuple(shown.node(code) for code in codes)
    chart = NodeLink(
        labels=labels,
        places=tuple((value("network_x", code), value("network_y", code)) for code in codes),
        sizes=tuple(d / (max(degree) or 1.0) for d in degree),
        groups=own,
        key=key,
        links=tuple((place[r.row_code], place[r.col_code], strong(r.value)) for r in rows),
        directed=shown.network.directed,
    )
    told = []
    for i, label in enumerate(labels):
        others = [labels[b if a == i else a] for a, b, _ in chart.links if i == a or (i == b and not chart.directed)]
        if others:
            told.append(f"{label}: {', '.join(others)}")
    return shown.drawn("drawing", draw_network(chart), view.t("network_drawing_about"), told, "nodes")


def _groups(shown: Shown) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What the colours mean, and each node's: its group, else its kind where there are two."""
    edges = shown.view.files.edges[shown.spec.network]
    if shown.network.two_mode and not edges.groups:
        return _kinds(shown), tuple(int(i >= edges.first) for i in range(len(edges.names)))
    used = [g for g in shown.network.groups if g in edges.groups]
    own = edges.groups or ("",) * len(edges.names)
    return tuple(shown.group("group", g) for g in used), tuple(used.index(g) if g in used else -1 for g in own)
