"""The project's own study, tabulated: the published figures are there and right, and the report shows nothing else."""

from __future__ import annotations

import math
import re
import zipfile
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.paths import Layout
from pipeline.present import formats
from pipeline.present.build import document
from pipeline.present.document import Document, Table
from pipeline.results import CODEBOOK_TABLE, COLUMNS, Results, schema
from pipeline.stages.job import Job
from pipeline.stages.render import origins
from pipeline.statistics import registry

WAVE = "2009"


@pytest.fixture(scope="module")
def job(project_copy: Layout) -> Job:
    return Job(project_copy, project_copy.existing_wave(WAVE))


@pytest.fixture(scope="module")
def results(job: Job) -> Results:
    return Results.read(job.results_file)


@pytest.fixture(scope="module")
def documents(job: Job, results: Results) -> dict[str, Document]:
    return {
        lang: document(job.files, job.source, results, origins(job), WAVE, lang, "internal") for lang in ("it", "en")
    }


# Boccacin (2017), section 6: statement, variable, code, printed percentage, count and base that it implies.
PUBLISHED = [
    ("P2", "forma", "1", "26.5", 22, 83),
    ("P3", "forma", "2", "73.5", 61, 83),
    ("P4", "tipo_sogg", "1", "50.0", 11, 22),
    ("P5", "tipo_contr", "1", "63.9", 39, 61),
    ("P6", "tipo_contr", "2", "29.5", 18, 61),
    ("P7", "tipo_contr", "3", "4.9", 3, 61),
]


@pytest.mark.parametrize(("name", "variable", "code", "printed", "k", "n"), PUBLISHED, ids=[p[0] for p in PUBLISHED])
@pytest.mark.parametrize("table", ["its own", CODEBOOK_TABLE])
def test_published_figures(
    results: Results, table: str, name: str, variable: str, code: str, printed: str, k: int, n: int
) -> None:
    table = variable if table == "its own" else table
    count = results.get(table, "n", variable, code)
    share = results.get(table, "valid_share", variable, code)
    assert count is not None
    assert share is not None
    assert (count.value, count.n) == (k, n)
    assert share.value == pytest.approx(float(Fraction(k, n)), rel=1e-15)
    assert (share.n, share.base) == (n, n)
    assert formats.share_text(share.value or 0.0, "en") == printed


def test_p1_all_offices(results: Results) -> None:
    for variable in ("forma", "territorio"):
        row = results.get(variable, "cases_n", variable)
        assert row is not None
        assert row.value == 98
    missing = results.get("forma", "missing_n", "forma", "9")
    assert missing is not None
    assert missing.value == 15


def test_the_census_bounds_of_new_entities(results: Results) -> None:
    """22 of 83 known of 98: worst case 22/98 to 37/98, exact interval K in [23, 30] (worked values of the study)."""
    expected = {"bound_low": 22, "bound_high": 37, "interval_low": 23, "interval_high": 30}
    for statistic, k in expected.items():
        row = results.get("forma", statistic, "forma", "1")
        assert row is not None
        assert row.value == pytest.approx(k / 98, rel=1e-12)


# ---------------------------------------------------------------- the schema


def test_the_schema(job: Job) -> None:
    table = pq.read_table(job.results_file)
    assert table.schema.remove_metadata() == schema()
    assert tuple(table.column_names) == COLUMNS == (
        "wave", "table_id", "statistic", "row_var", "row_code", "col_var", "col_code", "layer_var", "layer_code",
        "value", "n", "base", "method", "warning", "error", "suppressed", "letters",
    )  # fmt: skip
    assert set(table.column("wave").to_pylist()) == {WAVE}


def test_every_number_stands_there_once(results: Results) -> None:
    seen: dict[tuple[Any, ...], int] = defaultdict(int)
    for r in results:
        seen[(r.table_id, r.statistic, r.row_var, r.row_code, r.col_var, r.col_code, r.layer_var, r.layer_code)] += 1
    assert [key for key, times in seen.items() if times > 1] == []


def test_what_could_not_be_computed_has_a_reason_and_no_number(results: Results) -> None:
    for r in results:
        assert (r.value is None) == bool(r.error), r
        assert r.value is None or math.isfinite(r.value), r


def test_shares_are_between_0_and_1_and_lead_back_to_their_counts(results: Results) -> None:
    counts = {
        (r.table_id, r.row_var, r.row_code, r.col_var, r.col_code, r.layer_code): r.value
        for r in results if r.statistic == "count"
    }  # fmt: skip
    checked = 0
    for r in results:
        if r.statistic in ("valid_share", "share", "row_share", "column_share", "table_share") and r.value is not None:
            assert 0 <= r.value <= 1 + 1e-12
            count = counts.get((r.table_id, r.row_var, r.row_code, r.col_var, r.col_code, r.layer_code))
            if count is not None and r.base:
                assert r.value == pytest.approx(count / r.base, rel=1e-12, abs=1e-15), r
                checked += 1
    assert checked > 1000


# ---------------------------------------------------------------- the report shows only results


def shares_of(results: Results, table: Table) -> set[float]:
    name = table.id.removeprefix("table-").removesuffix("-statistics")
    return {r.value for r in results.rows(name) if registry.form(r.statistic) == "share" and r.value is not None}


