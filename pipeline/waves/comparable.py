"""Which question may be compared in which wave: the promise that a trend never crosses a "not"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline import language
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Codebook, Text, say
from pipeline.waves.model import Kind, QuestionMap, WaveMapping

WORST: tuple[Kind, ...] = ("same", "mapped", "not")


@dataclass(frozen=True, slots=True)
class Comparable:
    """Whether a question of one wave may stand beside the codebook's, and so beside every other wave's.

    ``kind``: ``same`` (asked and coded alike), ``mapped`` (comparable after mapping), ``not``. ``reason``: language →
    text; empty for ``same``, never empty for ``not``. A trend, a change or a test between waves must leave out every
    wave where the kind is ``not``.
    """

    kind: Kind
    reason: Mapping[str, str] = field(default_factory=dict)


SAME = Comparable("same")


def comparability(files: StudyFiles, mappings: Mapping[str, WaveMapping | None]) -> dict[str, dict[str, Comparable]]:
    """Question → wave → :class:`Comparable`, for every variable, set, battery and derived variable of the codebook.

    ``mappings``: wave → its mapping as far as it holds; a wave without one is ``same`` throughout. Not asked, not
    confirmed yet and not comparable are all ``not``, each with its own reason. A set, battery or derived variable is as
    comparable as the worst of its parts; a set that lacks an item is ``mapped``, an index that lacks a part ``not``.
    """
    found: dict[str, dict[str, Comparable]] = {}
    for name, mapping in mappings.items():
        for question, comparable in of_wave(files.codebook, mapping, files.study.languages).items():
            found.setdefault(question, {})[name] = comparable
    return found


def of_wave(codebook: Codebook, mapping: WaveMapping | None, languages: Sequence[str]) -> dict[str, Comparable]:
    """Question → :class:`Comparable` for one wave."""
    groups = (codebook.variables, codebook.sets, codebook.batteries, codebook.derived)
    types = {name for name, derived in codebook.derived.items() if derived.clusters is not None}
    own = Comparable("not", _say("reason_types", languages))  # each wave has types of its own
    if mapping is None:
        return {name: own if name in types else SAME for group in groups for name in group}
    found = {name: _variable(mapping.question(name), languages) for name in codebook.variables}
    derived = {
        name: own if name in types else _parts(one.parts, found, languages) for name, one in codebook.derived.items()
    }
    variables = found | derived
    for name, mr in codebook.sets.items():
        found[name] = _worse(_set_parts(mr.members, variables, mapping, languages), _set(name, mapping, languages))
    for name, battery in codebook.batteries.items():
        found[name] = _parts(battery.members, variables, languages, lenient=True)
    return found | derived


def _say(text_id: str, languages: Sequence[str], **params: object) -> dict[str, str]:
    return {lang: language.text(lang, f"waves.{text_id}", **params) for lang in languages}


def _worded(reason: Text | None, languages: Sequence[str]) -> dict[str, str]:
    if not reason:
        return {}
    return {lang: say(reason, lang) for lang in languages}


def _variable(record: QuestionMap, languages: Sequence[str]) -> Comparable:
    if record.identical:
        return SAME
    if not record.confirmed:
        return Comparable("not", _say("reason_unconfirmed", languages))
    if record.gone:
        return Comparable("not", _worded(record.reason, languages) or _say("reason_gone", languages))
    if record.comparable == "same":
        return SAME
    reason = _worded(record.reason, languages)
    if not reason:
        codes = ", ".join(f"{old} → {new}" for old, new in record.codes.items())
        reason = _say("reason_codes", languages, codes=codes) if codes else _say("reason_mapped", languages)
    return Comparable(record.comparable, reason)


def _set(name: str, mapping: WaveMapping, languages: Sequence[str]) -> Comparable:
    record = mapping.sets.get(name)
    if record is None or (record.confirmed and record.comparable == "same"):
        return SAME
    if not record.confirmed:
        return Comparable("not", _say("reason_unconfirmed", languages))
    return Comparable(record.comparable, _worded(record.reason, languages) or _say("reason_set", languages))


def _set_parts(
    members: Sequence[str], variables: Mapping[str, Comparable], mapping: WaveMapping, languages: Sequence[str]
) -> Comparable:
    """A set whose lost items a person has confirmed is comparable for the items that are left."""
    asked = [m for m in members if not (mapping.question(m).gone and mapping.question(m).confirmed)]
    if not asked:
        return Comparable("not", _say("reason_gone", languages))
    worst = _parts(asked, variables, languages)
    lost = [m for m in members if m not in asked]
    return _worse(worst, Comparable("mapped", _say("reason_items", languages, items=", ".join(lost))) if lost else SAME)


def _parts(
    names: Sequence[str], variables: Mapping[str, Comparable], languages: Sequence[str], lenient: bool = False
) -> Comparable:
    """The worst of several parts. ``lenient``: a grid that lacks some of its rows may still show the others."""
    found = SAME
    for name in names:
        part = variables[name]
        if part.kind == "not" and lenient:
            part = Comparable("mapped", _say("reason_part", languages, part=name))
        found = _worse(found, part)
    if lenient and names and all(variables[n].kind == "not" for n in names):
        return Comparable("not", variables[names[0]].reason)
    return found


def _worse(a: Comparable, b: Comparable) -> Comparable:
    return a if WORST.index(a.kind) >= WORST.index(b.kind) else b
