"""All result rows of a comparison: trends, panels of linked units, units and response."""

from __future__ import annotations

from typing import Any

from pipeline.comparison import panel, trend
from pipeline.comparison.waves import Waves
from pipeline.results import ResultsWriter
from pipeline.spec.model import Inference, Study, TableSpec
from pipeline.statistics.core import Options


def results(waves: Waves) -> Any:
    """An Arrow table in the schema of results, the rows of each wave under its name."""
    import pyarrow as pa

    study = waves.files.study
    writers = {name: ResultsWriter(name) for name in waves.names}
    for setting in settings(waves):
        trend.write(setting, waves, writers)
    for before, after, links in waves.linked_pairs():
        panel.write(waves, before, after, links, mode_of(None, study), options_of(study), writers[after.name])
    panel.write_units(waves, writers)
    return pa.concat_tables([writer.table() for writer in writers.values()])


def settings(waves: Waves) -> list[trend.Setting]:
    """The report's tables that have a trend, each with its reading and weight."""
    files = waves.files
    return [
        trend.Setting(spec, mode_of(spec, files.study), options_of(files.study), _weight(spec, files.study))
        for spec in trend.specs(files.codebook, files.report.tables())
    ]


def mode_of(spec: TableSpec | None, study: Study) -> Inference:
    """How a table is read: its own choice or the study's. A description needs N; without it data are a sample."""
    mode = (spec.inference if spec else None) or study.inference
    return "sample" if mode == "description" and study.population.size is None else mode


def options_of(study: Study) -> Options:
    """What the study decides for all statistics."""
    return Options(
        confidence=study.confidence,
        monte_carlo=study.exact.monte_carlo,
        seed=study.exact.seed,
        population=study.population.size,
        adjustment=study.comparisons.adjustment,
        least_expected=study.comparisons.least_expected,
    )


def _weight(spec: TableSpec, study: Study) -> str | None:
    if study.weights is None:
        return None
    return study.weights.variable if (study.weights.use if spec.weighted is None else spec.weighted) else None
