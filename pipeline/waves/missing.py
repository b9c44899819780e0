"""Missing answers against missing answers: by their text, then by what kind of answer they say is lacking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.codes import SYSTEM_MISSING
from pipeline.language.no_answer import is_no_answer
from pipeline.spec.model import MissingRange, Text, Variable
from pipeline.spss import model as spss
from pipeline.spss.model import code_text
from pipeline.waves.proposal import Draft, all_texts, coded, named, number, say
from pipeline.waves.wording import closest, tokens, words

KINDS = ("unknown", "refused", "not_asked")


def says_none(text: Text, code: str) -> bool:
    """Whether an answer of the codebook says that there is none."""
    return any(is_no_answer(t, code) for t in all_texts(text))


def kinds(label: str) -> frozenset[str]:
    """What a missing answer says is lacking: a "don't know", a refusal, a question that was not asked; else nothing."""
    found = tokens(label)
    return frozenset(kind for kind in KINDS if any(words(kind).fullmatch(w) for w in found))


def none_answers(variable: Variable) -> dict[str, Text]:
    """The codebook's missing codes, and its answers that say that there is none."""
    none = variable.no_answer or [c for c, t in variable.categories.items() if says_none(t, c)]
    shown = {c: variable.categories[c] for c in none if c in variable.categories}
    return {**shown, **variable.missing}


def compare(
    variable: Variable, v: spss.Variable, missing: Mapping[str, str], held: Sequence[str], draft: Draft
) -> None:
    """The file's missing codes (code → label) against the codebook's: the same text, the same kind, or none at all.

    ``held``: the codes that the data hold.
    """
    mine = none_answers(variable)
    moved: list[tuple[str, str]] = []
    rest: list[str] = []
    used = set()
    for code, label in missing.items():
        if code in mine and (not label or _agree(label, mine[code])):
            used.add(code)
        elif not label and (covered(variable.missing_range, code) or _amount(variable, v, code)):
            continue  # as the codebook has it; or amounts in a range, of which _range speaks
        elif code in variable.categories and code not in mine:
            draft.add("missing", "not", say("evidence_missing_answer", code=code),
                      say("reason_missing_answer", code=code))  # fmt: skip
        else:
            rest.append(code)
    for by in (_exact, _agree):
        for code in list(rest):
            fits = [t for t, text in mine.items() if t not in used and missing[code] and by(missing[code], text)]
            if len(fits) == 1 or (fits and by is _exact):
                moved.append((code, fits[0]))
                used.add(fits[0])
                rest.remove(code)
    for code, target in moved:
        if code != target:
            draft.codes[code] = target
            to = named(target, mine[target], like=missing[code])
            draft.add("missing", "same", say("evidence_missing_moved", code=coded(code, missing[code]), target=to),
                      routine="missing_moved")  # fmt: skip
    left = [t for t in variable.missing if t not in used]
    alone = len(left) == len(rest) == 1
    for code in rest:
        _without(code, missing[code], left if alone else [], variable, draft)
    _range(variable, v, held, draft)


def _exact(label: str, text: Text) -> bool:
    return closest(label, all_texts(text)) == "exact"


def _agree(label: str, text: Text) -> bool:
    """The same text, or both of one kind of missing answer."""
    return closest(label, all_texts(text)) in ("exact", "same") or any(
        kinds(label) == kinds(t) and is_no_answer(label, "9") and is_no_answer(t, "9") for t in all_texts(text)
    )


def _without(code: str, label: str, left: Sequence[str], variable: Variable, draft: Draft) -> None:
    """A missing code without a counterpart: what is left where both can mean the same, else system-missing."""
    if code in variable.missing:
        shown = named(code, variable.missing[code], like=label)
        draft.add("missing", "not", say("evidence_missing_otherwise", code=coded(code, label), mine=shown),
                  say("reason_relabelled", code=code, label=label))  # fmt: skip
        return
    if left:
        mine = frozenset(k for t in all_texts(variable.missing[left[0]]) for k in kinds(t))
        if not label or (is_no_answer(label, code) and (not mine or not kinds(label))):
            draft.codes[code] = left[0]
            draft.add("missing", "same", say("evidence_missing_left", code=coded(code, label), target=left[0]))
            return
    draft.codes[code] = SYSTEM_MISSING
    routine = is_no_answer(label, code) if label else False
    draft.add("missing", "same", say("evidence_missing_none", code=coded(code, label)),
              routine="missing_moved" if routine else None)  # fmt: skip


def covered(span: MissingRange | None, code: str) -> bool:
    """Whether a code lies in a range of missing values."""
    value = number(code)
    if span is None or value is None:
        return False
    return (span.low is None or value >= span.low) and (span.high is None or value <= span.high)


def _amount(variable: Variable, v: spss.Variable, code: str) -> bool:
    """Whether a missing code without a label is one of the values of a quantity that the file's range takes in."""
    return not variable.categories and v.missing.low is not None and code not in map(code_text, v.missing.codes)


def _range(variable: Variable, v: spss.Variable, held: Sequence[str], draft: Draft) -> None:
    """A range of missing values that holds something which the codebook does not call missing."""
    low, high = v.missing.low, v.missing.high
    if low is None or high is None:
        return
    span = variable.missing_range
    if span is not None:
        mine = (-np.inf if span.low is None else span.low, np.inf if span.high is None else span.high)
        if low >= mine[0] and high <= mine[1]:
            return
    labelled = [code_text(c) for c in v.value_labels.within(low, high)]
    inside = [c for c in dict.fromkeys((*labelled, *held)) if (x := number(c)) is not None and low <= x <= high]
    known = {*variable.missing, *draft.codes, *(variable.no_answer or ())}
    beyond = [c for c in inside if c not in known and not covered(span, c)]
    if (inside and not beyond) or (low == high and code_text(low) in variable.missing):
        return
    ends = {"low": f"{low:g}", "high": f"{high:g}"}
    shown = ", ".join(beyond[:10]) or "–"
    draft.add("missing", "not", say("evidence_missing_range", **ends, codes=shown), say("reason_missing_range", **ends))
