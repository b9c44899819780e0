"""Survey designs: covariance by Taylor linearisation or replicate weights, and weights raked to known margins.

Pure functions of arrays over rows. A row is a case, or all cases of one stratum, one cluster and one cell of a table
together: what they weigh is all that a variance needs to know of them (:attr:`Design.cases`). The covariance of the
weighted cell totals goes into ``Crosstab.covariance``, from which the families compute their design-based tests.

Sources: Särndal, Swensson and Wretman, *Model Assisted Survey Sampling* (1992), ch. 5; Wolter, *Introduction to
Variance Estimation* (2007); Kish, *Survey Sampling* (1965); Deming and Stephan, *Annals of Mathematical Statistics*
11 (1940) 427–444 for raking. Names and definitions are those of R's ``survey`` package (Lumley 2010).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Floats, Ints

Lonely = Literal["fail", "certainty", "adjust", "average"]
"""What a stratum with one sampled cluster (and others not sampled) contributes to the variance.

``fail``: no variance can be given; ``certainty``: nothing; ``adjust``: its deviation from the mean of all clusters;
``average``: what the other strata contribute on average.
"""

_REPLICATE_KINDS = ("brr", "fay", "jk1", "jkn", "bootstrap")


class UnusableDesign(ValueError):
    """Arrays that describe no sample. ``reason`` is the id of what is wrong with them."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimated numbers with their covariance, or the reason why there is none.

    ``values`` (k,), ``covariance`` (k, k), ``df``: degrees of freedom of the covariance. Where ``error`` is not
    empty the covariance is NaN. Errors: ``lonely_psu`` (a stratum with one cluster), ``one_psu`` (one cluster
    altogether), ``no_cases`` (nothing in the base), ``too_few_replicates``.
    """

    values: Floats
    covariance: Floats
    df: float
    error: str = ""

    @property
    def se(self) -> Floats:
        """Standard errors, (k,)."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance)))


# ---------------------------------------------------------------- strata and clusters


@dataclass(frozen=True, slots=True)
class Design:
    """A sample of clusters (or of cases) within strata, drawn at the first stage; made by :func:`design`.

    ``weights`` (n,); ``cluster`` (n,): the cluster's number 0…P−1, or ``None`` where every case is its own;
    ``stratum`` (P,): the stratum's number 0…H−1 of each cluster, (n,) of each row without clusters; ``sampled`` (H,):
    clusters in the sample; ``unsampled`` (H,): the part of the stratum's clusters outside the sample, 1 − n/N, 1
    without correction. ``cases``, ``squares`` (n,): where a row is several cases, how many have a weight, and the sum
    of its squares; cases of the sample that no row has lie outside all cells.
    ``margins``: codes (n,) of the variables the weights were calibrated to; the variance then rests on what these
    do not explain, fitted with ``start`` (n,), the weights before calibration.
    ``tests_corrected``: whether the correction goes into tests too (see :func:`for_tests`).
    """

    weights: Floats
    cluster: Ints | None
    stratum: Ints
    sampled: Ints
    unsampled: Floats
    lonely: Lonely = "fail"
    margins: tuple[Ints, ...] = ()
    start: Floats | None = None
    tests_corrected: bool = False
    cases: Ints | None = None
    squares: Floats | None = None

    @property
    def df(self) -> float:
        """Clusters minus strata."""
        return float(self.sampled.sum() - self.sampled.size)


