"""The report as data: what every output format shows, in one language, numbers already worded.

``present`` makes one :class:`Document` per language; each folder under ``pipeline/render/`` turns it into one format.
A renderer lays out and escapes; it computes, translates and rounds nothing. Every string here is plain text (never
markup); the only markup is a figure's SVG, which our own chart room drew.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Literal

from pipeline.present.charts.model import Chart

CellKind = Literal["number", "text", "empty", "not_computable", "suppressed", "not_available"]
RowKind = Literal["body", "group", "subtotal", "total", "missing", "base", "statistic"]


@dataclass(frozen=True, slots=True)
class Trace:
    """The row of results behind a number, as it is written there: a reader who points at the number is told.

    ``row``, ``column``, ``layer``: variable and code, empty where there is none.
    """

    table: str
    statistic: str
    row: tuple[str, str]
    column: tuple[str, str]
    layer: tuple[str, str]
    value: float | None
    n: float | None
    base: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``text`` is what a reader sees, formatted in the document's language ("26,5", ":", "c").

    ``value`` and ``format`` are for spreadsheets: the unrounded number (shares 0–1) and one of ``count`` (#,##0),
    ``weighted`` (#,##0.0), ``percent0``, ``percent1`` (0.0%), ``decimal1`` … ``decimal4``, ``p`` (three decimals),
    ``text``. ``letters`` are set after the number, raised ("26,5 B"). ``note`` explains the cell (tooltip, footnote).
    ``trace``: where the number comes from, where it is one of the results.
    """

    text: str = ""
    value: float | None = None
    format: str = "text"
    kind: CellKind = "text"
    letters: str = ""
    note: str = ""
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class HeadCell:
    """One cell of a table's head: ``columns`` × ``rows`` is its span. ``sub`` is a second, lighter line (letter, n)."""

    text: str
    columns: int = 1
    rows: int = 1
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``label`` in the stub, indented by ``level``, then its cells. A ``group`` row has no cells."""

    label: str
    cells: tuple[Cell, ...] = ()
    kind: RowKind = "body"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """An origin mark: ``symbol`` at the title, ``text`` in the note ("† dati simulati")."""

    origin: str
    symbol: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A numbered table: title above, base and notes below.

    ``head`` is one or more rows of :class:`HeadCell` over the columns; the first row starts with the stub's head,
    which spans all head rows. ``columns`` counts the columns right of the stub; ``wide`` asks for a turned page.
    ``answer`` is the one sentence that answers it, set above its body. ``statistics`` are further lines about the
    whole table, worded ("χ² = 4,21; gl = 2; p = 0,12"). ``crossed``: the two variables of a plain cross-table
    of all cases, which a page can show in other ways. ``details`` are tables behind it that bear its number: folded
    on a screen, in the workbook, not on paper.
    """

    id: str
    number: int
    label: str  # "Tavola 3"
    title: str
    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[Row, ...]
    columns: int
    unit: str = ""  # "valori assoluti e percentuali"
    question: str = ""
    answer: str = ""
    base: str = ""
    statistics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    mark: Mark | None = None
    wide: bool = False
    crossed: tuple[str, str] | None = None
    details: tuple[Table, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A numbered figure. ``svg`` is drawn at ``width`` × ``height`` points; its text uses the family "Noto Sans".

    ``chart``: what is drawn, for a format that draws it with its own means; a study's own drawing has none.
    """

    id: str
    number: int
    label: str  # "Figura 2"
    headline: str
    title: str
    svg: str
    alt: str
    width: float
    height: float
    notes: tuple[str, ...] = ()
    source: str = ""
    mark: Mark | None = None
    table: str = ""  # id of the table with its numbers
    table_label: str = ""  # "Dati: Tavola 3"
    chart: Chart | None = None
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of running text. ``target`` is the id of a table, figure or section it refers to."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    target: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. ``style``: ``body``, ``lead`` (opens a section), ``note`` (small), ``finding`` (first page)."""

    runs: tuple[Run, ...]
    style: str = "body"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of points."""

    items: tuple[tuple[Run, ...], ...]
    ordered: bool = False
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a term and what holds for it: a variable's codebook entry, the provenance."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    id: str = ""
    mark: Mark | None = None
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Notice:
    """A box that must be seen: the reconstruction, an internal edition, a failed newer wave."""

    title: str
    text: str
    kind: Literal["notice"] = "notice"


Block = Table | Figure | Paragraph | Items | Facts | Notice


@dataclass(frozen=True, slots=True)
class Section:
    """A section: ``number`` as printed ("2", "2.1", "A"), ``level`` 1 or 2, its blocks and subsections.

    ``back_matter``: data quality, methods, codebook, provenance; set small.
    """

    id: str
    number: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    level: int = 1
    back_matter: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page: who, what, when, on whom; then the key findings and one main figure."""

    title: str
    subtitle: str
    line: str  # population and wave in one line
    authors: str
    date: str
    edition: str
    facts: tuple[tuple[str, str], ...]
    findings_title: str
    findings: tuple[tuple[Run, ...], ...]
    figure: Figure | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Crossable:
    """A variable that a reader may cross with another: its label and those of its categories, in order."""

    name: str
    label: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explorer:
    """The counts of all pairs of variables, for a page that crosses any two of them (see :mod:`pipeline.crossings`).

    ``n`` and ``w`` are arrays of numbers, pair after pair; ``w`` is ``None`` without weights. ``note`` stands under
    every table: that data are simulated. ``units``: what a reader may have marked, each with the (variable, code) of
    its answers, as traces name them; empty where the study does not want that.
    """

    variables: tuple[Crossable, ...]
    n: array[int]
    w: array[float] | None = None
    note: str = ""
    units: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """What the traces of a document name, in its words: statistics by id as (name, definition), variables by name as
    (label, question, origin), categories by variable and code."""

    statistics: dict[str, tuple[str, str]]
    variables: dict[str, tuple[str, str, str]]
    categories: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class WordTemplate:
    """A study's own template of Word documents: the file as a person knows it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """One report in one language. ``words``: the fixed words of the layout (see ``language/*/layout.toml``).

    ``word_template``: the study's own template of Word documents, where it has one. ``explorer``: what a reader of an
    internal edition may cross, where that is not too large. ``explained``: the words for what its numbers come from.
    """

    lang: str
    wave: str
    edition: str
    cover: Cover
    sections: tuple[Section, ...]
    symbols: tuple[tuple[str, str], ...]  # the cell symbols and their meaning, explained once
    words: dict[str, str]
    running_head: str
    foot: str
    word_template: WordTemplate | None = None
    explorer: Explorer | None = None
    explained: Explained | None = None

    def blocks(self) -> list[Block]:
        """All blocks in reading order."""
        found: list[Block] = []

        def walk(sections: tuple[Section, ...]) -> None:
            for section in sections:
                found.extend(section.blocks)
                walk(section.sections)

        walk(self.sections)
        return found

    def tables(self) -> list[Table]:
        """All tables in the order of their numbers."""
        return [b for b in self.blocks() if isinstance(b, Table)]

    def figures(self) -> list[Figure]:
        """All figures in reading order: the cover's first, when it is not shown again inside."""
        inside = [b for b in self.blocks() if isinstance(b, Figure)]
        first = self.cover.figure
        return ([first] if first is not None and all(f.id != first.id for f in inside) else []) + inside
