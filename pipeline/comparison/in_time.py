"""When a wave was: the order of waves and the distances between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from pipeline.errors import StudyError, nearest
from pipeline.paths import natural
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Source

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:[-_.]?[qQtT]([1-4])|[-_.](0[1-9]|1[0-2]))?(?![0-9])")


class Dated(Protocol):
    """A wave with its name and source."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> Source: ...


Wave = TypeVar("Wave", bound=Dated)


def moment(name: str, source: Source) -> float | None:
    """When a wave was, in years: by its first day of fieldwork, else by the one year in its name; or ``None``.

    A year alone is its beginning, a month or quarter its own; the distances between waves are what counts.
    """
    if source.started is not None:
        year, month, day = (*(int(part) for part in source.started.split("-")), 1, 1)[:3]
        return year + (month - 1) / 12 + (day - 1) / 365.25
    found = _YEAR.findall(name)
    if len(found) != 1:
        return None
    year, quarter, month = found[0]
    return int(year) + ((int(quarter) - 1) / 4 if quarter else (int(month) - 1) / 12 if month else 0.0)


def ordered(found: Sequence[Wave], listed: Sequence[str]) -> list[Wave]:
    """Waves from the earliest: as ``study.yml`` lists them, then by first day of fieldwork, then by name."""
    by_date = all(one.source.started is not None for one in found)

    def key(one: Wave) -> tuple[int, float, tuple[tuple[int, int, str], ...]]:
        place = listed.index(one.name) if one.name in listed else len(listed)
        when = moment(one.name, one.source) if by_date else None
        return place, when or 0.0, natural(one.name)

    return sorted(found, key=key)


def places(moments: Sequence[float | None]) -> tuple[float, ...]:
    """Where waves stand on the axis of time: in years where all are known and follow one another, else 0, 1, 2 …"""
    known = [m for m in moments if m is not None]
    if len(known) == len(moments) and all(a < b for a, b in pairwise(known)):
        return tuple(known)
    return tuple(float(i) for i in range(len(moments)))


def check(files: StudyFiles, waves: Sequence[str]) -> None:
    """The waves that ``study.yml`` names have folders, and what it watches is in the codebook. Raises
    :class:`StudyError` with all that is not there."""
    problems = [*_unknown(files, waves), *_unwatched(files)]
    if problems:
        raise StudyError.several(problems)


def _unwatched(files: StudyFiles) -> Iterator[StudyError]:
    known = [name for name, v in files.codebook.all_variables().items() if v.categorical]
    for i, name in enumerate(files.study.waves.alerts.response_by):
        if name not in known:
            yield StudyError(
                "comparison.no_such_variable", file=files.name("study"), variable=name, key="response_by",
                line=files.line("study", "waves", "alerts", "response_by", i),
                nearest=nearest(name, known) or ", ".join(known[:12]) or "–",
            )  # fmt: skip


def _unknown(files: StudyFiles, waves: Sequence[str]) -> Iterator[StudyError]:
    said = files.study.waves
    named = [("order", i, name) for i, name in enumerate(said.order)]
    places: list[tuple[tuple[str | int, ...], str]] = [(("waves", key, i), name) for key, i, name in named]
    if said.since is not None:
        places.append((("waves", "since"), said.since))
    for place, name in places:
        if name not in waves:
            yield StudyError(
                "comparison.no_such_wave", file=files.name("study"), line=files.line("study", *place),
                key=place[1], wave=name, nearest=nearest(name, waves) or ", ".join(waves),
            )  # fmt: skip
