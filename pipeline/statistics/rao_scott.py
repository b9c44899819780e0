"""Design-based test of independence (Rao and Scott), design effects and effective numbers of cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.association import pearson_chi2, small_expected_warning
from pipeline.statistics.cells import expected_counts
from pipeline.statistics.core import Cells, Crosstab, Floats, Number, Options, not_computable, number
from pipeline.statistics.proportions import kish_n
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import (
    MOST_CELLS,
    TOO_MANY_CELLS,
    design_df,
    designed,
    nonempty,
    share_covariance,
    share_variances,
    size_reason,
    total_reason,
    upper_chi2,
)


@dataclass(frozen=True, slots=True)
class RaoScott:
    """Pearson's X² on weighted shares scaled to n, and what the design makes of it.

    ``trace``, ``trace_squares``: Σδ and Σδ² of the generalised design effects; ``contrasts``: (r − 1)(c − 1);
    ``df``: degrees of freedom of the variance estimate.
    """

    chi2: float
    trace: float
    trace_squares: float
    contrasts: int
    df: float


def _contrasts(k: int) -> Floats:
    """k − 1 columns that span what is orthogonal to a constant, shape (k, k − 1)."""
    return np.asarray(np.eye(k)[:, :-1] - 1 / k)


def generalised_design_effects(shares: Floats, covariance: Floats, cases: float) -> Floats:
    """The matrix (C'D⁻¹C/n)⁻¹ C'D⁻¹VD⁻¹C, whose eigenvalues are the generalised design effects of the interaction.

    ``shares``: (r, c); ``covariance``: (rc, rc) of the shares, row-major; D the shares on a diagonal, an empty cell
    counting 0. Rao and Scott, Ann. Stat. 12, 1984. Raises ``numpy.linalg.LinAlgError`` when it is singular.
    """
    r, c = shares.shape
    p = shares.ravel()
    inverse = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)
    scaled = inverse[:, None] * np.kron(_contrasts(r), _contrasts(c))
    plain = np.kron(_contrasts(r), _contrasts(c)).T @ scaled / cases
    return np.asarray(np.linalg.solve(plain, scaled.T @ covariance @ scaled))


def _cases(table: Crosstab) -> float:
    """Cases of the sample: a frequency weight counts copies."""
    return float((table.w if table.weighting == "frequency" else table.n).sum())


def rao_scott(table: Crosstab) -> RaoScott | None:
    """The ingredients of the test for a table without empty rows and columns; ``None`` when it is singular.

    A frequency weight without a design is taken as cases drawn independently.
    """
    cases = _cases(table)
    if cases <= 1:
        return None
    p = table.w / table.w.sum()
    if table.weighting == "frequency" and table.covariance is None:
        covariance = (np.diag(p.ravel()) - np.outer(p, p)) / (cases - 1)
        df = cases - 1
    else:
        covariance, df = share_covariance(table), design_df(table)
    try:
        delta = generalised_design_effects(p, covariance, cases)
    except np.linalg.LinAlgError:
        return None
    trace, squares = float(np.trace(delta)), float((delta * delta.T).sum())
    return RaoScott(pearson_chi2(p * cases), trace, squares, len(delta), df)


def _ready(table: Crosstab) -> tuple[str, RaoScott | None, str]:
    """Reason, ingredients and warning of the tests."""
    table = nonempty(table)
    reason = size_reason(table)
    if reason:
        return reason, None, ""
    if table.w.size > MOST_CELLS:
        return TOO_MANY_CELLS, None, ""
    found = rao_scott(table)
    if found is None or not found.trace > 0 or not found.df > 0:
        return "singular_covariance", None, ""
    scale = _cases(table) / float(table.w.sum())
    return "", found, small_expected_warning(expected_counts(table.w * scale))


_F = ("rao_scott_f", "rao_scott_f_df1", "rao_scott_f_df2", "rao_scott_f_p")


@statistic(
    Value(
        "rao_scott_f",
        order=90,
        usual="tested",
        df=("rao_scott_f_df1", "rao_scott_f_df2"),
        p="rao_scott_f_p",
        inferential=True,
    ),
    takes=Crosstab,
    applies=designed,
)
def rao_scott_f(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Second-order Rao–Scott test: F = X²/Σδ with df1 = (Σδ)²/Σδ² and df2 = df1 × the design's degrees of freedom.

    X² is Pearson's on weighted shares scaled to n, δ the generalised design effects. Rao and Scott, Ann. Stat. 12,
    1984; Thomas and Rao, J. Am. Stat. Assoc. 82, 1987; the default of R's ``survey::svychisq``.
    """
    from scipy.special import fdtrc

    reason, found, warning = _ready(table)
    if found is None:
        return dict.fromkeys(_F, not_computable(reason))
    f = found.chi2 / found.trace
    df1 = found.trace**2 / found.trace_squares
    df2 = df1 * found.df
    return {
        "rao_scott_f": number(f, warning=warning),
        "rao_scott_f_df1": number(df1),
        "rao_scott_f_df2": number(df2),
        "rao_scott_f_p": number(float(fdtrc(df1, df2, f)), warning=warning),
    }


_CHI2 = ("rao_scott_chi2", "rao_scott_chi2_df", "rao_scott_chi2_p", "rao_scott_design_effect")


@statistic(
    Value("rao_scott_chi2", order=100, df=("rao_scott_chi2_df",), p="rao_scott_chi2_p", inferential=True),
    Value("rao_scott_design_effect"),
    takes=Crosstab,
    applies=designed,
)
def rao_scott_chi2(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """First-order Rao–Scott test: X² over the mean generalised design effect, chi-square with (r − 1)(c − 1).

    ``rao_scott_design_effect`` is that mean (R: ``svychisq(statistic = "Chisq")``, whose p is this one).
    """
    reason, found, warning = _ready(table)
    if found is None:
        return dict.fromkeys(_CHI2, not_computable(reason))
    effect = found.trace / found.contrasts
    value = found.chi2 / effect
    p = upper_chi2(value, found.contrasts)
    values = (number(value, warning=warning), number(found.contrasts), number(p, warning=warning), number(effect))
    return dict(zip(_CHI2, values, strict=True))


@statistic(
    Value("design_effect", place="cell"),
    takes=Crosstab,
    applies=designed,
)
def design_effect(table: Crosstab, options: Options) -> Mapping[str, Cells]:
    """Variance of each cell's share of the table over that of a simple random sample with replacement, p(1−p)/(n−1).

    R: ``svymean(deff = "replace")``. NaN for a share of 0 or 1.
    """
    cases = _cases(table)
    total = float(table.w.sum())
    reason = total_reason(total) or ("" if cases > 1 else "too_few_cases")
    if reason:
        return {"design_effect": Cells(np.full(table.w.shape, math.nan), error=reason)}
    p = table.w / total
    inside = (p > 0) & (p < 1)
    if table.weighting == "frequency" and table.covariance is None:
        found = np.ones_like(p)
    else:
        own = share_variances(table)
        found = own * (cases - 1) / np.where(inside, p * (1 - p), 1.0)
    return {"design_effect": Cells(np.where(inside, found, math.nan), error="share_zero_or_one")}


@statistic(
    Value("effective_n", place="cell"),
    takes=Crosstab,
    applies=lambda table: table.weighting == "probability",
)
def effective_n(table: Crosstab, options: Options) -> Mapping[str, Cells]:
    """Kish's effective number of the cases in each cell, (Σw)²/Σw² (SPSS CTABLES: effective base)."""
    return {"effective_n": Cells(kish_n(table.w, table.w2), "kish", error="no_cases")}
