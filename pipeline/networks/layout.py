"""Where a drawing has its nodes: the same places for the same ties, on any machine."""

from __future__ import annotations

import numpy as np

from pipeline.networks.graphs import Ties, graph
from pipeline.networks.one_mode import either_way
from pipeline.statistics.core import Floats

_STEPS = 300
_PLACES = 4  # decimals kept, so that the last bits of a sum move nothing


def circles(rings: list[list[int]], count: int) -> Floats:
    """Places (count, 2) on rings around the middle, the first ring inmost; a ring of one node inmost is the middle.

    The inmost ring is half as wide as the outmost, so that its nodes have room for their names.
    """
    places = np.zeros((count, 2))
    alone = bool(rings) and len(rings[0]) == 1
    around = len(rings) - alone
    for number, ring in enumerate(rings, start=1 - alone):
        radius = 0.0 if number == 0 else 1.0 if around == 1 else 0.5 + 0.5 * (number - 1) / (around - 1)
        for at, node in enumerate(ring):
            angle = 2 * np.pi * at / len(ring) + (np.pi / len(ring) if number % 2 else 0.0)
            places[node] = radius * np.sin(angle), radius * np.cos(angle)
    return np.round(places, _PLACES)


def spread(ties: Ties) -> Floats:
    """Places (n, 2) whose distances are as the numbers of steps between nodes, from −1 to 1.

    Stress majorisation (Gansner, Koren and North 2004) from a circle in the order of the nodes. Nodes in different
    pieces lie as far apart as if one step more than the longest path joined them.
    """
    import networkx as nx

    n = len(ties)
    if n < 2:
        return np.zeros((n, 2))
    steps = np.full((n, n), np.nan)
    for source, found in nx.all_pairs_shortest_path_length(graph(either_way(ties))):
        for node, length in found.items():
            steps[source, node] = length
    steps = np.where(np.isnan(steps), np.nanmax(steps) + 1, steps)
    weights = 1 / np.maximum(steps, 1) ** 2
    np.fill_diagonal(weights, 0.0)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian)
    places = circles([[], list(range(n))], n) * steps.max() / 2
    for _ in range(_STEPS):
        apart = places[:, None, :] - places[None, :, :]
        distance = np.maximum(np.sqrt((apart**2).sum(axis=2)), 1e-9)
        pull = -weights * steps / distance
        np.fill_diagonal(pull, 0.0)
        np.fill_diagonal(pull, -pull.sum(axis=1))
        places = inverse @ pull @ places
    places -= (places.max(axis=0) + places.min(axis=0)) / 2
    largest = max(float(np.abs(places).max()), 1e-9)
    rounded: Floats = np.round(places / largest, _PLACES) + 0.0
    return rounded
