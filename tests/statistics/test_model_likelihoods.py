"""Each likelihood from its definition case by case: its value, its scores and its information by differences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.statistics import model_likelihoods as models
from pipeline.statistics.model_likelihoods import firth, linear, logistic, logistic_curve, multinomial, ordinal, poisson

RANDOM = np.random.default_rng(17)
K = 40
SLOPES = np.column_stack([RANDOM.normal(size=K), RANDOM.integers(0, 2, K)])
X = np.column_stack([np.ones(K), SLOPES])
W = RANDOM.integers(1, 5, K) / 2
LATENT = SLOPES @ [0.8, -0.5] + RANDOM.logistic(size=K)
BINARY = (LATENT > 0).astype(float)
ORDERED = np.digitize(LATENT, [-1.0, 0.5, 1.5])
COUNTS = RANDOM.poisson(np.exp(0.3 + SLOPES @ [0.2, 0.4])).astype(float)
CLASSES = np.digitize(SLOPES[:, 0] + RANDOM.normal(size=K), [-0.5, 0.7])


def curve(z):
    return 1 / (1 + math.exp(-z))


def log_logistic(theta, i):
    p = curve(X[i] @ theta)
    return math.log(p if BINARY[i] else 1 - p)


def log_poisson(theta, i):
    eta = X[i] @ theta
    return COUNTS[i] * eta - math.exp(eta) - math.lgamma(COUNTS[i] + 1)


def log_ordinal(theta, i):
    shift = SLOPES[i] @ theta[3:]
    below = [0.0, *(curve(bound - shift) for bound in theta[:3]), 1.0]
    return math.log(below[ORDERED[i] + 1] - below[ORDERED[i]])


def log_multinomial(theta, i):
    eta = [X[i] @ theta[:3], 0.0, X[i] @ theta[3:]]
    return eta[CLASSES[i]] - math.log(sum(map(math.exp, eta)))


MODELS = {
    "logistic": (lambda: logistic(X, BINARY, W), log_logistic),
    "poisson": (lambda: poisson(X, COUNTS, W), log_poisson),
    "ordinal": (lambda: ordinal(SLOPES, ORDERED, W, 4), log_ordinal),
    "multinomial": (lambda: multinomial(X, CLASSES, W, 3, 1), log_multinomial),
}


def derivative(function, theta, j, h=1e-5):
    step = np.zeros(theta.size)
    step[j] = h
    return (function(theta + step) - function(theta - step)) / (2 * h)


@pytest.mark.parametrize("name", MODELS)
def test_likelihood_scores_and_information(name):
    fit, one = MODELS[name][0](), MODELS[name][1]
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(sum(w * one(fit.theta, i) for i, w in enumerate(W)), rel=1e-12)
    # At the maximum the weighted scores add up to nothing.
    np.testing.assert_allclose(W @ fit.scores, 0, atol=1e-7)
    for j in range(fit.theta.size):
        scores = [derivative(lambda t, i=i: one(t, i), fit.theta, j) for i in range(K)]
        np.testing.assert_allclose(fit.scores[:, j], scores, rtol=1e-6, atol=1e-8)

        def gradient(t, j=j):
            return derivative(lambda u: sum(w * one(u, i) for i, w in enumerate(W)), t, j, 1e-4)

        row = [-derivative(gradient, fit.theta, m, 1e-4) for m in range(fit.theta.size)]
        np.testing.assert_allclose(fit.information[j], row, rtol=1e-4, atol=1e-4)


def test_linear_by_the_normal_equations():
    y = LATENT
    fit = linear(X, y, W)
    want = np.linalg.solve(X.T @ (W[:, None] * X), X.T @ (W * y))
    np.testing.assert_allclose(fit.theta, want, rtol=1e-10)
    residual = y - X @ want
    variance = W @ residual**2 / W.sum()
    density = [math.log(2 * math.pi * variance) / 2 + r * r / (2 * variance) for r in residual]
    assert fit.log_likelihood == pytest.approx(-float(W @ density), rel=1e-12)
    np.testing.assert_allclose(fit.scores, X * residual[:, None], atol=1e-10)
    np.testing.assert_allclose(fit.information, X.T @ (W[:, None] * X), rtol=1e-12)
    assert fit.converged
    assert linear(X, X @ [1.0, 2, 3], W).log_likelihood > 100


def test_the_curve_keeps_its_digits():
    z = np.array([-800.0, -40, -1, 0, 1, 40, 800])
    found = logistic_curve(z)
    assert found[[0, 3, 6]].tolist() == [0, 0.5, 1]
    assert found[1] == pytest.approx(math.exp(-40), rel=1e-14)
    np.testing.assert_allclose(found + found[::-1], 1, rtol=1e-15)
    assert logistic_curve(np.array([1 + 1e-20j]))[0].imag == pytest.approx(1e-20 * curve(1) * curve(-1))


def test_ordinal_far_in_the_tail_keeps_its_digits():
    """Everything in the upper categories of a steep slope: the chances are differences of numbers near 1."""
    x = np.linspace(30, 60, 12)[:, None]
    y = np.array([0, 0, 1, 0, 1, 1, 2, 1, 2, 1, 2, 2])
    far, near = ordinal(x, y, np.ones(12), 3), ordinal(x - 45, y, np.ones(12), 3)
    assert far.converged
    np.testing.assert_allclose(far.theta[2:], near.theta[2:], rtol=1e-8)
    np.testing.assert_allclose(far.theta[:2], near.theta[:2] + 45 * near.theta[2], rtol=1e-8)
    assert far.log_likelihood == pytest.approx(near.log_likelihood, rel=1e-10)


def test_references_of_the_multinomial_model():
    """Another reference gives the same likelihood and the differences of the coefficients."""
    one, other = multinomial(X, CLASSES, W, 3, 1), multinomial(X, CLASSES, W, 3, 0)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(other.theta[:3], -one.theta[:3], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(other.theta[3:], one.theta[3:] - one.theta[:3], rtol=1e-7, atol=1e-9)


def penalised(theta):
    """Σw log p + ½ log|I|."""
    p = np.array([curve(row @ theta) for row in X])
    information = X.T @ ((W * p * (1 - p))[:, None] * X)
    log = sum(w * log_logistic(theta, i) for i, w in enumerate(W))
    return log + math.log(np.linalg.det(information)) / 2, information


def test_firth_is_the_maximum_of_the_penalised_likelihood():
    found = firth(X, BINARY, W)
    assert found.converged
    value, information = penalised(found.theta)
    assert found.log_likelihood == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(found.information, information, rtol=1e-12)
    for j in range(3):
        assert derivative(lambda t: penalised(t)[0], found.theta, j, 1e-4) == pytest.approx(0, abs=1e-6)
    # With one parameter held the others are at their maximum given it.
    held = firth(X, BINARY, W, np.array([0.0, 0.7, 0.0]), np.array([1]))
    assert held.theta[1] == 0.7
    assert held.converged
    for j in (0, 2):
        assert derivative(lambda t: penalised(t)[0], held.theta, j, 1e-4) == pytest.approx(0, abs=1e-6)
    assert held.log_likelihood < found.log_likelihood


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("j", [0, 1])
def test_profile_limits(side, j):
    """There twice the profiled likelihood has fallen by the critical value, on the side that was asked for."""
    best = firth(X, BINARY, W)
    se = float(np.sqrt(np.linalg.inv(best.information)[j, j]))
    limit = models.profile_limit(X, BINARY, W, best, j, side, 3.841458820694124, se)
    assert (limit - best.theta[j]) * side > 0
    start = best.theta.copy()
    start[j] = limit
    there = firth(X, BINARY, W, start, np.array([j]))
    assert 2 * (best.log_likelihood - there.log_likelihood) == pytest.approx(3.841458820694124, abs=1e-8)
    # From a bad first step the same limit is found.
    assert models.profile_limit(X, BINARY, W, best, j, side, 3.841458820694124, se / 50) == pytest.approx(
        limit, rel=1e-9
    )


def test_separation():
    x = np.column_stack([np.ones(6), [1.0, 2, 3, 4, 5, 6], [0.0, 1, 0, 1, 0, 1]])
    found = models.separated(x, np.array([0.0, 0, 0, 1, 1, 1]))
    assert found is not None
    assert ((x @ found)[:3] <= 1e-9).all()
    assert ((x @ found)[3:] >= -1e-9).all()
    assert (x @ found).any()
    assert models.separated(x, np.array([0.0, 1, 0, 0, 1, 1])) is None
    # Quasi-complete: whoever has the third is 1; the second has nothing to do with it.
    quasi = models.separated(x, np.array([0.0, 1, 1, 1, 0, 1]))
    assert quasi is not None
    assert abs(quasi[2]) > 1e-7
    # Small numbers separate as well as large ones.
    assert models.separated(x * [1, 0.01, 0.01], np.array([0.0, 0, 0, 1, 1, 1])) is not None
    # A direction has no length: its largest entry is given as 1.
    assert [np.abs(found).max(), np.abs(quasi).max()] == pytest.approx([1, 1])


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("j", [0, 1, 2])
def test_profile_limits_take_few_fits(monkeypatch, side, j):
    """Newton's steps double the right digits each time: few fits, where halving takes thirty."""
    best = firth(X, BINARY, W)
    se = float(np.sqrt(np.linalg.inv(best.information)[j, j]))
    fits = []
    monkeypatch.setattr(models, "firth", lambda *given: fits.append(given) or firth(*given))
    limit = models.profile_limit(X, BINARY, W, best, j, side, 3.841458820694124, se)
    assert len(fits) <= 8
    # The likelihood of a parameter with the sign turned is that of the other side.
    turned = np.where(np.arange(3) == j, -1.0, 1.0)
    other = models.profile_limit(X * turned, BINARY, W, firth(X * turned, BINARY, W), j, -side, 3.841458820694124, se)
    assert other == pytest.approx(-limit, rel=1e-9)


