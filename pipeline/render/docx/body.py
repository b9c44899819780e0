"""The document's text from cover to last section, as ``word/document.xml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipeline import language
from pipeline.present.document import (
    Block,
    Document,
    Facts,
    Figure,
    Items,
    Mark,
    Notice,
    Paragraph,
    Run,
    Section,
    Table,
)
from pipeline.render.docx.figures import drawing
from pipeline.render.docx.tables import facts_element, table_element
from pipeline.render.docx.template import Template
from pipeline.render.docx.xml import (
    Bookmarks,
    Element,
    ends_section,
    field,
    link,
    paragraph,
    run,
    run_properties,
    w,
)
from pipeline.render.listing import cover_is_repeated, numbered_figures
from pipeline.render.pictures import Picture
from pipeline.render.table_layout import lay_out
from pipeline.render.text import flowing

EN_SPACE = "\u2002"  # between a section's number and title: a tab would be carried into running heads and contents


class Body:
    """Builds the body: :meth:`build` gives the finished ``w:document``."""

    def __init__(
        self,
        document: Document,
        template: Template,
        pictures: Mapping[str, Picture],
        images: Mapping[str, tuple[str, str]],
    ) -> None:
        """``images``: the relationship ids of PNG and SVG by figure."""
        self.document = document
        self.template = template
        self.front, self.upright, self.turned = template.pages
        self.pictures = pictures
        self.images = images
        self.bookmarks = Bookmarks()
        self.body: list[Element] = []
        self._waiting: list[Element] = []  # headings, which go to the page of what follows them
        self._turned = False
        self._front = True
        self._drawings = 0
        self._sequence = {"table": 0, "figure": 0}
        self._anchors, self._labels = self._targets()
        self._marked: set[str] = set()

    # What can be referred to

    def _targets(self) -> tuple[dict[str, str], dict[str, str]]:
        """The bookmark of every id, made from ordinals: no text of the document gets into a name."""
        anchors: dict[str, str] = {}
        labels: dict[str, str] = {}

        def walk(sections: tuple[Section, ...]) -> None:
            for section in sections:
                anchors.setdefault(section.id, f"_Toc{len(anchors):06d}")
                for block in section.blocks:
                    if isinstance(block, (Table, Figure)):
                        anchors.setdefault(block.id, f"_Ref{len(anchors):06d}")
                        labels[block.id] = block.label
                    elif isinstance(block, Facts) and block.id:
                        anchors.setdefault(block.id, f"_Ref{len(anchors):06d}")
                walk(section.sections)

        walk(self.document.sections)
        for figure in numbered_figures(self.document):
            anchors.setdefault(figure.id, f"_Ref{len(anchors):06d}")
            labels[figure.id] = figure.label
        return anchors, labels

    def _bookmarked(self, target: str, content: list[Element]) -> list[Element]:
        """``content`` as the target's bookmark, the first time it is met."""
        if target not in self._anchors or target in self._marked:
            return content
        self._marked.add(target)
        return self.bookmarks.around(self._anchors[target], content)

    # Pages

    def add(self, elements: Iterable[Element], turned: bool = False) -> None:
        """Append to the text, on an upright or a turned page."""
        if turned != self._turned:
            self._close_section()
            self._turned = turned
        self.body.extend(self._waiting)
        self._waiting = []
        self.body.extend(elements)

    def _section_properties(self) -> Element:
        return (self.front if self._front else self.turned if self._turned else self.upright).properties

    def _close_section(self) -> None:
        properties = self._section_properties()
        last = ends_section(self.body[-1], properties) if self.body else None
        if last is None:
            self.body.append(w("p", w("pPr", w("pStyle", val="TableEnd"), properties)))
        else:
            self.body[-1] = last

    # The whole

    def build(self) -> Element:
        """``w:document`` with everything in reading order."""
        self._cover()
        self._contents()
        self._symbols()
        self._close_section()
        self._front = False
        back_matter_seen = False
        for section in self.document.sections:
            starts_page = section.back_matter and not back_matter_seen
            back_matter_seen = back_matter_seen or section.back_matter
            self._section(section, starts_page)
        self.add([])
        self.body.append(self._section_properties())
        return w("document", w("body", *self.body))

    def _cover(self) -> None:
        cover = self.document.cover
        self.add([paragraph([run(cover.title)], "Title")])
        if cover.subtitle:
            self.add([paragraph([run(cover.subtitle)], "Subtitle")])
        for text in (cover.line, " · ".join(t for t in (cover.authors, cover.date, cover.edition) if t)):
            if text:
                self.add([paragraph([run(text)], "CoverLine")])
        if cover.facts:
            self.add([paragraph([], "TableEnd"), facts_element(Facts("", cover.facts), self.front.width, beside=2)])
            self.add([paragraph([], "TableEnd")])
        for notice in cover.notices:
            self._notice(notice)
        if cover.findings:
            self.add([paragraph([run(cover.findings_title)], "ContentsHeading")])
            for finding in cover.findings:
                self.add([paragraph(self._runs(finding), "Finding", numbering=self.template.bullets)])
        if cover.figure is not None:
            self._figure(cover.figure, counted=not cover_is_repeated(self.document))

    def _contents(self) -> None:
        words = self.document.words
        heading = paragraph([run(words["contents"])], "ContentsHeading", page_break=True)
        entries = [
            (f"TOC{min(section.level, 2)}", self._anchors[section.id], _numbered(section))
            for section in _walk(self.document.sections)
        ]
        contents = [heading, *_contents_field('TOC \\o "1-2" \\h \\z \\u', entries)]
        gallery = w("docPartObj", w("docPartGallery", val="Table of Contents"), w("docPartUnique"))
        self.add([w("sdt", w("sdtPr", gallery), w("sdtContent", *contents))])
        for kind, blocks in (("table", self.document.tables()), ("figure", numbered_figures(self.document))):
            entries = [("TableofFigures", self._anchors[b.id], self._caption_text(b.label, b.title)) for b in blocks]
            if entries:
                self.add([paragraph([run(words[f"list_of_{kind}s"])], "ContentsHeading")])
                self.add(_contents_field(f'TOC \\h \\z \\c "{self._sequence_name(kind)}"', entries))

    def _symbols(self) -> None:
        document = self.document
        if document.symbols:
            self.add([paragraph([run(document.words["symbols"])], "ContentsHeading")])
            self.add([facts_element(Facts("", document.symbols), self.front.width), paragraph([], "TableEnd")])

    def _section(self, section: Section, page_break: bool = False) -> None:
        heading = self._bookmarked(section.id, [run(_numbered(section))])
        style = f"Heading{min(max(section.level, 1), 3)}"
        self._waiting.append(paragraph(heading, style, page_break=page_break))
        for block in section.blocks:
            self._block(block, section.back_matter)
        for inner in section.sections:
            self._section(inner)

    def _block(self, block: Block, small: bool) -> None:
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Figure):
            self._figure(block)
        elif isinstance(block, Paragraph):
            style = {"lead": "Lead", "note": "Note", "finding": "Lead"}.get(block.style, "BodyText")
            style = "SmallText" if small and style != "Note" else style
            self.add([paragraph(self._runs(block.runs), style)])
        elif isinstance(block, Items):
            self._items(block, small)
        elif isinstance(block, Facts):
            self._facts(block)
        else:
            self._notice(block)

    # Text

    def _runs(self, runs: tuple[Run, ...]) -> list[Element]:
        made: list[Element] = []
        for piece in runs:
            anchor = self._anchors.get(piece.target, "")
            style = "Code" if piece.code else ""
            look = run_properties(strong=piece.strong, emphasis=piece.emphasis, style=style)
            if not anchor:
                made.append(run(piece.text, look))
            elif piece.text == self._labels.get(piece.target):
                # A reference that Word keeps right when tables are moved or renumbered.
                made += field(f"REF {anchor} \\h", [run(piece.text, look)])
            else:
                made.append(link(anchor, [run(piece.text, look)]))
        return made

    def _items(self, items: Items, small: bool) -> None:
        number = self.template.bullets
        if items.ordered:
            number = self.template.ordered_list()
        style = "SmallText" if small else "ListNumber" if items.ordered else "ListBullet"
        self.add(paragraph(self._runs(item), style, numbering=number) for item in items.items)

    def _notice(self, notice: Notice) -> None:
        self.add([paragraph([run(notice.title)], "NoticeTitle"), paragraph([run(notice.text)], "NoticeText")])

    def _facts(self, facts: Facts) -> None:
        if facts.title:
            title = self._bookmarked(facts.id, [run(facts.title)])
            self.add([paragraph([*title, *_mark(facts.mark)], "Heading3")])
        self.add([facts_element(facts, self.upright.width)])
        explained = any(facts.mark and facts.mark.symbol in symbol for symbol, _ in self.document.symbols)
        # Ninety variables with one mark each: what the symbols' list explains is not said again under each.
        notes = [[run(facts.mark.text)]] if facts.mark and not explained else []
        self.add([*_notes(notes), paragraph([], "TableEnd")])

    # Tables and figures

    def _sequence_name(self, kind: str) -> str:
        return re.sub(r"\W", "_", self.document.words[kind])

    def _label(self, block: Table | Figure, counted: bool = True) -> list[Element]:
        """ "Tavola 3", its number a sequence field of Word's; the whole a bookmark for references."""
        number = str(block.number)
        if not counted or not block.label.endswith(number):
            return [run(block.label)]
        self._sequence[block.kind] += 1
        instruction = f"SEQ {self._sequence_name(block.kind)} \\* ARABIC"
        if self._sequence[block.kind] != block.number:
            instruction += f" \\r {block.number}"
            self._sequence[block.kind] = block.number
        prefix = block.label.removesuffix(number)
        content = [run(prefix)] if prefix else []
        return self._bookmarked(block.id, [*content, *field(instruction, [run(number)])])

    def _caption_text(self, label: str, title: str) -> str:
        return language.text(self.document.lang, "office.caption", label=label, title=title)

    def _caption(self, block: Table | Figure, unit: str, counted: bool = True) -> list[Element]:
        # The separator is what the language's pattern puts between label and title.
        separator = language.text(self.document.lang, "office.caption", label="", title="")
        title = block.title + (f" ({unit})" if unit else "")
        return [*self._label(block, counted), run(separator + title), *_mark(block.mark)]

    def _said(self, word: str, text: str) -> str:
        return language.text(self.document.lang, "office.colon", word=self.document.words[word], text=text)

    def _base_and_source(self, base: str, source: str, mark: Mark | None) -> list[str]:
        """One line of what every table and figure has; none when there is nothing to say."""
        parts = [self._said(word, text) for word, text in (("base", base), ("source", source)) if text]
        parts += [mark.text] if mark is not None else []
        return [f" {EN_SPACE}".join(parts)] if parts else []

    def _table(self, table: Table) -> None:
        lang = self.document.lang
        layout = lay_out(table, self.upright.width, self.turned.width)
        made = [paragraph(self._caption(table, table.unit), "Caption")]
        if table.question:
            made.append(paragraph([run(table.question)], "TableLead"))
        if table.answer:
            made.append(paragraph([run(table.answer, run_properties(strong=True))], "TableLead"))
        for i, part in enumerate(layout.parts):
            if i:
                made.append(paragraph([], "TableEnd"))
                again = language.text(
                    lang, "office.continued", label=table.label, word=self.document.words["continued"]
                )
                made.append(paragraph([run(again)], "TableLead"))
            made.append(table_element(part, layout, self.template.rules))
        notes = [*table.statistics, *(f"({number}) {note}" for note, number in layout.notes.items())]
        notes += [flowing(table.notes)] if table.notes else []
        notes += self._base_and_source(table.base, table.source, table.mark)
        self.add([*made, *_notes([[run(note)] for note in notes]), paragraph([], "TableEnd")], layout.turned)

    def _figure(self, figure: Figure, counted: bool = True) -> None:
        picture = self.pictures[figure.id]
        self._drawings += 1
        made = [paragraph([run(figure.headline)], "FigureHeadline")] if figure.headline else []
        made.append(paragraph(self._caption(figure, "", counted), "FigureCaption"))
        made.append(paragraph([drawing(figure, picture, self._drawings, *self.images[figure.id])], "FigureBody"))
        # On the cover, a figure that comes again with its notes shows only its mark and where its numbers are.
        notes = [flowing(figure.notes)] if figure.notes and counted else []
        notes += self._base_and_source("", figure.source if counted else "", figure.mark)
        lines = [[run(note)] for note in notes]
        if figure.table_label:
            anchor = self._anchors.get(figure.table, "")
            lines.append([link(anchor, [run(figure.table_label)])] if anchor else [run(figure.table_label)])
        self.add([*made, *_notes(lines), paragraph([], "TableEnd")])


