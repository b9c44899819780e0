"""Bars of 100 per cent: stacked from the left, or diverging from the middle with the neutral answer apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.present.charts import measure, style
from pipeline.present.charts.frame import Frame, Labels, draw_key, draw_rule, fit_labels, lay_rows
from pipeline.present.charts.model import Chart
from pipeline.present.charts.scale import draw_axis_title, text_of
from pipeline.present.charts.shapes import Anchor, Sheet, block

_THICK = 16.0
_PAD = 2.0  # beside a label inside its segment
_NEUTRAL_GAP = 18.0
_NEUTRAL_LEAST = 46.0


def _value(chart: Chart, number: int, index: int) -> float:
    """A segment's length; what has no value has no length."""
    value = chart.series[number].values[index]
    return 0.0 if value is None else value


def _sums(chart: Chart, numbers: Sequence[int]) -> list[float]:
    return [sum(_value(chart, number, index) for number in numbers) for index in range(len(chart.categories))]


def _segment(
    sheet: Sheet, chart: Chart, number: int, index: int, left: float, right: float, top: float, fill: str
) -> bool:
    """One segment with its label inside; returns whether it is done, the label needing no place outside.

    A zero has no segment and no label: a number there would be read as its neighbour's.
    """
    text = text_of(chart.series[number], index)
    if not chart.series[number].values[index]:
        return True
    sheet.rect(f"bar-{number}-{index}", left, top, right - left, _THICK, fill, style.PAPER)
    if not text:
        return True
    if measure.width(text, style.SMALL) + 2 * _PAD > right - left:
        return False
    middle, ink = top + _THICK / 2, style.ink_on(fill)
    sheet.centred("value", (left + right) / 2, middle, (text,), size=style.SMALL, colour=ink, anchor="middle")
    return True


def _outside(chart: Chart, number: int) -> float:
    """Room for the widest label of one series beside its bar."""
    texts = [text_of(chart.series[number], index) for index in range(len(chart.categories))]
    return max((measure.width(text, style.SMALL) for text in texts), default=0.0) + style.NUDGE


def _heads(chart: Chart, labels: Labels, unit: float) -> list[tuple[float, tuple[str, ...]]] | None:
    """The series' names over the first bar's segments, where all of them fit there."""
    left = labels.plot_left
    heads: list[tuple[float, tuple[str, ...]]] = []
    for number, series in enumerate(chart.series):
        length = _value(chart, number, 0) * unit
        name = measure.clean(series.name)
        if not name or measure.longest_word(name, style.SIZE) > length - 2 * _PAD:
            return None
        lines, whole = measure.wrap(name, length - 2 * _PAD, style.SIZE, most=2)
        if not whole:
            return None
        heads.append((left + length / 2, lines))
        left += length
    return heads


def _empty_rows(sheet: Sheet, chart: Chart, frame: Frame, left: float) -> None:
    """A category without any value still says why."""
    for index, row in enumerate(frame.rows):
        if all(series.values[index] is None for series in chart.series):
            text = next((text_of(series, index) for series in chart.series if text_of(series, index)), "")
            sheet.centred("value", left + style.NUDGE, row.middle, (text,), colour=style.QUIET)


def draw_stacked(chart: Chart) -> Sheet:
    """Bars of 100 per cent, light to dark for ordered answers, else one hue per answer."""
    sheet = Sheet(chart.width)
    labels = fit_labels(chart)
    count = len(chart.series)
    fills = style.ramp(count) if chart.ordered else style.distinct(count)
    left = labels.plot_left
    longest = max([*_sums(chart, range(count)), 1.0 if chart.percent else 0.0]) or 1.0
    unit = (chart.width - left - _outside(chart, count - 1)) / longest
    heads = None if chart.groups or labels.above else _heads(chart, labels, unit)
    if heads is None:
        top = draw_key(sheet, [series.name for series in chart.series], fills, left, chart.width)
    else:
        top = block(max(len(lines) for _, lines in heads)) + 1.0
        for x, lines in heads:
            sheet.centred("name", x, top - block(len(lines)) / 2, lines, anchor="middle")
    frame = lay_rows(sheet, chart, labels, top, _THICK)
    for index, row in enumerate(frame.rows):
        x = frame.left
        for number in range(count):
            end = x + _value(chart, number, index) * unit
            inside = _segment(sheet, chart, number, index, x, end, row.top, fills[number])
            if not inside and number == count - 1:
                text = text_of(chart.series[number], index)
                sheet.centred("value", end + style.NUDGE, row.middle, (text,), size=style.SMALL)
            x = end
    _empty_rows(sheet, chart, frame, frame.left)
    y = frame.bottom
    y += draw_axis_title(sheet, chart, frame.left, frame.right, y)
    sheet.height = y
    return sheet


