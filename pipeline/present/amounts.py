"""Statistics in the words of what they are about: dates as dates, times as h:mm:ss, other numbers with decimals."""

from __future__ import annotations

from datetime import date

from pipeline import language
from pipeline.present import formats
from pipeline.present.document import Cell, CellKind
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spss import dates
from pipeline.spss.model import Variable
from pipeline.statistics import registry


def amount_cell(view: View, row: ResultRow | None, name: str, statistic: str, decimals: int, letters: str = "") -> Cell:
    """A statistic of the variable ``name`` as a cell; what is no date in SPSS's calendar says so."""
    cell = view.cell(row, "decimal", decimals, letters)
    if cell.kind != "number" or row is None or row.value is None or not _own_words(view, name, statistic):
        return cell
    text = amount_text(view, name, statistic, row.value, decimals)
    if not text:
        return Cell(formats.NOT_COMPUTABLE, kind="not_computable", note=view.t("no_date"))
    kind: CellKind = "text" if _own_words(view, name, statistic) == "date" else "number"
    return Cell(text, kind=kind, letters=letters)


def amount_text(view: View, name: str, statistic: str, value: float, decimals: int) -> str:
    """A statistic of the variable ``name``; empty where it should be a date and is none."""
    words = _own_words(view, name, statistic)
    if words == "date":
        return moment_text(value, _format_of(view, name), view.lang)
    if words == "time":
        in_file = view.in_file(name)
        days = view.t("day_sign") if _is_date(view, name) or _format_of(view, name) == "DTIME" else ""
        return formats.duration_text(value, view.lang, in_file.decimals if in_file is not None else 0, days)
    return formats.decimal_text(value, decimals, view.lang)


def moment_text(value: float, format_type: str, lang: str) -> str:
    """An SPSS date (seconds since 14 October 1582) as ``format_type`` shows it, in words of the language.

    ``31 December 2009``; of DATETIME with the time of day, of MOYR ``December 2009``, of QYR ``4th quarter 2009``.
    Empty for a number that is no date: before the calendar's first day or after the year 9999.
    """
    with_time = format_type in ("DATETIME", "YMDHMS")
    text = dates.date_text(value, Variable("", format_type="DATETIME" if with_time else "DATE"))
    if text is None:
        return ""
    day, _, time = text.partition(" ")
    if format_type in _SKELETONS:
        from babel.dates import format_skeleton

        return str(format_skeleton(_SKELETONS[format_type], date.fromisoformat(day), locale=language.locale(lang)))
    shown = formats.date_text(day, lang)
    return f"{shown}, {time}" if time else shown


_SKELETONS = {"MOYR": "yMMMM", "QYR": "yQQQQ"}


def _own_words(view: View, name: str, statistic: str) -> str:
    """Whether a statistic is a ``date``, a ``time``, or neither."""
    form = registry.form(statistic)
    if _is_date(view, name):
        return {"value": "date", "length": "time"}.get(form, "")
    in_file = view.in_file(name)
    variable = view.variables.get(name)
    is_time = in_file is not None and in_file.is_time and variable is not None and variable.kind == "numeric"
    return "time" if is_time and form in ("value", "length") else ""


def _is_date(view: View, name: str) -> bool:
    return name in view.variables and view.variables[name].kind == "date"


def _format_of(view: View, name: str) -> str:
    in_file = view.in_file(name)
    return in_file.format_type if in_file is not None else ""
