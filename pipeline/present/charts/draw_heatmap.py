"""Cells shaded by their value, the value written in each."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pipeline.present.charts import measure
from pipeline.present.charts.axis import text_of
from pipeline.present.charts.canvas import mark, place, points, put
from pipeline.present.charts.frame import draw_title, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.style import Style, ink_on, sequential, signed

_CELL = 18.0  # height
_LEAST = 30.0  # width
_MOST = 96.0
_PAD = 3.0


def _fill(style: Style, value: float | None, largest: float, with_signs: bool) -> str:
    if value is None:
        return style.missing
    share = value / largest if largest else 0.0
    return signed(share) if with_signs else sequential(share)


def _draw_heads(axes: Axes, chart: Chart, style: Style, numbers: range, cell: float, top: float) -> float:
    """Names of columns over the cells, upright where a word is wider than its cell; returns where cells begin."""
    names = [chart.series[number].name for number in numbers]
    within = points(axes)
    upright = any(measure.longest_word(name, style.size) > cell - _PAD for name in names)
    flat = [measure.wrap(name, cell - _PAD, style.size) for name in names]
    if not upright and all(whole for _, whole in flat):
        bottom = top + style.block(max(len(lines) for lines, _ in flat)) + 2.0
        for position, (lines, _) in enumerate(flat):
            at = ((position + 0.5) * cell, bottom - 2.0 - style.block(len(lines)) / 2)
            put(axes, style, "name", at, lines, ha="center", within=within)
        return bottom
    most = min(max(1, math.floor(cell / style.block(1))), 3)
    for room in (70.0, 110.0, 160.0, 240.0):
        tall = [measure.wrap(name, room, style.size, most=most) for name in names]
        if all(whole for _, whole in tall):
            break
    height = max((measure.width(line, style.size) for lines, _ in tall for line in lines), default=0.0)
    bottom = top + height + 4.0
    for position, (lines, _) in enumerate(tall):
        at = ((position + 0.5) * cell, bottom - 3.0)
        put(axes, style, "name", at, lines, upright=True, within=within)
    return bottom


def draw_heatmap(axes: Axes, chart: Chart, style: Style) -> None:
    """Rows are categories, columns series; columns that do not fit abreast continue below."""
    labels = fit_labels(chart, style, largest=0.46)
    count, rows = len(chart.series), range(len(chart.categories))
    values = [value for series in chart.series for value in series.values if value is not None]
    with_signs = any(value < 0 for value in values)
    largest = max([abs(value) for value in values] + [abs(chart.maximum or 0.0)])
    texts = [text_of(series, index) for series in chart.series for index in rows]
    widest = max(measure.width(text, style.size, bold=True) for text in texts)
    left, room = labels.plot_left, chart.width - labels.plot_left
    least = max(_LEAST, widest + 2 * _PAD)
    blocks = math.ceil(count / max(1, min(count, math.floor(room / least))))
    abreast = math.ceil(count / blocks)
    cell = min(_MOST, room / abreast)
    height = max(_CELL, style.block(max(map(len, labels.lines))) + 4.0 if not labels.above else 0.0)
    y = 0.0
    for number in range(blocks):
        numbers = range(number * abreast, min((number + 1) * abreast, count))
        top = _draw_heads(axes, chart, style, numbers, cell, y)
        frame = lay_rows(axes, chart, style, labels, height, top=top, gap=0.0)
        for position, column in enumerate(numbers):
            for index, row in enumerate(frame.rows):
                value, text = chart.series[column].values[index], text_of(chart.series[column], index)
                if value is None and not text:
                    continue  # no cell at all: the other half of a matrix
                fill = _fill(style, value, largest, with_signs)
                axes.add_patch(Rectangle(
                    (position * cell, row.top), cell, row.height, facecolor=fill, edgecolor=style.paper,
                    lw=style.rule_width, **mark(f"cell-{column}-{index}"),
                ))  # fmt: skip
                ink = style.quiet if value is None else ink_on(fill)
                put(axes, style, "value", ((position + 0.5) * cell, row.middle), (text,), colour=ink, ha="center")
        y = frame.bottom + (10.0 if number < blocks - 1 else 0.0)
    place(axes, left, 0.0, room, y)
    axes.set(xlim=(0.0, room), ylim=(y, 0.0))
    draw_title(axes, chart, style, left, room, y)
