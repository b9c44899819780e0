"""recognise: is this the file that was meant? Dictionary, codebook and ``mapping.yml`` → ``recognised.json``.

What differs and was not confirmed for this very file is set aside; ``mapping.proposed.yml`` is what a person could say.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.files import hashes, json_hash, write_json, write_text
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job

NAME = "recognise"


def key(job: Job) -> str:
    """The file's hash and dictionary, the codebook, the mapping, and the code that compares them."""
    edited = job.layout.hashes(job.layout.codebook, job.layout.study, job.wave.mapping)
    code = code_hash("waves", "language", "spec", "arrow.py", "stages/recognise.py")
    return json_hash([job.wave.name, job.data_hash, hashes([job.dictionary_file]), edited, code])


def outputs(job: Job) -> list[Path]:
    """What holds for this file, and what a mapping could say of it."""
    return [job.recognised_file, job.proposed_mapping]


def run(job: Job) -> None:
    """Compare the file with the codebook."""
    from pipeline.waves.draft import mapping_text
    from pipeline.waves.load import load_mapping
    from pipeline.waves.recognise import recognise

    files, layout = job.study_files, job.layout
    mapping = load_mapping(layout, job.wave, files.codebook, files.study.languages)
    table = job.table("ingested", job.ingested)
    found, comparison = recognise(job.dictionary, table, files.codebook, mapping)
    proposed = ""
    if found.differs:
        book = layout.recorded(layout.codebook)
        proposed = mapping_text(comparison, job.dictionary, files.codebook, job.wave.name, book)
    job.memory["recognised"] = found
    write_text(job.proposed_mapping, proposed)
    write_json(job.recognised_file, found.model_dump(mode="json"))
