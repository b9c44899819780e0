"""Scales and agreement against R, PSPP and published examples."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from pipeline.statistics.core import Patterns
from pipeline.statistics.scales import coincidences
from tests.statistics.numeric_aggregates import CASES, R, found, lre, patterns, reason, table, value, weights_of

PSPP = table("numeric_pspp.csv")
SCALE = {
    "cronbach_alpha", "cronbach_alpha_low", "cronbach_alpha_high", "cronbach_alpha_standardised", "alpha_if_deleted",
    "item_total_correlation", "scale_mean_if_deleted", "scale_variance_if_deleted", "squared_multiple_correlation",
    "split_half_r", "spearman_brown", "guttman_split_half",
}  # fmt: skip
NAN = float("nan")


def items(weighting="none", *which):
    columns = [CASES[name] for name in which or ("i1", "i2", "i3", "i4")]
    return patterns(columns, weights_of(weighting), weighting)


@pytest.mark.parametrize("key", [k for k in R if len(k.split(".")) > 1 and k.split(".")[1] in SCALE])
def test_value_of_r(key):
    weighting, name, *place = key.split(".")
    got = value(items(weighting), name)
    assert (got[0, int(place[0]) - 1] if place else got) == pytest.approx(R[key], rel=1e-9)


@pytest.mark.parametrize("key", [k for k in PSPP if ".items." in k])
def test_value_of_pspp(key):
    _, _, name, *place = key.split(".")
    got = value(items(), name)
    assert (got[0, int(place[0]) - 1] if place else got) == pytest.approx(PSPP[key], rel=1e-9)


def test_items_described():
    results = found(items(), "item_mean", "item_sd", "scale_mean", "scale_variance", "scale_items")
    x = np.column_stack([CASES[f"i{k}"] for k in range(1, 5)])
    np.testing.assert_allclose(results["item_mean"].values[0], x.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(results["item_sd"].values[0], x.std(axis=0, ddof=1), rtol=1e-13)
    assert results["scale_mean"].value == pytest.approx(x.sum(axis=1).mean(), rel=1e-13)
    assert results["scale_variance"].value == pytest.approx(x.sum(axis=1).var(ddof=1), rel=1e-13)
    assert results["scale_items"].value == 4
    r = np.corrcoef(x.T)
    assert value(items(), "mean_inter_item_correlation") == pytest.approx(r[np.triu_indices(4, 1)].mean(), rel=1e-12)


def test_alpha_of_each_half_is_the_alpha_of_its_items():
    three = items("none", "i1", "i2", "i3")
    assert value(three, "alpha_first_half") == pytest.approx(value(items("none", "i1", "i2"), "cronbach_alpha"))
    assert reason(three, "alpha_second_half") == "fewer_than_two_items"


def test_listwise():
    x = [CASES["i1"].copy(), CASES["i2"], CASES["i3"]]
    x[0][:10] = np.nan
    rest = [one[10:] for one in x]
    assert value(patterns(x), "cronbach_alpha") == value(patterns(rest), "cronbach_alpha")


def test_constant_items_are_left_out_and_said_so():
    with_constant = patterns([CASES["i1"], np.full(60, 0.3), CASES["i2"], CASES["i3"]])
    without = items("none", "i1", "i2", "i3")
    alpha = found(with_constant, "cronbach_alpha")["cronbach_alpha"]
    assert alpha.value == value(without, "cronbach_alpha")
    assert alpha.warning == "constant_items_left_out"
    deleted = found(with_constant, "alpha_if_deleted")["alpha_if_deleted"]
    assert np.isnan(deleted.values[0]).tolist() == [False, True, False, False]
    assert deleted.error
    assert found(with_constant, "item_mean")["item_mean"].error == "constant_item"


def test_negative_alpha_is_given_with_a_warning():
    against = patterns([[1, 2, 3, 4], [4, 3, 1, 2]])
    result = found(against, "cronbach_alpha")["cronbach_alpha"]
    assert result.value < 0
    assert result.warning == "negative_alpha"


def test_reasons():
    for name in ("cronbach_alpha", "split_half_r"):
        assert reason(patterns([CASES["i1"]]), name) == "fewer_than_two_items"
        assert reason(patterns([[1], [2]]), name) == "fewer_than_two_cases"
        assert reason(patterns([[1, 2], [2, 2]]), name) == "fewer_than_two_items_that_vary"
    assert found(patterns([[1], [2]]), "item_mean")["item_mean"].error == "fewer_than_two_cases"
    assert reason(patterns([[1, 2, 3], [3, 2, 1]]), "cronbach_alpha") == "zero_variance"
    two = found(items("none", "i1", "i2"), "alpha_if_deleted")["alpha_if_deleted"]
    assert two.error == "fewer_than_two_items"
    same = found(items("none", "i1", "i1", "i2"), "squared_multiple_correlation")["squared_multiple_correlation"]
    assert same.error == "items_determine_each_other"
    assert reason(items("probability"), "cronbach_alpha_low") == "weights_need_design_based"


# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: four observers, twelve units.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


@pytest.mark.parametrize(
    ("level", "published"),
    [("nominal", 0.743421052631579), ("ordinal", 0.8153875037548814), ("interval", 0.8491071428571428)],
)
def test_krippendorff_2011(level, published):
    assert lre(value(patterns(OBSERVERS), f"krippendorff_alpha_{level}"), published) >= 12


def test_krippendorff_ratio_and_default():
    # Krippendorff (2011) prints the ratio alpha of this table as 0.797
    assert value(patterns(OBSERVERS), "krippendorff_alpha_ratio") == pytest.approx(0.797, abs=5e-4)
    default = found(patterns(OBSERVERS), "krippendorff_alpha")["krippendorff_alpha"]
    assert (default.value, default.method) == (value(patterns(OBSERVERS), "krippendorff_alpha_nominal"), "nominal")


def test_krippendorff_coincidences_of_2011():
    # the matrix printed there: 40 pairable values
    values, matrix = coincidences(np.array(OBSERVERS).T, np.ones(12))
    assert values.tolist() == [1, 2, 3, 4, 5]
    assert matrix.sum(axis=0).tolist() == pytest.approx([9, 13, 10, 5, 3])
    assert np.diag(matrix).tolist() == pytest.approx([7, 10, 8, 4, 3])


def test_krippendorff_weights_replicate_units():
    once = patterns(OBSERVERS, [2.0, *[1.0] * 11], "frequency")
    twice = patterns([[row[0], *row] for row in OBSERVERS])
    for level in ("nominal", "ordinal", "interval", "ratio"):
        name = f"krippendorff_alpha_{level}"
        assert value(once, name) == pytest.approx(value(twice, name), rel=1e-13)


def test_krippendorff_reasons():
    assert reason(patterns([[1, 2]]), "krippendorff_alpha") == "fewer_than_two_coders"
    assert reason(patterns([[1, NAN], [NAN, 2]]), "krippendorff_alpha_ordinal") == "no_pairs"
    assert reason(patterns([[1, 1], [1, 1]]), "krippendorff_alpha_interval") == "zero_variance"
    assert reason(patterns([[-1, 1], [1, 1]]), "krippendorff_alpha_ratio") == "negative_values"
    assert value(patterns([[0, 0, 2], [0, 0, 2]]), "krippendorff_alpha_ratio") == 1


def fleiss_1971():
    """Fleiss (1971), as often reprinted: ten subjects, fourteen raters, five categories."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    x = np.array([np.repeat([1.0, 2, 3, 4, 5], row) for row in counts])
    return Patterns(x, np.ones(10, dtype=np.int64), np.ones(10), np.ones(10))


