"""Scales and agreement against R, PSPP and published examples."""

from __future__ import annotations

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