def test_a_likelihood_that_does_not_fall_has_no_limit(monkeypatch):
    best = firth(X, BINARY, W)
    monkeypatch.setattr(models, "firth", lambda *given: best)
    assert math.isnan(models.profile_limit(X, BINARY, W, best, 1, 1, 3.84, 0.5))


FITS = {
    "ordinal": lambda x: ordinal(x[:, 1:], ORDERED, W, 4),
    "multinomial": lambda x: multinomial(x, CLASSES, W, 3, 1),
    "firth": lambda x: firth(x, BINARY, W),
}


@pytest.mark.parametrize("name", FITS)
def test_what_does_not_converge_says_so(monkeypatch, name):
    assert FITS[name](X).converged
    with np.errstate(invalid="ignore"):
        assert not FITS[name](np.where(np.arange(K)[:, None] == 3, np.nan, X)).converged
    monkeypatch.setattr(models, "_PASSES", 2)
    assert not FITS[name](X).converged


@pytest.mark.parametrize("name", ["ordinal", "multinomial"])
def test_a_predictor_of_zeros_has_no_estimate(name):
    assert not FITS[name](np.hstack([X, np.zeros((K, 1))])).converged


@pytest.mark.parametrize("name", FITS)
def test_no_step_goes_too_far(monkeypatch, name):
    """However short the longest step, the same maximum is reached."""
    want = FITS[name](X).theta
    monkeypatch.setattr(models, "_MAX_STEP", 0.2)
    np.testing.assert_allclose(FITS[name](X).theta, want, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("far", [40.0, 2000.0])
def test_cases_far_out_on_their_side_say_nothing(far):
    """Their chance is 1 but for rounding: the estimate and the likelihood are those without them."""
    x = np.concatenate([SLOPES[:, 0], [-far, far]])
    design, ones = np.column_stack([np.ones(K + 2), x]), np.ones(K + 2)
    y = np.concatenate([BINARY, [0, 1]]).astype(int)
    plain = logistic(X[:, :2], BINARY, np.ones(K))
    assert plain.theta[1] * 2000 > 800
    for fit, want in (
        (multinomial(design, y, ones, 2, 0), plain.theta),
        (multinomial(design, y, ones, 2, 1), -plain.theta),
        (ordinal(x[:, None], y, ones, 2), plain.theta * [-1, 1]),
    ):
        assert fit.converged
        np.testing.assert_allclose(fit.theta, want, rtol=1e-6)
        assert fit.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-8)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_middle_category_far_in_a_tail_keeps_its_digits(side):
    """F(u) − F(v) = e^−v (1 − e^(v−u)) / ((1 + e^−u)(1 + e^−v)) in logarithms, where the difference has lost them."""
    x = np.concatenate([np.repeat(np.linspace(-3, 3, 13), 3), [side * 20.0]])
    y = np.concatenate([np.tile([0, 1, 2], 13), [1]])
    by_x = 1 / (1 + np.exp(-x[:39:3]))
    w = 1e6 * np.concatenate([np.column_stack([(1 - by_x) ** 2, 2 * by_x * (1 - by_x), by_x**2]).ravel(), [1e-6]])
    fit = ordinal(x[:, None], y, w, 3)
    assert fit.converged
    u, v = (bound - fit.theta[2] * x[39] for bound in fit.theta[1::-1])
    assert min(abs(u), abs(v)) > 15
    alone = -v + math.log(-math.expm1(v - u)) - np.logaddexp(0, -u) - np.logaddexp(0, -v)
    # What the others say, whose chances are far from 0 and 1.
    below = [1 / (1 + np.exp(fit.theta[2] * x[:39] - bound)) for bound in fit.theta[:2]]
    chance = np.where(y[:39] == 0, below[0], np.where(y[:39] == 1, below[1] - below[0], 1 - below[1]))
    # The score of the last by the slope: −x times the derivative of its logarithm, 1 − F(u) − F(v).
    want = -x[39] * (1 - 1 / (1 + math.exp(-u)) - 1 / (1 + math.exp(-v)))
    assert fit.scores[39, 2] == pytest.approx(want, rel=1e-10)
    others = w[:39] @ np.log(chance)
    assert fit.log_likelihood == pytest.approx(others + alone, rel=1e-14)


