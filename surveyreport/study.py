"""A study: its waves, the answers and the results of each."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.paths import Layout, layout

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.counting.cases import Cases
    from pipeline.stages.job import Job


class Study:
    """A study's folder, as ``--study`` takes it. What is asked for is made first where it is not up to date.

    Mistakes in the study raise the same ``pipeline.errors.PipelineError`` that the command line prints.

    >>> Study().waves
    ['2009']
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.layout: Layout = layout(folder)

    def __repr__(self) -> str:
        return f"<Study {self.layout.shown(self.layout.files)}: {', '.join(self.waves) or 'no wave'}>"

    @cached_property
    def waves(self) -> list[str]:
        """The names of the waves, in the order of time."""
        return self.layout.waves()

    def responses(self, wave: str | None = None, *, lang: str = "en") -> pd.DataFrame:
        """The answers of a wave (the latest, if none is named): one row per respondent, as the report counts them.

        Categories are ordered categoricals of codes in the codebook's order; what is missing is NaN, and which kind of
        missing it is says :meth:`missing`. ``attrs`` has ``labels``, ``categories`` (code → label), ``kinds``, ``wave``
        and ``weight`` (the name of the study's weight, or None).

        >>> frame = Study().responses("2009")
        >>> len(frame), frame.attrs["weight"], frame.attrs["categories"]["territorio"]["1"]
        (98, 'peso', 'Mountain')
        """
        from pipeline.counting.frame import responses_frame

        job = self._made(wave, "process")
        cases = _cases(job)
        frame = responses_frame(cases, _names(cases), lang)
        weights = job.files.study.weights
        frame.attrs |= {"wave": job.wave.name, "weight": weights.variable if weights is not None else None}
        return frame

    def missing(self, wave: str | None = None, *, lang: str = "en") -> pd.DataFrame:
        """Which user-missing code stands where :meth:`responses` has NaN, for the variables that have any.

        >>> [name for name in Study().missing("2009") if name.startswith("zz")]
        []
        """
        from pipeline.counting.frame import missing_frame

        cases = _cases(self._made(wave, "process"))
        return missing_frame(cases, _names(cases), lang)

    def results(self, wave: str | None = None) -> pd.DataFrame:
        """Every number of the report, one per row, in the schema of ``results.parquet``.

        >>> numbers = Study().results("2009")
        >>> int(numbers.query("table_id == 'codebook' and statistic == 'cases_n'")["value"].max())
        98
        """
        import pandas as pd

        frame: pd.DataFrame = pd.read_parquet(self._made(wave, "tabulate").results_file)
        return frame

    def _made(self, wave: str | None, stage: str) -> Job:
        """The wave once the stages up to ``stage`` are done."""
        from pipeline import run
        from pipeline.progress import Progress
        from pipeline.stages.job import Job

        if wave is None:
            if not self.waves:
                raise run.no_wave(self.layout)
            wave = self.waves[-1]
        found = self.layout.existing_wave(wave)
        run.stage(self.layout, stage, [wave], run.Wanted(), Progress("en", io.StringIO()))
        return Job(self.layout, found)


def _cases(job: Job) -> Cases:
    from pipeline.counting.cases import Cases

    return Cases(job.columns(job.table("responses", job.responses)), job.files.codebook)


def _names(cases: Cases) -> list[str]:
    """The variables that the wave has, in the codebook's order."""
    there = set(cases.columns.table.column_names)
    return [name for name in cases.variables if name in there]
