"""Multiple response sets: shares on two bases, column letters with overlap, and tests of association.

A case may mention several items, so the mentions of a table are not independent and a chi-square on them is not a
test. Association is tested item by item with the sum of Pearson statistics, whose null distribution is a weighted
sum of chi-squares (Agresti and Liu 1999, *Biometrics* 55, 936–943) corrected to the second order (Bilder and
Loughin 2004, *Biometrics* 60, 241–248; Thomas and Decady 2004, *Survey Research Methods Section*), or by permutation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import (
    Cells,
    Floats,
    Ints,
    MultipleCrosstab,
    Number,
    Options,
    Result,
    Sampling,
    Weighting,
    by_design,
    not_computable,
    number,
)
from pipeline.statistics.exact import monte_carlo_p
from pipeline.statistics.multiple_tests import adjust_rows
from pipeline.statistics.proportions import clopper_pearson, letter, logit_interval, share_se, wilson
from pipeline.statistics.registry import Value, statistic

Texts = npt.NDArray[np.object_]

_BATCH = 2_000_000
"""Most labels shuffled at once: 16 MB of memory."""


@dataclass(frozen=True, slots=True)
class MultiplePair:
    """Two multiple response sets over the cases valid on both: the distinct joint answer patterns.

    ``rows``: (m, i) of 0/1, the items of the set in the rows; ``columns``: (m, k) of 0/1, those of the set in the
    columns; ``n``, ``w``, ``w2``: (m,), the cases that show the pattern, their weights and squared weights. The
    pattern of a case that mentions nothing belongs to it where the base of cases is "all asked".
    """

    rows: Ints
    columns: Ints
    n: Ints
    w: Floats
    w2: Floats
    weighting: Weighting = "none"
    sampling: Sampling | None = None


# ---------------------------------------------------------------- what a sample says of shares


def _ratio_covariance(
    sampling: Sampling, w: Floats, above: Floats, below: Floats, *, corrected: bool = False
) -> tuple[Floats, str]:
    """Design covariance (c, c) of the ratios w·above/w·below, column by column, and why there is none.

    ``w`` (cells,), ``above`` and ``below`` (cells, c). NaN for a column without cases.
    """
    bases = w @ below
    used = bases > 0
    covariance = np.full((bases.size, bases.size), np.nan)
    if not used.any():
        return covariance, "no_cases"
    above, below, bases = above[:, used], below[:, used], bases[used]
    ratios = w @ above / bases
    found, error = sampling.covariance(
        (above - ratios * below) / bases, lambda v: np.asarray((v @ above) / (v @ below)), corrected
    )
    covariance[np.ix_(used, used)] = found
    return covariance, error


def _in_groups(table: MultipleCrosstab, columns: Floats) -> Floats:
    """Something of each pattern (m, c), for the cells of one group at a time: (m·G, G·c), 0 in the other groups."""
    m, groups = table.patterns_w.shape
    found = np.zeros((m, groups, groups, columns.shape[1]))
    for g in range(groups):
        found[:, g, g, :] = columns
    return found.reshape(m * groups, groups * columns.shape[1])


def _share_covariance(table: MultipleCrosstab, sampling: Sampling, *, corrected: bool = False) -> tuple[Floats, str]:
    """Design covariance of the shares of cases, (G, j, G, j); NaN for a group without cases."""
    j, groups = table.w.shape
    mentions = table.patterns.astype(np.float64)
    covariance, error = _ratio_covariance(
        sampling,
        table.patterns_w.ravel(),
        _in_groups(table, mentions),
        _in_groups(table, np.ones_like(mentions)),
        corrected=corrected,
    )
    return covariance.reshape(groups, j, groups, j), error


# ---------------------------------------------------------------- counts and shares


def share_of_cases(mentions: Floats, cases: Floats) -> Floats:
    """Mentions per case: ``mentions`` (j, g) over ``cases`` (g,); NaN for a group without cases."""
    cases = np.broadcast_to(np.asarray(cases, float), mentions.shape)
    shares: Floats = np.full(mentions.shape, np.nan)
    np.divide(mentions, cases, out=shares, where=cases > 0)
    return shares


def share_of_responses(mentions: Floats) -> Floats:
    """Each item's part of all mentions of its group, (j, g); NaN for a group without mentions."""
    return share_of_cases(mentions, mentions.sum(axis=0))