def test_a_step_uphill_by_hand():
    """On −t²: no further than 5, and half as far where that would go down."""
    given = []

    def hill(at):
        given.append(at)
        return -float(at @ at), -2 * at, 2 * np.eye(1)

    for start, step, want in ((10, -8, 5), (3, -1, 2), (-2, 12, 0.5), (-1, 8, 0.25), (-3, 5, 2)):
        given.clear()
        theta, (value, gradient, _) = models._uphill(hill, np.array([float(start)]), -float(start**2), np.array([step]))
        assert (theta[0], value, gradient[0]) == (want, -(want**2), -2 * want)
        assert given[-1] == theta
    # At the top every step goes down, until it is too short to be told from none.
    theta, _ = models._uphill(hill, np.zeros(1), 0.0, np.ones(1)) or (None, None)
    assert theta is None


def with_profile(monkeypatch, fits, profile):
    """Make ``firth`` give a profile (its value and slope) of one parameter, noting where; the top, at 0."""

    def fitted(x, y, w, start, fixed):
        fits.append(float(start[0]))
        value, slope = profile(fits[-1])
        return models.Penalised(start, value, np.eye(1), True, np.array([slope]), np.eye(1))

    monkeypatch.setattr(models, "firth", fitted)
    return models.Penalised(np.zeros(1), 0.0, np.eye(1), True, np.zeros(1), np.eye(1))


