"""ingest: what the file says, nothing judged.

``survey.sav``, or a file of any other format → ``ingested.parquet`` and ``dictionary.json``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.errors import DataRejected
from pipeline.files import json_hash, write_json
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
            code_hash("formats", "spss", "arrow.py", "parquet.py", "stages/ingest.py"),
        ]
    )


def outputs(job: Job) -> list[Path]:
    """The data as they are, and the dictionary."""
    return [job.ingested, job.dictionary_file]


def run(job: Job) -> None:
    """Read the file in a guarded child process and keep what it says."""
    from pipeline.formats import Reading

    path, source = job.survey(), job.source
    if source.sha256 is not None and job.data_hash != source.sha256:
        raise DataRejected(
            "cli.changed_file",
            file=job.layout.shown(path),
            source=job.layout.shown(job.wave.source),
            expected=source.sha256,
            got=job.data_hash,
        )
    reading = Reading(path, source.encoding, source.rows, source.sha256, shown=job.layout.shown(path))
    job.meanwhile()
    found = reading.result()
    job.memory["dictionary"] = found.dictionary
    job.data_hash = found.dictionary.sha256  # whatever lay there when it was asked whether to read it
    if found.table.nbytes < _BESIDE_FROM:
        job.leave("ingested", job.ingested, found.table)
    else:  # the later stages' view of the columns is made while they are stored
        with ThreadPoolExecutor(1) as beside:
            written = beside.submit(job.leave, "ingested", job.ingested, found.table)
            job.columns(found.table).code_all(found.dictionary)
            written.result()
    write_json(job.dictionary_file, found.dictionary.to_json())
