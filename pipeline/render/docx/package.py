"""The package: every part of the document in one archive, the same bytes whenever it is made."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor

from pipeline import language
from pipeline.present.document import Document
from pipeline.render.docx.body import Body, Parts, page_number
from pipeline.render.docx.figures import pictures, pngs
from pipeline.render.docx.styles import TEXT_WIDTH, TEXT_WIDTH_TURNED, font_table, numbering, settings, styles
from pipeline.render.docx.xml import Element, R, element, field, run, text_element, to_bytes, w
from pipeline.render.text import printable

CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
CORE_TYPE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"

# The date of archives that have none: a document made twice must be the same bytes. The report's own date is text.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
FIXED_STAMP = "1980-01-01T00:00:00Z"
PROPERTY_LIMIT = 255


class _Relationships:
    """The relationships of the main part, numbered in the order in which they are made. All are internal."""

    def __init__(self) -> None:
        self.targets: list[tuple[str, str]] = []

    def add(self, kind: str, target: str) -> str:
        self.targets.append((f"{R}/{kind}", target))
        return f"rId{len(self.targets)}"

    def part(self) -> bytes:
        return _relationships_part(self.targets)


def _relationships_part(targets: list[tuple[str, str]]) -> bytes:
    parts = [
        element("Relationship", {"Id": f"rId{i}", "Type": kind, "Target": target})
        for i, (kind, target) in enumerate(targets, start=1)
    ]
    return to_bytes(element("Relationships", {}, parts), {"": RELATIONSHIPS})


def _running(tag: str, style: str, left: list[Element], right: list[Element], width: int) -> Element:
    """A header or footer of one line: left text, right text at the margin."""
    line = w(
        "p",
        w("pPr", w("pStyle", val=style), w("tabs", w("tab", val="right", pos=width))),
        *left,
        w("r", w("tab")),
        *right,
    )
    return w(tag, line)


def _core(document: Document, locale: str) -> bytes:
    cover = document.cover
    texts = (
        ("dc:title", cover.title),
        ("dc:subject", cover.line),
        ("dc:creator", cover.authors),
        ("dc:language", locale),
        ("cp:contentStatus", cover.edition),
    )
    said = [text_element(key, " ".join(printable(text).split())[:PROPERTY_LIMIT]) for key, text in texts]
    stamps = [
        text_element(f"dcterms:{key}", FIXED_STAMP, {"xsi:type": "dcterms:W3CDTF"}) for key in ("created", "modified")
    ]
    namespaces = {"cp": CORE, "dc": DC, "dcterms": DCTERMS, "xsi": XSI}
    return to_bytes(element("cp:coreProperties", {}, said + stamps), namespaces)


def _content_types(parts: dict[str, str]) -> bytes:
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "png": "image/png",
        "svg": "image/svg+xml",
    }
    kinds = [element("Default", {"Extension": name, "ContentType": kind}) for name, kind in defaults.items()]
    kinds += [element("Override", {"PartName": f"/{name}", "ContentType": kind}) for name, kind in parts.items()]
    return to_bytes(element("Types", {}, kinds), {"": CONTENT_TYPES})


def package(document: Document) -> bytes:
    """The DOCX file's bytes."""
    lang = document.lang
    locale = language.text(lang, "office.locale")
    relations = _Relationships()
    files: dict[str, bytes] = {}
    kinds: dict[str, str] = {}

    def part(kind: str, name: str, root: Element, content_type: str) -> str:
        files[f"word/{name}"] = to_bytes(root)
        kinds[f"word/{name}"] = f"{WORD_TYPE}.{content_type}+xml"
        return relations.add(kind, name)

    part("styles", "styles.xml", styles(locale), "styles")
    part("fontTable", "fontTable.xml", font_table(), "fontTable")
    decimal, separator = language.text(lang, "office.decimal"), language.text(lang, "office.list_separator")
    part("settings", "settings.xml", settings(locale, decimal, separator), "settings")

    def head(right: list[Element], width: int) -> Element:
        return _running("hdr", "Header", [run(document.running_head)], right, width)

    def foot(width: int) -> Element:
        return _running("ftr", "Footer", [run(document.foot)], page_number(document), width)

    # "STYLEREF 1": the text of the last heading of level 1, by its number because its name differs per language.
    headers = [
        part("header", f"header{i}.xml", root, "header")
        for i, root in enumerate(
            (
                head([], TEXT_WIDTH),
                head(field("STYLEREF 1", []), TEXT_WIDTH),
                head(field("STYLEREF 1", []), TEXT_WIDTH_TURNED),
            ),
            start=1,
        )
    ]
    footers = [
        part("footer", f"footer{i}.xml", foot(width), "footer")
        for i, width in enumerate((TEXT_WIDTH, TEXT_WIDTH_TURNED), start=1)
    ]

    # The cover's figure is the drawing of one inside: it is in the package once.
    figures = document.figures()
    drawings = {figure.svg: figure for figure in figures}
    shown = pictures(list(drawings.values()), TEXT_WIDTH / 20)
    parts_of = {
        picture.figure.svg: (
            relations.add("image", f"media/figure{i}.png"),
            relations.add("image", f"media/figure{i}.svg"),
        )
        for i, picture in enumerate(shown, start=1)
    }
    picture_of = {picture.figure.svg: picture for picture in shown}
    images = {figure.id: parts_of[figure.svg] for figure in figures}
    half = (len(shown) + 1) // 2
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(pngs, part) for part in (shown[:half], shown[half:])]
        parts = Parts(headers[0], headers[1], headers[2], footers[0], footers[1], images)
        body = Body(document, {figure.id: picture_of[figure.svg] for figure in figures}, parts)
        files["word/document.xml"] = to_bytes(body.build())
        drawn = [png for job in jobs for png in job.result()]
    for i, (picture, png) in enumerate(zip(shown, drawn, strict=True), start=1):
        files[f"word/media/figure{i}.svg"] = picture.svg
        files[f"word/media/figure{i}.png"] = png
    kinds["word/document.xml"] = f"{WORD_TYPE}.document.main+xml"
    part("numbering", "numbering.xml", numbering(body.ordered_lists), "numbering")
    files["word/_rels/document.xml.rels"] = relations.part()

    files["docProps/core.xml"] = _core(document, locale)
    kinds["docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    files["_rels/.rels"] = _relationships_part(
        [(f"{R}/officeDocument", "word/document.xml"), (CORE_TYPE, "docProps/core.xml")]
    )
    return _archive({"[Content_Types].xml": _content_types(kinds), **dict(sorted(files.items()))})


def _archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.create_system = 0  # else it would tell on which kind of system it was made
            entry.external_attr = 0o600 << 16
            packed = name.endswith(".png")  # packed already
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=None if packed else 5)
    return stream.getvalue()
