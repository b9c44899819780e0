"""``new-wave``: bring a wave's file in, record what it is, and draft how its questionnaire maps to the codebook."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline import language, publish
from pipeline.errors import DataRejected, UsageError
from pipeline.files import scratch, write_text
from pipeline.formats import DataFile, Reading
from pipeline.paths import SURVEY_SUFFIXES, Layout, Wave, companions, copied_name, data_hash, on_one_line, survey_files
from pipeline.progress import Progress
from pipeline.spec import source as yaml_source
from pipeline.spec.load import check, load
from pipeline.spec.model import Source
from pipeline.waves.draft import mapping_text, source_text
from pipeline.waves.figures import lent
from pipeline.waves.findings import MOST_NAMED
from pipeline.waves.questionnaire import Comparison, compare
from pipeline.waves.recognise import without_labels


@dataclass(frozen=True, slots=True)
class Brought:
    """What ``new-wave`` wrote, and what it found; ``bare``: questions whose codes no label in the file explains."""

    written: tuple[Path, ...]
    comparison: Comparison
    bare: tuple[str, ...] = ()


def new_wave(file: Path, name: str, layout: Layout, progress: Progress, encoding: str | None = None) -> Brought:
    """Copy a file to ``data/raw/<wave>/survey.sav`` (or another ending), write ``source.yml``, draft ``mapping.yml``.

    The wave's folder appears whole, in one rename, or not at all. For a file that lies in the wave's folder already
    only what is missing there is written. ``encoding``: that of the file's texts, where it says none or a wrong one; it
    is recorded in ``source.yml``. Raises :class:`UsageError` where the wave exists, and what reading the file and the
    study raises.
    """
    wave = layout.wave(name)
    if not file.is_file():
        raise UsageError("start.no_file", file=str(file))
    codebook = load(layout).codebook
    there = wave.survey()
    in_place = there is not None and there.resolve() == file.resolve()
    if not in_place and wave.raw.is_dir() and any(wave.raw.iterdir()):
        raise UsageError("waves.wave_exists", wave=name, folder=layout.shown(wave.raw))
    if in_place and wave.mapping.exists():
        raise UsageError("waves.mapping_exists", mapping=layout.shown(wave.mapping))
    with publish.lock(layout):
        progress.step("stage_ingest", wave=name)
        stated = _stated(file, layout)
        found = _read(file, stated, layout, encoding)
        progress.step("new_wave_comparing", wave=name)
        before = lent(layout, layout.towards(name, layout.wave_of(codebook.written_from or "")))
        comparison = compare(found.dictionary, found.table, codebook, before)
        bare = tuple(p.name for p in comparison.questions if without_labels(p, found.dictionary, codebook))
        text = mapping_text(comparison, found.dictionary, codebook, name, layout.shown(layout.codebook))
        try:
            written = _in_place(wave, found, file, text) if in_place else _aside(wave, found, file, stated, text)
        except OSError as error:
            raise DataRejected(
                "cli.cannot_write", path=layout.shown(wave.raw), reason=error.strerror or str(error)
            ) from None
    progress.clear()
    return Brought(written, comparison, bare)


def _stated(file: Path, layout: Layout) -> Path | None:
    """A ``source.yml`` beside the file, where it can only be about this file."""
    beside = file.parent / "source.yml"
    alone = len(survey_files(file.parent)) == 1
    return beside if beside.is_file() and alone else None


def _read(file: Path, stated: Path | None, layout: Layout, encoding: str | None = None) -> DataFile:
    shown = layout.shown(file.resolve())
    if stated is None:
        return Reading(file, encoding, shown=shown).result()
    source = check(Source, yaml_source.read(layout, stated.resolve()))
    return Reading(file, encoding or source.encoding, source.rows, source.sha256, shown=shown).result()


def _source(found: DataFile, file: Path, survey: str, stated: Path | None) -> str:
    """The text of ``source.yml``: the one that came with the file, its hash and rows added, or a new one."""
    if stated is None:
        return source_text(found.dictionary, on_one_line(survey), on_one_line(file.name))
    text = stated.read_text("utf-8-sig")
    content = yaml_source.parse(text, stated, stated.name).content
    lines = [text.rstrip("\n")]
    if "sha256" not in content:
        lines.append(f"sha256: {found.dictionary.sha256}")
    if "rows" not in content:
        lines.append(f"rows: {found.dictionary.cases}")
    encoding = found.dictionary.encoding
    if "encoding" not in content and encoding.how == "stated":
        lines.append(f"encoding: {encoding.used}")
    return "\n".join(lines) + "\n"


def _in_place(wave: Wave, found: DataFile, file: Path, mapping: str) -> tuple[Path, ...]:
    written = []
    if not wave.source.exists():
        write_text(wave.source, _source(found, file, file.name, None))
        written.append(wave.source)
    write_text(wave.mapping, mapping)
    return (*written, wave.mapping)


def _aside(wave: Wave, found: DataFile, file: Path, stated: Path | None, mapping: str) -> tuple[Path, ...]:
    """Make the folder beside its place, check that the copy is the file that was read, and rename it in."""
    wave.raw.parent.mkdir(parents=True, exist_ok=True)
    own = file.suffix.lower() if file.suffix.lower() in SURVEY_SUFFIXES[3:] else ""
    survey = f"survey{own or f'.{found.dictionary.file_format}'}"
    with scratch(wave.raw.parent) as aside:
        folder = aside / wave.name
        folder.mkdir()
        shutil.copyfile(file, folder / survey)
        for beside in companions(file):
            shutil.copyfile(beside, folder / copied_name(beside, "survey"))
        if data_hash(folder / survey) != found.dictionary.sha256:
            raise DataRejected("spss.changing", file=file.name)
        write_text(folder / wave.source.name, _source(found, file, survey, stated))
        write_text(folder / wave.mapping.name, mapping)
        if wave.raw.is_dir():
            wave.raw.rmdir()  # empty, as was made sure
        folder.rename(wave.raw)
    return (wave.raw / survey, wave.source, wave.mapping)


def lines(brought: Brought, layout: Layout, wave: str, lang: str) -> list[str]:
    """What a person at the terminal is told: each change with its evidence, the sums, and what to do next."""
    place = layout.wave(wave)
    found = changes(brought, lang)
    identical = len(found) == 1
    files = {"source": layout.shown(place.source), "mapping": layout.shown(place.mapping), "wave": wave}
    if brought.bare:
        named = ", ".join(brought.bare[:MOST_NAMED]) + (" …" if len(brought.bare) > MOST_NAMED else "")
        file = layout.shown(brought.written[0])
        found.append(language.text(lang, "waves.nothing_to_check", file=file, count=len(brought.bare), variables=named))
    return [*found, language.text(lang, "waves.next_identical" if identical else "waves.next", **files)]


def changes(brought: Brought, lang: str) -> list[str]:
    """What changed in the questionnaire, each change with its evidence, and the sums."""
    comparison = brought.comparison
    found = []
    for p in comparison.questions:
        if not p.identical:
            what = ", ".join(language.text(lang, f"waves.change_{change}") for change in p.status)
            name = p.name if p.in_file in (None, p.name) else f"{p.name} ({p.in_file})"
            evidence = "; ".join(text[lang] for text in p.evidence)
            found.append(language.text(lang, "waves.changed_line", question=name, changes=what, evidence=evidence))
    for one in comparison.sets:
        evidence = "; ".join(text[lang] for text in one.evidence)
        what = language.text(lang, "waves.change_set")
        found.append(language.text(lang, "waves.changed_line", question=one.name, changes=what, evidence=evidence))
    gone = sum(1 for p in comparison.questions if p.in_file is None)
    same = sum(1 for p in comparison.questions if p.identical)
    sums = {"same": same, "changed": len(comparison.questions) - same - gone, "gone": gone}
    found.append(language.text(lang, "waves.done", **sums, sets=len(comparison.sets), new=len(comparison.new)))
    return found
