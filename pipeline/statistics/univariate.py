"""One numeric variable: location, spread, shape, percentiles.

Without a weight, and with a frequency weight, every value is the one SPSS prints under that name (IBM SPSS Statistics
Algorithms: DESCRIPTIVES, FREQUENCIES, EXAMINE), with the sum of weights W in the place of the number of cases. With
a probability weight the mean is Σwx/Σw, the variance that of R's ``svyvar``, the standard error linearised as
``svymean`` does for cases drawn one by one with replacement, and percentiles those of ``svyquantile`` with the rule
``school``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Distribution, Floats, Number, Options, Result, by_design, not_computable, number
from pipeline.statistics.moments import Moments, moments, used
from pipeline.statistics.registry import Value, statistic

PERCENTILES = {"median": 0.5, "q1": 0.25, "q3": 0.75, "p05": 0.05, "p10": 0.10, "p90": 0.90, "p95": 0.95}


def t_quantile(df: float, confidence: float) -> float:
    """Half-width of a two-sided interval in standard errors: the (1+confidence)/2 quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + confidence) / 2))


def t_two_sided(t: float, df: float) -> float:
    """P(|T| ≥ |t|) for Student's t with df degrees of freedom."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))


def haverage_at(values: Floats, w: Floats, cumulative: Floats, rank: float) -> float:
    """The value at a (fractional) rank as HAVERAGE and Tukey's hinges interpolate it; ``cumulative`` sums ``w``.

    Between two values the weighted average of both, where the upper one is reached after one case (or after its whole
    weight where that is less than one).
    """
    k = int(np.searchsorted(cumulative, rank, side="right"))
    if k == 0:
        return float(values[0])
    if k == values.size:
        return float(values[-1])
    beyond = (rank - cumulative[k - 1]) / min(w[k], 1.0)
    return float(values[k - 1] + min(beyond, 1.0) * (values[k] - values[k - 1]))


def weighted_quantile(values: Floats, w: Floats, p: float) -> float:
    """The quantile p of a weighted distribution: the smallest value whose cumulative share reaches p.

    Where a value's cumulative share is exactly p, the mean of it and the next (Hyndman and Fan 1996, definition 2;
    R survey ``svyquantile(qrule = "school")``).
    """
    cumulative = np.cumsum(w)
    rank = p * cumulative[-1]
    # Sums of weights such as 0.1 + 0.2 are not exact: "exactly p" allows for their rounding.
    slack = 1e-12 * cumulative[-1]
    k = min(int(np.searchsorted(cumulative, rank - slack, side="left")), values.size - 1)
    if abs(cumulative[k] - rank) <= slack and k + 1 < values.size:
        return float((values[k] + values[k + 1]) / 2)
    return float(values[k])


def variance_of(m: Moments, weighting: str) -> float:
    """Σw(x−mean)² over W−1, or, for a probability weight, its mean times n/(n−1) (``svyvar``); NaN where undefined."""
    if weighting == "probability":
        return m.squares / m.total * m.cases / (m.cases - 1) if m.cases > 1 and m.total > 0 else math.nan
    return m.squares / (m.total - 1) if m.total > 1 else math.nan


def _se_and_df(d: Distribution, m: Moments) -> tuple[float, float, str]:
    """Standard error of the mean, its degrees of freedom, and what a design has against a variance.

    sd/√W, or, for a probability weight, linearised; NaN where undefined.
    """
    if m.total <= 0:
        return math.nan, math.nan, ""
    if d.sampling is not None:
        covariance, error = d.sampling.covariance(
            (m.deviations / m.total)[:, None], lambda w: np.array([(w @ d.values) / w.sum()]), corrected=True
        )
        return math.sqrt(float(covariance[0, 0])), d.sampling.df, error
    if d.weighting == "probability":
        squares = float(d.w2 @ (m.deviations * m.deviations))
        n = m.cases if d.sample_n is None else d.sample_n
        se = math.sqrt(n / (n - 1) * squares) / m.total if m.cases > 1 else math.nan
        return se, m.cases - 1, ""
    return math.sqrt(variance_of(m, d.weighting) / m.total) if m.total > 1 else math.nan, m.total - 1, ""


def _spread_method(weighting: str) -> str:
    return {"none": "n_minus_1", "frequency": "sum_of_weights_minus_1", "probability": "survey_variance"}[weighting]


@statistic(
    Value("n", "count", "group", order=1, usual="always"),
    Value("count", "count", "group"),
    Value("sum", place="group", in_unit=1),
    Value("mean", "value", "group", order=2, usual="always", decimals=2, low="mean_low", high="mean_high", in_unit=1),
    Value("sd", "length", "group", order=3, usual="always", decimals=2, in_unit=1),
    Value("variance", place="group", in_unit=2),
    Value("se", "length", "group", decimals=2, inferential=True, in_unit=1),
    Value("coefficient_of_variation", place="group"),
    takes=Distribution,
)
def location_and_spread(aggregate: Distribution, options: Options) -> Mapping[str, Result]:
    """Cases, sum, mean, standard deviation, variance, standard error and interval of the mean.

    Units are those of the variable (variance: squared; coefficient of variation: sd/mean). ``n`` counts cases,
    ``count`` sums weights. The interval is mean ± t·se with W−1 (probability weight: n−1; strata, clusters or
    replicate weights: the design's) degrees of freedom.
    Not computable: ``no_cases``; spread with one case or W ≤ 1, ``fewer_than_two_cases``; coefficient of variation
    of a mean of 0, ``zero_mean``.
    """
    d = used(aggregate)
    m = moments(d.values, d.n, d.w)
    found: dict[str, Result] = {"n": Number(m.cases), "count": Number(m.total)}
    if m.total <= 0:
        names = ("sum", "mean", "sd", "variance", "se", "mean_low", "mean_high", "coefficient_of_variation")
        return found | {name: not_computable("no_cases") for name in names}
    found["sum"] = number(float(d.w @ d.values))
    found["mean"] = number(m.mean)
    variance = variance_of(m, d.weighting)
    sd = math.sqrt(variance)
    se, df, error = _se_and_df(d, m)
    few = "fewer_than_two_cases"
    method = _spread_method(d.weighting)
    found["sd"] = number(sd, method, error=few)
    found["variance"] = number(variance, method, error=few)
    se_method = "design_based" if by_design(d) else "sd_over_root_n"
    found["se"] = number(se, se_method, error=error or few)
    half = se * t_quantile(df, options.confidence) if math.isfinite(se) and df > 0 else math.nan
    kind = "design_based_interval" if by_design(d) else "t_interval"
    interval = f"{kind} confidence={100 * options.confidence:g}"
    found["mean_low"] = number(m.mean - half, interval, error=error or few)
    found["mean_high"] = number(m.mean + half, interval, error=error or few)
    ratio = sd / m.mean if m.mean != 0 else math.nan
    found["coefficient_of_variation"] = number(ratio, method, error="zero_mean" if math.isfinite(sd) else few)
    return found


@statistic(
    Value("minimum", "value", "group", order=4, usual="always", decimals=0),
    Value("maximum", "value", "group", order=8, usual="always", decimals=0),
    Value("range", "length", "group", decimals=0),
    Value("mode", "value", "group", decimals=0),
    takes=Distribution,
    any_size=True,
)
def extremes_and_mode(aggregate: Distribution, options: Options) -> Mapping[str, Result]:
    """Smallest and largest value, their difference, and the most frequent value.

    Of several values equally frequent the smallest is given, as SPSS does, with the warning ``several_modes``; when
    every value of two or more is equally frequent there is no mode to speak of and the warning says
    ``all_values_equally_frequent``. Not computable: ``no_cases``.
    """
    d = used(aggregate)
    if d.values.size == 0:
        return {name: not_computable("no_cases") for name in ("minimum", "maximum", "range", "mode")}
    low, high = float(d.values[0]), float(d.values[-1])
    top = d.w.max()
    # Sums of fractional weights that are equal in the data may differ in the last bit.
    modes = d.values[d.w >= top * (1 - 1e-12)]
    warning = ""
    if modes.size > 1:
        warning = "all_values_equally_frequent" if modes.size == d.values.size else "several_modes"
    return {
        "minimum": Number(low),
        "maximum": Number(high),
        "range": Number(high - low),
        "mode": Number(float(modes[0]), "smallest_mode" if warning else "", warning),
    }


@statistic(
    Value("median", "value", "group", order=6, usual="always"),
    Value("q1", "value", "group", order=5, usual="always"),
    Value("q3", "value", "group", order=7, usual="always"),
    Value("p05", "value", "group"),
    Value("p10", "value", "group"),
    Value("p90", "value", "group"),
    Value("p95", "value", "group"),
    takes=Distribution,
    any_size=True,
)
def percentiles(aggregate: Distribution, options: Options) -> Mapping[str, Result]:
    """Median, quartiles and the percentiles 5, 10, 90, 95.

    ``haverage`` (SPSS's default; R ``quantile(type = 6)``), or ``weighted_quantile`` with a probability weight, for
    which "one case further" has no meaning. Not computable: ``no_cases``.
    """
    d = used(aggregate)
    if d.values.size == 0:
        return {name: not_computable("no_cases") for name in PERCENTILES}
    if d.weighting == "probability":
        return {
            name: number(weighted_quantile(d.values, d.w, p), "weighted_quantile") for name, p in PERCENTILES.items()
        }
    cumulative = np.cumsum(d.w)
    return {
        name: number(haverage_at(d.values, d.w, cumulative, (cumulative[-1] + 1) * p), "haverage")
        for name, p in PERCENTILES.items()
    }


@statistic(
    Value("hinge_low", "value", "group"),
    Value("hinge_high", "value", "group"),
    takes=Distribution,
    any_size=True,
    applies=lambda d: d.weighting != "probability",
)
def hinges(aggregate: Distribution, options: Options) -> Mapping[str, Result]:
    """Tukey's hinges, the ends of a box plot's box, as SPSS EXAMINE interpolates them.

    At depth ⌊(W+3)/2⌋/2 from either end; with weights below 1, in units of the smallest. Not computable:
    ``no_cases``; ``weights_are_not_frequencies`` with a probability weight.
    """
    d = used(aggregate)
    names = ("hinge_low", "hinge_high")
    if d.values.size == 0:
        return {name: not_computable("no_cases") for name in names}
    if d.weighting == "probability":
        return {name: not_computable("weights_are_not_frequencies") for name in names}
    cumulative = np.cumsum(d.w)
    total, unit = float(cumulative[-1]), min(float(d.w.min()), 1.0)
    depth = math.floor((total / unit + 3) / 2) / 2 * unit
    ranks = (depth, total + unit - depth)
    return {
        name: number(haverage_at(d.values, d.w, cumulative, rank), "tukey_hinges")
        for name, rank in zip(names, ranks, strict=True)
    }


@statistic(
    Value("skewness", place="group", se="skewness_se"),
    Value("kurtosis", place="group", se="kurtosis_se"),
    takes=Distribution,
)
def shape(aggregate: Distribution, options: Options) -> Mapping[str, Result]:
    """Adjusted skewness and excess kurtosis (Fisher's G1 and G2) with their standard errors, as SPSS prints them.

    With a probability weight the weights are scaled to sum to n; standard errors are then not given
    (``weights_need_design_based``). Not computable: skewness below three cases, kurtosis below four,
    ``too_few_cases``; a constant, ``zero_variance``.
    """
    d = used(aggregate)
    m = moments(d.values, d.n, d.w)
    survey = d.weighting == "probability"
    total = m.cases if survey else m.total
    method = "adjusted_weights_scaled_to_n" if survey else "adjusted"
    found: dict[str, Result] = {}
    e = m.deviations
    scale = total / m.total if m.total > 0 else math.nan
    enough3, enough4 = total > 2, total > 3
    if m.total > 0 and m.squares > 0 and total > 1:
        sd = math.sqrt(m.squares * scale / (total - 1))
        z = e / sd
        third = scale * float(d.w @ (z * z * z))
        fourth = scale * float(d.w @ (z * z * z * z))
        skewness = total * third / ((total - 1) * (total - 2)) if enough3 else math.nan
        kurtosis = (
            (total * (total + 1) * fourth - 3 * (total - 1) ** 3) / ((total - 1) * (total - 2) * (total - 3))
            if enough4
            else math.nan
        )
        found["skewness"] = number(skewness, method, error="too_few_cases")
        found["kurtosis"] = number(kurtosis, method, error="too_few_cases")
    else:
        reason = "too_few_cases" if total <= 1 else "zero_variance"
        found["skewness"] = found["kurtosis"] = not_computable(reason, method)
    if by_design(d):
        return found | {name: not_computable("weights_need_design_based") for name in ("skewness_se", "kurtosis_se")}
    skewness_se = (
        math.sqrt(6 * total * (total - 1) / ((total - 2) * (total + 1) * (total + 3))) if enough3 else math.nan
    )
    kurtosis_se = (
        math.sqrt(4 * (total * total - 1) * skewness_se**2 / ((total - 3) * (total + 5))) if enough4 else math.nan
    )
    found["skewness_se"] = number(skewness_se, "normal_theory", error="too_few_cases")
    found["kurtosis_se"] = number(kurtosis_se, "normal_theory", error="too_few_cases")
    return found


@statistic(
    Value("effective_n", place="group"),
    Value("design_effect_weights", place="group"),
    takes=Distribution,
    applies=lambda d: d.weighting == "probability",
)
def kish(aggregate: Distribution, options: Options) -> Mapping[str, Result]:
    """Kish's effective number of cases (Σw)²/Σw² and the design effect of unequal weights nΣw²/(Σw)².

    Source: Kish (1965), Survey Sampling, 11.7. A frequency weight replicates cases, all equal: effective are its Σw,
    and the design effect is 1 (``replicated_cases``). Not computable: ``no_cases``.
    """
    total, squares = float(aggregate.w.sum()), float(aggregate.w2.sum())
    if total <= 0:
        return {name: not_computable("no_cases") for name in ("effective_n", "design_effect_weights")}
    if aggregate.weighting == "frequency":
        return {
            "effective_n": number(total, "replicated_cases"),
            "design_effect_weights": number(1.0, "replicated_cases"),
        }
    effective = total * total / squares
    return {
        "effective_n": number(effective, "kish"),
        "design_effect_weights": number(float(aggregate.n.sum()) / effective, "kish"),
    }