@pytest.mark.parametrize("side", [-1, 1])
def test_a_profile_that_newton_would_leave(monkeypatch, side):
    """Its fall is 4 + arctan(|t| − 3): Newton's steps from 10 lead ever further away, the bracket does not."""
    fits = []

    def profile(t):
        away = abs(t) - 3
        return -(4 + math.atan(away)) / 2, -math.copysign(1 / (1 + away**2), t) / 2

    best = with_profile(monkeypatch, fits, profile)
    assert models.profile_limit(X, BINARY, W, best, 0, side, 4.0, 5.0) == pytest.approx(3 * side, rel=1e-9)
    # √4 standard errors of 5; from there Newton would go to 10 less some 77, far below 0: half way instead.
    assert fits[:2] == [10 * side, 5 * side]
    assert len(fits) <= 8
    assert all(0 < t * side <= 10 for t in fits)


def test_a_start_without_information_is_no_fit():
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    y = np.array([0.0, 0, 1, 0, 1, 1])
    found = firth(x, y, np.ones(6), np.array([1e4, 1e4]))
    assert not found.converged
    assert found.log_likelihood == -np.inf


@pytest.mark.parametrize("side", [-1, 1])
def test_a_profile_without_slope_is_halved(monkeypatch, side):
    """Its fall is 1 within 3 of the estimate and 9 beyond: outwards by one and a half times the way so far, then in."""
    fits = []

    best = with_profile(monkeypatch, fits, lambda t: (-0.5 if abs(t) < 3 else -4.5, 0.0))
    assert models.profile_limit(X, BINARY, W, best, 0, side, 4.0, 0.5) == pytest.approx(3 * side, rel=1e-9)
    # 1, 1 + 1.5·1, 2.5 + 1.5·2.5, and half way between the last two.
    assert fits[:4] == [side, 2.5 * side, 6.25 * side, 4.375 * side]


