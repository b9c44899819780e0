"""``interviews/interviews.yml`` and the tables about interviews in ``report.yml``, as frozen records.

Codes, sources and cases are called as the coding software calls them; a code below another by both names,
``Governance > Co-governance``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pipeline.errors import StudyError, nearest
from pipeline.spec.record import Analysis, Disclosure, Names, Record, Text

if TYPE_CHECKING:
    from pipeline.paths import Layout
    from pipeline.spec.model import Codebook, Report
    from pipeline.spec.source import Place, SourceFile

BETWEEN = " > "
"""What stands between the names of a code's path in a tree of codes: ``Governance > Co-governance``."""

Show = Literal[
    "sources", "tree", "cases", "groups", "together", "agreement", "saturation", "quotations", "words", "keyness",
    "concordance", "joint", "path",
]  # fmt: skip
Reading = Literal["convergence", "complement", "divergence"]
"""How what a survey and interviews say of the same thing stands to one another, in the researcher's judgement."""


class InterviewTable(Analysis):
    """A table about the interviews; ``interviews`` is its name.

    ``show``: what. ``sources``: which sources there are; ``tree``: the codes with their totals; ``cases``, ``groups``:
    codes by case, or by the groups of cases that ``by`` names; ``together``: which codes stand together; ``agreement``
    of the coders; ``saturation``; ``quotations``; ``words``, ``keyness``, ``concordance`` of transcripts, or of the
    survey's answers to the question ``of``; ``joint``: a display of ``interviews.yml``; ``path``: its path.

    ``codes``: which ones and all below them; ``depth``: how far below. ``count``: sources or passages. ``unit``: of
    codes together, whether in the same source or the same paragraph. ``words``: of a concordance, ``co-*`` for all that
    begin so. ``most``: lines at most. ``draw``: in a figure as well.
    """

    interviews: str
    show: Show
    codes: Names = ()
    depth: int | None = Field(default=None, ge=0)
    by: str = ""
    of: str = ""
    count: Literal["sources", "passages"] = "sources"
    unit: Literal["source", "paragraph"] = "source"
    words: Names = ()
    most: int = Field(default=25, ge=1, le=1000)
    display: str = ""
    draw: bool = False
    note: Text | None = None

    @property
    def name(self) -> str:
        """Its own, under which its numbers stand in the results."""
        return self.interviews

    def tables(self, codebook: Codebook) -> tuple[str, ...]:
        """The table; quotations are read as text and have no number."""
        return () if self.show == "quotations" else (self.interviews,)

    def figures(self, codebook: Codebook) -> tuple[str, ...]:
        """The figure, where it is asked for."""
        return (self.interviews,) if self.draw else ()

    def uses(self, codebook: Codebook) -> tuple[str, ...]:
        """Of open answers the question and the groups."""
        return tuple(name for name in (self.of, self.by) if name) if self.of else ()

    def withheld(self, codebook: Codebook) -> bool:
        """What persons said, and answers to a question that is not public. All else is made anew for the public edition
        from the sources that may be used."""
        if self.show in ("quotations", "concordance"):
            return True
        return bool(self.of) and codebook.all_variables()[self.of].disclosure != "public"

    def mistakes(self, codebook: Codebook, source: SourceFile, place: Place) -> Iterator[StudyError]:
        """A question or grouping of the survey that is not there, a part of the record that is needed."""
        variables = codebook.all_variables()
        if self.of:
            known = [name for name, one in variables.items() if one.kind == "text"]
            if self.of not in known:
                yield _no_name(source, (*place, "of"), self.of, known)
            groups = [name for name, one in variables.items() if one.categorical]
            if self.by and self.by not in groups:
                yield _no_name(source, (*place, "by"), self.by, groups)
        needs = {"groups": "by", "keyness": "by", "concordance": "words", "joint": "display"}.get(self.show)
        line = source.line(place)
        if needs is not None and not getattr(self, needs):
            yield StudyError("study.missing_key", file=source.name, line=line, where=self.name, key=needs)
        if self.draw and self.show not in _DRAWN:
            yield StudyError("interviews.not_drawn", file=source.name, line=line, table=self.name, show=self.show,
                             known=", ".join(sorted(_DRAWN)))  # fmt: skip


