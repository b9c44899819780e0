"""The report as a Word document: heading styles, real captions, fields and tables, ready to be pasted elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.present.document import Document

SUFFIX = ".docx"


def write(document: Document, path: Path) -> None:
    """Write the document. Raises ``RenderingFailed`` when a figure cannot be drawn or the file not be written."""
    from pipeline.render.archive import keep
    from pipeline.render.docx.package import package

    keep(package(document), path)
