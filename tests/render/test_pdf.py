"""The PDF report, taken apart with pypdf."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typst
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from pipeline.errors import RenderingFailed
from pipeline.paths import FONTS
from pipeline.present.document import Document
from pipeline.render.pdf import glyphs, missing_glyphs, write
from tests.render import sample
from tests.render.payloads import PAYLOADS

TOP = Path(__file__).parents[2]
LANGS = ("it", "en")


def made(document: Document) -> PdfReader:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        write(document, path)
        return PdfReader(BytesIO(path.read_bytes()))


@cache
def reader(which: str, lang: str) -> PdfReader:
    return made(getattr(sample, which)(lang))


def bare(text: str) -> str:
    """Text without white space and hyphens, which line breaking adds and takes."""
    return re.sub(r"[\s\u200b\u00ad\u2010-]+", "", unicodedata.normalize("NFKC", text))


@cache
def pages(which: str, lang: str) -> tuple[str, ...]:
    return tuple(page.extract_text() for page in reader(which, lang).pages)


def structure(pdf: PdfReader) -> Iterator[dict[str, Any]]:
    """All structure elements of the tagged PDF, depth first."""

    def walk(element: Any) -> Iterator[dict[str, Any]]:
        element = element.get_object()
        if isinstance(element, list):
            for item in element:
                yield from walk(item)
        elif isinstance(element, dict) and "/S" in element:
            yield element
            if "/K" in element:
                yield from walk(element["/K"])

    yield from walk(pdf.trailer["/Root"]["/StructTreeRoot"]["/K"])


def actions(pdf: PdfReader) -> list[Any]:
    """Every link and action of the pages."""
    found = [a.get_object() for page in pdf.pages for a in page.get("/Annots", [])]
    return [a.get("/A", {}).get_object() if "/A" in a else a.get("/Dest") for a in found]


@pytest.mark.parametrize("lang", LANGS)
def test_accessible_and_dateless(lang: str) -> None:
    pdf, document = reader("document", lang), sample.document(lang)
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == lang and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "Date" not in xmp and not {"/CreationDate", "/ModDate"} & set(pdf.metadata)
    assert pdf.metadata["/Title"] == document.cover.title
    kinds = Counter(element["/S"] for element in structure(pdf))
    tables, figures = document.tables(), document.figures()
    assert kinds["/Table"] == len(tables)
    assert kinds["/TH"] >= sum(len(row) for table in tables for row in table.head)
    assert kinds["/TR"] >= sum(len(table.rows) for table in tables)
    alts = Counter(str(e["/Alt"]) for e in structure(pdf) if e["/S"] == "/Figure")
    assert set(alts) == {figure.alt for figure in figures}
    assert kinds["/TOCI"] >= len(tables) + len(figures) + len(document.sections)


@pytest.mark.parametrize("lang", LANGS)
def test_fonts_are_ours_and_inside(lang: str) -> None:
    names = set()
    for page in reader("document", lang).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            names.add(str(descriptor["/FontName"]).split("+")[1].split("-")[0])
    assert {"NotoSans", "NotoSerif"} <= names <= {"NotoSans", "NotoSerif", "NotoSansMath", "DejaVuSansMono"}


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_label_and_note_of_every_table(lang: str) -> None:
    document = sample.document(lang)
    text = bare("".join(pages("document", lang)))
    rest = Counter(re.findall(r"[\d.,]*\d", " ".join(pages("document", lang))))
    for table in document.tables():
        for word in (table.label + "–" + table.title, table.unit, table.base, table.question, table.source):
            assert bare(word) in text
        for word in (*table.statistics, *table.notes):
            assert bare(word) in text
        for row in table.rows:
            assert bare(row.label) in text
            for cell in row.cells:
                if cell.kind == "number":
                    rest[cell.text] -= 1
                    assert rest[cell.text] >= 0, (table.label, row.label, cell.text)
    for figure in document.figures():
        for word in (figure.headline, figure.title, figure.table_label, *figure.notes):
            assert bare(word) in text
        for drawn in re.findall(r">([^<>]+)</text>", figure.svg):
            assert bare(drawn) in text
    for table in document.tables():
        assert table.mark is None or bare(table.mark.text) in text


@pytest.mark.parametrize("lang", LANGS)
def test_first_page_holds_findings_and_main_figure(lang: str) -> None:
    cover = sample.document(lang).cover
    first = bare(pages("document", lang)[0])
    for word in (
        cover.title,
        cover.subtitle,
        cover.line,
        cover.authors,
        cover.date,
        cover.edition,
        cover.findings_title,
    ):
        assert bare(word) in first
    for finding in cover.findings:
        assert bare("".join(run.text for run in finding)) in first
    assert bare(cover.figure.title) in first and bare(cover.figure.source) in first
    assert bare(cover.notices[0].text) in first


@pytest.mark.parametrize("lang", LANGS)
def test_heads_feet_and_page_numbers(lang: str) -> None:
    document, shown = sample.document(lang), pages("document", lang)
    for number, text in enumerate(shown, start=1):
        assert bare(f"{document.words['page']} {number} {document.words['of']} {len(shown)}") in bare(text)
        assert bare(document.foot) in bare(text)
        if number > 1:
            assert text.startswith(document.running_head)
    assert bare(f"A {document.sections[3].title}") in bare(shown[-2]).split(bare(document.running_head))[1]


@pytest.mark.parametrize("sections", range(12, 33, 4))
def test_pages_are_counted_wherever_the_contents_end(sections: int) -> None:
    """The text begins behind short contents and on a page of its own behind long ones; the layout settles in both."""
    document = sample.document("en")
    plain = dataclasses.replace(document.sections[0], blocks=(sample.paragraph("Some words."),), sections=())
    cover = dataclasses.replace(document.cover, figure=None, findings=document.cover.findings[:2])
    many = tuple(dataclasses.replace(plain, number=str(i), title=f"Part {i}", id=f"p{i}") for i in range(sections))
    shown = [page.extract_text() for page in made(dataclasses.replace(document, cover=cover, sections=many)).pages]
    for number, text in enumerate(shown, start=1):
        assert bare(f"page {number} of {len(shown)}") in bare(text)
        assert number == 1 or text.startswith(document.running_head)


@pytest.mark.parametrize("lang", LANGS)
def test_contents_and_bookmarks_lead_to_the_right_pages(lang: str) -> None:
    document, pdf = sample.document(lang), reader("document", lang)
    shown = [bare(text) for text in pages("document", lang)]
    inside = [s for section in document.sections for s in (section, *section.sections)]

    def marks(items: list[Any]) -> Iterator[Any]:
        for item in items:
            if isinstance(item, list):
                yield from marks(item)
            else:
                yield item

    found = [(bare(m.title), pdf.get_destination_page_number(m)) for m in marks(pdf.outline)]
    assert [title for title, _ in found] == [bare(s.number + s.title) for s in inside]
    for title, page in found:
        assert title in shown[page] and page >= 1
        assert f"{title}{page + 1}" in shown[1]
    for block in (*document.tables(), *document.figures()):
        where = [i for i, text in enumerate(shown) if i >= 1 and bare(f"{block.label} – {block.title}") in text]
        assert len(where) == 1
        symbol = block.mark.symbol if block.mark else ""
        assert bare(f"{block.label}{block.title}{symbol}{where[0] + 1}") in shown[1]


def test_a_long_table_repeats_its_head() -> None:
    shown = pages("document", "en")
    on = [text for text in shown if re.search(r"^District \d\d, ", text, re.MULTILINE)]
    assert len(on) >= 2
    assert all("Municipalities Residents" in " ".join(text.split()) for text in on)
    for row in sample.long_table("en", 4).rows:  # and every row stands whole on one line
        line = re.escape(" ".join((row.label, *(cell.text for cell in row.cells))))
        assert len([text for text in shown if re.search(rf"\b{line}\b", " ".join(text.split()))]) == 1


def test_notes_do_not_stand_alone_on_a_new_page() -> None:
    """Whatever the number of rows, the page with a long table's notes holds at least two of its rows."""
    document = sample.document("en")
    for rows in range(41, 53, 2):
        table = dataclasses.replace(sample.long_table("en", 1, rows), notes=("First.", "Second."))
        section = dataclasses.replace(document.sections[0], blocks=(table,))
        pdf = made(dataclasses.replace(document, sections=(section,)))
        last = pdf.pages[-1].extract_text()
        assert "Second." in last and f"District {rows:02d}," in last and "Lombardy" in last


