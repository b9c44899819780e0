"""SPSS dates and times as text. A moment is seconds since 14 October 1582, 00:00; a duration is seconds.

A number that is no date (a year before 1582 or after 9999) has no text; the number itself stays in the data.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from pipeline.spss.model import Variable

_EPOCH = datetime(1582, 10, 14)  # SPSS knows no time zones
_DAY = 86400.0
_LAST = (datetime(9999, 12, 31) - _EPOCH).days * _DAY + _DAY
_WITH_TIME = frozenset({"DATETIME", "YMDHMS"})
_LONGEST_TIME = 1e9


def date_text(value: float | None, variable: Variable) -> str | None:
    """ISO text of a value of a date or time variable, None when it has none.

    Dates are ``2024-05-31``, dates with time ``2024-05-31 12:30:00``, months ``2024-05``, quarters ``2024-Q2``,
    weeks ``2024-W22`` (SPSS counts weeks from 1 January), durations ``12:11:10`` (hours may exceed 24); parts
    of a second to the decimals of the variable's format. ``ValueError`` for a variable that is neither.
    """
    if value is None or not math.isfinite(value):
        return None
    if variable.is_time:
        return _duration(value, variable.decimals)
    if not variable.is_date:
        raise ValueError(variable.name)
    if not 0 < value < _LAST:
        return None
    moment = _EPOCH + timedelta(days=value // _DAY)
    if variable.format_type in _WITH_TIME:
        text = _duration(value % _DAY, variable.decimals) or ""
        if text.startswith("24:"):  # rounding to the decimals went over midnight
            return date_text(value // _DAY * _DAY + _DAY, variable)
        return f"{moment:%Y-%m-%d} {text}"
    if variable.format_type == "MOYR":
        return f"{moment:%Y-%m}"
    if variable.format_type == "QYR":
        return f"{moment:%Y}-Q{(moment.month + 2) // 3}"
    if variable.format_type == "WKYR":
        return f"{moment:%Y}-W{(moment.timetuple().tm_yday + 6) // 7:02d}"
    return f"{moment:%Y-%m-%d}"


def _duration(seconds: float, decimals: int) -> str | None:
    if abs(seconds) > _LONGEST_TIME:
        return None
    decimals = min(decimals, 6)
    ticks = round(abs(seconds) * 10**decimals)
    whole, part = divmod(ticks, 10**decimals)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours:02d}:{minute:02d}:{second:02d}" + (f".{part:0{decimals}d}" if decimals else "")
    return f"-{text}" if seconds < 0 and ticks else text
