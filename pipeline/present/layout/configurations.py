"""Tables of a configuration: its axes, what lies on them, how many types there are, what they are like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline import language
from pipeline.codes import SYSTEM_MISSING
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row
from pipeline.present.layout.parts import Body, problem_notes, stub
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.configurations import Configuration, ConfigurationSpec
from pipeline.statistics import registry

AXES_SHOWN = 3
"""Axes on which a table of answers places them; all that are kept stand in the results."""

NOT_BY_CHANCE = 1.96
"""The test value from which an answer is told as typical of a type."""

_TYPICAL, _UNTYPICAL = 8, 4
_EMPTY = Cell(kind="empty")


def words(view: View, key: str, **params: object) -> str:
    """A text of the catalogue ``configurations.toml``."""
    return language.text(view.lang, f"configurations.{key}", **params)


def head(view: View, statistic: str) -> str:
    """A statistic's name over a column: a short form where one is written."""
    key = f"configurations.head_{statistic}"
    return language.text(view.lang, key) if language.has_text(view.lang, key) else view.statistic_name(statistic)


def cell(view: View, row: ResultRow | None) -> Cell:
    """A number as its statistic says it is shown."""
    if row is None:
        return _EMPTY
    form = registry.form(row.statistic)
    return view.cell(row, form if form in ("count", "share", "p") else "decimal", registry.decimals(row.statistic) or 2)


def axis_name(view: View, configuration: Configuration, code: str) -> str:
    """ "Axis 1", "Component 1", "Factor 1"."""
    return words(view, f"axis_{configuration.method}", number=code)


def question_label(view: View, configuration: Configuration, name: str) -> str:
    """A question as tables call it: an item by its set or battery too."""
    return view.label(name)


def answer_label(view: View, name: str, code: str) -> str:
    """An answer; having none is one of its own where the configuration says so."""
    if code == SYSTEM_MISSING:
        return words(view, "no_answer")
    if code not in view.variables[name].categories and code == "0":
        return words(view, "not_mentioned")
    return view.code_label(name, code)


def base(view: View, table: str, configuration: Configuration) -> str:
    """How many cases are analysed, and how many are left out for want of an answer."""
    n = view.value(table, "cases_analysed", configuration.name) or 0.0
    out = view.value(table, "cases_left_out", configuration.name) or 0.0
    text = words(view, "base", n=formats.count_text(n, view.lang), units=view.units(n))
    if not out:
        return text
    left = words(view, "left_out", n=formats.count_text(out, view.lang), units=view.units(out))
    return f"{text}; {left}"


def _rows_of(view: View, table: str, statistic: str) -> list[ResultRow]:
    return [r for r in view.results.rows(table) if r.statistic == statistic]


def axes(view: View, spec: ConfigurationSpec, table: str, configuration: Configuration) -> Body:
    """An axis per row: those that are kept and those that tell more than the mean of all, ten at most."""
    name = configuration.name
    kept = int(view.value(table, "axes_kept", name) or 0)
    of_answers = configuration.method == "correspondence"
    columns = (
        ("eigenvalue", "inertia_share", "inertia_benzecri", "inertia_benzecri_share", "inertia_greenacre_share",
         "inertia_cumulated")
        if of_answers else ("eigenvalue", "inertia_share", "inertia_cumulated", "parallel_mean", "parallel_high")
    )  # fmt: skip
    found = _rows_of(view, table, "eigenvalue")
    least = "inertia_benzecri" if of_answers else "eigenvalue"
    shown = [
        r.row_code for i, r in enumerate(found)
        if i < kept or i < 2 or (view.value(table, least, name, r.row_code) or 0.0) > (0.0 if of_answers else 1.0)
    ][: max(10, kept)]  # fmt: skip
    rows = tuple(
        Row(
            axis_name(view, configuration, code) + (words(view, "kept_mark") if int(code) <= kept else ""),
            tuple(cell(view, view.get(table, s, name, code)) for s in columns),
        )
        for code in shown
    )
    return Body(
        head=((stub(view, words(view, f"axes_{configuration.method}")), *(HeadCell(head(view, s)) for s in columns)),),
        rows=rows,
        columns=len(columns),
        base=base(view, table, configuration),
        statistics=tuple(_adequacy(view, table, name)),
        notes=(*_about_axes(view, configuration, kept, len(found) - len(shown)), *problem_notes(view, found)),
    )


