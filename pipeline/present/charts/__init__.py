"""The chart room: from a :class:`~pipeline.present.charts.model.Chart` to SVG, in one style.

Three steps, each its own file or family of files: a ``draw_*`` function lays the chart out as shapes in points (text is
measured, nothing overlaps), and ``svg`` has matplotlib write the shapes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache

from pipeline.present.charts.draw_bars import draw_bars, draw_panels
from pipeline.present.charts.draw_columns import draw_columns, draw_histogram
from pipeline.present.charts.draw_dots import draw_coefficients, draw_dots
from pipeline.present.charts.draw_flow import draw_flow
from pipeline.present.charts.draw_heatmap import draw_heatmap
from pipeline.present.charts.draw_slope import draw_slope
from pipeline.present.charts.draw_stacked import draw_diverging, draw_stacked
from pipeline.present.charts.library import without_font_search
from pipeline.present.charts.model import Chart, ChartKind, Drawing, Series
from pipeline.present.charts.shapes import Sheet

__all__ = ["Chart", "Drawing", "Series", "draw", "lay_out", "prepare"]

_KINDS: dict[ChartKind, Callable[[Chart], Sheet]] = {
    "bars": draw_bars,
    "stacked": draw_stacked,
    "diverging": draw_diverging,
    "dots": draw_dots,
    "histogram": draw_histogram,
    "columns": draw_columns,
    "slope": draw_slope,
    "coefficients": draw_coefficients,
    "heatmap": draw_heatmap,
    "panels": draw_panels,
    "flow": draw_flow,
}


def _numbers(series: Series) -> Iterable[float | None]:
    return (*series.values, *series.low, *series.high, *series.bound_low, *series.bound_high)


def _check(chart: Chart) -> None:
    """Refuse a chart whose parts do not match: that is a defect of the caller, not of the data."""
    if not chart.categories or not chart.series:
        raise ValueError("a chart needs at least one category and one series")
    if chart.kind == "flow" and len(chart.series) != 2:
        raise ValueError("a flow has two series, before and after")
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
    if chart.neutral is not None and not 0 <= chart.neutral < len(chart.series):
        raise ValueError("the neutral series is not there")


def lay_out(chart: Chart) -> Sheet:
    """The chart as shapes in points, before any drawing library is touched.

    Raises:
        ValueError: the chart's parts do not match.
    """
    _check(chart)
    return _KINDS[chart.kind](chart)


@cache
def _renderer() -> Callable[[Sheet], str]:
    """The one part that needs matplotlib, imported at the first drawing."""
    with without_font_search():
        from pipeline.present.charts.svg import render
    return render


def prepare() -> None:
    """Import the drawing library now rather than at the first drawing."""
    _renderer()


def draw(chart: Chart) -> Drawing:
    """Draw a chart as one self-contained ``svg`` element that can stand in an HTML page.

    The first call imports matplotlib. Equal charts give equal bytes, on any machine and at any time.

    Raises:
        ValueError: the chart's parts do not match.
    """
    sheet = lay_out(chart)
    return Drawing(_renderer()(sheet), round(sheet.width, 2), round(sheet.height, 2))
