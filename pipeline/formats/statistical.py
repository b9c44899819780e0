"""Stata and SAS files, through pyreadstat.

Their kinds of missing (Stata's .a to .z, SAS's .A to .Z and ._) are no numbers. They become codes that no value of the
file has, declared missing, under their own labels, so that each is counted by itself as SPSS's user-missing codes are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import DataRejected
from pipeline.formats.columns import DAY, SPSS_ZERO, Column, Contents, Floats, number_format
from pipeline.spss.model import Encoding, LabelTable, MissingValues, Notice, Variable
from pipeline.spss.text import codec_name

_ZERO = (datetime(1960, 1, 1) - SPSS_ZERO).total_seconds()  # where Stata and SAS count from
_LETTERS = "_abcdefghijklmnopqrstuvwxyz"
_BASES = (1000, 100_000, 10_000_000, 1_000_000_000)
_TRANSPORT_RECORD = 80

_SAS_DATES = ("DATE", "DDMMYY", "MMDDYY", "YYMMDD", "JULIAN", "WORDDAT", "WEEKDAT", "E8601DA", "B8601DA", "EURDFDE")
_SAS_MOMENTS = ("DATETIME", "E8601DT", "B8601DT", "DATEAMPM", "MDYAMPM", "EURDFDT")
_SAS_TIMES = ("TIME", "HHMM", "TOD", "E8601TM", "B8601TM", "MMSS")


@dataclass(frozen=True, slots=True)
class _Moment:
    """How the number of a date becomes SPSS's seconds, and the SPSS format that shows it."""

    format: str
    format_type: str
    seconds: Callable[[Floats], Floats]


def _months(values: Floats, each: int) -> Floats:
    """Months, quarters or half years since 1960 as seconds of their first day."""
    found = np.full(len(values), np.nan)
    there = np.isfinite(values)
    first = np.datetime64("1960-01", "M") + (values[there] * each).astype(np.int64).astype("timedelta64[M]")
    found[there] = (first.astype("datetime64[D]") - np.datetime64("1960-01-01", "D")).astype(np.float64) * DAY + _ZERO
    return found


def _weeks(values: Floats) -> Floats:
    """Stata's weeks: 52 a year, the first of each from 1 January."""
    year, week = np.divmod(values, 52)
    return _months(year, 12) + week * 7 * DAY


_DATE = _Moment("DATE11", "DATE", lambda x: x * DAY + _ZERO)
_TIME = _Moment("TIME8", "TIME", lambda x: x)
_SAS_MOMENT = _Moment("DATETIME20", "DATETIME", lambda x: x + _ZERO)
_STATA = {
    "d": _DATE,
    "c": _Moment("DATETIME20", "DATETIME", lambda x: x / 1000 + _ZERO),
    "m": _Moment("MOYR8", "MOYR", lambda x: _months(x, 1)),
    "q": _Moment("QYR6", "QYR", lambda x: _months(x, 3)),
    "w": _Moment("WKYR8", "WKYR", _weeks),
}  # %tC counts leap seconds, %th half years and %ty years: no format of SPSS's does, so they stay numbers


def _stata_moment(shown: str) -> _Moment | None:
    form = shown.lstrip("%-")
    if form.startswith("t"):
        return _STATA.get(form[1:2])
    return _DATE if form.startswith("d") else None


def _sas_moment(shown: str) -> _Moment | None:
    form = shown.upper().rstrip("0123456789.")
    if form.startswith(_SAS_MOMENTS):
        return _SAS_MOMENT
    if form.startswith(_SAS_DATES):
        return _DATE
    return _TIME if form.startswith(_SAS_TIMES) else None


def _stata(path: Path, beside: tuple[Path, ...], encoding: str | None) -> Contents:
    import pyreadstat

    found = _loaded(pyreadstat.read_dta, path, encoding, user_missing=True)
    return _contents(*found, "Stata", _stata_moment, encoding)


def _sas(path: Path, beside: tuple[Path, ...], encoding: str | None) -> Contents:
    import pyreadstat

    catalogue = {"catalog_file": str(beside[0])} if beside else {}
    found = _loaded(pyreadstat.read_sas7bdat, path, encoding, user_missing=True, **catalogue)
    return _contents(*found, "SAS", _sas_moment, encoding)


def _transport(path: Path, beside: tuple[Path, ...], encoding: str | None) -> Contents:
    import pyreadstat

    if path.stat().st_size % _TRANSPORT_RECORD:
        raise DataRejected("formats.cut", expected=_TRANSPORT_RECORD)
    contents = _contents(*_loaded(pyreadstat.read_xport, path, encoding), "SAS", _sas_moment, encoding)
    contents.notices.append(Notice("formats.notice_no_count", {"n": len(contents.columns[0].values)}))
    return contents


readers = {"dta": _stata, "sas7bdat": _sas, "xpt": _transport}


