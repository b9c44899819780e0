"""Stations in columns, each in a box with its number, joined by lines as thick as what they share."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from pipeline.present.charts import measure
from pipeline.present.charts.axis import text_of
from pipeline.present.charts.canvas import mark, place, put
from pipeline.present.charts.model import Chart, Link
from pipeline.present.charts.style import Style, ink_on, mix, sequential

_BOX = 0.25  # of the width
_PAD = 8.0
_BETWEEN = 46.0  # between two boxes of a column: a number stands there
_THICKEST, _THINNEST = 11.0, 1.0
_STEPS = 24
_LIGHT = 0.6  # how much a line is lightened against its box


def draw_path(axes: Axes, chart: Chart, style: Style) -> None:
    """Columns (``groups``) of boxes, shaded by their share, with ``links`` between them."""
    columns = [count for _, count in chart.groups] or [len(chart.categories)]
    box = min(chart.width * _BOX, chart.width / max(1.0, 1.7 * len(columns) - 0.7))
    step = (chart.width - box) / max(1, len(columns) - 1)
    lines = [measure.wrap(text, box - 2 * _PAD, style.size, bold=True)[0] for text in chart.categories]
    heights = [style.block(len(own) + 1) + 2 * _PAD for own in lines]
    places: list[tuple[float, float]] = []  # left edge and middle of each box
    tall, at = 0.0, 0
    for count in columns:
        tall = max(tall, sum(heights[at : at + count]) + _BETWEEN * (count - 1))
        at += count
    at = 0
    for column, count in enumerate(columns):
        own = heights[at : at + count]
        y = (tall - sum(own) - _BETWEEN * (count - 1)) / 2
        for height in own:
            places.append((column * step, y + height / 2))
            y += height + _BETWEEN
        at += count
    largest = max((link.value for link in chart.links), default=0.0)
    for link in chart.links:
        _draw_link(axes, style, link, places, heights, box, largest)
    for i, (left, middle) in enumerate(places):
        value = chart.series[0].values[i]
        fill = sequential(0.15 + 0.6 * value) if value is not None else style.missing
        axes.add_patch(FancyBboxPatch(
            (left, middle - heights[i] / 2), box, heights[i], boxstyle="round,pad=0,rounding_size=5", facecolor=fill,
            edgecolor=style.base, lw=style.rule_width, zorder=3, **mark(f"box-{i}"),
        ))  # fmt: skip
        top = middle - heights[i] / 2 + _PAD
        ink = ink_on(fill)
        name = (left + box / 2, top + style.block(len(lines[i])) / 2)
        put(axes, style, "name", name, lines[i], bold=True, colour=ink, ha="center")
        number = (left + box / 2, top + style.block(len(lines[i])) + style.block(1) / 2)
        put(axes, style, "value", number, (text_of(chart.series[0], i),), colour=ink, ha="center")
    place(axes, 0.0, 0.0, chart.width, tall)
    axes.set(xlim=(0.0, chart.width), ylim=(tall, 0.0))


def _draw_link(
    axes: Axes, style: Style, link: Link, places: list[tuple[float, float]], heights: list[float], box: float,
    largest: float,
) -> None:  # fmt: skip
    """A line from box to box: across the columns, or down within one; its number on it."""
    (x0, y0), (x1, y1) = places[link.start], places[link.end]
    width = _THINNEST + (_THICKEST - _THINNEST) * (link.value / largest if largest else 0.0)
    colour = mix(style.base, style.paper, _LIGHT)
    part = mark(f"link-{link.start}-{link.end}")
    if x0 == x1:
        top, bottom = y0 + heights[link.start] / 2, y1 - heights[link.end] / 2
        x = x0 + box / 2
        axes.plot([x, x], [top, bottom], color=colour, lw=width, solid_capstyle="butt", zorder=1, **part)
        at = (x + width / 2 + 4.0, (top + bottom) / 2)
        put(axes, style, "link", at, (link.text,), size=style.small, colour=style.quiet)
        return
    share = np.linspace(0.0, 1.0, _STEPS + 1)
    left = x0 + box
    across, down = left + (x1 - left) * share, y0 + (y1 - y0) * (1 - np.cos(np.pi * share)) / 2
    axes.plot(across, down, color=colour, lw=width, solid_capstyle="butt", zorder=1, **part)
    at = ((left + x1) / 2, (y0 + y1) / 2)
    half = measure.width(link.text, style.small) / 2 + 3.0
    axes.add_patch(FancyBboxPatch(
        (at[0] - half, at[1] - style.small * 0.7), 2 * half, style.small * 1.4, boxstyle="round,pad=0,rounding_size=3",
        facecolor=style.paper, edgecolor="none", zorder=2, **mark(f"plate-{link.start}-{link.end}"),
    ))  # fmt: skip
    put(axes, style, "link", at, (link.text,), size=style.small, colour=style.quiet, ha="center")
