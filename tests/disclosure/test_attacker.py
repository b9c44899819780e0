"""What a reader can work out, and what is hidden against it; known answers from outside, and by trying everything."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from pipeline.disclosure.attacker import reach, too_tight
from pipeline.disclosure.linked import Collector, Linked, places
from pipeline.disclosure.repair import repair
from pipeline.disclosure.rules import dominated, p_percent, prior_posterior, too_few
from tests.disclosure.sets import SIZES, cross_tables, joined, random_units

REGIONS = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}


def two_groupings() -> Linked:
    """sdcTable, tests/testthat/test-linked-tables.r (UserSupport #136): counties and sizes of the same regions."""
    tables = Collector()
    cells = {name: tables.cell(name, n) for name, n in REGIONS.items()}
    groups = {"county-1": "ABIJ", "county-2": "KLMN", "big": "LM", "small": "ABIJKN"}
    sums = {g: tables.cell(g, sum(REGIONS[r] for r in inside)) for g, inside in groups.items()}
    total = tables.cell("total", 36)
    for group, inside in groups.items():
        tables.sum(sums[group], [cells[r] for r in inside])
    tables.sum(total, [sums["county-1"], sums["county-2"]])
    tables.sum(total, [sums["big"], sums["small"]])
    return tables.linked()


def test_two_tables_that_are_safe_alone_give_a_cell_away() -> None:
    """Expected there: N is hidden too, in both tables, and nothing else; without it K is exactly 3."""
    tables = two_groupings()
    primary = too_few(tables.values, 4)
    assert [tables.keys[i] for i in np.flatnonzero(primary)] == ["A", "B", "K", "L", "M"]
    k = next(one for one in reach(tables, primary, 4) if tables.keys[one.cell] == "K")
    assert (k.low, k.high) == (3, 3)
    hidden = repair(tables, primary, 4, insiders=False)
    assert [tables.keys[i] for i in np.flatnonzero(hidden & ~primary)] == ["N"]
    assert all(one.high >= 4 for one in reach(tables, hidden, 4))


@pytest.mark.parametrize(("insiders", "more"), [(False, 0), (True, 1)])
def test_who_is_alone_in_a_cell_knows_the_other(insiders: bool, more: int) -> None:
    """sdcTable, test-protectTable.r: regions a, b, b, c; 0 more cells without, 1 with detection of singletons."""
    tables = Collector()
    cells = [tables.cell(name, n) for name, n in (("a", 1), ("b", 2), ("c", 1))]
    tables.sum(tables.cell("total", 4), cells)
    linked = tables.linked()
    primary = too_few(linked.values, 2)
    assert np.flatnonzero(primary).tolist() == [0, 2]
    hidden = repair(linked, primary, 2, insiders)
    assert (hidden & ~primary).sum() == more
    assert bool(too_tight(reach(linked, primary, 2), 2))
    assert bool(too_tight(reach(linked, hidden, 2), 2)) is not insiders


def test_the_interval_is_that_of_trying_everything() -> None:
    """Every table of 3 × 3 with these margins, one after the other."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        units = np.column_stack([rng.integers(0, 3, 9), rng.integers(0, 3, 9)])
        (tables,) = (one.linked() for one in cross_tables(units, (3, 3)))
        inner = [i for i, key in enumerate(tables.keys) if len(key) == 2]
        hidden = np.zeros(len(tables.keys), dtype=bool)
        hidden[[i for i in inner if rng.random() < 0.7]] = True
        at = np.flatnonzero(hidden)
        table = tables.values.copy()
        all_of_them = []
        for values in product(range(7), repeat=min(len(at), 6)):
            if len(at) > 6:
                break
            table[at] = values
            if not (tables.equations @ table).any():
                all_of_them.append(values)
        if all_of_them:
            found = [(one.low, one.high) for one in reach(tables, hidden, 3)]
            assert found == [(min(column), max(column)) for column in zip(*all_of_them, strict=True)]


def safe(seed: int) -> tuple[bool, bool]:
    """Whether a random set of linked tables is safe when it is treated as one, and when table by table."""
    units = random_units(seed)
    tables = joined(units, SIZES)
    primary = too_few(tables.values, 3)
    hidden = repair(tables, primary, 3)
    alone = np.zeros(len(tables.keys), dtype=bool)
    for collector in cross_tables(units, SIZES):
        one = collector.linked()
        made = repair(one, too_few(one.values, 3), 3)
        alone[places(tables, [key for key, hide in zip(one.keys, made, strict=True) if hide])] = True
    return tuple(not too_tight(reach(tables, flags, 3), 3) for flags in (hidden, alone))  # type: ignore[return-value]


def test_a_few_random_sets_of_linked_tables_are_safe_as_one() -> None:
    assert all(safe(seed)[0] for seed in range(4))


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(10))
def test_a_thousand_random_sets_of_linked_tables_are_safe(part: int) -> None:
    broken = []
    for seed in range(100 * part, 100 * (part + 1)):
        tables = joined(random_units(seed), SIZES)
        hidden = repair(tables, too_few(tables.values, 3), 3)
        if too_tight(reach(tables, hidden, 3), 3):
            broken.append(seed)
    assert broken == []


def told_over_all_three(seed: int) -> list[int]:
    """The small counts of a random set that somebody can tell who thinks of the table of all three variables at once,
    of which the printed tables are margins."""
    tables = joined(random_units(seed), SIZES)
    primary = too_few(tables.values, 3)
    hidden = repair(tables, primary, 3)
    atoms = [*product(*map(range, SIZES))]
    counted = np.array([[all(atom[v] == c for v, c in key) for atom in atoms] for key in tables.keys], dtype=float)
    known = LinearConstraint(counted[~hidden], tables.values[~hidden], tables.values[~hidden])
    found = []
    for cell in np.flatnonzero(primary):
        solved = milp(-counted[cell], constraints=[known], bounds=Bounds(0, np.inf), integrality=np.ones(len(atoms)))
        if solved.x is None or round(-solved.fun) < 3:
            found.append(int(cell))
    return found


def test_a_few_sets_are_safe_over_all_three_variables() -> None:
    assert [told_over_all_three(seed) for seed in range(3)] == [[], [], []]


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(4))
def test_random_sets_are_safe_over_all_three_variables(part: int) -> None:
    assert not any(told_over_all_three(seed) for seed in range(50 * part, 50 * (part + 1)))


def test_a_count_told_of_twice_must_be_the_same() -> None:
    tables = Collector()
    tables.cell("a", 1)
    with pytest.raises(ValueError, match="is 1 in one table and 2 in another"):
        tables.cell("a", 2)


def test_totals_that_one_or_two_dominate() -> None:
    """Hundepool et al. (2012), 4.2: of 100 with 60 and 25 in front, the two have 85 %; the second knows the first to
    within the other 15, a quarter of 60."""
    values = [60, 25, 10, 5]
    assert dominated(values, 2, 0.80)
    assert not dominated(values, 2, 0.85)
    assert p_percent(values, 0.26)
    assert not p_percent(values, 0.25)
    assert prior_posterior(values, 0.60, 0.80) and not prior_posterior(values, 0.20, 0.80)