def _loaded(reader: Callable[..., Any], path: Path, encoding: str | None, **options: Any) -> tuple[dict[str, Any], Any]:
    import pyreadstat

    known = codec_name(encoding) if encoding else None
    if encoding and known is None:
        raise DataRejected("spss.encoding_not_known", stated=encoding)
    try:
        frame, meta = reader(str(path), encoding=known, disable_datetime_conversion=True, **options)
    except pyreadstat.ReadstatError as error:
        raise DataRejected("formats.damaged", reason=str(error)[:200]) from None
    except UnicodeDecodeError:
        raise DataRejected("formats.encoding_fails") from None
    return {name: frame[name].to_numpy() for name in meta.column_names}, meta


def _contents(
    columns: Mapping[str, Any], meta: Any, product: str, moment: Callable[[str], _Moment | None], encoding: str | None
) -> Contents:
    rows = {len(values) for values in columns.values()}
    declared = meta.number_rows
    if declared is not None and rows and rows != {declared}:
        raise DataRejected("spss.cut_in_data", cases=declared, rows=min(rows))
    base = _base(columns, meta)
    made = [_column(name, columns[name], meta, base, moment) for name in meta.column_names]
    used = [letter for letter in _LETTERS if any(_code(letter, base) in c.variable.missing.codes for c in made)]
    notices = []
    if used:
        codes = ", ".join(f".{letter} = {_code(letter, base):.0f}" for letter in used)
        notices.append(Notice("formats.notice_kinds_of_missing", {"codes": codes}))
    how = Encoding(str(meta.file_encoding or ""), str(encoding or meta.file_encoding or "utf-8"), "stated" if encoding
                   else "declared")  # fmt: skip
    created = meta.creation_time.isoformat(" ") if isinstance(meta.creation_time, datetime) else ""
    return Contents(
        made, product=product, created=created, file_label=meta.file_label or "",
        documents=tuple(str(note) for note in (meta.notes or ())), cases_declared=declared, encoding=how,
        notices=notices,
    )  # fmt: skip


def _code(letter: str, base: int) -> float:
    return -float(base + _LETTERS.index(letter))


def _base(columns: Mapping[str, Any], meta: Any) -> int:
    """The first round number below whose negative the file has no value or label: there the kinds of missing stand."""
    numbers = {code for table in meta.variable_value_labels.values() for code in table if not isinstance(code, str)}
    for name, values in columns.items():
        if meta.readstat_variable_types[name] != "string":
            known = np.array([v for v in values if not isinstance(v, str)], dtype=np.float64)
            numbers.update(np.unique(known[known <= -_BASES[0]]).tolist())
    for base in _BASES:
        if not any(_code(letter, base) in numbers for letter in _LETTERS):
            return base
    raise DataRejected("formats.no_room_for_missing", base=-_BASES[-1])


def _column(name: str, values: Any, meta: Any, base: int, moment: Callable[[str], _Moment | None]) -> Column:
    labels = meta.variable_value_labels.get(name, {})
    label = meta.column_names_to_labels.get(name) or ""
    measure = {"nominal": "nominal", "ordinal": "ordinal", "scale": "scale"}.get(
        meta.variable_measure.get(name, ""), ""
    )
    if meta.readstat_variable_types[name] == "string":
        table = LabelTable((str(code), text) for code, text in labels.items())
        texts = ["" if text is None or text != text else str(text) for text in values]
        return Column(Variable(name, label, "string", measure=measure, value_labels=table), texts)  # type: ignore[arg-type]
    numbers, letters = _numbers(values)
    when = moment(meta.original_variable_types.get(name) or "")
    if when is not None:
        numbers = when.seconds(numbers)
    form, width, decimals = number_format(numbers)
    for letter, mask in letters.items():
        numbers[mask] = _code(letter, base)
    used = sorted(letters)
    known = {_of(code, base): text for code, text in labels.items()}
    for letter in used:
        known.setdefault(_code(letter, base), f".{letter}")
    tagged = [code for code in known if code in {_code(letter, base) for letter in _LETTERS}]
    variable = Variable(
        name, label, "numeric", width, when.format if when else form, when.format_type if when else "F", decimals,
        measure, LabelTable(known.items()), MissingValues(tuple(tagged)),  # type: ignore[arg-type]
    )  # fmt: skip
    return Column(variable, numbers)


def _of(code: Any, base: int) -> float:
    return _code(code.lower().lstrip("."), base) if isinstance(code, str) else float(code)


def _numbers(values: Any) -> tuple[Floats, dict[str, np.ndarray]]:
    """The numbers of a column, and where each kind of missing stands."""
    array = np.asarray(values)
    if array.dtype != object:
        return array.astype(np.float64), {}
    letters = {str(v).lower() for v in values if isinstance(v, str)}
    where = {letter: np.array([isinstance(v, str) and v.lower() == letter for v in values]) for letter in letters}
    numbers = np.array([np.nan if v is None or isinstance(v, str) else float(v) for v in values])
    return numbers, where