def test_fleiss_kappa():
    # R: p <- colSums(M)/140; P <- mean((rowSums(M^2) - 14)/(14*13)); (P - sum(p^2))/(1 - sum(p^2))
    assert value(fleiss_1971(), "fleiss_kappa") == pytest.approx(0.20993070442195522, rel=1e-12)
    # R: q <- 1-p; s <- sum(p*q); sqrt(2*(s^2 - sum(p*q*(q-p)))/(10*14*13))/s (Fleiss, Nee and Landis 1979)
    assert value(fleiss_1971(), "fleiss_kappa_se") == pytest.approx(0.016965069224393132, rel=1e-12)


def test_fleiss_reasons():
    assert reason(patterns([[1, 2]]), "fleiss_kappa") == "fewer_than_two_coders"
    assert reason(patterns([[1, NAN], [NAN, 2]]), "fleiss_kappa") == "no_cases"
    assert reason(patterns([[1, 1], [1, 1]]), "fleiss_kappa") == "zero_variance"
    assert reason(items("probability"), "fleiss_kappa_se") == "weights_need_design_based"


def test_units_do_not_matter():
    small = patterns([CASES[f"i{k}"] / 1000 for k in range(1, 5)])
    for name in (
        "cronbach_alpha",
        "cronbach_alpha_standardised",
        "split_half_r",
        "spearman_brown",
        "guttman_split_half",
    ):
        assert value(small, name) == pytest.approx(value(items(), name), rel=1e-10)
    for name in ("alpha_if_deleted", "item_total_correlation", "squared_multiple_correlation"):
        np.testing.assert_allclose(value(small, name), value(items(), name), rtol=1e-10)


