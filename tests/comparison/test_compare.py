"""The comparison of two small waves: numbers by hand and from R, words, freshness, and what may go wrong."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import cli
from pipeline.comparison.document import document
from pipeline.present.document import Document, Figure, Items, Paragraph, Table
from pipeline.progress import Progress
from pipeline.results import COLUMNS as RESULT_COLUMNS
from pipeline.stages import compare
from pipeline.stages.job import Job
from tests.comparison.conftest import LATER, LATER_COLUMNS, UNITS, add_wave
from tests.comparison.test_change import R
from tests.conftest import COLUMNS, NAN, SmallStudy


def tabulated(study: SmallStudy) -> SmallStudy:
    assert cli.main(["tabulate", "--study", str(study.folder)]) == 0
    return study


def rows(study: SmallStudy) -> list[dict[str, Any]]:
    """The comparison's result rows, computed anew."""
    place = study.layout
    jobs = [Job(place, place.existing_wave(name)) for name in compare.waves_with_results(place)]
    waves = compare._gather(place, jobs)
    found: list[dict[str, Any]] = pq.read_table(compare._compute(place, jobs, waves, True)).to_pylist()
    return found


def made(study: SmallStudy, lang: str = "en") -> Document:
    place = study.layout
    jobs = [Job(place, place.existing_wave(name)) for name in compare.waves_with_results(place)]
    waves = compare._gather(place, jobs)
    table = pq.read_table(compare._compute(place, jobs, waves, False))
    return document(waves, table, compare._provenance(place, jobs), lang, "internal")


def one(found: list[dict[str, Any]], **about: str) -> dict[str, Any]:
    hits = [r for r in found if all(r[key] == value for key, value in about.items())]
    assert len(hits) == 1, (about, hits)
    return hits[0]


def change(found: list[dict[str, Any]], table: str, statistic: str, var: str, code: str = "") -> dict[str, Any]:
    return one(
        found, wave=LATER, table_id=table, statistic=statistic, row_var=var, row_code=code, col_var="wave",
        col_code="2009",
    )  # fmt: skip


def words(doc: Document) -> str:
    """Everything a reader can read."""
    found: list[str] = ["".join(r.text for r in f) for f in doc.cover.findings]

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for child in value.values():
                walk(child)
        elif isinstance(value, (list, tuple)):
            for child in value:
                walk(child)

    walk(dataclasses.asdict(doc))
    return "\n".join(found)


# ---------------------------------------------------------------- numbers


def test_a_share_by_wave_with_base_change_bounds_and_interval(two_waves: SmallStudy) -> None:
    found = rows(two_waves)
    assert list(found[0]) == list(RESULT_COLUMNS)
    for wave, value, k, n in (("2009", 4 / 9, 4, 9), (LATER, 4 / 10, 4, 10)):
        about = {"wave": wave, "table_id": "forma", "row_var": "forma", "row_code": "1", "col_var": ""}
        share = one(found, statistic="valid_share", **about)
        assert (share["value"], share["n"]) == (pytest.approx(value, abs=1e-15), n)
        assert one(found, statistic="n", **about)["value"] == k
    # by hand: 2009 4 of 9 of 14, so [4/14, 9/14]; 2026 4 of 10 of 11, so [4/11, 5/11]
    assert change(found, "forma", "change", "forma", "1")["value"] == pytest.approx(0.4 - 4 / 9, abs=1e-12)
    assert change(found, "forma", "change_bound_low", "forma", "1")["value"] == pytest.approx(4 / 11 - 9 / 14)
    assert change(found, "forma", "change_bound_high", "forma", "1")["value"] == pytest.approx(5 / 11 - 4 / 14)
    assert not [r for r in found if r["statistic"] == "change_p"]  # a description has no test


