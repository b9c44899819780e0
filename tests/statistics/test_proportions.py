"""Intervals of shares and comparison of columns against Newcombe's paper, R and exact arithmetic."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest

from pipeline.statistics import multiple_tests, proportions
from pipeline.statistics.core import Cells, Options
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle

R = oracle("crosstabs_r.json")
VOTES = [[762, 327, 468], [484, 239, 477]]

# ---------------------------------------------------------------- one share


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_of_newcombes_paper(k, n, low, high):
    found = proportions.wilson(k, n)
    assert [round(float(x), 4) for x in found] == [low, high]


def test_reference_list_of_intervals():
    low, high = proportions.wilson([18], [20])
    assert log_relative_error(low[0], 0.6989663547715128) > 14
    assert log_relative_error(high[0], 0.972133518786232) > 14
    low, high = proportions.clopper_pearson([18, 4], [20, 200])
    for found, true in zip(
        (*low, *high), (0.6830172859809176, 0.005475565879556443, 0.9876514728297052, 0.05041360908989634), strict=True
    ):
        assert log_relative_error(found, true) > 13
    low, high = proportions.newcombe(56, 70, 48, 80)
    assert log_relative_error(float(low), 0.05243147240236498) > 12
    assert log_relative_error(float(high), 0.33387265403690614) > 13


@pytest.mark.parametrize("one", R["shares"])
@pytest.mark.parametrize("name", ["wilson", "wilson_90", "clopper_pearson"])
def test_intervals_are_r(one, name):
    function = getattr(proportions, name.removesuffix("_90"))
    found = function(one["k"], one["n"], 0.9 if name.endswith("_90") else 0.95)
    for ours, true in zip(found, one[name], strict=True):
        # R leaves rounding error of about 1e-17 where a limit is 0.
        assert abs(float(ours) - true) < 1e-15 or log_relative_error(float(ours), true) > 12


@pytest.mark.parametrize("function", [proportions.wilson, proportions.clopper_pearson])
def test_no_cases_no_interval_and_the_ends_are_exact(function):
    low, high = function([0, 0, 7], [0, 7, 7])
    assert np.isnan([low[0], high[0]]).all()
    assert low[1] == 0
    assert high[2] == 1
    assert high[1] == pytest.approx(1 - low[2])


@pytest.mark.parametrize("function", [proportions.wilson, proportions.clopper_pearson])
def test_limits_at_nobody_and_everybody_are_exact(function):
    """The formula alone leaves rounding error there for some n."""
    n = np.arange(1, 200)
    assert (function(0 * n, n)[0] == 0).all()
    assert (function(n, n)[1] == 1).all()
    assert (function(0 * n, n)[1] < 1).all()
    assert (function(n, n)[0] > 0).all()


def test_intervals_of_less_than_one_case():
    """An effective n may be 1/2: Wilson's limits by hand with z² = z², k = n/2: ½ ∓ z/(2√(n + z²))."""
    z = 1.959963984540054
    low, high = proportions.wilson(Fraction(1, 4), Fraction(1, 2))
    assert float(low) == pytest.approx(0.5 - z / 2 / np.sqrt(0.5 + z * z), rel=1e-12)
    assert float(high) == pytest.approx(0.5 + z / 2 / np.sqrt(0.5 + z * z), rel=1e-12)
    # R 4.2.2: qbeta(.025, .25, 1.25), qbeta(.975, 1.25, .25)
    low, high = proportions.clopper_pearson(0.25, 0.5)
    assert float(low) == pytest.approx(2.8850209203919988e-07, rel=1e-9)
    assert float(high) == pytest.approx(0.99999971149790801, rel=1e-9)


