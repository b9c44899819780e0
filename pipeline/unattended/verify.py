"""``verify``: is what is published what the inputs give? Everything is made again aside, from nothing, and compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline import files, paths, run
from pipeline.errors import DataRejected, PipelineError, UsageError
from pipeline.files import file_hash
from pipeline.paths import Layout, Wave
from pipeline.progress import Progress
from pipeline.stages.freshness import code_hash
from pipeline.unattended import banner


def verify(layout: Layout, waves: Sequence[str], progress: Progress) -> list[tuple[str, int]]:
    """Rebuild the published reports of the waves named, or of all, and compare every byte.

    Returns each wave with the number of files compared. Raises :class:`DataRejected` naming every file that differs
    and what may explain it, :class:`UsageError` where nothing is published.
    """
    names = list(waves) or [name for name in layout.waves() if _published(layout, name)]
    if not names:
        raise UsageError("unattended.nothing_published", folder=layout.shown(layout.reports))
    found = [layout.existing_wave(name) for name in names]
    with files.scratch(layout.processed) as folder:
        aside = _copy(layout, folder)
        results = [_one(layout, aside, wave, progress) for wave in found]
        if not waves and _published(layout, paths.COMPARISON):
            results.append(_one(layout, aside, _comparison(layout), progress))
    problems = [problem for _, _, problem in results if problem is not None]
    if problems:
        raise DataRejected.several(problems)
    return [(name, count) for name, count, _ in results]


def _published(layout: Layout, name: str) -> bool:
    return (layout.reports / name / "manifest.json").is_file()


def _comparison(layout: Layout) -> Wave:
    """The comparison's place: arranged like a wave's, though no wave may have its name."""
    name = paths.COMPARISON
    return Wave(name, layout.raw / name, layout.processed / name, layout.reports / name)


def _copy(layout: Layout, folder: Path) -> Layout:
    """The inputs in a folder of their own, arranged as they are; nothing that a stage made comes along."""
    study = folder / layout.files.relative_to(layout.base) if layout.files.is_relative_to(layout.base) else folder
    study.mkdir(parents=True, exist_ok=True)
    for path in layout.files.glob("*.yml"):
        shutil.copyfile(path, study / path.name)
    shutil.copytree(layout.raw, folder / "data" / "raw")
    return Layout(study, folder)


def _one(layout: Layout, aside: Layout, wave: Wave, progress: Progress) -> tuple[str, int, PipelineError | None]:
    published = wave.reports.resolve()
    made = banner.manifest(wave)
    if made is None:
        raise UsageError("unattended.nothing_published", folder=layout.shown(wave.reports))
    wanted = run.Wanted(tuple(made["languages"]), tuple(made["formats"]), made["edition"])
    if wave == _comparison(layout):
        run.compare(aside, wanted, progress)
    else:
        run.report(aside, [wave.name], wanted, progress)
    rebuilt = aside.reports / wave.name
    names = sorted({*made["outputs"], *(p.name for p in rebuilt.iterdir() if p.is_file())} - {"manifest.json"})
    different = [name for name in names if _bytes(published / name) != _bytes(rebuilt / name)]
    if not different:
        return wave.name, len(names), None
    changed = ", ".join(_changed(layout, wave, made)) or "–"
    touched = ", ".join(n for n in different if _hash(published / n) != made["outputs"].get(n)) or "–"
    return wave.name, len(names), DataRejected(
        "unattended.differs", folder=layout.shown(wave.reports), files=", ".join(different), count=len(different),
        of=len(names), changed=changed, touched=touched,
    )  # fmt: skip


def _bytes(path: Path) -> bytes | None:
    """A file's bytes, without a banner; ``None`` where it is missing."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return banner.without(content) if path.suffix == ".html" else content


def _hash(path: Path) -> str | None:
    return file_hash(path) if path.is_file() else None


def _changed(layout: Layout, wave: Wave, made: dict[str, Any]) -> Iterator[str]:
    """The inputs that are no longer what the published report was made of."""
    survey = wave.survey()
    if survey is not None and file_hash(survey) not in made.get("data", {}).values():
        yield layout.shown(survey)
    for name, digest in made.get("declared", {}).items():
        if isinstance(digest, str) and _hash(wave.raw / name) != digest:
            yield layout.shown(wave.raw / name)
    for name, digest in made.get("study", {}).items():
        if _hash(layout.files / name) != digest:
            yield layout.shown(layout.files / name)
    if code_hash(".") != made.get("code"):
        yield "pipeline/"
    if (_hash(paths.ROOT / "requirements.lock") or "") != made.get("lock"):
        yield "requirements.lock"
