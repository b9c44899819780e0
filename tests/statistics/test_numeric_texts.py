"""Every id and every word of the families on numeric variables has a sentence in every language."""

from __future__ import annotations

import re

import pytest

from pipeline import language
from pipeline.statistics import core, posthoc
from pipeline.statistics.registry import known
from tests.statistics.numeric_aggregates import distribution, grouped, patterns

FAMILIES = ("univariate", "groups", "effects", "posthoc", "correlation", "paired", "scales")


def catalogue(lang):
    merged = {}
    for path in sorted((language.FOLDER / lang).glob("statistics*.toml")):
        merged |= language.catalogue(lang, path.stem)
    return merged


@pytest.mark.parametrize("lang", language.languages())
@pytest.mark.parametrize("family", FAMILIES)
def test_every_id_is_named_and_defined(lang, family):
    texts = catalogue(lang)
    module = f"pipeline.statistics.{family}"
    kinds = (core.Distribution, core.GroupedDistribution, core.Patterns)
    names = [name for kind in kinds for name, one in known(kind).items() if one.function.__module__ == module]
    assert names
    assert [key for name in names for key in (f"name_{name}", f"definition_{name}") if key not in texts] == []


@pytest.mark.parametrize("lang", language.languages())
@pytest.mark.parametrize("family", FAMILIES)
def test_same_keys_in_every_language(lang, family):
    texts, english = (language.catalogue(one, f"statistics_{family}") for one in (lang, "en"))
    assert list(texts) == list(english)
    for key, text in texts.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", english[key]), key
        assert text[-1] == "." or key.startswith("name_"), key


def aggregates():
    """Data of every kind that makes a word of its own: few cases, constants, ties, each weighting."""
    x, y = [1, 2, 2, 3, 5, 8], [2, 2, 1, 4, 4, 9]
    for weighting in ("none", "frequency", "probability"):
        w = None if weighting == "none" else [1, 0.5, 2, 1, 1, 1.5]
        for data in (x, [3] * 6, [-1, 1, -1, 1, -1, 1], [1, 2, 3, 4, 5, 6]):
            yield distribution(data, w, weighting)
            for groups in ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], [0] * 6, [0, 1, 1, 2, 2, 2], [0, 0, 0, 2, 2, 2]):
                yield grouped(data, groups, w, weighting)
            yield patterns([data, y], w, weighting)
            yield patterns([data, [2 * one for one in data]], w, weighting)
            yield patterns([data, data, data[::-1]], w, weighting)
            yield patterns([data, y, [3] * 6], w, weighting)
        yield distribution([4], w and [2], weighting)
        yield distribution([], w and [], weighting)
        yield grouped([1, 2], [0, 1], w and [1, 1], weighting)
        yield grouped(range(100), [0, 1] * 50, w and [1] * 100, weighting)
        yield patterns([[4]], w and [2], weighting)
        yield patterns([[4], [5]], w and [0.5], weighting)
        yield patterns([[float("nan")], [5]], w and [2], weighting)
        yield patterns([x, y], w, weighting, [1, 1, 1, 2, 2, 3])
        yield patterns([list(range(200)), [0] * 200], w and [1] * 200, weighting)


def results(family):
    """Every result of a family's functions, with its id; of pairwise comparisons with the function's name."""
    for aggregate in aggregates():
        for one in {id(one): one for one in known(type(aggregate)).values()}.values():
            if one.function.__module__ == f"pipeline.statistics.{family}":
                found = one.function(aggregate, core.Options())
                # Also where nothing can be computed: then each has its reason.
                assert set(found) == set(one.ids)
                yield from found.items()
        if family == "posthoc" and isinstance(aggregate, core.GroupedDistribution):
            for function in (posthoc.tukey_hsd, posthoc.games_howell, posthoc.dunn, posthoc.compare_means):
                if aggregate.weighting != "frequency":
                    yield function.__name__, function(aggregate, core.Options())


LEAST = {"univariate": 10, "groups": 15, "effects": 8, "posthoc": 8, "correlation": 8, "paired": 12, "scales": 8}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_that_comes_out_is_a_sentence_in_every_language(family):
    seen = {}
    for name, result in results(family):
        for kind in ("method", "warning", "error"):
            if word := getattr(result, kind, ""):
                seen[kind, word] = name
    assert len(seen) >= LEAST[family]
    for lang in language.languages():
        texts = catalogue(lang)
        for (kind, word), name in seen.items():
            parts = word.split(" ")
            params = dict(one.split("=") for one in parts if "=" in one)
            for key in (one for one in parts if "=" not in one):
                assert f"{kind}_{key}" in texts, (lang, name)
                language.fill(texts[f"{kind}_{key}"], **params)
