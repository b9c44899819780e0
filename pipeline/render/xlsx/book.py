"""The workbook as a whole: which sheets, in which order, with which properties."""

from __future__ import annotations

import datetime as dt
import io

from xlsxwriter.workbook import Workbook

from pipeline import language
from pipeline.present.document import Document, Table
from pipeline.render import archive
from pipeline.render.listing import numbered_figures
from pipeline.render.text import printable
from pipeline.render.xlsx.front import write_contents, write_figures, write_notes
from pipeline.render.xlsx.long import numbers, write_long
from pipeline.render.xlsx.sheet import Page, Sheet, Styles
from pipeline.render.xlsx.table import write_table

# A workbook must state when it was made, and ours must be the same bytes whenever it is made: the date of the parts
# inside an Office file, which is 1980-01-01 by the custom of reproducible archives. The report's own date is text.
FIXED_DATE = dt.datetime(*archive.FIXED_DATE)
PROPERTY_LIMIT = 255


def workbook(document: Document) -> bytes:
    """The XLSX file's bytes: equal documents give equal bytes, on any day, in any time zone."""
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with Workbook(stream, options) as book:
        _properties(book, document)
        _fill(book, document)
    return stream.getvalue()


def _properties(book: Workbook, document: Document) -> None:
    cover = document.cover
    texts = {"title": cover.title, "subject": cover.line, "author": cover.authors, "status": cover.edition}
    properties: dict[str, object] = {
        key: " ".join(printable(text).split())[:PROPERTY_LIMIT] for key, text in texts.items()
    }
    book.set_properties({**properties, "created": FIXED_DATE})


def all_tables(document: Document) -> list[Table]:
    """The tables and what stands behind them, which has sheets of its own here."""
    return [one for table in document.tables() for one in (table, *table.details)]


def sheet_names(document: Document) -> dict[str, str]:
    """The sheet of each table, by the table's id: "T01" for table 1. No text of the document gets into a name."""
    names: dict[str, str] = {}
    for table in all_tables(document):
        name, again = f"T{table.number:02d}", 1
        while name in names.values():
            again += 1
            name = f"T{table.number:02d}_{again}"
        names[table.id] = name
    return names


def _fill(book: Workbook, document: Document) -> None:
    lang, words = document.lang, document.words
    styles = Styles(book)
    contents_name, figures_name, notes_name = (
        language.text(lang, f"office.sheet_{key}") for key in ("contents", "figures", "notes")
    )
    names = sheet_names(document)
    number = language.text(lang, "office.page_n_of_total", page=words["page"], n="&P", of=words["of"], total="&N")
    page = Page(document.running_head, document.foot, number)

    contents = Sheet(book, styles, contents_name, lang)
    sheets = {table.id: Sheet(book, styles, names[table.id], lang) for table in all_tables(document)}
    figure_rows: dict[str, int] = {}
    if numbered_figures(document):
        figures = Sheet(book, styles, figures_name, lang)
        figure_rows = write_figures(figures, document, names, contents_name)
        figures.print_setup(True, (2, 2), page)
    if found := numbers(all_tables(document)) if document.explained is not None else []:
        long = Sheet(book, styles, language.text(lang, "office.sheet_long"), lang)
        write_long(long, document, found)
        long.print_setup(True, (0, 0), page)
    notes = Sheet(book, styles, notes_name, lang)
    write_notes(notes, document, contents_name)
    notes.print_setup(False, None, page)

    table_rows = write_contents(contents, document, names, figure_rows, (figures_name, notes_name))
    contents.print_setup(True, None, page)
    contents.ws.activate()
    for table in all_tables(document):
        write_table(sheets[table.id], table, words, (contents_name, table_rows[table.id]), page)