def design(
    weights: Floats,
    stratum: Ints | None = None,
    cluster: Ints | None = None,
    population: Floats | None = None,
    lonely: Lonely = "fail",
    margins: Sequence[Ints] = (),
    start: Floats | None = None,
    tests_corrected: bool = False,
    cases: Ints | None = None,
) -> Design:
    """Describe a sample by arrays over its rows; ``cases``: how many each is, where they are not single ones.

    ``stratum``, ``cluster``: any integer codes; a cluster code counts within its stratum. ``population``: for each
    case the number of clusters (of cases, where there are no clusters) that its stratum has in the population.
    ``margins`` and ``start`` (the weights before): where the weights were calibrated; ``tests_corrected``: see
    :class:`Design`.

    ``ValueError``: arrays of different lengths, margins without ``start``. :class:`UnusableDesign`: a weight that is
    negative or not finite (``weights_negative``), a population that varies within a stratum (``population_varies``) or
    is smaller than its sample (``population_too_small``).
    """
    weights = np.asarray(weights, dtype=np.float64)
    n = weights.shape[0]
    arrays = [a for a in (stratum, cluster, population, start, *margins) if a is not None]
    if any(len(a) != n for a in arrays):
        raise ValueError("weights, strata, clusters, population and margins must have one entry per case")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise UnusableDesign("weights_negative", "weights must be finite and not negative")
    if margins and start is None:
        raise ValueError("calibrated weights need the weights before calibration")
    strata = np.zeros(n, np.int64) if stratum is None else np.unique(stratum, return_inverse=True)[1].ravel()
    if cluster is None:
        clusters, of_stratum = None, strata
    else:
        numbers = np.unique(cluster, return_inverse=True)[1].ravel()
        pairs = strata.astype(np.int64) * (int(numbers.max(initial=0)) + 1) + numbers
        _, first, clusters = np.unique(pairs, return_index=True, return_inverse=True)
        clusters, of_stratum = clusters.ravel(), strata[first]
    sampled = np.bincount(of_stratum, cases if clusters is None else None).astype(np.int64)
    unsampled = np.ones(sampled.size)
    if population is not None:
        sizes = np.zeros(sampled.size)
        sizes[strata] = population
        if not np.array_equal(sizes[strata], np.asarray(population, float)):
            raise UnusableDesign("population_varies", "the population must be one number within a stratum")
        if (sizes < sampled).any():
            raise UnusableDesign(
                "population_too_small", "a stratum has more clusters in the sample than in the population"
            )
        unsampled = 1 - sampled / sizes
    return Design(weights, clusters, of_stratum, sampled, unsampled, lonely, tuple(margins), start, tests_corrected)


def _residuals(sample: Design, scores: Floats) -> Floats:
    """Scores less what the calibration margins explain of them (regression on their indicators)."""
    if not sample.margins or sample.start is None:
        return scores
    indicators = np.hstack([np.eye(int(codes.max()) + 1)[codes] for codes in sample.margins])
    root = np.sqrt(sample.start)[:, None]
    fitted, *_ = np.linalg.lstsq(indicators * root, scores * root, rcond=None)
    return np.asarray(scores - indicators @ fitted)


def taylor(sample: Design, scores: Floats) -> tuple[Floats, str]:
    """Covariance of Σw·score: ``scores`` (n, k) of the rows. The covariance (k, k), and the error where there is none.

    Σ_h (1−n_h/N_h) n_h/(n_h−1) Σ (t−t̄_h)(t−t̄_h)' over the clusters of each stratum, t a cluster's weighted total.
    """
    scores = _residuals(sample, scores)
    if sample.cluster is None:
        return _between_cases(sample, scores)
    p, weighted = sample.stratum.size, scores * sample.weights[:, None]
    return _between(sample, np.stack([np.bincount(sample.cluster, column, p) for column in weighted.T], axis=1))


def _between_cases(sample: Design, scores: Floats) -> tuple[Floats, str]:
    """The same where cases are drawn singly, from what the cases of a row weigh together.

    Σ(w·s − m)² over the c cases of a row is s²(Σw² − (Σw)²/c) + c(s·Σw/c − m)²: no large squares are subtracted.
    """
    cases = (sample.weights > 0).astype(np.float64) if sample.cases is None else sample.cases.astype(np.float64)
    each = np.divide(sample.weights, cases, out=np.zeros_like(cases), where=cases > 0)
    within = np.zeros_like(cases)
    if sample.squares is not None:
        within = sample.squares - sample.weights * each
        within[within < 1e-14 * sample.squares] = 0.0  # equal weights
    h = sample.sampled.size
    outside = sample.sampled - np.bincount(sample.stratum, cases, h)  # cases whose total is 0
    spread = sample.stratum, np.concatenate([cases, outside]), within
    return _between(sample, np.vstack([scores * each[:, None], np.zeros((h, scores.shape[1]))]), (scores, *spread))