@statistic(
    Value("count", "count", "cell"),
    Value("n", "count", "cell"),
    Value("share_of_cases", "share", "cell", usual="always"),
    Value("share_of_responses", "share", "cell", usual="always"),
    takes=MultipleCrosstab,
)
def shares(table: MultipleCrosstab, options: Options) -> Mapping[str, Result]:
    """Mentions (weighted, and cases unweighted) of j items in g groups, as shares of cases and of mentions.

    Each of shape (j, g). Shares of cases add up to more than 1 where cases mention several items; shares of
    responses add up to 1. A group without cases (or mentions) has no share: ``no_cases`` (``no_mentions``).
    """
    of_cases = share_of_cases(table.w, table.cases_w)
    of_responses = share_of_responses(table.w)
    return {
        "count": Cells(table.w.astype(float)),
        "n": Cells(table.n.astype(float)),
        "share_of_cases": Cells(of_cases, error="no_cases"),
        "share_of_responses": Cells(of_responses, error="no_mentions"),
    }


@statistic(
    Value("share_of_cases_se", "share", "cell", inferential=True),
    Value("interval_low", "share", "cell", inferential=True),
    Value("interval_high", "share", "cell", inferential=True),
    takes=MultipleCrosstab,
)
def share_intervals(table: MultipleCrosstab, options: Options) -> Mapping[str, Result]:
    """Standard error of the share of cases and its interval, (j, g).

    Without weights or with frequency weights √(p(1−p)/n) and Wilson's interval. With probability weights the
    linearised error of a one-stage sample and the logit interval on n−1 degrees of freedom; with strata, clusters or
    replicate weights the design's; where p is 0 or 1, which leaves no error to estimate, Clopper and Pearson's on the
    unweighted cases, as Korn and Graubard (1998) do. A group without cases has none: ``no_cases``.
    """
    p = share_of_cases(table.w, table.cases_w)
    error = ""
    if by_design(table):
        total = float(table.cases_n.sum())
        if table.sampling is None:
            se, df = share_se(table.w, table.w2, table.cases_w, table.cases_w2, total), total - 1
        else:
            covariance, error = _share_covariance(table, table.sampling, corrected=True)
            j, groups = table.w.shape
            own = np.diagonal(covariance.reshape(j * groups, j * groups)).reshape(groups, j).T
            se, df = np.sqrt(np.maximum(own, 0.0)), table.sampling.df
        low, high = logit_interval(p, se, df, options.confidence)
        edge = (p == 0) | (p == 1)
        if edge.any():
            cases = np.broadcast_to(table.cases_n.astype(float), p.shape)[edge]
            low[edge], high[edge] = clopper_pearson(p[edge] * cases, cases, options.confidence)
        method = "logit_share_of_cases"
    else:
        cases = np.broadcast_to(table.cases_w.astype(float), p.shape)
        se = np.sqrt(np.maximum(p * (1 - p), 0.0) / cases)  # rounding may take p beyond 1
        low, high = wilson(table.w, cases, options.confidence)
        method = "wilson_share_of_cases"
    return {
        "share_of_cases_se": Cells(se, _linearised(table), error=error or "no_cases"),
        "interval_low": Cells(low, method, error=error or "no_cases"),
        "interval_high": Cells(high, method, error=error or "no_cases"),
    }


def _linearised(table: MultipleCrosstab) -> str:
    """How the standard error was found: nothing to say without weights and design."""
    if table.sampling is not None:
        return "design"
    return "linearised" if table.weighting == "probability" else ""


