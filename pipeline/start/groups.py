"""Which variables of an unknown file belong together: batteries and multiple response sets, declared or likely.

Neighbours with the same answers are a run. A questionnaire often asks several questions with one scale after the other,
so a run is parted where the question's text or the stem of the names changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.counting.columns import Columns
from pipeline.spss.model import Dictionary, Variable, code_text
from pipeline.start.words import is_word, words

if TYPE_CHECKING:
    from pipeline.start.guess import Guess

SHORTEST_BATTERY = 3
SHORTEST_LIST = 2  # mentions in a row: "first problem", "second problem"
MOST_ANSWERS = 12  # a grid has a column per answer
_SHORTEST_STEM = 3  # letters that names begin with together
_SHORTEST_PHRASE = 4
_SHORT_WORD = 3  # letters that articles and prepositions have at most
_MOST_ITEMS = 40  # codes in one text
_SEPARATORS = (" ", ",", ";", "|")
_FEW_TWICE = 0.02  # the share of cases that give one mention twice, up to which variables are taken for a list

_LABEL_STEM = re.compile(rf"(.{{{_SHORTEST_PHRASE},}}?)(?::\s|\s[-–—]\s|\?\s|\.\.\.\s|…\s)")
_NUMBERED = re.compile(r"(.*[^\W\d])[_.]*\d+$|(.*\d)[_.]*[^\W\d_]$")


@dataclass(frozen=True, slots=True)
class Group:
    """A run of variables taken for a battery or a multiple response set.

    ``codes``: of a set in one text, its items. ``beside``: variables that belong to it and are no items of it: the text
    that holds all mentions once more, the open answers to "other". ``titled``: whether its label is a question that the
    members have in common, and no makeshift.
    """

    name: str
    label: str
    members: tuple[str, ...]
    kind: Literal["battery", "dichotomies", "categories", "delimited"]
    counted: str = ""
    declared: bool = False
    base: Literal["asked", "any", "all"] = "asked"
    items_from_values: bool = False
    separator: str = " "
    codes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    titled: bool = True


def groups(
    dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns
) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """The multiple response sets, the declared ones first, and the batteries of a file."""
    sets = list(_declared(dictionary, found))
    batteries: list[Group] = []
    taken = {m for s in sets for m in s.members}
    taken |= {name for name, g in found.items() if g.constant is not None or g.metadata}
    crossed = [*_crosses(dictionary, found, columns, taken), *_texts_of_codes(dictionary, found, columns, taken)]
    sets += crossed
    taken |= {m for s in crossed for m in (*s.members, *s.beside)}
    for run in _runs(dictionary, found, taken):
        answers = found[run[0].name].categories
        for part, one_question in _parts(run):
            names = tuple(v.name for v in part)
            title = group_label([v.label.strip() for v in part])
            label = title or _span(part)
            counted = next((code for code, text in answers if _counts(code, text, part[0])), "")
            if len(answers) > 2 and _list_of_mentions(part, found, columns):
                sets.append(Group(f"set_{names[0]}", label, names, "categories", titled=bool(title)))
            elif len(part) < SHORTEST_BATTERY:
                continue
            elif len(answers) <= 2 and counted and one_question:
                sets.append(
                    Group(f"set_{names[0]}", label, names, "dichotomies", counted, beside=_open(part, dictionary))
                )
            elif 2 <= len(answers) <= MOST_ANSWERS:
                batteries.append(Group(f"grid_{names[0]}", label, names, "battery", titled=bool(title)))
    return tuple(sets), tuple(batteries)


def _declared(dictionary: Dictionary, found: Mapping[str, Guess]) -> Iterator[Group]:
    for s in dictionary.sets:
        members = tuple(m for m in s.members if m in found)
        if not members:
            continue
        label = s.label or (dictionary.variable(members[0]).label if s.label_from_variable else "") or s.name
        counted = "" if s.counted is None else code_text(s.counted)
        # what SPSS's MULT RESPONSE divides by; codes with one label each leave no other choice
        base: Literal["asked", "any"] = "any" if s.kind == "dichotomies" else "asked"
        values = s.labels_from == "counted values"
        yield Group(s.name.lstrip("$") or s.name, label, members, s.kind, counted, True, base, values)


def _crosses(dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns, taken: set[str]) -> Iterator[Group]:
    """Questions of which each item is a variable that has one value where it was crossed and none where it was not.

    As Qualtrics and SurveyMonkey export them: 1 or empty, or a code of its own or empty.
    """
    run: list[Variable] = []
    for v in (*dictionary.variables, None):
        one = v is not None and v.name not in taken and _is_cross(v, found[v.name], columns)
        if one and v is not None and (not run or _together(run[-1], v)):
            run.append(v)
            continue
        if len(run) >= SHORTEST_LIST:
            yield _crossed(run, dictionary, columns)
        run = [v] if one and v is not None else []


def _is_cross(v: Variable, g: Guess, columns: Columns) -> bool:
    """Whether a variable has one value, with at most that one labelled, and is empty for somebody."""
    if v.kind == "string" or v.is_date or g.empty or len(v.value_labels) > 1:
        return False
    column = columns[v.name]
    return len(column.values) == 1 and columns.absent(v.name) > 0 and len(g.categories) <= 1


def _together(a: Variable, b: Variable) -> bool:
    """Whether two neighbours belong to one question, by the stems of their names or labels."""
    stem = _name_stem(a)
    return bool(stem and stem == _name_stem(b)) or bool(_label_stem(a) and _label_stem(a) == _label_stem(b))


def _crossed(run: Sequence[Variable], dictionary: Dictionary, columns: Columns) -> Group:
    names = tuple(v.name for v in run)
    values = [code_text(float(columns[v.name].values[0])) for v in run]
    labels = [v.label.strip() for v in run]
    named = all(len(v.value_labels) == 1 for v in run) and len({v.value_labels[0][1] for v in run}) == len(run)
    stems = [
        label.removesuffix(v.value_labels[0][1]).strip(" -–:") if v.value_labels else label
        for v, label in zip(run, labels, strict=True)
    ]
    title = stems[0] if named and len(set(stems)) == 1 and stems[0] else group_label(labels) or _span(run)
    beside = _open(run, dictionary)
    if len(set(values)) == 1:
        return Group(f"set_{names[0]}", title, names, "dichotomies", values[0], base="all", items_from_values=named,
                     beside=beside)  # fmt: skip
    return Group(f"set_{names[0]}", title, names, "categories", base="all", beside=beside)


def _open(run: Sequence[Variable], dictionary: Dictionary) -> tuple[str, ...]:
    """The open answers to an item: a text whose name is the item's with a word more ("Q3_4_TEXT")."""
    names = "|".join(re.escape(v.name) for v in run)
    open_answer = re.compile(rf"(?:{names})[_.]?(?:text|other|txt|oth|altro)", re.IGNORECASE)
    return tuple(v.name for v in dictionary.variables if v.kind == "string" and open_answer.fullmatch(v.name))