def _between(
    sample: Design, totals: Floats, singly: tuple[Floats, Ints, Floats, Floats] | None = None
) -> tuple[Floats, str]:
    """Covariance of Σ over clusters.

    ``totals`` (P, k): each cluster's weighted total of the linearised scores. ``singly``, where cases are drawn, not
    clusters: the rows' scores (n, k), their stratum (n,), their number of cases and then each stratum's (n + H,) that
    no row has, and the spread of weights within each row (n,); ``totals`` (n + H, k) are then the means of these cases.
    """
    k = totals.shape[1]
    nothing = np.full((k, k), np.nan)
    counts = sample.sampled
    stratum, times = sample.stratum, np.ones(len(totals))
    if singly is not None:
        stratum, times = np.concatenate([singly[1], np.arange(counts.size)]), singly[2]
    sums = np.stack([np.bincount(stratum, column * times, counts.size) for column in totals.T], axis=1)
    means = sums / counts[:, None]
    # A stratum that is in the sample whole (N = n) contributes nothing, however few its clusters are.
    lonely = (counts == 1) & (sample.unsampled > 0)
    factor = sample.unsampled * counts / np.maximum(counts - 1, 1)
    if lonely.any():
        if sample.lonely == "fail":
            return nothing, "one_psu" if counts.size == 1 else "lonely_psu"
        if sample.lonely == "average" and lonely.all():
            return nothing, "lonely_psu"
        if sample.lonely == "adjust":
            means[lonely] = sums.sum(axis=0) / counts.sum()
    deviations = (totals - means[stratum]) * np.sqrt(factor[stratum] * times)[:, None]
    covariance = deviations.T @ deviations
    if singly is not None and singly[3].any():
        scores, _, _, within = singly
        covariance = covariance + scores.T @ (scores * (within * factor[sample.stratum])[:, None])
    if sample.lonely == "average" and lonely.any():
        covariance *= counts.size / (counts.size - lonely.sum())
    return covariance, ""


def _linearised(sample: Design, values: Floats, scores: Floats) -> Estimate:
    covariance, error = taylor(sample, scores)
    return Estimate(values, covariance, sample.df, error)


# ---------------------------------------------------------------- replicate weights


@dataclass(frozen=True, slots=True)
class Replicates:
    """Weights with replicate weights; made by :func:`replicates`.

    ``weights`` (n,), ``replicate`` (n, R): complete weights of each replicate. The covariance of an estimate θ is
    ``scale`` Σ_r ``factors``_r (θ_r − centre)(θ_r − centre)', with the centre the mean of the replicates with a
    factor above 0, or the estimate itself (``about_estimate``). ``df``: degrees of freedom, ``known_df`` where the
    makers of the weights gave them.
    """

    weights: Floats
    replicate: Floats
    scale: float
    factors: Floats
    about_estimate: bool
    df: float
    known_df: bool = False


