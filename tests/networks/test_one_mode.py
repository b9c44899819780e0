"""Florentine families and Coleman's friends against igraph 1.3.5 and sna 2.7-1 in R."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.networks import one_mode
from pipeline.networks.graphs import assortativity
from tests.networks.oracles import FAMILIES, R, coleman, florence


@pytest.mark.parametrize(("name", "directed"), [("flo", False), ("coleman", True)])
def test_the_whole_and_its_nodes_are_those_of_r(name: str, directed: bool) -> None:
    ties, told = coleman() if directed else florence(), R[name]
    nodes, core = one_mode.nodes(ties, ties.astype(float), directed)
    found = {key: value.value for key, value in one_mode.summary(ties, directed, core).items()}
    same = {
        "density": "density", "transitivity": "transitivity", "components": "pieces", "diameter": "diameter",
        "mean_distance": "distance",
    }  # fmt: skip
    same |= (
        {
            "reciprocity": "reciprocity",
            "centralisation_in": "centralisation_in",
            "centralisation_out": "centralisation_out",
        }
        if directed
        else {f"centralisation_{by}": f"centralisation_{by}" for by in ("degree", "betweenness")}
    )
    for ours, theirs in same.items():
        assert found[f"network_{ours}"] == pytest.approx(told[theirs]), ours
    assert nodes.betweenness == pytest.approx(told["betweenness"])
    assert nodes.k_core.tolist() == told["coreness"]
    if directed:
        assert nodes.incoming.tolist() == told["indegree"]


@pytest.mark.parametrize("family", ["Medici", "Ridolfi", "Guadagni"])
def test_burts_constraint_is_that_of_igraph(family: str) -> None:
    at = FAMILIES.index(family)
    found = one_mode.ego_network(florence(), at)
    assert found["network_constraint"].value == pytest.approx(R["flo"]["constraint"][at])


def test_the_network_around_the_medici_by_hand() -> None:
    # Acciaiuoli, Albizzi, Barbadori, Ridolfi, Salviati, Tornabuoni; one tie among them: Ridolfi and Tornabuoni
    found = one_mode.ego_network(florence(), FAMILIES.index("Medici"))
    assert found["network_ego_size"].value == 6
    assert found["network_ego_ties"].value == 1
    assert found["network_ego_density"].value == pytest.approx(1 / 15)
    assert found["network_effective_size"].value == pytest.approx(6 - 2 / 6)
    assert found["network_efficiency"].value == pytest.approx((6 - 2 / 6) / 6)
    alone = one_mode.ego_network(florence(), FAMILIES.index("Pucci"))
    assert {key: value.value for key, value in alone.items()} == {"network_ego_size": 0}


def test_assortativity_is_that_of_igraph() -> None:
    found = assortativity(florence().astype(float), np.tile([0, 1], 8))
    assert found.value == pytest.approx(R["flo"]["assortativity"])


def test_values_add_up_to_strength() -> None:
    values = np.array([[0, 2.0, 0], [0, 0, 3], [1, 0, 0]])
    nodes, _ = one_mode.nodes(values > 0, values, True)
    assert nodes.strength.tolist() == [3, 5, 4]
    nodes, _ = one_mode.nodes(values > 0, values, False)
    assert nodes.strength.tolist() == [3, 5, 4]
