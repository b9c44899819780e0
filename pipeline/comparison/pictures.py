"""Figures of the comparison: the flow of units, the shares that moved most, and the trends of single tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.codes import is_net
from pipeline.comparison import trend
from pipeline.comparison.book import Book
from pipeline.comparison.measured import Line
from pipeline.comparison.other_tables import flow
from pipeline.comparison.units import KINDS, Kind, Links
from pipeline.language.marks import marks
from pipeline.present import formats
from pipeline.present.charts.model import Chart, Series
from pipeline.present.document import Figure, Mark, Table
from pipeline.present.layout.one_way import view_decimals
from pipeline.present.layout.parts import anchor
from pipeline.spec.model import TableSpec, say

MOST_MOVERS = 5
MOST_SLOPES = 5
MOST_ROWS = 24
MOST_BANDS = 3  # lines with intervals: the bands of more would lie over one another
MOVING: tuple[Kind, ...] = ("merge", "split", "begin", "end")
_LEAST_SPAN = 0.4  # of a slope's scale, in shares


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a drawing."""

    id: str
    number: int
    title: str
    told: tuple[str, ...]
    notes: tuple[str, ...] = ()
    mark: Mark | None = None
    table: Table | None = None
    headline: str = ""


def _figure(book: Book, chart: Chart, frame: Frame) -> Figure:
    from pipeline.present.charts import draw

    m = marks(book.lang)
    chart = replace(chart, decimal=m.decimal, thousands=m.group, percent_sign=m.percent)
    drawing = draw(chart)
    told = "; ".join(frame.told)
    return Figure(
        id=frame.id,
        number=frame.number,
        label=book.view.t("figure_label", number=frame.number),
        headline=frame.headline,
        title=frame.title,
        svg=drawing.svg,
        alt=book.view.t("alt", headline="", title=frame.title, told=told),
        width=drawing.width,
        height=drawing.height,
        notes=tuple(n for n in frame.notes if n),
        source=book.source_line(),
        mark=frame.mark,
        table=frame.table.id if frame.table is not None else "",
        table_label=book.view.t("data_in", table=frame.table.label) if frame.table is not None else "",
        chart=chart,
    )


def flow_figure(book: Book, links: Links, table: Table, number: int) -> Figure | None:
    """What became of the units; ``None`` where there is none."""
    if not any(any(flow(book, links, k)) for k in MOVING):
        return None  # units that stay, and units drawn anew for each wave, flow nowhere
    kinds = [k for k in KINDS if any(flow(book, links, k))]
    pairs = [flow(book, links, k) for k in kinds]
    series = tuple(
        Series(wave, tuple(p[side] for p in pairs), tuple(book.count(p[side]) for p in pairs))
        for side, wave in ((0, links.earlier), (1, links.later))
    )
    names = tuple(book.t(f"kind_{k}") for k in kinds)
    told = tuple(
        book.t("told_flow", kind=name, before=book.count(b), when_before=book.when(links.earlier),
               after=book.count(a), when_after=book.when(links.later))
        for name, (b, a) in zip(names, pairs, strict=True)
    )  # fmt: skip
    title = f"{book.t('title_flow')}. {book.t('versus', before=links.earlier, after=links.later)}"
    frame = Frame(f"figure-flow-{links.later}", number, title, told, (book.t("flow_note"),), table.mark, table)
    return _figure(book, Chart("flow", names, series, percent=False), frame)


def movers_figure(book: Book, number: int) -> Figure | None:
    """The shares that changed most, before and after on one line each; ``None`` when there are none."""
    firm = book.moves.told
    found = [m.row for m in firm if m.row.col_code == firm[0].row.col_code][:MOST_MOVERS]
    if not found:
        return None
    before, after = found[0].col_code, book.waves.names[-1]
    labels = [f"{question}: {category}" for question, category in map(book.line_label, found)]
    series = []
    for wave in (before, after):
        values, texts = [], []
        for row in found:
            share = book.share(wave, row)
            values.append(None if share is None else share.value)
            texts.append(_text(book, share.value if share is not None else None, True))
        series.append(Series(wave, tuple(values), tuple(texts)))
    told = _told(labels, series)
    unit = book.view.t("unit_percent")
    title = f"{book.t('title_movers')}, {book.t('versus', before=before, after=after)}"
    frame = Frame(
        "figure-movers", number, f"{title} ({unit})", told,
        (book.t("movers_note", least=book.least),), _simulated(book),
    )  # fmt: skip
    return _figure(book, Chart("dots", tuple(labels), tuple(series)), frame)


def _simulated(book: Book) -> Mark | None:
    marked = any(w.source.marks for w in book.waves.waves)
    return book.view.mark_of("simulated") if marked else None


def _text(book: Book, value: float | None, share: bool, decimals: int = 1) -> str:
    if value is None:
        return formats.NOT_COMPUTABLE
    return formats.percent_text(value, book.lang) if share else formats.decimal_text(value, decimals, book.lang)


def _told(labels: Sequence[str], series: Sequence[Series]) -> tuple[str, ...]:
    return tuple(f"{label}: " + ", ".join(f"{s.name} {s.texts[i]}" for s in series) for i, label in enumerate(labels))


