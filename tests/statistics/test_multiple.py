"""Multiple response sets against R (tests/statistics/oracles/multiple.R) and published examples."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.statistics.core import Cells, MultipleCrosstab, Number, Options
from pipeline.statistics.multiple import Columns, MultiplePair, pairwise_z
from pipeline.statistics.registry import compute

ORACLES = Path(__file__).parent / "oracles"
R = json.loads((ORACLES / "multiple.json").read_text())
OPTIONS = Options(monte_carlo=2_000, seed=3)


def cases():
    with (ORACLES / "multiple_cases.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


CASES = cases()
G = CASES["g"].astype(int) - 1
Y = np.column_stack([CASES[f"y{j}"] for j in range(1, 5)]).astype(int)
Z = np.column_stack([CASES[f"z{j}"] for j in range(1, 4)]).astype(int)
ONES = np.ones(len(G))


def crosstab(g, y, weight=None, weighting="none", groups=None):
    weight = np.ones(len(g)) if weight is None else weight
    groups = int(g.max()) + 1 if groups is None else groups
    member = np.eye(groups)[g]
    patterns, where = np.unique(y, axis=0, return_inverse=True)
    shows = np.eye(len(patterns))[where.ravel()]

    def sums(w):
        return (y.T @ (member * w[:, None]), np.einsum("m,mj,mk,mg->jkg", w, y, y, member), w @ member)

    (n, joint_n, cases_n), (w, joint_w, cases_w), (w2, joint_w2, cases_w2) = map(
        sums, (np.ones(len(g)), weight, weight**2)
    )
    return MultipleCrosstab(
        n=n.astype(np.int64),
        w=w,
        w2=w2,
        joint_n=joint_n.astype(np.int64),
        joint_w=joint_w,
        joint_w2=joint_w2,
        cases_n=cases_n.astype(np.int64),
        cases_w=cases_w,
        cases_w2=cases_w2,
        patterns=patterns,
        patterns_n=(shows.T @ member).astype(np.int64),
        patterns_w=shows.T @ (member * weight[:, None]),
        weighting=weighting,
    )


def pair(z, y, weight=None, weighting="none"):
    weight = np.ones(len(z)) if weight is None else weight
    patterns, where = np.unique(np.hstack([z, y]), axis=0, return_inverse=True)
    shows = np.eye(len(patterns))[where.ravel()]
    i = z.shape[1]
    return MultiplePair(
        rows=patterns[:, :i],
        columns=patterns[:, i:],
        n=shows.sum(axis=0).astype(np.int64),
        w=weight @ shows,
        w2=weight**2 @ shows,
        weighting=weighting,
    )


def values(aggregate, *ids, options=OPTIONS):
    return dict(compute(aggregate, options, ids))


def check_rs(aggregate, oracle):
    found = values(aggregate, "mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    for name in ("chi2", "rs_chi2", "rs_df", "rs_p"):
        assert found[f"mrcv_{name}"].value == pytest.approx(oracle[name], rel=1e-9), name
    return found


def test_one_set_against_r():
    found = check_rs(crosstab(G, Y), R["mmi"])
    assert found["mrcv_rs_p"].method == "mrcv_bilder_loughin"


def test_frequency_weights_are_cases():
    check_rs(crosstab(G, Y, CASES["f"], "frequency"), R["mmi_frequency"])
    check_rs(pair(Z, Y, CASES["f"], "frequency"), R["spmi_frequency"])


def test_survey_weights_against_r_survey():
    found = check_rs(crosstab(G, Y, CASES["w"], "probability"), R["mmi_weighted"])
    assert found["mrcv_rs_p"].method == "mrcv_rao_scott_linearised"


def test_two_sets_against_r():
    check_rs(pair(Z, Y), R["spmi"])
    check_rs(pair(Z, Y, CASES["w"], "probability"), R["spmi_weighted"])


def test_one_item_is_pearson():
    found = check_rs(crosstab(G, Y[:, 1:2]), R["mmi_one_item"])
    assert found["mrcv_chi2"].value == pytest.approx(R["mmi"]["x2_item"][1], rel=1e-12)


def test_one_item_and_its_complement_test_the_same_thing():
    """Two items of which each case mentions exactly one say as much as one item."""
    item = Y[:, 1:2]
    found = values(crosstab(G, np.hstack([item, 1 - item])), "mrcv_chi2", "mrcv_rs_chi2", "mrcv_rs_df", "mrcv_rs_p")
    assert found["mrcv_chi2"].value == pytest.approx(2 * R["mmi_one_item"]["chi2"], rel=1e-9)
    assert found["mrcv_rs_chi2"].value == pytest.approx(R["mmi_one_item"]["rs_chi2"], rel=1e-9)
    assert found["mrcv_rs_df"].value == pytest.approx(R["mmi_one_item"]["rs_df"], rel=1e-9)


def test_kansas_farmers():
    """Agresti and Liu 1999, as printed by R package MRCV for farmer1: 262 farmers, education by five sources."""
    no = [[69, 50, 59, 41, 48], [14, 10, 8, 8, 12], [30, 18, 21, 14, 17], [94, 84, 73, 60, 84], [11, 10, 6, 8, 8]]
    yes = [[19, 38, 29, 47, 40], [2, 6, 8, 8, 4], [1, 13, 10, 17, 14], [19, 29, 40, 53, 29], [3, 4, 8, 6, 6]]
    printed = [5.96, 7.89, 4.62, 1.42, 10.95]
    found = []
    for j in range(5):
        g = np.concatenate([np.full(row[j], k) for counts in (no, yes) for k, row in enumerate(counts)])
        y = np.concatenate([np.full(sum(row[j] for row in counts), v) for v, counts in enumerate((no, yes))])
        found.append(values(crosstab(g, y[:, None]), "mrcv_chi2")["mrcv_chi2"].value)
    assert [round(x, 2) for x in found] == printed
    assert round(sum(found), 2) == 30.84


def test_two_sets_of_kansas_farmers():
    """Koziol and Bilder 2014 (R Journal 6/1), 279 farmers: contaminants tested for by waste storage."""
    tables = {  # (contaminant, storage): neither, storage only, contaminant only, both; and their X² as printed
        (1, 1): ((123, 116, 13, 27), 4.93),
        (1, 2): ((175, 64, 24, 16), 2.93),
        (1, 3): ((156, 83, 38, 2), 14.29),
        (1, 4): ((228, 11, 38, 2), 0.01),
        (2, 1): ((128, 121, 8, 22), 6.56),
        (2, 3): ((165, 84, 29, 1), 11.68),
        (3, 1): ((134, 124, 2, 19), 13.98),
        (3, 3): ((174, 84, 20, 1), 7.08),
    }
    for counts, printed in tables.values():
        z = np.repeat([0, 0, 1, 1], counts)[:, None]
        y = np.repeat([0, 1, 0, 1], counts)[:, None]
        assert round(values(pair(z, y), "mrcv_chi2")["mrcv_chi2"].value, 2) == printed


def test_permutation_agrees_with_exact_enumeration():
    """One item, two groups: the permutation p is that of the hypergeometric; R: fisher.test(matrix(c(2,8,7,2),2))."""
    g = np.repeat([0, 1], [9, 10])
    y = np.concatenate([np.repeat([1, 0], [2, 7]), np.repeat([1, 0], [8, 2])])[:, None]
    found = values(crosstab(g, y), "mrcv_permutation_p", options=Options(monte_carlo=40_000, seed=5))
    result = found["mrcv_permutation_p"]
    words = dict(word.split("=") for word in result.method.split()[1:])
    assert float(words["low"]) < 0.02301413756522116 < float(words["high"])
    assert result.value == pytest.approx(0.0230141, abs=0.003)


def test_permutation_is_repeatable_and_near_the_corrected_p():
    first = values(crosstab(G, Y), "mrcv_permutation_p")["mrcv_permutation_p"]
    again = values(crosstab(G, Y), "mrcv_permutation_p")["mrcv_permutation_p"]
    assert first == again
    assert first.value == pytest.approx(R["mmi"]["rs_p"], abs=0.05)
    both = values(pair(Z, Y), "mrcv_permutation_p")["mrcv_permutation_p"]
    assert both.value == pytest.approx(R["spmi"]["rs_p"], abs=0.03)


def test_permutation_of_weights():
    replicated = values(crosstab(G, Y, CASES["f"], "frequency"), "mrcv_permutation_p")["mrcv_permutation_p"]
    assert replicated.value == pytest.approx(R["mmi_frequency"]["rs_p"], abs=0.03)
    for build, x in ((crosstab, G), (pair, Z)):
        survey = values(build(x, Y, CASES["w"], "probability"), "mrcv_permutation_p")["mrcv_permutation_p"]
        assert (survey.value, survey.error) == (None, "weights_need_rao_scott")
        broken = values(build(x, Y, CASES["w"], "frequency"), "mrcv_permutation_p")["mrcv_permutation_p"]
        assert (broken.value, broken.error) == (None, "counts_not_whole")


def test_shares():
    found = values(crosstab(G, Y), "count", "n", "share_of_cases", "share_of_responses")
    by_group = np.array([Y[k == G].sum(axis=0) for k in range(3)]).T
    np.testing.assert_array_equal(found["count"].values, by_group)
    np.testing.assert_allclose(found["share_of_cases"].values, by_group / np.bincount(G), rtol=1e-15)
    np.testing.assert_allclose(found["share_of_responses"].values.sum(axis=0), 1, rtol=1e-15)


def test_weighted_share_and_error_against_r_survey():
    found = values(crosstab(G, Y, CASES["w"], "probability"), "share_of_cases", "share_of_cases_se")
    np.testing.assert_allclose(found["share_of_cases"].values.T, R["mmi_weighted"]["share"], rtol=1e-12)
    np.testing.assert_allclose(found["share_of_cases_se"].values.T, R["mmi_weighted"]["se"], rtol=1e-12)


def test_weighted_interval_against_r_survey():
    found = values(crosstab(G, Y, CASES["w"], "probability"), "interval_low", "interval_high")
    for item, key in ((0, "logit_y1"), (3, "logit_y4")):
        limits = np.column_stack([found["interval_low"].values[item], found["interval_high"].values[item]])
        np.testing.assert_allclose(limits, R[key], rtol=1e-9)


def test_weighted_interval_of_nobody():
    """Korn and Graubard at 0: Clopper–Pearson's 1 − (.025)^(1/n) with the cases of the group."""
    none = np.hstack([Y, np.zeros((150, 1), int)])
    found = values(crosstab(G, none, CASES["w"], "probability"), "interval_low", "interval_high")
    np.testing.assert_array_equal(found["interval_low"].values[4], 0)
    np.testing.assert_allclose(found["interval_high"].values[4], 1 - 0.025 ** (1 / np.bincount(G)), rtol=1e-9)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),  # Newcombe 1998, Statistics in Medicine 17, 857–872, table I
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval(k, n, low, high):
    y = np.repeat([1, 0], [k, n - k])[:, None]
    found = values(crosstab(np.zeros(n, int), y), "interval_low", "interval_high")
    assert round(found["interval_low"].values[0, 0], 4) == low
    assert round(found["interval_high"].values[0, 0], 4) == high


