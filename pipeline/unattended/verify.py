"""``verify``: is what is published what the inputs give? Everything is made again aside, from nothing, and compared.

Compared are every file of a report with its manifest, the banner that ``status.json`` says it has, the page of all
reports with ``status.json``, and that with what is in place. What lies beside them is named.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import files, paths, publish, run
from pipeline.errors import DataRejected, PipelineError, UsageError
from pipeline.paths import MANIFEST, Layout, Wave, companions, data_hash, entries, on_one_line
from pipeline.progress import Progress
from pipeline.stages.freshness import code_hash
from pipeline.unattended import banner, index, record, status
from pipeline.unattended.attempt import relative
from pipeline.unattended.status import Status


def verify(layout: Layout, waves: Sequence[str], progress: Progress) -> list[tuple[str, int]]:
    """Rebuild the published reports of the waves named, or of all, and compare every byte.

    Returns each wave with the number of files compared. Raises a :class:`PipelineError` naming every file that differs
    and what may explain it, :class:`UsageError` where nothing is published.
    """
    layout = layout.as_now()
    public = replace(layout, edition="public")
    given_out = [name for name in list(waves) or layout.waves() if _published(public, name)]
    names = [name for name in list(waves) or layout.waves() if _published(layout, name)]
    if not names and not given_out and not waves:
        raise UsageError("unattended.nothing_published", folder=layout.shown(layout.reports))
    for name in waves:
        wave = layout.existing_wave(name)
        if name not in names and name not in given_out:
            raise UsageError("unattended.nothing_published", folder=layout.shown(wave.reports))
    found = [layout.existing_wave(name) for name in names]
    with publish.lock(layout), files.scratch(layout.processed) as folder:
        aside = _study_aside(layout, folder)
        known = status.read(layout)
        results = [_one(layout, aside, wave, known, progress) for wave in found]
        results += [_given_out(public, aside, name, progress) for name in given_out]
        if not waves and _published(layout, paths.COMPARISON):
            results.append(_one(layout, aside, layout.comparison, known, progress))
    problems = [problem for _, _, several in results for problem in several]
    if not waves:
        problems += [*_records(layout, known), *_beside(layout), *_beside(public)]
    if problems:
        raise type(problems[0]).several(problems)
    return [(name, count) for name, count, _ in results]


def _published(layout: Layout, name: str) -> bool:
    return (layout.reports / name).is_symlink() or (layout.reports / name).is_dir()


# ---------------------------------------------------------------- the inputs in a folder of their own


def _study_aside(layout: Layout, folder: Path) -> Layout:
    """The study's files in a folder of their own, arranged as they are."""
    study = folder / layout.files.relative_to(layout.base) if layout.files.is_relative_to(layout.base) else folder
    aside = Layout(study, folder)
    for path in (*layout.study_files(), layout.hidden):
        _bring(layout, path, study / path.relative_to(layout.files))
    return aside


def _two_readers(layout: Layout, wave: Wave) -> None:
    """Let the second reader read a file that is too large for it at every run. Raises where the two differ."""
    from pipeline.formats import Reading
    from pipeline.formats.agreement import SecondReader
    from pipeline.spec.load import load, load_source

    path = wave.survey()
    if path is None or path.suffix.lower() not in paths.SPSS_SUFFIXES:
        return
    if not path.is_file():
        return  # a link to nothing: said when the wave is made again
    if path.stat().st_size <= load(layout).study.policies.two_readers_up_to * 1_000_000:
        return  # it is read so when the report is made again
    source, shown = load_source(layout, wave), layout.shown(path)
    second = SecondReader(path.resolve(), source.encoding, shown)
    second.agree(Reading(path.resolve(), source.encoding, source.rows, source.sha256, shown=shown).result())


def _wave_aside(layout: Layout, aside: Layout, wave: Wave) -> None:
    """What a wave's report is made from, beside the study; nothing that a stage made comes along."""
    place = aside.wave(wave.name)
    place.raw.mkdir(parents=True, exist_ok=True)
    for path in (wave.source, wave.mapping, wave.corrections, wave.units):
        _bring(layout, path, place.raw / path.name)
    for path in wave.data_files():
        _bring_data(layout, aside, path)
        base = layout.base.resolve()
        for beside in companions(path.resolve()):
            if beside.is_relative_to(base):
                _bring_data(layout, aside, layout.base / beside.relative_to(base))


