"""Models against R (tests/statistics/oracles/models.R), PSPP (models_pspp.sps), NIST and the published Firth fit."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.statistics import model_likelihoods
from pipeline.statistics.core import Cells, Number, Options, Patterns
from pipeline.statistics.design import Sampled, design, replicates
from pipeline.statistics.model_likelihoods import separated
from pipeline.statistics.models import ModelData, ModelSpec, fit_model
from pipeline.statistics.registry import compute
from tests.statistics.numeric_aggregates import sampled_cases

ORACLES = Path(__file__).parent / "oracles"
R = json.loads((ORACLES / "models.json").read_text())
OPTIONS = Options()
FACTORS = (-1, 0, 0, 1)


def columns(name):
    lines = [line for line in (ORACLES / name).read_text().splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


CASES = columns("models_cases.csv")
X = np.column_stack([CASES[name] for name in ("x", "g2", "g3", "d")])
OUTCOME = {"linear": "y", "logistic": "b", "poisson": "c", "ordinal": "o", "multinomial": "m"}


def patterns(table, n=None, w=None, weighting="none", stratum=None, cluster=None):
    n = np.ones(len(table), np.int64) if n is None else n
    w = n.astype(float) if w is None else w
    w2 = w if weighting == "none" else w**2
    return Patterns(table, n, w, w2, weighting, sampled_cases(w, stratum, cluster))


def data(kind, weight="none", robust=False, **design):
    table = np.column_stack([CASES[OUTCOME[kind]], X])
    w = {"none": None, "frequency": CASES["f"], "probability": CASES["w"]}[weight]
    return ModelData(patterns(table, w=w, weighting=weight, **design), ModelSpec(kind, FACTORS, robust=robust))


def match(found, oracle, rel=1e-9, order=None):
    """Coefficients with their tests against a list of R; ``order`` puts R's parameters into ours."""
    assert found.error == ""
    pick = slice(None) if order is None else np.array(order)
    for name in ("coefficient", "se", "low", "high"):
        ours = {"coefficient": found.coefficient, "se": found.se, "low": found.low, "high": found.high}[name]
        np.testing.assert_allclose(ours, np.array(oracle[name])[pick], rtol=rel, err_msg=name)
    np.testing.assert_allclose(found.p, np.array(oracle["p"])[pick], rtol=rel * 100, err_msg="p")


def match_effects(found, oracle, rel):
    np.testing.assert_allclose(found.effect, np.atleast_2d(oracle["effect"]), rtol=rel, atol=rel)
    np.testing.assert_allclose(found.effect_se, np.atleast_2d(oracle["se"]), rtol=rel, atol=rel)


def effects_of(oracle):
    # In these lists the coefficients' errors come first; those of the effects are the second "se".
    return {"effect": oracle["effect"], "se": oracle["effect_se"]}


POLR = [4, 5, 6, 0, 1, 2, 3]  # R lists slopes before thresholds


@pytest.mark.parametrize(("weight", "key"), [("none", "linear"), ("frequency", "linear_frequency")])
def test_linear_against_r(weight, key):
    found = fit_model(data("linear", weight), OPTIONS)
    oracle = R[key]
    match(found, oracle)
    fit = {
        "r_squared": "r_squared",
        "adjusted_r_squared": "adjusted",
        "model_f": "f",
        "residual_se": "sigma",
        "log_likelihood": "log_likelihood",
        "aic": "aic",
        "bic": "bic",
        "max_cooks_distance": "cook",
    }
    for ours, theirs in fit.items():
        assert found.fit[ours] == pytest.approx(oracle[theirs], rel=1e-9), ours
    assert found.fit["model_f_p"] == pytest.approx(oracle["f_p"], rel=1e-7)
    np.testing.assert_allclose(found.standardized[1:], oracle["standardized"], rtol=1e-9)
    np.testing.assert_allclose(found.vif, oracle["vif"], rtol=1e-9)
    assert (found.test, found.covariance_method) == ("t", "model_based")
    np.testing.assert_allclose(found.effect[0], found.coefficient[1:], rtol=1e-12)
    np.testing.assert_allclose(found.effect_se[0], found.se[1:], rtol=1e-9)
    np.testing.assert_allclose(found.effect_low[0], found.low[1:], rtol=1e-9)


