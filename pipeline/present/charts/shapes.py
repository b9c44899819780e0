"""Shapes on a sheet: the geometry of a chart in points, from the top left corner, before it becomes SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.present.charts import measure, style

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle. ``edge``: colour of its outline, or none."""

    part: str
    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An open line through ``points``."""

    part: str
    points: tuple[tuple[float, float], ...]
    colour: str
    width: float


@dataclass(frozen=True, slots=True)
class Area:
    """A filled area within the closed line through ``points``."""

    part: str
    points: tuple[tuple[float, float], ...]
    fill: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    part: str
    x: float
    y: float
    radius: float
    fill: str


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; ``y`` is its baseline. ``upright`` text runs from bottom to top, ``x`` being its baseline."""

    part: str
    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str
    anchor: Anchor
    upright: bool

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in points."""
        length = measure.width(self.text, self.size, self.bold)
        before = {"start": 0.0, "middle": length / 2, "end": length}[self.anchor]
        rise, fall = style.ASCENT * self.size, style.DESCENT * self.size
        if self.upright:
            return self.x - rise, self.y - length + before, self.x + fall, self.y + before
        return self.x - before, self.y - rise, self.x - before + length, self.y + fall


Shape = Rect | Line | Area | Dot | Text


def _moved(shape: Shape, down: float) -> Shape:
    if isinstance(shape, (Line, Area)):
        return replace(shape, points=tuple((x, y + down) for x, y in shape.points))
    return replace(shape, y=shape.y + down)


@dataclass(slots=True)
class Sheet:
    """The shapes of one drawing in painting order. ``part`` names a shape in the SVG ("bar-0-2": series, category)."""

    width: float
    height: float = 0.0
    shapes: list[Shape] = field(default_factory=list)

    def shift(self, down: float) -> None:
        """Move all shapes so far downward."""
        self.shapes = [_moved(shape, down) for shape in self.shapes] if down else self.shapes

    def rect(self, part: str, x: float, y: float, width: float, height: float, fill: str, edge: str = "") -> None:
        """Add a rectangle; a negative width or height grows the other way."""
        left, top = min(x, x + width), min(y, y + height)
        self.shapes.append(Rect(part, left, top, abs(width), abs(height), fill, edge))

    def line(self, part: str, points: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        """Add an open line."""
        self.shapes.append(Line(part, tuple(points), colour, width))

    def area(self, part: str, points: Sequence[tuple[float, float]], fill: str) -> None:
        """Add a filled area."""
        self.shapes.append(Area(part, tuple(points), fill))

    def dot(self, part: str, x: float, y: float, radius: float, fill: str) -> None:
        """Add a filled circle."""
        self.shapes.append(Dot(part, x, y, radius, fill))

    def text(
        self,
        part: str,
        x: float,
        y: float,
        text: str,
        *,
        size: float = style.SIZE,
        bold: bool = False,
        colour: str = style.INK,
        anchor: Anchor = "start",
        upright: bool = False,
    ) -> None:
        """Add one line of text on the baseline ``y``; nothing for empty text."""
        text = measure.clean(text)
        if text:
            self.shapes.append(Text(part, x, y, text, size, bold, colour, anchor, upright))

    def centred(
        self,
        part: str,
        x: float,
        middle: float,
        lines: Sequence[str],
        *,
        size: float = style.SIZE,
        bold: bool = False,
        colour: str = style.INK,
        anchor: Anchor = "start",
    ) -> None:
        """Add lines of text whose block is centred on the height ``middle``."""
        baseline = middle + (style.CAP - style.LEADING * (len(lines) - 1)) * size / 2
        for index, line in enumerate(lines):
            y = baseline + index * style.LEADING * size
            self.text(part, x, y, line, size=size, bold=bold, colour=colour, anchor=anchor)


def block(lines: int, size: float = style.SIZE) -> float:
    """Height in points of ``lines`` lines of text."""
    return lines * style.LEADING * size
