"""Bad input through the real command: one clear message in the user's language, the right code, nothing half-made."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.language import text
from tests.conftest import COLUMNS, NAN, WAVE, Ran, SmallStudy

Run = Callable[..., Ran]


def refused(
    run: Run, study: SmallStudy, code: int, *pieces: str, only: dict[str, tuple[str, ...]] | None = None
) -> None:
    """The command ends with ``code`` in both languages, says all ``pieces`` (and those of each language), and leaves
    no report, no part of a file and no traceback."""
    messages = {}
    for lang in ("it", "en"):
        ran = run("report", "--study", study.folder, "--lang", lang, "--formats", "html")
        assert ran.code == code, ran
        assert ran.out == ""
        assert "Traceback" not in ran.err
        for piece in (*pieces, *(only or {}).get(lang, ())):
            assert piece in ran.err, (piece, ran.err)
        messages[lang] = ran.err.splitlines()[-1]
    assert messages["it"] != messages["en"]
    assert study.left_behind() == []
    assert not study.layout.log.exists()


# ---------------------------------------------------------------- data


def test_no_wave_at_all(run: Run, small_study: SmallStudy) -> None:
    shutil.rmtree(small_study.folder / "data")
    refused(run, small_study, 3, "data/raw", "survey.sav", only={"it": ("cartella",), "en": ("folder",)})


def test_a_stage_alone_needs_a_wave_too(run: Run, small_study: SmallStudy) -> None:
    shutil.rmtree(small_study.folder / "data")
    ran = run("tabulate", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 3
    assert "no wave here" in ran.err


def test_no_file_in_the_wave(run: Run, small_study: SmallStudy) -> None:
    (small_study.raw / "survey.sav").unlink()
    refused(run, small_study, 3, f"data/raw/{WAVE}", "survey.sav", ".zsav")


def test_several_files_and_none_called_survey(run: Run, small_study: SmallStudy) -> None:
    (small_study.raw / "survey.sav").rename(small_study.raw / "first.sav")
    shutil.copy(small_study.raw / "first.sav", small_study.raw / "SECOND.SAV")
    refused(run, small_study, 3, f"data/raw/{WAVE}", "SECOND.SAV, first.sav", "survey.sav")


def test_a_file_beside_the_waves(run: Run, small_study: SmallStudy) -> None:
    (small_study.raw / "survey.sav").rename(small_study.raw.parent / "anew.sav")
    shutil.rmtree(small_study.raw)
    refused(run, small_study, 3, "data/raw/anew.sav", "make new-wave FILE=data/raw/anew.sav WAVE=")


@pytest.mark.parametrize("kept", [0, 3, 200, -1])
def test_a_damaged_file(run: Run, small_study: SmallStudy, kept: int) -> None:
    path = small_study.raw / "survey.sav"
    path.write_bytes(path.read_bytes()[:kept])
    refused(run, small_study, 3, "survey.sav")


def test_not_an_spss_file(run: Run, small_study: SmallStudy) -> None:
    (small_study.raw / "survey.sav").write_text("id;q1\n1;2\n", "utf-8")
    refused(run, small_study, 3, "survey.sav")


def test_a_file_other_than_the_recorded_one(run: Run, small_study: SmallStudy) -> None:
    with (small_study.raw / "source.yml").open("a", encoding="utf-8") as source:
        source.write(f"sha256: {'0' * 64}\n")
    refused(run, small_study, 3, "survey.sav", "source.yml", "SHA-256")


def test_a_variable_that_the_file_lacks(run: Run, small_study: SmallStudy) -> None:
    line = small_study.edit("codebook.yml", "  fid_b:", "  fid_bb:")
    small_study.edit("codebook.yml", "[fid_a, fid_b]", "[fid_a, fid_bb]")
    refused(run, small_study, 3, "fid_bb", f"{line})", "survey.sav", "fid_b.", "codebook.yml")


def test_codes_outside_the_codebook_are_listed_with_the_offices_that_have_them(
    run: Run, small_study: SmallStudy
) -> None:
    forma = [7, *COLUMNS["forma"][1:11], 7]
    small_study.data(forma=forma, fid_a=[6, *COLUMNS["fid_a"][1:]])
    refused(
        run, small_study, 3, "LO01, LO12", "forma", " 7 ", "1, 2 (9)", "corrections.yml", "fid_a", " 6 ", "LO01)",
        only={"it": ("2 casi", "1 caso"), "en": ("2 cases", "1 case")},
    )  # fmt: skip


def test_codes_outside_the_codebook_can_be_let_through_with_a_warning(run: Run, small_study: SmallStudy) -> None:
    small_study.data(forma=[7, *COLUMNS["forma"][1:]])
    small_study.edit("study.yml", "unknown_codes: stop", "unknown_codes: warn")
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 0
    html = (small_study.reports / "report.en.html").read_text("utf-8")
    assert "forma holds code 7 (1 case: LO01)" in html


def test_a_duplicate_office(run: Run, small_study: SmallStudy) -> None:
    small_study.data(codice=["LO02", *COLUMNS["codice"][1:]])
    refused(run, small_study, 3, "codice LO02", "(1, 2)", "survey.sav")


def test_a_file_without_cases(run: Run, small_study: SmallStudy) -> None:
    """No cases is no reason for a crash: a report whose cells say that there is nothing, or a message."""
    small_study.data(**{name: values[:0] or [] for name, values in COLUMNS.items()})
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert ran.code in (0, 3), ran.err


def test_a_variable_without_any_value(run: Run, small_study: SmallStudy) -> None:
    """A table on it says for every number that it cannot be computed; the run goes on."""
    small_study.data(forma=[NAN] * 12, tipo=[NAN] * 12, comuni=[NAN] * 12)
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 0, ran.err


# ---------------------------------------------------------------- study files

MISTAKES = [
    # file, what is replaced, by what, what the message says beside file and line
    ("study.yml", "inference: description", "inferenze: description", ("inferenze", "inference.")),
    ("study.yml", "inference: description", "inference: descriptive", ("inference", "'descriptive'", "'process'")),
    ("study.yml", "  size: 14", "  size: many", ("population.size", "'many'")),
    ("study.yml", "  size: 14", "  size: 14\n  sise: 3", ("population", "sise", "size.")),
    ("study.yml", "identifier: codice", "identifier: codici", ("identifier", "codici", "codice.")),
    ("study.yml", "variable: peso", "variable: pesi", ("weights.variable", "pesi", "peso.")),
    ("study.yml", "{it: Indagine di prova, en: Test survey}", "{en: Test survey}", ("title", " it")),
    ("study.yml", "languages: [it, en]", "languages: [it, en, xx]", (" xx", "it, en")),
    ("study.yml", "identifier: codice", "identifier: codice\nidentifier: codice", ("identifier",)),
    ("study.yml", "identifier: codice", "identifier: !!python/object/apply:os.system [ls]", ("python/object",)),
    ("study.yml", "identifier: codice", "identifier: !!python/name:os.system x", ("python/name",)),
    ("study.yml", "identifier: codice", "identifier: !mine codice", ("!mine",)),
    ("study.yml", "identifier: codice", "identifier: [codice", ()),
    ("study.yml", "identifier: codice", "? [a, b]\n: c", ()),
    ("codebook.yml", "kind: numeric", "knid: numeric", ("variables.comuni", "knid", "kind.")),
    ("codebook.yml", "kind: numeric", "kind: number", ("variables.comuni.kind", "'number'", "'numeric'")),
    ("codebook.yml", "label: {it: Forma, en: Form}", "label: {en: Form}", ("variables.forma.label", " it")),
    ("codebook.yml", "    label: {it: Comuni, en: Municipalities}\n", "", ("variables.comuni", "label")),
    ("codebook.yml", "1: {it: Nuovo soggetto, en: New entity}", "1: {en: New entity}", ("forma.categories.1", " it")),
    ("codebook.yml", "asked_if: {forma: [1]}", "asked_if: {form: [1]}", ("form,", "forma.")),
    ("codebook.yml", "asked_if: {forma: [1]}", "asked_if: {forma: [5]}", (" 5 ", "forma", "1, 2, 9")),
    ("codebook.yml", "members: [area_a, area_b]", "members: [area_a, area_z]", ("area_z", "area_")),
    ("codebook.yml", "    counted: 1\n", "", ("sets.aree", "counted")),
    ("codebook.yml", "codes: [4, 5]", "codes: [4, 6]", (" 6 ", "fiducia")),
    ("codebook.yml", "source: comuni", "source: comune", ("comune", "comuni.")),
    ("codebook.yml", "scale: fiducia}", "scale: fiduca}", ("fiduca", "fiducia.")),
    ("codebook.yml", "missing: {9: {it: Non risponde", "missing: {2: {it: Non risponde", ("forma", " 2 ")),
    ("report.yml", "rows: forma", "rows: form", ("form,", "forma.")),
    ("report.yml", "columns: provincia", "columns: \"forma > provinca\"", ("provinca", "provincia.")),
    ("report.yml", "kind: means", "kind: mean", ("'mean'", "'means'")),
    ("report.yml", "kind: means", "statistics: [mean, cramer_v]", ("comuni_forma", "cramer_v", "cramers_v.")),
    ("report.yml", "kind: means", "layer: provinc", ("provinc,", "provincia.")),
    ("report.yml", "kind: means", "where: {forma: [4]}", (" 4 ", "forma")),
    ("report.yml", "kind: means", "colums: forma", ("colums", "columns.")),
    ("report.yml", "        rows: tipo\n", "", ("tipo", "rows")),
    ("report.yml", "of: forma", "of: forme", ("forme,", "forma.")),
    ("report.yml", "main_figure: fig_forma", "main_figure: fig_form", ("fig_form,", "fig_forma.")),
    ("report.yml", "{forma:base} offices,", "{form:base} offices,", ("form,", "forma.")),
    ("report.yml", "- table: tipo", "- table: forma", ("forma",)),
    ("report.yml", "- table: tipo", "- tavola: tipo", ("`table:`",)),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES, ids=[f"{m[0][:-4]}-{m[2][:28]}" for m in MISTAKES])
def test_a_mistake_in_the_study_is_answered_with_its_line(
    run: Run, small_study: SmallStudy, file: str, old: str, new: str, said: tuple[str, ...]
) -> None:
    line = small_study.edit(file, old, new)
    if "\n" in new:
        line += 1  # the mistake stands in the second of the two lines
    lines = range(max(line - 4, 1), line + 2)  # a thing left out is reported at the record that lacks it
    for lang, word in (("it", "riga"), ("en", "line")):
        ran = run("report", "--study", small_study.folder, "--lang", lang)
        assert ran.code == 2, ran
        message = ran.err
        assert any(f"{file}, {word} {n}:" in message for n in lines), (line, message)
        for piece in said:
            assert piece in message + ",", (piece, message)
    assert small_study.left_behind() == []
    assert not small_study.layout.log.exists()


def test_a_census_of_unknown_size_is_refused_where_it_is_asked_for(run: Run, small_study: SmallStudy) -> None:
    """N may stand in the study or in the wave's source.yml; a table cannot be a census without it either."""
    small_study.edit("study.yml", "  size: 14\n", "")
    line = (small_study.folder / "study.yml").read_text("utf-8").splitlines().index("inference: description") + 1
    for lang, word in (("it", "riga"), ("en", "line")):
        ran = run("report", "--study", small_study.folder, "--lang", lang)
        assert ran.code == 2, ran
        for said in (f"study.yml, {word} {line}:", "`size:`", "`inference: sample`", "source.yml"):
            assert said in ran.err, said
    small_study.edit("study.yml", "inference: description\n", "")
    small_study.edit("report.yml", "kind: means", "kind: means\n        inference: description")
    ran = run("report", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 2
    assert "report.yml: table comuni_forma" in ran.err


def test_without_a_size_data_are_a_sample(run: Run, small_study: SmallStudy) -> None:
    small_study.edit("study.yml", "inference: description\n", "")
    assert run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html").code == 0
    census = (small_study.reports / "report.en.html").read_text("utf-8")
    small_study.edit("study.yml", "  size: 14\n", "")
    assert run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html").code == 0
    sample = (small_study.reports / "report.en.html").read_text("utf-8")
    words = {mode: text("en", f"present.mode_{mode}") for mode in ("description", "sample")}
    assert words["description"] in census
    assert words["sample"] in sample
    assert words["description"] not in sample


def test_the_line_of_a_wrong_name_is_exact(run: Run, small_study: SmallStudy) -> None:
    line = small_study.edit("report.yml", "rows: forma\n        columns: provincia", "rows: [tipo,\n          frma]")
    ran = run("report", "--study", small_study.folder, "--lang", "en")
    assert f"report.yml, line {line + 1}:" in ran.err
    assert "Nearest: forma." in ran.err


def test_all_mistakes_are_told_at_once(run: Run, small_study: SmallStudy) -> None:
    small_study.edit("report.yml", "rows: tipo", "rows: tpio")
    small_study.edit("report.yml", "rows: aree", "rows: aere")
    ran = run("report", "--study", small_study.folder, "--lang", "it")
    assert ran.code == 2
    assert "tpio" in ran.err
    assert "aere" in ran.err
    assert len(ran.err.strip().splitlines()) == 2


BROKEN = {
    "tab": "title: x\n\tpopulation: 3\n",
    "quote": 'title: "no end\n',
    "list": "- a\n- b\n",
    "text": "just words\n",
    "control": "title: \x00\n",
    "two documents": "title: a\n---\ntitle: b\n",
    "huge number": "title: x\npopulation: {size: " + "9" * 6000 + "}\n",
    "huge key": "title: x\n1e999: 3\n",
    "deep": "title: " + "[" * 200_000 + "\n",
    "deep in lines": "title:\n" + "- " * 200_000 + "a\n",
    "aliases": "title: x\nnote: &n {it: a}\nsubtitle: *nn\n",
    "endless": "title: &a [*a]\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("file", ["study.yml", "report.yml"])
def test_unreadable_yaml(run: Run, small_study: SmallStudy, file: str, text: str) -> None:
    (small_study.folder / file).write_text(text, "utf-8")
    refused(run, small_study, 2, file)


def test_an_alias_bomb_is_stopped_and_not_expanded(run: Run, small_study: SmallStudy) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 12)]
    (small_study.folder / "codebook.yml").write_text("\n".join(levels) + "\n", "utf-8")
    ran = run("report", "--study", small_study.folder, "--lang", "en")
    assert ran.code == 2
    assert "codebook.yml, line " in ran.err
    assert "too large" in ran.err


