"""The rows of each kind of analysis: contents of a section that make tables and figures of their own."""

from __future__ import annotations

from pipeline.spec.configurations import ConfigurationSpec
from pipeline.spec.load import StudyFiles
from pipeline.spec.record import Analysis
from pipeline.tables.context import Context


def analyse(spec: Analysis, context: Context, files: StudyFiles) -> None:
    """Make all rows of an analysis, under the names of its tables."""
    if isinstance(spec, ConfigurationSpec):
        from pipeline.tables.configuration_rows import configuration

        return configuration(spec, context, files)
    raise TypeError(f"no rows for {type(spec).__name__}")
