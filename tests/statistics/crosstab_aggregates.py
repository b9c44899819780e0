"""Cross-tabs for tests: from counts, or from cases with weights, as the counting engine makes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.statistics.core import Crosstab, Number, Options, Result
from pipeline.statistics.registry import compute

ORACLES = Path(__file__).parent / "oracles"
OPTIONS = Options()


def oracle(name: str) -> dict[str, Any]:
    return json.loads((ORACLES / name).read_text(encoding="utf-8"))


def crosstab(
    counts: Sequence[Sequence[float]],
    rows: Sequence[float] | None = None,
    columns: Sequence[float] | None = None,
    *,
    ordered: bool = True,
    same: bool = False,
) -> Crosstab:
    """A table of ordered categories, codes 1, 2, … unless given; counts that are not whole are a frequency weight."""
    w = np.array(counts, dtype=np.float64)
    whole = bool((w == np.rint(w)).all())
    r, c = w.shape
    return Crosstab(
        np.rint(w).astype(np.int64),
        w,
        w.copy(),
        "none" if whole else "frequency",
        row_scores=np.array(rows if rows is not None else range(1, r + 1), dtype=np.float64),
        col_scores=np.array(columns if columns is not None else range(1, c + 1), dtype=np.float64),
        row_ordered=ordered,
        col_ordered=ordered,
        same_categories=same,
    )


def of_cases(row: Sequence[int], col: Sequence[int], weight: Sequence[float], **more: Any) -> Crosstab:
    """A table of cases with a probability weight; ``row`` and ``col`` count from 0."""
    r, c = max(row) + 1, max(col) + 1
    cell = np.array(row) * c + np.array(col)
    w = np.array(weight, dtype=np.float64)
    n, sums, squares = (np.bincount(cell, x, r * c).reshape(r, c) for x in (np.ones_like(w), w, w**2))
    return Crosstab(
        n.astype(np.int64),
        sums,
        squares,
        "probability",
        row_scores=np.arange(1.0, r + 1),
        col_scores=np.arange(1.0, c + 1),
        row_ordered=True,
        col_ordered=True,
        **more,
    )


def numbers(table: Any, options: Options = OPTIONS, ids: Sequence[str] | None = None) -> Mapping[str, Result]:
    return dict(compute(table, options, ids))


def value(table: Any, name: str, options: Options = OPTIONS) -> float:
    found = numbers(table, options, [name])[name]
    assert isinstance(found, Number)
    assert found.value is not None, (name, found.error)
    return found.value


def reason(table: Any, name: str, options: Options = OPTIONS) -> str:
    found = numbers(table, options, [name])[name]
    assert isinstance(found, Number)
    assert found.value is None
    return found.error


def log_relative_error(found: float, true: float) -> float:
    """Correct digits: −log10 |found − true|/|true| (absolute where true is 0), 16 when equal."""
    if found == true:
        return 16.0
    if not math.isfinite(found):
        return -math.inf
    return -math.log10(abs(found - true) / (abs(true) if true else 1.0))
