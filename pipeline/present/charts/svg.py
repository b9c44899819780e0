"""From shapes to SVG, through matplotlib's SVG renderer.

The renderer is used directly: a :class:`matplotlib.figure.Figure` would import axes, ticks and projections (0.25 s) and
lay out again what is laid out already. What it writes is reduced to ``path`` and ``text`` elements with presentation
attributes: no declaration, metadata, style sheet, id or reference, so that any number of drawings stand in one HTML
page without a clash and under a content security policy that forbids inline styles.

Import this module inside :func:`pipeline.present.charts.library.without_font_search`.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Literal, Protocol, cast
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import matplotlib
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text as Anchored
from matplotlib.transforms import Affine2D, IdentityTransform, Transform

from pipeline.present.charts import style
from pipeline.present.charts.shapes import Anchor, Area, Dot, Line, Rect, Shape, Sheet, Text

FAMILY = "Noto Sans"
_ALIGNMENTS: dict[Anchor, Literal["left", "center", "right"]] = {"start": "left", "middle": "center", "end": "right"}
_ATTRIBUTES = ("d", "x", "y")
_STYLES = ("fill", "stroke", "stroke-width", "font-size", "font-weight", "text-anchor")
_SVG = "{http://www.w3.org/2000/svg}"
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_FONTS = {bold: FontProperties(family=[FAMILY], weight=700 if bold else 400) for bold in (False, True)}
_IDENTITY = IdentityTransform()


class _Renderer(Protocol):
    """The documented part of matplotlib's renderer that is used here (its own stubs leave it untyped)."""

    def new_gc(self) -> GraphicsContextBase: ...
    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Transform, rgb: tuple[float, float, float] | None, /
    ) -> None: ...
    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: bool,
        mtext: Anchored,
        /,
    ) -> None: ...
    def finalize(self) -> None: ...


_make_renderer = cast("Callable[..., _Renderer]", RendererSVG)


def _context(renderer: _Renderer, colour: str, width: float) -> GraphicsContextBase:
    context = renderer.new_gc()
    context.set_foreground(colour)
    context.set_linewidth(width)
    return context


def _rgb(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _paint_text(renderer: _Renderer, shape: Text, height: float) -> None:
    font = _FONTS[shape.bold].copy()
    font.set_size(shape.size)
    angle = 90.0 if shape.upright else 0.0
    y = height - shape.y
    anchored = Anchored(
        shape.x,
        y,
        shape.text,
        fontproperties=font,
        parse_math=False,
        usetex=False,
        rotation=angle,
        rotation_mode="anchor",
        horizontalalignment=_ALIGNMENTS[shape.anchor],
    )
    context = _context(renderer, shape.colour, 0.0)
    renderer.draw_text(context, shape.x, shape.y, shape.text, font, angle, False, anchored)


def _paint(renderer: _Renderer, shape: Shape, height: float) -> None:
    """Draw one shape. matplotlib's y runs upward from the bottom edge, a sheet's downward from the top."""
    if isinstance(shape, Text):
        _paint_text(renderer, shape, height)
    elif isinstance(shape, Rect):
        top, bottom = height - shape.y, height - shape.y - shape.height
        left, right = shape.x, shape.x + shape.width
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        context = _context(renderer, shape.edge or shape.fill, style.BASELINE if shape.edge else 0.0)
        renderer.draw_path(context, Path(corners, closed=True), _IDENTITY, _rgb(shape.fill))
    elif isinstance(shape, Line):
        points = [(x, height - y) for x, y in shape.points]
        renderer.draw_path(_context(renderer, shape.colour, shape.width), Path(points), _IDENTITY, None)
    elif isinstance(shape, Area):
        points = [(x, height - y) for x, y in (*shape.points, shape.points[0])]
        renderer.draw_path(_context(renderer, shape.fill, 0.0), Path(points, closed=True), _IDENTITY, _rgb(shape.fill))
    else:
        place = Affine2D().scale(shape.radius).translate(shape.x, height - shape.y)
        renderer.draw_path(_context(renderer, shape.fill, 0.0), Path.unit_circle(), place, _rgb(shape.fill))


def _rounded(shape: Shape) -> Shape:
    """Hundredths of a point: finer than any printer, and free of the last bits of floating-point sums."""
    if isinstance(shape, Line):
        points = tuple((round(x, 2), round(y, 2)) for x, y in shape.points)
        return Line(shape.part, points, shape.colour, shape.width)
    if isinstance(shape, Area):
        return Area(shape.part, tuple((round(x, 2), round(y, 2)) for x, y in shape.points), shape.fill)
    if isinstance(shape, Rect):
        left, top = round(shape.x, 2), round(shape.y, 2)
        right, bottom = round(shape.x + shape.width, 2), round(shape.y + shape.height, 2)
        return Rect(shape.part, left, top, right - left, bottom - top, shape.fill, shape.edge)
    if isinstance(shape, Dot):
        return Dot(shape.part, round(shape.x, 2), round(shape.y, 2), shape.radius, shape.fill)
    x, y = round(shape.x, 2), round(shape.y, 2)
    return Text(shape.part, x, y, shape.text, shape.size, shape.bold, shape.colour, shape.anchor, shape.upright)


def _element(element: ElementTree.Element, shape: Shape) -> str:
    """One ``path`` or ``text`` of matplotlib's output, its styles as attributes."""
    attributes = {"data-part": shape.part}
    attributes.update((name, element.get(name, "")) for name in _ATTRIBUTES if element.get(name))
    styles = dict(pair.split(": ", 1) for pair in element.get("style", "").split("; ") if pair)
    attributes.update((name, styles[name].removesuffix("px")) for name in _STYLES if name in styles)
    if isinstance(shape, Text) and shape.upright:
        attributes["transform"] = element.get("transform", "")
    if attributes.get("text-anchor") == "start":
        del attributes["text-anchor"]
    if "d" in attributes:
        attributes["d"] = " ".join(attributes["d"].split())
    tag = element.tag.removeprefix(_SVG)
    head = tag + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{head}>{escape(element.text or '')}</{tag}>" if tag == "text" else f"<{head}/>"


def render(sheet: Sheet) -> str:
    """The sheet as one ``svg`` element: self-contained, the same bytes for the same sheet on every machine.

    Shapes carry their name in ``data-part``; that is for tests and scripts, a viewer ignores it.
    """
    width, height = round(sheet.width, 2), round(sheet.height, 2)
    shapes = [_rounded(shape) for shape in sheet.shapes]
    buffer = StringIO()
    # Text stays text (searchable, in the report's own font), and a user's settings file changes nothing.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "charts", "svg.id": None}):
        renderer = _make_renderer(width, height, buffer, image_dpi=72, metadata=_NO_METADATA)
        for shape in shapes:
            _paint(renderer, shape, height)
        renderer.finalize()
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 (written a line above, by the renderer)
    drawn = [element for element in root.iter() if element.tag in (f"{_SVG}path", f"{_SVG}text")]
    lines = [_element(element, shape) for element, shape in zip(drawn, shapes, strict=True)]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="\'{FAMILY}\', sans-serif" '
        'stroke-linejoin="round" stroke-linecap="butt">'
    )
    return "\n".join([opening, *lines, "</svg>"]) + "\n"
