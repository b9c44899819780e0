"""Units and items: a network whose ties run between two kinds of nodes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.networks.core import Core, two_mode_core
from pipeline.networks.graphs import Ties, by_node, freeman, graph, one_mode_centralisation
from pipeline.statistics.core import Floats, Number, not_computable, number


@dataclass(frozen=True, slots=True)
class Nodes:
    """Measures of the nodes of one kind, each in their order.

    ``degree``: ties. ``share``: ties by the number of nodes of the other kind. ``betweenness``, ``closeness``: as
    shares of the most that a node of this kind can have in a two-mode network of this size (Borgatti and Everett 1997;
    as networkx's ``bipartite``). ``core``: in the core or not.
    """

    degree: Floats
    share: Floats
    betweenness: Floats
    closeness: Floats
    core: Floats


def square(ties: Ties) -> Ties:
    """All nodes as one kind: units first, then items, shape (n + m, n + m)."""
    n, m = ties.shape
    whole = np.zeros((n + m, n + m), dtype=bool)
    whole[:n, n:] = ties
    whole[n:, :n] = ties.T
    return whole


def nodes(ties: Ties) -> tuple[Nodes, Nodes, Core]:
    """Measures of the units and of the items of ``ties`` (n, m), and the core that they are compared with."""
    from networkx.algorithms import bipartite

    n, m = ties.shape
    made, core = graph(square(ties)), two_mode_core(ties)
    between = np.full(n + m, np.nan)  # with one node of a kind no path can pass by
    if n > 1 and m > 1:
        between = by_node(bipartite.betweenness_centrality(made, range(n)))
    close = by_node(bipartite.closeness_centrality(made, range(n)))
    degree = np.concatenate([ties.sum(axis=1), ties.sum(axis=0)]).astype(np.float64)
    share = degree / np.concatenate([np.full(n, max(m, 1)), np.full(m, max(n, 1))])
    inside = np.concatenate([core.rows, core.columns]).astype(np.float64)
    units, items = (
        Nodes(*(measure[part] for measure in (degree, share, between, close, inside)))
        for part in (slice(0, n), slice(n, n + m))
    )
    return units, items, core


def similarity(ties: Ties) -> Floats:
    """Jaccard's similarity of every two units' profiles (n, n): items both have by items either has; NaN where none."""
    own = ties.astype(np.float64)
    both = own @ own.T
    degree = own.sum(axis=1)
    either = degree[:, None] + degree[None, :] - both
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(either > 0, both / either, np.nan)


def mean_of_pairs(values: Floats) -> Number:
    """The mean over all pairs of different nodes of a symmetric matrix, without those that are NaN."""
    pairs = values[np.triu_indices(len(values), 1)]
    known = pairs[~np.isnan(pairs)]
    return number(float(known.mean())) if len(known) else not_computable("network_too_small")


def summary(ties: Ties, strength: Floats | None = None) -> dict[str, Number]:
    """What is told of the whole and of each group of units: counts, density, ties and their strength, centralisation.

    ``strength`` (n, m): how strong each tie is, NaN where it is not known or no tie.
    """
    n, m = ties.shape
    if n == 0 or m == 0:
        return {"network_units": Number(float(n))}
    units, items = ties.sum(axis=1).astype(np.float64), ties.sum(axis=0).astype(np.float64)
    found = {
        "network_units": Number(float(n)),
        "network_ties": Number(float(ties.sum())),
        "network_density": number(float(ties.mean())),
        "network_mean_degree": number(float(units.mean())),
        "network_centralisation_units": freeman(units, (n - 1) * m, "network_two_mode_degree"),
        "network_centralisation_items": freeman(items, (m - 1) * n, "network_two_mode_degree"),
        "network_similarity": mean_of_pairs(similarity(ties)),
    }
    if strength is not None:
        known = strength[ties & ~np.isnan(strength)]
        mean = number(float(known.mean())) if len(known) else not_computable("network_no_ties")
        found["network_mean_strength"] = Number(mean.value, mean.method, "", mean.error, float(len(known)))
    return found


def whole(ties: Ties, core: Core) -> Mapping[str, Number]:
    """What is told of the whole network only: Freeman's centralisation, clustering, both projections, the core."""
    from networkx import transitivity

    made = graph(square(ties))
    found = one_mode_centralisation(made)
    found["network_clustering"] = clustering(ties)
    for name, own in (("units", ties), ("items", ties.T)):
        shared = projection(own)
        pairs = shared[np.triu_indices(len(shared), 1)]
        found[f"network_projection_{name}"] = number(float((pairs > 0).mean()) if len(pairs) else float("nan"))
        found[f"network_projection_{name}_ties"] = Number(float((pairs > 0).sum()))
    found["network_projection_transitivity"] = number(float(transitivity(graph(projection(ties) > 0))))
    found["network_core_fit"] = core.fit
    found["network_core_units"] = Number(float(core.rows.sum()))
    found["network_core_items"] = Number(float(core.columns.sum()))
    return found


def clustering(ties: Ties) -> Number:
    """Four times the closed squares by the paths of three ties (Robins and Alexander 2004)."""
    shared = projection(ties)
    squares = float((shared * (shared - 1)).sum()) / 4  # each pair of units stands there twice
    units, items = ties.sum(axis=1), ties.sum(axis=0)
    paths = float((ties * np.outer(units - 1, items - 1)).sum())
    return number(4 * squares / paths) if paths else not_computable("network_no_ties")


def projection(ties: Ties) -> Floats:
    """How many items every two units share (n, n); a unit shares none with itself."""
    own = ties.astype(np.float64)
    shared = own @ own.T
    np.fill_diagonal(shared, 0.0)
    return shared
