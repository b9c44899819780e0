"""Regression models on weighted patterns: linear, logistic, ordinal, multinomial, Poisson.

The caller gives distinct rows of an outcome and its predictors (dummies already made) with how many cases show
each, and says in :class:`ModelSpec` what is to be fitted. Frequency weights count cases; with probability weights,
strata or clusters the coefficients' covariance is the linearised one of R's ``svyglm`` (Binder 1983, *International
Statistical Review* 51, 279–292), with replicate weights that of the refitted coefficients. A logistic model whose
cases separate is fitted with Firth's penalised likelihood (Firth 1993, *Biometrika* 80, 27–38; Heinze and Schemper
2002, *Statistics in Medicine* 21, 2409–2419).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.statistics import model_likelihoods
from pipeline.statistics.core import (
    Cells,
    Floats,
    Ints,
    Number,
    Options,
    Patterns,
    Result,
    Sampling,
    by_design,
    not_computable,
)
from pipeline.statistics.model_likelihoods import Fit, Kind, logistic_curve
from pipeline.statistics.registry import Value, statistic

Numeric = npt.NDArray[Any]
"""Real numbers, or complex ones where a derivative is taken by a complex step."""

KINDS: tuple[Kind, ...] = ("linear", "logistic", "ordinal", "multinomial", "poisson")

_COLLINEAR = 1e-9
"""Part of a predictor's length that the ones before it must leave unexplained."""

_USUAL_PASSES = 12  # a logistic fit that needs more is looked at first: separated cases let it run for ever
_EXTREME = 8.0
"""Log-odds of a fitted case beyond which separation is looked for: a diverging fit goes far beyond it."""

_LOOSE = 10.0
"""How many times its size the standard error of an estimate is that runs off to infinity: it grows with the root
of the odds, so that it is thousands of times as large by the time the likelihood is flat."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What to fit to a :class:`Patterns` whose first column is the outcome and whose others are the p predictors.

    ``kind``: see :data:`KINDS`. ``factors``: one entry per predictor, −1 for a numeric one, else the number of the
    factor it is a dummy of; the dummies of a factor share a number (a lone yes/no predictor has its own), which
    average marginal effects need. Empty: all numeric. ``reference``: the multinomial outcome's reference category
    by its place among the sorted values (negative: from the end; SPSS takes the last, R the first).
    ``firth``: whether a logistic model whose cases separate is fitted with the penalised likelihood, or not at all
    (reason ``separation``). ``robust``: linearised covariance also without probability weights, strata or clusters.
    Every model has an intercept (the ordinal one its thresholds).
    """

    kind: Kind
    factors: tuple[int, ...] = ()
    reference: int = 0
    firth: bool = True
    robust: bool = False


@dataclass(frozen=True, slots=True)
class ModelData:
    """The aggregate that the registered statistics take: patterns and what to fit to them."""

    patterns: Patterns
    spec: ModelSpec


@dataclass(frozen=True, slots=True)
class ModelResult:
    """A fitted model in numbers. NaN is what could not be computed; ``reasons`` gives the why by statistic id.

    Shapes: q parameters, p predictors, e outcomes for which an average marginal effect is given (the categories of
    an ordinal or multinomial outcome, else 1).

    ``equation``, ``column`` (q,): what a parameter belongs to. ``column`` is the predictor 0…p−1, or −1 for an
    intercept or threshold; ``equation`` is 0, or a category by its place among ``categories``: the one compared with
    the reference (multinomial), the one whose upper bound the threshold is (ordinal). ``categories``: the outcome's
    sorted values, empty for linear and Poisson; a logistic model speaks of the second.

    ``coefficient``, ``se``, ``statistic``, ``p``, ``low``, ``high`` (q,); ``covariance`` (q, q); ``test``: ``t``
    (on ``df`` degrees of freedom), ``z`` or ``penalised_likelihood_ratio`` (a χ² with one, and profile limits).
    ``standardized`` (q,): linear only. ``ratio``, ``ratio_low``, ``ratio_high`` (q,): e^coefficient of predictors,
    an odds ratio or (Poisson) a rate ratio. ``effect``, ``effect_se``, ``effect_p``, ``effect_low``,
    ``effect_high`` (e, p): average marginal effects: of a dummy the mean change from its factor's reference, of a
    numeric predictor the mean slope, with errors by the delta method. The ordinal sign is R ``polr``'s and SPSS
    PLUM's: a positive coefficient goes with higher categories.

    ``vif`` (p,). ``separating`` (p,): predictors on which cases separate; ``separation``: whether they do.
    ``n``: cases used, ``missing``: cases left out because a value was missing, ``base``: the weights' sum.
    ``fit``: single numbers by statistic id. ``method``: how it was estimated (``least_squares``,
    ``maximum_likelihood``, ``pseudo_likelihood`` where probability weights are on, ``firth``);
    ``covariance_method``: ``model_based``, ``linearised`` or ``replicated``. ``error``: why nothing could be fitted.
    """

    kind: Kind
    method: str
    covariance_method: str
    test: str
    df: float
    equation: Ints
    column: Ints
    categories: Floats
    coefficient: Floats
    se: Floats
    statistic: Floats
    p: Floats
    low: Floats
    high: Floats
    covariance: Floats
    standardized: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    effect: Floats
    effect_se: Floats
    effect_p: Floats
    effect_low: Floats
    effect_high: Floats
    vif: Floats
    separating: npt.NDArray[np.bool_]
    separation: bool
    n: int
    missing: int
    base: float
    fit: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


