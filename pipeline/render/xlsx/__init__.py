"""The report as an Excel workbook: contents with links, one sheet a table, figures' data links, texts and notes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.present.document import Document

SUFFIX = ".xlsx"


def write(document: Document, path: Path) -> None:
    """Write the workbook. Raises ``RenderingFailed`` when the file cannot be written."""
    from pipeline.render.archive import keep
    from pipeline.render.xlsx.book import workbook

    keep(workbook(document), path)
