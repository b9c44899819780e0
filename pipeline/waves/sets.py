"""Multiple response sets: whether the file's items, kind and counted value are the codebook's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.codes import code_of
from pipeline.spec.model import Codebook, MultipleSet
from pipeline.spss import model as spss
from pipeline.spss.model import code_text
from pipeline.waves.model import Kind
from pipeline.waves.proposal import Proposal, SetProposal, Words, say


def compare(
    dictionary: spss.Dictionary, codebook: Codebook, pairs: Mapping[str, str], questions: Mapping[str, Proposal]
) -> Iterable[SetProposal]:
    """Sets whose items, kind or counted value changed. A file that declares no sets says nothing about them."""
    names = {in_file: name for name, in_file in pairs.items()}
    for name, mine in codebook.sets.items():
        if any(m in codebook.derived for m in mine.members):
            continue  # codes that people gave the answers to an open question: no file has them
        lost = tuple(m for m in mine.members if questions[m].status == ("gone",))
        theirs = _declared(dictionary, name, mine, names)
        gained: tuple[str, ...] = ()
        evidence: list[Words] = []
        kind: Kind = "mapped"
        if theirs is not None:
            gained = tuple(m for m in theirs.members if m not in names)
            moved = [names[m] for m in theirs.members if m in names and names[m] not in mine.members]
            if moved:
                evidence.append(say("evidence_set_more", items=", ".join(moved)))
            absent = [m for m in mine.members if m not in lost and pairs[m] not in theirs.members]
            if absent:
                evidence.append(say("evidence_set_less", items=", ".join(absent)))
            if theirs.kind != mine.kind:
                kind = "not"
                evidence.append(say(f"evidence_set_{theirs.kind}"))
            elif mine.kind == "dichotomies" and not _counts_alike(theirs, mine, pairs, questions):
                evidence.append(
                    say("evidence_set_counted", theirs=code_text(theirs.counted or 0), mine=str(mine.counted))
                )
        if lost:
            evidence.append(say("evidence_set_lost", items=", ".join(lost)))
        if gained:
            evidence.append(say("evidence_set_gained", items=", ".join(gained)))
        if not evidence:
            continue
        if mine.kind == "categories" and (lost or gained):
            kind = "not"  # another number of answers was allowed
        yield SetProposal(
            name, gained, lost, kind, say("reason_set_size" if kind == "not" else "reason_set"), tuple(evidence)
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
