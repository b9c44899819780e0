"""Bars of 100 per cent: stacked from the left, or diverging from the middle with the neutral answer apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import text_of
from pipeline.present.charts.canvas import Anchor, mark, place, points, put
from pipeline.present.charts.frame import Frame, Labels, draw_key, draw_rule, draw_title, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, diverging, ink_on, stack

_THICK = 16.0
_PAD = 2.0  # beside a label inside its segment
_NEUTRAL_GAP = 18.0
_NEUTRAL_LEAST = 46.0


def _value(chart: Chart, number: int, index: int) -> float:
    """A segment's length; what has no value has no length."""
    value = chart.series[number].values[index]
    return 0.0 if value is None else value


def _sums(chart: Chart, numbers: Sequence[int]) -> list[float]:
    return [math.fsum(_value(chart, n, index) for n in numbers) for index in range(len(chart.categories))]


def _segments(
    axes: Axes, chart: Chart, style: Style, frame: Frame, numbers: Sequence[int], fills: Sequence[str], unit: float,
    sign: float = 1.0,
) -> None:  # fmt: skip
    """The segments of all rows outward from zero, labels inside; the outermost's label may stand beside it.

    ``unit``: points per unit. A zero has no segment and no label: a number there would be read as its neighbour's.
    """
    starts = [0.0] * len(frame.rows)
    for number, fill in zip(numbers, fills, strict=True):
        values = [_value(chart, number, index) for index in range(len(starts))]
        # The left end is where the segment before ended, so that neighbours touch.
        lefts = [start if sign > 0 else start - value for start, value in zip(starts, values, strict=True)]
        _bars(axes, style, frame, number, values, lefts, fill)
        for index, (value, row) in enumerate(zip(values, frame.rows, strict=True)):
            text = text_of(chart.series[number], index)
            starts[index] += sign * value
            if value and measure.width(text, style.small) + 2 * _PAD <= value * unit:
                at, ink = (lefts[index] + value / 2, row.middle), ink_on(fill)
                put(axes, style, "value", at, (text,), size=style.small, colour=ink, ha="center")
            elif value and number == numbers[-1]:
                at = (starts[index], row.middle)
                side: Anchor = "left" if sign > 0 else "right"
                put(axes, style, "value", at, (text,), dx=sign * style.nudge, size=style.small, ha=side)


def _bars(
    axes: Axes, style: Style, frame: Frame, number: int, values: Sequence[float], lefts: Sequence[float], fill: str
) -> None:
    """One series' segments, but for zeros, each with an edge like the paper."""
    drawn = [index for index, value in enumerate(values) if value]
    bars = axes.barh(
        [frame.rows[i].middle for i in drawn], [values[i] for i in drawn], _THICK, left=[lefts[i] for i in drawn],
        color=fill, edgecolor=style.paper, lw=style.rule_width,
    )  # fmt: skip
    for index, bar in zip(drawn, bars, strict=True):
        bar.set(**mark(f"bar-{number}-{index}"))


def _outside(chart: Chart, style: Style, number: int) -> float:
    """Room for the widest label of one series beside its bar."""
    texts = [text_of(chart.series[number], index) for index in range(len(chart.categories))]
    return max((measure.width(text, style.small) for text in texts), default=0.0) + style.nudge


def _heads(chart: Chart, style: Style, unit: float) -> list[tuple[float, tuple[str, ...]]] | None:
    """The series' names over the first bar's segments (middles in values), where all of them fit there."""
    left = 0.0
    heads: list[tuple[float, tuple[str, ...]]] = []
    for number, series in enumerate(chart.series):
        value = _value(chart, number, 0)
        room = value * unit - 2 * _PAD
        if not series.name or measure.longest_word(series.name, style.size) > room:
            return None
        lines, whole = measure.wrap(series.name, room, style.size, most=2)
        if not whole:
            return None
        heads.append((left + value / 2, lines))
        left += value
    return heads


def _empty_rows(axes: Axes, chart: Chart, style: Style, frame: Frame) -> None:
    """A category without any value still says why."""
    for index, row in enumerate(frame.rows):
        if all(series.values[index] is None for series in chart.series):
            text = next((text_of(series, index) for series in chart.series if text_of(series, index)), "")
            put(axes, style, "value", (0.0, row.middle), (text,), dx=style.nudge, colour=style.quiet)


