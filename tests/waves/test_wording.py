"""What turns the meaning of a label is never lost, and what does not is no change."""

from __future__ import annotations

import pytest

from pipeline.waves.wording import degree, without_code, without_number


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("<40", ">40"), ("-2", "+2"), ("A+", "A-"), ("18", "18+"), ("Spesa in €", "Spesa in %"), ("≤ 3", "≥ 3"),
        ("Presenza", "Assenza"), ("Forma contrattuale", "Nessuna forma contrattuale"), ("EU", "non-EU"),
        ("Increased", "Decreased"), ("Employed", "Unemployed"), ("Income in 2019", "Income in 2020"),
        ("Udine", "Undine"), ("Brescia", "Brindisi"), ("Iran", "Iraq"), ("figlio", "figlia"), ("Gruppo A", "Gruppo I"),
        ("Trust: the mayor", "Trust: the council"), ("Town and country", "Town or country"), ("Valido", "Invalido"),
        ("Last week", "Last year"), ("from home to work", "from work to home"),
    ],
)  # fmt: skip
def test_what_turns_the_meaning_is_never_the_same(a: str, b: str) -> None:
    assert degree(a, b) in ("near", "other")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Città", "citta'"),
        ("“Sì”", "si"),
        ("18–24", "18-24"),
        ("1,000 euro", "1000  EURO"),
        ("L’ufficio.", "l'ufficio"),
    ],
)
def test_case_accents_quotes_dashes_and_blanks_are_no_change(a: str, b: str) -> None:
    assert degree(a, b) == "exact"


@pytest.mark.parametrize(("a", "b"), [("Nuovo soggetto", "Nuovi soggetti"), ("Type of cities", "The type of city")])
def test_singular_and_plural_say_the_same(a: str, b: str) -> None:
    assert degree(a, b) == "same"


@pytest.mark.parametrize(
    ("label", "bare"),
    [
        ("Q86a. Trust", "Trust"), ("D12 - Trust", "Trust"), ("12) Trust", "Trust"), ("Domanda 4: Fiducia", "Fiducia"),
        ("[Q5_1] Trust", "Trust"), ("18-24 years", "18-24 years"), ("2009 income", "2009 income"), ("65+", "65+"),
    ],
)  # fmt: skip
def test_a_question_s_number_is_no_wording(label: str, bare: str) -> None:
    assert without_number(label) == bare


def test_an_answer_s_own_code_is_no_wording() -> None:
    assert without_code("1 = Yes", "1") == "Yes"
    assert without_code("1 - 2 times", "1") == "1 - 2 times"
