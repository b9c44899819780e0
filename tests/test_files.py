"""What is written and deleted: nothing outside the study, nothing that is not ours, as the user's umask has it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import cli, files
from tests.conftest import COLUMNS, SmallStudy, write_sav

ROOT = Path(__file__).parents[1]


def report(study: SmallStudy, *options: str) -> int:
    return cli.main(["report", "--study", str(study.folder), "--lang", "en", "--formats", "html", *options])


def precious(folder: Path) -> dict[str, bytes]:
    """A folder with files and links that must all still be there afterwards."""
    (folder / "inner").mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work")
    (folder / ".note.part").write_text("mine")
    (folder / "inner" / "data.parquet").write_text("mine too")
    (folder / "link").symlink_to("thesis.txt")
    return snapshot(folder)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


PLACES = {
    "data": lambda s: s.layout.processed.parent,
    "processed": lambda s: s.layout.processed,
    "processed wave": lambda s: s.processed,
    "reports": lambda s: s.layout.reports,
    "builds": lambda s: s.layout.reports / ".builds",
}


@pytest.mark.parametrize("made_before", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_a_link_out_of_the_study_is_refused_and_nothing_behind_it_is_touched(
    place: str, made_before: bool, small_study: SmallStudy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if made_before:
        assert report(small_study) == 0
    path = PLACES[place](small_study)
    elsewhere = tmp_path / "elsewhere"
    before = precious(elsewhere)
    if path.is_dir():
        path.rename(tmp_path / "moved")
        if place == "data":  # the raw data stay reachable through the link
            (tmp_path / "moved" / "raw").rename(elsewhere / "raw")
            before = snapshot(elsewhere)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(elsewhere)
    for command in (["report", "--lang", "en", "--formats", "html"], ["rerun", "--lang", "en"], ["clean"]):
        code = cli.main([*command, "--study", str(small_study.folder)])
        assert code == 2, command
        assert "is a link to" in capsys.readouterr().err
    assert snapshot(elsewhere) == before


@pytest.mark.parametrize("name", ["log.txt", ".lock", "status.json", "index.html"])
def test_a_file_that_is_a_link_is_not_written_through(name: str, small_study: SmallStudy, tmp_path: Path) -> None:
    folder = small_study.layout.reports if name in ("status.json", "index.html") else small_study.layout.processed
    folder.mkdir(parents=True, exist_ok=True)
    target = tmp_path / "target.txt"
    target.write_text("mine")
    (folder / name).symlink_to(target)
    assert report(small_study) == 2
    assert target.read_text() == "mine"


def test_builds_linked_within_the_study_delete_nothing(small_study: SmallStudy) -> None:
    inner = small_study.folder / "archive"
    before = precious(inner)
    small_study.layout.reports.mkdir(exist_ok=True)
    (small_study.layout.reports / ".builds").symlink_to(inner)
    assert report(small_study) == 2
    assert snapshot(inner) == before


def test_only_folders_with_our_mark_are_swept(small_study: SmallStudy) -> None:
    builds = small_study.layout.reports / ".builds"
    before = precious(builds / "2009-mine")
    (builds / "2009-link").symlink_to(small_study.folder)
    old = files.new_folder(builds, "2009-")
    assert report(small_study) == 0
    assert not old.exists() and (small_study.reports / "report.en.html").is_file()
    assert snapshot(builds / "2009-mine") == before
    assert (builds / "2009-link").is_symlink() and (small_study.folder / "study.yml").is_file()


def test_clean_removes_what_was_made_and_nothing_else(small_study: SmallStudy) -> None:
    assert report(small_study) == 0
    (small_study.processed / "mine.txt").write_text("mine")
    (small_study.layout.reports / "letter.docx").write_text("mine")
    before = {p for p in small_study.folder.rglob("*") if "processed" not in p.parts and "reports" not in p.parts}
    assert cli.main(["clean", "--study", str(small_study.folder)]) == 0
    left = {p.relative_to(small_study.folder).as_posix() for p in small_study.folder.rglob("*") if p.is_file()}
    assert {"data/processed/2009/mine.txt", "reports/letter.docx"} <= left
    assert not [p for p in left if p.startswith("data/processed/") and not p.endswith("mine.txt")]
    assert not [p for p in left if p.startswith("reports/") and not p.endswith("letter.docx")]
    assert before <= set(small_study.folder.rglob("*"))
    assert report(small_study) == 0


# ---------------------------------------------------------------- quick's folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one.sav"
    write_sav(path, COLUMNS)
    return path


def quick(file: Path, out: Path, *options: str) -> int:
    return cli.main(["quick", str(file), "--out", str(out), *options])


def test_files_of_an_earlier_quick_do_not_stand_beside_new_ones(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert quick(file, out, "--lang", "it", "--formats", "html,xlsx") == 0
    (out / "mine.txt").write_text("mine")
    (out / "report.it.xlsx").write_bytes(b"changed by hand")
    other = tmp_path / "other.sav"
    write_sav(other, {"x": [1.0, 2, 2]})
    assert quick(other, out, "--lang", "en", "--formats", "html") == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "manifest.json", "mine.txt", "report.en.html", "report.it.xlsx", "results.csv", "results.parquet",
    ]  # fmt: skip


@pytest.mark.parametrize("moment", range(1, 9))
def test_a_quick_killed_while_handing_over_leaves_nothing_beside_the_next(
    moment: int, file: Path, tmp_path: Path
) -> None:
    out, other = tmp_path / "out", tmp_path / "other.sav"
    write_sav(other, {"x": [1.0, 2, 2]})
    assert quick(file, out, "--lang", "it", "--formats", "html,xlsx") == 0
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom pipeline import cli\n"
        f"out, moments = Path({str(out)!r}), [0]\n"
        "def counted(change):\n"
        "    def one(path, *to, **options):\n"
        "        done = change(path, *to, **options)\n"
        "        here = (to[0] if to else path).parent == out and not path.name.endswith(('.part', '.made'))\n"
        "        moments[0] += here\n"
        f"        if here and moments[0] == {moment}: os._exit(9)\n"
        "        return done\n"
        "    return one\n"
        "Path.replace, Path.unlink = counted(Path.replace), counted(Path.unlink)\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    words = ["quick", str(other), "--out", str(out), "--lang", "en", "--formats", "html,xlsx"]
    # 4 files of the first run go, then 5 come: a manifest, two reports and the results twice
    assert subprocess.run([sys.executable, "-c", program, *words], cwd=ROOT, check=False).returncode == 9
    assert quick(file, out, "--lang", "it", "--formats", "docx") == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "manifest.json", "report.it.docx", "results.csv", "results.parquet",
    ]  # fmt: skip


def test_a_quick_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sav"
    broken.write_bytes(b"$FL2 no file")
    assert quick(broken, tmp_path / "new") == 3
    assert not (tmp_path / "new").exists()


def test_without_out_the_report_lies_below_reports(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["quick", str(file), "--lang", "en", "--formats", "html"]) == 0
    assert (tmp_path / "reports" / "quick" / "one" / "report.en.html").is_file()


# ---------------------------------------------------------------- umask, and what a killed run leaves


def run(arguments: list[str], umask: int, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments], cwd=ROOT, umask=umask, capture_output=True, text=True,
        check=False, env=os.environ | {"TMPDIR": str(home)},
    )  # fmt: skip


@pytest.mark.parametrize("umask", [0o077, 0o027, 0o022])
def test_every_file_is_as_open_as_the_umask_says(
    umask: int, small_study: SmallStudy, file: Path, tmp_path: Path
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    assert run(["report", "--study", str(small_study.folder), "--lang", "en"], umask, temporary).returncode == 0
    assert run(["quick", str(file), "--out", str(tmp_path / "q"), "--lang", "en"], umask, temporary).returncode == 0
    others = stat.S_IRWXG | stat.S_IRWXO
    made = [
        *small_study.layout.processed.rglob("*"),
        *small_study.layout.reports.rglob("*"),
        *(tmp_path / "q").rglob("*"),
    ]
    assert len(made) > 25
    for path in made:
        if path.is_symlink():
            continue
        mode = path.stat().st_mode & others
        wanted = others & ~umask if path.is_dir() else others & 0o666 & ~umask
        assert mode == wanted, (path, oct(path.stat().st_mode))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("after", [0.15, 0.3, 0.5, 0.8, 1.2, 1.8])
@pytest.mark.parametrize("command", ["quick", "report", "verify"])
def test_a_killed_run_leaves_no_answers_in_the_temporary_folder(
    command: str, after: float, small_study: SmallStudy, file: Path, tmp_path: Path
) -> None:
    temporary, out = tmp_path / "tmp", tmp_path / "q"
    temporary.mkdir()
    words: dict[str, Callable[[], list[str]]] = {
        "quick": lambda: ["quick", str(file), "--out", str(out), "--lang", "en"],
        "report": lambda: ["report", "--study", str(small_study.folder)],
        "verify": lambda: ["verify", "--study", str(small_study.folder)],
    }
    if command == "verify":
        assert report(small_study) == 0
    child = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words[command]()], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(temporary)}, start_new_session=True,
    )  # fmt: skip
    time.sleep(after)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    held = b"".join(p.read_bytes() for p in temporary.rglob("*") if p.is_file())
    assert "così così".encode() not in held and b"LO01" not in held
    # the next run sweeps what the killed one left in folders of its own
    assert run(words[command](), 0o022, temporary).returncode == 0
    left = [*small_study.layout.processed.rglob(".scratch-*"), *out.rglob(".scratch-*")]
    assert left == []


# ---------------------------------------------------------------- what looks like ours and is somebody's


@pytest.mark.parametrize("place", ["data", "processed", "processed wave", "reports"])
def test_a_persons_part_file_stays_and_ours_is_swept(place: str, small_study: SmallStudy) -> None:
    assert report(small_study) == 0
    mine, ours = (
        PLACES[place](small_study) / ".thesis.part",
        PLACES[place](small_study) / ".results.parquet.a1b2c3_4.part",
    )
    mine.write_text("mine")
    ours.write_text("half")
    assert report(small_study) == 0
    assert mine.read_text() == "mine"
    assert not ours.exists()


@pytest.mark.parametrize("command", ["report", "clean"])
@pytest.mark.parametrize(
    ("link", "to"),
    [
        (a, b)
        for a in ("reports", "data/processed", "data/processed/2009")
        for b in ("data/raw", "data/raw/2009", "notes")
    ],
)
def test_a_link_to_another_place_of_the_study_is_refused(
    link: str, to: str, command: str, small_study: SmallStudy
) -> None:
    base = small_study.folder
    (base / "notes" / "2009").mkdir(parents=True)
    for folder in ("notes", "notes/2009", "data/raw/2009"):
        for name in ("results.parquet", "findings.json", "index.html", "status.json"):
            (base / folder / name).write_text(f"mine, of {folder}")
    before = {k: v for k, v in snapshot(base).items() if k.startswith(("notes", "data/raw"))}
    (base / link).parent.mkdir(parents=True, exist_ok=True)
    (base / link).symlink_to(base / to)
    assert cli.main([command, "--study", str(base)]) == 2
    after = snapshot(base)
    assert {k: after.get(k) for k in before} == before


def test_links_that_people_make_are_followed(small_study: SmallStudy, tmp_path: Path) -> None:
    real = tmp_path / "disk"
    small_study.folder.rename(real)
    small_study.folder.symlink_to(real)
    (real / "data").rename(real / "store")
    (real / "data").symlink_to("store")
    (real / "data" / "raw" / "2009").rename(real / "delivered")
    (real / "data" / "raw" / "2009").symlink_to(real / "delivered")
    assert report(small_study) == 0
    assert cli.main(["clean", "--study", str(small_study.folder)]) == 0
    assert (real / "delivered" / "survey.sav").is_file() and (real / "data").is_symlink()


def test_clean_leaves_a_persons_folder_beside_the_waves(small_study: SmallStudy) -> None:
    assert report(small_study) == 0
    mine = small_study.layout.processed / "my analysis" / "results.parquet"
    mine.parent.mkdir()
    mine.write_text("mine")
    assert cli.main(["clean", "--study", str(small_study.folder)]) == 0
    assert mine.read_text() == "mine"


def test_quick_does_not_write_into_a_published_report(
    small_study: SmallStudy, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(small_study) == 0
    before = snapshot(small_study.reports)
    assert quick(file, small_study.reports, "--lang", "en", "--formats", "xlsx") == 2
    assert "the published report of a study" in capsys.readouterr().err
    assert snapshot(small_study.reports) == before


@pytest.mark.parametrize("place", ["outside", "within", "folder"])
def test_a_defect_is_not_logged_through_a_link(
    place: str, small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise ValueError("a defect")

    folder = small_study.layout.processed
    folder.parent.mkdir(exist_ok=True)
    target = small_study.folder / "study.yml" if place == "within" else tmp_path / "target"
    if place == "folder":
        target.mkdir()
        folder.symlink_to(target)
    else:
        target.touch()
        folder.mkdir(exist_ok=True)
        small_study.layout.log.symlink_to(target)
    before = snapshot(target) if target.is_dir() else target.read_bytes()
    monkeypatch.setattr(cli, "_open", fail)
    assert cli.main(["open", "--study", str(small_study.folder)]) == 70
    assert (snapshot(target) if target.is_dir() else target.read_bytes()) == before


def test_a_killed_new_wave_leaves_no_copy_of_the_file(small_study: SmallStudy, file: Path) -> None:
    program = (
        "import os, sys\nfrom pipeline import cli\nfrom pipeline.waves import new_wave\n"
        "new_wave.write_text = lambda *_: os._exit(9)\nsys.exit(cli.main(sys.argv[1:]))"
    )
    words = ["new-wave", str(file), "2026", "--study", str(small_study.folder)]
    assert subprocess.run([sys.executable, "-c", program, *words], cwd=ROOT, check=False).returncode == 9
    assert list(small_study.layout.raw.rglob(".scratch-*/2026/survey.sav"))  # killed with the copy on the disk
    assert report(small_study) == 0
    assert [p.name for p in small_study.layout.raw.iterdir()] == ["2009"]
