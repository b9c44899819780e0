"""Tables of one variable: frequencies, summaries of numbers, multiple response sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.arrow import is_number
from pipeline.codes import interval, is_nested, net
from pipeline.counting.cases import Cases
from pipeline.counting.engine import Index
from pipeline.results import About, ResultsWriter
from pipeline.statistics.census import exact_share_interval, worst_case_bounds
from pipeline.statistics.core import Distribution, Floats, Ints, MultipleCrosstab, Number, not_computable, number
from pipeline.statistics.proportions import wilson
from pipeline.statistics.registry import declared
from pipeline.tables.axes import axis
from pipeline.tables.context import Context, chosen, corrected
from pipeline.tables.designs import sampled_values, share_intervals
from pipeline.tables.multiple import multiple_counts


def frequency(
    context: Context, table_id: str, name: str, statistics: Sequence[str] = (), intervals: bool = True
) -> None:
    """Every category with count, share of all cases, of valid cases, cumulative share; missing by code; nets."""
    cases, writer = context.cases, context.writer
    one = axis(cases, name)
    if one.coded is None:
        raise ValueError(f"{name} is a set, not one variable")
    about = About(table_id, row_var=name)
    counts = cases.frequencies(one.coded)
    n, w = counts.n[1:], counts.w[1:]
    n_all, w_all = int(counts.n.sum()), float(counts.w.sum())
    n_valid, w_valid = int(n.sum()), float(w.sum())
    codes = list(one.codes)
    writer.add_grid(about, "count", w, codes, [""], n_valid, w_valid)
    writer.add_grid(about, "n", n, codes, [""], n_valid, w_valid)
    writer.add(about, "count", w_valid, n=n_valid, base=w_valid)
    writer.add(about, "n", n_valid, n=n_valid, base=w_valid)
    with np.errstate(invalid="ignore", divide="ignore"):
        share, valid_share = w / w_all, w / w_valid
    writer.add(about, "share", _ratio(w_valid, w_all, "no_cases"), n=n_all, base=w_all)
    writer.add(about, "valid_share", _ratio(w_valid, w_valid), n=n_valid, base=w_valid)
    writer.add_grid(about, "share", share, codes, [""], n_all, w_all, error="no_cases")
    writer.add_grid(about, "valid_share", valid_share, codes, [""], n_valid, w_valid, error="no_valid_cases")
    cumulative = np.cumsum(w) / w_valid if w_valid > 0 else np.full(len(w), np.nan)
    writer.add_grid(about, "cumulative_share", cumulative, codes, [""], n_valid, w_valid, error="no_valid_cases")
    for code, net_codes in nets_of(cases, name).items():
        rows = [i for i, one_of in enumerate(codes) if one_of in net_codes]
        total_n, total_w = float(n[rows].sum()), float(w[rows].sum())
        writer.add(about, "count", total_w, code, n=n_valid, base=w_valid)
        writer.add(about, "n", total_n, code, n=n_valid, base=w_valid)
        writer.add(about, "valid_share", _ratio(total_w, w_valid), code, n=n_valid, base=w_valid)
        writer.add(about, "share", _ratio(total_w, w_all), code, n=n_all, base=w_all)
    if cases.weighting == "probability" and n_valid:
        squares = float(counts.w2[1:].sum())
        kish = number(w_valid**2 / squares, "kish") if squares > 0 else not_computable("no_valid_cases", "kish")
        writer.add(about, "effective_n", kish, n=n_valid, base=w_valid)
    _missing(context, about, name, n_all, w_all)
    if intervals and not is_nested(name):
        base = Base(n_valid, w_valid, float(counts.w2[1:].sum()))
        index = one.coded.index if context.sample is not None else n
        _share_intervals(context, about, codes, index, n, w, base, name)
        for code, net_codes in nets_of(cases, name).items():  # not the sum of its categories' intervals: its own
            inside = np.isin(codes, net_codes)
            place = np.concatenate([[0], np.where(inside, 1, 2)])[index] if context.sample is not None else n
            whole, weight = n[inside].sum(keepdims=True), w[inside].sum(keepdims=True)
            _share_intervals(context, about, [code], place, whole, weight, base, name)


def nets_of(cases: Cases, name: str) -> dict[str, tuple[str, ...]]:
    variable = cases.variables.get(name)
    return {} if variable is None else {net(key): one.codes for key, one in variable.nets.items()}


def _ratio(a: float, b: float, error: str = "no_valid_cases") -> Number:
    return Number(a / b) if b > 0 else Number(None, error=error)


def _missing(context: Context, about: About, name: str, n_all: int, w_all: float) -> None:
    """``missing_n`` by code with its weighted count and its share of all cases; the total under the empty code."""
    if is_nested(name):
        return
    cases, writer = context.cases, context.writer
    total_n, total_w = 0, 0.0
    for code, (n, w) in cases.missing_counts(name).items():
        total_n, total_w = total_n + n, total_w + w
        writer.add(about, "missing_n", n, code, n=n_all, base=w_all)
        writer.add(about, "missing_count", w, code, n=n_all, base=w_all)
        writer.add(about, "missing_share", _ratio(w, w_all), code, n=n_all, base=w_all)
    writer.add(about, "missing_n", total_n, n=n_all, base=w_all)
    writer.add(about, "missing_count", total_w, n=n_all, base=w_all)
    writer.add(about, "cases_n", n_all, n=n_all, base=w_all)


def possible_population(context: Context, name: str) -> int | None:
    """How many units of the population a question may concern: N less those known not to be asked.

    System-missing on a variable with a filter whose filter answers are known and exclude the case means "not
    asked"; a case whose filter answer is itself missing may belong. ``None`` without a population.
    """
    if context.population is None:
        return None
    cases = context.cases
    variable = cases.variables.get(name)
    outside = context.total_cases - cases.n
    if variable is not None and variable.asked_if:
        excluded = np.zeros(cases.rows, dtype=bool)
        for other, codes in variable.asked_if.items():
            known_answer = cases.valid(other)
            coded = cases.coded(other)
            wanted = [i + 1 for i, code in enumerate(coded.codes) if code in codes]
            excluded |= known_answer & ~np.isin(coded.index, wanted)
        outside += cases.how_many(excluded)
    return context.population - outside


def _share_intervals(
    context: Context, about: About, codes: Sequence[str], index: Index, n: Ints, w: Floats, base: Base, name: str
) -> None:
    """Bounds of the valid share under the census modes, or its interval for a sample or a process.

    ``index``: the place of each case among ``codes``, above their number for other valid cases, 0 for none.
    """
    writer, options, total = context.writer, context.options, base.n
    if total == 0:
        return
    if context.mode == "description":
        N = possible_population(context, name)
        if N is None or total >= N or context.cases.weighting != "none":
            return
        _bounds(context, about, codes, n, total, N, "valid_share")
        return
    if context.sample is not None:
        k = max(int(index.max(initial=0)), len(codes))
        se, low, high, df = share_intervals(context.sample, context.cases, index, k, options.confidence)
        method = f"valid_share logit design df={df:.10g}"
        found = [("valid_share_se", se, "design"), ("interval_low", low, method), ("interval_high", high, method)]
    else:
        low, high, method = _sample_interval(context, w, base.w, base.w2, total, name)
        method = f"valid_share {method}"
        found = [("interval_low", low, method), ("interval_high", high, method)]
    for statistic, values, how in found:
        writer.add_grid(about, statistic, values[: len(codes)], codes, [""], total, base.w, method=how)


@dataclass(frozen=True, slots=True)
class Base:
    """The valid cases that shares stand on: how many, and the sums of their weights and squared weights."""

    n: int
    w: float
    w2: float


def _sample_interval(
    context: Context, w: Floats, base: float, base_w2: float, total: int, name: str
) -> tuple[Floats, Floats, str]:
    """Wilson's interval of the shares w/base of ``total`` cases, and how it was made.

    A probability weight brings Kish's effective n. In a sample from a population of known size N an interval has the
    finite population correction: its effective n is n/(1 − n/N).
    """
    weighted = context.cases.weighting == "probability"
    method = "wilson" + (" effective_n" if weighted else "")
    if weighted and not base_w2 > 0:  # weights beside others that are larger by more than a sum can hold
        nothing = np.full(len(w), np.nan)
        return nothing, nothing, method
    effective = base**2 / base_w2 if weighted else base
    N = possible_population(context, name) if context.mode == "sample" else None
    if N is not None and total <= N:
        method += f" finite_population population={N}"
        if total == N:  # all answered: there is nothing left to estimate
            return w / base, w / base, method
        effective /= 1 - total / N
    low, high = wilson(w / base * effective, np.full(len(w), effective), context.options.confidence)
    return low, high, method


def _bounds(
    context: Context, about: About, codes: Sequence[str], n: Ints, total: int, population: int, share: str
) -> None:
    """Worst-case bounds of shares in a census of ``population``, and the exact interval if nonresponse is unrelated."""
    subgroup = context.population != population
    bounds = [worst_case_bounds(int(k), total, population) for k in n]
    confidence = context.options.confidence
    exact = [(np.nan, np.nan) if subgroup else exact_share_interval(int(k), total, population, confidence) for k in n]
    for place, end in enumerate(("low", "high")):
        context.writer.add_grid(about, f"bound_{end}", np.array([b[place] for b in bounds]), codes, [""], total, total,
                                method=f"{share} worst_case population={population}")  # fmt: skip
        context.writer.add_grid(about, f"interval_{end}", np.array([e[place] for e in exact]), codes, [""], total,
                                total, method=f"{share} hypergeometric population={population}",
                                error="subpopulation_size_unknown")  # fmt: skip


def summary(
    context: Context, table_id: str, name: str, statistics: Sequence[str] = (), beside_counts: bool = False
) -> None:
    """Mean, spread, percentiles and shape of a numeric variable; missing by code.

    ``beside_counts``: the variable's frequencies stand in the same table and have its cases and missing already.
    """
    cases, writer = context.cases, context.writer
    values, counts = cases.distribution(name)
    about = About(table_id, row_var=name)
    sampling = sampled_values(context.sample, cases, name, values)
    sums = counts.n[:, 0], counts.w[:, 0], counts.w2[:, 0]
    one = Distribution(values, *sums, cases.weighting, sampling, cases.sample_n)
    n, base = int(counts.n.sum()), float(counts.w.sum())
    wanted = [*dict.fromkeys(["n", "count", *statistics])] if statistics else ()
    for statistic, result in corrected(chosen(one, context, wanted), context, possible_population(context, name), n):
        if not (beside_counts and statistic in declared()):
            writer.add_result(about, statistic, result, [""], [""], n, base)
    if beside_counts:
        return
    _classes(context, about, values, counts.n[:, 0].astype(np.float64))
    _missing(context, about, name, cases.n, cases.total)


def presence(context: Context, table_id: str, name: str) -> None:
    """How many cases have a value at all: for text, dates and identifiers, which are never listed row by row.

    Of dates also ``minimum`` and ``maximum``, the earliest and the latest, in SPSS's seconds since 14 October 1582.
    """
    cases = context.cases
    about = About(table_id, row_var=name)
    n, w = cases.valid_counts(name)
    context.writer.add(about, "n", n, n=n, base=w)
    context.writer.add(about, "count", w, n=n, base=w)
    if cases.variables[name].kind == "date":
        for statistic, value in zip(("minimum", "maximum"), _extremes(cases, name), strict=True):
            context.writer.add(about, statistic, value, n=n, base=w)
    _missing(context, about, name, cases.n, cases.total)


def _extremes(cases: Cases, name: str) -> tuple[Number, Number]:
    """The least and the greatest valid value of a column of numbers; not computable: ``no_cases``."""
    variable, columns = cases.variables[name], cases.columns
    if variable.missing or variable.missing_range or not is_number(columns.table.column(name)):
        values = cases.distribution(name)[0]
    else:  # not coded: nearly every case may have a date of its own
        values = columns.floats(name)
        values = values if cases.rows == columns.rows else values[cases.positions]
    least, most = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
    if least > most:
        return Number(None, error="no_cases"), Number(None, error="no_cases")
    return Number(float(least)), Number(float(most))


def _classes(context: Context, about: About, values: Floats, n: Floats) -> None:
    """``class_n``: cases in classes of equal, round width (as many as Sturges's rule), for a histogram.

    A class is named ``low..high``, low included, high excluded but in the last.
    """
    if len(values) < _LEAST_VALUES or not 1e-300 < values[-1] - values[0] < 1e300:
        return
    cases = float(n.sum())
    width = _round_width((float(values[-1]) - float(values[0])) / (np.log2(cases) + 1))
    start = np.floor(values[0] / width) * width
    place = np.maximum(np.floor((values - start) / width + 1e-9), 0.0).astype(int)
    counts = np.bincount(place, weights=n)
    for k, count_k in enumerate(counts):
        low, high = float(start + k * width), float(start + (k + 1) * width)
        context.writer.add(about, "class_n", float(count_k), interval(low, high), n=cases, base=cases)


_LEAST_VALUES = 8  # fewer distinct values are shown one by one


def _round_width(width: float) -> float:
    """The next of 1, 2, 2.5, 5 × a power of ten."""
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= width * (1 - 1e-9)))


def _none(writer: ResultsWriter, about: About, table: MultipleCrosstab, n_base: int, w_base: float) -> None:
    """Who is in the base of a set and mentioned no item of it: cases, their weights, their share of the base."""
    without = ~table.patterns.any(axis=1)
    n, w = int(table.patterns_n[without, 0].sum()), float(table.patterns_w[without, 0].sum())
    writer.add(about, "none_n", n, n=n_base, base=w_base)
    writer.add(about, "none_count", w, n=n_base, base=w_base)
    writer.add(about, "none_share", _ratio(w, w_base), n=n_base, base=w_base)


def multiple(context: Context, table_id: str, name: str, statistics: Sequence[str] = ()) -> None:
    """A multiple response set: mentions, shares of cases and of responses, the base of cases, who was not asked."""
    cases, writer = context.cases, context.writer
    one = axis(cases, name)
    about = About(table_id, row_var=name)
    table = multiple_counts(cases, one, None, context.sample)
    codes = list(one.codes)
    n_base, w_base = int(table.cases_n[0]), float(table.cases_w[0])
    n, w = table.n[:, 0], table.w[:, 0]
    writer.add_grid(about, "count", w, codes, [""], n_base, w_base)
    writer.add_grid(about, "n", n, codes, [""], n_base, w_base)
    writer.add(about, "count", float(w.sum()), n=n_base, base=w_base)
    writer.add(about, "n", n_base, n=n_base, base=w_base, method=f"base_{cases.codebook.sets[name].base}")
    with np.errstate(invalid="ignore", divide="ignore"):
        of_cases, of_responses = w / w_base, w / w.sum()
    writer.add_grid(about, "share_of_cases", of_cases, codes, [""], n_base, w_base, error="no_valid_cases")
    writer.add_grid(about, "share_of_responses", of_responses, codes, [""], n_base, float(w.sum()),
                    error="no_valid_cases")  # fmt: skip
    mentions = float(w.sum())
    writer.add(about, "share_of_responses", _ratio(mentions, mentions), n=n_base, base=mentions)
    writer.add(about, "share_of_cases", _ratio(float(w.sum()), w_base), n=n_base, base=w_base)
    writer.add(about, "cases_n", cases.n, n=cases.n, base=float(cases.n))
    writer.add(about, "missing_n", cases.n - n_base, n=cases.n, base=float(cases.n))
    if cases.codebook.sets[name].base != "any":
        _none(writer, about, table, n_base, w_base)
    if context.mode == "description":
        N = possible_population(context, cases.codebook.sets[name].members[0])
        if N is not None and n_base < N and cases.weighting == "none" and cases.codebook.sets[name].base == "asked":
            _bounds(context, about, codes, n, n_base, N, "share_of_cases")
        return
    if n_base == 0:
        return
    if context.sample is not None:
        for statistic, result in chosen(table, context, ("share_of_cases_se", "interval_low", "interval_high")):
            writer.add_result(about, statistic, result, codes, [""], n_base, w_base)
        return
    member = cases.codebook.sets[name].members[0]
    low, high, method = _sample_interval(context, w, w_base, float(table.cases_w2[0]), n_base, member)
    for statistic, values in (("interval_low", low), ("interval_high", high)):
        writer.add_grid(about, statistic, values, codes, [""], n_base, w_base, method=f"share_of_cases {method}")
