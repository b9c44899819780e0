"""Files of other programs and countries: pages declared wrongly, ranges as PSPP writes them, odd headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataRejected
from tests.spss.build import SYSMIS, Column, sav
from tests.spss.conftest import parse_here

ITALIAN = ["Qual è la Sua città?", "Perché non può più andare lì?", "Così è", "Forlì, Cantù", "CITTÀ", "PIÙ"]
OTHERS = {
    "cp1250": ["Žena", "Proč?", "Město", "Ještě ne", "tisíč", "domů", "Příliš žluťoučký kůň", "klíč", "síň"],
    "cp1251": ["Да", "Нет", "Москва и область", "и", "Ответ…"],
    "cp1253": ["Ναι", "Όχι", "Αθήνα"],
    "cp1254": ["Evet", "Hayır", "İstanbul", "güneş"],
    "cp1257": ["Taip", "Ačiū", "Šiauliai"],
    "iso8859-2": ["Łódź", "Kraków", "miejscowość"],
    "cp852": ["Město", "Žena", "Łódź"],
    "koi8-r": ["Да", "Нет"],
    "cp949": ["서울", "네", "아니오"],
    "shift_jis": ["はい", "いいえ", "東京"],
    "gb18030": ["是", "否", "北京"],
}


def labelled(texts: list[str], encoding: str, declared: str) -> bytes:
    labels: dict[object, str] = {float(i + 1): text for i, text in enumerate(texts)}
    columns = [Column("Q1", label=texts[0], labels=labels), Column("S", 60)]
    rows = [[i + 1, text] for i, text in enumerate(texts)]
    return sav(columns, rows, encoding=encoding, declared=declared, code_page=None)


@pytest.mark.parametrize("declared", ["windows-1250", "windows-1251", "iso-8859-2", "koi8-r", "big5"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "mac-roman"])
def test_italian_is_not_read_in_a_page_of_another_language(
    encoding: str, declared: str, write: Callable[..., Path]
) -> None:
    with pytest.raises(DataRejected) as caught:
        parse_here(write(labelled(ITALIAN, encoding, declared)))
    message = DataRejected(caught.value.text_id, file="f.sav", **caught.value.params).message("it")
    assert f"`encoding: {encoding}`" in message


@pytest.mark.parametrize("encoding", OTHERS)
def test_other_languages_in_their_own_page_are_read(encoding: str, write: Callable[..., Path]) -> None:
    """Also each text alone, when little speaks for the declaration."""
    for texts in [OTHERS[encoding], *([text] for text in OTHERS[encoding])]:
        found = parse_here(write(labelled(texts, encoding, encoding))).dictionary
        assert [label for _, label in found.variables[0].value_labels] == texts


def test_a_letter_that_is_a_line_of_a_box(write: Callable[..., Path]) -> None:
    """Page 850 has an È where page 437 has ╘; in the other texts the two agree."""
    texts = ["Qual è la città?", "Perché", "È vero"]
    with pytest.raises(DataRejected) as caught:
        parse_here(write(labelled(texts, "cp850", "IBM437")))
    assert caught.value.params["likely"] == "cp850"


def test_one_accent_in_capitals(write: Callable[..., Path]) -> None:
    """ "Sì" in page 1252 reads "SÏ" in Mac Roman, which ends no word."""
    with pytest.raises(DataRejected) as caught:
        parse_here(write(labelled(["Sì", "No"], "cp1252", "macintosh")))
    assert caught.value.params["likely"] == "cp1252"


def test_a_file_without_cases_has_its_dictionary(write: Callable[..., Path]) -> None:
    found = parse_here(write(sav([Column("A", labels={1.0: "uno"}), Column("S", 8)], [])))
    assert found.dictionary.cases == 0
    assert found.table.num_rows == 0


@pytest.mark.parametrize("weight", [2, 3, 4, 99])
def test_a_weight_that_is_no_number(weight: int, write: Callable[..., Path]) -> None:
    with pytest.raises(DataRejected) as caught:
        parse_here(write(sav([Column("A"), Column("S", 20)], [[1, "x"]], weight=weight)))
    assert caught.value.text_id == "spss.damaged_weight"


def test_another_bias_is_told(write: Callable[..., Path]) -> None:
    found = parse_here(write(sav([Column("A")], [[1], [50]], bias=50.0)))
    assert found.table["A"].to_pylist() == [1, 50]
    assert [n.text_id for n in found.dictionary.notices] == ["spss.notice_bias"]


@pytest.mark.parametrize("counted", ["nan", "inf", "1e400", "1_0", "abc"])
def test_a_counted_value_that_is_no_number(counted: str, write: Callable[..., Path]) -> None:
    record = f"$m=D{len(counted)} {counted} 0  A B\n".encode()
    found = parse_here(write(sav([Column("A"), Column("B")], [[1, 1]], extensions=[(7, 1, record)]))).dictionary
    assert not found.sets
    assert [n.text_id for n in found.notices] == ["spss.notice_set_counted"]


def test_sets_by_the_thousand(write: Callable[..., Path]) -> None:
    """Each would be a table of the report."""
    record = b"".join(b"$s%d=C 0  A B\n" % i for i in range(5000))
    found = parse_here(write(sav([Column("A"), Column("B")], [[1, 1]], extensions=[(7, 1, record)]))).dictionary
    assert len(found.sets) == 300
    assert [n.text_id for n in found.notices] == ["spss.notice_sets_too_many"]


def test_a_name_longer_than_names_are(write: Callable[..., Path]) -> None:
    record = b"A=" + b"x" * 100_000
    found = parse_here(write(sav([Column("A")], [[1]], extensions=[(13, 1, record)]))).dictionary
    assert found.variables[0].name == "x" * 64
    assert len(found.notices[0].message("it")) < 300


@pytest.mark.parametrize(
    ("data", "text_id"),
    [
        (b" " * 500, "spss.blank"),
        (b"\r\n" * 500, "spss.blank"),
        (b"BZh91AY&SY" + bytes(range(256)), "spss.is_zip"),
        (b"\xfd7zXZ\0" + bytes(range(256)), "spss.is_zip"),
        (b"\x28\xb5\x2f\xfd" + bytes(range(256)), "spss.is_zip"),
    ],
)
def test_other_things_saved_as_sav(data: bytes, text_id: str, write: Callable[..., Path]) -> None:
    with pytest.raises(DataRejected) as caught:
        parse_here(write(data))
    assert caught.value.text_id == text_id


def portable(records: str, cases: str) -> bytes:
    """A portable file: 200 bytes of splash, the character table, dictionary and cases."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:$@'=\""
    table = ("0" * 64 + digits).ljust(256, "0")
    text = "ASCII SPSS PORT FILE".ljust(40) * 5 + table + "SPSSPORT" + "A8/202405316/120000" + records + "F" + cases
    text += "Z" * (80 - len(text) % 80)
    return "".join(text[i : i + 80] + "\r\n" for i in range(0, len(text), 80)).encode("ascii")


def test_a_range_that_pspp_wrote_without_its_limit(write: Callable[..., Path]) -> None:
    """``MISSING VALUES V1 (90 THRU HI, 9).`` and ``EXPORT OUTFILE='x.por'.``, PSPP 1.6.2: the record of the range is
    ``AA9E17IR6IG+6J/``, the highest number instead of 90, which in base 30 is a little too high for a double."""
    data = portable("41/50/70/2/V15/2/0/5/2/0/AA9E17IR6IG+6J/89/", "1/9/38/")
    found = parse_here(write(data, "x.por"))
    assert found.table["V1"].to_pylist() == [1, 9, 98]
    missing = found.dictionary.variables[0].missing
    assert (missing.codes, missing.low, missing.high) == ((9.0,), None, None)
    assert "spss.notice_missing_range_lost" in [n.text_id for n in found.dictionary.notices]


def test_system_missing_has_no_label(write: Callable[..., Path]) -> None:
    found = parse_here(write(sav([Column("A", labels={SYSMIS: "manca", 1.0: "uno"})], [[1], [None]])))
    assert found.dictionary.variables[0].value_labels == ((1.0, "uno"),)
