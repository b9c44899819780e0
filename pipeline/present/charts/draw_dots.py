"""A dot per category and series with its interval, and the same for the terms of a model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.present.charts import measure, style
from pipeline.present.charts.frame import Frame, draw_key, draw_rule, draw_whiskers, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
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
    text_of,
    tick_text,
    ticks,
)
from pipeline.present.charts.shapes import Sheet

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


def _grid(
    sheet: Sheet, chart: Chart, frame: Frame, right: float, extents: Sequence[Extent], ratio: bool
) -> tuple[Scale, list[tuple[float, str]]]:
    """The scale from labels to ``right``, and its ticks with their faint lines."""
    low, high = _domain(chart, ratio)
    step = (high - low) / 4
    edge = max(measure.width(tick_text(end, step, chart), style.SMALL) for end in (low, high)) / 2
    scale = fit([Extent(low, low, edge, 0.0), Extent(high, high, 0.0, edge), *extents], frame.left, right, ratio)
    marks = labelled_ticks(chart, scale, low, high, right - frame.left)
    draw_grid(sheet, scale, marks, frame.spans)
    return scale, marks


def _finish(
    sheet: Sheet, chart: Chart, frame: Frame, right: float, scale: Scale, marks: Sequence[tuple[float, str]]
) -> None:
    y = frame.bottom
    y += draw_axis(sheet, scale, marks, y)
    y += draw_axis_title(sheet, chart, frame.left, right, y)
    sheet.height = y


def _guides(sheet: Sheet, frame: Frame, right: float) -> None:
    """A faint line across each row leads the eye from the label to the dot."""
    for row in frame.rows:
        sheet.line("guide", [(frame.left, row.middle), (right, row.middle)], style.FAINT, style.HAIR)


def _draw_pairs(sheet: Sheet, chart: Chart, colours: Sequence[str], frame: Frame) -> None:
    """Two dots on one line, joined, each with its label outward."""

    def before_after(index: int) -> tuple[int, int]:
        first, second = (series.values[index] for series in chart.series)
        return (1, 0) if first is not None and second is not None and first > second else (0, 1)

    extents = []
    clear = style.DOT + style.NUDGE
    for index in range(len(chart.categories)):
        for one in (0, 1):
            value = chart.series[one].values[index]
            room = measure.width(text_of(chart.series[one], index), style.SIZE) + clear
            if value is not None:
                on_left = before_after(index)[0] == one
                extents.append(Extent(value, value, room if on_left else style.DOT, style.DOT if on_left else room))
    scale, marks = _grid(sheet, chart, frame, frame.right, extents, ratio=False)
    for index, row in enumerate(frame.rows):
        values = [series.values[index] for series in chart.series]
        present = [value for value in values if value is not None]
        if present:
            first, text = before_after(index)[0], text_of(chart.series[before_after(index)[0]], index)
            end = scale(min(present)) - clear - 3.0
            end -= measure.width(text, style.SIZE) if values[first] is not None else 0.0
            sheet.line("guide", [(frame.left, row.middle), (max(frame.left, end), row.middle)], style.FAINT, style.HAIR)
        apart = 0.0
        if len(present) == 2:
            ends = [(scale(value), row.middle) for value in present]
            sheet.line(f"link-{index}", ends, style.RULE, style.INTERVAL / 2)
            # Dots that would hide one another move up and down a little; their place on the scale stays.
            apart = style.DOT * 0.6 if abs(ends[0][0] - ends[1][0]) < style.DOT * 1.2 else 0.0
        for one in before_after(index):
            value, text = values[one], text_of(chart.series[one], index)
            on_left = before_after(index)[0] == one
            if value is None:
                continue
            x = scale(value)
            y = row.middle + (-apart if on_left else apart)
            sheet.dot(f"dot-{one}-{index}", x, y, style.DOT, colours[one])
            shift = -clear if on_left else clear
            sheet.centred("value", x + shift, row.middle, (text,), anchor="end" if on_left else "start")
        if not present:
            text = next((text_of(s, index) for s in chart.series if text_of(s, index)), "")
            sheet.centred("value", frame.left + style.NUDGE, row.middle, (text,), colour=style.QUIET)
    _finish(sheet, chart, frame, frame.right, scale, marks)


def _draw_rows(sheet: Sheet, chart: Chart, colours: Sequence[str], frame: Frame, column: float) -> None:
    """A line of its own per category and series, values in a column at the right."""
    ratio = _is_ratio(chart)
    right = chart.width - (column + _COLUMN_GAP if column else 0.0)
    scale, marks = _grid(sheet, chart, frame, right, [], ratio)
    if len(chart.series) == 1:
        _guides(sheet, frame, right)
    if chart.null is not None:
        draw_rule(sheet, frame, scale(chart.null), style.RULE)
    for index, row in enumerate(frame.rows):
        line = row.height / len(chart.series)
        for one, series in enumerate(chart.series):
            middle = row.top + (one + 0.5) * line
            value, text = series.values[index], text_of(series, index)
            bold = index in chart.highlight
            colour = style.ACCENT if bold and len(chart.series) == 1 else colours[one]
            if value is not None:
                whisker = style.mix(colour, style.PAPER, 0.35)
                draw_whiskers(sheet, series, one, index, scale, middle, colour=whisker)
                sheet.dot(f"dot-{one}-{index}", scale(value), middle, style.DOT, colour)
            ink = style.INK if value is not None else style.QUIET
            sheet.centred("value", chart.width, middle, (text,), bold=bold, colour=ink, anchor="end")
    _finish(sheet, chart, frame, right, scale, marks)


def _value_column(chart: Chart) -> float:
    return max(
        (
            measure.width(text_of(series, index), style.SIZE, index in chart.highlight)
            for series in chart.series
            for index in range(len(chart.categories))
        ),
        default=0.0,
    )


def draw_dots(chart: Chart) -> Sheet:
    """Dots with intervals; two series without intervals become pairs on one line."""
    sheet = Sheet(chart.width)
    labels = fit_labels(chart)
    count = len(chart.series)
    colours = style.strong(count)
    top = 0.0
    if count > 1:
        left = labels.plot_left
        top = draw_key(sheet, [s.name for s in chart.series], colours, left, chart.width, dots=True)
    pairs = count == 2 and not has_intervals(chart.series) and chart.null is None
    content = _PAIR if pairs else count * _LINE - (0.0 if count > 1 else 3.0)
    frame = lay_rows(sheet, chart, labels, top, content, gap=style.ROW_GAP + (4.0 if count > 1 and not pairs else 0.0))
    if pairs:
        _draw_pairs(sheet, chart, colours, frame)
    else:
        _draw_rows(sheet, chart, colours, frame, _value_column(chart))
    return sheet


def draw_coefficients(chart: Chart) -> Sheet:
    """Estimates and intervals of a model's terms against the null line; ratios on a logarithmic scale."""
    return draw_dots(chart)
