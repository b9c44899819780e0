"""The project's study in a folder of its own, taken where none is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline import paths

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "study", folder / "study")
    shutil.copytree(PROJECT / "data" / "raw", folder / "data" / "raw")
    return folder


@pytest.fixture
def own_study(project_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ``Study()`` opens."""
    monkeypatch.setattr(paths, "ROOT", project_copy)
    return project_copy
