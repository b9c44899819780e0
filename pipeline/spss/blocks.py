"""Blocks of whole cases as the readers of the data find them: as words, or as codes that stand for words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.spss.raw import RawDictionary

Words = NDArray[np.uint64]
"""Eight-byte elements with their bytes in the order of the file."""

PADDING, END, LITERAL, BLANK, SYSMIS = 0, 252, 253, 254, 255
"""The codes of the bytecode compression that are no small numbers."""

_CODES = 256
# Cases turned at a time, so that their bytes stay in the processor's nearest cache.
_TURNED = 64
# Above this share of numbers that codes do not hold it is faster to make words first.
_MANY_LITERALS = 0.25


@dataclass(frozen=True, slots=True)
class Elements:
    """Which elements of a case are numbers and which belong to strings, and what the codes mean."""

    numbers: NDArray[np.intp]
    strings: NDArray[np.intp]
    number_type: np.dtype[np.float64]
    bias: float
    sysmis: float

    @classmethod
    def of(cls, raw: RawDictionary) -> Elements:
        """Those of a file."""
        numbers = np.array([v.element for v in raw.variables if not v.width], dtype=np.intp)
        number_type = np.dtype("<f8" if raw.byte_order == "little" else ">f8")
        strings = np.setdiff1d(np.arange(raw.case_elements), numbers)
        return cls(numbers, strings, number_type, raw.bias, raw.sysmis)

    def table(self) -> Words:
        """The word for each of the 256 codes."""
        numbers = (np.arange(_CODES) - self.bias).astype(self.number_type)
        numbers[SYSMIS] = self.sysmis
        words = numbers.view(np.uint64)
        words[BLANK] = np.frombuffer(b" " * 8, dtype=np.uint64)[0]
        return words


@dataclass(frozen=True, slots=True)
class Block:
    """Whole cases as words: an array (cases, elements per case)."""

    words: Words
    elements: Elements

    def __len__(self) -> int:
        return len(self.words)

    def numbers(self) -> NDArray[np.float64]:
        """The numeric variables, shape (variables, cases); a view where it can be. System-missing stands as it is."""
        numbers = self.elements.numbers
        words = self.words if len(numbers) == self.words.shape[1] else self.words[:, numbers]
        return words.view(self.elements.number_type).T

    def strings(self) -> Words:
        """The elements of the string variables, shape (cases, elements of strings)."""
        return np.ascontiguousarray(self.words[:, self.elements.strings])


@dataclass(frozen=True, slots=True)
class CodedBlock:
    """Whole cases as codes (cases, elements per case), with the words of those that are ``LITERAL``, row by row.

    A code is one byte where its number is eight: cases become columns in a fraction of the time.
    """

    codes: NDArray[np.uint8]
    literals: Words
    elements: Elements
    table: Words = field(repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def mostly_literals(self) -> bool:
        """Whether so many numbers are no codes that it is faster to make words first."""
        kinds = self.elements
        in_texts = np.count_nonzero(self.codes[:, kinds.strings] == LITERAL)
        return bool(len(self.literals) - in_texts > _MANY_LITERALS * len(self.codes) * len(kinds.numbers))

    def numbers(self) -> NDArray[np.float64]:
        """As :meth:`Block.numbers`."""
        words = self.table[self.codes]
        words[self.codes == LITERAL] = self.literals
        return Block(words, self.elements).numbers()

    def columns(self) -> tuple[NDArray[np.uint8], dict[int, NDArray[np.float64]]]:
        """The codes of the numeric variables, shape (variables, cases), and the numbers of those that have literals.

        Those go by their place among the numeric variables; system-missing that a code says is NaN.
        """
        kinds = self.elements
        columns = _turned(self.codes, kinds.numbers)
        row, element = np.divmod(np.flatnonzero(self.codes.ravel() == LITERAL), self.codes.shape[1])
        order = np.argsort(element.astype(np.uint16) if self.codes.shape[1] < 1 << 16 else element, kind="stable")
        starts = np.searchsorted(element[order], kinds.numbers)
        ends = np.searchsorted(element[order], kinds.numbers, side="right")
        found = {}
        for j in np.flatnonzero(ends > starts).tolist():
            here = order[starts[j] : ends[j]]
            numbers = columns[j] - kinds.bias
            numbers[columns[j] == SYSMIS] = np.nan
            numbers[row[here]] = self.literals[here].view(kinds.number_type)
            found[j] = numbers
        return columns, found

    def strings(self) -> Words:
        """As :meth:`Block.strings`."""
        is_string = np.zeros(self.codes.shape[1], dtype=bool)
        is_string[self.elements.strings] = True
        codes = np.ascontiguousarray(self.codes[:, is_string])
        words = self.table[codes]
        element = np.flatnonzero(self.codes.ravel() == LITERAL) % self.codes.shape[1]
        words[codes == LITERAL] = self.literals[is_string[element]]
        return words


def _turned(codes: NDArray[np.uint8], elements: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Some elements of cases as columns, shape (elements, cases)."""
    found = np.empty((len(elements), len(codes)), dtype=np.uint8)
    all_of_them = len(elements) == codes.shape[1]
    for start in range(0, len(codes), _TURNED):
        part = codes[start : start + _TURNED]
        found[:, start : start + _TURNED] = part.T if all_of_them else part[:, elements].T
    return found
