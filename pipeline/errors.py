"""What can go wrong, as exceptions that know their exit code and speak the reader's language.

Exit codes: 0 published or nothing to do; 2 wrong usage or a mistake in ``study/``; 3 data rejected;
5 disclosure check failed; 6 rendering failed; 7 another run holds the lock; 70 a defect of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from pipeline import language

DEFECT = 70


class PipelineError(Exception):
    """A failure that a user can understand and mend: a catalogue id and its parameters, never a traceback.

    ``str(error)`` is the text in the common language; :meth:`message` gives it in any language. A list of problems
    found together travels as one error (:meth:`several`) and prints one line each.
    """

    exit_code = DEFECT

    def __init__(self, text_id: str, **params: object) -> None:
        super().__init__(text_id, params)
        self.text_id = text_id
        self.params = params
        self.problems: tuple[PipelineError, ...] = ()

    @classmethod
    def several(cls, problems: Sequence[PipelineError]) -> PipelineError:
        """One error for a non-empty list of problems; a single problem is itself."""
        if len(problems) == 1:
            return problems[0]
        error = cls(problems[0].text_id, **problems[0].params)
        error.problems = tuple(problems)
        return error

    def message(self, lang: str) -> str:
        """The text for a reader, in ``lang``."""
        if self.problems:
            return "\n".join(problem.message(lang) for problem in self.problems)
        return language.text(lang, self.text_id, **self.params)

    def __str__(self) -> str:
        return self.message(language.common())

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.text_id, self.params, self.problems))


def _rebuild(
    kind: type[PipelineError], text_id: str, params: dict[str, object], problems: tuple[PipelineError, ...]
) -> PipelineError:
    error = kind(text_id, **params)
    error.problems = problems
    return error


class UsageError(PipelineError):
    """A wrong command line."""

    exit_code = 2


class StudyError(PipelineError):
    """A mistake in a file that a person edits: ``study/*.yml``, ``source.yml``, ``corrections.yml``."""

    exit_code = 2


class DataRejected(PipelineError):
    """A data file that is damaged, or data that the gate does not let through."""

    exit_code = 3


class DisclosureFailed(PipelineError):
    """The public edition would let a reader work out a suppressed number."""

    exit_code = 5


class RenderingFailed(PipelineError):
    """A report could not be written."""

    exit_code = 6


class Locked(PipelineError):
    """Another run is at work on this study."""

    exit_code = 7


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name most like ``name``; empty when none is alike."""
    found = get_close_matches(name, known, n=1, cutoff=0.6)
    if not found:
        found = [k for k in known if k.casefold() == name.casefold()][:1]
    return found[0] if found else ""
