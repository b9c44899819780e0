"""The report as a PDF: typeset by Typst, tagged for accessibility (PDF/UA-1), the same bytes for the same report.

Text reaches the typesetter as JSON, never as its markup; figures as the SVG that our chart room drew.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.errors import RenderingFailed
from pipeline.present.document import Document
from pipeline.render.pdf.glyphs import choose, fonts
from pipeline.render.pdf.layout import template_data
from pipeline.render.text import mapped, printable

SUFFIX = ".pdf"
_TEMPLATE = Path(__file__).parent / "report.typ"


def _json(document: Document) -> str:
    return json.dumps(template_data(document), ensure_ascii=False, separators=(",", ":"))


def missing_glyphs(document: Document) -> list[str]:
    """The characters of the report that no font at hand can show, sorted; the PDF writes them as ``[U+1F600]``."""
    return choose(_json(mapped(document, printable)))[1]


def write(document: Document, path: Path) -> None:
    """Write the report to ``path``. Raises ``RenderingFailed`` when the typesetter refuses."""
    import typst

    shown = mapped(document, printable)
    data = _json(shown)
    with_system, missing = choose(data)
    if missing:
        codes = {ord(char): f"[U+{ord(char):04X}]" for char in missing}
        data = _json(mapped(shown, lambda text: text.translate(codes)))
    try:
        made = typst.compile(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            font_paths=fonts(with_system),
            sys_inputs={"data": data},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        raise RenderingFailed("render_pdf.refused", path=path.name, reason=str(error)) from error
    path.write_bytes(made)
