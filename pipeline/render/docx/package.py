"""The package: the template with the report's text and figures in it, the same bytes whenever it is made."""

from __future__ import annotations

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from pipeline import language
from pipeline.present.document import Document
from pipeline.render import archive
from pipeline.render.docx.body import Body
from pipeline.render.docx.template import Template
from pipeline.render.docx.xml import to_bytes
from pipeline.render.pictures import pictures, pngs
from pipeline.render.text import printable

PROPERTY_LIMIT = 255
_TEXT = "word/document.xml"


def package(document: Document) -> bytes:
    """The DOCX file's bytes. Raises ``RenderingFailed`` for a template or a figure that cannot be used."""
    lang, words = document.lang, document.words
    template = Template(document.word_template)
    said = {"running_head": document.running_head, "foot": document.foot, "page": words["page"], "of": words["of"]}
    locale = language.text(lang, "language.locale")
    decimal, separator = language.text(lang, "office.decimal"), language.text(lang, "office.list_separator")
    template.fill({name: printable(text) for name, text in said.items()}, locale, decimal, separator)
    _describe(template.document.core_properties, document, locale)

    # The cover's figure is the drawing of one inside: it is in the package once.
    figures = document.figures()
    shown = pictures(list({figure.svg: figure for figure in figures}.values()), template.pages[1].width)
    names = {picture.figure.svg: f"word/media/figure{i}" for i, picture in enumerate(shown, start=1)}
    ids = {svg: (_image(template, f"{name}.png"), _image(template, f"{name}.svg")) for svg, name in names.items()}
    picture_of = {picture.figure.svg: picture for picture in shown}
    half = (len(shown) + 1) // 2
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(pngs, part) for part in (shown[:half], shown[half:])]
        drawings = {figure.id: picture_of[figure.svg] for figure in figures}
        body = Body(document, template, drawings, {figure.id: ids[figure.svg] for figure in figures})
        files = {_TEXT: to_bytes(body.build())}
        drawn = [png for job in jobs for png in job.result()]
    for picture, png in zip(shown, drawn, strict=True):
        name = names[picture.figure.svg]
        files |= {f"{name}.svg": picture.svg, f"{name}.png": png}
    saved = io.BytesIO()
    template.document.save(saved)
    return archive.packed(saved.getvalue(), files)


def _image(template: Template, name: str) -> str:
    """The relationship of an image of that name, whose bytes come when all are drawn."""
    kind = "image/png" if name.endswith(".png") else "image/svg+xml"
    main = template.document.part
    id_: str = main.relate_to(Part(PackURI(f"/{name}"), kind, b"", main.package), RELATIONSHIP_TYPE.IMAGE)
    return id_


def _describe(properties: Any, document: Document, locale: str) -> None:
    """The document's properties: nothing of the template's own is left."""
    cover = document.cover
    texts = {
        "title": cover.title,
        "subject": cover.line,
        "author": cover.authors,
        "language": locale,
        "content_status": cover.edition,
    }
    for name in ("category", "comments", "identifier", "keywords", "last_modified_by", "version", *texts):
        setattr(properties, name, " ".join(printable(texts.get(name, "")).split())[:PROPERTY_LIMIT])
    properties.revision = 1
    properties.created = properties.modified = dt.datetime(*archive.FIXED_DATE)
