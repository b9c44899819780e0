"""init: a first ``study/`` for an SPSS file, its guesses marked as guesses, ready to edit and to run."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import labels, language
from pipeline.codes import BLANK
from pipeline.errors import DataRejected, StudyError, UsageError, nearest
from pipeline.files import write_text
from pipeline.formats import unreadable
from pipeline.language.no_answer import is_no_answer
from pipeline.paths import SURVEY_SUFFIXES, TEXT_SUFFIXES, Layout, companions, copied_name, on_one_line, survey_files
from pipeline.progress import Progress
from pipeline.spec import source as yaml_source
from pipeline.spec.load import check
from pipeline.spec.model import Source
from pipeline.spec.yaml_text import flow, key, quoted
from pipeline.spss.model import Dictionary, Variable, code_text
from pipeline.stages.job import Job
from pipeline.start.group import Group
from pipeline.start.guess import CALENDARS, MOST_CATEGORIES, Guess, Guesses, guess
from pipeline.start.guessed import records, written
from pipeline.start.overview import screened
from pipeline.start.printed import PUBLISHED
from pipeline.start.wording import Codes, coded, languages, named, texts, worded, worded_comment, worded_of, written_in
from pipeline.start.words import calendar_name

NUMBERS_PER_TABLE = 15
LONGEST_TITLE = 70  # characters of a section's title
MOST_DRAWN = 20  # items of one figure
MOST_FIGURES = 8  # of a first report
CALENDAR_NAMES = frozenset(why for why, _ in CALENDARS.values())


@dataclass(frozen=True, slots=True)
class Cross:
    """Cross-tables asked for on the command line."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    layer: str | None = None
    printed: bool = False  # all statistics on paper too


@dataclass(frozen=True, slots=True)
class Start:
    """How a first study is to be written: its languages, weight (variable and kind) and cross-tables."""

    languages: tuple[str, ...] = field(default_factory=language.usual)
    weight: tuple[str, str] | None = None
    cross: Cross = Cross()


def init(file: Path, layout: Layout, wave: str | None, progress: Progress, encoding: str | None = None) -> str:
    """Write a study for a file into an empty folder. Returns the folder as shown to the user.

    ``encoding``: that of the file's texts, where it says none or a wrong one.
    """
    if layout.study.exists():
        raise UsageError("start.study_exists", folder=layout.shown(layout.files))
    name = wave or "1"
    job = bring_in(file, layout, name, copy=True, encoding=encoding)
    progress.step("stage_ingest", wave=name)
    dictionary, guesses = read_and_guess(job)
    weight = (dictionary.weight, "probability") if dictionary.weight else None
    write_study(layout, dictionary, guesses, file.stem, Start(_reported_in(progress.lang), weight))
    return layout.shown(layout.files)


def _reported_in(lang: str) -> tuple[str, ...]:
    """The usual languages; for who asks in another one, that one."""
    return language.usual() if lang in language.usual() else (lang,)


def known_encoding(name: str) -> str:
    """An encoding as typed. Raises ``UsageError`` for one that nobody knows."""
    from pipeline.spss.text import codec_name, codec_names

    if codec_name(name.removesuffix(" replace")) is None:
        raise UsageError("start.no_encoding", name=name, nearest=nearest(name.casefold(), codec_names()) or "utf-8")
    return name


def bring_in(file: Path, layout: Layout, name: str, copy: bool, encoding: str | None = None) -> Job:
    """Put a file into a wave's folder (a copy, or a link for a run that leaves nothing) with its ``source.yml``."""
    stated = known_encoding(encoding) if encoding else None
    problem, shown = unreadable(file), on_one_line(str(file))
    if problem == "spss.no_permission":
        raise DataRejected(problem, file=shown)
    if problem:
        raise UsageError("start.no_file" if problem == "spss.no_file" else problem, file=shown)
    place = layout.wave(name)
    try:
        place.raw.mkdir(parents=True, exist_ok=True)
        suffix = file.suffix.lower()
        suffix = suffix if suffix in SURVEY_SUFFIXES else ".csv" if suffix in TEXT_SUFFIXES else ".sav"
        target = place.raw / f"survey{suffix}"
        if copy:
            shutil.copyfile(file, target)
            for beside in companions(file):
                shutil.copyfile(beside, place.raw / copied_name(beside, target.stem))
        else:
            target.symlink_to(file.resolve())
        write_text(place.source, _source(layout.as_now(), file, stated))
    except OSError as error:
        raise DataRejected(
            "cli.cannot_write", path=on_one_line(str(place.raw)), reason=error.strerror or str(error)
        ) from None
    return Job(layout, place)


