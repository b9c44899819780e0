"""Axes of values: limits within which marks and their labels have room, and ticks in the report's language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, LogLocator, MaxNLocator, NullLocator

from pipeline.present.charts import measure
from pipeline.present.charts.canvas import mark, put
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.style import Style

TICKS_BELOW = 3.0  # from the plot to the numbers of its axis


@dataclass(frozen=True, slots=True)
class Extent:
    """What one mark takes: values from ``low`` to ``high`` and, beyond them, points of ``before`` and ``after``."""

    low: float
    high: float
    before: float = 0.0
    after: float = 0.0


def limits(extents: Sequence[Extent], room: float, ratio: bool = False) -> tuple[float, float]:
    """The closest limits of an axis ``room`` points long between which all ``extents`` lie.

    Data labels have a fixed width and bars have not, so the two are fitted together. ``ratio``: the axis is
    logarithmic.
    """
    spans = [
        (math.log(e.low), math.log(e.high), e.before, e.after) if ratio else (e.low, e.high, e.before, e.after)
        for e in extents
    ]
    span = max(high for _, high, _, _ in spans) - min(low for low, _, _, _ in spans)
    few, many = 0.0, room / span if span > 0 else 1.0
    for _ in range(48):
        unit = (few + many) / 2
        first = max(before - low * unit for low, _, before, _ in spans)
        last = min(room - after - high * unit for _, high, _, after in spans)
        few, many = (unit, many) if first <= last else (few, unit)
    few = few or 1e-9  # labels alone are wider than the room
    zero = max(before - low * few for low, _, before, _ in spans)
    low, high = -zero / few, (room - zero) / few
    return (math.exp(low), math.exp(high)) if ratio else (low, high)


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
    given = (series.low, series.high, series.bound_low, series.bound_high)
    ends = [value, *(end for end in (one[index] for one in given if one) if end is not None)]
    return min(ends), max(ends)


def text_of(series: Series, index: int) -> str:
    """The data label of one category, if any."""
    return series.texts[index] if series.texts else ""


def from_zero(chart: Chart) -> tuple[float, float]:
    """What an axis of bars spans: zero and everything drawn; the chart's own limits widen it."""
    numbers = [0.0, *known(chart.series), *(limit for limit in (chart.minimum, chart.maximum) if limit is not None)]
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (0.0, 1.0)


def ticks(low: float, high: float, most: int, ratio: bool = False) -> list[float]:
    """At most ``most`` round numbers from ``low`` to ``high``."""
    if ratio:
        for factors in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
            found = [float(t) for t in LogLocator(subs=factors, numticks=most + 2).tick_values(low, high)]
            found = [t for t in found if low * (1 - 1e-9) <= t <= high * (1 + 1e-9)]
            if 2 <= len(found) <= most:
                return found
        return [1.0] if low <= 1.0 <= high else [low]
    if high <= low:
        return [low]
    room = 1e-9 * (high - low)
    for bins in range(most, 0, -1):
        places = MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        found = [float(t) for t in places if low - room <= t <= high + room]
        if 1 <= len(found) <= most:
            return found
    return [low, high]


def tick_text(value: float, step: float, chart: Chart) -> str:
    """A tick's number in the chart's language, with the decimals that ``step`` needs; percent where the chart is."""
    if chart.percent:
        value, step = value * 100, step * 100
    decimals = next((d for d in range(7) if abs(round(step, d) - step) < 1e-9 * max(1.0, abs(step))), 6)
    text = f"{abs(value):,.{decimals}f}".replace(",", "\0").replace(".", chart.decimal).replace("\0", chart.thousands)
    # The project's fonts have no minus sign (U+2212); an en dash is as wide and as high.
    sign = "–" if value < 0 and any(c in "123456789" for c in text) else ""
    return sign + text + (chart.percent_sign if chart.percent else "")


def tick_texts(places: Sequence[float], chart: Chart, ratio: bool = False) -> list[str]:
    """The numbers of all ticks: of a linear axis all with the decimals of its step."""
    if ratio or len(places) < 2:
        return [tick_text(place, abs(place), chart) for place in places]
    return [tick_text(place, places[1] - places[0], chart) for place in places]


def axis_below(
    axes: Axes, chart: Chart, style: Style, ends: tuple[float, float], room: float, spans: Sequence[tuple[float, float]]
) -> None:
    """As many ticks below the axes, ``room`` points wide, as stand side by side, with faint lines over ``spans``."""
    ratio = axes.get_xscale() == "log"
    first, last = (math.log(v) if ratio else v for v in axes.get_xlim())
    for most in (6, 5, 4, 3, 2, 1):
        places = ticks(*ends, most, ratio)[: most if most == 1 else None]
        texts = tick_texts(places, chart, ratio)
        at = [((math.log(p) if ratio else p) - first) / (last - first) * room for p in places]
        widths = [measure.width(text, style.small) for text in texts]
        gaps = [b - a - (v + w) / 2 for a, b, v, w in zip(at, at[1:], widths, widths[1:], strict=False)]
        if all(gap >= 6 for gap in gaps) and sum(widths) <= room:
            break
    axes.xaxis.set_visible(True)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.set_xticklabels(texts)
    axes.tick_params(axis="x", length=0, pad=TICKS_BELOW)
    for label in axes.get_xticklabels():
        label.set(**mark("tick"))
    for place in places:
        for span in spans:
            axes.plot([place, place], span, color=style.faint, lw=style.hair, zorder=0.5, **mark("grid"))


def axis_beside(axes: Axes, style: Style, marks: Sequence[tuple[float, str]]) -> None:
    """Faint lines at the ticks of upright columns and their numbers at the left."""
    left, right = axes.get_xlim()
    for place, text in marks:
        axes.plot([left, right], [place, place], color=style.faint, lw=style.hair, zorder=0.5, **mark("grid"))
        put(axes, style, "tick", (left, place), (text,), dx=-4.0, size=style.small, colour=style.quiet, ha="right")
