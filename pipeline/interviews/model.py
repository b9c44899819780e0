"""What a file of coded qualitative data holds, whatever software wrote it. Names, never identifiers: those change at
each export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipeline.spec.interviews import BETWEEN

__all__ = ["BETWEEN"]

SourceKind = Literal["text", "other"]
"""Whether a source's words are known; of a recording or a picture only that something in it was coded."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code: the names from the tree's root to it, and what the researcher wrote about it."""

    path: str
    description: str = ""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition(BETWEEN)[2]

    @property
    def level(self) -> int:
        """How far below the root it stands: 0 at the top."""
        return self.path.count(BETWEEN)


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript, document or recording. ``case``: the case that it belongs to, where the file says so."""

    name: str
    text: str = ""
    kind: SourceKind = "text"
    case: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a source that a coder gave a code: characters ``start`` to ``end`` of its text.

    Without a position (``None``) it is a piece of a recording or picture, or the source as a whole. ``text`` is what a
    table of segments says of itself; a project's is cut from its source.
    """

    source: str
    code: str
    coder: str = ""
    start: int | None = None
    end: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a file that its reader should know: the key of a text in ``interviews.toml`` with what it names."""

    key: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the study as its file has it: values of its variables by their names."""

    name: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """One or more files of coded data together."""

    codes: tuple[Code, ...] = ()
    sources: tuple[Source, ...] = ()
    segments: tuple[Segment, ...] = ()
    cases: tuple[Case, ...] = ()
    remarks: tuple[Remark, ...] = ()


def under(code: str, above: str) -> bool:
    """Whether a code is another one or stands below it."""
    return code == above or code.startswith(above + BETWEEN)


def merged(projects: list[Project]) -> Project:
    """Several files as one: codes, sources and cases of the same name are the same.

    A source's text is that of the first file that has it. Where another file has other words, positions would not mean
    the same: its reader is told.
    """
    codes: dict[str, Code] = {}
    sources: dict[str, Source] = {}
    cases: dict[str, Case] = {}
    remarks: list[Remark] = []
    segments: list[Segment] = []
    for project in projects:
        for code in project.codes:
            if code.path not in codes or (code.description and not codes[code.path].description):
                codes[code.path] = code
        for source in project.sources:
            known = sources.get(source.name)
            if known is None or (not known.text and source.text):
                sources[source.name] = source
            elif source.text and source.text != known.text:
                remarks.append(Remark("texts_differ", (("source", source.name),)))
        for case in project.cases:
            cases.setdefault(case.name, case)
        segments += project.segments
        remarks += project.remarks
    return Project(
        tuple(codes.values()), tuple(sources.values()), tuple(segments), tuple(cases.values()),
        tuple(dict.fromkeys(remarks)),
    )  # fmt: skip
