"""The dictionary of a system file (.sav, .zsav), record by record.

The layout is that of the PSPP developers' guide, "System File Format". Everything is read through a cursor
that knows where the file ends: a length that points beyond it is an error with a byte position, not an
allocation.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import BinaryIO, Literal

from pipeline.errors import DataRejected
from pipeline.spss.model import Notice
from pipeline.spss.raw import ByName, RawAttributes, RawDictionary, RawSet, RawVariable

HEADER_BYTES = 176
_MEASURES: dict[int, Literal["nominal", "ordinal", "scale", ""]] = {1: "nominal", 2: "ordinal", 3: "scale"}
# A dictionary is kilobytes; a single text longer than this is a damaged length, not a text.
_LONGEST_TEXT = 1 << 20
_LONGEST_RECORD = 1 << 28
_LONGEST_STRING = 32767
_SEGMENT = 252
_MOST_SETS = 300  # each becomes a table of a report; nobody declares so many by hand
_BIAS = 100.0


class Cursor:
    """Reads integers, doubles and bytes from a file in its byte order, and never beyond its end."""

    def __init__(self, file: BinaryIO, size: int, order: Literal["<", ">"]) -> None:
        self.file = file
        self.size = size
        self.order = order
        self.at = file.tell()

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count < 0 or count > self.size - self.at:
            raise DataRejected("spss.cut_in_dictionary", byte=self.at)
        data = self.file.read(count)
        if len(data) != count:
            raise DataRejected("spss.cut_in_dictionary", byte=self.at)
        self.at += count
        return data

    def int32(self) -> int:
        return int(struct.unpack(self.order + "i", self.take(4))[0])

    def text(self, count: int) -> bytes:
        """A text of a plausible length."""
        if not 0 <= count <= _LONGEST_TEXT:
            raise self.damaged()
        return self.take(count)

    def damaged(self) -> DataRejected:
        """The error for something that cannot stand here."""
        return DataRejected("spss.damaged_dictionary", byte=self.at)


def read_dictionary(file: BinaryIO, size: int) -> RawDictionary:
    """Header and dictionary of an open system file; leaves ``data_at`` at the first byte of the data.

    Raises ``DataRejected`` for a file that ends too early or says what cannot be.
    """
    raw, order = _header(file, size)
    _Records(raw, Cursor(file, size, order)).read()
    return raw


def _header(file: BinaryIO, size: int) -> tuple[RawDictionary, Literal["<", ">"]]:
    if size < HEADER_BYTES:
        raise DataRejected("spss.cut_in_header", size=size)
    file.seek(0)
    head = file.read(HEADER_BYTES)
    order: Literal["<", ">"]
    if struct.unpack("<i", head[64:68])[0] in (2, 3):
        order = "<"
    elif struct.unpack(">i", head[64:68])[0] in (2, 3):
        order = ">"
    else:
        raise DataRejected("spss.damaged_dictionary", byte=64)
    compression, weight, cases = struct.unpack(order + "iii", head[72:84])
    (bias,) = struct.unpack(order + "d", head[84:92])
    kinds: dict[int, Literal["none", "bytecode", "zlib"]] = {0: "none", 1: "bytecode", 2: "zlib"}
    zsav = head[:4] == b"$FL3"
    if compression not in kinds or zsav != (compression == 2):
        raise DataRejected("spss.damaged_dictionary", byte=72)
    if weight < 0:
        raise DataRejected("spss.damaged_dictionary", byte=76)
    if cases < -1:
        raise DataRejected("spss.damaged_dictionary", byte=80)
    if compression and not (bias == bias and abs(bias) < 1e6):
        raise DataRejected("spss.damaged_dictionary", byte=84)
    raw = RawDictionary(
        file_format="zsav" if zsav else "sav",
        compression=kinds[compression],
        byte_order="little" if order == "<" else "big",
        product=head[4:64].removeprefix(b"@(#) ").removeprefix(b"SPSS DATA FILE "),
        created=head[92:109],
        file_label=head[109:173],
        cases=None if cases == -1 else cases,
        bias=bias,
        weight_element=weight,
    )
    if compression and bias != _BIAS:
        raw.notices.append(Notice("spss.notice_bias", {"bias": f"{bias:g}"}))
    return raw, order


class _Records:
    """Reads the records after the header into a :class:`RawDictionary`."""

    def __init__(self, raw: RawDictionary, cursor: Cursor) -> None:
        self.raw = raw
        self.cursor = cursor
        self.order = cursor.order
        self.columns: list[RawVariable] = []  # one per variable record, segments of long strings included
        self.by_element: dict[int, RawVariable] = {}
        self.widths: ByName[int] = ByName()  # 7/14: true width of very long strings by short name
        self.display: bytes = b""
        self.long_names: bytes = b""
        self.variable_attributes: bytes = b""
        self.long_labels: bytes = b""
        self.long_missing: bytes = b""
        self.cases64: int | None = None
        self.continuations = 0

    def read(self) -> None:
        cursor = self.cursor
        handlers: dict[int, Callable[[], None]] = {
            2: self.variable,
            3: self.value_labels,
            6: self.documents,
            7: self.extension,
        }
        while True:
            at = cursor.at
            kind = cursor.int32()
            if self.continuations and kind != 2:
                raise DataRejected("spss.damaged_dictionary", byte=at)
            if kind == 999:
                cursor.int32()
                break
            handler = handlers.get(kind)
            if handler is None:
                raise DataRejected("spss.damaged_dictionary", byte=at)
            handler()
        if not self.columns:
            raise DataRejected("spss.no_variables")
        self.raw.data_at = cursor.at
        self.finish()

    # -- record 2 -----------------------------------------------------------------------------------------

    def variable(self) -> None:
        cursor, order = self.cursor, self.order
        at = cursor.at
        width, has_label, n_missing, print_format, _write, name = struct.unpack(order + "iiiII8s", cursor.take(28))
        if has_label not in (0, 1) or not -3 <= n_missing <= 3 or n_missing == -1 or not -1 <= width <= 255:
            raise DataRejected("spss.damaged_dictionary", byte=at)
        if (width == -1) != (self.continuations > 0):
            raise DataRejected("spss.damaged_dictionary", byte=at)
        label = b""
        if has_label:
            length = cursor.int32()
            label = cursor.text(length)
            cursor.take(-length % 4)
        values = [cursor.take(8) for _ in range(abs(n_missing))]
        element = self.raw.case_elements
        self.raw.case_elements += 1
        if width == -1:
            self.continuations -= 1
            return
        self.continuations = max(0, (width + 7) // 8 - 1)
        column = RawVariable(
            short=_name(name),
            width=width,
            format_type=print_format >> 16 & 0xFF,
            format_width=print_format >> 8 & 0xFF,
            decimals=print_format & 0xFF,
            element=element,
            pieces=((element * 8, width or 8),),
            label=label,
        )
        if width == 0:
            numbers = [struct.unpack(order + "d", value)[0] for value in values]
            if n_missing < 0:
                column.low, column.high = _lowest(numbers[0]), _highest(numbers[1])
                if column.low != column.low or column.high != column.high:
                    raise DataRejected("spss.damaged_dictionary", byte=at)
                numbers = numbers[2:]
            column.missing = tuple(number for number in numbers if math.isfinite(number))
        elif n_missing > 0:
            column.missing = tuple(_trim(value[: min(8, width)]) for value in values)
        elif n_missing < 0:
            raise DataRejected("spss.damaged_dictionary", byte=at)
        self.columns.append(column)
        self.by_element[element] = column

    # -- records 3 and 4 ----------------------------------------------------------------------------------

    def value_labels(self) -> None:
        cursor = self.cursor
        pairs = []
        for _ in range(self.count(16)):
            value = cursor.take(8)
            length = cursor.take(1)[0]
            label = cursor.take((length + 8) // 8 * 8 - 1)[:length]
            pairs.append((value, label))
        if cursor.int32() != 4:
            raise cursor.damaged()
        columns = []
        for _ in range(self.count(4)):
            element = cursor.int32() - 1
            if element not in self.by_element:
                raise cursor.damaged()
            columns.append(self.by_element[element])
        tables: dict[int, dict[float | bytes, bytes]] = {}  # one for all variables of a width: it may be long
        for column in {id(column): column for column in columns}.values():
            width = min(8, column.width)
            if width not in tables:
                tables[width] = self.label_table(pairs, width)
            table = tables[width]
            column.value_labels = column.value_labels | table if column.value_labels else table

    def label_table(self, pairs: list[tuple[bytes, bytes]], width: int) -> dict[float | bytes, bytes]:
        """Labels by code: of numbers (``width`` 0), or of texts of so many bytes."""
        if width:
            return {_trim(value[:width]): label for value, label in pairs}
        numbers = [(struct.unpack(self.order + "d", value)[0], label) for value, label in pairs]
        return {n: label for n, label in numbers if math.isfinite(n) and n != self.raw.sysmis}

    def count(self, least_bytes: int) -> int:
        """A count of items of at least so many bytes each."""
        count = self.cursor.int32()
        if not 0 <= count <= self.cursor.size // least_bytes:
            raise self.cursor.damaged()
        return count

    # -- record 6 -----------------------------------------------------------------------------------------

    def documents(self) -> None:
        self.raw.documents += [self.cursor.take(80) for _ in range(self.count(80))]

    # -- record 7 -----------------------------------------------------------------------------------------

    def extension(self) -> None:
        cursor = self.cursor
        subtype, size, count = cursor.int32(), cursor.int32(), cursor.int32()
        if size < 0 or count < 0 or size * count > _LONGEST_RECORD:
            raise cursor.damaged()
        data = cursor.take(size * count)
        raw = self.raw
        if subtype == 3 and len(data) >= 32:
            self.machine(data)
        elif subtype == 4 and len(data) >= 24:
            if struct.unpack(self.order + "d", data[:8])[0] != raw.sysmis:
                self.note("sysmis")
        elif subtype == 5:
            self.variable_sets(data)
        elif subtype in (7, 19):
            self.response_sets(data)
        elif subtype == 11 and size == 4:
            self.display = data
        elif subtype == 13:
            self.long_names = data
        elif subtype == 14:
            self.very_long(data)
        elif subtype == 16 and len(data) >= 16:
            self.cases64 = struct.unpack(self.order + "q", data[8:16])[0]
        elif subtype == 17:
            raw.attributes, at = parse_attributes(data, 0)
            if data[at:].strip(b"\0 \n"):
                self.note("attributes_unreadable")
        elif subtype == 18:
            self.variable_attributes = data
        elif subtype == 20:
            raw.encoding = _trim(data)
        elif subtype == 21:
            self.long_labels = data
        elif subtype == 22:
            self.long_missing = data

    def note(self, key: str, **params: str | int | float) -> None:
        notice = Notice(f"spss.notice_{key}", params)
        if notice not in self.raw.notices:
            self.raw.notices.append(notice)

    def machine(self, data: bytes) -> None:
        floating, _compression, endianness, code_page = struct.unpack(self.order + "8i", data[:32])[4:]
        if floating not in (0, 1):
            raise DataRejected("spss.foreign_numbers")
        self.raw.code_page = code_page
        if endianness not in (0, 1, 2) or (endianness == 1) != (self.order == ">"):
            self.note("byte_order")

    def variable_sets(self, data: bytes) -> None:
        for line in data.split(b"\n"):
            name, equals, members = line.partition(b"=")
            if equals:
                self.raw.variable_sets.append((name, tuple(members.split())))

    def response_sets(self, data: bytes) -> None:
        known = {found.name.lower() for found in self.raw.sets}
        at = 0
        while at < len(data):
            if data[at] in b"\n\0 ":
                at += 1
                continue
            try:
                found, at = parse_set(data, at)
            except (ValueError, IndexError):
                self.note("set_unreadable")
                at = data.find(b"\n", at) + 1 or len(data)
                continue
            if found.name.lower() in known:
                continue
            if len(known) == _MOST_SETS:
                self.note("sets_too_many", most=_MOST_SETS)
                return
            known.add(found.name.lower())
            self.raw.sets.append(found)

    def very_long(self, data: bytes) -> None:
        for item in data.split(b"\t"):
            name, equals, width = item.strip(b"\0").partition(b"=")
            if equals and width.strip(b"\0 ").isdigit() and len(width) < 10:
                self.widths.add(name, int(width.strip(b"\0 ")))

    # -- what can be put together only at the end -----------------------------------------------------------

    def finish(self) -> None:
        raw = self.raw
        if self.cases64 is not None and self.cases64 >= 0 and raw.cases is not None and self.cases64 != raw.cases:
            raise DataRejected("spss.case_counts_differ", header=raw.cases, record=self.cases64)
        self.measures()
        if raw.weight_element:
            weight = self.by_element.get(raw.weight_element - 1)
            if weight is None or weight.width:
                raise DataRejected("spss.damaged_weight")
            raw.weight = weight
        self.join_segments()
        by_short = ByName((column.short, column) for column in raw.variables)
        for item in self.long_names.split(b"\t"):
            short, equals, name = item.strip(b"\0").partition(b"=")
            column = by_short.get(short)
            if equals and column is not None and name:
                column.long = name
        by_name = ByName(((c.long, c) for c in raw.variables), ((c.short, c) for c in raw.variables))
        self.assign_attributes(by_name)
        try:
            self.assign_long(by_name)
        except (IndexError, struct.error):
            self.note("long_strings_unreadable")

    def measures(self) -> None:
        count = len(self.columns)
        numbers = struct.unpack(self.order + f"{len(self.display) // 4}i", self.display)
        each = len(numbers) // count
        if each not in (2, 3) or each * count != len(numbers):
            return
        for column, measure in zip(self.columns, numbers[::each], strict=True):
            column.measure = _MEASURES.get(measure, "")

    def join_segments(self) -> None:
        """Very long strings are several variable records of 255 bytes each; make one variable of them.

        How long they are stands in record 7/14. Where that does not fit the records of the variables, these are
        believed, as the cases are laid out by them.
        """
        columns = self.columns
        named = {item.strip(b"\0").partition(b"=")[0] for item in self.long_names.split(b"\t")}
        bare = not any(named)
        at = 0
        while at < len(columns):
            column = columns[at]
            declared = self.widths.get(column.short)
            pieces = self.pieces_at(at, named)
            own, width = self.held(at, pieces), declared or 0
            name = column.short.decode("ascii", "replace")
            if declared is not None and not self.fits(at, declared, pieces):
                self.note("long_string_width", name=name, declared=declared, width=own)
                width = own
            elif declared is None and pieces > 1 and bare:
                self.note("long_string_in_pieces", name=name, pieces=pieces - 1)
            elif declared is None and pieces > 1:
                self.note("long_string_rejoined", name=name, width=own)
                width = own
            self.raw.variables.append(column)
            at += self.join(at, width) if width > 255 else 1

    def fits(self, at: int, width: int, pieces: int) -> bool:
        """Whether a text declared with ``width`` bytes is what the records from ``at`` on hold.

        ``pieces``: of how many they seem to be by themselves. Where they do not show it, the declared width is only to
        have room in them.
        """
        if pieces > 1:
            return width == self.held(at, pieces)
        if width <= 255:
            return not width or self.columns[at].width == width
        needed = -(-width // _SEGMENT)
        parts = self.columns[at : at + needed]
        if width > _LONGEST_STRING or len(parts) < needed:
            return False
        return all(part.width == 255 for part in parts[:-1]) and 0 < parts[-1].width >= width - 255 * (needed - 1)

    def held(self, at: int, pieces: int) -> int:
        """The bytes of a text of so many pieces from ``at`` on."""
        return _SEGMENT * (pieces - 1) + self.columns[at + pieces - 1].width

    def join(self, at: int, width: int) -> int:
        """Make one variable of ``width`` bytes of the records from ``at`` on; how many they are."""
        column, left = self.columns[at], width
        needed = -(-width // _SEGMENT)
        if width > _LONGEST_STRING:
            raise DataRejected("spss.damaged_long_string", name=column.short.decode("ascii", "replace"))
        column.width = column.format_width = width
        pieces = []
        for part in self.columns[at : at + needed]:
            used = min(255, left)
            if used:
                pieces.append((part.element * 8, used))
            left -= used
        column.pieces = tuple(pieces)
        return needed

    def pieces_at(self, at: int, named: set[bytes]) -> int:
        """Of how many records the text at ``at`` seems to be made, by these alone; 1 where nothing speaks for more.

        Further pieces begin as the first in their names, but have no long name where other variables have one, no label
        and no missing values; all but the last have 255 bytes, the last has fewer.
        """
        head, end = self.columns[at], at
        stem = head.short[:5].upper()
        while self.columns[end].width == 255 and end + 1 < len(self.columns):
            part = self.columns[end + 1]
            told = part.label or part.value_labels or part.missing or part.short in named
            alike = part.short.upper().startswith(stem) and part.short.upper() != head.short.upper()
            if not part.width or told or not alike or self.widths.get(part.short) is not None:
                break
            end += 1
        return end - at + 1 if end > at and self.columns[end].width <= _SEGMENT else 1

    def assign_attributes(self, by_name: ByName[RawVariable]) -> None:
        data, at = self.variable_attributes, 0
        while at < len(data):
            colon = data.find(b":", at)
            if colon < 0:
                break
            column = by_name.get(data[at:colon])
            attributes, at = parse_attributes(data, colon + 1)
            if column is not None:
                column.attributes = attributes
            if data[at : at + 1] != b"/":
                break
            at += 1
        if data[at:].strip(b"\0 \n"):
            self.note("attributes_unreadable")

    def assign_long(self, by_name: ByName[RawVariable]) -> None:
        """Value labels (7/21) and missing values (7/22) of strings longer than eight bytes."""
        reader = _Packed(self.long_labels, self.order)
        while reader.more():
            column = by_name.get(reader.text())
            reader.int32()
            labels = [(_trim(reader.text()), reader.text()) for _ in range(reader.count())]
            if column is not None and column.width:
                column.value_labels = column.value_labels | dict(labels)
        reader = _Packed(self.long_missing, self.order)
        while reader.more():
            column = by_name.get(reader.text())
            count = reader.byte()
            length = reader.count()
            values: list[float | bytes] = []
            for i in range(count):
                # Some writers repeat the length of the value before each value.
                if i and length == 8 and reader.peek_int32() == 8:
                    reader.int32()
                values.append(_trim(reader.take(length)))
            if column is not None and column.width:
                column.missing = tuple(values)


class _Packed:
    """A record that is a sequence of counted texts. ``IndexError`` beyond its end."""

    def __init__(self, data: bytes, order: str) -> None:
        self.data, self.order, self.at = data, order, 0

    def more(self) -> bool:
        return self.at < len(self.data)

    def take(self, count: int) -> bytes:
        if not 0 <= count <= len(self.data) - self.at:
            raise IndexError(count)
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def int32(self) -> int:
        return int(struct.unpack(self.order + "i", self.take(4))[0])

    def peek_int32(self) -> int:
        here = self.at
        value = self.int32()
        self.at = here
        return value

    def count(self) -> int:
        count = self.int32()
        if not 0 <= count <= len(self.data):
            raise IndexError(count)
        return count

    def text(self) -> bytes:
        return self.take(self.int32())


def parse_set(data: bytes, at: int) -> tuple[RawSet, int]:
    """One multiple response set at ``at``: the set and where the next begins.

    ``$n=C <len> <label> v …``, ``$n=D<len> <counted> <len> <label> v …`` or ``$n=E <flags> <len> <counted>
    <len> <label> v …``, ended by a newline. ``ValueError`` or ``IndexError`` when it is not that.
    """
    line_end = data.find(b"\n", at)
    equals = data.index(b"=", at, len(data) if line_end < 0 else line_end)
    name = data[at:equals]
    letter = data[equals + 1 : equals + 2]
    at = equals + 2
    counted: bytes | None = None
    flags = b""
    if letter == b"C":
        kind: Literal["dichotomies", "categories"] = "categories"
        if data[at] != 0x20:
            raise ValueError(at)
        at += 1
    elif letter in (b"D", b"E"):
        kind = "dichotomies"
        if letter == b"E":
            end = data.index(b" ", at + 1, at + 4)
            flags, at = data[at + 1 : end], end + 1
            if flags not in (b"1", b"11"):
                raise ValueError(flags)
        counted, at = _counted_text(data, at)
        at += 1
    else:
        raise ValueError(letter)
    label, at = _counted_text(data, at)
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end
    members = tuple(data[at:end].strip(b"\0").split())
    if not name or b"\n" in name:
        raise ValueError(name)
    return (
        RawSet(
            name,
            kind,
            counted,
            label,
            members,
            "counted values" if letter == b"E" else "variables",
            flags == b"11",
        ),
        end + 1,
    )


def _counted_text(data: bytes, at: int) -> tuple[bytes, int]:
    space = data.index(b" ", at, at + 8)
    digits = data[at:space]
    if not digits.isdigit() or len(digits) > 6:
        raise ValueError(digits)
    end = space + 1 + int(digits)
    if end > len(data):
        raise ValueError(end)
    return data[space + 1 : end], end


def parse_attributes(data: bytes, at: int) -> tuple[RawAttributes, int]:
    """Custom attributes ``name('value'␊'value'␊)name(…)`` from ``at``, and where they stop."""
    found: list[tuple[bytes, tuple[bytes, ...]]] = []
    while at < len(data) and data[at : at + 1] != b"/":
        bracket = data.find(b"(", at)
        if bracket < 0:
            break
        name = data[at:bracket].strip(b"\n\0 ")
        here = bracket + 1
        values = []
        while data[here : here + 1] == b"'":
            end = data.find(b"'\n", here + 1)
            if end < 0:
                return tuple(found), at
            values.append(data[here + 1 : end])
            here = end + 2
        if data[here : here + 1] != b")":
            return tuple(found), at
        found.append((name, tuple(values)))
        at = here + 1
    return tuple(found), at


def _name(field: bytes) -> bytes:
    return field.split(b"\0")[0].rstrip(b" ")


def _trim(text: bytes) -> bytes:
    return text.rstrip(b" \0")


def _lowest(number: float) -> float:
    return float("-inf") if number <= -1.797693134862315e308 else number


def _highest(number: float) -> float:
    return float("inf") if number >= 1.797693134862315e308 else number
