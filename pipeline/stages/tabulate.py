"""tabulate: every table of the report as result rows. ``responses.parquet`` → ``results.parquet``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.counting.counted import Counted
from pipeline.counting.pairs import crossings
from pipeline.crossings import write as write_crossings
from pipeline.files import hashes, json_hash
from pipeline.paths import Layout
from pipeline.results import CODEBOOK_TABLE, Results, ResultsWriter
from pipeline.spec.interviews import InterviewTable
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Analysis, Inference, Study, TableSpec
from pipeline.stages import engines
from pipeline.stages.freshness import code_hash, write_parquet
from pipeline.stages.job import Job
from pipeline.statistics.core import Options
from pipeline.tables.analyses import analyse
from pipeline.tables.context import Context, weight_of
from pipeline.tables.designs import Drawn, as_read, design_of
from pipeline.tables.needs import always
from pipeline.tables.one_way import frequency, presence, summary
from pipeline.tables.plan import make, members_of, pieces
from pipeline.tables.raking import raking_rows

NAME = "tabulate"


def key(job: Job) -> str:
    """The responses, the study's numbers, and the code that counts and computes."""
    code = code_hash(
        "counting", "networks", "statistics", "tables", "interviews", "language/stop_words.toml", "arrow.py",
        "crossings.py", "results.py", "stages/tabulate.py", "stages/engines.py",
    )  # fmt: skip
    return json_hash([job.wave.name, hashes([job.responses]), job.numbers_key(), code])


def outputs(job: Job) -> list[Path]:
    """One row per number, and the counts of all pairs for readers who go on."""
    return [job.results_file, job.crossings_file]


def run(job: Job) -> None:
    """Count and compute every table; regression models beside the others where the job has a helper for them."""
    tables = job.files.report.tables()
    models = [spec.table for spec in tables if spec.model is not None]
    alone = job.modeller if models and engines.kind_of(job) == "memory" else None
    fitted = alone.ask(model_rows, job.layout, job.wave.name, models) if alone else None
    counting = _counting(job)
    made = {spec.table: counting.rows(spec) for spec in tables if fitted is None or spec.model is None}
    made[CODEBOOK_TABLE] = counting.codebook()
    if fitted is not None:
        made |= fitted.get()
    order = [*(spec.table for spec in tables), CODEBOOK_TABLE]
    analyses = job.files.report.analyses()  # these go from case to case, whoever counts the tables
    whole = _in_memory(job) if analyses and isinstance(counting.unweighted, Counted) else counting
    said = interview_rows(job, "internal", whole.unweighted)
    analysed = [said[a.name] if isinstance(a, InterviewTable) else whole.analysed(a) for a in analyses]
    results = ResultsWriter.joined(job.wave.name, [*(made[name] for name in order), *analysed])
    write_parquet(job.results_file, results)
    cases = counting.by_default
    marked = job.files.study.identifier if job.files.study.mark_units else None
    write_crossings(job.crossings_file, None if isinstance(cases, Counted) else crossings(cases, marked))
    job.memory["results"] = Results(results)


def interview_rows(job: Job, edition: str, cases: Cases) -> dict[str, ResultsWriter]:
    """The rows of the tables about interviews, from the sources that an edition may use."""
    if not any(isinstance(one, InterviewTable) for one in job.files.report.analyses()):
        return {}
    from pipeline.interviews.compute import Counting

    options = options_of(job.files.study)
    with reasons_not_warnings():
        return Counting(job.files, job.layout, job.wave.name, options, edition, cases).rows()