class CodeRecord(Record):
    """A code of the scheme: how readers call it, what it means, where the concept comes from, and those below it.

    ``marks``: it says something about a passage (that it may be quoted) and is no content: it stands in no table.
    """

    label: Text
    definition: Text | None = None
    source: str = ""
    marks: bool = False
    codes: dict[str, CodeRecord] = Field(default_factory=dict)


class SourceRecord(Record):
    """What is said of one source beside its file. ``label``: how readers know it, in the place of its name."""

    label: Text | None = None
    case: str = ""
    kind: str = ""
    disclosure: Disclosure | None = None
    group: dict[str, str] = Field(default_factory=dict)


class SourceKind(Record):
    """A kind of source: interviews, focus groups. ``match``: how the names of its sources begin."""

    label: Text
    many: Text
    match: Names = ()
    disclosure: Disclosure = "confidential"


class CaseRecord(Record):
    """A case: how readers know it, and its value on each grouping."""

    label: Text
    groups: dict[str, str] = Field(default_factory=dict)


class Grouping(Record):
    """A way to group cases. ``variable``: the variable of the survey whose ``codes`` are the same groups."""

    label: Text
    values: dict[str, Text]
    variable: str = ""
    codes: dict[str, str] = Field(default_factory=dict)


class Quotation(Record):
    """A passage that the researcher chose: its source, how it begins, under which code it is shown."""

    source: str
    begins: str
    code: str


class Quotations(Record):
    """Which passages are quoted: those that a code of this name marks, and those listed. Nothing else ever is."""

    marked_by: str = ""
    chosen: tuple[Quotation, ...] = ()


class Agreement(Record):
    """How coders are compared: on paragraphs or whole sources, of the sources that all of them coded."""

    unit: Literal["paragraph", "source"] = "paragraph"
    coders: Names = ()


class Saturation(Record):
    """``order``: the sources in the order of the work, where it is not that of the file. See Guest et al. (2020)."""

    order: Names = ()
    first: int = Field(default=4, ge=1)
    run: int = Field(default=2, ge=1)
    depth: int | None = Field(default=None, ge=0)


class Words(Record):
    """How words are counted. ``language``: of the texts, for its stop words; ``stop``: further ones; ``keep``: not.

    ``shortest``: letters of the shortest word counted; ``least``: how often a key word stands in all texts at least.
    ``lemmas``: words by their dictionary form (needs the package simplemma). ``leave_out``: paragraphs that begin so,
    as the interviewer's questions.
    """

    language: Literal["it", "en"] = "it"
    stop: Names = ()
    keep: Names = ()
    shortest: int = Field(default=3, ge=1)
    least: int = Field(default=5, ge=1)
    lemmas: bool = False
    leave_out: Names = ()


class SurveyNumber(Record):
    """A number of the survey: a table of ``report.yml``, one of its statistics, and its row (``variable=code``)."""

    label: Text
    table: str
    statistic: str
    row: str


class Theme(Record):
    """A line of a joint display: a theme, its numbers of the survey, its codes, and what the researcher reads there."""

    label: Text
    survey: tuple[SurveyNumber, ...] = ()
    codes: Names = ()
    reading: Reading
    said: Text


class Display(Record):
    """A joint display: the groups side by side (``by``), a line per theme."""

    by: str = ""
    themes: tuple[Theme, ...]


class Step(Record):
    """A station of the conceptual path, and the codes that stand for it."""

    label: Text
    codes: Names


class Path(Record):
    """The conceptual path: stations side by side or one after the other, in columns."""

    columns: tuple[tuple[Step, ...], ...]
    note: Text | None = None


class Interviews(Record):
    """``interviews.yml``. ``origin: invented`` marks everything made from files that nobody has collected.

    ``title``: what they are, as the source below tables. ``files``: projects (.qdpx), codebooks (.qdc) and tables of
    segments (.csv) beside it. ``pseudonyms``: what is printed in the place of names. ``wave``: the wave whose report
    has the interviews, where not every one has.
    """

    only_shown = ("note", "origin")
    title: Text
    files: Names
    origin: Literal["invented"] | None = None
    note: Text | None = None
    wave: str = ""
    codes: dict[str, CodeRecord] = Field(default_factory=dict)
    kinds: dict[str, SourceKind] = Field(default_factory=dict)
    sources: dict[str, SourceRecord] = Field(default_factory=dict)
    cases: dict[str, CaseRecord] = Field(default_factory=dict)
    groups: dict[str, Grouping] = Field(default_factory=dict)
    pseudonyms: dict[str, str] = Field(default_factory=dict)
    quotations: Quotations = Quotations()
    agreement: Agreement = Agreement()
    saturation: Saturation = Saturation()
    words: Words = Words()
    displays: dict[str, Display] = Field(default_factory=dict)
    path: Path | None = None

    def scheme(self) -> dict[str, CodeRecord]:
        """The codes of the scheme by path, in its order."""
        return dict(_walk(self.codes, ""))


