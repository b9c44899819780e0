"""Horizontal bars, one or several series side by side, and small multiples of them on one scale."""

from __future__ import annotations

import math

from pipeline.present.charts import measure, style
from pipeline.present.charts.frame import Labels, draw_key, draw_rule, draw_whiskers, fit_labels, lay_rows
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.scale import (
    Extent,
    Scale,
    draw_axis,
    draw_axis_title,
    draw_grid,
    fit,
    has_intervals,
    known,
    labelled_ticks,
    reach,
    text_of,
    tick_text,
)
from pipeline.present.charts.shapes import Sheet, block

_BETWEEN = 1.5  # bars of one category
_PANEL_WIDTH = 84.0  # the least a panel is worth
_PANEL_GAP = 14.0


def _domain(chart: Chart) -> tuple[float, float]:
    """Zero and everything drawn; the chart's own limits widen it."""
    numbers = [0.0, *known(chart.series), *(limit for limit in (chart.minimum, chart.maximum) if limit is not None)]
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (0.0, 1.0)


def _extents(chart: Chart, axis: bool, beside: bool) -> list[Extent]:
    """What all bars with their labels take; ``beside``: labels at the left leave room for the first tick's number."""
    low, high = _domain(chart)
    first, last = (measure.width(tick_text(end, (high - low) / 4, chart), style.SMALL) / 2 for end in (low, high))
    before = first if axis and (low < 0 or not beside) else 0.0
    found = [Extent(low, low, before, 0.0), Extent(high, high, 0.0, last if axis else 0.0)]
    for series in chart.series:
        for index, value in enumerate(series.values):
            text = text_of(series, index)
            room = measure.width(text, style.SIZE, index in chart.highlight) + style.NUDGE if text else 0.0
            ends = reach(series, index)
            if value is None or ends is None:
                found.append(Extent(0.0, 0.0, 0.0, room))
            elif value < 0:
                found.append(Extent(min(ends[0], 0.0), max(ends[1], 0.0), room, 0.0))
            else:
                found.append(Extent(min(ends[0], 0.0), max(ends[1], 0.0), 0.0, room))
    return found


def _bar(
    sheet: Sheet, chart: Chart, number: int, index: int, scale: Scale, top: float, height: float, fill: str
) -> None:
    """One bar with its uncertainty and, at its end, its label."""
    series = chart.series[number]
    value, text = series.values[index], text_of(series, index)
    bold = index in chart.highlight
    middle = top + height / 2
    ends = reach(series, index)
    if value is None or ends is None:
        sheet.centred("value", scale(0) + style.NUDGE, middle, (text,), colour=style.QUIET, bold=bold)
        return
    sheet.rect(f"bar-{number}-{index}", scale(0), top, scale(value) - scale(0), height, fill)
    draw_whiskers(sheet, series, number, index, scale, middle)
    if value < 0:
        x = scale(min(ends[0], 0.0)) - style.NUDGE
        sheet.centred("value", x, middle, (text,), bold=bold, anchor="end")
    else:
        sheet.centred("value", scale(max(ends[1], 0.0)) + style.NUDGE, middle, (text,), bold=bold)


def _wants_axis(chart: Chart) -> bool:
    """Bars with a number at each end need no axis; uncertainty and bars without numbers do."""
    return has_intervals(chart.series) or any(not any(series.texts) for series in chart.series)


