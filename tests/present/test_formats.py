"""Numbers as read: rounded once, half away from zero, against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pipeline.present import formats

SHARES = [(k, n) for n in range(1, 99) for k in range(n + 1)]


def exact(share: Fraction, decimals: int) -> str:
    """A percentage in integer arithmetic: twice the scaled value, plus one, halved, cut off."""
    scaled = share * 100 * 10**decimals
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    whole, rest = divmod(units, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)


def test_there_are_as_many_shares_as_promised() -> None:
    assert len(SHARES) == 4949


@pytest.mark.parametrize("decimals", [0, 1, 2])
@pytest.mark.parametrize(("lang", "mark"), [("it", ","), ("en", ".")])
def test_every_share_of_up_to_98_cases(lang: str, mark: str, decimals: int) -> None:
    wrong = [
        (k, n) for k, n in SHARES
        if formats.share_text(k / n, lang, decimals) != exact(Fraction(k, n), decimals).replace(".", mark)
    ]  # fmt: skip
    assert wrong == []


def test_shares_made_by_other_sums_round_alike() -> None:
    """A share that comes as 1 - (n - k)/n or as a mean of zeros and ones differs in its last bits only."""
    wrong = [
        (k, n) for k, n in SHARES
        for share in (1 - (n - k) / n, sum([1 / n] * k), k * (1 / n))
        if formats.share_text(share, "en") != exact(Fraction(k, n), 1)
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "decimals", "en", "it"),
    [
        (6.25, 1, "6.3", "6,3"),
        (-6.25, 1, "\N{MINUS SIGN}6.3", "\N{MINUS SIGN}6,3"),
        (0.5, 0, "1", "1"),
        (2.675, 2, "2.68", "2,68"),
        (999.95, 1, "1,000.0", "1.000,0"),
        (1234567.0, 0, "1,234,567", "1.234.567"),
        (-0.04, 1, "0.0", "0,0"),
        (0.0, 2, "0.00", "0,00"),
        (1e-300, 2, "0.00", "0,00"),
    ],
)
def test_numbers(value: float, decimals: int, en: str, it: str) -> None:
    assert formats.decimal_text(value, decimals, "en") == en
    assert formats.decimal_text(value, decimals, "it") == it


def test_counts() -> None:
    assert formats.count_text(10_000.0, "it") == "10.000"
    assert formats.count_text(12.25, "en") == "12.3"


@pytest.mark.parametrize(("p", "text"), [(0.0004999, "<0.001"), (0.0005, "0.001"), (0.04999, "0.050"), (1.0, "1.000")])
def test_p_values(p: float, text: str) -> None:
    assert formats.p_text(p, "en") == text
    assert formats.p_text(p, "it") == text.replace(".", ",")


def test_dates() -> None:
    assert formats.date_text("2026-11-22", "it") == "22 novembre 2026"
    assert formats.date_text("2026-11-22", "en") == "22 November 2026"
    assert formats.date_text("spring", "en") == "spring"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_could_not_be_computed_is_never_a_number(value: float | None) -> None:
    cells = [
        formats.count_cell(value, "it"),
        formats.share_cell(value, "it"),
        formats.decimal_cell(value, "it", 2),
        formats.p_cell(value, "it"),
    ]
    assert {(c.text, c.kind, c.value) for c in cells} == {(":", "not_computable", None)}


def test_cells_keep_the_unrounded_number() -> None:
    cell = formats.share_cell(22 / 83, "it")
    assert (cell.text, cell.value, cell.format, cell.kind) == ("26,5", 22 / 83, "percent1", "number")
    assert formats.range_cell(23 / 98, 30 / 98, "en").text == "23.5–30.6"
    assert formats.range_cell(None, 0.5, "en").kind == "not_computable"


@pytest.mark.parametrize(
    ("value", "it", "en"),
    [
        (1e300, "1,0 × 10³⁰⁰", "1.0 × 10³⁰⁰"),
        (-2.34e27, "−2,3 × 10²⁷", "−2.3 × 10²⁷"),
        (1234567890123.0, "1.234.567.890.123", "1,234,567,890,123"),
        (12345678901234.0, "1,2 × 10¹³", "1.2 × 10¹³"),
    ],
)
def test_numbers_too_long_to_read(value: float, it: str, en: str) -> None:
    assert formats.decimal_text(value, 0, "it") == it
    assert formats.decimal_text(value, 0, "en") == en
