"""1,000 weighted cross-tabs on 1,000,000 rows, per cross-tab, against PSPP and R."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import big_file, peers
from benchmarks.crosstabs_ours import CASES
from benchmarks.measure import PYTHON, Line, PeerMissing, alternate, answer, run, spread

_BANNERS, _ROWS = 2, 10  # the sample that the peers are given


def crosstabs() -> list[Line]:
    """Ours against each peer that is there."""
    targets = {"PSPP": 1 / 10, "R": 1 / 15}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        sides: dict[str, Callable[[], float]] = {}
        missing: list[PeerMissing] = []
        for peer, make in (("PSPP", _pspp), ("R", _r)):
            try:
                sides[peer] = make(Path(name))
            except PeerMissing as error:
                missing.append(error)
        if not sides:
            raise PeerMissing("; ".join(map(str, missing)))
        for lacking in missing:
            print(f"skipped in part: {lacking}", flush=True)
        ours, *others = alternate(lambda: float(answer([PYTHON, "-m", "benchmarks.crosstabs_ours"])), *sides.values())
    lines = []
    for peer, seconds in zip(sides, others, strict=True):
        detail = f"ours {spread([1000 * s for s in ours], 'ms')}, {peer} {spread([1000 * s for s in seconds], 'ms')}"
        lines.append(Line(f"c  weighted cross-tab / {peer}", median(ours) / median(seconds), targets[peer], "", detail))
    return lines


def _sample() -> tuple[np.ndarray, np.ndarray]:
    return big_file.answers(CASES, _BANNERS + _ROWS), big_file.weights(CASES)


def _pspp(folder: Path) -> Callable[[], float]:
    """PSPP's seconds per cross-tab beyond reading the file, in one command over the sample."""
    program, data = peers.pspp(), folder / "sample.sav"
    big_file.write(data, *_sample(), missing=False)
    names = big_file.names(_BANNERS + _ROWS)
    get = f"GET FILE='{data}'.\n"
    tables = (
        f"CROSSTABS /TABLES={' '.join(names[_BANNERS:])} BY {' '.join(names[:_BANNERS])}\n"
        " /CELLS=COUNT ROW COLUMN TOTAL EXPECTED RESIDUAL ASRESIDUAL /STATISTICS=CHISQ PHI.\n"
    )
    read, both = folder / "read.sps", folder / "crosstabs.sps"
    read.write_text(get + "EXECUTE.\n", encoding="utf-8")
    both.write_text(get + tables, encoding="utf-8")

    def seconds() -> float:
        reading = run([program, "-o", folder / "read.txt", read], folder).seconds
        whole = run([program, "-o", folder / "crosstabs.txt", both], folder).seconds
        return (whole - reading) / (_BANNERS * _ROWS)

    return seconds


def _r(folder: Path) -> Callable[[], float]:
    """R's seconds per cross-tab, as it times itself once the data are factors in memory."""
    program = peers.rscript()
    q, w = _sample()
    for i in range(_BANNERS + _ROWS):
        name = f"banner{i + 1}" if i < _BANNERS else f"row{i - _BANNERS + 1}"
        np.ascontiguousarray(q[:, i]).tofile(folder / name)
    w.tofile(folder / "weight")
    script = Path(__file__).parent / "crosstabs_peer.R"
    command: list[str | Path] = [program, script, folder, str(_BANNERS), str(_ROWS), str(CASES)]
    return lambda: float(answer(command, folder))
