"""Counting against plain Python loops over the same cases: every kind of variable, missing value, weight and filter."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codes import BLANK, SYSTEM_MISSING
from pipeline.counting.cases import Cases
from pipeline.counting.engine import CaseWeights, Counts, count, distribution, patterns
from pipeline.spec.model import Codebook
from pipeline.tables.axes import axis
from pipeline.tables.multiple import joint_patterns, multiple_counts

QUICK = settings(max_examples=60, deadline=None)

CODEBOOK = Codebook.model_validate(
    {
        "variables": {
            "a": {"label": "a", "categories": {"2": "two", "1": "one", "5": "never"}, "missing": {"9": "no answer"}},
            "b": {"label": "b", "kind": "ordinal", "categories": {"1": "1", "2": "2", "3": "3"}},
            "half": {"label": "h", "categories": {"1.5": "x", "2": "y"}, "missing": {"-1": "no"}},
            "x": {"label": "x", "kind": "numeric", "missing": {"-1": "no"}, "missing_range": {"low": 90, "label": "m"}},
            "s": {"label": "s", "categories": {"MI": "Milan", BLANK: "blank"}, "missing": {"XX": "unknown"}},
            "d1": {"label": "d1", "categories": {"0": "no", "1": "yes"}, "missing": {"9": "no answer"}},
            "d2": {"label": "d2", "categories": {"0": "no", "1": "yes"}, "missing": {"9": "no answer"}},
            "d3": {"label": "d3", "categories": {"0": "no", "1": "yes"}, "missing": {"9": "no answer"}},
            "c1": {"label": "c1", "categories": {"1": "p", "2": "q", "3": "r"}, "missing": {"99": "no answer"}},
            "c2": {"label": "c2", "categories": {"1": "p", "2": "q", "3": "r"}, "missing": {"99": "no answer"}},
            "w": {"label": "w", "kind": "weight"},
        },
        "sets": {
            "dich": {"label": "d", "kind": "dichotomies", "members": ["d1", "d2", "d3"], "counted": 1},
            "cats": {"label": "c", "kind": "categories", "members": ["c1", "c2"], "categories": {"3": "r", "1": "p"}},
            "some": {"label": "c", "kind": "categories", "members": ["c1", "c2"], "base": "any"},
        },
    }
)
VALUES: dict[str, list[Any]] = {
    "a": [1.0, 2.0, 7.0, 9.0, None],
    "b": [1.0, 2.0, 3.0, None],
    "half": [1.5, 2.0, -1.0, None, 3.25],
    "x": [0.0, 0.1, 2.5, 7.0, -1.0, 90.0, 95.5, None, -3.0],
    "s": ["MI", "BG", "", "XX", None],
    "d1": [0.0, 1.0, 9.0, None],
    "d2": [0.0, 1.0, 9.0, None],
    "d3": [0.0, 1.0, 9.0, None],
    "c1": [1.0, 2.0, 3.0, 4.0, 99.0, None],
    "c2": [1.0, 2.0, 3.0, 99.0, None],
    "w": [0.0, 0.5, 1.0, 2.25, None, -1.0],
}
Case = dict[str, Any]
cases_of_any_kind = st.lists(st.fixed_dictionaries({n: st.sampled_from(v) for n, v in VALUES.items()}), max_size=25)
weighted_or_not = st.booleans()


def table(rows: Sequence[Case]) -> pa.Table:
    columns = {}
    for name in VALUES:
        values = [row[name] for row in rows]
        if name == "s":
            columns[name] = pa.array(values, pa.string())
        else:
            columns[name] = pa.array([math.nan if v is None else v for v in values], pa.float64())
    return pa.table(columns)


def prepared(rows: Sequence[Case], weighted: bool) -> tuple[Cases, list[Case]]:
    """The engine's cases and the same cases as plain records, each with its weight as ``_w``."""
    if not weighted:
        return Cases(table(rows), CODEBOOK), [{**row, "_w": 1.0} for row in rows]
    kept = [{**row, "_w": row["w"]} for row in rows if row["w"] is not None and row["w"] > 0]
    return Cases(table(rows), CODEBOOK, "w", "probability"), kept


