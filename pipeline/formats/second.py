"""The process of the second reader: pyreadstat reads an SPSS file, so that two readers can be held side by side.

``python -m pipeline.formats.second`` under the limits of any reading. The answer is a dictionary with pyreadstat's
variables and their columns as one Arrow table; without variables, and with the reason in ``documents``, where it
cannot read the file. ``product`` says which pyreadstat it was.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pipeline.spss import child
from pipeline.spss.channel import TEXTS, Files
from pipeline.spss.model import Dictionary, Variable
from pipeline.spss.text import Decoder, codec_name

_CELLS_AT_ONCE = 2_000_000  # pyreadstat makes a Python object of each


def parse(path: Path, files: Files | None, *, encoding: str | None = None, **stated: Any) -> Dictionary:
    """Read the file with pyreadstat; numbers as they are, texts as our own reader shows them."""
    import pyreadstat

    product = f"pyreadstat {pyreadstat.__version__}"
    codec = codec_name(encoding.partition(" ")[0]) if encoding else None
    try:
        variables, rows = _read(path, files, codec)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"[:160]
        return Dictionary(product=product, documents=(reason,))
    return Dictionary(product=product, variables=tuple(variables), cases=rows)


def _read(path: Path, files: Files | None, codec: str | None) -> tuple[list[Variable], int]:
    import pyreadstat

    portable = path.suffix.lower() == ".por"
    reader = pyreadstat.read_por if portable else pyreadstat.read_sav
    options: dict[str, Any] = {"output_format": "dict", "disable_datetime_conversion": True, "encoding": codec}
    if portable:
        options.pop("encoding")
    else:
        options["user_missing"] = True
    _, meta = reader(str(path), metadataonly=True, **options)
    kinds = meta.readstat_variable_types
    variables = [Variable(name, kind="string" if kinds[name] == "string" else "numeric") for name in meta.column_names]
    at_once = max(1000, _CELLS_AT_ONCE // max(1, len(variables)))
    if files is None or not variables:
        return variables, 0
    return variables, _write(variables, lambda at: reader(str(path), row_offset=at, row_limit=at_once, **options)[0],
                             at_once, files)  # fmt: skip


def _write(variables: list[Variable], part: Any, at_once: int, files: Files) -> int:
    """The columns, part by part, as one Arrow table. How many rows there are."""
    import numpy as np
    import pyarrow as pa

    from pipeline.arrow import float_array, text_array

    schema = pa.schema([(str(i), pa.string() if v.kind == "string" else pa.float64()) for i, v in enumerate(variables)])
    decoder, rows = Decoder("utf-8"), 0
    with files.open(TEXTS, "wb") as sink, pa.ipc.new_file(pa.PythonFile(sink), schema) as writer:
        while True:
            columns = part(rows)
            arrays = []
            for variable in variables:
                values = columns[variable.name]
                if variable.kind == "string":
                    arrays.append(text_array([decoder.text((v or "").encode("utf-8", "replace")) for v in values]))
                else:
                    numbers = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
                    arrays.append(float_array(np.where(np.isfinite(numbers), numbers, np.nan)))
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            read = len(arrays[0])
            rows += read
            if read < at_once:
                return rows


if __name__ == "__main__":
    sys.exit(child.main(parse))
