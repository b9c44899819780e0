"""A run: the stages of each wave in order, skipped where nothing changed, one run at a time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline import clock, paths, publish
from pipeline.errors import DataRejected, PipelineError, RenderingFailed, StudyError, UsageError, nearest
from pipeline.files import file_hash, json_hash, read_file, write_json
from pipeline.paths import Layout, Wave
from pipeline.progress import Progress
from pipeline.stages.freshness import Record, code_hash, made, typefaces
from pipeline.stages.job import Job, figures_beside

STAGES = ("ingest", "recognise", "harmonise", "validate", "process", "tabulate", "render")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for; empty means the study's languages and all formats."""

    langs: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    edition: str = "internal"
    force: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one wave: its published files, or that nothing was to do."""

    wave: str
    files: tuple[Path, ...]
    fresh: bool


def report(
    layout: Layout,
    waves: Sequence[str],
    wanted: Wanted,
    progress: Progress,
    draft: Callable[[Job], None] = lambda job: None,
    begin: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Make the reports of the waves named, or of all. Raises a :class:`PipelineError` naming what to mend.

    ``draft`` is called for a wave that has something to do, when its file has been recognised: it may write a first
    ``mapping.yml``. ``begin`` is called before the first thing is done, where there is something to do.
    """
    layout = _edition(layout, wanted)
    found = _waves(layout, waves)
    with publish.lock(layout):
        stale = [wave for wave in found if wanted.force or not _fresh(layout, wave, wanted)]
        if not stale:
            return [Outcome(wave.name, _files(wave), fresh=True) for wave in found]
        begin()
        return [
            _wave(layout, wave, wanted, progress, draft)
            if wave in stale
            else Outcome(wave.name, _files(wave), fresh=True)
            for wave in found
        ]


def compare(
    layout: Layout, wanted: Wanted, progress: Progress, begin: Callable[[], None] = lambda: None
) -> Outcome | None:
    """Make the comparison of all waves that have results; ``None`` where there are fewer than two."""
    if len(layout.waves()) < 2 or wanted.edition != "internal":
        return None  # the comparison reads respondents' answers of all waves: it has no public edition
    from pipeline.stages import compare as last

    with publish.lock(layout):
        made = last.run(layout, wanted.langs, wanted.formats, wanted.edition, wanted.force, progress, begin)
    return None if made is None else Outcome(paths.COMPARISON, tuple(made[0]), fresh=made[1])


def _fresh(layout: Layout, wave: Wave, wanted: Wanted) -> bool:
    """Whether what is wanted of a wave's report is published, untouched, and made from all bytes as they are now."""
    published = _published(wave, wanted.edition)
    if published is None or published["run_key"] != _everything(Job(layout, wave), wanted.edition):
        return False
    if published["beside"] != figures_beside(layout, layout.towards(wave.name, published["own_wave"])):
        return False
    manifest = published["manifest"]
    langs, formats = wanted.langs or published["langs"], wanted.formats or published["formats"]
    return set(langs) <= set(manifest["languages"]) and set(formats) <= set(manifest["formats"])


def _edition(layout: Layout, wanted: Wanted) -> Layout:
    """The study as it is now, its reports those of the edition wanted. Raises where the study does not have that."""
    layout = layout.as_now()
    if wanted.edition == "internal":
        return layout
    from pipeline.spec.load import load

    files = load(layout)
    if wanted.edition not in files.study.editions:
        raise UsageError("cli.no_such_edition", edition=wanted.edition, file=files.name("study"))
    return replace(layout, edition=wanted.edition)


def _waves(layout: Layout, names: Sequence[str]) -> list[Wave]:
    """The waves named, or all; at least one."""
    names = list(names) or layout.waves()
    if not names:
        raise no_wave(layout)
    return [layout.existing_wave(name) for name in names]


def no_wave(layout: Layout) -> DataRejected:
    """There is nothing to report on; a file that lies beside the waves' folders is named, with what to type."""
    folder = layout.shown(layout.raw)
    loose = paths.survey_files(layout.raw)
    if loose:
        return DataRejected("cli.loose_file", folder=folder, file=layout.shown(loose[0]))
    return DataRejected("cli.no_wave", folder=folder)


def stage(layout: Layout, name: str, waves: Sequence[str], wanted: Wanted, progress: Progress) -> None:
    """Run one stage of the waves named, or of all; stages before it are run where they are not fresh."""
    layout = _edition(layout, wanted)
    found = _waves(layout, waves)
    with publish.lock(layout):
        for wave in found:
            job = Job(layout, wave)
            if name == "render":
                _wave(layout, job.wave, wanted, progress)
                continue
            for each in STAGES[: STAGES.index(name) + 1]:
                run_stage(job, each, wanted.force and each == name, progress)
                if each == "recognise":
                    _say_unmapped(job, progress)


