"""Runs in forked processes with a fault put in: killed, or refused by the disk, at a chosen write, flush or rename.

A fork of the warm test process is a process like any other to the kernel: it is killed, holds locks and shares files.
What counts as a step is seen by an audit hook (opening for writing, renaming, linking, making and removing) and by a
wrapped ``os.fsync``; the count is shared with the workers that the run forks.
"""

from __future__ import annotations

import errno
import hashlib
import json
import mmap
import os
import resource
import shutil
import signal
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.paths import Layout
from pipeline.progress import Progress
from pipeline.run import Wanted
from pipeline.stages import render
from pipeline.unattended.rerun import rerun
from tests.faults import tiny

PATIENCE = 120.0
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_EVENTS = {"os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate"}


def forked(action: Callable[[], int], kill_after: float | None = None) -> int:
    """Do something in a forked process. Its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            code = action()
        except PipelineError as error:
            code = error.exit_code
        finally:
            os._exit(code)
    deadline = time.monotonic() + PATIENCE
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("the run hangs")


def warm() -> None:
    """Import here what a run's processes need, so that their forks find it."""
    render.prepare()


def once(study: Layout) -> int:
    """The scheduled run, HTML alone."""
    with Path(os.devnull).open("w") as silence:
        return rerun(study, [], Wanted(formats=("html",)), Progress("en", silence))


class Steps:
    """Counts the steps of a run over all its processes and puts a fault in at one of them."""

    def __init__(self, study: Layout) -> None:
        self.root = os.fsencode(study.base)
        self.shared = mmap.mmap(-1, 8)
        self.fault: Callable[[str], None] = lambda what: None
        self.at = -1

    @property
    def count(self) -> int:
        return int(struct.unpack("q", self.shared[:8])[0])

    def arm(self, at: int, fault: Callable[[str], None]) -> None:
        """Put the fault in at step ``at`` (from 0)."""
        self.at, self.fault = at, fault

    def watch(self) -> None:
        """Begin to count; in the forked process, for an audit hook cannot be taken away."""
        sys.addaudithook(self._hook)
        flush = os.fsync

        def counted(handle: int) -> None:
            self._step("fsync")
            flush(handle)

        os.fsync = counted

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & _WRITING:
                return
        elif event in _EVENTS:
            path = arguments[1] if event == "os.rename" else arguments[0]
        else:
            return
        if isinstance(path, (str, bytes)) and os.fsencode(path).startswith(self.root):
            self._step(f"{event} {os.fsdecode(path)}")

    def _step(self, what: str) -> None:
        now = self.count
        self.shared[:8] = struct.pack("q", now + 1)
        if now == self.at:
            self.fault(what)


def killed(pid: int) -> Callable[[str], None]:
    """The fault: the run is killed, in whichever of its processes the step is."""

    def fault(what: str) -> None:
        os.kill(pid, signal.SIGKILL)
        time.sleep(PATIENCE)

    return fault


def refused(what: str) -> None:
    """The fault: the disk is full at this step, and has room again at the next."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), what.partition(" ")[2] or None)


def limited(study: Layout, size: int, deadly: bool) -> int:
    """A run that may write no file longer than ``size``: refused there, or killed in the middle of that write."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if deadly else signal.SIG_IGN)
    return once(study)


# ---------------------------------------------------------------- what must hold afterwards


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def published(study: Layout) -> dict[str, bytes]:
    """Every file of the published report, by name."""
    folder = (study.reports / tiny.WAVE).resolve()
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def whole(study: Layout) -> str:
    """The SHA-256 of the data that the published report was made of; the report must agree with its manifest."""
    files = published(study)
    manifest = json.loads(files["manifest.json"])
    assert set(files) == {*manifest["outputs"], "manifest.json"}
    for name, expected in manifest["outputs"].items():
        assert digest(files[name]) == expected, f"{name} is torn"
    assert any(name.endswith(".html") for name in files)
    if study.status.exists():
        json.loads(study.status.read_bytes())
    if study.index.exists():
        assert study.index.read_text("utf-8").rstrip().endswith("</html>")
    [data] = manifest["data"].values()
    return str(data)


class Bench:
    """A study with a published report and a newer file waiting, set up anew for every fault."""

    def __init__(self, folder: Path, languages: str = "it") -> None:
        warm()
        self.model = folder / "model"
        self.study = tiny.make(folder / "study", languages)
        assert forked(lambda: once(self.study)) == 0
        assert whole(self.study) == digest(tiny.survey())
        shutil.copytree(self.study.base, self.model, symlinks=True)
        self.old = published(self.study)
        self.newer()
        began = time.monotonic()
        assert forked(lambda: once(self.study)) == 0
        self.seconds = time.monotonic() - began
        self.new = published(self.study)
        assert whole(self.study) == digest(tiny.survey(1))
        self.reset()

    def newer(self) -> None:
        (self.study.raw / tiny.WAVE / "survey.sav").write_bytes(tiny.survey(1))

    def reset(self) -> None:
        """The old report published, the newer file in place, nothing made of it."""
        shutil.rmtree(self.study.base)
        shutil.copytree(self.model, self.study.base, symlinks=True)
        self.newer()

    def check(self, when: str = "") -> None:
        """The old report or the new one is there, whole; the next run needs no help and leaves nothing behind.

        ``when`` is told where this fails.
        """
        whole(self.study)
        without = {n: b for n, b in self.without_banner().items() if n != "manifest.json"}
        assert without in (
            {n: b for n, b in files.items() if n != "manifest.json"} for files in (self.old, self.new)
        ), when
        code = forked(lambda: once(self.study))
        assert code == 0, f"{when}: the next run ends with {code}"
        assert published(self.study) == self.new, when
        assert whole(self.study) == digest(tiny.survey(1))
        assert [p.name for p in self.study.base.rglob("*.part")] == [], when
        assert len([p for p in (self.study.reports / ".builds").iterdir() if p.is_dir()]) <= 2

    def without_banner(self) -> dict[str, bytes]:
        from pipeline.unattended.banner import without

        return {n: without(b) if n.endswith(".html") else b for n, b in published(self.study).items()}
