"""The codebook beside a CSV or Excel file: one row per variable, ``variable, label, values, missing, kind``.

``values`` holds ``1 = Yes; 2 = No`` (parted by semicolons, bars or line breaks), ``missing`` codes and ranges
(``98; 99`` or ``90-99``), ``kind`` one of :data:`KINDS`. Only ``variable`` must be there; headings may be Italian.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import DataRejected, nearest

Kind = Literal["nominal", "ordinal", "scale", "text", "date", "weight", ""]

HEADINGS = {
    "variable": "variable", "variabile": "variable", "name": "variable", "nome": "variable",
    "label": "label", "etichetta": "label",
    "values": "values", "valori": "values", "categorie": "values", "codes": "values", "codici": "values",
    "missing": "missing", "mancanti": "missing", "valori mancanti": "missing",
    "kind": "kind", "tipo": "kind", "level": "kind", "livello": "kind",
}  # fmt: skip
KINDS: Mapping[str, Kind] = {
    "nominal": "nominal", "nominale": "nominal", "ordinal": "ordinal", "ordinale": "ordinal",
    "scale": "scale", "scala": "scale", "numeric": "scale", "numerica": "scale", "numerico": "scale",
    "text": "text", "testo": "text", "date": "date", "data": "date", "weight": "weight", "peso": "weight", "": "",
}  # fmt: skip
_RANGE = re.compile(r"\s*(-?[\d.]+)\s*(?:-|–|\.\.|thru|to|a)\s*(-?[\d.]+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the codebook says of a variable; codes are the texts that stand in the cells."""

    name: str
    label: str = ""
    values: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    kind: Kind = ""


def is_codebook(header: Sequence[str]) -> bool:
    """Whether a table with these headings is a codebook: one names the variable, another says something of it."""
    known = {HEADINGS.get(h.strip().casefold()) for h in header}
    return "variable" in known and len(known - {None}) > 1


def entries(rows: Sequence[Sequence[str]], file: str) -> dict[str, Entry]:
    """The codebook in a table of texts, headings first. Raises ``DataRejected`` naming ``file`` and the row."""
    header = [HEADINGS.get(h.strip().casefold(), "") for h in rows[0]] if rows else []
    if "variable" not in header:
        raise DataRejected("formats.codebook_without_variable", codebook=file)
    found: dict[str, Entry] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
        name = cells.get("variable", "")
        if not name:
            continue
        if name in found:
            raise DataRejected("formats.codebook_twice", codebook=file, name=name, row=number)
        found[name] = _entry(name, cells, file, number)
    return found


def _entry(name: str, cells: Mapping[str, str], file: str, row: int) -> Entry:
    kind = cells.get("kind", "").casefold()
    if kind not in KINDS:
        known = [word for word in KINDS if word]
        raise DataRejected(
            "formats.codebook_kind",
            codebook=file,
            row=row,
            name=name,
            kind=kind,
            nearest=nearest(kind, known) or "nominal",
        )
    values = []
    for part in _parts(cells.get("values", "")):
        code, equals, label = part.partition("=")
        if not equals or not code.strip():
            raise DataRejected("formats.codebook_values", codebook=file, row=row, name=name, text=part)
        values.append((code.strip(), label.strip()))
    codes, low, high = [], None, None
    for part in _parts(cells.get("missing", "")):
        span = _RANGE.fullmatch(part)
        if span is None:
            codes.append(part)
        elif low is not None:
            raise DataRejected("formats.codebook_values", codebook=file, row=row, name=name, text=part)
        else:
            low, high = float(span[1]), float(span[2])
    return Entry(name, cells.get("label", ""), tuple(values), tuple(codes), low, high, KINDS[kind])


def _parts(text: str) -> list[str]:
    sign = next((s for s in ("\n", "|", ";") if s in text), ";")
    return [part.strip().rstrip(";").strip() for part in text.split(sign) if part.strip(" ;\r\n")]


_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_LEADING_ZERO = re.compile(r"[-+]?0\d")
_LONGEST = 15  # digits that a double holds


def number_of(text: str, comma: bool = False) -> float | None:
    """The number that a cell's text is. What has leading zeros or more digits than a number can hold is text."""
    text = text.strip()
    if comma:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text) or _LEADING_ZERO.match(text) or sum(map(str.isdigit, text)) > _LONGEST + 2:
        return None
    if "." not in text and len(text.lstrip("+-")) > _LONGEST:
        return None
    number = float(text)
    return number if math.isfinite(number) else None
