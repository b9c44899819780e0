"""What charts with a row per category share: wrapped labels, group headings, keys, marks of uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pipeline.present.charts import measure
from pipeline.present.charts.canvas import mark, points, put
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.style import Style

_USUAL_SHARE = 0.34  # of the width that labels take without being asked
_LARGEST_SHARE = 0.50  # beyond, labels go above their bars
_STEP = 0.04
_INDENT = 8.0
_HEADING_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Labels:
    """Wrapped category labels and where bars begin: beside their column, or under them when they stand above."""

    lines: tuple[tuple[str, ...], ...]
    plot_left: float
    above: bool
    indent: float


@dataclass(frozen=True, slots=True)
class Row:
    """Where one category's marks go: from ``top``, ``height`` points high."""

    top: float
    height: float

    @property
    def middle(self) -> float:
        """Height at which the row's label and marks are centred."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot's rows, in points down from the top of the axes.

    ``spans``: the heights (top, bottom) between group headings, where base lines and grids may run.
    """

    bottom: float
    rows: tuple[Row, ...]
    spans: tuple[tuple[float, float], ...]


def fit_labels(chart: Chart, style: Style, largest: float = _LARGEST_SHARE) -> Labels:
    """Wrap the category labels to at most three lines in the narrowest sensible column beside the bars."""
    named = [(c, index in chart.highlight) for index, c in enumerate(chart.categories)]
    indent = _INDENT if chart.groups else 0.0
    share = _USUAL_SHARE
    while share <= largest + 1e-9:
        room = chart.width * share - indent
        wrapped = [measure.wrap(c, room, style.size, bold) for c, bold in named]
        if all(fits for _, fits in wrapped) and all(
            measure.longest_word(c, style.size, bold) <= room for c, bold in named
        ):
            sizes = [(line, bold) for (lines, _), (_, bold) in zip(wrapped, named, strict=True) for line in lines]
            widest = max((measure.width(line, style.size, bold) for line, bold in sizes), default=0.0)
            return Labels(tuple(lines for lines, _ in wrapped), widest + indent + style.gap, False, indent)
        share += _STEP
    lines = tuple(measure.wrap(c, chart.width - indent, style.size, bold)[0] for c, bold in named)
    return Labels(lines, indent, True, indent)


def _headings(chart: Chart) -> dict[int, str]:
    """Group headings by the index of the first category under them."""
    found: dict[int, str] = {}
    start = 0
    for text, count in chart.groups:
        found[start] = text
        start += count
    return found


def lay_rows(
    axes: Axes,
    chart: Chart,
    style: Style,
    labels: Labels,
    content: float,
    *,
    top: float = 0.0,
    gap: float | None = None,
) -> Frame:
    """Write headings and labels from ``top`` down and say where each row's marks, ``content`` points high, go."""
    gap = style.row_gap if gap is None else gap
    headings, within = _headings(chart), points(axes)
    y = start = top
    rows: list[Row] = []
    spans: list[tuple[float, float]] = []
    for index, lines in enumerate(labels.lines):
        bold = index in chart.highlight
        if index in headings:
            if index and not labels.above:
                spans.append((start, y))
            heading, _ = measure.wrap(headings[index], chart.width, style.size, True, measure.HEAD_LINES)
            if heading:
                y += _HEADING_GAP if index else 0.0
                height = style.block(len(heading))
                at = (-labels.plot_left, y + height / 2)
                put(axes, style, "heading", at, heading, bold=True, within=within)
                y += height + 2.0
            start = y
        if labels.above:
            height = style.block(len(lines))
            put(axes, style, "label", (0.0, y + height / 2 + 1), lines, bold=bold, within=within)
            rows.append(Row(y + height + 2.0, content))
            y += height + content + 2.0 + gap
            spans.append((rows[-1].top - 1.0, rows[-1].top + content + 1.0))
            continue
        height = max(content + gap, style.block(len(lines)) + 4.0)
        rows.append(Row(y + (height - content) / 2, content))
        if chart.groups:
            at = (labels.indent - labels.plot_left, y + height / 2)
            put(axes, style, "label", at, lines, bold=bold, within=within)
        else:
            at = (-style.gap, y + height / 2)
            put(axes, style, "label", at, lines, bold=bold, within=within, ha="right")
        y += height
    if not labels.above:
        spans.append((start, y))
    return Frame(y, tuple(rows), tuple(spans))


