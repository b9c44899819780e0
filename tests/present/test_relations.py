"""Networks drawn: every tie is a cell, every node and link is there, labels stay on the sheet, the same bytes again."""

from __future__ import annotations

import re

import pytest

from pipeline.present.charts import Matrix, NodeLink, draw_network

MATRIX = Matrix(
    rows=("Comuni", "Imprese"), counts=("3", "1"), shades=((1, 2, -1, 0), (-1, -1, 3, -1)),
    key=("Raramente", "A volte", "Spesso"), spans=(("Nuovi soggetti (2)", 2), ("Contratti (2)", 2)),
    unknown="non nota",
)  # fmt: skip
GRAPH = NodeLink(
    labels=("A", "B", "C"), places=((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), sizes=(1.0, 0.5, 0.5), groups=(0, 1, -1),
    key=("uno", "due"), links=((0, 1, 1.0), (0, 2, 0.2)), directed=True,
)  # fmt: skip


def count(svg: str, part: str) -> int:
    return len(re.findall(f'data-part="{part}', svg))


def test_a_matrix_has_a_cell_for_each_tie() -> None:
    svg = draw_network(MATRIX).svg
    cells = [line for line in svg.splitlines() if 'data-part="cells-' in line]
    assert sum(line.count("M ") + len(re.findall(r"M(?! )", line)) for line in cells) == 4  # cells
    assert count(svg, "key-") == 4 and "non nota" in svg and "Contratti" in svg
    assert draw_network(MATRIX).svg == svg


def test_ninety_eight_columns_fit_on_the_sheet() -> None:
    row = tuple(1 + i % 3 for i in range(98))
    wide = Matrix(
        ("Organizzazioni di volontariato",) * 10, ("98",) * 10, (row,) * 10, MATRIX.key, (("Tutti (98)", 98),)
    )
    drawing = draw_network(wide)
    assert drawing.width == pytest.approx(470, abs=1) and drawing.height < 260


def test_nodes_links_arrows_and_names_are_drawn() -> None:
    drawing = draw_network(GRAPH)
    assert [count(drawing.svg, part) for part in ("node-", "link-", "arrow-", "label")] == [3, 2, 2, 3]
    assert drawing.width == pytest.approx(470, abs=1)
    assert draw_network(GRAPH).svg == drawing.svg
    single = NodeLink(("<b>x</b>",), ((0.0, 0.0),), (0.0,), (-1,), (), ())
    assert "&lt;b&gt;" in draw_network(single).svg


@pytest.mark.parametrize(
    "wrong",
    [
        Matrix(("a",), ("1",), ((1, 1),), ("x",), (("g", 1),)),
        Matrix(("a",), ("1",), ((2,),), ("x",), (("g", 1),)),
        Matrix(("a",), (), ((1,),), ("x",), (("g", 1),)),
        NodeLink(("a",), (), (0.0,), (-1,), (), ()),
        NodeLink(("a",), ((0.0, 0.0),), (0.0,), (-1,), (), ((0, 1, 1.0),)),
    ],
)
def test_parts_that_do_not_match_are_refused(wrong: Matrix | NodeLink) -> None:
    with pytest.raises(ValueError):
        draw_network(wrong)
