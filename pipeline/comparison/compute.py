"""All result rows of a comparison: trends, panels of linked units, units and response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.comparison import panel, trend
from pipeline.comparison.measured import Setting
from pipeline.comparison.waves import Waves
from pipeline.results import ResultsWriter
from pipeline.spec.model import Inference, TableSpec
from pipeline.statistics.core import Options


def results(waves: Waves, options: Options, mode_of: Callable[[TableSpec | None], Inference]) -> Any:
    """An Arrow table in the schema of results, the rows of each wave under its name.

    ``mode_of`` says how a table is read, and how the panel is (``None``).
    """
    import pyarrow as pa

    files = waves.files
    writers = {name: ResultsWriter(name) for name in waves.names}
    for spec in trend.specs(files.codebook, files.report.tables()):
        trend.write(Setting(spec, mode_of(spec), options, weight_of(waves, spec)), waves, writers)
    balanced = waves.balanced()
    if balanced is not None:
        for spec in trend.drawn(waves):
            trend.write_balanced(Setting(spec, mode_of(spec), options, weight_of(waves, spec)), balanced, writers)
    for before, after, links in waves.linked_pairs():
        panel.write(waves, before, after, links, mode_of(None), options, writers[after.name])
    panel.write_units(waves, writers)
    panel.write_lineages(waves, writers[waves.names[-1]])
    return pa.concat_tables([writer.table() for writer in writers.values()])


def weight_of(waves: Waves, spec: TableSpec) -> str | None:
    """The variable by which a table is weighted, if it is."""
    weights = waves.files.study.weights
    if weights is None:
        return None
    return weights.variable if (weights.use if spec.weighted is None else spec.weighted) else None
