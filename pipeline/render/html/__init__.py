"""The report as one HTML file: no network, readable on a phone, printable, the same bytes for the same report.

Everything from the document goes through Jinja2 with escaping always on; the one exception is a figure's drawing,
which :mod:`pipeline.render.html.drawing` takes apart and puts together from known parts. A content security policy
in the file lets the browser run our one script and style (by their hashes) and load nothing; an image may only be one
that the script itself drew, to save a chart.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.present.document import Document
from pipeline.render.text import mapped, printable

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIX = ".html"
_FOLDER = Path(__file__).parent


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["instance"] = lambda value, name: type(value).__name__ == name
    return environment


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") + "'"


def render(document: Document) -> str:
    """The page. Raises ``RenderingFailed`` when a figure's drawing is no SVG."""
    from markupsafe import Markup

    from pipeline.render.html import webfonts
    from pipeline.render.html.data import packed, packed_traces, page_data
    from pipeline.render.html.drawing import inline
    from pipeline.render.html.view import View

    shown = mapped(document, printable)
    view = View(shown)
    pairs = packed(shown.explorer) if shown.explorer is not None else ""
    body = (
        _environment()
        .get_template("body.html.j2")
        .render(doc=shown, words=shown.words, view=view, inline=inline, explorer=shown.explorer if pairs else None)
    )
    style = "\n".join((webfonts.css(), (_FOLDER / "style.css").read_text("utf-8"), view.css()))
    script = "\n".join(
        (_FOLDER / name).read_text("utf-8") for name in ("script.js", "page.js", "explore.js", "trace.js")
    )
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; font-src data:; img-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            doc=shown,
            policy=policy,
            style=Markup(style),  # noqa: S704 (our file and numbers)
            script=Markup(script),  # noqa: S704 (our file)
            data=Markup(page_data(shown, pairs, packed_traces(shown, list(view.traces)))),  # noqa: S704 (JSON without markup)
            body=Markup(body),  # noqa: S704 (written by the template, escaped)
        )
    )


def fragment(document: Document) -> str:
    """The tables of a document for a page of somebody else's, as a notebook is: no cover, and a style of their own."""
    from markupsafe import Markup

    from pipeline.render.html.drawing import inline
    from pipeline.render.html.view import View

    shown = mapped(document, printable)
    view = View(shown)
    template = _environment().get_template("fragment.html.j2")
    tables = template.render(doc=shown, words=shown.words, view=view, inline=inline, tables=shown.tables())
    style = re.sub(r":root|(?<![-\w.#])(?:html|body)(?=[\s,{])", ":scope", (_FOLDER / "style.css").read_text("utf-8"))
    # a rule for the page itself has no place within another page
    scoped = Markup(f"@scope {{\n{re.sub(r'@page[^{]*{[^}]*}', '', style)}\n{view.css()}}}")  # noqa: S704 (ours)
    return f'<div class="survey-table" lang="{shown.lang}"><style>{scoped}</style>\n{tables}</div>'


def write(document: Document, path: Path) -> None:
    """Write the report to ``path``. Raises ``RenderingFailed`` when a figure's drawing is no SVG."""
    path.write_bytes(render(document).encode())
