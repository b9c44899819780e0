"""Cells shaded by their value, the value written in each."""

from __future__ import annotations

import math

from pipeline.present.charts import measure, style
from pipeline.present.charts.frame import fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.scale import draw_axis_title, text_of
from pipeline.present.charts.shapes import Sheet, block

_CELL = 18.0  # height
_LEAST = 30.0  # width
_MOST = 96.0
_PAD = 3.0
_MISSING = "#f2f2f2"


def _fill(chart: Chart, value: float | None, largest: float, with_signs: bool) -> str:
    if value is None:
        return _MISSING
    share = value / largest if largest else 0.0
    return style.signed(share) if with_signs else style.sequential(share)


def _draw_heads(sheet: Sheet, chart: Chart, numbers: range, left: float, cell: float, top: float) -> float:
    """Names of columns over the cells, upright where a word is wider than its cell; returns where cells begin."""
    names = [measure.clean(chart.series[number].name) for number in numbers]
    upright = any(measure.longest_word(name, style.SIZE) > cell - _PAD for name in names)
    most = max(1, math.floor(cell / block(1))) if upright else 3
    flat = [measure.wrap(name, cell - _PAD, style.SIZE) for name in names]
    if not upright and all(whole for _, whole in flat):
        bottom = top + block(max(len(lines) for lines, _ in flat)) + 2.0
        for position, (lines, _) in enumerate(flat):
            middle = bottom - 2.0 - block(len(lines)) / 2
            sheet.centred("name", left + (position + 0.5) * cell, middle, lines, anchor="middle")
        return bottom
    for room in (70.0, 110.0, 160.0, 240.0):
        tall = [measure.wrap(name, room, style.SIZE, most=min(most, 3)) for name in names]
        if all(whole for _, whole in tall):
            break
    height = max((measure.width(line, style.SIZE) for lines, _ in tall for line in lines), default=0.0)
    bottom = top + height + 4.0
    for position, (lines, _) in enumerate(tall):
        first = left + (position + 0.5) * cell + (style.CAP - style.LEADING * (len(lines) - 1)) * style.SIZE / 2
        for line, text in enumerate(lines):
            sheet.text("name", first + line * block(1), bottom - 3.0, text, upright=True)
    return bottom


def draw_heatmap(chart: Chart) -> Sheet:
    """Rows are categories, columns series; columns that do not fit abreast continue below."""
    sheet = Sheet(chart.width)
    labels = fit_labels(chart, largest=0.46)
    count = len(chart.series)
    values = [value for series in chart.series for value in series.values if value is not None]
    with_signs = any(value < 0 for value in values)
    largest = max([abs(value) for value in values] + [abs(chart.maximum or 0.0)])
    widest = max(
        measure.width(text_of(series, index), style.SIZE, bold=True)
        for series in chart.series
        for index in range(len(chart.categories))
    )
    left = labels.plot_left
    least = max(_LEAST, widest + 2 * _PAD)
    abreast = max(1, min(count, math.floor((chart.width - left) / least)))
    blocks = math.ceil(count / abreast)
    abreast = math.ceil(count / blocks)
    cell = min(_MOST, (chart.width - left) / abreast)
    height = max(_CELL, block(max(len(lines) for lines in labels.lines)) + 4.0 if not labels.above else 0.0)
    y = 0.0
    for number in range(blocks):
        numbers = range(number * abreast, min((number + 1) * abreast, count))
        top = _draw_heads(sheet, chart, numbers, left, cell, y)
        frame = lay_rows(sheet, chart, labels, top, height, gap=0.0)
        for index, row in enumerate(frame.rows):
            for position, column in enumerate(numbers):
                series = chart.series[column]
                if series.values[index] is None and not text_of(series, index):
                    continue  # no cell at all: the other half of a matrix
                fill = _fill(chart, series.values[index], largest, with_signs)
                x = frame.left + position * cell
                sheet.rect(f"cell-{column}-{index}", x, row.top, cell, row.height, fill, style.PAPER)
                ink = style.QUIET if series.values[index] is None else style.ink_on(fill)
                text = text_of(series, index)
                sheet.centred("value", x + cell / 2, row.middle, (text,), colour=ink, anchor="middle")
        y = frame.bottom + (10.0 if number < blocks - 1 else 0.0)
    y += draw_axis_title(sheet, chart, left, chart.width, y)
    sheet.height = y
    return sheet
