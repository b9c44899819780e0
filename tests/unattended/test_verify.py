"""verify: what is published is compared, byte by byte, with a rebuild from nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.paths import Layout
from tests.faults import tiny

Run = Callable[..., object]


@pytest.fixture
def made(study: Layout, again: Callable[..., object]) -> Layout:
    again()
    return study


def test_an_untouched_report_is_verified_and_nothing_is_written(made: Layout, run: Run) -> None:
    before = {p: p.stat().st_mtime_ns for p in made.base.rglob("*") if p != made.processed}  # it was worked in
    done = run("verify", "--study", made.base, "--lang", "en")
    assert done.code == 0, done.err
    assert "all 5 files" in done.err
    assert {p: p.stat().st_mtime_ns for p in made.base.rglob("*") if p != made.processed} == before


def test_a_touched_file_is_named(made: Layout, run: Run) -> None:
    path = made.reports / tiny.WAVE / "report.it.html"
    path.write_bytes(path.read_bytes().replace(b"Uffici", b"Ufici", 1))
    done = run("verify", "--study", made.base, "--lang", "en")
    assert done.code == 3
    assert "1 of 5 files differs from a rebuild: report.it.html" in done.err
    assert "made: report.it.html" in done.err
    assert "Traceback" not in done.err


def test_a_missing_file_is_named(made: Layout, run: Run) -> None:
    (made.reports / tiny.WAVE / "results.csv").unlink()
    done = run("verify", "--study", made.base, "--lang", "it")
    assert done.code == 3
    assert "results.csv" in done.err


def test_newer_inputs_are_given_as_the_explanation(made: Layout, run: Run) -> None:
    (made.raw / tiny.WAVE / "survey.sav").write_bytes(tiny.survey(1))
    done = run("verify", "--study", made.base, "--wave", tiny.WAVE, "--lang", "en")
    assert done.code == 3
    assert "since the report was made: data/raw/2009/survey.sav" in done.err


def test_a_banner_is_no_difference_but_lies_beside_it(made: Layout, run: Run, again: Callable[..., object]) -> None:
    survey = made.raw / tiny.WAVE / "survey.sav"
    good = survey.read_bytes()
    survey.write_bytes(good[:-40])
    again()
    survey.write_bytes(good)
    assert run("verify", "--study", made.base).code == 0


def test_nothing_published(study: Layout, run: Run) -> None:
    done = run("verify", "--study", study.base, "--lang", "en")
    assert done.code == 2
    assert "nothing is published here yet" in done.err


def test_the_comparison_is_verified_with_its_waves(study: Layout, run: Run, again: Callable[..., object]) -> None:
    wave = study.raw / "2012"
    wave.mkdir()
    (wave / "source.yml").write_text("title: {it: Dati di prova, en: Test data}\n", "utf-8")
    (wave / "survey.sav").write_bytes(tiny.survey(1))
    assert again().code == 0
    done = run("verify", "--study", study.base, "--lang", "en")
    assert done.code == 0, done.err
    assert "Wave comparison: all" in done.err
    page = study.reports / "comparison" / "report.en.html"
    page.write_bytes(page.read_bytes() + b" ")
    done = run("verify", "--study", study.base, "--lang", "en")
    assert done.code == 3
    assert "reports/comparison: 1 of" in done.err
