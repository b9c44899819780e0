"""Exports of six survey tools in six languages come out as a market researcher would set them up by hand."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pytest

from pipeline.paths import layout
from pipeline.spss.model import Dictionary, LabelTable, MissingValues, Variable
from pipeline.start.guess import Guesses, guess
from pipeline.start.init import bring_in, read_and_guess
from tests.start.bank import BANKS
from tests.start.tools import FORMS, MARKS, TOOLS, Export, any_tool, made, titles

CASES = [
    (tool, lang, variant) for tool, (_, variants) in TOOLS.items() for lang in BANKS for variant in range(variants)
]
FEW = [(tool, lang, variant) for (tool, (_, variants)), lang in zip(TOOLS.items(), BANKS, strict=True)
       for variant in range(variants)]  # fmt: skip


@dataclass
class Score:
    """What is right, what is wrong and what was missed, each in words."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def guessed(export: Export, folder: Path) -> Guesses:
    export.write(folder / "export.sav")
    return read_and_guess(bring_in(folder / "export.sav", layout(folder / "study"), "1", copy=True))[1]


def scored(export: Export, found: Guesses) -> Score:
    score = Score()
    proposed = {g.members: g for g in (*found.sets, *found.batteries, *found.numbers)}
    for e in export.groups:
        group = proposed.pop(e.members, None)
        if group is None:
            score.missed.append(f"{e.kinds[0]} {e.members[0]}…: {e.title}")
        elif group.kind not in e.kinds or group.label != e.title or set(group.beside) != set(e.beside):
            score.wrong.append(f"{group.kind} {e.members[0]}: {group.label!r} beside {group.beside}, not {e}")
        else:
            score.right += 1
    score.wrong += [f"{g.kind} {g.members}: {g.label}" for g in proposed.values()]
    for name, g in found.variables.items():
        roles = export.roles.get(name)
        is_a = "metadata" if g.metadata else g.kind
        if roles is None:
            score.wrong += [f"{name} metadata"] if g.metadata else []
        elif is_a in roles:
            score.right += 1
        elif "metadata" in roles:
            score.missed.append(f"{name} is {is_a}, not metadata")
        else:
            score.wrong.append(f"{name} is {is_a}, not {roles}")
    return score


@pytest.mark.parametrize(("tool", "lang", "variant"), FEW)
def test_an_export_is_set_up_as_by_hand(tool: str, lang: str, variant: int, tmp_path: Path) -> None:
    export = made(tool, lang, variant)
    score = scored(export, guessed(export, tmp_path))
    assert (score.wrong, score.missed) == ([], [])
    assert score.right > 10


@pytest.mark.exhaustive
def test_all_of_them() -> None:
    """In all languages and variants, without a file: the counts are those of the closing note."""
    counts: Counter[str] = Counter()
    found = []
    for tool, lang, variant in CASES:
        export = made(tool, lang, variant)
        score = scored(export, in_memory(export))
        counts += Counter(right=score.right, wrong=len(score.wrong), missed=len(score.missed))
        found += [f"{tool} {lang} {variant}: {fault}" for fault in (*score.wrong, *score.missed)]
    assert found == []
    assert counts["right"] == sum(len(e.groups) + len(e.roles) for e in (made(*case) for case in CASES))


# ---------------------------------------------------------------- any tool: labels, marks and names in all combinations

NAMES = ("Q{q}_{i}", "q{q}{a}", "v{q}_{i:02}", "V0{q}0{i}")
ALL = [
    (lang, form, marks, NAMES[n % len(NAMES)])
    for n, ((form, marks), lang) in enumerate(product(product(FORMS, MARKS), BANKS))
]


def in_memory(export: Export) -> Guesses:
    """Guesses about an export that was not written to a file."""
    variables, table = [], {}
    for name, column in export.columns.items():
        text = any(isinstance(x, str) for x in column)
        codes = LabelTable(sorted(export.values.get(name, {}).items()))  # type: ignore[type-var]
        label = export.labels.get(name, "")
        missing = MissingValues(tuple(export.missing.get(name, ())))
        kind: Literal["string", "numeric"] = "string" if text else "numeric"
        variables.append(Variable(name, label, kind=kind, value_labels=codes, missing=missing))
        values = [None if isinstance(x, float) and math.isnan(x) else x for x in column]
        table[name] = pa.array(values, pa.string() if text else pa.float64())
    return guess(Dictionary(variables=tuple(variables)), pa.table(table))


def faults(lang: str, form: str, marks: str, names: str) -> list[str]:
    export = any_tool(lang, form, marks, names)
    found = in_memory(export)
    proposed = {g.members: g for g in (*found.sets, *found.batteries, *found.numbers)}
    wrong = []
    for e in export.groups:
        group = proposed.pop(e.members, None)
        if group is None:
            wrong.append(f"missed {e}")
        elif (
            group.kind not in e.kinds or group.label not in titles(form, e.title) or set(group.beside) != set(e.beside)
        ):
            wrong.append(f"{group}, not {e}")
    return wrong + [f"extra {group}" for group in proposed.values()]


@pytest.mark.parametrize("at", range(0, len(ALL), 31))
def test_questions_of_any_tool(at: int) -> None:
    assert faults(*ALL[at]) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("lang", BANKS)
def test_all_questions_of_any_tool(lang: str) -> None:
    assert [(case, found) for case in ALL if case[0] == lang and (found := faults(*case))] == []
