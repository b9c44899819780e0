"""Networks declared in the codebook and files of ties: every mistake with its file, line and what to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import StudyError
from pipeline.spec.edges import EdgeList
from pipeline.spec.load import StudyFiles, load
from tests.conftest import Ran, SmallStudy
from tests.render.payloads import PAYLOADS

OF_SURVEY = """
networks:
  rete:
    label: {it: Rete, en: Network}
    ties: aree
    attributes: [forma]
"""
OF_EDGES = """
networks:
  caso:
    label: {it: Caso, en: Case}
    edges: legami.csv
"""
ASKED = """
  - section: reti
    title: {it: Reti, en: Networks}
    contents:
      - network: NAME
        title: {it: La rete, en: The network}
"""


def declared(study: SmallStudy, networks: str, asked: str = "") -> StudyFiles:
    study.edit("codebook.yml", "variables:", networks.strip("\n") + "\nvariables:")
    if asked:
        path = study.folder / "report.yml"
        path.write_text(path.read_text("utf-8").rstrip("\n") + ASKED.replace("NAME", asked), "utf-8")
    return load(study.layout)


def refused(study: SmallStudy, networks: str, asked: str = "") -> str:
    with pytest.raises(StudyError) as raised:
        declared(study, networks, asked)
    message = raised.value.message("it")
    assert message
    return str(raised.value)


def put(study: SmallStudy, **files: str) -> None:
    (study.folder / "networks").mkdir(exist_ok=True)
    for name, content in files.items():
        (study.folder / "networks" / f"{name}.csv").write_text(content, "utf-8")


def edges(study: SmallStudy, text: str, more: str = "", **files: str) -> EdgeList:
    put(study, legami=text, **files)
    return declared(study, OF_EDGES + more).edges["caso"]


def test_a_network_of_the_survey_is_read(small_study: SmallStudy) -> None:
    files = declared(small_study, OF_SURVEY, "rete")
    (spec,) = files.report.analyses()
    assert spec.tables(files.codebook) == (
        "rete-structure", "rete-nodes", "rete-shared", "rete-groups", "rete-similarity",
    )  # fmt: skip
    assert spec.figures(files.codebook) == ("rete-matrix", "rete-profile")
    assert spec.withheld(files.codebook) and list(spec.uses(files.codebook)) == ["aree", "forma"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ties: aree", "ties: area", "aree"),
        ("[forma]", "[form]", "forma"),
        ("ties: aree", "ties: aree\n    codes: [1]", "codes"),
        ("ties: aree", "ties: aree\n    edges: x.csv", "not both"),
        ("ties: aree", "ties: aree\n    ego: x", "`ego:`"),
        ("ties: aree", "ties: aree\n    strength: fiducia_in", "fiducia_in has"),
        ("ties: aree", "ties: fiducia_in", "codes"),
        ("ties: aree", "ties: fiducia_in\n    codes: [7]", "7"),
        ("ties: aree", "tie: aree", "ties"),
    ],
)
def test_a_mistake_in_the_codebook_is_found(small_study: SmallStudy, old: str, new: str, said: str) -> None:
    if "fiducia_in has" in said:
        small_study.edit("codebook.yml", "members: [fid_a, fid_b]", "members: [fid_a]")
    message = refused(small_study, OF_SURVEY.replace(old, new))
    assert said in message and "codebook.yml, line" in message


def test_a_network_that_is_not_declared_is_named_with_the_nearest(small_study: SmallStudy) -> None:
    message = refused(small_study, OF_SURVEY, "reti")
    assert "report.yml, line" in message and "reti" in message and "rete" in message


def test_a_list_of_ties_is_read_in_the_order_of_its_nodes(small_study: SmallStudy) -> None:
    found = edges(small_study, "from;to;value\nB;A;2,5\nA;C;1\n", "    directed: true\n")
    assert found.names == ("B", "A", "C") and found.valued
    assert found.ties == ((0, 1, 2.5), (1, 2, 1.0))


def test_nodes_have_labels_and_groups(small_study: SmallStudy) -> None:
    nodes = "node,label.it,label.en,group\nA,Uno,One,x\nB,,,\n"
    more = "    nodes: nodi.csv\n    ego: B\n    groups: {x: {it: Primo, en: First}}\n"
    found = edges(small_study, "from,to\nB,A\n", more, nodi=nodes)
    assert (found.label(0, "it"), found.label(0, "en"), found.label(1, "it")) == ("Uno", "One", "B")
    assert found.groups == ("x", "")


def test_of_two_modes_those_under_from_come_first(small_study: SmallStudy) -> None:
    found = edges(small_study, "from\tto\na\tX\nb\tX\na\tY\n", "    two_mode: true\n")
    assert found.names == ("a", "b", "X", "Y") and found.first == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from,to\nA,A\n", ("line 2", "itself")),
        ("from,to\nA,B\nB,A\n", ("line 3", "directed: true")),
        ("from,to\nA,\n", ("line 2", "column to is empty")),
        ("from,to,value\nA,B,-1\n", ("line 2", "above 0", "-1")),
        ("from,to,value\nA,B,nan\n", ("above 0",)),
        ("from,to,value\nA,B,1e999\n", ("above 0",)),
        ("source,target\nA,B\n", ("from, to", "source")),
        ("from,to,from\nA,B,C\n", ("from, to",)),
        ("from,to\n", ("no ties",)),
        ("", ("from, to",)),
        ('from,to\n"A,B\n', ("CSV",)),
    ],
)
def test_a_mistake_in_a_list_of_ties_is_found(small_study: SmallStudy, text: str, said: tuple[str, ...]) -> None:
    put(small_study, legami=text)
    message = refused(small_study, OF_EDGES)
    assert all(one in message for one in ("legami.csv", *said)), message


def test_a_file_that_is_not_there_elsewhere_or_no_text(small_study: SmallStudy, tmp_path: Path) -> None:
    assert "legami.csv" in refused(small_study, OF_EDGES) and "codebook.yml, line" in refused(small_study, "")
    put(small_study, legami="")
    (small_study.folder / "networks" / "legami.csv").write_bytes(b"from,to\nA,\xff\n")
    with pytest.raises(StudyError, match="UTF-8"):
        load(small_study.layout)
    small_study.edit("codebook.yml", "edges: legami.csv", "edges: ../legami.csv")
    with pytest.raises(StudyError, match="without folders"):
        load(small_study.layout)


def test_nodes_that_do_not_fit_are_told_together(small_study: SmallStudy) -> None:
    put(small_study, legami="from,to\nA,Bb\n", nodi="node,group\nA,y\nA,\nB,\n")
    message = refused(small_study, OF_EDGES + "    nodes: nodi.csv\n    groups: {x: {it: Primo, en: First}}\n")
    assert "group y" in message and "nodi.csv, line 3" in message and "Bb is not among" in message and "x" in message


def test_hostile_names_travel_through_a_report(small_study: SmallStudy, run: Callable[..., Ran]) -> None:
    names = [" ".join(p.text.split()) for p in PAYLOADS[:12]]
    quoted = ['"' + n.replace('"', '""') + '"' for n in dict.fromkeys(n for n in names if n)]
    ties = "".join(f"{quoted[0]},{one}\n" for one in quoted[1:])
    edges(small_study, "from,to\n" + ties, "    disclosure: public\n")
    path = small_study.folder / "report.yml"
    path.write_text(path.read_text("utf-8").rstrip("\n") + ASKED.replace("NAME", "caso"), "utf-8")
    ran = run("report", "--study", small_study.folder, "--lang", "en", "--formats", "html,xlsx")
    assert ran.code == 0, ran.err
    page = (small_study.reports / "report.en.html").read_text("utf-8")
    assert "figure-caso-drawing" in page and "<script>window.hit" not in page
