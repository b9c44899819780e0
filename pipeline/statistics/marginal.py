"""Marginal homogeneity of a square table: whether two measurements of the same cases have the same distribution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.statistics.core import Crosstab, Number, Options, not_computable, number
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import designed, is_paired, total_reason, upper_chi2

_STUART_MAXWELL = ("stuart_maxwell", "stuart_maxwell_df", "stuart_maxwell_p")


@statistic(
    Value("stuart_maxwell", df=("stuart_maxwell_df",), p="stuart_maxwell_p", inferential=True),
    takes=Crosstab,
    applies=lambda table: False,
)
def stuart_maxwell(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Stuart and Maxwell's test of marginal homogeneity, d′S⁻¹d, d the differences of the margins.

    S has n_i. + n_.i − 2n_ii on its diagonal and −(n_ij + n_ji) beside it; one category is left out, and categories
    that nobody left or entered before that (Stuart, Biometrika 42, 1955; Maxwell, Br. J. Psychiatry 116, 1970). With
    two categories it is McNemar's chi-square without correction. Asked for by name only. Not computable:
    ``categories_differ``; ``no_cases``; ``no_discordant_pairs``; ``groups_of_categories`` when no exchange joins some
    categories to the rest; ``weights_need_design_based``.
    """
    if not is_paired(table):
        return dict.fromkeys(_STUART_MAXWELL, not_computable("categories_differ"))
    x = table.w - np.diag(np.diag(table.w))
    moved = x.sum(axis=0) + x.sum(axis=1) > 0
    reason = "weights_need_design_based" if designed(table) else total_reason(float(table.w.sum()))
    reason = reason or ("" if moved.any() else "no_discordant_pairs")
    if reason:
        return dict.fromkeys(_STUART_MAXWELL, not_computable(reason))
    x = x[np.ix_(moved, moved)]
    d = (x.sum(axis=1) - x.sum(axis=0))[:-1]
    s = (np.diag(x.sum(axis=0) + x.sum(axis=1)) - x - x.T)[:-1, :-1]
    if np.linalg.matrix_rank(s) < len(s):
        return dict.fromkeys(_STUART_MAXWELL, not_computable("groups_of_categories"))
    value, df = float(d @ np.linalg.solve(s, d)), len(d)
    return dict(zip(_STUART_MAXWELL, (number(value), number(df), number(upper_chi2(value, df))), strict=True))