@contextmanager
def reasons_not_warnings() -> Iterator[None]:
    """What overflows or divides by zero is no number and gets a reason in the results; a warning would say it twice."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def prepare_models() -> None:
    """Import what fitting models needs: a helper does this while the file is read."""
    from statsmodels.genmod import generalized_linear_model  # noqa: F401
    from statsmodels.regression import linear_model  # noqa: F401

    from pipeline.tables import models  # noqa: F401


def model_rows(layout: Layout, wave: str, names: Sequence[str]) -> dict[str, ResultsWriter]:
    """The rows of some tables, from the responses on disk: what a helper is asked for."""
    job = Job(layout, layout.wave(wave))
    counting = _counting(job)
    return {spec.table: counting.rows(spec) for spec in job.files.report.tables() if spec.table in names}


def _counting(job: Job) -> _Counting:
    """The cases as the study's engine counts them."""
    if engines.kind_of(job) == "memory":
        return _in_memory(job)
    files, wave = job.files, job.wave.name
    weight, weighting = weight_of(files.study)
    answers, rows = engines.answers(job)
    fixed = always(files.study)
    plain = Counted(answers, files.codebook, rows, fixed)
    with_weight = Counted(answers, files.codebook, rows, fixed, weight, weighting) if weight else plain
    return _Counting(files, wave, plain, with_weight)


def _in_memory(job: Job) -> _Counting:
    """All cases at once."""
    files = job.files
    weight, weighting = weight_of(files.study)
    columns = job.columns(job.table("responses", job.responses))
    unweighted = Cases(columns, files.codebook)
    weighted = Cases(columns, files.codebook, weight, weighting) if weight else unweighted
    return _Counting(files, job.wave.name, unweighted, weighted)


def table_rows(job: Job, specs: Sequence[TableSpec]) -> list[ResultsWriter]:
    """The rows of tables that are not in the study's report as they are here."""
    counting = _counting(job)
    return [counting.rows(spec) for spec in specs]


