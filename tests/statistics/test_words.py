"""What each result says of itself: the ids of its method, its warning and its reason, which readers see as sentences.

``oracles/words.json`` lists them for aggregates of every kind and weighting, and for those of which nothing can be
said: aggregate → "method | warning | reason" → ids. The list was taken from the program and read only in part, so it
does not prove the words right: it guards against changing unnoticed what a reader is told.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics.core import Options, known
from pipeline.statistics.models import ModelData, ModelSpec
from tests.statistics.crosstab_aggregates import crosstab, of_cases, oracle
from tests.statistics.numeric_aggregates import distribution, grouped, patterns
from tests.statistics.test_models import OUTCOME, data
from tests.statistics.test_models import patterns as cases
from tests.statistics.test_multiple import crosstab as answers
from tests.statistics.test_multiple import pair

X, Y, W = [1, 2, 2, 3, 5, 8, 4, 6], [2, 2, 1, 4, 4, 9, 3, 8], [1, 2, 1, 1, 3, 1, 2, 1]
HALVES, THIRDS = [0, 0, 0, 1, 1, 1, 0, 1], [0, 0, 1, 1, 2, 2, 0, 1]
SQUARE = [[8, 2, 3], [1, 9, 4], [2, 3, 7]]
ITEMS = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 1], [0, 1, 0], [1, 1, 0], [1, 0, 0]])
WORDS = oracle("words.json")


def crosstabs():
    yield "square", crosstab(SQUARE, same=True)
    yield "two by two", crosstab([[8, 3], [2, 9]], same=True)
    yield "three by two", crosstab([[80, 30], [20, 90], [40, 40]])
    yield "no scores", replace(crosstab(SQUARE, ordered=False), row_scores=None, col_scores=None)
    yield "one row", crosstab([[8, 3], [0, 0]])
    yield "no cases", crosstab([[0, 0], [0, 0]], same=True)
    yield "halves", crosstab([[2.5, 4], [1, 3]], same=True)
    survey = of_cases([0, 1, 0, 1, 1, 0, 0, 1], [0, 0, 1, 1, 1, 0, 0, 1], W, same_categories=True)
    yield "survey", survey
    yield "survey of one case", of_cases([0], [0], [2])
    yield "clusters", replace(crosstab([[8, 3], [2, 9]], same=True), covariance=np.diag([3.0, 2, 1, 4]), design_df=7.0)


def numeric():
    for weighting in ("none", "frequency", "probability"):
        w = None if weighting == "none" else W
        yield f"values, {weighting}", distribution(X, w, weighting)
        yield f"two groups, {weighting}", grouped(X, HALVES, w, weighting)
        yield f"three groups, {weighting}", grouped(X, THIRDS, w, weighting)
        yield f"pairs, {weighting}", patterns([X, Y], w, weighting)
        yield f"items, {weighting}", patterns([X, Y, X[::-1], [3] * 8], w, weighting)
    yield "one value", distribution([3] * 4)
    yield "one case", distribution([3])
    yield "nobody", distribution([])
    yield "two groups of one value", grouped([3] * 4, [0, 0, 1, 1])
    yield "two groups of one case", grouped([3, 4], [0, 1])
    yield "one group", grouped([3, 4], [0, 0])
    yield "pairs of one value", patterns([[3] * 4, [3] * 4])
    yield "pairs of one case", patterns([[3], [4]])
    yield "nobody in pairs", patterns([[np.nan], [4]])
    yield "one item", patterns([[3, 4]])


def multiple():
    for weighting in ("none", "frequency", "probability"):
        w = None if weighting == "none" else np.array(W, dtype=float)
        yield f"set by groups, {weighting}", answers(np.array(HALVES), ITEMS, w, weighting)
        yield f"two sets, {weighting}", pair(ITEMS[:, :2], ITEMS[:, 1:], w, weighting)
    yield "set of one group", answers(np.zeros(8, dtype=int), ITEMS)
    yield "set that nobody mentions", answers(np.array(HALVES), 0 * ITEMS)
    yield "set with an item that nobody mentions", answers(np.array(HALVES), ITEMS * [1, 1, 0])


def models():
    for kind in OUTCOME:
        for weight in ("none", "probability"):
            yield f"{kind} model, {weight}", data(kind, weight)
    yield "robust linear model", data("linear", robust=True)
    separate = np.column_stack([[0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6]]).astype(float)
    yield "separated cases", ModelData(cases(separate), ModelSpec("logistic"))
    yield "separated cases, no penalty", ModelData(cases(separate), ModelSpec("logistic", firth=False))
    yield "outcome of one value", ModelData(cases(separate * [0, 1]), ModelSpec("logistic"))


def said(aggregate):
    """ "method | warning | reason" → the ids that say so."""
    found: dict[str, list[str]] = {}
    for one in {id(one): one for one in known(type(aggregate)).values()}.values():
        for name, result in one.function(aggregate, Options()).items():
            found.setdefault(f"{result.method.partition(' low=')[0]} | {result.warning} | {result.error}", []).append(
                name
            )
    return {words: " ".join(sorted(ids)) for words, ids in found.items()}


@pytest.mark.parametrize(("name", "aggregate"), [*crosstabs(), *numeric(), *multiple(), *models()])
def test_words(name, aggregate):
    assert said(aggregate) == WORDS[name]


if __name__ == "__main__":  # python -m tests.statistics.test_words: what there is now
    now = {
        name: dict(sorted(said(aggregate).items()))
        for name, aggregate in [*crosstabs(), *numeric(), *multiple(), *models()]
    }
    print(json.dumps(now, indent=1, ensure_ascii=False))
