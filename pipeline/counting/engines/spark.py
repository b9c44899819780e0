"""Counting in the workers of a Spark cluster: each opens portions of the responses and applies the same function.

Spark is given a list of portions, not the rows: a worker reads the row groups it is told to read, from a folder that
all workers see. Only answers come back. Nothing goes through pandas. This package is sent to the workers with the job;
their Python needs NumPy and PyArrow.
"""

from __future__ import annotations

import pickle
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.counting.alike import Alike
from pipeline.counting.plan import Plan, Question
from pipeline.counting.portions import Gathered, Portion, counted, portions, reaches, units
from pipeline.errors import DataRejected, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 4  # portions that one task counts: what it answers is added up before it is sent

Task = Callable[[Sequence[Portion]], Any]


@dataclass(frozen=True, slots=True)
class Spark:
    """A cluster at ``master`` (``spark://host:7077``), whose workers see the responses at ``place``."""

    place: str
    master: str

    def count(self, plan: Plan) -> dict[Question, Alike]:
        """The answer to each question."""
        several = portions(self.place, plan.columns)
        shares = [several[i : i + _AT_ONCE] for i in range(0, len(several), _AT_ONCE)]
        gathered = Gathered(plan)
        with _session(self.master) as session:
            known = units(one for share in _done(session, self.master, shares, _reaches_of(plan)) for one in share)
            for found in _done(session, self.master, shares, _answers_of(plan, known)):
                gathered.add(found)
        return gathered.by_question()


def _reaches_of(plan: Plan) -> Task:
    return lambda share: [reaches(portion, plan) for portion in share]


def _answers_of(plan: Plan, known: Any) -> Task:
    def answers(share: Sequence[Portion]) -> list[Alike]:
        gathered = Gathered(plan)
        for portion in share:
            gathered.add(counted(portion.read(plan.columns), plan, known))
        return gathered.whole()

    return answers


def _done(session: Any, master: str, shares: Sequence[Sequence[Portion]], task: Task) -> Iterator[Any]:
    """What a task answers for each share, in the order of the shares."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    def of_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            for at, packed in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                answer = pickle.dumps(task(pickle.loads(packed)))  # noqa: S301  made by the driver
                yield pa.RecordBatch.from_pydict(
                    {"at": pa.array([at], pa.int64()), "answer": pa.array([answer], pa.binary())}
                )

    rows = [(i, bytearray(pickle.dumps(list(share)))) for i, share in enumerate(shares)]
    try:
        spread = session.sparkContext.parallelize(rows, max(len(rows), 1))
        asked = session.createDataFrame(spread, "at long, share binary")
        found = asked.mapInArrow(of_batches, "at long, answer binary").collect()
    except (Py4JJavaError, PySparkException) as error:
        raise DataRejected("engine.spark_failed", master=master, reason=_first_line(str(error))) from None
    for row in sorted(found, key=lambda row: row["at"]):
        yield pickle.loads(bytes(row["answer"]))  # noqa: S301  made by our own workers


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "Exception" in line or "Error" in line), lines[0] if lines else "–")


@contextmanager
def _session(master: str) -> Iterator[Any]:
    """A session of its own, ended afterwards; one sentence where nobody answers."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError("engine.no_spark") from None
    _reachable(master)
    builder = SparkSession.builder.master(master).appName("surveyreport")
    for key, value in _SETTINGS.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception:
        raise DataRejected("engine.no_cluster", master=master) from None
    try:
        session.sparkContext.setLogLevel("OFF")
        with tempfile.TemporaryDirectory() as folder:
            session.sparkContext.addPyFile(str(_package(Path(folder))))
            yield session
    finally:
        session.stop()


def _package(folder: Path) -> Path:
    """This package as a file that Python imports from."""
    root = Path(__file__).resolve().parents[2]
    path = folder / f"{root.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in sorted(root.rglob("*.py")):
            archive.write(source, source.relative_to(root.parent))
    return path


_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1",  # a share at a time
    "spark.task.maxFailures": "8",
    "spark.driver.maxResultSize": "2g",
}


def _reachable(master: str) -> None:
    """Whether somebody listens at the address; asked before Spark, which would try for minutes."""
    import socket

    if not master.startswith("spark://"):  # local[2], yarn, k8s: nothing to ask
        return
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.partition(":")
        try:
            with socket.create_connection((host, int(port or 7077)), timeout=10):
                return
        except (OSError, ValueError):
            continue
    raise DataRejected("engine.no_cluster", master=master)
