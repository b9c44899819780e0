"""How tables are laid out: the same in every format that sets pages."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import docx as python_docx
import pytest
from fontTools.ttLib import TTFont
from openpyxl import load_workbook
from pypdf import PdfReader

from pipeline.present.document import Cell, HeadCell, Row, Table
from pipeline.render import docx, html, measure, pdf, table_layout, xlsx
from tests.render import sample

TOP = Path(__file__).parents[2]


def test_text_widths_are_the_fonts() -> None:
    font = TTFont(TOP / "fonts/NotoSans-Regular.ttf", lazy=True)
    names, advances = font.getBestCmap(), font["hmtx"]
    for text in ("Uffici di Piano", "1,234.5 (%)", "".join(map(chr, range(32, 127)))):
        assert measure.text_width(text) == pytest.approx(sum(advances[names[ord(c)]][0] for c in text) / 1000)
    digits = {advances[names[ord(c)]][0] for c in "0123456789"}
    assert digits == {round(table_layout.DIGIT * 1000)}
    assert {advances[names[ord(c)]][0] for c in ".,"} == {round(table_layout.DECIMAL_MARK * 1000)}


def test_columns_line_up_on_the_decimal_mark() -> None:
    table = sample.cross_table("it", 1)
    shape = table_layout.columns(table)
    assert [c.numeric for c in shape] == [True] * 6
    assert [c.decimals for c in shape] == [2] * 6
    assert [c.letters for c in shape] == [0, 1, 0, 0, 3, 0]
    one, two, none = (Cell("1", 1.0, f, "number") for f in ("decimal1", "decimal2", "count"))
    assert table_layout.padding(two, shape[0]) == 0
    assert table_layout.padding(one, shape[0]) == pytest.approx(0.572)
    assert table_layout.padding(none, shape[0]) == pytest.approx(2 * 0.572 + 0.268)


def test_column_widths_fill_the_page_or_say_no() -> None:
    for table in (sample.cross_table("it", 1), sample.frequency_table("it", 1), sample.long_table("it", 1)):
        widths = table_layout.column_widths(table, table_layout.columns(table), 55.0, 0.8)
        assert sum(widths) == pytest.approx(55.0) and len(widths) == table.columns + 1
        assert min(widths[1:]) > 2.5
    wide = sample.grid(3, 40)
    assert table_layout.column_widths(wide, table_layout.columns(wide), 55.0, 0.8) is None


def test_a_split_falls_between_groups_of_the_head() -> None:
    groups = tuple(HeadCell(f"Gruppo {g}", columns=6) for g in range(5))
    head = (
        (HeadCell("Riga", rows=2), *groups),
        tuple(HeadCell(f"Colonna {i}") for i in range(30)),
    )
    table = Table("t", 1, "Tavola 1", "Titolo", head, (Row("Riga", tuple(Cell("1") for _ in range(30))),), 30)
    layout = table_layout.lay_out(table)
    parts = [part.table for part in layout.parts]
    assert layout.turned and len(parts) > 1
    assert sum(part.columns for part in parts) == 30
    assert all(part.columns % 6 == 0 for part in parts)
    assert [cell.text for part in parts for cell in part.head[0][1:]] == [g.text for g in groups]


@pytest.mark.parametrize("columns", [3, 9, 14, 25, 60])
def test_no_part_is_wider_than_its_page_and_no_column_is_lost(columns: int) -> None:
    table = sample.grid(4, columns)
    layout = table_layout.lay_out(table)
    room = table_layout.TURNED if layout.turned else table_layout.UPRIGHT
    assert all(sum(part.widths) * part.size <= room + 1e-6 for part in layout.parts)
    assert all(part.size >= 8 for part in layout.parts)
    shown = [cell.text for part in layout.parts for cell in part.table.rows[1].cells]
    assert shown == [cell.text for cell in table.rows[1].cells]


def test_word_pdf_and_excel_split_a_table_at_the_same_columns(tmp_path: Path) -> None:
    section = dataclasses.replace(sample.document("en").sections[0], blocks=(sample.grid(3, 40),), sections=())
    document = dataclasses.replace(sample.document("en"), sections=(section,))
    starts = [part.table.head[0][1].text for part in table_layout.lay_out(sample.grid(3, 40)).parts]
    assert len(starts) > 1

    docx.write(document, tmp_path / "r.docx")
    word = [table.rows[0].cells[1].text for table in python_docx.Document(str(tmp_path / "r.docx")).tables]
    assert [text for text in word if text.startswith("Name")] == starts

    pdf.write(document, tmp_path / "r.pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(tmp_path / "r.pdf").pages)
    heads = re.findall(r"Name\d\dlong", text)
    assert heads == [f"Name{j:02d}long" for j in range(40)]
    assert text.count("Row 1") == len(starts)

    xlsx.write(document, tmp_path / "r.xlsx")
    sheet = load_workbook(tmp_path / "r.xlsx")["T01"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "District")
    breaks = [mark.id for mark in sheet.col_breaks.brk]  # the number of the last column before each break
    assert [head[column].value for column in breaks] == starts[1:]
    assert sheet.print_title_cols.replace("$", "") == "A:A"


def test_notes_have_the_same_numbers_in_every_format(tmp_path: Path) -> None:
    notes = ("No cases in the column.", "", "Fewer than five.", "No cases in the column.")
    cells = tuple(Cell(":", None, "text", "not_computable", note=note) for note in notes)
    base = sample.document("en")
    table = dataclasses.replace(sample.grid(1, 4), rows=(Row("Row 1", cells),))
    document = dataclasses.replace(
        base, sections=(dataclasses.replace(base.sections[0], blocks=(table,), sections=()),)
    )
    said = {"No cases in the column.": 1, "Fewer than five.": 2}
    assert table_layout.lay_out(table).notes == said

    docx.write(document, tmp_path / "r.docx")
    opened = python_docx.Document(str(tmp_path / "r.docx"))
    word = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    row = next(t for t in opened.tables if t.rows[0].cells[0].text == "District").rows[1]
    assert [cell.text for cell in row.cells[1:]] == [":(1)", ":", ":(2)", ":(1)"]
    html.write(document, tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text("utf-8")
    xlsx.write(document, tmp_path / "r.xlsx")
    book = load_workbook(tmp_path / "r.xlsx")["T01"]
    lines = [str(row[0].value) for row in book.iter_rows()]
    for text, number in said.items():
        assert f"({number}) {text}" in word
        assert re.search(rf"\({number}\)\W*(<[^>]*>\s*)*{text}", page)
        assert any(line.startswith(f"({number}) ") and line.endswith(text) for line in lines)