def _wave(
    layout: Layout, wave: Wave, wanted: Wanted, progress: Progress, draft: Callable[[Job], None] = lambda job: None
) -> Outcome:
    started = clock.now()
    job = Job(layout, wave, meanwhile=_import_ahead)
    _everything(job, wanted.edition)  # reads what the report is made from, before any process is started for it
    langs = _chosen(wanted.langs, job.languages, "cli.no_such_language")
    _say_untranslated(job, progress)
    study = job.study_files
    if study.study.status == "final" and (lacking := study.study.undisclosed(job.source)):
        raise StudyError(
            "study.final_lacks",
            file=study.name("study"),
            line=study.line("study", "status"),
            lacking="; ".join(lacking),
        )
    from pipeline import render, workers
    from pipeline.stages import render as last
    from pipeline.stages import tabulate

    formats = _chosen(wanted.formats, render.formats(), "cli.no_such_format") if wanted.formats else render.usual()
    with contextlib.ExitStack() as helpers:
        writer = helpers.enter_context(workers.Helper(last.prepare))
        if any(spec.model is not None for spec in job.study_files.report.tables()):
            job.modeller = helpers.enter_context(workers.Helper(tabulate.prepare_models))
        for name in STAGES[:-1]:
            run_stage(job, name, wanted.force, progress)
            if name == "recognise":
                draft(job)
        if wanted.edition == "public":
            run_stage(job, "disclose", wanted.force, progress)
        progress.step("stage_render", wave=wave.name)
        last.run(job, langs, formats, wanted.edition, writer)
    run_key = _everything(job, wanted.edition)
    all_of_both = {"langs": list(job.languages), "formats": list(render.usual())}
    kept = {"run_key": run_key, **all_of_both, "own_wave": job.own_wave, "beside": job.next_to(), "made": made(started)}
    write_json(_record(wave, wanted.edition), kept)
    return Outcome(wave.name, _files(wave), fresh=False)


def _say_unmapped(job: Job, progress: Progress) -> None:
    """What to do where questions wait and there is no mapping in which to confirm them: a stage drafts none."""
    found = job.recognised
    if found.held and not found.mapped:
        progress.say(
            "no_mapping", wave=job.wave.name, count=len(found.held), mapping=job.layout.shown(job.wave.mapping),
            proposed=job.layout.shown(job.proposed_mapping),
        )  # fmt: skip


MOST_PLACES = 5  # places named in the line about texts that a language lacks


def _say_untranslated(job: Job, progress: Progress) -> None:
    """Once a run, of each language that texts of the study lack: how many, where the first of them are."""
    for lang in job.languages:
        lacking = [one for one in job.study_files.untranslated if one.language == lang]
        if lacking:
            places = [f"{one.file}:{one.line} {one.where}" for one in lacking[:MOST_PLACES]]
            more = ["…"] if len(lacking) > MOST_PLACES else []
            progress.say_once(
                "untranslated", count=len(lacking), language=lang, first=job.languages[0],
                places=", ".join(places + more),
            )  # fmt: skip


def _import_ahead() -> None:
    """Import what the later stages need, while the file is being read by a process of its own."""
    for name in ("recognise", "harmonise", "validate", "process", "tabulate"):
        _module(name)
    from pipeline.statistics import registry

    registry.known()


def _chosen(asked: tuple[str, ...], known: tuple[str, ...], text_id: str) -> tuple[str, ...]:
    for name in asked:
        if name not in known:
            raise UsageError(text_id, name=name, known=", ".join(known), nearest=nearest(name, known) or known[0])
    return asked or known


def run_stage(job: Job, name: str, force: bool = False, progress: Progress | None = None) -> None:
    """Run one stage of a wave where its outputs are not fresh."""
    module = _module(name)
    if name == "recognise":
        _next_to(job, progress)
    record = Record(job.wave.processed / f"{name}.fresh.json")
    key = module.key(job)
    outputs = module.outputs(job)
    if not force and record.holds(key, outputs):
        return
    if progress is not None:
        progress.step(f"stage_{name}", wave=job.wave.name)
    try:
        job.wave.processed.mkdir(parents=True, exist_ok=True)
        record.path.unlink(missing_ok=True)
        module.run(job)
        record.write(module.key(job) if name == "ingest" else key, outputs)  # of the data as they were read
    except OSError as error:  # a full disk, a folder that may not be written: nothing that the program can mend
        raise RenderingFailed(
            "cli.cannot_write", path=job.layout.shown(job.wave.processed), reason=error.strerror or str(error)
        ) from error


def _next_to(job: Job, progress: Progress | None) -> None:
    """The figures of the nearest wave that a wave's numbers are compared with, made where there are none yet.

    A wave that cannot be read has none; its own run says why.
    """
    for name in list(job.next_to())[:1]:
        other = Job(job.layout, job.layout.wave(name))
        if not other.wave.figures.is_file() and other.wave.data_files():
            with contextlib.suppress(PipelineError):
                run_stage(other, "ingest", progress=progress)
                run_stage(other, "recognise", progress=progress)


def _module(name: str) -> ModuleType:
    import importlib

    return importlib.import_module(f"pipeline.stages.{name}")


# ---------------------------------------------------------------- nothing to do


def _everything(job: Job, edition: str) -> str:
    """A key of all bytes a wave's report can depend on, cheap enough to ask at every run: no file is parsed."""
    layout, wave = job.layout, job.wave
    edited = [layout.study_hashes(), layout.hashes(wave.source, wave.mapping, wave.corrections)]
    return json_hash([layout.recorded(job.survey()), job.data_hash, edited, typefaces(), code_hash("."), edition])


def _record(wave: Wave, edition: str) -> Path:
    """Where a run leaves what it published."""
    return wave.processed / ("published.json" if edition == "internal" else f"published.{edition}.json")


def _published(wave: Wave, edition: str) -> dict[str, Any] | None:
    """What the last run left, if its published files are still as it made them, with their manifest.

    ``run_key``: what it was made from; ``langs``, ``formats``: what a run makes that is not asked for some of them;
    ``own_wave``, ``beside``: whose numbers stood beside its own.
    """
    try:
        found = json.loads(read_file(_record(wave, edition)))
        manifest = json.loads(read_file(wave.reports / paths.MANIFEST))
        outputs = manifest["outputs"]
        whole = {"run_key", "langs", "formats", "own_wave", "beside"} <= found.keys()
        if whole and all(file_hash(wave.reports / name) == digest for name, digest in outputs.items()):
            return {**found, "manifest": manifest}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def _files(wave: Wave) -> tuple[Path, ...]:
    return tuple(sorted(wave.reports.glob("report.*")))
