"""The document as the Typst template wants it: flat blocks, column widths, safe labels, only strings and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from pipeline.present.document import (
    Block,
    Document,
    Facts,
    Figure,
    Items,
    Notice,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
)
from pipeline.render.grid import place_head
from pipeline.render.measure import breakable, longest_word, most_width, shortened, text_width
from pipeline.render.table_layout import (
    BOLD_ROWS,
    HALF,
    INDENT,
    TEXT_GAP,
    UPRIGHT,
    Column,
    Layout,
    Part,
    beside_letters,
    lay_out,
    padding,
)
from pipeline.render.text import flowing

_FIRST_PAGE_FIGURE = 235.0  # points: the tallest main figure on the first page
_NARROWEST = 38.0  # em; the text block of a page holds this much of any text but titles and cells
_TITLE, _HEADING = 18.0, 25.0  # em; the same for the title, and for headings
_HEAD_LINE = 56.0  # em; a page's head or foot holds this much
_SMALL, _ENTRIES = 7.6, 6  # points of type in a codebook, and from how many entries on it has two columns
_NARROW_COLUMNS, _UNEVEN = 3, 6  # the most columns of a narrow table, and rows by which two may differ
_INSET, _INSET_GROUP = 5.0, 7.0  # points above and below a row's text, as in the template
_LINE = 0.714  # em; a line of a cell is as high as Noto Sans's capitals, raised letters or not
Plain = dict[str, Any]


class Anchors:
    """Labels for the typesetter, "a1", "a2", …: an id of ours may hold anything, a label of Typst's may not."""

    def __init__(self, document: Document) -> None:
        self._known: dict[str, str] = {}

        def add(id_: str) -> None:
            if id_:
                self._known.setdefault(id_, f"a{len(self._known) + 1}")

        def walk(sections: tuple[Section, ...]) -> None:
            for section in sections:
                add(section.id)
                for block in section.blocks:
                    if isinstance(block, Table | Figure | Facts):
                        add(block.id)
                walk(section.sections)

        walk(document.sections)
        inside = {b.id for b in document.blocks() if isinstance(b, Figure)}
        self.cover_figure = "cover"
        if document.cover.figure is not None and document.cover.figure.id not in inside:
            self._known[document.cover.figure.id] = self.cover_figure

    def of(self, id_: str) -> str:
        """The label of an id; empty when nothing in the document has it."""
        return self._known.get(id_, "")


def _flat(text: str, width: float = _NARROWEST, bold: bool = False) -> str:
    """Line ends and tabs as spaces, and words wider than ``width`` em breakable: the typesetter breaks lines."""
    return breakable(text.replace("\n", " ").replace("\t", " "), width, bold)


def _runs(runs: tuple[Run, ...], anchors: Anchors) -> list[Plain]:
    found = []
    for run in runs:
        item: Plain = {"t": _flat(run.text)}
        if run.strong:
            item["b"] = 1
        if run.emphasis:
            item["i"] = 1
        if run.code:
            item["c"] = 1
        if target := anchors.of(run.target):
            item["a"] = target
        found.append(item)
    return found


def _line(word: str, text: str, target: str = "") -> Plain:
    line: Plain = {"w": word, "t": _flat(text)}
    if target:
        line["a"] = target
    return line


def _below_table(table: Table, notes: dict[str, int], words: dict[str, str]) -> list[Plain]:
    lines = [_line("", text) for text in table.statistics]
    lines += [_line("", f"({number}) {text}") for text, number in notes.items()]
    lines += _notes(table.notes, words)
    return [*lines, *_base_and_source(table.base, table.source, words)]


def _base_and_source(base: str, source: str, words: dict[str, str]) -> list[Plain]:
    """One line of what every table and figure has."""
    parts = [_line(words[key] + words["colon"], text) for key, text in (("base", base), ("source", source)) if text]
    return [{"parts": parts}] if parts else []


def _notes(notes: tuple[str, ...], words: dict[str, str]) -> list[Plain]:
    """The notes, one after the other in one paragraph."""
    word = words["note"] if len(notes) == 1 else words["notes"]
    return [_line(word + words["colon"], flowing(notes))] if notes else []


