"""mapping.yml: its mistakes are named, and every cell of the data is what the mapping says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.errors import DataRejected, StudyError
from pipeline.paths import Layout, layout
from pipeline.spec.load import load
from pipeline.spec.model import Codebook, Variable
from pipeline.waves import Comparable, WaveMapping, comparability, load_mapping
from pipeline.waves.apply import mapped, recoded
from tests.conftest import WAVE, SmallStudy

Write = Callable[[str], WaveMapping]


def judged(place: Layout, *names: str) -> dict[str, dict[str, Comparable]]:
    """What may be compared by the mappings as they lie there."""
    files = load(place)
    return comparability(
        files, {n: load_mapping(place, place.wave(n), files.codebook, files.study.languages) for n in names}
    )


@pytest.fixture
def place(small_study: SmallStudy) -> Layout:
    return small_study.layout


@pytest.fixture
def write(place: Layout) -> Write:
    """Write the wave's mapping.yml and read it."""

    def one(text: str) -> WaveMapping:
        wave = place.wave(WAVE)
        wave.mapping.write_text(text, "utf-8")
        found = load_mapping(place, wave, load(place).codebook, ("it", "en"))
        assert found is not None
        return found

    return one


def complaint(write: Write, text: str) -> str:
    with pytest.raises(StudyError) as caught:
        write(text)
    assert caught.value.exit_code == 2
    assert caught.value.message("it") != caught.value.message("en")
    return caught.value.message("en")


# ---------------------------------------------------------------- the file


def test_without_a_mapping_the_wave_is_as_the_codebook_has_it(place: Layout) -> None:
    assert load_mapping(place, place.wave(WAVE), load(place).codebook) is None
    found = judged(place, WAVE)
    assert set(found) >= {"forma", "aree", "fiducia_in", "classe"}
    assert {by[WAVE].kind for by in found.values()} == {"same"}


@pytest.mark.parametrize("word", ["yes", "true", "sì", "si", "Yes"])
def test_yes_in_both_languages(write: Write, word: str) -> None:
    assert write(f"variables: {{forma: {{status: renamed, in_file: q5, confirmed: {word}}}}}").question("forma").usable


@pytest.mark.parametrize("word", ["no", "false", "No"])
def test_what_is_not_confirmed_is_not_used(write: Write, word: str) -> None:
    record = write(f"variables: {{forma: {{status: renamed, in_file: q5, confirmed: {word}}}}}").question("forma")
    assert not record.usable


def test_what_is_identical_needs_no_confirmation(write: Write) -> None:
    mapping = write("variables: {forma: {status: same}}")
    assert mapping.question("forma").usable
    assert mapping.question("tipo").usable
    assert mapping.file_name("tipo") == "tipo"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variables: {froma: {status: same}}", ["mapping.yml, line 1", "froma", "Nearest: forma"]),
        ("variables:\n  forma: {status: renmaed}", ["line 2", "renamed"]),
        ("variables: {forma: {statu: same}}", ["statu", "Nearest: status"]),
        ("variables: {forma: {status: renamed, confirmed: perhaps}}", ["confirmed"]),
        ("variables:\n  forma:\n    status: split\n    codes:\n      3: 7", ["line 5", "7", "1, 2, 9"]),
        ("variables: {comuni: {status: missing, codes: {5: many}}}", ["many", "comuni"]),
        ("variables: {forma: {status: reworded, comparable: not}}", ["forma", "reason"]),
        ("variables: {forma: {status: reworded, comparable: not, reason: {en: just so}}}", ["language it"]),
        ("variables: {forma: {status: same, codes: {3: 2}}}", ["forma", "same"]),
        ("variables: {forma: {in_file: q1, status: renamed}, tipo: {in_file: q1, status: renamed}}", ["q1", "forma"]),
        ("sets: {are: {comparable: mapped}}", ["Nearest: aree"]),
        ("sets: {aree: {comparable: not}}", ["aree", "reason"]),
        ("variables: [forma]", ["variables"]),
        ("- forma", ["mapping.yml"]),
    ],
)
def test_a_mistake_is_named_with_its_place(write: Write, text: str, said: list[str]) -> None:
    message = complaint(write, text)
    for words in said:
        assert words in message


