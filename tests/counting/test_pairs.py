"""All pairs counted at once: the same counts as pandas finds pair by pair."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline import crossings as kept
from pipeline.counting import pairs
from pipeline.counting.cases import Cases
from pipeline.crossings import Crossings
from pipeline.spec.model import Codebook


@pytest.fixture
def data() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    n = 500
    frame = pd.DataFrame({name: rng.integers(1, k + 1, n).astype(float) for name, k in (("a", 2), ("b", 5), ("c", 3))})
    frame.loc[:20, "b"] = np.nan
    frame.loc[50:70, "c"] = 9  # declared missing
    return frame.assign(w=np.round(rng.uniform(0.2, 3, n), 2), x=rng.normal(size=n))


def cases(data: pd.DataFrame, weight: str | None = None) -> Cases:
    import pyarrow as pa

    def variable(k: int) -> dict[str, object]:
        text = {"it": "x", "en": "x"}
        return {"label": text, "kind": "nominal", "categories": {str(i): text for i in range(1, k + 1)},
                "missing": {"9": text}}  # fmt: skip

    number = {"label": {"it": "x", "en": "x"}, "kind": "numeric"}
    variables = {"a": variable(2), "b": variable(5), "c": variable(3), "w": number, "x": number}
    codebook = Codebook.model_validate({"variables": variables})
    return Cases(pa.Table.from_pandas(data, preserve_index=False), codebook, weight, "probability")


@pytest.mark.parametrize("at_once", [20_000, 7])
def test_as_pandas_counts_pair_by_pair(data: pd.DataFrame, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "_AT_ONCE", at_once)
    found = pairs.crossings(cases(data, "w"))
    assert found is not None and found.names == ("a", "b", "c") and found.w is not None
    valid = data.assign(c=data["c"].where(data["c"] != 9))
    n, w = [], []
    for one, other in itertools.combinations("abc", 2):
        table = pd.crosstab(valid[one], valid[other])
        n += table.to_numpy().ravel().tolist()
        sums = pd.crosstab(valid[one], valid[other], values=data["w"], aggfunc="sum").fillna(0)
        w += sums.to_numpy().ravel().tolist()
    assert list(found.n) == n
    assert found.w == pytest.approx(w, abs=0.0051)


def test_too_many_are_not_carried(data: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pairs.crossings(cases(data)).w is None  # type: ignore[union-attr]
    monkeypatch.setattr(pairs, "MOST_WORK", 500 * 10**2 - 1)
    assert pairs.crossings(cases(data)) is None
    monkeypatch.setattr(pairs, "MOST_WORK", 1e12)
    monkeypatch.setattr(pairs, "MOST_CATEGORIES", 9)
    assert pairs.crossings(cases(data)) is None


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    some = Crossings(("a", "b"), (("1", "\\."), ("x > y", "è")), (1, 2, 3, 4), (0.5, 1.25, 3.0, 4.0))
    for one in (some, None):
        kept.write(tmp_path / "crossings.json", one)
        assert kept.read(tmp_path / "crossings.json") == one


def test_units_have_their_answers_where_asked(data: pd.DataFrame, tmp_path: Path) -> None:
    import pyarrow as pa

    whole = cases(data)
    assert pairs.crossings(whole) is not None and pairs.crossings(whole).units == ()  # type: ignore[union-attr]
    text = {"it": "x", "en": "x"}
    named = data.assign(who=[f"U{i}" for i in range(len(data))])
    variables = {**whole.codebook.variables, "who": {"label": text, "kind": "identifier"}}
    codebook = Codebook.model_validate({"variables": variables})
    found = pairs.crossings(Cases(pa.Table.from_pandas(named, preserve_index=False), codebook), "who")
    assert found is not None and found.units == tuple(named["who"])
    for name, codes, answers in zip(found.names, found.codes, found.answers, strict=True):
        valid = data[name].where(data[name] != 9).tolist() if name == "c" else data[name].tolist()
        assert [codes[i - 1] if i else None for i in answers] == [str(int(v)) if v == v else None for v in valid]
    kept.write(tmp_path / "crossings.json", found)
    assert kept.read(tmp_path / "crossings.json") == found
