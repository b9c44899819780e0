"""Panel rows: the answers of linked units before and after, and the tests of two measurements of the same units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.comparison import trend
from pipeline.comparison.units import KINDS, Group, Links
from pipeline.comparison.waves import WaveData, Waves
from pipeline.counting.linked import LinkedRows, linked_categories, linked_numbers, unit_rows
from pipeline.results import About, ResultsWriter
from pipeline.spec.model import FigureSpec, Inference
from pipeline.statistics.core import Crosstab, Number, Options, Patterns
from pipeline.statistics.registry import compute

LINKED = "linked"
"""The ``layer_var`` of all panel rows; its ``layer_code`` is the earlier wave."""

UNITS = "units"
RESPONSE = "response"

CATEGORY_TESTS = (
    "mcnemar_p", "mcnemar_chi2", "mcnemar_chi2_p", "bowker_chi2", "bowker_chi2_df", "bowker_chi2_p",
    "stuart_maxwell", "stuart_maxwell_df", "stuart_maxwell_p",
)  # fmt: skip
NUMBER_TESTS = (
    "paired_difference", "paired_t", "paired_t_df", "paired_t_p", "paired_low", "paired_high", "wilcoxon_p",
    "sign_positive", "sign_negative", "sign_p",
)  # fmt: skip


def table_id(name: str) -> str:
    """The id of a variable's panel table."""
    return f"panel_{name}"


@dataclass(frozen=True, slots=True)
class Panel:
    """The variables compared unit by unit: categories and numbers."""

    categories: tuple[str, ...]
    numbers: tuple[str, ...]


def panel(waves: Waves, links: Links) -> Panel:
    """The categorical and numeric variables of the report's tables of one variable that both waves may compare."""
    codebook = waves.files.codebook
    grouped = {m for battery in codebook.batteries.values() for m in battery.members}
    names = [n for spec in trend.specs(codebook, waves.files.report.tables()) for n in trend.variables(spec, codebook)]
    known = codebook.all_variables()
    names = [
        n for n in dict.fromkeys(names)
        if n in known and n not in grouped and waves.hindrance(n, "", links.earlier, links.later) is None
    ]  # fmt: skip
    return Panel(tuple(n for n in names if known[n].categorical), tuple(n for n in names if known[n].kind == "numeric"))


def shown_transitions(waves: Waves, links: Links) -> list[str]:
    """Categories whose table from × to is shown: those ``units.yml`` names, else those the report has a figure of."""
    compared = panel(waves, links).categories
    if links.rules.transitions:
        return [n for n in links.rules.transitions if n in compared]
    report = waves.files.report
    drawn = [c.of for c in report.contents() if isinstance(c, FigureSpec)]
    rows = {t.table: t.rows for t in report.tables()}
    names = dict.fromkeys(n for table in drawn for n in rows.get(table, ()))
    return [n for n in names if n in compared]


def complete_rows(before: WaveData, after: WaveData, links: Links, waves: Waves) -> list[LinkedRows]:
    """The linked groups all of whose units have a row in their wave's file."""
    identifier = waves.files.study.identifier
    if identifier is None:
        return []
    first, second = (unit_rows(w.cases(), identifier) for w in (before, after))
    found = []
    for group in links.linked():
        if all(c in first for c in group.before) and all(c in second for c in group.after):
            found.append(LinkedRows(tuple(first[c] for c in group.before), tuple(second[c] for c in group.after)))
    return found


def write(waves: Waves, before: WaveData, after: WaveData, links: Links, mode: Inference, options: Options,
          writer: ResultsWriter) -> None:  # fmt: skip
    """The rows of all panel comparisons of two waves."""
    rows = complete_rows(before, after, links, waves)
    cases = before.cases(), after.cases()
    compared = panel(waves, links)
    inference = mode != "description"
    columns = set(before.table.column_names) & set(after.table.column_names)
    for name in compared.categories:
        if name in columns:
            codes, table = linked_categories(*cases, name, rows, links.rules.rule, links.rules.size)
            _write_categories(name, codes, table, links, inference, options, writer)
    for name in compared.numbers:
        if name in columns:
            rule = "sum" if name in links.rules.sums else links.rules.numbers
            pairs = linked_numbers(*cases, name, rows, rule)
            _write_numbers(name, pairs, links, inference, options, writer)


