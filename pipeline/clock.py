"""The time of now: the only room that may ask for it, because reports must not depend on it."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline import language


def now() -> str:
    """The time in UTC to the second, as ``2026-11-22T08:15:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(time: str, lang: str) -> str:
    """A time of :func:`now` as a reader writes it: "22 novembre 2026, 08:15 UTC"."""
    from babel.dates import format_date

    moment = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return f"{format_date(moment.date(), 'long', locale=language.locale(lang))}, {moment:%H:%M} UTC"
