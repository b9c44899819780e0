"""``python -m pipeline audit FILE``: a verdict that a reviewer can use, in both languages."""

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.paths import ROOT

HERE = Path(__file__).parent


def test_the_offices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(HERE / "offices.yml"), "--lang", "en"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "possible bases up to 98: 61." in said
    assert "possible bases up to 98: 34, 49, 68, 83, 98." in said
    assert "Possible bases of forms: 83, 98." in said
    assert "11 missing in contracts" in said
    assert "83 is the only base with which nobody is missing inside a branch." in said
    assert "39 of 61 = 63.9344%" in said and "1 of 61 is left over" in said


EXAMPLE = ROOT / "docs" / "audit-example.yml"


def test_somebody_elses_paper_in_italian(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(EXAMPLE), "--lang", "it"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "(GRIM)" in said and "(GRIMMER)" in said and "NON SONO COMPATIBILI (DEBIT)" in said
    assert "(5.23); SD 2.55: IMPOSSIBILE" in said and "(3.29); SD 1.29: possibile con n = 15" in said
    assert "la decisione al livello 0,05 cambia; p ricalcolato = 0,2402" in said


def test_what_a_reviewer_reads_first(capsys: pytest.CaptureFixture[str]) -> None:
    """What scrutiny, rsprite2 and statcheck call impossible or inconsistent, by name; the others are not named."""
    assert main(["audit", str(EXAMPLE), "--lang", "en"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    short = said[said.index("In short:") : said.index("What can hold")]
    assert "convention “convention” (29.4%) read 29.5%" in said
    for name in ("convention", "snout", "parity", "binary “share", "decision"):
        assert name in short, name
    for name in ("three_items", "binary_right", "small"):
        assert name not in short, name


def test_every_solution_is_listed_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of all bases up to 100 those that give exactly a half."""
    file = tmp_path / "x.yml"
    file.write_text("maximum: 100\nbranches: {b: {}}\nclaims: {P: {printed: 50%, kind: share, branch: b}}\n")
    assert main(["audit", str(file), "--lang", "en"]) == 0
    few = capsys.readouterr().out
    assert main(["audit", str(file), "--lang", "en", "--all"]) == 0
    all_of_them = capsys.readouterr().out
    assert "more" in few and few.count("– base ") == 8
    assert "and" not in all_of_them.split("Possible bases of b:")[1].split("–")[0]
    assert all_of_them.count("– base ") == 50  # the even ones: half of each is 50%


def test_a_misprint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.yml"
    file.write_text((HERE / "offices.yml").read_text().replace("63.9%", "63.8%"))
    assert main(["audit", str(file), "--lang", "en"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "CANNOT HOLD" in said and "P5 “planning agreement” (63.8%) read 63.9%" in said


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("printed: 26.5%", "prited: 26.5%", "Nearest: printed"),
        ("26.5%", "about a quarter", "line 8: P2 has `printed: about a quarter`"),
        ("26.5%", "26.5", "line 8: P2 has `printed: 26.5`"),
        ("branch: forms}\n  P4", "branch: form}\n  P4", "Nearest: forms"),
        ("of: P1", "of: P2", "line 3: the branch forms hangs on itself"),
        ("of: P1", "of: P9", "Nearest: P1"),
    ],
)
def test_mistakes_are_named_with_their_line(
    old: str, new: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.yml"
    file.write_text((HERE / "offices.yml").read_text().replace(old, new, 1))
    assert main(["audit", str(file), "--lang", "en"]) == 2
    assert expected in capsys.readouterr().err


def test_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "/nowhere.yml", "--lang", "en"]) == 2
    assert "/nowhere.yml" in capsys.readouterr().err
