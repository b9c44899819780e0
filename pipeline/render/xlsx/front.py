"""The sheets around the tables: contents, figures, texts and notes."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import language
from pipeline.present.document import Document, Facts, Figure, Items, Mark, Notice, Paragraph, Run, Section, Table
from pipeline.render.listing import numbered_figures
from pipeline.render.xlsx.sheet import GREY, LIGHT, LINE_HEIGHT, RULE, Sheet, lines

BOX = "#FFF4D6"  # the ground of a notice; its border and bold title say the same without colour


def _joined(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


def _sections(sections: tuple[Section, ...]) -> list[Section]:
    """All sections and subsections in reading order."""
    found: list[Section] = []
    for section in sections:
        found.append(section)
        found.extend(_sections(section.sections))
    return found


def _notice(sheet: Sheet, notice: Notice) -> None:
    sheet.line(notice.title, bold=True, bg_color=BOX, top=1, left=1, right=1)
    sheet.line(notice.text, bg_color=BOX, bottom=1, left=1, right=1)


def _header(sheet: Sheet, titles: tuple[str, ...]) -> None:
    for column, title in enumerate(titles):
        sheet.string(
            sheet.row, column, title, bold=True, font_color=RULE, top=2, bottom=1, top_color=RULE, bottom_color=RULE
        )
    sheet.row += 1


def write_contents(
    sheet: Sheet,
    document: Document,
    table_sheets: Mapping[str, str],
    figure_rows: Mapping[str, int],
    names: tuple[str, str],
) -> dict[str, int]:
    """Fill the contents sheet; returns the row that names each table. ``names``: the figures' and the notes' sheet."""
    lang, words, cover = document.lang, document.words, document.cover
    sheet.set_widths([16.0, 84.0, 48.0])
    sheet.line(cover.title, size=18, bold=True, font_color=RULE)
    if cover.subtitle:
        sheet.line(cover.subtitle, size=13, font_color=RULE)
    for text in (cover.line, " · ".join(t for t in (cover.authors, cover.date, cover.edition) if t)):
        if text:
            sheet.line(text)
    for term, fact in cover.facts:
        sheet.line(language.text(lang, "office.colon", word=term, text=fact), font_color=GREY)
    for notice in cover.notices:
        sheet.row += 1
        _notice(sheet, notice)
    if cover.findings:
        sheet.row += 1
        sheet.line(cover.findings_title, size=13, bold=True, font_color=RULE)
        for finding in cover.findings:
            sheet.line(f"• {_joined(finding)}")
    sheet.row += 1
    sheet.link(sheet.row, 0, names[1], (0, 0), language.text(lang, "office.sheet_notes_title"))
    sheet.row += 2

    sheet.line(words["list_of_tables"], size=13, bold=True, font_color=RULE)
    _header(sheet, (words["table"], language.text(lang, "office.column_title"), words["base"]))
    rows: dict[str, int] = {}
    for section in _sections(document.sections):
        tables = [one for block in section.blocks if isinstance(block, Table) for one in (block, *block.details)]
        if tables:
            sheet.line(f"{section.number} {section.title}".strip(), bold=True, top=1, top_color=LIGHT)
        for table in tables:
            rows[table.id] = sheet.row
            sheet.link(sheet.row, 0, table_sheets[table.id], (0, 0), table.label, valign="top")
            title = table.title + (f" ({table.unit})" if table.unit else "")
            _wrapped(sheet, (title + (f" {table.mark.symbol}" if table.mark else ""), table.base))
    figures = numbered_figures(document)
    if figures:
        sheet.row += 1
        sheet.line(words["list_of_figures"], size=13, bold=True, font_color=RULE)
        _header(sheet, (words["figure"], language.text(lang, "office.column_title"), words["data"]))
        for figure in figures:
            sheet.link(sheet.row, 0, names[0], (figure_rows[figure.id], 0), figure.label, valign="top")
            row = sheet.row
            _wrapped(sheet, (figure.title + (f" {figure.mark.symbol}" if figure.mark else ""), ""))
            if figure.table in table_sheets:
                sheet.link(row, 2, table_sheets[figure.table], (0, 0), figure.table_label, valign="top")
    return rows


def _wrapped(sheet: Sheet, texts: tuple[str, ...]) -> None:
    """Wrapped texts in the columns from the second on, in the cursor's row, as high as they need."""
    need = 1
    for column, text in enumerate(texts, start=1):
        if text:
            sheet.string(sheet.row, column, text, text_wrap=True)
            need = max(need, lines(sheet.clean(text), sheet.widths[column]))
    sheet.ws.set_row(sheet.row, min(409.0, need * LINE_HEIGHT + 1))
    sheet.row += 1


