"""A study with interviews from its files to a report: numbers by hand, every table, both editions, fresh and not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import StudyError
from pipeline.interviews.compute import Counting
from pipeline.results import Results, ResultsWriter
from pipeline.spec.load import load
from pipeline.statistics.core import Options
from tests.conftest import Ran, SmallStudy
from tests.interviews.conftest import SAID

Run = Callable[..., Ran]


def counted(study: SmallStudy) -> Results:
    """The rows about interviews alone, without a wave's data."""
    made = Counting(load(study.layout), study.layout, "2009", Options(monte_carlo=200)).rows()
    return Results(ResultsWriter.joined("2009", list(made.values())))


def numbers(results: Results) -> Callable[..., Any]:
    rows = {(r.table_id, r.statistic, r.row_code, r.col_code): r for r in results}
    return lambda *key: rows[(*key, *[""] * (4 - len(key)))]


@pytest.fixture
def tabulated(spoken: SmallStudy, run: Run) -> SmallStudy:
    ran = run("tabulate", "--study", spoken.folder, "--lang", "en")
    assert ran.code == 0, ran.err
    return spoken


def test_numbers_are_those_counted_by_hand_and_quotations_those_marked(tabulated: SmallStudy) -> None:
    of = numbers(Results.read(tabulated.processed / "results.parquet"))
    assert of("albero", "passages", "Fiducia").value == 3  # two coders' overlapping segments are one; vera; the PDF
    assert of("albero", "passages_own", "Governance").value == 1
    assert of("albero", "passages", "Governance").value == 4  # itself, Decidere, and Tavoli in two sources
    assert of("albero", "sources_with", "Governance").value == 3
    assert of("albero", "cases_with", "Governance").value == 2
    assert of("albero", "passages", "Governance > Tavoli").value == 2  # not in the scheme, below it all the same
    assert of("casi", "passages", "Fiducia", "Arcipelago").value == 2
    assert of("gruppi", "sources_share", "Governance", "nuovo").value == 1  # both sources of the booth
    assert of("gruppi", "sources_share", "Fiducia", "contratto").value == 1  # the group that the file tells
    assert of("insieme", "together", "Governance", "Governance > Tavoli").value == 2
    assert of("fonti", "sources_n", "Sportello", "focus").value == 1
    assert of("saturi", "new_codes", "Intervista 1").value == 4
    assert of("accordo", "coders_sources").value == 1
    alpha = of("accordo", "krippendorff_alpha", "Fiducia")
    assert alpha.n == 3 and alpha.value == pytest.approx(1 - 5 * 2 / (2 * 3 * 3))  # 1 0 0 against 1 0 1
    assert of("accordo", "coders_agreement", "Fiducia").value == pytest.approx(2 / 3)
    assert of("accordo", "krippendorff_alpha_low", "Fiducia").error == "coders_one_cluster"
    assert of("joint", "sources_with", "0", "nuovo").value == 2
    assert of("via", "together", "0.0", "1.0").value == 1
    assert of("parole", "word_n", "servono").value == 1
    assert of("note", "word_n", "fine").value == 1
    assert of("contesto", "occurrences_n").value == 2
    said = Results.read(tabulated.processed / "results.parquet").rows("citate")
    assert [(r.row_code, r.layer_code) for r in said] == [
        ("Fiducia", "Io mi fido di loro."), ("Governance > Decidere", "[coordinatrice] decide con noi,"),
    ]  # fmt: skip
    whole = (tabulated.processed / "results.parquet").read_bytes()
    assert b"Anna" not in whole and b"lucia" not in whole


def test_all_of_it_is_in_the_report_and_marked(spoken: SmallStudy, run: Run) -> None:
    ran = run("report", "--study", spoken.folder, "--formats", "html,docx,xlsx,pdf", "--lang", "it,en")
    assert ran.code == 0, ran.err
    page = (spoken.reports / "report.it.html").read_text("utf-8")
    told = ("§ esempio inventato", "sono inventate", "si chiama Prova.qde", "senza alcun carattere: 1")
    for text in (*told, "Albero", "Casi", "Insieme", "Accordo", "Citazioni", "Accanto", "divergenza",
                 "Dicono cose diverse", "[coordinatrice] decide con noi"):  # fmt: skip
        assert text in page, text
    assert page.count("<svg") >= 8 and "Anna" not in page and ">Ada<" not in page
    english = (spoken.reports / "report.en.html").read_text("utf-8")
    assert "Trust" in english and "They differ." in english and "s alpha" in english


def test_the_public_edition_has_public_sources_only_and_nobodys_words(spoken: SmallStudy, run: Run) -> None:
    ran = run("report", "--study", spoken.folder, "--formats", "html", "--edition", "public", "--lang", "en")
    assert ran.code == 0, ran.err
    of = numbers(Results.read(spoken.processed / "public.parquet"))
    assert of("albero", "sources_with", "Governance").value == 1 and of("albero", "sources_with", "Governance").n == 1
    tables = set(Results.read(spoken.processed / "public.parquet").tables())
    assert not tables & {"citate", "contesto", "note"} and "joint" in tables
    folder = spoken.folder / "reports" / "public" / "2009"
    published = b"".join(p.read_bytes() for p in folder.iterdir() if p.is_file())
    for words in (b"fido di loro", b"decide con noi", b"Registrazione", b"Focus 1", b"Piano.pdf"):
        assert words not in published, words
    page = (folder / "report.en.html").read_text("utf-8")
    assert "not in the public edition, as it holds what persons said" in page
    assert "confidential ones are left out" in page