# ---------------------------------------------------------------- comparing columns


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns to compare, which may share cases: what a row-by-row comparison of their proportions needs.

    ``x``: (r, c), cases of a column that show the row; ``size``: (c,), cases of a column; ``both_x``: (r, c, c) and
    ``both``: (c, c), the same for the cases in two columns at once. ``x2``, ``both_x2``, ``both2``: sums of
    squared weights of the same shapes as ``x``, ``both_x`` and ``both``. ``n``: (c,), unweighted cases of a column;
    ``cases``: of the sample. ``covariance`` (r, c, c): of the columns' proportions in each row, where strata,
    clusters or replicate weights are declared; ``df`` its degrees of freedom; ``error`` why there is none.
    """

    x: Floats
    size: Floats
    both_x: Floats
    both: Floats
    x2: Floats
    both_x2: Floats
    both2: Floats
    n: Ints
    cases: float
    weighting: Weighting
    covariance: Floats | None = None
    df: float | None = None
    error: str = ""


def pairwise_z(columns: Columns) -> tuple[Floats, Ints, Ints]:
    """z of every two columns a < b in every row, (r, pairs), with the pairs' indices; NaN where not computable.

    Without weights (or frequency weights): the pooled z, whose variance for columns that share n_ab cases, x_ab of
    them in the row, is p(1−p)(1/n_a + 1/n_b) − 2[x_ab(1−2p) + n_ab p²]/(n_a n_b), with p = (x_a+x_b)/(n_a+n_b).
    Disjoint columns leave the ordinary pooled z of SPSS's column proportions. It assumes nothing about the shared
    cases beyond the null hypothesis. Probability weights: the linearised variance n/(n−1) Σw²e² of the
    difference, e = 1_a(y−p_a)/Σ_a w − 1_b(y−p_b)/Σ_b w; strata, clusters or replicate weights: theirs.

    A column whose proportion is 0 or 1 takes no part (as in SPSS), nor does an empty one; two columns with the same
    cases have no variance.
    """
    a, b = (index.astype(np.int64) for index in np.triu_indices(columns.size.shape[0], 1))
    p = share_of_cases(columns.x, columns.size)
    p = np.where((p > 0) & (p < 1), p, np.nan)
    na, nb = columns.size[a], columns.size[b]
    pa, pb = p[:, a], p[:, b]
    with np.errstate(divide="ignore", invalid="ignore"):
        if columns.covariance is not None:
            scale = columns.covariance[:, a, a] + columns.covariance[:, b, b]
            variance = scale - 2 * columns.covariance[:, a, b]
        elif columns.weighting == "probability":
            n = columns.cases
            own2 = np.diagonal(columns.both2)
            own = columns.x2 * (1 - 2 * p) + p * p * own2
            shared = columns.both_x2[:, a, b] * (1 - pa - pb) + pa * pb * columns.both2[a, b]
            scale = own[:, a] / na**2 + own[:, b] / nb**2
            variance = (scale - 2 * shared / (na * nb)) * n / (n - 1)
        else:
            pooled = (columns.x[:, a] + columns.x[:, b]) / (na + nb)
            scale = pooled * (1 - pooled) * (1 / na + 1 / nb)
            shared = columns.both_x[:, a, b] * (1 - 2 * pooled) + columns.both[a, b] * pooled**2
            variance = scale - 2 * shared / (na * nb)
        # Rounding may leave a crumb of variance between columns that hold the same cases.
        z = (pb - pa) / np.sqrt(np.where(variance > 1e-12 * scale, variance, np.nan))
    return z, a, b


def _letters(columns: Columns, rows: Floats, total: float, options: Options, method: str) -> Cells:
    """Letters by :func:`pairwise_z`; ``rows`` (r,): cases in each row, ``total``: cases of the table (weighted)."""
    from scipy.special import ndtr, stdtr

    designed = columns.weighting == "probability" or columns.covariance is not None
    df = columns.cases - 1 if columns.df is None else columns.df
    shape = columns.x.shape
    method = f"{method} adjustment={options.adjustment} level={1 - options.confidence:.6g}"
    if shape[1] < 2:
        return Cells(np.full(shape, np.nan), method, error="fewer_than_two_columns")
    if columns.error:
        return Cells(np.full(shape, np.nan), method, error=columns.error)
    z, a, b = pairwise_z(columns)
    takes_part = (columns.x > 0) & (columns.x < columns.size) & (columns.n >= 2)
    if options.least_expected > 0 and total > 0:
        scale = columns.cases / total if columns.weighting == "probability" else 1.0
        expected = np.outer(rows, columns.size) * (scale / total)
        takes_part &= np.minimum(expected, columns.size * scale - expected) >= options.least_expected
    z = np.where(takes_part[:, a] & takes_part[:, b], z, np.nan)
    tail = -np.abs(z)
    p = adjust_rows(2 * (stdtr(df, tail) if designed else ndtr(tail)), options.adjustment)
    texts = np.full(shape, "", dtype=object)
    found = np.zeros(shape)
    for row, pair in np.argwhere(p < 1 - options.confidence):
        first, second = int(a[pair]), int(b[pair])
        larger, smaller = (second, first) if z[row, pair] > 0 else (first, second)
        texts[row, larger] = f"{texts[row, larger]} {letter(smaller)}".lstrip()
        found[row, larger] += 1
    return Cells(np.where(takes_part, found, np.nan), method, error="column_not_compared", letters=texts)


@statistic(
    Value("letters", "letters", "mark", inferential=True),
    takes=MultipleCrosstab,
    applies=lambda table: table.cases_n.shape[0] > 1,
)
def letters_of_groups(table: MultipleCrosstab, options: Options) -> Mapping[str, Result]:
    """Letters comparing the groups (columns, disjoint) on the share of cases that mention each item (rows).

    The ordinary pooled z-test of two proportions, row by row; see :func:`pairwise_z`. Shape (j, g).
    """
    j, g = table.w.shape
    covariance, error = None, ""
    if table.sampling is not None:
        together, error = _share_covariance(table, table.sampling)
        covariance = np.einsum("gjhj->jgh", together)
    columns = Columns(
        x=table.w.astype(float),
        size=table.cases_w.astype(float),
        both_x=np.zeros((j, g, g)),
        both=np.zeros((g, g)),
        x2=table.w2,
        both_x2=np.zeros((j, g, g)),
        both2=np.diag(table.cases_w2.astype(float)),
        n=table.cases_n,
        cases=float(table.cases_n.sum()),
        weighting=table.weighting,
        covariance=covariance,
        df=None if table.sampling is None else table.sampling.df,
        error=error,
    )
    method = "linearised_z" if by_design(table) else "pooled_z"
    mentions = table.w.sum(axis=1)
    return {"letters": _letters(columns, mentions, float(table.cases_w.sum()), options, method)}


@statistic(
    Value("letters_items", "letters", "mark", inferential=True),
    takes=MultipleCrosstab,
    applies=lambda table: table.cases_n.shape[0] > 1,
)
def letters_of_items(table: MultipleCrosstab, options: Options) -> Mapping[str, Result]:
    """Letters comparing the items (columns that share cases) on the distribution of their cases over the groups.

    The proportion compared is the part of an item's cases that is in the group, n_jg / Σ_g n_jg; the variance takes
    the cases that mention both items into account, see :func:`pairwise_z`. Shape (j, g), like the table; the letter
    of an item is that of its place.
    """
    covariance, error = None, ""
    if table.sampling is not None:
        j, g = table.w.shape
        w = table.patterns_w.ravel()
        mentions = np.repeat(table.patterns.astype(np.float64), g, axis=0)
        group = np.tile(np.arange(g), len(table.patterns))
        covariance = np.zeros((g, j, j))
        for place in range(g):
            one = mentions * (group == place)[:, None]
            covariance[place], error = _ratio_covariance(table.sampling, w, one, mentions)
    columns = Columns(
        x=table.w.T.astype(float),
        size=table.w.sum(axis=1).astype(float),
        both_x=np.moveaxis(table.joint_w, 2, 0).astype(float),
        both=table.joint_w.sum(axis=2).astype(float),
        x2=table.w2.T,
        both_x2=np.moveaxis(table.joint_w2, 2, 0),
        both2=table.joint_w2.sum(axis=2),
        n=table.n.sum(axis=1),
        cases=float(table.cases_n.sum()),
        weighting=table.weighting,
        covariance=covariance,
        df=None if table.sampling is None else table.sampling.df,
        error=error,
    )
    method = "overlapping_linearised_z" if by_design(table) else "overlapping_pooled_z"
    found = _letters(columns, table.cases_w, float(table.cases_w.sum()), options, method)
    texts = None if found.letters is None else found.letters.T.copy()
    return {"letters_items": Cells(found.values.T.copy(), found.method, error=found.error, letters=texts)}


# ---------------------------------------------------------------- one set and one categorical variable


@dataclass(frozen=True, slots=True)
class _Tested:
    """The part of a table that a test can use: items that some but not all cases mention, groups with cases."""

    shares: Floats  # (g, j)
    parts: Floats  # (g,), each group's part of the cases
    spread: Floats  # (j,), p(1 − p) over all groups
    n: float
    items: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.bool_]
    warning: str


def _tested(table: MultipleCrosstab) -> _Tested | str:
    groups = table.cases_w > 0
    total = float(table.cases_w.sum())
    if groups.sum() < 2:
        return "fewer_than_two_categories"
    p = table.w.sum(axis=1) / total
    items = (table.n.sum(axis=1) > 0) & (table.n.sum(axis=1) < table.cases_n.sum())
    if not items.any():
        return "no_item_varies"
    cases = table.cases_w[groups]
    left_out = int((~items).sum())
    return _Tested(
        shares=(table.w[np.ix_(items, groups)] / cases).T,
        parts=cases / total,
        spread=(p * (1 - p))[items],
        n=float(table.cases_n.sum()) if table.weighting == "probability" else total,
        items=items,
        groups=groups,
        warning=f"items_without_variation count={left_out}" if left_out else "",
    )


def _modified_chi2(tested: _Tested) -> float:
    deviations = tested.shares - tested.parts @ tested.shares
    return float(tested.n * (tested.parts @ (deviations**2 / tested.spread)).sum())


def _within_covariance(table: MultipleCrosstab, tested: _Tested) -> Floats:
    """n times the covariance of each group's shares of cases, (g, j, j)."""
    at = np.ix_(tested.items, tested.items, tested.groups)
    p = tested.shares
    if table.weighting != "probability":
        within = np.moveaxis(table.joint_w[at], 2, 0) / table.cases_w[tested.groups][:, None, None]
        covariance: Floats = (within - p[:, :, None] * p[:, None, :]) / tested.parts[:, None, None]
        return covariance
    mentions2 = table.w2[np.ix_(tested.items, tested.groups)].T
    squares = (
        np.moveaxis(table.joint_w2[at], 2, 0)
        - mentions2[:, :, None] * p[:, None, :]
        - p[:, :, None] * mentions2[:, None, :]
        + p[:, :, None] * p[:, None, :] * table.cases_w2[tested.groups][:, None, None]
    )
    n = tested.n
    return np.asarray(n * n / (n - 1) * squares / (table.cases_w[tested.groups] ** 2)[:, None, None])


