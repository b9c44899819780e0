"""The one answer to a table of two variables: how strongly they go together, by the one test that fits them.

The rules, printed in the report's methods (``present.method_answer``):

* numbers by groups: two groups, Hedges's g and Welch's t test; more, η² and Welch's analysis of variance;
* two numbers: Pearson's r and its test;
* two ordered answers of three categories or more: Kendall's τb and its test;
* all other categories: Cramér's V with Pearson's χ²; the exact or permutation test where expected counts are small;
* under a sample design, V with Rao and Scott's F, means with the design's own test;
* a description of a whole population has no test.

Everything else that was computed stands in the table of all statistics. Words for sizes follow Cohen (1988): V, τb and
r from 0.1 weak, 0.3 moderate, above 0.5 strong; g at 0.2, 0.5, 0.8; η² at 0.01, 0.06, 0.14.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.present import formats
from pipeline.present.amounts import amount_text
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec
from pipeline.statistics import registry

LONGEST_LABEL = 60  # characters; a sentence names no longer label, but says "the two"
_STEPS = {
    "cramers_v": (0.1, 0.3, 0.5), "tau_b": (0.1, 0.3, 0.5), "pearson_r": (0.1, 0.3, 0.5),
    "hedges_g": (0.2, 0.5, 0.8), "eta_squared": (0.01, 0.06, 0.14),
}  # fmt: skip
_WORDS = ("negligible", "weak", "moderate", "strong")


@dataclass(frozen=True, slots=True)
class Choice:
    """The effect size and the test that answer a table; ``test`` is ``None`` where there is none."""

    effect: ResultRow
    test: ResultRow | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The statistics that the sentence tells."""
        return (self.effect.statistic, *((self.test.statistic,) if self.test is not None else ()))

    @property
    def size(self) -> float:
        """The effect size."""
        return self.effect.value or 0.0


def size_word(effect: str, value: float) -> str:
    """``negligible``, ``weak``, ``moderate`` or ``strong``, by the printed rule."""
    weak, moderate, strong = _STEPS[effect]
    size = abs(float(value))
    return _WORDS[(size >= weak) + (size >= moderate) + (size > strong)]


def strength(v: float) -> str:
    """The word for Cramér's V."""
    return size_word("cramers_v", v)


def about(view: View, spec: TableSpec, row: str, column: str, layer: str = "") -> dict[str, ResultRow]:
    """The numbers about a pair of variables as a whole, by statistic."""
    return {
        r.statistic: r for r in view.results.rows(spec.table)
        if r.row_var == row and r.col_var == column and not r.row_code and not r.col_code and r.layer_code == layer
    }  # fmt: skip


def choose(view: View, spec: TableSpec, row: str, column: str, layer: str = "") -> Choice | None:
    """The effect size and the test for a pair of variables; ``None`` where neither is there."""
    found = about(view, spec, row, column, layer)
    described = view.mode(spec) == "description"
    designed = any(name in found for name in ("rao_scott_f", "design_t", "design_wald_f"))

    def first(names: Sequence[str]) -> ResultRow | None:
        return next((found[n] for n in names if n in found and found[n].value is not None), None)

    categories = _is_category(view, row) and _is_category(view, column)
    if categories and "cramers_v" in found:
        ordered = not designed and _has_order(view, spec, row, column)
        effect = first(("tau_b", "cramers_v") if ordered else ("cramers_v",))
        if effect is not None and effect.statistic == "tau_b":
            return Choice(effect, None if described else first(("tau_b",)))
        tests: Sequence[str] = ("rao_scott_f", "chi2")
        if "chi2" in found and found["chi2"].warning:
            tests = ("rao_scott_f", "fisher_p", "permutation_p", "chi2")
    elif "eta_squared" in found and not _is_category(view, row):
        two = "hedges_g" in found and found["hedges_g"].value is not None
        effect = first(("hedges_g", "eta_squared") if two else ("eta_squared",))
        tests = ("design_t", "design_wald_f", *(("welch_t", "t") if two else ()), "welch_anova_f", "anova_f")
    elif "pearson_r" in found and not categories:
        effect, tests = first(("pearson_r",)), ("pearson_r",)
    else:
        return None
    if effect is None:
        return None
    return Choice(effect, None if described else first(tests))


def _is_category(view: View, name: str) -> bool:
    variable = view.variables.get(name)
    return variable is not None and variable.kind in ("nominal", "ordinal")


