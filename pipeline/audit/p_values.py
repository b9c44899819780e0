"""p-values once more, from the printed statistic and its degrees of freedom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from pipeline.audit.printed import Printed, bounds, read

Kind = Literal["t", "F", "r", "chi2", "z", "Q"]
_NAMES: dict[str, Kind] = {
    "t": "t",
    "f": "F",
    "r": "r",
    "χ2": "chi2",
    "χ²": "chi2",
    "chi2": "chi2",
    "x2": "chi2",
    "z": "z",
    "q": "Q",
}
_TEST = re.compile(
    r"\s*(?P<name>t|F|r|χ2|χ²|chi2|X2|z|Q)\s*(?:\((?P<df>[^)]*)\))?\s*=\s*(?P<value>[-−]?[0-9]*[.,]?[0-9]+)"
    r"\s*[,;]\s*p\s*(?P<sign>[<>=])\s*(?P<p>[0-9]*[.,]?[0-9]+)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Test:
    """A printed test: ``F(2, 28) = 2.20, p < .05`` is kind F, df 2 and 28, statistic 2.20, sign < and p .05."""

    kind: Kind
    df: tuple[float, ...]
    statistic: Printed
    sign: str
    p: Printed


def parse(text: str) -> Test | None:
    """A test from its text; ``None`` where it cannot be read or its degrees of freedom are not those of the test."""
    found = _TEST.fullmatch(text)
    if found is None:
        return None
    kind = _NAMES[found["name"].lower()]
    pieces = [piece.strip() for piece in re.split(r"[,;]\s*(?![0-9]{3}\b)", found["df"] or "") if piece.strip()]
    pieces = [piece for piece in pieces if not piece.upper().startswith("N")]
    try:
        df = tuple(float(piece) for piece in pieces)
    except ValueError:
        return None
    statistic, p = read(found["value"]), read(found["p"])
    if statistic is None or p is None or len(df) != {"F": 2, "z": 0}.get(kind, 1) or any(d <= 0 for d in df):
        return None
    return Test(kind, df, statistic, found["sign"], p)


def p_value(kind: Kind, statistic: float, df: tuple[float, ...]) -> float:
    """The p-value, two-sided where the statistic has a sign."""
    from scipy import special

    if kind == "z":
        return float(2 * special.ndtr(-abs(statistic)))
    if kind in ("chi2", "Q"):
        return float(special.chdtrc(df[0], max(statistic, 0.0)))
    if kind == "F":
        return float(special.fdtrc(df[0], df[1], max(statistic, 0.0)))
    if kind == "r":
        if abs(statistic) >= 1:
            return 0.0
        statistic = statistic * (df[0] / (1 - statistic**2)) ** 0.5
    return float(2 * special.stdtr(df[0], -abs(statistic)))


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A p-value computed from a printed test.

    ``low``, ``high``: over all statistics that are printed so. ``right``: the printed p can come from one of them.
    ``decision``: computed and printed p lie on different sides of .05.
    """

    p: float
    low: float
    high: float
    right: bool
    decision: bool


def recompute(test: Test, tails: int = 2, level: float = 0.05) -> Recomputed:
    """The p-value once more; ``tails`` 1 halves it."""
    share = 0.5 if tails == 1 and test.kind in ("t", "r", "z") else 1.0
    limits = bounds(test.statistic, "half up")
    ends = (float(limits.low), float(limits.high))
    p = share * p_value(test.kind, float(test.statistic.value), test.df)
    reached = [share * p_value(test.kind, end, test.df) for end in ends]
    low, high = min(reached), max(reached)
    if limits.low <= 0 <= limits.high:
        high = share * p_value(test.kind, 0.0, test.df)
    printed = float(test.p.value)
    if test.sign == "<":
        right, significant = low < printed, printed <= level
    elif test.sign == ">":
        right, significant = high > printed, False
    else:
        around = bounds(test.p, "half up")
        right = low <= float(around.high) and high >= float(around.low)
        significant = printed <= level
    undecided = (test.sign == "<" and printed > level) or (test.sign == ">" and printed < level)
    return Recomputed(p, low, high, right, not right and not undecided and (p <= level) != significant)
