"""A file that is saved during a run: the report is of one version throughout, and its manifest says of which."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import run
from pipeline.errors import DataRejected
from pipeline.paths import Layout
from pipeline.progress import Progress
from pipeline.spss import Reading
from pipeline.stages import compare, render
from pipeline.unattended.rerun import report
from tests.faults import tiny
from tests.faults.harness import digest, warm

WANTED = run.Wanted(formats=("html",))
BEFORE = [*(f"before {stage}" for stage in run.STAGES), "in it", "in en", "before the manifest"]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    warm()


def study_in(folder: Path) -> Layout:
    study = tiny.make(folder, languages="it, en")
    wave = study.wave(tiny.WAVE)
    wave.mapping.write_text("new: {}\n", "utf-8")
    return study


def save(study: Layout, data: bool = True) -> None:
    """Save another version of every file, as an editor does: each shows in the report."""

    def edit(path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    edit(study.study, "Studio minimo", "Studio salvato")
    edit(study.codebook, "Nuovo soggetto", "Soggetto salvato")
    edit(study.report, "Per forma", "Per forma salvata")
    for name in study.waves():
        wave = study.wave(name)
        edit(wave.source, "Dati di prova", "Dati salvati")
        if wave.mapping.exists():
            edit(wave.mapping, "new", "# saved\nnew")
        wave.corrections.write_text("corrections: []\n", "utf-8")
        if data:
            (wave.raw / "survey.sav").write_bytes(tiny.survey(1))


def files_of(study: Layout, name: str = tiny.WAVE) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (study.reports / name).iterdir()}


def silent() -> Progress:
    return Progress("en", Path("/dev/null").open("w"))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The report of the first version, of the saved one, and of the first with the saved data."""
    made = {}
    for name in ("old", "new", "newer data"):
        study = study_in(tmp_path_factory.mktemp("version") / "study")
        if name == "new":
            save(study)
        elif name == "newer data":
            (study.raw / tiny.WAVE / "survey.sav").write_bytes(tiny.survey(1))
        report(study, [], WANTED, silent())
        made[name] = files_of(study)
    assert len({files["manifest.json"] for files in made.values()}) == 3
    return made


def at(moment: str, action: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something once at a moment of the run, in whichever of its processes that is."""

    def before(owner: Any, name: str, when: Callable[..., bool]) -> None:
        function = getattr(owner, name)

        def wrapped(*arguments: Any, **named: Any) -> Any:
            if when(*arguments):
                action()
            return function(*arguments, **named)

        monkeypatch.setattr(owner, name, wrapped)

    kind, _, what = moment.partition(" ")
    if moment == "before the manifest":
        before(render, "_manifest", lambda *_: True)
    elif moment == "before render":
        before(render, "run", lambda *_: True)
    elif kind == "before":
        before(run, "run_stage", lambda _, name, *__: name == what)
    else:
        before(render, "one_language", lambda _job, _report, lang, *__: lang == what)


@pytest.mark.parametrize("moment", BEFORE)
def test_a_report_is_of_one_version(
    moment: str, versions: dict[str, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_in(tmp_path / "study")
    with monkeypatch.context() as patched:
        at(moment, lambda: save(study), patched)
        report(study, [], WANTED, silent())
    found = files_of(study)
    assert "Dati salvati" in (study.raw / tiny.WAVE / "source.yml").read_text("utf-8")
    assert found == versions["newer data" if moment == "before ingest" else "old"]
    report(study, [], WANTED, silent())
    assert files_of(study) == versions["new"], "what was saved is made next time"


def test_data_saved_between_the_hash_and_the_reading_are_hashed_as_read(
    versions: dict[str, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_in(tmp_path / "study")
    survey = study.raw / tiny.WAVE / "survey.sav"
    start = Reading.__init__

    def later(self: Reading, *arguments: Any, **named: Any) -> None:
        survey.write_bytes(tiny.survey(1))
        start(self, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Reading, "__init__", later)
        report(study, [], WANTED, silent())
    assert files_of(study) == versions["newer data"]
    assert json.loads(files_of(study)["manifest.json"])["data"] == {"survey.sav": digest(tiny.survey(1))}
    [outcome] = run.report(study, [tiny.WAVE], WANTED, silent())
    assert outcome.fresh, "the key, too, is of what was read"


def test_a_large_file_that_is_replaced_while_it_is_read_is_left_for_later(tmp_path: Path) -> None:
    """Its hash is of the bytes that were parsed, even where the path names another file by then."""
    from pipeline.spss import child

    path = tmp_path / "survey.sav"
    path.write_bytes(tiny.survey())
    small, child._AT_ONCE = child._AT_ONCE, 0
    try:
        with pytest.MonkeyPatch.context() as patched:
            contents = child._contents

            def replaced(*arguments: Any) -> Any:
                other = tmp_path / "other"
                other.write_bytes(tiny.survey(1))
                other.replace(path)
                return contents(*arguments)

            patched.setattr(child, "_contents", replaced)
            with pytest.raises(DataRejected) as caught:
                child.parse(path, None)
        assert caught.value.text_id == "spss.changing"
        path.write_bytes(tiny.survey(2))
        assert child.parse(path, None).sha256 == digest(tiny.survey(2))
    finally:
        child._AT_ONCE = small


@pytest.mark.parametrize("moment", ["between the waves", "before the comparison", "in the comparison"])
def test_a_comparison_is_of_the_version_of_its_waves(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_waves(folder: Path) -> Layout:
        study = study_in(folder)
        wave = study.wave("2012")
        wave.raw.mkdir()
        wave.source.write_text("title: {it: Dati di prova, en: Test data}\n", "utf-8")
        (wave.raw / "survey.sav").write_bytes(tiny.survey(1))
        return study

    def save_study() -> None:
        for path in (study.study, study.codebook, study.report):
            path.write_text(path.read_text("utf-8").replace("Nuovo", "Salvato").replace("Per f", "Salvato f"), "utf-8")

    untouched = two_waves(tmp_path / "untouched")
    report(untouched, [], WANTED, silent())
    study = two_waves(tmp_path / "study")
    owner: Any = {"between the waves": run, "before the comparison": compare}.get(moment, compare)
    name = {"between the waves": "_wave", "before the comparison": "run"}.get(moment, "one_language")
    function = getattr(owner, name)

    def wrapped(*arguments: Any) -> Any:
        if name != "_wave" or arguments[1].name == "2012":
            save_study()
        return function(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, wrapped)
        report(study, [], WANTED, silent())
    for made in (tiny.WAVE, "2012", "comparison"):
        assert files_of(study, made) == files_of(untouched, made), made