def replicates(
    weights: Floats,
    replicate: Floats,
    kind: str,
    *,
    fay: float = 0.0,
    scale: float | None = None,
    factors: Floats | None = None,
    about_estimate: bool = False,
    df: float | None = None,
) -> Replicates:
    """Describe replicate weights of one ``kind``.

    ``brr``: scale 1/R; ``fay``: 1/(R(1−``fay``)²); ``jk1``: (R−1)/R; ``jkn``: 1, with ``factors`` (R,) such as
    (n_h−1)/n_h, which it needs; ``bootstrap``: 1/(R−1); ``scale``: another than that. ``df``: the file's own; else the
    rank of the replicate weights less one. ``ValueError``: unknown kind, missing factors, arrays that do not fit.
    :class:`UnusableDesign`: a replicate weight that is negative or not finite (``replicate_weights_negative``).
    """
    weights, replicate = np.asarray(weights, np.float64), np.asarray(replicate, np.float64)
    if kind not in _REPLICATE_KINDS:
        raise ValueError(f"no kind of replicate weights {kind!r}; known are {', '.join(_REPLICATE_KINDS)}")
    if replicate.ndim != 2 or replicate.shape[0] != weights.shape[0]:
        raise ValueError("replicate weights must have one row per case")
    if not np.isfinite(replicate).all() or (replicate < 0).any():
        raise UnusableDesign("replicate_weights_negative", "replicate weights must be finite and not negative")
    r = replicate.shape[1]
    if kind == "jkn" and factors is None:
        raise ValueError("stratified jackknife weights need their factors")
    used = np.ones(r) if factors is None else np.asarray(factors, np.float64)
    if used.shape != (r,):
        raise ValueError("there must be one factor per replicate")
    standard = {
        "brr": 1 / max(r, 1),
        "fay": 1 / (max(r, 1) * (1 - fay) ** 2) if fay != 1 else math.inf,
        "jk1": (r - 1) / max(r, 1),
        "jkn": 1.0,
        "bootstrap": 1 / (r - 1) if r > 1 else math.inf,
    }[kind]
    scale = standard if scale is None else scale
    if not math.isfinite(scale):
        raise ValueError("these replicate weights have no finite scale")
    return Replicates(
        weights, replicate, scale, used, about_estimate, _rank(replicate) - 1 if df is None else df, df is not None
    )


def _rank(replicate: Floats) -> float:
    """The rank of replicate weights, with R's tolerance."""
    if replicate.size == 0:
        return 1.0
    # The triangle of a QR has the matrix's singular values, which the small cross-product would square.
    values = np.linalg.svd(np.linalg.qr(replicate, mode="r"), compute_uv=False)
    return float((values > 1e-5 * values[0]).sum())


def _replicated(sample: Replicates, statistic: Callable[[Floats], Floats]) -> Estimate:
    values = statistic(sample.weights[:, None])[:, 0]
    k = values.size
    if sample.replicate.shape[1] < 2:
        return Estimate(values, np.full((k, k), np.nan), sample.df, "too_few_replicates")
    found = statistic(sample.replicate)
    centre = values if sample.about_estimate else found[:, sample.factors > 0].mean(axis=1)
    deviations = (found - centre[:, None]) * np.sqrt(sample.factors * sample.scale)
    return Estimate(values, deviations @ deviations.T, sample.df)


# ---------------------------------------------------------------- estimates


Sample = Design | Replicates


