"""The text of a file that has no mark of its own: its character set, as the reader of SPSS files decides it."""

from __future__ import annotations

import codecs

from pipeline.errors import DataRejected
from pipeline.spss.model import Encoding, Notice
from pipeline.spss.text import Sample, decide

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MOST_SAMPLES = 20_000


def decoded(data: bytes, stated: str | None) -> tuple[str, Encoding, list[Notice]]:
    """The text of a file's bytes. ``stated``: by ``source.yml``. Raises ``DataRejected`` where they do not fit."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec), Encoding(codec, codec, "declared"), []
            except UnicodeDecodeError:
                raise DataRejected("formats.encoding_fails") from None
    if data.isascii() and stated is None:
        return data.decode("ascii"), Encoding(), []
    samples = [
        Sample(line.strip(), None, f"line {i}") for i, line in enumerate(data.split(b"\n"), 1) if not line.isascii()
    ]
    used, decoder, notices = decide(b"", None, stated, samples[:_MOST_SAMPLES])
    try:
        return data.decode(used.used, "replace" if decoder.replace else "strict"), used, notices
    except UnicodeDecodeError:
        raise DataRejected("formats.encoding_fails") from None
