"""What is made again and what is not: known by content, whatever the times of files say."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import pytest

from pipeline import files as disk
from pipeline.run import run_stage
from pipeline.spec.model import MultipleSet, TableSpec, Variable
from pipeline.spec.texts import wordless
from pipeline.stages import freshness
from pipeline.stages.job import Job
from tests.conftest import COLUMNS, WAVE, Ran, SmallStudy

Run = Callable[..., Ran]
STEPS = {
    "Reading": "ingest",
    "Checking": "validate",
    "Deriving": "process",
    "Counting": "tabulate",
    "Writing": "render",
}
ALL = ["ingest", "validate", "process", "tabulate", "render"]


@pytest.fixture
def again(run: Run, made_study: SmallStudy) -> Callable[..., list[str]]:
    """Make the English HTML report, which is made already, again; returns the stages that did work."""

    def command(*words: str) -> list[str]:
        ran = run("report", "--study", made_study.folder, "--lang", "en", "--formats", "html", *words)
        assert ran.code == 0, ran.err
        done = [STEPS[line.split()[0]] for line in ran.err.splitlines() if line.split()[0] in STEPS]
        assert ("nothing to do" in ran.err) == (not done)
        return done

    return command


Again = Callable[..., list[str]]


def test_the_second_run_does_nothing_whatever_the_times_of_files_say(again: Again, made_study: SmallStudy) -> None:
    assert again() == []
    for path in made_study.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (2_000_000_000, 2_000_000_000))
    assert again() == []


def test_force_makes_everything_anew(again: Again) -> None:
    assert again("--force") == ALL


def test_a_changed_word_is_only_written_anew(again: Again, made_study: SmallStudy) -> None:
    for file, old, new in (
        ("codebook.yml", "en: New entity", "en: New legal entity"),
        ("codebook.yml", "en: Which form?", "en: Which form was chosen?"),
        ("codebook.yml", "label: {it: Molto o", "label: {it: Molto oppure"),
        ("report.yml", "en: Offices by form", "en: Planning offices by form"),
        ("report.yml", "{forma:base} offices,", "{forma:base} of the offices,"),
        ("study.yml", "en: Test survey", "en: A test survey"),
    ):
        made_study.edit(file, old, new)
    assert again() == ["render"]
    html = (made_study.reports / "report.en.html").read_text("utf-8")
    for new in ("New legal entity", "Planning offices by form", "Of 9 of the offices,", "A test survey"):
        assert new in html


def test_the_study_s_own_word_template_is_used_and_part_of_what_a_report_is_made_from(
    again: Again, run: Run, made_study: SmallStudy
) -> None:
    own = python_docx.Document()
    own.sections[0].header.paragraphs[0].text = "University of Pavia · {running_head}"
    own.save(str(made_study.folder / "template.docx"))
    assert again() == ["render"] and again() == []
    assert run("report", "--study", made_study.folder, "--lang", "en", "--formats", "docx").code == 0
    report = python_docx.Document(str(made_study.reports / "report.en.docx"))
    heads = ["".join(p.text for p in section.header.paragraphs) for section in report.sections]
    assert any(head.startswith("University of Pavia · ") for head in heads)
    manifest = json.loads((made_study.reports / "manifest.json").read_bytes())
    assert manifest["study"]["template.docx"] == disk.file_hash(made_study.folder / "template.docx")
    (made_study.folder / "template.docx").write_bytes(b"no document")
    ran = run("report", "--study", made_study.folder)
    assert ran.code != 0 and "template.docx" in ran.err and "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("report.yml", "rows: tipo\n", "rows: [tipo, provincia]\n"),
        ("report.yml", "kind: means", "kind: means\n        where: {provincia: [MI]}"),
        ("study.yml", "size: 14", "size: 15"),
        ("study.yml", "use: false", "use: true"),
        ("codebook.yml", "    counted: 1\n", "    counted: 1\n    base: any\n"),
    ],
)
def test_a_changed_table_or_rule_is_counted_anew(
    again: Again, made_study: SmallStudy, file: str, old: str, new: str
) -> None:
    before = (made_study.processed / "results.parquet").read_bytes()
    made_study.edit(file, old, new)
    assert {"tabulate", "render"} <= set(again())
    assert (made_study.processed / "results.parquet").read_bytes() != before


def test_changed_data_are_read_anew(again: Again, made_study: SmallStudy) -> None:
    made_study.data(comuni=[6, *COLUMNS["comuni"][1:]])
    assert again() == ALL


def test_changed_code_of_statistics_counts_anew(again: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    real = freshness.code_hash

    def other(*rooms: str) -> str:
        return real(*rooms) + ("changed" if {"statistics", "."} & set(rooms) else "")

    for room in ("run", "stages.ingest", "stages.validate", "stages.process", "stages.tabulate", "stages.render"):
        monkeypatch.setattr(f"pipeline.{room}.code_hash", other)
    assert again() == ["tabulate", "render"]


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("ingested.parquet", "ingest"),
        ("dictionary.json", "ingest"),
        ("findings.json", "validate"),
        ("responses.parquet", "process"),
        ("results.parquet", "tabulate"),
    ],
)
def test_an_output_that_somebody_touched_is_made_again(
    again: Again, made_study: SmallStudy, name: str, stage: str
) -> None:
    path = made_study.processed / name
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    made_study.edit("study.yml", "en: Test survey", "en: A test survey")  # something to do
    assert stage in again()
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["report.en.html", "results.csv", "results.parquet"])
def test_a_published_file_that_somebody_touched_is_made_again(again: Again, made_study: SmallStudy, name: str) -> None:
    path = made_study.reports / name
    before = path.read_bytes()
    path.write_bytes(before[:-1])
    assert again() == ["render"]
    assert path.read_bytes() == before


def test_a_removed_report_is_made_again(again: Again, made_study: SmallStudy) -> None:
    (made_study.reports / "report.en.html").unlink()
    assert again() == ["render"]


def test_stages_one_by_one(run: Run, small_study: SmallStudy) -> None:
    """Each stage alone makes what it needs before it, and its own files."""
    expected = {
        "ingest": {"ingested.parquet", "dictionary.json"},
        "validate": {"findings.json"},
        "process": {"responses.parquet"},
        "tabulate": {"results.parquet"},
    }
    there: set[str] = set()
    for name, files in expected.items():
        ran = run(name, "--study", small_study.folder, "--lang", "en")
        assert ran.code == 0, ran.err
        assert files <= {p.name for p in small_study.processed.iterdir()}
        there |= files
        later = set().union(*expected.values()) - there
        assert not later & {p.name for p in small_study.processed.iterdir()}
    assert not small_study.reports.exists()
    assert run("render", "--study", small_study.folder, "--lang", "it").code == 0
    assert {p.name for p in small_study.reports.glob("report.it.*")} >= {"report.it.html", "report.it.pdf"}


def test_the_data_file_is_never_written(run: Run, small_study: SmallStudy) -> None:
    before = {p.name: p.read_bytes() for p in small_study.raw.iterdir()}
    run("tabulate", "--study", small_study.folder)
    assert {p.name: p.read_bytes() for p in small_study.raw.iterdir()} == before


def test_the_manifest_names_everything(made_study: SmallStudy) -> None:
    manifest = json.loads((made_study.reports / "manifest.json").read_text("utf-8"))
    assert manifest["data"] == {"survey.sav": disk.file_hash(made_study.raw / "survey.sav")}
    assert set(manifest["study"]) >= {"study.yml", "codebook.yml", "report.yml"}
    files = {p.name for p in made_study.reports.iterdir()} - {"manifest.json"}
    assert set(manifest["outputs"]) == files
    for name, digest in manifest["outputs"].items():
        assert disk.file_hash(made_study.reports / name) == digest


# ---------------------------------------------------------------- what counts as wording


def variable(**said: object) -> Variable:
    return Variable.model_validate({"label": {"en": "x"}} | said)


def test_names_of_things_are_never_taken_for_wording() -> None:
    """A net may be called ``note``, a variable ``label``."""
    plain = variable(nets={"note": {"label": "x", "codes": [1]}}, asked_if={"label": [1], "base": [2]})
    for other in ({"nets": {"note": {"label": "x", "codes": [2]}}}, {"nets": {"other": {"label": "x", "codes": [1]}}}):
        assert wordless(plain) != wordless(variable(**{"asked_if": plain.asked_if} | other))
    assert wordless(plain) != wordless(variable(nets=plain.nets, asked_if={"label": [1], "base": [3]}))


def test_wording_is_left_out_and_codes_stay() -> None:
    said = {"categories": {"1": {"en": "a"}, "2": {"en": "b"}}, "kind": "ordinal"}
    more = {"question": "Why?", "unit": {"en": "km"}, "guess": "why", "origin": "simulated", "label": "y"}
    assert wordless(variable(**said)) == wordless(variable(**said | more))
    assert wordless(variable(**said)) == wordless(variable(**said | {"categories": {"1": "c", "2": "d"}}))
    assert wordless(variable(**said)) != wordless(variable(**said | {"categories": {"2": "a", "1": "b"}}))
    table = {"table": "t", "title": "x", "rows": ["v"]}
    assert wordless(TableSpec.model_validate(table)) == wordless(TableSpec.model_validate(table | {"base": "all"}))
    one = {"label": "x", "kind": "dichotomies", "members": ["a"], "counted": 1}
    assert wordless(MultipleSet.model_validate(one)) != wordless(MultipleSet.model_validate(one | {"base": "any"}))


# ---------------------------------------------------------------- writing whole files


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    disk.write_text(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        disk.write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_hashes_do_not_run_together() -> None:
    assert disk.text_hash("ab", "c") != disk.text_hash("a", "bc")
    assert disk.json_hash({"a": 1, "b": 2}) == disk.json_hash({"b": 2, "a": 1})


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"key": "k"}', "no json"])
def test_a_spoiled_record_holds_nothing(tmp_path: Path, text: str) -> None:
    record = freshness.Record(tmp_path / "r.json")
    record.path.write_text(text)
    assert not record.holds("k", [])


def test_one_language_and_then_all_is_nothing_new(again: Again, run: Run, made_study: SmallStudy) -> None:
    """What was asked for is no part of what a report is made from: only what is missing is a reason to write."""
    study = ("report", "--study", made_study.folder)
    assert "reports made" in run(*study, "--lang", "en").err
    for words in (("--lang", "it"), ("--lang", "en", "--formats", "html"), (), ("--formats", "pdf,xlsx"), ()):
        ran = run(*study, *words)
        made = "reports made" in ran.err or "rapporti fatti" in ran.err
        assert made == (words == ("--lang", "it")), (words, ran.err)


def test_how_unattended_runs_behave_is_no_part_of_a_report(again: Again, made_study: SmallStudy) -> None:
    (made_study.folder / "schedule.yml").write_text("wait_seconds: 1\n", "utf-8")
    assert again() == []


def test_who_ran_which_stage_when_is_kept(made_study: SmallStudy) -> None:
    for name in ("ingest.fresh", "harmonise.fresh", "validate.fresh", "process.fresh", "tabulate.fresh", "published"):
        made = json.loads((made_study.processed / f"{name}.json").read_text("utf-8"))["made"]
        assert made["by"]
        assert made["on"]
        assert "2026" <= made["started"] <= made["ended"]


def test_a_table_passed_on_a_second_time_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """Renaming one name of a file over another name of it does nothing, and the first name would stay."""
    import pyarrow as pa

    table = pa.table({"x": [1.0, 2.0]})
    freshness.write_rows(tmp_path / "one.parquet", table)
    for _ in range(2):
        freshness.write_rows(tmp_path / "two.parquet", table, same=(table, tmp_path / "one.parquet"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.parquet", "two.parquet"]


def test_a_study_of_the_moment_stores_no_respondents(small_study: SmallStudy) -> None:
    job = Job(small_study.layout, small_study.layout.wave(WAVE), passing=True)
    for name in ("ingest", "recognise", "harmonise", "validate", "process", "tabulate"):
        run_stage(job, name)
    assert [p.name for p in small_study.processed.glob("*.parquet")] == ["results.parquet"]