def _texts_of_codes(
    dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns, taken: set[str]
) -> Iterator[Group]:
    """Questions whose mentions stand in one text ("water food"), as Kobo and Google Forms export them.

    Where each item has a column of its own as well (``needs.water``), those are the set, and the text is beside it.
    """
    by_fold = {v.name.casefold(): v for v in dictionary.variables}
    for v in dictionary.variables:
        if v.kind != "string" or v.name in taken or v.value_labels:
            continue
        column = columns[v.name]
        texts = [text.strip() for text in column.texts if text.strip()]
        separator, items = _items(texts)
        if not items:
            continue
        own = [by_fold.get(f"{v.name}{sign}{item}".casefold()) for sign in "./_" for item in items]
        there = [one for one in own if one is not None and found[one.name].kind in ("nominal", "ordinal", "numeric")]
        if len(there) == len(items):
            names = tuple(one.name for one in dictionary.variables if one in there)
            label = v.label.strip() or group_label([dictionary.variable(n).label for n in names]) or v.name
            yield Group(f"set_{v.name}", label, names, "dichotomies", "1", beside=(v.name,))
        elif found[v.name].kind in ("text", "nominal"):
            yield Group(f"set_{v.name}", v.label.strip() or v.name, (v.name,), "delimited", separator=separator,
                        codes=items)  # fmt: skip