def code(value: Any) -> str | None:
    if value is None:
        return SYSTEM_MISSING
    if isinstance(value, str):
        return value or BLANK
    return str(int(value)) if float(value).is_integer() else repr(value)


USER_MISSING: dict[str, Callable[[Any], bool]] = {
    "a": lambda v: v == 9,
    "b": lambda v: False,
    "half": lambda v: v == -1,
    "x": lambda v: v == -1 or v >= 90,
    "s": lambda v: v == "XX",
    **{d: (lambda v: v == 9) for d in ("d1", "d2", "d3")},
    **{c: (lambda v: v == 99) for c in ("c1", "c2")},
}


def valid(row: Case, name: str) -> bool:
    return row[name] is not None and not USER_MISSING[name](row[name])


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=1e-12, atol=1e-12)


def tally(keys: Sequence[Any], rows: Sequence[Case]) -> dict[Any, tuple[int, float, float]]:
    found: dict[Any, tuple[int, float, float]] = defaultdict(lambda: (0, 0.0, 0.0))
    for key, row in zip(keys, rows, strict=True):
        n, w, w2 = found[key]
        found[key] = (n + 1, w + row["_w"], w2 + row["_w"] ** 2)
    return found


def same(counts: Counts, place: tuple[int, ...], expected: tuple[int, float, float]) -> None:
    assert counts.n[place] == expected[0]
    close(counts.w[place], expected[1])
    close(counts.w2[place], expected[2])


@QUICK
@given(cases_of_any_kind, weighted_or_not, st.sampled_from(["a", "b", "half", "s"]))
def test_frequencies(rows: list[Case], weighted: bool, name: str) -> None:
    cases, plain = prepared(rows, weighted)
    coded = cases.coded(name)
    counts = count([coded.index], [len(coded.codes)], cases.weights)
    expected = tally([code(r[name]) if valid(r, name) else None for r in plain], plain)
    same(counts, (0,), expected[None])
    for i, one in enumerate(coded.codes, start=1):
        same(counts, (i,), expected[one])
    assert {k for k, v in expected.items() if k is not None and v[0]} <= set(coded.codes)


@QUICK
@given(cases_of_any_kind)
def test_the_codebook_decides_the_order_of_categories_and_others_follow(rows: list[Case]) -> None:
    cases, plain = prepared(rows, False)
    assert cases.coded("a").codes[:3] == ("2", "1", "5")
    assert set(cases.coded("a").codes[3:]) == {"7"} & {code(r["a"]) for r in plain}
    assert cases.coded("s").codes[:2] == ("MI", BLANK)
    scores = cases.coded("half").scores
    assert scores is not None
    assert [code(s) for s in scores.tolist()] == list(cases.coded("half").codes)


@QUICK
@given(cases_of_any_kind, weighted_or_not, st.sampled_from(["a", "b", "half", "x", "s", "d1"]))
def test_missing_by_code(rows: list[Case], weighted: bool, name: str) -> None:
    cases, plain = prepared(rows, weighted)
    found = {c: int(np.count_nonzero(mask)) for c, mask in cases.missing(name).items()}
    expected: dict[str | None, int] = defaultdict(int)
    for row in plain:
        if not valid(row, name):
            expected[code(row[name])] += 1
    assert {c: n for c, n in found.items() if n} == dict(expected)
    assert int(np.count_nonzero(cases.valid(name))) == len(plain) - sum(expected.values())


@QUICK
@given(cases_of_any_kind, weighted_or_not)
def test_cross_tables_and_nested_axes(rows: list[Case], weighted: bool) -> None:
    cases, plain = prepared(rows, weighted)
    one, two = axis(cases, "a > s"), axis(cases, "b")
    assert one.coded is not None
    assert two.coded is not None
    counts = count([one.coded.index, two.coded.index], [len(one.codes), len(two.codes)], cases.weights)
    keys = [
        (
            f"{code(r['a'])} > {code(r['s'])}" if valid(r, "a") and valid(r, "s") else None,
            code(r["b"]) if valid(r, "b") else None,
        )
        for r in plain
    ]
    expected = tally(keys, plain)
    for i, outer in enumerate([None, *one.codes]):
        for j, inner in enumerate([None, *two.codes]):
            same(counts, (i, j), expected[(outer, inner)])