# ---------------------------------------------------------------- what is fitted


@dataclass(frozen=True, slots=True)
class _Problem:
    """Complete patterns, coded: ``x`` (k, p), ``y`` (k,) values or category numbers, ``w`` (k,) as counted by the
    likelihood (probability weights scaled to n), ``used`` (K,): which of all patterns are complete."""

    spec: ModelSpec
    x: Floats
    y: Floats
    codes: Ints
    w: Floats
    size: float
    categories: Floats
    used: npt.NDArray[np.bool_]
    n: int
    missing: int
    base: float
    factors: tuple[int, ...]


def _categorical(kind: Kind) -> bool:
    return kind in ("logistic", "ordinal", "multinomial")


def _problem(data: ModelData) -> _Problem:
    patterns, spec = data.patterns, data.spec
    if spec.kind not in KINDS:
        raise ValueError(f"no model {spec.kind!r}; known are {', '.join(KINDS)}")
    p = patterns.x.shape[1] - 1
    if spec.factors and len(spec.factors) != p:
        raise ValueError("factors need one entry per predictor")
    complete = np.isfinite(patterns.x).all(axis=1)
    used = complete & (patterns.w > 0)
    n = int(patterns.n[used].sum())
    w = patterns.w[used].astype(np.float64)
    base = float(w.sum())
    size = base if patterns.weighting == "frequency" else float(n)
    if patterns.weighting == "probability" and base > 0:
        w = w * (n / base)
    y = patterns.x[used, 0]
    categories, codes = np.unique(y, return_inverse=True) if _categorical(spec.kind) else (np.zeros(0), y)
    return _Problem(
        spec=spec,
        x=patterns.x[used, 1:],
        y=y,
        codes=codes.ravel().astype(np.int64),
        w=w,
        size=size,
        categories=categories,
        used=used,
        n=n,
        missing=int(patterns.n[~complete].sum()),
        base=base,
        factors=spec.factors or (-1,) * p,
    )


def _layout(problem: _Problem) -> tuple[Ints, Ints]:
    p, c = problem.x.shape[1], max(problem.categories.size, 2)
    predictors = np.arange(p)
    if problem.spec.kind == "ordinal":
        equation = np.concatenate([np.arange(c - 1), np.zeros(p, np.int64)])
        return equation, np.concatenate([np.full(c - 1, -1), predictors])
    one = np.concatenate([[-1], predictors])
    if problem.spec.kind == "multinomial":
        others = np.array([k for k in range(c) if k != problem.spec.reference % c])
        return np.repeat(others, p + 1), np.tile(one, c - 1)
    return np.zeros(p + 1, np.int64), one


def _impossible(problem: _Problem, q: int) -> str:
    kind, y, x = problem.spec.kind, problem.y, problem.x
    if problem.n == 0:
        return "no_cases"
    if y.min() == y.max():
        return "outcome_does_not_vary"
    if kind == "logistic" and problem.categories.size != 2:
        return "outcome_not_binary"
    if kind == "poisson" and ((y < 0).any() or (y != np.rint(y)).any()):
        return "outcome_not_counts"
    if problem.size <= q:
        return "too_few_cases"
    root = np.sqrt(problem.w)[:, None]
    centred = (x - problem.w @ x / problem.w.sum()) * root
    length = np.sqrt((centred**2).sum(axis=0))
    flat = length <= 1e-12 * np.sqrt(((x * root) ** 2).sum(axis=0))
    if flat.any():
        return f"predictor_does_not_vary predictor={int(np.argmax(flat))}"
    if x.shape[1]:
        # A column that those before it explain leaves nothing on the diagonal.
        left = np.abs(np.diagonal(np.linalg.qr(centred / length, mode="r")))
        short = np.concatenate([left, np.zeros(x.shape[1] - left.size)]) < _COLLINEAR
        if short.any():
            return f"collinear_predictors predictor={int(np.argmax(short))}"
    return ""


def _scale(problem: _Problem) -> tuple[Floats, Floats]:
    mean = problem.w @ problem.x / problem.w.sum()
    return mean, np.sqrt(problem.w @ (problem.x - mean) ** 2 / problem.w.sum())


def _back(problem: _Problem, mean: Floats, sd: Floats) -> Floats:
    """The matrix (q, q) that takes the parameters of standardised predictors to those of the predictors."""
    p = sd.size
    slopes = np.diag(1 / sd)
    if problem.spec.kind == "ordinal":
        bounds = problem.categories.size - 1
        upper = np.hstack([np.eye(bounds), np.tile(mean / sd, (bounds, 1))])
        return np.vstack([upper, np.hstack([np.zeros((p, bounds)), slopes])])
    one = np.vstack([np.concatenate([[1.0], -mean / sd]), np.hstack([np.zeros((p, 1)), slopes])])
    return np.kron(np.eye(problem.categories.size - 1), one) if problem.spec.kind == "multinomial" else one


