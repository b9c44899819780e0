"""From the bytes of a dictionary to the dictionary: texts decoded, names made unique, sets checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from pipeline.spss.model import (
    Code,
    Dictionary,
    Encoding,
    LabelTable,
    MissingValues,
    MultipleResponseSet,
    Notice,
    Variable,
    VariableSet,
)
from pipeline.spss.raw import ByName, RawAttributes, RawDictionary, RawSet, RawVariable
from pipeline.spss.text import Decoder, Sample

FORMAT_TYPES = {
    1: "A", 2: "AHEX", 3: "COMMA", 4: "DOLLAR", 5: "F", 6: "IB", 7: "PIBHEX", 8: "P", 9: "PIB", 10: "PK",
    11: "RB", 12: "RBHEX", 15: "Z", 16: "N", 17: "E", 20: "DATE", 21: "TIME", 22: "DATETIME", 23: "ADATE",
    24: "JDATE", 25: "DTIME", 26: "WKDAY", 27: "MONTH", 28: "MOYR", 29: "QYR", 30: "WKYR", 31: "PCT",
    32: "DOT", 33: "CCA", 34: "CCB", 35: "CCC", 36: "CCD", 37: "CCE", 38: "EDATE", 39: "SDATE",
    40: "MTIME", 41: "YMDHMS", 85: "MTIME", 86: "YMDHMS",
}  # fmt: skip
_DECIMAL = frozenset({"F", "COMMA", "DOT", "DOLLAR", "PCT", "E", "N", "CCA", "CCB", "CCC", "CCD", "CCE"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LABEL_LIMITS = (60, 120, 255, 256)


def samples(raw: RawDictionary) -> Iterator[Sample]:
    """Every text of the dictionary that is not plain ASCII, with the bytes its field can hold."""

    def label(data: bytes) -> int | None:
        return next((limit for limit in _LABEL_LIMITS if limit >= len(data)), None)

    seen: set[int] = set()

    def found() -> Iterator[tuple[bytes, int | None, str]]:
        for variable in raw.variables:
            name = variable.name.decode("utf-8", "replace")
            yield variable.name, 64 if variable.long else 8, name
            yield variable.label, label(variable.label), name
            if id(variable.value_labels) not in seen:  # many variables may share one table
                seen.add(id(variable.value_labels))
                for code, text in variable.value_labels.items():
                    if isinstance(code, bytes):
                        yield code, variable.width, name
                    yield text, label(text), name
            for value in variable.missing:
                if isinstance(value, bytes):
                    yield value, min(8, variable.width), name
            for attribute, values in variable.attributes:
                yield attribute, None, name
                for text in values:
                    yield text, None, name
        yield raw.file_label, 64, "file label"
        for line in raw.documents:
            yield line, 80, "document"
        for item in raw.sets:
            name = item.name.decode("utf-8", "replace")
            yield item.name, 64, name
            yield item.label, label(item.label), name
            yield item.counted or b"", None, name
        for set_name, _members in raw.variable_sets:
            yield set_name, None, set_name.decode("utf-8", "replace")
        for attribute, values in raw.attributes:
            yield attribute, None, "attribute"
            for text in values:
                yield text, None, "attribute"

    for data, limit, where in found():
        trimmed = data.rstrip(b" \0")
        if not trimmed.isascii():
            yield Sample(trimmed, limit, where)


def assemble(
    raw: RawDictionary,
    encoding: Encoding,
    decoder: Decoder,
    notices: list[Notice],
    *,
    sha256: str,
    size: int,
    cases: int | None,
) -> Dictionary:
    """The dictionary of a file whose texts are in ``encoding``; ``cases`` as read, None if they were not."""
    notices = [*raw.notices, *notices]
    names = unique_names([decoder.text(v.name) for v in raw.variables], notices)
    tables = {id(v.value_labels): v.value_labels for v in raw.variables}
    labels = {
        key: LabelTable((_code(code, decoder), decoder.text(label)) for code, label in table.items())
        for key, table in tables.items()
    }
    variables = tuple(
        _variable(variable, name, labels[id(variable.value_labels)], decoder)
        for variable, name in zip(raw.variables, names, strict=True)
    )
    pairs = list(zip(raw.variables, variables, strict=True))
    by_name = ByName(((v.short, built) for v, built in pairs), ((v.long, built) for v, built in pairs))
    sets = []
    for item in raw.sets:
        made = _set(item, by_name, decoder, notices)
        if made is not None:
            sets.append(made)
    weight = next((name for variable, name in zip(raw.variables, names, strict=True) if variable is raw.weight), None)
    attributes = _attributes(raw.attributes, decoder)
    documents = tuple(decoder.text(line) for line in raw.documents)
    file_label = decoder.text(raw.file_label)
    variable_sets = _variable_sets(raw, by_name, decoder)
    if decoder.cut:
        notices.append(Notice("spss.notice_characters_cut", {"n": decoder.cut}))
    if decoder.replaced:
        notices.append(Notice("spss.notice_characters_replaced", {"n": decoder.replaced}))
    if decoder.control:
        notices.append(Notice("spss.notice_characters_control", {"n": decoder.control}))
    return Dictionary(
        product=_readable(raw.product),
        file_label=file_label,
        created=_moment(raw.created),
        documents=documents,
        cases_declared=raw.cases,
        cases=cases,
        sha256=sha256,
        size=size,
        file_format=raw.file_format,
        compression=raw.compression,
        byte_order=raw.byte_order,
        encoding=encoding,
        weight=weight,
        variables=variables,
        sets=tuple(sets),
        variable_sets=variable_sets,
        attributes=attributes,
        notices=tuple(_counted(notices)),
    )


_MOST_NOTICES = 20  # of one kind; those beyond are counted


def _counted(notices: Iterable[Notice]) -> Iterator[Notice]:
    """The first notices of each kind, then how many more there are of it."""
    kinds: dict[str, list[Notice]] = {}
    for notice in notices:
        kinds.setdefault(notice.text_id, []).append(notice)
    for some in kinds.values():
        yield from some[:_MOST_NOTICES]
        if len(some) > _MOST_NOTICES:
            yield Notice("spss.notice_more", {"n": len(some) - _MOST_NOTICES})


_INSTEAD = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
_LONGEST_NAME = 64


def unique_names(names: list[str], notices: list[Notice]) -> list[str]:
    """Names as they are; the second of two equal ones gets a number, an empty one its position.

    The sign ``>``, which no name may have in SPSS, becomes ``›``: in ``report.yml`` it nests one variable in another.
    Names longer than SPSS lets them be are cut.
    """
    given, names = names, [name.strip().replace(">", _INSTEAD)[:_LONGEST_NAME].strip() for name in names]
    taken = {name for name in names if name}
    seen: set[str] = set()
    numbers: dict[str, int] = {}  # the next to be tried for a name, however many are equal
    unique = []
    for position, name in enumerate(names, start=1):
        new = name or f"VAR{position:05d}"
        while new in seen or (new != name and new in taken):
            numbers[name] = numbers.get(name, 1) + 1
            new = f"{name or 'VAR'}_{numbers[name]}"
        if new != given[position - 1]:
            old = given[position - 1]
            old = old if len(old) <= _LONGEST_NAME else old[: _LONGEST_NAME - 1] + "…"
            notices.append(Notice("spss.notice_name_changed", {"name": old, "position": position, "new": new}))
        seen.add(new)
        unique.append(new)
    folded: dict[str, str] = {}
    for name in unique:
        one = folded.setdefault(name.casefold(), name)
        if one != name:
            notices.append(Notice("spss.notice_names_alike", {"one": one, "other": name}))
    return unique


def _variable(variable: RawVariable, name: str, labels: LabelTable, decoder: Decoder) -> Variable:
    string = variable.width > 0
    format_type = FORMAT_TYPES.get(variable.format_type, "A" if string else "F")
    if string != (format_type in ("A", "AHEX")):
        format_type = "A" if string else "F"
    width = variable.width if string and format_type == "A" else variable.format_width
    decimals = 0 if string else variable.decimals
    return Variable(
        name=name,
        label=decoder.text(variable.label),
        kind="string" if string else "numeric",
        width=variable.width if string else width,
        format=f"{format_type}{width}" + (f".{decimals}" if decimals or format_type in _DECIMAL else ""),
        format_type=format_type,
        decimals=decimals,
        measure=variable.measure,
        value_labels=labels,
        missing=MissingValues(tuple(_code(code, decoder) for code in variable.missing), variable.low, variable.high),
        attributes=_attributes(variable.attributes, decoder),
    )


def _code(code: float | bytes, decoder: Decoder) -> Code:
    return decoder.text(code) if isinstance(code, bytes) else code


def _attributes(attributes: RawAttributes, decoder: Decoder) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((decoder.text(name), tuple(decoder.text(v) for v in values)) for name, values in attributes)


def _set(
    item: RawSet, by_name: ByName[Variable], decoder: Decoder, notices: list[Notice]
) -> MultipleResponseSet | None:
    name = decoder.text(item.name)
    members: dict[str, Variable] = {}
    for member in item.members:
        variable = by_name.get(member)
        if variable is None:
            notices.append(
                Notice(
                    "spss.notice_set_member_unknown",
                    {"set": name, "member": member.decode(decoder.codec, "replace")},
                )
            )
        else:
            members.setdefault(variable.name, variable)
    if not members:
        notices.append(Notice("spss.notice_set_empty", {"set": name}))
        return None
    first = next(iter(members.values()))
    if len({variable.kind for variable in members.values()}) > 1:
        notices.append(Notice("spss.notice_set_mixed", {"set": name}))
        return None
    counted: Code | None = None
    if item.counted is not None:
        text = decoder.text(item.counted)
        if first.kind == "string":
            counted = text
        else:
            counted = _number(text)
            if counted is None:
                notices.append(Notice("spss.notice_set_counted", {"set": name, "text": text}))
                return None
    return MultipleResponseSet(
        name=name,
        label=decoder.text(item.label) or (first.label if item.label_from_variable else ""),
        kind=item.kind,
        counted=counted,
        members=tuple(members),
        labels_from=item.labels_from,
        label_from_variable=item.label_from_variable,
    )


def _number(text: str) -> float | None:
    """The number that a text is, None for what is none: "abc", "nan", "1_000"."""
    if not re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", text, re.ASCII):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def _variable_sets(raw: RawDictionary, by_name: ByName[Variable], decoder: Decoder) -> tuple[VariableSet, ...]:
    return tuple(
        VariableSet(decoder.text(name), tuple(found.name for m in members if (found := by_name.get(m)) is not None))
        for name, members in raw.variable_sets
    )


def _readable(data: bytes) -> str:
    text = data.decode("ascii", "replace")
    return "".join(c if c.isprintable() and c != "\ufffd" else " " for c in text).strip()


def _moment(data: bytes) -> str:
    """ISO date and time of the header's ``04 May 19`` and ``12:33:01``; the years are 1969 to 2068."""
    text = _readable(data)
    match = re.fullmatch(r"(\d\d)[ -](\w{3})[ -](\d\d)\s*(\d\d:\d\d:\d\d)?", text, re.ASCII)
    if match is None or match[2].lower() not in _MONTHS:
        return text
    year = int(match[3])
    month = _MONTHS.index(match[2].lower()) + 1
    date = f"{year + (1900 if year >= 69 else 2000)}-{month:02d}-{match[1]}"
    return f"{date} {match[4]}" if match[4] else date