@QUICK
@given(cases_of_any_kind, weighted_or_not, st.sampled_from(["a", "s", None]))
def test_distributions_of_numbers(rows: list[Case], weighted: bool, group: str | None) -> None:
    cases, plain = prepared(rows, weighted)
    coded = cases.coded(group) if group else None
    groups = coded.codes if coded else ("",)
    index = coded.index if coded else None
    values, counts = distribution(cases.numeric("x"), index, len(groups), cases.weights)
    inside = [r for r in plain if valid(r, "x") and (group is None or valid(r, group))]
    assert values.tolist() == sorted({r["x"] for r in inside})
    expected = tally([(r["x"], code(r[group]) if group else "") for r in inside], inside)
    for i, value in enumerate(values.tolist()):
        for j, one in enumerate(groups):
            same(counts, (i, j), expected[(value, one)])


@QUICK
@given(cases_of_any_kind, weighted_or_not)
def test_patterns_of_several_variables(rows: list[Case], weighted: bool) -> None:
    cases, plain = prepared(rows, weighted)
    x = np.column_stack([cases.numeric("x"), cases.numeric("b")])
    found, counts, place = patterns(x, cases.weights)
    assert np.array_equal(found[place], x, equal_nan=True)

    def key(row: Case) -> tuple[Any, ...]:
        return tuple(row[n] if valid(row, n) else None for n in ("x", "b"))

    expected = tally([key(r) for r in plain], plain)
    assert len(found) == len(expected)
    for i, pattern in enumerate(found.tolist()):
        same(counts, (i,), expected[tuple(None if math.isnan(v) else v for v in pattern)])


def dichotomies(row: Case) -> tuple[set[str], bool]:
    mentioned = {d for d in ("d1", "d2", "d3") if row[d] == 1}
    return mentioned, any(valid(row, d) for d in ("d1", "d2", "d3"))


def categories(row: Case) -> tuple[set[str], bool]:
    mentioned = {str(code(row[c])) for c in ("c1", "c2") if valid(row, c)}
    return mentioned, bool(mentioned)


@QUICK
@given(cases_of_any_kind, weighted_or_not, st.sampled_from(["dich", "cats", "some"]))
def test_sets_alone_and_by_groups(rows: list[Case], weighted: bool, name: str) -> None:
    cases, plain = prepared(rows, weighted)
    answers = [dichotomies(r) if name == "dich" else categories(r) for r in plain]
    whole = multiple_counts(cases, axis(cases, name), None)
    items = axis(cases, name).codes
    if name == "cats":
        assert items[:2] == ("3", "1")
    for i, item in enumerate(items):
        mine = [r for r, (said, base) in zip(plain, answers, strict=True) if base and item in said]
        assert whole.n[i, 0] == len(mine)
        close(whole.w[i, 0], sum(r["_w"] for r in mine))
        close(whole.w2[i, 0], sum(r["_w"] ** 2 for r in mine))
        for k, other in enumerate(items):
            both = [r for r, (said, _) in zip(plain, answers, strict=True) if {item, other} <= said]
            assert whole.joint_n[i, k, 0] == len(both)
    assert whole.cases_n[0] == sum(base for _, base in answers)
    groups = axis(cases, "b")
    by = multiple_counts(cases, axis(cases, name), groups)
    for j, group in enumerate(groups.codes):
        inside = [a for r, a in zip(plain, answers, strict=True) if valid(r, "b") and code(r["b"]) == group]
        assert by.cases_n[j] == sum(base for _, base in inside)
        assert by.n[:, j].tolist() == [sum(item in said for said, base in inside if base) for item in items]


@QUICK
@given(cases_of_any_kind, weighted_or_not)
def test_two_sets(rows: list[Case], weighted: bool) -> None:
    cases, plain = prepared(rows, weighted)
    pair = joint_patterns(cases, cases.mentions("dich"), cases.mentions("cats"))
    answers = [(dichotomies(r), categories(r), r) for r in plain]
    inside = [(d[0], c[0], r) for d, c, r in answers if d[1] and c[1]]
    assert int(pair.n.sum()) == len(inside)
    close(pair.w.sum(), sum(r["_w"] for _, _, r in inside))
    first, second = cases.mentions("dich").items, cases.mentions("cats").items
    joint = np.einsum("mi,mj,m->ij", pair.rows, pair.columns, pair.n)
    for i, one in enumerate(first):
        for j, two in enumerate(second):
            assert joint[i, j] == sum(one in d and two in c for d, c, _ in inside)


