"""CSV and Excel files, alone and with a codebook beside them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import DataRejected
from pipeline.formats import read
from pipeline.spss.dates import date_text


def test_csv_with_its_codebook(comma: Path) -> None:
    found = read(comma)
    d, table = found.dictionary, found.table
    oracle = pd.read_csv(comma, dtype={"code": str})
    for name in ("id", "sex", "q"):
        assert table[name].to_pylist() == oracle[name].tolist()
    assert table["age"].to_pylist() == [20.5, 33.0, None, 57.0]
    assert table["town"].to_pylist() == oracle["town"].tolist()
    assert table["code"].to_pylist() == ["01", "02", "03", "10"]  # leading zeros are text
    assert [date_text(v, d.variable("day")) for v in table["day"].to_pylist()] == [
        "2024-05-31", "2024-06-01", None, "2024-06-03",
    ]  # fmt: skip
    q = d.variable("q")
    assert (q.label, q.measure, q.label_of(5.0), q.missing.low, q.missing.high) == (
        "Opinion",
        "ordinal",
        "High",
        90,
        99,
    )
    assert d.weight == "w"
    assert d.cases == 4


@pytest.mark.parametrize(("sign", "point"), [(";", ","), ("\t", ","), ("|", "."), (",", ".")])
def test_what_parts_cells_and_decimals_is_found_out(tmp_path: Path, sign: str, point: str) -> None:
    path = tmp_path / "x.csv"
    rows = [["a", "b", "c"], ["1", f"2{point}5", "uno due"], ["2", f"-0{point}25", "tre"]]
    path.write_text("\n".join(sign.join(row) for row in rows))
    table = read(path).table
    assert table["a"].to_pylist() == [1.0, 2.0]
    assert table["b"].to_pylist() == [2.5, -0.25]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("città;n\nForlì;1\nperché;2\n", encoding=encoding)
    assert read(path).table["città"].to_pylist() == ["Forlì", "perché"]


@pytest.mark.parametrize(
    ("data", "codebook", "error"),
    [
        ("a,b\n1,2\n3\n", "", "formats.row_unlike"),
        ("a,b\n1,2\n3,4,5\n", "", "formats.row_unlike"),
        ('a,b\n1,"2\n', "", "formats.rows_unlike"),
        ("a,b\n", "", "formats.headings_only"),
        ("a,b\n1,2\n", "variable,label\nc,C\n", "formats.codebook_unknown"),
        ("a,b\n1,x\n", "variable,kind\nb,scale\n", "formats.cell_no_number"),
        ("a,b\n1,2\n", "variable,kind\nb,intervals\n", "formats.codebook_kind"),
        ("a,b\n1,2\n", "variable,values\nb,Yes\n", "formats.codebook_values"),
        ("a,b\n1,2\n", "variable,label\nb,B\nb,C\n", "formats.codebook_twice"),
        ("a,b\n1,2\n", "name of it,label\nb,B\n", "formats.codebook_without_variable"),
    ],
)
def test_what_cannot_be_read_right_is_refused(tmp_path: Path, data: str, codebook: str, error: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(data)
    if codebook:
        (tmp_path / "codebook.csv").write_text(codebook)
    with pytest.raises(DataRejected) as refused:
        read(path)
    assert refused.value.text_id == error
    for lang in ("it", "en"):
        assert "survey.csv" in refused.value.message(lang)


def test_workbook_with_a_sheet_that_labels_it(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["id", "sesso", "quando", "nota", "vero"],
        [1, 1, datetime(2024, 5, 31), "007", True],
        [2, 2, None, "x", False],
        [3, None, datetime(2024, 6, 1), None, True],
    ):
        sheet.append(row)
    codebook = book.create_sheet("Codebook")
    for row in (["variabile", "etichetta", "valori", "tipo"], ["sesso", "Sesso", "1 = Uomo; 2 = Donna", "nominale"]):
        codebook.append(row)
    book.create_sheet("appunti").append(["altro"])
    book.save(path)
    found = read(path)
    assert found.table["id"].to_pylist() == [1.0, 2.0, 3.0]
    assert found.table["sesso"].to_pylist() == [1.0, 2.0, None]
    assert found.table["nota"].to_pylist() == ["007", "x", ""]
    assert found.table["vero"].to_pylist() == [1.0, 0.0, 1.0]
    assert found.dictionary.variable("sesso").label_of(2.0) == "Donna"
    day = found.dictionary.variable("quando")
    assert [date_text(v, day) for v in found.table["quando"].to_pylist()] == ["2024-05-31", None, "2024-06-01"]
    assert any("appunti" in n.message("it") for n in found.dictionary.notices)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataRejected) as refused:
        read(path)
    assert refused.value.text_id == "formats.damaged"
