"""Routine changes take one word for all; a word holds while the codebook asks what it asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.spec.model import Codebook
from pipeline.waves.draft import proposed
from pipeline.waves.model import Together, WaveMapping
from pipeline.waves.questionnaire import compare
from pipeline.waves.recognise import recognise
from tests.waves.surveys import QUESTIONS, changed, codebook, survey

Q = QUESTIONS


def drafted(path: Path) -> tuple[WaveMapping, Codebook, object]:
    """Two questions renumbered, one reversed."""
    scale = Q["giudizio"].answers
    found = survey(path / "s.sav", changed(
        modo=Q["modo"].but(name="q7"), tipo=Q["tipo"].but(name="q8", missing={99: "Non risponde"}),
        giudizio=Q["giudizio"].but(name="q9", answers={5 - c: t for c, t in scale.items()}),
    ))  # fmt: skip
    book = codebook()
    return proposed(compare(found.dictionary, found.table, book), found.dictionary.sha256, book), book, found


def test_one_word_for_all_of_a_kind_and_never_for_what_is_reversed(tmp_path: Path) -> None:
    mapping, _, _ = drafted(tmp_path)
    assert mapping.variables["modo"].together == ("renumbered",)
    assert mapping.variables["tipo"].together == ("renumbered", "missing_moved")
    assert mapping.variables["giudizio"].together == ("renumbered",)  # its new name; its reversal waits apart
    word = Together(confirmed=True, by="A. Rossi", on="2026-11-27")
    half = mapping.model_copy(update={"together": {**mapping.together, "renumbered": word}}).resolved()
    assert set(half.waiting()) == {"tipo", "giudizio"}
    whole = mapping.model_copy(update={"together": dict.fromkeys(mapping.together, word)}).resolved()
    assert whole.waiting() == ("giudizio",)
    assert (whole.variables["tipo"].by, whole.variables["tipo"].on) == ("A. Rossi", "2026-11-27")


@pytest.mark.parametrize(("asked", "waits"), [("tipo", ["tipo"]), ("forma", [])])
def test_a_word_ends_where_the_codebook_asks_otherwise(tmp_path: Path, asked: str, waits: list[str]) -> None:
    mapping, book, found = drafted(tmp_path)
    sure = mapping.model_copy(
        update={"variables": {n: r.model_copy(update={"confirmed": True}) for n, r in mapping.variables.items()}}
    )
    variable = book.variables[asked]
    turned = {
        c: variable.categories[d] for c, d in zip(variable.categories, reversed(variable.categories), strict=True)
    }
    variables = {**book.variables, asked: variable.model_copy(update={"categories": turned})}
    edited = book.model_copy(update={"variables": variables})
    before, _ = recognise(found.dictionary, found.table, book, sure)  # type: ignore[attr-defined]
    after, _ = recognise(found.dictionary, found.table, edited, sure)  # type: ignore[attr-defined]
    assert list(before.held) == []
    assert [n for n in after.held if n == "tipo"] == waits
