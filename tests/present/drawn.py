"""Read a drawing back from its SVG, with text measured by fontTools: an outside check on our own layout."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from fontTools.ttLib import TTFont

from pipeline.present.charts.model import Drawing

FONTS = Path(__file__).parents[2] / "fonts"
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Box:
    """An element's part and what it covers, in points."""

    part: str
    left: float
    top: float
    right: float
    bottom: float
    text: str = ""
    fill: str = ""
    stroke: float = 0.0
    points: tuple[tuple[float, float], ...] = ()

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def overlaps(self, other: Box, slack: float = 0.05) -> bool:
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.top < other.bottom - slack
            and other.top < self.bottom - slack
        )


@cache
def _font(bold: bool) -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    font = TTFont(FONTS / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf", lazy=True)
    return font.getBestCmap(), font["hmtx"].metrics, font["head"].unitsPerEm


def advance(text: str, size: float, bold: bool) -> float:
    """Width of a text by the font's own horizontal metrics, as fontTools reads them."""
    names, metrics, units = _font(bold)
    return sum(metrics[names[ord(c)]][0] if ord(c) in names else _foreign(c) * units for c in text) * size / units


def _foreign(character: str) -> float:
    """Width in em of a character that the font lacks, as wide as common fallback fonts have it (Noto)."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    if ord(character) >= 0x1F300:
        return 1.28  # Noto Color Emoji: 2550 of 2048 units, as browsers scale it
    return 1.0 if unicodedata.east_asian_width(character) in {"W", "F"} else 0.7


def _text(element: ElementTree.Element) -> Box:
    size = float(element.get("font-size", ""))
    text = element.text or ""
    long = advance(text, size, element.get("font-weight") == "700")
    x, y = float(element.get("x", "")), float(element.get("y", ""))
    before = {None: 0.0, "middle": long / 2, "end": long}[element.get("text-anchor")]
    rise, fall = 0.76 * size, 0.24 * size
    part, fill = element.get("data-part", ""), element.get("fill", "#000000")
    if element.get("transform", "").startswith("rotate(-90"):
        return Box(part, x - rise, y - long + before, x + fall, y + before, text, fill)
    assert not element.get("transform")
    return Box(part, x - before, y - rise, x - before + long, y + fall, text, fill)


def boxes(drawing: Drawing) -> list[Box]:
    """All elements of a drawing in painting order."""
    found = []
    for element in ElementTree.fromstring(drawing.svg):  # noqa: S314
        if element.tag == f"{SVG}text":
            found.append(_text(element))
            continue
        assert element.tag == f"{SVG}path"
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", element.get("d", ""))]
        xs, ys = numbers[::2], numbers[1::2]
        found.append(
            Box(
                element.get("data-part", ""),
                min(xs), min(ys), max(xs), max(ys),
                fill=element.get("fill", "#000000"),
                stroke=float(element.get("stroke-width", "1")) if element.get("stroke") else 0.0,
                points=tuple(zip(xs, ys, strict=True)),
            )
        )  # fmt: skip
    return found


def texts(drawing: Drawing) -> list[Box]:
    """All text."""
    return [box for box in boxes(drawing) if box.text]


def parts(drawing: Drawing, name: str) -> dict[tuple[int, ...], Box]:
    """Elements "name-1-2" by their numbers (series, category)."""
    found = {}
    for box in boxes(drawing):
        head, *numbers = box.part.split("-")
        if head == name and numbers and all(n.isdigit() for n in numbers):
            found[tuple(int(n) for n in numbers)] = box
    return found
