"""Ours, in a process of its own: ``python -m benchmarks.crosstabs_ours`` prints seconds per cross-tab.

The cases are a table in memory, as ``responses.parquet`` is read; what is timed is everything after that: category
indices, counts, margins, shares, statistics, letters, and the result rows.
"""

from __future__ import annotations

import time

import pyarrow as pa

from benchmarks import big_file
from pipeline.counting.cases import Cases
from pipeline.results import ResultsWriter
from pipeline.spec.model import Codebook, Variable
from pipeline.statistics.core import Options
from pipeline.statistics.registry import known
from pipeline.tables.context import Context
from pipeline.tables.two_way import crosstab

CASES, BANNERS, ROWS = 1_000_000, 10, 100
STATISTICS = (
    "expected", "residual", "pearson_residual", "adjusted_residual", "letters", "chi2", "chi2_df", "chi2_p",
    "cramers_v",
)  # fmt: skip


def main() -> None:
    """Make the cases, then time all cross-tabs."""
    q, w = big_file.answers(CASES, BANNERS + ROWS), big_file.weights(CASES)
    names = [f"banner{i + 1}" for i in range(BANNERS)] + [f"row{i + 1}" for i in range(ROWS)]
    columns = {name: pa.array(q[:, i].astype("float64")) for i, name in enumerate(names)}
    table = pa.table(columns | {"weight": pa.array(w)})
    del q, columns
    categories = {str(code): {"*": f"Risposta {code}"} for code in range(1, 6)}
    variables = {name: Variable(name=name, label={"*": name}, categories=categories) for name in names}
    variables["weight"] = Variable(name="weight", label={"*": "Peso"}, kind="weight")
    known()
    start = time.perf_counter()
    cases = Cases(table, Codebook(variables=variables), "weight", "frequency")
    cases.expect_pairs([(row, banner) for banner in names[:BANNERS] for row in names[BANNERS:]])
    writer = ResultsWriter("1")
    context = Context(cases, writer, Options(), total_cases=CASES)
    for banner in names[:BANNERS]:
        for row in names[BANNERS:]:
            crosstab(context, f"{row}_{banner}", row, banner, statistics=STATISTICS)
    results = writer.table()
    seconds = time.perf_counter() - start
    if results.num_rows < BANNERS * ROWS * 25 * len(STATISTICS) // 2:
        raise SystemExit("fewer results than the cross-tabs must give")
    print(seconds / (BANNERS * ROWS))


if __name__ == "__main__":
    main()
