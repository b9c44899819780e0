"""Read and check a wave's ``mapping.yml`` and ``corrections.yml``: mistakes with file, line and the nearest name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.codes import SYSTEM_MISSING, text_of, to_type
from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.paths import Layout, Wave
from pipeline.spec import source as yaml_source
from pipeline.spec.load import check
from pipeline.spec.model import ANY_LANGUAGE, Codebook, Text
from pipeline.spec.source import Place, SourceFile
from pipeline.waves.model import Corrections, QuestionMap, WaveMapping


def load_mapping(layout: Layout, wave: Wave, codebook: Codebook, languages: Sequence[str] = ()) -> WaveMapping | None:
    """A wave's mapping; ``None`` without a ``mapping.yml``: the wave is then read as the codebook has it.

    Raises :class:`StudyError` with all mistakes: names and codes that the codebook does not have, a question that is
    not comparable without a reason, two questions from one variable of the file, texts not in all ``languages``.
    """
    source = yaml_source.read_if_there(layout, wave.mapping)
    if source is None:
        return None
    for group in ("together", "variables", "sets", "new"):
        if isinstance(source.content, dict) and source.content.get(group, ...) is None:
            del source.content[group]
    mapping = check(WaveMapping, source)
    problems = [
        *_check_questions(mapping, codebook, source, languages),
        *_check_sets(mapping, codebook, source, languages),
        *_check_sources(mapping, source),
    ]
    if problems:
        raise StudyError.several(problems)
    return mapping.resolved()


def load_corrections(layout: Layout, wave: Wave) -> tuple[Corrections, SourceFile | None]:
    """A wave's corrections and, for messages, their lines; none without a ``corrections.yml``."""
    source = yaml_source.read_if_there(layout, wave.corrections)
    if source is None:
        return Corrections(), None
    if isinstance(source.content, dict) and source.content.get("corrections", ...) is None:
        source.content.pop("corrections", None)
    return check(Corrections, source), source


def _check_questions(
    mapping: WaveMapping, codebook: Codebook, source: SourceFile, languages: Sequence[str]
) -> Iterator[PipelineError]:
    for name, record in mapping.variables.items():
        place: Place = ("variables", name)
        if name not in codebook.variables:
            yield _no_name(source, place, name, codebook.variables)
            continue
        yield from _check_reason(
            record.reason, record.comparable == "not" and not record.gone, place, source, languages
        )
        if record.identical and (record.codes or record.comparable != "same"):
            yield StudyError("waves.same_but_mapped", file=source.name, line=source.line(place), variable=name)
        yield from _check_codes(name, record, codebook, place, source)


def _check_codes(
    name: str, record: QuestionMap, codebook: Codebook, place: Place, source: SourceFile
) -> Iterator[PipelineError]:
    variable = codebook.variables[name]
    known = [*variable.categories, *variable.missing]
    for old, new in record.codes.items():
        if new == SYSTEM_MISSING:
            continue
        if (variable.categorical and new not in known) or (variable.kind in ("numeric", "weight") and not _number(new)):
            yield StudyError(
                "waves.no_such_code", file=source.name, line=source.line((*place, "codes", old)), variable=name,
                code=to_type(new), known=", ".join(map(text_of, known[:20])) or "–",
            )  # fmt: skip


def _check_sets(
    mapping: WaveMapping, codebook: Codebook, source: SourceFile, languages: Sequence[str]
) -> Iterator[PipelineError]:
    for name, record in mapping.sets.items():
        place: Place = ("sets", name)
        if name not in codebook.sets:
            yield _no_name(source, place, name, codebook.sets)
            continue
        yield from _check_reason(record.reason, record.comparable == "not", place, source, languages)


def _check_reason(
    reason: Text | None, needed: bool, place: Place, source: SourceFile, languages: Sequence[str]
) -> Iterator[PipelineError]:
    if not reason:
        if needed:
            yield StudyError("waves.no_reason", file=source.name, line=source.line(place), variable=str(place[-1]))
        return
    lang = next(iter(languages), ANY_LANGUAGE)  # where another one lacks, the first is read
    if not (reason.get(lang) or reason.get(ANY_LANGUAGE, "")).strip():
        yield StudyError(
            "study.no_translation", file=source.name, line=source.line((*place, "reason")),
            where=".".join(str(p) for p in (*place, "reason")), language=lang,
        )  # fmt: skip


def _check_sources(mapping: WaveMapping, source: SourceFile) -> Iterator[PipelineError]:
    """No variable of the file answers two questions, unless all but one of them are left out of this wave."""
    taken: dict[str, str] = {}
    for name, record in mapping.variables.items():
        if record.gone or record.comparable == "not":
            continue
        in_file = record.in_file or name
        if in_file in taken:
            yield StudyError(
                "waves.taken_twice", file=source.name, line=source.line(("variables", name)), variable=name,
                in_file=in_file, other=taken[in_file],
            )  # fmt: skip
        taken[in_file] = name


def _no_name(source: SourceFile, place: Place, name: str, known: Mapping[str, object]) -> StudyError:
    return StudyError(
        "study.no_such_name", file=source.name, line=source.line(place), where=".".join(str(p) for p in place),
        name=name, nearest=nearest(name, list(known)) or ", ".join(list(known)[:12]) or "–",
    )  # fmt: skip


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
