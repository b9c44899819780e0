"""The marks with which a language writes numbers, from the CLDR data that Babel carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline import language


@dataclass(frozen=True, slots=True)
class NumberMarks:
    """The decimal mark, the thousands separator, the per cent sign with its space, and the minus sign of a language."""

    decimal: str
    group: str
    percent: str
    minus: str = "\N{MINUS SIGN}"

    @property
    def apart(self) -> str:
        """What parts two numbers: no comma where a comma stands in them."""
        return ";" if self.decimal == "," else ","


@cache
def marks(lang: str) -> NumberMarks:
    """A language's marks."""
    from babel import Locale

    locale = Locale.parse(language.locale(lang))
    symbols = locale.number_symbols["latn"]
    pattern = str(locale.percent_formats[None].pattern)
    return NumberMarks(symbols["decimal"], symbols["group"], pattern[pattern.rindex("0") + 1 :])
