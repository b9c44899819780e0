"""A run that is killed can say nothing itself: what it left at its beginning is found by the next one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from pipeline.errors import RenderingFailed
from pipeline.files import read_file, write_json
from pipeline.paths import Layout

KILLED = 137
"""The exit code under which a run that was cut off stands in the history: what a shell says of a killed program."""


def cut_off(layout: Layout) -> str | None:
    """When the run before began, if it never came to its end. Asked under the lock, so no other run is at work."""
    try:
        return str(json.loads(read_file(layout.running))["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def running(layout: Layout, started: str) -> Iterator[None]:
    """Leave a trace until the run has ended, however it ended; a full disk keeps no run from its work."""
    with contextlib.suppress(OSError, RenderingFailed):
        write_json(layout.running, {"started": started})
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            layout.running.unlink(missing_ok=True)
