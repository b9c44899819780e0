"""Whether two labels say the same, word by word: what turns the meaning is never lost on the way.

Three degrees. *Exact*: the same text but for capitals, accents, quotation marks, dashes, blanks and question numbers.
*Same*: the same words in the same order, singular or plural, with other articles. *Near*: many words in common, which
says nothing of the meaning ("employed", "unemployed") and serves to show a person where to look. Signs, numbers,
negations and names are words: a label that has another one does not say the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache
from typing import Literal

from pipeline import language

NEAR = 0.6
"""Labels at least so alike may be the same question asked in other words: a hint for a person, no proof."""

Degree = Literal["exact", "same", "near", "other"]

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|\S")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DASHES = re.compile("[‐‑‒–—―−]")
_COMPARED = {"≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}
_SIGNS = frozenset({"Sm", "Sc", "So"})
_NO_SIGNS = frozenset("|©®™¦")  # of their category, but separators and marks
_MEANT = frozenset("%‰#&@*")
_TAIL = re.compile(r"\s*[(\[]\s*[a-z]{1,3}\.?\s?\d+\w{0,3}\s*[)\]]\s*$", re.IGNORECASE)


@cache
def words(kind: str) -> re.Pattern[str]:
    """The words of all languages for one thing that labels give away (``likeness.toml``), as whole words."""
    return re.compile(rf"(?:{language.alternatives('likeness', kind)})")


@cache
def _plurals() -> tuple[tuple[str, str], ...]:
    pairs = language.alternatives("likeness", "plurals").split("|")
    return tuple((one, many) for one, _, many in (pair.partition("/") for pair in pairs))


@cache
def _numbered() -> re.Pattern[str]:
    """A question's number before its wording: "Q86a.", "D12 -", "12)", "Domanda 4:", "[Q5_1]"."""
    asked = words("question").pattern
    number = r"\d{1,3}(?:[a-z]{1,2}\d{0,2})?(?:[._-]\d{1,2}[a-z]?|[._-][a-z](?![a-z]))*"
    forms = (
        rf"[\[(]\s*(?:[a-z]{{1,3}}[._]?\s?)?{number}\s*[\])]\s*[.:–—-]?\s*",
        rf"(?:{asked}|n[.°]?|nr\.?)\s*\.?\s*(?:[a-z]{{1,2}})?{number}\s*[.):–—-]*\s+",
        rf"q[._]?\s?{number}\s*(?:[.):]|\s[–—-]|\s)\s*",
        rf"[a-z]{{1,3}}[._]?{number}\s*(?:[.):]\s*|\s[–—-]\s*)",
        rf"{number}\s*(?:[.)]\s+|\)|\s[–—-]\s+)",
    )
    return re.compile(rf"\s*(?:{'|'.join(forms)})(?=\W*[^\W\d_])", re.IGNORECASE)


@cache
def without_number(label: str) -> str:
    """A question's label without its number: renumbering a questionnaire changes no wording."""
    bare = _TAIL.sub("", label)
    found = _numbered().match(bare)
    rest = bare[found.end() :] if found else bare
    return rest if any(c.isalpha() for c in rest) else label


@cache
def without_code(label: str, code: str) -> str:
    """An answer's label without its own code before it: "1 = Yes", "(1) Yes", "1. Yes" is "Yes"."""
    found = re.match(rf"\s*\(?{re.escape(code)}\s*(?:[.:=)]|\s[–—-])\s*(?=[^\W\d_])", label)
    return label[found.end() :] if found and code else label


@cache
def tokens(text: str) -> tuple[str, ...]:
    """Words without capitals and accents, numbers as they are meant, and the signs that mean something."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    for sign, plain in _COMPARED.items():
        text = text.replace(sign, plain)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(bare)]
    kept = [_token(one, bare, start, end) for one, start, end in found]
    told = tuple(t for t in kept if t)
    return told or tuple(text.split())  # nothing but signs: the signs are the label


def _token(one: str, text: str, start: int, end: int) -> str:
    """What a piece of text means, empty where it only parts or quotes."""
    if one[0].isdigit():
        return _number(one)
    if one[0].isalpha():
        return one
    before, after = text[start - 1 : start], text[end : end + 1]
    if one == "-":
        if before.isdigit() and (after.isdigit() or after == " "):
            return "-"
        if after.isdigit() and not before.isalnum():
            return "minus" if not text[:start].rstrip()[-1:].isdigit() else "-"
        return "minus" if before.isalpha() and start > 0 and not after.strip(" )]") and len(text) <= 3 else ""
    if one == "&":
        return "and"
    meant = one in _MEANT or (unicodedata.category(one) in _SIGNS and one not in _NO_SIGNS)
    return one if meant else ""


def _number(text: str) -> str:
    if _THOUSANDS.fullmatch(text):
        text = re.sub("[.,]", "", text)
    try:
        return f"{float(text.replace(',', '.')):.12g}"
    except ValueError:
        return text


@cache
def key(text: str) -> str:
    """What two texts have in common when they say the same exactly."""
    return " ".join(tokens(text))


@cache
def content(text: str) -> tuple[str, ...]:
    """The words that carry meaning. A small word at the end ("Group A", "I") is a name, not an article."""
    found = tokens(text)
    small = words("small")
    kept = tuple(t for i, t in enumerate(found) if i == len(found) - 1 or not small.fullmatch(t))
    return kept or found


@cache
def one_word(a: str, b: str) -> bool:
    """Whether two words are one, in the singular and the plural."""
    if a == b:
        return True
    if min(len(a), len(b)) < 4 or a[:3] != b[:3]:
        return False
    for one, many in _plurals():
        for x, y in ((a, b), (b, a)):
            if x.endswith(one) and y.endswith(many):
                stem = x[: len(x) - len(one)]
                if len(stem) >= 3 and stem + many == y:
                    return True
    return False


@cache
def degree(a: str, b: str) -> Degree:
    """How much two labels say the same."""
    if not key(a) or not key(b):
        return "other"
    if key(a) == key(b):
        return "exact"
    left, right = content(a), content(b)
    if len(left) == len(right) and all(one_word(x, y) for x, y in zip(left, right, strict=True)):
        return "same"
    return "near" if alike(a, b) >= NEAR else "other"


_ORDER: tuple[Degree, ...] = ("other", "near", "same", "exact")


def closest(text: str, candidates: Iterable[str]) -> Degree:
    """The highest degree to which one of the candidates says the same."""
    return max((degree(text, c) for c in candidates), key=_ORDER.index, default="other")


@cache
def alike(a: str, b: str) -> float:
    """From 0 (nothing in common) to 1 (the same text): the share of matching characters (Ratcliff and Obershelp)."""
    left, right = key(a), key(b)
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def best(text: str, candidates: Iterable[str]) -> float:
    """How alike the text is to the most alike candidate."""
    return max((alike(text, c) for c in candidates), default=0.0)


@cache
def _stems(text: str) -> frozenset[str]:
    return frozenset(w[:5] if w.isalpha() else w for w in content(text))


def contained(part: str, whole: str) -> bool:
    """Whether ``whole`` holds all words of ``part`` and more, and neither a negation nor a sign of its own."""
    inner, outer = _stems(part), _stems(whole)
    if not inner or not inner < outer:
        return False
    more = set(content(whole)) - set(content(part))
    return not any(words("negations").fullmatch(w) or not w.isalpha() for w in more)
