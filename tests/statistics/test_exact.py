"""Exact tests against R, brute force and integer arithmetic."""

from __future__ import annotations

from itertools import product
from math import comb, factorial

import numpy as np
import pytest

from pipeline.statistics import exact
from pipeline.statistics.core import Options
from tests.statistics.crosstab_aggregates import crosstab, log_relative_error, numbers, of_cases, oracle, reason, value

R = oracle("crosstabs_r.json")
FIVE = [
    [1, 2, 2, 1, 1, 0, 1],
    [2, 0, 0, 2, 3, 0, 0],
    [0, 1, 1, 1, 2, 7, 3],
    [1, 1, 2, 0, 0, 0, 1],
    [0, 1, 1, 1, 1, 0, 0],
]
FOUR = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]


@pytest.mark.parametrize(
    ("counts", "p", "digits"),
    [
        ([[2, 7], [8, 2]], 0.02301413756522116, 13),
        ([[100, 2], [1000, 5]], 0.1300759363430016, 12),
        ([[5, 0], [1, 4]], 0.04761904761904762, 15),
        (FIVE, 0.03928964365533, 12),
        (FOUR, 0.7826849389, 10),
    ],
)
def test_reference_list(counts, p, digits):
    found = numbers(crosstab(counts), ids=["fisher_p"])["fisher_p"]
    assert log_relative_error(found.value, p) > digits
    assert found.method == "exact"


@pytest.mark.parametrize("name", R["fisher"])
def test_fisher_is_r(name):
    one = R["fisher"][name]
    assert log_relative_error(value(crosstab(one["counts"]), "fisher_p"), one["p"]) > 9
    turned = np.array(one["counts"]).T.tolist()
    assert log_relative_error(value(crosstab(turned), "fisher_p"), one["p"]) > 9


@pytest.mark.parametrize("name", R["permutation"])
def test_exact_chi2_is_the_count_of_all_tables(name):
    one = R["permutation"][name]
    assert log_relative_error(value(crosstab(one["counts"]), "permutation_p"), one["p"]) > 9


@pytest.mark.parametrize("one", R["odds"])
def test_one_sided_is_rs_smaller_tail(one):
    assert (
        log_relative_error(value(crosstab(one["counts"]), "fisher_p_one_sided"), min(one["less"], one["greater"])) > 9
    )


