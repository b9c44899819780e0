"""Files on the disk: read once, hashed by content, written whole or not at all, deleted where they bear our mark."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

REFUSALS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO})
"""What a disk says when it cannot take what is written."""
SCRATCH = ".scratch-"
"""How the names of folders begin that last as long as their process."""

_PART = re.compile(r"\..+\.[a-z0-9_]{8}\.part\Z")  # as :func:`whole` names them; any other is somebody's own


class NotAFile(OSError):
    """What lies at a path cannot be read as a file: a folder, a pipe, a socket, a device."""


class LinkToNothing(OSError):
    """A link whose target is not there. No ``FileNotFoundError``: somebody meant a file to be here."""


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading. A pipe or a device, which could keep a reader waiting for ever, is refused at once.

    Raises :class:`NotAFile`, :class:`LinkToNothing` or another ``OSError``.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotAFile(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if path.is_symlink():
            raise LinkToNothing(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from None
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # changed between the two looks
        os.close(handle)
        raise NotAFile(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return os.fdopen(handle, "rb")


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises as :func:`open_file` does."""
    with open_file(path) as file:
        return file.read()


def is_folder(path: Path) -> bool:
    """Whether a path is a folder, as far as this user may know."""
    try:
        return path.is_dir()
    except OSError:
        return False


class Once:
    """Files as they were when first asked for: who asks again gets the same bytes, whatever was saved since."""

    def __init__(self) -> None:
        self._kept: dict[Path, bytes | None] = {}

    def content(self, path: Path) -> bytes | None:
        """A file's bytes; ``None`` where there was none. Raises as :func:`open_file` does."""
        if path not in self._kept:
            try:
                self._kept[path] = read_file(path)
            except (FileNotFoundError, NotADirectoryError):
                self._kept[path] = None
        return self._kept[path]

    def forget(self, path: Path) -> None:
        """Read a file again when it is asked for next: this run has just written it."""
        self._kept.pop(path, None)


_REMEMBERED_FROM = 16 << 20  # bytes; hashing less costs less than being wrong about it could
_remembered: dict[tuple[int, ...], str] = {}


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes.

    A large file that several stages ask about is read once in a run: it takes longer to write than the clock of the
    file system needs to tick, so it cannot change without a sign.
    """
    digest = hashlib.sha256()
    with open_file(path) as f:
        status = os.fstat(f.fileno())
        known = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if status.st_size >= _REMEMBERED_FROM and known in _remembered:
            return _remembered[known]
        while block := f.read(1 << 20):
            digest.update(block)
    if status.st_size >= _REMEMBERED_FROM:
        _remembered[known] = digest.hexdigest()
    return digest.hexdigest()


def text_hash(*parts: str) -> str:
    """SHA-256 of several texts, each with its length so that they cannot run together."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")  # the name of a file need not be UTF-8
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def json_hash(value: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    return text_hash(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Name to SHA-256 of those files that exist."""
    return {path.name: file_hash(path) for path in paths if path.is_file()}


# ---------------------------------------------------------------- writing


@cache
def umask() -> int:
    """The process's umask, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def file_mode() -> int:
    """What a new file may be read and written by, as the user's umask has it."""
    return 0o666 & ~umask()


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place to write a file that takes the place of ``path`` when it is whole and on the disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.chmod(file_mode())
        part.replace(path)
    finally:
        # also after a rename: where both are names of one file already, it does nothing and says so to nobody
        part.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, flushed, then renamed."""
    with whole(path) as part:
        part.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """As :func:`write_bytes`, UTF-8."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """As :func:`write_bytes`, readable JSON."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


# ---------------------------------------------------------------- folders that are deleted


def mark(folder: Path) -> Path:
    """The file beside a folder that says that we made it: without one it is never deleted."""
    return folder.with_name(f".{folder.name}.made")


def new_folder(parent: Path, prefix: str) -> Path:
    """A new folder of a name of its own below ``parent``, with its mark beside it."""
    parent.mkdir(parents=True, exist_ok=True)
    handle, ours = tempfile.mkstemp(prefix=f".{prefix}", suffix=".made", dir=parent)
    os.fchmod(handle, file_mode())
    os.close(handle)
    folder = marked_by(Path(ours))
    folder.mkdir()
    return folder


def remove_folder(folder: Path) -> None:
    """Delete a folder with all it holds, if we made it and it is no link; anything else is left as it is."""
    ours = mark(folder)
    if not folder.is_symlink() and ours.is_file() and not ours.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            with suppress(OSError):
                ours.unlink()


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A folder below ``parent`` for as long as the block lasts.

    What a killed process left there is removed by the next that makes one (:func:`sweep`).
    """
    sweep(parent)
    folder = new_folder(parent, SCRATCH)
    with mark(folder).open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            remove_folder(folder)


def sweep_parts(folder: Path) -> None:
    """Remove the half-written files that a killed process left in a folder (:func:`whole`)."""
    for part in folder.glob(".*.part") if not folder.is_symlink() else ():
        if _PART.match(part.name) and not part.is_symlink():
            with suppress(OSError):
                part.unlink()


def sweep(parent: Path) -> None:
    """Remove the scratch folders of processes that are no more: those whose mark nobody holds."""
    for ours in parent.glob(f".{SCRATCH}*.made") if parent.is_dir() and not parent.is_symlink() else ():
        with suppress(OSError), ours.open("r+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_folder(marked_by(ours))


def marked_by(ours: Path) -> Path:
    """The folder that a mark belongs to."""
    return ours.with_name(ours.name.removeprefix(".").removesuffix(".made"))