def _has_order(view: View, spec: TableSpec, *names: str) -> bool:
    """Whether both variables have an order, and three answers at least."""
    return all(view.ordered(name) and len(_answers(view, name)) > 2 for name in names)


def _answers(view: View, name: str) -> list[str]:
    gone = view.no_answer(name)
    return [code for code in view.variables[name].categories if code not in gone]


# ---------------------------------------------------------------- words


def sentence(view: View, spec: TableSpec, row: str, column: str, layer: str = "") -> str:
    """The answer in one sentence, its effect size in words and its numbers in brackets; empty where there is none."""
    choice = choose(view, spec, row, column, layer)
    if choice is None:
        return ""
    found = about(view, spec, row, column, layer)
    p = _p(choice, found)
    word = size_word(choice.effect.statistic, choice.size)
    chance = p is not None and p >= 1 - view.study.confidence
    if word == "negligible" and chance:
        word = "none"
    params = _names(view, row, column) | {"numbers": _numbers(view, choice, p)}
    params["chance"] = view.t("answer_chance") if chance else ""
    return _worded(view, spec, choice, word, row, column, layer, params)


def _worded(
    view: View, spec: TableSpec, choice: Choice, word: str, row: str, column: str, layer: str, params: dict[str, str]
) -> str:
    effect = choice.effect.statistic
    kind = {"cramers_v": "association", "tau_b": "order", "pearson_r": "numbers"}.get(effect, "means")
    if word in ("none", "negligible") or kind == "association":
        return view.t(f"answer_{'means' if kind == 'means' else 'association'}_{word}", **params)
    strength_word = view.t(f"answer_{'difference' if kind == 'means' else 'degree'}_{word}")
    params["degree"] = strength_word
    if kind == "order":
        answers, other = _answers(view, row), _answers(view, column)
        params |= {"first": view.code_label(column, other[0]), "last": view.code_label(column, other[-1])}
        params["toward"] = view.code_label(row, answers[-1 if choice.size > 0 else 0])
        return view.t("answer_order", **params)
    if kind == "numbers":
        return view.t("answer_numbers_up" if choice.size > 0 else "answer_numbers_down", **params)
    means = _means(view, spec, row, column, layer)
    if len(means) < 2:
        return view.t("answer_means_plain", **params)
    (low, least), (high, most) = means[0], means[-1]
    params |= {"high": view.code_label(column, high), "low": view.code_label(column, low), "most": most, "least": least}
    return view.t("answer_means", **params)


def _names(view: View, row: str, column: str) -> dict[str, str]:
    labels = view.label(row), view.label(column)
    if any(len(label) > LONGEST_LABEL for label in labels):
        labels = row, column
    return {"row": labels[0], "column": labels[1]}


def _means(view: View, spec: TableSpec, row: str, column: str, layer: str) -> list[tuple[str, str]]:
    """The groups with their means in words, from the lowest mean to the highest."""
    found = [
        (r.value, r.col_code) for r in view.results.rows(spec.table)
        if r.statistic == "mean" and r.row_var == row and not r.row_code and r.col_var == column and r.col_code
        and r.layer_code == layer and r.value is not None
    ]  # fmt: skip
    decimals = view.variables[row].decimals if row in view.variables else None
    shown = 1 if decimals is None else max(decimals, 1)
    return [(code, amount_text(view, row, "mean", value, shown)) for value, code in sorted(found)]


def _p(choice: Choice, found: Mapping[str, ResultRow]) -> float | None:
    if choice.test is None:
        return None
    name = choice.test.statistic
    own = registry.beside(name, found).p
    return choice.test.value if registry.form(name) == "p" else found[own].value if own in found else None


def _numbers(view: View, choice: Choice, p: float | None) -> str:
    """``Cramér's V = 0.14; exact test: p = 0.12``."""
    size = abs(choice.size) if choice.effect.statistic == "hedges_g" else choice.size  # which mean is higher is said
    effect = f"{view.statistic_name(choice.effect.statistic)} = {formats.decimal_text(size, 2, view.lang)}"
    if p is None or choice.test is None:
        return effect
    words = formats.p_words(p, view.lang)
    if choice.test.statistic != choice.effect.statistic:
        words = view.t("answer_test", test=view.t(f"answer_test_{choice.test.statistic}"), p=words)
    return f"{effect}; {words}"
