"""What all tables of a wave share: the inference mode, the population, the options of the statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.counting.cases import Cases
from pipeline.results import About, ResultsWriter
from pipeline.spec.model import Inference
from pipeline.statistics.core import Aggregate, Options, Result, compute, known
from pipeline.statistics.design import Design
from pipeline.statistics.multiple import MultiplePair


@dataclass(frozen=True, slots=True)
class Context:
    """The study's decisions for one wave.

    ``mode``: how a census or sample is read. ``population``: N, or ``None``. ``rounded``: cell counts of cross-tabs
    are rounded before their statistics, as SPSS does. ``total_cases``: cases in the file, before any filter.
    ``sample``: the strata and clusters of a sample, over all cases of the file.
    """

    cases: Cases
    writer: ResultsWriter
    options: Options
    mode: Inference = "sample"
    population: int | None = None
    rounded: bool = False
    total_cases: int = 0
    sample: Design | None = None


def chosen(
    aggregate: Aggregate | MultiplePair, context: Context, wanted: Sequence[str]
) -> Iterator[tuple[str, Result]]:
    """The statistics of an aggregate: those asked for, or all that apply; a description has no inference."""
    available = known(type(aggregate))
    ids = [name for name in wanted if name in available] if wanted else None
    if ids == []:
        return
    yield from compute(aggregate, context.options, ids, inference=context.mode != "description")


def layered(about: About, var: str, code: str) -> About:
    """The same table within one category of a layer."""
    return About(about.table_id, about.row_var, about.col_var, var, code)