def test_wilson_interval_in_full():
    y = np.repeat([1, 0], [18, 2])[:, None]
    found = values(crosstab(np.zeros(20, int), y), "interval_low", "interval_high")
    assert found["interval_low"].values[0, 0] == pytest.approx(0.6989663547715128, rel=1e-12)
    assert found["interval_high"].values[0, 0] == pytest.approx(0.972133518786232, rel=1e-12)


def test_equal_survey_weights_use_the_cases():
    """Equal weights: the effective n is n − 1, as in a sample whose variance is estimated."""
    weighted = values(crosstab(G, Y, ONES * 4, "probability"), "share_of_cases_se")["share_of_cases_se"].values
    plain = values(crosstab(G, Y), "share_of_cases_se")["share_of_cases_se"].values
    np.testing.assert_allclose(weighted, plain * np.sqrt(150 / 149), rtol=1e-12)


def item_columns(weight, weighting):
    table = crosstab(G, Y, weight, weighting)
    return Columns(
        x=table.w.T,
        size=table.w.sum(axis=1),
        both_x=np.moveaxis(table.joint_w, 2, 0),
        both=table.joint_w.sum(axis=2),
        x2=table.w2.T,
        both_x2=np.moveaxis(table.joint_w2, 2, 0),
        both2=table.joint_w2.sum(axis=2),
        n=table.n.sum(axis=1),
        cases=150.0,
        weighting=weighting,
    )


