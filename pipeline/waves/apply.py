"""Corrections and mapping put into effect: this wave's values as the codebook has them, Arrow table by Arrow table.

Corrections come first and speak of the delivered file (its names, its codes); the mapping then turns names and codes
into the codebook's. Both are strict: what does not fit the file any more stops the run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from pipeline import language
from pipeline.arrow import float_values, is_number
from pipeline.codes import SYSTEM_MISSING, code_of, text_of
from pipeline.errors import DataRejected, PipelineError, nearest
from pipeline.spec.model import Codebook, Variable
from pipeline.spec.source import SourceFile
from pipeline.spss.model import Dictionary, code_text
from pipeline.waves.model import Correction, Corrections, WaveMapping

if TYPE_CHECKING:
    import pyarrow as pa

_EPOCH = dt.date(1582, 10, 14)  # day zero of SPSS's dates
_DAY = 86_400
MOST_NAMED = 5

Column = npt.NDArray[Any]


def corrected(
    table: pa.Table,
    dictionary: Dictionary,
    corrections: Corrections,
    lines: SourceFile,
    file: str,
    identifier: str,
) -> pa.Table:
    """The table with every correction made. ``identifier``: the variable of the file that names the units.

    Raises :class:`DataRejected` with every correction that does not fit: its variable or unit is not in the file, the
    unit stands there several times, or the file does not hold the value that the correction expects.
    """
    changed: dict[str, Column] = {}
    problems: list[PipelineError] = []
    names = table.column_names
    units = texts(values(table, identifier))
    for i, one in enumerate(corrections.corrections):
        where: dict[str, Any] = {"file": lines.name, "line": lines.line(("corrections", i)), "data": file}
        if one.variable not in names:
            problems.append(
                DataRejected(
                    "waves.correction_no_variable", **where, variable=one.variable,
                    nearest=nearest(one.variable, names) or "–",
                )
            )  # fmt: skip
            continue
        rows = np.flatnonzero(units == (code_of(one.unit) if one.unit == SYSTEM_MISSING else one.unit))
        if len(rows) != 1:
            text_id = "waves.correction_many_units" if len(rows) else "waves.correction_no_unit"
            numbers = ", ".join(str(r + 1) for r in rows[:MOST_NAMED])
            problems.append(DataRejected(text_id, **where, unit=text_of(one.unit), identifier=identifier, rows=numbers))
            continue
        column = changed.setdefault(one.variable, values(table, one.variable).copy())
        problem = _correct(column, int(rows[0]), one, dictionary, where)
        if problem is not None:
            problems.append(problem)
    if problems:
        raise DataRejected.several(problems)
    for name, column in changed.items():
        table = _with_column(table, name, column)
    return table


def _correct(
    column: Column, row: int, one: Correction, dictionary: Dictionary, where: Mapping[str, Any]
) -> PipelineError | None:
    is_date = dictionary.variable(one.variable).is_date
    found = str(texts(column[row : row + 1])[0])
    expected, new = (_spss_date(v) if is_date else v for v in (one.expected, one.new))
    if column.dtype == object and expected == SYSTEM_MISSING != found:  # a file's texts are never system-missing
        expected = code_of(expected)
    if found != expected:
        return DataRejected(
            "waves.correction_expired", **where, unit=text_of(one.unit), variable=one.variable,
            expected=text_of(one.expected), found=_iso(found) if is_date else text_of(found),
        )  # fmt: skip
    if column.dtype == object:
        column[row] = None if new == SYSTEM_MISSING else text_of(new)
        return None
    number = np.nan if new == SYSTEM_MISSING else _float(new)
    if number is None:
        return DataRejected("waves.correction_not_a_number", **where, variable=one.variable, new=text_of(one.new))
    column[row] = number
    return None


def _spss_date(text: str) -> str:
    """A date written 2026-05-02 as the number that SPSS keeps."""
    try:
        return code_text(float((dt.date.fromisoformat(text) - _EPOCH).days * _DAY))
    except ValueError:
        return text


def _iso(text: str) -> str:
    number = _float(text)
    return text if number is None else (_EPOCH + dt.timedelta(days=number / _DAY)).isoformat()


# ---------------------------------------------------------------- the mapping


def mapped(
    table: pa.Table, mapping: WaveMapping | None, codebook: Codebook, out: Collection[str], where: str, file: str
) -> pa.Table:
    """The columns under the codebook's names and in its codes, without the variables that are ``out``.

    Columns of which neither the mapping nor the codebook speaks follow as they are. ``where`` and ``file`` name the
    mapping and the data in messages. Raises :class:`DataRejected` for a variable that the mapping names and the file
    lacks, and for text where the codebook has numbers.
    """
    if mapping is None:
        return table
    import pyarrow as pa

    columns: dict[str, Any] = {}
    problems: list[PipelineError] = []
    there = set(table.column_names)
    for name, variable in codebook.variables.items():
        record = mapping.question(name)
        in_file = mapping.file_name(name)
        if name in out or (in_file not in there and name not in mapping.variables):
            continue
        if in_file not in there:
            problems.append(
                DataRejected(
                    "waves.no_such_variable", mapping=where, file=file, variable=name, in_file=in_file,
                    nearest=nearest(in_file, table.column_names) or "–",
                )
            )  # fmt: skip
            continue
        column = table.column(in_file)
        try:
            columns[name] = recoded(column, record.codes, variable, "type" in record.status)
        except _NotNumbers as error:
            problems.append(
                _TextForNumbers("waves.not_numbers", file=file, variable=in_file, found=error.found, mapping=where)
            )
    if problems:
        raise DataRejected.several(problems)
    spoken_of = {*codebook.variables, *mapping.new, *(mapping.file_name(n) for n in mapping.variables)}
    for name in table.column_names:
        if name not in spoken_of:
            columns[name] = table.column(name)
    return pa.table(columns)


def recoded(column: Any, codes: Mapping[str, str], variable: Variable, other_type: bool) -> Any:
    """One column in the codebook's codes, all of them replaced at once (1 → 2 and 2 → 1 change places).

    ``other_type``: the file stores the variable otherwise than the codebook means it; text becomes numbers and
    numbers become text. ``ValueError`` names texts that are no numbers.
    """
    import pyarrow as pa

    if not codes and not other_type:
        return column
    old = array(column)
    numbers = old.dtype != object
    wanted_numbers = _wants_numbers(variable) if other_type else numbers
    if numbers and wanted_numbers:
        new = old.copy()
        for code, target in codes.items():
            at = _float(code)
            if at is not None:
                new[old == at] = _as_numbers([target])[0]
        return pa.array(new, pa.float64(), from_pandas=True)
    found = [codes.get(code, code) for code in texts(old).tolist()]
    if not wanted_numbers:
        return pa.array([None if code == SYSTEM_MISSING else text_of(code) for code in found], pa.string())
    return pa.array(_as_numbers([text_of(code) for code in found]), pa.float64(), from_pandas=True)


def _wants_numbers(variable: Variable) -> bool:
    """Whether the codebook means numbers: a quantity, a date, or categories whose codes are all numbers."""
    if variable.categorical:
        codes = [*variable.categories, *variable.missing]
        return bool(codes) and all(_float(code) is not None for code in codes)
    return variable.kind in ("numeric", "weight", "date")


def _as_numbers(found: Sequence[str]) -> Column:
    numbers = np.full(len(found), np.nan)
    wrong: list[str] = []
    for i, text in enumerate(found):
        if text.strip() in ("", SYSTEM_MISSING):
            continue
        number = _float(text.strip().replace(",", "."))
        if number is None:
            wrong.append(text)
        else:
            numbers[i] = number
    if wrong:
        raise _NotNumbers(tuple(dict.fromkeys(wrong)))
    return numbers


class _NotNumbers(ValueError):
    """Texts where the codebook has numbers."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__(found)
        self.found = found


