"""A report changes in one rename or not at all.

``reports/<wave>`` is a symbolic link to a complete build in ``reports/.builds``; publishing builds aside and then
renames a new link over the old one, which the kernel does at once. A reader sees the last good report or the new one.
The build before the published one stays until the next publication, so that a reader who has followed the link can
finish. What a killed run left is removed by the next.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.errors import Locked, RenderingFailed, UsageError
from pipeline.paths import COMPARISON, Layout

_DENIALS = (errno.EACCES, errno.EPERM)
_PR_SET_PDEATHSIG = 1
_LINK = ".link"  # how the names end of links that are not yet published
BUILDS = ".builds"

_held: dict[Path, int] = {}
_run: list[int] = []  # the process that holds the lock, or a worker of it: whose death its own workers follow


@contextlib.contextmanager
def lock(layout: Layout) -> Iterator[None]:
    """One run at a time: a kernel lock that dies with its process. Raises :class:`Locked`.

    A run that holds the lock may take it again inside. While it is held, a refusal of the disk (full, read-only)
    ends as :class:`RenderingFailed`, and a forked worker dies with this process: it would keep the lock otherwise.
    """
    place = layout.lock.resolve()
    if place in _held:
        with _refusals(layout):
            yield
        return
    with _refusals(layout):
        keep_inside(layout)
    try:
        layout.processed.mkdir(parents=True, exist_ok=True)
        handle = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise _cannot(layout, layout.processed, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK):
                raise Locked("cli.locked", folder=layout.shown(layout.base)) from None
            raise
        _libc()  # loaded before there are workers: after a fork nothing is imported
        _held[place] = handle
        _run[:] = [os.getpid()]
        try:
            with _refusals(layout):
                _tidy(layout)
                yield
        finally:
            if _held.pop(place, None) is not None and not _held:
                _run.clear()
    finally:
        os.close(handle)


@cache
def _libc() -> Any:
    """The C library where it can tell a process to die with its parent; else ``None``."""
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def _in_forked_worker() -> None:
    """A worker of a run that holds the lock: it lets the lock go and dies when the run is killed.

    Left alone, the workers of a killed run would wait for work for ever, and the lock, which is shared with them,
    would never be free again.
    """
    if not _run:
        return
    [parent], _run[:] = _run[:], [os.getpid()]
    for handle in _held.values():
        os.close(handle)
    _held.clear()
    library = _libc()
    if library is not None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)


os.register_at_fork(after_in_child=_in_forked_worker)


@contextlib.contextmanager
def _refusals(layout: Layout) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not _refused(layout, error):
            raise
        where = Path(os.fsdecode(error.filename)) if error.filename else layout.processed
        raise _cannot(layout, where, error) from error


def _refused(layout: Layout, error: OSError) -> bool:
    if error.errno in files.REFUSALS or isinstance(error, shutil.Error):  # the latter: several files of a copy at once
        return True
    if error.errno not in _DENIALS or not error.filename:
        return False
    return (
        _below(error, layout.processed, layout.reports)
        or Path(os.fsdecode(error.filename)).parent == layout.seen.parent
    )


def _below(error: OSError, *folders: Path) -> bool:
    """Whether an error is about a file below one of the folders."""
    return bool(error.filename) and any(Path(os.fsdecode(error.filename)).is_relative_to(f) for f in folders)


def keep_inside(layout: Layout) -> None:
    """Refuse links in the places that runs write to and delete from; they would be somebody's folder or file.

    A link within the study is refused too: ``reports`` linked to ``data/raw`` would move the waves aside. Only ``data``
    may lie elsewhere in the study, and the study itself and the folders in ``data/raw`` may be links to anywhere.
    Raises :class:`UsageError` naming the link and where it leads.
    """
    home = layout.base.resolve()
    waves = layout.processed.glob("*") if layout.processed.is_dir() else ()
    places = (
        layout.processed.parent, layout.processed, *waves, layout.lock, layout.log, layout.seen, layout.reports,
        layout.reports / BUILDS, layout.status, layout.index,
    )  # fmt: skip
    for path in places:
        if not path.is_symlink():
            continue
        target = path.resolve()
        within = path.exists() and target != home and target.is_relative_to(home)
        if path != layout.processed.parent or not within:
            raise UsageError("cli.link_outside", path=layout.shown(path), target=str(target))


def _tidy(layout: Layout) -> None:
    """Remove half-written files and scratch folders of a killed run; nobody else is at work, for the lock is held."""
    files.sweep(layout.processed)
    files.sweep(layout.raw)
    for folder in (layout.processed, *layout.processed.glob("*"), layout.reports, layout.seen.parent):
        files.sweep_parts(folder)


@contextlib.contextmanager
def build(layout: Layout, name: str) -> Iterator[Path]:
    """A folder to build a report in; swapped in when the block ends well, removed when it does not."""
    builds = layout.reports / BUILDS
    try:
        builds.mkdir(parents=True, exist_ok=True)
        _sweep(layout, builds)
        folder = files.new_folder(builds, f"{name}-")
    except OSError as error:
        raise _cannot(layout, layout.reports, error) from None
    try:
        yield folder
        link = _prepare(layout, name, folder)
        link.replace(layout.reports / name)
    except OSError as error:
        files.remove_folder(folder)
        if not _refused(layout, error) and not _below(error, layout.reports):
            raise  # not the disk's doing: a defect of ours
        raise _cannot(layout, layout.reports, error) from None
    except BaseException:
        files.remove_folder(folder)
        raise
    # From here the new report is the published one: whatever fails now must not take it away.
    with contextlib.suppress(OSError):
        _flush(layout.reports)


def _cannot(layout: Layout, path: Path, error: OSError) -> RenderingFailed:
    return RenderingFailed("cli.cannot_write", path=layout.shown(path), reason=error.strerror or str(error))


def _prepare(layout: Layout, name: str, folder: Path) -> Path:
    """Flush the build to disk and make the link that is to be renamed over the old one."""
    for path in sorted(folder.rglob("*")):
        _flush(path)
    _flush(folder)
    _flush(folder.parent)
    place = layout.reports / name
    if place.is_dir() and not place.is_symlink():  # a folder that a person put there: keep it beside
        place.rename(_free(layout.reports / f"{name}.before"))
    link = folder.parent / f".{folder.name}{_LINK}"
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(folder, layout.reports), target_is_directory=True)
    return link


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk and not only in memory."""
    handle = os.open(path, os.O_RDONLY)
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
    """Remove builds that no link points to: what a killed run or an earlier publication left behind."""
    used = {p.resolve() for p in layout.reports.iterdir() if p.is_symlink()} if layout.reports.is_dir() else set()
    for path in builds.iterdir():
        if path.is_symlink() and path.name.startswith(".") and path.name.endswith(_LINK):
            path.unlink(missing_ok=True)
        elif path.suffix == ".made" and files.marked_by(path).resolve() not in used:
            files.remove_folder(files.marked_by(path))