def _head(table: Table, widths: tuple[float, ...]) -> list[Plain]:
    return [
        {
            "t": _flat(p.cell.text, math.fsum(widths[p.column : p.column + p.columns]), bold=True),
            "s": _flat(p.cell.sub, math.fsum(widths[p.column : p.column + p.columns])),
            "x": p.column,
            "y": p.row,
            "c": p.columns,
            "r": p.rows,
        }
        for p in place_head(table)
    ]


def _rows(table: Table, shape: tuple[Column, ...], widths: tuple[float, ...], notes: dict[str, int]) -> Iterator[Plain]:
    previous = ""
    for row in table.rows:
        room = widths[0] - INDENT * row.level if row.cells else math.fsum(widths)
        bold = row.kind in BOLD_ROWS or not row.cells
        plain: Plain = {"l": _flat(row.label, room, bold), "k": row.kind, "v": row.level, "c": []}
        if row.kind in ("total", "subtotal", "base") and row.kind != previous and previous:
            plain["rule"] = 1
        previous = row.kind
        for cell, column, width in zip(row.cells, shape, widths[1:], strict=bool(row.cells)):
            pad = padding(cell, column)
            text, letters = (_flat(piece, width, bold) for piece in beside_letters(cell))
            raised = letters + (f"({notes[cell.note]})" if cell.note else "")
            if raised and not column.numeric:  # beside text no room is kept: it stands on the line
                text, raised = f"{text} {raised}", ""
            if not pad and not raised:
                plain["c"].append(text)
                continue
            item: Plain = {"t": text}
            if pad:
                item["p"] = round(pad, 3)
            if raised:
                item["l"] = raised
            plain["c"].append(item)
        yield plain


def _height(row: Row, plain: Plain, size: float, inner: tuple[float, ...], shape: tuple[Column, ...]) -> float:
    """The height of a row that surely takes one line, in points; 0 for a row that the typesetter has to measure.

    A row of a given height is set once; for any other its cells are set twice.
    """
    if row.kind == "group" or not row.cells:
        return round(_LINE * size + _INSET_GROUP, 3) if most_width(plain["l"], True) < math.fsum(inner) else 0.0
    bold = row.kind in BOLD_ROWS
    if most_width(plain["l"], bold) > inner[0] - INDENT * row.level:
        return 0.0
    for cell, width, column in zip(plain["c"], inner[1:], shape, strict=True):
        room = width if column.numeric else width - TEXT_GAP
        text, pad = (cell, 0.0) if isinstance(cell, str) else (cell["t"], cell.get("p", 0.0))
        if most_width(text, bold) + pad > room:
            return 0.0
    return round(_LINE * size + _INSET, 3)


def _set_table(part: Part, layout: Layout, anchor: str, words: dict[str, str]) -> Plain:
    """A table, or a part of one, as the template sets it; what stands below comes under the last part."""
    table, shape, size, inner = part.table, part.columns, part.size, part.inner
    narrow = [(p.column, text) for p in place_head(table) if p.columns == 1 for text in (p.cell.text, p.cell.sub)]
    rows = list(_rows(table, shape, inner, layout.notes))
    heights = [_height(row, plain, size, inner, shape) for row, plain in zip(table.rows, rows, strict=True)]
    plain: Plain = {
        "k": "table",
        "a": anchor,
        "label": table.label,
        "title": _flat(table.title),
        "unit": _flat(table.unit),
        "question": _flat(table.question) if part is layout.parts[0] else "",
        "answer": _flat(table.answer) if part is layout.parts[0] else "",
        "symbol": table.mark.symbol if table.mark else "",
        "meaning": table.mark.text if table.mark else "",
        "size": size,
        "widths": [round(w * size, 2) for w in part.widths],
        "numeric": [False, *(c.numeric for c in shape)],
        "after": [0.0, *(round(column.after, 3) if column.numeric else 0.0 for column in shape)],
        "before": [0, *(0 if column.numeric else TEXT_GAP for column in shape)],
        "heads": len(table.head),
        "head": _head(table, inner),
        "rows": rows,
        "heights": heights,
        "hyphenate": any(longest_word(row.label, row.kind in BOLD_ROWS) > inner[0] for row in table.rows if row.cells)
        or any(longest_word(text, True) > inner[x] + 1e-9 for x, text in narrow),
        "stripes": table.columns > 8,
        "keep": layout.kept_together(part),
        "below": _below_table(table, layout.notes, words) if part is layout.parts[-1] else [],
    }
    if part is not layout.parts[0]:
        plain["a"] = f"{anchor}p{layout.parts.index(part) + 1}"
        plain["listed"] = False
        plain["unit"] = "; ".join(filter(None, (plain["unit"], words["continued"])))
    return plain


