"""Two-by-two tables: odds ratio, risk ratios, risk difference, McNemar; and their strata (Cochran–Mantel–Haenszel).

A table is ((a, b), (c, d)). Sources: SPSS Statistics Algorithms, CROSSTABS; Agresti, Categorical Data Analysis, 2013.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from pipeline.statistics.core import Crosstab, Floats, LayeredCrosstab, Number, Options, not_computable, number
from pipeline.statistics.exact import log_hypergeometric
from pipeline.statistics.proportions import newcombe
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    DESIGN,
    FEWER,
    MOST_CELLS,
    TOO_MANY_CELLS,
    designed,
    exponential,
    interval_factor,
    is_asked_twice,
    is_paired,
    is_two_by_two,
    measure_method,
    naive_test_reason,
    nonempty,
    size_reason,
    standard_error,
    total_reason,
    upper_chi2,
    whole_counts,
)

NOT_2X2 = "not_two_by_two"
ZERO_CELL = "zero_cell"

# The conditional odds ratio is found by some 60 passes over all counts that the margins allow.
_MOST_CASES = 100_000
_MOST_PAIRED_CASES = 2_000_000_000


# ---------------------------------------------------------------- ratios and differences of two rows


def _reason(table: Crosstab) -> str:
    return size_reason(table) or ("" if table.w.shape == (2, 2) else NOT_2X2)


def _ratio(table: Crosstab, name: str, gradient: Floats, value: float, options: Options) -> dict[str, Number]:
    ids = (name, f"{name}_low", f"{name}_high")
    error = standard_error(table, gradient).value
    kind = "design_based_interval" if designed(table) else "wald_log"
    method = f"{kind} confidence={100 * options.confidence:g}"
    if error is None:
        low = high = not_computable("zero_standard_error", method)
    else:
        half = interval_factor(table, options.confidence) * error
        low, high = number(value * exponential(-half), method), number(value * exponential(half), method)
    return dict(zip(ids, (number(value, measure_method(table)), low, high), strict=True))


_OR = ("odds_ratio", "odds_ratio_low", "odds_ratio_high")


@statistic(
    Value("odds_ratio", order=340, low="odds_ratio_low", high="odds_ratio_high"),
    takes=Crosstab,
    applies=is_two_by_two,
)
def odds_ratio(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """ad/(bc) with Woolf's interval exp(ln OR ± z√(1/a + 1/b + 1/c + 1/d)); a zero cell is a reason, not a shift."""
    table = nonempty(table)
    reason = _reason(table)
    if reason:
        return dict.fromkeys(_OR, not_computable(reason))
    x = table.w
    if (x <= 0).any():
        return dict.fromkeys(_OR, not_computable(ZERO_CELL))
    p = x / x.sum()
    value = float(x[0, 0] * x[1, 1] / (x[0, 1] * x[1, 0]))
    return _ratio(table, "odds_ratio", np.array([[1.0, -1.0], [-1.0, 1.0]]) / p, value, options)


_RISKS = tuple(f"risk_ratio_column{j}{end}" for j in (1, 2) for end in ("", "_low", "_high"))