@pytest.mark.parametrize(
    ("kind", "weight", "key"),
    [
        ("logistic", "none", "logistic"),
        ("logistic", "frequency", "logistic_frequency"),
        ("poisson", "none", "poisson"),
        ("ordinal", "none", "ordinal"),
        ("ordinal", "frequency", "ordinal_frequency"),
        ("multinomial", "none", "multinomial"),
        ("multinomial", "frequency", "multinomial_frequency"),
    ],
)
def test_likelihood_models_against_r(kind, weight, key):
    found = fit_model(data(kind, weight), OPTIONS)
    oracle = R[key]
    match(
        found,
        oracle,
        rel=1e-7 if kind in ("ordinal", "multinomial") else 1e-9,
        order=POLR if kind == "ordinal" else None,
    )
    match_effects(found, effects_of(oracle), 1e-6)
    for name in ("log_likelihood", "aic", "bic"):
        assert found.fit[name] == pytest.approx(oracle[name], rel=1e-10), name
    assert found.fit["model_lr"] == pytest.approx(oracle["lr"], rel=1e-8)
    if kind in ("logistic", "poisson"):
        assert found.fit["model_lr_p"] == pytest.approx(oracle["lr_p"], rel=1e-7)
        assert found.fit["pseudo_r_squared"] == pytest.approx(oracle["mcfadden"], rel=1e-9)
        assert found.fit["max_cooks_distance"] == pytest.approx(oracle["cook"], rel=1e-8)
    if kind == "logistic":
        assert found.fit["cox_snell_r_squared"] == pytest.approx(oracle["cox_snell"], rel=1e-9)
        assert found.fit["nagelkerke_r_squared"] == pytest.approx(oracle["nagelkerke"], rel=1e-9)
    shown = found.column >= 0
    np.testing.assert_allclose(found.ratio[shown], np.exp(found.coefficient[shown]))
    np.testing.assert_allclose(found.ratio_low[shown], np.exp(found.low[shown]))
    assert np.isnan(found.ratio[~shown]).all() and found.test == "z"


def test_against_pspp():
    """REGRESSION and LOGISTIC REGRESSION with WEIGHT BY, 14 decimals."""
    lines = [line.split(",") for line in (ORACLES / "models_pspp.csv").read_text().splitlines()]
    linear = {
        line[0]: [float(v or "nan") for v in line[1:]]
        for line in lines
        if len(line) == 10 and line[2:3] != [""] and line[0] in ("(Constant)", "x", "g2", "g3", "d")
    }
    found = fit_model(data("linear", "frequency"), OPTIONS)
    for i, name in enumerate(("(Constant)", "x", "g2", "g3", "d")):
        b, se, beta, t, _, low, high, _, vif = linear[name]
        ours = [found.coefficient[i], found.se[i], found.statistic[i], found.low[i], found.high[i]]
        np.testing.assert_allclose(ours, [b, se, t, low, high], rtol=1e-9)
        if i:
            np.testing.assert_allclose([found.standardized[i], found.vif[i - 1]], [beta, vif], rtol=1e-9)
    summary = next(line for line in lines if line[0] == ".75470381466085")
    ours = [found.fit["r_squared"], found.fit["adjusted_r_squared"], found.fit["residual_se"]]
    np.testing.assert_allclose(ours, [float(v) for v in summary[1:]], rtol=1e-9)
    regression = next(line for line in lines if line[0] == "Regression")
    assert found.fit["model_f"] == pytest.approx(float(regression[4]), rel=1e-9)

    logistic = {
        line[1]: [float(v or "nan") for v in line[2:]]
        for line in lines
        if len(line) == 10 and line[1] in ("Constant", "x", "g2", "g3", "d") and line[0] in ("", "Step 1")
    }
    found = fit_model(data("logistic", "frequency"), OPTIONS)
    for i, name in enumerate(("Constant", "x", "g2", "g3", "d")):
        b, se, wald, _, _, ratio, low, high = logistic[name]
        np.testing.assert_allclose(
            [found.coefficient[i], found.se[i], found.statistic[i] ** 2], [b, se, wald], rtol=1e-6
        )
        if i:
            ours = [found.ratio[i], found.ratio_low[i], found.ratio_high[i]]
            np.testing.assert_allclose(ours, [ratio, low, high], rtol=1e-6)
    model = next(line for i, line in enumerate(lines) if lines[i - 1][:2] == ["Step", "-2 Log likelihood"])
    ours = [-2 * found.fit["log_likelihood"], found.fit["cox_snell_r_squared"], found.fit["nagelkerke_r_squared"]]
    np.testing.assert_allclose(ours, [float(v) for v in model[1:]], rtol=1e-9)


STRATUM, CLUSTER = CASES["h"].astype(int), CASES["k"].astype(int)
DESIGNS = {
    "weighted": {"weight": "probability"},
    "stratified": {"weight": "probability", "stratum": STRATUM},
    "clustered": {"weight": "probability", "stratum": STRATUM, "cluster": CLUSTER},
    "unweighted": {"cluster": CLUSTER},
}


@pytest.mark.parametrize("name", list(DESIGNS))
@pytest.mark.parametrize("kind", ["linear", "logistic", "poisson"])
def test_designs_against_svyglm(kind, name):
    found = fit_model(data(kind, **DESIGNS[name]), OPTIONS)
    oracle = R[f"svy_{kind}"][name]
    match(found, oracle, rel=1e-8)
    assert (found.test, found.df, found.covariance_method) == ("t", oracle["df"], "linearised")
    assert found.fit["model_f"] == pytest.approx(oracle["f"], rel=1e-7)
    assert found.fit["model_f_p"] == pytest.approx(oracle["f_p"], rel=1e-6)
    if kind != "linear":
        match_effects(found, effects_of(oracle), 1e-6)
    assert found.reasons["aic"] == found.reasons["model_lr"] == "weights_need_design_based"
    assert "aic" not in found.fit and "model_lr" not in found.fit


@pytest.mark.parametrize("name", ["weighted", "clustered"])
@pytest.mark.parametrize("kind", ["ordinal", "multinomial"])
def test_other_models_under_designs_against_r(kind, name):
    found = fit_model(data(kind, **DESIGNS[name]), OPTIONS)
    match(found, R[f"svy_{kind}"][name], rel=1e-6, order=POLR if kind == "ordinal" else None)


