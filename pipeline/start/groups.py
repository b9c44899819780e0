"""Which variables of an unknown file belong together: batteries and multiple response sets, declared or likely.

Neighbours with the same answers are a run. A questionnaire often asks several questions with one scale after the other,
so a run is parted where the question's text or the stem of the names changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, groupby, pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline import labels
from pipeline.counting.columns import Columns
from pipeline.language.no_answer import is_no_answer
from pipeline.spss.model import Dictionary, Variable, code_text
from pipeline.start.alike import questions
from pipeline.start.crosses import SHORTEST_LIST, crosses, texts_of_codes
from pipeline.start.group import Group, is_open, items_named, name_stem, only_counts, open_answers, same_labels
from pipeline.start.words import is_word, words

if TYPE_CHECKING:
    from pipeline.start.guess import Guess

SHORTEST_BATTERY = 3
MOST_ANSWERS = 12  # a grid has a column per answer
_SHORTEST_STEM = 3  # letters that names begin with together
_FEW_TWICE = 0.02  # the share of cases that give one mention twice, up to which variables are taken for a list


def groups(
    dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns
) -> tuple[tuple[Group, ...], tuple[Group, ...], tuple[Group, ...]]:
    """The multiple response sets of a file, the declared ones first, its batteries, and its numbers of one question."""
    sets = list(_declared(dictionary, found))
    batteries: list[Group] = []
    taken = {m for s in sets for m in s.members} | {name for name, g in found.items() if g.metadata}
    for some in (texts_of_codes, crosses):
        new = list(some(dictionary, found, columns, taken))
        sets += new
        taken |= {m for s in new for m in (*s.members, *s.beside)}
    for run in _runs(dictionary, found, taken):
        for part, one_question in _parts(run):
            group = _group(part, one_question, dictionary, found, columns)
            if group is not None:
                (batteries if group.kind == "battery" else sets).append(group)
    return tuple(sets), tuple(batteries), tuple(_numbers(dictionary, found, taken))


def _group(
    part: Sequence[Variable], one_question: bool, dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns
) -> Group | None:
    """What neighbours with the same answers are; none where they are only answered alike."""
    live = [v for v in part if found[v.name].constant is None and not found[v.name].empty]
    names, answers = tuple(v.name for v in part), found[live[0].name].categories if live else ()
    if len(live) < 2:
        return None
    title = labels.shared([v.label.strip() for v in part])
    counted = next((code for code, text in answers if _counts(code, text, live[0], found[live[0].name])), "")
    given = [text for code, text in answers if not is_no_answer(text, code)]
    if len(answers) > 2 and _list_of_mentions(part, found, columns):
        return Group(f"set_{names[0]}", title or items_named(part), names, "categories", titled=bool(title))
    if len(given) <= 2 and counted:
        if not one_question or not (title or _numbered_apart(part, dictionary)):
            return None  # "Yes" and "No" are the answers to anything
        if len(answers) <= 2:
            beside = open_answers(part, dictionary, found)
            return Group(f"set_{names[0]}", title or items_named(part), names, "dichotomies", counted, beside=beside,
                         items_from_values=_own_label(live[0], found[live[0].name]) != "" and not title,
                         titled=bool(title))  # fmt: skip
    if (
        len(part) >= (SHORTEST_LIST if title and one_question else SHORTEST_BATTERY)
        and 2 <= len(answers) <= MOST_ANSWERS
    ):
        label = title or f"{' – '.join(given[:: max(1, len(given) - 1)])} [{names[0]} – {names[-1]}]"
        return Group(f"grid_{names[0]}", label, names, "battery", titled=bool(title))
    return None


def _numbered_apart(part: Sequence[Variable], dictionary: Dictionary) -> bool:
    """Whether names number the items of one question (``q10a`` to ``q10c``), and no other variable of the file."""
    stems = {name_stem(v.name) for v in part}
    alike = [v for v in dictionary.variables if v.kind == part[0].kind and name_stem(v.name) in stems]
    return len(part) >= SHORTEST_BATTERY and len(stems) == 1 and "" not in stems and len(alike) == len(part)


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


def _numbers(dictionary: Dictionary, found: Mapping[str, Guess], taken: set[str]) -> Iterator[Group]:
    """Numbers that one question asks for: amounts, hours, points divided among items."""
    for run in questions(dictionary, found):
        some = [v for v in run if found[v.name].kind == "numeric" and v.name not in taken and not found[v.name].empty]
        if len(some) >= SHORTEST_LIST:
            names = tuple(v.name for v in some)
            title = labels.shared([v.label.strip() for v in some])
            yield Group(f"numbers_{names[0]}", title or items_named(some), names, "numbers", titled=bool(title))


def _runs(dictionary: Dictionary, found: Mapping[str, Guess], taken: set[str]) -> Iterator[list[Variable]]:
    """Neighbours with the same answers and the same missing values, without those that are ``taken``."""
    run: list[Variable] = []
    for v in dictionary.variables:
        g = found[v.name]
        if run and (is_open(v, found[v.name]) or (v.name in taken and v.kind == "string")) and not v.value_labels:
            continue  # the open answer to "other" stands among its items
        usable = g.kind in ("nominal", "ordinal") and v.name not in taken and _named(v, g)
        if not (usable and run and _alike(run[0], v, found)):
            if len(run) >= SHORTEST_LIST:
                yield run
            run = []
        if usable:
            run.append(v)
    if len(run) >= SHORTEST_LIST:
        yield run


def _named(v: Variable, g: Guess) -> bool:
    """Whether equal answers of neighbours say anything: they have labels, or are the 0 and 1 of an item, or a row's."""
    zero_one = [code for code, _ in g.categories] == ["0", "1"]
    if g.empty:
        return bool(v.value_labels)
    return bool(v.value_labels or labels.question(v.label)) or zero_one or g.why == "one_scale"


