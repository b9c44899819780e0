"""Trend rows: each statistic by wave with its base, the change from the wave before, and its bounds or test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.codes import is_nested, is_net
from pipeline.comparison.change import Estimated, Scale, Share, design_change, mean_change, share_change
from pipeline.comparison.waves import WaveData, Waves
from pipeline.counting.cases import Cases, Mask
from pipeline.counting.engine import distribution
from pipeline.results import About, ResultRow, ResultsWriter
from pipeline.spec.model import Codebook, Inference, Study, TableSpec
from pipeline.statistics import design
from pipeline.statistics.core import Floats, GroupedDistribution, Number, Options, not_computable
from pipeline.tables.axes import axis, kind_of
from pipeline.tables.context import Context
from pipeline.tables.designs import as_read, design_of
from pipeline.tables.one_way import nets_of, possible_population
from pipeline.tables.plan import pieces

WAVE = "wave"
"""The ``col_var`` of every change; its ``col_code`` is the wave before."""

BESIDE = ("n", "count", "missing_n", "cases_n")
NOT_COMPARABLE = "not_comparable"

_WAYS = ("frequency", "multiple", "summary", "scores")


@dataclass(frozen=True, slots=True)
class Line:
    """One statistic that is followed over time: a share of a category or item, or a mean (empty code)."""

    table: str
    statistic: str
    variable: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a table of the report says about how its numbers are made."""

    spec: TableSpec
    mode: Inference
    options: Options
    weight: str | None = None


def specs(codebook: Codebook, tables: Sequence[TableSpec]) -> list[TableSpec]:
    """The tables of the report that have a trend: frequencies, multiple sets, summaries and scale means."""
    found = []
    for spec in tables:
        if spec.columns or spec.model is not None or spec.kind in ("reliability", "correlation", "model"):
            continue
        if all(p.way in _WAYS and not is_nested(p.row) for p in pieces(spec, codebook)):
            found.append(spec)
    return found


def share_of(name: str, codebook: Codebook) -> str:
    """The share that is followed over time: of the cases of a set, of the valid cases of a variable."""
    return "share_of_cases" if name in codebook.sets else "valid_share"


def variables(spec: TableSpec, codebook: Codebook) -> list[str]:
    """The variables and sets of a table, batteries resolved into their members."""
    return list(dict.fromkeys(p.row for p in pieces(spec, codebook)))


def lines(spec: TableSpec, waves: Waves) -> list[Line]:
    """What is followed in a table: categories and nets as every wave has them, items of a set, means."""
    codebook = waves.files.codebook
    found: dict[Line, None] = {}
    for piece in pieces(spec, codebook):
        if piece.way in ("summary", "scores"):
            found.setdefault(Line(spec.table, "mean", piece.row))
            continue
        statistic = share_of(piece.row, codebook)
        for wave in waves.waves:
            for row in wave.results.rows(spec.table):
                if row.statistic == statistic and row.row_var == piece.row and row.row_code and not row.col_var:
                    found.setdefault(Line(spec.table, statistic, piece.row, row.row_code))
    return list(found)


def write(setting: Setting, waves: Waves, writers: Mapping[str, ResultsWriter]) -> None:
    """The rows of one table: those of each wave as its own results have them, and the changes."""
    wanted = lines(setting.spec, waves)
    for wave in waves.waves:
        _write_wave(setting.spec, wanted, wave, writers[wave.name])
    for before, after in waves.pairs():
        measured = _Pair(waves, setting, before, after)
        for line in wanted:
            about = About(line.table, row_var=line.variable, col_var=WAVE)
            found = measured.change(line)
            n = after.results.get(line.table, "n", line.variable)
            for statistic, value in found.items():
                writers[after.name].add(
                    about, statistic, value, row_code=line.code, col_code=before.name,
                    n=None if n is None else n.value, base=_base(after, line),
                )  # fmt: skip


def _row(wave: WaveData, line: Line) -> ResultRow | None:
    return wave.results.get(line.table, line.statistic, line.variable, line.code)


def _base(wave: WaveData, line: Line) -> float | None:
    row = _row(wave, line)
    return None if row is None else row.base


def _write_wave(spec: TableSpec, wanted: Sequence[Line], wave: WaveData, writer: ResultsWriter) -> None:
    for line in wanted:
        for statistic in dict.fromkeys((line.statistic, *(("n",) if line.code else ()))):
            row = wave.results.get(line.table, statistic, line.variable, line.code)
            if row is not None:
                _copy(row, writer)
    for name in dict.fromkeys(line.variable for line in wanted):
        for statistic in BESIDE:
            row = wave.results.get(spec.table, statistic, name)
            if row is not None:
                _copy(row, writer)


def _copy(row: ResultRow, writer: ResultsWriter) -> None:
    number = Number(row.value, row.method, row.warning, row.error, row.n, row.base)
    writer.add(About(row.table_id, row_var=row.row_var), row.statistic, number, row_code=row.row_code)


