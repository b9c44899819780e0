"""Coded segments as a plain table (CSV): a row per segment, from any software, or from a spreadsheet by hand."""

from __future__ import annotations

import csv
import io
import re

from pipeline.errors import DataRejected
from pipeline.interviews.model import BETWEEN, Case, Code, Project, Segment, Source

COLUMNS = {
    "source": ("source", "fonte", "documento", "document", "document name", "nome del documento", "intervista"),
    "code": ("code", "codice", "codes", "codici"),
    "coder": ("coder", "codificatore", "created by", "creato da"),
    "case": ("case", "caso"),
    "start": ("start", "inizio", "beginning"),
    "end": ("end", "fine"),
    "text": ("text", "testo", "segment", "segmento", "coded segments", "segmenti codificati"),
}
"""What a column may be called, in Italian and English and by software that exports such tables."""
_PATH = re.compile(r"\s*(?:>|\\|::)\s*")


def segments(content: bytes, name: str) -> Project:
    """A table of coded segments. ``source`` and ``code`` are needed, the other columns may lack.

    Raises :class:`DataRejected` with the line.
    """
    rows = _rows(content, name)
    heads = [_plain(head) for head in rows[0][1]] if rows else []
    at = {key: heads.index(known[0]) for key, words in COLUMNS.items() if (known := [w for w in words if w in heads])}
    lacking = [key for key in ("source", "code") if key not in at]
    if lacking:
        raise DataRejected("interviews.csv_columns", file=name, lacking=", ".join(lacking),
                           found=", ".join(heads) or "–")  # fmt: skip
    found: list[Segment] = []
    cases: dict[str, str] = {}
    for line, row in rows[1:]:
        one = {key: row[i].strip() if i < len(row) else "" for key, i in at.items()}
        if not any(one.values()):
            continue
        for key in ("source", "code"):
            if not one[key]:
                raise DataRejected("interviews.csv_empty_cell", file=name, line=line, column=heads[at[key]])
        start, end = (_position(one.get(key, ""), name, line, key) for key in ("start", "end"))
        code = BETWEEN.join(piece for piece in _PATH.split(one["code"]) if piece)
        found.append(Segment(one["source"], code, one.get("coder", ""), start, end, one.get("text", "")))
        if one.get("case"):
            cases.setdefault(one["source"], one["case"])
    sources = tuple(Source(s, "", "other", cases.get(s, "")) for s in dict.fromkeys(x.source for x in found))
    codes = tuple(Code(path) for path in dict.fromkeys(p for x in found for p in _with_parents(x.code)))
    return Project(codes, sources, tuple(found), tuple(Case(c) for c in dict.fromkeys(cases.values())))


def _rows(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    """The rows with their lines; the separator is the one that the head has most of."""
    if not content.strip():
        raise DataRejected("interviews.empty", file=name)
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise DataRejected("interviews.not_utf8", file=name, part=name) from None
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise DataRejected("interviews.csv_broken", file=name, line=reader.line_num, reason=str(error)) from None
    return rows


def _plain(head: str) -> str:
    return " ".join(head.split()).casefold()


def _position(text: str, name: str, line: int, column: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise DataRejected("interviews.csv_position", file=name, line=line, column=column, found=text)
    return int(text)


def _with_parents(path: str) -> list[str]:
    pieces = path.split(BETWEEN)
    return [BETWEEN.join(pieces[: i + 1]) for i in range(len(pieces))]
