"""Whatever is altered, added or taken away among what is published: ``verify`` notices, and says where."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.files import file_hash
from pipeline.paths import Layout, layout
from pipeline.progress import Progress
from pipeline.run import Wanted
from pipeline.unattended import index, status
from pipeline.unattended.rerun import rerun
from tests.faults import tiny

WAVE = tiny.WAVE
FORMATS = ("html", "xlsx")


def silent() -> Progress:
    return Progress("en", Path(os.devnull).open("w"))


def with_second_wave(study: Layout) -> Layout:
    raw = study.raw / "2012"
    raw.mkdir()
    (raw / "source.yml").write_text("title: {it: Dati di prova, en: Test data}\n", "utf-8")
    (raw / "survey.sav").write_bytes(tiny.survey(1))
    return study


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One wave published; two waves and their comparison; one wave whose newer data failed, put right again."""
    made = {}
    for name in ("one", "two", "banner"):
        study = tiny.make(tmp_path_factory.mktemp(name) / "study", languages="it, en")
        if name == "two":
            with_second_wave(study)
        assert rerun(study, [], Wanted(formats=FORMATS), silent()) == 0
        if name == "banner":
            survey = study.raw / WAVE / "survey.sav"
            good = survey.read_bytes()
            survey.write_bytes(good[:-40])
            assert rerun(study, [], Wanted(formats=FORMATS), silent()) == 3
            survey.write_bytes(good)
        made[name] = study.base
    return made


@pytest.fixture
def made(templates: dict[str, Path], tmp_path: Path) -> Callable[[str], Layout]:
    def copy(name: str) -> Layout:
        shutil.copytree(templates[name], tmp_path / "study", symlinks=True)
        return layout(tmp_path / "study")

    return copy


def page(study: Layout, wave: str = WAVE, name: str = "report.it.html") -> Path:
    return (study.reports / wave).resolve() / name


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def change_manifest(study: Layout, change: Callable[[dict[str, Any]], None], wave: str = WAVE) -> None:
    path = page(study, wave, "manifest.json")
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def change_status(study: Layout, change: Callable[[dict[str, Any]], None], page_too: bool = False) -> None:
    content = json.loads(study.status.read_text("utf-8"))
    change(content)
    study.status.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if page_too:
        found = status.read(study)
        assert found is not None
        study.status.write_text(status.text(found), "utf-8")
        study.index.write_text(index.page(found), "utf-8")


def altered_with_its_hash(study: Layout) -> None:
    path = page(study)
    replace(path, "Uffici", "Ufici")
    change_manifest(study, lambda m: m["outputs"].update({path.name: file_hash(path)}))


def format_taken_out(study: Layout, alter: bool = True) -> None:
    def out(content: dict[str, Any]) -> None:
        content["formats"].remove("xlsx")
        content["outputs"] = {name: h for name, h in content["outputs"].items() if not name.endswith(".xlsx")}

    path = page(study, name="report.it.xlsx")
    if alter:
        path.write_bytes(path.read_bytes() + b"\0")
    change_manifest(study, out)


def format_gone_everywhere(study: Layout) -> None:
    format_taken_out(study, alter=False)
    for lang in ("it", "en"):
        page(study, name=f"report.{lang}.xlsx").unlink()


def language_taken_out(study: Layout) -> None:
    def out(content: dict[str, Any]) -> None:
        content["languages"].remove("it")
        content["outputs"] = {name: h for name, h in content["outputs"].items() if ".it." not in name}

    replace(page(study), "Uffici", "Ufici")
    change_manifest(study, out)


def own_banner(study: Layout) -> None:
    path = page(study)
    place = '<header class="cover" id="top">\n'
    mark = "<!--newer data failed-->"
    replace(path, place, f"{place}{mark}<aside>Tutto falso.</aside>{mark.replace('<!--', '<!--/')}\n")


def banner_taken_out(study: Layout) -> None:
    from pipeline.unattended.banner import without

    for lang in ("it", "en"):
        path = page(study, name=f"report.{lang}.html")
        path.write_bytes(without(path.read_bytes()))
    change_manifest(study, lambda m: m.pop("notice"))
    change_manifest(study, lambda m: m["outputs"].update({n: file_hash(page(study, name=n)) for n in m["outputs"]}))


def banner_of_another_day(study: Layout) -> None:
    change_manifest(study, lambda m: m["notice"].update(since="2001-01-01T00:00:00+00:00"))


def link_elsewhere(study: Layout) -> None:
    other = study.base / "elsewhere"
    shutil.copytree(study.reports / WAVE, other)
    (other / "report.en.html").write_text("<p>Something else</p>", "utf-8")
    (study.reports / WAVE).unlink()
    (study.reports / WAVE).symlink_to(other)


def linked_file(study: Layout) -> None:
    path = page(study)
    path.rename(study.base / "kept.html")
    path.symlink_to(study.base / "kept.html")


def piped_file(study: Layout) -> None:
    path = page(study)
    path.unlink()
    os.mkfifo(path)


