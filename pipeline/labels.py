"""What a variable's label holds: the question that it shares with its neighbours, and the item that is its own.

Survey tools write both into one label, each in its way: "Which media? - Radio", "Media: Radio", "Which media? [Radio]",
"[Radio] Which media?", "Which media? :: Radio", "Q3a. Trust: the press".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

SHORTEST = 4  # letters that a question has at least
_SHORT_BEGIN = 4  # letters that items have in common by chance
_LONG_START = 3  # words that labels begin with together to be of one question
_LONG_END = 4  # words that labels end with together to be called so
_MARKS = (" :: ", ": ", " - ", " – ", " — ", " | ", " > ", " / ", "?/", "… ", "... ", "? ", ") ")
_KEPT = {"?/": "?", "? ": "?", ") ": ")"}  # what of a mark belongs to the question
_SMALL = re.compile(  # words at which no title ends: articles, prepositions and the like, in six languages
    "an?|the|of|in|on|at|to|by|for|as|with|your|from|about|into|their|that|this|these|those|which|my|our|and|or|"
    "il|lo|la|i|gli|le|l|un[ao]?|di|a|da|con|su|per|tra|fra|de[li]|dell[aeo]|degli|al|all[aeo]|a[gi]li?|dal|dall[aeo]|"
    "ne[li]|nell[aeo]|negli|su[li]|sull[aeo]|vostr[oaie]|su[oa]|suoi|e|o|che|"
    "les|une|des|du|de|d|à|aux?|en|dans|chez|sur|avec|pour|par|vos|votre|leurs?|et|ou|"
    "el|los|las|sobre|por|para|como|desde|sus?|y|que|"
    "der|die|das|den|dem|eine?[mnrs]?|im|am|auf|mit|bei|beim|zum?|zur|vom?|von|für|über|durch|gegen|ihre?[mnrs]?|und|oder|"
    "os?|as|uma?|d[oae]s?|em|n[oa]s?|com|pel[oa]s?|seus?|suas?|mit|sie"
)
_TOOL = re.compile(r"\s*[-–:]\s*Selected Choice(?=\s*$|\s+[-–:])", re.IGNORECASE)  # between question and item
_NUMBER = re.compile(
    r"^(\(?(?:[^\W\d_]{1,4}[ _-]?)?\d+)([._-]?\d+|[._-]?[a-z])?(\s*[.):]\s+|\s+[-–]\s+)(?=\S)", re.IGNORECASE
)
_BEHIND = re.compile(r"^(.*\S)\s*\[([^\[\]]+)\]$", re.DOTALL)
_BEFORE = re.compile(r"^\[([^\[\]]+)\]\s*(\S.*)$", re.DOTALL)


def bare(label: str) -> str:
    """A label without what a tool adds to it of itself, in single blanks."""
    lines = [line.strip() for line in label.splitlines() if line.strip()]
    return " ".join(_TOOL.sub("", " - ".join(lines)).split()).strip()


@lru_cache(maxsize=65536)
def question(label: str) -> str:
    """The question of a label that has an item as well, in a form in which neighbours are compared; else empty.

    The letter or part number of an item goes ("Q3a." and "Q3b." are "Q3."), and two letters before a mark are only a
    number.
    """
    text = bare(label)
    found = _BEHIND.match(text)
    if found and _letters(found[1]) >= SHORTEST:
        return _numbered(found[1])
    found = _BEFORE.match(text)
    if found and _letters(found[2]) >= SHORTEST:
        return _numbered(found[2])
    number = _NUMBER.match(text)
    start = number.end() if number else 0
    places = [(at, mark) for mark in _MARKS if (at := text.find(mark, start + SHORTEST)) > 0]
    if not places:
        return ""
    at, mark = min(places)
    return _numbered(text[:at] + _KEPT.get(mark, "")) if text[at + len(mark) :].strip() else ""


def same_question(a: str, b: str) -> bool:
    """Whether two labels ask one question: of two items, or with no sign between question and item."""
    one, other = question(a), question(b)
    if one or other:
        return one == other
    shared = _common_words([re.split(r"[\s/]+", bare(text)) for text in (a, b)])
    return len(shared) >= _LONG_START and _letters("".join(shared)) >= 4 * _LONG_START and bare(a) != bare(b)


def _numbered(text: str) -> str:
    number = _NUMBER.match(text)
    return f"{number[1]}{number[3]}{text[number.end() :]}" if number else text


def shared(labels: Sequence[str]) -> str:
    """What the labels of a group have in common, as a person would call the group; empty where that is little."""
    if not labels:
        return ""
    texts = [bare(label) for label in labels]
    if len(labels) > 1:
        for form, place in ((_BEHIND, 1), (_BEFORE, 2)):
            found = [form.match(text) for text in texts]
            stems = {m[place].strip(" :") if m else "" for m in found}
            if len(stems) == 1 and _letters(stem := stems.pop()) >= SHORTEST:
                return stem
    phrase = _start(texts)
    if phrase or len(texts) < 2:
        return phrase
    numbers = [_NUMBER.match(text) for text in texts]
    if all(numbers) and len({m[0] for m in numbers if m}) > 1:
        inner = shared([text[m.end() :] for text, m in zip(texts, numbers, strict=True) if m])
        main = {f"{m[1]}{m[3]}" for m in numbers if m}
        return f"{main.pop()}{inner}" if inner and len(main) == 1 else inner
    return _end(texts) or _some_words(texts)


def items(labels: Sequence[str]) -> list[str]:
    """Each label's own part: what is left without the question that all begin or end with; whole where none is."""
    texts = [bare(label) for label in labels]
    if len(texts) < 2:
        return texts
    for form, stem, item in ((_BEHIND, 1, 2), (_BEFORE, 2, 1)):
        found = [m for text in texts if (m := form.match(text))]
        if len(found) == len(texts) and len({m[stem] for m in found}) == 1:
            return [m[item].strip() for m in found]
    numbers = [_NUMBER.match(text) for text in texts]
    if all(numbers) and len({m[0] for m in numbers if m}) > 1:
        rest = [text[m.end() :] for text, m in zip(texts, numbers, strict=True) if m]
        own = items(rest)
        return own if own != rest else texts
    start = _common(texts)
    cut = max((start.rfind(mark) + len(mark) for mark in _MARKS if mark in start), default=0)
    if _letters(start[:cut]) >= 2:
        return [text[cut:].strip() or text for text in texts]
    tail = _end(texts)
    if tail:
        return [text[: -len(tail)].rstrip(" :-–—|/") or text for text in texts]
    return texts