@pytest.mark.parametrize("unit", [1e9, 0.1])
def test_limits_in_any_unit(unit):
    """A predictor in billionths has a coefficient, an error and limits a billion times as large, and the reverse."""
    best = firth(X, BINARY, W)
    se = float(np.sqrt(np.linalg.inv(best.information)[1, 1]))
    want = models.profile_limit(X, BINARY, W, best, 1, 1, 3.841458820694124, se)
    x = X * [1, unit, 1]
    limit = models.profile_limit(x, BINARY, W, firth(x, BINARY, W), 1, 1, 3.841458820694124, se / unit)
    assert limit * unit == pytest.approx(want, rel=1e-8)


def test_outcomes_all_the_same_leave_no_residuals():
    """RSS 0: a normal density as high as one likes."""
    fit = linear(X, np.zeros(K), W)
    assert fit.theta.tolist() == [0, 0, 0]
    assert fit.log_likelihood == math.inf


@pytest.mark.parametrize("size", [1e11, 1e-11])
@pytest.mark.parametrize("name", ["logistic", "poisson"])
def test_weights_of_any_size_converge_alike(name, size):
    one = MODELS[name][0]()
    y = {"logistic": BINARY, "poisson": COUNTS}[name]
    other = {"logistic": logistic, "poisson": poisson}[name](X, y, W * size)
    assert other.converged
    np.testing.assert_allclose(other.theta, one.theta, rtol=1e-9)


def test_outcomes_that_are_separated_do_not_converge():
    """Nor is anything said on the console."""
    assert not logistic(
        np.column_stack([np.ones(6), np.arange(6.0)]), np.array([0.0, 0, 0, 1, 1, 1]), np.ones(6)
    ).converged


def test_a_step_in_two_directions_by_hand():
    """The longer of its parts is cut to 5, the other in proportion; what stays level is not down."""

    def level(at):
        return 0.0, np.zeros(2), np.eye(2)

    theta, _ = models._uphill(level, np.zeros(2), 0.0, np.array([20.0, 8.0]))
    assert theta.tolist() == [5, 2]


@pytest.mark.parametrize("categories", [2, 4])
def test_equal_shares_are_at_the_top_at_once(categories):
    """Without predictors the multinomial model of equal shares has all coefficients 0, where the search begins."""
    y = np.arange(8) % categories
    fit = multinomial(np.ones((8, 1)), y, np.ones(8), categories, 0)
    assert fit.converged
    assert fit.theta.tolist() == [0] * (categories - 1)
    assert fit.log_likelihood == pytest.approx(-8 * math.log(categories), rel=1e-14)