def test_a_set_and_a_mean(two_waves: SmallStudy) -> None:
    found = rows(two_waves)
    # areas 2009: 7 of 10 name minors; 2026 rows are those of offices 1, 4-11 and 2: 6 of 8
    assert change(found, "aree", "change", "aree", "area_a")["value"] == pytest.approx(6 / 8 - 7 / 10)
    before = [5, 7, 12, 9, 21, 14, 30, 8, 11, 16]
    after = [15, 9, 20, 19, 33, 4]
    row = change(found, "comuni", "change", "comuni")
    assert row["value"] == pytest.approx(sum(after) / 6 - sum(before) / 10)


def test_the_panel_is_compared_unit_by_unit(two_waves: SmallStudy) -> None:
    two_waves.edit("study.yml", "inference: description", "inference: process")
    found = rows(tabulated(two_waves))

    def cell(before: str, after: str) -> float:
        about = {"row_code": before, "col_code": after, "layer_var": "linked", "layer_code": "2009"}
        return float(
            one(found, table_id="panel_forma", statistic="n", row_var="forma", col_var="forma", **about)["value"]
        )

    # M1 (both parts 1) → 2; LO04, LO07, LO08 2 → 1; LO05, LO06 stay at 2; the others were not known in 2009
    assert [[cell(a, b) for b in "12"] for a in "12"] == [[0, 1], [3, 2]]
    assert one(found, table_id="panel_forma", statistic="unchanged_n")["value"] == 2
    exact = one(found, table_id="panel_forma", statistic="mcnemar_p")
    assert exact["value"] == pytest.approx(R["small_mcnemar_exact"], rel=1e-12)
    # municipalities, those of merged offices added up: 12→15, 9→9, 21→20, 14→19, 30→33
    difference = one(found, table_id="panel_comuni", statistic="paired_difference")
    assert (difference["value"], difference["n"]) == (pytest.approx(R["paired_difference"]), 5)
    assert one(found, table_id="panel_comuni", statistic="paired_t_p")["value"] == pytest.approx(
        R["paired_p"], rel=1e-9
    )
    assert one(found, table_id="panel_comuni", statistic="sign_positive")["value"] == 3
    assert one(found, table_id="panel_comuni", statistic="sign_negative")["value"] == 1


def test_units_and_response(two_waves: SmallStudy) -> None:
    found = rows(two_waves)

    def units(kind: str) -> list[float]:
        return [
            one(found, table_id="units", statistic=s, row_code=kind)["value"]
            for s in ("groups_n", "units_before", "units_after")
        ]

    assert units("continue") == [9, 9, 9] and units("merge") == [1, 2, 1]
    assert units("begin") == [1, 0, 1] and units("end") == [1, 1, 0] and units("unlinked_before") == [0, 0, 0]
    assert one(found, table_id="units", statistic="answered_n")["value"] == 9  # LO12 did not answer
    assert one(found, wave=LATER, table_id="response", statistic="response_rate")["value"] == pytest.approx(10 / 11)
    assert one(found, wave="2009", table_id="response", statistic="response_rate")["value"] == pytest.approx(12 / 14)


def test_a_sample_has_tests_and_letters(two_waves: SmallStudy) -> None:
    two_waves.edit("study.yml", "inference: description", "inference: sample")
    tabulated(two_waves)
    raw = two_waves.layout.wave(LATER).raw
    add_wave(two_waves.folder, {**LATER_COLUMNS, "area_b": [1] * 10, "area_a": [1] * 10})
    assert raw.is_dir()
    found = rows(tabulated(two_waves))
    assert not [r for r in found if r["statistic"].startswith("change_bound")]
    p = change(found, "aree", "change_p", "aree", "area_b")["value"]
    assert 0 < p < 0.05
    table = next(t for t in made(two_waves).tables() if t.id == "table-aree")
    assert [h.sub for h in table.head[0] if h.text in ("2009", LATER)] == ["A", "B"]
    row = next(r for r in table.rows if "Elderly" in r.label or "elderly" in r.label)
    assert row.cells[3].letters == "A" and row.cells[1].letters == ""


