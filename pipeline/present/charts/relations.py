"""Drawings of networks as data: who is tied to what in cells, and nodes joined by lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.present.charts.model import clean


@dataclass(frozen=True, slots=True)
class Matrix:
    """Ties in cells: a row per item, a narrow column per unit.

    ``shades``: per row and column −1 for no tie, 0 for one of unknown strength, else 1 … k, the place in ``key``.
    ``counts``: what stands at the right of each row. ``spans``: headings over runs of columns, (text, how many).
    """

    rows: tuple[str, ...]
    counts: tuple[str, ...]
    shades: tuple[tuple[int, ...], ...]
    key: tuple[str, ...]
    spans: tuple[tuple[str, int], ...]
    unknown: str = ""
    width: float = 470.0  # points


@dataclass(frozen=True, slots=True)
class NodeLink:
    """Nodes joined by lines: ``places`` from −1 to 1, ``sizes`` from 0 to 1, ``groups`` the place in ``key`` (or −1).

    ``links``: from, to, and how strong from 0 to 1; with ``directed`` each has an arrow.
    """

    labels: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    sizes: tuple[float, ...]
    groups: tuple[int, ...]
    key: tuple[str, ...]
    links: tuple[tuple[int, int, float], ...]
    directed: bool = False
    width: float = 470.0  # points


def cleaned_relations(chart: Matrix | NodeLink) -> Matrix | NodeLink:
    """The drawing with all its texts on one line each, in characters that XML can carry."""
    key = tuple(map(clean, chart.key))
    if isinstance(chart, NodeLink):
        return replace(chart, labels=tuple(map(clean, chart.labels)), key=key)
    return replace(
        chart, rows=tuple(map(clean, chart.rows)), counts=tuple(map(clean, chart.counts)), key=key,
        spans=tuple((clean(text), count) for text, count in chart.spans), unknown=clean(chart.unknown),
    )  # fmt: skip


def check_relations(chart: Matrix | NodeLink) -> None:
    """Refuse a drawing whose parts do not match: that is a defect of the caller, not of the data."""
    if isinstance(chart, NodeLink):
        n = len(chart.labels)
        if not n or any(len(each) != n for each in (chart.places, chart.sizes, chart.groups)):
            raise ValueError("every node has a place, a size and a group")
        if any(not (0 <= i < n and 0 <= j < n) for i, j, _ in chart.links):
            raise ValueError("a link joins nodes that are there")
        return
    columns = sum(count for _, count in chart.spans)
    if not chart.rows or len(chart.shades) != len(chart.rows) or len(chart.counts) != len(chart.rows):
        raise ValueError("every row has its cells and its count")
    if not columns or any(len(row) != columns for row in chart.shades):
        raise ValueError("the spans hold all columns of every row")
    if any(not -1 <= shade <= len(chart.key) for row in chart.shades for shade in row):
        raise ValueError("a shade is a place in the key")
