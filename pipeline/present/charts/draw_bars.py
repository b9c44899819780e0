"""Horizontal bars, one or several series side by side, and small multiples of them on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import Extent, axis_below, from_zero, has_intervals, limits, reach, text_of, tick_text
from pipeline.present.charts.canvas import add, figure_of, mark, place, points, put
from pipeline.present.charts.frame import Frame, draw_key, draw_rule, draw_title, draw_whiskers, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, bar_colours, mix

_BETWEEN = 1.5  # bars of one category
_PANEL_WIDTH = 84.0  # the least a panel is worth
_PANEL_GAP = 14.0


def _extents(chart: Chart, style: Style, axis: bool, beside: bool) -> list[Extent]:
    """What all bars with their labels take; ``beside``: labels at the left leave room for the first tick's number."""
    low, high = from_zero(chart)
    first, last = (measure.width(tick_text(end, (high - low) / 4, chart), style.small) / 2 for end in (low, high))
    before = first if axis and (low < 0 or not beside) else 0.0
    found = [Extent(low, low, before, 0.0), Extent(high, high, 0.0, last if axis else 0.0)]
    for series in chart.series:
        for index, value in enumerate(series.values):
            text = text_of(series, index)
            room = measure.width(text, style.size, index in chart.highlight) + style.nudge if text else 0.0
            low, high = reach(series, index) or (0.0, 0.0)
            negative = value is not None and value < 0
            found.append(Extent(min(low, 0.0), max(high, 0.0), room if negative else 0.0, 0.0 if negative else room))
    return found


def _bars(
    axes: Axes, chart: Chart, style: Style, number: int, frame: Frame, shift: float, thick: float, fills: Sequence[str]
) -> None:
    """The bars of one series, each with its uncertainty and, at its end, its label."""
    series = chart.series[number]
    middles = [row.top + shift + thick / 2 for row in frame.rows]
    drawn = {index: value for index, value in enumerate(series.values) if value is not None}
    bars = axes.barh(
        [middles[i] for i in drawn], list(drawn.values()), thick, color=[fills[i] for i in drawn]
    )  # fmt: skip
    for index, bar in zip(drawn, bars, strict=True):
        bar.set(**mark(f"bar-{number}-{index}"))
    for index, middle in enumerate(middles):
        value, text, ends = series.values[index], text_of(series, index), reach(series, index)
        bold = index in chart.highlight
        if value is None or ends is None:
            at = (0.0, middle)
            put(axes, style, "value", at, (text,), dx=style.nudge, colour=style.quiet, bold=bold)
            continue
        draw_whiskers(axes, style, series, number, index, middle)
        if value < 0:
            put(axes, style, "value", (min(ends[0], 0.0), middle), (text,), dx=-style.nudge, bold=bold, ha="right")
        else:
            put(axes, style, "value", (max(ends[1], 0.0), middle), (text,), dx=style.nudge, bold=bold)


def _wants_axis(chart: Chart) -> bool:
    """Bars with a number at each end need no axis; uncertainty and bars without numbers do."""
    return has_intervals(chart.series) or any(not any(series.texts) for series in chart.series)


def draw_bars(axes: Axes, chart: Chart, style: Style) -> None:
    """Horizontal bars from zero, a number at the end of each."""
    labels = fit_labels(chart, style)
    count, categories = len(chart.series), len(chart.categories)
    axis, muted = _wants_axis(chart), has_intervals(chart.series)
    left, room = labels.plot_left, chart.width - labels.plot_left
    if count == 1:
        thick = style.bar
        fills: list[Sequence[str]] = [bar_colours(categories, chart.highlight, muted)]
    else:
        thick = style.bar_of_several
        hues = style.colours(count, chart.ordered)
        fills = [[mix(hue, style.paper, 0.4) if muted else hue] * categories for hue in hues]
        draw_key(axes, style, [s.name for s in chart.series], [f[0] for f in fills], left, room)
    frame = lay_rows(axes, chart, style, labels, count * thick + (count - 1) * _BETWEEN)
    place(axes, left, 0.0, room, frame.bottom)
    axes.set(ylim=(frame.bottom, 0.0), xlim=limits(_extents(chart, style, axis, not labels.above), room))
    if axis:
        axis_below(axes, chart, style, from_zero(chart), room, frame.spans)
    for number in range(count):
        _bars(axes, chart, style, number, frame, number * (thick + _BETWEEN), thick, fills[number])
    draw_rule(axes, style, frame, 0.0)
    draw_title(axes, chart, style, left, room, frame.bottom + (style.block(1, style.small) + 3.0 if axis else 0.0))


def draw_panels(axes: Axes, chart: Chart, style: Style) -> None:
    """Small multiples: one panel of bars per series, side by side, all on the same scale."""
    labels = fit_labels(chart, style, largest=0.46)
    count, left = len(chart.series), labels.plot_left
    abreast = max(1, min(count, math.floor((chart.width - left + _PANEL_GAP) / (_PANEL_WIDTH + _PANEL_GAP))))
    strips = math.ceil(count / abreast)
    abreast = math.ceil(count / strips)
    axis = _wants_axis(chart)
    room = (chart.width - left - (abreast - 1) * _PANEL_GAP) / abreast
    ends = limits(_extents(chart, style, axis, not labels.above), room)
    fills = bar_colours(len(chart.categories), chart.highlight, has_intervals(chart.series))
    top = 0.0
    for strip in range(strips):
        numbers = range(strip * abreast, min((strip + 1) * abreast, count))
        titles = [measure.wrap(chart.series[n].name, room, style.size, True, measure.HEAD_LINES)[0] for n in numbers]
        top += style.block(max(len(title) for title in titles)) + 2.0
        for position, (number, title) in enumerate(zip(numbers, titles, strict=True)):
            panel = axes if not number else add(figure_of(axes))
            if not position:
                frame = lay_rows(panel, chart, style, labels, style.bar)
            place(panel, left + position * (room + _PANEL_GAP), top, room, frame.bottom)
            panel.set(xlim=ends, ylim=(frame.bottom, 0.0))
            at = (0.0, -2.0 - style.block(len(title)) / 2)
            put(panel, style, "name", at, title, bold=True, within=points(panel))
            if axis:
                axis_below(panel, chart, style, from_zero(chart), room, frame.spans)
            _bars(panel, chart, style, number, frame, 0.0, style.bar, fills)
            draw_rule(panel, style, frame, 0.0)
        top += frame.bottom + (style.block(1, style.small) + 3.0 if axis else 0.0) + 10.0
    draw_title(axes, chart, style, left, chart.width - left, top - 10.0 - _first_top(chart, style, abreast, room))


def _first_top(chart: Chart, style: Style, abreast: int, room: float) -> float:
    """Where the first strip's axes begin."""
    names = [series.name for series in chart.series[:abreast]]
    lines = [measure.wrap(name, room, style.size, True, measure.HEAD_LINES)[0] for name in names]
    return style.block(max(map(len, lines))) + 2.0