def test_a_variable_may_be_read_twice_when_one_reading_is_not_comparable(write: Write) -> None:
    mapping = write(
        "variables:\n"
        "  forma: {in_file: q1, status: reworded, comparable: not, reason: altra domanda, confirmed: yes}\n"
        "  tipo: {in_file: q1, status: renamed, confirmed: yes}\n"
    )
    assert not mapping.question("forma").usable
    assert mapping.question("tipo").usable


# ---------------------------------------------------------------- cell by cell


def variable(kind: str = "nominal", codes: str = "12", missing: str = "9") -> Variable:
    return Variable(
        name="v", label={"*": "v"}, kind=kind,  # type: ignore[arg-type]
        categories={c: {"*": c} for c in codes}, missing={c: {"*": c} for c in missing},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "codes", "one", "other_type", "expected"),
    [
        ([1.0, 2.0, 3.0, None], {"3": "2"}, variable(), False, [1.0, 2.0, 2.0, None]),
        ([1.0, 2.0, None], {"1": "2", "2": "1"}, variable(), False, [2.0, 1.0, None]),
        ([1.0, 99.0, 2.5], {"99": "9"}, variable(), False, [1.0, 9.0, 2.5]),
        ([1.0, 7.0], {"7": "."}, variable(), False, [1.0, None]),
        ([1.0, 2.0], {}, variable(), False, [1.0, 2.0]),
        (["SI", "NO", "", None], {"SI": "1", "NO": "2", " ": "9"}, variable(), True, [1.0, 2.0, 9.0, None]),
        (["1", "2", " ", None], {}, variable(), True, [1.0, 2.0, None, None]),
        (["2,5", "10", "1.25"], {}, variable("numeric", "", ""), True, [2.5, 10.0, 1.25]),
        (["MI", "BG", None], {"MI": "1"}, variable(codes="12"), False, ["1", "BG", None]),
        ([1.0, 2.0, None, 3.0], {"1": "M", "2": "B"}, variable(codes="MB", missing=""), True, ["M", "B", None, "3"]),
        ([1.0, 2.5, None], {}, variable("text", "", ""), True, ["1", "2.5", None]),
        ([999.0, 12.5], {"999": "-1"}, variable("numeric", "", ""), False, [-1.0, 12.5]),
    ],
)
def test_every_cell(
    column: list[Any], codes: dict[str, str], one: Variable, other_type: bool, expected: list[Any]
) -> None:
    kind = pa.string() if any(isinstance(v, str) for v in column) else pa.float64()
    assert recoded(pa.chunked_array([pa.array(column, kind)]), codes, one, other_type).to_pylist() == expected


def test_text_that_is_no_number_stops() -> None:
    table = pa.table({"q": pa.array(["1", "forse", "nan", "2"])})
    book = Codebook(variables={"v": variable()})
    mapping = WaveMapping.model_validate({"variables": {"v": {"in_file": "q", "status": "type", "confirmed": True}}})
    with pytest.raises(DataRejected) as caught:
        mapped(table, mapping, book, (), "mapping.yml", "survey.sav")
    assert "“forse”, “nan”" in caught.value.message("en")
    assert "«forse», «nan»" in caught.value.message("it")
    assert caught.value.exit_code == 3


