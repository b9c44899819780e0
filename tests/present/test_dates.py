"""Dates and times as readers write them; expected by arithmetic with ``datetime`` and ``timedelta``."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipeline.present.amounts import moment_text
from pipeline.present.formats import duration_text

EPOCH = datetime(1582, 10, 14)


def seconds(*moment: int) -> float:
    return (datetime(*moment) - EPOCH).total_seconds()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "form", "it", "en"),
    [
        ((2009, 12, 31), "DATE", "31 dicembre 2009", "31 December 2009"),
        ((2009, 12, 31, 23, 59), "ADATE", "31 dicembre 2009", "31 December 2009"),
        ((1582, 10, 15), "EDATE", "15 ottobre 1582", "15 October 1582"),
        ((9999, 12, 31), "SDATE", "31 dicembre 9999", "31 December 9999"),
        ((2000, 2, 29, 8, 5, 30), "DATETIME", "29 febbraio 2000, 08:05:30", "29 February 2000, 08:05:30"),
        ((2009, 3, 1), "MOYR", "marzo 2009", "March 2009"),
        ((2009, 4, 1), "QYR", "2º trimestre 2009", "2nd quarter 2009"),
        ((2009, 12, 31), "", "31 dicembre 2009", "31 December 2009"),
    ],
)
def test_moments(moment: tuple[int, ...], form: str, it: str, en: str) -> None:
    assert moment_text(seconds(*moment), form, "it") == it
    assert moment_text(seconds(*moment), form, "en") == en


@pytest.mark.parametrize("form", ["DATE", "DATETIME", "MOYR", "QYR", "WKYR"])
@pytest.mark.parametrize("value", [-1.0, 0.0, -1e300, 1e300, seconds(9999, 12, 31) + 86_400, float("nan")])
def test_what_is_no_date_has_no_text(form: str, value: float) -> None:
    assert moment_text(value, form, "it") == ""


@pytest.mark.parametrize(
    ("length", "decimals", "text"),
    [
        (timedelta(hours=30, minutes=30), 0, "30:30:00"),
        (timedelta(0), 0, "0:00:00"),
        (timedelta(minutes=59, seconds=59, milliseconds=500), 0, "1:00:00"),
        (timedelta(minutes=1, seconds=5, milliseconds=250), 2, "0:01:05,25"),
        (timedelta(hours=-1, seconds=-1), 0, "\N{MINUS SIGN}1:00:01"),
        (timedelta(hours=1234), 0, "1234:00:00"),
    ],
)
def test_durations(length: timedelta, decimals: int, text: str) -> None:
    assert duration_text(length.total_seconds(), "it", decimals) == text


@pytest.mark.parametrize(
    ("length", "it", "en"),
    [
        (timedelta(days=4, hours=6, minutes=5), "4 g 06:05:00", "4 d 06:05:00"),
        (timedelta(hours=23, minutes=59), "23:59:00", "23:59:00"),
        (timedelta(days=-1, hours=-2), "\N{MINUS SIGN}1 g 02:00:00", "\N{MINUS SIGN}1 d 02:00:00"),
    ],
)
def test_durations_with_days(length: timedelta, it: str, en: str) -> None:
    assert duration_text(length.total_seconds(), "it", 0, "g") == it
    assert duration_text(length.total_seconds(), "en", 0, "d") == en


def test_a_duration_too_long_to_read_is_a_number() -> None:
    assert duration_text(1e300, "it") == "1,0 × 10³⁰⁰"
