"""Writing YAML that a person will edit: quoted text, one record per line or block, never a tag."""

from __future__ import annotations

import json

_LINE_ENDS = {"\u0085", "\u2028", "\u2029", "\ufeff"}


def quoted(text: str) -> str:
    """Text in double quotes, whatever it holds: what YAML would read as a line end or refuse is escaped."""
    return "".join(
        f"\\u{ord(c):04x}" if c in _LINE_ENDS or (0x7F <= ord(c) < 0xA0) else c
        for c in json.dumps(text, ensure_ascii=False)
    )


def key(name: str) -> str:
    """A name or code as a mapping's key."""
    plain = (name.isidentifier() and name.isascii()) or (name.isascii() and name.isdigit() and not name.startswith("0"))
    return name if plain else quoted(name)


def flow(items: list[str] | tuple[str, ...]) -> str:
    """A list in brackets."""
    return "[" + ", ".join(quoted(i) for i in items) + "]"
