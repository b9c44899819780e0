"""What a file is, by its content: an SPSS file, or the thing that was saved under such a name."""

from __future__ import annotations

import re
from typing import BinaryIO, Literal

from pipeline.errors import DataRejected
from pipeline.spss.portable import is_portable

_HEAD = 2048
_SYSTEM = (b"$FL2", b"$FL3")
_EBCDIC_MAGIC = b"\x5b\xc6\xd3\xf2"
_ENCRYPTED_AT = 8
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "zip"),
    (b"7z\xbc\xaf", "zip"),
    (b"\x1f\x8b", "zip"),
    (b"BZh", "zip"),
    (b"\xfd7zXZ", "zip"),
    (b"\x28\xb5\x2f\xfd", "zip"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "something"),
    (b"\xff\xfe", "text"),
    (b"\xfe\xff", "text"),
    (b"<stata_dta>", "stata"),
    (b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60", "sas"),
    (b"HEADER RECORD", "sas"),
    (b"RDX", "r"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "parquet"),
    (b"version https://git-lfs", "pointer"),
)


# Release 8 to 12, byte order, file type 1 and a zero byte: the first bytes of a .dta before Stata 13.
_OLD_STATA = re.compile(rb"[\x69-\x73][\x01\x02]\x01\x00")


def sav_or_por(file: BinaryIO, size: int) -> Literal["sav", "por"]:
    """Whether the open file is a system file (.sav, .zsav) or a portable file.

    Raises ``DataRejected`` that names what it is instead: nothing, encrypted, a web page, an archive, a
    workbook, a text table, something else.
    """
    if size == 0:
        raise DataRejected("spss.empty")
    file.seek(0)
    head = file.read(_HEAD)
    if head[:4] in _SYSTEM:
        return "sav"
    if is_portable(head):
        return "por"
    if head[_ENCRYPTED_AT : _ENCRYPTED_AT + 9] == b"ENCRYPTED":
        raise DataRejected("spss.encrypted")
    if head[:4] == _EBCDIC_MAGIC:
        raise DataRejected("spss.ebcdic")
    if _SYSTEM[0].startswith(head[:4]):
        raise DataRejected("spss.cut_in_header", size=size)
    if not head.strip(b"\0"):
        raise DataRejected("spss.zeros")
    if not head.strip():
        raise DataRejected("spss.blank")
    raise DataRejected(f"spss.is_{_kind(head)}")


def _kind(head: bytes) -> str:
    for magic, kind in _KINDS:
        if head.startswith(magic):
            if kind == "zip" and any(part in head for part in (b"[Content_Types].xml", b"xl/", b"mimetype")):
                return "workbook"
            return kind
    if _OLD_STATA.match(head):
        return "stata"
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    if text.startswith((b"<?xml", b"<")):
        return "xml"
    if b"spss port file" in text[:400]:
        return "cut_por"
    if text.startswith(b"{") or text.startswith(b"["):
        return "text"
    printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in head)
    return "text" if printable > 0.97 * len(head) else "something"
