"""A core and a periphery: the division of the nodes that is most like the ideal one (Borgatti and Everett 1999).

The fit is Pearson's correlation of the ties with the ideal pattern. Only divisions by degree are tried (all nodes with
at least so many ties are core), so that nodes with equally many ties are never parted and the order of nodes does not
matter; other divisions may fit better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.networks.graphs import Ties
from pipeline.statistics.core import Floats, Number, not_computable, number


@dataclass(frozen=True, slots=True)
class Core:
    """Who is in the core, of the rows and of the columns of the ties, and how well that fits."""

    rows: npt.NDArray[np.bool_]
    columns: npt.NDArray[np.bool_]
    fit: Number


def two_mode_core(ties: Ties) -> Core:
    """Units (rows) and items (columns): ideally, a unit and an item are tied if and only if both are core."""
    n, m = ties.shape
    rows, columns = ties.sum(axis=1), ties.sum(axis=0)
    best: tuple[float, int, int] | None = None
    for least_row in np.unique(rows)[::-1].tolist():
        chosen = rows >= least_row
        inside = np.array([ties[chosen][:, columns >= c].sum() for c in np.unique(columns)], dtype=np.float64)
        sizes = np.array([(columns >= c).sum() for c in np.unique(columns)], dtype=np.float64) * chosen.sum()
        fits = _correlation(inside, sizes, float(ties.sum()), n * m)
        at = int(np.nanargmax(fits)) if not np.isnan(fits).all() else -1
        if at >= 0 and (best is None or fits[at] > best[0] + 1e-12):
            best = (float(fits[at]), int(least_row), int(np.unique(columns)[at]))
    if best is None:
        none = np.zeros(n, dtype=bool)
        return Core(none, np.zeros(m, dtype=bool), not_computable("network_no_core", "network_core_both"))
    return Core(rows >= best[1], columns >= best[2], number(best[0], "network_core_both"))


def one_mode_core(ties: Ties) -> Core:
    """Nodes of one kind: ideally, two are tied if and only if at least one of them is core."""
    n = len(ties)
    off = ~np.eye(n, dtype=bool)
    degree = (ties & off).sum(axis=1) + (ties & off).sum(axis=0)
    best: tuple[float, int] | None = None
    for least in np.unique(degree)[::-1].tolist():
        core = degree >= least
        ideal = core[:, None] | core[None, :]
        inside = np.array([float((ties & ideal & off).sum())])
        fit = _correlation(inside, np.array([float((ideal & off).sum())]), float((ties & off).sum()), n * (n - 1))[0]
        if not np.isnan(fit) and (best is None or fit > best[0] + 1e-12):
            best = (float(fit), int(least))
    if best is None:
        none = np.zeros(n, dtype=bool)
        return Core(none, none, not_computable("network_no_core", "network_core_either"))
    core = degree >= best[1]
    return Core(core, core, number(best[0], "network_core_either"))


def _correlation(inside: Floats, size: Floats, total: float, cells: float) -> Floats:
    """Pearson's r of two patterns of 0 and 1 with ``total`` and ``size`` ones, ``inside`` of them in common."""
    spread = total * (cells - total) * size * (cells - size)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0, (inside * cells - total * size) / np.sqrt(spread), np.nan)