def trend_figure(book: Book, spec: TableSpec, table: Table, number: int) -> Figure | None:
    """The trend of one table: lines between waves for a few categories, else dots of both waves on one line.

    A line has a gap where a wave lacks it or may not be compared, and is broken where ``source.yml`` says that
    something else changed. What is in fewer than two waves is left out, by name; ``None`` when that is all.
    """
    lines = trend.lines(spec, book.waves)
    means = [x for x in lines if not x.code]
    shares = [x for x in lines if x.code and not is_net(x.code)]
    several = len({x.variable for x in lines}) > 1
    chosen = means if several else shares
    if not chosen or (several and not _same_scale(book, means)):
        return None
    if not several:
        order = book.view.sorted_codes(spec, chosen[0].variable, [x.code for x in chosen])
        chosen = sorted(chosen, key=lambda x: order.index(x.code))
    values = {x: [_value(book, wave, x) for wave in book.waves.names] for x in chosen}
    kept = [x for x in chosen if sum(v is not None for v in values[x]) > 1]
    left_out = [_label(book, spec, x) for x in chosen if x not in kept]
    if not kept or len(kept) > MOST_ROWS:
        return None
    chart, told = _chart(book, spec, kept)
    notes = [book.t("figure_waves_note")]
    if any(v is None for x in kept for v in values[x]):
        notes.append(book.t("figure_gap_note"))
    if any(series.low for series in chart.series):
        level = formats.percent_text(book.waves.files.study.confidence, book.lang, 0)
        notes.append(book.t("figure_band_note", level=level))
    notes += [said for some in book.breaks([x.variable for x in kept]).values() for said in some]
    if left_out:
        notes.append(book.t("figure_left_out", names=book.listed(left_out)))
    unit = book.view.t("unit_percent" if kept[0].code else "unit_means_only")
    title = f"{book.title(say(spec.title, book.lang))} ({unit})"
    frame = Frame(anchor("figure", spec.table), number, title, told, tuple(notes), table.mark, table)
    return _figure(book, chart, frame)


def _chart(book: Book, spec: TableSpec, kept: Sequence[Line]) -> tuple[Chart, tuple[str, ...]]:
    """A slope for a few shares or more than two waves, dots otherwise; and what is told of each line."""
    waves = book.waves.names
    labels = [_label(book, spec, x) for x in kept]
    share = bool(kept[0].code)
    decimals = view_decimals(book.view, kept[0].variable, "mean")
    values = [[_value(book, wave, x) for wave in waves] for x in kept]
    texts = [[_text(book, v, share, decimals) for v in own] for own in values]
    told = _told(labels, [Series(w, (), tuple(t[i] for t in texts)) for i, w in enumerate(waves)])
    if (share and len(kept) <= MOST_SLOPES) or len(waves) > 2:
        banded = len(kept) <= MOST_BANDS
        series = tuple(
            Series(label, tuple(v), tuple(t), *(_band(book, x) if banded else ()))
            for x, label, v, t in zip(kept, labels, values, texts, strict=True)
        )
        crossed = tuple(book.breaks([x.variable for x in kept]))
        low, high = _slope_ends([v for own in values for v in own if v is not None]) if share else (None, None)
        return Chart(
            "slope", tuple(waves), series, percent=share, minimum=low, maximum=high, breaks=crossed,
            positions=book.waves.times if book.waves.in_years else (),
        ), told  # fmt: skip
    series = tuple(
        Series(wave, tuple(v[i] for v in values), tuple(t[i] for t in texts)) for i, wave in enumerate(waves)
    )
    ends = None if share else _ends(book, kept[0].variable)
    low, high = ends or (None, None)
    return Chart("dots", tuple(labels), series, percent=share, minimum=low, maximum=high), told


def _slope_ends(values: Sequence[float]) -> tuple[float, float]:
    """The ends of a slope's scale: wide enough that a few points do not look like a landslide."""
    middle = (min(values) + max(values)) / 2
    half = max((max(values) - min(values)) / 2, _LEAST_SPAN / 2)
    low = min(max(middle - half, 0.0), 1 - 2 * half) if half <= 0.5 else 0.0
    return low, low + 2 * half


def _value(book: Book, wave: str, line: Line) -> float | None:
    """A wave's number, where there is one that may be compared."""
    if book.waves.hindrance(line.variable, line.code, wave, wave) is not None:
        return None
    base = book.get(wave, line.table, "n", line.variable)
    row = book.get(wave, line.table, line.statistic, line.variable, line.code)
    return None if row is None or base is None or not base.value else row.value


def _band(book: Book, line: Line) -> tuple[tuple[float | None, ...], tuple[float | None, ...]] | tuple[()]:
    """The limits of each wave's interval, where the waves' own reports have one."""
    found = []
    for statistic in ("interval_low", "interval_high") if line.code else ("mean_low", "mean_high"):
        rows = [w.results.get(line.table, statistic, line.variable, line.code) for w in book.waves.waves]
        values = [_value(book, w, line) for w in book.waves.names]
        found.append(
            tuple(r.value if r is not None and v is not None else None for r, v in zip(rows, values, strict=True))
        )
    return (found[0], found[1]) if any(low is not None for low in found[0]) else ()


def _label(book: Book, spec: TableSpec, line: Line) -> str:
    codebook = book.waves.files.codebook
    for name in spec.rows:
        if not line.code and name in codebook.batteries and line.variable in codebook.batteries[name].members:
            return book.view.item_label(line.variable, codebook.batteries[name].members)
    return book.view.code_label(line.variable, line.code) if line.code else book.view.label(line.variable)


def _ends(book: Book, name: str) -> tuple[float, float] | None:
    variable = book.waves.files.codebook.all_variables()[name]
    codes = [float(c) for c in variable.categories] if variable.scores else []
    return (min(codes), max(codes)) if codes else None


def _same_scale(book: Book, means: Sequence[Line]) -> bool:
    return (
        bool(means)
        and len({_ends(book, x.variable) for x in means}) == 1
        and _ends(book, means[0].variable) is not None
    )