def _about_axes(view: View, configuration: Configuration, kept: int, further: int) -> list[str]:
    method, lang = configuration.method, view.lang
    rule = "given" if configuration.axes else "answers" if method == "correspondence" else "numbers"
    notes = [words(view, f"kept_{rule}", count=kept, replicates=formats.count_text(configuration.replicates, lang),
                   seed=formats.count_text(configuration.seed, lang))]  # fmt: skip
    if further > 0:
        notes.append(words(view, "further_axes", count=further))
    notes.append(words(view, f"missing_{configuration.missing}"))
    if method == "correspondence":
        notes.append(words(view, "adjusted"))
    return notes


def _adequacy(view: View, table: str, name: str) -> Iterable[str]:
    """KMO, and where the report has tests Bartlett's."""
    kmo, chi2 = view.get(table, "kmo", name), view.get(table, "bartlett_chi2", name)
    if kmo is not None and kmo.value is not None:
        yield f"{view.statistic_name('kmo')} = {formats.decimal_text(kmo.value, 2, view.lang)}"
    tested = view.study.mode != "description"
    df, p = view.value(table, "bartlett_df", name), view.value(table, "bartlett_p", name)
    if tested and chi2 is not None and chi2.value is not None and df is not None and p is not None:
        value = formats.decimal_text(chi2.value, 1, view.lang)
        degrees = formats.degrees_text([df], view.lang)
        yield (f"{view.statistic_name('bartlett_chi2')} = {value}; {view.t('df')} = {degrees}; "
               f"{formats.p_words(p, view.lang)}")  # fmt: skip


def answers(view: View, spec: ConfigurationSpec, table: str, configuration: Configuration) -> Body:
    """Answers by question, with their places on the first axes."""
    types = spec.types(view.codebook)
    found = [r for r in _rows_of(view, table, "coordinate") if r.row_var not in types]
    shown = list(dict.fromkeys(r.col_code for r in found))[:AXES_SHOWN]
    measures = ("coordinate", "contribution", "cos2")
    rows: list[Row] = []
    for name in dict.fromkeys(r.row_var for r in found):
        eta = [view.value(table, "axis_eta_squared", name, "", configuration.name, axis) for axis in shown]
        told = "; ".join(formats.decimal_text(e, 2, view.lang) for e in eta if e is not None)
        codes = list(dict.fromkeys(r.row_code for r in found if r.row_var == name))
        supplementary = view.get(table, "contribution", name, codes[0], configuration.name, shown[0]) is None
        kind = "supplementary_question" if supplementary else "active_question"
        rows.append(Row(words(view, kind, label=view.label(name), eta=told), kind="group"))
        for code in codes:
            cells = [cell(view, view.get(table, "n", name, code))]
            for axis in shown:
                cells += [cell(view, view.get(table, s, name, code, configuration.name, axis)) for s in measures]
            rows.append(Row(answer_label(view, name, code), tuple(cells), level=1))
    first = (stub(view, words(view, "answer"), rows=2), HeadCell(head(view, "n"), rows=2))
    over = tuple(HeadCell(axis_name(view, configuration, axis), columns=len(measures)) for axis in shown)
    below = tuple(HeadCell(head(view, s)) for _ in shown for s in measures)
    total = view.value(f"{configuration.name}-axes", "axes_kept", configuration.name) or 0
    more = [words(view, "further_kept", count=int(total) - len(shown))] if total > len(shown) else []
    return Body(
        head=((*first, *over), below),
        rows=tuple(rows),
        columns=1 + len(shown) * len(measures),
        base=base(view, f"{configuration.name}-axes", configuration),
        notes=(words(view, "answers_note"), *more),
    )


