"""process: derived variables. ``harmonised.parquet`` → ``responses.parquet``, the last file with respondents' rows.

Codes stay as the file has them, user-missing codes included: the codebook says which are missing. Only variables of
the codebook are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.arrow import float_array
from pipeline.counting.cases import Cases
from pipeline.counting.columns import Columns
from pipeline.files import hashes, json_hash
from pipeline.spec.model import Codebook, Derived, Study, Weights
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "process"


def key(job: Job) -> str:
    """The harmonised data and the study's numbers."""
    made_by = ("counting", "statistics/design.py", "tables/raking.py", "tables/designs.py", "arrow.py", "parquet.py")
    types = (
        "tables/configurations.py",
        *(f"statistics/{f}.py" for f in ("clusters", "correspondence", "factors", "correlation")),
    )
    code = code_hash(*made_by, *types, "interviews/answers.py", "stages/process.py", "stages/own_variables.py")
    return json_hash([hashes([job.harmonised]), job.numbers_key(), code])


def outputs(job: Job) -> list[Path]:
    """Respondents' rows."""
    return [job.responses]


def run(job: Job) -> None:
    """Add the derived variables and keep what the codebook knows."""
    table = job.table("harmonised", job.harmonised)
    responses = derived(job)
    weights = job.files.study.weights
    if weights is not None and weights.rake:
        responses = with_raked(responses, weights, job.files.codebook, job.files.name("study"))
    responses = with_types(responses, job.files.codebook, job.files.study)
    job.leave("responses", job.responses, responses, same=(table, job.harmonised))


def derived(job: Job) -> pa.Table:
    """The harmonised data with the derived variables, made once for the stages that need them."""
    if "derived" not in job.memory:
        harmonised = job.table("harmonised", job.harmonised)
        made = with_derived(harmonised, job.files.codebook, job.columns(harmonised))
        job.memory["derived"] = _with_own(_with_coded(made, job), job)
    found: pa.Table = job.memory["derived"]
    return found


def _with_coded(table: pa.Table, job: Job) -> pa.Table:
    """The table with the codes that people gave answers to open questions, as texts; none where nobody coded."""
    identifier = job.files.study.identifier
    wanted = {name: how.coded for name, how in job.files.codebook.derived.items() if how.coded in table.column_names}
    if not wanted or identifier not in table.column_names:
        return table
    from pipeline.arrow import text_array
    from pipeline.interviews import answers
    from pipeline.spss.model import code_text

    units = [None if unit is None else code_text(unit) for unit in table.column(identifier).to_pylist()]
    for name, question in wanted.items():
        coding = answers.read(job.layout, question) if question else None
        given = [coding.main(job.wave.name, unit) if coding and unit is not None else None for unit in units]
        table = table.append_column(name, text_array([None if codes is None else " ".join(codes) for codes in given]))
    return table


def _with_own(table: pa.Table, job: Job) -> pa.Table:
    """The table with the variables that functions of the study's ``derive.py`` make, where it has what they use."""
    codebook, there = job.files.codebook, set(table.column_names)
    names = [name for name, how in codebook.derived.items() if how.uses and {*how.uses} <= there]
    if not names:
        return table
    from pipeline.stages.own_variables import own_variables

    used = dict.fromkeys(n for name in names for n in codebook.derived[name].uses)
    found = own_variables(job.layout, table.select(list(used)), codebook, names, job.languages[0])
    for name, column in found.items():
        table = table.append_column(name, column)
    return table


def with_derived(table: pa.Table, codebook: Codebook, columns: Columns | None = None) -> pa.Table:
    """The codebook's columns of an Arrow table, and the derived ones. ``columns``: the table's, where coded before."""
    there = set(table.column_names)
    kept = table.select([name for name in codebook.variables if name in there])
    cases = Cases(Columns(kept, columns), codebook.model_copy(update={"derived": {}}))
    for name, how in codebook.derived.items():
        if not (how.uses or how.clusters or how.coded) and all(n in kept.column_names for n in how.parts):
            kept = kept.append_column(name, float_array(_derive(how, cases)))
    return kept


def with_raked(table: pa.Table, weights: Weights, codebook: Codebook, study: str) -> pa.Table:
    """The table with the weight that meets the population's margins; empty for a case without a place on them.

    Raises :class:`DataRejected` when no weights can meet the margins, naming them.
    """
    from pipeline.tables.raking import fitted_weights

    return table.append_column(
        weights.variable, float_array(fitted_weights(Cases(table, codebook), weights, study).values)
    )


def with_types(table: pa.Table, codebook: Codebook, study: Study) -> pa.Table:
    """The table with the type of each case, ``1``, ``2``, … from the largest, where the codebook wants some.

    They are made as the tables count, with the weight where it is on; empty for a case that takes no part.
    """
    wanted = {name: how.clusters for name, how in codebook.derived.items() if how.clusters is not None}
    wanted = {name: one for name, one in wanted.items() if one.of in codebook.configurations}
    if not wanted:
        return table
    from pipeline.tables.configurations import analysed, type_of_cases, types
    from pipeline.tables.context import weight_of

    plain = codebook.model_copy(update={"derived": {n: d for n, d in codebook.derived.items() if n not in wanted}})
    weight = weight_of(study) if study.weights is not None and study.weights.use else (None, "none")
    cases = Cases(table, plain, *weight)
    for name, clusters in wanted.items():
        made = analysed(cases, codebook.configurations[clusters.of])
        values = np.full(table.num_rows, np.nan)
        values[cases.positions] = type_of_cases(made, types(made, clusters))
        table = table.append_column(name, float_array(values))
    return table


def _derive(derived: Derived, cases: Cases) -> np.ndarray:
    """The values of a derived variable: the code of the band a case falls in, or the mean of several variables."""
    if derived.mean_of:
        x = np.column_stack([cases.numeric(name) for name in derived.mean_of])
        valid = np.count_nonzero(~np.isnan(x), axis=1)
        total = np.nansum(x, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(valid >= max(derived.least, 1), total / valid, np.nan)
    if derived.source is None:
        raise ValueError(f"derived variable {derived.name} has no source")
    values = np.full(cases.rows, np.nan)
    coded = cases.coded(derived.source) if any(b.codes for b in derived.bands.values()) else None
    numeric = cases.numeric(derived.source)
    for code, band in derived.bands.items():
        if band.codes and coded is not None:
            wanted = [i + 1 for i, c in enumerate(coded.codes) if c in band.codes]
            inside = np.isin(coded.index, wanted)
        else:
            low = -np.inf if band.low is None else band.low
            high = np.inf if band.high is None else band.high
            inside = (numeric >= low) & (numeric < high)
        values[inside & np.isnan(values)] = float(code)
    return values
