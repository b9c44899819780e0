"""YAML that knows its lines: the files a person edits, read safely and without YAML's surprises.

Only mappings, lists and plain scalars are read; tags and Python objects are refused. Every scalar stays the text that
was typed (``no`` is a word, ``015`` a code, ``1.10`` a label), until the field that it fills wants a number; only an
empty one is ``None``. Mapping keys are text too: a code written ``1``, ``1.0`` or ``"1"`` is the same key. A key given
twice is an error, not a silent overwrite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import PipelineError, StudyError
from pipeline.paths import Layout

# No leading zeros: 015 is a code, not a number.
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_REPEATS = 10  # aliases of aliases multiply: a file that grows beyond this many times itself is stopped
_DEEPEST = 30
_YAML = "tag:yaml.org,2002:"
# What YAML itself sees in plain text, lists and mappings; any other tag was written by hand.
_TAGS = {_YAML + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")}

Place = tuple[str | int, ...]


@dataclass(slots=True)
class SourceFile:
    """A parsed file: its content in plain Python types and the line of every place in it."""

    path: Path
    name: str
    content: Any
    lines: dict[Place, int] = field(default_factory=dict)
    nodes: int = 0
    most_nodes: int = 0

    def line(self, place: Place) -> int:
        """The line (from 1) of a place, or of the nearest place around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(layout: Layout, path: Path) -> SourceFile:
    """Read a YAML file. Raises :class:`StudyError` naming file and line, also where there is no such file."""
    source = read_if_there(layout, path)
    if source is None:
        raise StudyError("study.file_missing", file=layout.shown(path))
    return source


def read_if_there(layout: Layout, path: Path) -> SourceFile | None:
    """As :func:`read`, a file that need not exist."""
    content, name = layout.content(path), layout.shown(path)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError("study.not_utf8", file=name) from None
    return parse(text.replace("\r\n", "\n").replace("\r", "\n"), path, name)


def parse(text: str, path: Path, name: str) -> SourceFile:
    """As :func:`read`, from text."""
    try:
        written = _written(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise StudyError(
            "study.bad_yaml", file=name, line=(mark.line + 1 if mark else 1), reason=error.problem or ""
        ) from None
    except yaml.YAMLError as error:
        raise StudyError("study.bad_yaml", file=name, line=1, reason=str(error)) from None
    source = SourceFile(path, name, None, most_nodes=(written + 100) * _MOST_REPEATS)
    problems: list[PipelineError] = []
    source.content = {} if node is None else _build(node, (), source, problems)
    if problems:
        raise StudyError.several(problems)
    return source


def _written(text: str, name: str) -> int:
    """How many parts a text has. Refuses one that nests without end: composing its tree would overflow the stack."""
    depth = parts = 0
    for event in yaml.parse(text, Loader=_LOADER):
        parts += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise StudyError("study.too_large", file=name, line=line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return parts


def _build(node: Any, place: Place, source: SourceFile, problems: list[PipelineError]) -> Any:
    line = node.start_mark.line + 1
    source.lines.setdefault(place, line)
    source.nodes += 1
    if source.nodes > source.most_nodes or len(place) > _DEEPEST:
        raise StudyError("study.too_large", file=source.name, line=line)
    if node.tag not in _TAGS:
        problems.append(StudyError("study.yaml_tag", file=source.name, line=line, tag=node.tag))
        return None
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(StudyError("study.bad_key", file=source.name, line=key_node.start_mark.line + 1))
                continue
            key = _key(key_node)
            if key in mapping:
                problems.append(
                    StudyError("study.key_twice", file=source.name, line=key_node.start_mark.line + 1, key=key)
                )
                continue
            mapping[key] = _build(value_node, (*place, key), source, problems)
            source.lines[(*place, key)] = key_node.start_mark.line + 1
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*place, i), source, problems) for i, child in enumerate(node.value)]
    return _scalar(node)


def _key(node: Any) -> str:
    """Codes written as whole numbers in any style (``1``, ``1.0``) are one key; quoted ones stay as they are."""
    text = str(node.value)
    if not node.style and not text.isdigit() and _NUMBER.match(text):
        value = float(text)
        if value.is_integer():
            return str(int(value))
    return text


def _scalar(node: Any) -> str | None:
    """Text as typed. What is to be a number or a truth value is made one where its field says so."""
    if not node.style and node.value in ("", "~", "null"):  # a plain scalar has no style, or an empty one
        return None
    return str(node.value)