def test_thresholds_without_predictors_are_the_shares_at_once(monkeypatch):
    """log P(Y≤c)/P(Y>c) of the weighted shares 1/8, 3/8 and 4/8: log 1/7 and log 1, after one pass."""
    monkeypatch.setattr(models, "_PASSES", 1)
    y, w = np.array([0, 1, 2, 1, 2]), np.array([1.0, 1, 3, 2, 1])
    fit = ordinal(np.empty((5, 0)), y, w, 3)
    assert fit.converged
    np.testing.assert_allclose(fit.theta, [-math.log(7), 0], atol=1e-15)
    want = math.log(1 / 8) + 3 * math.log(3 / 8) + 4 * math.log(1 / 2)
    assert fit.log_likelihood == pytest.approx(want, rel=1e-14)


def test_a_step_that_would_disorder_the_thresholds():
    """Weights from 0.1 to 1000, and one of Newton's steps is too long.

    R 4.2.2, MASS: x <- matrix(c(6,4,6, 2,0,3, -2,1,3, -3,3,3, -3,0,0, 2,-1,0, -1,3,3, -1,-1,-3, -2,0,-3, 3,-3,2,
    3,1,1, 0,-3,0, -3,3,-2), ncol=3, byrow=TRUE); y <- factor(c(1,2,2,2,1,0,0,2,1,2,2,2,2));
    w <- c(100,10,100,1000,100,1,.1,100,100,10,10,1000,100);
    f <- polr(y ~ x, weights=w, control=list(reltol=1e-16, maxit=5000)); c(f$zeta, f$coefficients, logLik(f))
    """
    x = [[6, 4, 6], [2, 0, 3], [-2, 1, 3], [-3, 3, 3], [-3, 0, 0], [2, -1, 0], [-1, 3, 3], [-1, -1, -3], [-2, 0, -3],
         [3, -3, 2], [3, 1, 1], [0, -3, 0], [-3, 3, -2]]  # fmt: skip
    y = np.array([1, 2, 2, 2, 1, 0, 0, 2, 1, 2, 2, 2, 2])
    w = np.array([100, 10, 100, 1000, 100, 1, 0.1, 100, 100, 10, 10, 1000, 100])
    fit = ordinal(np.array(x, np.float64), y, w, 3)
    assert fit.converged
    want = [-7.655780954493960, -1.210060098178759, -0.624052424678629, -0.586567673190745, 0.611655596351444]
    np.testing.assert_allclose(fit.theta, want, rtol=1e-7)
    assert fit.log_likelihood == pytest.approx(-668.915872858912735, rel=1e-12)


def test_three_classes_far_out():
    """Chances of e^±thousands beside each other: the cases far out say nothing, as those of two classes."""
    x = np.concatenate([SLOPES[:, 0], [-3000, 3000]])
    design = np.column_stack([np.ones(K + 2), x])
    near = multinomial(X[:, :2], CLASSES, np.ones(K), 3, 1)
    low, high = near.theta[1], near.theta[3]
    assert low * 3000 < -709 < 709 < high * 3000
    fit = multinomial(design, np.concatenate([CLASSES, [0, 2]]), np.ones(K + 2), 3, 1)
    assert fit.converged
    np.testing.assert_allclose(fit.theta, near.theta, rtol=1e-6)
    assert fit.log_likelihood == pytest.approx(near.log_likelihood, rel=1e-8)


@pytest.mark.parametrize("name", FITS)
def test_a_search_that_cannot_go_on_ends_where_it_is(monkeypatch, name):
    tries = []
    monkeypatch.setattr(models, "_uphill", lambda *given: tries.append(given))
    fit = FITS[name](X)
    assert not fit.converged
    assert len(tries) == 1
    assert fit.theta.shape == tries[0][1].shape
    assert fit.log_likelihood == tries[0][2]


def test_a_search_without_information_ends_at_once(monkeypatch):
    solved = []
    solve = np.linalg.solve
    monkeypatch.setattr(models.np.linalg, "solve", lambda *given: solved.append(given) or solve(*given))
    assert not FITS["multinomial"](np.hstack([X, np.zeros((K, 1))])).converged
    assert len(solved) == 1