def test_missing_values_leave_their_clusters_in_the_design():
    made = data("linear", **DESIGNS["clustered"])
    x = made.patterns.x.copy()
    x[2::8, 1] = np.nan
    found = fit_model(ModelData(replace(made.patterns, x=x), made.spec), OPTIONS)
    match(found, R["svy_domain"])
    assert (found.n, found.missing) == (140, 20)


def test_robust_is_an_unweighted_design():
    made = data("linear")
    robust = fit_model(data("linear", robust=True), OPTIONS)
    weighted = patterns(made.patterns.x, w=np.full(160, 3.0), weighting="probability")
    np.testing.assert_allclose(robust.se, fit_model(ModelData(weighted, made.spec), OPTIONS).se, rtol=1e-12)
    assert robust.covariance_method == "linearised" and "aic" in robust.fit


def test_condition_number_against_r():
    assert fit_model(data("linear"), OPTIONS).fit["condition_number"] == pytest.approx(R["condition"], rel=1e-9)


def grouped(made):
    """The same cases as distinct patterns with counts."""
    p = made.patterns
    _, first, where = np.unique(p.x, axis=0, return_index=True, return_inverse=True)
    where = where.ravel()
    sums = [np.bincount(where, v) for v in (p.n, p.w, p.w2)]
    return ModelData(
        Patterns(
            p.x[first],
            sums[0].astype(np.int64),
            sums[1],
            sums[2],
            p.weighting,
            None if p.sampling is None else Sampled(p.sampling.sample, where, len(first)),
        ),
        made.spec,
    )


@pytest.mark.parametrize("kind", ["linear", "logistic", "poisson", "ordinal", "multinomial"])
@pytest.mark.parametrize("name", ["none", "weighted", "clustered"])
def test_patterns_say_as_much_as_cases(kind, name):
    made = data(kind, **({} if name == "none" else DESIGNS[name]))
    rough = made.patterns.x.copy()
    rough[:, 1] = np.round(rough[:, 1], -1)
    made = ModelData(replace(made.patterns, x=rough), made.spec)
    by_pattern = grouped(made)
    assert by_pattern.patterns.n.size < 150 or kind == "linear"
    one, other = fit_model(made, OPTIONS), fit_model(by_pattern, OPTIONS)
    np.testing.assert_allclose(other.coefficient, one.coefficient, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.se, one.se, rtol=1e-9)
    np.testing.assert_allclose(other.effect_se, one.effect_se, rtol=1e-8)
    assert other.fit.get("max_cooks_distance", 0) == pytest.approx(one.fit.get("max_cooks_distance", 0), rel=1e-8)


NORRIS = """
0.1 0.2; 338.8 337.4; 118.1 118.2; 888.0 884.6; 9.2 10.1; 228.1 226.5; 668.5 666.3; 998.5 996.3; 449.1 448.6;
778.9 777.0; 559.2 558.2; 0.3 0.4; 0.1 0.6; 778.1 775.5; 668.8 666.9; 339.3 338.0; 448.9 447.5; 10.8 11.6;
557.7 556.0; 228.3 228.1; 998.0 995.8; 888.8 887.6; 119.6 120.2; 0.3 0.3; 0.6 0.3; 557.6 556.8; 339.3 339.1;
888.0 887.2; 998.5 999.0; 778.9 779.0; 10.2 11.1; 117.6 118.3; 228.9 229.2; 668.4 669.1; 449.2 448.9;
0.2 0.5;
"""


def lre(found, certified):
    return 16 if found == certified else -math.log10(abs(found - certified) / abs(certified))


def test_nist_norris():
    """STRD Norris (y x): certified values, Statistical Reference Datasets, NIST."""
    table = np.array([[float(v) for v in pair.split()] for pair in NORRIS.split(";") if pair.strip()])
    found = fit_model(ModelData(patterns(table), ModelSpec("linear")), OPTIONS)
    certified = {
        "b0": (found.coefficient[0], -0.262323073774029),
        "b1": (found.coefficient[1], 1.00211681802045),
        "se0": (found.se[0], 0.232818234301152),
        "se1": (found.se[1], 0.429796848199937e-03),
        "sd": (found.fit["residual_se"], 0.884796396144373),
        "r2": (found.fit["r_squared"], 0.999993745883712),
        "f": (found.fit["model_f"], 5436385.54079785),
    }
    for name, pair in certified.items():
        assert lre(*pair) >= 9, name


LONGLEY = """
60323 83.0 234289 2356 1590 107608 1947; 61122 88.5 259426 2325 1456 108632 1948;
60171 88.2 258054 3682 1616 109773 1949; 61187 89.5 284599 3351 1650 110929 1950;
63221 96.2 328975 2099 3099 112075 1951; 63639 98.1 346999 1932 3594 113270 1952;
64989 99.0 365385 1870 3547 115094 1953; 63761 100.0 363112 3578 3350 116219 1954;
66019 101.2 397469 2904 3048 117388 1955; 67857 104.6 419180 2822 2857 118734 1956;
68169 108.4 442769 2936 2798 120445 1957; 66513 110.8 444546 4681 2637 121950 1958;
68655 112.6 482704 3813 2552 123366 1959; 69564 114.2 502601 3931 2514 125368 1960;
69331 115.7 518173 4806 2572 127852 1961; 70551 116.9 554894 4007 2827 130081 1962;
"""


