"""compare: all waves side by side. Results and responses of every wave → ``results.parquet`` → the comparison report.

Made when a study has two waves or more. What waves share is computed once per change of data or numbers; a new label
only writes the report again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.files import file_hash, hashes, json_hash, read_file
from pipeline.paths import COMPARISON, MANIFEST, Layout
from pipeline.progress import Progress
from pipeline.stages.freshness import Record, code_hash, write_parquet
from pipeline.stages.job import Job
from pipeline.stages.publication import Publication, house_hash, study_hash, versions

if TYPE_CHECKING:
    from pipeline.comparison.document import Provenance
    from pipeline.comparison.waves import Waves

NAME = "compare"


def waves_with_results(layout: Layout) -> list[str]:
    """The waves that can be compared: those whose file was recognised and whose results and responses are there."""
    layout = layout.as_now()
    names = [name for name in layout.waves() if (layout.processed / name).is_dir()]  # no stray folder gets so far
    jobs = [Job(layout, layout.existing_wave(name)) for name in names]
    needed = [(job.wave.name, (job.results_file, job.responses, job.recognised_file)) for job in jobs]
    return [name for name, files in needed if all(path.is_file() for path in files)]


def run(
    layout: Layout,
    langs: Sequence[str],
    formats: Sequence[str],
    edition: str,
    force: bool,
    progress: Progress,
    begin: Callable[[], None] = lambda: None,
) -> tuple[list[Path], bool] | None:
    """Make the comparison report of all waves where it is not fresh; no language or format named means all.

    Returns its files and whether there was nothing to do; ``None`` with fewer than two waves that have results.
    """
    layout = layout.as_now()
    names = waves_with_results(layout)
    if len(names) < 2:
        return None
    jobs = [Job(layout, layout.existing_wave(name)) for name in names]
    key = _everything(jobs, edition)
    folder = layout.reports / COMPARISON
    manifest = None if force else _manifest_of(folder, key)
    if manifest is not None and _has(manifest, langs, formats):
        return sorted(folder.glob("report.*")), True
    begin()
    progress.step("stage_compare", wave=", ".join(names))
    waves = _gather(layout, jobs)
    results = _compute(layout, jobs, waves, force)
    from pipeline import render

    wanted = langs or jobs[0].languages, formats or render.usual()
    report = Publication.beside_published(layout, COMPARISON, *wanted, edition, jobs[0].languages)
    made = report.publish(lambda folder: _documents(jobs, waves, results, report, folder), results,
                          lambda: _manifest(jobs, key, _alerts(waves, results)))  # fmt: skip
    return made, False


def _has(manifest: dict[str, Any], langs: Sequence[str], formats: Sequence[str]) -> bool:
    """Whether what is published is all that is asked for; none named means all. The study is not read for it."""
    from pipeline import render

    wanted = {*(langs or manifest["study_languages"])}
    return wanted <= {*manifest["languages"]} and {*(formats or render.usual())} <= {*manifest["formats"]}


def _everything(jobs: Sequence[Job], edition: str) -> str:
    """A key of all bytes the comparison can depend on; no file is parsed."""
    study = jobs[0].layout.study_hashes()
    made = [hashes([job.results_file, job.responses, job.recognised_file]) for job in jobs]
    waves = [[job.wave.name, one, _declared(job)] for job, one in zip(jobs, made, strict=True)]
    return json_hash([study, waves, house_hash(), edition])


def _declared(job: Job) -> dict[str, str]:
    """The hashes of what is written about a wave, as far as it is."""
    wave = job.wave
    return job.layout.hashes(wave.corrections, wave.mapping, wave.source, wave.units)


def _manifest_of(folder: Path, key: str) -> dict[str, Any] | None:
    """The manifest of what is published, if it is untouched and was made from inputs with this key."""
    try:
        manifest = json.loads(read_file(folder / MANIFEST))
        outputs = manifest["outputs"]
        whole = (
            manifest["run_key"] == key
            and "study_languages" in manifest
            and all(file_hash(folder / n) == h for n, h in outputs.items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return dict(manifest) if whole else None


def _gather(layout: Layout, jobs: Sequence[Job]) -> Waves:

    from pipeline.arrow import read_parquet
    from pipeline.comparison.waves import Found, gather

    found = [
        Found(job.wave.name, job.source, job.files.codebook, read_parquet(job.responses), job.results, job.mapping)
        for job in jobs
    ]
    return gather(layout, jobs[0].study_files, found)


def _compute(layout: Layout, jobs: Sequence[Job], waves: Waves, force: bool) -> Path:
    """The comparison's result rows, made again only when data, numbers or what may be compared changed."""
    folder = layout.processed / COMPARISON
    path = folder / "results.parquet"
    record = Record(folder / f"{NAME}.fresh.json")
    comparable = {q: {w: c.kind for w, c in by.items()} for q, by in waves.comparable.items()}
    declared = [[w.name, w.population, w.declared.content.model_dump(mode="json")] for w in waves.waves]
    inputs = [hashes([job.results_file, job.responses]) for job in jobs]
    code = code_hash("comparison", "counting", "statistics", "tables", "results.py", "stages/compare.py")
    key = json_hash([waves.names, inputs, declared, comparable, [job.numbers_key() for job in jobs], code])
    if not force and record.holds(key, [path]):
        return path
    from pipeline.comparison.compute import results
    from pipeline.stages.tabulate import mode_of, options_of, reasons_not_warnings

    folder.mkdir(parents=True, exist_ok=True)
    record.path.unlink(missing_ok=True)
    study = waves.files.study
    with reasons_not_warnings():
        found = results(waves, options_of(study), lambda spec: mode_of(spec, study))
    write_parquet(path, found)
    record.write(key, [path])
    return path


