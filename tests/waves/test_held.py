"""Nothing passes unseen: two labelled codes change places in a file that nobody has confirmed, however it comes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from pipeline.paths import ROOT, Layout, layout
from pipeline.waves.demo import prepare
from tests.conftest import Ran

Run = Callable[..., Ran]
ASKED, IN_2026 = "forma", "d05_forma"


@pytest.fixture
def study(tmp_path: Path) -> Layout:
    """The project's study with its confirmed second wave."""
    return layout(prepare(tmp_path / "study"))


def swapped(path: Path) -> None:
    """The same file with the labels of the first two codes of one question exchanged."""
    frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    labels: dict[str, dict[Any, str]] = {name: dict(by) for name, by in meta.variable_value_labels.items()}
    mine = labels[next(name for name in (ASKED, IN_2026) if name in labels)]
    first, second = sorted(mine)[:2]
    mine[first], mine[second] = mine[second], mine[first]
    pyreadstat.write_sav(
        frame, str(path), column_labels=meta.column_names_to_labels, variable_value_labels=labels,
        missing_ranges=meta.missing_ranges, variable_format=meta.original_variable_types,
    )  # fmt: skip


def deliver(study: Layout, wave: str) -> None:
    """Another file in a wave's place, and its ``source.yml`` as a person would leave it."""
    swapped(study.wave(wave).raw / "survey.sav")
    source = study.wave(wave).source
    source.write_text("title: Consegna\nkind: survey\n", "utf-8")


def held(study: Layout, wave: str) -> tuple[list[str], list[str]]:
    """The questions that wait, and the ids of what the report's page on the data says."""
    processed = study.wave(wave).processed
    mapping = json.loads((processed / "recognised.json").read_text("utf-8"))["mapping"] or {"variables": {}}
    waiting = [n for n, r in mapping["variables"].items() if not r["confirmed"] and r["status"] != ["same"]]
    return waiting, [f["id"] for f in json.loads((processed / "findings.json").read_text("utf-8"))]


def columns(study: Layout, wave: str) -> list[str]:
    import pyarrow.parquet as pq

    return list(pq.read_table(study.wave(wave).processed / "responses.parquet").column_names)


def made(run: Run, study: Layout, command: str = "tabulate") -> Ran:
    more = ("--formats", "html") if command == "report" else ()
    ran = run(command, "--study", study.base, "--lang", "en", *more)
    assert ran.code == 0, ran.err
    return ran


def test_as_delivered_nothing_waits(run: Run, study: Layout) -> None:
    made(run, study)
    assert held(study, "2009")[0] == held(study, "2026")[0] == []
    assert ASKED in columns(study, "2009") and ASKED in columns(study, "2026")


def test_a_corrected_delivery_of_the_codebooks_own_file(run: Run, study: Layout) -> None:
    """Also README's recipe for the real file: the new file in place of the old one, no mapping.yml."""
    made(run, study)
    deliver(study, "2009")
    ran = made(run, study, "report")
    waiting, said = held(study, "2009")
    assert ASKED in waiting and ASKED not in columns(study, "2009")
    assert "waves.unconfirmed" in said
    assert "data/raw/2009/mapping.yml" in ran.err, "its mapping is drafted and named"


def test_a_confirmed_mapping_meets_another_file(run: Run, study: Layout) -> None:
    deliver(study, "2026")
    made(run, study)
    assert ASKED in held(study, "2026")[0] and "waves.held_other_file" in held(study, "2026")[1]
    assert ASKED not in columns(study, "2026")


def test_a_mapping_that_names_no_file_confirms_nothing(run: Run, study: Layout) -> None:
    place = study.wave("2026").mapping
    text = "\n".join(line for line in place.read_text("utf-8").split("\n") if not line.startswith("sha256:"))
    place.write_text(text, "utf-8")
    deliver(study, "2026")
    made(run, study)
    assert ASKED in held(study, "2026")[0] and "waves.held_no_file" in held(study, "2026")[1]


def test_a_removed_mapping(run: Run, study: Layout) -> None:
    deliver(study, "2026")
    study.wave("2026").mapping.unlink()
    made(run, study, "report")
    assert ASKED in held(study, "2026")[0] and ASKED not in columns(study, "2026")


def test_the_odd_wave_sorts_first_before_the_first_run(run: Run, study: Layout) -> None:
    study.wave("2026").raw.rename(study.raw / "2008")
    deliver(study, "2008")
    (study.raw / "2008" / "mapping.yml").unlink()
    made(run, study, "report")
    assert ASKED in held(study, "2008")[0] and held(study, "2009")[0] == []


def test_a_lost_draft_where_the_processed_data_were_kept(run: Run, study: Layout) -> None:
    """A fresh clone, a CI machine: data/processed comes from the cache, the draft of last night was never committed."""
    deliver(study, "2026")
    mapping = study.wave("2026").mapping
    mapping.unlink()
    made(run, study, "report")
    mapping.unlink()
    made(run, study, "report")
    assert mapping.is_file() and ASKED in held(study, "2026")[0]
    assert ASKED not in columns(study, "2026")


def test_confirming_for_this_file_lets_it_in(run: Run, study: Layout) -> None:
    deliver(study, "2009")
    made(run, study, "report")
    place = study.wave("2009").mapping
    place.write_text(place.read_text("utf-8").replace("confirmed: no", "confirmed: yes"), "utf-8")
    made(run, study)
    assert held(study, "2009")[0] == [] and ASKED in columns(study, "2009")


def test_the_shipped_codebook_names_the_shipped_file() -> None:
    import hashlib

    digest = hashlib.sha256((ROOT / "data" / "raw" / "2009" / "survey.sav").read_bytes()).hexdigest()
    assert f"written_from: {digest}" in (ROOT / "study" / "codebook.yml").read_text("utf-8")


def test_two_labels_that_change_places_in_the_codebook_of_its_own_file(run: Run, study: Layout) -> None:
    """The file's hash alone is no word for a codebook that was edited since."""
    one, two = "{it: Nuovo soggetto giuridico, en: New legal subject}", "{it: Forma contrattuale, en: Contract form}"
    text = study.codebook.read_text("utf-8")
    assert one in text and two in text
    study.codebook.write_text(text.replace(one, "@", 1).replace(two, one, 1).replace("@", two, 1), "utf-8")
    made(run, study)
    assert ASKED in held(study, "2009")[0] and ASKED not in columns(study, "2009")
