"""Adjusting p-values for the number of comparisons: pure functions of an array.

Sources: Bonferroni as in Dunn (1961); Holm (1979), Scandinavian Journal of Statistics 6, 65–70; Benjamini and
Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300. The adjusted values are those of R's
``p.adjust``.
"""

from __future__ import annotations

import numpy as np

from pipeline.statistics.core import Floats

METHODS = ("bonferroni", "holm", "bh", "none")


def adjust(p: Floats, method: str) -> Floats:
    """Adjusted p-values, in the shape and order of ``p``.

    ``method``: ``bonferroni``, ``holm``, ``bh`` (Benjamini–Hochberg, false discovery rate) or ``none``. NaN (a
    comparison that was not made) stays NaN and does not count as a comparison. An unknown method is the caller's
    mistake: ``ValueError``.
    """
    if method not in METHODS:
        raise ValueError(f"no adjustment {method!r}; known are {', '.join(METHODS)}")
    p = np.asarray(p, dtype=np.float64)
    made = ~np.isnan(p)
    flat = p[made]
    count = flat.size
    if method == "none" or count < 2:
        return p.copy()
    adjusted = p.copy()
    if method == "bonferroni":
        adjusted[made] = np.minimum(1.0, flat * count)
        return adjusted
    order = np.argsort(flat, kind="stable")
    ascending = flat[order]
    if method == "holm":
        steps = np.maximum.accumulate(ascending * np.arange(count, 0, -1))
    else:
        scaled = ascending * (count / np.arange(1, count + 1))
        steps = np.minimum.accumulate(scaled[::-1])[::-1]
    result = np.empty(count)
    result[order] = np.minimum(1.0, steps)
    adjusted[made] = result
    return adjusted
