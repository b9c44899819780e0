"""What a code is, the one place that knows how codes are written.

A code is text and stands for one thing in the rows, columns or layers of a table: a value that a file holds, the item
of a set (named by its variable, or by its value), a net of categories, no value at all, a term of a model. Some codes
hold others: a category within others, a pair of groups, a class of numbers. The empty code is the total.

A text of a file may hold any mark, also those by which the kinds are told apart. So a value that looks like a code of
another kind gets a backslash before it (``\\.``, ``\\net:b``), and so does one that looks as if it had one already; all
others are written as they are. Codes are made where values come in (a column's texts, the categories of a codebook)
and are taken back to texts where a person reads or types them.
"""

from __future__ import annotations

import re

SYSTEM_MISSING = "."
"""The code of cases without any value, as SPSS writes it."""

BLANK = " "
"""The code of a text of nothing but blanks: an empty code would be the total."""

INTERCEPT, THRESHOLD = "intercept", "threshold"
"""The terms of a model that belong to no predictor."""

_NET = "net:"
_NEST, _PAIR, _RANGE = ">", "vs", ".."
_TAKEN = re.compile(rf"\\*(?:{re.escape(SYSTEM_MISSING)}|{_NET}.*|{INTERCEPT}|{THRESHOLD})", re.DOTALL)
_FIRST = frozenset({"\\", SYSTEM_MISSING[0], _NET[0], INTERCEPT[0], THRESHOLD[0]})
_POINT = re.compile(rf"\\*{re.escape(SYSTEM_MISSING)}")


# ---------------------------------------------------------------- values


def is_numeral(text: str) -> bool:
    """Whether a text is how a number is written."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def code_of(text: str) -> str:
    """The code of a value, given as the text under which the file has it."""
    if text[:1] in _FIRST and _TAKEN.fullmatch(text):
        return f"\\{text}"
    return text if text.strip() else BLANK


def text_of(code: str) -> str:
    """The value that a code stands for, as the file has it; every code that is no value's stays as it is."""
    if code[:1] == "\\" and _TAKEN.fullmatch(code):
        return code[1:]
    return code


def code_typed(text: str) -> str:
    """The code that a person means where it may be no value: ``.`` is no value, ``\\.`` is the text of a point."""
    return text if _POINT.fullmatch(text) else code_of(text)


def to_type(code: str) -> str:
    """What a person types for a code: the inverse of :func:`code_typed`."""
    return code if _POINT.fullmatch(code) else text_of(code)


# ---------------------------------------------------------------- nets


def net(name: str) -> str:
    """The code of a net of categories."""
    return f"{_NET}{name}"


def is_net(code: str) -> bool:
    """Whether a code is a net's."""
    return code.startswith(_NET)


def net_name(code: str) -> str:
    """The name that a net has in the codebook."""
    return code.removeprefix(_NET)


# ---------------------------------------------------------------- codes that hold others


def is_nested(name: str) -> bool:
    """Whether the name of a row or column is of several variables, one within the other."""
    return _NEST in name


def nested_name(*names: str) -> str:
    """The name of a variable within others, the outermost first: ``"region > sex"``."""
    return f" {_NEST} ".join(names)


def name_parts(name: str) -> tuple[str, ...]:
    """The variables of a nested name; one of any other."""
    return tuple(part.strip() for part in name.split(_NEST))


def nested(*parts: str) -> str:
    """The code of a category within others, the outermost first: ``"1 > 2"``."""
    return _joined(_NEST, parts)


def nest_parts(code: str) -> tuple[str, ...]:
    """What :func:`nested` was made of."""
    return _taken_apart(_NEST, code)


def pair(first: str, second: str) -> str:
    """The code of two groups that are compared: ``"1 vs 2"``."""
    return _joined(_PAIR, (first, second))


def pair_parts(code: str) -> tuple[str, ...]:
    """The two groups of a :func:`pair`; one part where the code is no pair."""
    return _taken_apart(_PAIR, code)


def interval(low: float, high: float) -> str:
    """The code of a class of numbers, to twelve digits: ``"0..5"``."""
    return f"{low:.12g}{_RANGE}{high:.12g}"


def interval_ends(code: str) -> tuple[float, float]:
    """The ends of an :func:`interval`. ``ValueError`` for any other code."""
    low, high = code.split(_RANGE)
    return float(low), float(high)


def _joined(mark: str, parts: tuple[str, ...]) -> str:
    """Parts with the mark between blanks; where a part holds the mark as a word, or with backslashes, one more."""
    word = re.compile(rf"(?<![^ ])(\\*{mark})(?![^ ])")
    return f" {mark} ".join(word.sub(r"\\\1", part) for part in parts)


def _taken_apart(mark: str, code: str) -> tuple[str, ...]:
    word = re.compile(rf"(?<![^ ])\\(\\*{mark})(?![^ ])")
    return tuple(word.sub(r"\1", part) for part in code.split(f" {mark} "))
