"""What became of one wave in one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.paths import Layout

State = Literal["published", "fresh", "failed", "waiting"]
Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one wave: its state, and for a failure the exit code, the reason and the data file's hash.

    ``to_confirm``: how many of its questions and sets wait for a person.
    """

    wave: str
    state: State
    exit_code: int = 0
    reason: Texts | None = None
    data: str | None = None
    notice: Texts | None = None
    files: tuple[Path, ...] = ()
    to_confirm: int = 0


def relative(layout: Layout, files: Iterable[Path]) -> tuple[str, ...]:
    """Reports as ``status.json`` names them: below ``reports/``."""
    return tuple(p.relative_to(layout.reports).as_posix() for p in files)
