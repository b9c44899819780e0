"""What is fresh is known by content: hashes of inputs and outputs, never times."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.paths import ROOT

_CODE_SUFFIXES = {".py", ".toml", ".j2", ".html", ".css", ".js", ".typ", ".json", ".xml", ".woff", ".woff2"}


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
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


class Record:
    """What a stage left behind: the key of its inputs and the hashes of its outputs, in one small file."""

    def __init__(self, path: Path) -> None:
        self.path = path

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
        write_text(self.path, json.dumps({"key": key, "outputs": hashes(outputs)}, indent=1, sort_keys=True) + "\n")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, flushed, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """As :func:`write_bytes`, UTF-8."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """As :func:`write_bytes`, readable JSON."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_parquet(path: Path, table: Any, metadata: Mapping[str, str] | None = None) -> None:
    """As :func:`write_bytes`, an Arrow table as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if metadata:
        table = table.replace_schema_metadata(dict(metadata))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())
