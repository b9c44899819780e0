"""What a reader of another format found, and how it becomes a dictionary and one table of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import DataRejected
from pipeline.spss.assemble import unique_names
from pipeline.spss.channel import TEXTS, Files
from pipeline.spss.model import Dictionary, Encoding, LabelTable, MultipleResponseSet, Notice, Variable
from pipeline.spss.text import Decoder

Floats = NDArray[np.float64]

SPSS_ZERO = datetime(1582, 10, 14)
"""Where SPSS counts its seconds from."""
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Column:
    """A variable and its values: numbers (NaN for no value), or texts (empty for none)."""

    variable: Variable
    values: Floats | Sequence[str]


@dataclass(slots=True)
class Contents:
    """Everything a file holds, before its names and texts are made safe to show."""

    columns: list[Column]
    product: str = ""
    created: str = ""
    file_label: str = ""
    documents: tuple[str, ...] = ()
    cases_declared: int | None = None
    encoding: Encoding = field(default_factory=Encoding)
    weight: str | None = None
    sets: tuple[MultipleResponseSet, ...] = ()
    notices: list[Notice] = field(default_factory=list)


def number_format(values: Floats) -> tuple[str, int, int]:
    """A format that shows numbers as they are: its text, width and decimals (at most 4)."""
    there = values[np.isfinite(values)]
    decimals = 0
    while decimals < 4 and len(there) and not np.array_equal(np.round(there, decimals), there):
        decimals += 1
    largest = float(np.abs(there).max()) if len(there) else 0.0
    width = max(8, len(f"{largest:.0f}") + 1 + (decimals + 1 if decimals else 0))
    return f"F{width}.{decimals}", width, decimals


def written(contents: Contents, file_format: Any, files: Files | None, *, sha256: str, size: int) -> Dictionary:
    """The dictionary of what was found; with ``files``, the columns are left there as one Arrow table."""
    decoder, notices = Decoder("utf-8"), contents.notices
    given = [column.variable.name for column in contents.columns]
    names = unique_names([_clean(name, decoder) for name in given], notices)
    own = dict(zip(given, names, strict=True))
    variables = [_shown(c.variable, name, decoder) for c, name in zip(contents.columns, names, strict=True)]
    if files is not None:
        variables = _write(contents.columns, variables, files, decoder)
    if decoder.control:
        notices.append(Notice("spss.notice_characters_control", {"n": decoder.control}))
    rows = len(contents.columns[0].values)
    return Dictionary(
        product=_clean(contents.product, decoder),
        file_label=_clean(contents.file_label, decoder),
        created=contents.created,
        documents=tuple(_clean(line, decoder) for line in contents.documents),
        cases_declared=contents.cases_declared,
        cases=rows if files is not None else None,
        sha256=sha256,
        size=size,
        file_format=file_format,
        compression="none",
        byte_order="",
        encoding=contents.encoding,
        weight=own.get(contents.weight) if contents.weight is not None else None,
        variables=tuple(variables),
        sets=tuple(replace(s, members=tuple(own[m] for m in s.members)) for s in contents.sets),
        notices=tuple(notices),
    )


def _clean(text: str, decoder: Decoder) -> str:
    return decoder.text(text.encode("utf-8", "replace"))


def _shown(variable: Variable, name: str, decoder: Decoder) -> Variable:
    labels = LabelTable(
        (_clean(code, decoder) if isinstance(code, str) else code, _clean(label, decoder))
        for code, label in variable.value_labels
    )
    return replace(variable, name=name, label=_clean(variable.label, decoder), value_labels=labels)


def _write(columns: list[Column], variables: list[Variable], files: Files, decoder: Decoder) -> list[Variable]:
    """Leave the columns in the Arrow file; the variables, their widths as wide as their texts."""
    import pyarrow as pa

    from pipeline.arrow import float_array, text_array

    arrays, known = [], []
    for column, variable in zip(columns, variables, strict=True):
        if variable.kind == "numeric":
            values = np.asarray(column.values, dtype=np.float64)
            arrays.append(float_array(np.where(np.isfinite(values), values, np.nan)))
        else:
            seen: dict[str, str] = {}
            texts = [seen[t] if t in seen else seen.setdefault(t, _clean(t, decoder)) for t in column.values]
            arrays.append(text_array(texts))
            longest = max((len(t.encode()) for t in seen.values()), default=0)
            width = max(variable.width, longest, 1)
            variable = replace(variable, width=width, format=f"A{width}", format_type="A")
        known.append(variable)
    if len({len(array) for array in arrays}) > 1:
        raise DataRejected("formats.damaged", reason="columns of unequal length")
    table = pa.Table.from_arrays(arrays, names=[v.name for v in known])
    with files.open(TEXTS, "wb") as sink, pa.ipc.new_file(pa.PythonFile(sink), table.schema) as writer:
        writer.write_table(table)
    return known
