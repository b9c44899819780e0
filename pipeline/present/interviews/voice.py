"""What the tables about interviews have at hand: words, labels of codes, sources and cases, the mark, the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline import language
from pipeline.codes import text_of
from pipeline.interviews.material import pseudonymised
from pipeline.interviews.model import BETWEEN
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Mark
from pipeline.present.layout.parts import problem_notes
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.interviews import CodeRecord, Interviews, InterviewTable
from pipeline.spec.model import say
from pipeline.statistics import registry

INVENTED = "§"


@dataclass(frozen=True)
class Voice:
    """One table about interviews in one language; ``table`` is ``None`` where it is about all of them."""

    view: View
    table: InterviewTable | None

    @property
    def lang(self) -> str:
        """The language."""
        return self.view.lang

    @property
    def said(self) -> Interviews | None:
        """What ``interviews.yml`` says."""
        return self.view.files.interviews

    @property
    def of(self) -> InterviewTable:
        """The table."""
        if self.table is None:
            raise ValueError("no table")
        return self.table

    def tell(self, key: str, **params: object) -> str:
        """A text of ``interviews.toml``."""
        return language.text(self.lang, f"interviews.{key}", **params)

    # ------------------------------------------------------------ labels

    @cached_property
    def _scheme(self) -> dict[str, CodeRecord]:
        return self.said.scheme() if self.said is not None else {}

    def code(self, path: str) -> str:
        """How a code is called: in the scheme, else in the file; of coded answers in the set that counts them."""
        if self.table is not None and self.table.of:
            return self._of_answers(path)
        record = self._scheme.get(path)
        return (say(record.label, self.lang) if record else "") or path.rpartition(BETWEEN)[2]

    def _of_answers(self, code: str) -> str:
        book = self.view.codebook
        coded = {name for name, one in book.derived.items() if one.coded == self.of.of}
        counted = next((name for name, one in book.sets.items() if {*one.members} & coded), None)
        return self.view.code_label(counted, code) if counted is not None else text_of(code)

    def code_at_length(self, path: str) -> str:
        """A code with the names of those above it."""
        pieces = path.split(BETWEEN)
        return " › ".join(self.code(BETWEEN.join(pieces[: i + 1])) for i in range(len(pieces)))

    def definition(self, path: str) -> str:
        """What a code means, as the scheme says."""
        record = self._scheme.get(path)
        return say(record.definition, self.lang) if record else ""

    def source(self, name: str) -> str:
        """How readers know a source: by its label, else by its name with pseudonyms."""
        record = self.said.sources.get(name) if self.said is not None else None
        label = say(record.label, self.lang) if record is not None else ""
        return label or pseudonymised(name, self.said.pseudonyms if self.said is not None else {})

    def case(self, name: str) -> str:
        """How readers know a case."""
        record = self.said.cases.get(name) if self.said is not None else None
        return (say(record.label, self.lang) if record is not None else name) or self.tell("no_case")

    def kind(self, name: str, many: bool = True) -> str:
        """A kind of source, one or many."""
        record = self.said.kinds.get(name) if self.said is not None else None
        if record is None:
            return self.tell("other_sources")
        return say(record.many if many else record.label, self.lang)

    def group(self, by: str, value: str) -> str:
        """A group of cases, or a category of the survey for its open answers."""
        if self.table is not None and self.table.of:
            return self.view.code_label(by, value)
        grouping = self.said.groups.get(by) if self.said is not None else None
        return say(grouping.values.get(value), self.lang) if grouping is not None else value

    def grouping(self, by: str) -> str:
        """The name of a grouping."""
        if self.table is not None and self.table.of:
            return self.view.label(by)
        grouping = self.said.groups.get(by) if self.said is not None else None
        return say(grouping.label, self.lang) if grouping is not None else by

    # ------------------------------------------------------------ numbers

    def codes(self, statistic: str, part: str = "row_code") -> list[str]:
        """The codes that the rows of a statistic have, in order, without the total."""
        rows = self.view.results.rows(self.of.name)
        return [c for c in dict.fromkeys(getattr(r, part) for r in rows if r.statistic == statistic) if c]

    def row(self, statistic: str, row: str = "", col: str = "") -> ResultRow | None:
        """The number of a cell."""
        return self._rows.get((statistic, row, col))

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], ResultRow]:
        rows = self.view.results.rows(self.of.name)
        return {(r.statistic, r.row_code, r.col_code): r for r in reversed(rows)}

    def cell(self, statistic: str, row: str = "", col: str = "") -> Cell:
        """The cell of a number, in the form that its statistic has."""
        found = self.row(statistic, row, col)
        form = registry.form(statistic)
        return self.view.cell(found, form, registry.decimals(statistic) or 0)

    def value(self, statistic: str, row: str = "", col: str = "") -> float:
        """A count; 0 where there is none."""
        found = self.row(statistic, row, col)
        return 0.0 if found is None or found.value is None else found.value

    def interval(self, statistic: str, row: str) -> Cell:
        """The limits of a number: ``0,62–0,81``."""
        low, high = self.row(f"{statistic}_low", row), self.row(f"{statistic}_high", row)
        if low is None or high is None:
            return Cell(kind="empty")
        if low.value is None or high.value is None:
            return Cell(formats.NOT_COMPUTABLE, kind="not_computable", note=self.view.remark("error", low.error))
        ends = [formats.decimal_text(x, 2, self.lang) for x in (low.value, high.value)]
        return Cell(("–" if ends[0][0].isdigit() else self.tell("to")).join(ends))

    def count(self, n: float) -> str:
        """A count as text."""
        return formats.count_text(n, self.lang)

    def problems(self, statistics: Sequence[str]) -> list[str]:
        """Why some numbers could not be computed."""
        rows = [r for r in self.view.results.rows(self.of.name) if r.statistic in statistics]
        return problem_notes(self.view, rows)

    # ------------------------------------------------------------ frame

    def head(self, *texts: str) -> tuple[tuple[HeadCell, ...], ...]:
        """A head of one row."""
        return (tuple(HeadCell(text) for text in texts),)

    def source_line(self) -> str:
        """The source below a table: the interviews', or the survey's for its open answers."""
        if self.of.of:
            return self.view.source_line()
        return say(self.said.title, self.lang) if self.said is not None else ""

    def mark(self) -> Mark | None:
        """The mark of where the data come from."""
        if self.of.of:
            return self.view.mark_of(self.view.shown_origin(self.view.variables[self.of.of].origin or ""))
        if self.said is None or self.said.origin is None:
            return None
        return Mark("invented", INVENTED, f"{INVENTED} {self.tell('origin_invented')}")

    def edition_notes(self) -> list[str]:
        """What the public edition says of the sources that it leaves out."""
        if self.view.edition != "public" or self.of.of:
            return []
        return [self.tell("public_sources_only")]

    def why_not(self) -> str:
        """Why a table has nothing to show."""
        if self.view.edition == "public":
            if self.of.show in ("quotations", "concordance"):
                return self.tell("public_no_words")
            return self.tell("public_no_answers" if self.of.of else "public_no_sources")
        return self.tell("nothing_to_show")
