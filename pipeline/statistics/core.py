"""What every statistic takes and gives: aggregates of arrays in, frozen numbers out.

Nothing here knows a label, a file or a format. Aggregates are made by ``pipeline/counting`` in one pass over the
cases; each carries the unweighted counts ``n``, the sums of weights ``w`` and of squared weights ``w2``. Without a
weight the three are equal.

A statistic is a function registered in ``registry.py`` with what its numbers are: it takes one aggregate and
:class:`Options` and returns one :class:`Number` (or :class:`Cells`) per id. A number that cannot be computed is a
``Number`` whose ``value`` is ``None`` and whose ``error`` is the id of the reason, never a plausible value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Weighting = Literal["none", "frequency", "probability"]
"""How a weight is meant: replication of cases (SPSS), inverse inclusion probability, or no weight at all."""


# ---------------------------------------------------------------- what a statistic gives


@dataclass(frozen=True, slots=True)
class Number:
    """One value, or the reason why there is none.

    ``method``, ``warning`` and ``error`` are ids (``haverage``, ``expected_below_5``, ``zero_variance``), optionally
    followed by ``key=value`` words (``monte_carlo replicates=10000 seed=1``); the language catalogue
    ``statistics.toml`` turns them into sentences. ``n`` and ``base`` are the unweighted and weighted cases in the
    denominator where they differ from the aggregate's own total.
    """

    value: float | None
    method: str = ""
    warning: str = ""
    error: str = ""
    n: float | None = None
    base: float | None = None


def number(value: float, method: str = "", warning: str = "", error: str = "undefined") -> Number:
    """A :class:`Number`; a value that is not finite becomes the reason ``error``."""
    value = float(value)
    if math.isfinite(value):
        return Number(value, method, warning)
    return Number(None, method, warning, error)


def not_computable(error: str, method: str = "") -> Number:
    """A :class:`Number` without value: ``error`` is the id of the reason."""
    return Number(None, method, "", error)


@dataclass(frozen=True, slots=True)
class Cells:
    """One value per cell: ``values`` has the shape of the table; NaN where not computable, because of ``error``.

    ``letters`` (same shape): the columns that a cell is significantly larger than.
    """

    values: Floats
    method: str = ""
    warning: str = ""
    error: str = ""
    letters: npt.NDArray[np.object_] | None = None


Result = Number | Cells


# ---------------------------------------------------------------- what a statistic takes


class Sampling(Protocol):
    """The sample behind the cases of an aggregate, where strata, clusters or replicate weights are declared.

    It knows which cell of the aggregate each case is in, cells counted in row-major order of ``w``.
    """

    @property
    def df(self) -> float:
        """Degrees of freedom among the cases of the aggregate: clusters minus strata."""
        ...

    @property
    def replicated(self) -> bool:
        """Whether the variance comes from replicate weights; else it is linearised."""
        ...

    def covariance(
        self, scores: Floats, estimate: Callable[[Floats], Floats], corrected: bool = False
    ) -> tuple[Floats, str]:
        """The covariance (k, k) of k estimates made from the cells' weights, and the reason why there is none.

        ``scores`` (cells, k): the derivative of the estimates by the weight of a cell (Taylor linearisation);
        ``estimate``: from weights by cell (cells,) to the estimates (k,), used where there are replicate weights.
        ``corrected``: with the finite population correction, which describes the population at hand; tests of
        association leave it to the sample (:func:`pipeline.statistics.design.for_tests`).
        """
        ...

    def kept(self, keep: npt.NDArray[np.bool_]) -> Sampling:
        """The same for the aggregate without some of its cells: ``keep`` (cells,)."""
        ...


def by_design(aggregate: Distribution | GroupedDistribution | Patterns | MultipleCrosstab | Any) -> bool:
    """Whether the cases are not independent draws of one weight, so that naive tests do not hold."""
    return aggregate.weighting == "probability" or aggregate.sampling is not None


@dataclass(frozen=True, slots=True)
class Crosstab:
    """Counts of two categorical variables over the cases valid on both, r rows by c columns.

    ``n``, ``w``, ``w2``: shape (r, c). ``row_scores``, ``col_scores``: the numeric codes of the categories in
    their order, or ``None`` where the codes are strings. ``row_ordered``, ``col_ordered``: whether the categories
    are in a meaningful order. ``same_categories``: rows and columns are the same list of codes (agreement);
    ``measured_twice``: they are the same question asked twice, or of two, and not only answered in the same words.
    ``covariance``: shape (r*c, r*c), the design-based covariance of the weighted cell totals in row-major order
    where strata, clusters or replicate weights are declared; ``design_df`` its degrees of freedom; ``None`` means
    a one-stage sample with replacement, whose covariance follows from ``n``, ``w``, ``w2`` and ``sample_n``: the cases
    of the whole sample, of which those of the table are a domain (``None``: the table has them all).
    ``unsampled``: the part of a finite population that the sample has not, 1 − n/N, and ``finite_covariance`` the
    ``covariance`` with a design's own correction for it: for intervals of shares, never for tests of association.
    Empty rows and columns are kept: a statistic drops them where its definition does.
    """

    n: Ints
    w: Floats
    w2: Floats
    weighting: Weighting = "none"
    row_scores: Floats | None = None
    col_scores: Floats | None = None
    row_ordered: bool = False
    col_ordered: bool = False
    same_categories: bool = False
    measured_twice: bool = True
    covariance: Floats | None = None
    design_df: float | None = None
    sample_n: float | None = None
    unsampled: float = 1.0
    finite_covariance: Floats | None = None


@dataclass(frozen=True, slots=True)
class LayeredCrosstab:
    """The same two variables within each category of a third: k tables of one shape (for ``cmh``)."""

    tables: tuple[Crosstab, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distinct valid values of one numeric variable, ascending, with their counts: shape (k,).

    ``sample_n``: the cases of the whole sample, of which these are a domain (``None``: these are all).
    """

    values: Floats
    n: Ints
    w: Floats
    w2: Floats
    weighting: Weighting = "none"
    sampling: Sampling | None = None
    sample_n: float | None = None


