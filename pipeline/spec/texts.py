"""The wording of a study's files: one walk finds every text, whatever record it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pipeline import language
from pipeline.errors import StudyError
from pipeline.spec.model import ANY_LANGUAGE, Record, Study, UnitName, Wording
from pipeline.spec.source import Place, SourceFile


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A text that lacks a language of the study and stands in the first one there."""

    language: str
    file: str
    line: int
    where: str


def texts(value: Any, place: Place = ()) -> Iterator[tuple[Place, Wording]]:
    """Every text of a record with its place in the file."""
    if isinstance(value, Wording):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from texts(child, (*place, key))
    elif isinstance(value, tuple):
        for i, child in enumerate(value):
            yield from texts(child, (*place, i))


def wordless(value: Any) -> Any:
    """A record as plain data without what is only shown: its texts and the fields that are called so.

    Of texts by code the codes are left. The order of everything counts: the first band that fits is taken.
    """
    if isinstance(value, Record):
        return {
            name: wordless(child)
            for name in type(value).model_fields
            if name not in value.only_shown
            and (child := getattr(value, name)) is not None
            and not isinstance(child, Wording)
        }
    if isinstance(value, dict):
        return [[key, None if isinstance(child, Wording) else wordless(child)] for key, child in value.items()]
    if isinstance(value, (list, tuple)):
        return [wordless(child) for child in value]
    return value


def complete(
    record: Record, source: SourceFile, languages: Sequence[str], strict: bool, lacking: list[Untranslated]
) -> Iterator[StudyError]:
    """Give every text all languages: one that lacks some has there what it says in the first, and joins ``lacking``.

    What lacks the first language, or where ``strict`` any, is a mistake; so is a language without a catalogue.
    """
    for place, text in texts(record):
        if ANY_LANGUAGE in text:
            continue
        for lang in text:
            if lang not in language.languages():
                yield StudyError(
                    "study.unknown_language", file=source.name, line=source.line(place),
                    where=shown(place), language=lang, known=", ".join(language.languages()),
                )  # fmt: skip
        yield from _complete(text, place, source, languages, strict, lacking)
    if isinstance(record, Study):
        units: dict[str, UnitName] = record.population.unit
        if ANY_LANGUAGE not in units:
            yield from _complete(units, ("population", "unit"), source, languages, strict, lacking)


def _complete(
    by_language: dict[str, Any], place: Place, source: SourceFile, languages: Sequence[str], strict: bool,
    lacking: list[Untranslated],
) -> Iterator[StudyError]:  # fmt: skip
    first = languages[0]
    for lang in languages:
        there = by_language.get(lang)
        if there if not isinstance(there, str) else there.strip():
            continue
        if strict or lang == first or first not in by_language:
            yield StudyError(
                "study.no_translation", file=source.name, line=source.line(place), where=shown(place), language=lang
            )
        else:
            by_language[lang] = by_language[first]
            lacking.append(Untranslated(lang, source.name, source.line(place), shown(place)))


def shown(place: Place) -> str:
    """A place as messages write it."""
    return ".".join(str(part) for part in place)
