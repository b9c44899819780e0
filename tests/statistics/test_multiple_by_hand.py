"""Multiple response sets of a sample with strata, clusters or replicate weights: from the definition, case by case."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations, product

import numpy as np
import pytest
from scipy.special import chdtrc, fdtrc, ndtr, stdtr, stdtrit

from pipeline.statistics.core import Options
from pipeline.statistics.design import Sampled, design, replicates
from pipeline.statistics.multiple import Columns, _batches, pairwise_z, share_of_cases, share_of_responses
from pipeline.statistics.registry import compute, known
from tests.statistics.test_design_by_hand import by_definition
from tests.statistics.test_multiple import crosstab, pair, values

RANDOM = np.random.default_rng(23)
CASES = 60
G = RANDOM.integers(0, 3, CASES)
ITEMS = (RANDOM.random((CASES, 3)) < np.array([[0.2, 0.5, 0.6], [0.6, 0.4, 0.5], [0.7, 0.5, 0.3]])[G]).astype(int)
W = RANDOM.integers(1, 7, CASES) / 2
H = np.arange(CASES) // 20
K = np.arange(CASES) // 4
POPULATION = np.full(CASES, 12.0)
REPLICATE = W[:, None] * RANDOM.uniform(0.2, 1.8, (CASES, 9))


def of_sample(sample):
    plain = crosstab(G, ITEMS, W, "probability")
    pattern = np.array([np.flatnonzero((plain.patterns == row).all(axis=1))[0] for row in ITEMS])
    return replace(plain, sampling=Sampled(sample, pattern * 3 + G, plain.patterns_w.size))


def share(w, item, group):
    inside = group == G
    return w[inside] @ ITEMS[inside, item] / w[inside].sum()


def scores(item, group):
    """w(y − p)/Σw of the cases in the group."""
    inside = group == G
    return W * inside * (ITEMS[:, item] - share(W, item, group)) / W[inside].sum()


@pytest.mark.parametrize("population", [None, POPULATION])
def test_shares_of_cases_by_definition(population):
    found = values(
        of_sample(design(W, H, K, population)), "share_of_cases", "share_of_cases_se", "interval_low", "interval_high"
    )
    for j, g in np.ndindex(3, 3):
        p = share(W, j, g)
        se = by_definition(scores(j, g)[:, None], H, K, population)[0, 0] ** 0.5
        assert found["share_of_cases"].values[j, g] == pytest.approx(p, rel=1e-12)
        assert found["share_of_cases_se"].values[j, g] == pytest.approx(se, rel=1e-10)
        half = stdtrit(12, 0.975) * se / (p * (1 - p))
        for name, sign in (("interval_low", -1), ("interval_high", 1)):
            limit = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + sign * half)))
            assert found[name].values[j, g] == pytest.approx(limit, rel=1e-9)
    assert (found["share_of_cases_se"].method, found["interval_low"].method) == ("design", "logit_share_of_cases")


def test_shares_of_replicates_by_definition():
    found = values(of_sample(replicates(W, REPLICATE, "jk1")), "share_of_cases_se")["share_of_cases_se"]
    for j, g in np.ndindex(3, 3):
        theta = np.array([share(v, j, g) for v in REPLICATE.T])
        want = (8 / 9 * ((theta - theta.mean()) ** 2).sum()) ** 0.5
        assert found.values[j, g] == pytest.approx(want, rel=1e-10)


def letters_by_definition(p_values, shares, level=0.05):
    """In each row the letters of the columns whose share is smaller, by p adjusted after Bonferroni."""
    rows, columns = shares.shape
    texts = [["" for _ in range(columns)] for _ in range(rows)]
    pairs = columns * (columns - 1) / 2
    for i in range(rows):
        for a in range(columns):
            smaller = [b for b in range(columns) if b != a and shares[i, b] < shares[i, a]]
            texts[i][a] = " ".join("ABC"[b] for b in smaller if p_values(i, a, b) * pairs < level)
    return texts


@pytest.mark.parametrize("level", [0.05, 0.4])
def test_letters_of_groups_by_definition(level):
    table = of_sample(design(W, H, K, POPULATION))

    def p(j, a, b):
        v = by_definition((scores(j, a) - scores(j, b))[:, None], H, K)[0, 0]
        return 2 * stdtr(12, -abs(share(W, j, a) - share(W, j, b)) / v**0.5)

    shares = np.array([[share(W, j, g) for g in range(3)] for j in range(3)])
    found = values(table, "letters", options=Options(confidence=1 - level))["letters"]
    assert found.letters.tolist() == letters_by_definition(p, shares, level)
    assert "A" in str(found.letters)
    assert found.method == f"linearised_z adjustment=bonferroni level={level:g}"


@pytest.mark.parametrize("level", [0.05, 0.4])
def test_letters_of_items_by_definition(level):
    """The part of an item's cases that is in a group."""
    table = of_sample(design(W, H, K, POPULATION))

    def part(j, g):
        return W @ (ITEMS[:, j] * (g == G)) / (W @ ITEMS[:, j])

    def score(j, g):
        return W * ITEMS[:, j] * ((g == G) - part(j, g)) / (W @ ITEMS[:, j])

    def p(g, a, b):
        v = by_definition((score(a, g) - score(b, g))[:, None], H, K)[0, 0]
        return 2 * stdtr(12, -abs(part(a, g) - part(b, g)) / v**0.5)

    shares = np.array([[part(j, g) for j in range(3)] for g in range(3)])
    found = values(table, "letters_items", options=Options(confidence=1 - level))["letters_items"]
    assert found.letters.T.tolist() == letters_by_definition(p, shares, level)
    assert found.method == f"overlapping_linearised_z adjustment=bonferroni level={level:g}"


