"""Nodes of one kind: ties that may run one way and have a value, and the network around one node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.networks.core import Core, one_mode_core
from pipeline.networks.graphs import Ties, by_node, freeman, graph, one_mode_centralisation
from pipeline.statistics.core import Floats, Number, not_computable, number


@dataclass(frozen=True, slots=True)
class Nodes:
    """Measures of the nodes, each in their order.

    ``degree``: nodes tied with it; ``incoming``, ``outgoing``: ties that end and begin there. ``strength``: the sum of
    its ties' values. ``betweenness``: shortest paths through it by the most that a star's middle has; ``closeness``:
    nodes reached by their mean distance, times the share reached (Wasserman and Faust 1994). ``k_core``: the largest k
    for which it has k ties in a part where all have. ``core``: in the core or not.
    """

    degree: Floats
    incoming: Floats
    outgoing: Floats
    strength: Floats
    betweenness: Floats
    closeness: Floats
    k_core: Floats
    core: Floats


def either_way(ties: Ties) -> Ties:
    """Ties without their direction and without those with oneself."""
    both = ties | ties.T
    np.fill_diagonal(both, False)
    return both


def nodes(ties: Ties, values: Floats, directed: bool) -> tuple[Nodes, Core]:
    """Measures of the nodes of ``ties`` (n, n) with ``values`` (0 where no tie). Paths do not look at values."""
    import networkx as nx

    own = ties & ~np.eye(len(ties), dtype=bool) if directed else either_way(ties)
    made = graph(own, directed)
    core = one_mode_core(own)
    strength = values.sum(axis=0) + values.sum(axis=1) if directed else np.maximum(values, values.T).sum(axis=1)
    return Nodes(
        degree=either_way(ties).sum(axis=1).astype(np.float64),
        incoming=own.sum(axis=0).astype(np.float64),
        outgoing=own.sum(axis=1).astype(np.float64),
        strength=strength,
        betweenness=by_node(nx.betweenness_centrality(made)),
        closeness=by_node(nx.closeness_centrality(made)),
        k_core=by_node(nx.core_number(graph(either_way(ties)))),
        core=core.rows.astype(np.float64),
    ), core


def summary(ties: Ties, directed: bool, core: Core) -> dict[str, Number]:
    """What is told of a whole network. Density is by the ties that there could be: n(n − 1), half where undirected."""
    import networkx as nx

    n = len(ties)
    own = ties & ~np.eye(n, dtype=bool) if directed else either_way(ties)
    made = graph(own, directed)
    plain = graph(either_way(ties))
    count = made.number_of_edges()
    most = n * (n - 1) / (1 if directed else 2)
    found = {
        "network_nodes": Number(float(n)),
        "network_ties": Number(float(count)),
        "network_density": number(count / most if most else float("nan"), error="network_too_small"),
        "network_mean_degree": number(2 * plain.number_of_edges() / n if n else float("nan")),
        "network_transitivity": _transitivity(plain),
        "network_components": Number(float(nx.number_connected_components(plain))) if n else Number(0.0),
        **_distances(plain),
        "network_core_fit": core.fit,
        "network_core_nodes": Number(float(core.rows.sum())),
    }
    if not directed:
        return {**found, **one_mode_centralisation(plain)}
    mutual = float((own & own.T).sum())
    found["network_reciprocity"] = number(mutual / count) if count else not_computable("network_no_ties")
    for name, degree in (("in", own.sum(axis=0)), ("out", own.sum(axis=1))):
        found[f"network_centralisation_{name}"] = freeman(degree.astype(np.float64), (n - 1) ** 2, "network_freeman")
    return found


def _transitivity(made: Any) -> Number:
    import networkx as nx

    if not any(degree > 1 for _, degree in made.degree()):
        return not_computable("network_no_triples")
    return number(float(nx.transitivity(made)))


def _distances(made: Any) -> dict[str, Number]:
    """The longest and the mean shortest path, over the pairs that have one."""
    import networkx as nx

    lengths = [
        length for source, found in nx.all_pairs_shortest_path_length(made) for node, length in found.items()
        if node != source
    ]  # fmt: skip
    if not lengths:
        gone = not_computable("network_no_ties")
        return {"network_diameter": gone, "network_mean_distance": gone}
    return {"network_diameter": Number(float(max(lengths))), "network_mean_distance": number(float(np.mean(lengths)))}


def ego_network(ties: Ties, ego: int) -> dict[str, Number]:
    """The network around one node: who is tied with it (the alters), and how much they are tied among themselves.

    Without direction and values. Effective size n − 2t/n with t the ties among n alters, and efficiency, that by n
    (Burt 1992 as simplified by Borgatti 1997); Burt's constraint, which also counts the alters' ties with others.
    """
    import networkx as nx

    both = either_way(ties)
    alters = np.flatnonzero(both[ego])
    size = len(alters)
    found = {"network_ego_size": Number(float(size))}
    if not size:
        return found
    among = float(both[np.ix_(alters, alters)].sum()) / 2
    effective = size - 2 * among / size
    most = size * (size - 1) / 2
    return {
        **found,
        "network_ego_ties": Number(among),
        "network_ego_density": number(among / most if most else float("nan"), error="network_too_small"),
        "network_effective_size": number(effective),
        "network_efficiency": number(effective / size),
        "network_constraint": number(float(nx.constraint(graph(both), [ego])[ego])),
    }
