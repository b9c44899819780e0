"""From a matplotlib figure to SVG that any page can hold.

matplotlib's SVG is reduced to ``path`` and ``text`` elements with presentation attributes: no declaration, metadata,
style sheet or reference, so that any number of drawings stand in one HTML page without a clash and under a content
security policy that forbids inline styles. Numbers are rounded here, once: the same figure gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from pipeline.present.charts import canvas, measure
from pipeline.present.charts.model import Drawing

FAMILY = "Noto Sans"
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_TRANSLATED = re.compile(r"translate\((\S+) (\S+)\)")
_INHERITED = {"stroke-linejoin": "round", "stroke-linecap": "butt", "stroke": "none"}  # what the root says
_LEFT_OUT = ("font-family", "stroke-miterlimit")


class _Renderer(RendererSVG):
    """matplotlib's renderer; text is measured as the layout measures it, also where our font lacks a character."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | str
    ) -> tuple[float, float, float]:
        if ismath or prop.get_name() != FAMILY:
            found: tuple[float, float, float] = super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
            return found
        size, weight = float(prop.get_size_in_points()), prop.get_weight()
        wide = measure.width(s, size, weight == "bold" or (isinstance(weight, int) and weight >= 600))
        return wide, (measure.ASCENT + measure.DESCENT) * size, measure.DESCENT * size


def _renderer(width: float, height: float, into: StringIO) -> RendererSVG:
    return _Renderer(width, height, into, image_dpi=72, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Context:
    """What an element takes from those around it: its part, and the path that cuts it."""

    part: str = ""
    clip: str = ""


def _number(text: str) -> str:
    short = f"{float(text):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda found: _number(found[0]), " ".join(text.split()))


def _moved(path: str, x: float, y: float) -> str:
    """A path whose points (all absolute) are moved."""
    ways = iter((x, y) * len(path))
    return _NUMBER.sub(lambda found: f"{float(found[0]) + next(ways):f}", path)


def _styles(element: ElementTree.Element) -> dict[str, str]:
    pairs = (pair.split(":", 1) for pair in element.get("style", "").split(";") if ":" in pair)
    found = {name.strip(): value.strip().removesuffix("px") for name, value in pairs}
    return {n: v for n, v in found.items() if n not in _LEFT_OUT and _INHERITED.get(n) != v}


def _text(element: ElementTree.Element, given: dict[str, str]) -> str:
    """A text; where matplotlib moved it by a transform it gets its place as any other."""
    transform = element.get("transform", "")
    moved = _TRANSLATED.match(transform)
    x, y = (moved[1], moved[2]) if moved else (element.get("x", "0"), element.get("y", "0"))
    place = {"x": _number(x), "y": _number(y)}
    turn = re.search(r"rotate\((\S+?)[ )]", transform)
    if turn and float(turn[1]):
        place["transform"] = f"rotate({_number(turn[1])} {place['x']} {place['y']})"
    if given.get("text-anchor") == "start":
        del given["text-anchor"]
    return _written("text", {**place, **given}, element.text or "")


def _written(tag: str, attributes: dict[str, str], text: str = "") -> str:
    head = tag + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{head}>{escape(text)}</{tag}>" if tag == "text" else f"<{head}/>"


def _lines(element: ElementTree.Element, around: _Context, named: dict[str, ElementTree.Element]) -> Iterator[str]:
    """The elements below ``element``, flat, in painting order."""
    for one in element:
        tag, name = one.tag.removeprefix(_SVG), one.get("id", "")
        context = replace(around, part=name[len(canvas.PART) :]) if name.startswith(canvas.PART) else around
        clip = one.get("clip-path", "")
        context = replace(context, clip=clip) if clip else context
        given = {"data-part": context.part} if context.part else {}
        given |= {"clip-path": context.clip} if context.clip else {}
        given |= _styles(one)
        if tag == "g":
            yield from _lines(one, context, named)
        elif tag == "text":
            yield _text(one, given)
        elif tag == "path" and one.get("d"):
            yield _written("path", {**given, "d": _rounded(one.get("d", ""))})
        elif tag == "use":
            shape = named[one.get(_LINK, "").removeprefix("#")]
            x, y = float(one.get("x", "0")), float(one.get("y", "0"))
            yield _written("path", {**_styles(shape), **given, "d": _rounded(_moved(shape.get("d", ""), x, y))})
        elif tag == "image":
            raise ValueError("a chart is drawn with shapes and text: no raster image (imshow); pcolormesh draws cells")


def _clips(root: ElementTree.Element) -> Iterator[str]:
    for clip in root.iter(f"{_SVG}clipPath"):
        for shape in clip:
            kept = {n: _rounded(v) for n, v in shape.attrib.items() if n in ("x", "y", "width", "height", "d")}
            inner = _written(shape.tag.removeprefix(_SVG), kept)
            yield f"<clipPath id={quoteattr(clip.get('id', ''))}>{inner}</clipPath>"


def settle(figure: Figure) -> None:
    """Let the figure's layout engine do its work once, and keep what it found."""
    wide, high = (float(side) * 72 for side in figure.get_size_inches())
    figure.draw(_renderer(wide, high, StringIO()))
    figure.set_layout_engine("none")


def drawing(figure: Figure) -> Drawing:
    """The figure as one ``svg`` element: self-contained, the same bytes for the same figure on every machine.

    The figure is made as high as what is on it. Artists named by :func:`canvas.mark` carry their name in
    ``data-part``; that is for tests and scripts, a viewer ignores it.
    """
    buffer = StringIO()
    wide, high = (float(side) * 72 for side in figure.get_size_inches())
    width, height = canvas.crop(figure, _renderer(wide, high, StringIO()))
    renderer = _renderer(width, height, buffer)
    figure.draw(renderer)
    renderer.finalize()  # type: ignore[no-untyped-call]
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314 (written a line above, by the renderer)
    named = {one.get("id", ""): one for one in root.iter(f"{_SVG}path") if one.get("id")}
    lines = list(_lines(root, _Context(), named))
    clips = "".join(_clips(root))
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="\'{FAMILY}\', sans-serif" '
        'stroke-linejoin="round" stroke-linecap="butt">'
    )
    return Drawing(
        "\n".join([opening, *([f"<defs>{clips}</defs>"] if clips else []), *lines, "</svg>"]) + "\n", width, height
    )
