"""What all tables of a wave share: the inference mode, the population, the options of the statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.results import About, ResultsWriter
from pipeline.spec.model import Inference, Study
from pipeline.statistics.core import Aggregate, Cells, Number, Options, Result, Weighting
from pipeline.statistics.multiple import MultiplePair
from pipeline.statistics.registry import beside, compute, known
from pipeline.tables.axes import axis
from pipeline.tables.designs import Drawn


@dataclass(frozen=True, slots=True)
class Context:
    """The study's decisions for one wave.

    ``mode``: how a census or sample is read. ``population``: N, or ``None``. ``rounded``: cell counts of cross-tabs
    are rounded before their statistics, as SPSS does. ``total_cases``: cases in the file, before any filter.
    ``sample``: the strata and clusters, or the replicate weights, of a sample, over all cases of the file. ``draw``
    finds it among the cases that another engine has counted.
    """

    cases: Cases
    writer: ResultsWriter
    options: Options
    mode: Inference = "sample"
    population: int | None = None
    rounded: bool = False
    total_cases: int = 0
    sample: Drawn | None = None
    draw: Callable[[Cases], Drawn | None] | None = None

    def among(self, *names: str, presence: bool = False) -> Context:
        """The context as far as some variables tell; the same where all cases are at hand."""
        cases = self.cases.among(names, presence)
        if cases is self.cases:
            return self
        return replace(self, cases=cases, sample=None if presence or self.draw is None else self.draw(cases))

    def say_cut(self, start: int) -> None:
        """Say with all rows since there were ``start`` where they are made from numbers that were cut off."""
        if self.cases.cut:
            digits = min(self.cases.cut.values())
            self.writer.remark(start, self.cases.cut, f"values_cut digits={digits}")


def weight_of(study: Study) -> tuple[str | None, Weighting]:
    """The weight's variable and how it is meant."""
    if study.weights is None:
        return None, "none"
    return study.weights.variable, "probability" if study.weights.kind == "probability" else "frequency"


def chosen(
    aggregate: Aggregate | MultiplePair, context: Context, wanted: Sequence[str], of_order: bool | None = None
) -> Iterator[tuple[str, Result]]:
    """The statistics of an aggregate: those asked for, or all that apply; a description has no inference."""
    available = known(type(aggregate))
    ids = None
    if wanted:
        ids = list(
            dict.fromkeys(
                one for name in wanted if name in available for one in (name, *available[name].values[name].beside)
            )
        )
        if not ids:
            return
    yield from compute(aggregate, context.options, ids, context.mode != "description", of_order)


def corrected(
    results: Iterable[tuple[str, Result]], context: Context, population: int | None, n: float
) -> Iterator[tuple[str, Result]]:
    """Standard errors and intervals of means and shares with the finite population correction √(1 − n/N).

    For a simple random sample of n from N: where a sample's population is given, and neither strata nor clusters nor
    replicate weights, which have a correction of their own. Tests of association stay as they are: whether two things
    are related is asked of more than the population at hand.
    """
    if context.mode != "sample" or context.sample is not None or population is None or not 0 < n <= population:
        yield from results
        return
    found = dict(results)
    root = (1 - n / population) ** 0.5
    word = f"finite_population population={population}"
    limits = beside("mean", found)
    for name, result in found.items():
        if name == "se":
            yield name, _scaled(result, None, root, word)
        elif name in (limits.low, limits.high):
            yield name, _scaled(result, found.get("mean"), root, word)
        else:
            yield name, result


def _scaled(result: Result, centre: Result | None, root: float, word: str) -> Result:
    """A number, or its distance from a centre, times ``root``."""
    method = f"{result.method} {word}".strip()
    if isinstance(result, Cells):
        middle = centre.values if isinstance(centre, Cells) else np.zeros_like(result.values)
        return replace(result, values=middle + (result.values - middle) * root, method=method)
    if result.value is None:
        return result
    at = centre.value if isinstance(centre, Number) and centre.value is not None else 0.0
    return replace(result, value=at + (result.value - at) * root, method=method)


def within_layers(context: Context, layer: str) -> Iterator[tuple[str, Context]]:
    """The cases of each category of a layer, then those of all of them under the empty code."""
    codes = axis(context.cases, layer).codes
    for code, held in (*((c, (c,)) for c in codes), ("", codes)):
        yield code, replace(context, cases=context.cases.where({layer: held}))


def layered(about: About, var: str, code: str) -> About:
    """The same table within one category of a layer."""
    return About(about.table_id, about.row_var, about.col_var, var, code)