def test_with_no_public_source_every_table_says_why(spoken: SmallStudy, run: Run) -> None:
    said = spoken.folder / "interviews" / "interviews.yml"
    said.write_text(SAID.replace("disclosure: public", "disclosure: confidential"), "utf-8")
    ran = run("report", "--study", spoken.folder, "--formats", "html", "--edition", "public", "--lang", "en")
    assert ran.code == 0, ran.err
    page = (spoken.folder / "reports" / "public" / "2009" / "report.en.html").read_text("utf-8")
    assert page.count("as all sources are confidential") >= 8


def test_a_label_changes_no_number_and_a_file_does(tabulated: SmallStudy, run: Run) -> None:
    made = tabulated.processed / "tabulate.fresh.json"
    before = made.read_bytes()
    said = tabulated.folder / "interviews" / "interviews.yml"
    said.write_text(SAID.replace("en: Trust", "en: Confidence"), "utf-8")
    assert run("tabulate", "--study", tabulated.folder).code == 0 and made.read_bytes() == before
    said.write_text(SAID.replace("marks: true", "marks: false"), "utf-8")
    assert run("tabulate", "--study", tabulated.folder).code == 0 and made.read_bytes() != before
    before = made.read_bytes()
    project = tabulated.folder / "interviews" / "prova.qdpx"
    project.write_bytes(project.read_bytes() + b"\0")
    assert run("tabulate", "--study", tabulated.folder).code == 0 and made.read_bytes() != before


def test_another_waves_report_goes_without(spoken: SmallStudy, run: Run) -> None:
    (spoken.folder / "interviews" / "interviews.yml").write_text(SAID + "wave: 2026\n", "utf-8")
    ran = run("tabulate", "--study", spoken.folder)
    assert ran.code == 0, ran.err
    tables = Results.read(spoken.processed / "results.parquet").tables()
    assert "per_forma" in tables and "note" in tables and "albero" not in tables


SEGMENTS = """source,code,case,coder,text
Intervista 1,Fiducia,Arcipelago,Ada,Mi fido
Intervista 1,Fiducia,Arcipelago,Bea,Mi fido
Intervista 1,Governance > Decidere,Arcipelago,Ada,Si decide con Anna Neri
Focus 1,Fiducia,Sportello,Ada,Ci fidiamo
Focus 1,Governance,Sportello,Bea,Nulla
"""


def test_a_table_of_segments_serves_as_a_project_does(spoken: SmallStudy) -> None:
    said = SAID.replace("prova.qdpx", "prova.csv").replace("  Registrazione: {case: Sportello}\n", "")
    said = said.replace(
        "marked_by: Da citare", "chosen: [{source: Intervista 1, code: Governance > Decidere, begins: si}]"
    )
    (spoken.folder / "interviews" / "interviews.yml").write_text(said, "utf-8")
    (spoken.folder / "interviews" / "prova.csv").write_text(SEGMENTS, "utf-8")
    results = counted(spoken)
    of = numbers(results)
    assert of("albero", "passages", "Fiducia").value == 2  # what two coders saw in the same words is one passage
    assert of("casi", "passages", "Governance", "Sportello").value == 1
    assert of("accordo", "coders_units", "Fiducia").value == 2  # without a text the unit is the source
    assert of("accordo", "coders_agreement", "Fiducia").value == 0.5
    assert [r.layer_code for r in results.rows("citate")] == ["Si decide con [coordinatrice]"]


@pytest.mark.parametrize(("old", "new", "told"), [
    ("files: [prova.qdpx]", "files: [altro.qdpx]", "line 3"),
    ("files: [prova.qdpx]", "files: [../prova.qdpx]", "another folder"),
    ("files: [prova.qdpx]", "files: [prova.docx]", "no known kind"),
    ("Focus 1: {case", "Focos 1: {case", "Nearest: Focus 1"),
    ("codes: Fiducia}", "codes: Fiduca}", "Nearest: Fiducia"),
    ("groups: {forma: nuovo}", "groups: {forma: nuvo}", "Nearest: nuovo"),
    ("table: per_forma", "table: per_form", "Nearest: per_forma"),
    ("marked_by: Da citare", "chosen: [{source: Focus 1, code: Fiducia, begins: Qui}]", "begins with"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(spoken: SmallStudy, old: str, new: str, told: str) -> None:
    assert old in SAID
    (spoken.folder / "interviews" / "interviews.yml").write_text(SAID.replace(old, new), "utf-8")
    with pytest.raises(StudyError) as raised:
        counted(spoken)
    assert "interviews.yml" in str(raised.value) and told in str(raised.value)


@pytest.mark.parametrize(("old", "new", "told"), [
    ("show: joint, display: forma", "show: joint", "display"),
    ("by: forma, draw", "by: form, draw", "Nearest: forma"),
    ("show: sources", "show: sources, draw: true", "cannot be drawn"),
    ("of: nota", "of: provincia", "nota"),
])  # fmt: skip
def test_a_table_that_asks_for_what_is_not_there(spoken: SmallStudy, old: str, new: str, told: str) -> None:
    spoken.edit("report.yml", old, new)
    with pytest.raises(StudyError) as raised:
        counted(spoken)
    assert "report.yml" in str(raised.value) and told in str(raised.value)
