"""Upright columns: over time or a short scale, and histograms."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import (
    Extent,
    axis_beside,
    from_zero,
    has_intervals,
    limits,
    reach,
    text_of,
    tick_texts,
    ticks,
)
from pipeline.present.charts.canvas import mark, place, points, put
from pipeline.present.charts.draw_bars import draw_bars
from pipeline.present.charts.frame import draw_key, draw_title, draw_whiskers
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, bar_colours, mix

_HEIGHT = 150.0
_WIDEST = 46.0  # of one column
_SHARE = 0.72  # of its slot that a category's columns take
_BETWEEN = 1.5
_LABEL_PAD = 5.0
_LEAST_LABEL = 48.0  # width a label under a narrow column may take


def _upward(axes: Axes, chart: Chart, style: Style, height: float, labelled: bool) -> None:
    """The vertical limits: all columns, their uncertainty and labels lie within ``height`` points."""
    low, high = from_zero(chart)
    room = style.block(1) if labelled else 0.0
    extents = [Extent(low, low), Extent(high, high)]
    for series in chart.series:
        for index, value in enumerate(series.values):
            least, most = reach(series, index) or (0.0, 0.0)
            below = value is not None and value < 0
            extents.append(Extent(min(least, 0.0), max(most, 0.0), room if below else 0.0, 0.0 if below else room))
    axes.set_ylim(limits(extents, height))


def _side_ticks(chart: Chart) -> list[tuple[float, str]]:
    places = ticks(*from_zero(chart), 5)
    return list(zip(places, tick_texts(places, chart), strict=True))


def _columns(
    axes: Axes, chart: Chart, style: Style, number: int, middles: Sequence[float], width: float, fills: Sequence[str],
    labelled: bool,
) -> None:  # fmt: skip
    """The columns of one series, each with its uncertainty and, at its end, its label."""
    series = chart.series[number]
    drawn = {index: value for index, value in enumerate(series.values) if value is not None}
    places, edge = [middles[i] for i in drawn], style.rule_width if chart.kind == "histogram" else 0.0
    bars = axes.bar(
        places, list(drawn.values()), width, color=[fills[i] for i in drawn], edgecolor=style.paper, lw=edge
    )  # fmt: skip
    for index, bar in zip(drawn, bars, strict=True):
        bar.set(**mark(f"bar-{number}-{index}"))
    half = style.size * measure.CAP / 2
    away = style.nudge + half
    for index, middle in enumerate(middles):
        value, ends = series.values[index], reach(series, index)
        text, bold = text_of(series, index) if labelled else "", index in chart.highlight
        if value is None or ends is None:
            at = (middle, 0.0)
            put(axes, style, "value", at, (text,), dy=-4.0 - half, colour=style.quiet, bold=bold, ha="center")
            continue
        draw_whiskers(axes, style, series, number, index, middle, along="y")
        at, dy = ((middle, min(ends[0], 0.0)), away) if value < 0 else ((middle, max(ends[1], 0.0)), -away)
        put(axes, style, "value", at, (text,), dy=dy, bold=bold, ha="center")


def _text_widths(chart: Chart, style: Style) -> float:
    return max(
        (
            measure.width(text_of(series, index), style.size, index in chart.highlight)
            for series in chart.series
            for index in range(len(series.values))
        ),
        default=0.0,
    )


def _labels_fit(chart: Chart, style: Style, slot: float) -> bool:
    """Whether every category label wraps to three lines under its columns without breaking a word."""
    room = slot - _LABEL_PAD
    return all(
        measure.longest_word(c, style.size, True) <= room and measure.wrap(c, room, style.size, True)[1]
        for c in chart.categories
    )


def draw_columns(axes: Axes, chart: Chart, style: Style) -> None:
    """Columns from zero, a number on top of each; as horizontal bars where labels or numbers have no room."""
    count, categories = len(chart.series), len(chart.categories)
    labelled = any(any(series.texts) for series in chart.series)
    side = 0.0 if labelled else 30.0
    slot = (chart.width - side) / categories
    width = min(_WIDEST, (slot * _SHARE - (count - 1) * _BETWEEN) / count)
    pitch = width + _BETWEEN if count > 1 else slot
    if not _labels_fit(chart, style, slot) or _text_widths(chart, style) + 2.0 > pitch or width < 4.0:
        draw_bars(axes, chart, style)
        return
    muted = has_intervals(chart.series)
    room = chart.width - side
    if count == 1:
        fills: list[Sequence[str]] = [bar_colours(categories, chart.highlight, muted)]
    else:
        hues = style.colours(count, chart.ordered)
        fills = [[mix(hue, style.paper, 0.4) if muted else hue] * categories for hue in hues]
        draw_key(axes, style, [s.name for s in chart.series], [f[0] for f in fills], side, room)
    place(axes, side, 0.0, room, _HEIGHT)
    axes.set_xlim(0.0, room)
    _upward(axes, chart, style, _HEIGHT, labelled)
    if side:
        axis_beside(axes, style, _side_ticks(chart))
    group = count * width + (count - 1) * _BETWEEN
    middles = [(index + 0.5) * slot for index in range(categories)]
    for number in range(count):
        own = [middle - group / 2 + number * (width + _BETWEEN) + width / 2 for middle in middles]
        _columns(axes, chart, style, number, own, width, fills[number], labelled)
    below = 0
    for index, category in enumerate(chart.categories):
        bold = index in chart.highlight
        lines, _ = measure.wrap(category, slot - _LABEL_PAD, style.size, bold)
        below = max(below, len(lines))
        at = (middles[index], _HEIGHT + 5 + style.block(len(lines)) / 2)
        put(axes, style, "label", at, lines, bold=bold, ha="center", within=points(axes))
    axes.plot([0.0, room], [0.0, 0.0], color=style.rule, lw=style.rule_width, **mark("baseline"))
    draw_title(axes, chart, style, side, room, _HEIGHT + 5 + style.block(below))


def _every(places: Sequence[float], widths: Sequence[float]) -> list[int]:
    """The labels that stay when as few as possible are left out, at a regular step, so that none touch."""
    for step in range(1, len(widths) + 1):
        kept = list(range(0, len(widths), step))
        if all(places[b] - places[a] >= (widths[a] + widths[b]) / 2 + 5 for a, b in pairwise(kept)):
            return kept
    return [0]


def draw_histogram(axes: Axes, chart: Chart, style: Style) -> None:
    """Counts over classes: columns that touch, class bounds (one more than classes) under their edges.

    As many categories as values are names of classes and stand under the columns' middles.
    """
    values = len(chart.series[0].values)
    bounds = len(chart.categories) == values + 1
    slot = chart.width / values
    labelled = any(chart.series[0].texts) and _text_widths(chart, style) + 3.0 <= slot * 0.95
    wrapped = [measure.wrap(category, max(slot - 4, _LEAST_LABEL), style.small)[0] for category in chart.categories]
    widths = [max((measure.width(line, style.small) for line in lines), default=0.0) for lines in wrapped]
    marks = [] if labelled else _side_ticks(chart)
    side = max((measure.width(text, style.small) + 6.0 for _, text in marks), default=0.0)
    under = 0.0 if bounds else slot * 0.4  # of a label that lies under its own column, not beside the plot
    left, right = max(side, widths[0] / 2 - under), chart.width - max(0.0, widths[-1] / 2 - under)
    room = right - left
    slot = room / values
    place(axes, left, 0.0, room, _HEIGHT)
    axes.set_xlim(0.0, room)
    _upward(axes, chart, style, _HEIGHT - (0.0 if labelled else style.small / 2), labelled)
    axis_beside(axes, style, marks)
    fills = bar_colours(values, chart.highlight, has_intervals(chart.series))
    middles = [(index + 0.5) * slot for index in range(values)]
    _columns(axes, chart, style, 0, middles, slot, fills, labelled)
    axes.plot([0.0, room], [0.0, 0.0], color=style.rule, lw=style.rule_width, **mark("baseline"))
    places = [(index + (0.0 if bounds else 0.5)) * slot for index in range(len(wrapped))]
    kept, within = _every(places, widths), points(axes)
    for index in kept:
        if bounds:
            ends = (_HEIGHT, _HEIGHT + 3)
            axes.plot([places[index]] * 2, ends, color=style.rule, lw=style.hair, transform=within, **mark("tick-mark"))
        at = (places[index], _HEIGHT + 5 + style.block(len(wrapped[index]), style.small) / 2)
        put(axes, style, "label", at, wrapped[index], size=style.small, ha="center", within=within)
    if chart.reference is not None:
        _draw_reference(axes, style, *chart.reference, slot, room)
    below = max(len(wrapped[index]) for index in kept)
    draw_title(axes, chart, style, left, room, _HEIGHT + 5 + style.block(below, style.small))


def _draw_reference(axes: Axes, style: Style, place_of: float, text: str, slot: float, room: float) -> None:
    """A median or another value of reference: an upright line over the columns, its name above them."""
    x, half = place_of * slot, measure.width(text, style.small, True) / 2
    top = axes.get_ylim()[1]
    axes.plot([x, x], [0.0, top], color=style.accent, lw=style.rule_width * 1.5, ls=(0, (4, 2)), **mark("reference"))
    at = (min(max(x, half), room - half), top)
    put(axes, style, "name", at, (text,), dy=-style.block(1, style.small) / 2 - 1.0, size=style.small,
        bold=True, colour=style.accent, ha="center")  # fmt: skip
