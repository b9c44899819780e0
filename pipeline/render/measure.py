"""How wide a table's and a page's text is, in em (multiples of the type size) of Noto Sans, and where it may break."""

from __future__ import annotations

import math

from pipeline import typeface

_SLANTED, _SLANTED_LETTER = 1.02, 1.12  # how much wider the italic face is at most: an ASCII sign, a letter with accent


def text_width(text: str, bold: bool = False) -> float:
    """The width of ``text`` on one line, in em."""
    return typeface.width(text, bold)


def most_width(text: str, bold: bool = False) -> float:
    """A width in em within which ``text`` surely keeps on one line, upright or italic; infinite for what may be drawn
    with other fonts than ours, and for text with places to break inside its words."""
    if text.isascii():
        return text_width(text, bold) * _SLANTED
    if all((c := ord(char)) < 127 or 0xA0 <= c < 0x180 or 0x2010 <= c <= 0x2026 for char in text):
        return text_width(text, bold) * _SLANTED_LETTER
    return math.inf


def shortened(text: str, width: float) -> str:
    """``text`` cut to ``width`` em with an ellipsis, when it is longer: for running heads only."""
    if text_width(text) <= width:
        return text
    kept = text
    while kept and text_width(kept) + 0.8 > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def breakable(text: str, width: float, bold: bool = False) -> str:
    """``text`` with invisible places to break (U+200B) in words wider than ``width`` em: paths, sums, hostile text."""
    width += 1e-9  # a column may be exactly as wide as its widest word
    if len(text) <= width or longest_word(text, bold) <= width:
        return text
    words = []
    for word in text.split(" "):
        if len(word) > width and text_width(word, bold) > width:
            word = "\u200b".join(word[i : i + 8] for i in range(0, len(word), 8))
        words.append(word)
    return " ".join(words)


def longest_word(text: str, bold: bool = False) -> float:
    """The width of the widest word, in em: of what stands between spaces at which a line may break."""
    return max(text_width(word, bold) for word in text.replace("\n", " ").replace("\t", " ").split(" "))