def _source(layout: Layout, file: Path, encoding: str | None) -> str:
    """The ``source.yml`` of a file: the one beside it, if it is about this file, with a title if it has none.

    ``encoding``, where given, takes the place of what it says.
    """
    name, beside = on_one_line(file.name), file.parent / "source.yml"
    plain = f"kind: survey\ntitle: {quoted(name)}\n" + (f"encoding: {quoted(encoding)}\n" if encoding else "")
    found = yaml_source.read_if_there(layout, beside)
    if found is None:
        return plain
    content = found.content
    if isinstance(content, dict):
        found = dataclasses.replace(found, content={"title": name, **content})
    stated = check(Source, found)
    several = any(p.name != file.name for p in survey_files(file.parent))
    if several and not stated.file and (stated.encoding, stated.rows, stated.sha256) != (None, None, None):
        raise StudyError("start.source_of_which", source=layout.shown(beside), name=file.name)
    if file.name not in stated.file and (several or stated.file):
        return plain
    if "title" in content and encoding is None:
        return (layout.content(beside) or b"").decode("utf-8-sig")
    all_of_it = found.content | ({"encoding": encoding} if encoding else {})
    return "".join(f"{key(k)}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in all_of_it.items())


def read_and_guess(job: Job) -> tuple[Dictionary, Guesses]:
    """Read the file and guess what its variables are."""
    from pipeline.run import run_stage

    run_stage(job, "ingest")
    return job.dictionary, guess(job.dictionary, job.columns(job.table("ingested", job.ingested)))


def write_study(
    layout: Layout, dictionary: Dictionary, guesses: Guesses, title: str, start: Start, passing: bool = False
) -> None:
    """Write ``study.yml``, ``codebook.yml`` and ``report.yml``; ``passing``: nobody will edit them.

    What may be edited has its texts in all languages: one that is added to the study later finds them there.
    """
    with written_in(start.languages if passing else language.languages()):
        write_text(layout.study, "\n".join(_study(dictionary, on_one_line(title), start)) + "\n")
        write_text(layout.codebook, "\n".join(_codebook(dictionary, guesses, start, passing)) + "\n")
        write_text(layout.report, "\n".join(_report(dictionary, guesses, start)) + "\n")
    if not passing:
        write_text(layout.published, PUBLISHED)


def _study(dictionary: Dictionary, title: str, start: Start) -> Iterator[str]:
    yield "# Written from the file; look through it. Text: one string for all languages, or {it: …, en: …}."
    yield f"title: {quoted(dictionary.file_label.strip() or title)}"
    yield f"languages: [{', '.join(start.languages)}]"
    yield "population:"
    yield f"  name: {worded('population')}"
    yield "  unit:"
    for lang in languages():
        one, many = (language.text(lang, f"start.unit_{n}") for n in ("one", "many"))
        yield f"    {lang}: {{one: {quoted(one)}, many: {quoted(many)}}}"
    yield "  # size: 98        # the number of units, where the population is finite and known"
    yield "inference: sample   # description (a census), process, or sample"
    yield "# design: {strata: …, cluster: …, population: …}   # how the sample was drawn: variables of the codebook"
    yield "# finite_population: tests too   # beside a design's population: tests as R, Stata and SPSS Complex Samples"
    yield "policies: {unknown_codes: warn, missing_variables: stop}"
    if start.weight is not None:
        variable, kind = start.weight
        yield f"weights: {{variable: {quoted(variable)}, kind: {kind}, use: true}}"


# ---------------------------------------------------------------- codebook


def _codebook(dictionary: Dictionary, guesses: Guesses, start: Start, passing: bool) -> Iterator[str]:
    names = {group: group_name(group, dictionary) for group in (*guesses.sets, *guesses.batteries)}
    weight = start.weight[0] if start.weight is not None else None
    yield from written(dictionary, records(dictionary, guesses, names, weight), passing)
    yield "# One record per variable, in the file's order. `guess` says what was guessed and why; drop it when checked."
    yield "# It describes the file with this SHA-256; every other file is compared with it before it is read."
    yield f"written_from: {dictionary.sha256}"
    yield "variables:"
    for v in dictionary.variables:
        yield from _variable(v, guesses.variables[v.name])
    if guesses.sets:
        yield "sets:"
        for group in guesses.sets:
            yield f"  {key(_free(group.name, dictionary))}:"
            yield f"    label: {quoted(group.label)}"
            yield f"    kind: {group.kind}"
            yield f"    members: {flow(group.members)}"
            if group.kind == "dichotomies":
                yield f"    counted: {quoted(group.counted or '1')}"
            if group.kind == "delimited":
                yield f"    separator: {quoted(group.separator)}"
                yield "    categories:"
                yield from (f"      {key(code)}: {quoted(code)}" for code in group.codes)
            if group.items_from_values:
                yield "    items_from: values"
            if group.base != "asked":
                yield f"    base: {group.base}    # asked: who has a value; any: who mentioned one, as SPSS counts; all"
            if not group.declared:
                yield f"    guess: {worded(f'guess_{group.kind}')}"
    if guesses.batteries:
        yield "batteries:"
        for group in guesses.batteries:
            yield f"  {key(_free(group.name, dictionary))}:"
            yield f"    label: {quoted(group.label)}"
            yield f"    members: {flow(group.members)}"
            yield f"    guess: {worded('guess_battery')}"


def _free(name: str, dictionary: Dictionary) -> str:
    """A group's name that no variable has, in letters, digits and what SPSS lets names have besides."""
    name = re.sub(r"[^\w.@#$]+", "_", name)
    while dictionary.has(name):
        name += "_"
    return name


def group_name(group: Group, dictionary: Dictionary) -> str:
    """The name under which a group stands in the codebook."""
    return _free(group.name, dictionary)


def _variable(v: Variable, g: Guess) -> Iterator[str]:
    yield f"  {key(v.name)}:"
    yield f"    label: {quoted(labels.bare(v.label) or v.name)}"
    yield f"    kind: {g.kind}"
    if g.scores:
        yield "    scores: true"
    if g.decimals is not None:
        yield f"    decimals: {g.decimals}"
    if g.categories:
        yield "    categories:"
        for code, text in g.categories:
            yield f"      {key(code)}: {_category(g, code, text)}"
    named = v.value_labels.by_text
    codes = list(dict.fromkeys(code_text(c) for c in v.missing.codes))
    low, high = v.missing.low, v.missing.high
    if low is not None and high is not None:
        labelled = v.value_labels.missing(v.missing)
        if len(labelled) <= MOST_CATEGORIES:  # a range that holds more has one label for all of them
            codes += [c for c in (code_text(code) for code, _ in v.value_labels.of(labelled)) if c not in codes]
    codes += [code for code in g.missing if code not in codes]
    if codes:
        yield "    missing:"
        for code in codes:
            text = worded("blank") if not code.strip() else quoted(named.get(code, "").strip() or code)
            yield f"      {key(code or BLANK)}: {text}"
    if g.no_answer or _labelled_no_answer(g):
        yield f"    no_answer: {flow([code for code, _ in g.no_answer])}"
    if low is not None and high is not None:
        ends = [f"{name}: {value!r}" for name, value in (("low", low), ("high", high)) if abs(value) != float("inf")]
        yield f"    missing_range: {{{', '.join([*ends, 'label: ' + worded('missing_range')])}}}"
    why: list[tuple[str, Codes]] = [] if g.why in ("labels", "date_format", "weight") else [(f"why_{g.why}", ())]
    if g.no_answer:
        why.append(("why_doubtful", g.no_answer))
    if BLANK in g.missing:
        why.append(("why_blank", ()))
    if why:
        yield f"    guess: {worded_of(why)}"


def _labelled_no_answer(g: Guess) -> bool:
    """Whether the labels would make a code no answer where the codebook does not say."""
    return any(is_no_answer(text, code) for code, text in g.categories)


def _category(g: Guess, code: str, text: str) -> str:
    """A category's label: as the file has it, or the name of a day or month in all languages."""
    if g.why in CALENDAR_NAMES:
        return texts(lambda lang: calendar_name(lang, g.why, code))
    return quoted(text.strip() or code)


# ---------------------------------------------------------------- report


def _report(dictionary: Dictionary, guesses: Guesses, start: Start) -> Iterator[str]:
    sections = list(_sections(dictionary, guesses, start))
    asked = bool(start.cross.rows and start.cross.columns)
    screening = [] if asked else list(_screening(dictionary, guesses))
    if sections:
        yield worded_comment("overview_comment")
        yield "findings:"
        rules = ("file", "complete", "lopsided", "look", *(("associations",) if screening else ()))
        yield from (f"  - auto: {rule}" for rule in rules)
    sections = [*screening, *sections]
    yield "sections:" if sections else "sections: []"
    yield from sections


def _screening(dictionary: Dictionary, guesses: Guesses) -> Iterator[str]:
    """The table of what goes together, where there is anything to compare."""
    rows, columns, left_out = screened(dictionary, guesses)
    if len(set(rows) | set(columns)) < 2:
        return
    note = worded("overview_left_out", count=len(set(rows) | set(columns))) if left_out else ""
    yield from _section("overview", "section_overview")
    yield from _table(
        "associations", worded("overview_title"), rows, columns, raw_title=True, note=note, kind="associations"
    )


def _sections(dictionary: Dictionary, guesses: Guesses, start: Start) -> Iterator[str]:
    if start.cross.rows and start.cross.columns:
        yield from _section("cross", "section_cross")
        for twice in (name for name in start.cross.rows if name in start.cross.columns):
            yield f"      - text: {worded('note_with_itself', name=twice)}"
        for row in start.cross.rows:
            for column in start.cross.columns:
                if row == column:
                    continue
                name, pair = f"{row}_by_{column}", (row, column)
                if _kind(guesses, row) in ("nominal", "ordinal") and _kind(guesses, column) == "numeric":
                    pair = (column, row)  # the number is what is averaged, the categories are the groups
                yield from _table(
                    name, _title(dictionary, *pair), [pair[0]], [pair[1]], start.cross.layer,
                    all_statistics="print" if start.cross.printed else "true", in_order=_calendar(guesses, pair[0]),
                )  # fmt: skip
    in_groups = {m for g in (*guesses.sets, *guesses.batteries) for m in (*g.members, *g.beside)}
    drawn = _drawn(guesses)
    if guesses.sets:
        yield from _section("sets", "section_sets")
        for group in guesses.sets:
            name = group_name(group, dictionary)
            note = worded("note_beside", names=named(dictionary, group.beside)) if group.beside else ""
            yield from _table(f"set_{name}", _group_title(group), [name], note=note)
            if group in drawn:
                yield from _figure(f"set_{name}", _group_title(group))
    for number, group in enumerate(guesses.batteries, start=1):
        yield from _section(f"battery_{number}", title=quoted(_short(group.label)))
        name = group_name(group, dictionary)
        yield from _table(f"grid_{name}", _group_title(group), [name])
        if group in drawn:
            yield from _figure(f"grid_{name}", _group_title(group))
    single = [
        v for v in dictionary.variables
        if v.name not in in_groups and _kind(guesses, v.name) in ("nominal", "ordinal") and not _bare(guesses, v)
    ]  # fmt: skip
    if single:
        yield from _section("questions", "section_questions")
        for v in single:
            yield from _table(
                f"freq_{v.name}", _title(dictionary, v.name), [v.name],
                in_order=_calendar(guesses, v.name),
            )  # fmt: skip
    several = [group for group in guesses.sets if not _told_whole(group, guesses)]
    if several:  # every variable has its frequencies somewhere; here, because the sets say what matters
        yield from _section("members", "section_members")
        for group in several:
            yield from _table(f"members_{group_name(group, dictionary)}", _group_title(group), list(group.members))
    numbers = [v for v in dictionary.variables if guesses.variables[v.name].kind in ("numeric", "weight")]
    together = {m for group in guesses.numbers for m in group.members}
    numbers = [v for v in numbers if not _bare(guesses, v) and v.name not in together]
    for group in guesses.numbers:
        yield from _section(group.name, title=quoted(_short(group.label)))
        yield from _table(f"of_{group.name}", _group_title(group), list(group.members))
    yield from _summaries(dictionary, "numbers", [v.name for v in numbers])
    found = [v.name for v in dictionary.variables if _kind(guesses, v.name) == "date" and not _bare(guesses, v)]
    yield from _summaries(dictionary, "dates", found)
    yield from _others(dictionary, guesses, in_groups)


def _drawn(guesses: Guesses) -> list[Group]:
    """The first groups of items that a figure shows at one look: all figures of a long file would take too long."""
    fitting = [g for g in (*guesses.sets, *guesses.batteries) if len(g.codes or g.members) <= MOST_DRAWN]
    return [g for g in fitting if len(g.codes or g.members) > 1][:MOST_FIGURES]


def _figure(of: str, title: str) -> Iterator[str]:
    yield f"      - figure: {quoted(f'fig_{of}')}"
    yield f"        of: {quoted(of)}"
    yield f"        title: {quoted(title)}"


def _told_whole(group: Group, guesses: Guesses) -> bool:
    """Whether the table of a set holds all that its variables do: mentioned or not, and nothing else."""
    if group.kind == "delimited":
        return True
    members = [guesses.variables[m] for m in group.members]
    return group.kind == "dichotomies" and all(len(g.categories) <= 2 and not g.missing for g in members)


def _summaries(dictionary: Dictionary, kind: str, names: Sequence[str]) -> Iterator[str]:
    """A section of ``numbers`` or ``dates``, one variable per row."""
    if names:
        yield from _section(kind, f"section_{kind}")
    for k in range(0, len(names), NUMBERS_PER_TABLE):
        some = list(names[k : k + NUMBERS_PER_TABLE])
        title = (
            quoted(_title(dictionary, some[0]))
            if len(some) == 1
            else worded(f"{kind}_title", first=some[0], last=some[-1])
        )
        yield from _table(f"{kind}_{k // NUMBERS_PER_TABLE + 1}", title, some, raw_title=True)


def _group_title(group: Group) -> str:
    """A group's label with its variables."""
    span = f" [{group.members[0]} – {group.members[-1]}]"
    return group.label if len(group.members) == 1 or group.label.endswith(span) else group.label + span


def _short(label: str) -> str:
    """A label as a section's title: its first words."""
    return textwrap.shorten(label, LONGEST_TITLE, placeholder=" …") if len(label) > LONGEST_TITLE else label


def _kind(guesses: Guesses, name: str) -> str:
    """The kind of a variable; of a set or a nested name, categories."""
    return guesses.variables[name].kind if name in guesses.variables else "nominal"


def _calendar(guesses: Guesses, name: str) -> bool:
    """Whether its categories are days or months, which stand in their own order though none is more than another."""
    return name in guesses.variables and guesses.variables[name].why in CALENDAR_NAMES


def _bare(guesses: Guesses, v: Variable) -> bool:
    """Named once instead of a table: nobody has a value, or everybody the same, or the survey tool wrote it."""
    g = guesses.variables[v.name]
    return g.empty or g.constant is not None or g.metadata


def _others(dictionary: Dictionary, guesses: Guesses, in_groups: Collection[str]) -> Iterator[str]:
    """Constants and variables without any value are named, not listed; what was guessed opens the codebook."""
    found = [
        (v.name, guesses.variables[v.name]) for v in dictionary.variables if not guesses.variables[v.name].metadata
    ]
    lines = []
    empty = [name for name, g in found if g.empty and name not in in_groups]
    if empty:
        lines.append(worded("note_empty", names=named(dictionary, empty)))
    constant: dict[tuple[str, str, str], list[str]] = {}
    for name, g in found:
        if g.constant is not None and not g.empty and name not in in_groups:
            calendar = g.why if g.why in CALENDAR_NAMES else ""
            constant.setdefault((g.constant, dict(g.categories).get(g.constant, ""), calendar), []).append(name)
    if constant:
        shown = [(named(dictionary, some), *value) for value, some in constant.items()]

        def one(lang: str, code: str, text: str, calendar: str) -> str:
            return coded(lang, [(code, calendar_name(lang, calendar, code) if calendar else text)]) or "–"

        lines.append(texts(lambda lang: language.text(
            lang, "start.note_constant", names="; ".join(f"{some} = {one(lang, *value)}" for some, *value in shown)
        )))  # fmt: skip
    if lines:
        yield from _section("others", "section_others")
        for line in lines:
            yield f"      - text: {line}"


def _section(name: str, text_id: str = "", title: str = "") -> Iterator[str]:
    yield f"  - section: {name}"
    yield f"    title: {title or worded(text_id)}"
    yield "    contents:"


def _title(dictionary: Dictionary, *names: str) -> str:
    labels = [dictionary.variable(n).label.strip() if dictionary.has(n) else "" for n in names]
    return " × ".join(f"{label} [{n}]" if label else n for n, label in zip(names, labels, strict=True))


def _table(
    name: str, title: str, rows: list[str], columns: list[str] | None = None, layer: str | None = None,
    raw_title: bool = False, all_statistics: str = "", note: str = "", in_order: bool = False,
    kind: str = "",
) -> Iterator[str]:  # fmt: skip
    yield f"      - table: {quoted(name)}"
    yield f"        title: {title if raw_title else quoted(title)}"
    if kind:
        yield f"        kind: {kind}"
    yield f"        rows: {flow(rows)}"
    if columns:
        yield f"        columns: {flow(columns)}"
    if layer:
        yield f"        layer: {quoted(layer)}"
    if all_statistics:
        yield f"        all_statistics: {all_statistics}"
    if in_order:
        yield "        sort: order"
    if note:
        yield f"        note: {note}"
