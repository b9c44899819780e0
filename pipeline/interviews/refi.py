"""REFI-QDA, the exchange format of software for qualitative analysis: projects (``.qdpx``) and codebooks (``.qdc``).

Written to the standard's structure (Project.xsd and Codebook.xsd 1.0) and to what programs make of it: the project has
another name than ``project.qde``, remarks come as ``Description``, identifiers in letters of either case. Identifiers
are followed within a file and left behind, as they change at each export; ``basePath``, a folder in somebody's home,
is never read.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import DataRejected
from pipeline.interviews.archive import Archive
from pipeline.interviews.model import BETWEEN, Case, Code, Project, Remark, Segment, Source
from pipeline.interviews.xml_tree import Element, parse

_SOURCES = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")
_HOLDERS = ("Transcript", "Representation", "TextDescription")
"""What holds the words of a source that is no text itself: a recording's, a PDF's, a picture's."""
_SELECTIONS = (
    "PlainTextSelection", "TranscriptSelection", "PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection",
)  # fmt: skip
_GROUPS = "::"  # how ATLAS.ti writes that a code belongs to another


def codebook(content: bytes, name: str) -> Project:
    """A ``.qdc`` file: codes alone."""
    if not content.strip():
        raise DataRejected("interviews.empty", file=name)
    if content[:2] == b"PK":
        raise DataRejected("interviews.zip_as_codebook", file=name)
    root = parse(content, name, name)
    if root.name not in ("CodeBook", "Project"):
        raise DataRejected("interviews.not_refi", file=name, part=name, found=root.name, expected="CodeBook")
    inside = root if root.name == "CodeBook" else root.first("CodeBook")
    codes, _ = _codes(inside) if inside is not None else ((), {})
    return Project(codes=codes)


def project(content: bytes, name: str) -> Project:
    """A ``.qdpx`` file. Raises :class:`DataRejected`."""
    archive = Archive(content, name)
    part = archive.project()
    root = parse(archive.read(part), name, part)
    if root.name != "Project":
        raise DataRejected("interviews.not_refi", file=name, part=part, found=root.name, expected="Project")
    reading = _Reading(archive, part, root)
    found = reading.project()
    if reading.missing:
        shown = ", ".join(reading.missing[:5]) + (" …" if len(reading.missing) > 5 else "")
        raise DataRejected("interviews.sources_missing", file=name, count=len(reading.missing), sources=shown)
    return found


def _guid(element: Element, attribute: str = "guid") -> str:
    return element.get(attribute).strip("{} ").lower()


def _description(element: Element) -> str:
    inside = element.first("Description")
    return "" if inside is None else " ".join(inside.text.split())


def _codes(book: Element) -> tuple[tuple[Code, ...], dict[str, str]]:
    """The codes of a codebook in their order, and the path of each identifier."""
    codes: dict[str, Code] = {}
    paths: dict[str, str] = {}

    def walk(elements: list[Element], above: str) -> None:
        for element in elements:
            own = BETWEEN.join(piece.strip() for piece in element.get("name").split(_GROUPS) if piece.strip())
            path = f"{above}{BETWEEN}{own}" if above else own
            if not own:
                continue
            paths[_guid(element)] = path
            if path not in codes or not codes[path].description:
                codes[path] = Code(path, _description(element))
            walk(element.all("Code"), path)

    for group in book.all("Codes"):
        walk(group.all("Code"), "")
    return tuple(codes.values()), paths


