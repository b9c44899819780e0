"""The output formats: one folder each, with ``SUFFIX`` and ``write(document, path)``; a new folder is a new format."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import PipelineError, RenderingFailed

if TYPE_CHECKING:
    from pipeline.present.document import Document

_ORDER = ("html", "pdf", "xlsx", "docx", "pptx")
_ON_REQUEST = ("pptx",)  # made where somebody asks for it, and then kept up with the others


@cache
def formats() -> tuple[str, ...]:
    """The names of the formats there are, the usual ones first."""
    found = [p.name for p in Path(__file__).parent.iterdir() if (p / "__init__.py").is_file()]
    return tuple(sorted(found, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)))


def usual() -> tuple[str, ...]:
    """The formats that are made where nobody says which."""
    return tuple(name for name in formats() if name not in _ON_REQUEST)


def _format(name: str) -> Any:
    return importlib.import_module(f"pipeline.render.{name}")


def suffix(name: str) -> str:
    """The ending of a format's files, with its dot."""
    return str(_format(name).SUFFIX)


def write(name: str, document: Document, path: Path) -> None:
    """Write a document in a format. What a renderer cannot do becomes :class:`RenderingFailed`, naming the file."""
    try:
        _format(name).write(document, path)
    except PipelineError:
        raise
    except OSError as error:
        raise RenderingFailed("cli.cannot_write", path=path.name, reason=error.strerror or str(error)) from error
