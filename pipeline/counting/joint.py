"""How many cases hold each combination of what several variables and sets say, the missing by their kind as well."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.engine import Index
from pipeline.spss.model import code_text

NO_VALUE = "\0"
"""What stands before the code of a kind of missing. No code of a file begins with it."""

YES, NO = "\0yes", "\0no"
"""Whether a case is in the base of a set, or mentions one of its items."""

SOMETHING, NO_NUMBER = "\0something", "\0no number"
"""A text, date or identifier that is there, whichever; what is neither an answer nor a kind of missing, as a category
of a numeric variable that is no number."""

_MENTION = "\0"


def mention(name: str, code: str = "") -> str:
    """The name of the question whether a set's item is mentioned; without a code whether any is."""
    return f"{name}{_MENTION}{code}"


def mention_parts(name: str) -> tuple[str, str | None]:
    """The variable or set of a name, and the item of a :func:`mention`; ``None`` where it is of none."""
    found, mark, code = name.partition(_MENTION)
    return found, code if mark else None


class Joint:
    """Counts of combinations of labels: codes, :data:`NO_VALUE` and a code, :data:`YES` and :data:`NO`. A numeric
    variable's values are codes too."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases
        self._labelled: dict[str, tuple[tuple[str, ...], Index]] = {}

    def labels(self, name: str) -> tuple[str, ...]:
        """What the cases say, each once; also categories that no case has."""
        return self._of(name)[0]

    def counts(self, names: Sequence[str]) -> dict[tuple[str, ...], int]:
        """The combinations that occur, in the order of the names, with their cases. All cases for no names."""
        found = [self._of(name) for name in names]
        sizes = tuple(len(labels) for labels, _ in found)
        place = np.zeros(self.cases.n, dtype=np.int64)
        for size, (_, index) in zip(sizes, found, strict=True):
            place = place * size + index
        places, n = np.unique(place, return_counts=True)
        each = np.unravel_index(places, sizes) if sizes else ()
        columns = [[labels[i] for i in at] for at, (labels, _) in zip(each, found, strict=True)]
        combined = list(zip(*columns, strict=True)) if columns else [()] * len(places)
        return dict(zip(combined, n.tolist(), strict=True))

    def _of(self, name: str) -> tuple[tuple[str, ...], Index]:
        if name not in self._labelled:
            variable, item = mention_parts(name)
            is_set = item is not None or variable in self.cases.codebook.sets
            self._labelled[name] = self._of_set(variable, item) if is_set else self._of_variable(name)
        return self._labelled[name]

    def _of_set(self, name: str, item: str | None) -> tuple[tuple[str, ...], Index]:
        mentions = self.cases.mentions(name)
        if item is None:
            held = mentions.base
        elif item:
            held = mentions.mentioned[mentions.items.index(item)]
        else:
            held = np.asarray(mentions.mentioned.any(axis=0))
        return (NO, YES), held.astype(np.int64)

    def _of_variable(self, name: str) -> tuple[tuple[str, ...], Index]:
        cases, variable = self.cases, self.cases.variables[name]
        if variable.categorical:
            coded = cases.coded(name)
            labels = [*coded.codes, NO_NUMBER]
            index = np.where(coded.index > 0, coded.index.astype(np.int64) - 1, len(coded.codes))
        elif variable.kind in ("numeric", "weight") and cases.columns[name].numbers:
            numbers = cases.numeric(name)
            values, place = np.unique(numbers[~np.isnan(numbers)], return_inverse=True)
            labels = [*(code_text(value) for value in values.tolist()), NO_NUMBER]
            index = np.full(cases.n, len(labels) - 1, dtype=np.int64)
            index[~np.isnan(numbers)] = place
        else:
            labels, index = [SOMETHING], np.zeros(cases.n, dtype=np.int64)
        for code, missing in cases.missing(name).items():
            index[missing] = len(labels)
            labels.append(f"{NO_VALUE}{code}")
        return tuple(labels), index