def _sides(chart: Chart) -> tuple[list[int], list[int]]:
    """Series left and right of the middle."""
    numbers = list(range(len(chart.series)))
    if chart.neutral is not None:
        return numbers[: chart.neutral], numbers[chart.neutral + 1 :]
    half = len(numbers) // 2
    return numbers[:half], numbers[half:]


@dataclass(frozen=True, slots=True)
class _Middle:
    """Where a diverging chart's middle is, points per unit, and where the neutral answer's column begins."""

    x: float
    unit: float
    neutral: float


def _fit_middle(chart: Chart, minus: Sequence[int], plus: Sequence[int], start: float) -> _Middle:
    """One scale for both sides and the neutral column, with room for labels beside the outermost segments."""
    before = _outside(chart, minus[0]) if minus else 0.0
    after = _outside(chart, plus[-1]) if plus else 0.0
    left, right = max(_sums(chart, minus)), max(_sums(chart, plus))
    room = chart.width - start - before - after
    if chart.neutral is None:
        unit = room / ((left + right) or 1.0)
        return _Middle(start + before + left * unit, unit, chart.width)
    largest, apart = max(_sums(chart, [chart.neutral])), _outside(chart, chart.neutral)
    unit = (room - _NEUTRAL_GAP - apart) / ((left + right + largest) or 1.0)
    column = max(largest * unit + apart, _NEUTRAL_LEAST)
    unit = min(unit, (room - _NEUTRAL_GAP - column) / ((left + right) or 1.0))
    return _Middle(start + before + left * unit, unit, chart.width - column)


def _draw_side(
    sheet: Sheet,
    chart: Chart,
    numbers: Sequence[int],
    index: int,
    top: float,
    unit: float,
    x: float,
    fills: Sequence[str],
) -> None:
    """Segments of one side from the middle ``x`` outward; ``unit`` is negative to the left."""
    for number, fill in zip(numbers, fills, strict=True):
        end = x + _value(chart, number, index) * unit
        inside = _segment(sheet, chart, number, index, min(x, end), max(x, end), top, fill)
        if not inside and number == numbers[-1]:
            text, beside = text_of(chart.series[number], index), end + (style.NUDGE if unit > 0 else -style.NUDGE)
            anchor: Anchor = "start" if unit > 0 else "end"
            sheet.centred("value", beside, top + _THICK / 2, (text,), size=style.SMALL, anchor=anchor)
        x = end


def _draw_neutral(sheet: Sheet, chart: Chart, neutral: int, frame: Frame, middle: _Middle) -> None:
    """The neutral answer in its own column, on the scale of the rest."""
    for index, row in enumerate(frame.rows):
        if chart.series[neutral].values[index] is None:
            continue
        length = _value(chart, neutral, index) * middle.unit
        sheet.rect(f"bar-{neutral}-{index}", middle.neutral, row.top, length, _THICK, style.NEUTRAL, style.PAPER)
        text = text_of(chart.series[neutral], index)
        x = middle.neutral + length + style.NUDGE
        sheet.centred("value", x, row.middle, (text,), size=style.SMALL)


def draw_diverging(chart: Chart) -> Sheet:
    """Answers of one side to the left of the middle, of the other to the right, the neutral one apart at the end."""
    sheet = Sheet(chart.width)
    labels = fit_labels(chart, largest=0.42)
    minus, plus = _sides(chart)
    browns, blues = style.diverging(len(minus), len(plus))
    start = labels.plot_left
    middle = _fit_middle(chart, minus, plus, start)
    names = [chart.series[number].name for number in (*minus, *plus)]
    key_right = middle.neutral - (0.0 if chart.neutral is None else _NEUTRAL_GAP)
    top = draw_key(sheet, names, [*browns, *blues], start, key_right)
    if chart.neutral is not None:
        name, room = chart.series[chart.neutral].name, chart.width - middle.neutral
        lines, _ = measure.wrap(name, room, style.SIZE, most=measure.HEAD_LINES)
        lift = max(0.0, block(len(lines)) + 3.0 - top)
        sheet.shift(lift)
        top += lift
        sheet.centred("name", middle.neutral, top - 3.0 - block(len(lines)) / 2, lines)
    frame = lay_rows(sheet, chart, labels, top, _THICK, right=middle.neutral)
    for index, row in enumerate(frame.rows):
        _draw_side(sheet, chart, minus[::-1], index, row.top, -middle.unit, middle.x, browns[::-1])
        _draw_side(sheet, chart, plus, index, row.top, middle.unit, middle.x, blues)
    if chart.neutral is not None:
        _draw_neutral(sheet, chart, chart.neutral, frame, middle)
    _empty_rows(sheet, chart, frame, middle.x)
    draw_rule(sheet, frame, middle.x, style.INK)
    sheet.height = frame.bottom + draw_axis_title(sheet, chart, frame.left, chart.width, frame.bottom)
    return sheet
