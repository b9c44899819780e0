"""The answers that a file offers against those of the codebook: which code stands for which, and what is left over.

Exact text decides first, wherever it stands; a scale with only its ends labelled is read as a whole; then singular and
plural, parts and wholes. What fits nothing is named: an answer added, dropped, or another meaning of a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from pipeline.codes import BLANK, code_of, text_of
from pipeline.language.no_answer import is_no_answer
from pipeline.spec.model import Text, Variable
from pipeline.spss import model as spss
from pipeline.spss.model import code_text
from pipeline.waves import missing as missing_answers
from pipeline.waves.proposal import Draft, all_texts, coded, joined, labels, named, number, percent, say
from pipeline.waves.wording import Degree, best, closest, contained, key, without_code

MOST_LABELS = 1000  # of a longer table those that occur or that the codebook has: one may stand for all variables
FEW = 5  # so many texts that the codebook does not know are new answers; more, and most of them, are free text


def offered(v: spss.Variable, found: Iterable[str], variable: Variable) -> tuple[dict[str, str], dict[str, str]]:
    """What the file offers as answers and as missing codes: code → label (the code itself has none).

    A code without a label counts only where the data hold it; the codebook says which of these are missing. A text
    without a label is its own label. A label that says that there is no answer is none, declared so or not.
    """
    table: Iterable[tuple[spss.Code, str]] = v.value_labels
    if len(v.value_labels) > MOST_LABELS:
        known = (*found, *variable.categories, *variable.missing)
        table = v.value_labels.of(_value(c, v) for c in known if v.kind == "string" or number(c) is not None)
    said = {code_of(code_text(c)): without_code(label.strip(), code_text(c)) for c, label in table}
    declared = {code_of(code_text(code)) for code in v.missing.codes}
    none = {key(t) for text in missing_answers.none_answers(variable).values() for t in all_texts(text)}
    plain = {key(t) for c, text in variable.categories.items() for t in all_texts(text)} - none
    answers: dict[str, str] = {}
    missing: dict[str, str] = {}
    for code in dict.fromkeys([*said, *found, *sorted(declared)]):
        label = said.get(code, "")
        value = _value(code, v)
        if v.kind == "string" and not label and number(code) is None and code not in variable.categories:
            label = text_of(code)
        is_missing = code in declared or v.missing.is_missing(value)
        is_missing = is_missing or (bool(label) and key(label) not in plain and is_no_answer(label, code))
        is_missing = is_missing or key(label) in none or (code in variable.missing and (not label or label == code))
        (missing if is_missing else answers)[code] = label
    return answers, missing


def _value(code: str, v: spss.Variable) -> float | str:
    """The value of the file that a code stands for."""
    if v.kind == "numeric":
        return float(code)
    return "" if code == BLANK else text_of(code)


def compare(variable: Variable, v: spss.Variable, found: Sequence[str], draft: Draft) -> None:
    """Answers against answers, then missing codes against missing codes."""
    if _free_text(variable, v, found):
        draft.add("type", "not", say("evidence_free_text"), say("reason_free_text"))
        return
    numbers = all(number(c) is not None for c in (*variable.categories, *variable.missing))
    if numbers != (v.kind == "numeric"):
        draft.add("type", "same", say("evidence_stored", format=v.format))
    answers, missing = offered(v, found, variable)
    _undeclared(variable, v, missing, draft)
    none = missing_answers.none_answers(variable)
    book = {c: text for c, text in variable.categories.items() if c not in none}
    if not _scale(answers, book, draft):
        _answers(variable, answers, book, draft)
    missing_answers.compare(variable, v, missing, found, draft)
    if any(missing.values()):
        gone = [c for c in none if c in variable.categories and c not in missing and c not in draft.codes.values()]
        for code in gone:
            _dropped(code, variable.categories[code], "mapped", draft)


def _free_text(variable: Variable, v: spss.Variable, found: Sequence[str]) -> bool:
    """Whether texts were written in, or name persons: values that the codebook does not know, most of them."""
    if v.kind != "string" or v.value_labels:
        return False
    known = {key(t) for c, text in variable.categories.items() for t in (c, *all_texts(text))}
    strange = [code for code in found if key(code) not in known and code not in variable.missing]
    return not found or (len(strange) > FEW and 2 * len(strange) > len(found))


def _undeclared(variable: Variable, v: spss.Variable, missing: Mapping[str, str], draft: Draft) -> None:
    """A code that the codebook calls missing and the file does not, with a label: the codebook decides."""
    for code, label in missing.items():
        value = _value(code, v)
        if label and code in variable.missing and not v.missing.is_missing(value) and label != code:
            draft.add("missing", "same", say("evidence_not_declared", code=code, label=label), routine="missing_moved")


def _answers(variable: Variable, answers: Mapping[str, str], book: Mapping[str, Text], draft: Draft) -> None:
    targets = _match(answers, book)
    moved = {code: target for code, target in targets.items() if target != code}
    ordered = variable.kind == "ordinal" or variable.averageable
    if moved:
        turned = _turned(targets) and (ordered or len(book) > 2)
        _moved(moved, answers, turned, draft)
    for code, target in targets.items():
        if answers[code] and closest(answers[code], all_texts(book[target])) != "exact":
            draft.add("relabelled", "same", _relabelled(target, book[target], answers[code]))
    left = {c: label for c, label in answers.items() if c not in targets}
    free = {c: text for c, text in book.items() if c not in targets.values()}
    labelled = any(label and label != code for code, label in answers.items())
    if moved and (blind := [c for c in targets if not answers[c]]):
        draft.add("recoded", "not", say("evidence_unlabelled", codes=", ".join(blind)),
                  say("reason_unlabelled", codes=", ".join(blind)))  # fmt: skip
    _splits(left, free, draft)
    _merges(left, free, draft)
    for code in [c for c in left if c in free and left[c]]:
        draft.add("relabelled", "not", _relabelled(code, free[code], left[code]),
                  say("reason_relabelled", code=code, label=left[code]))  # fmt: skip
        del left[code], free[code]
    for code, label in left.items():
        draft.add("added", "not", say("evidence_added", answer=coded(code, label)),
                  say("reason_added", label=label or code))  # fmt: skip
    for code, text in free.items() if labelled else ():
        _dropped(code, text, "not" if ordered else "mapped", draft)


def _match(answers: Mapping[str, str], book: Mapping[str, Text]) -> dict[str, str]:
    """File code → codebook code: exact labels first, under their own code and then under another; then one word in
    singular and plural, likewise. An unlabelled code is what the codebook calls it."""
    found: dict[str, str] = {}
    wordings = {c: [without_code(t, c) for t in all_texts(text)] for c, text in book.items()}
    said = {
        wanted: {code: [t for t, texts in wordings.items() if closest(label, texts) == wanted] for code, label in
                 answers.items() if label}
        for wanted in ("exact", "same")
    }  # fmt: skip
    degrees: tuple[Degree, ...] = ("exact", "same")
    for wanted in degrees:
        for own in (True, False):
            for code, fits in said[wanted].items():
                free = [t for t in fits if t not in found.values()]
                if code in found or not free:
                    continue
                if own and code in free:
                    found[code] = code
                elif not own and len(free) == 1:
                    found[code] = free[0]
        if wanted == "exact":
            taken = set(found.values())
            found |= {c: c for c, label in answers.items() if not label and c in book and c not in taken}
    for code, fits in said["exact"].items():  # texts that differ in their capitals only are one answer
        if code not in found and len(fits) == 1 and answers[code] == code:
            found[code] = fits[0]
    return {code: found[code] for code in answers if code in found}


def _turned(targets: Mapping[str, str]) -> bool:
    """Whether all codes run the other way round. Two names that change places among others do not."""
    pairs = sorted((x, y) for c, t in targets.items() if (x := number(c)) is not None and (y := number(t)) is not None)
    return len(pairs) >= 2 and all(a[1] > b[1] for a, b in pairwise(pairs))


def _moved(moved: Mapping[str, str], answers: Mapping[str, str], turned: bool, draft: Draft) -> None:
    """Answers under other codes; codes that run the other way round are said loudly."""
    draft.codes.update(moved)
    listed = joined([coded(c, answers[c], f" → {t}") for c, t in moved.items()])
    draft.reversed = draft.reversed or turned
    draft.add("recoded", "mapped", say("evidence_reversed" if turned else "evidence_recoded", codes=listed),
              say("reason_reversed" if turned else "reason_recoded"))  # fmt: skip


# ---------------------------------------------------------------- scales with labelled ends


def _scale(answers: Mapping[str, str], book: Mapping[str, Text], draft: Draft) -> bool:
    """A scale of numbers with only some points labelled: moved as a whole, or not comparable. ``False``: none."""
    mine = {c: [t for t in all_texts(text) if key(t) != key(c)] for c, text in book.items()}
    theirs = {c: "" if key(label) == key(c) else label for c, label in answers.items()}
    points = {c: number(c) for c in (*book, *answers)}
    bare = [c for c in mine if not mine[c]] or [c for c in theirs if not theirs[c] and c in book]
    worded = [c for c in theirs if theirs[c]]
    if len(book) < 3 or len(worded) < 2 or not bare or any(x is None for x in points.values()):
        return False
    anchors = {
        c: targets[0]
        for c in worded
        if len(targets := [t for t, texts in mine.items() if closest(theirs[c], texts) == "exact"]) == 1
    }
    ends = sorted(book, key=float)
    low, high = float(ends[0]), float(ends[-1])
    if all(c == t for c, t in anchors.items()) and len(anchors) >= 2 and set(answers) <= set(book):
        return False  # as it was
    if len(anchors) < 2 or len(anchors) < len(worded):
        return False
    (a, x), (b, y) = sorted((float(c), float(t)) for c, t in anchors.items())[:: len(anchors) - 1]
    slope = (y - x) / (b - a)
    outside = [c for c in answers if not low <= x + slope * (float(c) - a) <= high]
    if abs(slope) != 1 or outside or ({x, y} != {low, high} and len(answers) > len(book)):
        draft.add("recoded", "not", say("evidence_scale_other", codes=", ".join(sorted(answers, key=float))),
                  say("reason_scale_other"))  # fmt: skip
        return True
    whole = {code_text(a + (float(t) - x) / slope): t for t in book}
    _moved({c: t for c, t in sorted(whole.items(), key=lambda p: float(p[0])) if c != t},
           {c: theirs.get(c, "") for c in whole}, slope < 0, draft)  # fmt: skip
    return True


# ---------------------------------------------------------------- parts and wholes


def _splits(left: dict[str, str], free: dict[str, Text], draft: Draft) -> None:
    """An answer that is gone, and several that each hold its words and something more: counted together."""
    for target, text in list(free.items()):
        parts = [c for c, label in left.items() if label and any(contained(t, label) for t in text.values())]
        if len(parts) < 2:
            continue
        names, like = joined([coded(c, left[c]) for c in parts]), ", ".join(left[c] for c in parts)
        for code in parts:
            if code != target:
                draft.codes[code] = target
            del left[code]
        del free[target]
        draft.add("split", "mapped", say("evidence_split", answer=named(target, text, like=like), parts=names),
                  say("reason_split", label=labels(text)))  # fmt: skip


def _merges(left: dict[str, str], free: dict[str, Text], draft: Draft) -> None:
    """One answer that holds the words of several old ones: they cannot be told apart any more."""
    for code, label in list(left.items()):
        parts = [t for t, text in free.items() if label and any(contained(x, label) for x in text.values())]
        if len(parts) < 2:
            continue
        shown = joined([named(t, free[t], like=label) for t in parts])
        for target in parts:
            del free[target]
        del left[code]
        draft.add("merged", "not", say("evidence_merged", code=code, label=label, parts=shown),
                  say("reason_merged", label=label))  # fmt: skip


def _relabelled(code: str, text: Text, label: str) -> dict[str, str]:
    share = percent(best(label, all_texts(text)))
    return say("evidence_relabelled", answer=named(code, text, like=label), label=label, share=share)


def _dropped(code: str, text: Text, kind: str, draft: Draft) -> None:
    draft.add("dropped", "not" if kind == "not" else "mapped", say("evidence_dropped", answer=named(code, text)),
              say("reason_dropped", label=labels(text)))  # fmt: skip