def test_not_utf8(run: Run, small_study: SmallStudy) -> None:
    (small_study.folder / "study.yml").write_bytes("title: Città\n".encode("cp1252"))
    refused(run, small_study, 2, "study.yml", "UTF-8")


@pytest.mark.parametrize("file", ["study.yml", "codebook.yml", "report.yml"])
def test_a_study_file_is_missing(run: Run, small_study: SmallStudy, file: str) -> None:
    (small_study.folder / file).unlink()
    refused(run, small_study, 2, file, "python -m pipeline init")


def test_a_mistake_in_source(run: Run, small_study: SmallStudy) -> None:
    (small_study.raw / "source.yml").write_text("titel: Dati\n", "utf-8")
    refused(run, small_study, 2, "source.yml", "titel", "title")


def test_a_mistake_leaves_the_last_good_report(run: Run, made_study: SmallStudy) -> None:
    small_study = made_study
    numbers = (small_study.reports / "results.parquet").read_bytes()
    small_study.data(codice=["LO02", *COLUMNS["codice"][1:]])
    assert run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html").code == 3
    assert (small_study.reports / "results.parquet").read_bytes() == numbers
    assert "4 have a new entity (44.4%)" in (small_study.reports / "report.en.html").read_text("utf-8")


# ---------------------------------------------------------------- wrong words on the command line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--wave", "2008"], ("2008", WAVE)),
        (["--wave", "../2009"], ("../2009",)),
        (["--formats", "htm"], ("htm", "html")),
        (["--formats", "html,odt"], ("odt", "html, pdf, xlsx, docx")),
        (["--edition", "secret"], ("secret", "--help")),
        (["--what"], ("--what", "--help")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words(run: Run, small_study: SmallStudy, words: list[str], said: tuple[str, ...]) -> None:
    for lang in ("it", "en"):
        ran = run("report", "--study", small_study.folder, "--lang", lang, *words)
        assert ran.code == 2, ran
        for piece in said:
            assert piece in ran.err
        assert len(ran.err.strip().splitlines()) == 1
    assert small_study.left_behind() == []


def test_unknown_language(run: Run, small_study: SmallStudy) -> None:
    ran = run("report", "--study", small_study.folder, "--lang", "de")
    assert ran.code == 2
    assert "de" in ran.err
    assert "it, en" in ran.err


def test_no_command_and_unknown_command(run: Run) -> None:
    assert run().code == 2
    ran = run("reprot")
    assert ran.code == 2
    assert "reprot" in ran.err


def test_a_folder_without_study(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "raw" / WAVE).mkdir(parents=True)
    shutil.copy(Path(__file__), tmp_path / "data" / "raw" / WAVE / "survey.sav")
    ran = run("report", "--study", tmp_path, "--lang", "en")
    assert ran.code == 2
    assert "study.yml" in ran.err
