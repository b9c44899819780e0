"""Networks drawn: a matrix of ties whose columns are too many to be named, and nodes joined by lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Circle, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from pipeline.present.charts import measure
from pipeline.present.charts.canvas import mark, place, put
from pipeline.present.charts.relations import Matrix, NodeLink
from pipeline.present.charts.style import Style, distinct, ramp

_ROW = 15.0  # height of a matrix's row
_CELL = 12.0  # of what is filled in it
_LABELS = 0.30  # of the width
_BETWEEN = 5.0  # between two spans
_LEAST_SPAN = 34.0  # room for a span's heading
_WIDEST = 12.0  # column of a matrix of few units
_SIDE = 96.0  # left and right of the nodes, for their labels
_HIGH = 300.0
_RADIUS = (4.0, 9.0)
_LINE = (0.5, 2.4)


def _key(axes: Axes, style: Style, names: Sequence[str], colours: Sequence[str], width: float, top: float) -> float:
    """Swatches with their names, in as many lines as needed; returns where they end."""
    x, y, pitch = 0.0, top, style.block(1) + 3.0
    for number, (name, colour) in enumerate(zip(names, colours, strict=True)):
        lines, _ = measure.wrap(name, width - style.swatch - 4.0, style.size, most=1)
        long = style.swatch + 4.0 + sum(measure.width(line, style.size) for line in lines)
        if x and x + long > width:
            x, y = 0.0, y + pitch
        at = (x, y + (pitch - style.swatch) / 2)
        axes.add_patch(Rectangle(at, style.swatch, style.swatch, color=colour, lw=0, **mark(f"key-{number}")))
        put(axes, style, "name", (x + style.swatch + 4.0, y + pitch / 2), lines)
        x += long + 14.0
    return y + pitch + 2.0 if names else top


def _spans(chart: Matrix, room: float, style: Style) -> tuple[float, list[tuple[float, tuple[str, ...]]]]:
    """The width of a column, and where each span begins with the lines of its heading; a narrow one has room for it."""
    counts = [count for _, count in chart.spans]
    room -= _BETWEEN * (len(counts) - 1)
    cell, narrow = min(_WIDEST, room / sum(counts)), 0
    while (now := sum(count * cell < _LEAST_SPAN for count in counts)) > narrow:
        narrow = now
        wide = [count for count in counts if count * cell >= _LEAST_SPAN]
        cell = min(cell, (room - narrow * _LEAST_SPAN) / sum(wide)) if wide else cell
    x, found = 0.0, []
    for text, count in chart.spans:
        own = max(count * cell, _LEAST_SPAN)
        found.append((x, measure.wrap(text, own, style.small, most=4)[0]))
        x += own + _BETWEEN
    return cell, found


def draw_matrix(axes: Axes, chart: Matrix, style: Style) -> None:
    """Cells from light to dark by strength; a tie of unknown strength is grey, no tie is left empty."""
    labels = [measure.wrap(row, chart.width * _LABELS, style.size, most=2)[0] for row in chart.rows]
    left = max((measure.width(line, style.size) for lines in labels for line in lines), default=0.0) + style.gap
    right = max((measure.width(text, style.size) for text in chart.counts), default=0.0) + style.gap
    room = chart.width - left - right
    unknown = any(shade == 0 for row in chart.shades for shade in row)
    colours = [*ramp(len(chart.key))] if len(chart.key) > 1 else [style.base]
    names = [*(chart.key or ()), *([chart.unknown] if unknown else [])]
    fills = [*colours[: len(chart.key)], *([style.neutral] if unknown else [])]
    y = _key(axes, style, names, fills, chart.width, 0.0)
    cell, spans = _spans(chart, room, style)
    high = style.block(max((len(lines) for _, lines in spans), default=0), style.small)
    for x, lines in spans:
        middle = y + high - style.block(len(lines), style.small) / 2
        put(axes, style, "heading", (left + x, middle), lines, size=style.small, colour=style.quiet)
    y += high + 3.0
    step = max(_ROW, max(style.block(len(lines)) for lines in labels) + 2.0)
    end = left
    for index, lines in enumerate(labels):
        middle = y + step / 2
        put(axes, style, "label", (left - style.gap, middle), lines, ha="right")
        at = 0
        for (x, _), (_, count) in zip(spans, chart.spans, strict=True):
            top = middle - _CELL / 2
            band = Rectangle((left + x, top), count * cell, _CELL, color=style.missing, lw=0, **mark("band"))
            axes.add_patch(band)
            _cells(axes, style, chart.shades[index][at : at + count], (left + x, top), cell, colours, index)
            at, end = at + count, left + x + count * cell
        put(axes, style, "value", (end + style.gap, middle), (chart.counts[index],))
        y += step
    place(axes, 0.0, 0.0, chart.width, y)
    axes.set(xlim=(0.0, chart.width), ylim=(y, 0.0))


def _cells(
    axes: Axes, style: Style, shades: Sequence[int], at: tuple[float, float], cell: float, colours: Sequence[str],
    row: int,
) -> None:  # fmt: skip
    """The ties of one row in one span: all cells of a shade are one shape, however many there are."""
    x, top = at
    for shade in sorted({s for s in shades if s >= 0}):
        corners: list[tuple[float, float]] = []
        codes: list[int] = []
        for column, own in enumerate(shades):
            if own == shade:
                a, b = x + column * cell, x + (column + 1) * cell - min(0.4, cell / 8)
                corners += [(a, top), (b, top), (b, top + _CELL), (a, top + _CELL), (a, top)]
                codes += [int(Path.MOVETO), *[int(Path.LINETO)] * 3, int(Path.CLOSEPOLY)]
        colour = style.neutral if shade == 0 else colours[min(shade, len(colours)) - 1]
        axes.add_patch(PathPatch(Path(corners, codes), color=colour, lw=0, **mark(f"cells-{row}-{shade}")))


# ---------------------------------------------------------------- nodes and lines

Box = tuple[float, float, float, float]


def draw_node_link(axes: Axes, chart: NodeLink, style: Style) -> None:
    """Nodes larger by their ties, coloured by their group; the label of each where it is covered least."""
    colours = distinct(max(len(chart.key), 1))
    top = _key(axes, style, chart.key, [colours[i % len(colours)] for i in range(len(chart.key))], chart.width, 0.0)
    points = _points(chart, top + 16.0)
    radii = [_RADIUS[0] + (_RADIUS[1] - _RADIUS[0]) * size for size in chart.sizes]
    for number, (i, j, strong) in enumerate(chart.links):
        _link(axes, style, chart.directed, points[i], points[j], radii[j], strong, number)
    for node, (x, y) in enumerate(points):
        group = chart.groups[node]
        fill = style.neutral if group < 0 and chart.key else colours[max(group, 0) % len(colours)]
        axes.add_patch(Circle((x, y), radii[node], facecolor=fill, edgecolor=style.paper, lw=0.8, zorder=3,
                              **mark(f"node-{node}")))  # fmt: skip
    _labels(axes, chart, style, points, radii)
    high = max(y for _, y in points) + 24.0
    place(axes, 0.0, 0.0, chart.width, high)
    axes.set(xlim=(0.0, chart.width), ylim=(high, 0.0))


def _points(chart: NodeLink, top: float) -> list[tuple[float, float]]:
    """The places on the sheet, one unit as long across as down where there is room."""
    xs, ys = [x for x, _ in chart.places], [y for _, y in chart.places]
    wide, high = max(max(xs) - min(xs), 1e-6), max(max(ys) - min(ys), 1e-6)
    unit = min((chart.width - 2 * _SIDE) / wide, _HIGH / high)
    across = (chart.width - unit * wide) / 2
    return [(across + (x - min(xs)) * unit, top + (max(ys) - y) * unit) for x, y in chart.places]


def _link(
    axes: Axes, style: Style, directed: bool, start: tuple[float, float], end: tuple[float, float], radius: float,
    strong: float, number: int,
) -> None:  # fmt: skip
    width = _LINE[0] + (_LINE[1] - _LINE[0]) * strong
    axes.plot([start[0], end[0]], [start[1], end[1]], color=style.neutral, lw=width, zorder=1, **mark(f"link-{number}"))
    length = math.dist(start, end)
    if directed and length > radius + 6:
        dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        x, y = end[0] - dx * radius, end[1] - dy * radius
        back = (x - 6 * dx, y - 6 * dy)
        corners = [(x, y), *((back[0] + side * dy, back[1] - side * dx) for side in (2.5, -2.5))]
        axes.add_patch(Polygon(corners, color=style.quiet, lw=0, zorder=2, **mark(f"arrow-{number}")))


def _labels(
    axes: Axes, chart: NodeLink, style: Style, points: Sequence[tuple[float, float]], radii: Sequence[float]
) -> None:
    """Right, left, above or below its node, outward first: where a label covers nothing, else least."""
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(points, radii, strict=True)]
    centre = [sum(values) / len(points) for values in zip(*points, strict=True)]
    for node, (x, y) in enumerate(points):
        lines, _ = measure.wrap(chart.labels[node], _SIDE - 6.0, style.small, most=2)
        wide = max((measure.width(line, style.small) for line in lines), default=0.0)
        high, r = style.block(len(lines), style.small), radii[node] + 2.5
        sides = {
            "right": (x + r, y - high / 2), "left": (x - r - wide, y - high / 2),
            "below": (x - wide / 2, y + r - 1.0), "above": (x - wide / 2, y - r - high + 1.0),
        }  # fmt: skip
        best, least = "", math.inf
        for side in _outward(x - centre[0], y - centre[1]):
            a, b = sides[side]
            box = (a, b, a + wide, b + high)
            cost = sum(_overlap(box, other) for other in taken) + (1e4 if a < 0 or a + wide > chart.width else 0.0)
            if cost < least - 1e-6:
                best, least = side, cost
        a, b = sides[best]
        taken.append((a, b, a + wide, b + high))
        paper = Rectangle(
            (a - 1, b + 1), wide + 2, high - 2, color=style.paper, lw=0, zorder=2, **mark(f"paper-{node}")
        )
        axes.add_patch(paper)
        put(axes, style, "label", (a, b + high / 2), lines, size=style.small)


def _outward(dx: float, dy: float) -> tuple[str, ...]:
    """The sides of a node, that which looks away from the middle first."""
    across, down = ("right", "left") if dx >= -1e-6 else ("left", "right"), ("below", "above")
    down = down if dy >= 0 else ("above", "below")
    return (*across, *down) if abs(dx) >= abs(dy) else (down[0], *across, down[1])


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
