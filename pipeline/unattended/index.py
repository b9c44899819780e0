"""``reports/index.html``: all waves and languages with links, what happened last, the history; no network needed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from pipeline import clock, language
from pipeline.paths import natural
from pipeline.unattended.status import Run, Status, WaveStatus

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates"


WORDS = ("reports", "history", "none", "time", "run", "outcome", "waves", "alerts")


@dataclass(frozen=True, slots=True)
class Link:
    """A report's file."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class WaveView:
    """One wave as one language shows it: ``reports`` are pairs of a language's own name and its links."""

    name: str
    title: str
    state: str
    state_text: str
    reports: tuple[tuple[str, str, tuple[Link, ...]], ...]
    facts: tuple[tuple[str, str], ...]
    failure_title: str
    failure: str
    notice: str
    to_confirm: str
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """One line of the history."""

    time: str
    command: str
    outcome: str
    waves: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The page in one language."""

    lang: str
    name: str
    title: str
    words: dict[str, str]
    updated: str
    waves: tuple[WaveView, ...]
    runs: tuple[RunView, ...]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def page(status: Status) -> str:
    """The page, in every language there is, from nothing but the status."""
    from markupsafe import Markup

    style = (_FOLDER / "index.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            parts=[part(status, lang) for lang in language.languages()],
            policy=policy,
            style=Markup(style),  # noqa: S704 (our file)
        )
    )


def part(status: Status, lang: str) -> Part:
    """What the page says in one language."""

    def t(key: str, **params: object) -> str:
        return language.text(lang, f"unattended.{key}", **params)

    return Part(
        lang=lang,
        name=language.text(lang, "language.name"),
        title=_say(status.title, lang) or t("index_title"),
        words={key: t(f"index_{key}") for key in WORDS},
        updated=t("index_updated", time=clock.shown(status.updated, lang)),
        waves=tuple(
            _wave(name, wave, lang, t)
            for name, wave in sorted(status.waves.items(), key=lambda one: natural(one[0]), reverse=True)
        ),
        runs=tuple(_run(run, lang, t) for run in status.runs),
    )


def _say(texts: dict[str, str] | None, lang: str) -> str:
    """A text in a language; the text for all languages (``*``) where there is only one."""
    return (texts or {}).get(lang) or (texts or {}).get("*") or ""


def _wave(name: str, wave: WaveStatus, lang: str, t: Callable[..., str]) -> WaveView:
    facts = [
        (t(f"index_{key}"), clock.shown(time, lang))
        for key, time in (("published", wave.published), ("last_success", wave.last_success))
        if time
    ]
    failure = wave.last_failure
    title = ""
    if failure is not None:
        now = wave.state == "failed"
        title = t("index_failing" if now else "index_failed_then", time=clock.shown(failure.time, lang),
                  since=clock.shown(failure.since, lang), code=failure.exit_code)  # fmt: skip
    return WaveView(
        name=name,
        title=_say(wave.title, lang),
        state=wave.state,
        state_text=t(f"state_{wave.state}") if wave.files or wave.state != "failed" else t("state_failed_empty"),
        reports=_reports(wave.files),
        facts=tuple(facts),
        failure_title=title,
        failure=_say(failure.reason, lang) if failure is not None else "",
        notice=_say(wave.notice, lang),
        to_confirm=t("index_to_confirm", count=wave.to_confirm) if wave.to_confirm else "",
        alerts=tuple(_say(alert, lang) or next(iter(alert.values()), "") for alert in wave.alerts),
    )


def _reports(files: Sequence[str]) -> tuple[tuple[str, str, tuple[Link, ...]], ...]:
    """Files ``2009/report.it.html`` by the language in their name: its code, its own name, and the links."""
    found: dict[str, list[Link]] = {}
    for file in files:
        _, lang, ending = Path(file).name.split(".", 2)
        found.setdefault(lang, []).append(Link(quote(file), ending.upper()))
    known = language.languages()
    names = {lang: language.text(lang, "language.name") if lang in known else lang for lang in found}
    order = sorted(found, key=lambda lang: (known.index(lang) if lang in known else len(known), lang))
    return tuple((lang, names[lang], tuple(sorted(found[lang], key=_usual))) for lang in order)


def _usual(link: Link) -> tuple[int, str]:
    usual = ("HTML", "PDF", "XLSX", "DOCX")
    return (usual.index(link.text) if link.text in usual else len(usual), link.text)


def _run(run: Run, lang: str, t: Callable[..., str]) -> RunView:
    time = clock.shown(run.ended, lang)
    if run.times > 1:
        time = t("index_times", first=clock.shown(run.started, lang), last=time, times=run.times)
    states: dict[str, list[str]] = {}
    for wave, state in run.waves.items():
        states.setdefault(state, []).append(wave)
    waves = "; ".join(f"{t(f'state_{state}_short')}: {', '.join(names)}" for state, names in states.items())
    outcome = t("index_well") if run.exit_code == 0 else t("index_code", code=run.exit_code)
    return RunView(time, run.command, outcome, _say(run.reason, lang) or waves, run.exit_code != 0)
