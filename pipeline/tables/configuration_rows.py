"""The result rows of a configuration and of its types, under the names of their tables.

What is about an axis stands in the row of its number under the configuration's name; what lies on one, in the row of
its variable and code with the axis as the column; what is about a type, under the name of the variable that holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.codes import pair
from pipeline.counting.cases import Cases
from pipeline.counting.profiles import by_type
from pipeline.results import About, ResultsWriter
from pipeline.spec.configurations import ConfigurationSpec, members_of, type_table
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Codebook
from pipeline.statistics import clusters, correspondence, factors
from pipeline.statistics.core import Floats, Ints, Number, number
from pipeline.statistics.correspondence import Places
from pipeline.tables.configurations import Analysed, Types, again, analysed, types
from pipeline.tables.context import Context

BRANCHES = 24
"""Branches of the tree that are told and drawn."""

_ONE = [""]


def configuration(spec: ConfigurationSpec, context: Context, files: StudyFiles) -> None:
    """All rows of an analysis."""
    codebook = files.codebook
    made = analysed(context.cases, codebook.configurations[spec.configuration])
    shown = spec.tables(codebook)
    _axes(context.writer, f"{spec.name}-axes", made)
    if made.answers is not None:
        _answers(context, f"{spec.name}-answers", made)
    elif made.solution is not None:
        _loadings(context.writer, f"{spec.name}-loadings", made)
    for variable in spec.types(codebook):
        wanted = codebook.derived[variable].clusters
        if wanted is None or not any(name.startswith(type_table(spec.name, variable, "")) for name in shown):
            continue
        found = types(made, wanted)
        if found is None:
            reason = Number(None, error=made.error or "too_few_cases_for_types")
            context.writer.add(
                About(type_table(spec.name, variable, "number"), row_var=variable), "types_found", reason, n=made.cases
            )
            continue
        _number(context.writer, variable, made, found)
        _tree(context.writer, variable, made, found)
        _types(context, variable, made, found, wanted.replicates, wanted.seed)
        _profile(context, variable, made, found.k, codebook)


# ---------------------------------------------------------------- axes and what lies on them


def _axes(writer: ResultsWriter, table: str, made: Analysed) -> None:
    name = made.configuration.name
    about = About(table, row_var=name)
    n, base = made.cases, made.weight
    for statistic, value in (("cases_analysed", n), ("cases_left_out", made.left_out), ("axes_kept", made.kept)):
        writer.add(about, statistic, float(value), n=n, base=base)
    if made.error:
        writer.add(about, "eigenvalue", Number(None, error=made.error), "1", n=n, base=base)
    values = made.eigenvalues
    codes = [str(i + 1) for i in range(len(values))]

    def put(statistic: str, column: Floats) -> None:
        writer.add_grid(about, statistic, column, codes, _ONE, n, base)

    if not len(values):
        return
    put("eigenvalue", values)
    put("inertia_share", values / values.sum())
    if made.answers is not None:
        q, j = made.answers.burt.questions, len(made.answers.codes)
        adjusted = correspondence.benzecri(values, q)
        whole = adjusted.sum() if adjusted.sum() > 0 else np.nan
        put("inertia_benzecri", adjusted)
        put("inertia_benzecri_share", adjusted / whole)
        put("inertia_greenacre_share", adjusted / correspondence.greenacre_total(values, q, j))
        put("inertia_cumulated", np.cumsum(adjusted) / whole)
    else:
        put("inertia_cumulated", np.cumsum(values) / values.sum())
    if made.random is not None:
        put("parallel_mean", made.random[0])
        put("parallel_high", made.random[1])
    if made.correlations is not None:
        together, _ = factors.adequacy(made.correlations)
        for statistic, found in together.items():
            writer.add(about, statistic, found, n=n, base=base)


def _places(
    writer: ResultsWriter, table: str, name: str, questions: Sequence[tuple[str, Sequence[str], Sequence[float]]],
    places: Places, n: float, base: float,
) -> None:  # fmt: skip
    """Where answers lie. ``questions``: name, codes of its answers, cases of each, in the order of the places."""
    axes = [str(i + 1) for i in range(places.coordinates.shape[1])]
    at = 0
    for i, (question, codes, cases) in enumerate(questions):
        about, part = About(table, row_var=question, col_var=name), slice(at, at + len(codes))
        at += len(codes)
        writer.add_grid(About(table, row_var=question), "n", np.array(cases), codes, _ONE, n, base)
        for statistic, values in (
            ("coordinate", places.coordinates), ("contribution", places.contribution), ("cos2", places.cos2),
            ("axis_test_value", places.test),
        ):  # fmt: skip
            if values.shape[1]:
                writer.add_grid(about, statistic, values[part], codes, axes, n, base)
        writer.add_grid(about, "axis_eta_squared", places.eta_squared[i], _ONE, axes, n, base)


def _answers(context: Context, table: str, made: Analysed) -> None:
    answers, axes, config = made.answers, made.axes, made.configuration
    if answers is None or axes is None:
        return
    codes = np.array(answers.codes, dtype=object)
    cases = np.zeros(len(codes))
    for column in answers.place.T:
        cases += np.bincount(column, made.n, len(codes))
    active = [
        (asked.name, codes[answers.question == i].tolist(), cases[answers.question == i].tolist())
        for i, asked in enumerate(answers.questions)
    ]
    _places(context.writer, table, config.name, active, axes.places, made.cases, made.weight)
    _supplementary(context, table, made)


def _supplementary(context: Context, table: str, made: Analysed) -> None:
    """Where the answers to supplementary questions lie, over the cases of the analysis that gave one."""
    config, cases, answers, axes = made.configuration, context.cases, made.answers, made.axes
    names = [n for n in config.supplementary if _categorical(n, cases.codebook)]
    if answers is None or axes is None or not names:
        return
    profile = np.zeros(len(made.taking_part), dtype=np.int64)
    profile[made.taking_part] = np.arange(len(made.n)) + 1
    shown = profile[made.profiles.shown]
    for question, counts in by_type(cases, shown, len(made.n), names):
        there = counts.w.sum(axis=1) > 0
        if not there.any():
            continue
        crossed = np.zeros((int(there.sum()), len(answers.codes)))
        for column in answers.place.T:
            for i, row in enumerate(counts.w[there]):
                crossed[i] += np.bincount(column, row, len(answers.codes))
        own = counts.w[there].sum(axis=1)
        places = correspondence.supplementary(axes, crossed, own, np.zeros(len(own), dtype=np.int64), answers.burt)
        codes = [code for code, seen in zip(question.codes, there.tolist(), strict=True) if seen]
        told = [(question.name, codes, counts.n[there].sum(axis=1).tolist())]
        _places(context.writer, table, config.name, told, places, made.cases, made.weight)


def _categorical(name: str, codebook: Codebook) -> bool:
    variables = codebook.all_variables()
    return all(variables[m].categorical for m in members_of((name,), codebook) if m in variables)


def _loadings(writer: ResultsWriter, table: str, made: Analysed) -> None:
    solution, name = made.solution, made.configuration.name
    if solution is None:
        return
    axes = [str(i + 1) for i in range(solution.loadings.shape[1])]
    n, base = made.cases, made.weight
    for i, question in enumerate(made.profiles.questions):
        about = About(table, row_var=question.name, col_var=name)
        writer.add_grid(
            about, "loading", solution.loadings[i], _ONE, axes, n, base, warning=solution.warning
        )  # fmt: skip
        own = About(table, row_var=question.name)
        for statistic, value in (
            ("communality", solution.h2[i]), ("uniqueness", 1 - solution.h2[i]),
            ("complexity", solution.complexity[i]),
        ):  # fmt: skip
            writer.add(own, statistic, number(float(value)), n=n, base=base)
    whole = About(table, row_var=name)
    writer.add_grid(whole, "variance_explained", solution.variance, axes, _ONE, n, base)
    share = solution.variance / len(solution.loadings)
    writer.add_grid(whole, "variance_explained_share", share, axes, _ONE, n, base)
    if made.configuration.rotation == "oblimin":
        both = About(table, row_var=name, col_var=name)
        writer.add_grid(both, "factor_correlation", solution.correlation, axes, axes, n, base)


# ---------------------------------------------------------------- types


def _number(writer: ResultsWriter, variable: str, made: Analysed, found: Types) -> None:
    about, n, base = (
        About(type_table(made.configuration.name, variable, "number"), row_var=variable),
        made.cases,
        made.weight,
    )
    writer.add(about, "types_found", float(found.k), n=n, base=base)
    for rule, k in found.by_rule.items():
        writer.add(about, "types_found", float(k), rule, n=n, base=base)
    ratio = clusters.ratios(found.found.within)
    for k in sorted(found.found.types):
        index = clusters.between_over_within(made.x, made.w, float(made.n.sum()), found.found.types[k])
        for statistic, value in (
            ("within_share", found.found.within[k - 1]), ("within_ratio", ratio[k - 1]),
            ("silhouette", found.silhouettes[k]), ("calinski_harabasz", index),
        ):  # fmt: skip
            writer.add(about, statistic, number(float(value)), str(k), n=n, base=base)


def _tree(writer: ResultsWriter, variable: str, made: Analysed, found: Types) -> None:
    """The top of the tree: its branches with their cases, and what is joined at each height."""
    tree = found.found.tree
    branches = min(BRANCHES, len(np.unique(found.found.leaf)), int((tree.heights > 0).sum()) + 1)
    about, n, base = (
        About(type_table(made.configuration.name, variable, "number"), row_var=variable),
        made.cases,
        made.weight,
    )
    branch = tree.cut(branches)
    cases = np.bincount(branch[found.found.leaf], made.n, branches)
    codes = [str(i + 1) for i in range(branches)]
    writer.add_grid(about, "branch_n", cases, codes, _ONE, n, base)
    of_node: dict[int, str] = {}
    first = tree.leaves - branches  # steps below the branches
    total = float((made.w[:, None] * (made.x - np.average(made.x, axis=0, weights=made.w)) ** 2).sum() / made.w.sum())
    whose = np.concatenate([branch, np.full(tree.leaves - 1, -1)])
    for step, (a, b) in enumerate(tree.joined.tolist()):
        whose[tree.leaves + step] = whose[a] if step < first else -1
        if step >= first:
            names = [of_node[one] if one in of_node else str(int(whose[one]) + 1) for one in (a, b)]
            of_node[tree.leaves + step] = str(branches + step - first + 1)
            writer.add(
                about,
                "tree_height",
                float(tree.heights[step]) / total,
                of_node[tree.leaves + step],
                pair(*names),
                n,
                base,
            )


def _types(
    context: Context, variable: str, made: Analysed, found: Types, replicates: int, seed: int
) -> None:  # fmt: skip
    writer, about = context.writer, About(type_table(made.configuration.name, variable, "types"), row_var=variable)
    codes = [str(i + 1) for i in range(found.k)]
    cases, weight = np.bincount(found.kind, made.n, found.k), np.bincount(found.kind, made.w, found.k)
    n, base = made.cases, made.weight
    writer.add_grid(about, "n", cases, codes, _ONE, n, base)
    writer.add_grid(about, "valid_share", weight / weight.sum(), codes, _ONE, n, base)
    writer.add(about, "cases_left_out", float(made.left_out), n=n, base=base)
    values, share = clusters.silhouettes(made.x, made.w, made.n, found.kind, seed)
    seen = np.isfinite(values)
    sums = np.bincount(found.kind[seen], values[seen] * share[seen], found.k)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / np.bincount(found.kind[seen], share[seen], found.k)
    sample = f"sample_of_points points={clusters.LOOKED_AT}" if not seen.all() else ""
    writer.add_grid(about, "silhouette", mean, codes, _ONE, n, base, method=sample)
    writer.add(about, "silhouette", number(found.silhouettes[found.k], sample), n=n, base=base)
    stable = clusters.stability(
        made.n, made.w, found.kind, lambda w: again(made, found.k, w, seed), replicates, seed
    )  # fmt: skip
    how = f"drawn_anew replicates={replicates} drawn={stable.drawn} seed={seed}"
    writer.add_grid(about, "jaccard", stable.jaccard, codes, _ONE, n, base, method=how)
    writer.add(about, "adjusted_rand", number(stable.rand, how), n=n, base=base)
    if made.axes is not None:  # where an answer of just these cases would lie
        centres = np.column_stack([np.bincount(found.kind, made.w * column, found.k) / weight for column in made.x.T])
        name, axes = made.configuration.name, [str(i + 1) for i in range(made.kept)]
        place = About(f"{name}-answers", row_var=variable, col_var=name)
        writer.add_grid(place, "coordinate", centres / np.sqrt(made.axes.eigenvalues), codes, axes, n, base)


def _profile(context: Context, variable: str, made: Analysed, k: int, codebook: Codebook) -> None:
    """What is over- and under-represented in each type, of the active and the supplementary questions."""
    cases, config = context.cases, made.configuration
    coded = cases.coded(variable)
    codes = [str(i + 1) for i in range(k)]
    lookup = np.array([0, *(codes.index(c) + 1 if c in codes else 0 for c in coded.codes)])
    kind = lookup[coded.index]
    about = About(type_table(config.name, variable, "profile"), col_var=variable)
    for name in (*config.active, *config.supplementary):
        if (config.method != "correspondence" and name in config.active) or not _categorical(name, codebook):
            for member in members_of((name,), codebook):
                _means(context, about, member, kind, codes)
        else:
            _shares(context, about, name, kind, codes)


def _scaled(cases: Cases, n: Ints, w: Floats) -> tuple[Floats, float]:
    """Weighted counts as test values take them: scaled to the cases, unless the weight repeats them."""
    whole = float(w.sum() if cases.weighting == "frequency" else n.sum())
    return w * (whole / w.sum()) if w.sum() > 0 else w, whole


def _shares(context: Context, types: About, name: str, kind: np.ndarray, codes: list[str]) -> None:
    writer = context.writer
    for question, counts in by_type(context.cases, kind, len(codes), (name,)):
        there = counts.n.sum(axis=1) > 0
        w, n = counts.w[there], float(counts.n.sum())
        if not there.any():
            continue
        answers = [code for code, seen in zip(question.codes, there.tolist(), strict=True) if seen]
        scaled, whole = _scaled(context.cases, counts.n, w)
        of_type, of_answer = scaled.sum(axis=0), scaled.sum(axis=1)
        values = clusters.answer_test_values(scaled, of_type[None, :], of_answer[:, None], whole)
        about, base = replace(types, row_var=question.name), float(w.sum())
        by = w.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = w / by
        own_n, own_base = counts.n.sum(axis=0), by
        writer.add_grid(about, "n", counts.n[there], answers, codes, own_n, own_base)
        writer.add_grid(about, "share_of_type", shares, answers, codes, own_n, own_base)
        writer.add_grid(about, "share_of_all", w.sum(axis=1) / base, answers, _ONE, n, base)
        writer.add_grid(about, "test_value", values, answers, codes, n, base)


def _means(context: Context, types: About, name: str, kind: np.ndarray, codes: list[str]) -> None:
    distinct, counts = context.cases.distribution(name, kind, len(codes))
    about, writer = replace(types, row_var=name), context.writer
    by_n, by_w = counts.n.sum(axis=0), counts.w.sum(axis=0)
    base, n = float(by_w.sum()), float(by_n.sum())
    if not n:
        return
    w = counts.w.sum(axis=1)
    mean = float(distinct @ w / base)
    variance = float((distinct - mean) ** 2 @ w / base)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = distinct @ counts.w / by_w
    scaled, whole = _scaled(context.cases, counts.n, by_w)
    values = clusters.mean_test_values(means, scaled, mean, variance, whole)
    writer.add_grid(about, "mean_of_type", means, _ONE, codes, by_n, by_w)
    writer.add(about, "mean_of_all", number(mean), n=n, base=base)
    writer.add_grid(about, "test_value", values, _ONE, codes, n, base)