def _columns(values: Floats, n: int) -> Floats:
    values = np.asarray(values, np.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.shape[0] != n:
        raise ValueError("values must have one row per case")
    return values


def total(values: Floats, sample: Sample, domain: Floats | None = None) -> Estimate:
    """Σw·y of each column of ``values`` (n,) or (n, k), over a ``domain`` (n,) of 0/1 if given."""
    y = _columns(values, sample.weights.size)
    if domain is not None:
        y = np.where(np.asarray(domain, bool)[:, None], y, 0.0)
    if isinstance(sample, Replicates):
        return _replicated(sample, lambda w: y.T @ w)
    return _linearised(sample, sample.weights @ y, y)


def ratio(numerator: Floats, denominator: Floats, sample: Sample, domain: Floats | None = None) -> Estimate:
    """Σw·y / Σw·x column by column, (n,) or (n, k) each; linearised scores (y − R x)/Σw·x."""
    y, x = _columns(numerator, sample.weights.size), _columns(denominator, sample.weights.size)
    y, x = np.broadcast_arrays(y, x)
    if domain is not None:
        inside = np.asarray(domain, bool)[:, None]
        y, x = np.where(inside, y, 0.0), np.where(inside, x, 0.0)
    below = sample.weights @ x
    if (below == 0).any():
        k = y.shape[1]
        return Estimate(np.full(k, np.nan), np.full((k, k), np.nan), sample.df, "no_cases")
    if isinstance(sample, Replicates):
        with np.errstate(divide="ignore", invalid="ignore"):
            return _replicated(sample, lambda w: np.asarray((y.T @ w) / (x.T @ w)))
    values = sample.weights @ y / below
    return _linearised(sample, values, (y - values * x) / below)


def mean(values: Floats, sample: Sample, domain: Floats | None = None) -> Estimate:
    """Σw·y / Σw of each column of ``values`` (n,) or (n, k), over a ``domain`` (n,) of 0/1 if given."""
    y = _columns(values, sample.weights.size)
    return ratio(y, np.ones((y.shape[0], 1)), sample, domain)


def cell_totals(cells: Ints, size: int, sample: Sample) -> Estimate:
    """Weighted totals of the cells of a table: ``cells`` (n,) holds each case's cell 0…size−1, or −1 for none.

    For a table of r rows and c columns the cell is row·c + column; the covariance (size, size) is then the one that
    ``Crosstab.covariance`` holds, and ``df`` its ``design_df``.
    """
    cells = np.asarray(cells)
    valid = cells >= 0
    if isinstance(sample, Replicates):
        return _replicated(
            sample, lambda w: np.stack([np.bincount(cells[valid], column, size) for column in w[valid].T], axis=1)
        )
    w = sample.weights
    values = np.bincount(cells[valid], w[valid], size).astype(np.float64)
    if sample.margins or sample.cluster is None:
        return _linearised(sample, values, np.asarray(np.where(valid[:, None], np.eye(size)[cells], 0.0)))
    p = sample.stratum.size
    totals = np.bincount(sample.cluster[valid] * size + cells[valid], w[valid], p * size).astype(np.float64)
    covariance, error = _between(sample, totals.reshape(p, size))
    return Estimate(values, covariance, sample.df, error)


def cell_shares(cells: Ints, size: int, sample: Sample, corrected: bool = False) -> Estimate:
    """Weighted totals of the cells, with a covariance from which that of their shares follows by linearisation.

    As :func:`cell_totals`; with replicate weights each replicate's totals are brought to the sum of the full ones, so
    that the covariance of the shares is that of the replicated shares (R's ``svychisq``). Degrees of freedom are those
    among the cases in a cell. ``corrected``: with the finite population correction of strata and clusters.
    """
    df = Sampled(sample, np.asarray(cells), size).df
    if not isinstance(sample, Replicates):
        return replace(cell_totals(cells, size, sample if corrected else for_tests(sample)), df=df)
    valid = np.asarray(cells) >= 0

    def totals(w: Floats) -> Floats:
        found = np.stack([np.bincount(cells[valid], column, size) for column in w[valid].T], axis=1)
        whole = found.sum(axis=0)
        return np.asarray(
            found * np.divide(sample.weights[valid].sum(), whole, out=np.zeros_like(whole), where=whole > 0)
        )

    return replace(_replicated(sample, totals), df=df)


# ---------------------------------------------------------------- the sample behind an aggregate


def uncorrected(sample: Design) -> Design:
    """The same sample without finite population correction."""
    return replace(sample, unsampled=np.ones_like(sample.unsampled))


def for_tests(sample: Design) -> Design:
    """The sample as tests of association take it: without finite population correction, unless they are to have it.

    A correction says how near a sample is to the population at hand; whether two variables are related is asked of
    what made that population, of which even a complete count is a sample. R, Stata and SPSS Complex Samples correct
    their tests as well; ``tests_corrected`` is for who compares with them.
    """
    return sample if sample.tests_corrected else uncorrected(sample)


@dataclass(frozen=True, slots=True)
class Sampled:
    """The sample behind an aggregate (:class:`pipeline.statistics.core.Sampling`).

    ``cell`` (n,): the cell 0…``size``−1 of the aggregate that each row of the sample is in, −1 for none.
    """

    sample: Sample
    cell: Ints
    size: int

    @property
    def df(self) -> float:
        """Clusters minus strata among the cases in a cell, or the rank of replicates − 1 (R: ``degf`` of a subset)."""
        inside = (self.cell >= 0) & (self.sample.weights > 0)
        if isinstance(self.sample, Replicates):
            known = self.sample.known_df or inside.all()
            return self.sample.df if known else _rank(self.sample.replicate[inside]) - 1
        if self.sample.cluster is None:
            strata, cases = self.sample.stratum[inside], self.sample.cases
            return float((strata.size if cases is None else cases[inside].sum()) - np.unique(strata).size)
        clusters = np.unique(self.sample.cluster[inside])
        return float(clusters.size - np.unique(self.sample.stratum[clusters]).size)

    @property
    def replicated(self) -> bool:
        """Whether the variance comes from replicate weights."""
        return isinstance(self.sample, Replicates)

    def covariance(
        self, scores: Floats, estimate: Callable[[Floats], Floats], corrected: bool = False
    ) -> tuple[Floats, str]:
        """The covariance of estimates from their scores or from their replicates; errors as of :class:`Estimate`.

        ``replicate_not_computable``: an estimate has no value in one of the replicates.
        """
        inside = self.cell >= 0
        if not isinstance(self.sample, Replicates):
            rows = np.zeros((self.cell.size, scores.shape[1]))
            rows[inside] = scores[self.cell[inside]]
            return taylor(self.sample if corrected else for_tests(self.sample), rows)
        cell = self.cell[inside]

        def estimates(w: Floats) -> Floats:
            sums = (np.bincount(cell, column, self.size).astype(np.float64) for column in w[inside].T)
            return np.stack([estimate(one) for one in sums], axis=1)

        with np.errstate(divide="ignore", invalid="ignore"):
            found = _replicated(self.sample, estimates)
        bad = not found.error and not np.isfinite(found.covariance).all()
        return found.covariance, "replicate_not_computable" if bad else found.error

    def kept(self, keep: npt.NDArray[np.bool_]) -> Sampled:
        """The same for the cells that ``keep`` (cells,) holds."""
        place = np.full(keep.size + 1, -1, dtype=np.int64)
        place[:-1][keep] = np.arange(int(keep.sum()))
        return Sampled(self.sample, place[self.cell], int(keep.sum()))


# ---------------------------------------------------------------- precision


def simple_random_variance(values: Floats, weights: Floats, *, without_replacement: bool = False) -> Floats:
    """Variance of the mean of each column (n,) or (n, k) in a simple random sample of n cases, (k,).

    s²/n with s² = n/(n−1) Σw(y−ȳ)²/Σw; without replacement times (1 − n/Σw), Σw being the population's size. Cases
    of weight 0 are no cases. NaN where there are fewer than two, or more than Σw without replacement.
    """
    weights = np.asarray(weights, np.float64)
    y = _columns(values, weights.size)
    n = int((weights > 0).sum())
    population = float(weights.sum())
    if n < 2 or (without_replacement and population < n):
        return np.full(y.shape[1], np.nan)
    centred = y - weights @ y / population
    variance = n / (n - 1) * (weights @ centred**2) / population / n
    return np.asarray(variance * (1 - n / population) if without_replacement else variance)


def design_effect(values: Floats, sample: Sample, *, without_replacement: bool = False) -> Floats:
    """Variance of the mean of each column under the design over that of a simple random sample as large, (k,).

    R's ``svymean(deff = "replace")``; ``without_replacement``: its ``deff = TRUE``. The effective n is n over it.
    """
    found = mean(values, sample)
    simple = simple_random_variance(values, sample.weights, without_replacement=without_replacement)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.diagonal(found.covariance) / simple)


