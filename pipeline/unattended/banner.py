"""A report that is no longer up to date says so, dated: a banner in the published HTML, nothing else touched.

The last good build is copied with the banner set into each HTML file between two marks, and published in one rename
like any other. Taken out between the marks, the very bytes of the good build are there again; the other formats keep
theirs all along. The build's manifest names the banner under ``notice``, ``status.json`` under ``banner``.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import clock, language, publish
from pipeline.files import file_hash, read_file, write_json
from pipeline.paths import MANIFEST, Layout, Wave, data_hash

if TYPE_CHECKING:
    from pipeline.unattended.status import Banner

_BEGIN, _END = b"<!--newer data failed-->", b"<!--/newer data failed-->\n"
_BANNER = re.compile(re.escape(_BEGIN) + b".*?" + re.escape(_END), re.DOTALL)
# Where it goes: on the first page above the title. Text from the data is escaped and cannot look like this.
_PLACES = (b'<header class="cover" id="top">\n', b"<body>\n")
_MOST = 600  # characters of the reason that are shown


def manifest(wave: Wave) -> dict[str, Any] | None:
    """The manifest of the published report, if there is one."""
    try:
        found = json.loads(read_file(wave.reports / MANIFEST))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("outputs"), dict) else None


def newer_data(wave: Wave) -> bool:
    """Whether the wave's file is another than the published report was made of."""
    path, made = wave.survey(), manifest(wave)
    return path is not None and made is not None and data_hash(path) not in made.get("data", {}).values()


def put(layout: Layout, wave: Wave, notice: Banner) -> None:
    """Set the banner into the published report; the same banner stays."""
    made = manifest(wave)
    if made is not None and made.get("notice") != notice.model_dump(mode="json"):
        _republish(layout, wave, notice)


def lift(layout: Layout, wave: Wave) -> None:
    """Take the banner out of the published report, if there is one."""
    made = manifest(wave)
    if made is not None and "notice" in made:
        _republish(layout, wave, None)


def without(page: bytes) -> bytes:
    """A report's HTML as it was before any banner."""
    return _BANNER.sub(b"", page)


def _republish(layout: Layout, wave: Wave, notice: Banner | None) -> None:
    good = wave.reports.resolve()
    with publish.build(layout, wave.name) as folder:
        shutil.copytree(good, folder, dirs_exist_ok=True)
        for path in sorted(folder.rglob(MANIFEST)):  # an edition of its own has a folder of its own
            set_in(path, notice)


def set_in(path: Path, notice: Banner | None) -> None:
    """Set or take out the banner beside one manifest, and bring the manifest up to it."""
    folder = path.parent
    for report in sorted(folder.glob("report.*.html")):
        page = without(report.read_bytes())
        report.write_bytes(page if notice is None else _with(page, _html(notice, report)))
    made = json.loads(path.read_text("utf-8"))
    made.pop("notice", None)
    made["outputs"] = {name: file_hash(folder / name) for name in made["outputs"]}
    write_json(path, made if notice is None else {**made, "notice": notice.model_dump(mode="json")})


def _with(page: bytes, banner: bytes) -> bytes:
    for place in _PLACES:
        before, found, after = page.partition(place)
        if found:
            return before + found + _BEGIN + banner + _END + after
    raise ValueError("a report's HTML without a body")


def _html(notice: Banner, path: Path) -> bytes:
    from markupsafe import escape

    lang = path.name.split(".")[1]
    reason = " ".join(notice.reason.get(lang, "").split())
    if len(reason) > _MOST:
        reason = reason[:_MOST].rstrip() + " …"
    title = language.text(lang, "unattended.banner_title", date=clock.shown(notice.since, lang))
    made = notice.published
    last = language.text(lang, "unattended.banner_made", date=clock.shown(made, lang)) if made else ""
    if notice.waves:
        waves = ", ".join(notice.waves)
        text = language.text(lang, "unattended.banner_comparison", waves=waves, reason=reason, last=last)
    else:
        text = language.text(lang, "unattended.banner_text", reason=reason, last=last)
    block = f'<aside class="notice" role="note"><p><strong>{escape(title)}</strong> {escape(text)}</p></aside>'
    return block.encode()
