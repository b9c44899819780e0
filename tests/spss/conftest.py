"""What the tests of the reader share."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.spss.channel import Files
from pipeline.spss.child import parse
from pipeline.spss.model import Dictionary
from pipeline.spss.read import DataFile, columns

FILES = Path(__file__).parent / "files"


def parse_here(path: Path, **options: object) -> DataFile:
    """What :func:`pipeline.spss.read` gives, parsed in this process: quick, and errors keep their traceback."""
    with tempfile.TemporaryDirectory() as folder:
        files = Files(Path(folder))
        dictionary: Dictionary = parse(path, files, **options)  # type: ignore[arg-type]
        return DataFile(dictionary, columns(files, dictionary))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write bytes to a file of that name."""

    def put(data: bytes, name: str = "f.sav") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return put


def values(table: pa.Table) -> dict[str, list[object]]:
    """A table as plain lists by column."""
    return {name: table[name].to_pylist() for name in table.column_names}
