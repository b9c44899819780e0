"""The chart room: from a :class:`~pipeline.present.charts.model.Chart` to a matplotlib figure, in one style.

A kind of chart is one function, ``draw_<kind>(axes, chart, style)``: it draws on axes that have the style of
``report.mplstyle`` in force. ``canvas`` gives them their sheet, ``svg`` writes the figure so that any page can hold it.
matplotlib is imported at the first drawing, without its search for fonts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.present.charts.library import without_font_search
from pipeline.present.charts.model import Chart, Drawing, Series, check, clean, cleaned
from pipeline.present.charts.relations import Matrix, NodeLink, check_relations, cleaned_relations

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = [
    "Chart",
    "Drawing",
    "Matrix",
    "NodeLink",
    "Series",
    "draw",
    "draw_message",
    "draw_network",
    "draw_own",
    "figure",
    "prepare",
]  # fmt: skip


@cache
def prepare() -> None:
    """Import the drawing library now rather than at the first drawing."""
    with without_font_search():
        from pipeline.present.charts import kinds  # noqa: F401


def figure(chart: Chart) -> Figure:
    """The chart as a matplotlib figure, for whoever goes on with it; :func:`draw` writes it.

    Raises:
        ValueError: the chart's parts do not match.
    """
    check(chart)
    prepare()
    from pipeline.present.charts import kinds

    return kinds.figure(cleaned(chart))


def draw(chart: Chart) -> Drawing:
    """Draw a chart as one self-contained ``svg`` element that can stand in an HTML page.

    The first call imports matplotlib. Equal charts give equal bytes, on any machine and at any time.

    Raises:
        ValueError: the chart's parts do not match.
    """
    check(chart)
    prepare()
    from pipeline.present.charts import kinds

    return kinds.draw(cleaned(chart))


def draw_network(chart: Matrix | NodeLink) -> Drawing:
    """Draw a network, as :func:`draw` does a chart."""
    check_relations(chart)
    prepare()
    from pipeline.present.charts import kinds

    return kinds.draw_network(cleaned_relations(chart))


def draw_own(function: Callable[..., Any], data: pd.DataFrame) -> Drawing:
    """What ``function(ax, data, style)`` draws on axes in the report's style."""
    prepare()
    from pipeline.present.charts import kinds

    return kinds.draw_own(function, data)


def draw_message(text: str) -> Drawing:
    """A message in the place of a chart that could not be drawn."""
    prepare()
    from pipeline.present.charts import kinds

    return kinds.draw_message(clean(text))
