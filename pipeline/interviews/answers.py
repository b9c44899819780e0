"""How people coded the answers to an open question: a small table beside the codebook, a row per answer and coder."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.codes import code_of
from pipeline.errors import StudyError
from pipeline.paths import Layout

COLUMNS = ("wave", "unit", "coder", "codes")
SEPARATOR = re.compile(r"[\s,;]+")

Given = Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Coding:
    """Who coded, the first one first, and the codes that each gave each answer: by wave and unit, then by coder.

    An answer that a coder looked at and gave no code has an empty list.
    """

    coders: tuple[str, ...]
    given: Given

    def main(self, wave: str, unit: str) -> tuple[str, ...] | None:
        """The codes that count for an answer: those of the first coder who coded it; ``None`` where nobody did."""
        found = self.given.get((wave, unit), {})
        return next((found[coder] for coder in self.coders if coder in found), None)


def tokens(text: str) -> tuple[str, ...]:
    """The codes in a cell, parted by blanks, commas or semicolons, each once."""
    return tuple(dict.fromkeys(code_of(token) for token in SEPARATOR.split(text.strip()) if token))


def read(layout: Layout, variable: str) -> Coding | None:
    """The coding of a question's answers; ``None`` where nobody has coded them. Raises :class:`StudyError`."""
    path = layout.coding(variable)
    content = layout.content(path)
    if content is None:
        return None
    shown = layout.shown(path)
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        raise StudyError("interviews.coding_unreadable", file=shown, columns=",".join(COLUMNS)) from None
    if not rows or tuple(rows[0]) != COLUMNS:
        raise StudyError("interviews.coding_unreadable", file=shown, columns=",".join(COLUMNS))
    coders: dict[str, None] = {}
    given: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS) or not all(row[:3]):
            raise StudyError("interviews.coding_row", file=shown, line=line, columns=",".join(COLUMNS))
        wave, unit, coder, codes = row
        coders.setdefault(coder)
        given.setdefault((wave, unit), {})[coder] = tokens(codes)
    return Coding(tuple(coders), given)


def written(coding: Coding) -> str:
    """The coding as the text of its file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for coder in coding.coders:
        for (wave, unit), by in coding.given.items():
            if coder in by:
                writer.writerow([wave, unit, coder, " ".join(by[coder])])
    return out.getvalue()