def draw_bars(chart: Chart) -> Sheet:
    """Horizontal bars from zero, a number at the end of each."""
    sheet = Sheet(chart.width)
    labels = fit_labels(chart)
    count = len(chart.series)
    axis = _wants_axis(chart)
    muted = has_intervals(chart.series)
    top = 0.0
    if count == 1:
        thickness = style.BAR
        fills = [style.bar_colours(len(chart.categories), chart.highlight, muted)]
    else:
        thickness = style.BAR_OF_SEVERAL
        hues = style.ramp(count) if chart.ordered else style.distinct(count)
        fills = [[style.mix(hue, style.PAPER, 0.4) if muted else hue] * len(chart.categories) for hue in hues]
        left = labels.plot_left
        top = draw_key(sheet, [s.name for s in chart.series], [f[0] for f in fills], left, chart.width)
    content = count * thickness + (count - 1) * _BETWEEN
    frame = lay_rows(sheet, chart, labels, top, content)
    scale = fit(_extents(chart, axis, not labels.above), frame.left, frame.right)
    low, high = _domain(chart)
    marks = labelled_ticks(chart, scale, low, high, frame.right - frame.left) if axis else []
    draw_grid(sheet, scale, marks, frame.spans)
    for index, row in enumerate(frame.rows):
        for number in range(count):
            at = row.top + number * (thickness + _BETWEEN)
            _bar(sheet, chart, number, index, scale, at, thickness, fills[number][index])
    draw_rule(sheet, frame, scale(0))
    y = frame.bottom
    y += draw_axis(sheet, scale, marks, y)
    y += draw_axis_title(sheet, chart, frame.left, frame.right, y)
    sheet.height = y
    return sheet


def _panel_title(sheet: Sheet, series: Series, left: float, room: float, bottom: float) -> None:
    lines, _ = measure.wrap(series.name, room, style.SIZE, True, measure.HEAD_LINES)
    for index, line in enumerate(reversed(lines)):
        sheet.text("name", left, bottom - 4 - index * block(1), line, bold=True)


def draw_panels(chart: Chart) -> Sheet:
    """Small multiples: one panel of bars per series, side by side, all on the same scale."""
    sheet = Sheet(chart.width)
    labels = fit_labels(chart, largest=0.46)
    count = len(chart.series)
    start = labels.plot_left
    abreast = max(1, min(count, math.floor((chart.width - start + _PANEL_GAP) / (_PANEL_WIDTH + _PANEL_GAP))))
    strips = math.ceil(count / abreast)
    abreast = math.ceil(count / strips)
    muted = has_intervals(chart.series)
    axis = _wants_axis(chart)
    fills = style.bar_colours(len(chart.categories), chart.highlight, muted)
    low, high = _domain(chart)
    y = 0.0
    for strip in range(strips):
        numbers = range(strip * abreast, min((strip + 1) * abreast, count))
        y = _strip(sheet, chart, labels, list(numbers), abreast, y, axis, fills, (low, high))
        y += 10.0 if strip < strips - 1 else 0.0
    y += draw_axis_title(sheet, chart, start, chart.width, y)
    sheet.height = y
    return sheet


def _strip(
    sheet: Sheet,
    chart: Chart,
    labels: Labels,
    numbers: list[int],
    abreast: int,
    y: float,
    axis: bool,
    fills: list[str],
    domain: tuple[float, float],
) -> float:
    """One row of panels; returns where it ends."""
    start = labels.plot_left
    room = (chart.width - start - (abreast - 1) * _PANEL_GAP) / abreast
    titles = [measure.wrap(chart.series[n].name, room, style.SIZE, True, measure.HEAD_LINES)[0] for n in numbers]
    y += block(max(len(title) for title in titles)) + 2.0
    frame = lay_rows(sheet, chart, labels, y, style.BAR)
    base = fit(_extents(chart, axis, not labels.above), 0.0, room)
    for position, number in enumerate(numbers):
        left = frame.left + position * (room + _PANEL_GAP)
        scale = Scale(base.zero + left, base.unit)
        marks = labelled_ticks(chart, scale, *domain, room) if axis else []
        _panel_title(sheet, chart.series[number], left, room, y)
        draw_grid(sheet, scale, marks, frame.spans)
        for index, row in enumerate(frame.rows):
            _bar(sheet, chart, number, index, scale, row.top, style.BAR, fills[index])
        draw_rule(sheet, frame, scale(0))
        draw_axis(sheet, scale, marks, frame.bottom)
    return frame.bottom + (block(1, style.SMALL) + 3.0 if axis else 0.0)
