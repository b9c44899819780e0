"""The process in which an untrusted file is parsed: ``python -m pipeline.spss.child``.

A request comes as JSON on standard input; the answer, the numbers and the texts (an Arrow IPC file) are left in files
without a name whose handles came with it (``handover``). Nothing else is imported than NumPy and
PyArrow, because the time to start counts for every report.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.errors import DataRejected
from pipeline.files import REFUSALS, open_file
from pipeline.spss.assemble import assemble, samples
from pipeline.spss.channel import ANSWER, NO_ROOM, Files
from pipeline.spss.kinds import sav_or_por
from pipeline.spss.limits import MIB, Limits
from pipeline.spss.model import Dictionary, Notice
from pipeline.spss.portable import read_portable
from pipeline.spss.raw import RawDictionary
from pipeline.spss.sav_dictionary import read_dictionary
from pipeline.spss.text import Sample, decide

if TYPE_CHECKING:
    from pipeline.spss.columns import TextColumns

_CHUNK = 4 << 20
_AT_ONCE = 4 << 20
_TICK = 0.02  # seconds; two writes within a tick of the file system's clock would have the same time
_EXTENSIONS = {"sav": (".sav",), "zsav": (".zsav", ".sav"), "por": (".por",)}


def parse(
    path: Path,
    files: Files | None,
    *,
    encoding: str | None = None,
    expected_rows: int | None = None,
    expected_sha256: str | None = None,
    limits: Limits | None = None,
) -> Dictionary:
    """Read one file and, with ``files``, leave its cases there.

    Raises ``DataRejected`` without the file's name, which the caller adds.
    """
    with open_file(path) as opened, ExitStack() as kept:
        before = os.fstat(opened.fileno())
        size, file = before.st_size, opened
        if size <= _AT_ONCE:  # hashed and parsed from the same bytes in memory
            content = opened.read()
            size, file = len(content), kept.enter_context(io.BytesIO(content))
        elif 0 <= (age := time.time() - before.st_ctime) < _TICK:
            time.sleep(_TICK - age)
        digest = _Sha256(opened, file)
        limits = limits or Limits()
        raw, rows, texts = _contents(file, size, files, limits)
        if len(raw.variables) > limits.variables:
            raise DataRejected("spss.too_many_variables", n=len(raw.variables), most=limits.variables)
        sha256 = digest.result()
        if expected_sha256 is not None and expected_sha256.strip().lower() != sha256:
            raise DataRejected("spss.other_sha256", expected=expected_sha256, found=sha256)
        if rows is not None:
            _whole(raw, rows, expected_rows, expected_sha256, sha256)
        found: list[Sample] = list(samples(raw))
        if texts is not None:
            found += texts.samples()
        used, decoder, notices = decide(raw.encoding, raw.code_page, encoding, found)
        if texts is not None and files is not None:
            texts.write(files, decoder)
        notices += _extension(path, raw)
        if _changed(before, os.fstat(opened.fileno())):
            raise DataRejected("spss.changing")
    return assemble(raw, used, decoder, notices, sha256=sha256, size=size, cases=rows)


def _contents(
    file: BinaryIO, size: int, files: Files | None, limits: Limits
) -> tuple[RawDictionary, int | None, TextColumns | None]:
    """The raw dictionary and, with ``files``, the number of cases and the texts still to be decoded."""
    portable = sav_or_por(file, size) == "por"
    if files is None:
        raw = read_portable(file, size, data=False)[0] if portable else read_dictionary(file, size)
        return raw, None, None
    from pipeline.spss.columns import TextColumns, write_cases, write_portable

    if portable:
        raw, columns, rows = read_portable(file, size)
        texts = TextColumns(raw)
        write_portable(raw, columns, texts, files)
    else:
        raw = read_dictionary(file, size)
        texts = TextColumns(raw)
        rows = write_cases(file, raw, size, limits, texts, files)
    return raw, rows, texts


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    """Whether a file was written while it was read. ``ctime`` tells also of a program that sets ``mtime`` back."""
    return (before.st_size, before.st_mtime_ns, before.st_ctime_ns) != (
        after.st_size, after.st_mtime_ns, after.st_ctime_ns,
    )  # fmt: skip


class _Sha256:
    """The SHA-256 of an open file; of one that is not in memory it is made beside the reading, by a thread."""

    def __init__(self, opened: BinaryIO, file: BinaryIO) -> None:
        self.handle = opened.fileno()
        self.digest = hashlib.sha256()
        self.error: OSError | None = None
        self.thread: threading.Thread | None = None
        if isinstance(file, io.BytesIO):
            self.digest.update(file.getbuffer())
        else:
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def _run(self) -> None:
        at = 0
        try:
            while chunk := os.pread(self.handle, _CHUNK, at):  # the reading goes on at its own place in the file
                self.digest.update(chunk)
                at += len(chunk)
        except OSError as error:
            self.error = error

    def result(self) -> str:
        if self.thread is not None:
            self.thread.join()
        if self.error is not None:
            raise self.error
        return self.digest.hexdigest()


def _whole(raw: RawDictionary, rows: int, expected_rows: int | None, expected_sha256: str | None, sha256: str) -> None:
    """Refuse a file that may lack cases (promise R1); the hash has been compared already."""
    if expected_rows is not None and expected_rows != rows:
        raise DataRejected("spss.other_rows", expected=expected_rows, rows=rows)
    unknown = raw.cases is None and raw.file_format != "por"
    if unknown and expected_rows is None and expected_sha256 is None:
        raise DataRejected("spss.unknown_count", rows=rows, sha256=sha256)


def _extension(path: Path, raw: RawDictionary) -> list[Notice]:
    suffix = path.suffix.lower()
    if suffix in _EXTENSIONS[raw.file_format]:
        return []
    return [Notice("spss.notice_extension", {"suffix": suffix or "–", "format": f".{raw.file_format}"})]


def restrict(limits: Limits) -> None:
    """Put the limits on this process."""
    for kind, amount in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 2 * limits.decoded + 64 * MIB),
    ):
        _, hard = resource.getrlimit(kind)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (amount, hard))


def answer(request: dict[str, Any], parse: Callable[..., Dictionary] = parse) -> dict[str, Any]:
    """The answer to a request: a dictionary, or the id and parameters of an error. ``parse``: what reads the file."""
    limits = Limits(**request["limits"])
    try:
        restrict(limits)
        dictionary = parse(
            Path(request["path"]),
            Files(request["files"]) if request["data"] else None,
            encoding=request["encoding"],
            expected_rows=request["expected_rows"],
            expected_sha256=request["expected_sha256"],
            limits=limits,
        )
    except DataRejected as error:
        return {"error": error.text_id, "params": error.params}
    except (MemoryError, ImportError):  # a library that finds no room to be loaded fails to be imported
        return {"error": "spss.too_large", "params": {"limit": limits.memory >> 20}}
    except OSError as error:
        reason = error.strerror or str(error)
        return (
            {"no_room": reason} if error.errno in REFUSALS else {"error": "spss.system", "params": {"reason": reason}}
        )
    except Exception as error:  # a file that finds a hole in the checks must still end in one sentence
        return {"error": "spss.unreadable", "params": {"reason": f"{type(error).__name__}: {error}"[:200]}}
    return {"dictionary": dictionary.to_json()}


def main(parse: Callable[..., Dictionary] = parse) -> int:
    """Serve one request."""
    request = json.load(sys.stdin)
    told = json.dumps(answer(request, parse)).encode()
    try:
        with Files(request["files"]).open(ANSWER, "wb") as file:
            file.write(told)
    except OSError as error:
        if error.errno in REFUSALS:
            return NO_ROOM
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
