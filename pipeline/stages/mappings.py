"""The mappings of all waves in one spreadsheet, out and in; and the harmonised data of all waves in one file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import clock, publish
from pipeline.errors import DataRejected, StudyError, UsageError
from pipeline.files import write_bytes, write_text
from pipeline.paths import Layout
from pipeline.spec.load import load
from pipeline.stages.job import Job
from pipeline.waves import table
from pipeline.waves.figures import Beside
from pipeline.waves.model import WaveMapping

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.spec.model import Codebook

_WIDE = {"label": 34, "wording": 34, "codes": 28, "reason": 40, "evidence": 60, "figures_before": 48, "figures": 48}


def write(layout: Layout, waves: Sequence[str], file: Path, lang: str) -> int:
    """Write the harmonisation table of the waves to a CSV or XLSX file; returns its rows. After recognise."""
    _ending(file, (".csv", ".xlsx"))
    found = [row for job in _jobs(layout, waves) for row in _rows(job, lang)]
    _written(file, _csv(found) if file.suffix.lower() == ".csv" else _xlsx(found))
    return len(found)


def take(layout: Layout, file: Path, lang: str, by: str) -> list[Path]:
    """Read the table back into the waves' ``mapping.yml``; returns those that changed. After recognise."""
    from pipeline.waves.draft import written

    _ending(file, (".csv", ".xlsx"))
    given = list(_read(file))
    spoken_of = {row.get("wave", "") for _, row in given}
    jobs = {job.wave.name: job for job in _jobs(layout, [w for w in layout.waves() if w in spoken_of])}
    codebook = load(layout).codebook
    before = {name: job.recognised.mapping or WaveMapping() for name, job in jobs.items()}
    today = clock.now()[:10]
    after = table.read(given, before, codebook, lang, layout.shown(file), today, by)
    changed = []
    with publish.lock(layout):
        for name, mapping in after.items():
            job = jobs[name]
            if mapping == before[name]:
                continue
            stamped = mapping.model_copy(update={"sha256": job.dictionary.sha256})
            text = written(stamped, job.dictionary, codebook, name, layout.recorded(layout.codebook), _beside(job))
            write_text(job.wave.mapping, text)
            changed.append(job.wave.mapping)
    return changed


@dataclass(frozen=True, slots=True)
class Stacked:
    """What :func:`stack` wrote. ``partly``: variables whose missing codes SPSS cannot all hold as such: it keeps three,
    or one range and one more, and between these a valid answer lies."""

    rows: int
    columns: int
    partly: tuple[str, ...] = ()


def stack(layout: Layout, waves: Sequence[str], file: Path, lang: str) -> Stacked:
    """Write the harmonised data of the waves, one below the other, as Parquet or ``.sav``.

    The first column says the wave. A question that a wave did not ask, or that waits for a person, is empty there.
    After harmonise.
    """
    import pandas as pd

    _ending(file, (".parquet", ".sav"))
    jobs = _jobs(layout, waves)
    codebook = jobs[0].study_files.codebook
    first = "wave" if "wave" not in codebook.variables else "survey_wave"
    parts = []
    for job in jobs:
        harmonised = job.table("harmonised", job.harmonised)
        names = [n for n in codebook.variables if n in harmonised.column_names]
        part = harmonised.select(names).to_pandas()
        part.insert(0, first, job.wave.name)
        parts.append(part)
    there = [n for n in codebook.variables if any(n in part.columns for part in parts)]
    whole = pd.DataFrame({n: _column(parts, n) for n in (first, *there)})
    partly: tuple[str, ...] = ()
    if file.suffix.lower() == ".parquet":
        buffer = io.BytesIO()
        whole.to_parquet(buffer, index=False)
        _written(file, buffer.getvalue())
    else:
        partly = _sav(whole, codebook, file, lang)
    return Stacked(whole.shape[0], whole.shape[1], partly)


def _jobs(layout: Layout, waves: Sequence[str]) -> list[Job]:
    layout = layout.as_now()
    return [Job(layout, layout.existing_wave(name)) for name in (waves or layout.waves())]


def _ending(file: Path, known: Sequence[str]) -> None:
    if file.suffix.lower() not in known:
        raise UsageError("waves.table_ending", file=str(file), endings=", ".join(known))


def _written(file: Path, content: bytes) -> None:
    try:
        write_bytes(file, content)
    except OSError as error:
        raise DataRejected("cli.cannot_write", path=str(file), reason=error.strerror or str(error)) from None


def _rows(job: Job, lang: str) -> Iterator[table.Row]:
    mapping = job.recognised.mapping or WaveMapping()
    yield from table.rows(job.wave.name, mapping, job.dictionary, job.study_files.codebook, lang, _beside(job))


def _beside(job: Job) -> Beside:
    """The figures that recognise has left."""
    return Beside.model_validate(json.loads(job.wave.figures.read_text("utf-8")))


# ---------------------------------------------------------------- spreadsheets


def _csv(found: Sequence[table.Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, table.COLUMNS)
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(found: Sequence[table.Row]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("mapping")
        head = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for i, column in enumerate(table.COLUMNS):
            sheet.set_column(i, i, _WIDE.get(column, 12), wrapped)
            sheet.write_string(0, i, column, head)
        for r, row in enumerate(found, 1):
            for i, column in enumerate(table.COLUMNS):
                sheet.write_string(r, i, row[column], wrapped)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(found), 1), len(table.COLUMNS) - 1)
    return buffer.getvalue()


