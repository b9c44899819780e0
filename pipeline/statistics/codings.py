"""Codes in sources: in how many, how often, which together, and when no new ones come any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.core import Cells, Floats, Ints, Number, Options, Result, not_computable, number
from pipeline.statistics.registry import Value, declare, statistic

declare(
    Value("sources_n", "count", "cell"),
    Value("words_n", "count", "cell"),
    Value("files_n", "count"),
    Value("texts_n", "count", "cell"),
    Value("passages_own", "count", "cell"),
    Value("cases_with", "count", "cell"),
    Value("coders_n", "count"),
    Value("coders_sources", "count"),
    # the place of a passage, or of a word in its context, in print; the words themselves stand in the row's codes
    Value("quotation", "count", "cell"),
    Value("occurrence", "count", "cell"),
    Value("occurrences_n", "count"),
)


@dataclass(frozen=True, slots=True)
class Codings:
    """``passages``: shape (codes, sources), how often each code stands in each source.

    ``group``: per source the index of its group (0 … g − 1), −1 for none; ``groups``: g.
    """

    passages: Ints
    group: Ints
    groups: int


@dataclass(frozen=True, slots=True)
class Together:
    """``present``: shape (codes, units), whether a code stands in a unit (a source, or a paragraph of one)."""

    present: Ints


@dataclass(frozen=True, slots=True)
class InOrder:
    """``present``: shape (codes, sources), whether a code stands in a source, the sources in the order of the work.

    ``first``: the sources that make the base; ``run``: how many following ones are taken together (Guest, Namey and
    Chen, PLoS ONE 15(5), 2020, e0232076).
    """

    present: Ints
    first: int = 4
    run: int = 2


def _by_group(values: Floats, codings: Codings) -> Floats:
    """Sums over the sources of each group: shape (codes, g)."""
    member = (codings.group[:, None] == np.arange(codings.groups)[None, :]).astype(np.float64)
    return np.asarray(values @ member)


@statistic(
    Value("passages", "count", "cell"),
    Value("sources_with", "count", "cell"),
    Value("sources_share", "share", "cell"),
    takes=Codings,
)
def presence(codings: Codings, options: Options) -> Mapping[str, Result]:
    """By code and group: passages, sources with at least one, and their share among the group's sources."""
    present = (codings.passages > 0).astype(np.float64)
    sources = _by_group(np.ones((1, codings.passages.shape[1])), codings)[0]
    found = _by_group(present, codings)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(sources > 0, found / sources, np.nan)
    return {
        "passages": Cells(_by_group(codings.passages.astype(np.float64), codings)),
        "sources_with": Cells(found),
        "sources_share": Cells(share, error="no_sources"),
    }


@statistic(
    Value("together", "count", "cell"),
    Value("together_share", "share", "cell"),
    Value("jaccard", "decimal", "cell", decimals=2),
    takes=Together,
)
def together(units: Together, options: Options) -> Mapping[str, Result]:
    """By pair of codes: the units with both, their share among all and among those with either (Jaccard)."""
    present = units.present.astype(np.float64)
    both = present @ present.T
    alone = present.sum(axis=1)
    either = alone[:, None] + alone[None, :] - both
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(either > 0, both / either, np.nan)
    whole = both / present.shape[1] if present.shape[1] else np.full_like(both, np.nan)
    return {
        "together": Cells(both),
        "together_share": Cells(whole, error="no_sources"),
        "jaccard": Cells(share, error="no_code_present"),
    }


@statistic(
    Value("new_codes", "count", "cell"),
    Value("codes_so_far", "count", "cell"),
    Value("codes_so_far_share", "share", "cell"),
    takes=InOrder,
)
def saturation(order: InOrder, options: Options) -> Mapping[str, Result]:
    """By source in order: the codes that no source before has, and all so far, also as a share of all found."""
    if not order.present.size:
        return {}
    seen = np.maximum.accumulate(order.present > 0, axis=1)
    so_far = seen.sum(axis=0).astype(np.float64)
    new = np.diff(so_far, prepend=0.0)
    share = so_far / so_far[-1] if so_far[-1] else np.full_like(so_far, np.nan)
    return {
        "new_codes": Cells(new[:, None]),
        "codes_so_far": Cells(so_far[:, None]),
        "codes_so_far_share": Cells(share[:, None], error="no_code_present"),
    }


@statistic(Value("saturated_after", "count"), takes=InOrder)
def saturated_after(order: InOrder, options: Options) -> Mapping[str, Number]:
    """After how many sources a run of further ones brings at most 5% new codes, of those of the first ones.

    The sources counted are those before the run that fulfils this; Guest, Namey and Chen (2020).
    """
    found = {"saturated_after": not_computable("not_saturated")}
    sources = order.present.shape[1]
    if sources < order.first + order.run:
        return {"saturated_after": not_computable("few_sources")}
    seen = np.maximum.accumulate(order.present > 0, axis=1).sum(axis=0)
    base = int(seen[order.first - 1])
    if not base:
        return {"saturated_after": not_computable("no_code_present")}
    for end in range(order.first + order.run, sources + 1):
        new = int(seen[end - 1] - seen[end - 1 - order.run])
        if new / base <= 0.05:
            after = end - order.run
            return {"saturated_after": number(after, f"guest_2020 first={order.first} run={order.run}")}
    return found
