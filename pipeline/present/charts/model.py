"""A chart as data: what is drawn, before anything is drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

ChartKind = Literal[
    "bars",  # horizontal bars, one or several series side by side; intervals when given
    "stacked",  # horizontal bars of 100%, ordered hues or one hue per category
    "diverging",  # as stacked, from the middle, the neutral category apart
    "dots",  # a dot per category and series (means, shares), with intervals
    "histogram",  # counts over classes of a numeric variable: values per class, categories are class bounds
    "columns",  # vertical columns over time or an ordered short scale
    "slope",  # two or more waves joined by lines
    "coefficients",  # estimate and interval per term, a line at the null value
    "heatmap",  # shares or adjusted residuals in cells, value written in each
    "flow",  # what became of units between two waves: a band per category, as high as its units before and after
    "path",  # stations in columns (``groups``), joined by ``links``
    "panels",  # small multiples of bars, same scale: one panel per series
    "map",  # named points on two axes of one scale: the series are their places; groups are kinds of points
    "scree",  # eigenvalues by axis, and those of random data
    "tree",  # a dendrogram: which two are joined, and at which height
]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: ``values`` per category (shares 0–1, counts or means; None where there is none).

    ``texts``: the data labels as a reader sees them. ``low``/``high``: an interval, drawn thick; ``bound_low``/
    ``bound_high``: worst-case bounds, drawn thin. Each is empty or as long as ``values``.
    """

    name: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    bound_low: tuple[float | None, ...] = ()
    bound_high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """What joins two categories of a path: their indices, how much, and that as a reader sees it."""

    start: int
    end: int
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw. ``categories`` label the bars (top to bottom) or the rows of a stack.

    ``percent``: values are shares, the axis runs in percent. ``ordered``: series (stacked, diverging) are ordered
    answers, light to dark. ``apart``: how many series at the end say that there is no answer: they are grey and no part
    of the order. ``neutral``: index of the middle series of a diverging chart. ``highlight``: indices of categories to
    set off. ``null``: the null line of coefficients (0 or 1). ``decimal``: the decimal mark of the language;
    ``thousands`` its separator, ``percent_sign`` the sign with its
    space. ``notes`` inside the drawing are avoided: they are the figure's.
    """

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    percent: bool = True
    percent_sign: str = "%"
    axis_title: str = ""
    ordered: bool = False
    apart: int = 0
    neutral: int | None = None
    highlight: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()  # headings over runs of categories: (text, how many)
    null: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    reference: tuple[float, str] | None = None  # of a histogram: a place in classes (2.5: the third's middle), its name
    positions: tuple[float, ...] = ()  # of a slope's waves on the axis of time; empty: equal distances
    breaks: tuple[int, ...] = ()  # waves of a slope that may not be compared with the one before
    links: tuple[Link, ...] = ()  # of a path
    decimal: str = ","
    thousands: str = "."
    width: float = 470.0  # points


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing: SVG text with its size in points."""

    svg: str
    width: float
    height: float


_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = re.compile("[ \t\n\r\u2028\u2029]+")  # a no-break space stays one


def clean(text: str) -> str:
    """One line of text that XML can carry: runs of white space become one space, illegal characters U+FFFD."""
    return _SPACE.sub(" ", _ILLEGAL.sub("\ufffd", text)).strip(" ")


def cleaned(chart: Chart) -> Chart:
    """The chart with all its texts clean."""
    series = tuple(replace(s, name=clean(s.name), texts=tuple(map(clean, s.texts))) for s in chart.series)
    return replace(
        chart,
        categories=tuple(map(clean, chart.categories)),
        series=series,
        axis_title=clean(chart.axis_title),
        groups=tuple((clean(text), count) for text, count in chart.groups),
        links=tuple(replace(link, text=clean(link.text)) for link in chart.links),
        reference=chart.reference and (chart.reference[0], clean(chart.reference[1])),
    )


def _numbers(series: Series) -> Iterable[float | None]:
    return (*series.values, *series.low, *series.high, *series.bound_low, *series.bound_high)


def check(chart: Chart) -> None:
    """Refuse a chart whose parts do not match: that is a defect of the caller, not of the data."""
    if not chart.categories or not chart.series:
        raise ValueError("a chart needs at least one category and one series")
    if chart.kind == "flow" and len(chart.series) != 2:
        raise ValueError("a flow has two series, before and after")
    if len(chart.series) < {"map": 2, "tree": 3}.get(chart.kind, 1):
        raise ValueError("a map has two series, a tree three")
    lengths = {len(chart.categories)}
    if chart.kind == "histogram":
        if len(chart.series) != 1:
            raise ValueError("a histogram has one series")
        lengths.add(len(chart.categories) - 1)
    for series in chart.series:
        if len(series.values) not in lengths or not series.values:
            raise ValueError(f"{len(series.values)} values for {len(chart.categories)} categories")
        others = (series.texts, series.low, series.high, series.bound_low, series.bound_high)
        if any(other and len(other) != len(series.values) for other in others):
            raise ValueError("texts, intervals and bounds are empty or as long as the values")
        if any(number is not None and not math.isfinite(number) for number in _numbers(series)):
            raise ValueError("a chart draws finite numbers; what is not computable is None")
        whole = chart.kind in ("stacked", "diverging", "flow")
        if whole and any(value is not None and value < 0 for value in series.values):
            raise ValueError("parts of a whole are not negative")
    if sum(count for _, count in chart.groups) > len(chart.categories):
        raise ValueError("groups hold more categories than there are")
    if any(not 0 <= end < len(chart.categories) for link in chart.links for end in (link.start, link.end)):
        raise ValueError("a link ends at no category")
    if not 0 <= chart.apart < len(chart.series):
        raise ValueError("some series are answers")
    if chart.neutral is not None and not 0 <= chart.neutral < len(chart.series):
        raise ValueError("the neutral series is not there")
    times = chart.positions
    if times and (len(times) != len(chart.categories) or any(a >= b for a, b in pairwise(times))):
        raise ValueError("waves have each a later position than the one before")