def integer_fisher(a, b, c, d):
    """Two-sided p from factorials in integers: all tables no more probable."""
    r1, r2, s1, n = a + b, c + d, a + c, a + b + c + d
    ways = [
        factorial(r1)
        // (factorial(k) * factorial(r1 - k))
        * (factorial(r2) // (factorial(s1 - k) * factorial(r2 - s1 + k)))
        for k in range(max(0, s1 - r2), min(r1, s1) + 1)
    ]
    seen = comb(r1, a) * comb(r2, c)
    return sum(w for w in ways if w <= seen) / comb(n, s1)


def tables_up_to(n):
    for total in range(n + 1):
        for a, b, c in product(range(total + 1), repeat=3):
            if a + b + c <= total:
                yield a, b, c, total - a - b - c


@pytest.mark.exhaustive
def test_all_two_by_two_tables_up_to_30():
    tables = 0
    for a, b, c, d in tables_up_to(30):
        tables += 1
        p = exact.fisher_two_by_two(((a, b), (c, d)))[0]
        assert abs(p - integer_fisher(a, b, c, d)) <= 1e-15 * p
    assert tables == 46_376


@pytest.mark.exhaustive
def test_all_two_by_two_tables_up_to_30_in_logarithms(monkeypatch):
    """The way that large tables go, R's rule for ties included, decides every small table as integers do."""
    monkeypatch.setattr(exact, "_INTEGER_CASES", -1)
    for a, b, c, d in tables_up_to(30):
        p = exact.fisher_two_by_two(((a, b), (c, d)))[0]
        assert log_relative_error(p, integer_fisher(a, b, c, d)) > 11


@pytest.mark.exhaustive
def test_all_two_by_two_tables_up_to_16_by_the_network():
    for a, b, c, d in tables_up_to(16):
        if min(a + b, c + d, a + c, b + d) > 0:
            found = exact._exact(((a, b), (c, d)), Options(), "probability").value
            assert log_relative_error(found, integer_fisher(a, b, c, d)) > 10


def test_some_two_by_two_tables_in_integers_and_in_logarithms(monkeypatch):
    tables = [(3, 9, 4, 2), (10, 0, 3, 8), (1, 1, 1, 1), (7, 7, 0, 9), (12, 5, 6, 14)]
    in_integers = [exact.fisher_two_by_two(((a, b), (c, d))) for a, b, c, d in tables]
    assert [p for p, _ in in_integers] == [integer_fisher(*t) for t in tables]
    monkeypatch.setattr(exact, "_INTEGER_CASES", 0)
    for (a, b, c, d), both in zip(tables, in_integers, strict=True):
        np.testing.assert_allclose(exact.fisher_two_by_two(((a, b), (c, d))), both, rtol=1e-11)


def test_large_two_by_two():
    # R: fisher.test(matrix(c(5000, 4800, 5200, 5100), 2, byrow = TRUE))$p.value
    assert log_relative_error(value(crosstab([[5000, 4800], [5200, 5100]]), "fisher_p"), LARGE) > 9


LARGE = 0.45447563276825925


@pytest.mark.parametrize(
    ("counts", "two", "one"),
    [
        # R 4.2.2: x <- matrix(…, 2, byrow = TRUE); fisher.test(x)$p.value; one: the smaller of
        # fisher.test(x, alternative = "less")$p.value and fisher.test(x, alternative = "greater")$p.value
        ([[700, 300], [620, 380]], 0.00018996237320505075, 9.4981186602525469e-05),
        ([[900, 3], [250, 0]], 1.0, 0.48002291378915846),
        ([[0, 40], [600, 900]], 3.5941482664653079e-09, 1.9082235020574973e-09),
        ([[600, 600], [600, 600]], 1.0, 0.51628166158316924),
    ],
)
def test_two_by_two_of_more_than_a_thousand_cases(counts, two, one):
    assert value(crosstab(counts), "fisher_p") == pytest.approx(two, rel=1e-9)
    assert value(crosstab(counts), "fisher_p_one_sided") == pytest.approx(one, rel=1e-9)
    assert value(crosstab(counts), "fisher_p") <= 1


def brute_force(counts, extreme):
    """P of all r×3 tables with these margins for which ``extreme`` holds, by trying every table."""
    x = np.array(counts)
    rows, cols = x.sum(axis=1), x.sum(axis=0)
    n = int(x.sum())
    total = 0.0
    ways = [[(i, j, r - i - j) for i in range(r + 1) for j in range(r - i + 1)] for r in rows]
    constant = np.prod([float(factorial(int(t))) for t in (*rows, *cols)]) / factorial(n)
    for choice in product(*ways):
        y = np.array(choice)
        if (y.sum(axis=0) == cols).all() and extreme(y):
            total += constant / np.prod([float(factorial(int(t))) for t in y.ravel()])
    return total


@pytest.mark.parametrize("counts", [[[2, 1, 0], [0, 3, 2], [4, 0, 1]], [[1, 0, 3], [2, 2, 0], [0, 1, 1], [3, 0, 2]]])
def test_both_tests_by_trying_every_table(counts):
    x = np.array(counts)
    expected = np.outer(x.sum(axis=1), x.sum(axis=0)) / x.sum()
    chi2 = ((x - expected) ** 2 / expected).sum()
    weight = np.prod([factorial(int(t)) for t in x.ravel()])
    fisher = brute_force(counts, lambda y: np.prod([factorial(int(t)) for t in y.ravel()]) >= weight)
    permutation = brute_force(counts, lambda y: ((y - expected) ** 2 / expected).sum() >= chi2 - 1e-9)
    assert log_relative_error(value(crosstab(counts), "fisher_p"), fisher) > 11
    assert log_relative_error(value(crosstab(counts), "permutation_p"), permutation) > 11


# ---------------------------------------------------------------- Monte Carlo

SMALL = Options(enumeration_limit=50)


def test_beyond_the_limit_monte_carlo_is_seeded_and_says_so():
    first, again = (numbers(crosstab(FOUR), SMALL, ["fisher_p"])["fisher_p"] for _ in range(2))
    assert first == again
    assert first.method.startswith("monte_carlo replicates=10000 seed=20091 low=")


def test_the_99_percent_interval_of_monte_carlo_holds_the_exact_p():
    held = 0
    for seed in range(1, 21):
        options = Options(enumeration_limit=50, seed=seed, monte_carlo=2_000)
        found = numbers(crosstab(FOUR), options, ["fisher_p"])["fisher_p"]
        low, high = (float(word.partition("=")[2]) for word in found.method.split()[3:])
        assert low < found.value < high < low + 0.06
        held += low < 0.7826849389 < high
    assert held >= 19


def test_monte_carlo_of_chi2():
    counts = R["permutation"]["small"]["counts"]
    found = numbers(crosstab(counts), SMALL, ["permutation_p"])["permutation_p"]
    assert found.method.startswith("monte_carlo replicates=10000 ")
    assert found.value == pytest.approx(R["permutation"]["small"]["p"], abs=0.012)


def test_monte_carlo_p_is_never_zero():
    value_, low, high = exact.monte_carlo_p(0, 9_999)
    assert value_ == 1 / 10_000
    assert low == 0
    assert high == pytest.approx(1 - 0.005 ** (1 / 9_999), rel=1e-10)


@pytest.mark.parametrize(("rows", "cols"), [([4, 0, 9], [6, 5, 2]), ([2, 1, 3], [3, 1, 2])])
def test_random_tables_have_the_margins_and_the_means(rows, cols, monkeypatch):
    """13 cases in 9 cells are drawn cell by cell, 6 cases are shuffled; both in several batches."""
    monkeypatch.setattr(exact, "_MOST_NUMBERS", 90_000)
    batches = list(exact.random_tables(np.array(rows), np.array(cols), 4_500, 1))
    assert [len(b) for b in batches] == [1000] * 4 + [500]
    found = np.concatenate(batches)
    assert (found.sum(axis=2) == rows).all()
    assert (found.sum(axis=1) == cols).all()
    assert found.min() >= 0
    np.testing.assert_allclose(found.mean(axis=0), np.outer(rows, cols) / sum(rows), atol=0.08)
    # Variance of a hypergeometric count.
    n, r, c = sum(rows), rows[2], cols[0]
    spread = r * c * (n - r) * (n - c) / (n**2 * (n - 1))
    assert found[:, 2, 0].var() == pytest.approx(spread, rel=0.1)


def test_the_limit_counts_steps():
    """A 2×3 table of margins 1, 2 and 1, 1, 1: the edges are counted by hand.

    Rows left (1, 2): columns of 1 take the case from either row, 2 edges; (0, 2) and (1, 1): 1 + 2 edges; (0, 1) and
    (1, 0): 1 + 1. Seven edges make the network; p is 1 at once, because every table is as probable.
    """
    table = crosstab([[1, 0, 0], [0, 1, 1]])
    for limit, method in ((6, "monte_carlo"), (7, "exact")):
        found = numbers(table, Options(enumeration_limit=limit, monte_carlo=99), ["permutation_p"])["permutation_p"]
        assert found.method.split()[0] == method
        assert found.value == pytest.approx(1, rel=1e-14)


def test_monte_carlo_counts_ties():
    """Every permutation of this table has the same chi-square, computed in another order: p is 1, with ties."""
    for counts in ([[1, 0, 0], [0, 1, 1]], [[3, 0, 0, 0], [0, 1, 1, 1]]):
        for name in ("fisher_p", "permutation_p"):
            exactly = value(crosstab(counts), name)
            by_chance = value(crosstab(counts), name, Options(enumeration_limit=1, monte_carlo=4_000))
            assert by_chance == pytest.approx(exactly, abs=0.03)


def test_a_large_sparse_table_stays_small():
    x = np.zeros((60, 60))
    x[np.arange(60), np.arange(60)[::-1]] = 1
    x[0, :10] += 1
    found = numbers(crosstab(x.tolist()), Options(monte_carlo=500), ["fisher_p"])["fisher_p"]
    assert found.method.startswith("monte_carlo replicates=500 ")


# ---------------------------------------------------------------- reasons and properties


def test_what_is_not_computable():
    assert reason(crosstab([[3, 4], [0, 0]]), "fisher_p") == "fewer_than_two_categories"
    assert reason(crosstab([[3.5, 4], [2, 1]]), "fisher_p") == "counts_not_whole"
    assert reason(crosstab([[3.5, 4], [2, 1]]), "permutation_p") == "counts_not_whole"
    assert reason(of_cases([0, 1, 0, 1], [0, 1, 1, 0], [1, 2, 1, 3]), "fisher_p") == "weights_need_rao_scott"
    assert reason(crosstab([[1e6, 1e6], [1e6, 2e6]]), "fisher_p") == "too_many_cases"
    assert reason(crosstab([[1e6, 1e6], [1e6, 2e6]]), "conditional_odds_ratio") == "too_many_cases"
    assert reason(crosstab(FOUR), "fisher_p_one_sided") == "not_two_by_two"


def test_an_empty_category_and_the_order_change_nothing():
    moved = [[0, *row[::-1]] for row in FOUR[::-1]] + [[0] * 5]
    assert value(crosstab(moved), "fisher_p") == pytest.approx(value(crosstab(FOUR), "fisher_p"), rel=1e-11)
    two = crosstab([[0, 0, 0], [2, 0, 7], [8, 0, 2]])
    assert value(two, "fisher_p") == 0.023014137565221155


def test_weights_that_add_up_to_whole_counts():
    tenths = [[sum([0.1] * 20), 7], [8, 2]]
    assert value(crosstab(tenths), "fisher_p") == 0.023014137565221155


def test_applies_where_chi2_is_in_doubt():
    assert "fisher_p" in numbers(crosstab([[50, 60], [70, 80]]))
    assert "fisher_p" in numbers(crosstab([[50, 0, 60], [70, 0, 80]]))
    # Expected counts 6 and 5, by rows: 5 is enough.
    assert "fisher_p" not in numbers(crosstab([[8, 5, 5], [3, 6, 6]]))
    assert "fisher_p" in numbers(crosstab([[8, 5, 5], [3, 6, 5]]))
    assert not {"fisher_p", "permutation_p"} & set(numbers(of_cases([0, 1, 0, 1], [0, 1, 1, 0], [1, 2, 1, 3])))
    assert "fisher_p" not in numbers(crosstab([[50, 60, 40], [70, 80, 30]]))
    assert "permutation_p" in numbers(crosstab([[3, 1, 5], [4, 4, 4], [7, 8, 1]]))
    assert "fisher_p_one_sided" not in numbers(crosstab([[3, 1, 5], [4, 4, 4], [7, 8, 1]]))
