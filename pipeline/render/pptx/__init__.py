"""The report as slides: the findings, then one figure a slide as a chart that PowerPoint can edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.present.document import Document

SUFFIX = ".pptx"


def write(document: Document, path: Path) -> None:
    """Write the slides. Raises ``RenderingFailed`` when a figure cannot be drawn or the file not be written."""
    from pipeline.render.archive import keep
    from pipeline.render.pptx.deck import deck

    keep(deck(document), path)
