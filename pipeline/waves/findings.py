"""What a reader of the report must know about a wave's mapping and corrections, as findings of validation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pipeline import language
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Text, say
from pipeline.waves.comparable import of_wave
from pipeline.waves.model import Correction, QuestionMap, WaveMapping
from pipeline.waves.recognise import Recognised
from pipeline.waves.within import LeftOut

Finding = dict[str, Any]
MOST_NAMED = 12  # variables named in one finding


def finding(level: str, text_id: str, **params: Any) -> Finding:
    """A finding; a parameter that is a mapping holds a text per language."""
    return {"level": level, "id": f"waves.{text_id}", "params": params}


def of_corrections(corrections: Sequence[Correction], languages: Sequence[str]) -> Iterator[Finding]:
    """Every correction made, one line each."""
    for one in corrections:
        yield finding(
            "note", "corrected", unit=one.unit, variable=one.variable, old=one.expected, new=one.new,
            reason=_texts(one.reason, languages), date=one.date,
        )  # fmt: skip


def of_recognised(found: Recognised, file: str, mapping: str, codebook: str) -> Iterator[Finding]:
    """Why questions of this wave wait for a person, and which cannot be checked at all."""
    where = {"file": file, "mapping": mapping, "codebook": codebook, "sha256": found.sha256}
    if found.held:
        text_id = "held_other_file" if found.confirmed_for else "held_no_file" if found.mapped else "held"
        yield finding("warn", text_id, **where, count=len(found.held), before=found.confirmed_for)
    if found.unlabelled:
        names = ", ".join(found.unlabelled[:MOST_NAMED]) + (" …" if len(found.unlabelled) > MOST_NAMED else "")
        yield finding("note", "nothing_to_check", **where, count=len(found.unlabelled), variables=names)


def of_mapping(
    files: StudyFiles, mapping: WaveMapping, mapping_file: str, left_out: Sequence[LeftOut],
    dropped: Sequence[tuple[str, str, int]],
) -> Iterator[Finding]:  # fmt: skip
    """First a summary, then what awaits confirmation and what that costs, then what was mapped, and what is new.

    ``files`` is the whole study; ``dropped``: variable, code and number of answers that the mapping sets to
    system-missing.
    """
    languages = files.study.languages
    yield _summary(files, mapping)
    for name, record in mapping.variables.items():
        if not record.settled:
            yield finding(
                "warn", "unconfirmed", question=_label(files, name), changes=changes(record, languages),
                evidence=_texts(record.evidence or {}, languages), mapping=mapping_file,
            )  # fmt: skip
    for name, set_record in mapping.sets.items():
        if not set_record.confirmed:
            yield finding(
                "warn", "set_unconfirmed", question=_label(files, name), mapping=mapping_file,
                evidence=_texts(set_record.evidence or {}, languages),
            )  # fmt: skip
    for one in left_out:
        yield finding(
            "warn", "table_reduced" if one.reduced else "table_left_out", table=_texts(one.table.title, languages),
            lacks=_list([_label(files, name) for name in one.lacks], languages),
        )  # fmt: skip
    yield from _settled(files, mapping, languages)
    for name, code, count in dropped:
        yield finding("warn", "answers_dropped", question=_label(files, name), code=code, count=count)
    for name, new in mapping.new.items():
        yield finding("note", "question_new", variable=name, label=new.label or name)


def _summary(files: StudyFiles, mapping: WaveMapping) -> Finding:
    kinds = dict.fromkeys(("same", "mapped", "gone", "not", "unconfirmed"), 0)
    for name, comparable in of_wave(files.codebook, mapping, files.study.languages).items():
        if name not in files.codebook.variables:
            continue
        record = mapping.question(name)
        kinds["unconfirmed" if not record.settled else "gone" if record.gone else comparable.kind] += 1
    return finding("warn" if kinds["unconfirmed"] else "note", "summary", **kinds, new=len(mapping.new))


def _settled(files: StudyFiles, mapping: WaveMapping, languages: Sequence[str]) -> Iterator[Finding]:
    """What a person has confirmed: not asked, not comparable, read after mapping."""
    gone = [name for name, record in mapping.variables.items() if record.confirmed and record.gone]
    if gone:
        yield finding(
            "note", "questions_gone", count=len(gone), questions=_list([_label(files, n) for n in gone], languages)
        )
    comparable = of_wave(files.codebook, mapping, languages)
    for name, record in mapping.variables.items():
        if record.identical or not record.confirmed or record.gone:
            continue
        how = comparable[name]
        text_id = {"same": "question_same", "mapped": "question_mapped", "not": "question_not"}[how.kind]
        params: dict[str, Any] = {"question": _label(files, name), "changes": changes(record, languages)}
        if how.kind != "same":
            params["reason"] = dict(how.reason)
        yield finding("warn" if how.kind == "not" else "note", text_id, **params)
    for name, set_record in mapping.sets.items():
        if set_record.confirmed:
            how = comparable[name]
            reason = dict(how.reason) or dict.fromkeys(languages, "–")
            yield finding(
                "note", "set_not" if how.kind == "not" else "set_mapped", question=_label(files, name), reason=reason
            )


def changed_lines(found: Recognised, lang: str) -> Iterator[str]:
    """What waits for a person, a line each with what changed and its evidence."""
    mapping = found.mapping or WaveMapping()
    for name in mapping.waiting():
        record = mapping.variables.get(name)
        if record is not None:
            what, evidence = changes(record, (lang,))[lang], record.evidence
            shown = name if record.in_file in (None, name) else f"{name} ({record.in_file})"
        else:
            what, evidence, shown = language.text(lang, "waves.change_set"), mapping.sets[name].evidence, name
        yield language.text(lang, "waves.changed_line", question=shown, changes=what, evidence=say(evidence, lang))


def changes(record: QuestionMap, languages: Sequence[str]) -> dict[str, str]:
    """The words for what changed, per language."""
    return {
        lang: ", ".join(language.text(lang, f"waves.change_{change}") for change in record.status) for lang in languages
    }


def _label(files: StudyFiles, name: str) -> dict[str, str]:
    """A question's label with its name, per language."""
    book = files.codebook
    for group in (book.variables, book.sets, book.batteries, book.derived):
        if name in group:
            labels = _texts(group[name].label, files.study.languages)
            return {lang: f"{label} [{name}]" for lang, label in labels.items()}
    return dict.fromkeys(files.study.languages, name)


def _texts(text: Text, languages: Collection[str]) -> dict[str, str]:
    return {lang: say(text, lang) or "–" for lang in languages}


def _list(items: Sequence[Mapping[str, str]], languages: Collection[str]) -> dict[str, str]:
    return {lang: ", ".join(item[lang] for item in items) or "–" for lang in languages}
