"""Units over time: ``data/raw/<wave>/units.yml``, read and checked, and the links between two waves that follow.

A unit of the later wave continues one of the earlier wave (the same code in both waves does so without being named),
comes out of a merge of several or of the split of one, or begins; a unit of the earlier wave may end. What is neither
in the other wave nor declared stays unlinked, and the report says how many those are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, create_model

from pipeline.codes import code_of
from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.paths import Layout, Wave
from pipeline.spec import source as yaml_source
from pipeline.spec.load import check
from pipeline.spec.model import Codebook, Codes, Names, Record
from pipeline.spec.source import SourceFile
from pipeline.spss.model import code_text

DeclaredKind = Literal["continue", "merge", "split", "begin", "end"]
Kind = Literal["continue", "merge", "split", "begin", "end", "unlinked_before", "unlinked_after"]
KINDS: tuple[Kind, ...] = ("continue", "merge", "split", "begin", "end", "unlinked_before", "unlinked_after")
CategoryRule = Literal["largest", "all-agree", "drop"]
NumberRule = Literal["mean", "sum", "drop"]

_PREDECESSORS = {"continue": (0, 1), "merge": (2, None), "split": (1, 1), "begin": (0, 0), "end": (0, 0)}
"""Least and most units that ``from`` may name."""


def _one_code(value: Any) -> Any:
    return code_of(code_text(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value


Code = Annotated[str, BeforeValidator(_one_code)]


class _Unit(Record):
    """One record: a unit of the later wave (of the earlier one where ``kind`` is ``end``)."""

    unit: Code
    kind: DeclaredKind = "continue"

    @property
    def predecessors(self) -> tuple[str, ...]:
        """The units of the earlier wave that it follows from."""
        found: tuple[str, ...] = getattr(self, "from")
        return found or ((self.unit,) if self.kind == "continue" else ())


# "from" is a word of the file's language and of Python's: the field cannot be written in a class body.
UnitRecord = create_model("UnitRecord", __base__=_Unit, **{"from": (Codes, ())})  # type: ignore[call-overload]


class UnitsFile(Record):
    """``units.yml``. N of the wave, where it is not that of ``study.yml``, stands in its ``source.yml``.

    ``rule``: what a merged (or split) unit answered in a category: the answer of its ``largest`` part by the numeric
    variable ``size``, the one answer on which all parts agree, or none. ``numbers``: the same for numeric variables;
    those in ``sums`` are added up whatever it says. ``transitions``: categories whose table from × to is shown.
    ``weight``: the variable of this wave that weighs the units which answered before as well (a panel weight).
    """

    previous: Code | None = None
    rule: CategoryRule = "all-agree"
    size: str | None = None
    numbers: NumberRule = "mean"
    sums: Names = ()
    transitions: Names = ()
    weight: str | None = None
    units: tuple[UnitRecord, ...] = ()  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True)
class Declared:
    """A wave's ``units.yml`` with its lines; a wave without the file has an empty one."""

    content: UnitsFile
    source: SourceFile | None = None

    def records(self) -> Sequence[_Unit]:
        """The declared units, in the file's order."""
        return self.content.units

    def error(self, place: tuple[str | int, ...], text_id: str, **params: object) -> StudyError:
        """A mistake at a place of the file."""
        if self.source is None:
            raise ValueError("a wave without units.yml has no place to complain about")
        line = self.source.line(place)
        return StudyError(f"comparison.{text_id}", file=self.source.name, line=line, **params)


def read(layout: Layout, wave: Wave, waves: Sequence[str], codebook: Codebook) -> Declared:
    """A wave's ``units.yml``, checked against the waves there are and the codebook. Raises :class:`StudyError`."""
    source = yaml_source.read_if_there(layout, wave.units)
    if source is None:
        return Declared(UnitsFile())
    declared = Declared(check(UnitsFile, source), source)
    problems = list(_check_names(declared, wave.name, waves, codebook))
    if problems:
        raise StudyError.several(problems)
    return declared


def _check_names(declared: Declared, wave: str, waves: Sequence[str], codebook: Codebook) -> Iterator[PipelineError]:
    content = declared.content
    others = [name for name in waves if name != wave]
    if content.previous is not None and content.previous not in others:
        near = nearest(content.previous, others) or ", ".join(others) or "–"
        yield declared.error(("previous",), "no_such_previous", wave=content.previous, nearest=near)
    variables = codebook.all_variables()
    numeric = [name for name, v in variables.items() if v.kind == "numeric"]
    categorical = [name for name, v in variables.items() if v.categorical]
    if content.rule == "largest" and content.size is None:
        yield declared.error(("rule",), "largest_needs_size")
    named = [(("size",), content.size, numeric)] if content.size is not None else []
    named += [(("sums", i), name, numeric) for i, name in enumerate(content.sums)]  # type: ignore[misc]
    named += [(("transitions", i), name, categorical) for i, name in enumerate(content.transitions)]  # type: ignore[misc]
    weights = [name for name, v in variables.items() if v.kind in ("weight", "numeric")]
    named += [(("weight",), content.weight, weights)] if content.weight is not None else []
    for place, name, known in named:
        if name not in known:
            near = nearest(name, known) or ", ".join(known[:12]) or "–"
            yield declared.error(place, "no_such_variable", variable=name, key=place[0], nearest=near)


# ---------------------------------------------------------------- links