CONDITIONS = st.sampled_from(
    [{"a": ("1",)}, {"a": ("9", "2")}, {"s": (BLANK, "BG")}, {"half": ("1.5",)}, {"x": ("2.5",), "b": ("1", "2")}]
)


@QUICK
@given(cases_of_any_kind, weighted_or_not, CONDITIONS)
def test_only_some_cases(rows: list[Case], weighted: bool, where: dict[str, tuple[str, ...]]) -> None:
    cases, plain = prepared(rows, weighted)
    some = cases.where(where)
    kept = [r for r in plain if all(code(r[n]) in codes for n, codes in where.items())]
    assert some.n == len(kept)
    coded = some.coded("b")
    counts = count([coded.index], [3], some.weights)
    expected = tally([code(r["b"]) if valid(r, "b") else None for r in kept], kept)
    for i, one in enumerate([None, *coded.codes]):
        same(counts, (i,), expected[one])


def test_no_condition_keeps_every_case() -> None:
    cases, _ = prepared([dict.fromkeys(VALUES)], False)
    assert cases.where({}) is cases


@QUICK
@given(cases_of_any_kind)
def test_cases_without_a_positive_weight_are_counted_and_left_out(rows: list[Case]) -> None:
    cases, kept = prepared(rows, True)
    assert cases.n == len(kept)
    assert cases.without_weight == len(rows) - len(kept)
    assert cases.unweighted().n == len(rows)


def test_weights_keep_their_squares() -> None:
    weights = CaseWeights.of(np.array([0.5, 2.0, 3.0]))
    some = weights.of_some(np.array([True, False, True]))
    assert some.w is not None
    assert some.squares is not None
    assert some.squares.values.tolist() == [0.25, 9.0]


@pytest.mark.parametrize("span", [5000, 10])
def test_codes_far_apart_count_as_well_as_codes_close_together(span: int) -> None:
    """Close whole codes take a quick way; the result must not tell."""
    rows = [{**dict.fromkeys(VALUES), "b": v} for v in (1.0, 1.0, float(span), None)]
    cases, _ = prepared(rows, False)
    coded = cases.coded("b")
    assert coded.codes == ("1", "2", "3", str(span))
    assert coded.index.tolist() == [1, 1, 4, 0]


@pytest.mark.parametrize("weighted", [False, True])
def test_cross_tables_counted_together_are_those_counted_alone(weighted: bool) -> None:
    """Half the pairs expected; some asked for twice, some not expected at all."""
    random = np.random.default_rng(3)
    n = 70_000  # fewer are not worth counting together
    columns = {name: random.choice([v for v in VALUES[name] if v != ""], n) for name in ("a", "b", "half", "s", "c1")}
    table = pa.table(
        {name: pa.array([None if v is None else v for v in column.tolist()]) for name, column in columns.items()}
        | {"w": pa.array(random.choice([0.5, 1.0, 2.25], n))}
    )
    weight = "w" if weighted else None
    pairs = [("a", "b"), ("a", "half"), ("s", "b"), ("s", "half"), ("c1", "b"), ("b", "c1"), ("a", "a")]
    alone, together = (Cases(table, CODEBOOK, weight, "frequency") for _ in range(2))
    together.expect_pairs(pairs)
    for r, c in [*pairs, ("a", "c1"), ("s", "b")]:
        plain = count(
            [alone.coded(r).index, alone.coded(c).index],
            [len(alone.coded(r).codes), len(alone.coded(c).codes)],
            alone.weights,
        )
        found = together.pair(together.coded(r), together.coded(c))
        assert np.array_equal(found.n, plain.n)
        np.testing.assert_allclose(found.w, plain.w, rtol=1e-12)
        np.testing.assert_allclose(found.w2, plain.w2, rtol=1e-12)
