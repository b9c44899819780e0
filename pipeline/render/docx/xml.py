"""WordprocessingML by construction: elements come from the functions here, which escape every text and attribute.

An :data:`Element` is finished XML, a type of its own: plain text is none, so a type checker sees a text that was put
where an element belongs. Finished text and not a tree, because a report has ten thousand elements and each is
written once.

Order matters in this vocabulary: a paragraph's or a cell's properties are a sequence, and Word calls a file with
another order damaged. The functions here put them in the standard's order (ISO/IEC 29500-1, 17.3 and 17.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NewType

from pipeline.render.text import printable

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": R,
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": PIC,
    "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
}
DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"

Element = NewType("Element", str)

_SPECIAL = re.compile('[&<>"\r\n\t]')
# Line ends and tabs of an attribute are read as spaces unless they are written by number.
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def escaped(text: str) -> str:
    """``text`` as it stands in an element or in an attribute between double quotes."""
    return _SPECIAL.sub(lambda m: _WRITTEN[m[0]], text)


def element(name: str, attributes: Mapping[str, str | int], children: Iterable[Element | None] = ()) -> Element:
    """An element by its name with prefix. Children that are ``None`` are left out."""
    said = "".join([f' {key}="{escaped(str(value))}"' for key, value in attributes.items()])
    inside = "".join([child for child in children if child is not None])
    return Element(f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>")


def text_element(name: str, text: str, attributes: Mapping[str, str | int] | None = None) -> Element:
    """An element that holds text only."""
    return element(name, attributes or {}, [Element(escaped(text))])


def w(tag: str, *children: Element | None, **attributes: str | int) -> Element:
    """An element of the word vocabulary; attributes are of it too. Children that are ``None`` are left out."""
    return element(f"w:{tag}", {f"w:{key}": value for key, value in attributes.items()}, children)


def flag(tag: str, on: bool) -> Element | None:
    """A property that is there or not."""
    return w(tag) if on else None


def group(tag: str, *children: Element | None) -> Element | None:
    """An element with its children, or nothing when there are none."""
    return w(tag, *children) if any(children) else None


def run_properties(*, strong: bool = False, emphasis: bool = False, style: str = "", size: int = 0) -> Element | None:
    """``w:rPr``, or nothing when there is nothing to say. ``size`` in half-points, where it is not the style's."""
    return group(
        "rPr",
        w("rStyle", val=style) if style else None,
        flag("b", strong),
        flag("i", emphasis),
        w("sz", val=size) if size else None,
        w("szCs", val=size) if size else None,
    )


def run(text: str, properties: Element | None = None) -> Element:
    """A run of text; line feeds become line breaks, tabs tab characters."""
    text = printable(text)
    look = properties or ""
    if "\n" not in text and "\t" not in text:
        return Element(f"<w:r>{look}{_text(text)}</w:r>")
    lines = [
        "<w:tab/>".join([_text(piece) if piece else "" for piece in line.split("\t")]) for line in text.split("\n")
    ]
    return Element(f"<w:r>{look}{'<w:br/>'.join(lines)}</w:r>")


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{escaped(text)}</w:t>'


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
    indents = {key: value for key, value in (("left", left_indent), ("right", right_indent)) if value}
    properties = group(
        "pPr",
        w("pStyle", val=style) if style else None,
        flag("keepNext", keep_next),
        flag("pageBreakBefore", page_break),
        w("numPr", w("ilvl", val=0), w("numId", val=numbering)) if numbering is not None else None,
        w("ind", **indents) if indents else None,
        w("jc", val=align) if align else None,
    )
    return w("p", properties, *content)


def ends_section(made: Element, properties: Element) -> Element | None:
    """The paragraph ``made`` as the last of a section with these properties; nothing when it is no paragraph."""
    if not made.startswith(("<w:p>", "<w:p/>")):
        return None
    if made.startswith("<w:p><w:pPr>"):
        head, _, tail = made.partition("</w:pPr>")
        return Element(f"{head}{properties}</w:pPr>{tail}")
    inside = made.removeprefix("<w:p/>").removeprefix("<w:p>").removesuffix("</w:p>")
    return w("p", w("pPr", properties), Element(inside))


def field(instruction: str, shown: Iterable[Element]) -> list[Element]:
    """A field with its last result; ``instruction`` is ours alone, never a text of the document."""
    return [
        w("r", w("fldChar", fldCharType="begin")),
        w("r", text_element("w:instrText", f" {instruction} ", {"xml:space": "preserve"})),
        w("r", w("fldChar", fldCharType="separate")),
        *shown,
        w("r", w("fldChar", fldCharType="end")),
    ]


def link(anchor: str, content: Iterable[Element]) -> Element:
    """A link to a bookmark of this document."""
    return w("hyperlink", *content, anchor=anchor, history="1")


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


def to_bytes(root: Element, namespaces: Mapping[str, str] = NAMESPACES) -> bytes:
    """The part as UTF-8 with its XML declaration and, on its root, the namespaces (of no prefix: "")."""
    declared = "".join(f' xmlns{":" if prefix else ""}{prefix}="{uri}"' for prefix, uri in namespaces.items())
    return (DECLARATION + re.sub(r"^<[\w:]+", lambda m: m[0] + declared, root, count=1)).encode("utf-8")