def test_nist_longley():
    table = np.array([[float(v) for v in row.split()] for row in LONGLEY.split(";") if row.strip()])
    found = fit_model(ModelData(patterns(table), ModelSpec("linear")), OPTIONS)
    certified = [
        -3482258.63459582,
        15.0618722713733,
        -0.358191792925910e-01,
        -2.02022980381683,
        -1.03322686717359,
        -0.511041056535807e-01,
        1829.15146461355,
    ]
    for ours, theirs in zip(found.coefficient, certified, strict=True):
        assert lre(ours, theirs) >= 9
    assert lre(found.fit["r_squared"], 0.995479004577296) >= 9
    assert lre(found.fit["model_f"], 330.285339234588) >= 9
    np.testing.assert_allclose(found.vif, R["longley"]["vif"], rtol=1e-7)
    assert found.fit["max_cooks_distance"] == pytest.approx(R["longley"]["cook"], rel=1e-8)


# ---------------------------------------------------------------- separation


def sex2():
    d = columns("models_sex2.csv")
    table = np.column_stack([d[name] for name in ("case", "age", "oc", "vic", "vicl", "vis", "dia")])
    return ModelData(patterns(table, d["count"].astype(np.int64)), ModelSpec("logistic", (0, 1, 2, 3, 4, 5)))


def test_firth_on_sex2():
    """Heinze and Schemper 2002; all users of a diaphragm (dia) are cases, so dia's odds ratio would be infinite."""
    found = fit_model(sex2(), OPTIONS)
    assert found.method == "firth" and found.separation and found.n == 239
    assert found.separating.tolist() == [False] * 5 + [True]
    published = [0.12025405, -1.10598131, -0.06881673, 2.26887464, -2.11140817, -0.78831694, 3.09601]
    np.testing.assert_allclose(found.coefficient, published, rtol=1e-6)
    oracle = R["sex2"]
    for ours, name, rel in (
        (found.coefficient, "coefficient", 1e-8),
        (found.se, "se", 1e-8),
        (found.statistic, "chi2", 1e-7),
        (found.low, "low", 1e-7),
        (found.high, "high", 1e-7),
    ):
        np.testing.assert_allclose(ours, oracle[name], rtol=rel, err_msg=name)
    assert found.fit["log_likelihood"] == pytest.approx(oracle["log_likelihood"], rel=1e-12)
    assert found.fit["model_lr"] == pytest.approx(oracle["lr"], rel=1e-10)
    assert round(found.fit["model_lr"], 5) == 49.09064  # as logistf prints it
    assert found.fit["model_lr_p"] == pytest.approx(7.15089e-09, rel=1e-6)
    np.testing.assert_allclose(found.ratio_high[1:], np.exp(oracle["high"][1:]), rtol=1e-6)
    assert np.isnan(found.ratio[0]) and found.reasons["aic"] == "penalised_likelihood"


def test_firth_with_a_numeric_predictor():
    oracle = R["separation"]
    cells = np.array(oracle["cells"], float)
    made = ModelData(patterns(cells[:, :3], cells[:, 3].astype(np.int64)), ModelSpec("logistic", (0, -1)))
    found = fit_model(made, OPTIONS)
    assert found.method == "firth" and found.separating.tolist() == [True, False]
    for ours, name in ((found.coefficient, "coefficient"), (found.se, "se"), (found.statistic, "chi2")):
        np.testing.assert_allclose(ours, oracle[name], rtol=1e-7, err_msg=name)
    np.testing.assert_allclose(found.low, oracle["low"], rtol=1e-7)
    np.testing.assert_allclose(found.high, oracle["high"], rtol=1e-7)
    np.testing.assert_allclose(found.effect[0], oracle["ame"]["effect"], rtol=1e-7)
    np.testing.assert_allclose(found.effect_se[0], oracle["ame"]["se"], rtol=1e-6)
    assert found.fit["log_likelihood"] == pytest.approx(oracle["log_likelihood"], rel=1e-9)
    doubled = patterns(cells[:, :3], cells[:, 3].astype(np.int64), cells[:, 3], "frequency")
    np.testing.assert_allclose(
        fit_model(ModelData(doubled, made.spec), OPTIONS).coefficient, oracle["coefficient"], rtol=1e-7
    )


def test_separation_is_reported_where_the_penalty_does_not_apply():
    made = sex2()
    refused = fit_model(ModelData(made.patterns, replace(made.spec, firth=False)), OPTIONS)
    assert refused.error == "separation" and refused.separation and refused.separating[5]
    assert np.isnan(refused.coefficient).all()
    survey = replace(made.patterns, weighting="probability")
    assert fit_model(ModelData(survey, made.spec), OPTIONS).error == "separation"


