"""Networks for other programs, read back by networkx's readers and by igraph in R; names that their formats part by."""

from __future__ import annotations

import io

import networkx as nx
import pytest

from pipeline.present.networks.exchange import Exchanged, graphml, pajek, ucinet

TWO = Exchanged(
    names=("LO1", "LO2", "part_com", "part_asl"), labels=("LO1", "LO2", "Comuni", 'A "s" <l>\n2'), modes=(1, 1, 2, 2),
    attributes=(("forma", ("Nuovo soggetto", "", "", "")),), ties=((0, 2, 4.0), (0, 3, 0.0), (1, 3, 2.5)),
    directed=False, two_mode=True,
)  # fmt: skip
ONE = Exchanged(("a", "b", "c"), ("A x", "a_x", ""), (1, 1, 1), (), ((0, 1, 1.0), (2, 1, 3.0)), True, False)


def test_graphml_is_read_back_by_networkx() -> None:
    made = nx.parse_graphml(graphml(TWO))
    assert made.nodes["LO1"] == {"label": "LO1", "mode": 1, "forma": "Nuovo soggetto"}
    assert made.nodes["part_asl"]["label"] == 'A "s" <l> 2'
    assert made.edges["LO1", "part_com"]["weight"] == 4.0 and "weight" not in made.edges["LO1", "part_asl"]
    assert nx.parse_graphml(graphml(ONE)).is_directed()


def test_pajek_is_read_back_by_networkx() -> None:
    lines = pajek(TWO).splitlines()
    assert lines[0] == "*Vertices 4 2" and "4 \"A 's' <l> 2\"" in lines
    made = nx.read_pajek(io.BytesIO(pajek(ONE).encode()))
    assert made.is_directed() and [(i, j, d["weight"]) for i, j, d in made.edges(data=True)] == [
        ("A x", "a_x", 1.0), ("", "a_x", 3.0),
    ]  # fmt: skip


def test_dl_has_labels_that_differ_and_every_tie() -> None:
    assert ucinet(TWO).splitlines() == [
        "dl nr=2 nc=2 format=edgelist2", "row labels:", "LO1", "LO2", "column labels:", "Comuni", "A_s_<l>_2", "data:",
        "1 1 4", "1 2 1", "2 2 2.5",
    ]  # fmt: skip
    assert ucinet(ONE).splitlines()[2:] == ["A_x", "a_x_2", "3", "data:", "1 2 1", "3 2 3"]


@pytest.mark.parametrize("written", [graphml, pajek, ucinet])
def test_the_same_again(written: object) -> None:
    assert callable(written) and written(TWO) == written(TWO)
