"""``make bench`` (all) or ``make bench ONLY=a,b``; ``RUNS=5`` runs each side five times instead of three.

Exit code 0 when every target that could be measured is met, 1 when one is not, 2 for a name that is no benchmark.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from benchmarks import crosstabs, growth, large_file, study_report
from benchmarks.measure import RUNS, BenchmarkFailed, Line, PeerMissing

BENCHMARKS: dict[str, Callable[[], list[Line]]] = {
    "a": study_report.cold,
    "b": study_report.nothing_to_do,
    "c": crosstabs.crosstabs,
    "d": study_report.tables,
    "e": large_file.ingest,
    "f": large_file.quick,
    "g": growth.growth,
}


def main() -> int:
    """Run the benchmarks asked for and print what came out."""
    asked = [name.strip() for name in os.environ.get("ONLY", "").split(",") if name.strip()] or list(BENCHMARKS)
    unknown = [name for name in asked if name not in BENCHMARKS]
    if unknown:
        print(f"ONLY={','.join(unknown)}: there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    print(f"{RUNS} runs a side, in turn; medians (least–greatest); ratios are ours / peer. {_load()}", flush=True)
    code = 0
    for name in asked:
        try:
            lines = BENCHMARKS[name]()
        except PeerMissing as missing:
            print(f"{name}  skipped: {missing}", flush=True)
            continue
        except BenchmarkFailed as failure:
            print(f"{name}  FAILED: {failure}", flush=True)
            code = 1
            continue
        for line in lines:
            print(line, flush=True)
            code = code if line.met else 1
    print(_load())
    return code


def _load() -> str:
    """How busy the machine is: a number well above its processors makes every figure less sure."""
    return f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors."


if __name__ == "__main__":
    sys.exit(main())
