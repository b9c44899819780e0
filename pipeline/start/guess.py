"""What the variables of an unknown file probably are, from labels, declared measures and the values themselves.

Every guess says why. SPSS files often declare every variable "scale", so the declaration is one hint among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pipeline.codes import BLANK
from pipeline.counting.columns import Column, Columns
from pipeline.language.no_answer import is_no_answer
from pipeline.spec.model import Kind
from pipeline.spss.model import Code, Dictionary, Variable, code_text
from pipeline.start.alike import one_question
from pipeline.start.group import Group
from pipeline.start.groups import groups
from pipeline.start.metadata import metadata
from pipeline.start.words import is_word, words

MOST_CATEGORIES = 40  # a variable with more distinct values is listed as a number or as text
MOST_LOOKED_AT = 10_000  # distinct values that are looked at to see their decimals
WHOLE_FROM = 2.0**52  # a double from here on has no decimals, and may be too large to be rounded to some
MOST_UNLABELLED = 12  # whole numbers without labels up to so many distinct values are shown one by one

LONGEST_IDENTIFIER = 60  # characters
_MOMENT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")  # a date as a text, which may have a time behind it

CALENDARS = {"WKDAY": ("weekdays", 7), "MONTH": ("months", 12)}
"""Formats under which SPSS shows whole numbers as names: why that is guessed (a catalogue id), and the last number."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What one variable is taken for. ``categories``: codes with texts; ``why`` names the evidence (a catalogue id).

    ``empty``: nobody has a valid value; ``constant``: the one value everybody has, missing nobody. ``no_answer``: codes
    that say that there is no answer and are not declared missing; ``missing``: codes to count as missing besides those
    that the file declares. ``decimals``: of numbers with fractions, how many to show.
    ``doubtful``: a person should look whether the kind is right.
    """

    name: str
    kind: Kind
    why: str
    categories: tuple[tuple[str, str], ...] = ()
    scores: bool = False
    empty: bool = False
    constant: str | None = None
    no_answer: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    metadata: bool = False
    decimals: int | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Guesses:
    """All guesses about a file."""

    variables: dict[str, Guess] = field(default_factory=dict)
    batteries: tuple[Group, ...] = ()
    sets: tuple[Group, ...] = ()
    numbers: tuple[Group, ...] = ()


def guess(dictionary: Dictionary, table: Any) -> Guesses:
    """Guess the kind of every variable of a file and the groups they form.

    ``table``: the ingested Arrow table, or its :class:`Columns`.
    """
    columns = table if isinstance(table, Columns) else Columns(table)
    found = {v.name: _variable(v, columns, dictionary) for v in dictionary.variables}
    found |= {name: replace(found[name], metadata=True) for name in metadata(dictionary, found, columns)}
    found = one_question(dictionary, found, columns)
    sets, batteries, numbers = groups(dictionary, found, columns)
    return Guesses(found, batteries, sets, numbers)


# ---------------------------------------------------------------- one variable


def _variable(v: Variable, columns: Columns, dictionary: Dictionary) -> Guess:
    if v.kind == "string":
        return _string(v, columns[v.name])
    if v.name == dictionary.weight:
        values = columns[v.name].values
        return Guess(v.name, "weight", "weight", decimals=_decimals(values) if np.any(values % 1) else None)
    if v.is_date and not v.missing and columns.absent(v.name) < columns.rows:  # its values are not looked at
        return Guess(v.name, "date", "date_format")
    column = columns[v.name]
    distinct = column.values[~v.missing.mask(column.values)]
    labels = _shown_labels(v, distinct.tolist())
    if len(distinct) == 0:
        return Guess(v.name, "nominal", "empty", tuple(labels), empty=True)
    if v.is_date:
        return Guess(v.name, "date", "date_format")
    everybody = int(column.n[1:].sum()) == columns.rows and len(column.values) == 1
    constant = code_text(float(distinct[0])) if len(distinct) == 1 and everybody else None
    whole = bool(np.all(distinct == np.floor(distinct)))
    if labels and len(distinct) <= MOST_CATEGORIES:
        unlabelled = [float(d) for d in distinct if float(d) not in v.value_labels.by_code]
        if _only_ends(labels, unlabelled):
            return _end_points(v, labels, distinct, constant)
        if len(unlabelled) <= max(1, len(distinct) // 2):
            return _labelled(v, labels, unlabelled, constant)
    if labels and whole and len(distinct) <= MOST_UNLABELLED:
        return _end_points(v, labels, distinct, constant)
    if v.is_time:
        return Guess(v.name, "numeric", "numbers", constant=constant)
    calendar = CALENDARS.get(v.format_type)
    if calendar and not labels and whole and distinct[0] >= 1 and distinct[-1] <= calendar[1]:
        codes = tuple((str(n), str(n)) for n in range(1, calendar[1] + 1) if not v.missing.is_missing(float(n)))
        return Guess(v.name, "nominal", calendar[0], codes, constant=constant)
    unique = len(distinct) == columns.rows and whole and columns.rows > MOST_UNLABELLED
    in_a_row = unique and distinct[-1] - distinct[0] == len(distinct) - 1
    if unique and (in_a_row or is_word("identifier", v.name) or v.measure == "nominal"):
        return Guess(v.name, "identifier", "all_different")
    if whole and len(distinct) <= MOST_UNLABELLED and not labels:
        points = [float(d) for d in distinct]
        to_ten = len(points) > 5 and points[0] in (0, 1) and points[-1] == 10
        if to_ten:  # of which a point may not have been used
            points = [points[0] + i for i in range(int(11 - points[0]))]
        categories = tuple((code_text(p), code_text(p)) for p in points)
        if len(distinct) <= 2:
            return Guess(v.name, "nominal", "few_values", categories, constant=constant)
        return Guess(v.name, "ordinal", "few_values", categories, scores=True, constant=constant, doubtful=not to_ten)
    return Guess(v.name, "numeric", "numbers", constant=constant, decimals=None if whole else _decimals(distinct))


def _shown_labels(v: Variable, distinct: Iterable[Code]) -> list[tuple[str, str]]:
    """The codes with labels that a table shows: all of them, or of very many those that occur."""
    table = v.value_labels
    labels: Iterable[tuple[Code, str]] = table
    if len(table) > MOST_CATEGORIES and len(table) - len(table.missing(v.missing)) > MOST_CATEGORIES:
        labels = table.of(distinct)
    return [(code_text(c), text) for c, text in labels if not v.missing.is_missing(c)]


def _decimals(values: Any) -> int:
    """The decimals that show the values as they are, or the first two of many (four of numbers below one)."""
    some = values[:MOST_LOOKED_AT]
    some = some[np.abs(some) < WHOLE_FROM]
    if len(some) == 0:
        return 1
    most = 4 if float(np.abs(some).max()) < 1 else 2
    return next((d for d in range(1, most) if np.allclose(np.round(some, d), some, rtol=1e-9, atol=0)), most)


def _labelled(v: Variable, labels: list[tuple[str, str]], unlabelled: list[float], constant: str | None) -> Guess:
    codes = [*labels, *((code_text(u), code_text(u)) for u in unlabelled)]
    codes.sort(key=lambda item: float(item[0]))
    no_answer = _no_answers(labels)
    substantive = len(codes) - len(no_answer)
    graded = sum(1 for code, text in labels if (code, text) not in no_answer and words("ordered").search(text))
    worded = graded * 2 > substantive  # most labels are worded as steps, whatever the file declares
    # "party" in a question speaks against an order, but not against answers that are all steps of one.
    unordered = graded < substantive and bool(words("unordered").search(f"{v.name} {v.label}"))
    declared = v.measure == "ordinal"
    ordered = substantive > 2 and (declared or (worded and not unordered)) and not _hole(v, codes, no_answer)
    return Guess(
        v.name,
        "ordinal" if ordered else "nominal",
        ("labels_ordinal" if v.measure == "ordinal" else "labels_ordered") if ordered else "labels",
        tuple(codes),
        scores=ordered,
        constant=constant,
        no_answer=no_answer,
        doubtful=ordered and not worded,
    )


def _no_answers(labels: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The codes whose labels say that there is no answer."""
    return tuple((code, text) for code, text in labels if is_no_answer(text, code))


