"""Numbers as a reader sees them: rounded here, once, half away from zero, with the marks of the language."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from pipeline import language
from pipeline.language.marks import marks
from pipeline.present.document import Cell

NOT_COMPUTABLE = ":"
SUPPRESSED = "c"

_SIGNIFICANT = 13  # digits kept before rounding, so that 0.28749999999999998 is the 0.2875 it stands for


_LONGEST = 10.0**_SIGNIFICANT  # from here not every digit shown would be right, and nobody reads them


def rounded(value: float, decimals: int) -> Decimal:
    """Round half away from zero on the decimal number that a float stands for.

    A share k/n that ends at a tie (1/16 = 6.25%) has a short decimal expansion, which 13 significant digits give
    exactly; no other share of counts up to 10⁹ comes near enough to a tie to be moved there.
    """
    return Decimal(f"{value:.{_SIGNIFICANT}g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _raised(power: int) -> str:
    return str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def decimal_text(value: float, decimals: int, lang: str) -> str:
    """A number with fixed decimals: ``1.234,5`` in Italian, ``1,234.5`` in English; ``1,2 × 10³⁰⁰`` where too long."""
    if abs(value) >= _LONGEST:
        digits, _, power = f"{value:.1e}".partition("e")
        return f"{digits.replace('-', marks(lang).minus).replace('.', marks(lang).decimal)} × 10{_raised(int(power))}"
    number = rounded(value, decimals)
    m = marks(lang)
    sign = m.minus if number < 0 else ""
    whole, _, fraction = f"{abs(number):f}".partition(".")
    if len(whole) > 3:
        first = len(whole) % 3 or 3
        whole = m.group.join([whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))])
    return sign + whole + (m.decimal + fraction if fraction else "")


def count_text(value: float, lang: str) -> str:
    """A count; a weighted one, not whole, with one decimal."""
    return decimal_text(value, 0 if float(value).is_integer() else 1, lang)


def share_text(share: float, lang: str, decimals: int = 1) -> str:
    """A share as percent without the sign: ``26,5``."""
    return decimal_text(_percent(share), decimals, lang)


def percent_text(share: float, lang: str, decimals: int = 1) -> str:
    """A share as percent with the sign: ``26,5%``."""
    return share_text(share, lang, decimals) + marks(lang).percent


def _percent(share: float) -> float:
    return float(Decimal(f"{share:.{_SIGNIFICANT}g}") * 100)


def p_words(p: float, lang: str) -> str:
    """A p-value with its name: ``p = 0.03``, ``p <0.001``."""
    text = p_text(p, lang)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def degrees_text(degrees: Iterable[float], lang: str) -> str:
    """Degrees of freedom: whole ones without decimals."""
    return "; ".join(decimal_text(d, 0 if float(d).is_integer() else 1, lang) for d in degrees)


def p_text(p: float, lang: str) -> str:
    """A p-value with three decimals; a smaller one as ``<0,001``."""
    if p < 0.0005:
        return "<" + decimal_text(0.001, 3, lang)
    return decimal_text(p, 3, lang)


def date_text(text: str, lang: str) -> str:
    """An ISO date in words of the language ("22 novembre 2026"); any other text as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    from babel.dates import format_date

    return str(format_date(day, "long", locale=language.locale(lang)))


def duration_text(seconds: float, lang: str, decimals: int = 0, day: str = "") -> str:
    """A duration as ``30:30:00``; where a sign for days is given, whole days apart: ``1 d 06:30:00``."""
    if abs(seconds) >= _LONGEST:
        return decimal_text(seconds, decimals, lang)
    number = rounded(seconds, decimals)
    m = marks(lang)
    whole, _, fraction = f"{abs(number):f}".partition(".")
    minutes, second = divmod(int(whole), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    text = f"{days} {day} {hour:02d}" if day and days else str(hours)
    text += f":{minute:02d}:{second:02d}" + (m.decimal + fraction if fraction else "")
    return (m.minus if number < 0 else "") + text


# ---------------------------------------------------------------- cells


def count_cell(value: float | None, lang: str, note: str = "") -> Cell:
    """A cell with a count."""
    if value is None or not math.isfinite(value):
        return Cell(NOT_COMPUTABLE, kind="not_computable", note=note)
    whole = float(value).is_integer()
    return Cell(count_text(value, lang), value, "count" if whole else "weighted", "number")


def share_cell(value: float | None, lang: str, decimals: int = 1, letters: str = "", note: str = "") -> Cell:
    """A cell with a share, in percent."""
    if value is None or not math.isfinite(value):
        return Cell(NOT_COMPUTABLE, kind="not_computable", note=note)
    return Cell(share_text(value, lang, decimals), value, f"percent{decimals}", "number", letters)


def decimal_cell(value: float | None, lang: str, decimals: int, letters: str = "", note: str = "") -> Cell:
    """A cell with a number of fixed decimals."""
    if value is None or not math.isfinite(value):
        return Cell(NOT_COMPUTABLE, kind="not_computable", note=note)
    return Cell(
        decimal_text(value, decimals, lang), value, f"decimal{decimals}" if decimals else "count", "number", letters
    )


def p_cell(value: float | None, lang: str, note: str = "") -> Cell:
    """A cell with a p-value."""
    if value is None or not math.isfinite(value):
        return Cell(NOT_COMPUTABLE, kind="not_computable", note=note)
    return Cell(p_text(value, lang), value, "p", "number")


def range_cell(low: float | None, high: float | None, lang: str, note: str = "") -> Cell:
    """A cell with a range of shares in percent: ``23,5–30,6``."""
    if low is None or high is None:
        return Cell(NOT_COMPUTABLE, kind="not_computable", note=note)
    return Cell(f"{share_text(low, lang)}–{share_text(high, lang)}")