def _walk(codes: Mapping[str, CodeRecord], above: str) -> Iterator[tuple[str, CodeRecord]]:
    for name, record in codes.items():
        path = f"{above}{BETWEEN}{name}" if above else name
        yield path, record
        yield from _walk(record.codes, path)


# ---------------------------------------------------------------- across records


def check_interviews(
    report: Report, codebook: Codebook, interviews: Interviews | None, sources: Mapping[str, SourceFile], layout: Layout
) -> Iterator[StudyError]:
    """What the tables ask of ``interviews.yml`` is there, and what that names in itself and in the other files."""
    for i, section in enumerate(report.sections):
        for j, content in enumerate(section.contents):
            if isinstance(content, InterviewTable) and not content.of:
                yield from _check_table(content, ("sections", i, "contents", j), interviews, sources["report"], layout)
    if interviews is not None:
        tables = {table.table for table in report.tables()}
        yield from _check_file(interviews, codebook, tables, sources["interviews"])


_DRAWN = ("cases", "groups", "together", "saturation", "path", "words", "keyness", "tree")


def _check_table(
    table: InterviewTable, place: Place, interviews: Interviews | None, source: SourceFile, layout: Layout
) -> Iterator[StudyError]:
    line, expected = source.line(place), layout.shown(layout.interviews)
    if interviews is None:
        yield StudyError("interviews.no_file", file=source.name, line=line, table=table.name, expected=expected)
        return
    if table.by and table.by not in interviews.groups:
        yield _no_name(source, (*place, "by"), table.by, list(interviews.groups))
    if table.display and table.display not in interviews.displays:
        yield _no_name(source, (*place, "display"), table.display, list(interviews.displays))
    if table.show == "path" and interviews.path is None:
        yield StudyError("interviews.no_path", file=source.name, line=line, table=table.name, expected=expected)


def _check_file(
    interviews: Interviews, codebook: Codebook, tables: set[str], source: SourceFile
) -> Iterator[StudyError]:
    for name, case in interviews.cases.items():
        for grouping, value in case.groups.items():
            place: Place = ("cases", name, "groups", grouping)
            if grouping not in interviews.groups:
                yield _no_name(source, place, grouping, list(interviews.groups))
            elif value not in interviews.groups[grouping].values:
                yield _no_name(source, place, value, list(interviews.groups[grouping].values))
    for name, record in interviews.sources.items():
        if record.kind and record.kind not in interviews.kinds:
            yield _no_name(source, ("sources", name, "kind"), record.kind, list(interviews.kinds))
    for name, grouping_record in interviews.groups.items():
        if grouping_record.variable and grouping_record.variable not in codebook.all_variables():
            place = ("groups", name, "variable")
            yield _no_name(source, place, grouping_record.variable, list(codebook.all_variables()))
        for value in grouping_record.codes:
            if value not in grouping_record.values:
                yield _no_name(source, ("groups", name, "codes", value), value, list(grouping_record.values))
    for name, display in interviews.displays.items():
        if display.by and display.by not in interviews.groups:
            yield _no_name(source, ("displays", name, "by"), display.by, list(interviews.groups))
        for i, theme in enumerate(display.themes):
            for k, asked in enumerate(theme.survey):
                if asked.table not in tables:
                    place = ("displays", name, "themes", i, "survey", k, "table")
                    yield _no_name(source, place, asked.table, sorted(tables))


def _no_name(source: SourceFile, place: Place, name: str, known: list[str]) -> StudyError:
    return StudyError(
        "study.no_such_name", file=source.name, line=source.line(place), where=".".join(map(str, place)), name=name,
        nearest=nearest(name, known) or ", ".join(known[:12]) or "–",
    )  # fmt: skip
