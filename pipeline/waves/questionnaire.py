"""Compare a wave's file with the codebook, question by question: what changed, on what evidence, and a proposal.

Nothing is decided here. Every difference becomes a record that a person confirms; only what is identical passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.codes import BLANK
from pipeline.spec.model import Codebook, Variable
from pipeline.spss import model as spss
from pipeline.spss.model import code_text
from pipeline.waves import answers, missing, pairing, sets
from pipeline.waves.figures import MOST_CODES, Figures, Held, ask, figures
from pipeline.waves.model import Routine
from pipeline.waves.proposal import (
    Comparison,
    Draft,
    Proposal,
    SetProposal,
    Words,
    coded,
    joined,
    percent,
    say,
)
from pipeline.waves.wording import without_number

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Comparison", "Proposal", "SetProposal", "Words", "compare"]


def compare(
    dictionary: spss.Dictionary, table: pa.Table, codebook: Codebook, before: Mapping[str, Figures] | None = None
) -> Comparison:
    """Compare a file, dictionary and data, with the codebook, and its numbers with those of another wave."""
    before = before or {}
    variables = {v.name: v for v in dictionary.variables}
    pairs = pairing.pair(variables, codebook)
    taken = set(pairs.values())
    new = {n: v.label for n, v in variables.items() if n not in taken}
    bare = {n: [without_number(label)] for n, label in new.items()}
    free = pairing.Index(bare.items())
    questions, found = [], {}
    for name, variable in codebook.variables.items():
        in_file = pairs.get(name)
        if in_file is None:
            questions.append(_gone(variable, free, bare))
        else:
            v, held = variables[in_file], Held(table.column(in_file))
            questions.append(_question(variable, v, held, before.get(name)))
            if (one := figures(held, variable, v, questions[-1].codes)) is not None:
                found[name] = one
    asked = {name: pairing.asked(v) for name, v in codebook.variables.items()}
    index = pairing.Index(asked.items())
    near = {n: text for n, label in new.items() if (text := pairing.near_question(label, index, asked))}
    changed = sets.compare(dictionary, codebook, pairs, {p.name: p for p in questions})
    return Comparison(tuple(questions), tuple(changed), new, near, found, before)


def _gone(variable: Variable, free: pairing.Index, bare: Mapping[str, list[str]]) -> Proposal:
    found = [pairing.nearest(text, free, bare) for text in pairing.asked(variable)]
    score, nearest = max(found, default=(0.0, ""))
    evidence = say("evidence_gone_near", nearest=nearest, share=percent(score)) if nearest else say("evidence_gone")
    return Proposal(variable.name, None, ("gone",), comparable="not", reason=say("reason_gone"), evidence=(evidence,))


def _found_codes(held: Held, v: spss.Variable) -> tuple[str, ...]:
    """The codes that the data hold, without system-missing; of too many to be answers those with a label or missing."""
    distinct = held.values
    if distinct.dtype != object:
        if len(distinct) > MOST_CODES:
            labelled = [code in v.value_labels.by_code for code in distinct.tolist()]
            distinct = distinct[np.array(labelled, dtype=bool) | v.missing.mask(distinct)][:MOST_CODES]
        return tuple(code_text(float(x)) for x in distinct)
    codes = [code for code in distinct.tolist() if code != BLANK]
    return () if len(codes) > MOST_CODES else tuple(codes)


def _question(variable: Variable, v: spss.Variable, held: Held, before: Figures | None) -> Proposal:
    draft, found = Draft(), _found_codes(held, v)
    degree = pairing.wording(variable, v)
    share = percent(pairing.likeness(variable, v))
    if v.name != variable.name:
        case = v.name.casefold() == variable.name.casefold()
        routine: Routine | None = "letter_case" if case else "renumbered" if degree == "exact" else None
        draft.add("renamed", "same", say("evidence_label", share=share), routine=routine)
    if v.label.strip() and degree != "exact":
        says = say("evidence_reworded", share=share, label=v.label)
        if degree == "same":
            draft.add("reworded", "same", says)
        else:
            draft.add("reworded", "not", says, say("reason_other_label", label=v.label))
    if variable.categorical and variable.categories:
        answers.compare(variable, v, found, draft)
    else:
        _quantity(variable, v, found, draft)
    ask(held, variable, v, before, draft)
    return draft.proposal(variable.name, v.name)


def _quantity(variable: Variable, v: spss.Variable, found: Sequence[str], draft: Draft) -> None:
    """A number, date or text: how it is stored, and its missing codes."""
    numeric = variable.kind in ("numeric", "weight", "date")
    stored = say("evidence_stored", format=v.format)
    moment = v.is_date or v.is_time
    if v.is_date != (variable.kind == "date") and (moment or variable.kind == "date") and numeric:
        draft.add("type", "not", stored, say("reason_format", format=v.format))
    elif numeric != (v.kind == "numeric") and variable.kind != "identifier":
        coded_now = not numeric and len(v.value_labels) >= 2
        draft.add("type", "not" if coded_now else "same", stored, say("reason_classes") if coded_now else None)
    if not numeric:
        return
    offered, gone = answers.offered(v, found, variable)
    classes = [coded(c, label) for c, label in offered.items() if label and label != c and c not in variable.missing]
    if len(classes) >= 2 and variable.kind == "numeric":
        draft.add("type", "not", say("evidence_classes", classes=joined(classes[:6])), say("reason_classes"))
    elif classes:
        draft.add("added", "not", say("evidence_labelled_value", value=classes[0]),
                  say("reason_labelled_value", value=classes[0]))  # fmt: skip
    if v.kind == "numeric":
        missing.compare(variable, v, gone, found, draft)
