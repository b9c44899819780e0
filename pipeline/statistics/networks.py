"""What the numbers about networks are; their arithmetic is in ``pipeline/networks``."""

from __future__ import annotations

from pipeline.statistics.registry import Value, declare

COUNTED = (
    "network_units", "network_nodes", "network_ties", "network_degree", "network_in_degree", "network_out_degree",
    "network_k_core", "network_core", "network_core_units", "network_core_items", "network_core_nodes",
    "network_components", "network_diameter", "network_ego_size", "network_ego_ties",
    "network_projection_units_ties", "network_projection_items_ties", "network_tie", "network_group",
    "network_shared",
)  # fmt: skip
SHARES = (
    "network_density", "network_share", "network_tie_share", "network_projection_units", "network_projection_items",
    "network_ego_density", "network_reciprocity",
)  # fmt: skip
DECIMALS = (
    "network_mean_degree", "network_mean_strength", "network_strength", "network_tie_mean", "network_tie_strength",
    "network_betweenness", "network_closeness", "network_similarity", "network_within", "network_between",
    "network_centralisation_units", "network_centralisation_items", "network_centralisation_degree",
    "network_centralisation_betweenness", "network_centralisation_closeness", "network_centralisation_in",
    "network_centralisation_out", "network_clustering", "network_transitivity", "network_projection_transitivity",
    "network_mean_distance", "network_core_fit", "network_effective_size", "network_efficiency", "network_constraint",
    "network_assortativity", "network_qap_r", "network_x", "network_y",
)  # fmt: skip
CHANCES = ("network_permutation_p", "network_qap_p")
"""About chance in allotting groups to the nodes that there are, not about others: a description has them too."""

declare(
    *(Value(name, "count", "group") for name in COUNTED),
    *(Value(name, "share", "group") for name in SHARES),
    *(Value(name, "decimal", "group", decimals=2) for name in DECIMALS),
    *(Value(name, "p", "group") for name in CHANCES),
)
