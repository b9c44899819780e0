"""What is fresh is known by content: hashes of inputs and outputs, never times."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import clock
from pipeline.files import file_hash, hashes, read_file, text_hash, whole, write_json
from pipeline.paths import FONTS, ROOT

if TYPE_CHECKING:
    import pyarrow as pa

_CODE_SUFFIXES = {".py", ".toml", ".j2", ".html", ".css", ".js", ".typ", ".json", ".xml", ".docx", ".woff", ".woff2"}


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


@cache
def typefaces() -> dict[str, str]:
    """The hashes of the fonts that reports are set in."""
    return hashes(sorted(FONTS.glob("*.ttf")))


def made(started: str) -> dict[str, str]:
    """Who has just made something, where, with which Python, and from when to when."""
    try:
        by = getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        by = str(os.getuid())
    python = ".".join(map(str, sys.version_info[:3]))
    return {"by": by, "on": os.uname().nodename, "python": python, "started": started, "ended": clock.now()}


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
            content = json.loads(read_file(self.path))
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


def write_parquet(path: Path, table: pa.Table) -> None:
    """As :func:`write_bytes`, an Arrow table as Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # As bytes: Arrow takes no name as text that is not UTF-8.
    with whole(path) as part, pa.OSFile(os.fsencode(part), "wb") as sink:
        pq.write_table(table, sink, compression="lz4", write_statistics=False)


def write_rows(path: Path, table: pa.Table, same: tuple[pa.Table, Path] | None = None) -> None:
    """As :func:`write_bytes`, respondents' rows as Parquet.

    ``same``: a table that a stage before has stored, and where. When this one is the same columns, untouched, the
    file is passed on instead of written again.
    """
    from pipeline import parquet

    with whole(path) as part:
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
