"""Points on two axes with a common scale, each with its name where no other name and no point is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import axis_below, axis_beside, tick_texts, ticks
from pipeline.present.charts.canvas import mark, place, points, put
from pipeline.present.charts.draw_slope import Box, crosses, overlap
from pipeline.present.charts.frame import draw_key, draw_title
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, strong

_LEAST, _MOST = 260.0, 480.0  # height
_LABEL = 104.0  # widest a name gets
_LINES = 3
_NEAR = 9.0  # a name farther from its point is joined to it by a line
_FAR = 260.0
_MARGIN = 0.08  # of the span, around the outermost points
_MARKERS = ("o", "s", "D", "^")


@dataclass(frozen=True, slots=True)
class _Point:
    """One point: its kind (the group it is in), its place in points from the top left corner, its name."""

    number: int
    kind: int
    x: float
    y: float
    lines: tuple[str, ...]
    width: float


def draw_map(axes: Axes, chart: Chart, style: Style) -> None:
    """Categories are points; the first series is across, the second upward, each named as its axis. Groups are kinds
    of points; the last of several is set bold."""
    across, up = chart.series[0].values, chart.series[1].values
    there = [i for i in range(len(chart.categories)) if across[i] is not None and up[i] is not None]
    sides = [(float(across[i] or 0.0), float(up[i] or 0.0)) for i in there]
    low_x, high_x = _span([x for x, _ in sides], [y for _, y in sides])
    low_y, high_y = _span([y for _, y in sides], [x for x, _ in sides])
    side = 34.0
    room = chart.width - side
    unit = room / (high_x - low_x)
    height = min(max((high_y - low_y) * unit, _LEAST), _MOST)
    unit = min(unit, height / (high_y - low_y))
    low_x, high_x = _widened(low_x, high_x, room / unit)
    low_y, high_y = _widened(low_y, high_y, height / unit)
    kinds = _kinds(chart)
    colours = strong(max(len(chart.groups), 1))
    place(axes, side, 0.0, room, height)
    axes.set(xlim=(low_x, high_x), ylim=(low_y, high_y))
    if len(chart.groups) > 1:
        draw_key(axes, style, [name for name, _ in chart.groups], colours, side, room, dots=True)
    _rules(axes, chart, style, room, height)
    bold = len(chart.groups) - 1 if len(chart.groups) > 2 else -1
    found = []
    for i, (x, y) in zip(there, sides, strict=True):
        heavy = kinds[i] == bold
        lines, _ = measure.wrap(chart.categories[i], _LABEL, style.small, heavy, most=_LINES)
        width = max((measure.width(line, style.small, heavy) for line in lines), default=0.0)
        found.append(_Point(i, kinds[i], (x - low_x) * unit, height - (y - low_y) * unit, lines, width))
    for point in found:
        marker = _MARKERS[point.kind % len(_MARKERS)]
        axes.plot([point.x], [point.y], marker, color=colours[point.kind % len(colours)], ms=2 * style.dot * 0.8, mew=0,
                  zorder=3, transform=points(axes), **mark(f"point-{point.number}"))  # fmt: skip
    _names(axes, style, found, bold, room, height)


def _span(values: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """From the least to the largest value and 0, with a margin; where they hardly differ, as the other axis needs."""
    low, high = min([0.0, *values]), max([0.0, *values])
    least = 0.3 * (max([0.0, *others]) - min([0.0, *others])) or 1.0
    more = max(_MARGIN * (high - low), (least - (high - low)) / 2)
    return low - more, high + more


def _widened(low: float, high: float, span: float) -> tuple[float, float]:
    more = max(0.0, span - (high - low)) / 2
    return low - more, high + more


def _kinds(chart: Chart) -> list[int]:
    """Which group each point is in."""
    found = [number for number, (_, count) in enumerate(chart.groups) for _ in range(count)]
    return found + [max(len(chart.groups) - 1, 0)] * (len(chart.categories) - len(found))


def _rules(axes: Axes, chart: Chart, style: Style, room: float, height: float) -> None:
    """Both axes through 0, their numbers and names."""
    (low_x, high_x), (low_y, high_y) = axes.get_xlim(), axes.get_ylim()
    axes.plot([0, 0], [low_y, high_y], color=style.rule, lw=style.hair, zorder=1, **mark("baseline"))
    axes.plot([low_x, high_x], [0, 0], color=style.rule, lw=style.hair, zorder=1, **mark("baseline"))
    axis_below(axes, chart, style, (low_x, high_x), room, [(low_y, high_y)])
    upward = ticks(low_y, high_y, 6)
    axis_beside(axes, style, list(zip(upward, tick_texts(upward, chart), strict=True)))
    within = points(axes)
    lines, _ = measure.wrap(chart.series[1].name, height, style.small, most=2)
    at = (-26.0 - style.block(len(lines), style.small) / 2, height)
    put(axes, style, "axis-title", at, lines, size=style.small, colour=style.quiet, within=within, upright=True)
    titled = Chart(chart.kind, chart.categories, chart.series, axis_title=chart.series[0].name, width=chart.width)
    draw_title(axes, titled, style, 34.0, room, height + style.block(1, style.small) + 3.0)


def _names(axes: Axes, style: Style, found: Sequence[_Point], bold: int, room: float, height: float) -> None:
    """The names, those of the last kind first, then from the outside inward: there is most room at the edge."""
    radius = style.dot
    spots = {p.number: (p.x - radius, p.y - radius, p.x + radius, p.y + radius) for p in found}
    centre = (sum(p.x for p in found) / max(len(found), 1), sum(p.y for p in found) / max(len(found), 1))
    (low_x, high_x), (low_y, high_y) = axes.get_xlim(), axes.get_ylim()
    zero_x, zero_y = -low_x / (high_x - low_x) * room, high_y / (high_y - low_y) * height
    rules = [(zero_x - 0.5, 0.0, zero_x + 0.5, height), (0.0, zero_y - 0.5, room, zero_y + 0.5)]
    order = sorted(
        found, key=lambda p: (p.kind != bold, -round(math.hypot(p.x - centre[0], p.y - centre[1]), 6), p.number)
    )
    taken: list[Box] = []
    lines: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for point in order:
        box, distance = _free(point, style, room, height, taken, [*spots.values()], lines, rules)
        if box is None:
            continue
        taken.append(box)
        if distance > _NEAR:
            end = _nearest(box, point)
            lines.append(((point.x, point.y), end))
            axes.plot(*zip((point.x, point.y), end, strict=True), color=style.rule, lw=style.hair, zorder=2,
                      transform=points(axes), **mark(f"leader-{point.number}"))  # fmt: skip
        at = (box[0] + 1.0, (box[1] + box[3]) / 2)
        bold_name = point.kind == bold
        put(axes, style, "name", at, point.lines, size=style.small, bold=bold_name, within=points(axes))


def _free(
    point: _Point, style: Style, room: float, height: float, taken: Sequence[Box], spots: Sequence[Box],
    lines: Sequence[tuple[tuple[float, float], tuple[float, float]]],
    rules: Sequence[Box],
) -> tuple[Box | None, float]:  # fmt: skip
    """Where a name has room, and how far from its point; where lines would cross names everywhere, with that."""
    crossed: tuple[Box | None, float] = (None, 0.0)
    ruled: tuple[Box | None, float] = (None, 0.0)  # right beside its point, but on a line through 0
    for box, distance in _candidates(point, style, room, height):
        if ruled[0] is not None and distance > 0:
            break
        if any(overlap(box, other) for other in taken) or any(overlap(box, spot) for spot in spots):
            continue
        end, far = _nearest(box, point), distance > _NEAR
        through = any(crosses(box, *line) for line in lines)
        if not through and not (far and any(crosses(other, (point.x, point.y), end) for other in taken)):
            if distance > 0 or not any(overlap(box, rule) for rule in rules):
                return box, distance
            ruled = ruled if ruled[0] is not None else (box, distance)
        elif crossed[0] is None:
            crossed = box, distance
    return ruled if ruled[0] is not None else crossed


def _candidates(point: _Point, style: Style, room: float, height: float) -> Iterator[tuple[Box, float]]:
    """Boxes for a name around its point, the nearest first: right, left, above, below, then in a widening circle."""
    wide, high = point.width + 2.0, style.block(len(point.lines), style.small) + 1.0
    gap = style.dot + 2.0
    distance = gap
    while distance < _FAR:
        turns = 8 if distance == gap else 24
        for step in range(turns):
            angle = 2 * math.pi * step / turns
            across, down = math.cos(angle), math.sin(angle)
            x = point.x + across * distance + (across - 1) / 2 * wide
            y = point.y + down * distance + (down - 1) / 2 * high
            if x >= 0.0 and x + wide <= room and y >= 0.0 and y + high <= height:
                yield (x, y, x + wide, y + high), distance - gap
        distance += 5.0


def _nearest(box: Box, point: _Point) -> tuple[float, float]:
    """Where a line from the point meets the box."""
    return min(max(point.x, box[0]), box[2]), min(max(point.y, box[1]), box[3])
