"""A figure's SVG, made fit to stand inside the page.

The drawing comes from our own chart room, escaped. Here it is read once more and only known, harmless elements and
attributes go on: whatever a later chart library may write, no script, style, link or outside file reaches the page.
"""

from __future__ import annotations

import re

from lxml import etree
from markupsafe import Markup

from pipeline.errors import RenderingFailed
from pipeline.present.document import Figure
from pipeline.render.text import printable

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENT_NAMES = "svg g path rect line circle ellipse polyline polygon text tspan defs clipPath linearGradient stop"
_ATTRIBUTE_NAMES = (
    "id d x y x1 y1 x2 y2 dx dy cx cy r rx ry width height points transform viewBox offset stop-color fill "
    "fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray "
    "stroke-miterlimit opacity clip-path clip-rule font-family font-size font-style font-weight text-anchor "
    "dominant-baseline letter-spacing"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_OUTSIDE = re.compile(r"url\(\s*(?!#)|[a-z]+:", re.IGNORECASE)
_LOCAL = re.compile(r"url\(#([^)]*)\)")


def inline(figure: Figure, prefix: str) -> Markup:
    """The figure's drawing as an image with its text alternative; ids in it start with ``prefix``.

    Raises ``RenderingFailed`` when the drawing is no SVG.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, load_dtd=False
    )
    try:
        root = etree.fromstring(printable(figure.svg).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise RenderingFailed("render_html.bad_drawing", figure=figure.label) from error
    if root.tag != f"{_SVG}svg":
        raise RenderingFailed("render_html.bad_drawing", figure=figure.label)
    for element in list(root.iter()):
        name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
        if name not in _ELEMENTS or (name == "svg" and element is not root):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        for key, value in list(element.attrib.items()):
            if key not in _ATTRIBUTES or _OUTSIDE.search(value):
                del element.attrib[key]
            elif key == "id":
                element.set(key, prefix + value)
            elif "url(#" in value:
                element.set(key, _LOCAL.sub(rf"url(#{prefix}\1)", value))
    if "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {figure.width:g} {figure.height:g}")
    for key in ("width", "height"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-label", figure.alt or figure.label)
    etree.cleanup_namespaces(root)
    text: str = etree.tostring(root, encoding="unicode", with_tail=False)
    return Markup(text.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))  # noqa: S704 (allow-listed above)