class _TextForNumbers(DataRejected):
    """Says of which texts no number can be made, in the quotation marks of the reader's language."""

    def message(self, lang: str) -> str:
        found = cast(tuple[str, ...], self.params["found"])
        named = ", ".join(language.text(lang, "language.quoted", text=text) for text in found[:MOST_NAMED])
        more = f" +{len(found) - MOST_NAMED}" if len(found) > MOST_NAMED else ""
        return language.text(lang, self.text_id, **self.params, values=named + more)


def not_mapped(table: pa.Table, mapping: WaveMapping, out: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Variable of the codebook, code, cases: what the mapping sets to system-missing, so that it can be told."""
    for name, record in mapping.variables.items():
        if name in out:
            continue
        found = texts(values(table, mapping.file_name(name)))
        for code, target in record.codes.items():
            count = int(np.count_nonzero(found == code)) if target == SYSTEM_MISSING else 0
            if count:
                yield name, code, count


# ---------------------------------------------------------------- columns


def array(column: Any) -> Column:
    """A column as float64 with NaN for system-missing, or as objects with None."""
    if is_number(column):
        return float_values(column)
    return np.array(column.to_pylist(), dtype=object)


def values(table: pa.Table, name: str) -> Column:
    """:func:`array` of a table's column."""
    return array(table.column(name))


def texts(column: Column) -> Column:
    """The code of each value."""
    if column.dtype == object:
        return np.array([SYSTEM_MISSING if v is None else code_of(str(v)) for v in column], dtype=object)
    return np.array([SYSTEM_MISSING if np.isnan(v) else code_text(float(v)) for v in column], dtype=object)


def _with_column(table: pa.Table, name: str, column: Column) -> pa.Table:
    import pyarrow as pa

    kind = pa.string() if column.dtype == object else pa.float64()
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array(column, kind, from_pandas=column.dtype != object))


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
