"""The waves of a study side by side: their results, their units, and what may be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.codes import name_parts
from pipeline.comparison import in_time, units
from pipeline.comparison.lineages import Lineages, lineages
from pipeline.comparison.units import Declared, Links
from pipeline.counting.cases import Cases
from pipeline.counting.linked import unit_rows
from pipeline.paths import Layout
from pipeline.results import Results
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Codebook, Source
from pipeline.statistics.core import Weighting
from pipeline.waves import Comparable, WaveMapping, comparability

SAME = Comparable("same")


@dataclass(frozen=True, slots=True)
class WaveData:
    """One wave: its responses (an Arrow table), results, source, and what ``units.yml`` says.

    ``codebook`` is the study's without what this wave cannot show; ``population`` is N at this wave, ``rows`` the
    cases in the file.
    """

    name: str
    source: Source
    codebook: Codebook
    table: Any
    results: Results
    declared: Declared
    population: int | None
    rows: int

    def cases(self, weight: str | None = None, weighting: Weighting = "none") -> Cases:
        """The wave's cases."""
        return Cases(self.table, self.codebook, weight, weighting)


@dataclass(frozen=True, slots=True)
class Waves:
    """All waves of a study in their order, with the links between each and the one it follows.

    ``new_questions``: per wave the labels of what its file asks and the codebook does not have. ``lineages``: the units
    through all waves.
    """

    files: StudyFiles
    waves: tuple[WaveData, ...]
    comparable: Mapping[str, Mapping[str, Comparable]]
    links: tuple[Links, ...]
    new_questions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lineages: Lineages = field(default_factory=lambda: Lineages(()))

    @property
    def names(self) -> list[str]:
        """The waves' names in order."""
        return [w.name for w in self.waves]

    @property
    def times(self) -> tuple[float, ...]:
        """Where each wave stands on the axis of time, in years where they are known."""
        return in_time.places([in_time.moment(w.name, w.source) for w in self.waves])

    @property
    def in_years(self) -> bool:
        """Whether the distances between the waves are known in years."""
        return self.times == tuple(in_time.moment(w.name, w.source) for w in self.waves)

    def pairs(self) -> list[tuple[WaveData, WaveData]]:
        """Each wave with the one before it."""
        return list(zip(self.waves, self.waves[1:], strict=False))

    def linked_pairs(self) -> list[tuple[WaveData, WaveData, Links]]:
        """Waves with the wave their units follow from, and the links."""
        by_name = {w.name: w for w in self.waves}
        return [(by_name[links.earlier], by_name[links.later], links) for links in self.links]

    def balanced(self) -> Waves | None:
        """The same waves with the units that answered in all of them alone; ``None`` where that is nobody, or all."""
        rows = self.lineages.in_all()
        if len(rows) < 3 or not len(rows[0]) or all(len(r) == w.rows for r, w in zip(rows, self.waves, strict=True)):
            return None
        waves = tuple(replace(w, table=w.table.take(r), rows=len(r)) for w, r in zip(self.waves, rows, strict=True))
        units = tuple(tuple((i,) for _ in self.waves) for i in range(len(rows[0])))
        return replace(self, waves=waves, lineages=Lineages(units))

    def status(self, name: str, code: str, wave: str) -> Comparable:
        """Whether a question (and, of a set of dichotomies, an item) may be compared in a wave."""
        names = [*name_parts(name)]
        mr = self.files.codebook.sets.get(name)
        if mr is not None and code in mr.members and mr.kind == "dichotomies":
            names.append(code)
        found = SAME
        for one in names:
            other = self.comparable.get(one, {}).get(wave, SAME)
            if _RANK[other.kind] > _RANK[found.kind]:
                found = other
        return found

    def hindrance(self, name: str, code: str, before: str, after: str) -> Comparable | None:
        """What forbids a comparison of two waves; ``None`` when nothing does."""
        for wave in (before, after):
            found = self.status(name, code, wave)
            if found.kind == "not":
                return found
        return None


_RANK = {"same": 0, "mapped": 1, "not": 2}


@dataclass(frozen=True, slots=True)
class Found:
    """A wave as its own stages left it: source, the codebook as far as it can be shown, responses, results, mapping."""

    name: str
    source: Source
    codebook: Codebook
    table: Any
    results: Results
    mapping: WaveMapping | None = None


def gather(layout: Layout, files: StudyFiles, found: Sequence[Found]) -> Waves:
    """Put waves side by side, in the order of time. ``files`` is the whole study. Raises :class:`StudyError`."""
    in_time.check(files, layout.waves())
    found = in_time.ordered(found, files.study.waves.order)
    names = [one.name for one in found]
    waves: list[WaveData] = []
    for one in found:
        declared = units.read(layout, layout.wave(one.name), names, files.codebook)
        size = one.source.population or files.study.population.size
        waves.append(
            WaveData(one.name, one.source, one.codebook, one.table, one.results, declared, size, one.table.num_rows)
        )
    mappings = {one.name: one.mapping for one in found}
    new = {name: [] if m is None else [q.label or v for v, q in m.new.items()] for name, m in mappings.items()}
    rows = _rows(files.study.identifier, waves)
    links = _links(waves, rows)
    through = lineages([w.name for w in waves], rows, links)
    return Waves(files, tuple(waves), comparability(files, mappings), links, new, through)


def _rows(identifier: str | None, waves: Sequence[WaveData]) -> dict[str, dict[str, int]]:
    """Per wave that names its units the row of each."""
    return {
        w.name: unit_rows(w.cases(), identifier)
        for w in waves
        if identifier is not None and identifier in w.table.column_names
    }


def _links(waves: Sequence[WaveData], rows: Mapping[str, Mapping[str, int]]) -> tuple[Links, ...]:
    known = {w.name: units.units_of(w.declared, list(rows[w.name])) for w in waves if w.name in rows}
    found = []
    for i, wave in enumerate(waves):
        earlier = wave.declared.content.previous or (waves[i - 1].name if i else None)
        if earlier is None or earlier not in known or wave.name not in known:
            continue
        here = list(rows[wave.name])
        found.append(units.link(earlier, wave.name, known[earlier], here, wave.declared, wave.population))
    return tuple(found)
