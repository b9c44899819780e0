"""Scales of several items and agreement of several coders.

Reliability as SPSS RELIABILITY prints it, over the cases valid on every item (listwise): Cronbach (1951), Psychometrika
16, 297–334; interval of Feldt (1965), Psychometrika 30, 357–370. Agreement: Krippendorff (2011), Computing
Krippendorff's Alpha-Reliability; Fleiss (1971), Psychological Bulletin 76, 378–382. Asked for by name only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipeline.statistics.core import Cells, Floats, Options, Patterns, Result, by_design, not_computable, number
from pipeline.statistics.correlation import centred, complete
from pipeline.statistics.registry import Value, statistic

Level = Literal["nominal", "ordinal", "interval", "ratio"]

_ALPHA = (
    "cronbach_alpha", "cronbach_alpha_low", "cronbach_alpha_high", "cronbach_alpha_standardised",
    "mean_inter_item_correlation", "scale_mean", "scale_variance", "scale_items",
)  # fmt: skip
_ITEMS = (
    "alpha_if_deleted", "item_total_correlation", "scale_mean_if_deleted", "scale_variance_if_deleted",
    "squared_multiple_correlation", "item_mean", "item_sd",
)  # fmt: skip
_SPLIT = ("split_half_r", "spearman_brown", "guttman_split_half", "alpha_first_half", "alpha_second_half")


def _by_name_only(aggregate: Patterns) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Scale:
    """The items that vary, k of the p asked for, over complete cases; or the reason why there is no scale.

    ``used``: shape (p,), whether an item varies; ``means``: shape (k,); ``covariance``: shape (k, k).
    """

    used: npt.NDArray[np.bool_]
    method: str
    error: str = ""
    cases: float = 0.0
    means: Floats = field(default_factory=lambda: np.empty(0))
    covariance: Floats = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def warning(self) -> str:
        return "" if self.used.all() else "constant_items_left_out"

    def spread(self, values: Floats) -> Floats:
        """Values of the items that vary in the places of all items, shape (1, p); NaN for a constant one."""
        out = np.full((1, self.used.size), np.nan)
        out[0, self.used] = values
        return out


def _scale(aggregate: Patterns) -> _Scale:
    p = complete(aggregate)
    size = aggregate.x.shape[1]
    survey = p.weighting == "probability"
    method = "listwise_weights_scaled_to_n" if survey else "listwise"
    cases = float(p.n.sum() if survey else p.w.sum())
    everything = np.ones(size, dtype=np.bool_)
    if size < 2 or cases <= 1:
        return _Scale(everything, method, "fewer_than_two_items" if size < 2 else "fewer_than_two_cases")
    means, e = centred(p.x, p.w)
    covariance = cases / float(p.w.sum()) * (e.T * p.w) @ e / (cases - 1)
    used = covariance.diagonal() > 0
    if used.sum() < 2:
        return _Scale(everything, method, "fewer_than_two_items_that_vary")
    return _Scale(used, method, "", cases, means[used], covariance[np.ix_(used, used)])


def _variance(covariance: Floats) -> float:
    """The variance of the sum of items; 0 where nothing but rounding is left."""
    total = float(covariance.sum())
    return total if total > 1e-14 * float(np.abs(covariance).sum()) else 0.0


def _alpha(covariance: Floats) -> float:
    """k/(k−1)·(1 − trace/sum) of a covariance matrix; NaN when the sum does not vary."""
    k, total = len(covariance), _variance(covariance)
    if k < 2 or total == 0:
        return float("nan")
    return k / (k - 1) * (1 - float(covariance.trace()) / total)


@statistic(
    Value(
        "cronbach_alpha", place="scale", order=10, usual="always", low="cronbach_alpha_low", high="cronbach_alpha_high"
    ),
    Value("cronbach_alpha_standardised", place="scale"),
    Value("mean_inter_item_correlation", place="scale"),
    Value("scale_mean", place="scale", in_unit=1),
    Value("scale_variance", place="scale", in_unit=2),
    Value("scale_items", "count", "scale"),
    takes=Patterns,
    applies=_by_name_only,
)
def reliability(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Cronbach's alpha with Feldt's interval, standardised alpha, mean inter-item correlation, moments of the sum.

    α = k/(k−1)·(1 − Σs²ᵢ/s²_sum); standardised kr̄/(1+(k−1)r̄). Items that do not vary are left out, as SPSS does, with
    the warning ``constant_items_left_out``; a negative alpha has the warning ``negative_alpha`` (items probably run in
    opposite directions). ``scale_items``: items used. With a probability weight, weights are scaled to n and the
    interval is refused (``weights_need_design_based``). Not computable: ``fewer_than_two_items``,
    ``fewer_than_two_items_that_vary``, ``fewer_than_two_cases``; ``zero_variance`` when the sum does not vary.
    """
    s = _scale(aggregate)
    if s.error:
        return {name: not_computable(s.error, s.method) for name in _ALPHA}
    from scipy.special import fdtri

    c = s.covariance
    k = c.shape[0]
    sd = np.sqrt(c.diagonal())
    r = float((c / np.outer(sd, sd)).sum() - k) / (k * (k - 1))
    alpha = _alpha(c)
    warning = "negative_alpha" if alpha < 0 else s.warning
    found: dict[str, Result] = {
        "cronbach_alpha": number(alpha, s.method, warning, "zero_variance"),
        "cronbach_alpha_standardised": number(k * r / (1 + (k - 1) * r) if 1 + (k - 1) * r > 1e-14 else float("nan"),
                                              s.method, warning, "zero_variance"),
        "mean_inter_item_correlation": number(r, s.method, s.warning),
        "scale_mean": number(float(s.means.sum()), s.method, s.warning),
        "scale_variance": number(_variance(c), s.method, s.warning),
        "scale_items": number(float(k), s.method, s.warning),
    }  # fmt: skip
    if by_design(aggregate):
        reason = "weights_need_design_based"
        return found | {name: not_computable(reason) for name in ("cronbach_alpha_low", "cronbach_alpha_high")}
    tail = (1 - options.confidence) / 2
    df1 = s.cases - 1
    method = f"feldt confidence={100 * options.confidence:g}"
    for name, p in (("cronbach_alpha_low", 1 - tail), ("cronbach_alpha_high", tail)):
        limit = 1 - (1 - alpha) * float(fdtri(df1, df1 * (k - 1), p))
        found[name] = number(limit, method, s.warning, "zero_variance")
    return found


