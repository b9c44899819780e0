"""What is proposed for each question of a wave's file, as records; and how a proposal is gathered and worded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline import language
from pipeline.spec.model import Text
from pipeline.waves.model import Change, Kind, Routine
from pipeline.waves.wording import alike

if TYPE_CHECKING:
    from pipeline.waves.figures import Figures

LANGUAGES = language.languages()

Words = Mapping[str, str]
"""Language → text."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one question of the codebook; ``in_file`` is ``None`` when the file does not have it.

    ``routine``: what of it may be confirmed together with other questions. ``doubtful``: something else changed too,
    so that it has to be confirmed by itself. ``reversed``: its codes run the other way round.
    """

    name: str
    in_file: str | None
    status: tuple[Change, ...] = ("same",)
    codes: Mapping[str, str] = field(default_factory=dict)
    comparable: Kind = "same"
    reason: Words = field(default_factory=dict)
    evidence: tuple[Words, ...] = ()
    routine: tuple[Routine, ...] = ()
    doubtful: bool = True
    reversed: bool = False

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
    """All questions of the codebook in its order, sets that changed, and variables that are new (name → label).

    ``figures``: of each question that has some; ``before``: those they were compared with.
    """

    questions: tuple[Proposal, ...]
    sets: tuple[SetProposal, ...]
    new: Mapping[str, str]
    near: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Figures] = field(default_factory=dict)
    before: Mapping[str, Figures] = field(default_factory=dict)

    def of(self, name: str) -> Proposal:
        """The proposal for a question. ``KeyError`` when the codebook does not have it."""
        return next(p for p in self.questions if p.name == name)


@dataclass(slots=True)
class Draft:
    """What is gathered about one question before it becomes a proposal."""

    status: list[Change] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    kinds: list[Kind] = field(default_factory=list)
    reasons: list[dict[str, str]] = field(default_factory=list)
    evidence: list[Words] = field(default_factory=list)
    routine: list[Routine] = field(default_factory=list)
    doubtful: bool = False
    reversed: bool = False

    def add(
        self, change: Change, kind: Kind, evidence: Words, reason: Words | None = None, routine: Routine | None = None
    ) -> None:
        """One thing that changed. What is not ``routine`` makes the proposal doubtful."""
        if change not in self.status:
            self.status.append(change)
        self.kinds.append(kind)
        if evidence not in self.evidence:
            self.evidence.append(evidence)
        if reason:
            self.reasons.append(dict(reason))
        if routine is None:
            self.doubtful = True
        elif routine not in self.routine:
            self.routine.append(routine)

    def proposal(self, name: str, in_file: str) -> Proposal:
        """The proposal as a whole: as comparable as the worst of what changed."""
        if not self.status:
            return Proposal(name, in_file, doubtful=False)
        kind: Kind = "not" if "not" in self.kinds else "mapped" if "mapped" in self.kinds else "same"
        reason: dict[str, str] = {}
        if kind != "same":
            told = list({tuple(sorted(r.items())): r for r in self.reasons}.values())
            reason = {lang: "; ".join(r[lang] for r in told) for lang in LANGUAGES if told}
        return Proposal(
            name, in_file, tuple(self.status), self.codes, kind, reason, tuple(self.evidence), tuple(self.routine),
            self.doubtful, self.reversed,
        )  # fmt: skip


# ---------------------------------------------------------------- words


def say(text_id: str, **params: object) -> dict[str, str]:
    """A text in each language; a parameter that is a mapping has one text per language."""
    return {
        lang: language.text(
            lang, f"waves.{text_id}", **{k: v[lang] if isinstance(v, dict) else v for k, v in params.items()}
        )
        for lang in LANGUAGES
    }


def all_texts(text: Text | None) -> list[str]:
    """A text of the codebook in all the languages that it has."""
    return list(text.values()) if text else []


def labels(text: Text) -> dict[str, str]:
    """A text of the codebook in every language."""
    return {lang: text.get(lang) or next(iter(text.values()), "") for lang in LANGUAGES}


def named(code: str, text: Text, like: str = "") -> dict[str, str]:
    """An answer of the codebook with its code; beside a label of the file, in the language that the file speaks."""
    if like and text:
        return coded(code, max(all_texts(text), key=lambda t: alike(t, like)))
    return {lang: coded(code, label)[lang] for lang, label in labels(text).items()}


def coded(code: str, label: str, more: str = "") -> dict[str, str]:
    """A code with its label, where it has one, in each language's quotation marks."""
    quoted = {lang: language.text(lang, "language.quoted", text=label) if label else "" for lang in LANGUAGES}
    return {lang: f"{code} {text}".strip() + more for lang, text in quoted.items()}


def joined(items: Sequence[Words]) -> dict[str, str]:
    """Several texts as a list."""
    return {lang: ", ".join(item[lang] for item in items) for lang in LANGUAGES}


def percent(share: float) -> str:
    """A share as whole per cent; what is not quite the same never reads as 100 %."""
    return "99%" if 0.99 <= share < 1 else f"{share:.0%}"


def number(text: str) -> float | None:
    """The number that a code is, if it is one."""
    try:
        return float(text)
    except ValueError:
        return None
