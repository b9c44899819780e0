"""The arithmetic of a trend: how much a share or mean rises in a unit of time, and the test of it over all waves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.comparison.change import Estimated
from pipeline.statistics.core import Number, not_computable, number


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Σ(t − t̄)·m / Σ(t − t̄)²: the least-squares line through the waves' numbers, each wave counting alike."""
    middle = math.fsum(times) / len(times)
    from_middle = [t - middle for t in times]
    return math.fsum(c * m for c, m in zip(from_middle, values, strict=True)) / math.fsum(c * c for c in from_middle)


def cochran_armitage(k: Sequence[float], n: Sequence[float], times: Sequence[float], method: str) -> dict[str, Number]:
    """``trend_chi2`` (one degree of freedom) and its p: Cochran (1954), Armitage (1955), as R's ``prop.trend.test``.

    χ² = [Σ n(p − p̄)(t − t̄)]² / [p̄(1 − p̄) Σ n(t − t̄)²], t̄ and p̄ over all cases. Not computable, ``zero_variance``,
    when all shares are 0 or all are 1.
    """
    total, share = math.fsum(n), math.fsum(k) / math.fsum(n)
    middle = math.fsum(size * t for size, t in zip(n, times, strict=True)) / total
    spread = share * (1 - share) * math.fsum(size * (t - middle) ** 2 for size, t in zip(n, times, strict=True))
    how = f"{method} cochran_armitage"
    if spread <= 1e-15 * total:
        return dict.fromkeys(("trend_chi2", "trend_p"), not_computable("zero_variance", how))
    along = math.fsum((hits - size * share) * (t - middle) for hits, size, t in zip(k, n, times, strict=True))
    chi2 = along * along / spread
    return {"trend_chi2": number(chi2, how), "trend_p": number(math.erfc(math.sqrt(chi2 / 2)), how)}


def linear_contrast(
    times: Sequence[float], waves: Sequence[Estimated], method: str, by_design: bool
) -> dict[str, Number]:
    """``trend_p``: two-sided t test of the slope through the waves' numbers, the waves taken as independent samples.

    t = Σ c·m / √Σ c²·se² with c = t − t̄ (R ``svycontrast``). Degrees of freedom: those of all designs together, or
    Satterthwaite's (1946) where each wave's variance is its own; with two waves that is Welch's test.
    """
    from scipy.special import stdtr

    middle = math.fsum(times) / len(times)
    from_middle = [t - middle for t in times]
    parts = [(c * wave.se) ** 2 for c, wave in zip(from_middle, waves, strict=True)]
    variance = math.fsum(parts)
    error = next((wave.error for wave in waves if wave.error), "") or ("zero_variance" if variance <= 0 else "")
    df = math.fsum(wave.df for wave in waves)
    if not error and not by_design:
        df = variance**2 / math.fsum(part * part / wave.df for part, wave in zip(parts, waves, strict=True) if part)
    if not error and df <= 0:
        error = "no_degrees_of_freedom"
    if error:
        return {"trend_p": not_computable(error, method)}
    t = math.fsum(c * wave.value for c, wave in zip(from_middle, waves, strict=True)) / math.sqrt(variance)
    return {"trend_p": number(2 * float(stdtr(df, -abs(t))), f"{method} linear_contrast df={df:g}")}
