"""Portable files and the other forms that PSPP writes of one data set, whose values stand in made_by_pspp.sps."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataRejected
from pipeline.spss.portable import unwrapped
from tests.spss.conftest import FILES, parse_here, values

FORMS = ["made_by_pspp.por", "made_by_pspp_none.sav", "made_by_pspp_bytecode.sav", "made_by_pspp_zlib.zsav"]
POR = (FILES / "made_by_pspp.por").read_bytes()


@pytest.mark.parametrize("name", FORMS)
def test_one_data_set_in_four_forms(name: str) -> None:
    found = parse_here(FILES / name)
    got = {column.lower(): cells for column, cells in values(found.table).items()}
    # PSPP 1.6.2 writes 1e20 into the portable file as the base-30 number 6850QA888H0000.
    big = 1e20 if name != "made_by_pspp.por" else float(int("6850QA888H0000", 30))
    assert got == {
        "id": [1, 2, 3, 4, 5, 99],
        "x": [0.1, -123456.789, big, None, 1e-7, 251],
        "s": ["si", "no", "xx", "", "si", "no"],
        "l": ["primo testo", "", "Perche no, disse", "fine", "Z", "{a}|b~c^d[e]"],
        "d": [13630723200, 13166064000, None, 6306150067200, 7000000000, 13936321800],
        "w": [1.5, 0.5, 1, 2, 0.25, 3],
    }
    dictionary = found.dictionary
    assert (dictionary.weight or "").lower() == "w"
    assert dictionary.documents[0] == "DOCUMENT Una riga di documento."
    code, amount, text, _, date, _ = dictionary.variables
    assert (code.label, amount.label, text.label) == ("Identificativo", "L'importo", "Risposta")
    assert code.value_labels == ((1.0, "uno"), (99.0, "non so"))
    assert dict(text.value_labels) == {"si": "Si, certo", "no": "No"}
    assert code.missing.codes == (99.0,)
    assert (amount.missing.codes, amount.missing.low, amount.missing.high) == ((251.0,), -math.inf, -100.0)
    assert text.missing.codes == ("xx",)
    assert (date.format, date.is_date) == ("DATETIME20", True)
    assert dictionary.created.startswith("2026-11-22 ")
    assert dictionary.cases == 6


def test_the_case_count_of_a_portable_file_is_not_known_and_that_is_told() -> None:
    dictionary = parse_here(FILES / "made_by_pspp.por").dictionary
    assert dictionary.cases_declared is None
    assert [n.text_id for n in dictionary.notices] == ["spss.notice_por_no_count"]


def test_lines_may_end_in_any_way_and_lose_their_trailing_blanks(write: Callable[..., Path]) -> None:
    expected = values(parse_here(FILES / "made_by_pspp.por").table)
    lines = POR.replace(b"\r\n", b"\n").split(b"\n")
    for changed in (
        b"\n".join(lines),
        b"\r\n".join(lines),
        b"".join(lines),
        b"\r\n".join(line.rstrip(b" ") for line in lines),
    ):
        assert values(parse_here(write(changed, "p.por")).table) == expected


def test_accented_letters_of_page_1252(write: Callable[..., Path]) -> None:
    data = POR.replace(b"Una riga di docu", "Città, perché no".encode("cp1252"))
    dictionary = parse_here(write(data, "p.por")).dictionary
    assert dictionary.documents[0] == "DOCUMENT Città, perché nomento."
    assert (dictionary.encoding.used, dictionary.encoding.how) == ("cp1252", "detected")


def test_a_file_from_a_machine_with_another_alphabet(write: Callable[..., Path]) -> None:
    """The table in the file says which byte is which character; here the bytes are those of EBCDIC."""
    foreign = unwrapped(POR).decode("ascii").encode("cp037")
    found = parse_here(write(foreign, "p.por"))
    assert found.table["L"].to_pylist()[:5] == ["primo testo", "", "Perche no, disse", "fine", "Z"]
    assert found.table["W"].to_pylist() == [1.5, 0.5, 1, 2, 0.25, 3]


@pytest.mark.parametrize("cut", range(700, 1180, 37))
def test_a_cut_anywhere_shows(cut: int, write: Callable[..., Path]) -> None:
    with pytest.raises(DataRejected):
        parse_here(write(POR[:cut], "p.por"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"1/", 1),
        (b"-1/", -1),
        (b".F/", 0.5),
        (b"T/", 29),
        (b"10/", 30),
        (b"1+3/", 27000),
        (b"1-1/", 1 / 30),
        (b"*.", None),
    ],
)
def test_numbers_in_base_thirty(text: bytes, value: float | None, write: Callable[..., Path]) -> None:
    """In the place of the first weight, 1.F: digits 0 to 9 and A to T, an exponent of thirty after + or -."""
    changed = unwrapped(POR).replace(b"IKS1I00/1.F/", b"IKS1I00/" + text, 1)
    assert parse_here(write(changed, "p.por")).table["W"].to_pylist()[0] == value