def test_z_of_overlapping_columns_against_r():
    np.testing.assert_allclose(pairwise_z(item_columns(ONES, "none"))[0], R["z_items"], rtol=1e-9)
    np.testing.assert_allclose(pairwise_z(item_columns(CASES["w"], "probability"))[0], R["z_items_weighted"], rtol=1e-9)


def disjoint(counts):
    counts = np.array(counts, float)
    r, c = counts.shape
    return Columns(
        x=counts,
        size=counts.sum(axis=0),
        both_x=np.zeros((r, c, c)),
        both=np.zeros((c, c)),
        x2=counts,
        both_x2=np.zeros((r, c, c)),
        both2=np.diag(counts.sum(axis=0)),
        n=counts.sum(axis=0),
        cases=counts.sum(),
        weighting="none",
    )


def test_disjoint_columns_are_the_ordinary_test():
    """STATISTICS: column proportions of [[762,327,468],[484,239,477]], pooled z of B−A, C−A, C−B."""
    z, _, _ = pairwise_z(disjoint([[762, 327, 468], [484, 239, 477]]))
    np.testing.assert_allclose(z[0], [-1.3624392757, -5.4341560166, -3.1086543774], rtol=1e-9)


def expected_letters(z, columns, share, alpha):
    """Letters from R's z, Bonferroni by hand."""
    pairs = [(a, b) for a in range(columns) for b in range(a + 1, columns)]
    limit = {6: 2.638257273476751, 3: 2.3939797998185104}[len(pairs)]  # R: qnorm(1 - .05 / 2 / k)
    assert alpha == 0.05
    texts = [["" for _ in range(columns)] for _ in z]
    for row, line in enumerate(z):
        for value, (a, b) in zip(line, pairs, strict=True):
            if abs(value) > limit:
                larger, smaller = (b, a) if value > 0 else (a, b)
                texts[row][larger] = (texts[row][larger] + " " + "ABCD"[smaller]).strip()
    return texts


