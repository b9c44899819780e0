"""A tree of branches that are joined one after the other, and where it is cut."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.axes import Axes

from pipeline.present.charts.axis import axis_below
from pipeline.present.charts.canvas import mark, place
from pipeline.present.charts.frame import draw_title, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style

_ROW = 3.0


def draw_tree(axes: Axes, chart: Chart, style: Style) -> None:
    """Categories are the branches 0, 1, …; what they become goes on from there. At step i the first series and the
    second are joined at the height of the third; ``null`` is the height of the cut."""
    count = len(chart.categories)
    steps = [
        (int(a or 0), int(b or 0), float(height or 0.0))
        for a, b, height in zip(*(series.values for series in chart.series[:3]), strict=True)
        if height is not None
    ]
    order = _order(count, steps)
    rows = replace(chart, categories=tuple(chart.categories[i] for i in order), groups=(), highlight=())
    labels = fit_labels(rows, style)
    left, room = labels.plot_left, chart.width - labels.plot_left
    frame = lay_rows(axes, rows, style, labels, _ROW)
    highest = max((height for _, _, height in steps), default=1.0) or 1.0
    place(axes, left, 0.0, room, frame.bottom)
    axes.set(xlim=(0.0, highest * 1.03), ylim=(frame.bottom, 0.0))
    axis_below(axes, chart, style, (0.0, highest), room, frame.spans)
    at = {branch: (0.0, frame.rows[row].middle) for row, branch in enumerate(order)}
    for step, (a, b, height) in enumerate(steps):
        (from_a, y_a), (from_b, y_b) = at[a], at[b]
        xs, ys = [from_a, height, height, from_b], [y_a, y_a, y_b, y_b]
        colour = style.base if chart.null is None or height < chart.null else style.rule
        axes.plot(xs, ys, color=colour, lw=1.3, zorder=2, **mark(f"join-{step}"))
        at[count + step] = (height, (y_a + y_b) / 2)
    if chart.null is not None:
        ends = [0.0, frame.bottom]
        axes.plot([chart.null] * 2, ends, color=style.accent, lw=1.2, ls=(0, (4, 2)), zorder=3, **mark("cut"))
    draw_title(axes, chart, style, left, room, frame.bottom + style.block(1, style.small) + 3.0)


def _order(count: int, steps: list[tuple[int, int, float]]) -> list[int]:
    """The branches from top to bottom, so that no line crosses another."""
    parts = {i: [i] for i in range(count)}
    for step, (a, b, _) in enumerate(steps):
        parts[count + step] = parts.pop(a) + parts.pop(b)
    return [branch for part in parts.values() for branch in part]