def test_a_wide_table_lies_on_a_turned_page_and_only_it() -> None:
    pdf, shown = reader("document", "it"), pages("document", "it")
    turned = [i for i, page in enumerate(pdf.pages) if page.mediabox.width > page.mediabox.height]
    assert turned == [i for i, text in enumerate(shown) if i >= 1 and "Tavola 3 –" in text]
    assert bare("Dopo la tavola.") in bare("".join(shown[: turned[0]]))  # the text goes on before the turned page
    a4 = {round(float(min(p.mediabox.width, p.mediabox.height)), 1) for p in pdf.pages}
    assert a4 == {595.3}


def test_a_table_that_does_not_fit_is_turned_then_cut_by_columns() -> None:
    document = sample.document("en")
    for columns, parts in ((5, 0), (10, 1), (40, 3)):
        section = dataclasses.replace(document.sections[0], blocks=(sample.grid(4, columns),))
        pdf = made(dataclasses.replace(document, sections=(section,)))
        shown = [" ".join(page.extract_text().split()) for page in pdf.pages]
        turned = [i for i, page in enumerate(pdf.pages) if page.mediabox.width > page.mediabox.height]
        text = " ".join(shown[1:]).split("Symbols", 1)[-1]
        assert bool(turned) == (parts > 0)
        assert text.count("Table 1 –") >= max(parts, 1)
        assert text.count("Row 4 ") == text.count("Table 1 –")  # the stub stands in every part
        for i in range(1, 5):
            for j in range(columns):
                assert text.count(f" {i * 1000 + j}.5") == 1
        assert text.count("Source:") == 1 and shown[1].count("Too wide") >= 1