def _alike(first: Variable, v: Variable, found: Mapping[str, Guess]) -> bool:
    """Whether two have the same answers; of an item that is crossed or not, the cross may be labelled as the item."""
    a, b = found[first.name], found[v.name]
    if first.missing != v.missing or first.kind != v.kind:
        return False
    if a.categories == b.categories:
        return True
    if (b.empty or b.constant is not None) and v.value_labels and same_labels(first, v):
        return True
    if {code for code, _ in b.categories} < {"0", "1"} and [c for c, _ in a.categories] == ["0", "1"]:
        return (
            not v.value_labels and not first.value_labels and labels.question(v.label) == labels.question(first.label)
        )
    own = [_own_label(one, found[one.name]) for one in (first, v)]
    return all(own) and a.categories[0] == b.categories[0] and a.categories[1][0] == b.categories[1][0]


def _own_label(v: Variable, g: Guess) -> str:
    """The label of the higher of two codes where it is the item itself ("0 Not selected", "1 Radio"); else empty."""
    if len(g.categories) != 2 or v.kind != "numeric":
        return ""
    (low, first), (_, second) = g.categories
    item = second.strip().casefold()
    passed = is_word("passed_over", first) or first == low
    return second if passed and item and not is_word("mentioned", second) and item in v.label.casefold() else ""


def _counts(code: str, text: str, v: Variable, g: Guess) -> bool:
    """Whether an answer means that the item was mentioned."""
    if not v.value_labels:
        return code == "1" if v.kind == "numeric" else is_word("mentioned", text)
    return is_word("mentioned", text) or text == _own_label(v, g)


# ---------------------------------------------------------------- one question or several


def _parts(run: Sequence[Variable]) -> Iterator[tuple[list[Variable], bool]]:
    """A run by questions, each with whether its text or names show one; what shows none stays together."""
    stems = Counter(labels.question(v.label) for v in run)
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
    return bool(labels.shared([v.label.strip() for v in part]))


def _by_stem(run: Sequence[Variable], asked: set[str]) -> Iterator[tuple[list[Variable], bool]]:
    def question(v: Variable) -> str:
        stem = labels.question(v.label)
        return stem if stem in asked else ""

    part: list[Variable] = []
    for v in run:
        if part and (question(part[-1]), "" if question(v) else name_stem(part[-1].name)) != (
            question(v), "" if question(v) else name_stem(v.name),
        ):  # fmt: skip
            yield from _closed(part, bool(question(part[0]) or name_stem(part[0].name)))
            part = []
        part.append(v)
    yield from _closed(part, bool(question(part[0]) or name_stem(part[0].name)))


def _closed(part: list[Variable], one_question: bool) -> Iterator[tuple[list[Variable], bool]]:
    """A part as it is, by the names where each lot of them has more in common, or by what names begin with together."""
    if one_question:
        yield from ((lot, True) for lot in _lots(part))
        return
    begun: list[Variable] = []
    for v in part:
        start = _common([b.name.casefold() for b in (*begun, v)]).rstrip("0123456789")
        counted = only_counts(start) and all(b.name[len(start) :].strip("_").isdigit() for b in (*begun, v))
        if begun and (len(start) < _SHORTEST_STEM or counted):
            yield begun, len(begun) >= SHORTEST_BATTERY
            begun = []
        begun.append(v)
    yield begun, len(begun) >= SHORTEST_BATTERY


def _common(names: Sequence[str]) -> str:
    """What names begin with together."""
    shared = []
    for at in zip(*names, strict=False):
        if len(set(at)) > 1:
            break
        shared.append(at[0])
    return "".join(shared)


def _lots(part: list[Variable]) -> list[list[Variable]]:
    """A question's variables parted where the stem of their names changes, if the labels say as much.

    "Services used? (at home) – …" of ``m1_1`` to ``m1_9`` and "Services used? (at work) – …" of ``m2_1`` to ``m2_9``.
    """
    lots = [list(lot) for _, lot in groupby(part, lambda v: name_stem(v.name))]
    whole = len(labels.shared([v.label.strip() for v in part]))
    more = all(len(labels.shared([v.label.strip() for v in lot])) > whole for lot in lots)
    return lots if more and all(len(lot) >= SHORTEST_LIST for lot in lots) else [part]


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
