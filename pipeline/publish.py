"""A report changes in one rename or not at all.

``reports/<wave>`` is a symbolic link to a complete build in ``reports/.builds``; publishing builds aside and then
renames a new link over the old one, which the kernel does at once. A reader sees the last good report or the new one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import Locked, RenderingFailed
from pipeline.paths import Layout


@contextlib.contextmanager
def lock(layout: Layout) -> Iterator[None]:
    """One run at a time: a kernel lock that dies with its process. Raises :class:`Locked`."""
    try:
        layout.processed.mkdir(parents=True, exist_ok=True)
        handle = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RenderingFailed(
            "cli.cannot_write", path=layout.shown(layout.processed), reason=error.strerror or str(error)
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK):
                raise Locked("cli.locked", folder=layout.shown(layout.base)) from None
            raise
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def build(layout: Layout, name: str) -> Iterator[Path]:
    """A folder to build a report in; swapped in when the block ends well, removed when it does not."""
    builds = layout.reports / ".builds"
    try:
        builds.mkdir(parents=True, exist_ok=True)
        _sweep(layout, builds)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=builds))
        folder.chmod(0o755)
    except OSError as error:
        raise _cannot(layout, layout.reports, error) from None
    try:
        yield folder
        _swap(layout, name, folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise _cannot(layout, layout.reports, error) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _sweep(layout, builds)


def _cannot(layout: Layout, path: Path, error: OSError) -> RenderingFailed:
    return RenderingFailed("cli.cannot_write", path=layout.shown(path), reason=error.strerror or str(error))


def _swap(layout: Layout, name: str, folder: Path) -> None:
    """Flush the build to disk, then rename a link to it over the old one."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as f:
                os.fsync(f.fileno())
    place = layout.reports / name
    if place.is_dir() and not place.is_symlink():  # a folder that a person put there: keep it beside
        place.rename(_free(layout.reports / f"{name}.before"))
    link = folder.parent / f".{folder.name}.link"
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(folder, layout.reports), target_is_directory=True)
    link.replace(place)
    handle = os.open(layout.reports, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _free(path: Path) -> Path:
    candidate, k = path, 1
    while candidate.exists():
        k += 1
        candidate = path.with_name(f"{path.name}{k}")
    return candidate


def _sweep(layout: Layout, builds: Path) -> None:
    """Remove builds that no link points to: what a killed run or the last swap left behind."""
    used = {p.resolve() for p in layout.reports.iterdir() if p.is_symlink()} if layout.reports.is_dir() else set()
    for path in builds.iterdir():
        if path.is_symlink():
            path.unlink(missing_ok=True)
        elif path.resolve() not in used:
            shutil.rmtree(path, ignore_errors=True)
