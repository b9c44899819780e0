"""Texts longer than 255 bytes: their pieces put together, what a writer filled in left out, a lost record told."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pipeline.spss import read
from tests.spss.test_small_hostile_files import extension, header, variable

ROOT = Path(__file__).parents[2]


def system_file(path: Path, text: bytes, width: int, record: bytes, names: bytes) -> Path:
    """A file of one case: a text of ``width`` bytes in segments of 255 (the last shorter), then a number."""
    pieces = -(-width // 252)
    widths = [255] * (pieces - 1) + [width - 252 * (pieces - 1)]
    short = [b"TEXT", *(b"TEXT%d" % i for i in range(pieces - 1))]
    elements = sum(-(-w // 8) for w in widths) + 1
    records = [
        variable(name, w, b"A text" if i == 0 else b"") for i, (name, w) in enumerate(zip(short, widths, strict=True))
    ]
    records.append(variable(b"N"))
    segments, left = [], text
    for w in widths:
        segments.append(left[:w].ljust(-(-w // 8) * 8))
        left = left[w:]
    uncompressed = header(elements, cases=1)
    uncompressed = uncompressed[:72] + struct.pack("<i", 0) + uncompressed[76:]
    content = uncompressed + b"".join(records) + extension(20, b"UTF-8") + extension(13, names)
    content += extension(14, record) if record else b""
    path.write_bytes(content + struct.pack("<ii", 999, 0) + b"".join(segments) + struct.pack("<d", 7))
    return path


NAMES = b"TEXT=text\tN=n"


def test_filler_bytes_at_the_end_of_a_segment_are_no_text(tmp_path: Path) -> None:
    # 254 bytes of ASCII; the Korean syllable of three bytes does not fit into what is left of the first segment.
    first = b"a" * 254
    text = first + b"\0" + "한글".encode() + b"b" * 200
    path = system_file(tmp_path / "korean.sav", text, 500, b"TEXT=00500\0\t", NAMES)
    found = read(path)
    assert found.table.column("text").to_pylist() == ["a" * 254 + "한글" + "b" * 200]
    assert not [n for n in found.dictionary.notices if "control" in n.text_id]


def test_a_character_cut_in_two_by_the_segments_is_whole(tmp_path: Path) -> None:
    text = b"a" * 254 + "è".encode() + b"b" * 100
    found = read(system_file(tmp_path / "cut.sav", text, 400, b"TEXT=00400\0\t", NAMES))
    assert found.table.column("text").to_pylist() == ["a" * 254 + "è" + "b" * 100]


@pytest.mark.parametrize("width", [300, 600, 1000])
def test_pieces_without_their_record_become_one_text_and_it_is_said(tmp_path: Path, width: int) -> None:
    text = bytes(65 + i % 26 for i in range(width - 3))
    found = read(system_file(tmp_path / "lost.sav", text, width, b"", NAMES))
    assert [v.name for v in found.dictionary.variables] == ["text", "n"]
    assert found.table.column("text").to_pylist() == [text.decode()]
    assert [n.text_id for n in found.dictionary.notices if "long_string" in n.text_id] == [
        "spss.notice_long_string_rejoined"
    ]


def test_pieces_are_only_suspected_where_no_variable_has_a_long_name(tmp_path: Path) -> None:
    found = read(system_file(tmp_path / "bare.sav", b"x" * 280, 300, b"", b""))
    assert [v.name for v in found.dictionary.variables] == ["TEXT", "TEXT0", "N"]
    assert "spss.notice_long_string_in_pieces" in [n.text_id for n in found.dictionary.notices]


def test_texts_of_255_bytes_beside_each_other_stay_apart(tmp_path: Path) -> None:
    content = header(65, cases=0) + variable(b"A", 255, b"One") + variable(b"B", 255, b"Other") + variable(b"N")
    content += extension(13, b"A=one\tB=other\tN=n") + struct.pack("<ii", 999, 0)
    path = tmp_path / "two.sav"
    path.write_bytes(content)
    assert [v.name for v in read(path).dictionary.variables] == ["one", "other", "n"]


@pytest.mark.parametrize(
    ("width", "declared"),
    [
        (300, b"003"), (300, b"00256"), (300, b"00255"), (300, b"00000"), (300, b"00600"), (300, b"99999"),
        (300, b"00505"), (1000, b"00300"), (1000, b"00759"), (504, b"00252"), (257, b"00001"),
    ],
)  # fmt: skip
def test_a_width_that_does_not_fit_the_pieces_is_told_and_they_are_believed(
    tmp_path: Path, width: int, declared: bytes
) -> None:
    text = bytes(65 + i % 26 for i in range(width - 3))
    found = read(system_file(tmp_path / "wrong.sav", text, width, b"TEXT=" + declared + b"\0\t", NAMES))
    assert [v.name for v in found.dictionary.variables] == ["text", "n"]
    assert found.table.column("text").to_pylist() == [text.decode()]
    assert found.table.column("n").to_pylist() == [7]
    (notice,) = [n for n in found.dictionary.notices if "long_string" in n.text_id]
    assert notice.text_id == "spss.notice_long_string_width"
    assert (notice.params["declared"], notice.params["width"]) == (int(declared), width)


@pytest.mark.parametrize("declared", [b"256", b"00256", b"000000256"])
def test_a_width_is_a_number_however_many_digits_it_has(tmp_path: Path, declared: bytes) -> None:
    text = b"a" * 255 + b"b"
    found = read(system_file(tmp_path / "digits.sav", text, 256, b"TEXT=" + declared + b"\0\t", NAMES))
    assert found.table.column("text").to_pylist() == [text.decode()]
    assert not [n for n in found.dictionary.notices if "long_string" in n.text_id]


@pytest.mark.parametrize(
    ("names", "widths"),
    [((b"A", b"B"), (255, 255)), ((b"TEXT", b"TEXT0"), (255, 255)), ((b"A", b"B"), (255, 48)),
     ((b"NOTES1", b"NOTES2", b"NOTES3"), (255, 255, 255))],
)  # fmt: skip
def test_texts_of_255_bytes_stay_apart_where_long_names_are_partly_lost(
    tmp_path: Path, names: tuple[bytes, ...], widths: tuple[int, ...]
) -> None:
    content = header(sum(-(-w // 8) for w in widths) + 1)
    content += b"".join(variable(name, w) for name, w in zip(names, widths, strict=True)) + variable(b"N")
    content += extension(13, names[0] + b"=first\tN=n") + struct.pack("<ii", 999, 0)
    path = tmp_path / "partly.sav"
    path.write_bytes(content)
    assert [v.name for v in read(path).dictionary.variables] == ["first", *(n.decode() for n in names[1:]), "n"]


def test_names_in_records_are_taken_as_they_are_spelt_before_any_other_case(tmp_path: Path) -> None:
    content = header(4) + b"".join(map(variable, (b"q1", b"Q1", b"q2", b"Z")))
    content += extension(13, b"Q1=Upper\tq1=lower\tZ=Q2")
    content += extension(7, b"$a=C 0  q1 q2\n$b=C 0  Q1 Q2\n$c=C 0  LOWER UPPER\n") + struct.pack("<ii", 999, 0)
    path = tmp_path / "case.sav"
    path.write_bytes(content)
    found = read(path).dictionary
    assert [v.name for v in found.variables] == ["lower", "Upper", "q2", "Q2"]
    assert [s.members for s in found.sets] == [("lower", "q2"), ("Upper", "Q2"), ("lower", "Upper")]
