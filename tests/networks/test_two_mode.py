"""Davis's Southern Women against igraph 1.3.5 and sna 2.7-1 in R, and networkx's published normalisations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pipeline.networks import two_mode
from pipeline.networks.core import two_mode_core
from pipeline.networks.graphs import assortativity, graph
from tests.networks.oracles import R, davis

TOLD = R["davis"]


def test_centralisation_and_density_are_those_of_r() -> None:
    ties = davis()
    whole = two_mode.whole(ties, two_mode_core(ties))
    assert two_mode.summary(ties)["network_density"].value == pytest.approx(TOLD["density"])
    for by in ("degree", "betweenness", "closeness"):
        assert whole[f"network_centralisation_{by}"].value == pytest.approx(TOLD[f"centralisation_{by}"])


def test_projections_are_those_of_r() -> None:
    ties = davis()
    whole = two_mode.whole(ties, two_mode_core(ties))
    assert whole["network_projection_units_ties"].value == TOLD["women_ties"] == 139
    assert whole["network_projection_items_ties"].value == TOLD["events_ties"] == 66
    assert whole["network_projection_units"].value == pytest.approx(139 / 153)
    assert whole["network_projection_transitivity"].value == pytest.approx(TOLD["women_transitivity"])
    # networkx 3.6.1: bipartite.robins_alexander_clustering(davis_southern_women_graph())
    assert whole["network_clustering"].value == pytest.approx(0.4677641, abs=5e-8)


def test_nodes_have_the_two_mode_normalisation() -> None:
    # networkx 3.6.1: bipartite.degree_centrality, betweenness_centrality, closeness_centrality
    women, events, _ = two_mode.nodes(davis())
    evelyn = (women.share[0], women.betweenness[0], women.closeness[0])
    assert evelyn == pytest.approx((0.5714, 0.0966, 0.8), abs=5e-5)
    assert women.betweenness[13] == pytest.approx(0.1135, abs=5e-5)  # Nora
    assert (events.share[7], events.betweenness[7], events.closeness[7]) == pytest.approx(
        (0.7778, 0.2438, 0.8462), abs=5e-5
    )
    raw = np.array(TOLD["betweenness"])  # igraph: betweenness(g), all 32 nodes
    assert women.betweenness / women.betweenness[0] == pytest.approx(raw[:18] / raw[0])
    assert events.betweenness / events.betweenness[7] == pytest.approx(raw[18:] / raw[25])


def test_assortativity_counts_shared_items_as_often_as_they_are() -> None:
    # igraph: assortativity_nominal() of the women's projection with parallel ties
    labels = np.repeat([0, 1], 9)
    found = assortativity(two_mode.projection(davis()), labels)
    assert found.value == pytest.approx(TOLD["assortativity"])
    assert assortativity(np.zeros((3, 3)), np.array([0, 0, 1])).error == "network_no_ties"
    assert assortativity(np.ones((3, 3)), np.array([0, 0, 0])).error == "network_one_group"


def test_similarity_by_hand() -> None:
    ties = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
    found = two_mode.similarity(ties)
    assert found[0, 1] == 0.5 and found[0, 0] == 1 and found[0, 2] == 0
    assert np.isnan(found[2, 3])
    assert two_mode.mean_of_pairs(found).value == pytest.approx((0.5 + 0 + 0 + 0 + 0) / 5)


def test_a_network_in_pieces_or_without_ties_has_reasons() -> None:
    ties = np.zeros((3, 2), dtype=bool)
    whole = two_mode.whole(ties, two_mode_core(ties))
    assert whole["network_centralisation_closeness"].error == "network_in_pieces"
    assert whole["network_core_fit"].error == "network_no_core"
    assert whole["network_clustering"].error == "network_no_ties"
    assert two_mode.summary(ties)["network_similarity"].error == "network_too_small"
    assert two_mode.summary(ties)["network_density"].value == 0
    assert two_mode.summary(np.zeros((0, 2), dtype=bool))["network_units"].value == 0
    assert graph(two_mode.square(ties)).number_of_nodes() == 5


def test_centralisation_of_one_kind_is_one_where_one_item_has_all() -> None:
    ties = np.zeros((5, 4), dtype=bool)
    ties[:, 0] = True
    found = two_mode.summary(ties)
    assert found["network_centralisation_items"].value == 1
    assert found["network_centralisation_units"].value == 0


def test_strength_is_that_of_the_ties_that_have_one() -> None:
    ties = np.array([[True, True], [True, False]])
    found = two_mode.summary(ties, np.array([[4.0, np.nan], [1.0, np.nan]]))["network_mean_strength"]
    assert (found.value, found.n) == (2.5, 2)


@pytest.mark.parametrize("shape", list(itertools.product((1, 2, 3), repeat=2)))
def test_every_small_network_has_a_number_or_a_reason(shape: tuple[int, int]) -> None:
    n, m = shape
    for bits in itertools.product((False, True), repeat=n * m):
        ties = np.array(bits).reshape(n, m)
        units, items, core = two_mode.nodes(ties)
        for number in (*two_mode.whole(ties, core).values(), *two_mode.summary(ties, ties.astype(float)).values()):
            assert (number.value is None) == bool(number.error)
        assert np.isnan(units.betweenness).all() == np.isnan(items.betweenness).all() == (min(shape) == 1)