def _maximise(problem: _Problem, z: Floats, passes: int = model_likelihoods.PASSES) -> Fit:
    """The fit on standardised predictors ``z`` (k, p), of a logistic model in at most so many ``passes``."""
    kind, w = problem.spec.kind, problem.w
    x = np.hstack([np.ones((z.shape[0], 1)), z])
    if kind == "linear":
        return model_likelihoods.linear(x, problem.y, w)
    if kind == "poisson":
        return model_likelihoods.poisson(x, problem.y, w)
    if kind == "logistic":
        return model_likelihoods.logistic(x, problem.codes.astype(np.float64), w, passes)
    categories = problem.categories.size
    if kind == "ordinal":
        return model_likelihoods.ordinal(z, problem.codes, w, categories)
    return model_likelihoods.multinomial(x, problem.codes, w, categories, problem.spec.reference % categories)


def _diverges(problem: _Problem, fit: Fit, z: Floats) -> bool:
    """Whether a fit (not a linear one) runs off to infinity: extreme log-odds whose standard error says nothing."""
    if problem.spec.kind == "linear":
        return False
    if not np.isfinite(fit.theta).all():
        return True
    column = _layout(problem)[1]
    slopes = column >= 0
    reach = np.abs(fit.theta[slopes]) * np.abs(z).max(axis=0, initial=0.0)[column[slopes]]
    if not (reach > _EXTREME).any():
        return False
    try:
        variances = np.diagonal(np.linalg.inv(fit.information))[slopes]
    except np.linalg.LinAlgError:
        return True
    # A variance that rounding has made negative is one of those too large to be told.
    loose = (variances <= 0) | (variances > (_LOOSE * fit.theta[slopes]) ** 2)
    return bool((loose & (reach > _EXTREME)).any())


# ---------------------------------------------------------------- covariance and tests


def _by_sample(sampling: Sampling, problem: _Problem, fit: Fit, z: Floats) -> tuple[Floats, float, str]:
    """Covariance of theta under the sample that the patterns carry: as R's ``svyglm``, refitted in each replicate."""
    inside = sampling.kept(problem.used)
    ratio = float(problem.w.sum()) / problem.base

    def refitted(w: Floats) -> Floats:
        shown = w > 0
        one = replace(problem, x=problem.x[shown], y=problem.y[shown], codes=problem.codes[shown], w=w[shown] * ratio)
        found = _maximise(one, z[shown])
        return found.theta if found.converged else np.full(fit.theta.size, np.nan)

    influence = fit.scores @ np.linalg.inv(fit.information) * ratio
    covariance, error = inside.covariance(influence, refitted)
    return covariance, inside.df + 1 - fit.theta.size, error


def _linearised(data: ModelData, problem: _Problem, fit: Fit, z: Floats) -> tuple[Floats, float, str]:
    """Sandwich covariance of theta, its residual degrees of freedom and the reason why there is none."""
    patterns, used = data.patterns, problem.used
    if patterns.sampling is not None:
        return _by_sample(patterns.sampling, problem, fit, z)
    q = fit.theta.size
    scores = np.zeros((patterns.n.size, q))
    scores[used] = fit.scores
    w, w2 = (np.where(used, weights, 0.0) for weights in (patterns.w, patterns.w2))
    ratio = float(problem.w.sum()) / problem.base
    cases, df = float(patterns.n.sum()), float(patterns.n[used].sum()) - 1
    meat, error = np.zeros((q, q)), "lonely_psu" if cases < 2 else ""
    if not error:
        sums = w @ scores
        meat = cases / (cases - 1) * ((scores * w2[:, None]).T @ scores - np.outer(sums, sums) / cases)
    bread = np.linalg.inv(fit.information)
    return bread @ meat @ bread * ratio**2, df + 1 - q, error


def _covariance_method(patterns: Patterns) -> str:
    return "replicated" if patterns.sampling is not None and patterns.sampling.replicated else "linearised"


def _two_sided(statistic: Floats, df: float) -> Floats:
    from scipy.special import ndtr, stdtr

    tail = -np.abs(statistic)
    return np.asarray(2 * (ndtr(tail) if math.isinf(df) else stdtr(df, tail)))


def _quantile(confidence: float, df: float) -> float:
    from scipy.special import ndtri, stdtrit

    tail = 0.5 + confidence / 2
    return float(ndtri(tail) if math.isinf(df) else stdtrit(df, tail))


# ---------------------------------------------------------------- average marginal effects


