"""Coarser categories in the public edition, where the finer ones would leave little of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.conftest import SmallStudy

Run = Callable[..., Any]

BANDS = """
  fiducia_a:
    label: {it: Fiducia in breve, en: Trust in short}
    source: fid_a
    bands:
      1: {label: {it: poca, en: little}, codes: [1, 2, 3]}
      2: {label: {it: molta, en: much}, codes: [4, 5]}
"""


@pytest.fixture
def study(small_study: SmallStudy) -> SmallStudy:
    rules = "editions: [internal, public]\ndisclosure: {instead: {fid_a: fiducia_a}}"
    small_study.edit("study.yml", "inference: description", f"inference: description\n{rules}")
    small_study.edit("codebook.yml", "derived:\n", f"derived:{BANDS.rstrip()}\n")
    small_study.edit("report.yml", "rows: fiducia_in", "rows: fid_b")  # a battery shows all answers of its members
    text = (
        small_study.text("report.yml")
        + """
      - table: quanta
        title: {it: Quanta fiducia, en: How much trust}
        rows: fid_a
      - figure: fig_quanta
        of: quanta
        title: {it: Quanta, en: How much}
        highlight: [4]
      - text: {it: "Molta: {quanta:count:4}.", en: "Much: {quanta:count:4} offices."}
"""
    )
    (small_study.folder / "report.yml").write_text(text, "utf-8")
    return small_study


def test_the_public_edition_has_the_wider_categories(run: Run, study: SmallStudy) -> None:
    """COLUMNS: of 5 4 4 3 2 3 4 (8) 5 1 (9) 4 four are up to 3 and six above, by hand."""
    assert run("report", "--study", study.folder, "--formats", "html", "--lang", "en").code == 0
    inside = (study.reports / "report.en.html").read_text("utf-8")
    assert "Much: 4 offices." in inside
    assert run("report", "--study", study.folder, "--edition", "public", "--formats", "html", "--lang", "en").code == 0
    folder = study.folder / "reports" / "public" / "2009"
    rows = pq.read_table(folder / "results.parquet").to_pylist()
    shown = {r["row_code"]: r["value"] for r in rows if r["table_id"] == "quanta" and r["statistic"] == "n"}
    assert shown == {"1": 4.0, "2": 6.0, "": 10.0}
    finer = [r for r in rows if r["table_id"] == "codebook" and r["row_var"] == "fid_a" and r["statistic"] == "n"]
    assert all(r["suppressed"] for r in finer if r["row_code"])
    page = (folder / "report.en.html").read_text("utf-8")
    assert "Much: 4" not in page and "in whose place wider ones are shown" in page


def test_a_variable_that_is_no_band_of_it_is_refused(run: Run, study: SmallStudy) -> None:
    study.edit("study.yml", "{fid_a: fiducia_a}", "{fid_a: classe}")
    done = run("report", "--study", study.folder, "--lang", "en")
    assert done.code == 2
    assert "classe" in done.err and "fiducia_a" in done.err
