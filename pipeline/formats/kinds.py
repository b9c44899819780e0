"""What a data file is that is none of SPSS's: by its content; text, which has no mark of its own, by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# Release 8 to 12, byte order, file type 1 and a zero byte: the first bytes of a .dta before Stata 13.
_OLD_STATA = re.compile(rb"[\x69-\x73][\x01\x02]\x01\x00")


@dataclass(frozen=True, slots=True)
class Kind:
    """A format: the name under which the dictionary records it, and the endings its files have."""

    name: str
    suffixes: tuple[str, ...]


STATA = Kind("dta", (".dta",))
SAS = Kind("sas7bdat", (".sas7bdat",))
TRANSPORT = Kind("xpt", (".xpt", ".xport"))
WORKBOOK = Kind("xlsx", (".xlsx", ".xlsm"))
DELIMITED = Kind("csv", (".csv", ".tsv", ".txt", ".dat", ".tab"))
SETUP = Kind("sps", (".sps",))
_BY_NAME = (SETUP, DELIMITED)
_BY_CONTENT = (
    (b"<stata_dta>", STATA),
    (b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60", SAS),
    (b"HEADER RECORD", TRANSPORT),
)


def other_kind(path: Path, head: bytes) -> Kind | None:
    """The format of a file that begins so; ``None`` for what the reader of SPSS files takes, or refuses by name."""
    for magic, kind in _BY_CONTENT:
        if head.startswith(magic):
            return kind
    if _OLD_STATA.match(head):
        return STATA
    suffix = path.suffix.lower()
    if head.startswith(b"PK\x03\x04") and (suffix in WORKBOOK.suffixes or b"xl/" in head):
        return WORKBOOK
    if not head.strip(b"\0 \r\n\t") or head.startswith((b"$FL2", b"$FL3", b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        return None
    text = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head
    page = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html", b"<?xml"))
    if not text or page or head.startswith(b"version https://git-lfs"):
        return None
    return next((kind for kind in _BY_NAME if suffix in kind.suffixes), None)
