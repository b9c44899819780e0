"""What the page's script works with: its words, and the counts of all pairs, packed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

from pipeline.present.document import Document, Explorer, Trace
from pipeline.render.text import printable

LARGEST = 1_500_000  # characters of packed counts; a page that carried more would open slowly
SCRIPT_WORDS = (
    "total_word", "base_n", "base", "weighted", "cramers_v", "strength_negligible", "strength_weak",
    "strength_moderate", "strength_strong", "show", "as_printed", "show_count", "show_row", "show_column", "show_total",
    "show_residual", "tools", "copy_excel", "copy_word", "save_csv", "save_svg", "save_png", "copied", "saved",
    "rows_shown", "explore_same", "trace", "trace_value", "trace_n", "trace_base", "trace_row", "trace_column",
    "trace_layer", "trace_definition", "trace_origin", "trace_result", "unit_mine",
)  # fmt: skip


def packed(explorer: Explorer) -> str:
    """The counts as JSON, deflated, in base 64; empty where that is too much for a page."""
    content = {
        "v": [[v.name, v.label, v.categories] for v in explorer.variables],
        "n": explorer.n.tolist(),
        "w": None if explorer.w is None else explorer.w.tolist(),
        "u": explorer.units,
    }
    return _packed(content)


def packed_traces(document: Document, traces: Sequence[Trace]) -> str:
    """What the page's numbers come from, packed like the counts: texts once, and a number as their places."""
    if document.explained is None or not traces:
        return ""
    texts: dict[str, int] = {}

    def place(text: str) -> int:
        return texts.setdefault(printable(text), len(texts))

    rows = [
        [*(place(t) for t in (trace.table, trace.statistic, *trace.row, *trace.column, *trace.layer)),
         trace.value, trace.n, trace.base]
        for trace in traces
    ]  # fmt: skip
    about = document.explained
    return _packed({
        "texts": [*texts], "rows": rows, "statistics": about.statistics, "variables": about.variables,
        "categories": about.categories,
    })  # fmt: skip


def _packed(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    found = base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")
    return found if len(found) <= LARGEST else ""


def page_data(document: Document, pairs: str, traces: str) -> str:
    """The script's data as JSON that cannot end the element it stands in."""
    words = {key: document.words[key] for key in SCRIPT_WORDS}
    note = document.explorer.note if document.explorer is not None else ""
    content = {"lang": document.lang, "words": words, "note": note, "pairs": pairs, "traces": traces}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
