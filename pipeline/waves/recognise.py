"""Is this the file that was meant? What a wave's file says of itself against the codebook, whoever confirmed what.

A codebook is written from one file and a mapping is confirmed for one file; either names it by its SHA-256. For every
other file, a corrected delivery too, what differs from the codebook is set aside until a person has looked at it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.files import read_file
from pipeline.spec.model import Codebook, Names, Record
from pipeline.spss.model import Dictionary, code_text
from pipeline.waves.draft import joined
from pipeline.waves.figures import Beside, Figures, Held, figures
from pipeline.waves.model import QuestionMap, SetMap, WaveMapping, fingerprint
from pipeline.waves.questionnaire import Comparison, Proposal, SetProposal, compare

if TYPE_CHECKING:
    import pyarrow as pa


class Recognised(Record):
    """How far a wave's file may be read as the codebook has it.

    ``mapping``: what holds for this very file; a question that waits for a person stands in it unconfirmed. ``None``:
    the file is read as it stands. ``held``: variables and sets that wait although the mapping, if there is one, did not
    leave them open. ``unlabelled``: questions with answers for which the file has no labels, so nothing says that its
    codes mean what the codebook's do. ``confirmed_for``: the SHA-256 in ``mapping.yml`` where it is another file's,
    empty where there is none. ``mapped``: whether there is a ``mapping.yml``. ``differs``: whether there is
    anything that a mapping could say. ``sha256``: the file's own.
    """

    sha256: str
    mapping: WaveMapping | None = None
    held: Names = ()
    unlabelled: Names = ()
    mapped: bool = False
    confirmed_for: str = ""
    differs: bool = False

    @property
    def to_confirm(self) -> int:
        """How many questions and sets wait for a person."""
        return 0 if self.mapping is None else len(self.mapping.waiting())


def read(path: Path) -> Recognised:
    """What the stage has left. Raises ``OSError`` where there is nothing."""
    return Recognised.model_validate(json.loads(read_file(path)))


def recognise(
    dictionary: Dictionary, table: pa.Table, codebook: Codebook, mapping: WaveMapping | None,
    before: Mapping[str, Figures] | None = None,
) -> tuple[Recognised, Comparison]:  # fmt: skip
    """Compare a file with the codebook, the file that the codebook was written from too: either may have changed.

    ``before``: the figures of the wave next to it.
    """
    sha256 = dictionary.sha256
    own = codebook.written_from == sha256
    comparison = compare(dictionary, table, codebook, before)
    given = mapping or WaveMapping()
    here = mapping is not None and mapping.sha256 == sha256
    variables = dict(given.variables)
    held: list[str] = []
    unlabelled: list[str] = []
    for proposal in comparison.questions:
        name = proposal.name
        record, settled = _question(proposal, given.variables.get(name), here, own, dictionary, codebook)
        if record is not None:
            variables[name] = record
            if not record.settled and (name not in given.variables or given.variables[name].settled):
                held.append(name)
        elif not settled and without_labels(proposal, dictionary, codebook):
            unlabelled.append(name)
    sets = dict(given.sets)
    lacking = {p.name for p in comparison.questions if p.in_file is None and p.name not in given.variables}
    changed = {one.name: one for one in comparison.sets}
    for name in codebook.sets:
        waits = _set(changed.get(name), given.sets.get(name), here, own, lacking)
        if waits is not None:
            sets[name] = waits
            if name not in given.sets or given.sets[name].confirmed:
                held.append(name)
    effective = mapping
    if held or mapping is not None:
        effective = given.model_copy(update={"variables": variables, "sets": sets})
    return Recognised(
        sha256=sha256, mapping=effective, held=tuple(held), unlabelled=tuple(unlabelled), mapped=mapping is not None,
        confirmed_for="" if here else given.sha256 or "",
        differs=any(not p.identical for p in comparison.questions) or bool(comparison.sets),
    ), comparison  # fmt: skip


def beside(
    found: Recognised, comparison: Comparison, dictionary: Dictionary, table: pa.Table, codebook: Codebook, wave: str
) -> Beside:
    """The figures of a wave under the mapping that holds for it, and those they were compared with."""
    mapping = found.mapping or WaveMapping()
    here: dict[str, Figures] = {}
    for p in comparison.questions:
        record, variable = mapping.question(p.name), codebook.variables[p.name]
        codes = record.codes if record.settled else p.codes
        one = comparison.figures.get(p.name)
        in_file = mapping.file_name(p.name) if record.settled else p.in_file
        if in_file is None or not dictionary.has(in_file):
            continue
        if in_file != p.in_file or dict(codes) != dict(p.codes):
            one = figures(Held(table.column(in_file)), variable, dictionary.variable(in_file), codes)
        if one is not None:
            here[p.name] = one.model_copy(update={"wave": wave})
    usable = tuple(name for name in here if mapping.question(name).usable)
    return Beside(here=here, before=dict(comparison.before), usable=usable)


def _question(
    p: Proposal, record: QuestionMap | None, here: bool, own: bool, dictionary: Dictionary, codebook: Codebook
) -> tuple[QuestionMap | None, bool]:
    """What the mapping is to say of a question, if not what it says; and whether a person answers for its codes."""
    if record is not None and record.asked and record.asked != fingerprint(codebook.variables[p.name]):
        here = False  # the codebook asks otherwise than when this was confirmed
    if record is not None and record.confirmed:
        gone = record.gone and p.in_file is None and not dictionary.has(record.in_file or p.name)
        if here or gone or record.comparable == "not":  # what stays out in any case needs nobody's word for this file
            return None, True
        if record.plain and (own or not _differs(p, dictionary, codebook)):
            return None, own
        return _waiting(p, record), False
    if record is not None and not record.plain:
        return (None if here and not record.settled else _waiting(p, record)), False
    if own:  # whoever wrote the codebook may word a label better; labels that change places are a mistake
        return (_waiting(p, record) if "recoded" in p.status else None), True
    if _differs(p, dictionary, codebook):
        return _waiting(p, record), False
    return None, False


def _waiting(p: Proposal, record: QuestionMap | None) -> QuestionMap:
    """The question as it waits for a person: with what differs in this file, or else what the mapping says of it."""
    if p.identical:
        status = ("renamed",) if record is None or record.identical else record.status
        found = record or QuestionMap()
        return found.model_copy(update={"status": status, "confirmed": False})
    return QuestionMap(
        in_file=p.in_file, status=p.status, codes=dict(p.codes), comparable=p.comparable, reason=dict(p.reason) or None,
        evidence=joined(p.evidence), reversed=p.reversed, confirmed=False,
    )  # fmt: skip


def _differs(p: Proposal, dictionary: Dictionary, codebook: Codebook) -> bool:
    """Whether what the file says of a question contradicts the codebook.

    A variable that is not there and a code that only the data hold are no contradiction: the study's policies decide
    on them (``missing_variables``, ``unknown_codes``).
    """
    if p.in_file is None:
        return False
    if p.identical and p.in_file == p.name:
        return False
    if p.status != ("added",):
        return True
    known = {*codebook.variables[p.name].categories, *codebook.variables[p.name].missing}
    return any(code_text(code) not in known for code, _ in dictionary.variable(p.in_file).value_labels)


def without_labels(p: Proposal, dictionary: Dictionary, codebook: Codebook) -> bool:
    """Whether the codebook has labels for the answers to a question and the file has none."""
    variable = codebook.variables[p.name]
    labelled = any(any(text.values()) and text.get("*") != code for code, text in variable.categories.items())
    return labelled and p.in_file is not None and not dictionary.variable(p.in_file).value_labels


def _set(change: SetProposal | None, record: SetMap | None, here: bool, own: bool, lacking: set[str]) -> SetMap | None:
    """The record of a set that waits for a person; ``None`` where it does not, or where the mapping says so itself."""
    if record is not None:
        return None if here or not record.confirmed else record.model_copy(update={"confirmed": False})
    if change is None or own or not _set_differs(change, lacking):
        return None
    return SetMap(
        gained=change.gained, lost=change.lost, comparable=change.comparable, reason=dict(change.reason) or None,
        evidence=joined(change.evidence), confirmed=False,
    )  # fmt: skip


def _set_differs(change: SetProposal, lacking: set[str]) -> bool:
    """Whether more is the matter than items that are not in the file, on which the study's policy decides."""
    return not (set(change.lost) <= lacking and not change.gained and len(change.evidence) == bool(change.lost))
