"""One table from a DataFrame or a data file: counted, tested, worded and shown as in the report."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError, nearest
from pipeline.present.document import Document
from pipeline.present.document import Table as Shown

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f")  # Okabe and Ito
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}(?<!_)")
_LONGEST_CODE = 15  # digits that a double holds


@dataclass(frozen=True, slots=True)
class Table:
    """A cross-table. In a notebook it shows itself as the report does.

    ``document`` is a report that holds nothing else; ``numbers`` all its numbers, one per row, with their labels.
    """

    document: Document
    numbers: pd.DataFrame

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The table as the report words it; more than one where several rows need tables of their own."""
        return tuple(self.document.tables())

    def to_frame(self, statistics: str | Sequence[str] = ("n", "column_share")) -> pd.DataFrame:
        """Rows by columns, unrounded: one column for each category and statistic; ``Total`` ends rows and columns.

        Shares are 0–1. :attr:`numbers` names the statistics there are (``n``, ``row_share``, ``adjusted_residual`` …).
        """
        wanted = [statistics] if isinstance(statistics, str) else list(statistics)
        cells = self.numbers[self.numbers["statistic"].isin(wanted) & (self.numbers["layer_code"] == "")]
        known = sorted(set(self.numbers["statistic"]))
        for name in wanted:
            if name not in known:
                raise UsageError("start.no_statistic", name=name, nearest=nearest(name, known) or ", ".join(known[:12]))
        keys = ["row_variable", "row", "column_variable", "column", "statistic"]
        order = {key: list(dict.fromkeys(cells[key])) for key in keys}
        series = cells.set_index(keys)["value"]
        frame = series[~series.index.duplicated()].unstack(["column_variable", "column", "statistic"])
        rows = _last(dict.fromkeys(zip(cells["row_variable"], cells["row"], strict=True)))
        columns = _last(dict.fromkeys(zip(cells["column_variable"], cells["column"], strict=True)))
        wide = [(*column, name) for column in columns for name in wanted if (*column, name) in frame.columns]
        frame = frame.reindex(index=rows, columns=wide)
        if len(order["row_variable"]) == 1:
            frame.index = frame.index.droplevel(0)
        if len(order["column_variable"]) == 1:
            frame.columns = frame.columns.droplevel(0)
        if len(wanted) == 1:
            frame.columns = frame.columns.droplevel(-1)
        return frame

    @property
    def statistics(self) -> pd.Series:
        """The numbers about the whole table (``chi2``, ``chi2_p``, ``cramers_v`` …)."""
        rows = self.numbers
        whole = rows[(rows["row_code"] == "") & (rows["col_code"] == "") & (rows["col_var"] != "")]
        found: pd.Series = whole.drop_duplicates("statistic").set_index("statistic")["value"]
        return found

    def _repr_html_(self) -> str:
        from pipeline.render.html import fragment

        return fragment(self.document)

    def figure(self) -> Figure:
        """The column shares as stacked bars: a ``matplotlib.figure.Figure``, to be changed and saved as any other."""
        from surveyreport.shown_figure import ShownFigure

        shares = self.to_frame("column_share")
        rows = [row for row in shares.index if row != self.numbers.attrs["total"]]
        figure = ShownFigure(figsize=(7, 0.9 + 0.42 * shares.shape[1]), layout="constrained")
        axes = figure.subplots()
        names = [" – ".join(name) if isinstance(name, tuple) else str(name) for name in shares.columns]
        left = [0.0] * len(names)
        for i, row in enumerate(rows):
            widths = (shares.loc[row].fillna(0) * 100).tolist()
            label = " – ".join(row) if isinstance(row, tuple) else str(row)
            axes.barh(names, widths, left=left, color=_COLOURS[i % len(_COLOURS)], label=label, height=0.7)
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("%")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(left=False)
        figure.legend(loc="outside lower center", ncols=min(3, len(rows)), frameon=False)
        axes.set_title(self.shown[0].title, loc="left", fontsize="medium", wrap=True)
        return figure

    def to_docx(self, path: str | Path) -> Path:
        """A Word document with the table, in the report's styles."""
        from pipeline.render import docx

        docx.write(self.document, Path(path))
        return Path(path)

    def to_excel(self, path: str | Path) -> Path:
        """An Excel workbook with the table: numbers unrounded, formatted."""
        from pipeline.render import xlsx

        xlsx.write(self.document, Path(path))
        return Path(path)