def _outcomes(problem: _Problem, theta: Numeric, x: Floats) -> tuple[Numeric, Numeric]:
    """Expected outcome (k, e) at raw predictors, and its slope by the linear predictors, (k, e, m).

    m linear predictors: one, or one per category but the reference. Works for complex theta.
    """
    kind = problem.spec.kind
    p = x.shape[1]
    if kind == "ordinal":
        bounds = problem.categories.size - 1
        cut = theta[:bounds] - (x @ theta[bounds:])[:, None]
        below = logistic_curve(cut)
        edge = np.ones((x.shape[0], 1))
        density = below * (1 - below)
        chance = np.diff(np.hstack([0 * edge, below, edge]))
        slope = -np.diff(np.hstack([0 * edge, density, 0 * edge]))
        return chance, slope[:, :, None]
    if kind == "multinomial":
        c = problem.categories.size
        others = [k for k in range(c) if k != problem.spec.reference % c]
        beta = theta.reshape(c - 1, p + 1)
        eta = np.zeros((x.shape[0], c), dtype=theta.dtype)
        eta[:, others] = beta[:, 0] + x @ beta[:, 1:].T
        odds = np.exp(eta - eta.real.max(axis=1, keepdims=True))
        chance = odds / odds.sum(axis=1, keepdims=True)
        slope = chance[:, :, None] * (np.eye(c)[:, others] - chance[:, None, others])
        return chance, slope
    eta = theta[0] + x @ theta[1:]
    if kind == "logistic":
        chance = logistic_curve(eta)
        return chance[:, None], (chance * (1 - chance))[:, None, None]
    if kind == "poisson":
        return np.exp(eta)[:, None], np.exp(eta)[:, None, None]
    return eta[:, None], np.ones((x.shape[0], 1, 1))


def _effects(problem: _Problem, theta: Numeric) -> Numeric:
    """Average marginal effects at theta, (e, p)."""
    x, weight = problem.x, problem.w / problem.w.sum()
    p = x.shape[1]
    factors = np.array(problem.factors)
    if problem.spec.kind == "ordinal":
        slopes = theta[problem.categories.size - 1 :][None, :]
    else:
        slopes = theta.reshape(-1, p + 1)[:, 1:]
    _, slope = _outcomes(problem, theta, x)
    effect = np.einsum("k,kem,mp->ep", weight, slope, slopes)
    for j in np.flatnonzero(factors >= 0):
        same = factors == factors[j]
        without = np.where(same, 0.0, x)
        changed = without.copy()
        changed[:, j] = 1.0
        effect[:, j] = weight @ (_outcomes(problem, theta, changed)[0] - _outcomes(problem, theta, without)[0])
    return np.asarray(effect)


def _effect_errors(problem: _Problem, theta: Floats, covariance: Floats) -> Floats:
    """Delta-method standard errors of the effects, (e, p), with the Jacobian by complex steps (no cancellation)."""
    step = 1e-30
    columns = []
    for i in range(theta.size):
        moved = theta.astype(np.complex128)
        moved[i] += 1j * step
        columns.append(_effects(problem, moved).imag / step)
    jacobian = np.stack(columns, axis=2)
    variances = np.einsum("epq,qr,epr->ep", jacobian, covariance, jacobian)
    # As with the coefficients: a variance that is rounding error, even a negative one, is none.
    size = np.einsum("epq,qr,epr->ep", np.abs(jacobian), np.abs(covariance), np.abs(jacobian))
    return np.asarray(np.sqrt(np.where(variances > 1e-12 * size, variances, np.nan)))


# ---------------------------------------------------------------- fit and diagnostics


def _vif(problem: _Problem, z: Floats) -> Floats:
    if z.shape[1] == 0:
        return np.zeros(0)
    correlations = (z * problem.w[:, None]).T @ z / problem.w.sum()
    return np.asarray(np.diagonal(np.linalg.inv(correlations)).copy())


def _condition(problem: _Problem) -> float:
    x = np.hstack([np.ones((problem.x.shape[0], 1)), problem.x]) * np.sqrt(problem.w)[:, None]
    return float(np.linalg.cond(x / np.sqrt((x**2).sum(axis=0))))


def _cooks_distance(problem: _Problem, fit: Fit, z: Floats) -> float:
    """The largest Cook's distance of a case, Pearson residuals and leverage as in R's ``cooks.distance``."""
    x = np.hstack([np.ones((z.shape[0], 1)), z])
    q = x.shape[1]
    if problem.spec.kind == "linear":
        residual, spread = problem.y - x @ fit.theta, np.ones(x.shape[0])
        dispersion = float(problem.w @ residual**2) / (problem.size - q)
    else:
        eta = x @ fit.theta
        dispersion = 1.0
        if problem.spec.kind == "logistic":
            spread = logistic_curve(eta) * logistic_curve(-eta)
            # (y − π)/√(π(1 − π)) without the difference, which is lost where π is close to y.
            sign = 2.0 * problem.codes - 1
            residual = np.asarray(sign * np.exp(-sign * eta / 2))
        else:
            spread = np.exp(eta)
            residual = (problem.y - spread) / np.sqrt(spread)
    leverage = spread * np.einsum("kq,qk->k", x, np.linalg.solve(fit.information, x.T))
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(((residual / (1 - leverage)) ** 2 * leverage / (q * dispersion)).max())


def _null_log_likelihood(problem: _Problem) -> float:
    """Of the model with an intercept alone (not the linear one's, which is judged by its sums of squares)."""
    from scipy.special import gammaln, xlogy

    w, y = problem.w, problem.y
    if _categorical(problem.spec.kind):
        counts = np.bincount(problem.codes, w)
        return float(xlogy(counts, counts / w.sum()).sum())
    mean = float(w @ y / w.sum())
    return float(w @ (xlogy(y, mean) - mean - gammaln(y + 1)))


