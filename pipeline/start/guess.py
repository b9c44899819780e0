"""What the variables of an unknown file probably are, from labels, declared measures and the values themselves.

Every guess says why. SPSS files often declare every variable "scale", so the declaration is one hint among others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np

from pipeline import language
from pipeline.counting.columns import Column, Columns
from pipeline.results import BLANK
from pipeline.spec.model import Kind
from pipeline.spss.model import Dictionary, Variable, code_text

MOST_CATEGORIES = 40  # a variable with more distinct values is listed as a number or as text
MOST_UNLABELLED = 12  # whole numbers without labels up to so many distinct values are shown one by one
SHORTEST_BATTERY = 3

_RANGE = r"\d+\s*(?:-|–|to|a)\s*\$?\d+|[<>≤≥]\s*\$?\d"


@cache
def _words(kind: str) -> re.Pattern[str]:
    """The words of all languages that give a label away: ``unknown``, ``mentioned``, ``ordered``, ``unordered``."""
    words = "|".join(language.catalogue(lang, "guess")[kind] for lang in language.languages())
    return re.compile(rf"\b(?:{words})(?!\w)" + (f"|{_RANGE}" if kind == "ordered" else ""), re.IGNORECASE)


def _whole(kind: str, text: str) -> bool:
    return _words(kind).fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Guess:
    """What one variable is taken for. ``categories``: codes with texts; ``why`` names the evidence (a catalogue id).

    ``empty``: nobody has a valid value; ``constant``: the one value everybody has. ``doubtful``: codes that look like
    "don't know" and are not declared missing.
    """

    name: str
    kind: Kind
    why: str
    categories: tuple[tuple[str, str], ...] = ()
    scores: bool = False
    empty: bool = False
    constant: str | None = None
    doubtful: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A run of variables taken for a battery or a multiple response set."""

    name: str
    label: str
    members: tuple[str, ...]
    kind: Literal["battery", "dichotomies", "categories"]
    counted: str = ""
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Guesses:
    """All guesses about a file."""

    variables: dict[str, Guess] = field(default_factory=dict)
    batteries: tuple[Group, ...] = ()
    sets: tuple[Group, ...] = ()


def guess(dictionary: Dictionary, table: Any) -> Guesses:
    """Guess the kind of every variable of a file and the groups they form.

    ``table``: the ingested Arrow table, or its :class:`Columns`.
    """
    columns = table if isinstance(table, Columns) else Columns(table)
    found = {v.name: _variable(v, columns, dictionary) for v in dictionary.variables}
    sets = [*_declared_sets(dictionary, found)]
    taken = {m for s in sets for m in s.members}
    likely, batteries = _runs(dictionary, found, taken)
    return Guesses(found, tuple(batteries), (*sets, *likely))


# ---------------------------------------------------------------- one variable


