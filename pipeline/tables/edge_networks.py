"""The rows of a network from a file of ties."""

from __future__ import annotations

import numpy as np

from pipeline.codes import code_of
from pipeline.networks import chance, layout, one_mode, two_mode
from pipeline.networks.graphs import Ties, assortativity
from pipeline.results import About
from pipeline.spec.edges import EdgeList
from pipeline.spec.networks import Network, NetworkSpec
from pipeline.statistics.core import Floats, Number
from pipeline.tables.context import Context

_NODES = {
    "network_degree": "degree", "network_in_degree": "incoming", "network_out_degree": "outgoing",
    "network_strength": "strength", "network_betweenness": "betweenness", "network_closeness": "closeness",
    "network_k_core": "k_core", "network_core": "core",
}  # fmt: skip


def edge_network(spec: NetworkSpec, network: Network, edges: EdgeList, context: Context) -> None:
    """All rows of a network that a file has."""
    name, n = spec.network, len(edges.names)
    values = np.zeros((n, n))
    for i, j, value in edges.ties:
        values[i, j] = value
    codes = [code_of(one) for one in edges.names]
    for i, j, value in edges.ties:
        context.writer.add(About(f"{name}-ties", name, name), "network_tie_strength", value, codes[i], codes[j])
    for code, group in zip(codes, edges.groups, strict=False):
        if group:
            context.writer.add(About(f"{name}-ties", name, "group"), "network_group", 1.0, code, group)
    if network.two_mode:
        _two_mode(context, name, values, edges, codes)
    else:
        _one_mode(context, spec, network, edges, values, codes)
    places = _places(network, edges, values > 0)
    for axis, statistic in enumerate(("network_x", "network_y")):
        context.writer.add_grid(About(f"{name}-drawing", name), statistic, places[:, axis], codes, [""])


def _one_mode(
    context: Context, spec: NetworkSpec, network: Network, edges: EdgeList, values: Floats, codes: list[str]
) -> None:
    name, ties, n = spec.network, values > 0, len(codes)
    nodes, core = one_mode.nodes(ties, values, network.directed)
    about = About(f"{name}-structure", name)
    told = one_mode.summary(ties, network.directed, core)
    if network.ego is not None:
        told |= one_mode.ego_network(ties, edges.names.index(network.ego))
    for statistic, value in told.items():
        context.writer.add(about, statistic, value, n=n)
    for statistic, field in _NODES.items():
        if statistic in ("network_in_degree", "network_out_degree") and not network.directed:
            continue
        if statistic == "network_strength" and not edges.valued:
            continue
        method = "network_freeman" if statistic in ("network_betweenness", "network_closeness") else ""
        context.writer.add_grid(
            About(f"{name}-nodes", name), statistic, getattr(nodes, field), codes, [""], n, n, method
        )
    if edges.groups:
        _by_group(context, spec, edges, ties, network.directed)


def _by_group(context: Context, spec: NetworkSpec, edges: EdgeList, ties: Ties, directed: bool) -> None:
    """Whether ties run within groups; nodes without a group do not count."""
    about = About(f"{spec.network}-structure", spec.network, "group")
    kept = np.array([i for i, group in enumerate(edges.groups) if group], dtype=np.intp)
    found, labels = np.unique([edges.groups[i] for i in kept], return_inverse=True)
    own = (ties if directed else one_mode.either_way(ties))[np.ix_(kept, kept)].astype(np.float64)
    drawn = chance.shuffled(labels, spec.permutations or context.options.monte_carlo, context.options.seed)
    r, p = chance.qap(own, labels, drawn)
    for code in found.tolist():
        context.writer.add(about, "network_nodes", float(edges.groups.count(code)), "", code)
    for statistic, number in (
        ("network_assortativity", assortativity(own, labels) if len(kept) else Number(None, error="network_one_group")),
        ("network_qap_r", r), ("network_qap_p", p),
    ):  # fmt: skip
        context.writer.add(about, statistic, number, n=len(kept))


def _two_mode(context: Context, name: str, values: Floats, edges: EdgeList, codes: list[str]) -> None:
    first = edges.first
    ties, strength = values[:first, first:] > 0, values[:first, first:]
    units, items, core = two_mode.nodes(ties)
    told = {
        **two_mode.summary(ties, np.where(ties, strength, np.nan) if edges.valued else None),
        **two_mode.whole(ties, core),
    }
    for statistic, value in told.items():
        context.writer.add(About(f"{name}-structure", name), statistic, value, n=first)
    about = About(f"{name}-nodes", name)
    for nodes, own in ((units, codes[:first]), (items, codes[first:])):
        other = len(codes) - len(own)
        for statistic, field in (("network_degree", nodes.degree), ("network_share", nodes.share),
                                 ("network_betweenness", nodes.betweenness), ("network_closeness", nodes.closeness),
                                 ("network_core", nodes.core)):  # fmt: skip
            method = "network_borgatti_everett" if statistic in ("network_betweenness", "network_closeness") else ""
            context.writer.add_grid(about, statistic, field, own, [""], other, other, method, error="network_too_small")


def _places(network: Network, edges: EdgeList, ties: Ties) -> Floats:
    """Where a drawing has the nodes: around the node whose network it is, a ring per group; else by their steps."""
    if network.ego is None or network.two_mode or not edges.groups:
        return layout.spread(ties)
    ego = edges.names.index(network.ego)
    order = [code for code in network.groups if code in edges.groups]
    rings = [[i for i, group in enumerate(edges.groups) if group == code and i != ego] for code in order]
    rest = [i for i, group in enumerate(edges.groups) if group not in order and i != ego]
    return layout.circles([[ego], *(ring for ring in (*rings, rest) if ring)], len(edges.groups))
