"""Upright columns: over time or a short scale, and histograms."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.present.charts import measure, style
from pipeline.present.charts.draw_bars import draw_bars
from pipeline.present.charts.frame import draw_key, draw_whiskers
from pipeline.present.charts.model import Chart
from pipeline.present.charts.scale import (
    Extent,
    Scale,
    draw_axis_title,
    fit,
    has_intervals,
    known,
    reach,
    text_of,
    tick_text,
    ticks,
)
from pipeline.present.charts.shapes import Sheet, block

_HEIGHT = 150.0
_WIDEST = 46.0  # of one column
_SHARE = 0.72  # of its slot that a category's columns take
_BETWEEN = 1.5
_LABEL_PAD = 5.0
_LEAST_LABEL = 48.0  # width a label under a narrow column may take


def _domain(chart: Chart) -> tuple[float, float]:
    numbers = [0.0, *known(chart.series), *(limit for limit in (chart.minimum, chart.maximum) if limit is not None)]
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (0.0, 1.0)


def _upward(chart: Chart, top: float, bottom: float, labelled: bool) -> Scale:
    """The vertical scale: all columns, their uncertainty and labels lie between ``top`` and ``bottom``."""
    low, high = _domain(chart)
    room = block(1) if labelled else 0.0
    extents = [Extent(low, low), Extent(high, high)]
    for series in chart.series:
        for index, value in enumerate(series.values):
            ends = reach(series, index)
            if value is None or ends is None:
                extents.append(Extent(0.0, 0.0, 0.0, room))
            else:
                below = value < 0
                extents.append(
                    Extent(min(ends[0], 0.0), max(ends[1], 0.0), room if below else 0.0, 0.0 if below else room)
                )
    scale = fit(extents, 0.0, bottom - top)
    return Scale(bottom - scale.zero, -scale.unit)


def _side_ticks(chart: Chart) -> list[tuple[float, str]]:
    low, high = _domain(chart)
    places = ticks(low, high, 5)
    step = places[1] - places[0] if len(places) > 1 else 1.0
    return [(place, tick_text(place, step, chart)) for place in places]


def _draw_side(sheet: Sheet, scale: Scale, marks: Sequence[tuple[float, str]], left: float) -> None:
    """Faint lines at the ticks and their numbers at the left of ``left``."""
    for place, text in marks:
        y = scale(place)
        sheet.line("grid", [(left, y), (sheet.width, y)], style.FAINT, style.HAIR)
        sheet.centred("tick", left - 4.0, y, (text,), size=style.SMALL, colour=style.QUIET, anchor="end")


def _column(
    sheet: Sheet, chart: Chart, number: int, index: int, scale: Scale, x: float, width: float, fill: str, labelled: bool
) -> None:
    series = chart.series[number]
    value, ends = series.values[index], reach(series, index)
    text = text_of(series, index) if labelled else ""
    bold = index in chart.highlight
    middle = x + width / 2
    if value is None or ends is None:
        sheet.text("value", middle, scale(0) - 4.0, text, colour=style.QUIET, bold=bold, anchor="middle")
        return
    edge = style.PAPER if chart.kind == "histogram" else ""
    sheet.rect(f"bar-{number}-{index}", x, scale(0), width, scale(value) - scale(0), fill, edge)
    draw_whiskers(sheet, series, number, index, scale, middle, upright=True)
    if value < 0:
        y = scale(min(ends[0], 0.0)) + style.NUDGE + style.CAP * style.SIZE
    else:
        y = scale(max(ends[1], 0.0)) - style.NUDGE
    sheet.text("value", middle, y, text, bold=bold, anchor="middle")


def _text_widths(chart: Chart) -> float:
    return max(
        (
            measure.width(text_of(series, index), style.SIZE, index in chart.highlight)
            for series in chart.series
            for index in range(len(series.values))
        ),
        default=0.0,
    )


def _labels_fit(chart: Chart, slot: float) -> bool:
    """Whether every category label wraps to three lines under its columns without breaking a word."""
    room = slot - _LABEL_PAD
    return all(
        measure.longest_word(measure.clean(c), style.SIZE, True) <= room and measure.wrap(c, room, style.SIZE, True)[1]
        for c in chart.categories
    )


def draw_columns(chart: Chart) -> Sheet:
    """Columns from zero, a number on top of each; as horizontal bars where labels or numbers have no room."""
    count, categories = len(chart.series), len(chart.categories)
    side = 0.0 if any(any(series.texts) for series in chart.series) else 30.0
    slot = (chart.width - side) / categories
    width = min(_WIDEST, (slot * _SHARE - (count - 1) * _BETWEEN) / count)
    pitch = width + _BETWEEN if count > 1 else slot
    if not _labels_fit(chart, slot) or _text_widths(chart) + 2.0 > pitch or width < 4.0:
        return draw_bars(chart)
    sheet = Sheet(chart.width)
    muted = has_intervals(chart.series)
    top = 0.0
    if count == 1:
        fills = [style.bar_colours(categories, chart.highlight, muted)]
    else:
        hues = style.ramp(count) if chart.ordered else style.distinct(count)
        fills = [[style.mix(hue, style.PAPER, 0.4) if muted else hue] * categories for hue in hues]
        top = draw_key(sheet, [s.name for s in chart.series], [f[0] for f in fills], 0.0, chart.width)
    bottom = top + _HEIGHT
    scale = _upward(chart, top, bottom, labelled=not side)
    if side:
        _draw_side(sheet, scale, _side_ticks(chart), side)
    group = count * width + (count - 1) * _BETWEEN
    lines = []
    for index, category in enumerate(chart.categories):
        middle = side + (index + 0.5) * slot
        for place in range(count):
            x = middle - group / 2 + place * (width + _BETWEEN)
            _column(sheet, chart, place, index, scale, x, width, fills[place][index], labelled=not side)
        bold = index in chart.highlight
        wrapped, _ = measure.wrap(category, slot - _LABEL_PAD, style.SIZE, bold)
        lines.append(len(wrapped))
        sheet.centred("label", middle, bottom + 5 + block(len(wrapped)) / 2, wrapped, bold=bold, anchor="middle")
    sheet.line("baseline", [(side, scale(0)), (chart.width, scale(0))], style.RULE, style.BASELINE)
    y = bottom + 5 + block(max(lines))
    sheet.height = y + draw_axis_title(sheet, chart, 0.0, chart.width, y)
    return sheet


def _every(places: Sequence[float], widths: Sequence[float]) -> list[int]:
    """The labels that stay when as few as possible are left out, at a regular step, so that none touch."""
    for step in range(1, len(widths) + 1):
        kept = list(range(0, len(widths), step))
        if all(places[b] - places[a] >= (widths[a] + widths[b]) / 2 + 5 for a, b in pairwise(kept)):
            return kept
    return [0]


def draw_histogram(chart: Chart) -> Sheet:
    """Counts over classes: columns that touch, class bounds (one more than classes) under their edges.

    As many categories as values are names of classes and stand under the columns' middles.
    """
    sheet = Sheet(chart.width)
    values = len(chart.series[0].values)
    bounds = len(chart.categories) == values + 1
    slot = chart.width / values
    labelled = any(chart.series[0].texts) and _text_widths(chart) + 3.0 <= slot * 0.95
    lines = [measure.wrap(category, max(slot - 4, _LEAST_LABEL), style.SMALL)[0] for category in chart.categories]
    widths = [max((measure.width(line, style.SMALL) for line in label), default=0.0) for label in lines]
    marks = [] if labelled else _side_ticks(chart)
    side = max((measure.width(text, style.SMALL) + 6.0 for _, text in marks), default=0.0)
    under = 0.0 if bounds else slot * 0.4  # of a label that lies under its own column, not beside the plot
    left, right = max(side, widths[0] / 2 - under), chart.width - max(0.0, widths[-1] / 2 - under)
    slot = (right - left) / values
    scale = _upward(chart, 0.0 if labelled else style.SMALL / 2, _HEIGHT, labelled)
    _draw_side(sheet, scale, marks, left)
    fills = style.bar_colours(values, chart.highlight, has_intervals(chart.series))
    for index in range(values):
        _column(sheet, chart, 0, index, scale, left + index * slot, slot, fills[index], labelled)
    sheet.line("baseline", [(left, scale(0)), (right, scale(0))], style.RULE, style.BASELINE)
    places = [left + (index + (0.0 if bounds else 0.5)) * slot for index in range(len(lines))]
    kept = _every(places, widths)
    for index in kept:
        if bounds:
            tick = [(places[index], _HEIGHT), (places[index], _HEIGHT + 3)]
            sheet.line("tick-mark", tick, style.RULE, style.HAIR)
        middle = _HEIGHT + 5 + block(len(lines[index]), style.SMALL) / 2
        sheet.centred("label", places[index], middle, lines[index], size=style.SMALL, anchor="middle")
    y = _HEIGHT + 5 + block(max(len(lines[index]) for index in kept), style.SMALL)
    sheet.height = y + draw_axis_title(sheet, chart, left, right, y)
    return sheet
