"""The Word document: real styles, captions, fields and tables; strings that stay strings; the same bytes twice."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docx as python_docx
import pytest
from lxml import etree
from PIL import Image

from pipeline.errors import RenderingFailed
from pipeline.present.document import Cell, Document, HeadCell, Row, Table
from pipeline.render import docx
from tests.render import sample
from tests.render.payloads import PAYLOADS, folded

ROOT = Path(__file__).parents[2]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}

# The order of children in ISO/IEC 29500-1:2016, annex A (wml.xsd), of the elements that are sequences there; those
# that this document uses. Word refuses a file in which they stand otherwise.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em "
    "lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
    "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "tblBorders": "top left bottom right insideH insideV",
    "tcBorders": "top left bottom right insideH insideV",
    "pBdr": "top left bottom right between bar",
    "tblCellMar": "top left bottom right",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "settings": "writeProtection view zoom removePersonalInformation mirrorMargins defaultTabStop autoHyphenation "
    "consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps characterSpacingControl footnotePr endnotePr compat "
    "rsids mathPr attachedSchema themeFontLang clrSchemeMapping decimalSymbol listSeparator",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "font": "altName panose1 charset family notTrueType pitch sig",
    "tbl": "bookmarkStart tblPr tblGrid tr",
    "tc": "tcPr p",
    "tr": "tblPrEx trPr tc",
    "sdt": "sdtPr sdtEndPr sdtContent",
}


def parts_of(document: Document, path: Path) -> dict[str, bytes]:
    docx.write(document, path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text_of(element: etree._Element) -> str:
    """What a reader sees: texts, with tabs and breaks as space."""
    pieces = []
    for node in element.iter(f"{W}t", f"{W}tab", f"{W}br"):
        pieces.append((node.text or "") if node.tag == f"{W}t" else " ")
    return folded("".join(pieces))


def style_of(paragraph: etree._Element) -> str:
    return "".join(paragraph.xpath("w:pPr/w:pStyle/@w:val", namespaces=NS))


def data_tables(root: etree._Element) -> list[etree._Element]:
    return root.xpath("//w:tbl[w:tblPr/w:tblStyle/@w:val='StatisticalTable']", namespaces=NS)


@pytest.fixture(scope="module", params=["it", "en"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, Path]:
    document = sample.document(request.param)
    path = tmp_path_factory.mktemp("docx") / "report.docx"
    docx.write(document, path)
    return document, path


def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def test_another_reader_opens_it_and_finds_heading_styles(made: tuple[Document, Path]) -> None:
    document, path = made
    opened = python_docx.Document(str(path))
    found = [(p.style.name, p.text) for p in opened.paragraphs if p.style.name.startswith("Heading ")]
    expected: list[tuple[str, str]] = []
    for section in document.sections:
        expected.append(("Heading 1", f"{section.number}\u2002{section.title}"))
        expected += [("Heading 2", f"{s.number}\u2002{s.title}") for s in section.sections]
    assert [pair for pair in found if pair[0] != "Heading 3"] == expected
    assert opened.core_properties.title == document.cover.title
    assert opened.core_properties.created.isoformat()[:10] == "1980-01-01"


def test_children_stand_in_the_order_of_the_standard(tmp_path: Path) -> None:
    parts = parts_of(sample.hostile("it"), tmp_path / "a.docx") | {
        f"2/{k}": v for k, v in parts_of(sample.document("en"), tmp_path / "b.docx").items()
    }
    seen = set()
    for name, content in parts.items():
        if "word/" not in name or not name.endswith(".xml"):
            continue
        for element in etree.fromstring(content).iter():
            local = etree.QName(element).localname
            if not element.tag.startswith(W) or local not in ORDER:
                continue
            order = ORDER[local].split()
            places = [order.index(etree.QName(child).localname) for child in element]
            assert places == sorted(places), (name, local)
            seen.add(local)
    assert seen == set(ORDER)


def test_every_table_is_there_cell_by_cell(made: tuple[Document, Path]) -> None:
    document, path = made
    tables = data_tables(part(path, "word/document.xml"))
    assert len(tables) == len(document.tables())
    for element, table in zip(tables, document.tables(), strict=True):
        rows = element.findall(f"{W}tr")
        heads = [row for row in rows if row.find(f"{W}trPr/{W}tblHeader") is not None]
        assert heads == rows[: len(table.head)]
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        for head in (cell for row in table.head for cell in row):
            assert any(folded(f"{head.text} {head.sub}") == text_of(tc) for row in heads for tc in row.iter(f"{W}tc"))
        for tr, row in zip(rows[len(table.head) :], table.rows, strict=True):
            cells = [text_of(tc) for tc in tr.findall(f"{W}tc")]
            assert cells[0] == row.label
            for shown, cell in zip(cells[1:], row.cells, strict=True):
                signs = shown.removeprefix(cell.text).removeprefix(f" {cell.letters}" if cell.letters else "")
                assert re.fullmatch(r"\(\d+\)" if cell.note else "", signs), (shown, cell)


def test_tables_have_horizontal_rules_only(made: tuple[Document, Path]) -> None:
    _, path = made
    for root in (part(path, "word/document.xml"), part(path, "word/styles.xml")):
        borders = root.xpath("//w:tblBorders/* | //w:tcBorders/*", namespaces=NS)
        assert borders
        assert {etree.QName(b).localname for b in borders} <= {"top", "bottom", "insideH"}


def test_spans_fill_the_grid(made: tuple[Document, Path]) -> None:
    _, path = made
    for table in part(path, "word/document.xml").iter(f"{W}tbl"):
        grid = [int(c.get(f"{W}w")) for c in table.find(f"{W}tblGrid")]
        for row in table.findall(f"{W}tr"):
            spans = [
                int("".join(tc.xpath("w:tcPr/w:gridSpan/@w:val", namespaces=NS)) or 1) for tc in row.iter(f"{W}tc")
            ]
            assert sum(spans) == len(grid)
        assert sum(grid) in (9400, 14320)  # the text width, upright and turned


def test_captions_count_by_themselves(made: tuple[Document, Path]) -> None:
    document, path = made
    root = part(path, "word/document.xml")
    captions = [p for p in root.iter(f"{W}p") if style_of(p) in ("Caption", "FigureCaption")]
    word = {"it": ("Tavola", "Figura"), "en": ("Table", "Figure")}[document.lang]
    for kind, blocks in ((word[0], document.tables()), (word[1], document.figures())):
        counted = [p for p in captions if any(f"SEQ {kind} " in (i.text or "") for i in p.iter(f"{W}instrText"))]
        texts = [text_of(p) for p in counted]
        assert [t.split(" – ")[0] for t in texts] == [b.label for b in blocks]
        for text, block in zip(texts, blocks, strict=True):
            assert block.title in text
            assert block.mark is None or text.endswith(block.mark.symbol)
            assert not isinstance(block, Table) or f"({block.unit})" in text
    # The cover's figure is shown again inside: it is counted there, not twice.
    assert len(captions) == len(document.tables()) + len(document.figures()) + 1


def test_a_figure_of_the_cover_is_numbered_listed_and_packed_once(tmp_path: Path) -> None:
    document = sample.document("it")
    inside = document.figures()[1]
    again = dataclasses.replace(inside, id=f"{inside.id}-cover")
    document = dataclasses.replace(document, cover=dataclasses.replace(document.cover, figure=again))
    parts = parts_of(document, tmp_path / "report.docx")
    root = etree.fromstring(parts["word/document.xml"])
    listed = [text_of(p) for p in root.iter(f"{W}p") if style_of(p) == "TableofFigures"]
    assert sum(line.startswith("Figura ") for line in listed) == 4
    instructions = [i.text for i in root.iter(f"{W}instrText") if "SEQ Figura" in i.text]
    assert len(instructions) == 4
    assert not any("\\r" in i for i in instructions)
    # Figures 1 and 3 of the sample are one drawing under two numbers.
    assert len([name for name in parts if name.endswith(".png")]) == len({f.svg for f in document.figures()})


def test_contents_are_not_empty_and_lead_somewhere(made: tuple[Document, Path]) -> None:
    document, path = made
    root = part(path, "word/document.xml")
    bookmarks = root.xpath("//w:bookmarkStart/@w:name", namespaces=NS)
    assert len(bookmarks) == len(set(bookmarks))
    assert len(set(root.xpath("//w:bookmarkStart/@w:id", namespaces=NS))) == len(bookmarks)
    assert set(root.xpath("//w:hyperlink/@w:anchor", namespaces=NS)) <= set(bookmarks)
    entries = [text_of(p) for p in root.iter(f"{W}p") if style_of(p) in ("TOC1", "TOC2")]
    sections = [s for top in document.sections for s in (top, *top.sections)]
    assert entries == [f"{s.number} {s.title}" for s in sections]
    listed = [text_of(p) for p in root.iter(f"{W}p") if style_of(p) == "TableofFigures"]
    assert listed == [f"{b.label} – {b.title}" for b in (*document.tables(), *document.figures())]
    instructions = [i.text.strip() for i in root.iter(f"{W}instrText")]
    assert sum(i.startswith("TOC ") for i in instructions) == 3
    for instruction in instructions:
        if instruction.startswith("REF "):
            assert instruction.split()[1] in bookmarks
    assert any(i.startswith("REF ") for i in instructions)
    kinds = [c.get(f"{W}fldCharType") for c in root.iter(f"{W}fldChar")]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == len(instructions)


def test_no_field_asks_to_be_updated(made: tuple[Document, Path]) -> None:
    _, path = made
    assert part(path, "word/settings.xml").find(f"{W}updateFields") is None
    assert not part(path, "word/document.xml").xpath("//@w:dirty", namespaces=NS)


def test_wide_tables_stand_on_turned_pages(made: tuple[Document, Path]) -> None:
    _, path = made
    root = part(path, "word/document.xml")
    pages = [s.find(f"{W}pgSz") for s in root.iter(f"{W}sectPr")]
    assert [p.get(f"{W}orient") for p in pages] == [None, None, "landscape", None]
    turned = next(p for p in pages if p.get(f"{W}orient"))
    assert (turned.get(f"{W}w"), turned.get(f"{W}h")) == ("16838", "11906")
    for properties in root.iter(f"{W}sectPr"):
        assert len(properties.findall(f"{W}headerReference")) == 1
        assert len(properties.findall(f"{W}footerReference")) == 1
    assert root.find(f"{W}body")[-1].tag == f"{W}sectPr"


def test_running_head_and_page_numbers(made: tuple[Document, Path]) -> None:
    document, path = made
    footer, header = part(path, "word/footer1.xml"), part(path, "word/header2.xml")
    page = {"it": "pagina 1 di 1", "en": "page 1 of 1"}[document.lang]
    assert text_of(footer) == f"{document.foot} {page}"
    assert [i.text.strip() for i in footer.iter(f"{W}instrText")] == ["PAGE", "NUMPAGES"]
    assert text_of(header) == document.running_head
    assert [i.text.strip() for i in header.iter(f"{W}instrText")] == ["STYLEREF 1"]


def test_the_language_is_set(made: tuple[Document, Path]) -> None:
    document, path = made
    locale = {"it": "it-IT", "en": "en-GB"}[document.lang]
    lang = part(path, "word/styles.xml").find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
    assert lang.get(f"{W}val") == locale
    assert part(path, "docProps/core.xml").findtext("{*}language") == locale
    decimal = part(path, "word/settings.xml").find(f"{W}decimalSymbol").get(f"{W}val")
    assert decimal == {"it": ",", "en": "."}[document.lang]


def test_every_style_that_is_used_is_defined(made: tuple[Document, Path]) -> None:
    _, path = made
    defined = set(part(path, "word/styles.xml").xpath("//w:style/@w:styleId", namespaces=NS))
    query = "//w:pStyle/@w:val | //w:rStyle/@w:val | //w:tblStyle/@w:val"
    used = set(part(path, "word/document.xml").xpath(query, namespaces=NS))
    linked = set(part(path, "word/styles.xml").xpath("//w:basedOn/@w:val | //w:next/@w:val", namespaces=NS))
    assert used | linked <= defined


def test_decimals_stand_under_each_other(tmp_path: Path) -> None:
    rows = (
        Row("A", (Cell("26,5", 0.265, "percent1", "number"),)),
        Row("B", (Cell("83", 83.0, "count", "number"),)),
        Row("C", (Cell("30,5", 0.305, "percent1", "number", letters="A"),)),
        Row("D", (Cell("1.234", 1234.0, "count", "number"),)),
    )
    document = one_table(sample.document("it"), rows, 1)
    root = etree.fromstring(parts_of(document, tmp_path / "report.docx")["word/document.xml"])
    found = data_tables(root)[0].findall(f"{W}tr")[1:]
    indents = [int("".join(tr.xpath("w:tc[2]//w:ind/@w:right", namespaces=NS)) or 0) for tr in found]
    # Noto Sans 8.5: a digit is 572 thousandths of an em wide, a comma 268 (TTFont("NotoSans-Regular.ttf")["hmtx"]).
    letters = indents[0]
    assert indents[2] == 0
    assert letters > 0
    assert indents[1] == indents[3] == pytest.approx(letters + (0.572 + 0.268) * 8.5 * 20, abs=1)


def one_table(document: Document, rows: tuple[Row, ...], columns: int) -> Document:
    head = ((HeadCell("Riga"), *(HeadCell(f"Colonna {i}") for i in range(1, columns + 1))),)
    table = dataclasses.replace(document.tables()[0], rows=rows, head=head, columns=columns)
    section = dataclasses.replace(document.sections[0], blocks=(table,), sections=())
    return dataclasses.replace(document, sections=(section,))


def test_a_table_wider_than_a_turned_page_is_split_and_never_shrunk(tmp_path: Path) -> None:
    rows = (Row("Riga", tuple(Cell(str(1000 + i), 1000.0 + i, "count", "number") for i in range(1, 41))),)
    document = one_table(sample.document("it"), rows, 40)
    parts = parts_of(document, tmp_path / "report.docx")
    root = etree.fromstring(parts["word/document.xml"])
    tables = data_tables(root)
    assert len(tables) > 1
    shown = [text_of(tc) for table in tables for tc in table.findall(f"{W}tr")[1].findall(f"{W}tc")[1:]]
    assert shown == [str(1000 + i) for i in range(1, 41)]
    for table in tables:
        assert text_of(table.findall(f"{W}tr")[1].find(f"{W}tc")) == "Riga"
        assert sum(int(c.get(f"{W}w")) for c in table.find(f"{W}tblGrid")) <= 14320
    assert "Tavola 1 (segue)" in text_of(root)
    # Table text is set in 8.5 points, over the eight below which no table goes.
    sizes = etree.fromstring(parts["word/styles.xml"]).xpath(
        "//w:style[@w:styleId='TableText']/w:rPr/w:sz/@w:val", namespaces=NS
    )
    assert sizes == ["17"]


def test_figures_have_a_drawing_a_picture_and_words(made: tuple[Document, Path]) -> None:
    document, path = made
    root = part(path, "word/document.xml")
    targets = {r.get("Id"): r.get("Target") for r in part(path, "word/_rels/document.xml.rels")}
    frames = root.findall(f".//{{{NS['wp']}}}inline")
    shown = [document.cover.figure, *document.figures()]
    assert len(frames) == len(shown)
    assert len({f.find(f"{{{NS['wp']}}}docPr").get("id") for f in frames}) == len(frames)
    with zipfile.ZipFile(path) as archive:
        for frame, figure in zip(frames, shown, strict=True):
            assert figure is not None
            assert frame.find(f"{{{NS['wp']}}}docPr").get("descr") == figure.alt
            svg = targets[frame.find(f".//{{{NS['asvg']}}}svgBlip").get(f"{{{NS['r']}}}embed")]
            png = targets[frame.find(f".//{{{NS['a']}}}blip").get(f"{{{NS['r']}}}embed")]
            drawn, asked = etree.fromstring(archive.read(f"word/{svg}")), etree.fromstring(figure.svg.encode())
            assert [etree.tostring(e) for e in drawn] == [etree.tostring(e) for e in asked]
            # Four points of margin at both sides, for type engines that set letters wider.
            width = figure.width + 8
            assert drawn.get("viewBox") == f"-4 0 {width:g} {figure.height:g}"
            image = Image.open(io.BytesIO(archive.read(f"word/{png}"))).convert("L")
            assert image.width == pytest.approx(width * 150 / 72, abs=2)
            assert image.height == pytest.approx(figure.height * 150 / 72, abs=2)
            assert image.getextrema()[0] < 60 < 250 < image.getextrema()[1]  # ink on paper
            extent = frame.find(f"{{{NS['wp']}}}extent")
            assert int(extent.get("cx")) <= 9400 * 635
            ratio = int(extent.get("cx")) / int(extent.get("cy"))
            assert ratio == pytest.approx(width / figure.height, rel=1e-3)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>1</script>",
        '<image href="file:///etc/passwd"/>',
        '<use href="http://example.invalid/x.svg#a"/>',
        '<g onload="x()"/>',
        "<foreignObject/>",
        '<rect style="fill:url(http://example.invalid/)"/>',
        "<style>@import 'http://example.invalid/x.css';</style>",
        "<unclosed>",
    ],
)
@pytest.mark.parametrize("lang", ["it", "en"])
def test_a_drawing_that_runs_or_fetches_is_refused(tmp_path: Path, lang: str, evil: str) -> None:
    document = sample.document(lang)
    figure = document.figures()[0]
    bad = dataclasses.replace(figure, svg=figure.svg.replace("</svg>", f"{evil}</svg>"))
    document = dataclasses.replace(document, cover=dataclasses.replace(document.cover, figure=bad), sections=())
    path = tmp_path / "report.docx"
    with pytest.raises(RenderingFailed) as caught:
        docx.write(document, path)
    assert caught.value.message(lang).startswith(figure.label)
    assert not path.exists()


def test_payloads_are_literal_and_nothing_is_live(tmp_path: Path) -> None:
    document = sample.hostile("en")
    parts = parts_of(document, tmp_path / "report.docx")
    root = etree.fromstring(parts["word/document.xml"])
    everything = text_of(root)
    alternatives = [folded(text) for text in root.xpath("//wp:docPr/@descr", namespaces=NS)]
    for payload in PAYLOADS:
        shown = folded(payload.shown)
        # Contents, heading, five runs, note, items, facts, notice, caption, question, base, head, rows, notes, …
        assert everything.count(shown) >= 30, payload.id
        assert shown in alternatives, payload.id
    assert folded(PAYLOADS[0].shown) in text_of(etree.fromstring(parts["word/header1.xml"]))
    assert folded(PAYLOADS[1].shown) in text_of(etree.fromstring(parts["word/footer1.xml"]))
    allowed = re.compile(
        r'PAGE|NUMPAGES|STYLEREF 1|TOC \\o "1-2" \\h \\z \\u|TOC \\h \\z \\c "(Table|Figure)"'
        r"|SEQ (Table|Figure) \\\* ARABIC( \\r \d+)?|REF _Ref\d{6} \\h"
    )
    for name, content in parts.items():
        if name.endswith(".rels"):
            assert b"TargetMode" not in content
            kinds = {r.get("Type").rsplit("/", 1)[1] for r in etree.fromstring(content)}
            assert kinds <= {"styles", "fontTable", "settings", "header", "footer", "image", "numbering",
                             "officeDocument", "core-properties"}  # fmt: skip
        elif name.endswith(".xml"):
            part_root = etree.fromstring(content)
            for instruction in part_root.iter(f"{W}instrText"):
                assert allowed.fullmatch(instruction.text.strip()), instruction.text
            assert not part_root.xpath("//w:hyperlink[@r:id] | //w:altChunk | //w:object", namespaces=NS)
    names = set(parts) - {n for n in parts if re.fullmatch(r"word/media/figure\d+\.(png|svg)", n)}
    assert names == {
        "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels",
        "word/document.xml", "word/fontTable.xml", "word/footer1.xml", "word/footer2.xml", "word/header1.xml",
        "word/header2.xml", "word/header3.xml", "word/numbering.xml", "word/settings.xml", "word/styles.xml",
    }  # fmt: skip


def test_entries_of_the_archive_carry_no_time(made: tuple[Document, Path]) -> None:
    _, path = made
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    assert entries[0].filename == "[Content_Types].xml"
    names = [e.filename for e in entries[1:]]
    assert names == sorted(names)
    assert {(e.date_time, e.create_system, e.external_attr) for e in entries} == {
        ((1980, 1, 1, 0, 0, 0), 0, 0o600 << 16)
    }


def test_same_bytes_in_another_zone_with_another_seed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.render import sample; from pipeline.render import docx; "
        "docx.write(sample.document('it'), Path(sys.argv[1]))"
    )
    digests = set()
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Los_Angeles", "77")):
        path = tmp_path / seed / "report.docx"
        path.parent.mkdir()
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, env=environment, cwd=tmp_path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("lang", ["it", "en"])
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "missing" / "report.docx"
    with pytest.raises(RenderingFailed) as caught:
        docx.write(sample.document(lang), path)
    assert caught.value.exit_code == 6
    assert str(path) in caught.value.message(lang)
