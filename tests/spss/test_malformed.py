"""Damaged, foreign and hostile files by name: each ends in its one sentence, or is read right with its notice."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataRejected
from pipeline.spss import Limits, read
from tests.spss.build import Column, extension, sav
from tests.spss.conftest import FILES, parse_here, values

COLUMNS = [
    Column("Q1", label="Età", labels={1.0: "sì", 2.0: "no"}, missing=[9.0]),
    Column("Q2", missing=("range", 90.0, 99.0)),
    Column("TEXT", 12, label="Testo", labels={}),
    Column("S1", 4, labels={"a": "prima"}),
    Column("W"),
]
ROWS = [[1, 2, "uno", "a", 0.5], [None, 95, "", "b", 1.5], [2, -3, "tre parole", "", 2]]
SETS = b"$d=D1 1 3 Due Q1 Q2\n$c=C 0  Q1 Q2\n"


def base(compression: int = 1, **changes: object) -> bytes:
    options: dict[str, object] = {"extensions": [(7, 1, SETS)], "documents": ["Una riga"], "weight": 6}
    return sav(COLUMNS, ROWS, compression=compression, **(options | changes))  # type: ignore[arg-type]


GOOD, PLAIN, ZSAV = base(1), base(0), base(2)
DATA_AT = GOOD.index(struct.pack("<ii", 999, 0)) + 8
PLAIN_AT = PLAIN.index(struct.pack("<ii", 999, 0)) + 8
ZSAV_AT = ZSAV.index(struct.pack("<ii", 999, 0)) + 8
TRAILER_AT = struct.unpack("<q", ZSAV[ZSAV_AT + 8 : ZSAV_AT + 16])[0]
WIDTH = 6 * 8  # bytes of a case: three numbers, twelve letters, four letters
LABELS_AT = GOOD.index(struct.pack("<ii", 3, 2))
SET_RECORD = struct.pack("<iiii", 7, 7, 1, len(SETS))
POR = (FILES / "prs_sample.por").read_bytes()
POR_TEXT = POR.replace(b"\r\n", b"").replace(b"\n", b"")


def put(data: bytes, at: int, letters: str, *new: object) -> bytes:
    """The bytes with something else at one place."""
    packed = struct.pack("<" + letters, *new)
    return data[:at] + packed + data[at + len(packed) :]


def with_sets(text: bytes) -> bytes:
    return base(extensions=[(7, 1, text)])


def bomb() -> bytes:
    """100,000,000 cases in a few hundred kilobytes."""
    rows = 100_000_000
    head = sav([Column("X")], [], compression=2, cases=rows)
    at = head.index(struct.pack("<ii", 999, 0)) + 8
    block = 0x3FF000
    packed = zlib.compress(bytes([101]) * block, 9)
    count = rows // block
    trailer_at = at + 24 + count * len(packed)
    out = [head[:at], struct.pack("<qqq", at, trailer_at, 24 * (count + 1)), packed * count]
    out.append(struct.pack("<qqii", -100, 0, block, count))
    out += [struct.pack("<qqii", at + i * block, at + 24 + i * len(packed), block, len(packed)) for i in range(count)]
    return b"".join(out)


REJECTED: dict[str, tuple[bytes, str]] = {
    # what is no SPSS file at all
    "empty": (b"", "empty"),
    "one byte": (b"$", "cut_in_header"),
    "only the magic": (b"$FL2", "cut_in_header"),
    "only zero bytes": (b"\0" * 5000, "zeros"),
    "random bytes": (bytes((i * 73 + 41) % 251 for i in range(4000)), "is_something"),
    "web page": (b"<!DOCTYPE html><html><title>Login</title>", "is_html"),
    "web page after blanks": (b"\xef\xbb\xbf\r\n  <HTML><body>", "is_html"),
    "xml": (b"<?xml version='1.0'?><a/>", "is_xml"),
    "zip": (b"PK\x03\x04\x14\0\0\0\x08\0" + b"x" * 40, "is_zip"),
    "xlsx": (b"PK\x03\x04\x14\0\x06\0\x08\0" + b"[Content_Types].xml" + b"x" * 40, "is_workbook"),
    "ods": (b"PK\x03\x04\x14\0\0\0\0\0mimetypeapplication/vnd.oasis", "is_workbook"),
    "xls or spv": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is_office"),
    "gzip": (b"\x1f\x8b\x08" + b"x" * 90, "is_zip"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + b"x" * 90, "is_zip"),
    "rar": (b"Rar!\x1a\x07" + b"x" * 90, "is_zip"),
    "pdf": (b"%PDF-1.7\n", "is_pdf"),
    "stata": (b"<stata_dta><header>", "is_stata"),
    "stata before release 13": (b"\x72\x02\x01\x00\x02\x00\x03\x00\x00\x00" + b"\0" * 400, "is_stata"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 500, "is_something"),
    "csv in UTF-16": ("id;città\n1;Forlì\n".encode("utf-16"), "is_text"),
    "sas": (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "is_sas"),
    "r": (b"RDX3\nX\n", "is_r"),
    "parquet": (b"PAR1" + b"x" * 90, "is_parquet"),
    "git lfs pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is_pointer"),
    "csv": (b"id;nome\n1;Bari\n", "is_text"),
    "csv with accents": ("id;città\n1;Forlì\n".encode("cp1252"), "is_text"),
    "json": (b'{"a": 1}', "is_text"),
    "encrypted": (b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV\x15\0\0\0" + b"x" * 100, "encrypted"),
    "mainframe": (b"\x5b\xc6\xd3\xf2" + b"\x40" * 400, "ebcdic"),
    # the header
    "header cut at 100": (GOOD[:100], "cut_in_header"),
    "header cut at 175": (GOOD[:175], "cut_in_header"),
    "layout code": (put(GOOD, 64, "i", 77), "damaged_dictionary"),
    "compression code": (put(GOOD, 72, "i", 7), "damaged_dictionary"),
    "zsav magic on a sav": (b"$FL3" + GOOD[4:], "damaged_dictionary"),
    "sav magic on a zsav": (b"$FL2" + ZSAV[4:], "damaged_dictionary"),
    "bias not a number": (put(GOOD, 84, "d", float("nan")), "damaged_dictionary"),
    "weight beyond the variables": (put(GOOD, 76, "i", 99), "damaged_weight"),
    "weight negative": (put(GOOD, 76, "i", -1), "damaged_dictionary"),
    "weight is a text": (put(GOOD, 76, "i", 3), "damaged_weight"),
    "weight inside a text": (put(GOOD, 76, "i", 4), "damaged_weight"),
    "case count unknown": (put(GOOD, 80, "i", -1), "unknown_count"),
    "case count below unknown": (put(GOOD, 80, "i", -2), "damaged_dictionary"),
    "case count too high": (put(GOOD, 80, "i", 4), "cut_in_data"),
    "case count too low": (put(GOOD, 80, "i", 2), "more_data"),
    "case count zero": (put(GOOD, 80, "i", 0), "more_data"),
    "case count enormous": (put(GOOD, 80, "i", 2**31 - 1), "too_large"),
    "plain case count too high": (put(PLAIN, 80, "i", 4), "cut_in_data"),
    "plain case count too low": (put(PLAIN, 80, "i", 2), "more_data"),
    "zsav case count too high": (put(ZSAV, 80, "i", 4), "cut_in_data"),
    "zsav case count too low": (put(ZSAV, 80, "i", 2), "more_data"),
    "two case counts": (base(extensions=[(16, 8, struct.pack("<qq", 1, 7))]), "case_counts_differ"),
    # the dictionary
    "nothing after the header": (GOOD[:176], "cut_in_dictionary"),
    "cut in a variable": (GOOD[:190], "cut_in_dictionary"),
    "cut in a label": (GOOD[:210], "cut_in_dictionary"),
    "cut in value labels": (GOOD[: LABELS_AT + 20], "cut_in_dictionary"),
    "cut in an extension": (GOOD[: GOOD.index(SET_RECORD) + 20], "cut_in_dictionary"),
    "cut before the end of the dictionary": (GOOD[: DATA_AT - 8], "cut_in_dictionary"),
    "no variables": (sav([], []), "no_variables"),
    "width of a variable": (put(GOOD, 180, "i", 300), "damaged_dictionary"),
    "text without its continuation": (put(GOOD, 180, "i", 12), "damaged_dictionary"),
    "continuation of nothing": (put(GOOD, 180, "i", -1), "damaged_dictionary"),
    "number of missing values": (put(GOOD, 188, "i", 4), "damaged_dictionary"),
    "label flag": (put(GOOD, 184, "i", 5), "damaged_dictionary"),
    "label length enormous": (put(GOOD, 208, "i", 2**31 - 1), "damaged_dictionary"),
    "label length negative": (put(GOOD, 208, "i", -5), "damaged_dictionary"),
    "range of texts": (sav([Column("A", 4, missing=("range", "a", "b"))], []), "damaged_dictionary"),
    "number of value labels": (put(GOOD, LABELS_AT + 4, "i", 2**30), "damaged_dictionary"),
    "value labels of no variable": (
        GOOD.replace(struct.pack("<iii", 4, 1, 1), struct.pack("<iii", 4, 1, 99)),
        "damaged_dictionary",
    ),
    "value labels inside a text": (
        GOOD.replace(struct.pack("<iii", 4, 1, 1), struct.pack("<iii", 4, 1, 4)),
        "damaged_dictionary",
    ),
    "value labels without variables": (
        GOOD.replace(struct.pack("<iii", 4, 1, 1), struct.pack("<iii", 5, 1, 1)),
        "damaged_dictionary",
    ),
    "number of document lines": (
        GOOD.replace(struct.pack("<ii", 6, 1), struct.pack("<ii", 6, 2**30)),
        "damaged_dictionary",
    ),
    "size of an extension": (
        GOOD.replace(SET_RECORD, struct.pack("<iiii", 7, 7, 2**30, 2**30)),
        "damaged_dictionary",
    ),
    "negative size of an extension": (
        GOOD.replace(SET_RECORD, struct.pack("<iiii", 7, 7, -1, 5)),
        "damaged_dictionary",
    ),
    "unknown record": (GOOD[: DATA_AT - 8] + struct.pack("<ii", 5, 0) + GOOD[DATA_AT:], "damaged_dictionary"),
    "mainframe numbers": (
        base(code_page=None, extensions=[(3, 4, struct.pack("<8i", 1, 2, 3, -1, 2, 1, 2, 1252))]),
        "foreign_numbers",
    ),
    "very long text too long": (
        sav(
            [Column("TEXT", 255), *(Column(f"TEXT{i}", 255) for i in range(200)), Column("TEXTX", 9)],
            [],
            extensions=[(13, 1, b"TEXT=text")],
        ),
        "damaged_long_string",
    ),
    # the data
    "no data": (GOOD[:DATA_AT], "cut_in_data"),
    "cut in a word of codes": (GOOD[: DATA_AT + 5], "cut_in_data"),
    "cut in a literal": (GOOD[: DATA_AT + 20], "cut_in_data"),
    "cut in the last case": (GOOD[:-12], "cut_in_data"),
    "plain cut in a case": (PLAIN[:-5], "cut_in_data"),
    "plain cut between cases": (PLAIN[:-WIDTH], "cut_in_data"),
    "plain of unknown count cut in a case": (put(PLAIN, 80, "i", -1)[:-5], "cut_in_case"),
    "of unknown count cut in a case": (put(GOOD, 80, "i", -1)[:-12], "cut_in_case"),
    "a second file behind": (PLAIN + PLAIN, "more_data"),
    "text behind the end mark": (GOOD + b"altro testo", "more_data"),
    "blanks where a number stands": (
        GOOD[:DATA_AT] + bytes([254]) + GOOD[DATA_AT + 1 :],
        "damaged_data",
    ),
    "a number where a text stands": (
        GOOD[: DATA_AT + 3] + bytes([120]) + GOOD[DATA_AT + 4 :],
        "damaged_data",
    ),
    "zsav cut in its header": (ZSAV[: ZSAV_AT + 10], "cut_in_data_zsav"),
    "zsav cut in a block": (ZSAV[: ZSAV_AT + 30], "cut_in_data_zsav"),
    "zsav cut in its table": (ZSAV[:-3], "cut_in_data_zsav"),
    "zsav block damaged": (
        ZSAV[: ZSAV_AT + 30] + bytes([ZSAV[ZSAV_AT + 30] ^ 0xFF]) + ZSAV[ZSAV_AT + 31 :],
        "damaged_block",
    ),
    "zsav header elsewhere": (put(ZSAV, ZSAV_AT, "q", 5), "damaged_block_table"),
    "zsav table size": (put(ZSAV, ZSAV_AT + 16, "q", 23), "damaged_block_table"),
    "zsav number of blocks": (put(ZSAV, TRAILER_AT + 20, "i", 5), "damaged_block_table"),
    "zsav negative number of blocks": (put(ZSAV, TRAILER_AT + 20, "i", -1), "damaged_block_table"),
    "zsav block elsewhere": (put(ZSAV, TRAILER_AT + 32, "q", 0), "damaged_block_table"),
    "zsav block size too small": (put(ZSAV, TRAILER_AT + 40, "i", 8), "damaged_block"),
    "zsav block size too large": (put(ZSAV, TRAILER_AT + 40, "i", 0x3FF000), "damaged_block"),
    "zsav block beyond the block size": (put(ZSAV, TRAILER_AT + 40, "i", 2**30), "damaged_block_table"),
    "zsav text behind": (ZSAV + b"altro", "more_data"),
    "zsav bomb": (bomb(), "bomb"),
    "invalid bytes": (base().replace("Età".encode(), b"Et\xe0 "), "encoding_declared_fails"),
    # portable files
    "por cut in its first lines": (POR_TEXT[:300], "is_cut_por"),
    "por cut in its dictionary": (POR_TEXT[:600], "cut_in_dictionary"),
    "por cut in its data": (POR_TEXT[:1000], "cut_in_por"),
    "por without its end mark": (POR_TEXT.rstrip(b"Z"), "cut_in_por"),
    "por with text behind": (POR_TEXT + b"7/5/", "damaged_data"),
    "por with another number of variables": (POR_TEXT.replace(b"47/5B/", b"46/5B/"), "damaged_dictionary"),
    "por with a text where a number stands": (POR_TEXT.replace(b"F1/a1.3/", b"F1/a!!3/"), "damaged_data"),
    "por with labels of no variable": (POR_TEXT.replace(b"D1/6/MYLABL", b"D1/6/NOBODY"), "damaged_dictionary"),
    "por with an unknown record": (POR_TEXT.replace(b"D1/6/MYLABL", b"X1/6/MYLABL"), "damaged_dictionary"),
    "por with an enormous text": (POR_TEXT.replace(b"8211O/", b"82TTTTTT/"), "damaged_dictionary"),
}


def test_there_are_at_least_sixty() -> None:
    assert len(REJECTED) >= 60


@pytest.mark.parametrize("name", sorted(REJECTED))
def test_each_malformation_has_its_sentence(name: str, write: Callable[..., Path]) -> None:
    data, text_id = REJECTED[name]
    with pytest.raises(DataRejected) as caught:
        parse_here(write(data))
    assert caught.value.text_id == f"spss.{text_id}"
    full = DataRejected(caught.value.text_id, file="f.sav", **caught.value.params)
    for lang in ("it", "en"):
        message = full.message(lang)
        assert message.startswith("f.sav")
        assert message.endswith((".", "`."))
        assert "\n" not in message
        assert "{" not in message


def test_the_base_is_good(write: Callable[..., Path]) -> None:
    for data in (GOOD, PLAIN, ZSAV):
        found = parse_here(write(data))
        assert values(found.table) == {
            "Q1": [1, None, 2],
            "Q2": [2, 95, -3],
            "TEXT": ["uno", "", "tre parole"],
            "S1": ["a", "b", ""],
            "W": [0.5, 1.5, 2],
        }
        assert found.dictionary.weight == "W"
        assert [s.name for s in found.dictionary.sets] == ["$d", "$c"]
        assert found.dictionary.documents == ("Una riga",)
        assert found.dictionary.created == "2024-05-31 12:30:00"


def _duplicates() -> bytes:
    return sav([Column("Q"), Column("Q"), Column("Q_2")], [[1, 2, 3]])


def _long_name(text: bytes) -> bytes:
    return base(extensions=[(13, 1, text)])


READ: dict[str, tuple[bytes, str]] = {
    "duplicate names": (_duplicates(), "name_changed"),
    "a variable without a name": (sav([Column("")], [[1]]), "name_changed"),
    "a name with a sign that nests": (sav([Column("A>B")], [[1]]), "name_changed"),
    "a name that begins with a blank": (sav([Column(" A")], [[1]]), "name_changed"),
    "names that differ in capitals": (sav([Column("Q"), Column("q")], [[1, 2]]), "names_alike"),
    "long names that collide": (_long_name(b"Q1=Eta\tQ2=Eta"), "name_changed"),
    "set of nothing": (with_sets(b"$d=D1 1 0  NO1 NO2\n"), "set_empty"),
    "set of some": (with_sets(b"$d=D1 1 0  Q1 NO2\n"), "set_member_unknown"),
    "set of numbers and texts": (with_sets(b"$d=D1 1 0  Q1 S1\n"), "set_mixed"),
    "set that counts no number": (with_sets(b"$d=D2 ab 0  Q1 Q2\n"), "set_counted"),
    "set cut in its label": (with_sets(b"$d=D1 1 900 Due Q1 Q2\n"), "set_unreadable"),
    "set without a kind": (with_sets(b"$d=Z1 1 0  Q1 Q2\n"), "set_unreadable"),
    "set without anything": (with_sets(b"$d\n"), "set_unreadable"),
    "attributes without an end": (base(extensions=[(17, 1, b"A('x'\n")]), "attributes_unreadable"),
    "variable attributes without an end": (base(extensions=[(18, 1, b"Q1:A('x'\n")]), "attributes_unreadable"),
    "very long text without its parts": (base(extensions=[(14, 1, b"TEXT=00900\0\t")]), "long_string_width"),
    "very long number": (base(extensions=[(14, 1, b"Q1=00300\0\t")]), "long_string_width"),
    "labels of long texts cut": (
        base(extensions=[(21, 1, struct.pack("<i", 4) + b"TEXT" + b"\x0c")]),
        "long_strings_unreadable",
    ),
    "missing long texts cut": (
        base(extensions=[(22, 1, struct.pack("<i", 4) + b"TEXT\x02" + struct.pack("<i", 8) + b"abc")]),
        "long_strings_unreadable",
    ),
    "declared EBCDIC": (base(declared=None, code_page=1), "ebcdic"),
    "declared nonsense": (base(declared="klingon"), "encoding_unknown"),
    "declared a codec that is no character set": (base(declared="zlib_codec"), "encoding_unknown"),
    "declared byte order": (
        base(code_page=None, extensions=[(3, 4, struct.pack("<8i", 1, 2, 3, -1, 1, 1, 1, 65001))]),
        "byte_order",
    ),
    "another system-missing value": (
        base(extensions=[(4, 8, struct.pack("<3d", 1.0, 2.0, 3.0))]),
        "sysmis",
    ),
    "blanks and line ends behind": (PLAIN + b"\r\n\x1a", "trailing"),
}


@pytest.mark.parametrize("name", sorted(READ))
def test_harmless_damage_is_read_and_told(name: str, write: Callable[..., Path]) -> None:
    data, text_id = READ[name]
    found = parse_here(write(data))
    notices = [n for n in found.dictionary.notices if n.text_id == f"spss.notice_{text_id}"]
    assert notices
    for lang in ("it", "en"):
        assert "{" not in notices[0].message(lang)
    if found.table.num_columns == len(COLUMNS):
        assert found.table["W"].to_pylist() == [0.5, 1.5, 2] or text_id == "sysmis"
    assert len(set(found.table.column_names)) == found.table.num_columns


def test_duplicate_names_do_not_take_a_third_one_s(write: Callable[..., Path]) -> None:
    assert parse_here(write(_duplicates())).table.column_names == ["Q", "Q_3", "Q_2"]


def test_a_name_keeps_all_letters_but_the_sign_that_nests(write: Callable[..., Path]) -> None:
    names = [Column("<b>x</b>"), Column("A B"), Column("A,B"), Column("=1+1")]
    found = read(write(sav(names, [[1, 2, 3, 4]])))
    assert [v.name for v in found.dictionary.variables] == ["<b›x</b›", "A B", "A,B", "=1+1"]


def test_damage_that_matters_to_nobody_is_passed_over(write: Callable[..., Path]) -> None:
    for record in (
        (11, 4, struct.pack("<4i", 1, 2, 3, 4)),
        (13, 1, b"no names here"),
        (24, 1, b"<xml"),
        (99, 4, b"abcd"),
    ):
        assert parse_here(write(base(extensions=[record]))).dictionary.cases == 3


def test_numbers_that_are_none_and_absurd_dates(write: Callable[..., Path]) -> None:
    columns = [Column("X"), Column("D", format=(20, 11, 0))]
    nan, inf = float("nan"), float("inf")
    found = parse_here(write(sav(columns, [[nan, 1e300], [inf, -1e300], [-inf, 6306150067200.0]], compression=0)))
    assert found.table["X"].to_pylist() == [None, None, None]
    assert found.table["D"].to_pylist() == [1e300, -1e300, 6306150067200.0]
    assert found.dictionary.variable("D").format == "DATE11"


@pytest.mark.parametrize(("name", "notice"), [("a.sav", False), ("a.zsav", True), ("a.por", True), ("a", True)])
def test_the_content_decides_and_a_wrong_name_is_told(name: str, notice: bool, write: Callable[..., Path]) -> None:
    found = read(write(GOOD, name))
    assert found.dictionary.file_format == "sav"
    assert ("spss.notice_extension" in [n.text_id for n in found.dictionary.notices]) is notice


def test_a_portable_file_may_be_called_sav(write: Callable[..., Path]) -> None:
    found = parse_here(write(POR, "p.sav"))
    assert found.dictionary.file_format == "por"
    assert "spss.notice_extension" in [n.text_id for n in found.dictionary.notices]


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    for path, text_id in (
        (tmp_path / "no.sav", "spss.no_file"),
        (tmp_path / ("x" * 5000), "spss.no_file"),
        (tmp_path / "a\nb\0.sav", "spss.no_file"),
        (tmp_path, "spss.not_a_file"),
    ):
        with pytest.raises(DataRejected) as caught:
            read(path)
        assert caught.value.text_id == text_id
        assert "\n" not in str(caught.value)


def test_a_record_may_come_with_a_big_endian_size() -> None:
    """The builder's own record, so that the table above means what it says."""
    assert extension(7, 1, b"x", ">")[:16] == struct.pack(">iiii", 7, 7, 1, 1)


def test_the_child_is_stopped_when_it_takes_too_much(write: Callable[..., Path]) -> None:
    path = write(GOOD)
    with pytest.raises(DataRejected) as caught:
        read(path, limits=Limits(seconds=0.01))
    assert caught.value.text_id == "spss.too_slow"
    with pytest.raises(DataRejected) as caught:
        read(path, limits=Limits(memory=16 << 20))
    assert caught.value.text_id in ("spss.too_large", "spss.stopped")
    with pytest.raises(DataRejected) as caught:
        read(path, limits=Limits(decoded=64))
    assert caught.value.text_id == "spss.too_large"
