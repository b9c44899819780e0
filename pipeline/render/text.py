"""Text that every format can hold: control characters are written out, never dropped and never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# C0 (without tab and line feed) and C1 controls; overrides, embeddings and isolates of writing direction (a label
# could disguise the text beside it with them); lone surrogates and non-characters, which no encoding holds.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)


def printable(text: str) -> str:
    """``text`` with every character that cannot be shown as itself written as its code: ``[U+001B]``.

    Line ends of Windows (CR LF) become LF; a CR alone is a control character like the others.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda m: f"[U+{ord(m[0]):04X}]", text.replace("\r\n", "\n"))


def printable_tree(value: Any) -> Any:
    """:func:`printable` over every string of nested dicts and sequences (``Document.to_json()``); lists come back."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: printable_tree(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [printable_tree(item) for item in value]
    return value
