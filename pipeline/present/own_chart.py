"""A study's own charts: a function of ``charts.py`` is given axes in the report's style and the table as a DataFrame.

It is the study's own code and is carried out as it is, in the process that writes the reports. A mistake in it costs
that figure: in its place stands what went wrong, with file and line, and the first page has a notice.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.language.marks import marks as marks_of
from pipeline.present import formats
from pipeline.present.charts.model import Drawing, clean
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.functions import OwnCharts
from pipeline.spec.model import FigureSpec, TableSpec, say

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "statistic", "row_variable", "row_code", "row", "column_variable", "column_code", "column",
    "value", "n", "base", "reason",
)  # fmt: skip
"""Of the DataFrame, one row per number of the table: the statistic's id; variable, code and label of its row and
column (empty for a total); the number (shares from 0 to 1; NaN where there is none, ``reason`` says why); the
unweighted and the weighted cases it rests on."""


@dataclass(frozen=True, slots=True)
class OwnPlot:
    """What is said about an own chart: see :class:`pipeline.present.figures.Plot`."""

    told: tuple[str, ...]
    unit: str = ""
    base: str = ""
    notes: tuple[str, ...] = ()


def own_plot(view: View, spec: FigureSpec, of: TableSpec, label: str) -> tuple[OwnPlot, Drawing]:
    """The drawing of a study's own function with what a reader without eyes is told, or the message in its place."""
    from pipeline.present import charts

    rows = view.results.rows(of.table)
    own = view.files.charts or OwnCharts("charts.py", b"", ())
    try:
        function = _function(own, spec.kind or "")
        return OwnPlot(_told(view, spec, rows)), charts.draw_own(function, frame(view, of, rows))
    except Exception as error:  # whatever the study's own code raises
        line, reason = _where(own.file, error)
        message = view.t(
            "own_chart_failed", figure=label, file=own.file, line=line, function=spec.kind, reason=reason
        )  # fmt: skip
        view.failed.append(message)
        return OwnPlot((message,)), charts.draw_message(message)


def frame(view: View, of: TableSpec, rows: list[ResultRow]) -> pd.DataFrame:
    """The table's numbers as a DataFrame with the columns :data:`COLUMNS`.

    ``attrs`` holds the language, the table's title and the language's decimal mark and separator of thousands.
    """
    import pandas as pd

    records = [
        (
            row.statistic, row.row_var, row.row_code, _label(view, row.row_var, row.row_code),
            row.col_var, row.col_code, _label(view, row.col_var, row.col_code),
            None if row.suppressed else row.value, row.n, row.base,
            "suppressed" if row.suppressed else row.error,
        )
        for row in rows
    ]  # fmt: skip
    made = pd.DataFrame.from_records(records, columns=list(COLUMNS))
    made = made.astype(dict.fromkeys(("value", "n", "base"), float))
    marks = marks_of(view.lang)
    title = clean(say(of.title, view.lang))
    made.attrs = {"lang": view.lang, "title": title, "decimal": marks.decimal, "thousands": marks.group}
    return made


def _label(view: View, name: str, code: str) -> str:
    """A row's label: of its category, else of its variable."""
    return clean(view.code_label(name, code) if code else view.label(name) if name else "")


def _function(own: OwnCharts, name: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"__name__": "charts", "__file__": own.file}
    exec(compile(own.code, own.file, "exec"), names)  # noqa: S102  the study's own file
    function: Callable[..., Any] = names[name]
    return function


def _where(file: str, error: Exception) -> tuple[int, str]:
    """The last line of the study's file that led to the mistake, and what it was."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    line = (lines or [getattr(error, "lineno", None)])[-1] or 1
    return line, clean(f"{type(error).__name__}: {error}")[:200]


def _told(view: View, spec: FigureSpec, rows: list[ResultRow]) -> tuple[str, ...]:
    """The numbers of the statistic shown, or of the table's first, as the text alternative reads them out."""
    shown = spec.show or next((row.statistic for row in rows), "")
    found = []
    for row in rows:
        names = [n for n in (_label(view, row.row_var, row.row_code), _label(view, row.col_var, row.col_code)) if n]
        if row.statistic == shown and row.value is not None and not row.suppressed and row.row_code:
            share = formats.percent_text(row.value, view.lang, 1) if shown.endswith("share") else ""
            found.append(f"{', '.join(names)}: {share or formats.decimal_text(row.value, 2, view.lang)}")
    return tuple(found)
