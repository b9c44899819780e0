"""validate: what is wrong with the data, as findings; a gate that stops what must not be counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.errors import DataRejected, PipelineError
from pipeline.results import BLANK
from pipeline.spec.model import Variable
from pipeline.stages.freshness import code_hash, hashes, json_hash, write_json
from pipeline.stages.job import Job
from pipeline.stages.process import with_derived

NAME = "validate"
MOST_NAMED = 12  # units named in one message; the report's page names the number of the others


def key(job: Job) -> str:
    """The harmonised data, what was said about them, and the study's numbers."""
    made = hashes([job.harmonised, job.harmonise_findings, job.dictionary_file])
    return json_hash([made, job.numbers_key(), code_hash("counting", "stages/validate.py")])


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
    data = job.layout.shown(job.survey())
    book = files.name("codebook")
    names = _table(job).column_names
    for notice in job.dictionary.notices:
        yield {"level": "note", "id": notice.text_id, "params": dict(notice.params)}
    yield from json.loads(job.harmonise_findings.read_text("utf-8"))
    known = job.study_files.codebook.variables
    for name in job.lacking:
        from pipeline.errors import nearest

        yield _finding(
            policies.missing_variables, "variable_lacking", file=data, variable=name, codebook=book,
            line=files.line("codebook", "variables", name), mapping=job.layout.shown(job.wave.mapping),
            nearest=nearest(name, [n for n in names if n not in known]) or "–",
        )  # fmt: skip
    if any(name not in names for name in codebook.variables):
        return
    unused = [name for name in names if name not in known]
    if unused:
        yield _finding("warn", "variables_unused", file=data, count=len(unused), variables=", ".join(unused))
    table = with_derived(_table(job), codebook)
    cases = Cases(table, codebook)
    units = _unit_names(job, cases)
    identifier = files.study.identifier
    if identifier:
        yield from _duplicates(data, identifier, units)
    yield from _unknown_codes(job, cases, units, data, book)
    weights = files.study.weights
    if weights is not None and not weights.rake:
        without = Cases(table, codebook, weights.variable, "probability").without_weight
        if without:
            yield _finding("warn", "without_weight", file=data, variable=weights.variable, count=without)


def _table(job: Job) -> Any:
    import pyarrow.parquet as pq

    if "harmonised" not in job.memory:
        job.memory["harmonised"] = pq.read_table(job.harmonised)
    return job.memory["harmonised"]


def _unit_names(job: Job, cases: Cases) -> list[str]:
    identifier = job.files.study.identifier
    if identifier is None:
        return [str(i + 1) for i in range(cases.n)]
    coded = cases.coded(identifier)
    return [coded.codes[i - 1] if i else "–" for i in coded.index.tolist()]


def _duplicates(data: str, identifier: str, units: list[str]) -> Iterator[dict[str, Any]]:
    seen: dict[str, list[int]] = {}
    for row, unit in enumerate(units):
        seen.setdefault(unit, []).append(row + 1)
    for unit, rows in seen.items():
        if len(rows) > 1:
            yield _finding(
                "stop", "duplicate_unit", file=data, variable=identifier, unit=unit,
                rows=", ".join(str(r) for r in rows),
            )  # fmt: skip


def _unknown_codes(job: Job, cases: Cases, units: list[str], data: str, book: str) -> Iterator[dict[str, Any]]:
    files = job.files
    for name, variable in files.codebook.variables.items():
        if not variable.categorical:
            continue
        coded = cases.coded(name)
        for i, code in enumerate(coded.codes[len(variable.categories) :], start=len(variable.categories) + 1):
            if code == BLANK:
                continue
            rows = np.flatnonzero(coded.index == i).tolist()
            yield _finding(
                files.study.policies.unknown_codes, "unknown_code", file=data, variable=name, code=code,
                count=len(rows), units=_some([units[r] for r in rows]), declared=_declared(variable),
                codebook=book, line=files.line("codebook", "variables", name),
                corrections=job.layout.shown(job.wave.corrections), mapping=job.layout.shown(job.wave.mapping),
            )  # fmt: skip


def _some(units: list[str]) -> str:
    more = f" +{len(units) - MOST_NAMED}" if len(units) > MOST_NAMED else ""
    return ", ".join(units[:MOST_NAMED]) + more


def _declared(variable: Variable) -> str:
    codes = ", ".join(variable.categories)
    return codes + (f" ({', '.join(variable.missing)})" if variable.missing else "")