def _hole(v: Variable, codes: Sequence[tuple[str, str]], no_answer: tuple[tuple[str, str], ...]) -> bool:
    """Whether a code without an answer, declared missing or not, lies between those with one: their numbers are then no
    order."""
    gone = {code for code, _ in no_answer}
    answers = [float(code) for code, _ in codes if code not in gone]
    missing = v.value_labels.of(v.value_labels.missing(v.missing))
    declared = {code_text(c) for c, text in missing if is_no_answer(text, code_text(c))}
    return any(min(answers) < float(code) < max(answers) for code in gone | declared) if answers else False


def _only_ends(labels: list[tuple[str, str]], unlabelled: list[float]) -> bool:
    """Whether few points of a short scale have labels and some between them are answers without one."""
    named = sorted(float(code) for code, text in labels if not is_no_answer(text, code))
    if len(named) < 2 or not all(code.is_integer() for code in (*named, *unlabelled)):
        return False
    points = named[-1] - named[0] + 1
    between = any(named[0] < code < named[-1] for code in unlabelled)
    return between and points <= MOST_UNLABELLED and 2 * len(named) <= points


def _end_points(v: Variable, labels: list[tuple[str, str]], distinct: Any, constant: str | None) -> Guess:
    """A scale of which only some points (usually the ends) have labels."""
    named = dict(labels)
    no_answer = _no_answers(labels)
    known = {*(float(c) for c in named), *(float(d) for d in distinct)}
    steps = sorted(known - {float(code) for code, _ in no_answer})
    if steps and steps[0].is_integer() and steps[-1] - steps[0] < MOST_UNLABELLED:  # the same scale for every item
        known |= {steps[0] + i for i in range(int(steps[-1] - steps[0]) + 1)}
    codes = sorted(known)
    categories = []
    for code in codes:
        text = code_text(code)
        categories.append((text, f"{text} – {named[text]}" if text in named else text))
    ordered = not _hole(v, categories, no_answer)
    return Guess(v.name, "ordinal" if ordered else "nominal", "end_points" if ordered else "labels", tuple(categories),
                 ordered, constant=constant, no_answer=no_answer)  # fmt: skip


