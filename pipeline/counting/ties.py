"""The ties between units and the items of a question: the one aggregate that names single units.

What is made of it stays with the internal edition (:meth:`pipeline.spec.networks.NetworkSpec.withheld`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.codes import code_of
from pipeline.counting.cases import Cases
from pipeline.counting.columns import Column
from pipeline.spec.networks import Network
from pipeline.spss.model import code_text
from pipeline.statistics.core import Floats


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said of each tie: ``index`` (units, items) is 0 without a valid answer or a tie, else 1 … k, the place
    among ``codes``; ``scores`` are the codes as numbers where they may be averaged, else ``None``."""

    index: npt.NDArray[np.intp]
    codes: tuple[str, ...]
    scores: Floats | None

    def values(self) -> Floats | None:
        """The scores of the ties (units, items); NaN where there is none."""
        if self.scores is None:
            return None
        return np.concatenate([[np.nan], self.scores])[self.index]


@dataclass(frozen=True, slots=True)
class UnitTies:
    """Who is tied to what.

    ``units``: what each unit is called, by the study's identifier; ``items``: the items' codes. ``ties`` (units,
    items). ``said``: by battery. ``groups``: by attribute each unit's category, −1 where it has none, and the codes.
    ``unanswered``: cases that did not answer the question and are no units here.
    """

    units: tuple[str, ...]
    items: tuple[str, ...]
    ties: npt.NDArray[np.bool_]
    said: Mapping[str, Answered]
    groups: Mapping[str, tuple[npt.NDArray[np.intp], tuple[str, ...]]]
    unanswered: int


def unit_ties(cases: Cases, network: Network, identifier: str | None) -> UnitTies:
    """The network of a wave: every case that answered the question is a unit, also one without ties."""
    name = network.ties or ""
    battery = cases.codebook.batteries.get(name)
    if battery is None:
        mentions = cases.mentions(name)
        items, tied, asked = mentions.items, mentions.mentioned, mentions.asked
    else:
        items = battery.members
        tied = np.array([_holds(cases, member, network.codes) for member in items])
        asked = np.any([cases.valid(member) for member in items], axis=0)
    ties = tied.T[asked]
    batteries = (*((network.strength,) if network.strength else ()), *network.more)
    groups = {}
    for attribute in network.attributes:
        coded = cases.coded(attribute)
        gone = cases.variables[attribute].no_answer or ()
        place = coded.index[asked].astype(np.intp) - 1
        kept = [i for i, code in enumerate(coded.codes) if code not in gone and (place == i).any()]
        lookup = np.full(len(coded.codes) + 1, -1, dtype=np.intp)
        lookup[kept] = np.arange(len(kept))
        groups[attribute] = (lookup[place], tuple(coded.codes[i] for i in kept))
    return UnitTies(
        units=_named(cases, identifier, asked),
        items=tuple(items),
        ties=ties,
        said={one: _answered(cases, one, asked, ties) for one in batteries},
        groups=groups,
        unanswered=int(np.count_nonzero(~asked)),
    )


def _holds(cases: Cases, member: str, codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    coded = cases.coded(member)
    wanted = np.array([False, *(code in codes for code in coded.codes)])
    return np.asarray(wanted[coded.index])


def _answered(cases: Cases, battery: str, asked: npt.NDArray[np.bool_], ties: npt.NDArray[np.bool_]) -> Answered:
    members = cases.codebook.batteries[battery].members
    coded = [cases.coded(member) for member in members]
    codes = tuple(dict.fromkeys(code for one in coded for code in one.codes))
    gone = {code for member in members for code in cases.variables[member].no_answer or ()}
    codes = tuple(code for code in codes if code not in gone)
    index = np.zeros(ties.shape, dtype=np.intp)
    for at, one in enumerate(coded):
        lookup = np.array([0, *(codes.index(code) + 1 if code in codes else 0 for code in one.codes)], dtype=np.intp)
        index[:, at] = lookup[one.index[asked]]
    index[~ties] = 0
    scored = all(cases.variables[member].scores for member in members)
    scores = np.array([float(code) for code in codes]) if scored else None
    return Answered(index, codes, scores)


def _named(cases: Cases, identifier: str | None, asked: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    """What units are called: by the identifier where it tells all apart, else by the row of the file."""
    rows = cases.positions[asked]
    if identifier is not None:
        column = cases.columns[identifier]
        names = [_text(column, int(place)) for place in column.place[rows]]
        if len(set(names)) == len(names) and all(names):
            return tuple(code_of(name) for name in names)
    return tuple(str(row + 1) for row in rows.tolist())


def _text(column: Column, place: int) -> str:
    if place == 0:
        return ""
    return code_text(float(column.values[place - 1])) if column.numbers else column.texts[place - 1].strip()
