"""The sheet that charts are drawn on: a matplotlib figure of a fixed width whose height follows what is on it.

Charts whose rows are labels measure heights in points, downward from the top of their axes; the other direction is the
data's own. What is written beside the data stands at an offset in points (:func:`put`) or wholly in points
(:func:`points`), so it keeps its distance whatever the scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Affine2DBase, ScaledTranslation, Transform, offset_copy

from pipeline.present.charts.measure import CAP
from pipeline.present.charts.style import Style

PART = "part:"  # how the ids of artists begin that a drawing names (``data-part``)
_INCH = 72.0
_SLACK = 1.0  # points by which a line at the edge may stick out
Anchor = Literal["left", "center", "right"]


def sheet(width: float) -> tuple[Figure, Axes]:
    """An empty figure ``width`` points wide, with axes that show nothing of their own."""
    figure = Figure(figsize=(width / _INCH, 100 / _INCH), dpi=_INCH)
    figure.patch.set_visible(False)
    return figure, add(figure)


def add(figure: Figure) -> Axes:
    """One more axes, without lines and ticks until a chart asks for them."""
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.patch.set_visible(False)
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def figure_of(axes: Axes) -> Figure:
    """The figure that the axes lie on."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("axes without a figure")
    return figure


def place(axes: Axes, left: float, top: float, width: float, height: float) -> None:
    """Where the axes lie on their figure, in points from its top left corner."""
    figure = figure_of(axes)
    wide, high = (side * _INCH for side in figure.get_size_inches())
    axes.set_position((left / wide, 1 - (top + height) / high, width / wide, height / high))


def crop(figure: Figure, renderer: RendererBase) -> tuple[float, float]:
    """Make the figure as high as what is on it, and wider where something sticks out; returns width and height."""
    wide, high = (float(side) * _INCH for side in figure.get_size_inches())
    box = figure.get_tightbbox(renderer)
    over, under = high - box.y1 * _INCH, high - box.y0 * _INCH
    left, right = box.x0 * _INCH, box.x1 * _INCH
    left, right = left if left < -_SLACK else 0.0, right if right > wide + _SLACK else wide
    kept = [(axes, axes.get_position(original=True).bounds) for axes in figure.axes]
    across, total = round(right - left, 2), round(under - over + 0.02, 2)
    figure.set_size_inches(across / _INCH, total / _INCH)
    for axes, (x, bottom, width, height) in kept:
        top = (1 - bottom - height) * high - over
        place(axes, x * wide - left, top, width * wide, height * high)
    return across, total


def points(axes: Axes) -> Transform:
    """Points from the top left corner of the axes, downward."""
    figure = figure_of(axes)
    scale = Affine2D().scale(1 / _INCH, -1 / _INCH) + figure.dpi_scale_trans
    return scale + ScaledTranslation(0.0, 1.0, cast("Affine2DBase", axes.transAxes))


def mark(part: str, **more: Any) -> dict[str, Any]:
    """How an artist is told apart in the drawing ("bar-0-2": series, category), and that nothing is cut off."""
    return {"gid": PART + part, "clip_on": False, **more}


def put(
    axes: Axes,
    style: Style,
    part: str,
    at: tuple[float, float],
    lines: Sequence[str],
    *,
    dx: float = 0.0,
    dy: float = 0.0,
    size: float = 0.0,
    bold: bool = False,
    colour: str = "",
    ha: Anchor = "left",
    within: Transform | None = None,
    upright: bool = False,
) -> None:
    """Write lines of text whose block is centred on the height of ``at``, moved by ``dx``, ``dy`` (down) points.

    ``at`` is in the data's own units unless ``within`` says otherwise. Each line is a text of its own: a viewer that
    takes another font for it then keeps its anchor.
    """
    size = size or style.size
    figure = figure_of(axes)
    across = (CAP - style.leading * (len(lines) - 1)) * size / 2
    for index, line in enumerate(lines):
        if not line:
            continue
        shift = across + index * style.leading * size
        x, y = (dx + shift, dy) if upright else (dx, dy + shift)
        axes.text(
            *at, line, transform=offset_copy(within or axes.transData, figure, x, -y, units="points"),
            fontsize=size, fontweight=700 if bold else 400, color=colour or style.ink, ha=ha, va="baseline",
            rotation=90 if upright else 0, rotation_mode="anchor", **mark(part),
        )  # fmt: skip
