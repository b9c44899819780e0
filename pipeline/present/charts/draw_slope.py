"""Waves from left to right, a line per series, named and numbered where it ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.present.charts import measure, style
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.scale import Scale, draw_axis_title, known, text_of
from pipeline.present.charts.shapes import Sheet, block

_LEAST_HEIGHT = 150.0
_LEAD = 10.0  # from the last wave to the labels
_POINT = 2.8  # radius
_STROKE = 1.8
_NAMES = 0.38  # of the width that names take at most
_NUMBERED = 4  # lines at most that carry numbers at the waves between
_HEADS = 0.62  # of the distance of two waves that a wave's name takes at most

Box = tuple[float, float, float, float]
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

    @property
    def height(self) -> float:
        return block(max(len(self.lines), 1)) + 1.5


def _last(series: Series) -> int | None:
    return max((index for index, value in enumerate(series.values) if value is not None), default=None)


def _endings(chart: Chart) -> list[_Ending]:
    found = []
    for number, series in enumerate(chart.series):
        wave = _last(series)
        text = text_of(series, len(series.values) - 1 if wave is None else wave)
        room = chart.width * _NAMES - measure.width(text, style.SIZE, bold=True)
        lines, _ = measure.wrap(series.name, room, style.SIZE, most=measure.HEAD_LINES)
        found.append(_Ending(number, wave, text, lines))
    return found


def _scale(chart: Chart, top: float, bottom: float) -> Scale:
    """From the least to the greatest value, or the chart's own limits."""
    numbers = known(chart.series) or [0.0, 1.0]
    limits = [limit for limit in (chart.minimum, chart.maximum) if limit is not None]
    low, high = min(*numbers, *limits, numbers[0]), max(*numbers, *limits, numbers[0])
    if high <= low:
        low, high = low - 0.5, high + 0.5
    unit = (bottom - top) / (high - low)
    return Scale(bottom + low * unit, -unit)


def _crosses(box: Box, one: Point, other: Point) -> bool:
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


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _draw_middles(sheet: Sheet, chart: Chart, points: list[list[Point | None]], top: float, bottom: float) -> None:
    """Numbers at the waves between, above or below their point, where neither a line nor another number is."""
    stretches = [(a, b) for line in points for a, b in pairwise(line) if a and b]
    spots = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for line in points for x, y in filter(None, line)]
    taken: list[Box] = []
    for number, series in enumerate(chart.series):
        for wave in range(1, len(chart.categories) - 1):
            point, text = points[number][wave], text_of(series, wave)
            if point is None or not text or wave == _last(series):
                continue
            half = measure.width(text, style.SMALL) / 2
            for baseline in (point[1] - 5.0, point[1] + 5.0 + style.CAP * style.SMALL):
                left, right = point[0] - half, point[0] + half
                figures = (left, baseline - style.CAP * style.SMALL, right, baseline)
                whole = (left, baseline - style.ASCENT * style.SMALL, right, baseline + style.DESCENT * style.SMALL)
                hidden = figures[1] < top or figures[3] > bottom or any(_overlap(figures, spot) for spot in spots)
                hidden = hidden or any(_overlap(whole, other) for other in taken)
                if not hidden and not any(_crosses(figures, *stretch) for stretch in stretches):
                    sheet.text("value", point[0], baseline, text, size=style.SMALL, anchor="middle")
                    taken.append(whole)
                    break


def _draw_lines(sheet: Sheet, number: int, line: list[Point | None], colour: str) -> None:
    """One series: joined where neighbouring waves both have a value, a point at each."""
    for wave, (one, other) in enumerate(pairwise(line)):
        if one is not None and other is not None:
            sheet.line(f"line-{number}-{wave}", [one, other], colour, _STROKE)
    for wave, point in enumerate(line):
        if point is not None:
            sheet.dot(f"dot-{number}-{wave}", *point, _POINT, colour)


def _heads(chart: Chart, pitch: float) -> dict[int, tuple[str, ...]]:
    """The waves' names as they wrap; among waves too close together every second, third … one, the last always."""
    waves = len(chart.categories)
    longest = max(measure.longest_word(measure.clean(c), style.SIZE, bold=True) for c in chart.categories)
    every = min(max(1, math.ceil(longest / (pitch * _HEADS))), max(waves - 1, 1))
    room = pitch * every * _HEADS
    shown = range((waves - 1) % every, waves, every)
    return {n: measure.wrap(chart.categories[n], room, style.SIZE, True, measure.HEAD_LINES)[0] for n in shown}