class _Pair:
    """Two waves that follow one another, seen by one table."""

    def __init__(self, waves: Waves, setting: Setting, before: WaveData, after: WaveData) -> None:
        self.waves, self.setting = waves, setting
        self.sides = (before, after)
        self._contexts = tuple(_context(waves, setting, wave) for wave in self.sides)

    def change(self, line: Line) -> dict[str, Number]:
        """The change of one line, or why there is none."""
        before, after = self.sides
        asked = [(line.variable, line.code), *((name, "") for name in self.setting.spec.where)]
        if any(self.waves.hindrance(name, code, before.name, after.name) is not None for name, code in asked):
            return {"change": not_computable(NOT_COMPARABLE, line.statistic)}
        if any(name not in _known(c.cases) for c in self._contexts for name, _ in asked):
            return {"change": not_computable("no_valid_cases", line.statistic)}
        if all(c.sample is not None for c in self._contexts):
            earlier, later = (_estimated(context, line) for context in self._contexts)
            if earlier is None or later is None:
                return {"change": not_computable("no_valid_cases", line.statistic)}
            return design_change(earlier, later, self.setting.options, line.statistic)
        if line.statistic == "mean":
            return self._mean(line)
        shares = [self._share(line, wave, c) for wave, c in zip(self.sides, self._contexts, strict=True)]
        if shares[0] is None or shares[1] is None:
            return {"change": not_computable("no_valid_cases", line.statistic)}
        return share_change(shares[0], shares[1], self.setting.mode, self.setting.options, line.statistic)

    def _share(self, line: Line, wave: WaveData, context: Context) -> Share | None:
        row, count = _row(wave, line), wave.results.get(line.table, "n", line.variable, line.code)
        n = wave.results.get(line.table, "n", line.variable)
        if row is None or row.value is None or count is None or n is None or not n.value:
            return None
        weighted = context.cases.weighting == "probability"
        base = row.base if row.base is not None else n.value
        effective = _effective(context.cases, line.variable) if weighted else base
        possible, inside = self._possible(context, line.variable, wave)
        return Share(
            count.value or 0.0, n.value, row.value, effective, possible, inside, context.cases.weighting != "none"
        )

    def _possible(self, context: Context, name: str, wave: WaveData) -> tuple[int | None, bool]:
        """How many units the question may concern, and whether they are only a part of the population."""
        mr = context.cases.codebook.sets.get(name)
        possible = possible_population(context, mr.members[0] if mr is not None else name)
        return possible, possible != wave.population

    def _mean(self, line: Line) -> dict[str, Number]:
        values = [context.cases.numeric(line.variable) for context in self._contexts]
        variable = self.waves.files.codebook.all_variables()[line.variable]
        ends = [float(code) for code in variable.categories] if variable.scores else []
        scale = None
        if ends:
            possible = [self._possible(c, line.variable, w)[0] for c, w in zip(self._contexts, self.sides, strict=True)]
            scale = Scale(min(ends), max(ends), (possible[0], possible[1]))
        return mean_change(_grouped(values, self._contexts), self.setting.mode, self.setting.options, scale)


def _known(cases: Cases) -> set[str]:
    codebook = cases.codebook
    columns = set(cases.table.column_names)
    return columns | {name for name, mr in codebook.sets.items() if columns.intersection(mr.members)}


def _context(waves: Waves, setting: Setting, wave: WaveData) -> Context:
    study = waves.files.study
    kind = study.weights.kind if study.weights is not None else "probability"
    cases = wave.cases(setting.weight, "probability" if kind == "probability" else "frequency")
    sample = None if setting.mode == "description" else as_read(design_of(study, cases), setting.mode)
    if setting.spec.where and _known(cases).issuperset(setting.spec.where):  # else there is no change to be computed
        cases = cases.where(setting.spec.where)
    return Context(
        cases, ResultsWriter(wave.name), replace(setting.options, population=wave.population), setting.mode,
        wave.population, total_cases=wave.rows, sample=sample,
    )  # fmt: skip


def has_design(study: Study) -> bool:
    """Whether the study declares how its cases were drawn."""
    replicates = study.weights is not None and study.weights.replicates is not None
    raked = study.weights is not None and bool(study.weights.rake)
    return study.design is not None or replicates or raked


def _estimated(context: Context, line: Line) -> Estimated | None:
    """A wave's share or mean under its design; ``None`` where nobody has a valid value."""
    cases, sample = context.cases, context.sample
    if sample is None:
        raise ValueError("a wave without a declared design")
    valid, values = _values(cases, line)
    domain = np.zeros(sample.weights.size)
    everywhere = np.zeros(sample.weights.size)
    domain[cases.positions[valid]] = 1.0
    everywhere[cases.positions[valid]] = values[valid]
    if not (sample.weights * domain).any():
        return None
    found = design.mean(everywhere, sample, domain)
    df = design.Sampled(sample, np.where(domain > 0, 0, -1), 1).df
    return Estimated(float(found.values[0]), 0.0 if found.error else float(found.se[0]), df, found.error)


def _values(cases: Cases, line: Line) -> tuple[Mask, Floats]:
    """Who counts for a line, and what: a number, or 1 for those in the category, net or item."""
    if line.statistic == "mean":
        numbers = cases.numeric(line.variable)
        return ~np.isnan(numbers), numbers
    one = axis(cases, line.variable)
    if one.mentions is not None:
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


def movers(waves: Waves, changes: Mapping[str, Sequence[ResultRow]], least: int) -> Iterator[tuple[str, ResultRow]]:
    """Changes of shares with at least ``least`` cases in both waves, by wave, the largest first, one per question."""
    for before, after in waves.pairs():
        best: dict[str, ResultRow] = {}
        for row in changes.get(after.name, ()):
            if row.statistic != "change" or row.value is None or not row.row_code or is_net(row.row_code):
                continue
            bases = [w.results.get(row.table_id, "n", row.row_var) for w in (before, after)]
            if any(b is None or (b.value or 0) < least for b in bases):
                continue
            known = best.get(row.row_var)
            if known is None or _rank(row) > _rank(known):
                best[row.row_var] = row
        for row in sorted(best.values(), key=lambda r: (-abs(r.value or 0), r.table_id)):
            yield after.name, row


def _rank(row: ResultRow) -> tuple[float, bool, bool]:
    """By size; of two categories that moved alike rather the "yes" (not code 0), then what rose."""
    value = row.value or 0.0
    return round(abs(value), 12), row.row_code != "0", value > 0