def _eigenvalue_sums(scaled: Floats) -> tuple[float, float]:
    """Sum of the eigenvalues of a symmetric matrix, and of their squares, without finding them."""
    return float(np.trace(scaled)), float((scaled * scaled).sum())


def _corrected(
    chi2: float, nominal: float, first: float, second: float, warning: str, ddf: float | None = None
) -> Mapping[str, Result]:
    """Second-order Rao–Scott: χ²·tr/Σλ² on tr²/Σλ² degrees of freedom; ``nominal`` takes the trace's place if > 0.

    ``ddf``, a design's degrees of freedom: p from F = χ²/tr with tr²/Σλ² and ddf times as many, as R's ``svychisq``.
    """
    from scipy.special import fdtrc, gammaincc

    method = "mrcv_bilder_loughin" if nominal > 0 else "mrcv_rao_scott_linearised"
    if ddf is not None:
        method = f"mrcv_rao_scott_design df={ddf:.10g}"
    trace = nominal if nominal > 0 else first
    if not second > 0:
        reason = not_computable("no_variation_within_groups", method)
        return {"mrcv_rs_chi2": reason, "mrcv_rs_df": reason, "mrcv_rs_p": reason}
    corrected, df = chi2 * trace / second, trace * trace / second
    if ddf is not None and not ddf > 0:
        tail = math.nan
    else:
        tail = float(gammaincc(df / 2, corrected / 2) if ddf is None else fdtrc(df, df * ddf, chi2 / trace))
    return {
        "mrcv_rs_chi2": number(corrected, method, warning),
        "mrcv_rs_df": number(df, method, warning),
        "mrcv_rs_p": number(tail, method, warning, "no_degrees_of_freedom"),
    }