# ---------------------------------------------------------------- what can be made again


def _of_a_stage(layout: Layout, folder: Path) -> bool:
    """Whether a folder in ``data/processed`` is a wave's or the comparison's, and not one that a person put there."""
    known = folder.name in (*layout.waves(), COMPARISON) or any(folder.glob("*.fresh.json"))
    return known and folder.is_dir() and not folder.is_symlink()


_STAGE_FILES = frozenset({
    "ingested.parquet", "dictionary.json", "figures.json", "recognised.json", "mapping.proposed.yml",
    "harmonised.parquet", "harmonised.json", "findings.json",
    "responses.parquet", "results.parquet", "crossings.json", "published.json", "public.parquet", "public.json",
})  # fmt: skip


def log(layout: Layout, text: str) -> str:
    """Add to the study's log, never through a link; returns the file as a person knows it, ``–`` where it cannot be."""
    try:
        keep_inside(layout)
        layout.log.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(layout.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except (OSError, UsageError):
        return "–"
    return layout.shown(layout.log)


def clean(layout: Layout) -> list[Path]:
    """Remove what runs have made of a study, and nothing else: the stages' files, the builds of reports with the links
    to them, status, index and log. Returns the folders that were gone through; what others put there stays."""
    keep_inside(layout)
    with lock(layout):
        folders = [layout.processed, *(p for p in layout.processed.iterdir() if _of_a_stage(layout, p))]
        for path in (p for folder in folders[1:] for p in folder.iterdir()):
            if not path.is_symlink() and (path.name in _STAGE_FILES or path.name.endswith(".fresh.json")):
                path.unlink()
        if layout.reports.is_dir():
            builds = layout.reports / BUILDS
            for path in layout.reports.iterdir():
                if path.is_symlink() and path.resolve().parent == builds.resolve():
                    path.unlink()
            for path in (layout.status, layout.index):
                path.unlink(missing_ok=True)
            for path in list(builds.glob(".*.made")) if builds.is_dir() else ():
                files.remove_folder(files.marked_by(path))
            folders += [builds, layout.reports]
        layout.log.unlink(missing_ok=True)
        layout.lock.unlink()
        for folder in [*folders[1:], layout.processed]:
            with contextlib.suppress(OSError):
                folder.rmdir()  # where nothing else is in it
    return [layout.processed, layout.reports]