# ---------------------------------------------------------------- from the definitions, case by case

FIVE = np.array(
    [
        [1, 2, 2, 5, 1],
        [2, 2, 3, 4, 2],
        [4, 3, 5, 2, 3],
        [5, 5, 4, 1, 3],
        [3, 4, 3, 3, 4],
        [4, 4, 5, 1, 1],
        [1, 1, 2, 4, 2],
    ],
    dtype=float,
)


def alpha_of(x):
    k = x.shape[1]
    return k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1))


@pytest.mark.parametrize("columns", [[0, 1, 2], [0, 1, 2, 4], [0, 1], [0, 1, 2, 3, 4]])
@pytest.mark.parametrize("weights", [None, [1, 2, 1, 3, 1, 1, 2]])
def test_scales_case_by_case(columns, weights):
    x = FIVE[:, columns]
    a = patterns(list(x.T), weights, "none" if weights is None else "frequency")
    x = np.repeat(x, weights or [1] * 7, axis=0)
    n, k = x.shape
    assert value(a, "cronbach_alpha") == pytest.approx(alpha_of(x), rel=1e-11)
    assert value(a, "cronbach_alpha_standardised") == pytest.approx(alpha_of(x / x.std(axis=0)), rel=1e-10)
    r = np.corrcoef(x.T)
    assert value(a, "mean_inter_item_correlation") == pytest.approx(r[np.triu_indices(k, 1)].mean(), rel=1e-11)
    assert value(a, "scale_mean") == pytest.approx(x.sum(axis=1).mean(), rel=1e-12)
    assert value(a, "scale_variance") == pytest.approx(x.sum(axis=1).var(ddof=1), rel=1e-11)
    assert value(a, "scale_items") == k
    first, second = x[:, : (k + 1) // 2], x[:, (k + 1) // 2 :]
    between = np.corrcoef(first.sum(axis=1), second.sum(axis=1))[0, 1]
    parts = first.sum(axis=1).var() + second.sum(axis=1).var()
    assert value(a, "split_half_r") == pytest.approx(between, rel=1e-11)
    assert value(a, "spearman_brown") == pytest.approx(2 * between / (1 + between), rel=1e-11)
    assert value(a, "guttman_split_half") == pytest.approx(2 * (1 - parts / x.sum(axis=1).var()), rel=1e-11)
    for name, half in (("alpha_first_half", first), ("alpha_second_half", second)):
        if half.shape[1] == 1:
            assert reason(a, name) == "fewer_than_two_items"
        else:
            assert value(a, name) == pytest.approx(alpha_of(half), rel=1e-10)
    results = found(a, *ITEM_IDS)
    for i in range(k):
        others = np.delete(x, i, axis=1)
        rest = others.sum(axis=1)
        fit = np.linalg.lstsq(np.column_stack([np.ones(n), others]), x[:, i], rcond=None)[0]
        residual = x[:, i] - np.column_stack([np.ones(n), others]) @ fit
        want = {
            "alpha_if_deleted": alpha_of(others) if k > 2 else np.nan,
            "item_total_correlation": np.corrcoef(x[:, i], rest)[0, 1],
            "scale_mean_if_deleted": rest.mean(),
            "scale_variance_if_deleted": rest.var(ddof=1),
            "squared_multiple_correlation": 1 - residual.var() / x[:, i].var(),
            "item_mean": x[:, i].mean(),
            "item_sd": x[:, i].std(ddof=1),
        }
        for name, true in want.items():
            assert results[name].values[0, i] == pytest.approx(true, rel=1e-9, nan_ok=True), name


ITEM_IDS = (
    "alpha_if_deleted", "item_total_correlation", "scale_mean_if_deleted", "scale_variance_if_deleted",
    "squared_multiple_correlation", "item_mean", "item_sd",
)  # fmt: skip


def test_the_size_of_probability_weights_does_not_matter():
    """Equal weights of any size are none; the scale counts cases."""
    plain = patterns(list(FIVE.T))
    for size in (0.01, 3.0):
        survey = patterns(list(FIVE.T), [size] * 7, "probability")
        for name in ("cronbach_alpha", "scale_variance", "scale_mean", "guttman_split_half", "split_half_r"):
            assert value(survey, name) == pytest.approx(value(plain, name), rel=1e-12)
        np.testing.assert_allclose(value(survey, "item_sd"), value(plain, "item_sd"), rtol=1e-12)
    assert reason(patterns(list(FIVE[:1].T), [5.0], "probability"), "cronbach_alpha") == "fewer_than_two_cases"
    assert value(patterns(list(FIVE.T), [0.2] * 7, "frequency"), "scale_mean") == pytest.approx(
        value(plain, "scale_mean")
    )
    assert reason(patterns(list(FIVE.T), [0.1] * 7, "frequency"), "scale_mean") == "fewer_than_two_cases"


def test_scales_without_variance():
    """The sum of an item and its opposite is constant: no alpha; halves that are, have no correlation."""
    x = FIVE[:, 0]
    opposite = patterns([x, 6 - x])
    for name in ("cronbach_alpha", "cronbach_alpha_standardised", "spearman_brown", "guttman_split_half"):
        assert reason(opposite, name) == "zero_variance"
    assert value(opposite, "split_half_r") == pytest.approx(-1)
    constant_half = patterns([x, 6 - x, FIVE[:, 1], FIVE[:, 2]])
    assert reason(constant_half, "split_half_r") == "zero_variance"
    assert value(constant_half, "guttman_split_half") == pytest.approx(0, abs=1e-12)
    doubled = patterns([x, x, FIVE[:, 1]])
    assert np.isnan(value(doubled, "squared_multiple_correlation")).all()
    assert found(doubled, "squared_multiple_correlation")["squared_multiple_correlation"].error == (
        "items_determine_each_other"
    )
    for columns in ([x, [3] * 7], [[3] * 7, [4] * 7]):
        assert reason(patterns(columns), "cronbach_alpha") == "fewer_than_two_items_that_vary"


def krippendorff_by_pairs(x, w, difference):
    """1 − D_o/D_e from every ordered pair of codes."""
    values, margins, observed = np.unique(x[~np.isnan(x)]), {}, []
    for unit, weight in zip(x, w, strict=True):
        codes = unit[~np.isnan(unit)]
        if len(codes) < 2:
            continue
        for i, j in permutations(range(len(codes)), 2):
            observed.append((weight / (len(codes) - 1), codes[i], codes[j]))
        for code in codes:
            margins[code] = margins.get(code, 0) + weight
    n = sum(margins.values())
    ranks = {v: sum(margins.get(u, 0) for u in values if u < v) + margins.get(v, 0) / 2 for v in values}
    delta = {(a, b): difference(a, b, ranks) for a in values for b in values}
    do = sum(weight * delta[a, b] for weight, a, b in observed) / n
    de = sum(margins[a] * margins[b] * delta[a, b] for a in margins for b in margins) / (n * (n - 1))
    return 1 - do / de


@pytest.mark.parametrize(
    ("level", "difference"),
    [
        ("nominal", lambda a, b, ranks: float(a != b)),
        ("ordinal", lambda a, b, ranks: (ranks[a] - ranks[b]) ** 2),
        ("interval", lambda a, b, ranks: (a - b) ** 2),
        ("ratio", lambda a, b, ranks: ((a - b) / (a + b)) ** 2 if a + b else 0.0),
    ],
)
def test_krippendorffs_alpha_pair_by_pair(level, difference):
    n = np.nan
    x = np.array([[0, 0, n], [0, 2, 2], [2, 2, 0], [1, n, n], [1, 2, 1], [n, 0, 1], [3, 3, 3], [0.5, 0.5, n]])
    for w in ([1] * 8, [1, 2, 1, 5, 3, 1, 1, 2]):
        a = patterns(list(x.T), w, "frequency")
        assert value(a, f"krippendorff_alpha_{level}") == pytest.approx(
            krippendorff_by_pairs(x, w, difference), rel=1e-11
        )


def test_krippendorffs_reasons():
    below = patterns([[-1, 2, 3], [-1, 2, 4]])
    assert reason(below, "krippendorff_alpha_ratio") == "negative_values"
    assert value(below, "krippendorff_alpha_interval") < 1
    assert reason(patterns([[1, np.nan], [np.nan, 2]]), "krippendorff_alpha") == "no_pairs"
    assert reason(patterns([[1, 1], [1, 1]]), "krippendorff_alpha") == "zero_variance"


def test_fleiss_kappa_unit_by_unit():
    x = np.array([[1, 1, 2], [2, 2, 2], [1, 3, 3], [3, 3, 3], [1, 1, 1], [2, 3, 1]])
    w = np.array([1, 2, 1, 1, 3, 1])
    a = patterns(list(x.T.astype(float)), w, "frequency")
    units = np.repeat(x, w, axis=0)
    counts = np.array([[(unit == code).sum() for code in (1, 2, 3)] for unit in units])
    n, m = units.shape
    p = counts.sum(axis=0) / (n * m)
    observed = np.mean([(row * (row - 1)).sum() / (m * (m - 1)) for row in counts])
    chance = (p**2).sum()
    assert value(a, "fleiss_kappa") == pytest.approx((observed - chance) / (1 - chance), rel=1e-12)
    # Fleiss, Nee and Landis (1979), equation 12.
    q = 1 - p
    inner = (p * q).sum() ** 2 - (p * q * (q - p)).sum()
    se = np.sqrt(2) / ((p * q).sum() * np.sqrt(n * m * (m - 1))) * np.sqrt(inner)
    assert value(a, "fleiss_kappa_se") == pytest.approx(se, rel=1e-12)


def test_errors_stand_where_a_value_is_missing_only():
    """Of three items one determined by the others, of four one constant: each hole has its reason, others none."""
    x, y = FIVE[:, 0], FIVE[:, 1]
    some = found(patterns([x, y, [3] * 7, FIVE[:, 2]]), *ITEM_IDS)
    assert {one.error for one in some.values()} == {"constant_item"}
    assert np.isnan(some["item_mean"].values).tolist() == [[False, False, True, False]]
    whole = found(patterns([x, y, FIVE[:, 2]]), *ITEM_IDS)
    assert {one.error for one in whole.values()} == {""}
    # Without the first item the other two add up to a constant.
    opposite = found(patterns([y, x, 6 - x]), *ITEM_IDS)["item_total_correlation"]
    assert np.isnan(opposite.values).tolist() == [[True, False, False]]
    assert opposite.error == "zero_variance"


def test_alpha_of_zero_is_not_negative():
    """Items without any covariance: α is 0, without a warning."""
    a = patterns([[1, 1, 2, 2], [1, 2, 1, 2]])
    alpha = found(a, "cronbach_alpha")["cronbach_alpha"]
    assert (alpha.value, alpha.warning) == (pytest.approx(0, abs=1e-15), "")


def test_the_ratio_level_is_skipped_alone():
    below = patterns([[-1, 2, 3], [-1, 2, 4]])
    for level in ("nominal", "ordinal", "interval"):
        assert value(below, f"krippendorff_alpha_{level}") <= 1


def test_scales_and_agreement_are_given_when_asked_for_only():
    ids = {"cronbach_alpha", *ITEM_IDS, "split_half_r", "krippendorff_alpha", "fleiss_kappa"}
    assert not ids & set(found(items()))


def test_standardised_alpha_below_zero_by_hand():
    """r = −4/5: 2r/(1 + r) = −8; and without a value the interval has none either."""
    against = patterns([[1, 2, 3, 4], [4, 3, 1, 2]])
    assert value(against, "cronbach_alpha_standardised") == pytest.approx(-8, rel=1e-12)
    opposite = patterns([FIVE[:, 0], 6 - FIVE[:, 0]])
    for end in ("low", "high"):
        assert reason(opposite, f"cronbach_alpha_{end}") == "zero_variance"


@pytest.mark.parametrize("size", [1e-8, 1e8])
def test_units_of_any_size_do_not_matter(size):
    other = patterns([CASES[f"i{k}"] * size for k in range(1, 5)])
    assert value(other, "cronbach_alpha") == pytest.approx(value(items(), "cronbach_alpha"), rel=1e-10)
    np.testing.assert_allclose(value(other, "alpha_if_deleted"), value(items(), "alpha_if_deleted"), rtol=1e-10)
    # −(x + y) with x and y adds up to nothing but rounding.
    x, y = CASES["i1"] * size / 3, CASES["i2"] * size / 7
    assert reason(patterns([x, y, -(x + y)]), "cronbach_alpha") == "zero_variance"


def test_items_without_a_scale_keep_their_shape():
    for name, one in found(patterns([[1], [2]]), *ITEM_IDS).items():
        assert one.values.shape == (1, 2), name
        assert np.isnan(one.values).all()


def test_units_of_weight_zero_are_none():
    """What only they have does not vary; and if there are no others there is no pair."""
    pairs = [[1, 2, 2], [1, 2, 2]]
    for level in ("nominal", "ordinal", "interval", "ratio"):
        name = f"krippendorff_alpha_{level}"
        assert reason(patterns(pairs, [1, 0, 0], "frequency"), name) == "zero_variance"
        assert reason(patterns(pairs, [0, 0, 0], "frequency"), name) == "no_pairs"


def test_the_level_stands_beside_its_reason():
    below = found(patterns([[-1, 2, 3], [-1, 2, 4]]), "krippendorff_alpha_ratio")["krippendorff_alpha_ratio"]
    assert (below.value, below.error, below.method) == (None, "negative_values", "ratio")


def test_others_that_add_up_to_a_constant_have_no_correlation():
    """Their covariance with the item is 0 in tenths, and in doubles a bit of rounding over 0."""
    x, z = [1.4, 0.1, 0.3, 1.1, 0.8, 0.6], [-0.7, 0.3, 0.7, 0.2, -0.8, 0.3]
    y, rest = [-0.4, -1.0, 0.4, -0.5, 0.8, 0.2], [-a - b for a, b in zip(x, z, strict=True)]
    result = found(patterns([y, x, z, rest]), "item_total_correlation")["item_total_correlation"]
    assert np.isnan(result.values).tolist() == [[True, False, False, False]]
    assert result.error == "zero_variance"


@pytest.mark.parametrize("unit", [0.01, 1.0, 100.0])
def test_krippendorff_does_not_depend_on_the_unit_of_survey_weights(unit):
    """Two coders, four units, one disagreement: 1 − 7·2/(2·3·5) by hand, whatever equal survey weights are called."""
    coded = patterns([[1.0, 2, 2, 1], [1.0, 2, 1, 1]])
    survey = replace(coded, w=np.full(coded.w.size, unit) * coded.n, weighting="probability")
    alpha = found(survey, "krippendorff_alpha")["krippendorff_alpha"]
    assert alpha.value == pytest.approx(1 - 7 * 2 / 30, rel=1e-12)
    assert alpha.method == "nominal weights_scaled_to_n"


def test_frequency_weights_of_less_than_one_unit_have_no_pairs():
    coded = patterns([[1.0, 2], [1.0, 1]])
    little = replace(coded, w=coded.w * 0.2, weighting="frequency")
    assert found(little, "krippendorff_alpha")["krippendorff_alpha"].error == "no_pairs"
