"""What the rules of the public edition do not know is not in it, and the report says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.disclosure import known
from pipeline.present import build
from pipeline.present.document import Paragraph, Run, Section
from pipeline.spec.model import FigureSpec, Report, SectionSpec, TableSpec, TextSpec
from pipeline.stages import render
from pipeline.stages.job import Job
from tests.conftest import SmallStudy

Run_ = Callable[..., Any]


def test_a_record_that_says_more_than_the_rules_know_is_not_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    table = TableSpec(table="t", title={"*": "T"}, rows=("forma",), layer="provincia")
    assert known.understood(table)
    monkeypatch.setitem(known.FIELDS, TableSpec, known.FIELDS[TableSpec] - {"layer"})
    assert not known.understood(table)
    assert known.understood(table.model_copy(update={"layer": None}))
    monkeypatch.setattr(known, "KINDS", known.KINDS - {"grid"})
    assert not known.understood(TableSpec(table="t", title={"*": "T"}, rows=("forma",), kind="grid"))


def test_the_list_names_only_what_there_is() -> None:
    """A word that is taken out of ``report.yml`` must not wait here to be let through under another meaning."""
    for record in (TableSpec, FigureSpec, TextSpec, SectionSpec, Report):
        assert known.FIELDS[record] <= set(record.model_fields)


def test_a_kind_of_table_that_they_do_not_know_is_left_out(
    run: Run_, small_study: SmallStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table, its figure, the sentences that draw from it and its numbers; the next table is there."""
    study = small_study
    study.edit("study.yml", "inference: description", "inference: description\neditions: [internal, public]")
    study.edit("report.yml", "        rows: forma\n", "        rows: forma\n        kind: grid\n")
    monkeypatch.setattr(known, "KINDS", known.KINDS - {"grid"})
    wanted = ("report", "--study", study.folder, "--edition", "public", "--formats", "html", "--lang", "en")
    assert run(*wanted).code == 0
    folder = study.folder / "reports" / "public" / "2009"
    rows = pq.read_table(folder / "results.parquet").to_pylist()
    tables = {row["table_id"] for row in rows}
    assert "forma" not in tables and "forma_provincia" in tables
    text = (folder / "report.en.html").read_text("utf-8")
    assert "“Offices by form” is not in this edition" in text
    assert "The form is known for" not in text
    assert "Form by province" in text


def test_a_section_that_they_do_not_know_has_its_title_only(
    run: Run_, small_study: SmallStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had added a section to the report's end and not thought of the public edition."""
    study = small_study
    study.edit("study.yml", "inference: description", "inference: description\neditions: [internal, public]")
    usual = build.back_matter

    def with_more(*given: Any) -> tuple[Section, ...]:
        more = Section("section-network", "Z", "The network", (Paragraph((Run("Zanzibar knows Lamu"),), "body"),))
        inner = replace(more, id="inner", sections=(), level=2)
        return (*usual(*given), replace(more, sections=(inner,)))

    monkeypatch.setattr(build, "back_matter", with_more)
    assert run("tabulate", "--study", study.folder).code == 0
    job = Job(study.layout, study.layout.existing_wave("2009"))
    results, told = job.results, render.origins(job)
    made = {
        edition: build.document(job.files, job.source, results, told, "2009", "en", edition)
        for edition in ("internal", "public")
    }
    assert "Zanzibar" in repr(made["internal"])
    assert "Zanzibar" not in repr(made["public"])
    last = made["public"].sections[-1]
    assert last.title == "The network"
    assert "not in this edition" in repr(last.blocks)
