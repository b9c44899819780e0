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
from matplotlib.patches import Rectangle

from pipeline.paths import FONTS
from pipeline.present.charts import canvas, measure, svg
from pipeline.present.charts.draw_bars import draw_bars, draw_panels
from pipeline.present.charts.draw_columns import draw_columns, draw_histogram
from pipeline.present.charts.draw_dots import draw_coefficients, draw_dots
from pipeline.present.charts.draw_flow import draw_flow
from pipeline.present.charts.draw_heatmap import draw_heatmap
from pipeline.present.charts.draw_map import draw_map
from pipeline.present.charts.draw_path import draw_path
from pipeline.present.charts.draw_relations import draw_matrix, draw_node_link
from pipeline.present.charts.draw_scree import draw_scree
from pipeline.present.charts.draw_slope import draw_slope
from pipeline.present.charts.draw_stacked import draw_diverging, draw_stacked
from pipeline.present.charts.draw_tree import draw_tree
from pipeline.present.charts.model import Chart, ChartKind, Drawing
from pipeline.present.charts.relations import Matrix, NodeLink
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
    "path": draw_path,
    "map": draw_map,
    "scree": draw_scree,
    "tree": draw_tree,
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


_WIDTH, _OWN_HEIGHT = 470.0, 260.0  # points


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


def draw_network(chart: Matrix | NodeLink) -> Drawing:
    """A network as SVG."""
    with in_style():
        sheet, axes = canvas.sheet(chart.width)
        if isinstance(chart, Matrix):
            draw_matrix(axes, chart, STYLE)
        else:
            draw_node_link(axes, chart, STYLE)
        return svg.drawing(sheet)


def draw_own(function: Callable[..., Any], data: Any) -> Drawing:
    """What a study's own function draws: axes with lines, ticks and room for what stands beside them."""
    with in_style():
        made = Figure(figsize=(_WIDTH / 72, _OWN_HEIGHT / 72), dpi=72, layout="constrained")
        made.patch.set_visible(False)
        axes = made.add_subplot()
        function(axes, data, STYLE)
        svg.settle(made)
        return svg.drawing(made)


def draw_message(text: str) -> Drawing:
    """A frame with a message in it."""
    with in_style():
        made, axes = canvas.sheet(_WIDTH)
        lines, _ = measure.wrap(text, _WIDTH - 24.0, STYLE.size, most=12)
        height = STYLE.block(len(lines)) + 24.0
        canvas.place(axes, 0.5, 0.5, _WIDTH - 1.0, height)
        axes.set(xlim=(0.0, _WIDTH - 1.0), ylim=(height, 0.0))
        frame = Rectangle((0.0, 0.0), _WIDTH - 1.0, height, fill=False, edgecolor=STYLE.accent, lw=STYLE.rule_width)
        axes.add_patch(frame)
        frame.set(**canvas.mark("frame"))
        canvas.put(axes, STYLE, "message", (12.0, height / 2), lines)
        return svg.drawing(made)