class _Counting:
    """A wave's cases with and without the weight, and the tables made from them."""

    def __init__(self, files: StudyFiles, wave: str, unweighted: Cases, weighted: Cases) -> None:
        self.files, self.wave, self.total = files, wave, unweighted.n
        self.unweighted, self.weighted = unweighted, weighted
        self.designs: dict[bool, Drawn | None] = {}
        if isinstance(unweighted, Counted):
            return
        self.weighted.expect(self._counted_alone())
        for cases in {id(c): c for c in (self.weighted, self.unweighted)}.values():
            cases.expect_pairs(self._crossed(cases is self.weighted))

    def _counted_alone(self) -> list[str]:
        """The variables whose weighted frequencies the report shows."""
        codebook = self.files.codebook
        variables = codebook.all_variables()
        named: list[str] = []
        for spec in self.files.report.tables():
            if self._by_weight(spec) and not (spec.columns or spec.where or spec.model):
                for name in spec.rows:
                    named += codebook.batteries[name].members if name in codebook.batteries else (name,)
        return [name for name in named if name in variables and variables[name].categorical]

    def _crossed(self, weighted: bool) -> list[tuple[str, str]]:
        """The pairs of variables whose cross-tables over all cases the report shows, weighted or not."""
        codebook, study = self.files.codebook, self.files.study
        variables = codebook.all_variables()
        return [
            (piece.row, piece.column)
            for spec in self.files.report.tables()
            if not spec.where and (study.weights is None or weighted == self._by_weight(spec))
            for piece in pieces(spec, codebook)
            if piece.way == "crosstab" and piece.layer is None
            and all(name in variables and variables[name].categorical for name in (piece.row, piece.column))
        ]  # fmt: skip

    @property
    def by_default(self) -> Cases:
        """The cases as tables count them that say nothing of weights."""
        return self.weighted if self._weighted_by_default() else self.unweighted

    def _by_weight(self, spec: TableSpec) -> bool:
        """Whether a table is weighted."""
        return self._weighted_by_default() if spec.weighted is None else spec.weighted

    def context(self, spec: TableSpec | None) -> Context:
        """What a table is made in: its cases, the study's decisions, a writer of its own."""
        study = self.files.study
        mode = mode_of(spec, study)
        asked = spec is not None and self._by_weight(spec)
        counted = isinstance(self.unweighted, Counted)
        return Context(
            self.weighted if asked else self.unweighted,
            ResultsWriter(self.wave),
            replace(options_of(study), inference=mode != "description"),
            mode,
            study.population.size,
            rounded=asked and study.weights is not None and study.weights.kind == "like_spss",
            total_cases=self.total,
            sample=None if counted else self._design(asked, mode),
            draw=self._drawn(mode) if counted else None,
        )

    def _drawn(self, mode: Inference) -> Callable[[Cases], Drawn | None] | None:
        """How the design is found among the cases that another engine has counted."""
        study = self.files.study
        return None if mode == "description" else lambda cases: as_read(design_of(study, cases), mode)

    def _design(self, weighted: bool, mode: Inference) -> Drawn | None:
        """The sample's design, with the weight or without; made once each."""
        if mode == "description":
            return None
        if weighted not in self.designs:
            cases = self.weighted if weighted else self.unweighted
            self.designs[weighted] = design_of(self.files.study, cases)
        return as_read(self.designs[weighted], mode)

    def _weighted_by_default(self) -> bool:
        return self.files.study.weights is not None and self.files.study.weights.use

    def rows(self, spec: TableSpec) -> ResultsWriter:
        """The rows of one table."""
        context = self.context(spec)
        with reasons_not_warnings():
            make(spec, context, self.files.codebook)
        return context.writer

    def analysed(self, spec: Analysis) -> ResultsWriter:
        """The rows of all tables of an analysis."""
        context = self.context(None)
        with reasons_not_warnings():
            analyse(spec, context, self.files)
        return context.writer

    def codebook(self) -> ResultsWriter:
        """Every variable once, unweighted: what the codebook and the page on data quality show."""
        with reasons_not_warnings():
            return self._codebook()

    def _codebook(self) -> ResultsWriter:
        context = self.context(None)
        _codebook(context)
        if self._weighted_by_default():  # the tables' counts and shares of the same names are weighted
            context.writer.rename(_UNWEIGHTED)
            alone = {
                n for t in self.files.report.tables() if not t.columns for n in members_of(t.rows, self.files.codebook)
            }
            sample = None if context.draw is not None else self._design(True, context.mode)
            rest = replace(context, cases=self.weighted, writer=ResultsWriter(self.wave), sample=sample)
            _codebook(rest, alone)
            rest.writer.rename(_CASES)
            context.writer.extend(rest.writer)
        weights = self.files.study.weights
        if weights is not None and weights.rake:
            raking_rows(context, weights, self.files.name("study"))
        return context.writer


_UNWEIGHTED = {
    "count": "", "share": "", "valid_share": "", "cumulative_share": "", "missing_count": "", "missing_share": "",
    "mean": "mean_unweighted",
}  # fmt: skip


_CASES = dict.fromkeys(("n", "missing_n", "cases_n", "class_n", "minimum", "maximum"), "")


def _codebook(context: Context, without: Collection[str] = ()) -> None:
    """Every variable once, but for those that have a table of their own where that is said."""
    for name, variable in context.cases.variables.items():
        if name in without:
            continue
        at = len(context.writer)
        counted = variable.categorical or variable.kind in ("numeric", "weight")
        told = context.among(name, presence=not counted)
        if variable.categorical:
            frequency(told, CODEBOOK_TABLE, name, intervals=False)
        elif counted:
            summary(told, CODEBOOK_TABLE, name, ("mean", "minimum", "maximum"))
        else:
            presence(told, CODEBOOK_TABLE, name)
        told.say_cut(at)


def mode_of(spec: TableSpec | None, study: Study) -> Inference:
    """How a table is read: its own choice or the study's."""
    return (spec.inference if spec else None) or study.mode


def options_of(study: Study) -> Options:
    """What the study decides for all statistics."""
    return Options(
        confidence=study.confidence,
        monte_carlo=study.exact.monte_carlo,
        seed=study.exact.seed,
        population=study.population.size,
        adjustment=study.comparisons.adjustment,
        least_expected=study.comparisons.least_expected,
    )
