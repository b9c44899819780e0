"""GRIM, GRIMMER, DEBIT, SPRITE and p-values against the documented examples of R packages.

scrutiny 0.6.1 (test-grim-map.R, test-grimmer-map.R, test-debit.R, its vignettes and NEWS), rsprite2 0.2.1
(its tests), statcheck 1.4.0 (values that it printed).
"""

from fractions import Fraction

import pytest

from pipeline.audit.moments import Average, debit, failed, root, sd_limits
from pipeline.audit.p_values import parse, recompute
from pipeline.audit.printed import Printed, Rounding, read
from pipeline.audit.sprite import distributions


def figure(text: str) -> Printed:
    found = read(text)
    assert found is not None
    return found


def grim(mean: str, n: int, items: int = 1, rounding: Rounding = "half up") -> bool:
    return Average("", figure(mean), items=items, rounding=rounding).possible(n)


MEANS = ["7.22", "4.74", "5.23", "2.57", "6.77", "2.68", "7.01", "7.38", "3.14", "6.89", "5.00", "0.24"]
SIZES = (32, 25, 29, 24, 27, 28, 29, 26, 27, 31, 25, 28)


def letters(found: list[bool]) -> str:
    return "".join("t" if one else "f" for one in found)


def test_grim_scrutiny_pigs1() -> None:
    assert letters([grim(m, n) for m, n in zip(MEANS, SIZES, strict=True)]) == "tfffftftfftf"
    assert sum(grim(m, n, 2) for m, n in zip(MEANS, SIZES, strict=True)) == 6


def test_grim_by_rounding() -> None:
    """At n = 40. scrutiny has other rows for "even": binary floats, both bounds in. Ours are exact arithmetic."""
    rows: dict[Rounding, str] = {"half up": "fftfftftfftf", "half down": "tffttffffftf", "half even": "tfffftftfftf"}
    for rounding, expected in rows.items():
        assert letters([grim(m, 40, rounding=rounding) for m in MEANS]) == expected


def test_grim_rsprite2_and_vignette() -> None:
    assert not grim("5.19", 28) and grim("5.18", 28)
    assert not grim("5.83", 50) and grim("5.82", 50) and grim("5.84", 50)
    assert grim("5.18", 14, 2)
    assert not grim("5.27", 43)
    assert sum(grim(f"{i / 100:.2f}", 40) for i in range(100)) == 40  # probability of inconsistency .6


def test_grimmer_scrutiny_pigs5() -> None:
    sds = ["5.30", "6.55", "2.55", "2.57", "2.18", "2.59", "6.68", "3.65", "5.32", "4.18", "2.18", "6.43"]
    sizes = (38, 31, 35, 30, 33, 34, 35, 32, 33, 37, 31, 34)
    averages = [Average("", figure(m), figure(s)) for m, s in zip(MEANS, sds, strict=True)]
    found = [failed(a, n) for a, n in zip(averages, sizes, strict=True)]
    assert letters([not f for f in found]) == "ftftftftfttt"
    assert found[2] == "grimmer"  # passes GRIM, fails by parity


def test_grimmer_rsprite2_and_vignette() -> None:
    assert Average("", figure("5.21"), figure("1.6")).possible(28)
    assert failed(Average("", figure("3.44"), figure("2.47")), 18) == "grimmer"
    assert failed(Average("", figure("7.3"), figure("2.51")), 12) != ""


def test_debit_scrutiny_pigs3() -> None:
    pairs = [".53 .50", ".44 .50", ".77 .42", ".19 .35", ".34 .47", ".93 .25", ".12 .33"]
    assert letters([debit(figure(m), figure(s), 1683) for m, s in map(str.split, pairs)]) == "tttfttt"


def test_limits_of_the_sd_rsprite2() -> None:
    def limits(mean: str, n: int, low: int, high: int, items: int = 1) -> list[str]:
        found = sd_limits(figure(mean), n, low, high, items)
        assert found is not None
        return [f"{float(root(x).value):.2f}" for x in found]

    assert limits("4.2", 5, 1, 7) == ["0.45", "3.03"]
    assert limits("4.2", 5, 1, 7, 2) == ["0.27", "3.03"]
    assert limits("1", 100, 1, 7)[0] == "0.00"


def test_the_scale_is_part_of_what_is_possible() -> None:
    """By listing all answers: three answers on 1–5 with mean 2.00 have SD 0, 1 or 1.73 (1 1 4) and none other."""
    allowed = [s for s in range(400) if Average("", figure("2.00"), Printed(s, 2), 1, 1, 5).possible(3)]
    assert allowed == [0, 100, 173]
    assert failed(Average("", figure("2.00"), figure("2.65"), 1, 1, 5), 3) == "scale"  # 0 1 5 or 0 … only below 1


@pytest.mark.parametrize(("mean", "sd", "n", "items"), [("1.95", "1.55", 20, 3), ("3.29", "1.29", 15, 3)])
def test_sprite_finds_distributions_that_have_the_printed_figures(mean: str, sd: str, n: int, items: int) -> None:
    average = Average("", figure(mean), figure(sd), items, 1, 5)
    found = distributions(average, n, 5, seed=7)
    assert len(found) == 5 and found == distributions(average, n, 5, seed=7)
    for one in found:
        assert sum(one.values()) == n and items <= min(one) and max(one) <= 5 * items
        m = Fraction(sum(v * k for v, k in one.items()), n * items)
        variance = sum(k * (Fraction(v, items) - m) ** 2 for v, k in one.items()) / (n - 1)
        assert f"{float(m):.2f}" == mean and f"{float(variance) ** 0.5:.2f}" == sd


P = [
    ("t(28)=2.20, p=.03", 0.03622548, False, False),
    ("t(28)=2.20, p=.036", 0.03622548, True, False),
    ("F(2,28)=2.20, p=.15", 0.1295932, False, False),
    ("r(28)=.22, p=.26", 0.2427390, False, False),
    ("χ2(28)=22.20, p=.79", 0.7719487, False, False),
    ("z=2.20, p=.04", 0.02780690, False, False),
    ("Q(28)=22.20, p=.79", 0.7719487, False, False),
    ("t(28)=1.20, p=.03", 0.2401946, False, True),
    ("χ2(1, N=11,455)=16.78, p<.001", 4.197337e-05, True, False),
    ("F(2.1,28.1)=2.20, p=.03", 0.1274303, False, True),
    ("t(28)=2, p=.02", 0.0553, True, False),
    ("t(28)=2, p=.14", 0.0553, True, False),
]


@pytest.mark.parametrize(("text", "p", "right", "decision"), P)
def test_p_values_statcheck(text: str, p: float, right: bool, decision: bool) -> None:
    test = parse(text)
    assert test is not None
    found = recompute(test)
    assert found.p == pytest.approx(p, rel=1e-2 if p == 0.0553 else 1e-6)
    assert (found.right, found.decision) == (right, decision)
