"""One table's numbers in all waves, measured once each: which waves can be compared, their changes and trends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from pipeline.comparison.change import Estimated, Scale, Share, design_change, mean_change, share_change
from pipeline.comparison.over_time import cochran_armitage, linear_contrast, slope
from pipeline.comparison.overlap import Answers, Common, overlapping
from pipeline.comparison.waves import WaveData, Waves
from pipeline.counting.cases import Cases, Mask
from pipeline.counting.engine import distribution
from pipeline.results import ResultRow, ResultsWriter
from pipeline.spec.model import Inference, Study, TableSpec
from pipeline.statistics import design
from pipeline.statistics.core import Floats, GroupedDistribution, Number, Options, not_computable, number
from pipeline.tables.axes import axis, kind_of
from pipeline.tables.context import Context
from pipeline.tables.designs import as_read, design_of
from pipeline.tables.one_way import nets_of, possible_population

NOT_COMPARABLE = "not_comparable"
LEAST_WAVES = 3
"""Waves that a trend needs: between two there is a change."""


@dataclass(frozen=True, slots=True)
class Line:
    """One statistic that is followed over time: a share of a category or item, or a mean (empty code)."""

    table: str
    statistic: str
    variable: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-group that is followed by itself: the cases with one code of a variable."""

    variable: str
    code: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a table of the report says about how its numbers are made; of which sub-group, or of the balanced panel."""

    spec: TableSpec
    mode: Inference
    options: Options
    weight: str | None = None
    part: Part | None = None
    balanced: bool = False

    @property
    def alone(self) -> bool:
        """Whether the cases are counted here, as the waves' own results do not have these."""
        return self.part is not None or self.balanced

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """Who is counted: those of the table, of a sub-group those in it."""
        own = {} if self.part is None else {self.part.variable: (self.part.code,)}
        return {**self.spec.where, **own}


def row_of(wave: WaveData, line: Line) -> ResultRow | None:
    """The line's number in the wave's own results."""
    return wave.results.get(line.table, line.statistic, line.variable, line.code)


def known(cases: Cases) -> set[str]:
    """The variables and sets that a wave's file has."""
    codebook = cases.codebook
    columns = set(cases.table.column_names)
    return columns | {name for name, mr in codebook.sets.items() if columns.intersection(mr.members)}


