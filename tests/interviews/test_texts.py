"""What a word is in Italian and English, which words are counted, and where one stands."""

from __future__ import annotations

import sys

import pytest

from pipeline.errors import StudyError
from pipeline.interviews.material import joined, pseudonymised
from pipeline.interviews.texts import contexts, counted, tokens
from pipeline.spec.interviews import Words


def test_italian_elisions_are_two_words_and_english_ones_are_one() -> None:
    assert list(tokens("L'affido dell’ufficio: co-progettare, 2009!", "it")) == [
        "l", "affido", "dell", "ufficio", "co-progettare",
    ]  # fmt: skip
    assert list(tokens("They don’t decide", "en")) == ["they", "don't", "decide"]


def test_stop_words_are_in_the_totals_and_in_no_table() -> None:
    words, counts = counted(["La rete e la rete", "una rete", "fuori"], [0, 1, -1], 2, Words())
    assert words == ["rete"]
    assert counts.counts.tolist() == [[2, 1]] and counts.totals.tolist() == [5, 2] and counts.texts.tolist() == [[1, 1]]
    words, _ = counted(["La rete"], [0], 1, Words(keep=("la",), stop=("rete",), shortest=1))
    assert words == ["la"]


def test_a_word_in_its_context_and_all_that_begin_so() -> None:
    text = "Decidere insieme è faticoso.\nSi decide dopo; indecisi mai."
    found = [(word, left, right) for _, left, word, right in contexts(text, ["decid*"])]
    assert [word for word, _, _ in found] == ["Decidere", "decide"]
    assert found[1][1:] == ("Decidere insieme è faticoso. Si", "dopo; indecisi mai.")


def test_names_are_replaced_however_they_are_written_and_only_as_words() -> None:
    names = {"Anna Neri": "[A]", "Neri": "[N]", "Po": "[fiume]"}
    assert pseudonymised("ANNA\nneri e Neri sul Po, poi Neriana", names) == "[A] e [N] sul [fiume], poi Neriana"


def test_passages_that_overlap_are_one() -> None:
    assert joined([(5, 9), (0, 3), (2, 4), (4, 5), (4, 5)]) == [(0, 4), (4, 5), (5, 9)]


def test_lemmas_where_the_package_is_and_a_message_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "simplemma", None)
        with pytest.raises(StudyError, match="simplemma"):
            counted(["famiglie"], [0], 1, Words(lemmas=True))
    pytest.importorskip("simplemma")
    assert counted(["famiglie e famiglia"], [0], 1, Words(lemmas=True))[0] == ["famiglia"]