def _bring(layout: Layout, path: Path, target: Path) -> None:
    content = layout.content(path)
    if content is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _bring_data(layout: Layout, aside: Layout, path: Path) -> None:
    """Copy a data file; a link to one is a link there too, as a report names the file that a link leads to."""
    from pipeline.formats import unreadable

    link, source = aside.base / path.relative_to(layout.base), path.resolve()
    inside = source.is_relative_to(layout.base.resolve())
    target = aside.base / source.relative_to(layout.base.resolve()) if inside else source
    try:
        if inside:
            target.parent.mkdir(parents=True, exist_ok=True)
            with files.open_file(source) as read, target.open("wb") as written:
                shutil.copyfileobj(read, written, 1 << 20)
        if path.is_symlink():
            link.symlink_to(target)
    except OSError as error:
        if error.errno in files.REFUSALS:
            raise
        reason = error.strerror or str(error)
        raise DataRejected(unreadable(path) or "spss.system", file=layout.shown(path), reason=reason) from None


# ---------------------------------------------------------------- one report


def _given_out(public: Layout, aside: Layout, name: str, progress: Progress) -> tuple[str, int, list[PipelineError]]:
    """The public edition of a wave, made again with the counts that it has hidden."""
    wave = public.existing_wave(name)
    _, count, problems = _one(public, replace(aside, edition=public.edition), wave, None, progress)
    return f"{public.edition}/{name}", count, problems


def _one(
    layout: Layout, aside: Layout, wave: Wave, known: Status | None, progress: Progress
) -> tuple[str, int, list[PipelineError]]:
    """The report's name, the number of files compared, and what is wrong with it."""
    published, made = wave.reports.resolve(), banner.manifest(wave) or {}
    folder = layout.shown(wave.reports)
    try:
        if wave != layout.comparison:
            _two_readers(layout, wave)
        rebuilt = _rebuilt(layout, aside, wave, made, known, progress)
    except UsageError:
        raise
    except PipelineError as error:
        outputs = made.get("outputs", {})
        touched = [name for name, digest in outputs.items() if _hash(published / name) != digest]
        there = {path.name for path in entries(published)}
        extra = sorted(there - {*outputs, MANIFEST})
        cannot = type(error)("unattended.cannot_rebuild", folder=folder, touched=_list([*touched, *extra]))
        return wave.name, len(there), [cannot, *(error.problems or (error,))]
    names = sorted(path.name for path in rebuilt.iterdir())
    different = [name for name in names if _bytes(published / name) != _bytes(rebuilt / name)]
    extra = [path.name for path in entries(published) if path.name not in names]
    problems: list[PipelineError] = []
    if different:
        outputs = made.get("outputs", {})
        touched = [name for name in different if name != MANIFEST and _hash(published / name) != outputs.get(name)]
        problems.append(DataRejected(
            "unattended.differs", folder=folder, files=_list(different), count=len(different), of=len(names),
            changed=_list(_changed(layout, wave, made)), touched=_list(touched),
        ))  # fmt: skip
    if extra:
        problems.append(DataRejected("unattended.extra", folder=folder, files=_list(extra)))
    return wave.name, len(names), problems


def _rebuilt(
    layout: Layout, aside: Layout, wave: Wave, made: dict[str, Any], known: Status | None, progress: Progress
) -> Path:
    """The folder of the report as it should be: made again, with the banner that the status says it has."""
    langs, formats = _parts(layout, wave, made)
    wanted = run.Wanted(langs, formats, layout.edition)
    if wave == layout.comparison:
        if run.compare(aside, wanted, progress) is None:
            raise DataRejected("unattended.waves_lacking", folder=layout.shown(wave.reports))
        return aside.reports / wave.name
    _wave_aside(layout, aside, wave)
    run.report(aside, [wave.name], wanted, progress)
    rebuilt = aside.reports / wave.name
    told = known.waves.get(wave.name) if known is not None else None
    if told is not None and told.banner is not None:
        banner.set_in(rebuilt / MANIFEST, told.banner)
    return rebuilt