def draw_key(
    axes: Axes, style: Style, names: Sequence[str], colours: Sequence[str], left: float, right: float,
    *, dots: bool = False,
) -> float:  # fmt: skip
    """A key above the axes: a swatch and a name per series, in as many lines as needed; returns the height used.

    It runs from the axes' left edge to ``right`` points from it, or begins ``left`` points before that edge, at the
    sheet's, where this saves it from a third line.
    """
    lead, between, pitch = style.swatch + 4.0, 12.0, style.block(1) + 2.0
    total = sum(lead + measure.width(name, style.size) + between for name in names)
    first = -left if total > 1.8 * right else 0.0
    x, y, tallest = first, 0.0, 1
    entries: list[tuple[float, float, tuple[str, ...]]] = []
    for name in names:
        lines, _ = measure.wrap(name, right - first - lead, style.size, most=measure.HEAD_LINES)
        length = lead + max((measure.width(line, style.size) for line in lines), default=0.0)
        if x > first and x + length > right + 0.01:
            x, y, tallest = first, y + pitch + style.block(tallest - 1), 1
        entries.append((x, y + style.block(1) / 2, lines))
        x += length + between
        tallest = max(tallest, len(lines))
    height = y + pitch + style.block(tallest - 1) + 3.0
    within, half = points(axes), style.swatch / 2
    for index, ((x, y, lines), colour) in enumerate(zip(entries, colours, strict=True)):
        middle, part = y - height, f"key-{index}"
        if dots:
            axes.plot([x + half], [middle], "o", color=colour, transform=within, mew=0, **mark(part))
        else:
            at = (x, middle - half)
            axes.add_patch(Rectangle(at, 2 * half, 2 * half, color=colour, lw=0, transform=within, **mark(part)))
        at = (x + lead, middle + style.block(max(len(lines) - 1, 0)) / 2)
        put(axes, style, "name", at, lines, within=within)
    return height


def draw_rule(axes: Axes, style: Style, frame: Frame, x: float, colour: str = "") -> None:
    """The line that bars start from, or the null line, beside the rows."""
    for span in frame.spans:
        axes.plot([x, x], span, color=colour or style.rule, lw=style.rule_width, **mark("baseline"))


def draw_title(axes: Axes, chart: Chart, style: Style, left: float, width: float, top: float) -> None:
    """The axis title, wrapped, ``top`` points below the top of the axes, which begin ``left`` points in the sheet."""
    first = 0.0 if measure.width(chart.axis_title, style.small) <= 3 * width else -left
    lines, _ = measure.wrap(chart.axis_title, width - first, style.small, most=measure.HEAD_LINES)
    at = (first, top + 3 + style.block(len(lines), style.small) / 2)
    put(axes, style, "axis-title", at, lines, size=style.small, colour=style.quiet, within=points(axes))


def draw_whiskers(
    axes: Axes, style: Style, series: Series, number: int, index: int, across: float,
    *, along: Literal["x", "y"] = "x", colour: str = "",
) -> None:  # fmt: skip
    """The worst-case bounds as a thin line with ends and the exact interval as a thick one, centred on ``across``."""
    for name, lows, highs, width in (
        ("bound", series.bound_low, series.bound_high, style.bound),
        ("interval", series.low, series.high, style.interval),
    ):
        low, high = (ends[index] if ends else None for ends in (lows, highs))
        if low is None or high is None:
            continue
        lines = [(f"{name}-{number}-{index}", (low, high), (across, across))]
        if name == "bound":
            lines += [(f"end-{number}-{index}", (end, end), (across - 2.5, across + 2.5)) for end in (low, high)]
        for part, values, places in lines:
            xy = (values, places) if along == "x" else (places, values)
            axes.plot(*xy, color=colour or style.ink, lw=width, **mark(part))