_LIKELIHOOD = (
    "log_likelihood",
    "aic",
    "bic",
    "pseudo_r_squared",
    "cox_snell_r_squared",
    "nagelkerke_r_squared",
)
_SQUARES = ("r_squared", "adjusted_r_squared", "residual_se")
_LR = ("model_lr", "model_lr_df", "model_lr_p")
_F = ("model_f", "model_f_df1", "model_f_df2", "model_f_p")
_DIAGNOSTICS = ("condition_number", "max_cooks_distance")
_NUMBERS = (*_SQUARES, *_LIKELIHOOD, *_LR, *_F, *_DIAGNOSTICS)


def _lr(chi2: float, p: int) -> dict[str, float]:
    from scipy.special import chdtrc

    return {"model_lr": chi2, "model_lr_df": float(p), "model_lr_p": float(chdtrc(p, chi2)) if p else math.nan}


def _f(f: float, df1: int, df2: float) -> dict[str, float]:
    from scipy.special import fdtrc

    tail = float(fdtrc(df1, df2, f)) if df1 and df2 > 0 else math.nan
    return {"model_f": f, "model_f_df1": float(df1), "model_f_df2": df2, "model_f_p": tail}


def _fit_numbers(
    problem: _Problem, fit: Fit, z: Floats, linearised: bool, designed: bool
) -> tuple[dict[str, float], dict[str, str]]:
    """Single numbers of a fit by maximum likelihood or least squares, and the reasons for those there are not."""
    kind, w, size = problem.spec.kind, problem.w, problem.size
    q = fit.theta.size
    slopes = int((_layout(problem)[1] >= 0).sum())
    found: dict[str, float] = {"condition_number": _condition(problem)}
    why: dict[str, str] = {}
    if kind == "linear":
        mean = float(w @ problem.y / w.sum())
        total = float(w @ (problem.y - mean) ** 2)
        rest = float(w @ (fit.scores[:, 0]) ** 2)
        # The intercept's score is the residual; where predictors give the outcome exactly, only rounding is left.
        rest = rest if rest > 1e-24 * max(total, float(w @ problem.y**2)) else 0.0
        found["r_squared"] = 1 - rest / total
        found["adjusted_r_squared"] = 1 - rest / total * (size - 1) / (size - q)
        found["residual_se"] = math.sqrt(rest / (size - q))
        if not linearised and slopes and rest > 0:
            found |= _f((total - rest) / slopes / (rest / (size - q)), slopes, size - q)
        if rest == 0:
            why |= dict.fromkeys((*_LIKELIHOOD[:3], *_F, "max_cooks_distance"), "zero_residual_variance")
            return found, why | dict.fromkeys(_LR, "f_test_instead")
    else:
        null = _null_log_likelihood(problem)
        cox_snell = -math.expm1(2 * (null - fit.log_likelihood) / size)
        found["pseudo_r_squared"] = 1 - fit.log_likelihood / null
        if kind != "poisson":
            found["cox_snell_r_squared"] = cox_snell
            found["nagelkerke_r_squared"] = cox_snell / -math.expm1(2 * null / size)
        if not linearised and slopes:
            found |= _lr(2 * (fit.log_likelihood - null), slopes)
    if designed:
        why |= dict.fromkeys((*_LIKELIHOOD[:3], *_LR), "weights_need_design_based")
        why["max_cooks_distance"] = "weights_need_design_based"
    else:
        parameters = q + 1 if kind == "linear" else q
        found["log_likelihood"] = fit.log_likelihood
        found["aic"] = 2 * parameters - 2 * fit.log_likelihood
        found["bic"] = parameters * math.log(size) - 2 * fit.log_likelihood
        if kind not in ("ordinal", "multinomial"):
            found["max_cooks_distance"] = _cooks_distance(problem, fit, z)
    if linearised:
        why |= dict.fromkeys(_LR, "weights_need_design_based")
    elif kind == "linear":
        why |= dict.fromkeys(_LR, "f_test_instead")
    else:
        why |= dict.fromkeys(_F, "likelihood_ratio_instead")
    return found, why


# ---------------------------------------------------------------- the result


def _failed(problem: _Problem, error: str, separation: Floats | None = None) -> ModelResult:
    equation, column = _layout(problem)
    q, p = column.size, problem.x.shape[1]
    e = max(problem.categories.size, 1) if problem.spec.kind in ("ordinal", "multinomial") else 1
    none, effects = np.full(q, np.nan), np.full((e, p), np.nan)
    return ModelResult(
        kind=problem.spec.kind,
        method="",
        covariance_method="",
        test="",
        df=math.nan,
        equation=equation,
        column=column,
        categories=problem.categories,
        coefficient=none,
        se=none,
        statistic=none,
        p=none,
        low=none,
        high=none,
        covariance=np.full((q, q), np.nan),
        standardized=none,
        ratio=none,
        ratio_low=none,
        ratio_high=none,
        effect=effects,
        effect_se=effects,
        effect_p=effects,
        effect_low=effects,
        effect_high=effects,
        vif=np.full(p, np.nan),
        separating=np.zeros(p, bool) if separation is None else separation[1:] != 0,
        separation=separation is not None or error == "separation",
        n=problem.n,
        missing=problem.missing,
        base=problem.base,
        error=error,
    )


