"""Compare a wave's file with the codebook, question by question: what changed, on what evidence, and a proposal.

Nothing is decided here. Every difference becomes a record that a person confirms; only what is identical passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline import language
from pipeline.codes import BLANK, SYSTEM_MISSING, code_of, text_of
from pipeline.spec.model import Codebook, MultipleSet, Text, Variable
from pipeline.spss import model as spss
from pipeline.spss.model import code_text
from pipeline.waves.apply import texts, values
from pipeline.waves.likeness import ALIKE, NEAR, alike, best, contained, plain
from pipeline.waves.model import Change, Kind

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CODES = 200  # a variable with more distinct values is a quantity, whatever the codebook calls it
SURE = 0.9  # label likeness from which a variable under another name is proposed whatever its categories
PART = 0.6  # share of an answer's words that another must have to be called a part of it, or to contain it
OTHERS = ("altr", "other")

LANGUAGES = language.languages()

Words = Mapping[str, str]
"""Language → text."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one question of the codebook; ``in_file`` is ``None`` when the file does not have it."""

    name: str
    in_file: str | None
    status: tuple[Change, ...] = ("same",)
    codes: Mapping[str, str] = field(default_factory=dict)
    comparable: Kind = "same"
    reason: Words = field(default_factory=dict)
    evidence: tuple[Words, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether there is nothing to confirm."""
        return self.status == ("same",)


@dataclass(frozen=True, slots=True)
class SetProposal:
    """What changed in a multiple response set."""

    name: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    comparable: Kind
    reason: Words
    evidence: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All questions of the codebook in its order, sets that changed, and variables that are new (name → label)."""

    questions: tuple[Proposal, ...]
    sets: tuple[SetProposal, ...]
    new: Mapping[str, str]
    near: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> Proposal:
        """The proposal for a question. ``KeyError`` when the codebook does not have it."""
        return next(p for p in self.questions if p.name == name)


def compare(dictionary: spss.Dictionary, table: pa.Table, codebook: Codebook) -> Comparison:
    """Compare a file, dictionary and data, with the codebook."""
    variables = {v.name: v for v in dictionary.variables}
    pairs = pair(variables, codebook)
    questions = []
    for name, variable in codebook.variables.items():
        in_file = pairs.get(name)
        if in_file is None:
            questions.append(_gone(variable, variables, pairs))
        else:
            found = _found_codes(table, variables[in_file])
            questions.append(_question(variable, variables[in_file], found))
    taken = set(pairs.values())
    new = {n: v.label for n, v in variables.items() if n not in taken}
    near = {n: text for n, label in new.items() if (text := _nearest(label, codebook))}
    sets = _sets(dictionary, codebook, pairs, {p.name: p for p in questions})
    return Comparison(tuple(questions), tuple(sets), new, near)


# ---------------------------------------------------------------- which variable answers which question


def pair(variables: Mapping[str, spss.Variable], codebook: Codebook) -> dict[str, str]:
    """Codebook name → name in the file: first the same names, then the labels that are most alike.

    A name that stands for another question in this file (labels with nothing in common, while another variable has
    the old label) follows its label.
    """
    by_name = {n.casefold(): n for n in variables}
    pairs: dict[str, str] = {}
    doubtful: dict[str, str] = {}
    for name, variable in codebook.variables.items():
        same = name if name in variables else by_name.get(name.casefold())
        if same is not None:
            agrees = not variables[same].label.strip() or _label_likeness(variable, variables[same]) >= NEAR
            (pairs if agrees else doubtful)[name] = same
    scored = []
    for name, variable in codebook.variables.items():
        if name in pairs:
            continue
        for in_file, candidate in variables.items():
            label = _label_likeness(variable, candidate)
            answers = _answer_likeness(variable, candidate)
            if label >= SURE or (label >= 0.75 and answers is not None and answers >= 0.5):
                scored.append((label + 0.2 * (answers or 0.0) + 0.01 * (doubtful.get(name) == in_file), name, in_file))
    taken = set(pairs.values())
    for _, name, in_file in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if name not in pairs and in_file not in taken:
            pairs[name] = in_file
            taken.add(in_file)
    for name, in_file in doubtful.items():
        if name not in pairs and in_file not in taken:
            pairs[name] = in_file
            taken.add(in_file)
    return pairs


def _label_likeness(variable: Variable, candidate: spss.Variable) -> float:
    return best(candidate.label, [*_all(variable.label), *_all(variable.question)])


def _answer_likeness(variable: Variable, candidate: spss.Variable) -> float | None:
    """The share of the codebook's answers that the candidate offers; ``None`` where either has no answers."""
    offered = [label for _, label in candidate.value_labels]
    if not variable.categories or not offered:
        return None
    hits = sum(1 for text in variable.categories.values() if any(best(o, _all(text)) >= ALIKE for o in offered))
    return hits / len(variable.categories)


def _all(text: Text | None) -> list[str]:
    return list(text.values()) if text else []


def _nearest(label: str, codebook: Codebook) -> str:
    """The question whose label is most like a new variable's, with the percentage; empty when none is near."""
    scored = [(best(label, _all(v.label)), name) for name, v in codebook.variables.items()]
    score, name = max(scored, default=(0.0, ""))
    return f"{name} ({score:.0%})" if score >= NEAR else ""


def _gone(variable: Variable, variables: Mapping[str, spss.Variable], pairs: Mapping[str, str]) -> Proposal:
    taken = set(pairs.values())
    free = [(_label_likeness(variable, v), n) for n, v in variables.items() if n not in taken]
    score, nearest = max(free, default=(0.0, ""))
    evidence = _say("evidence_gone_near", nearest=nearest, share=_percent(score)) if nearest else _say("evidence_gone")
    return Proposal(variable.name, None, ("gone",), comparable="not", reason=_say("reason_gone"), evidence=(evidence,))


def _say(text_id: str, **params: object) -> dict[str, str]:
    """A text in each language; a parameter that is a mapping has one text per language."""
    return {
        lang: language.text(
            lang, f"waves.{text_id}", **{k: v[lang] if isinstance(v, dict) else v for k, v in params.items()}
        )
        for lang in LANGUAGES
    }


# ---------------------------------------------------------------- one question


def _found_codes(table: pa.Table, v: spss.Variable) -> tuple[str, ...]:
    """The codes that the data hold, without system-missing; empty where they are too many to be answers."""
    column = values(table, v.name)
    if column.dtype != object:
        distinct = np.unique(column[~np.isnan(column)])
        if len(distinct) > MOST_CODES:
            return ()
        return tuple(code_text(float(x)) for x in distinct)
    codes = sorted(set(texts(column).tolist()) - {SYSTEM_MISSING, BLANK})
    return () if len(codes) > MOST_CODES else tuple(codes)


@dataclass(slots=True)
class _Draft:
    """What is gathered about one question before it becomes a proposal."""

    status: list[Change] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    kinds: list[Kind] = field(default_factory=list)
    reasons: list[dict[str, str]] = field(default_factory=list)
    evidence: list[Words] = field(default_factory=list)

    def add(self, change: Change, kind: Kind, evidence: Words, reason: Words | None = None) -> None:
        if change not in self.status:
            self.status.append(change)
        self.kinds.append(kind)
        if evidence not in self.evidence:
            self.evidence.append(evidence)
        if reason:
            self.reasons.append(dict(reason))


def _question(variable: Variable, v: spss.Variable, found: Sequence[str]) -> Proposal:
    draft = _Draft()
    likeness = _label_likeness(variable, v)
    if v.name != variable.name:
        draft.add("renamed", "same", _say("evidence_label", share=_percent(likeness)))
    if v.label.strip() and likeness < 1:
        says = _say("evidence_reworded", share=_percent(likeness), label=v.label)
        if likeness < NEAR:
            draft.add("reworded", "not", says, _say("reason_other_label", label=v.label))
        else:
            draft.add("reworded", "same", says)
    if variable.categorical and variable.categories:
        _categories(variable, v, found, draft)
    else:
        _quantity(variable, v, found, draft)
    if not draft.status:
        return Proposal(variable.name, v.name)
    kind: Kind = "not" if "not" in draft.kinds else "mapped" if "mapped" in draft.kinds else "same"
    reason: dict[str, str] = {}
    if kind != "same":
        reason = {lang: "; ".join(r[lang] for r in draft.reasons) for lang in LANGUAGES if draft.reasons}
    return Proposal(variable.name, v.name, tuple(draft.status), draft.codes, kind, reason, tuple(draft.evidence))


def _file_answers(v: spss.Variable, found: Iterable[str], variable: Variable) -> tuple[dict[str, str], dict[str, str]]:
    """What the file offers as answers and as missing codes: code → label (the code itself has none).

    A code without a label counts only where the data hold it, and the codebook says which unlabelled ones are missing.
    """
    labels = {code_of(code_text(code)): label.strip() for code, label in v.value_labels}
    missing = {code: labels.get(code, "") for code in (code_of(code_text(c)) for c in v.missing.codes)}
    for code in [*labels, *found]:
        value: float | str = "" if code == BLANK else text_of(code)
        if v.kind == "numeric":
            value = float(code)
        if v.missing.is_missing(value) and code not in missing and (code in labels or code in found):
            missing[code] = labels.get(code, "")
    answers = {c: label for c, label in labels.items() if c not in missing}
    for code in found:
        if code not in missing and code not in answers:
            if code in variable.missing:
                missing[code] = ""
            else:
                answers[code] = ""
    return answers, missing


def _categories(variable: Variable, v: spss.Variable, found: Sequence[str], draft: _Draft) -> None:
    """Answers against answers, then missing codes against missing codes."""
    numbers = all(_number(c) for c in (*variable.categories, *variable.missing))
    if numbers != (v.kind == "numeric"):
        draft.add("type", "same", _say("evidence_stored", format=v.format))
    answers, missing = _file_answers(v, found, variable)
    book = variable.categories
    labelled = any(answers.values())
    # Declared otherwise, but said alike: the codebook decides what is missing.
    for code in [c for c in answers if c in variable.missing]:
        if not answers[code] or best(answers[code], _all(variable.missing[code])) >= ALIKE:
            if answers[code]:
                draft.add("missing", "same", _say("evidence_not_declared", code=code, label=answers[code]))
            missing[code] = answers.pop(code)
    targets = _match(answers, book)
    moved = {code: target for code, target in targets.items() if target != code}
    if moved:
        draft.codes.update(moved)
        listed = _joined([_coded(c, answers[c], f" → {t}") for c, t in moved.items()])
        draft.add("recoded", "mapped", _say("evidence_recoded", codes=listed), _say("reason_recoded"))
    for code, target in targets.items():
        score = best(answers[code], _all(book[target]))
        if answers[code] and score < 1:  # «favorevole» and «sfavorevole» are alike too: a person has to look
            draft.add("relabelled", "same", _relabelled(target, book[target], answers[code], score))
    left = {c: label for c, label in answers.items() if c not in targets}
    free = {c: text for c, text in book.items() if c not in targets.values()}
    _splits(book, left, free, targets, draft)
    _merges(left, free, draft)
    _reworded(left, free, draft)
    _additions(book, left, draft)
    if labelled:
        for code, text in free.items():
            if code not in found:
                draft.add("dropped", "mapped", _say("evidence_dropped", answer=_named(code, text)),
                          _say("reason_dropped", label=_labels(text)))  # fmt: skip
    _missing(variable, v, missing, draft)


def _match(answers: Mapping[str, str], book: Mapping[str, Text]) -> dict[str, str]:
    """File code → codebook code, by like labels, the best first; an unlabelled code is what the codebook calls it."""
    pairs = [
        (best(label, _all(text)) + 0.001 * (code == target), code, target)
        for code, label in answers.items()
        for target, text in book.items()
        if label
    ]
    found: dict[str, str] = {c: c for c, label in answers.items() if not label and c in book}
    for score, code, target in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
        if score >= ALIKE and code not in found and target not in found.values():
            found[code] = target
    return {code: found[code] for code in answers if code in found}


def _splits(
    book: Mapping[str, Text], left: dict[str, str], free: dict[str, Text], targets: dict[str, str], draft: _Draft
) -> None:
    """Answers that each hold an old answer's words and something more."""
    for target, text in book.items():
        parts = [c for c, label in left.items() if label and _speaks_of(text, label)]
        whole = target in free
        if not parts or (whole and len(parts) < 2):
            continue
        names, like = _joined([_coded(c, left[c]) for c in parts]), ", ".join(left[c] for c in parts)
        for code in parts:
            if code != target:
                draft.codes[code] = target
            targets[code] = target
            del left[code]
        free.pop(target, None)
        draft.add("split", "mapped", _say("evidence_split", answer=_named(target, text, like=like), parts=names),
                  _say("reason_split", label=_labels(text)))  # fmt: skip


def _speaks_of(text: Text, label: str) -> bool:
    return any(contained(t, label) >= PART and plain(t) != plain(label) for t in text.values())


def _merges(left: dict[str, str], free: dict[str, Text], draft: _Draft) -> None:
    """One answer that holds the words of several old ones: they cannot be told apart any more."""
    for code, label in list(left.items()):
        parts = [target for target, text in free.items() if label and _speaks_of(text, label)]
        if len(parts) < 2:
            continue
        shown = _joined([_named(t, free[t], like=label) for t in parts])
        for target in parts:
            del free[target]
        del left[code]
        draft.add("merged", "not", _say("evidence_merged", code=code, label=label, parts=shown),
                  _say("reason_merged", label=label))  # fmt: skip


def _reworded(left: dict[str, str], free: dict[str, Text], draft: _Draft) -> None:
    """The same code with another label, when no other answer claims either."""
    for code in [c for c in left if c in free]:
        score = best(left[code], _all(free[code]))
        says = _relabelled(code, free[code], left[code], score)
        if score >= NEAR:
            draft.add("relabelled", "same", says)
        else:
            draft.add("relabelled", "not", says, _say("reason_relabelled", code=code, label=left[code]))
        del left[code], free[code]


def _relabelled(code: str, text: Text, label: str, score: float) -> dict[str, str]:
    named = _named(code, text, like=label)
    return _say("evidence_relabelled", answer=named, label=label, share=_percent(score))


def _additions(book: Mapping[str, Text], left: dict[str, str], draft: _Draft) -> None:
    """Answers that the codebook does not have: into its "other", where it has one."""
    others = [c for c, text in book.items() if any(plain(t).startswith(OTHERS) for t in text.values())]
    for code, label in left.items():
        shown = _coded(code, label)
        if others and label:
            draft.codes[code] = others[0]
            other = _named(others[0], book[others[0]])
            draft.add("added", "mapped", _say("evidence_added_other", answer=shown, other=other),
                      _say("reason_added_other", label=label))  # fmt: skip
        else:
            draft.add("added", "not", _say("evidence_added", answer=shown), _say("reason_added", label=label or code))


def _missing(variable: Variable, v: spss.Variable, missing: Mapping[str, str], draft: _Draft) -> None:
    """The file's missing codes against the codebook's: the same code, the same label, or a doubt."""
    span = variable.missing_range
    for code, label in missing.items():
        if code in variable.missing or (span is not None and _number(code) and _inside(span, float(code))):
            continue
        if code in variable.categories:
            draft.add("missing", "not", _say("evidence_missing_answer", code=code),
                      _say("reason_missing_answer", code=code))  # fmt: skip
            continue
        scored = [(best(label, _all(text)), target) for target, text in variable.missing.items()] if label else []
        score, target = max(scored, default=(0.0, ""))
        alone = [t for t in variable.missing if t not in missing]
        shown = _coded(code, label)
        if score < NEAR and len(alone) == 1 and len([c for c in missing if c not in variable.missing]) == 1:
            target = alone[0]
            draft.add("missing", "same", _say("evidence_missing_left", code=shown, target=target))
        elif score >= NEAR:
            draft.add("missing", "same", _say("evidence_missing", code=shown, target=target, share=_percent(score)))
        else:
            target = SYSTEM_MISSING
            draft.add("missing", "same", _say("evidence_missing_none", code=shown))
        draft.codes[code] = target
    _range(variable, v, draft)


def _inside(span: object, value: float) -> bool:
    low, high = getattr(span, "low", None), getattr(span, "high", None)
    return (low is None or value >= low) and (high is None or value <= high)


def _range(variable: Variable, v: spss.Variable, draft: _Draft) -> None:
    """A range of missing values that the codebook does not have, or has otherwise."""
    low, high = v.missing.low, v.missing.high
    if low is None or high is None:
        return
    span = variable.missing_range
    labelled = {code_of(code_text(c)) for c, _ in v.value_labels}
    if span is None and low == high and code_text(low) in variable.missing:
        return
    mine = None if span is None else (
        -np.inf if span.low is None else span.low, np.inf if span.high is None else span.high
    )  # fmt: skip
    if mine is None or low < mine[0] or high > mine[1]:
        inside = ", ".join(sorted(c for c in labelled if _number(c) and low <= float(c) <= high)) or "–"
        draft.add("missing", "not", _say("evidence_missing_range", low=f"{low:g}", high=f"{high:g}", codes=inside),
                  _say("reason_missing_range", low=f"{low:g}", high=f"{high:g}"))  # fmt: skip


def _quantity(variable: Variable, v: spss.Variable, found: Sequence[str], draft: _Draft) -> None:
    """A number, date or text: how it is stored, and its missing codes."""
    numeric = variable.kind in ("numeric", "weight", "date")
    if numeric != (v.kind == "numeric") and variable.kind != "identifier":
        draft.add("type", "same", _say("evidence_stored", format=v.format))
    if (variable.kind == "date") != v.is_date and v.kind == "numeric" and numeric:
        draft.add("type", "not", _say("evidence_stored", format=v.format), _say("reason_format", format=v.format))
    if not numeric:
        return
    answers, missing = _file_answers(v, found, variable)
    classes = [_coded(c, label) for c, label in answers.items() if label and c not in variable.missing]
    if len(classes) >= 2 and variable.kind == "numeric":
        draft.add("type", "not", _say("evidence_classes", classes=_joined(classes[:6])), _say("reason_classes"))
    if v.kind == "numeric":
        _missing(variable, v, missing, draft)


def _labels(text: Text) -> dict[str, str]:
    """A text of the codebook in every language."""
    return {lang: text.get(lang) or next(iter(text.values()), "") for lang in LANGUAGES}


def _named(code: str, text: Text, like: str = "") -> dict[str, str]:
    """An answer of the codebook with its code; beside a label of the file, in the language that the file speaks."""
    if like:
        return _coded(code, max(_all(text), key=lambda t: alike(t, like)))
    return {lang: _coded(code, label)[lang] for lang, label in _labels(text).items()}


def _coded(code: str, label: str, more: str = "") -> dict[str, str]:
    """A code with its label, where it has one, in each language's quotation marks."""
    quoted = _say("quoted", text=label) if label else dict.fromkeys(LANGUAGES, "")
    return {lang: f"{code} {text}".strip() + more for lang, text in quoted.items()}


def _joined(items: Sequence[Words]) -> dict[str, str]:
    return {lang: ", ".join(item[lang] for item in items) for lang in LANGUAGES}


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# ---------------------------------------------------------------- sets


def _sets(
    dictionary: spss.Dictionary, codebook: Codebook, pairs: Mapping[str, str], questions: Mapping[str, Proposal]
) -> Iterable[SetProposal]:
    """Sets whose items, kind or counted value changed. A file that declares no sets says nothing about them."""
    names = {in_file: name for name, in_file in pairs.items()}
    for name, mine in codebook.sets.items():
        lost = tuple(m for m in mine.members if questions[m].status == ("gone",))
        theirs = _declared(dictionary, name, mine, names)
        gained: tuple[str, ...] = ()
        evidence: list[Words] = []
        kind: Kind = "mapped"
        if theirs is not None:
            gained = tuple(m for m in theirs.members if m not in names)
            moved = [names[m] for m in theirs.members if m in names and names[m] not in mine.members]
            if moved:
                evidence.append(_say("evidence_set_more", items=", ".join(moved)))
            absent = [m for m in mine.members if m not in lost and pairs[m] not in theirs.members]
            if absent:
                evidence.append(_say("evidence_set_less", items=", ".join(absent)))
            if theirs.kind != mine.kind:
                kind = "not"
                evidence.append(_say(f"evidence_set_{theirs.kind}"))
            elif mine.kind == "dichotomies" and not _counts_alike(theirs, mine, pairs, questions):
                evidence.append(
                    _say("evidence_set_counted", theirs=code_text(theirs.counted or 0), mine=str(mine.counted))
                )
        if lost:
            evidence.append(_say("evidence_set_lost", items=", ".join(lost)))
        if gained:
            evidence.append(_say("evidence_set_gained", items=", ".join(gained)))
        if not evidence:
            continue
        if mine.kind == "categories" and (lost or gained):
            kind = "not"  # another number of answers was allowed
        yield SetProposal(
            name, gained, lost, kind, _say("reason_set_size" if kind == "not" else "reason_set"), tuple(evidence)
        )


def _declared(
    dictionary: spss.Dictionary, name: str, mine: MultipleSet, names: Mapping[str, str]
) -> spss.MultipleResponseSet | None:
    """The file's set of that name, else the one with most of its members."""
    for one in dictionary.sets:
        if one.name.lstrip("$").casefold() == name.casefold():
            return one
    scored = [(sum(1 for m in one.members if names.get(m) in mine.members), one) for one in dictionary.sets]
    shared, found = max(scored, key=lambda s: s[0], default=(0, None))
    return found if shared * 2 >= len(mine.members) else None


def _counts_alike(
    theirs: spss.MultipleResponseSet, mine: MultipleSet, pairs: Mapping[str, str], questions: Mapping[str, Proposal]
) -> bool:
    """Whether the counted value is the codebook's, as it is or through the members' codes."""
    counted = code_of(code_text(theirs.counted)) if theirs.counted is not None else ""
    members = [m for m in mine.members if m in pairs and pairs[m] in theirs.members]
    return all(questions[m].codes.get(counted, counted) == mine.counted_code for m in members)
