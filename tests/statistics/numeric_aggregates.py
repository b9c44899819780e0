"""Aggregates from plain arrays, and the oracle tables of the families on numeric variables."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from pipeline.statistics.core import Cells, Distribution, GroupedDistribution, Number, Options, Patterns
from pipeline.statistics.design import Sampled, design
from pipeline.statistics.registry import compute

ORACLES = Path(__file__).parent / "oracles"


def columns(name):
    with (ORACLES / name).open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def table(name):
    """key -> value of an oracle table (each row also holds the command that made the value)."""
    with (ORACLES / name).open() as file:
        return {row["key"]: float(row["value"]) for row in csv.DictReader(file)}


CASES = columns("numeric_cases.csv")
R = table("numeric_r.csv")


def weights_of(weighting, size=None):
    if weighting == "none":
        return np.ones(size or len(CASES["x"]))
    return CASES["f" if weighting == "frequency" else "pw"]


def distribution(x, w=None, weighting="none"):
    x = np.asarray(x, dtype=float)
    w = np.ones(len(x)) if w is None else np.asarray(w, dtype=float)
    values, where = np.unique(x, return_inverse=True)
    return Distribution(
        values, np.bincount(where), np.bincount(where, w), np.bincount(where, w * w), weighting=weighting
    )


def grouped(x, groups, w=None, weighting="none", count=None):
    x, groups = np.asarray(x, dtype=float), np.asarray(groups, dtype=int)
    w = np.ones(len(x)) if w is None else np.asarray(w, dtype=float)
    count = count or int(groups.max()) + 1
    values, where = np.unique(x, return_inverse=True)
    cell = where * count + groups
    shape = (len(values), count)

    def sums(weight):
        return np.bincount(cell, weight, minlength=shape[0] * count).reshape(shape)

    return GroupedDistribution(
        values, sums(np.ones(len(x))).astype(np.int64), sums(w), sums(w * w), weighting=weighting
    )


def patterns(x, w=None, weighting="none", stratum=None, cluster=None):
    """One pattern per case; the functions must add up equal rows themselves or not need to."""
    x = np.column_stack([np.asarray(one, dtype=float) for one in x])
    w = np.ones(len(x)) if w is None else np.asarray(w, dtype=float)
    return Patterns(
        x,
        np.ones(len(x), dtype=np.int64),
        w,
        w * w,
        weighting,
        sampled_cases(w, stratum, cluster),
    )


def sampled_cases(w, stratum=None, cluster=None):
    """The sample behind cases that are a pattern each; none where neither strata nor clusters are given."""
    if stratum is None and cluster is None:
        return None
    stratum, cluster = (None if one is None else np.asarray(one, dtype=np.int64) for one in (stratum, cluster))
    return Sampled(design(w, stratum, cluster), np.arange(len(w)), len(w))


def case_distribution(name, weighting):
    return distribution(CASES[name], weights_of(weighting), weighting)


def case_groups(name, by, weighting):
    return grouped(CASES[name], CASES[by].astype(int) - 1, weights_of(weighting), weighting)


def found(aggregate, *ids, options=None):
    """id -> result of the ids asked for, or of every statistic that applies."""
    return dict(compute(aggregate, options or Options(), ids or None))


def value(aggregate, name, **options):
    result = found(aggregate, name, options=Options(**options))[name]
    if isinstance(result, Cells):
        return result.values
    assert isinstance(result, Number)
    assert result.value is not None, result.error
    return result.value


def reason(aggregate, name, **options):
    result = found(aggregate, name, options=Options(**options))[name]
    assert result.value is None
    return result.error


def lre(got, certified):
    """Log relative error: how many digits agree."""
    if got == certified:
        return 16.0
    return -math.log10(abs(got - certified) / abs(certified))
