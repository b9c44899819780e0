"""A chart as data: what is drawn, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
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
    "panels",  # small multiples of bars, same scale: one panel per series
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
class Chart:
    """What to draw. ``categories`` label the bars (top to bottom) or the rows of a stack.

    ``percent``: values are shares, the axis runs in percent. ``ordered``: series (stacked, diverging) are ordered
    answers, light to dark. ``neutral``: index of the middle series of a diverging chart. ``highlight``: indices of
    categories to set off. ``null``: the null line of coefficients (0 or 1). ``decimal``: the decimal mark of the
    language; ``thousands`` its separator, ``percent_sign`` the sign with its
    space. ``notes`` inside the drawing are avoided: they are the figure's.
    """

    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    percent: bool = True
    percent_sign: str = "%"
    axis_title: str = ""
    ordered: bool = False
    neutral: int | None = None
    highlight: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()  # headings over runs of categories: (text, how many)
    null: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimal: str = ","
    thousands: str = "."
    width: float = 470.0  # points


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing: SVG text with its size in points."""

    svg: str
    width: float
    height: float