# ---------------------------------------------------------------- the document


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_document_says_what_changed(two_waves: SmallStudy, lang: str) -> None:
    doc = made(two_waves, lang)
    text = words(doc)
    assert "comparison." not in text and "{" not in text.replace("{ ", "")
    first = " ".join("".join(r.text for r in f) for f in doc.cover.findings)
    if lang == "it":
        assert "12 Uffici su 14 (85,7%) nel 2009 e 10 Uffici su 11 (90,9%) nel 2026" in first
        assert "12 Uffici nel 2009: 9 continuano, 2 si fondono in 1 e 1 cessa. Nuove unità nel 2026: 1." in first
        assert "Delle 14 variazioni di quote esaminate qui non se ne riporta nessuna" in first
    else:
        assert "12 of 14 offices (85.7%) in 2009 and 10 of 11 offices (90.9%) in 2026" in first
        assert "12 offices in 2009: 9 continue, 2 merge into 1 and 1 ends. New in 2026: 1." in first
        assert "Of 14 changes of shares that were looked at none is told here" in first
    assert [s.number for s in doc.sections] == ["1", "2", "3", "4", "5", "A", "B", "C"]
    flow = next(f for f in doc.figures() if f.id == "figure-flow-2026")
    assert 'data-part="band-0"' in flow.svg
    assert all(t.mark is not None and t.mark.origin == "simulated" for t in doc.tables() if t.id == "table-forma")
    table = next(t for t in doc.tables() if t.id == "table-forma")
    minus = "\N{MINUS SIGN}"
    cells = [c.text.replace("\N{NO-BREAK SPACE}", " ") for c in table.rows[0].cells]
    expected = ["5", "55.6", "6", "60.0", "+4.4", f"{minus}16.9, +27.9"]
    assert cells[:6] == [e.replace(", ", "; ").replace(".", ",") if lang == "it" else e for e in expected]


def test_numbers_of_tables_and_figures_are_in_reading_order(two_waves: SmallStudy) -> None:
    doc = made(two_waves)
    assert [t.number for t in doc.tables()] == list(range(1, len(doc.tables()) + 1))
    assert [f.number for f in doc.figures()] == list(range(1, len(doc.figures()) + 1))
    ids = {b.id for b in doc.blocks() if isinstance(b, (Table, Figure))}
    targets = {r.target for f in doc.cover.findings for r in f if r.target}
    assert targets <= ids


MAPPING = """\
variables:
  tipo:
    status: gone
    confirmed: yes
  forma:
    status: recoded
    comparable: not
    reason: {it: "La forma era chiesta in altro modo.", en: "The form was asked in another way."}
    confirmed: yes
"""


def test_a_trend_never_crosses_what_is_not_comparable(two_waves: SmallStudy) -> None:
    (two_waves.layout.wave(LATER).raw / "mapping.yml").write_text(MAPPING, "utf-8")
    add_wave(two_waves.folder, {**LATER_COLUMNS, "tipo": []})
    found = rows(tabulated(two_waves))
    for table, var in (("forma", "forma"), ("tipo", "tipo")):
        about = [r for r in found if r["table_id"] == table and r["col_var"] == "wave"]
        assert about and {(r["statistic"], r["value"], r["error"]) for r in about} == {
            ("change", None, "not_comparable")
        }
        assert not [r for r in found if r["table_id"] == f"panel_{var}"]
    doc = made(two_waves)
    table = next(t for t in doc.tables() if t.id == "table-forma")
    cell = table.rows[0].cells[4]
    assert cell.text == "n.c." and cell.kind == "not_available"
    assert cell.note == "Form: not comparable (2026). The form was asked in another way."
    assert not [f for f in doc.figures() if f.id == "figure-forma"]
    listed = next(t for t in doc.tables() if t.id == "table-comparability")
    row = next(r for r in listed.rows if r.label == "Form [forma]")
    assert [c.text for c in row.cells] == ["same", "not comparable", "The form was asked in another way."]
    lines = ["".join(r.text for r in i) for b in doc.blocks() if isinstance(b, Items) for i in b.items]
    assert any(line.startswith("Form: not comparable (2026).") for line in lines)


# ---------------------------------------------------------------- what may go wrong


