"""What every statistic takes and gives: aggregates of arrays in, frozen numbers out.

Nothing here knows a label, a file or a format. Aggregates are made by ``pipeline/counting`` in one pass over the
cases; each carries the unweighted counts ``n``, the sums of weights ``w`` and of squared weights ``w2``. Without a
weight the three are equal.

A statistic is a function registered with :func:`statistic` under its ids (see ``STATISTICS`` in the report's
methods section): it takes one aggregate and :class:`Options` and returns one :class:`Number` (or :class:`Cells`)
per id. A number that cannot be computed is a ``Number`` whose ``value`` is ``None`` and whose ``error`` is the id
of the reason, never a plausible value.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
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

    ``texts`` (same shape, for ``letters``) goes to the result's ``method`` column.
    """

    values: Floats
    method: str = ""
    warning: str = ""
    error: str = ""
    texts: npt.NDArray[np.object_] | None = None


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

    ``x``: shape (k, p), NaN where a case has no valid value; ``n``, ``w``, ``w2``: shape (k,). ``stratum`` and
    ``cluster``: shape (k,), integer codes, or ``None``; patterns that do not keep strata and clusters apart have the
    sample in ``sampling``; ``sample_n`` as for :class:`Distribution`. Used by correlations, paired tests, scales and
    models.
    """

    x: Floats
    n: Ints
    w: Floats
    w2: Floats
    weighting: Weighting = "none"
    stratum: Ints | None = None
    cluster: Ints | None = None
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


# ---------------------------------------------------------------- the door


Function = Callable[[Any, Options], Mapping[str, Result]]


@dataclass(frozen=True, slots=True)
class Beside:
    """The ids of what belongs to a statistic and is shown in its line; empty where there is none."""

    df: tuple[str, ...] = ()
    p: str = ""
    se: str = ""
    low: str = ""
    high: str = ""

    def __iter__(self) -> Iterator[str]:
        return (name for name in (*self.df, self.p, self.se, self.low, self.high) if name)


_RATIOS = (
    "_f",
    "_t",
    "_u",
    "_h",
    "_z",
    "_w",
    "_chi2",
)  # how ids of test statistics may end: the rest is their test's name


def _belonging(name: str, ids: Collection[str]) -> Beside:
    """What of a function's own ids belongs to one of them: ``chi2_p`` to ``chi2``, ``anova_p`` to ``anova_f``.

    The rule of the ids' names, applied within one function only: an interval of another one is never meant.
    """
    stems = [name, *([name.rpartition("_")[0]] if name.endswith(_RATIOS) else [])]

    def own(*tails: str) -> tuple[str, ...]:
        found = [tuple(stem + tail for tail in tails) for stem in stems]
        return next((some for some in found if all(one in ids and one != name for one in some)), ())

    def one(*tails: str) -> str:
        return next((some[0] for tail in tails if (some := own(tail))), "")

    low, high = own("_low", "_high") or ("", "")
    return Beside(own("_df") or own("_df1", "_df2"), one("_p"), one("_ase", "_se"), low, high)


@dataclass(frozen=True, slots=True)
class Statistic:
    """A registered function: its ids, the aggregate it takes, and when it applies.

    ``inferential``: those of its ids that are tests, standard errors or intervals; the census mode
    ``description`` leaves them out. ``applies``: whether the statistic makes sense for this aggregate when nobody
    asked for it by name (a table of two ordered variables for gamma, a 2×2 table for an odds ratio). ``beside``: what
    belongs to each of its ids. ``in_unit``: those of its ids that are in the variable's unit (1), or its square (2).
    ``any_size``: values however large or small do it no harm, as it only puts them in order. ``of_order``: of a
    cross-table, it uses the order or the numbers of the categories, so that one without an answer has no place in it.
    """

    ids: tuple[str, ...]
    takes: type
    function: Function
    inferential: frozenset[str]
    applies: Callable[[Any], bool]
    beside: Mapping[str, Beside]
    in_unit: Mapping[str, int]
    any_size: bool
    of_order: bool


_NOTHING: Mapping[str, Beside] = MappingProxyType({})
_UNITLESS: Mapping[str, int] = MappingProxyType({})
_registry: dict[tuple[type, str], Statistic] = {}
_order: list[Statistic] = []


def statistic(
    *ids: str,
    takes: type,
    inferential: Collection[str] = (),
    applies: Callable[[Any], bool] = lambda aggregate: True,
    beside: Mapping[str, Beside] = _NOTHING,
    in_unit: Mapping[str, int] = _UNITLESS,
    any_size: bool = False,
    of_order: bool = False,
) -> Callable[[Function], Function]:
    """Register a function under its ids for one kind of aggregate. A name taken twice is refused."""

    def register(function: Function) -> Function:
        belonging = {name: _belonging(name, ids) for name in ids} | dict(beside)
        one = Statistic(ids, takes, function, frozenset(inferential), applies, belonging, in_unit, any_size, of_order)
        for name in ids:
            if (takes, name) in _registry:
                raise ValueError(f"statistic {name!r} for {takes.__name__} is registered twice")
            _registry[(takes, name)] = one
        _order.append(one)
        _of_kind.cache_clear()
        return function

    return register


@cache
def _load_families() -> None:
    package = importlib.import_module("pipeline.statistics")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"pipeline.statistics.{module}")


def known(takes: type | None = None) -> Mapping[str, Statistic]:
    """All registered ids (of one kind of aggregate), in the order of registration."""
    _load_families()
    return _of_kind(takes, len(_order))


@cache
def _of_kind(takes: type | None, registered: int) -> Mapping[str, Statistic]:
    """What :func:`known` gives, as long as no more are ``registered``."""
    found = {name: one for one in _order[:registered] for name in one.ids if takes is None or one.takes is takes}
    return MappingProxyType(found)


def beside(name: str, there: Collection[str]) -> Beside:
    """What belongs to a statistic, of the ids that are ``there``.

    An id may be registered for several kinds of aggregate, with an error or an interval for some of them only.
    """
    _load_families()
    declared = _beside(len(_order)).get(name, ())

    def first(parts: Iterable[str]) -> str:
        return next((part for part in parts if part in there), "")

    df = next((one.df for one in declared if one.df and all(part in there for part in one.df)), ())
    low, high = next(((one.low, one.high) for one in declared if one.low in there and one.high in there), ("", ""))
    return Beside(df, first(one.p for one in declared), first(one.se for one in declared), low, high)


def is_p(name: str) -> bool:
    """Whether a statistic is a p-value, as its id says."""
    return name.endswith("_p")


def belongs_to_another(name: str, there: Collection[str]) -> bool:
    """Whether a number is the p-value, degrees of freedom, error or limit of another statistic that is ``there``."""
    _load_families()
    return any(whole in there for whole in _wholes(len(_order)).get(name, ()))


@cache
def _beside(registered: int) -> Mapping[str, Sequence[Beside]]:
    found: dict[str, list[Beside]] = {}
    for one in _order[:registered]:
        for name, parts in one.beside.items():
            if any(parts):
                found.setdefault(name, []).append(parts)
    return found


@cache
def _wholes(registered: int) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for whole, declared in _beside(registered).items():
        for part in (part for parts in declared for part in parts):
            found.setdefault(part, set()).add(whole)
    return found


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


def _extreme(values: Floats) -> bool:
    largest = float(np.fmax.reduce(np.abs(values), axis=None, initial=0.0))
    return largest > LARGEST or 0 < largest < SMALLEST


def _scaled(one: Statistic, aggregate: Any, options: Options) -> Mapping[str, Result]:
    """A statistic of values whose squares no double holds: computed on a power of two of them, and put back."""
    field = "x" if isinstance(aggregate, Patterns) else "values"
    values = getattr(aggregate, field)
    power = power_of_two(values)
    results = one.function(replace(aggregate, **{field: np.ldexp(values, power)}), options)
    with np.errstate(over="ignore", under="ignore"):
        return {name: _put_back(result, -power * one.in_unit.get(name, 0)) for name, result in results.items()}


def _put_back(result: Result, power: int) -> Result:
    """A result times 2^power; beyond the doubles it is not computable: ``values_too_large``, ``values_too_small``."""
    if power == 0:
        return result
    reason = "values_too_large" if power > 0 else "values_too_small"
    if isinstance(result, Cells):
        values = np.ldexp(result.values, power)
        lost = np.isinf(values) | ((values == 0) & (result.values != 0))
        return replace(result, values=np.where(lost, np.nan, values), error=reason if lost.any() else result.error)
    if result.value is None:
        return result
    value = float(np.ldexp(result.value, power))
    lost = math.isinf(value) or (value == 0 and result.value != 0)
    return not_computable(reason, result.method) if lost else replace(result, value=value)


def compute(
    aggregate: Aggregate | Any,
    options: Options,
    ids: Collection[str] | None = None,
    inference: bool = True,
    of_order: bool | None = None,
) -> Iterator[tuple[str, Result]]:
    """Compute the statistics asked for by id, or every one that applies, for one aggregate.

    Without ``inference`` tests, standard errors and intervals are left out (and not computed, where a function gives
    nothing else). ``of_order``: only the statistics of which that is so, or is not. Yields ``(id, result)`` in order
    of registration. Ids that do not exist for this kind of aggregate are the caller's mistake: ``KeyError``.
    """
    available = known(type(aggregate))
    if ids is not None:
        for name in ids:
            if name not in available:
                raise KeyError(f"no statistic {name!r} for {type(aggregate).__name__}")
    done: set[int] = set()
    extreme = _extreme(aggregate.x if isinstance(aggregate, Patterns) else getattr(aggregate, "values", np.zeros(0)))
    for name, one in available.items():
        if id(one) in done or (ids is not None and name not in ids):
            continue
        if of_order is not None and one.of_order != of_order:
            continue
        if ids is None and not one.applies(aggregate):
            continue
        done.add(id(one))
        if not inference and one.inferential.issuperset(one.ids):
            continue
        scaled = extreme and not one.any_size
        made = _scaled(one, aggregate, options) if scaled else one.function(aggregate, options)
        for found, result in made.items():
            if (ids is None or found in ids) and (inference or found not in one.inferential):
                yield found, result