def test_complete_separation():
    x = np.arange(10.0)
    table = np.column_stack([(x > 4.5), x])
    found = fit_model(ModelData(patterns(table), ModelSpec("logistic")), OPTIONS)
    assert found.method == "firth" and found.separation and np.isfinite(found.coefficient).all()
    kinds = {"ordinal": np.digitize(x, [3, 6]), "multinomial": np.digitize(x, [3, 6])}
    for kind, y in kinds.items():
        failed = fit_model(ModelData(patterns(np.column_stack([y, x])), ModelSpec(kind)), OPTIONS)
        assert failed.error == "separation", kind
    # Nobody of the first group has a count above zero: its rate is zero and the log of it has no estimate.
    group = np.repeat([0.0, 1.0], 8)
    y = np.array([1, 2, 0, 3, 1, 1, 2, 0] + [0] * 8, float)
    assert (
        fit_model(ModelData(patterns(np.column_stack([y, group])), ModelSpec("poisson")), OPTIONS).error == "separation"
    )


def test_a_strong_effect_is_not_separation():
    """Log-odds far beyond 8 with a maximum all the same."""
    x = np.concatenate([np.linspace(-60, 60, 121), [-1.0, 1.0]])
    y = np.concatenate([np.linspace(-60, 60, 121) > 0, [1.0, 0.0]]).astype(float)
    found = fit_model(ModelData(patterns(np.column_stack([y, x])), ModelSpec("logistic")), OPTIONS)
    assert found.method == "maximum_likelihood" and not found.separation
    assert separated(np.column_stack([np.ones(123), x]), y) is None
    assert found.coefficient[1] * 60 > 8


# ---------------------------------------------------------------- forms and reasons


def test_layout_of_parameters():
    ordinal = fit_model(data("ordinal"), OPTIONS)
    assert ordinal.equation.tolist() == [0, 1, 2, 0, 0, 0, 0] and ordinal.column.tolist() == [-1, -1, -1, 0, 1, 2, 3]
    assert ordinal.categories.tolist() == [1, 2, 3, 4] and ordinal.effect.shape == (4, 4)
    np.testing.assert_allclose(ordinal.effect.sum(axis=0), 0, atol=1e-12)
    multi = fit_model(data("multinomial"), OPTIONS)
    assert multi.equation.tolist() == [1] * 5 + [2] * 5 and multi.column.tolist() == [-1, 0, 1, 2, 3] * 2
    made = data("multinomial")
    last = fit_model(ModelData(made.patterns, replace(made.spec, reference=-1)), OPTIONS)
    assert last.equation.tolist() == [0] * 5 + [1] * 5
    np.testing.assert_allclose(last.coefficient[:5], -multi.coefficient[5:], rtol=1e-9)
    np.testing.assert_allclose(last.coefficient[5:], multi.coefficient[:5] - multi.coefficient[5:], rtol=1e-8)
    np.testing.assert_allclose(last.effect, multi.effect, rtol=1e-8)
    np.testing.assert_allclose(last.effect_se, multi.effect_se, rtol=1e-8)
    assert last.fit["log_likelihood"] == pytest.approx(multi.fit["log_likelihood"], rel=1e-12)


def test_two_categories_are_the_logistic_model():
    logistic = fit_model(data("logistic"), OPTIONS)
    made = data("logistic")
    ordinal = fit_model(ModelData(made.patterns, replace(made.spec, kind="ordinal")), OPTIONS)
    multi = fit_model(ModelData(made.patterns, replace(made.spec, kind="multinomial")), OPTIONS)
    np.testing.assert_allclose(multi.coefficient, logistic.coefficient, rtol=1e-8)
    np.testing.assert_allclose(ordinal.coefficient[1:], logistic.coefficient[1:], rtol=1e-8)
    np.testing.assert_allclose(ordinal.coefficient[0], -logistic.coefficient[0], rtol=1e-8)
    np.testing.assert_allclose(multi.effect[1], logistic.effect[0], rtol=1e-8)


def test_confidence_and_codes():
    wide = fit_model(data("logistic"), Options(confidence=0.99))
    oracle = R["logistic"]
    z = 2.5758293035489  # R: qnorm(.995)
    np.testing.assert_allclose(wide.high, np.array(oracle["coefficient"]) + z * np.array(oracle["se"]), rtol=1e-9)
    made = data("logistic")
    recoded = made.patterns.x.copy()
    recoded[:, 0] = recoded[:, 0] * 7 + 2
    order = np.random.default_rng(4).permutation(160)
    again = fit_model(ModelData(replace(made.patterns, x=recoded[order]), made.spec), OPTIONS)
    np.testing.assert_allclose(again.coefficient, oracle["coefficient"], rtol=1e-9)
    assert again.categories.tolist() == [2, 9]


def test_model_without_predictors():
    table = CASES["b"][:, None]
    found = fit_model(ModelData(patterns(table), ModelSpec("logistic")), OPTIONS)
    k = CASES["b"].sum()
    assert found.coefficient[0] == pytest.approx(math.log(k / (160 - k)), rel=1e-12)
    assert found.effect.shape == (1, 0) and found.vif.size == 0 and "model_lr" not in found.fit
    mean = fit_model(ModelData(patterns(CASES["y"][:, None]), ModelSpec("linear")), OPTIONS)
    assert mean.coefficient[0] == pytest.approx(CASES["y"].mean(), rel=1e-12) and "model_f" not in mean.fit


