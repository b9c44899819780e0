"""Panel rows: the answers of linked units before and after, and the tests of two measurements of the same units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.comparison import trend
from pipeline.comparison.overlap import Answers, Common, overlapping
from pipeline.comparison.units import KINDS, Group, Links
from pipeline.comparison.waves import WaveData, Waves
from pipeline.counting.linked import LinkedRows, linked_categories, linked_numbers, unit_rows
from pipeline.results import About, ResultsWriter
from pipeline.spec.model import FigureSpec, Inference
from pipeline.statistics.core import Crosstab, Floats, Number, Options, Patterns
from pipeline.statistics.registry import compute
from pipeline.tables.axes import axis

LINKED = "linked"
"""The ``layer_var`` of all panel rows; its ``layer_code`` is the earlier wave."""

UNITS = "units"
COHORTS = "cohorts"
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
    """What is compared unit by unit: variables with categories, numbers and scales (batteries' too), items of sets."""

    categories: tuple[str, ...]
    numbers: tuple[str, ...]
    items: tuple[tuple[str, str], ...] = ()


def panel(waves: Waves, links: Links) -> Panel:
    """What the report's tables follow over time and both waves may compare."""
    codebook = waves.files.codebook
    grouped = {m for battery in codebook.batteries.values() for m in battery.members}
    names = [n for spec in trend.specs(codebook, waves.files.report.tables()) for n in trend.variables(spec, codebook)]
    known = codebook.all_variables()
    both = links.earlier, links.later
    names = [n for n in dict.fromkeys(names) if waves.hindrance(n, "", *both) is None]
    items = [
        (n, m) for n in names if n in codebook.sets and codebook.sets[n].kind == "dichotomies"
        for m in codebook.sets[n].members if waves.hindrance(n, m, *both) is None
    ]  # fmt: skip
    names = [n for n in names if n in known]
    scales = [n for n in names if n in grouped and known[n].scores]
    return Panel(
        tuple(n for n in names if known[n].categorical and n not in scales),
        (*(n for n in names if known[n].kind == "numeric"), *scales),
        tuple(items),
    )  # fmt: skip


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


def panel_weights(after: WaveData, links: Links, rows: Sequence[LinkedRows]) -> Floats | None:
    """What each linked group weighs: the ``weight`` of ``units.yml`` in the later wave, of several units its mean.

    A group without a weight counts 0.
    """
    if links.rules.weight is None or links.rules.weight not in after.table.column_names:
        return None
    own = np.nan_to_num(after.cases().numeric(links.rules.weight))
    return np.array([float(own[list(one.after)].mean()) for one in rows], dtype=np.float64)


def write(waves: Waves, before: WaveData, after: WaveData, links: Links, mode: Inference, options: Options,
          writer: ResultsWriter) -> None:  # fmt: skip
    """The rows of all panel comparisons of two waves."""
    rows = complete_rows(before, after, links, waves)
    cases = before.cases(), after.cases()
    weights = panel_weights(after, links, rows)
    compared = panel(waves, links)
    inference = mode != "description"
    columns = set(before.table.column_names) & set(after.table.column_names)
    for name in compared.categories:
        if name in columns:
            codes, table = linked_categories(*cases, name, rows, links.rules.rule, links.rules.size, weights)
            _write_categories(name, codes, table, links, inference, options, writer)
    for name in compared.numbers:
        if name in columns:
            rule = "sum" if name in links.rules.sums else links.rules.numbers
            pairs = linked_numbers(*cases, name, rows, rule, weights)
            _write_numbers(name, pairs, links, inference, options, writer)
    for name, item in compared.items:
        answers = [axis(one, name).mentions for one in cases] if item in columns else []
        if len(answers) == 2 and all(one is not None and item in one.items for one in answers):
            _write_item(name, item, answers, rows, weights, links, inference, options, writer)


def _write_categories(
    name: str, codes: Sequence[str], table: Crosstab, links: Links, inference: bool, options: Options,
    writer: ResultsWriter,
) -> None:  # fmt: skip
    """Counts from × to with margins, how many stayed, and the tests."""
    start = len(writer)
    about = About(table_id(name), row_var=name, col_var=name)
    n: Floats = table.w if table.weighting == "probability" else table.n.astype(np.float64)
    full = _with_margins(n)
    total = int(table.n.sum())
    labels = [*codes, ""]
    writer.add_grid(about, "n", _with_margins(table.n.astype(np.float64)), labels, labels, total, float(total))
    base = float(n.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        writer.add_grid(about, "row_share", full / full[:, -1:], labels, labels, full[:, -1:], full[:, -1:],
                        error="empty_row")  # fmt: skip
    writer.add(about, "unchanged_n", int(np.trace(table.n)), n=total, base=total)
    share = Number(float(np.trace(n)) / base) if base else Number(None, error="no_valid_cases")
    writer.add(about, "unchanged_share", share, n=total, base=base)
    for statistic, result in compute(table, options, CATEGORY_TESTS, inference):
        writer.add_result(about, statistic, result, codes, codes, total, total)
    writer.put_layer(start, LINKED, links.earlier)


def _with_margins(n: Floats) -> Floats:
    return np.block([[n, n.sum(axis=1, keepdims=True)], [n.sum(axis=0, keepdims=True), n.sum(keepdims=True)]])


def _write_numbers(
    name: str, pairs: Patterns, links: Links, inference: bool, options: Options, writer: ResultsWriter
) -> None:
    """Means before and after over the same units, the paired difference, how many rose and fell."""
    start = len(writer)
    about = About(table_id(name), row_var=name, col_var=name)
    total = int(pairs.n.sum())
    writer.add(about, "n", total, n=total, base=total)
    for statistic, column in (("mean_before", 1), ("mean_after", 0)):
        weight = float(pairs.w.sum())
        mean = Number(float(pairs.x[:, column] @ pairs.w) / weight) if weight else Number(None, error="no_cases")
        writer.add(about, statistic, mean, n=total, base=total)
    for statistic, result in compute(pairs, options, NUMBER_TESTS, inference):
        writer.add_result(about, statistic, result, [""], [""], total, total)
    writer.put_layer(start, LINKED, links.earlier)


def _write_item(
    name: str, item: str, answers: Sequence[Any], rows: Sequence[LinkedRows], weights: Floats | None, links: Links,
    inference: bool, options: Options, writer: ResultsWriter,
) -> None:  # fmt: skip
    """One item of a set among the units that answered it in both waves: shares before and after, who took it up, who
    left it, and McNemar's exact test (with panel weights the paired test of the shares)."""
    start, sides = len(writer), []
    for one, side in zip(answers, ("before", "after"), strict=True):
        place = one.items.index(item)
        asked, mentioned = one.base, one.mentioned[place]
        groups = [getattr(row, side) for row in rows]
        sides.append([float(mentioned[g[0]]) if len(g) == 1 and asked[g[0]] else np.nan for g in groups])
    first, second = np.array(sides, dtype=np.float64)
    valid = ~np.isnan(first) & ~np.isnan(second)
    first, second = first[valid], second[valid]
    w = np.ones(len(first)) if weights is None else weights[valid]
    n, base = len(first), float(w.sum())
    about = About(table_id(name), row_var=name, col_var=name)

    def add(statistic: str, value: Any) -> None:
        writer.add(about, statistic, value, row_code=item, col_code=item, n=n, base=base)

    add("item_n", n)
    for statistic, side in (("share_before", first), ("share_after", second)):
        add(statistic, Number(float(w @ side) / base) if base else Number(None, error="no_cases"))
    add("taken_up_n", int(((first < 0.5) & (second > 0.5)).sum()))
    add("left_n", int(((first > 0.5) & (second < 0.5)).sum()))
    if inference and n:
        weighing = None if weights is None else w
        common = Common(np.arange(n, dtype=np.intp), np.arange(n, dtype=np.intp))
        both = Answers(first, weighing), Answers(second, weighing)
        found = overlapping(*both, common, True, options, "share_of_cases")
        add("item_p", found.get("change_p") or Number(None, error="fewer_than_two_cases"))
    writer.put_layer(start, LINKED, links.earlier)


def write_lineages(waves: Waves, writer: ResultsWriter) -> None:
    """Who first answered in which wave and in which again; who skipped a wave; who answered in all."""
    found, names = waves.lineages, waves.names
    if not found.rows:
        return
    for i, row in enumerate(found.cohorts().tolist()):
        for j, n in enumerate(row):
            if j >= i and row[i]:
                about = About(COHORTS, row_var=COHORTS, col_var=trend.WAVE)
                writer.add(about, "n", n, row_code=names[i], col_code=names[j], n=row[i], base=row[i])
    for name, n in zip(names, found.skipped().tolist(), strict=True):
        writer.add(About(COHORTS, row_var=COHORTS, col_var=trend.WAVE), "skipped_n", n, col_code=name)
    writer.add(About(COHORTS, row_var=COHORTS), "balanced_n", len(found.in_all()[0]))
    writer.add(About(COHORTS, row_var=COHORTS), "n", len(found.rows))


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
