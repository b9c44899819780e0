"""new-wave: a file comes in whole, its mapping is drafted, and its report shows what is confirmed and says the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.spec.load import load, load_source
from pipeline.waves import load_mapping
from tests.conftest import COLUMNS, WAVE, Ran, SmallStudy

Run = Callable[..., Ran]
LABELS = {
    "codice": "Codice", "provincia": "Provincia", "q05": "Forma", "tipo": "Tipo di soggetto",
    "area_a": "Area: minori", "area_b": "Area: anziani", "serv1": "Primo servizio", "serv2": "Secondo servizio",
    "fid_a": "Fiducia: Comuni", "fid_b": "Fiducia: cooperative", "comuni": "Comuni", "nota": "Nota", "peso": "Peso",
    "q99": "Una domanda nuova",
}  # fmt: skip
FORMA = {1: "Nuovo soggetto", 2: "Contratto fra Comuni", 3: "Contratto con terzi", 99: "Non risponde"}


def second_file(path: Path) -> Path:
    """The wave again: ``forma`` renamed and split, its missing code changed, ``tipo`` gone, ``q99`` new."""
    import pandas as pd
    import pyreadstat

    columns: dict[str, Any] = {("q05" if n == "forma" else n): list(v) for n, v in COLUMNS.items() if n != "tipo"}
    columns["q05"] = [1, 1, 1, 2, 2, 3, 3, 3, 99, 99, None, 1]
    columns["q99"] = [1, 2] * 6
    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(
        pd.DataFrame(columns), str(path), column_labels={n: LABELS[n] for n in columns},
        variable_value_labels={"q05": FORMA}, missing_ranges={"q05": [99], "comuni": [999]}, file_label="Seconda",
    )  # fmt: skip
    return path


@pytest.fixture
def brought(run: Run, small_study: SmallStudy, tmp_path: Path) -> SmallStudy:
    """The small study with a second wave, its mapping drafted and nothing confirmed."""
    ran = run("new-wave", second_file(tmp_path / "in" / "Dati 2026.SAV"), "2026", "--study", small_study.folder,
              "--lang", "en")  # fmt: skip
    assert ran.code == 0, ran.err
    return small_study


def raw(study: SmallStudy) -> Path:
    return study.folder / "data" / "raw" / "2026"


def findings(study: SmallStudy) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads((study.folder / "data/processed/2026/findings.json").read_text("utf-8")):
        found.setdefault(one["id"], []).append(one["params"])
    return found


def confirm(study: SmallStudy) -> None:
    path = raw(study) / "mapping.yml"
    path.write_text(path.read_text("utf-8").replace("confirmed: no", "confirmed: sì"), "utf-8")


# ---------------------------------------------------------------- bringing it in


def test_the_file_its_source_and_its_mapping_are_there(brought: SmallStudy, tmp_path: Path) -> None:
    data = (tmp_path / "in" / "Dati 2026.SAV").read_bytes()
    assert sorted(p.name for p in raw(brought).iterdir()) == ["mapping.yml", "source.yml", "survey.sav"]
    assert (raw(brought) / "survey.sav").read_bytes() == data
    place = brought.layout
    source = load_source(place, place.wave("2026"))
    assert (source.kind, source.sha256, source.rows) == ("survey", hashlib.sha256(data).hexdigest(), len(data) and 12)
    mapping = load_mapping(place, place.wave("2026"), load(place).codebook, ("it", "en"))
    assert mapping is not None
    forma = mapping.question("forma")
    assert (forma.in_file, forma.status) == ("q05", ("renamed", "split", "missing"))
    assert forma.codes == {"3": "2", "99": "9"}
    assert not forma.confirmed
    assert mapping.question("tipo").gone
    assert set(mapping.new) == {"q99"}
    assert all(mapping.variables[n].identical for n in COLUMNS if n not in ("forma", "tipo"))


def test_the_terminal_tells_what_to_look_at(run: Run, small_study: SmallStudy, tmp_path: Path) -> None:
    file = second_file(tmp_path / "s.sav")
    for lang, words in (("it", "altro nome nel file"), ("en", "another name in the file")):
        ran = run("new-wave", file, f"w{lang}", "--study", small_study.folder, "--lang", lang)
        assert words in ran.err
        assert "q05" in ran.err
        assert "mapping.yml" in ran.err


def test_a_wave_that_is_there_is_not_touched(run: Run, brought: SmallStudy, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in raw(brought).iterdir()}
    ran = run("new-wave", tmp_path / "in" / "Dati 2026.SAV", "2026", "--study", brought.folder)
    assert ran.code == 2
    assert {p: p.read_bytes() for p in raw(brought).iterdir()} == before
    again = run("new-wave", raw(brought) / "survey.sav", "2026", "--study", brought.folder)
    assert again.code == 2
    assert "mapping.yml" in again.err


def test_a_file_that_lies_there_already_gets_what_is_missing(run: Run, small_study: SmallStudy) -> None:
    file = second_file(raw(small_study) / "survey.sav")
    assert run("new-wave", file, "2026", "--study", small_study.folder).code == 0
    assert sorted(p.name for p in raw(small_study).iterdir()) == ["mapping.yml", "source.yml", "survey.sav"]


@pytest.mark.parametrize(
    ("name", "wave", "code"), [("absent.sav", "2026", 2), ("text.sav", "2026", 3), ("good.sav", "../x", 2)]
)
def test_what_cannot_be_brought_in_leaves_nothing(
    run: Run, small_study: SmallStudy, tmp_path: Path, name: str, wave: str, code: int
) -> None:
    (tmp_path / "text.sav").write_text("a,b\n1,2\n")
    second_file(tmp_path / "good.sav")
    ran = run("new-wave", tmp_path / name, wave, "--study", small_study.folder)
    assert ran.code == code
    assert "Traceback" not in ran.err
    assert sorted(p.name for p in (small_study.folder / "data" / "raw").iterdir()) == [WAVE]


def test_a_source_that_came_with_the_file_is_kept(run: Run, small_study: SmallStudy, tmp_path: Path) -> None:
    file = second_file(tmp_path / "in" / "s.sav")
    (file.parent / "source.yml").write_text("title: {it: Consegna, en: Delivery}\n", "utf-8")
    assert run("new-wave", file, "2026", "--study", small_study.folder).code == 0
    place = small_study.layout
    source = load_source(place, place.wave("2026"))
    assert source.title == {"it": "Consegna", "en": "Delivery"}
    assert source.rows == 12


# ---------------------------------------------------------------- its report


def test_the_report_shows_what_is_confirmed_and_says_what_is_not(run: Run, brought: SmallStudy) -> None:
    ran = run("report", "--study", brought.folder, "--wave", "2026", "--formats", "html")
    assert ran.code == 0, ran.err
    found = findings(brought)
    assert [p["question"]["it"] for p in found["waves.unconfirmed"]] == ["Forma [forma]", "Tipo di soggetto [tipo]"]
    assert [p["table"]["en"] for p in found["waves.table_left_out"]] == [
        "Offices by form", "Form by province", "Type", "Services by form", "Municipalities by form",
    ]  # fmt: skip
    assert found["waves.question_new"] == [{"variable": "q99", "label": "Una domanda nuova"}]
    assert found["waves.summary"][0] == {"same": 11, "mapped": 0, "gone": 0, "not": 0, "unconfirmed": 2, "new": 1}
    for lang, words in (("it", "Provvisorio"), ("en", "Provisional")):
        page = (brought.folder / "reports" / "2026" / f"report.{lang}.html").read_text("utf-8")
        assert words in page
        assert 'id="table-aree"' in page
        assert 'id="table-forma"' not in page


def test_once_confirmed_the_answers_are_counted_in_the_codebook_s_codes(run: Run, brought: SmallStudy) -> None:
    confirm(brought)
    ran = run("tabulate", "--study", brought.folder, "--wave", "2026")
    assert ran.code == 0, ran.err
    from pipeline.results import Results

    results = Results.read(brought.folder / "data/processed/2026/results.parquet")
    counts = {r.row_code: r.value for r in results.rows("forma") if r.statistic == "count" and r.row_code}
    missing = {r.row_code: r.value for r in results.rows("forma") if r.statistic == "missing_n" and r.row_code}
    assert counts == {"1": 4.0, "2": 5.0}
    assert missing == {"9": 2.0, ".": 1.0}
    found = findings(brought)
    assert "waves.unconfirmed" not in found
    assert found["waves.questions_gone"][0]["count"] == 1
    assert [p["table"]["en"] for p in found["waves.table_left_out"]] == ["Type"]
    assert found["waves.question_mapped"][0]["question"]["en"] == "Form [forma]"


def test_the_population_of_the_wave(run: Run, brought: SmallStudy) -> None:
    confirm(brought)
    source = raw(brought) / "source.yml"
    source.write_text(source.read_text("utf-8") + "population: 13\n", "utf-8")
    assert run("report", "--study", brought.folder, "--formats", "html").code == 0
    pages = {w: (brought.folder / "reports" / w / "report.en.html").read_text("utf-8") for w in (WAVE, "2026")}
    assert "12 of 13" in pages["2026"]
    assert "12 of 14" in pages[WAVE]


def test_the_identifier_must_be_confirmed(run: Run, brought: SmallStudy) -> None:
    path = raw(brought) / "mapping.yml"
    path.write_text(
        path.read_text("utf-8").replace("codice: {status: same}", "codice: {status: reworded, confirmed: no}"), "utf-8"
    )
    ran = run("report", "--study", brought.folder, "--wave", "2026", "--lang", "en")
    assert ran.code == 3
    assert "codice" in ran.err
    assert "mapping.yml" in ran.err


def test_a_file_that_lacks_variables_goes_on_where_the_study_says_so(run: Run, small_study: SmallStudy) -> None:
    small_study.data(tipo=[])
    ran = run("report", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 3
    assert "status: gone" in ran.err
    small_study.edit("study.yml", "missing_variables: stop", "missing_variables: warn")
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 0, ran.err
    page = (small_study.reports / "report.en.html").read_text("utf-8")
    assert 'id="table-tipo"' not in page
    assert 'id="table-forma"' in page
    assert "tipo is in" in page


# ---------------------------------------------------------------- freshness


def steps(ran: Ran) -> list[str]:
    """The lines that say what is being done to a wave."""
    return [line for line in ran.err.splitlines() if " wave " in line and line.split()[0].endswith("ing")]


def test_a_new_wave_leaves_the_others_alone(run: Run, small_study: SmallStudy, tmp_path: Path) -> None:
    arguments = ("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert run(*arguments).code == 0
    page = (small_study.reports / "report.en.html").resolve()
    file = second_file(tmp_path / "s.sav")
    assert run("new-wave", file, "2026", "--study", small_study.folder).code == 0
    ran = run(*arguments)
    assert ran.code == 0, ran.err
    assert all("2026" in line for line in steps(ran))
    assert (small_study.reports / "report.en.html").resolve() == page


def test_a_confirmation_harmonises_anew_and_reads_nothing_anew(run: Run, brought: SmallStudy) -> None:
    arguments = ("tabulate", "--study", brought.folder, "--wave", "2026", "--lang", "en")
    assert run(*arguments).code == 0
    assert steps(run(*arguments)) == []
    confirm(brought)
    done = [line.split()[0] for line in steps(run(*arguments))]
    assert done == ["Recognising", "Harmonising", "Checking", "Deriving", "Counting"]
