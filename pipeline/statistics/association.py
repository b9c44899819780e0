"""Association of two categorical variables: chi-square tests, measures based on them, measures of prediction.

In every id ``_rows`` means that the row variable is predicted from the column variable (SPSS: "rows dependent"),
``_columns`` the reverse. Sources: SPSS Statistics Algorithms, CROSSTABS; Agresti, Categorical Data Analysis, 2013;
Goodman and Kruskal, J. Am. Stat. Assoc. 49, 1954, 58, 1963 and 67, 1972.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from pipeline.statistics.cells import expected_counts
from pipeline.statistics.core import Crosstab, Floats, Number, Options, not_computable, number, to_unit
from pipeline.statistics.ordinal import ordered
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    DESIGN,
    NO_SCORES,
    OUT_OF_RANGE,
    counts,
    designed,
    is_two_by_two,
    measure_method,
    naive_test_reason,
    nonempty,
    probability_of_ratio,
    size_reason,
    standard_error,
    two_sided_t,
    upper_chi2,
    wald_probability,
)

# ---------------------------------------------------------------- chi-square tests


def pearson_chi2(counts: Floats) -> float:
    """Σ(O − E)²/E of a table without empty rows and columns."""
    expected = expected_counts(counts)
    return float(((counts - expected) ** 2 / expected).sum())


def yates_chi2(counts: Floats) -> float:
    """N(|ad − bc| − N/2)²/(product of the margins) of a 2×2 table, 0 where |ad − bc| ≤ N/2."""
    (a, b), (c, d) = counts.tolist()
    n = a + b + c + d
    lifted = max(abs(a * d - b * c) - n / 2, 0.0)
    return float(n * lifted**2 / ((a + b) * (c + d) * (a + c) * (b + d)))


def likelihood_ratio_chi2(counts: Floats) -> float:
    """2ΣO ln(O/E); an empty cell adds nothing."""
    seen = counts > 0
    return float(2 * (counts[seen] * np.log(counts[seen] / expected_counts(counts)[seen])).sum())


def degrees_of_freedom(counts: Floats) -> int:
    """(rows − 1)(columns − 1)."""
    rows, cols = counts.shape
    return int((rows - 1) * (cols - 1))


def small_expected_warning(expected: Floats) -> str:
    """``expected_below_5 cells=… share=… minimum=…`` when an expected count is below 5, else empty.

    ``share`` is the share (0–1) of the cells concerned.
    """
    cells = int((expected < 5).sum())
    if cells == 0:
        return ""
    return f"expected_below_5 cells={cells} share={cells / expected.size:.4g} minimum={float(expected.min()):.4g}"


@statistic(
    Value("chi2", order=20, usual="tested", df=("chi2_df",), p="chi2_p", inferential=True),
    takes=Crosstab,
)
def chi2(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Pearson's chi-square test of independence, without continuity correction."""
    table = nonempty(table)
    reason = naive_test_reason(table)
    if reason:
        return dict.fromkeys(("chi2", "chi2_df", "chi2_p"), not_computable(reason))
    expected = expected_counts(table.w)
    value = float(((table.w - expected) ** 2 / expected).sum())
    df = degrees_of_freedom(table.w)
    warning = small_expected_warning(expected)
    return {
        "chi2": number(value, warning=warning),
        "chi2_df": number(df),
        "chi2_p": number(upper_chi2(value, df), warning=warning),
    }


