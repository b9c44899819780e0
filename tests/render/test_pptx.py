"""The slides: every figure once, as a chart whose numbers are the report's; texts that stay texts; the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pptx as python_pptx
import pytest
from lxml import etree

from pipeline.present.document import Document, Run
from pipeline.render import pptx
from pipeline.render.listing import numbered_figures
from pipeline.render.pptx import charts
from tests.present.samples import charts as samples
from tests.render import sample
from tests.render.payloads import PAYLOADS, folded

ROOT = Path(__file__).parents[2]
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
NATIVE = {name: chart for name, chart in samples().items() if charts.has_native(chart)}


def with_charts(lang: str = "it") -> Document:
    """A report whose figures are all sample charts, in one section."""
    document = sample.document(lang)
    figures = tuple(
        dataclasses.replace(sample.figure(lang, i, title=name), id=f"figure-{i}", headline=name, chart=chart)
        for i, (name, chart) in enumerate(samples().items(), start=1)
    )
    cover = dataclasses.replace(document.cover, figure=None)
    section = dataclasses.replace(document.sections[0], blocks=figures, sections=())
    return dataclasses.replace(document, cover=cover, sections=(section,))


def written(document: Document, folder: Path) -> Path:
    path = folder / "report.pptx"
    pptx.write(document, path)
    return path


def texts(slide: Any) -> str:
    return " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


def titled(show: Any) -> dict[str, Any]:
    return {slide.shapes.title.text_frame.text: slide for slide in show.slides}


def drawn(slide: Any) -> Any:
    return next(shape for shape in slide.shapes if shape.has_chart)


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return python_pptx.Presentation(str(written(with_charts(), tmp_path_factory.mktemp("slides"))))


@pytest.mark.parametrize("lang", ["it", "en"])
def test_title_findings_and_a_slide_for_each_figure(lang: str, tmp_path: Path) -> None:
    document = sample.document(lang)
    slides = list(python_pptx.Presentation(str(written(document, tmp_path))).slides)
    first = texts(slides[0])
    for said in (document.cover.title, document.cover.line, document.cover.notices[0].text):
        assert folded(said) in folded(first)
    shown = folded(
        " ".join(texts(s) for s in slides if s.shapes.title.text_frame.text.startswith(document.cover.findings_title))
    )
    for finding in document.cover.findings:
        assert folded("".join(run.text for run in finding)) in shown
    figures = numbered_figures(document)
    last = slides[-len(figures) :]
    for figure, slide in zip(figures, last, strict=True):
        assert folded(f"{figure.label}. {figure.title}") in folded(texts(slide))
        assert folded(figure.source) in folded(texts(slide))
        assert figure.mark is None or folded(figure.mark.text) in folded(texts(slide))
        assert folded(figure.alt) in folded(slide.notes_slide.notes_text_frame.text)


@pytest.mark.parametrize("name", NATIVE)
def test_a_chart_holds_the_reports_numbers(show: Any, name: str) -> None:
    """In its marks, and in the sheet behind it that PowerPoint opens for editing."""
    chart = NATIVE[name]
    shape = drawn(titled(show)[name])
    plot = shape.chart.plots[0]
    assert list(plot.categories) == charts.categories(chart)
    assert [s.name for s in plot.series] == [s.name for s in chart.series]
    for shown, series in zip(plot.series, chart.series, strict=True):
        assert tuple(shown.values) == pytest.approx(series.values)
    sheet = openpyxl.load_workbook(BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob)).active
    cells = [[cell.value for cell in column][1 : len(plot.categories) + 1] for column in list(sheet.iter_cols())[1:]]
    assert cells == [[None if v is None else pytest.approx(v) for v in s.values] for s in chart.series]
    assert shape._element.nvGraphicFramePr.cNvPr.get("descr")


def whiskers(shape: Any) -> Iterator[tuple[list[float], list[float]]]:
    for bars in shape.chart._chartSpace.iter(f"{C}errBars"):
        yield tuple([float(v.text) for v in bars.find(f"{C}{end}").iter(f"{C}v")] for end in ("minus", "plus"))  # type: ignore[misc]


@pytest.mark.parametrize("name", [n for n, c in NATIVE.items() if any(s.low for s in c.series)])
def test_intervals_are_error_bars(show: Any, name: str) -> None:
    found = list(whiskers(drawn(titled(show)[name])))
    wanted = [s for s in NATIVE[name].series if any(v is not None for v in s.low)]
    assert len(found) == len(wanted) > 0
    for (minus, plus), series in zip(found, wanted, strict=True):
        ends = [
            (v, a, b) for v, a, b in zip(series.values, series.low, series.high, strict=True) if None not in (v, a, b)
        ]
        assert minus == pytest.approx([v - a for v, a, _ in ends])  # type: ignore[operator]
        assert plus == pytest.approx([b - v for v, _, b in ends])  # type: ignore[operator]


def test_what_powerpoint_cannot_chart_is_a_picture_with_words(show: Any) -> None:
    others = set(samples()) - set(NATIVE)
    assert others
    for name in others:
        pictures = [s for s in titled(show)[name].shapes if s.shape_type == 13]
        assert len(pictures) == 1 and pictures[0]._element.nvPicPr.cNvPr.get("descr")


def test_numbers_are_formatted_as_in_the_report() -> None:
    chart = next(iter(NATIVE.values()))
    shares = dataclasses.replace(chart.series[0], texts=("26,5% (22)",) * len(chart.series[0].values))
    assert charts.number_format(dataclasses.replace(chart, series=(shares,), percent=True)) == "0.0%"
    whole = dataclasses.replace(shares, texts=("1.234",) * len(shares.values))
    assert charts.number_format(dataclasses.replace(chart, series=(whole,), percent=False)) == "#,##0"
    means = dataclasses.replace(shares, texts=("3,25",) * len(shares.values))
    assert charts.number_format(dataclasses.replace(chart, series=(means,), percent=False)) == "#,##0.00"


def test_a_figure_without_a_headline_bears_the_finding_that_rests_on_it(tmp_path: Path) -> None:
    document = with_charts("en")
    figures = list(document.sections[0].blocks)
    figures[0] = dataclasses.replace(figures[0], headline="", table="table-7")  # type: ignore[call-arg]
    cover = dataclasses.replace(
        document.cover, findings=((Run("Half of them do"), Run(" (Table 7)", target="table-7")),)
    )
    section = dataclasses.replace(document.sections[0], blocks=tuple(figures))
    path = written(dataclasses.replace(document, cover=cover, sections=(section,)), tmp_path)
    assert "Half of them do (Table 7)" in titled(python_pptx.Presentation(str(path)))


def test_payloads_are_literal_and_nothing_is_live(tmp_path: Path) -> None:
    document = with_charts("en")
    figures = []
    for i, (figure, payload) in enumerate(zip(document.sections[0].blocks * 9, PAYLOADS, strict=False)):
        chart = dataclasses.replace(NATIVE["bars"], categories=(payload.text, *NATIVE["bars"].categories[1:]))
        figures.append(dataclasses.replace(figure, id=f"figure-{i}", headline=payload.text, chart=chart))  # type: ignore[call-arg]
    section = dataclasses.replace(document.sections[0], blocks=tuple(figures))
    path = written(dataclasses.replace(document, sections=(section,)), tmp_path)
    shown = python_pptx.Presentation(str(path))
    heads = folded(" ".join(titled(shown)))
    for payload in PAYLOADS[: len(figures)]:
        assert folded(payload.shown) in heads
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in archive.read(name)
            if name.endswith(".xml"):
                assert not list(etree.fromstring(archive.read(name)).iter("{*}hlinkClick"))
            if name.endswith(".xlsx"):
                book = openpyxl.load_workbook(BytesIO(archive.read(name)))
                assert all(c.data_type != "f" for row in book.active.iter_rows() for c in row)


def test_same_bytes_in_another_zone_with_another_seed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.render import pptx; from tests.render import test_pptx;"
        "pptx.write(test_pptx.with_charts(), Path(sys.argv[1]))"
    )
    digests = set()
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Los_Angeles", "77")):
        path = tmp_path / seed / "report.pptx"
        path.parent.mkdir()
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, env=environment, cwd=tmp_path)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
        with zipfile.ZipFile(path) as archive:
            sheet = archive.read(next(n for n in archive.namelist() if n.endswith(".xlsx")))
        core = zipfile.ZipFile(BytesIO(sheet)).read("docProps/core.xml").decode()
        assert re.findall(r"\d{4}-\d\d-\d\d", core) == ["1980-01-01"] * 2
    assert len(digests) == 1
