"""At the end of a run: how long each stage took."""

from __future__ import annotations

import io
import time

import pytest

from pipeline.progress import Progress
from tests.conftest import Ran


def test_steps_of_one_kind_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 1.0, 3.5, 4.0, 10.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    progress = Progress("en", io.StringIO())
    for name in ("stage_ingest", "stage_render", "stage_ingest"):
        progress.step(name, wave="1")
    assert progress.spent() == {"stage_ingest": 2.5 + 6.0, "stage_render": 0.5}


def test_nothing_begun_took_no_time() -> None:
    assert Progress("en", io.StringIO()).spent() == {}


def test_a_report_says_what_took_how_long_and_a_fresh_one_does_not(small_study, run) -> None:  # type: ignore[no-untyped-def]
    words = ("report", "--study", small_study.folder, "--formats", "html")
    first: Ran = run(*words, "--lang", "en")
    assert first.code == 0 and "Took " in first.err and ", tabulate " in first.err
    assert "Took" not in run(*words, "--lang", "en").err
