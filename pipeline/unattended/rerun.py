"""``rerun``: what a scheduler starts; and ``report``, the same records kept for a run by hand."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline import clock, language, publish, run
from pipeline.errors import DEFECT, DataRejected, PipelineError, RenderingFailed, StudyError, UsageError
from pipeline.files import read_file
from pipeline.paths import COMPARISON, Layout, Wave, companions, data_hash, on_one_line, survey_files
from pipeline.progress import Progress
from pipeline.unattended import banner, notify, seen, settle, trace
from pipeline.unattended.attempt import Attempt, State, relative

if TYPE_CHECKING:
    from pipeline.stages.job import Job
    from pipeline.unattended.record import Known
    from pipeline.unattended.schedule import Schedule
    from pipeline.unattended.status import Status


Made = TypeVar("Made", Attempt, Attempt | None)
Work = Callable[[], Attempt | None]


def _loose(layout: Layout, progress: Progress) -> None:
    """Say of a file beside the waves' folders that nobody reads it: whoever dropped it there waits for its report."""
    for path in survey_files(layout.raw):
        progress.say("loose_file", file=layout.shown(path))


def rerun(layout: Layout, waves: Sequence[str], wanted: run.Wanted, progress: Progress) -> int:
    """Make what changed, wave by wave; a wave that fails leaves the others alone. Returns the worst exit code.

    Raises ``Locked`` at once when another run is at work, and a :class:`PipelineError` for what concerns no
    single wave (a mistake in ``schedule.yml``, no wave at all); these are recorded like any failure.
    """
    from pipeline.unattended import record
    from pipeline.unattended.schedule import Schedule
    from pipeline.unattended.schedule import load as load_schedule

    layout = layout.as_now()
    with publish.lock(layout):
        _loose(layout, progress)
        started = clock.now()
        known = record.known(layout, "rerun", started, progress, trace.cut_off(layout))
        with trace.running(layout, "rerun", started) as begin:
            begin()
            try:
                schedule = load_schedule(layout)
                attempts = _attempts(layout, waves, wanted, schedule, progress)
                attempts = [_given_out(layout, attempt, wanted, progress) for attempt in attempts]
                if not waves:
                    attempts += _comparison(layout, wanted, progress)
            except PipelineError as error:
                record.write(known, (), Schedule(), error)
                raise
            code = max((a.exit_code for a in attempts), default=0)
            try:
                with publish.lock(layout):
                    record.write(known, attempts, schedule)
            except RenderingFailed as error:  # a full disk must not keep anybody from being told
                progress.line(error.message(progress.lang))
                code = max(code, error.exit_code)
    for problem in _calls(layout, known, attempts, schedule):
        progress.line(problem.message(progress.lang))
    return code


def report(layout: Layout, waves: Sequence[str], wanted: run.Wanted, progress: Progress) -> list[Attempt]:
    """Make the waves' reports and the comparison, with ``status.json`` and ``index.html`` brought up to what happened.

    A wave that fails leaves the others alone, as in :func:`rerun`; wrong usage stops everything.

    A run that had nothing to do and follows a good one writes nothing.
    """
    layout = layout.as_now()
    with publish.lock(layout):
        started = clock.now()
        names = list(waves) or layout.waves()
        if not names:
            raise run.no_wave(layout)
        _loose(layout, progress)
        for name in names:
            _refuse_name(layout, name, typed=bool(waves))
        cut_off = trace.cut_off(layout)
        with trace.running(layout, "report", started) as begin:
            work: list[tuple[str, Work]] = [(n, partial(_wave, layout, n, wanted, progress, begin)) for n in names]
            if not waves:
                work.append((COMPARISON, partial(_together, layout, wanted, progress, begin)))
            attempts = [made for name, function in work if (made := _attempted(layout, name, function)) is not None]
        if wanted.edition != "internal":
            return attempts  # status.json and index.html tell of the internal reports, beside which they lie
        if any(attempt.state == "failed" for attempt in attempts):
            with contextlib.suppress(OSError, RenderingFailed):  # the first failure is the one to tell
                _record(layout, started, attempts, progress, cut_off)
        elif cut_off is not None or _news(layout, attempts):
            _record(layout, started, attempts, progress, cut_off)
            layout.running.unlink(missing_ok=True)  # told now, also where there was nothing to do
        return attempts


def _record(
    layout: Layout, started: str, attempts: Sequence[Attempt], progress: Progress, cut_off: trace.CutOff | None
) -> None:
    """Records of a run by hand, which does not stop for a mistake in the schedule."""
    from pipeline.unattended import record
    from pipeline.unattended.schedule import Schedule
    from pipeline.unattended.schedule import load as load_schedule

    try:
        schedule = load_schedule(layout)
    except StudyError:
        schedule = Schedule()
    record.write(record.known(layout, "report", started, progress, cut_off), attempts, schedule)


