"""Answers of portions add up to the answer of the whole, however the rows are divided; what is too much is told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from pipeline.counting import alike as module
from pipeline.counting.alike import TooManyCombinations, alike, cut, together
from pipeline.counting.columns import Columns
from pipeline.counting.engines.memory import Memory
from pipeline.counting.plan import Missing, Plan, Question
from pipeline.counting.sums import Measure

R = np.random.default_rng(19)
N = 4000
TABLE = pa.table({
    "a": pa.array(np.where(R.random(N) < 0.1, np.nan, R.integers(0, 5, N)), from_pandas=True),
    "t": pa.array([None if i % 11 == 0 else f"t{i % 3}" for i in range(N)]),
    "x": R.normal(size=N),
    "w": R.lognormal(size=N) * (R.random(N) > 0.05),
})  # fmt: skip
PLAN = Plan((Question(("a", "t")), Question(("x",)), Question(("a", "t", "x"))), (Measure("w"),), "w")


def portions(question: Question, orders: list[np.ndarray]) -> list[module.Alike]:
    whole = Memory(TABLE).count(PLAN)[question]
    units = next(iter(whole.sums.values())).units
    found = []
    for rows in orders:
        columns = Columns(TABLE.take(pa.array(rows)))
        w = columns.measured(Measure("w"))
        measures = {Measure("w"): module.Exact.of(w, units)}
        found.append(alike(columns, question.variables, measures, (w > 0).view(np.uint8)))
    return found


def same(a: module.Alike, b: module.Alike) -> bool:
    tables = a.columns().table.equals(b.columns().table)
    sums = all(a.sums[m].values.tobytes() == b.sums[m].values.tobytes() for m in a.sums)
    return tables and sums and a.n.tolist() == b.n.tolist() and a.weighted.tolist() == b.weighted.tolist()


@pytest.mark.parametrize("question", PLAN.questions)
def test_however_the_rows_are_divided(question: Question) -> None:
    rows = R.permutation(N)
    a, b, c = portions(question, [rows[:7], rows[7:2500], rows[2500:]])
    whole = Memory(TABLE).count(PLAN)[question]
    assert same(together([together([a, b]), c]), whole)
    assert same(together([c, together([b, a])]), whole)
    assert int(whole.n.sum()) == N


def test_of_more_than_a_million_values_fewer_digits_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quantile sketch: each value to within one part in 2^digits, the same in whatever order it comes about."""
    monkeypatch.setattr(module, "MOST_VALUES", 300)
    rows = R.permutation(N)
    several = portions(PLAN.questions[1], [rows[:100], rows[100:1900], rows[1900:]])
    whole = Memory(TABLE).count(PLAN)[PLAN.questions[1]]
    assert same(together(several), whole) and same(together([together(several[1:]), several[0]]), whole)
    (digits,) = whole.digits
    assert len(whole.values[0]) <= 300 < len(np.unique(cut(TABLE["x"].to_numpy(), digits + 1)))
    shown = whole.columns().floats("x")
    x = np.sort(TABLE["x"].to_numpy())
    assert np.abs(np.sort(np.repeat(shown, whole.n)) / x - 1).max() <= 2.0**-digits
    assert cut(np.array([0.0, -0.0, 5.0, -5.0]), 1).tolist() == [0, 0, 4, -4]


def test_of_texts_and_dates_only_the_presence(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.table({"t": pa.array(["x", "y", " ", None, "k.A.", "z"])})
    found = alike(Columns(texts), ("t",), {}, None, Missing(("k.A.",)))
    assert dict(zip(found.values[0], found.n[1:].tolist(), strict=True)) == {"\x01": 3, " ": 1, "k.A.": 1}
    days = pa.table({"d": [5.0, 1.0, 9.0, 99.0, 3.0, 98.0, None]})
    missing = Missing(("99",), 97, 98, span=True)
    found = alike(Columns(days), ("d",), {}, None, missing)
    assert dict(zip(found.values[0].tolist(), found.n[1:].tolist(), strict=True)) == {1: 3, 9: 1, 98: 1, 99: 1}
    parts = [alike(Columns(days.slice(i, 1)), ("d",), {}, None, missing) for i in (6, 2, 4, 0, 1, 3, 5)]
    again = together([together(parts[:3], missing), together(parts[3:], missing)], missing)
    assert again.values[0].tolist() == found.values[0].tolist() and again.n.tolist() == found.n.tolist()


def test_too_many_combinations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COMBINATIONS", 1000)
    with pytest.raises(TooManyCombinations) as caught:
        Memory(TABLE).count(PLAN)
    assert caught.value.variables == ("x",)
