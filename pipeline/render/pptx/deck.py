"""The slides: title, findings, and a slide for each figure, the same bytes whenever they are made."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Pt

from pipeline import language
from pipeline.present.document import Document, Figure, Run
from pipeline.render import archive
from pipeline.render.listing import numbered_figures
from pipeline.render.pictures import Picture, pictures, pngs
from pipeline.render.pptx import charts
from pipeline.render.text import flowing, mapped, printable

WIDTH, HEIGHT = 960.0, 540.0  # points: 16 to 9
_EDGE = 44.0
_INNER = WIDTH - 2 * _EDGE
_FOOT = 452.0  # where base and source begin
_TITLE_LAYOUT, _TEXT_LAYOUT, _CHART_LAYOUT = 0, 1, 5  # of the library's template
_LETTERS_A_SLIDE = 950  # of findings
_RGB: Any = RGBColor  # its methods carry no types
_ACCENT, _INK, _SOFT, _WARNING = (_RGB.from_string(c) for c in ("0B3C5D", "1A1A1A", "595959", "FFF4DC"))


def deck(document: Document) -> bytes:
    """The PPTX file's bytes. Raises ``RenderingFailed`` for a figure that cannot be drawn."""
    shown = mapped(document, printable)
    made = _Deck(shown)
    made.title()
    made.findings()
    figures = numbered_figures(shown)
    drawn = pictures([f for f in figures if not charts.has_native(f.chart)], _INNER)
    images = {p.figure.id: (p, png) for p, png in zip(drawn, pngs(drawn), strict=True)}
    for figure in figures:
        made.figure(figure, images.get(figure.id))
    return _packed(made.show, shown)


