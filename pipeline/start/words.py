"""The words by which labels and names of a data file give a variable away, in the languages of ``guess.toml``."""

from __future__ import annotations

import re
from functools import cache

from pipeline import language

_RANGE = r"\d+\s*(?:-|–|to|a|à|bis|até)\s*[$€£]?\d+|[<>≤≥]\s*[$€£]?\d|\d\s*\+"


@cache
def words(kind: str) -> re.Pattern[str]:
    """The words of all languages for one thing that labels give away: ``mentioned``, ``ordered``, ``weight`` …"""
    found = language.label_words(kind)
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)" + (f"|{_RANGE}" if kind == "ordered" else ""), re.IGNORECASE)


def is_word(kind: str, text: str) -> bool:
    """Whether a text is nothing but such a word."""
    return words(kind).fullmatch(text.strip()) is not None


def calendar_name(lang: str, calendar: str, code: str) -> str:
    """A day of the week (``weekdays``, 1 is Sunday as in SPSS) or a month (``months``) as a label."""
    from babel.dates import get_day_names, get_month_names

    locale = language.locale(lang)
    if calendar == "weekdays":
        name = str(get_day_names("wide", "stand-alone", locale)[(int(code) - 2) % 7])  # Babel's 0 is Monday
    else:
        name = str(get_month_names("wide", "stand-alone", locale)[int(code)])
    return name[:1].upper() + name[1:]
