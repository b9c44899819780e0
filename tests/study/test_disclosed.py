"""What a survey report discloses of its survey: printed item by item, and whole before a report is called final."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import html

from tests.conftest import Ran, SmallStudy

ITEMS = ("sponsor", "conducted_by", "instrument", "frame", "selection", "mode", "processing", "limits")


def filled(study: SmallStudy, status: str, items: tuple[str, ...] = ITEMS) -> None:
    lines = "\n".join(f"  {item}: {{it: voce {item}, en: item {item}}}" for item in items)
    study.edit("study.yml", "inference: description", f"status: {status}\nsurvey:\n{lines}\ninference: description")


def source(study: SmallStudy, words: str) -> None:
    path = study.raw / "source.yml"
    path.write_text(
        path.read_text("utf-8") + words if path.exists() else f"title: {{it: Prova, en: Test}}\n{words}", "utf-8"
    )


def page(study: SmallStudy, lang: str) -> html.HtmlElement:
    return html.fromstring((study.reports / f"report.{lang}.html").read_bytes())


@pytest.mark.parametrize("lang", ["it", "en"])
def test_a_final_report_prints_every_item(small_study: SmallStudy, run: Callable[..., Ran], lang: str) -> None:
    filled(small_study, "final")
    source(small_study, "fieldwork: {it: marzo 2009, en: March 2009}\n")
    assert run("report", "--study", small_study.folder, "--formats", "html", "--lang", lang).code == 0
    made = page(small_study, lang)
    section = made.xpath("//section[h2[@id='section-methods']]//section[contains(@class, 'facts')]")[0]
    said = [dd.text_content().strip() for dd in section.xpath(".//dd")]
    word = {"it": "voce", "en": "item"}[lang]
    for item in ITEMS:
        assert f"{word} {item}" in said
    assert {"it": "marzo 2009", "en": "March 2009"}[lang] in said
    assert any("14" in text for text in said)
    assert len(said) == len(ITEMS) + 4  # population, fieldwork, response and weighting come from elsewhere
    assert {"it": "Bozza", "en": "Draft"}[lang] not in made.xpath("//header")[0].text_content()


@pytest.mark.parametrize(("lang", "place"), [("it", "riga"), ("en", "line")])
def test_a_final_report_with_an_empty_item_is_refused(
    small_study: SmallStudy, run: Callable[..., Ran], lang: str, place: str
) -> None:
    filled(small_study, "final", ITEMS[2:])
    line = small_study.text("study.yml").split("\n").index("status: final") + 1
    made = run("report", "--study", small_study.folder, "--formats", "html", "--lang", lang)
    assert made.code == 2
    assert f"study.yml, {place} {line}" in made.err
    assert "survey: sponsor; survey: conducted_by; source.yml: fieldwork" in made.err
    assert not small_study.reports.exists()


def test_a_draft_says_so_on_every_page_and_what_is_not_stated(small_study: SmallStudy, run: Callable[..., Ran]) -> None:
    filled(small_study, "draft", ITEMS[:3])
    assert run("report", "--study", small_study.folder, "--formats", "html", "--lang", "en").code == 0
    made = page(small_study, "en")
    assert "Draft" in made.text_content()
    assert made.text_content().count("not stated") == len(ITEMS) - 3 + 1


def test_a_study_that_says_nothing_of_it_prints_nothing(small_study: SmallStudy, run: Callable[..., Ran]) -> None:
    assert run("report", "--study", small_study.folder, "--formats", "html", "--lang", "en").code == 0
    assert "not stated" not in page(small_study, "en").text_content()
