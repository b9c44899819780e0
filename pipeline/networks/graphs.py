"""What both kinds of networks take from networkx: paths, closeness, clustering, Freeman's centralisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Floats, Number, not_computable, number

Ties = npt.NDArray[np.bool_]


def graph(adjacency: Ties, directed: bool = False) -> Any:
    """The networkx graph of a square matrix of ties, nodes 0 … n − 1; ties with oneself are left out."""
    import networkx as nx

    made = nx.DiGraph() if directed else nx.Graph()
    made.add_nodes_from(range(len(adjacency)))
    ties = adjacency if directed else adjacency | adjacency.T
    made.add_edges_from((int(i), int(j)) for i, j in np.argwhere(ties) if i != j and (directed or i < j))
    return made


def by_node(found: dict[int, float]) -> Floats:
    """A measure of networkx as an array in the order of the nodes."""
    return np.array([found[node] for node in range(len(found))], dtype=np.float64)


def freeman(values: Floats, most: float, method: str) -> Number:
    """Σ(max − value) over the most that this sum can be: 0 where all nodes are equal, 1 for a star (Freeman 1979)."""
    if not len(values) or not most > 0:
        return not_computable("network_too_small", method)
    return number(float((values.max() - values).sum()) / most, method)


def one_mode_centralisation(made: Any) -> dict[str, Number]:
    """Freeman's centralisation by degree, betweenness and closeness of an undirected graph of n nodes.

    The sums are divided by (n − 1)(n − 2), (n − 1)²(n − 2)/2 and (n − 1)(n − 2)/(2n − 3), those of a star, as sna and
    igraph do. A graph in several pieces has no closeness.
    """
    import networkx as nx

    n = made.number_of_nodes()
    degree = by_node(dict(made.degree()))
    between = by_node(nx.betweenness_centrality(made, normalized=False))
    found = {
        "network_centralisation_degree": freeman(degree, (n - 1) * (n - 2), "network_freeman"),
        "network_centralisation_betweenness": freeman(between, (n - 1) ** 2 * (n - 2) / 2, "network_freeman"),
    }
    if n > 2 and nx.is_connected(made):
        close = by_node(nx.closeness_centrality(made))
        closeness = freeman(close, (n - 1) * (n - 2) / (2 * n - 3), "network_freeman")
    else:
        closeness = not_computable("network_in_pieces", "network_freeman")
    return {**found, "network_centralisation_closeness": closeness}


def assortativity(weights: Floats, labels: npt.NDArray[np.intp]) -> Number:
    """Newman's assortativity of labels (0 … k − 1) in a network of weighted ties (n, n): −1 to 1, 0 as by chance.

    (tr e − Σ aᵢbᵢ)/(1 − Σ aᵢbᵢ) with e the share of the ties' weight between each two labels (Newman, Phys. Rev. E 67,
    2003). The diagonal does not count.
    """
    ties = weights - np.diag(np.diag(weights))
    total = float(ties.sum())
    if not total > 0:
        return not_computable("network_no_ties")
    held = (labels[:, None] == np.arange(labels.max() + 1)).astype(np.float64)
    e = held.T @ ties @ held / total
    expected = float(e.sum(axis=1) @ e.sum(axis=0))
    if expected >= 1:
        return not_computable("network_one_group")
    return number((float(np.trace(e)) - expected) / (1 - expected))