def kish_effective_n(weights: Floats) -> float:
    """(Σw)²/Σw²: the n of equal weights with the same variance, if the weights are unrelated to the answer."""
    weights = np.asarray(weights, np.float64)
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else math.nan


# ---------------------------------------------------------------- weights that meet known margins


@dataclass(frozen=True, slots=True)
class Margin:
    """A variable's known distribution: ``codes`` (n,) 0…k−1 of the cases, ``targets`` (k,) in the population."""

    codes: Ints
    targets: Floats


@dataclass(frozen=True, slots=True)
class Raked:
    """Weights made to meet known margins, and how well they do.

    ``weights`` (n,); ``iterations``: passes over all margins; ``max_deviation``: the largest relative deviation of
    a weighted margin from its target; ``converged``: whether that is within the tolerance. ``reason``, empty when
    converged: ``margin_without_cases margin=i category=k`` (the population has members of a category that the
    sample lacks), ``margin_target_not_positive …``, ``code_outside_margin margin=i``, ``margin_totals_differ``,
    ``margins_contradict`` (a whole pass brings nothing nearer), ``iteration_limit``, ``limits_too_tight``,
    ``weights_not_positive``. Weights that could not be made are the weights given.
    """

    weights: Floats
    iterations: int
    max_deviation: float
    converged: bool
    reason: str = ""