_RS = ("mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")


@statistic(
    Value("mrcv_chi2", inferential=True),
    Value("mrcv_rs_chi2", order=60, usual="tested", df=("mrcv_rs_df",), p="mrcv_rs_p", inferential=True),
    takes=MultipleCrosstab,
    applies=lambda table: table.cases_n.shape[0] > 1,
)
def mrcv_rao_scott(table: MultipleCrosstab, options: Options) -> Mapping[str, Result]:
    """Association of a multiple response set with a categorical variable (multiple marginal independence).

    ``mrcv_chi2``: the sum over items of the Pearson statistics of group by mentioned or not,
    n Σ_j Σ_g a_g (p_gj−p_j)²/(p_j(1−p_j)), with a_g the group's part of the cases.
    Its null distribution is Σλχ²₁; ``mrcv_rs_*`` corrects the statistic and its degrees of freedom to the first two
    moments, with λ the eigenvalues of D⁻¹HGVG'H' of Bilder, Loughin and Nettleton (2000), *Communications in
    Statistics: Theory and Methods* 29, 1285–1316, whose sum is taken at its null value (g−1)j as there. Probability
    weights: weighted shares scaled to n cases, λ from the linearised covariance, their estimated sum. Strata, clusters
    or replicate weights: λ from the design's covariance and p from an F distribution; with one item and two
    groups that is Wald's test of their two shares.

    Not computable: fewer than two groups with cases (``fewer_than_two_categories``), no item that some and not all
    cases mention (``no_item_varies``), every case of a group answers alike (``no_variation_within_groups``), what the
    design has against a variance (``lonely_psu``).
    Items that everybody or nobody mentions are left out, with a warning.
    """
    tested = _tested(table)
    if isinstance(tested, str):
        return dict.fromkeys(_RS, not_computable(tested))
    chi2 = _modified_chi2(tested)
    g, j = tested.shares.shape
    if table.sampling is None:
        within = _within_covariance(table, tested)
        covariance = np.zeros((g, g, j, j))
        covariance[np.arange(g), np.arange(g)] = within
    else:
        together, error = _share_covariance(table, table.sampling)
        if error:
            return {"mrcv_chi2": number(chi2, _chi2_method(table)), **dict.fromkeys(_RS[1:], not_computable(error))}
        at = np.ix_(tested.groups, tested.items, tested.groups, tested.items)
        covariance = tested.n * together[at].transpose(0, 2, 1, 3)
    # Of the shares less the share over all groups, Σ a_g p_g.
    of_mean = np.einsum("g,ghij->hij", tested.parts, covariance)
    covariance = (
        covariance
        - of_mean[None, :]
        - np.einsum("h,ghij->gij", tested.parts, covariance)[:, None]
        + np.einsum("h,hij->ij", tested.parts, of_mean)
    )
    scale = np.sqrt(tested.parts[:, None] / tested.spread)
    covariance *= scale[:, None, :, None] * scale[None, :, None, :]
    first = float(np.einsum("ggjj->", covariance))
    second = float((covariance * covariance).sum())
    nominal = 0.0 if by_design(table) else float((g - 1) * j)
    ddf = None if table.sampling is None else table.sampling.df
    return {
        "mrcv_chi2": number(chi2, _chi2_method(table), tested.warning),
        **_corrected(chi2, nominal, first, second, tested.warning, ddf),
    }


