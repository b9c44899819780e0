"""process: derived variables. ``harmonised.parquet`` → ``responses.parquet``, the last file with respondents' rows.

Codes stay as the file has them, user-missing codes included: the codebook says which are missing. Only variables of
the codebook are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pipeline.counting.cases import Cases
from pipeline.spec.model import Codebook, Derived
from pipeline.stages.freshness import code_hash, hashes, json_hash, write_parquet
from pipeline.stages.job import Job

NAME = "process"


def key(job: Job) -> str:
    """The harmonised data and the study's numbers."""
    return json_hash([hashes([job.harmonised]), job.numbers_key(), code_hash("counting", "stages/process.py")])


def outputs(job: Job) -> list[Path]:
    """Respondents' rows."""
    return [job.responses]


def run(job: Job) -> None:
    """Add the derived variables and keep what the codebook knows."""
    import pyarrow.parquet as pq

    table = job.memory.get("harmonised")
    if table is None:
        table = pq.read_table(job.harmonised)
    responses = with_derived(table, job.files.codebook)
    write_parquet(job.responses, responses)
    job.memory["responses"] = responses


def with_derived(table: Any, codebook: Codebook) -> Any:
    """The codebook's columns of an Arrow table, and the derived ones."""
    import pyarrow as pa

    kept = table.select([name for name in codebook.variables if name in table.column_names])
    cases = Cases(kept, codebook.model_copy(update={"derived": {}}))
    for name, derived in codebook.derived.items():
        needed = (derived.source,) if derived.source else derived.mean_of
        if all(n in kept.column_names for n in needed):
            kept = kept.append_column(name, pa.array(_derive(derived, cases), pa.float64(), from_pandas=True))
    return kept


def _derive(derived: Derived, cases: Cases) -> np.ndarray:
    """The values of a derived variable: the code of the band a case falls in, or the mean of several variables."""
    if derived.mean_of:
        x = np.column_stack([cases.numeric(name) for name in derived.mean_of])
        valid = np.count_nonzero(~np.isnan(x), axis=1)
        total = np.nansum(x, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(valid >= max(derived.least, 1), total / valid, np.nan)
    if derived.source is None:
        raise ValueError(f"derived variable {derived.name} has no source")
    values = np.full(cases.n, np.nan)
    coded = cases.coded(derived.source) if any(b.codes for b in derived.bands.values()) else None
    numeric = cases.numeric(derived.source)
    for code, band in derived.bands.items():
        if band.codes and coded is not None:
            wanted = [i + 1 for i, c in enumerate(coded.codes) if c in band.codes]
            inside = np.isin(coded.index, wanted)
        else:
            low = -np.inf if band.low is None else band.low
            high = np.inf if band.high is None else band.high
            inside = (numeric >= low) & (numeric < high)
        values[inside & np.isnan(values)] = float(code)
    return values