def test_one_wave_is_not_compared(small_study: SmallStudy) -> None:
    tabulated(small_study)
    assert compare.run(small_study.layout, (), (), "internal", False, Progress("en")) is None
    assert not (small_study.folder / "reports" / "comparison").exists()


def test_another_population_has_no_linked_units(two_waves: SmallStudy) -> None:
    other = {**LATER_COLUMNS, "codice": [f"X{i}" for i in range(10)]}
    (two_waves.layout.wave(LATER).raw / "units.yml").unlink()
    add_wave(two_waves.folder, other, units=None)
    found = rows(tabulated(two_waves))
    assert one(found, table_id="units", statistic="linked_n")["value"] == 0
    assert one(found, table_id="panel_forma", statistic="n", row_code="", col_code="")["value"] == 0
    assert one(found, table_id="panel_forma", statistic="unchanged_share")["error"] == "no_valid_cases"
    doc = made(two_waves)
    text = words(doc)
    assert "cannot be linked" in text and "no unit can be compared with itself" in text
    assert not [t for t in doc.tables() if t.id.startswith(("table-stability", "table-transition", "table-numbers"))]


def test_a_wave_in_which_nobody_answered_a_question(two_waves: SmallStudy) -> None:
    add_wave(two_waves.folder, {**LATER_COLUMNS, "forma": [NAN] * 10, "comuni": [NAN] * 10, "area_a": [NAN] * 10,
                                "area_b": [NAN] * 10, "fid_a": [9] * 10})  # fmt: skip
    found = rows(tabulated(two_waves))
    for table, var, code in (("forma", "forma", "1"), ("aree", "aree", "area_a"), ("comuni", "comuni", ""),
                             ("fiducia", "fid_a", "")):  # fmt: skip
        row = change(found, table, "change", var, code)
        assert (row["value"], row["error"]) == (None, "no_valid_cases"), table
    doc = made(two_waves)
    table = next(t for t in doc.tables() if t.id == "table-forma")
    assert [c.text for c in table.rows[0].cells][2:5] == ["n.a.", "n.a.", ":"]


def test_a_study_without_identifier_compares_cross_sections(two_waves: SmallStudy) -> None:
    two_waves.edit("study.yml", "identifier: codice\n", "")
    found = rows(tabulated(two_waves))
    assert not [r for r in found if r["table_id"] == "units" or r["table_id"].startswith("panel")]
    assert "no variable that identifies the units" in words(made(two_waves))


def test_three_waves_follow_one_another(two_waves: SmallStudy) -> None:
    add_wave(two_waves.folder, {**LATER_COLUMNS, "forma": [1] * 10}, units=None, name="2030")
    found = rows(tabulated(two_waves))
    steps = {(r["wave"], r["col_code"]) for r in found if r["statistic"] == "change"}
    assert steps == {("2026", "2009"), ("2030", "2026"), ("2030", "2009")}
    doc = made(two_waves)
    slope = next(f for f in doc.figures() if f.id == "figure-forma")
    assert all(f">{wave}<" in slope.svg for wave in ("2009", "2026", "2030"))
    table = next(t for t in doc.tables() if t.id == "table-forma")
    assert sum(h.text.startswith("Change") for h in table.head[0]) == 2


def test_hostile_unit_codes_and_labels_stay_text(two_waves: SmallStudy) -> None:
    bad = '<script>alert("x")</script>'
    codes = [bad, *LATER_COLUMNS["codice"][1:]]
    units = UNITS.replace("unit: M1", f"unit: '{bad}'")
    add_wave(two_waves.folder, {**LATER_COLUMNS, "codice": codes}, units=units)
    tabulated(two_waves)
    compare.run(two_waves.layout, ("en",), ("html",), "internal", False, Progress("en"))
    page = (two_waves.folder / "reports" / "comparison" / "report.en.html").read_text("utf-8")
    assert bad not in page and "&lt;script&gt;" in page


