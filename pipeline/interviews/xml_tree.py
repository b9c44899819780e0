"""XML of files that others made, read without what XML can do beside holding text: a document type, and with it every
entity, is refused where it begins, and a tree deeper than any project's too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from pipeline.errors import DataRejected

_DEEPEST = 200
_BETWEEN = " "


@dataclass(slots=True)
class Element:
    """An element: its name without a namespace, its attributes, the text directly in it, its children."""

    name: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def all(self, *names: str) -> list[Element]:
        """The children that are called so, in their order."""
        return [child for child in self.children if child.name in names]

    def first(self, name: str) -> Element | None:
        """The first child that is called so."""
        return next(iter(self.all(name)), None)


class _Refused(Exception):
    """What was found that no file of ours has: the key of the text that says so."""


def parse(content: bytes, file: str, part: str) -> Element:
    """The root of a document. Raises :class:`DataRejected` with file, part and line."""
    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    parser.buffer_text = True
    stack: list[Element] = []
    roots: list[Element] = []
    pieces: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) >= _DEEPEST:
            raise _Refused("xml_too_deep")
        own = {key.rpartition(_BETWEEN)[2]: value for key, value in attributes.items() if _BETWEEN not in key}
        element = Element(name.rpartition(_BETWEEN)[2], own, parser.CurrentLineNumber)
        (stack[-1].children if stack else roots).append(element)
        stack.append(element)
        pieces.append([])

    def end(name: str) -> None:
        stack.pop().text = "".join(pieces.pop())

    def refuse(*_: object) -> None:
        raise _Refused("xml_doctype")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda data: pieces[-1].append(data)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except _Refused as refused:
        line = parser.CurrentLineNumber
        raise DataRejected(f"interviews.{refused}", file=file, part=part, line=line, most=_DEEPEST) from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 1)
        raise DataRejected("interviews.xml_broken", file=file, part=part, line=line, reason=str(error)) from None
    return roots[0]
