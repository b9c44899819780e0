"""The project's own study: it loads, shows every variable, quotes the same numbers in both languages, types none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pipeline.paths import layout
from pipeline.spec.load import StudyFiles, load
from pipeline.spec.model import FigureSpec, TableSpec, TextSpec
from pipeline.tables.plan import variables_of

HOLE = re.compile(r"\{([^{}]*)\}")
YEAR = re.compile(r"\b(19|20)\d\d\b")
NOT_FOR_TABLES = ("identifier", "date", "text", "weight")

# Verbs that turn an association into a cause.
CAUSAL = re.compile(
    r"\b(caus\w+|determin\w+|provoc\w+|influen\w+|dovut\w+|effett\w+|impatt\w+|grazie a|a causa|favorisc\w+"
    r"|affect\w*|leads? to|led to|due to|because of|impact\w*|results? in|thanks to)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def files() -> StudyFiles:
    return load(layout())


def sentences(files: StudyFiles) -> Iterator[tuple[str, dict[str, str]]]:
    """Every text that may hold numbers, with its place."""
    for i, finding in enumerate(files.report.findings, start=1):
        yield f"finding {i}", finding.text
    for section in files.report.sections:
        if section.text:
            yield f"opening of {section.section}", section.text
        for content in section.contents:
            if isinstance(content, TextSpec):
                yield f"text in {section.section}", content.text
            elif isinstance(content, FigureSpec) and content.headline:
                yield f"headline of {content.figure}", content.headline


def test_the_report_has_the_size_of_a_report(files: StudyFiles) -> None:
    figures = [c for c in files.report.contents() if isinstance(c, FigureSpec)]
    assert len(files.report.tables()) >= 35
    assert len(figures) >= 15
    assert 4 <= len(files.report.findings) <= 6
    assert files.report.main_figure in {f.figure for f in figures}


def test_every_section_opens_with_a_text(files: StudyFiles) -> None:
    assert [s.section for s in files.report.sections if not s.text] == []


def test_every_variable_is_in_some_table(files: StudyFiles) -> None:
    codebook = files.codebook
    shown: set[str] = set()
    for table in files.report.tables():
        for name in variables_of(table, codebook):
            shown.add(name)
            for group in (codebook.sets, codebook.batteries):
                if name in group:
                    shown.update(group[name].members)
            if name in codebook.derived:
                derived = codebook.derived[name]
                shown.update(((derived.source,) if derived.source else ()) + derived.mean_of)
    wanted = {n for n, v in codebook.all_variables().items() if v.kind not in NOT_FOR_TABLES}
    wanted |= codebook.sets.keys() | codebook.batteries.keys()
    assert wanted - shown == set()


def test_what_the_report_must_contain(files: StudyFiles) -> None:
    tables = files.report.tables()
    assert any(">" in name for t in tables for name in (*t.rows, *t.columns)), "a nested banner"
    assert any(len(t.columns) > 1 for t in tables), "banner variables side by side"
    assert any(t.rows and t.rows[0] in files.codebook.batteries for t in tables), "a grid"
    assert any(t.letters for t in tables), "column letters"
    assert any(t.model is not None for t in tables), "a model"
    assert any(t.kind == "reliability" for t in tables), "a reliability table"
    assert any(t.weighted for t in tables), "a weighted table"


def test_letters_stand_only_where_tests_are_made(files: StudyFiles) -> None:
    silent = [
        t.table for t in files.report.tables()
        if t.letters and (t.inference or files.study.inference) == "description"
    ]  # fmt: skip
    assert silent == []


def test_no_number_is_typed_in_a_sentence(files: StudyFiles) -> None:
    typed = [
        (place, lang, wording)
        for place, text in sentences(files)
        for lang, wording in text.items()
        if re.search(r"\d", YEAR.sub("", HOLE.sub("", wording)))
    ]
    assert typed == []


def test_both_languages_quote_the_same_numbers(files: StudyFiles) -> None:
    def quoted(wording: str) -> set[str]:
        return {hole for hole in HOLE.findall(wording) if "#" not in hole}

    different = [
        (place, lang, quoted(wording) ^ quoted(text["it"]))
        for place, text in sentences(files)
        for lang, wording in text.items()
        if quoted(wording) != quoted(text["it"])
    ]
    assert different == []


def test_a_word_chosen_by_a_number_has_both_forms(files: StudyFiles) -> None:
    broken = [
        (place, hole)
        for place, text in sentences(files)
        for wording in text.values()
        for hole in HOLE.findall(wording)
        if "#" in hole and not all(form.strip() for form in (hole.partition("#")[2] + "|").split("|")[:2])
    ]
    assert broken == []


def test_no_sentence_speaks_of_causes(files: StudyFiles) -> None:
    causal = [
        (place, lang, found.group(0))
        for place, text in sentences(files)
        for lang, wording in text.items()
        if (found := CAUSAL.search(HOLE.sub("", wording)))
    ]
    assert causal == []


def test_titles_leave_the_year_to_the_layout(files: StudyFiles) -> None:
    dated = [
        (place, title)
        for c in files.report.contents()
        if isinstance(c, (TableSpec, FigureSpec))
        for place, title in c.title.items()
        if YEAR.search(title) or title.rstrip().endswith(".")
    ]
    assert dated == []


def test_a_figure_draws_a_column_that_its_table_has(files: StudyFiles) -> None:
    tables = {t.table: t for t in files.report.tables()}
    wrong = [
        c.figure for c in files.report.contents()
        if isinstance(c, FigureSpec) and c.column is not None and c.column not in tables[c.of].columns
    ]  # fmt: skip
    assert wrong == []


def test_each_figure_comes_after_its_table_in_the_same_section(files: StudyFiles) -> None:
    lost = []
    for section in files.report.sections:
        seen: set[str] = set()
        for content in section.contents:
            if isinstance(content, TableSpec):
                seen.add(content.table)
            elif isinstance(content, FigureSpec) and content.of not in seen:
                lost.append(content.figure)
    assert lost == []