@pytest.mark.parametrize(
    ("kind", "table", "error"),
    [
        ("linear", [[1, 2], [1, 3], [1, 5], [1, 4]], "outcome_does_not_vary"),
        ("logistic", [[0, 2], [1, 3], [2, 5], [1, 4]], "outcome_not_binary"),
        ("poisson", [[0, 2], [1.5, 3], [2, 5], [1, 4]], "outcome_not_counts"),
        ("poisson", [[0, 2], [-1, 3], [2, 5], [1, 4]], "outcome_not_counts"),
        ("linear", [[0, 2], [1, 3]], "too_few_cases"),
        ("linear", [[0, 2, 7], [1, 3, 7], [4, 4, 7], [2, 7, 7]], "predictor_does_not_vary predictor=1"),
        (
            "linear",
            [[0, 2, 5, 3], [1, 3, 7, 1], [4, 4, 9, 2], [2, 7, 15, 9], [1, 8, 17, 2]],
            "collinear_predictors predictor=1",
        ),
        ("linear", [[np.nan, 2], [1, np.nan]], "no_cases"),
    ],
)
def test_reasons(kind, table, error):
    found = fit_model(ModelData(patterns(np.array(table, float)), ModelSpec(kind)), OPTIONS)
    assert found.error == error and np.isnan(found.coefficient).all()
    for name, result in compute(ModelData(patterns(np.array(table, float)), ModelSpec(kind)), OPTIONS):
        assert result.error == error, name
        assert result.value is None if isinstance(result, Number) else np.isnan(result.values).all()


def test_no_variance_from_a_lonely_cluster():
    made = data("linear", weight="probability", stratum=CLUSTER, cluster=CLUSTER)
    found = fit_model(made, OPTIONS)
    assert found.error == "" and np.isfinite(found.coefficient).all() and np.isnan(found.se).all()
    assert found.reasons["coefficient_se"] == found.reasons["model_f"] == "lonely_psu"
    alone = data("linear", weight="probability", stratum=np.arange(160))
    assert fit_model(alone, OPTIONS).reasons["coefficient_p"] == "lonely_psu"
    few = fit_model(data("linear", weight="probability", stratum=STRATUM, cluster=CASES["k"].astype(int) % 2), OPTIONS)
    assert few.reasons["coefficient_p"] == "no_degrees_of_freedom" and np.isnan(few.p).all()


def test_exact_relation():
    """y = 2 + 3x without a rest: the coefficients are exact, and nothing is left to test them with."""
    x = np.array([1.0, 2, 4, 7, 11])
    table = np.column_stack([2 + 3 * x, x])
    found = fit_model(ModelData(patterns(table), ModelSpec("linear")), OPTIONS)
    np.testing.assert_allclose(found.coefficient, [2, 3], rtol=1e-12)
    assert found.fit["r_squared"] == 1 and np.isnan(found.se).all()
    results = dict(compute(ModelData(patterns(table), ModelSpec("linear")), OPTIONS))
    for name in ("coefficient_p", "model_f", "aic", "max_cooks_distance"):
        assert results[name].error == "zero_residual_variance", name
    assert results["model_lr"].error == "f_test_instead"


def test_a_coefficient_that_its_design_holds_still():
    """All of one group has the same outcome: linearised, its mean has no error (as svyglm gives: 0)."""
    y = np.array([1.0, 1, 1, 1, 2, 3, 5, 4])
    group = np.repeat([0.0, 1.0], 4)
    made = ModelData(patterns(np.column_stack([y, group]), weighting="probability"), ModelSpec("linear", (0,)))
    found = fit_model(made, OPTIONS)
    assert np.isnan(found.se[0]) and np.isnan(found.p[0])
    # R: d <- data.frame(y = c(1, 1, 1, 1, 2, 3, 5, 4), g = rep(0:1, each = 4))
    # SE(svyglm(y ~ g, svydesign(~1, weights = ~1, data = d)))
    assert found.se[1] == pytest.approx(0.597614304667197, rel=1e-9)
    assert found.reasons["coefficient_p"] == "zero_standard_error"


def test_large_counts_settle():
    """R: coef(glm(c(90210,110342,130999,180120) ~ c(1,2,3,4), poisson, control=glm.control(epsilon=1e-15)))."""
    table = np.array([[90210.0, 1], [110342, 2], [130999, 3], [180120, 4]])
    found = fit_model(ModelData(patterns(table), ModelSpec("poisson")), OPTIONS)
    assert found.error == ""
    np.testing.assert_allclose(found.coefficient, [11.15019044888632, 0.23040750429998], rtol=1e-10)


def test_misuse():
    for spec in (ModelSpec("probit"), ModelSpec("linear", (0,))):
        with pytest.raises(ValueError):
            fit_model(ModelData(data("linear").patterns, spec), OPTIONS)


