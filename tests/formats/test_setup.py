"""SPSS syntax with its data: read as SPSS would read them, and nothing carried out."""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path

import pyreadstat
import pytest

from pipeline.errors import DataRejected
from pipeline.formats import read
from pipeline.spss.dates import date_text
from tests.formats.conftest import HERE

FIXED = """DATA LIST FILE='data.txt' RECORDS=2
 /1 id 1-3 name 4-9 (A) income 10-15 (2)
 /2 a b 1-4 v1 TO v3 (3F2.0) day 11-20 (EDATE).
VARIABLE LABELS id 'Number' / income "Income, " + "net".
VALUE LABELS a b 1 'Yes' 2 'No' / v1 TO v3 9 'Don''t know'.
MISSING VALUES a b (9) v1 TO v3 (8 THRU HI).
ADD VALUE LABELS a 3 'Perhaps'.
VARIABLE LEVEL a b (NOMINAL) v1 TO v3 (ORDINAL).
WEIGHT BY income.
"""
FIXED_DATA = "  1Bari  001050\n 1 2 1 9 331.05.2024\n  2Forli   2.5\n 2   8 9  01.06.2024\n"

LIST = """* A comment with an odd ' mark
 over two lines.
data list list (",") / id (F4.0) town (A10) x y *.
begin data
1,Bari,2.5,3
2,Reggio E,,4
end data.
var lab x 'A number' y 'Another'.
mis val x y (-1).
execute.
"""


def test_limesurvey_s_export() -> None:
    found = read(HERE / "limesurvey_syntax_file.sps")
    d, table = found.dictionary, found.table
    assert table["id"].to_pylist() == [1.0, 2.0, 3.0]
    assert table["mood"].to_pylist() == ["A1", "A2", "A1"]
    assert table["score"].to_pylist() == [2.5, -9.0, None]
    assert table["other"].to_pylist() == ["It's, ok", "", "Forlì"]
    assert date_text(table["submitdate"].to_pylist()[0], d.variable("submitdate")) == "2024-05-31 10:20:30.00"
    mood, score = d.variable("mood"), d.variable("score")
    assert (mood.label, mood.measure, mood.label_of("A2")) == ("How are you? Today", "nominal", "Bad")
    assert (score.missing.low, score.missing.high, score.missing.codes) == (-math.inf, -1.0, (99.0,))
    assert score.label_of(2.5) == "Two and a half"
    assert d.variable("other").label == 'It\'s "so"'


def _written(folder: Path, syntax: str, data: str) -> Path:
    (folder / "survey.sps").write_text(syntax)
    (folder / "data.txt").write_text(data)
    return folder / "survey.sps"


def test_fixed_columns(tmp_path: Path) -> None:
    found = read(_written(tmp_path, FIXED, FIXED_DATA))
    d, t = found.dictionary, found.table
    assert t["name"].to_pylist() == ["Bari", "Forli"]
    assert t["income"].to_pylist() == [10.5, 2.5]
    assert [t[n].to_pylist() for n in ("a", "b", "v1", "v2", "v3")] == [[1, 2], [2, None], [1, 8], [9, 9], [3, None]]
    assert [date_text(v, d.variable("day")) for v in t["day"].to_pylist()] == ["2024-05-31", "2024-06-01"]
    assert d.variable("v2").missing.low == 8
    assert d.variable("a").label_of(3.0) == "Perhaps"
    assert d.variable("b").label_of(3.0) == ""
    assert d.variable("v3").label_of(9.0) == "Don't know"
    assert d.variable("income").label == "Income, net"
    assert d.weight == "income"


def test_data_within_the_syntax(tmp_path: Path) -> None:
    path = tmp_path / "survey.sps"
    path.write_text(LIST)
    found = read(path)
    assert found.table["town"].to_pylist() == ["Bari", "Reggio E"]
    assert found.table["x"].to_pylist() == [2.5, None]
    assert found.dictionary.variable("y").label == "Another"
    assert found.dictionary.variable("x").missing.codes == (-1.0,)


@pytest.mark.parametrize(
    ("syntax", "error", "line"),
    [
        ("DATA LIST FILE='data.txt' LIST /a b.\nCOMPUTE c = a + b.\n", "formats.setup_command", 2),
        ("DATA LIST FILE='data.txt' LIST /a b.\nVARIABLE LABELS z 'Z'.\n", "formats.setup_no_variable", 2),
        ("DATA LIST FILE='data.txt' LIST /a b.\nVALUE LABELS a 'x' 'X'.\n", "formats.setup_code", 2),
        ("DATA LIST FILE='data.txt' LIST /a b.\nVARIABLE LABELS a 'X.\n", "formats.setup_quote", 2),
        ("DATA LIST FILE='data.txt' LIST /a b c.\n", "formats.setup_row", 0),
        ("GET DATA /TYPE=XLSX /FILE='data.xlsx'.\n", "formats.setup_get_data", 1),
        ("VARIABLE LABELS a 'A'.\n", "formats.setup_before_data", 1),
        ("SET DECIMAL=DOT.\n", "formats.setup_without_data_list", 0),
    ],
)
def test_what_cannot_be_read_right_is_refused_with_its_line(tmp_path: Path, syntax: str, error: str, line: int) -> None:
    with pytest.raises(DataRejected) as refused:
        read(_written(tmp_path, syntax, "1 2\n3 4\n"))
    assert refused.value.text_id == error
    assert refused.value.params.get("line", 0) == line


def test_data_that_are_not_there(tmp_path: Path) -> None:
    path = _written(tmp_path, "DATA LIST FILE='data.txt' LIST /a b.\n", "")
    (tmp_path / "data.txt").unlink()
    with pytest.raises(DataRejected, match=r"data\.txt"):
        read(path)


@pytest.mark.outside
@pytest.mark.skipif(shutil.which("pspp") is None, reason="PSPP is not installed")
@pytest.mark.parametrize(("syntax", "data"), [(FIXED, FIXED_DATA), (LIST, "")], ids=["fixed", "list"])
def test_pspp_makes_the_same_of_it(tmp_path: Path, syntax: str, data: str) -> None:
    path = _written(tmp_path, syntax, data)
    (tmp_path / "run.sps").write_text(syntax + "\nSAVE OUTFILE='out.sav'.\n")
    subprocess.run(["pspp", "run.sps"], cwd=tmp_path, check=True, capture_output=True)
    oracle, meta = pyreadstat.read_sav(tmp_path / "out.sav", user_missing=True, disable_datetime_conversion=True)
    found = read(path)
    assert [v.name.lower() for v in found.dictionary.variables] == [n.lower() for n in meta.column_names]
    for name in meta.column_names:
        theirs = [None if v != v else v for v in oracle[name]]
        ours = found.table[name].to_pylist()
        assert ours == [v.rstrip() if isinstance(v, str) else v for v in theirs], name
        assert found.dictionary.variable(name).label == (meta.column_names_to_labels[name] or "")
