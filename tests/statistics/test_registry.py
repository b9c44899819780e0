"""What is told of a number where it is registered, and that nothing else decides what a reader sees of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipeline import language
from pipeline.statistics import registry
from pipeline.statistics.core import Crosstab, Distribution, GroupedDistribution, Patterns
from pipeline.statistics.registry import Value, declare

PIPELINE = Path(registry.__file__).parents[1]


def told() -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {name: [value] for name, value in registry.declared().items()}
    for one in {id(one): one for kind in kinds() for one in registry.known(kind).values()}.values():
        for name, value in one.values.items():
            found.setdefault(name, []).append(value)
    return found


def kinds() -> set[type]:
    return {one.takes for one in registry.known().values()}


def test_a_number_is_shown_in_one_way_whatever_it_is_computed_from() -> None:
    # A mean is a value of its variable, and a standard error a length; of a table or a model they are plain numbers.
    assert {name for name, values in told().items() if len({value.form for value in values}) > 1} == set()


@pytest.mark.parametrize("name", sorted(told()))
def test_what_ends_like_a_p_is_told_as_one_and_the_other_way_round(name: str) -> None:
    # The ids keep to this; the program does not rely on it.
    assert (registry.form(name) == "p") == (name.endswith("_p") or name == "fisher_p_one_sided")


def test_counts_and_shares_that_tables_make_are_told_too() -> None:
    forms = {
        name: registry.form(name) for name in ("n", "count", "missing_n", "valid_share", "column_share", "bound_low")
    }
    assert forms == dict.fromkeys(("n", "count", "missing_n"), "count") | dict.fromkeys(
        ("valid_share", "column_share", "bound_low"), "share"
    )
    assert registry.form("nobody_knows_it") == "decimal"


def test_what_is_shown_unasked_and_in_which_order() -> None:
    assert registry.usual("group", takes=Distribution) == (
        "n", "mean", "sd", "minimum", "q1", "median", "q3", "maximum",
    )  # fmt: skip
    described, lines = registry.usual("line", described=True), registry.usual("line", takes=Crosstab)
    assert {"cramers_v", "eta_squared"} <= set(described) and "chi2" not in described
    assert {"pearson_r", "spearman_rho"} <= set(registry.usual("line", takes=Patterns))
    sought = ("chi2", "fisher_p", "rao_scott_f", "cramers_v", "gamma", "tau_b", "pearson_r")
    assert [name for name in lines if name in sought] == list(sought)
    assert "mean_low" not in registry.usual("group", takes=GroupedDistribution)


def test_a_number_told_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'n' is declared twice"):
        declare(Value("n", "count"))
    with pytest.raises(ValueError, match="'a' is told twice"):
        declare(Value("a"), Value("a"))


def test_every_number_that_a_table_makes_and_a_study_can_ask_for_has_a_name() -> None:
    shown = {name for name, value in registry.declared().items() if value.place == "cell"}
    assert shown <= set(language.statistic_names())


def test_no_module_reads_what_a_number_is_from_the_end_of_its_id() -> None:
    ends = ("_p", "_df", "_df1", "_df2", "_se", "_ase", "_low", "_high", "_share")
    found = []
    for path in sorted(PIPELINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("endswith", "removesuffix", "rpartition"):
                said = [n.value for a in node.args for n in ast.walk(a) if isinstance(n, ast.Constant)]
                found += [f"{path.name}:{node.lineno}" for one in said if one in ends or one == "_"]
    assert found == []
