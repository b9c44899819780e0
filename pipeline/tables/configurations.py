"""Configurations: from the answers to several questions to axes, what lies on them, and types of cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.counting.cases import Cases
from pipeline.counting.profiles import Profiles, Question, of_answers, of_numbers
from pipeline.spec.configurations import Clusters as TypesWanted
from pipeline.spec.configurations import Configuration
from pipeline.statistics import clusters, correspondence, factors
from pipeline.statistics.clusters import Clusters, ratios
from pipeline.statistics.core import Floats, Ints, Patterns
from pipeline.statistics.correspondence import Axes, Burt


@dataclass(frozen=True, slots=True)
class Analysed:
    """A configuration of a wave: which profiles take part, and where they lie on the axes that are kept.

    ``taking_part``: shape (profiles,); ``x`` (m, kept), ``n``, ``w`` (m,) of those that do. ``error``: why there is
    nothing. ``burt``, ``axes``, ``places_of`` of correspondence analysis; ``correlations``, ``solution`` of the others;
    ``eigenvalues`` all of them; ``random``: mean and 95th percentile of those of random data.
    """

    configuration: Configuration
    profiles: Profiles
    taking_part: npt.NDArray[np.bool_]
    kept: int = 0
    x: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    n: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    w: Floats = field(default_factory=lambda: np.zeros(0))
    eigenvalues: Floats = field(default_factory=lambda: np.zeros(0))
    error: str = ""
    answers: Answers | None = None
    axes: Axes | None = None
    correlations: factors.Correlations | None = None
    solution: factors.Solution | None = None
    random: tuple[Floats, Floats] | None = None

    @property
    def cases(self) -> int:
        """How many cases take part."""
        return int(self.profiles.counts.n[self.taking_part].sum())

    @property
    def weight(self) -> float:
        """Their weight."""
        return float(self.profiles.counts.w[self.taking_part].sum())

    @property
    def left_out(self) -> int:
        """How many cases do not."""
        return int(self.profiles.counts.n.sum()) - self.cases


@dataclass(frozen=True, slots=True)
class Answers:
    """The active answers that somebody gave: their questions and codes, the place of each profile's answers among
    them (m, Q), and the counts of all pairs."""

    questions: tuple[Question, ...]
    question: Ints
    codes: tuple[str, ...]
    place: Ints
    burt: Burt


def analysed(cases: Cases, configuration: Configuration) -> Analysed:
    """Analyse a configuration over all cases."""
    if configuration.method == "correspondence":
        return _of_answers(cases, configuration)
    return _of_numbers(cases, configuration)


def _of_answers(cases: Cases, configuration: Configuration) -> Analysed:
    found = of_answers(cases, configuration.active, configuration.missing == "category")
    part = (found.x > 0).all(axis=1) & (found.counts.w > 0)
    n, w = found.counts.n[part], found.counts.w[part]
    varies = [len(np.unique(column)) > 1 for column in found.x[part].T]
    if sum(varies) < 2:
        return Analysed(configuration, found, part, error="fewer_than_two_questions_that_vary")
    answers = answers_of(found.questions, found.x[part].astype(np.int64), w, _cases_of(cases, n, w))
    axes = correspondence.axes_of(answers.burt)
    kept = configuration.axes or correspondence.axes_by_rule(axes.eigenvalues, answers.burt.questions)
    kept = min(kept, len(axes.eigenvalues))
    first = axes.first(kept)
    x = _settled(correspondence.case_coordinates(first, answers.place, answers.burt.questions))
    return Analysed(configuration, found, part, kept, x, n, w, axes.eigenvalues, "", answers, first)


def _cases_of(cases: Cases, n: Ints, w: Floats) -> float:
    """What tests go by: a replication weight repeats cases, a probability weight does not."""
    return float(w.sum() if cases.weighting == "frequency" else n.sum())


def answers_of(questions: tuple[Question, ...], x: Ints, w: Floats, n: float) -> Answers:
    """The answers of profiles x (m, Q), of which only questions that vary and answers that somebody gives are kept."""
    codes: list[str] = []
    question: list[int] = []
    place: list[Ints] = []
    columns: list[Question] = []
    for asked, column in zip(questions, x.T, strict=True):
        used = np.unique(column)
        if len(used) < 2:
            continue
        lookup = np.zeros(int(used.max()) + 1, dtype=np.int64)
        lookup[used] = len(codes) + np.arange(len(used))
        place.append(lookup[column])
        question += [len(columns)] * len(used)
        codes += [asked.codes[i - 1] for i in used.tolist()]
        columns.append(asked)
    places = np.column_stack(place)
    table = np.zeros((len(codes), len(codes)))
    for a in places.T:
        for b in places.T:
            cell = np.bincount(a * len(codes) + b, w, len(codes) ** 2)
            table += cell.reshape(table.shape)
    return Answers(tuple(columns), np.array(question), tuple(codes), places, Burt(table, np.array(question), n))


def _of_numbers(cases: Cases, configuration: Configuration) -> Analysed:
    found = of_numbers(cases, configuration.active)
    part = ~np.isnan(found.x).any(axis=1) & (found.counts.w > 0)
    counts = (found.counts.n[part], found.counts.w[part], found.counts.w2[part])
    r = factors.correlations(Patterns(found.x[part], *counts, cases.weighting))
    if r.error:
        return Analysed(configuration, found, part, error=r.error)
    observed = factors.eigenvalues(r.r)
    random = factors.parallel(r.cases, len(r.r), configuration.replicates, configuration.seed)
    most = len(r.r) - (configuration.method == "factors")
    kept = min(configuration.axes or factors.above_chance(observed, random[1]), most)
    extraction = _extraction(configuration)
    made = factors.solution(r.r, kept, extraction, configuration.rotation)
    if made.error:
        return Analysed(configuration, found, part, error=made.error, eigenvalues=observed, random=random)
    x = _settled(factors.scores(found.x[part], r, factors.solution(r.r, kept, extraction, "none"), extraction))
    return Analysed(
        configuration, found, part, kept, x, counts[0], counts[1], observed, "", None, None, r, made, random
    )  # fmt: skip


def _settled(x: Floats) -> Floats:
    """Places without their last digits, which depend on the machine: like cases then have like distances anywhere."""
    return np.round(x, 9)


def _extraction(configuration: Configuration) -> factors.Extraction:
    return "components" if configuration.method == "components" else configuration.extraction


# ---------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class Types:
    """The types of the cases of a configuration: ``kind`` 0 … k − 1 of each profile that takes part; ``by_rule``: how
    many types each rule would take, and ``silhouettes`` the mean one by number of types."""

    found: Clusters
    k: int
    kind: Ints
    by_rule: dict[str, int]
    silhouettes: dict[int, float]


def types(made: Analysed, wanted: TypesWanted) -> Types | None:
    """The types; ``None`` where the analysis gives no axes or fewer than two distinct places."""
    if made.error or len(made.x) < 3:
        return None
    least, most = (wanted.number, wanted.number) if wanted.number else (wanted.least, wanted.most)
    found = clusters.clusters(made.x, made.w, range(2, max(most, wanted.most) + 1), wanted.seed)
    if not found.types:
        return None
    mean = {}
    for k, kind in found.types.items():
        values, weight = clusters.silhouettes(made.x, made.w, made.n, kind, wanted.seed)
        seen = np.isfinite(values)
        mean[k] = float(np.average(values[seen], weights=weight[seen]))
    inside = {k: float(v) for k, v in enumerate(ratios(found.within)[: max(found.types) + 1], start=1)}
    there = [k for k in found.types if least <= k <= most] or [max(found.types)]
    by_rule = {
        "inertia": min(there, key=lambda k: (round(inside.get(k, np.inf), 9), k)),
        "silhouette": max(there, key=lambda k: (round(mean[k], 9), -k)),
    }
    k = by_rule[wanted.choose]
    return Types(found, k, found.types[k], by_rule, mean)


def type_of_cases(made: Analysed, found: Types | None) -> Floats:
    """The type of each case, 1 … k; NaN of those that take no part."""
    by_profile = np.full(len(made.taking_part), np.nan)
    if found is not None:
        by_profile[made.taking_part] = found.kind + 1.0
    values: npt.NDArray[Any] = by_profile[made.profiles.shown]
    return values


def again(made: Analysed, k: int, w: Floats, seed: int) -> Ints | None:
    """The clusters of the profiles when each has another weight: axes and tree are made anew, as many of both."""
    there = w > 0
    x = made.x[there]
    if made.answers is not None:
        answers = answers_of(_codes(made.answers), _index(made.answers, there), w[there], float(there.sum()))
        if answers.burt.questions < 2:
            return None
        axes = correspondence.axes_of(answers.burt).first(made.kept)
        x = correspondence.case_coordinates(axes, answers.place, answers.burt.questions)
    else:
        rows = made.profiles.x[made.taking_part][there]
        counts = made.n[there]
        r = factors.correlations(Patterns(rows, counts, w[there], w[there] ** 2))
        if r.error:
            return None
        extraction = _extraction(made.configuration)
        anew = factors.solution(r.r, made.kept, extraction, "none")
        if anew.error:
            return None
        x = factors.scores(rows, r, anew, extraction)
    kinds = clusters.clusters(_settled(x), w[there], range(k, k + 1), seed).types.get(k)
    if kinds is None:
        return None
    found = np.zeros(len(w), dtype=np.int64)
    found[there] = kinds
    return found


def _codes(answers: Answers) -> tuple[Question, ...]:
    """The questions with the codes that somebody gave."""
    return tuple(
        Question(asked.name, tuple(c for c, q in zip(answers.codes, answers.question.tolist(), strict=True) if q == i))
        for i, asked in enumerate(answers.questions)
    )


def _index(answers: Answers, some: npt.NDArray[np.bool_]) -> Ints:
    """The answers of some profiles as 1 … k within each question."""
    first = np.searchsorted(answers.question, np.arange(len(answers.questions)))
    return np.asarray(answers.place[some] - first + 1)
