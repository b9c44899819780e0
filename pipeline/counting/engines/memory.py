"""Counting all rows at once.

A report on responses that fit into memory asks :class:`pipeline.counting.cases.Cases` directly, variable by variable,
which needs no plan; this is the same contract for who has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.counting.alike import Alike
from pipeline.counting.columns import Columns
from pipeline.counting.plan import Plan, Question
from pipeline.counting.portions import counted
from pipeline.counting.sums import Reach

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Memory:
    """Responses as one table."""

    table: pa.Table

    def count(self, plan: Plan) -> dict[Question, Alike]:
        """The answer to each question."""
        columns = Columns(self.table)
        units = {one: Reach.of(columns.measured(one)).units for one in plan.measures}
        return dict(zip(plan.questions, counted(self.table, plan, units), strict=True))
