"""Reading an SPSS file safely: the file is parsed by a child process under limits, never by this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DataRejected
from pipeline.spss.limits import Limits
from pipeline.spss.model import Dictionary

__all__ = ["Limits", "SpssFile", "read", "read_dictionary"]

if TYPE_CHECKING:
    import pyarrow as pa

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class SpssFile:
    """A file that was read whole.

    ``table`` has one column per variable, in file order and under its name: float64 (null is system-missing,
    user-missing codes stand as they are, dates and times are seconds) or right-trimmed text.
    """

    dictionary: Dictionary
    table: pa.Table


def read(
    path: Path,
    *,
    encoding: str | None = None,
    expected_rows: int | None = None,
    expected_sha256: str | None = None,
    limits: Limits = Limits(),  # noqa: B008  a frozen record
) -> SpssFile:
    """Dictionary and cases of any .sav, .zsav or .por file.

    ``encoding``, ``expected_rows`` and ``expected_sha256`` are what ``source.yml`` states under ``encoding:``,
    ``rows:`` and ``sha256:``. Raises ``DataRejected`` with one sentence for every file that cannot be read
    whole and right.
    """
    with tempfile.TemporaryDirectory(prefix="spss-") as folder:
        dictionary = _ask(path, Path(folder), True, encoding, expected_rows, expected_sha256, limits)
        return SpssFile(dictionary, columns(Path(folder), dictionary))


def read_dictionary(
    path: Path,
    *,
    encoding: str | None = None,
    limits: Limits = Limits(),  # noqa: B008  a frozen record
) -> Dictionary:
    """The dictionary alone, without looking at the cases; ``cases`` is None. Raises as :func:`read` does.

    The encoding is judged by the texts of the dictionary only.
    """
    with tempfile.TemporaryDirectory(prefix="spss-") as folder:
        return _ask(path, Path(folder), False, encoding, None, None, limits)


def _ask(
    path: Path,
    folder: Path,
    data: bool,
    encoding: str | None,
    expected_rows: int | None,
    expected_sha256: str | None,
    limits: Limits,
) -> Dictionary:
    """One request to a child process."""
    _readable(path)
    request = {
        "path": str(path.resolve()),
        "folder": str(folder),
        "data": data,
        "encoding": encoding,
        "expected_rows": expected_rows,
        "expected_sha256": expected_sha256,
        "limits": asdict(limits),
    }
    environment = os.environ | {
        "PYTHONPATH": str(_PROJECT),
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        # Threads of numerical libraries take address space that the limit is not meant for.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    try:
        child = subprocess.run(
            [sys.executable, "-m", "pipeline.spss.child"],
            input=json.dumps(request).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DataRejected("spss.too_slow", file=path.name, seconds=int(limits.seconds)) from None
    try:
        answer: dict[str, Any] = json.loads((folder / "answer.json").read_bytes())
    except (OSError, ValueError):
        raise DataRejected("spss.stopped", file=path.name, code=child.returncode) from None
    if "error" in answer:
        raise DataRejected(answer["error"], **{"file": path.name, **answer["params"]})
    return Dictionary.from_json(answer["dictionary"])


def _readable(path: Path) -> None:
    if not path.exists():
        raise DataRejected("spss.no_file", file=str(path))
    if not path.is_file():
        raise DataRejected("spss.not_a_file", file=str(path))
    if not os.access(path, os.R_OK):
        raise DataRejected("spss.no_permission", file=str(path))


def columns(folder: Path, dictionary: Dictionary) -> pa.Table:
    """The columns in file order, mapped from the child's files; the mapping outlives the folder."""
    import pyarrow as pa

    found: dict[str, list[pa.ChunkedArray]] = {"numeric": [], "string": []}
    for kind, name in (("numeric", "numbers.arrow"), ("string", "texts.arrow")):
        if any(v.kind == kind for v in dictionary.variables):
            with pa.memory_map(str(folder / name)) as source:
                found[kind] = pa.ipc.open_file(source).read_all().columns
    parts = {kind: iter(arrays) for kind, arrays in found.items()}
    return pa.Table.from_arrays(
        [next(parts[v.kind]) for v in dictionary.variables], names=[v.name for v in dictionary.variables]
    )