def test_letters_and_note_numbers_stay_with_their_number() -> None:
    text = " ".join("".join(pages("document", "en")).split())
    assert re.search(r"86\.4 ?A ", text) and re.search(r"91\.2 ?C D\(1\)", text)
    assert "(1) Differs from C and D." in text


def test_payloads_are_shown_as_text_and_nothing_acts() -> None:
    pdf = reader("hostile", "en")
    text = bare("".join(pages("hostile", "en")))
    for i, payload in enumerate(PAYLOADS, start=1):
        shown = bare(payload.shown)
        # heading twice, contents twice, lists, symbols, table and figure with their lines, facts, findings…
        assert text.count(shown) >= 30, payload.id
        assert bare(f"Table {i} – {payload.shown} ({payload.shown})") in text
    root = pdf.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm", "/AF"} & set(root)
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(root.get("/Names", {}))
    assert not pdf.attachments
    for action in actions(pdf):
        assert not isinstance(action, dict) or action["/S"] == "/GoTo"
    assert not [page for page in pdf.pages if "/AA" in page]


def test_links_stay_inside() -> None:
    found = actions(reader("document", "en"))
    assert len(found) > 20
    assert all(not isinstance(action, dict) or action["/S"] == "/GoTo" for action in found)


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.render import sample; from pipeline.render.pdf import write; from pathlib import Path"
    )
    code += "; write(sample.document('it'), Path(sys.argv[1]))"
    bytes_made = []
    for name, zone, seed in (("a", "Pacific/Kiritimati", "1"), ("b", "America/Adak", "77")):
        path = tmp_path / name
        env = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C", "SOURCE_DATE_EPOCH": seed}
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=TOP, env=env)
        bytes_made.append(path.read_bytes())
    write(sample.document("it"), tmp_path / "c")
    assert bytes_made[0] == bytes_made[1] == (tmp_path / "c").read_bytes()


def test_our_fonts_show_the_basic_characters() -> None:
    ours = set.intersection(*(set(TTFont(p, lazy=True).getBestCmap()) for p in FONTS.glob("*.ttf")))
    symbols = set(TTFont(glyphs.SYMBOL_FONTS / "NotoSansMath-Symbols.ttf", lazy=True).getBestCmap())
    unassigned = {c for c in map(ord, glyphs.BASIC) if unicodedata.category(chr(c)) == "Cn"}
    assert set(map(ord, glyphs.BASIC)) - unassigned <= ours | symbols


def _with_label(text: str) -> Document:
    document = sample.document("en")
    section = document.sections[0]
    table = dataclasses.replace(sample.frequency_table("en", 1), title=text)
    return dataclasses.replace(document, sections=(dataclasses.replace(section, blocks=(table,)),))


def test_a_missing_glyph_is_named_and_written_as_its_code() -> None:
    document = _with_label("Private \ue123 and unassigned \U000e0fff")
    assert missing_glyphs(document) == ["\ue123", "\U000e0fff"]
    text = bare("".join(page.extract_text() for page in made(document).pages))
    assert bare("Private [U+E123] and unassigned [U+E0FFF]") in text


def test_nothing_is_missing_in_the_samples() -> None:
    assert missing_glyphs(sample.document("it")) == missing_glyphs(sample.hostile("en")) == []
    assert missing_glyphs(_with_label("√x ≤ 2 − ∑ ≈ → àèìòù ÀÉ ’“” Ωω Čšž")) == []


def test_other_scripts_use_the_machines_fonts_or_say_which_characters_lack() -> None:
    texts = {"hebrew": "שלום עולם", "korean": "한국어", "telugu": "తెలుగు"}
    shown = bare("".join(p.extract_text() for p in made(_with_label(" ".join(texts.values()))).pages))
    for text in texts.values():
        for char in bare(text):
            if char in missing_glyphs(_with_label(text)):
                assert f"[U+{ord(char):04X}]" in shown
            else:
                assert f"[U+{ord(char):04X}]" not in shown


def test_the_typesetters_refusal_is_one_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise typst.TypstError("PDF/UA-1 error: no", "no")

    monkeypatch.setattr(typst, "compile", refuse)
    with pytest.raises(RenderingFailed) as caught:
        write(sample.document("en"), tmp_path / "report.en.pdf")
    assert caught.value.message("it").startswith("report.en.pdf: ") and "no" in str(caught.value)
    assert not (tmp_path / "report.en.pdf").exists()
