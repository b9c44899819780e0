"""The study's report against one R HTML, and the study's tables alone."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import peers
from benchmarks.measure import PYTHON, ROOT, RUNS, Line, Ran, alternate, answer, run, seconds_of, spread, spread_of

_PROJECT = ("pipeline", "study", "data/raw", "fonts", "requirements.lock")
_WAVE = "2009"

_TABLES = """
import importlib, json, sys, time
from pipeline import run
from pipeline.paths import layout
from pipeline.stages import tabulate
from pipeline.stages.job import Job
import pyarrow.parquet as pq
for name in json.loads(sys.argv[2]):
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # a module that only another one can import
place = layout()
job = Job(place, place.existing_wave(sys.argv[1]))
job.files
job.memory["responses"] = pq.read_table(job.responses)
start, work = time.perf_counter(), time.process_time()
tabulate.run(job)
print(json.dumps([time.perf_counter() - start, time.process_time() - work, sorted(sys.modules)]))
"""


@contextmanager
def fresh_copy() -> Iterator[Path]:
    """The project's files, without anything that a run has made."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for part in _PROJECT:
            source, target = ROOT / part, folder / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        yield folder


def _ours(folder: Path, *options: str) -> Ran:
    return run([PYTHON, "-m", "pipeline", "report", "--wave", _WAVE, *options], folder)


def _cold(folder: Path) -> Ran:
    for made in (folder / "data" / "processed", folder / "reports"):
        shutil.rmtree(made, ignore_errors=True)
    return _ours(folder, "--force")


def _peer(folder: Path) -> Ran:
    script = folder / "report_peer.Rmd"
    shutil.copyfile(Path(__file__).parent / "report_peer.Rmd", script)
    survey = folder / "data" / "raw" / _WAVE / "survey.sav"
    render = f"rmarkdown::render({str(script)!r}, params = list(file = {str(survey)!r}), quiet = TRUE)"
    return run([peers.rscript("haven", "rmarkdown", "knitr"), "-e", render], folder)


def cold() -> list[Line]:
    """All reports of a wave from nothing, two languages in four formats, against one R HTML."""
    peers.rscript("haven", "rmarkdown", "knitr")
    with fresh_copy() as folder:
        _cold(folder)  # set-up: Python compiles the modules of the copy
        ours, peer = alternate(lambda: _cold(folder), lambda: _peer(folder))
    return [
        Line("a  whole cold report / one R HTML", seconds_of(ours) / seconds_of(peer), 1.0, "",
             f"ours {spread_of(ours)}; R {spread_of(peer)}")
    ]  # fmt: skip


def nothing_to_do() -> list[Line]:
    """A run with nothing to do against one R HTML."""
    peers.rscript("haven", "rmarkdown", "knitr")
    with fresh_copy() as folder:
        _cold(folder)
        ours, peer = alternate(lambda: _ours(folder), lambda: _peer(folder))
    return [
        Line("b  nothing to do / one R HTML", seconds_of(ours) / seconds_of(peer), 0.1, "",
             f"ours {spread_of(ours)}; R {spread_of(peer)}")
    ]  # fmt: skip


def tables() -> list[Line]:
    """Counting and computing all tables of the study, the codebook's included; packages and study read before."""
    with fresh_copy() as folder:
        run([PYTHON, "-m", "pipeline", "tabulate", "--wave", _WAVE], folder)

        def timed(modules: list[str]) -> tuple[float, float, list[str]]:
            wall, work, used = json.loads(answer([PYTHON, "-c", _TABLES, _WAVE, json.dumps(modules)], folder))
            return wall, work, used

        *_, modules = timed([])  # which packages are used is known only afterwards
        found = [timed(modules) for _ in range(max(RUNS, 5))]
    walls, works = [wall for wall, *_ in found], [work for _, work, _ in found]
    detail = f"{spread(walls)}, processor {spread(works)}"
    return [Line("d  all tables of the study, 98 rows", median(walls), 0.3, "s", detail)]