def _with_effects(result: ModelResult, problem: _Problem, options: Options) -> ModelResult:
    effect = _effects(problem, result.coefficient)
    errors = _effect_errors(problem, result.coefficient, result.covariance)
    df = result.df if result.test == "t" else math.inf
    p = _two_sided(effect / errors, df)
    reach = _quantile(options.confidence, df) * errors
    return replace(
        result, effect=effect, effect_se=errors, effect_p=p, effect_low=effect - reach, effect_high=effect + reach
    )


def _with_ratios(result: ModelResult) -> ModelResult:
    if result.kind == "linear":
        return result

    def exponential(values: Floats) -> Floats:
        with np.errstate(over="ignore"):
            found = np.where(result.column >= 0, np.exp(values), np.nan)
        return np.asarray(np.where(np.isinf(found), np.nan, found))

    return replace(
        result,
        ratio=exponential(result.coefficient),
        ratio_low=exponential(result.low),
        ratio_high=exponential(result.high),
    )


def fit_model(data: ModelData, options: Options) -> ModelResult:
    """Fit the model and everything that is printed with it.

    Not computable as a whole (``error``): ``no_cases``, ``outcome_does_not_vary``, ``outcome_not_binary``,
    ``outcome_not_counts``, ``too_few_cases`` (no more than parameters), ``predictor_does_not_vary predictor=j``,
    ``collinear_predictors predictor=j`` (those before it explain it), ``separation`` (an estimate is infinite),
    ``not_converged``. Not computable in part (``reasons``): standard errors where a stratum has one cluster
    (``lonely_psu``), no degree of freedom is left (``no_degrees_of_freedom``), the outcome follows from the predictors
    without a rest (``zero_residual_variance``) or a coefficient does not vary (``zero_standard_error``); likelihood
    statistics with probability weights (``weights_need_design_based``) or under the penalty
    (``penalised_likelihood``).
    A wrong ``spec`` is the caller's mistake: ``ValueError``.
    """
    patterns, spec = data.patterns, data.spec
    problem = _problem(data)
    column = _layout(problem)[1]
    error = _impossible(problem, column.size)
    if error:
        return _failed(problem, error)
    mean, sd = _scale(problem)
    z = (problem.x - mean) / sd
    designed = by_design(patterns)
    linearised = designed or spec.robust
    fit = _largest(problem, z, linearised, options)
    if isinstance(fit, ModelResult):
        return fit
    numbers, why = _fit_numbers(problem, fit, z, linearised, designed)
    back = _back(problem, mean, sd)
    scale = numbers["residual_se"] ** 2 if spec.kind == "linear" else 1.0
    errors = _errors(data, problem, fit, z, back, scale, linearised)
    covariance, df, error = errors.covariance, errors.df, errors.error
    if error:
        why |= dict.fromkeys((*_INFERENCE, *_F), error)
    coefficient = back @ fit.theta
    se = np.sqrt(np.where(errors.nothing, np.nan, np.diagonal(covariance)))
    predictors = column >= 0
    if linearised and not error and predictors.any():
        numbers |= _wald(coefficient[predictors], covariance[np.ix_(predictors, predictors)], df)
    statistic = coefficient / se
    reach = _quantile(options.confidence, df) * se
    likelihood = "pseudo_likelihood" if patterns.weighting == "probability" else "maximum_likelihood"
    result = replace(
        _failed(problem, ""),
        method="least_squares" if spec.kind == "linear" else likelihood,
        covariance_method=_covariance_method(patterns) if linearised else "model_based",
        test="z" if math.isinf(df) else "t",
        df=df,
        coefficient=coefficient,
        se=se,
        statistic=statistic,
        p=_two_sided(statistic, df),
        low=coefficient - reach,
        high=coefficient + reach,
        covariance=covariance,
        standardized=_standardized(problem, coefficient, predictors, sd),
        vif=_vif(problem, z),
        fit=numbers,
        reasons=why,
    )
    return _with_effects(_with_ratios(result), problem, options)


def _standardized(problem: _Problem, coefficient: Floats, predictors: npt.NDArray[np.bool_], sd: Floats) -> Floats:
    """The slopes of a linear model in standard deviations of outcome and predictor; NaN for all else."""
    found = np.full(coefficient.size, np.nan)
    if problem.spec.kind == "linear":
        centre = float(problem.w @ problem.y / problem.w.sum())
        spread = math.sqrt(problem.w @ (problem.y - centre) ** 2 / problem.w.sum())
        found[predictors] = coefficient[predictors] * sd / spread
    return found


def _largest(problem: _Problem, z: Floats, linearised: bool, options: Options) -> Fit | ModelResult:
    """The fit of largest likelihood; where there is none, the penalised model, or a failed one that says why."""
    fit = _maximise(problem, z, _USUAL_PASSES)
    if problem.spec.kind == "logistic" and not (fit.converged and float(np.abs(_eta(fit, z)).max()) <= _EXTREME):
        direction = model_likelihoods.separated(np.hstack([np.ones((z.shape[0], 1)), z]), problem.codes.astype(float))
        if direction is not None:
            if linearised or not problem.spec.firth:
                return _failed(problem, "separation", direction)
            return _firth(problem, direction, options)
        if not fit.converged:
            fit = _maximise(problem, z)
    elif _diverges(problem, fit, z):
        return _failed(problem, "separation")
    return fit if fit.converged else _failed(problem, "not_converged")