@pytest.mark.parametrize("at", [(-0.2, 1.1, -0.8), (1.0, -2.0, 0.5), (0.0, 4.0, -3.0)])
def test_firths_gradient_and_curvature_anywhere(monkeypatch, at):
    """A search of no passes stays at its start, and says what is there."""
    monkeypatch.setattr(models, "_PASSES", 0)
    theta = np.array(at)
    found = firth(X, BINARY, W, theta)
    assert not found.converged
    assert found.theta.tolist() == theta.tolist()
    value, information = penalised(theta)
    assert found.log_likelihood == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(found.information, information, rtol=1e-12)
    for j in range(3):
        assert found.gradient[j] == pytest.approx(derivative(lambda t: penalised(t)[0], theta, j), rel=1e-6, abs=1e-6)
        row = [
            -derivative(lambda t, j=j: derivative(lambda u: penalised(u)[0], t, j, 1e-3), theta, m, 1e-3)
            for m in range(3)
        ]
        np.testing.assert_allclose(found.curvature[j], row, rtol=1e-4, atol=1e-4)


def test_firth_from_where_its_likelihood_bends_upwards(monkeypatch):
    """By hand: x is symmetric and y goes with |x|, so the slope is 0; Σ(y − p) + 2(½ − p) = 4 − 7p, so p is 4/7."""
    x, y = np.column_stack([np.ones(5), [0.0, 2, 3, -3, -2]]), np.array([1.0, 1, 0, 0, 1])
    start = np.array([-1.0, -2])
    with monkeypatch.context() as none:
        none.setattr(models, "_PASSES", 0)
        there = firth(x, y, np.ones(5), start)
    assert there.gradient @ np.linalg.solve(there.curvature, there.gradient) < 0
    for begin in (start, None):
        found = firth(x, y, np.ones(5), begin)
        assert found.converged
        np.testing.assert_allclose(found.theta, [math.log(4 / 3), 0], atol=1e-12)


def test_firth_takes_few_steps(monkeypatch):
    """Its steps square their error, with the curvature of what is maximised, where the information takes a dozen."""
    steps, uphill = [], models._uphill
    monkeypatch.setattr(models, "_uphill", lambda *given: steps.append(given) or uphill(*given))
    assert firth(X, BINARY, W).converged
    assert len(steps) <= 6


def test_a_fit_that_is_given_up_is_where_it_says(monkeypatch):
    monkeypatch.setattr(models, "_PASSES", 1)
    found = firth(X, BINARY, W)
    assert not found.converged
    value, information = penalised(found.theta)
    assert found.log_likelihood == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(found.information, information, rtol=1e-12)


@pytest.mark.parametrize("side", [-1, 1])
def test_the_profile_of_a_parabola_by_hand(monkeypatch, side):
    """−½ t' C t around (3, −5) with C = (2 1; 1 4): at its top over t₂ = −t₁/4 it has fallen by 7/8 t₁²."""
    looks = []
    top, curvature = np.array([3.0, -5]), np.array([[2.0, 1], [1, 4]])

    def profile(x, y, w, start, fixed):
        t = start[0] - 3
        looks.append(start)
        return models.Penalised(
            top + np.array([t, -t / 4]), -7 / 8 * t**2, curvature, True, np.array([-7 / 4 * t, 0]), curvature
        )

    monkeypatch.setattr(models, "firth", profile)
    best = models.Penalised(top, 0.0, curvature, True, np.zeros(2), curvature)
    limit = side * (1.5 / 1.75) ** 0.5
    found = models.profile_limit(X, BINARY, W, best, 0, side, 1.5, abs(limit) / 2 / 1.5**0.5)
    assert found == pytest.approx(3 + limit, rel=1e-12)
    # The first look is half way; from there the root of the fall is straight, and so is the way of t₂.
    np.testing.assert_allclose(looks, [top + np.array([t, -t / 4]) for t in (limit / 2, limit)], rtol=1e-12)


def test_firth_that_begins_at_its_top():
    """Two of four: the slope is 0 at once, 4·log ½ + ½ log(4·¼)."""
    found = firth(np.ones((4, 1)), np.array([0.0, 1, 0, 1]), np.ones(4))
    assert found.converged
    assert found.theta.tolist() == [0]
    assert found.log_likelihood == pytest.approx(-4 * math.log(2), rel=1e-14)
