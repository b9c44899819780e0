"""Stata and SAS files: every value as pandas reads it, with a reader of its own."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline.errors import DataRejected
from pipeline.formats import read
from pipeline.spss.dates import date_text
from tests.formats.conftest import ANSWERS, HERE


def test_stata_values_labels_and_kinds_of_missing(stata: Path) -> None:
    found = read(stata)
    oracle = pd.read_stata(stata, convert_categoricals=False, convert_missing=True)
    variable = found.dictionary.variable("opinion")
    kinds = {".a": -1001.0, ".b": -1002.0}
    for name in ("sex", "age", "opinion", "weight"):
        expected = [kinds.get(str(v), None if str(v) == "." else v) for v in oracle[name]]
        assert found.table[name].to_pylist() == expected, name
    assert found.table["town"].to_pylist() == oracle["town"].tolist()
    assert variable.missing.codes == (-1001.0, -1002.0)
    assert variable.label_of(-1001.0) == "Refused"
    assert variable.label_of(-1002.0) == ".b"
    assert variable.label_of(2.0) == "No"
    assert found.dictionary.variable("sex").label == "Sex"
    assert "-1001" in " ".join(n.message("en") for n in found.dictionary.notices)


def test_kinds_of_missing_never_take_a_value_s_place(tmp_path: Path) -> None:
    path = tmp_path / "low.dta"
    frame = ANSWERS.assign(age=[-1001, -1002, 1, 2, 3, -1026])
    pyreadstat.write_dta(frame, path, missing_user_values={"opinion": ["a", "b"]})
    found = read(path)
    assert found.dictionary.variable("opinion").missing.codes == (-100_001.0, -100_002.0)
    assert found.table["age"].to_pylist()[:2] == [-1001.0, -1002.0]


@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_stata_as_pandas_writes_it(tmp_path: Path, version: int) -> None:
    path = tmp_path / "survey.dta"
    days = pd.to_datetime(["2024-05-31", None, "1959-12-30", "2024-02-29"])
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3, 4],
            "x": [1.5, np.nan, -2, 1e300],
            "t": ["a", "", "è", "text"],
            "d": days,
            "m": days,
            "c": days,
        }
    )
    frame.to_stata(path, version=version, write_index=False, convert_dates={"d": "td", "m": "tm", "c": "tc"})
    found = read(path)
    assert found.table["n"].to_pylist() == [1, 2, 3, 4]
    assert found.table["x"].to_pylist() == [1.5, None, -2, 1e300]
    assert found.table["t"].to_pylist() == frame["t"].tolist()
    texts = {
        name: [date_text(v, found.dictionary.variable(name)) for v in found.table[name].to_pylist()] for name in "dmc"
    }
    assert texts["d"] == ["2024-05-31", None, "1959-12-30", "2024-02-29"]
    assert texts["m"] == ["2024-05", None, "1959-12", "2024-02"]
    assert texts["c"][0] == "2024-05-31 00:00:00"


def test_sas_as_pandas_reads_it() -> None:
    path = HERE / "iris.sas7bdat"
    found, oracle = read(path), pd.read_sas(path, encoding="cp1252")
    assert found.dictionary.cases == len(oracle) == 150
    for name in oracle.columns:
        assert found.table[name].to_pylist() == oracle[name].tolist(), name


def test_sas_transport_as_pandas_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "survey.xpt"
    days = [(datetime(2020, 1, 1) - datetime(1960, 1, 1)).days, 0, np.nan, -3, 1, 2]
    # texts of eight bytes: pandas counts the rows wrong where a row is no multiple of eight
    frame = ANSWERS.drop(columns="opinion").assign(day=np.array(days, dtype=float), town=["Firenze1", *"abcde"])
    pyreadstat.write_xport(frame, path, variable_format={"day": "DATE9."}, file_format_version=5)
    found, oracle = read(path), pd.read_sas(path, encoding="utf-8")
    assert found.table["town"].to_pylist() == oracle["town"].tolist()
    for name in ("sex", "age", "weight"):
        assert found.table[name].to_pylist() == oracle[name].astype(object).where(oracle[name].notna(), None).tolist()
    variable = found.dictionary.variable("day")
    assert [date_text(v, variable) for v in found.table["day"].to_pylist()][:4] == [
        "2020-01-01", "1960-01-01", None, "1959-12-29",
    ]  # fmt: skip


def test_cut_files_are_refused_or_whole(tmp_path: Path, stata: Path) -> None:
    for source in (stata, HERE / "iris.sas7bdat"):
        data, whole = source.read_bytes(), read(source).table
        for share in (0.1, 0.5, 0.8):
            path = tmp_path / f"cut{source.suffix}"
            path.write_bytes(data[: int(len(data) * share)])
            try:
                assert read(path).table.equals(whole)
            except DataRejected as error:
                assert error.text_id == "formats.damaged"


def test_what_a_file_is_is_told_by_its_content(tmp_path: Path, stata: Path) -> None:
    path = tmp_path / "named.sav"
    path.write_bytes(stata.read_bytes())
    found = read(path)
    assert found.dictionary.file_format == "dta"
    assert [n.text_id for n in found.dictionary.notices if "extension" in n.text_id]


@pytest.mark.outside
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("name", ["stata", "sas"])
def test_haven_reads_the_same(name: str, stata: Path) -> None:
    """R's haven: every value, each kind of missing by its letter, labels of variables and values."""
    path = {"stata": stata, "sas": HERE / "iris.sas7bdat"}[name]
    script = """
    d <- haven::READER(commandArgs(TRUE)[1])
    for (n in names(d)) { x <- d[[n]]
      tags <- if (is.numeric(x)) haven::na_tag(x) else rep(NA, length(x))
      plain <- ifelse(is.na(x), "", format(unclass(x), digits = 15, trim = TRUE))
      shown <- ifelse(!is.na(tags), paste0(".", tags), plain)
      cat(paste(c(n, shown), collapse = "\\t"), "\\n", sep = "")
      label <- attr(x, "label", exact = TRUE)
      cat("label\\t", if (is.null(label)) "" else label, "\\n", sep = "") }
    """
    script = script.replace("READER", {"stata": "read_dta", "sas": "read_sas"}[name])
    done = subprocess.run(["Rscript", "-e", script, path], capture_output=True, text=True, check=False)
    if "there is no package" in done.stderr:
        pytest.skip("R's haven is not installed")
    assert done.returncode == 0, done.stderr
    found = read(path)
    lines = iter(done.stdout.splitlines())
    for line, label in zip(lines, lines, strict=True):
        column, *theirs = line.split("\t")
        variable = found.dictionary.variable(column)
        letters = {code: f".{'_abcdefghijklmnopqrstuvwxyz'[int(-code) - 1000]}" for code in variable.missing.codes}
        for ours, their in zip(found.table[column].to_pylist(), theirs, strict=True):
            if isinstance(ours, float) and ours not in letters:
                assert ours == pytest.approx(float(their), rel=1e-14)
            else:
                assert letters.get(ours, ours or "") == their.strip()
        assert variable.label == label.partition("\t")[2]
