"""A study's interviews ready for counting: which sources an edition may use, and each code's passages in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.interviews.model import BETWEEN, Code, Project, Segment, Source, under
from pipeline.spec.interviews import Interviews
from pipeline.spec.source import Place, SourceFile
from pipeline.statistics.core import Ints

Span = tuple[int, int]


@dataclass(frozen=True)
class Material:
    """One edition's interviews. ``left_out``: how many sources are confidential and stand in nothing here.

    ``content``: codes that say what a passage is about, those of the scheme first; others mark a passage only.
    """

    said: Interviews
    source: SourceFile
    project: Project
    content: tuple[Code, ...]
    left_out: int = 0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The sources, in the order of the files."""
        return tuple(source.name for source in self.project.sources)

    @cached_property
    def by_name(self) -> dict[str, Source]:
        """The sources by name."""
        return {source.name: source for source in self.project.sources}

    @cached_property
    def _spans(self) -> dict[tuple[str, str], tuple[list[Span], int]]:
        """By source and code: the segments with a position, and how many have none."""
        found: dict[tuple[str, str], tuple[list[Span], set[Segment]]] = {}
        for segment in self.project.segments:
            spans, others = found.setdefault((segment.source, segment.code), ([], set()))
            if segment.start is None or segment.end is None:
                others.add(replace(segment, coder=""))
            else:
                spans.append((segment.start, segment.end))
        return {key: (spans, len(others)) for key, (spans, others) in found.items()}

    def passages(self, codes: Sequence[str], source: str) -> int:
        """In how many passages of a source one of the codes stands: overlapping segments are one passage."""
        spans: list[Span] = []
        others = 0
        for code in codes:
            own, more = self._spans.get((source, code), ([], 0))
            spans += own
            others += more
        return len(joined(spans)) + others

    def all_under(self, codes: Iterable[str]) -> tuple[str, ...]:
        """These codes and all that stand below them."""
        wanted = tuple(codes)
        return tuple(c.path for c in self.content if any(under(c.path, one) for one in wanted))

    def matrix(self, rows: Sequence[Sequence[str]], sources: Sequence[str] | None = None) -> Ints:
        """Passages by row (a group of codes each) and source: shape (rows, sources)."""
        names = self.names if sources is None else sources
        counted = [[self.passages(codes, name) for name in names] for codes in rows]
        return np.array(counted, dtype=np.int64).reshape(len(rows), len(names))

    def case(self, name: str) -> str:
        """The case of a source; empty where it belongs to none."""
        record = self.said.sources.get(name)
        return (record.case if record else "") or self.by_name[name].case

    def kind(self, name: str) -> str:
        """The kind of a source; empty where none is said."""
        return kind_of(self.said, name)

    def group(self, name: str, grouping: str) -> str:
        """The group of a source: its own, else its case's, in ``interviews.yml`` or in the file."""
        record = self.said.sources.get(name)
        if record is not None and grouping in record.group:
            return record.group[grouping]
        case = self.case(name)
        told = self.said.cases.get(case)
        if told is not None and grouping in told.groups:
            return told.groups[grouping]
        in_file = next((c.values for c in self.project.cases if c.name == case), {})
        value = in_file.get(grouping, "")
        return value if value in self.said.groups[grouping].values else ""

    def paragraphs(self, name: str) -> list[Span]:
        """Where the paragraphs of a source begin and end."""
        return [m.span() for m in re.finditer(r"[^\r\n]*\S[^\r\n]*", self.by_name[name].text)]

    def text_of(self, segment: Segment) -> str:
        """The words of a segment."""
        if segment.text or segment.start is None or segment.end is None:
            return segment.text
        return self.by_name[segment.source].text[segment.start : segment.end]

    def printable(self, text: str) -> str:
        """A text with pseudonyms in the place of names, on one line."""
        return " ".join(pseudonymised(text, self.said.pseudonyms).split())

    def check_codes(self, codes: Sequence[str], file: SourceFile, place: Place) -> Iterator[StudyError]:
        """Each code is one that the scheme or a file has."""
        known = [code.path for code in self.content]
        for code in codes:
            if code not in known:
                yield StudyError(
                    "study.no_such_name", file=file.name, line=file.line(place), where=".".join(map(str, place)),
                    name=code, nearest=nearest(code, known) or ", ".join(known[:12]) or "–",
                )  # fmt: skip


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans with those that overlap made one; spans that only touch stay apart."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and (start < found[-1][1] or (start, end) == found[-1]):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def kind_of(said: Interviews, name: str) -> str:
    """The kind of a source by what is said of it, else by how its name begins."""
    record = said.sources.get(name)
    if record is not None and record.kind:
        return record.kind
    return next((k for k, kind in said.kinds.items() if any(name.startswith(m) for m in kind.match)), "")


