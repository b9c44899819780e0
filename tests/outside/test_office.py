"""LibreOffice opens workbook and document, and shows what they hold: an outside reader's opinion of both files."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from pipeline.present.document import Document, Figure
from pipeline.render import docx, pptx, xlsx
from tests.render import sample
from tests.render.payloads import folded

pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(
        shutil.which("soffice") is None or shutil.which("pdftotext") is None,
        reason="needs LibreOffice (soffice) and poppler (pdftotext, pdfinfo)",
    ),
]


def converted(path: Path, kind: str, profile: Path) -> Path:
    """The file as LibreOffice reads it, saved as ``kind`` beside it."""
    out = path.parent / "converted"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    done = subprocess.run([*command, "--outdir", str(out), str(path)], capture_output=True, text=True, timeout=180)
    made = out / f"{path.stem}.{kind}"
    assert done.returncode == 0, done.stderr
    assert made.is_file(), done.stdout + done.stderr
    return made


def pdf_text(path: Path) -> str:
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    # Hyphenation is the word processor's; what it broke is put together again.
    return folded(text.replace("-\n", ""))


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(params=["it", "en"])
def document(request: pytest.FixtureRequest) -> Document:
    return sample.document(request.param)


def test_document_opens_and_shows_everything(document: Document, tmp_path: Path, profile: Path) -> None:
    path = tmp_path / "report.docx"
    docx.write(document, path)
    pdf = converted(path, "pdf", profile)
    text = pdf_text(pdf)
    for table in document.tables():
        assert f"{table.label} – " in text
        for row in table.rows[:4]:
            assert row.label.split()[0] in text
            for cell in row.cells:
                assert cell.text in text
    for figure in document.figures():
        assert isinstance(figure, Figure)
        assert figure.label in text
    info = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    pages = int(info.split("Pages:")[1].split()[0])
    word = {"it": "pagina {} di {}", "en": "page {} of {}"}[document.lang]
    # The footers' fields are counted by the word processor: no page says "1 of 1" any more. The cover has no footer.
    assert all(word.format(page, pages) in text for page in range(2, pages + 1))


def test_document_is_understood_by_another_program(document: Document, tmp_path: Path, profile: Path) -> None:
    path = tmp_path / "report.docx"
    docx.write(document, path)
    with zipfile.ZipFile(converted(path, "odt", profile)) as archive:
        root = etree.fromstring(archive.read("content.xml"))
    headings = root.xpath("//*[local-name()='h'][@*[local-name()='outline-level']='1']")
    titles = [folded("".join(h.itertext())) for h in headings]
    assert titles == [f"{s.number} {s.title}" for s in document.sections]
    # Captions arrive as counted sequences, contents as an index, tables with repeated heads.
    assert len(root.xpath("//*[local-name()='sequence']")) == len(document.tables()) + len(document.figures())
    assert root.xpath("//*[local-name()='table-of-content']")
    assert len(root.xpath("//*[local-name()='table-header-rows']")) == len(document.tables())


def test_workbook_opens_with_all_numbers(document: Document, tmp_path: Path, profile: Path) -> None:
    path = tmp_path / "report.xlsx"
    xlsx.write(document, path)
    path_again = converted(path, "ods", profile)
    (tmp_path / "again").mkdir()
    moved = path_again.rename(tmp_path / "again" / path_again.name)
    before = openpyxl.load_workbook(path)
    after = openpyxl.load_workbook(converted(moved, "xlsx", profile))
    assert after.sheetnames == before.sheetnames
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                there = after[sheet.title][cell.coordinate]
                if cell.data_type == "n" and cell.value is not None:
                    assert there.value == pytest.approx(cell.value, rel=1e-14)
                elif isinstance(cell.value, str):
                    assert folded(str(there.value)) == folded(cell.value)


@pytest.mark.parametrize("room", [xlsx, docx, pptx])
def test_hostile_texts_are_opened_as_texts(room: object, tmp_path: Path, profile: Path) -> None:
    document = sample.hostile("en")
    # One page long cover titles are the hostile sample's own; a reader's program needs a tenth of it.
    document = dataclasses.replace(document, sections=document.sections[::4])
    path = tmp_path / f"report{room.SUFFIX}"  # type: ignore[attr-defined]
    room.write(document, path)  # type: ignore[attr-defined]
    text = pdf_text(converted(path, "pdf", profile))
    assert "window.hit=1" in text
    assert "app.alert(1)" in text
    assert "root:" not in text  # no file of the machine was read
    assert "#NAME?" not in text
    assert "Err:5" not in text
