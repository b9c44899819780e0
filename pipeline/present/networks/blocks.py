"""A network as the blocks of its section: tables, each followed by the figures of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.present.document import Block, Paragraph, Run
from pipeline.present.networks import edges, survey
from pipeline.present.networks.parts import Shown
from pipeline.present.numbering import Numbering
from pipeline.present.view import View
from pipeline.spec.networks import NetworkSpec

_SURVEY: Mapping[str, Callable[[Shown], Block]] = {
    "structure": survey.structure, "nodes": survey.nodes, "answers": survey.answers, "matrix": survey.matrix,
    "shared": survey.shared, "groups": survey.groups,
    "profile": survey.profile, "similarity": survey.similarity,
}  # fmt: skip
_EDGES: Mapping[str, Callable[[Shown], Block]] = {
    "drawing": edges.drawing, "structure": edges.structure, "nodes": edges.nodes,
}  # fmt: skip


def network_blocks(view: View, spec: NetworkSpec, numbering: Numbering) -> list[Block]:
    """The tables and figures that the report wants; of a network without units a sentence that says so."""
    network = view.codebook.networks[spec.network]
    shown = Shown(view, spec, network, numbering)
    if network.of_survey and not view.results.rows(shown.table("nodes")):
        return [Paragraph((Run(view.t("network_nobody", label=shown.title("structure"))),), "note")]
    made = _SURVEY if network.of_survey else _EDGES
    if network.attributes and not shown.attributes:
        made = {part: make for part, make in made.items() if part not in ("groups", "profile", "similarity")}
    named = {*spec.tables(view.codebook), *spec.figures(view.codebook)}
    return [make(shown) for part, make in made.items() if shown.table(part) in named]
