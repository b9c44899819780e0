"""Clusters of cases on a few axes: a tree by Ward's criterion, cut and consolidated, with what says how good it is.

Points are distinct places of cases with their weights. Ward (1963), JASA 58, 236–244, as the loss of inertia between
clusters, as Lebart, Morineau and Piron (1995) and Husson, Lê and Pagès (2011) use it on axes; consolidated by k-means.
Silhouettes: Rousseeuw (1987). Stability: Hennig (2007), Computational Statistics & Data Analysis 52, 258–271; adjusted
Rand index: Hubert and Arabie (1985). Test values: Morineau (1984), Bulletin technique du CESIA 2, 20–27.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.statistics.core import Floats, Ints
from pipeline.statistics.registry import Value, declare

Rule = Literal["inertia", "silhouette"]

LEAVES = 500
"""Distinct places up to which the tree has one leaf for each; above, they are gathered into so many first."""

LOOKED_AT = 2_000
"""Distinct places up to which every one has its silhouette, and all cases are drawn in a replicate."""

_EXACT = 20_000  # cases up to which a test value is exact
_ROUNDS, _FEW_ROUNDS = 100, 10  # of k-means; the second where there are very many points

declare(
    Value("tree_height", "share", "axis"),
    Value("branch_n", "count", "axis"),
    Value("within_share", "share", "axis"),
    Value("within_ratio", place="axis", decimals=3),
    Value("silhouette", place="axis", decimals=2),
    Value("calinski_harabasz", place="axis", decimals=1),
    Value("types_found", "count", "axis"),
    Value("jaccard", place="axis", decimals=2),
    Value("adjusted_rand", place="axis", decimals=2),
    Value("test_value", place="axis", decimals=1),
    Value("share_of_type", "share", "axis"),
    Value("share_of_all", "share", "axis"),
    Value("mean_of_type", "value", "axis", decimals=2),
    Value("mean_of_all", "value", "axis", decimals=2),
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of m leaves: ``joined`` (m − 1, 2), which two are joined at each step, leaves first (0 … m − 1), then what
    was joined before (m, m + 1, …); ``heights`` (m − 1,), rising: the inertia between clusters that is lost."""

    joined: Ints
    heights: Floats

    @property
    def leaves(self) -> int:
        """m."""
        return len(self.heights) + 1

    def cut(self, k: int) -> Ints:
        """The cluster 0 … k − 1 of each leaf when the tree is cut into k."""
        parent = np.arange(2 * self.leaves - 1)
        for step in range(self.leaves - k):
            parent[self.joined[step]] = self.leaves + step
        for at in range(len(parent) - 1, -1, -1):
            parent[at] = parent[parent[at]]
        _, found = np.unique(parent[: self.leaves], return_inverse=True)
        return found.astype(np.int64)


def grow(x: Floats, w: Floats) -> Tree:
    """Ward's tree of weighted points (m, axes), by chains of nearest neighbours; heights add up to the inertia."""
    m = len(x)
    square = (x**2).sum(axis=1)
    distance = np.maximum(square[:, None] + square - 2 * x @ x.T, 0.0)
    loss = distance * np.outer(w, w) / (w[:, None] + w) / w.sum()
    np.fill_diagonal(loss, np.inf)
    weight, alive, name = w.astype(np.float64).copy(), np.ones(m, dtype=bool), np.arange(m)
    steps: list[tuple[int, int, float]] = []
    chain: list[int] = []
    while len(steps) < m - 1:
        if not chain:
            chain = [int(np.argmax(alive))]
        while True:
            row = loss[chain[-1]]
            near = int(np.argmin(row))
            if len(chain) > 1 and row[chain[-2]] <= row[near]:
                break
            chain.append(near)
        a, b = sorted((chain.pop(), chain.pop()))
        steps.append((a, b, float(loss[a, b])))
        wa, wb = weight[a], weight[b]
        with np.errstate(invalid="ignore"):
            new = ((weight + wa) * loss[a] + (weight + wb) * loss[b] - weight * loss[a, b]) / (weight + wa + wb)
        new[~alive] = np.inf
        new[[a, b]] = np.inf
        loss[a], loss[:, a] = new, new
        loss[b], loss[:, b] = np.inf, np.inf
        weight[a], alive[b] = wa + wb, False
    return _in_order(steps, name)