@statistic(
    Value("chi2_yates", order=30, p="chi2_yates_p", inferential=True),
    takes=Crosstab,
    applies=is_two_by_two,
)
def chi2_yates(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Chi-square with Yates's continuity correction (SPSS: "Continuity Correction"), 2×2 tables only."""
    table = nonempty(table)
    reason = naive_test_reason(table) or ("" if table.w.shape == (2, 2) else "not_two_by_two")
    if reason:
        return dict.fromkeys(("chi2_yates", "chi2_yates_p"), not_computable(reason))
    value = yates_chi2(table.w)
    return {"chi2_yates": number(value), "chi2_yates_p": number(upper_chi2(value, 1))}


_LR = ("likelihood_ratio", "likelihood_ratio_df", "likelihood_ratio_p")


@statistic(
    Value("likelihood_ratio", order=40, df=("likelihood_ratio_df",), p="likelihood_ratio_p", inferential=True),
    takes=Crosstab,
)
def likelihood_ratio(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Likelihood-ratio chi-square test of independence (G²)."""
    table = nonempty(table)
    reason = naive_test_reason(table)
    if reason:
        return dict.fromkeys(_LR, not_computable(reason))
    value = likelihood_ratio_chi2(table.w)
    df = degrees_of_freedom(table.w)
    return dict(zip(_LR, (number(value), number(df), number(upper_chi2(value, df))), strict=True))


# ---------------------------------------------------------------- correlations of the scores


def correlation(counts: Floats, row_scores: Floats, col_scores: Floats) -> tuple[float, Floats]:
    """Pearson's r of the scores over a table without empty categories, and its gradient by the cell shares, (r, c).

    NaN where the scores of one variable are all equal.
    """
    p = counts / counts.sum()
    if np.ptp(row_scores) <= 0 or np.ptp(col_scores) <= 0:
        return math.nan, np.zeros_like(p)
    row_scores, col_scores = to_unit(row_scores), to_unit(col_scores)
    rows, cols = p.sum(axis=1), p.sum(axis=0)
    x = row_scores - float(rows @ row_scores)
    y = col_scores - float(cols @ col_scores)
    sx, sy = float(rows @ x**2), float(cols @ y**2)
    zx, zy = (x / math.sqrt(sx))[:, None], (y / math.sqrt(sy))[None, :]
    r = float((p * zx * zy).sum())
    return r, zx * zy - r / 2 * (zx**2 + zy**2)


def midranks(totals: Floats) -> Floats:
    """Average ranks of ordered categories with these totals, up to a constant: cases before + half the category."""
    return totals.cumsum() - totals / 2


def _scored(table: Crosstab) -> bool:
    return table.row_scores is not None and table.col_scores is not None and ordered(table)


@statistic(
    Value("linear_by_linear", order=50, p="linear_by_linear_p", inferential=True),
    takes=Crosstab,
    of_order=True,
    applies=_scored,
)
def linear_by_linear(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Mantel–Haenszel test of linear association, (N − 1)r² with one degree of freedom (SPSS)."""
    ids = ("linear_by_linear", "linear_by_linear_p")
    table = nonempty(table)
    reason = naive_test_reason(table)
    if reason or table.row_scores is None or table.col_scores is None:
        return dict.fromkeys(ids, not_computable(reason or NO_SCORES))
    r, _ = correlation(table.w, table.row_scores, table.col_scores)
    value = (float(table.w.sum()) - 1) * r**2
    return {"linear_by_linear": number(value), "linear_by_linear_p": number(upper_chi2(value, 1))}


def _correlation_results(table: Crosstab, name: str, rows: Floats, cols: Floats) -> dict[str, Number]:
    r, gradient = correlation(counts(table), rows, cols)
    if not math.isfinite(r):
        return dict.fromkeys((name, f"{name}_ase", f"{name}_p"), not_computable("zero_variance"))
    error = standard_error(table, gradient)
    if designed(table):
        p = wald_probability(table, r, error)
    else:
        df = float(table.w.sum()) - 2
        if df <= 0:
            p = not_computable("too_few_cases")
        elif abs(r) >= 1:
            p = Number(0.0)
        else:
            p = number(two_sided_t(r * math.sqrt(df / (1 - r**2)), df))
    return {name: number(r, measure_method(table)), f"{name}_ase": error, f"{name}_p": p}


@statistic(
    Value("pearson_r", order=280, usual="tested", p="pearson_r_p", ase="pearson_r_ase"),
    takes=Crosstab,
    of_order=True,
    applies=_scored,
)
def pearson_r(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Pearson's correlation of the codes; p from t = r√((N − 2)/(1 − r²))."""
    table = nonempty(table)
    ids = ("pearson_r", "pearson_r_ase", "pearson_r_p")
    reason = size_reason(table)
    if reason or table.row_scores is None or table.col_scores is None:
        return dict.fromkeys(ids, not_computable(reason or NO_SCORES))
    return _correlation_results(table, "pearson_r", table.row_scores, table.col_scores)


@statistic(
    Value("spearman_rho", order=290, usual="tested", p="spearman_rho_p", ase="spearman_rho_ase"),
    takes=Crosstab,
    of_order=True,
    applies=ordered,
)
def spearman_rho(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Spearman's rank correlation: Pearson's r of the average ranks; p as for Pearson's r.

    The standard error treats the ranks as fixed scores, as SPSS does.
    """
    table = nonempty(table)
    reason = size_reason(table)
    if reason:
        return dict.fromkeys(("spearman_rho", "spearman_rho_ase", "spearman_rho_p"), not_computable(reason))
    x = counts(table)
    return _correlation_results(table, "spearman_rho", midranks(x.sum(axis=1)), midranks(x.sum(axis=0)))


def eta(counts: Floats, scores: Floats) -> float:
    """√(between/total sum of squares) of the row scores by column; NaN where the scores are all equal."""
    if np.ptp(scores) <= 0:
        return math.nan
    rows = counts.sum(axis=1)
    cols = counts.sum(axis=0)
    scores = to_unit(scores)
    deviations = scores - float(rows @ scores) / float(counts.sum())
    total = float(rows @ deviations**2)
    return math.sqrt(float(((deviations @ counts) ** 2 / cols).sum()) / total)


def _eta(table: Crosstab, scores: Floats | None, transpose: bool) -> Number:
    reason = size_reason(table)
    if reason or scores is None:
        return not_computable(reason or NO_SCORES)
    x = counts(table)
    return number(eta(x.T if transpose else x, scores), measure_method(table), error="zero_variance")


@statistic(
    Value("eta_rows", order=300),
    takes=Crosstab,
    of_order=True,
    applies=lambda table: table.row_scores is not None and table.row_ordered,
)
def eta_rows(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Correlation ratio of the row variable's codes by the column variable."""
    table = nonempty(table)
    return {"eta_rows": _eta(table, table.row_scores, False)}


@statistic(
    Value("eta_columns", order=310),
    takes=Crosstab,
    of_order=True,
    applies=lambda table: table.col_scores is not None and table.col_ordered,
)
def eta_columns(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Correlation ratio of the column variable's codes by the row variable."""
    table = nonempty(table)
    return {"eta_columns": _eta(table, table.col_scores, True)}


# ---------------------------------------------------------------- measures based on chi-square


def noncentrality(x: float, df: float, probability: float) -> float:
    """λ ≥ 0 with P(χ²(df, λ) ≤ x) = probability; 0 where the central distribution is already below it."""
    from scipy.special import chdtr, chndtr, chndtrinc

    if x <= 0 or chdtr(df, x) <= probability:
        return 0.0
    found = float(chndtrinc(x, df, probability))
    # chndtrinc stops at a relative error of about 1e-8; ∂P/∂λ = (P(df + 2) − P(df))/2 gives the other digits.
    for _ in range(4):
        level = float(chndtr(x, df, found))
        slope = (float(chndtr(x, df + 2, found)) - level) / 2
        if slope >= 0:
            break
        found -= (level - probability) / slope
    return max(found, 0.0)


def cramers_v_interval(chi2: float, n: float, shape: tuple[int, ...], confidence: float) -> tuple[float, float]:
    """Interval of Cramér's V: √(λ/(n(q − 1))) at the two limits λ of χ²'s noncentrality, q = min(r, c).

    Smithson, Confidence Intervals, 2003, ch. 5.
    """
    r, c = shape
    df = (r - 1) * (c - 1)
    base = n * (min(r, c) - 1)
    tail = (1 - confidence) / 2
    low = noncentrality(chi2, df, 1 - tail)
    high = noncentrality(chi2, df, tail)
    return math.sqrt(low / base), min(math.sqrt(high / base), 1.0)


_V = ("cramers_v", "cramers_v_low", "cramers_v_high")


@statistic(
    Value("cramers_v", order=120, usual="always", low="cramers_v_low", high="cramers_v_high"),
    takes=Crosstab,
)
def cramers_v(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Cramér's V = √(χ²/(N(q − 1))), q = min(rows, columns), with the interval of a noncentral chi-square."""
    table = nonempty(table)
    reason = size_reason(table)
    if reason:
        return dict.fromkeys(_V, not_computable(reason))
    x = counts(table)
    n = float(x.sum())
    value = pearson_chi2(x)
    v = number(math.sqrt(value / (n * (min(x.shape) - 1))), measure_method(table))
    if designed(table):
        return {"cramers_v": v} | dict.fromkeys(_V[1:], not_computable(DESIGN))
    low, high = cramers_v_interval(value, n, x.shape, options.confidence)
    method = f"noncentral_chi2 confidence={100 * options.confidence:g}"
    ends = zip(_V[1:], (low, high), strict=True)
    return {"cramers_v": v} | {name: number(end, method, error=OUT_OF_RANGE) for name, end in ends}


@statistic(Value("cramers_v_corrected", order=121), takes=Crosstab)
def cramers_v_corrected(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Cramér's V without the bias that chance gives it: √(φ̃²/(min(r̃, c̃) − 1)).

    φ̃² = max(0, χ²/n − (r − 1)(c − 1)/(n − 1)), r̃ = r − (r − 1)²/(n − 1), c̃ alike: Bergsma, J. Korean Stat. Soc. 42,
    2013. n are the cases, also where shares are weighted.
    """
    table = nonempty(table)
    n = float(table.n.sum())
    reason = size_reason(table) or ("too_few_cases" if n < 2 else "")
    if reason:
        return {"cramers_v_corrected": not_computable(reason)}
    x = counts(table)
    r, c = x.shape
    phi2 = max(0.0, pearson_chi2(x) / float(x.sum()) - (r - 1) * (c - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1))
    if smaller <= 1:
        return {"cramers_v_corrected": not_computable("too_few_cases")}
    return {"cramers_v_corrected": number(min(math.sqrt(phi2 / (smaller - 1)), 1.0), measure_method(table))}


@statistic(
    Value("phi", order=110),
    Value("contingency_coefficient", order=130),
    takes=Crosstab,
)
def phi(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """φ = √(χ²/N), with the sign of ad − bc in a 2×2 table (SPSS); contingency coefficient C = √(χ²/(χ² + N))."""
    table = nonempty(table)
    reason = size_reason(table)
    if reason:
        return dict.fromkeys(("phi", "contingency_coefficient"), not_computable(reason))
    x = counts(table)
    n = float(x.sum())
    value = pearson_chi2(x)
    found = math.sqrt(value / n)
    if x.shape == (2, 2):
        found = math.copysign(found, x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0])
    method = measure_method(table)
    return {
        "phi": number(found, method),
        "contingency_coefficient": number(math.sqrt(value / (value + n)), method),
    }


# ---------------------------------------------------------------- measures of prediction


Measure = tuple[float, Floats]
"""A value and its gradient by the cell shares; the value is NaN where the measure is not defined."""


def _modal(shares: Floats) -> Floats:
    """1 in each row's largest cell (the first of equals), else 0."""
    found = np.zeros_like(shares)
    found[np.arange(shares.shape[0]), shares.argmax(axis=1)] = 1
    return found


def goodman_kruskal_lambda(counts: Floats) -> dict[str, tuple[float, Floats, float]]:
    """λ for ``rows``, ``columns`` and ``symmetric``: value, gradient, and standard error if λ = 0.

    (cases guessed right knowing the other variable − without)/(1 − without). NaN where all cases share a category.
    """
    total = float(counts.sum())
    p = counts / total
    col_knowing = _modal(counts)
    row_knowing = _modal(counts.T).T
    col_guess = np.broadcast_to(_modal(counts.sum(axis=0)[None, :]), p.shape)
    row_guess = np.broadcast_to(_modal(counts.sum(axis=1)[None, :]).T, p.shape)
    parts = {
        "rows": (row_knowing, row_guess, 1),
        "columns": (col_knowing, col_guess, 1),
        "symmetric": (row_knowing + col_knowing, row_guess + col_guess, 2),
    }
    found: dict[str, tuple[float, Floats, float]] = {}
    for name, (knowing, guess, ceiling) in parts.items():
        gain = float((counts * (knowing - guess)).sum()) / total
        room = (ceiling * total - float((counts * guess).sum())) / total
        if room <= 0:
            found[name] = (math.nan, np.zeros_like(p), math.nan)
            continue
        null = max(float((p * (knowing - guess) ** 2).sum()) - gain**2, 0.0) / total
        found[name] = (gain / room, (knowing - guess) / room + gain * guess / room**2, math.sqrt(null) / room)
    return found


def goodman_kruskal_tau(counts: Floats) -> Measure:
    """τ of the columns by the rows: the share by which knowing the row lowers Gini's index of the columns."""
    p = counts / counts.sum()
    rows, cols = p.sum(axis=1, keepdims=True), p.sum(axis=0, keepdims=True)
    within = float((p**2 / rows).sum())
    overall = float((cols**2).sum())
    room = 1 - overall
    if room <= 0:
        return math.nan, np.zeros_like(p)
    d_within = 2 * p / rows - (p**2).sum(axis=1, keepdims=True) / rows**2
    return (within - overall) / room, (d_within * room - 2 * cols * (1 - within)) / room**2


def _entropy(shares: Floats) -> tuple[float, Floats]:
    """−Σp ln p and its gradient −(ln p + 1); an empty cell adds nothing."""
    log = np.log(np.where(shares > 0, shares, 1.0))
    return -float((shares * log).sum()), -(log + 1)


def uncertainty_coefficients(counts: Floats) -> dict[str, Measure]:
    """Theil's uncertainty coefficients: mutual information over the entropy of rows, of columns, of their mean.

    NaN where that entropy is zero.
    """
    p = counts / counts.sum()
    h_rows, d_rows = _entropy(p.sum(axis=1, keepdims=True))
    h_cols, d_cols = _entropy(p.sum(axis=0, keepdims=True))
    h_both, d_both = _entropy(p)
    shared = h_rows + h_cols - h_both
    d_shared = d_rows + d_cols - d_both
    bases = {
        "rows": (h_rows, d_rows),
        "columns": (h_cols, d_cols),
        "symmetric": ((h_rows + h_cols) / 2, (d_rows + d_cols) / 2),
    }
    return {
        side: (shared / h, d_shared / h - shared * d / h**2) if h > 0 else (math.nan, np.zeros_like(p))
        for side, (h, d) in bases.items()
    }


def _prediction(
    table: Crosstab, name: str, sides: tuple[str, ...], ends: tuple[str, ...], one: Callable[[Floats, str], Measure]
) -> dict[str, Number]:
    """Value and standard error of a measure for each side of a table already without empty categories."""
    reason = size_reason(table)
    if reason:
        return dict.fromkeys((f"{name}_{side}{end}" for side in sides for end in ends), not_computable(reason))
    x = counts(table)
    result: dict[str, Number] = {}
    for side in sides:
        value, gradient = one(x, side)
        result[f"{name}_{side}"] = number(value, measure_method(table))
        result[f"{name}_{side}_ase"] = standard_error(table, gradient)
    return result


_LAMBDA = ("rows", "columns", "symmetric")


@statistic(
    Value("lambda_rows", order=140, p="lambda_rows_p", ase="lambda_rows_ase"),
    Value("lambda_columns", order=150, p="lambda_columns_p", ase="lambda_columns_ase"),
    Value("lambda_symmetric", order=160, p="lambda_symmetric_p", ase="lambda_symmetric_ase"),
    takes=Crosstab,
)
def lambdas(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Goodman and Kruskal's lambda with its standard error and p (normal, from value/ASE₀).

    Of two categories equally large the first counts as the modal one.
    """
    table = nonempty(table)
    measures = {} if size_reason(table) else goodman_kruskal_lambda(counts(table))
    result = _prediction(table, "lambda", _LAMBDA, ("", "_ase", "_p"), lambda _, side: measures[side][:2])
    for side, (value, _, null_error) in measures.items():
        result[f"lambda_{side}_p"] = (
            wald_probability(table, value, result[f"lambda_{side}_ase"])
            if designed(table)
            else probability_of_ratio(value, null_error)
        )
    return result


@statistic(
    Value("gk_tau_rows", order=170, p="gk_tau_rows_p", ase="gk_tau_rows_ase"),
    Value("gk_tau_columns", order=180, p="gk_tau_columns_p", ase="gk_tau_columns_ase"),
    takes=Crosstab,
)
def gk_taus(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Goodman and Kruskal's tau; p from (N − 1)(k − 1)τ as chi-square with (r − 1)(c − 1) degrees of freedom.

    k is the number of categories of the predicted variable (Light and Margolin, J. Am. Stat. Assoc. 66, 1971; SPSS).
    """

    def one(x: Floats, side: str) -> Measure:
        if side == "columns":
            return goodman_kruskal_tau(x)
        value, gradient = goodman_kruskal_tau(x.T)
        return value, gradient.T

    table = nonempty(table)
    result = _prediction(table, "gk_tau", ("rows", "columns"), ("", "_ase", "_p"), one)
    reason = naive_test_reason(table)
    for side, k in (("rows", table.w.shape[0]), ("columns", table.w.shape[1])):
        value = result[f"gk_tau_{side}"].value
        result[f"gk_tau_{side}_p"] = (
            not_computable(reason or "undefined")
            if reason or value is None
            else number(upper_chi2((float(table.w.sum()) - 1) * (k - 1) * value, degrees_of_freedom(table.w)))
        )
    return result


@statistic(
    Value("uncertainty_rows", order=190, p="uncertainty_rows_p", ase="uncertainty_rows_ase"),
    Value("uncertainty_columns", order=200, p="uncertainty_columns_p", ase="uncertainty_columns_ase"),
    Value("uncertainty_symmetric", order=210, p="uncertainty_symmetric_p", ase="uncertainty_symmetric_ase"),
    takes=Crosstab,
)
def uncertainties(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Theil's uncertainty coefficient (entropy reduced) with its standard error and p.

    The coefficient times 2N and the entropy is the likelihood-ratio chi-square, whose p SPSS gives for all three.
    """
    table = nonempty(table)
    measures = {} if size_reason(table) else uncertainty_coefficients(counts(table))
    result = _prediction(table, "uncertainty", _LAMBDA, ("", "_ase", "_p"), lambda _, side: measures[side])
    reason = naive_test_reason(table)
    p = (
        not_computable(reason)
        if reason
        else number(upper_chi2(likelihood_ratio_chi2(table.w), degrees_of_freedom(table.w)), "likelihood_ratio")
    )
    return result | {f"uncertainty_{side}_p": p for side in _LAMBDA}
