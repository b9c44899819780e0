"""Units between two waves: a band per category that runs from its number before to its number after."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pipeline.present.charts import measure
from pipeline.present.charts.axis import text_of
from pipeline.present.charts.canvas import mark, place, put
from pipeline.present.charts.frame import draw_title
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, distinct, mix

_HEIGHT = 190.0  # of all units of the larger wave
_LEAST = 1.2  # of a band that has units at all
_COLUMN = 9.0  # width of the upright bars at both ends
_GAP = 7.0  # between two bands
_STEPS = 24  # of a band's curve
_LABELS = 0.36  # of the width that the labels of one side take at most
_PAPER = 0.62  # how much a band is lightened against its bars


def _value(chart: Chart, side: int, index: int) -> float:
    return chart.series[side].values[index] or 0.0


def _label(chart: Chart, style: Style, side: int, index: int) -> tuple[str, ...]:
    """Left: the category and its number; right: the number, and the category where it has nothing at the left."""
    if not _value(chart, side, index):
        return ()
    text, name = text_of(chart.series[side], index), chart.categories[index]
    words = text if side == 1 and _value(chart, 0, index) else f"{name}: {text}" if text else name
    return measure.wrap(words, chart.width * _LABELS, style.size)[0]


def _widest(style: Style, labels: Sequence[Sequence[str]], bold: bool = False) -> float:
    return max((measure.width(line, style.size, bold) for lines in labels for line in lines), default=0.0)


def draw_flow(axes: Axes, chart: Chart, style: Style) -> None:
    """Bands from left to right, as high as their units; a category without units on one side has only its bar."""
    count = len(chart.categories)
    labels = [[_label(chart, style, side, index) for index in range(count)] for side in (0, 1)]
    totals = [math.fsum(_value(chart, side, index) for index in range(count)) for side in (0, 1)]
    unit = _HEIGHT / max(*totals, 1.0)
    room = chart.width * _LABELS
    heads = [measure.wrap(s.name, room, style.size, True, measure.HEAD_LINES)[0] for s in chart.series]
    left = max(_widest(style, labels[0]) + style.gap, _widest(style, heads[:1], True) - _COLUMN)
    right = chart.width - max(_widest(style, labels[1]) + style.gap, _widest(style, heads[1:], True) - _COLUMN)
    y = style.block(max(map(len, heads))) + 6.0 if any(heads) else 0.0
    middle = style.block(max(map(len, heads))) / 2
    put(axes, style, "label", (left + _COLUMN, middle), heads[0], bold=True, ha="right")
    put(axes, style, "label", (right - _COLUMN, middle), heads[1], bold=True)
    for index in range(count):
        values = [_value(chart, side, index) for side in (0, 1)]
        heights = [max(value * unit, _LEAST) if value else 0.0 for value in values]
        if not any(heights):
            continue
        slot = max(*heights, *(style.block(len(labels[side][index])) for side in (0, 1)))
        centre = y + slot / 2
        _draw_band(axes, style, index, heights, centre, (left, right), distinct(min(count, 6))[index % min(count, 6)])
        put(axes, style, "name", (left, centre), labels[0][index], dx=-style.gap, ha="right")
        put(axes, style, "name", (right, centre), labels[1][index], dx=style.gap)
        y += slot + _GAP
    if not any(totals):
        text = next((text_of(s, i) for s in chart.series for i in range(count) if text_of(s, i)), "")
        put(axes, style, "value", (left, y + style.block(1) / 2), (text,), colour=style.quiet)
        y += style.block(1)
    place(axes, 0.0, 0.0, chart.width, y)
    axes.set(xlim=(0.0, chart.width), ylim=(y, 0.0))
    draw_title(axes, chart, style, 0.0, chart.width, y)


def _draw_band(
    axes: Axes, style: Style, index: int, heights: Sequence[float], centre: float, ends: tuple[float, float],
    colour: str,
) -> None:  # fmt: skip
    """The bars at both ends and, between them, a band that is level at both (half a period of a cosine)."""
    left, right = ends
    if all(heights):
        share = np.linspace(0.0, 1.0, _STEPS + 1)
        half = (heights[0] + (heights[1] - heights[0]) * (1 - np.cos(np.pi * share)) / 2) / 2
        x = left + _COLUMN + (right - left - 2 * _COLUMN) * share
        axes.fill(
            np.concatenate([x, x[::-1]]), np.concatenate([centre - half, (centre + half)[::-1]]),
            color=mix(colour, style.paper, _PAPER), lw=0, **mark(f"band-{index}"),
        )  # fmt: skip
    for side, x0 in ((0, left), (1, right - _COLUMN)):
        if heights[side]:
            at = (x0, centre - heights[side] / 2)
            axes.add_patch(Rectangle(at, _COLUMN, heights[side], color=colour, lw=0, **mark(f"bar-{side}-{index}")))