def _in_order(steps: list[tuple[int, int, float]], name: Ints) -> Tree:
    """The steps by rising height, with what they join called by leaf or step."""
    m = len(name)
    order = sorted(range(len(steps)), key=lambda i: steps[i][2])
    root, joined = np.arange(m), np.zeros((m - 1, 2), dtype=np.int64)
    called = name.copy()

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = int(root[at])
        return at

    for step, i in enumerate(order):
        a, b = find(steps[i][0]), find(steps[i][1])
        joined[step] = sorted((called[a], called[b]))
        root[b], called[a] = a, m + step
    return Tree(joined, np.array([max(steps[i][2], 0.0) for i in order]))


def gathered(x: Floats, w: Floats, limit: int, seed: int) -> Ints:
    """The leaf of each point: its own, or where there are more than ``limit`` the nearest of so many centres.

    The centres are those of k-means from points drawn by weight, on a sample of points where they are very many.
    """
    if len(x) <= limit:
        return np.arange(len(x))
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    some = rng.choice(len(x), min(len(x), 40 * limit), replace=False, p=w / w.sum())
    centres = np.unique(x[rng.choice(some, limit, replace=False)], axis=0)
    for _ in range(10):
        _, near = cKDTree(centres).query(x[some])
        centres = _means(x[some], w[some], near, centres)
    _, near = cKDTree(centres).query(x)
    _, leaf = np.unique(near, return_inverse=True)
    return leaf.astype(np.int64)


def _means(x: Floats, w: Floats, cluster: Ints, before: Floats) -> Floats:
    """The centres of clusters; one that has no point stays where it was."""
    k = len(before)
    total = np.bincount(cluster, w, k)
    sums = np.column_stack([np.bincount(cluster, w * column, k) for column in x.T])
    there = total > 0
    centres = before.copy()
    centres[there] = sums[there] / total[there, None]
    return centres


def consolidated(x: Floats, w: Floats, cluster: Ints, k: int) -> Ints:
    """The clusters after k-means from their centres, by falling weight: 0 is the largest.

    All points go to the nearest centre until none moves (Lloyd 1957); then one by one while that loses inertia inside
    (Hartigan 1975). Where there are very many, ten rounds of the first have to do.
    """
    few = len(x) <= LOOKED_AT
    columns = [np.ascontiguousarray(column) for column in x.T]
    centres = _means(x, w, cluster, np.zeros((k, x.shape[1])))
    for _ in range(_ROUNDS if few else _FEW_ROUNDS):
        away = np.stack([_squares(columns, centre) for centre in centres])
        again = away.argmin(axis=0)
        if np.array_equal(again, cluster):
            break
        cluster = again
        centres = _means(x, w, cluster, centres)
    if few:
        cluster = _transferred(x, w, cluster, k)
        centres = _means(x, w, cluster, centres)
    size = np.bincount(cluster, w, k)
    order = np.lexsort((centres[:, 0], -np.round(size, 9)))
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    return rank[cluster]


def _squares(columns: list[Floats], centre: Floats) -> Floats:
    """The squared distances of points, given axis by axis, from a centre."""
    total = np.zeros(len(columns[0]))
    for column, at in zip(columns, centre.tolist(), strict=True):
        away = column - at
        total += away * away
    return total


def _transferred(x: Floats, w: Floats, cluster: Ints, k: int) -> Ints:
    """Move the point that gains most, again and again, while one gains anything and leaves no cluster empty."""
    cluster, rows = cluster.copy(), np.arange(len(x))
    for _ in range(10 * len(x)):
        total = np.bincount(cluster, w, k)
        centres = _means(x, w, cluster, np.zeros((k, x.shape[1])))
        away = np.stack([((x - centre) ** 2).sum(axis=1) for centre in centres], axis=1)
        rest = total[cluster] - w
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(rest > 1e-9 * total[cluster], w * total[cluster] / rest * away[rows, cluster], 0.0)
        joined = w[:, None] * total / (total + w[:, None]) * away
        joined[rows, cluster] = np.inf
        to = joined.argmin(axis=1)
        gain = left - joined[rows, to]
        best = int(np.argmax(gain))
        if gain[best] <= 1e-9 * (w * away[rows, cluster]).sum():
            break
        cluster[best] = to[best]
    return cluster


