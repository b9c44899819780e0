"""Same inputs, the same bytes: in another time zone, with another hash seed, in another folder, from another place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipeline.paths import ROOT
from tests.faults import tiny


def build(folder: Path, cwd: Path, **environment: str) -> dict[str, bytes]:
    """All files of a report made by the command line in a process of its own."""
    study = tiny.make(folder, languages="it, en")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "report", "--study", os.path.relpath(folder, cwd)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {p.name: p.read_bytes() for p in (study.reports / tiny.WAVE).iterdir()}


def test_two_rebuilds_elsewhere_give_the_same_bytes(tmp_path: Path) -> None:
    deep = tmp_path / "un'altra cartella" / "più in fondo"
    deep.mkdir(parents=True)
    one = build(tmp_path / "one", ROOT, TZ="Pacific/Auckland", PYTHONHASHSEED="1", LC_ALL="C")
    other = build(deep / "two", deep, TZ="America/St_Johns", PYTHONHASHSEED="4242", LC_ALL="it_IT.UTF-8")
    assert len(one) == 11, "two languages in four formats, the results twice, the manifest"
    assert {n for n in one if one[n] != other[n]} == set()
