"""What a list of figures names."""

from __future__ import annotations

from pipeline.present.document import Document, Figure


def cover_is_repeated(document: Document) -> bool:
    """Whether the cover's figure comes again inside, under its number."""
    first = document.cover.figure
    return first is not None and any(isinstance(b, Figure) and b.label == first.label for b in document.blocks())


def numbered_figures(document: Document) -> list[Figure]:
    """Every numbered figure once, in reading order: the cover's first, when it does not come again inside."""
    first = document.cover.figure
    inside = [block for block in document.blocks() if isinstance(block, Figure)]
    return inside if first is None or cover_is_repeated(document) else [first, *inside]