@dataclass(frozen=True, slots=True)
class _Errors:
    """The covariance (q, q) of the coefficients on the variables' own scales, and their tests' degrees of freedom.

    ``nothing`` (q,): the coefficients without any variance; ``error``: why there is no covariance, or no test of all.
    """

    covariance: Floats
    df: float
    nothing: npt.NDArray[np.bool_]
    error: str


def _errors(
    data: ModelData, problem: _Problem, fit: Fit, z: Floats, back: Floats, scale: float, linearised: bool
) -> _Errors:
    """Model-based or linearised; ``back``: from the scale of ``z`` to the variables' own."""
    q = fit.theta.size
    model_based = back @ np.linalg.inv(fit.information) @ back.T * scale
    covariance, error = model_based, ""
    df = problem.size - q if problem.spec.kind == "linear" else math.inf
    if linearised:
        found, df, error = _linearised(data, problem, fit, z)
        covariance = back @ found @ back.T
        if not error and df <= 0:
            error = "no_degrees_of_freedom"
    if scale == 0:
        error = "zero_residual_variance"
    # What is left of a variance of nothing is rounding error; dividing by it would make a finding of it.
    nothing = np.diagonal(covariance) <= 1e-12 * np.diagonal(model_based)
    if error:
        return _Errors(np.full((q, q), np.nan), math.nan, nothing, error)
    return _Errors(covariance, df, nothing, "zero_standard_error" if nothing.any() else "")


def _eta(fit: Fit, z: Floats) -> Floats:
    return np.asarray(fit.theta[0] + z @ fit.theta[1:])


def _wald(coefficient: Floats, covariance: Floats, df: float) -> dict[str, float]:
    """All slopes zero: W/p on p and the residual degrees of freedom, as R's ``regTermTest``."""
    p = coefficient.size
    return _f(float(coefficient @ np.linalg.solve(covariance, coefficient)) / p, p, df)


def _firth(problem: _Problem, direction: Floats, options: Options) -> ModelResult:
    """The penalised fit: likelihood-ratio tests and profile limits, whose shape Wald's would miss."""
    from scipy.special import chdtrc

    _, sd = _scale(problem)
    x = np.hstack([np.ones((problem.x.shape[0], 1)), problem.x / sd])
    y, w = problem.codes.astype(np.float64), problem.w
    best = model_likelihoods.firth(x, y, w)
    if not best.converged:
        return _failed(problem, "not_converged", direction)
    q = x.shape[1]
    scale = np.concatenate([[1.0], 1 / sd])
    covariance = np.linalg.inv(best.information)
    errors = np.sqrt(np.diagonal(covariance))
    critical = _quantile(options.confidence, math.inf) ** 2
    chi2, limits = np.empty(q), np.empty((2, q))
    for j in range(q):
        start = best.theta.copy()
        start[j] = 0.0
        without = model_likelihoods.firth(x, y, w, start, np.array([j]))
        chi2[j] = max(2 * (best.log_likelihood - without.log_likelihood), 0.0)
        for row, side in enumerate((-1, 1)):
            limits[row, j] = model_likelihoods.profile_limit(x, y, w, best, j, side, critical, float(errors[j]))
    start = np.zeros(q)
    start[0] = best.theta[0]
    null = model_likelihoods.firth(x, y, w, start, np.arange(1, q))
    numbers = {
        "condition_number": _condition(problem),
        # The penalty of the predictors as given, not of the scaled ones it was computed with.
        "log_likelihood": best.log_likelihood + float(np.log(sd).sum()),
        **_lr(2 * (best.log_likelihood - null.log_likelihood), q - 1),
    }
    why = dict.fromkeys((*_LIKELIHOOD[1:], "max_cooks_distance"), "penalised_likelihood")
    why |= dict.fromkeys(_F, "likelihood_ratio_instead")
    if np.isnan(limits).any():
        why |= dict.fromkeys(_LIMITS, "not_converged")
    result = replace(
        _failed(problem, "", direction),
        method="firth",
        covariance_method="model_based",
        test="penalised_likelihood_ratio",
        df=1.0,
        coefficient=best.theta * scale,
        se=errors * scale,
        statistic=chi2,
        p=np.asarray(chdtrc(1, chi2)),
        low=limits[0] * scale,
        high=limits[1] * scale,
        covariance=np.asarray(covariance * np.outer(scale, scale)),
        vif=_vif(problem, (problem.x - problem.w @ problem.x / problem.w.sum()) / sd),
        fit=numbers,
        reasons=why,
    )
    return _with_effects(_with_ratios(result), problem, options)


# ---------------------------------------------------------------- the door