def test_a_design_without_a_variance_says_so():
    lonely = of_sample(design(W, np.where(np.arange(CASES) == 0, 9, 1)))
    for name in ("share_of_cases_se", "interval_low", "letters", "letters_items"):
        found = values(lonely, name)[name]
        assert found.error == "lonely_psu"
        assert np.isnan(found.values).all()


def test_every_function_gives_all_its_ids_and_no_other():
    for weighting in ("none", "frequency", "probability"):
        whole = np.ones(CASES) if weighting == "none" else W
        for aggregate in (
            crosstab(G, ITEMS, whole, weighting),
            crosstab(0 * G, ITEMS, whole, weighting),
            crosstab(G, 0 * ITEMS, whole, weighting),
            crosstab(G, ITEMS, 0 * whole, weighting),
            pair(ITEMS[:, :2], ITEMS[:, 1:], whole, weighting),
            pair(0 * ITEMS[:, :2], ITEMS[:, 1:], whole, weighting),
            of_sample(design(W, H, K)),
        ):
            for one in {id(one): one for one in known(type(aggregate)).values()}.values():
                assert set(one.function(aggregate, Options(monte_carlo=20))) == set(one.ids)


def test_shares_by_hand():
    mentions = np.array([[1.0, 0, 0], [3, 2, 0]])
    np.testing.assert_array_equal(
        share_of_cases(mentions, np.array([4.0, 2, 0])), [[0.25, 0, np.nan], [0.75, 1, np.nan]]
    )
    np.testing.assert_array_equal(share_of_responses(mentions), [[0.25, 0, np.nan], [0.75, 1, np.nan]])
    np.testing.assert_array_equal(share_of_cases(mentions[:, :1] / 8, np.array([0.5])), [[0.25], [0.75]])


def test_z_of_columns_by_hand():
    """Two columns of 10 and 20 cases, 4 and 12 in the row, 5 in both of which 3 are in the row."""
    columns = Columns(
        x=np.array([[4.0, 12]]),
        size=np.array([10.0, 20]),
        both_x=np.array([[[4.0, 3], [3, 12]]]),
        both=np.array([[10.0, 5], [5, 20]]),
        x2=np.array([[4.0, 12]]),
        both_x2=np.array([[[4.0, 3], [3, 12]]]),
        both2=np.array([[10.0, 5], [5, 20]]),
        n=np.array([10, 20]),
        cases=25.0,
        weighting="none",
    )
    p = 16 / 30
    variance = p * (1 - p) * (1 / 10 + 1 / 20) - 2 * (3 * (1 - 2 * p) + 5 * p**2) / 200
    z, a, b = pairwise_z(columns)
    assert z[0, 0] == pytest.approx(0.2 / variance**0.5, rel=1e-12)
    assert (a.tolist(), b.tolist()) == ([0], [1])
    # Σ(e_a − e_b)² with e = (y − p)/n: of the cases of one column and of both.
    own = 10 * 0.4 * 0.6 / 100 + 20 * 0.6 * 0.4 / 400
    shared = (3 * 0.6 * 0.4 + 2 * 0.4 * 0.6) / 200
    z, _, _ = pairwise_z(replace(columns, weighting="probability"))
    assert z[0, 0] == pytest.approx(0.2 / ((own - 2 * shared) * 25 / 24) ** 0.5, rel=1e-12)
    for x in ([[0.0, 12]], [[10.0, 12]], [[4.0, 20]]):
        assert np.isnan(pairwise_z(replace(columns, x=np.array(x)))[0]).all()


