"""Reading any data file: by a child process under limits, as an SPSS file is (:class:`pipeline.spss.read.Reading`)."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import spss
from pipeline.spss.channel import TEXTS
from pipeline.spss.model import Dictionary
from pipeline.spss.read import DataFile

if TYPE_CHECKING:
    import pyarrow as pa

OWN = frozenset({"sav", "zsav", "por"})
"""Formats that our own reader takes, whose numbers come as it writes them; those of others are one Arrow table."""


class Reading(spss.Reading):
    """As :class:`pipeline.spss.Reading`, of a file of any format: by its content; text by its name."""

    module = "pipeline.formats.child"

    def _columns(self, dictionary: Dictionary) -> pa.Table:
        if dictionary.file_format in OWN:
            return super()._columns(dictionary)
        import pyarrow as pa

        with self.files.open(TEXTS, "rb") as file:
            content = pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        table: pa.Table = pa.ipc.open_file(content).read_all()
        return table


def read(path: Path, *, encoding: str | None = None, shown: str | None = None) -> DataFile:
    """Dictionary and cases of a file. Raises ``DataRejected`` with one sentence for one that cannot be read whole."""
    return Reading(path, encoding, shown=shown).result()