def test_the_door():
    made = data("logistic")
    found = dict(compute(made, OPTIONS))
    assert isinstance(found["coefficient"], Cells) and isinstance(found["aic"], Number)
    np.testing.assert_allclose(found["coefficient"].values, R["logistic"]["coefficient"], rtol=1e-9)
    np.testing.assert_allclose(found["odds_ratio_low"].values[1:], np.exp(R["logistic"]["low"][1:]), rtol=1e-9)
    assert np.isnan(found["rate_ratio"].values).all() and found["rate_ratio"].error == "not_defined_for_model"
    assert found["aic"].value == pytest.approx(R["logistic"]["aic"], rel=1e-10)
    assert found["r_squared"].error == "not_defined_for_model" and found["separation"].value == 0
    assert found["coefficient_p"].method == "maximum_likelihood_model_based"
    assert found["model_f"].error == "likelihood_ratio_instead"
    linear = dict(compute(data("linear"), OPTIONS))
    assert linear["coefficient_p"].method == "least_squares_model_based df=155"
    assert linear["model_lr"].error == "f_test_instead"
    assert linear["pseudo_r_squared"].error == "not_defined_for_model"
    poisson = dict(compute(data("poisson"), OPTIONS))
    np.testing.assert_allclose(poisson["rate_ratio"].values[1:], np.exp(R["poisson"]["coefficient"][1:]), rtol=1e-9)
    split = dict(compute(sex2(), OPTIONS))
    assert split["separation"].value == 1
    assert split["coefficient_p"].method == "firth"
    assert split["bic"].error == "penalised_likelihood"


# ---------------------------------------------------------------- samples, effects and what is left over


def of_sample(kind, sample, robust=False):
    made = data(kind, "probability", robust=robust)
    everyone = np.arange(160)
    return ModelData(replace(made.patterns, sampling=Sampled(sample, everyone, 160)), made.spec)


@pytest.mark.parametrize("kind", ["linear", "logistic", "poisson"])
def test_declared_samples_against_svyglm(kind):
    """The same cases, with the sample declared for the whole file instead of for each pattern."""
    oracle = R[f"svy_{kind}"]["clustered"]
    found = fit_model(of_sample(kind, design(CASES["w"], STRATUM, CLUSTER)), OPTIONS)
    match(found, oracle, rel=1e-8)
    assert (found.test, found.df, found.covariance_method) == ("t", oracle["df"], "linearised")
    assert found.fit["model_f"] == pytest.approx(oracle["f"], rel=1e-7)
    holes = data(kind).patterns.x.copy()
    holes[2::8, 1] = np.nan
    made = of_sample(kind, design(CASES["w"], STRATUM, CLUSTER))
    found = fit_model(ModelData(replace(made.patterns, x=holes), made.spec), OPTIONS)
    assert (found.n, found.missing) == (140, 20)
    if kind == "linear":
        match(found, R["svy_domain"])


@pytest.mark.parametrize("kind", list(OUTCOME))
def test_replicates_are_refitted(kind):
    """The coefficients' covariance over the replicates, each fitted as weights of its own: jackknife, (r − 1)/r."""
    random = np.random.default_rng(6)
    weights = CASES["w"][:, None] * random.uniform(0.5, 1.5, (160, 12))
    weights[random.random((160, 12)) < 0.1] = 0
    found = fit_model(of_sample(kind, replicates(CASES["w"], weights, "jk1")), OPTIONS)
    made = data(kind)
    refits = np.array(
        [
            fit_model(ModelData(patterns(made.patterns.x, w=w, weighting="frequency"), made.spec), OPTIONS).coefficient
            for w in weights.T
        ]
    )
    away = refits - refits.mean(axis=0)
    np.testing.assert_allclose(found.covariance, 11 / 12 * away.T @ away, rtol=1e-5, atol=1e-7)
    assert found.covariance_method == "replicated"
    assert found.df == 11 + 1 - found.coefficient.size


