"""``units.yml``: what is read, what is refused with its line and the nearest name, and how waves are linked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.comparison import units
from pipeline.comparison.units import Group
from pipeline.errors import StudyError
from pipeline.paths import layout
from pipeline.spec.load import load
from tests.conftest import FILES

BEFORE = ["LO01", "LO02", "LO03", "LO04", "LO05", "LO06"]


def declared(folder: Path, text: str) -> units.Declared:
    raw = folder / "data" / "raw" / "2026"
    raw.mkdir(parents=True)
    (raw / "units.yml").write_text(text, "utf-8")
    place = layout(folder)
    return units.read(place, place.wave("2026"), ["2009", "2026"], load(layout(FILES)).codebook)


def linked(folder: Path, text: str, after: list[str], before: list[str] = BEFORE, **sizes: int) -> units.Links:
    return units.link("2009", "2026", before, after, declared(folder, text), **sizes)


def test_a_wave_without_the_file_continues_what_has_the_same_code(tmp_path: Path) -> None:
    place = layout(tmp_path)
    none = units.read(place, place.wave("2026"), ["2009", "2026"], load(layout(FILES)).codebook)
    links = units.link("2009", "2026", ["A", "B"], ["B", "C"], none)
    assert links.groups == (
        Group("unlinked_before", ("A",), ()),
        Group("continue", ("B",), ("B",)),
        Group("unlinked_after", (), ("C",)),
    )


def test_all_kinds(tmp_path: Path) -> None:
    text = """
previous: 2009
units:
  - {unit: M1, from: [LO01, LO02], kind: merge}
  - {unit: S1, from: LO03, kind: split}
  - {unit: S2, from: LO03, kind: split}
  - {unit: R4, from: LO04}
  - {unit: N1, kind: begin}
  - {unit: LO05, kind: end}
"""
    links = linked(tmp_path, text, ["M1", "S1", "S2", "R4", "N1", "LO06"])
    assert links.groups == (
        Group("merge", ("LO01", "LO02"), ("M1",)),
        Group("split", ("LO03",), ("S1", "S2")),
        Group("continue", ("LO04",), ("R4",)),
        Group("begin", (), ("N1",)),
        Group("end", ("LO05",), ()),
        Group("continue", ("LO06",), ("LO06",)),
    )
    assert [g.kind for g in links.linked()] == ["merge", "split", "continue", "continue"]


def test_numeric_codes_are_codes(tmp_path: Path) -> None:
    links = linked(tmp_path, "units: [{unit: 101, from: [1, 2], kind: merge}]", ["101"], ["1", "2"])
    assert links.groups == (Group("merge", ("1", "2"), ("101",)),)


def test_a_declared_unit_that_did_not_answer_has_its_place_in_the_population(tmp_path: Path) -> None:
    text = "units: [{unit: LO06, kind: continue}]"
    links = linked(tmp_path, text, BEFORE[:5], population_after=6)
    assert links.groups[0] == Group("continue", ("LO06",), ("LO06",))
    with pytest.raises(StudyError, match="no unit LO06 in the file of wave 2026"):
        units.link("2009", "2026", BEFORE, BEFORE[:5], declared(tmp_path / "full", text), population_after=5)


MISTAKES = {
    "unit_nowhere": ("{unit: LO66, kind: begin}", "LO66", "Nearest: LO06"),
    "unit_nowhere_before": ("{unit: M1, from: [LO01, LO0Z], kind: merge}", "LO0Z", "Nearest: LO0"),
    "from_merge": ("{unit: M1, from: [LO01], kind: merge}", "M1", "1"),
    "from_split": ("{unit: M1, from: [LO01, LO02], kind: split}", "M1", "2"),
    "from_continue": ("{unit: M1, from: [LO01, LO02]}", "M1", "merge"),
    "from_begin": ("{unit: M1, from: [LO01], kind: begin}", "M1", "begins"),
    "from_end": ("{unit: LO01, from: [LO02], kind: end}", "LO01", "ends"),
    "from_twice": ("{unit: M1, from: [LO01, LO01], kind: merge}", "M1", "twice"),
    "unit_twice": ("{unit: M1, from: [LO01, LO02], kind: merge}\n  - {unit: M1, from: LO03}", "M1", "twice"),
    "claimed_twice": ("{unit: M1, from: [LO01, LO02], kind: merge}\n  - {unit: M2, from: LO02}", "LO02", "line 2"),
    "ended_answers": ("{unit: LO06, kind: end}", "LO06", "answers"),
}


@pytest.mark.parametrize("text_id", MISTAKES)
def test_mistakes_are_named_with_their_line(text_id: str, tmp_path: Path) -> None:
    records, unit, said = MISTAKES[text_id]
    after = ["M1", *(["M2"] if "M2" in records else []), "LO06"]
    with pytest.raises(StudyError) as caught:
        linked(tmp_path, f"units:\n  - {records}\n", after)
    error = caught.value
    assert error.text_id == f"comparison.{text_id}" and error.exit_code == 2
    line = 2 + records.count("\n")
    for lang in ("it", "en"):
        assert f"{'riga' if lang == 'it' else 'line'} {line}" in error.message(lang) and unit in error.message(lang)
    assert said in error.message("en") and "data/raw/2026/units.yml" in error.message("en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("previous: 20009", "Nearest: 2009"),
        ("rule: largest", "size"),
        ("rule: biggest", "largest"),
        ("rule: largest\nsize: comunii", "Nearest: comuni"),
        ("sums: [forma]", "forma"),
        ("transitions: [formaa]", "Nearest: forma"),
        ("units: [{unit: A, form: [B]}]", "Nearest: from"),
        ("untis: []", "Nearest: units"),
    ],
)
def test_words_that_do_not_exist_get_the_nearest_that_do(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        declared(tmp_path, text)
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "units:\n  - {unit: M1, from: [LO0X, LO01], kind: merge}\n  - {unit: M1, kind: begin}\n"
    with pytest.raises(StudyError) as caught:
        linked(tmp_path, text, ["M1"])
    assert len(caught.value.problems) == 2
