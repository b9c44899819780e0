"""A network of the small study, counted by hand, in the results, the report and the files for other programs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import cli
from pipeline.results import Results
from pipeline.spec.model import TableSpec
from pipeline.waves.within import left_out, within
from tests.conftest import NAN, Ran, SmallStudy
from tests.networks.oracles import FOLDER
from tests.spec.test_networks import OF_EDGES, declared, put

STRENGTH = """
networks:
  rete:
    label: {it: Rete, en: Network}
    ties: aree
    strength: fiducia_in
    attributes: [forma]
"""


@pytest.fixture(scope="module")
def counted(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("network") / "study"
    shutil.copytree(small_template, folder)
    study = SmallStudy(folder)
    declared(study, STRENGTH, "rete")
    assert cli.main(["tabulate", "--study", str(folder)]) == 0
    return Results.read(study.processed / "results.parquet")


def value(results: Results, part: str, statistic: str, *cell: str) -> float | None:
    found = results.get(f"rete-{part}", statistic, *cell)
    assert found is not None, (part, statistic, cell)
    return found.value


def test_ten_offices_answered_and_have_twelve_ties(counted: Results) -> None:
    assert value(counted, "structure", "network_units", "aree") == 10
    assert value(counted, "structure", "missing_n", "aree") == 2
    assert value(counted, "structure", "network_ties", "aree") == 12
    assert value(counted, "structure", "network_density", "aree") == pytest.approx(12 / 20)
    assert value(counted, "structure", "network_mean_strength", "aree") == pytest.approx(37 / 11)
    assert [value(counted, "nodes", "network_degree", "aree", item) for item in ("area_a", "area_b")] == [7, 5]
    assert [value(counted, "nodes", "network_strength", "aree", item) for item in ("area_a", "area_b")] == [24, 13]
    assert sum(r.statistic == "network_tie" for r in counted.rows("rete-ties")) == 12
    assert value(counted, "shared", "network_shared", "aree", "area_a", "aree", "area_b") == 4
    unknown = counted.get("rete-ties", "network_tie_strength", "codice", "LO10", "aree", "area_b")
    assert unknown is not None and unknown.value is None and unknown.error == "network_not_known"


def test_groups_are_those_whose_form_is_known(counted: Results) -> None:
    assert [value(counted, "structure", "network_units", "aree", "", "forma", f) for f in "12"] == [4, 4]
    assert [value(counted, "structure", "network_mean_degree", "aree", "", "forma", f) for f in "12"] == [1, 1.25]
    assert [value(counted, "groups", "network_share", "aree", "area_b", "forma", f) for f in "12"] == [0.25, 0.5]
    assert value(counted, "groups", "cramers_v", "aree", "area_a", "forma") == 0
    assert value(counted, "similarity", "network_units", "forma") == 6  # without the two that have no tie


def test_a_permutation_test_is_no_inference_and_stands_in_a_description(counted: Results) -> None:
    found = counted.get("rete-structure", "network_permutation_p", "aree", "", "forma")
    assert found is not None and found.value is not None and 0.3 < found.value <= 1
    assert not any(r.statistic in ("welch_t", "chi2_p") for r in counted if r.table_id.startswith("rete-"))


def test_read_as_a_process_groups_are_tested_by_the_statistics_room_too(
    small_study: SmallStudy, run: Callable[..., Ran]
) -> None:
    small_study.edit("study.yml", "inference: description", "inference: process")
    declared(small_study, STRENGTH, "rete")
    assert run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html").code == 0
    found = Results.read(small_study.processed / "results.parquet")
    # R: fisher.test(matrix(c(3, 1, 3, 1), 2))$p.value; t.test(c(1, 2, 0, 1), c(2, 0, 1, 2))$p.value
    assert value(found, "groups", "fisher_p", "aree", "area_a", "forma") == pytest.approx(1)
    assert value(found, "structure", "welch_p", "aree", "", "forma") == pytest.approx(0.7051843758)
    page = (small_study.reports / "report.en.html").read_text("utf-8")
    assert "p (Fisher)" in page and "p = 0.705" in page and "does not follow the sample" in page


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"area_a": [NAN] * 12, "area_b": [9.0] * 12}, "nobody answered the question about ties"),
        ({"area_a": [1.0] + [NAN] * 11, "area_b": [0.0] + [NAN] * 11}, "Too few nodes."),
        ({"forma": [9.0] * 12}, 'id="figure-rete-matrix"'),
    ],
)
def test_a_network_of_nobody_of_one_or_without_groups_is_a_report(
    small_study: SmallStudy, run: Callable[..., Ran], columns: dict[str, list[float]], said: str
) -> None:
    declared(small_study, STRENGTH, "rete")
    small_study.data(**columns)
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert ran.code == 0, ran.err
    assert said in (small_study.reports / "report.en.html").read_text("utf-8")


def test_daviss_women_come_through_from_a_file_as_igraph_and_sna_have_them(
    small_study: SmallStudy, run: Callable[..., Ran]
) -> None:
    put(small_study, legami=(FOLDER / "davis.csv").read_text("utf-8"))
    declared(small_study, OF_EDGES + "    two_mode: true\n", "caso")
    assert run("tabulate", "--study", small_study.folder).code == 0
    rows = Results.read(small_study.processed / "results.parquet")

    def told(part: str, statistic: str, node: str = "") -> float | None:
        row = rows.get(f"caso-{part}", statistic, "caso", node)
        return None if row is None else row.value

    assert told("structure", "network_density") == pytest.approx(0.3531746, abs=5e-8)
    assert told("structure", "network_centralisation_betweenness") == pytest.approx(0.1996951, abs=5e-8)
    assert told("structure", "network_mean_strength") is None
    assert told("nodes", "network_closeness", "Evelyn Jefferson") == pytest.approx(0.8)
    assert told("nodes", "network_betweenness", "E8") == pytest.approx(0.2438, abs=5e-5)


def test_the_report_shows_it_and_says_what_the_test_says(small_study: SmallStudy, run: Callable[..., Ran]) -> None:
    declared(small_study, STRENGTH, "rete")
    assert run("report", "--study", small_study.folder, "--formats", "html").code == 0
    for lang, said in (("it", "intera popolazione"), ("en", "whole population")):
        page = (small_study.reports / f"report.{lang}.html").read_text("utf-8")
        for part in ("structure", "nodes", "answers", "shared", "groups", "similarity"):
            assert f'id="table-rete-{part}"' in page, part
        assert 'id="figure-rete-matrix"' in page and 'id="figure-rete-profile"' in page and said in page


def test_the_public_edition_has_no_network_of_the_survey(small_study: SmallStudy, run: Callable[..., Ran]) -> None:
    small_study.edit("study.yml", "languages:", "editions: [internal, public]\nlanguages:")
    put(small_study, legami="from,to\nA,B\nB,C\n")
    both = STRENGTH + "    disclosure: public\n" + OF_EDGES.replace("\nnetworks:\n", "") + "    disclosure: public\n"
    path = small_study.folder / "report.yml"
    declared(small_study, both, "rete")
    more = "      - network: caso\n        title: {it: Il caso, en: The case}\n"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html", "--edition", "public")
    assert ran.code == 0, ran.err
    folder = small_study.folder / "reports" / "public" / "2009"
    page, rows = (folder / "report.en.html").read_text("utf-8"), (folder / "results.csv").read_text("utf-8")
    assert "rete-" not in rows and "LO0" not in rows and "caso-structure" in rows
    assert "table-rete-" not in page and "figure-rete-" not in page and "figure-caso-drawing" in page
    assert "The network: the public edition leaves this out" in page
    assert sorted(p.name for p in folder.glob("network.*")) == [f"network.caso.{e}" for e in ("dl", "graphml", "net")]


def test_a_changed_list_of_ties_makes_the_report_anew(small_study: SmallStudy, run: Callable[..., Ran]) -> None:
    put(small_study, legami="from,to\nA,B\n")
    declared(small_study, OF_EDGES, "caso")
    words = ("report", "--study", small_study.folder, "--lang", "en", "--formats", "html")
    assert run(*words).code == 0
    before = json.loads((small_study.reports / "manifest.json").read_text("utf-8"))["study"]["networks/legami.csv"]
    put(small_study, legami="from,to\nA,B\nA,C\n")
    assert run(*words).code == 0
    after = json.loads((small_study.reports / "manifest.json").read_text("utf-8"))["study"]["networks/legami.csv"]
    assert before != after
    assert ">C<" in (small_study.reports / "report.en.html").read_text("utf-8")


def test_a_wave_that_did_not_ask_leaves_the_network_out(small_study: SmallStudy) -> None:
    files = declared(small_study, STRENGTH, "rete")
    assert within(files, {"aree", "area_a", "area_b"}).report.analyses() == []
    assert within(files, {"forma"}).codebook.networks == {}
    (lost,) = [one for one in left_out(files, {"aree"}) if not isinstance(one.table, TableSpec)]
    assert lost.lacks == ("aree",) and not lost.reduced and lost.table.title["en"] == "The network"
    assert Path(files.name("codebook")).name == "codebook.yml"
