"""A study's own variables: functions in ``derive.py``, carried out apart and checked against the codebook."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow.parquet as pq
import pyreadstat
import pytest

from tests.conftest import Ran, SmallStudy

Run = Callable[..., Ran]

FUNCTIONS = '''
import numpy as np
import pandas as pd
from surveyreport import derive


@derive("double", "Staff doubled")
def doubled(answers):
    """Twice the number of staff, for want of better."""
    print("not an answer")
    return answers["comuni"] * 2


@derive("size", "Size")
def size(answers):
    return pd.Series(np.where(answers["comuni"] > 5, "2", "1"), index=answers.index).where(answers["comuni"].notna())
'''
ENTRIES = """
  double:
    label: {it: Personale raddoppiato, en: Staff doubled}
    uses: [comuni]
    kind: numeric
    origin: simulated
  size:
    label: {it: Dimensione, en: Size}
    uses: [comuni]
    categories: {1: {it: Piccola, en: Small}, 2: {it: Grande, en: Large}}
    origin: simulated
"""


@pytest.fixture
def study(small_study: SmallStudy) -> SmallStudy:
    (small_study.folder / "derive.py").write_text(FUNCTIONS)
    path = small_study.folder / "codebook.yml"
    text = path.read_text("utf-8")
    assert "\nderived:" in text
    path.write_text(text.replace("\nderived:", f"\nderived:{ENTRIES.rstrip()}"), "utf-8")
    return small_study


def _responses(study: SmallStudy) -> dict[str, list[object]]:
    (path,) = (study.folder / "data" / "processed").glob("*/responses.parquet")
    return pq.read_table(path).to_pydict()


def test_functions_make_variables(run: Run, study: SmallStudy) -> None:
    ran = run("report", "--study", study.folder, "--formats", "html", "--lang", "en")
    assert ran.code == 0, ran.err
    (file,) = (study.folder / "data" / "raw").glob("*/survey.sav")
    oracle, _ = pyreadstat.read_sav(file)
    comuni = [None if v != v or v == 999 else v for v in oracle["comuni"]]
    found = _responses(study)
    assert found["double"] == [None if v is None else 2 * v for v in comuni]
    assert found["size"] == [None if v is None else (2.0 if v > 5 else 1.0) for v in comuni]
    (report,) = (study.folder / "reports").glob("*/report.en.html")
    words = report.read_text("utf-8")
    assert "Twice the number of staff, for want of better." in words
    assert "Staff doubled" in words


def test_they_are_part_of_the_fingerprint(run: Run, study: SmallStudy) -> None:
    command = ("report", "--study", study.folder, "--formats", "html", "--lang", "en")
    assert run(*command).code == 0
    before = _responses(study)["double"]
    path = study.folder / "derive.py"
    path.write_text(path.read_text().replace("* 2", "* 3"))
    assert run(*command).code == 0
    acomunir = _responses(study)["double"]
    assert [v * 1.5 for v in before if v is not None] == [v for v in acomunir if v is not None]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('answers["comuni"] * 2', 'answers["comunx"] * 2', ("line 11", "double", "comunx")),
        ('answers["comuni"] * 2', "1 / 0", ("line 11", "ZeroDivisionError")),
        ('return answers["comuni"] * 2', "return 7", ("double", "Series")),
        ('"2", "1"', '"2", "8"', ("size", "code 8", "1, 2")),
        ('answers["comuni"] * 2', 'answers["comuni"].astype(str) + "x"', ("double", "numbers")),
        ('"double", "Staff', '"duble", "Staff', ("duble", "nearest: double")),
        ('"Staff doubled"', '"Staff twice"', ("Staff twice", "Staff doubled")),
        ("def doubled(answers):", "def doubled(answers", ("line 8", "Python")),
        ("import numpy as np", "import nompy as np", ("line 2", "nompy")),
        ('answers["comuni"] * 2', "bytearray(1 << 43)", ("line 11", "MemoryError")),
        ('answers["comuni"] * 2', "__import__('os')._exit(9)", ("code 9",)),
    ],
)
def test_mistakes_name_file_and_line(run: Run, study: SmallStudy, old: str, new: str, said: tuple[str, ...]) -> None:
    path = study.folder / "derive.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    ran = run("report", "--study", study.folder, "--formats", "html", "--lang", "en")
    assert ran.code == 2, ran
    assert "derive.py" in ran.err
    for piece in said:
        assert piece in ran.err, ran.err


def test_a_variable_without_its_function(run: Run, study: SmallStudy) -> None:
    (study.folder / "derive.py").unlink()
    ran = run("report", "--study", study.folder, "--lang", "it")
    assert ran.code == 2
    assert "double" in ran.err
    assert "derive.py" in ran.err
