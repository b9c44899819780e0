"""render: results → documents → every format, built aside and published in one rename."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.files import hashes, json_hash
from pipeline.paths import on_one_line
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job
from pipeline.stages.publication import Publication, house_hash, study_hash, versions
from pipeline.workers import Helper, side_by_side

NAME = "render"


def key(job: Job, edition: str = "internal") -> str:
    """Everything a document is made from: results, findings, dictionary, the study's files, words and layouts."""
    study = json_hash([job.layout.study_hashes(), _declared(job)])
    own = [job.crossings_file] if edition == "internal" else []
    made = hashes([job.published_results(edition), *own, job.findings_file, job.dictionary_file])
    return json_hash([job.wave.name, study, made, house_hash()])


def _declared(job: Job) -> dict[str, str]:
    """The hashes of what is written about the wave, as far as it is."""
    return job.layout.hashes(job.wave.source, job.wave.mapping, job.wave.corrections)


def run(
    job: Job, langs: Sequence[str], formats: Sequence[str], edition: str, helper: Helper | None = None
) -> list[Path]:
    """Make the reports of a wave and publish them. Reports of other languages and formats are made anew with them.

    With a ``helper`` (whose ``prepare`` is :func:`prepare`) the languages are written side by side, beside this
    process. Returns the published paths.
    """
    report = Publication.beside_published(job.layout, job.wave.name, langs, formats, edition, job.languages)

    def documents(folder: Path) -> None:
        if helper is None:
            for lang in report.langs:
                one_language(job, report, lang, folder)
        else:
            helper.ask(in_helper, report, job.survey(), folder).get()
        _networks(job, edition, folder)

    return report.publish(documents, job.published_results(edition), lambda: _manifest(job, edition))


def prepare() -> None:
    """Import what writing reports needs: a helper does this while the data are read and counted."""
    from pipeline.present import build, charts  # noqa: F401

    charts.prepare()
    for library in ("babel", "jinja2", "lxml.etree", "pyarrow.parquet", "typst", "xlsxwriter"):
        importlib.import_module(library)


def in_helper(report: Publication, survey: Path, folder: Path) -> None:
    """:func:`one_language` for each language, in another process, which reads the files that the stages have left."""
    job = Job(report.layout, report.layout.wave(report.name), chosen=survey)
    _ = job.files, job.source
    if report.edition == "internal":
        _ = job.results
    side_by_side([(one_language, (job, report, lang, folder)) for lang in report.langs])


def one_language(job: Job, report: Publication, lang: str, folder: Path) -> None:
    """The document of one language in every format."""
    from pipeline import crossings
    from pipeline.present.build import document
    from pipeline.results import Results

    public = report.edition == "public"
    pairs = None if public else crossings.read(job.crossings_file)
    results = Results.read(job.public_file) if public else job.results
    told = origins(job, report.edition)
    made = document(job.files, job.source, results, told, job.wave.name, lang, report.edition, pairs, job.published)
    report.write(made, folder)


def _networks(job: Job, edition: str, folder: Path) -> None:
    """The networks that the report shows, for other programs: ``network.<name>.graphml`` and others."""
    from pipeline.spec.networks import NetworkSpec

    public = edition == "public"
    asked = [one for one in job.files.report.analyses() if isinstance(one, NetworkSpec)]
    specs = {one.network: one for one in asked if not (public and one.withheld(job.files.codebook))}
    if not specs:
        return
    from pipeline.present.networks.exchange import FORMATS, exchanged
    from pipeline.present.view import View
    from pipeline.results import Results

    results = Results.read(job.public_file) if public else job.results
    view = View(job.languages[0], job.wave.name, job.files, job.source, results)
    for name, spec in specs.items():
        network = exchanged(view, spec)
        if network is None:
            continue
        for suffix, written in FORMATS.items():
            (folder / f"network.{name}.{suffix}").write_text(written(network), encoding="utf-8", newline="\n")


def origins(job: Job, edition: str = "internal") -> Any:
    """What a wave's report says of where its numbers come from. What validation found names units: the public edition
    does not have it."""
    from pipeline.present.back_matter import Origins

    public = edition == "public"
    return Origins(
        dictionary=job.dictionary,
        findings=[] if public else job.findings,
        file_name=job.layout.recorded(job.survey()),
        study_hash=study_hash(job.layout),
        code_hash=code_hash("."),
        versions=versions(),
        rebuild=job.rebuild or f"make report WAVE={job.wave.name}" + (" EDITION=public" if public else ""),
        hidden=json.loads(job.told_file.read_text("utf-8")) if public else None,
    )


def _manifest(job: Job, edition: str) -> dict[str, Any]:
    """What the report was made from, beside what every manifest tells."""
    return {
        "wave": job.wave.name,
        "data": {on_one_line(job.survey().name): job.dictionary.sha256},  # as it was read, whatever lies there by now
        "declared": _declared(job),
        "seed": job.files.study.exact.seed,
        "findings": [{"level": f["level"], "id": f["id"]} for f in job.findings if edition == "internal"],
        "render_key": key(job, edition),
    }
