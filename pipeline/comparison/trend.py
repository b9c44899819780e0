"""Trend rows: each statistic by wave with its base, its changes with their bounds or tests, and the trend over all.

A wave is compared with the one before, with the first, with the one that ``since:`` names, and, where the wave before
lacks the question, with the last that has it. The same for the sub-groups of a table's ``trend_by:``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.codes import is_nested
from pipeline.comparison.measured import LEAST_WAVES, Line, Measured, Part, Setting, row_of, values_of
from pipeline.comparison.waves import WaveData, Waves
from pipeline.results import About, ResultRow, ResultsWriter
from pipeline.spec.model import Codebook, FigureSpec, TableSpec
from pipeline.statistics.core import Number
from pipeline.tables.plan import pieces

WAVE = "wave"
"""The ``col_var`` of every change; its ``col_code`` is the wave before."""

BESIDE = ("n", "count", "missing_n", "cases_n")

_WAYS = ("frequency", "multiple", "summary", "scores")


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
    """The rows of one table: those of each wave as its own results have them, the changes and trends.

    Then the same for each sub-group of ``trend_by``, which its layer names.
    """
    wanted = lines(setting.spec, waves)
    for wave in waves.waves:
        _write_wave(setting.spec, wanted, wave, writers[wave.name])
    _write_changes(Measured(waves, setting), wanted, writers)
    for part in parts(setting.spec, waves.files.codebook):
        wanted_there = [replace(line, table=part_table(setting.spec, part.variable)) for line in wanted]
        starts = {name: len(writer) for name, writer in writers.items()}
        measured = Measured(waves, Setting(setting.spec, setting.mode, setting.options, setting.weight, part))
        for i, wave in enumerate(waves.waves):
            _write_part(measured, wanted_there, i, writers[wave.name])
        _write_changes(measured, wanted_there, writers)
        for name, writer in writers.items():
            writer.put_layer(starts[name], part.variable, part.code)


def write_balanced(setting: Setting, waves: Waves, writers: Mapping[str, ResultsWriter]) -> None:
    """A table's numbers among the units that answered in every wave (``waves`` has these alone)."""
    wanted = [replace(line, table=balanced_table(setting.spec)) for line in lines(setting.spec, waves)]
    measured = Measured(waves, replace(setting, balanced=True))
    for i, wave in enumerate(waves.waves):
        _write_part(measured, wanted, i, writers[wave.name])
    _write_changes(measured, wanted, writers)


def balanced_table(spec: TableSpec) -> str:
    """The id of the table that follows another one's numbers among the units that answered in every wave."""
    return f"{spec.table}_balanced"


def drawn(waves: Waves) -> list[TableSpec]:
    """The followed tables that the report draws a figure of: those that the balanced panel is shown for."""
    of = {c.of for c in waves.files.report.contents() if isinstance(c, FigureSpec)}
    return [spec for spec in specs(waves.files.codebook, waves.files.report.tables()) if spec.table in of]


def part_table(spec: TableSpec, variable: str) -> str:
    """The id of the table that follows another one's numbers in the categories of a variable."""
    return f"{spec.table}_by_{variable}"


def parts(spec: TableSpec, codebook: Codebook) -> list[Part]:
    """The sub-groups that a table's numbers are followed in."""
    variables = codebook.all_variables()
    return [Part(name, code) for name in spec.trend_by for code in variables[name].categories]


def _write_changes(measured: Measured, wanted: Sequence[Line], writers: Mapping[str, ResultsWriter]) -> None:
    waves = measured.waves.waves
    for line in wanted:
        usable = [i for i in range(len(waves)) if measured.usable(line, i)]
        about = About(line.table, row_var=line.variable, col_var=WAVE)
        for after in range(1, len(waves)):
            wave = waves[after]
            row = None if measured.setting.alone else wave.results.get(line.table, "n", line.variable)
            n, base = (None, None) if row is None else (row.value, _base(wave, line))
            for before in earlier(measured.waves, usable, after):
                for statistic, value in measured.change(line, before, after).items():
                    writers[wave.name].add(
                        about, statistic, value, row_code=line.code, col_code=waves[before].name, n=n, base=base
                    )
        alike = unbroken(measured.waves, line.variable, usable)
        if alike:
            first, last = waves[alike[0]].name, waves[alike[-1]].name
            for statistic, value in measured.trend(line, alike).items():
                writers[last].add(about, statistic, value, row_code=line.code, col_code=first)


def unbroken(waves: Waves, variable: str, usable: Sequence[int]) -> list[int]:
    """The latest waves in a row that a trend needs, without a declared break between them; none where there are too
    few: no trend crosses a break."""
    runs: list[list[int]] = [[]]
    for i in usable:
        since = runs[-1][-1] if runs[-1] else i
        passed = (one for w in waves.waves[since + 1 : i + 1] for one in w.source.breaks)
        if any(not one.variables or variable in one.variables for one in passed):
            runs.append([])
        runs[-1].append(i)
    return next((run for run in reversed(runs) if len(run) >= LEAST_WAVES), [])


def earlier(waves: Waves, usable: Sequence[int], after: int) -> list[int]:
    """The waves that one is compared with: that before, and of those that have the number the last, first and chosen.

    A wave without the number has the comparison with the one before, which says why there is none.
    """
    found = [after - 1]
    if after in usable:
        having = [i for i in usable if i < after]
        chosen = [i for i in having if waves.names[i] == waves.files.study.waves.since]
        found += [*having[-1:], *having[:1], *chosen]
    return list(dict.fromkeys(found))


def _write_part(measured: Measured, wanted: Sequence[Line], i: int, writer: ResultsWriter) -> None:
    """A wave's numbers in a sub-group, with the cases that each line has and all lines of a variable stand on."""
    bases: dict[str, float] = {}
    for line in wanted:
        if not measured.usable(line, i):
            continue
        about = About(line.table, row_var=line.variable)
        if line.statistic == "mean":
            found = measured.estimated(line, i)
            n = float(np.count_nonzero(values_of(measured.context(i).cases, line)[0]))
            writer.add(about, "mean", None if found is None else found.value, n=n, base=n)
        else:
            share = measured.share(line, i)
            if share is None:
                continue
            n = share.n
            writer.add(about, "n", share.k, row_code=line.code, n=n, base=n)
            writer.add(about, line.statistic, share.value, row_code=line.code, n=n, base=n)
        bases.setdefault(line.variable, n)
    for name, n in bases.items():
        writer.add(About(wanted[0].table, row_var=name), "n", n, n=n, base=n)


def _base(wave: WaveData, line: Line) -> float | None:
    row = row_of(wave, line)
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
