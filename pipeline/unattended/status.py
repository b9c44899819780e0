"""``reports/status.json``: what became of each wave, and the history of runs, for programs that watch.

The records below are the schema of that file; a key is never removed from it without a new ``version``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, ValidationError

from pipeline.files import read_file, write_text
from pipeline.paths import Layout
from pipeline.spec.model import Record
from pipeline.unattended.attempt import State, Texts


class Failure(Record):
    """A run that ended badly for a wave.

    ``time`` is the last time it was seen, ``since`` the first time of the same reason on the same data; ``reason`` is
    the message by language; ``data`` the SHA-256 of the data file then, if there was one.
    """

    time: str
    since: str
    exit_code: int
    reason: Texts
    data: str | None = None


class Banner(Record):
    """What a published report says of itself when newer data failed: since when, why, and when it was made.

    ``waves``: of the comparison, those whose newest data it does not have.
    """

    since: str
    published: str | None
    reason: Texts
    waves: tuple[str, ...] = ()


class WaveStatus(Record):
    """One wave.

    ``state``: ``published`` (a new report at the last run), ``fresh`` (nothing to do), ``failed`` (the last good
    report, if any, is still in place), ``waiting`` (no file yet, or one that is still arriving). ``published`` is the
    time of the last new report, ``last_success`` of the last run that ended well; ``files`` are the reports in place,
    relative to ``reports/``; ``notice`` is what to know although nothing failed; ``banner`` is what the report in place
    bears; ``to_confirm``: how many questions and sets wait for a person to confirm what they mean in this wave;
    ``alerts``: what the comparison calls attention to, as ``study.yml`` asks for it.
    """

    state: State
    title: Texts = Field(default_factory=dict)
    published: str | None = None
    last_success: str | None = None
    last_failure: Failure | None = None
    files: tuple[str, ...] = ()
    notice: Texts | None = None
    banner: Banner | None = None
    to_confirm: int = 0
    alerts: tuple[Texts, ...] = ()


class Run(Record):
    """One run, or several in a row that made nothing new and ended alike (``times`` of them).

    ``waves`` is the state of each wave. ``reason`` is given where a run failed as a whole and not for a wave.
    """

    command: Literal["rerun", "report"]
    started: str
    ended: str
    exit_code: int
    waves: dict[str, State] = Field(default_factory=dict)
    times: int = 1
    reason: Texts | None = None

    def like(self, other: Run) -> bool:
        """Whether both made nothing new and ended the same way."""
        same = (self.command, self.exit_code, self.waves, self.reason)
        return "published" not in self.waves.values() and same == (
            other.command,
            other.exit_code,
            other.waves,
            other.reason,
        )


class Status(Record):
    """The whole file. ``runs``: the latest first."""

    version: Literal[1] = 1
    updated: str
    title: Texts = Field(default_factory=dict)
    waves: dict[str, WaveStatus] = Field(default_factory=dict)
    runs: tuple[Run, ...] = ()

    def after(self, run: Run, kept: int) -> tuple[Run, ...]:
        """The history with one run more: runs alike in a row are one line, and only the latest ``kept`` stay."""
        if self.runs and self.runs[0].like(run):
            joined = self.runs[0].model_copy(update={"ended": run.ended, "times": self.runs[0].times + 1})
            return (joined, *self.runs[1:])[:kept]
        return (run, *self.runs)[:kept]


def read(layout: Layout) -> Status | None:
    """The status left by the last run; ``None`` where there is none or it is not ours."""
    try:
        return Status.model_validate_json(read_file(layout.status))
    except (OSError, ValidationError):
        return None


def text(status: Status) -> str:
    """The file as it is written."""
    return status.model_dump_json(indent=1) + "\n"


def write(layout: Layout, status: Status) -> None:
    """Replace ``status.json`` and then ``index.html``, each whole."""
    from pipeline.unattended import index

    write_text(layout.status, text(status))
    write_text(layout.index, index.page(status))


def failure(
    before: WaveStatus | None, time: str, exit_code: int, reason: Mapping[str, str], data: str | None
) -> Failure:
    """A failure, dated from its first time where the last run ended the same way."""
    last = before.last_failure if before is not None and before.state == "failed" else None
    same = last is not None and last.reason == dict(reason) and last.data == data
    return Failure(
        time=time, since=last.since if last is not None and same else time, exit_code=exit_code, reason=dict(reason),
        data=data,
    )  # fmt: skip