def _news(layout: Layout, attempts: Sequence[Attempt]) -> bool:
    """Whether ``status.json`` does not say already what a run by hand found, which did not fail.

    The file is looked into here as plain JSON: its model costs as much to import as all else of a run without news.
    """
    if not layout.index.is_file():
        return True
    try:
        kept = json.loads(read_file(layout.status))["waves"]
        return any(
            a.state != "fresh"
            or kept[a.wave]["state"] not in ("fresh", "published")
            or kept[a.wave]["notice"] != a.notice
            or kept[a.wave].get("to_confirm", 0) != a.to_confirm
            or tuple(kept[a.wave]["files"]) != relative(layout, a.files)
            for a in attempts
        )
    except (OSError, ValueError, KeyError, TypeError):
        return True


# ---------------------------------------------------------------- one wave


def _draft(job: Job, progress: Progress) -> None:
    """Draft the mapping of a file that nobody has looked at and that asks otherwise than the codebook.

    What differs is proposed and stays out of the wave's report until a person confirms it. Of a study's only wave what
    the file lacks alone is no reason: there the study's policy decides (``missing_variables``).
    """
    found, mapping = job.recognised, job.layout.shown(job.wave.mapping)
    if found.mapped or not (found.held or (found.differs and len(job.layout.waves()) > 1)):
        return
    try:
        job.drafted(job.proposed_mapping.read_text("utf-8"))
    except OSError as error:
        raise DataRejected("cli.cannot_write", path=mapping, reason=error.strerror or str(error)) from None
    run.run_stage(job, "recognise")
    from pipeline.waves.findings import changed_lines

    for line in changed_lines(job.recognised, progress.lang):
        progress.line(line)
    progress.line(language.text(progress.lang, "waves.drafted", mapping=mapping, wave=job.wave.name))


def _attempts(
    layout: Layout, waves: Sequence[str], wanted: run.Wanted, schedule: Schedule, progress: Progress
) -> list[Attempt]:
    names = list(waves) or layout.waves()
    if not names:
        raise run.no_wave(layout)
    for name in waves:
        layout.existing_wave(name)
    files = {name: _survey(layout, name) for name in names}
    whole = {name: (path, *companions(path)) if path is not None else () for name, path in files.items()}
    arriving = settle.arriving([path for parts in whole.values() for path in parts], schedule)
    return [_attempt(layout, n, files[n], not arriving.isdisjoint(whole[n]), wanted, schedule, progress) for n in names]


def _survey(layout: Layout, name: str) -> Path | None:
    try:
        return layout.wave(name).survey()
    except PipelineError:  # a folder that cannot be a wave: said when its turn comes
        return None


def _attempt(
    layout: Layout, name: str, file: Path | None, arriving: bool, wanted: run.Wanted, schedule: Schedule,
    progress: Progress,
) -> Attempt:  # fmt: skip
    def work() -> Attempt:
        wave = layout.existing_wave(name)
        if arriving and file is not None:
            return _waiting(name, "waiting_growing", progress, file=layout.shown(file))
        if not wave.data_files() and banner.manifest(wave) is None:
            return _waiting(name, "waiting_empty", progress, folder=layout.shown(wave.raw))
        try:
            return _wave(layout, name, wanted, progress)
        except DataRejected as error:
            if file is None or not settle.unfinished(error, file, schedule):
                raise
            return _waiting(name, "waiting_unfinished", progress, file=layout.shown(file))

    attempt = _attempted(layout, name, work)
    _tell(attempt, progress)
    return attempt


def _wave(
    layout: Layout, name: str, wanted: run.Wanted, progress: Progress, begin: Callable[[], None] = lambda: None
) -> Attempt:
    [outcome] = run.report(layout, [name], wanted, progress, lambda job: _draft(job, progress), begin)
    return _ended_well(layout, outcome, progress)


def _given_out(layout: Layout, attempt: Attempt, wanted: run.Wanted, progress: Progress) -> Attempt:
    """Bring the public edition of a wave, where one is published, up to its newer data.

    Where that fails, most likely as it would not be safe, the last good one stays; the wave's record says so.
    """
    if attempt.state not in ("fresh", "published"):
        return attempt
    if banner.manifest(replace(layout, edition="public").wave(attempt.wave)) is None:
        return attempt

    def work() -> Attempt:
        run.report(layout, [attempt.wave], replace(wanted, edition="public"), progress)
        return attempt

    made = _attempted(layout, attempt.wave, work)
    if made.state != "failed":
        return made
    progress.line((made.reason or {}).get(progress.lang, ""))
    return replace(attempt, exit_code=made.exit_code, notice=made.reason)


