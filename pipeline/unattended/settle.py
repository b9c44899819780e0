"""Is a file whole yet? A file that is still being copied is left for the next run."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.files import open_file

if TYPE_CHECKING:
    from pipeline.errors import PipelineError
    from pipeline.unattended.schedule import Schedule

_HEADER = 176  # bytes before the first variable: the header record of a system file
_UNCOMPRESSED, _BYTECODE, _ZLIB = 0, 1, 2
_SHORTEST_ZSAV = 24 + 24  # the header and the trailer of compressed data


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it stood at one moment; two equal looks mean that nothing was written in between.

    ``changed`` is the younger of the times of content and of inode (seconds since 1970): a copying program may set
    the first back, never the second.
    """

    inode: int
    size: int
    changed: float


def look(path: Path) -> Look | None:
    """The file now; ``None`` when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Look(found.st_ino, found.st_size, max(found.st_mtime, found.st_ctime))


def arriving(
    paths: Sequence[Path],
    schedule: Schedule,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> set[Path]:
    """Those files that are still being written. Waits once, for all of them, at most ``wait_seconds``.

    A file left alone for ``wait_seconds`` is not waited for; one shorter than its header says is given
    ``patience_seconds``. Times in the future (a server's clock) are not believed: such a file is looked at twice.
    """
    first = {path: look(path) for path in paths}
    ages = {path: clock() - found.changed for path, found in first.items() if found is not None}
    young = [path for path, age in ages.items() if not age >= schedule.wait_seconds]
    if young:
        sleep(max(min(schedule.wait_seconds, schedule.wait_seconds - max(0.0, ages[path])) for path in young))
    still = {path for path in young if look(path) != first[path]}
    for path in ages:
        found = look(path)
        if found is not None and clock() - found.changed < schedule.patience_seconds and too_short(path):
            still.add(path)
    return still


def too_short(path: Path) -> bool:
    """Whether a system file has fewer bytes than the rows in its own header need at the very least.

    Uncompressed, a row takes eight bytes for each element of a case; bytecode-compressed, one byte at least. A file
    with an unknown count or another format cannot be judged so and is not called short. Layout: PSPP developers'
    guide, "File Header Record".
    """
    try:
        size = path.stat().st_size
        with open_file(path) as f:
            head = f.read(_HEADER)
    except OSError:
        return False
    if not head:
        return True
    if head[:3] != b"$FL"[: len(head[:3])] or path.suffix.lower() == ".por":
        return False
    if len(head) < _HEADER:
        return True
    order = "<" if struct.unpack("<i", head[64:68])[0] in (2, 3) else ">"
    elements, compression, _, rows = struct.unpack(order + "iiii", head[68:84])
    if rows < 0:
        return False
    elements = max(elements, 1)
    least = {_UNCOMPRESSED: rows * elements * 8, _BYTECODE: rows * elements, _ZLIB: _SHORTEST_ZSAV}
    return bool(size < _HEADER + least.get(compression, 0))


_CUT = ("cut", "is_cut", "damaged", "empty")  # how the readers' errors of a file that is not whole begin


def unfinished(error: PipelineError, path: Path, schedule: Schedule) -> bool:
    """Whether a file that a reader calls cut or damaged may still be on its way.

    How long a compressed file will be is written nowhere in it. So one that cannot be read to its end is given
    ``patience_seconds`` from when it was last touched, as one shorter than its header says.
    """
    found = look(path)
    if found is None or not error.text_id.rpartition(".")[2].startswith(_CUT):
        return False
    return 0 <= time.time() - found.changed < schedule.patience_seconds
