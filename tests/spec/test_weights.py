"""Replicate weights and margins in study.yml: names by run and pattern, and every mistake named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import StudyError
from pipeline.paths import Layout
from pipeline.spec.load import expanded, load

CODEBOOK = """
variables:
  w: {label: w, kind: weight}
  q: {label: q, kind: nominal, categories: {1: a, 2: b}}
  g: {label: g, kind: nominal, categories: {1: a, 2: b}}
"""
STUDY = """title: T
languages: [en]
population: {name: People, unit: {en: {one: person, many: persons}}}
"""


def study(folder: Path, weights: str) -> Layout:
    replicates = "".join(f"  r{i}: {{label: r, kind: weight}}\n" for i in range(1, 13))
    (folder / "study.yml").write_text(STUDY + weights)
    (folder / "codebook.yml").write_text(CODEBOOK + replicates)
    (folder / "report.yml").write_text("sections: []\n")
    return Layout(folder, folder)


def test_names_by_run_by_pattern_and_one_by_one() -> None:
    known = ["w", *(f"r{i}" for i in range(1, 13)), "x01", "x02", "x10"]
    assert expanded(["r1-r3"], known) == ["r1", "r2", "r3"]
    assert expanded(["r9 - r11"], known) == ["r9", "r10", "r11"]
    assert expanded(["x01-x03"], known) == ["x01", "x02", "x03"]
    assert expanded(["x*", "r2"], known) == ["x01", "x02", "x10", "r2"]
    assert expanded(["y*"], known) == []
    assert expanded(["r3-x5", "a-b"], known) == ["r3-x5", "a-b"]


def test_a_study_lists_its_replicate_weights_one_by_one(tmp_path: Path) -> None:
    files = load(study(tmp_path, "weights: {variable: w, replicates: {variables: [r1-r4, r12], type: brr}}\n"))
    assert files.study.weights is not None
    assert files.study.weights.replicates is not None
    assert files.study.weights.replicates.variables == ("r1", "r2", "r3", "r4", "r12")


MISTAKES = {
    "{variables: r1-r40, type: brr}": "study.no_such_name",
    "{variables: x*, type: brr}": "study.no_replicates",
    "{variables: r1, type: brr}": "study.one_replicate",
    "{variables: r*, type: fay}": "study.replicates_rho",
    "{variables: r*, type: brr, rho: 0.3}": "study.replicates_rho",
    "{variables: r*, type: jkn}": "study.replicates_rscales",
    "{variables: r*, type: jkn, rscales: [0.5, 0.5]}": "study.replicates_rscales_number",
    "{variables: r*, type: brr}, kind: frequency": "study.replicates_kind",
    "{variables: r*, type: brr}, rake: {q: {1: 5, 2: 5}}": "study.replicates_and",
    "{variables: r*, type: sdr}": "study.wrong_value",
    "{variables: r*, type: fay, rho: 1}": "study.wrong_value",
}


def ids(error: StudyError) -> set[str]:
    return {problem.text_id for problem in error.problems or (error,)}


@pytest.mark.parametrize("replicates", MISTAKES)
def test_mistakes_in_replicate_weights(replicates: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as found:
        load(study(tmp_path, f"weights: {{variable: w, replicates: {replicates}}}\n"))
    assert MISTAKES[replicates] in ids(found.value)
    for lang in ("it", "en"):
        assert "study.yml" in found.value.message(lang)
        assert "4" in found.value.message(lang)  # the line


def test_replicate_weights_and_a_design_exclude_each_other(tmp_path: Path) -> None:
    more = "weights: {variable: w, replicates: {variables: r*, type: brr}}\ndesign: {strata: q}\n"
    with pytest.raises(StudyError) as found:
        load(study(tmp_path, more))
    assert ids(found.value) == {"study.replicates_and"}


@pytest.mark.parametrize(
    ("more", "mistake"),
    [
        ("", "study.finite_population_unknown"),
        ("design: {strata: q}\n", "study.finite_population_unknown"),
        ("weights: {variable: w, rake: {q: {1: 5, 2: 5}}}\n", "study.finite_population_unknown"),
        (
            "weights: {variable: w, replicates: {variables: r*, type: brr}}\n",
            "study.finite_population_replicates",
        ),
    ],
)
def test_tests_are_corrected_only_for_a_population_whose_size_is_known(more: str, mistake: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as found:
        load(study(tmp_path, "finite_population: tests too\n" + more))
    assert ids(found.value) == {mistake}
    for lang in ("it", "en"):
        assert "study.yml" in found.value.message(lang)
        assert "4" in found.value.message(lang)  # the line
    (tmp_path / "study.yml").write_text(STUDY + more)
    load(Layout(tmp_path, tmp_path))


def test_a_design_with_its_population_takes_the_correction_of_tests(tmp_path: Path) -> None:
    load(study(tmp_path, "finite_population: tests too\ndesign: {cluster: q, population: w}\n"))


@pytest.mark.parametrize(
    ("margins", "mistake"),
    [
        ("{q: {1: 5, 2: 5}, g: {1: 5, 2: 6}}", "study.rake_totals"),
        ("{q: {1: 5, 2: 0}}", "study.rake_target"),
        ("{q: {1: 5, 3: 5}}", "study.no_such_code"),
        ("{z: {1: 5, 2: 5}}", "study.no_such_name"),
        ("{q: {1: 5, 2: 5}}, kind: frequency", "study.rake_kind"),
    ],
)
def test_mistakes_in_known_margins(margins: str, mistake: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as found:
        load(study(tmp_path, f"weights: {{variable: made, rake: {margins}}}\n"))
    assert mistake in ids(found.value)


def test_correlations_need_quantities(tmp_path: Path) -> None:
    layout = study(tmp_path, "")
    (tmp_path / "report.yml").write_text(
        "sections:\n  - section: a\n    title: A\n    contents:\n"
        "      - {table: t, title: T, rows: [q, w], kind: correlation}\n"
        "      - {table: u, title: U, rows: w, kind: correlation}\n"
    )
    with pytest.raises(StudyError) as found:
        load(layout)
    assert ids(found.value) == {"study.not_correlated", "study.one_correlated"}


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ('rows: "q > s"', "study.not_nested"),
        ('rows: g, columns: "q > b"', "study.not_nested"),
        ("rows: g, columns: b", "study.battery_across"),
        ("rows: name, columns: g", "study.never_listed"),
        ("rows: g, kind: reliability", "study.no_battery"),
        ("rows: g, layer: q", "study.layer_alone"),
        ("rows: w, columns: q, kind: correlation", "study.not_correlated"),
    ],
)
def test_a_name_is_used_for_what_it_is(table: str, mistake: str, tmp_path: Path) -> None:
    layout = study(tmp_path, "")
    book = tmp_path / "codebook.yml"
    book.write_text(
        book.read_text() + "  name: {label: n, kind: text}\n"
        "sets:\n  s: {label: s, kind: dichotomies, members: [q, g], counted: 1}\n"
        "batteries:\n  b: {label: b, members: [q, g]}\n"
    )
    (tmp_path / "report.yml").write_text(
        f"sections:\n  - section: a\n    title: A\n    contents:\n      - {{table: t, title: T, {table}}}\n"
    )
    with pytest.raises(StudyError) as found:
        load(layout)
    assert ids(found.value) == {mistake}
    for lang in ("it", "en"):
        assert "report.yml" in found.value.message(lang)
