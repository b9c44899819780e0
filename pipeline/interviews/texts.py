"""Words in transcripts and open answers: what a word is, which say nothing, and where one stands."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from pipeline import language
from pipeline.errors import StudyError
from pipeline.spec.interviews import Words
from pipeline.statistics.words import WordCounts

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?:['’][^\W\d_]+)*")
_ELISION = re.compile(r"[^\W\d_]+['’]")  # dell'ufficio is two words, don't is one
_AROUND = 48  # letters on either side of a word in its context


@cache
def stop_words(lang: str) -> frozenset[str]:
    """The words of a language that are counted by nobody: articles, pronouns, auxiliaries."""
    with (language.FOLDER / "stop_words.toml").open("rb") as file:
        return frozenset(tomllib.load(file)[lang].split())


def tokens(text: str, lang: str) -> Iterator[str]:
    """The words of a text in small letters, in their order."""
    if lang == "it":
        text = _ELISION.sub(lambda m: m[0][:-1] + " ", text)
    for match in _WORD.finditer(text):
        yield match[0].casefold().replace("’", "'")


def counted(texts: Sequence[str], group: Sequence[int], groups: int, rules: Words) -> tuple[list[str], WordCounts]:
    """The words of texts by group, the commonest first, those of one frequency by the alphabet.

    A text of group −1 is counted nowhere. All words count in the totals, stop words too.
    """
    stop = (stop_words(rules.language) | {w.casefold() for w in rules.stop}) - {w.casefold() for w in rules.keep}
    base = _lemmas(rules)
    counts = [Counter[str]() for _ in range(groups)]
    within = [Counter[str]() for _ in range(groups)]
    totals = np.zeros(groups, dtype=np.int64)
    for text, g in zip(texts, group, strict=True):
        if g < 0:
            continue
        found = list(tokens(text, rules.language))
        totals[g] += len(found)
        kept = [base(word) for word in found if word not in stop and len(word) >= rules.shortest]
        kept = [word for word in kept if word not in stop]
        counts[g].update(kept)
        within[g].update(set(kept))
    whole = sum(counts, Counter[str]())
    words = sorted(whole, key=lambda word: (-whole[word], word))
    shape = (len(words), groups)
    return words, WordCounts(
        np.array([[c[word] for c in counts] for word in words], dtype=np.int64).reshape(shape),
        totals,
        np.array([[c[word] for c in within] for word in words], dtype=np.int64).reshape(shape),
    )


def _lemmas(rules: Words) -> Callable[[str], str]:
    if not rules.lemmas:
        return lambda word: word
    try:
        import simplemma
    except ImportError:
        raise StudyError("interviews.no_lemmas") from None
    return lambda word: str(simplemma.lemmatize(word, lang=rules.language)).casefold()


def contexts(text: str, words: Sequence[str]) -> Iterator[tuple[int, str, str, str]]:
    """Each place where one of the words stands: where, what is left of it, the word as written, what is right of it.

    ``co-*`` is any word that begins so.
    """
    forms = (r"\s+".join(re.escape(w).replace(r"\*", r"\w*") for w in word.split()) for word in words)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)
    for match in pattern.finditer(text):
        left = " ".join(text[max(0, match.start() - 2 * _AROUND) : match.start()].split())
        right = " ".join(text[match.end() : match.end() + 2 * _AROUND].split())
        if len(left) > _AROUND:
            left = "… " + left[-_AROUND:].partition(" ")[2]
        if len(right) > _AROUND:
            right = right[:_AROUND].rpartition(" ")[0] + " …"
        yield match.start(), left, " ".join(match[0].split()), right