def piped_manifest(study: Layout) -> None:
    page(study, name="manifest.json").unlink()
    os.mkfifo(page(study, name="manifest.json"))


def whole_report_away(study: Layout) -> None:
    (study.reports / "2012").unlink()


def report_of_no_wave(study: Layout) -> None:
    shutil.copytree(study.reports / WAVE, study.reports / "1999")


def files_in_the_status(study: Layout) -> None:
    change_status(study, lambda s: s["waves"][WAVE].update(files=["2009/report.it.html"]), page_too=True)


def title_in_the_status(study: Layout) -> None:
    change_status(study, lambda s: s["waves"][WAVE].update(title={"it": "Altro", "en": "Other"}), page_too=True)


def banner_in_the_status(study: Layout) -> None:
    change_status(study, lambda s: s["waves"][WAVE]["banner"].update(published=None), page_too=True)


TAMPERINGS: dict[str, tuple[str, Callable[[Layout], object], str]] = {
    "a letter of a page": ("one", lambda s: replace(page(s), "Uffici", "Ufici"), "report.it.html"),
    "a page with its hash in the manifest": ("one", altered_with_its_hash, "report.it.html"),
    "a byte at the end of a workbook": (
        "one", lambda s: page(s, name="report.en.xlsx").open("ab").write(b"\0"), "report.en.xlsx"),
    "a file missing": ("one", lambda s: page(s, name="results.csv").unlink(), "results.csv"),
    "a number of the results": (
        "one", lambda s: replace(page(s, name="results.csv"), "0.5", "0.6"), "results.csv"),
    "the results in Parquet": (
        "one", lambda s: page(s, name="results.parquet").write_bytes(b"PAR1"), "results.parquet"),
    "a format out of the manifest and altered": ("one", format_taken_out, "manifest.json, report.it.xlsx"),
    "a format out of the manifest": ("one", lambda s: format_taken_out(s, alter=False), "manifest.json"),
    "a format out of manifest and folder": ("one", format_gone_everywhere, "waves.2009.files"),
    "a language out of the manifest and altered": ("one", language_taken_out, "manifest.json, report.it.html"),
    "a seed in the manifest": ("one", lambda s: change_manifest(s, lambda m: m.update(seed=1)), "manifest.json"),
    "a finding out of the manifest": (
        "one", lambda s: change_manifest(s, lambda m: m["findings"].clear()), "manifest.json"),
    "the hash of the data in the manifest": (
        "one", lambda s: change_manifest(s, lambda m: m["data"].update({"survey.sav": "0" * 64})), "manifest.json"),
    "a key more in the manifest": (
        "one", lambda s: change_manifest(s, lambda m: m.update(approved="yes")), "manifest.json"),
    "keys of the manifest of another kind": (
        "one", lambda s: change_manifest(s, lambda m: m.update(data=[], declared=1, languages=3, study=None)),
        "manifest.json"),
    "a blank in the manifest": (
        "one", lambda s: page(s, name="manifest.json").open("a").write(" "), "manifest.json"),
    "no manifest": ("one", lambda s: page(s, name="manifest.json").unlink(), "manifest.json"),
    "a manifest that is no JSON": ("one", lambda s: page(s, name="manifest.json").write_text("{"), "manifest.json"),
    "a pipe for a manifest": ("one", piped_manifest, "manifest.json"),
    "no manifest of one of two": ("two", lambda s: page(s, "2012", "manifest.json").unlink(), "reports/2012"),
    "a banner between the marks": ("one", own_banner, "report.it.html"),
    "a text within the banner": (
        "banner", lambda s: replace(page(s), "<aside class=\"notice\"", "<p>Falso</p><aside class=\"notice\""),
        "report.it.html"),
    "the banner taken out, with its notice": ("banner", banner_taken_out, "report.it.html"),
    "the banner's notice": ("banner", banner_of_another_day, "manifest.json"),
    "the banner in the status": ("banner", banner_in_the_status, "report.it.html"),
    "a file more": ("one", lambda s: page(s, name="notes.html").write_text("x"), "notes.html"),
    "a hidden file more": ("one", lambda s: page(s, name=".x").write_text("x"), ".x"),
    "a name that is not UTF-8 more": (
        "one", lambda s: Path(os.fsdecode(os.fsencode(page(s).parent) + b"/citt\xe0.html")).write_text("x"), "citt"),
    "a report in a format there is not": (
        "one", lambda s: page(s, name="report.it.txt").write_text("x"), "report.it.txt"),
    "a folder more": ("one", lambda s: page(s, name="figures").mkdir(), "figures"),
    "a link in the place of a file": ("one", linked_file, "report.it.html"),
    "a pipe in the place of a file": ("one", piped_file, "report.it.html"),
    "the report's link led elsewhere": ("one", link_elsewhere, "report.en.html"),
    "a report taken away": ("two", whole_report_away, "waves.2012.files"),
    "a report of a wave there is not": ("one", report_of_no_wave, "1999"),
    "a page beside the index": ("one", lambda s: (s.reports / "results.html").write_text("x"), "results.html"),
    "the index": ("one", lambda s: replace(s.index, "</html>", "<!-- --></html>"), "index.html"),
    "no index": ("one", lambda s: s.index.unlink(), "index.html"),
    "no status": ("one", lambda s: s.status.unlink(), "status.json"),
    "a status that is no JSON": ("one", lambda s: s.status.write_text("{"), "status.json"),
    "a blank in the status": ("one", lambda s: s.status.open("a").write(" "), "status.json"),
    "the status without its index": (
        "one", lambda s: change_status(s, lambda c: c.update(updated="2001-01-01T00:00:00+00:00")), "index.html"),
    "files in the status": ("one", files_in_the_status, "waves.2009.files"),
    "a title in the status": ("one", title_in_the_status, "waves.2009.title"),
    "a page of the comparison": (
        "two", lambda s: page(s, "comparison", "report.en.html").open("a").write(" "), "reports/comparison"),
    "the manifest of the comparison": (
        "two", lambda s: change_manifest(s, lambda m: m["results"].clear(), "comparison"), "reports/comparison"),
    "a file beside the comparison": (
        "two", lambda s: page(s, "comparison", "old.html").write_text("x"), "old.html"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_it_is_noticed(name: str, made: Callable[[str], Layout], run: Callable[..., Any]) -> None:
    template, tamper, named = TAMPERINGS[name]
    study = made(template)
    tamper(study)
    done = run("verify", "--study", study.base, "--lang", "en")
    assert done.code == 3, done.err
    assert named in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("template", ["one", "two", "banner"])
def test_what_is_untouched_is_verified(template: str, made: Callable[[str], Layout], run: Callable[..., Any]) -> None:
    done = run("verify", "--study", made(template).base, "--lang", "en")
    assert done.code == 0, done.err


def test_a_report_that_cannot_be_made_again_is_said_to_be_so_and_what_was_touched(
    made: Callable[[str], Layout], run: Callable[..., Any]
) -> None:
    study = made("two")
    survey = study.raw / WAVE / "survey.sav"
    survey.write_bytes(survey.read_bytes()[:-40])
    page(study, name="notes.html").write_text("x", "utf-8")
    page(study, "2012").write_text("x", "utf-8")
    done = run("verify", "--study", study.base, "--lang", "en")
    assert done.code == 3
    assert "reports/2009: this report cannot be made again" in done.err
    assert "Files changed or added after it was made: notes.html" in done.err
    assert "data/raw/2009/survey.sav" in done.err
    assert "reports/2012: 1 of 7 files differs" in done.err, "the others are compared all the same"


# ---------------------------------------------------------------- what is no file


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


KINDS = {"pipe": pipe, "link to nothing": dangling, "socket": bound, "device": device, "folder": folder}
PLACES = ["study.yml", "codebook.yml", "report.yml", "schedule.yml", "source.yml", "mapping.yml", "corrections.yml",
          "survey.sav"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_is_a_sentence(
    name: str, kind: str, made: Callable[[str], Layout], run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = made("one")
    monkeypatch.chdir(study.base)
    path = study.raw / WAVE / name if name in PLACES[4:] else study.files / name
    path.unlink(missing_ok=True)
    KINDS[kind](path)
    for command in ("report", "rerun", "verify"):
        if name == "schedule.yml" and command != "rerun":
            continue  # read by the schedule's run alone
        if (name, kind) == ("survey.sav", "folder") and command == "rerun":
            continue  # no file yet: it waits
        done = run(command, "--lang", "en", "--study", study.base)
        assert done.code in (2, 3), (command, done.err)
        assert name in done.err
        assert "Traceback" not in done.err
        assert "mistake of the program" not in done.err


@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_beside_the_wave_s_files_concerns_nobody(
    kind: str, made: Callable[[str], Layout], run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = made("one")
    monkeypatch.chdir(study.base)
    KINDS[kind](study.raw / WAVE / "stray")
    KINDS[kind](study.files / "stray.yml")
    KINDS[kind](study.raw / "stray.txt")
    (study.raw / "stray.txt").rmdir() if kind == "folder" else None  # a folder there is a wave
    for command in ("report", "rerun", "verify"):
        done = run(command, "--lang", "en", "--study", study.base)
        assert done.code == 0, (command, done.err)


@pytest.mark.parametrize("kind", ["pipe", "link to nothing", "socket", "device"])
@pytest.mark.parametrize("name", ["status.json", "index.html", "2009/manifest.json", "2009/report.it.html"])
def test_what_is_no_file_among_the_reports_is_made_anew(
    name: str, kind: str, made: Callable[[str], Layout], run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = made("one")
    monkeypatch.chdir(study.base)
    path = (study.reports / name).parent.resolve() / Path(name).name
    path.unlink()
    KINDS[kind](path)
    done = run("verify", "--lang", "en", "--study", study.base)
    assert done.code in (2, 3), done.err
    assert Path(name).name in done.err
    for command in ("report", "rerun"):
        done = run(command, "--lang", "en", "--study", study.base)
        assert done.code in (0, 2), (command, done.err)
        assert "Traceback" not in done.err
        assert "mistake of the program" not in done.err