def all_values(results: Results, table: Table) -> set[float]:
    name = table.id.removeprefix("table-").removesuffix("-statistics")
    return {r.value for r in results.rows(name) if r.value is not None}


@pytest.mark.parametrize("lang", ["it", "en"])
def test_every_number_in_a_table_is_a_result(documents: dict[str, Document], results: Results, lang: str) -> None:
    strange = []
    checked = 0
    for table in documents[lang].tables():
        if table.id == "table-missing_answers":  # compiled from the codebook's rows: see below
            continue
        shares, everything = shares_of(results, table), all_values(results, table)
        for row in table.rows:
            for cell in row.cells:
                if cell.value is None:
                    continue
                checked += 1
                known = shares if cell.format.startswith("percent") else everything
                if cell.value not in known:
                    strange.append((table.id, row.label, row.kind, cell.text, cell.value))
    assert strange == []
    assert checked > 1500


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_text_of_a_percentage_is_its_result_rounded(documents: dict[str, Document], lang: str) -> None:
    for table in documents[lang].tables():
        for row in table.rows:
            for cell in row.cells:
                if cell.format == "percent1" and cell.value is not None:
                    assert cell.text == formats.share_text(cell.value, lang)


def shown(document: Document) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.cells] for row in table.rows if row.kind != "group"] for table in document.tables()
    ]


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_web_page_shows_these_cells(documents: dict[str, Document], lang: str, tmp_path: Path) -> None:
    from lxml import html

    from pipeline import render

    render.write("html", documents[lang], tmp_path / "r.html")
    page = html.fromstring((tmp_path / "r.html").read_bytes().decode("utf-8"))
    found = []
    for table in page.xpath("//figure[contains(@class, 'table')]//table"):
        rows = [[(td.text or "").strip() for td in tr.xpath("./td")] for tr in table.xpath(".//tbody/tr")]
        found.append([row for row in rows if row])
    assert found == shown(documents[lang])


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_workbook_holds_these_numbers(documents: dict[str, Document], lang: str, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from pipeline import render

    render.write("xlsx", documents[lang], tmp_path / "r.xlsx")
    book = load_workbook(tmp_path / "r.xlsx", read_only=True)
    numbers = {
        float(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row
        if isinstance(value, (int, float))
    }  # fmt: skip
    values = {
        cell.value for table in documents[lang].tables() for row in table.rows for cell in row.cells
        if cell.value is not None
    }  # fmt: skip
    assert len(values) > 300
    assert {v for v in values if not any(math.isclose(v, n, rel_tol=1e-14) for n in numbers)} == set()


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_text_document_shows_these_cells(documents: dict[str, Document], lang: str, tmp_path: Path) -> None:
    from lxml import etree

    from pipeline import render

    render.write("docx", documents[lang], tmp_path / "r.docx")
    with zipfile.ZipFile(tmp_path / "r.docx") as package:
        tree = etree.fromstring(package.read("word/document.xml"))
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    texts = {"".join(t.text or "" for t in cell.iter(f"{w}t")).strip() for cell in tree.iter(f"{w}tc")}
    expected = {text for table in shown(documents[lang]) for row in table for text in row if text}
    lacking = {e for e in expected if not any(t == e or t.startswith(e) for t in texts)}
    assert lacking == set()


def test_both_languages_show_the_same_numbers(documents: dict[str, Document]) -> None:
    it, en = documents["it"], documents["en"]
    assert [t.id for t in it.tables()] == [t.id for t in en.tables()]
    for one, two in zip(it.tables(), en.tables(), strict=True):
        # categories sorted by size may tie, so rows are compared as they stand: ties keep the codebook's order
        assert [[c.value for c in r.cells] for r in one.rows] == [[c.value for c in r.cells] for r in two.rows], one.id
        assert [[c.kind for c in r.cells] for r in one.rows] == [[c.kind for c in r.cells] for r in two.rows], one.id
    assert [f.id for f in it.figures()] == [f.id for f in en.figures()]


PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)%")


@pytest.mark.parametrize("lang", ["it", "en"])
def test_percentages_in_sentences_are_results(documents: dict[str, Document], results: Results, lang: str) -> None:
    """Key findings, texts and headlines: each percentage is a share of some result, rounded once."""
    known = {
        formats.share_text(r.value, lang) for r in results
        if r.value is not None and registry.form(r.statistic) == "share"
    }  # fmt: skip
    doc = documents[lang]
    sentences = ["".join(run.text for run in finding) for finding in doc.cover.findings]
    sentences += [f.headline for f in doc.figures()]
    for section in doc.sections:
        if not section.back_matter:
            sentences += [
                "".join(run.text for run in block.runs) for block in section.blocks if block.kind == "paragraph"
            ]
    found = [p for sentence in sentences for p in PERCENT.findall(sentence)]
    assert len(found) > 20
    assert [p for p in found if p not in known] == []


def test_nothing_of_the_report_is_left_out(documents: dict[str, Document]) -> None:
    """With the project's own data every text finds its numbers and every figure is drawn."""
    for doc in documents.values():
        assert len(doc.tables()) >= 35
        assert len(doc.figures()) >= 15
        for block in doc.blocks():
            if block.kind == "paragraph":
                assert "{" not in "".join(run.text for run in block.runs)
