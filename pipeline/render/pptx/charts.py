"""A chart of the report as a chart of PowerPoint: its numbers in a sheet behind it, which a person can edit."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.util import Pt

from pipeline.present.charts.model import Chart, Series
from pipeline.present.charts.style import STYLE, bar_colours, diverging, ink_on, stack, strong
from pipeline.render import archive

_TYPES = {
    "bars": XL_CHART_TYPE.BAR_CLUSTERED,
    "panels": XL_CHART_TYPE.BAR_CLUSTERED,
    "dots": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.BAR_STACKED,
    "diverging": XL_CHART_TYPE.BAR_STACKED,
    "columns": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "histogram": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "slope": XL_CHART_TYPE.LINE_MARKERS,
}
_STACKS = ("stacked", "diverging")
_LYING = ("bars", "panels", "dots", *_STACKS)
_ROOMY = 12  # bars up to which letters have their full size
_LEAST_LABELLED = 0.04  # a share below it has no room for its number
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def has_native(chart: Chart | None) -> bool:
    """Whether PowerPoint has a kind of chart that tells the same; flows, heat maps and coefficients it has not."""
    return chart is not None and chart.kind in _TYPES


def data_of(chart: Chart) -> Any:
    """The numbers as PowerPoint wants them: what is not there is an empty cell."""
    kind: Any = CategoryChartData  # its methods carry no types
    data = kind(number_format=number_format(chart))
    data.categories = categories(chart)
    for series in chart.series:
        data.add_series(series.name, series.values)
    return data


def _sheet(chart: Chart) -> bytes:
    """The workbook behind the chart, where its references point. Ours, for the library's takes a label that begins with
    an equals sign for a formula, and tells when it was made."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": dt.datetime(*archive.FIXED_DATE)})
    sheet, shown = book.add_worksheet("Sheet1"), book.add_format({"num_format": number_format(chart)})
    for row, name in enumerate(categories(chart), start=1):
        sheet.write_string(row, 0, name)
    for column, series in enumerate(chart.series, start=1):
        sheet.write_string(0, column, series.name)
        for row, value in enumerate(series.values, start=1):
            if value is not None:
                sheet.write_number(row, column, value, shown)
    book.close()
    return archive.packed(stream.getvalue())


def categories(chart: Chart) -> list[str]:
    """The categories with the headings over them; of a histogram its classes."""
    names = list(chart.categories)
    if chart.kind == "histogram" and len(names) > len(chart.series[0].values):
        return [f"{low} – {high}" for low, high in pairwise(names)]
    at = 0
    for heading, count in chart.groups:
        for i in range(at, at + count):
            names[i] = f"{heading}: {names[i]}"
        at += count
    return names


def number_format(chart: Chart) -> str:
    """The format in which the numbers are shown in the report, as a spreadsheet writes it."""
    texts = [t for s in chart.series for t in s.texts]
    number = rf"[−-]?[\d\s{re.escape(chart.thousands)}]*(?:{re.escape(chart.decimal)}(\d+))?"
    found = [re.match(number, text) for text in texts]
    places = max((len(m[1]) for m in found if m and m[1]), default=0)
    part = "." + "0" * places if places else ""
    return f"0{part}%" if chart.percent else f"#,##0{part}"


def add(slide: Any, chart: Chart, place: tuple[Any, Any, Any, Any], alt: str) -> None:
    """Put the chart on a slide, in the report's colours. ``place``: left, top, width, height."""
    frame = slide.shapes.add_chart(_TYPES[chart.kind], *place, data_of(chart))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    drawn = frame.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_sheet(chart))
    bars = len(chart.categories) * (1 if chart.kind in _STACKS else len(chart.series))
    drawn.font.size = Pt(12 if bars <= _ROOMY else 10 if bars <= 2 * _ROOMY else 8)
    drawn.font.color.rgb = _rgb(STYLE.ink)
    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    _axes(drawn, chart)
    _marks(drawn, chart)


def _axes(drawn: Any, chart: Chart) -> None:
    names, numbers = drawn.category_axis, drawn.value_axis
    names.major_tick_mark = names.minor_tick_mark = numbers.major_tick_mark = XL_TICK_MARK.NONE
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.format.line.color.rgb = _rgb(STYLE.rule)
    names.has_major_gridlines = False
    numbers.has_major_gridlines = chart.kind in ("histogram", "slope")
    if numbers.has_major_gridlines:
        numbers.major_gridlines.format.line.color.rgb = _rgb(STYLE.faint)
    numbers.format.line.fill.background()
    if chart.kind in _LYING:
        names.reverse_order = True  # the first category on top, as in the report
    labelled = all(any(s.texts) for s in chart.series) and chart.kind not in ("histogram", "slope")
    numbers.visible = not labelled
    numbers.tick_labels.number_format, numbers.tick_labels.number_format_is_linked = number_format(chart), False
    if chart.kind in _STACKS:
        numbers.minimum_scale, numbers.maximum_scale = 0, 1 if chart.percent else None
    elif chart.kind != "slope":
        values = [v for s in chart.series for v in (*s.values, *s.low, *s.bound_low) if v is not None]
        numbers.minimum_scale = min(0.0, *values) if values else 0.0