def test_columns_are_renamed_left_out_and_passed_on() -> None:
    book = Codebook(variables={name: variable().model_copy(update={"name": name}) for name in ("a", "b", "c", "d")})
    table = pa.table({"q1": [1.0], "b": [2.0], "c": [3.0], "new": [4.0], "other": [5.0]})
    mapping = WaveMapping.model_validate(
        {
            "variables": {
                "a": {"in_file": "q1", "status": "renamed", "confirmed": True},
                "b": {"status": "recoded", "codes": {"2": "1"}},
                "d": {"status": "gone", "confirmed": True},
            },
            "new": {"new": {"label": "Nuova"}},
        }
    )
    found = mapped(table, mapping, book, {"b", "d"}, "mapping.yml", "survey.sav")
    assert found.to_pydict() == {"a": [1.0], "c": [3.0], "other": [5.0]}


def test_a_name_that_the_file_lacks_stops_with_the_nearest() -> None:
    book = Codebook(variables={"a": variable()})
    mapping = WaveMapping.model_validate(
        {"variables": {"a": {"in_file": "q10", "status": "renamed", "confirmed": True}}}
    )
    with pytest.raises(DataRejected) as caught:
        mapped(pa.table({"q01": [1.0]}), mapping, book, (), "mapping.yml", "survey.sav")
    assert "q10" in caught.value.message("en")
    assert "q01" in caught.value.message("it")


# ---------------------------------------------------------------- comparability


def kinds(place: Layout, *names: str) -> dict[str, str]:
    found = judged(place, WAVE)
    return {name: found[name][WAVE].kind for name in names}


def test_a_set_a_battery_and_an_index_are_as_comparable_as_their_parts(write: Write, place: Layout) -> None:
    write(
        "variables:\n"
        "  area_a: {status: gone, confirmed: yes}\n"
        "  fid_a: {status: gone, confirmed: yes}\n"
        "  comuni: {status: type, comparable: not, reason: in classi, confirmed: yes}\n"
        "  forma: {status: split, codes: {3: 2}, comparable: mapped, confirmed: yes}\n"
        "  tipo: {status: renamed, confirmed: yes}\n"
        "  serv1: {status: renamed, confirmed: no}\n"
    )
    assert kinds(place, "area_a", "aree", "fid_a", "fiducia_in", "comuni", "classe", "forma", "tipo", "servizi") == {
        "area_a": "not", "aree": "mapped", "fid_a": "not", "fiducia_in": "mapped", "comuni": "not", "classe": "not",
        "forma": "mapped", "tipo": "same", "servizi": "not",
    }  # fmt: skip


def test_every_not_has_a_reason_in_each_language(write: Write, place: Layout) -> None:
    write(
        "variables:\n"
        "  comuni: {status: type, comparable: not, reason: {it: in classi, en: in classes}, confirmed: yes}\n"
        "  forma: {status: split, codes: {3: 2}, comparable: mapped, confirmed: yes}\n"
        "  serv1: {status: renamed, confirmed: no}\n"
        "  area_a: {status: gone, confirmed: yes}\n"
    )
    found = {name: by[WAVE] for name, by in judged(place, WAVE).items()}
    assert found["comuni"] == Comparable("not", {"it": "in classi", "en": "in classes"})
    assert found["forma"].reason["en"] == "codes mapped: 3 → 2"
    assert "not been confirmed" in found["serv1"].reason["en"]
    assert all(set(c.reason) == {"it", "en"} for c in found.values() if c.kind != "same")
    assert all(not c.reason for c in found.values() if c.kind == "same")


def test_waves_are_judged_one_by_one(small_study: SmallStudy, write: Write, place: Layout) -> None:
    write("variables: {forma: {status: gone, confirmed: yes}}")
    other = place.wave("2010").raw
    other.mkdir()
    found = judged(place, WAVE, "2010")["forma"]
    assert {name: c.kind for name, c in found.items()} == {WAVE: "not", "2010": "same"}


def test_the_data_folder_is_only_read(small_study: SmallStudy) -> None:
    before = {p: p.read_bytes() for p in small_study.raw.rglob("*") if p.is_file()}
    judged(layout(small_study.folder), WAVE)
    assert {p: p.read_bytes() for p in Path(small_study.raw).rglob("*") if p.is_file()} == before
