"""Portable files (.por): dictionary and cases.

The format is text: lines of 80 characters, numbers in base 30, texts preceded by their length. It has neither a
count of cases nor a character set; the letter Z ends the cases and fills the last line, so a file that was cut
short shows. The layout is that of the PSPP developers' guide, "Portable File Format".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import BinaryIO

from pipeline.errors import DataRejected
from pipeline.spss.model import Notice
from pipeline.spss.raw import RawDictionary, RawVariable

TAG_AT = 456
TAG = b"SPSSPORT"
_LINE = 80
_NUMBER = re.compile(rb" *(?:(\*.)|(-?)([0-9A-Ta-t]*)(?:\.([0-9A-Ta-t]*))?(?:([+-])([0-9A-Ta-t]+))?/)", re.DOTALL)
_LONGEST_NUMBER = 400
# SPSS numbers the date and time formats of a portable file this much higher than those of a system file.
_FORMAT_OFFSET = 82
_PORTABLE = (
    " " * 64 + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ." + "<(+|&[]!$*);^-/|,%_>?`:#@'=\""
)
"""The portable character set by position; the positions beyond are signs without an ASCII character."""


class _End(Exception):
    """The file ends here."""


def unwrapped(data: bytes) -> bytes:
    """The characters of the file without line ends; a line shorter than 80 stands for one filled with blanks."""
    lines = data.replace(b"\r", b"").split(b"\n")
    return b"".join([line.ljust(_LINE) for line in lines[:-1]] + lines[-1:])


def is_portable(head: bytes) -> bool:
    """Whether a file that starts with these bytes (600 or more are enough) is a portable file."""
    text = unwrapped(head)
    return len(text) >= TAG_AT + 8 and _translated(text)[TAG_AT : TAG_AT + 8] == TAG


def _translated(text: bytes) -> bytes:
    """The file in ASCII, by the character table that it carries itself.

    A file whose digits and letters are those of ASCII is left alone: the table knows no accented letters.
    """
    table = text[200:TAG_AT]
    if table[64:126] == _PORTABLE[64:126].encode():
        return text
    unknown = table[0]
    places = bytearray(b"?" * 256)
    for position, char in enumerate(_PORTABLE):
        if position >= 64 and (table[position] != unknown or position == 64):
            places[table[position]] = ord(char)
    return text.translate(bytes(places))


Column = list[float | None] | list[bytes]
"""A variable's values: numbers (None for system-missing) or right-trimmed bytes."""


def read_portable(file: BinaryIO, size: int, *, data: bool = True) -> tuple[RawDictionary, list[Column], int]:
    """Dictionary, columns and number of cases of a portable file; without ``data`` no columns and 0 cases.

    Raises ``DataRejected`` for a file that is cut or damaged.
    """
    file.seek(0)
    reader = _Reader(_translated(unwrapped(file.read(size))))
    try:
        raw = reader.dictionary()
    except _End:
        raise DataRejected("spss.cut_in_dictionary", byte=size) from None
    if not raw.variables:
        raise DataRejected("spss.no_variables")
    if not data:
        return raw, [], 0
    columns, cases = reader.cases(raw)
    return raw, columns, cases


