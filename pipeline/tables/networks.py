"""The rows of a network of the survey: units and the items they are tied to, as a whole and by groups of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.counting.ties import Answered, UnitTies, unit_ties
from pipeline.networks import chance, two_mode
from pipeline.networks.core import Core
from pipeline.networks.graphs import assortativity
from pipeline.results import About
from pipeline.spec.load import StudyFiles
from pipeline.spec.networks import Network, NetworkSpec
from pipeline.statistics.core import Crosstab, Floats, GroupedDistribution, Number
from pipeline.tables.context import Context, chosen

_OF_DEGREES = ("hedges_g", "eta_squared", "welch_t", "welch_anova_f")
_OF_ITEMS = ("cramers_v", "fisher_p")


class _Groups(NamedTuple):
    """An attribute: who has a category (positions of units), which (0 … k − 1), the codes, and the shuffles."""

    attribute: str
    kept: npt.NDArray[np.intp]
    labels: npt.NDArray[np.intp]
    codes: tuple[str, ...]
    drawn: npt.NDArray[np.intp]


def survey_network(spec: NetworkSpec, network: Network, context: Context, files: StudyFiles) -> None:
    """All rows of a network of the survey; cases are counted without weight, as each is one node."""
    cases = context.cases.unweighted()
    found = unit_ties(cases, network, files.study.identifier)
    unit = files.study.identifier or ""
    _ties(context, spec.network, unit, found, network)
    if not found.units:
        context.writer.add(About(f"{spec.network}-structure", network.ties or ""), "network_units", 0.0)
        return
    draws = spec.permutations or context.options.monte_carlo
    there = [name for name in network.attributes if found.groups[name][1]]
    groups = [_groups(name, *found.groups[name], draws, context.options.seed) for name in there]
    core = _nodes(context, spec.network, network, unit, found)
    _structure(context, spec.network, network, found, core, groups)
    _items(context, spec.network, network, found, groups)
    _similarity(context, spec.network, found, groups)


def _groups(attribute: str, index: npt.NDArray[np.intp], codes: tuple[str, ...], draws: int, seed: int) -> _Groups:
    kept = np.flatnonzero(index >= 0)
    labels = index[kept]
    return _Groups(attribute, kept, labels, codes, chance.shuffled(labels, draws, seed))


def _ties(context: Context, name: str, unit: str, found: UnitTies, network: Network) -> None:
    """Every tie, and every unit's groups: for drawings and for other programs."""
    strength = _strength(network, found)
    for i, j in np.argwhere(found.ties).tolist():
        about = About(f"{name}-ties", unit, network.ties or "")
        cell = (found.units[i], found.items[j])
        context.writer.add(about, "network_tie", 1.0, *cell)
        if strength is not None:
            known = not np.isnan(strength[i, j])
            value = Number(float(strength[i, j])) if known else Number(None, error="network_not_known")
            context.writer.add(about, "network_tie_strength", value, *cell)
    for attribute, (index, codes) in found.groups.items():
        about = About(f"{name}-ties", unit, attribute)
        for i, at in enumerate(index.tolist()):
            if at >= 0:
                context.writer.add(
                    About(f"{name}-ties", unit, attribute), "network_group", 1.0, found.units[i], codes[at]
                )


def _strength(network: Network, found: UnitTies) -> Floats | None:
    return found.said[network.strength].values() if network.strength is not None else None


def _nodes(context: Context, name: str, network: Network, unit: str, found: UnitTies) -> Core:
    """A row per node: of every item what is told of it, of every unit its ties and whether it is core."""
    units, items, core = two_mode.nodes(found.ties)
    table, n, m = f"{name}-nodes", len(found.units), len(found.items)
    writer, of_items = context.writer, About(table, network.ties or "")
    for statistic, values, method in (
        ("network_degree", items.degree, ""), ("network_share", items.share, ""),
        ("network_betweenness", items.betweenness, "network_borgatti_everett"),
        ("network_closeness", items.closeness, "network_borgatti_everett"), ("network_core", items.core, ""),
    ):  # fmt: skip
        writer.add_grid(of_items, statistic, values, found.items, [""], n, n, method, error="network_too_small")
    strength = _strength(network, found)
    if strength is not None:
        writer.add_grid(of_items, "network_strength", np.nansum(strength, axis=0), found.items, [""],
                        (~np.isnan(strength)).sum(axis=0)[:, None])  # fmt: skip
    for battery, said in found.said.items():
        _said(context, About(f"{name}-answers", network.ties or "", battery), found.items, said)
    ties = About(f"{name}-shared", network.ties or "", network.ties or "")
    writer.add_grid(ties, "network_shared", two_mode.projection(found.ties.T), found.items, found.items, n, n)
    of_units = About(f"{name}-ties", unit)
    for statistic, values in (("network_degree", units.degree), ("network_core", units.core)):
        writer.add_grid(of_units, statistic, values, found.units, [""], m, m)
    return core


