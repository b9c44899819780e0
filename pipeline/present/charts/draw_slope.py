"""Waves from left to right, a line per series, named and numbered where it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import known, text_of
from pipeline.present.charts.canvas import mark, place, points, put
from pipeline.present.charts.frame import draw_title
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.style import Style, mix, strong

_LEAST_HEIGHT = 150.0
_LEAD = 10.0  # from the last wave to the labels
_POINT = 2.8  # radius
_STROKE = 1.8
_NAMES = 0.38  # of the width that names take at most
_NUMBERED = 4  # lines at most that carry numbers at the waves between
_HEADS = 0.62  # of the distance of two waves that a wave's name takes at most

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Point = tuple[float, float]


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Middles of labels that do not overlap, each as near to its wanted place as the others allow.

    Labels that would overlap are pooled and centred on the mean of what they want: least squares under order
    constraints, by pooling adjacent violators (Ayer et al. 1955).
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    offsets: list[float] = []
    for position, index in enumerate(order):
        before = (heights[order[position - 1]] + heights[index]) / 2 if position else 0.0
        offsets.append((offsets[-1] if offsets else 0.0) + before)
    pools: list[tuple[float, int]] = []
    for index, offset in zip(order, offsets, strict=True):
        mean, size = wanted[index] - offset, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        pools.append((mean, size))
    means = [mean for mean, size in pools for _ in range(size)]
    found = [0.0] * len(order)
    for index, mean, offset in zip(order, means, offsets, strict=True):
        found[index] = mean + offset
    return found


@dataclass(frozen=True, slots=True)
class _Ending:
    """The label of one series: where its line ends, what is written there, and at which height."""

    number: int
    wave: int | None
    value: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plot:
    """The plot's numbers: where the waves stand (points from its left edge), the values' range, and its height."""

    places: tuple[float, ...]
    low: float
    high: float
    height: float

    def y(self, value: float) -> float:
        """Points from the top at which ``value`` lies."""
        return self.height * (self.high - value) / (self.high - self.low)


def _last(series: Series) -> int | None:
    return max((index for index, value in enumerate(series.values) if value is not None), default=None)


def _endings(chart: Chart, style: Style) -> list[_Ending]:
    found = []
    for number, series in enumerate(chart.series):
        wave = _last(series)
        text = text_of(series, len(series.values) - 1 if wave is None else wave)
        room = chart.width * _NAMES - measure.width(text, style.size, bold=True)
        lines, _ = measure.wrap(series.name, room, style.size, most=measure.HEAD_LINES)
        found.append(_Ending(number, wave, text, lines))
    return found


def _range(chart: Chart) -> tuple[float, float]:
    """From the least to the greatest value, or the chart's own limits."""
    numbers = known(chart.series) or [0.0, 1.0]
    numbers += [limit for limit in (chart.minimum, chart.maximum) if limit is not None]
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _places(chart: Chart, room: float) -> tuple[float, ...]:
    """Where the waves stand, at their true distances where the chart knows them."""
    at = chart.positions or tuple(range(len(chart.categories)))
    span = (at[-1] - at[0]) or 1.0
    return tuple(room * (one - at[0]) / span for one in at)


