"""Where statistics say what they are, and where they are found, described and computed.

A function is registered with :func:`statistic` and one :class:`Value` for each number it gives: how the number is
formatted, where it stands, in which order, whether it is shown unasked, and which other numbers of the function belong
to it. Counts, shares and what else tables make themselves are told with :func:`declare`. Nothing else in the program
knows these things, and nothing reads them from the letters of an id.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from pipeline.statistics.core import (
    LARGEST,
    SMALLEST,
    Aggregate,
    Cells,
    Distribution,
    Floats,
    GroupedDistribution,
    Options,
    Patterns,
    Result,
    not_computable,
    power_of_two,
)

Function = Callable[[Any, Options], Mapping[str, Result]]

Form = Literal["count", "share", "decimal", "p", "value", "length", "letters"]
"""How a number is shown. A ``value`` lies among the values of its variable (of dates it is a date), a ``length``
measures how far they are apart (of dates and times it is a time)."""

Place = Literal["line", "cell", "group", "base", "mark", "pair", "scale", "item", "term", "fit", "diagnostic", "axis"]
"""Where a number stands: in a ``line`` about a whole table; in each ``cell`` of a cross-table; beside a variable or a
``group`` of its cases; in the ``base`` of a table; as a ``mark`` at other cells; for a ``pair`` of groups; about a
whole ``scale`` or an ``item`` of it; at a ``term`` of a model, or among its measures of ``fit`` or its ``diagnostic``
ones; about an ``axis`` or a type of cases, or what lies there."""

Usual = Literal["never", "tested", "always"]
"""Whether a number is shown where nobody asked for it: not at all, where the report has tests, in a description too."""

LAST = 1000


@dataclass(frozen=True, slots=True)
class Value:
    """One of the numbers that a function gives: its id and what it is.

    ``order``: the place among others in a list, in the order in which SPSS users look for them; those without one
    follow in order of registration. ``decimals``: where neither the layout nor the codebook says how many. ``df``,
    ``p``, ``se`` (``ase``: an asymptotic one), ``low``, ``high``: the ids of what belongs to it and stands in its line;
    they need no record of their own, and are inferential. ``inferential``: a test, standard error or interval, which a
    census description leaves out. ``in_unit``: 1 in the variable's unit, 2 in its square.
    """

    id: str
    form: Form = "decimal"
    place: Place = "line"
    order: int = LAST
    usual: Usual = "never"
    decimals: int | None = None
    df: tuple[str, ...] = ()
    p: str = ""
    se: str = ""
    ase: str = ""
    low: str = ""
    high: str = ""
    inferential: bool = False
    in_unit: int = 0

    @property
    def beside(self) -> tuple[str, ...]:
        """The ids of all that belongs to it."""
        return tuple(part for part in (*self.df, self.p, self.se, self.ase, self.low, self.high) if part)

    def _parts(self) -> Iterator[Value]:
        """What belongs to it, as values of their own."""
        form: Form = "length" if self.form == "value" else self.form
        for part in self.beside:
            if part == self.p:
                yield Value(part, "p", self.place, inferential=True)
            elif part in self.df:
                yield Value(part, "decimal", self.place, inferential=True)
            else:
                own = self.form if part in (self.low, self.high) else form
                yield Value(part, own, self.place, inferential=True, in_unit=self.in_unit)


@dataclass(frozen=True, slots=True)
class Statistic:
    """A registered function: its numbers by id, the aggregate it takes, and when it applies.

    ``applies``: whether the statistic makes sense for this aggregate when nobody asked for it by name (a table of two
    ordered variables for gamma, a 2×2 table for an odds ratio). ``any_size``: values however large or small do it no
    harm, as it only puts them in order. ``of_order``: it uses the order or the numbers of categories, so that one
    without an answer has no place in it.
    """

    values: Mapping[str, Value]
    takes: type
    function: Function
    applies: Callable[[Any], bool]
    any_size: bool
    of_order: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all its numbers."""
        return tuple(self.values)

    @property
    def of_numbers(self) -> bool:
        """Whether it uses more of its variables than which category a case is in."""
        return self.of_order or self.takes in (Distribution, GroupedDistribution, Patterns)


_registry: dict[tuple[type, str], Statistic] = {}
_order: list[Statistic] = []
_declared: dict[str, Value] = {}


def _with_parts(values: Iterable[Value]) -> dict[str, Value]:
    """The values by id, then what belongs to them and has no record of its own."""
    found: dict[str, Value] = {}
    for value in values:
        if value.id in found:
            raise ValueError(f"{value.id!r} is told twice")
        found[value.id] = value
    for value in [*found.values()]:
        for part in value._parts():
            found.setdefault(part.id, part)
    return found