@statistic(
    Value("alpha_if_deleted", place="item", order=30, usual="always", decimals=3),
    Value("item_total_correlation", place="item", order=20, usual="always"),
    Value("scale_mean_if_deleted", place="item", in_unit=1),
    Value("scale_variance_if_deleted", place="item", in_unit=2),
    Value("squared_multiple_correlation", place="item"),
    Value("item_mean", place="item", in_unit=1),
    Value("item_sd", place="item", in_unit=1),
    takes=Patterns,
    applies=_by_name_only,
)
def items(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """What each item does to the scale: :class:`Cells` of shape (1, p), in the order of the variables.

    ``item_total_correlation``: with the sum of the other items (corrected); ``alpha_if_deleted``,
    ``scale_mean_if_deleted``, ``scale_variance_if_deleted``: of the others; ``squared_multiple_correlation``: R² of the
    item on the others, 1 − 1/(R⁻¹)ᵢᵢ. NaN for an item that does not vary (``constant_item``) or where the others give
    no value: two items leave no alpha without one (``fewer_than_two_items``).
    """
    s = _scale(aggregate)
    if s.error:
        nothing = np.full((1, s.used.size), np.nan)
        return {name: Cells(nothing, s.method, error=s.error) for name in _ITEMS}
    c = s.covariance
    k = c.shape[0]
    own, row = c.diagonal(), c.sum(axis=1)
    others = [np.delete(np.delete(c, i, 0), i, 1) for i in range(k)]
    rest, deleted = np.array([_variance(m) for m in others]), np.array([_alpha(m) for m in others])
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(rest > 0, (row - own) / np.sqrt(own * rest), np.nan)
    sd = np.sqrt(own)
    r = c / np.outer(sd, sd)
    # A singular matrix means that the others determine some item; its inverse would be noise.
    regular = np.linalg.matrix_rank(r) == k
    multiple = 1 - 1 / np.linalg.inv(r).diagonal() if regular else np.full(k, np.nan)
    means = s.means
    found = {
        "alpha_if_deleted": (deleted, "fewer_than_two_items" if k == 2 else "zero_variance"),
        "item_total_correlation": (correlation, "zero_variance"),
        "scale_mean_if_deleted": (means.sum() - means, ""),
        "scale_variance_if_deleted": (rest, ""),
        "squared_multiple_correlation": (multiple, "items_determine_each_other"),
        "item_mean": (means, ""),
        "item_sd": (sd, ""),
    }
    results: dict[str, Result] = {}
    for name, (values, reason) in found.items():
        error = reason if np.isnan(values).any() else "constant_item" if s.warning else ""
        results[name] = Cells(s.spread(values), s.method, s.warning, error)
    return results


@statistic(
    Value("split_half_r", place="scale"),
    Value("spearman_brown", place="scale"),
    Value("guttman_split_half", place="scale"),
    Value("alpha_first_half", place="scale"),
    Value("alpha_second_half", place="scale"),
    takes=Patterns,
    applies=_by_name_only,
)
def split_halves(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Split-half reliability as SPSS's MODEL=SPLIT: the first ⌈k/2⌉ items against the rest.

    ``split_half_r``: correlation of the two sums; ``spearman_brown``: 2r/(1+r), for equal lengths;
    ``guttman_split_half``: 2(1 − (s²₁+s²₂)/s²); alpha of each half (``fewer_than_two_items`` for a half of one item).
    """
    s = _scale(aggregate)
    if s.error:
        return {name: not_computable(s.error, s.method) for name in _SPLIT}
    c = s.covariance
    first = (c.shape[0] + 1) // 2
    one, two, total = _variance(c[:first, :first]), _variance(c[first:, first:]), _variance(c)
    between = float(c[:first, first:].sum())
    r = between / np.sqrt(one * two) if min(one, two) > 0 else float("nan")
    nothing = float("nan")
    few = "fewer_than_two_items"
    return {
        "split_half_r": number(r, s.method, s.warning, "zero_variance"),
        "spearman_brown": number(2 * r / (1 + r) if r > -1 else nothing, s.method, s.warning, "zero_variance"),
        "guttman_split_half": number(
            2 * (1 - (one + two) / total) if total > 0 else nothing, s.method, s.warning, "zero_variance"
        ),
        "alpha_first_half": number(_alpha(c[:first, :first]), s.method, s.warning, few),
        "alpha_second_half": number(_alpha(c[first:, first:]), s.method, s.warning, few),
    }


# ---------------------------------------------------------------- agreement of coders


def coincidences(x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Distinct values (v,) and Krippendorff's coincidence matrix (v, v) of units (rows of x) coded by its columns.

    NaN is "not coded"; units coded fewer than twice take no part. Each unit adds its ordered pairs of codes over the
    number of its codes less one, times its weight.
    """
    coded = ~np.isnan(x)
    pairable = coded.sum(axis=1) >= 2
    x, w, coded = x[pairable], w[pairable], coded[pairable]
    values, where = np.unique(x[coded], return_inverse=True)
    unit = np.nonzero(coded)[0]
    counts = np.bincount(unit * values.size + where, minlength=x.shape[0] * values.size)
    counts = counts.reshape(x.shape[0], values.size).astype(np.float64)
    scale = w / (coded.sum(axis=1) - 1)
    return values, (counts.T * scale) @ counts - np.diag(scale @ counts)


def squared_differences(values: Floats, margins: Floats, level: Level) -> Floats:
    """Krippendorff's difference function δ² between all pairs of values (v, v) at a level of measurement."""
    if level == "nominal":
        return 1.0 - np.eye(values.size)
    if level == "ordinal":
        middle = np.cumsum(margins) - margins / 2
        return np.asarray((middle[:, None] - middle) ** 2)
    difference = values[:, None] - values
    if level == "interval":
        return np.asarray(difference**2)
    total = values[:, None] + values
    return np.asarray(np.divide(difference, total, out=np.zeros_like(total), where=total != 0) ** 2)


_KRIPPENDORFF: tuple[tuple[str, Level], ...] = (
    ("krippendorff_alpha_nominal", "nominal"),
    ("krippendorff_alpha_ordinal", "ordinal"),
    ("krippendorff_alpha_interval", "interval"),
    ("krippendorff_alpha_ratio", "ratio"),
)


@statistic(
    Value("krippendorff_alpha", place="scale"),
    Value("krippendorff_alpha_nominal", place="scale"),
    Value("krippendorff_alpha_ordinal", place="scale"),
    Value("krippendorff_alpha_interval", place="scale"),
    Value("krippendorff_alpha_ratio", place="scale"),
    takes=Patterns,
    applies=_by_name_only,
)
def krippendorff(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Krippendorff's alpha, 1 − observed/expected disagreement: rows are units, columns coders, NaN not coded.

    One id per level of measurement; ``krippendorff_alpha`` is the nominal one, which asks nothing of the codes.
    Probability weights are scaled to the number of units coded twice. Not computable: ``fewer_than_two_coders``;
    ``no_pairs`` when no unit is coded twice; ``zero_variance`` when all codes are the same; the ratio level with a code
    below 0, ``negative_values``.
    """
    names = ["krippendorff_alpha", *(name for name, _ in _KRIPPENDORFF)]
    if aggregate.x.shape[1] < 2:
        return {name: not_computable("fewer_than_two_coders") for name in names}
    w, scaled = aggregate.w, ""
    if aggregate.weighting == "probability":
        pairable = (~np.isnan(aggregate.x)).sum(axis=1) >= 2
        whole = float(w[pairable].sum())
        w, scaled = w * (float(aggregate.n[pairable].sum()) / whole if whole > 0 else 0.0), " weights_scaled_to_n"
    values, matrix = coincidences(aggregate.x, w)
    margins = matrix.sum(axis=0)
    total = float(margins.sum())
    # One unit coded twice counts twice: frequency weights that add up to less are no unit.
    if total <= 1 or values.size < 2:
        return {name: not_computable("no_pairs" if total <= 1 else "zero_variance") for name in names}
    found: dict[str, Result] = {}
    for name, level in _KRIPPENDORFF:
        if level == "ratio" and values[0] < 0:
            found[name] = not_computable("negative_values", level)
            continue
        delta = squared_differences(values, margins, level)
        expected = float(margins @ delta @ margins)
        alpha = 1 - (total - 1) * float((matrix * delta).sum()) / expected if expected > 0 else float("nan")
        found[name] = number(alpha, level + scaled, error="zero_variance")
    return {"krippendorff_alpha": found["krippendorff_alpha_nominal"], **found}


@statistic(
    Value("fleiss_kappa", place="scale", se="fleiss_kappa_se"),
    takes=Patterns,
    applies=_by_name_only,
)
def fleiss(aggregate: Patterns, options: Options) -> Mapping[str, Result]:
    """Fleiss's kappa of several coders over the units that all of them coded, with its standard error at kappa 0.

    Standard error: Fleiss, Nee and Landis (1979), Psychological Bulletin 86, 974–977, as SPSS prints it. Not
    computable: ``fewer_than_two_coders``; ``no_cases``; ``zero_variance`` when all codes are the same; standard error
    with a probability weight, ``weights_need_design_based``.
    """
    names = ("fleiss_kappa", "fleiss_kappa_se")
    coders = int(aggregate.x.shape[1])
    if coders < 2:
        return {name: not_computable("fewer_than_two_coders") for name in names}
    p = complete(aggregate)
    if p.w.size == 0:
        return {name: not_computable("no_cases") for name in names}
    values, where = np.unique(p.x, return_inverse=True)
    if values.size < 2:
        return {name: not_computable("zero_variance") for name in names}
    unit = np.repeat(np.arange(p.w.size), coders)
    counts = np.bincount(unit * values.size + where.ravel(), minlength=p.w.size * values.size)
    counts = counts.reshape(p.w.size, values.size).astype(np.float64)
    total = float(p.w.sum())
    shares = (p.w @ counts) / (total * coders)
    observed = float(p.w @ ((counts * counts).sum(axis=1) - coders)) / (total * coders * (coders - 1))
    chance = float(shares @ shares)
    found: dict[str, Result] = {"fleiss_kappa": number((observed - chance) / (1 - chance), "listwise")}
    if by_design(p):
        return found | {"fleiss_kappa_se": not_computable("weights_need_design_based")}
    spread = shares * (1 - shares)
    whole = float(spread.sum())
    inner = whole * whole - float(spread @ (1 - 2 * shares))
    se = np.sqrt(2 * inner / (total * coders * (coders - 1))) / whole if inner > 0 else float("nan")
    return found | {"fleiss_kappa_se": number(float(se), "at_kappa_0", error="zero_variance")}