def _items(texts: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The sign that parts the codes of several texts, and the codes; none where the texts are no lists of codes."""
    for separator in _SEPARATORS:
        parts = [[p.strip() for p in text.split(separator) if p.strip()] for text in texts]
        tokens = Counter(token for part in parts for token in part)
        several = sum(1 for part in parts if len(part) > 1)
        if not several or len(tokens) > _MOST_ITEMS or len(tokens) < SHORTEST_LIST:
            continue
        repeats = all(len(set(part)) == len(part) for part in parts)
        # every code stands in several different texts, and a code by blanks is one word of letters and digits
        again = sum(1 for n in tokens.values() if n > 1) >= 0.8 * len(tokens) and len(texts) > len(tokens) / 2
        plain = separator != " " or all(re.fullmatch(r"[\w.-]{1,32}", token) for token in tokens)
        if repeats and again and plain and 2 * several >= len(texts) / 2:
            return separator, tuple(sorted(tokens, key=lambda token: (-tokens[token], token)))
    return "", ()


def _runs(dictionary: Dictionary, found: Mapping[str, Guess], taken: set[str]) -> Iterator[list[Variable]]:
    """Neighbours with the same answers and the same missing values, without those that are ``taken``."""
    run: list[Variable] = []
    for v in dictionary.variables:
        g = found[v.name]
        usable = g.kind in ("nominal", "ordinal") and not g.empty and v.name not in taken and _named(v, g)
        if not (usable and run and g.categories == found[run[0].name].categories and v.missing == run[0].missing):
            if len(run) >= SHORTEST_LIST:
                yield run
            run = []
        if usable:
            run.append(v)
    if len(run) >= SHORTEST_LIST:
        yield run


def _named(v: Variable, g: Guess) -> bool:
    """Whether equal answers of neighbours say anything: they have labels, or are the 0 and 1 of an item."""
    return bool(v.value_labels) or (v.kind == "numeric" and [code for code, _ in g.categories] == ["0", "1"])


def _counts(code: str, text: str, v: Variable) -> bool:
    """Whether an answer means that the item was mentioned."""
    return is_word("mentioned", text) or (not v.value_labels and code == "1")


# ---------------------------------------------------------------- one question or several


def _parts(run: Sequence[Variable]) -> Iterator[tuple[list[Variable], bool]]:
    """A run by questions, each with whether its text or names show one; what shows none stays together."""
    stems = Counter(_label_stem(v) for v in run)
    left: list[Variable] = []
    for part, one_question in _by_stem(run, {stem for stem, count in stems.items() if stem and count > 1}):
        if one_question and len(part) >= SHORTEST_LIST:
            if left:
                yield left, _one_phrase(left)
            left = []
            yield part, True
        else:
            left += part
    if left:
        yield left, _one_phrase(left)


def _one_phrase(part: Sequence[Variable]) -> bool:
    return bool(group_label([v.label.strip() for v in part]))


def _by_stem(run: Sequence[Variable], questions: set[str]) -> Iterator[tuple[list[Variable], bool]]:
    def question(v: Variable) -> str:
        stem = _label_stem(v)
        return stem if stem in questions else ""

    part: list[Variable] = []
    for v in run:
        if part and (question(part[-1]), "" if question(v) else _name_stem(part[-1])) != (
            question(v), "" if question(v) else _name_stem(v),
        ):  # fmt: skip
            yield from _closed(part, bool(question(part[0]) or _name_stem(part[0])))
            part = []
        part.append(v)
    yield from _closed(part, bool(question(part[0]) or _name_stem(part[0])))


def _closed(part: list[Variable], one_question: bool) -> Iterator[tuple[list[Variable], bool]]:
    """A part as it is, by the names where each lot of them has more in common, or by what names begin with together."""
    if one_question:
        yield from ((lot, True) for lot in _lots(part))
        return
    begun: list[Variable] = []
    for v in part:
        if begun and len(_common([b.name.casefold() for b in (*begun, v)])) < _SHORTEST_STEM:
            yield begun, len(begun) >= SHORTEST_BATTERY
            begun = []
        begun.append(v)
    yield begun, len(begun) >= SHORTEST_BATTERY


def _lots(part: list[Variable]) -> list[list[Variable]]:
    """A question's variables parted where the stem of their names changes, if the labels say as much.

    "Services used? (at home) – …" of ``m1_1`` to ``m1_9`` and "Services used? (at work) – …" of ``m2_1`` to ``m2_9``.
    """
    lots = [list(lot) for _, lot in groupby(part, _name_stem)]
    whole = len(group_label([v.label.strip() for v in part]))
    more = all(len(group_label([v.label.strip() for v in lot])) > whole for lot in lots)
    return lots if more and all(len(lot) >= SHORTEST_BATTERY for lot in lots) else [part]


def _label_stem(v: Variable) -> str:
    """The question before the item, where the label has both; two letters before a colon are only a number."""
    found = _LABEL_STEM.match(v.label.strip())
    return found[1] if found else ""


def _name_stem(v: Variable) -> str:
    """``d1`` of ``d1_10``, ``q10`` of ``q10a``; empty for a name without a number or letter of its item."""
    found = _NUMBERED.match(v.name)
    return (found[1] or found[2]).casefold() if found else ""


# ---------------------------------------------------------------- mentions in a row


def _list_of_mentions(part: Sequence[Variable], found: Mapping[str, Guess], columns: Columns) -> bool:
    """Whether unordered variables are the first, second … mention of one question.

    Their labels say so, or ever fewer cases have one more; and hardly anybody gives the same answer twice.
    """
    if any(found[v.name].kind != "nominal" for v in part):
        return False
    coded = [columns[v.name] for v in part]
    if any(not c.numbers for c in coded):
        return False
    answered = [_answered(c.place, c.values, v) for c, v in zip(coded, part, strict=True)]
    fewer = all(len(later[later > 0]) < len(earlier[earlier > 0]) for earlier, later in pairwise(answered))
    if not (fewer or all(words("mention").search(v.label) for v in part)):
        return False
    both = twice = 0
    for a, b in combinations(answered, 2):
        valid = (a > 0) & (b > 0)
        both += int(np.count_nonzero(valid))
        twice += int(np.count_nonzero(valid & (a == b)))
    return both > 0 and twice <= _FEW_TWICE * both


def _answered(place: np.ndarray, values: np.ndarray, v: Variable) -> np.ndarray:
    """Per case the rank of its code among the labelled codes, comparable between variables; 0 where not valid."""
    rank = {code: i + 1 for i, (code, _) in enumerate(v.value_labels) if not v.missing.is_missing(code)}
    lookup = np.array([0, *(rank.get(float(x), 0) for x in values)])
    found: np.ndarray = lookup[place]
    return found


# ---------------------------------------------------------------- what a group is called


def group_label(labels: Sequence[str]) -> str:
    """What the labels of a group begin with together: a phrase before their items, or some words; else empty."""
    phrase = common_start(labels)
    if phrase or len(labels) < 2:
        return phrase
    words_of = [label.split() for label in labels]
    before, after = _common(words_of), _common([each[::-1] for each in words_of])[::-1]
    gap = len(after) > 1  # "Used … to commute"
    while before and len(before[-1].strip(".,:;")) <= _SHORT_WORD:  # "Confianza en", "Trust in the"
        before.pop()
    shared = " ".join(before).rstrip(" :-–…(,")
    if sum(c.isalpha() for c in shared) < _SHORTEST_PHRASE:
        return ""
    return f"{shared} … {' '.join(after)}" if gap else shared


def _common(sequences: Sequence[Sequence[str]]) -> list[str]:
    """What several sequences (of words, of letters) begin with together."""
    shared = []
    for at in zip(*sequences, strict=False):
        if len(set(at)) > 1:
            break
        shared.append(at[0])
    return shared


def common_start(labels: Sequence[str]) -> str:
    """What labels begin with together, cut at the last end of a phrase; empty when that is little."""
    start = "".join(_common(labels))
    cut = max((start.rfind(mark) for mark in (":", " - ", " – ", "…", "...", "?", "(")), default=-1)
    text = start[:cut].strip(" :-–…(") if cut > 0 else ""
    if start[cut : cut + 1] == "?" and text:
        text += "?"
    return text if len(text) >= _SHORTEST_PHRASE else ""


def _span(run: Sequence[Variable]) -> str:
    first, last = run[0], run[-1]
    return f"{first.label or first.name} – {last.label or last.name}"
