"""Variables that belong together, and what their names say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline import labels
from pipeline.codes import BLANK
from pipeline.spss.model import Dictionary, Variable
from pipeline.start.words import is_word, words

if TYPE_CHECKING:
    from pipeline.start.guess import Guess

MOST_NAMED = 3  # items that a title names
_NUMBERED = re.compile(r"(.*[^\W\d])[_.]*\d+$|(.*\d)[_.]*[^\W\d_]$")
_ONLY_NUMBERED = re.compile(
    r"[^\W\d_]{0,3}_?|(?:var|item|frage|question|quest|domanda|pregunta|pergunta|col|prom|it|it_em)_?0*"
)
_SPECIFY = re.compile(r"specif|pr[ée]cis|angeben|und zwar|describ|indicar|indiquer", re.IGNORECASE)
_OPEN_NAME = re.compile(
    r"(.+?)[_.]?(?:text|txt|other|oth|oth_?text|specify|spec|altro|altr|autre|otro|otra|outro|outra|sonst\w*|open|offen)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """A run of variables taken for a battery, a multiple response set or numbers of one question.

    ``codes``: of a set in one text, its items. ``beside``: variables that belong to it and are no items of it: the text
    that holds all mentions once more, the open answers to "other". ``titled``: whether its label is a question that the
    members have in common, and no makeshift.
    """

    name: str
    label: str
    members: tuple[str, ...]
    kind: Literal["battery", "dichotomies", "categories", "delimited", "numbers"]
    counted: str = ""
    declared: bool = False
    base: Literal["asked", "any", "all"] = "asked"
    items_from_values: bool = False
    separator: str = " "
    codes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    titled: bool = True


def name_stem(name: str) -> str:
    """``d1_`` of ``d1_10``, ``q10`` of ``q10a``; empty for a name without a number or letter of its item, and for one
    that only counts the questions of a file (``q1``, ``v12``)."""
    found = _NUMBERED.fullmatch(name)
    stem = (found[1] or found[2]).casefold() if found else ""
    return "" if _ONLY_NUMBERED.fullmatch(stem) else stem


def only_counts(start: str) -> bool:
    """Whether what names begin with together says nothing but that they are questions."""
    return _ONLY_NUMBERED.fullmatch(start.casefold()) is not None


def same_labels(a: Variable, b: Variable) -> bool:
    """Whether two variables have equal value labels; thousands may share one long table."""
    return a.value_labels is b.value_labels or a.value_labels == b.value_labels


def items_named(run: Sequence[Variable]) -> str:
    """A makeshift title: the first items of a group that shows no question, and how many more there are."""
    shown = labels.items([v.label.strip() or v.name for v in run])
    more = len(shown) - MOST_NAMED
    return " / ".join(shown[:MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


def is_open(v: Variable, g: Guess) -> bool:
    """Whether a variable looks like the open answer to "other" of a list before it, and is no item of the list."""
    if v.kind != "string" or v.value_labels:
        return False
    texts = [text.strip() for _, text in g.categories if text.strip(" ()") and text != BLANK]
    if texts and all(is_word("mentioned", t) or is_word("passed_over", t) or t in v.label for t in texts):
        return False
    named = _OPEN_NAME.fullmatch(v.name) is not None
    label = labels.bare(v.label)
    written = words("written_in").search(label.rsplit(" - ", 1)[-1])
    begins = written is not None and (written.start() == 0 or _SPECIFY.search(label) is not None)
    return named or begins or (written is not None and labels.question(label) != "")


def open_answers(run: Sequence[Variable], dictionary: Dictionary, found: Mapping[str, Guess]) -> tuple[str, ...]:
    """The open answers beside the items of a question: by their names ("Q3_4_TEXT"), or by the question in their labels
    ("Which do you use? - Other (please specify)"), among its items or right behind them."""
    names = {v.name.casefold() for v in run} | {name_stem(v.name).rstrip("_.") for v in run} - {""}
    places = dictionary.places
    begin, end = places[run[0].name], places[run[-1].name]
    asked = {labels.question(v.label) for v in run} - {""}
    beside = []
    for v in dictionary.variables[max(0, begin - 1) : end + 4]:
        if v.kind != "string" or v.value_labels or v in run:
            continue
        named = _OPEN_NAME.fullmatch(v.name)
        lettered = name_stem(v.name) in names and places[v.name] > begin  # SoSci: AB01_04a beside AB01_04
        own = (named is not None and named[1].casefold().rstrip("_.") in names) or lettered
        same = labels.question(v.label) in asked and is_open(v, found[v.name])
        behind = places[v.name] == end + 1 and not labels.question(v.label) and is_open(v, found[v.name])
        if own or same or (behind and len(v.label) <= 40):
            beside.append(v.name)
    return tuple(beside)
