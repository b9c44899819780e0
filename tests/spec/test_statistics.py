"""Statistics asked for in report.yml: a misspelt one is found when the study is read, before there is any data."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import language
from pipeline.errors import StudyError
from pipeline.paths import Layout
from pipeline.spec.load import load
from pipeline.statistics.registry import known
from tests.spec.test_weights import study

REPORT = """sections:
  - section: s
    title: S
    contents:
      - table: t
        title: T
        rows: [q]
        columns: [g]
        statistics:
          - n
          - %s
"""


def reading(folder: Path, statistic: str) -> Layout:
    place = study(folder, "")
    (folder / "report.yml").write_text(REPORT % statistic)
    return place


def test_a_misspelt_statistic_is_found_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as raised:
        load(reading(tmp_path, "cramer_v"))
    said = str(raised.value)
    assert "line 11" in said and "cramer_v" in said and "cramers_v" in said


def test_what_has_a_name_may_be_asked_for(tmp_path: Path) -> None:
    assert load(reading(tmp_path, "cramers_v")).report.tables()[0].statistics == ("n", "cramers_v")
    assert set(known()) <= set(language.statistic_names())


def test_the_languages_name_the_same_statistics() -> None:
    named = [{key for key in language.statistics(lang) if key.startswith("name_")} for lang in language.languages()]
    assert all(one == named[0] for one in named)