@dataclass(frozen=True, slots=True)
class Clusters:
    """The clusters of points: ``types`` 0 … k − 1 of each by number of clusters, ``tree`` of the ``leaf`` of each.

    ``within``: the share of inertia inside clusters when the tree is cut into 1, 2, … (before consolidation).
    """

    tree: Tree
    leaf: Ints
    types: dict[int, Ints]
    within: Floats


def clusters(x: Floats, w: Floats, numbers: range, seed: int) -> Clusters:
    """Grow the tree, cut it into each of the numbers of clusters that there can be, and consolidate."""
    leaf = gathered(x, w, LEAVES, seed)
    size = int(leaf.max()) + 1
    weight = np.bincount(leaf, w, size)
    centre = np.column_stack([np.bincount(leaf, w * column, size) / weight for column in x.T])
    tree = grow(centre, np.asarray(weight, dtype=np.float64))
    distinct = int((tree.heights > 1e-14).sum()) + 1
    rising = np.concatenate([[0.0], np.cumsum(tree.heights)])[::-1]  # 1, 2, … clusters of leaves
    mean = (x * w[:, None]).sum(axis=0) / w.sum()
    total = float((w[:, None] * (x - mean) ** 2).sum() / w.sum())
    inside = max(total - float(tree.heights.sum()), 0.0)  # of the leaves themselves
    types = {k: consolidated(x, w, tree.cut(k)[leaf], k) for k in numbers if k <= distinct}
    within = (rising + inside) / total if total > 0 else np.full(len(rising), np.nan)
    return Clusters(tree, leaf, types, within)


def ratios(within: Floats) -> Floats:
    """The inertia within k clusters as a part of that within k − 1, for k = 1 (none), 2, …: small where k tells."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.concatenate([[np.nan], within[1:] / within[:-1]])


def between_over_within(x: Floats, w: Floats, n: float, cluster: Ints) -> float:
    """Calinski and Harabasz's (1974) index: (between/(k − 1))/(within/(n − k)), weights scaled to the cases."""
    k = int(cluster.max()) + 1
    w = w * (n / w.sum())
    centres = _means(x, w, cluster, np.zeros((k, x.shape[1])))
    inside = float((w[:, None] * (x - centres[cluster]) ** 2).sum())
    mean = (w[:, None] * x).sum(axis=0) / n
    between = float((np.bincount(cluster, w, k)[:, None] * (centres - mean) ** 2).sum())
    return between / (k - 1) / (inside / (n - k)) if k > 1 and n > k and inside > 0 else float("nan")


def silhouettes(x: Floats, w: Floats, n: Ints, cluster: Ints, seed: int) -> tuple[Floats, Floats]:
    """The silhouette of each point, NaN of those not looked at; and the weights with which they stand for all.

    (b − a)/max(a, b): a is the mean distance to the other cases of its cluster, b to those of the nearest other one; a
    case alone in its cluster has 0. Where there are very many points, of ``LOOKED_AT`` of them drawn by weight.
    """
    some = np.arange(len(x))
    found, weight = np.full(len(x), np.nan), np.zeros(len(x))
    one = w / n  # the weight of one case
    if len(x) > LOOKED_AT:
        some = np.sort(np.random.default_rng(seed).choice(len(x), LOOKED_AT, replace=False, p=w / w.sum()))
    k = int(cluster.max()) + 1
    share = w[some] if len(some) == len(x) else np.ones(len(some))
    alone = one[some] if len(some) == len(x) else np.ones(len(some))
    own = cluster[some]
    total = np.bincount(own, share, k)
    sums = np.zeros((len(some), k))
    for start in range(0, len(some), 500):
        part = slice(start, start + 500)
        away = np.sqrt(np.maximum(((x[some[part]][:, None, :] - x[some][None]) ** 2).sum(axis=2), 0.0)) * share
        sums[part] = np.stack([away[:, own == c].sum(axis=1) for c in range(k)], axis=1)
    rows = np.arange(len(some))
    others = total[own] - alone
    with np.errstate(divide="ignore", invalid="ignore"):
        a = sums[rows, own] / others
        apart = sums / total
        apart[rows, own] = np.inf
        b = apart.min(axis=1)
        value = np.where(others > 1e-9, (b - a) / np.maximum(a, b), 0.0)
    found[some], weight[some] = value, share
    return found, weight


# ---------------------------------------------------------------- stability


