"""What a report needs to have counted: the plan that engines other than memory are given (``counting/plan.py``)."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.counting.plan import Missing, Plan, Question, closure
from pipeline.counting.sums import Measure
from pipeline.errors import DataRejected
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Study, TableSpec, Variable
from pipeline.tables.associations import pairs
from pipeline.tables.designs import replicate_measures
from pipeline.tables.plan import asks_presence, members_of, names_of, pieces


def plan_of(files: StudyFiles, at_hand: bool) -> Plan:
    """The questions of all tables and of the codebook's pages.

    ``at_hand``: all cases are, too, for analyses that go from case to case. Raises :class:`DataRejected` for what else
    needs all cases at once: weights that are raked here, and replicate weights whose degrees of freedom are not known.
    """
    study, codebook = files.study, files.codebook
    _refuse(files, at_hand)
    questions: dict[Question, None] = {}
    for spec in files.report.tables():
        questions.update(dict.fromkeys(_of_table(spec, files)))
    for name, variable in codebook.all_variables().items():
        questions[_of_codebook(name, variable, files)] = None
    weight = study.weights.variable if study.weights is not None else None
    measures: list[Measure] = []
    if study.weights is not None:
        measures = [Measure(study.weights.variable), Measure(study.weights.variable, squared=True)]
        measures += [*replicate_measures(study.weights, True), *replicate_measures(study.weights, False)]
    missing = {one.variables[0]: _missing(files, one.variables[0]) for one in questions if one.presence}
    return Plan(tuple(questions), tuple(measures), weight, missing)


def always(study: Study) -> tuple[str, ...]:
    """The variables that every question names: how the cases were drawn."""
    design = study.design
    if design is None or (study.weights is not None and study.weights.replicates is not None):
        return ()
    return tuple(name for name in (design.strata, design.cluster, design.population) if name)


def _of_table(spec: TableSpec, files: StudyFiles) -> Iterator[Question]:
    codebook, everywhere = files.codebook, always(files.study)
    for piece in pieces(spec, codebook):
        if piece.way == "associations":
            for both in pairs(codebook, members_of(spec.rows, codebook), spec.columns):
                yield Question(closure(codebook, [*both, *spec.where], everywhere))
        elif asks_presence(piece, spec):
            yield Question((piece.row,), presence=True)
        else:
            yield Question(closure(codebook, [*names_of(piece, spec), *spec.where], everywhere))


def _of_codebook(name: str, variable: Variable, files: StudyFiles) -> Question:
    if variable.categorical or variable.kind in ("numeric", "weight"):
        return Question(closure(files.codebook, [name], always(files.study)))
    return Question((name,), presence=True)


def _missing(files: StudyFiles, name: str) -> Missing:
    variable = files.codebook.all_variables()[name]
    span = variable.missing_range
    if span is None:
        return Missing(tuple(variable.missing))
    return Missing(tuple(variable.missing), span.low, span.high, span=True)


def _refuse(files: StudyFiles, at_hand: bool) -> None:
    study = files.study
    problems = []
    if study.weights is not None and study.weights.rake:
        problems.append(DataRejected("engine.rake", file=files.name("study"), variable=study.weights.variable))
    if study.weights is not None and study.weights.replicates is not None and study.weights.replicates.df is None:
        problems.append(DataRejected("engine.replicates_df", file=files.name("study")))
    problems += [
        DataRejected("engine.analysis", file=files.name("report"), name=one.name)
        for one in files.report.analyses()
        if not at_hand
    ]
    if problems:
        raise DataRejected.several(problems)