class Measured:
    """All waves seen by one table. What is asked of a wave is computed once, whatever it is compared with."""

    def __init__(self, waves: Waves, setting: Setting) -> None:
        self.waves, self.setting = waves, setting
        self.context = cache(lambda i: _context(waves, setting, waves.waves[i]))
        self.known = cache(lambda i: known(self.context(i).cases))
        self.share = cache(self._share)
        self.estimated = cache(self._estimated)

    def comparable(self, line: Line, i: int) -> bool:
        """Whether a wave's question is the codebook's, and the table's conditions as well."""
        wave = self.waves.waves[i].name
        return all(self.waves.hindrance(name, code, wave, wave) is None for name, code in self._asked(line))

    def usable(self, line: Line, i: int) -> bool:
        """Whether a wave has the line's number and it may be compared."""
        if not self.comparable(line, i) or any(name not in self.known(i) for name, _ in self._asked(line)):
            return False
        if line.statistic == "mean":
            return bool(self.context(i).cases.valid(line.variable).any())
        return self.share(line, i) is not None

    def _asked(self, line: Line) -> list[tuple[str, str]]:
        return [(line.variable, line.code), *((name, "") for name in self.setting.conditions)]

    # ------------------------------------------------------------ changes

    def change(self, line: Line, before: int, after: int) -> dict[str, Number]:
        """The change of one line between two waves, or why there is none."""
        pair = before, after
        if not all(self.comparable(line, i) for i in pair):
            return {"change": not_computable(NOT_COMPARABLE, line.statistic)}
        none = {"change": not_computable("no_valid_cases", line.statistic)}
        if any(name not in self.known(i) for i in pair for name, _ in self._asked(line)):
            return none
        if all(self.context(i).sample is not None for i in pair):
            earlier, later = (self.estimated(line, i) for i in pair)
            if earlier is None or later is None:
                return none
            return design_change(earlier, later, self.setting.options, line.statistic)
        if line.statistic == "mean":
            found = self._mean_change(line, pair)
        else:
            first, second = (self.share(line, i) for i in pair)
            if first is None or second is None:
                return none
            found = share_change(first, second, self.setting.mode, self.setting.options, line.statistic)
        return found | self._overlap(line, pair) if "change_p" in found else found

    def _overlap(self, line: Line, pair: tuple[int, int]) -> dict[str, Number]:
        """The interval and test that the units which answered in both waves allow; nothing where there are none."""
        rows = self.waves.lineages.pairs(*pair) if self.waves.lineages.rows else ()
        if not rows or not len(rows[0]) or any(self.context(i).cases.weighting == "frequency" for i in pair):
            return {}
        answers, places = [], []
        for i, own in zip(pair, rows, strict=True):
            cases = self.context(i).cases
            valid, values = values_of(cases, line)
            place = np.full(cases.columns.rows, -1, dtype=np.intp)
            place[cases.positions[valid]] = np.arange(int(np.count_nonzero(valid)))
            answers.append(Answers(values[valid], None if cases.weights.w is None else cases.weights.w[valid]))
            places.append(place[own])
        both = (places[0] >= 0) & (places[1] >= 0)
        common = Common(places[0][both], places[1][both])
        share = line.statistic != "mean"
        return overlapping(answers[0], answers[1], common, share, self.setting.options, line.statistic)

    def _mean_change(self, line: Line, pair: tuple[int, int]) -> dict[str, Number]:
        contexts = [self.context(i) for i in pair]
        values = [context.cases.numeric(line.variable) for context in contexts]
        variable = self.waves.files.codebook.all_variables()[line.variable]
        ends = [float(code) for code in variable.categories] if variable.scores else []
        scale = None
        if ends:
            possible = [self._possible(line.variable, i)[0] for i in pair]
            scale = Scale(min(ends), max(ends), (possible[0], possible[1]))
        return mean_change(_grouped(values, contexts), self.setting.mode, self.setting.options, scale)

    # ------------------------------------------------------------ trends

    def trend(self, line: Line, waves: Sequence[int]) -> dict[str, Number]:
        """The slope through the waves' numbers per unit of time, and but for a description its test."""
        times = [self.waves.times[i] for i in waves]
        by_design = all(self.context(i).sample is not None for i in waves)
        if by_design or line.statistic == "mean":
            found = [self.estimated(line, i) for i in waves]
            told = [one for one in found if one is not None]
            if len(told) < len(waves):
                return {}
            slopes = {"trend_slope": number(slope(times, [one.value for one in told]), line.statistic)}
            if self.setting.mode == "description":
                return slopes
            return slopes | linear_contrast(times, told, line.statistic, by_design)
        shares = [share for i in waves if (share := self.share(line, i)) is not None]
        if len(shares) < len(waves):
            return {}
        slopes = {"trend_slope": number(slope(times, [s.value for s in shares]), line.statistic)}
        if self.setting.mode == "description":
            return slopes
        bases = [s.effective for s in shares]
        hits = [s.value * s.effective for s in shares]
        return slopes | cochran_armitage(hits, bases, times, line.statistic)

    # ------------------------------------------------------------ one wave

    def _share(self, line: Line, i: int) -> Share | None:
        context, wave = self.context(i), self.waves.waves[i]
        if any(name not in self.known(i) for name, _ in self._asked(line)):
            return None
        weighted = context.cases.weighting == "probability"
        counted = _counted(context.cases, line) if self.setting.alone else _as_reported(wave, line)
        if counted is None:
            return None
        k, n, value, base = counted
        effective = _effective(context.cases, line.variable) if weighted else base
        possible, inside = self._possible(line.variable, i)
        return Share(k, n, value, effective, possible, inside, context.cases.weighting != "none")

    def _possible(self, name: str, i: int) -> tuple[int | None, bool]:
        """How many units the question may concern, and whether they are only a part of the population."""
        if self.setting.alone:  # nobody knows who of those that did not answer is in a sub-group
            return None, True
        context = self.context(i)
        mr = context.cases.codebook.sets.get(name)
        possible = possible_population(context, mr.members[0] if mr is not None else name)
        return possible, possible != self.waves.waves[i].population

    def _estimated(self, line: Line, i: int) -> Estimated | None:
        context = self.context(i)
        return _by_design(context, line) if context.sample is not None else _simple_mean(context.cases, line)


def _as_reported(wave: WaveData, line: Line) -> tuple[float, float, float, float] | None:
    """k, n, share and base as the wave's own results have them."""
    row, count = row_of(wave, line), wave.results.get(line.table, "n", line.variable, line.code)
    n = wave.results.get(line.table, "n", line.variable)
    if row is None or row.value is None or count is None or n is None or not n.value:
        return None
    return count.value or 0.0, n.value, row.value, row.base if row.base is not None else n.value


def _counted(cases: Cases, line: Line) -> tuple[float, float, float, float] | None:
    """k, n, share and base counted among some cases."""
    valid, hits = values_of(cases, line)
    weights = np.ones(len(valid)) if cases.weights.w is None else cases.weights.w
    base = float(weights[valid].sum())
    if base <= 0:
        return None
    k = float(np.count_nonzero(hits[valid]))
    return k, float(np.count_nonzero(valid)), float((weights * hits)[valid].sum()) / base, base