def _said(context: Context, about: About, items: Sequence[str], said: Answered) -> None:
    """What was said of each item's ties: the mean of scores, and the share of each answer."""
    values = said.values()
    known = (said.index > 0).sum(axis=0)
    if values is not None:
        with np.errstate(invalid="ignore"):
            means = np.nansum(values, axis=0) / known
        context.writer.add_grid(about, "network_tie_mean", means, items, [""], known[:, None], error="network_no_ties")
        return
    counts = np.array([(said.index == k + 1).sum(axis=0) for k in range(len(said.codes))], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        shares = (counts / known).T
    context.writer.add_grid(
        about, "network_tie_share", shares, items, said.codes, known[:, None], known[:, None], error="network_no_ties"
    )


def _structure(
    context: Context, name: str, network: Network, found: UnitTies, core: Core, groups: Sequence[_Groups]
) -> None:
    """The whole network, then the part of each group of units, and how the groups' numbers of ties differ."""
    table, ties = f"{name}-structure", network.ties or ""
    strength = _strength(network, found)
    writer, about = context.writer, About(table, ties)
    writer.add(about, "missing_n", float(found.unanswered))
    told = {**two_mode.summary(found.ties, strength), **two_mode.whole(found.ties, core)}
    _add(context, about, told, "", len(found.units))
    degree = found.ties.sum(axis=1).astype(np.float64)
    for one in groups:
        of_groups = About(table, ties, one.attribute)
        for at, code in enumerate(one.codes):
            inside = one.kept[one.labels == at]
            part = two_mode.summary(found.ties[inside], None if strength is None else strength[inside])
            _add(context, of_groups, part, code, len(inside))
        values, place = np.unique(degree[one.kept], return_inverse=True)
        n = np.zeros((len(values), len(one.codes)), dtype=np.int64)
        np.add.at(n, (place, one.labels), 1)
        w = n.astype(np.float64)
        if len(one.codes) > 1:
            for statistic, result in chosen(GroupedDistribution(values, n, w, w), context, _OF_DEGREES):
                if isinstance(result, Number):
                    writer.add(of_groups, statistic, result, n=len(one.kept))
        p = chance.difference(degree[one.kept][:, None], one.labels, one.drawn)[0]
        writer.add(of_groups, "network_permutation_p", p, n=len(one.kept))


def _add(context: Context, about: About, found: Mapping[str, Number], code: str, n: int) -> None:
    for statistic, value in found.items():
        context.writer.add(about, statistic, value, "", code, n)


def _items(context: Context, name: str, network: Network, found: UnitTies, groups: Sequence[_Groups]) -> None:
    """How many units of each group are tied to each item, how strongly both go together, and what chance would give."""
    table, ties = f"{name}-groups", network.ties or ""
    for one in groups:
        about = About(table, ties, one.attribute)
        own = found.ties[one.kept].astype(np.float64)
        sizes = np.bincount(one.labels, minlength=len(one.codes)).astype(np.float64)
        tied = np.array([own[one.labels == at].sum(axis=0) for at in range(len(one.codes))]).T
        context.writer.add_grid(about, "network_share", tied / sizes, found.items, one.codes, sizes, sizes)
        context.writer.add_grid(about, "network_units", sizes, [""], one.codes, sizes, sizes)
        chances = chance.difference(own, one.labels, one.drawn)
        for j, item in enumerate(found.items):
            n = np.array([sizes - tied[j], tied[j]]).astype(np.int64)
            w = n.astype(np.float64)
            for statistic, result in chosen(Crosstab(n, w, w), context, _OF_ITEMS):
                if isinstance(result, Number):
                    context.writer.add(about, statistic, result, item, n=len(one.kept))
            context.writer.add(about, "network_permutation_p", chances[j], item, n=len(one.kept))


def _similarity(context: Context, name: str, found: UnitTies, groups: Sequence[_Groups]) -> None:
    """Whether units of one group have profiles more alike than units of different ones; without ties there is none."""
    table = f"{name}-similarity"
    tied = found.ties.sum(axis=1) > 0
    alike, shared = two_mode.similarity(found.ties), two_mode.projection(found.ties)
    for one in groups:
        about = About(table, one.attribute)
        held = tied[one.kept]
        kept, labels = one.kept[held], one.labels[held]
        drawn = one.drawn if held.all() else chance.shuffled(labels, len(one.drawn), context.options.seed)
        values = alike[np.ix_(kept, kept)]
        within, between = chance.within_and_between(values, labels)
        r, p = chance.qap(values, labels, drawn)
        mixing = (
            assortativity(shared[np.ix_(kept, kept)], labels) if len(kept) else Number(None, error="network_one_group")
        )
        for statistic, number in (
            ("network_units", Number(float(len(kept)))), ("network_within", within), ("network_between", between),
            ("network_qap_r", r), ("network_qap_p", p), ("network_assortativity", mixing),
        ):  # fmt: skip
            context.writer.add(about, statistic, number, n=len(kept))
