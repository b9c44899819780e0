"""Figures as pictures, for formats of the office: the drawing as SVG, with a PNG for programs that do not show SVG."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipeline.errors import RenderingFailed
from pipeline.present.document import Figure
from pipeline.render.text import printable
from pipeline.typeface import FONTS

PPI = 150
MARGIN = 4.0  # points left and right of a drawing
EMU_PER_POINT = 12_700

TEMPLATE = Path(__file__).with_name("pictures.typ")

_FORBIDDEN_ELEMENTS = frozenset({"script", "foreignObject", "iframe", "audio", "video", "handler", "listener"})
_FETCHING_STYLE = re.compile(r"@import|url\(\s*[\"']?\s*(?!#)[^\s\"'#)]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, its checked drawing with its size in points, and the size at which it stands (English Metric
    Units)."""

    figure: Figure
    svg: bytes
    drawn_width: float
    drawn_height: float
    width: int
    height: int


def checked_svg(figure: Figure) -> bytes:
    """The drawing's bytes, with a margin at both sides. Raises ``RenderingFailed`` for anything that runs, fetches or
    declares entities.

    Our chart room draws no such thing: a second lock on the door, because Word opens what it is given.
    """
    text = printable(figure.svg)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise RenderingFailed("office.figure_unsafe", label=figure.label, what=error.msg) from error
    doctype = root.getroottree().docinfo.internalDTD
    if doctype is not None and any(True for _ in doctype.iterentities()):
        raise RenderingFailed("office.figure_unsafe", label=figure.label, what="<!ENTITY>")
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        name = etree.QName(node).localname
        if name in _FORBIDDEN_ELEMENTS:
            raise RenderingFailed("office.figure_unsafe", label=figure.label, what=f"<{name}>")
        if name == "style" and _FETCHING_STYLE.search(node.text or ""):
            raise RenderingFailed("office.figure_unsafe", label=figure.label, what="<style> url()")
        for key, value in node.attrib.items():
            attribute = etree.QName(key).localname
            fetches = attribute in ("href", "src") and not str(value).startswith(("#", "data:image/png;base64,"))
            if fetches or attribute.startswith("on") or _FETCHING_STYLE.search(str(value)):
                raise RenderingFailed("office.figure_unsafe", label=figure.label, what=f"{name} {attribute}")
    # Word processors set the drawing's letters with their own type engine, a little wider than they were measured:
    # without a margin the last label would lose its end.
    root.set("viewBox", f"{-MARGIN:g} 0 {figure.width + 2 * MARGIN:g} {figure.height:g}")
    root.set("width", f"{figure.width + 2 * MARGIN:g}pt")
    made: bytes = etree.tostring(root, encoding="UTF-8")
    return made


def pictures(figures: list[Figure], width: float) -> list[Picture]:
    """The figures' pictures, none wider than ``width`` points. Raises ``RenderingFailed`` for an unsafe drawing."""
    made = []
    for figure in figures:
        drawn = (figure.width + 2 * MARGIN, figure.height)
        scale = min(1.0, width / drawn[0]) * EMU_PER_POINT
        made.append(Picture(figure, checked_svg(figure), *drawn, round(drawn[0] * scale), round(drawn[1] * scale)))
    return made


def pngs(shown: list[Picture]) -> list[bytes]:
    """The pictures as PNG, for programs that do not show SVG. Raises ``RenderingFailed`` when one cannot be drawn.

    The typesetter that also makes the PDF draws them: it needs no library of the system, and it works outside
    Python's lock, so this can run beside other work.
    """
    if not shown:
        return []
    import typst

    pages = [{"svg": p.svg.decode("utf-8"), "width": p.drawn_width, "height": p.drawn_height} for p in shown]
    try:
        made = typst.compile(
            TEMPLATE,
            format="png",
            ppi=PPI,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            sys_inputs={"figures": json.dumps(pages)},
        )
    except typst.TypstError as error:
        labels = ", ".join(p.figure.label for p in shown)
        raise RenderingFailed("office.figure_failed", label=labels, reason=error.message) from error
    return made if isinstance(made, list) else [made]
