"""What is fresh is known by content: hashes of inputs and outputs, never times."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import clock
from pipeline.paths import ROOT

if TYPE_CHECKING:
    import pyarrow as pa

_CODE_SUFFIXES = {".py", ".toml", ".j2", ".html", ".css", ".js", ".typ", ".json", ".xml", ".woff", ".woff2"}


_REMEMBERED_FROM = 16 << 20  # bytes; hashing less costs less than being wrong about it could
_remembered: dict[tuple[int, ...], str] = {}


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes.

    A large file that several stages ask about is read once in a run: it takes longer to write than the clock of the
    file system needs to tick, so it cannot change without a sign.
    """
    digest = hashlib.sha256()
    with path.open("rb") as f:
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
        data = part.encode()
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def json_hash(value: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    return text_hash(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


@cache
def code_hash(*rooms: str) -> str:
    """SHA-256 of the code of some rooms of ``pipeline/`` (folders or files) and of the locked dependencies."""
    parts: list[str] = []
    for room in sorted(rooms):
        place = ROOT / "pipeline" / room
        files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.suffix in _CODE_SUFFIXES)
        for path in files:
            parts += [path.relative_to(ROOT).as_posix(), file_hash(path)]
    lock = ROOT / "requirements.lock"
    if lock.is_file():
        parts += [lock.name, file_hash(lock)]
    return text_hash(*parts)


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Name to SHA-256 of those files that exist."""
    return {path.name: file_hash(path) for path in paths if path.is_file()}


def made(started: str) -> dict[str, str]:
    """Who has just made something, where, and from when to when."""
    try:
        by = getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        by = str(os.getuid())
    return {"by": by, "on": os.uname().nodename, "started": started, "ended": clock.now()}


class Record:
    """What a stage left behind: the key of its inputs and the hashes of its outputs, in one small file.

    Who made them and when stands there too, and in no file that a report is made from or that must be the same twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.started = clock.now()

    def holds(self, key: str, outputs: Iterable[Path]) -> bool:
        """Whether the outputs are there, untouched, and were made from inputs with this key."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        outputs = list(outputs)
        return bool(
            isinstance(content, dict)
            and content.get("key") == key
            and all(path.is_file() for path in outputs)
            and content.get("outputs") == hashes(outputs)
        )

    def write(self, key: str, outputs: Iterable[Path]) -> None:
        """Remember the key and the outputs as they are now."""
        write_json(self.path, {"key": key, "outputs": hashes(outputs), "made": made(self.started)})


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A place to write a file that takes the place of ``path`` when it is whole and on the disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.chmod(0o644)
        part.replace(path)
    finally:
        # also after a rename: where both are names of one file already, it does nothing and says so to nobody
        part.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, flushed, then renamed."""
    with _whole(path) as part:
        part.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """As :func:`write_bytes`, UTF-8."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """As :func:`write_bytes`, readable JSON."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_parquet(path: Path, table: pa.Table) -> None:
    """As :func:`write_bytes`, an Arrow table as Parquet."""
    import pyarrow.parquet as pq

    with _whole(path) as part:
        pq.write_table(table, part, compression="lz4", write_statistics=False)


def write_rows(path: Path, table: pa.Table, same: tuple[pa.Table, Path] | None = None) -> None:
    """As :func:`write_bytes`, respondents' rows as Parquet.

    ``same``: a table that a stage before has stored, and where. When this one is the same columns, untouched, the
    file is passed on instead of written again.
    """
    from pipeline import parquet

    with _whole(path) as part:
        if same is not None and _same(table, same[0]) and same[1].is_file():
            part.unlink()
            _pass_on(same[1], part)
        else:
            parquet.write(part, table)


def _same(a: pa.Table, b: pa.Table) -> bool:
    """Whether two tables are the same columns in memory, under the same names."""
    from pipeline.arrow import address

    return a.schema.equals(b.schema) and all(
        address(x) == address(y) for x, y in zip(a.columns, b.columns, strict=True)
    )


def _pass_on(source: Path, target: Path) -> None:
    """The same file under a second name, or a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
