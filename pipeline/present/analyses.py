"""The blocks of each kind of analysis: contents of a section that make tables and figures of their own."""

from __future__ import annotations

from pipeline.present import configurations, interviews
from pipeline.present.document import Block, Paragraph, Run
from pipeline.present.networks.blocks import network_blocks
from pipeline.present.numbering import Numbering
from pipeline.present.view import View
from pipeline.spec.configurations import ConfigurationSpec
from pipeline.spec.interviews import InterviewTable
from pipeline.spec.model import Analysis, say
from pipeline.spec.networks import NetworkSpec


def blocks(view: View, spec: Analysis, numbering: Numbering) -> list[Block]:
    """What stands in the section; where the edition leaves an analysis out, a sentence that says why."""
    if isinstance(spec, InterviewTable):
        return interviews.blocks(view, spec, numbering)
    if any(name not in numbering.tables for name in spec.tables(view.codebook)):
        words = view.t("analysis_withheld", title=say(spec.title, view.lang))
        return [Paragraph((Run(words),), "note")]
    if isinstance(spec, ConfigurationSpec):
        return configurations.blocks(view, spec, numbering)
    if isinstance(spec, NetworkSpec):
        return network_blocks(view, spec, numbering)
    raise TypeError(f"no blocks for {type(spec).__name__}")
