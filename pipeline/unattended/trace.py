"""A run that is killed can say nothing itself: what it left at its beginning is found by the next one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import RenderingFailed
from pipeline.files import read_file, write_json
from pipeline.paths import Layout

KILLED = 137
"""The exit code under which a run that was cut off stands in the history: what a shell says of a killed program."""

Command = Literal["rerun", "report"]


@dataclass(frozen=True, slots=True)
class CutOff:
    """A run that never came to its end: what it was, and when it began."""

    command: Command
    started: str


def cut_off(layout: Layout) -> CutOff | None:
    """The run before, if it never came to its end. Asked under the lock, so no other run is at work."""
    try:
        found = json.loads(read_file(layout.running))
        return CutOff("report" if found.get("command") == "report" else "rerun", str(found["started"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextlib.contextmanager
def running(layout: Layout, command: Command, started: str) -> Iterator[Callable[[], None]]:
    """Give what leaves a trace, to be called where there is work to do: it stays until the run has ended, however it
    ended; a full disk keeps no run from its work."""
    begun: list[bool] = []

    def begin() -> None:
        if not begun:
            begun.append(True)
            with contextlib.suppress(OSError, RenderingFailed):
                write_json(layout.running, {"command": command, "started": started})

    try:
        yield begin
    finally:
        if begun:
            with contextlib.suppress(OSError):
                layout.running.unlink(missing_ok=True)