def rao_scott_by_definition(covariance, chi2, df):
    """Second order: χ²·tr/Σλ² on tr²/Σλ² degrees of freedom, p from F of χ²/tr."""
    values = np.linalg.eigvalsh(covariance)
    first, second = values.sum(), (values**2).sum()
    own = first**2 / second
    return chi2 * first / second, own, fdtrc(own, own * df, chi2 / first)


def test_association_of_a_set_by_definition():
    """Σ of the Pearson statistics; λ of the covariance of √(n a_g/(p(1 − p)))·(p_gj − Σ a p)."""
    table = of_sample(design(W, H, K, POPULATION))
    parts = np.array([W[g == G].sum() for g in range(3)]) / W.sum()
    shares = np.array([[share(W, j, g) for j in range(3)] for g in range(3)])
    whole = W @ ITEMS / W.sum()
    spread = whole * (1 - whole)
    chi2 = CASES * (parts[:, None] * (shares - parts @ shares) ** 2 / spread).sum()
    away = np.array([[scores(j, g) for j in range(3)] for g in range(3)])
    away = away - np.einsum("g,gjn->jn", parts, away)
    scaled = (away * np.sqrt(CASES * parts[:, None] / spread)[:, :, None]).reshape(9, CASES).T
    want = rao_scott_by_definition(by_definition(scaled, H, K), chi2, 12)
    found = values(table, "mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    assert [one.value for one in found.values()] == pytest.approx([chi2, *want], rel=1e-9)
    assert found["mrcv_rs_p"].method == "mrcv_rao_scott_design df=12"
    assert values(table, "mrcv_permutation_p")["mrcv_permutation_p"].error == "weights_need_rao_scott"
    lonely = values(of_sample(design(W, np.where(np.arange(CASES) == 0, 9, 1))), *found)
    assert [one.error for one in lonely.values()] == ["", "lonely_psu", "lonely_psu", "lonely_psu"]


def pair_of_sample(sample):
    plain = pair(ITEMS[:, :2], ITEMS[:, 1:], W, "probability")
    both = np.hstack([plain.rows, plain.columns])
    cases = np.hstack([ITEMS[:, :2], ITEMS[:, 1:]])
    cell = np.array([np.flatnonzero((both == row).all(axis=1))[0] for row in cases])
    return replace(plain, sampling=Sampled(sample, cell, plain.w.size))


def test_association_of_two_sets_by_definition():
    first, second = ITEMS[:, :2], ITEMS[:, 1:]

    def differences(w):
        shares = w / w.sum()
        return (first * shares[:, None]).T @ second - np.outer(shares @ first, shares @ second)

    pi, pk = W @ first / W.sum(), W @ second / W.sum()
    spread = np.sqrt(np.outer(pi * (1 - pi), pk * (1 - pk)))
    chi2 = CASES * ((differences(W) / spread) ** 2).sum()
    influence = (first - pi)[:, :, None] * (second - pk)[:, None, :] - differences(W)
    scaled = (W[:, None, None] * influence / W.sum() / spread * CASES**0.5).reshape(CASES, 4)
    want = rao_scott_by_definition(by_definition(scaled, H, K), chi2, 12)
    found = values(pair_of_sample(design(W, H, K)), "mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    assert [one.value for one in found.values()] == pytest.approx([chi2, *want], rel=1e-9)
    theta = np.array([(differences(v) / spread).ravel() for v in REPLICATE.T]) * CASES**0.5
    away = theta - theta.mean(axis=0)
    want = rao_scott_by_definition(8 / 9 * away.T @ away, chi2, 8)
    found = values(pair_of_sample(replicates(W, REPLICATE, "jk1", df=8.0)), "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    assert [one.value for one in found.values()] == pytest.approx(want, rel=1e-9)
    # One stage with replacement: n/(n − 1) Σ, p from the chi-square.
    plain = values(pair(first, second, W, "probability"), "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    at_once = rao_scott_by_definition(CASES / (CASES - 1) * scaled.T @ scaled, chi2, 1)
    assert [plain[name].value for name in ("mrcv_rs_chi2", "mrcv_rs_df")] == pytest.approx(at_once[:2], rel=1e-9)
    assert plain["mrcv_rs_p"].value == pytest.approx(chdtrc(at_once[1], at_once[0]), rel=1e-9)


def test_permutations_in_several_batches(monkeypatch):
    """However the deals are divided into batches their number is kept, and every deal of one group is as extreme."""
    monkeypatch.setattr("pipeline.statistics.multiple._BATCH", 7 * CASES)
    even = np.arange(CASES) % 2
    same = np.tile([[1, 0], [1, 0], [0, 1], [0, 1]], (CASES // 4, 1))
    for aggregate in (crosstab(even, same), pair(same, ITEMS)):
        found = values(aggregate, "mrcv_permutation_p", options=Options(monte_carlo=40))["mrcv_permutation_p"]
        assert found.method.startswith("monte_carlo replicates=40 ")
        assert 0.02 < found.value <= 1
    # Without any difference between the groups every deal is at least as extreme: p is 1.
    none = values(crosstab(even, same), "mrcv_permutation_p", options=Options(monte_carlo=40))["mrcv_permutation_p"]
    assert none.value == 1
    halves = crosstab(even, same, np.full(CASES, 0.5), "frequency")
    assert values(halves, "mrcv_permutation_p")["mrcv_permutation_p"].error == "counts_not_whole"


@pytest.mark.parametrize("weight", [None, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("least", [0.4, 6.0, 8.5])
def test_least_expected_count_is_in_cases(weight, least):
    """Expected: mentions of the item times cases of the group over all cases; as many of the rest of the group."""
    w = None if weight is None else np.full(CASES, weight)
    table = crosstab(G, ITEMS, w, "none" if weight is None else "probability")
    expected = np.outer(ITEMS.sum(axis=0), np.bincount(G)) / CASES
    part = np.minimum(expected, np.bincount(G) - expected) >= least
    found = values(table, "letters", options=Options(least_expected=least))["letters"]
    assert np.isnan(found.values).tolist() == (~part).tolist()
    nobody = crosstab(G, ITEMS, np.zeros(CASES), "frequency")
    assert np.isnan(values(nobody, "letters", options=Options(least_expected=least))["letters"].values).all()


def test_a_group_of_one_case_is_not_compared():
    one = crosstab(
        np.array([0, 1, 1, 1, 1]), np.array([[1], [1], [0], [1], [0]]), np.array([0.5, 1, 1, 1, 1]), "frequency"
    )
    assert np.isnan(values(one, "letters")["letters"].values).tolist() == [[True, False]]
    two = crosstab(np.array([0, 0, 1, 1]), np.array([[1], [0], [1], [0]]))
    assert np.isnan(values(two, "letters")["letters"].values).tolist() == [[False, False]]
    ddf = of_sample(design(W, cluster=np.zeros(CASES, dtype=int) + (np.arange(CASES) > 30)))
    assert values(ddf, "mrcv_rs_p")["mrcv_rs_p"].value is not None


@pytest.mark.parametrize("level", [0.05, 0.4, 0.9])
def test_letters_of_two_sets_by_definition(level):
    """The part of a column item's cases that mention the row item, in a sample with strata and clusters."""
    first, second = ITEMS[:, :2], ITEMS

    def part(i, k):
        return W @ (first[:, i] * second[:, k]) / (W @ second[:, k])

    def score(i, k):
        return W * second[:, k] * (first[:, i] - part(i, k)) / (W @ second[:, k])

    def p(i, a, b):
        v = by_definition((score(i, a) - score(i, b))[:, None], H, K)[0, 0]
        return 2 * stdtr(12, -abs(part(i, a) - part(i, b)) / v**0.5)

    # Of the first set's items with themselves the part is 1, which is not compared: the row item is left out.
    shares = np.array([[part(i, k) for k in range(3)] for i in range(2)])
    plain = pair(first, second, W, "probability")
    both = np.hstack([plain.rows, plain.columns])
    cell = np.array([np.flatnonzero((both == row).all(axis=1))[0] for row in np.hstack([first, second])])
    found = values(
        replace(plain, sampling=Sampled(design(W, H, K), cell, plain.w.size)),
        "letters",
        options=Options(confidence=1 - level, adjustment="none"),
    )["letters"]
    want = letters_by_definition(lambda i, a, b: 1.0 if i in (a, b) else p(i, a, b) / 3, shares, level)
    assert found.letters.tolist() == want
    assert np.isnan(found.values).tolist() == (np.eye(2, 3) == 1).tolist()
    assert found.method == f"overlapping_linearised_z adjustment=none level={level:g}"


def test_two_sets_whose_design_has_no_variance():
    lonely = pair_of_sample(design(W, np.where(np.arange(CASES) == 0, 9, 1)))
    found = values(lonely, "letters", "mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    assert [one.error for one in found.values()] == ["lonely_psu", "", "lonely_psu", "lonely_psu", "lonely_psu"]
    plain = values(pair(ITEMS[:, :2], ITEMS[:, 1:], W, "probability"), "mrcv_chi2")
    assert found["mrcv_chi2"] == plain["mrcv_chi2"]


@pytest.mark.parametrize("weighting", ["none", "frequency", "probability"])
def test_where_a_letter_begins(weighting):
    """With the level just above the p of a pair its letter is there, just below it is not; every pair."""
    w = np.ones(CASES) if weighting == "none" else W
    table = crosstab(G, ITEMS, w, weighting)

    def p(j, a, b):
        na, nb = w @ (a == G), w @ (b == G)
        pa, pb = w @ (ITEMS[:, j] * (a == G)) / na, w @ (ITEMS[:, j] * (b == G)) / nb
        if weighting == "probability":
            away = w * (ITEMS[:, j] - np.where(a == G, pa, pb)) * ((a == G) / na + (b == G) / nb)
            return 2 * stdtr(CASES - 1, -abs(pa - pb) / (away @ away * CASES / (CASES - 1)) ** 0.5)
        pooled = (na * pa + nb * pb) / (na + nb)
        return 2 * ndtr(-abs(pa - pb) / (pooled * (1 - pooled) * (1 / na + 1 / nb)) ** 0.5)

    for j, (a, b) in product(range(3), combinations(range(3), 2)):
        for factor in (1 + 1e-7, 1 - 1e-7):
            options = Options(confidence=1 - p(j, a, b) * factor, adjustment="none")
            texts = values(table, "letters", options=options)["letters"].letters[j]
            assert ("ABC"[a] in texts[b] or "ABC"[b] in texts[a]) == (factor > 1)


def test_values_of_letters_are_how_many():
    found = values(crosstab(G, ITEMS), "letters", options=Options(confidence=1e-9, adjustment="none"))["letters"]
    assert found.values.tolist() == [[len(text.split()) for text in row] for row in found.letters]
    assert sorted(found.values[0]) == [0, 1, 2]
    # An item that nobody in a group mentions, or everybody, is not compared there.
    item = np.where(G == 0, 0, np.where(G == 1, 1, np.arange(CASES) % 2))[:, None]
    assert np.isnan(values(crosstab(G, item), "letters")["letters"].values).tolist() == [[True, True, False]]


def test_least_expected_count_below_one():
    """One case of 60 mentions it: 1 × 20/60 expected; and weights that add up to less than 1 are scaled to cases."""
    once = (np.arange(CASES) == 7).astype(int)[:, None]
    thirds = np.arange(CASES) % 3
    for least, part in ((0.2, True), (0.5, False)):
        for table in (
            crosstab(thirds, np.hstack([once, 1 - once])),
            crosstab(thirds, np.hstack([once, 1 - once]), np.full(CASES, 0.001), "probability"),
        ):
            found = values(table, "letters", options=Options(least_expected=least))["letters"].values
            assert np.isfinite(found[:, 7 % 3]).tolist() == [part, part]


def test_an_empty_group_changes_nothing():
    """Groups 0, 2 and 4 of six: all that can be said of the three is said as if they were alone."""
    ids = ("mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    for weighting in ("none", "frequency", "probability"):
        w = np.ones(CASES) if weighting == "none" else W
        alone, among = crosstab(G, ITEMS, w, weighting), crosstab(2 * G, ITEMS, w, weighting, groups=6)
        assert [one.value for one in values(among, *ids).values()] == pytest.approx(
            [one.value for one in values(alone, *ids).values()], rel=1e-12
        )
        for name in ("share_of_cases", "share_of_cases_se", "interval_low", "interval_high"):
            found, want = values(among, name)[name], values(alone, name)[name].values
            np.testing.assert_allclose(found.values[:, ::2], want, rtol=1e-12)
            assert np.isnan(found.values[:, 1::2]).all()
            assert found.error == "no_cases"
    sample = design(W, H, K)
    alone, among = of_sample(sample), crosstab(2 * G, ITEMS, W, "probability", groups=6)
    pattern = np.array([np.flatnonzero((among.patterns == row).all(axis=1))[0] for row in ITEMS])
    among = replace(among, sampling=Sampled(sample, pattern * 6 + 2 * G, among.patterns_w.size))
    assert [one.value for one in values(among, *ids).values()] == pytest.approx(
        [one.value for one in values(alone, *ids).values()], rel=1e-12
    )
    np.testing.assert_allclose(
        values(among, "share_of_cases_se")["share_of_cases_se"].values[:, ::2],
        values(alone, "share_of_cases_se")["share_of_cases_se"].values,
        rtol=1e-12,
    )


def test_no_degrees_of_freedom_no_p():
    none = of_sample(replicates(W, REPLICATE, "jk1", df=0.0))
    found = values(none, "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    assert [one.error for one in found.values()] == ["", "", "no_degrees_of_freedom"]


def test_items_of_one_case_and_of_all_but_one():
    """They vary, if barely, and are tested; those of nobody and of everybody are left out, on either side."""
    one, item = (np.arange(CASES) == 7).astype(int), ITEMS[:, 0]
    edges = np.column_stack([0 * one, one, 1 - one, 1 + 0 * one])

    def pearson(x, y):
        return CASES * np.corrcoef(x, y)[0, 1] ** 2

    for aggregate in (
        pair(edges, item[:, None]),
        pair(item[:, None], edges),
        crosstab(item, edges),
    ):
        found = values(aggregate, "mrcv_chi2", "mrcv_rs_p")
        assert found["mrcv_chi2"].value == pytest.approx(2 * pearson(one, item), rel=1e-9)
        assert [result.warning for result in found.values()] == ["items_without_variation count=2"] * 2
    for nothing in (pair(edges[:, [0, 3]], item[:, None]), pair(item[:, None], edges[:, [0, 3]])):
        assert values(nothing, "mrcv_chi2")["mrcv_chi2"].error == "no_item_varies"


def test_permutations_against_all_of_them():
    """Six cases, all 720 deals: the p of the statistic as it is defined lies within the limits of the seeded one."""
    z = np.array([[1, 1], [1, 0], [1, 1], [0, 0], [0, 1], [0, 0]])
    y = np.array([[1, 0, 1], [1, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1], [1, 1, 0]])
    groups = np.array([0, 0, 0, 1, 1, 2])

    def of_sets(order):
        return sum(np.corrcoef(z[:, i], y[order, k])[0, 1] ** 2 for i in range(2) for k in range(3))

    def of_groups(order):
        g, p = groups[order], y.mean(axis=0)
        return sum(
            (g == one).sum() * (y[g == one, j].mean() - p[j]) ** 2 / (p[j] * (1 - p[j]))
            for one in range(3)
            for j in range(3)
        )

    for statistic, aggregate in ((of_sets, pair(z, y)), (of_groups, crosstab(groups, y))):
        dealt = np.array([statistic(list(order)) for order in permutations(range(6))])
        exact = (dealt >= dealt[0] - 1e-9).mean()
        found = values(aggregate, "mrcv_permutation_p", options=Options(monte_carlo=20_000, seed=2))
        words = dict(word.split("=") for word in found["mrcv_permutation_p"].method.split()[1:])
        assert float(words["low"]) < exact < float(words["high"])
        assert 0.05 < exact < 0.95
        assert float(words["high"]) - float(words["low"]) < 0.03


def test_batches(monkeypatch):
    monkeypatch.setattr("pipeline.statistics.multiple._BATCH", 100)
    assert list(_batches(30, 10)) == [3, 3, 3, 1]
    assert list(_batches(101, 3)) == [1, 1, 1]
    assert list(_batches(1, 5)) == [5]


def test_what_is_computed_without_being_asked_for():
    """Letters where there are columns to compare; permutations only by name."""

    def given(aggregate):
        return {name for name, _ in compute(aggregate, Options())}

    tests = {"mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p"}
    assert given(crosstab(G % 2, ITEMS)) >= {"letters", "letters_items", *tests}
    assert not given(crosstab(0 * G, ITEMS)) & {"letters", "letters_items", *tests, "mrcv_permutation_p"}
    assert given(pair(ITEMS[:, :2], ITEMS[:, :2])) >= {"letters", *tests}
    assert "letters" not in given(pair(ITEMS[:, :2], ITEMS[:, :1]))
    assert "mrcv_permutation_p" not in given(pair(ITEMS[:, :2], ITEMS)) | given(crosstab(G, ITEMS))
