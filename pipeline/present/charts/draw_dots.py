"""A dot per category and series with its interval, and the same for the terms of a model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import (
    Extent,
    axis_below,
    has_intervals,
    known,
    limits,
    text_of,
    tick_text,
    ticks,
)
from pipeline.present.charts.canvas import Anchor, mark, place, put
from pipeline.present.charts.frame import Frame, draw_key, draw_rule, draw_title, draw_whiskers, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, mix, strong

_LINE = 11.0  # of one series within a category
_PAIR = 8.0
_COLUMN_GAP = 10.0
_LEAST_RATIO = 1e-6


def _span(numbers: Sequence[float], ratio: bool) -> tuple[float, float]:
    """From the least to the greatest number, widened to round ticks (a ratio scale is not widened)."""
    low, high = min(numbers), max(numbers)
    if ratio:
        return low, max(high, low * 1.01)
    if low == high:
        return low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    places = ticks(low, high, 6)
    step = places[1] - places[0] if len(places) > 1 else (high - low)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def _domain(chart: Chart, ratio: bool) -> tuple[float, float]:
    """What the axis spans: the chart's limits, else all that is drawn and the null value; shares from zero."""
    numbers = known(chart.series) or [0.0, 1.0]
    if chart.null is not None:
        numbers.append(chart.null)
    elif chart.percent and min(numbers) >= 0:
        numbers.append(0.0)
    low, high = _span(numbers, ratio)
    low = low if chart.minimum is None else min(chart.minimum, *numbers)
    high = high if chart.maximum is None else max(chart.maximum, *numbers)
    return low, high


def _is_ratio(chart: Chart) -> bool:
    """Ratios (odds ratios, relative risks) around 1 are drawn on a logarithmic scale, where all are positive."""
    return chart.null == 1 and min(known(chart.series), default=0.0) >= _LEAST_RATIO


def _scale(
    axes: Axes, chart: Chart, style: Style, frame: Frame, left: float, room: float, extents: Sequence[Extent]
) -> None:
    """Place the axes, ``room`` points wide, with limits, ticks and title."""
    ratio = _is_ratio(chart)
    low, high = _domain(chart, ratio)
    edge = max(measure.width(tick_text(end, (high - low) / 4, chart), style.small) for end in (low, high)) / 2
    place(axes, left, 0.0, room, frame.bottom)
    if ratio:
        axes.set_xscale("log")
    ends = limits([Extent(low, low, edge, 0.0), Extent(high, high, 0.0, edge), *extents], room, ratio)
    axes.set(ylim=(frame.bottom, 0.0), xlim=ends)
    axis_below(axes, chart, style, (low, high), room, frame.spans)
    draw_title(axes, chart, style, left, room, frame.bottom + style.block(1, style.small) + 3.0)


def _guide(axes: Axes, style: Style, middle: float, end: float) -> None:
    """A faint line across a row leads the eye from the label to the dot."""
    ends = [axes.get_xlim()[0], end]
    axes.plot(ends, [middle, middle], color=style.faint, lw=style.hair, zorder=0.5, **mark("guide"))


def _dot(axes: Axes, style: Style, part: str, x: float, y: float, colour: str, radius: float = 0.0) -> None:
    axes.plot([x], [y], "o", color=colour, ms=2 * (radius or style.dot), mew=0, zorder=3, **mark(part))


def _first(chart: Chart, index: int) -> int:
    """Which of two series has its dot at the left."""
    before, after = (series.values[index] for series in chart.series)
    return 1 if before is not None and after is not None and before > after else 0


