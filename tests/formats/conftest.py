"""Small files of every format that is none of SPSS's, each written by somebody else's program where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

HERE = Path(__file__).parent / "files"
ANSWERS = pd.DataFrame(
    {
        "sex": [1, 2, 1, 2, 1, 1],
        "age": [20.5, 33, np.nan, 57, 60, 41],
        "opinion": [1, "a", 2, "b", 3, 1],
        "town": ["Forlì", "Città di Castello", "", "Bari", "Bari", "x"],
        "weight": [1.5, 0.5, 1, 1, 1, 2],
    }
)
LABELS = {"sex": {1: "Male", 2: "Female"}, "opinion": {1: "Yes", 2: "No", 3: "Maybe", "a": "Refused"}}


@pytest.fixture
def stata(tmp_path: Path) -> Path:
    """A Stata file with labels and two kinds of missing, one of them labelled."""
    path = tmp_path / "survey.dta"
    pyreadstat.write_dta(
        ANSWERS, path, column_labels=["Sex", "Age", "Opinion", "Town", "Weight"], variable_value_labels=LABELS,
        missing_user_values={"opinion": ["a", "b"]},
    )  # fmt: skip
    return path


@pytest.fixture
def comma(tmp_path: Path) -> Path:
    """A CSV file with its codebook beside it."""
    path = tmp_path / "survey.csv"
    path.write_text(
        'id,sex,age,q,town,day,code,w\n1,1,20.5,5,"Forlì, centro",2024-05-31,01,1.5\n2,2,33,99,Bari,2024-06-01,02,1\n'
        "3,1,NA,1,Bari,,03,1\n4,2,57,2,x,2024-06-03,10,0.5\n",
        encoding="utf-8",
    )
    (tmp_path / "survey.codebook.csv").write_text(
        "variable,label,values,missing,kind\nsex,Sex,1 = Male; 2 = Female,,nominal\n"
        "q,Opinion,1 = Low; 5 = High; 99 = Refused,90-99,ordinal\nage,Age,,,scale\nw,,,,weight\n"
    )
    return path
