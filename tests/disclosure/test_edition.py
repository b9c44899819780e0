"""The public edition from file to report: what is not in it, in any of its files, and when it is refused."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pypdf
import pytest

from pipeline.arrow import read_parquet
from pipeline.counting.cases import Cases
from pipeline.counting.joint import YES, Joint, mention
from pipeline.disclosure import edition
from pipeline.disclosure.cells import Cells
from pipeline.disclosure.regions import Regions
from pipeline.paths import Layout
from pipeline.results import csv_text
from pipeline.stages.job import Job
from tests.conftest import COLUMNS, SmallStudy

Run = Callable[..., Any]


@pytest.fixture
def study(small_study: SmallStudy) -> SmallStudy:
    """The small study with a public edition: one office has most municipalities by far, another a remark."""
    small_study.edit("study.yml", "inference: description", "inference: description\neditions: [internal, public]")
    small_study.data(comuni=[5, 7, 12, 9, 21, 14, 30, 8, 999, 11, 2, 777.25], nota=["Zanzibar", *COLUMNS["nota"][1:]])
    return small_study


def folder(study: SmallStudy) -> Path:
    return study.folder / "reports" / "public" / "2009"


def everything(path: Path) -> str:
    """All text in a file: of archives each part, of a PDF its pages and properties, of Parquet its values."""
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as archive:
            return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if path.suffix == ".pdf":
        pdf = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
        return " ".join([str(pdf.metadata), *(page.extract_text() for page in pdf.pages)])
    if path.suffix == ".parquet":
        return csv_text(read_parquet(path))
    return path.read_text("utf-8", "replace")


def test_no_file_of_it_holds_what_is_hidden(run: Run, study: SmallStudy) -> None:
    """An answer in words, an office's code, the greatest value, which the internal report has; counts of 1 and 2."""
    assert run("report", "--study", study.folder).code == 0
    inside = " ".join(everything(path) for path in study.reports.iterdir())
    assert run("report", "--study", study.folder, "--edition", "public").code == 0
    made = sorted(folder(study).iterdir())
    assert {path.suffix for path in made} == {".html", ".pdf", ".xlsx", ".docx", ".json", ".parquet", ".csv"}
    assert "777.3" in inside or "777.25" in inside
    for path in made:
        text = everything(path)
        for hidden in ("Zanzibar", "LO07", "777.2", "777.3", "777,3", "777,2"):
            assert hidden not in text, (path.name, hidden)
    rows = pq.read_table(folder(study) / "results.parquet").to_pylist()
    hidden_rows = [row for row in rows if row["suppressed"]]
    assert hidden_rows
    numbers = ("value", "n", "base", "method", "warning", "error", "letters")
    assert not any(row[name] for row in hidden_rows for name in numbers)
    shown = {
        (row["statistic"], row["value"]) for row in rows if not row["suppressed"] and row["statistic"] != "missing_n"
    }
    assert not any(("n", float(count)) in shown for count in (1, 2))
    html = (folder(study) / "report.en.html").read_text("utf-8")
    assert "This is the public edition" in html
    assert ">c<" in html


def counted(study: SmallStudy) -> Cells:
    """The counts of the study's results as one system."""
    job = Job(study.layout, study.layout.existing_wave("2009"))
    book, specs = job.files.codebook, {spec.table: spec for spec in job.files.report.tables()}
    rows = [*edition._ordered(read_parquet(job.results_file))]
    joint = Joint(Cases(job.columns(job.table("responses", job.responses)), book))
    return Cells.of(rows, Regions(book, specs, joint, rows))


def test_mentions_of_a_set_are_the_sum_of_its_places(run: Run, study: SmallStudy) -> None:
    """The codebook prints first and second services, the report the services named in either."""
    assert run("report", "--study", study.folder, "--formats", "html").code == 0
    linked = counted(study).linked()
    places = [frozenset({(name, frozenset({"1"}))}) for name in ("serv1", "serv2")]
    either = frozenset({(mention("servizi", "1"), frozenset({YES})), ("forma", frozenset({"1", "2"}))})
    at = {key: i for i, key in enumerate(linked.keys)}
    equations = (linked.equations[[i], :] for i in range(linked.equations.shape[0]))
    sums = [dict(zip(one.indices.tolist(), one.data.tolist(), strict=True)) for one in equations]
    together = at["together", either]
    assert {together: -1.0, at[places[0]]: 1.0, at[places[1]]: 1.0} in sums
    assert {together: -1.0, at[either]: 1.0, at["twice", either]: 1.0} in sums
    assert linked.values[together] == 8  # COLUMNS: six first and two second services have code 1, by hand


def test_it_is_refused_where_a_count_could_be_told(
    run: Run, study: SmallStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without complementary suppression: exit code 5, the cells named, nothing published."""
    monkeypatch.setattr(edition, "repair", lambda linked, primary, threshold, first: primary | first)
    ran = run("report", "--study", study.folder, "--edition", "public", "--lang", "en")
    assert ran.code == 5
    assert "forma=1" in ran.err
    assert not folder(study).exists()


def test_what_was_hidden_once_stays_hidden(run: Run, study: SmallStudy) -> None:
    public = ("report", "--study", study.folder, "--edition", "public", "--formats", "html")
    assert run(*public).code == 0
    pattern = json.loads((study.folder / "hidden.json").read_text("utf-8"))["2009"]
    assert pattern
    first = {path.name: path.read_bytes() for path in folder(study).iterdir()}
    assert run(*public, "--force").code == 0
    assert {path.name: path.read_bytes() for path in folder(study).iterdir()} == first
    study.edit("study.yml", "inference: description", "inference: description\ndisclosure: {threshold: 1}")
    assert run(*public).code == 0
    assert json.loads((study.folder / "hidden.json").read_text("utf-8"))["2009"] == pattern
    assert any(row["suppressed"] for row in pq.read_table(folder(study) / "results.parquet").to_pylist())


def test_public_variables_are_shown_whole(run: Run, study: SmallStudy) -> None:
    for name in ("forma", "provincia"):
        text = study.text("codebook.yml")
        study.edit("codebook.yml", f"  {name}:\n    label", f"  {name}:\n    disclosure: public\n    label")
        assert text != study.text("codebook.yml")
    assert run("report", "--study", study.folder, "--edition", "public", "--formats", "html").code == 0
    rows = pq.read_table(folder(study) / "results.parquet").to_pylist()
    assert not any(row["suppressed"] for row in rows if row["table_id"] in ("forma", "forma_provincia"))
    assert any(row["suppressed"] for row in rows if row["table_id"] == "servizi_forma")


@pytest.mark.exhaustive
def test_no_statistic_of_a_table_whose_counts_are_hidden(run: Run, project_copy: Layout) -> None:
    """The demonstration study: residuals, expected counts and V would give counts back, also those of types of cases,
    whose categories no codebook names."""
    assert run("report", "--study", project_copy.base, "--edition", "public", "--formats", "html").code == 0
    made = project_copy.base / "reports" / "public" / "2009" / "results.csv"
    with made.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    inner = [r for r in rows if r["row_code"] and r["col_code"] and r["statistic"] in ("n", "count")]
    hidden = {r["table_id"] for r in inner if r["suppressed"] == "true"}
    assert "tipo_territorio" in hidden and len(hidden) > 5
    told = {"expected", "residual", "adjusted_residual", "pearson_residual", "cramers_v", "pearson_chi2", "phi"}
    assert [r for r in rows if r["table_id"] in hidden and r["statistic"] in told and r["value"]] == []