class _Reader:
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = TAG_AT + len(TAG)
        self.notices: list[Notice] = []

    def damaged(self) -> DataRejected:
        return DataRejected("spss.damaged_dictionary", byte=self.at)

    def char(self) -> bytes:
        if self.at >= len(self.text):
            raise _End
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def number(self) -> float | None:
        """A number in base 30; None for the system-missing value."""
        match = _NUMBER.match(self.text, self.at, self.at + _LONGEST_NUMBER)
        if match is None:
            if len(self.text) - self.at < _LONGEST_NUMBER and not self.text[self.at :].strip(
                b" 0123456789ABCDEFGHIJKLMNOPQRST.+-*"
            ):
                raise _End
            raise self.damaged()
        sysmis, sign, whole, fraction, exponent_sign, exponent = match.groups()
        self.at = match.end()
        if sysmis:
            return None
        fraction = fraction or b""
        if not whole and not fraction:
            raise self.damaged()
        digits = int(whole + fraction, 30)
        power = int((exponent_sign or b"") + (exponent or b"0"), 30) - len(fraction)
        if abs(power) > _LONGEST_NUMBER:
            raise self.damaged()
        try:
            value = float(digits * 30**power) if power >= 0 else digits / 30**-power
        except OverflowError:  # the highest number there is, a little too high by its last digit in base 30
            value = sys.float_info.max
        return -value if sign else value

    def integer(self) -> int:
        value = self.number()
        if value is None or value != int(value) or abs(value) > 1e9:
            raise self.damaged()
        return int(value)

    def string(self) -> bytes:
        length = self.integer()
        if length < 0 or length > 32767:
            raise self.damaged()
        if length > len(self.text) - self.at:
            raise _End
        self.at += length
        return self.text[self.at - length : self.at]

    def dictionary(self) -> RawDictionary:
        raw = RawDictionary(file_format="por")
        if self.char() != b"A":
            raise self.damaged()
        date, time = self.string(), self.string()
        raw.created = _created(date, time)
        weight = b""
        by_name: dict[bytes, RawVariable] = {}
        expected = None
        last: RawVariable | None = None
        while True:
            tag = self.char()
            if tag in b"123":
                text = self.string()
                raw.product = text if tag == b"1" else raw.product
            elif tag == b"4":
                expected = self.integer()
            elif tag == b"5":
                self.integer()
            elif tag == b"6":
                weight = self.string()
            elif tag == b"7":
                last = self.variable()
                raw.variables.append(last)
                by_name.setdefault(last.short, last)
            elif tag in b"89AB" and last is not None:
                self.missing(tag, last)
            elif tag == b"C" and last is not None:
                last.label = self.string()
            elif tag == b"D":
                self.value_labels(by_name)
            elif tag == b"E":
                raw.documents += [self.string() for _ in range(self.integer())]
            elif tag == b"F":
                break
            else:
                raise self.damaged()
        if expected is not None and expected != len(raw.variables):
            raise self.damaged()
        if weight:
            raw.weight = by_name.get(weight)
            if raw.weight is None or raw.weight.width:
                raise self.damaged()
        raw.notices += [Notice("spss.notice_por_no_count", {}), *self.notices]
        return raw

    def variable(self) -> RawVariable:
        width = self.integer()
        name = self.string()
        format_type, format_width, decimals = self.integer(), self.integer(), self.integer()
        for _ in range(3):
            self.integer()
        if not 0 <= width <= 255 or not 0 < len(name) <= 64:
            raise self.damaged()
        if format_type > _FORMAT_OFFSET:
            format_type -= _FORMAT_OFFSET
        return RawVariable(name.rstrip(b" "), width, format_type, format_width, decimals)

    def missing(self, tag: bytes, variable: RawVariable) -> None:
        if tag == b"8":
            variable.missing = (*variable.missing, self.value(variable))
            return
        if variable.width:
            raise self.damaged()
        variable.low = float("-inf") if tag == b"9" else self.finite()
        variable.high = float("inf") if tag == b"A" else self.finite()
        if tag == b"A" and variable.low >= sys.float_info.max:
            # PSPP writes the highest number for the limit of "90 THRU HI": the range is there, its limit is lost.
            variable.low = variable.high = None
            name = variable.short.decode("utf-8", "replace")
            self.notices.append(Notice("spss.notice_missing_range_lost", {"variable": name}))

    def value(self, variable: RawVariable) -> float | bytes:
        return self.string().rstrip(b" ") if variable.width else self.finite()

    def finite(self) -> float:
        value = self.number()
        if value is None:
            raise self.damaged()
        return value

    def value_labels(self, by_name: dict[bytes, RawVariable]) -> None:
        variables = []
        for _ in range(self.integer()):
            name = self.string()
            if name not in by_name:
                raise self.damaged()
            variables.append(by_name[name])
        if not variables or any(bool(v.width) != bool(variables[0].width) for v in variables):
            raise self.damaged()
        for _ in range(self.integer()):
            value, label = self.value(variables[0]), self.string()
            for variable in variables:
                variable.value_labels[value] = label

    def cases(self, raw: RawDictionary) -> tuple[list[Column], int]:
        columns: list[Column] = []
        readers: list[Callable[[], None]] = []
        for variable in raw.variables:
            if variable.width:
                texts: list[bytes] = []
                columns.append(texts)
                readers.append(lambda texts=texts: texts.append(self.string().rstrip(b" \0")))  # type: ignore[misc]
            else:
                numbers: list[float | None] = []
                columns.append(numbers)
                readers.append(lambda numbers=numbers: numbers.append(self.number()))  # type: ignore[misc]
        count = 0
        try:
            while self.text[self.at : self.at + 1] != b"Z":
                for read in readers:
                    read()
                count += 1
        except _End:
            raise DataRejected("spss.cut_in_por", case=count + 1) from None
        except DataRejected:
            raise DataRejected("spss.damaged_data", case=count + 1) from None
        if self.text[self.at :].strip(b"Z \0\x1a"):
            raise DataRejected("spss.damaged_data", case=count + 1)
        return columns, count


def _created(date: bytes, time: bytes) -> bytes:
    """``20240531`` and ``235959`` as the text that the assembler takes for ISO already."""
    if len(date) == 8 and date.isdigit() and len(time) == 6 and time.isdigit():
        return b"%s-%s-%s %s:%s:%s" % (date[:4], date[4:6], date[6:], time[:2], time[2:4], time[4:])
    return date + b" " + time