def _variable(v: Variable, columns: Columns, dictionary: Dictionary) -> Guess:
    if v.kind == "string":
        return _string(v, columns[v.name])
    labels = [(code_text(c), text) for c, text in v.value_labels if not v.missing.is_missing(c)]
    if v.name == dictionary.weight:
        return Guess(v.name, "weight", "weight")
    if v.is_date and not v.missing and columns.absent(v.name) < columns.rows:  # its values are not looked at
        return Guess(v.name, "date", "date_format")
    column = columns[v.name]
    distinct = column.values[~v.missing.mask(column.values)]
    if len(distinct) == 0:
        return Guess(v.name, "nominal", "empty", tuple(labels), empty=True)
    if v.is_date:
        return Guess(v.name, "date", "date_format")
    constant = code_text(float(distinct[0])) if len(distinct) == 1 else None
    whole = bool(np.all(distinct == np.floor(distinct)))
    if labels and len(distinct) <= MOST_CATEGORIES:
        unlabelled = [float(d) for d in distinct if not any(d == c for c, _ in v.value_labels)]
        if len(unlabelled) <= max(1, len(distinct) // 2):
            return _labelled(v, labels, unlabelled, constant)
    if labels and whole and len(distinct) <= MOST_UNLABELLED:
        return _end_points(v, labels, distinct, constant)
    if v.is_time:
        return Guess(v.name, "numeric", "numbers", constant=constant)
    unique = len(distinct) == columns.rows and whole and columns.rows > MOST_UNLABELLED
    if unique and (_whole("identifier", v.name) or v.measure == "nominal"):
        return Guess(v.name, "identifier", "all_different")
    if whole and len(distinct) <= MOST_UNLABELLED and not labels:
        categories = tuple((code_text(float(d)), code_text(float(d))) for d in distinct)
        if len(distinct) <= 2:
            return Guess(v.name, "nominal", "few_values", categories, constant=constant)
        return Guess(v.name, "ordinal", "few_values", categories, scores=True, constant=constant)
    return Guess(v.name, "numeric", "numbers", constant=constant)


def _labelled(v: Variable, labels: list[tuple[str, str]], unlabelled: list[float], constant: str | None) -> Guess:
    codes = [*labels, *((code_text(u), code_text(u)) for u in unlabelled)]
    codes.sort(key=lambda item: float(item[0]))
    doubtful = tuple((code, text) for code, text in labels if _words("unknown").search(text))
    substantive = len(codes) - len(doubtful)
    graded = sum(1 for code, text in labels if (code, text) not in doubtful and _words("ordered").search(text))
    worded = graded * 2 > substantive  # most labels are worded as steps, whatever the file declares
    unordered = bool(_words("unordered").search(f"{v.name} {v.label}"))
    declared = v.measure == "ordinal" or (v.measure != "nominal" and not unordered)
    ordered = substantive > 2 and (declared or (worded and not unordered))
    return Guess(
        v.name,
        "ordinal" if ordered else "nominal",
        "labels_ordered" if ordered else "labels",
        tuple(codes),
        scores=ordered,
        constant=constant,
        doubtful=doubtful,
    )


def _end_points(v: Variable, labels: list[tuple[str, str]], distinct: Any, constant: str | None) -> Guess:
    """A scale of which only some points (usually the ends) have labels."""
    named = dict(labels)
    codes = sorted({*(float(c) for c in named), *(float(d) for d in distinct)})
    categories = []
    for code in codes:
        text = code_text(code)
        categories.append((text, f"{text} – {named[text]}" if text in named else text))
    doubtful = tuple((code, text) for code, text in labels if _words("unknown").search(text))
    return Guess(v.name, "ordinal", "end_points", tuple(categories), True, constant=constant, doubtful=doubtful)


def _string(v: Variable, column: Column) -> Guess:
    answers = int(column.n[1:].sum())
    if column.k > MOST_CATEGORIES and not v.missing:  # many texts are counted, not looked at one by one
        if column.k == answers and column.longest <= 40:
            return Guess(v.name, "identifier", "all_different")
        return Guess(v.name, "text", "many_strings")
    counted = zip(column.texts, column.n[1:].tolist(), strict=True)
    found = {text: n for text, n in counted if not v.missing.is_missing(text)}
    distinct, answers = sorted(found), sum(found.values())
    labels = {str(c): text for c, text in v.value_labels if not v.missing.is_missing(c)}
    filled = [d for d in distinct if d.strip()]
    if not filled and not labels:
        return Guess(v.name, "text", "empty", empty=True)
    constant = distinct[0] if len(distinct) == 1 else None
    longest = max((len(d) for d in distinct), default=0)
    if len(distinct) <= MOST_CATEGORIES and longest <= 60 and (labels or len(distinct) < max(3, answers * 0.8)):
        categories = tuple((d or BLANK, labels.get(d, d) or BLANK) for d in sorted({*distinct, *labels}))
        return Guess(v.name, "nominal", "few_strings", categories, constant=constant)
    if len(distinct) == answers and longest <= 40:
        return Guess(v.name, "identifier", "all_different")
    return Guess(v.name, "text", "many_strings")


# ---------------------------------------------------------------- groups


def _declared_sets(dictionary: Dictionary, found: dict[str, Guess]) -> list[Group]:
    groups = []
    for s in dictionary.sets:
        members = tuple(m for m in s.members if m in found)
        if not members:
            continue
        label = s.label or (dictionary.variable(members[0]).label if s.label_from_variable else "") or s.name
        counted = "" if s.counted is None else code_text(s.counted)
        groups.append(Group(s.name.lstrip("$") or s.name, label, members, s.kind, counted, declared=True))
    return groups


def _runs(dictionary: Dictionary, found: dict[str, Guess], taken: set[str]) -> tuple[list[Group], list[Group]]:
    """Runs of neighbours with the same answers: likely multiple response sets and batteries."""
    likely: list[Group] = []
    batteries: list[Group] = []
    run: list[Variable] = []

    def close() -> None:
        if len(run) >= SHORTEST_BATTERY:
            members = tuple(v.name for v in run)
            answers = found[members[0]].categories
            counted = next((code for code, text in answers if _whole("mentioned", text)), "")
            prefix = common_start([v.label for v in run])
            if len(answers) <= 2:
                if counted and prefix:
                    likely.append(Group(f"set_{members[0]}", prefix or members[0], members, "dichotomies", counted))
            else:
                batteries.append(Group(f"grid_{members[0]}", prefix or _span(run), members, "battery"))
        run.clear()

    for v in dictionary.variables:
        g = found[v.name]
        alike = run and g.categories == found[run[0].name].categories and v.missing == run[0].missing
        usable = g.kind in ("nominal", "ordinal") and v.value_labels and not g.empty and v.name not in taken
        if not (usable and alike):
            close()
        if usable:
            run.append(v)
    close()
    return likely, batteries


def common_start(labels: Sequence[str]) -> str:
    """What labels begin with together, cut at the last end of a phrase; empty when that is little."""
    start = labels[0] if labels else ""
    for label in labels[1:]:
        while start and not label.startswith(start):
            start = start[:-1]
    cut = max((start.rfind(mark) for mark in (":", " - ", " – ", "…", "...", "?", "(")), default=-1)
    text = start[:cut].strip(" :-–…(") if cut > 0 else ""
    return text if len(text) >= 4 else ""


def _span(run: Sequence[Variable]) -> str:
    first, last = run[0], run[-1]
    return f"{first.label or first.name} – {last.label or last.name}"
