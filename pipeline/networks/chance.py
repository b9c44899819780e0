"""What would come of it if groups had been allotted to the same nodes by chance: permutation tests.

The nodes, their ties and the sizes of the groups stay as they are; only which node is in which group is drawn anew. So
a p-value here is about chance in allotting groups, not about other nodes that were not observed, and holds for a whole
population as well as for any other nodes. p is (1 + as extreme)/(1 + draws).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Floats, Number, not_computable, number

Labels = npt.NDArray[np.intp]
_SLACK = 1e-10  # what rounding makes of two equal sums


def shuffled(labels: Labels, draws: int, seed: int) -> Labels:
    """``draws`` × n: the labels (0 … k − 1) of n nodes, shuffled."""
    generator = np.random.default_rng(seed)
    return generator.permuted(np.broadcast_to(labels, (draws, len(labels))), axis=1)


def _method(draws: int) -> str:
    return f"network_permutation replicates={draws}"


def difference(values: Floats, labels: Labels, drawn: Labels) -> list[Number]:
    """p of the differences between groups in the mean of each of several values, shape (n, v).

    As extreme is a draw whose means lie as far apart: by the sum of squares between groups, for two groups the same as
    by the absolute difference of their means.
    """
    method = _method(len(drawn))
    k = int(labels.max()) + 1 if len(labels) else 0
    sizes = np.bincount(labels, minlength=k)
    if k < 2 or (sizes == 0).any():
        return [not_computable("network_one_group", method)] * values.shape[1]
    own, drawn_sums = np.zeros(values.shape[1]), np.zeros((len(drawn), values.shape[1]))
    for group, size in enumerate(sizes):
        own += (values[labels == group].sum(axis=0)) ** 2 / size
        drawn_sums += ((drawn == group).astype(np.float64) @ values) ** 2 / size
    extreme = (drawn_sums >= own - _SLACK * np.maximum(np.abs(own), 1.0)).sum(axis=0)
    flat = (values == values[:1]).all(axis=0)
    return [
        not_computable("network_all_equal", method) if same else number((1 + int(e)) / (1 + len(drawn)), method)
        for same, e in zip(flat.tolist(), extreme.tolist(), strict=True)
    ]


def qap(matrix: Floats, labels: Labels, drawn: Labels) -> tuple[Number, Number]:
    """Quadratic assignment: Pearson's r of a matrix (n, n) with "in the same group", over all ordered pairs, and its p.

    Nodes are shuffled, rows and columns together, so that what pairs of one node have in common stays together
    (Krackhardt, Social Networks 10, 1988). As extreme: |r| as large. The diagonal does not count.
    """
    method = _method(len(drawn))
    n = len(labels)
    ties = matrix - np.diag(np.diag(matrix))
    off = ~np.eye(n, dtype=bool)
    same = labels[:, None] == labels[None, :]
    if n < 3 or same[off].all() or not same[off].any():
        return (not_computable("network_one_group", method),) * 2
    x, y = ties[off], same[off].astype(np.float64)
    spread = float(x.std() * y.std())
    if not spread > 0:
        return (not_computable("network_all_equal", method),) * 2
    drawn_within = np.zeros(len(drawn))
    for group in range(int(labels.max()) + 1):
        held = (drawn == group).astype(np.float64)
        drawn_within += ((held @ ties) * held).sum(axis=1)
    centre = float(x.mean() * y.mean())
    own = (float(x @ y) / len(x) - centre) / spread
    others = (drawn_within / len(x) - centre) / spread
    extreme = int((np.abs(others) >= abs(own) - _SLACK).sum())
    return number(own, method), number((1 + extreme) / (1 + len(drawn)), method)


def within_and_between(matrix: Floats, labels: Labels) -> tuple[Number, Number]:
    """The mean of a symmetric matrix over pairs in the same group and over pairs in different ones."""
    i, j = np.triu_indices(len(labels), 1)
    same, pairs = labels[i] == labels[j], matrix[i, j]
    return tuple(  # type: ignore[return-value]
        number(float(pairs[held].mean())) if held.any() else not_computable("network_one_group")
        for held in (same, ~same)
    )
