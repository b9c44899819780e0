"""Principal components and factor analysis of a correlation matrix, rotated; and how many of them there are.

Extraction and rotation are statsmodels', which take a correlation matrix: principal axes (iterated from squared
multiple correlations) and maximum likelihood; varimax (Kaiser 1958, rows of equal length while it turns) and oblimin
with γ = 0 (Jennrich and Sampson 1966). Number of components: parallel analysis (Horn 1965, Psychometrika 30, 179–185)
by the 95th percentile (Glorfeld 1995). KMO: Kaiser (1974), Psychometrika 39, 31–36. Sphericity: Bartlett (1951).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.statistics.core import Floats, Number, Patterns, number
from pipeline.statistics.correlation import centred, complete
from pipeline.statistics.registry import Value, declare

Extraction = Literal["components", "principal_axis", "maximum_likelihood"]
Rotation = Literal["none", "varimax", "oblimin"]

PERCENTILE = 0.95

declare(
    Value("parallel_mean", place="axis", decimals=3),
    Value("parallel_high", place="axis", decimals=3),
    Value("variance_explained", place="axis", decimals=2),
    Value("variance_explained_share", "share", "axis"),
    Value("loading", place="axis", decimals=2),
    Value("factor_correlation", place="axis", decimals=2),
    Value("communality", place="axis", decimals=2),
    Value("uniqueness", place="axis", decimals=2),
    Value("complexity", place="axis", decimals=1),
    Value("kmo", place="axis", decimals=2),
    Value("bartlett_chi2", place="axis", decimals=1, df=("bartlett_df",), p="bartlett_p"),
)


@dataclass(frozen=True, slots=True)
class Correlations:
    """Correlations of p variables over the cases valid on all of them.

    ``r``: shape (p, p); ``means``, ``sds``: shape (p,). ``cases``: what tests and random data go by: the cases, or with
    a probability weight the effective number (Σw)²/Σw² (Kish 1965). ``error``: why there are none.
    """

    r: Floats
    means: Floats
    sds: Floats
    cases: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """k components or factors of p variables.

    ``loadings``: shape (p, k), the pattern; ``correlation``: shape (k, k) of the factors with each other. ``h2``: the
    share of each variable's variance that they explain. ``complexity``: on how many of them a variable loads (Hofmann
    1978). ``variance``: shape (k,), of all variables together. They come by falling variance, each turned so that its
    loadings add up to more than 0. ``warning``, ``error`` as for :class:`Number`.
    """

    loadings: Floats
    correlation: Floats
    h2: Floats
    complexity: Floats
    variance: Floats
    warning: str = ""
    error: str = ""


def correlations(aggregate: Patterns) -> Correlations:
    """The weighted correlations of all variables of an aggregate."""
    p = complete(aggregate)
    size = aggregate.x.shape[1]
    total = float(p.w.sum())
    effective = total**2 / float(p.w2.sum()) if p.weighting == "probability" and len(p.w) else total
    nothing = Correlations(np.zeros((size, size)), np.zeros(size), np.zeros(size), effective)
    if size < 3 or effective <= size:
        return _lacking(nothing, "fewer_than_three_variables" if size < 3 else "cases_not_above_variables")
    means, e = centred(p.x, p.w)
    covariance = (e.T * p.w) @ e / total
    sds = np.sqrt(covariance.diagonal())
    if not (sds > 0).all():
        return _lacking(nothing, "zero_variance")
    r = np.clip(covariance / np.outer(sds, sds), -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return Correlations(r, means, sds, effective)


def _lacking(nothing: Correlations, error: str) -> Correlations:
    return Correlations(nothing.r, nothing.means, nothing.sds, nothing.cases, error)


def eigenvalues(r: Floats) -> Floats:
    """The eigenvalues of a correlation matrix, falling."""
    return np.asarray(np.linalg.eigvalsh(r)[::-1])


def parallel(cases: float, variables: int, replicates: int, seed: int) -> tuple[Floats, Floats]:
    """Mean and 95th percentile of each eigenvalue of correlations of random normal data of that size.

    The random covariance matrix is drawn as such (Bartlett's decomposition of a Wishart matrix), so a million cases
    take no longer than a hundred.
    """
    rng = np.random.default_rng(seed)
    df = max(round(cases) - 1, variables)
    found = np.empty((replicates, variables))
    for i in range(replicates):
        root = np.tril(rng.standard_normal((variables, variables)), -1)
        root += np.diag(np.sqrt(rng.chisquare(df - np.arange(variables))))
        covariance = root @ root.T
        sd = np.sqrt(covariance.diagonal())
        found[i] = np.linalg.eigvalsh(covariance / np.outer(sd, sd))[::-1]
    return found.mean(axis=0), np.quantile(found, PERCENTILE, axis=0)


def above_chance(observed: Floats, high: Floats) -> int:
    """How many eigenvalues in a row, from the first, lie above those of random data; 1 at least."""
    below = np.flatnonzero(observed <= high)
    return max(1, int(below[0]) if len(below) else len(observed))


def solution(r: Floats, count: int, extraction: Extraction, rotation: Rotation) -> Solution:
    """Extract ``count`` components or factors and turn them.

    Not computable: ``singular_correlations`` (a variable follows from the others), ``extraction_failed``. Warning:
    ``heywood`` where a variable's explained variance reaches 1.
    """
    if extraction != "components" and np.linalg.matrix_rank(r) < len(r):
        return _none(r, count, "singular_correlations")
    try:
        loadings = _components(r, count) if extraction == "components" else _factors(r, count, extraction)
    except (np.linalg.LinAlgError, ValueError):
        return _none(r, count, "extraction_failed")
    if loadings.shape != (len(r), count) or not np.isfinite(loadings).all():
        return _none(r, count, "extraction_failed")
    correlation = np.eye(count)
    h2 = (loadings**2).sum(axis=1)
    if rotation != "none" and count > 1:
        loadings, correlation = _turned(loadings, h2, rotation)
    loadings, correlation, variance = _in_order(loadings, correlation)
    squares = loadings**2
    with np.errstate(divide="ignore", invalid="ignore"):
        complexity = squares.sum(axis=1) ** 2 / (squares**2).sum(axis=1)
    improper = extraction != "components" and bool((h2 > 0.998).any())
    return Solution(loadings, correlation, h2, complexity, variance, "heywood" if improper else "")


def _none(r: Floats, count: int, error: str) -> Solution:
    nan = np.full((len(r), count), np.nan)
    return Solution(nan, np.full((count, count), np.nan), nan[:, 0], nan[:, 0], nan[0], error=error)


def _components(r: Floats, count: int) -> Floats:
    values, vectors = np.linalg.eigh(r)
    return np.asarray(vectors[:, ::-1][:, :count] * np.sqrt(np.maximum(values[::-1][:count], 0.0)))


def _factors(r: Floats, count: int, extraction: Extraction) -> Floats:
    from statsmodels.multivariate.factor import Factor

    method = "pa" if extraction == "principal_axis" else "ml"
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = Factor(corr=r, n_factor=count, method=method).fit(maxiter=2000, tol=1e-10)
    return np.asarray(fitted.loadings, dtype=np.float64)


def _turned(loadings: Floats, h2: Floats, rotation: Rotation) -> tuple[Floats, Floats]:
    """Rotated loadings and the correlations of the factors."""
    from statsmodels.multivariate.factor_rotation import rotate_factors

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if rotation == "varimax":
            length = np.sqrt(np.where(h2 > 0, h2, 1.0))[:, None]
            turned, _ = rotate_factors(loadings / length, "varimax", tol=1e-8)
            return np.asarray(turned * length), np.eye(loadings.shape[1])
        turned, turn = rotate_factors(loadings, "oblimin", 0, "oblique", tol=1e-8)
    return np.asarray(turned), np.asarray(turn.T @ turn)


def _in_order(loadings: Floats, correlation: Floats) -> tuple[Floats, Floats, Floats]:
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    loadings, correlation = loadings * signs, correlation * np.outer(signs, signs)
    variance = (correlation @ loadings.T @ loadings).diagonal()
    order = np.argsort(-variance, kind="stable")
    return loadings[:, order], correlation[np.ix_(order, order)], variance[order]


def scores(x: Floats, found: Correlations, made: Solution, extraction: Extraction) -> Floats:
    """The cases' places (cases, k): on components with the components' variances, on factors by regression
    (Thurstone 1935)."""
    z = (x - found.means) / found.sds
    if extraction == "components":
        return np.asarray(z @ made.loadings / np.sqrt((made.loadings**2).sum(axis=0)))
    return np.asarray(z @ np.linalg.solve(found.r, made.loadings @ made.correlation))


def adequacy(found: Correlations) -> tuple[Mapping[str, Number], Floats]:
    """KMO, of all and by variable, and Bartlett's test of sphericity.

    KMO: Σr² / (Σr² + Σ partial r²) off the diagonal. Bartlett: −(n − 1 − (2p + 5)/6)·ln|R| with p(p − 1)/2 degrees.
    """
    p = len(found.r)
    sign, log = np.linalg.slogdet(found.r)
    if sign <= 0 or np.linalg.matrix_rank(found.r) < p:
        names = ("kmo", "bartlett_chi2", "bartlett_df", "bartlett_p")
        return {name: Number(None, error="singular_correlations") for name in names}, np.full(p, np.nan)
    from scipy.special import chdtrc

    inverse = np.linalg.inv(found.r)
    partial = inverse / np.sqrt(np.outer(inverse.diagonal(), inverse.diagonal()))
    off = ~np.eye(p, dtype=bool)
    r2, q2 = np.where(off, found.r**2, 0.0), np.where(off, partial**2, 0.0)
    chi2, df = -(found.cases - 1 - (2 * p + 5) / 6) * log, p * (p - 1) / 2
    with np.errstate(invalid="ignore"):
        kmo, items = r2.sum() / (r2.sum() + q2.sum()), r2.sum(axis=0) / (r2.sum(axis=0) + q2.sum(axis=0))
    together = {
        "kmo": number(kmo),
        "bartlett_chi2": number(chi2),
        "bartlett_df": number(df),
        "bartlett_p": number(float(chdtrc(df, max(chi2, 0.0))) if math.isfinite(chi2) else math.nan),
    }
    return together, items
