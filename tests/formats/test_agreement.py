"""Two readers agree: pyreadstat reads a study's SPSS file as well, and a difference stops the run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.errors import DataRejected
from pipeline.formats import Reading, read
from pipeline.formats.agreement import SecondReader
from tests.conftest import SmallStudy
from tests.spss.conftest import FILES
from tests.spss.test_agreement import READABLE

PROJECT = Path(__file__).parents[2]
STUDY = PROJECT / "data" / "raw" / "2009" / "survey.sav"


def test_the_study_s_own_file() -> None:
    checked = SecondReader(STUDY, None, "survey.sav").agree(read(STUDY))
    assert checked.reader.startswith("pyreadstat ")
    assert checked.cells == 98 * 94
    assert set(checked.not_compared) == {"weight", "sets", "attributes"}


@pytest.mark.parametrize("name", READABLE[::4])
def test_no_open_case_is_stopped(name: str) -> None:
    path = FILES / name
    SecondReader(path, None, name).agree(read(path))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", READABLE)
def test_no_open_case_is_stopped_whatever_it_is(name: str) -> None:
    test_no_open_case_is_stopped(name)


@pytest.mark.parametrize("kind", ["numeric", "string"])
def test_a_cell_that_differs_is_named(kind: str) -> None:
    found = read(STUDY)
    place = next(i for i, v in enumerate(found.dictionary.variables) if v.kind == kind)
    name = found.table.column_names[place]
    values = found.table.column(place).to_pylist()
    values[40] = 77.0 if kind == "numeric" else "other"
    column = pa.chunked_array([pa.array(values, pa.float64() if kind == "numeric" else pa.string())])
    changed = replace(found, table=found.table.set_column(place, name, column))
    with pytest.raises(DataRejected) as stopped:
        SecondReader(STUDY, None, "survey.sav").agree(changed)
    assert stopped.value.text_id == "formats.readers_differ"
    assert (stopped.value.params["name"], stopped.value.params["row"]) == (name, 41)
    for lang in ("it", "en"):
        assert name in stopped.value.message(lang)


def test_a_row_more_is_seen() -> None:
    found = read(STUDY)
    shorter = replace(found, table=found.table.slice(0, 97))
    with pytest.raises(DataRejected) as stopped:
        SecondReader(STUDY, None, "survey.sav").agree(shorter)
    assert stopped.value.text_id == "formats.readers_rows"


def test_provenance_says_so_and_the_size_is_the_study_s(small_study: SmallStudy) -> None:
    def ingested() -> object:
        words = [sys.executable, "-m", "pipeline", "ingest", "--study", small_study.folder]
        subprocess.run(words, cwd=PROJECT, check=True, capture_output=True)
        (made,) = (small_study.folder / "data" / "processed").glob("*/dictionary.json")
        return json.loads(made.read_text("utf-8"))["second"]

    second = ingested()
    assert isinstance(second, dict)
    assert second["cells"] > 0
    study = small_study.folder / "study.yml"
    said = study.read_text("utf-8").replace("policies:\n", "policies:\n  two_readers_up_to: 0\n")
    study.write_text(said, "utf-8")
    assert ingested() is None


def test_a_reading_given_up_leaves_no_process() -> None:
    reading = Reading(STUDY)
    reading.stop()
    assert reading.child.returncode is not None