def loadings(view: View, spec: ConfigurationSpec, table: str, configuration: Configuration) -> Body:
    """Variables by the component or factor on which they load most, the largest loading first."""
    name = configuration.name
    order, factors = sorted_loadings(view, table, name)
    own = ("communality", "uniqueness", "complexity")
    rows = [
        Row(
            view.label(v),
            (*(cell(view, view.get(table, "loading", v, "", name, f)) for f in factors),
             *(cell(view, view.get(table, s, v)) for s in own)),
        )
        for v in order
    ]  # fmt: skip
    for statistic in ("variance_explained", "variance_explained_share"):
        cells = [cell(view, view.get(table, statistic, name, f)) for f in factors]
        rows.append(Row(head(view, statistic), (*cells, *(_EMPTY for _ in own)), kind="statistic"))
    heads = [*(axis_name(view, configuration, f) for f in factors), *(head(view, s) for s in own)]
    related = [
        words(view, "factor_correlation", one=r.row_code, other=r.col_code,
              value=formats.decimal_text(r.value, 2, view.lang))
        for r in _rows_of(view, table, "factor_correlation")
        if r.value is not None and int(r.row_code) < int(r.col_code)
    ]  # fmt: skip
    warnings = {view.remark("warning", r.warning) for r in _rows_of(view, table, "loading") if r.warning}
    how = words(view, f"extraction_{_extraction(configuration)}")
    turned = words(view, f"rotation_{configuration.rotation}") if len(factors) > 1 else ""
    return Body(
        head=((stub(view, words(view, "variable")), *(HeadCell(h) for h in heads)),),
        rows=tuple(rows) if order else (),
        columns=len(heads),
        base=base(view, f"{name}-axes", configuration),
        statistics=(" · ".join(related),) if related else (),
        notes=(" ".join(p for p in (how, turned) if p), words(view, "loadings_note"), *sorted(warnings)),
    )


def _extraction(configuration: Configuration) -> str:
    return "components" if configuration.method == "components" else configuration.extraction


def sorted_loadings(view: View, table: str, name: str) -> tuple[list[str], list[str]]:
    """The variables by the factor on which they load most and the size of that loading; the factors."""
    found = _rows_of(view, table, "loading")
    factors = list(dict.fromkeys(r.col_code for r in found))
    by_variable: dict[str, list[float]] = {}
    for r in found:
        by_variable.setdefault(r.row_var, []).append(abs(r.value or 0.0))

    def place(variable: str) -> tuple[int, float]:
        values = by_variable[variable]
        return values.index(max(values)), -max(values)

    return sorted(by_variable, key=place), factors


# ---------------------------------------------------------------- types


def number(view: View, spec: ConfigurationSpec, table: str, configuration: Configuration, variable: str) -> Body:
    """The numbers of types that were looked at, with what each rule goes by."""
    columns = ("within_share", "within_ratio", "silhouette", "calinski_harabasz")
    chosen = view.get(table, "types_found", variable)
    k = "" if chosen is None or chosen.value is None else str(int(chosen.value))
    rows = tuple(
        Row(
            words(view, "so_many_types", number=r.row_code) + (words(view, "kept_mark") if r.row_code == k else ""),
            tuple(cell(view, view.get(table, s, variable, r.row_code)) for s in columns),
        )
        for r in _rows_of(view, table, "silhouette")
    )
    return Body(
        head=((stub(view, view.statistic_name("types_found")), *(HeadCell(head(view, s)) for s in columns)),),
        rows=rows,
        columns=len(columns),
        base=base(view, f"{configuration.name}-axes", configuration),
        notes=(*_rules(view, table, variable, k), *problem_notes(view, [chosen])),
    )


def _rules(view: View, table: str, variable: str, k: str) -> list[str]:
    wanted = view.codebook.derived[variable].clusters
    by = {rule: view.value(table, "types_found", variable, rule) for rule in ("inertia", "silhouette")}
    if wanted is None or not k or any(value is None for value in by.values()):
        return []
    made = [words(view, "number_note"), words(view, "how_types_are_made")]
    if wanted.number:
        return [words(view, "number_given", number=k), *made]
    rules = words(view, "number_by_rules", least=wanted.least, most=wanted.most, inertia=int(by["inertia"] or 0),
                  silhouette=int(by["silhouette"] or 0))  # fmt: skip
    return [rules, words(view, f"number_by_{wanted.choose}", number=k), *made]


