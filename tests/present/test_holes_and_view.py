"""Sentences written from results, and what labels and marks a reader sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import cli
from pipeline.present.answer import strength
from pipeline.present.holes import NoNumber, fill, fill_or_none, references
from pipeline.present.view import View
from pipeline.spec.load import load, load_source
from pipeline.spec.model import TableSpec
from pipeline.stages.job import Job
from tests.conftest import WAVE, SmallStudy

EXTRA = """
      - table: fid_forma
        title: {it: Fiducia per forma, en: Trust by form}
        rows: [fid_a, fid_b]
        columns: forma
        kind: means
      - table: vuota
        title: {it: Vuota, en: Empty}
        rows: tipo
        where: {forma: [2]}
"""


@pytest.fixture(scope="module")
def views(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, View]:
    import shutil

    folder = tmp_path_factory.mktemp("view") / "study"
    shutil.copytree(small_template, folder)
    report = folder / "report.yml"
    report.write_text(report.read_text("utf-8").rstrip("\n") + EXTRA, "utf-8")
    assert cli.main(["tabulate", "--study", str(folder)]) == 0
    study = SmallStudy(folder)
    job = Job(study.layout, study.layout.existing_wave(WAVE))
    files, source = load(study.layout), load_source(study.layout, job.wave)
    return {lang: View(lang, WAVE, files, source, job.results) for lang in ("it", "en")}


@pytest.mark.parametrize(
    ("text", "it", "en"),
    [
        ("{forma:count:1}", "4", "4"),
        ("{forma:valid_share:1}", "44,4%", "44.4%"),
        ("{forma:base} {forma:missing} {forma:cases} {forma:missing:9}", "9 3 12 2", "9 3 12 2"),
        ("{study:size} {wave}", "14 2009", "14 2009"),
        ("x {forma:label:@1}, {forma:count:@1}", "x contratto, 5", "x contract, 5"),
        ("{forma:label:@2}.", "Nuovo soggetto.", "New entity."),
        ("{forma:count:1#uno|molti}", "molti", "molti"),
        ("{tipo:count:2#uno|molti}", "uno", "uno"),
        ("{aree:share_of_cases:area_a}", "70,0%", "70.0%"),
        ("{servizi_forma:count:@1:1}", "3", "3"),
        ("{comuni_forma:mean:comuni=:forma=1}", "10,0", "10.0"),
        ("{comuni_forma:mean:comuni=:1}", "10,0", "10.0"),
        ("{fid_forma:mean:fid_b=:forma=1}", "3,75", "3.75"),
        ("{forma_provincia:n:1:MI}", "3", "3"),
        ("{forma_provincia:base:forma=:provincia=MI}", "5", "5"),
        ("{forma:bound_low:1}–{forma:bound_high:1}", "28,6%–64,3%", "28.6%–64.3%"),
        ("{forma_provincia:strength::provincia=}", "moderata", "moderate"),
    ],
)
def test_holes(views: dict[str, View], text: str, it: str, en: str) -> None:
    for lang, expected in (("it", it), ("en", en)):
        found = fill(views[lang], {"*": text}, "here")
        if "strength" in text:
            assert found.startswith(expected[:7]) or expected in found
        else:
            assert found == expected


@pytest.mark.parametrize("hole", ["{forma:count:7}", "{forma:label:@9}", "{forma:label:@0}", "{forma:nothing:1}"])
def test_a_hole_without_number_leaves_the_text_out_and_says_so(views: dict[str, View], hole: str) -> None:
    for lang, view in views.items():
        with pytest.raises(NoNumber):
            fill(view, {"*": hole}, "findings/0/text")
        before = len(view.left_out)
        assert fill_or_none(view, {"*": f"x {hole}"}, "findings/0/text") is None
        assert len(view.left_out) == before + 1
        assert "findings.0.text" in view.left_out[-1], lang


def test_what_could_not_be_computed_is_a_symbol_in_a_sentence_too(views: dict[str, View]) -> None:
    assert fill(views["en"], {"*": "share {vuota:valid_share:1}"}, "here") == "share :"


def test_references() -> None:
    text = {"en": "{a:count:1} of {a:base}, {b:mean}, {study:size}, {c:count:1#x|y}, {wave}"}
    assert references(text, "en") == ["a", "b", "c"]


def test_labels(views: dict[str, View]) -> None:
    view = views["it"]
    assert view.label("forma > provincia") == "Forma › Provincia"
    assert view.code_label("forma > provincia", "1 > MI") == "Nuovo soggetto › Milano"
    assert view.code_label("forma", "9") == "Non risponde"
    assert view.code_label("forma", "77") == "77"
    assert view.code_label("fid_a", "net:alta") == "Molto o moltissimo"
    assert view.code_label("aree", "area_a") == "Minori", "what all labels begin with is left out"
    assert view.code_label("servizi", "2") == "Tutela"
    assert view.code_label("comuni", "999") == "Non noto"
    assert view.code_label("tipo", ".") == view.t("not_applicable")
    assert view.code_label("forma", ".") == view.t("system_missing")


def test_origin_marks(views: dict[str, View]) -> None:
    view = views["en"]

    def symbol(**spec: object) -> str:
        mark = view.mark(TableSpec.model_validate({"table": "t", "title": "t", **spec}))
        return mark.symbol if mark else ""

    assert symbol(rows="forma") == "*"
    assert symbol(rows="tipo") == "", "no origin is declared"


def test_several_published_variables_crossed_are_simulated(views: dict[str, View]) -> None:
    """Their joint distribution was never published."""
    assert views["en"].origin(["forma"]) == "published"
    assert views["en"].origin(["forma", "forma"]) == "simulated"


@pytest.mark.parametrize(
    ("v", "word"),
    [(0.0, "negligible"), (0.0999, "negligible"), (0.1, "weak"), (0.2999, "weak"), (0.3, "moderate"), (0.5, "moderate"),
     (0.501, "strong")],
)  # fmt: skip
def test_words_for_strength(v: float, word: str) -> None:
    assert strength(v) == word
