"""The likelihoods behind the models: estimates, each pattern's score, and the information, from weighted patterns.

Linear, logistic and Poisson estimates come from statsmodels (Seabold and Perktold 2010). The ordinal and the
multinomial model and Firth's penalised likelihood are fitted here, because statsmodels takes no weights for the
first two and lacks the third. Every function takes predictors whose columns are of similar size (see
``models``); the first column is the intercept.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np

from pipeline.statistics.core import Floats, Ints

Kind = Literal["linear", "logistic", "ordinal", "multinomial", "poisson"]

PASSES = 50
"""At most so many of statsmodels' passes."""

_MAX_STEP = 5.0
_PASSES = 200


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model of q parameters on k patterns.

    ``theta`` (q,); ``log_likelihood`` at theta (weighted); ``scores`` (k, q): gradient of one case's log-likelihood
    (for ``linear`` of −RSS/2); ``information`` (q, q): the negative Hessian; ``converged``.
    """

    theta: Floats
    log_likelihood: float
    scores: Floats
    information: Floats
    converged: bool


def logistic_curve(z: Floats) -> Floats:
    """1/(1+e^−z), for real and complex z; keeps its digits near 0 and does not overflow."""
    right = z.real >= 0
    small = np.exp(np.where(right, -z, z))
    return np.asarray(np.where(right, 1.0, small) / (1 + small))


# ---------------------------------------------------------------- statsmodels


def linear(x: Floats, y: Floats, w: Floats) -> Fit:
    """Least squares with weights; ``log_likelihood`` is that of normal errors with variance RSS/Σw."""
    from statsmodels.regression.linear_model import WLS

    theta = np.asarray(WLS(y, x, weights=w).fit(method="qr").params)
    residual = y - x @ theta
    total, squares = float(w.sum()), float(w @ residual**2)
    with np.errstate(divide="ignore"):
        log_likelihood = float(-total / 2 * (np.log(2 * np.pi * squares / total) + 1))
    return Fit(theta, log_likelihood, x * residual[:, None], (x * w[:, None]).T @ x, True)


def _generalised(
    x: Floats, y: Floats, w: Floats, family: Literal["Binomial", "Poisson"], passes: int
) -> tuple[Floats, bool]:
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(y, x, family=getattr(families, family)(), freq_weights=w)
    # Separation is looked for by its own test afterwards, and non-convergence is a result here, not a warning.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The deviance, statsmodels' own criterion, is compared in absolute terms and never settles for large counts.
        found = model.fit(maxiter=passes, tol_criterion="params", atol=1e-10)
    return np.asarray(found.params), bool(found.converged)


def logistic(x: Floats, y: Floats, w: Floats, passes: int = PASSES) -> Fit:
    """log π/(1−π) = xβ for ``y`` (k,) of 0 and 1."""
    theta, converged = _generalised(x, y, w, "Binomial", passes)
    eta = x @ theta
    p = logistic_curve(eta)
    log_likelihood = float(w @ (y * eta - np.logaddexp(0, eta)))
    return Fit(theta, log_likelihood, x * (y - p)[:, None], (x * (w * p * (1 - p))[:, None]).T @ x, converged)


def poisson(x: Floats, y: Floats, w: Floats) -> Fit:
    """log μ = xβ for counts ``y`` (k,)."""
    from scipy.special import gammaln

    theta, converged = _generalised(x, y, w, "Poisson", PASSES)
    eta = x @ theta
    mu = np.exp(eta)
    log_likelihood = float(w @ (y * eta - mu - gammaln(y + 1)))
    return Fit(theta, log_likelihood, x * (y - mu)[:, None], (x * (w * mu)[:, None]).T @ x, converged)


# ---------------------------------------------------------------- Newton


Likelihood = Callable[[Floats], tuple[float, Floats, Floats]]
"""From theta to the log-likelihood (−inf outside its domain), the scores (k, q) or their sum, and the information."""


_Found = TypeVar("_Found", bound=tuple[Any, ...])


def _uphill(
    likelihood: Callable[[Floats], _Found], theta: Floats, value: float, step: Floats
) -> tuple[Floats, _Found] | None:
    """Theta a step further, shortened until the log-likelihood ``value`` does not fall, and what is found there."""
    step = step / max(1.0, float(np.abs(step).max()) / _MAX_STEP)
    for _ in range(40):
        tried = likelihood(theta + step)
        if tried[0] >= value - 1e-12 * abs(value):
            return theta + step, tried
        step = step / 2
    return None


def _newton(likelihood: Likelihood, start: Floats, w: Floats) -> Fit:
    theta = start
    value, scores, information = likelihood(theta)
    for _ in range(_PASSES):
        gradient = w @ scores
        try:
            step = np.asarray(np.linalg.solve(information, gradient), np.float64)
        except np.linalg.LinAlgError:
            break
        decrement = float(gradient @ step)
        higher = _uphill(likelihood, theta, value, step)
        if higher is None:
            break
        theta, (value, scores, information) = higher
        # The step just made squares the error that the decrement speaks of.
        if 0 <= decrement < 1e-12:
            return Fit(theta, value, scores, information, True)
    return Fit(theta, value, scores, information, False)


def ordinal(x: Floats, y: Ints, w: Floats, categories: int) -> Fit:
    """log P(Y≤c)/P(Y>c) = ζ_c − xβ (proportional odds; McCullagh 1980), theta = (ζ_1 … ζ_{C−1}, β).

    ``x`` without intercept here; ``y`` (k,): 0…C−1. The sign of β is that of R's ``polr`` and SPSS's PLUM.
    """
    k, p = x.shape
    bounds = categories - 1
    upper = np.hstack([np.eye(categories)[:, :bounds][y], -x])
    lower = np.hstack([np.vstack([np.zeros((1, bounds)), np.eye(bounds)])[y], -x])
    has_upper, has_lower = y < bounds, y > 0

    def likelihood(theta: Floats) -> tuple[float, Floats, Floats]:
        u = np.where(has_upper, upper @ theta, np.inf)
        v = np.where(has_lower, lower @ theta, -np.inf)
        # F(u) − F(v) from the tail nearer to zero, which keeps its digits when both are close to 1.
        flip = u + v > 0
        fu, fv = logistic_curve(u), logistic_curve(v)
        chance = np.where(flip, logistic_curve(-v) - logistic_curve(-u), fu - fv)
        if (chance <= 0).any():  # thresholds out of their order: every category has cases
            return -np.inf, np.zeros((k, bounds + p)), np.eye(bounds + p)
        du, dv = fu * logistic_curve(-u), fv * logistic_curve(-v)
        gu, gv = du / chance, -dv / chance
        huu = du * (1 - 2 * fu) / chance - gu**2
        hvv = -dv * (1 - 2 * fv) / chance - gv**2
        cross = (upper * (w * -gu * gv)[:, None]).T @ lower
        hessian = (upper * (w * huu)[:, None]).T @ upper + (lower * (w * hvv)[:, None]).T @ lower + cross + cross.T
        scores = upper * gu[:, None] + lower * gv[:, None]
        return float(w @ np.log(chance)), scores, -hessian

    below = np.cumsum(np.bincount(y, w))[:-1] / w.sum()
    return _newton(likelihood, np.concatenate([np.log(below / (1 - below)), np.zeros(p)]), w)


def multinomial(x: Floats, y: Ints, w: Floats, categories: int, reference: int) -> Fit:
    """log P(Y=c)/P(Y=reference) = xβ_c; theta = the β_c one after the other, without the reference's."""
    k, q = x.shape
    others = np.array([c for c in range(categories) if c != reference])
    shown = (y[:, None] == others).astype(np.float64)

    def likelihood(theta: Floats) -> tuple[float, Floats, Floats]:
        eta = x @ theta.reshape(others.size, q).T
        top = np.maximum(eta.max(axis=1), 0)
        logs = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]).sum(axis=1))
        p = np.exp(eta - logs[:, None])
        scores = ((shown - p)[:, :, None] * x[:, None, :]).reshape(k, -1)
        spread = p[:, :, None] * (np.eye(others.size) - p[:, None, :]) * w[:, None, None]
        information = np.einsum("kab,kx,kz->axbz", spread, x, x, optimize=True).reshape(others.size * q, -1)
        return float(w @ ((shown * eta).sum(axis=1) - logs)), scores, information

    return _newton(likelihood, np.zeros(others.size * q), w)