@pytest.mark.parametrize(("weighting", "weight", "key"), [("none", ONES, ""), ("probability", CASES["w"], "_weighted")])
def test_letters_of_overlapping_items(weighting, weight, key):
    crowd = 40  # the same cases forty times over: z grows by its root (but for n/(n-1)), and Bonferroni finds some
    many = crosstab(np.tile(G, crowd), np.tile(Y, (crowd, 1)), np.tile(weight, crowd), weighting)
    found = values(many, "letters_items")["letters_items"]
    z = np.array(R["z_items" + key]) * np.sqrt(crowd)
    assert found.letters.T.tolist() == expected_letters(z, 4, None, 0.05)


@pytest.mark.parametrize(("weighting", "weight", "key"), [("none", ONES, ""), ("probability", CASES["w"], "_weighted")])
def test_letters_of_two_sets(weighting, weight, key):
    crowd = 40
    many = pair(np.tile(Z, (crowd, 1)), np.tile(Y, (crowd, 1)), np.tile(weight, crowd), weighting)
    z = np.array(R["z_pair" + key]) * np.sqrt(crowd)
    found = values(many, "letters")["letters"]
    assert found.letters.tolist() == expected_letters(z, 4, None, 0.05)
    assert any(text for text in found.letters.ravel())


def test_letters_of_groups():
    """[[762,327,468],[484,239,477]] as one item, mentioned or not, in three groups of cases."""
    yes, no = [762, 327, 468], [484, 239, 477]
    g = np.concatenate([np.repeat(np.arange(3), yes), np.repeat(np.arange(3), no)])
    y = np.repeat([1, 0], [sum(yes), sum(no)])[:, None]
    found = values(crosstab(g, y), "letters")["letters"]
    assert found.letters.tolist() == [["C", "C", ""]]
    survey = values(crosstab(g, y, np.ones(len(g)), "probability"), "letters")["letters"]
    assert survey.letters.tolist() == [["C", "C", ""]]
    few = values(crosstab(g, y), "letters", options=Options(least_expected=400))["letters"]
    assert few.letters.tolist() == [["C", "", ""]]  # 566 × 1557/2757 = 319.6 expected in the second group
    assert np.isnan(few.values[0, 1]) and few.values[0, 0] == 1
    assert survey.method.startswith("linearised_z")


