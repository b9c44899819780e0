"""What a run leaves behind: ``status.json``, ``index.html`` and banners in reports whose newer data failed.

Apart from ``rerun``, because a run that had nothing to do needs none of it and should cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline import clock, language
from pipeline.errors import DEFECT, PipelineError, RenderingFailed
from pipeline.paths import COMPARISON, Layout, on_one_line
from pipeline.progress import Progress
from pipeline.unattended import banner, status, trace
from pipeline.unattended.attempt import Attempt, Texts, relative
from pipeline.unattended.schedule import Schedule
from pipeline.unattended.status import Banner, Failure, Run, Status, WaveStatus
from pipeline.unattended.trace import CutOff


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before a run and is written after it. ``cut_off``: the run before, if it was killed."""

    layout: Layout
    command: str
    started: str
    before: Status | None
    cut_off: CutOff | None = None

    def cut_off_reason(self) -> Texts:
        """That the run before was killed, for readers."""
        if self.cut_off is None:
            return {}
        return {
            lang: language.text(lang, "unattended.cut_off", started=clock.shown(self.cut_off.started, lang))
            for lang in language.languages()
        }


def known(layout: Layout, command: str, started: str, progress: Progress, cut_off: CutOff | None) -> Known:
    """What earlier runs left. A ``status.json`` that cannot be read is said, and a new history begins.

    ``cut_off``: as :func:`pipeline.unattended.trace.cut_off` found it when this run began.
    """
    before = status.read(layout)
    if before is None and layout.status.is_file():
        progress.line(language.text(progress.lang, "unattended.status_unreadable", file=layout.shown(layout.status)))
    found = Known(layout, command, started, before, cut_off)
    if found.cut_off is not None:
        progress.line(found.cut_off_reason()[progress.lang])
    return found


def write(known: Known, attempts: Iterable[Attempt], schedule: Schedule, error: PipelineError | None = None) -> None:
    """Write status and index, and set banners into reports whose newer data failed."""
    layout, time = known.layout, clock.now()
    attempts = list(attempts)
    before = known.before or Status(updated=time)
    there = {on_one_line(name) for name in layout.waves()}
    waves = {name: wave for name, wave in before.waves.items() if name in there or (layout.reports / name).is_dir()}
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
    for attempt in attempts:
        notice = _banner(layout, attempt, waves[attempt.wave])
        if notice is not None:
            banner.put(layout, layout.wave(attempt.wave), notice)
            waves[attempt.wave] = waves[attempt.wave].model_copy(update={"banner": notice})
    _mark_comparison(layout, waves)
    if known.cut_off is not None:
        killed = Run(
            command=known.cut_off.command, started=known.cut_off.started, ended=known.started, exit_code=trace.KILLED,
            reason=known.cut_off_reason(),
        )  # fmt: skip
        before = before.model_copy(update={"runs": before.after(killed, schedule.runs_kept)})
    after = Status(
        updated=time,
        title=study_title(layout) or before.title,
        waves=waves,
        runs=before.after(made, schedule.runs_kept),
    )
    status.write(layout, after)


def _banner(layout: Layout, attempt: Attempt, wave: WaveStatus) -> Banner | None:
    """What the published report is to say of itself, where it is newer data that failed: not the disk, nor we."""
    failure = wave.last_failure
    if attempt.state != "failed" or failure is None or attempt.data is None:
        return None
    if attempt.exit_code == RenderingFailed.exit_code or not banner.newer_data(layout.wave(attempt.wave)):
        return None
    return Banner(since=failure.since, published=wave.published, reason=failure.reason)


def _mark_comparison(layout: Layout, waves: dict[str, WaveStatus]) -> None:
    """Set the comparison's banner while the newest data of a wave could not be used, and take it out after that."""
    comparison, own = layout.comparison, waves.get(COMPARISON)
    if own is None or banner.manifest(comparison) is None:
        return
    failing = {name: failure for name, wave in waves.items() if (failure := _unused(layout, name, wave)) is not None}
    if not failing:
        banner.lift(layout, comparison)
        waves[COMPARISON] = own.model_copy(update={"banner": None})
        return
    reasons = {
        lang: " ".join(f"{name}: {failure.reason.get(lang, '')}" for name, failure in failing.items())
        for lang in language.languages()
    }
    since = min(failure.since for failure in failing.values())
    notice = Banner(since=since, published=own.published, reason=reasons, waves=tuple(failing))
    banner.put(layout, comparison, notice)
    waves[COMPARISON] = own.model_copy(update={"banner": notice})


def _unused(layout: Layout, name: str, wave: WaveStatus) -> Failure | None:
    """Why a wave's newest data are in no report, if so: not the disk, nor we."""
    failure = wave.last_failure
    if name == COMPARISON or wave.state != "failed" or failure is None or failure.data is None:
        return None
    if failure.exit_code in (RenderingFailed.exit_code, DEFECT):
        return None
    try:
        place = layout.wave(name)
        return failure if banner.manifest(place) is None or banner.newer_data(place) else None
    except (PipelineError, OSError):
        return None


def _wave_status(layout: Layout, attempt: Attempt, before: WaveStatus | None, time: str) -> WaveStatus:
    old = before or WaveStatus(state=attempt.state)
    good = attempt.state in ("published", "fresh")
    failure = old.last_failure
    if attempt.state == "failed":
        failure = status.failure(before, time, attempt.exit_code, attempt.reason or {}, attempt.data)
    published = time if attempt.state == "published" or (good and old.published is None) else old.published
    return WaveStatus(
        state=attempt.state,
        title=wave_title(layout, attempt.wave) or old.title,
        published=published,
        last_success=time if good else old.last_success,
        last_failure=failure,
        files=relative(layout, attempt.files) if good else _in_place(layout, attempt.wave),
        notice=attempt.notice,
        to_confirm=attempt.to_confirm if good else old.to_confirm,
        banner=None if good else old.banner,
        alerts=alerts(layout) if attempt.wave == COMPARISON else (),
    )


def alerts(layout: Layout) -> tuple[Texts, ...]:
    """What the published comparison calls attention to."""
    made = banner.manifest(layout.comparison) or {}
    found = made.get("alerts", [])
    return tuple(found) if isinstance(found, list) and all(isinstance(one, dict) for one in found) else ()


def _in_place(layout: Layout, name: str) -> tuple[str, ...]:
    return relative(layout, sorted((layout.reports / name).glob("report.*.*")))


def study_title(layout: Layout) -> Texts:
    """The study's title, from ``study.yml`` alone; nothing where that file has a mistake."""
    from pipeline.spec import source
    from pipeline.spec.load import check
    from pipeline.spec.model import Study

    try:
        return check(Study, source.read(layout, layout.study)).title
    except PipelineError:
        return {}


def wave_title(layout: Layout, name: str) -> Texts:
    from pipeline.spec.load import load_source

    if name == COMPARISON:
        return {lang: language.text(lang, "comparison.index_title") for lang in language.languages()}
    try:
        return load_source(layout, layout.wave(name)).title
    except PipelineError:
        return {}
