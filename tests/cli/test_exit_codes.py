"""What a run says and with which code it ends when it is not a mistake in the study or the data."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import language
from pipeline.paths import ROOT
from tests.conftest import WAVE, Ran, SmallStudy

Run = Callable[..., Ran]
HEAVY = {
    "pandas", "numpy", "matplotlib", "scipy", "pyarrow", "pyreadstat", "statsmodels", "typst", "jinja2", "pydantic",
}  # fmt: skip


def test_a_report_and_its_paths(run: Run, small_study: SmallStudy) -> None:
    ran = run("report", "--study", small_study.folder, "--formats", "html", "--lang", "it")
    assert ran.code == 0
    assert [line.split("/")[-1] for line in ran.out.splitlines()] == ["report.it.html"]
    for line in ran.out.splitlines():
        assert (small_study.folder / line).is_file() or Path(line).is_file()
    again = run("report", "--study", small_study.folder, "--formats", "html", "--lang", "it")
    assert again.code == 0
    assert "niente da fare" in again.err
    assert again.out == ran.out


def test_the_second_run_at_once_is_told_to_wait(run: Run, small_study: SmallStudy) -> None:
    small_study.layout.lock.parent.mkdir(parents=True)
    with small_study.layout.lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for lang in ("it", "en"):
            for command in ("report", "tabulate"):
                ran = run(command, "--study", small_study.folder, "--lang", lang)
                assert ran.code == 7
                assert ran.err.strip() == language.text(lang, "cli.locked", folder=str(small_study.folder))
    assert small_study.left_behind() == []


def test_a_lock_file_that_nobody_holds_is_no_obstacle(run: Run, small_study: SmallStudy) -> None:
    small_study.layout.lock.parent.mkdir(parents=True)
    small_study.layout.lock.write_text("")
    assert run("ingest", "--study", small_study.folder).code == 0


def test_a_reports_folder_that_cannot_be_written(run: Run, small_study: SmallStudy) -> None:
    """A file stands where the folder should be, which stops root as well."""
    (small_study.folder / "reports").write_text("in the way")
    for lang in ("it", "en"):
        ran = run("report", "--study", small_study.folder, "--formats", "html", "--lang", lang)
        assert ran.code == 6, ran
        assert "reports" in ran.err
        assert "Traceback" not in ran.err
    assert (small_study.folder / "reports").read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_reports_folder(run: Run, small_study: SmallStudy) -> None:
    reports = small_study.folder / "reports"
    reports.mkdir(mode=0o555)
    ran = run("report", "--study", small_study.folder, "--formats", "html", "--lang", "en")
    assert ran.code == 6
    assert "Permission denied" in ran.err


@pytest.mark.parametrize("place", ["tempfile.mkstemp", "os.fsync"])
def test_a_read_only_or_full_disk(
    run: Run, small_study: SmallStudy, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def refuse(*_: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(f"pipeline.files.{place}", refuse)
    for lang in ("it", "en"):
        ran = run("report", "--study", small_study.folder, "--formats", "html", "--lang", lang)
        assert ran.code == 6, ran
        assert "Read-only file system" in ran.err
    assert small_study.left_behind() == []


def test_a_failed_rendering_publishes_nothing(
    run: Run, made_study: SmallStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (made_study.reports / "manifest.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.render.html.write", full)
    ran = run("report", "--study", made_study.folder, "--formats", "html", "--lang", "en", "--force")
    assert ran.code == 6, ran
    assert "No space left on device" in ran.err
    manifest = (made_study.reports / "manifest.json").read_bytes()
    assert json.loads(manifest)["outputs"].keys() == json.loads(before)["outputs"].keys()
    assert len([p for p in (made_study.folder / "reports" / ".builds").iterdir() if p.is_dir()]) == 1


def test_a_defect_goes_to_the_log(run: Run, small_study: SmallStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of our own making")

    monkeypatch.setattr("pipeline.stages.validate.run", broken)
    for lang in ("it", "en"):
        ran = run("report", "--study", small_study.folder, "--lang", lang)
        assert ran.code == 70
        assert "Traceback" not in ran.err
        assert "ZeroDivisionError" not in ran.err
        assert "log.txt" in ran.err
        assert language.text(lang, "cli.defect", log="@").split("@")[0] in ran.err
    log = small_study.layout.log.read_text("utf-8")
    assert log.count("ZeroDivisionError: of our own making") == 2
    assert "Traceback (most recent call last)" in log
    assert small_study.left_behind() == []


def test_the_public_edition_is_refused_where_the_study_does_not_name_it(run: Run, small_study: SmallStudy) -> None:
    """Nothing may be called public before somebody has said so."""
    for command in ("report", "render"):
        ran = run(command, "--study", small_study.folder, "--edition", "public", "--lang", "en")
        assert ran.code == 2, ran
        assert "editions: [internal, public]" in ran.err
    assert small_study.left_behind() == []


def test_open_without_a_report(run: Run, small_study: SmallStudy) -> None:
    ran = run("open", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 2
    assert "make report" in ran.err


def test_open_shows_the_report_of_the_language(
    run: Run, made_study: SmallStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    assert run("open", "--study", made_study.folder, "--lang", "en").code == 0
    assert len(shown) == 1
    assert shown[0].startswith("file://")
    assert shown[0].endswith(f"/{WAVE}/report.en.html") or shown[0].endswith("/report.en.html")


def test_help_is_quick_and_in_both_languages() -> None:
    """``--help`` imports none of the heavy packages."""
    program = (
        "import sys; from pipeline.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted(set({sorted(HEAVY)!r}) & set(sys.modules)))"
    )
    for lang, word in (("it_IT.UTF-8", "rapporto"), ("C", "report")):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "LC_ALL": lang, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == "[]"
        assert word in done.stdout


def test_python_m_pipeline_gives_the_exit_code() -> None:
    done = subprocess.run([sys.executable, "-m", "pipeline"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
