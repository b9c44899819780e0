"""Running things side by side, and saying how long they took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
RUNS = max(1, int(os.environ.get("RUNS", "3")))
"""How often each side is run; the median counts."""

_LOOK_EVERY = 0.05  # seconds between two looks at the memory of a program and its children


class BenchmarkFailed(Exception):
    """A program that was to be measured did not end well."""


class PeerMissing(Exception):
    """A peer that is not installed; the text says how to install it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a program: seconds by the clock, seconds of processor time, the most memory held at one time (bytes).

    Its children are counted in. ``peak`` is 0 where the system does not tell, or was not asked.
    """

    seconds: float
    work: float
    peak: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer: what was measured against a target that must not be exceeded."""

    name: str
    value: float
    target: float
    unit: str
    detail: str

    @property
    def met(self) -> bool:
        """Whether the target is kept."""
        return self.value <= self.target

    def __str__(self) -> str:
        verdict = "met" if self.met else "NOT MET"
        value, target = (f"{x:.3g}{' ' + self.unit if self.unit else ''}" for x in (self.value, self.target))
        return f"{self.name}: {value} (target ≤ {target}): {verdict}\n      {self.detail}"


def run(
    command: Sequence[str | Path],
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    memory: bool = False,
) -> Ran:
    """Run a program to its end. Raises :class:`BenchmarkFailed` with its last words when it fails."""
    start, work = time.perf_counter(), _work()
    process = subprocess.Popen(
        [str(word) for word in command], cwd=folder, env=os.environ | dict(environment or {}),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    watch = _Watch(process.pid) if memory else None
    output, _ = process.communicate()
    seconds = time.perf_counter() - start
    peak = watch.stop() if watch is not None else 0
    if process.returncode != 0:
        raise BenchmarkFailed(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{output[-2000:]}")
    return Ran(seconds, _work() - work, peak)


def _work() -> float:
    """Processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def answer(command: Sequence[str | Path], folder: Path = ROOT) -> str:
    """What a program prints last, for programs that measure themselves. Raises :class:`BenchmarkFailed`."""
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise BenchmarkFailed(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return lines[-1]


def alternate(*sides: Callable[[], Any], runs: int = RUNS) -> list[list[Any]]:
    """Call the sides in turn, ``runs`` times, so that whatever else the machine does meets all of them."""
    found: list[list[Any]] = [[] for _ in sides]
    for _ in range(runs):
        for values, side in zip(found, sides, strict=True):
            values.append(side())
    return found


def seconds_of(runs: Sequence[Ran]) -> float:
    """The median of the runs."""
    return median(r.seconds for r in runs)


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Median, least and greatest, for people."""
    middle = f"{median(values):.3g} {unit}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.3g}–{max(values):.3g})"


def spread_of(runs: Sequence[Ran]) -> str:
    """:func:`spread` of the runs' seconds by the clock, and of processor time, which a busy machine changes less."""
    return f"{spread([r.seconds for r in runs])}, processor {spread([r.work for r in runs])}"


class _Watch:
    """Looks again and again at the memory that a process and its children hold together."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_EVERY):
            self._peak = max(self._peak, sum(_memory(pid) for pid in _family(self._pid)))

    def stop(self) -> int:
        """The most that was seen, in bytes."""
        self._ended.set()
        self._thread.join()
        return self._peak


def _family(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    except OSError:
        return [pid]
    return [pid, *(member for child in text.split() for member in _family(int(child)))]


def _memory(pid: int) -> int:
    """Resident memory, pages shared with others counted in part, so that a family's members can be added."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
