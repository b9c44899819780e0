"""Which variable of a wave's file answers which question of the codebook.

Exact wording comes first, then names, then wording in singular or plural. Nothing is compared with everything: texts
find each other through an index, so that hundreds of variables take a second.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipeline.spec.model import Codebook, Variable
from pipeline.spss import model as spss
from pipeline.waves.proposal import all_texts, percent
from pipeline.waves.wording import NEAR, Degree, best, closest, content, key, without_number

MOST_LIKENED = 5  # so many candidates with most words in common are looked at more closely


def asked(variable: Variable) -> list[str]:
    """What the codebook asks, without question numbers, in all languages."""
    return [without_number(t) for t in (*all_texts(variable.label), *all_texts(variable.question)) if t.strip()]


def wording(variable: Variable, v: spss.Variable) -> Degree:
    """How much a variable of the file says what the codebook asks."""
    return closest(without_number(v.label), asked(variable))


def likeness(variable: Variable, v: spss.Variable) -> float:
    """The share of their text that is alike, for a person to read."""
    return best(without_number(v.label), asked(variable))


def pair(variables: Mapping[str, spss.Variable], codebook: Codebook) -> dict[str, str]:
    """Codebook name → name in the file."""
    pairs: dict[str, str] = {}
    taken: set[str] = set()

    def join(name: str, in_file: str) -> None:
        if name not in pairs and in_file not in taken:
            pairs[name] = in_file
            taken.add(in_file)

    same = _same_names(variables, codebook)
    for name, in_file in same.items():
        v = variables[in_file]
        if not v.label.strip() or wording(codebook.variables[name], v) == "exact":
            join(name, in_file)
    for name, in_file in _same_wordings(variables, codebook, pairs, taken):
        join(name, in_file)
    for name, in_file in same.items():
        if wording(codebook.variables[name], variables[in_file]) in ("same", "near"):
            join(name, in_file)
    index = Index((n, [without_number(v.label)]) for n, v in variables.items() if n not in taken)
    for name, variable in codebook.variables.items():
        if name in pairs:
            continue
        found = [n for text in asked(variable) for n in index.like(text) if wording(variable, variables[n]) == "same"]
        free = [n for n in dict.fromkeys(found) if n not in taken]
        if len(free) == 1:
            join(name, free[0])
    for name, in_file in same.items():
        join(name, in_file)
    return pairs


def _same_names(variables: Mapping[str, spss.Variable], codebook: Codebook) -> dict[str, str]:
    """Names as they are written; else in other capitals, where only one variable and one question are called so."""
    folded: dict[str, list[str]] = defaultdict(list)
    for n in variables:
        folded[n.casefold()].append(n)
    asked_so = Counter(n.casefold() for n in codebook.variables)
    found = {}
    for name in codebook.variables:
        others = folded.get(name.casefold(), [])
        if name in variables:
            found[name] = name
        elif len(others) == 1 and asked_so[name.casefold()] == 1:
            found[name] = others[0]
    return found


def _same_wordings(
    variables: Mapping[str, spss.Variable], codebook: Codebook, pairs: Mapping[str, str], taken: set[str]
) -> Iterable[tuple[str, str]]:
    """Questions and variables of exactly one wording. Several of one wording are told apart by their answers or not."""
    mine: dict[str, list[str]] = defaultdict(list)
    theirs: dict[str, list[str]] = defaultdict(list)
    for name, variable in codebook.variables.items():
        if name not in pairs:
            for text in dict.fromkeys(key(t) for t in asked(variable)):
                mine[text].append(name)
    for name, v in variables.items():
        if name not in taken and (text := key(without_number(v.label))):
            theirs[text].append(name)
    for text, names in mine.items():
        free = theirs.get(text, [])
        if len(names) == 1 and len(free) == 1:
            yield names[0], free[0]
            continue
        for name in names:
            answers = _answers(codebook.variables[name])
            alike = [n for n in free if answers and _offered(variables[n]) == answers]
            rivals = [n for n in names if _answers(codebook.variables[n]) == answers]
            if len(alike) == 1 and len(rivals) == 1:
                yield name, alike[0]


def _answers(variable: Variable) -> frozenset[str]:
    return frozenset(key(t) for text in variable.categories.values() for t in list(text.values())[:1])


def _offered(v: spss.Variable) -> frozenset[str]:
    return v.value_labels.once(_labels)


def _labels(table: spss.LabelTable) -> frozenset[str]:
    return frozenset(key(label) for _, label in table)


class Index:
    """Texts by their words: for a text those that share most words with it, without looking at all."""

    def __init__(self, texts: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._holding: dict[str, set[str]] = defaultdict(set)
        self._size: dict[str, int] = {}
        for name, said in texts:
            for text in said:
                found = _stems(text)
                self._size[name] = max(self._size.get(name, 0), len(found))
                for word in found:
                    self._holding[word].add(name)

    def like(self, text: str) -> list[str]:
        """The names whose texts share most words with this one, at least half of them; few."""
        found = _stems(text)
        shared: Counter[str] = Counter()
        for word in found:
            holding = self._holding.get(word, set())
            if len(holding) < max(50, len(self._size) // 4):
                shared.update(holding)
        scored = sorted((-2 * n / (len(found) + self._size[name]), name) for name, n in shared.items())
        return [name for score, name in scored[:MOST_LIKENED] if -score >= 0.5]


@lru_cache(maxsize=65536)
def _stems(text: str) -> frozenset[str]:
    return frozenset(w[:4] for w in content(text))


def nearest(label: str, index: Index, texts: Mapping[str, list[str]]) -> tuple[float, str]:
    """The name whose text is most like a label, with the likeness; 0 and no name where none is near."""
    bare = without_number(label)
    scored = [(best(bare, texts[name]), name) for name in index.like(bare)]
    return max(scored, default=(0.0, ""))


def near_question(label: str, index: Index, texts: Mapping[str, list[str]]) -> str:
    """The question most like a new variable's label, with the percentage; empty when none is near."""
    score, name = nearest(label, index, texts)
    return f"{name} ({percent(score)})" if score >= NEAR else ""
