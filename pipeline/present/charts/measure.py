"""How wide a chart's text is and how it wraps: charts are laid out before anything is drawn; nothing overlaps."""

from __future__ import annotations

import re

from pipeline import typeface

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A line may end at a space, and after a hyphen or slash between letters ("socio-sanitario", not "2009-12").
_PIECES = re.compile(r" +|[^ ]*?[^\W\d_][/-](?=[^\W\d_])|[^ ]+")
_SPACE = re.compile("[ \t\n\r\u2028\u2029]+")  # a no-break space stays one
ELLIPSIS = "…"
LABEL_LINES = 3  # of a category's label
HEAD_LINES = 6  # of what stands alone: names of panels and waves, keys, axis titles


def clean(text: str) -> str:
    """One line of text that XML can carry: runs of white space become one space, illegal characters U+FFFD."""
    return _SPACE.sub(" ", _ILLEGAL.sub("\ufffd", text)).strip(" ")


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of ``text`` in points."""
    return typeface.width(text, bold) * size


def longest_word(text: str, size: float, bold: bool = False) -> float:
    """Width in points of the widest piece of ``text`` that does not break."""
    return max((width(piece.strip(), size, bold) for piece in _PIECES.findall(text)), default=0.0)


def _fill(text: str, room: float, size: float, bold: bool, most: int) -> list[str]:
    """Break ``text`` greedily into at most ``most`` lines of at most ``room`` points; a longer word breaks inside."""
    lines: list[str] = []
    line = ""
    for piece in _PIECES.findall(text):
        if width((line + piece).rstrip(), size, bold) <= room:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        if len(lines) >= most:
            return lines
        line = piece.lstrip()
        while len(line) > 1 and len(lines) < most and width(line.rstrip(), size, bold) > room:
            cut = next((k for k in range(2, len(line)) if width(line[:k], size, bold) > room), len(line))
            lines.append(line[: cut - 1])
            line = line[cut - 1 :]
    return [*lines, line.strip()] if line.strip() else lines


def wrap(
    text: str, room: float, size: float, bold: bool = False, most: int = LABEL_LINES
) -> tuple[tuple[str, ...], bool]:
    """Break ``text`` into at most ``most`` lines of at most ``room`` points each, of like lengths.

    Returns:
        The lines, and whether all of the text is in them. What does not fit ends in an ellipsis.
    """
    text = clean(text)
    if not text:
        return (), True
    if width(text, size, bold) <= room:
        return (text,), True
    lines = _fill(text, room, size, bold, most + 1)
    if len(lines) > most:
        last = lines[most - 1]
        while last and width(last + ELLIPSIS, size, bold) > room:
            last = last[:-1].rstrip()
        return (*lines[: most - 1], last + ELLIPSIS), False
    narrow, wide = max(longest_word(text, size, bold), room / 2), room
    for _ in range(5):  # the narrowest measure that keeps the number of lines leaves no lone word at the end
        middle = (narrow + wide) / 2
        if narrow < room and len(_fill(text, middle, size, bold, most + 1)) <= len(lines):
            wide = middle
        else:
            narrow = middle
    return tuple(_fill(text, wide, size, bold, most + 1)), True
