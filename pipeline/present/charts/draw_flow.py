"""Units between two waves: a band per category that runs from its number before to its number after."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.present.charts import measure, style
from pipeline.present.charts.model import Chart
from pipeline.present.charts.scale import draw_axis_title, text_of
from pipeline.present.charts.shapes import Sheet, block

_HEIGHT = 190.0  # of all units of the larger wave
_LEAST = 1.2  # of a band that has units at all
_COLUMN = 9.0  # width of the upright bars at both ends
_GAP = 7.0  # between two bands
_STEPS = 24  # of a band's curve
_LABELS = 0.36  # of the width that the labels of one side take at most
_PAPER = 0.62  # how much a band is lightened against its bars


@dataclass(frozen=True, slots=True)
class _Side:
    """The label of one band at one end."""

    lines: tuple[str, ...]

    @property
    def width(self) -> float:
        return max((measure.width(line, style.SIZE) for line in self.lines), default=0.0)


def _value(chart: Chart, side: int, index: int) -> float:
    return chart.series[side].values[index] or 0.0


def _label(chart: Chart, side: int, index: int) -> _Side:
    """Left: the category and its number; right: the number, and the category where it has nothing at the left."""
    if not _value(chart, side, index):
        return _Side(())
    text, name = text_of(chart.series[side], index), chart.categories[index]
    words = text if side == 1 and _value(chart, 0, index) else f"{name}: {text}" if text else name
    return _Side(measure.wrap(words, chart.width * _LABELS, style.SIZE)[0])


def _curve(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    """From one point to the other, level at both ends (half a period of a cosine)."""
    steps = [k / _STEPS for k in range(_STEPS + 1)]
    return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * (1 - math.cos(math.pi * t)) / 2) for t in steps]


def _colours(count: int) -> list[str]:
    return [style.distinct(min(count, 6))[index % 6] for index in range(count)]


def draw_flow(chart: Chart) -> Sheet:
    """Bands from left to right, as high as their units; a category without units on one side has only its bar."""
    sheet = Sheet(chart.width)
    count = len(chart.categories)
    labels = [[_label(chart, side, index) for index in range(count)] for side in (0, 1)]
    totals = [sum(_value(chart, side, index) for index in range(count)) for side in (0, 1)]
    unit = _HEIGHT / max(*totals, 1.0)
    heads = [measure.wrap(s.name, chart.width * _LABELS, style.SIZE, True, measure.HEAD_LINES)[0] for s in chart.series]
    left = max([side.width for side in labels[0]], default=0.0) + style.GAP
    right = chart.width - max([side.width for side in labels[1]], default=0.0) - style.GAP
    left = max(left, max((measure.width(h, style.SIZE, True) for h in heads[0]), default=0.0) - _COLUMN)
    right = min(right, chart.width - max((measure.width(h, style.SIZE, True) for h in heads[1]), default=0.0) + _COLUMN)
    top = block(max(len(h) for h in heads)) + 6.0 if any(heads) else 0.0
    middle = block(max((len(h) for h in heads), default=0)) / 2
    sheet.centred("label", left + _COLUMN, middle, heads[0], bold=True, anchor="end")
    sheet.centred("label", right - _COLUMN, middle, heads[1], bold=True)
    y = top
    for index, colour in enumerate(_colours(count)):
        heights = [
            max(_value(chart, side, index) * unit, _LEAST) if _value(chart, side, index) else 0.0 for side in (0, 1)
        ]
        slot = max(*heights, *(block(len(labels[side][index].lines)) for side in (0, 1)))
        if not any(heights):
            continue
        centre = y + slot / 2
        _draw_band(sheet, index, heights, centre, (left, right), colour)
        sheet.centred("name", left - style.GAP, centre, labels[0][index].lines, anchor="end")
        sheet.centred("name", right + style.GAP, centre, labels[1][index].lines)
        y += slot + _GAP
    if not any(totals):
        text = next((text_of(s, i) for s in chart.series for i in range(count) if text_of(s, i)), "")
        sheet.centred("value", left, y + block(1) / 2, (text,), colour=style.QUIET)
        y += block(1)
    sheet.height = y + draw_axis_title(sheet, chart, 0.0, chart.width, y)
    return sheet


def _draw_band(
    sheet: Sheet, index: int, heights: list[float], centre: float, ends: tuple[float, float], colour: str
) -> None:
    left, right = ends
    if all(heights):
        start, stop = left + _COLUMN, right - _COLUMN
        upper = _curve(start, centre - heights[0] / 2, stop, centre - heights[1] / 2)
        lower = _curve(start, centre + heights[0] / 2, stop, centre + heights[1] / 2)
        sheet.area(f"band-{index}", [*upper, *reversed(lower)], style.mix(colour, style.PAPER, _PAPER))
    for side, x in ((0, left), (1, right - _COLUMN)):
        if heights[side]:
            sheet.rect(f"bar-{side}-{index}", x, centre - heights[side] / 2, _COLUMN, heights[side], colour)
