"""A study's own variables: the functions of ``derive.py``, carried out by a child process under limits.

``python -m pipeline.stages.own_variables`` is that process: what it is asked comes pickled from the process that
started it, what it found goes back as Arrow, so that nothing of a study's code reaches the pipeline's own process.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import StudyError
from pipeline.paths import ROOT, Layout
from pipeline.spec.model import Codebook
from pipeline.spss.limits import Limits

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

_FAILED = 3  # the exit code with which the child says that it tells of a mistake


@dataclass(frozen=True, slots=True)
class _Request:
    code: bytes
    file: str
    table: bytes
    codebook: Codebook
    names: tuple[str, ...]
    lang: str
    limits: dict[str, Any]


def own_variables(
    layout: Layout, table: pa.Table, codebook: Codebook, names: Sequence[str], lang: str, limits: Limits | None = None
) -> dict[str, pa.Array]:
    """The columns of the variables named, made from a table by the functions of the study's ``derive.py``.

    Raises :class:`StudyError` naming its line where a function fails, or what it returns is not what the codebook says.
    """
    import pyarrow as pa

    limits = limits or Limits(seconds=120.0, cpu_seconds=120)
    file = layout.shown(layout.derive)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    code, content = layout.content(layout.derive) or b"", sink.getvalue().to_pybytes()
    request = _Request(code, file, content, codebook, tuple(names), lang, asdict(limits))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.stages.own_variables"], input=pickle.dumps(request), capture_output=True,
            cwd=ROOT, env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}, timeout=limits.seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StudyError("study.derive_slow", file=file, seconds=int(limits.seconds)) from None
    if done.returncode == _FAILED:
        told = json.loads(done.stdout)
        raise StudyError(told["id"], **told["params"])
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
        raise StudyError("study.derive_stopped", file=file, code=done.returncode, reason=last[0][:200])
    found = pa.ipc.open_stream(done.stdout).read_all()
    return {name: found.column(name) for name in names}


# ---------------------------------------------------------------- in the child


def _answer(request: _Request) -> bytes:
    import pyarrow as pa

    from pipeline.counting.cases import Cases
    from pipeline.counting.columns import Columns
    from pipeline.counting.frame import responses_frame

    table = pa.ipc.open_stream(request.table).read_all()
    made = _functions(request)
    plain = request.codebook.model_copy(update={"derived": {}})
    cases = Cases(Columns(table), plain)
    columns = {}
    for name in request.names:
        derived = request.codebook.derived[name]
        frame = responses_frame(cases, derived.uses, request.lang)
        line = made[name].__code__.co_firstlineno
        try:
            series = made[name](frame)
        except Exception as error:
            raise _told(request, error, name) from None
        columns[name] = _column(series, frame, request, name, line)
    result = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, result.schema) as writer:
        writer.write_table(result)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _functions(request: _Request) -> dict[str, Any]:
    """The decorated functions, once the file has been carried out."""
    names: dict[str, Any] = {"__name__": "derive", "__file__": request.file}
    try:
        exec(compile(request.code, request.file, "exec"), names)  # noqa: S102  the study's own file, in this child
    except Exception as error:
        raise _told(request, error, "–") from None
    found = [value for value in names.values() if callable(value) and hasattr(value, "derived")]
    return {value.derived[0]: value for value in found}


def _told(request: _Request, error: Exception, variable: str) -> StudyError:
    """The mistake with the last line of the study's file that led to it."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == request.file]
    line = (lines or [getattr(error, "lineno", None)])[-1] or 1
    reason = f"{type(error).__name__}: {error}".replace("\n", " ")[:200]
    return StudyError("study.derive_failed", file=request.file, line=line, variable=variable, reason=reason)


def _column(series: Any, frame: pd.DataFrame, request: _Request, name: str, line: int) -> pa.Array:
    """What a function returned as a column, if it is what the codebook says."""
    import pandas as pd

    from pipeline.arrow import float_array, text_array
    from pipeline.codes import is_numeral

    about = {"file": request.file, "line": line, "variable": name}
    if not isinstance(series, pd.Series) or len(series) != len(frame) or not series.index.equals(frame.index):
        what = f"{type(series).__name__}, {len(series)}" if hasattr(series, "__len__") else type(series).__name__
        raise StudyError("study.derive_no_series", **about, found=what, rows=len(frame))
    derived = request.codebook.derived[name]
    variable = request.codebook.all_variables()[name]
    if variable.categorical:
        codes = [None if v is None or v != v or v is pd.NA else _code(v) for v in series.astype(object)]
        unknown = next((c for c in codes if c is not None and c not in derived.categories), None)
        if unknown is not None:
            raise StudyError("study.derive_code", **about, code=unknown, known=", ".join(derived.categories))
        if all(is_numeral(code) for code in derived.categories):
            return float_array(_floats([float("nan") if c is None else float(c) for c in codes]))
        return text_array(codes)
    if variable.kind in ("text", "identifier"):
        return text_array(["" if v is None or v != v or v is pd.NA else str(v) for v in series.astype(object)])
    try:
        values = _floats(pd.to_numeric(series).astype("float64").to_numpy())
    except (TypeError, ValueError) as error:
        raise StudyError("study.derive_no_numbers", **about, reason=str(error)[:160]) from None
    return float_array(values)


def _floats(values: Any) -> np.ndarray:
    import numpy as np

    found = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _code(value: Any) -> str:
    from pipeline.codes import code_of
    from pipeline.spss.model import code_text

    if isinstance(value, bool):
        return "1" if value else "0"
    return code_of(code_text(value if isinstance(value, str) else float(value)))


def main() -> int:
    """Serve one request."""
    from pipeline.spss.child import restrict

    request: _Request = pickle.load(sys.stdin.buffer)  # noqa: S301  from the process that started this one
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # what a function prints is no answer
    restrict(Limits(**request.limits))
    try:
        out.write(_answer(request))
    except StudyError as error:
        out.write(json.dumps({"id": error.text_id, "params": error.params}, default=str).encode())
        out.flush()
        return _FAILED
    out.flush()
    return 0


if __name__ == "__main__":
    from pipeline.stages import own_variables as here  # under this name the request is known to pickle

    sys.exit(here.main())
