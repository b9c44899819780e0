"""Reading an SPSS file safely: the file is parsed by a child process under limits, never by this one."""

from __future__ import annotations

import errno
import json
import mmap
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DataRejected, RenderingFailed
from pipeline.paths import on_one_line
from pipeline.spss.channel import ANSWER, NAMES, NO_ROOM, TEXTS, Files
from pipeline.spss.limits import Limits
from pipeline.spss.model import Dictionary

__all__ = ["DataFile", "Limits", "Reading", "read", "read_dictionary"]

if TYPE_CHECKING:
    import pyarrow as pa

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that was read whole.

    ``table`` has one column per variable, in file order and under its name: numbers (null is system-missing,
    user-missing codes stand as they are, dates and times are seconds), as float64 or, where all are small whole
    numbers, coded (see :func:`pipeline.arrow.is_coded`); or right-trimmed text.
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
    shown: str | None = None,
) -> DataFile:
    """Dictionary and cases of any .sav, .zsav or .por file.

    ``encoding``, ``expected_rows`` and ``expected_sha256`` are what ``source.yml`` states under ``encoding:``,
    ``rows:`` and ``sha256:``; ``shown`` is how messages call the file, its path if not given. Raises
    ``DataRejected`` with one sentence for every file that cannot be read whole and right.
    """
    return Reading(path, encoding, expected_rows, expected_sha256, limits, shown=shown).result()


def read_dictionary(
    path: Path,
    *,
    encoding: str | None = None,
    limits: Limits = Limits(),  # noqa: B008  a frozen record
    shown: str | None = None,
) -> Dictionary:
    """The dictionary alone, without looking at the cases; ``cases`` is None. Raises as :func:`read` does.

    The encoding is judged by the texts of the dictionary only.
    """
    return Reading(path, encoding, None, None, limits, data=False, shown=shown).dictionary()


class Reading:
    """A file that is being read by a child process while this one goes on; :meth:`result` waits for it.

    Raises ``DataRejected`` at once when there is no such file, and from the methods for everything else.
    """

    module = "pipeline.spss.child"
    """What the child process runs."""

    def __init__(
        self,
        path: Path,
        encoding: str | None = None,
        expected_rows: int | None = None,
        expected_sha256: str | None = None,
        limits: Limits = Limits(),  # noqa: B008  a frozen record
        *,
        data: bool = True,
        shown: str | None = None,
    ) -> None:
        self.name = on_one_line(shown or str(path))
        self.seconds = limits.seconds
        if problem := unreadable(path):
            raise DataRejected(problem, file=self.name)
        # Files without a name: nothing is left of them when this process ends, however it ends.
        try:
            self.open = [tempfile.TemporaryFile() for _ in NAMES]  # noqa: SIM115  closed when the answer is read
        except OSError as error:
            raise _no_room(error.strerror or str(error)) from None
        handles = {name: file.fileno() for name, file in zip(NAMES, self.open, strict=True)}
        self.files = Files(handles)
        request = {
            "path": str(path.resolve()),
            "files": handles,
            "data": data,
            "encoding": encoding,
            "expected_rows": expected_rows,
            "expected_sha256": expected_sha256,
            "limits": asdict(limits),
        }
        # Threads of numerical libraries take address space that the limit is not meant for.
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.child = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_PROJECT,
            env=os.environ | threads,
            pass_fds=tuple(handles.values()),
        )
        # The request is smaller than the buffer of a pipe; a child that died already shows as no answer.
        with suppress(BrokenPipeError), self.child.stdin or nullcontext() as pipe:
            if pipe is not None:
                pipe.write(json.dumps(request).encode())

    def result(self) -> DataFile:
        """The file. To be called once."""
        with self._closing():
            dictionary = self._answer()
            return DataFile(dictionary, self._columns(dictionary))

    def dictionary(self) -> Dictionary:
        """The dictionary alone. To be called once, instead of :meth:`result`."""
        with self._closing():
            return self._answer()

    def stop(self) -> None:
        """Give the reading up: nothing of it is left."""
        self.child.kill()
        self.child.wait()
        for file in self.open:
            file.close()

    def _columns(self, dictionary: Dictionary) -> pa.Table:
        return columns(self.files, dictionary)

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            for file in self.open:
                file.close()

    def _answer(self) -> Dictionary:
        try:
            self.child.wait(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise DataRejected("spss.too_slow", file=self.name, seconds=int(self.seconds)) from None
        if self.child.returncode == NO_ROOM:
            raise _no_room(os.strerror(errno.ENOSPC))
        try:
            with self.files.open(ANSWER, "rb") as file:
                answer: dict[str, Any] = json.loads(file.read())
        except (OSError, ValueError):
            raise DataRejected("spss.stopped", file=self.name, code=self.child.returncode) from None
        if "no_room" in answer:
            raise _no_room(answer["no_room"])
        if "error" in answer:
            raise DataRejected(answer["error"], **{"file": self.name, **answer["params"]})
        return Dictionary.from_json(answer["dictionary"])


def _no_room(reason: str) -> RenderingFailed:
    """The disk has no room for what is read: that is not the file's fault."""
    return RenderingFailed("cli.no_room_aside", path=on_one_line(_temporary()), reason=reason)


def _temporary() -> str:
    """The folder of temporary files; the one that was asked for, where none can be used."""
    try:
        return tempfile.gettempdir()
    except OSError:
        return os.environ.get("TMPDIR") or "/tmp"  # noqa: S108  only named


def unreadable(path: Path) -> str:
    """The id of the text that says why there is no file to be opened at a path; empty where there is one."""
    try:
        there, regular = path.exists(), path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        there = regular = False
    if not there:
        return "spss.no_file"
    if not regular:
        return "spss.not_a_file"
    return "" if os.access(path, os.R_OK) else "spss.no_permission"


def columns(files: Files, dictionary: Dictionary) -> pa.Table:
    """The columns in file order, mapped from the child's files; the mapping outlives the files."""
    import pyarrow as pa

    from pipeline.spss.handover import numbers

    found: dict[str, list[pa.ChunkedArray]] = {"numeric": numbers(files), "string": []}
    if any(v.kind == "string" for v in dictionary.variables):
        with files.open(TEXTS, "rb") as file:
            content = pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        found["string"] = pa.ipc.open_file(content).read_all().columns
    parts = {kind: iter(arrays) for kind, arrays in found.items()}
    return pa.Table.from_arrays(
        [next(parts[v.kind]) for v in dictionary.variables], names=[v.name for v in dictionary.variables]
    )
