"""A study in languages that not all of its texts have: what is missing stands in the first and is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import language
from pipeline.errors import StudyError
from pipeline.paths import layout
from pipeline.spec.load import StudyFiles, load
from pipeline.spec.model import Wording, say
from pipeline.spec.texts import texts
from tests.faults import tiny


def study(folder: Path, languages: str, **changes: Any) -> Path:
    """The small study of the faults' tests, with other languages and other entries in ``study.yml``."""
    made = tiny.make(folder / "study", languages)
    path = made.study
    content = yaml.safe_load(path.read_text("utf-8")) | changes
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder / "study"


def read(folder: Path) -> StudyFiles:
    return load(layout(folder))


def test_a_text_that_lacks_a_language_stands_in_the_first(tmp_path: Path) -> None:
    files = read(study(tmp_path, "en, it", title={"en": "Report", "it": "Rapporto"}, subtitle={"en": "Only here"}))
    assert say(files.study.title, "it") == "Rapporto"
    assert say(files.study.subtitle, "it") == "Only here"
    (lacking,) = [one for one in files.untranslated if one.where == "subtitle"]
    assert (lacking.language, Path(lacking.file).name) == ("it", "study.yml")
    assert lacking.line > 1


def test_what_lacks_the_first_language_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        read(study(tmp_path, "it, en", subtitle={"en": "Only here"}))
    assert "subtitle" in str(caught.value)
    assert " it." in str(caught.value)


def test_strict_on_request(tmp_path: Path) -> None:
    folder = study(tmp_path, "en, it", subtitle={"en": "Only here"}, policies={"untranslated": "stop"})
    with pytest.raises(StudyError) as caught:
        read(folder)
    assert "subtitle" in str(caught.value)


def test_units_too(tmp_path: Path) -> None:
    folder = study(tmp_path, "en, it")
    path = folder / "study.yml"
    content = yaml.safe_load(path.read_text("utf-8"))
    content["population"]["unit"] = {"en": {"one": "office", "many": "offices"}}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    files = read(folder)
    assert files.study.population.unit["it"].many == "offices"
    assert [one.language for one in files.untranslated if one.where == "population.unit"] == ["it"]


def test_a_study_that_names_no_language_has_the_usual_ones(tmp_path: Path) -> None:
    folder = study(tmp_path, "it, en")
    path = folder / "study.yml"
    content = yaml.safe_load(path.read_text("utf-8"))
    del content["languages"]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    assert read(folder).study.languages == language.usual() == ("it", "en")


def test_the_walk_finds_the_texts_of_every_record(tmp_path: Path) -> None:
    """Where texts are looked for by type none is forgotten; where by name, categories and guesses were."""
    files = read(study(tmp_path, "it, en"))
    found = {place[-2:] if "categories" in place else place[-1] for place, _ in texts(files.codebook)}
    assert "label" in found
    assert ("categories", "1") in found
    assert all(isinstance(text, Wording) for _, text in texts(files.report))
