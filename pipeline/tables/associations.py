"""Many pairs of variables screened: how strongly each goes together, on one scale from 0 to 1, and whether by chance.

What makes kinds of pairs comparable: two categorical variables by Cramér's V without the bias that small samples and
many categories give it (Bergsma, J. Korean Stat. Soc. 42, 2013); a number and categories by the root of ω² (Hays,
Statistics, 1963), which is to η² what that is to V; two numbers by the absolute value of Pearson's r. The p-values of
all pairs are adjusted together (Benjamini and Hochberg 1995): of what is called an association, one in twenty at most
is expected to be none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.results import About
from pipeline.spec.model import Codebook
from pipeline.statistics.core import Floats, GroupedDistribution, Ints, Number, Result, by_design
from pipeline.statistics.multiple_tests import adjust
from pipeline.statistics.registry import beside
from pipeline.statistics.tables import designed
from pipeline.tables.axes import Axis, axis, kind_of
from pipeline.tables.context import Context, chosen
from pipeline.tables.designs import sampled_values
from pipeline.tables.means import complete_patterns
from pipeline.tables.two_way import crosstab_of

MADE_FROM = "made_from_the_other"  # in the method of a pair of which one is a function of the other
LEAST_CASES = 30  # with a valid answer to both
_OF_CATEGORIES = ("cramers_v", "cramers_v_corrected")
_OF_GROUPS = (
    "mean", "eta_squared", "omega_squared", "hedges_g", "welch_t", "welch_anova_f", "anova_f",
)  # fmt: skip
_OF_DESIGNS = ("design_t", "design_wald_f")
_TESTS = ("rao_scott_f", "chi2", "design_t", "design_wald_f", "welch_t", "welch_anova_f", "anova_f", "pearson_r")


@dataclass(frozen=True, slots=True)
class Screened:
    """One pair: the cases valid on both, its comparable strength, its p before adjustment (NaN where there is none)."""

    about: About
    n: int
    base: float
    strength: float
    p: float
    method: str


def associations(context: Context, table_id: str, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Every variable in ``rows`` with every one in ``columns``, or among themselves; pairs of one set or battery, and
    those with fewer than :data:`LEAST_CASES` cases, are left out."""
    screened = [
        one
        for row, column in pairs(context.cases.codebook, rows, columns)
        if (one := _pair(context, table_id, row, column))
    ]
    adjusted = np.full(len(screened), np.nan)
    p = np.array([one.p for one in screened])
    if there := np.flatnonzero(~np.isnan(p)).tolist():
        adjusted[there] = adjust(p[there], "bh")
    for one, own in zip(screened, adjusted.tolist(), strict=True):
        context.writer.add(one.about, "association", one.strength, n=one.n, base=one.base, method=one.method)
        if not math.isnan(own):
            context.writer.add(one.about, "association_p", own, n=one.n, base=one.base, method=f"bh pairs={len(there)}")


