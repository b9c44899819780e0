"""recognise: is this the file that was meant? Dictionary, codebook and ``mapping.yml`` → ``recognised.json``, figures.

What differs and was not confirmed for this very file is set aside; ``mapping.proposed.yml`` is what a person could say.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.files import hashes, json_hash, write_json, write_text
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job

NAME = "recognise"


def key(job: Job) -> str:
    """The file's hash and dictionary, the codebook, the mapping, the figures of the waves next to it, and the code that
    compares them."""
    edited = job.layout.hashes(job.layout.codebook, job.layout.study, job.wave.mapping)
    code = code_hash("waves", "language", "spec", "arrow.py", "stages/recognise.py")
    return json_hash([job.wave.name, job.data_hash, hashes([job.dictionary_file]), edited, job.next_to(), code])


def outputs(job: Job) -> list[Path]:
    """What holds for this file, what a mapping could say of it, and its figures."""
    return [job.recognised_file, job.proposed_mapping, job.wave.figures]


def run(job: Job) -> None:
    """Compare the file with the codebook."""
    from pipeline.waves.draft import mapping_text
    from pipeline.waves.figures import lent
    from pipeline.waves.load import load_mapping
    from pipeline.waves.recognise import beside, recognise

    files, layout = job.study_files, job.layout
    mapping = load_mapping(layout, job.wave, files.codebook, files.study.languages)
    table = job.table("ingested", job.ingested)
    before = lent(job.layout, tuple(job.next_to()))
    found, comparison = recognise(job.dictionary, table, files.codebook, mapping, before)
    figures = beside(found, comparison, job.dictionary, table, files.codebook, job.wave.name)
    proposed = ""
    if found.differs:
        book = layout.recorded(layout.codebook)
        proposed = mapping_text(comparison, job.dictionary, files.codebook, job.wave.name, book)
    job.memory["recognised"] = found
    write_text(job.proposed_mapping, proposed)
    write_json(job.wave.figures, figures.model_dump(mode="json"))
    write_json(job.recognised_file, found.model_dump(mode="json"))