def _string(v: Variable, column: Column) -> Guess:
    answers = int(column.n[1:].sum())
    if column.k > MOST_CATEGORIES and not v.missing:  # many texts are counted, not looked at one by one
        if column.k == answers and _identifies(v, column.texts):
            return Guess(v.name, "identifier", "all_different")
        return Guess(v.name, "text", "many_strings")
    counted = zip(column.texts, column.n[1:].tolist(), strict=True)
    found = {text: n for text, n in counted if not v.missing.is_missing(text)}
    distinct, answers = sorted(found), sum(found.values())
    labels = dict(_shown_labels(v, distinct))
    filled = [d for d in distinct if d.strip()]
    blank = (BLANK,) if len(filled) < len(distinct) and not any(not c.strip() for c in labels) else ()
    if not filled and not labels:
        return Guess(v.name, "text", "empty", empty=True)
    constant = distinct[0] if len(distinct) == 1 and answers == len(column.place) else None
    distinct, answers = (filled, sum(n for text, n in found.items() if text.strip())) if blank else (distinct, answers)
    longest = max((len(d) for d in distinct), default=0)
    if len(distinct) <= MOST_CATEGORIES and longest <= 60 and (labels or len(distinct) < max(3, answers * 0.8)):
        categories = tuple((d or BLANK, labels.get(d, d) or BLANK) for d in sorted({*distinct, *labels}))
        return Guess(v.name, "nominal", "few_strings", categories, constant=constant, missing=blank)
    if len(distinct) == answers and _identifies(v, distinct):
        return Guess(v.name, "identifier", "all_different")
    return Guess(v.name, "text", "many_strings")


def _identifies(v: Variable, texts: Sequence[str]) -> bool:
    """Whether texts that are all different are codes of cases and no words: the name says so, or each is one word with
    a digit or of the same length as the others."""
    filled = [text.strip() for text in texts[:MOST_LOOKED_AT] if text.strip()]
    if not filled or any(len(text.split()) > 1 and not _MOMENT.match(text) for text in filled):
        return False
    if max(map(len, filled)) > LONGEST_IDENTIFIER:
        return False
    digits = sum(1 for text in filled if any(c.isdigit() for c in text))
    alike = len({len(text) for text in filled}) == 1 and len(filled[0]) > 3 and len(filled) > 2
    return is_word("identifier", v.name) or 2 * digits > len(filled) or alike