def margin_deviations(weights: Floats, margins: Sequence[Margin]) -> tuple[Floats, ...]:
    """(Σw in the category − target)/target for every category of every margin: the calibration check."""
    return tuple(np.bincount(margin.codes, weights, margin.targets.size) / margin.targets - 1 for margin in margins)


def _impossible(weights: Floats, margins: Sequence[Margin]) -> str:
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        return "weights_not_positive"
    for i, margin in enumerate(margins):
        if ((margin.codes < 0) | (margin.codes >= margin.targets.size)).any():
            return f"code_outside_margin margin={i}"
        if not (margin.targets > 0).all():
            return f"margin_target_not_positive margin={i} category={int(np.argmin(margin.targets))}"
        counts = np.bincount(margin.codes, minlength=margin.targets.size)
        if (counts == 0).any():
            return f"margin_without_cases margin={i} category={int(np.argmin(counts))}"
    totals = [float(margin.targets.sum()) for margin in margins]
    if max(totals) - min(totals) > 1e-9 * max(totals):
        return "margin_totals_differ"
    return ""


def rake(
    weights: Floats,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 500,
    limits: tuple[float, float] | None = None,
) -> Raked:
    """Weights that meet all ``margins`` at once, nearest to the ones given: iterative proportional fitting.

    Each pass multiplies the weights, margin by margin, by target/Σw of their category, until every margin is met
    within ``tolerance`` (relative). ``limits``: smallest and largest allowed weight as multiples of the mean
    weight; then trimming (:func:`trim`) and raking alternate until both hold, each time counting as a pass.
    """
    given = np.asarray(weights, np.float64)
    margins = [Margin(np.asarray(m.codes), np.asarray(m.targets, np.float64)) for m in margins]
    if not margins:
        raise ValueError("raking needs a margin")
    if max_iterations < 1:
        raise ValueError("raking needs at least one pass")
    reason = _impossible(given, margins)
    if reason:
        return Raked(given, 0, math.nan, False, reason)
    found = given * (margins[0].targets.sum() / given.sum())
    before = math.inf
    stalled = 0
    for iteration in range(1, max_iterations + 1):
        for margin in margins:
            found = found * (margin.targets / np.bincount(margin.codes, found, margin.targets.size))[margin.codes]
        if limits is not None:
            centre = found.mean()
            found = trim(found, limits[0] * centre, limits[1] * centre)
        worst = max(float(np.abs(d).max()) for d in margin_deviations(found, margins))
        if worst <= tolerance:
            return Raked(found, iteration, worst, True)
        # Margins that no weights can meet leave the deviations where they are, pass after pass.
        stalled = stalled + 1 if worst > before * (1 - 1e-6) else 0
        if stalled >= 10:
            break
        before = worst
    reason = "iteration_limit" if stalled < 10 else "margins_contradict" if limits is None else "limits_too_tight"
    return Raked(found, iteration, worst, False, reason)


def trim(weights: Floats, low: float, high: float) -> Floats:
    """Weights cut at ``low`` and ``high``, what was cut off shared out equally among the others; the sum stays.

    As R's ``trimWeights(strict = TRUE)``: repeated until no weight is outside. Where the limits leave no weight to
    share it out to, the weights are cut and the sum changes.
    """
    found = np.asarray(weights, np.float64)
    room = (found >= low) & (found <= high)
    while True:
        cut = np.clip(found, low, high)
        surplus = float((found - cut).sum())
        found = cut
        if surplus == 0 or not room.any():
            return found
        found[room] += surplus / np.count_nonzero(room)
        # What a weight at the limit would get is cut off again: R gives it and takes it until nothing is left of it.
        room = found < high if surplus > 0 else found > low