def write_figures(sheet: Sheet, document: Document, table_sheets: Mapping[str, str], back: str) -> dict[str, int]:
    """Fill the figures' sheet: what each shows, in words, and where its numbers are. Returns each figure's row."""
    lang = document.lang
    sheet.set_widths([14.0, 40.0, 56.0, 60.0, 40.0, 16.0])
    sheet.link(0, 0, back, (0, 0), f"← {document.words['back_to_contents']}", font_size=10)
    sheet.row = 1
    sheet.line(language.text(lang, "office.sheet_figures_title"), size=13, bold=True, font_color=RULE)
    words = document.words
    finding, title, notes = (language.text(lang, f"office.column_{key}") for key in ("finding", "title", "notes"))
    head = sheet.row
    _header(sheet, (words["figure"], finding, title, words["alternative"], notes, words["data"]))
    rows: dict[str, int] = {}
    for figure in numbered_figures(document):
        rows[figure.id] = row = sheet.row
        sheet.string(row, 0, figure.label, bold=True)
        _wrapped(sheet, (figure.headline, figure.title, figure.alt, _figure_notes(figure, document)))
        if figure.table in table_sheets:
            sheet.link(row, 5, table_sheets[figure.table], (0, 0), figure.table_label, text_wrap=True, valign="top")
    sheet.ws.freeze_panes(head + 1, 1)
    return rows


def _figure_notes(figure: Figure, document: Document) -> str:
    notes = list(figure.notes)
    if figure.source:
        notes.append(language.text(document.lang, "office.colon", word=document.words["source"], text=figure.source))
    if figure.mark:
        notes.append(figure.mark.text)
    return "\n".join(notes)


def _marks(document: Document) -> list[Mark]:
    """The distinct marks, in the order of their first use."""
    found = [b.mark for b in document.blocks() if isinstance(b, (Table, Figure, Facts)) and b.mark is not None]
    return list(dict.fromkeys(found))


def write_notes(sheet: Sheet, document: Document, back: str) -> None:
    """Fill the notes' sheet: the symbols, then every text of the report that is neither table nor figure."""
    words = document.words
    sheet.set_widths([34.0, 100.0])
    sheet.link(0, 0, back, (0, 0), f"← {words['back_to_contents']}", font_size=10)
    sheet.row = 1
    sheet.line(language.text(document.lang, "office.sheet_notes_title"), size=13, bold=True, font_color=RULE)
    sheet.row += 1
    _header(sheet, (words["symbol"], words["meaning"]))
    for symbol, meaning in document.symbols:
        _pair(sheet, symbol, meaning)
    for mark in _marks(document):
        _pair(sheet, mark.symbol, mark.text)
    for section in _sections(document.sections):
        texts = [block for block in section.blocks if not isinstance(block, (Table, Figure))]
        if not texts:
            continue
        sheet.row += 1
        size = 13.0 if section.level == 1 else 11.0
        sheet.line(
            f"{section.number} {section.title}".strip(),
            size=size,
            bold=True,
            font_color=RULE,
            bottom=1,
            bottom_color=RULE,
        )
        for block in texts:
            _text_block(sheet, block)


def _pair(sheet: Sheet, term: str, text: str) -> None:
    sheet.string(sheet.row, 0, term, text_wrap=True)
    _wrapped(sheet, (text,))


def _text_block(sheet: Sheet, block: Paragraph | Items | Facts | Notice) -> None:
    if isinstance(block, Paragraph):
        sheet.line(_joined(block.runs), font_color=GREY if block.style == "note" else "#000000")
    elif isinstance(block, Items):
        for i, item in enumerate(block.items, start=1):
            sheet.line(f"{i}. {_joined(item)}" if block.ordered else f"• {_joined(item)}", indent=1)
    elif isinstance(block, Facts):
        title = block.title + (f" {block.mark.symbol}" if block.mark else "")
        if title:
            sheet.line(title, bold=True, top=1, top_color=LIGHT)
        for term, text in block.pairs:
            _pair(sheet, term, text)
    else:
        _notice(sheet, block)