def _set_figure(figure: Figure, anchors: Anchors, anchor: str, words: dict[str, str], tallest: float) -> Plain:
    last = [_line(words["source"] + words["colon"], figure.source)] if figure.source else []
    if figure.table_label:
        last.append(_line("", figure.table_label, anchors.of(figure.table)))
    lines = [*_notes(figure.notes, words), *([{"parts": last}] if last else [])]
    return {
        "k": "figure",
        "a": anchor,
        "label": figure.label,
        "headline": _flat(figure.headline),
        "title": _flat(figure.title),
        "unit": "",
        "question": "",
        "answer": "",
        "symbol": figure.mark.symbol if figure.mark else "",
        "meaning": figure.mark.text if figure.mark else "",
        "alt": _flat(figure.alt) or figure.label,
        "svg": figure.svg,
        "width": round(min(figure.width, UPRIGHT, figure.width * tallest / figure.height), 2),
        "below": lines,
    }


def _set_block(block: Block, anchors: Anchors, words: dict[str, str]) -> Plain:
    match block:
        case Figure():
            return _set_figure(block, anchors, anchors.of(block.id), words, 640.0)
        case Paragraph():
            return {"k": "paragraph", "style": block.style, "runs": _runs(block.runs, anchors)}
        case Items():
            return {"k": "items", "ordered": block.ordered, "items": [_runs(item, anchors) for item in block.items]}
        case Facts():
            return {
                "k": "facts",
                "a": anchors.of(block.id),
                "title": _flat(block.title),
                "symbol": block.mark.symbol if block.mark else "",
                "meaning": block.mark.text if block.mark else "",
                "size": 8.5,
                "pairs": [[_flat(term), _flat(text)] for term, text in block.pairs],
            }
        case Notice():
            return {"k": "notice", "title": _flat(block.title), "text": _flat(block.text)}
        case Table():
            raise TypeError("tables are set by _set_table")


def _set_section(section: Section, anchors: Anchors, words: dict[str, str]) -> Iterator[Plain]:
    heading = _flat(f"{section.number}  {section.title}".strip(), _HEADING)
    yield {"k": "heading", "level": min(section.level, 2), "text": heading, "a": anchors.of(section.id)}
    turned: list[Plain] = []
    for group in _groups(section.blocks):
        first = group[0]
        if isinstance(first, Table):
            for plain, on_its_side in _set_tables(group, anchors, words):
                if on_its_side:  # turned tables that follow each other share their pages
                    turned.append(plain)
                    continue
                if turned:
                    yield {"k": "wide", "tables": turned}
                    turned = []
                yield plain
            continue
        if turned and not isinstance(first, Paragraph | Items | Notice):
            yield {"k": "wide", "tables": turned}
            turned = []  # otherwise the text goes on and fills the page before the turned one
        if len(group) > 1:
            yield {"k": "entries", "facts": [{**_set_block(b, anchors, words), "size": _SMALL} for b in group]}
        else:
            yield _set_block(first, anchors, words)
    if turned:
        yield {"k": "wide", "tables": turned}
    for inner in section.sections:
        yield from _set_section(inner, anchors, words)


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """What is set together: tables that follow each other, and many entries of a codebook; all else alone."""
    for kind, group in groupby(blocks, key=type):
        members = list(group)
        if kind is Table or (kind is Facts and len(members) >= _ENTRIES):
            yield members
        else:
            yield from ([block] for block in members)


