"""The process in which an untrusted data file of any format is parsed: ``python -m pipeline.formats.child``.

An SPSS file takes the way it always took; pandas and pyreadstat are imported for the other formats only.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from pipeline.errors import DataRejected
from pipeline.files import open_file
from pipeline.formats.kinds import Kind, other_kind
from pipeline.paths import companions
from pipeline.spss import child
from pipeline.spss.channel import Files
from pipeline.spss.limits import Limits
from pipeline.spss.model import Dictionary, Notice

_HEAD = 4096
_CHUNK = 1 << 20


def parse(path: Path, files: Files | None, **stated: Any) -> Dictionary:
    """Read one file and, with ``files``, leave its cases there. ``stated``: as for :func:`pipeline.spss.child.parse`.

    Raises ``DataRejected`` without the file's name, which the caller adds.
    """
    with open_file(path) as opened:
        kind = other_kind(path, opened.read(_HEAD))
    if kind is None:
        return child.parse(path, files, **stated)
    return _parse(path, kind, files, **stated)


def _parse(
    path: Path,
    kind: Kind,
    files: Files | None,
    *,
    encoding: str | None = None,
    expected_rows: int | None = None,
    expected_sha256: str | None = None,
    limits: Limits | None = None,
) -> Dictionary:
    from pipeline.formats.columns import written

    beside = companions(path)
    before = _state(path, beside)
    sha256, size = _digest(path, beside)
    if expected_sha256 is not None and expected_sha256.strip().lower() != sha256:
        raise DataRejected("spss.other_sha256", expected=expected_sha256, found=sha256)
    contents = _reader(kind)(path, beside, encoding)
    if len(contents.columns) > (most := (limits or Limits()).variables):
        raise DataRejected("spss.too_many_variables", n=len(contents.columns), most=most)
    rows = len(contents.columns[0].values) if contents.columns else 0
    if not contents.columns:
        raise DataRejected("spss.no_variables")
    if expected_rows is not None and expected_rows != rows:
        raise DataRejected("spss.other_rows", expected=expected_rows, rows=rows)
    if _state(path, beside) != before:
        raise DataRejected("spss.changing")
    if path.suffix.lower() not in kind.suffixes:
        extension = {"suffix": path.suffix.lower() or "–", "format": kind.suffixes[0]}
        contents.notices.append(Notice("spss.notice_extension", extension))
    return written(contents, kind.name, files, sha256=sha256, size=size)


def _reader(kind: Kind) -> Any:
    """What reads files of a kind: each imports what it needs and no other."""
    if kind.name in ("dta", "sas7bdat", "xpt"):
        from pipeline.formats import statistical

        return statistical.readers[kind.name]
    if kind.name == "sps":
        from pipeline.formats import setup

        return setup.read
    from pipeline.formats import tables

    return tables.read_workbook if kind.name == "xlsx" else tables.read_delimited


def _digest(path: Path, beside: tuple[Path, ...]) -> tuple[str, int]:
    """The SHA-256 of the bytes of a file and those that belong to it, one after the other, and how many they are."""
    digest, size = hashlib.sha256(), 0
    for each in (path, *beside):
        with open_file(each) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    return digest.hexdigest(), size


def _state(path: Path, beside: tuple[Path, ...]) -> list[tuple[int, int, int]]:
    found = [each.stat() for each in (path, *beside)]
    return [(s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in found]


if __name__ == "__main__":
    sys.exit(child.main(parse))