def test_newcombe_by_hand():
    """d = p1 − p2 and √((p1 − l1)² + (u2 − p2)²), with Newcombe's Wilson limits at 90%."""
    (l1, u1), (l2, u2) = proportions.wilson(7, 10, 0.9), proportions.wilson(3, 12, 0.9)
    low, high = proportions.newcombe(7, 10, 3, 12, 0.9)
    assert float(low) == pytest.approx(0.45 - np.sqrt((0.7 - l1) ** 2 + (u2 - 0.25) ** 2), rel=1e-12)
    assert float(high) == pytest.approx(0.45 + np.sqrt((u1 - 0.7) ** 2 + (0.25 - l2) ** 2), rel=1e-12)
    assert np.isnan(proportions.newcombe([0, 1], [0, 2], [1, 0], [2, 0])).all()


def test_newcombe_turned_around():
    low, high = proportions.newcombe(48, 80, 56, 70)
    assert float(low) == pytest.approx(-0.33387265403690614)
    assert float(high) == pytest.approx(-0.05243147240236498)


# Φ⁻¹(0.975) to 40 digits (Abramowitz and Stegun's constant, table 26.5, continued: OEIS A121570).
Z = Decimal("1.959963984540054235524594430520551527955")


@pytest.mark.exhaustive
def test_all_wilson_intervals_up_to_98():
    worst = 16.0
    with localcontext() as context:
        context.prec = 40
        for n in range(1, 99):
            low, high = proportions.wilson(np.arange(n + 1), n)
            for k in range(n + 1):
                p = Decimal(k) / n
                half = Z * (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt()
                centre, scale = p + Z * Z / (2 * n), 1 + Z * Z / n
                if k:
                    worst = min(worst, log_relative_error(low[k], float((centre - half) / scale)))
                else:
                    assert low[k] == 0
                if k < n:
                    worst = min(worst, log_relative_error(high[k], float((centre + half) / scale)))
                else:
                    assert high[k] == 1
    assert worst > 12


def _upper_tail(n: int, k: int, p: Decimal) -> Decimal:
    q = 1 - p
    return sum((comb(n, i) * p**i * q ** (n - i) for i in range(k, n + 1)), Decimal(0))


@pytest.mark.exhaustive
def test_all_clopper_pearson_intervals_up_to_98():
    """The limit L solves P(X ≥ k; L) = 0.025: the tail must cross 0.025 within a relative 1e-12 of our L."""
    tail, near = Decimal("0.025"), Decimal("1e-12")
    with localcontext() as context:
        context.prec = 40
        for n in range(1, 99):
            low, high = proportions.clopper_pearson(np.arange(n + 1), n)
            assert low[0] == 0
            assert high[n] == 1
            for k in range(1, n + 1):
                limit = Decimal(float(low[k]))
                assert _upper_tail(n, k, limit * (1 - near)) < tail < _upper_tail(n, k, limit * (1 + near))
            for k in range(n):
                limit = Decimal(float(high[k]))
                # P(X ≤ k) = 1 − P(X ≥ k + 1)
                below, above = (1 - _upper_tail(n, k + 1, limit * (1 + sign * near)) for sign in (-1, 1))
                assert above < tail < below


# ---------------------------------------------------------------- weighted shares


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_intervals_of_weighted_shares_are_r_surveys(design):
    one = R[design]
    share = one["share"]
    p, se = share["p"], share["se"]
    for ours, true in zip(proportions.logit_interval(p, se, one["df"]), share["xlogit"], strict=True):
        assert log_relative_error(float(ours), true) > 9


@pytest.mark.parametrize("design", ["one_stage", "unweighted"])
def test_standard_error_of_a_weighted_share_is_r_surveys(design):
    data = R["weighted_cases"]
    w = np.ones(len(data["row"])) if design == "unweighted" else np.array(data["weight"])
    hit = np.array(data["col"]) == 1
    found = proportions.share_se(w[hit].sum(), (w[hit] ** 2).sum(), w.sum(), (w**2).sum(), len(w))
    assert log_relative_error(float(found), R[design]["share"]["se"]) > 12


def test_effective_n():
    np.testing.assert_allclose(proportions.kish_n([4.0, 6.0, 0.0, 0.5], [4.0, 18.0, 0.0, 0.25]), [4, 2, np.nan, 1])
    assert np.isinf(proportions.kish_n(1e200, 1e-200))
    # A simple random sample of 101: the variance p(1 − p)/100.
    assert float(proportions.effective_n(0.3, np.sqrt(0.3 * 0.7 / 100))) == pytest.approx(100)
    assert np.isnan(proportions.effective_n(0.0, 0.0))


def test_standard_error_of_a_share_by_hand():
    """Weights 1, 2 with the property and 3 without: p = ½, Σ(w(y − p))² = (1 + 4 + 9)/4; in a sample of 3 and of 5."""
    for cases in (3, 5):
        found = proportions.share_se(3, 5, 6, 14, cases)
        assert float(found) == pytest.approx(np.sqrt(cases / (cases - 1) * 14 / 4) / 6, rel=1e-14)
    # Everybody has it: no error. One case, and nobody: none to be had.
    assert proportions.share_se([6, 2, 0], [14, 4, 0], [6, 2, 0], [14, 4, 0], [3, 1, 3])[0] == 0
    assert not np.isfinite(proportions.share_se([6, 2, 0], [14, 4, 0], [6, 2, 0], [14, 4, 0], [3, 1, 3])[1:]).any()
    # Rounding may leave a negative sum of squares.
    assert proportions.share_se(1.0, 1.0 + 1e-16, 1.0, 1.0 - 1e-16, 4) == 0


def test_shares_of_zero_and_one():
    low, high = proportions.logit_interval([0.0, 1.0], [0.0, 0.0], 9)
    assert np.isnan([*low, *high]).all()
    low, high = proportions.clopper_pearson([0, 20], [20, 20])
    np.testing.assert_allclose([low[0], high[1]], [0, 1])
    # For 0 of 20: 1 − 0.025^(1/20)
    assert high[0] == pytest.approx(1 - 0.025 ** (1 / 20), rel=1e-12)
    assert low[1] == pytest.approx(0.025 ** (1 / 20), rel=1e-12)


# ---------------------------------------------------------------- columns


def pairs_of(cube):
    return [[cube[i, a, b] for a, b in combinations(range(cube.shape[1]), 2)] for i in range(cube.shape[0])]


@pytest.mark.parametrize("adjustment", ["none", "bonferroni", "holm", "bh"])
def test_column_comparison_is_rs_prop_test(adjustment):
    one = R["columns"]
    found = proportions.compare_columns(crosstab(one["counts"]), Options(adjustment=adjustment))
    np.testing.assert_allclose(pairs_of(found.z), one["z"], rtol=1e-9)
    np.testing.assert_allclose(pairs_of(found.p), one["p"], rtol=1e-9)
    np.testing.assert_allclose(pairs_of(found.adjusted), one["p" if adjustment == "none" else adjustment], rtol=1e-9)
    np.testing.assert_array_equal(found.z, -found.z.transpose(0, 2, 1))
    np.testing.assert_array_equal(found.p, found.p.transpose(0, 2, 1))


def test_reference_list_of_column_proportions():
    found = proportions.compare_columns(crosstab(VOTES), Options())
    np.testing.assert_allclose(pairs_of(found.z)[0], [-1.3624392757, -5.4341560166, -3.1086543774], rtol=1e-10)
    np.testing.assert_allclose(pairs_of(found.adjusted)[0], [0.519178, 1.651692e-07, 0.005638243], rtol=1e-6)
    np.testing.assert_allclose(pairs_of(found.z)[1], [1.3624392757, 5.4341560166, 3.1086543774], rtol=1e-10)


def letters_of(counts, **options):
    found = numbers(crosstab(counts), Options(**options), ["letters"])["letters"]
    assert isinstance(found, Cells)
    assert found.letters is not None
    return found


def test_letters_stand_in_the_larger_share():
    found = letters_of(VOTES)
    assert found.letters.tolist() == [["C", "C", ""], ["", "", "A B"]]
    np.testing.assert_array_equal(found.values, [[1, 1, 0], [0, 0, 2]])
    assert found.method == "pooled_z adjustment=bonferroni level=0.05"


def test_letters_follow_the_level_and_the_adjustment():
    # Raw p of C−B is .00188, of B−A .173; Bonferroni ×3 .00564.
    assert letters_of(VOTES, confidence=0.995).letters.tolist()[0] == ["C", "", ""]
    assert letters_of(VOTES, confidence=0.995, adjustment="none").letters.tolist()[0] == ["C", "C", ""]
    assert letters_of(VOTES, confidence=0.8, adjustment="none").letters.tolist()[0] == ["B C", "C", ""]


def test_a_share_of_zero_or_one_takes_no_part():
    counts = [[0, 30, 10, 20], [40, 10, 30, 0]]
    found = letters_of(counts)
    assert np.isnan(found.values[:, [0, 3]]).all()
    assert found.error == "column_not_compared"
    assert found.letters.tolist() == [["", "C", "", ""], ["", "", "B", ""]]
    # The family is the one pair left: not multiplied by 6.
    compared = proportions.compare_columns(crosstab(counts), Options())
    assert compared.adjusted[0, 1, 2] == compared.p[0, 1, 2]
    assert np.isnan(compared.z[0, 0, 1])


def test_a_base_below_two_takes_no_part():
    found = proportions.compare_columns(crosstab([[0.9, 20, 5], [0.9, 10, 30]]), Options())
    assert found.takes_part.tolist() == [[False, True, True]] * 2


def test_least_expected_count():
    counts = [[1, 30, 10], [3, 20, 60]]
    free = proportions.compare_columns(crosstab(counts), Options())
    assert free.takes_part.all()
    # Expected counts of the first column: 41·4/124 = 1.32 and 2.68.
    strict = proportions.compare_columns(crosstab(counts), Options(least_expected=1.5))
    assert strict.takes_part.tolist() == [[False, True, True], [False, True, True]]
    assert proportions.compare_columns(crosstab(counts), Options(least_expected=1.3)).takes_part.all()


def test_an_empty_column_keeps_its_letter_and_changes_nothing_else():
    wider = [[row[0], 0, *row[1:]] for row in VOTES]
    assert letters_of(wider).letters.tolist() == [["D", "", "D", ""], ["", "", "", "A C"]]


def test_a_base_of_two_takes_part_and_of_less_not():
    counts = [[1.0, 20], [1.0, 30]]
    assert proportions.compare_columns(crosstab(counts), Options()).takes_part.all()
    # With a probability weight the cases count, not their weights.
    table = of_cases([0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 1, 1], [0.1] * 6)
    assert proportions.compare_columns(table, Options()).takes_part.all()


def test_least_expected_count_of_a_weighted_table_is_in_cases():
    """Expected ½·½·4·… of a weight of ten or a tenth for every case are those of the cases."""
    row, col = [0] * 9 + [1] * 9, [0, 0, 0, 1, 1, 1, 1, 1, 1] * 2
    # Columns of 6 and 12 cases, halves in each row: expected 3 and 6.
    for weight in (0.1, 1.0, 10.0):
        table = of_cases(row, col, [weight] * 18)
        for least, part in ((2.99, [True, True]), (3.01, [False, True]), (6.01, [False, False])):
            found = proportions.compare_columns(table, Options(least_expected=least))
            assert found.takes_part.tolist() == [part] * 2
    whole = proportions.compare_columns(crosstab([[3, 6], [3, 6]]), Options(least_expected=3.0))
    assert whole.takes_part.all()
    nobody = crosstab([[0, 0], [0, 0]])
    assert not proportions.compare_columns(nobody, Options(least_expected=0.5)).takes_part.any()


def test_letters_of_a_design_by_position():
    found = numbers(of_cases([0, 1] * 40, [0] * 20 + [1] * 60, [1] * 20 + [5, 1] * 30), Options(), ["letters"])[
        "letters"
    ]
    assert found.letters.tolist() == [["", "A"], ["B", ""]]
    assert found.method == "design_based_z adjustment=bonferroni level=0.05"
    empty = numbers(crosstab([[0, 0], [0, 0]]), ids=["letters"])["letters"]
    assert (empty.error, empty.values.shape, np.isnan(empty.values).all()) == ("no_cases", (2, 2), True)
    assert "letters" not in numbers(crosstab([[3], [4]]))
    assert "letters" in numbers(crosstab([[3, 4], [4, 3]]))


def test_letters_by_position():
    assert [proportions.letter(i) for i in (0, 1, 25, 26, 27, 51, 52, 701, 702)] == [
        "A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_adjustments_leave_missing_comparisons_out():
    p = np.array([[0.01, np.nan, 0.04, 0.03]])
    np.testing.assert_allclose(multiple_tests.adjust_rows(p, "bonferroni"), [[0.03, np.nan, 0.12, 0.09]])
    # R: p.adjust(c(.01, .04, .03), "holm") and "BH"
    np.testing.assert_allclose(multiple_tests.adjust_rows(p, "holm"), [[0.03, np.nan, 0.06, 0.06]])
    np.testing.assert_allclose(multiple_tests.adjust_rows(p, "bh"), [[0.03, np.nan, 0.04, 0.04]])
    with pytest.raises(ValueError, match="sidak"):
        multiple_tests.adjust_rows(p, "sidak")


@pytest.mark.parametrize("design", ["one_stage", "clusters", "unweighted"])
def test_design_based_comparison_is_r_surveys(design):
    one, data = R[design], R["weighted_cases"]
    weight = [1.0] * len(data["row"]) if design == "unweighted" else data["weight"]
    table = of_cases(data["row"], data["col"], weight)
    if design == "clusters":
        table = replace(table, covariance=np.array(one["covariance"]), design_df=one["df"])
    found = proportions.compare_columns(table, Options(adjustment="none"))
    compared = 0
    for i, a, b, z in one["pairs"]:
        ours = found.z[int(i), int(a), int(b)]
        if np.isnan(ours):
            assert not (found.takes_part[int(i), int(a)] and found.takes_part[int(i), int(b)])
            continue
        compared += 1
        assert log_relative_error(ours, z) > 9
        # R: 2 * pt(-abs(z), df)
    assert compared >= 9
    assert numbers(table, ids=["letters"])["letters"].method.startswith("design_based_z ")


def test_design_based_p_has_the_designs_degrees_of_freedom():
    table = replace(crosstab([[4, 9], [8, 3]]), weighting="probability")
    wide = proportions.compare_columns(replace(table, design_df=3.0), Options())
    z = abs(wide.z[0, 0, 1])
    # Student's t with 3 degrees of freedom in closed form.
    t = z / np.sqrt(3)
    assert wide.p[0, 0, 1] == pytest.approx(1 - 2 / np.pi * (np.arctan(t) + t / (1 + t**2)), rel=1e-10)
    assert proportions.compare_columns(table, Options()).p[0, 0, 1] < wide.p[0, 0, 1]


def test_a_table_of_too_many_comparisons_is_a_reason():
    found = numbers(crosstab(np.ones((51, 320)).tolist()), ids=["letters"])["letters"]
    assert found.error == "too_many_cells"
    assert found.values.shape == (51, 320)
    assert np.isnan(found.values).all()
    # 5,000,000 comparisons are the most: 50 rows, 316 columns are 4,992,800.
    assert numbers(crosstab(np.ones((50, 316)).tolist()), ids=["letters"])["letters"].error == "column_not_compared"