def _documents(jobs: Sequence[Job], waves: Waves, results: Path, report: Publication, folder: Path) -> None:
    from pipeline.arrow import read_parquet
    from pipeline.workers import side_by_side

    table, provenance = read_parquet(results), _provenance(report.layout, jobs)
    side_by_side([(one_language, (waves, table, provenance, report, lang, folder)) for lang in report.langs])


def _provenance(layout: Layout, jobs: Sequence[Job]) -> Provenance:
    from pipeline.comparison.document import Provenance, WaveFile

    files = tuple(WaveFile(job.wave.name, layout.recorded(job.survey()), job.dictionary.sha256) for job in jobs)
    return Provenance(files, study_hash(layout), code_hash("."), versions(), "make report")


def _alerts(waves: Waves, results: Path) -> list[Mapping[str, str]]:
    """What the latest wave calls attention to, where ``study.yml`` asks for it."""
    if not waves.files.study.waves.alerts.asked:
        return []
    import pyarrow.parquet as pq

    from pipeline.comparison.alerts import alerts

    return alerts(waves, pq.read_table(results), waves.files.study.languages)


def _manifest(jobs: Sequence[Job], key: str, alerts: list[Mapping[str, str]]) -> dict[str, Any]:
    """What the comparison was made from and calls attention to, beside what every manifest tells."""
    return {
        "waves": [job.wave.name for job in jobs],
        "study_languages": list(jobs[0].languages),
        "data": {job.wave.name: job.dictionary.sha256 for job in jobs},
        "declared": {job.wave.name: _declared(job) for job in jobs},
        "results": {job.wave.name: file_hash(job.results_file) for job in jobs},
        **({"alerts": alerts} if alerts else {}),
        "run_key": key,
    }


def one_language(
    waves: Waves, table: Any, provenance: Provenance, report: Publication, lang: str, folder: Path
) -> None:
    """The comparison's document of one language in every format."""
    from pipeline.comparison.document import document

    report.write(document(waves, table, provenance, lang, report.edition), folder)
