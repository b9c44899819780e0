"""Questions with several answers as survey tools write them: a cross per item or nothing, and all codes in one text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline import labels
from pipeline.counting.columns import Columns
from pipeline.spss.model import Dictionary, Variable, code_text
from pipeline.start.group import Group, is_open, items_named, name_stem, open_answers, same_labels
from pipeline.start.words import is_word, words

if TYPE_CHECKING:
    from pipeline.start.guess import Guess

SHORTEST_LIST = 2
_LOOKED_AT = 500  # texts that show whether more have to be looked at
_MOST_ITEMS = 40  # codes in one text
_SEPARATORS = (" ", ";", ",", "|", "/", "\n")
_AGAIN = 0.8  # the share of codes of a list that stand in several different texts


def crosses(dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns, taken: set[str]) -> Iterator[Group]:
    """Questions of which each item is a variable that has one value where it was crossed and none where it was not.

    As Qualtrics, SurveyMonkey and LimeSurvey export them: 1, "Y", a code or a text of its own, or empty. An item that
    nobody crossed, or everybody, belongs to it where its label and name do.
    """
    run: list[Variable] = []
    often = Counter(labels.question(v.label) for v in dictionary.variables)
    for v in (*dictionary.variables, None):
        if (
            v is not None
            and run
            and is_open(v, found[v.name])
            and v.name not in taken
            and not _is_cross(v, found[v.name], columns)
        ):
            continue
        one = v is not None and v.name not in taken and (
            _is_cross(v, found[v.name], columns) or _all_or_nobody(v, found[v.name], columns)
        )  # fmt: skip
        if one and v is not None and (not run or _together(run[-1], v, often)):
            run.append(v)
            continue
        yield from _crossed(run, dictionary, found, columns)
        run = [v] if one and v is not None else []


def _is_cross(v: Variable, g: Guess, columns: Columns) -> bool:
    """Whether a variable has one value and is empty for somebody."""
    if v.is_date or v.is_time or g.empty or g.metadata or is_open(v, g):
        return False
    column = columns[v.name]
    if v.kind == "string":
        filled = [text for text in column.texts if text.strip()]
        return len(filled) == 1 and len(filled[0]) <= 120 and g.constant is None
    return len(column.values) == 1 and columns.absent(v.name) > 0 and not v.missing.is_missing(float(column.values[0]))


def _all_or_nobody(v: Variable, g: Guess, columns: Columns) -> bool:
    """Whether a variable may be an item that everybody crossed, or nobody."""
    one_label = len(v.value_labels) == 1 or labels.question(v.label) != ""
    if g.metadata or v.is_date or v.is_time or not one_label:
        return False
    return (g.empty and len(v.value_labels) <= 1) or (g.constant is not None and columns[v.name].k == 1)


def _together(a: Variable, b: Variable, often: Counter[str]) -> bool:
    """Whether two neighbours belong to one question, by their labels, and where these are silent by their names."""
    asked = [labels.question(v.label) for v in (a, b)]
    if asked[0] and asked[0] == asked[1]:
        return a.kind == b.kind
    if any(q and often[q] > 1 for q in asked):
        return False
    stem = name_stem(a.name)
    return a.kind == b.kind and bool(stem) and stem == name_stem(b.name)


def _crossed(
    run: Sequence[Variable], dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns
) -> Iterator[Group]:
    for part in _by_row(run):
        live = [v for v in part if not found[v.name].empty and found[v.name].constant is None]
        if len(part) < SHORTEST_LIST or len(live) < SHORTEST_LIST - (len(part) > len(live)) or not live:
            continue
        marks = {v.name: _mark(v, columns) for v in part if not found[v.name].empty}
        if _marks(part, marks):
            yield _set(part, marks, dictionary, found)


def _by_row(run: Sequence[Variable]) -> list[list[Variable]]:
    """The rows of a grid of crosses ("Which? - at home - Radio" of ``q8_1_1``) are questions of their own."""
    lots = [list(lot) for _, lot in groupby(run, lambda v: name_stem(v.name))]
    whole = len(labels.shared([v.label for v in run])) if run else 0
    more = all(len(lot) > 1 and len(labels.shared([v.label for v in lot])) > whole for lot in lots)
    return lots if len(lots) > 1 and more else [list(run)]


def _mark(v: Variable, columns: Columns) -> str:
    column = columns[v.name]
    if v.kind == "string":
        return next((text for text in column.texts if text.strip()), "")
    return code_text(float(column.values[0])) if len(column.values) else ""


def _marks(part: Sequence[Variable], marks: Mapping[str, str]) -> bool:
    """Whether the one value of each is a mark: nothing else has a label, or yes and no, or each item has its code."""
    if all(len(v.value_labels) <= 1 for v in part):
        return True
    if len(set(marks.values())) == len(marks):
        return all(same_labels(v, part[0]) for v in part)
    return len(set(marks.values())) == 1 and all(
        any(is_word("passed_over", text) for _, text in v.value_labels)
        if len(v.value_labels) == 2
        else not v.value_labels
        for v in part
    )


def _set(
    part: Sequence[Variable], marks: Mapping[str, str], dictionary: Dictionary, found: Mapping[str, Guess]
) -> Group:
    names = tuple(v.name for v in part)
    texts = [labels.bare(v.label) for v in part]
    own = [v.value_labels[0][1].strip() if len(v.value_labels) == 1 else "" for v in part]
    named = all(own) and len(set(own)) == len(own)
    stems = {text.removesuffix(item).strip(" -–—:|/>") for text, item in zip(texts, own, strict=True)}
    title = stems.pop() if named and len(stems) == 1 else ""
    title = title or labels.shared(texts)
    if not title and part[0].kind == "string" and len(set(texts)) == 1:
        title = texts[0]
    label, titled = title or items_named(part), bool(title)
    beside = open_answers(part, dictionary, found)
    if len(set(marks.values())) == 1:
        (counted,) = set(marks.values())
        return Group(f"set_{names[0]}", label, names, "dichotomies", counted, base="all", items_from_values=named,
                     beside=beside, titled=titled)  # fmt: skip
    return Group(f"set_{names[0]}", label, names, "categories", base="all", beside=beside, titled=titled)


# ---------------------------------------------------------------- all codes in one text


def texts_of_codes(
    dictionary: Dictionary, found: Mapping[str, Guess], columns: Columns, taken: set[str]
) -> Iterator[Group]:
    """Questions whose mentions stand in one text ("water food"), as Kobo and Google Forms export them.

    Where each item has a column of its own as well (``needs.water``), those are the set, and the text is beside it.
    """
    for v in dictionary.variables:
        if v.kind != "string" or v.name in taken or v.value_labels or is_open(v, found[v.name]):
            continue
        own = [o for o in _own_columns(v, dictionary, columns) if o.name not in taken]
        texts = [text.strip() for text in columns[v.name].texts if text.strip()]
        separator, items = list_of_codes(texts, beside_columns=len(own) >= SHORTEST_LIST)
        if not items:
            continue
        if len(own) >= SHORTEST_LIST:
            names = tuple(o.name for o in own)
            title = labels.bare(v.label) or labels.shared([o.label for o in own]) or v.name
            counted = next((t for t in columns[own[0].name].texts if is_word("mentioned", t)), "1") if (
                own[0].kind == "string") else "1"  # fmt: skip
            beside = (v.name, *(n for n in open_answers(own, dictionary, found) if n != v.name))
            yield Group(f"set_{v.name}", title, names, "dichotomies", counted, beside=beside)
        elif found[v.name].kind in ("text", "nominal", "identifier"):
            beside = open_answers([v], dictionary, found)
            yield Group(f"set_{v.name}", labels.bare(v.label) or v.name, (v.name,), "delimited", separator=separator,
                        codes=items, beside=beside)  # fmt: skip


def _own_columns(text: Variable, dictionary: Dictionary, columns: Columns) -> list[Variable]:
    """The columns of single items behind a text of codes: its name, a sign and the item; crossed or not."""
    begin = re.compile(rf"{re.escape(text.name)}[._/].+", re.IGNORECASE)
    return [
        v for v in dictionary.variables[dictionary.places[text.name] + 1 :][:_MOST_ITEMS]
        if begin.fullmatch(v.name) and not v.is_date and _crossed_or_not(v, columns)
    ]  # fmt: skip


def _crossed_or_not(v: Variable, columns: Columns) -> bool:
    column = columns[v.name]
    if v.kind == "numeric":
        return column.k <= 2 and {float(x) for x in column.values} <= {0.0, 1.0}
    texts = [text for text in column.texts if text.strip()]
    return bool(texts) and all(is_word("mentioned", t) or is_word("passed_over", t) for t in texts)


def list_of_codes(texts: Sequence[str], beside_columns: bool = False) -> tuple[str, tuple[str, ...]]:
    """The sign that parts the codes of several texts, and the codes; none where the texts are no lists of codes.

    ``beside_columns``: the items have columns of their own as well, and few combinations are enough.
    """
    for separator in _SEPARATORS:
        if len({p.strip() for text in texts[:_LOOKED_AT] for p in text.split(separator)}) > _MOST_ITEMS:
            continue
        parts = [[p.strip() for p in text.split(separator) if p.strip()] for text in texts]
        tokens = Counter(token for part in parts for token in part)
        several = sum(1 for part in parts if len(part) > 1)
        if not several or len(tokens) > _MOST_ITEMS or len(tokens) < SHORTEST_LIST:
            continue
        repeats = all(len(set(part)) == len(part) for part in parts)
        # nearly every code stands in several different texts, and a code by blanks is one word of letters and digits
        mentions = sum(tokens.values())
        again = sum(n for n in tokens.values() if n > 1) >= _AGAIN * mentions and len(texts) > len(tokens) / 2
        mixed = len({len(part) for part in parts}) > 1  # names and places have as many words all the time
        if (
            separator in " ,/" and not beside_columns
        ):  # "Green Party", "College, no degree": few words that go together in few ways
            mixed = mixed and (max(map(len, parts)) > 2 or several > len(tokens))
        plain = separator != " " or all(re.fullmatch(r"[\w.-]{1,32}", token) for token in tokens)
        if separator in " /":
            plain = plain and not any(words("ordered").search(text) for text in texts) and several >= len(tokens) - 1
        if repeats and again and plain and mixed and 2 * several >= len(texts) / 2:
            return separator, tuple(sorted(tokens, key=lambda token: (-tokens[token], token)))
    return "", ()
