"""The dictionary as it stands in a file: bytes where there will be text, offsets where there will be columns.

A character set can be decided only after every byte of text has been seen, so the readers of the two formats
fill these records and :mod:`pipeline.spss.assemble` turns them into :class:`pipeline.spss.model.Dictionary`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from pipeline.spss.model import Notice

T = TypeVar("T")
RawAttributes = tuple[tuple[bytes, tuple[bytes, ...]], ...]


class ByName(Generic[T]):
    """Things by their names: as a name is spelt, else whatever its case; of several the first.

    SPSS takes ``Q1`` and ``q1`` for one name and so writes a name as it likes; other programs write both into one file.
    """

    def __init__(self, *kinds: Iterable[tuple[bytes, T]]) -> None:
        """``kinds``: pairs of a name and a thing; a name of an earlier kind comes before the same one of a later."""
        self.exact: dict[bytes, T] = {}
        self.folded: dict[bytes, T] = {}
        for pairs in kinds:
            for name, thing in pairs:
                self.add(name, thing)

    def add(self, name: bytes, thing: T) -> None:
        if name:
            self.exact.setdefault(name, thing)
            self.folded.setdefault(name.upper(), thing)

    def get(self, name: bytes) -> T | None:
        found = self.exact.get(name)
        return found if found is not None else self.folded.get(name.upper())


@dataclass(slots=True)
class RawVariable:
    """One variable before its texts are decoded.

    ``width`` is 0 for a number, else the bytes of the string. ``element`` is the position of its first
    eight-byte element in a case; ``pieces`` the (byte offset, bytes) of its content within a case. Codes are
    floats, or unpadded bytes for a string variable.
    """

    short: bytes
    width: int
    format_type: int
    format_width: int
    decimals: int
    element: int = 0
    pieces: tuple[tuple[int, int], ...] = ()
    long: bytes = b""
    label: bytes = b""
    measure: Literal["nominal", "ordinal", "scale", ""] = ""
    value_labels: dict[float | bytes, bytes] = field(default_factory=dict)
    missing: tuple[float | bytes, ...] = ()
    low: float | None = None
    high: float | None = None
    attributes: RawAttributes = ()

    @property
    def name(self) -> bytes:
        """The name a user knows it by."""
        return self.long or self.short


@dataclass(slots=True)
class RawSet:
    """A multiple response set before its texts are decoded."""

    name: bytes
    kind: Literal["dichotomies", "categories"]
    counted: bytes | None
    label: bytes
    members: tuple[bytes, ...]
    labels_from: Literal["variables", "counted values"] = "variables"
    label_from_variable: bool = False


@dataclass(slots=True)
class RawDictionary:
    """Everything a reader found before the data."""

    file_format: Literal["sav", "zsav", "por"]
    compression: Literal["none", "bytecode", "zlib"] = "none"
    byte_order: Literal["little", "big", ""] = ""
    product: bytes = b""
    created: bytes = b""
    file_label: bytes = b""
    cases: int | None = None
    bias: float = 100.0
    sysmis: float = -1.7976931348623157e308
    case_elements: int = 0
    data_at: int = 0
    weight_element: int = 0
    weight: RawVariable | None = None
    code_page: int | None = None
    encoding: bytes = b""
    documents: list[bytes] = field(default_factory=list)
    variables: list[RawVariable] = field(default_factory=list)
    sets: list[RawSet] = field(default_factory=list)
    variable_sets: list[tuple[bytes, tuple[bytes, ...]]] = field(default_factory=list)
    attributes: RawAttributes = ()
    notices: list[Notice] = field(default_factory=list)
