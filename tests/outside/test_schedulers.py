"""The files under ``deploy/`` are what the schedulers take: systemd's own check of the units, with paths that exist."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.paths import ROOT

pytestmark = pytest.mark.outside
UNITS = ROOT / "deploy" / "systemd"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = []
    for unit in sorted(UNITS.iterdir()):
        text = unit.read_text("utf-8")
        units.append(tmp_path / unit.name)
        units[-1].write_text(text.replace("%h/planning-offices-survey", str(tmp_path)), "utf-8")
    assert {u.suffix for u in units} == {".service", ".timer"}
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    done = subprocess.run(
        [analyze, "--user", "verify", *units],
        env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
