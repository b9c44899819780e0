"""The delivered file is the record: its SHA-256 is kept from first sight, and a later change is reported.

One changed byte in a data file shows nowhere in the format; only the hash tells. The hashes are in
``data/seen.json``: beside the raw data, which nothing writes to, and out of the way of ``make clean``.
"""

from __future__ import annotations

import json
from typing import Any

from pipeline import clock, language
from pipeline.errors import PipelineError
from pipeline.files import read_file, write_json
from pipeline.paths import Layout, Wave, data_hash


def notice(layout: Layout, wave: Wave) -> dict[str, str] | None:
    """What to tell about a wave's file that is not the one first seen, by language; ``None`` when it is.

    A file seen whole for the first time is recorded; one that the reader refused is no first sight. A person accepts
    a changed file by writing its hash as ``sha256:`` in the wave's ``source.yml``.
    """
    path = wave.survey()
    if path is None:
        return None
    known = _read(layout)
    if known is None:
        return _texts("seen_unreadable", file=layout.shown(layout.seen))
    digest = data_hash(path)
    if not _read_whole(wave, digest):
        return None
    record = known.get(wave.name)
    if record is None:
        _write(layout, {**known, wave.name: {"sha256": digest, "seen": clock.now()}})
        return None
    if record["sha256"] == digest:
        return None
    if _stated(layout, wave) == digest:
        before = [*record.get("before", []), {"sha256": record["sha256"], "seen": record["seen"]}]
        _write(layout, {**known, wave.name: {"sha256": digest, "seen": clock.now(), "before": before}})
        return None
    return _texts(
        "changed_file", file=layout.shown(path), date=record["seen"], before=record["sha256"], now=digest,
        source=layout.shown(wave.source),
    )  # fmt: skip


def _texts(text_id: str, **params: str) -> dict[str, str]:
    def one(lang: str) -> str:
        dated = {**params, "date": clock.shown(params["date"], lang)} if "date" in params else params
        return language.text(lang, f"unattended.{text_id}", **dated)

    return {lang: one(lang) for lang in language.languages()}


def _read_whole(wave: Wave, digest: str) -> bool:
    """Whether the reader got through this very file."""
    try:
        found = json.loads(read_file(wave.processed / "dictionary.json"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("sha256") == digest


def _stated(layout: Layout, wave: Wave) -> str | None:
    from pipeline.spec.load import load_source

    try:
        stated = load_source(layout, wave).sha256
    except PipelineError:
        return None
    return stated.strip().lower() if stated else None


def _read(layout: Layout) -> dict[str, Any] | None:
    """The record by wave: empty where there is none yet, ``None`` where there is one that cannot be read."""
    try:
        found = json.loads(read_file(layout.seen))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None
    whole = isinstance(found, dict) and all(
        isinstance(r, dict) and {"sha256", "seen"} <= r.keys() for r in found.values()
    )
    return found if whole else None


def _write(layout: Layout, known: dict[str, Any]) -> None:
    write_json(layout.seen, dict(sorted(known.items())))
