"""The parts of a ``.qdpx`` file, read in memory and never unpacked: what is no proper archive is refused by name."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from pipeline.errors import DataRejected

MOST_BYTES = 256 << 20
"""The largest part that is read: a whole library of transcripts is a tenth of it."""
MOST_PARTS = 100_000
_ENCRYPTED = 0x1


class Archive:
    """A ``.qdpx`` file: its parts by name. ``name`` is what messages call the file. Raises :class:`DataRejected`."""

    def __init__(self, content: bytes, name: str) -> None:
        self.name = name
        if not content:
            raise DataRejected("interviews.empty", file=name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OverflowError, EOFError, NotImplementedError, UnicodeDecodeError):
            text_id = "interviews.cut_short" if content[:4] == b"PK\x03\x04" else "interviews.not_a_zip"
            raise DataRejected(text_id, file=name) from None
        infos = self._zip.infolist()
        if len(infos) > MOST_PARTS:
            raise DataRejected("interviews.too_many_parts", file=name, count=len(infos), most=MOST_PARTS)
        for info in infos:
            if _escapes(info.filename):
                raise DataRejected("interviews.part_escapes", file=name, part=_printable(info.filename))
        self.parts = [info.filename for info in infos if not info.is_dir()]
        self._by_lower = {part.lower(): part for part in self.parts}

    def project(self) -> str:
        """The name of the one project inside: the standard says ``project.qde``, ATLAS.ti calls it by the project."""
        found = [part for part in self.parts if part.lower().endswith(".qde") and not _hidden(part)]
        usual = [part for part in found if part.lower() == "project.qde"]
        if not found:
            raise DataRejected("interviews.no_project", file=self.name, parts=_listed(self.parts))
        if len(found) > 1 and not usual:
            raise DataRejected("interviews.several_projects", file=self.name, parts=_listed(found))
        return (usual or found)[0]

    def source(self, name: str) -> str | None:
        """The part that holds a source, by the name in ``internal://``: in the folder of sources, however written."""
        for folder in ("sources/", ""):
            found = self._by_lower.get(f"{folder}{name}".lower())
            if found is not None:
                return found
        return None

    def read(self, part: str) -> bytes:
        """The bytes of a part."""
        info = self._zip.getinfo(part)
        shown = _printable(part)
        if info.flag_bits & _ENCRYPTED:
            raise DataRejected("interviews.encrypted", file=self.name, part=shown)
        if info.file_size > MOST_BYTES:
            raise DataRejected("interviews.part_too_large", file=self.name, part=shown, most=MOST_BYTES >> 20)
        try:
            with self._zip.open(info) as stream:
                content = stream.read(MOST_BYTES + 1)  # what the directory says of the size is not believed
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
            raise DataRejected("interviews.part_damaged", file=self.name, part=shown) from None
        except (NotImplementedError, RuntimeError):
            raise DataRejected("interviews.part_method", file=self.name, part=shown) from None
        if len(content) > MOST_BYTES:
            raise DataRejected("interviews.part_too_large", file=self.name, part=shown, most=MOST_BYTES >> 20)
        return content


def _escapes(part: str) -> bool:
    """Whether a part's name leads out of the archive."""
    path = PurePosixPath(part.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True


def _hidden(part: str) -> bool:
    """Whether a part is a companion that macOS writes beside each file."""
    return part.startswith("__MACOSX/") or PurePosixPath(part).name.startswith("._")


def _printable(part: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in part[:200])


def _listed(parts: list[str], most: int = 5) -> str:
    shown = ", ".join(_printable(part) for part in parts[:most]) or "–"
    return shown + (" …" if len(parts) > most else "")
