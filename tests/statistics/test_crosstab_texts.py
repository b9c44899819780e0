"""Every id of the cross-tab families has its words in every language, with the same holes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline import language
from pipeline.statistics.core import Crosstab, LayeredCrosstab, Options
from pipeline.statistics.registry import known
from tests.statistics.crosstab_aggregates import crosstab, of_cases, oracle

FAMILIES = ("tables", "cells", "proportions", "association", "ordinal", "exact", "twobytwo", "agreement", "rao_scott")
LANGUAGES = ("it", "en")


def texts(lang):
    return {key: text for family in FAMILIES for key, text in language.catalogue(lang, f"statistics_{family}").items()}


def own(takes):
    families = {f"pipeline.statistics.{family}" for family in FAMILIES}
    return [name for name, one in known(takes).items() if one.function.__module__ in families]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_statistic_has_a_name_and_a_definition(lang):
    for name in (*own(Crosstab), *own(LayeredCrosstab)):
        assert texts(lang)[f"name_{name}"]
        assert texts(lang)[f"definition_{name}"].endswith(".")


def test_both_languages_have_the_same_keys_and_holes():
    first, second = (texts(lang) for lang in LANGUAGES)
    assert first.keys() == second.keys()
    for key in first:
        holes = [{h.partition("#")[0] for h in re.findall(r"\{([\w#]+)", text[key])} for text in (first, second)]
        assert holes[0] == holes[1], key


def tables():
    data = oracle("crosstabs_r.json")["weighted_cases"]
    weighted = of_cases(data["row"], data["col"], data["weight"])
    two = of_cases([0, 1, 0, 1, 1], [0, 0, 1, 1, 1], [1, 2, 3, 4, 2], same_categories=True)
    yield from (weighted, two, replace(two, design_df=0.0), replace(two, w=two.w * 0))
    for counts in (
        [[8, 2, 10], [9, 1, 10]],
        [[3, 4, 1], [5, 2, 2], [1, 6, 4]],
        [[0, 5], [4, 3]],
        [[5, 0], [0, 7]],
        [[2.5, 4], [1, 3]],
        [[3, 4]],
        [[0, 0], [0, 0]],
    ):
        for same in (False, len(counts) == len(counts[0])):
            yield crosstab(counts, same=same)
    for scale in (1e-200, 1e200):
        yield replace(two, w=two.w * scale, w2=two.w2 * scale)
        copies = replace(crosstab([[3, 4], [5, 1]], same=True), w=two.w * scale, weighting="frequency")
        yield from (copies, LayeredCrosstab((copies,)))
    yield replace(crosstab([[1, 2], [3, 4]], same=True), w=np.array([[3e-20, 4e-20], [1, 2]]), weighting="frequency")
    yield replace(crosstab([[1, 2], [3, 4]]), w=np.array([[3e-14, 4e-14], [1, 2]]), weighting="frequency")
    yield replace(crosstab([[3, 4], [5, 1]]), row_scores=None)
    yield crosstab([[3, 4], [5, 1]], rows=[7, 7])
    for one in oracle("crosstabs_r.json")["strata"]:
        yield LayeredCrosstab(tuple(crosstab(x) for x in one["strata"]))
    yield LayeredCrosstab((crosstab([[3, 4], [2, 5]]),))
    yield LayeredCrosstab((crosstab([[3, 4], [0, 0]]), crosstab([[0, 0], [2, 5]])))


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "tables"])
def test_every_method_warning_and_reason_that_comes_out_has_words(family):
    seen = {}
    for table in tables():
        for one in {id(one): one for one in known(type(table)).values()}.values():
            if one.function.__module__ != f"pipeline.statistics.{family}":
                continue
            for options in (Options(), Options(enumeration_limit=2)):
                found = one.function(table, options)
                # Also where nothing can be computed: then each has its reason.
                assert set(found) == set(one.ids)
                for name, result in found.items():
                    seen |= {(kind, getattr(result, kind)): name for kind in ("method", "warning", "error")}
                    if hasattr(result, "value"):
                        assert (result.value is None) == bool(result.error), name
                        assert result.value is None or np.isfinite(result.value)
    for lang in LANGUAGES:
        for (kind, word), name in seen.items():
            if word:
                key, *params = word.split()
                text = texts(lang)[f"{kind}_{key}"]
                assert language.fill(text, **dict(p.split("=", 1) for p in params)), name


def test_every_reason_in_the_code_has_words():
    folder = Path(language.__file__).parent.parent / "statistics"
    words = set()
    for family in FAMILIES:
        source = (folder / f"{family}.py").read_text(encoding="utf-8")
        words |= set(re.findall(r'(?:not_computable\(|error=|reason = )"([a-z0-9_]+)"', source))
        words |= set(re.findall(r'^[A-Z_0-9]+ = "([a-z_0-9]+)"$', source, flags=re.MULTILINE))
    words -= {"shares_scaled_to_n", "design_based"}
    assert len(words) > 10
    missing = {word for word in words if f"error_{word}" not in texts("it")}
    assert not missing