def _parts(layout: Layout, wave: Wave, made: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The languages and formats that a report has by its manifest or by its files, whichever names them."""
    from pipeline import render
    from pipeline.spec.load import load

    names = [path.name.split(".", 2)[1:] for path in entries(wave.reports) if path.name.count(".") >= 2]
    langs = [*_texts(made.get("languages")), *(name[0] for name in names)]
    formats = [*_texts(made.get("formats")), *(name[1] for name in names)]
    known = load(layout).study.languages
    return tuple(x for x in known if x in langs), tuple(x for x in render.formats() if x in formats)


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _bytes(path: Path) -> bytes | None:
    """A file's bytes; ``None`` where there is none, or what is no file of its own."""
    try:
        return None if path.is_symlink() else files.read_file(path)
    except OSError:
        return None


def _hash(path: Path) -> str | None:
    try:
        return data_hash(path)
    except OSError:
        return None


def _list(names: Sequence[str] | Iterator[str]) -> str:
    return ", ".join(map(on_one_line, names)) or "–"


def _changed(layout: Layout, wave: Wave, made: dict[str, Any]) -> Iterator[str]:
    """The inputs that are no longer what the published report was made of."""
    survey = wave.survey()
    if survey is not None and _hash(survey) not in _named(made, "data").values():
        yield layout.shown(survey)
    for name, digest in _named(made, "declared").items():
        if isinstance(digest, str) and layout.hashes(wave.raw / name).get(name) != digest:
            yield layout.shown(wave.raw / name)
    for name, digest in _named(made, "study").items():
        if layout.hashes(layout.files / name).get(name) != digest:
            yield layout.shown(layout.files / name)
    if code_hash(".") != made.get("code"):
        yield "pipeline/"
    if (_hash(paths.ROOT / "requirements.lock") or "") != made.get("lock", ""):
        yield "requirements.lock"


def _named(made: dict[str, Any], key: str) -> dict[str, Any]:
    found = made.get(key)
    return found if isinstance(found, dict) else {}


# ---------------------------------------------------------------- what lies beside the reports


def _records(layout: Layout, known: Status | None) -> Iterator[PipelineError]:
    """What cannot be right in ``status.json`` and ``index.html``, where a run has left them."""
    told = {"file": layout.shown(layout.status)}
    if known is None:
        if _there(layout.status) or _there(layout.index):
            yield DataRejected("unattended.status_differs", **told, place="–")
        return
    if _bytes(layout.status) != status.text(known).encode():
        yield DataRejected("unattended.status_differs", **told, place="–")
    if known.title != (record.study_title(layout) or known.title):
        yield DataRejected("unattended.status_differs", **told, place="title")
    for name, wave in known.waves.items():
        if wave.files != relative(layout, sorted((layout.reports / name).glob("report.*.*"))):
            yield DataRejected("unattended.status_differs", **told, place=f"waves.{name}.files")
        if wave.title != (record.wave_title(layout, name) or wave.title):
            yield DataRejected("unattended.status_differs", **told, place=f"waves.{name}.title")
    if _bytes(layout.index) != index.page(known).encode():
        yield DataRejected(
            "unattended.index_differs", file=layout.shown(layout.index), status=layout.shown(layout.status)
        )


def _there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _beside(layout: Layout) -> Iterator[PipelineError]:
    """Files beside the reports, and reports of no wave that there is."""
    ours = {*layout.waves()}
    if layout.edition == "internal":
        public = replace(layout, edition="public").reports.name
        ours |= {layout.status.name, layout.index.name, paths.COMPARISON, public}
    extra = [
        path.name
        for path in entries(layout.reports)
        if path.name not in ours and not path.name.startswith(".") and (not path.is_dir() or _is_report(path))
    ]
    if extra:
        yield DataRejected("unattended.extra", folder=layout.shown(layout.reports), files=_list(extra))


def _is_report(folder: Path) -> bool:
    return any(path.name == MANIFEST or path.name.startswith("report.") for path in entries(folder))