@dataclass(frozen=True, slots=True)
class Group:
    """Units of the earlier wave and those of the later one that they became."""

    kind: Kind
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """How the units of ``later`` follow from those of ``earlier``, and by which rule parts are put together."""

    earlier: str
    later: str
    groups: tuple[Group, ...]
    rules: UnitsFile

    def of_kind(self, kind: Kind) -> list[Group]:
        """The groups of one kind, in order."""
        return [g for g in self.groups if g.kind == kind]

    def linked(self) -> list[Group]:
        """The groups with units in both waves."""
        return [g for g in self.groups if g.before and g.after]


def link(
    earlier: str,
    later: str,
    before: Sequence[str],
    after: Sequence[str],
    declared: Declared,
    population_after: int | None = None,
) -> Links:
    """Link two waves. ``before`` are the units known in the earlier one, ``after`` those that answered in the later.

    A declared unit of the later wave that its file does not have did not answer, as long as the population has room
    for it; else it is a mistake, as is any unit that the earlier wave does not know. Raises :class:`StudyError` with
    all mistakes found.
    """
    problems = [
        *_check_records(declared),
        *_check_before(declared, earlier, before),
        *_check_after(declared, later, after, population_after),
        *_check_ended(declared, after),
    ]
    if problems:
        raise StudyError.several(problems)
    records = declared.records()
    groups: list[Group] = []
    splits: dict[str, list[str]] = {}
    for record in records:
        if record.kind == "split":
            splits.setdefault(record.predecessors[0], []).append(record.unit)
    seen: set[str] = set()
    for record in records:
        if record.kind == "split":
            source = record.predecessors[0]
            if source not in seen:
                groups.append(Group("split", (source,), tuple(splits[source])))
            seen.add(source)
        elif record.kind == "end":
            groups.append(Group("end", (record.unit,), ()))
        else:
            groups.append(Group(record.kind, record.predecessors, (record.unit,)))
    used_before = {code for g in groups for code in g.before}
    used_after = {code for g in groups for code in g.after}
    groups += _undeclared(before, after, used_before, used_after)
    return Links(earlier, later, tuple(groups), declared.content)


def _undeclared(
    before: Sequence[str], after: Sequence[str], used_before: Collection[str], used_after: Collection[str]
) -> Iterator[Group]:
    """Codes that no record names: the same in both waves continues, any other stays unlinked."""
    free_after = {code for code in after if code not in used_after}
    for code in before:
        if code in used_before:
            continue
        if code in free_after:
            free_after.remove(code)
            yield Group("continue", (code,), (code,))
        else:
            yield Group("unlinked_before", (code,), ())
    for code in after:
        if code in free_after:
            yield Group("unlinked_after", (), (code,))


def _check_records(declared: Declared) -> Iterator[StudyError]:
    """Each record names as many predecessors as its kind has; no unit stands in two records."""
    own: dict[str, int] = {}
    claimed: dict[str, tuple[int, str]] = {}
    for i, record in enumerate(declared.records()):
        least, most = _PREDECESSORS[record.kind]
        given = len(getattr(record, "from"))
        if given < least or (most is not None and given > most):
            yield declared.error(("units", i), f"from_{record.kind}", unit=record.unit, given=given)
            continue
        side = "end" if record.kind == "end" else "unit"
        if f"{side} {record.unit}" in own:
            yield declared.error(("units", i, "unit"), "unit_twice", unit=record.unit)
        own[f"{side} {record.unit}"] = i
        sources = (record.unit,) if record.kind == "end" else record.predecessors
        if len(set(sources)) < len(sources):
            yield declared.error(("units", i, "from"), "from_twice", unit=record.unit)
        for code in dict.fromkeys(sources):
            first = claimed.get(code)
            if first is not None and not (first[1] == record.kind == "split"):
                line = declared.source.line(("units", first[0])) if declared.source else 1
                yield declared.error(("units", i), "claimed_twice", unit=record.unit, source=code, first=line)
            claimed.setdefault(code, (i, record.kind))


def _check_before(declared: Declared, wave: str, known: Sequence[str]) -> Iterator[StudyError]:
    """Every predecessor is a unit of the earlier wave: of its file, or named in its own ``units.yml``."""
    have = set(known)
    for i, record in enumerate(declared.records()):
        for code in (record.unit,) if record.kind == "end" else record.predecessors:
            if code not in have:
                near = nearest(code, list(known)) or "–"
                yield declared.error(("units", i), "unit_nowhere_before", unit=code, wave=wave, nearest=near)


def _check_after(declared: Declared, wave: str, known: Sequence[str], population: int | None) -> Iterator[StudyError]:
    """Declared units that the file does not have did not answer: as many as the population has room for."""
    have = set(known)
    absent = [(i, r.unit) for i, r in enumerate(declared.records()) if r.kind != "end" and r.unit not in have]
    room = 0 if population is None else population - len(have)
    if len({code for _, code in absent}) <= room:
        return
    for i, code in absent:
        near = nearest(code, list(known)) or "–"
        yield declared.error(("units", i), "unit_nowhere", unit=code, wave=wave, nearest=near)


def _check_ended(declared: Declared, after: Collection[str]) -> Iterator[StudyError]:
    named = {r.unit for r in declared.records() if r.kind != "end"}
    for i, record in enumerate(declared.records()):
        if record.kind == "end" and record.unit in after and record.unit not in named:
            yield declared.error(("units", i), "ended_answers", unit=record.unit)


def units_of(declared: Declared, rows: Sequence[str]) -> list[str]:
    """The units a wave is known to have: those in its file, then those that only its ``units.yml`` names."""
    return list(dict.fromkeys([*rows, *(r.unit for r in declared.records() if r.kind != "end")]))
