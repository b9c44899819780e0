"""What the tests of unattended runs share: the tiny study, and a rerun in this process with HTML alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.paths import Layout
from pipeline.progress import Progress
from pipeline.run import Wanted
from pipeline.unattended import status
from pipeline.unattended.rerun import rerun
from pipeline.unattended.status import Status
from tests.faults import tiny
from tests.faults.harness import warm


@dataclass(frozen=True)
class Again:
    """What a rerun did."""

    code: int
    said: str
    status: Status


@pytest.fixture(scope="session", autouse=True)
def _warm() -> None:
    warm()


@pytest.fixture
def study(tmp_path: Path) -> Layout:
    return tiny.make(tmp_path / "study", languages="it, en")


@pytest.fixture
def again(study: Layout) -> Callable[..., Again]:
    """Run the scheduler's command on the study."""

    def once(waves: Sequence[str] = (), lang: str = "en") -> Again:
        stream = io.StringIO()
        code = rerun(study, waves, Wanted(formats=("html",)), Progress(lang, stream))
        found = status.read(study)
        assert found is not None
        return Again(code, stream.getvalue(), found)

    return once
