"""Types of cases in a study: declared in the codebook, made when the data are processed, shown like any variable."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow.parquet as pq
import pytest

from pipeline.spec.load import load
from pipeline.waves.comparable import of_wave
from pipeline.waves.within import within
from tests.conftest import Ran, SmallStudy

Run = Callable[..., Ran]

DERIVED = """
  tipi:
    label: {it: Tipo di Ufficio, en: Type of office}
    clusters: {of: assetto, number: 2, replicates: 20}
"""
CONFIGURATIONS = """
configurations:
  assetto:
    label: {it: Assetto, en: Arrangement}
    method: correspondence
    active: [provincia, forma, aree]
    supplementary: [comuni]
    missing: category
  fiducia_due:
    label: {it: Due fiducie, en: Two trusts}
    method: components
    active: [fid_a, fid_b, comuni]
    replicates: 50
"""
SECTION = """
  - section: tipi
    title: {it: Tipi, en: Types}
    contents:
      - configuration: assetto
        title: {it: Assetto, en: Arrangement}
      - configuration: fiducia_due
        title: {it: Due fiducie, en: Two trusts}
      - table: tipi_provincia
        title: {it: Tipi per provincia, en: Types by province}
        rows: tipi
        columns: provincia
"""


@pytest.fixture
def study(small_study: SmallStudy) -> SmallStudy:
    for name, text in (("codebook.yml", DERIVED + CONFIGURATIONS), ("report.yml", SECTION)):
        path = small_study.folder / name
        path.write_text(path.read_text("utf-8").rstrip() + text, "utf-8")
    return small_study


def types(study: SmallStudy) -> list[float | None]:
    found: list[float | None] = pq.read_table(study.processed / "responses.parquet").column("tipi").to_pylist()
    return found


def page(study: SmallStudy, edition: str = "") -> str:
    return (study.folder / "reports" / edition / "2009" / "report.en.html").read_text("utf-8")


def test_types_are_shown_as_tables_figures_and_as_a_variable(study: SmallStudy, run: Run) -> None:
    made = run("report", "--study", study.folder, "--lang", "en", "--formats", "html")
    assert made.code == 0, made.err
    assert set(types(study)) == {1.0, 2.0}
    shown = page(study)
    titles = ("axes", "map of the answers", "what is typical of each type", "loadings")
    for words in (
        *(f": {title}. Year 2009" for title in titles),
        "Types by province",
        "Type 1",
        "clusters on the axes of “Arrangement”",
    ):
        assert words in shown, words
    before = (study.processed / "responses.parquet").stat().st_mtime_ns
    run("process", "--study", study.folder)
    assert (study.processed / "responses.parquet").stat().st_mtime_ns == before
    study.edit("codebook.yml", "number: 2", "number: 3")
    run("process", "--study", study.folder)
    assert set(types(study)) == {1.0, 2.0, 3.0}


def test_names_hold_for_the_types_they_were_given_to(study: SmallStudy, run: Run) -> None:
    run("process", "--study", study.folder)
    sizes = [types(study).count(float(k)) for k in (1, 2)]
    names = "    categories: {1: {it: Primi, en: The first ones}, 2: {it: Secondi, en: The second ones}}\n"
    line = "    clusters: {of: assetto, number: 2, replicates: 20"
    study.edit("codebook.yml", line + "}\n", f"{line}, named_for: {sizes}}}\n{names}")
    assert run("report", "--study", study.folder, "--lang", "en", "--formats", "html").code == 0
    assert "The first ones" in page(study) and "Type 1" not in page(study)
    study.edit("codebook.yml", f"named_for: {sizes}", f"named_for: [{sizes[0] + 1}, {sizes[1] - 1}]")
    assert run("report", "--study", study.folder, "--lang", "en", "--formats", "html").code == 0
    assert "The first ones" not in page(study) and "Type 1" in page(study)
    assert "named_for" in page(study)


def test_the_public_edition_leaves_the_analysis_out_and_hides_the_types_like_answers(
    study: SmallStudy, run: Run
) -> None:  # fmt: skip
    study.edit("study.yml", "inference: description", "inference: description\neditions: [internal, public]")
    done = run("report", "--study", study.folder, "--lang", "en", "--formats", "html", "--edition", "public")
    assert done.code == 0, done.err
    shown = page(study, "public")
    assert "Arrangement: the public edition leaves this out" in shown
    assert "map of the answers" not in shown and "Types by province" in shown
    public = pq.read_table(study.processed / "public.parquet").column("table_id").to_pylist()
    assert not any(name.startswith("assetto-") for name in public)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("active: [provincia, forma, aree]", "active: [provincia, froma]", "forma"),
        ("active: [provincia, forma, aree]", "active: [provincia, comuni]", "kind: numeric"),
        ("active: [provincia, forma, aree]", "active: [provincia, servizi]", "kind: categories"),
        ("active: [provincia, forma, aree]", "active: [provincia, tipi]", "derived: clusters"),
        ("active: [provincia, forma, aree]", "active: [provincia]", "at least 2"),
        ("active: [fid_a, fid_b, comuni]", "active: [fid_a, forma, comuni]", "kind: nominal"),
        ("active: [fid_a, fid_b, comuni]", "active: [fid_a, fid_b, comuni]\n    missing: category", "components"),
        ("clusters: {of: assetto, number: 2", "clusters: {of: aseto, number: 2", "assetto"),
        ("number: 2, replicates", "least: 5, most: 4, replicates", "most: 4"),
        ("replicates: 20}", "replicates: 20}\n    categories: {1: {it: a, en: b}}", "named_for: [41, 33, 24]"),
        ("replicates: 20}", "replicates: 20}\n    disclosure: public", "provincia, which is confidential"),
        ("clusters: {of: assetto", "source: comuni\n    clusters: {of: assetto", "`clusters:`"),
    ],
)
def test_mistakes_are_told_with_their_line(study: SmallStudy, run: Run, old: str, new: str, said: str) -> None:
    line = study.edit("codebook.yml", old, new)
    done = run("report", "--study", study.folder, "--lang", "en")
    assert done.code == 2
    assert said in done.err, done.err
    near = [f"line {n}" in done.err for n in range(line - 4, line + 3)]
    assert any(near), done.err


def test_a_configuration_that_is_not_there(study: SmallStudy, run: Run) -> None:
    study.edit("report.yml", "configuration: assetto", "configuration: aseto")
    done = run("report", "--study", study.folder, "--lang", "en")
    assert done.code == 2 and "assetto" in done.err
    study.edit("report.yml", "configuration: aseto", "parts: [axes, scree]\n        configuration: assetto")
    done = run("report", "--study", study.folder, "--lang", "en")
    assert done.code == 2 and "no part scree; it has axes, answers, map, number" in done.err


def test_a_weight_is_not_fitted_to_types_that_it_makes(study: SmallStudy, run: Run) -> None:
    raked = "weights: {variable: fatto, kind: probability, rake: {tipi: {1: 6, 2: 6}}}"
    study.edit("study.yml", "weights: {variable: peso, kind: probability, use: false}", raked)
    done = run("report", "--study", study.folder, "--lang", "en")
    assert done.code == 2 and "types are made with the weight" in done.err, done.err


def test_types_are_never_compared_between_waves_and_go_with_their_questions(study: SmallStudy) -> None:
    files = load(study.layout)
    assert of_wave(files.codebook, None, ("en",))["tipi"].kind == "not"
    assert of_wave(files.codebook, None, ("en",))["forma"].kind == "same"
    without = within(files, {"forma", "tipi"})
    assert "assetto" not in without.codebook.configurations and "fiducia_due" in without.codebook.configurations
    assert [one.name for one in without.report.analyses()] == ["fiducia_due"]
    fewer = within(files, {"comuni"})
    assert fewer.codebook.configurations["assetto"].supplementary == ()
