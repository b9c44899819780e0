"""Two readers agree: what ours read of an SPSS file, cell by cell beside what pyreadstat read of it."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.arrow import float_values
from pipeline.errors import DataRejected
from pipeline.formats.read import OWN, Reading
from pipeline.spss.channel import TEXTS
from pipeline.spss.model import Dictionary, SecondReading, Variable, code_text
from pipeline.spss.read import DataFile

if TYPE_CHECKING:
    import pyarrow as pa

MIB = 1 << 20
_NEVER = ("weight", "sets", "attributes")
"""What pyreadstat does not tell of any file."""
_ROUNDED = 1e-14  # a .por writes numbers in base 30, whose digits pyreadstat sums in doubles
_APART = {
    "spss.notice_bias": "numbers",
    "spss.notice_characters_cut": "texts",
    "spss.notice_characters_replaced": "texts",
    "spss.notice_long_string_rejoined": "texts",
    "spss.notice_long_string_in_pieces": "texts",
}
"""Where our reader mended what pyreadstat takes as it stands, the two differ by design."""


class _ByPyreadstat(Reading):
    module = "pipeline.formats.second"

    def _columns(self, dictionary: Dictionary) -> pa.Table:
        import pyarrow as pa

        if not dictionary.variables:
            return pa.table({})
        with self.files.open(TEXTS, "rb") as file:
            content = pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        table: pa.Table = pa.ipc.open_file(content).read_all()
        return table


class SecondReader:
    """A file that pyreadstat reads in a process of its own, beside the first reading; :meth:`agree` waits for it."""

    def __init__(self, path: Path, encoding: str | None, shown: str) -> None:
        self.shown, self.stated = shown, encoding is not None
        self.reading = _ByPyreadstat(path, encoding, shown=shown)

    def stop(self) -> None:
        """Give the reading up, where the first one failed."""
        self.reading.stop()

    def agree(self, found: DataFile) -> SecondReading:
        """What was compared. Raises ``DataRejected`` naming the first cell that differs."""
        theirs = self.reading.result()
        ours, reader = found.dictionary, theirs.dictionary.product
        if ours.file_format not in OWN:
            return SecondReading(reader, 0, ("all",))
        if not theirs.dictionary.variables:
            return SecondReading(reader, 0, ("all",), "; ".join(theirs.dictionary.documents))
        apart = {_APART[n.text_id] for n in ours.notices if n.text_id in _APART}
        if ours.encoding.how == "detected":
            apart.add("texts")
        if len(ours.variables) != len(theirs.dictionary.variables):
            if apart or any(n.text_id == "spss.notice_name_changed" for n in ours.notices):
                return SecondReading(reader, 0, ("all",))
            raise DataRejected(
                "formats.readers_count", file=self.shown, what=len(ours.variables), second=reader,
                other=len(theirs.dictionary.variables),
            )  # fmt: skip
        if theirs.dictionary.cases != found.table.num_rows:
            raise DataRejected(
                "formats.readers_rows", file=self.shown, rows=found.table.num_rows, second=reader,
                other=theirs.dictionary.cases or 0,
            )  # fmt: skip
        cells = 0
        for i, variable in enumerate(ours.variables):
            if ("texts" if variable.kind == "string" else "numbers") in apart:
                continue
            self._alike(variable, found.table.column(i), theirs.table.column(i), ours.file_format == "por", reader)
            cells += found.table.num_rows
        portable = ("missing",) if ours.file_format == "por" else ()
        return SecondReading(reader, cells, (*sorted(apart), *portable, *_NEVER))

    def _alike(self, variable: Variable, ours: Any, theirs: Any, portable: bool, reader: str) -> None:
        import pyarrow as pa

        if (variable.kind == "string") != pa.types.is_string(theirs.type):
            self._differ(variable, 0, variable.kind, str(theirs.type), reader)
        if variable.kind == "string":
            mine, other = ours.to_pylist(), theirs.to_pylist()
            if portable:
                mine = ["" if variable.missing.is_missing(text) else text for text in mine]
            if mine != other:
                row = next(i for i, (a, b) in enumerate(zip(mine, other, strict=True)) if a != b)
                self._differ(variable, row, mine[row], other[row], reader)
            return
        a, b = float_values(ours), float_values(theirs)
        if portable:
            a = np.where(variable.missing.mask(a), np.nan, a)
        with np.errstate(invalid="ignore"):
            close = np.abs(a - b) <= _ROUNDED * np.abs(a) if portable else a == b
        unlike = ~(close | (np.isnan(a) & np.isnan(b)))
        if unlike.any():
            row = int(unlike.argmax())
            mine, other = ("." if np.isnan(x[row]) else code_text(float(x[row])) for x in (a, b))
            self._differ(variable, row, mine, other, reader)

    def _differ(self, variable: Variable, row: int, ours: str, theirs: str, reader: str) -> None:
        raise DataRejected(
            "formats.readers_differ", file=self.shown, name=variable.name, row=row + 1, ours=ours, theirs=theirs,
            second=reader,
        )  # fmt: skip
