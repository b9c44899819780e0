"""The rows of each kind of analysis: contents of a section that make tables and figures of their own."""

from __future__ import annotations

from pipeline.spec.configurations import ConfigurationSpec
from pipeline.spec.load import StudyFiles
from pipeline.spec.networks import NetworkSpec
from pipeline.spec.record import Analysis
from pipeline.tables.context import Context
from pipeline.tables.edge_networks import edge_network
from pipeline.tables.networks import survey_network


def analyse(spec: Analysis, context: Context, files: StudyFiles) -> None:
    """Make all rows of an analysis, under the names of its tables."""
    if isinstance(spec, ConfigurationSpec):
        from pipeline.tables.configuration_rows import configuration

        return configuration(spec, context, files)
    if isinstance(spec, NetworkSpec):
        network = files.codebook.networks[spec.network]
        if network.of_survey:
            return survey_network(spec, network, context, files)
        return edge_network(spec, network, files.edges[spec.network], context)
    raise TypeError(f"no rows for {type(spec).__name__}")