@pytest.mark.parametrize("stratum", [None, STRATUM, np.arange(160) // 2])
def test_every_case_a_cluster_of_its_own(stratum):
    """Without clusters each case is one, also where a stratum has but two."""
    for kind in ("linear", "logistic"):
        alone = fit_model(data(kind, "probability", stratum=stratum), OPTIONS)
        each = fit_model(data(kind, "probability", stratum=stratum, cluster=np.arange(160)), OPTIONS)
        np.testing.assert_allclose(alone.se, each.se, rtol=1e-9)
        assert alone.df == each.df
        assert np.isfinite(alone.se).all()


def chances(kind, theta, x):
    """Expected outcomes from their definition, (k, e)."""
    if kind == "ordinal":
        below = 1 / (1 + np.exp(x @ theta[3:] - theta[:3, None])).T
        return np.diff(np.hstack([np.zeros((len(x), 1)), below, np.ones((len(x), 1))]), axis=1)
    if kind == "multinomial":
        odds = np.exp(np.column_stack([np.zeros(len(x)), *(b[0] + x @ b[1:] for b in theta.reshape(2, 5))]))
        return odds / odds.sum(axis=1, keepdims=True)
    eta = theta[0] + x @ theta[1:]
    return {"linear": eta, "logistic": 1 / (1 + np.exp(-eta)), "poisson": np.exp(eta)}[kind][:, None]


@pytest.mark.parametrize("weight", ["none", "frequency"])
@pytest.mark.parametrize("kind", list(OUTCOME))
def test_effects_without_factors_are_mean_slopes(kind, weight):
    """By central differences: of the expected outcome by the predictor, and of that by the coefficients."""
    made = data(kind, weight)
    found = fit_model(ModelData(made.patterns, ModelSpec(kind)), OPTIONS)
    w = made.patterns.w / made.patterns.w.sum()

    def effect(theta, j, h=1e-4):
        up, down = X.astype(float), X.astype(float)
        up[:, j] += h
        down[:, j] -= h
        return w @ (chances(kind, theta, up) - chances(kind, theta, down)) / (2 * h)

    for j in range(4):
        np.testing.assert_allclose(found.effect[:, j], effect(found.coefficient, j), rtol=1e-5, atol=1e-8)
        steps = found.se * 1e-3
        jacobian = np.array(
            [
                (effect(found.coefficient + one, j) - effect(found.coefficient - one, j)) / (2 * one.max())
                for one in np.diag(steps)
            ]
        )
        se = np.sqrt(np.einsum("qe,qr,re->e", jacobian, found.covariance, jacobian))
        np.testing.assert_allclose(found.effect_se[:, j], se, rtol=1e-4)


@pytest.mark.parametrize("kind", list(OUTCOME))
def test_pseudo_r_squared_by_definition(kind):
    """The model with an intercept alone, fitted, is what the likelihood of the model is compared with."""
    for weight in ("none", "frequency"):
        made = data(kind, weight)
        found = fit_model(made, OPTIONS)
        null = fit_model(ModelData(replace(made.patterns, x=made.patterns.x[:, :1]), ModelSpec(kind)), OPTIONS)
        n = made.patterns.w.sum()
        gain = found.fit["log_likelihood"] - null.fit["log_likelihood"]
        if kind == "linear":
            assert found.fit["r_squared"] == pytest.approx(1 - math.exp(-2 * gain / n), rel=1e-9)
            continue
        assert found.fit["model_lr"] == pytest.approx(2 * gain, rel=1e-8)
        want = 1 - found.fit["log_likelihood"] / null.fit["log_likelihood"]
        assert found.fit["pseudo_r_squared"] == pytest.approx(want, rel=1e-8)
        if kind != "poisson":
            cox = 1 - math.exp(-2 * gain / n)
            assert found.fit["cox_snell_r_squared"] == pytest.approx(cox, rel=1e-8)
            most = 1 - math.exp(2 * null.fit["log_likelihood"] / n)
            assert found.fit["nagelkerke_r_squared"] == pytest.approx(cox / most, rel=1e-8)


def test_weights_of_zero_are_no_cases():
    made = data("linear", "probability")
    nobody = replace(made.patterns, w=np.zeros(160), w2=np.zeros(160))
    assert fit_model(ModelData(nobody, made.spec), OPTIONS).error == "no_cases"


def test_vif_beside_a_penalised_fit():
    """1/(1 − R²) of each predictor on the others, cases counted."""
    made = sex2()
    found = fit_model(made, OPTIONS)
    w, x = made.patterns.w, made.patterns.x[:, 1:]
    for j in range(6):
        others = np.column_stack([np.ones(len(x)), np.delete(x, j, axis=1)])
        beta = np.linalg.solve(others.T @ (w[:, None] * others), others.T @ (w * x[:, j]))
        mean = w @ x[:, j] / w.sum()
        want = (w @ (x[:, j] - mean) ** 2) / (w @ (x[:, j] - others @ beta) ** 2)
        assert found.vif[j] == pytest.approx(want, rel=1e-9)


def test_a_penalised_fit_in_part_or_not_at_all(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(model_likelihoods, "profile_limit", lambda *given: math.nan)
        results = dict(compute(sex2(), OPTIONS))
        for name in ("coefficient_low", "coefficient_high", "odds_ratio_low", "odds_ratio_high"):
            assert results[name].error == "not_converged", name
            assert np.isnan(results[name].values).all(), name
        assert np.isfinite(results["coefficient_p"].values).all()
    monkeypatch.setattr(model_likelihoods, "_PASSES", 2)
    failed = fit_model(sex2(), OPTIONS)
    assert (failed.error, failed.separation) == ("not_converged", True)
    assert failed.separating.tolist() == [False] * 5 + [True]
    assert fit_model(data("ordinal"), OPTIONS).error == "not_converged"


def test_separating_is_yes_or_no():
    for made in (data("logistic"), sex2(), data("linear")):
        found = fit_model(made, OPTIONS)
        assert found.separating.dtype == bool
        assert found.separating.any() == found.separation


@pytest.mark.parametrize("kind", ["linear", "logistic"])
def test_the_p_of_an_effect_is_one_less_the_confidence_whose_interval_ends_at_zero(kind):
    made = data(kind, "probability")
    found = fit_model(made, OPTIONS)
    j = int(found.effect_p[0].argmax())
    p = float(found.effect_p[0, j])
    assert 1e-6 < p < 1
    touching = fit_model(made, replace(OPTIONS, confidence=1 - p))
    nearest = min(abs(touching.effect_low[0, j]), abs(touching.effect_high[0, j]))
    assert nearest == pytest.approx(0, abs=1e-8 * found.effect_se[0, j])


@pytest.mark.parametrize("kind", list(OUTCOME))
def test_the_size_of_probability_weights_does_not_matter_to_a_model(kind):
    table = np.column_stack([CASES[OUTCOME[kind]], X])
    one, small = (
        fit_model(ModelData(patterns(table, w=CASES["w"] * size, weighting="probability"), ModelSpec(kind)), OPTIONS)
        for size in (1.0, 1e-9)
    )
    np.testing.assert_allclose(small.coefficient, one.coefficient, rtol=1e-7)
    np.testing.assert_allclose(small.se, one.se, rtol=1e-7)