def crosses(box: Box, one: Point, other: Point) -> bool:
    """Whether the stretch from ``one`` to ``other`` enters ``box``. Source: Liang & Barsky (1984)."""
    first, last = 0.0, 1.0
    for axis in (0, 1):
        step = other[axis] - one[axis]
        for sign, bound in ((-1.0, box[axis]), (1.0, box[axis + 2])):
            slope, distance = sign * step, sign * (bound - one[axis])
            if slope == 0:
                if distance < 0:
                    return False
            elif slope > 0:
                last = min(last, distance / slope)
            else:
                first = max(first, distance / slope)
    return first <= last


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share any room."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_middles(
    axes: Axes, chart: Chart, style: Style, plot: _Plot, lines: Sequence[list[Point | None]]
) -> None:  # fmt: skip
    """Numbers at the waves between, above or below their point, where neither a line nor another number is."""
    stretches = [(a, b) for line in lines for a, b in pairwise(line) if a and b]
    spots = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for line in lines for x, y in filter(None, line)]
    taken: list[Box] = []
    cap, rise, fall = (share * style.small for share in (measure.CAP, measure.ASCENT, measure.DESCENT))
    for number, series in enumerate(chart.series):
        for wave in range(1, len(chart.categories) - 1):
            point, text = lines[number][wave], text_of(series, wave)
            if point is None or not text or wave == _last(series):
                continue
            half = measure.width(text, style.small) / 2
            for baseline in (point[1] - 5.0, point[1] + 5.0 + cap):
                left, right = point[0] - half, point[0] + half
                figures = (left, baseline - cap, right, baseline)
                whole = (left, baseline - rise, right, baseline + fall)
                hidden = figures[1] < 0 or figures[3] > plot.height or any(overlap(figures, spot) for spot in spots)
                hidden = hidden or any(overlap(whole, other) for other in taken)
                if not hidden and not any(crosses(figures, *stretch) for stretch in stretches):
                    at = (point[0], baseline - cap / 2)
                    put(axes, style, "value", at, (text,), size=style.small, ha="center", within=points(axes))
                    taken.append(whole)
                    break


def _draw_line(axes: Axes, chart: Chart, style: Style, number: int, plot: _Plot, colour: str) -> None:
    """One series: a point at each wave, joined where neighbouring waves both have a value; its band behind.

    Over a break (a question that changed) the line is dashed and faint: what it spans may not be compared.
    """
    series, places = chart.series[number], plot.places
    for wave in range(len(places) - 1):
        one, other = series.values[wave], series.values[wave + 1]
        if one is None or other is None:
            continue
        ends, broken = places[wave : wave + 2], wave + 1 in chart.breaks
        if series.low and series.high:
            bounds = [series.low[wave : wave + 2], series.high[wave : wave + 2]]
            lows, highs = ([end for end in pair if end is not None] for pair in bounds)
            if len(lows) == len(highs) == 2 and not broken:
                pale = mix(colour, style.paper, 0.82)
                axes.fill([*ends, *ends[::-1]], [*lows, *highs[::-1]], color=pale, lw=0, zorder=1, **mark("band"))
        axes.plot(
            ends, (one, other), color=mix(colour, style.paper, 0.5) if broken else colour, lw=_STROKE, zorder=2,
            ls=(0, (2, 2)) if broken else "-", **mark(f"line-{number}-{wave}"),
        )  # fmt: skip
    for wave, value in enumerate(series.values):
        if value is not None:
            axes.plot(
                [places[wave]], [value], "o", color=colour, ms=2 * _POINT, mew=0, zorder=3,
                **mark(f"dot-{number}-{wave}"),
            )  # fmt: skip


def _heads(chart: Chart, style: Style, places: Sequence[float]) -> dict[int, tuple[str, ...]]:
    """The waves' names as they wrap; among waves too close together every second, third … one, the last always."""
    waves = len(chart.categories)
    pitch = min((b - a for a, b in pairwise(places)), default=places[-1] if places[-1] else chart.width / 4)
    longest = max(measure.longest_word(c, style.size, bold=True) for c in chart.categories)
    every = min(max(1, math.ceil(longest / (pitch * _HEADS))), max(waves - 1, 1))
    room = pitch * every * _HEADS
    shown = range((waves - 1) % every, waves, every)
    return {n: measure.wrap(chart.categories[n], room, style.size, True, measure.HEAD_LINES)[0] for n in shown}


def _draw_waves(
    axes: Axes, style: Style, heads: dict[int, tuple[str, ...]], plot: _Plot, start: float, over: float, under: float
) -> None:
    """The waves' names over faint upright lines."""
    within = points(axes)
    for wave, x in enumerate(plot.places):
        lines = heads.get(wave, ())
        half = max((measure.width(line, style.size, bold=True) for line in lines), default=0.0) / 2
        middle = over - 4.0 - style.block(len(lines)) / 2
        if half > start + x:
            put(axes, style, "label", (-start, middle), lines, bold=True, within=within)
        else:
            put(axes, style, "label", (x, middle), lines, bold=True, ha="center", within=within)
        axes.plot(
            [x, x], [over, under], color=style.faint, lw=style.rule_width, zorder=0.5, transform=within, **mark("grid")
        )


