"""A file of 1,000,000 rows by 101 variables: reading it, and a whole quick report on it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import big_file, peers
from benchmarks.measure import PYTHON, Line, PeerMissing, Ran, alternate, answer, run, seconds_of, spread, spread_of

_CASES, _QUESTIONS = 1_000_000, 100
_MOST_MEMORY = 1.5  # GB
_READ = """
import sys, time
from polars_readstat import scan_readstat
start = time.perf_counter()
data = scan_readstat(sys.argv[1]).collect()
print(time.perf_counter() - start)
"""


@contextmanager
def _file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        path = Path(name) / "large.sav"
        big_file.write(path, big_file.answers(_CASES, _QUESTIONS), big_file.weights(_CASES))
        yield path


def ingest() -> list[Line]:
    """From the .sav to ``responses.parquet``, in a process of its own, against the bare reading of polars-readstat."""
    with _file() as path:
        study = path.parent / "study"
        run([PYTHON, "-m", "pipeline", "init", path, "--study", study])

        def ours(memory: bool = False) -> Ran:  # to watch the memory takes time of its own: in a run apart
            shutil.rmtree(study / "data" / "processed", ignore_errors=True)
            return run([PYTHON, "-m", "pipeline", "process", "--study", study], memory=memory)

        try:
            python = peers.python_with_polars()
        except PeerMissing as missing:
            print(f"skipped in part: {missing}", flush=True)
            return [_memory(ours(memory=True))]
        watched = _memory(ours(memory=True))
        own, peer = alternate(ours, lambda: float(answer([python, "-c", _READ, path])))
    detail = f"ours {spread_of(own)}; polars-readstat {spread(peer)}"
    return [Line("e  .sav to responses.parquet / polars-readstat's reading", seconds_of(own) / median(peer), 2.0, "",
                 detail), watched]  # fmt: skip


def _memory(watched: Ran) -> Line:
    peak = watched.peak / 1e9
    return Line("e  memory of all its processes together", peak, _MOST_MEMORY, "GB",
                "the most that was held at one time" if peak else "this system does not tell")  # fmt: skip


def quick() -> list[Line]:
    """All frequencies weighted and 10 cross-tabs with their statistics, as HTML, against the same in PSPP."""
    program = peers.pspp()
    names = big_file.names(_QUESTIONS)
    rows, banners = names[10:15], names[:2]
    with _file() as path:
        script, page, out = path.parent / "peer.sps", path.parent / "peer.html", path.parent / "out"
        script.write_text(
            f"GET FILE='{path}'.\n"
            f"FREQUENCIES /VARIABLES={' '.join(names)}.\n"
            f"CROSSTABS /TABLES={' '.join(rows)} BY {' '.join(banners)}\n"
            " /CELLS=COUNT ROW COLUMN TOTAL EXPECTED RESIDUAL ASRESIDUAL\n"
            " /STATISTICS=CHISQ PHI CC LAMBDA UC BTAU CTAU GAMMA D KAPPA ETA CORR.\n",
            encoding="utf-8",
        )
        own, peer = alternate(
            lambda: run([PYTHON, "-m", "pipeline", "quick", path, "--out", out, "--formats", "html", "--lang", "en",
                         "--rows", *rows, "--by", *banners]),
            lambda: run([program, "-O", "format=html", "-o", page, script], path.parent),
        )  # fmt: skip
    return [Line("f  quick on 1,000,000 × 101 / PSPP", seconds_of(own) / seconds_of(peer), 0.4, "",
                 f"ours {spread_of(own)}; PSPP {spread_of(peer)}")]  # fmt: skip
