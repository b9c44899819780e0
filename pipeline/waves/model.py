"""What ``mapping.yml`` and ``corrections.yml`` of a wave may say, as frozen records.

A codebook variable stands for one question that means the same in every wave where it is used. A wave that asked it
otherwise says so here: under which name, with which codes, and whether its answers may stand beside other waves'.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline import language
from pipeline.codes import SYSTEM_MISSING, code_of, code_typed
from pipeline.spec.model import Names, Record, Sha256, Text, Variable
from pipeline.spss.model import code_text

Change = Literal[
    "same", "renamed", "reworded", "relabelled", "recoded", "added", "dropped", "split", "merged", "type", "missing",
    "figures", "gone",
]  # fmt: skip
Kind = Literal["same", "mapped", "not"]
Routine = Literal["renumbered", "letter_case", "missing_moved"]
"""Changes that a person confirms for all questions at once: nothing but a number, a name, a missing code moved."""


def _yes(value: Any) -> Any:
    """``yes`` and ``no`` stay words when a study file is read; here they are the answer, in every language."""
    if not isinstance(value, str):
        return value
    word = value.strip().casefold()
    for key, answer in (("yes", True), ("no", False)):
        if word in language.alternatives("language", key).split("|"):
            return answer
    return value


def _changes(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _code_map(value: Any) -> Any:
    """This wave's code → the codebook's, both as text."""
    if not isinstance(value, dict):
        return value
    return {
        code_of(str(old)): code_typed(code_text(new))
        if isinstance(new, (str, int, float)) and not isinstance(new, bool)
        else new
        for old, new in value.items()
    }


def _date(value: Any) -> Any:
    """A date, which YAML may have read already, as text."""
    return value.isoformat() if hasattr(value, "isoformat") else value


Answer = Annotated[bool, BeforeValidator(_yes)]
Day = Annotated[str, BeforeValidator(_date)]
CodeMap = Annotated[dict[str, str], BeforeValidator(_code_map)]


class QuestionMap(Record):
    """How this wave asked one question of the codebook.

    ``in_file``: the variable's name in this wave's file (absent: the codebook's). ``status``: what changed, one word
    or several. ``codes``: this wave's codes → the codebook's; a code that is not listed stays, ``.`` drops the answer
    to system-missing (``\\.`` is the text of a point). ``comparable``: ``same``, ``mapped`` (after mapping) or ``not``,
    with the ``reason``. ``by``, ``on``: who confirmed it, when. ``together``: kinds of change that are confirmed for
    all questions at once, at the top of the file. ``asked``: what the codebook asked when this was written
    (:func:`fingerprint`); where it asks otherwise now, nothing is confirmed any more. ``reversed``: its codes run the
    other way round, which no word for many questions confirms.
    """

    in_file: str | None = None
    status: Annotated[tuple[Change, ...], BeforeValidator(_changes)] = ("same",)
    codes: CodeMap = Field(default_factory=dict)
    comparable: Kind = "same"
    reason: Text | None = None
    evidence: Text | None = None
    together: tuple[Routine, ...] = ()
    reversed: Answer = False
    asked: str = ""
    confirmed: Answer = False
    by: str = ""
    on: Day = ""

    @property
    def identical(self) -> bool:
        """Whether nothing changed, so that nobody has to confirm anything."""
        return self.status == ("same",)

    @property
    def settled(self) -> bool:
        """Whether it may be used: confirmed by a person, or identical."""
        return self.confirmed or self.identical

    @property
    def plain(self) -> bool:
        """Whether it says no more than that the question is as the codebook has it."""
        return self.identical and self.in_file is None and not self.codes

    @property
    def doubt(self) -> int:
        """How much a person has to look at, 0 the most: a reversal or a jump, no comparison, other codes, the rest."""
        if self.reversed or "figures" in self.status:
            return 0
        if self.gone:
            return 3
        return 1 if self.comparable == "not" else 2 if self.comparable == "mapped" else 3

    @property
    def gone(self) -> bool:
        """Whether this wave did not ask it."""
        return "gone" in self.status

    @property
    def usable(self) -> bool:
        """Whether the wave has answers that mean what the codebook says."""
        return self.settled and not self.gone and self.comparable != "not"


class SetMap(Record):
    """How a multiple response set changed: items ``gained`` (not in the codebook) and ``lost`` (not in the file)."""

    gained: Names = ()
    lost: Names = ()
    comparable: Kind = "mapped"
    reason: Text | None = None
    evidence: Text | None = None
    confirmed: Answer = False
    by: str = ""
    on: Day = ""


class Together(Record):
    """One word for all questions whose changes are of one kind."""

    confirmed: Answer = False
    by: str = ""
    on: Day = ""


class NewQuestion(Record):
    """A variable of this wave's file that the codebook does not have; ``near``: the question most like it."""

    label: str = ""
    near: str = ""


class WaveMapping(Record):
    """``mapping.yml``. A codebook variable without a record is read under its own name, unchanged.

    ``sha256``: the file for which a person has confirmed what is confirmed here. For another file nothing is.
    """

    sha256: Sha256 | None = None
    together: dict[Routine, Together] = Field(default_factory=dict)
    variables: dict[str, QuestionMap] = Field(default_factory=dict)
    sets: dict[str, SetMap] = Field(default_factory=dict)
    new: dict[str, NewQuestion] = Field(default_factory=dict)

    def resolved(self) -> WaveMapping:
        """With every question confirmed all of whose changes a person has confirmed together; a reversal is none."""

        def one(record: QuestionMap) -> QuestionMap:
            words = [self.together.get(kind, Together()) for kind in record.together]
            if record.confirmed or record.reversed or not words or not all(word.confirmed for word in words):
                return record
            by = ", ".join(dict.fromkeys(word.by for word in words if word.by))
            return record.model_copy(
                update={"confirmed": True, "by": by, "on": max((word.on for word in words), default="")}
            )

        return self.model_copy(update={"variables": {name: one(r) for name, r in self.variables.items()}})

    def question(self, name: str) -> QuestionMap:
        """The record of a codebook variable; that of an unchanged one where none is written."""
        return self.variables.get(name) or QuestionMap()

    def waiting(self) -> tuple[str, ...]:
        """The variables and sets that a person has yet to confirm."""
        variables = [name for name, record in self.variables.items() if not record.settled]
        return (*variables, *(name for name, record in self.sets.items() if not record.confirmed))

    def file_name(self, name: str) -> str:
        """What a codebook variable is called in this wave's file."""
        return self.question(name).in_file or name


def fingerprint(variable: Variable) -> str:
    """What a question of the codebook asks, its answers and missing codes, in twelve letters."""
    said = variable.model_dump(
        mode="json", include={"label", "question", "kind", "categories", "missing", "missing_range"}
    )
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def _value(value: Any) -> Any:
    """A value as a correction writes it: codes as text, nothing at all as ``.``."""
    if value is None:
        return SYSTEM_MISSING
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    return code_typed(code_text(value))


Value = Annotated[str, BeforeValidator(_value)]


class Correction(Record):
    """One value of the delivered file that is known to be wrong, in the file's own names and codes."""

    unit: Annotated[str, BeforeValidator(_value)]
    variable: str
    expected: Value
    new: Value
    reason: Text
    date: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class Corrections(Record):
    """``corrections.yml``."""

    corrections: tuple[Correction, ...] = ()
