"""Scales: from values to points, the ticks between, and the axis that shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.present.charts import measure, style
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.shapes import Sheet, block

_TICK_LENGTH = 3.0


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale, or a logarithmic one: ``unit`` points per unit (per factor e), 0 (or 1) lying at ``zero``."""

    zero: float
    unit: float
    ratio: bool = False

    def __call__(self, value: float) -> float:
        """Place of ``value`` in points."""
        return self.zero + self.unit * (math.log(value) if self.ratio else value)


@dataclass(frozen=True, slots=True)
class Extent:
    """What one mark takes: values from ``low`` to ``high`` and, beyond them, points of ``before`` and ``after``."""

    low: float
    high: float
    before: float = 0.0
    after: float = 0.0


def fit(extents: Sequence[Extent], left: float, right: float, ratio: bool = False) -> Scale:
    """The widest scale on which all ``extents`` lie between ``left`` and ``right`` (points).

    Data labels have a fixed width and bars have not, so the two are fitted together.
    """
    spans = [
        (math.log(e.low), math.log(e.high), e.before, e.after) if ratio else (e.low, e.high, e.before, e.after)
        for e in extents
    ]
    span = max(high for _, high, _, _ in spans) - min(low for low, _, _, _ in spans)
    few, many = 0.0, (right - left) / span if span > 0 else 1.0
    for _ in range(48):
        unit = (few + many) / 2
        first = max(left + before - low * unit for low, _, before, _ in spans)
        last = min(right - after - high * unit for _, high, _, after in spans)
        if first <= last:
            few = unit
        else:
            many = unit
    zero = max(left + before - low * few for low, _, before, _ in spans)
    return Scale(zero, few, ratio)


def known(series: Iterable[Series], values: bool = True) -> list[float]:
    """All numbers of ``series``: the values, their intervals and bounds."""
    found: list[float | None] = []
    for one in series:
        found += one.values if values else ()
        found += (*one.low, *one.high, *one.bound_low, *one.bound_high)
    return [number for number in found if number is not None]


def has_intervals(series: Iterable[Series]) -> bool:
    """Whether any interval or bound is given."""
    return bool(known(series, values=False))


def reach(series: Series, index: int) -> tuple[float, float] | None:
    """Lowest and highest number drawn for one category: value, interval and bounds; None where there is no value."""
    value = series.values[index]
    if value is None:
        return None
    numbers = [value]
    for ends in (series.low, series.high, series.bound_low, series.bound_high):
        end = ends[index] if ends else None
        if end is not None:
            numbers.append(end)
    return min(numbers), max(numbers)


def text_of(series: Series, index: int) -> str:
    """The data label of one category, if any."""
    return measure.clean(series.texts[index]) if series.texts else ""


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` round numbers from ``low`` to ``high``, at steps of 1, 2, 2.5 or 5 times a power of ten."""
    if high <= low:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10, 20)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [index * step for index in range(first, last + 1)]
    return [low, high]


def ratio_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` of 1, 2, 5 times a power of ten (or powers alone) from ``low`` to ``high``."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors, every in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 3), ((1,), 6)):
        found = [f * 10.0**k for k in range(first, last + 1) if k % every == 0 for f in factors]
        found = [tick for tick in found if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        if 2 <= len(found) <= most:
            return found
    return [1.0] if low <= 1.0 <= high else [low]


def tick_text(value: float, step: float, chart: Chart) -> str:
    """A tick's number in the chart's language, with the decimals that ``step`` needs; percent where the chart is."""
    if chart.percent:
        value, step = value * 100, step * 100
    decimals = next((d for d in range(7) if abs(round(step, d) - step) < 1e-9 * max(1.0, abs(step))), 6)
    text = f"{abs(value):,.{decimals}f}".replace(",", "\0").replace(".", chart.decimal).replace("\0", chart.thousands)
    # The project's fonts have no minus sign (U+2212); an en dash is as wide and as high.
    sign = "–" if value < 0 and any(c in "123456789" for c in text) else ""
    return sign + text + (chart.percent_sign if chart.percent else "")


def _step(places: Sequence[float], ratio: bool) -> list[float]:
    """For each tick the step that decides its decimals."""
    if ratio or len(places) < 2:
        return [abs(place) for place in places]
    return [places[1] - places[0]] * len(places)


def labelled_ticks(chart: Chart, scale: Scale, low: float, high: float, room: float) -> list[tuple[float, str]]:
    """As many ticks as stand side by side within ``room`` points, with their numbers."""
    make = ratio_ticks if scale.ratio else ticks
    for most in (6, 5, 4, 3, 2):
        places = make(low, high, most)
        texts = [tick_text(p, s, chart) for p, s in zip(places, _step(places, scale.ratio), strict=True)]
        at = [scale(place) for place in places]
        widths = [measure.width(text, style.SMALL) for text in texts]
        gaps = [b - a - (v + w) / 2 for a, b, v, w in zip(at, at[1:], widths, widths[1:], strict=False)]
        if all(gap >= 6 for gap in gaps) and sum(widths) <= room:
            return list(zip(places, texts, strict=True))
    return [(places[0], texts[0])] if places else []


def draw_grid(
    sheet: Sheet, scale: Scale, marks: Sequence[tuple[float, str]], spans: Sequence[tuple[float, float]]
) -> None:
    """Faint lines at the ticks, behind the bars, over each of the heights ``spans``."""
    for place, _ in marks:
        for top, bottom in spans:
            sheet.line("grid", [(scale(place), top), (scale(place), bottom)], style.FAINT, style.HAIR)


def draw_axis(sheet: Sheet, scale: Scale, marks: Sequence[tuple[float, str]], top: float) -> float:
    """Numbers of a horizontal axis below ``top``; returns the height used."""
    baseline = top + _TICK_LENGTH + style.SMALL
    for place, text in marks:
        sheet.text("tick", scale(place), baseline, text, size=style.SMALL, colour=style.QUIET, anchor="middle")
    return block(1, style.SMALL) + _TICK_LENGTH if marks else 0.0


def draw_axis_title(sheet: Sheet, chart: Chart, left: float, right: float, top: float) -> float:
    """The axis title under a horizontal axis, wrapped; returns the height used."""
    whole = measure.width(measure.clean(chart.axis_title), style.SMALL)
    start = left if whole <= 3 * (right - left) else 0.0
    lines, _ = measure.wrap(chart.axis_title, right - start, style.SMALL, most=measure.HEAD_LINES)
    for index, line in enumerate(lines):
        baseline = top + 3 + style.SMALL + index * style.SMALL * style.LEADING
        sheet.text("axis-title", start, baseline, line, size=style.SMALL, colour=style.QUIET)
    return block(len(lines), style.SMALL) + 3 if lines else 0.0