@statistic(
    Value("risk_ratio_column1", low="risk_ratio_column1_low", high="risk_ratio_column1_high"),
    Value("risk_ratio_column2", low="risk_ratio_column2_low", high="risk_ratio_column2_high"),
    takes=Crosstab,
    applies=is_two_by_two,
)
def risk_ratios(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Share of a column in row 1 over its share in row 2 (SPSS: "For cohort"), interval on the log scale.

    Var(ln RR) = 1/a − 1/(a + b) + 1/c − 1/(c + d) for column 1 (Katz et al., Biometrics 34, 1978).
    """
    table = nonempty(table)
    reason = _reason(table)
    if reason:
        return dict.fromkeys(_RISKS, not_computable(reason))
    x = table.w
    rows = x.sum(axis=1)
    result: dict[str, Number] = {}
    for j in (0, 1):
        name = f"risk_ratio_column{j + 1}"
        hit = x[:, j]
        if (hit <= 0).any():
            result |= dict.fromkeys((name, f"{name}_low", f"{name}_high"), not_computable(ZERO_CELL))
            continue
        own = np.zeros((2, 2))
        own[:, j] = 1 / hit
        gradient = np.array([[1.0], [-1.0]]) * (own - 1 / rows[:, None]) * float(x.sum())
        value = float(hit[0] * rows[1] / (hit[1] * rows[0]))
        result |= _ratio(table, name, gradient, value, options)
    return result


_DIFFERENCE = ("risk_difference", "risk_difference_low", "risk_difference_high")


@statistic(
    Value("risk_difference", low="risk_difference_low", high="risk_difference_high"),
    takes=Crosstab,
    applies=is_two_by_two,
)
def risk_difference(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Share of column 1 in row 1 minus its share in row 2, with Newcombe's interval (method 10).

    With a probability weight or a design: the difference ± t times its design-based standard error.
    """
    table = nonempty(table)
    reason = _reason(table)
    if reason:
        return dict.fromkeys(_DIFFERENCE, not_computable(reason))
    x = table.w
    rows = x.sum(axis=1)
    shares = x[:, 0] / rows
    value = number(float(shares[0] - shares[1]), measure_method(table))
    if designed(table):
        gradient = np.array([[1.0], [-1.0]]) * (np.array([1.0, 0.0]) - shares[:, None]) * float(x.sum()) / rows[:, None]
        error = standard_error(table, gradient).value
        method = f"design_based_interval confidence={100 * options.confidence:g}"
        half = math.nan if error is None else interval_factor(table, options.confidence) * error
        centre = float(shares[0] - shares[1])
        low, high = number(centre - half, method), number(centre + half, method)
    else:
        ends = newcombe(x[0, 0], rows[0], x[1, 0], rows[1], options.confidence)
        low, high = (number(float(end), f"newcombe confidence={100 * options.confidence:g}") for end in ends)
    return dict(zip(_DIFFERENCE, (value, low, high), strict=True))


# ---------------------------------------------------------------- conditional odds ratio


def _solve(f: Callable[[float], float], target: float) -> float:
    """x with f(x) = target for a function that rises without end of its domain, to the last digit, by halving."""
    low, high = -1.0, 1.0
    while f(low) > target:
        low *= 2
    while f(high) < target:
        high *= 2
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if f(middle) < target:
            low = middle
        else:
            high = middle


def conditional_odds_ratio(
    counts: tuple[tuple[int, ...], ...], confidence: float
) -> tuple[float | None, float | None, float | None]:
    """Conditional maximum likelihood odds ratio of a 2×2 table and its exact interval; ``None`` means infinite.

    Given the margins a is noncentral hypergeometric; the estimate makes its mean a, the limits make a tail
    (1 − confidence)/2 (Cornfield, 1956; R's ``fisher.test``, to more digits).
    """
    (a, b), (c, d) = counts
    lowest, log_p = log_hypergeometric((a + b, c + d), a + c)
    k = np.arange(lowest, lowest + len(log_p), dtype=np.float64)
    highest = lowest + len(log_p) - 1

    def weights(log_ratio: float) -> Floats:
        log = log_p + (k - a) * log_ratio
        found = np.exp(log - log.max())
        return np.asarray(found / found.sum())

    tail = (1 - confidence) / 2
    at_bottom, at_top = a == lowest, a == highest
    estimate: float | None
    if at_bottom:
        estimate = 0.0
    elif at_top:
        estimate = None
    else:
        estimate = exponential(_solve(lambda t: float((weights(t) * k).sum()), a))
    low = 0.0 if at_bottom else exponential(_solve(lambda t: float(weights(t)[k >= a].sum()), tail))
    high = None if at_top else exponential(_solve(lambda t: -float(weights(t)[k <= a].sum()), -tail))
    return estimate, low, high


_COR = ("conditional_odds_ratio", "conditional_odds_ratio_low", "conditional_odds_ratio_high")


@statistic(
    Value("conditional_odds_ratio", low="conditional_odds_ratio_low", high="conditional_odds_ratio_high"),
    takes=Crosstab,
    applies=is_two_by_two,
)
def conditional_odds_ratios(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Conditional maximum likelihood odds ratio with its exact interval, the companion of Fisher's test."""
    table = nonempty(table)
    reason = naive_test_reason(table) or ("" if table.w.shape == (2, 2) else NOT_2X2)
    counts: tuple[tuple[int, ...], ...] = ()
    if not reason:
        reason, counts = whole_counts(table, _MOST_CASES)
    if reason:
        return dict.fromkeys(_COR, not_computable(reason))
    method = f"exact_interval confidence={100 * options.confidence:g}"
    found = conditional_odds_ratio(counts, options.confidence)
    methods = ("conditional_mle", method, method)
    return {
        name: not_computable("infinite", how) if value is None else number(value, how)
        for name, value, how in zip(_COR, found, methods, strict=True)
    }


# ---------------------------------------------------------------- McNemar, Bowker


def binomial_half_p(b: int, c: int) -> float:
    """Two-sided exact p of b against c when both are equally likely, 2·P(X ≤ min(b, c)), at most 1."""
    from scipy.special import bdtr

    n, least = b + c, min(b, c)
    if n <= 1_000:
        return float(min(1, 2 * sum(math.comb(n, k) for k in range(least + 1)) / 2**n))
    return min(1.0, 2 * float(bdtr(least, n, 0.5)))


def _used(table: Crosstab) -> Floats:
    """The counts of the categories that somebody chose on either side, shape (k, k)."""
    used = (table.w.sum(axis=1) > 0) | (table.w.sum(axis=0) > 0)
    return np.asarray(table.w[np.ix_(used, used)])


_MCNEMAR = ("mcnemar_p", "mcnemar_chi2", "mcnemar_chi2_p", "mcnemar_corrected", "mcnemar_corrected_p")


@statistic(
    Value("mcnemar_p", "p", order=330, inferential=True),
    Value("mcnemar_chi2", p="mcnemar_chi2_p", inferential=True),
    Value("mcnemar_corrected", p="mcnemar_corrected_p", inferential=True),
    takes=Crosstab,
    applies=lambda table: is_asked_twice(table) and _used(table).shape == (2, 2),
)
def mcnemar(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """McNemar's test of two paired dichotomies: exact binomial p (SPSS), chi-square, and with continuity correction.

    chi2 = (b − c)²/(b + c); corrected (|b − c| − 1)²/(b + c) (Edwards), 0 where |b − c| ≤ 1.
    """
    if not is_paired(table):
        return dict.fromkeys(_MCNEMAR, not_computable("categories_differ"))
    x = _used(table)
    reason = DESIGN if designed(table) else "" if x.shape == (2, 2) else NOT_2X2
    reason = reason or total_reason(float(x.sum()))
    if not reason and x[0, 1] + x[1, 0] <= 0:
        reason = "no_discordant_pairs"
    if reason:
        return dict.fromkeys(_MCNEMAR, not_computable(reason))
    b, c = float(x[0, 1]), float(x[1, 0])
    plain = (b - c) ** 2 / (b + c)
    corrected = max(abs(b - c) - 1, 0.0) ** 2 / (b + c)
    reason, _ = whole_counts(table, _MOST_PAIRED_CASES)
    p = not_computable(reason) if reason else number(binomial_half_p(round(b), round(c)), "exact")
    values = (number(plain), number(upper_chi2(plain, 1)), number(corrected), number(upper_chi2(corrected, 1)))
    return dict(zip(_MCNEMAR, (p, *values), strict=True))


_BOWKER = ("bowker_chi2", "bowker_chi2_df", "bowker_chi2_p")


@statistic(
    Value("bowker_chi2", df=("bowker_chi2_df",), p="bowker_chi2_p", inferential=True),
    takes=Crosstab,
    applies=lambda table: is_asked_twice(table) and len(_used(table)) > 2,
)
def bowker(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Bowker's test of symmetry (SPSS: "McNemar–Bowker"), Σ(n_ij − n_ji)²/(n_ij + n_ji) over i < j.

    One degree of freedom for each pair of categories that somebody exchanged (J. Am. Stat. Assoc. 43, 1948).
    """
    if not is_paired(table):
        return dict.fromkeys(_BOWKER, not_computable("categories_differ"))
    x = _used(table)
    upper = np.triu_indices(len(x), 1)
    there, back = x[upper], x.T[upper]
    both = there + back
    seen = both > 0
    reason = DESIGN if designed(table) else total_reason(float(x.sum()))
    reason = reason or ("" if seen.any() else "no_discordant_pairs")
    if reason:
        return dict.fromkeys(_BOWKER, not_computable(reason))
    value = float(((there - back)[seen] ** 2 / both[seen]).sum())
    df = int(seen.sum())
    return dict(zip(_BOWKER, (number(value), number(df), number(upper_chi2(value, df))), strict=True))


# ---------------------------------------------------------------- strata


def _strata(layers: LayeredCrosstab) -> Floats:
    """Counts (k, r, c) of the strata with at least two cases, without rows and columns empty in all of them."""
    if not layers.tables:
        return np.zeros((0, 0, 0))
    x = np.stack([table.w for table in layers.tables])
    x = x[x.sum(axis=(1, 2)) >= 2]
    return np.asarray(x[:, x.sum(axis=(0, 2)) > 0][:, :, x.sum(axis=(0, 1)) > 0])


def _strata_reason(layers: LayeredCrosstab, x: Floats) -> str:
    if any(designed(table) for table in layers.tables):
        return DESIGN
    if x.size and total_reason(float(x.sum())):
        return total_reason(float(x.sum()))
    if min(x.shape[1:]) < 2 or not len(x):
        return FEWER
    return TOO_MANY_CELLS if x[0].size > MOST_CELLS else ""


def cmh_statistic(strata: Floats) -> float:
    """General association of Cochran, Mantel and Haenszel over strata (k, r, c); NaN where nothing can vary.

    t'V⁻¹t with t the observed minus expected counts without last row and column, summed over strata, and V their
    hypergeometric covariance (Landis, Heyman and Koch, Int. Stat. Rev. 46, 1978).
    """
    r, c = strata.shape[1:]
    t = np.zeros((r - 1) * (c - 1))
    v = np.zeros((t.size, t.size))
    for x in strata:
        n = float(x.sum())
        rows, cols = x.sum(axis=1), x.sum(axis=0)
        t += (x - np.outer(rows, cols) / n)[:-1, :-1].ravel()
        by_row = (np.diag(rows) * n - np.outer(rows, rows))[:-1, :-1]
        by_col = (np.diag(cols) * n - np.outer(cols, cols))[:-1, :-1]
        v += np.kron(by_row, by_col) / (n**2 * (n - 1))
    if np.linalg.matrix_rank(v) < t.size:
        return math.nan
    return float(t @ np.linalg.solve(v, t))


_CMH = ("cmh", "cmh_df", "cmh_p")


@statistic(
    Value("cmh", order=10, usual="tested", df=("cmh_df",), p="cmh_p", inferential=True),
    takes=LayeredCrosstab,
)
def cmh(layers: LayeredCrosstab, options: Options) -> Mapping[str, Number]:
    """Cochran–Mantel–Haenszel test of association given a third variable, without continuity correction (SAS, R)."""
    x = _strata(layers)
    reason = _strata_reason(layers, x)
    if reason:
        return dict.fromkeys(_CMH, not_computable(reason))
    value = cmh_statistic(x)
    if math.isnan(value):
        return dict.fromkeys(_CMH, not_computable("zero_variance"))
    df = (x.shape[1] - 1) * (x.shape[2] - 1)
    return dict(zip(_CMH, (number(value), number(df), number(upper_chi2(value, df))), strict=True))


def _two_by_two_strata(layers: LayeredCrosstab) -> bool:
    return _strata(layers).shape[1:] == (2, 2)


def _strata_2x2(layers: LayeredCrosstab) -> tuple[str, Floats]:
    x = _strata(layers)
    reason = _strata_reason(layers, x)
    return reason or ("" if x.shape[1:] == (2, 2) else NOT_2X2), x


_MH = ("cmh_corrected", "cmh_corrected_p")


@statistic(
    Value("cmh_corrected", p="cmh_corrected_p", inferential=True),
    takes=LayeredCrosstab,
    applies=_two_by_two_strata,
)
def mantel_haenszel(layers: LayeredCrosstab, options: Options) -> Mapping[str, Number]:
    """The Mantel–Haenszel test with continuity correction that SPSS prints, 2×2 tables in strata.

    (max(|Σ(a − E)| − ½, 0))²/ΣVar; the correction is left out where |Σ(a − E)| < ½ (R).
    """
    reason, x = _strata_2x2(layers)
    if reason:
        return dict.fromkeys(_MH, not_computable(reason))
    n = x.sum(axis=(1, 2))
    rows, cols = x.sum(axis=2), x.sum(axis=1)
    away = abs(float((x[:, 0, 0] - rows[:, 0] * cols[:, 0] / n).sum()))
    spread = float((rows.prod(axis=1) * cols.prod(axis=1) / (n**2 * (n - 1))).sum())
    if spread <= 0:
        return dict.fromkeys(_MH, not_computable("zero_variance"))
    value = (away - (0.5 if away >= 0.5 else 0.0)) ** 2 / spread
    return {"cmh_corrected": number(value), "cmh_corrected_p": number(upper_chi2(value, 1))}


def mantel_haenszel_odds_ratio(strata: Floats) -> tuple[float, float]:
    """Common odds ratio Σ(ad/n)/Σ(bc/n) of strata (k, 2, 2) and the standard error of its logarithm.

    Robins, Breslow and Greenland, Biometrics 42, 1986. NaN where a sum is zero.
    """
    n = strata.sum(axis=(1, 2))
    a, b, c, d = strata[:, 0, 0], strata[:, 0, 1], strata[:, 1, 0], strata[:, 1, 1]
    same, other = a * d / n, b * c / n
    top, bottom = float(same.sum()), float(other.sum())
    if top <= 0 or bottom <= 0:
        return math.nan, math.nan
    agree, differ = (a + d) / n, (b + c) / n
    found = (
        float((agree * same).sum()) / (2 * top**2)
        + float((agree * other + differ * same).sum()) / (2 * top * bottom)
        + float((differ * other).sum()) / (2 * bottom**2)
    )
    return top / bottom, math.sqrt(found)


_MHOR = ("mh_odds_ratio", "mh_odds_ratio_low", "mh_odds_ratio_high")


@statistic(
    Value("mh_odds_ratio", low="mh_odds_ratio_low", high="mh_odds_ratio_high"),
    takes=LayeredCrosstab,
    applies=_two_by_two_strata,
)
def mh_odds_ratio(layers: LayeredCrosstab, options: Options) -> Mapping[str, Number]:
    """Mantel–Haenszel common odds ratio of 2×2 tables in strata, with its interval."""
    from scipy.special import ndtri

    reason, x = _strata_2x2(layers)
    if reason:
        return dict.fromkeys(_MHOR, not_computable(reason))
    value, error = mantel_haenszel_odds_ratio(x)
    if math.isnan(value):
        return dict.fromkeys(_MHOR, not_computable(ZERO_CELL))
    half = -float(ndtri((1 - options.confidence) / 2)) * error
    method = f"wald_log confidence={100 * options.confidence:g}"
    ends = (number(value * exponential(-half), method), number(value * exponential(half), method))
    return dict(zip(_MHOR, (number(value), *ends), strict=True))


_HOMOGENEITY = ("breslow_day", "breslow_day_df", "breslow_day_p", "tarone", "tarone_df", "tarone_p")


@statistic(
    Value("breslow_day", df=("breslow_day_df",), p="breslow_day_p", inferential=True),
    Value("tarone", df=("tarone_df",), p="tarone_p", inferential=True),
    takes=LayeredCrosstab,
    applies=_two_by_two_strata,
)
def homogeneity(layers: LayeredCrosstab, options: Options) -> Mapping[str, Number]:
    """Breslow and Day's test that the strata share one odds ratio, and Tarone's correction of it (SPSS prints both).

    Σ(a − A)²/Var with A the count that gives the Mantel–Haenszel odds ratio; Tarone subtracts (Σ(a − A))²/ΣVar.
    Strata with an empty row or column say nothing and are left out. Breslow and Day, Statistical Methods in
    Cancer Research 1, 1980; Tarone, Biometrika 72, 1985.
    """
    reason, x = _strata_2x2(layers)
    if reason:
        return dict.fromkeys(_HOMOGENEITY, not_computable(reason))
    ratio, _ = mantel_haenszel_odds_ratio(x)
    x = x[(x.sum(axis=1) > 0).all(axis=1) & (x.sum(axis=2) > 0).all(axis=1)]
    if math.isnan(ratio) or len(x) < 2:
        reason = ZERO_CELL if math.isnan(ratio) else "fewer_than_two_strata"
        return dict.fromkeys(_HOMOGENEITY, not_computable(reason))
    row, column, n = x[:, 0].sum(axis=1), x[:, :, 0].sum(axis=1), x.sum(axis=(1, 2))
    # A(n − row − column + A) = ratio (row − A)(column − A): of the two roots the one within the margins, in the form
    # that does not cancel when the ratio is near 1.
    square = 1 - ratio
    linear = n - row - column + ratio * (row + column)
    fitted = 2 * ratio * row * column / (linear + np.sqrt(linear**2 + 4 * square * ratio * row * column))
    spread = 1 / (1 / fitted + 1 / (row - fitted) + 1 / (column - fitted) + 1 / (n - row - column + fitted))
    away = x[:, 0, 0] - fitted
    plain = float((away**2 / spread).sum())
    corrected = plain - float(away.sum()) ** 2 / float(spread.sum())
    df = len(x) - 1
    values = (plain, df, upper_chi2(plain, df), corrected, df, upper_chi2(corrected, df))
    return dict(zip(_HOMOGENEITY, map(number, values), strict=True))