def _last(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The categories as they come, each variable's total after them."""
    found = list(pairs)
    return [pair for pair in found if pair[1] != TOTAL] + [pair for pair in found if pair[1] == TOTAL]


TOTAL = "Total"


def crosstab(
    data: pd.DataFrame | str | Path,
    rows: str | Sequence[str],
    columns: str | Sequence[str],
    *,
    weight: str | None = None,
    like_spss: bool = False,
    lang: str = "en",
) -> Table:
    """Rows by columns with every statistic that applies, as ``quick`` makes it.

    ``data``: a DataFrame (categoricals keep their order; ``attrs`` of :meth:`Study.responses` give the labels), or a
    data file of any format. ``weight``: a survey weight, or with ``like_spss`` a replication weight as SPSS has it.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"sex": ["f", "f", "m", "m", "m"], "vote": ["yes", "no", "yes", "yes", "yes"]})
    >>> crosstab(frame, "vote", "sex").to_frame("n").astype(int).values.tolist()
    [[1, 0, 1], [1, 3, 4], [2, 3, 5]]
    """
    rows, columns = _names(rows), _names(columns)
    wanted = [*rows, *columns, *([weight] if weight else [])]
    with TemporaryDirectory() as folder:
        if isinstance(data, str | Path):
            file, own = Path(data), {name: name for name in wanted}
        else:
            missing = [name for name in wanted if name not in data.columns]
            if missing:
                known = [str(c) for c in data.columns]
                raise UsageError(
                    "start.no_variable", file="DataFrame", option="crosstab", name=missing[0],
                    nearest=nearest(missing[0], known) or ", ".join(known[:12]),
                )  # fmt: skip
            file = Path(folder) / "DataFrame"
            own = _write(data[list(dict.fromkeys(wanted))], data.attrs, file)
        return _counted(
            file, Path(folder) / "study", [own[r] for r in rows], [own[c] for c in columns],
            own[weight] if weight else "none", like_spss, lang,
        )  # fmt: skip


def _names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _counted(
    file: Path, scratch: Path, rows: list[str], columns: list[str], weight: str, like_spss: bool, lang: str
) -> Table:
    import pandas as pd

    from pipeline.present.build import document
    from pipeline.present.view import View
    from pipeline.progress import Progress
    from pipeline.stages.render import origins
    from pipeline.start.quick import Request, counted

    request = Request(
        file, scratch, rows=tuple(rows), by=tuple(columns), weight=weight, like_spss=like_spss, lang=lang,
        all_statistics=True,
    )  # fmt: skip
    job = counted(request, scratch, lang, Progress(lang, io.StringIO()))
    made = document(job.files, job.source, job.results, origins(job), job.wave.name, lang, "internal")
    specs = [
        s.table for s in job.files.report.tables() if s.columns and {*s.rows} <= {*rows} and {*s.columns} <= {*columns}
    ]
    tables = tuple(t for t in made.tables() if t.id.split("-", 1)[-1] in specs or t.id in specs)
    view = View(lang, job.wave.name, job.files, job.source, job.results, dictionary=job.dictionary)
    numbers: Any = pd.read_parquet(job.results_file)
    numbers = numbers[numbers["table_id"].isin(specs)].reset_index(drop=True)
    for side, name in (("row", "row"), ("col", "column")):
        variables, codes = numbers[f"{side}_var"], numbers[f"{side}_code"]
        numbers[f"{name}_variable"] = [view.label(v) if v else "" for v in variables]
        numbers[name] = [view.code_label(v, c) if c else TOTAL for v, c in zip(variables, codes, strict=True)]
    numbers.attrs["total"] = TOTAL
    return Table(_alone(made, tables), numbers)


def _alone(made: Document, tables: tuple[Shown, ...]) -> Document:
    """The report without anything but some tables."""
    sections = [s for s in made.sections if any(b in tables for b in s.blocks)]
    kept = tuple(replace(s, blocks=tuple(b for b in s.blocks if b in tables), sections=()) for s in sections)
    cover = replace(made.cover, findings=(), figure=None, notices=(), facts=())
    return replace(made, sections=kept, cover=cover)


def _write(frame: pd.DataFrame, attrs: Any, file: Path) -> dict[str, str]:
    """A DataFrame as an SPSS file; the name of each column there, as columns may be called as no variable can."""
    import pandas as pd
    import pyreadstat

    labels: dict[str, str | None] = {}
    columns, values, measures, own = {}, {}, {}, {}
    for i, name in enumerate(frame.columns, start=1):
        series = frame[name]
        short = str(name) if _VARIABLE.fullmatch(str(name)) else f"v{i}"
        own[name] = short
        labels[short] = str(attrs.get("labels", {}).get(name, name))
        if isinstance(series.dtype, pd.CategoricalDtype):
            columns[short], values[short] = _coded(series, attrs.get("categories", {}).get(name, {}))
            nominal = attrs.get("kinds", {}).get(name) == "nominal" or not series.cat.ordered
            measures[short] = "nominal" if nominal else "ordinal"
        elif pd.api.types.is_bool_dtype(series.dtype) or pd.api.types.is_numeric_dtype(series.dtype):
            columns[short] = series.astype("float64")
        elif pd.api.types.is_datetime64_any_dtype(series.dtype):
            columns[short] = series
        else:
            columns[short] = series.astype(object).where(series.notna(), "").astype(str)
    pyreadstat.write_sav(
        pd.DataFrame(columns), str(file), column_labels=labels, variable_value_labels=values, variable_measure=measures
    )
    return own


def _coded(series: pd.Series, labels: dict[str, str]) -> tuple[pd.Series, dict[float, str]]:
    """A categorical as numbers with labels: its own codes where they are numbers, else 1, 2, 3 … in its order."""
    import pandas as pd

    known = list(series.cat.categories)
    numeric = all(_is_code(category) for category in known)
    codes = [float(category) if numeric else i for i, category in enumerate(known, start=1)]
    named = {code: str(labels.get(str(c), c)) for code, c in zip(codes, known, strict=True)}
    if numeric and not labels:
        named = {}
    by_category = dict(zip(known, codes, strict=True))
    return pd.Series([by_category.get(v) for v in series], index=series.index, dtype="float64"), named


def _is_code(category: Any) -> bool:
    try:
        return len(str(category)) <= _LONGEST_CODE and float(str(category)) == float(str(category))
    except ValueError:
        return False
