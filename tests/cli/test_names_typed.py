"""Names typed at ``quick``: the spelling of the file first, any other only where it can mean one variable."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pyreadstat
import pytest

from pipeline import cli
from tests.conftest import NAN


@pytest.fixture
def file(tmp_path: Path) -> Path:
    import pandas as pd

    path = tmp_path / "names.sav"
    columns = {"q1": [1.0, 1, 1, 2], "Q1": [3.0, 4, 4, 4], "Other": [1.0, 2, 1, 2], "empty": [NAN] * 4,
               "età": [1.0, 1, 2, 2]}  # fmt: skip
    pyreadstat.write_sav(pd.DataFrame(columns), str(path))
    return path


def quick(file: Path, *options: str) -> tuple[int, set[str]]:
    out = file.parent / "out"
    code = cli.main(["quick", str(file), "--out", str(out), "--lang", "en", "--formats", "html", *options])
    if code:
        return code, set()
    with (out / "results.csv").open(encoding="utf-8", newline="") as rows:
        return code, {f"{r['row_var']}×{r['col_var']}" for r in csv.DictReader(rows) if r["col_var"]}


@pytest.mark.parametrize("name", ["q1", "Q1"])
def test_the_exact_spelling_is_taken(file: Path, name: str) -> None:
    assert quick(file, "--rows", name, "--by", "other") == (0, {f"{name}×Other"})


@pytest.mark.parametrize("behind", [[], ["--formats", "html"]])
def test_the_file_may_stand_behind_the_names(
    file: Path, behind: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(file.parent)
    before = ["quick", "--out", "out", "--lang", "en", "--formats", "html", "--rows", "q1", "--by", "Other"]
    assert cli.main([*before, file.name, *behind]) == 0
    assert "q1,1,Other,1" in (file.parent / "out" / "results.csv").read_text(encoding="utf-8")
    assert cli.main(before) == 2
    assert "which file?" in capsys.readouterr().err


def test_another_spelling_that_could_mean_two_is_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    path = tmp_path / "names.sav"
    pyreadstat.write_sav(pd.DataFrame({"aB": [1.0, 2], "Ab": [1.0, 2], "c": [1.0, 2]}), str(path))
    assert quick(path, "--rows", "AB", "--by", "c")[0] == 2
    said = capsys.readouterr().err
    assert "--rows names AB" in said and "Ab, aB" in said


def test_accents_may_be_encoded_otherwise(file: Path) -> None:
    typed = unicodedata.normalize("NFD", "ETÀ")
    assert quick(file, "--rows", typed, "--by", "q1") == (0, {"età×q1"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rows", "q1", "--by", "Other", "--layer", "empty"), "no case has a valid value of empty"),
        (("--layer", "q1"), "needs --rows and --by"),
        (("--rows", "q2", "--by", "Other"), "Nearest: q1"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(
    file: Path, options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quick(file, *options)[0] == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert words in last and "names.sav" in last


def test_the_encoding_of_a_file_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pandas as pd

    path = tmp_path / "città.sav"
    pyreadstat.write_sav(pd.DataFrame({"comune": ["Cantxx", "Lodi"], "n": [1.0, 2.0]}), str(path))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Cantxx", b"Cant\xf9 "))  # "Cantù" in code page 1252; the file says UTF-8
    assert quick(path)[0] == 3
    assert "--encoding cp1252" in capsys.readouterr().err
    assert quick(path, "--encoding", "cp1252")[0] == 0
    assert quick(path, "--encoding", "no such thing")[0] == 2
    assert "--encoding no such thing" in capsys.readouterr().err
