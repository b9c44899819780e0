"""A label's question and item, as survey tools write them; titles that a person would write."""

from __future__ import annotations

import pytest

from pipeline.labels import items, question, shared

MEDIA = "Which media do you use?"


@pytest.mark.parametrize(
    "form",
    ["{q} - {i}", "{q} – {i}", "{q} {i}", "{q} [{i}]", "[{i}] {q}", "{q} :: {i}", "{q}/{i}", "{q} | {i}", "{q}: {i}",
     "{q} - Selected Choice - {i}", "{q}\n{i}"],
)  # fmt: skip
def test_question_and_item(form: str) -> None:
    texts = [form.format(q=MEDIA, i=item) for item in ("Radio", "Television", "Press: daily")]
    assert shared(texts) == MEDIA
    assert items(texts) == ["Radio", "Television", "Press: daily"]
    assert len({question(text) for text in texts}) == 1 and question(texts[0])


@pytest.mark.parametrize(
    ("texts", "title", "own"),
    [
        (["Q3a. Trust: the press", "Q3b. Trust: the courts"], "Q3. Trust", ["the press", "the courts"]),
        (["Il sindaco: fiducia", "La giunta: fiducia"], "fiducia", ["Il sindaco", "La giunta"]),
        (["Confianza en la Iglesia", "Confianza en el ejército"], "Confianza", None),
        (["How happy are you with your job", "How happy are you with your home"], "How happy are you", None),
        (["Quanta fiducia ha nella stampa", "Quanta fiducia ha nella scuola"], "Quanta fiducia ha", None),
        (["Wie zufrieden sind Sie mit der Bahn", "Wie zufrieden sind Sie mit dem Bus"], "Wie zufrieden sind", None),
        (["The market is fair", "Taxes are fair"], "", None),
        (["The market is fair", "The market is fair"], "The market is fair", None),
        (["Walked to commute last year", "Used a car to commute last year"], "To commute last year", None),
        (["Q7 - Which? - A", "Q7 - Which? - B"], "Q7 - Which?", ["A", "B"]),
        (["Media (check all) Radio", "Media (check all) TV"], "Media (check all)", ["Radio", "TV"]),
    ],
)  # fmt: skip
def test_titles(texts: list[str], title: str, own: list[str] | None) -> None:
    assert shared(texts) == title
    assert items(texts) == (own or texts)


@pytest.mark.parametrize("text", ["Age", "Do you vote?", "Q1: a", "What is 10:30?", ""])
def test_no_item(text: str) -> None:
    assert question(text) == ""
