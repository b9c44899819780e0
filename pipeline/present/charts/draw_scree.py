"""Eigenvalues by axis, beside those of random data."""

from __future__ import annotations

from matplotlib.axes import Axes

from pipeline.present.charts import measure
from pipeline.present.charts.axis import axis_beside, known, tick_texts, ticks
from pipeline.present.charts.canvas import mark, place, points, put
from pipeline.present.charts.frame import draw_key, draw_title
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, strong

_HEIGHT = 170.0


def draw_scree(axes: Axes, chart: Chart, style: Style) -> None:
    """Categories are the axes from left to right; the first series has points, the others are dashed."""
    colours = strong(len(chart.series))
    high = max([*known(chart.series), 0.0]) or 1.0
    upward = ticks(0.0, high, 6)
    side = max(measure.width(text, style.small) for text in tick_texts(upward, chart)) + 10.0
    room = chart.width - side
    place(axes, side, 0.0, room, _HEIGHT)
    count = len(chart.categories)
    axes.set(xlim=(0.5, count + 0.5), ylim=(0.0, high * 1.05))
    draw_key(axes, style, [s.name for s in chart.series], colours, side, room, dots=True)
    axis_beside(axes, style, list(zip(upward, tick_texts(upward, chart), strict=True)))
    for number, (series, colour) in enumerate(zip(chart.series, colours, strict=True)):
        drawn = [(i + 1, value) for i, value in enumerate(series.values) if value is not None]
        look = {"marker": "o", "ms": 2 * style.dot * 0.8, "mew": 0, "zorder": 3} if number == 0 else {"ls": (0, (4, 2))}
        ends = [at for at, _ in drawn], [value for _, value in drawn]
        axes.plot(*ends, color=colour, lw=1.4, **look, **mark(f"line-{number}"))
    axes.plot([0.5, count + 0.5], [0.0, 0.0], color=style.rule, lw=style.rule_width, **mark("baseline"))
    within, slot = points(axes), room / count
    widest = max(measure.width(text, style.small) for text in chart.categories) + 4.0
    step = max(1, int(-(-widest // slot)))
    below = 1
    for index in range(0, count, step):
        lines, _ = measure.wrap(chart.categories[index], max(slot * step - 2.0, 12.0), style.small, most=2)
        below = max(below, len(lines))
        at = ((index + 0.5) * slot, _HEIGHT + 5 + style.block(len(lines), style.small) / 2)
        put(axes, style, "label", at, lines, size=style.small, ha="center", within=within)
    draw_title(axes, chart, style, side, room, _HEIGHT + 5 + style.block(below, style.small))