def _marks(drawn: Any, chart: Chart) -> None:
    """Colours, numbers at the marks, and intervals."""
    plot, count = drawn.plots[0], len(chart.series)
    stacked = chart.kind in _STACKS
    if chart.kind != "slope":
        plot.gap_width = 0 if chart.kind == "histogram" else 50
        plot.overlap = 100 if stacked else 0
    hues = _hues(chart)
    for number, (shown, series) in enumerate(zip(plot.series, chart.series, strict=True)):
        hue = hues[number]
        if chart.kind == "slope":
            shown.smooth = False
            shown.format.line.color.rgb, shown.format.line.width = _rgb(hue), Pt(2.25)
            shown.marker.style, shown.marker.size = XL_MARKER_STYLE.CIRCLE, 7
            shown.marker.format.fill.solid()
            shown.marker.format.fill.fore_color.rgb = _rgb(hue)
        else:
            _fill(shown, hue)
            if stacked or chart.kind == "histogram":
                shown.format.line.color.rgb = _rgb(STYLE.paper)
        if count == 1 and (chart.highlight or _has_whiskers(series)) and chart.kind != "slope":
            for i, own in enumerate(bar_colours(len(series.values), chart.highlight, _has_whiskers(series))):
                _fill(shown.points[i], own)
        _label(shown, chart, series, ink_on(hue) if stacked else STYLE.ink)
        _whiskers(shown._element, series)


def _hues(chart: Chart) -> Sequence[str]:
    count = len(chart.series)
    if chart.kind == "diverging" and chart.neutral is not None:
        below, above = diverging(chart.neutral, count - chart.neutral - 1)
        return (*below, STYLE.neutral, *above)
    if chart.kind == "diverging" and count > 1:
        below, above = diverging(count // 2, count - count // 2)
        return (*below, *above)
    if chart.kind == "slope":
        return strong(count)
    return stack(count, chart.ordered, chart.apart)


def _fill(mark: Any, hue: str) -> None:
    mark.format.fill.solid()
    mark.format.fill.fore_color.rgb = _rgb(hue)


def _label(shown: Any, chart: Chart, series: Series, ink: str) -> None:
    """Numbers at the marks where the report has them; live, so that an edited number is the one that is shown."""
    if not any(series.texts) or chart.kind == "histogram":
        return
    labels = shown.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = number_format(chart), False
    labels.font.color.rgb = _rgb(ink)
    if _has_whiskers(series) and chart.kind != "slope":
        labels.position = XL_LABEL_POSITION.INSIDE_BASE  # at its end a bar's number would stand on the whisker
    if chart.kind in _STACKS:
        for i, value in enumerate(series.values):
            if value is not None and value < _LEAST_LABELLED:
                _unlabelled(shown, i)


def _unlabelled(shown: Any, index: int) -> None:
    """No number in a sliver."""
    label = shown.points[index].data_label._get_or_add_dLbl()
    for child in list(label)[1:]:  # the first is the point's index
        label.remove(child)
    etree.SubElement(label, f"{{{_C}}}delete", val="1")


def _ends(series: Series) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    return (series.low, series.high) if series.low else (series.bound_low, series.bound_high)


def _has_whiskers(series: Series) -> bool:
    return any(end is not None for end in _ends(series)[0])


def _whiskers(shown: Any, series: Series) -> None:
    """Intervals, or else worst-case bounds, as error bars of their own values."""
    if not _has_whiskers(series):
        return
    low, high = _ends(series)
    bars = etree.Element(f"{{{_C}}}errBars")
    for name, said in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, f"{{{_C}}}{name}", val=said)
    for name, ends, sign in (("plus", high, 1), ("minus", low, -1)):
        numbers = etree.SubElement(etree.SubElement(bars, f"{{{_C}}}{name}"), f"{{{_C}}}numLit")
        etree.SubElement(numbers, f"{{{_C}}}formatCode").text = "General"
        etree.SubElement(numbers, f"{{{_C}}}ptCount", val=str(len(ends)))
        for i, (end, value) in enumerate(zip(ends, series.values, strict=True)):
            if end is not None and value is not None:
                point = etree.SubElement(numbers, f"{{{_C}}}pt", idx=str(i))
                etree.SubElement(point, f"{{{_C}}}v").text = repr(max(0.0, sign * (end - value)))
    shown.find(f"{{{_C}}}cat").addprevious(bars)


def _rgb(colour: str) -> Any:
    made: Any = RGBColor  # its methods carry no types
    return made.from_string(colour.removeprefix("#").upper())