_LIMITS = (
    "coefficient_low",
    "coefficient_high",
    "odds_ratio_low",
    "odds_ratio_high",
    "rate_ratio_low",
    "rate_ratio_high",
)
_EFFECT_INFERENCE = (
    "average_marginal_effect_se",
    "average_marginal_effect_p",
    "average_marginal_effect_low",
    "average_marginal_effect_high",
)
_INFERENCE = ("coefficient_se", "coefficient_statistic", "coefficient_p", *_LIMITS, *_EFFECT_INFERENCE)
_COEFFICIENTS = {
    "coefficient": "coefficient",
    "coefficient_se": "se",
    "coefficient_statistic": "statistic",
    "coefficient_p": "p",
    "coefficient_low": "low",
    "coefficient_high": "high",
    "standardized_coefficient": "standardized",
}
_RATIOS = {"": "ratio", "_low": "ratio_low", "_high": "ratio_high"}
_EFFECTS = {
    "average_marginal_effect": "effect",
    "average_marginal_effect_se": "effect_se",
    "average_marginal_effect_p": "effect_p",
    "average_marginal_effect_low": "effect_low",
    "average_marginal_effect_high": "effect_high",
}
_IDS = (
    *_COEFFICIENTS,
    *(f"{kind}_ratio{end}" for kind in ("odds", "rate") for end in _RATIOS),
    *_EFFECTS,
    *_NUMBERS,
    "vif",
    "separation",
)


@statistic(
    Value(
        "coefficient",
        place="term",
        order=1,
        usual="always",
        p="coefficient_p",
        se="coefficient_se",
        low="coefficient_low",
        high="coefficient_high",
    ),
    Value("coefficient_statistic", place="term", inferential=True),
    Value("standardized_coefficient", place="term"),
    Value("odds_ratio", place="term", low="odds_ratio_low", high="odds_ratio_high"),
    Value("rate_ratio", place="term", low="rate_ratio_low", high="rate_ratio_high"),
    Value(
        "average_marginal_effect",
        place="term",
        order=2,
        usual="always",
        decimals=3,
        p="average_marginal_effect_p",
        se="average_marginal_effect_se",
        low="average_marginal_effect_low",
        high="average_marginal_effect_high",
    ),
    Value("r_squared", place="fit", order=10, usual="always", decimals=3),
    Value("adjusted_r_squared", place="fit", order=20, usual="always", decimals=3),
    Value("residual_se", place="fit"),
    Value("log_likelihood", place="fit", order=50, usual="always"),
    Value("aic", place="fit", order=60, usual="always"),
    Value("bic", place="fit", order=70, usual="always"),
    Value("pseudo_r_squared", place="fit", order=30, usual="always", decimals=3),
    Value("cox_snell_r_squared", place="fit", decimals=3),
    Value("nagelkerke_r_squared", place="fit", order=40, usual="always", decimals=3),
    Value("model_lr", place="fit", order=90, usual="always", df=("model_lr_df",), p="model_lr_p", inferential=True),
    Value(
        "model_f",
        place="fit",
        order=80,
        usual="always",
        df=("model_f_df1", "model_f_df2"),
        p="model_f_p",
        inferential=True,
    ),
    Value("condition_number", place="diagnostic", usual="always"),
    Value("max_cooks_distance", place="diagnostic", usual="always"),
    Value("vif", place="term", usual="always"),
    Value("separation", place="fit"),
    takes=ModelData,
    of_order=True,
)
def model(data: ModelData, options: Options) -> Mapping[str, Result]:
    """Everything :func:`fit_model` gives, by id.

    ``coefficient…``, ``odds_ratio…`` (logistic, ordinal, multinomial), ``rate_ratio…`` (Poisson) and
    ``standardized_coefficient`` (linear): cells of shape (q,), in the order of ``equation`` and ``column``;
    ``average_marginal_effect…``: (e, p); ``vif``: (p,); all others single numbers. ``separation``: 1 or 0.
    """
    return results_of(fit_model(data, options))


def results_of(found: ModelResult) -> dict[str, Result]:
    """The statistics of a fitted model by id, each with its method and, where there is no number, the reason."""
    how = found.method if found.method in ("", "firth") else f"{found.method}_{found.covariance_method}"
    if found.test == "t":
        how += f" df={found.df:.10g}"

    def reason(name: str) -> str:
        other = "zero_standard_error" if name in _EFFECT_INFERENCE else "not_defined_for_model"
        return found.error or found.reasons.get(name, other)

    results: dict[str, Result] = {
        name: Cells(getattr(found, attribute), how, error=reason(name))
        for name, attribute in (_COEFFICIENTS | _EFFECTS).items()
    }
    shown = {"logistic": "odds", "ordinal": "odds", "multinomial": "odds", "poisson": "rate"}.get(found.kind, "")
    for kind in ("odds", "rate"):
        for end, attribute in _RATIOS.items():
            name = f"{kind}_ratio{end}"
            values = getattr(found, attribute)
            results[name] = Cells(values if kind == shown else np.full(values.shape, np.nan), how, error=reason(name))
    for name in _NUMBERS:
        value = found.fit.get(name, math.nan)
        good = not found.error and math.isfinite(value)
        method = found.method if name in ("log_likelihood", "model_lr") else ""
        results[name] = Number(value, method) if good else not_computable(reason(name))
    results["vif"] = Cells(found.vif, error=reason("vif"))
    known = not found.error or found.error == "separation"
    results["separation"] = Number(float(found.separation)) if known else not_computable(found.error)
    return results
