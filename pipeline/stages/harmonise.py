"""harmonise: the wave's names and codes → the codebook's. ``ingested.parquet`` → ``harmonised.parquet``.

Applies ``corrections.yml``, then ``mapping.yml`` of the wave's folder; without them the data pass as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import StudyError
from pipeline.files import hashes, json_hash, write_json
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job

NAME = "harmonise"


def key(job: Job) -> str:
    """The ingested data, mapping and corrections, what the codebook calls things, and the code that applies them."""
    files = job.study_files
    study = [files.study.model_dump(mode="json"), files.codebook.model_dump(mode="json")]
    shown = [*files.report.tables(), *files.report.analyses()]
    tables = [spec.model_dump(mode="json") for spec in shown] if job.mapping is not None else []
    read = hashes([job.ingested, job.dictionary_file, job.recognised_file])
    read |= job.layout.hashes(job.wave.corrections)
    code = code_hash("waves", "language", "arrow.py", "parquet.py", "stages/harmonise.py")
    return json_hash([job.wave.name, read, study if job.mapping is not None else files.study.identifier, tables, code])


def outputs(job: Job) -> list[Path]:
    """The data in the codebook's terms, and what is to be said about that."""
    return [job.harmonised, job.harmonise_findings]


def run(job: Job) -> None:
    """Correct, then map."""
    from pipeline.waves.apply import corrected, mapped
    from pipeline.waves.load import load_corrections

    ingested = table = job.table("ingested", job.ingested)
    file = job.layout.recorded(job.survey())
    corrections, lines = load_corrections(job.layout, job.wave)
    if lines is not None and corrections.corrections:
        table = corrected(table, job.dictionary, corrections, lines, file, _identifier(job, lines.name))
    found = list(_findings(job, table, corrections))
    table = mapped(
        table, job.mapping, job.study_files.codebook, job.unavailable, job.layout.recorded(job.wave.mapping), file
    )
    job.leave("harmonised", job.harmonised, table, same=(ingested, job.ingested))
    write_json(job.harmonise_findings, found)


def _identifier(job: Job, corrections: str) -> str:
    """The file's variable that names the units."""
    name = job.study_files.study.identifier
    in_file = name if name is None or job.mapping is None else job.mapping.file_name(name)
    if in_file is None or in_file not in {v.name for v in job.dictionary.variables}:
        raise StudyError("waves.correction_no_identifier", file=corrections, study=job.study_files.name("study"))
    return in_file


def _findings(job: Job, table: Any, corrections: Any) -> Iterator[dict[str, Any]]:
    from pipeline.waves.apply import not_mapped
    from pipeline.waves.findings import of_corrections, of_mapping, of_recognised
    from pipeline.waves.within import left_out

    files, mapping = job.study_files, job.mapping
    place, book = (job.layout.recorded(path) for path in (job.wave.mapping, job.layout.codebook))
    yield from of_corrections(corrections.corrections, files.study.languages)
    yield from of_recognised(job.recognised, job.layout.recorded(job.survey()), place, book)
    if mapping is None:
        return
    there = set(table.column_names)
    known = {name for name in mapping.variables if mapping.file_name(name) in there}
    out = {*job.unavailable, *(mapping.variables.keys() - known)}
    dropped = list(not_mapped(table, mapping, out))
    yield from of_mapping(files, mapping, place, left_out(files, job.unavailable), dropped)