@dataclass(frozen=True, slots=True)
class Stability:
    """How far clusters come back when cases are drawn anew: ``jaccard`` (k,), the mean likeness of each cluster and the
    most like one of a replicate; ``rand``: the mean adjusted Rand index; ``drawn``: the cases of a replicate."""

    jaccard: Floats
    rand: float
    drawn: int


def stability(
    n: Ints, w: Floats, cluster: Ints, again: Callable[[Floats], Ints | None], replicates: int, seed: int
) -> Stability:
    """Draw as many cases with replacement, cluster them anew, compare with the clusters at hand on the cases drawn.

    ``again``: from the weights of the points (0 for one not drawn) to the cluster of each, or ``None`` where there are
    none. Where there are very many points, samples of ``LOOKED_AT`` cases are drawn.
    """
    rng = np.random.default_rng(seed)
    total, k = int(n.sum()), int(cluster.max()) + 1
    drawn = total if len(n) <= LOOKED_AT else min(total, LOOKED_AT)
    likeness, rand = [], []
    ends = np.cumsum(n)
    for _ in range(replicates):
        times = np.bincount(np.searchsorted(ends, rng.integers(0, total, drawn), side="right"), minlength=len(n))
        found = again(times * (w / n))
        if found is None:
            continue
        there = times > 0
        both = np.zeros((k, int(found[there].max()) + 1))
        np.add.at(both, (cluster[there], found[there]), times[there])
        union = both.sum(axis=1)[:, None] + both.sum(axis=0) - both
        with np.errstate(invalid="ignore", divide="ignore"):
            like = (both / union).max(axis=1)
        likeness.append(np.where(both.sum(axis=1) > 0, like, np.nan))
        rand.append(adjusted_rand(both))
    if not likeness:
        return Stability(np.full(k, np.nan), float("nan"), drawn)
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(likeness).sum(axis=0)
        mean = np.where(seen > 0, np.nansum(likeness, axis=0) / np.maximum(seen, 1), np.nan)
    return Stability(mean, float(np.mean(rand)), drawn)


def adjusted_rand(both: Floats) -> float:
    """The agreement of two partitions on pairs of cases, beyond chance; ``both``: cases in each pair of clusters."""

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns, n = pairs(both.sum(axis=1)), pairs(both.sum(axis=0)), float(both.sum())
    expected = rows * columns / max(n * (n - 1) / 2, 1.0)
    most = (rows + columns) / 2
    return (pairs(both) - expected) / (most - expected) if most > expected else 1.0


# ---------------------------------------------------------------- what a cluster is like


def answer_test_values(both: Floats, cluster: Floats, answer: Floats, n: float) -> Floats:
    """How far an answer is over- or under-represented in a cluster, in units of a normal deviate; shapes broadcast.

    ``both``: the cases of the cluster with the answer; ``cluster``, ``answer``: of each; ``n``: of all. From the
    hypergeometric distribution, half of the chance of just this count on each side, as in SPAD; counts that are no
    whole numbers (weights, scaled to the cases) are rounded. Beyond 20,000 cases, or where the chance is too small for
    a double, from the normal approximation. An answer that all give, or none, has 0.
    """
    from scipy.special import ndtri
    from scipy.stats import hypergeom

    x, k, j = (np.rint(np.asarray(one, dtype=np.float64)) for one in np.broadcast_arrays(both, cluster, answer))
    size = round(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(k * (size - k) / max(size - 1, 1) * j / size * (1 - j / size))
        normal = np.where(spread > 0, (x - k * j / size) / spread, 0.0)
        if size > _EXACT:
            return normal
        below = hypergeom.cdf(x - 1, size, j, k) * 2 + hypergeom.pmf(x, size, j, k)
        above = hypergeom.sf(x, size, j, k) * 2 + hypergeom.pmf(x, size, j, k)
        chance = np.minimum(np.minimum(below, above), 1.0)
        exact = np.where(x / k > j / size, -1.0, 1.0) * ndtri(chance / 2)
    return np.where(spread > 0, np.where(np.isfinite(exact), exact, normal), 0.0)


def mean_test_values(mean: Floats, cluster: Floats, overall: float, variance: float, n: float) -> Floats:
    """How far the mean of a number in a cluster lies from that of all, in standard errors of a random choice of as many
    cases: (x̄ − x̄ₖ)/√(s²/nₖ·(n − nₖ)/(n − 1)), s² over n."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((mean - overall) / np.sqrt(variance / cluster * (n - cluster) / (n - 1)))
