"""All numbers of the report one below the other, as an Excel table: made for pivot tables and filters."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.format import Format

from pipeline import language
from pipeline.present.document import Document, Explained, Table, Trace
from pipeline.render.xlsx.sheet import NUMBER_FORMATS, RULE, Sheet

MOST = 20_000  # numbers; a file with more is gone on with from results.csv or results.parquet
NAME = "Numbers"  # of the Excel table, for formulas and pivot tables; the same in every language
_WIDTHS = (12.0, 44.0, 26.0, 34.0, 28.0, 34.0, 28.0, 24.0, 14.0, 12.0, 14.0)
_COLUMNS = (
    "table", "title", "statistic", "row", "row_category", "column", "column_category", "layer", "value", "n", "base",
)  # fmt: skip


def numbers(tables: list[Table]) -> list[tuple[Table, Trace, str]]:
    """Every number that comes from the results, once, with the table it stands in and its format; none where there are
    too many."""
    found: dict[Trace, tuple[Table, Trace, str]] = {}
    for table in tables:
        for row in table.rows:
            for cell in row.cells:
                if cell.trace is not None and cell.trace.value is not None:
                    found.setdefault(cell.trace, (table, cell.trace, cell.format))
    return [*found.values()] if len(found) <= MOST else []


def write_long(sheet: Sheet, document: Document, rows: list[tuple[Table, Trace, str]]) -> None:
    """Fill the sheet. ``rows`` as :func:`numbers` finds them; the document has the words for them."""
    words = document.explained
    if words is None or not rows:
        return
    heads = [language.text(document.lang, f"office.long_{name}") for name in _COLUMNS]
    sheet.set_widths(list(_WIDTHS))
    styles = {kind: sheet.styles.get(num_format=form) for kind, form in NUMBER_FORMATS.items()}
    for at, (table, trace, kind) in enumerate(rows, start=1):
        for column, text in enumerate(_texts(table, trace, words)):
            if text:
                sheet.ws.write_string(at, column, sheet.clean(text))
        for column, value, style in _values(trace, styles[kind], styles):
            sheet.ws.write_number(at, column, value, style)
    head = sheet.styles.get(bold=True, font_color=RULE)
    columns = [{"header": text, "header_format": head} for text in heads]
    area = (0, 0, len(rows), len(_COLUMNS) - 1)
    sheet.ws.add_table(*area, {"name": NAME, "columns": columns, "style": "Table Style Light 1"})
    sheet.ws.freeze_panes(1, 0)


def _texts(table: Table, trace: Trace, words: Explained) -> Iterator[str]:
    yield table.label
    yield table.title
    yield words.statistics.get(trace.statistic, (trace.statistic, ""))[0]
    for name, code in (trace.row, trace.column):
        yield words.variables[name][0] if name in words.variables else name
        yield words.categories.get(name, {}).get(code, code)
    name, code = trace.layer
    yield words.categories.get(name, {}).get(code, code)


def _values(trace: Trace, own: Format, styles: dict[str, Format]) -> Iterator[tuple[int, float, Format]]:
    """The columns behind the texts: the number, unrounded, and its bases, as far as there are any."""
    shown = ((8, trace.value, own), (9, trace.n, styles["count"]), (10, trace.base, styles["weighted"]))
    for column, value, style in shown:
        if value is not None:
            yield column, value, style
