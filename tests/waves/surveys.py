"""Pairs of a codebook and an SPSS file, described question by question; the file is written by pyreadstat."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.spec.model import Codebook, Variable
from pipeline.spss import DataFile, child
from pipeline.spss.channel import NAMES, Files
from pipeline.spss.read import columns
from pipeline.waves.questionnaire import Comparison, compare

NAN = float("nan")


@dataclass(frozen=True)
class Question:
    """One question: what the file says of it, and the answers of its cases (code by code in turn, if none given)."""

    name: str
    label: str
    answers: dict[Any, str] = field(default_factory=dict)
    missing: dict[Any, str] = field(default_factory=dict)
    values: tuple[Any, ...] = ()
    kind: str = "nominal"
    ranges: tuple[Any, ...] = ()

    def but(self, **changes: Any) -> Question:
        """The same with something changed."""
        return replace(self, **changes)


CASES = 12
QUESTIONS = {
    q.name: q
    for q in (
        Question("codice", "Codice dell'Ufficio", values=tuple(f"LO{i:02d}" for i in range(CASES)), kind="identifier"),
        Question("forma", "Forma della gestione associata", {1: "Nuovo soggetto", 2: "Contratto"}, {9: "Non risponde"}),
        Question(
            "tipo", "Tipo di forma contrattuale",
            {1: "Accordo di programma", 2: "Convenzione", 3: "Protocollo d'intesa"}, {9: "Non risponde"},
        ),
        Question(
            "modo", "Modalità prevalente di governo",
            {1: "Consultazione", 2: "Concertazione", 3: "Autoregolazione", 4: "Altro modo"},
            {8: "Non sa", 9: "Non risponde"},
        ),
        Question(
            "giudizio", "Giudizio sui tavoli",
            {1: "Molto sfavorevole", 2: "Sfavorevole", 3: "Favorevole", 4: "Molto favorevole"},
            {8: "Non sa", 9: "Non risponde"}, kind="ordinal",
        ),
        Question("area_a", "Area: Minori", {0: "No", 1: "Sì"}, {9: "Non risponde"}),
        Question("area_b", "Area: Anziani", {0: "No", 1: "Sì"}, {9: "Non risponde"}),
        Question("fte", "Personale dell'Ufficio", missing={999: "Non risponde"}, kind="numeric",
                 values=(*(2.5 * i for i in range(CASES - 1)), 999.0)),
        Question("nota", "Osservazioni", kind="text", values=("bene", "") * (CASES // 2)),
    )
}  # fmt: skip


def codebook(questions: dict[str, Question] = QUESTIONS) -> Codebook:
    """The codebook that says what the questions say."""
    return Codebook.model_validate(
        {
            "variables": {
                name: Variable(
                    name=name, label={"it": q.label, "en": f"English of {name}"}, kind=q.kind,  # type: ignore[arg-type]
                    categories={str(c): {"it": text, "en": f"EN {text}"} for c, text in q.answers.items()},
                    missing={str(c): {"it": text, "en": f"EN {text}"} for c, text in q.missing.items()},
                )
                for name, q in questions.items()
            },
            "sets": {
                "aree": {"label": {"it": "Aree", "en": "Areas"}, "name": "aree", "kind": "dichotomies",
                         "members": ["area_a", "area_b"], "counted": 1}
            },
        }
    )  # fmt: skip


def write(path: Path, questions: dict[str, Question]) -> Path:
    """The SPSS file of these questions."""
    import pandas as pd
    import pyreadstat

    columns, value_labels, missing = {}, {}, {}
    for q in questions.values():
        codes = [*q.answers, *q.missing]
        columns[q.name] = list(q.values) or [codes[i % len(codes)] for i in range(CASES)]
        if codes:
            value_labels[q.name] = {c: text for c, text in {**q.answers, **q.missing}.items() if text}
        if q.missing or q.ranges:
            missing[q.name] = [*q.missing, *q.ranges]
    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(
        pd.DataFrame(columns), str(path), column_labels={q.name: q.label for q in questions.values()},
        variable_value_labels=value_labels, missing_ranges=missing,
    )  # fmt: skip
    return path


def survey(path: Path, questions: dict[str, Question]) -> DataFile:
    """Write the file and read it as the pipeline does, in this process: hundreds of them would start as many."""
    write(path, questions)
    with contextlib.ExitStack() as opened:
        handles = {name: opened.enter_context(tempfile.TemporaryFile()).fileno() for name in NAMES}
        files = Files(handles)
        dictionary = child.parse(path, files)
        return DataFile(dictionary, columns(files, dictionary))


def changed(**changes: Question | None) -> dict[str, Question]:
    """The questionnaire with some questions changed; ``None`` takes one out."""
    found = {}
    for name, q in QUESTIONS.items():
        new = changes.get(name, q)
        if new is not None:
            found[name] = new
    found.update({name: q for name, q in changes.items() if name not in QUESTIONS and q is not None})
    return found


def drift(path: Path, **changes: Question | None) -> Comparison:
    """The comparison of a changed questionnaire's file with the codebook of the unchanged one."""
    found = survey(path / "survey.sav", changed(**changes))
    return compare(found.dictionary, found.table, codebook())
