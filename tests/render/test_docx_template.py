"""The skeleton of Word documents: ours, and a study's own."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from lxml import etree

from pipeline.errors import RenderingFailed
from pipeline.present.document import WordTemplate
from pipeline.render import docx, table_layout
from pipeline.render.docx.template import OURS, Template
from tests.render import sample

ROOM = Path(docx.__file__).parent


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def made(template: bytes | None, path: Path, lang: str = "en") -> Any:
    own = None if template is None else WordTemplate("study/template.docx", template)
    document = dataclasses.replace(sample.document(lang), word_template=own)
    docx.write(document, path)
    return python_docx.Document(str(path))


def text_of(part: Any) -> str:
    return "".join(node.text or "" for node in part.iter(qn("w:t")))


def test_our_template_has_every_style_that_the_program_names() -> None:
    source = "".join((ROOM / name).read_text("utf-8") for name in ("body.py", "tables.py"))
    defined = {style.get(qn("w:styleId")) for style in python_docx.Document(str(OURS)).styles.element.style_lst}
    used = set(re.findall(r'"((?:Table|Row|Figure|Notice|Contents|Heading|List|TOC|Body|Small|Cover)\w*)"', source))
    used -= {"Figure", "Table"}  # kinds of blocks
    assert {"TableNumber", "RowTotal", "FigureBody"} <= used <= defined


def test_our_template_fetches_nothing_and_has_the_pages_of_the_layout() -> None:
    template = Template(None)
    assert [page.width for page in template.pages] == [table_layout.UPRIGHT, table_layout.UPRIGHT, table_layout.TURNED]
    with zipfile.ZipFile(OURS) as archive:
        assert all(b"TargetMode" not in archive.read(name) for name in archive.namelist())


def test_a_changed_style_shows_in_the_report(tmp_path: Path) -> None:
    own = python_docx.Document(str(OURS))
    own.styles["Table Number"].font.size = Pt(7)
    own.styles["Heading 1"].font.color.rgb = RGBColor(0xAA, 0, 0)
    report = made(saved(own), tmp_path / "r.docx")
    assert report.styles["Table Number"].font.size == Pt(7)
    assert report.styles["Heading 1"].font.color.rgb == RGBColor(0xAA, 0, 0)
    assert any(paragraph.style.name == "Heading 1" for paragraph in report.paragraphs)


def test_any_word_document_serves_as_a_template(tmp_path: Path) -> None:
    """One that has none of our own styles, one section, its own margins, a head of its own, and Italian ids."""
    own = python_docx.Document()
    for style in own.styles.element.style_lst:
        if style.get(qn("w:styleId")) == "Heading1":
            style.set(qn("w:styleId"), "Titolo1")
    section = own.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(3)
    section.header.paragraphs[0].text = "University · {running_head}"
    report = made(saved(own), tmp_path / "r.docx", "it")
    heading = next(p for p in report.paragraphs if p.style.name == "Heading 1")
    assert heading.text.endswith(sample.document("it").sections[0].title)
    used = set(report.element.xpath("//w:pStyle/@w:val | //w:rStyle/@w:val | //w:tblStyle/@w:val"))
    assert used <= {style.get(qn("w:styleId")) for style in report.styles.element.style_lst}
    head = report.sections[0].header._element
    assert text_of(head) == f"University · {sample.document('it').running_head}"
    assert {s.orientation for s in report.sections} == {WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE}
    upright = next(s for s in report.sections if s.orientation == WD_ORIENT.PORTRAIT)
    assert abs(upright.left_margin - Cm(3)) < 1000
    widest = max(
        sum(int(column.get(qn("w:w"))) for column in table._element.tblGrid.gridCol_lst)
        for table in report.tables
        if len(table.columns) < 8
    )
    assert widest <= 15 / 2.54 * 1440 + 20  # 21 cm less two margins of 3 cm
    bullets = report.element.xpath("//w:pPr[w:pStyle/@w:val='Finding']/w:numPr/w:numId/@w:val")
    lists = {e.get(qn("w:numId")) for e in report.part.numbering_part.element.findall(qn("w:num"))}
    assert bullets and set(bullets) <= lists


def test_a_name_in_braces_may_be_cut_into_runs(tmp_path: Path) -> None:
    own = python_docx.Document(str(OURS))
    paragraph = own.sections[-2].header.paragraphs[0]
    for run in list(paragraph.runs):
        run._element.getparent().remove(run._element)
    for piece in ("A {run", "ning", "_head} Z {unknown}"):
        paragraph.add_run(piece)
    report = made(saved(own), tmp_path / "r.docx")
    heads = [text_of(section.header._element) for section in report.sections]
    assert f"A {sample.document('en').running_head} Z {{unknown}}" in heads


def test_each_ordered_list_starts_at_one(tmp_path: Path) -> None:
    base = sample.document("en")
    items = next(b for b in base.blocks() if b.kind == "items" and b.ordered)
    section = dataclasses.replace(base.sections[0], blocks=(items, items), sections=())
    docx.write(dataclasses.replace(base, sections=(section,)), tmp_path / "r.docx")
    report = python_docx.Document(str(tmp_path / "r.docx"))
    numbers = [p._element.pPr.numPr.numId.val for p in report.paragraphs if p.style.name == "List Number"]
    assert len(set(numbers)) == 2
    for number in set(numbers):
        found = next(
            e for e in report.part.numbering_part.element.findall(qn("w:num")) if e.get(qn("w:numId")) == str(number)
        )
        assert found.find(f"{qn('w:lvlOverride')}/{qn('w:startOverride')}").get(qn("w:val")) == "1"


def test_what_the_template_says_of_its_maker_is_gone(tmp_path: Path) -> None:
    own = python_docx.Document(str(OURS))
    own.core_properties.last_modified_by = own.core_properties.keywords = "somebody private"
    report = made(saved(own), tmp_path / "r.docx")
    assert report.core_properties.last_modified_by == "" and report.core_properties.keywords == ""


@pytest.mark.parametrize("lang", ["it", "en"])
@pytest.mark.parametrize("content", [b"", b"no zip", OURS.read_bytes()[:4000]])
def test_a_file_that_is_no_document_is_one_sentence(content: bytes, lang: str, tmp_path: Path) -> None:
    with pytest.raises(RenderingFailed) as caught:
        docx.write(
            dataclasses.replace(sample.document(lang), word_template=WordTemplate("study/template.docx", content)),
            tmp_path / "r.docx",
        )
    assert "study/template.docx" in caught.value.message(lang) and "\n" not in caught.value.message(lang)


def test_an_archive_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(RenderingFailed):
        docx.write(
            dataclasses.replace(sample.document("en"), word_template=WordTemplate("a.docx", stream.getvalue())),
            tmp_path / "r.docx",
        )


def test_a_template_attached_elsewhere_is_cut_off_and_a_linked_picture_refused(tmp_path: Path) -> None:
    own = python_docx.Document(str(OURS))
    settings = own.part._settings_part
    kind = f"{RELATIONSHIP_TYPE.SETTINGS.rsplit('/', 1)[0]}/attachedTemplate"
    id_ = settings.rels.get_or_add_ext_rel(kind, "file:///C:/Users/maria/Normal.dotm")
    attached = etree.SubElement(settings.element, qn("w:attachedTemplate"))
    attached.set(qn("r:id"), id_)
    made(saved(own), tmp_path / "r.docx")
    with zipfile.ZipFile(tmp_path / "r.docx") as archive:
        assert all(b"Normal.dotm" not in archive.read(name) for name in archive.namelist())
        assert b"attachedTemplate" not in archive.read("word/settings.xml")

    own = python_docx.Document(str(OURS))
    own.part.rels.get_or_add_ext_rel(RELATIONSHIP_TYPE.IMAGE, "https://example.org/logo.png")
    with pytest.raises(RenderingFailed) as caught:
        made(saved(own), tmp_path / "s.docx")
    assert "https://example.org/logo.png" in caught.value.message("en")


def test_the_same_template_gives_the_same_bytes(tmp_path: Path) -> None:
    template = saved(python_docx.Document())
    for name in ("a.docx", "b.docx"):
        made(template, tmp_path / name)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()
