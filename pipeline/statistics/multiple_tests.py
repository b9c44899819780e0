"""Adjusting p-values for the number of comparisons: pure functions of an array.

Sources: Bonferroni as in Dunn (1961); Holm (1979), Scandinavian Journal of Statistics 6, 65–70; Benjamini and
Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300. The adjusted values are those of R's
``p.adjust``.
"""

from __future__ import annotations

import numpy as np

from pipeline.statistics.core import Floats

METHODS = ("bonferroni", "holm", "bh", "none")


def adjust_rows(p: Floats, method: str) -> Floats:
    """P-values adjusted for multiple comparison within the last axis; NaN are no comparisons and stay NaN.

    ``bonferroni``, ``holm`` (Scand. J. Stat. 6, 1979), ``bh`` (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995)
    or ``none``. Any other name: ``ValueError``.
    """
    if method not in METHODS:
        raise ValueError(f"no adjustment {method!r}; known are {', '.join(METHODS)}")
    p = np.asarray(p, dtype=np.float64)
    if method == "none":
        return p.copy()
    m = np.isfinite(p).sum(axis=-1, keepdims=True)
    if method == "bonferroni":
        return np.asarray(np.minimum(p * m, 1.0))
    order = np.argsort(p)  # NaN last
    ranked = np.take_along_axis(p, order, axis=-1)
    rank = np.arange(p.shape[-1])
    if method == "holm":
        stepped = np.maximum.accumulate(ranked * (m - rank), axis=-1)
    else:
        raised = np.where(np.isnan(ranked), np.inf, ranked * m / (rank + 1))
        stepped = np.minimum.accumulate(raised[..., ::-1], axis=-1)[..., ::-1]
    found = np.empty_like(p)
    np.put_along_axis(found, order, np.minimum(stepped, 1.0), axis=-1)
    found[np.isnan(p)] = np.nan
    return found


def adjust(p: Floats, method: str) -> Floats:
    """As :func:`adjust_rows`, all of ``p`` (any shape) being one family of comparisons."""
    return adjust_rows(p.ravel(), method).reshape(p.shape)