class _Reading:
    """One project while it is read."""

    def __init__(self, archive: Archive, part: str, root: Element) -> None:
        self.archive, self.part, self.root = archive, part, root
        book = root.first("CodeBook")
        self.codes, self.paths = _codes(book) if book is not None else ((), {})
        self.users = {_guid(user): user.get("name") or user.get("id") or _guid(user)[:8]
                      for group in root.all("Users") for user in group.all("User")}  # fmt: skip
        self.missing: list[str] = []
        self.remarks: list[Remark] = []
        self.counted: dict[str, int] = {}

    def project(self) -> Project:
        """All of it."""
        if self.part.lower() != "project.qde":
            self.remarks.append(Remark("project_named", (("part", self.part),)))
        elements = [element for group in self.root.all("Sources") for element in group.all(*_SOURCES)]
        names = _distinct([element.get("name").strip() or _guid(element)[:8] for element in elements])
        by_guid: dict[str, str] = {}
        for element, name in zip(elements, names, strict=True):
            for holder in (element, *element.all(*_HOLDERS)):
                by_guid[_guid(holder)] = name
                by_guid |= {_guid(selection): name for selection in holder.all(*_SELECTIONS)}
        cases = [case for group in self.root.all("Cases") for case in group.all("Case")]
        variables = {_guid(one): one.get("name") for group in self.root.all("Variables")
                     for one in group.all("Variable")}  # fmt: skip
        case_of: dict[str, str] = {}
        for case in cases:
            for reference in case.all("SourceRef", "SelectionRef"):
                source = by_guid.get(_guid(reference, "targetGUID"))
                if source is not None:
                    case_of.setdefault(source, case.get("name"))
        sources: list[Source] = []
        segments: list[Segment] = []
        for element, name in zip(elements, names, strict=True):
            words, text = self._text(element, name)
            sources.append(Source(name, text, "other" if words is None else "text", case_of.get(name, "")))
            segments += self._segments(element, name, words, text)
        for key, count in self.counted.items():
            self.remarks.append(Remark(key, (("count", str(count)),)))
        told = tuple(Case(case.get("name"), _values(case, variables)) for case in cases if case.get("name"))
        return Project(self.codes, tuple(sources), tuple(segments), told, tuple(self.remarks))

    def _text(self, element: Element, name: str) -> tuple[Element | None, str]:
        """A source's words and what holds them: nothing for a picture, for a recording without a transcript."""
        holders = [element] if element.name == "TextSource" else element.all(*_HOLDERS)
        for holder in holders:
            inline = holder.first("PlainTextContent")
            if inline is not None:
                return holder, inline.text
            path = holder.get("plainTextPath")
            if path.startswith("internal://"):
                part = self.archive.source(path.removeprefix("internal://").lstrip("/"))
                if part is not None:
                    return holder, self._decoded(part)
            if holder.name == "TextSource":
                self.missing.append(name)
        return None, ""

    def _decoded(self, part: str) -> str:
        content = self.archive.read(part)
        try:
            if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return content.decode("utf-16")
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DataRejected("interviews.not_utf8", file=self.archive.name, part=part) from None

    def _segments(self, element: Element, name: str, words: Element | None, text: str) -> Iterator[Segment]:
        """What was coded in a source, and the source as a whole where a code was given to it."""
        yield from self._coded(element, name, None, None)
        for holder in (element, *element.all(*_HOLDERS)):
            points = {_guid(point): point.get("position") for point in holder.all("SyncPoint")}
            for selection in holder.all(*_SELECTIONS):
                span = self._span(selection, points, text) if holder is words else (None, None)
                yield from self._coded(selection, name, *span)

    def _span(self, selection: Element, points: dict[str, str], text: str) -> tuple[int | None, int | None]:
        """From which to which character, within the text; nothing for a piece of a recording or a page."""
        if selection.name == "PlainTextSelection":
            ends = [selection.get("startPosition"), selection.get("endPosition")]
        elif selection.name == "TranscriptSelection":
            ends = [points.get(_guid(selection, end), "") for end in ("fromSyncPoint", "toSyncPoint")]
            if not all(ends):
                return None, None
        else:
            return None, None
        try:
            start, end = map(int, ends)
        except ValueError:
            raise DataRejected(
                "interviews.bad_position", file=self.archive.name, part=self.part, line=selection.line,
                start=ends[0], end=ends[1],
            ) from None  # fmt: skip
        if start < 0 or end > len(text) or start > end:
            self._count("outside_text")
        start, end = sorted((min(max(start, 0), len(text)), min(max(end, 0), len(text))))
        if start == end:
            self._count("zero_length")
        return start, end

    def _coded(self, holder: Element, name: str, start: int | None, end: int | None) -> Iterator[Segment]:
        shown = holder.first("Representation") if start is None and holder.name == "PDFSelection" else None
        inline = shown.first("PlainTextContent") if shown is not None else None
        for coding in holder.all("Coding"):
            coder = _guid(coding, "creatingUser") or _guid(holder, "creatingUser")
            for reference in coding.all("CodeRef"):
                code = self.paths.get(_guid(reference, "targetGUID"))
                if code is None:
                    self._count("code_unknown")
                    continue
                yield Segment(
                    name, code, self.users.get(coder, ""), start, end, inline.text if inline is not None else ""
                )

    def _count(self, key: str) -> None:
        self.counted[key] = self.counted.get(key, 0) + 1


def _values(case: Element, variables: dict[str, str]) -> dict[str, str]:
    """A case's values by the names of their variables."""
    found: dict[str, str] = {}
    for value in case.all("VariableValue"):
        reference = value.first("VariableRef")
        told = next((child.text.strip() for child in value.children if child.name.endswith("Value")), "")
        name = variables.get(_guid(reference, "targetGUID"), "") if reference is not None else ""
        if name and told:
            found[name] = told
    return found


def _distinct(names: list[str]) -> list[str]:
    """Names told apart: two sources may share one, and are then first and second in the order of the file."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made
