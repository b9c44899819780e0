"""The aggregate of a multiple response set, alone or by groups, from its distinct answer patterns."""

from __future__ import annotations

import numpy as np

from pipeline.counting.cases import Cases, Mentions
from pipeline.counting.engine import BLOCK, CaseWeights, Index, count
from pipeline.statistics.core import MultipleCrosstab
from pipeline.statistics.multiple import MultiplePair
from pipeline.tables.axes import Axis
from pipeline.tables.designs import Drawn, sampled

_BITS = 20  # items whose patterns are counted as numbers of so many bits


def multiple_counts(cases: Cases, one: Axis, groups: Axis | None, sample: Drawn | None = None) -> MultipleCrosstab:
    """Items of a set (j) by the categories of another variable (g), or g = 1 for all cases in the base."""
    if one.mentions is None:
        raise ValueError(f"{one.name} is not a multiple response set")
    base = one.mentions.base
    if groups is None:
        index, g = base.astype(np.intp), 1
    elif groups.coded is not None:
        index, g = np.where(base, groups.coded.index, 0), len(groups.codes)
    else:
        raise ValueError(f"{groups.name} is a set; cross two sets with multiple_pair")
    pattern, place = _patterns(one.mentions.mentioned)
    counts = count([place + 1, index], [len(pattern), g], cases.weights).inner()
    joint_w, joint_w2 = _joint(pattern, counts.w), _joint(pattern, counts.w2)
    joint_n = np.rint(_joint(pattern, counts.n)).astype(np.int64)
    alone = np.arange(len(one.codes))  # who mentions an item and itself
    cell = np.where(index > 0, place.astype(np.int64) * g + index - 1, -1)
    return MultipleCrosstab(
        n=joint_n[alone, alone],
        w=joint_w[alone, alone],
        w2=joint_w2[alone, alone],
        joint_n=joint_n,
        joint_w=joint_w,
        joint_w2=joint_w2,
        cases_n=counts.n.sum(axis=0),
        cases_w=counts.w.sum(axis=0),
        cases_w2=counts.w2.sum(axis=0),
        patterns=pattern,
        patterns_n=counts.n,
        patterns_w=counts.w,
        weighting=cases.weighting,
        sampling=sampled(sample, cases, cell, len(pattern) * g),
    )


def _joint(pattern: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Who mentions both of two items: patterns (m, items) and their counts (m, g) give (items, items, g).

    Some patterns at a time: of a long set as many may be found as there are cases.
    """
    items, groups = pattern.shape[1], counts.shape[1]
    found = np.zeros((items, items, groups))
    for start in range(0, len(pattern), BLOCK):
        p = pattern[start : start + BLOCK].astype(np.float64)
        for g in range(groups):
            found[:, :, g] += p.T @ (p * counts[start : start + BLOCK, g, None])
    return found


def _patterns(mentioned: np.ndarray) -> tuple[np.ndarray, Index]:
    """The distinct columns of (items, cases) as 0/1 rows (m, items), and each case's pattern."""
    if len(mentioned) <= _BITS:
        bits = np.zeros(mentioned.shape[1], dtype=np.int32)
        for row in mentioned:
            bits <<= 1
            bits |= row
        found = np.flatnonzero(np.bincount(bits, minlength=1))
        place_of = np.zeros(1 << len(mentioned), dtype=np.int32)
        place_of[found] = np.arange(len(found))
        items = np.arange(len(mentioned) - 1, -1, -1)
        return (found[:, None] >> items) & 1, place_of[bits]
    place = np.zeros(mentioned.shape[1], dtype=np.int64)
    for row in mentioned:
        place = place * 2 + row
        if place.size and place.max() > 1 << 40:  # keep the code small when there are many items
            _, place = np.unique(place, return_inverse=True)
    _, first, place = np.unique(place, return_index=True, return_inverse=True)
    return mentioned[:, first].T.astype(np.int64), place


def joint_patterns(cases: Cases, first: Mentions, second: Mentions, sample: Drawn | None = None) -> MultiplePair:
    """Two sets over the cases in the base of both: the distinct joint answer patterns with their counts."""
    base = first.base & second.base
    pattern, place = _patterns(np.vstack([first.mentioned, second.mentioned])[:, base])
    counts = count([place + 1], [len(pattern)], cases.weights.of_some(base)).inner()
    split = len(first.items)
    cell = np.full(cases.rows, -1, dtype=np.int64)
    cell[base] = place
    sampling = sampled(sample, cases, cell, len(pattern))
    return MultiplePair(
        pattern[:, :split], pattern[:, split:], counts.n, counts.w, counts.w2, cases.weighting, sampling
    )


def mention_counts(weights: CaseWeights, mentioned: np.ndarray, index: Index, k: int) -> tuple[np.ndarray, ...]:
    """Cases of each of k categories that mention each item: ``n``, ``w``, ``w2`` of shape (items, k)."""
    found = [count([row.astype(np.intp), index], [1, k], weights).inner() for row in mentioned]
    return (
        np.array([c.n[0] for c in found]).reshape(len(mentioned), k),
        np.array([c.w[0] for c in found]).reshape(len(mentioned), k),
        np.array([c.w2[0] for c in found]).reshape(len(mentioned), k),
    )