def _together(
    layout: Layout, wanted: run.Wanted, progress: Progress, begin: Callable[[], None] = lambda: None
) -> Attempt | None:
    """The comparison of all waves that have results, where there are two or more."""
    outcome = run.compare(layout, wanted, progress, begin)
    return None if outcome is None else _ended_well_together(outcome)


def _attempted(layout: Layout, name: str, work: Callable[[], Made]) -> Made | Attempt:
    """What became of one piece of work, which fails alone; only wrong usage concerns all of it and is raised."""
    try:
        return work()
    except UsageError as error:
        if error.text_id != "cli.bad_wave_name":
            raise
        return _failed(layout, name, error)
    except PipelineError as error:
        return _failed(layout, name, error)
    except Exception:
        return _defect(layout, name)


def _tell(attempt: Attempt, progress: Progress) -> None:
    """A line about a wave that was made or failed; of one that waits it was said already."""
    if attempt.state == "failed":
        progress.line((attempt.reason or {}).get(progress.lang, ""))
    elif attempt.state != "waiting":
        progress.say("fresh" if attempt.state == "fresh" else "made", wave=attempt.wave)


def _refuse_name(layout: Layout, name: str, typed: bool) -> None:
    """Refuse a wave that was typed and is not there, and a folder that would take the comparison's place.

    Any other folder whose name no wave can have fails alone, like a wave.
    """
    try:
        layout.existing_wave(name)
    except UsageError as error:
        if typed or error.text_id != "cli.bad_wave_name":
            raise


def _waiting(name: str, text_id: str, progress: Progress, **params: str) -> Attempt:
    texts = {lang: language.text(lang, f"unattended.{text_id}", **params) for lang in language.languages()}
    progress.line(texts[progress.lang])
    return Attempt(name, "waiting", notice=texts)


def _comparison(layout: Layout, wanted: run.Wanted, progress: Progress) -> list[Attempt]:
    """The comparison, where there is one; it fails alone, like a wave."""
    attempt = _attempted(layout, COMPARISON, lambda: _together(layout, wanted, progress))
    if attempt is None:
        return []
    _tell(attempt, progress)
    return [attempt]


def _ended_well_together(outcome: run.Outcome) -> Attempt:
    """The comparison has no data file of its own, so neither banner nor first sight concern it."""
    return Attempt(outcome.wave, "fresh" if outcome.fresh else "published", files=outcome.files)


def _ended_well(layout: Layout, outcome: run.Outcome, progress: Progress) -> Attempt:
    wave = layout.wave(outcome.wave)
    banner.lift(layout, wave)
    notice = seen.notice(layout, wave)
    if notice is not None:
        progress.line(notice[progress.lang])
    waiting = to_confirm(wave)
    if waiting:
        progress.line(_waits(layout, outcome.wave, waiting)[progress.lang])
    state: State = "fresh" if outcome.fresh else "published"
    return Attempt(outcome.wave, state, notice=notice, files=outcome.files, to_confirm=waiting)