def pairs(codebook: Codebook, rows: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of different variables, each once, without those of one set or battery."""
    groups = [set(group.members) for some in (codebook.sets, codebook.batteries) for group in some.values()]
    seen: set[frozenset[str]] = set()
    for i, row in enumerate(rows):
        for column in columns or rows[i + 1 :]:
            both = frozenset((row, column))
            if len(both) == 2 and both not in seen and not any(both <= group for group in groups):
                seen.add(both)
                yield row, column


def _pair(everything: Context, table_id: str, row: str, column: str) -> Screened | None:
    context = everything.among(row, column)
    kinds = kind_of(row, context.cases.codebook), kind_of(column, context.cases.codebook)
    if kinds == ("categories", "numeric"):
        row, column, kinds = column, row, (kinds[1], kinds[0])
    about = About(table_id, row_var=row, col_var=column)
    if kinds == ("categories", "categories"):
        return _categories(context, about, axis(context.cases, row), axis(context.cases, column))
    if kinds == ("numeric", "categories"):
        return _groups(context, about, row, axis(context.cases, column))
    return _numbers(context, about, row, column) if kinds == ("numeric", "numeric") else None


def _categories(context: Context, about: About, rows: Axis, columns: Axis) -> Screened | None:
    table = crosstab_of(context, rows, columns)
    n, base = int(table.n.sum()), float(table.w.sum())
    if n < LEAST_CASES:
        return None
    ordered = table.row_ordered and table.col_ordered
    test = "rao_scott_f" if designed(table) else "chi2"
    found = dict(chosen(table, context, (*_OF_CATEGORIES, test, *(("tau_b",) if ordered else ()))))
    there = table.n > 0
    made = bool((there.sum(axis=0) <= 1).all() or (there.sum(axis=1) <= 1).all())
    return _screened(context, about, found, "cramers_v_corrected", n, base, made)


def _groups(context: Context, about: About, name: str, groups: Axis) -> Screened | None:
    cases = context.cases
    if groups.coded is None:
        return None
    index = groups.coded.index
    distinct, counts = cases.distribution(name, index, len(groups.codes))
    n, base = int(counts.n.sum()), float(counts.w.sum())
    if n < LEAST_CASES:
        return None
    sampling = sampled_values(context.sample, cases, name, distinct, index, len(groups.codes))
    grouped = GroupedDistribution(distinct, counts.n, counts.w, counts.w2, cases.weighting, sampling, cases.sample_n)
    found = dict(chosen(grouped, context, (*_OF_GROUPS, *(_OF_DESIGNS if by_design(grouped) else ()))))
    if (means := found.pop("mean", None)) is not None:
        context.writer.add_result(about, "mean", means, [""], groups.codes, counts.n.sum(axis=0), counts.w.sum(axis=0))
    return _screened(context, about, found, "omega_squared", n, base, _banded(counts.n))


def _numbers(context: Context, about: About, row: str, column: str) -> Screened | None:
    table, _ = complete_patterns(context, (row, column))
    n, base = int(table.n.sum()), float(table.w.sum())
    if n < LEAST_CASES:
        return None
    found = dict(chosen(table, context, ("pearson_r",)))
    return _screened(context, about, found, "pearson_r", n, base, _monotone(table.x))


def _banded(n: Ints) -> bool:
    """Whether groups are bands of a number: n by distinct value in order and group, each group a stretch of values."""
    group = n.argmax(axis=1)[n.any(axis=1)]
    alone = bool(((n > 0).sum(axis=1) <= 1).all())
    return alone and int((np.diff(group) != 0).sum()) == len(np.unique(group)) - 1


def _monotone(x: Floats) -> bool:
    """Whether one number is made from the other by a curve that only rises or only falls, as a logarithm is."""
    ordered = x[np.argsort(x[:, 0], kind="stable")]
    one, other = np.diff(ordered[:, 0]), np.diff(ordered[:, 1])
    return bool((one > 0).all() and ((other > 0).all() or (other < 0).all()))


def _screened(
    context: Context, about: About, found: Mapping[str, Result], measure: str, n: int, base: float, made: bool
) -> Screened | None:
    """Write what was found and give the pair's strength by ``measure``; ``None`` where that cannot be computed.

    ``made``: one of the two is made from the other, which is no finding.
    """
    for name, result in found.items():
        if isinstance(result, Number):
            context.writer.add_result(about, name, result, [""], [""], n, base)
    value = found.get(measure)
    if not isinstance(value, Number) or value.value is None:
        return None
    strength = math.sqrt(max(value.value, 0.0)) if measure == "omega_squared" else abs(value.value)
    return Screened(about, n, base, strength, _p(found), f"{measure} {MADE_FROM}" if made else measure)


def _p(found: Mapping[str, Result]) -> float:
    for test in _TESTS:
        p = found.get(beside(test, found).p) if test in found else None
        if isinstance(p, Number) and p.value is not None:
            return p.value
    return math.nan