def _contents_field(instruction: str, entries: list[tuple[str, str, str]]) -> list[Element]:
    """A contents field with its last result: paragraphs of (style, anchor, text).

    Page numbers are not known here, and a wrong one is worse than none: they come when the reader updates the field.
    """
    *opening, closing = field(instruction, [])
    made = []
    for i, (style, anchor, text) in enumerate(entries):
        content = [link(anchor, [run(text)])]
        if i == 0:
            content = [*opening, *content]
        if i == len(entries) - 1:
            content = [*content, closing]
        made.append(paragraph(content, style))
    return made


def _notes(lines: list[list[Element]]) -> list[Element]:
    """The small lines below a table or figure, kept on its page."""
    last = len(lines) - 1
    return [paragraph(line, "TableNote" if i else "TableNoteFirst", keep_next=i < last) for i, line in enumerate(lines)]


def _mark(mark: Mark | None) -> list[Element]:
    return [run(f"\u00a0{mark.symbol}")] if mark else []


def _numbered(section: Section) -> str:
    return f"{section.number}{EN_SPACE}{section.title}" if section.number else section.title


def _walk(sections: tuple[Section, ...]) -> list[Section]:
    found: list[Section] = []
    for section in sections:
        found.append(section)
        found.extend(_walk(section.sections))
    return found
