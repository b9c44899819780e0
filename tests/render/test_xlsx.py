"""The workbook: numbers typed and equal to their values, links that lead somewhere, strings that stay strings."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils.escape import unescape
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import RenderingFailed
from pipeline.present.document import Cell, Document, Explained, HeadCell, Row, Table, Trace
from pipeline.render import table_layout, xlsx
from tests.render import sample
from tests.render.payloads import PAYLOADS, folded

ROOT = Path(__file__).parents[2]
# The contract of Cell.format, in Excel's codes.
FORMATS = {
    "count": "#,##0",
    "weighted": "#,##0.0",
    "percent0": "0%",
    "percent1": "0.0%",
    "decimal1": "#,##0.0",
    "decimal2": "#,##0.00",
    "decimal3": "#,##0.000",
    "decimal4": "#,##0.0000",
    "p": "0.000",
}


def book_of(document: Document, path: Path) -> Workbook:
    xlsx.write(document, path)
    return openpyxl.load_workbook(path)


def with_rows(document: Document, rows: tuple[Row, ...]) -> Document:
    """The document reduced to its first table, with these rows."""
    table = dataclasses.replace(document.tables()[0], rows=rows)
    section = dataclasses.replace(document.sections[0], blocks=(table,), sections=())
    return dataclasses.replace(document, sections=(section,))


def numbers_of(table: Table) -> list[Cell]:
    return [c for row in table.rows for c in row.cells if c.kind == "number" and c.value is not None]


def texts(sheet: Worksheet) -> list[str]:
    return [unescape(c.value) for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]


@pytest.fixture(scope="module", params=["it", "en"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, Workbook]:
    document = sample.document(request.param)
    return document, book_of(document, tmp_path_factory.mktemp("xlsx") / "report.xlsx")


def test_one_sheet_a_table_between_contents_and_notes(made: tuple[Document, Workbook]) -> None:
    document, book = made
    names = {"it": ("Indice", "Figure", "Testi e note"), "en": ("Contents", "Figures", "Text and notes")}
    contents, figures, notes = names[document.lang]
    tables = [f"T{table.number:02d}" for table in document.tables()]
    assert book.sheetnames == [contents, *tables, figures, notes]
    assert book.active.title == contents


def test_every_number_is_a_number_with_its_value_and_format(made: tuple[Document, Workbook]) -> None:
    document, book = made
    for table in document.tables():
        sheet = book[f"T{table.number:02d}"]
        found = [c for row in sheet.iter_rows() for c in row if c.data_type == "n" and c.value is not None]
        expected = numbers_of(table)
        assert len(found) == len(expected) > 0
        for cell, want in zip(found, expected, strict=True):
            assert cell.value == pytest.approx(want.value, rel=1e-15)  # XlsxWriter writes sixteen digits
            assert cell.number_format.startswith(FORMATS[want.format])


def test_symbols_are_text_and_a_hidden_value_stays_out(tmp_path: Path) -> None:
    secret = 0.123456789
    cells = tuple(
        Cell(text, secret, "percent1", kind)
        for text, kind in ((":", "not_computable"), ("c", "suppressed"), ("n.d.", "not_available"), ("x", "text"))
    )
    path = tmp_path / "report.xlsx"
    book = book_of(with_rows(sample.document("it"), (Row("Riga", cells),)), path)
    shown = [
        (c.value, c.data_type) for row in book["T01"].iter_rows() for c in row if c.value in (":", "c", "n.d.", "x")
    ]
    assert shown == [(":", "s"), ("c", "s"), ("n.d.", "s"), ("x", "s")]
    with zipfile.ZipFile(path) as archive:
        assert all(b"0.1234" not in archive.read(name) for name in archive.namelist())


def test_a_number_that_is_none_is_no_number(tmp_path: Path) -> None:
    cells = (Cell("nan", math.nan, "decimal2", "number"), Cell("inf", math.inf, "decimal2", "number"))
    book = book_of(with_rows(sample.document("it"), (Row("Riga", cells),)), tmp_path / "report.xlsx")
    kinds = [c.data_type for row in book["T01"].iter_rows() for c in row if c.value in ("nan", "inf")]
    assert kinds == ["s", "s"]


def test_letters_and_limits_leave_the_number_a_number(tmp_path: Path) -> None:
    cells = (Cell("26,5", 0.265, "percent1", "number", letters="A B"), Cell("<0,001", 0.0000123, "p", "number"))
    rows = (Row("Riga", cells), Row("Altra", (Cell("30,0", 0.3, "percent1", "number"),)))
    book = book_of(with_rows(sample.document("it"), rows), tmp_path / "report.xlsx")
    found = {c.value: c.number_format for row in book["T01"].iter_rows() for c in row if c.data_type == "n" and c.value}
    # The second row leaves the width of " A B" free, so that both numbers stand under each other.
    assert found == {0.265: '0.0%" A B"', 0.0000123: '"<0,001"', 0.3: "0.0%_ _A_ _B"}


def test_letters_that_could_be_codes_are_written_below(tmp_path: Path) -> None:
    evil = '"[Red]_x";@'
    rows = (Row("Riga", (Cell("26,5", 0.265, "percent1", "number", letters=evil),)),)
    book = book_of(with_rows(sample.document("it"), rows), tmp_path / "report.xlsx")
    number = next(c for row in book["T01"].iter_rows() for c in row if c.value == 0.265)
    assert number.number_format == "0.0%"
    assert f"{number.coordinate}: {evil}" in texts(book["T01"])


def test_a_table_says_what_it_is(made: tuple[Document, Workbook]) -> None:
    document, book = made
    for table in document.tables():
        said = texts(book[f"T{table.number:02d}"])
        assert table.mark is None or table.mark.text in said
        title = next(text for text in said if text.startswith(f"{table.label} – {table.title}"))
        assert table.unit in title
        assert table.mark is None or title.endswith(table.mark.symbol)
        for text in (table.question, table.base, table.source):
            assert any(text in line for line in said)
        for text in (*table.statistics, *table.notes, *(row.label for row in table.rows)):
            assert text in said
        heads = [cell for row in table.head for cell in row]
        for cell in heads:
            assert (f"{cell.text}\n{cell.sub}" if cell.sub else cell.text) in said


def test_a_table_names_its_rows_of_the_results(tmp_path: Path) -> None:
    document = with_rows(sample.document("en"), (Row("A", (Cell("1", 1.0, "count", "number"),)),))
    table = dataclasses.replace(document.tables()[0], id="table-forms")
    section = dataclasses.replace(document.sections[0], blocks=(table,))
    book = book_of(dataclasses.replace(document, sections=(section,)), tmp_path / "report.xlsx")
    assert "The table's id in the results: forms" in texts(book["T01"])


def test_cell_notes_name_their_cells(made: tuple[Document, Workbook]) -> None:
    document, book = made
    table = document.tables()[1]
    sheet = book["T02"]
    note = next(c.note for row in table.rows for c in row.cells if c.kind == "not_computable")
    line = next(text for text in texts(sheet) if text.endswith(note))
    number, cell = re.match(r"\((\d+)\) ([A-Z]+\d+):", line).groups()
    assert sheet[cell].value == ":"
    assert int(number) == table_layout.cell_notes(table)[note]


def test_links_lead_to_sheets_and_back(made: tuple[Document, Workbook]) -> None:
    document, book = made
    contents = book.worksheets[0]
    links = {c.value: c.hyperlink.location for row in contents.iter_rows() for c in row if c.hyperlink}
    for table in document.tables():
        name = f"T{table.number:02d}"
        assert links[table.label] == f"'{name}'!A1"
        back = book[name]["A1"].hyperlink.location
        sheet, cell = back.split("!")
        assert sheet.strip("'") == contents.title
        assert contents[cell].value == table.label
    figures = book.worksheets[-2]
    for figure in document.figures():
        sheet, cell = links[figure.label].split("!")
        assert sheet.strip("'") == figures.title
        assert figures[cell].value == figure.label
        row = figures[cell].row
        number = next(t.number for t in document.tables() if t.id == figure.table)
        assert figures.cell(row, 6).hyperlink.location == f"'T{number:02d}'!A1"
        assert figure.alt in texts(figures)


def test_the_notes_sheet_holds_symbols_and_all_texts(made: tuple[Document, Workbook]) -> None:
    document, book = made
    said = " ".join(texts(book.worksheets[-1]))
    for symbol, meaning in document.symbols:
        assert symbol in said
        assert meaning in said
    for block in document.blocks():
        if block.kind == "paragraph":
            assert "".join(run.text for run in block.runs) in said
        elif block.kind == "facts":
            assert all(term in said and text in said for term, text in block.pairs)
        elif block.kind == "notice":
            assert block.text in said


def test_print_and_screen_setup(made: tuple[Document, Workbook]) -> None:
    document, book = made
    for table in document.tables():
        sheet = book[f"T{table.number:02d}"]
        assert sheet.page_setup.paperSize == 9  # A4
        assert sheet.page_setup.orientation == ("landscape" if table.wide else "portrait")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        first, last = (int(part.strip("$")) for part in sheet.print_title_rows.split(":"))
        assert last - first + 1 == len(table.head)
        assert sheet.cell(first, 1).value == table.head[0][0].text
        assert sheet.freeze_panes == f"B{last + 1}"
        assert "&P" in sheet.oddFooter.right.text
        assert "&N" in sheet.oddFooter.right.text
        assert document.foot in sheet.oddFooter.left.text
        assert document.running_head in sheet.oddHeader.left.text
        stub = table_layout.lay_out(table).parts[0].widths[0]
        assert sheet.column_dimensions["A"].width == pytest.approx(stub / table_layout.DIGIT, abs=1)


def test_header_codes_in_a_title_are_text(tmp_path: Path) -> None:
    document = dataclasses.replace(sample.document("it"), running_head="R&D &F &[Path] " + "x&" * 200, foot="&D 2009")
    path = tmp_path / "report.xlsx"
    xlsx.write(document, path)
    with zipfile.ZipFile(path) as archive:
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet2.xml"))
    header = sheet.findtext(".//{*}oddHeader")
    footer = sheet.findtext(".//{*}oddFooter")
    assert "R&&D &&F &&[Path]" in header
    assert "…" in header
    assert "&&D 2009" in footer
    assert len(header.encode("utf-16-le")) // 2 <= 255
    assert header.endswith("T01")


def test_payloads_are_literal_and_nothing_is_live(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    document = sample.hostile("en")
    book = book_of(document, path)
    everything = folded(" ".join(text for sheet in book for text in texts(sheet)))
    for i, payload in enumerate(PAYLOADS, start=1):
        shown = folded(payload.shown)
        assert shown in everything, payload.id
        on_sheet = [folded(text) for text in texts(book[f"T{i:02d}"])]
        # Title, question, base, head, labels, cell, notes, source and mark.
        assert sum(shown in text for text in on_sheet) >= 10, payload.id
    for sheet in book:
        assert all(c.data_type in ("s", "n") for row in sheet.iter_rows() for c in row if c.value is not None)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name) for name in names}
    assert not [n for n in names if any(part in n for part in ("externalLink", "vba", "drawing", "media", "customXml"))]
    for name, part in parts.items():
        root = etree.fromstring(part)
        assert not root.xpath("//*[local-name()='f']"), name
        if name.endswith(".rels"):
            assert not root.xpath("//*[@TargetMode]"), name
    targets = {c.hyperlink.location for sheet in book for row in sheet.iter_rows() for c in row if c.hyperlink}
    assert all(target.split("!")[0].strip("'") in book.sheetnames for target in targets)


def test_a_text_longer_than_a_cell_says_that_it_is_cut(tmp_path: Path) -> None:
    rows = (Row("à" * 40_000, (Cell("1", 1.0, "count", "number"),)),)
    book = book_of(with_rows(sample.document("it"), rows), tmp_path / "report.xlsx")
    label = next(text for text in texts(book["T01"]) if text.startswith("àà"))
    assert len(label) == 32_767
    assert label.endswith("caratteri di una cella]")


def test_properties_carry_no_time_of_making(made: tuple[Document, Workbook]) -> None:
    document, book = made
    assert book.properties.title == document.cover.title
    assert book.properties.creator == document.cover.authors
    assert book.properties.created.isoformat() == "1980-01-01T00:00:00"


def test_same_bytes_in_another_zone_with_another_seed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.render import sample; from pipeline.render import xlsx; "
        "xlsx.write(sample.document('it'), Path(sys.argv[1]))"
    )
    digests = set()
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Los_Angeles", "77")):
        path = tmp_path / seed / "report.xlsx"
        path.parent.mkdir()
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, env=environment, cwd=tmp_path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("lang", ["it", "en"])
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "missing" / "report.xlsx"
    with pytest.raises(RenderingFailed) as caught:
        xlsx.write(sample.document(lang), path)
    assert caught.value.exit_code == 6
    assert str(path) in caught.value.message(lang)


def test_all_numbers_stand_below_each_other_as_a_table(tmp_path: Path) -> None:
    """One row a number, with the words for its place; a label that looks like a formula is a label."""
    document = sample.document("en")
    traces = [
        Trace("t", "share", ("q", code), ("g", "1"), ("", ""), value, 40.0, 41.5)
        for code, value in (("1", 0.25), ("2", 0.75))
    ]
    cells = [Cell("25.0", t.value, "percent1", "number", trace=t) for t in (*traces, traces[0])]
    lacking = Cell(":", kind="not_computable", trace=dataclasses.replace(traces[0], value=None))
    words = Explained(
        {"share": ("Percentage", "Of all.")}, {"q": ("=Question", "", ""), "g": ("Group", "", "")},
        {"q": {"1": "=1+1", "2": "No"}, "g": {"1": "North"}},
    )  # fmt: skip
    head = ((HeadCell(""), HeadCell("a"), HeadCell("b"), HeadCell("c"), HeadCell("d")),)
    table = dataclasses.replace(document.tables()[0], head=head, rows=(Row("x", (*cells, lacking)),), columns=4)
    section = dataclasses.replace(document.sections[0], blocks=(table,), sections=())
    book = book_of(dataclasses.replace(document, sections=(section,), explained=words), tmp_path / "report.xlsx")
    sheet = book["Numbers"]
    assert list(sheet.tables) == ["Numbers"] and sheet.freeze_panes == "A2"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [
        "Table", "Title", "Statistic", "Rows", "Row category", "Columns", "Column category", "Layer", "Value",
        "Cases in the base", "Weighted base",
    ]  # fmt: skip
    place = [table.label, table.title, "Percentage", "=Question"]
    assert rows[1:] == [
        [*place, "=1+1", "Group", "North", None, 0.25, 40, 41.5],
        [*place, "No", "Group", "North", None, 0.75, 40, 41.5],
    ]
    assert sheet["E2"].data_type == "s" and sheet["I2"].number_format == "0.0%"
