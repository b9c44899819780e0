"""Known answers of other programs for suppression: sdcTable, easySdcTable. Their data and what their tests expect."""

from __future__ import annotations

from itertools import product

import numpy as np

from pipeline.disclosure.attacker import reach, too_tight
from pipeline.disclosure.linked import Collector, Linked, places
from pipeline.disclosure.repair import repair
from pipeline.disclosure.rules import Rule, too_few

REGION = list(
    """
C C A A C D D A A C A B B B C D A B C A B D A C D D A B D C C B B B B D C D B C B A D B B D B C C B A C D B C B B A C D
B A D D A A D D D A C B B D D B D D A B B C A B B B C A C C C D B D B B D B A B
""".replace(" ", "").replace("\n", "")
)
GENDER = list(
    """
m m m m m f f f m m f f m m f f m m m m m m m f f m m f m m f m f f f m f m f m m m f f f m f m f f m f f f m m f m f m
m m f f m m f f m m f m f f f f f m m f f f m m m m m m m f m m f f f m m f m m
""".replace(" ", "").replace("\n", "")
)
VALUE = [
    9, 11, 10, 11, 18, 10, 6, 9, 5, 12, 11, 10, 11, 5, 10, 11, 7, 7, 10, 13, 12, 280, 15, 12, 16, 9, 13, 16, 9, 6,
    11, 14, 12, 8, 18, 8, 7, 7, 11, 11, 15, 6, 14, 8, 12, 9, 14, 6, 12, 13, 9, 9, 9, 7, 6, 9, 9, 7, 9, 8, 10, 9, 7,
    6, 8, 9, 14, 10, 7, 10, 19, 10, 14, 11, 9, 5, 11, 8, 10, 13, 8, 9, 18, 7, 10, 8, 11, 6, 6, 8, 12, 11, 10, 18, 9,
    8, 10, 7, 12, 14,
]  # fmt: skip
"""sdcTable's microdata1 (data-raw/microdata1.R)."""

CELLS = list(product(("total", "A", "B", "C", "D"), ("total", "m", "f")))
"""In its order: cell 1 is the total, cell 6 A × female."""


def inside(cell: tuple[str, str]) -> list[int]:
    return [
        v for r, g, v in zip(REGION, GENDER, VALUE, strict=True) if cell[0] in ("total", r) and cell[1] in ("total", g)
    ]


def by_region() -> Linked:
    tables = Collector()
    for cell in CELLS:
        tables.cell(cell, len(inside(cell)))
    at = {cell: i for i, cell in enumerate(CELLS)}
    for region in ("total", "A", "B", "C", "D"):
        tables.sum(at[region, "total"], [at[region, "m"], at[region, "f"]])
    for gender in ("total", "m", "f"):
        tables.sum(at["total", gender], [at[region, gender] for region in "ABCD"])
    return tables.linked()


def test_the_secondary_cells_of_one_primary_cell() -> None:
    """sdcTable, test-protectTable.r: A × female is primary; 3 more are hidden, 11 published: cells 5, 6, 11, 12."""
    tables = by_region()
    primary = np.zeros(len(CELLS), dtype=bool)
    primary[CELLS.index(("A", "f"))] = True
    hidden = repair(tables, primary, 3, insiders=False)
    assert (np.flatnonzero(hidden) + 1).tolist() == [5, 6, 11, 12]
    assert (~hidden).sum() == 11


def test_primary_cells_by_four_rules() -> None:
    """sdcTable, test-primarySuppression.r: of fewer than three 6; by (2, 75), p = 70 and (60, 80) 6 and 14."""
    tables = by_region()
    assert (np.flatnonzero(too_few(tables.values, 3)) + 1).tolist() == [6]
    for rule in (Rule(n=2, k=0.75), Rule(p=0.70), Rule(p=0.60, q=0.80)):
        assert [i for i, cell in enumerate(CELLS, start=1) if rule.broken(inside(cell))] == [6, 14], rule


SERVICES = {
    "A": (1, 300, 11, 11, 55, 36), "B": (4, 300, 7, 1, 29, 18), "C": (5, 300, 5, 8, 35, 25),
    "D": (5, 300, 13, 2, 17, 13),
    "E": (6, 300, 9, 14, 63, 52), "F": (6, 300, 12, 9, 24, 22), "G": (8, 300, 6, 4, 22, 8), "H": (8, 300, 9, 3, 38, 15),
    "I": (1, 400, 3, 0, 9, 2), "J": (10, 400, 9, 0, 32, 20), "K": (10, 400, 4, 2, 18, 11),
}  # fmt: skip
"""easySdcTable's z2: county and kind of municipality of each region, and the recipients of four kinds."""

HIDDEN_THERE = {
    "A": "14", "B": "124", "C": "12", "D": "12", "G": "24", "H": "24", "I": "14", "K": "124", "fylke 4": "124",
    "fylke 10": "124", "kostra 300": "12", "kostra 400": "12",
}  # fmt: skip
"""Its README, `ProtectTable(z2w, …, maxN=2, protectZeros=FALSE)`: rows, and which of the four kinds."""


def two_hierarchies() -> Linked:
    tables = Collector()
    groups = {name: [name] for name in SERVICES}
    for region, (county, kind, *_) in SERVICES.items():
        groups.setdefault(f"fylke {county}", []).append(region)
        groups.setdefault(f"kostra {kind}", []).append(region)
    groups["total"] = list(SERVICES)

    def count(group: str, column: str) -> int:
        kinds = range(2, 6) if column == "0" else [int(column) + 1]
        return tables.cell((group, column), sum(SERVICES[r][k] for r in groups[group] for k in kinds))

    for group in groups:
        tables.sum(count(group, "0"), [count(group, c) for c in "1234"])
    for column in "01234":
        for group, regions in groups.items():
            if group.startswith(("fylke", "kostra")):
                tables.sum(count(group, column), [count(r, column) for r in regions])
        for hierarchy in ("fylke", "kostra"):
            tables.sum(count("total", column), [count(g, column) for g in groups if g.startswith(hierarchy)])
    return tables.linked()


def test_regions_in_two_hierarchies() -> None:
    """Ours is safe with no more hidden cells than theirs, which protects the two hierarchies one after the other."""
    tables = two_hierarchies()
    primary = too_few(tables.values, 3)
    assert primary.sum() == 7  # B, D, K and I; kind 400; county 4, which is B alone, and 10, J and K
    hidden = repair(tables, primary, 3, insiders=False)
    found = reach(tables, hidden, 3)
    assert all(one.high >= 3 for one in found if primary[one.cell])
    theirs = np.zeros_like(hidden)
    theirs[places(tables, [(row, column) for row, columns in HIDDEN_THERE.items() for column in columns])] = True
    assert theirs.sum() == 28
    assert hidden.sum() <= theirs.sum()
    assert not too_tight(reach(tables, repair(tables, primary, 3), 3), 3)  # also against who knows their own answer
