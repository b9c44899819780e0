"""Responses in portions: the row groups of Parquet files, and what every engine does with one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.counting.alike import Alike, alike, together
from pipeline.counting.columns import Columns
from pipeline.counting.plan import Plan, Question
from pipeline.counting.sums import Exact, Measure, Reach
from pipeline.errors import DataRejected

if TYPE_CHECKING:
    import pyarrow as pa

Units = dict[Measure, tuple[int, ...]]
_MERGED_FROM = 200_000  # combinations that wait to be added up


@dataclass(frozen=True, slots=True)
class Portion:
    """One row group of one file. ``file``: a path, or an address such as ``hdfs://…`` or ``s3://…``."""

    file: str
    group: int
    rows: int

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Some columns of these rows."""
        return _opened(self.file).read_row_group(self.group, columns=list(columns))


def portions(place: str, columns: Sequence[str]) -> list[Portion]:
    """The row groups of a Parquet file, or of all in a folder, in the order of their names.

    Raises :class:`DataRejected` where nothing can be read there, or a file lacks one of the columns.
    """
    import pyarrow as pa

    try:
        found = _listed(place, columns)
    except (OSError, pa.ArrowException) as error:
        raise DataRejected("engine.no_responses", place=place, reason=str(error).splitlines()[0]) from None
    if not found:
        raise DataRejected("engine.no_responses", place=place, reason="*.parquet: 0")
    return found


def _listed(place: str, columns: Sequence[str]) -> list[Portion]:
    from pyarrow import fs

    system, path = _system(place)
    info = system.get_file_info(path)
    if info.type == fs.FileType.Directory:
        inside = system.get_file_info(fs.FileSelector(path))
        names = sorted(one.path for one in inside if one.is_file and one.path.endswith(".parquet"))
        prefix = place.split("://", 1)[0] + "://" if "://" in place else ""
        files = [prefix + name for name in names]
    else:
        files = [place]
    found = []
    for file in files:
        opened = _opened(file)
        told = opened.metadata
        if lacking := sorted(set(columns) - set(opened.schema_arrow.names)):
            raise DataRejected("engine.columns_lacking", place=file, variables=", ".join(lacking))
        found += [Portion(file, i, told.row_group(i).num_rows) for i in range(told.num_row_groups)]
    return found


def _system(place: str) -> tuple[Any, str]:
    from pyarrow import fs

    if "://" in place:
        system, path = fs.FileSystem.from_uri(place)
        return system, path
    return fs.LocalFileSystem(), place


def _opened(file: str) -> Any:
    import pyarrow.parquet as pq

    system, path = _system(file)
    return pq.ParquetFile(system.open_input_file(path))


# ---------------------------------------------------------------- what is done with each


def reaches(portion: Portion, plan: Plan) -> dict[Measure, Reach]:
    """How far the measures of one portion reach: what is to be known of all before anything is added."""
    names = sorted({part for one in plan.measures for part in (one.variable, one.over) if part})
    columns = Columns(portion.read(names)) if names else None
    return {one: Reach.of(columns.measured(one)) for one in plan.measures} if columns is not None else {}


def units(found: Iterable[dict[Measure, Reach]]) -> Units:
    """The units in which each measure is added up, from the reaches of all portions."""
    whole: dict[Measure, Reach] = {}
    for one in found:
        for measure, reach in one.items():
            whole[measure] = whole[measure] + reach if measure in whole else reach
    return {measure: reach.units for measure, reach in whole.items()}


def counted(table: pa.Table, plan: Plan, in_units: Units) -> list[Alike]:
    """The answers to a plan from one portion of the rows: the one body of every engine."""
    columns = Columns(table)
    measures = {one: Exact.of(columns.measured(one), unit) for one, unit in in_units.items()}
    weighted = None
    if plan.weight is not None:
        weighted = (columns.measured(Measure(plan.weight)) > 0).view(np.uint8)
    return [
        alike(columns, one.variables, measures, weighted, plan.missing[one.variables[0]] if one.presence else None)
        for one in plan.questions
    ]


@dataclass
class Gathered:
    """Answers that are being added up."""

    plan: Plan
    answers: list[Alike | None] = field(default_factory=list)
    waiting: list[list[Alike]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answers = [None] * len(self.plan.questions)
        self.waiting = [[] for _ in self.plan.questions]

    def add(self, found: Sequence[Alike]) -> None:
        """Add the answers of one portion, or of several together."""
        for i, one in enumerate(found):
            self.waiting[i].append(one)
            before = self.answers[i]
            held = sum(len(part.n) for part in self.waiting[i])
            if held > _MERGED_FROM + (0 if before is None else len(before.n)) or len(self.waiting[i]) > 64:
                self._merge(i)

    def _merge(self, i: int) -> None:
        before, question = self.answers[i], self.plan.questions[i]
        parts = [*([] if before is None else [before]), *self.waiting[i]]
        missing = self.plan.missing[question.variables[0]] if question.presence else None
        if len(parts) > 1:
            self.answers[i] = together(parts, missing)
        elif parts:
            self.answers[i] = parts[0]
        self.waiting[i] = []

    def whole(self) -> list[Alike]:
        """All that was added."""
        for i in range(len(self.answers)):
            self._merge(i)
        return [one for one in self.answers if one is not None]

    def by_question(self) -> dict[Question, Alike]:
        """The same by question."""
        return dict(zip(self.plan.questions, self.whole(), strict=True))