def _set_tables(tables: Sequence[Block], anchors: Anchors, words: dict[str, str]) -> Iterator[tuple[Plain, bool]]:
    """Tables as the template sets them, and whether on a turned page; two narrow ones stand side by side."""
    waiting = [table for table in tables if isinstance(table, Table)]
    while waiting:
        table = waiting.pop(0)
        beside = _side_by_side(table, waiting[0]) if waiting else None
        if beside is not None:
            pair = (table, waiting.pop(0))
            set_ = [
                _set_table(layout.parts[0], layout, anchors.of(t.id), words)
                for t, layout in zip(pair, beside, strict=True)
            ]
            yield {"k": "pair", "tables": set_}, False
            continue
        layout = lay_out(table)
        for part in layout.parts:
            yield _set_table(part, layout, anchors.of(table.id), words), layout.turned


def _side_by_side(left: Table, right: Table) -> tuple[Layout, Layout] | None:
    """The two tables in half the page's width each, when both are narrow and about as long."""
    if left.wide or right.wide or max(left.columns, right.columns) > _NARROW_COLUMNS:
        return None
    if abs(len(left.rows) - len(right.rows)) > _UNEVEN:
        return None
    layouts = tuple(lay_out(table, HALF, HALF) for table in (left, right))
    for layout in layouts:
        if len(layout.parts) > 1 or not layout.kept_together(layout.parts[0]):
            return None
    return layouts[0], layouts[1]


def _running_head(document: Document, section: Section) -> list[str]:
    """The report's and the section's title on one line: the section's whole where it can be."""
    right = shortened(_flat(f"{section.number}  {section.title}".strip()), 0.62 * _HEAD_LINE)
    return [shortened(_flat(document.running_head), _HEAD_LINE - text_width(right)), right]


def template_data(document: Document) -> Plain:
    """Everything the template shows. ``document`` must hold printable text only."""
    anchors, words, cover = Anchors(document), document.words, document.cover
    body: list[Plain] = []
    back: list[Plain] = []
    for section in document.sections:
        (back if section.back_matter else body).extend(_set_section(section, anchors, words))
    heads = {anchors.of(section.id): _running_head(document, section) for section in document.sections}
    listed: list[Table | Figure] = [*document.tables(), *document.figures()]
    main = cover.figure
    if main is not None:
        inside = anchors.of(main.id) != anchors.cover_figure
        figure = _set_figure(main, anchors, anchors.cover_figure, words, _FIRST_PAGE_FIGURE)
        figure["listed"] = not inside
    return {
        "lang": document.lang,
        "words": words,
        "title": _flat(cover.title, _TITLE),
        "subtitle": _flat(cover.subtitle, _HEADING),
        "line": _flat(cover.line),
        "authors": _flat(cover.authors),
        "byline": " · ".join(_flat(text) for text in (cover.authors, cover.date, cover.edition) if text),
        "facts": [[_flat(term), _flat(text)] for term, text in cover.facts],
        "notices": [_set_block(notice, anchors, words) for notice in cover.notices],
        "findings_title": _flat(cover.findings_title),
        "findings": [_runs(finding, anchors) for finding in cover.findings],
        "figure": figure if main is not None else None,
        "running_head": shortened(_flat(document.running_head), _HEAD_LINE / 2),
        "foot": shortened(_flat(document.foot), _HEAD_LINE - 12),
        "heads": heads,
        "captions": {
            (anchors.of(b.id) or anchors.cover_figure): [
                b.label,
                _flat(b.title) + (f" {b.mark.symbol}" if b.mark else ""),
            ]
            for b in listed
        },
        "label_width": round(max((text_width(b.label) for b in listed), default=0.0) * 8.5 + 6, 1),
        "has_tables": bool(document.tables()),
        "has_figures": bool(document.figures()),
        "symbols": [[_flat(sign), _flat(meaning)] for sign, meaning in document.symbols],
        "body": body,
        "back": back,
    }
