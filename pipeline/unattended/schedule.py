"""``study/schedule.yml``: how unattended runs wait and whom they call. The file need not exist."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.paths import Layout
from pipeline.spec import source as yaml_source
from pipeline.spec.load import check
from pipeline.spec.model import Record


def _words(value: object) -> object:
    """A command is a list of words; one word may stand alone, and numbers are words."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [str(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v for v in value]
    return value


Command = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Schedule(Record):
    """How unattended runs behave.

    ``wait_seconds``: a file must be left alone for so long before it is read. ``patience_seconds``: a file that is
    shorter than its own header says, or that cannot be read to its end, is taken for one still arriving until it has
    been left alone for so long; then it is refused as damaged. ``on_failure``, ``on_success``, ``on_recovery``,
    ``on_confirm``, ``on_alert``: a command as a list of words, called without a shell; a recovery calls ``on_success``
    where it has no command, ``on_confirm`` is called once where questions wait for a person, and again where there are
    more, ``on_alert`` for what a new comparison calls attention to (``alerts:`` in ``study.yml``).
    ``command_seconds``: after how long such a command is ended. ``runs_kept``: the length of the history.
    """

    wait_seconds: float = Field(default=10.0, ge=0, le=3600)
    patience_seconds: float = Field(default=600.0, ge=0, le=86_400)
    on_failure: Command = ()
    on_success: Command = ()
    on_recovery: Command = ()
    on_confirm: Command = ()
    on_alert: Command = ()
    command_seconds: float = Field(default=60.0, gt=0, le=3600)
    runs_kept: int = Field(default=50, ge=1, le=1000)


def load(layout: Layout) -> Schedule:
    """The study's schedule. Raises :class:`StudyError` naming the line of a mistake."""
    source = yaml_source.read_if_there(layout, layout.schedule)
    return Schedule() if source is None else check(Schedule, source)
