"""What a file without value labels lets a person check, and what a changed set does to its question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.spss import MultipleResponseSet
from pipeline.waves.recognise import recognise
from tests.waves.surveys import QUESTIONS, changed, codebook, survey

Q = QUESTIONS


def test_a_file_without_value_labels_says_that_it_has_nothing_to_check_by(tmp_path: Path) -> None:
    bare = Q["forma"].but(answers={}, missing={}, values=(1, 2, 2, 9) * 3)
    found = survey(tmp_path / "s.sav", changed(forma=bare))
    recognised, _ = recognise(found.dictionary, found.table, codebook(), None)
    assert (recognised.unlabelled, recognised.held) == (("forma",), ())


def test_a_renamed_question_without_codes_waits(tmp_path: Path) -> None:
    found = survey(tmp_path / "s.sav", changed(fte=Q["fte"].but(name="q12"), nota=Q["nota"].but(name="q13")))
    recognised, _ = recognise(found.dictionary, found.table, codebook(), None)
    assert recognised.held == ("fte", "nota")


def test_a_set_that_counts_the_other_value_waits(tmp_path: Path) -> None:
    found = survey(tmp_path / "s.sav", changed())
    declared = MultipleResponseSet("$aree", "Aree", "dichotomies", 0.0, ("area_a", "area_b"))
    recognised, _ = recognise(replace(found.dictionary, sets=(declared,)), found.table, codebook(), None)
    assert recognised.held == ("aree",)


def test_a_set_whose_codes_and_counted_value_both_turned_is_the_same_set(tmp_path: Path) -> None:
    turned = {n: Q[n].but(answers={0: "Sì", 1: "No"}) for n in ("area_a", "area_b")}
    found = survey(tmp_path / "s.sav", changed(**turned))
    declared = MultipleResponseSet("$aree", "Aree", "dichotomies", 0.0, ("area_a", "area_b"))
    recognised, comparison = recognise(replace(found.dictionary, sets=(declared,)), found.table, codebook(), None)
    assert recognised.held == ("area_a", "area_b")
    assert comparison.sets == ()
