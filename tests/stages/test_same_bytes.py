"""Forced, the same bytes: every output, in another time zone, with another hash seed, in another folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.paths import ROOT
from tests.conftest import WAVE

WORLDS = (
    {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C", "COLUMNS": "40"},
    {"TZ": "America/Adak", "PYTHONHASHSEED": "4294967295", "LC_ALL": "C.UTF-8"},
)


def digests(folder: Path) -> dict[str, str]:
    reports = folder / "reports" / WAVE
    files = [*reports.iterdir(), folder / "data" / "processed" / WAVE / "results.parquet"]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files if p.name != "manifest.json"}


def test_two_forced_runs_in_different_worlds(small_template: Path, tmp_path: Path) -> None:
    made = []
    for i, world in enumerate(WORLDS):
        folder = tmp_path / f"place {i}" / ("a" * i) / "study"
        shutil.copytree(small_template, folder)
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "report", "--study", str(folder), "--force"],
            cwd=ROOT, env={**os.environ, **world}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        made.append(digests(folder))
        manifest = (folder / "reports" / WAVE / "manifest.json").read_text("utf-8")
        assert str(tmp_path) not in manifest
    assert {f"report.{lang}.{ending}" for lang in ("it", "en") for ending in ("html", "pdf", "xlsx", "docx")} <= {
        *made[0]
    }
    assert made[0] == made[1]
