"""What the page's script works with: its words, and the counts of all pairs, packed."""

from __future__ import annotations

import base64
import json
import zlib

from pipeline.present.document import Document, Explorer

LARGEST = 1_500_000  # characters of packed counts; a page that carried more would open slowly
SCRIPT_WORDS = (
    "total_word", "base_n", "base", "weighted", "cramers_v", "strength_negligible", "strength_weak",
    "strength_moderate", "strength_strong", "show", "as_printed", "show_count", "show_row", "show_column", "show_total",
    "show_residual", "tools", "copy_excel", "copy_word", "save_csv", "save_svg", "save_png", "copied", "saved",
    "rows_shown", "explore_same",
)  # fmt: skip


def packed(explorer: Explorer) -> str:
    """The counts as JSON, deflated, in base 64; empty where that is too much for a page."""
    content = {
        "v": [[v.name, v.label, v.categories] for v in explorer.variables],
        "n": explorer.n.tolist(),
        "w": None if explorer.w is None else explorer.w.tolist(),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    found = base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")
    return found if len(found) <= LARGEST else ""


def page_data(document: Document, pairs: str) -> str:
    """The script's data as JSON that cannot end the element it stands in."""
    words = {key: document.words[key] for key in SCRIPT_WORDS}
    note = document.explorer.note if document.explorer is not None else ""
    content = {"lang": document.lang, "words": words, "note": note, "pairs": pairs}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