def _context(waves: Waves, setting: Setting, wave: WaveData) -> Context:
    study = waves.files.study
    kind = study.weights.kind if study.weights is not None else "probability"
    cases = wave.cases(setting.weight, "probability" if kind == "probability" else "frequency")
    sample = None if setting.mode == "description" else as_read(design_of(study, cases), setting.mode)
    conditions = setting.conditions
    if conditions and known(cases).issuperset(conditions):  # else there is no change to be computed
        cases = cases.where(conditions)
    return Context(
        cases, ResultsWriter(wave.name), replace(setting.options, population=wave.population), setting.mode,
        wave.population, total_cases=wave.rows, sample=sample,
    )  # fmt: skip


def has_design(study: Study) -> bool:
    """Whether the study declares how its cases were drawn."""
    replicates = study.weights is not None and study.weights.replicates is not None
    raked = study.weights is not None and bool(study.weights.rake)
    return study.design is not None or replicates or raked


def _by_design(context: Context, line: Line) -> Estimated | None:
    """A wave's share or mean under its design; ``None`` where nobody has a valid value."""
    cases = context.cases
    if context.sample is None:
        raise ValueError("a wave without a declared design")
    sample = context.sample.sample
    valid, values = values_of(cases, line)
    domain = np.zeros(sample.weights.size)
    everywhere = np.zeros(sample.weights.size)
    domain[cases.positions[valid]] = 1.0
    everywhere[cases.positions[valid]] = values[valid]
    if not (sample.weights * domain).any():
        return None
    found = design.mean(everywhere, sample, domain)
    df = design.Sampled(sample, np.where(domain > 0, 0, -1), 1).df
    return Estimated(float(found.values[0]), 0.0 if found.error else float(found.se[0]), df, found.error)


def _simple_mean(cases: Cases, line: Line) -> Estimated | None:
    """A wave's mean of a simple sample: s/√n; with probability weights linearised, √(n/(n − 1)·Σ(w·(x − m))²)/Σw."""
    valid, values = values_of(cases, line)
    x = values[valid]
    w = np.ones(len(x)) if cases.weights.w is None else cases.weights.w[valid]
    if w.sum() <= 0:
        return None
    frequency = cases.weighting == "frequency"
    n = float(w.sum()) if frequency else float(np.count_nonzero(w))
    m = float((w * x).sum() / w.sum())
    if n <= 1:
        return Estimated(m, 0.0, 0.0, "too_few_cases")
    squares = float((w * (x - m) ** 2).sum() if frequency else ((w * (x - m)) ** 2).sum())
    return Estimated(m, (n / (n - 1) * squares) ** 0.5 / float(w.sum()), n - 1)


def values_of(cases: Cases, line: Line) -> tuple[Mask, Floats]:
    """Who counts for a line, and what: a number, or 1 for those in the category, net or item."""
    if line.statistic == "mean":
        numbers = cases.numeric(line.variable)
        return ~np.isnan(numbers), numbers
    one = axis(cases, line.variable)
    if one.mentions is not None:
        if line.code not in one.mentions.items:
            return one.valid, np.zeros(len(one.valid))
        item = one.mentions.mentioned[one.mentions.items.index(line.code)]
        return one.valid, (item & one.valid).astype(np.float64)
    if one.coded is None:
        raise ValueError(f"{line.variable} has no shares")
    codes = nets_of(cases, line.variable).get(line.code, (line.code,))
    places = [i + 1 for i, code in enumerate(one.codes) if code in codes]
    return one.valid, np.isin(one.coded.index, places).astype(np.float64)


def _effective(cases: Cases, name: str) -> float:
    """Kish's effective n of the cases valid on a variable or in the base of a set."""
    shares = kind_of(name, cases.codebook) in ("categories", "mentions")
    valid = axis(cases, name).valid if shares else cases.valid(name)
    weights = cases.weights
    if weights.w is None or weights.w2 is None:
        return float(np.count_nonzero(valid))
    squares = float(weights.w2[valid].sum())
    return float(weights.w[valid].sum()) ** 2 / squares if squares else 0.0


def _grouped(values: Sequence[Floats], contexts: Sequence[Context]) -> GroupedDistribution:
    """Both waves as the two groups of one distribution."""
    parts = [distribution(v, None, 1, c.cases.weights) for v, c in zip(values, contexts, strict=True)]
    distinct = np.unique(np.concatenate([p[0] for p in parts]))
    shape = (len(distinct), 2)
    n, w, w2 = np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(shape)
    for g, (own, counts) in enumerate(parts):
        place = np.searchsorted(distinct, own)
        n[place, g], w[place, g], w2[place, g] = counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0]
    return GroupedDistribution(distinct, n, w, w2, contexts[0].cases.weighting)