def _read(file: Path) -> Iterator[tuple[int, table.Row]]:
    """Row number and cells of the table. Raises :class:`StudyError` where it is no such table."""
    if not file.is_file():
        raise UsageError("start.no_file", file=str(file))
    lines = list(_csv_lines(file) if file.suffix.lower() == ".csv" else _xlsx_lines(file))
    head = [cell.strip().casefold() for cell in lines[0]] if lines else []
    lacking = [column for column in table.EDITED if column not in head]
    if lacking:
        raise StudyError("waves.table_columns", file=str(file), columns=", ".join(lacking))
    for number, cells in enumerate(lines[1:], 2):
        if any(cells):
            yield number, {column: cell.strip() for column, cell in zip(head, cells, strict=False)}


def _csv_lines(file: Path) -> Iterator[list[str]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError("waves.table_unreadable", file=str(file), reason="UTF-8") from None
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _xlsx_lines(file: Path) -> Iterator[list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:
        raise StudyError("waves.table_unreadable", file=str(file), reason=str(error)[:120]) from None
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    """A cell as text: spreadsheets make dates and numbers of what looks so."""
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


# ---------------------------------------------------------------- stacked data


def _column(parts: Sequence[pd.DataFrame], name: str) -> pd.Series[Any]:
    """One question in all waves; texts where one wave has texts."""
    import pandas as pd

    from pipeline.spss.model import code_text

    there = [part[name] for part in parts if name in part.columns]
    texts = any(not pd.api.types.is_numeric_dtype(column) for column in there)
    found = []
    for part in parts:
        column = part[name] if name in part.columns else pd.Series([None] * len(part), dtype="object")
        if texts and pd.api.types.is_numeric_dtype(column):
            column = column.map(lambda x: None if pd.isna(x) else code_text(float(x)))
        found.append(column.astype("object" if texts else "float64"))
    return pd.concat(found, ignore_index=True)


def _sav(whole: pd.DataFrame, codebook: Codebook, file: Path, lang: str) -> tuple[str, ...]:
    """The stacked data as an SPSS file with the codebook's labels, value labels and missing codes; returns the names of
    the variables whose missing codes it cannot all hold."""
    import pyreadstat

    from pipeline.spec.model import say

    labels, values, missing, formats, partly = {}, {}, {}, {}, []
    for name in list(whole.columns)[1:]:
        variable = codebook.variables[name]
        numeric = whole[name].dtype != object
        labels[name] = say(variable.label, lang)
        said = {_typed(c, numeric): say(t, lang) for c, t in {**variable.categories, **variable.missing}.items()}
        values[name] = {c: text for c, text in said.items() if c is not None and text}
        codes = [c for c in (_typed(code, numeric) for code in variable.missing) if c is not None]
        if codes:
            answers = [*(_typed(c, numeric) for c in variable.categories), *whole[name].dropna().unique().tolist()]
            missing[name] = declared(codes, [x for x in answers if x not in codes])
            if not covers(missing[name], codes):
                partly.append(name)
        if variable.kind == "date" and numeric:
            formats[name] = "DATE11"
        if not numeric:
            whole[name] = whole[name].fillna("")
    wave = str(whole.columns[0])
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        pyreadstat.write_sav(
            whole, str(file), column_labels={wave: wave, **labels},
            variable_value_labels={n: v for n, v in values.items() if v}, missing_ranges=missing,
            variable_format=formats,
        )  # fmt: skip
    except OSError as error:
        raise DataRejected("cli.cannot_write", path=str(file), reason=error.strerror or str(error)) from None
    return tuple(partly)


def declared(codes: Sequence[Any], answers: Sequence[Any]) -> list[Any]:
    """Missing codes as SPSS keeps them: three, or a range of numbers and one more, which no valid answer may lie in.

    Where that cannot hold them all, as many as it can.
    """
    if len(codes) <= 3 or any(isinstance(c, str) for c in codes):
        return list(codes[:3])
    ordered = sorted(codes)
    valid = [x for x in answers if isinstance(x, (int, float))]
    spans = [ordered[i:j] for i in range(len(ordered)) for j in range(i + 2, len(ordered) + 1)]
    right = [span for span in spans if not any(span[0] <= x <= span[-1] for x in valid)]
    widest = max(right, key=len, default=[])
    if len(widest) < 3:
        return ordered[:3]
    rest = [c for c in ordered if c not in widest]
    return [{"lo": widest[0], "hi": widest[-1]}, *rest[:1]]


def covers(kept: Sequence[Any], codes: Sequence[Any]) -> bool:
    """Whether every missing code is declared so."""
    spans = [(one["lo"], one["hi"]) for one in kept if isinstance(one, dict)]
    return all(c in kept or any(low <= c <= high for low, high in spans) for c in codes)


def _typed(code: str, numeric: bool) -> Any:
    from pipeline.codes import text_of

    if not numeric:
        return text_of(code)
    try:
        return float(code)
    except ValueError:
        return None
