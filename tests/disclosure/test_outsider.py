"""The finished public edition, read by an outsider; and made again from other answers that it allows as well."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.disclosure.outsider import UNITS, Outsider, Printed, random_table, read, write
from tests.disclosure.test_edition import everything

Run = Callable[..., Any]


def made(run: Run, folder: Path, table: np.ndarray, formats: str) -> Path:
    """The public edition of these units."""
    write(folder, table)
    ran = run("report", "--study", folder, "--edition", "public", "--formats", formats)
    assert ran.code == 0, ran.err
    return folder / "reports" / "public" / "2009"


def small(outsider: Outsider, table: np.ndarray) -> list[Printed]:
    """The hidden counts that are below the threshold in truth."""
    return [one for one in outsider.hidden.values() if 0 < one.counted @ table < 3]


def reached(run: Run, folder: Path, seed: int) -> list[str]:
    """The small counts of a random study that an outsider can tell to be small."""
    table = random_table(seed)
    outsider = Outsider(read(made(run, folder, table, "html") / "results.csv"))
    return [one.name for one in small(outsider, table) if outsider.most(one)[0] < 3]


def test_filters_bands_conditions_and_shares_give_no_count_away(run: Run, tmp_path: Path) -> None:
    """A filtered question, a banded variable, a condition on two codes, a table of shares only, all linked."""
    table = random_table(1)
    printed = read(made(run, tmp_path, table, "html") / "results.csv")
    assert all(p.value is None or p.value == p.counted @ table for p in printed)  # the outsider reads it right
    outsider = Outsider(printed)
    assert len(small(outsider, table)) > 5
    assert all(outsider.most(one)[0] >= 3 for one in small(outsider, table))


def test_who_was_asked_is_an_answer_to_the_filter(run: Run, tmp_path: Path) -> None:
    """Two units have the answer that leads to a question: its base, who was not asked and its bounds would tell."""
    table = random_table(1)
    table[[unit["a"] == 1 for unit in UNITS]] = 0
    for b, q in ((1, 1), (2, 2)):
        table[UNITS.index({"a": 1, "b": b, "c": b, "q": q})] = 1
    outsider = Outsider(read(made(run, tmp_path, table, "html") / "results.csv"))
    asked = np.array([unit["a"] == 1 for unit in UNITS], float)
    assert asked @ table == 2 and asked.tobytes() in outsider.hidden
    assert [one.name for one in small(outsider, table) if outsider.most(one)[0] < 3] == []


def test_no_file_tells_the_answers_from_others_that_it_allows(run: Run, tmp_path: Path) -> None:
    """A hidden count of 1 or 2 is moved to 3 or more, with all that has to move with it. What is published is the same,
    in every file: tables, texts for those who do not see, cells of workbooks, properties, results, manifest."""
    table = random_table(1)
    formats = "html,pdf,xlsx,docx"
    first = made(run, tmp_path / "a", table, formats)
    outsider = Outsider(read(first / "results.csv"))
    one = small(outsider, table)[0]
    most, other = outsider.most(one)
    assert one.counted @ table < 3 <= most
    (tmp_path / "b").mkdir()
    shutil.copy(tmp_path / "a" / "hidden.json", tmp_path / "b" / "hidden.json")
    second = made(run, tmp_path / "b", other, formats)
    names = sorted(path.name for path in first.iterdir())
    assert {Path(name).suffix for name in names} == {".html", ".pdf", ".xlsx", ".docx", ".json", ".csv", ".parquet"}
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert without_hashes(first / name) == without_hashes(second / name), name


def without_hashes(path: Path) -> str:
    """All text of a file, but for hashes of the data and of what is made from them, and when the data were saved."""
    return re.sub(r"[0-9a-f]{12,64}|\d\d:\d\d:\d\d", "", everything(path))


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(4))
def test_random_studies_give_no_count_away(run: Run, tmp_path: Path, part: int) -> None:
    assert [found for seed in range(5 * part, 5 * part + 5) for found in reached(run, tmp_path / str(seed), seed)] == []


def test_the_pattern_is_kept_whatever_the_answers(run: Run, tmp_path: Path) -> None:
    """What was hidden is hidden again after the file was corrected."""
    made(run, tmp_path, random_table(1), "html")
    before = json.loads((tmp_path / "hidden.json").read_text("utf-8"))["2009"]
    made(run, tmp_path, random_table(2), "html")
    after = json.loads((tmp_path / "hidden.json").read_text("utf-8"))["2009"]
    assert {json.dumps(one) for one in before} <= {json.dumps(one) for one in after}