# ---------------------------------------------------------------- separation and Firth


def separated(x: Floats, y: Floats) -> Floats | None:
    """The direction in which a logistic likelihood has no maximum, or ``None`` (Konis 2007, linear programme).

    ``y`` of 0 and 1. Some β with s·xβ ≥ 0 in every pattern and > 0 in one (s = +1 where y is 1, −1 where it is 0)
    separates the outcomes, completely or quasi-completely. Entries that are not 0 are the predictors involved.
    """
    from scipy.optimize import linprog

    signed = np.where(y[:, None] > 0, x, -x)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(x.shape[0]), bounds=(-1, 1), method="highs")
    if found.status != 0 or -found.fun < 1e-6:
        return None
    return np.asarray(np.where(np.abs(found.x) > 1e-7, found.x, 0.0))


@dataclass(frozen=True, slots=True)
class Penalised:
    """Firth's estimate: ``theta`` (q,), the penalised log-likelihood there, the information (q, q), ``converged``.

    ``gradient`` (q,): the derivative of the penalised log-likelihood, 0 where a parameter is free; ``curvature``
    (q, q): the negative of its second derivative.
    """

    theta: Floats
    log_likelihood: float
    information: Floats
    converged: bool
    gradient: Floats
    curvature: Floats


def firth(x: Floats, y: Floats, w: Floats, start: Floats | None = None, fixed: Ints | tuple[()] = ()) -> Penalised:
    """Logistic regression with the penalty ½ log|I(β)| (Firth 1993; Heinze and Schemper 2002).

    ``fixed``: parameters that stay at their value in ``start`` (the penalty still counts all of them).
    """
    q = x.shape[1]
    theta = np.zeros(q) if start is None else start.copy()
    free = _others(q, fixed)
    inner = np.ix_(free, free)

    def penalised(at: Floats) -> tuple[float, Floats, Floats, Floats]:
        """The value, its gradient, the information and the curvature.

        With v = p(1−p), h = x' I⁻¹ x and T_r = Σ w v (1−2p) x_r x x', the derivative of I along β_r, the penalty has
        the gradient ½ tr(I⁻¹ T_r) and the second derivative ½ Σ w v (1−6v) h x_r x_s − ½ tr(I⁻¹ T_r I⁻¹ T_s).
        """
        eta = x @ at
        p = logistic_curve(eta)
        v = p * (1 - p)
        information = (x * (w * v)[:, None]).T @ x
        sign, size = np.linalg.slogdet(information)
        if sign <= 0:
            return -np.inf, np.zeros(q), information, information
        inverse = np.linalg.inv(information)
        h = ((x @ inverse) * x).sum(axis=1)
        gradient = (w * (y - p + v * h * (0.5 - p))) @ x
        bent = x * (w * v * (1 - 2 * p))[:, None]
        along = np.stack([(bent * x[:, [r]]).T @ x for r in range(q)]) @ inverse
        traces = along.reshape(q, -1) @ along.transpose(0, 2, 1).reshape(q, -1).T
        curvature = information - ((x * (w * v * (1 - 6 * v) * h)[:, None]).T @ x - traces) / 2
        return float(w @ (y * eta - np.logaddexp(0, eta))) + size / 2, gradient, information, curvature

    value, gradient, information, curvature = penalised(theta)
    converged = False
    if not np.isfinite(value):  # so far out that the information is singular
        return Penalised(theta, value, information, converged, gradient, curvature)
    for _ in range(_PASSES):
        step = np.zeros(q)
        step[free] = np.linalg.solve(curvature[inner], gradient[free])
        decrement = float(gradient @ step)
        concave = decrement >= 0
        if not concave:  # far from the top the likelihood may bend the other way; the information never does
            step[free] = np.linalg.solve(information[inner], gradient[free])
        higher = _uphill(penalised, theta, value, step)
        if higher is None:
            break
        theta, (value, gradient, information, curvature) = higher
        # The step just made squares the error that the decrement speaks of.
        if concave and decrement < 1e-12:
            converged = True
            break
    return Penalised(theta, value, information, converged, gradient, curvature)


