"""An open question coded in a workbook: out, codes typed in, back in, counted like any multiple response set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from pipeline.results import Results
from tests.conftest import Ran, SmallStudy

Run = Callable[..., Ran]

TABLES = """
  - section: aperte
    title: {it: Domande aperte, en: Open questions}
    contents:
      - {table: temi, title: {it: Temi, en: Themes}, rows: nota_themes, columns: forma}
      - {interviews: accordo, show: agreement, of: nota, title: {it: Accordo, en: Agreement}}
"""


@pytest.fixture
def identified(small_study: SmallStudy) -> SmallStudy:
    study = small_study.folder / "study.yml"
    if "identifier" not in study.read_text("utf-8"):
        study.write_text(study.read_text("utf-8") + "\nidentifier: codice\n", "utf-8")
    return small_study


def out(study: SmallStudy, run: Run, sheet: Path) -> None:
    ran = run("coding-out", "nota", sheet, "--study", study.folder, "--coders", "Ada,Bea", "--lang", "en")
    assert ran.code == 0, ran.err


def typed(sheet: Path, cells: Mapping[str, object], codes: Mapping[str, str]) -> None:
    book = openpyxl.load_workbook(sheet)
    for place, value in cells.items():
        book.worksheets[0][place] = value
    for i, (code, label) in enumerate(codes.items(), start=2):
        book.worksheets[1].cell(i, 1, code)
        book.worksheets[1].cell(i, 2, label)
    book.save(sheet)


CELLS = {"D2": 1, "E2": "1", "D3": "1, 2", "E3": "2", "D4": "2;1", "E4": "1 2", "D5": 2}
CODES = {"1": "Bene: 'sì'", "2": "Altro"}


def test_out_and_in_and_counted(identified: SmallStudy, run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "nota.xlsx"
    out(identified, run, sheet)
    rows = list(openpyxl.load_workbook(sheet).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Wave", "Unit", "nota", "Ada", "Bea")
    assert rows[1][:3] == ("2009", "LO01", "bene") and len(rows) == 5
    assert rows[3][2] == "=1+1"  # an answer, not a formula
    typed(sheet, CELLS, CODES)
    ran = run("coding-in", sheet, "--study", identified.folder, "--lang", "en")
    assert ran.code == 0, ran.err
    made = (identified.folder / "coding" / "nota.csv").read_text("utf-8")
    assert made.startswith("wave,unit,coder,codes\n2009,LO01,Ada,1\n") and "2009,LO12,Ada,2\n" in made
    told = ran.out + ran.err
    assert "Ada: 4 answers coded" in told and "Bea: 3 answers coded" in told
    snippet = ran.out[ran.out.index("derived:") :]
    book = identified.folder / "codebook.yml"
    text = book.read_text("utf-8")
    own = snippet[snippet.index("sets:\n") + 6 :]
    text = text.replace("\nsets:\n", "\n" + snippet[: snippet.index("sets:\n")] + "sets:\n" + own, 1)
    if text.count("\nderived:") > 1:
        head, _, rest = text.rpartition("\nderived:\n")
        line = next(x for x in snippet.splitlines() if "coded: nota" in x)
        text = head.replace("derived:\n" + line + "\n", "") + "\nderived:\n" + line + "\n" + rest
    book.write_text(text, "utf-8")
    report = identified.folder / "report.yml"
    report.write_text(report.read_text("utf-8").rstrip() + "\n" + TABLES, "utf-8")
    ran = run("report", "--study", identified.folder, "--formats", "html", "--lang", "it")
    assert ran.code == 0, ran.err
    results = Results.read(identified.processed / "results.parquet")

    def value(table: str, statistic: str, row: str, col: str = "") -> float | None:
        return next(r.value for r in results.rows(table)
                    if (r.statistic, r.row_code, r.col_code) == (statistic, row, col))  # fmt: skip

    assert value("temi", "n", "1") == 3 and value("temi", "n", "2") == 3  # what the first coder gave counts
    assert value("temi", "n", "2", "1") == 2
    assert value("accordo", "coders_sources", "") == 3
    assert value("accordo", "coders_agreement", "1") == pytest.approx(2 / 3)
    page = (identified.reports / "report.it.html").read_text("utf-8")
    assert "risposte codificate da almeno due" in page and "Bene: " in page


def test_mistakes_are_told_by_their_cell_and_nothing_is_written(
    identified: SmallStudy, run: Run, tmp_path: Path
) -> None:
    sheet = tmp_path / "nota.xlsx"
    out(identified, run, sheet)
    typed(sheet, {"D2": "1 7", "E3": "x", "B5": "LO01"}, CODES)
    ran = run("coding-in", sheet, "--study", identified.folder, "--lang", "en")
    assert ran.code == 2
    for told in ("line 2, Ada: the code 7", "line 3, Bea: the code x", "line 5: the unit LO01"):
        assert told in ran.err, ran.err
    assert not (identified.folder / "coding").exists()
    sheet.write_bytes(b"no workbook")
    assert run("coding-in", sheet, "--study", identified.folder).code == 2
    assert run("coding-in", tmp_path / "none.xlsx", "--study", identified.folder).code == 2
    assert "nota" in run("coding-out", "nato", sheet, "--study", identified.folder, "--lang", "en").err


def test_coding_again_keeps_the_other_coder_and_shows_what_was_coded(
    identified: SmallStudy, run: Run, tmp_path: Path
) -> None:
    sheet = tmp_path / "nota.xlsx"
    out(identified, run, sheet)
    typed(sheet, CELLS, CODES)
    assert run("coding-in", sheet, "--study", identified.folder).code == 0
    again = tmp_path / "again.xlsx"
    assert run("coding-out", "nota", again, "--study", identified.folder, "--coders", "Cleo").code == 0
    typed(again, {"D2": 2}, CODES)
    assert run("coding-in", again, "--study", identified.folder).code == 0
    third = tmp_path / "third.xlsx"
    assert run("coding-out", "nota", third, "--study", identified.folder).code == 0
    row = [cell.value for cell in openpyxl.load_workbook(third).worksheets[0][2]]
    assert row[3:] == ["1", "1", "2"]
