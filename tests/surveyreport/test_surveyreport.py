"""From Python and Jupyter: answers and results as DataFrames, tables as in the report; examples and notebook run."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import matplotlib.figure
import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import surveyreport
from pipeline import __version__
from pipeline.errors import PipelineError, UsageError
from tests.surveyreport.conftest import PROJECT

SURVEY = PROJECT / "data" / "raw" / "2009" / "survey.sav"


@pytest.mark.parametrize("module", ["surveyreport", "surveyreport.study", "surveyreport.tables"])
def test_examples_in_docstrings(own_study: Path, module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 1
    assert found.failed == 0


@pytest.mark.parametrize("path", sorted((PROJECT / "docs").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_run(own_study: Path, path: Path) -> None:
    """Each code cell from the top, and what its last line gives shown as a notebook shows it."""
    names: dict[str, object] = {}
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    assert len(cells) > 5
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)  # noqa: S102  our own notebook
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names)  # noqa: S307
            ways = [getattr(shown, way)() for way in ("_repr_html_", "_repr_png_") if hasattr(shown, way)]
            assert any(ways or [repr(shown)])


def test_answers_are_those_of_the_file(own_study: Path) -> None:
    frame = surveyreport.Study().responses("2009", lang="en")
    oracle, _ = pyreadstat.read_sav(SURVEY)
    assert len(frame) == len(oracle)
    for name in ("forma", "territorio"):
        theirs = [None if np.isnan(v) else str(int(v)) for v in oracle[name]]
        assert [None if v is np.nan else v for v in frame[name]] == theirs
        assert frame[name].cat.ordered
    assert frame["fte"].dropna().tolist() == oracle["fte"].dropna().tolist()
    assert frame.attrs["labels"]["forma"]
    assert set(frame.attrs["categories"]["territorio"]) == {"1", "2", "3"}


def test_user_missing_is_kept_apart(own_study: Path) -> None:
    study = surveyreport.Study()
    whole, _ = pyreadstat.read_sav(SURVEY, user_missing=True)
    valid, _ = pyreadstat.read_sav(SURVEY)
    missing = study.missing("2009")
    for name in ("forma", "fte"):
        apart = whole[name][valid[name].isna() & whole[name].notna()]
        assert missing[name].dropna().tolist() == [str(int(v)) for v in apart]
        assert study.responses("2009")[name][missing[name].notna()].isna().all()


def test_a_table_is_pandas_own(own_study: Path) -> None:
    frame = surveyreport.Study().responses("2009")
    table = surveyreport.crosstab(frame, "forma", "territorio", lang="en")
    oracle = pd.crosstab(frame["forma"], frame["territorio"])
    found = table.to_frame("n")
    assert found.iloc[:-1, :-1].to_numpy().tolist() == oracle.to_numpy().tolist()
    assert found.iloc[-1, -1] == oracle.to_numpy().sum()
    assert list(found.columns[:3]) == list(frame.attrs["categories"]["territorio"].values())
    shares = table.to_frame(["n", "column_share"])
    assert shares.shape == (3, 8)
    with pytest.raises(UsageError):
        table.to_frame("chi_squared")


def test_a_table_of_a_weighted_frame_with_any_names() -> None:
    frame = pd.DataFrame(
        {
            "Age group (years)": pd.Categorical(["old", "young", "old", None], ["young", "old"], ordered=True),
            "answer": ["sì", "no", "sì", "sì"],
            "w": [1.5, 2.0, 0.5, 1.0],
        }
    )
    table = surveyreport.crosstab(frame, "answer", "Age group (years)", weight="w", lang="it")
    found = table.to_frame("count")
    assert found["old"]["sì"] == pytest.approx(2.0)
    assert found["young"]["no"] == pytest.approx(2.0)
    assert list(found.columns) == ["young", "old", "Total"]


def test_a_table_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("a,b\nx,1\nx,2\ny,2\n")
    assert surveyreport.crosstab(path, "a", "b").to_frame("n").to_numpy().tolist() == [[1, 1, 2], [0, 1, 1], [1, 2, 3]]


def test_what_a_table_becomes(own_study: Path, tmp_path: Path) -> None:
    table = surveyreport.crosstab(SURVEY, "forma", "territorio", lang="en")
    html = table._repr_html_()
    assert "<table" in html
    assert "@scope" in html
    assert "<html" not in html
    assert set(table.to_frame("n").columns) <= {*table.numbers["column"]}
    assert all(label in html for label in table.numbers["row"].unique() if label != "Total")
    figure = table.figure()
    assert isinstance(figure, matplotlib.figure.Figure)
    figure.savefig(tmp_path / "figure.png")
    assert table.to_docx(tmp_path / "table.docx").stat().st_size > 5000
    book = openpyxl.load_workbook(table.to_excel(tmp_path / "table.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {61, 22} <= {cell for cell in cells if isinstance(cell, int | float)}


def test_mistakes_are_sentences() -> None:
    frame = pd.DataFrame({"sex": ["f", "m"], "vote": ["yes", "no"]})
    with pytest.raises(PipelineError, match="vote"):
        surveyreport.crosstab(frame, "votes", "sex")


def test_the_command_and_its_version() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    module, function = project["scripts"][project["name"]].split(":")
    assert callable(getattr(importlib.import_module(module), function))
    for name in ("surveyreport", "pipeline"):
        words = [sys.executable, "-m", name, "--version"]
        done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == f"surveyreport {__version__}"


def test_import_is_light() -> None:
    words = (
        "import sys, surveyreport; print([m for m in ('pandas','pyarrow','matplotlib','scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
