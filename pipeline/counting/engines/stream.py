"""Counting portion by portion, in several processes, in as much memory as the answers and one portion each take."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from pipeline.counting.alike import Alike
from pipeline.counting.plan import Plan, Question
from pipeline.counting.portions import Gathered, Portion, Units, counted, portions, reaches, units
from pipeline.counting.sums import Measure, Reach
from pipeline.errors import RenderingFailed
from pipeline.workers import forks, processors


@dataclass(frozen=True, slots=True)
class Stream:
    """Responses on this machine: a Parquet file, or a folder of them."""

    place: str
    processes: int | None = None

    def count(self, plan: Plan) -> dict[Question, Alike]:
        """The answer to each question."""
        several = portions(self.place, plan.columns)
        processes = min(self.processes or processors(), max(len(several), 1)) if forks() else 1
        shares = [several[i::processes] for i in range(processes)]
        gathered = Gathered(plan)
        if processes == 1:
            gathered.add(_answers(several, plan, units(_reaches(several, plan))))
            return gathered.by_question()
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
            try:
                known = units(one for share in pool.map(_reaches, shares, [plan] * processes) for one in share)
                for found in pool.map(_answers, shares, [plan] * processes, [known] * processes):
                    gathered.add(found)
            except BrokenProcessPool:
                raise RenderingFailed("cli.worker_died") from None
        return gathered.by_question()


def _reaches(share: Sequence[Portion], plan: Plan) -> list[dict[Measure, Reach]]:
    return [reaches(portion, plan) for portion in share]


def _answers(share: Sequence[Portion], plan: Plan, known: Units) -> list[Alike]:
    """The answers of some portions together."""
    gathered = Gathered(plan)
    for portion in share:
        gathered.add(counted(portion.read(plan.columns), plan, known))
    return gathered.whole()
