"""Open questions coded by hand: the answers out to a spreadsheet, the codes back in.

``coding-out`` writes a workbook with an answer per row and a column per coder, ``coding-in`` takes it back into
``coding/<question>.csv`` beside the codebook, from which a derived variable (``coded: <question>``) is made.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import language, publish
from pipeline.codes import text_of
from pipeline.errors import DataRejected, StudyError, UsageError, nearest
from pipeline.files import write_bytes, write_text
from pipeline.interviews import answers
from pipeline.interviews.answers import Coding, tokens
from pipeline.paths import Layout
from pipeline.spec.load import StudyFiles, load
from pipeline.spec.model import MultipleSet, say
from pipeline.spss.model import code_text
from pipeline.stages.job import Job

ENDING = ".xlsx"


@dataclass(frozen=True, slots=True)
class Taken:
    """What :func:`take` did: the file, how many answers each coder coded, and what to add to the codebook, if any."""

    path: Path
    coded: tuple[tuple[str, int], ...]
    to_add: str = ""


def coded_set(files: StudyFiles, variable: str) -> tuple[str, MultipleSet] | None:
    """The multiple response set that is made from the coded answers to a question, with its name."""
    derived = {name for name, one in files.codebook.derived.items() if one.coded == variable}
    return next(((name, one) for name, one in files.codebook.sets.items() if {*one.members} & derived), None)


def write(layout: Layout, waves: Sequence[str], variable: str, file: Path, lang: str, coders: Sequence[str]) -> int:
    """Write the answers of the waves to a workbook; returns how many. After harmonise."""
    import xlsxwriter

    _ending(file)
    layout = layout.as_now()
    files = load(layout)
    _known(files, variable)
    before = answers.read(layout, variable)
    names = list(coders) or list(before.coders if before is not None else ()) or [_word(lang, "sheet_coder")]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(_word(lang, "sheet_answers"))
    for column, (head, width) in enumerate(
        [(_word(lang, "sheet_wave"), 10), (_word(lang, "sheet_units"), 14), (variable, 90), *((n, 16) for n in names)]
    ):
        sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, column, head, bold)
    sheet.freeze_panes(1, 3)
    row = 0
    for name in waves or layout.waves():
        for unit, answer in _answers(Job(layout, layout.existing_wave(name)), variable):
            row += 1
            for column, text in enumerate((name, unit, answer)):
                sheet.write_string(row, column, text)
            known = before.given.get((name, unit), {}) if before is not None else {}
            for column, coder in enumerate(names, start=3):
                sheet.write_string(row, column, " ".join(map(text_of, known.get(coder, ()))))
    listed = book.add_worksheet(_word(lang, "sheet_codes"))
    listed.set_column(1, 1, 60)
    listed.write_row(0, 0, [_word(lang, "sheet_one_code"), _word(lang, "sheet_label")], bold)
    found = coded_set(files, variable)
    for at, (code, label) in enumerate((found[1].categories if found else {}).items(), start=1):
        listed.write_string(at, 0, text_of(code))
        listed.write_string(at, 1, say(label, lang))
    book.close()
    _write(file, buffer.getvalue())
    return row


def take(layout: Layout, file: Path) -> Taken:
    """Read a workbook back. Raises :class:`StudyError` with all mistakes found, by their cell."""
    _ending(file)
    layout = layout.as_now()
    files = load(layout)
    sheets = _sheets(file)
    head = [_text(cell) for cell in sheets[0][0]] if sheets and sheets[0] else []
    while head and not head[-1]:
        head.pop()
    if len(head) < 4 or len(sheets) < 2:
        raise StudyError("interviews.sheet_shape", file=str(file))
    variable, coders = head[2], head[3:]
    _known(files, variable)
    codes = {found[0]: _text(row[1]) if len(row) > 1 else "" for row in sheets[1][1:]
             if row and (found := tokens(_text(row[0])))}  # fmt: skip
    given = dict(_given(file, sheets[0], coders, list(codes)))
    before = answers.read(layout, variable)
    merged = {key: dict(by) for key, by in (before.given if before is not None else {}).items()}
    for key, by in given.items():
        merged[key] = {**merged.get(key, {}), **by}
    order = dict.fromkeys([*(before.coders if before is not None else ()), *coders])
    there = tuple(c for c in order if any(c in by for by in merged.values()))
    path = layout.coding(variable)
    with publish.lock(layout):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, answers.written(Coding(there, merged)))
    counts = tuple((c, sum(c in by for by in given.values())) for c in coders)
    return Taken(path, counts, _to_add(files, variable, codes))


# ---------------------------------------------------------------- parts


def _known(files: StudyFiles, variable: str) -> None:
    texts = [name for name, one in files.codebook.variables.items() if one.kind == "text"]
    if variable not in texts:
        raise UsageError("interviews.no_question", name=variable, codebook=files.name("codebook"),
                         nearest=nearest(variable, texts) or ", ".join(texts) or "–")  # fmt: skip
    if files.study.identifier is None:
        raise StudyError("interviews.coding_identifier", file=files.name("study"))


def _answers(job: Job, variable: str) -> Iterator[tuple[str, str]]:
    """The units that answered, with their answers, in the file's order."""
    table = job.table("harmonised", job.harmonised)
    identifier = job.study_files.study.identifier
    if identifier is None or variable not in table.column_names or identifier not in table.column_names:
        return
    units, given = (table.column(name).to_pylist() for name in (identifier, variable))
    for unit, answer in zip(units, given, strict=True):
        if answer is not None and str(answer).strip() and unit is not None:
            yield code_text(unit), str(answer)


