"""Words in texts: how often, and which of them set a group of texts apart.

T. Dunning, Accurate Methods for the Statistics of Surprise and Coincidence, Computational Linguistics 19(1), 1993; the
size of the difference after A. Hardie, Log Ratio (2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.core import Cells, Floats, Ints, Options, Result
from pipeline.statistics.registry import Value, statistic


@dataclass(frozen=True, slots=True)
class WordCounts:
    """``counts``: shape (words, g), how often each word stands in the texts of each group; ``totals``: shape (g,), all
    words of a group, also those that are not listed; ``texts``: shape (words, g), in how many texts."""

    counts: Ints
    totals: Ints
    texts: Ints


@statistic(
    Value("word_n", "count", "cell"),
    Value("word_texts", "count", "cell"),
    Value("per_thousand", "decimal", "cell", decimals=1),
    takes=WordCounts,
)
def frequency(words: WordCounts, options: Options) -> Mapping[str, Result]:
    """By word and group: how often, in how many texts, and how often in a thousand words."""
    totals = words.totals.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(totals > 0, 1000 * words.counts / totals, np.nan)
    return {
        "word_n": Cells(words.counts.astype(np.float64)),
        "word_texts": Cells(words.texts.astype(np.float64)),
        "per_thousand": Cells(rate, error="no_words"),
    }


@statistic(
    Value("keyness", "decimal", "cell", decimals=1),
    Value("log_ratio", "decimal", "cell", decimals=2),
    Value("per_thousand_elsewhere", "decimal", "cell", decimals=1),
    takes=WordCounts,
    applies=lambda words: len(words.totals) > 1,
)
def keyness(words: WordCounts, options: Options) -> Mapping[str, Result]:
    """By word and group against all other groups: Dunning's G², negative where the word is rarer, and the log ratio.

    G² = 2 Σ O ln(O/E) over the word and all other words in the group and outside it. The log ratio is log₂ of the
    quotient of both relative frequencies, with 0.5 for a frequency of 0.
    """
    a = words.counts.astype(np.float64)
    b = a.sum(axis=1, keepdims=True) - a
    c = np.broadcast_to(words.totals.astype(np.float64), a.shape)
    d = float(words.totals.sum()) - c
    n = c + d
    g2 = np.zeros_like(a)
    for observed, expected in (
        (a, c * (a + b) / n), (b, d * (a + b) / n), (c - a, c * (n - a - b) / n), (d - b, d * (n - a - b) / n),
    ):  # fmt: skip
        g2 += _term(observed, expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        sign = np.where(a / c >= b / d, 1.0, -1.0)
        ratio = np.log2((np.where(a == 0, 0.5, a) / c) / (np.where(b == 0, 0.5, b) / d))
    usable = (c > 0) & (d > 0)
    return {
        "keyness": Cells(np.where(usable, 2 * sign * np.maximum(g2, 0.0), np.nan), error="no_words"),
        "log_ratio": Cells(np.where(usable, ratio, np.nan), error="no_words"),
        "per_thousand_elsewhere": Cells(np.where(usable, 1000 * b / np.maximum(d, 1.0), np.nan), error="no_words"),
    }


def _term(observed: Floats, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(observed > 0, observed * np.log(observed / expected), 0.0)
