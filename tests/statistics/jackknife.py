"""Replicate weights of a design, made here only to check that replicates and linearisation agree."""

from __future__ import annotations

import numpy as np

from pipeline.statistics.design import Design, Replicates


def jackknife(sample: Design) -> Replicates:
    """The stratified delete-one-cluster jackknife (JKn) of a design, a replicate per cluster (R's ``as.svrepdesign``).

    In the replicate without one of the n_h clusters of a stratum the others weigh n_h/(n_h−1) as much; its factor is
    (1−n_h/N_h)(n_h−1)/n_h. Strata in the sample whole make no replicate, nor do those with one cluster where that is
    taken as certain; otherwise such a stratum is a ``ValueError``.
    """
    n = sample.weights.size
    cluster = np.arange(n) if sample.cluster is None else sample.cluster
    strata_of_cases = sample.stratum[cluster]
    counts = sample.sampled
    if sample.lonely != "certainty" and ((counts == 1) & (sample.unsampled > 0)).any():
        raise ValueError("a stratum has one cluster")
    left_out = np.flatnonzero((counts[sample.stratum] > 1) & (sample.unsampled[sample.stratum] > 0))
    columns = np.repeat(sample.weights[:, None], left_out.size, axis=1)
    for column, p in enumerate(left_out):
        h = sample.stratum[p]
        columns[strata_of_cases == h, column] *= counts[h] / (counts[h] - 1)
        columns[cluster == p, column] = 0.0
    of = sample.stratum[left_out]
    factors = sample.unsampled[of] * (counts[of] - 1) / counts[of]
    return Replicates(sample.weights, columns, 1.0, factors, False, sample.df, True)