def test_a_mistake_in_units_is_told_without_a_traceback(two_waves: SmallStudy, run: Any) -> None:
    (two_waves.layout.wave(LATER).raw / "units.yml").write_text(UNITS.replace("LO02", "LO2"), "utf-8")
    ran = run("report", "--study", two_waves.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 2 and "there is no unit LO2 in wave 2009. Nearest: LO" in ran.err
    assert "Traceback" not in ran.err
    (two_waves.layout.wave(LATER).raw / "units.yml").write_text(
        UNITS.replace("previous: 2009", "previous: 209"), "utf-8"
    )
    ran = run("report", "--study", two_waves.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 2 and "units.yml, line 1" in ran.err and "Nearest: 2009" in ran.err


def test_no_wave_may_be_called_comparison(small_study: SmallStudy, run: Any) -> None:
    add_wave(small_study.folder, COLUMNS, units=None, name="comparison")
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 2 and "cannot be called" in ran.err


# ---------------------------------------------------------------- freshness


def test_it_is_made_once_and_again_only_for_what_changed(two_waves: SmallStudy, run: Any) -> None:
    folder = two_waves.folder / "reports" / "comparison"
    words_of = ["report", "--study", two_waves.folder, "--lang", "en", "--formats", "html"]
    assert run(*words_of).code == 0
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert sorted(manifest["outputs"]) == ["report.en.html", "results.csv", "results.parquet"]
    build = folder.resolve()
    ran = run(*words_of)
    assert ran.code == 0 and "comparison: nothing to do" in ran.err and folder.resolve() == build
    page = (folder / "report.en.html").read_bytes()
    assert run(*words_of, "--force").code == 0
    assert (folder / "report.en.html").read_bytes() == page and folder.resolve() != build
    # a new label writes the report again and computes nothing
    computed = two_waves.folder / "data" / "processed" / "comparison" / "results.parquet"
    before = computed.stat().st_mtime_ns
    two_waves.edit("codebook.yml", "en: New entity", "en: Brand-new entity")
    assert run(*words_of).code == 0
    assert computed.stat().st_mtime_ns == before
    assert "Brand-new entity" in (folder / "report.en.html").read_text("utf-8")
    # another rule changes numbers
    path = two_waves.layout.wave(LATER).raw / "units.yml"
    path.write_text(UNITS.replace("sums: [comuni]\n", "numbers: drop\n"), "utf-8")
    assert run(*words_of).code == 0
    assert computed.stat().st_mtime_ns != before


def test_one_named_wave_leaves_the_comparison_alone(two_waves: SmallStudy, run: Any) -> None:
    ran = run("report", "--study", two_waves.folder, "--wave", "2009", "--lang", "en", "--formats", "html")
    assert ran.code == 0 and not (two_waves.folder / "reports" / "comparison").exists()


@pytest.mark.parametrize("name", ["html", "pdf", "xlsx", "docx"])
def test_every_format_is_written(two_waves: SmallStudy, name: str, tmp_path: Path) -> None:
    from pipeline import render

    path = tmp_path / f"report.{name}"
    render.write(name, made(two_waves, "it"), path)
    assert path.stat().st_size > 5_000


def test_rows_have_the_fixed_schema(two_waves: SmallStudy) -> None:
    from pipeline.results import schema

    rows(two_waves)
    table: pa.Table = pq.read_table(two_waves.folder / "data" / "processed" / "comparison" / "results.parquet")
    assert table.schema.equals(schema())
    assert sorted(set(table["wave"].to_pylist())) == ["2009", "2026"]


def test_lead_paragraphs_open_every_section(two_waves: SmallStudy) -> None:
    for section in made(two_waves, "it").sections:
        if not section.back_matter:
            assert isinstance(section.blocks[0], Paragraph) and section.blocks[0].style == "lead"


def test_the_layout_is_left_as_it_was(two_waves: SmallStudy, tmp_path: Path) -> None:
    """The comparison writes below processed/ and reports/ only."""
    raw = two_waves.folder / "data" / "raw"
    copy = tmp_path / "raw"
    shutil.copytree(raw, copy)
    made(two_waves)
    for path in sorted(p for p in raw.rglob("*") if p.is_file()):
        assert path.read_bytes() == (copy / path.relative_to(raw)).read_bytes()
