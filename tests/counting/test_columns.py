"""Coding a column loses nothing: its places and distinct values give back every number and text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from pipeline.arrow import float_array
from pipeline.counting.cases import Cases
from pipeline.counting.columns import Columns
from pipeline.spec.model import Codebook, Variable

RNG = np.random.default_rng(4)
SHAPES: dict[str, Callable[[int], np.ndarray]] = {
    "codes": lambda n: RNG.integers(-3, 9, n) * 1.0,
    "two bytes": lambda n: RNG.integers(-15_000, 15_000, n) * 1.0,
    "beyond the first": lambda n: np.r_[np.ones(n - 1), 40_000.0],
    "decimals": lambda n: np.round(RNG.normal(0, 100, n), 2),
    "wide decimals": lambda n: RNG.integers(-1_040_000, 1_040_000, n) / 10_000,
    "continuous": lambda n: RNG.normal(0, 1, n),
    "large": lambda n: RNG.integers(0, 2**40, n) * 1.0,
    "at the edge": lambda n: RNG.integers(2**31 - 9, 2**31 + 9, n) * 1.0,
    "huge": lambda n: np.r_[np.ones(n - 1), 1e300],
    "endless": lambda n: np.r_[np.ones(n - 1), np.inf],
    "signed zero": lambda n: np.r_[np.zeros(n - 1), -0.0],
    "nothing": lambda n: np.full(n, np.nan),
}


@pytest.mark.parametrize("n", [1, 1000, 150_000])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("absent", [0.0, 0.2])
@pytest.mark.filterwarnings("error")
def test_numbers_come_back(shape: str, n: int, absent: float) -> None:
    x = SHAPES[shape](n)
    x[RNG.random(n) < absent] = np.nan
    column = pa.chunked_array([float_array(part) for part in np.array_split(x, 3)], pa.float64())
    coded = Columns(pa.table({"x": column}))["x"]
    assert np.array_equal(np.r_[np.nan, coded.values][coded.place], x, equal_nan=True)
    assert np.all(np.diff(coded.values) > 0)
    assert np.array_equal(coded.n, np.bincount(coded.place, minlength=coded.k + 1))
    assert np.all(coded.n[1:] > 0)


def test_texts_come_back() -> None:
    texts = ["b", None, "", "a", "b", "è", None]
    column = pa.chunked_array([pa.array(texts[:3], pa.string()), pa.array(texts[3:], pa.string())])
    coded = Columns(pa.table({"x": column}))["x"]
    assert [None if p == 0 else coded.texts[p - 1] for p in coded.place.tolist()] == texts
    assert coded.n.tolist() == [2, 2, 1, 1, 1]


def test_a_column_passed_on_is_not_coded_again() -> None:
    table = pa.table({"x": float_array(np.arange(5.0)), "y": float_array(np.arange(5.0))})
    first = Columns(table)
    x, y = first["x"], first["y"]
    later = Columns(table.select(["x"]).append_column("y", float_array(np.arange(5.0) + 1)), first)
    assert later["x"] is x
    assert later["y"] is not y


def test_variables_counted_together_are_counted_right() -> None:
    n = 20_000
    data = {f"q{i}": RNG.integers(1, 4 + i, n) * 1.0 for i in range(9)}
    weight = RNG.integers(0, 5, n) * 1.0  # whole, so that sums are exact in any order; some are zero
    table = pa.table({name: float_array(x) for name, x in data.items()} | {"w": float_array(weight)})
    variables = {name: Variable(name=name, label={"*": name}, kind="nominal") for name in data}
    variables["w"] = Variable(name="w", label={"*": "w"}, kind="weight")
    cases = Cases(table, Codebook(variables=variables), "w", "frequency")
    cases.expect(list(data))
    for name, x in data.items():
        counts = cases.frequencies(cases.coded(name)).w[1:]
        assert counts.tolist() == [weight[x == code].sum() for code in np.unique(x)]