def types(view: View, spec: ConfigurationSpec, table: str, configuration: Configuration, variable: str) -> Body:
    """A type per row: its cases, how far apart it is, how stable."""
    columns = ("n", "valid_share", "silhouette", "jaccard")
    codes = [r.row_code for r in _rows_of(view, table, "jaccard")]
    rows = [
        Row(view.code_label(variable, code), tuple(cell(view, view.get(table, s, variable, code)) for s in columns))
        for code in codes
    ]
    whole = (_EMPTY, _EMPTY, cell(view, view.get(table, "silhouette", variable)), _EMPTY)
    rows.append(Row(view.t("total"), whole, kind="total"))
    rand = view.get(table, "adjusted_rand", variable)
    lines = []
    if rand is not None and rand.value is not None:
        lines.append(f"{view.statistic_name('adjusted_rand')} = {formats.decimal_text(rand.value, 2, view.lang)}")
    methods = {view.remark("method", r.method) for r in view.results.rows(table) if r.method}
    named = view.codebook.derived[variable].categories
    unfit = [words(view, "names_do_not_fit")] if named and not view.types_fit(variable) else []
    return Body(
        head=((stub(view, view.label(variable)), *(HeadCell(head(view, s)) for s in columns)),),
        rows=tuple(rows),
        columns=len(columns),
        base=base(view, f"{configuration.name}-axes", configuration),
        statistics=tuple(lines),
        notes=(*unfit, words(view, "stability_note"), *sorted(methods)),
    )


def profile(view: View, spec: ConfigurationSpec, table: str, configuration: Configuration, variable: str) -> Body:
    """What is typical of each type, the most typical first, then what is rare in it."""
    found = _rows_of(view, table, "test_value")
    rows: list[Row] = []
    for code in dict.fromkeys(r.col_code for r in found):
        rows.append(Row(view.code_label(variable, code), kind="group"))
        typical = typical_of(found, code)
        if not typical:
            rows.append(Row(words(view, "nothing_typical"), (_EMPTY,) * 3, level=1))
        for r in typical:
            mean = not r.row_code
            own, all_ = ("mean_of_type", "mean_of_all") if mean else ("share_of_type", "share_of_all")
            cells = (
                cell(view, view.get(table, own, r.row_var, r.row_code, variable, code)),
                cell(view, view.get(table, all_, r.row_var, r.row_code, variable, "")),
                cell(view, r),
            )
            rows.append(Row(told(view, r), cells, level=1))
    heads = [words(view, "in_type"), words(view, "in_all"), head(view, "test_value")]
    numbers = any(not r.row_code for r in found)
    return Body(
        head=((stub(view, words(view, "answer")), *(HeadCell(h) for h in heads)),),
        rows=tuple(rows),
        columns=3,
        unit=words(view, "unit_profile_means" if numbers else "unit_profile"),
        base=base(view, f"{configuration.name}-axes", configuration),
        notes=(words(view, "profile_note"),),
    )


def typical_of(found: Sequence[ResultRow], code: str) -> list[ResultRow]:
    """The test values of a type beyond chance: the largest first, the smallest last.

    Of a question with two answers the one that is typical tells both.
    """
    own = [r for r in found if r.col_code == code and r.value is not None and abs(r.value) >= NOT_BY_CHANCE]
    answers = Counter(r.row_var for r in found if r.col_code == code)
    own = [r for r in own if answers[r.row_var] != 2 or (r.value or 0.0) > 0]
    own.sort(key=lambda r: -(r.value or 0.0))
    over = [r for r in own if (r.value or 0.0) > 0][:_TYPICAL]
    under = [r for r in own if (r.value or 0.0) < 0][-_UNTYPICAL:]
    return over + under


def told(view: View, row: ResultRow) -> str:
    """An answer with its question, or a number by its name."""
    if not row.row_code:
        return view.label(row.row_var)
    return words(view, "question_and_answer", question=view.label(row.row_var),
                 answer=answer_label(view, row.row_var, row.row_code))  # fmt: skip
