"""Sums and means of a confidential variable: in which tables they are, and by which rule not."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from pipeline.run import STAGES, run_stage
from pipeline.stages.job import Job
from tests.conftest import SmallStudy

SIZES = [5, 7, 12, 9, 21, 14, 30, 8, 10, 11, 6, 16]
"""Municipalities of the twelve offices: 5 in Milan with 54 in all, 7 in Bergamo with 95."""


@pytest.fixture
def study(small_study: SmallStudy) -> SmallStudy:
    small_study.edit("study.yml", "inference: description", "inference: description\neditions: [internal, public]")
    small_study.edit("codebook.yml", "  provincia:\n", "  provincia:\n    disclosure: public\n")
    small_study.edit(
        "report.yml", "        columns: forma\n        kind: means", "        columns: provincia\n        kind: means"
    )
    small_study.data(comuni=SIZES)
    return small_study


def means(study: SmallStudy, rule: str) -> dict[str, float | None]:
    """The means by province in the public edition under a rule, and of all."""
    text = study.text("study.yml").split("\ndisclosure:")[0].rstrip("\n")
    (study.folder / "study.yml").write_text(f"{text}\ndisclosure: {{dominance: {rule}}}\n", "utf-8")
    job = Job(study.layout, study.layout.existing_wave("2009"))
    for name in (*STAGES[:-1], "disclose"):
        run_stage(job, name)
    rows = pq.read_table(job.public_file).to_pylist()
    return {r["col_code"]: r["value"] for r in rows if r["table_id"] == "comuni_forma" and r["statistic"] == "mean"}


def test_means_by_the_groups_of_a_public_variable(study: SmallStudy) -> None:
    """Milan 54 / 5, Bergamo 95 / 7: by hand. In Bergamo 30 and 16 are 48 % of 95, in Milan 21 and 12 are 61 % of 54."""
    shown = {"MI": pytest.approx(54 / 5), "BG": pytest.approx(95 / 7), "": pytest.approx(149 / 12)}
    hidden = dict.fromkeys(shown)
    assert means(study, "{k: 75}") == shown
    assert means(study, "{n: 2, k: 62}") == shown
    assert means(study, "{n: 2, k: 60}") == hidden


def test_the_second_can_tell_the_first(study: SmallStudy) -> None:
    """In Milan the others but two are 21 of the first one's 21, in Bergamo 49 of 30: p% breaks above 100."""
    assert means(study, "{p: 99}")["MI"] is not None
    assert means(study, "{p: 60, q: 50}") == {"MI": None, "BG": None, "": None}


def test_no_mean_by_group_where_somebody_is_in_no_group(study: SmallStudy) -> None:
    """The mean of all and those of the groups would give the value of the one who is left."""
    study.data(comuni=SIZES, provincia=["MI"] * 5 + ["BG"] * 6 + [""])
    assert means(study, "{k: 75}") == {"MI": None, "BG": None, "": None}