def draw_slope(axes: Axes, chart: Chart, style: Style) -> None:
    """Two or more waves joined by lines; each line carries its name and last value at its right end."""
    waves, count = len(chart.categories), len(chart.series)
    # Every line carries its name, so many lines need no colours to be told apart by.
    colours = strong(count) if count <= 5 else (style.base,) * count
    endings = _endings(chart, style)
    first = [n for n, s in enumerate(chart.series) if waves > 1 and s.values[0] is not None and text_of(s, 0)]
    start = max([measure.width(text_of(chart.series[n], 0), style.size) for n in first], default=0.0) + _LEAD
    values = max(measure.width(ending.value, style.size, bold=True) for ending in endings)
    names = max((measure.width(line, style.size) for e in endings for line in e.lines), default=0.0)
    room = chart.width - names - style.gap - values - _LEAD - start
    blocks = [style.block(max(len(ending.lines), 1)) + 1.5 for ending in endings]
    height = max(_LEAST_HEIGHT, math.fsum(blocks))
    plot = _Plot(_places(chart, room), *_range(chart), height)
    place(axes, start, 0.0, room, height)
    axes.set(xlim=(0.0, room), ylim=(plot.low, plot.high))

    wanted = [height if e.wave is None else plot.y(chart.series[e.number].values[e.wave] or 0.0) for e in endings]
    right = spread(wanted, blocks)
    left = spread([plot.y(chart.series[n].values[0] or 0.0) for n in first], [style.block(1)] * len(first))
    halves = [*((y, b / 2) for y, b in zip(right, blocks, strict=True)), *((y, style.block(1) / 2) for y in left)]
    over = min(-_POINT, *(y - half for y, half in halves))
    under = max(height + _POINT, *(y + half for y, half in halves))
    _draw_waves(axes, style, _heads(chart, style, plot.places), plot, start, over, under)
    _draw_endings(axes, chart, style, plot, list(zip(endings, right, strict=True)), room + _LEAD, values)
    for number in range(count):
        _draw_line(axes, chart, style, number, plot, colours[number])
    for number, y in zip(first, left, strict=True):
        at, text = (3.0 - _LEAD, y), text_of(chart.series[number], 0)
        put(axes, style, "value", at, (text,), ha="right", within=points(axes))
    if count <= _NUMBERED:
        lines: list[list[Point | None]] = [
            [None if v is None else (x, plot.y(v)) for x, v in zip(plot.places, series.values, strict=True)]
            for series in chart.series
        ]
        _draw_middles(axes, chart, style, plot, lines)
    draw_title(axes, chart, style, start, room, under)


def _draw_endings(
    axes: Axes, chart: Chart, style: Style, plot: _Plot, endings: Sequence[tuple[_Ending, float]], label: float,
    values: float,
) -> None:  # fmt: skip
    """Each line's last value and name, ``label`` points from the first wave, led to where they had to move."""
    within = points(axes)
    for ending, y in endings:
        known_end = ending.wave is not None
        if ending.wave is not None:
            x, level = plot.places[ending.wave], plot.y(chart.series[ending.number].values[ending.wave] or 0.0)
            if abs(level - y) > 2.0 or ending.wave != len(plot.places) - 1:
                axes.plot(
                    [x + _POINT + 1.0, label - 2.0], [level, y], color=style.rule, lw=style.hair, transform=within,
                    **mark(f"leader-{ending.number}"),
                )  # fmt: skip
        ink = style.ink if known_end else style.quiet
        at = (label + values, y)
        put(axes, style, "value", at, (ending.value,), bold=True, colour=ink, ha="right", within=within)
        put(axes, style, "name", (at[0] + style.gap, y), ending.lines, within=within)
