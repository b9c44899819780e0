"""Which engine counts a wave (``engine:`` in study.yml), and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.errors import DataRejected, StudyError

if TYPE_CHECKING:
    from pipeline.counting.alike import Alike
    from pipeline.counting.plan import Engine, Question
    from pipeline.spec.model import Counter
    from pipeline.stages.job import Job

Kind = Literal["memory", "stream", "spark", "database"]
_LOOKED_AT_FROM = 64 << 20  # bytes of a file; a smaller one fits
_BYTES_A_VALUE = 12  # in memory: the number as it is read, and its place among the distinct ones
_PART_OF_MEMORY = 0.6


def kind_of(job: Job) -> Kind:
    """The engine that the study names; else memory where the responses fit into it."""
    named = job.study_files.study.engine
    if named is not None:
        return named.kind
    return "memory" if job.passing or _fits(job.responses) else "stream"


def _fits(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size < _LOOKED_AT_FROM:
        return True
    import pyarrow.parquet as pq

    told = pq.ParquetFile(path).metadata
    return fits(told.num_rows, told.num_columns)


def fits(rows: int, columns: int) -> bool:
    """Whether so many values may all be in memory."""
    return rows * columns * _BYTES_A_VALUE < _PART_OF_MEMORY * available()


def available() -> int:
    """Bytes of memory that a process may still take: what the system says, or the group of processes it is in."""
    found = [1 << 40]
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found.append(int(line.split()[1]) << 10)
        limit = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
        if limit != "max":
            found.append(int(limit) - int(Path("/sys/fs/cgroup/memory.current").read_text("ascii")))
    except (OSError, ValueError):
        pass
    return min(found)


def answers(job: Job) -> tuple[Mapping[Question, Alike], int]:
    """The answers to the report's plan, and how many cases there are."""
    from pipeline.counting.alike import TooManyCombinations
    from pipeline.tables.needs import plan_of

    named = job.study_files.study.engine
    elsewhere = named is not None and bool(named.kind == "database" or named.responses)
    plan = plan_of(job.files, at_hand=not elsewhere and _fits(job.responses))
    try:
        found = _engine(job).count(plan)
    except TooManyCombinations as error:
        raise DataRejected(
            "engine.too_many_combinations", variables=", ".join(error.variables), count=error.count
        ) from None
    rows = int(next(iter(found.values())).n.sum()) if found else 0
    return found, rows


def _engine(job: Job) -> Engine:
    named, kind = job.study_files.study.engine, kind_of(job)
    engine: Engine
    place = named.responses if named is not None and named.responses else str(job.responses)
    if kind == "stream":
        from pipeline.counting.engines.stream import Stream

        engine = Stream(place, named.processes if named is not None else None)
        return engine
    if named is None:
        raise ValueError(f"{kind} is not chosen unasked")
    if kind == "spark":
        from pipeline.counting.engines.spark import Spark

        engine = Spark(place, _given(job, named, "master"))
        return engine
    from pipeline.counting.engines.database import Database

    engine = Database(_given(job, named, "url"), _given(job, named, "table"))
    return engine


def _given(job: Job, named: Counter, key: str) -> str:
    value: str | None = getattr(named, key)
    if value is None:
        raise StudyError("engine.not_said", file=job.study_files.name("study"), kind=named.kind, key=key)
    return value
