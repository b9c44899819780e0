"""The report as the public edition may tell it: what its rules do not know is not there, and the report says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline import language
from pipeline.disclosure.known import FIELDS, SECTIONS, coarsened, understood
from pipeline.present.document import Paragraph, Run, Section
from pipeline.present.holes import references
from pipeline.present.layout.parts import anchor
from pipeline.present.view import View
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Analysis, Content, FigureSpec, Report, SectionSpec, TableSpec, Text, TextSpec, say


def public_files(files: StudyFiles) -> StudyFiles:
    """The study with a report of what the rules know. In the place of a table or figure stands that it is left out;
    texts that draw from such a table, or from one whose categories are coarser here, are not there."""
    report = files.report
    instead = files.study.disclosure.instead
    coarser = {spec.table for spec in report.tables() if coarsened(spec, instead) != spec}
    gone = {spec.table for spec in report.tables() if not understood(spec)}
    withheld = tuple(one for one in report.analyses() if one.withheld(files.codebook))
    known = _Known(frozenset(gone), frozenset(coarser), withheld, instead, files.study.languages)
    changes: dict[str, Any] = {
        name: field.get_default() for name, field in Report.model_fields.items() if name not in FIELDS[Report]
    }
    changes |= {
        "sections": tuple(known.section(section) for section in report.sections),
        "findings": tuple(one for one in report.findings if one.text is None or known.text(one.text)),
    }
    left = {c.figure for s in changes["sections"] for c in s.contents if isinstance(c, FigureSpec)}
    if report.main_figure is not None and report.main_figure not in left:
        changes["main_figure"] = None
    return replace(files, report=report.model_copy(update=changes))


def known_sections(view: View, sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections of a report; one that the rules do not know has its title and the reason."""
    known = {anchor("section", spec.section) for spec in view.files.report.sections} | SECTIONS
    return tuple(
        section
        if section.id in known
        else replace(section, blocks=(Paragraph((Run(view.t("public_section_left_out")),), "body"),), sections=())
        for section in sections
    )


@dataclass(frozen=True, slots=True)
class _Known:
    gone: frozenset[str]
    coarser: frozenset[str]
    withheld: tuple[Analysis, ...]
    instead: Mapping[str, str]
    langs: tuple[str, ...]

    def text(self, text: Text) -> bool:
        """Whether a text draws from nothing that is left out."""
        tables = {table for lang in self.langs for table in references(text, lang)}
        return not tables & (self.gone | self.coarser) and not any(
            one.owns(table) for one in self.withheld for table in tables
        )

    def section(self, spec: SectionSpec) -> SectionSpec:
        if not understood(spec):
            return spec.model_copy(update={"text": None, "contents": (self._left_out(spec.title),)})
        text = spec.text if spec.text is None or self.text(spec.text) else None
        contents = (self._content(one) for one in spec.contents)
        return spec.model_copy(update={"text": text, "contents": tuple(one for one in contents if one is not None)})

    def _content(self, content: Content) -> Content | None:
        if isinstance(content, Analysis):  # says itself where it is withheld, and why
            return content
        drawn = isinstance(content, FigureSpec) and content.of in self.gone
        if not understood(content) or drawn:
            title = content.title if isinstance(content, (TableSpec, FigureSpec)) else None
            return None if title is None else self._left_out(title)
        if isinstance(content, TableSpec):
            return coarsened(content, self.instead)
        if isinstance(content, FigureSpec) and content.of in self.coarser:
            column = self.instead.get(content.column or "", content.column)
            return content.model_copy(update={"headline": None, "highlight": (), "column": column})
        return None if isinstance(content, TextSpec) and not self.text(content.text) else content

    def _left_out(self, title: Text) -> TextSpec:
        wordings = {}
        for lang in self.langs:
            named = say(title, lang).replace("{", "(").replace("}", ")")  # a title is no text with holes
            wordings[lang] = language.text(lang, "present.public_left_out", title=named)
        return TextSpec(text=wordings)