def test_pair_shares():
    found = values(pair(Z, Y), "count", "row_share", "column_share", "table_share")
    np.testing.assert_array_equal(found["count"].values, Z.T @ Y)
    np.testing.assert_allclose(found["column_share"].values, (Z.T @ Y) / Y.sum(axis=0))
    np.testing.assert_allclose(found["row_share"].values, (Z.T @ Y) / Z.sum(axis=0)[:, None])
    np.testing.assert_allclose(found["table_share"].values, (Z.T @ Y) / 150)


def test_same_column_twice_is_not_compared():
    twice = values(crosstab(G, Y[:, [0, 0, 1]]), "letters_items", options=Options(confidence=1e-9, adjustment="none"))
    texts = twice["letters_items"].letters
    assert not any("B" in text for text in texts[0]) and not any("A" in text for text in texts[1])


def test_rows_in_any_order_and_doubled_weights():
    plain = values(crosstab(G, Y), "mrcv_rs_p")["mrcv_rs_p"].value
    order = np.random.default_rng(1).permutation(len(G))
    assert values(crosstab(G[order], Y[order]), "mrcv_rs_p")["mrcv_rs_p"].value == pytest.approx(plain, rel=1e-12)
    doubled = values(crosstab(G, Y, ONES * 2, "frequency"), "mrcv_chi2", "mrcv_rs_df")
    twice = values(crosstab(np.tile(G, 2), np.tile(Y, (2, 1))), "mrcv_chi2", "mrcv_rs_df")
    for name, one in twice.items():
        assert doubled[name].value == pytest.approx(one.value, rel=1e-12)
    scaled = values(crosstab(G, Y, CASES["w"] * 17, "probability"), "mrcv_rs_p")["mrcv_rs_p"].value
    assert scaled == pytest.approx(R["mmi_weighted"]["rs_p"], rel=1e-9)


def test_empty_group_and_items_without_variation_are_left_out():
    padded = np.hstack([Y, np.zeros((150, 1), int), np.ones((150, 1), int)])
    found = values(crosstab(G * 2, padded, groups=6), "mrcv_chi2", "mrcv_rs_p", "mrcv_permutation_p", "share_of_cases")
    assert found["mrcv_rs_p"].value == pytest.approx(R["mmi"]["rs_p"], rel=1e-9)
    assert found["mrcv_chi2"].warning == "items_without_variation count=2"
    assert found["mrcv_permutation_p"].value is not None
    assert np.isnan(found["share_of_cases"].values[:, 1]).all() and found["share_of_cases"].error == "no_cases"
    both = values(pair(Z, padded), "mrcv_rs_p")["mrcv_rs_p"]
    assert both.value == pytest.approx(R["spmi"]["rs_p"], rel=1e-9)
    assert both.warning == "items_without_variation count=2"


def test_reasons_instead_of_numbers():
    ids = ("mrcv_chi2", "mrcv_rs_p", "mrcv_permutation_p")
    for result in values(crosstab(np.zeros(150, int), Y), *ids).values():
        assert isinstance(result, Number) and (result.value, result.error) == (None, "fewer_than_two_categories")
    for result in values(crosstab(G, np.zeros((150, 2), int)), *ids).values():
        assert (result.value, result.error) == (None, "no_item_varies")
    for result in values(pair(Z, np.ones((150, 2), int)), *ids).values():
        assert (result.value, result.error) == (None, "no_item_varies")
    perfect = values(crosstab(G, (G == 1).astype(int)[:, None]), "mrcv_chi2", "mrcv_rs_p")
    assert perfect["mrcv_chi2"].value == pytest.approx(150)
    assert (perfect["mrcv_rs_p"].value, perfect["mrcv_rs_p"].error) == (None, "no_variation_within_groups")
    alone = values(crosstab(np.zeros(150, int), Y), "letters")["letters"]
    assert isinstance(alone, Cells) and alone.error == "fewer_than_two_columns"
    empty = dataclasses.replace(pair(Z, Y), n=pair(Z, Y).n * 0, w=pair(Z, Y).w * 0, w2=pair(Z, Y).w2 * 0)
    assert np.isnan(values(empty, "table_share")["table_share"].values).all()
    assert values(empty, "mrcv_rs_p")["mrcv_rs_p"].error == "no_item_varies"
