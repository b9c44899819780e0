"""What the dictionary of an SPSS file says, as plain frozen records that go to JSON and back.

Importing this module is cheap: NumPy, PyArrow and the readers stay out of it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pipeline import language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
Code = float | str
"""A value of a variable: a number of a numeric variable, right-trimmed text of a string variable."""

DATE_FORMATS = frozenset({"DATE", "ADATE", "EDATE", "JDATE", "SDATE", "MOYR", "QYR", "WKYR", "DATETIME", "YMDHMS"})
"""Formats whose number is seconds since 14 October 1582, 00:00."""
TIME_FORMATS = frozenset({"TIME", "DTIME", "MTIME"})
"""Formats whose number is a duration in seconds."""


def code_text(code: Code) -> str:
    """The text under which a code travels: "1" for 1 or 1.0, "1.5", strings as they are.

    Numbers are written so that :func:`code_value` gives back the same double.
    """
    if isinstance(code, str):
        return code
    number = float(code)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def code_value(text: str, kind: Literal["numeric", "string"]) -> Code:
    """The inverse of :func:`code_text` for a variable of that kind. ``ValueError`` if it is not a number."""
    return text if kind == "string" else float(text)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader of the report should know about the file: a catalogue id and its parameters."""

    text_id: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)

    def message(self, lang: str) -> str:
        """The sentence in ``lang``."""
        return language.text(lang, self.text_id, **self.params)


