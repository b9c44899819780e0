"""Writes an SPSS system file whose bytes depend on nothing but its content.

pyreadstat writes everything this file needs except multiple response sets (extension record 7, subtype 7),
and it takes the date and time of creation from the clock, while a file made again must be the same file. Both
are mended here, in the bytes that it wrote.

The layout of the records is that of the PSPP developers' guide, chapter "System File Format".
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

CREATED = ("30 Mar 09", "12:00:00")
"""Date and time written into the header; of no meaning beyond being always the same."""

_CREATED_AT = 92  # offset in the file header of the nine characters of the date, then eight of the time
_HEADER_BYTES = 176
_VARIABLE, _VALUE_LABELS, _LABELLED_VARIABLES, _DOCUMENTS, _EXTENSION, _END = 2, 3, 4, 6, 7, 999
_MACHINE_FLOAT = 4  # subtype of the extension record after which SPSS itself puts the sets
_MULTIPLE_RESPONSE = 7


@dataclass(frozen=True, slots=True)
class ResponseSet:
    """A multiple response set: ``counted`` is the value that means "mentioned", or None for categories."""

    name: str
    label: str
    members: tuple[str, ...]
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class FileDictionary:
    """What the file says about its variables: arguments of ``pyreadstat.write_sav``, in one piece."""

    file_label: str
    documents: tuple[str, ...]
    labels: Mapping[str, str]
    value_labels: Mapping[str, Mapping[int | str, str]]
    missing: Mapping[str, list[Any]]
    formats: Mapping[str, str]
    measures: Mapping[str, str]
    widths: Mapping[str, int]
    sets: tuple[ResponseSet, ...]


def write(path: Path, columns: Mapping[str, Sequence[Any]], dictionary: FileDictionary) -> bytes:
    """Write the variables of ``columns``, in that order, to ``path``; returns the bytes written.

    Raises ValueError if pyreadstat's output is not laid out as this module expects.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.sav"
        pyreadstat.write_sav(
            pd.DataFrame(dict(columns)),
            draft,
            file_label=dictionary.file_label,
            note=list(dictionary.documents),
            column_labels=dict(dictionary.labels),
            variable_value_labels={name: dict(texts) for name, texts in dictionary.value_labels.items()},
            missing_ranges=dict(dictionary.missing),
            variable_format=dict(dictionary.formats),
            variable_measure=dict(dictionary.measures),
            variable_display_width=dict(dictionary.widths),
            row_compress=True,
        )
        content = draft.read_bytes()
    content = _with_fixed_date(_with_response_sets(content, dictionary.sets))
    path.write_bytes(content)
    return content


def response_set_record(sets: Sequence[ResponseSet]) -> bytes:
    """Extension record 7/7 that declares ``sets``.

    One line a set: ``$name=``, then ``C `` or ``D``, the counted value and the label as "length, space,
    text" (lengths in bytes), then the members' short names.
    """
    lines = []
    for one in sets:
        kind = "C" if one.counted is None else "D" + _counted_text(str(one.counted))
        members = " ".join(member.upper() for member in one.members)
        lines.append(f"${one.name}={kind} {_counted_text(one.label)} {members}\n")
    text = "".join(lines).encode("utf-8")
    return struct.pack("<4i", _EXTENSION, _MULTIPLE_RESPONSE, 1, len(text)) + text


def _counted_text(text: str) -> str:
    return f"{len(text.encode('utf-8'))} {text}"


def _with_response_sets(content: bytes, sets: Sequence[ResponseSet]) -> bytes:
    for member in (member for one in sets for member in one.members):
        if len(member) > 8:
            raise ValueError(f"{member}: a set names its members by their short names, of at most 8 characters")
    place = _end_of_machine_float(content)
    return content[:place] + response_set_record(sets) + content[place:]


def _end_of_machine_float(content: bytes) -> int:
    """Offset just behind extension record 7/4, found by walking the dictionary record by record."""

    def int_at(offset: int) -> int:
        return int(struct.unpack_from("<i", content, offset)[0])

    def after_variable(at: int) -> int:
        has_label, missing_values = int_at(at + 8), abs(int_at(at + 12))
        end = at + 32
        if has_label:
            end += 4 + -(-int_at(end) // 4) * 4
        return end + 8 * missing_values

    def after_value_labels(at: int) -> int:
        end = at + 8
        for _ in range(int_at(at + 4)):
            # The label's length byte and the label together fill a multiple of eight bytes.
            end += 8 + -(-(content[end + 8] + 1) // 8) * 8
        return end

    after: dict[int, Callable[[int], int]] = {
        _VARIABLE: after_variable,
        _VALUE_LABELS: after_value_labels,
        _LABELLED_VARIABLES: lambda at: at + 8 + 4 * int_at(at + 4),
        _DOCUMENTS: lambda at: at + 8 + 80 * int_at(at + 4),
        _EXTENSION: lambda at: at + 16 + int_at(at + 8) * int_at(at + 12),
    }
    at = _HEADER_BYTES
    while (record := int_at(at)) in after:
        end = after[record](at)
        if record == _EXTENSION and int_at(at + 4) == _MACHINE_FLOAT:
            return end
        at = end
    raise ValueError(f"no extension record 7/{_MACHINE_FLOAT} before record {record} at byte {at}")


def _with_fixed_date(content: bytes) -> bytes:
    stamp = "".join(CREATED).encode("ascii")
    return content[:_CREATED_AT] + stamp + content[_CREATED_AT + len(stamp) :]