# ---------------------------------------------------------------- parts of it


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _common(sequences: Sequence[str]) -> str:
    """What several texts begin with together."""
    shortest = min(sequences, key=len)
    for at, sign in enumerate(shortest):
        if any(other[at] != sign for other in sequences):
            return shortest[:at]
    return shortest


def _start(texts: Sequence[str]) -> str:
    """What all begin with, cut at the last end of a phrase."""
    start = _common(texts)
    found = [(start.rfind(mark), mark) for mark in (*_MARKS, ":", "…", "...", "?", "(") if mark in start]
    if len(start) - start.rfind("/") <= _SHORT_BEGIN and _letters(start[: start.rfind("/")]) > 2 * _SHORT_BEGIN:
        found.append((start.rfind("/"), "/"))
    if not found:
        return ""
    at, mark = max(found)
    end = at + 1 if mark.startswith("?") or mark == ") " else at
    text = start[:end].strip(" :-–—…(|/>")
    if text.count("(") > text.count(")"):
        text = text[: text.rfind("(")].strip(" :-–—…")
    return text if _letters(text) >= SHORTEST else ""


def _end(texts: Sequence[str]) -> str:
    """What all end with behind a colon or dash: "The mayor: trust", "The council: trust"."""
    end = _common([text[::-1] for text in texts])[::-1]
    places = [at + len(mark) for mark in (": ", " - ", " – ", " — ", " / ", " | ") if (at := end.find(mark)) >= 0]
    text = end[min(places) :].strip() if places else ""
    return text if _letters(text) >= SHORTEST else ""


def _some_words(texts: Sequence[str]) -> str:
    """The words that all begin with, and end with if they are several: "Used … to commute"."""
    words = [text.split() for text in texts]
    before = _common_words(words)
    after = _common_words([each[::-1] for each in words])[::-1]
    while before and _small(before[-1]):  # "Confianza en", "Trust in the"
        before.pop()
    start = " ".join(before).rstrip(" :-–…(,")
    if _letters(start) < SHORTEST:  # "Walked to commute last year", "Used a car to commute last year"
        end = " ".join(after)
        return end[:1].upper() + end[1:] if len(after) >= _LONG_END and not before else ""
    between = len(after) > 1 and len(set(texts)) > 1
    return f"{start} … {' '.join(after)}" if between else start


def _small(word: str) -> bool:
    """Whether a title does not end with a word: an article, a preposition, "your"."""
    return _SMALL.fullmatch(word.strip(".,:;'’").casefold()) is not None


def _common_words(sequences: Sequence[Sequence[str]]) -> list[str]:
    found = []
    for at in zip(*sequences, strict=False):
        if len(set(at)) > 1:
            break
        found.append(at[0])
    return found
