"""The kinds of charts, each drawn by one function in the report's style.

Import this module by :func:`pipeline.present.charts.prepare`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from pipeline.paths import FONTS
from pipeline.present.charts import canvas, svg
from pipeline.present.charts.draw_bars import draw_bars, draw_panels
from pipeline.present.charts.draw_columns import draw_columns, draw_histogram
from pipeline.present.charts.draw_dots import draw_coefficients, draw_dots
from pipeline.present.charts.draw_flow import draw_flow
from pipeline.present.charts.draw_heatmap import draw_heatmap
from pipeline.present.charts.draw_slope import draw_slope
from pipeline.present.charts.draw_stacked import draw_diverging, draw_stacked
from pipeline.present.charts.model import Chart, ChartKind, Drawing
from pipeline.present.charts.style import SHEET, STYLE, Style

_KINDS: dict[ChartKind, Callable[[Axes, Chart, Style], None]] = {
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

# matplotlib's own defaults wherever a settings file of the user says otherwise, and our sheet over them.
# (To ask for the backend would choose one, which imports pyplot.)
_SHEET: dict[Any, Any] = {
    name: value
    for name, value in matplotlib.rcParamsDefault.items()
    if name != "backend" and matplotlib.rcParams[name] != value
}
_SHEET |= SHEET
for _face in ("Regular", "Bold", "Italic", "BoldItalic"):
    fontManager.addfont(FONTS / f"NotoSans-{_face}.ttf")


@contextmanager
def in_style() -> Iterator[None]:
    """While this holds, what is drawn has the report's style; afterwards matplotlib is as it was."""
    with matplotlib.rc_context(_SHEET):
        yield


def _draw(chart: Chart) -> Figure:
    sheet, axes = canvas.sheet(chart.width)
    _KINDS[chart.kind](axes, chart, STYLE)
    return sheet


def figure(chart: Chart) -> Figure:
    """The chart as a figure, as high as what is on it."""
    with in_style():
        made = _draw(chart)
        svg.drawing(made)
    return made


def draw(chart: Chart) -> Drawing:
    """The chart as SVG."""
    with in_style():
        return svg.drawing(_draw(chart))
