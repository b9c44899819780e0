"""What was guessed about a file, as the page that opens the codebook: typed records, the doubtful first.

A record is one reason with all it holds for, so a file of hundreds of variables still makes one page; what is beyond it
is counted. The same records go into ``codebook.yml``, where each names its place in that file, and into quick's report,
which has no such file and says what to type instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline import language
from pipeline.spec.yaml_text import flow, quoted
from pipeline.spss.model import Dictionary
from pipeline.start.group import Group
from pipeline.start.guess import Guess, Guesses
from pipeline.start.wording import coded, named, named_runs, texts, worded
from pipeline.start.words import words

About = Literal["no_answer", "weight", "set", "battery", "kind", "identifier", "metadata"]
MOST_ITEMS = 8  # of one record; the rest is counted
MOST_RUNS = 6  # of one item
_OBVIOUS = frozenset({"labels", "date_format", "weight", "empty", "asked_for", "labels_ordinal"})


@dataclass(frozen=True, slots=True)
class Item:
    """Variables that something was guessed of; ``label`` is a group's title, ``codes`` are answers."""

    variables: tuple[str, ...]
    label: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One guess: about what, whether a person should look at it, why (a text's id), and what it holds for."""

    about: About
    why: str
    items: tuple[Item, ...]
    doubtful: bool = False


def records(dictionary: Dictionary, guesses: Guesses, names_of: dict[Group, str], weight: str | None) -> list[Record]:
    """All that was guessed, the doubtful first. ``names_of``: groups as the codebook calls them."""
    found = [*_no_answers(dictionary, guesses), *_weights(dictionary, guesses, weight)]
    found += _groups("set", "sets", guesses.sets, names_of) + _groups(
        "battery", "batteries", guesses.batteries, names_of
    )
    found += _kinds(dictionary, guesses)
    return sorted(found, key=lambda record: not record.doubtful)


def _no_answers(dictionary: Dictionary, guesses: Guesses) -> Iterator[Record]:
    variables: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for v in dictionary.variables:
        g = guesses.variables[v.name]
        if g.no_answer and not _stands_apart(g):
            variables.setdefault(g.no_answer, []).append(v.name)
    items = [
        Item(tuple(some), codes=codes, at=("variables", some[0], "no_answer")) for codes, some in variables.items()
    ]
    if items:
        yield Record("no_answer", "guessed_no_answer", tuple(items), doubtful=True)


def _weights(dictionary: Dictionary, guesses: Guesses, weight: str | None) -> Iterator[Record]:
    """The weight that is used because the file switches it on; where none is used, what looks like one."""
    if weight is not None:
        if weight == dictionary.weight:
            yield Record("weight", "guessed_weight_used", (Item((weight,)),))
        return
    likely = [
        v.name for v in dictionary.variables
        if guesses.variables[v.name].kind in ("numeric", "weight") and guesses.variables[v.name].decimals
        and words("weight").search(f"{v.name} {v.label}".replace("_", " "))
    ]  # fmt: skip
    if likely:
        yield Record("weight", "guessed_weight_unused", tuple(Item((name,)) for name in likely), doubtful=True)


def _groups(about: About, place: str, groups: Sequence[Group], names_of: dict[Group, str]) -> list[Record]:
    """Sets or batteries that no file declares, by their evidence; without a question in common they are doubtful."""
    found: dict[tuple[bool, str], list[Item]] = {}
    for group in groups:
        if not group.declared:
            item = Item(group.members, group.label, at=(place, names_of[group]))
            found.setdefault((not group.titled, f"guess_{group.kind}"), []).append(item)
    return [Record(about, why, tuple(items), doubtful) for (doubtful, why), items in found.items()]


def _kinds(dictionary: Dictionary, guesses: Guesses) -> list[Record]:
    found: dict[tuple[About, bool, str], list[str]] = {}
    for v in dictionary.variables:
        g = guesses.variables[v.name]
        if g.metadata:
            found.setdefault(("metadata", False, "guessed_metadata"), []).append(v.name)
        elif g.kind == "identifier":
            found.setdefault(("identifier", False, "why_all_different"), []).append(v.name)
        elif g.why not in _OBVIOUS and not _stands_apart(g):
            found.setdefault(("kind", g.doubtful, f"why_{g.why}"), []).append(v.name)
    return [
        Record(about, why, (Item(tuple(names), at=("variables", names[0], "kind")),), doubtful)
        for (about, doubtful, why), names in found.items()
    ]


def _stands_apart(g: Guess) -> bool:
    """Whether the report says of a variable only that it is empty, constant or not a question."""
    return g.empty or g.constant is not None or g.metadata


# ---------------------------------------------------------------- as YAML


def written(dictionary: Dictionary, found: Sequence[Record], passing: bool) -> Iterator[str]:
    """The records as the ``guessed:`` of a codebook; ``passing``: of a study that nobody can edit."""
    if not found:
        return
    yield "# What was guessed, the doubtful first; `at` is the place in this file. Take out what you have checked."
    yield "guessed:"
    for record in found:
        yield f"  - about: {record.about}"
        if record.doubtful:
            yield "    doubtful: true"
        yield f"    why: {worded(record.why)}"
        yield f"    change: {_change(record, passing)}"
        yield "    items:"
        for item in record.items[:MOST_ITEMS]:
            yield f"      - {_item(dictionary, replace(item, at=()) if passing else item)}"
        more = len(record.items) - MOST_ITEMS
        if more > 0:
            yield f"      - {{names: {worded('guessed_more', count=more)}}}"


def _item(dictionary: Dictionary, item: Item) -> str:
    runs = named_runs(dictionary, item.variables)
    shown, more = ", ".join(runs[:MOST_RUNS]), len(runs) - MOST_RUNS
    names = (
        texts(lambda lang: f"{shown} {language.text(lang, 'start.guessed_more', count=more)}")
        if more > 0
        else quoted(named(dictionary, item.variables))
    )
    parts = [f"names: {names}"]
    if item.codes:
        parts.append(f"text: {texts(lambda lang: coded(lang, item.codes))}")
    elif item.label:
        parts.append(f"text: {quoted(item.label)}")
    if item.at:
        parts.append(f"at: {flow(item.at)}")
    return "{" + ", ".join(parts) + "}"


def _change(record: Record, passing: bool) -> str:
    """What to type: an option where quick has one, else the line of the codebook (which ``init`` writes first)."""
    if record.about == "no_answer":
        return worded("option_no_answer" if passing else "change_no_answer")
    if record.about == "weight":
        used = record.why == "guessed_weight_used"
        if passing:
            return worded("option_weight_none") if used else worded("option_weight", name=record.items[0].variables[0])
        return worded("change_weight_none") if used else worded("change_weight", name=record.items[0].variables[0])
    change = f"change_{record.about}"
    if not passing:
        return worded(change)
    return texts(
        lambda lang: language.text(lang, "start.change_by_init", change=language.text(lang, f"start.{change}"))
    )
