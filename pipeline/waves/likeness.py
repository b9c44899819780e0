"""How alike two labels are: the evidence for a renamed question or a reworded answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache

ALIKE = 0.85
"""Labels at least so alike say the same thing: an accent, a plural, a full stop apart."""
NEAR = 0.6
"""Labels at least so alike may be the same question asked in other words."""

_SMALL = frozenset({
    "a", "ad", "agli", "ai", "al", "alla", "alle", "allo", "anche", "and", "by", "che", "con", "cui", "da", "dai",
    "dal", "dalla", "dalle", "degli", "dei", "del", "dell", "della", "delle", "dello", "di", "e", "ed", "fra", "for",
    "from", "gli", "i", "il", "in", "is", "it", "l", "la", "le", "lo", "nel", "nella", "nelle", "nei", "non", "o",
    "of", "on", "or", "per", "se", "si", "su", "sul", "sulla", "the", "to", "tra", "un", "una", "uno", "with",
})  # fmt: skip


@cache
def plain(text: str) -> str:
    """Lower case, without accents, punctuation and double spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


@cache
def alike(a: str, b: str) -> float:
    """From 0 (nothing in common) to 1 (the same words): the share of matching characters (Ratcliff and Obershelp)."""
    left, right = plain(a), plain(b)
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def best(text: str, candidates: Iterable[str]) -> float:
    """How alike the text is to the most alike candidate."""
    return max((alike(text, c) for c in candidates), default=0.0)


@cache
def words(text: str) -> frozenset[str]:
    """The words that carry meaning, cut to their stems' first five letters (plural and singular are one)."""
    found = [w for w in plain(text).split() if w not in _SMALL]
    return frozenset(w[:5] for w in found)


def contained(part: str, whole: str) -> float:
    """The share of one label's words that another has: how far ``whole`` speaks of ``part``."""
    inner = words(part)
    return len(inner & words(whole)) / len(inner) if inner else 0.0
