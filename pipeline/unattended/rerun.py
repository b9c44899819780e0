"""``rerun``: what a scheduler starts; and ``report``, the same records kept for a run by hand."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import language, publish, run
from pipeline.errors import DEFECT, DataRejected, PipelineError, RenderingFailed, StudyError, UsageError
from pipeline.paths import COMPARISON, Layout
from pipeline.progress import Progress
from pipeline.stages.freshness import file_hash
from pipeline.unattended import banner, clock, notify, seen, settle, status
from pipeline.unattended.schedule import Schedule
from pipeline.unattended.schedule import load as load_schedule
from pipeline.unattended.status import Run, State, Status, Texts, WaveStatus


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one wave: its state, and for a failure the exit code, the reason and the data file's hash."""

    wave: str
    state: State
    exit_code: int = 0
    reason: Texts | None = None
    data: str | None = None
    notice: Texts | None = None
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before a run and is written after it."""

    layout: Layout
    command: str
    started: str
    before: Status | None


def rerun(layout: Layout, waves: Sequence[str], wanted: run.Wanted, progress: Progress) -> int:
    """Make what changed, wave by wave; a wave that fails leaves the others alone. Returns the worst exit code.

    Raises ``Locked`` at once when another run is at work, and a :class:`PipelineError` for what concerns no
    single wave (a mistake in ``schedule.yml``, no wave at all); these are recorded like any failure.
    """
    with publish.lock(layout):
        known = _known(layout, "rerun", progress)
        try:
            schedule = load_schedule(layout)
            attempts = _attempts(layout, waves, wanted, schedule, progress)
            if not waves:
                attempts += _comparison(layout, wanted, progress)
        except PipelineError as error:
            _record(known, (), Schedule(), error)
            raise
        code = max((a.exit_code for a in attempts), default=0)
        try:
            with publish.lock(layout):
                _record(known, attempts, schedule)
        except RenderingFailed as error:  # a full disk must not keep anybody from being told
            progress.line(error.message(progress.lang))
            code = max(code, error.exit_code)
    for problem in _calls(known, attempts, schedule):
        progress.line(problem.message(progress.lang))
    return code


def report(layout: Layout, waves: Sequence[str], wanted: run.Wanted, progress: Progress) -> list[run.Outcome]:
    """As :func:`pipeline.run.report`, with ``status.json`` and ``index.html`` brought up to what happened.

    A run that had nothing to do and follows a good one writes nothing.
    """
    with publish.lock(layout):
        known = _known(layout, "report", progress)
        names = list(waves) or layout.waves()
        if not names:
            return run.report(layout, waves, wanted, progress)
        for name in names:
            layout.existing_wave(name)
        outcomes: list[run.Outcome] = []
        attempts: list[Attempt] = []
        try:
            for name in names:
                outcomes += run.report(layout, [name], wanted, progress)
                attempts.append(_ended_well(layout, outcomes[-1], progress))
            if not waves:
                name = COMPARISON
                compared = run.compare(layout, wanted, progress)
                if compared is not None:
                    outcomes.append(compared)
                    attempts.append(_ended_well_together(compared))
        except PipelineError as error:
            if not isinstance(error, UsageError):
                with contextlib.suppress(OSError):  # the first failure is the one to tell
                    _record(known, [*attempts, _failed(layout, name, error)], _schedule_or_usual(layout))
            raise
        if _news(known, attempts):
            _record(known, attempts, _schedule_or_usual(layout))
        return outcomes


def _schedule_or_usual(layout: Layout) -> Schedule:
    """A run by hand does not stop for a mistake in the schedule."""
    try:
        return load_schedule(layout)
    except StudyError:
        return Schedule()


def _news(known: Known, attempts: Sequence[Attempt]) -> bool:
    """Whether there is anything to write after a run by hand that did not fail."""
    if known.before is None or not known.layout.index.is_file():
        return True
    kept = known.before.waves
    return any(
        a.state != "fresh" or a.wave not in kept or kept[a.wave].state not in ("fresh", "published")
        or kept[a.wave].notice != a.notice or kept[a.wave].files != _relative(known.layout, a.files)
        for a in attempts
    )  # fmt: skip


# ---------------------------------------------------------------- one wave


def _attempts(
    layout: Layout, waves: Sequence[str], wanted: run.Wanted, schedule: Schedule, progress: Progress
) -> list[Attempt]:
    names = list(waves) or layout.waves()
    if not names:
        raise DataRejected("cli.no_wave", folder=layout.shown(layout.raw))
    for name in waves:
        layout.existing_wave(name)
    files = {name: _survey(layout, name) for name in names}
    arriving = settle.arriving([path for path in files.values() if path is not None], schedule)
    return [_attempt(layout, name, files[name], files[name] in arriving, wanted, progress) for name in names]


def _survey(layout: Layout, name: str) -> Path | None:
    try:
        return layout.wave(name).survey()
    except PipelineError:  # a folder that cannot be a wave: said when its turn comes
        return None


def _attempt(
    layout: Layout, name: str, file: Path | None, arriving: bool, wanted: run.Wanted, progress: Progress
) -> Attempt:
    try:
        wave = layout.existing_wave(name)
        if arriving and file is not None:
            return _waiting(name, "waiting_growing", progress, file=layout.shown(file))
        if file is None and banner.manifest(wave) is None:
            return _waiting(name, "waiting_empty", progress, folder=layout.shown(wave.raw))
        if not wave.source.is_file():
            raise StudyError("unattended.no_source", file=layout.shown(wave.source), wave=name)
        [outcome] = run.report(layout, [name], wanted, progress)
        progress.say("fresh" if outcome.fresh else "made", wave=name)
        return _ended_well(layout, outcome, progress)
    except UsageError as error:
        if error.text_id != "cli.bad_wave_name":
            raise  # what was typed concerns all waves
        attempt = _failed(layout, name, error)
    except PipelineError as error:
        attempt = _failed(layout, name, error)
    except Exception:
        attempt = _defect(layout, name)
    progress.line((attempt.reason or {}).get(progress.lang, ""))
    return attempt


def _waiting(name: str, text_id: str, progress: Progress, **params: str) -> Attempt:
    texts = {lang: language.text(lang, f"unattended.{text_id}", **params) for lang in language.languages()}
    progress.line(texts[progress.lang])
    return Attempt(name, "waiting", notice=texts)


def _comparison(layout: Layout, wanted: run.Wanted, progress: Progress) -> list[Attempt]:
    """The comparison of all waves that have results, where there are two or more; it fails alone, like a wave."""
    try:
        outcome = run.compare(layout, wanted, progress)
    except UsageError:
        raise
    except PipelineError as error:
        attempt = _failed(layout, COMPARISON, error)
    except Exception:
        attempt = _defect(layout, COMPARISON)
    else:
        if outcome is not None:
            progress.say("fresh" if outcome.fresh else "made", wave=COMPARISON)
        return [] if outcome is None else [_ended_well_together(outcome)]
    progress.line((attempt.reason or {}).get(progress.lang, ""))
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
    return Attempt(outcome.wave, "fresh" if outcome.fresh else "published", notice=notice, files=outcome.files)


def _failed(layout: Layout, name: str, error: PipelineError) -> Attempt:
    texts = {lang: error.message(lang) for lang in language.languages()}
    data, notice = None, None
    try:
        wave = layout.wave(name)
        path = wave.survey()
        if path is not None:
            data = file_hash(path)
            notice = seen.notice(layout, wave)
    except (PipelineError, OSError):  # the failure itself is what is to be told
        data = None
    return Attempt(name, "failed", error.exit_code, texts, data, notice)


def _defect(layout: Layout, name: str) -> Attempt:
    """A mistake of ours: the traceback goes to the log."""
    trace = traceback.format_exc()
    try:
        with layout.log.open("a", encoding="utf-8") as log:
            log.write(f"rerun, wave {name}\n{trace}\n")
        shown = layout.shown(layout.log)
    except OSError:
        shown = "–"
    texts = {lang: language.text(lang, "cli.defect", log=shown) for lang in language.languages()}
    return Attempt(name, "failed", DEFECT, texts)


# ---------------------------------------------------------------- what is written afterwards


def _known(layout: Layout, command: str, progress: Progress) -> Known:
    before = status.read(layout)
    if before is None and layout.status.is_file():
        progress.line(language.text(progress.lang, "unattended.status_unreadable", file=layout.shown(layout.status)))
    return Known(layout, command, clock.now(), before)


def _record(known: Known, attempts: Iterable[Attempt], schedule: Schedule, error: PipelineError | None = None) -> None:
    """Write status and index, and set banners into reports whose newer data failed."""
    layout, time = known.layout, clock.now()
    attempts = list(attempts)
    before = known.before or Status(updated=time)
    waves = {name: wave for name, wave in before.waves.items() if _there(layout, name)}
    for attempt in attempts:
        waves[attempt.wave] = _wave_status(layout, attempt, waves.get(attempt.wave), time)
    made = Run.model_validate(
        {
            "command": known.command,
            "started": known.started,
            "ended": time,
            "exit_code": error.exit_code if error else max((a.exit_code for a in attempts), default=0),
            "waves": {a.wave: a.state for a in attempts},
            "reason": {lang: error.message(lang) for lang in language.languages()} if error else None,
        }
    )
    after = Status(
        updated=time,
        title=_study_title(layout) or before.title,
        waves=waves,
        runs=before.after(made, schedule.runs_kept),
    )
    for attempt in attempts:
        failure = waves[attempt.wave].last_failure
        if attempt.state == "failed" and failure is not None and attempt.data is not None:
            wave = layout.wave(attempt.wave)
            if banner.newer_data(wave):
                banner.put(layout, wave, failure, waves[attempt.wave].published)
    status.write(layout, after)


def _there(layout: Layout, name: str) -> bool:
    return (layout.raw / name).is_dir() or (layout.reports / name).is_dir()


def _wave_status(layout: Layout, attempt: Attempt, before: WaveStatus | None, time: str) -> WaveStatus:
    old = before or WaveStatus(state=attempt.state)
    good = attempt.state in ("published", "fresh")
    failure = old.last_failure
    if attempt.state == "failed":
        failure = status.failure(before, time, attempt.exit_code, attempt.reason or {}, attempt.data)
    published = time if attempt.state == "published" or (good and old.published is None) else old.published
    return WaveStatus(
        state=attempt.state,
        title=_wave_title(layout, attempt.wave) or old.title,
        published=published,
        last_success=time if good else old.last_success,
        last_failure=failure,
        files=_relative(layout, attempt.files) if good else _in_place(layout, attempt.wave),
        notice=attempt.notice,
    )


def _relative(layout: Layout, files: Iterable[Path]) -> tuple[str, ...]:
    return tuple(p.relative_to(layout.reports).as_posix() for p in files)


def _in_place(layout: Layout, name: str) -> tuple[str, ...]:
    return _relative(layout, sorted((layout.reports / name).glob("report.*.*")))


def _study_title(layout: Layout) -> Texts:
    """The study's title, from ``study.yml`` alone; nothing where that file has a mistake."""
    from pipeline.spec import source
    from pipeline.spec.load import check
    from pipeline.spec.model import Study

    try:
        return check(Study, source.read(layout.study, layout.shown(layout.study))).title
    except PipelineError:
        return {}


def _wave_title(layout: Layout, name: str) -> Texts:
    from pipeline.spec.load import load_source

    if name == COMPARISON:
        return {lang: language.text(lang, "comparison.index_title") for lang in language.languages()}
    try:
        return load_source(layout, layout.wave(name)).title
    except PipelineError:
        return {}


# ---------------------------------------------------------------- who is told


def _calls(known: Known, attempts: Sequence[Attempt], schedule: Schedule) -> Iterable[PipelineError]:
    """Call the configured commands; yields what to say of those that failed.

    ``on_success`` for every new report; ``on_failure`` once for a failure, not again while it stays the same.
    """
    for attempt in attempts:
        command: Sequence[str] = ()
        if attempt.state == "published":
            command = schedule.on_success
        elif attempt.state == "failed" and _is_new(known.before, attempt):
            command = schedule.on_failure
        if command:
            problem = notify.call(command, known.layout.base, _facts(known.layout, attempt), schedule.command_seconds)
            if problem:
                yield StudyError(
                    "unattended.command_failed", command=" ".join(command), wave=attempt.wave, reason=problem
                )


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
        "SURVEY_INDEX": str(layout.index),
        "SURVEY_STATUS": str(layout.status),
        **reason,
    }
