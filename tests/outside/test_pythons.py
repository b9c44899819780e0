"""The same bytes under every supported Python: all reports of a study made by this one and by another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from pipeline.paths import ROOT
from tests.conftest import WAVE

pytestmark = pytest.mark.outside
_ASKED = """
import sys
from importlib.metadata import distributions
print(sys.version_info[:2])
for d in distributions():
    print(d.name.lower(), d.version)
"""


def _candidates() -> Iterator[Path]:
    """The interpreters of this machine: first the one that CI gives the pinned packages."""
    yield ROOT / ".venv-other" / "bin" / "python"
    for minor in range(11, 20):
        if found := shutil.which(f"python3.{minor}"):
            yield Path(found)
    yield from sorted(Path.home().glob(".pyenv/versions/*/bin/python"))


def _others() -> dict[str, Path]:
    """Interpreters of other versions that have the packages in this one's versions, by version."""
    own = {f"{d.name.lower()} {d.version}" for d in distributions()}
    locked = {
        line.split("==")[0] for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines() if "==" in line
    }
    needed = {line for line in own if line.split()[0] in locked}
    found: dict[str, Path] = {}
    for path in filter(Path.is_file, _candidates()):
        asked = subprocess.run([path, "-c", _ASKED], capture_output=True, text=True, check=False)
        version, *packages = asked.stdout.splitlines() or [""]
        if asked.returncode == 0 and version != str(sys.version_info[:2]) and needed <= set(packages):
            found.setdefault(version, path)
    return found


def _made(python: Path | str, template: Path, folder: Path) -> dict[str, bytes]:
    shutil.copytree(template, folder)
    done = subprocess.run(
        [python, "-m", "pipeline", "report", "--study", str(folder), "--force"],
        cwd=ROOT, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in (folder / "reports" / WAVE).iterdir()}


def test_every_file_is_the_same_under_another_python(small_template: Path, tmp_path: Path) -> None:
    others = _others()
    if not others:
        pytest.skip("no Python of another version has the packages of requirements.lock (.ci/run makes .venv-other)")
    here = _made(sys.executable, small_template, tmp_path / "here")
    assert len(here) == 11, "two languages in four formats, the results twice, the manifest"
    for version, python in others.items():
        there = _made(python, small_template, tmp_path / version)
        assert {name for name in here if here[name] != there.get(name)} == set(), version