def is_public(said: Interviews, name: str) -> bool:
    """Whether a source may be used in what is given out: as it is said of it, else of its kind, else it may not."""
    record = said.sources.get(name)
    if record is not None and record.disclosure is not None:
        return record.disclosure == "public"
    kind = said.kinds.get(kind_of(said, name))
    return kind is not None and kind.disclosure == "public"


def pseudonymised(text: str, pseudonyms: dict[str, str]) -> str:
    """A text with names replaced wherever they stand as words, however they are written."""
    names = {" ".join(name.split()).casefold(): instead for name, instead in pseudonyms.items() if name.strip()}
    if not names:
        return text
    words = (r"\s+".join(map(re.escape, name.split())) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda m: names.get(" ".join(m[0].split()).casefold(), m[0]), text)


def prepared(said: Interviews, source: SourceFile, project: Project, edition: str) -> Material:
    """The interviews for an edition. Raises :class:`StudyError` for what ``interviews.yml`` names and no file has."""
    names = [one.name for one in project.sources]
    problems: list[PipelineError] = [
        StudyError(
            "study.no_such_name", file=source.name, line=source.line(("sources", name)), where="sources", name=name,
            nearest=nearest(name, names) or ", ".join(names[:12]) or "–",
        )
        for name in said.sources if name not in names
    ]  # fmt: skip
    material = Material(said, source, project, _content(said, project))
    for place, codes in _named(said):
        problems += material.check_codes(codes, source, place)
    if problems:
        raise StudyError.several(problems)
    if edition == "internal":
        return material
    kept = {name for name in names if is_public(said, name)}
    shown = replace(
        project,
        sources=tuple(one for one in project.sources if one.name in kept),
        segments=tuple(one for one in project.segments if one.source in kept),
    )
    return replace(material, project=shown, left_out=len(names) - len(kept))


def _named(said: Interviews) -> Iterator[tuple[Place, Sequence[str]]]:
    """The codes that ``interviews.yml`` names, with their places."""
    for name, display in said.displays.items():
        for i, theme in enumerate(display.themes):
            yield ("displays", name, "themes", i, "codes"), theme.codes
    for i, column in enumerate(said.path.columns if said.path else ()):
        for k, step in enumerate(column):
            yield ("path", "columns", i, k, "codes"), step.codes


def _content(said: Interviews, project: Project) -> tuple[Code, ...]:
    """The codes of the scheme, then others that the files have below them or after them; none that only marks."""
    scheme = said.scheme()
    marks = {path for path, record in scheme.items() if record.marks} | {said.quotations.marked_by}
    inside = {code.path: code for code in project.codes}
    paths = list(scheme)
    for path in inside:
        if path not in scheme:
            above = path.rpartition(BETWEEN)[0]
            last = max((i for i, other in enumerate(paths) if above and under(other, above)), default=len(paths) - 1)
            paths.insert(last + 1, path)
    return tuple(inside.get(path, Code(path)) for path in paths if path not in marks)