def statistic(
    *values: Value,
    takes: type,
    applies: Callable[[Any], bool] = lambda aggregate: True,
    any_size: bool = False,
    of_order: bool = False,
) -> Callable[[Function], Function]:
    """Register a function with its numbers for one kind of aggregate. An id taken twice is refused."""

    def register(function: Function) -> Function:
        one = Statistic(MappingProxyType(_with_parts(values)), takes, function, applies, any_size, of_order)
        for name in one.ids:
            if (takes, name) in _registry:
                raise ValueError(f"statistic {name!r} for {takes.__name__} is registered twice")
            _registry[(takes, name)] = one
        _order.append(one)
        _of_kind.cache_clear()
        _told.cache_clear()
        return function

    return register


def declare(*values: Value) -> None:
    """Say what the numbers are that tables make themselves, without a function here. An id taken twice is refused."""
    for name, value in _with_parts(values).items():
        if name in _declared:
            raise ValueError(f"{name!r} is declared twice")
        _declared[name] = value
    _told.cache_clear()


@cache
def _load_families() -> None:
    package = importlib.import_module("pipeline.statistics")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"pipeline.statistics.{module}")


def known(takes: type | None = None) -> Mapping[str, Statistic]:
    """All registered ids (of one kind of aggregate), in the order of registration."""
    _load_families()
    return _of_kind(takes)


@cache
def _of_kind(takes: type | None) -> Mapping[str, Statistic]:
    found = {name: one for one in _order for name in one.ids if takes is None or one.takes is takes}
    return MappingProxyType(found)


def declared() -> Mapping[str, Value]:
    """The numbers that tables make themselves, by id."""
    _load_families()
    return MappingProxyType(_declared)


# ---------------------------------------------------------------- what a number is


@cache
def _told() -> Mapping[str, Sequence[Value]]:
    """All that is told about each id: by tables themselves, then by functions of several kinds of aggregate."""
    _load_families()
    found: dict[str, list[Value]] = {name: [value] for name, value in _declared.items()}
    for one in _order:
        for name, value in one.values.items():
            found.setdefault(name, []).append(value)
    return found


def form(name: str) -> Form:
    """How a number is shown; one that nobody registered as a decimal number."""
    return next((value.form for value in _told().get(name, ())), "decimal")


def decimals(name: str) -> int | None:
    """How many decimals a number has where nothing else says so."""
    return next((value.decimals for value in _told().get(name, ()) if value.decimals is not None), None)


def order(name: str) -> int:
    """The place of a number in a list; the same for all that have none of their own."""
    return min((value.order for value in _told().get(name, ())), default=LAST)


def stands_in(name: str, place: Place, takes: type | None = None) -> bool:
    """Whether a number stands there, of some kind of aggregate or of this one."""
    if takes is not None:
        one = known(takes).get(name)
        return one is not None and one.values[name].place == place
    return any(value.place == place for value in _told().get(name, ()))


def of_numbers(name: str) -> bool:
    """Whether a number always is about numbers or an order, and not about how many cases there are."""
    return name not in _declared and name in _of_numbers()


@cache
def _of_numbers() -> frozenset[str]:
    _load_families()
    used, not_used = ({name for one in _order if one.of_numbers == uses for name in one.ids} for uses in (True, False))
    return frozenset(used - not_used)


def usual(*places: Place, takes: type | None = None, described: bool = False) -> tuple[str, ...]:
    """What is shown unasked in these places, in its order; ``described``: in a description, which has no tests."""
    _load_families()
    allowed = ("always",) if described else ("always", "tested")
    found = (one.values.values() for one in _order if takes is None or one.takes is takes)
    shown = [value for values in found for value in values if value.usual in allowed and value.place in places]
    return tuple(dict.fromkeys(value.id for value in sorted(shown, key=lambda value: value.order)))


@dataclass(frozen=True, slots=True)
class Beside:
    """The ids of what stands in a number's line; empty where there is none."""

    df: tuple[str, ...] = ()
    p: str = ""
    se: str = ""
    ase: str = ""
    low: str = ""
    high: str = ""


def beside(name: str, there: Collection[str]) -> Beside:
    """What belongs to a number, of the ids that are ``there``.

    An id may be registered for several kinds of aggregate, with an error or an interval for some of them only.
    """
    told = _told().get(name, ())

    def first(parts: Iterable[str]) -> str:
        return next((part for part in parts if part in there), "")

    df = next((one.df for one in told if one.df and all(part in there for part in one.df)), ())
    low, high = next(((one.low, one.high) for one in told if one.low in there and one.high in there), ("", ""))
    return Beside(
        df, first(one.p for one in told), first(one.se for one in told), first(one.ase for one in told), low, high
    )


def belongs_to_another(name: str, there: Collection[str]) -> bool:
    """Whether a number is the p-value, degrees of freedom, error or limit of another that is ``there``."""
    return any(name in value.beside for whole in there for value in _told().get(whole, ()))


# ---------------------------------------------------------------- computing


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
        return {name: _put_back(result, -power * one.values[name].in_unit) for name, result in results.items()}


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
        if not inference and all(value.inferential for value in one.values.values()):
            continue
        scaled = extreme and not one.any_size
        made = _scaled(one, aggregate, options) if scaled else one.function(aggregate, options)
        for found, result in made.items():
            if (ids is None or found in ids) and (inference or not one.values[found].inferential):
                yield found, result
