"""A figure's picture in the text of a Word document, with its text alternative."""

from __future__ import annotations

from pipeline.present.document import Figure
from pipeline.render.docx.xml import PIC, Element, element, w
from pipeline.render.pictures import Picture
from pipeline.render.text import printable

SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"  # the extension "svgBlip" of Office 2016


def drawing(figure: Figure, picture: Picture, number: int, png_id: str, svg_id: str) -> Element:
    """The run that shows a figure's picture in the text. ``number`` is unique among the document's drawings."""
    size = {"cx": picture.width, "cy": picture.height}
    said: dict[str, str | int] = {
        "id": number,
        "name": f"figure-{number}",
        "descr": " ".join(printable(figure.alt).split()),
    }
    svg = element("asvg:svgBlip", {"r:embed": svg_id})
    extension = element("a:extLst", {}, [element("a:ext", {"uri": SVG_EXTENSION}, [svg])])
    filled = [
        element("a:blip", {"r:embed": png_id}, [extension]),
        element("a:stretch", {}, [element("a:fillRect", {})]),
    ]
    place = element("a:xfrm", {}, [element("a:off", {"x": 0, "y": 0}), element("a:ext", size)])
    shape = element("a:prstGeom", {"prst": "rect"}, [element("a:avLst", {})])
    shown = [
        element("pic:nvPicPr", {}, [element("pic:cNvPr", said), element("pic:cNvPicPr", {})]),
        element("pic:blipFill", {}, filled),
        element("pic:spPr", {}, [place, shape]),
    ]
    inline = [
        element("wp:extent", size),
        element("wp:effectExtent", {"l": 0, "t": 0, "r": 0, "b": 0}),
        element("wp:docPr", {**said, "title": " ".join(printable(figure.title).split())}),
        element("wp:cNvGraphicFramePr", {}, [element("a:graphicFrameLocks", {"noChangeAspect": 1})]),
        element("a:graphic", {}, [element("a:graphicData", {"uri": PIC}, [element("pic:pic", {}, shown)])]),
    ]
    return w("r", w("drawing", element("wp:inline", {"distT": 0, "distB": 0, "distL": 0, "distR": 0}, inline)))
