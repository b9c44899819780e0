"""Only whole files (R1), the delivered file is the record (R2), and the front door."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataRejected
from pipeline.spss import Reading, child, read, read_dictionary
from pipeline.spss.ahead import ahead
from tests.spss.build import Column, sav
from tests.spss.conftest import FILES, parse_here
from tests.spss.test_malformed import GOOD, PLAIN, WIDTH, ZSAV

UNKNOWN = {
    name: data[:80] + struct.pack("<i", -1) + data[84:]
    for name, data in {"bytecode": GOOD, "plain": PLAIN, "zsav": ZSAV}.items()
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_file_of_unknown_count_stops_unless_rows_or_hash_are_stated(name: str, write: Callable[..., Path]) -> None:
    data = UNKNOWN[name]
    path = write(data)
    sha256 = hashlib.sha256(data).hexdigest()
    with pytest.raises(DataRejected) as caught:
        parse_here(path)
    assert caught.value.text_id == "spss.unknown_count"
    message = DataRejected(caught.value.text_id, file="f.sav", **caught.value.params).message("it")
    assert "`rows: 3`" in message
    assert f"`sha256: {sha256}`" in message
    assert parse_here(path, expected_rows=3).dictionary.cases == 3
    assert parse_here(path, expected_rows=3).dictionary.cases_declared is None
    assert parse_here(path, expected_sha256=sha256.upper()).dictionary.cases == 3
    for wrong, text_id in (({"expected_rows": 4}, "other_rows"), ({"expected_sha256": "0" * 64}, "other_sha256")):
        with pytest.raises(DataRejected) as caught:
            parse_here(path, **wrong)
        assert caught.value.text_id == f"spss.{text_id}"


def test_a_file_of_unknown_count_cut_between_cases_is_not_taken_for_whole(write: Callable[..., Path]) -> None:
    path = write(UNKNOWN["plain"][:-WIDTH])
    with pytest.raises(DataRejected) as caught:
        parse_here(path, expected_rows=3)
    assert caught.value.text_id == "spss.other_rows"


def test_a_hash_does_not_excuse_a_wrong_count(write: Callable[..., Path]) -> None:
    data = PLAIN[:-WIDTH]
    with pytest.raises(DataRejected) as caught:
        parse_here(write(data), expected_sha256=hashlib.sha256(data).hexdigest())
    assert caught.value.text_id == "spss.cut_in_data"


@pytest.mark.parametrize("cut", range(1, 2000, 61))
@pytest.mark.parametrize("name", ["gss_psyc5000.sav", "customer_dbase.sav", "rs_zsav_blocks.sav"])
def test_no_cut_file_is_read(name: str, cut: int, write: Callable[..., Path]) -> None:
    data = (FILES / name).read_bytes()
    with pytest.raises(DataRejected):
        parse_here(write(data[: len(data) - cut * 7], name))


def test_a_file_that_grows_is_not_read(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(GOOD)
    real = child._contents

    def growing(*arguments: object) -> object:
        found = real(*arguments)  # type: ignore[arg-type]
        path.write_bytes(GOOD + b"\0" * 8)
        return found

    monkeypatch.setattr(child, "_contents", growing)
    with pytest.raises(DataRejected) as caught:
        parse_here(path)
    assert caught.value.text_id == "spss.changing"


def test_the_front_door_gives_what_the_file_holds() -> None:
    found = read(FILES / "mr_edge.sav")
    assert found.table.column_names == ["a", "b", "c", "s1", "s2", "peso"]
    assert found.table["s1"].to_pylist() == ["Sì", "No", "Sì"]
    assert found.table["peso"].to_pylist() == [0.5, 1.5, 1]
    data = (FILES / "mr_edge.sav").read_bytes()
    assert found.dictionary.sha256 == hashlib.sha256(data).hexdigest()
    assert found.dictionary.size == len(data)


def test_the_dictionary_alone() -> None:
    whole, alone = read(FILES / "mr_edge.sav").dictionary, read_dictionary(FILES / "mr_edge.sav")
    assert alone.cases is None
    assert alone.variables == whole.variables
    assert alone.sets == whole.sets


def test_a_reading_goes_on_beside_the_caller() -> None:
    readings = [Reading(FILES / name) for name in ("mr_edge.sav", "missing_kinds.por")]
    assert [reading.result().table.num_rows for reading in readings] == [3, 5]


def test_a_message_calls_the_file_as_it_is_told() -> None:
    with pytest.raises(DataRejected) as caught:
        read(FILES / "zero_bytes.sav", shown="data/raw/2025/survey.sav")
    assert caught.value.message("it").startswith("data/raw/2025/survey.sav è vuoto")


def test_a_module_of_the_working_folder_is_not_run(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of data may hold a json.py; the child must not take it for its own."""
    path = write(GOOD, "data.sav")
    write(b"raise SystemExit(9)", "json.py")
    monkeypatch.chdir(path.parent)
    assert read(Path("data.sav")).table.num_rows == 3


def test_a_large_file_is_read_by_two_threads(write: Callable[..., Path]) -> None:
    columns = [Column(f"X{i}") for i in range(9)] + [Column("T", 6)]
    some = [[i + j if (i + j) % 3 else i / 7 for j in range(9)] + [f"t{i % 13}"] for i in range(2000)]
    head = len(sav(columns, [], end_mark=False))
    data = sav(columns, some, end_mark=False)
    times = 60  # 20,000 codes fill 2,500 words exactly, so the stream of the cases can be repeated
    rows = some * times
    path = write(data[:80] + struct.pack("<i", len(rows)) + data[84:head] + data[head:] * times)
    assert path.stat().st_size > 4 << 20
    found = parse_here(path)
    assert found.table.num_rows == len(rows)
    for j in (0, 8):
        assert found.table.column(j).to_pylist() == [row[j] for row in rows]
    assert found.table["T"].to_pylist() == [row[9] for row in rows]
    with pytest.raises(DataRejected) as caught:
        parse_here(write(path.read_bytes()[:-5000]))
    assert caught.value.text_id == "spss.cut_in_data"


def test_ahead_hands_on_items_and_errors() -> None:
    assert list(ahead(iter(range(50)))) == list(range(50))

    def failing() -> object:
        yield 1
        raise DataRejected("spss.empty")

    items = ahead(failing())  # type: ignore[arg-type,var-annotated]
    assert next(items) == 1
    with pytest.raises(DataRejected):
        next(items)
    stopped = ahead(iter(range(10**9)))
    assert next(stopped) == 0
    stopped.close()  # type: ignore[attr-defined]


def test_control_characters_become_visible_and_stay_different(write: Callable[..., Path]) -> None:
    columns = [Column("T", 8, label="a\x07b", labels={"x\x01": "uno", "x": "due"})]
    found = parse_here(write(sav(columns, [["x\x01"], ["x"], ["tab\there"]])))
    assert found.table["T"].to_pylist() == ["x␁", "x", "tab\there"]
    variable = found.dictionary.variables[0]
    assert variable.label == "a␇b"
    assert variable.value_labels == (("x␁", "uno"), ("x", "due"))
    assert [n.text_id for n in found.dictionary.notices] == ["spss.notice_characters_control"]