def draw_stacked(axes: Axes, chart: Chart, style: Style) -> None:
    """Bars of 100 per cent, light to dark for ordered answers, else one hue per answer."""
    labels = fit_labels(chart, style)
    count = len(chart.series)
    fills = stack(count, chart.ordered, chart.apart)
    left, room = labels.plot_left, chart.width - labels.plot_left
    longest = max([*_sums(chart, range(count)), 1.0 if chart.percent else 0.0]) or 1.0
    unit = (room - _outside(chart, style, count - 1)) / longest
    frame = lay_rows(axes, chart, style, labels, _THICK)
    place(axes, left, 0.0, room, frame.bottom)
    axes.set(ylim=(frame.bottom, 0.0), xlim=(0.0, room / unit))
    heads = None if chart.groups or labels.above else _heads(chart, style, unit)
    if heads is None:
        draw_key(axes, style, [series.name for series in chart.series], fills, left, room)
    for x, lines in heads or ():
        put(axes, style, "name", (x, 0.0), lines, dy=-1.0 - style.block(len(lines)) / 2, ha="center")
    _segments(axes, chart, style, frame, range(count), fills, unit)
    _empty_rows(axes, chart, style, frame)
    draw_title(axes, chart, style, left, room, frame.bottom)


def _sides(chart: Chart) -> tuple[list[int], list[int]]:
    """Series left and right of the middle."""
    numbers = list(range(len(chart.series)))
    if chart.neutral is not None:
        return numbers[: chart.neutral], numbers[chart.neutral + 1 :]
    half = len(numbers) // 2
    return numbers[:half], numbers[half:]


@dataclass(frozen=True, slots=True)
class _Middle:
    """In points from the axes' left edge: a diverging chart's middle, points per unit, and the neutral column."""

    x: float
    unit: float
    neutral: float


def _fit_middle(
    chart: Chart, style: Style, labels: Labels, minus: Sequence[int], plus: Sequence[int]
) -> _Middle:  # fmt: skip
    """One scale for both sides and the neutral column, with room for labels beside the outermost segments."""
    before = _outside(chart, style, minus[0]) if minus else 0.0
    after = _outside(chart, style, plus[-1]) if plus else 0.0
    left, right = max(_sums(chart, minus)), max(_sums(chart, plus))
    width = chart.width - labels.plot_left
    room = width - before - after
    if chart.neutral is None:
        unit = room / ((left + right) or 1.0)
        return _Middle(before + left * unit, unit, width)
    largest, apart = max(_sums(chart, [chart.neutral])), _outside(chart, style, chart.neutral)
    unit = (room - _NEUTRAL_GAP - apart) / ((left + right + largest) or 1.0)
    column = max(largest * unit + apart, _NEUTRAL_LEAST)
    unit = min(unit, (room - _NEUTRAL_GAP - column) / ((left + right) or 1.0))
    return _Middle(before + left * unit, unit, width - column)


def _draw_neutral(axes: Axes, chart: Chart, style: Style, neutral: int, frame: Frame, middle: _Middle) -> None:
    """The neutral answer in its own column, on the scale of the rest."""
    name, room = chart.series[neutral].name, chart.width
    width = room - axes.get_position().x0 * room - middle.neutral
    lines, _ = measure.wrap(name, width, style.size, most=measure.HEAD_LINES)
    at = (middle.neutral, -3.0 - style.block(len(lines)) / 2)
    put(axes, style, "name", at, lines, within=points(axes))
    start = (middle.neutral - middle.x) / middle.unit
    values = [_value(chart, neutral, index) for index in range(len(frame.rows))]
    _bars(axes, style, frame, neutral, values, [start] * len(values), style.neutral)
    for index, (value, row) in enumerate(zip(values, frame.rows, strict=True)):
        if chart.series[neutral].values[index] is not None:
            text = text_of(chart.series[neutral], index)
            put(axes, style, "value", (start + value, row.middle), (text,), dx=style.nudge, size=style.small)


def draw_diverging(axes: Axes, chart: Chart, style: Style) -> None:
    """Answers of one side to the left of the middle, of the other to the right, the neutral one apart at the end."""
    labels = fit_labels(chart, style, largest=0.42)
    minus, plus = _sides(chart)
    browns, blues = diverging(len(minus), len(plus))
    left, room = labels.plot_left, chart.width - labels.plot_left
    middle = _fit_middle(chart, style, labels, minus, plus)
    frame = lay_rows(axes, chart, style, labels, _THICK)
    place(axes, left, 0.0, room, frame.bottom)
    axes.set(ylim=(frame.bottom, 0.0), xlim=(-middle.x / middle.unit, (room - middle.x) / middle.unit))
    names = [chart.series[number].name for number in (*minus, *plus)]
    key_right = middle.neutral - (0.0 if chart.neutral is None else _NEUTRAL_GAP)
    draw_key(axes, style, names, [*browns, *blues], left, key_right)
    _segments(axes, chart, style, frame, minus[::-1], browns[::-1], middle.unit, -1.0)
    _segments(axes, chart, style, frame, plus, blues, middle.unit)
    if chart.neutral is not None:
        _draw_neutral(axes, chart, style, chart.neutral, frame, middle)
    _empty_rows(axes, chart, style, frame)
    draw_rule(axes, style, frame, 0.0, style.ink)
    draw_title(axes, chart, style, left, room, frame.bottom)
