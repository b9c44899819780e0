"""How counting grows with the rows: twenty variables and a weight, forty tables, beside Polars and DuckDB."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import big_file, peers
from benchmarks.measure import PYTHON, BenchmarkFailed, Line, Ran, run

VARIABLES = 20
_PORTION = 1 << 20
_MOST_SECONDS, _MOST_MEMORY = 120, 1.0  # for 10⁸ rows; GB

_OURS = """
import sys
from pipeline.counting.engines.stream import Stream
from pipeline.counting.plan import Plan, Question
from pipeline.counting.sums import Measure

def main():
    q = [f"q{i + 1}" for i in range(20)]
    questions = [Question((name,)) for name in q] + [Question(tuple(sorted((q[0], name)))) for name in q[1:]]
    questions.append(Question(tuple(sorted((q[1], q[2])))))
    plan = Plan(tuple(questions), (Measure("peso"), Measure("peso", squared=True)), "peso")
    print(sum(int(one.n.sum()) for one in Stream(sys.argv[1]).count(plan).values()))

if __name__ == "__main__":
    main()
"""
_POLARS = """
import sys, polars as pl
rows = pl.scan_parquet(sys.argv[1])
q = [f"q{i + 1}" for i in range(20)]
groups = [[name] for name in q] + [[q[0], name] for name in q[1:]] + [[q[1], q[2]]]
w = pl.col("peso")
asked = [rows.group_by(one).agg(pl.len(), w.sum().alias("w"), (w * w).sum().alias("w2")) for one in groups]
print(sum(int(one["len"].sum()) for one in pl.collect_all(asked, engine="streaming")))
"""
_DUCKDB = """
import sys, duckdb
q = [f"q{i + 1}" for i in range(20)]
groups = [[name] for name in q] + [[q[0], name] for name in q[1:]] + [[q[1], q[2]]]
sets = ", ".join("(" + ", ".join(one) + ")" for one in groups)
found = duckdb.sql(f"select count(*) n, sum(peso), sum(peso * peso) from read_parquet('{sys.argv[1]}') "
                   f"group by grouping sets ({sets})").fetchall()
print(sum(one[0] for one in found))
"""


def write(path: Path, rows: int) -> None:
    """Responses of so many rows, as the stage process leaves them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = big_file.names(VARIABLES)
    schema = pa.schema([*((name, pa.float64()) for name in names), (big_file.WEIGHT, pa.float64())])
    with pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=True, write_statistics=False) as writer:
        for start in range(0, rows, _PORTION):
            count = min(_PORTION, rows - start)
            q = big_file.answers(count, VARIABLES, big_file.SEED + start).astype(np.float64)
            columns = [*(pa.array(q[:, i]) for i in range(VARIABLES)), pa.array(big_file.weights(count, start))]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=_PORTION)


def growth() -> list[Line]:
    """One run a side at each size (``ROWS=1000000,10000000``); the target is for 10⁸ rows, in proportion for fewer."""
    sizes = [int(float(one)) for one in os.environ.get("ROWS", "1e6,1e7").split(",")]
    peer, lines = peers.python_with("polars", "duckdb"), []
    for rows in sizes:
        folder = Path(tempfile.mkdtemp(prefix="growth-"))
        try:
            path = folder / "responses.parquet"
            write(path, rows)
            ours = _run(PYTHON, _OURS, path, folder)
            polars, duckdb = (_run(peer, script, path, folder) for script in (_POLARS, _DUCKDB))
        finally:
            shutil.rmtree(folder)
        told = "; ".join(
            f"{name} {one.seconds:.1f} s ({one.work:.1f} s of processor time), {one.peak / 2**30:.2f} GB"
            for name, one in (("ours", ours), ("Polars", polars), ("DuckDB", duckdb))
        )
        lines.append(Line(f"g  40 tables of {rows:,} × {VARIABLES}, seconds", ours.seconds,
                          max(_MOST_SECONDS * rows / 1e8, 10), "s", told))  # fmt: skip
        lines.append(Line(f"g  40 tables of {rows:,} × {VARIABLES}, memory", ours.peak / 2**30, _MOST_MEMORY, "GB",
                          "all processes together"))  # fmt: skip
    return lines


def _run(python: str, script: str, path: Path, folder: Path) -> Ran:
    program = folder / "count.py"
    program.write_text(script)
    try:
        return run([python, program, path], folder=folder, environment={"PYTHONPATH": str(_root())}, memory=True)
    except BenchmarkFailed as failure:
        print(failure, file=sys.stderr)
        raise


def _root() -> Path:
    return Path(__file__).resolve().parent.parent
