"""Text that every format can hold: control characters are written out, never dropped and never obeyed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pipeline.present.document import Document

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


def flowing(notes: Sequence[str]) -> str:
    """Notes as one paragraph: each ends as a sentence does."""
    return " ".join(
        note if note.rstrip(')»”"')[-1:] in (".", "!", "?", "…", ":", ";") else f"{note}." for note in notes
    )


def mapped(document: Document, fix: Callable[[str], str]) -> Document:
    """The document with ``fix`` put over every string in it; parts that it leaves alone are not copied."""

    def walk(value: Any) -> Any:
        kind: Any = type(value)
        if kind is str:
            return fix(value)
        if kind is tuple:
            items = [walk(item) for item in value]
            changed = any(new is not old for new, old in zip(items, value, strict=True))
            return tuple(items) if changed else value
        if kind is dict:
            return {key: walk(item) for key, item in value.items()}
        names = _names(kind)
        if not names:
            return value
        changes = {}
        for name in names:
            old = getattr(value, name)
            if old is None or old == "":
                continue
            new = walk(old)
            if new is not old:
                changes[name] = new
        return dataclasses.replace(value, **changes) if changes else value

    fixed: Document = walk(document)
    return fixed


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields that may hold text; none for what is no record."""
    if not dataclasses.is_dataclass(kind):
        return ()
    numbers = (
        "int",
        "float",
        "bool",
        "float | None",
        "Trace | None",
    )  # a trace is data; who shows it makes it printable
    return tuple(field.name for field in dataclasses.fields(kind) if field.type not in numbers)
