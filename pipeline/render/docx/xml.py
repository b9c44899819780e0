"""WordprocessingML by construction: elements are built, never written as text, so every string is escaped.

Order matters in this vocabulary: a paragraph's or a cell's properties are a sequence, and Word calls a file with
another order damaged. The functions here put them in the standard's order (ISO/IEC 29500-1, 17.3 and 17.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from lxml import etree

from pipeline.render.text import printable

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
ASVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
NAMESPACES = {"w": W, "r": R, "wp": WP, "a": A, "pic": PIC}

Element: TypeAlias = etree._Element

_W = f"{{{W}}}"


def w(tag: str, *children: Element | None, **attributes: str | int) -> Element:
    """An element of the word vocabulary; attributes are of it too. Children that are ``None`` are left out."""
    made = etree.Element(_W + tag, {_W + key: str(value) for key, value in attributes.items()})
    for child in children:
        if child is not None:
            made.append(child)
    return made


def flag(tag: str, on: bool) -> Element | None:
    """A property that is there or not."""
    return w(tag) if on else None


def run_properties(
    *, strong: bool = False, emphasis: bool = False, style: str = "", raised: bool = False, colour: str = ""
) -> Element | None:
    """``w:rPr``, or nothing when there is nothing to say."""
    if not (strong or emphasis or style or raised or colour):
        return None
    return w(
        "rPr",
        w("rStyle", val=style) if style else None,
        flag("b", strong),
        flag("i", emphasis),
        w("color", val=colour) if colour else None,
        w("vertAlign", val="superscript") if raised else None,
    )


def run(text: str, properties: Element | None = None) -> Element:
    """A run of text; line feeds become line breaks, tabs tab characters."""
    made = etree.Element(_W + "r")
    if properties is not None:
        made.append(properties)
    text = printable(text)
    if "\n" not in text and "\t" not in text:
        _text(made, text)
        return made
    for i, line in enumerate(text.split("\n")):
        if i:
            etree.SubElement(made, _W + "br")
        for j, piece in enumerate(line.split("\t")):
            if j:
                etree.SubElement(made, _W + "tab")
            if piece:
                _text(made, piece)
    return made


def _text(parent: Element, text: str) -> None:
    t = etree.SubElement(parent, _W + "t")
    t.text = text
    t.set(SPACE, "preserve")


def paragraph(
    content: Iterable[Element],
    style: str = "",
    *,
    keep_next: bool = False,
    page_break: bool = False,
    numbering: int | None = None,
    right_indent: int = 0,
    left_indent: int = 0,
    align: str = "",
) -> Element:
    """A paragraph of a style, with what differs from it. Indents in twentieths of a point."""
    made = etree.Element(_W + "p")
    properties = etree.Element(_W + "pPr")
    if style:
        etree.SubElement(properties, _W + "pStyle").set(_W + "val", style)
    if keep_next:
        etree.SubElement(properties, _W + "keepNext")
    if page_break:
        etree.SubElement(properties, _W + "pageBreakBefore")
    if numbering is not None:
        properties.append(w("numPr", w("ilvl", val=0), w("numId", val=numbering)))
    if right_indent or left_indent:
        indent = etree.SubElement(properties, _W + "ind")
        if left_indent:
            indent.set(_W + "left", str(left_indent))
        if right_indent:
            indent.set(_W + "right", str(right_indent))
    if align:
        etree.SubElement(properties, _W + "jc").set(_W + "val", align)
    if len(properties):
        made.append(properties)
    made.extend(content)
    return made


def field(instruction: str, shown: Iterable[Element]) -> list[Element]:
    """A field with its last result; ``instruction`` is ours alone, never a text of the document."""
    code = etree.Element(_W + "instrText")
    code.text = f" {instruction} "
    code.set(SPACE, "preserve")
    return [
        w("r", w("fldChar", fldCharType="begin")),
        w("r", code),
        w("r", w("fldChar", fldCharType="separate")),
        *shown,
        w("r", w("fldChar", fldCharType="end")),
    ]


def link(anchor: str, content: Iterable[Element]) -> Element:
    """A link to a bookmark of this document."""
    made = w("hyperlink", anchor=anchor, history="1")
    made.extend(content)
    return made


class Bookmarks:
    """Numbers bookmarks, which must be unique in a document."""

    def __init__(self) -> None:
        self._count = 0

    def around(self, name: str, content: Iterable[Element]) -> list[Element]:
        """``content`` between the marks of a bookmark."""
        self._count += 1
        return [
            w("bookmarkStart", id=self._count, name=name),
            *content,
            w("bookmarkEnd", id=self._count),
        ]


def to_bytes(root: Element) -> bytes:
    """The part as UTF-8 with its XML declaration."""
    etree.cleanup_namespaces(root, top_nsmap=NAMESPACES)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made
