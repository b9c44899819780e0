"""The door: what is registered, what is computed when it is asked for, and numbers that have no value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from pipeline.statistics import registry
from pipeline.statistics.core import Crosstab, Distribution, Number, Options, not_computable, number
from pipeline.statistics.registry import Value, compute, known, statistic
from tests.statistics.crosstab_aggregates import crosstab


def test_a_number_is_finite_or_a_reason():
    assert number(0.5, "m", "w", "e") == Number(0.5, "m", "w", "")
    assert number(2) == Number(2.0)
    for value in (math.nan, math.inf, -math.inf):
        assert number(value, "m", "w", "e") == Number(None, "m", "w", "e")
        assert number(value) == Number(None, error="undefined")
    assert not_computable("reason", "m") == Number(None, "m", "", "reason")
    assert not_computable("reason") == Number(None, error="reason")


@dataclass(frozen=True)
class Coin:
    """An aggregate of these tests' own."""

    heads: int
    tails: int


@pytest.fixture
def coins(monkeypatch):
    """Three functions of coins: two numbers of which one is a test, one test, one that applies to fair coins only."""
    known()
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))
    monkeypatch.setattr(registry, "_order", list(registry._order))
    called = []

    @statistic(Value("share", p="share_p"), takes=Coin)
    def share(coin, options):
        called.append("share")
        return {"share": number(coin.heads / (coin.heads + coin.tails)), "share_p": number(options.confidence)}

    @statistic(Value("toss_p", "p", inferential=True), takes=Coin)
    def toss(coin, options):
        called.append("toss")
        return {"toss_p": number(1)}

    @statistic(Value("evenness"), takes=Coin, applies=lambda coin: coin.heads == coin.tails)
    def evenness(coin, options):
        called.append("evenness")
        return {"evenness": number(0)}

    yield called
    monkeypatch.undo()
    registry._of_kind.cache_clear()
    registry._told.cache_clear()


def ids(*arguments, **more):
    return [name for name, _ in compute(*arguments, **more)]


def test_what_applies_is_computed_once_in_the_order_of_registration(coins):
    assert ids(Coin(1, 2), Options()) == ["share", "share_p", "toss_p"]
    assert coins == ["share", "toss"]
    coins.clear()
    assert ids(Coin(2, 2), Options()) == ["share", "share_p", "toss_p", "evenness"]
    assert coins == ["share", "toss", "evenness"]


def test_what_is_asked_for_is_computed_whether_it_applies_or_not(coins):
    assert ids(Coin(1, 2), Options(), ["evenness", "share_p"]) == ["share_p", "evenness"]
    assert coins == ["share", "evenness"]
    found = dict(compute(Coin(1, 3), Options(confidence=0.8), ["share", "share_p"]))
    assert found == {"share": Number(0.25), "share_p": Number(0.8)}
    assert ids(Coin(1, 2), Options(), []) == []


def test_without_inference_no_test_is_given_nor_computed_where_there_is_nothing_else(coins):
    assert ids(Coin(2, 2), Options(), inference=False) == ["share", "evenness"]
    assert coins == ["share", "evenness"]
    assert ids(Coin(2, 2), Options(), ["share_p", "toss_p", "share"], False) == ["share"]


def test_an_id_that_does_not_exist_for_the_aggregate(coins):
    with pytest.raises(KeyError, match=r"no statistic 'chi2' for Coin"):
        list(compute(Coin(1, 2), Options(), ["share", "chi2"]))
    with pytest.raises(KeyError, match=r"no statistic 'share' for Crosstab"):
        list(compute(crosstab([[1, 2], [3, 4]]), Options(), ["share"]))


def test_a_name_taken_twice_is_refused(coins):
    with pytest.raises(ValueError, match="statistic 'share' for Coin is registered twice"):
        statistic(Value("odds"), Value("share"), takes=Coin)(lambda coin, options: {})
    # The same name for another kind of aggregate is another statistic.
    statistic(Value("mean"), takes=Coin)(lambda coin, options: {})
    assert known(Coin)["mean"] is not known(Distribution)["mean"]


def test_known():
    assert {"chi2", "letters"} <= set(known(Crosstab))
    assert "mean" in known(Distribution)
    assert "mean" not in known(Crosstab)
    assert {"chi2", "mean"} <= set(known())
    one = known(Crosstab)["chi2_p"]
    assert (one.takes, "chi2_p" in one.ids, one.values["chi2_p"].inferential) == (Crosstab, True, True)
