"""The public edition with nobody there: verified too, brought up to newer data, kept where these are not safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline import run as runs
from pipeline.errors import DisclosureFailed
from pipeline.paths import Layout
from tests.faults import tiny

Run = Callable[..., Any]


@pytest.fixture
def made(study: Layout, again: Callable[..., Any], run: Run) -> Layout:
    text = study.study.read_text("utf-8")
    study.study.write_text(text + "\neditions: [internal, public]\n", "utf-8")
    again()
    done = run("report", "--study", study.base, "--edition", "public", "--formats", "html")
    assert done.code == 0, done.err
    return study


def test_verify_makes_it_again_too(made: Layout, run: Run) -> None:
    done = run("verify", "--study", made.base, "--lang", "en")
    assert done.code == 0, done.err
    assert f"public/{tiny.WAVE}" in done.err
    page = made.reports / "public" / tiny.WAVE / "report.it.html"
    page.write_bytes(page.read_bytes().replace(b"Uffici", b"Ufici", 1))
    done = run("verify", "--study", made.base, "--lang", "en")
    assert done.code == 3
    assert f"public/{tiny.WAVE}" in done.err and "report.it.html" in done.err


def test_rerun_brings_it_up_to_newer_data(made: Layout, again: Callable[..., Any], run: Run) -> None:
    page = made.reports / "public" / tiny.WAVE / "results.csv"
    before = page.read_bytes()
    (made.raw / tiny.WAVE / "survey.sav").write_bytes(tiny.survey(1))
    assert again().code == 0
    assert page.read_bytes() != before
    assert run("verify", "--study", made.base, "--lang", "en").code == 0  # hides what was hidden before, too


def test_one_that_would_not_be_safe_stays_as_it_was(
    made: Layout, again: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = made.reports / "public" / tiny.WAVE / "results.csv"
    before = page.read_bytes()
    (made.raw / tiny.WAVE / "survey.sav").write_bytes(tiny.survey(1))
    usual = runs.run_stage

    def refused(job: Any, name: str, *more: Any) -> None:
        if name == "disclose":
            raise DisclosureFailed("cli.disclosure_failed", wave=tiny.WAVE, count=1, cells="forma=1 (0-2)", threshold=3,
                                   codebook="codebook.yml", report="report.yml")  # fmt: skip
        usual(job, name, *more)

    monkeypatch.setattr(runs, "run_stage", refused)
    ran = again()
    assert ran.code == 5
    assert page.read_bytes() == before
    wave = ran.status.waves[tiny.WAVE]
    assert wave.state == "published" and wave.notice is not None and "public edition" in wave.notice["en"]