def _draw_pairs(
    axes: Axes, chart: Chart, style: Style, colours: Sequence[str], frame: Frame, left: float, room: float
) -> None:
    """Two dots on one line, joined, each with its label outward."""
    clear = style.dot + style.nudge
    extents = []
    for index in range(len(chart.categories)):
        for one in (0, 1):
            value, text = chart.series[one].values[index], text_of(chart.series[one], index)
            if value is not None:
                ends = (measure.width(text, style.size) + clear, style.dot)
                extents.append(Extent(value, value, *(ends if _first(chart, index) == one else ends[::-1])))
    _scale(axes, chart, style, frame, left, room, extents)
    low, high = axes.get_xlim()
    unit = room / (high - low)
    for index, row in enumerate(frame.rows):
        values = [series.values[index] for series in chart.series]
        present = [value for value in values if value is not None]
        if not present:
            text = next((text_of(s, index) for s in chart.series if text_of(s, index)), "")
            put(axes, style, "value", (low, row.middle), (text,), dx=style.nudge, colour=style.quiet)
            continue
        first = _first(chart, index)
        before = clear + 3.0
        before += measure.width(text_of(chart.series[first], index), style.size) if values[first] is not None else 0.0
        _guide(axes, style, row.middle, max(low, min(present) - before / unit))
        apart = 0.0
        if len(present) == 2:
            axes.plot(
                present, [row.middle] * 2, color=style.rule, lw=style.interval / 2, zorder=2, **mark(f"link-{index}")
            )
            # Dots that would hide one another move up and down a little; their place on the scale stays.
            apart = style.dot * 0.6 if abs(present[0] - present[1]) * unit < style.dot * 1.2 else 0.0
        for one in (first, 1 - first):
            value, text, sign = values[one], text_of(chart.series[one], index), -1 if one == first else 1
            if value is None:
                continue
            _dot(axes, style, f"dot-{one}-{index}", value, row.middle + sign * apart, colours[one])
            side: Anchor = "right" if sign < 0 else "left"
            put(axes, style, "value", (value, row.middle), (text,), dx=sign * clear, ha=side)


def _draw_rows(
    axes: Axes, chart: Chart, style: Style, colours: Sequence[str], frame: Frame, left: float, room: float
) -> None:
    """A line of its own per category and series, values in a column at the right."""
    column = _value_column(chart, style)
    full, room = room, room - (column + _COLUMN_GAP if column else 0.0)
    _scale(axes, chart, style, frame, left, room, [])
    end = axes.get_xlim()[1]
    if chart.null is not None:
        draw_rule(axes, style, frame, chart.null)
    for index, row in enumerate(frame.rows):
        if len(chart.series) == 1:
            _guide(axes, style, row.middle, end)
        line, bold = row.height / len(chart.series), index in chart.highlight
        for one, series in enumerate(chart.series):
            middle = row.top + (one + 0.5) * line
            value, text = series.values[index], text_of(series, index)
            colour = style.accent if bold and len(chart.series) == 1 else colours[one]
            if value is not None:
                whisker = mix(colour, style.paper, 0.35)
                draw_whiskers(axes, style, series, one, index, middle, colour=whisker)
                _dot(axes, style, f"dot-{one}-{index}", value, middle, colour)
            ink = style.ink if value is not None else style.quiet
            put(axes, style, "value", (end, middle), (text,), dx=full - room, bold=bold, colour=ink, ha="right")


def _value_column(chart: Chart, style: Style) -> float:
    return max(
        (
            measure.width(text_of(series, index), style.size, index in chart.highlight)
            for series in chart.series
            for index in range(len(chart.categories))
        ),
        default=0.0,
    )


def draw_dots(axes: Axes, chart: Chart, style: Style) -> None:
    """Dots with intervals; two series without intervals become pairs on one line."""
    labels = fit_labels(chart, style)
    count = len(chart.series)
    colours = strong(count)
    left, room = labels.plot_left, chart.width - labels.plot_left
    if count > 1:
        draw_key(axes, style, [s.name for s in chart.series], colours, left, room, dots=True)
    pairs = count == 2 and not has_intervals(chart.series) and chart.null is None
    content = _PAIR if pairs else count * _LINE - (0.0 if count > 1 else 3.0)
    gap = style.row_gap + (4.0 if count > 1 and not pairs else 0.0)
    frame = lay_rows(axes, chart, style, labels, content, gap=gap)
    (_draw_pairs if pairs else _draw_rows)(axes, chart, style, colours, frame, left, room)


def draw_coefficients(axes: Axes, chart: Chart, style: Style) -> None:
    """Estimates and intervals of a model's terms against the null line; ratios on a logarithmic scale."""
    draw_dots(axes, chart, style)
