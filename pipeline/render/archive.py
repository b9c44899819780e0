"""Archives of office formats that are the same bytes whenever they are made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import RenderingFailed

# The date of what has none: a document made twice must be the same bytes. The report's own date is text.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def packed(content: bytes, files: Mapping[str, bytes] | None = None) -> bytes:
    """The archive with its parts in order and without times; ``files`` in the place of the parts of their names."""
    stream, known = io.BytesIO(), files or {}
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as archive:
        kinds, *names = source.namelist()  # the kinds of parts come first, by the standard
        for name in (kinds, *sorted(names)):
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.create_system = 0  # else it would tell on which kind of system it was made
            entry.external_attr = 0o600 << 16
            stored = name.endswith((".png", ".xlsx"))  # packed already
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, known.get(name) or source.read(name), compresslevel=None if stored else 5)
    return stream.getvalue()


def keep(content: bytes, path: Path) -> None:
    """Write the file. Raises ``RenderingFailed`` where that cannot be done, as while Office has it open."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RenderingFailed("office.cannot_write", path=path, reason=error.strerror or error) from error
