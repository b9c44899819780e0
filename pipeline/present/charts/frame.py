"""What charts with a row per category share: wrapped labels, group headings, keys, marks of uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.present.charts import measure, style
from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.shapes import Sheet, block

_USUAL_SHARE = 0.34  # of the width that labels take without being asked
_LARGEST_SHARE = 0.50  # beyond, labels go above their bars
_STEP = 0.04
_INDENT = 8.0
_HEADING_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Labels:
    """Wrapped category labels: ``width`` of their column (0 when they stand above the bars)."""

    lines: tuple[tuple[str, ...], ...]
    width: float
    above: bool
    indent: float

    @property
    def plot_left(self) -> float:
        """Where bars begin."""
        return self.indent if self.above else self.width + style.GAP


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
    """The plot's area and its rows; ``left`` is where bars begin.

    ``spans``: the heights (top, bottom) between group headings, where base lines and grids may run.
    """

    left: float
    right: float
    top: float
    bottom: float
    rows: tuple[Row, ...]
    spans: tuple[tuple[float, float], ...]


def fit_labels(chart: Chart, largest: float = _LARGEST_SHARE) -> Labels:
    """Wrap the category labels to at most three lines in the narrowest sensible column beside the bars."""
    bold = [index in chart.highlight for index in range(len(chart.categories))]
    indent = _INDENT if chart.groups else 0.0
    share = _USUAL_SHARE
    while share <= largest + 1e-9:
        room = chart.width * share - indent
        wrapped = [measure.wrap(c, room, style.SIZE, b) for c, b in zip(chart.categories, bold, strict=True)]
        whole = all(
            fits and measure.longest_word(measure.clean(c), style.SIZE, b) <= room
            for (_, fits), c, b in zip(wrapped, chart.categories, bold, strict=True)
        )
        if whole:
            lines = tuple(text for text, _ in wrapped)
            widest = max(
                (measure.width(line, style.SIZE, b) for text, b in zip(lines, bold, strict=True) for line in text),
                default=0.0,
            )
            return Labels(lines, widest + indent, above=False, indent=indent)
        share += _STEP
    room = chart.width - indent
    lines = tuple(measure.wrap(c, room, style.SIZE, b)[0] for c, b in zip(chart.categories, bold, strict=True))
    return Labels(lines, 0.0, above=True, indent=indent)


def _headings(chart: Chart) -> dict[int, str]:
    """Group headings by the index of the first category under them."""
    found: dict[int, str] = {}
    start = 0
    for text, count in chart.groups:
        found[start] = text
        start += count
    return found


def lay_rows(
    sheet: Sheet,
    chart: Chart,
    labels: Labels,
    top: float,
    content: float,
    *,
    right: float | None = None,
    gap: float = style.ROW_GAP,
) -> Frame:
    """Draw headings and labels from ``top`` down and say where each row's marks, ``content`` points high, go."""
    headings = _headings(chart)
    y = start = top
    rows: list[Row] = []
    spans: list[tuple[float, float]] = []
    for index, lines in enumerate(labels.lines):
        if index in headings:
            if index and not labels.above:
                spans.append((start, y))
            heading, _ = measure.wrap(headings[index], chart.width, style.SIZE, True, measure.HEAD_LINES)
            if heading:
                y += _HEADING_GAP if index else 0.0
                height = block(len(heading))
                sheet.centred("heading", 0.0, y + height / 2, heading, bold=True)
                y += height + 2.0
            start = y
        bold = index in chart.highlight
        if labels.above:
            height = block(len(lines))
            sheet.centred("label", labels.indent, y + height / 2 + 1, lines, bold=bold)
            rows.append(Row(y + height + 2.0, content))
            y += height + content + 2.0 + gap
            spans.append((rows[-1].top - 1.0, rows[-1].top + content + 1.0))
        else:
            height = max(content + gap, block(len(lines)) + 4.0)
            rows.append(Row(y + (height - content) / 2, content))
            if chart.groups:
                sheet.centred("label", labels.indent, y + height / 2, lines, bold=bold)
            else:
                sheet.centred("label", labels.width, y + height / 2, lines, bold=bold, anchor="end")
            y += height
    if not labels.above:
        spans.append((start, y))
    return Frame(labels.plot_left, chart.width if right is None else right, top, y, tuple(rows), tuple(spans))


def draw_key(
    sheet: Sheet, names: Sequence[str], colours: Sequence[str], left: float, right: float, *, dots: bool = False
) -> float:
    """A key above the plot: a swatch and a name per series, in as many lines as needed; returns the height used.

    It begins at ``left``, or at the sheet's edge where that saves it from a third line.
    """
    lead, between, pitch = style.SWATCH + 4.0, 12.0, block(1) + 2.0
    total = sum(lead + measure.width(measure.clean(name), style.SIZE) + between for name in names)
    if total > 1.8 * (right - left):
        left = 0.0
    x, y, tallest = left, 0.0, 1
    for index, (name, colour) in enumerate(zip(names, colours, strict=True)):
        lines, _ = measure.wrap(name, right - left - lead, style.SIZE, most=measure.HEAD_LINES)
        length = lead + max((measure.width(line, style.SIZE) for line in lines), default=0.0)
        if x > left and x + length > right + 0.01:
            x, y, tallest = left, y + pitch + block(tallest - 1), 1
        middle = y + block(1) / 2
        if dots:
            sheet.dot(f"key-{index}", x + style.SWATCH / 2, middle, style.DOT, colour)
        else:
            sheet.rect(f"key-{index}", x, middle - style.SWATCH / 2, style.SWATCH, style.SWATCH, colour)
        sheet.centred("name", x + lead, middle + block(max(len(lines) - 1, 0)) / 2, lines)
        x += length + between
        tallest = max(tallest, len(lines))
    return y + pitch + block(tallest - 1) + 3.0


def draw_rule(sheet: Sheet, frame: Frame, x: float, colour: str = style.RULE) -> None:
    """The line that bars start from, or the null line, beside the rows."""
    for top, bottom in frame.spans:
        sheet.line("baseline", [(x, top), (x, bottom)], colour, style.BASELINE)


def draw_whiskers(
    sheet: Sheet,
    series: Series,
    number: int,
    index: int,
    place: Callable[[float], float],
    across: float,
    *,
    upright: bool = False,
    colour: str = style.INK,
) -> None:
    """The worst-case bounds as a thin line with ends and the exact interval as a thick one, centred on ``across``."""

    def points(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
        return [(b, a) if upright else (a, b) for a, b in pairs]

    for name, lows, highs in (
        ("bound", series.bound_low, series.bound_high),
        ("interval", series.low, series.high),
    ):
        low = lows[index] if lows else None
        high = highs[index] if highs else None
        if low is None or high is None:
            continue
        part = f"{name}-{number}-{index}"
        width = style.BOUND if name == "bound" else style.INTERVAL
        sheet.line(part, points((place(low), across), (place(high), across)), colour, width)
        if name == "bound":
            for end in (place(low), place(high)):
                sheet.line(f"end-{number}-{index}", points((end, across - 2.5), (end, across + 2.5)), colour, width)