def _others(q: int, fixed: Ints | tuple[()]) -> Ints:
    """The numbers 0 … q−1 without those ``fixed``."""
    free = np.ones(q, dtype=bool)
    free[list(fixed)] = False
    return np.flatnonzero(free)


def profile_limit(
    x: Floats, y: Floats, w: Floats, best: Penalised, j: int, side: int, critical: float, se: float
) -> float:
    """Where twice the penalised log-likelihood, profiled over the others, has fallen by ``critical``; NaN if nowhere.

    ``side``: −1 for the lower limit of parameter ``j``, +1 for the upper.
    """
    fixed = np.array([j])
    others = _others(best.theta.size, fixed)
    block = np.ix_(others, others)

    def fall(at: float, near: Penalised) -> tuple[float, float, Penalised]:
        begin = near.theta.copy()
        begin[j] = at
        # how the top over the others moves with this parameter
        along = np.linalg.solve(near.curvature[block], near.curvature[others, j])
        begin[others] -= along * (at - near.theta[j])
        found = firth(x, y, w, begin, fixed)
        fallen = max(2 * (best.log_likelihood - found.log_likelihood), 0.0)
        # over the others the likelihood is at its top, so this is the slope of the profile
        return fallen - critical, -2 * float(found.gradient[j]), found

    # Newton's steps on the root of the fall, which is nearly straight where the fall is nearly a parabola. Where they
    # would leave what is known to lie on either side of the limit, that is halved, or reached beyond, instead.
    top = inside = float(best.theta[j])
    outside = math.nan
    at, near = top + side * se * math.sqrt(critical), best
    for _ in range(100):
        value, slope, near = fall(at, near)
        if value > 0:
            outside = at
        else:
            inside = at
        found = not math.isnan(outside)
        root = math.sqrt(value + critical)
        to = at - 2 * root * (root - math.sqrt(critical)) / slope if slope and root else math.inf
        if abs(to - at) < 1e-6 * se:  # the steps square their error
            return to
        far = outside if found else inside + 1.5 * (inside - top)
        if not min(inside, far) < to < max(inside, far):
            to = (inside + outside) / 2 if found else far
        at = to
    return at if found else math.nan