def to_confirm(wave: Wave) -> int:
    """How many questions and sets of a wave wait for a person, from what recognise left; read as plain JSON (_news)."""
    try:
        mapping = json.loads(read_file(wave.processed / "recognised.json"))["mapping"] or {"variables": {}, "sets": {}}
        questions, sets = mapping["variables"].values(), mapping["sets"].values()
        waiting = [r for r in questions if not r["confirmed"] and r["status"] != ["same"]]
        return len(waiting) + sum(1 for r in sets if not r["confirmed"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _waits(layout: Layout, name: str, count: int) -> dict[str, str]:
    mapping = layout.shown(layout.wave(name).mapping)
    return {
        lang: language.text(lang, "unattended.to_confirm", wave=name, count=count, mapping=mapping)
        for lang in language.languages()
    }


def _failed(layout: Layout, name: str, error: PipelineError) -> Attempt:
    texts = {lang: error.message(lang) for lang in language.languages()}
    data, notice = None, None
    try:
        wave = layout.wave(name)
        path = wave.survey()
        if path is not None:
            data = data_hash(path)
            notice = seen.notice(layout, wave)
    except (PipelineError, OSError):  # the failure itself is what is to be told
        data = None
    return Attempt(on_one_line(name), "failed", error.exit_code, texts, data, notice)


def _defect(layout: Layout, name: str) -> Attempt:
    """A mistake of ours: the traceback goes to the log."""
    shown = publish.log(layout, f"rerun, wave {name}\n{traceback.format_exc()}\n")
    texts = {lang: language.text(lang, "cli.defect", log=shown) for lang in language.languages()}
    return Attempt(on_one_line(name), "failed", DEFECT, texts)


# ---------------------------------------------------------------- who is told


def _calls(layout: Layout, known: Known, attempts: Sequence[Attempt], schedule: Schedule) -> Iterable[PipelineError]:
    """Call the configured commands; yields what to say of those that failed.

    ``on_success`` for every new report; ``on_recovery`` (else ``on_success``) where a wave that had failed is well
    again, also by the old file put back; ``on_confirm`` where more questions than before wait; ``on_failure`` once for
    a failure, not again while it stays the same, and for the run before that was cut off.
    """
    before = known.before
    if known.cut_off is not None:
        told = {"SURVEY_STATE": "killed", "SURVEY_EXIT_CODE": str(trace.KILLED), "SURVEY_WAVE": ""}
        reasons = {f"SURVEY_REASON_{lang.upper()}": text for lang, text in known.cut_off_reason().items()}
        yield from _call(layout, schedule, schedule.on_failure, {**_places(layout), **told, **reasons})
    for attempt in attempts:
        recovered = attempt.state in ("published", "fresh") and _failed_before(before, attempt.wave)
        command: Sequence[str] = ()
        if recovered:
            command = schedule.on_recovery or schedule.on_success
        elif attempt.state == "published":
            command = schedule.on_success
        elif attempt.state == "failed" and _is_new(before, attempt):
            command = schedule.on_failure
        if attempt.wave == COMPARISON and attempt.state == "published":
            yield from _call_alerts(layout, schedule)
        facts = _facts(layout, attempt)
        yield from _call(layout, schedule, command, {**facts, "SURVEY_STATE": "recovered"} if recovered else facts)
        old = before.waves.get(attempt.wave) if before is not None else None
        if attempt.to_confirm > (old.to_confirm if old is not None else 0):
            texts = _waits(layout, attempt.wave, attempt.to_confirm)
            reasons = {f"SURVEY_REASON_{lang.upper()}": text for lang, text in texts.items()}
            yield from _call(layout, schedule, schedule.on_confirm, {**facts, **reasons, "SURVEY_STATE": "to_confirm"})


def _call_alerts(layout: Layout, schedule: Schedule) -> Iterable[PipelineError]:
    """``on_alert`` once for a comparison that calls attention to something, all of it together."""
    from pipeline.unattended import record

    found = record.alerts(layout)
    if not found:
        return
    facts = {"SURVEY_WAVE": COMPARISON, "SURVEY_STATE": "alert", "SURVEY_ALERTS": str(len(found)), **_places(layout)}
    for lang in language.languages():
        facts[f"SURVEY_REASON_{lang.upper()}"] = "\n".join(one[lang] for one in found if lang in one)
    yield from _call(layout, schedule, schedule.on_alert, facts)


def _call(
    layout: Layout, schedule: Schedule, command: Sequence[str], facts: Mapping[str, str]
) -> Iterable[PipelineError]:
    problem = notify.call(command, layout.base, facts, schedule.command_seconds) if command else ""
    if problem:
        wave = facts["SURVEY_WAVE"] or "–"
        yield StudyError("unattended.command_failed", command=" ".join(command), wave=wave, reason=problem)


def _failed_before(before: Status | None, wave: str) -> bool:
    return before is not None and wave in before.waves and before.waves[wave].state == "failed"


def _is_new(before: Status | None, attempt: Attempt) -> bool:
    old = before.waves.get(attempt.wave) if before is not None else None
    then = old.last_failure if old is not None and old.state == "failed" else None
    return then is None or (then.reason, then.data) != (attempt.reason, attempt.data)


def _facts(layout: Layout, attempt: Attempt) -> Mapping[str, str]:
    reason = {f"SURVEY_REASON_{lang.upper()}": text for lang, text in (attempt.reason or {}).items()}
    return {
        "SURVEY_WAVE": attempt.wave,
        "SURVEY_STATE": attempt.state,
        "SURVEY_EXIT_CODE": str(attempt.exit_code),
        "SURVEY_REPORTS": str(layout.reports / attempt.wave),
        "SURVEY_TO_CONFIRM": str(attempt.to_confirm),
        **_places(layout),
        **reason,
    }


def _places(layout: Layout) -> dict[str, str]:
    return {"SURVEY_INDEX": str(layout.index), "SURVEY_STATUS": str(layout.status)}
