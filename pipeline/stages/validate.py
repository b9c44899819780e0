"""validate: what is wrong with the data, as findings; a gate that stops what must not be counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.codes import BLANK, text_of
from pipeline.counting.cases import Cases, Coded
from pipeline.errors import DataRejected, PipelineError
from pipeline.files import hashes, json_hash, write_json
from pipeline.spec.model import Variable
from pipeline.stages.freshness import code_hash
from pipeline.stages.job import Job
from pipeline.stages.process import derived
from pipeline.statistics.core import LARGEST, SMALLEST

NAME = "validate"
MOST_NAMED = 12  # units named in one message; the report's page names the number of the others


def key(job: Job) -> str:
    """The harmonised data, what was said about them, and the study's numbers."""
    made = hashes([job.harmonised, job.harmonise_findings, job.dictionary_file])
    stated = job.layout.content(job.wave.source) is not None
    return json_hash([made, stated, job.numbers_key(), code_hash("counting", "arrow.py", "stages/validate.py")])


def outputs(job: Job) -> list[Path]:
    """The findings."""
    return [job.findings_file]


def run(job: Job) -> None:
    """Check the data against the codebook; write the findings; raise what the study's policies do not let through."""
    findings = list(_findings(job))
    write_json(job.findings_file, findings)
    stops = [DataRejected(f"validate.{f['id']}", **f["params"]) for f in findings if f["level"] == "stop"]
    if stops:
        raise DataRejected.several(list[PipelineError](stops))


def _finding(level: str, text_id: str, **params: Any) -> dict[str, Any]:
    return {"level": level, "id": text_id, "params": params}


def _findings(job: Job) -> Iterator[dict[str, Any]]:
    files, codebook = job.files, job.files.codebook
    policies = files.study.policies
    data = job.layout.recorded(job.survey())
    book = job.layout.recorded(job.layout.codebook)
    names = job.table("harmonised", job.harmonised).column_names
    for notice in job.dictionary.notices:
        yield {"level": "note", "id": notice.text_id, "params": dict(notice.params)}
    if job.layout.content(job.wave.source) is None:
        source = job.layout.recorded(job.wave.source)
        yield _finding("warn", "no_source", source=source, file=data, wave=job.wave.name)
    yield from json.loads(job.harmonise_findings.read_text("utf-8"))
    known = job.study_files.codebook.variables
    for name in job.lacking:
        from pipeline.errors import nearest

        yield _finding(
            policies.missing_variables, "variable_lacking", file=data, variable=name, codebook=book,
            line=files.line("codebook", "variables", name), mapping=job.layout.recorded(job.wave.mapping),
            nearest=nearest(name, [n for n in names if n not in known]) or "–",
        )  # fmt: skip
    if not set(codebook.variables) <= set(names):
        return
    unused = [name for name in names if name not in known]
    if unused:
        yield _finding("warn", "variables_unused", file=data, count=len(unused), variables=", ".join(unused))
    columns = job.columns(derived(job))
    cases = Cases(columns, codebook)
    identifier = files.study.identifier
    if identifier:
        yield from _duplicates(data, identifier, cases.coded(identifier))
    yield from _unknown_codes(job, cases, data, book)
    weights = files.study.weights
    if weights is not None and not weights.rake:
        if not columns[weights.variable].numbers:
            yield _finding("stop", "weight_no_number", file=data, variable=weights.variable)
            return
        without, least, most = columns.span(weights.variable)
        if without < columns.rows and not SMALLEST <= least <= most <= LARGEST:
            small, large = f"{least:.3g}", f"{most:.3g}"
            yield _finding("stop", "weight_out_of_range", file=data, variable=weights.variable, low=small, high=large)
        elif without == columns.rows > 0:
            yield _finding("stop", "nobody_has_weight", file=data, variable=weights.variable)
        elif without:
            yield _finding("warn", "without_weight", file=data, variable=weights.variable, count=without)


def _duplicates(data: str, identifier: str, units: Coded) -> Iterator[dict[str, Any]]:
    """A finding per unit that stands in several rows, in the order of their first rows."""
    order = np.argsort(units.index, kind="stable")
    ends = np.cumsum(np.bincount(units.index, minlength=len(units.codes) + 1))
    starts = np.concatenate([[0], ends[:-1]])
    several = np.flatnonzero(ends - starts > 1)
    for i in several[np.argsort(order[starts[several]])].tolist():
        rows = (order[starts[i] : ends[i]] + 1).tolist()
        yield _finding(
            "stop", "duplicate_unit", file=data, variable=identifier, unit=_unit_name(units, i),
            rows=", ".join(str(r) for r in rows),
        )  # fmt: skip


def _unit_name(units: Coded, index: int) -> str:
    return text_of(units.codes[index - 1]) if index else "–"


def _unknown_codes(job: Job, cases: Cases, data: str, book: str) -> Iterator[dict[str, Any]]:
    files = job.files
    for name, variable in files.codebook.variables.items():
        if not variable.categorical:
            continue
        coded = cases.coded(name)
        for i, code in enumerate(coded.codes[len(variable.categories) :], start=len(variable.categories) + 1):
            if code == BLANK:
                continue
            rows = np.flatnonzero(coded.index == i)
            yield _finding(
                files.study.policies.unknown_codes, "unknown_code", file=data, variable=name, code=text_of(code),
                count=len(rows), units=_some(job, cases, rows), declared=_declared(variable),
                codebook=book, line=files.line("codebook", "variables", name),
                corrections=job.layout.recorded(job.wave.corrections), mapping=job.layout.recorded(job.wave.mapping),
            )  # fmt: skip


def _some(job: Job, cases: Cases, rows: np.ndarray) -> str:
    """The units in some rows, by their identifier or else their row's number; not all where they are many."""
    identifier = job.files.study.identifier
    if identifier is None:
        named = [str(row + 1) for row in rows[:MOST_NAMED].tolist()]
    else:
        units = cases.coded(identifier)
        named = [_unit_name(units, i) for i in units.index[rows[:MOST_NAMED]].tolist()]
    more = f" +{len(rows) - MOST_NAMED}" if len(rows) > MOST_NAMED else ""
    return ", ".join(named) + more


def _declared(variable: Variable) -> str:
    answers, missing = (", ".join(map(text_of, codes)) for codes in (variable.categories, variable.missing))
    return answers + (f" ({missing})" if missing else "")
