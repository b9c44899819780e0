"""A small Spark cluster on this machine: a master and two workers, as processes that only this machine can reach."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.conftest import WAVE, SmallStudy
from tests.counting.test_engines import KINDS, divided, tabulate
from tests.tables.test_designs_everywhere import write

pytestmark = pytest.mark.outside
pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("no Java", allow_module_level=True)


@dataclass
class Cluster:
    """The address of the master and the processes, each the first of its group."""

    master: str
    processes: list[subprocess.Popen[bytes]]

    def end(self, process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
        if process.poll() is None:
            os.killpg(process.pid, how)
            process.wait(30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def started(kind: str, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable,
        "SPARK_WORKER_DIR": str(folder), "SPARK_LOCAL_DIRS": str(folder), "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
    }  # fmt: skip
    name = f"org.apache.spark.deploy.{kind.lower()}.{kind}"
    command = [home / "bin/spark-class", name, "--host", "127.0.0.1", "--webui-port", "0", *options]
    with (folder / f"{kind}.log").open("ab") as log:
        return subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True, preexec_fn=_ends_with_us
        )


def _ends_with_us() -> None:
    """Ask the system to end this process when the tests are killed, who could not do it themselves."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "cluster"
    folder.mkdir()
    port = free_port()
    made = Cluster(f"spark://127.0.0.1:{port}", [started("Master", folder, "--port", str(port))])
    try:
        wait_for(lambda: "I have been elected leader" in (folder / "Master.log").read_text(errors="replace"))
        for _ in range(2):
            options = ("--cores", "1", "--memory", "1g", made.master)
            made.processes.append(started("Worker", folder, *options))
        wait_for(lambda: (folder / "Master.log").read_text(errors="replace").count("Registering worker") == 2)
        yield made
    finally:
        for process in reversed(made.processes):
            made.end(process)


def wait_for(there, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.2)


def test_a_cluster_gives_the_same_bytes_also_when_a_worker_dies(
    cluster: Cluster, tmp_path: Path, small_study: SmallStudy
) -> None:
    """Weighted, stratified, clustered; then the small study; then a worker is killed while it counts."""
    folder = tmp_path / "design"
    write(folder, KINDS["clusters"])
    expected = tabulate(folder, "")
    parts = divided(folder, tuple(range(10, 190, 10)))
    spark = f"engine: {{kind: spark, master: '{cluster.master}', responses: {parts}}}"
    assert tabulate(folder, spark) == expected

    own = tabulate(small_study.folder, "", small_study)
    small_parts = divided(small_study.folder, (4, 8), small_study)
    there = f"engine: {{kind: spark, master: '{cluster.master}', responses: {small_parts}}}"
    assert tabulate(small_study.folder, there, small_study) == own
    assert (small_study.folder / f"data/processed/{WAVE}/results.parquet").is_file()

    log = tmp_path / "cluster/Worker.log"
    before = log.read_text(errors="replace").count("Launch command")
    killed: list[float] = []

    def kill() -> None:
        wait_for(lambda: log.read_text(errors="replace").count("Launch command") >= before + 2)
        time.sleep(2.0)  # the executors have started and are at work
        cluster.end(cluster.processes[1], signal.SIGKILL)
        killed.append(time.monotonic())

    thread = threading.Thread(target=kill)
    thread.start()
    again = tabulate(folder, spark)
    ended = time.monotonic()
    thread.join()
    assert killed and killed[0] < ended, "the worker was to die before the end"
    assert again == expected


def test_a_wrong_address_gives_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, f"engine: {{kind: spark, master: 'spark://127.0.0.1:{free_port()}'}}")
    assert main(["tabulate", "--study", str(tmp_path)]) == 3
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert told.startswith("No Spark cluster answers at spark://127.0.0.1:") and "Traceback" not in told


def test_pyspark_is_imported_by_nobody_else(tmp_path: Path) -> None:
    write(tmp_path, "")
    asked = "import sys; from pipeline.cli import main; main(['tabulate', '--study', sys.argv[1]]);"
    asked += "sys.exit(bool({'pyspark', 'py4j', 'ibis', 'duckdb'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", asked, str(tmp_path)], capture_output=True).returncode == 0