def _chi2_method(table: MultipleCrosstab | MultiplePair) -> str:
    return "modified_pearson_n" if table.weighting == "probability" else "modified_pearson"


@statistic(
    Value("mrcv_permutation_p", "p", inferential=True),
    takes=MultipleCrosstab,
    applies=lambda table: False,
)
def mrcv_permutation(table: MultipleCrosstab, options: Options) -> Mapping[str, Result]:
    """Permutation p of ``mrcv_chi2``: the groups are dealt anew to the cases, whose answers stay together.

    p = (1 + permutations with a statistic at least as large) / (1 + permutations), seeded; exact, up to Monte Carlo
    error, for independence of group and whole answer pattern. ``method`` gives the 99% limits of the
    Monte Carlo error. Frequency weights must be whole numbers
    (``counts_not_whole``); probability weights do not make cases exchangeable (``weights_need_rao_scott``).
    """
    name = "mrcv_permutation_p"
    if by_design(table):
        return {name: not_computable("weights_need_rao_scott")}
    counts = np.rint(table.patterns_w)
    if not np.array_equal(counts, table.patterns_w):
        return {name: not_computable("counts_not_whole")}
    tested = _tested(table)
    if isinstance(tested, str):
        return {name: not_computable(tested)}
    whole = counts[:, tested.groups].astype(np.int64)
    patterns = table.patterns[:, tested.items].astype(np.float64)
    sizes = whole.sum(axis=0)
    mentioned = patterns.T @ whole.sum(axis=1)
    observed = _permuted_chi2((patterns.T @ whole)[None], sizes, mentioned, tested.spread)[0]
    generator = np.random.Generator(np.random.PCG64(options.seed))
    hits = 0
    for dealt in _dealt_tables(generator, patterns, whole, options.monte_carlo):
        chi2 = _permuted_chi2(dealt, sizes, mentioned, tested.spread)
        hits += int((chi2 >= observed * (1 - 1e-9)).sum())
    return {name: _monte_carlo(hits, options, tested.warning)}


def _permuted_chi2(mentions: Floats, sizes: Ints, mentioned: Floats, spread: Floats) -> Floats:
    """The modified chi-square of several tables of one margin: ``mentions`` (b, j, g) to (b,)."""
    p = mentioned / sizes.sum()
    deviations = mentions / sizes - p[:, None]
    return np.asarray((deviations**2 * sizes / spread[:, None]).sum(axis=(1, 2)))


def _dealt_tables(generator: np.random.Generator, patterns: Floats, whole: Ints, replicates: int) -> Iterator[Floats]:
    """Mentions by item and group, (b, j, g) in batches, after dealing the groups anew to the cases."""
    cases = int(whole.sum())
    groups = whole.shape[1]
    labels = np.repeat(np.arange(groups), whole.sum(axis=0))
    answers = np.repeat(patterns, whole.sum(axis=1), axis=0)
    for batch in _batches(cases, replicates):
        dealt = np.tile(labels, (batch, 1))
        generator.permuted(dealt, axis=1, out=dealt)
        yield np.stack([(dealt == g).astype(np.float64) @ answers for g in range(groups)], axis=2)


