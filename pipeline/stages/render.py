"""render: results → documents → every format, built aside and published in one rename."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline import paths, publish
from pipeline.files import file_hash, hashes, json_hash, text_hash, write_json
from pipeline.paths import Layout, on_one_line
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job
from pipeline.workers import Helper, side_by_side

NAME = "render"

TOOLS = ("pandas", "statsmodels", "pyreadstat", "jinja2", "matplotlib", "numpy", "scipy", "pyarrow", "typst")


def file_name(lang: str, suffix: str) -> str:
    """``report.it.html``."""
    return f"report.{lang}{suffix}"


def key(job: Job) -> str:
    """Everything a document is made from: results, findings, dictionary, the study's files, words and layouts."""
    study = json_hash([study_hashes(job.layout), _declared(job)])
    made = hashes([job.results_file, job.findings_file, job.dictionary_file])
    return json_hash([job.wave.name, study, made, code_hash("."), _fonts_hash(), versions()])


def _declared(job: Job) -> dict[str, str]:
    """The hashes of what is written about the wave, as far as it is."""
    return job.layout.hashes(job.wave.source, job.wave.mapping, job.wave.corrections)


def study_hashes(layout: Layout) -> dict[str, str]:
    """The hashes of the study's files, by name."""
    return layout.hashes(layout.study, layout.codebook, layout.report)


def _fonts_hash() -> str:
    return json_hash(hashes(sorted(paths.FONTS.glob("*.ttf"))))


def versions() -> dict[str, str]:
    """The versions of what computes and draws."""
    found = {"Python": platform.python_version()}
    for name in TOOLS:
        found[name] = importlib.metadata.version(name)
    return found


def run(
    job: Job, langs: Sequence[str], formats: Sequence[str], edition: str, helper: Helper | None = None
) -> list[Path]:
    """Make the reports of a wave and publish them. Reports of other languages and formats are made anew with them.

    With a ``helper`` (whose ``prepare`` is :func:`prepare`) the languages are written side by side, beside this
    process. Returns the published paths.
    """
    langs, formats = _with_published(job, langs, formats)
    with publish.build(job.layout, job.wave.name) as folder:
        if helper is None:
            for lang in langs:
                one_language(job, lang, edition, formats, folder)
            _results_beside(job, folder)
        else:
            written = helper.ask(
                in_helper, job.layout, job.wave.name, job.survey(), langs, edition, tuple(formats), folder
            )
            _results_beside(job, folder)
            written.get()
        write_json(folder / "manifest.json", manifest(job, folder, langs, formats, edition))
    return sorted(job.wave.reports.glob("report.*"))


def prepare() -> None:
    """Import what writing reports needs: a helper does this while the data are read and counted."""
    from pipeline.present import build, charts  # noqa: F401

    charts.prepare()
    for library in ("babel", "jinja2", "lxml.etree", "pyarrow.parquet", "typst", "xlsxwriter"):
        importlib.import_module(library)


def in_helper(
    layout: Layout, wave: str, survey: Path, langs: Sequence[str], edition: str, formats: Sequence[str], folder: Path
) -> None:
    """:func:`one_language` for each language, in another process, which reads the files that the stages have left."""
    job = Job(layout, layout.wave(wave), chosen=survey)
    _ = job.files, job.source, job.results
    side_by_side([(one_language, (job, lang, edition, formats, folder)) for lang in langs])


def _with_published(job: Job, langs: Sequence[str], formats: Sequence[str]) -> tuple[list[str], list[str]]:
    """What was asked for and what is already published: a part is never left stale beside a new one."""
    all_langs, all_formats = list(langs), list(formats)
    for path in job.wave.reports.glob("report.*.*") if job.wave.reports.is_dir() else ():
        _, lang, ending = path.name.split(".", 2)
        if lang in job.languages and lang not in all_langs:
            all_langs.append(lang)
        if ending not in all_formats and ending in _known_formats():
            all_formats.append(ending)
    return all_langs, all_formats


def _known_formats() -> list[str]:
    from pipeline import render

    return list(render.formats())


def one_language(job: Job, lang: str, edition: str, formats: Sequence[str], folder: Path) -> None:
    """The document of one language in every format."""
    from pipeline import render
    from pipeline.present.build import document

    made = document(job.files, job.source, job.results, _origins(job), job.wave.name, lang, edition)
    for name in formats:
        render.write(name, made, folder / file_name(lang, render.suffix(name)))


def _results_beside(job: Job, folder: Path) -> None:
    """The numbers themselves beside the report, for people with other tools."""
    from pipeline.arrow import read_parquet
    from pipeline.results import csv_text

    shutil.copyfile(job.results_file, folder / "results.parquet")
    (folder / "results.csv").write_text(csv_text(read_parquet(job.results_file)), encoding="utf-8")


def _origins(job: Job) -> Any:
    from pipeline.present.back_matter import Origins

    return Origins(
        dictionary=job.dictionary,
        findings=job.findings,
        file_name=job.layout.recorded(job.survey()),
        study_hash=study_hash(job),
        code_hash=code_hash("."),
        versions=versions(),
        rebuild=job.rebuild or f"make report WAVE={job.wave.name}",
    )


def study_hash(job: Job) -> str:
    """A hash of the study's files."""
    return text_hash(*study_hashes(job.layout).values())


def manifest(job: Job, folder: Path, langs: Sequence[str], formats: Sequence[str], edition: str) -> dict[str, Any]:
    """What the report was made from and what it is: everything but times, which change from run to run."""
    lock = paths.ROOT / "requirements.lock"
    return {
        "wave": job.wave.name,
        "edition": edition,
        "languages": sorted(langs),
        "formats": sorted(formats),
        "data": {on_one_line(job.survey().name): job.dictionary.sha256},  # as it was read, whatever lies there by now
        "declared": _declared(job),
        "study": study_hashes(job.layout),
        "code": code_hash("."),
        "lock": file_hash(lock) if lock.is_file() else "",
        "seed": job.files.study.exact.seed,
        "findings": [{"level": f["level"], "id": f["id"]} for f in job.findings],
        "versions": versions(),
        "render_key": key(job),
        "outputs": {p.name: file_hash(p) for p in sorted(folder.iterdir()) if p.name != "manifest.json"},
    }