def _given(
    file: Path, rows: Sequence[Sequence[Any]], coders: Sequence[str], codes: Sequence[str]
) -> Iterator[tuple[tuple[str, str], dict[str, tuple[str, ...]]]]:
    """The codes of each answer, by coder; a cell left empty was not coded."""
    problems: list[StudyError] = []
    seen: dict[tuple[str, str], int] = {}
    for line, row in enumerate(rows[1:], start=2):
        cells = [_text(cell) for cell in row] + [""] * (len(coders) + 3)
        key = (cells[0], cells[1])
        if not any(cells):
            continue
        if not all(key) or key in seen:
            problems.append(StudyError("interviews.sheet_unit", file=str(file), line=line, unit=cells[1] or "–",
                                       other=seen.get(key, line)))  # fmt: skip
            continue
        seen[key] = line
        found = {}
        for coder, cell in zip(coders, cells[3:], strict=False):
            wanted = tokens(cell)
            unknown = [code for code in wanted if code not in codes]
            if unknown:
                problems.append(StudyError(
                    "interviews.sheet_code", file=str(file), line=line, coder=coder, code=text_of(unknown[0]),
                    known=", ".join(map(text_of, codes)) or "–",
                ))  # fmt: skip
            if wanted:
                found[coder] = wanted
        if found:
            yield key, found
    if problems:
        raise StudyError.several(problems)


def _to_add(files: StudyFiles, variable: str, codes: dict[str, str]) -> str:
    """What the codebook lacks to count the codes: the whole of it, or the codes that its set does not have."""
    lang, found = files.study.languages[0], coded_set(files, variable)
    lacking = {code: label for code, label in codes.items() if found is None or code not in found[1].categories}
    if not lacking:
        return ""
    lines = [f"      {_quoted(text_of(code))}: {{{lang}: {_quoted(label)}}}" for code, label in lacking.items()]
    if found is not None:
        return "\n".join(lines)
    label = say(files.codebook.variables[variable].label, lang)
    return "\n".join([
        "derived:", f"  {variable}_codes: {{label: {{{lang}: {_quoted(label)}}}, kind: text, coded: {variable}}}",
        "sets:", f"  {variable}_themes:", f"    label: {{{lang}: {_quoted(label)}}}", "    kind: delimited",
        f"    members: {variable}_codes", "    categories:", *lines,
    ])  # fmt: skip


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def _sheets(file: Path) -> list[list[list[Any]]]:
    """The cells of a workbook's sheets."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    except FileNotFoundError:
        raise UsageError("interviews.sheet_missing", file=str(file)) from None
    except Exception:  # a workbook is an archive of XML: whatever is wrong with it, it is none
        raise StudyError("interviews.sheet_unreadable", file=str(file)) from None


def _text(cell: Any) -> str:
    """A cell as text: a number as people write codes."""
    return "" if cell is None else code_text(cell) if isinstance(cell, int | float) else str(cell).strip()


def _ending(file: Path) -> None:
    if file.suffix.lower() != ENDING:
        raise UsageError("waves.table_ending", file=str(file), endings=ENDING)


def _write(file: Path, content: bytes) -> None:
    try:
        write_bytes(file, content)
    except OSError as error:
        raise DataRejected("cli.cannot_write", path=str(file), reason=error.strerror or str(error)) from None


def _word(lang: str, key: str) -> str:
    return language.text(lang, f"interviews.{key}")