@dataclass(frozen=True, slots=True)
class GroupedDistribution:
    """The distinct values of a numeric variable (k, ascending) with their counts by group: shape (k, g).

    ``sample_n`` as for :class:`Distribution`.
    """

    values: Floats
    n: Ints
    w: Floats
    w2: Floats
    weighting: Weighting = "none"
    sampling: Sampling | None = None
    sample_n: float | None = None


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct rows over p numeric variables, with how many cases show each.

    ``x``: shape (k, p), NaN where a case has no valid value; ``n``, ``w``, ``w2``: shape (k,). ``sampling``,
    ``sample_n`` as for :class:`Distribution`. Used by correlations, paired tests, scales and models.
    """

    x: Floats
    n: Ints
    w: Floats
    w2: Floats
    weighting: Weighting = "none"
    sampling: Sampling | None = None
    sample_n: float | None = None


@dataclass(frozen=True, slots=True)
class MultipleCrosstab:
    """A multiple response set of j items against g groups (g = 1 for the set alone).

    ``n``, ``w``, ``w2``: shape (j, g), cases of a group that mention an item. ``joint_n``, ``joint_w``,
    ``joint_w2``: shape (j, j, g), cases that mention both items. ``cases_n``, ``cases_w``, ``cases_w2``: shape (g,),
    the base of cases as declared: asked (valid on the set) or with any mention. ``patterns`` (m, j) of 0/1 with
    ``patterns_n`` and ``patterns_w`` (m, g) are the distinct answer patterns of the base, the cells of ``sampling``.
    """

    n: Ints
    w: Floats
    w2: Floats
    joint_n: Ints
    joint_w: Floats
    joint_w2: Floats
    cases_n: Ints
    cases_w: Floats
    cases_w2: Floats
    patterns: Ints
    patterns_n: Ints
    patterns_w: Floats
    weighting: Weighting = "none"
    sampling: Sampling | None = None


Aggregate = Crosstab | LayeredCrosstab | Distribution | GroupedDistribution | Patterns | MultipleCrosstab


@dataclass(frozen=True, slots=True)
class Options:
    """What a study decides for all statistics.

    ``confidence``: level of intervals. ``monte_carlo``: replicates where an exact test cannot be enumerated;
    ``seed`` makes them repeatable. ``population``: N of a finite population, else ``None``. ``adjustment`` of
    multiple comparisons: ``bonferroni``, ``holm``, ``bh`` or ``none``. ``least_expected``: columns whose expected
    count is smaller take no part in column comparisons. ``enumeration_limit``: most tables an exact test visits.
    ``inference``: whether tests, standard errors and intervals are shown; what takes long may be left out where not.
    """

    confidence: float = 0.95
    monte_carlo: int = 10_000
    seed: int = 20_091
    population: int | None = None
    adjustment: str = "bonferroni"
    least_expected: float = 0.0
    enumeration_limit: int = 2_000_000
    inference: bool = True


# ---------------------------------------------------------------- values of any size

SMALLEST, LARGEST = 1e-50, 1e50
"""What weights may be, and what values may be to be computed with as they are: products of squares of both, and of
fourth powers, then keep their digits in a double (2e-308 to 2e308)."""


def power_of_two(values: Floats) -> int:
    """The k with which 2^k brings the largest of the values between 0.5 and 1."""
    return -int(np.frexp(np.fmax.reduce(np.abs(values), axis=None, initial=0.0))[1])


def to_unit(values: Floats) -> Floats:
    """The values times such a power of two, for what does not depend on the unit: no digit is lost, no square
    overflows or vanishes."""
    return np.asarray(np.ldexp(values, power_of_two(values)))
