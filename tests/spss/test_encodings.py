"""Five encodings, each declared rightly, not at all, and wrongly: right texts, or a stop with the line to write."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from pipeline.errors import DataRejected
from pipeline.spss.text import codec_name, page_name
from tests.spss.build import Column, sav
from tests.spss.conftest import parse_here

# Python's name, what record 7/20 says, the code page of record 7/3
ENCODINGS = {
    "utf-8": ("UTF-8", 65001),
    "cp1252": ("windows-1252", 1252),
    "cp850": ("IBM850", 850),
    "iso8859-1": ("ISO-8859-1", 28591),
    "mac-roman": ("macintosh", 10000),
}
TEXTS = ["Città di Castello", "perché no", "l'università è più lontana", "così", "È vero, però", "", "ciò che può"]
LABEL = "Qualità della vita nelle città"


def made(encoding: str, declared: str | None, page: int | None, texts: list[str] = TEXTS) -> bytes:
    columns = [Column("T", 30, label=LABEL), Column("N", labels={1.0: "sì", 2.0: "no"})]
    rows = [[text, 1] for text in texts]
    return sav(columns, rows, encoding=encoding, declared=declared, code_page=page)


def check(found_in: Path, **options: object) -> str:
    found = parse_here(found_in, **options)
    assert found.table["T"].to_pylist() == TEXTS
    assert found.dictionary.variable("T").label == LABEL
    assert found.dictionary.variable("N").value_labels == ((1.0, "sì"), (2.0, "no"))
    return found.dictionary.encoding.how


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_declared_rightly(encoding: str, write: Callable[..., Path]) -> None:
    name, page = ENCODINGS[encoding]
    assert check(write(made(encoding, name, page))) == "declared"
    assert check(write(made(encoding, None, page))) == "declared"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("page", [None, 2, 3])
def test_not_declared(encoding: str, page: int | None, write: Callable[..., Path]) -> None:
    found = parse_here(write(made(encoding, None, page)))
    assert check(write(made(encoding, None, page))) == "detected"
    assert "spss.notice_encoding_detected" in [n.text_id for n in found.dictionary.notices]


@pytest.mark.parametrize(("encoding", "wrong"), [p for p in product(ENCODINGS, ENCODINGS) if p[0] != p[1]])
def test_declared_wrongly(encoding: str, wrong: str, write: Callable[..., Path]) -> None:
    path = write(made(encoding, *ENCODINGS[wrong]))
    if {encoding, wrong} == {"cp1252", "iso8859-1"}:  # the same bytes for these letters
        check(path)
        return
    with pytest.raises(DataRejected) as caught:
        parse_here(path)
    likely = "cp1252" if encoding == "iso8859-1" else encoding
    message = DataRejected(caught.value.text_id, file="f.sav", **caught.value.params).message("it")
    assert f"`encoding: {likely}`" in message
    assert check(path, encoding=likely) == "stated"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_stated_wrongly(encoding: str, write: Callable[..., Path]) -> None:
    """A stated encoding that the bytes cannot be in is refused; plain nonsense too."""
    path = write(made(encoding, None, None))
    if encoding != "utf-8":
        with pytest.raises(DataRejected) as caught:
            parse_here(path, encoding="utf-8")
        assert caught.value.text_id == "spss.encoding_stated_fails"
    for nonsense in ("klingon", "utf-8 perhaps", "zlib", "../../etc/passwd", "idna"):
        with pytest.raises(DataRejected) as caught:
            parse_here(path, encoding=nonsense)
        assert caught.value.text_id == "spss.encoding_not_known"


def test_a_single_letter_is_enough(write: Callable[..., Path]) -> None:
    for encoding, text in product(("cp1252", "cp850", "mac-roman"), ("Città", "perché", "così", "più", "È", "però")):
        data = sav([Column("T", 20)], [[text]], encoding=encoding, declared=None, code_page=2)
        try:
            assert parse_here(write(data)).table["T"].to_pylist() == [text]
        except DataRejected as error:
            assert error.text_id == "spss.encoding_undeclared"


def test_typographic_signs_of_page_1252_are_not_taken_for_letters_of_850(write: Callable[..., Path]) -> None:
    texts = ["non so…", "ecc…", "l’ufficio", "“così”", "1990–2000", "€ 50", "• primo", "altro… forse"]
    path = write(sav([Column("T", 20)], [[t] for t in texts], encoding="cp1252", declared="windows-1252"))
    assert parse_here(path).table["T"].to_pylist() == texts


def test_texts_that_were_converted_twice(write: Callable[..., Path]) -> None:
    twice = "Città".encode().decode("cp1252")
    path = write(sav([Column("T", 20)], [[twice]]))
    with pytest.raises(DataRejected) as caught:
        parse_here(path)
    assert caught.value.text_id == "spss.encoding_twice"
    assert caught.value.params["reads"] == "Città"
    assert parse_here(path, encoding="utf-8").table["T"].to_pylist() == [twice]


@pytest.mark.parametrize(
    ("text", "notice"), [("Citt\ufffd", "characters_lost"), ("dell\x92ufficio", "text_suspicious")]
)
@pytest.mark.parametrize("stated", [None, "utf-8"])
def test_a_character_lost_before_is_said_and_stops_nothing(
    text: str, notice: str, stated: str | None, write: Callable[..., Path]
) -> None:
    path = write(sav([Column("T", 20)], [[text], ["città"]]))
    found = parse_here(path, encoding=stated)
    assert found.table["T"].to_pylist() == [text, "città"]
    assert f"spss.notice_{notice}" in [n.text_id for n in found.dictionary.notices]


def test_lost_characters_are_counted(write: Callable[..., Path]) -> None:
    path = write(sav([Column("T", 20)], [["Citt\ufffd"], ["Universit\ufffd"], ["Citt\ufffd"], ["Como"]]))
    notices = parse_here(path).dictionary.notices
    assert [n.params["n"] for n in notices if n.text_id == "spss.notice_characters_lost"] == [2]


def test_control_characters_of_latin_1_stop(write: Callable[..., Path]) -> None:
    path = write(sav([Column("T", 20)], [["dell’ufficio"]], encoding="cp1252", declared="ISO-8859-1"))
    with pytest.raises(DataRejected) as caught:
        parse_here(path)
    assert (caught.value.text_id, caught.value.params["likely"]) == ("spss.encoding_suspicious", "cp1252")


def test_a_few_bad_bytes_may_be_replaced_when_stated(write: Callable[..., Path]) -> None:
    rows = [["Città".encode()], ["perché".encode("cp1252") + b" no"]]
    path = write(sav([Column("T", 20)], rows))
    with pytest.raises(DataRejected) as caught:
        parse_here(path)
    assert caught.value.text_id == "spss.encoding_declared_fails"
    found = parse_here(path, encoding="utf-8 replace")
    assert found.table["T"].to_pylist() == ["Città", "perch\ufffd no"]
    assert "spss.notice_characters_replaced" in [n.text_id for n in found.dictionary.notices]


def test_a_character_cut_at_the_end_of_its_field(write: Callable[..., Path]) -> None:
    """ "perché" in six bytes of UTF-8 loses half of its last letter; the file is read all the same."""
    found = parse_here(write(sav([Column("T", 6)], [["perché".encode()[:6]], ["sì"]])))
    assert found.table["T"].to_pylist() == ["perch", "sì"]
    assert [n.text_id for n in found.dictionary.notices] == ["spss.notice_characters_cut"]


@pytest.mark.parametrize(
    ("codec", "declared", "text"),
    [
        ("cp949", "windows-949", "한국어 설문"),
        ("euc_kr", "EUC-KR", "한국어"),
        ("gb18030", "GB18030", "中文問卷"),
        ("cp932", "windows-932", "日本語"),
        ("shift_jis", "Shift_JIS", "表示"),
        ("cp1251", "windows-1251", "Привет, мир"),
        ("cp1253", "windows-1253", "Ελλάδα"),
        ("cp1255", "windows-1255", "עברית"),
        ("cp1250", "windows-1250", "Łódź, žena"),
        ("utf-8", "UTF-8", "తెలుగు"),
        ("cp1252", "ibm-5348_P100-1997", "città"),
    ],
)
def test_other_scripts_declared_rightly(codec: str, declared: str, text: str, write: Callable[..., Path]) -> None:
    columns = [Column("T", 40, label=text, labels={})]
    path = write(sav(columns, [[text]], encoding=codec, declared=declared, code_page=None))
    found = parse_here(path)
    assert found.table["T"].to_pylist() == [text]
    assert found.dictionary.variables[0].label == text
    assert found.dictionary.encoding.declared == declared


def test_names_in_other_scripts_and_short_names_cut_in_a_letter(write: Callable[..., Path]) -> None:
    name = "만족도조사"
    short = name.encode()[:8]  # ends in the middle of the third syllable
    record = (13, 1, short + b"=" + name.encode())
    found = parse_here(write(sav([Column(short)], [[1]], extensions=[record])))  # type: ignore[arg-type]
    assert found.table.column_names == [name]


def test_undeclared_texts_that_show_nothing_clearly_stop(write: Callable[..., Path]) -> None:
    for codec, text in (("cp949", "설문"), ("cp1251", "Привет мир"), ("cp1253", "Ελλάδα"), ("cp1255", "עברית")):
        path = write(sav([Column("T", 20)], [[text]], encoding=codec, declared=None, code_page=None))
        with pytest.raises(DataRejected) as caught:
            parse_here(path)
        assert caught.value.text_id == "spss.encoding_undeclared"
        assert parse_here(path, encoding=codec).table["T"].to_pylist() == [text]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("CP1252", "cp1252"),
        ("Windows-1252", "cp1252"),
        ("windows_1252", "cp1252"),
        ("x-windows-949", "cp949"),
        ("ISO_8859-1:1987", "iso8859-1"),
        ("latin-1", "iso8859-1"),
        ("latin1", "iso8859-1"),
        ("ISO-8859-15", "iso8859-15"),
        ("IBM850", "cp850"),
        ("ibm-850", "cp850"),
        ("macintosh", "mac-roman"),
        ("US-ASCII", "ascii"),
        ("utf-16", None),
        ("idna", None),
        ("rot13", None),
        ("base64", None),
        ("", None),
        ("a" * 500, None),
    ],
)
def test_names_of_encodings(name: str, codec: str | None) -> None:
    assert codec_name(name) == codec


def test_code_pages() -> None:
    assert [page_name(p) for p in (65001, 1252, 850, 28591, 10000, 949, 2, 3, 4, 99999)] == [
        "utf-8",
        "cp1252",
        "cp850",
        "iso8859-1",
        "mac-roman",
        "cp949",
        None,
        None,
        None,
        None,
    ]