def _batches(cases: int, replicates: int) -> Iterator[int]:
    """The replicates in parts, none of which shuffles more than ``_BATCH`` labels (one replicate, if it alone does)."""
    batch = max(1, _BATCH // cases)
    for start in range(0, replicates, batch):
        yield min(batch, replicates - start)


def _monte_carlo(hits: int, options: Options, warning: str) -> Number:
    p, low, high = monte_carlo_p(hits, options.monte_carlo)
    words = f"replicates={options.monte_carlo} seed={options.seed} low={low:.6g} high={high:.6g}"
    return number(p, f"monte_carlo {words}", warning)


# ---------------------------------------------------------------- two sets


def _pair_margins(pair: MultiplePair) -> tuple[Floats, Floats, Floats, float]:
    rows, columns = pair.rows.astype(np.float64), pair.columns.astype(np.float64)
    both: Floats = (rows * pair.w[:, None]).T @ columns
    return pair.w @ rows, pair.w @ columns, both, float(pair.w.sum())


@statistic(
    Value("count", "count", "cell"),
    Value("n", "count", "cell"),
    Value("row_share", "share", "cell"),
    Value("column_share", "share", "cell"),
    Value("table_share", "share", "cell"),
    takes=MultiplePair,
)
def pair_shares(pair: MultiplePair, options: Options) -> Mapping[str, Result]:
    """Cases that mention a row item and a column item, (i, k), and their shares.

    ``column_share``: of the cases that mention the column item; ``row_share``: of those that mention the row item;
    ``table_share``: of all cases of the base.
    """
    of_rows, of_columns, both, total = _pair_margins(pair)
    n = (pair.rows * pair.n[:, None]).T @ pair.columns
    column_share = share_of_cases(both, of_columns)
    row_share = share_of_cases(both.T, of_rows).T
    return {
        "count": Cells(both),
        "n": Cells(n.astype(float)),
        "row_share": Cells(row_share, error="no_cases"),
        "column_share": Cells(column_share, error="no_cases"),
        "table_share": Cells(both / total if total > 0 else np.full(both.shape, np.nan), error="no_cases"),
    }


@statistic(
    Value("letters", "letters", "mark", inferential=True),
    takes=MultiplePair,
    applies=lambda pair: pair.columns.shape[1] > 1,
)
def letters_of_pair(pair: MultiplePair, options: Options) -> Mapping[str, Result]:
    """Letters comparing the column items, which share cases, on the share that mentions each row item, (i, k)."""
    of_rows, of_columns, both, total = _pair_margins(pair)
    rows, columns = pair.rows.astype(float), pair.columns.astype(float)

    def joint(weight: Floats) -> Floats:
        return np.asarray(np.einsum("m,mi,mk,ml->ikl", weight, rows, columns, columns, optimize=True))

    covariance, error = None, ""
    if pair.sampling is not None:
        items = rows.shape[1]
        covariance = np.zeros((items, *of_columns.shape, *of_columns.shape))
        for item in range(items):
            covariance[item], error = _ratio_covariance(pair.sampling, pair.w, columns * rows[:, [item]], columns)
    whole = Columns(
        x=both,
        size=of_columns,
        both_x=joint(pair.w),
        both=(columns * pair.w[:, None]).T @ columns,
        x2=(rows * pair.w2[:, None]).T @ columns,
        both_x2=joint(pair.w2),
        both2=(columns * pair.w2[:, None]).T @ columns,
        n=pair.n @ pair.columns,
        cases=float(pair.n.sum()),
        weighting=pair.weighting,
        covariance=covariance,
        df=None if pair.sampling is None else pair.sampling.df,
        error=error,
    )
    method = "overlapping_linearised_z" if by_design(pair) else "overlapping_pooled_z"
    return {"letters": _letters(whole, of_rows, total, options, method)}


@dataclass(frozen=True, slots=True)
class _TestedPair:
    rows: Floats  # (m, i)
    columns: Floats  # (m, k)
    pi: Floats  # (i,)
    pk: Floats  # (k,)
    chi2: float
    n: float
    warning: str


def _tested_pair(pair: MultiplePair) -> _TestedPair | str:
    cases = int(pair.n.sum())
    rows_n, columns_n = pair.n @ pair.rows, pair.n @ pair.columns
    kept_rows, kept_columns = (rows_n > 0) & (rows_n < cases), (columns_n > 0) & (columns_n < cases)
    if not (kept_rows.any() and kept_columns.any()):
        return "no_item_varies"
    rows, columns = pair.rows[:, kept_rows].astype(float), pair.columns[:, kept_columns].astype(float)
    total = float(pair.w.sum())
    pi, pk = pair.w @ rows / total, pair.w @ columns / total
    both = (rows * pair.w[:, None]).T @ columns / total
    n = float(cases) if pair.weighting == "probability" else total
    spread = np.outer(pi * (1 - pi), pk * (1 - pk))
    left_out = int((~kept_rows).sum() + (~kept_columns).sum())
    return _TestedPair(
        rows,
        columns,
        pi,
        pk,
        chi2=float(n * ((both - np.outer(pi, pk)) ** 2 / spread).sum()),
        n=n,
        warning=f"items_without_variation count={left_out}" if left_out else "",
    )


@statistic(
    Value("mrcv_chi2", inferential=True),
    Value("mrcv_rs_chi2", order=60, usual="tested", df=("mrcv_rs_df",), p="mrcv_rs_p", inferential=True),
    takes=MultiplePair,
)
def mrcv_pair_rao_scott(pair: MultiplePair, options: Options) -> Mapping[str, Result]:
    """Association of two multiple response sets (simultaneous pairwise marginal independence).

    ``mrcv_chi2``: the sum of the Pearson statistics of the i × k tables item by item. ``mrcv_rs_*``: second-order
    correction with the eigenvalues of D⁻¹FΣF' of Bilder and Loughin (2004), their sum at its null value i·k.
    Probability weights: weighted shares scaled to n cases, linearised covariance, the eigenvalues' estimated sum; a
    design: its covariance, p from an F distribution. Not computable: a set without an item that some and not all cases
    mention (``no_item_varies``); what the design has against a variance (``lonely_psu``).
    """
    tested = _tested_pair(pair)
    if isinstance(tested, str):
        return dict.fromkeys(_RS, not_computable(tested))
    total = float(pair.w.sum())
    i, k = tested.pi.size, tested.pk.size
    influence = (
        tested.rows[:, :, None] * tested.columns[:, None, :]
        - tested.pi[:, None] * tested.columns[:, None, :]
        - tested.rows[:, :, None] * tested.pk
    ).reshape(-1, i * k)
    influence = influence - pair.w @ influence / total
    weighting = pair.w / total
    if pair.weighting == "probability":
        weighting = tested.n**2 / (tested.n - 1) * pair.w2 / total**2
    spread = np.sqrt(np.outer(tested.pi * (1 - tested.pi), tested.pk * (1 - tested.pk))).reshape(-1)
    scaled = influence / spread
    chi2 = number(tested.chi2, _chi2_method(pair), tested.warning)
    if pair.sampling is None:
        covariance = (scaled * weighting[:, None]).T @ scaled
    else:

        def differences(w: Floats) -> Floats:
            shares = w / w.sum()
            both = (tested.rows * shares[:, None]).T @ tested.columns
            return np.asarray((both - np.outer(shares @ tested.rows, shares @ tested.columns)).ravel() / spread)

        found, error = pair.sampling.covariance(scaled / total, differences)
        if error:
            return {"mrcv_chi2": chi2, **dict.fromkeys(_RS[1:], not_computable(error))}
        covariance = tested.n * found
    first, second = _eigenvalue_sums(covariance)
    nominal = 0.0 if by_design(pair) else float(i * k)
    ddf = None if pair.sampling is None else pair.sampling.df
    return {"mrcv_chi2": chi2, **_corrected(tested.chi2, nominal, first, second, tested.warning, ddf)}


@statistic(
    Value("mrcv_permutation_p", "p", inferential=True),
    takes=MultiplePair,
    applies=lambda pair: False,
)
def mrcv_pair_permutation(pair: MultiplePair, options: Options) -> Mapping[str, Result]:
    """Permutation p of ``mrcv_chi2`` for two sets: the answers to one set are dealt anew to the cases.

    As :func:`mrcv_permutation`, with the answer patterns of the column set in the place of the groups.
    """
    name = "mrcv_permutation_p"
    if by_design(pair):
        return {name: not_computable("weights_need_rao_scott")}
    whole = np.rint(pair.w).astype(np.int64)
    if not np.array_equal(whole, pair.w):
        return {name: not_computable("counts_not_whole")}
    tested = _tested_pair(pair)
    if isinstance(tested, str):
        return {name: not_computable(tested)}
    rows, columns = np.repeat(tested.rows, whole, axis=0), np.repeat(tested.columns, whole, axis=0)
    cases, k = columns.shape
    expected = np.outer(tested.pi, tested.pk)
    spread = np.outer(tested.pi * (1 - tested.pi), tested.pk * (1 - tested.pk))
    generator = np.random.Generator(np.random.PCG64(options.seed))
    hits = 0
    for batch in _batches(cases, options.monte_carlo):
        places = np.tile(np.arange(cases), (batch, 1))
        generator.permuted(places, axis=1, out=places)
        both = np.stack([columns[:, item][places] @ rows for item in range(k)], axis=2) / cases
        chi2 = tested.n * ((both - expected) ** 2 / spread).sum(axis=(1, 2))
        hits += int((chi2 >= tested.chi2 * (1 - 1e-9)).sum())
    return {name: _monte_carlo(hits, options, tested.warning)}
