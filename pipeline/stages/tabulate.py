"""tabulate: every table of the report as result rows. ``responses.parquet`` → ``results.parquet``."""

from __future__ import annotations

from pathlib import Path

from pipeline.counting.cases import Cases
from pipeline.results import CODEBOOK_TABLE, Results, ResultsWriter
from pipeline.spec.model import Inference, Study, TableSpec
from pipeline.stages.freshness import code_hash, hashes, json_hash, write_parquet
from pipeline.stages.job import Job
from pipeline.statistics.core import Options, Weighting
from pipeline.tables.context import Context
from pipeline.tables.one_way import frequency, presence, summary
from pipeline.tables.plan import check_statistics, make

NAME = "tabulate"


def key(job: Job) -> str:
    """The responses, the study's numbers, and the code that counts and computes."""
    code = code_hash("counting", "statistics", "tables", "results.py", "stages/tabulate.py")
    return json_hash([job.wave.name, hashes([job.responses]), job.numbers_key(), code])


def outputs(job: Job) -> list[Path]:
    """One row per number."""
    return [job.results_file]


def run(job: Job) -> None:
    """Count and compute every table."""
    import pyarrow.parquet as pq

    files = job.files
    check_statistics(files)
    table = job.memory.get("responses")
    if table is None:
        table = pq.read_table(job.responses)
    study = files.study
    unweighted = Cases(table, files.codebook)
    weight, weighting = weight_of(study)
    weighted = Cases(table, files.codebook, weight, weighting) if weight else unweighted
    writer = ResultsWriter(job.wave.name)
    by_default = study.weights is not None and study.weights.use
    for spec in files.report.tables():
        cases = weighted if (by_default if spec.weighted is None else spec.weighted) else unweighted
        context = Context(
            cases,
            writer,
            options_of(study),
            mode_of(spec, study),
            study.population.size,
            rounded=study.weights is not None and study.weights.kind == "like_spss" and cases is weighted,
            total_cases=table.num_rows,
        )
        make(spec, context, files.codebook)
    _codebook(Context(unweighted, writer, options_of(study), mode_of(None, study), study.population.size,
                      total_cases=table.num_rows))  # fmt: skip
    results = writer.table()
    write_parquet(job.results_file, results)
    job.memory["results"] = Results(results)


def _codebook(context: Context) -> None:
    """Every variable once, unweighted: what the codebook and the page on data quality show."""
    for name, variable in context.cases.variables.items():
        if variable.categorical:
            frequency(context, CODEBOOK_TABLE, name, intervals=False)
        elif variable.kind in ("numeric", "weight"):
            summary(context, CODEBOOK_TABLE, name, ("mean", "minimum", "maximum"))
        else:
            presence(context, CODEBOOK_TABLE, name)


def mode_of(spec: TableSpec | None, study: Study) -> Inference:
    """How a table is read: its own choice or the study's. A description needs N; without it data are a sample."""
    mode = (spec.inference if spec else None) or study.inference
    return "sample" if mode == "description" and study.population.size is None else mode


def weight_of(study: Study) -> tuple[str | None, Weighting]:
    """The weight's variable and how it is meant."""
    if study.weights is None:
        return None, "none"
    return study.weights.variable, "probability" if study.weights.kind == "probability" else "frequency"


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
