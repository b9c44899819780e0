"""ingest: what the file says, nothing judged.

``survey.sav``, or a file of any other format → ``ingested.parquet`` and ``dictionary.json``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipeline.errors import DataRejected
from pipeline.files import json_hash, write_json
from pipeline.paths import SPSS_SUFFIXES
from pipeline.stages.engines import fits
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job

NAME = "ingest"
_BESIDE_FROM = 64 << 20  # bytes of data from which a second thread gives more than it costs


def key(job: Job) -> str:
    """The file's bytes, what ``source.yml`` says about reading it, and the reader's code."""
    source = job.source
    return json_hash(
        [
            job.data_hash,
            source.encoding,
            source.rows,
            source.sha256,
            _compared(job),
            code_hash("formats", "spss", "arrow.py", "parquet.py", "stages/ingest.py"),
        ]
    )


def _compared(job: Job) -> bool:
    """Whether a second reader reads the file too: a study's SPSS file up to the size that ``study.yml`` sets."""
    path = job.survey()
    if job.passing or path.suffix.lower() not in SPSS_SUFFIXES or not job.layout.study.exists():
        return False
    try:
        return path.stat().st_size <= job.study_files.study.policies.two_readers_up_to * 1_000_000
    except OSError:  # said when it is read
        return False


def outputs(job: Job) -> list[Path]:
    """The data as they are, and the dictionary."""
    return [job.ingested, job.dictionary_file]


def run(job: Job) -> None:
    """Read the file in a guarded child process and keep what it says."""
    from pipeline.formats import Reading
    from pipeline.formats.agreement import SecondReader

    path, source = job.survey(), job.source
    if source.sha256 is not None and job.data_hash != source.sha256:
        raise DataRejected(
            "cli.changed_file",
            file=job.layout.shown(path),
            source=job.layout.shown(job.wave.source),
            expected=source.sha256,
            got=job.data_hash,
        )
    second = SecondReader(path, source.encoding, job.layout.shown(path)) if _compared(job) else None
    reading = Reading(path, source.encoding, source.rows, source.sha256, shown=job.layout.shown(path))
    job.meanwhile()
    try:
        found = reading.result()
    except BaseException:
        if second is not None:
            second.stop()
        raise
    if second is not None:
        found = replace(found, dictionary=replace(found.dictionary, second=second.agree(found)))
    job.memory["dictionary"] = found.dictionary
    job.data_hash = found.dictionary.sha256  # whatever lay there when it was asked whether to read it
    if found.table.nbytes < _BESIDE_FROM or not fits(found.table.num_rows, found.table.num_columns):
        job.leave("ingested", job.ingested, found.table)
    else:  # the later stages' view of the columns is made while they are stored
        with ThreadPoolExecutor(1) as beside:
            written = beside.submit(job.leave, "ingested", job.ingested, found.table)
            job.columns(found.table).code_all(found.dictionary)
            written.result()
    write_json(job.dictionary_file, found.dictionary.to_json())
