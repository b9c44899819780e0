"""Agreement of any number of coders on the same units: Krippendorff's alpha, for two Cohen's kappa, with intervals.

K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); Content Analysis, 4th ed. (2019), ch. 12.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from pipeline.statistics.agreement import agreement_credit, kappa
from pipeline.statistics.core import Floats, Ints, Number, Options, not_computable, number
from pipeline.statistics.registry import Value, statistic

Level = Literal["nominal", "ordinal", "interval", "ratio"]
"""What the differences between values mean."""

_ROUNDING = 1e-12
_MOST_UNDEFINED = 0.05  # of the replicates; beyond, the rest would tell of easy samples only


@dataclass(frozen=True, slots=True)
class Ratings:
    """What coders gave the same units: shape (coders, units), NaN where a coder gave none.

    ``clusters``: per unit the index (0 … c − 1) of what it is drawn with: paragraphs hang together by their interview,
    so that the bootstrap draws interviews. ``level``: how the values differ.
    """

    values: Floats
    clusters: Ints
    level: Level = "nominal"


def coincidences(ratings: Ratings) -> tuple[Floats, Floats]:
    """The values that occur in pairs, ascending (v,), and the coincidences of each cluster: shape (c, v, v).

    A unit that m coders gave a value adds each of its ordered pairs of values 1/(m − 1) times; one that a single
    coder gave a value adds nothing.
    """
    values, m = ratings.values, np.sum(~np.isnan(ratings.values), axis=0)
    paired = m > 1
    held = values[:, paired]
    known = np.unique(held[~np.isnan(held)])
    clusters = int(ratings.clusters.max(initial=-1)) + 1
    found = np.zeros((clusters, len(known), len(known)))
    if not len(known):
        return known, found
    counts = np.stack([(held == value).sum(axis=0) for value in known], axis=1).astype(np.float64)  # (units, v)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(len(known))
    pairs[:, diagonal, diagonal] -= counts
    np.add.at(found, ratings.clusters[paired], pairs / (m[paired] - 1)[:, None, None])
    return known, found


def _differences(known: Floats, marginal: Floats, level: Level) -> Floats:
    """The squared difference of each two values, by level; ``marginal`` (…, v): how often each occurs."""
    if level == "nominal":
        return np.asarray(1.0 - np.eye(len(known)))
    if level == "ordinal":
        below = np.cumsum(marginal, axis=-1) - marginal / 2  # the middle rank of each value
        return np.asarray((below[..., :, None] - below[..., None, :]) ** 2)
    apart = known[:, None] - known[None, :]
    if level == "interval":
        return np.asarray(apart**2)
    total = known[:, None] + known[None, :]
    return np.asarray(np.divide(apart, total, out=np.zeros_like(apart), where=total != 0) ** 2)


def alpha(known: Floats, coincidence: Floats, level: Level) -> Floats:
    """α = 1 − (n − 1) Σ o δ² / Σ n n δ² of coincidences of shape (…, v, v); NaN where nothing varies."""
    marginal = coincidence.sum(axis=-1)
    n = marginal.sum(axis=-1)
    squared = _differences(known, marginal, level)
    observed = (coincidence * squared).sum(axis=(-2, -1))
    expected = (marginal[..., :, None] * marginal[..., None, :] * squared).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - (n - 1) * observed / expected
    return np.where(expected > _ROUNDING * np.maximum(n, 1.0) ** 2, found, np.nan)


def _limits(replicates: Floats, options: Options) -> tuple[Number, Number]:
    """A percentile interval from replicates; NaN are samples in which nothing varies."""
    method = f"cluster_bootstrap replicates={len(replicates)} seed={options.seed}"
    defined = replicates[~np.isnan(replicates)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(replicates) or not len(defined):
        return not_computable("replicates_undefined", method), not_computable("replicates_undefined", method)
    tail = (1 - options.confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return number(low, method), number(high, method)


def _draws(clusters: int, options: Options) -> Floats:
    """How often each cluster is in each sample drawn with replacement: shape (replicates, clusters)."""
    return _drawn(clusters, options.monte_carlo, options.seed)


@lru_cache(maxsize=4)
def _drawn(clusters: int, replicates: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return generator.multinomial(clusters, np.full(clusters, 1 / clusters), size=replicates).astype(np.float64)


@statistic(
    Value("krippendorff_alpha", decimals=2, low="krippendorff_alpha_low", high="krippendorff_alpha_high"),
    Value("coders_units", "count"),
    Value("coders_agreement", "share"),
    takes=Ratings,
)
def krippendorff_alpha(ratings: Ratings, options: Options) -> Mapping[str, Number]:
    """Alpha with a bootstrap interval, the units that two coders or more gave a value, and how often pairs agree."""
    known, by_cluster = coincidences(ratings)
    whole = by_cluster.sum(axis=0)
    n = float(whole.sum())
    units = int(np.count_nonzero(np.sum(~np.isnan(ratings.values), axis=0) > 1))
    ids = ("krippendorff_alpha", "krippendorff_alpha_low", "krippendorff_alpha_high")
    told = {"coders_units": Number(float(units))}
    if not units:
        return {**dict.fromkeys(ids, not_computable("coders_no_pairs")), **told,
                "coders_agreement": not_computable("coders_no_pairs")}  # fmt: skip
    told["coders_agreement"] = number(float(np.trace(whole)) / n)
    value = float(alpha(known, whole, ratings.level))
    if math.isnan(value):
        return {**dict.fromkeys(ids, not_computable("coders_nothing_varies")), **told}
    told["krippendorff_alpha"] = number(value, f"alpha_{ratings.level}")
    used = by_cluster[by_cluster.sum(axis=(1, 2)) > 0]
    if len(used) < 2:
        one = not_computable("coders_one_cluster")
        return told | {"krippendorff_alpha_low": one, "krippendorff_alpha_high": one}
    drawn = np.tensordot(_draws(len(used), options), used, axes=1)
    low, high = _limits(alpha(known, drawn, ratings.level), options)
    return told | {"krippendorff_alpha_low": low, "krippendorff_alpha_high": high}


@statistic(
    Value("coders_kappa", decimals=2, low="coders_kappa_low", high="coders_kappa_high"),
    takes=Ratings,
    applies=lambda ratings: len(ratings.values) == 2,
)
def coders_kappa(ratings: Ratings, options: Options) -> Mapping[str, Number]:
    """Cohen's kappa of two coders over the units that both gave a value, with a bootstrap interval."""
    ids = ("coders_kappa", "coders_kappa_low", "coders_kappa_high")
    if len(ratings.values) != 2:
        return dict.fromkeys(ids, not_computable("coders_not_two"))
    both = ~np.isnan(ratings.values).any(axis=0)
    if not both.any():
        return dict.fromkeys(ids, not_computable("coders_no_pairs"))
    known, place = np.unique(ratings.values[:, both], return_inverse=True)
    place = place.reshape(2, -1)
    used, cluster = np.unique(ratings.clusters[both], return_inverse=True)
    tables = np.zeros((len(used), len(known), len(known)))
    np.add.at(tables, (cluster, place[0], place[1]), 1.0)
    value = kappa(tables.sum(axis=0), agreement_credit(len(known), 0))[0]
    if math.isnan(value):
        return dict.fromkeys(ids, not_computable("coders_nothing_varies"))
    if len(used) < 2:
        one = not_computable("coders_one_cluster")
        return dict(zip(ids, (number(value), one, one), strict=True))
    drawn = np.tensordot(_draws(len(used), options), tables, axes=1)
    return dict(zip(ids, (number(value), *_limits(_kappas(drawn), options)), strict=True))


def _kappas(tables: Floats) -> Floats:
    """Unweighted kappa of many tables at once: shape (b, v, v); NaN where chance agrees fully."""
    total = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / total
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / total**2
    room = 1 - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(room > _ROUNDING, (observed - expected) / room, np.nan)