def _draw_waves(
    sheet: Sheet, heads: dict[int, tuple[str, ...]], places: Sequence[float], top: float, bottom: float
) -> None:
    """The waves' names over faint upright lines."""
    for wave, x in enumerate(places):
        lines = heads.get(wave, ())
        half = max((measure.width(line, style.SIZE, bold=True) for line in lines), default=0.0) / 2
        middle = top - 4.0 - block(len(lines)) / 2
        if half > x:
            sheet.centred("label", 0.0, middle, lines, bold=True)
        else:
            sheet.centred("label", x, middle, lines, bold=True, anchor="middle")
        sheet.line("grid", [(x, top), (x, bottom)], style.FAINT, style.BASELINE)


def draw_slope(chart: Chart) -> Sheet:
    """Two or more waves joined by lines; each line carries its name and last value at its right end."""
    sheet = Sheet(chart.width)
    waves, count = len(chart.categories), len(chart.series)
    # Every line carries its name, so many lines need no colours to be told apart by.
    colours = style.strong(count) if count <= 5 else (style.BASE,) * count
    endings = _endings(chart)
    first = [n for n, s in enumerate(chart.series) if waves > 1 and s.values[0] is not None and text_of(s, 0)]
    start = max([measure.width(text_of(chart.series[n], 0), style.SIZE) for n in first], default=0.0) + _LEAD
    values = max(measure.width(ending.value, style.SIZE, bold=True) for ending in endings)
    names = max((measure.width(line, style.SIZE) for e in endings for line in e.lines), default=0.0)
    label = chart.width - names - style.GAP - values
    end = label - _LEAD
    places = [start + (end - start) * wave / max(waves - 1, 1) for wave in range(waves)]
    heads = _heads(chart, (end - start) / max(waves - 1, 1))

    height = max(_LEAST_HEIGHT, sum(ending.height for ending in endings))
    scale = _scale(chart, 0.0, height)
    wanted = [height if e.wave is None else scale(chart.series[e.number].values[e.wave] or 0.0) for e in endings]
    right = spread(wanted, [ending.height for ending in endings])
    left = spread([scale(chart.series[n].values[0] or 0.0) for n in first], [block(1)] * len(first))
    halves = [*((y, e.height / 2) for y, e in zip(right, endings, strict=True)), *((y, block(1) / 2) for y in left)]
    over = min(-_POINT, *(y - half for y, half in halves))
    under = max(height + _POINT, *(y + half for y, half in halves))
    top = block(max(map(len, heads.values()))) + 6.0
    down = top - over

    scale = Scale(scale.zero + down, scale.unit)
    bottom = under + down
    _draw_waves(sheet, heads, places, top, bottom)
    points: list[list[Point | None]] = [
        [None if v is None else (x, scale(v)) for x, v in zip(places, series.values, strict=True)]
        for series in chart.series
    ]
    for ending, middle in zip(endings, right, strict=True):
        y = middle + down
        point = None if ending.wave is None else points[ending.number][ending.wave]
        if point is not None and (abs(point[1] - y) > 2.0 or ending.wave != waves - 1):
            leader = [(point[0] + _POINT + 1.0, point[1]), (label - 2.0, y)]
            sheet.line(f"leader-{ending.number}", leader, style.RULE, style.HAIR)
        ink = style.INK if point is not None else style.QUIET
        sheet.centred("value", label + values, y, (ending.value,), bold=True, colour=ink, anchor="end")
        sheet.centred("name", label + values + style.GAP, y, ending.lines)
    for number in range(count):
        _draw_lines(sheet, number, points[number], colours[number])
    for number, middle in zip(first, left, strict=True):
        text = text_of(chart.series[number], 0)
        sheet.centred("value", start - _LEAD + 3.0, middle + down, (text,), anchor="end")
    if count <= _NUMBERED:
        _draw_middles(sheet, chart, points, top, bottom)
    sheet.height = bottom + 2.0 + draw_axis_title(sheet, chart, 0.0, chart.width, bottom)
    return sheet
