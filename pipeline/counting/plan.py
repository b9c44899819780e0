"""The counting contract: what a report asks of the cases, and what any engine answers.

A :class:`Plan` is a list of questions. A question names variables; its answer (:class:`pipeline.counting.alike.Alike`)
has every combination of their values that occurs, with the cases that show it and the sums of their weights. That is
all a table needs: cells, values by frequency, answer patterns of multiple response sets and models, and by stratum and
cluster where the design's variables are among the named. Answers of portions of the rows add up, in any order, to the
answer of the whole, to the same bytes (``sums.py``); so rows may be counted in one go, in portions, on many machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.codes import name_parts
from pipeline.counting.alike import Alike
from pipeline.counting.sums import Measure

if TYPE_CHECKING:
    from pipeline.spec.model import Codebook


@dataclass(frozen=True, slots=True)
class Question:
    """Variables whose combinations of values are counted, in the order of their names.

    ``presence``: of the one variable, a text, a date or an identifier, only the missing codes are told apart, and of
    numbers the least and the greatest kept: nearly every case may have a value of its own.
    """

    variables: tuple[str, ...]
    presence: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """The user-missing values of a variable of which only the presence is asked."""

    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    span: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be counted. ``measures``: what is added up over the cases of each combination.

    ``weight``: cases that have none are told apart from the others. ``missing``: by variable. ``columns``: all that is
    to be read.
    """

    questions: tuple[Question, ...]
    measures: tuple[Measure, ...] = ()
    weight: str | None = None
    missing: dict[str, Missing] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        named = {name for question in self.questions for name in question.variables}
        of_measures = (part for one in self.measures for part in (one.variable, one.over) if part)
        return tuple(sorted(named | set(of_measures)))


class Engine(Protocol):
    """Something that answers a plan."""

    def count(self, plan: Plan) -> dict[Question, Alike]:
        """The answer to each question."""
        ...


def closure(codebook: Codebook, names: Iterable[str], always: Sequence[str] = ()) -> tuple[str, ...]:
    """The variables behind names: parts of nested ones, members of sets and batteries, and those that filter them."""
    found: set[str] = set(always)
    variables = codebook.all_variables()
    for name in (part for one in names for part in name_parts(one)):
        if name in codebook.sets:
            found.update(codebook.sets[name].members)
        elif name in codebook.batteries:
            found.update(codebook.batteries[name].members)
        else:
            found.add(name)
    for name in list(found):
        if name in variables:
            found.update(variables[name].asked_if or ())
    return tuple(sorted(found))
