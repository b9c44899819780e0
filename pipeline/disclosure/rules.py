"""Which counts and totals must not be printed for their own sake: primary suppression.

Hundepool et al., Statistical Disclosure Control (2012), chapter 4. A zero is no secret of anybody and is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.disclosure.linked import Counts, Flags


def too_few(counts: Counts, threshold: int) -> Flags:
    """Counts of at least one and fewer than ``threshold`` units."""
    return (counts > 0) & (counts < threshold)


def dominated(contributions: Sequence[float], largest: int, share: float) -> bool:
    """Whether the ``largest`` so many contributors make up more than ``share`` of a total: the (n, k) rule."""
    ordered = sorted(contributions, reverse=True)
    return sum(ordered[:largest]) > share * sum(ordered)


def p_percent(contributions: Sequence[float], p: float) -> bool:
    """Whether the second contributor can tell the first to within ``p`` (0–1) of its value."""
    return prior_posterior(contributions, p, 1.0)


def prior_posterior(contributions: Sequence[float], p: float, q: float) -> bool:
    """As :func:`p_percent`, where everybody knows everybody to within ``q`` (0–1) beforehand: the (p, q) rule."""
    ordered = sorted(contributions, reverse=True)
    return bool(ordered) and sum(ordered[2:]) * q < p * ordered[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """Shares from 0 to 1; ``None``: that rule is not asked for."""

    n: int = 1
    k: float | None = None
    p: float | None = None
    q: float = 1.0

    def broken(self, contributions: Sequence[float]) -> bool:
        """Whether a total of these contributions, none of them negative, gives a unit away."""
        return (self.k is not None and dominated(contributions, self.n, self.k)) or (
            self.p is not None and prior_posterior(contributions, self.p, self.q)
        )
