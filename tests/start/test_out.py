"""The folder that quick writes to: what lies there and is not quick's stays, whatever the folder's name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.faults import tiny

Run = Callable[..., Ran]


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "survey.sav"
    path.write_bytes(tiny.survey())
    return path


def quick(run: Run, survey: Path, out: Path) -> Ran:
    return run("quick", survey, "--out", out, "--formats", "html", "--lang", "en")


@pytest.mark.parametrize("name", ["manifest.json", "results.csv", "results.parquet", "report.en.html"])
def test_a_file_that_is_somebody_s_own_is_not_written_over(name: str, run: Run, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text('{"mine": 1}', "utf-8")
    ran = quick(run, survey, out)
    assert ran.code == 2
    assert f"out/{name}" in ran.err and "--out" in ran.err
    assert {p.name: p.read_text("utf-8") for p in out.iterdir()} == {name: '{"mine": 1}'}


def test_a_report_that_somebody_has_worked_on_is_not_written_over(run: Run, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert quick(run, survey, out).code == 0
    (out / "notes.txt").write_text("mine", "utf-8")
    assert quick(run, survey, out).code == 0, "its own files are replaced, others stay"
    with (out / "report.en.html").open("a", encoding="utf-8") as file:
        file.write("<!-- a remark -->")
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    ran = quick(run, survey, out)
    assert (ran.code, "report.en.html" in ran.err) == (2, True)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


def test_a_link_in_the_place_of_a_file_is_not_followed_nor_replaced(run: Run, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.csv").symlink_to(tmp_path / "nowhere")
    assert quick(run, survey, out).code == 2
    assert (out / "results.csv").is_symlink() and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("inner", ["", "below"])
def test_a_folder_whose_name_is_not_utf_8(inner: str, run: Run, survey: Path, tmp_path: Path) -> None:
    out = tmp_path / os.fsdecode(b"citt\xe0") / inner
    for _ in range(2):
        ran = run("quick", survey, "--out", out, "--formats", "html", "--lang", "en")
        assert ran.code == 0, ran
    assert len(list(out.iterdir())) == 4
