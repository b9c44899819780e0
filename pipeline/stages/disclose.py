"""disclose: what the public edition may show of a wave's results. ``results.parquet`` → ``public.parquet``.

Run only for the public edition. Stops the run where a reader could still tell that a count is below the threshold.
The pattern is kept in the study (``hidden.json``), so that the next edition hides at least the same counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.disclosure import edition
from pipeline.disclosure.known import coarsened
from pipeline.errors import DisclosureFailed, StudyError
from pipeline.files import hashes, json_hash, write_json
from pipeline.stages.freshness import code_hash, write_parquet
from pipeline.stages.job import Job

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.spec.model import TableSpec

MOST_NAMED = 5


def key(job: Job) -> str:
    """The results, the rules, how variables are classed, and what was hidden before."""
    book = job.files.codebook
    classes: dict[str, object] = {name: one.disclosure for name, one in book.all_variables().items()}
    classes |= {name: one.disclosure for name, one in book.sets.items()}
    classes |= {f"{type(one).__name__} {one.name}": one.withheld(book) for one in job.files.report.analyses()}
    rules = job.files.study.disclosure.model_dump(mode="json")
    frozen = job.layout.hashes(job.layout.hidden)
    rooms = code_hash("disclosure", "counting", "interviews", "stages/disclose.py")
    return json_hash([hashes([job.results_file, job.responses]), job.numbers_key(), classes, rules, frozen, rooms])


def outputs(job: Job) -> list[Path]:
    """The results as they may be published, and what is said of them."""
    return [job.public_file, job.told_file]


def run(job: Job) -> None:
    """Hide, check, write. Raises :class:`DisclosureFailed`."""
    import pyarrow as pa

    from pipeline.arrow import read_parquet
    from pipeline.counting.cases import Cases

    rules = job.files.study.disclosure
    before = _frozen(job)
    specs = [coarsened(spec, rules.instead) for spec in job.files.report.tables()]
    results, own = _apart(_with_coarser(read_parquet(job.results_file), specs, job), job)
    analyses = job.files.report.analyses()
    withheld = [one for one in analyses if one.withheld(job.files.codebook)]
    shown = [one for one in analyses if one not in withheld]
    made = edition.public(
        results,
        Cases(job.columns(job.table("responses", job.responses)), job.files.codebook),
        job.files.codebook,
        {spec.table: spec for spec in specs},
        rules,
        [tuple((name, code) for name, code in key) for key in before.get(job.wave.name, [])],
        job.files.study.weights,
        lambda table: any(one.owns(table) for one in shown) and not any(one.owns(table) for one in withheld),
    )
    if made.unsafe:
        found = "; ".join(
            f"{edition.named(cell)} ({one.low}–{one.known_high})" for cell, one in made.unsafe[:MOST_NAMED]
        )
        raise DisclosureFailed(
            "cli.disclosure_failed", wave=job.wave.name, count=len(made.unsafe), cells=found, threshold=rules.threshold,
            codebook=job.files.name("codebook"), report=job.files.name("report"),
        )  # fmt: skip
    write_parquet(job.public_file, made.table if own is None else pa.concat_tables([made.table, own]))
    write_json(job.told_file, asdict(made.told))
    pattern = [[[name, code] for name, code in key] for key in made.pattern]
    if before.get(job.wave.name) != pattern and not job.passing:
        write_json(job.layout.hidden, before | {job.wave.name: pattern})


def _with_coarser(results: pa.Table, specs: Sequence[TableSpec], job: Job) -> pa.Table:
    """The results with the tables counted anew that show coarser categories here."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from pipeline.results import ResultsWriter
    from pipeline.stages.tabulate import table_rows

    changed = [new for new, old in zip(specs, job.files.report.tables(), strict=True) if new != old]
    if not changed:
        return results
    names = pa.array([spec.table for spec in changed])
    rest = results.filter(pc.invert(pc.is_in(results.column("table_id"), value_set=names)))
    return pa.concat_tables([rest, ResultsWriter.joined(job.wave.name, table_rows(job, changed))])


def _apart(results: pa.Table, job: Job) -> tuple[pa.Table, pa.Table | None]:
    """The survey's rows, and those about interviews, made anew from the sources that may be used in print.

    No count of interviews is a count of the survey's units, so the two cannot give each other away.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from pipeline.counting.cases import Cases
    from pipeline.results import ResultsWriter
    from pipeline.spec.interviews import InterviewTable
    from pipeline.stages.tabulate import interview_rows

    named = [one.name for one in job.files.report.analyses() if isinstance(one, InterviewTable)]
    if not named:
        return results, None
    rest = results.filter(pc.invert(pc.is_in(results.column("table_id"), value_set=pa.array(named))))
    cases = Cases(job.columns(job.table("responses", job.responses)), job.files.codebook)
    own = interview_rows(job, "public", cases)
    return rest, ResultsWriter.joined(job.wave.name, list(own.values()))


def _frozen(job: Job) -> dict[str, Any]:
    """What earlier editions have hidden, by wave."""
    content = job.layout.content(job.layout.hidden)
    if content is None:
        return {}
    try:
        found = json.loads(content)
        if all(isinstance(n, str) and isinstance(c, str) for keys in found.values() for key in keys for n, c in key):
            return dict(found)
    except (ValueError, TypeError, AttributeError):
        pass
    raise StudyError("study.hidden_unreadable", file=job.layout.shown(job.layout.hidden))
