"""What an ordinary user may not read, and names that are not UTF-8: one sentence, and the other waves go on.

The command runs in a process of its own. Where the tests run as root, that process has not root's power to pass over
the rights of files, so that it is to its files what any other owner is.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.paths import ROOT, Layout, layout
from pipeline.progress import Progress
from pipeline.run import Wanted
from pipeline.unattended.rerun import rerun
from tests.conftest import Ran
from tests.faults import tiny

OTHER = "2012"
STRAY = os.fsdecode(b"citt\xe0.txt")
SHOWN = "citt\\xe0"
_PR_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _as_anybody() -> None:
    if os.geteuid() == 0 and _LIBC is not None:
        for power in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            if _LIBC.prctl(_PR_CAPBSET_DROP, power, 0, 0, 0):
                os._exit(98)


def ordinary(*words: object, **environment: str) -> Ran:
    """The command as an ordinary user runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, words), "--lang", "en"],
        cwd=ROOT, env=os.environ | environment, capture_output=True, check=False, preexec_fn=_as_anybody,
    )  # fmt: skip
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.err, ran.err
    assert "mistake of the program" not in ran.err, ran.err
    return ran


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two waves and their comparison, published; every file that a study can have is there."""
    study = tiny.make(tmp_path_factory.mktemp("ordinary") / "study", languages="it, en")
    shutil.copytree(study.raw / tiny.WAVE, study.raw / OTHER)
    (study.raw / OTHER / "survey.sav").write_bytes(tiny.survey(1))
    for name in ("mapping.yml", "units.yml"):
        (study.raw / tiny.WAVE / name).write_text("{}\n", "utf-8")
    (study.raw / tiny.WAVE / "mapping.yml").write_text("new: {}\n", "utf-8")
    (study.raw / tiny.WAVE / "corrections.yml").write_text("corrections: []\n", "utf-8")
    (study.raw / tiny.WAVE / "units.yml").unlink()
    with Path(os.devnull).open("w") as silence:
        assert rerun(study, [], Wanted(formats=("html",)), Progress("en", silence)) == 0
    return study.base


@pytest.fixture
def study(template: Path, tmp_path: Path) -> Iterator[Layout]:
    folder = tmp_path / "study"
    shutil.copytree(template, folder, symlinks=True)
    (folder / "schedule.yml").write_text(
        tiny.SCHEDULE + f"on_failure: [sh, -c, 'echo $SURVEY_WAVE >> {tmp_path}/called']\n", "utf-8"
    )
    yield layout(folder)
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)


def called(study: Layout) -> list[str]:
    path = study.base.parent / "called"
    return path.read_text("utf-8").split() if path.exists() else []


def newer(study: Layout, wave: str) -> None:
    (study.raw / wave / "survey.sav").write_bytes(tiny.survey(2))


def clean(study: Layout) -> None:
    """No half of a surrogate pair in anything that a run leaves for others."""
    for path in (study.status, study.index, study.log):
        if path.exists():
            path.read_bytes().decode("utf-8")
            assert "\\udc" not in path.read_text("utf-8")


# ---------------------------------------------------------------- what may not be read

OF_STUDY = ("study.yml", "codebook.yml", "report.yml")
OF_WAVE = ("survey.sav", "source.yml", "mapping.yml", "corrections.yml")


@pytest.mark.parametrize("mode", [0o000, pytest.param(0o200, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("name", OF_STUDY)
def test_a_study_s_file(name: str, mode: int, study: Layout) -> None:
    newer(study, OTHER)
    (study.files / name).chmod(mode)
    for command in ("report", "rerun"):
        ran = ordinary(command, "--study", study.base)
        assert ran.code == 2, ran
        assert name in ran.err
    ran = ordinary("report", "--study", study.base)
    assert sum(name in line for line in ran.err.splitlines()) == 1, "one sentence, though it concerns every wave"


@pytest.mark.parametrize("mode", [0o000, pytest.param(0o200, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("command", ["report", "rerun"])
@pytest.mark.parametrize("name", OF_WAVE)
def test_a_wave_s_file(name: str, command: str, mode: int, study: Layout) -> None:
    """The wave that comes first fails, the other is made of its newer data."""
    newer(study, OTHER)
    before = (study.reports / OTHER).resolve()
    (study.raw / tiny.WAVE / name).chmod(mode)
    ran = ordinary(command, "--study", study.base)
    assert ran.code == (3 if name == "survey.sav" else 2), ran
    assert f"{tiny.WAVE}/{name}" in ran.err
    assert (study.reports / OTHER).resolve() != before
    states = {wave: s["state"] for wave, s in json.loads(study.status.read_text("utf-8"))["waves"].items()}
    assert (states[tiny.WAVE], states[OTHER]) == ("failed", "published")
    assert (tiny.WAVE in called(study)) == (command == "rerun")


@pytest.mark.parametrize("mode", [0o000, pytest.param(0o200, marks=pytest.mark.exhaustive), 0o400])
@pytest.mark.parametrize("command", ["report", "rerun"])
def test_a_wave_s_folder(command: str, mode: int, study: Layout) -> None:
    newer(study, OTHER)
    before = (study.reports / OTHER).resolve()
    (study.raw / tiny.WAVE).chmod(mode)
    ran = ordinary(command, "--study", study.base)
    (study.raw / tiny.WAVE).chmod(0o700)
    assert ran.code in (2, 3), ran
    assert f"data/raw/{tiny.WAVE}" in ran.err
    assert (study.reports / OTHER).resolve() != before


PLACES = ("data/processed", f"data/processed/{tiny.WAVE}", "data", "reports", "reports/.builds", "data/raw", ".")


@pytest.mark.parametrize(("command", "mode"), [("report", 0o000), ("rerun", 0o500)])
@pytest.mark.parametrize("place", PLACES)
def test_a_folder_of_the_study(place: str, command: str, mode: int, study: Layout) -> None:
    """What cannot be made there ends in a sentence, and the last reports stay."""
    newer(study, OTHER)
    (study.base / place).chmod(mode)
    ran = ordinary(command, "--study", study.base)
    (study.base / place).chmod(0o700)
    assert ran.code in (0, 2, 3, 6), ran
    assert ran.code or mode == 0o500, "nothing can have been made"
    for wave in (tiny.WAVE, OTHER):
        assert (study.reports / wave / "report.en.html").is_file()


def test_files_that_not_every_study_has(study: Layout) -> None:
    newer(study, OTHER)
    for path, commands in (
        (study.base / "schedule.yml", ("rerun",)),
        (study.raw / tiny.WAVE / "units.yml", ("report", "rerun")),
    ):
        path.touch()
        path.chmod(0)
        for command in commands:
            ran = ordinary(command, "--study", study.base)
            assert (ran.code, path.name in ran.err) == (2, True), ran
        path.chmod(0o600)


# ---------------------------------------------------------------- names that are not UTF-8


@pytest.mark.parametrize("command", ["report", "rerun", "verify"])
@pytest.mark.parametrize(
    "place",
    [".", "data/raw", "data/processed/2009"]
    + [pytest.param(p, marks=pytest.mark.exhaustive) for p in ("data", "data/raw/2009", "data/processed")],
)
def test_a_stray_file_stops_nothing(place: str, command: str, study: Layout) -> None:
    (study.base / place / STRAY).write_text("x", "utf-8")
    ran = ordinary(command, "--study", study.base)
    assert ran.code == 0, ran
    clean(study)


@pytest.mark.parametrize("command", ["report", "rerun"])
def test_a_stray_file_among_the_reports_stops_nothing_and_verify_names_it(command: str, study: Layout) -> None:
    (study.reports / STRAY).write_text("x", "utf-8")
    assert ordinary(command, "--study", study.base).code == 0
    ran = ordinary("verify", "--study", study.base)
    assert (ran.code, f"{SHOWN}.txt" in ran.err) == (3, True), ran


@pytest.mark.parametrize("command", ["report", "rerun"])
def test_a_wave_s_folder_of_such_a_name_fails_alone(command: str, study: Layout) -> None:
    newer(study, OTHER)
    before = (study.reports / OTHER).resolve()
    shutil.copytree(study.raw / OTHER, study.raw / os.fsdecode(b"citt\xe0"))
    ran = ordinary(command, "--study", study.base)
    assert ran.code == 2, ran
    assert SHOWN in ran.err
    assert (study.reports / OTHER).resolve() != before
    clean(study)
    assert called(study) == ([SHOWN] if command == "rerun" else [])
    ordinary(command, "--study", study.base)
    assert len(called(study)) == (command == "rerun"), "told once"


def test_a_data_file_of_such_a_name(study: Layout) -> None:
    (study.raw / OTHER / "survey.sav").rename(study.raw / OTHER / os.fsdecode(b"citt\xe0.sav"))
    ran = ordinary("report", "--study", study.base, "--formats", "html")
    assert ran.code == 0, ran
    page = (study.reports / OTHER / "report.en.html").read_bytes().decode("utf-8")
    assert f"{SHOWN}.sav" in page


def test_quick_with_such_a_name(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"citt\xe0.sav")
    file.write_bytes(tiny.survey())
    ran = ordinary("quick", file, "--out", tmp_path / "out", "--formats", "html")
    assert ran.code == 0, ran
    for path in (tmp_path / "out").iterdir():
        if path.suffix in (".html", ".json", ".csv"):
            path.read_bytes().decode("utf-8")
    assert f"{SHOWN}.sav" in ran.err


@pytest.mark.parametrize("content", [None, b"no SPSS file"])
def test_quick_refuses_such_a_file_in_one_sentence(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"citt\xe0.sav")
    if content is not None:
        file.write_bytes(content)
    ran = ordinary("quick", file, "--out", tmp_path / "out")
    assert ran.code in (2, 3), ran
    assert f"{SHOWN}.sav" in ran.err


# ---------------------------------------------------------------- a disk for temporary files that is full


def test_a_disk_that_is_full_when_the_answer_is_written_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading process cannot even say that there is no room: its exit code does."""
    from pipeline.errors import RenderingFailed
    from pipeline.spss import Reading, child
    from pipeline.spss.channel import NO_ROOM, Files

    path = tmp_path / "survey.sav"
    path.write_bytes(tiny.survey())
    full = os.open("/dev/full", os.O_WRONLY)
    request = {"path": str(path), "files": {"answer.json": full}, "data": False, "encoding": None,
               "expected_rows": None, "expected_sha256": None, "limits": {}}  # fmt: skip
    monkeypatch.setattr(child, "restrict", lambda limits: None)
    monkeypatch.setattr("json.load", lambda stream: request)
    monkeypatch.setattr(Files, "open", lambda self, name, mode: os.fdopen(os.dup(full), mode))
    assert child.main() == NO_ROOM
    os.close(full)
    monkeypatch.undo()
    reading = Reading(path)
    reading.child.wait()
    reading.child.returncode = NO_ROOM
    with pytest.raises(RenderingFailed) as caught:
        reading.result()
    assert caught.value.exit_code == 6
