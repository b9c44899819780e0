"""Codes that hold other codes: nested categories and pairs of groups, the one place that knows how they are written.

A code is text, and a text of a file may hold any mark. So where codes are put together, a part that holds the mark
gets a backslash before it, and loses it again when they are taken apart. Every other part stays as it is.
"""

from __future__ import annotations

import re

_NEST, _PAIR, _RANGE = ">", "vs", ".."


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