def _write_categories(
    name: str, codes: Sequence[str], table: Crosstab, links: Links, inference: bool, options: Options,
    writer: ResultsWriter,
) -> None:  # fmt: skip
    """Counts from × to with margins, how many stayed, and the tests."""
    start = len(writer)
    about = About(table_id(name), row_var=name, col_var=name)
    n = table.n
    full = np.block([[n, n.sum(axis=1, keepdims=True)], [n.sum(axis=0, keepdims=True), n.sum(keepdims=True)]])
    total = int(n.sum())
    labels = [*codes, ""]
    writer.add_grid(about, "n", full, labels, labels, total, float(total))
    with np.errstate(invalid="ignore", divide="ignore"):
        writer.add_grid(about, "row_share", full / full[:, -1:], labels, labels, full[:, -1:], full[:, -1:],
                        error="empty_row")  # fmt: skip
    same = int(np.trace(n))
    writer.add(about, "unchanged_n", same, n=total, base=total)
    share = Number(same / total) if total else Number(None, error="no_valid_cases")
    writer.add(about, "unchanged_share", share, n=total, base=total)
    for statistic, result in compute(table, options, CATEGORY_TESTS, inference):
        writer.add_result(about, statistic, result, codes, codes, total, total)
    writer.put_layer(start, LINKED, links.earlier)


def _write_numbers(
    name: str, pairs: Patterns, links: Links, inference: bool, options: Options, writer: ResultsWriter
) -> None:
    """Means before and after over the same units, the paired difference, how many rose and fell."""
    start = len(writer)
    about = About(table_id(name), row_var=name, col_var=name)
    total = int(pairs.n.sum())
    writer.add(about, "n", total, n=total, base=total)
    for statistic, column in (("mean_before", 1), ("mean_after", 0)):
        mean = Number(float(pairs.x[:, column] @ pairs.n) / total) if total else Number(None, error="no_cases")
        writer.add(about, statistic, mean, n=total, base=total)
    for statistic, result in compute(pairs, options, NUMBER_TESTS, inference):
        writer.add_result(about, statistic, result, [""], [""], total, total)
    writer.put_layer(start, LINKED, links.earlier)


def write_units(waves: Waves, writers: dict[str, ResultsWriter]) -> None:
    """How many units each wave has by kind of link, and how many answered in each wave."""
    for wave in waves.waves:
        about = About(RESPONSE)
        writer = writers[wave.name]
        writer.add(about, "n", wave.rows, n=wave.rows, base=wave.rows)
        if wave.population is not None:
            size = wave.population
            writer.add(about, "population", size, n=size, base=size)
            writer.add(about, "response_rate", wave.rows / size, n=size, base=size)
    for before, after, links in waves.linked_pairs():
        about, writer = About(UNITS, row_var=UNITS, col_var=trend.WAVE), writers[after.name]
        answered = len(complete_rows(before, after, links, waves))
        for kind in KINDS:
            groups = links.of_kind(kind)
            _kind_rows(writer, about, kind, links.earlier, (len(groups), *_sides(groups)))
        writer.add(about, "linked_n", len(links.linked()), col_code=links.earlier)
        writer.add(about, "answered_n", answered, col_code=links.earlier)


def _sides(groups: Iterable[Group]) -> tuple[int, int]:
    found = [(len(g.before), len(g.after)) for g in groups]
    return sum(b for b, _ in found), sum(a for _, a in found)


def _kind_rows(writer: ResultsWriter, about: About, kind: str, earlier: str, numbers: tuple[int, int, int]) -> None:
    for statistic, value in zip(("groups_n", "units_before", "units_after"), numbers, strict=True):
        writer.add(about, statistic, value, row_code=kind, col_code=earlier)