@dataclass(frozen=True, slots=True)
class MissingValues:
    """User-missing values: single codes, and at most one closed range (numeric variables only).

    ``low`` is ``-inf`` for LO (LOWEST) and ``high`` is ``inf`` for HI (HIGHEST); both are ``None`` without a
    range. String codes are right-trimmed, as the data are.
    """

    codes: tuple[Code, ...] = ()
    low: float | None = None
    high: float | None = None

    def __bool__(self) -> bool:
        return bool(self.codes) or self.low is not None

    def is_missing(self, value: Code | None) -> bool:
        """Whether the value is declared missing by the user; a system-missing value (None, NaN) is not."""
        if value is None:
            return False
        if value in self.codes:
            return True
        if self.low is None or self.high is None or isinstance(value, str):
            return False
        return self.low <= value <= self.high

    def mask(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """:meth:`is_missing` for each value of a one-dimensional array (float64, or objects/strings)."""
        import numpy as np

        found = np.zeros(len(values), dtype=bool)
        for code in self.codes:
            found |= np.asarray(values == code, dtype=bool)
        if self.low is not None and self.high is not None:
            found |= (values >= self.low) & (values <= self.high)
        return found


class LabelTable(tuple[tuple[Code, str], ...]):
    """Value labels: codes with their labels, in the file's order.

    One table stands for all variables that the file gives it to, however many; what is looked up in it is made once.
    """

    @cached_property
    def by_code(self) -> Mapping[Code, str]:
        """The label of each code; of a code that stands twice, the first."""
        return dict(reversed(self))

    @cached_property
    def by_text(self) -> Mapping[str, str]:
        """The label of each code as it travels (:func:`code_text`), in the table's order; the last of equal ones."""
        return {code_text(code): label for code, label in self}

    @cached_property
    def _places(self) -> Mapping[Code, int]:
        return {code: i for i, (code, _) in enumerate(self)}

    @cached_property
    def _numbers(self) -> list[float]:
        return sorted(code for code, _ in self if not isinstance(code, str))

    def once(self, make: Callable[[LabelTable], T]) -> T:
        """What a function makes of the table; it is made once."""
        found: dict[Callable[[LabelTable], object], Any] = self.__dict__.setdefault("_made", {})
        if make not in found:
            found[make] = make(self)
        made: T = found[make]
        return made

    def of(self, codes: Iterable[Code]) -> list[tuple[Code, str]]:
        """Those of some codes that have labels, in the table's order."""
        return [self[place] for place in sorted({self._places[code] for code in codes if code in self._places})]

    def within(self, low: float, high: float) -> list[float]:
        """The numeric codes in a closed range."""
        return self._numbers[bisect_left(self._numbers, low) : bisect_right(self._numbers, high)]

    def missing(self, missing: MissingValues) -> set[Code]:
        """The codes with labels that are declared missing."""
        if missing.low is None or missing.high is None:
            return {code for code in missing.codes if code in self._places}
        codes = {*missing.codes, *self.within(missing.low, missing.high)}
        return {code for code in codes if code in self._places}


_NO_LABELS = LabelTable()


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. ``width`` is the bytes of a string variable, the print width of a numeric one."""

    name: str
    label: str = ""
    kind: Literal["numeric", "string"] = "numeric"
    width: int = 8
    format: str = "F8.2"
    format_type: str = "F"
    decimals: int = 0
    measure: Literal["nominal", "ordinal", "scale", ""] = ""
    value_labels: LabelTable = _NO_LABELS
    missing: MissingValues = field(default_factory=MissingValues)
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_date(self) -> bool:
        """Whether its numbers are moments: seconds since 14 October 1582."""
        return self.kind == "numeric" and self.format_type in DATE_FORMATS

    @property
    def is_time(self) -> bool:
        """Whether its numbers are durations in seconds."""
        return self.kind == "numeric" and self.format_type in TIME_FORMATS

    def label_of(self, code: Code) -> str:
        """The label of a code, empty when it has none."""
        return self.value_labels.by_code.get(code, "")


@dataclass(frozen=True, slots=True)
class MultipleResponseSet:
    """A multiple response set as SPSS declares it.

    ``counted`` is the value that means "mentioned" (dichotomies only). ``labels_from`` says whether the items
    of dichotomies are named by the labels of the member variables (types D) or by the label of the counted
    value (type E); ``label_from_variable`` that ``label`` is taken from the first member, as the file asks.
    """

    name: str
    label: str = ""
    kind: Literal["dichotomies", "categories"] = "dichotomies"
    counted: Code | None = None
    members: tuple[str, ...] = ()
    labels_from: Literal["variables", "counted values"] = "variables"
    label_from_variable: bool = False


@dataclass(frozen=True, slots=True)
class VariableSet:
    """A named list of variables, as the dialogs of SPSS show them."""

    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of texts became characters.

    ``declared`` is what the file says ("" when it says nothing usable), ``used`` a Python codec name, ``how``
    one of ``declared``, ``stated`` (by source.yml), ``ascii`` (nothing to decide), ``detected``.
    """

    declared: str = ""
    used: str = "ascii"
    how: Literal["declared", "stated", "ascii", "detected"] = "ascii"


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A second reader read the file too, and found the same cells.

    ``not_compared``: what it cannot see or this file lets nobody compare (``weight``, ``sets``, ``attributes``,
    ``missing``, ``texts``, ``numbers``, ``all``), ``reason`` why it read nothing.
    """

    reader: str
    cells: int
    not_compared: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Dictionary:
    """Everything a data file says about itself: an SPSS file, and what others say of it.

    ``cases_declared`` is the header's count (None: it says that it does not know, or the format has none);
    ``cases`` the rows read (None when only the dictionary was read). ``created`` is ISO date and time where
    the header's text can be understood, else that text.
    """

    product: str = ""
    file_label: str = ""
    created: str = ""
    documents: tuple[str, ...] = ()
    cases_declared: int | None = None
    cases: int | None = None
    sha256: str = ""
    size: int = 0
    file_format: Literal["sav", "zsav", "por", "dta", "sas7bdat", "xpt", "csv", "xlsx", "sps"] = "sav"
    compression: Literal["none", "bytecode", "zlib"] = "none"
    byte_order: Literal["little", "big", ""] = "little"
    encoding: Encoding = field(default_factory=Encoding)
    weight: str | None = None
    variables: tuple[Variable, ...] = ()
    sets: tuple[MultipleResponseSet, ...] = ()
    variable_sets: tuple[VariableSet, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notices: tuple[Notice, ...] = ()
    second: SecondReading | None = None

    @cached_property
    def places(self) -> dict[str, int]:
        """The position of each variable in the file, from 0."""
        return {variable.name: i for i, variable in enumerate(self.variables)}

    def has(self, name: str) -> bool:
        """Whether there is a variable of that name."""
        return name in self.places

    def variable(self, name: str) -> Variable:
        """The variable of that name. ``KeyError`` when there is none."""
        return self.variables[self.places[name]]

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, texts and numbers; infinite limits of ranges as "LO" and "HI".

        A table of labels that many variables share is there once, in ``label_tables``: variables have its place.
        """
        places: dict[int, int] = {}
        for v in self.variables:
            places.setdefault(id(v.value_labels), len(places))
        tables = {places[id(v.value_labels)]: v.value_labels for v in self.variables}
        return {
            "product": self.product,
            "file_label": self.file_label,
            "created": self.created,
            "documents": list(self.documents),
            "cases_declared": self.cases_declared,
            "cases": self.cases,
            "sha256": self.sha256,
            "size": self.size,
            "file_format": self.file_format,
            "compression": self.compression,
            "byte_order": self.byte_order,
            "encoding": {
                "declared": self.encoding.declared,
                "used": self.encoding.used,
                "how": self.encoding.how,
            },
            "weight": self.weight,
            "label_tables": [[[code, label] for code, label in table] for table in tables.values()],
            "variables": [_variable_to_json(v, places[id(v.value_labels)]) for v in self.variables],
            "sets": [_set_to_json(s) for s in self.sets],
            "variable_sets": [{"name": s.name, "members": list(s.members)} for s in self.variable_sets],
            "attributes": _attributes_to_json(self.attributes),
            "notices": [{"text_id": n.text_id, "params": dict(n.params)} for n in self.notices],
            "second": asdict(self.second) if self.second is not None else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Dictionary:
        """The inverse of :meth:`to_json`. ``KeyError`` when a part is not there."""
        tables = [LabelTable((code, label) for code, label in table) for table in data["label_tables"]]
        return cls(
            **{
                **{key: value for key, value in data.items() if key != "label_tables"},
                "documents": tuple(data["documents"]),
                "encoding": Encoding(**data["encoding"]),
                "variables": tuple(_variable_from_json(v, tables) for v in data["variables"]),
                "sets": tuple(_set_from_json(s) for s in data["sets"]),
                "variable_sets": tuple(VariableSet(s["name"], tuple(s["members"])) for s in data["variable_sets"]),
                "attributes": _attributes_from_json(data["attributes"]),
                "notices": tuple(Notice(n["text_id"], n["params"]) for n in data["notices"]),
                "second": _second_from_json(data["second"]),
            }
        )


def _second_from_json(data: Mapping[str, Any] | None) -> SecondReading | None:
    return None if data is None else SecondReading(**{**data, "not_compared": tuple(data["not_compared"])})


def _limit_to_json(limit: float | None) -> float | str | None:
    if limit is None or math.isfinite(limit):
        return limit
    return "LO" if limit < 0 else "HI"


def _limit_from_json(limit: float | str | None) -> float | None:
    if isinstance(limit, str):
        return -math.inf if limit == "LO" else math.inf
    return limit


def _attributes_to_json(attributes: tuple[tuple[str, tuple[str, ...]], ...]) -> list[list[Any]]:
    return [[name, list(values)] for name, values in attributes]


def _attributes_from_json(data: list[list[Any]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(values)) for name, values in data)


def _variable_to_json(v: Variable, labels: int) -> dict[str, Any]:
    return {
        "name": v.name,
        "label": v.label,
        "kind": v.kind,
        "width": v.width,
        "format": v.format,
        "format_type": v.format_type,
        "decimals": v.decimals,
        "measure": v.measure,
        "value_labels": labels,
        "missing": {
            "codes": list(v.missing.codes),
            "low": _limit_to_json(v.missing.low),
            "high": _limit_to_json(v.missing.high),
        },
        "attributes": _attributes_to_json(v.attributes),
    }


def _variable_from_json(data: Mapping[str, Any], tables: Sequence[LabelTable]) -> Variable:
    missing = data["missing"]
    return Variable(
        **{
            **data,
            "value_labels": tables[data["value_labels"]],
            "missing": MissingValues(
                tuple(missing["codes"]), _limit_from_json(missing["low"]), _limit_from_json(missing["high"])
            ),
            "attributes": _attributes_from_json(data["attributes"]),
        }
    )


def _set_to_json(s: MultipleResponseSet) -> dict[str, Any]:
    return {
        "name": s.name,
        "label": s.label,
        "kind": s.kind,
        "counted": s.counted,
        "members": list(s.members),
        "labels_from": s.labels_from,
        "label_from_variable": s.label_from_variable,
    }


def _set_from_json(data: Mapping[str, Any]) -> MultipleResponseSet:
    return MultipleResponseSet(**{**data, "members": tuple(data["members"])})