class _Deck:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.locale = language.text(document.lang, "language.locale")
        self.show = Presentation()
        self.show.slide_width, self.show.slide_height = Pt(WIDTH), Pt(HEIGHT)

    def title(self) -> None:
        cover = self.document.cover
        slide = self._slide(_TITLE_LAYOUT, cover.title, (130.0, 96.0), 36)
        lines = [cover.subtitle, cover.line, " · ".join(t for t in (cover.authors, cover.date, cover.edition) if t)]
        facts = " · ".join(f"{name}: {value}" for name, value in cover.facts)
        box = slide.placeholders[1]
        _place(box, _EDGE, 232.0, _INNER, 120.0)
        self._write(box.text_frame, [(t, 18 if i == 0 else 14, i == 0) for i, t in enumerate(x for x in lines if x)])
        if facts:
            self._text(slide, facts, 356.0, 36.0, 11)
        top = 404.0
        for notice in cover.notices:
            box = self._text(slide, f"{notice.title}. {notice.text}", top, 40.0, 11)
            box.fill.solid()
            box.fill.fore_color.rgb = _WARNING
            top += 48.0

    def findings(self) -> None:
        """The findings as points, as many to a slide as can be read."""
        cover = self.document.cover
        parts = list(_parts(["".join(run.text for run in finding) for finding in cover.findings]))
        for number, part in enumerate(parts, start=1):
            heading = cover.findings_title + (f" ({number}/{len(parts)})" if len(parts) > 1 else "")
            slide = self._slide(_TEXT_LAYOUT, heading)
            box = slide.placeholders[1]
            _place(box, _EDGE, 104.0, _INNER, _FOOT - 104.0)
            self._write(box.text_frame, [(text, 18, False) for text in part], after=8)

    def figure(self, figure: Figure, image: tuple[Picture, bytes] | None) -> None:
        """The figure under what it says: its headline, a finding that rests on it, else its title."""
        slide = self._slide(_CHART_LAYOUT, self._headline(figure))
        top, alt = 108.0, " ".join(figure.alt.split())
        if figure.chart is not None and image is None:
            charts.add(slide, figure.chart, (Pt(_EDGE), Pt(top), Pt(_INNER), Pt(_FOOT - top - 8)), alt)
        elif image is not None:
            self._picture(slide, *image, top, alt)
        about = f"{figure.label}. {figure.title}" + (f" {figure.mark.symbol}" if figure.mark else "")
        marked = [figure.mark.text] if figure.mark else []
        foot = flowing([about, *marked, *figure.notes]) + (f" {figure.source}" if figure.source else "")
        self._text(slide, foot, _FOOT, 54.0, 10)
        slide.notes_slide.notes_text_frame.text = f"{figure.alt}\n{figure.table_label}".strip()

    def _headline(self, figure: Figure) -> str:
        if figure.headline:
            return figure.headline
        return next((_words(f) for f in self.document.cover.findings if _is_about(f, figure)), figure.title)

    def _slide(self, layout: int, heading: str, at: tuple[float, float] = (30.0, 70.0), size: float = 0) -> Any:
        slide = self.show.slides.add_slide(self.show.slide_layouts[layout])
        box = slide.shapes.title
        _place(box, _EDGE, at[0], _INNER, at[1])
        points = size or next(p for most, p in ((70, 28), (130, 24), (200, 20), (10**9, 16)) if len(heading) <= most)
        box.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM if layout == _TITLE_LAYOUT else MSO_ANCHOR.MIDDLE
        self._write(box.text_frame, [(heading, points, True)], colour=_ACCENT)
        self._text(slide, self.document.running_head, 512.0, 18.0, 9, width=_INNER - 60)
        return slide

    def _text(self, slide: Any, text: str, top: float, height: float, size: float, width: float = _INNER) -> Any:
        box = slide.shapes.add_textbox(Pt(_EDGE), Pt(top), Pt(width), Pt(height))
        self._write(box.text_frame, [(text, size, False)], colour=_SOFT)
        return box

    def _picture(self, slide: Any, picture: Picture, png: bytes, top: float, alt: str) -> None:
        scale = min(_INNER / picture.drawn_width, (_FOOT - top - 8) / picture.drawn_height)
        width, height = picture.drawn_width * scale, picture.drawn_height * scale
        left = _EDGE + (_INNER - width) / 2
        shape = slide.shapes.add_picture(
            io.BytesIO(png), Pt(left), Pt(top + (_FOOT - top - 8 - height) / 2), Pt(width), Pt(height)
        )
        shape._element.nvPicPr.cNvPr.set("descr", alt)

    def _write(
        self, frame: Any, lines: Sequence[tuple[str, float, bool]], colour: Any = _INK, after: float = 2
    ) -> None:
        """Paragraphs of (text, size in points, whether strong)."""
        frame.word_wrap = True
        for i, (text, size, strong) in enumerate(lines):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.space_after, paragraph.alignment = Pt(after), PP_ALIGN.LEFT
            run = paragraph.add_run()
            run.text = " ".join(text.split())
            run.font.size, run.font.bold, run.font.color.rgb = Pt(size), strong, colour
            run.font._element.set("lang", self.locale)


def _place(box: Any, left: float, top: float, width: float, height: float) -> None:
    box.left, box.top, box.width, box.height = (Emu(round(v * 12_700)) for v in (left, top, width, height))


def _parts(findings: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for finding in findings:
        if part and sum(map(len, part)) + len(finding) > _LETTERS_A_SLIDE:
            yield part
            part = []
        part.append(finding)
    if part:
        yield part


def _words(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def _is_about(finding: Sequence[Run], figure: Figure) -> bool:
    return any(run.target and run.target in (figure.id, figure.table) for run in finding)


def _packed(show: Any, document: Document) -> bytes:
    """The file without a trace of when and on what it was made."""
    cover, about = document.cover, show.core_properties
    about.title, about.subject, about.author = cover.title[:255], cover.line[:255], cover.authors[:255]
    about.language, about.content_status = language.text(document.lang, "language.locale"), cover.edition[:255]
    about.last_modified_by, about.keywords, about.comments, about.category = "", "", "", ""
    about.created = about.modified = dt.datetime(*archive.FIXED_DATE)
    about.revision = 1
    stream = io.BytesIO()
    show.save(stream)
    return archive.packed(stream.getvalue())
